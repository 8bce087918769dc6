r"""What `symrnn latex` prints, pasted into documents that people have: other classes, packages and macros."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from docs.blocks import blocks
from typesetting.harness import require_engine, require_tex

from symrnn.derivation import Claim
from symrnn.latex import Notation
from symrnn.library import load_library
from symrnn.render.fragments import Shape, fragment, preamble
from symrnn.render.tex import typeset

OVERLEAF = r"""
\usepackage[utf8]{inputenc}\usepackage[margin=1in]{geometry}\usepackage{graphicx,xcolor,enumitem,hyperref}
\renewcommand{\vec}[1]{\mathbf{#1}}\newcommand{\mat}[1]{\mathbf{#1}}\newcommand{\R}{\mathbb{R}}
\newcommand{\norm}[1]{\lVert #1\rVert}\newcommand{\dd}{\mathrm{d}}\newcommand{\T}{^\top}
\usepackage{amsmath}\DeclareMathOperator{\diag}{diag}
\renewcommand{\phi}{\varphi}\renewcommand{\epsilon}{\varepsilon}
"""
DOCUMENTS = {
    "amsart": (r"\documentclass{amsart}", 54),
    "two columns": (r"\documentclass[11pt,twocolumn,a4paper]{article}", 32),
    "beamer with a theme": (r"\documentclass{beamer}\usetheme{Madrid}", 44),
    "overleaf": (r"\documentclass{article}" + OVERLEAF, 54),
    "cleveref": (r"\documentclass[11pt]{report}\usepackage{amsmath,hyperref,cleveref}", 54),
    "physics": (r"\documentclass[11pt]{article}\usepackage{physics}", 54),
    "equations on the left": (r"\documentclass[11pt,fleqn]{article}\usepackage{times}", 50),
    "babel": (r"\documentclass[11pt]{article}\usepackage[T1]{fontenc}\usepackage{mathtools,bm}", 54),
    "unicode-math": (r"\documentclass[11pt]{article}\usepackage{amsmath}\usepackage{unicode-math}", 50),
}


@pytest.fixture(scope="module")
def claims() -> dict[str, Claim]:
    return {entry.claim.id: entry.claim for entry in load_library([]).entries}


def pasted(claims: dict[str, Claim], notation: str | Notation, letters: float) -> list[str]:
    """Fragments of every kind: false ones, numbered ones, and proofs."""
    found = []
    for claim in list(claims.values())[::12]:
        refuted, correction = claim.expected.value == "REFUTED", claims.get(claim.corrected_by or "")
        shapes = [Shape(notation, "equation", f"eq:{claim.id}", letters=letters)]
        shapes += [Shape(notation, "display", proof=True, letters=letters)] if claim.derivation else []
        found += [fragment(claim, shape, refuted=refuted, correction=correction) for shape in shapes]
    return found


@pytest.mark.table(quick=0)
def test_a_paste_beside_breqn_with_the_products_of_the_docs(claims: dict[str, Claim], tmp_path: Path) -> None:
    require_tex()
    (tmp_path / "mine.toml").write_text(blocks("docs/how-to/site.md", "LaTeX with packages of its own mind", "toml")[0])
    fragments = pasted(claims, Notation.load(tmp_path / "mine.toml"), 54)
    assert r"\stackrel" in "".join(fragments)
    head = r"\documentclass[11pt]{article}\usepackage{amsmath,amssymb,breqn}"
    made = typeset("\n".join([head, r"\begin{document}", *fragments, r"\end{document}"]), {})
    if "not found" in made.why:
        pytest.skip(made.why)
    assert made.why == ""


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("notation", ["lecture", "goodfellow"])
@pytest.mark.parametrize("kind", DOCUMENTS)
def test_a_paste_into_a_document_of_hers(claims: dict[str, Claim], kind: str, notation: str) -> None:
    engine = "lualatex" if kind == "unicode-math" else "pdflatex"
    require_tex()
    require_engine(engine)
    head, letters = DOCUMENTS[kind]
    fragments = pasted(claims, notation, letters)
    needed = "\n".join(preamble("".join(fragments), notation))
    slides = "beamer" in head
    body = "\n\n".join(
        rf"\begin{{frame}}{{}} {each} \end{{frame}}" if slides else f"Text. {each}" for each in fragments
    )
    made = typeset(f"{head}\n{needed}\n\\begin{{document}}\n{body}\n\\end{{document}}\n", {}, engine=engine)
    if re.search(r"File `[\w-]+\.(sty|cls)' not found", made.why):
        pytest.skip(made.why)
    assert made.why == ""
    assert re.findall(r"Overfull \\hbox.*|.*multiply defined.*", made.log) == []
