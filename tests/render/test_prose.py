import copy
import pickle

import pytest
from typesetting.harness import compile_fragments, require_tex

from symrnn import Claim, Elman, Equation, Kind
from symrnn.latex.sentences import latex_prose, markdown_prose, plain_prose, typewritten
from symrnn.latex.typed import typed_latex
from symrnn.render.prose import latex_blocks, markdown_blocks
from symrnn.sentences import Sentence

rnn = Elman()

SENTENCES = {
    "sum over $k = 0..t-1$": r"sum over $k = 0, \dots, t-1$",
    "for $k = 1, ..., t$ it": r"for $k = 1, \dots, t$ it",
    "$0 <= k <= t$, $-k + t >= 0$": r"$0 \le k \le t$, $-k + t \ge 0$",
    "$W^k$ and $W_hh^2$": r"$\mathbf{W}^{k}$ and $\mathbf{W}_{hh}^{2}$",
    "$dh_t/dW_hh$": r"$\partial\mathbf{h}_{(t)}/\partial\mathbf{W}_{hh}$",
    "$∂⁺h_{t-1}$": r"$\partial^{+}\mathbf{h}_{(t-1)}$",
    "$𝓛'_(l)$ of layer $l$": r"$\mathcal{L}'_{(l)}$ of layer $l$",
    "$(p - 1/2)^2$": r"$(p - 1/2)^{2}$",
    "the lecture's layer, e.g. a layer's own, i.e. I": "the lecture's layer, e.g. a layer's own, i.e. I",
    "entry $(a, b)$, $h_b$, $x_ij$ or $λ_i$": r"entry $(a, b)$, $h_{b}$, $x_{ij}$ or $\lambda_{i}$",
    "50% of A & B_1 #2 {x}": r"50\% of A \& B\_1 \#2 \{x\}",
    "snake_case_name": r"snake\_case\_name",
    "phi is φ": r"phi is $\phi$",
    r"a \mathbf command": r"a \textbackslash{}mathbf command",
    "do what dh_t does, and so do I": r"do what dh\_t does, and so do I",
    "it costs $5 or $6": r"it costs \$5 or \$6",
    "$h[t - 1]$ and $ell[t]$": r"$\mathbf{h}_{(t-1)}$ and $\ell_{(t)}$",
    "$[[0, 5], [0, 0]]$": r"$\bigl(\begin{smallmatrix} 0 & 5 \\ 0 & 0 \end{smallmatrix}\bigr)$",
    "$η = max(‖h_0‖, √n)$": r"$\eta = \max(\|\mathbf{h}_{(0)}\|, \sqrt{n})$",
}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_symbols_in_a_sentence_are_written_as_in_the_formulas(sentence):
    assert latex_prose(sentence) == SENTENCES[sentence]


def test_a_notation_is_followed():
    assert latex_prose("$h_t$ by $W_hh$ at time $t$", "plain") == r"$h_{t}$ by $W_{hh}$ at time $t$"


def test_markup_is_kept():
    assert latex_prose("`a_b`, ``x`` and $\\sigma_1$") == r"\texttt{a\_b}, \texttt{x} and $\sigma_1$"
    assert markdown_prose("`a_b`, ``x`` and $\\sigma_1$") == r"`a_b`, `x` and $\sigma_1$"


def test_what_markdown_would_read_is_escaped():
    assert markdown_prose("*no* | [no](no) <b> no_thing") == r"\*no\* \| \[no\](no) \<b\> no\_thing"


def test_a_letter_without_a_rule_is_named():
    assert latex_prose("a snowman ☃, 雪") == "a snowman [U+2603], [U+96EA]"


TEXT = r"""
A paragraph on words
in two lines.

- an item
  that goes on
- another item with 100%

    rnn = Elman()
    rnn.h[t]

$$ x^2 $$
"""


