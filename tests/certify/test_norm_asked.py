"""The way back from certificates of norms: it finds what was asked, and every slip in what the kernel accepted."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp
from check.norm_mutations import mutants

from symrnn.activations import Activation, activation, z
from symrnn.cells import Elman
from symrnn.certify.errors import NotAskedError
from symrnn.certify.norm_asked import _is_so_at_points, proved_signs, require_asked_of_norms
from symrnn.certify.norms.norm_search import certificate
from symrnn.derivation import BoundedSlope, Equation, ForEvery, Inequality, Limit
from symrnn.errors import IndexRangeError, SymbolClashError, SymrnnError
from symrnn.expr import Norm, SmallestEntry, SmallestSingularValue, SpectralRadius, TotalJacobian
from symrnn.kernel.linear import number, variable
from symrnn.kernel.norms import NormReplay
from symrnn.kernel.norms import replay as replayed
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, n, s, t

rnn, tanh = Elman(), Elman("tanh")
gamma, c, eta = sp.symbols("gamma c eta", positive=True)
Q, W = sp.MatrixSymbol("Q", n, n), sp.MatrixSymbol("W", n, n)
jacobian = TotalJacobian(rnn.h[t], rnn.h[t - k])
slope = BoundedSlope("phi", gamma)
single = Elman("tanh", 1)
one = TotalJacobian(single.h[t], single.h[t - 1])

CASES: dict[str, tuple[Inequality | Limit, Recurrence | None]] = {
    "bound": (Inequality(Norm(jacobian), (gamma * Norm(rnn.W_hh)) ** k, (k >= 0, t >= k), (slope,)), rnn),
    "from below": (
        Inequality(
            (c * SmallestSingularValue(rnn.W_hh)) ** k,
            Norm(jacobian),
            (k >= 0, t >= k),
            (BoundedSlope("phi", at_least=c),),
        ),
        rnn,
    ),
    "limit": (Limit(Norm(jacobian), k, 0, (k >= 0, t >= k), (slope, gamma * Norm(rnn.W_hh) < 1)), rnn),
    "sum": (
        Inequality(
            Norm(TotalJacobian(rnn.h[t], rnn.W_hh)),
            sp.Sum(gamma * (gamma * Norm(rnn.W_hh)) ** k * eta, (k, 0, t - 1)),
            (t >= 1,),
            (slope, ForEvery(Norm(rnn.h[s]) <= eta, s, (s >= 0, s <= t))),
        ),
        rnn,
    ),
    "orthogonal": (
        Inequality(Norm(Q**k * W, "F"), Norm(W, "F"), (k >= 0,), (Equation(Q.T * Q, sp.Identity(n)),)),
        None,
    ),
    "root": (
        Inequality(sp.sqrt(n), Norm(Q**k, "F"), (k >= 0,), (Equation(Q.T * Q, sp.Identity(n)),)),
        None,
    ),
    "signs": (
        Inequality(
            0,
            SmallestEntry(jacobian),
            (k >= 0, t >= k),
            (SmallestEntry(rnn.W_hh) >= 0, BoundedSlope("phi", increasing=True)),
        ),
        rnn,
    ),
    "entry": (Inequality(one[0, 0], 0, (t >= 1,), (single.W_hh[0, 0] <= 0,)), single),
    "rate": (Limit(Norm(W**k) / c**k, k, 0, given=(SpectralRadius(W) < c,)), None),
}


def read(name: str) -> tuple[NormReplay, Inequality | Limit, Recurrence | None]:
    statement, recurrence = CASES[name]
    return replayed(certificate(statement, recurrence, name).lines[1:]), statement, recurrence


def is_refused(found: NormReplay, statement: Inequality | Limit, recurrence: Recurrence | None) -> bool:
    try:
        require_asked_of_norms(found, statement, recurrence)
    except (NotAskedError, SymrnnError):
        return True
    return False


@pytest.mark.parametrize("name", CASES)
def test_what_was_asked_is_found_again(name: str) -> None:
    require_asked_of_norms(*read(name))


@pytest.mark.parametrize("name", CASES)
def test_another_statement_is_not(name: str) -> None:
    """A certificate of one statement is one of no other, with a slip anywhere in its sides or its hypotheses."""
    found, statement, recurrence = read(name)
    tried = 0
    for mutant in mutants(statement, recurrence or rnn):
        same = mutant.kind == "hypothesis flipped" and mutant.place.startswith("where")  # -k <= 0 for k >= 0
        same |= isinstance(statement, Limit) and (mutant.kind, mutant.place) == ("hypothesis dropped", "where[0]")
        if mutant.statement is None or same or mutant.kind == "hypothesis everywhere":  # which assumes more
            continue
        tried += 1
        assert is_refused(found, mutant.statement, recurrence), mutant
    assert tried >= (6 if name not in ("entry", "signs") else 4)


def test_another_recurrence_is_not() -> None:
    found, statement, _ = read("bound")
    for other in (tanh, rnn.with_activation("identity"), None):
        with pytest.raises(NotAskedError):
            require_asked_of_norms(found, statement, other)


def test_what_a_symbol_is_has_to_be_said_of_it() -> None:
    found, statement, recurrence = read("from below")
    real = sp.Symbol("c", real=True)
    weaker = replace(statement, lhs=statement.lhs.xreplace({c: real}), given=(BoundedSlope("phi", at_least=real),))
    with pytest.raises(NotAskedError, match="c need not be positive"):
        require_asked_of_norms(found, weaker, recurrence)


def test_an_index_that_is_left_out_of_a_hypothesis() -> None:
    found, statement, recurrence = read("sum")
    stated = statement.given[1]
    but_one = replace(stated, where=(*stated.where, sp.Ne(stated.index, 2)))
    with pytest.raises(NotAskedError, match="a relation is assumed"):
        require_asked_of_norms(found, replace(statement, given=(slope, but_one)), recurrence)


@pytest.mark.parametrize("sort", ["positive", "negative"])
def test_an_index_of_a_hypothesis_has_the_values_of_its_symbol(sort: str) -> None:
    found, statement, recurrence = read("sum")
    few = sp.Symbol("s", integer=True, **{sort: True})
    stated = ForEvery(Norm(rnn.h[few]) <= eta, few, (few <= t,))
    assert is_refused(found, replace(statement, given=(slope, stated)), recurrence)


@pytest.mark.parametrize("sort", ["even", "nonzero"])
def test_an_index_of_a_hypothesis_is_declared_with_its_sign_at_most(sort: str) -> None:
    few = sp.Symbol("s", integer=True, **{sort: True})
    with pytest.raises(IndexRangeError, match="more than its sign"):
        ForEvery(Norm(rnn.h[few]) <= eta, few, (few <= t,))


def test_an_index_of_a_hypothesis_may_be_declared() -> None:
    _, statement, recurrence = read("sum")
    count = sp.Symbol("s", integer=True, nonnegative=True)
    stated = replace(statement, given=(slope, ForEvery(Norm(rnn.h[count]) <= eta, count, (count <= t,))))
    require_asked_of_norms(replayed(certificate(stated, recurrence, "sum").lines[1:]), stated, recurrence)


def test_more_conditions_in_an_assumption_are_fewer_assumptions() -> None:
    found, statement, recurrence = read("sum")
    stated = statement.given[1]
    wider = replace(stated, where=stated.where[:1])
    require_asked_of_norms(found, replace(statement, given=(slope, wider)), recurrence)


def test_slopes_with_a_formula_are_bounded_by_what_is_proved() -> None:
    jacobian = TotalJacobian(tanh.h[t], tanh.h[t - k])
    statement = Inequality(Norm(jacobian), Norm(tanh.W_hh) ** k, (k >= 0, t >= k))
    found = replayed(certificate(statement, tanh, "tanh").lines[1:])
    require_asked_of_norms(found, statement, tanh)
    found.slopes = [each._replace(high=("rational", Fraction(1, 2))) for each in found.slopes]
    with pytest.raises(NotAskedError, match="the slope of tanh"):
        require_asked_of_norms(found, statement, tanh)


def test_a_bound_of_a_slope_is_not_one_of_the_values() -> None:
    """Of φ nothing is assumed where its slope is bounded, nor of a function that has no value beside its poles."""
    found, statement, recurrence = read("sum")
    assert found.slopes
    found.slopes = [each._replace(order=0) for each in found.slopes]
    with pytest.raises(NotAskedError, match="phi is bounded"):
        require_asked_of_norms(found, statement, recurrence)
    assert [_is_so_at_points(activation(name), small) for name in ("tanh", "relu", "phi")] == [True, False, False]
    assert not _is_so_at_points(Activation("sinc", sp.sin(z) / z), small)


def small(value: sp.Expr) -> bool:
    return bool(abs(value) <= 1)


def test_a_sign_is_asked_for_or_proved() -> None:
    """|φ'| >= 0 says nothing of the sign of φ', and a bound of |φ'| from below, or of φ, nothing either."""
    found, statement, recurrence = read("signs")
    for other in (BoundedSlope("phi"), BoundedSlope("psi", increasing=True), BoundedSlope("phi", gamma)):
        with pytest.raises(NotAskedError, match="phi is bounded"):
            require_asked_of_norms(found, replace(statement, given=(statement.given[0], other)), recurrence)
    signed = next(at for at, each in enumerate(found.slopes) if each.signed)
    for change in ({"order": 0}, {"low": ("rational", Fraction(1, 2))}, {"high": ("rational", Fraction(1))}):
        kept = found.slopes[signed]
        found.slopes[signed] = kept._replace(**change)
        assert is_refused(found, statement, recurrence)
        found.slopes[signed] = kept
    plain, statement, recurrence = read("entry")
    assert [each.order for each in plain.slopes if each.signed] == [1]
    require_asked_of_norms(plain, statement, recurrence)
    plain.slopes = [each._replace(order=0) if each.signed else each for each in plain.slopes]
    with pytest.raises(NotAskedError, match="tanh is bounded"):  # it has values of both signs
        require_asked_of_norms(plain, statement, recurrence)


