"""Backpropagation through time that is cut short: after so many steps, or where a chunk begins.

Sources: Williams and Peng (1990), An efficient gradient-based algorithm for on-line training of recurrent network
trajectories; Jaeger (2002), A tutorial on training recurrent neural networks, sec. 4; Goodfellow, Bengio and Courville
(2016), Deep Learning, sec. 10.2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatAdd, MatrixExpr, MatrixSymbol

from symrnn import late
from symrnn.calculus.differential import added
from symrnn.derivation.claim import Claim
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import Kind, Verdict
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, MatrixSum, Sequence, TotalJacobian, Variable
from symrnn.expr.base import operand
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, s
from symrnn.truncation.paths import Paths

Length: TypeAlias = sp.Expr | int


@dataclass(frozen=True)
class Truncation:
    """A truncated derivative beside the whole one, as a producer wrote it; only the checker decides whether it holds.

    Args:
        recurrence: whose quantities it speaks of.
        whole: the derivative with all paths.
        kept: the paths that truncation keeps.
        error: the closed form of all others.
        where: conditions on the indices.
    """

    recurrence: Recurrence
    whole: MatrixExpr
    kept: MatrixExpr
    error: MatrixExpr
    where: tuple[Relational, ...]

    @property
    def equation(self) -> Equation:
        """Whole = kept + error."""
        return Equation(self.whole, _sum(self.kept, self.error), self.where)

    @property
    def without_error(self) -> Equation:
        """Whole = kept: what would have to hold if truncation were no approximation."""
        return Equation(self.whole, self.kept, self.where)

    def __str__(self) -> str:
        """The equation as plain text."""
        return late.equation_text(self.equation)

    def verify(self) -> Verdict:
        """Let the checker decide whether the error is the one that is written here."""
        return Claim("truncation", "the error of truncation", self.equation, Kind.PROVED, self.recurrence).verify()


def truncated(recurrence: Recurrence, of: Variable, wrt: MatrixSymbol, length: Length) -> Truncation:
    """Keep the paths that enter at one of the last K steps, t - K + 1, ..., t, where K <= t.

    Args:
        recurrence: the definitions.
        of: a state, an output, or a loss that is a sum of outputs over time, each of which keeps its own last K steps.
        wrt: a parameter that all steps share.
        length: K, a symbol or a number; beyond t nothing is cut, see :func:`untruncated`.

    Raises:
        UnknownTermError: for another quantity or parameter.

    The error is Φ(t, t - K) dh_{t-K}/dW, with the states stacked where there are several.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn, K = Elman(), sp.Symbol("K", integer=True)
    >>> cut = truncated(rnn, rnn.h[t], rnn.W_hh, K)
    >>> cut.kept
    Sum(d h[t]/d h[-k + t]*d+ h[-k + t]/d+ W_hh, (k, 0, K - 1))
    >>> cut.error
    d h[t]/d h[-K + t]*d h[-K + t]/d W_hh
    >>> print(cut.verify().kind, cut.where)
    PROVED (K >= 0, t >= K)
    """
    K = operand(length)
    if isinstance(of, MatrixSymbol):
        return _truncated_total(recurrence, of, wrt, K)
    paths = Paths(recurrence, of, wrt)
    where = (K >= 0, of.index - paths.first + 1 >= K, *paths.exists())
    kept = paths.kept(of.index - k, (k, sp.S.Zero, K - 1))
    return Truncation(recurrence, TotalJacobian(of, wrt), kept, paths.lost(of.index - K), _stated(where))


def untruncated(recurrence: Recurrence, of: Element, wrt: MatrixSymbol, length: Length) -> Truncation:
    """The same for K >= t: all steps are kept, and the error is 0.

    >>> from symrnn.cells import LSTM
    >>> from symrnn.symbols import t
    >>> lstm, K = LSTM(), sp.Symbol("K", integer=True)
    >>> untruncated(lstm, lstm.h[t], lstm.U_f, K).verify().kind
    <Kind.PROVED: 'PROVED'>
    """
    K = operand(length)
    paths = Paths(recurrence, of, wrt)
    where = (of.index >= paths.first, of.index - paths.first + 1 <= K)
    kept = paths.kept(of.index - k, (k, sp.S.Zero, of.index - paths.first))
    whole = TotalJacobian(of, wrt)
    return Truncation(recurrence, whole, kept, sp.ZeroMatrix(*whole.shape), _stated(where))


def chunked(
    recurrence: Recurrence, of: Sequence, wrt: MatrixSymbol, length: Length, chunk: Length, offset: Length
) -> Truncation:
    """Cut the sequence into chunks of K steps; what a chunk starts from is passed on as a constant.

    The paths are kept that enter inside the chunk of the quantity, at c K + 1, ..., c K + r. With r = K and every
    offset in between, chunk c = 0, 1, ... ends at (c + 1) K.

    Args:
        recurrence: the definitions; equations of states hold from index 1 on.
        of: the sequence of a state or an output, taken at c K + r.
        wrt: a parameter that all steps share.
        length: K >= 1, a symbol or a number.
        chunk: c >= 0.
        offset: r with 1 <= r <= K.

    Raises:
        UnknownTermError: for another quantity or parameter.

    The error is Φ(cK + r, cK) dh_{cK}/dW; it is 0 in the first chunk.

    >>> from symrnn.cells import Elman
    >>> rnn, (K, c, r) = Elman(), sp.symbols("K c r", integer=True)
    >>> cut = chunked(rnn, rnn.h, rnn.W_hh, K, c, r)
    >>> cut.error
    d h[K*c + r]/d h[K*c]*d h[K*c]/d W_hh
    >>> cut.verify().kind
    <Kind.PROVED: 'PROVED'>
    """
    K, c, r = map(operand, (length, chunk, offset))
    paths = Paths(recurrence, of.at(K * c + r), wrt)
    start = K * c + paths.first - 1
    paths = Paths(recurrence, of.at(start + r), wrt)
    kept = paths.kept(start + s, (s, sp.S.One, r))
    where = (K >= 1, c >= 0, r >= 1, r <= K)
    return Truncation(recurrence, TotalJacobian(paths.of, wrt), kept, paths.lost(start), _stated(where))


def _truncated_total(recurrence: Recurrence, of: MatrixSymbol, wrt: MatrixSymbol, K: sp.Expr) -> Truncation:
    body = recurrence.totals.get(of)
    if not isinstance(body, MatrixSum) or not isinstance(body.body, Element):
        raise UnknownTermError(
            f"{of} is not a sum of an output over time", advice="truncate the derivative of its summands, one by one"
        )
    paths = Paths(recurrence, body.body, wrt)
    at, low, high = body.variable, body.lower, body.upper
    if paths.of.index != at or low != paths.first:
        raise UnknownTermError(
            f"{of} does not sum {paths.of} from index {paths.first} on",
            advice="truncate the derivative of its summands",
        )
    whole = paths.kept(at - k, (k, sp.S.Zero, at - low))
    cut = paths.kept(at - k, (k, sp.S.Zero, K - 1))
    shape = TotalJacobian(of, wrt).shape
    later = (at, K + low, high)
    kept = added(shape, [_over(whole, (at, low, K + low - 1)), _over(cut, later)])
    error = _over(paths.lost(at - K), later)
    return Truncation(recurrence, TotalJacobian(of, wrt), kept, error, _stated((K >= 0, high - low + 1 >= K)))


def _over(body: MatrixExpr, within: tuple[sp.Symbol, sp.Expr, sp.Expr]) -> MatrixExpr:
    return body if isinstance(body, sp.ZeroMatrix) else MatrixSum(body, *within)


def _sum(left: MatrixExpr, right: MatrixExpr) -> MatrixExpr:
    if isinstance(right, sp.ZeroMatrix):
        return left
    return right if isinstance(left, sp.ZeroMatrix) else MatAdd(left, right)


def _stated(where: tuple[sp.Basic, ...]) -> tuple[Relational, ...]:
    return tuple(condition for condition in where if condition != sp.true)
