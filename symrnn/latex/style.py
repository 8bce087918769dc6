"""What a notation has to provide for the rules to write a term: the typography, one method per construct."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence

import sympy as sp

from symrnn.expr import ImmediateJacobian, TotalJacobian
from symrnn.latex.precedence import PRECEDENCE, Binding, Piece, needs_parentheses
from symrnn.latex.spelling import Spelling


def binding_of(scalar: sp.Expr) -> Binding:
    """How strongly a scalar that SymPy writes holds together; better too many parentheses than too few."""
    if isinstance(scalar, sp.Abs) or (scalar.is_Atom and not scalar.is_negative):
        return Binding.ATOM
    return Binding.FACTOR if isinstance(scalar, sp.Function | sp.Pow) else Binding.SUM


class Style(ABC):
    """Typography; the walk in ``rules`` is the same for every style.

    Attributes:
        spelling: the names in the formula at hand.
    """

    spelling: Spelling

    @property
    def by_entries(self) -> bool:
        """Whether e_iᵀ A e_j is written as the entry that it is; see :mod:`symrnn.latex.components`."""
        return False

    @abstractmethod
    def component(self, base: Piece, inside: str, *, named: bool) -> Piece:
        """An entry in a formula of entries, h_{t,i}."""

    @property
    @abstractmethod
    def signs(self) -> Mapping[str, str]:
        """The sign between the operands of each construct, spaces included."""

    # --- shared -----------------------------------------------------------------------------------

    def fit(self, piece: Piece, construct: str, *, last: bool = True) -> Piece:
        """An operand as it stands in a construct: in parentheses when the table says so."""
        return self.bracketed(piece) if needs_parentheses(piece, construct, last=last) else piece

    def join(self, construct: str, pieces: Sequence[Piece]) -> Piece:
        """Operands joined by the sign of a construct."""
        end = len(pieces) - 1
        fitted = [self.fit(piece, construct, last=at == end) for at, piece in enumerate(pieces)]
        text = self.signs[construct].join(piece.text for piece in fitted)
        tall = any(piece.tall for piece in fitted)
        return Piece(text, PRECEDENCE[construct].gives, fitted[-1].open, tall, construct)

    def name_of(self, symbol: sp.Symbol) -> str:
        """The name by which a scalar symbol is told from others."""
        return self.spelling.names.get(symbol, symbol.name)

    # --- typography -------------------------------------------------------------------------------

    @abstractmethod
    def bracketed(self, piece: Piece) -> Piece:
        """A piece in parentheses."""

    @abstractmethod
    def scalar(self, symbol: sp.Symbol) -> Piece:
        """A scalar or an index."""

    @abstractmethod
    def symbol(self, name: str, *, number: bool) -> Piece:
        """A matrix or vector, or a number where it has one entry."""

    @abstractmethod
    def element(self, name: str, index: str, *, number: bool) -> Piece:
        """An element of a sequence."""

    @abstractmethod
    def slope(self, name: str, index: str, *, number: bool) -> Piece:
        """The abbreviated diag(φ'(a)) of a pre-activation."""

    @abstractmethod
    def error(self, name: str, index: str, *, number: bool) -> Piece:
        """The abbreviated gradient of a total by a pre-activation."""

    @abstractmethod
    def entry(self, base: Piece, row: str, column: str, *, named: bool) -> Piece:
        """An entry; an empty column stands for the entry of a column vector."""

    @abstractmethod
    def constant(self, kind: str, size: str = "") -> Piece:
        """The ``identity``, ``zero``, ``ones`` or ``unit``, with its size or position."""

    @abstractmethod
    def call(self, function: str, arguments: Sequence[Piece], order: int = 0, member: str = "") -> Piece:
        """A function, or its derivative, of arguments; ``diag``, ``vec``, ``tr`` and ``det`` among them."""

    @abstractmethod
    def power(self, base: Piece, exponent: Piece, *, entrywise: bool = False) -> Piece:
        """A power."""

    @abstractmethod
    def transposed(self, base: Piece) -> Piece:
        """A transpose."""

    @abstractmethod
    def binder(self, sign: str, variable: str, lower: str, upper: str, body: Piece) -> Piece:
        """A ``sum``, or an ``ascending`` or ``descending`` product."""

    @abstractmethod
    def fraction(self, above: Piece, below: Piece) -> Piece:
        """A quotient of scalars."""

    @abstractmethod
    def jacobian(self, kind: str, of: Piece, wrt: Piece) -> Piece:
        """A ``total`` or ``immediate`` derivative."""

    def turns(self, jacobian: TotalJacobian | ImmediateJacobian) -> bool:
        """Whether the sign of a Jacobian stands for its transpose; see :mod:`symrnn.latex.layouts`."""
        return False

    @abstractmethod
    def turned(self, kind: str, of: Piece, wrt: Piece, *, flat: bool) -> Piece:
        """The transpose of a Jacobian that turns; ``flat`` where it is by a matrix, of which it is the vec."""

    @abstractmethod
    def gradient(self, of: Piece, wrt: Piece) -> Piece:
        """A gradient."""

    @abstractmethod
    def differential(self, of: Piece) -> Piece:
        """A differential."""

    @abstractmethod
    def norm(self, of: Piece, kind: str) -> Piece:
        """A norm, by the name of its kind."""

    @abstractmethod
    def measure(self, kind: str, of: Sequence[Piece]) -> Piece:
        """A ``radius`` (spectral), a ``singular`` value or entry (the ``smallest``), or an ``inner`` product."""

    @abstractmethod
    def matrix(self, rows: Sequence[Sequence[Piece]]) -> Piece:
        """A matrix written entry by entry."""

    @abstractmethod
    def other(self, scalar: sp.Expr) -> Piece:
        """A scalar that is written as SymPy writes it."""
