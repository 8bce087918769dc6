"""Expectations and variances by counting: every outcome of the switches, weighted by its probability."""

from __future__ import annotations

import random
from collections.abc import Iterator
from fractions import Fraction
from itertools import product as cartesian
from typing import Any

import flint
import numpy as np
import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.errors import EvaluationError, LimitError
from symrnn.evaluate.arrays import Array
from symrnn.evaluate.assignment import Assignment
from symrnn.evaluate.systems import System
from symrnn.evaluate.undefined import OutsideHypothesesError
from symrnn.expr import Element, Expectation, Variance
from symrnn.recurrence import Recurrence

MAX_SWITCHES = 12
"""Most switches whose outcomes are gone through; there are two outcomes of each."""


def moment(node: Expectation | Variance, of: Element, evaluator: Any) -> Array:
    """The expectation or variance of a quantity at a numeric index.

    Args:
        node: which of the two.
        of: the quantity.
        evaluator: with the recurrence; it makes others like itself in which the switches have values.

    Raises:
        EvaluationError: without a recurrence.
        LimitError: for more than :data:`MAX_SWITCHES` switches.
        OutsideHypothesesError: for a probability outside (0, 1].
    """
    recurrence = evaluator.recurrence
    if recurrence is None:
        raise EvaluationError(f"{node} needs a recurrence that says what is random")
    mean, square = None, None
    for chance, values in _outcomes(of, recurrence, evaluator):
        value = evaluator.beside(values).walk(of, {})
        mean = value * chance if mean is None else mean + value * chance
        square = value * value * chance if square is None else square + value * value * chance
    assert mean is not None  # there is one outcome at least
    return mean if isinstance(node, Expectation) else square - mean * mean


def _outcomes(of: Element, recurrence: Recurrence, evaluator: Any) -> Iterator[tuple[Any, dict[Element, Array]]]:
    """Every outcome of the switches up to an index: its probability, and the values of the switches."""
    if any(definition.initial is not None for definition in recurrence.definitions):
        raise EvaluationError(  # its switches may come at any index
            "expectations are not calculated where a state begins with an equation", where=recurrence.name
        )
    switches, chances = [], []
    for name, probability in recurrence.switches.items():
        first = recurrence.first_index(name) or 0
        for at in range(first, int(of.index) + 1):
            switches.append(recurrence.quantity(name, at))
            chance = MatrixElement(recurrence.quantity(probability, at), 0, 0)
            _require_probability(evaluator.scalar(chance, {}), chance)
            chances.append(chance)
    if len(switches) > MAX_SWITCHES:
        raise LimitError(f"{len(switches)} switches have 2^{len(switches)} outcomes", advice="take a smaller index")
    values = [(evaluator.scalar(c, {}), evaluator.scalar(1 - c, {}), evaluator.scalar(1 / c, {})) for c in chances]
    for outcome in cartesian((True, False), repeat=len(switches)):
        weight = evaluator.one
        given: dict[Element, Array] = {}
        for is_on, switch, (on, off, inverse) in zip(outcome, switches, values, strict=True):
            weight = weight * (on if is_on else off)
            number = inverse if is_on else evaluator.zero
            given[evaluator.ground(switch, {})] = np.array([[number]], dtype=object)
        yield weight, given


def _require_probability(value: Any, what: sp.Expr) -> None:
    """Refuse a number that is for certain no probability; residues and degrees have no order, and pass."""
    try:
        outside = bool(value <= 0) or bool(value > 1)
    except (TypeError, EvaluationError):
        return
    if outside:
        raise OutsideHypothesesError(f"{what} is {value}, which is not a probability above 0")


def require_drawn(element: Element, recurrence: Recurrence | None, assignment: Assignment, system: System) -> None:
    """Draw a probability between 0 and 1, and a switch as 0 or 1 over its probability, before it is asked for.

    Nothing is done for other inputs. What is given is looked at: a counterexample must not be made simpler than it is.

    Raises:
        OutsideHypothesesError: when what is given is not a probability, or no value of the switch.

    >>> from fractions import Fraction
    >>> from symrnn.cells import Elman
    >>> from symrnn.evaluate import Evaluator, Rationals
    >>> from symrnn.truncation import randomised
    >>> scalar = Elman("identity").scalar()
    >>> rnn = randomised(scalar, scalar.h, scalar.W_hh).recurrence
    >>> 0 < Evaluator(Rationals(), Assignment(seed=1), rnn).value(rnn.quantity("pi", 3))[0, 0] <= 1
    True
    """
    if recurrence is None:
        return
    key = element.name, int(element.index)
    if element.name in recurrence.switches.values():
        if key in assignment.given:
            _require_probability(assignment.matrix(*key, 1, 1, system)[0, 0], MatrixElement(element, 0, 0))
        elif key not in assignment.drawn:
            assignment.matrix(*key, 1, 1, system)
            if key in assignment.drawn:  # an indeterminate is not drawn
                assignment.drawn[key] = [[1 / (1 + abs(assignment.drawn[key][0][0]))]]
    elif element.name in recurrence.switches:
        chance = recurrence.quantity(recurrence.switches[element.name], key[1])
        assert isinstance(chance, Element)  # an input that stands beside the switch
        require_drawn(chance, recurrence, assignment, system)
        probability = assignment.matrix(chance.name, key[1], 1, 1, system)[0, 0]
        if key in assignment.given:
            _require_outcome(assignment.matrix(*key, 1, 1, system)[0, 0], probability, element)
        elif key not in assignment.drawn:
            assignment.matrix(*key, 1, 1, system)
            if key in assignment.drawn:
                known = _known(chance, assignment)
                is_on = known == 1 or random.Random(f"{assignment.seed}:{key}:is on").random() < 0.5
                assignment.drawn[key] = [[1 / known if is_on else Fraction(0)]]


def _known(chance: Element, assignment: Assignment) -> Fraction:
    """A probability that was drawn or is given, as a fraction."""
    key = chance.name, int(chance.index)
    entry = assignment.drawn[key][0][0] if key in assignment.drawn else np.asarray(assignment.given[key]).ravel()[0]
    return Fraction(entry)


def _require_outcome(value: Any, probability: Any, what: Element) -> None:
    """Refuse a number that a switch does not take: it is 0, or 1 over its probability, and never 0 where that is 1."""
    is_off = value == 0 and probability != 1
    if isinstance(value, Fraction | flint.fmpq) and not is_off and value * probability != 1:
        raise OutsideHypothesesError(f"{what} is {value}, where 0 and 1/{probability} are its values")
