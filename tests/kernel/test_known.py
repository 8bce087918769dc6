"""What normal forms remember of parts of terms is taken for nothing else: another system, binder, index or class."""

from __future__ import annotations

import json
from fractions import Fraction
from typing import Any

import pytest

from symrnn.equality.reckoning import Reckoning
from symrnn.kernel import normal
from symrnn.kernel.errors import Refused
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.monomials import Poly
from symrnn.kernel.normal import Normal
from symrnn.kernel.reader import replay
from symrnn.kernel.system import Quantity, System
from symrnn.kernel.terms import ONE, Size, Term, size

n, m = size((("n",), 1)), size((("m",), 1))
t, k = variable("t"), variable("k")


def leaf(name: str, index: Linear | None = None) -> Term:
    return ("leaf", name, index)


def given(rows: Size, cols: Size, *, indexed: bool = False, **more: Any) -> Quantity:
    return Quantity(rows, cols, indexed, 0, **more)


def test_a_name_in_two_systems() -> None:
    """A matrix is not taken for a column, or a number, of the same name."""
    shapes = [(n, n), (n, ONE), (ONE, ONE), (m, n)]
    for rows, cols in shapes * 2:
        over = Normal(System({"x": given(rows, cols)}))
        assert over.shape(leaf("x")) == (rows, cols)
        found = over.value(("T", leaf("x")))
        assert (found.rows, found.cols) == (cols, rows)


def test_a_kind_of_quantity_in_two_systems() -> None:
    """E[q] is q only where q is not random."""
    chance = given(ONE, ONE, indexed=True, moments=(("scale", Fraction(1, 2), ("id", ONE)),))
    for _ in range(2):
        plain, random = (Normal(System({"q": each})) for each in (given(ONE, ONE, indexed=True), chance))
        assert plain.value(("mean", leaf("q", t))) == plain.value(leaf("q", t))
        assert random.value(("mean", leaf("q", t))) != random.value(leaf("q", t))


def test_binders() -> None:
    """Names of bound variables do not matter, but bounds, what is bound, and what is free do."""
    over = Normal(System({"x": given(n, n, indexed=True)}))

    def of(kind: str, v: str, low: Linear, high: Linear, index: Linear) -> Poly:
        return over.value((kind, v, low, high, leaf("x", index)))

    for kind in ("sum", "prod", "rise"):
        one = of(kind, "k", number(1), t, k)
        assert of(kind, "j", number(1), t, variable("j")) == one
        others = [
            of(kind, "k", number(0), t, k),
            of(kind, "k", number(1), t - 1, k),
            of(kind, "k", number(1), t, k - 1),
            of(kind, "k", number(1), t, variable("j")),
            of(kind, "j", number(1), t, k),
            *(of(other, "k", number(1), t, k) for other in ("sum", "prod", "rise") if other != kind),
        ]
        assert one not in others


def test_values_of_variables() -> None:
    """A term at one index is not taken for the same one at another."""
    over = Normal(System({"x": given(n, n, indexed=True)}))
    summed = ("sum", "k", number(1), t, leaf("x", k + variable("s")))
    forms = [{}, {"t": t - 1}, {"s": t}, {"t": variable("s")}, {"s": t, "t": variable("s")}]
    found = [over.value(summed, at) for at in forms * 2]
    assert len(set(found)) == len(forms)
    assert found[: len(forms)] == found[len(forms) :]
    assert over.value(summed, {"t": t - 1}) == over.value(("sum", "k", number(1), t - 1, summed[4]))


def test_another_class_over_the_same_system() -> None:
    """What is a number for one class is no atom for the kernel's own, which has to say so each time."""
    system = System({"x": given(n, n)})
    term = ("num", None, t)
    assert Reckoning(system).value(term) is not None
    for _ in range(2):
        with pytest.raises(TypeError):  # it looks for terms in the number
            Normal(system).value(term)


def certificate_of_a_step(by: str) -> list[str]:
    """That h[t] = A h[t - 1] for t >= 1, where the equation is h[i] = by · h[i - 1]."""
    lines: list[list[Any]] = [
        ["leaf", "h", {"i": 1, "": -1}],
        ["leaf", by, None],
        ["mul", 1, 0],
        [
            "system",
            ["A", "n", "n", False, 0, None, [], None, "given", 0],
            ["B", "n", "n", False, 0, None, [], None, "given", 0],
            ["h", "n", 1, True, 0, 2, [], 1, "state", 1],
        ],
        ["leaf", "h", {"t": 1}],
        ["leaf", "h", {"t": 1, "": -1}],
        ["leaf", "A", None],
        ["mul", 5, 4],
        ["equal", [{"t": 1, "": -1}], [], 3, 6, [[[0, 0, 0], "definition", [[[0, 1]]]]], []],
        ["qed", 0, [], [[[0, 1]], [[0, 1]], [[1, 1]]]],
    ]
    return [json.dumps(line) for line in lines]


def test_two_recurrences_with_the_same_names() -> None:
    for _ in range(2):
        assert replay(certificate_of_a_step("A")).left == leaf("h", t)
        with pytest.raises(Refused, match="the two sides differ"):
            replay(certificate_of_a_step("B"))


def test_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(normal, "MOST_REMEMBERED", 50)
    system = System({"x": given(n, n, indexed=True)})
    over = Normal(system)
    values = [over.value(("mul", leaf("x", t + at), leaf("x", t))) for at in range(200)]
    assert len(set(values)) == 200
    assert len(system.known) <= 60
