"""Comparing scalars made of nonnegative quantities: what is at most what, for all their values.

Both sides are written as sums of monomials in norms and symbols. ``left <= right`` is shown when every monomial of the
difference is nonnegative, if need be after powers have been replaced by what a hypothesis puts above or below them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from itertools import product as cartesian

import sympy as sp
from sympy.core.relational import GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.check.arithmetic import at_least, entails
from symrnn.check.rewrite import Facts
from symrnn.check.sampled import fails_somewhere
from symrnn.expr import Measure

GEOMETRIC = "geometric sum"
MONOTONE = "powers of nonnegative numbers grow with their base"
MAX_FORMS = 40
CACHED = 4_096

INDICES = tuple(sp.Dummy(f"k{depth}", integer=True) for depth in range(16))
"""Indices of nested sums in their common writing, by the number of sums inside; no user's symbol is one of them."""

Powers = dict[sp.Expr, sp.Expr]


@lru_cache(maxsize=CACHED)
def standard(scalar: sp.Expr) -> sp.Expr:
    """A scalar as a sum of products of powers of single quantities.

    >>> from symrnn.symbols import k
    >>> x, y = sp.symbols("x y", nonnegative=True)
    >>> standard((x * y) ** k * (x + 1))
    x*x**k*y**k + x**k*y**k
    """
    names = names_of((scalar,))
    plain = sp.expand(sp.expand_power_base(sp.expand(scalar.xreplace(names))))
    return plain.xreplace({name: measure for measure, name in names.items()})


def names_of(scalars: Iterable[sp.Basic]) -> dict[Measure, sp.Dummy]:
    """A name for each measure that no sum binds, so that SymPy does not look into the matrices in it."""
    scalars = tuple(scalars)
    bound = {limits[0] for scalar in scalars for total in scalar.atoms(sp.Sum) for limits in total.limits}
    found = dict.fromkeys(measure for scalar in scalars for measure in outermost(scalar))
    free = (measure for measure in found if not measure.free_symbols & bound)
    return {m: sp.Dummy(nonnegative=True) if m.is_nonnegative else sp.Dummy(real=True) for m in free}


def outermost(scalar: sp.Basic) -> list[Measure]:
    """The measures in a scalar, those inside others left out."""
    if isinstance(scalar, Measure):
        return [scalar]
    return [found for part in scalar.args for found in outermost(part)]


def powers(monomial: sp.Expr) -> tuple[sp.Expr, Powers]:
    """The number in front of a monomial, and its exponents by base."""
    number, rest = monomial.as_coeff_Mul()
    found: Powers = {}
    for factor in sp.Mul.make_args(rest):
        whole, exponent = factor.as_base_exp()
        splits = whole.is_Mul and (exponent.is_integer or all(part.is_nonnegative for part in whole.args))
        for part in whole.args if splits else (whole,):
            base, inner = part.as_base_exp()
            if not (exponent.is_integer or base.is_nonnegative):
                base, inner = part, sp.S.One  # √(y²) is not y
            found[base] = sp.expand(found.get(base, sp.S.Zero) + inner * exponent)
    return number, {base: e for base, e in found.items() if e != 0 and base != 1}


def monomials(scalar: sp.Expr) -> list[sp.Expr]:
    """The summands of the standard form, each with its powers joined."""
    return [joined(*powers(part)) for part in sp.Add.make_args(standard(scalar))]


def joined(number: sp.Expr, found: Powers) -> sp.Expr:
    """A monomial from its parts."""
    return sp.Mul(number, *(base**e for base, e in found.items()))


def is_nonnegative(scalar: sp.Expr, known: Iterable[sp.Expr] = ()) -> bool:
    """Tell whether every monomial is at least 0 for all values of its quantities, and of what is known to be >= 0.

    >>> x, y = sp.symbols("x y", nonnegative=True)
    >>> is_nonnegative(x * (1 + y) - x), is_nonnegative(x - y), is_nonnegative(y / (1 - x), [1 - x])
    (True, False, True)
    """
    known = tuple(known)
    return all(_monomial_is_nonnegative(part, known) for part in sp.Add.make_args(sp.Add(*monomials(scalar))))


