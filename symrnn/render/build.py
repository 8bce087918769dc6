"""The lecture as files: a LaTeX article, a Markdown page, fragments, and a report for programs."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from symrnn.latex.sentences import latex_code, latex_prose, markdown_prose, plain_prose
from symrnn.library import Library, Result
from symrnn.render.documents import Document, Item, document
from symrnn.render.files import write_all
from symrnn.render.prose import latex_blocks, latex_listing, markdown_blocks

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Written:
    """What a build wrote.

    Args:
        folder: where.
        files: in the order of writing.
    """

    folder: Path
    files: tuple[Path, ...]

    def summary(self) -> list[str]:
        """The files, fragments counted."""
        names = [file.relative_to(self.folder).as_posix() for file in self.files]
        fragments = [name for name in names if name.startswith("fragments/")]
        return [
            *(name for name in names if name not in fragments),
            f"fragments/ ({len(fragments)} files, {fragments[0].removeprefix('fragments/')} and so on)"
            if fragments
            else "no fragments",
        ]


def build_lecture(
    library: Library, results: Sequence[Result], folder: str | os.PathLike[str], *, notation: str = "lecture"
) -> Written:
    """Write ``lecture.tex``, ``lecture.md``, ``report.json`` and ``fragments/ID.tex`` for every claim.

    The same claims give the same files, byte for byte: they hold neither dates nor durations.

    Args:
        library: the derivation files.
        results: one for each of its entries.
        folder: where to write; other files in it are left alone.
        notation: how the formulas are written.

    Raises:
        OutputError: when the folder cannot be written to; nothing is half written then.
        NotationError: for a formula that the notation cannot write.
    """
    content = document(library, results, notation)
    return Written(Path(folder), write_all(folder, rendered(content)))


def rendered(content: Document) -> dict[str, str]:
    """The text of every file by its path below the folder."""
    templates = environment(content.notation)
    texts = {
        name: templates.get_template(f"{name}.j2").render(document=content) for name in ("lecture.tex", "lecture.md")
    }
    texts["report.json"] = json.dumps([_record(item) for item in content.items], indent=2, ensure_ascii=False) + "\n"
    fragment = templates.get_template("fragment.tex.j2")
    for item in content.items:
        texts[f"fragments/{item.claim.id}.tex"] = fragment.render(item=item)
    return texts


def _record(item: Item) -> dict[str, object]:
    record = replace(item.result, seconds=0.0).record()
    del record["seconds"]
    return record


def environment(notation: str) -> Environment:
    """The templates, with delimiters that neither LaTeX nor Markdown uses, and filters for prose."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # what is written is no HTML: the filters below escape prose
        undefined=StrictUndefined,
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    templates.filters["tex"] = partial(latex_prose, notation=notation)
    templates.filters["texblocks"] = partial(latex_blocks, notation=notation)
    templates.filters["texcode"] = latex_code
    templates.filters["texlisting"] = latex_listing
    templates.filters["md"] = partial(markdown_prose, notation=notation)
    templates.filters["mdblocks"] = partial(markdown_blocks, notation=notation)
    templates.filters["texid"] = lambda claim_id: claim_id.replace("_", r"\_\allowbreak{}")
    templates.filters["oneline"] = lambda text: " ".join(text.split())
    templates.filters["plain"] = plain_prose
    return templates
