"""Truncated and chunked derivatives: proved for symbolic indices, equal to those of an implementation by hand."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import mpmath
import pytest
import sympy as sp
from oracles.truncated import TanhNetwork

from symrnn.cells import IRNN, LSTM, LSTM1997, Bidirectional, Elman, Leaky
from symrnn.derivation import Claim, Equation, Kind
from symrnn.errors import UnknownTermError
from symrnn.evaluate import Assignment, Evaluator, Reals
from symrnn.expr import MatrixSum, TotalJacobian
from symrnn.recurrence import Recurrence
from symrnn.symbols import T, k, s, t
from symrnn.truncation import chunked, truncated, untruncated

K, c, r = sp.symbols("K c r", integer=True)
PROVED, REFUTED = Kind.PROVED, Kind.REFUTED
W = [[Fraction(1, 2), Fraction(-3, 4)], [Fraction(5, 4), Fraction(1, 3)]]
U = [[Fraction(1, 5)], [Fraction(-2, 3)]]
BIAS, START = [Fraction(1, 7), Fraction(-1, 9)], [Fraction(3, 5), Fraction(-1, 2)]
INPUTS = [[Fraction(j, 10) - Fraction(1, 4)] for j in range(1, 9)]
rnn = Elman("tanh", 2, 1, 1)


def network() -> TanhNetwork:
    as_mpf = lambda rows: [[mpmath.mpf(e.numerator) / e.denominator for e in row] for row in rows]  # noqa: E731
    with mpmath.workdps(70):
        return TanhNetwork(as_mpf(W), as_mpf(U), as_mpf([BIAS])[0], as_mpf([START])[0], as_mpf(INPUTS), digits=65)


def evaluated(term: sp.MatrixExpr, indices: dict[sp.Symbol, int], extra: dict[Any, Any] | None = None) -> Any:
    given: dict[Any, Any] = {rnn.W_hh: W, rnn.W_xh: U, rnn.b_h: BIAS, rnn.h[0]: START}
    given |= {rnn.x[j]: value for j, value in enumerate(INPUTS, 1)}
    return Evaluator(Reals(60), Assignment(indices=indices, given=given | (extra or {})), rnn).value(term)


def assert_agree(found: Any, expected: list[list[Any]]) -> None:
    with mpmath.workdps(60):
        gap = max(abs(found[i, j] - expected[i][j]) for i in range(2) for j in range(4))
        assert gap < mpmath.mpf(10) ** -50


@pytest.mark.parametrize(("at", "steps"), [(6, 1), (6, 3), (6, 6), (8, 2)])
def test_the_kept_paths_are_those_of_an_implementation(at: int, steps: int) -> None:
    kept = truncated(rnn, rnn.h[t], rnn.W_hh, K).kept
    assert_agree(evaluated(kept, {t: at, K: steps}), network().truncated(at, steps))


@pytest.mark.parametrize(("length", "chunk", "offset"), [(3, 0, 2), (3, 1, 1), (3, 1, 3), (2, 3, 2)])
def test_a_chunk_keeps_what_an_implementation_keeps(length: int, chunk: int, offset: int) -> None:
    kept = chunked(rnn, rnn.h, rnn.W_hh, K, c, r).kept
    expected = network().chunked(chunk * length + offset, length)
    assert_agree(evaluated(kept, {K: length, c: chunk, r: offset}), expected)


def test_the_oracle_without_truncation_is_the_derivative() -> None:
    assert_agree(evaluated(TotalJacobian(rnn.h[t], rnn.W_hh), {t: 7}), network().truncated(7, 7))


def decided(model: Recurrence, left: Any, right: Any, where: tuple[Any, ...]) -> Kind:
    return Claim("claim", "", Equation(left, right, where), PROVED, model).verify().kind


CELLS: dict[str, tuple[Any, str]] = {
    "Elman": (Elman(), "W_xh"),
    "IRNN": (IRNN(), "b_h"),
    "leaky": (Leaky(), "U"),
    "LSTM of 1997": (LSTM1997(), "b_i"),
}


@pytest.mark.table(quick=1)
@pytest.mark.parametrize(("cell", "name"), CELLS.values(), ids=CELLS.keys())
def test_the_error_is_proved(cell: Any, name: str) -> None:
    wrt = getattr(cell, name)
    assert truncated(cell, cell.h[t], wrt, K).verify().kind is PROVED
    assert untruncated(cell, cell.h[t], wrt, K).verify().kind is PROVED
    assert chunked(cell, cell.h, wrt, K, c, r).verify().kind is PROVED


@pytest.mark.table(quick=0)
def test_the_error_in_the_loss_is_proved() -> None:
    elman, lstm = Elman(), LSTM()
    assert truncated(elman, elman.L, elman.W_hh, K).verify().kind is PROVED
    assert truncated(elman, elman.L, elman.W_hy, K).error == sp.ZeroMatrix(1, elman.n * elman.q)
    assert truncated(elman, elman.L, elman.W_hy, K).verify().kind is PROVED
    assert truncated(lstm, lstm.ell[t], lstm.b_o, K).verify().kind is PROVED


elman = Elman()
CUT = truncated(elman, elman.h[t], elman.W_hh, K)


def mutant(lost: int = 0, kept: int = 0) -> sp.MatrixExpr:
    """The truncated sum and the error with the index of one or the other moved."""
    h, start = elman.h, t - K + lost
    within = CUT.kept.args
    summed = MatrixSum(within[0], (k, 0, K - 1 + kept))
    return sp.MatAdd(summed, TotalJacobian(h[t], h[start]) * TotalJacobian(h[t - K], elman.W_hh))


def test_slips_are_refuted() -> None:
    where = (K >= 1, t - 1 >= K)
    assert decided(elman, CUT.whole, mutant(), where) is PROVED
    assert decided(elman, CUT.whole, mutant(lost=1), where) is REFUTED
    assert decided(elman, CUT.whole, mutant(kept=1), where) is REFUTED
    assert decided(elman, CUT.whole, mutant(kept=-1), where) is REFUTED
    assert decided(elman, CUT.whole, CUT.kept, where) is REFUTED


def test_slips_in_chunks_are_refuted() -> None:
    cut = chunked(elman, elman.h, elman.W_hh, K, c, r)
    early = sp.MatAdd(MatrixSum(cut.kept.args[0], (s, 2, r)), cut.error)
    late = elman.h[K * c + 1]
    for wrong in (early, sp.MatAdd(cut.kept, TotalJacobian(cut.whole.of, late) * TotalJacobian(late, elman.W_hh))):
        assert decided(elman, cut.whole, wrong, cut.where) is REFUTED
    loss = truncated(elman, elman.L, elman.W_hh, K)
    assert decided(elman, loss.whole, loss.kept, (K >= 1, K <= T)) is REFUTED


def test_what_cannot_be_truncated_is_refused() -> None:
    with pytest.raises(UnknownTermError, match="not a parameter"):
        truncated(elman, elman.h[t], elman.h[0], K)
    with pytest.raises(UnknownTermError, match="neither a state nor an output"):
        truncated(elman, elman.a[t], elman.W_hh, K)
    with pytest.raises(UnknownTermError, match="is not a sum"):
        truncated(elman, elman.W_hh, elman.W_hh, K)


def test_an_output_that_reads_a_state_at_a_mirrored_index_exists_as_far_as_that_does():
    both = Bidirectional(Elman("tanh"))
    cut = truncated(both, both.ell[t], both.parameters[0], K)
    assert (t <= T + 1) in cut.where
    assert cut.verify().kind is PROVED
