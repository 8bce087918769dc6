"""What was shown once need not be shown again, in whatever certificate it stands; but nothing else is taken for it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import sympy as sp
from kernel.test_damaged import CERTIFICATES, copied, damaged, snapshots, spots

from symrnn.cells import Elman
from symrnn.certify.equations import certificate
from symrnn.check import verify
from symrnn.derivation import Equation, Kind
from symrnn.equality import equal as equal_terms
from symrnn.expr import MatrixSum, Softmax, TotalJacobian
from symrnn.kernel import rules
from symrnn.kernel.errors import NotProvedError, Refused
from symrnn.kernel.linear import variable
from symrnn.kernel.normal import Normal
from symrnn.kernel.printer import show_system, show_theorem
from symrnn.kernel.reader import MALFORMED, Replay, replay
from symrnn.kernel.rules import equal
from symrnn.kernel.steps import Value
from symrnn.kernel.system import Quantity, System, _remembered
from symrnn.kernel.terms import ONE, PARTS, size
from symrnn.kernel.work import limited, spent
from symrnn.symbols import t

Lines = list[Any]


@pytest.fixture(scope="module")
def lines() -> Lines:
    rnn = Elman()
    equation = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 2]), rnn.D(t) * rnn.W_hh * rnn.D(t - 1) * rnn.W_hh, (t >= 2,))
    return [json.loads(line) for line in certificate(equation, rnn, "again").lines[1:]]


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the steps that the kernel takes, which has shown nothing yet."""
    names: list[str] = []
    after = Value.after

    def noted(self: Value, value: Any, step: Any) -> Any:
        names.append(step[1])
        return after(self, value, step)

    monkeypatch.setattr(Value, "after", noted)
    monkeypatch.setattr(rules, "_accepted", set())
    return names


def read(lines: Lines) -> str:
    return show_theorem(replay(map(json.dumps, lines)))


def test_the_same_is_shown_once(lines: Lines, taken: list[str]) -> None:
    said = read(lines)
    assert len(taken) > 5
    taken.clear()
    assert read(lines) == said
    assert not taken


def without_a_step(line: Lines) -> Lines:
    at = 5 if line[5] else 6
    return [*line[:at], line[at][1:], *line[at + 1 :]]


def of_another_theorem(line: Lines) -> Lines:
    def other(steps: Lines) -> Lines:
        return [
            [path, name, 0, *rest[1:]] if name == "theorem" and rest[0] else [path, name, *rest]
            for path, name, *rest in steps
        ]

    return [*line[:5], other(line[5]), other(line[6])]


def of_other_facts(line: Lines) -> Lines:
    return [line[0], [], *line[2:]]


def with_sides_exchanged(line: Lines) -> Lines:
    return [*line[:3], line[4], line[3], *line[5:]]


@pytest.mark.parametrize("alter", [without_a_step, of_another_theorem, of_other_facts, with_sides_exchanged])
def test_what_is_altered_is_shown_anew(lines: Lines, taken: list[str], alter: Callable[[Lines], Lines]) -> None:
    """Each line that is altered is refused, or its steps are taken; so it is the first time, and so it is here."""
    read(lines)
    altered = 0
    for at, line in enumerate(lines):
        if line[0] != "equal" or not (line[5] or line[6]) or (new := alter(line)) == line:
            continue
        altered += 1
        taken.clear()
        try:
            read([*lines[:at], new, *lines[at + 1 :]])
        except Refused:
            continue
        assert taken
    assert altered


def test_what_is_shown_of_one_system_is_not_of_another(lines: Lines, taken: list[str]) -> None:
    """The same terms, where a state is defined by something else."""
    read(lines)
    (at,) = (at for at, line in enumerate(lines) if line[0] == "system")
    rows = [
        [*row[:4], row[4] - 1, *row[5:7], row[7] - 1, *row[8:]] if row[7] is not None else row for row in lines[at][1:]
    ]
    assert rows != lines[at][1:]
    taken.clear()
    with suppress(Refused):  # at its end, where indices begin elsewhere now
        read([*lines[:at], ["system", *rows], *lines[at + 1 :]])
    assert taken


