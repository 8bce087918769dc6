"""Looks for certificates of statements about clipped gradients, which the kernel checks; nobody has to believe it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from symrnn.certify.clipped_asked import Clipped
from symrnn.certify.clipped_case import Case, refuted
from symrnn.certify.clipped_terms import translated
from symrnn.certify.errors import NotFoundError
from symrnn.kernel.clipping import Proof
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.vectors import Names, Term, count

MOST_CASES = 256
"""Most cases that one statement is split into."""

Step = tuple[str, tuple[Any, ...]]
"""A lemma and its terms."""

SPLITTING = ("factor", "clip", "abs", "min and max")


def certificate(statement: Clipped, name: str) -> list[str]:
    """The lines of a certificate.

    Args:
        statement: about norms of sums of matrices, clipped ones among them.
        name: what it is called.

    Raises:
        NotFoundError: when none is found; which says nothing about the statement.

    >>> import sympy as sp
    >>> from symrnn.derivation.inequality import Inequality
    >>> from symrnn.expr import ClipFactor, Norm
    >>> from symrnn.kernel.clipping import check
    >>> from symrnn.symbols import n
    >>> g, theta = sp.MatrixSymbol("g", n, 1), sp.Symbol("theta", positive=True)
    >>> lines = certificate(Inequality(Norm(ClipFactor(g, theta) * g), theta), "bound")
    >>> len(lines), check(lines).split(";")[0]
    (9, '‖min(1, theta/‖g‖_2) g‖_2 <= theta')
    """
    data = translated(statement)
    header = {"symrnn": 1, "kind": "clipping", "id": name}
    reasons = []
    for way in ways(data["claim"]):
        try:
            search = Search(data, way)
            search.run()
        except (NotFoundError, NotProvedError) as error:
            reasons.append(f"{way[0]}: {error}")
            continue
        return [json.dumps(line, ensure_ascii=False) for line in (header, data, *search.lines)]
    raise NotFoundError("; ".join(reasons) or "no way to show this is known")


def ways(claim: list[Any]) -> Iterator[list[Any]]:
    """How a claim may be shown: entry by entry first where entries are clipped."""
    kind, left, right = claim
    by_entries = '"clip"' in json.dumps(claim)
    match kind:
        case "at most":
            if by_entries and left[0] == "norm":
                if right[0] == "norm":
                    yield ["monotone norms"]
                yield ["bounded entries"]
            yield ["difference"]
        case "coincide":
            if by_entries:
                yield ["entries"]
            yield ["distance"]
        case "direction":
            yield from (["multiple", ratio] for ratio in _ratios(left, right))


def _ratios(left: Any, right: Any) -> Iterator[Any]:
    """Numbers that the left side may be times the right one: what stands before the same matrix in it."""
    there = dict(_slots(right))
    for slot, scalars in _slots(left):
        below = there.get(slot)
        if below is not None and all(isinstance(s, int) and s > 0 for s in below):
            shares = [["/", 1, s] for s in below]
            yield ["*", 1, *scalars, *shares]
            return


def _slots(term: Any) -> Iterator[tuple[str, list[Any]]]:
    """The matrices in a sum or a stack, each with its place and the scalars before it."""
    if isinstance(term, str):
        yield term, []
        return
    match term[0]:
        case "sum":
            for part in term[1:]:
                yield from _slots(part)
        case "stack":
            for at, part in enumerate(term[1:]):
                yield from ((f"{at} {slot}", scalars) for slot, scalars in _slots(part))
        case "scale":
            yield from ((slot, [term[1], *scalars]) for slot, scalars in _slots(term[2]))
        case _:
            yield json.dumps(term), []


class Search:
    """A proof that is being written, and replayed by the kernel line by line.

    Args:
        data: the statement.
        way: how it is shown.
    """

    def __init__(self, data: dict[str, Any], way: list[Any]) -> None:
        self.proof, self.lines = Proof(**data), list[dict[str, Any]]()
        self.cases = 0
        self.opposite = len(self.proof.known)  # the first fact that the way adds
        self.way = way[0]
        self.do({"by": way})

    def run(self) -> None:
        """Close every case.

        Raises:
            NotFoundError: when one stays open.
        """
        while self.proof.open:
            self.close(frozenset())

    def do(self, line: dict[str, Any]) -> None:
        """Write a line."""
        ((what, value),) = line.items()
        self.proof.step(what, value)
        self.lines.append(line)

    def close(self, applied: frozenset[Step]) -> None:
        """Close the next case: with what is known of all numbers in it, split as their definitions do."""
        assert self.proof.open
        while True:
            names, facts = self.proof.names, self.proof.open[-1]
            steps = [step for step in useful(names, facts, self.way) if step not in applied]
            single = next((step for step in steps if step[0] not in SPLITTING), None)
            if single is not None:
                self.do({"lemma": [single[0], *map(written, single[1])]})
                applied |= {single}
                continue
            if not steps:
                break
            split = min(steps, key=lambda step: count(step[1]))
            before = len(self.proof.open)
            self.do({"lemma": [split[0], *map(written, split[1])]})
            for _ in range(len(self.proof.open) - before + 1):
                self.close(applied | {split})
            return
        self.cases += 1
        if self.cases > MOST_CASES:
            raise NotFoundError(f"more than {MOST_CASES} cases")
        claim = self.proof.claim
        sides = (names.number(claim[1]), names.number(claim[2])) if self.way == "difference" else None
        line = refuted(Case(names, facts, self.opposite, sides))
        self.do({"absurd": line})


def useful(names: Names, facts: Any, way: str) -> Iterator[Step]:
    """What is known by a lemma of the numbers in a case."""
    keys = list(names.ring.unknowns)
    met = [keys[at] for at in sorted({at for _, p in facts for mono in p for at in mono})]
    norms: dict[Term, list[str]] = {}
    entries = [key[1] for key in met if key[0] == "entry"]
    for key in met:
        match key:
            case ("norm", kind, x):
                norms.setdefault(x, []).append(kind)
                yield "nonnegative", (kind, x)
                if x[0] == "scale":
                    yield "homogeneity", (kind, *x[1:])
                elif kind == "F" and x[0] in ("sum", "stack"):
                    yield "norm of a sum", (x,)
                elif x[0] == "sum":
                    yield "triangle inequality", (kind, x)
                if x in entries:
                    yield "an entry and the norm", (kind, x)
            case ("inner", x, y):
                yield "Cauchy–Schwarz", (x, y)
            case ("factor", *parts):
                yield "factor", tuple(parts)
            case ("entry", ("clip", x, s)):
                yield "clip", (x, s)
            case ("abs", s):
                yield "abs", (s,)
            case ("min" | "max", *_):
                yield "min and max", (key,)
            case ("root", s):
                yield "root", (s,)
    for x, kinds in norms.items():
        if len(kinds) > 1:
            yield "comparison of norms", (x,)


def written(t: Any) -> Any:
    """A term of the kernel as it is read."""
    if not isinstance(t, tuple):
        return t
    if t[0] == "name":
        return t[1]
    if t[0] == "/":
        return t[1] if t[2] == 1 else list(t)
    return [t[0], *map(written, t[1:])]
