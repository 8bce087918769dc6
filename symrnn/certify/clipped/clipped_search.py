"""Looks for certificates of statements about clipped gradients, which the kernel checks; nobody has to believe it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Set
from typing import Any

from symrnn.budget import tick
from symrnn.certify.clipped.clipped_case import Case, refuted
from symrnn.certify.clipped.clipped_terms import translated
from symrnn.certify.clipped_asked import Clipped, require_stated
from symrnn.certify.equations import Certificate
from symrnn.certify.errors import NotFoundError
from symrnn.kernel.clipping import HORN, LEMMAS, WAYS, Proof
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.vectors import Names, Term, count
from symrnn.sentences import Sentence

MOST_CASES = 256
"""Most cases that one statement is split into."""

SPLITTING = ("factor", "clip", "inverse", "min and max")

LENGTHS, ENTRIES = "inner products", "entry by entry"

Step = tuple[str, tuple[Any, ...]]
"""A lemma and its terms."""


def certificate(statement: Clipped, name: str) -> Certificate:
    """A certificate, compared with what was asked.

    Args:
        statement: about norms of sums of matrices, clipped ones among them.
        name: what it is called.

    Raises:
        NotFoundError: when none is found; which says nothing about the statement.
        NotAskedError: when the data that were made of the statement say something else.

    >>> import sympy as sp
    >>> from symrnn.derivation.inequality import Inequality
    >>> from symrnn.expr import ClipFactor, Norm
    >>> from symrnn.kernel.clipping import check
    >>> from symrnn.symbols import n
    >>> g, theta = sp.MatrixSymbol("g", n, 1), sp.Symbol("theta", positive=True)
    >>> found = certificate(Inequality(Norm(ClipFactor(g, theta) * g), theta), "bound")
    >>> len(found.lines), found.means, check(found.lines).split(";")[0]
    (7, ('inner products',), '‖min(1, theta/‖g‖_2) g‖_2 <= theta')
    """
    data, meaning = translated(statement)
    require_stated(data, statement, meaning)
    header = {"symrnn": 1, "kind": "clipping", "id": name}
    reasons = []
    for way in ways(data["claim"]):
        means = means_of(way[0])
        try:
            search = Search(data, way)
            search.run()
            search = search.without_detours(data, way)
        except (NotFoundError, NotProvedError) as error:
            reasons.append(f"{means}: {error}")
            continue
        lines = tuple(json.dumps(line, ensure_ascii=False) for line in (header, data, *search.lines))
        return Certificate(lines, means=(means,), meaning=meaning)
    raise NotFoundError("; ".join(reasons) or "no way to show this is known")


def reread(found: Certificate, statement: Clipped) -> Certificate:
    """A certificate that was kept, with what its names stand for and what it rests on; it has still to be checked.

    Raises:
        NotFoundError: when it is one of something else.
    """
    data, meaning = translated(statement)
    try:
        said, *steps = map(json.loads, found.lines[1:])
        (way,) = (step["by"][0] for step in steps if "by" in step)
    except (ValueError, TypeError, LookupError, RecursionError):
        raise NotFoundError("what was kept is not a certificate") from None
    if said != json.loads(json.dumps(data)):
        raise NotFoundError("what was kept is of something else")
    return found._replace(means=(means_of(way),), meaning=meaning)


def means_of(way: str) -> str:
    """How a statement is shown, in words."""
    return ENTRIES if way in ("monotone norms", "bounded entries", "entries") else LENGTHS


def evidence_of(found: Certificate) -> str:
    """How a statement was shown, in one phrase."""
    cases = sum("absurd" in json.loads(line) for line in found.lines)
    counted = f"{cases} case{'s' if cases > 1 else ''}"
    return f"{' + '.join(found.means)}, {counted} (certificate of {len(found.lines)} lines)"


def rules(found: Certificate) -> Iterator[tuple[int, Sentence, str]]:
    """The rules of a certificate as the kernel has them: the line, what it says, and its source."""
    data, *steps = map(json.loads, found.lines[1:])
    for at, step in enumerate(steps, 3):
        ((what, value),) = step.items()
        if what != "absurd":
            rule = WAYS[data["claim"][0], value[0]] if what == "by" else LEMMAS[value[0]]
            said = " ".join((rule.gives.__doc__ or "").split())
            yield at, Sentence(f"{value[0]}: {said.rstrip('.')}"), rule.source


def classical(found: Certificate) -> list[Sentence]:
    """The theorems from books that a certificate rests on, each with its source."""
    return sorted(
        {Sentence(f"{said.marked} [{source}]") for _, said, source in rules(found) if source.startswith(HORN)}
    )


def ways(claim: list[Any]) -> Iterator[list[Any]]:
    """How a claim may be shown: entry by entry first where entries are clipped."""
    kind, left, right = claim
    by_entries = any(f'"{kind}"' in json.dumps(claim) for kind in ("clip", "hadamard"))
    match kind:
        case "at most":
            norms = [isinstance(side, list) and side[0] == "norm" for side in (left, right)]  # a number may stand alone
            if by_entries and norms[0]:
                if norms[1]:
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
        only: the lemmas that are used; None for all that may be useful.
    """

    def __init__(self, data: dict[str, Any], way: list[Any], only: Set[Step] | None = None) -> None:
        self.proof, self.lines = Proof(**data), list[dict[str, Any]]()
        self.only, self.needed = only, set[Step]()
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
            self.close(())

    def without_detours(self, data: dict[str, Any], way: list[Any]) -> Search:
        """The same proof without the lemmas whose facts no case needed, if it can be done without them."""
        again = Search(data, way, self.needed)
        try:
            again.run()
        except (NotFoundError, NotProvedError):
            return self
        return again

    def do(self, line: dict[str, Any]) -> None:
        """Write a line."""
        tick()
        ((what, value),) = line.items()
        self.proof.step(what, value)
        self.lines.append(line)

    def apply(self, step: Step) -> None:
        """Write a lemma."""
        self.do({"lemma": [step[0], *map(written, step[1])]})

    def close(self, sources: tuple[Step, ...]) -> None:
        """Close the next case: with what is known of all numbers in it, split as their definitions do.

        Args:
            sources: the lemma that each fact comes from, those of the statement and its opposite left out.
        """
        assert self.proof.open
        first = len(self.proof.open[-1]) - len(sources)
        while True:
            names, facts = self.proof.names, self.proof.open[-1]
            fresh = [step for step in useful(names, facts, self.way) if step not in sources]
            steps = [step for step in fresh if self.only is None or step in self.only]
            single = next((step for step in steps if step[0] not in SPLITTING), None)
            if single is not None:
                self.apply(single)
                sources += (single,) * (len(self.proof.open[-1]) - len(facts))
                continue
            if not steps:
                break
            split = min(steps, key=lambda step: count(step[1]))
            before = len(self.proof.open)
            self.apply(split)
            for _ in range(len(self.proof.open) - before + 1):
                self.close(sources + (split,) * (len(self.proof.open[-1]) - len(facts)))
            return
        self.cases += 1
        if self.cases > MOST_CASES:
            raise NotFoundError(f"more than {MOST_CASES} cases")
        claim = self.proof.claim
        sides = (names.number(claim[1]), names.number(claim[2])) if self.way == "difference" else None
        line = refuted(Case(names, facts, self.opposite, sides))
        used = {*line["above"], *(at for _, facts, _ in line["least"] for at in facts), *(at for at, _ in line["zero"])}
        self.needed |= {sources[at - first] for at in used if at >= first}
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
            case ("inverse", s):
                yield "inverse", (s,)
            case ("abs" | "min" | "max", *_):
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
