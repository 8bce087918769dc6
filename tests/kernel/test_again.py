"""What was shown once need not be shown again, in whatever certificate it stands; but nothing else is taken for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from symrnn.cells import Elman
from symrnn.certify.equations import certificate
from symrnn.derivation import Equation
from symrnn.expr import TotalJacobian
from symrnn.kernel import rules
from symrnn.kernel.errors import Refused
from symrnn.kernel.printer import show_theorem
from symrnn.kernel.reader import replay
from symrnn.kernel.steps import Value
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
