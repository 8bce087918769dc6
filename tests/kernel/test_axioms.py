"""The axioms about functions, on numbers: their data against mpmath's functions and derivatives."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from fractions import Fraction

import mpmath as mp
import pytest
from kernel.evaluator import Model
from kernel.terms_at_random import SYSTEM, WIDTHS, leaf, m, n

from symrnn.activations import PARTIAL, z
from symrnn.kernel.axioms import AXIOMS, BY_OTHERS, NAMED_SLOPES, SLOPES, STOPPED
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.linear import number, variable
from symrnn.kernel.normal import Normal
from symrnn.kernel.rules import Theorem
from symrnn.kernel.steps import Value
from symrnn.kernel.terms import ONE, Term

BY_HAND: dict[str, Callable[[mp.mpf], mp.mpf]] = {
    "tanh": mp.tanh,
    "sigmoid": lambda z: 1 / (1 + mp.exp(-z)),
    "exp": mp.exp,
    "softplus": lambda z: mp.log(1 + mp.exp(z)),
    "inverse": lambda z: 1 / z,
    "rsqrt": lambda z: 1 / mp.sqrt(z),
    "log": mp.log,
}
POINTS = ("-7.3", "-1.25", "-0.1", "0", "0.4", "1.9", "6.02")


def within(names: Iterable[str]) -> list[tuple[str, str]]:
    """Functions with the points of their domains."""
    found = itertools.product(names, POINTS)
    return [(name, at) for name, at in found if name not in PARTIAL or PARTIAL[name].member({}).domain.subs(z, at)]


def test_every_domain_has_points_and_leaves_some_out() -> None:
    for name in PARTIAL:
        assert 0 < len(within([name])) < len(POINTS)


@pytest.mark.parametrize(("name", "at"), within(SLOPES))
def test_a_slope_is_its_polynomial_in_the_value(name: str, at: str) -> None:
    with mp.workdps(40):
        point = mp.mpf(at)
        value = BY_HAND[name](point)
        coefficients = [mp.mpf(Fraction(c).numerator) / Fraction(c).denominator for c in SLOPES[name]]
        polynomial = sum(c * value**power for power, c in enumerate(coefficients))
        assert abs(mp.diff(BY_HAND[name], point) - polynomial) < mp.mpf(10) ** -18


@pytest.mark.parametrize(("name", "at"), within(NAMED_SLOPES))
def test_a_slope_is_the_function_of_its_name(name: str, at: str) -> None:
    with mp.workdps(40):
        point = mp.mpf(at)
        assert abs(mp.diff(BY_HAND[name], point) - BY_HAND[NAMED_SLOPES[name]](point)) < mp.mpf(10) ** -18


@pytest.mark.parametrize("which", BY_OTHERS)
@pytest.mark.parametrize("at", POINTS)
def test_a_function_is_what_another_makes_it(which: str, at: str) -> None:
    name, constant, factor, other, stretch = BY_OTHERS[which]
    with mp.workdps(40):
        point = mp.mpf(at)
        assert abs(BY_HAND[name](point) - (constant + factor * BY_HAND[other](stretch * point))) < mp.mpf(10) ** -35


@pytest.mark.parametrize("which", BY_OTHERS)
def test_the_other_side_is_what_the_data_say(which: str) -> None:
    name, constant, factor, other, stretch = BY_OTHERS[which]
    z = NORMAL.of(leaf("x", variable("k")))
    found = AXIOMS[which].right(NORMAL, ("fn", name, None, 0, z))
    inside: Term = ("fn", other, None, 0, ("scale", Fraction(stretch), leaf("x", variable("k"))))
    wanted: Term = ("add", ("scale", Fraction(constant), ("ones", n, ONE)), ("scale", Fraction(factor), inside))
    assert found == NORMAL.value(wanted)
    for atom in (
        ("fn", name, None, 1, z),
        ("fn", name, number(1), 0, z),
        ("fn", "phi", None, 0, z),
        ("leaf", "x", None),
    ):
        with pytest.raises(NotProvedError, match=f"not a value of {name}"):
            AXIOMS[which].right(NORMAL, atom)


def test_a_changed_coefficient_would_be_seen() -> None:
    with mp.workdps(40):
        value = mp.tanh(mp.mpf("0.4"))
        assert abs(mp.diff(mp.tanh, mp.mpf("0.4")) - (1 - value)) > mp.mpf("0.1")


# -- axioms about particular matrices, on every small instance ---------------------------------------------------------

NORMAL, NUMBERS = Normal(SYSTEM), Model(SYSTEM.quantities, WIDTHS)
AT = {"k": 0, "j": 0, **WIDTHS}


def holds(name: str, term: Term, values: dict[str, int]) -> bool | None:
    """Whether an axiom holds at some indices; None where it says nothing."""
    axiom = AXIOMS[name]
    if any(form.at({v: number(x) for v, x in values.items()}).constant < 0 for form in axiom.needs(NORMAL, term)):
        return None
    return NUMBERS(axiom.right(NORMAL, term), values) == NUMBERS(term, values)


@pytest.mark.parametrize(
    ("name", "lower", "least"),
    [("choose none", number(0), 40), ("choose too many", variable("j"), 15), ("Pascal", variable("j"), 15)],
)
def test_a_rule_for_binomial_coefficients(name: str, lower: object, least: int) -> None:
    term: Term = ("binom", variable("k"), lower)
    found = [holds(name, term, {**AT, "k": k, "j": j}) for k, j in itertools.product(range(-3, 7), repeat=2)]
    assert False not in found
    assert found.count(True) >= least


def test_a_rule_for_binomial_coefficients_without_its_conditions_would_be_seen() -> None:
    right = AXIOMS["choose too many"].right(NORMAL, ("binom", variable("k"), variable("j")))
    values = {**AT, "k": -1, "j": 1}
    assert NUMBERS(right, values) != NUMBERS(("binom", variable("k"), variable("j")), values) == [[Fraction(-1)]]


@pytest.mark.parametrize(
    "term",
    [leaf("A", variable("k")), leaf("B", variable("k")), ("id", n), ("scale", Fraction(2), leaf("C", variable("k")))],
)
def test_every_row_is_picked_by_its_unit(term: Term) -> None:
    steps, value = (
        Value(SYSTEM, (variable("n") - 1, variable("m") - 1), (), lambda _: no_theorem(), lambda _: False),
        NORMAL.value(term),
    )
    name = value.rows[0][0][0]
    found = steps.after(value, [[0], "units", [[(0 if name == "n" else 1, Fraction(1))]]])
    assert found != value
    assert NUMBERS(found, AT) == NUMBERS(term, AT)
    assert NUMBERS(found, {**AT, "n": 1, "m": 2}) != NUMBERS(term, AT)  # the index is not the width
    with pytest.raises(NotProvedError, match="is not shown"):
        steps.after(value, [[0], "units", [[]]])


@pytest.mark.parametrize(
    "term",
    [
        (
            "mul",
            ("T", leaf("x", variable("k"))),
            leaf("C", variable("k")),
            leaf("A", variable("k")),
            leaf("y", variable("k")),
        ),
        ("mul", leaf("C", variable("k")), leaf("A", variable("k")), leaf("E", variable("k"))),
    ],
)
@pytest.mark.parametrize("at", [0, 1])
def test_units_between_any_two_factors(term: Term, at: int) -> None:
    steps = Value(SYSTEM, (variable("n") - 1, variable("m") - 1), (), lambda _: no_theorem(), lambda _: False)
    value = NORMAL.value(term)
    part = 1 if value.rows == value.cols == ONE else 0
    word = [value.terms[0][0].word, *value.terms[0][0].scalars][part]
    name = NORMAL.shape(word[at])[1][0][0][0]
    found = steps.after(value, [[0, part, at], "between", 0, [[(0 if name == "n" else 1, Fraction(1))]]])
    assert found != value
    assert NUMBERS(found, AT) == NUMBERS(term, AT)
    with pytest.raises(NotProvedError, match="is not shown"):
        steps.after(value, [[0, part, at], "between", 0, [[]]])


@pytest.mark.parametrize("index", range(-3, 6))
def test_the_entries_of_a_column_of_ones(index: int) -> None:
    for size in (n, m):
        picked: Term = ("mul", ("T", ("ones", size, ONE)), ("unit", size, number(index)))
        assert NORMAL.value(picked) == NORMAL.value(("id", ONE))
        assert NUMBERS(picked, AT) == [[Fraction(1)]]


def no_theorem() -> Theorem:
    raise NotProvedError("no theorem")


def test_units_are_apart_where_the_rule_says_so() -> None:
    steps = Value(SYSTEM, (), (), lambda _: no_theorem(), lambda _: False)
    for size, width in ((n, WIDTHS["n"]), (m, WIDTHS["m"])):
        for i, j in itertools.product(range(-1, 6), repeat=2):
            pair: Term = ("mul", ("T", ("unit", size, number(i))), ("unit", size, number(j)))
            facts = (variable("n") - width, width - variable("n"), variable("m") - width, width - variable("m"))
            sign, inside = (1 if i > j else -1), i != j and 1 <= min(i, j) <= max(i, j) <= width
            own = 0 if size == n else 2
            rows = [[], [], [(own, Fraction(1))], [], [(own, Fraction(1))]]
            words = ((("T", ("unit", size, number(i))),), (("unit", size, number(j)),))
            try:
                assert not steps.apart(*words, facts, sign, rows).terms
            except NotProvedError:
                assert not inside
            else:
                assert inside
                assert NUMBERS(pair, AT) == [[0]]


def test_every_axiom_has_a_source() -> None:
    assert all(axiom.says and axiom.source for axiom in AXIOMS.values())


@pytest.mark.parametrize("order", range(3))
def test_what_is_held_has_its_value_and_no_slope(order: int) -> None:
    inside: Term = ("mul", leaf("A", variable("k")), leaf("B", variable("k")))
    p = NORMAL.value(inside)
    found = AXIOMS["stopped"].right(NORMAL, ("fn", STOPPED, None, order, p))
    assert found == (p if order == 0 else NORMAL.value(("zero", p.rows, p.cols)))
    for atom in (("fn", "phi", None, order, p), ("fn", STOPPED, number(1), order, p), ("leaf", "x", None)):
        with pytest.raises(NotProvedError, match="not what is held"):
            AXIOMS["stopped"].right(NORMAL, atom)
