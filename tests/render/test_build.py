import json
import re
from pathlib import Path

import pytest
from library.samples import SWAPPED, good_folder, step, write
from typesetting.harness import (
    compile_fragments,
    katex_fragments,
    render_png,
    require_katex,
    require_tex,
)

from symrnn.library import check_entries, load_library
from symrnn.render.build import build_lecture

DERIVED = """
chain = rnn.derive(h[t], wrt=W)
derived = Claim(
    "J3", "the whole sum", chain.equation, Kind.PROVED, rnn, derivation=chain, note="A note: 100%."
)
"""

TEXT = """Text with 100% of h_t & `W_hh`.

- an item

    rnn = Elman()  # ünïcode φ ☃ in 'code'"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A library in which everything occurs: proofs, refutations, surprises and failures."""
    derivations = good_folder(tmp_path_factory.mktemp("lecture") / "derivations")
    write(derivations / "c_sum.py", DERIVED, title="The sum & its {parts}: h_t", text=TEXT)
    write(derivations / "d_surprise.py", step("J_4.x", SWAPPED, "PROVED", more='corrected_by="elsewhere"'))
    write(derivations / "e_broken_file.py", "\nraise RuntimeError('50% & #1_')\n")
    return derivations


@pytest.fixture(scope="module")
def built(folder):
    output = folder.parent / "out"
    library = load_library([folder])
    return build_lecture(library, check_entries(library.entries), output), output


def test_the_files(built):
    written, output = built
    names = sorted(path.relative_to(output).as_posix() for path in output.rglob("*") if path.is_file())
    fragments = [f"fragments/{name}.tex" for name in ("J1", "J2", "J3", "J_4.x", "N1")]
    assert names == [*fragments, "lecture.md", "lecture.tex", "report.json"]
    assert sorted(path.relative_to(output).as_posix() for path in written.files) == names
    assert written.summary()[-1] == "fragments/ (5 files, J1.tex and so on)"


def test_the_report_is_that_of_verify_without_times(built):
    report = json.loads((built[1] / "report.json").read_text(encoding="utf-8"))
    assert [record["id"] for record in report] == ["J1", "J2", "N1", "J3", "J_4.x"]
    assert {record["file"] for record in report} == {
        f"derivations/{name}.py" for name in ("a_step", "b_informal", "c_sum", "d_surprise")
    }
    assert all("seconds" not in record for record in report)
    assert [record["as_expected"] for record in report] == [True, True, True, True, False]


def test_the_same_claims_give_the_same_bytes(folder, built, tmp_path):
    library = load_library([folder])
    build_lecture(library, check_entries(library.entries), tmp_path)
    for path in built[0].files:
        assert (tmp_path / path.relative_to(built[1])).read_bytes() == path.read_bytes()


@pytest.mark.parametrize("name", ["lecture.md", "lecture.tex"])
def test_both_documents_say_everything(built, name):
    text = (built[1] / name).read_text(encoding="utf-8")
    for words in (
        "Not as expected:",
        "Not loaded:",
        "Counterexample:",
        "Corrected by",
        "elsewhere",
        "A slip beside it:",
        "Given:",
        "numerator layout",
        "needs norms",
        "A note: 100",
        "begin{aligned}",
        "Evidence",
        "Notation",
        "Elman()",
    ):
        assert words in text, words
    assert str(Path.home()) not in text


def test_the_notation_is_followed(folder, tmp_path):
    library = load_library([folder])
    build_lecture(library, check_entries(library.entries, notation="plain"), tmp_path, notation="plain")
    for name in ("lecture.tex", "lecture.md", "fragments/J1.tex"):
        assert r"\mathbf{h}" not in (tmp_path / name).read_text(encoding="utf-8")


def test_the_lecture_compiles_and_nothing_runs_over_the_page(built, tmp_path):
    require_tex()
    pages = render_png((built[1] / "lecture.tex").read_text(encoding="utf-8"), tmp_path)
    assert len(pages) >= 2
    log = (tmp_path / "document.log").read_text(encoding="utf-8", errors="replace")
    assert "Overfull" not in log
    assert "undefined" not in log
    assert "Warning: Token not allowed" not in log


def test_every_fragment_compiles(built, tmp_path):
    require_tex()
    fragments = sorted((built[1] / "fragments").iterdir())
    inputs = "\n".join(path.read_text(encoding="utf-8") for path in fragments)
    preamble = r"\documentclass{article}\usepackage{amsmath,amssymb,bm}\begin{document}"
    assert render_png(f"{preamble}\n{inputs}\n\\end{{document}}\n", tmp_path)


def test_displays_of_the_markdown_page_are_read_by_tex_and_katex(built):
    text = (built[1] / "lecture.md").read_text(encoding="utf-8")
    displays = re.findall(r"^\$\$\n(.*?)\n\$\$$", text, flags=re.DOTALL | re.MULTILINE)
    assert len(displays) >= 6
    require_tex()
    assert compile_fragments(displays) == {}
    require_katex()
    assert katex_fragments(displays) == {}


def test_no_dollar_stands_inside_a_display_of_the_markdown_page(built):
    lines = (built[1] / "lecture.md").read_text(encoding="utf-8").splitlines()
    assert lines.count("$$") % 2 == 0
    inside = False
    for line in lines:
        if line == "$$":
            inside = not inside
        else:
            assert not (inside and "$" in line), line
            assert not (inside and not line.strip())


def test_links_lead_somewhere_and_those_between_claims_and_evidence_both_ways(built):
    page = (built[1] / "lecture.md").read_text(encoding="utf-8")
    anchors = re.findall(r'<a id="([^"]*)"></a>', page)
    assert len(set(anchors)) == len(anchors)
    assert set(re.findall(r'<a href="#([^"]*)"', page)) == set(anchors)
    article = (built[1] / "lecture.tex").read_text(encoding="utf-8")
    for name in ("J1", "J2", "J3", "J_4.x", "N1"):
        assert {f"claim-{name.lower()}", f"evidence-{name.lower()}"} <= set(anchors)
        assert rf"\hyperref[evidence:{name}]" in article
        assert rf"\hyperref[claim:{name}]" in article
        assert rf"\claimhead{{{name}}}" in article
        assert rf"\evidence{{{name}}}" in article


def test_a_network_is_defined_before_the_first_result_on_it_and_once(built):
    text = (built[1] / "lecture.md").read_text(encoding="utf-8")
    defined = r"\mathbf{h}_{(t)} &= \phi(\mathbf{a}_{(t)})"
    assert text.count("The Elman network is defined by") == text.count(defined) == 1
    assert text.index(defined) < text.index("### J1")


def test_a_fragment_of_what_is_refuted_says_so_and_names_its_packages(built):
    fragment = (built[1] / "fragments" / "J2.tex").read_text(encoding="utf-8")
    assert r"\text{This is false:}" in fragment
    assert r"\text{This holds instead (J1):}" in fragment
    assert r"% needs: \usepackage{amsmath}" in fragment
