"""Deriving total derivatives of a recurrence in closed form, step by step.

What is written here is a proposal: the checker replays every step with rules of its own.
"""

from __future__ import annotations

from dataclasses import replace

import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.calculus.forms import differential_form, entries, gradient
from symrnn.calculus.jacobians import jacobian, readable
from symrnn.calculus.place import Place, require_known
from symrnn.derivation.steps import Derivation, Step
from symrnn.errors import BoundIndexError, IndexRangeError, UnknownTermError
from symrnn.expr import Binder, Element, Variable
from symrnn.recurrence import Recurrence
from symrnn.sentences import Sentence, marked

FORMS = ("jacobian", "differential", "entries", "gradient")


def derive(
    recurrence: Recurrence, of: Variable | MatrixElement, wrt: Variable | MatrixElement, form: str = "jacobian"
) -> Derivation:
    """Derive d of / d wrt in closed form, for every index.

    Args:
        recurrence: the definitions.
        of: a state, an output or a total, at a symbolic index or a number; or an entry of it, such as ``h[t][i, 0]``.
        wrt: a parameter, an initial or earlier state, or an input; or an entry, such as ``W[i, j]``.
        form: ``"jacobian"`` (numerator layout, matrices flattened by columns), ``"differential"``, ``"entries"`` (the
            derivative of entry i by entry (a, b), or by entry a of a column) or ``"gradient"`` (of a scalar).

    Raises:
        UnknownTermError: for an unknown form, or a quantity that the recurrence does not have.
        ShapeError: for the gradient of something that is not a scalar.
        IndexRangeError: for a state asked for before it begins.
        NotDifferentiableError: for an activation with kinks and no convention.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import k, t
    >>> rnn = Elman("identity")
    >>> rnn.derive(rnn.h[t], wrt=rnn.h[t - k]).closed_form
    W_hh**k
    >>> i, j = sp.symbols("i j", integer=True, nonnegative=True)
    >>> rnn.derive(rnn.h[t], wrt=rnn.W_hh[i, j]).equation.where
    (t >= 1, i <= n - 1, j <= n - 1)
    >>> rnn.derive(rnn.h[t], wrt=rnn.h[t + 1])
    Traceback (most recent call last):
    symrnn.errors.IndexRangeError: h[t + 1] comes after h[t], and what comes later does not influence what came ...
    """
    recurrence.require_differentiable()
    if form not in FORMS:
        raise UnknownTermError(f"the form {form} is not known", advice=f"use one of {', '.join(FORMS)}")
    of, wrt, chosen = *_whole(of, wrt), (of, wrt)
    require_known(recurrence, of)
    require_known(recurrence, wrt)
    if chosen != (of, wrt):
        return replace(_of_entries(derive(recurrence, of, wrt), *chosen), question=(*chosen, form))
    try:
        return replace(_asked_for(recurrence, of, wrt, form), question=(of, wrt, form))
    except IndexRangeError as error:
        _require_in_time(recurrence, of, wrt, error)
        raise


def _require_in_time(recurrence: Recurrence, of: Variable, wrt: Variable, error: IndexRangeError) -> None:
    """Say of a quantity that comes later than what is derived why there is nothing to derive."""
    if not isinstance(of, Element) or not isinstance(wrt, Element) or isinstance(error, BoundIndexError):
        return
    if any(use.mirrored for uses in recurrence.graph.uses.values() for use in uses):
        return  # a chain that runs backwards looks at what comes later
    if (of.index - wrt.index).is_negative:
        raise IndexRangeError(
            f"{wrt} comes after {of}, and what comes later does not influence what came before: the derivative is 0",
            advice=f"derive {wrt} by {of}" if of.name == wrt.name else "",
        ) from None


def _asked_for(recurrence: Recurrence, of: Variable, wrt: Variable, form: str) -> Derivation:
    """The derivation, also where the loss is summed over an index of what is asked."""
    try:
        return _derived(recurrence, of, wrt, form)
    except BoundIndexError:  # h[t] inside a loss that is summed over t: under another name meanwhile
        apart = {symbol: _apart(symbol) for symbol in _asked(recurrence, of) | _asked(recurrence, wrt)}
        found = _derived(recurrence, of.xreplace(apart), wrt.xreplace(apart), form)
        return _renamed(found, {new: old for old, new in apart.items()})


def _whole(*quantities: Variable | MatrixElement) -> tuple[Variable, ...]:
    """The quantities of which entries are asked."""
    return tuple(each.parent if isinstance(each, MatrixElement) else each for each in quantities)


def _of_entries(whole: Derivation, of: Variable | MatrixElement, wrt: Variable | MatrixElement) -> Derivation:
    """The entries that are asked; rows and columns that are called like a bound index have another name meanwhile."""
    chosen = [each for each in (of, wrt) if isinstance(each, MatrixElement)]
    bound = {part.variable.name for step in whole.steps for part in step.after.atoms(Binder)}
    places = {symbol for each in chosen for symbol in each.i.free_symbols | each.j.free_symbols}
    apart = {symbol: _apart(symbol) for symbol in places if isinstance(symbol, sp.Symbol) and symbol.name in bound}
    if not apart:
        return entries(whole, of, wrt)
    row, column = (_placed(each, apart) for each in (of, wrt))
    return _renamed(entries(whole, row, column), {new: old for old, new in apart.items()})


def _placed(quantity: Variable | MatrixElement, names: dict[sp.Symbol, sp.Symbol]) -> Variable | MatrixElement:
    """An entry at a row and a column of other names; the quantity itself keeps its own."""
    if not isinstance(quantity, MatrixElement):
        return quantity
    return quantity.parent[quantity.i.xreplace(names), quantity.j.xreplace(names)]


def _asked(recurrence: Recurrence, quantity: Variable) -> set[sp.Symbol]:
    """The indices that a question speaks of, and the network does not."""
    index = quantity.index if isinstance(quantity, Element) else sp.S.Zero
    own = {symbol for body in recurrence.totals.values() for symbol in body.free_symbols}
    return {symbol for symbol in index.free_symbols if isinstance(symbol, sp.Symbol)} - own


def _apart(symbol: sp.Symbol) -> sp.Symbol:
    """A symbol with a name that nobody gives to an index."""
    return sp.Symbol(f"{symbol.name}_asked", **symbol.assumptions0)


def _renamed(found: Derivation, names: dict[sp.Symbol, sp.Symbol]) -> Derivation:
    """A derivation with other names for free indices; what is bound under such a name gets another one."""

    def said(text: str) -> str:
        told = marked(text)
        for new, old in names.items():
            told = told.replace(new.name, old.name)
        return Sentence(told)

    steps = [
        Step(s.before.xreplace(names), s.after.xreplace(names), s.rule, said(s.reason), tuple(map(said, s.hypotheses)))
        for s in found.steps
    ]
    varying = tuple(quantity.xreplace(names) for quantity in found.varying)
    return Derivation(found.recurrence, tuple(steps), tuple(c.xreplace(names) for c in found.where), varying)


def _derived(recurrence: Recurrence, of: Variable, wrt: Variable, form: str) -> Derivation:
    place = Place.of(recurrence, wrt)
    if form == "gradient":
        return gradient(of, place)
    if form == "differential":
        return differential_form(of, place)
    derivation = jacobian(of, place)
    return derivation if form == "jacobian" else entries(derivation, of, wrt)


__all__ = ["FORMS", "derive", "readable"]
