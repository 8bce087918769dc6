"""The kernel: the one place that makes theorems, and therefore the only thing that can say PROVED.

What it rests on: the normal form (:mod:`symrnn.expr.normal`), its own perturbation calculus, linear arithmetic on
indices, and the linear difference equation, which it proves itself by induction. It reads what producers write and
believes none of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp
from sympy.core.relational import Relational

from symrnn.check.arithmetic import entails
from symrnn.check.maxima import square_certificate
from symrnn.check.rewrite import Facts
from symrnn.check.unfold import Unfolder
from symrnn.derivation.statement import Equation, Maximum
from symrnn.derivation.steps import Derivation, Step
from symrnn.errors import ProofError
from symrnn.expr import Apply, Binder, Element, MatrixSum, OrderedProduct
from symrnn.expr.normal import equal
from symrnn.recurrence import Recurrence

_SEAL = object()

ALGEBRA = "normal form"
"""The rule of a step that only rearranges."""


@dataclass(frozen=True)
class Theorem:
    """An equation that the kernel has checked; nobody else can make one.

    Args:
        equation: what holds.
        hypotheses: under which conditions, in words.
        means: the rules that were used.
    """

    equation: object
    hypotheses: tuple[str, ...]
    means: tuple[str, ...]
    seal: object = None

    def __post_init__(self) -> None:
        if self.seal is not _SEAL:
            raise ProofError("theorems are made by the checker only")


def require_theorem(candidate: object) -> None:
    """Refuse anything but a theorem of this kernel.

    Raises:
        ProofError: for anything else.
    """
    if not isinstance(candidate, Theorem):
        raise ProofError("only the checker can say PROVED")


def prove_equation(equation: Equation, recurrence: Recurrence) -> Theorem:
    """Prove an equation by writing both sides out and comparing normal forms.

    Raises:
        ProofError: when the two sides do not meet; which says nothing about the equation being false.
    """
    facts, extra = admissible(equation, recurrence)
    unfolder = Unfolder(recurrence, equation.varying)
    left, right = (unfolder.explicit(side, facts) for side in (equation.lhs, equation.rhs))
    if not equal(left, right):
        left, right = (unfolder.solved_states(side, facts) for side in (left, right))
        if not equal(left, right):
            raise ProofError("the two sides, written out, have different normal forms")
    means = (*sorted(unfolder.used), ALGEBRA)
    return Theorem(equation, hypotheses_of(equation, recurrence, extra), means, _SEAL)


def prove_derivation(derivation: Derivation) -> Theorem:
    """Replay a derivation step by step.

    Raises:
        ProofError: naming the first step that does not hold, with its rule.
    """
    equation = derivation.equation
    facts, extra = admissible(equation, derivation.recurrence)
    unfolder = Unfolder(derivation.recurrence, derivation.varying)
    for number, step in enumerate(derivation.steps, 1):
        if number > 1 and step.before != derivation.steps[number - 2].after:
            raise ProofError(f"step {number} does not begin where step {number - 1} ends")
        if not follows(step, unfolder, facts):
            raise ProofError(f"step {number} ({step.rule}) does not follow", where=str(step.after)[:200])
    rules = tuple(dict.fromkeys(step.rule for step in derivation.steps))
    means = tuple(dict.fromkeys((*rules, *sorted(unfolder.used))))
    return Theorem(equation, hypotheses_of(equation, derivation.recurrence, extra), means, _SEAL)


def follows(step: Step, unfolder: Unfolder, facts: Facts) -> bool:
    """Tell whether one side of a step turns into the other by the step's rule, read in either direction."""
    before, after = (unfolder.named(side, facts) for side in (step.before, step.after))
    if step.rule == ALGEBRA:
        return equal(before, after)
    forward = unfolder.named(unfolder.apply(step.rule, step.before, facts), facts)
    if equal(forward, after):
        return True
    backward = unfolder.named(unfolder.apply(step.rule, step.after, facts), facts)
    return equal(before, backward) or equal(forward, backward)


