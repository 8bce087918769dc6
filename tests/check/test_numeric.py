"""Testing identities modulo a prime: slips are seen, and the bound on the error is one."""

from __future__ import annotations

import pytest
import sympy as sp
from check.claims import TRUE_CLAIMS, closed_form, elman

from symrnn.cells import Elman, Leaky
from symrnn.check import agreement, equal_at, identity_test
from symrnn.check.deciding.numeric import _compared, agrees_modulo, degree_bound
from symrnn.check.refuting.instances import choices
from symrnn.derivation import Equation
from symrnn.errors import EvaluationError, LimitError
from symrnn.evaluate import Entries, Evaluator, SymbolicAssignment, UndefinedElementError
from symrnn.expr import Differential, OrderedProduct, TotalJacobian
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, m, n, t

rnn = elman()
h, W = rnn.h, rnn.W_hh
J = TotalJacobian(h[t], W)


@pytest.mark.parametrize("claim", TRUE_CLAIMS, ids=lambda claim: claim.id)
def test_true_claims_are_identities(claim) -> None:
    for numbers in choices(claim.equation, claim.model)[-2:]:
        assert identity_test(claim.equation, claim.model, numbers.sizes, numbers.indices).agrees


def test_one_entry_that_is_off_is_seen() -> None:
    corner = sp.SparseMatrix(3, 9, {(2, 8): 1})
    slip = sp.MatrixSymbol("E", 3, 9)
    fixed = Elman("phi", 3, 3, 3)
    equation = Equation(
        TotalJacobian(fixed.h[t], fixed.W_hh), closed_form(fixed) + sp.Rational(1, 10**9) * slip, (t >= 0,)
    )
    assert not identity_test(equation, fixed, {}, {t: 4}).agrees
    assert corner.shape == slip.shape


def test_the_error_bound_shrinks_with_the_trials() -> None:
    equation = Equation(J, closed_form(rnn), (t >= 0,))
    one, three = (identity_test(equation, rnn, {n: 2}, {t: 3}, trials=trials) for trials in (1, 3))
    assert one.error < 2**-40
    assert three.error == pytest.approx(one.error**3)
    assert "2^61 - 1" in one.evidence


def test_constants_have_a_bound_too() -> None:
    constant = Equation(sp.Identity(n), sp.Identity(n))
    result = identity_test(constant, rnn, {n: 2}, {})
    assert result.agrees
    assert result.evidence


@pytest.mark.parametrize("activation", ["identity", "square", "phi"])
@pytest.mark.parametrize(("size", "last"), [(1, 1), (1, 3), (2, 1), (2, 2)])
def test_the_degree_bound_is_one(activation: str, size: int, last: int) -> None:
    """True degrees, from entries that are polynomials in symbols; each φ(…) and φ'(…) counts as one."""
    model = Elman(activation, size, 1, 1)
    term = closed_form(model)
    entries = Evaluator(Entries(), SymbolicAssignment(indices={t: last}), model).value(term)
    true = 0
    for entry in entries.ravel():
        applied = entry.atoms(sp.Function, sp.Subs, sp.Derivative)
        rule = {a: sp.Dummy() for a in applied}
        for part in (entry, *(a.args[0] for a in applied if isinstance(a, sp.Function))):
            polynomial = sp.expand(part.xreplace(rule))
            true = max(true, 0 if polynomial.is_number else sp.Poly(polynomial).total_degree())
    assert true >= 1
    assert degree_bound(Equation(term, term), model, {}, {t: last}) >= true


def test_arguments_count_in_the_degree() -> None:
    """φ(W⁵ h) is one indeterminate, but whether two such arguments meet is a question of degree 6."""
    deep = rnn.phi(W**5 * h[0])
    assert degree_bound(Equation(deep, deep), rnn, {n: 2}, {}) >= 6


def test_exact_equality_at_numbers() -> None:
    equation = Equation(J, closed_form(rnn), (t >= 0,))
    assert equal_at(equation, rnn, {n: 2}, {t: 2})
    assert not equal_at(Equation(J, 2 * closed_form(rnn), (t >= 0,)), rnn, {n: 1}, {t: 1})


def test_digits_are_relative_to_the_largest_entry() -> None:
    tanh = elman("tanh")
    JJ = TotalJacobian(tanh.h[t], tanh.W_hh)
    assert agreement(Equation(JJ, JJ), tanh, {n: 2}, {t: 2}).digits >= 50
    off = Equation(JJ, (1 + sp.Rational(1, 10**20)) * JJ)
    assert 19 < agreement(off, tanh, {n: 2}, {t: 2}).digits < 21
    assert agreement(Equation(sp.ZeroMatrix(n, 1), h[0]), tanh, {n: 2}, {}).digits == 0


