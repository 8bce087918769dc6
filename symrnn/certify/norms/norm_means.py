"""How a certificate of norms shows what it shows: the lemmas that it uses, in words, and the estimates on the way.

Nothing is believed that is said here; every estimate in a chain is a bound that the kernel has accepted.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from symrnn.certify.asked import NODES
from symrnn.certify.equations import means_of
from symrnn.certify.norm_asked import NumberWords
from symrnn.certify.norms.reasons import reason_of
from symrnn.derivation.inequality import Inequality, Limit
from symrnn.derivation.verdict import Link
from symrnn.kernel.lemmas import LEMMAS
from symrnn.kernel.norms import NormReplay
from symrnn.kernel.scalars import Scalar, terms_of, walk
from symrnn.kernel.terms import BINDERS, each
from symrnn.sentences import Sentence

SILENT = {
    "common factor",
    "equal matrices",
    "larger of two",
    "least upper bound",
    "nonnegative",
    "nonnegative absolute value",
    "nonnegative power",
    "number",
    "positive power",
    "powers grow",
    "pushed",
    "reciprocal",
    "reversed sum",
    "smallest entry of a unit vector",
    "smallest entry of an identity",
    "smallest entry of ones",
    "squeezed",
    "sums grow",
}
"""Lemmas of which an evidence says nothing: arithmetic of numbers that everybody does without a word."""

CITED = {
    "Gelfand",
    "Hadamard product",
    "least before",
    "least behind",
    "least below norm",
    "least of an ordered product",
    "least of two",
    "multiple of its transpose",
    "normal matrix",
    "radius below norm",
    "radius of a power",
    "radius of an isometry",
    "similar matrices",
}
"""Classical theorems that a verdict cites, with what they say and where they are proved."""

BOOKS = {
    "HJ": "Horn and Johnson (2013), Matrix Analysis",
    "HJ2": "Horn and Johnson (1991), Topics in Matrix Analysis",
    "G": "Gelfand (1941)",
    "S": "Schur (1911)",
}


# -- what is used ------------------------------------------------------------------------------------------------------


def means_of_norms(lines: tuple[str, ...], read: NormReplay) -> tuple[str, ...]:
    """The rules of calculus and the lemmas that the end of a certificate rests on, in the order of their first use."""
    calculus = [rule for rule in means_of(lines[1:]) if rule != "normal form"]
    return (*calculus, *_lemmas(read, _last(read)))


def told(means: tuple[str, ...]) -> list[str]:
    """The means that an evidence names."""
    return [name for name in means if name not in SILENT]


def _last(read: NormReplay) -> int:
    return next(at for at, bound in enumerate(read.bounds) if bound is read.found)


def _lemmas(read: NormReplay, bound: int) -> list[str]:
    lines = (read.origins[at] for at in sorted(_rests_on(read, bound)))
    return list(dict.fromkeys(line[1] for line in lines if line[0] == "lemma"))


def _rests_on(read: NormReplay, bound: int) -> set[int]:
    """A bound, and all the earlier ones from which it follows."""
    found, waiting = set[int](), [bound]
    while waiting:
        at = waiting.pop()
        if at not in found:
            found.add(at)
            waiting += _premises(read.origins[at])
    return found


def _premises(line: list[Any]) -> list[int]:
    match line:
        case ["lemma", _, _, _, premises, *_]:
            return list(premises)
        case ["combine", _, _, _, _, products, _]:
            return [each for _, *factors in products for each in factors]
    return []


# -- what is said ------------------------------------------------------------------------------------------------------


def cited(means: tuple[str, ...]) -> tuple[str, ...]:
    """What the classical theorems among the means say, each with its source.

    >>> cited(("submultiplicativity", "radius below norm"))
    ('by name: radius below norm: ρ(A) <= ‖A‖_p [Horn and Johnson (2013), Matrix Analysis, 5.6.9]',)
    """
    return tuple(Sentence(f"by name: {name}: {said(name).marked} [{_source(name)}]") for name in means if name in CITED)


def _source(name: str) -> str:
    first, *rest = LEMMAS[name].source.split(", ")
    book, _, place = first.partition(" ")
    return ", ".join((f"{BOOKS[book]}, {place}" if place else BOOKS[book], *(BOOKS.get(each, each) for each in rest)))


def said(name: str) -> Sentence:
    """What a lemma says, as people write it.

    >>> said("normal matrix")
    '‖A‖_2 = ρ(A) for AᵀA = AAᵀ'
    """
    lemma = LEMMAS[name]
    what = ", ".join(map(_said, lemma.says))
    on = [_said(ask) for ask in lemma.asks if not (isinstance(ask, ast.Call) and _kind(ask) in ("of", "square"))]
    return Sentence(f"{what} for {', '.join(on)}" if on else what)


def _said(node: ast.expr) -> str:
    """With its mathematics between dollars."""
    if isinstance(node, ast.Call) and _kind(node) in WORDED:
        return WORDED[_kind(node)].format(*map(_text, node.args))
    return f"${_text(node)}$"


def _kind(node: ast.Call) -> str:
    assert isinstance(node.func, ast.Name)
    return node.func.id


SIGNS: Mapping[type, str] = {ast.LtE: "<=", ast.Lt: "<", ast.Eq: "=", ast.Add: "+", ast.Sub: "-"}

PATTERNS = {
    "norm": "‖{1}‖_{0}",
    "least": "σ_min({0})",
    "radius": "ρ({0})",
    "max": "max({0}, {1})",
    "had": "{0}∘{1}",
    "diag": "diag({0})",
    "power": "{0}^({1})",
    "over": "1/{0}",
    "pow": "{0}^{1}",
    "T": "{0}ᵀ",
    "id": "I",
    "scale": "{0}·{1}",
    "prod": "∏_{{{0}={2}..{1}}} {3}",
    "index": "{0} >= 0",
    "equal": "{0} = {1}",
}

WORDED = {
    "zero": "${0} → 0$ as ${1}$ grows",
    "infinity": "${0} → ∞$ as ${1}$ grows",
    "each": "${0}$ for every $v$",
    "apart": "${0}$ without $v$",
    "fixed": "fixed ${0}$",
}


def _text(node: ast.expr) -> str:
    match node:
        case ast.Name(letter):
            return letter
        case ast.Constant(value):
            return str(value)
        case ast.UnaryOp(_, inner):
            return f"-{_text(inner)}"
        case ast.BinOp(left, sign, right) | ast.Compare(left, [sign], [right]):
            return f"{_text(left)} {SIGNS[type(sign)]} {_text(right)}"
        case ast.Call(_, parts):
            texts, kind = [_text(part) for part in parts], _kind(node)
            joint = {"mul": "", "times": "·", "plus": " + "}.get(kind, ", ")
            return PATTERNS[kind].format(*texts) if kind in PATTERNS else joint.join(texts)
    raise AssertionError(ast.dump(node))


# -- the estimates on the way ------------------------------------------------------------------------------------------


def chain_of(statement: Inequality | Limit, read: NormReplay, back: NumberWords) -> tuple[Link, ...]:
    """``lhs <= … <= rhs`` with the estimates on the way that can be written down; empty where there are none.

    Args:
        statement: what was asked.
        read: what the kernel accepted of it.
        back: the way back for its numbers.
    """
    links: list[Link] = []
    match read.origins[_last(read)]:
        case ["combine", *_] if isinstance(statement, Inequality):
            links = _between(statement, read, back)
        case ["lemma", "squeezed" | "pushed" as name, _, _, premises, *_] if isinstance(statement, Limit):
            links = _beyond(statement, read, back, premises[-2], "<=" if name == "squeezed" else ">=")
    return tuple(links)


def _beyond(statement: Limit, read: NormReplay, back: NumberWords, at: int, sign: str) -> list[Link]:
    """What a sequence lies below, or above."""
    one, other = read.bounds[at].left, read.bounds[at].right
    bound = other if sign == "<=" else one
    if read.values_of(one) == read.values_of(other) or not _is_legible(bound):
        return []
    return [
        Link("", statement.of),
        Link(sign, _legible(back, bound), _reason(_lemmas(read, at))),
    ]


def _between(statement: Inequality, read: NormReplay, back: NumberWords) -> list[Link]:
    """The numbers on the way that can be written down: no matrix in them needs an index that has no name."""
    assert read.found is not None
    links, ways, end = [Link("", statement.lhs)], list[int](), read.values_of(read.found.right)
    for at in _chained(read, _last(read)):
        bound = read.bounds[at]
        ways.append(at)
        lemmas = [name for way in ways for name in _lemmas(read, way)]
        silent = bool(lemmas) and not told(tuple(lemmas))
        value = read.values_of(bound.right)
        if silent or value == read.values_of(bound.left) or not (value == end or _is_legible(bound.right)):
            continue
        links.append(Link("<=", statement.rhs if value == end else _legible(back, bound.right), _reason(lemmas)))
        ways = []
    return links if len(links) > 2 and links[-1].scalar == statement.rhs else []


def _chained(read: NormReplay, at: int) -> list[int]:
    """The bounds that lead from a left side to a right side one after the other."""
    match read.origins[at]:
        case ["combine", _, _, _, _, products, _] if all(len(product) == 2 for product in products):
            bounds = [read.bounds[each] for _, each in products]
            ends = [read.values_of(s) for bound in bounds for s in (bound.left, bound.right)]
            whole = [read.values_of(s) for s in (read.bounds[at].left, read.bounds[at].right)]
            if bounds and [whole[0], *ends, whole[1]][::2] == [whole[0], *ends, whole[1]][1::2]:
                return [found for _, each in products for found in _chained(read, each)]
    return [at]


def _reason(lemmas: Sequence[str]) -> str:
    return reason_of(told(tuple(lemmas)))


def _is_legible(s: Scalar) -> bool:
    """Whether no matrix in a number has an index without a name, or is of a kind that people do not write."""
    kinds = {part[0] for t, _, _ in terms_of(s) for part in each(t)}
    return kinds <= {"leaf", *NODES} - set(BINDERS)


def _legible(back: NumberWords, s: Scalar) -> sp.Expr:
    """A number with letters for the indices of its sums."""
    found = back.number(s)
    bound = [node[1] for node, _, _ in walk(s) if node[0] == "total"]
    taken = {str(symbol) for symbol in found.free_symbols}
    letters = (letter for letter in "srijuv" if letter not in taken)
    names = dict(zip(dict.fromkeys(bound), letters, strict=False))
    own = {limits[0] for total in found.atoms(sp.Sum) for limits in total.limits}
    return found.xreplace({v: sp.Symbol(names.get(v.name, v.name), integer=True) for v in own})
