"""The slips that people make in backward passes, planted in the proved one line by line.

Each is a rule that looks at a line of the program and proposes others, with a sentence about what went wrong. What a
line of a program means is known here by its form alone: the rules hold for any recurrence.
"""

from __future__ import annotations

import ast
import copy
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from symrnn.testing.sites import (
    Edits,
    Line,
    Lines,
    added,
    addends,
    base,
    counted,
    expression,
    factors,
    statement,
    times,
)


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


Proposal = tuple[str, str, ast.expr]
"""The kind, what is wrong, and the right side that the line would have."""

Terms = list[tuple[int, ast.expr]]
"""Summands with their signs."""

Rule = Callable[[Line, Lines], Iterable[Proposal]]


# -- summands ----------------------------------------------------------------------------------------------------


def missing_terms(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A summand is left out; where there is one alone, nothing arrives."""
    terms = addends(line.node.value)
    for at, (_, term) in enumerate(terms):
        if ast.unparse(term) == line.target:
            continue
        others = terms[:at] + terms[at + 1 :]
        value = added(others) if others else times([expression("0"), term])
        yield "missing term", f"{line.target} lacks {ast.unparse(term)}", value


def signs(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A summand has the wrong sign."""
    terms = addends(line.node.value)
    for at, (sign, term) in enumerate(terms):
        if ast.unparse(term) != line.target:
            value = added([*terms[:at], (-sign, term), *terms[at + 1 :]])
            yield "sign", f"the sign of {ast.unparse(term)} in {line.target} is wrong", value


def overwritten(line: Line, lines: Lines) -> Iterator[Proposal]:
    """What is summed up is overwritten instead, so that only what is added last counts."""
    if line.accumulates and len(addends(line.node.value)) > 1:
        value = added(addends(line.node.value)[1:])
        over = "the error that comes back from the next step" if "[" in line.target else "the sum over time"
        yield "not summed", f"{over} is overwritten: {line.target} keeps only what is computed last", value


# -- slopes ------------------------------------------------------------------------------------------------------


def slopes(line: Line, lines: Lines) -> Iterator[Proposal]:
    """φ' is forgotten, taken twice, in part, of the argument's place, or of another activation."""
    for at, (sign, term) in enumerate(addends(line.node.value)):
        parts = factors(term)
        errors = [part for part in parts if base(part).startswith("d")]
        others = [part for part in parts if part not in errors]
        if not errors or not others:
            continue
        terms = addends(line.node.value)

        def instead(
            value: ast.expr, before: Terms = terms[:at], sign: int = sign, after: Terms = terms[at + 1 :]
        ) -> ast.expr:
            return added([*before, (sign, value), *after])

        factor = ast.unparse(times(others))
        is_slope = line.name.startswith("da") or "** 2" in factor or "1 - " in factor
        what, kind = ("the slope", "slope") if is_slope else ("the factor", "factor")
        yield f"{kind} forgotten", f"{what} {factor} is missing in {line.target}", instead(times(errors))
        yield (
            f"{kind} twice",
            f"{what} {factor} stands twice in {line.target}",
            instead(times([*others, *others, *errors])),
        )
        if len(others) > 1:
            for part in others:
                kept = [each for each in parts if each is not part]
                yield f"{kind} forgotten", f"{ast.unparse(part)} is missing in {line.target}", instead(times(kept))
        if is_slope:
            for text, other in _other_slopes(others):
                yield "slope of another function", f"{text} in {line.target}", instead(times([other, *errors]))


def _other_slopes(parts: list[ast.expr]) -> Iterator[tuple[str, ast.expr]]:
    """The slopes that are written for tanh and for the sigmoid by mistake."""
    factor = times(parts)
    names = dict.fromkeys(
        ast.unparse(node) for node in ast.walk(factor) if isinstance(node, ast.Subscript | ast.Name) and base(node)
    )
    for name in names:
        if "[" not in name:
            continue
        owner, index = name.split("[", 1)
        written = ast.unparse(factor)
        yield from (
            (f"{what.format(name)}", expression(text.format(name)))
            for what, text in OTHER_SLOPES.items()
            if text.format(name) != written
        )
        for argument in (f"quantities['a_{owner}'][{index}", f"quantities['a'][{index}"):
            shown = argument.replace("quantities['", "").replace("']", "", 1)
            yield f"{shown} stands for {name} in the slope", expression(written.replace(name, argument))
            yield f"1 - {shown} ** 2 stands for the slope of tanh", expression(f"1 - {argument} ** 2")


OTHER_SLOPES = {
    "the square in the slope of tanh at {0} is missing": "1 - {0}",
    "the slope of tanh stands for that of the sigmoid at {0}": "1 - {0} ** 2",
    "the slope of the sigmoid stands for that of tanh at {0}": "{0} * (1 - {0})",
    "tanh' is taken of the value {0} instead of its argument": "1 - np.tanh({0}) ** 2",
    "sigmoid' is taken of the value {0} instead of its argument": "np.exp(-{0}) / (1 + np.exp(-{0})) ** 2",
    "the value {0} stands for its slope": "{0}",
    "1 - {0} ** 2 is upside down": "1 / (1 - {0} ** 2)",
}
"""What is written for the slope at a value, in words and as an expression."""


# -- quantities --------------------------------------------------------------------------------------------------


def steps_away(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A quantity is read one step away."""
    for node in _reads(line):
        index = ast.unparse(node.slice)
        for shifted in dict.fromkeys(_shifted(index)):
            new = f"{base(node)}[{shifted}]"
            what = f"{new} stands for {ast.unparse(node)} in {line.target}"
            yield "wrong time", what, _with(line, node, expression(new))


def _shifted(index: str) -> Iterator[str]:
    name = index.split(" ", 1)[0]
    around = [f"{name} - 1", name, f"{name} + 1"]
    yield from (each for each in around if each != index and (index in around))


def other_quantities(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A quantity, a matrix or an error of the same step is taken for another one."""
    known = dict.fromkeys(base(node) for each in lines.all for node in _reads(each))
    for node in _reads(line):
        for name in known:
            if name == base(node) or name.startswith("d") != base(node).startswith("d"):
                continue
            index = ast.unparse(node.slice)
            for at in dict.fromkeys((index, *([] if name.startswith("d") else _shifted(index)))):
                what = f"{name}[{at}] stands for {ast.unparse(node)} in {line.target}"
                yield "another quantity", what, _with(line, node, expression(f"{name}[{at}]"))
    plain = dict.fromkeys(node.id for each in lines.all for node in _names(each))
    for found in _names(line):
        for name in plain:
            if name != found.id and name.startswith("d") == found.id.startswith("d"):
                what = f"{name} stands for {found.id} in {line.target}"
                yield "another quantity", what, _with(line, found, expression(name))


def complements(line: Line, lines: Lines) -> Iterator[Proposal]:
    """1 - z is taken for z, or z for 1 - z."""
    for _, term in addends(line.node.value):
        for part in factors(term):
            text = ast.unparse(part)
            if isinstance(part, ast.BinOp) and isinstance(part.op, ast.Sub) and ast.unparse(part.left) == "1":
                new = ast.unparse(part.right)
            elif isinstance(part, ast.Subscript) and not base(part).startswith("d"):
                new = f"1 - {text}"
            else:
                continue
            yield "complement", f"{new} stands for {text} in {line.target}", _with(line, part, expression(new))


def _reads(line: Line) -> list[ast.Subscript]:
    """The quantities with an index on the right side, but for what the line adds to."""
    found = [node for node in ast.walk(line.node.value) if isinstance(node, ast.Subscript)]
    return [node for node in found if isinstance(node.value, ast.Name) and ast.unparse(node) != line.target]


def _names(line: Line) -> list[ast.Name]:
    """The matrices and local errors on the right side."""
    inside = {id(node.value) for node in ast.walk(line.node.value) if isinstance(node, ast.Subscript)}
    found = [node for node in ast.walk(line.node.value) if isinstance(node, ast.Name) and id(node) not in inside]
    return [node for node in found if node.id not in ("np", "t", "T", "batch") and node.id != line.target]


# -- products ----------------------------------------------------------------------------------------------------


def transposes(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A transpose is missing, or the result is transposed."""
    for node in ast.walk(line.node.value):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            if line.accumulates:
                new: ast.expr = ast.Attribute(node, "T", ast.Load())
                yield "transpose", f"the product in {line.target} is transposed", _with(line, node, new)
            elif isinstance(node.left, ast.Attribute) and node.left.attr == "T":
                new = ast.BinOp(node.left.value, ast.MatMult(), node.right)
                matrix = ast.unparse(node.left.value)
                yield "transpose", f"{matrix} is not transposed in {line.target}", _with(line, node, new)


def orders(line: Line, lines: Lines) -> Iterator[Proposal]:
    """The slope stands on the other side of the matrix: φ' ⊙ (Wᵀ δ) for Wᵀ (φ' ⊙ δ)."""
    for node in ast.walk(line.node.value):
        if not (isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult) and isinstance(node.right, ast.Name)):
            continue
        before = lines.of(node.right.id)
        if before is None or len(addends(before.node.value)) != 1:
            continue
        parts = factors(before.node.value)
        errors = [part for part in parts if base(part).startswith("d")]
        others = [part for part in parts if part not in errors]
        if errors and others:
            new = times([*others, ast.BinOp(node.left, ast.MatMult(), times(errors))])
            what = f"in {line.target} the factor {ast.unparse(times(others))} stands on the wrong side of the matrix"
            yield "factor order", what, _with(line, node, new)


def scales(line: Line, lines: Lines) -> Iterator[Proposal]:
    """A sum over the batch or over time is a mean, or counts twice."""
    text = ast.unparse(line.node.value)
    if line.accumulates and "[" not in line.target:
        added_here = times([added(addends(line.node.value)[1:])])
        for what, factor in {
            "is the mean over time instead of the sum": "/ T",
            "is doubled": "* 2",
            "is halved": "/ 2",
        }.items():
            value = expression(f"{line.target} + ({ast.unparse(added_here)}) {factor}")
            yield "mean for sum" if "mean" in what else "scale", f"{line.target} {what}", value
    if ".sum(axis=1" in text:
        mean = expression(text.replace(".sum(axis=1", ".mean(axis=1"))
        yield "mean for sum", f"{line.target} is the mean over the batch instead of the sum", mean


RULES: tuple[Rule, ...] = (
    missing_terms,
    overwritten,
    slopes,
    steps_away,
    transposes,
    orders,
    complements,
    signs,
    other_quantities,
    scales,
)
"""Those of one line, the most common ones first."""


# -- loops -------------------------------------------------------------------------------------------------------


def ignored(lines: Lines) -> Iterator[Slip]:
    """A quantity such as a mask is left out wherever it stands: it counts as 1."""
    for name in dict.fromkeys(base(node) for line in lines.all for node in _reads(line)):
        edits: dict[int, tuple[ast.stmt, ...]] = {}
        for line in lines.all:
            value = line.node.value
            for node in (node for node in _reads(line) if base(node) == name):
                value = _copied(value, node, expression(f"np.ones_like({ast.unparse(node)})"))
            if value is not line.node.value:
                edits[line.at] = (line.with_value(value),)
        yield Slip("ignored", f"{name} is ignored, as if it were 1", edits=edits)


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


def only(lines: Lines, condition: str, *, carried: bool = False) -> Edits:
    """All lines where a condition holds; elsewhere nothing is added, and what is carried vanishes or stays."""
    return {line.at: (_only(line, condition, carried=carried),) for line in lines.all}


def _only(line: Line, condition: str, *, carried: bool) -> ast.stmt:
    kept = line.target if line.accumulates else f"0 * ({ast.unparse(line.node.value)})"
    if carried and CARRIED.fullmatch(line.target):
        kept = line.target.replace("t - 1", "t")
    return statement(f"{line.target} = {ast.unparse(line.node.value)} if {condition} else {kept}")


def _cut(line: Line, condition: str) -> ast.stmt:
    return statement(f"{line.target} = 0 * {line.target} if {condition} else {line.target}")


# -- all of them -------------------------------------------------------------------------------------------------


def planted(lines: Lines, steps: int) -> Iterator[Slip]:
    """Every slip that is known, alone and, where several lines can have it, in all of them at once."""
    everywhere: defaultdict[tuple[str, str], dict[int, Slip]] = defaultdict(dict)
    for rule in RULES:
        for line in lines.all:
            for kind, what, value in rule(line, lines):
                new = line.with_value(value)
                slip = Slip(kind, what, ast.unparse(ast.fix_missing_locations(new)), line.text, {line.at: (new,)})
                yield slip
                pattern = re.sub(rf"\b{re.escape(line.target)}$", "", what)
                everywhere[kind, _alike(pattern, line)].setdefault(line.at, slip)
    yield from of_loops(lines, steps)
    yield from ignored(lines)
    for (kind, _), slips in everywhere.items():
        if len(slips) > 1:
            first, *others = slips.values()
            edits = {at: new for slip in slips.values() for at, new in (slip.edits or {}).items()}
            yield Slip(kind, f"{first.what}, and likewise {len(others)} more", first.wrong, first.right, edits)


def _alike(what: str, line: Line) -> str:
    """What slips of one kind have in common: the words, and what is indexed, without names of gates."""
    text = what.replace(line.target, "")
    return re.sub(r"\b(?!h\b|x\b|c\b)[A-Za-z]\w*(?=\[|\b)", lambda word: word[0] if len(word[0]) > 3 else "_", text)


def _with(line: Line, old: ast.expr, new: ast.expr) -> ast.expr:
    """The right side of a line in which one node is another; only what leads to it is copied."""
    return _copied(line.node.value, old, new)


def _copied(node: ast.expr, old: ast.expr, new: ast.expr) -> ast.expr:
    if node is old:
        return new
    changed = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.expr):
            found: Any = _copied(value, old, new)
        elif isinstance(value, list):
            found = [_copied(each, old, new) if isinstance(each, ast.expr) else each for each in value]
            found = value if all(one is other for one, other in zip(found, value, strict=True)) else found
        else:
            continue
        if found is not value:
            changed[name] = found
    if not changed:
        return node
    twin = copy.copy(node)
    for name, found in changed.items():
        setattr(twin, name, found)
    return twin