def test_what_cannot_be_evaluated_is_said() -> None:
    equation = Equation(J, closed_form(rnn), (t >= 0,))
    with pytest.raises(EvaluationError, match="the index t"):
        identity_test(equation, rnn, {n: 2}, {})
    with pytest.raises(EvaluationError, match="the size n"):
        identity_test(equation, rnn, {}, {t: 2})
    with pytest.raises(UndefinedElementError, match=r"h\[-1\] does not exist"):
        identity_test(equation, rnn, {n: 2}, {t: -1})
    with pytest.raises(UndefinedElementError, match="negative length"):
        identity_test(Equation(closed_form(rnn), J, (t >= 0,)), rnn, {n: 2}, {t: -1})
    with pytest.raises(LimitError, match="the limit is 100000"):
        identity_test(equation, rnn, {n: 2}, {t: 10**6})
    with pytest.raises(LimitError, match="the limit is 200000 entries"):
        identity_test(equation, rnn, {n: 10**4}, {t: 2})
    with pytest.raises(EvaluationError, match="phi is generic"):
        agreement(equation, rnn, {n: 1}, {t: 1})
    with pytest.raises(LimitError, match="10000"):
        agreement(equation, elman("tanh"), {n: 1}, {t: 1}, digits=10**6)


# -- values that equations about one recurrence share ------------------------------------------------------------------


def agree(equation: Equation, sizes: dict, indices: dict, seed: int = 0, over: Recurrence = rnn) -> bool:
    """Whether the sides agree, which has to be so as well where nothing is shared."""
    agrees = agrees_modulo(equation, over, sizes, indices, seed)
    assert agrees == _compared(equation, over, sizes, indices, seed)[0]
    return agrees


def test_shared_values_are_those_of_the_numbers_the_seed_and_the_recurrence() -> None:
    step = Equation(TotalJacobian(h[t], h[t - 1]), rnn.D(t) * W, (t >= 1,))
    swapped = Equation(TotalJacobian(h[t], h[t - 1]), W * rnn.D(t), (t >= 1,))
    once = Equation(TotalJacobian(h[t], h[0]), rnn.D(t) * W, (t >= 1,))  # holds for t = 1
    other = elman("tanh")
    for _ in range(2):
        for sizes in ({n: 1, rnn.m: 2}, {n: 2, rnn.m: 2}, {n: 3, rnn.m: 1}):
            for at in (1, 2, 3):
                for seed in (0, 1):
                    assert agree(step, sizes, {t: at}, seed)
                    assert agree(swapped, sizes, {t: at}, seed) == (sizes[n] == 1)
                    assert agree(once, sizes, {t: at}, seed) == (at == 1)
        assert agree(Equation(other.h[1], other.h[1]), {n: 2, rnn.m: 2}, {}, 0, other)
        assert agree(Equation(h[1], h[1]), {n: 2, rnn.m: 2}, {}, 0)


def test_what_varies_is_not_shared() -> None:
    """The differential of a state that nothing moves is zero, and only then."""
    still = sp.ZeroMatrix(n, 1)
    for _ in range(2):
        for varying, is_zero in (((), True), ((W,), False)):
            equation = Equation(Differential(h[1]), still, varying=varying)
            assert agree(equation, {n: 2, rnn.m: 2}, {}) == is_zero


def test_matrices_of_other_shapes_under_one_name_do_not_meet() -> None:
    """Two statements that have nothing but a name of a matrix in common are tried each for itself."""
    for cols in (n, rnn.m, n):
        A = sp.MatrixSymbol("A", n, cols)
        assert agree(Equation(W * A, W * A), {n: 2, rnn.m: 3}, {})
        assert not agree(Equation(W * A, 2 * W * A), {n: 2, rnn.m: 3}, {})


def test_numbers_of_other_signs_under_one_name_do_not_meet() -> None:
    """What holds for one number holds for the other, and is tried with products that each has alone."""
    for declared in ({"positive": True}, {}, {"negative": True}, {}):
        c = sp.Symbol("c", real=True, **declared)
        times = OrderedProduct(c * W, (k, 1, t), "descending")
        assert agree(
            Equation(times, c * W * OrderedProduct(c * W, (k, 1, t - 1), "descending"), (t >= 1,)), {n: 2}, {t: 3}
        )
        assert not agree(Equation(times, -times, (t >= 1,)), {n: 2}, {t: 3})


def test_numbers_of_a_cell_are_shared() -> None:
    """The leak of a cell is one number in all equations about it."""
    cell = Leaky("phi")
    step = TotalJacobian(cell.h[t], cell.h[t - 1])
    found = cell.derive(cell.h[t], wrt=cell.h[t - 1]).closed_form
    for _ in range(2):
        assert agree(Equation(step, found, (t >= 1,)), {n: 2, m: 2}, {t: 2}, 0, cell)
        assert not agree(Equation(step, 2 * found, (t >= 1,)), {n: 2, m: 2}, {t: 2}, 0, cell)
