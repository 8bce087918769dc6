"""Which line of a backward pass is the first wrong one, from what its lines assign while it runs.

A value is right when it is a number on the way of the proved pass, at its step and to the last digits. One that is no
such number may be right all the same, an abbreviation; it is, when something right is made of it. What is left, and is
made of nothing but what is right, is where the slip is.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from symrnn.testing.departing import STEADY, departure
from symrnn.testing.flows import leading
from symrnn.testing.proved import Proved, quantity
from symrnn.testing.sites import addends
from symrnn.testing.tracing import Assigned, Overwritten, Source, Trace, targets
from symrnn.testing.turns import CALLS, SILENT, Times, calls_of, step_at, steps_of

RIGHT, AUXILIARY, WRONG, AFTER = "right", "helps", "wrong", "after"


@dataclass(frozen=True)
class LineVerdict:
    """What is said of a line that assigns.

    Args:
        line: its number in the file.
        text: the line.
        name: what it assigns to.
        kind: ``"right"``, ``"helps"`` for an abbreviation that something right is made of, ``"wrong"`` for the first
            wrong line, and ``"after"`` for what is made of it.
        found: the proved quantity that it is; empty where it is none.
        why: of the first wrong line, what is wrong with it.
        others: of the first wrong line, those that may be the wrong ones in its stead: what they assign is a number of
            the proved pass, and nothing right is made of it.
        function: what the function is called that it stands in, where the pass calls that; empty for the pass itself.
    """

    line: int
    text: str
    name: str
    kind: str
    found: str = ""
    why: str = ""
    others: tuple[int, ...] = ()
    function: str = ""


@dataclass
class _Value:
    """A value that was assigned, what it is, and what it was made of."""

    assigned: Assigned
    step: int | None
    names: dict[str, bool]
    made_of: list[_Value] = field(default_factory=list)
    used_in: list[_Value] = field(default_factory=list)
    stale: list[_Value] = field(default_factory=list)
    lost: bool = False
    helps: bool = False
    returned: bool = False
    goes_on: bool = False
    astray: bool = False
    sequence: bool = False
    leads: bool = True
    place: int = 0
    turn: tuple[int, int] | None = None

    @property
    def line(self) -> int:
        return self.assigned.node.lineno

    @property
    def stands(self) -> bool:
        """Whether it is a proved number, and the one that it has been."""
        return bool(self.names) and not self.lost

    @property
    def leaves_in_part(self) -> bool:
        """Whether it stands outside of the loop, and is only a part of what a proved line assigns."""
        return self.step is None and bool(self.names) and not self.sequence and not any(self.names.values())

    @property
    def is_needed(self) -> bool:
        """Whether something right is made of it that is not just the same."""
        return self.is_needed_beside(0)

    def is_needed_beside(self, line: int) -> bool:
        """Whether something right is made of it by other lines than one, of which the parts are not told apart."""
        users = (user for user in self.used_in if not isinstance(user.assigned.node, ast.For) and user.line != line)
        users = (user for user in users if self.step is None or not user.leaves_in_part)
        users = (user for user in users if user.step is not None or user.assigned.value.any())  # zeros_like says little
        return any(user.right and (not user.names.keys() <= self.names.keys() or self._becomes(user)) for user in users)

    def _becomes(self, user: _Value) -> bool:
        """Whether a user is the same array with more in it, computed in its place; neither is a proved number."""
        is_changed = isinstance(user.assigned.node, ast.AugAssign) and user.assigned.name == self.assigned.name
        return is_changed and self.step is None and not self.names and not user.names

    @property
    def right(self) -> bool:
        return self.stands or self.helps or self.is_written_right

    @property
    def is_written_right(self) -> bool:
        """Whether a line that does not speak of it has written into it what is right."""
        return self.assigned.aliased and bool(self.made_of) and all(part.right for part in self.made_of)


def judged(
    traces: Sequence[tuple[Source, Trace]],
    proved: Proved,
    steps: int,
    wrong: Collection[str],
    role: Callable[[str | int], str] = lambda _: "",
    is_right: Callable[[str | int], bool] = lambda _: False,
) -> tuple[LineVerdict, ...]:
    """What is said of each line that assigns in the loop back in time, in the order of the text.

    Args:
        traces: the pass with what it assigned, and the functions that it called with what they did; the loop is looked
            for in all of them, and where there is none one that was called for each step.
        proved: the numbers of the proved one.
        steps: how long the sequences are.
        wrong: the gradients that are wrong, by what they are by; where none is, no line is.
        role: of what is returned under a key, or at a place, the gradient that it should be, if it is wrong.
        is_right: whether what is returned under a key, or at a place, is a gradient that is right.
    """
    times = [steps_of(trace, proved, steps, is_called=at > 0) for at, (_, trace) in enumerate(traces)]
    if not any(times):
        times = [calls_of(trace, proved, steps) for _, trace in traces]
    chosen = max(range(len(traces)), key=lambda at: sum(fits for _, fits in times[at].values()), default=0)
    if not traces or not times[chosen]:
        return ()
    source, trace = traces[chosen]
    values = _values(trace, {line: at for line, (at, _) in times[chosen].items()}, proved, steps)
    roles = _roles(trace, values, role, proved) if CALLS not in times[chosen] else {}
    if trace.last and chosen == 0 and CALLS not in times[chosen]:
        leads = leading(trace, is_right)
        for at, value in enumerate(values):
            value.leads = at in leads
    _mark(values, {f"d{name}" for name in wrong}, trace.last, roles)
    found = _judged(source, trace, values, proved, steps, wrong)
    function = source.code.co_qualname.rpartition("<locals>.")[2] if chosen else ""
    return tuple(replace(each, function=function) for each in found)


def _judged(
    source: Source, trace: Trace, values: Sequence[_Value], proved: Proved, steps: int, wrong: Collection[str]
) -> Iterator[LineVerdict]:
    culprit, others = _culprit(values) if wrong else (None, [])
    if culprit is not None and _begins_too_late(culprit, trace, steps):
        culprit = None
    lost = None if culprit is None else _lost([culprit, *others], proved, steps)
    if lost is not None:  # what it reads was stored, and is no longer there: it may be right itself
        culprit = None
    departed, why = _departed(culprit, values, proved)
    if departed:  # what it is made of is wrong before, though it bears a name
        culprit, others = departed[0] if why else None, []
    inside = [v for v in values if (v.turn is not None and not v.assigned.aliased) or v is culprit]
    lines: dict[tuple[int, str], list[_Value]] = {}
    for value in inside:
        lines.setdefault((value.line, value.assigned.name), []).append(value)
    found = [_verdict(source, group, culprit, others, bool(wrong), proved.sums) for group in lines.values()]
    found = [replace(each, why=why.get(id(culprit), each.why)) if each.kind == WRONG else each for each in found]
    found += [_overwriting(source, *lost)] if lost is not None else []
    yield from sorted(found, key=lambda each: (each.line, each.kind != WRONG, each.name))


# -- what each value is ------------------------------------------------------------------------------------------------


def _values(trace: Trace, at: Times, proved: Proved, steps: int) -> list[_Value]:
    """Each value with what it is, in the order in which they were assigned."""
    latest: dict[str, _Value] = {}
    values: list[_Value] = []
    done: list[_Value] = []  # by the statement, under the names of which it speaks
    so_far: Counter[tuple[Any, ...]] = Counter()
    parts: dict[str, list[_Value]] = {}  # of arrays that are set part by part in one step
    for each in trace.assigned:
        turn = None
        if CALLS in at:
            step = at[CALLS].get(each.call)
            latest = latest if values and values[-1].assigned.call == each.call else {}
        else:
            turn = step_at(each, at)
            step = None if turn is None else at[turn[0]].get(turn[1])
        when = range(steps + 2) if step is None else [step]
        names = proved.names(each.value, when)
        if not names and each.block is not None:
            names = proved.names(each.block, when)
        before = latest.get(each.name)
        if not each.value.any() and (step is None or (not names and _begins(each, before, step, at))):
            names = {"zeros": False}  # what sums and what comes back begin with
        along = proved.whole(each.value, steps) if step is None and not names else {}
        value = _Value(each, step, names or along, sequence=bool(along))
        value.turn = turn if step is not None else None
        if CALLS in at and step is not None:
            value.turn = CALLS, each.call
        value.place = so_far[each.node, each.name, each.turn, step]  # a line may do several in one turn: all gates
        so_far[each.node, each.name, each.turn, step] += 1
        value.astray = step is not None and bool(names) and proved.is_of_another_step(each.value, step)
        if not each.aliased:
            done = [] if values and values[-1].assigned.node is not each.node else done
            done.append(value)
        beside = before is not None and before.step == step and each.goes_on_with(before.assigned)
        if beside and before is not None:
            before.goes_on = True
        read = [part for name in each.reads if name in latest for part in _read(each, name, latest, parts)]
        for part in done if each.aliased else read:
            value.made_of.append(part)
            part.used_in.append(value)
            if step is not None and part.step not in (None, step) and not proved.goes_on(part.assigned.value, step):
                value.stale.append(part)
        if isinstance(each.node, ast.For) and not value.names:  # another name for one of several
            alike = (part for part in value.made_of if np.array_equal(part.assigned.value, each.value))
            value.names = next((part.names for part in alike if part.names), {})
        values.append(value)
        latest[each.name] = value
        parts[each.name] = [*(parts.get(each.name, []) if beside else []), value]
        if "[" in each.name:  # whoever reads the whole dictionary reads what was put there
            latest[each.name.partition("[")[0]] = value
        value.goes_on = CALLS in at and each.name in trace.last
    for name in trace.last:
        if name in latest and CALLS not in at:
            latest[name].returned = True
    return values


def _begins(each: Assigned, before: _Value | None, step: int, at: Times) -> bool:
    """Whether zeros are what a sum within a step begins with; or what comes back is lost where they are assigned."""
    if before is None or before.step is None:
        return True
    if not any(line in at for line in each.turns):  # between two chunks of steps
        return False
    value = getattr(each.node, "value", None)
    made = isinstance(value, ast.Call) and ZEROS.search(ast.unparse(value.func)) is not None
    return made and not any(user.step == step for user in before.used_in)


ZEROS = re.compile(r"(zeros|empty)(_like)?$")
"""Functions that make zeros."""


def _read(each: Assigned, name: str, latest: Mapping[str, _Value], parts: Mapping[str, list[_Value]]) -> list[_Value]:
    """What a statement reads of a name: the last that it was given, or several parts of an array, set one by one."""
    found = parts.get(name, [])
    if len(found) < 2 or latest[name] is not found[-1]:
        return [latest[name]]
    texts = {
        ast.unparse(inner)
        for inner in ast.walk(each.node)
        if isinstance(inner, ast.Subscript) and isinstance(inner.value, ast.Name) and inner.value.id == name
    }
    places = [{ast.unparse(target) for target in targets(part.assigned.node)} & texts for part in found]
    chosen = [part for part, place in zip(found, places, strict=True) if place]
    return chosen if chosen and texts == set().union(*places) else found


def _begins_too_late(value: _Value, trace: Trace, steps: int) -> bool:
    """Whether a loop goes wrong in its first turn, and has too few: its lines may be right then."""
    return value.turn is not None and value.turn[1] == 0 and trace.turns.get(value.turn[0], steps) < steps


def _roles(
    trace: Trace, values: Sequence[_Value], role: Callable[[str | int], str], proved: Proved
) -> dict[str, set[str]]:
    """The names that are returned, each with what the gradient is called that it should be, if that is wrong."""
    found = {name: role(key) for key, name in trace.results.items()}
    for value in values:  # a dictionary may be made of names, and returned as a whole
        node = value.assigned.node
        if found.get(value.assigned.name) and isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
            _, _, key = value.assigned.name.partition("[")
            for own, each in zip(node.value.keys, node.value.values, strict=True):
                if own is not None and f"{ast.unparse(own)}]" == key and isinstance(each, ast.Name):
                    found.setdefault(each.id, found[value.assigned.name])
    names = {each.name for known in proved.at.values() for each in known}
    # the gradient by an input that is read from both ends is first that of one chain
    return {name: {each, f"{each}[t]"} if each in names else {each} for name, each in found.items() if each}


# -- what is right -----------------------------------------------------------------------------------------------------


def _mark(
    values: Sequence[_Value], roles: Collection[str], returned: Collection[str], wanted: Mapping[str, set[str]]
) -> None:
    """Note which values have been another quantity at an earlier step, and which ones help what is right.

    What is returned has to go on being the gradient that it has been at first, and the one that it is returned as.
    """
    groups: dict[tuple[int, str, int], list[_Value]] = {}
    for value in values:
        if value.step is not None and not isinstance(value.assigned.node, ast.For):
            groups.setdefault((value.line, value.assigned.name, value.place), []).append(value)
    for group in groups.values():
        first = {name for name, assigned in group[0].names.items() if assigned}
        own = {*roles} if group[0].assigned.name.partition("[")[0] in returned else set()
        for value in group[1:]:
            same = {name for name, assigned in value.names.items() if assigned} & first
            kept = not (own & first) or bool(own & same)
            value.lost = bool(first) and not (same and kept) and bool(value.names)
        meant = wanted.get(group[0].assigned.name, set())
        for value in group:
            value.lost = value.lost or (bool(meant) and any(value.names.values()) and not meant & value.names.keys())
    for value in reversed(values):
        value.helps = not value.stands and value.is_needed


def _culprit(values: Sequence[_Value]) -> tuple[_Value | None, list[_Value]]:
    """Where the slip is: the first value that is not a proved number while all that it is made of is, or helps.

    What it is made of may be another number than it should be. It is not where something right is made of it; where
    nothing is, its line is told as well, and blamed itself if it is added as it is to what it is not part of, if it has
    been something else at the steps before, or if everything is wrong that is made of it.

    Returns:
        The value, and others whose lines may be the wrong ones instead.
    """
    judged = [v for v in values if v.leads and not v.helps and not v.assigned.aliased]
    judged = [v for v in judged if not isinstance(v.assigned.node, ast.For)]
    judged = [v for v in judged if (v.used_in or v.returned or v.goes_on) and v.assigned.value.size > 1]
    unknown = [v for v in judged if v.step is None and not v.names and _is_first(v, [])]
    wrong = [v for v in judged if not v.names and _is_first(v, unknown) and not any(v is each for each in unknown)]
    first = next((v for v in wrong if v.step is not None), next(iter([*wrong, *unknown]), None))
    if first is None:
        strayed = (v for v in judged if v.lost and all(part.right for part in v.made_of))
        return next(strayed, _in_part(judged)), []
    lost = [part for part in first.made_of if part.lost and not part.helps]
    bare = [part for part in first.stale if _is_added(first.assigned.node, part.assigned.name)]
    before = [part for part in first.made_of if any(part is each for each in unknown)]
    astray = [part for part in first.made_of if part.astray and not part.is_needed_beside(first.line)]
    blamed = before or bare or (lost if not first.stale else []) or astray or _common(first, unknown) or [first]
    parts = [inner for whole in (first, *before) for part in whole.made_of for inner in _themselves(part)]
    unproved = [part for part in parts if not part.names.keys() & SILENT and (part.sequence or not part.is_needed)]
    return blamed[-1], [each for each in (first, *first.stale, *lost, *astray, *unproved) if each.leads]


def _departed(culprit: _Value | None, values: Sequence[_Value], proved: Proved) -> tuple[list[_Value], dict[int, str]]:
    """The values of forward loops, under what a line of the loop back is made of, that ceased to be what they had been.

    Returns:
        The values in order, and what is said of those that are sure to be wrong: what they are made of is right, and
        they have been right for more than one turn.
    """
    if culprit is None or culprit.step is None:
        return [], {}
    under: list[_Value] = []
    queue = [culprit]
    while queue:
        value = queue.pop()
        if not any(value is each for each in under):
            under.append(value)
            queue += value.made_of
    lines = {(each.line, each.assigned.name) for each in under if each.step is None}
    groups: dict[tuple[int, str, int], list[_Value]] = {}
    for value in values:
        key = (value.line, value.assigned.name)
        is_one = not isinstance(value.assigned.node, ast.For) and not value.assigned.aliased
        if value.step is None and value.assigned.loop is not None and key in lines and is_one:
            groups.setdefault((*key, value.place), []).append(value)
    found: list[tuple[int, _Value, str]] = []
    for (_, name, _), group in groups.items():
        where = departure([(each.assigned, each.names) for each in group], proved)
        if where is not None:
            at, was = where
            value = group[at]
            sure = at >= STEADY and all(part.names or part.right for part in value.made_of)
            why = f"{name} has been {was} in each turn of its loop so far, but is not in turn {value.assigned.turn + 1}"
            found.append((next(i for i, each in enumerate(values) if each is value), value, why if sure else ""))
    found.sort(key=lambda each: each[0])
    first = found[0][2] if found else ""
    return [value for _, value, _ in found], {id(found[0][1]): first} if first else {}


def _lost(suspects: Sequence[_Value], proved: Proved, steps: int) -> tuple[Overwritten, str] | None:
    """What one of some values was to be made of, but had been overwritten where it was stored; and what that was.

    Arrays that are filled part by part, or line by line, have nothing of the proved pass in them when they are stored.
    """
    met: list[_Value] = []
    queue = list(suspects)
    while queue:
        value = queue.pop(0)
        met.append(value)
        for each in value.assigned.spoiled:
            names = proved.names(each.value, range(steps + 2))
            if each.value.any() and names and not names.keys() & SILENT:
                return each, quantity(names)
        queue += [part for part in value.made_of if part.step is None and not any(part is one for one in met)]
    return None


def _in_part(values: Sequence[_Value]) -> _Value | None:
    """A value that leaves the loop though it is only a part of what a proved line assigns, and was so all along."""
    groups: dict[tuple[int, str, int], list[_Value]] = {}
    for value in values:
        if value.step is not None and not value.names.keys() & SILENT:
            groups.setdefault((value.line, value.assigned.name, value.place), []).append(value)
    for group in groups.values():
        leaves = any(value.returned or any(user.step is None for user in value.used_in) for value in group)
        is_part = all(value.names and not any(value.names.values()) and not value.is_needed for value in group)
        if leaves and is_part and all(part.right for value in group for part in value.made_of):
            return group[0]
    return None


def _is_first(value: _Value, unknown: Sequence[_Value]) -> bool:
    """Whether all that a value is made of is right, as far as is known.

    Of what is computed before the loop, such as a transposed matrix, it may not be known.
    """
    return all(
        part.names or part.helps or part.is_written_right or any(part is each for each in unknown)
        for part in value.made_of
    )


def _themselves(value: _Value) -> list[_Value]:
    """A value; of the name that a loop over several gives it, the value that it stands for."""
    if isinstance(value.assigned.node, ast.For):
        return [part for part in value.made_of if part.names.keys() & value.names.keys()]
    return [value]


def _is_added(node: ast.stmt, name: str) -> bool:
    """Whether a name stands alone as a summand of what a statement assigns."""
    value = getattr(node, "value", None)
    return isinstance(value, ast.expr) and any(ast.unparse(term) == name for _, term in addends(value))


def _common(value: _Value, unknown: Sequence[_Value]) -> list[_Value]:
    """What a wrong value is made of, where all that is made of that and of nothing else that is wrong, is wrong.

    Of several it is that of which most is made, and nothing where they are equal.
    """
    found: list[tuple[int, _Value]] = []
    for part in value.made_of:
        users = [user for user in part.used_in if user.line != part.line and user.names != part.names]
        alone = [user for user in users if _is_first(user, [*unknown, part])]
        wrong = {user.line for user in alone if not user.names}
        if part.step is not None and len(wrong) > 1 and not part.is_needed:
            found.append((len(wrong), part))
    most = max((count for count, _ in found), default=0)
    best = [part for count, part in found if count == most]
    return best if len(best) == 1 else []


# -- what is said ------------------------------------------------------------------------------------------------------


def _verdict(
    source: Source,
    group: list[_Value],
    culprit: _Value | None,
    others: list[_Value],
    wrong: bool,
    sums: Collection[str],
) -> LineVerdict:
    first = group[0]
    text = source.lines.get(first.line, ast.unparse(first.assigned.node))
    common = set.intersection(*({*value.names} for value in group))
    found = next((name for name in first.names if name in common and first.names[name]), next(iter(common), ""))
    found = "" if found in SILENT else found
    line = (first.line, text, first.assigned.name)
    if any(value is culprit for value in group):
        assert culprit is not None
        instead = tuple(sorted({each.line for each in others} - {culprit.line}))
        alike = [each for each in group if each.place == culprit.place]
        return LineVerdict(*line, WRONG, found, _why(culprit, alike, sums), instead)
    if all(value.stands for value in group):
        return LineVerdict(*line, RIGHT, found)
    if not wrong or all(value.right for value in group):
        return LineVerdict(*line, AUXILIARY, found)
    return LineVerdict(*line, AFTER, "")


def _why(culprit: _Value, group: list[_Value], sums: Collection[str]) -> str:
    """What is wrong with the first wrong value, and what it is made of."""
    name, t = culprit.assigned.name, culprit.step
    before = group[: next(at for at, value in enumerate(group) if value is culprit)]
    when = f" at t = {t}, after it has been right" if before and all(value.right for value in before) else ""
    when = when if culprit.lost or not culprit.names else ""
    if any(part.assigned.name == name and part.line == culprit.line for part in culprit.made_of):
        # a sum: its first summand has a name of its own, as have zeros, and it has been right only as a proved sum
        when = when if before and any({*value.names} & {*sums} for value in before) else ""
    was = quantity(before[-1].names) if when and before[-1].names else ""
    if culprit.names and culprit.lost and was == quantity(culprit.names):
        is_ = f"{name} has been {was}, but is not the {was} that is needed at t = {t}"
    elif culprit.names:
        is_ = f"{name} is {quantity(culprit.names)}{when}, which is not what is needed"
    else:
        is_ = f"{name} is not a number of the proved pass{when}"
    parts = (each for each in culprit.made_of if each.names and not each.names.keys() & SILENT)
    read = list(dict.fromkeys(_told(each, culprit) for each in parts))
    return f"{is_}; it is made of {', '.join(read)}" if read else is_


def _overwriting(source: Source, lost: Overwritten, found: str) -> LineVerdict:
    """What is said of a line that changes what is stored elsewhere."""
    line = lost.node.lineno
    held = "was handed in" if lost.storing is None else f"line {lost.storing.lineno} had stored there"
    why = f"it overwrites what {lost.name} holds, for the array is the same: {found}, which {held}, is lost"
    target = next((ast.unparse(each) for each in targets(lost.node)), "")
    others = () if lost.storing is None or lost.storing.lineno == line else (lost.storing.lineno,)
    advice = f"{why}; store a copy, or compute into a new array"
    return LineVerdict(line, source.lines.get(line, ast.unparse(lost.node)), target, WRONG, "", advice, others)


def _told(value: _Value, culprit: _Value) -> str:
    own, found = value.assigned.name, quantity(value.names)
    if own == culprit.assigned.name:
        return f"{own} so far"
    carried = value.step is not None and value.step != culprit.step
    when = f" of t = {value.step} by line {value.line}" if carried else ""
    return own if found.partition("[")[0] == own and not when else f"{own}, which is {found}{when}"


def shown(lines: Sequence[LineVerdict]) -> Iterator[str]:
    """The verdicts in print, one for each line; nothing where no line is the wrong one."""
    if lines and all(each.kind in (RIGHT, AUXILIARY) for each in lines):
        yield (
            "  every line in the loop assigns a number of the proved pass, if perhaps not the one that is needed: "
            "look at what is returned, and when the loop ends"
        )
    elif lines and not any(each.kind == WRONG for each in lines):
        yield (
            "  no single line is sure to be the first wrong one: look at the forward pass, at where the loop begins "
            "and ends, and at the results"
        )
    if not any(each.kind == WRONG for each in lines):
        return
    yield f"  line by line, as {lines[0].function or 'it'} runs:"
    first = next(each.line for each in lines if each.kind == WRONG)
    for line in dict.fromkeys(each.line for each in lines):
        here = [each for each in lines if each.line == line]
        yield f"  {'>' if line == first else ' '} {line:4}  {here[0].text}"
        yield f"          {'; '.join(dict.fromkeys(map(_said, here)))}"


def _said(each: LineVerdict) -> str:
    """What is said below a line."""
    if each.kind == WRONG:
        instead = f" (or else line {' or '.join(map(str, each.others))})" if each.others else ""
        return f"the first wrong line: {each.why}{instead}"
    if each.kind == RIGHT and each.found:
        return f"right: {each.name} is {each.found}"
    return "follows from that" if each.kind == AFTER else "right"


__all__ = ["LineVerdict", "judged", "shown"]
