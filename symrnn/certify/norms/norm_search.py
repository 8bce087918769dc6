"""Certificates of inequalities and limits of norms: the search for one, from the statement to its last line."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from functools import partial
from itertools import islice, permutations
from itertools import product as cartesian
from typing import Any, TypeAlias

import sympy as sp

from symrnn.certify.equations import Certificate
from symrnn.certify.errors import NotFoundError
from symrnn.certify.norms.below import Estimator
from symrnn.certify.norms.estimating import DERIVATIVES, Estimate
from symrnn.certify.norms.known import factors, power, times
from symrnn.certify.norms.lifting import Lifting
from symrnn.certify.norms.norm_translate import Stated
from symrnn.derivation.inequality import Inequality, Limit
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.lemmas import LE, LT, norm
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.scalars import ONE, ZERO, Scalar, scalar_names, walk
from symrnn.kernel.steps import Facts
from symrnn.kernel.system import kinds_of
from symrnn.kernel.terms import ONE as SINGLE
from symrnn.kernel.terms import Term, shape
from symrnn.recurrence import Recurrence

MOST_NORMS = 5
"""How many norms are looked through for sums of others."""

MINUS_ONE: Scalar = ("rational", Fraction(-1))
HALF: Scalar = ("rational", Fraction(1, 2))

SUMS = ("plain", "reversed", "closed", "bounded")
"""What is tried with sums of powers, in this order."""


# -- inequalities ------------------------------------------------------------------------------------------------------


def measured(s: Scalar, what: str) -> list[Term]:
    """The matrices whose norms, or radii, are in a scalar."""
    return [node[-1] for node, _, _ in walk(s) if node[0] == what]


def certificate(statement: Inequality | Limit, recurrence: Recurrence | None, name: str) -> Certificate:
    """A certificate of an inequality or a limit.

    Args:
        statement: what is to be proved.
        recurrence: what its names mean; None for a statement about plain matrices.
        name: the id that it goes by.

    Raises:
        NotFoundError: when none is found; which says nothing about the statement.

    >>> from symrnn.expr import Norm, SpectralRadius
    >>> from symrnn.kernel.norms import check
    >>> from symrnn.symbols import k, n
    >>> W = sp.MatrixSymbol("W", n, n)
    >>> print(check(certificate(Inequality(SpectralRadius(W) ** k, Norm(W**k), (k >= 0,)), None, "radius").lines[1:]))
    ρ(W)^(k) <= ‖W^(k)‖_2  for k >= 0
    """
    why = NotFoundError("no estimate shows it")
    for search in LIMITS if isinstance(statement, Limit) else INEQUALITIES:
        for sums in _ways(statement):
            try:
                stated = Stated(statement, recurrence, name)
                search(stated, sums)
            except NotFoundError as error:
                why = error
            except NotProvedError as error:
                why = NotFoundError(f"the kernel refuses a step: {error}")
            else:
                return Certificate(tuple(stated.script.lines))
    raise NotFoundError(f"no geometric bound shows the limit: {why}") if isinstance(statement, Limit) else why


def _ways(statement: Inequality | Limit) -> tuple[str, ...]:
    """What is tried with sums of powers: closed forms where the statement has a quotient or no sum."""
    if isinstance(statement, Inequality) and statement.rhs.has(sp.Sum):
        return SUMS[:2]
    if isinstance(statement, Limit) or not any(e.exp.is_negative for e in statement.rhs.atoms(sp.Pow)):
        return SUMS[:1]
    ends = any(e.exp.has(sp.Symbol) for part in statement.rhs.atoms(sp.Add) for e in part.atoms(sp.Pow))
    return SUMS[2:] if ends else SUMS[:1:-1]


def _by_estimates(stated: Stated, sums: str) -> None:
    """Estimate the left side from above and the right side from below, and compare."""
    left, right = stated.sides
    if left[0] == "abs":  # of what is at most c, and not below -c
        script, facts, x = stated.script, stated.facts, left[1]
        above, below = _compare(stated, x, right, sums), _compare(stated, times(MINUS_ONE, x), right, sums)
        sign = script.combine(facts, ZERO, LE, ("plus", right, x), [[1, below]])
        above = script.combine(facts, x, LE, right, [[1, above]])
        finish(stated, script.lemma("least absolute value", [x, right], facts, [above, sign])[0])
        return
    finish(stated, _compare(stated, left, right, sums))


def _compare(stated: Stated, left: Scalar, right: Scalar, sums: str) -> int:
    """The bound that one number is at most another.

    Raises:
        NotFoundError: when no estimates show it.
    """
    script, facts = stated.script, stated.facts
    why = NotFoundError("no estimate of a side is found")
    ways = (_condition_numbers(stated, right), _triangles(stated, left, right), _compared(stated, right))
    stated.known.comparisons = [bound for bounds in (*ways, _squares(stated, left, right)) for bound in bounds]
    for up, down in _pairs(uppers(stated, left, right, sums), lowers(stated, right, left, sums)):
        exponents = {node[2] for s in (up.value, down.value) for node, _, _ in walk(s) if node[0] == "power"}
        try:
            middle = stated.known.linked(up.value, down.value, facts, sorted(exponents))
        except NotFoundError as error:
            why = error
            continue
        return script.combine(facts, left, LE, right, [[1, up.bound], [1, middle], [1, down.bound]])
    unknown = stated.known.entries.unknown() if stated.known.entries is not None else []
    if unknown and (measured(left, "smallest") or measured(right, "smallest")):
        raise NotFoundError(f"nothing is known of the sign of the entries of {', '.join(unknown)}")
    raise why


def _condition_numbers(stated: Stated, s: Scalar) -> Iterator[int]:
    """The bounds 1 = ‖I‖ = ‖A B‖ <= ‖A‖‖B‖ for the norms in a scalar of matrices that are inverse to each other."""
    script, facts, normal = stated.script, stated.facts, stated.deriver.normal
    known = stated.known
    norms = dict.fromkeys(node for node, _, bound in walk(s) if node[0] == "norm" and not bound)
    for (_, p, a), (_, other, b) in cartesian(norms, repeat=2):
        (rows, inner), (height, cols) = shape(a, script.system), shape(b, script.system)
        if p != other or inner != height or rows != cols:
            continue
        one, whole = ("id", rows), ("mul", a, b)
        if normal.value(whole) == normal.value(one):
            spectral = "2" if p == "F" else p
            _, least = script.lemma("identity", [spectral, rows], facts)
            split = script.lemma("submultiplicativity", [spectral, a, b], facts)[0]
            products = [[1, least], [1, split]]
            if p == "F":  # ‖A‖₂‖B‖₂ <= ‖A‖₂‖B‖_F <= ‖A‖_F‖B‖_F
                first, second = (script.lemma("comparison of norms", [each], facts)[0] for each in (a, b))
                products += [[1, known.nonnegative(norm("2", a), facts), second]]
                products += [[1, first, known.nonnegative(norm("F", b), facts)]]
            yield script.combine(facts, ONE, LE, times(norm(p, a), norm(p, b)), products)


def _compared(stated: Stated, s: Scalar) -> Iterator[int]:
    """The bounds of other norms by those in a scalar: ‖a‖_∞ <= ‖a‖₂ of a column, and ‖A‖_F = ‖A I‖_F <= ‖A‖₂ √n."""
    script, facts = stated.script, stated.facts
    norms = dict.fromkeys(node for node, _, bound in walk(s) if node[0] == "norm" and not bound)
    for _, p, a in norms:
        cols = shape(a, script.system)[1]
        if p == "2" and cols == SINGLE:
            equal = script.lemma("diagonal", [p, a], facts)[1]
            length = script.lemma("length of a diagonal", [a], facts)[0]
            yield script.combine(facts, norm("oo", a), LE, norm(p, a), [[1, equal], [1, length]])
        root = norm("F", ("id", cols))
        if p == "2" and root in norms:
            split = script.lemma("Frobenius norm of a product", [a, ("id", cols)], facts)[0]
            yield script.combine(facts, norm("F", a), LE, times(norm(p, a), root), [[1, split]])


def _squares(stated: Stated, *sides: Scalar) -> Iterator[int]:
    """The bounds ‖A‖₂² = ‖AᵀA‖₂ = ‖AAᵀ‖₂ and ‖A‖₂² <= ‖A‖₁‖A‖_∞ where a statement has both."""
    script, facts, value = stated.script, stated.facts, stated.deriver.normal.value
    norms = _norms_in(*sides)
    for a in dict.fromkeys(a for _, p, a in norms if p == "2"):
        square = times(norm("2", a), norm("2", a))
        for one in (a, ("T", a)):
            product: Term = ("mul", ("T", one), one)
            if any(
                p == "2" and value(b) == value(product)
                for _, p, b in norms
                if shape(b, script.system) == shape(product, script.system)
            ):
                there, back = script.lemma("norm of a square", [one], facts)
                if one is a:
                    yield from (there, back)
                    continue
                turned = script.lemma("transpose", ["2", a], facts)
                length, other = norm("2", a), norm("2", one)
                signs = [stated.known.nonnegative(each, facts) for each in (length, other)]
                up = [[1, there], *([1, turned[0], sign] for sign in signs)]
                yield script.combine(facts, norm("2", product), LE, square, up)
                down = [[1, back], *([1, turned[1], sign] for sign in signs)]
                yield script.combine(facts, square, LE, norm("2", product), down)
        if {("norm", "1", a), ("norm", "oo", a)} <= set(norms):
            yield script.lemma("norm between two", [a], facts)[0]


def _norms_in(*sides: Scalar) -> list[Scalar]:
    """The norms in some numbers that stand under no bound index, up to a limit."""
    inside = [node for s in sides for node, _, bound in walk(s) if node[0] == "norm" and not bound]
    return list(dict.fromkeys(inside))[:MOST_NORMS]


def _triangles(stated: Stated, *sides: Scalar) -> Iterator[int]:
    """The bounds ‖A‖ <= ‖B‖ + ‖C‖ for the norms of a statement, and 1 = ‖I‖, where A is B + C up to signs."""
    script, facts, normal = stated.script, stated.facts, stated.deriver.normal
    norms = _norms_in(*sides)
    sizes = {(p, rows) for _, p, a in norms for rows, cols in [shape(a, script.system)] if p != "F" and rows == cols}
    units = [norm(p, ("id", rows)) for p, rows in sorted(sizes)]
    norms += [unit for unit in units if unit not in norms and len(norms) > 1]
    for (_, p, a), one, other in permutations(norms, 3):
        sizes = {shape(t, script.system) for t in (a, one[2], other[2])}
        if {one[1], other[1]} != {p} or len(sizes) > 1 or (norms.index(one) > norms.index(other)):
            continue
        for signs in cartesian((1, -1), repeat=2):
            b, c = (
                t if sign > 0 else ("scale", Fraction(-1), t) for sign, t in zip(signs, (one[2], other[2]), strict=True)
            )
            if normal.value(a) == normal.value(("add", b, c)):
                yield script.lemma("triangle inequality", [p, b, c], facts)[0]
                yield from (
                    bound
                    for unit in units
                    if unit in (("norm", p, a), one, other)
                    for bound in script.lemma("identity", [p, unit[2][1]], facts)
                )
                for sign, t in zip(signs, (one[2], other[2]), strict=True):
                    if sign < 0:
                        yield script.lemma("homogeneity", [p, Fraction(-1), t], facts)[0]


def _pairs(ups: Iterator[Estimate], downs: Iterator[Estimate]) -> Iterator[tuple[Estimate, Estimate]]:
    """All pairs; nothing is estimated, and written down, before its turn has come."""
    seen: list[Estimate] = []
    for up in ups:
        yield from ((up, down) for down in seen)
        for down in downs:
            seen.append(down)
            yield up, down


def uppers(stated: Stated, s: Scalar, other: Scalar, sums: str) -> Iterator[Estimate]:
    """What a scalar does not exceed."""
    yield from _estimates(stated, s, other, sums, upper=True)


def lowers(stated: Stated, s: Scalar, other: Scalar, sums: str) -> Iterator[Estimate]:
    """What a scalar is not below."""
    yield from _estimates(stated, s, other, sums, upper=False)


def _estimates(stated: Stated, s: Scalar, other: Scalar, sums: str, *, upper: bool) -> Iterator[Estimate]:
    script, facts = stated.script, stated.facts
    kept, radii = measured(other, "norm"), measured(other, "radius")
    estimator = Estimator(script, stated.deriver, stated.known, kept, radii, sums)
    seen = [script.value(s)]
    yield Estimate(s, script.combine(facts, s, LE, s, []))
    kinds = dict.fromkeys(node[1] for node, _, _ in walk(other) if node[0] == "norm") or ("2",)
    by_norm: list[Way] = (
        [partial(way, p) for p in kinds for way in (_radius, _radius_written)]
        if upper and measured(s, "radius")
        else []
    )
    by_entry: list[Way] = [partial(_entry, upper=upper)] if measured(s, "smallest") else []
    for way in (*by_entry, *(UPPERS if upper else LOWERS), *by_norm):
        found = Lifting(estimator, partial(way, estimator), upper=upper).estimate(s, facts)
        if upper and s[0] == "total":  # the sum of a norm is opened where its norm is
            try:
                found = estimator.through(s, found.bound, estimator.summed(found.value, facts), facts)
            except (NotFoundError, NotProvedError):
                continue
        value = script.value(found.value)
        if value not in seen:
            seen.append(value)
            yield found


def _upper(estimator: Estimator, s: Scalar, facts: Facts) -> Estimate:
    """By the structure of the matrix."""
    if s[0] != "norm":
        raise NotFoundError("not a norm")
    return estimator.upper(s[2], s[1], facts)


def _lower(estimator: Estimator, s: Scalar, facts: Facts) -> Estimate:
    if s[0] == "least":
        return estimator.least(s[1], facts)
    if s[0] != "norm":
        raise NotFoundError("neither a norm nor a singular value")
    return estimator.lower(s[2], s[1], facts)


def _entry(estimator: Estimator, s: Scalar, facts: Facts, *, upper: bool) -> Estimate:
    """The entry of a 1 x 1 matrix, by what it is made of."""
    signs = estimator.known.entries
    if s[0] != "smallest" or not estimator.is_number(s[1]) or signs is None:
        raise NotFoundError("not an entry")
    x, there, back = signs.entry_of(s[1], facts)
    return Estimate(x, there if upper else back)


def _equal(at: int, estimator: Estimator, s: Scalar, facts: Facts, *, upper: bool) -> Estimate:
    """A number that it is, or the next one that this is."""
    found = list(islice(estimator.equals(s, facts), at + 1))
    if len(found) <= at:
        raise NotFoundError("nothing is known to be equal")
    other, there, back = found[at]
    return Estimate(other, there if upper else back)


def _radius(p: str, estimator: Estimator, s: Scalar, facts: Facts) -> Estimate:
    """ρ(A) <= ‖A‖."""
    if s[0] != "radius":
        raise NotFoundError("not a radius")
    return Estimate(norm(p, s[1]), estimator.script.lemma("radius below norm", [p, s[1]], facts)[0])


def _radius_written(p: str, estimator: Estimator, s: Scalar, facts: Facts) -> Estimate:
    """ρ(A) <= ‖A‖, and by the structure of A."""
    first = _radius(p, estimator, s, facts)
    return estimator.through(s, first.bound, estimator.upper(s[1], p, facts), facts)


def _lower_by_radius(estimator: Estimator, s: Scalar, facts: Facts) -> Estimate:
    """ρ(A)^k = ρ(A^k) <= ‖A^k‖."""
    script, (whole, first) = estimator.script, _opened(estimator, s, facts, below=True)
    if whole != s:
        return estimator.onward(s, first, _lower_by_radius(estimator, whole, facts), facts)
    if s[0] != "norm" or s[2][0] != "pow":
        raise NotFoundError("not the norm of a power")
    _, p, (_, base, k) = s
    below = script.lemma("radius below norm", [p, s[2]], facts)[0]
    mapped = script.lemma("radius of a power", [base, k], facts)[1]
    value = power(("radius", base), k)
    bound = script.combine(facts, value, LE, s, [[1, below], [1, mapped]])
    if estimator.similarity(base, facts) is None and not estimator.is_number(base):
        return Estimate(value, bound)
    inner, _, back = next(estimator.equals(("radius", base), facts))
    sign = estimator.known.restated(estimator.known.nonnegative(inner, facts), facts, ZERO, inner, LE)
    raised = script.lemma("powers grow", [inner, ("radius", base), k], facts, [sign, back])[0]
    value = power(inner, k)
    return Estimate(value, script.combine(facts, value, LE, s, [[1, bound], [1, raised]]))


MOST_EQUAL = 3
"""How many equal numbers are looked at: ρ(V A V⁻¹) = ρ(A) = ‖a‖ for a diagonal A."""

Way: TypeAlias = Callable[[Estimator, Scalar, Facts], Estimate]

UPPERS: tuple[Way, ...] = (_upper, *(partial(_equal, at, upper=True) for at in range(MOST_EQUAL)))
LOWERS: tuple[Way, ...] = (_lower, _lower_by_radius, *(partial(_equal, at, upper=False) for at in range(MOST_EQUAL)))


def finish(stated: Stated, bound: int, growth: Mapping[str, tuple[int, int]] | None = None) -> None:
    """Write the end."""
    script = stated.script
    quotients = []
    for divisor, inside in script.divisors(script.bound(bound)):
        shown = stated.known.positive(divisor, inside)
        quotients.append(stated.known.restated(shown, inside, ZERO, divisor, LT))
    script.end(bound, quotients, growth or {})


INEQUALITIES: tuple[Callable[[Stated, str], None], ...] = (_by_estimates,)


# -- limits ------------------------------------------------------------------------------------------------------------


def _by_geometric_sequence(stated: Stated, sums: str) -> None:
    """A bound c q^k with q < 1 from above, or with q > 1 from below."""
    statement, script = stated.statement, stated.script
    assert isinstance(statement, Limit)
    (s,) = stated.sides
    k = str(statement.index)
    to_zero = statement.value == 0
    why = NotFoundError("there is no bound")
    for estimate in (uppers if to_zero else lowers)(stated, s, ONE, sums):
        try:
            bound = _geometric_limit(stated, s, estimate, k, to_zero)
        except (NotFoundError, NotProvedError) as error:
            why = NotFoundError(str(error))
            continue
        finish(stated, bound, growth(script.bound(bound).facts, k))
        return
    raise why


def _geometric_limit(stated: Stated, s: Scalar, estimate: Estimate, k: str, to_zero: bool) -> int:
    script, facts, known = stated.script, stated.facts, stated.known
    moving = [f for f in factors(estimate.value) if k in scalar_names(f)]
    front = times(*(f for f in factors(estimate.value) if f not in moving))
    if not moving or any(f[0] != "power" or k in scalar_names(f[1]) or f[2] != moving[0][2] for f in moving):
        raise NotFoundError("not a geometric bound")
    q, order = times(*(f[1] for f in moving)), estimate.bound
    if moving[0][2] != variable(k):
        more, q, shifted = _unshifted(stated, q, moving[0][2], k, to_zero)
        value = times(front, more, power(q, variable(k)))
        rest = [] if front == ONE else [known.nonnegative(front, facts)]
        sides = (s, value) if to_zero else (value, s)
        order = script.combine(facts, sides[0], LE, sides[1], [[1, order], [1, shifted, *rest]])
        front = times(front, more)
    sequence = power(q, variable(k))
    if to_zero:
        front, order = _bounded(stated, s, front, sequence, order)
        below = known.restated(known.below(q, ONE, facts), facts, q, ONE, LT)
        sign = known.restated(known.nonnegative(q, facts), facts, ZERO, q, LE)
        limit = script.lemma("geometric sequence", [q, k], facts, [sign, below])[0]
    else:
        above = known.restated(known.below(ONE, q, facts), facts, ONE, q, LT)
        limit = script.lemma("geometric growth", [q, k], facts, [above])[0]
    if front != ONE:
        if to_zero:
            limit = script.lemma("multiple to zero", [front, sequence, k], facts, [limit])[0]
        else:
            above = known.positive(front, facts)
            limit = script.lemma("multiple to infinity", [front, sequence, k], facts, [above, limit])[0]
        sequence = ("times", front, sequence)
    if to_zero:
        sign = known.restated(known.nonnegative(s, facts), facts, ZERO, s, LE)
        order = known.restated(order, facts, s, sequence, LE)
        return script.lemma("squeezed", [s, sequence, k], facts, [sign, order, limit])[0]
    order = known.restated(order, facts, sequence, s, LE)
    return script.lemma("pushed", [s, sequence, k], facts, [order, limit])[0]


def _bounded(stated: Stated, s: Scalar, front: Scalar, sequence: Scalar, order: int) -> tuple[Scalar, int]:
    """A factor and the bound s <= factor · sequence, with numbers in the place of norms that hypotheses bound by them.

    A norm such as that of an initial state may be as large as one likes, and is not a factor of a limit.
    """
    script, facts, known = stated.script, stated.facts, stated.known
    parts = factors(front)
    for at, part in enumerate(parts):
        for which in known.hypotheses(facts) if part[0] == "norm" else ():
            bound = script.bound(which)
            if bound.left != part or bound.right[0] not in ("real", "rational"):
                continue
            others = times(*parts[:at], *parts[at + 1 :], sequence)
            parts[at] = bound.right
            products = [[1, order], [1, which, known.nonnegative(others, facts)]]
            order = script.combine(facts, s, LE, times(*parts, sequence), products)
            break
    return times(*parts), order


def _unshifted(stated: Stated, q: Scalar, e: Linear, k: str, to_zero: bool) -> tuple[Scalar, Scalar, int]:
    """A bound of q^e by c r^k, where e is k up to a number; from above for q < 1, from below for q > 1.

    With e = k + m it is q^k. With e = k - m it is r^k over r^m, where r is q for q > 1, and otherwise the larger one of
    q and 1/2, which is neither 0 nor 1.

    Returns:
        c, r, and the number of the bound.

    Raises:
        NotFoundError: for another exponent, or a ratio that may be 1.
    """
    script, facts, known = stated.script, stated.facts, stated.known
    gap = e - variable(k)
    if gap.terms:
        raise NotFoundError("not a geometric bound")
    by = gap.constant
    strict = known.below(*((q, ONE) if to_zero else (ONE, q)), facts)
    whole, plain = power(q, e), power(q, variable(k))
    sign = known.restated(known.nonnegative(q, facts), facts, ZERO, q, LE) if to_zero else -1
    if by > 0:
        pair = (q, ONE) if to_zero else (ONE, q)
        least = sign if to_zero else known.nonnegative(ONE, facts)
        premises = [known.restated(least, facts, ZERO, pair[0], LE), known.restated(strict, facts, *pair, LE)]
        grown = script.lemma("powers grow", [*pair, number(by)], facts, premises)[0]
        sides = (whole, plain) if to_zero else (plain, whole)
        return ONE, q, script.combine(facts, sides[0], LE, sides[1], [[1, grown, known.nonnegative(plain, facts)]])
    r, products = q, list[list[Any]]()
    if to_zero:
        r = ("max", q, HALF)
        mean: Scalar = ("times", HALF, ("plus", ONE, q))
        first, second = known.maximum(q, HALF, facts)
        both = [
            script.combine(facts, q, LE, mean, [[HALF[1], strict]]),
            script.combine(facts, HALF, LE, mean, [[HALF[1], sign]]),
        ]
        least_bound = script.lemma("least upper bound", [q, HALF, mean], facts, both)[0]
        known.remember(script.combine(facts, r, LT, ONE, [[1, least_bound], [HALF[1], strict]]))
        known.remember(script.combine(facts, ZERO, LT, r, [[1, second], [HALF[1]]]))
        order = known.restated(first, facts, q, r, LE)
        products.append([1, script.lemma("powers grow", [q, r, e], facts, [sign, order])[0]])
    else:
        known.remember(script.combine(facts, ZERO, LT, r, [[1, strict], [1]]))
    over, value = ("over", r), power(r, e)
    at_most, at_least, positive = known.reciprocal(r, facts)
    for step in range(-by):  # r^(k-m+j) / r^j is r^(k-m+j+1) / r^(j+1)
        raised = known.nonnegative(power(r, e + step), facts)
        products.append([1, at_least if to_zero else at_most, raised, *[positive] * step])
    front = times(*[over] * -by)
    bound = times(front, power(r, variable(k)))
    sides = (whole, bound) if to_zero else (bound, value)
    return front, r, script.combine(facts, sides[0], LE, sides[1], products)


def _by_gelfand(stated: Stated, sums: str) -> None:
    """‖A^k‖ / q^k → 0 for ρ(A) < q."""
    statement, script, known = stated.statement, stated.script, stated.known
    assert isinstance(statement, Limit)
    (whole,) = stated.sides
    k = str(statement.index)
    facts = stated.facts
    written = _written_out(stated, whole)
    s = written.value
    powers = [f for f in factors(s) if f[0] == "norm" and _of_power(f[2], k)]
    rates = [f for f in factors(s) if f not in powers]
    if statement.value != 0 or len(powers) != 1 or len(rates) > 1:
        raise NotFoundError("not the norm of a power over the power of a number")
    _, p, product = powers[0]
    split = _of_power(product, k)
    assert split is not None
    before, base, after = split
    q = ONE
    if rates:
        match rates[0]:
            case ("over", ("power", rate, e)) if e == variable(k):
                q = rate
            case _:
                raise NotFoundError("not the power of a number")
    below = _radius_below(stated, base, q)
    limit = script.lemma("Gelfand", [p, base, q, k], facts, [below])[0]
    if before or after:
        multiple, order, limit = _multiple(stated, s, powers[0], limit, k)
    else:
        multiple = script.bound(limit).left
        order = script.combine(facts, s, LE, multiple, [])
    sign = known.restated(known.nonnegative(whole, facts), facts, ZERO, whole, LE)
    order = script.combine(facts, whole, LE, multiple, [[1, written.bound], [1, order]])
    squeezed = script.lemma("squeezed", [whole, multiple, k], facts, [sign, order, limit])[0]
    finish(stated, squeezed, growth(facts, k))


def _written_out(stated: Stated, s: Scalar) -> Estimate:
    """A number with the derivatives in its norms written out."""
    estimator = Estimator(stated.script, stated.deriver, stated.known)

    return Lifting(estimator, partial(_opened, estimator), upper=True).estimate(s, stated.facts)


def _opened(estimator: Estimator, s: Scalar, facts: Facts, *, below: bool = False) -> Estimate:
    """The norm of a derivative as that of what it is; the number itself where it is nothing of the kind."""
    if s[0] == "norm" and kinds_of(s[2]) & DERIVATIVES:
        equal = estimator.written_out(s[2], facts)
        if equal is not None:
            other, bound = estimator.rewritten(s[1], s[2], *equal, facts, below=below)
            return Estimate(norm(s[1], other), bound)
    return estimator.same(s, facts)


def _of_power(t: Term, k: str) -> tuple[tuple[Term, ...], Term, tuple[Term, ...]] | None:
    """What stands before A^k and behind it, with A between; None for what is no such product."""
    parts = t[1:] if t[0] == "mul" else (t,)
    at = [i for i, part in enumerate(parts) if part[0] == "pow" and part[2] == variable(k)]
    if len(at) != 1 or any(k in scalar_names(norm("2", part)) for i, part in enumerate(parts) if i not in at):
        return None
    return parts[: at[0]], parts[at[0]][1], parts[at[0] + 1 :]


def _multiple(stated: Stated, s: Scalar, moving: Scalar, limit: int, k: str) -> tuple[Scalar, int, int]:
    """‖B A^k C‖ r <= ‖B‖‖C‖ (‖A^k‖ r), which tends to 0 with ‖A^k‖ r."""
    script, known, facts = stated.script, stated.known, stated.facts
    whole, (_, p, product) = script.bound(limit).left, moving
    around = _of_power(product, k)
    assert around is not None
    before, base, after = around
    rest = times(*(f for f in factors(s) if f != moving))
    inner: Term = ("pow", base, variable(k))
    products, front, sign = list[list[int]](), list[Scalar](), known.nonnegative(rest, facts)
    for outer, turned in ((after, False), (before, True)):
        if outer:
            a = outer[0] if len(outer) == 1 else ("mul", *outer)
            both = (a, inner) if turned else (inner, a)
            split = script.lemma("submultiplicativity", [p, *both], facts)[0]
            products = [
                [1, split, sign],
                *([*each, known.nonnegative(norm(p, a), facts)] for each in products),
            ]
            front.append(norm(p, a))
            inner = ("mul", *(part for each in both for part in (each[1:] if each[0] == "mul" else (each,))))
    multiple = ("times", times(*front), whole)
    order = script.combine(facts, s, LE, multiple, products)
    return multiple, order, script.lemma("multiple to zero", [times(*front), whole, k], facts, [limit])[0]


def _radius_below(stated: Stated, base: Term, q: Scalar) -> int:
    """The bound ρ(A) < q, by a hypothesis about it or about an equal number."""
    script, known, facts, radius = stated.script, stated.known, stated.facts, ("radius", base)
    found = known.related(radius, LT, q, facts)
    if found is not None:
        return found
    for other, there, _ in Estimator(script, stated.deriver, known).equals(radius, facts):
        below = known.related(other, LT, q, facts)
        if below is not None:
            return script.combine(facts, radius, LT, q, [[1, there], [1, below]])
    raise NotFoundError("a radius that may be as large")


def growth(facts: Facts, k: str) -> dict[str, tuple[int, int]]:
    """Values of the indices with every fact >= 0, and how they grow with one of them.

    Raises:
        NotFoundError: when none are found.
    """
    names = sorted({v for fact in facts for v in fact.names()} | {k})
    for point, step in cartesian(cartesian(range(4), repeat=len(names)), cartesian((1, 0), repeat=len(names))):
        at, by = dict(zip(names, point, strict=True)), dict(zip(names, step, strict=True))
        values = all(f.constant + sum(c * at[v] for v, c in f.terms) >= 0 for f in facts)
        if by[k] and values and all(sum(c * by[v] for v, c in f.terms) >= 0 for f in facts):
            return {v: (at[v], by[v]) for v in names}
    raise NotFoundError(f"the conditions keep {k} from growing")


LIMITS: tuple[Callable[[Stated, str], None], ...] = (_by_geometric_sequence, _by_gelfand)
