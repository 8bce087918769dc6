"""The lecture as files: what each format consists of, fragments, and a report for programs."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from symrnn.errors import SelectionError
from symrnn.files import write_all
from symrnn.latex import Notation, find_notation
from symrnn.latex.sentences import latex_code, latex_prose, markdown_prose, plain_prose
from symrnn.library import Library, Result
from symrnn.library.keeping import KEPT
from symrnn.plots import has_matplotlib
from symrnn.render.conventions import ALWAYS
from symrnn.render.documents import Document, Item, document, pictures_for, shown
from symrnn.render.edition import PLAIN, Edition, names_defined
from symrnn.render.fragments import spread
from symrnn.render.html import GET_MATHML, Mathematics, add_filters, has_mathml, punctuated
from symrnn.render.notebook import GET_NBFORMAT, Chapter, Told, has_nbformat, notebook
from symrnn.render.pictures import Album
from symrnn.render.prose import latex_blocks, latex_listing, markdown_blocks
from symrnn.render.rows import is_high, paged
from symrnn.render.slides import LETTERS, frames, opening, part_frames, picture_look
from symrnn.render.tex import Made, typeset

TEMPLATES = Path(__file__).parent / "templates"
FORMATS = ("tex", "pdf", "slides", "md", "html", "ipynb")
"""What a lecture can be written as."""


@dataclass(frozen=True)
class Written:
    """What a build wrote.

    Args:
        folder: where.
        files: in the order of writing.
        left_out: what could not be made, each with the way to get it.
    """

    folder: Path
    files: tuple[Path, ...]
    left_out: tuple[str, ...] = ()

    def summary(self) -> list[str]:
        """The files, those in folders counted; and what was left out."""
        written = [file.relative_to(self.folder).as_posix() for file in self.files]
        lines = [name for name in written if "/" not in name]
        lines += [_counted(folder, written) for folder in ("fragments", "pictures", KEPT)]
        return [line for line in (*lines, *self.left_out) if line]


def _counted(folder: str, names: Sequence[str]) -> str:
    """The files of a folder in one line; of a folder without files, only the lack of fragments is worth a line."""
    inside = [name.removeprefix(f"{folder}/") for name in names if name.startswith(f"{folder}/")]
    if not inside:
        return "no fragments" if folder == "fragments" else ""
    return f"{folder}/ ({len(inside)} files, {inside[0]} and so on)"


def build_lecture(
    library: Library,
    results: Sequence[Result],
    folder: str | os.PathLike[str],
    *,
    notation: str | Notation = "lecture",
    formats: Sequence[str] = ("tex", "md"),
    edition: Edition = PLAIN,
    made: Callable[[str], object] = lambda name: None,
) -> Written:
    """Write ``lecture.tex``, ``lecture.md`` or what other formats are asked for, ``report.json`` and fragments.

    Results of the lecture that have pictures get them, in ``pictures/``, where matplotlib is installed. The same
    claims give the same files, byte for byte: they hold neither dates nor durations.

    Args:
        library: the derivation files.
        results: one for each of its entries.
        folder: where to write; other files in it are left alone.
        notation: how the formulas are written.
        formats: some of :data:`FORMATS`.
        edition: whose it is, how wide its lines are, and whether it is one of exercises, which have their solutions in
            files of their own.
        made: called with the name of each file of a format when it is made, or could not be.

    Raises:
        OutputError: when the folder cannot be written to; nothing is half written then.
        NotationError: for a formula that the notation cannot write.
        SelectionError: for a format that there is not, and for a macro that has two meanings.
    """
    require_formats(formats)
    require_apart(edition, find_notation(notation))
    pictures = pictures_for(library)
    drawn = shown(pictures if has_matplotlib() else (), notation)
    content = document(library, results, notation, drawn, edition)
    files: dict[str, str | bytes] = {}
    unworked = [item.unworked for item in content.items if item.unworked]
    album, look = Album(Path(folder)), edition.look(content.notation)
    album.pages(content.pictures, look)
    left_out = album.left_out
    made_of: list[Iterable[tuple[str, str | Made]]] = [_made(content, formats, album.files)]
    if "ipynb" in formats:
        made_of.append((f"{name}.ipynb", _notebook(content, library, solved)) for name, solved in parts(edition))
    if "slides" in formats:
        lecture = document(library, results, notation, drawn, replace(edition, letters=LETTERS))
        made_of.append(_slides(lecture, album.slides(lecture.pictures, picture_look(look))))
    for name, text in chain.from_iterable(made_of):
        made(name)
        found = Made(text) if isinstance(text, str) else text
        if found.content:
            files[name] = found.content
        if found.why:
            left_out.append(f"{'in' if found.content else 'left out:'} {name}, {found.why}")
    files |= {**_always(content, [result.id for result in results]), **album.written()}
    files |= {f"{KEPT}/{name}": text for result in results for name, text in result.kept}
    left_out += [f"left out, numbers: {why}" for why in unworked]
    if missing := [picture.name for picture in pictures if not drawn]:
        what, them = ("1 picture", "it") if len(missing) == 1 else (f"{len(missing)} pictures", "them")
        named, get = ", ".join(missing), f"to get {them}: pip install 'symrnn[plot]'"
        left_out.append(f"left out, for want of matplotlib: {what} ({named}); {get}")
    return Written(Path(folder), write_all(folder, files), tuple(left_out))


def file_count(formats: Sequence[str], edition: Edition) -> int:
    """How many files the formats are; slides are two.

    >>> file_count(["md", "slides"], Edition()), file_count(["md"], Edition(exercises=True))
    (3, 2)
    """
    return len(parts(edition)) * (len(formats) + ("slides" in formats))


def require_formats(formats: Sequence[str]) -> None:
    """Refuse an unknown format.

    Raises:
        SelectionError: naming those there are.

    >>> require_formats(["doc"])
    Traceback (most recent call last):
    ...
    symrnn.errors.SelectionError: there is no format 'doc'; the formats are tex, pdf, slides, md, html, ipynb
    """
    for form in formats:
        if form not in FORMATS:
            raise SelectionError(f"there is no format {form!r}", advice=f"the formats are {', '.join(FORMATS)}")


def require_apart(edition: Edition, notation: Notation) -> None:
    r"""Refuse a preamble that gives another meaning to what the notation or the templates define.

    TeX would stop at it or, worse, only the article would have the other meaning.

    Raises:
        SelectionError: naming the macros.

    >>> require_apart(Edition(preamble=r"\newenvironment{code}{}{}"), find_notation("lecture"))
    Traceback (most recent call last):
    ...
    symrnn.errors.SelectionError: the preamble defines code, which symrnn defines, too; give it another name there
    """
    own = names_defined(edition.preamble)
    ours = (
        names_defined((TEMPLATES / name).read_text(encoding="utf-8")) for name in ("lecture.tex.j2", "slides.tex.j2")
    )
    for whose, names in (("the notation", set(notation.macros)), ("symrnn", set().union(*ours))):
        if own & names:
            twice = ", ".join(sorted(own & names))
            raise SelectionError(
                f"the preamble defines {twice}, which {whose} defines, too", advice="give it another name there"
            )


def parts(edition: Edition) -> tuple[tuple[str, bool], ...]:
    """The names of the files without their endings, each with whether it says what holds.

    >>> parts(Edition()), parts(Edition(exercises=True))
    ((('lecture', True),), (('exercises', False), ('solutions', True)))
    """
    return (("exercises", False), ("solutions", True)) if edition.exercises else (("lecture", True),)


def _made(content: Document, formats: Sequence[str], drawings: dict[str, bytes]) -> Iterator[tuple[str, str | Made]]:
    """The files of each format; of those that need another program also why they could not be made."""
    for name, solved in parts(content.edition):
        if "tex" in formats or "pdf" in formats:
            text = rendered(content, "lecture.tex", solved)
            if "tex" in formats:
                yield f"{name}.tex", text
            if "pdf" in formats:
                yield f"{name}.pdf", typeset(text, drawings, content.edition.inputs)
        if "html" in formats:
            yield f"{name}.html", web_page(content, drawings, solved)
        if "md" in formats:
            text = rendered(content, "lecture.md", solved)
            yield f"{name}.md", _page(content, text)


def _notebook(content: Document, library: Library, solved: bool) -> Made:
    """A notebook with the text of the Markdown page, and the derivation files as code."""
    if not has_nbformat():
        return Made(why=GET_NBFORMAT)
    texts: Any = environment(content.notation).get_template("claims.md.j2").module
    title = _title(content, solved)
    front = f"# {markdown_prose(title, content.notation)}\n\n" if title else ""
    front += f"{markdown_prose(content.edition.author, content.notation)}\n\n" if content.edition.author else ""
    front += texts.summary(content, solved) + texts.notation(content, _conventions(content))
    sources = {file.path: file.path.read_text(encoding="utf-8") for file in library.files}
    chapters = [
        Chapter(
            _page(content, texts.opening(section, content, solved)),
            sources[section.path],
            [
                Told(
                    item.claim.id,
                    _page(content, texts.claim(item, content, solved)),
                    item.result.certificate_lines,
                    refuted=item.result.counterexample is not None,
                )
                for item in section.items
            ],
            section.code if solved else "",
        )
        for section in content.sections
    ]
    last = _page(content, texts.evidence(content)) if solved else ""
    return Made(notebook(_page(content, front), chapters, last, solved))


def _slides(content: Document, drawings: Mapping[str, bytes]) -> Iterator[tuple[str, str | Made]]:
    """Slides as LaTeX, and as PDF."""
    for name, solved in parts(content.edition):
        called = f"{name}-slides" if content.edition.exercises else "slides"
        sections = [
            (section, list(part_frames(section, content)), list(frames(section, content, solved)))
            for section in content.sections
        ]
        text = rendered(
            content, "slides.tex", solved, opening=list(opening(content, _conventions(content))), sections=sections
        )
        yield f"{called}.tex", text
        yield f"{called}.pdf", typeset(text, drawings, content.edition.inputs)


def _conventions(content: Document) -> tuple[str, ...]:
    """What is true of every formula, as sentences."""
    notation, examples = content.notation, content.examples
    state = examples.state_at(notation.scalar(notation.time), notation)
    return (notation.layout_words(state, notation.symbol(examples.loss)), *ALWAYS)


def _page(content: Document, text: str) -> str:
    """Markdown without macros, which not every page can be told of, and without the blank lines of its template."""
    return re.sub(r"\n{3,}", "\n\n", content.edition.expanded(content.notation.expanded(text))).strip() + "\n"


def _always(content: Document, order: Sequence[str]) -> dict[str, str]:
    """The report, in the order in which the claims were checked, and the fragments."""
    records = [_record(item) for item in sorted(content.items, key=lambda item: order.index(item.claim.id))]
    texts = {"report.json": json.dumps(records, indent=2, ensure_ascii=False) + "\n"}
    fragment = environment(content.notation).get_template("fragment.tex.j2")
    for item in content.items:
        texts[f"fragments/{item.claim.id}.tex"] = fragment.render(item=item, notation=content.notation)
    return texts


def web_page(content: Document, drawings: Mapping[str, bytes], solved: bool = True) -> Made:
    """A web page that needs nothing else; formulas that could not be read stand in it as LaTeX."""
    if not has_mathml():
        return Made(why=GET_MATHML)
    mathematics = Mathematics(content.notation, content.edition)
    templates = environment(content.notation)
    templates.autoescape = True
    add_filters(templates, mathematics, drawings)
    page = punctuated(rendered(content, "lecture.html", solved, templates))
    unread = [f"{latex} ({why})" for latex, why in mathematics.unread.items()]
    return Made(page, f"formulas that stand as LaTeX: {'; '.join(unread[:2])}" if unread else "")


def rendered(
    content: Document, template: str, solved: bool = True, templates: Environment | None = None, **more: object
) -> str:
    """The text of a file by the name of its template, with all that is known of the claims or with exercises alone."""
    templates = templates or environment(content.notation)
    return templates.get_template(f"{template}.j2").render(
        document=content, solved=solved, title=_title(content, solved), conventions=_conventions(content), **more
    )


def _title(content: Document, solved: bool) -> str:
    if not content.edition.exercises:
        return content.edition.title
    kind = "solutions" if solved else "exercises"
    return f"{content.edition.title}: {kind}" if content.edition.title.strip() else kind.capitalize()


def _record(item: Item) -> dict[str, object]:
    record = replace(item.result, seconds=0.0).record()
    del record["seconds"]
    return record


def environment(notation: str | Notation) -> Environment:
    """The templates, with delimiters that neither LaTeX nor Markdown uses, and filters for prose."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=False,  # what is written is not HTML: the filters below escape prose
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
    templates.filters["pdf"] = lambda text: plain_prose(text).replace("_", r"\_")
    templates.filters["paged"] = paged
    templates.tests["high"] = is_high
    templates.filters["apart"] = apart
    templates.filters["spread"] = spread
    return templates


def apart(latex: str) -> str:
    r"""Formulas beside each other, each between dollars of its own, so that a line can end between them.

    >>> print(apart(r"a, b \in S"), apart(r"D_{i,t} = 1, \quad E = 2"))
    a$, $b \in S D_{i,t} = 1$, $E = 2
    """
    return latex.replace(r", \quad ", ", ").replace(", ", "$, $")
