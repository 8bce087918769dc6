"""What stands at a prompt in docs/rows.md gives what stands below it."""

from __future__ import annotations

import doctest

from docs.blocks import ROOT

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def test_the_page_on_rows_is_true() -> None:
    found = doctest.testfile(str(ROOT / "docs/rows.md"), module_relative=False, optionflags=OPTIONS, encoding="utf-8")
    assert found.attempted > 15
    assert not found.failed