def _monomial_is_nonnegative(part: sp.Expr, known: tuple[sp.Expr, ...] = ()) -> bool:
    """A number >= 0 times powers of quantities >= 0, or even powers of real ones; wherever it exists."""
    number, found = powers(part)
    return bool(number.is_nonnegative) and all(
        _base_is_nonnegative(b, known) or (e.is_even and _is_real(b)) for b, e in found.items()
    )


def _is_real(base: sp.Expr) -> bool:
    if isinstance(base, sp.Sum):
        return _is_real(base.function)
    return bool(base.is_real) or isinstance(base, MatrixElement)  # the entries of matrices are real numbers


def _base_is_nonnegative(base: sp.Expr, known: tuple[sp.Expr, ...]) -> bool:
    if isinstance(base, sp.Sum):
        return is_nonnegative(base.function, known)
    return bool(base.is_nonnegative) or any(standard(base - other) == 0 for other in known)


# -- sums ----------------------------------------------------------------------------------------------------------


def opened(total: sp.Sum) -> tuple[sp.Expr, sp.Symbol, sp.Expr, sp.Expr]:
    """What stands under the outermost sum sign, with its index and bounds; SymPy joins the signs of nested sums."""
    *inner, (variable, low, high) = total.limits
    return (sp.Sum(total.function, *inner) if inner else total.function), variable, low, high


def apart(scalar: sp.Expr) -> sp.Expr:
    """Every bound index under a name of its own, so that no other sum binds what is put in its place.

    >>> x, i = sp.Symbol("x"), sp.Symbol("i", integer=True)
    >>> apart(sp.Sum(sp.Sum(x**i, (i, 0, i)), (i, 0, i)))
    Sum(x**_i, (_i, 0, _i), (_i, 0, i))
    """
    if not scalar.has(sp.Sum):
        return scalar
    if not isinstance(scalar, sp.Sum):
        return scalar.func(*(apart(part) for part in scalar.args))
    body, variable, low, high = opened(scalar)
    fresh = sp.Dummy(variable.name, integer=True)
    return sp.Sum(apart(body).xreplace({variable: fresh}), (fresh, low, high))


def map_sums(scalar: sp.Expr, change: Callable[[sp.Sum], sp.Expr]) -> sp.Expr:
    """Every sum changed, the inner ones first."""
    if isinstance(scalar, sp.Sum):
        body, variable, low, high = opened(scalar)
        return change(sp.Sum(map_sums(body, change), (variable, low, high)))
    if not scalar.has(sp.Sum):
        return scalar
    return scalar.func(*(map_sums(part, change) for part in scalar.args))


def nested(scalar: sp.Expr) -> Iterator[sp.Sum]:
    """Every sum in a scalar, those inside others too."""
    if isinstance(scalar, sp.Sum):
        yield scalar
        yield from nested(opened(scalar)[0])
        return
    for part in scalar.args:
        yield from nested(part)


def summed(scalar: sp.Expr, is_not_one: Callable[[sp.Expr], bool], inner_only: bool = False) -> sp.Expr:
    """Every geometric sum in closed form whose ratio is known not to be 1; or only those without a sum inside.

    Σ_{k=a}^{b} c q^k = c (q^a − q^{b+1}) / (1 − q) for b >= a − 1.
    """
    innermost = {total for total in nested(scalar) if not opened(total)[0].has(sp.Sum)}

    def close(total: sp.Sum) -> sp.Expr:
        body, variable, low, high = opened(total)
        if inner_only and total not in innermost:
            return total
        parts = [_geometric(part, variable, low, high, is_not_one) for part in monomials(body)]
        if any(part is None for part in parts):
            return total
        return sp.Add(*parts)

    return map_sums(scalar, close)


