"""Damaged certificates: none is accepted as a proof of what is false, and none does more than be refused."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from kernel.refuting import counterexample

from symrnn.kernel import reader
from symrnn.kernel.axioms import AXIOMS
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.printer import show_system, show_theorem
from symrnn.kernel.reader import MALFORMED, STEPS, Replay
from symrnn.kernel.terms import PARTS, WAYS
from symrnn.kernel.work import limited

CERTIFICATES = sorted((Path(__file__).parent / "certificates").glob("*.jsonl"))
KINDS = [kind for kind, parts in PARTS.items() if parts == ("term",)]
MANY = [kind for kind, parts in PARTS.items() if parts[0] == "term" and kind not in KINDS]
RANGES = ["sum", "prod", "rise"]
RULES = ["equal", "induction", "identify", "cases", "qed"]
ROLES = ["given", "state", "intermediate", "output"]
POOLS: list[list[str]] = [KINDS, MANY, RANGES, RULES, ROLES, list(WAYS), list(STEPS), list(AXIOMS), ["jac", "grad"]]


def snapshots(lines: Sequence[Any]) -> list[Replay]:
    """What the reader knows before each line, and after the last."""
    states = [Replay()]
    for line in lines:
        after = copied(states[-1])
        after.line(line)
        states.append(after)
    return states


def copied(state: Replay) -> Replay:
    after = Replay()
    after.terms, after.theorems = list(state.terms), list(state.theorems)
    after.system, after.proved = state.system, state.proved
    return after


def spots(x: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Everything inside a line, with the way to it."""
    yield path, x
    if isinstance(x, list | dict):
        for key, part in enumerate(x) if isinstance(x, list) else x.items():
            yield from spots(part, (*path, key))


def changed(x: Any, words: Sequence[str], rng: random.Random) -> Any:
    """Something else of the same kind."""
    if type(x) is bool:
        return not x
    if type(x) is int:
        return rng.choice([x + 1, x - 1, -x, 0, 1, x + rng.randint(-4, 4), rng.randint(0, 90)])
    if isinstance(x, str):
        return rng.choice(next((pool for pool in POOLS if x in pool), words))
    if x is None:
        return rng.choice([0, 1, {"t": 1}, {"t": 1, "": -1}])
    if isinstance(x, dict):
        names = [*words, ""]
        return {**x, rng.choice(names): rng.choice([-1, 0, 1, 2])} if rng.random() < 0.7 else dict(list(x.items())[1:])
    made, how = list(x), rng.random()
    if made and how < 0.3:
        made.pop(rng.randrange(len(made)))
    elif made and how < 0.6:
        made.insert(rng.randrange(len(made)), rng.choice(made))
    else:
        rng.shuffle(made)
    return made


def damaged(lines: Sequence[Any], words: Sequence[str], rng: random.Random) -> tuple[list[Any], int]:
    """A damaged certificate, and the first line that differs."""
    made: list[Any] = json.loads(json.dumps(lines))
    first = len(made)
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        at, how = rng.randrange(len(made)), rng.random()
        first = min(first, at)
        if how < 0.05:
            del made[at]
        elif how < 0.10:
            made.insert(at, rng.choice(made))
        elif how < 0.15:
            other = rng.randrange(len(made))
            made[at], made[other] = made[other], made[at]
            first = min(first, other)
        else:
            path, x = rng.choice([spot for spot in spots(made[at]) if spot[0]])
            inside = made[at]
            for key in path[:-1]:
                inside = inside[key]
            inside[path[-1]] = changed(x, words, rng)
    return made, first


def outcome(made: Sequence[Any], state: Replay, good: Replay) -> str:
    """What becomes of a certificate, from a line on."""
    state = copied(state)
    for line in made:
        try:
            state.line(json.loads(json.dumps(line)))
        except (NotProvedError, *MALFORMED):
            return "refused"
    if state.proved is None:
        return "refused"
    assert good.proved is not None
    statement = [show_theorem(state.proved), *show_system(state.proved.system)]
    if statement == [show_theorem(good.proved), *show_system(good.proved.system)]:
        return "the same statement"
    found = counterexample(state.proved)
    assert found is None, f"false at {found}: {show_theorem(state.proved)}"
    return "another true statement"


def tally(number: int, seed: int, paths: Sequence[Path]) -> Counter[str]:
    """What becomes of so many damaged certificates."""
    found: Counter[str] = Counter()
    rng = random.Random(seed)
    for path in paths:
        lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()[1:]]
        states = snapshots(lines)
        words = sorted({x for line in lines for _, x in spots(line) if isinstance(x, str)} - set(PARTS) - {""})
        for _ in range(number // len(paths)):
            made, first = damaged(lines, words, rng)
            found[outcome(made[first:], states[first], states[-1])] += 1
    return found


@pytest.fixture(autouse=True)
def _less_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "limited", lambda: limited(100_000))


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("path", CERTIFICATES, ids=lambda path: path.stem)
def test_the_certificates_hold(path: Path):
    lines = [json.loads(line) for line in path.read_text("utf-8").splitlines()[1:]]
    proved = snapshots(lines)[-1].proved
    assert proved is not None
    assert counterexample(proved) is None


def test_damaged_certificates():
    found = tally(60, 1, [path for path in CERTIFICATES if path.stem in ("elman", "L16", "step")])
    assert found["refused"] > 40


@pytest.mark.exhaustive
def test_many_damaged_certificates():
    found = tally(10_000, 2, CERTIFICATES)
    print(found)
    assert sum(found.values()) >= 9_990
