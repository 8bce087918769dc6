"""A state that begins with an equation of its own: what it is at one index, and nothing that is false of it."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest
from kernel.evaluator import Model
from kernel.test_attacks import among, given, i, k, leaf, m, n

from symrnn.certify.errors import NotFoundError
from symrnn.certify.script import Script
from symrnn.kernel.errors import NotProvedError, Refused
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.printer import show_system
from symrnn.kernel.reader import Replay, replay
from symrnn.kernel.rules import equal
from symrnn.kernel.steps import Hypothesis
from symrnn.kernel.system import UNSTATED, Quantity, System
from symrnn.kernel.terms import ONE, Term, size

last = variable("T")
zero, one = number(0), number(1)


def step(name: str, weights: str) -> Term:
    return ("fn", "phi", None, 0, ("mul", leaf(weights), leaf(name, i - 1)))


def state(name: str, weights: str, rank: int = 1, **more: Any) -> Quantity:
    return Quantity(n, ONE, True, 0, step(name, weights), (), 1, "state", rank)._replace(**more)


GIVEN = {"V": given(n, n), "W": given(n, n), "b": given(m), "x": Quantity(n, ONE, True, 1)}
PARTS = {**GIVEN, "e": state("e", "V"), "h": state("h", "W", 2, initial=leaf("e", last))}
SYSTEM = System(PARTS)


def with_start(initial: Any, **more: Any) -> System:
    return System({**PARTS, "h": state("h", "W", 2, initial=initial)._replace(**more)})


def shown(left: Term, right: Term, steps: list[Any], facts: tuple[Linear, ...] = (), system: System = SYSTEM) -> Any:
    return equal(system, facts, (), left, right, steps, [], among())


# -- what holds --------------------------------------------------------------------------------------------------------


def test_it_is_what_it_begins_with() -> None:
    definition = [[[0, 0, 0], "definition", []]]
    assert shown(leaf("h", zero), leaf("e", last), definition).right == leaf("e", last)
    later = shown(
        leaf("h", one), ("fn", "phi", None, 0, ("mul", leaf("W"), leaf("h", zero))), [[[0, 0, 0], "definition", [[]]]]
    )
    assert later.left == leaf("h", one)


def test_it_moves_as_what_it_begins_with() -> None:
    way = ("total", (("e", last),))
    known = shown(("d", way, ("h", zero)), ("d", way, ("e", last)), [[[0, 0, 0], "follow", [], []]])
    assert known.right == ("d", way, ("e", last))


def test_numbers_agree() -> None:
    """Of the second state as it is written out, with V, W and e_0 drawn, and T = 3."""
    model = Model(PARTS, {"n": 2, "m": 3}, 5)
    model.fixed = {"T": 3}
    assert model.value(("h", 0)) == model.value(("e", 3))
    assert model.value(("h", 0)) != model.value(("e", 2))


def test_the_printer_says_it() -> None:
    (line,) = (line for line in show_system(SYSTEM) if line.startswith("state h"))
    assert line.endswith("for i >= 1, e[T] for i = 0")


def test_a_certificate_says_it() -> None:
    script = Script("start")
    script.put_system(PARTS)
    script.qed(script.equal((last,), (), leaf("h", zero), leaf("e", last), [[[0, 0, 0], "definition", []]]))
    theorem = replay(script.lines[1:])
    assert theorem.system.quantities == PARTS
    lines = [json.loads(line) for line in script.lines[1:]]
    (at,) = (at for at, line in enumerate(lines) if line[0] == "system")
    for other in ([0], [0, 1, 2], [None, 0], ["x", 0], [0, "x"]):
        wrong = json.loads(json.dumps(lines))
        row = next(row for row in wrong[at][1:] if row[0] == "h")
        row[5] = other
        with pytest.raises(Refused):
            replay([json.dumps(line) for line in wrong])


# -- systems that are none ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("initial", "why"),
    [
        (leaf("e", i), "has an index"),
        (leaf("x", 2 * i + last), "has an index"),
        (leaf("b"), "another shape"),
        (("sum", "j", one, last, leaf("e", variable("j"))), "no plain term"),
        (("mul", ("pow", leaf("W"), last), leaf("e", last)), "no plain term"),
        (("mul", ("jac", "total", ("e", last), ("e", zero)), leaf("e", last)), "no plain term"),
        (("d", ("total", (("e", zero),)), ("e", last)), "no plain term"),
        (leaf("h", last), "index that need not be earlier"),
        (leaf("h", one), "index that need not be earlier"),
        (leaf("h", number(-1)), "index that need not be earlier"),
        (leaf("nothing", last), "not a quantity"),
    ],
)
def test_a_start_that_is_none(initial: Term, why: str) -> None:
    with pytest.raises(NotProvedError, match=why):
        with_start(initial)


def test_no_derivative_or_expectation_is_a_plain_term() -> None:
    assert {"d", "jac", "grad", "part", "mean"} <= UNSTATED


def test_a_circle_is_refused() -> None:
    """With ranks that are the same, or the wrong way round: h begins with e, and e is computed from h."""
    for ranks in ((1, 1), (2, 1), (1, 2)):
        back = ("add", leaf("e", i - 1), leaf("h", i - 1))
        parts = {"e": state("e", "V", ranks[0], body=back), "h": state("h", "W", ranks[1], initial=leaf("e", last))}
        with pytest.raises(NotProvedError, match="is defined by"):
            System({**GIVEN, **parts})
    both = {"e": state("e", "V", 1, initial=leaf("h", last)), "h": state("h", "W", 2, initial=leaf("e", last))}
    with pytest.raises(NotProvedError, match="is defined by"):
        System({**GIVEN, **both})


@pytest.mark.parametrize(("first", "start"), [(0, 2), (0, 0), (1, 1), (-1, 1)])
def test_there_is_one_index_before_the_start(first: int, start: int) -> None:
    """With two of them, one would be neither given nor defined; with none, two equations would hold at one index."""
    with pytest.raises(NotProvedError, match="one index before its start"):
        with_start(leaf("e", last), first=first, start=start)


def test_what_has_no_equation_does_not_begin() -> None:
    """Nor does a generic function, whose arguments would be read at the index before."""
    for parts in (
        {"g": Quantity(n, ONE, True, 0, initial=leaf("e", last))},
        {"g": Quantity(n, ONE, True, 0, None, (("x", i),), 1, "output", 2, initial=leaf("e", last))},
        {"g": Quantity(n, ONE, False, 0, initial=leaf("e", last))},
    ):
        with pytest.raises(NotProvedError, match="has no equation"):
            System({**PARTS, **parts})
    plain = Quantity(n, ONE, False, 0, leaf("e", last), (), 1, "output", 2, initial=leaf("e", last))
    with pytest.raises(NotProvedError, match="one index before its start"):
        System({**PARTS, "g": plain})


def test_a_width_that_moves_is_that_of_the_first_index() -> None:
    """d(i) at i = 0 is d(0), and e_T has d(T) entries."""
    moving = size(((("d", i),), 1))
    bodies = {name: ("mul", leaf("V", i), leaf(name, i - 1)) for name in ("e", "h")}
    parts = {name: Quantity(moving, ONE, True, 0, body, (), 1, "state", 1) for name, body in bodies.items()}
    parts["h"] = parts["h"]._replace(rank=2)
    weights = {"V": Quantity(moving, size(((("d", i - 1),), 1)), True, 1)}
    System({**weights, **parts, "h": parts["h"]._replace(initial=leaf("e", zero))})
    with pytest.raises(NotProvedError, match="another shape"):
        System({**weights, **parts, "h": parts["h"]._replace(initial=leaf("e", last))})


# -- steps that do not hold --------------------------------------------------------------------------------------------


def test_it_is_not_given() -> None:
    """Neither by weights nor by a number at any other place: dh_0 is not 0 where e moves."""
    for by in (("V", None), ("e", zero), ("W", None)):
        way = ("total", (by,))
        for weights in ([], [[]]):
            with pytest.raises(NotProvedError, match="is defined, not given"):
                shown(("d", way, ("h", zero)), ("zero", n, ONE), [[[0, 0, 0], "hold", [], weights]])
    immediate = ("immediate", (("h", zero), ("e", last)))
    with pytest.raises(NotProvedError, match="is defined, not given"):
        shown(("d", immediate, ("h", zero)), ("zero", n, ONE), [[[0, 0, 0], "hold", [], []]])
    with pytest.raises(NotProvedError, match="is defined, not given"):
        shown(
            ("d", ("total", (("V", None),)), ("h", k)), ("zero", n, ONE), [[[0, 0, 0], "hold", [], [[]]]], (-1 * k, k)
        )


def test_its_equation_is_not_that_of_the_first_index() -> None:
    """h_0 = φ(W h_{-1}) is no equation, and e_T is none of h_1 or of h_k."""
    before = ("fn", "phi", None, 0, ("mul", leaf("W"), leaf("h", number(-1))))
    with pytest.raises(NotProvedError):
        shown(leaf("h", zero), before, [[[0, 0, 0], "definition", []]])
    for index, weights in ((one, [[]]), (k, []), (k, [[]]), (number(-1), []), (number(-1), [[]])):
        with pytest.raises(NotProvedError):
            shown(leaf("h", index), leaf("e", last), [[[0, 0, 0], "definition", weights]])
        way = ("total", (("V", None),))
        with pytest.raises(NotProvedError):
            shown(("d", way, ("h", index)), ("d", way, ("e", last)), [[[0, 0, 0], "follow", [], weights]])


def test_what_moves_does_not_follow() -> None:
    """Along dh_0, h_0 is what moves, whatever it begins with."""
    way = ("total", (("h", zero),))
    with pytest.raises(NotProvedError):
        shown(("d", way, ("h", zero)), ("d", way, ("e", last)), [[[0, 0, 0], "follow", [], []]])


def test_the_last_index_is_one_number() -> None:
    """h_0 = e_T is not an equation for every T: that would make all e_T one."""
    known = shown(leaf("h", zero), leaf("e", last), [[[0, 0, 0], "definition", []]])
    step_ = [[[0, 0, 0], "theorem", 0, {"T": number(2)}, []]]
    with pytest.raises(NotProvedError, match="index of the whole system"):
        equal(SYSTEM, (), (), leaf("h", zero), leaf("e", number(2)), step_, [], among(known))
    bound = ("sum", "T", one, number(2), leaf("e", variable("T")))
    with pytest.raises(NotProvedError, match="index of the whole system"):
        shown(bound, bound, [])
    every = Hypothesis((), leaf("e", last), leaf("e", zero), ("T",))
    with pytest.raises(NotProvedError, match="index of the whole system"):
        equal(SYSTEM, (), (every,), leaf("h", zero), leaf("h", zero), [], [], among())


def test_a_random_start_is_random() -> None:
    """E of what begins with something random is not its value."""
    half = ("scale", Fraction(1, 2), ("id", ONE))
    noise = Quantity(ONE, ONE, True, 0, moments=(half,))
    walk = Quantity(ONE, ONE, True, 0, leaf("r", i - 1), (), 1, "state", 2, initial=leaf("q", last))
    system = System({"q": noise, "r": walk})
    assert system.behind["r"] == {"q"}
    assert "r" not in system.causal
    with pytest.raises(NotProvedError):
        shown(("mean", leaf("r", zero)), leaf("r", zero), [[[0, 0, 0], "sure", []]], (), system)


# -- what has to exist -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("side", [leaf("h", zero), leaf("h", one), ("jac", "total", ("h", number(3)), ("h", one))])
def test_what_it_begins_with_has_to_exist(side: Term) -> None:
    """Of e_T that is T >= 0, wherever h is spoken of; of e alone nothing."""

    def ended(term: Term, *facts: Linear) -> Replay:
        script = Script("itself")
        script.put_system(PARTS)
        script.qed(script.equal(facts, (), term, term, ()))
        return script.replay

    parts = {**PARTS, "g": Quantity(n, ONE, True, 0, leaf("x", i), (), 1, "state", 2, initial=leaf("e", last))}
    script = Script("x begins at 1, so that the equation of g says nothing of index 0")
    script.put_system(parts)
    assert script.qed(script.equal((last,), (), leaf("g", zero), leaf("g", zero), ())) is None
    assert ended(side, last).proved is not None
    assert ended(leaf("e", one)).proved is not None
    for facts in ((), (last + 1,), (k,)):
        with pytest.raises(NotFoundError):
            ended(side, *facts)
