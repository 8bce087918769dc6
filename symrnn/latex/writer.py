r"""Terms as LaTeX that both amsmath and KaTeX typeset."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import sympy as sp

from symrnn.expr import ImmediateJacobian, TotalJacobian
from symrnn.latex import clipping as _clipping  # noqa: F401  (registers the rules)
from symrnn.latex import norms as _norms  # noqa: F401  (registers the rules)
from symrnn.latex import rules as _rules  # noqa: F401  (registers the rules)
from symrnn.latex import scalars as _scalars  # noqa: F401
from symrnn.latex.layouts import turns
from symrnn.latex.notation import Notation, find_notation
from symrnn.latex.precedence import Binding, Piece
from symrnn.latex.scripts import rows_of_matrix, scripted
from symrnn.latex.spelling import Spelling, abbreviated, spelling_of
from symrnn.latex.style import Style, binding_of
from symrnn.latex.walk import write

SIGNS = {"product": " ", "number product": r" \cdot ", "kronecker": r" \otimes "}


def latex(term: sp.Basic, notation: str | Notation = "lecture") -> str:
    r"""Write a term (or a scalar) as LaTeX, without surrounding dollars.

    Args:
        term: a matrix term or a scalar.
        notation: the name of a notation, or one of your own.

    Raises:
        NotationError: for an unknown notation, or a node or name that has no rule.

    >>> import sympy as sp
    >>> from symrnn.expr import MatrixSum, Sequence
    >>> k, t = sp.symbols("k t", integer=True)
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> h, W = Sequence("h", n), sp.MatrixSymbol("W_hh", n, n)
    >>> print(latex(MatrixSum(W**k * h[t - k], (k, 0, t - 1))))
    \sum_{k=0}^{t-1} \mathbf{W}_{hh}^{k} \mathbf{h}_{(t-k)}
    >>> print(latex((W + W.T) * h[t], "plain"))
    (W_{hh} + W_{hh}^{\top}) h_{t}
    """
    return write(term, latex_style(term, notation=notation)).text


def latex_style(*terms: sp.Basic, notation: str | Notation = "lecture") -> LatexStyle:
    """The style for terms that are printed together, so that their symbols are told apart."""
    found = find_notation(notation)
    return LatexStyle(found, spelling_of(*terms, abbreviations=found.abbreviations, notation=found))


@dataclass(frozen=True)
class LatexStyle(Style):
    """LaTeX in a notation."""

    notation: Notation
    spelling: Spelling

    @property
    def signs(self) -> Mapping[str, str]:
        """The sign of the entrywise product is that of the notation."""
        return SIGNS | {"hadamard": f" {self.notation.hadamard} "}

    def bracketed(self, piece: Piece) -> Piece:
        """Parentheses, which grow only around what is tall."""
        left, right = (r"\left(", r"\right)") if piece.tall else ("(", ")")
        return Piece(f"{left}{piece.text}{right}", tall=piece.tall)

    def scalar(self, symbol: sp.Symbol) -> Piece:
        """An italic letter."""
        return _name(self.notation.scalar(self.name_of(symbol)))

    def symbol(self, name: str, *, number: bool) -> Piece:
        """As the table of the notation has it."""
        return _name(self.notation.symbol(name, number=number))

    def element(self, name: str, index: str, *, number: bool) -> Piece:
        """A symbol with its time."""
        found = _name(self.notation.indexed(name, index, number=number))
        return replace(found, indexed=self.notation.place == "above")

    def slope(self, name: str, index: str, *, number: bool) -> Piece:
        """D with its time."""
        return self.element(abbreviated(name, self.notation.abbreviations), index, number=number)

    def error(self, name: str, index: str, *, number: bool) -> Piece:
        """δ with its time."""
        return self.element(abbreviated(name, self.notation.errors), index, number=number)

    @property
    def by_entries(self) -> bool:
        """As the layout of the notation has it."""
        return self.notation.layout == "components"

    def component(self, base: Piece, inside: str, *, named: bool) -> Piece:
        """A subscript behind those that a name has; of anything else, one of parentheses."""
        if named:
            return replace(_name(str(scripted(base.text).lowered(inside))), tall=base.tall)
        return Piece(f"{self.bracketed(base).text}_{{{inside}}}", tall=base.tall)

    def entry(self, base: Piece, row: str, column: str, *, named: bool) -> Piece:
        """A script for entries of a named column, else a subscript of brackets."""
        if named and not column and self.notation.entry and (base.indexed or base.binding is Binding.ATOM):
            return replace(_name(self.notation.picked(base.text, row)), indexed=False)
        inside = f"[{base.text}]" if named else self.bracketed(base).text
        comma = "," if len(row + column) > 2 and column else ""
        return Piece(f"{inside}_{{{row}{comma}{column}}}", tall=base.tall)

    def constant(self, kind: str, size: str = "") -> Piece:
        """I, 0, 1 and e; a bold one in every notation, since a plain 1 is a number."""
        letter = {"identity": "I", "zero": "0", "ones": "1", "unit": "e"}[kind]
        symbol = self.notation.constant(letter)
        return Piece(f"{symbol}_{{{size}}}" if size else symbol)

    def call(self, function: str, arguments: Sequence[Piece], order: int = 0, member: str = "") -> Piece:
        """Primes up to the third derivative, the order in parentheses beyond; a member of a family has its index."""
        inside = Piece(", ".join(piece.text for piece in arguments), tall=any(piece.tall for piece in arguments))
        name = self.notation.function(function, order, member)
        return Piece(f"{name}{self.bracketed(inside).text}", tall=inside.tall)

    def power(self, base: Piece, exponent: Piece, *, entrywise: bool = False) -> Piece:
        """A superscript; ⊙ in front of an exponent says entry by entry."""
        sign = f"{self.notation.hadamard} " if entrywise else ""
        compact = exponent.text.replace(" + ", "+").replace(" - ", "-")
        return Piece(_raised(base, f"{sign}{compact}"), Binding.POWER, tall=base.tall)

    def transposed(self, base: Piece) -> Piece:
        """The transpose as the notation writes it; beside the index of a symbol that has one above."""
        if base.indexed:
            return Piece(self.notation.turned(base.text), Binding.POWER)
        base = self.fit(base, "power")
        return Piece(_raised(base, self.notation.transpose), Binding.POWER, tall=base.tall)

    def binder(self, sign: str, variable: str, lower: str, upper: str, body: Piece) -> Piece:
        """A Σ, or a ∏ whose arrow says in which direction the index grows."""
        mark = r"\sum" if sign == "sum" else self.notation.products[sign]
        text = f"{mark}_{{{variable}={lower}}}^{{{upper}}} {body.text}"
        return Piece(text, Binding.PRODUCT, open=True, tall=True)

    def fraction(self, above: Piece, below: Piece) -> Piece:
        """A fraction."""
        return Piece(rf"\frac{{{above.text}}}{{{below.text}}}", Binding.FACTOR, tall=True)

    def jacobian(self, kind: str, of: Piece, wrt: Piece) -> Piece:
        """A fraction of two differentials."""
        above, below = self.notation.total if kind == "total" else self.notation.immediate
        return self.fraction(Piece(f"{above} {of.text}"), Piece(f"{below} {wrt.text}"))

    def turns(self, jacobian: TotalJacobian | ImmediateJacobian) -> bool:
        """As the layout of the notation has it."""
        return turns(jacobian, self.notation)

    def turned(self, kind: str, of: Piece, wrt: Piece, *, flat: bool) -> Piece:
        """The fraction, or a nabla for the derivative of a loss."""
        if self.notation.layout == "denominator":
            return self.jacobian(kind, of, wrt)
        column = self.gradient(of, wrt)
        return self.call("vec", [column]) if flat else column

    def gradient(self, of: Piece, wrt: Piece) -> Piece:
        """A nabla with what it is taken by."""
        return Piece(rf"\nabla_{{{wrt.text}}} {of.text}", Binding.FACTOR, open=True)

    def differential(self, of: Piece) -> Piece:
        """A d in front, without a space before a command or a group."""
        sign = self.notation.differential
        return Piece(f"{sign}{of.text}" if of.text[0] in "\\{" else f"{sign} {of.text}", Binding.FACTOR)

    def norm(self, of: Piece, kind: str) -> Piece:
        """Double bars, which grow only around what is tall."""
        left, right = (r"\left\lVert ", r" \right\rVert") if of.tall else (r"\lVert ", r" \rVert")
        sign = {"oo": r"\infty", "F": r"\mathrm{F}"}.get(kind, kind)
        return Piece(f"{left}{of.text}{right}_{{{sign}}}", tall=of.tall)

    def measure(self, kind: str, of: Sequence[Piece]) -> Piece:
        """ρ, σ_min and min with parentheses, an inner product with angle brackets."""
        inside = Piece(", ".join(piece.text for piece in of), tall=any(piece.tall for piece in of))
        if kind == "inner":
            return Piece(rf"\langle {inside.text} \rangle", tall=inside.tall)
        name = {"radius": r"\rho", "singular": r"\sigma_{\min}", "smallest": r"\min"}[kind]
        return Piece(f"{name}{self.bracketed(inside).text}", tall=inside.tall)

    def matrix(self, rows: Sequence[Sequence[Piece]]) -> Piece:
        """An environment with brackets."""
        inside = rows_of_matrix([[entry.text for entry in row] for row in rows])
        return Piece(rf"\begin{{bmatrix}} {inside} \end{{bmatrix}}", tall=True)

    def other(self, scalar: sp.Expr) -> Piece:
        """SymPy's own printer, with our names for symbols."""
        names = {symbol: self.scalar(symbol).text for symbol in scalar.atoms(sp.Symbol)}
        text = sp.latex(scalar, symbol_names=names)
        return Piece(text, binding_of(scalar), tall=any(sign in text for sign in (r"\frac", r"\left", r"\sum")))


def _raised(base: Piece, script: str) -> str:
    """What has an exponent: a prime in a symbol is one already, which only a ^ right behind it joins."""
    if base.binding is Binding.ATOM and "'" in base.text and (parts := scripted(base.text)).primes:
        return str(parts.raised(script))
    return f"{base.text}^{{{script}}}"


def _name(text: str) -> Piece:
    """A symbol with a superscript of its own has to be put in parentheses before it gets another."""
    return Piece(text, Binding.POWER if scripted(text).above else Binding.ATOM)