def test_blocks_of_a_docstring():
    latex = latex_blocks(TEXT)
    assert "\\begin{itemize}\n  \\item an item that goes on\n  \\item another item with 100\\%\n" in latex
    assert "\\begin{code}\nrnn\\ =\\ Elman()\\\\*\nrnn.h[t]\n\\end{code}" in latex
    assert r"\[ x^2 \]" in latex
    markdown = markdown_blocks(TEXT)
    assert "- an item that goes on\n- another item with 100%\n" in markdown
    assert "```python\nrnn = Elman()\nrnn.h[t]\n```" in markdown
    assert "$$\nx^2\n$$" in markdown


def test_bookmarks_are_plain():
    assert plain_prose("`h_t` & $x$ \\ {a}") == "h_t  x  a"


def test_every_sentence_compiles():
    require_tex()
    assert compile_fragments([rf"\mbox{{{latex_prose(sentence)}}}" for sentence in SENTENCES]) == {}


def test_an_inner_product_has_its_brackets() -> None:
    assert latex_prose("$⟨f, g⟩$ is real") == r"$\langle f, g\rangle$ is real"


def test_a_sentence_reads_as_words_and_keeps_its_marks_in_copies() -> None:
    sentence = Sentence("solved from $h_0$, which is constant")
    assert sentence == "solved from h_0, which is constant"
    for copied in (copy.deepcopy(sentence), pickle.loads(pickle.dumps(sentence))):
        assert latex_prose(copied) == latex_prose(sentence) == r"solved from $\mathbf{h}_{(0)}$, which is constant"


@pytest.mark.parametrize("text", ["no match$ here $either", "a $ b $ c", "$x$5", "$$"])
def test_a_dollar_beside_a_space_is_a_dollar(text: str) -> None:
    assert Sentence(text) == text


def test_titles_and_notes_know_their_mathematics() -> None:
    claim = Claim("J", "the power $W^k$", Equation(rnn.W_hh, rnn.W_hh), Kind.PROVED, note="and $k$")
    assert (claim.title, claim.note) == ("the power W^k", "and k")
    assert markdown_prose(claim.title) == r"the power $\mathbf{W}^{k}$"


@pytest.mark.parametrize("code", [">>> f(x)", "a << b", "x[1,,2]", "--flag", "''", "``x``", "a >>= 1"])
def test_no_two_letters_of_code_are_joined(code: str) -> None:
    """Typewriter fonts make a guillemet of >>, a dash of --, and quotation marks of others."""
    found = typewritten(code)
    assert not any(pair in found for pair in (">>", "<<", ",,", "--", "''", "``"))


def test_letters_with_a_dot_are_no_code_points() -> None:
    """What moves along a direction is printed with a dot in a terminal, and so in the code of a page."""
    assert typewritten("ȧ[t] ⊙ ḣ") == r"\.{a}[t] $\odot$ \.{h}"
    require_tex()
    assert compile_fragments([rf"\text{{{typewritten('ȧ[t]')}}}"]) == {}


@pytest.mark.parametrize(
    ("typed", "lecture", "plain"),
    [
        ("dL/dh_t", r"\partial\mathcal{L}/\partial\mathbf{h}_{(t)}", r"d\mathcal{L}/dh_{t}"),
        ("∂⁺h_t/∂⁺W", r"\partial^{+}\mathbf{h}_{(t)}/\partial\mathbf{W}", None),
        ("dh[t]/dh[t-1]", r"\partial\mathbf{h}_{(t)}/\partial\mathbf{h}_{(t-1)}", r"dh_{t}/dh_{t-1}"),
        ("dW_hh", r"d\mathbf{W}_{hh}", r"dW_{hh}"),
    ],
)
def test_derivatives_in_sentences_have_the_signs_of_displays(typed: str, lecture: str, plain: str | None) -> None:
    assert typed_latex(typed, "lecture") == lecture
    assert plain is None or typed_latex(typed, "plain") == plain
