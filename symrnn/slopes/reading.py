"""Claims and activations written as text: ``max gelu' <= 1.13``, ``leaky_relu(negative_slope=1/10)``.

The grammar below is all that is understood; nothing is evaluated as Python.

>>> print(claim("|tanh'| <= 1"))
PROVED: |tanh'(z)| <= 1 for every z
  since sup φ' = 1 <= 1 (square certificate) and inf φ' = 0 >= -1 (monotone pieces)
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from functools import cache
from typing import Any

import sympy as sp
from lark import Lark, Token, Transformer, UnexpectedInput, v_args
from lark.exceptions import VisitError

from symrnn.activations import FAMILIES, TABLE, Activation, activation
from symrnn.errors import ReadingError
from symrnn.slopes.claims import claim_bound
from symrnn.slopes.numerals import Numeral
from symrnn.slopes.verdicts import BoundVerdict

MAX_LENGTH = 300
"""Most characters of a text that is read."""

GRAMMAR = r"""
claim: quantity relation sum ending? -> upright
     | sum relation quantity ending? -> turned
entry: NAME [parameters]  -> entry
     | (EXP | ERF)        -> entry
ending: "for" ("every" | "all" | "any") NAME

quantity: slope
        | WHICH slope         -> extreme
        | WHICH "(" slope ")" -> extreme
slope: primed
     | "|" primed "|"       -> size
     | "abs" "(" primed ")" -> size
primed: NAME [parameters] PRIME [argument]
      | (EXP | ERF) [nothing] PRIME [argument]
nothing:
argument: "(" NAME ")"
parameters: "(" [parameter ("," parameter)*] ")"
parameter: NAME EQUALS sum

relation: LESS | EQUALS
?sum: product
    | sum "+" product -> add
    | sum ("-" | "−") product -> sub
?product: signed
        | product ("*" | "·") signed -> mul
        | product "/" signed -> div
?signed: power
       | ("-" | "−") signed -> neg
       | "+" signed
?power: atom
      | atom ("^" | "**") signed -> power
?atom: NUMBER -> number
     | ("pi" | "π") -> pi
     | ("e" | "E") -> e
     | NAME -> symbol
     | ("sqrt" | "√") "(" sum ")" -> root
     | EXP "(" sum ")" -> exp
     | ERF "(" sum ")" -> erf
     | "(" sum ")"

