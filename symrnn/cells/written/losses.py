"""The lines of a text about its loss: ``loss = squared error of y[t] over mean``, or ℓ[t] = … and L = … ."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixSymbol

from symrnn.cells.losses import LOSSES
from symrnn.cells.training import OVER, with_loss
from symrnn.cells.written.names import read_element, read_name
from symrnn.cells.written.places import Misread, Span
from symrnn.cells.written.scope import LOSS, STEP, Scope
from symrnn.cells.written.syntax import Called, Element, Line
from symrnn.cells.written.terms import Terms
from symrnn.errors import SymrnnError
from symrnn.expr import GenericFunction, MatrixSum, Sequence
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, t

EXAMPLE = "write it as in loss = squared error of y[t], or loss = softmax cross-entropy of h[t] readout q over mean"
KEYS = ("of", "against", "readout", "over", "masked")
"""What may follow the name of a loss, in any order; the words are those of ``with_loss``."""
TOTAL = re.compile(
    r"L\s*=\s*(?:(?P<mean>\(?1\s*/\s*T\)?\s*\*?\s*)?(?:Σ|∑|sum|\\sum)\s*(?:_\s*\{?\s*t\s*(?:=\s*1\s*)?\}?\s*)?(?:\^\s*\{?\s*T\s*\}?\s*)?"
    r"(?:ℓ|ell|\\ell)(?:\[\s*t\s*\]|_t)|(?:ℓ|ell|\\ell)(?:\[\s*T\s*\]|_T))\s*$"
)


@dataclass(frozen=True)
class Wanted:
    """What a line says of the loss."""

    span: Span
    name: str
    options: dict[str, Any]


def read_loss(line: Line, scope: Scope) -> Wanted:
    """What a line that begins with ``loss`` says.

    Raises:
        Misread: for a loss that there is not, and for words that are not understood.
    """
    sign = re.search(r"[=:]", line.text)
    assert sign is not None  # the terminal of the grammar has one
    words = [(m[0], Span(line.span.start + m.start(), line.span.start + m.end()))
             for m in re.finditer(r"[^\s,\[\]]+(?:\s*\[[^\]]*\])?", line.text) if m.start() >= sign.end()]  # fmt: skip
    first = next((i for i, (word, _) in enumerate(words) if word in KEYS), len(words))
    name = " ".join(word for word, _ in words[:first])
    here = words[0][1].to(words[first - 1][1]) if first else line.span
    if name not in LOSSES:
        near = get_close_matches(name.lower().replace("-", " "), [each.replace("-", " ") for each in LOSSES], n=1)
        meant = [each for each in LOSSES if near and each.replace("-", " ") == near[0]]
        advice = f"did you mean {meant[0]}?" if meant else f"there are {', '.join(LOSSES)}; {EXAMPLE}"
        raise Misread(f"no loss is called {name}" if name else "the name of the loss is missing", here, advice)
    options: dict[str, Any] = {}
    at = first
    while at < len(words):
        key, span = words[at]
        if key not in KEYS:
            raise Misread(f"{key} is not understood here", span, f"after the name come {', '.join(KEYS)}")
        if key in options:
            raise Misread(f"{key} is said twice", span, "leave one out")
        at += 1
        if key == "masked":
            options[key] = True
            continue
        if at == len(words):
            raise Misread(f"something is missing behind {key}", span, EXAMPLE)
        options[key] = _value(key, *words[at], scope)
        at += 1
    return Wanted(line.span, name, options)


def _value(key: str, word: str, span: Span, scope: Scope) -> Any:
    if key == "over":
        if word not in OVER:
            raise Misread(f"a loss over {word} is not known", span, f"use one of {', '.join(OVER)}")
        return word
    if key == "readout":
        if word.isdecimal() and word.isascii() and 0 < len(word) < 10 and int(word):
            return sp.Integer(word)
        if re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", word) and word not in (*scope.bare, "t", "T"):
            return sp.Symbol(word, integer=True, positive=True)
        raise Misread(f"{word} is not a number of outputs", span, "use one such as 10, or a letter such as q")
    if re.search(r"[\[(_ₜ]", word):
        name, lag = read_element(word, span) if re.search(r"(\]|\)|_t|_\{t\}|ₜ)$", word) else (read_name(word, span), 0)
    else:
        name, lag = read_name(word, span), 0
    if lag:
        raise Misread("a loss looks at a quantity at t", span, f"write {name}[t]")
    if key == "of" and name not in scope.equations:
        near = get_close_matches(name, scope.equations, n=1)
        advice = f"did you mean {near[0]}?" if near else f"name one of {', '.join(scope.equations)}"
        raise Misread(f"{name} has no equation, so no loss can look at it", span, advice)
    return name


def given_loss(recurrence: Recurrence, terms: Terms, lines: tuple[Line, ...]) -> Recurrence:
    """The recurrence with the loss that its text asks for; where it asks for none, ℓ_t of what is seen, summed up.

    Raises:
        Misread: for lines that contradict each other, and for a loss that does not fit.
    """
    scope = terms.scope
    named = [line for line in lines if line.text.startswith("loss")]
    totals = [line for line in lines if line not in named]
    for several in (named, totals, [*named, *totals]):
        if len(several) > 1:
            raise Misread(
                "the loss is said twice", several[1].span, "leave one out", ("the first time", several[0].span)
            )
    if named and scope.step is not None:
        here = scope.step.left.span
        raise Misread("the loss is said twice", named[0].span, "leave one out", ("here is ℓ[t]", here))
    if named:
        return _by_name(recurrence, read_loss(named[0], scope), scope)
    over = _over(totals[0]) if totals else "sum"
    if scope.step is None:
        return _generic(recurrence, scope.seen, over)
    seen = scope.step.right
    if isinstance(seen, Called) and seen.function.name == STEP:
        (argument,) = seen.arguments
        if not isinstance(argument, Element) or argument.lag or argument.name not in scope.equations:
            raise Misread("ℓ is applied to something that has no name", argument.span, "write ℓ(y[t])")
        return _generic(recurrence, argument.name, over)
    body = terms.term(scope.step.right)
    if not isinstance(body, sp.MatrixExpr):
        raise Misread("the loss of a step is a number that nothing changes", scope.step.right.span)
    return _own(recurrence, body, over)


def _over(line: Line) -> str:
    found = TOTAL.match(line.text.strip())
    if found is None:
        raise Misread("this total is not understood", line.span, "write L = Σ_t ℓ[t], L = 1/T Σ_t ℓ[t] or L = ℓ[T]")
    if found["mean"]:
        return "mean"
    return "last" if re.search(r"(\[\s*T\s*\]|_T)$", line.text.strip()) else "sum"


def _by_name(recurrence: Recurrence, wanted: Wanted, scope: Scope) -> Recurrence:
    options = {"of": scope.seen, **wanted.options}
    options["targets"] = options.pop("against", "")
    try:
        return with_loss(recurrence, wanted.name, **options)
    except SymrnnError as error:
        raise Misread(error.what, wanted.span, error.advice) from None


def _generic(recurrence: Recurrence, name: str, over: str) -> Recurrence:
    """The recurrence with ℓ_t of a quantity; one that is not a column has only this loss."""
    definition = recurrence.definition(name)
    assert definition is not None  # the caller has looked
    seen = definition.sequence[t]
    if seen.cols == 1:
        return with_loss(recurrence, of=name, over=over)
    return _own(recurrence, GenericFunction(Str(STEP), sp.S.One, sp.S.One, seen), over)


def _own(recurrence: Recurrence, body: sp.MatrixExpr, over: str) -> Recurrence:
    """The recurrence with ℓ_t as its text has it."""
    ell = Sequence(STEP, 1, first=1)
    summed = MatrixSum(ell[t], (t, 1, T))
    total = {"sum": summed, "mean": sp.MatMul(1 / T, summed), "last": ell.at(T)}[over]
    return replace(
        recurrence.replaced(),
        definitions=(*recurrence.definitions, Definition(ell, body, Role.OUTPUT)),
        totals={MatrixSymbol(LOSS, 1, 1): total},
    )
