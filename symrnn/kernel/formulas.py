"""Formulas of activations: terms as nested tuples, their derivatives, and how they are printed.

    t ::= num q | z | pi | par name | root name | add t… | mul t… | pow t n | exp t | log t | tanh t | erf t
        | atan t | sin t | cos t | sqrt t | max t t | min t t

z is the argument of the activation; a parameter stands for any real number, a root for a number that the
certificate defines. The arguments of sqrt, max and min are free of z.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from symrnn.kernel.errors import need

Term: TypeAlias = tuple[Any, ...]

MAX_SIZE = 4000
FUNCTIONS = ("exp", "log", "tanh", "erf", "atan", "sin", "cos", "sqrt")
CONSTANT = ("sqrt", "max", "min")
"""Their arguments are free of z."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "num": ("rational",),
    "z": (),
    "pi": (),
    "par": ("parameter",),
    "root": ("root",),
    "add": ("term", "term", "term*"),
    "mul": ("term", "term", "term*"),
    "pow": ("term", "exponent"),
    "max": ("term", "term"),
    "min": ("term", "term"),
    **dict.fromkeys(FUNCTIONS, ("term",)),
}
"""What stands in each kind of term."""


# -- making terms: zeros and ones are dropped, numbers in front are multiplied --------------------------------


def num(value: Fraction | int) -> Term:
    """A number."""
    return "num", Fraction(value)


Z: Term = ("z",)
ZERO, ONE = num(0), num(1)


def add(*parts: Term) -> Term:
    """A sum."""
    kept = [part for part in parts if part != ZERO]
    return kept[0] if len(kept) == 1 else ("add", *kept) if kept else ZERO


def mul(*parts: Term) -> Term:
    """A product."""
    if ZERO in parts:
        return ZERO
    kept = [part for part in parts if part != ONE]
    return kept[0] if len(kept) == 1 else ("mul", *kept) if kept else ONE


def power(base: Term, exponent: int) -> Term:
    """A power with a whole exponent."""
    return ONE if exponent == 0 else base if exponent == 1 else ("pow", base, exponent)


def negative(term: Term) -> Term:
    """The term with the other sign."""
    return num(-term[1]) if term[0] == "num" else mul(num(-1), term)


def minus(one: Term, other: Term) -> Term:
    """A difference."""
    return add(one, negative(other))


def parts_of(term: Term) -> tuple[Term, ...]:
    """The terms of which a term is made.

    >>> parts_of(("pow", Z, 3)), parts_of(("par", "a"))
    ((('z',),), ())
    """
    return tuple(part for part in term[1:] if type(part) is tuple)


def walk(term: Term) -> Iterator[Term]:
    """The term and all terms in it."""
    open_ = [term]
    while open_:
        found = open_.pop()
        open_ += parts_of(found)
        yield found


def bounded(term: Term) -> Term:
    """The term itself, where it is not too large: shared parts count each time."""
    for count, _ in enumerate(walk(term)):
        need(count < MAX_SIZE, "the formula is too large")
    return term


def free_of(term: Term, *kinds: str) -> bool:
    """Whether nothing of these kinds is in the term."""
    return all(part[0] not in kinds for part in walk(term))


def put(term: Term, old: Term, new: Term) -> Term:
    """The term with one term in the place of another.

    >>> show(put(("exp", ("pow", Z, 2)), Z, num(3)))
    'exp(3**2)'
    """
    if term == old:
        return new
    return tuple(put(part, old, new) if type(part) is tuple else part for part in term)


def derivative(term: Term) -> Term:
    """The derivative by z.

    Source: Abramowitz and Stegun (1964), 3.3, 4.1, 4.2, 4.3.105, 4.4.54, 4.5.73 and 7.1.19.

    >>> show(derivative(("tanh", Z))), show(derivative(("mul", Z, ("exp", Z))))
    ('1 - tanh(z)**2', 'exp(z) + z*exp(z)')
    """
    match term:
        case ("z",):
            return ONE
        case ("add", *parts):
            return bounded(add(*map(derivative, parts)))
        case ("mul", *parts):
            return bounded(add(*(mul(*parts[:i], derivative(p), *parts[i + 1 :]) for i, p in enumerate(parts))))
        case ("pow", base, n):
            return bounded(mul(num(n), power(base, n - 1), derivative(base)))
        case (name, u) if name in FUNCTIONS and name not in CONSTANT:
            return bounded(mul(_outer(name, u), derivative(u)))
    return ZERO


def _outer(name: str, u: Term) -> Term:
    match name:
        case "exp":
            return "exp", u
        case "log":
            return power(u, -1)
        case "tanh":
            return minus(ONE, power(("tanh", u), 2))
        case "erf":
            return mul(num(2), power(("sqrt", ("pi",)), -1), ("exp", negative(power(u, 2))))
        case "atan":
            return power(add(ONE, power(u, 2)), -1)
        case "sin":
            return "cos", u
    need(name == "cos", f"no derivative of {name}")
    return negative(("sin", u))


# -- printing -------------------------------------------------------------------------------------------------


def show(term: Term, inside: int = 0) -> str:
    """The term as text; inside is 1 for a factor and 2 for the base of a power.

    >>> show(add(ONE, negative(mul(Z, power(add(ONE, ("exp", negative(Z))), -2)))))
    '1 - z/(1 + exp(-z))**2'
    """
    match term:
        case ("num", q):
            return f"({q})" if inside and (q < 0 or q.denominator != 1) else str(q)
        case ("par" | "root", name):
            return str(name)
        case ("add", *parts):
            text = " + ".join(map(show, parts)).replace(" + -", " - ")
            return f"({text})" if inside else text
        case ("pow", base, n) if n > 0:
            text = f"{show(base, 2)}**{n}"
            return f"({text})" if inside == 2 else text
        case ("mul" | "pow", *_):
            text = _product(term)
            return f"({text})" if inside == 2 or (inside and ("/" in text or text[0] == "-")) else text
    return f"{term[0]}({', '.join(map(show, term[1:]))})" if len(term) > 1 else str(term[0])


def _product(term: Term) -> str:
    first, *rest = term[1:] if term[0] == "mul" else (term,)
    if rest and first[0] == "num" and first[1] < 0:
        other = mul(num(-first[1]), *rest)
        return f"-{show(other, other[0] == 'add')}"
    below = [power(p[1], -p[2]) for p in (first, *rest) if p[0] == "pow" and p[2] < 0]
    above = [p for p in (first, *rest) if p[0] != "pow" or p[2] > 0]
    text = "*".join(show(p, 1) for p in above) or "1"
    return text + "".join(f"/{show(p, 1 if p[0] == 'pow' else 2)}" for p in below)
