"""The pictures of the built lecture."""

import re
import shutil
from dataclasses import replace

import pytest
from library.samples import SWAPPED, step, write
from typesetting.harness import render_png, require_tex

import symrnn.render.build
import symrnn.render.pictures
from symrnn.latex import NOTATIONS
from symrnn.latex.sentences import latex_prose
from symrnn.library import check_entries, load_library
from symrnn.plots import PICTURES
from symrnn.render.build import build_lecture
from symrnn.render.edition import Edition


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A result with a picture; a result of such a name in another file, and another result in such a file."""
    folder = tmp_path_factory.mktemp("lecture") / "derivations"
    write(folder / "L20_clipping.py", step("L20"), title="Clipping")
    write(folder / "L19_mine.py", step("L19"), title="Mine")
    write(folder / "L10_sigmoid_slope.py", step("S1", SWAPPED, "REFUTED"), title="Another")
    return load_library([folder])


@pytest.fixture(scope="module")
def built(library, tmp_path_factory):
    pytest.importorskip("matplotlib")
    output = tmp_path_factory.mktemp("out")
    return build_lecture(library, check_entries(library.entries), output), output


@pytest.fixture(scope="module")
def captions():
    return [(picture.caption, picture.numbers()) for picture in PICTURES.values()]


def test_pictures_stand_where_they_belong_and_nowhere_else(built):
    written, output = built
    names = sorted(path.name for path in (output / "pictures").iterdir())
    drawn = [f"{name}.{form}" for name in ("clipping", "error-surface") for form in ("csv", "pgf", "svg")]
    assert names == [*drawn, "kept.json"]
    assert "pictures/ (7 files, error-surface.csv and so on)" in written.summary()
    tex, page = ((output / name).read_text(encoding="utf-8") for name in ("lecture.tex", "lecture.md"))
    assert tex.index(r"\claimhead{L20}") < tex.index(r"\input{pictures/clipping.pgf}")
    assert tex.index(r"\input{pictures/clipping.pgf}") < tex.index(r"\appendix")
    assert r"Figure~\ref{picture:clipping} shows clipping by value and by norm." in tex
    assert "![clipping by value and by norm](pictures/clipping.svg)" in page
    assert r"cuts each entry to $[-\theta, \theta]$" in page
    for target in re.findall(r"\]\((pictures/[^)]*)\)", page):
        assert (output / target).is_file()


def test_a_second_build_gives_the_same_bytes(library, built, tmp_path):
    build_lecture(library, check_entries(library.entries), tmp_path)
    for path in built[0].files:
        assert (tmp_path / path.relative_to(built[1])).read_bytes() == path.read_bytes()


def test_a_picture_is_drawn_once(library, built, tmp_path, monkeypatch):
    """Another build in the folder takes the files; where one was changed, or symrnn was, the picture is drawn again."""
    shutil.copytree(built[1], tmp_path, dirs_exist_ok=True)
    asked = []
    draw = symrnn.render.pictures.drawn_files
    monkeypatch.setattr(symrnn.render.pictures, "drawn_files", lambda *what: (asked.append(1), draw(*what))[1])
    results = check_entries(library.entries)

    def again():
        asked.clear()
        build_lecture(library, results, tmp_path)
        for path in built[0].files:
            if path.parent.name == "pictures" and path.suffix != ".json":
                assert (tmp_path / "pictures" / path.name).read_bytes() == path.read_bytes()
        return len(asked)

    assert again() == 0
    (tmp_path / "pictures" / "clipping.svg").write_text("<svg/>")
    assert (again(), again()) == (1, 0)
    (tmp_path / "pictures" / "clipping.csv").unlink()
    assert again() >= 1
    assert again() == 0
    for text in ("", "[]", '{"pictures/clipping.svg": []}', "{" * 9):
        (tmp_path / "pictures" / "kept.json").write_text(text)
        assert again() >= 4
        assert again() == 0
    monkeypatch.setattr(symrnn.render.pictures, "own_sources", lambda: "other")
    assert again() >= 4
    assert again() == 0


def test_the_article_with_a_picture_compiles(built, tmp_path):
    require_tex()
    shutil.copytree(built[1] / "pictures", tmp_path / "pictures")
    assert render_png((built[1] / "lecture.tex").read_text(encoding="utf-8"), tmp_path)
    log = (tmp_path / "document.log").read_text(encoding="utf-8", errors="replace")
    assert "Overfull" not in log
    assert "undefined" not in log


def test_without_matplotlib_the_lecture_is_built_and_says_what_is_missing(library, tmp_path, monkeypatch):
    monkeypatch.setattr(symrnn.render.build, "has_matplotlib", lambda: False)
    written = build_lecture(library, check_entries(library.entries), tmp_path)
    assert not (tmp_path / "pictures").exists()
    assert "picture" not in (tmp_path / "lecture.tex").read_text(encoding="utf-8")
    (line,) = [line for line in written.summary() if "matplotlib" in line]
    assert line == (
        "left out, for want of matplotlib: 2 pictures (error-surface, clipping); "
        "to get them: pip install 'symrnn[plot]'"
    )


@pytest.mark.parametrize("notation", NOTATIONS)
def test_captions_are_read_by_tex(captions, notation, tmp_path):
    require_tex()
    style = NOTATIONS[notation]
    texts = [latex_prose(caption(numbers, style), style) for caption, numbers in captions]
    preamble = "\n".join((r"\documentclass{article}\usepackage{amsmath,amssymb,bm}", *style.definitions))
    body = "\n\n".join(texts)
    assert render_png(f"{preamble}\n\\begin{{document}}\n{body}\n\\end{{document}}\n", tmp_path)


def test_captions_are_in_the_notation(captions):
    texts = {name: " ".join(caption(numbers, NOTATIONS[name]) for caption, numbers in captions) for name in NOTATIONS}
    for name, sign in (("lecture", r"\partial \mathbf{h}_{(t)}"), ("plain", "d h_{t}"), ("ng", r"d a^{\langle t")):
        assert sign in texts[name]


def test_a_label_that_matplotlib_cannot_write_is_for_latex_only(library, tmp_path):
    pytest.importorskip("matplotlib")
    mine = replace(NOTATIONS["plain"], name="mine", symbols={"g": r"\mathfrak{g}\mkern1mu"})
    written = build_lecture(library, check_entries(library.entries), tmp_path, notation=mine)
    assert r"\mathfrak{g}\mkern1mu" in (tmp_path / "pictures" / "clipping.pgf").read_text(encoding="utf-8")
    (line,) = [line for line in written.summary() if "clipping.svg" in line and "lecture" in line]
    assert "beyond what matplotlib can write" in line


def test_pictures_are_as_wide_as_the_text(library, tmp_path):
    pytest.importorskip("matplotlib")
    build_lecture(
        library, check_entries(library.entries), tmp_path, edition=Edition(letters=54), formats=("md", "slides")
    )
    made = {
        name: (tmp_path / "pictures" / name).read_text(encoding="utf-8")
        for name in ("clipping.pgf", "slides/clipping.pgf")
    }
    assert r"\pgfqpoint{4.527559in}" in made["clipping.pgf"]  # 115 mm
    assert r"\rmfamily" in made["clipping.pgf"]
    assert r"\pgfqpoint{5.511811in}" in made["slides/clipping.pgf"]  # 140 mm
    assert r"\sffamily" in made["slides/clipping.pgf"]
    assert r"\input{pictures/slides/clipping.pgf}" in (tmp_path / "slides.tex").read_text(encoding="utf-8")
