"""The rules: the only way to a theorem.

A theorem ``facts; hypotheses |- left = right`` says: for every system of quantities as it is described, all sizes >= 1,
all integers with every fact >= 0, and all values of what is given: if every inverse in the theorem and in the equations
of the system exists, and the hypotheses hold, the two sides are equal. A theorem is used only where what it inverts is
inverted, too: so no inverse is lost on the way. An index that has the name of a width is that width, where it is >= 1;
so nothing is ever put in its place.

Where something is random, an equation, a hypothesis among them, is one for every outcome.

``d`` along a direction is the differential in which the quantities of the direction move freely. Along a total
direction all others follow by their equations; along an immediate one, of x by w, only x and intermediates do.

There are six rules: both sides have one normal form, after steps that are checked (``equal``); induction over an
index; what stands before an arbitrary differential is the Jacobian (``identify``); two cases (``cases``); equations
one after the other (``chain``); and an equation inside a product (``within``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache, reduce
from itertools import pairwise
from typing import TypeAlias

from symrnn.kernel.errors import need
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.monomials import digest, plus, scaled
from symrnn.kernel.normal import Normal
from symrnn.kernel.steps import Facts, Hypothesis, Step, Value, inverted, names_of_all
from symrnn.kernel.system import System, kinds_of
from symrnn.kernel.terms import (
    LARGEST,
    Term,
    binders_of,
    check_index,
    check_term,
    is_name,
    leaf,
    names_of,
    place_at,
    put,
    quantities,
    ranges,
)
from symrnn.kernel.work import spend

_KEY = object()
_accepted: set[bytes] = set()
"""Digests of all that was ever shown by ``equal``, and how: what is the same to the letter need not be done again."""


class Theorem:
    """What a rule has shown; see the head of this module.

    Raises:
        NotProvedError: when anything but a rule makes one.
    """

    __slots__ = ("facts", "hypotheses", "left", "right", "system")

    def __init__(
        self, key: object, system: System, facts: Facts, hypotheses: tuple[Hypothesis, ...], left: Term, right: Term
    ) -> None:
        need(key is _KEY, "theorems are made by rules only")
        self.system, self.facts, self.hypotheses, self.left, self.right = system, facts, hypotheses, left, right


def _checked(system: System, facts: Facts, hypotheses: tuple[Hypothesis, ...], left: Term, right: Term) -> None:
    """Refuse sides of different shapes, and binders that take the name of a free variable."""
    need(check_term(left, system) == check_term(right, system), "the two sides have different shapes")
    for form in (*facts, *(f for h in hypotheses for f in h.facts)):
        check_index(form)
    free = names_of(left) | names_of(right) | {v for fact in facts for v in fact.names()} | names_of_all(hypotheses)
    for hypothesis in hypotheses:
        need(check_term(hypothesis.left, system) == check_term(hypothesis.right, system), "a hypothesis of two shapes")
    bound = {name for t in (left, right, *(t for h in hypotheses for t in (h.left, h.right))) for name in binders_of(t)}
    every = {v for h in hypotheses for v in h.every}
    need(all(map(is_name, every)) and not every & (free | bound), "a variable of a hypothesis stands elsewhere, too")
    bound |= every
    need(not free & {*binders_of(left), *binders_of(right)}, "a bound variable has the name of a free one")
    need(not system.fixed & bound, "a bound variable has the name of an index of the whole system")
    need(not bound & set(system.quantities), "a bound variable has the name of a quantity")
    variables = {v for t in inverted(left, right, hypotheses) for v in names_of(t)}
    need(not variables & bound, "an inverse of what has a bound index")


# -- both sides have one normal form -----------------------------------------------------------------------------------


def equal(
    system: System,
    facts: Facts,
    hypotheses: tuple[Hypothesis, ...],
    left: Term,
    right: Term,
    before: Sequence[Step],
    after: Sequence[Step],
    known: Callable[[int], Theorem],
) -> Theorem:
    """The difference of both sides is zero, after steps that keep the value of what they change.

    Args:
        system: the quantities.
        facts: what is known.
        hypotheses: what is assumed.
        left: one side.
        right: the other side.
        before: steps on the left side, each a path, a name, and what it needs; see :class:`symrnn.kernel.steps.Value`.
        after: steps on the difference.
        known: the theorem of a number.

    Raises:
        NotProvedError: when a step does not hold, or something remains.
    """
    _checked(system, facts, hypotheses, left, right)
    used = [known(step[2]) for step in (*before, *after) if step[1] == "theorem"]
    told = [(each.system is system, each.facts, each.hypotheses, each.left, each.right) for each in used]
    key = digest(system.text, sorted(system.fixed), facts, hypotheses, left, right, before, after, told)
    if key not in _accepted:  # by the same steps in an equal system, in whatever certificate
        invertible = inverted(left, right, hypotheses)
        steps = Value(system, facts, hypotheses, known, lambda term: term in invertible)
        value = reduce(steps.after, before, steps.normal.value(left))
        value = reduce(steps.after, after, plus(value, scaled(-1, steps.normal.value(right))))
        need(not value.terms, f"the two sides differ by {len(value.terms)} terms")
        _accepted.add(key)
    return Theorem(_KEY, system, facts, hypotheses, left, right)


# -- the other rules ---------------------------------------------------------------------------------------------------


def induction(
    v: str,
    start: Linear,
    facts: Facts,
    claims: Sequence[Hypothesis],
    bases: Sequence[Theorem],
    steps: Sequence[Theorem],
) -> list[Theorem]:
    """From every claim at the start, and from all of them at v every one at v + 1: every claim for v >= start.

    Raises:
        NotProvedError: when a base or a step is of something else.
    """
    need(len(claims) <= LARGEST, "too many claims")
    need(claims and len(claims) == len(bases) == len(steps), "a base or a step is missing")
    system, outer = bases[0].system, bases[0].hypotheses
    at_start, at_next = {v: start}, {v: variable(v) + 1}
    fixed = names_of_all(outer) | {n for fact in facts for n in fact.names()} | start.names() | system.fixed
    need(type(v) is str and v.isidentifier() and v not in fixed, f"{v} stands elsewhere, too")
    found, invertible = [], {x for claim in claims for x in inverted(claim.left, claim.right, ())}
    for claim, base, step in zip(claims, bases, steps, strict=True):
        need(invertible <= inverted(claim.left, claim.right, outer), "claims with different inverses")
        need(all(v not in names_of(each) for each in invertible), "an inverse that changes on the way")
        need(base.system is system and step.system is system, "theorems about different systems")
        need((base.left, base.right) == (put(claim.left, at_start), put(claim.right, at_start)), "another base")
        need((step.left, step.right) == (put(claim.left, at_next), put(claim.right, at_next)), "another step")
        need(base.facts == (*facts, *(f.at(at_start) for f in claim.facts)), "the base is under other facts")
        wanted = (*facts, variable(v) - start, *(f.at(at_next) for f in claim.facts))
        need(step.facts == wanted, "the step is under other facts")
        need(base.hypotheses == outer, "a base has other hypotheses")
        need(set(step.hypotheses) <= {*outer, *claims}, "a step has other hypotheses")
        _checked(system, (), outer, claim.left, claim.right)
        found.append(Theorem(_KEY, system, (*facts, variable(v) - start, *claim.facts), outer, claim.left, claim.right))
    return found


def identify(known: Theorem, factor: Term, form: str) -> Theorem:
    """From dx = R along dw alone with vec(R) = J vec(dw), for J without differentials: J is the Jacobian of x by w.

    For a number x with R = vec(G)ᵀ vec(dw), G is the gradient.

    Args:
        known: dx = R.
        factor: J, or G.
        form: ``"jac"`` or ``"grad"``.

    Raises:
        NotProvedError: for a theorem of another form, or another factor.
    """
    need(known.left[0] == "d" and form in ("jac", "grad"), "not a differential")
    _, direction, of = known.left
    way, moving = direction
    need(len(moving) == (1 if way == "total" else 2), "more than one quantity moves")
    need(way == "total" or moving[0] == of, "an immediate derivative of something else")
    by = moving[-1]
    normal, moved = Normal(known.system), ("vec", ("d", direction, by))
    if form == "jac":
        found: Term = ("jac", way, of, by)
        left, right = ("vec", known.right), ("mul", factor, moved)
    else:
        need(way == "total", "gradients are total")
        found = ("grad", of, by)
        left, right = known.right, ("mul", ("T", ("vec", factor)), moved)
    _checked(known.system, known.facts, known.hypotheses, found, factor)
    need(normal.value(left) == normal.value(right), "the differential is not the factor times what moves")
    invertible = inverted(known.left, known.right, known.hypotheses)
    need(invertible <= inverted(found, factor, known.hypotheses), "an inverse is lost")
    held = [factor, *(t for h in known.hypotheses for t in (h.left, h.right))]
    need(not any("d" in kinds_of(t) for t in held), "what remains depends on the differential")
    return Theorem(_KEY, known.system, known.facts, known.hypotheses, found, factor)


def cases(form: Linear, one: Theorem, other: Theorem) -> Theorem:
    """What holds where a form is >= 0 and where it is < 0 holds.

    Raises:
        NotProvedError: when the two say different things, or under other facts.
    """
    need(one.system is other.system and one.hypotheses == other.hypotheses, "theorems about different systems")
    need((one.left, one.right) == (other.left, other.right), "the cases say different things")
    need(one.facts and one.facts[-1] == form and other.facts[-1] == (-1) * form - 1, "not the two cases")
    need(one.facts[:-1] == other.facts[:-1], "the cases are under different facts")
    return Theorem(_KEY, one.system, one.facts[:-1], one.hypotheses, one.left, one.right)


def chain(links: Sequence[Theorem]) -> Theorem:
    """From a = b, b = c, … : a = the last.

    Raises:
        NotProvedError: naming the first step that does not begin where the one before it ends.
    """
    need(links, "a chain without steps")
    first, last = links[0], links[-1]
    for at, (one, other) in enumerate(pairwise(links), 2):
        need(one.system is other.system, "theorems about different systems")
        need((one.facts, one.hypotheses) == (other.facts, other.hypotheses), f"step {at} is under other facts")
        need(one.right == other.left, f"step {at} does not begin where step {at - 1} ends")
    ends = inverted(first.left, last.right, first.hypotheses)
    need(all(inverted(link.left, link.right, link.hypotheses) <= ends for link in links), "an inverse is lost")
    return Theorem(_KEY, first.system, first.facts, first.hypotheses, first.left, last.right)


def within(left: Term, right: Term, known: Theorem) -> Theorem:
    """From a = b : u a v = u b v, products that differ in this factor alone.

    Raises:
        NotProvedError: for anything but such products.
    """
    need(left[0] == right[0] == "mul" and len(left) == len(right), "not two products of as many factors")
    changed = [(one, other) for one, other in zip(left[1:], right[1:], strict=True) if one != other]
    need(changed == [(known.left, known.right)], "the products differ in something else")
    _checked(known.system, known.facts, known.hypotheses, left, right)
    return Theorem(_KEY, known.system, known.facts, known.hypotheses, left, right)


# -- what a theorem says -----------------------------------------------------------------------------------------------

Condition: TypeAlias = tuple[Facts, Linear]
"""What holds somewhere, and what has to be >= 0 there."""


def conditions(known: Theorem) -> tuple[list[Condition], list[Condition]]:
    """When a theorem reads as it stands: lengths that have to be >= 0, and how far indices have to be from the first.

    They are of the ranges and quantities in its sides, its hypotheses, and every equation that these reach: that of a
    quantity which comes back to itself for each index from its start on, any other where it is reached, and what either
    begins with. Variables that are not indices of the whole system have names in an equation that it does not have.
    """
    parts = [(side, known.facts) for side in (known.left, known.right)]
    parts += [(side, (*known.facts, *h.facts)) for h in known.hypotheses for side in (h.left, h.right)]
    return existence(known.system, parts, known.facts)


def existence(
    system: System, parts: Iterable[tuple[Term, Facts]], facts_of_all: Facts
) -> tuple[list[Condition], list[Condition]]:
    """The same for terms, each with the facts that hold where it stands, ``facts_of_all`` among them."""
    parts, seen = list(parts), set()
    lengths, firsts = list[Condition](), list[Condition]()
    comes_back = cache(lambda name: name in system.reached(leaf(each) for each in system.uses(name)))
    for t, facts in parts:
        lengths += ranges(t, facts)
        for inside, place in quantities(t, facts):
            spend(1 + len(inside))
            quantity = system.of(place[0])
            if place[1] is not None:
                firsts.append((inside, place[1] - quantity.first))
            if quantity.start is None:
                continue
            if comes_back(place[0]):
                place, inside = (place[0], variable("#")), facts_of_all
            names = {v for form in (*inside, place[1] or number(0)) for v in form.names()} - system.fixed - {"#"}
            away = {v: variable(f"#{v}") for v in names}
            place, inside = place_at(place, away), tuple(fact.at(away) for fact in inside)
            if (place, inside) not in seen:
                seen.add((place, inside))
                inside = (*inside, *system.from_its_start(place))
                arguments = [leaf(system.argument(place, at)) for at, _ in enumerate(quantity.arguments, 1)]
                parts += [(body, inside) for body in arguments or [system.body(place)]]
                parts += [(initial, facts_of_all) for initial in [quantity.initial] if initial is not None]
    return lengths, firsts
