r"""Sentences in words made LaTeX or Markdown.

Mathematics stands between dollars and code in backticks; everything else is words, in which nothing is searched for.
Mathematics is typed as in a terminal, and written in a notation by :mod:`symrnn.latex.typed`.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from symrnn.errors import NotationError
from symrnn.latex.notation import Notation, find_notation
from symrnn.latex.prose import escape
from symrnn.latex.typed import typed_latex
from symrnn.sentences import MARKED, marked

CODED = re.compile(rf"{MARKED.pattern}|``(?P<longcode>.+?)``|`(?P<code>[^`]+)`", flags=re.DOTALL)
WORDS = {">=": "≥", "<=": "≤", "!=": "≠", "->": "→"}
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|$#])")

DOLLARS = re.compile(r"(?<!\\)\$")
LARGE = (r"\frac", r"\sum", r"\prod")
"""What is larger in a display than in a sentence."""

PLAIN = frozenset("<>|*+=.,:;!?()[]@ ")
CODE = {
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "-": "-{}",
    "/": r"/\allowbreak{}",
    '"': r"\textquotedbl{}",
    ">": ">{}",
    "<": "<{}",
    ",": ",{}",
}
"""Letters that TeX would read as something else, or join: typewriter fonts, too, make a guillemet of >>."""


def latex_prose(sentence: str, notation: str | Notation = "lecture") -> str:
    r"""A sentence in LaTeX.

    >>> print(latex_prose("what `h[t]` does to $dh_t/dW_hh$ is 100% for $t >= 1$, dh & $\\phi$", "plain"))
    what \texttt{h[t]} does to $dh_{t}/dW_{hh}$ is 100\% for $t \ge 1$, dh \& $\phi$
    """
    return converted(sentence, find_notation(notation), latex_words, latex_code)


def display_prose(sentence: str, notation: str | Notation = "lecture") -> str:
    r"""A sentence in a display: its words as text, its mathematics beside them, since dollars in a display break pages.

    >>> print(display_prose("solved from $h_0$, for 50% of φ", "plain"))
    \text{solved from }h_{0}\text{, for 50\% of }\phi
    """
    return _displayed(latex_prose(sentence, notation))


def display_words(words: str) -> str:
    """Words in a display, in which nothing is marked."""
    return _displayed(latex_words(words))


def _displayed(latex: str) -> str:
    parts = DOLLARS.split(latex)
    inside = (_as_in_words(part) if at % 2 else rf"\text{{{part}}}" for at, part in enumerate(parts) if part)
    return "".join(inside)


def _as_in_words(latex: str) -> str:
    """Mathematics of a sentence in a display, no larger than the words beside it."""
    return rf"{{\textstyle {latex}}}" if any(large in latex for large in LARGE) else latex


def markdown_prose(sentence: str, notation: str | Notation = "lecture") -> str:
    r"""A sentence in Markdown, with mathematics between dollars.

    >>> print(markdown_prose("$h_t$ is *not* `h[t]` for $t >= 1$", "plain"))
    $h_{t}$ is \*not\* `h[t]` for $t \ge 1$
    """
    return converted(sentence, find_notation(notation), markdown_words, lambda code: f"`{code}`")


def plain_prose(sentence: str) -> str:
    """A sentence for a PDF bookmark or a comment: no mathematics, no code, ASCII as far as it goes.

    >>> plain_prose("`dh_t/dW_hh` as $n$ grows")
    'dh_t/dW_hh as n grows'
    """
    return re.sub(r"[`$\\{}%#&~^]", "", " ".join(sentence.split()))


def converted(
    sentence: str,
    notation: Notation,
    words: Callable[[str], str],
    code: Callable[[str], str],
    mathematics: Callable[[str], str] = "${}$".format,
) -> str:
    """A sentence for some kind of page: how words, code and mathematics, which is given in LaTeX, are written there."""
    text, parts, at = marked(sentence), [], 0
    for found in CODED.finditer(text):
        parts.append(words(text[at : found.start()]))
        literal = found["longcode"] or found["code"]
        parts.append(code(literal.strip()) if literal else mathematics(typed_latex(found[1], notation)))
        at = found.end()
    return "".join([*parts, words(text[at:])])


def latex_words(words: str) -> str:
    r"""Words safe in LaTeX; a character that has no rule is named by its code point.

    >>> print(latex_words("do >= 1, φ' ☃"))
    do $\ge$ 1, $\phi$' [U+2603]
    """
    lead = " " if words[:1].isspace() else ""
    tail = " " if words[-1:].isspace() and words.strip() else ""
    return lead + _escaped(read_signs(words)) + tail


def _escaped(words: str) -> str:
    try:
        return escape(words)
    except NotationError:
        return "".join(_letter(letter) for letter in " ".join(words.split()))


def _letter(letter: str) -> str:
    if letter == " ":
        return letter
    try:
        return escape(letter)
    except NotationError:
        return f"[U+{ord(letter):04X}]"


def markdown_words(words: str) -> str:
    """Words safe in Markdown."""
    return MARKDOWN.sub(r"\\\1", read_signs(words))


def read_signs(words: str) -> str:
    """Words in which signs that are typed as two letters are one."""
    for written, sign in WORDS.items():
        words = words.replace(written, sign)
    return words


def latex_code(code: str) -> str:
    r"""Code, a path or a name in typewriter type.

    >>> print(latex_code("c_broken.py"))
    \texttt{c\_broken.py}
    """
    return rf"\texttt{{{typewritten(code)}}}"


def typewritten(code: str) -> str:
    """Every character as itself; typewriter fonts have those for which prose needs mathematics."""
    return "".join(CODE.get(letter) or (letter if letter in PLAIN else _letter(letter)) for letter in code)
