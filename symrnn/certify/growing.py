"""Equations of powers that rest on what is assumed, by induction on an exponent: M v = λ v gives M^k v = λ^k v."""

from __future__ import annotations

from typing import TYPE_CHECKING

from symrnn.certify.assuming import assume
from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal, Spot
from symrnn.certify.meeting import meet
from symrnn.certify.script import rows_for
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.monomials import Atom, variables
from symrnn.kernel.steps import Facts, Hypothesis
from symrnn.kernel.terms import Term, names_of, put

if TYPE_CHECKING:
    from symrnn.certify.deriving import Deriver


def by_exponent(deriver: Deriver, facts: Facts, left: Term, right: Term) -> int:
    """The theorem that both sides are equal, by induction on an index that is the exponent of a power.

    Both sides are simplified by what is assumed first. What is shown of them then holds at the first value of the
    index, and at the next one where it holds at one: the last factor of every power is taken off on the left.

    Args:
        deriver: what is assumed, and where theorems are written.
        facts: what holds of the indices; one of them says where the exponent begins.
        left: one side.
        right: the other one.

    Raises:
        NotFoundError: where no exponent is an index of its own, or a side does not follow.

    >>> import sympy as sp
    >>> from symrnn import Equation, k, n, verify
    >>> M, v, eigenvalue = sp.MatrixSymbol("M", n, n), sp.MatrixSymbol("v", n, 1), sp.Symbol("lambda")
    >>> print(verify(Equation(M**k * v, eigenvalue**k * v, k >= 0, Equation(M * v, eigenvalue * v))).kind)
    PROVED
    """
    k, start, before, beside = _exponent(deriver, facts)
    facts = (*before, variable(k) - start, *beside)
    sides, links = list[Term](), list[int]()
    for term in (left, right):
        goal = Goal(deriver.script, facts, deriver.assumed, term)
        deriver.simplify(goal)
        sides.append(deriver.writer.poly(goal.value))
        links.append(goal.closed(sides[-1]))
    if not any(_ends(deriver, side, variable(k)) for side in sides):
        raise NotFoundError("no power has an index of the statement as its exponent")
    claim = Hypothesis(beside, *sides)
    at_start, ahead = {k: start}, {k: variable(k) + 1}
    inside = ((*before, *_at(beside, at_start)), (*before, variable(k) - start, *_at(beside, ahead)))
    base = Goal(deriver.script, inside[0], deriver.assumed, put(claim.left, at_start))
    step = Goal(deriver.script, inside[1], (*deriver.assumed, claim), put(claim.left, ahead))
    bases = [_closed(deriver, base, put(claim.right, at_start), None)]
    steps = [_closed(deriver, step, put(claim.right, ahead), variable(k) + 1)]
    (shown,) = deriver.script.induction(k, start, before, [claim], bases, steps)
    back = Goal(deriver.script, facts, deriver.assumed, sides[1])
    back.minus(right)
    deriver.simplify(back)
    meet(back)
    return deriver.script.chain([links[0], shown, back.closed(right)])


def _at(facts: Facts, values: dict[str, Linear]) -> Facts:
    return tuple(fact.at(values) for fact in facts)


def _exponent(deriver: Deriver, facts: Facts) -> tuple[str, Linear, Facts, Facts]:
    """An index that begins somewhere by one of the facts, and the others without it and with it."""
    held = set(deriver.system.fixed)
    for hypothesis in deriver.assumed:
        held |= (
            names_of(hypothesis.left) | names_of(hypothesis.right) | {v for f in hypothesis.facts for v in f.names()}
        )
    for at, fact in enumerate(facts):
        if len(fact.terms) != 1 or fact.terms[0][1] != 1 or (k := fact.terms[0][0]) in held:
            continue
        others = (*facts[:at], *facts[at + 1 :])
        before = tuple(other for other in others if k not in other.names())
        return k, number(-fact.constant), before, tuple(other for other in others if k in other.names())
    raise NotFoundError("no condition says where an index begins that nothing else is assumed of")


def _ends(deriver: Deriver, side: Term, at: Linear) -> bool:
    """Whether a product without an index of its own ends at an index."""
    goal = Goal(deriver.script, (), (), side)
    return any(spot.atom[0] == "prod" and spot.atom[3] == at for spot in goal.spots())


def _closed(deriver: Deriver, goal: Goal, right: Term, last: Linear | None) -> int:
    """The theorem, with what is assumed put in, and the last factor taken off all products up to an index."""
    goal.minus(right)
    taken = -1
    while goal.value.terms and len(goal.steps) != taken:
        taken = len(goal.steps)
        if last is not None:
            _peel(goal, last)
        assume(goal)
        deriver.simplify(goal)
        meet(goal)
    return goal.closed(right)


def _peel(goal: Goal, last: Linear) -> None:
    """One factor taken off every power: the last, on its left, or the first, where a power of as many stands behind it.

    So the factors between two powers meet, as the Wᵀ W in (Wᵀ)^k Wᵀ W W^k.
    """
    while (spot := next((s for s in goal.spots() if _lasts(s.atom, last)), None)) is not None:
        low = spot.atom[2]
        at = low + 1 if any(_lasts(atom, last) for atom in _behind(goal, spot)) else last
        goal.do(spot.path, "cut", at, rows_for(spot.scope, [at - low, last + 1 - at]))


def _lasts(atom: Atom, last: Linear) -> bool:
    return bool(atom[0] == "prod" and atom[3] == last)


def _behind(goal: Goal, spot: Spot) -> tuple[Atom, ...]:
    """The next factor of the word of matrices in which a power stands by itself, where it is one of a constant."""
    m, part, at, *inside = spot.path
    if part or inside or spot.atom[1] in variables(spot.atom[4]):
        return ()
    return tuple(goal.value.terms[m][0].word[at + 1 : at + 2])
