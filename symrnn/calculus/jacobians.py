"""Total Jacobians of a recurrence in closed form, step by step: states, and what is read off them.

The differential of a recurrence is a linear difference equation dh_t = A_t dh_{t-1} + B_t; its solution is a sum of
ordered products.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatMul, MatrixExpr, MatrixSymbol

from symrnn.calculus.closed_forms import product_back, simplified
from symrnn.calculus.coupled import Stacked, entered, moves_with, one_step
from symrnn.calculus.differential import added
from symrnn.calculus.identification import local_jacobian, local_movement, product
from symrnn.calculus.scope import apart, never_enters, require_one_step
from symrnn.calculus.totals import Part, by_weight, direct_part, parts_of
from symrnn.derivation.steps import Derivation, Step
from symrnn.errors import IndexRangeError, UnknownTermError
from symrnn.expr import (
    DESCENDING,
    Element,
    ImmediateJacobian,
    MatrixSum,
    OrderedProduct,
    TotalJacobian,
    Variable,
    dimension,
)
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import k, s, u

TOTAL = "total derivative"
LOCAL = "immediate Jacobian"
SOLVE = "linear difference equation"
CHAIN = "chain rule"
ALGEBRA = "normal form"


def jacobian(recurrence: Recurrence, of: Variable, wrt: Variable) -> Derivation:
    """The total Jacobian of a defined quantity, derived in closed form.

    Raises:
        UnknownTermError: for a quantity that is given, or an equation with a node that has no rule.
        IndexRangeError: for a state asked for before it begins.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> jacobian(rnn, rnn.y[t], rnn.h[0]).closed_form
    W_hy*W_hh**t
    """
    if recurrence.role(of) is None:
        raise UnknownTermError(f"{of} is given: there is nothing to derive", advice="differentiate a state or output")
    if recurrence.role(of) is not Role.STATE:
        return _through(recurrence, of, wrt)
    assert isinstance(of, Element)  # states are sequences
    if isinstance(wrt, Element) and never_enters(recurrence, of, wrt):
        return _unmoved(recurrence, of, wrt)
    require_one_step(recurrence, of, wrt)
    names = [definition.sequence.name for definition in entered(recurrence, of, wrt)]
    if of.name not in names:
        return _unmoved(recurrence, of, wrt)
    if len(names) > 1:
        return _among_states(recurrence, of, wrt)
    if (isinstance(wrt, MatrixSymbol) or wrt.name == of.name) and _looks_at_nothing_before(recurrence, of):
        return _without_memory(recurrence, of, wrt)
    if isinstance(wrt, Element) and wrt.name == of.name:
        return _between_states(recurrence, of, wrt)
    if isinstance(wrt, Element):
        return _from_one_step(recurrence, of, wrt)
    return _state_by_parameter(recurrence, of, wrt)


def _unmoved(recurrence: Recurrence, of: Element, wrt: Variable) -> Derivation:
    """A state that another quantity does not enter."""
    zero = sp.ZeroMatrix(*TotalJacobian(of, wrt).shape)
    names = ", ".join(definition.sequence.name for definition in recurrence.graph.system(of.name))
    step = Step(TotalJacobian(of, wrt), zero, SOLVE, f"{wrt.name} does not enter the equations of {names}")
    exist = [of.index >= definition_of(recurrence, of).first - 1]
    if isinstance(wrt, Element):
        exist.append(wrt.index >= (recurrence.first_index(wrt.name) or 0))
    return Derivation(recurrence, (step,), conditions(*exist))


def conditions(*relations: sp.Basic) -> tuple[Relational, ...]:
    """Conditions that say something; one that is false for numbers is refused.

    Raises:
        IndexRangeError: for an index outside the range in which the quantity exists.
    """
    for condition in relations:
        if condition == sp.false:
            raise IndexRangeError("the quantity does not exist at that index, or comes before what it is derived by")
    return tuple(readable(c) for c in relations if isinstance(c, Relational))


def readable(condition: Relational) -> Relational:
    """An inequality with no minus sign: ``k <= t`` for ``t - k >= 0``.

    >>> from symrnn.symbols import k, t
    >>> readable(t - k >= 0), readable(t >= 1)
    (k <= t, t >= 1)
    """
    difference = sp.expand(condition.gts - condition.lts)
    terms = sp.Add.make_args(difference)
    negative = [-term for term in terms if term.could_extract_minus_sign() and not term.is_number]
    number = difference.as_coeff_Add()[0]
    if not negative:
        return sp.Ge(difference - number, -number)
    left = sp.Add(*negative)
    return sp.Le(left, sp.expand(difference + left))


def definition_of(recurrence: Recurrence, of: Element) -> Definition:
    """The definition of an element that is known to have one."""
    found = recurrence.definition(of.name)
    assert found is not None  # the callers looked at its role
    return found


def _state_by_parameter(recurrence: Recurrence, of: Element, wrt: MatrixSymbol) -> Derivation:
    definition = definition_of(recurrence, of)
    at, first = of.index, definition.first
    previous = definition.sequence.at(at - 1)
    start = TotalJacobian(of, wrt)
    local, step = ImmediateJacobian(of, wrt), ImmediateJacobian(of, previous)
    B, A = local_jacobian(recurrence, of, wrt), local_jacobian(recurrence, of, previous)
    forward = MatMul(A, TotalJacobian(previous, wrt))
    summed = over_time(recurrence, of, lambda state: local_jacobian(recurrence, state, wrt))
    name = of.name
    derivation = Derivation(
        recurrence,
        (
            Step(
                start,
                added(start.shape, [MatMul(step, TotalJacobian(previous, wrt)), local]),
                TOTAL,
                "immediately, and through the state before",
                (f"{at} >= {first}",),
            ),
        ),
        conditions(at >= first),
    )
    derivation = derivation.then(added(start.shape, [forward, B]), LOCAL, "the Jacobians of one step")
    derivation = derivation.then(
        summed,
        SOLVE,
        f"solved from {name}_{first - 1}, which is constant",
        f"{name}_{first - 1} constant",
    )
    back = back_in_time(recurrence, of, lambda state: local_jacobian(recurrence, state, wrt))
    return derivation.then(back, ALGEBRA, f"counted back in time, s = {at} - k")


def _looks_at_nothing_before(recurrence: Recurrence, of: Element) -> bool:
    """Tell whether a state, the only one that moves, does not look at itself."""
    return all(part.variable.name != of.name for part in local_movement(recurrence, of))


def _without_memory(recurrence: Recurrence, of: Element, wrt: Variable) -> Derivation:
    """A state that does not look at the one before: a parameter moves it at once, an earlier element not at all."""
    start, first = TotalJacobian(of, wrt), definition_of(recurrence, of).first
    if isinstance(wrt, Element):
        state, length = definition_of(recurrence, of).sequence, sp.expand(of.index - wrt.index)
        zero = local_jacobian(recurrence, state.at(recurrence.index), state.at(recurrence.index - 1))
        closed = simplified(product_back(zero, recurrence.index, of.index, length, u))
        step = Step(start, closed, SOLVE, f"{of.name} does not depend on the one before")
        return Derivation(recurrence, (step,), conditions(length >= 0, wrt.index >= first - 1))
    local = local_jacobian(recurrence, of, wrt)
    if isinstance(local, sp.ZeroMatrix):
        step = Step(start, local, SOLVE, f"{wrt.name} does not enter the equation of {of.name}")
        return Derivation(recurrence, (step,), conditions(of.index >= first - 1))
    step = Step(start, ImmediateJacobian(of, wrt), TOTAL, "immediately only: it does not depend on the one before")
    return Derivation(recurrence, (step,), conditions(of.index >= first)).then(local, LOCAL, "the Jacobian of one step")


def _among_states(recurrence: Recurrence, of: Element, wrt: Variable) -> Derivation:
    """One of several coupled states: its block of the stacked linear difference equation."""
    system = Stacked(recurrence, of, wrt)
    start, names = TotalJacobian(of, wrt), ", ".join(system.names)
    if isinstance(wrt, Element):
        if recurrence.role(wrt) is not Role.STATE and _all_zero(system.at_once(wrt.index, wrt)):
            return _unmoved(recurrence, of, wrt)
        length = sp.expand(of.index - wrt.index)
        given = wrt.name in system.names and (wrt.index < system.first) == sp.true
        earliest = system.first - (wrt.name in system.names and (given or not system.moves_at_once(wrt)))
        where = conditions(length >= 0, wrt.index >= earliest)
        step = Step(start, system.since(wrt, length), SOLVE, f"{names} stacked, from the index {wrt.index} on")
        return Derivation(recurrence, (step,), where)
    where = conditions(of.index >= system.first)
    named, local = one_step(recurrence, of, wrt)
    steps = (Step(start, named, TOTAL, "immediately, and through the states", (f"{of.index} >= {system.first}",)),)
    derivation = Derivation(recurrence, steps, where).then(local, LOCAL, "the Jacobians of one step")
    if isinstance(system.factor(), sp.ZeroMatrix):
        now = system.at_once(of.index, wrt)[of.name]
        return derivation.then(now, SOLVE, f"{names} do not look at what was before")
    constant = ", ".join(f"{name}_{system.first - 1}" for name in system.names)
    derivation = derivation.then(
        system.over_time(wrt),
        SOLVE,
        f"{names} stacked, solved from {constant}, which are constant",
        f"{constant} constant",
    )
    return derivation.then(system.back_in_time(wrt), ALGEBRA, f"counted back in time, s = {of.index} - k")


def _all_zero(blocks: dict[str, MatrixExpr]) -> bool:
    return all(isinstance(block, sp.ZeroMatrix) for block in blocks.values())


def over_time(recurrence: Recurrence, of: Element, forcing: Callable[[Element], MatrixExpr]) -> MatrixExpr:
    """Σ_{s=first}^{t} (∏_{u=t}^{s+1} A_u) B_s."""
    definition = definition_of(recurrence, of)
    index, state = recurrence.index, definition.sequence
    A = simplified(local_jacobian(recurrence, state.at(index), state.at(index - 1)))
    transition = OrderedProduct(A.xreplace({index: u}), (u, s + 1, of.index), DESCENDING)
    body = product((simplified(transition), *_factors(simplified(forcing(state.at(s))))), of.rows)
    return MatrixSum(body, s, sp.Integer(definition.first), of.index)


def back_in_time(recurrence: Recurrence, of: Element, forcing: Callable[[Element], MatrixExpr]) -> MatrixExpr:
    """Σ_{k=0}^{t-first} (∏_{u=0}^{k-1} A_{t-u}) B_{t-k}."""
    definition = definition_of(recurrence, of)
    index, state, at = recurrence.index, definition.sequence, of.index
    A = simplified(local_jacobian(recurrence, state.at(index), state.at(index - 1)))
    transition = product_back(A, index, at, k, u)
    body = product((simplified(transition), *_factors(simplified(forcing(state.at(at - k))))), of.rows)
    return MatrixSum(body, k, sp.S.Zero, at - definition.first)


def _factors(term: MatrixExpr) -> tuple[MatrixExpr, ...]:
    return tuple(term.args) if isinstance(term, MatMul) else (term,)


def _between_states(recurrence: Recurrence, of: Element, wrt: Element) -> Derivation:
    definition = definition_of(recurrence, of)
    index, state = recurrence.index, definition.sequence
    length = sp.expand(of.index - wrt.index)
    where = conditions(length >= 0, wrt.index >= definition.first - 1)
    later, earlier = state.at(of.index - u), state.at(of.index - u - 1)
    chain, immediate = (
        OrderedProduct(node(later, earlier), (u, 0, length - 1), "ascending")
        for node in (TotalJacobian, ImmediateJacobian)
    )
    A = local_jacobian(recurrence, state.at(index), state.at(index - 1))
    written = OrderedProduct(A.xreplace({index: of.index - u}), (u, 0, length - 1), "ascending")
    derivation = Derivation(
        recurrence,
        (Step(TotalJacobian(of, wrt), chain, CHAIN, "the chain rule, one step at a time, newest step on the left"),),
        where,
    )
    derivation = derivation.then(immediate, TOTAL, "one step has one path only")
    derivation = derivation.then(written, LOCAL, "the local Jacobian of one step")
    short = simplified(written)
    if short != written:
        derivation = derivation.then(short, ALGEBRA, "equal factors make a power")
    return derivation


def _from_one_step(recurrence: Recurrence, of: Element, wrt: Element) -> Derivation:
    definition = definition_of(recurrence, of)
    index, state = recurrence.index, definition.sequence
    length = sp.expand(of.index - wrt.index)
    A = simplified(local_jacobian(recurrence, state.at(index), state.at(index - 1)))
    local = simplified(local_jacobian(recurrence, state.at(wrt.index), wrt))
    if isinstance(local, sp.ZeroMatrix):
        return _unmoved(recurrence, of, wrt)
    closed = product((product_back(A, index, of.index, length, u), *_factors(local)), of.rows)
    reason = f"{wrt.name} enters at its own index only, and is carried on from there"
    step = Step(TotalJacobian(of, wrt), closed, SOLVE, reason)
    return Derivation(recurrence, (step,), conditions(length >= 0, wrt.index >= definition.first))


def _through(recurrence: Recurrence, of: Variable, wrt: Variable) -> Derivation:
    """Outputs, intermediates and totals: through the quantities in their own equation."""
    start = TotalJacobian(of, wrt)
    if isinstance(of, MatrixSymbol):
        return _total(recurrence, of, wrt)
    definition = definition_of(recurrence, of)
    if of == wrt:
        step = Step(start, sp.Identity(start.rows), SOLVE, "by itself")
        return Derivation(recurrence, (step,), conditions(of.index >= definition.first))
    movement = local_movement(recurrence, of)
    one, two, three = [], [], []
    where: tuple[Relational, ...] = conditions(of.index >= definition.first, *apart(recurrence, of, wrt))
    for quantity in dict.fromkeys(part.variable for part in movement):
        local = local_jacobian(recurrence, of, quantity)
        if quantity == wrt:
            one.append(ImmediateJacobian(of, quantity))
            two.append(local)
            three.append(local)
            continue
        where = tuple(dict.fromkeys((*where, *_apart(recurrence, quantity, wrt))))
        if recurrence.role(quantity) is not None:
            inner = TotalJacobian(quantity, wrt)
            nested = jacobian(recurrence, quantity, wrt)
            where = tuple(dict.fromkeys((*where, *nested.where)))
            one.append(MatMul(ImmediateJacobian(of, quantity), inner))
            two.append(MatMul(local, inner))
            if not isinstance(nested.closed_form, sp.ZeroMatrix):
                three.append(product((local, nested.closed_form), local.rows))
    steps = Derivation(
        recurrence,
        (Step(start, added(start.shape, one), TOTAL, f"through what {of.name} is computed from"),),
        where,
    )
    steps = steps.then(added(start.shape, two), LOCAL, "the local Jacobians")
    return steps.then(added(start.shape, three), SOLVE, "the closed form of what it goes through")


def _apart(recurrence: Recurrence, quantity: Variable, wrt: Variable) -> tuple[Relational, ...]:
    """Where an input or output is not the one that is differentiated by, although it has the same name."""
    if not (isinstance(quantity, Element) and isinstance(wrt, Element) and quantity.name == wrt.name):
        return ()
    ahead = sp.expand(quantity.index - wrt.index)
    if recurrence.role(quantity) is Role.STATE or ahead.is_Integer:
        return ()
    first = recurrence.first_index(wrt.name)
    return conditions(wrt.index >= (0 if first is None else first), wrt.index <= quantity.index - 1)


def _total(recurrence: Recurrence, of: MatrixSymbol, wrt: Variable) -> Derivation:
    parts = parts_of(recurrence, of)
    if parts is None:
        return _through_generic(recurrence, of, wrt)
    start = TotalJacobian(of, wrt)
    moved = [_part(recurrence, part, wrt) for part in parts]
    divided = [sp.Ge(divisor, 1) for part in parts for divisor in part.divisors()]
    where = tuple(dict.fromkeys((*(c for one in moved for c in one.where), *conditions(*divided))))
    named = added(start.shape, [one.named for one in moved])
    closed = added(start.shape, [one.closed for one in moved])
    steps = Derivation(recurrence, (Step(start, named, CHAIN, moved[0].reason),), where)
    return steps if named == closed else steps.then(closed, SOLVE, f"the closed form of {parts[0].summand}")


@dataclass(frozen=True)
class _Moved:
    """How a part of a total moves: by the Jacobians of its summands, in closed form, where, and why."""

    named: MatrixExpr
    closed: MatrixExpr
    where: tuple[Relational, ...]
    reason: str


def _part(recurrence: Recurrence, part: Part, wrt: Variable) -> _Moved:
    if isinstance(wrt, Element) and recurrence.role(wrt) is Role.OUTPUT:
        return _part_by_output(recurrence, part, wrt)
    summand, reason = part.summand, "a sum is differentiated term by term"
    nested = jacobian(recurrence, summand, wrt)
    if part.range is None:
        weight = by_weight(part, wrt, summand.index)
        named = added(weight.shape, [part.put(TotalJacobian(summand, wrt)), weight])
        return _Moved(named, added(weight.shape, [_put(part, nested), weight]), nested.where, "the chain rule")
    _, low, high = part.range
    if not isinstance(wrt, Element) or (wrt.index >= low) == sp.false:
        return _Moved(part.put(TotalJacobian(summand, wrt)), _put(part, nested), conditions(high >= low - 1), reason)
    where = conditions(wrt.index >= low, wrt.index <= high)
    reason += "; what comes earlier does not depend on it"
    latest = _latest(recurrence, summand, wrt, part.range[0])
    if latest is not None:
        reason = "a sum is differentiated term by term; what comes later does not depend on it"
        named = part.put(TotalJacobian(summand, wrt), high=latest)
        return _Moved(named, _put(part, nested, high=latest), where, reason)
    direct = sp.ZeroMatrix(1, dimension(wrt))
    if recurrence.role(wrt) is None:
        direct = direct_part(recurrence, part, wrt, wrt.index)
    if isinstance(direct, sp.ZeroMatrix):
        return _Moved(part.put(TotalJacobian(summand, wrt), wrt.index), _put(part, nested, wrt.index), where, reason)
    return _with_own_summand(part, wrt, nested, direct, where)


def _with_own_summand(
    part: Part, wrt: Element, nested: Derivation, direct: MatrixExpr, where: tuple[Relational, ...]
) -> _Moved:
    """What moves the summand at its own index in another way than later ones."""
    assert part.range is not None
    at, rule = wrt.index, {part.range[0]: wrt.index}
    own = part.summand.xreplace(rule)
    weighted = product((*part.outside, *(f.xreplace(rule) for f in part.inside), TotalJacobian(own, wrt)), sp.S.One)
    named, later = [weighted, by_weight(part, wrt, at)], _put(part, nested, at)
    if not isinstance(later, sp.ZeroMatrix):
        named.insert(0, part.put(TotalJacobian(part.summand, wrt), at + 1))
    reason = f"the summand at {at} apart from the later ones; what comes earlier does not depend on it"
    return _Moved(added(direct.shape, named), added(direct.shape, [later, direct]), where, reason)


def _put(part: Part, nested: Derivation, low: sp.Expr | None = None, high: sp.Expr | None = None) -> MatrixExpr:
    closed = nested.closed_form
    return closed if isinstance(closed, sp.ZeroMatrix) else part.put(closed, low, high)


def _latest(recurrence: Recurrence, summand: Element, wrt: Element, variable: sp.Symbol) -> sp.Expr | None:
    """The last summand that depends on an element, where that enters through a mirrored index; None where it does not.

    Raises:
        UnknownTermError: when it enters in more than one way.
    """
    mirrored = [each for each in recurrence.mirrored(summand) if moves_with(recurrence, each, wrt)]
    if not mirrored:
        return None
    direct = [e for part in local_movement(recurrence, summand) for e in [part.variable] if e not in mirrored]
    if len(mirrored) > 1 or any(moves_with(recurrence, each, wrt) or each.name == wrt.name for each in direct):
        raise UnknownTermError(f"{wrt} enters {summand} forwards and backwards: no closed form is known for that")
    return sp.expand(mirrored[0].index + variable - wrt.index)


def _part_by_output(recurrence: Recurrence, part: Part, wrt: Element) -> _Moved:
    """A loss depends on an output through its own summand only."""
    if part.range is not None:
        where = conditions(wrt.index >= part.range[1], wrt.index <= part.range[2])
    elif sp.expand(wrt.index - part.last) == 0:
        definition = recurrence.definition(part.summand.name)
        assert definition is not None  # parts_of looked at its role
        where = conditions(part.last >= definition.first)
    else:
        raise IndexRangeError(
            f"the total looks at index {part.last} only, and {wrt} is an output",
            where=recurrence.name,
            advice=f"ask for {wrt.xreplace({wrt.index: part.last})}",
        )
    closed = direct_part(recurrence, part, wrt, wrt.index)
    return _Moved(closed, closed, where, f"only the summand at {wrt.index} depends on {wrt}")


def _through_generic(recurrence: Recurrence, of: MatrixSymbol, wrt: Variable) -> Derivation:
    start = TotalJacobian(of, wrt)
    one, two = [], []
    where: tuple[Relational, ...] = ()
    for part in local_movement(recurrence, of):
        nested = jacobian(recurrence, part.variable, wrt)
        where = (*where, *nested.where)
        one.append(MatMul(ImmediateJacobian(of, part.variable), TotalJacobian(part.variable, wrt)))
        two.append(product((ImmediateJacobian(of, part.variable), nested.closed_form), of.rows))
    steps = Derivation(recurrence, (Step(start, added(start.shape, one), TOTAL, "the chain rule"),), where)
    return steps.then(added(start.shape, two), SOLVE, "the closed form of what it goes through")