def admissible(equation: Equation, recurrence: Recurrence) -> tuple[Facts, tuple[str, ...]]:
    """The facts under which an equation is read, and the hypotheses that it needs beyond its conditions.

    Raises:
        ProofError: when a quantity in it may not exist, such as h[t - k - 1] at k = t.
    """
    facts: Facts = tuple(equation.where)
    extra: list[str] = []
    for side in (equation.lhs, equation.rhs):
        for condition in open_ranges(side, facts):
            extra.append(f"{condition.lhs} >= {condition.rhs}")
            facts = (*facts, condition)
    for side in (equation.lhs, equation.rhs):
        for element, inside in elements(side, facts):
            first = first_index(recurrence, element)
            if first is not None and not entails(inside, sp.Ge(element.index, first)):
                raise ProofError(f"{element} may not exist: {element.name} starts at {first}")
    return facts, tuple(dict.fromkeys(extra))


def first_index(recurrence: Recurrence, element: Element) -> int | None:
    """The first index at which an element exists; None when nothing is known of its sequence."""
    sequences = [d.sequence for d in recurrence.definitions] + [*recurrence.inputs]
    sequences += [p for p in recurrence.parameters if not isinstance(p, sp.MatrixSymbol)]
    return next((s.first for s in sequences if s.name == element.name), None)


def open_ranges(term: sp.Basic, facts: Facts) -> Iterator[Relational]:
    """Conditions of length >= 0 that do not follow from the facts.

    Raises:
        ProofError: when such a condition speaks of the index of an outer sum or product.
    """
    if isinstance(term, Binder):
        condition = sp.Ge(term.length, 0)
        if not entails(facts, condition):
            yield condition
        fresh = sp.Dummy(term.variable.name, integer=True)
        inside = (*facts, sp.Ge(fresh, term.lower), sp.Le(fresh, term.upper))
        for inner in open_ranges(term.body_at(fresh), inside):
            if fresh in inner.free_symbols:
                raise ProofError(f"a range inside {term} may have a negative length: {inner}")
            yield inner
        return
    for part in term.args:
        yield from open_ranges(part, facts)


def elements(term: sp.Basic, facts: Facts) -> Iterator[tuple[Element, Facts]]:
    """Every element of a sequence in a term, with the facts that hold where it stands."""
    if isinstance(term, Element):
        yield term, facts
    elif isinstance(term, Binder):
        fresh = sp.Dummy(term.variable.name, integer=True)
        inside = (*facts, sp.Ge(fresh, term.lower), sp.Le(fresh, term.upper))
        yield from elements(term.body_at(fresh), inside)
    else:
        for part in term.args:
            yield from elements(part, facts)


def hypotheses_of(equation: Equation, recurrence: Recurrence, extra: tuple[str, ...]) -> tuple[str, ...]:
    """Everything that a proof of an equation rests on, in words."""
    found = ["numerator layout, vec by columns"]
    functions = sorted({a.function for d in recurrence.definitions for a in d.body.atoms(Apply)})
    for name in functions:
        known = recurrence.activation(name)
        if known.is_generic:
            found.append(f"{name} differentiable, otherwise arbitrary")
        elif known.kinks:
            kinks = ", ".join(map(str, known.kinks))
            found.append(f"{name}' taken as {known.at_kink} at its kink {kinks}")
        else:
            found.append(f"{name} as activation")
    initial = [f"{d.sequence.name}_{d.first - 1}" for d in recurrence.states()]
    free = {str(v) for v in equation.varying}
    constant = [name for name in initial if name.replace("_", "[") + "]" not in free]
    if constant:
        found.append(f"{', '.join(constant)} and the inputs constant")
    conditions = [str(condition) for condition in equation.where]
    if conditions or extra:
        found.append(", ".join((*conditions, *extra)))
    if any(side.atoms(MatrixSum, OrderedProduct) for side in (equation.lhs, equation.rhs)):
        found.append("an empty sum is 0, an empty product I")
    if equation.sizes:
        found.append(f"sizes {', '.join(map(str, equation.sizes))} arbitrary")
    return tuple(found)


def prove_maximum(statement: Maximum) -> Theorem:
    """A theorem about the maximum of a slope, after its certificate has been checked here."""
    square_certificate(statement)
    return Theorem(statement, (), ("square certificate",), _SEAL)
