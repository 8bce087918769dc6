"""What values flow into the results of a pass: one that flows only into gradients that are right is not to blame."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from symrnn.testing.tracing import Trace


def leading(trace: Trace, is_right: Callable[[str | int], bool]) -> set[int]:
    """The places, in what a pass assigned, of all that may flow into a result that is not known to be right.

    Where nobody sees what goes in and comes out, as of objects, everything may.

    Args:
        trace: what it assigned.
        is_right: whether the result under a key, or at a place, is a gradient that is right.
    """
    live: dict[str, set[int]] = {}
    sources: list[set[int]] = []
    for at, each in enumerate(trace.assigned):
        found = _read(each.reads, live, trace.hidden, at)
        if not each.bound:  # the rest of it is there still
            found |= live.get(each.name, set())
        if each.aliased:
            beside = (place for place in range(at - 1, -1, -1) if trace.assigned[place].node is not each.node)
            found |= {*range(next(beside, -1) + 1, at)}
        sources.append(found)
        live[each.name] = {at}
    asked = [names for key, names in trace.feeds.items() if not is_right(key)] if trace.feeds else [trace.last]
    leads: set[int] = set()
    for names in asked:
        leads |= _read(names, live, trace.hidden, len(trace.assigned))
    for at in range(len(sources) - 1, -1, -1):
        if at in leads:
            leads |= sources[at]
    return leads


def _read(names: Sequence[str], live: dict[str, set[int]], hidden: set[str], until: int) -> set[int]:
    """What stands in some names."""
    found: set[int] = set()
    for name in names:
        whole, _, key = name.partition("[")
        if whole in hidden:
            return {*range(until)}
        found |= live.get(name, set())
        if not key or name not in live:
            found |= {place for other, places in live.items() if other.partition("[")[0] == whole for place in places}
    return found


__all__ = ["leading"]