WHICH.2: /(sup|max|inf|min)(?![A-Za-z0-9_])/
EXP: "exp"
ERF: "erf"
PRIME: "'" | "’" | "′" | "´"
LESS: "<=" | "≤" | "<" | ">=" | "≥" | ">"
EQUALS: "==" | "="
NAME: /[A-Za-z_][A-Za-z0-9_]*/
NUMBER: /([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?/
%ignore /[ \t\r\n\u00a0]+/
"""

SPELLED = {"≤": "<=", "≥": ">=", "==": "="}
TURNED = {"<=": ">=", "<": ">", ">=": "<=", ">": "<", "=": "="}
EXAMPLE = "sigmoid' <= 0.24"
NOT_FINITE = ("oo", "inf", "infinity", "nan")
"""What is no name of a parameter."""

OTHER_NAMES = {"swish": "silu", "logistic": "sigmoid", "atan": "arctan", "linear": "identity"}
"""What some activations are called elsewhere; for advice only."""


@dataclass(frozen=True)
class Quantity:
    """What a claim is about: φ', or its absolute value, or an extreme value of one of them."""

    activation: Activation
    absolute: bool = False
    of: str = ""


@dataclass(frozen=True)
class Stated:
    """A claim that has been read; the fields are the arguments of :func:`symrnn.slopes.claim_bound`."""

    activation: Activation
    relation: str
    bound: sp.Expr
    of: str = ""

    def decide(self) -> BoundVerdict:
        """Decide it."""
        return claim_bound(self.activation, self.relation, self.bound, of=self.of)


def claim(text: str) -> BoundVerdict:
    """Decide a claim about the slope of an activation, written as text.

    ``NAME'`` is φ'(z) for every z; parameters follow the name, as in ``elu(alpha=2)'``. Bars or ``abs(...)`` give
    the absolute value, and ``sup``, ``max``, ``inf`` or ``min`` in front an extreme value; the relation is one of
    ``<= < >= > =``. The bound is made of decimals, ``pi``, ``e``, ``sqrt``, ``exp``, ``erf`` and ``+ - * / ^``.

    Raises:
        ReadingError: for a text that is not such a claim, or names no activation.
        ParameterError: for a parameter that the activation does not have, or a value outside of its domain.
        LimitError: for a number beyond what is compared here.

    >>> print(claim("sigmoid' <= 0.24"))
    REFUTED: sigmoid'(z) <= 6/25 for every z
      z = 0: φ'(z) = 1/4 > 6/25 (exact)
    >>> claim("max erf' = 2/sqrt(pi)").outcome, claim("max softplus' = 1").outcome
    (<Outcome.PROVED: 'PROVED'>, <Outcome.REFUTED: 'REFUTED'>)
    """
    return read_claim(text).decide()


def read_claim(text: str) -> Stated:
    """Read a claim; see :func:`claim`.

    >>> read_claim("1/10 < |leaky_relu(negative_slope=0.2)'|").relation
    'abs>'
    """
    found: Stated = _read(text, "claim")
    return found


def read_activation(text: str) -> Activation:
    """Read the name of an activation of the catalogue, with parameters if there are any.

    A name in place of a number is a symbol, and stands for all values that the parameter may have. The value of φ'
    at kinks is stated as in Python: ``relu(at_kink=0)``, or ``relu(at_kink=torch)``.

    Raises:
        ReadingError: for a name that is not in the catalogue, or a text that is not a name.
        ParameterError: for a parameter that the activation does not have, or a value outside of its domain.

    >>> read_activation("leaky_relu(negative_slope=1/10)").sup.value
    1
    """
    found: Activation = _read(text, "entry")
    return found


# -- from text to terms ------------------------------------------------------------------------------------


@cache
def _parser() -> Lark:
    return Lark(GRAMMAR, parser="lalr", start=["claim", "entry"], maybe_placeholders=True)


def _read(text: str, start: str) -> Any:
    what = "claim" if start == "claim" else "activation"
    if not isinstance(text, str):
        raise ReadingError(f"a {what} is written as text, not as {type(text).__name__}", advice=_advice(start))
    if len(text) > MAX_LENGTH:
        raise ReadingError(f"a {what} of {len(text)} characters is too long", advice=f"use at most {MAX_LENGTH}")
    try:
        return _Builder().transform(_parser().parse(text, start=start))
    except UnexpectedInput as error:
        raise _unreadable(text, error, start) from None
    except VisitError as error:
        raise error.orig_exc from None


def _unreadable(text: str, error: UnexpectedInput, start: str) -> ReadingError:
    """What is wrong with a text, and the likeliest remedy."""
    at = error.pos_in_stream
    token = getattr(error, "token", None)
    ended = at is None or at >= len(text.rstrip()) or (isinstance(token, Token) and token.type == "$END")
    place = "it ends too early" if ended else f"it cannot be read from {_shortened(text[at:])!r} on"
    primes = sum(text.count(prime) for prime in "'’′´")
    if start == "entry":
        advice = "leave the ' out" if primes else _advice(start)
    elif not primes:
        advice = f"the slope is written with a ', as in {EXAMPLE!r}"
    elif primes > 1:
        advice = f"state one bound of one first derivative, as in {EXAMPLE!r}"
    elif isinstance(token, Token) and token.type in ("LESS", "EQUALS"):
        advice = "state one relation at a time"
    else:
        advice = _advice(start)
    what = "a claim" if start == "claim" else "an activation"
    return ReadingError(f"this is not {what}: {place}", where=_shortened(text, 80) or "an empty text", advice=advice)


def _advice(start: str) -> str:
    return f"write it as in {EXAMPLE!r}" if start == "claim" else "write it as in 'elu(alpha=2)'"


def _shortened(text: str, length: int = 20) -> str:
    line = " ".join(text.split())
    return line if len(line) <= length else line[: length - 3] + "..."


def find(name: str, parameters: dict[str, sp.Expr]) -> Activation:
    """An activation of the catalogue.

    Raises:
        ReadingError: for another name, with the names that are close to it.
    """
    if name not in FAMILIES:
        known = OTHER_NAMES | {other.replace("_", ""): other for other in FAMILIES}
        known |= {entry.torch.lower(): entry.name for entry in reversed(tuple(TABLE.values())) if entry.torch}
        close = difflib.get_close_matches(name.replace("_", "").lower(), known, n=3)
        near = ", ".join(dict.fromkeys(known[match] for match in close))
        advice = f"did you mean {near}?" if near else "`symrnn activations` lists them"
        raise ReadingError(f"there is no activation {_shortened(name, 40)!r} in the catalogue", advice=advice)
    if parameters.get("at_kink") == sp.Symbol("torch", real=True):
        return activation(name, **{**parameters, "at_kink": "torch"})
    return activation(name, **parameters)


@v_args(inline=True)
class _Builder(Transformer[Token, Any]):
    """From the tree of a text to numbers, activations and claims."""

    add = staticmethod(Numeral.__add__)
    sub = staticmethod(Numeral.__sub__)
    mul = staticmethod(Numeral.__mul__)
    div = staticmethod(Numeral.__truediv__)
    neg = staticmethod(Numeral.__neg__)
    power = staticmethod(Numeral.power)
    root = staticmethod(Numeral.root)

    def number(self, token: Token) -> Numeral:
        return Numeral.read(str(token))

    def symbol(self, token: Token) -> Numeral:
        if token.lower() in NOT_FINITE:
            raise ReadingError(f"{token} is not a finite number", advice="write a number, or another letter")
        return Numeral(sp.Symbol(str(token), real=True))

    def pi(self) -> Numeral:
        return Numeral(sp.pi)

    def e(self) -> Numeral:
        return Numeral(sp.E)

    def exp(self, name: Token, argument: Numeral) -> Numeral:
        return argument.exp()

    def erf(self, name: Token, argument: Numeral) -> Numeral:
        return argument.erf()

    def parameter(self, name: Token, equals: Token, value: Numeral) -> tuple[str, sp.Expr]:
        return str(name), value.value

    def parameters(self, *pairs: tuple[str, sp.Expr] | None) -> dict[str, sp.Expr]:
        given = [pair for pair in pairs if pair is not None]
        for name, _ in given:
            if [other for other, _ in given].count(name) > 1:
                raise ReadingError(f"{name} is given twice", advice="give it once")
        return dict(given)

    def entry(self, name: Token, parameters: dict[str, sp.Expr] | None = None) -> Activation:
        return find(str(name), parameters or {})

    def primed(self, name: Token, parameters: dict[str, sp.Expr] | None, prime: Token, argument: Any) -> Quantity:
        return Quantity(find(str(name), parameters or {}))

    def nothing(self) -> dict[str, sp.Expr]:
        return {}

    def argument(self, name: Token) -> None:
        _require_z(name)

    def ending(self, name: Token) -> None:
        _require_z(name)

    def slope(self, quantity: Quantity) -> Quantity:
        return quantity

    quantity = slope

    def size(self, quantity: Quantity) -> Quantity:
        return Quantity(quantity.activation, absolute=True)

    def extreme(self, which: Token, quantity: Quantity) -> Quantity:
        return Quantity(quantity.activation, quantity.absolute, str(which))

    def relation(self, token: Token) -> str:
        return SPELLED.get(str(token), str(token))

    def upright(self, quantity: Quantity, relation: str, bound: Numeral, *ending: None) -> Stated:
        prefix = "abs" if quantity.absolute else ""
        return Stated(quantity.activation, prefix + relation, bound.value, quantity.of)

    def turned(self, bound: Numeral, relation: str, quantity: Quantity, *ending: None) -> Stated:
        return self.upright(quantity, TURNED[relation], bound)


def _require_z(name: Token) -> None:
    if name != "z":
        raise ReadingError(f"the argument is called z here, not {_shortened(name)}", advice="write z, or leave it out")
