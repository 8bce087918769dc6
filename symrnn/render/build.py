"""The lecture as files: a LaTeX article, a Markdown page, fragments, and a report for programs."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from symrnn.files import write_all
from symrnn.latex import Notation
from symrnn.latex.sentences import latex_code, latex_prose, markdown_prose, plain_prose
from symrnn.library import Library, Result
from symrnn.plots import has_matplotlib, picture_files
from symrnn.render.documents import Document, Item, document, pictures_for
from symrnn.render.fragments import spread
from symrnn.render.prose import latex_blocks, latex_listing, markdown_blocks

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Written:
    """What a build wrote.

    Args:
        folder: where.
        files: in the order of writing.
        left_out: names of the pictures that could not be drawn, for want of matplotlib.
    """

    folder: Path
    files: tuple[Path, ...]
    left_out: tuple[str, ...] = ()

    def summary(self) -> list[str]:
        """The files, those in folders counted; and what was left out, with the way to get it."""
        written = [file.relative_to(self.folder).as_posix() for file in self.files]
        lines = [name for name in written if "/" not in name]
        lines += [_counted(folder, written) for folder in ("fragments", "pictures")]
        if self.left_out:
            what, them = ("1 picture", "it") if len(self.left_out) == 1 else (f"{len(self.left_out)} pictures", "them")
            names = ", ".join(self.left_out)
            lines.append(
                f"left out, for want of matplotlib: {what} ({names}); to get {them}: pip install 'symrnn[plot]'"
            )
        return [line for line in lines if line]


def _counted(folder: str, names: Sequence[str]) -> str:
    """The files of a folder in one line; of a folder without files, only the lack of fragments is worth a line."""
    inside = [name.removeprefix(f"{folder}/") for name in names if name.startswith(f"{folder}/")]
    if not inside:
        return "no fragments" if folder == "fragments" else ""
    return f"{folder}/ ({len(inside)} files, {inside[0]} and so on)"


def build_lecture(
    library: Library, results: Sequence[Result], folder: str | os.PathLike[str], *, notation: str | Notation = "lecture"
) -> Written:
    """Write ``lecture.tex``, ``lecture.md``, ``report.json`` and ``fragments/ID.tex`` for every claim.

    Results of the lecture that have pictures get them, in ``pictures/``, where matplotlib is installed. The same
    claims give the same files, byte for byte: they hold neither dates nor durations.

    Args:
        library: the derivation files.
        results: one for each of its entries.
        folder: where to write; other files in it are left alone.
        notation: how the formulas are written.

    Raises:
        OutputError: when the folder cannot be written to; nothing is half written then.
        NotationError: for a formula that the notation cannot write.
    """
    pictures = pictures_for(library)
    drawn = pictures if has_matplotlib() else ()
    content = document(library, results, notation, drawn)
    files: dict[str, str | bytes] = {**rendered(content), **_picture_files(content)}
    left_out = tuple(picture.name for picture in pictures if picture not in drawn)
    return Written(Path(folder), write_all(folder, files), left_out)


def _picture_files(content: Document) -> dict[str, bytes]:
    """SVG for the Markdown page, PGF for the article, and the numbers."""
    files: dict[str, bytes] = {}
    for picture in content.pictures:
        files |= {f"pictures/{name}": file for name, file in picture_files(picture, ("svg", "pgf")).items()}
    return files


def rendered(content: Document) -> dict[str, str]:
    """The text of every file by its path below the folder."""
    templates = environment(content.notation)
    texts = {
        name: templates.get_template(f"{name}.j2").render(document=content) for name in ("lecture.tex", "lecture.md")
    }
    texts["lecture.md"] = content.notation.expanded(texts["lecture.md"])  # not every page knows \newcommand
    texts["report.json"] = json.dumps([_record(item) for item in content.items], indent=2, ensure_ascii=False) + "\n"
    fragment = templates.get_template("fragment.tex.j2")
    for item in content.items:
        texts[f"fragments/{item.claim.id}.tex"] = fragment.render(item=item, notation=content.notation)
    return texts


def _record(item: Item) -> dict[str, object]:
    record = replace(item.result, seconds=0.0).record()
    del record["seconds"]
    return record


def environment(notation: str | Notation) -> Environment:
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
    templates.filters["spread"] = spread
    return templates
