"""The web page: whole without a network, each formula as MathML, and readable by those who do not see it."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest
from library.samples import SWAPPED, step, write

from symrnn import Claim
from symrnn.latex import Notation, claim_latex, derivation_latex, find_notation
from symrnn.library import check_entries, load_library
from symrnn.plots import has_matplotlib
from symrnn.render.build import build_lecture
from symrnn.render.edition import Edition
from symrnn.render.html import Mathematics, has_mathml, punctuated

DERIVED = 'chain = rnn.derive(h[t], wrt=W)\nsummed = Claim("J3", "< & all", chain.equation, Kind.PROVED, rnn, chain)\n'
MINE = Edition("Gradients of $h_t$ <& more>", "Ada & Teacher", r"\newcommand{\R}{\mathbb{R}}", letters=54)

pytestmark = pytest.mark.skipif(not has_mathml(), reason="math-core is not installed here")


class Page(HTMLParser):
    """What a browser would find: elements that are closed in their order, ids, links, and the words outside of code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.words = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attributes)))
        if tag not in ("meta", "img", "link"):
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attributes)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not {"style", "code"} & set(self.open):
            self.words += data

    def of(self, attribute: str) -> list[str]:
        return [value for _, found in self.seen if (value := found.get(attribute)) is not None]


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("page")
    false = step("J2", SWAPPED, "REFUTED", more='corrected_by="J1"')
    # the file of the lecture has a picture
    write(
        folder / "in" / "L20_clipping.py", step("L20"), step("J1"), false, DERIVED, text="As in\n\n$$ x \\\\in \\\\R $$"
    )
    library = load_library([folder / "in"])
    results = check_entries(library.entries)
    for edition in (MINE, Edition(exercises=True, preamble=MINE.preamble)):
        written = build_lecture(library, results, folder / "out", formats=["html"], edition=edition)
        assert not [line for line in written.left_out if ".html" in line]
    return folder / "out"


@pytest.fixture(params=["lecture", "exercises", "solutions"])
def text(built: Path, request: pytest.FixtureRequest) -> str:
    return (built / f"{request.param}.html").read_text(encoding="utf-8")


def test_it_needs_no_network_and_no_script(text: str) -> None:
    page = Page(text)
    assert page.open == []
    assert not {"script", "link", "iframe"} & {tag for tag, _ in page.seen}
    assert {source.partition(":")[0] for source in page.of("src")} <= {"data"}
    assert all(address.startswith("#") for address in page.of("href"))
    assert "url(" not in text
    assert "@import" not in text


def test_links_lead_to_one_place(text: str) -> None:
    page = Page(text)
    assert [name for name, times in Counter(page.of("id")).items() if times > 1] == []
    assert {address.removeprefix("#") for address in page.of("href")} <= set(page.of("id"))
    assert set(page.of("aria-labelledby")) <= set(page.of("id"))


def test_landmarks_and_headings_are_in_order(text: str) -> None:
    tags = Counter(tag for tag, _ in Page(text).seen)
    assert [tags[tag] for tag in ("html", "title", "header", "nav", "main", "h1")] == [1] * 6
    levels = [int(tag[1]) for tag, _ in Page(text).seen if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert all(below - above <= 1 for above, below in itertools.pairwise(levels))
    assert all(found.get("alt") for tag, found in Page(text).seen if tag == "img")
    assert dict(Page(text).seen[0][1])["lang"] == "en"


def test_no_latex_and_no_dollar_is_left(text: str) -> None:
    words = Page(text).words
    assert re.findall(r"\\[A-Za-z]+|\$", words) == []
    assert text.count("<math") > 10
    assert "ℝ" in words  # her macro was put in


def test_words_are_escaped(built: Path) -> None:
    text = (built / "lecture.html").read_text(encoding="utf-8")
    assert "<title>Gradients of h_t &lt;&amp; more&gt;</title>" in text
    assert "Ada &amp; Teacher" in text
    assert "&lt; &amp; all" in text


@pytest.mark.skipif(not has_matplotlib(), reason="matplotlib is not installed here")
def test_pictures_are_part_of_it(built: Path) -> None:
    sources = Page((built / "lecture.html").read_text(encoding="utf-8")).of("src")
    assert len(sources) == 2  # the error surface, and clipping
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources)


def test_exercises_tell_nothing(built: Path) -> None:
    text = (built / "exercises.html").read_text(encoding="utf-8")
    assert re.findall(r"PROVED|REFUTED|Counterexample|J2|L20|Derivation", text.partition("<body>")[2]) == []
    assert "Exercise 1.1" in text


def test_colours_follow_the_reader_and_paper(built: Path) -> None:
    text = (built / "lecture.html").read_text(encoding="utf-8")
    assert "prefers-color-scheme: dark" in text
    assert "@media print" in text


def claims() -> list[Claim]:
    return [entry.claim for entry in load_library().entries]


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("name", ["lecture", "goodfellow", "ng", "pascanu", "plain"])
def test_every_formula_of_the_library_becomes_mathml(name: str) -> None:
    notation: Notation = find_notation(name)
    mathematics = Mathematics(notation, Edition())
    for claim in claims():
        formulas = [claim_latex(claim, notation, definitions=True)]
        formulas += [derivation_latex(claim.derivation, notation)] if claim.derivation else []
        for formula in formulas:
            assert mathematics.display(formula).startswith('<div class="display"><math')
    assert mathematics.unread == {}


def test_what_cannot_be_read_stands_as_latex_and_is_told(tmp_path: Path) -> None:
    write(tmp_path / "a.py", step("J1"), text="As in\n\n$$ \\\\nosuchmacro <b> $$")
    library = load_library([tmp_path])
    written = build_lecture(library, check_entries(library.entries), tmp_path / "out", formats=["html"])
    (line,) = (line for line in written.left_out if "lecture.html" in line)
    assert r"\nosuchmacro <b>" in line
    page = (tmp_path / "out" / "lecture.html").read_text(encoding="utf-8")
    assert r'<code class="latex">\nosuchmacro &lt;b&gt;</code>' in page


def test_an_arrow_has_its_limits_above_and_below() -> None:
    product = r"\mathop{\overset{\longrightarrow}{\prod}}\limits_{u=1}^{k} x"
    mathematics = Mathematics(find_notation("lecture"), Edition())
    assert "<munderover>" in mathematics.display(product)
    assert "<msubsup>" in mathematics.inline(product)


def test_without_the_library_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("symrnn.render.build.has_mathml", lambda: False)
    write(tmp_path / "a.py", step("J1"))
    library = load_library([tmp_path])
    written = build_lecture(library, check_entries(library.entries), tmp_path / "out", formats=["html"])
    assert "left out: lecture.html, for want of math-core; to get it: pip install 'symrnn[html]'" in written.summary()
    assert not (tmp_path / "out" / "lecture.html").exists()


def test_no_line_begins_with_the_punctuation_behind_a_formula() -> None:
    formula = "<math><mi>x</mi></math>"
    page = f"<p>{formula}, and {formula} or {formula}).</p>"
    kept = [f'<span class="kept">{formula}{sign}</span>' for sign in (",", ").")]
    assert punctuated(page) == f"<p>{kept[0]} and {formula} or {kept[1]}</p>"
