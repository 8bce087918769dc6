r"""Blocks of code in a Markdown file, by the heading that they stand below."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)


def section(file: str, heading: str) -> str:
    """The text of a file below a heading, up to the next heading."""
    text = (ROOT / file).read_text(encoding="utf-8")
    found = re.search(rf"^#+ {re.escape(heading)}\n(.*?)(?=^#+ |\Z)", _without_blocks(text), re.MULTILINE | re.DOTALL)
    assert found is not None, f"{file} has no heading {heading!r}"
    return text[found.start(1) : found.end(1)]


def blocks(file: str, heading: str, language: str) -> list[str]:
    """The blocks of a language below a heading."""
    return [code for name, code in BLOCK.findall(section(file, heading)) if name == language]


def commands(file: str, heading: str) -> list[str]:
    """The lines of the shell below a heading, without remarks."""
    lines = "\n".join(blocks(file, heading, "console")).splitlines()
    return [line.partition("  #")[0].rstrip() for line in lines if line.strip()]


def _without_blocks(text: str) -> str:
    """The same with dots for what stands in blocks, where # begins a remark."""
    return BLOCK.sub(lambda block: re.sub(r"[^\n]", ".", block[0]), text)
