r"""The pages of the site, and README, as lists of blocks that can be run.

Every block says by its form how it is run, and a block that none of these forms fits fails a test:

- a session at ``>>>`` is a doctest, collected by pytest itself;
- a block below a line "`name`:" is that file;
- a ``console`` block is commands; where a line begins with ``$``, what follows it is what it prints;
- a block below ``<!-- not run: reason -->`` is not run here, and one below ``<!-- command: name -->`` by ``.ci/run``;
- ``text`` is output that is shown.

``<!-- files: page.md -->`` lays the files of another page beside those of this one.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
BLOCK = re.compile(
    r"(?:^<!-- (?:not run|command): (?P<reason>.+?) -->\n|^(?:.*\s)?`(?P<file>[\w/-]+(?:\.\w+)+)`.*:\n\n)?"
    r"^(?P<fence>`{3,})(?P<language>[\w{}-]*)(?P<rest>.*)\n(?P<code>(?:.*\n)*?)^(?P=fence)$",
    flags=re.MULTILINE,
)
FILES = re.compile(r"<!-- files: (\S+) -->")


@dataclass(frozen=True)
class Block:
    """A block of a page: its language, its text, and the name of the file that it is, or why it is not run."""

    language: str
    code: str
    file: str = ""
    reason: str = ""

    @property
    def commands(self) -> Iterator[tuple[str, str | None]]:
        """The commands of a console block, each with what it prints if that is shown."""
        lines = self.code.splitlines()
        if not any(line.startswith("$ ") for line in lines):
            yield from ((line.partition("  #")[0].rstrip(), None) for line in lines if line.strip())
            return
        assert lines[0].startswith("$ "), f"what comes before the first $ of {self.code!r}?"
        for text in re.split(r"^\$ ", self.code, flags=re.MULTILINE)[1:]:
            command, _, shown = text.partition("\n")
            yield command, shown


def pages() -> dict[str, Path]:
    """README and each page of the site by its name."""
    found = sorted(path for path in DOCS.rglob("*.md") if not {"_build", "template"} & set(path.parts))
    return {str(path.relative_to(ROOT).with_suffix("")): path for path in (ROOT / "README.md", *found)}


def blocks_of(path: Path) -> list[Block]:
    """The blocks of a page, without directives of Sphinx."""
    text = path.read_text(encoding="utf-8")
    found = [
        Block(each["language"], each["code"], each["file"] or "", each["reason"] or "") for each in BLOCK.finditer(text)
    ]
    return [block for block in found if not block.language.startswith("{")]


def files_of(path: Path) -> dict[str, str]:
    """The files that a page shows, after those of the page that it names."""
    files: dict[str, str] = {}
    for other in FILES.findall(path.read_text(encoding="utf-8")):
        files |= files_of(path.parent / other)
    return files | {block.file: block.code for block in blocks_of(path) if block.file}


def words(command: str) -> tuple[list[str], str]:
    """The words of a command, and the file that its output goes into."""
    command, _, into = command.partition(" > ")
    return shlex.split(command), into.strip()
