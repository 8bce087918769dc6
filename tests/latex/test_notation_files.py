"""Notations in files: what is read, what is refused and how it is said, and that what ships is sound."""

from __future__ import annotations

import re
import tomllib
from dataclasses import fields, replace
from pathlib import Path

import pytest
import sympy as sp
from docs.blocks import blocks
from latex.scanner import doubled_scripts
from latex.terms import CLOSED_FORM, GRADIENT, RULES, D, W, a, h, i, j, k, n, phi, s, t
from typesetting.harness import compile_fragments, katex_fragments, require_katex, require_tex

from symrnn.cells import GRU, Elman
from symrnn.derivation import Claim
from symrnn.errors import NotationError
from symrnn.expr import ImmediateJacobian, MatrixSum, Sequence, TotalJacobian
from symrnn.latex import (
    NOTATIONS,
    Notation,
    claim_latex,
    derivation_latex,
    display_in,
    latex,
    statement_latex,
    typeset_function,
    where_clause,
)
from symrnn.latex.notation_files import KEYS
from symrnn.latex.sentences import latex_prose
from symrnn.library import load_library
from symrnn.oracles.numpy_bptt import hidden_weight_gradient
from symrnn.render.conventions import signs

STRESS = """
index = '⟨#⟩'
place = "above"
entry = "#"
letters = "bold italic"
transpose = "′"
hadamard = "∘"
differential = '\\mathrm{d}'
total = '\\mathrm{d}'
immediate = ["∂", "∂"]

[symbols]
W_hh = '\\mat{W}^{*}'
h = '\\mathbf{s}^{\\star}'
x = 's'
phi = '\\varphi^{\\dagger}'
ell = '\\ell^*'
L = '\\mathcal{E}^2'
delta = "d'"

[scalars]
n = 'N^+'

[macros]
mat = '\\mathbf{#1}'
"""


@pytest.fixture(scope="module")
def claims() -> list[Claim]:
    return [entry.claim for entry in load_library([]).entries]


def load(folder: Path, text: str) -> Notation:
    (folder / "mine.toml").write_text(text, encoding="utf-8")
    return Notation.load(folder / "mine.toml")


@pytest.fixture
def stress(tmp_path: Path) -> Notation:
    return load(tmp_path, STRESS)


# --- what is read ---------------------------------------------------------------------------------


def test_the_keys_of_a_file_are_the_fields_of_a_notation() -> None:
    assert set(KEYS) == {field.name for field in fields(Notation)} - {"name", "spoken"}


@pytest.mark.parametrize("name", NOTATIONS)
def test_what_is_printed_loads_back(name: str, tmp_path: Path) -> None:
    assert load(tmp_path, NOTATIONS[name].toml()) == NOTATIONS[name]


def test_what_is_printed_of_any_notation_loads_back(stress: Notation, tmp_path: Path) -> None:
    odd = replace(stress, preamble=(r"\usepackage{x'y\"z}",), symbols={**stress.symbols, "odd 'name": "q"})
    assert load(tmp_path, odd.toml()) == odd


@pytest.mark.parametrize("name", NOTATIONS)
def test_what_is_printed_says_everything(name: str) -> None:
    content = tomllib.loads(NOTATIONS[name].toml())
    assert set(content) == {*KEYS, "name"}


def test_the_names_that_are_spelled_by_rule_are_shown() -> None:
    assert r"# W_hh = '\mathbf{W}_{hh}'" in NOTATIONS["lecture"].toml()
    assert r"# W_hh" not in NOTATIONS["pascanu"].toml()


def test_the_lecture_says_every_key_itself() -> None:
    assert Notation("lecture") == NOTATIONS["lecture"]


def test_what_a_file_does_not_say_is_as_in_the_one_that_it_extends(tmp_path: Path) -> None:
    mine = load(tmp_path, "extends = 'pascanu'\n[symbols]\nx = 'v'")
    assert mine.symbols == {**NOTATIONS["pascanu"].symbols, "x": "v"}
    assert mine.index == "#"
    assert load(tmp_path, "") == replace(NOTATIONS["lecture"], name="mine")


