"""A reader of plain text as the writer promises to write it, so that parentheses can be judged by meaning.

Grammar: sum > tensor > product > power > atom; the body of Σ is a tensor and that of ∏ a product, as
long as can be. A tensor does not mix ⊗ and ⊙, beside ⊙ there are only powers, and a power has one exponent.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import sympy as sp

from symrnn.expr import MatrixSum, OrderedProduct

Tree = Any
TOKEN = re.compile(r"\s*([Σ∏][→←]?_\{[^}]*\}\^\{[^}]*\}|\^\w+|[A-Za-z][A-Za-z0-9_]*|[-+()⊗⊙ᵀ])")


class UnreadableError(Exception):
    """Not in the grammar."""


def read(text: str) -> Tree:
    """Read a text."""
    tokens = TOKEN.findall(text)
    if "".join(tokens) != re.sub(r"\s", "", text):
        raise UnreadableError(text)
    tree, rest = _sum(tokens)
    if rest:
        raise UnreadableError(text)
    return tree


def _sum(tokens: list[str]) -> tuple[Tree, list[str]]:
    parts = []
    sign = "+"
    if tokens[:1] == ["-"]:
        sign, tokens = "-", tokens[1:]
    while True:
        part, tokens = _tensor(tokens)
        parts.append(("neg", part) if sign == "-" else part)
        if tokens[:1] not in (["+"], ["-"]):
            return flat("sum", parts), tokens
        sign, tokens = tokens[0], tokens[1:]


def _tensor(tokens: list[str]) -> tuple[Tree, list[str]]:
    starts, (part, tokens) = [tokens], _product(tokens)
    parts, ends, sign = [part], [tokens], tokens[:1]
    while tokens and tokens[:1] == sign and sign in (["⊗"], ["⊙"]):
        starts.append(tokens[1:])
        part, tokens = _product(tokens[1:])
        parts.append(part)
        ends.append(tokens)
    if sign == ["⊙"] and not all(map(_is_power, starts, ends)):
        raise UnreadableError("does ⊙ or the product beside it bind tighter?")
    if tokens[:1] in (["⊗"], ["⊙"]):
        raise UnreadableError("⊗ and ⊙ side by side")
    return flat(sign[0] if len(parts) > 1 else "", parts), tokens


def _is_power(start: list[str], end: list[str]) -> bool:
    return start[0][0] not in "Σ∏" and len(_power(start)[1]) == len(end)


def _product(tokens: list[str]) -> tuple[Tree, list[str]]:
    parts = []
    while tokens and (tokens[0] == "(" or tokens[0][0] in "Σ∏" or tokens[0][0].isalpha()) and tokens[0] != "ᵀ":
        if tokens[0][0] in "Σ∏":
            sign = tokens[0]
            body, tokens = (_tensor if sign[0] == "Σ" else _product)(tokens[1:])
            parts.append((sign[:2].rstrip("_"), body))
            if tokens and tokens[0] in "⊗⊙":
                raise UnreadableError("does the ∏ end before the sign?")
        else:
            part, tokens = _power(tokens)
            parts.append(part)
    if not parts:
        raise UnreadableError("a factor is missing")
    return flat("product", parts), tokens


def _power(tokens: list[str]) -> tuple[Tree, list[str]]:
    if tokens[0] == "(":
        base, tokens = _sum(tokens[1:])
        if tokens[:1] != [")"]:
            raise UnreadableError("a parenthesis is open")
    else:
        base = tokens[0]
    tokens = tokens[1:]
    if tokens and (tokens[0] == "ᵀ" or tokens[0][0] == "^"):
        return (tokens[0], base), tokens[1:]
    return base, tokens


def flat(operation: str, parts: list[Tree]) -> Tree:
    """Associative operations without inner brackets; the terms of a sum in a fixed order."""
    if len(parts) == 1:
        return parts[0]
    merged = []
    for part in parts:
        merged += part[1:] if isinstance(part, tuple) and part[0] == operation else [part]
    return (operation, *(sorted(merged, key=repr) if operation == "sum" else merged))


def meaning(term: sp.Basic) -> Tree:
    """The tree of a term, straight from its nodes."""
    parts = [meaning(arg) for arg in term.args if isinstance(arg, sp.MatrixExpr)]
    match term:
        case sp.MatrixSymbol():
            return term.name
        case sp.MatAdd():
            return flat("sum", parts)
        case sp.MatMul():
            product = flat("product", parts)
            return ("neg", product) if term.args[0] == -1 else product
        case sp.KroneckerProduct():
            return flat("⊗", parts)
        case sp.HadamardProduct():
            return flat("⊙", parts)
        case sp.Transpose():
            return ("ᵀ", *parts)
        case sp.MatPow():
            return (f"^{term.exp}", *parts)
        case MatrixSum():
            return ("Σ", *parts)
        case OrderedProduct():
            return ("∏→" if term.direction == "ascending" else "∏←", *parts)
    raise AssertionError(term)


def without_one_pair(text: str) -> Iterator[str]:
    """The text with each of its pairs of parentheses taken away in turn."""
    opened = []
    for at, letter in enumerate(text):
        if letter == "(":
            opened.append(at)
        elif letter == ")":
            start = opened.pop()
            yield f"{text[:start]} {text[start + 1 : at]} {text[at + 1 :]}"