def _geometric(
    part: sp.Expr, variable: sp.Symbol, low: sp.Expr, high: sp.Expr, is_not_one: Callable[[sp.Expr], bool]
) -> sp.Expr | None:
    number, found = powers(part)
    if variable not in part.free_symbols:
        return part * (high - low + 1)
    ratio, rest = sp.S.One, number
    for base, exponent in found.items():
        slope = exponent.coeff(variable)
        constant = sp.expand(exponent - slope * variable)
        if variable in (base.free_symbols | constant.free_symbols) or slope not in (0, 1, -1):
            return None
        ratio *= base**slope
        rest *= base**constant
    if ratio != 1 and all(factor.as_base_exp()[1].is_negative for factor in sp.Mul.make_args(ratio)):
        return _geometric(part.xreplace({variable: low + high - variable}), variable, low, high, is_not_one)
    if not is_not_one(ratio):
        return None
    first, beyond = (joined(*powers(rest * ratio**at)) for at in (low, high + 1))
    return first / (1 - ratio) - beyond / (1 - ratio)


def reversed_sums(scalar: sp.Expr) -> sp.Expr:
    """Every sum taken in the opposite order."""

    def turn(total: sp.Sum) -> sp.Expr:
        body, variable, low, high = opened(total)
        return sp.Sum(body.xreplace({variable: low + high - variable}), (variable, low, high))

    return map_sums(scalar, turn)


@lru_cache(maxsize=CACHED)
def spread_sums(scalar: sp.Expr) -> sp.Expr:
    """Sums from 0, one for each monomial, what does not move in front, so that equal ones look alike."""

    def spread(total: sp.Sum) -> sp.Expr:
        body, variable, low, high = opened(total)
        index = INDICES[_depth(body)]
        out = []
        for part in monomials(body.xreplace({variable: index + low})):
            number, found = powers(part)
            outside, inside = number, sp.S.One
            for base, exponent in found.items():
                moving = sp.expand(exponent - exponent.subs(index, 0)) if index not in base.free_symbols else exponent
                inside *= base**moving
                outside *= base ** (exponent - moving)
            count = sp.expand(high - low)
            out.append(outside * (count + 1 if inside == 1 else sp.Sum(inside, (index, 0, count))))
        return sp.Add(*out)

    return map_sums(scalar, spread)


def _depth(scalar: sp.Expr) -> int:
    return max((len(total.limits) + _depth(total.function) for total in scalar.atoms(sp.Sum)), default=0)


# -- with hypotheses -----------------------------------------------------------------------------------------------


def orders(given: Iterable[Relational]) -> list[tuple[sp.Expr, sp.Expr]]:
    """Hypotheses between nonnegative quantities as pairs (smaller, larger)."""
    found = []
    for relation in given:
        match relation:
            case LessThan() | StrictLessThan():
                found.append((relation.lhs, relation.rhs))
            case GreaterThan() | StrictGreaterThan():
                found.append((relation.rhs, relation.lhs))
    return [(small, large) for small, large in found if small.is_nonnegative and large.is_nonnegative]


def replaced(scalar: sp.Expr, old: sp.Expr, new: sp.Expr, facts: Facts) -> sp.Expr:
    """Powers of one monomial replaced by the same powers of another, wherever they divide a monomial."""
    return sp.Add(*(_replaced(part, old, new, facts) for part in monomials(scalar)))


def _replaced(part: sp.Expr, old: sp.Expr, new: sp.Expr, facts: Facts) -> sp.Expr:
    number, found = powers(part)
    factor, wanted = powers(old)
    if not wanted or not _monomial_is_nonnegative(part) or not factor.is_positive or len(monomials(old)) != 1:
        return part
    base, times = next(iter(wanted.items()))
    if base not in found or not times.is_Integer:
        return part
    e = found[base] / times
    if any(sp.expand(found.get(b, sp.S.Zero) - e * w) != 0 for b, w in wanted.items()):
        return part
    if not (e.is_nonnegative or entails(facts, at_least(e, 0))):
        return part
    rest = joined(number, {b: x for b, x in found.items() if b not in wanted})
    return rest * (new / factor) ** e