# --- what is written ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("goodfellow", r"\boldsymbol{W}^{\top} \boldsymbol{h}^{(t)} \boldsymbol{h}^{(t-1)\top}"),
        ("ng", r"W_{aa}^{\mathsf{T}} a^{\langle t \rangle} a^{\langle t-1 \rangle\mathsf{T}}"),
        ("pascanu", r"\mathbf{W}_{rec}^{\top} \mathbf{x}_{t} \mathbf{x}_{t-1}^{\top}"),
    ],
)
def test_weights_and_states(name: str, written: str) -> None:
    assert latex(W.T * h[t] * h[t - 1].T, name) == written


def test_scripts_meet_above(stress: Notation) -> None:
    assert latex(h[t], stress) == r"\mathbf{s}^{\star,\langle t \rangle}"
    assert latex(h[t].T, stress) == r"\mathbf{s}^{\star,\langle t \rangle\prime}"
    assert latex(W.T, stress) == r"(\mat{W}^{*})^{\prime}"
    assert latex(h[t][i - 1, 0], stress) == r"\mathbf{s}_{i}^{\star,\langle t \rangle}"
    assert latex(sp.HadamardPower(h[t], 2), stress) == r"(\mathbf{s}^{\star,\langle t \rangle})^{\circ 2}"
    assert latex(phi(a[t], 1), stress) == r"\varphi^{\dagger\prime}(\boldsymbol{a}^{\langle t \rangle})"
    assert latex(D(t), stress) == r"\boldsymbol{D}^{\langle t \rangle}"
    assert latex(Sequence("a_f", 2)[t], stress) == r"\boldsymbol{a}_{f}^{\langle t \rangle}"
    assert latex(ImmediateJacobian(h[t], W), stress) == (
        r"\frac{\partial \mathbf{s}^{\star,\langle t \rangle}}{\partial \mat{W}^{*}}"
    )


def test_an_index_that_is_written_like_a_matrix_is_told_or_gets_a_letter() -> None:
    mine = replace(NOTATIONS["plain"], symbols={"W_hh": "s"})
    assert latex(MatrixSum(W**s, (s, 0, t)), mine) == "\\sum_{j=0}^{t} s^{j}"
    with pytest.raises(
        NotationError, match=r"the matrix W_hh and the scalar s are both written s .* below \[scalars\] for s"
    ):
        latex(W**s, mine)


def test_an_index_that_is_written_like_a_sequence_is_told_or_gets_a_letter() -> None:
    mine = replace(NOTATIONS["plain"], symbols={"h": "s"})
    with pytest.raises(NotationError, match=r"the sequence h and the scalar s are both written s .* below \[scalars\]"):
        latex(W**s * h[s], mine)
    assert latex(MatrixSum(h[s], (s, 0, t)), mine) == r"\sum_{j=0}^{t} s_{j}"
    assert latex(MatrixSum(h[s], (s, 0, t)), "plain") == r"\sum_{s=0}^{t} h_{s}"


@pytest.mark.parametrize("index", ["t", "k", "T", "n", "{t}", "m"])
def test_nothing_is_written_like_an_index_or_a_size(index: str) -> None:
    what = "size" if index in "nm" else "index"
    for table in ("symbols", "gates"):
        with pytest.raises(NotationError, match=f"f and the {what} {index.strip('{}')} are both written"):
            replace(NOTATIONS["plain"], **{table: {"f": index}})
    with pytest.raises(NotationError, match=f"lambda and the {what} {index.strip('{}')} are both written"):
        replace(NOTATIONS["plain"], scalars={"lambda": index})


def test_a_number_is_not_written_like_another_one() -> None:
    mine = replace(NOTATIONS["plain"], scalars={"lambda": "q"})
    with pytest.raises(NotationError, match="are both written q"):
        latex(sp.Symbol("lambda") * sp.MatrixSymbol("V", sp.Symbol("q", integer=True, positive=True), 2), mine)


def test_what_is_written_alike_through_macros_is_seen() -> None:
    mine = replace(NOTATIONS["lecture"], macros={"vect": r"\mathbf{#1}"})
    gru = GRU()
    found = gru.derive(gru.h[t], wrt=gru.h[t - k]).equation
    assert r"\text{with } \mathbf{A}_{(t)} =" in statement_latex(found, mine)
    for matrix in (r"\vect{A}", r"\mathbf A", r"{\mathbf{A}}", r"\bm{A}", "A"):
        own = replace(mine, symbols={"U_h": matrix})
        assert r"\text{with } \mathbf{B}_{(t)} =" in statement_latex(found, own)
    with pytest.raises(NotationError, match="s and R are both written"):
        replace(mine, symbols={"s": r"\vect{A}", "R": r"\mathbf A"})
    with pytest.raises(NotationError, match="s and R are both written"):
        latex(sp.MatrixSymbol("R", 2, 2) * Sequence("s", 2)[t], replace(mine, symbols={"s": r"\vect{R}"}))


