"""The kernel: the one place that makes theorems, and therefore the only thing that can say PROVED.

What it rests on: the normal form (:mod:`symrnn.expr.normal`), its own perturbation calculus, linear arithmetic on
indices, and the linear difference equation and the binomial theorem, which it proves itself by induction. It reads
what producers write and believes none of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import InitVar, dataclass, replace
from weakref import WeakSet

import sympy as sp
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.bounds import BoundVerdict, Outcome, claim_bound, takes
from symrnn.check import clipped
from symrnn.check.arithmetic import at_least, entails
from symrnn.check.backward import BACKWARD
from symrnn.check.existence import MATRICES, admitted, require_existing, shown, worded
from symrnn.check.inequalities import Evidence, show
from symrnn.check.jacobians import INDUCTION
from symrnn.check.limits import show_limit
from symrnn.check.naming import meet
from symrnn.check.powers import powers_written
from symrnn.check.rewrite import Facts
from symrnn.check.unfold import Unfolder
from symrnn.derivation.inequality import Inequality, Limit, Statement
from symrnn.derivation.statement import Definitions, Equation, Maximum, SlopeBound
from symrnn.derivation.steps import Derivation, Step
from symrnn.errors import ProofError
from symrnn.expr import (
    Apply,
    Derivative,
    Element,
    Gradient,
    MatrixSum,
    Measure,
    Moment,
    OrderedProduct,
    Variable,
    Variance,
)
from symrnn.expr.normal import equal
from symrnn.recurrence import Recurrence

ALGEBRA = "normal form"
"""The rule of a step that only rearranges."""

RECURSION = "backward recursion"
"""The rule of a step along the edges of a recurrence: both sides are written out and compared."""

GRADIENT = "gradient"
"""The rule of a step from a gradient to the errors at the places where a parameter enters."""

_SEAL = object()


@dataclass(frozen=True, eq=False)
class Theorem:
    """A statement that the kernel has checked; nobody else can make one.

    Args:
        statement: what holds.
        recurrence: what its names mean; None for a statement about an activation.
        hypotheses: under which conditions, in words.
        means: the rules that were used.
        seal: the kernel's own.

    Raises:
        ProofError: when anybody else makes one, a copy included.
    """

    statement: Statement
    recurrence: Recurrence | None
    hypotheses: tuple[str, ...]
    means: tuple[str, ...]
    seal: InitVar[object] = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise ProofError("theorems are made by the checker only")
        _MADE.add(self)


_MADE: WeakSet[Theorem] = WeakSet()


def require_theorem(candidate: object) -> None:
    """Refuse anything but a theorem that this kernel has made.

    Raises:
        ProofError: for anything else.
    """
    if type(candidate) is not Theorem or candidate not in _MADE:
        raise ProofError("only the checker can say PROVED")


# -- equations -----------------------------------------------------------------------------------------------------


def prove_equation(equation: Equation, recurrence: Recurrence) -> Theorem:
    """Prove an equation by writing both sides out and comparing normal forms.

    Raises:
        ProofError: when the two sides do not meet; which says nothing about the equation being false.
        SymrnnError: when it does not speak of this recurrence, or cannot be differentiated.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
    >>> prove_equation(step, rnn).means
    ('induction (linear difference equation)', 'normal form')
    """
    admission = admitted((equation.lhs, equation.rhs), recurrence, equation.where)
    used = shown(admission, lambda facts: _meeting(equation, recurrence, facts))
    hypotheses = hypotheses_of(equation, recurrence, admission.extra)
    return Theorem(equation, recurrence, hypotheses, (*sorted(used), ALGEBRA), _SEAL)


def _meeting(equation: Equation, recurrence: Recurrence, facts: Facts) -> set[str]:
    """Names of the theorems and rules by which the two sides of an equation meet.

    Raises:
        ProofError: when they do not.
    """
    unfolder = Unfolder(recurrence, equation.varying)
    resting: set[str] = set()
    if not any(meet(way) for way in _ways_to_write((equation.lhs, equation.rhs), unfolder, facts, resting)):
        raise ProofError("the two sides, written out, have different normal forms")
    return {*unfolder.used, *resting}


def _ways_to_write(
    sides: tuple[MatrixExpr, MatrixExpr], unfolder: Unfolder, facts: Facts, resting: set[str]
) -> Iterator[tuple[MatrixExpr, MatrixExpr]]:
    """Both sides, written out in several ways; each pair is equal when, and only when, the equation holds.

    The names of theorems and of rules for powers that the latest pair rests on are put into a set.
    """
    if any(side.has(Variance) for side in sides):
        yield from unfolder.moments.with_named_means(sides, facts)
        return
    for way in unfolder.by_errors(sides, facts):
        resting |= {INDUCTION, BACKWARD}
        yield way
    resting.clear()
    left, right = (unfolder.explicit(side, facts) for side in sides)
    yield left, right
    solved = [unfolder.solved_states(side, facts) for side in (left, right)]
    if solved != [None, None]:
        yield solved[0] or left, solved[1] or right
    for name, other in ((left, right), (right, left)):
        meaning = unfolder.by_definition(name, facts)
        if meaning is not None:
            yield unfolder.named(meaning, facts), other
    for way, used in powers_written((left, right), facts):
        resting.clear()
        resting |= used
        yield way


def prove_derivation(derivation: Derivation) -> Theorem:
    """Replay a derivation step by step.

    Raises:
        ProofError: naming the first step that does not hold, with its rule.
        SymrnnError: when it does not speak of its recurrence, or cannot be differentiated.
    """
    equation, recurrence = derivation.equation, derivation.recurrence
    terms = (derivation.start, *(step.after for step in derivation.steps))
    admission = admitted(terms, recurrence, equation.where)
    used = shown(admission, lambda facts: _replayed_steps(derivation, facts))
    rules = tuple(step.rule for step in derivation.steps)
    hypotheses = hypotheses_of(equation, recurrence, admission.extra)
    return Theorem(equation, recurrence, hypotheses, tuple(dict.fromkeys((*rules, *sorted(used)))), _SEAL)


def _replayed_steps(derivation: Derivation, facts: Facts) -> set[str]:
    """Names of the theorems that the steps of a derivation rest on beyond their rules.

    Raises:
        ProofError: naming the first step that does not hold.
    """
    unfolder = Unfolder(derivation.recurrence, derivation.varying)
    resting: set[str] = set()
    for number, step in enumerate(derivation.steps, 1):
        if number > 1 and step.before != derivation.steps[number - 2].after:
            raise ProofError(f"step {number} does not begin where step {number - 1} ends")
        # all terms before this one are equal by the steps that were checked, so it may follow from the first one, too
        ways = (step, replace(step, before=derivation.start)) if number > 1 else (step,)
        if not any(follows(way, unfolder, facts, resting) for way in ways):
            raise ProofError(f"step {number} ({step.rule}) does not follow", where=str(step.after)[:200])
    return {*unfolder.used, *resting}


def follows(step: Step, unfolder: Unfolder, facts: Facts, resting: set[str]) -> bool:
    """Tell whether one side of a step turns into the other by the step's rule, read in either direction.

    The names of theorems that it rests on beyond its rule are put into a set.
    """
    if step.rule == RECURSION or (step.rule == GRADIENT and isinstance(step.before, Gradient)):
        means: set[str] = set()
        for way in _ways_to_write((step.before, step.after), unfolder, facts, means):
            if meet(way):
                resting |= means
                return True
    if step.rule == RECURSION:
        return False
    sides = list(between(step.before, step.after))
    if step.rule != ALGEBRA:
        sides += [unfolder.apply(step.rule, side, facts) for side in sides]
    return any(_meet_in_any_direction(written) for written in _ways_to_name(sides, unfolder, facts))


def between(before: MatrixExpr, after: MatrixExpr) -> tuple[MatrixExpr, MatrixExpr]:
    """P X Q and P Y Q without the factors that they begin and end with: they are equal if X and Y are.

    >>> A, B, C, D = (sp.MatrixSymbol(name, 2, 2) for name in "ABCD")
    >>> between(A * B * D, A * C * D)
    (B, C)
    """
    if not (isinstance(before, sp.MatMul) and isinstance(after, sp.MatMul)):
        return before, after
    left, right = list(before.args), list(after.args)
    for place in (0, -1):
        while min(len(left), len(right)) > 1 and left[place] == right[place]:
            del left[place], right[place]
    inner = sp.MatMul(*left), sp.MatMul(*right)
    are_matrices = all(isinstance(part, MatrixExpr) for part in inner)
    return inner if are_matrices and inner[0].shape == inner[1].shape else (before, after)


def _ways_to_name(sides: list[MatrixExpr], unfolder: Unfolder, facts: Facts) -> Iterator[list[MatrixExpr]]:
    """Sides with outputs called by their names, and with these written out where that makes a difference."""
    brief = [unfolder.named(side, facts, outputs=False) for side in sides]
    yield brief
    whole = [unfolder.named(side, facts) for side in sides]
    if whole != brief:
        yield whole


def _meet_in_any_direction(sides: list[MatrixExpr]) -> bool:
    before, after, *turned = sides
    if not turned:
        return meet((before, after))
    forward, backward = turned
    return meet((forward, after), (before, backward), (forward, backward))


# -- hypotheses ----------------------------------------------------------------------------------------------------


def hypotheses_of(equation: Equation, recurrence: Recurrence, extra: tuple[str, ...]) -> tuple[str, ...]:
    """Everything that a proof of an equation rests on, in words."""
    sides = (equation.lhs, equation.rhs)
    found = ["numerator layout, vec by columns", *_about_activations(equation, recurrence)]
    constant = _constant_initial_values(equation, recurrence)
    if constant:
        found.append(f"{', '.join(constant)} and the inputs constant")
    conditions = [worded(condition) for condition in equation.where]
    if conditions or extra:
        found.append(", ".join((*conditions, *extra)))
    if any(side.has(Moment) for side in sides):
        found += [_about_switch(*names) for names in recurrence.switches.items()]
    if any(side.atoms(MatrixSum, OrderedProduct) for side in sides):
        found.append("an empty sum is 0, an empty product I")
    if equation.sizes:
        found.append(f"sizes {', '.join(map(str, equation.sizes))} arbitrary")
    return tuple(found)


def _about_switch(name: str, probability: str) -> str:
    """What is assumed of a random input."""
    value, chance = f"{name}_i", f"{probability}_i"
    law = f"1/{chance} with probability {chance} and 0 otherwise, 0 < {chance} <= 1"
    return f"{value} independent, {law}, so that E[{value}] = 1"


def _about_activations(equation: Equation, recurrence: Recurrence) -> list[str]:
    """What is assumed of each activation: one derivative more than the equation writes down."""
    applied = [a for side in (equation.lhs, equation.rhs) for a in side.atoms(Apply)]
    return _activations_of(recurrence, {a.function: max(1, a.order) for a in sorted(applied, key=lambda a: a.order)})


def _activations_of(recurrence: Recurrence, orders: Mapping[str, int]) -> list[str]:
    """What is assumed of each activation of a recurrence, and of those that are named with an order."""
    applied = [a for d in recurrence.definitions for a in d.body.atoms(Apply)]
    found = []
    for name in sorted({*orders, *(a.function for a in applied)}):
        known = recurrence.activation(name)
        order = max([1, orders.get(name, 1), *(a.order for a in applied if a.function == name)])
        often = "" if order == 1 else f" {order} times"
        if known.is_generic:
            found.append(f"{name}{often} differentiable, otherwise arbitrary")
        elif known.kinks:
            kinks = ", ".join(map(str, known.kinks))
            found.append(f"{known.title}' taken as {known.at_kink} at its kink {kinks}")
        else:
            found.append(f"{known.title} as activation")
        found += map(str, known.hypotheses)
    return found


def _constant_initial_values(equation: Equation, recurrence: Recurrence) -> list[str]:
    """Names of initial values that do not move, those left out that the equation lets move."""
    moving = {*equation.varying}
    moving |= {d.wrt for side in (equation.lhs, equation.rhs) for d in side.atoms(Derivative)}
    free = {(q.name, q.index) for q in moving if isinstance(q, Element)}
    initial = ((d.sequence.name, d.first - 1) for d in recurrence.states())
    return [f"{name}_{at}" for name, at in initial if (name, sp.Integer(at)) not in free]


# -- other statements ------------------------------------------------------------------------------------------------


def prove_definitions(statement: Definitions, recurrence: Recurrence) -> Theorem:
    """Check that equations are the recurrence's own, or give new names a meaning.

    Raises:
        ProofError: naming the first that is neither.
    """
    new: set[str] = set()
    for part in statement.parts:
        if is_new_name(part, recurrence):
            if part.lhs.name in new:
                raise ProofError(f"{part.lhs.name} is given two meanings")
            new.add(part.lhs.name)
        else:
            _require_own(part, recurrence)
    return Theorem(statement, recurrence, (), ("definition",), _SEAL)


def _require_own(equation: Equation, recurrence: Recurrence) -> None:
    quantity = equation.lhs
    recurrence.require_own_names((quantity, equation.rhs))
    body = recurrence.body(quantity) if isinstance(quantity, Variable) else None
    if body is None:
        raise ProofError(f"{quantity} is not what the {recurrence.name} defines")
    if not (equal(body, equation.rhs) or equal(recurrence.inlined(quantity), equation.rhs)):
        raise ProofError(f"the {recurrence.name} defines {quantity} otherwise")
    definition = recurrence.definition(quantity.name)
    if definition is None or not equation.where:
        return
    if not entails(equation.where, at_least(quantity.index, definition.first)):
        raise ProofError(f"the equation of {quantity} holds from index {definition.first} on only")


def is_new_name(equation: Equation, recurrence: Recurrence) -> bool:
    """A name that the recurrence does not know and the right side does not use: it may be given any meaning."""
    new = equation.lhs
    if not isinstance(new, Variable):
        return False
    known = {d.sequence.name for d in recurrence.definitions}
    known |= {p.name for p in (*recurrence.parameters, *recurrence.inputs, *recurrence.totals)}
    used = {part.name for part in equation.rhs.atoms(Element, MatrixSymbol)}
    return new.name not in known | used


# -- norms -----------------------------------------------------------------------------------------------------------


def prove_norms(statement: Inequality | Limit, recurrence: Recurrence) -> tuple[Theorem, Evidence]:
    """A theorem about norms, by estimates that follow from the structure of the terms.

    Raises:
        ProofError: when the estimates do not suffice.
        SymrnnError: when it does not speak of this recurrence, or cannot be differentiated.
    """
    evidence = show(statement, recurrence) if isinstance(statement, Inequality) else show_limit(statement, recurrence)
    lemmas = (f"by name: {lemma}" for lemma in evidence.lemmas)
    hypotheses = (*_about_norms(statement, recurrence), *evidence.hypotheses, *lemmas)
    return Theorem(statement, recurrence, hypotheses, evidence.means, _SEAL), evidence


def _about_norms(statement: Inequality | Limit, recurrence: Recurrence) -> Iterator[str]:
    """Everything that a proof about norms rests on, in words."""
    measures = {measure for term in statement.terms for measure in term.atoms(Measure)}
    if any(measure.has(Derivative) for measure in measures):
        yield "numerator layout, vec by columns"
        yield from _activations_of(recurrence, {})
        initial = [f"{d.sequence.name}_{d.first - 1}" for d in recurrence.states()]
        yield f"{', '.join(initial)} and the inputs constant"
    conditions = [worded(condition) for condition in statement.where]
    if conditions:
        yield ", ".join(conditions)
    yield from (in_words(hypothesis) for hypothesis in statement.given)
    if statement.sizes:
        yield f"sizes {', '.join(map(str, statement.sizes))} arbitrary"


def in_words(hypothesis: object) -> str:
    """A hypothesis as people write it.

    >>> in_words(sp.Abs(sp.Symbol("w", real=True)) ** 2 * sp.Symbol("c") < 1)
    'c w^2 < 1'
    """
    text = re.sub(r"Abs\((\w+)\)", r"|\1|", str(hypothesis))
    for sign, written in (("**", "^"), ("*", " "), (".T", "ᵀ")):
        text = text.replace(sign, written)
    return text


def prove_clipped(statement: clipped.Clipped, recurrence: Recurrence | None) -> tuple[Theorem, clipped.Evidence]:
    """A theorem about clipped gradients or sums of matrices, after its certificates have been checked here.

    Raises:
        ProofError: when no certificate is found.
        SymrnnError: when a name stands at another shape than in the recurrence.
    """
    admission = admitted(statement.terms, recurrence or MATRICES, statement.where)
    require_existing(admission)
    evidence = clipped.prove(statement)
    evidence.check()
    lemmas = (f"by name: {lemma}" for lemma in evidence.lemmas)
    hypotheses = dict.fromkeys((*evidence.hypotheses, *admission.extra, *lemmas))
    return Theorem(statement, recurrence, tuple(hypotheses), evidence.means, _SEAL), evidence


def prove_maximum(statement: Maximum) -> Theorem:
    """A theorem about the maximum of a slope: no slope is larger, and the one at the point is as large.

    Raises:
        ProofError: when the bound is not proved, or not taken at the point.
        UnknownTermError: for a generic activation.
    """
    phi = statement.function
    verdict = _replayed(claim_bound(phi, "<=", statement.bound))
    if not takes(phi, statement.at, statement.bound):
        raise ProofError(f"{phi.name}'({statement.at}) is not known to be {statement.bound}")
    return Theorem(statement, None, verdict.given, (verdict.bounds.upper.proof.method,), _SEAL)


def prove_slope_bound(statement: SlopeBound) -> Theorem:
    """A theorem about a bound of a slope.

    Raises:
        ProofError: when the bound is not proved.
        UnknownTermError: for a generic activation.
    """
    verdict = _replayed(claim_bound(statement.function, statement.relation, statement.bound))
    methods = (bound.proof.method for bound in (verdict.bounds.upper, verdict.bounds.lower))
    return Theorem(statement, None, verdict.given, tuple(dict.fromkeys(methods)), _SEAL)


def _replayed(verdict: BoundVerdict) -> BoundVerdict:
    """The verdict on a bound, after its proof has been gone through from the formula of φ."""
    if verdict.outcome is not Outcome.PROVED:
        raise ProofError(f"{verdict.claim}: {verdict.outcome}")
    verdict.check()
    return verdict