def forms(scalar: sp.Expr, steps: list[tuple[sp.Expr, sp.Expr]], facts: Facts) -> Iterator[sp.Expr]:
    """A scalar, and all that replacing one side of an order by the other makes of it."""
    seen = [scalar]
    for form in seen:
        yield form
        for old, new in steps:
            found = replaced(form, old, new, facts)
            if found not in seen and len(seen) < MAX_FORMS:
                seen.append(found)


def at_most(left: sp.Expr, right: sp.Expr, given: Iterable[Relational], facts: Facts) -> bool:
    """Tell whether ``left <= right`` follows; False means "not shown".

    Args:
        left: a scalar.
        right: another one.
        given: relations between scalars that are assumed.
        facts: relations between indices that hold.

    >>> from symrnn.symbols import k
    >>> q, c = sp.symbols("q c", nonnegative=True)
    >>> at_most(c * q**k, c, [q <= 1], (k >= 0,)), at_most(c * q**k, c, [], (k >= 0,))
    (True, False)
    """
    given = tuple(given)
    left, right = apart(left), apart(right)
    names = names_of((left, right, *given))
    relations = [relation.func(*(side.xreplace(names) for side in relation.args), evaluate=False) for relation in given]
    left, right = left.xreplace(names), right.xreplace(names)
    return not fails_somewhere(left, right, relations, facts) and _follows(left, right, relations, facts)


def _follows(left: sp.Expr, right: sp.Expr, given: list[Relational], facts: Facts) -> bool:
    known = orders(given)

    def is_not_one(ratio: sp.Expr) -> bool:
        return any(_excludes_one(relation, ratio) for relation in given)

    def writings(side: sp.Expr) -> list[sp.Expr]:
        if not side.has(sp.Sum):
            return [side]
        ways = [side, reversed_sums(side)]
        closed = [summed(way, is_not_one, inner) for way in ways for inner in (True, False)]
        return list(dict.fromkeys([side, *closed]))

    up, down = known, [(large, small) for small, large in known]
    lefts = [form for side in writings(left) for form in forms(side, up, facts)]
    rights = [form for side in writings(right) for form in forms(side, down, facts)]
    differences = [sp.expand(large - small) for small, large in known]
    return any(_meet(a, b, differences) for a, b in cartesian(lefts, rights))


def _meet(left: sp.Expr, right: sp.Expr, known: list[sp.Expr]) -> bool:
    for other in (right, reversed_sums(right)) if right.has(sp.Sum) else (right,):
        difference = spread_sums(other) - spread_sums(left)
        if is_nonnegative(difference, known) or _vanishes(difference):
            return True
    return False


def _vanishes(difference: sp.Expr) -> bool:
    """Tell whether a quotient is 0, with every quantity, sum and power as an indeterminate."""
    if not any(part.exp.is_negative and part.base.is_Add for part in difference.atoms(sp.Pow)):
        return False
    plain = _atomic(difference)
    if fails_somewhere(plain, sp.S.Zero, [], ()) or fails_somewhere(sp.S.Zero, plain, [], ()):
        return False
    return sp.cancel(sp.together(plain)) == 0


def _atomic(scalar: sp.Expr) -> sp.Expr:
    parts = sorted(scalar.atoms(Measure, sp.Sum), key=str)
    names = {part: sp.Dummy(positive=True) if part.is_nonnegative else sp.Dummy(real=True) for part in parts}
    return sp.powsimp(sp.expand_power_base(scalar.xreplace(names)))


def _excludes_one(relation: Relational, ratio: sp.Expr) -> bool:
    """Tell whether a relation says that a ratio is not 1."""
    if not isinstance(relation, StrictLessThan | StrictGreaterThan | sp.Ne):
        return False
    pairs = ((relation.lhs, relation.rhs), (relation.rhs, relation.lhs))
    return any(one == 1 and sp.expand(standard(side) - standard(ratio)) == 0 for side, one in pairs)
