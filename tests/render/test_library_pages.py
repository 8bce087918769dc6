r"""The whole library in every notation: no box sticks out of a page or a slide, and web pages can read each formula."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from typesetting.harness import (
    ink_below,
    katex_fragments,
    mathjax_formulas,
    require_katex,
    require_mathjax,
    require_tex,
)

from symrnn.latex import NOTATIONS
from symrnn.library import Library, Result, check_entries, load_library
from symrnn.render.build import build_lecture
from symrnn.render.tex import typeset

Checked = tuple[Library, tuple[Result, ...]]
TITLE, LINE = 24, 13.6
"""Points that the title of a slide takes, and a line below it."""
OVERFULL = re.compile(r"^Overfull .*", re.MULTILINE)


@pytest.fixture(scope="module")
def checked() -> Checked:
    """The verdicts are the same in every notation."""
    library = load_library([])
    return library, check_entries(library.entries)


def formulas(page: str) -> list[tuple[str, bool]]:
    """The formulas of a page of Markdown, each with whether it is a display."""
    page = re.sub(r"^```.*?^```", "", page, flags=re.DOTALL | re.MULTILINE)
    page = re.sub(r"`[^`\n]*`", "", page)
    displays = re.compile(r"^\$\$\n(.*?)\n\$\$$", re.DOTALL | re.MULTILINE)
    inline = re.findall(r"(?<!\\)\$(.+?)(?<!\\)\$", displays.sub("", page), flags=re.DOTALL)
    return [(each, True) for each in displays.findall(page)] + [(each, False) for each in inline]


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("form", ["pdf", "slides"])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_nothing_is_too_wide_or_too_high(checked: Checked, notation: str, form: str, tmp_path: Path) -> None:
    require_tex()
    logs: list[str] = []

    def kept(*args: object, **more: object) -> object:
        made = typeset(*args, **more)  # type: ignore[arg-type]
        logs.append(made.log)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("symrnn.render.build.typeset", kept)
        written = build_lecture(*checked, tmp_path, notation=notation, formats=[form])
    assert (tmp_path / ("slides.pdf" if form == "slides" else "lecture.pdf")) in written.files
    (log,) = logs
    assert OVERFULL.findall(log) == []
    assert "undefined" not in log
    if form == "slides":
        down = ink_below(tmp_path / "slides.pdf")
        assert len(down) > 300
        assert {page: points for page, points in enumerate(down, 1) if points < TITLE + 2 * LINE} == {}


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("notation", NOTATIONS)
def test_web_pages_read_every_formula(checked: Checked, notation: str, tmp_path: Path) -> None:
    build_lecture(*checked, tmp_path, notation=notation, formats=["md"])
    found = formulas((tmp_path / "lecture.md").read_text(encoding="utf-8"))
    assert len(found) > 1000
    require_katex()
    assert katex_fragments([latex for latex, _ in found]) == {}
    require_mathjax()
    wrong = mathjax_formulas(found)
    assert {found[at]: why for at, why in wrong.items()} == {}


def test_mathjax_says_what_it_cannot_read() -> None:
    require_mathjax()
    wrong = mathjax_formulas(
        [(r"\frac{a}{b", True), ("x", True), (r"\nosuchthing x", False), (r"\boldsymbol{x}", False)]
    )
    assert wrong == {0: "Missing close brace", 2: r"\nosuchthing"}
