"""What is said of a sign that does not belong where it stands, in plain words."""

from __future__ import annotations

import re
from unicodedata import name as unicode_name

from lark import Token

from symrnn.cells.written.places import Misread, Span

STARTS = {"ELEMENT", "CALLED", "NAME", "NUMBER", "LPAR", "LSQB"}
"""What an expression begins with."""
WORDS = {
    "EQUALS": "=",
    "RPAR": ")",
    "RSQB": "]",
    "COLON": ":",
    "_NL": "the end of the line",
    "COMMA": "a comma",
    "SEMICOLON": "a semicolon",
    "_BY": "x between rows and columns",
    "NUMBER": "a number",
    "NAME": "a name",
    "KIND": "the word number or function",
}
CHARACTERS = {
    "{": "braces are for subscripts, as in W_{xh}, and for exponents",
    "}": "braces are for subscripts, as in W_{xh}, and for exponents",
    "^": "write W' or W^T for a transpose, W^2 for a power, W_f for a name; an inverse is not known here",
    "_": "a subscript stands directly behind its name, as in W_f or h_{t-1}",
    "⊗": "write ⊙ for a product entry by entry",
    "|": "norms and absolute values are not part of a cell's equations",
    "‖": "norms and absolute values are not part of a cell's equations",
    "∗": "write a blank for a matrix product, ⊙ for one entry by entry",
    "\\": "of LaTeX only names such as \\sigma, \\odot, \\circ, \\cdot and ^\\top are known",
    "←": "write =",
    "$": "leave the dollar out",
    "&": "leave it out",
    "∑": "sums over time are part of the loss only",
    "Σ": "sums over time are part of the loss only",
    '"': "leave the quotation mark out",
    ".": "a product entry by entry is .* or ⊙, a decimal number 0.5",
    "½": "write 1/2",
    "%": "a comment begins with #",
}


def unknown_character(text: str, at: int) -> Misread:
    """A sign that means nothing here."""
    letter = text[at] if at < len(text) else "\n"
    advice = CHARACTERS.get(letter, "" if letter.isprintable() else "leave it out")
    name = unicode_name(letter, "")
    shown = letter if letter.isprintable() and letter.isascii() else f"U+{ord(letter):04X}"
    called = f" ({name.lower()})" if name and not letter.isascii() else ""
    if letter.isprintable() and not letter.isascii():
        shown = letter
    return Misread(f"the sign {shown}{called} means nothing here", Span(at, at + 1), advice)


def unexpected(token: Token, expected: set[str], text: str) -> Misread:
    """A sign in the wrong place."""
    span = Span(token.start_pos or 0, token.end_pos or 0)
    before = text[: span.start].rstrip()
    kind, shown = token.type, " ".join(str(token).split())
    if kind == "_NL":
        end = Span(min(len(before), len(text)), min(len(before), len(text)) + 1)
        return Misread("the line ends too early", end, _expected(expected, before))
    if kind == "EQUALS" and "EQUALS" not in expected:
        opened = _opened(before)
        if opened is not None and "\n" in before[opened:]:
            what, sign = "this bracket is not closed", ")" if before[opened] == "(" else "]"
            return Misread(what, Span(opened, opened + 1), f"add a {sign}")
        if re.search(r"^\s*where\b", before, re.MULTILINE):
            return Misread(f"{shown} does not belong here", span, "equations and the loss come before where")
        what = "a second = in one line" if "PLUS" in expected else f"{shown} does not belong here"
        return Misread(what, span, "write one equation on each line, or put a semicolon between them")
    if kind == "COMMA" and not text[span.end :].partition("\n")[0].split("#")[0].strip():
        return Misread("a comma at the end of a line", span, "leave it out")
    if kind in ("PLUS", "MINUS", "STAR", "SLASH", "_HADAMARD", "TRANSPOSE", "POWER") and "LPAR" in expected:
        what = f"{shown} follows on {before[-1:] or 'nothing'}, with nothing between them"
        return Misread(what, span, "write what is missing, or put the second sign and what follows in brackets")
    if kind == "SEMICOLON" and _opened(before) is not None:
        return Misread("a semicolon in parentheses", span, "columns below each other stand in [ and ]")
    if kind == "COLON" and "EQUALS" in expected:
        return Misread("a : where an equation is expected", span, "shapes are said below a line with the word where")
    if kind in ("LOSS", "TOTAL", "_WHERE"):
        return Misread(f"{shown.split()[0]} stands in the wrong place", span, "the loss comes before where, once")
    return Misread(f"{shown} does not belong here", span, _expected(expected, before))


def _opened(text: str) -> int | None:
    """The place of the last bracket that is not closed."""
    places: list[int] = []
    for found in re.finditer(r"#[^\n]*|[()\[\]]", text):
        if found[0] in "([":
            places.append(found.start())
        elif found[0] in ")]" and places:
            places.pop()
    return places[-1] if places else None


def _expected(expected: set[str], before: str) -> str:
    last = before[-1:]
    closing = {kind for kind, sign in (("RPAR", "("), ("RSQB", "[")) if before.count(sign) <= before.count(WORDS[kind])}
    expected = expected - closing - (set() if "PLUS" in expected else {"_NL", "SEMICOLON"})
    if "LPAR" in expected and "ELEMENT" in expected and "STAR" not in expected:
        return f"a quantity, a number or a bracket is expected behind {last}"
    if expected & {"ELEMENT"} and "EQUALS" not in expected and "PLUS" not in expected:
        return "an equation is expected, as in h[t] = tanh(W x[t] + U h[t-1] + b), or where"
    words = [WORDS[kind] for kind in WORDS if kind in expected]
    if "PLUS" in expected and "LPAR" in expected:
        words = ["an operator", *(word for kind, word in WORDS.items() if kind in expected & {"RPAR", "RSQB", "_NL"})]
    *others, last_word = words or ["something else"]
    return f"{', '.join(others)} or {last_word} is expected" if others else f"{last_word} is expected"
