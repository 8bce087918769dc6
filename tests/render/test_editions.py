r"""Whose a document is and what it is for: titles, macros of her own, widths, exercises, and PDF files."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from library.samples import SWAPPED, step, write
from typesetting.harness import render_png, require_engine, require_tex

from symrnn.errors import SelectionError
from symrnn.latex import Notation, find_notation
from symrnn.library import Library, Result, check_entries, load_library
from symrnn.render.build import Written, build_lecture
from symrnn.render.edition import Edition, read_preamble
from symrnn.render.tex import ENGINES, find_engine, typeset

MACRO = r"\newcommand{\state}[1]{\mathbf{s}_{#1}} % one of her own"
DERIVED = (
    'chain = rnn.derive(h[t], wrt=W)\nsummed = Claim("J3", "all of it", chain.equation, Kind.PROVED, rnn, chain)\n'
)
MINE = Edition("Gradients of $h_t$ & more", "Ada Teacher", MACRO, letters=54)
ASKED = Edition("Gradients", preamble=MACRO, exercises=True)
SHOWS_WHAT_HOLDS = r"PROVED|REFUTED|[Cc]ounterexample: |[Cc]orrect|Derivation|Given|[Ee]vidence|J2|secret"


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, tuple[Result, ...]]:
    folder = tmp_path_factory.mktemp("derivations")
    false = step("J2", SWAPPED, "REFUTED", more='corrected_by="J1", note="The factors are swapped, which is a secret."')
    write(folder / "a.py", step("J1"), false, DERIVED, text="As in\n\n$$ \\\\state{t} $$")
    library = load_library([folder])
    return library, check_entries(library.entries)


Building = Callable[..., tuple[Written, Path]]


@pytest.fixture
def build(checked: tuple[Library, tuple[Result, ...]], tmp_path: Path) -> Building:
    def built(*formats: str, edition: Edition, notation: str | Notation = "lecture") -> tuple[Written, Path]:
        return build_lecture(*checked, tmp_path, notation=notation, formats=formats, edition=edition), tmp_path

    return built


def read(folder: Path, name: str) -> str:
    return (folder / name).read_text(encoding="utf-8")


def test_the_title_and_the_author_are_printed_and_told_to_readers_of_pdf(build: Building) -> None:
    _, folder = build("tex", "md", edition=MINE)
    article = read(folder, "lecture.tex")
    assert r"\title{Gradients of $\mathbf{h}_{(t)}$ \& more}" in article
    assert r"\author{Ada Teacher}" in article
    assert "pdftitle={Gradients of h\\_t  more},pdfauthor={Ada Teacher}" in article
    assert r"\tableofcontents" in article
    assert read(folder, "lecture.md").startswith("# Gradients of $\\mathbf{h}_{(t)}$ & more\n\nAda Teacher\n")


def test_macros_of_the_preamble_are_known_in_the_article_and_gone_from_the_page(build: Building) -> None:
    _, folder = build("tex", "md", edition=MINE)
    article = read(folder, "lecture.tex")
    assert article.index(MACRO) < article.index(r"\begin{document}") < article.index(r"\state{t}")
    assert "\n\\mathbf{s}_{t}\n" in read(folder, "lecture.md")


def test_the_page_of_notation_says_what_the_document_uses_and_no_more(build: Building) -> None:
    _, folder = build("md", edition=MINE)
    page = read(folder, "lecture.md")
    notation = page[page.index("## Notation") : page.index("## One step")]
    for words in ("numerator layout", "total derivative", "immediate derivative", "slopes of the activation", "arrow"):
        assert words in notation
    assert r"\mathbf{W}_{hh} \in \mathbb{R}^{n \times n}" in notation
    for absent in ("entry by entry", "spectral", "expectation"):
        assert absent not in notation


OWN = '''
"""Her own cell."""
from symrnn import Cell, Claim, Elementwise, Equation, ImmediateJacobian, Kind, Sequence, TotalJacobian, n, t
from symrnn.cells import gates, matrices

s, (a,), (R,), tanh = Sequence("s", {size}), gates("a", {size}), matrices("R", {size}, {size}), Elementwise("tanh")
cell = Cell("cell", {{a: R * s[t - 1], s: s[t - 1] + tanh(a[t])}}, (s,), (R,))
back = cell.derive(s[t], wrt=R)
M1 = Claim("M1", "its weights", back.equation, Kind.PROVED, cell, back)
'''


@pytest.mark.parametrize(
    ("size", "state", "slopes"),
    [
        ("n", r"\mathbf{s}_{(t)}", r"\mathbf{D}_{(t)} = \operatorname{diag}(\tanh'(\mathbf{a}_{(t)}))"),
        ("1", "s_{(t)}", ""),
    ],
)
def test_the_page_of_notation_speaks_of_her_own_quantities(tmp_path: Path, size: str, state: str, slopes: str) -> None:
    (tmp_path / "mine.py").write_text(OWN.format(size=size), encoding="utf-8")
    library = load_library([tmp_path / "mine.py"])
    notation = Notation(name="mine", layout="denominator")
    build_lecture(library, check_entries(library.entries), tmp_path, notation=notation, formats=["md"])
    page = read(tmp_path, "lecture.md").partition("## Notation")[2].partition("\n## ")[0]
    before = state.replace("(t)", "(t-1)")
    assert rf"\frac{{\partial {state}}}{{\partial {before}}}" in page
    assert f"{state}$. In sentences" in page
    assert slopes in page
    assert r"\phi" not in page
    assert "h_" not in page.replace(r"\mathcal{L}", "").replace("{hh}", "")


@pytest.mark.parametrize("form", ["tex", "md"])
def test_exercises_tell_nothing_and_their_solutions_everything(build: Building, form: str) -> None:
    written, folder = build(form, edition=ASKED)
    assert {f"exercises.{form}", f"solutions.{form}"} < {path.name for path in written.files}
    asked, solved = (read(folder, f"{name}.{form}") for name in ("exercises", "solutions"))
    body = asked[asked.rindex("Notation") :]
    assert re.findall(SHOWS_WHAT_HOLDS, body) == []
    assert "all of it" in solved
    assert "all of it" not in asked
    assert "does it hold?" in asked
    assert asked.count("Exercise 1.") == solved.count("Exercise 1.") > 0
    for words in ("PROVED", "REFUTED", "Counterexample: ", "Derivation", "Evidence", "which is a secret"):
        assert words in solved
    assert "Gradients: exercises" in asked
    assert "Gradients: solutions" in solved


@pytest.mark.parametrize("edition", [MINE, ASKED], ids=["narrow", "exercises"])
def test_documents_compile_and_nothing_runs_over(build: Building, edition: Edition, tmp_path: Path) -> None:
    require_tex()
    _, folder = build("tex", edition=edition)
    for file in folder.glob("*.tex"):
        assert render_png(file.read_text(encoding="utf-8"), tmp_path / "pages")
        log = read(tmp_path / "pages", "document.log")
        assert "Overfull" not in log
        assert "undefined" not in log


@pytest.mark.parametrize("engine", ENGINES)
def test_each_engine_makes_a_file_with_title_contents_and_bookmarks(build: Building, engine: str) -> None:
    require_engine(engine)
    _, folder = build("tex", edition=MINE)
    made = typeset(read(folder, "lecture.tex"), {}, engine=engine)
    assert made.why == ""
    assert made.content.startswith(b"%PDF")
    assert "Overfull" not in made.log
    assert "Rerun to get" not in made.log
    assert "No file document.toc" not in made.log


def test_a_pdf_is_written_and_the_same_claims_give_the_same_one(build: Building) -> None:
    require_tex()
    written, folder = build("pdf", edition=MINE)
    first = (folder / "lecture.pdf").read_bytes()
    assert "lecture.pdf" in written.summary()
    build("pdf", edition=MINE)
    assert (folder / "lecture.pdf").read_bytes() == first
    assert not (folder / "lecture.tex").exists()


def test_without_tex_it_is_said_what_is_missing(build: Building, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert find_engine() is None
    written, folder = build("tex", "pdf", edition=MINE)
    assert (
        "left out: lecture.pdf, for want of TeX; to get it install pdflatex or lualatex, as in TeX Live or MiKTeX"
        in (written.summary())
    )
    assert (folder / "lecture.tex").exists()
    assert not (folder / "lecture.pdf").exists()


def test_an_error_of_tex_is_told_and_the_rest_is_written(build: Building) -> None:
    require_tex()
    written, folder = build("tex", "pdf", edition=Edition(preamble=r"\nosuchmacro"))
    (line,) = written.left_out
    assert re.fullmatch(
        r"left out: lecture\.pdf, \w+ says: Undefined control sequence\. \(l\.\d+ \\nosuchmacro\)", line
    )
    assert (folder / "lecture.tex").exists()


def test_a_preamble_reads_files_beside_it(build: Building, tmp_path_factory: pytest.TempPathFactory) -> None:
    require_tex()
    beside = tmp_path_factory.mktemp("beside")
    (beside / "more.tex").write_text(MACRO, encoding="utf-8")
    (beside / "mine.tex").write_text("\\input{more}\n", encoding="utf-8")
    edition = Edition(preamble=read_preamble(beside / "mine.tex"), inputs=str(beside))
    written, _ = build("pdf", edition=edition)
    assert written.left_out == ()


@pytest.mark.parametrize(
    ("preamble", "said"),
    [
        (r"\newcommand{\vect}[1]{\vec{#1}}", "defines vect, which the notation defines, too"),
        (r"\renewcommand\vect[1]{#1}", "defines vect, which the notation defines, too"),
        (r"\newcommand{\claimhead}{}", "defines claimhead, which symrnn defines, too"),
        (r"\newenvironment{claim}{}{}", "defines claim, which symrnn defines, too"),
    ],
)
def test_a_macro_with_two_meanings_is_refused(build: Building, preamble: str, said: str) -> None:
    notation = replace(find_notation("plain"), macros={"vect": r"\mathbf{#1}"}, symbols={"h": r"\vect{h}"})
    with pytest.raises(SelectionError, match=said):
        build("tex", edition=Edition(preamble=preamble), notation=notation)
    build("tex", edition=Edition(preamble=r"\renewcommand{\vec}[1]{\mathbf{#1}} % \def\vect{}"), notation=notation)
