# ruff: noqa: E501
"""Expectations on numbers: the normal form, and the steps that take something out, against all outcomes counted."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from kernel.evaluator import Model, at_values, same
from kernel.refuting import counterexample

from symrnn.kernel import monomials, normal, rules
from symrnn.kernel.differentials import differential
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.monomials import forget
from symrnn.kernel.normal import Normal
from symrnn.kernel.printer import show, show_system
from symrnn.kernel.rules import equal
from symrnn.kernel.steps import Hypothesis, Value
from symrnn.kernel.system import Quantity, System
from symrnn.kernel.terms import ONE, Size, Term, check_term, size

i, k, t = (variable(name) for name in "ikt")
n, m = (size(((name,), 1)) for name in "nm")
WIDTHS = {"n": 2, "m": 3}


def leaf(name: str, index: Linear | None = None) -> Term:
    return ("leaf", name, index)


def given(rows: Size = ONE, cols: Size = ONE, *moments: Term, indexed: bool = True) -> Quantity:
    return Quantity(rows, cols, indexed, 0, moments=moments)


def state(body: Term, rows: Size = ONE, cols: Size = ONE, *, role: str = "state", rank: int = 0) -> Quantity:
    return Quantity(rows, cols, True, 0, body, (), 1, role, rank)


def mean(*factors: Term) -> Term:
    return ("mean", factors[0] if len(factors) == 1 else ("mul", *factors))


def times(a: Term, b: Term) -> Term:
    """A number times a matrix."""
    return ("kron", a, b)


SYSTEM = System(
    {
        "q1": given(),
        "q2": given(),
        "r1": given(),
        "w1": given(indexed=False),
        "q": given(ONE, ONE, leaf("q1", i), leaf("q2", i)),
        "r": given(ONE, ONE, leaf("r1", i)),
        "w": given(ONE, ONE, leaf("w1"), indexed=False),
        "a": given(),
        "x": given(n),
        "A": given(n, n),
        "B": given(n, m),
        "y": state(("add", ("mul", leaf("q", i), leaf("a", i), leaf("y", i - 1)), leaf("a", i))),
        "v": state(("add", leaf("v", i - 1), leaf("q", i))),
        "h": state(("add", times(leaf("q", i), ("mul", leaf("A", i), leaf("h", i - 1))), leaf("x", i)), n),
        "Z": state(("add", times(leaf("q", i), ("mul", leaf("A", i), leaf("Z", i - 1))), leaf("B", i)), n, m),
        "g": state(("fn", "phi", None, 0, ("add", leaf("x", i), leaf("g", i - 1))), n),
        "p": state(("mul", leaf("r", i), leaf("p", i - 1))),
        "o": Quantity(ONE, ONE, True, 0, None, (("y", i), ("g", i)), 1, "output", 1),
        "e": state(leaf("y", i + 1), role="output", rank=1),
        "f": Quantity(ONE, ONE, True, 0, leaf("e", i), (), 1, "output", 2),
        "S": Quantity(ONE, ONE, True, 0, ("sum", "u", number(0), i, leaf("y", variable("u"))), (), 1, "output", 1),
        "L": Quantity(
            ONE, ONE, False, 0, ("sum", "u", number(0), number(2), leaf("y", variable("u"))), (), 0, "output", 1
        ),
    }
)


def model(seed: int) -> Model:
    return Model(SYSTEM.quantities, WIDTHS, seed)


def test_what_is_random_and_what_depends_on_nothing_later():
    assert SYSTEM.behind["y"] == SYSTEM.behind["L"] == SYSTEM.behind["f"] == SYSTEM.behind["Z"] == {"q"}
    assert SYSTEM.behind["g"] == SYSTEM.behind["q1"] == SYSTEM.behind["x"] == set()
    assert SYSTEM.behind["p"] == {"r"}
    assert SYSTEM.behind[""] == {"q", "r", "w"}
    assert {"q", "r", "y", "v", "h", "Z", "p", "o"} <= SYSTEM.causal
    assert not SYSTEM.causal & {"w", "e", "f", "S", "L"}


# -- the normal form ---------------------------------------------------------------------------------------------------

BY_HAND: dict[str, Term] = {
    "a sum": mean(("add", leaf("q", t), ("scale", Fraction(3), leaf("y", t)))),
    "a number that is not random": mean(leaf("a", t), leaf("q", t)),
    "a number that is": mean(leaf("q", t), leaf("y", t)),
    "matrices around": mean(leaf("A", t), leaf("h", t), ("T", leaf("h", t)), leaf("B", t)),
    "random on both sides": mean(times(leaf("q", t), ("mul", leaf("A", t), leaf("h", t - 1), ("T", leaf("x", t))))),
    "a sum over an index": mean(("sum", "k", number(0), t, ("mul", leaf("q", k), leaf("y", t - k)))),
    "a product": mean(("prod", "k", number(0), t, ("add", leaf("q", k), leaf("a", k)))),
    "a mean in a mean": mean(leaf("q", t), mean(leaf("q", t), leaf("a", t))),
    "a power": mean(("pow", leaf("q", t), number(3))),
    "a function": mean(("fn", "phi", None, 1, ("mul", leaf("A", t), leaf("h", t)))),
    "a function of what is not random": mean(times(leaf("q", t), ("fn", "phi", None, 0, leaf("g", t)))),
    "a mean in a function": ("fn", "phi", None, 0, mean(leaf("A", t), leaf("h", t))),
    "diagonals": mean(("diag", leaf("x", t)), ("diag", leaf("h", t)), leaf("A", t)),
    "the same under a sum": ("sum", "k", number(0), t, ("mul", mean(leaf("q", k)), mean(leaf("q", k), leaf("q", t)))),
    "nothing random": mean(leaf("A", t), leaf("g", t)),
    "a total": mean(leaf("L"), leaf("q", t)),
    "without an index": mean(leaf("w"), leaf("w"), leaf("a", t)),
}


def wrong(term: Term, seed: int, made: Normal) -> bool:
    """Whether a normal form has another value than its term."""
    check_term(term, SYSTEM)
    p, numbers = made.value(term), model(seed)
    return any(not same(numbers(term, {"t": at}), numbers(p, {"t": at})) for at in (0, 2))


@pytest.mark.parametrize("name", BY_HAND)
def test_terms_by_hand(name: str):
    assert not any(wrong(BY_HAND[name], seed, Normal(SYSTEM)) for seed in range(3))


def at_random(rng: random.Random, rows: Size, cols: Size, fuel: int, names: list[str]) -> Term:
    """A term with a lot of chance in it."""
    index = rng.choice([variable(rng.choice(names)), number(rng.randint(0, 2))])
    if fuel <= 0:
        small: dict[Any, list[str]] = {(ONE, ONE): ["q", "q", "r", "y", "a"], (n, ONE): ["x", "h", "g"], (n, n): ["A"]}
        return leaf(rng.choice(small[rows, cols]), index)
    less = fuel - 1

    def inner(r: Size, c: Size) -> Term:
        return at_random(rng, r, c, less, names)

    match rng.choice(["add", "mul", "mean", "mean", "sum", "number", "scale", "fn", "mul"]):
        case "add":
            return ("add", inner(rows, cols), inner(rows, cols))
        case "mul":
            between = n if cols == n else rng.choice([ONE, n])
            if between == ONE and rows != ONE:
                return ("mul", inner(rows, ONE), inner(ONE, cols))
            return (
                ("mul", inner(rows, n), inner(n, cols)) if rows == n else ("mul", ("T", inner(n, ONE)), inner(n, cols))
            )
        case "mean":
            return mean(inner(rows, cols))
        case "sum":
            v = f"k{fuel}_{len(names)}"
            return ("sum", v, number(0), number(1), at_random(rng, rows, cols, less, [*names, v]))
        case "number":
            return times(inner(ONE, ONE), inner(rows, cols))
        case "scale":
            return ("scale", Fraction(rng.randint(-2, 2), 3), inner(rows, cols))
    return ("fn", "phi", None, 0, leaf("h" if rows == n else "y", index)) if cols == ONE else inner(rows, cols)


def random_terms(number_: int, seed: int) -> Iterator[Term]:
    rng = random.Random(seed)
    for _ in range(number_):
        forget()
        yield mean(at_random(rng, *rng.choice([(ONE, ONE), (n, ONE), (n, n)]), rng.randint(1, 4), ["t"]))


def test_random_terms():
    assert not any(wrong(term, seed, Normal(SYSTEM)) for seed, term in enumerate(random_terms(20, 3)))


@pytest.mark.exhaustive
def test_many_random_terms():
    assert not any(wrong(term, seed, Normal(SYSTEM)) for seed, term in enumerate(random_terms(600, 4)))


BUGS = {
    "nothing is random": ("return any(self.system.behind[name] for name, _ in leaves(part))", "return False"),
    "a number stays outside": ("tuple(s for s in mono.scalars if self.is_random(s))", "mono.scalars[:0]"),
    "a number goes out and stays": ("tuple(s for s in mono.scalars if s not in scalars)", "mono.scalars"),
    "a number is lost": ("tuple(s for s in mono.scalars if s not in scalars)", "()"),
    "the last random factor goes out": ("low, high = (chances[0], chances[-1] + 1) if", "low, high = (chances[0], chances[0] + 1) if"),
    "the first random factor goes out": ("low, high = (chances[0], chances[-1] + 1) if", "low, high = (chances[-1], chances[-1] + 1) if"),
    "the sign is lost": ("found.append(self.summed(mono, scaled(c, whole)))", "found.append(self.summed(mono, whole))"),
    "what is inside a function is not seen": ("    return frozenset().union(*map(leaves, x))", "    return frozenset().union(*(leaves(y) for y in x if not isinstance(y, Poly)))"),
}  # fmt: skip


@pytest.mark.parametrize("bug", BUGS)
def test_planted_bugs_are_seen(bug: str, monkeypatch: pytest.MonkeyPatch):
    old, new = BUGS[bug]
    monkeypatch.setattr(SYSTEM, "known", {})  # what the bug makes is for this test alone
    names: dict[str, Any] = {}
    found = 0
    for module in (normal, monomials):  # both in one namespace, where the second takes the place of what it imports
        names["__name__"] = module.__name__
        source = Path(str(module.__file__)).read_text("utf-8")
        found += source.count(old)
        own = dict(names)
        exec(compile(source.replace(old, new), str(module.__file__), "exec"), names)
        names |= {name: own[name] for name in ("Mono", "Poly") if name in own}
    assert found == 1
    terms = [*BY_HAND.values(), *random_terms(10, 5)]
    assert any(wrong(term, seed, names["Normal"](SYSTEM)) for term in terms for seed in range(2))


# -- steps -------------------------------------------------------------------------------------------------------------

ONCE = [(0, Fraction(1))]
Given = tuple[Term, tuple[Linear, ...], list[Any]]

STEPS: dict[str, Given] = {
    "what is independent": (mean(leaf("q", t), leaf("y", t - 1)), (), ["moment", 0, [[]]]),
    "a square": (mean(leaf("q", t), leaf("q", t), leaf("y", t - 1), leaf("y", t - 1)), (), ["moment", 0, [[]]]),
    "a matrix": (mean(times(leaf("q", t), leaf("Z", t - 2))), (), ["moment", 0, [[]]]),
    "under a condition": (mean(leaf("q", t), leaf("y", k)), (t - k - 1,), ["moment", 0, [ONCE]]),
    "another name at the same index": (mean(leaf("q", t), leaf("r", t)), (), ["moment", 0, []]),
    "another name behind it": (mean(leaf("q", t), leaf("p", t + 1)), (), ["moment", 1, []]),
    "the same name earlier": (mean(leaf("q", t), leaf("q", t - 1)), (), ["moment", 1, [[]]]),
    "a function of what is independent": (
        mean(leaf("q", t), ("fn", "phi", None, 0, leaf("y", t - 1))),
        (),
        ["moment", 1, [[]]],
    ),
    "a generic function": (mean(leaf("q", t), leaf("o", t - 1)), (), ["moment", 1, [[]]]),
    "a product under a sum": (
        ("sum", "k", number(0), t - 1, mean(leaf("q", t), leaf("y", k))),
        (),
        ["moment", 0, [ONCE]],
    ),
    "before the start": (mean(times(leaf("y", number(0)), leaf("h", t))), (-1 * t,), ["sure", [ONCE, []]]),
    "without an index": (mean(leaf("w"), leaf("y", t)), (), ["moment", 0, []]),
}


def after(term: Term, facts: tuple[Linear, ...], step: list[Any]) -> Any:
    check_term(term, SYSTEM)
    steps = Value(SYSTEM, facts, (), lambda which: pytest.fail("no theorem is known"), lambda term: True)
    value = steps.normal.value(term)
    ((mono, _),) = value.terms
    words = (mono.word, *mono.scalars)
    path = next([0, part, at] for part, word in enumerate(words) for at, atom in enumerate(word) if atom[0] == "mean")
    return steps.after(value, [path, *step])


@pytest.mark.parametrize("name", STEPS)
def test_a_step_keeps_the_value(name: str):
    term, facts, step = STEPS[name]
    found = after(term, facts, step)
    assert found != Normal(SYSTEM).value(term)
    tried = 0
    for seed in range(3):
        numbers = model(seed)
        for values in ({"t": at, "k": other} for at in range(-1, 3) for other in range(-1, 3)):
            if all(at_values(fact, values) >= 0 for fact in facts):
                tried += 1
                assert same(numbers(term, values), numbers(found, values)), values
    assert tried >= 6


REFUSED: dict[str, tuple[str, *Given]] = {
    "the same index": ("not shown", mean(leaf("q", t), leaf("y", t)), (), ["moment", 0, [[]]]),
    "an index that may be the same": ("not shown", mean(leaf("q", t), leaf("y", k)), (t - k,), ["moment", 0, [ONCE]]),
    "an index of which nothing is known": ("not shown", mean(leaf("q", t), leaf("q", k)), (), ["moment", 0, [[]]]),
    "a later index": ("not shown", mean(leaf("q", t), leaf("v", t + 1)), (), ["moment", 0, [[]]]),
    "a condition too few": ("lists of weights", mean(leaf("q", t), leaf("y", t - 1)), (), ["moment", 0, []]),
    "behind a definition that looks ahead": (
        "e may depend on q",
        mean(leaf("q", t), leaf("e", t - 1)),
        (),
        ["moment", 1, [[]]],
    ),
    "behind two definitions": ("f may depend on q", mean(leaf("q", t), leaf("f", t - 1)), (), ["moment", 1, [[]]]),
    "behind a sum": ("S may depend on q", mean(leaf("q", t), leaf("S", t - 1)), (), ["moment", 1, [[]]]),
    "a total over time": ("L may depend on q", mean(leaf("q", t), leaf("L")), (), ["moment", 1, [[]]]),
    "the same without an index": ("not given", mean(leaf("w"), leaf("w")), (), ["moment", 0, []]),
    "inside a function": (
        "not shown",
        mean(leaf("q", t), ("fn", "phi", None, 0, ("add", leaf("y", t), leaf("a", t)))),
        (),
        ["moment", 1, [[]]],
    ),
    "a bound variable inside": (
        "not shown",
        mean(leaf("q", t), ("fn", "phi", None, 0, ("sum", "k", number(0), t - 1, leaf("y", k)))),
        (),
        ["moment", 1, [[]]],
    ),
    "a derivative": (
        "a derivative may depend on q",
        mean(leaf("q", t), ("jac", "total", ("o", t - 1), ("y", t - 2))),
        (),
        ["moment", 1, [[]]],
    ),
    "a moment that is not given": ("number 3 of q", mean(*[leaf("q", t)] * 3), (), ["moment", 0, []]),
    "a square of which only the mean is given": ("number 2 of r", mean(leaf("r", t), leaf("r", t)), (), ["moment", 0, []]),
    "something that is not random": ("number 1 of y", mean(leaf("y", t), leaf("q", t)), (), ["moment", 1, [[]]]),
    "something that has no moments": ("not a quantity", mean(("fn", "phi", None, 0, leaf("q", t))), (), ["moment", 0, []]),
    "a factor that is not there": ("no such number", mean(leaf("q", t)), (), ["moment", 1, []]),
    "a factor before the first": ("no such number", mean(leaf("q", t)), (), ["moment", -1, []]),
    "sure of what is random": ("may be random", mean(leaf("q", t)), (), ["sure", [[]]]),
    "sure of a state that has begun": ("not shown", mean(leaf("y", number(1))), (), ["sure", [[]]]),
    "sure of a state that may have begun": ("not shown", mean(leaf("y", t)), (), ["sure", [[]]]),
    "sure of a total": ("not given", mean(leaf("L")), (), ["sure", [[]]]),
    "sure of a derivative": ("may be random", mean(("jac", "total", ("y", t), ("y", t - 1))), (), ["sure", [[]]]),
    "sure of one of two": ("not shown", mean(leaf("y", number(0)), leaf("y", t)), (), ["sure", [[], []]]),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_need_not_be_independent_is_refused(name: str):
    why, term, facts, step = REFUSED[name]
    with pytest.raises(NotProvedError, match=why):
        after(term, facts, step)


@pytest.mark.parametrize("name", ["moment", "sure"])
def test_a_step_on_something_else_is_refused(name: str):
    steps = Value(SYSTEM, (), (), lambda which: pytest.fail("no theorem is known"), lambda term: True)
    arguments = [0, []] if name == "moment" else [[]]
    with pytest.raises(NotProvedError, match="not an expectation"):
        steps.after(steps.normal.value(leaf("x", t)), [[0, 0, 0], name, *arguments])


def test_what_is_refused_would_be_false():
    """E[q y] is not E[q] E[y] at one index, for a state made of q: nor where q is behind a sum, or further behind."""
    product = ("mul", mean(leaf("q", t)), mean(leaf("y", t)))
    numbers, at = model(1), {"t": 1}
    assert not same(numbers(mean(leaf("q", t), leaf("y", t)), at), numbers(product, at))
    for name, index in (("e", t - 1), ("S", t), ("L", None)):
        both = mean(leaf("q", t), leaf(name, index)), ("mul", mean(leaf("q", t)), mean(leaf(name, index)))
        assert not any(same(numbers(both[0], {"t": at}), numbers(both[1], {"t": at})) for at in (2,))


# -- systems and rules -------------------------------------------------------------------------------------------------

WRONG_SYSTEMS: dict[str, tuple[str, dict[str, Quantity]]] = {
    "a random matrix": ("not a given number", {"q": given(n, ONE, ("ones", n, ONE))}),
    "a random state": ("not a given number", {"q": state(leaf("q", i - 1))._replace(moments=(("id", ONE),))}),
    "a moment of another shape": ("not a number", {"x": given(n), "q": given(ONE, ONE, leaf("x", i))}),
    "a moment with a free index": ("not a plain term", {"a": given(), "q": given(ONE, ONE, leaf("a", t))}),
    "a moment that is a mean": ("not a plain term", {"a": given(), "q": given(ONE, ONE, mean(leaf("a", i)))}),
    "a moment that is a derivative": (
        "not a plain term",
        {"a": given(), "q": given(ONE, ONE, ("jac", "total", ("a", i), ("a", i)))},
    ),
    "a random moment": ("may be random", {"q": given(ONE, ONE, ("id", ONE)), "r": given(ONE, ONE, leaf("q", i))}),
    "a moment that is its own": ("may be random", {"q": given(ONE, ONE, leaf("q", i - 1))}),
    "a moment of a random state": (
        "may be random",
        {"q": given(ONE, ONE, ("id", ONE)), "y": state(leaf("q", i)), "r": given(ONE, ONE, leaf("y", i))},
    ),
    "a mean in an equation": ("an expectation in it", {"a": given(), "y": state(mean(leaf("a", i)))}),
}


@pytest.mark.parametrize("name", WRONG_SYSTEMS)
def test_such_a_system_is_refused(name: str):
    why, quantities = WRONG_SYSTEMS[name]
    with pytest.raises(NotProvedError, match=why):
        System(quantities)


def test_a_mean_has_no_differential():
    with pytest.raises(NotProvedError, match="no differential of mean"):
        differential(Normal(SYSTEM), Normal(SYSTEM).value(mean(leaf("y", t))), ("total", (("a", t),)))


def test_a_hypothesis_is_one_for_every_outcome():
    """From q = a for one outcome, E[q] = a would not follow; as a hypothesis it says that q is not random."""
    same_number = Hypothesis((), leaf("q", t), leaf("a", t))
    step = [[0, 1, 0, 0, 0, 1, 0], "hypothesis", 1, 0, {}, []]
    known = equal(SYSTEM, (), (same_number,), mean(leaf("q", t)), leaf("a", t), [step], [], lambda which: known)
    assert known.hypotheses == (same_number,)
    assert "for every outcome" in str(rules.__doc__)


def test_a_theorem_about_means_holds_in_numbers():
    """E[y[t]] = a[t] q1[t] E[y[t - 1]] + a[t]; and a theorem that says something else is seen to be false."""
    mine = {"a", "q", "q1", "q2", "y"}
    system = System({name: known for name, known in SYSTEM.quantities.items() if name in mine})
    right = ("add", ("mul", leaf("a", t), leaf("q1", t), mean(leaf("y", t - 1))), leaf("a", t))
    inside = [[0, 1, 0, 0, 0, 1, 0], "definition", [ONCE]]
    left = mean(leaf("y", t))
    steps = Value(system, (t - 1,), (), lambda which: pytest.fail("no theorem is known"), lambda term: True)
    value = steps.after(steps.normal.value(left), inside)
    scalars = [(at, j, s) for at, (mono, _) in enumerate(value.terms) for j, s in enumerate(mono.scalars, 1)]
    part = next(where for *where, s in scalars if s[0][0] == "mean")
    taken = [[part[0], part[1], 0], "moment", 0, [[]]]
    known = equal(system, (t - 1,), (), left, right, [inside, taken], [], lambda which: known)
    assert counterexample(known) is None

    class Slip:
        system, facts, hypotheses, left, right = known.system, known.facts, (), known.left, leaf("a", t)

    assert counterexample(Slip) is not None


def test_what_is_random_is_printed():
    assert show(mean(leaf("q", t), leaf("y", t))) == "mean(q[t] y[t])"
    assert "given q[i]: 1 × 1, random and independent, with the moments q1[i], q2[i]" in show_system(SYSTEM)