@pytest.mark.parametrize(
    ("name", "orders"),
    [("tanh", {1}), ("sigmoid", {0, 1}), ("gelu", set()), ("square", {0}), ("softplus", {1}), ("phi", set())],
)
def test_signs_of_activations(name: str, orders: set[int]) -> None:
    """Of an activation and of its slope it is known that they are never below 0, where they are not."""
    assert set(proved_signs(Elman(name))) == {(name, order) for order in orders}


def _found(**changes: object) -> Callable[[NormReplay], None]:
    def change(of: NormReplay) -> None:
        assert of.found is not None
        of.found = of.found._replace(**changes)

    return change


def _facts(change: Callable[..., object]) -> Callable[[NormReplay], None]:
    def changed(of: NormReplay) -> None:
        assert of.found is not None
        of.found = of.found._replace(facts=change(of.found.facts))

    return changed


def _assumed(of: NormReplay) -> None:
    of.assumed = [each._replace(facts=each.facts[1:]) for each in of.assumed]


def _stricter(of: NormReplay) -> None:
    of.assumed = [each._replace(relation="<") for each in of.assumed]


def _everywhere(of: NormReplay) -> None:
    of.assumed = [each._replace(names=()) for each in of.assumed]


def _slope(of: NormReplay) -> None:
    of.slopes = [each._replace(low=each.high) for each in of.slopes]


