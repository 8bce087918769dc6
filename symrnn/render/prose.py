r"""Docstrings for two readers: prose with a little markup becomes LaTeX or Markdown.

A docstring is plain prose: paragraphs, lists whose items begin with ``-``, indented blocks that stay as they are, and
displays of mathematics between double dollars. Its sentences are read by :mod:`symrnn.latex.sentences`.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from symrnn.latex.notation import Notation
from symrnn.latex.sentences import latex_prose, markdown_prose, typewritten


@dataclass(frozen=True)
class Block:
    """A paragraph, the items of a list, a display of mathematics, or lines kept as they are."""

    kind: str
    parts: tuple[str, ...]


def blocks(text: str) -> Iterator[Block]:
    r"""Split a docstring into blocks at its blank lines.

    >>> [(block.kind, block.parts) for block in blocks("One.\n\n- two\n- three\n\n    >>> 4")]
    [('paragraph', ('One.',)), ('list', ('two', 'three')), ('verbatim', ('>>> 4',))]
    """
    for part in re.split(r"\n[ \t]*\n", text.strip("\n")):
        lines = part.splitlines()
        if not part.strip():
            continue
        if all(line.startswith(("    ", "\t")) for line in lines) or lines[0].startswith(">>>"):
            yield Block("verbatim", tuple(textwrap.dedent(part).splitlines()))
        elif lines[0].lstrip().startswith(("- ", "* ")):
            items = re.split(r"\n\s*[-*] ", "\n" + textwrap.dedent(part))
            yield Block("list", tuple(" ".join(item.split()) for item in items if item.strip()))
        elif part.strip().startswith("$$") and part.strip().endswith("$$") and len(part.strip()) > 4:
            yield Block("display", (part.strip().strip("$").strip(),))
        else:
            yield Block("paragraph", (" ".join(part.split()),))


def latex_blocks(text: str, notation: str | Notation = "lecture") -> str:
    """A docstring in LaTeX."""
    return "\n\n".join(latex_block(block, notation) for block in blocks(text))


def latex_block(block: Block, notation: str | Notation) -> str:
    """One block in LaTeX."""
    match block.kind:
        case "verbatim":
            return latex_listing("\n".join(block.parts))
        case "display":
            return rf"\[ {block.parts[0]} \]"
        case "list":
            items = (rf"  \item {latex_prose(part, notation)}" for part in block.parts)
            return "\n".join([r"\begin{itemize}", *items, r"\end{itemize}"])
    return "\n".join(textwrap.wrap(latex_prose(block.parts[0], notation), 110, break_long_words=False))


def markdown_blocks(text: str, notation: str | Notation = "lecture") -> str:
    """A docstring in Markdown."""
    return "\n\n".join(_markdown_block(block, notation) for block in blocks(text))


def _markdown_block(block: Block, notation: str | Notation) -> str:
    match block.kind:
        case "verbatim":
            return "\n".join(["```python", *block.parts, "```"])
        case "display":
            return f"$$\n{block.parts[0]}\n$$"
        case "list":
            return "\n".join(f"- {markdown_prose(part, notation)}" for part in block.parts)
    return markdown_prose(block.parts[0], notation)


def latex_listing(source: str) -> str:
    r"""Lines of code for the environment ``code`` of the document, which breaks lines that are too long.

    >>> print(latex_listing("if φ:\n    a_1 = 'x'"))
    \begin{code}
    if\ $\phi$:\\*
    \ \ \ \ a\_1\ =\ \textquotesingle{}x\textquotesingle{}
    \end{code}
    """
    lines = [typewritten(line).replace(" ", r"\ ") or r"\mbox{}" for line in source.splitlines()]
    lines = [f"{{[}}{line[1:]}" if line.startswith("[") else line for line in lines]  # no option of the \\* before it
    return "\n".join([r"\begin{code}", "\\\\*\n".join(lines), r"\end{code}"])
