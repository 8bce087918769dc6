"""Tables of cases: the tests take a few of each, and all of them with ``-m exhaustive``."""

from __future__ import annotations

from collections import defaultdict

import pytest

from symrnn.budget import collect_rarely

collect_rarely()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark as exhaustive what ``@pytest.mark.table(quick=N)`` leaves out: all but N cases, spread over the table."""
    tables: defaultdict[str, list[pytest.Item]] = defaultdict(list)
    for item in items:
        if item.get_closest_marker("table") and not item.get_closest_marker("exhaustive"):
            tables[item.nodeid.partition("[")[0]].append(item)
    for cases in tables.values():
        marker = cases[0].get_closest_marker("table")
        assert marker is not None
        quick = marker.kwargs["quick"]
        taken = {len(cases) * at // quick for at in range(quick)}
        for at, item in enumerate(cases):
            if at not in taken:
                item.add_marker("exhaustive")
