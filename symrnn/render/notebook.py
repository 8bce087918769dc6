"""Notebooks: text between cells of code that define the claims as their files do, and check them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
from importlib.util import find_spec
from typing import Any

GET_NBFORMAT = "for want of nbformat; to get it: pip install 'symrnn[notebook]'"
ANSWER = "# Your answer."
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


LONG = 300
"""Lines of certificates from which on a claim is checked only when the reader wants it; finding them takes seconds."""
FIRST = "from symrnn import verify"
HOW = "# Claims with long certificates stand behind a #: remove it, and wait some seconds for the verdict."


@dataclass(frozen=True)
class Told:
    """A claim in a notebook.

    Args:
        id: its id.
        text: what is told of it, in Markdown.
        lines: how many lines its certificates have, if that is known.
        refuted: whether it is false.
    """

    id: str
    text: str
    lines: int = 0
    refuted: bool = False


@dataclass(frozen=True)
class Chapter:
    """A derivation file: its text in Markdown, its source, its claims, and a session."""

    opening: str
    source: str
    claims: Sequence[Told]
    session: str = ""


def has_nbformat() -> bool:
    """Whether notebooks can be written here."""
    return find_spec("nbformat") is not None


def notebook(front: str, chapters: Sequence[Chapter], last: str, solved: bool) -> str:
    """A notebook as JSON, not yet run.

    Args:
        front: what stands before the first chapter, in Markdown.
        chapters: the derivation files.
        last: what stands behind the last one; nothing when it is empty.
        solved: whether the claims are checked, or left to the reader with a cell for each.
    """
    nbformat: Any = import_module("nbformat")  # its types are not told
    v4: Any = nbformat.v4
    makers = {"markdown": v4.new_markdown_cell, "code": v4.new_code_cell}
    cells = [
        makers[kind](text.strip(), id=f"cell-{at}")
        for at, (kind, text) in enumerate(_cells(front, chapters, last, solved))
    ]
    book = v4.new_notebook(cells=cells, metadata={"kernelspec": KERNEL, "language_info": {"name": "python"}})
    nbformat.validate(book)
    return str(nbformat.writes(book)) + "\n"


def _cells(front: str, chapters: Sequence[Chapter], last: str, solved: bool) -> Iterator[tuple[str, str]]:
    yield "markdown", front
    if solved:
        is_long = any(claim.lines > LONG for chapter in chapters for claim in chapter.claims)
        yield "code", f"{FIRST}\n\n{HOW}" if is_long else FIRST
    for chapter in chapters:
        yield "markdown", chapter.opening
        names = names_of(chapter.source)
        if solved:
            yield "code", without_docstring(chapter.source)
        for claim in chapter.claims:
            yield "markdown", claim.text
            if not solved:
                yield "code", ANSWER
            elif claim.id in names:
                yield "code", _check(claim, names[claim.id])
        if chapter.session:
            yield "code", typed(chapter.session)
    if last:
        yield "markdown", last


def _check(claim: Told, name: str) -> str:
    """The cell that checks a claim. What is printed of a false one is not advice: that is searched for, for long."""
    if claim.refuted:
        return f'verdict = verify({name})\nprint(f"{{verdict.kind.value}}: {{verdict.counterexample}}")'
    return f"{'# ' if claim.lines > LONG else ''}print(verify({name}))"


def typed(session: str) -> str:
    r"""What was typed at a prompt, without the answers; a cell shows the last of them by itself.

    >>> typed(">>> x = 1\n>>> for y in (1, x):\n...     print(y)\n1\n1")
    'x = 1\nfor y in (1, x):\n    print(y)'
    """
    lines = (line for line in session.splitlines() if line.startswith((">>>", "...")))
    return "\n".join(line[4:] for line in lines)


def without_docstring(source: str) -> str:
    r"""A module without its docstring.

    >>> without_docstring('\"\"\"One.\"\"\"\n\nx = 1\n')
    'x = 1'
    """
    body = ast.parse(source).body
    start = 0
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        start = body[0].end_lineno or 0
    return "\n".join(source.splitlines()[start:]).strip()


def names_of(source: str) -> dict[str, str]:
    r"""What each claim is called in a module, by its id, as far as its text tells.

    >>> names_of('a = Claim("A", "one", x)\nb = [Claim(id="B"), Claim("C")]')
    {'A': 'a', 'B': 'b[0]', 'C': 'b[1]'}
    """
    found: dict[str, str] = {}
    for node in ast.parse(source).body:
        if not isinstance(node, ast.Assign) or not isinstance(node.targets[0], ast.Name):
            continue
        name, value = node.targets[0].id, node.value
        if isinstance(value, ast.List | ast.Tuple):
            found |= {claim: f"{name}[{at}]" for at, part in enumerate(value.elts) for claim in _id_of(part)}
        else:
            found |= dict.fromkeys(_id_of(value), name)
    return found


def _id_of(node: ast.expr) -> list[str]:
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name) or node.func.id != "Claim":
        return []
    given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "id")]
    return [each.value for each in given if isinstance(each, ast.Constant) and isinstance(each.value, str)]
