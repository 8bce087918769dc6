r"""Sentences in words made LaTeX or Markdown: symbols, relations and ranges in them are written as in the formulas.

Code stands in backticks and mathematics between dollars. Symbols such as h_t or W_hh, letters that stand alone, and
relations such as k >= 0 are found and written in a notation.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from symrnn.errors import NotationError
from symrnn.latex.notation import Notation, find_notation
from symrnn.latex.prose import escape
from symrnn.latex.scripts import scripted
from symrnn.latex.symbols import FUNCTIONS, GREEK, LETTERS

SCRIPT = r"(?:\{[^{}]*\}|[A-Za-z0-9]+)"
BEFORE, AFTER = r"(?<![\w\\'’])(?<![A-Za-z]\.)", r"(?![\w{])(?!['’][a-z])(?!\.[a-z])"
SYMBOL = (
    rf"{BEFORE}(?P<sign>∂⁺|∂|d)?(?P<base>[A-Za-zα-ωΑ-Ω𝓛ℓ])(?P<prime>['′](?=[_(]))?"
    rf"(?:_(?P<below>{SCRIPT}|\([^()\s]{{1,9}}\)))?(?:\^(?P<above>{SCRIPT}))?{AFTER}"
)
ATOM = r"(?:\d+(?:/\d+)?|[A-Za-z])"
SUM = rf"-?{ATOM}(?: ?[+-] ?{ATOM})*"
TO = r"(?:\.\.|, (?:\.\.\.|…), )"
SIDE = rf"{SUM}(?:{TO}{SUM})?"  # 0..t-1 is a range
RELATION = rf"{BEFORE}{SIDE}(?: (?:>=|<=|!=|≥|≤|≠|<|>|=) {SIDE})+(?![\w'(/^_*])"
RANGE = rf"{BEFORE}{SUM}{TO}{SUM}{AFTER}|{BEFORE}[A-Za-z](?: ?[+-] ?{ATOM})+(?![\w'(/^_*])"
TUPLE = r"\([A-Za-z](?:, [A-Za-z])+\)"
MARKUP = re.compile(
    r"\$(?P<math>[^$\n]+)\$|``(?P<longcode>.+?)``|`(?P<code>[^`]+)`"
    rf"|(?P<formula>{RELATION}|{RANGE}|{TUPLE})|(?P<symbol>{SYMBOL})|(?<=[\w)])\^(?P<power>{SCRIPT})",
    flags=re.DOTALL,
)
# fmt: off
RELATIONS = {
    ">=": r"\ge", "≥": r"\ge", "<=": r"\le", "≤": r"\le", "!=": r"\ne", "≠": r"\ne", "..": r", \dots,",
    ", ..., ": r", \dots,", ", …, ": r", \dots,",
}
# fmt: on
ENGLISH = frozenset("aAI")  # letters that are words, or the identity, when they stand alone
BOLD = frozenset("WDhxy")  # letters that are a matrix or vector of the network when they stand alone
WORDS = {">=": "≥", "<=": "≤", "!=": "≠", "->": "→"}
GREEK_WORD = re.compile(rf"(?<![\w\\])({'|'.join(GREEK)})(?!\w)")
MARKDOWN = re.compile(r"([\\`*_{}\[\]<>|$#])")

PLAIN = frozenset("<>|*+=.,:;!?()[]@ ")
CODE = {
    "'": r"\textquotesingle{}",
    "`": r"\textasciigrave{}",
    "-": "-{}",
    "/": r"/\allowbreak{}",
    '"': r"\textquotedbl{}",
}


def latex_prose(sentence: str, notation: str | Notation = "lecture") -> str:
    r"""A sentence in LaTeX.

    >>> print(latex_prose("dh_t/dW_hh is 100% `h[t]` for t >= 1 & $x_1$", "plain"))
    $dh_{t}$/$dW_{hh}$ is 100\% \texttt{h[t]} for $t \ge 1$ \& $x_1$
    """
    return _converted(sentence, find_notation(notation), latex_words, latex_code)


def markdown_prose(sentence: str, notation: str | Notation = "lecture") -> str:
    r"""A sentence in Markdown, with mathematics between dollars.

    >>> print(markdown_prose("dh_t is *not* `h[t]` for t >= 1", "plain"))
    $dh_{t}$ is \*not\* `h[t]` for $t \ge 1$
    """
    return _converted(sentence, find_notation(notation), markdown_words, lambda code: f"`{code}`")


def plain_prose(sentence: str) -> str:
    """A sentence for a PDF bookmark or a comment: no mathematics, no code, ASCII as far as it goes.

    >>> plain_prose("`dh_t/dW_hh` as $n$ grows")
    'dh_t/dW_hh as n grows'
    """
    return re.sub(r"[`$\\{}%#&~^]", "", " ".join(sentence.split()))


def _converted(sentence: str, notation: Notation, words: Callable[[str], str], code: Callable[[str], str]) -> str:
    parts, at = [], 0
    for found in MARKUP.finditer(sentence):
        if found["symbol"] in ENGLISH:
            continue
        parts.append(words(sentence[at : found.start()]))
        if literal := found["longcode"] or found["code"]:
            parts.append(code(literal.strip()))
        else:
            parts.append(f"${_formula(found, notation)}$")
        at = found.end()
    return "".join([*parts, words(sentence[at:])])


def _formula(found: re.Match[str], notation: Notation) -> str:
    if found["math"]:
        return found["math"]
    if found["power"]:
        return f"{{}}^{{{found['power'].strip('{}')}}}"
    if found["formula"]:
        return _relation(found["formula"], notation)
    return symbol(found, notation)


def _relation(text: str, notation: Notation) -> str:
    """Sums of letters and numbers with the relations between them."""
    signs = "|".join(map(re.escape, sorted(RELATIONS, key=len, reverse=True)))
    spaced = re.sub(signs, lambda sign: f" {RELATIONS[sign[0]]} ", text)
    words = re.sub(r"(?<![\\A-Za-z])[A-Za-z](?![A-Za-z])", lambda letter: _lone(letter[0], notation), spaced)
    return " ".join(words.split()).replace(" , ", ", ")


def _lone(name: str, notation: Notation) -> str:
    """A letter without scripts: a matrix or vector of the network, or a scalar."""
    if name in FUNCTIONS and name != "L":
        return notation.function(name)
    return notation.symbol(name) if name in BOLD else notation.scalar(name)


def symbol(found: re.Match[str], notation: Notation) -> str:
    """A symbol with its scripts, as the formulas write it: a name of its own, or an element of a sequence."""
    name = LETTERS.get(found["base"], found["base"])
    below = (found["below"] or "").strip("{}")
    sign = {"∂⁺": f"{notation.immediate[0]} ", "∂": r"\partial ", "d": notation.differential, None: ""}[found["sign"]]
    primes = len(found["prime"] or "")
    if found["base"] == "𝓛":
        total = scripted(notation.symbol("L")).primed(primes)
        written = str(total.lowered(below) if below else total)
    elif not below:
        written = str(scripted(_lone(name, notation)).primed(primes))
    elif notation.knows(f"{name}_{below}"):
        written = notation.symbol(f"{name}_{below}")
    elif notation.knows(name) and not primes:
        written = notation.indexed(name, below.strip("()"))
    else:
        written = str(scripted(notation.scalar(name)).primed(primes).lowered(below))
    return sign + (notation.raised(written, found["above"].strip("{}")) if found["above"] else written)


def latex_words(words: str) -> str:
    r"""Words safe in LaTeX; a character that has no rule is named by its code point.

    >>> print(latex_words("t >= 1, phi' ☃"))
    t $\ge$ 1, $\phi$' [U+2603]
    """
    lead = " " if words[:1].isspace() else ""
    tail = " " if words[-1:].isspace() and words.strip() else ""
    return lead + _escaped(_read_signs(words)) + tail


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
    return MARKDOWN.sub(r"\\\1", _read_signs(words))


def _read_signs(words: str) -> str:
    for written, sign in WORDS.items():
        words = words.replace(written, sign)
    return GREEK_WORD.sub(lambda found: GREEK[found[1]], words)


def latex_code(code: str) -> str:
    r"""Code, a path or a name in typewriter type.

    >>> print(latex_code("c_broken.py"))
    \texttt{c\_broken.py}
    """
    return rf"\texttt{{{typewritten(code)}}}"


def typewritten(code: str) -> str:
    """Every character as itself; typewriter fonts have those for which prose needs mathematics."""
    return "".join(CODE.get(letter) or (letter if letter in PLAIN else _letter(letter)) for letter in code)