def test_a_time_of_ones_own(tmp_path: Path) -> None:
    mine = load(tmp_path, "extends = 'plain'\nscalars.t = 'j'")
    assert latex(h[t - k], mine) == "h_{j-k}"
    assert where_clause(D(s), mine) == r"D_{j} = \operatorname{diag}(\phi'(a_{j}))"
    assert r"\frac{d h_{j}}{d h_{j-1}}" in explained(mine)


def test_a_letter_for_what_is_long_is_free(tmp_path: Path) -> None:
    from symrnn.cells import LSTM

    lstm = LSTM()
    derivation = lstm.derive(lstm.h[t], wrt=lstm.U_f)
    assert r"\text{with } \mathbf{A}" in derivation.latex()
    text = derivation.latex(load(tmp_path, r"symbols.U_f = '\mathbf{A}'"))
    assert r"\text{with } \mathbf{B}" in text
    assert r"\text{with } \mathbf{A}" not in text


def test_two_names_that_meet_in_a_formula_are_told(tmp_path: Path) -> None:
    mine = load(tmp_path, r"symbols.W_hh = '\mathbf{W}'")
    assert latex(W * h[t], mine) == r"\mathbf{W} \mathbf{h}_{(t)}"
    with pytest.raises(NotationError, match=r"W_hh and W are both written \\mathbf{W} .* such as W = '\\mathbf{z}'"):
        latex(W + sp.MatrixSymbol("W", *W.shape), mine)


def explained(notation: Notation) -> str:
    """The examples on the page of notation of a document that has both kinds of derivative."""
    rnn = Elman()
    both = TotalJacobian(rnn.h[t], rnn.h[t - 1]), ImmediateJacobian(rnn.h[t], rnn.h[t - 1])
    return " ".join(sign.latex for sign in signs(" ".join(latex(each, notation) for each in both), notation))


def test_the_signs_are_explained_as_they_are_written(stress: Notation) -> None:
    assert r"\frac{\partial \mathbf{s}^{\star,\langle t \rangle}}{\partial" in explained(stress)
    assert r"\partial^{+}" not in explained(stress)
    assert r"\partial^{+}" in explained(NOTATIONS["lecture"])