def _sign(of: NormReplay) -> None:
    of.reals["other"] = "positive"


def _renamed(of: NormReplay) -> None:
    of.reals = {**of.reals, "t": "real"}


SLIPS: dict[str, Callable[[NormReplay], None]] = {
    "the sides swapped": lambda of: _found(left=of.found.right, right=of.found.left)(of),
    "strict": _found(relation="<"),
    "a limit": _found(relation="→ 0"),
    "the right side": _found(right=("rational", Fraction(1))),
    "a condition more": _facts(lambda facts: (*facts, variable("t") - 5)),
    "a condition less": _facts(lambda facts: facts[1:]),
    "a condition nobody speaks of": _facts(lambda facts: (*facts, variable("z") - number(1))),
    "assumed more widely": _assumed,
    "assumed strictly": _stricter,
    "assumed of one index": _everywhere,
    "assumed of a slope": _slope,
    "a number nobody speaks of": _sign,
    "an index as a number": _renamed,
}


@pytest.mark.table(quick=4)
@pytest.mark.parametrize("slip", SLIPS)
def test_slip_in_what_was_accepted_is_found(slip: str) -> None:
    found, statement, recurrence = read("sum")
    SLIPS[slip](found)
    with pytest.raises(NotAskedError):
        require_asked_of_norms(found, statement, recurrence)


def test_nothing_is_not_what_was_asked() -> None:
    statement, recurrence = CASES["bound"]
    with pytest.raises(NotAskedError, match="nothing"):
        require_asked_of_norms(NormReplay(), statement, recurrence)


# -- signs of numbers and of matrices ----------------------------------------------------------------------------------


SIGNED = [  # 0 <= min(u ⊗ A) where 0 <= min(A), which is so of u >= 0
    ["system", *([name, rows, rows, False, 0, None, [], None, "given", 0] for name, rows in (("u", 1), ("A", "n")))],
    *(["leaf", "u", None], ["leaf", "A", None], ["kron", 0, 1], ["named", "u", "nonnegative"], ["rational", 0]),
    *(["smallest", 0], ["smallest", 1], ["smallest", 2], ["assume", [], [], 0, "<=", 2], ["sign", "u"]),
    *(["magnitude", "smallest", 0, [], []], ["combine", [], 0, "<=", 1, [[1, 0], [1, 2]], []]),
    *(["assumption", 0, {}, [], [], []],),
    ["lemma", "smallest entry of a Kronecker product", [0, 1], [], [3, 4], [], [], []],
    ["qed", 5, [], [], {}],
]


def test_a_sign_of_a_matrix_that_nobody_asked() -> None:
    """A certificate may take the entry of a 1 x 1 matrix for a number with a sign; then the sign is asked for."""
    found = replayed([json.dumps(line) for line in SIGNED])
    u, A = sp.MatrixSymbol("u", 1, 1), sp.MatrixSymbol("A", n, n)
    left = SmallestEntry(sp.KroneckerProduct(u, A))
    given = SmallestEntry(A) >= 0
    with pytest.raises(NotAskedError, match="nobody spoke of the number u"):
        require_asked_of_norms(found, Inequality(0, left, given=(given,)), None)
    with pytest.raises(NotAskedError, match="nobody spoke of the number u"):
        require_asked_of_norms(found, Inequality(0, left, given=(SmallestEntry(u) >= 0, given)), None)


def test_a_number_with_the_name_of_a_matrix() -> None:
    """What is known of the number would be so of the matrix, which the statement itself need not name."""
    number = sp.Symbol("W_hh", positive=True)
    statement = Inequality(0, number * SmallestEntry(one), (t >= 1,))
    found = replayed(certificate(statement, single, "clash").lines[1:])
    assert "given W_hh positive" in found.statement
    with pytest.raises(SymbolClashError, match="W_hh is the name of a number and of a matrix"):
        require_asked_of_norms(found, statement, single)
