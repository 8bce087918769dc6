"""Total Jacobians of a recurrence in closed form, step by step: states, and what is read off them.

The differential of a recurrence is a linear difference equation dh_t = A_t dh_{t-1} + B_t; its solution is a sum of
ordered products.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatMul, MatrixExpr, MatrixSymbol

from symrnn.calculus.closed_forms import counted_product, simplified
from symrnn.calculus.coupled import Stacked
from symrnn.calculus.differential import added
from symrnn.calculus.identification import local_jacobian, local_movement, product
from symrnn.calculus.place import Place
from symrnn.calculus.scope import apart, by_start, never_enters, require_one_step
from symrnn.calculus.totals import Part, by_weight, direct_part, parts_of
from symrnn.derivation.steps import Derivation, Step
from symrnn.errors import BoundIndexError, IndexRangeError, UnknownTermError
from symrnn.expr import (
    Element,
    ImmediateJacobian,
    TotalJacobian,
    Variable,
    dimension,
)
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.sentences import Sentence
from symrnn.symbols import u

TOTAL = "total derivative"
LOCAL = "immediate Jacobian"
SOLVE = "linear difference equation"
CHAIN = "chain rule"
ALGEBRA = "normal form"


def jacobian(of: Variable, wrt: Place) -> Derivation:
    """The total Jacobian of a defined quantity, derived in closed form.

    Raises:
        UnknownTermError: for a quantity that is given, or an equation with a node that has no rule.
        IndexRangeError: for a state asked for before it begins.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> jacobian(rnn.y[t], Place.of(rnn, rnn.h[0])).closed_form
    W_hy*W_hh**t
    """
    role = wrt.recurrence.role(of)
    if role is None:
        raise UnknownTermError(f"{of} is given: there is nothing to derive", advice="differentiate a state or output")
    if isinstance(of, MatrixSymbol):
        return _total(of, wrt)
    return _of_state(of, wrt) if role is Role.STATE else _through(of, wrt)


def conditions(*relations: sp.Basic) -> tuple[Relational, ...]:
    """Conditions that say something; one that is false for numbers is refused.

    Raises:
        IndexRangeError: for an index outside the range in which the quantity exists.
    """
    for condition in relations:
        if condition == sp.false:
            raise IndexRangeError(
                "there is nothing to derive at that index: the quantity does not exist there, or is given, as what a "
                "recurrence starts from is"
            )
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


def _of_state(of: Element, wrt: Place) -> Derivation:
    """A state: its block of the linear difference equation of the states that it is computed from."""
    if begun := by_start(of, wrt):
        return _begun(of, wrt, begun)
    if never_enters(of, wrt):
        return _unmoved(of, wrt)
    system = Stacked(wrt.recurrence, of, wrt)
    require_one_step(of, wrt, system.movement)
    if of.name not in system.names:
        return _unmoved(of, wrt)
    return _by_parameter(system, wrt) if wrt.index is None else _since(system, wrt)


def _begun(of: Element, wrt: Place, begun: tuple[Definition, ...]) -> Derivation:
    """A state that another quantity enters by what it begins with: d of/dw = Σ_x d of/dx_0 dx_0/dw."""
    recurrence, graph = wrt.recurrence, wrt.recurrence.graph
    starts = {d.sequence.name: d.sequence.at(sp.Integer(d.first - 1)) for d in begun}
    blocks, where = {}, list(conditions(of.index >= graph.definitions[of.name].first - 1))
    for name, start in starts.items():
        blocks[name], exist = _of_start(start, wrt)
        where += exist
    left = TotalJacobian(of, wrt.quantity)
    if of in starts.values():
        reason = Sentence(f"what ${of}$ begins with")
        return Derivation(recurrence, (Step(left, blocks[of.name], SOLVE, reason),), tuple(dict.fromkeys(where)))
    system = Stacked(recurrence, of, wrt)
    require_one_step(of, replace(wrt, quantity=starts[begun[0].sequence.name], role=Role.STATE), system.movement)
    column = system.column(blocks, dimension(wrt.quantity))
    parts = [] if isinstance(column, sp.ZeroMatrix) else [system.since_start(column)]
    if wrt.index is None and wrt.name in graph.carried(of.name):
        parts.append(system.over_time(lambda at: system.forcing(at, wrt.quantity)))
        reason = Sentence(f"solved from {', '.join(f'${x}$' for x in starts.values())}, which moves, too")
        return Derivation(
            recurrence, (Step(left, added(left.shape, parts), SOLVE, reason),), tuple(dict.fromkeys(where))
        )
    named = [MatMul(TotalJacobian(of, x), TotalJacobian(x, wrt.quantity)) for x in starts.values()]
    reason = Sentence(f"through {', '.join(f'${x}$' for x in starts.values())} only")
    steps = Derivation(recurrence, (Step(left, added(left.shape, named), CHAIN, reason),), tuple(dict.fromkeys(where)))
    return steps.then(added(left.shape, parts), SOLVE, "both derivatives in closed form")


def _of_start(start: Element, wrt: Place) -> tuple[MatrixExpr, tuple[Relational, ...]]:
    """What a state begins with, derived in closed form, and where that exists."""
    recurrence, parts, where = wrt.recurrence, [], list[Relational]()
    for quantity in dict.fromkeys(part.variable for part in local_movement(recurrence, start)):
        local = local_jacobian(recurrence, start, quantity)
        if quantity == wrt.quantity:
            parts.append(local)
        elif wrt.index is not None and quantity.name == wrt.name and recurrence.role(quantity) is None:
            if not (quantity.index - wrt.index).is_nonzero:
                raise UnknownTermError(
                    f"{start} begins with {quantity}, which may be {wrt.quantity} or another",
                    where=recurrence.name,
                    advice=f"derive by {quantity} itself",
                )
        elif quantity.name in wrt.reached and recurrence.role(quantity) is not None:
            nested = jacobian(quantity, wrt)
            if not isinstance(nested.closed_form, sp.ZeroMatrix):
                parts.append(product((local, nested.closed_form), local.rows))
            where += nested.where if wrt.index is not None else ()
    return added((dimension(start), dimension(wrt.quantity)), parts), (*where, *start_exists(recurrence, start.name))


def start_exists(recurrence: Recurrence, name: str) -> tuple[Relational, ...]:
    """Where there is what a state begins with, such as T_e >= 0; nothing for one that is given."""
    graph = recurrence.graph
    behind = [each for each in graph.begun if each == name or each in graph.behind(name)]
    used = (element for each in behind for element in graph.begun[each] if isinstance(element, Element))
    return conditions(*(each.index >= (recurrence.first_index(each.name) or 0) for each in used))


def _unmoved(of: Element, wrt: Place) -> Derivation:
    """A state that another quantity does not enter."""
    graph = wrt.recurrence.graph
    start = TotalJacobian(of, wrt.quantity)
    names = _listed([definition.sequence.name for definition in graph.system(of.name)], wrt)
    reason = Sentence(f"{_entering(wrt)} does not enter the equations of {names}")
    exist = [of.index >= graph.definitions[of.name].first - 1]
    if wrt.index is not None:
        exist.append(wrt.index >= wrt.first)
    step = Step(start, sp.ZeroMatrix(*start.shape), SOLVE, reason)
    return Derivation(wrt.recurrence, (step,), conditions(*exist))


def _listed(names: Iterable[str], wrt: Place) -> str:
    """Sequences with their index, by which a notation knows them; a letter alone would be a number."""
    return ", ".join(f"${name}_{wrt.recurrence.index}$" for name in names)


def _entering(wrt: Place) -> str:
    """What is derived by: a parameter, or a sequence."""
    return f"${wrt.name}$" if wrt.index is None else _listed([wrt.name], wrt)


def _by_parameter(system: Stacked, wrt: Place) -> Derivation:
    """By a matrix, which enters at each step: the solution of the difference equation from a constant start."""
    at, first, names = system.of.index, system.first, _listed(system.names, wrt)
    looks_back = not isinstance(system.factor(), sp.ZeroMatrix)
    if not system.is_one:
        reason = "immediately, and through the states"
    elif looks_back:
        reason = "immediately, and through the state before"
    else:
        reason = "immediately only: it does not depend on the one before"
    named, local = system.one_step(wrt)
    step = Step(TotalJacobian(system.of, wrt.quantity), named, TOTAL, reason, (f"{at} >= {first}",))
    derivation = Derivation(wrt.recurrence, (step,), conditions(at >= first))
    derivation = derivation.then(local, LOCAL, "the Jacobians of one step")
    if not looks_back:
        now = system.at_once(at, wrt.quantity)[system.of.name]
        return (
            derivation
            if now == local
            else derivation.then(now, SOLVE, Sentence(f"{names} do not look at what was before"))
        )
    constant = ", ".join(f"${name}_{first - 1}$" for name in system.names)
    stacked = f"{names} stacked, solved from {constant}, which are constant"
    derivation = derivation.then(
        system.over_time(lambda at: system.forcing(at, wrt.quantity)),
        SOLVE,
        Sentence(f"solved from {constant}, which is constant" if system.is_one else stacked),
        Sentence(f"{constant} constant"),
    )
    back = system.back_in_time(lambda at: system.forcing(at, wrt.quantity))
    return derivation.then(back, ALGEBRA, Sentence(f"counted back in time, $s = {at} - k$"))


def _since(system: Stacked, wrt: Place) -> Derivation:
    """By an element, which enters at its own index, or is a state that others go on from."""
    of, at = system.of, wrt.quantity.index
    if wrt.role is not Role.STATE and _all_zero(system.at_once(at, wrt.quantity)):
        return _unmoved(of, wrt)
    length = sp.expand(of.index - at)
    is_state = wrt.name in system.names
    given = is_state and (at < system.first) == sp.true
    pinned = not system.is_one and any(state.initial is not None for state in system.states) and not given
    earliest = system.first - (is_state and (given or not (pinned or system.moves_at_once(wrt.quantity))))
    where = conditions(length >= 0, at >= earliest)
    if not system.is_one:
        names = _listed(system.names, wrt)
        reason = Sentence(f"{names} stacked, from the index ${at}$ on")
    elif not is_state:
        reason = Sentence(f"{_entering(wrt)} enters at its own index only, and is carried on from there")
    elif isinstance(system.factor(), sp.ZeroMatrix):
        reason = Sentence(f"{_listed([of.name], wrt)} does not depend on the one before")
    else:
        return _chain(system, wrt, length, where)
    step = Step(TotalJacobian(of, wrt.quantity), system.since(wrt.quantity), SOLVE, reason)
    return Derivation(wrt.recurrence, (step,), where)


def _all_zero(blocks: dict[str, MatrixExpr]) -> bool:
    return all(isinstance(block, sp.ZeroMatrix) for block in blocks.values())


def _chain(system: Stacked, wrt: Place, length: sp.Expr, where: tuple[Relational, ...]) -> Derivation:
    """A state that stands alone by an earlier element of itself: one factor for each step between them."""
    recurrence, of = wrt.recurrence, system.of
    index, state = recurrence.index, system.states[0].sequence
    later, earlier = state.at(of.index - u), state.at(of.index - u - 1)
    chain, immediate = (counted_product(node(later, earlier), u, length) for node in (TotalJacobian, ImmediateJacobian))
    A = local_jacobian(recurrence, state.at(index), state.at(index - 1))
    written = counted_product(A.xreplace({index: of.index - u}), u, length)
    start, one_path = TotalJacobian(of, wrt.quantity), "within one step no other state lies between"
    if start == chain:
        derivation = Derivation(recurrence, (Step(start, immediate, TOTAL, one_path),), where)
    else:
        step = Step(start, chain, CHAIN, "the chain rule, one step at a time")
        derivation = Derivation(recurrence, (step,), where).then(immediate, TOTAL, one_path)
    derivation = derivation.then(written, LOCAL, "the local Jacobian of one step")
    short = simplified(written)
    reason = "the slope of the identity is 1" if length == 1 else "equal factors make a power"
    return derivation if short == written else derivation.then(short, ALGEBRA, reason)


# -- what is read off the states -----------------------------------------------------------------------------------


def _through(of: Element, wrt: Place) -> Derivation:
    """Outputs and intermediates: through the quantities in their own equation."""
    recurrence, start = wrt.recurrence, TotalJacobian(of, wrt.quantity)
    first = recurrence.graph.definitions[of.name].first
    if of == wrt.quantity:
        step = Step(start, sp.Identity(start.rows), SOLVE, "by itself")
        return Derivation(recurrence, (step,), conditions(of.index >= first))
    one, two, three = [], [], []
    where: tuple[Relational, ...] = conditions(of.index >= first, *apart(of, wrt))
    for quantity in dict.fromkeys(part.variable for part in local_movement(recurrence, of)):
        local = local_jacobian(recurrence, of, quantity)
        if quantity == wrt.quantity:
            one.append(ImmediateJacobian(of, quantity))
            two.append(local)
            three.append(local)
            continue
        where = tuple(dict.fromkeys((*where, *_apart(quantity, wrt))))
        if recurrence.role(quantity) is not None and not _comes_before(quantity, wrt):
            inner = TotalJacobian(quantity, wrt.quantity)
            nested = jacobian(quantity, wrt)
            where = tuple(dict.fromkeys((*where, *nested.where)))
            one.append(MatMul(ImmediateJacobian(of, quantity), inner))
            two.append(MatMul(local, inner))
            if not isinstance(nested.closed_form, sp.ZeroMatrix):
                three.append(product((local, nested.closed_form), local.rows))
    if not one:
        reason = Sentence(
            f"{_entering(wrt)} does not enter, or comes later than all that {_listed([of.name], wrt)} is computed from"
        )
        return Derivation(recurrence, (Step(start, sp.ZeroMatrix(*start.shape), SOLVE, reason),), where)
    steps = Derivation(
        recurrence,
        (
            Step(
                start,
                added(start.shape, one),
                TOTAL,
                Sentence(f"through what {_listed([of.name], wrt)} is computed from"),
            ),
        ),
        where,
    )
    local, closed = added(start.shape, two), added(start.shape, three)
    steps = steps.then(local, LOCAL, "the Jacobians of one step")
    return steps if closed == local else steps.then(closed, SOLVE, "what is known of that derivative is put in")


def _comes_before(quantity: Variable, wrt: Place) -> bool:
    """Whether a state stands at an earlier index than what it is differentiated by, and does not move with it."""
    if wrt.index is None or not isinstance(quantity, Element) or wrt.recurrence.mirrored(quantity):
        return False
    if wrt.is_apart(quantity.name):
        return False
    is_state = wrt.recurrence.role(quantity) is Role.STATE
    return is_state and sp.expand(quantity.index - wrt.index).is_negative is True


def _apart(quantity: Variable, wrt: Place) -> tuple[Relational, ...]:
    """Where an input or output is not the one that is differentiated by, although it has the same name."""
    if wrt.index is None or quantity.name != wrt.name or wrt.role is Role.STATE:
        return ()
    if sp.expand(quantity.index - wrt.index).is_Integer:
        return ()
    return conditions(wrt.index >= wrt.first, wrt.index <= quantity.index - 1)


def _total(of: MatrixSymbol, wrt: Place) -> Derivation:
    recurrence = wrt.recurrence
    parts = parts_of(recurrence, of)
    if of == wrt.quantity:
        return _of_itself(of, recurrence, parts or ())
    if parts is None:
        return _through_generic(of, wrt)
    start = TotalJacobian(of, wrt.quantity)
    moved = [_part(part, wrt) for part in parts]
    divided = [sp.Ge(divisor, 1) for part in parts for divisor in part.divisors()]
    where = tuple(dict.fromkeys((*(c for one in moved for c in one.where), *conditions(*divided))))
    named = added(start.shape, [one.named for one in moved])
    closed = added(start.shape, [one.closed for one in moved])
    steps = Derivation(recurrence, (Step(start, named, CHAIN, moved[0].reason),), where)
    return steps if named == closed else steps.then(closed, SOLVE, Sentence(f"the closed form of ${parts[0].summand}$"))


def _of_itself(of: MatrixSymbol, recurrence: Recurrence, parts: Sequence[Part]) -> Derivation:
    """A total by itself, wherever its sums have a range, and what it is divided by is at least 1."""
    ranges = [part.range for part in parts if part.range is not None]
    exist = [high >= low - 1 for _, low, high in ranges]
    exist += [p.last >= recurrence.graph.definitions[p.summand.name].first for p in parts if p.range is None]
    where = conditions(*exist, *(divisor >= 1 for part in parts for divisor in part.divisors()))
    start = TotalJacobian(of, of)
    step = Step(start, sp.Identity(start.rows), SOLVE, "by itself")
    return Derivation(recurrence, (step,), tuple(dict.fromkeys(where)))


@dataclass(frozen=True)
class _Moved:
    """How a part of a total moves: by the Jacobians of its summands, in closed form, where, and why."""

    named: MatrixExpr
    closed: MatrixExpr
    where: tuple[Relational, ...]
    reason: str


def _part(part: Part, wrt: Place) -> _Moved:
    if wrt.index is not None and wrt.role is Role.OUTPUT:
        return _part_by_output(part, wrt)
    summand, reason = part.summand, "a sum is differentiated term by term"
    nested, total = jacobian(summand, wrt), TotalJacobian(summand, wrt.quantity)
    if part.range is None:
        weight = by_weight(part, wrt.quantity, summand.index)
        named = added(weight.shape, [part.put(total), weight])
        return _Moved(named, added(weight.shape, [_put(part, nested), weight]), nested.where, "the chain rule")
    variable, low, high = part.range
    if wrt.is_apart(summand.name) and variable in wrt.quantity.free_symbols:
        raise BoundIndexError(f"{wrt.quantity} has the index that the total is summed over")
    if wrt.index is None or wrt.is_apart(summand.name) or (wrt.index >= low) == sp.false:
        exist = (condition for condition in nested.where if variable not in condition.free_symbols)
        return _Moved(part.put(total), _put(part, nested), (*conditions(high >= low - 1), *exist), reason)
    where = conditions(wrt.index >= low, wrt.index <= high)
    reason += "; what comes earlier does not depend on it"
    latest = _latest(summand, wrt, part.range[0])
    if latest is not None:
        reason = "a sum is differentiated term by term; what comes later does not depend on it"
        return _Moved(part.put(total, high=latest), _put(part, nested, high=latest), where, reason)
    direct = sp.ZeroMatrix(1, dimension(wrt.quantity))
    if wrt.role is None:
        direct = direct_part(wrt.recurrence, part, wrt.quantity, wrt.index)
    if isinstance(direct, sp.ZeroMatrix):
        return _Moved(part.put(total, wrt.index), _put(part, nested, wrt.index), where, reason)
    return _with_own_summand(part, wrt.quantity, nested, direct, where)


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
    reason = Sentence(f"the summand at ${at}$ apart from the later ones; what comes earlier does not depend on it")
    return _Moved(added(direct.shape, named), added(direct.shape, [later, direct]), where, reason)


def _put(part: Part, nested: Derivation, low: sp.Expr | None = None, high: sp.Expr | None = None) -> MatrixExpr:
    closed = nested.closed_form
    return closed if isinstance(closed, sp.ZeroMatrix) else part.put(closed, low, high)


def _latest(summand: Element, wrt: Place, variable: sp.Symbol) -> sp.Expr | None:
    """The last summand that depends on an element, where that enters through a mirrored index; None where it does not.

    Raises:
        UnknownTermError: when it enters in more than one way.
    """
    recurrence = wrt.recurrence
    mirrored = [each for each in recurrence.mirrored(summand) if wrt.moves(each)]
    if not mirrored:
        return None
    direct = [e for part in local_movement(recurrence, summand) for e in [part.variable] if e not in mirrored]
    if len(mirrored) > 1 or any(wrt.moves(each) or each.name == wrt.name for each in direct):
        raise UnknownTermError(
            f"{wrt.quantity} enters {summand} forwards and backwards: no closed form is known for that"
        )
    return sp.expand(mirrored[0].index + variable - wrt.index)


def _part_by_output(part: Part, place: Place) -> _Moved:
    """A loss depends on an output through its own summand only."""
    recurrence, wrt = place.recurrence, place.quantity
    if part.range is not None:
        where = conditions(wrt.index >= part.range[1], wrt.index <= part.range[2])
    elif sp.expand(wrt.index - part.last) == 0:
        where = conditions(part.last >= recurrence.graph.definitions[part.summand.name].first)
    else:
        raise IndexRangeError(
            f"the total looks at index {part.last} only, and {wrt} is an output",
            where=recurrence.name,
            advice=f"ask for {wrt.xreplace({wrt.index: part.last})}",
        )
    closed = direct_part(recurrence, part, wrt, wrt.index)
    return _Moved(closed, closed, where, f"only the summand at {wrt.index} depends on {wrt}")


def _through_generic(of: MatrixSymbol, wrt: Place) -> Derivation:
    recurrence, start = wrt.recurrence, TotalJacobian(of, wrt.quantity)
    one, two = [], []
    where: tuple[Relational, ...] = ()
    for part in local_movement(recurrence, of):
        nested = jacobian(part.variable, wrt)
        where = (*where, *nested.where)
        one.append(MatMul(ImmediateJacobian(of, part.variable), TotalJacobian(part.variable, wrt.quantity)))
        two.append(product((ImmediateJacobian(of, part.variable), nested.closed_form), of.rows))
    steps = Derivation(recurrence, (Step(start, added(start.shape, one), TOTAL, "the chain rule"),), where)
    return steps.then(added(start.shape, two), SOLVE, "what is known of that derivative is put in")
