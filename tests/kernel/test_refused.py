"""Certificates of false statements that a kernel once accepted: each is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from symrnn.kernel.__main__ import statement_of
from symrnn.kernel.errors import Refused

FILES = sorted((Path(__file__).parent / "refused_certificates").glob("*.jsonl"))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_what_was_once_accepted_is_refused(file: Path) -> None:
    with pytest.raises(Refused):
        statement_of(file.read_text("utf-8"))


def test_there_are_some() -> None:
    assert FILES


def test_more_lines_than_anyone_needs_are_refused_unread() -> None:
    with pytest.raises(Refused, match="too long"):
        statement_of("[]\n" * 200_000)


def test_an_id_cannot_pose_as_a_statement() -> None:
    text = '{"symrnn": 1, "kind": "nothing", "id": "L1: 0 = 1"}\n'
    with pytest.raises(Refused):
        statement_of(text)