def test_sentences_follow(stress: Notation) -> None:
    sentence = "$∂⁺h_t^2$ and $W_hh^k$, $𝓛'_(l)$, $φ'(a_t)$, $h_tᵀ$"
    assert r"$\partial(\mathbf{s}^{\star,\langle t \rangle})^{2}$" in latex_prose(sentence, stress)
    assert doubled_scripts(latex_prose(sentence, stress).replace("$", "")) == []


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("indx = '#'", "no key 'indx' (at FILE:1); did you mean index?"),
        ("\nW_hh = 'W'", "no key 'W_hh' (at FILE:2); symbols stand below a line [symbols]: write W_hh = 'W' there"),
        ("colour = 'red'", "no key 'colour' (at FILE:1); the keys are: extends, name, letters"),
        ("index = 3", "index is 3 (at FILE:1); it has to be a text in quotes"),
        ("symbols = 'W'", "symbols is 'W' (at FILE:1); it has to be a table: a line [symbols]"),
        ("[symbols]\nh = 's'\nx = 1", "symbols.x is 1 (at FILE:3); it has to be a text"),
        ("total = ['d']", "total is ['d'] (at FILE:1); it has to be a text in quotes, or two of them"),
        ("preamble = 'x'", "preamble is 'x' (at FILE:1); it has to be a list of texts"),
        ("extends = 'field'", "unknown notation 'field' (at FILE:1); the known ones are: lecture"),
        ("name = 1", "name is 1 (at FILE:1)"),
        ('x = "\\W"', "this is not TOML: unescaped '\\' in a string (at FILE:1, column 8); put LaTeX in single quotes"),
        ("a = 1\na = 2\n", "this is not TOML: cannot overwrite a value (at FILE:2, column 6)"),
        ("letters = 'fat'", "unknown letters 'fat' (at FILE:1); use 'bold' or 'bold italic' or 'plain'"),
        ("\n\nplace = 'left'", "unknown place 'left' (at FILE:3); use 'below' or 'above'"),
        ("layout = 'rows'", "unknown layout 'rows' (at FILE:1); use 'numerator' or 'denominator' or 'gradients'"),
        ("extends='plain'\n[symbols]\nh = 'a'", "h and a are both written a (at FILE:3); write another symbol"),
        ("extends='plain'\n[symbols]\nU_f='q'\nU_i = 'q'", "U_f and U_i are both written q (at FILE:3)"),
        ("[symbols]\nh = 'a^b^c'", "TeX refuses two superscripts of one thing: a^b^c (at FILE:2)"),
        ("[symbols]\nh = '{a'", "the braces do not match: {a (at FILE:2)"),
        ("[symbols]\nh = '$a$'", "'$' in '$a$' cannot be typeset (at FILE:2)"),
        ("[symbols]\nh = 'a % b'", "'%' in 'a % b' cannot be typeset (at FILE:2)"),
        ("[symbols]\nh = 'δ'", "'δ' in 'δ' cannot be typeset (at FILE:2)"),
        (
            "transpose = 'T'",
            "the transpose and the number of steps, which may be a power, are both written T (at FILE:1)",
        ),
        ("transpose = '^\\top'", "the transpose stands in the exponent by itself (at FILE:1); leave ^ out"),
        ("index = '(t)'", "index is '(t)' (at FILE:1); write one # where the index goes"),
        ("index = '^{(#)}'", "index is '^{(#)}' (at FILE:1); write what stands around #"),
        ("index = '}^{(#)'", "the braces do not match"),
        ("total = 'd'\nimmediate = 'd'", "both written d over d (at FILE:2)"),
        (
            "[symbols]\nh = 's'\nindex = '#'",
            "index stands in the table symbols (at FILE:3); move it above the line [symbols]",
        ),
        ("[symbols]\n'W_{hh}' = 'V'", "'W_{hh}' is not the name of a quantity (at FILE:2); did you mean W_hh?"),
        ("[symbols]\n'h[t]' = 's'", "'h[t]' is not the name of a quantity (at FILE:2); did you mean h?"),
        ("[scalars]\n'' = 'c'", "'' is not the name of a quantity (at FILE:"),
        (
            "[symbols]\n'\\mathbf{s}' = 'h'",
            "is not the name of a quantity (at FILE:2); the LaTeX stands on the right: write h = '\\mathbf{s}'",
        ),
        ("[errors]\n'a^2' = 'delta'", "'a^2' is not the name of a quantity (at FILE:2); a name is as in"),
        ("[symbols]\nh = ''", "symbols.h is empty (at FILE:2)"),
        ("extends = 'plain'\nplace = 'above'", "an index above without brackets would read as a power (at FILE"),
        ("entry = '#'", "an entry above without brackets would read as a power (at FILE:1)"),
        ("[products]\nup = 'x'", "products are ascending and descending, not up (at FILE:2)"),
        ("[symbols]\nh = '\\mathbf{I}'", "h and the identity are both written \\mathbf{I} (at FILE:2)"),
        ("[symbols]\nU_f = 'q_1'\nU_i = 'q_{1}'", "U_f and U_i are both written q_{1} (at FILE:2)"),
        ("symbols = {h = '\\v{x}'}\n[macros]\nv = '\\mathbf{#1}'", "h and x are both written"),
        ("symbols = {h = '\\v'}\n[macros]\nv = '\\v'", "a macro calls itself"),
        ("scalars = {k = 'j', s = 'j'}", "k and s are both written j (at FILE:1)"),
        ("[macros]\nm1 = 'x'", "'m1' is not the name of a macro (at FILE:2)"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(NotationError) as raised:
        load(tmp_path, text)
    assert message.replace("FILE", str(tmp_path / "mine.toml")) in str(raised.value)


@pytest.mark.parametrize(("make", "reason"), [(None, "no such file"), ("folder", "directory"), (b"\xff", "not UTF-8")])
def test_a_file_that_cannot_be_read(make: object, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    if make == "folder":
        path.mkdir()
    elif isinstance(make, bytes):
        path.write_bytes(make)
    with pytest.raises(NotationError, match=f"(?i)the notation cannot be read: .*{reason}"):
        Notation.load(path)


# --- everything that there is ---------------------------------------------------------------------


def everything(notation: str | Notation, claims: list[Claim]) -> list[str]:
    texts = [latex(term, notation) for term, _, _ in RULES]
    texts += [latex(term, notation) for term in (CLOSED_FORM, GRADIENT, TotalJacobian(h[t], W), W[i, j])]
    texts += [statement_latex(claim.statement, notation) for claim in claims]
    texts += [derivation_latex(claim.derivation, notation) for claim in claims if claim.derivation]
    return [*texts, typeset_function(hidden_weight_gradient, notation=notation)]


@pytest.mark.parametrize("name", NOTATIONS)
def test_no_script_of_the_library_is_a_second_one(name: str, claims: list[Claim]) -> None:
    texts = everything(name, claims)
    assert len(texts) > 200
    assert [text for text in texts if doubled_scripts(text)] == []


def test_nor_in_a_notation_that_asks_for_it(stress: Notation, claims: list[Claim]) -> None:
    assert [text for text in everything(stress, claims) if doubled_scripts(text)] == []


def test_the_example_of_the_readme(tmp_path: Path) -> None:
    (example,) = blocks("README.md", "Five minutes for a lecturer", "toml")
    mine = load(tmp_path, example)
    state, weights = Sequence("s", n), sp.MatrixSymbol("R", n, n)
    assert latex(weights.T * state[t].T, mine) == r"\boldsymbol{R}^{\prime} \vect{s}^{\langle t \rangle\prime}"
    assert mine.definitions == (r"\newcommand{\vect}[1]{\boldsymbol{#1}}",)


def test_notebooks_display_in_it_without_macros(stress: Notation) -> None:
    from symrnn.cells import Elman

    derivation = Elman().derive(Elman().h[t], wrt=Elman().h[t - 1])
    before = derivation._repr_latex_()
    display_in(stress)
    try:
        assert r"\mathbf{W}^{*}" in derivation._repr_latex_()
        assert r"\mat{" not in derivation._repr_latex_()
    finally:
        display_in("lecture")
    assert derivation._repr_latex_() == before


# --- typesetters ----------------------------------------------------------------------------------


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", NOTATIONS)
def test_the_library_compiles(name: str, claims: list[Claim]) -> None:
    require_tex()
    assert compile_fragments(everything(name, claims)) == {}


def test_the_library_compiles_in_a_notation_that_asks_for_it(stress: Notation, claims: list[Claim]) -> None:
    require_tex()
    assert compile_fragments([stress.expanded(text) for text in everything(stress, claims)]) == {}


@pytest.mark.parametrize("name", NOTATIONS)
def test_katex_reads_the_library(name: str, claims: list[Claim]) -> None:
    require_katex()
    assert katex_fragments(everything(name, claims)) == {}


def test_gates_have_their_symbols_in_gated_cells_alone(claims: list[Claim]) -> None:
    gated = {"GRU", "LSTM", "LSTM of 1997"}
    inside, outside = "", ""
    for claim in claims:
        texts = [claim_latex(claim, "ng")]
        texts += [derivation_latex(claim.derivation, "ng")] if claim.derivation else []
        if claim.recurrence is not None and claim.recurrence.name in gated:
            inside += " ".join(texts)
        else:
            outside += " ".join(texts)
    assert r"\Gamma_{f}" in inside
    assert not re.search(r"\\Gamma_\{?[firo]", outside)  # not z, which is how the pre-activation is written


def test_slopes_of_layers_are_written_like_the_activations_and_not_like_pre_activations() -> None:
    layer = sp.Symbol("l", integer=True)
    assert latex(Sequence("a'", n)[layer], "ng") == r"a'^{\langle l \rangle}"
    assert latex(a[t], "ng") == r"z^{\langle t \rangle}"


def test_gates_of_a_file_of_ones_own(tmp_path: Path) -> None:
    mine = load(tmp_path, "extends = 'ng'\n[gates]\nf = 'F'")
    assert (mine.symbol("f"), mine.symbol("i"), mine.within(["f"]).symbol("f")) == ("F", r"\Gamma_i", "f")
    with pytest.raises(
        NotationError, match=r"i and f are both written F \(at .*mine.toml:4\); write .* below \[gates\]"
    ):
        load(tmp_path, "extends = 'ng'\n[gates]\nf = 'F'\ni = 'F'")
