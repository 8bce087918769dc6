"""The slips that people make in backward passes, planted in the proved one line by line.

Those of a single line are in ``rules``; here are those of whole loops, and the list of all of them.
"""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from symrnn.testing.rules import RULES
from symrnn.testing.sites import Edits, Line, Lines, base, copied, counted, expression, reads, statement, times


@dataclass(frozen=True)
class Slip:
    """A slip as it stands in one place, or in several of one kind.

    Args:
        kind: what kind of slip it is, in few words.
        what: what is wrong, as a sentence without a full stop.
        wrong, right: the line that has it, and as it should be; empty where it is not in one line.
        edits: the lines that it replaces.
    """

    kind: str
    what: str
    wrong: str = ""
    right: str = ""
    edits: Edits | None = None

    def __str__(self) -> str:
        if not self.wrong:
            return self.what
        return f"{self.what}\n  as if  {self.wrong}\n  right  {self.right}"


# -- loops -------------------------------------------------------------------------------------------------------


def ignored(lines: Lines) -> Iterator[Slip]:
    """A quantity such as a mask is left out wherever it stands: it counts as 1."""
    for name in dict.fromkeys(base(node) for line in lines.all for node in reads(line)):
        edits: dict[int, tuple[ast.stmt, ...]] = {}
        for line in lines.all:
            value = line.node.value
            for node in (node for node in reads(line) if base(node) == name):
                value = copied(value, node, expression(f"np.ones_like({ast.unparse(node)})"))
            if value is not line.node.value:
                edits[line.at] = (line.with_value(value),)
        yield Slip("ignored", f"{name} is ignored, as if it were 1", edits=edits)


def kept(lines: Lines) -> Iterator[Slip]:
    """What is carried back is added to what came from the step after, which nobody set to zero."""
    for line in lines.all:
        here = line.target.replace("t - 1", "t")
        entering = next((each for each in lines.all if each.target == here), None)
        if CARRIED.fullmatch(line.target) and entering is not None and not line.accumulates:
            saved = f"kept_{line.name}"
            value = expression(f"{ast.unparse(line.node.value)} + {saved}")
            edits = {entering.at: (statement(f"{saved} = {here}"), entering.node), line.at: (line.with_value(value),)}
            what = f"{line.target} is added to the error that came from the next step, instead of taking its place"
            yield Slip("not reset", what, edits=edits)


CARRIED = re.compile(r"d\w+\[t - 1\]")
"""What an error that goes to the step before is called."""


def of_loops(lines: Lines, steps: int) -> Iterator[Slip]:
    """Slips of the whole loop: it starts too late or ends too early, or errors are cut."""
    for what, condition in {
        "the last step is left out": "t < T",
        "the first step is left out": "t > 1",
        **{
            f"the pass ends after {counted(count, 'step')} (truncated)": f"t > T - {count}" for count in range(1, steps)
        },
    }.items():
        kind = "truncated" if "truncated" in what else "range of the loop"
        for is_kept in (False, True):
            edits = only(lines, condition, carried=is_kept)
            ending = ", and what is carried is returned as the error of the initial state" * is_kept
            yield Slip(kind, what + ending, edits=edits)
    carried = [line for line in lines.all if CARRIED.fullmatch(line.target)]
    for chosen in (carried, *([line] for line in carried if len(carried) > 1)):
        for count in range(1, steps if chosen else 1):
            for name, border in (("first", f"(t - 1) % {count} == 0"), ("last", f"(T - t + 1) % {count} == 0")):
                edits = {line.at: (line.node, _cut(line, border)) for line in chosen}
                which = "errors" if chosen is carried else chosen[0].target
                what = (
                    f"{which} cut between chunks of {counted(count, 'step')}, counted from the {name} one (truncated)"
                )
                yield Slip("truncated", what, edits=edits)
                edits = {line.at: (line.node, _cut(line, f"{border} and t > 1")) for line in chosen}
                yield Slip("truncated", f"{what}; not the one of the initial state", edits=edits)


def only(lines: Lines, condition: str, *, carried: bool = False) -> Edits:
    """All lines where a condition holds; elsewhere nothing is added, and what is carried vanishes or stays."""
    test = expression(condition)
    return {line.at: (_only(line, test, carried=carried),) for line in lines.all}


def _only(line: Line, test: ast.expr, *, carried: bool) -> ast.stmt:
    kept = expression(line.target) if line.accumulates else times([expression("0"), line.node.value])
    if carried and CARRIED.fullmatch(line.target):
        kept = expression(line.target.replace("t - 1", "t"))
    return line.with_value(ast.IfExp(test, line.node.value, kept))


def _cut(line: Line, condition: str) -> ast.stmt:
    return statement(f"{line.target} = 0 * {line.target} if {condition} else {line.target}")


def but_at_the_start(lines: Lines, slips: Iterable[Slip]) -> Iterator[Slip]:
    """Slips that the first step does not have, which is often written apart.

    They are in what is carried back, and the error of the initial state is found after the loop; or in an index, as in
    ``h[t] if t else h0``.
    """
    known = {line.at: line for line in lines.all}
    for slip in slips:
        edits = slip.edits or {}
        is_carried = all(at in known and CARRIED.fullmatch(known[at].target) for at in edits)
        values = {at: new[0].value for at, new in edits.items() if len(new) == 1 and isinstance(new[0], ast.Assign)}
        if not edits or values.keys() != edits.keys() or not (is_carried or slip.kind == "wrong time"):
            continue
        what = "for the initial state" if is_carried else "in the first step"
        parts = {at: ast.IfExp(expression("t > 1"), value, known[at].node.value) for at, value in values.items()}
        apart = {at: (known[at].with_value(value),) for at, value in parts.items()}
        yield replace(slip, what=f"{slip.what}, but not {what}", edits=apart)


# -- all of them -------------------------------------------------------------------------------------------------


def planted(lines: Lines, steps: int) -> Iterator[Slip]:
    """Every slip that is known, alone and, where several lines can have it, in all of them at once."""
    everywhere: defaultdict[tuple[str, str, str], dict[int, Slip]] = defaultdict(dict)
    for rule in RULES:
        for line in lines.all:
            for kind, what, value in rule(line, lines):
                new = line.with_value(value)
                slip = Slip(kind, what, f"{line.target} = {ast.unparse(value)}", line.text, {line.at: (new,)})
                yield slip
                alike = _alike(re.sub(rf"\b{re.escape(line.target)}$", "", what), line)
                for family in ("", _family(line)):
                    everywhere[kind, alike, family].setdefault(line.at, slip)
    yield from of_loops(lines, steps)
    yield from ignored(lines)
    yield from kept(lines)
    together = {(kind, alike, tuple(slips)): slips for (kind, alike, _), slips in everywhere.items() if len(slips) > 1}
    for slips in together.values():
        first, *others = slips.values()
        edits = {at: new for slip in slips.values() for at, new in (slip.edits or {}).items()}
        yield Slip(first.kind, f"{first.what}, and likewise {len(others)} more", first.wrong, first.right, edits)


def _family(line: Line) -> str:
    """What is added to the gradients of one kind of parameter, such as those of all biases."""
    return re.sub(r"\bd\w+", "_", ast.unparse(line.node.value)) if line.accumulates else ""


def _alike(what: str, line: Line) -> str:
    """What slips of one kind have in common: the words, and what is indexed, without names of gates."""
    text = what.replace(line.target, "")
    return re.sub(r"\b(?!h\b|x\b|c\b)[A-Za-z]\w*(?=\[|\b)", lambda word: word[0] if len(word[0]) > 3 else "_", text)
