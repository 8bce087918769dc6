r"""Fragments for a document of one's own: complete, within a width, and visibly false where they are."""

from __future__ import annotations

import pytest
from typesetting.harness import compile_fragments, overfull_fragments, require_tex

from symrnn import GRU, LSTM, AllOf, Claim, Elman, Equation, Kind, TotalJacobian, k, t
from symrnn.library import load_library
from symrnn.render.fragments import BLOCKS, WIDTHS, Shape, fragment, preamble, spread

rnn = Elman()
chain = rnn.derive(rnn.h[t], wrt=rnn.h[t - k])
TRUE = Claim("J_1", "", chain.equation, Kind.PROVED, rnn, derivation=chain)
FALSE = Claim("J_2", "", Equation(chain.start, rnn.W_hh**k, (k >= 0, k <= t)), Kind.REFUTED, rnn, corrected_by="J_1")

PAPER = {"a4": "160mm", "article": "143mm", "beamer": "122mm", "twocolumn": "81mm"}
"""Widths at 10 pt of what 11 pt fill in an article and on a slide."""


def test_what_the_abbreviations_mean_stands_in_it_unless_it_is_bare() -> None:
    meant = r"\text{with } D_{t} = \operatorname{diag}(\phi'(a_{t}))"
    for proof in (False, True):
        assert meant in fragment(TRUE, Shape("plain", proof=proof))
        assert meant not in fragment(TRUE, Shape("plain", proof=proof, bare=True))


def test_what_is_false_says_so_and_what_holds_instead() -> None:
    found = fragment(FALSE, Shape("plain"), refuted=True, correction=TRUE)
    assert found.index("This is false:") < found.index("W_{hh}^{k}") < found.index(r"instead (J\_1):")
    assert "This is false" in fragment(FALSE, refuted=True)
    assert "instead" not in fragment(FALSE, refuted=True)
    assert fragment(FALSE, Shape(bare=True), refuted=True) == fragment(FALSE, Shape(bare=True))


def test_of_several_statements_it_says_which_are_false() -> None:
    both = Claim("J_3", "", AllOf((TRUE.statement, FALSE.statement, FALSE.statement)), Kind.REFUTED, rnn)
    assert "Of these 3, the second is false:" in fragment(both, refuted=True, false_parts=(1,))
    assert "Of these 3, the second and third are false:" in fragment(both, refuted=True, false_parts=(1, 2))
    assert "This is false:" in fragment(both, refuted=True, false_parts=(0, 1, 2))


def test_estimates_are_the_derivation_of_what_comes_without_one() -> None:
    limit = load_library([]).select(["L19-vanishing"])[0].claim
    chains = limit.verify().chains
    found = fragment(limit, Shape("plain", proof=True), chains=chains)
    arrow, why = (found.index(each) for each in (r"&\xrightarrow{k \to \infty} 0", r"\text{since }\gamma \lVert W"))
    assert found.index(r"\le (\gamma") < arrow < why < found.index(r"|\phi'| \le \gamma")


@pytest.mark.parametrize("block", BLOCKS)
def test_a_block_stands_around_it(block: str) -> None:
    before, after = (part.replace("#", r"\label{eq:J}") for part in BLOCKS[block])
    found = fragment(TRUE, Shape("plain", block, "eq:J"))
    assert found.startswith(before)
    assert found.endswith(after)
    assert found.count(r"\label") == (block == "equation")


def test_each_line_of_the_display_is_a_line_of_the_source() -> None:
    lines = fragment(TRUE, Shape("plain", proof=True)).splitlines()
    assert lines[0] == r"\begin{aligned}"
    assert lines[-1] == r"\end{aligned}"
    assert all(line.count(r"\\") == line.endswith(r"\\") for line in lines)
    assert spread("x") == "x"


@pytest.mark.table(quick=0)
def test_statements_of_the_lecture_with_different_verdicts_never_look_the_same() -> None:
    claims = [entry.claim for entry in load_library([]).entries]
    printed = {claim.id: fragment(claim, Shape(bare=True)) for claim in claims}
    refuted = [claim.id for claim in claims if claim.expected is Kind.REFUTED]
    assert len(refuted) > 20
    others = {text: name for name, text in printed.items() if name not in refuted}
    assert [(name, others[printed[name]]) for name in refuted if printed[name] in others] == []


def test_what_makes_a_statement_true_is_printed() -> None:
    linear, one_unit = Elman("identity"), Elman().scalar()
    for network, said in ((linear, r"\phi = \operatorname{id}"), (one_unit, r"\text{one unit}")):
        step = Equation(TotalJacobian(network.h[t], network.h[t - 1]), network.W_hh, (t >= 1,))
        assert said in fragment(Claim("J", "", step, Kind.PROVED, network))
    assert "unit" not in fragment(TRUE)
    assert "id}" not in fragment(TRUE)
    moved = rnn.derive(rnn.h[t], wrt=rnn.W_hh, form="differential").equation
    assert r"\text{ varies, all else is held fixed}" in fragment(Claim("J", "", moved, Kind.PROVED, rnn))


def wide() -> list[Claim]:
    """Gated cells, whose formulas are the widest."""
    gru, lstm = GRU(), LSTM()
    found = [gru.derive(gru.h[t], wrt=gru.U_r), lstm.derive(lstm.c[t], wrt=lstm.U_f), rnn.derive(rnn.L, wrt=rnn.W_hh)]
    return [Claim("J", "", one.equation, Kind.PROVED, one.recurrence, derivation=one) for one in (*found, chain)]


@pytest.mark.parametrize("width", WIDTHS)
def test_they_fit_the_width_that_they_are_for(width: str) -> None:
    require_tex()
    claims = wide()
    shapes = [Shape(letters=WIDTHS[width], proof=proof) for proof in (False, True)]
    found = [fragment(claim, shape, refuted=not shape.proof) for claim in claims for shape in shapes]
    assert overfull_fragments(found, width=PAPER[width]) == {}


def test_they_compile_with_the_packages_that_they_name() -> None:
    require_tex()
    found = [fragment(claim) for claim in (TRUE, *wide())] + [fragment(FALSE, refuted=True, correction=TRUE)]
    assert compile_fragments(found) == {}
    assert preamble("".join(found)) == [r"\usepackage{amsmath}"]
