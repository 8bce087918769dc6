"""Which loop of a pass goes back in time, and at which step each of its turns is; or each call of a single step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from symrnn.testing.proved import Proved
from symrnn.testing.tracing import Assigned, Trace

SILENT = {"zeros", "a number"}
"""What may be part of anything."""

CALLS = 0
"""What stands for the line of a loop where a function is called once for each step."""

Times = Mapping[int, Mapping[int, int]]
"""The step t at which each turn of each loop back in time is, by the line of the loop."""


def steps_of(trace: Trace, proved: Proved, steps: int, *, is_called: bool) -> dict[int, tuple[Mapping[int, int], int]]:
    """The loops back in time: at which step each turn is, as most values fit, and how many do.

    Where as many fit forwards, it is the last loop of the pass itself that goes back, or one with what only that has.
    """
    found: dict[int, tuple[Mapping[int, int], int]] = {}
    final = max((line for line, turns in trace.turns.items() if turns in (steps - 1, steps)), default=0)
    for line, turns in trace.turns.items():
        inside = [each for each in trace.assigned if line in each.turns]
        last = max((each.turns[line] for each in inside), default=-1)
        if last + 1 > steps or turns < last or last < 0:
            continue
        ways = [{j: steps - j for j in range(steps)}]
        forwards = [{j: j + 1 for j in range(steps)}]
        if turns == steps - 1:  # the last step, or the first one, may stand before the loop
            ways += [{j: steps - 1 - j for j in range(steps - 1)}]
            forwards += [{j: j + 2 for j in range(steps - 1)}]
        back, on = (
            max(((w, _fitting(inside, line, w, proved)) for w in each), key=lambda f: f[1]) for each in (ways, forwards)
        )
        goes_back = line == final or _goes_back(inside, line, proved, back[0])
        if goes_back and (back[1] > on[1] or (back[1] == on[1] and not is_called)):
            found[line] = back
    return _chosen(found, trace, steps)


def _chosen(
    found: dict[int, tuple[Mapping[int, int], int]], trace: Trace, steps: int
) -> dict[int, tuple[Mapping[int, int], int]]:
    """Of loops in each other the one whose turns are the steps, as of one over the steps of each chunk of several."""
    nests = {tuple(line for line in each.turns if line in found) for each in trace.assigned}
    dropped = set()
    for nest in (each for each in nests if len(each) > 1):
        best = max(nest, key=lambda line: (trace.turns[line] in (steps - 1, steps), found[line][1]))
        dropped |= {*nest} - {best}
    return {line: each for line, each in found.items() if line not in dropped}


def step_at(each: Assigned, at: Times) -> tuple[int, int] | None:
    """The loop over the steps in which a value is assigned, or that has been gone through around it, and its turn."""
    for turns in (each.turns, {line: done - 1 for line, done in each.ended.items() if done}):
        lines = [line for line in turns if line in at]
        if lines:
            return lines[-1], turns[lines[-1]]
    return None


def calls_of(trace: Trace, proved: Proved, steps: int) -> dict[int, tuple[Mapping[int, int], int]]:
    """The calls of a function that does one step back in time, as by autograd; nothing if it does not fit."""
    back, on = {j: steps - j for j in range(steps)}, {j: j + 1 for j in range(steps)}
    fits = (
        [sum(proved.fits(each.value, at[each.call]) for each in trace.assigned) for at in (back, on)]
        if (trace.calls == steps)
        else [0, 0]
    )
    return {CALLS: (back, fits[0])} if fits[0] > fits[1] else {}


def _fitting(inside: Sequence[Assigned], line: int, at: Mapping[int, int], proved: Proved) -> int:
    """How many values in a loop are numbers of the proved pass at the steps at which its turns would be."""
    return sum(each.turns[line] in at and proved.fits(each.value, at[each.turns[line]]) for each in inside)


def _goes_back(inside: Sequence[Assigned], line: int, proved: Proved, at: dict[int, int]) -> bool:
    """Whether something in a loop is a number of the proved pass; a loop forwards in time has others."""
    forward = {each.name for each in proved.forward}
    found = (each for one in inside if one.turns[line] in at for each in proved.names(one.value, [at[one.turns[line]]]))
    names = (name for each in found for name in each.split(", "))  # of gates that are stacked
    return any(name.partition("[")[0] not in forward | SILENT for name in names)


__all__ = ["CALLS", "SILENT", "Times", "calls_of", "step_at", "steps_of"]
