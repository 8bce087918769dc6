"""The pictures of the built lecture."""

import re
import shutil

import pytest
from library.samples import SWAPPED, step, write
from typesetting.harness import render_png, require_tex

import symrnn.render.build
import symrnn.render.pictures
from symrnn.library import check_entries, load_library
from symrnn.plots import PICTURES
from symrnn.render.build import build_lecture


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


def test_pictures_stand_where_they_belong_and_nowhere_else(built):
    written, output = built
    names = sorted(path.name for path in (output / "pictures").iterdir())
    assert names == ["clipping.csv", "clipping.pgf", "clipping.svg", "kept.json"]
    assert "pictures/ (4 files, clipping.csv and so on)" in written.summary()
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
    draw = symrnn.render.pictures.picture_files
    monkeypatch.setattr(
        symrnn.render.pictures, "picture_files", lambda picture, formats: (asked.append(1), draw(picture, formats))[1]
    )
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
    assert (again(), again()) == (1, 0)
    for text in ("", "[]", '{"drawn with": {}, "files": {}}', "{" * 9):
        (tmp_path / "pictures" / "kept.json").write_text(text)
        assert (again(), again()) == (1, 0)
    monkeypatch.setattr(symrnn.render.pictures, "own_sources", lambda: "other")
    assert (again(), again()) == (1, 0)


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
    assert line == ("left out, for want of matplotlib: 1 picture (clipping); to get it: pip install 'symrnn[plot]'")


def test_captions_are_read_by_tex(tmp_path):
    require_tex()
    from symrnn.latex.sentences import latex_prose

    captions = "\n\n".join(latex_prose(picture.caption) for picture in PICTURES.values())
    preamble = r"\documentclass{article}\usepackage{amsmath,amssymb,bm}\begin{document}"
    assert render_png(f"{preamble}\n{captions}\n\\end{{document}}\n", tmp_path)
