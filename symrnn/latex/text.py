"""Terms as plain Unicode text, for terminals and messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

import sympy as sp
from sympy.core.relational import Relational

from symrnn.derivation.inequality import BoundedSlope, ForEvery, Inequality, Limit
from symrnn.derivation.statement import AllOf, Definitions, Equation
from symrnn.expr.norms import SUBSCRIPTS
from symrnn.latex import clipping as _clipping  # noqa: F401  (registers the rules)
from symrnn.latex import norms as _norms  # noqa: F401  (registers the rules)
from symrnn.latex import rules as _rules  # noqa: F401  (registers the rules)
from symrnn.latex import scalars as _scalars  # noqa: F401
from symrnn.latex.declared import entries_in, kinds_of, numbers_in, signs_of
from symrnn.latex.notation import LECTURE
from symrnn.latex.precedence import Binding, Piece
from symrnn.latex.spelling import Spelling, abbreviated, spelling_of
from symrnn.latex.style import Style, binding_of
from symrnn.latex.symbols import GREEK, ascii_name, undotted
from symrnn.latex.walk import write

SIGNS = {"sum": "Σ", "ascending": "∏→", "descending": "∏←"}
BETWEEN = {"product": " ", "number product": "·", "kronecker": " ⊗ ", "hadamard": " ⊙ "}
LETTERS = {**GREEK, "ell": "ℓ"}


def to_text(term: sp.Basic, *, abbreviate: bool = True) -> str:
    """Write a term (or a scalar) as plain text.

    Args:
        term: a matrix term or a scalar.
        abbreviate: whether diag(φ'(a[t])) is written D[t].

    Raises:
        NotationError: for a node or name that has no rule.

    >>> import sympy as sp
    >>> from symrnn.expr import Elementwise, OrderedProduct, Sequence
    >>> u, k, t = sp.symbols("u k t", integer=True)
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> a, W = Sequence("a", n), sp.MatrixSymbol("W_hh", n, n)
    >>> factor = sp.DiagMatrix(Elementwise("phi")(a[t - u], order=1)) * W
    >>> print(to_text(OrderedProduct(factor, (u, 0, k - 1), "ascending") * a[0]))
    (∏→_{u=0}^{k-1} D[t-u] W_hh) a[0]
    >>> print(to_text(factor, abbreviate=False))
    diag(φ'(a[t-u])) W_hh
    """
    short = LECTURE.abbreviations if abbreviate else {}
    return write(term, TextStyle(spelling_of(term, abbreviations=short))).text


def equation_text(equation: Any) -> str:
    """An equation between terms as plain text, with its conditions.

    Args:
        equation: with ``lhs``, ``rhs`` and ``where``, such as :class:`symrnn.derivation.Equation`.

    >>> from symrnn.cells import Elman
    >>> rnn = Elman()
    >>> print(equation_text(rnn.backward().start[0].equation))
    dL/dy[T] = ∂⁺ℓ[T]/∂⁺y[T]  for T >= 1
    """
    where = f"  for {', '.join(conditions_text(equation.where))}" if equation.where else ""
    return f"{to_text(equation.lhs)} = {to_text(equation.rhs)}{where}"


def conditions_text(where: Sequence[Relational]) -> list[str]:
    """Conditions as plain text, without those that others say already.

    >>> t, T = sp.symbols("t T", integer=True)
    >>> conditions_text((T >= 0, T >= 1, t - 1 <= T))
    ['T >= 1', 't - 1 <= T']
    """
    stronger = [c for c in dict.fromkeys(where) if not any(_follows(c, other) for other in where if other != c)]
    signs = {sp.Ne: "not", sp.Eq: "="}
    return [f"{to_text(c.lhs)} {signs.get(c.func, c.rel_op)} {to_text(c.rhs)}" for c in stronger]


def _follows(condition: Relational, other: Relational) -> bool:
    """Whether a bound is a weaker one of the same."""
    if not isinstance(condition, sp.Ge | sp.Le) or not isinstance(other, sp.Ge | sp.Le):
        return False
    more = sp.expand((condition.gts - condition.lts) - (other.gts - other.lts))
    return bool(more.is_positive) and more.is_number


def statement_text(statement: Any) -> str:
    """A statement as plain text, with its conditions and with what it assumes.

    Args:
        statement: of any kind; one that has no terms is written as it is shown at a prompt.

    >>> from symrnn.cells import Elman
    >>> from symrnn.derivation import Inequality
    >>> from symrnn.expr import Norm, TotalJacobian
    >>> from symrnn.symbols import k, t
    >>> rnn, gamma = Elman(), sp.Symbol("gamma", positive=True)
    >>> size = Norm(TotalJacobian(rnn.h[t], rnn.h[t - k]))
    >>> print(statement_text(Inequality(size, sp.Max(1, gamma * Norm(rnn.W_hh)) ** k, (k >= 0, t >= k))))
    ‖dh[t]/dh[t-k]‖₂ <= max(1, γ ‖W_hh‖₂)^k  for k >= 0, t >= k, γ > 0
    """
    match statement:
        case AllOf() | Definitions():
            return " and ".join(map(statement_text, statement.parts))
        case Equation():
            said = f"{to_text(statement.lhs)} = {to_text(statement.rhs)}"
        case Inequality():
            said = f"{to_text(statement.lhs)} <= {to_text(statement.rhs)}"
        case Limit():
            value = "∞" if statement.value is sp.oo else to_text(statement.value)
            said = f"{to_text(statement.of)} → {value} as {to_text(statement.index)} → ∞"
        case _:
            return repr(statement)
    symbols = numbers_in(statement.terms, statement.sizes)
    signs = conditions_text(signs_of([*entries_in(statement.terms), *symbols], (*statement.where, *statement.given)))
    signs += [f"{to_text(symbol)} {kind}" for symbol, kind in kinds_of(symbols)]
    conditions = [*conditions_text(statement.where), *signs]
    where = f"  for {', '.join(conditions)}" if conditions else ""
    given = f"; given {', '.join(map(hypothesis_text, statement.given))}" if statement.given else ""
    return f"{said}{where}{given}"


def hypothesis_text(hypothesis: Any) -> str:
    """A hypothesis as plain text.

    >>> from symrnn.derivation import BoundedSlope, ForEvery
    >>> from symrnn.expr import Norm, Sequence
    >>> t, n = sp.Symbol("t", integer=True), sp.Symbol("n", integer=True, positive=True)
    >>> hypothesis_text(BoundedSlope("phi", sp.Symbol("gamma", positive=True)))
    "|φ'(z)| <= γ for every z"
    >>> hypothesis_text(ForEvery(Norm(Sequence("h", n)[t]) <= 1, t, (t >= 0,)))
    '‖h[t]‖₂ <= 1 for every t >= 0'
    """
    match hypothesis:
        case BoundedSlope():
            signed = hypothesis.increasing
            low = f"{to_text(hypothesis.at_least)} <= " if signed or hypothesis.at_least != 0 else ""
            high = f" <= {to_text(hypothesis.at_most)}" if hypothesis.at_most is not sp.oo else ""
            slope = f"{_unicode(hypothesis.function)}'(z)"
            return f"{low}{slope if signed else f'|{slope}|'}{high} for every z"
        case ForEvery():
            where, index = conditions_text(hypothesis.where), to_text(hypothesis.index)
            own = [where.pop(0)] if where and where[0].startswith(f"{index} ") else [index]
            tail = f" with {', '.join(where)}" if where else ""
            return f"{hypothesis_text(hypothesis.relation)} for every {own[0]}{tail}"
        case Equation():
            return equation_text(hypothesis)
    return conditions_text((hypothesis,))[0]


def definitions_text(recurrence: Any) -> str:
    """The equations of a recurrence and its totals as plain text, one on each line.

    >>> from symrnn.cells import Elman
    >>> print(definitions_text(Elman().undriven()))
    a[t] = W_hh h[t-1]
    h[t] = φ(a[t])
    y[t] = W_hy h[t] + b_y
    ℓ[t] = ℓ(y[t])
    L = Σ_{t=1}^{T} ℓ[t]
    """
    defined = [sides for d in recurrence.definitions for sides in d.equations(recurrence.index)]
    return "\n".join(f"{to_text(of)} = {to_text(body)}" for of, body in (*defined, *recurrence.totals.items()))


@dataclass(frozen=True)
class TextStyle(Style):
    """Plain text."""

    spelling: Spelling

    @property
    def signs(self) -> Mapping[str, str]:
        """Unicode signs."""
        return BETWEEN

    def bracketed(self, piece: Piece) -> Piece:
        """Parentheses."""
        return Piece(f"({piece.text})")

    def scalar(self, symbol: sp.Symbol) -> Piece:
        """Its name."""
        return Piece(_unicode(self.name_of(symbol)))

    def symbol(self, name: str, *, number: bool) -> Piece:
        """Its name."""
        return Piece(_unicode(name))

    def element(self, name: str, index: str, *, number: bool) -> Piece:
        """Its name and time."""
        return Piece(f"{_unicode(name)}[{index}]")

    def slope(self, name: str, index: str, *, number: bool) -> Piece:
        """D with its time."""
        return self.element(abbreviated(name, LECTURE.abbreviations), index, number=number)

    def error(self, name: str, index: str, *, number: bool) -> Piece:
        """A gradient is not abbreviated in text."""
        return self.element(abbreviated(name, LECTURE.errors), index, number=number)

    def component(self, base: Piece, inside: str, *, named: bool) -> Piece:
        """Text has no formulas of entries; brackets with a subscript."""
        return Piece(f"[{base.text}]_{{{inside}}}")

    def entry(self, base: Piece, row: str, column: str, *, named: bool) -> Piece:
        """As in the lecture: h[t]^(i) for a named column, else a subscript of brackets."""
        if named and not column:
            return Piece(f"{base.text}^({row})", Binding.POWER)
        inside = f"[{base.text}]" if named else f"({base.text})"
        return Piece(f"{inside}_{{{row}{',' if column else ''}{column}}}")

    def constant(self, kind: str, size: str = "") -> Piece:
        """I, 0, 1 and e; a long size goes into braces."""
        letter = {"identity": "I", "zero": "0", "ones": "1", "unit": "e"}[kind]
        return Piece(f"{letter}_{size if size.isalnum() else '{' + size + '}'}" if size else letter)

    def call(self, function: str, arguments: Sequence[Piece], order: int = 0, member: str = "") -> Piece:
        """Primes up to the third derivative, the order in parentheses beyond; a member of a family has its index."""
        index = f"[{member}]" if member else ""
        mark = "'" * order if order <= 3 else f"^({order})"
        return Piece(f"{_unicode(function)}{index}{mark}({', '.join(piece.text for piece in arguments)})")

    def power(self, base: Piece, exponent: Piece, *, entrywise: bool = False) -> Piece:
        """A caret; ⊙ after it says entry by entry."""
        compact = exponent.text.replace(" ", "")
        raised = compact if compact.isalnum() else f"({compact})"
        return Piece(f"{base.text}^{'⊙' if entrywise else ''}{raised}", Binding.POWER)

    def transposed(self, base: Piece) -> Piece:
        """A raised T."""
        return Piece(f"{self.fit(base, 'power').text}ᵀ", Binding.POWER)

    def binder(self, sign: str, variable: str, lower: str, upper: str, body: Piece) -> Piece:
        """A sign with its limits as in LaTeX; the arrow says how the index grows."""
        return Piece(f"{SIGNS[sign]}_{{{variable}={lower}}}^{{{upper}}} {body.text}", Binding.PRODUCT, open=True)

    def fraction(self, above: Piece, below: Piece) -> Piece:
        """A slash, which binds like ⊗ so that it is put in parentheses among other factors."""
        parts = (self.fit(above, "power"), self.fit(below, "power"))
        return Piece("/".join(part.text for part in parts), Binding.TENSOR)

    def jacobian(self, kind: str, of: Piece, wrt: Piece) -> Piece:
        """A slash between two differentials."""
        sign = "d" if kind == "total" else "∂⁺"
        return Piece(f"{sign}{of.text}/{sign}{wrt.text}", Binding.TENSOR)

    def turned(self, kind: str, of: Piece, wrt: Piece, *, flat: bool) -> Piece:
        """In text no Jacobian turns."""
        return self.transposed(self.jacobian(kind, of, wrt))

    def gradient(self, of: Piece, wrt: Piece) -> Piece:
        """A nabla with what it is taken by."""
        return Piece(f"∇_{{{wrt.text}}} {of.text}", Binding.FACTOR, open=True)

    def differential(self, of: Piece) -> Piece:
        """A d in front."""
        return Piece(f"d{of.text}", Binding.FACTOR)

    def norm(self, of: Piece, kind: str) -> Piece:
        """Double bars."""
        return Piece(f"‖{of.text}‖{SUBSCRIPTS[kind]}")

    def measure(self, kind: str, of: Sequence[Piece]) -> Piece:
        """ρ, σ_min and min with parentheses, an inner product with angle brackets."""
        inside = ", ".join(piece.text for piece in of)
        name = {"inner": "", "radius": "ρ", "singular": "σ_min", "smallest": "min"}[kind]
        return Piece(f"{name}({inside})" if name else f"⟨{inside}⟩")

    def matrix(self, rows: Sequence[Sequence[Piece]]) -> Piece:
        """A list of rows."""
        return Piece("[" + ", ".join(f"[{', '.join(entry.text for entry in row)}]" for row in rows) + "]")

    def other(self, scalar: sp.Expr) -> Piece:
        """SymPy's own text, with our names for symbols."""
        names = {symbol: sp.Symbol(self.scalar(symbol).text) for symbol in scalar.atoms(sp.Symbol)}
        return Piece(str(scalar.xreplace(names)), binding_of(scalar))


def _unicode(name: str) -> str:
    plain = undotted(ascii_name(name))
    if plain is not None:
        letter, *below = _unicode(plain).split("_")
        return "_".join([normalize("NFC", f"{letter}\N{COMBINING DOT ABOVE}"), *below])
    base, *below = ascii_name(name).split("_")  # any name is legible in plain text
    return "_".join([LETTERS.get(base, base), *below])
