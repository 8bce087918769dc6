"""Deriving total derivatives of a recurrence in closed form, step by step.

What is written here is a proposal: the checker replays every step with rules of its own.
"""

from __future__ import annotations

from symrnn.calculus.forms import differential_form, entries, gradient
from symrnn.calculus.jacobians import jacobian, readable
from symrnn.calculus.place import Place, require_known
from symrnn.derivation.steps import Derivation
from symrnn.errors import UnknownTermError
from symrnn.expr import Variable
from symrnn.recurrence import Recurrence

FORMS = ("jacobian", "differential", "entries", "gradient")


def derive(recurrence: Recurrence, of: Variable, wrt: Variable, form: str = "jacobian") -> Derivation:
    """Derive d of / d wrt in closed form, for every index.

    Args:
        recurrence: the definitions.
        of: a state, an output or a total, at a symbolic index or a number.
        wrt: a parameter, an initial or earlier state, or an input.
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
    """
    recurrence.require_differentiable()
    if form not in FORMS:
        raise UnknownTermError(f"the form {form} is not known", advice=f"use one of {', '.join(FORMS)}")
    require_known(recurrence, of)
    place = Place.of(recurrence, wrt)
    if form == "gradient":
        return gradient(of, place)
    if form == "differential":
        return differential_form(of, place)
    derivation = jacobian(of, place)
    return derivation if form == "jacobian" else entries(derivation, of, wrt)


__all__ = ["FORMS", "derive", "readable"]
