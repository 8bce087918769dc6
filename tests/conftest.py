"""Tables of cases: the tests take a few of each, and all of them with ``-m exhaustive``."""

from __future__ import annotations

from collections import defaultdict

import pytest

from symrnn.budget import collect_rarely

collect_rarely()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as exhaustive what ``@pytest.mark.table(quick=…)`` leaves out: all but N cases, or all but those named."""
    tables: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("table") and not item.get_closest_marker("exhaustive"):
            tables[item.nodeid.partition("[")[0]].append(item)
    for cases in tables.values():
        marker = cases[0].get_closest_marker("table")
        assert marker is not None
        quick = marker.kwargs["quick"]
        ids = [item.nodeid.rpartition("[")[2].removesuffix("]") for item in cases]
        taken = [ids[len(cases) * at // quick] for at in range(quick)] if isinstance(quick, int) else quick
        assert set(taken) <= set(ids), f"{cases[0].nodeid}: no case is called {set(taken) - set(ids)}"
        for item, name in zip(cases, ids, strict=True):
            if name not in taken:
                item.add_marker("exhaustive")
