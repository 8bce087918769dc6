r"""Symbols with their scripts: what stands below and above is put together, so that TeX never meets two of a kind.

TeX refuses x^a^b and x_a_b, also where a prime is the first of them. A symbol is therefore taken apart before it gets
another script.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

from symrnn.errors import NotationError

COMMAND = re.compile(r"\\([A-Za-z]+|.)", re.DOTALL)
PRIME = r"\prime"


@dataclass(frozen=True)
class Scripted:
    r"""A symbol taken apart.

    Attributes:
        base: what the scripts stand at.
        below: the subscript.
        primes: marks such as '', which stand in front of the superscript.
        above: the superscript.

    >>> print(scripted(r"\mathbf{W}_{hh}").lowered("t").raised(r"\top"))
    \mathbf{W}_{hh,t}^{\top}
    """

    base: str
    below: str = ""
    primes: str = ""
    above: str = ""

    def __str__(self) -> str:
        below = f"_{{{self.below}}}" if self.below else ""
        # A prime opens a superscript, which only a ^ right behind it joins.
        return f"{self.base}{below}{self.primes}^{{{self.above}}}" if self.above else f"{self.base}{self.primes}{below}"

    def lowered(self, script: str) -> Scripted:
        """The symbol with one more subscript, behind a comma."""
        return replace(self, below=f"{self.below},{script}" if self.below else script)

    def raised(self, script: str, between: str = "") -> Scripted:
        r"""The symbol with one more superscript.

        >>> print(scripted("h^{(t)}").raised(r"\top"), scripted(r"x^{\ast}").raised("T"))
        h^{(t)\top} x^{\ast T}
        """
        if self.above and not between and re.search(r"\\[A-Za-z]+$", self.above) and script[:1].isalpha():
            between = " "
        return replace(self, above=f"{self.above}{between}{script}" if self.above else script)

    def primed(self, count: int) -> Scripted:
        r"""The symbol with primes: behind a superscript, where it has one.

        >>> print(scripted(r"\phi").primed(2), scripted(r"\ell^{(t)}").primed(1))
        \phi'' \ell^{(t)\prime}
        """
        if not self.above:
            return replace(self, primes=self.primes + "'" * count)
        return self.raised(PRIME * count)


@lru_cache(maxsize=4096)
def scripted(symbol: str) -> Scripted:
    r"""Take a symbol apart; one whose scripts do not stand at its end is put in braces, as a whole.

    Raises:
        NotationError: for braces that do not match, or for two subscripts or superscripts of one thing.

    >>> scripted(r"\mathbf{W}_{\mathrm{rec}}'")
    Scripted(base='\\mathbf{W}', below='\\mathrm{rec}', primes="'", above='')
    >>> print(scripted("a_1 b").lowered("t"))
    {a_1 b}_{t}
    """
    tokens = _tokens(symbol)
    at = next((place for place, token in enumerate(tokens) if token in ("_", "^", "'")), len(tokens))
    found, scripts = Scripted("".join(tokens[:at]).rstrip()), tokens[at:]
    whole = Scripted(f"{{{symbol}}}")
    apart = True
    while scripts:
        sign, *scripts = scripts
        if sign == "'":
            if apart and found.above:
                raise _doubled("super", symbol)
            found = replace(found, primes=found.primes + "'")
        elif sign in ("_", "^"):
            argument, scripts = _argument(scripts, symbol)
            kind = "below" if sign == "_" else "above"
            if apart and getattr(found, kind):
                raise _doubled("sub" if sign == "_" else "super", symbol)
            found = replace(found, **{kind: argument})
        elif not sign.isspace():
            apart = False
    return found if apart else whole


def rows_of_matrix(rows: Sequence[Sequence[str]]) -> str:
    r"""The inside of a matrix: rows are farther apart where a fraction, or a subscript above a prime, would touch.

    >>> print(rows_of_matrix([["a", "b"], [r"\tfrac{1}{2}", "c"], ["d'", "0"]]))
    a & b \\[4pt] \tfrac{1}{2} & c \\[4pt] d' & 0
    >>> print(rows_of_matrix([["h_{t-1}"], ["x_{t}"]]), "|", rows_of_matrix([["h_{t-1}"], ["x'_{t}"]]))
    h_{t-1} \\ x_{t} | h_{t-1} \\[2pt] x'_{t}
    """
    lines = [" & ".join(row) for row in rows]
    found = lines[:1]
    for above, below in pairwise(lines):
        fraction = "frac{" in above + below
        meets = "_" in above and ("'" in below or "^" in below)
        found += [r"\\[4pt]" if fraction else r"\\[2pt]" if meets else r"\\", below]
    return " ".join(found)


OPERATORS = frozenset(["+", "-", "=", "<", ">", "/", ",", ";", r"\cdot", r"\times", r"\pm", r"\odot", r"\otimes"])


def operator(symbol: str) -> str:
    r"""The first sign in a symbol that takes it apart beside another factor, or nothing.

    What stands in braces, in parentheses or in a script holds together.

    >>> operator("A + B"), operator("(A + B)"), operator("W^+"), operator(r"\mathbf{W}_{x+y}")
    ('+', '', '', '')
    """
    depth, before = 0, ""
    for token in _tokens(symbol):
        if token in ("(", "[", r"\langle", r"\lbrace"):
            depth += 1
        elif token in (")", "]", r"\rangle", r"\rbrace"):
            depth -= 1
        elif depth == 0 and token in OPERATORS and before not in ("^", "_"):
            return token
        if not token.isspace():
            before = token
    return ""


def _doubled(kind: str, symbol: str) -> NotationError:
    return NotationError(f"TeX refuses two {kind}scripts of one thing", where=symbol, advice="write one, in braces")


def _argument(tokens: list[str], symbol: str) -> tuple[str, list[str]]:
    """What a script sign is followed by: a group, a command with its groups, or a character."""
    while tokens and tokens[0].isspace():
        tokens = tokens[1:]
    if not tokens or tokens[0] in ("_", "^", "'"):
        raise NotationError("a script is missing", where=symbol, advice="write it in braces behind _ or ^")
    first, *rest = tokens
    if first.startswith("{"):
        return first[1:-1], rest
    while first.startswith("\\") and rest and rest[0].startswith("{"):
        first, *rest = first + rest[0], *rest[1:]
    return first, rest


def _tokens(symbol: str) -> list[str]:
    """Commands, groups with what is inside them, and characters."""
    tokens, depth, group = [], 0, ""
    at = 0
    while at < len(symbol):
        command = COMMAND.match(symbol, at)
        token = command[0] if command else symbol[at]
        at += len(token)
        depth += {"{": 1, "}": -1}.get(token, 0)
        if depth < 0:
            break
        group += token
        if depth == 0:
            tokens.append(group)
            group = ""
    if depth:
        raise NotationError("the braces do not match", where=symbol, advice="close what is open, and nothing else")
    return tokens


def light(symbol: str) -> str:
    r"""A symbol without bold type, as numbers are written.

    >>> light(r"\mathbf{W}_{rec}"), light(r"\boldsymbol{\delta}"), light("w")
    ('W_{rec}', '\\delta', 'w')
    """
    parts = scripted(symbol)
    bold = re.fullmatch(r"\\(?:mathbf|boldsymbol|bm)\{(.+)\}", parts.base)
    return str(replace(parts, base=bold[1])) if bold else symbol