# -- single steps ------------------------------------------------------------------------------------------------------


@pytest.fixture
def edited(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the steps that are taken anew, where nothing that was shown is remembered but single steps."""
    names: list[str] = []
    edit = Value._edit

    def noted(self: Value, p: Any, path: Any, facts: Any, called: Any, name: str, arguments: Any) -> Any:
        names.append(name)
        return edit(self, p, path, facts, called, name, arguments)

    monkeypatch.setattr(Value, "_edit", noted)
    return names


def read_anew(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(rules, "_accepted", set())
    return read(lines)


def test_a_step_is_taken_once(lines: Lines, edited: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    _remembered.cache_clear()
    said = read_anew(lines, monkeypatch)
    assert len(edited) > 5
    edited.clear()
    assert read_anew(lines, monkeypatch) == said
    assert not edited
    _remembered.cache_clear()
    assert read_anew(lines, monkeypatch) == said
    assert len(edited) > 5


def test_a_step_is_taken_in_its_own_system_only(
    lines: Lines, edited: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    read_anew(lines, monkeypatch)
    (at,) = (at for at, line in enumerate(lines) if line[0] == "system")
    rows = [[*row[:4], row[4] - 1, *row[5:]] if row[7] is None else row for row in lines[at][1:]]
    edited.clear()
    with suppress(Refused):
        read_anew([*lines[:at], ["system", *rows], *lines[at + 1 :]], monkeypatch)
    assert edited


def test_systems_share_what_they_know_only_if_they_are_equal_to_the_letter(lines: Lines) -> None:
    state = Replay()
    for line in lines:
        state.line(line)
    assert state.system is not None
    known = dict(state.system.quantities)
    assert System(known).known is state.system.known
    given = {name: quantity for name, quantity in known.items() if quantity.role == "given"}
    for name, quantity in given.items():
        assert System({**known, name: quantity._replace(first=quantity.first - 1)}).known is not state.system.known
    assert System({**known, "spare": next(iter(given.values()))}).known is not state.system.known


def test_what_a_system_learns_of_widths_is_asked_each_time() -> None:
    """In an equal system in which k is a width, too, nothing is put in the place of k."""
    quantities = {"x": Quantity(ONE, ONE, True, 0)}
    x, k, t = ("leaf", "x", variable("k")), variable("k"), variable("t")

    def taken(system: System) -> Any:
        known = equal(system, (k,), (), x, x, [], [], lambda at: None)  # type: ignore[arg-type, return-value]
        steps = Value(system, (t,), (), lambda at: known, lambda term: False)
        value = steps.normal.value(("leaf", "x", t))
        return steps.after(value, [[0, 1, 0], "theorem", 0, {"k": t}, [[(0, Fraction(1))]]])

    assert taken(System(quantities)) == taken(System(quantities))
    with_a_width = System(quantities)
    with_a_width.fixed.add("k")
    with pytest.raises(NotProvedError, match="an index of the whole system is replaced"):
        taken(with_a_width)


def test_what_is_inverted_is_asked_each_time() -> None:
    """A A⁻¹ may be put before a number in a theorem that inverts A, and in no other, whatever was done before."""
    n = size((("n",), 1))
    quantities = {"A": Quantity(n, n, False, 0), "y": Quantity(n, ONE, False, 0)}
    for invertible in (True, False, True, False):
        system = System(quantities)
        steps = Value(system, (), (), lambda at: None, lambda term, so=invertible: so)  # type: ignore[arg-type, return-value, misc]
        value = steps.normal.value(("leaf", "y", None))
        step = [[0, 0, 0], "insert", ("leaf", "A", None)]
        if invertible:
            assert steps.after(value, step) == value
        else:
            with pytest.raises(NotProvedError, match="an inverse that the theorem does not have"):
                steps.after(value, step)


def test_the_work_of_a_step_is_counted_each_time(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or a certificate would be accepted here that takes too long elsewhere."""
    _remembered.cache_clear()
    took = []
    for _ in range(3):
        with limited(10**6):
            before = spent()
            read_anew(lines, monkeypatch)
            took.append(spent() - before)
    assert took[1] == took[2] > took[0] / 2 > 0


def after(made: Sequence[Any], state: Replay) -> str:
    """What the kernel says of lines: what is proved, or why one of them is refused."""
    state = copied(state)
    for at, line in enumerate(made):
        try:
            state.line(json.loads(json.dumps(line)))
        except (NotProvedError, *MALFORMED) as error:
            return f"line {at}: {error}"
    if state.proved is None:
        return "the end is missing"
    return " ".join([show_theorem(state.proved), *show_system(state.proved.system)])


@pytest.mark.parametrize("path", [path for path in CERTIFICATES if path.stem in ("elman", "L16", "step")], ids=str)
def test_what_is_remembered_changes_nothing(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Damaged certificates are refused in the same words, or accepted, where all is remembered and where nothing is."""
    monkeypatch.setattr("symrnn.kernel.reader.limited", lambda: limited(1_000_000))
    rng = random.Random(path.stem)
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()[1:]]
    states = snapshots(lines)
    words = sorted({x for line in lines for _, x in spots(line) if isinstance(x, str)} - set(PARTS) - {""})
    refused = 0
    for _ in range(40):
        made, first = damaged(lines, words, rng)
        said = []
        for remembers in (True, False):
            monkeypatch.setattr(rules, "_accepted", set())
            if not remembers:
                _remembered.cache_clear()
                system = states[first].system
                if system is not None:
                    system.known.clear()
            said.append(after(made[first:], states[first]))
        assert said[0] == said[1]
        refused += said[0].startswith("line")
    assert refused > 20


# -- rules that are not the kernel's, and threads ----------------------------------------------------------------------


@pytest.mark.parametrize("before", [(), ("equal",), ("verify", "equal"), ("equal", "equal")], ids=str)
@pytest.mark.parametrize("in_ones", [True, False])
def test_what_a_search_fills_in_is_no_step_of_the_kernel(
    before: tuple[str, ...], in_ones: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``equal`` knows that 1ᵀ softmax(y) = 1, which the kernel does not; neither of them takes a step of the other."""
    _remembered.cache_clear()
    monkeypatch.setattr(rules, "_accepted", set())
    n, t, k = sp.Symbol("n", integer=True, positive=True), *sp.symbols("t k", integer=True)
    y, A, ones = sp.MatrixSymbol("y", n, 1), sp.MatrixSymbol("A", n, n), sp.OneMatrix(1, n)
    first = ones * Softmax(y) if in_ones else sp.Identity(1)
    whole, rest = (MatrixSum(ones * A**k * Softmax(y), (k, low, t)) for low in (0, 1))
    where = (t >= 0, t >= -1)
    for what in before:
        if what == "equal":
            assert equal_terms(whole, first + rest, where)
        else:
            verify(Equation(whole, first + rest, where))
    verdict = verify(Equation(whole, first + rest, where))
    assert verdict.kind is (Kind.PROVED if in_ones else Kind.IDENTITY)


def test_threads_count_their_work_by_themselves(lines: Lines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "_accepted", set())

    def count(_: int) -> int:
        with limited(10**6):
            before = spent()
            replay([json.dumps(line) for line in lines])
            return spent() - before

    with ThreadPoolExecutor(4) as pool:
        costs = list(pool.map(count, range(8)))
    assert min(costs) > 0
    with limited(10**6):
        read_anew(lines, monkeypatch)
    state = Replay()
    for line in lines:
        state.line(line)
    assert state.system is not None
    kept = [value[1] for key, value in state.system.known.items() if key[0] == (Value, Normal)]
    assert kept
    assert min(kept) >= 0
