"""Terms that belong to no recurrence: the kernel's normal form of each, and whether two are equal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr

from symrnn.budget import attempting, refusing_depth, tick
from symrnn.certify.draft import Draft
from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal, Spot
from symrnn.certify.meeting import meet, tidy
from symrnn.certify.powers import spread, tell_units
from symrnn.certify.script import shows
from symrnn.derivation.conditions import conditions
from symrnn.derivation.statement import matrix
from symrnn.equality.free import Named, Reading
from symrnn.equality.reckoning import Reckoning
from symrnn.errors import LimitError, UnknownTermError
from symrnn.expr.shapes import require_shapes, require_sum
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.monomials import (
    Atom,
    Mono,
    Poly,
    changed,
    has_sums,
    insides,
    is_bound,
    opened,
    plus,
    scaled,
    variables,
)
from symrnn.kernel.steps import Facts, Value
from symrnn.kernel.work import MOST_WORK, limited

MOST_CASES = 3
"""How often cases are told apart within cases."""

MOST_SECONDS = 10.0
"""CPU time for one normal form or one comparison."""

MOST_ROUNDS = 10
"""How often a normal form is put in order again, and how often sums are counted."""

LARGEST_FAULHABER = 12
"""Highest power of an index whose sum is written as a polynomial."""


class _Filling(Value):
    """The kernel's steps, and one more, of which no certificate is made."""

    on_atoms = (*Value.on_atoms, "filled")

    def filled(self, atom: Atom, scope: Facts, names: Mapping[str, str], parts: tuple[Poly, ...]) -> Poly:
        """An atom with other matrices inside, to which its own are equal."""
        return self.normal.anew(atom, changed(parts, {old: variable(new) for old, new in names.items()}))


class Difference(Goal):
    """A matrix that is rewritten until it is zero, or nothing more can be done."""

    def __init__(self, draft: Draft, facts: Facts, value: Poly) -> None:
        super().__init__(draft, facts, (), ("zero", value.rows, value.cols))
        self.kernel = _Filling(draft.system, facts, (), draft.theorem, lambda term: True)
        self.kernel.normal = self.normal = Reckoning(draft.system)
        self.draft, self.value = draft, value
        self._different: set[tuple[Facts, Atom, Atom]] = set()

    def counted(self) -> bool:
        """Write a sum of powers of an index, on which nothing else depends, as a polynomial; whether there was one."""
        for m, (mono, c) in enumerate(self.value.terms):
            found = self._count(mono, c)
            if found is not None:
                rest = Poly(self.value.rows, self.value.cols, (*self.value.terms[:m], *self.value.terms[m + 1 :]))
                self.value = plus(rest, found)
                return True
        return False

    def _count(self, mono: Mono, c: Fraction | int) -> Poly | None:
        for v in mono.bound:
            powers = [s for s in mono.scalars if s == (("num", 1, variable(v)),)]
            others = tuple(s for s in mono.scalars if s not in powers)
            mine = [form for form in mono.domain if form.coefficient(v)]
            ends = sorted(form.coefficient(v) for form in mine)
            if v in variables((mono.word, others)) or ends != [-1, 1] or len(powers) > LARGEST_FAULHABER:
                continue
            low = next(variable(v) - form for form in mine if form.coefficient(v) == 1)
            high = next(form + variable(v) for form in mine if form.coefficient(v) == -1)
            domain = tuple(form for form in mono.domain if form not in mine)
            length, bound = high - low + 1, tuple(b for b in mono.bound if b != v)
            if not shows((*self.facts, *domain), length):
                if length.names().isdisjoint(bound):
                    continue
                domain = (*domain, length)
            rest = opened(mono._replace(bound=(v, *bound), domain=(*mine, *domain), scalars=others))
            new = dict(zip((v, *bound), rest.bound, strict=True))
            low, high = (form.at({old: variable(name) for old, name in new.items()}) for form in (low, high))
            rest = rest._replace(bound=rest.bound[1:], domain=rest.domain[2:])
            factor = scaled(c, self.normal.summed_powers(len(powers), low, high))
            rows, cols = self.value.rows, self.value.cols
            inside = Poly(rows, cols, ((rest._replace(bound=(), domain=()), 1),))
            return self.normal.summed(rest, self.normal.times_scalar(factor, inside))
        return None

    def settle(self) -> None:
        """Bring the matrix to a form that does not depend on how it was written, as far as that goes."""
        for _ in range(MOST_ROUNDS):
            before = self.value
            with suppress(NotFoundError):  # where it is left open whether a product has factors
                tidy(self)
            while self.counted():
                pass
            self.value = self.normal.again(self.value)
            if self.value == before and not self._settled_inside():
                return

    def _settled_inside(self) -> bool:
        for spot in self.spots():
            if spot.atom[0] in OPAQUE and any(has_sums(p) for p in insides(spot.atom)):
                goals = [Difference(self.draft, _within(spot), p) for p in insides(spot.atom)]
                for goal in goals:
                    goal.settle()
                parts = tuple(goal.value for goal in goals)
                if parts != insides(spot.atom):
                    self.do(spot.path, "filled", parts)
                    return True
        return False

    def vanish(self) -> bool:
        """Rewrite the matrix until it is zero; whether it is.

        Raises:
            NotFoundError: where facts are missing.
        """
        self.settle()
        for more in (meet, _with_units, Difference.liken, meet):
            for _ in range(MOST_ROUNDS):
                before = self.value
                more(self)
                self.settle()
                if not self.value.terms:
                    return True
                if self.value == before:
                    break
        return False

    def liken(self) -> None:
        """Give an atom the parts of another one of the same kind, to which its own are shown to be equal."""
        spots = [spot for spot in self.spots() if spot.atom[0] in OPAQUE]
        for one, other in combinations(spots, 2):
            if one.atom != other.atom and _frame(one.atom) == _frame(other.atom) and self._are_alike(one, other):
                self.do(other.path, "filled", _parts(one, other))
                return

    def _are_alike(self, one: Spot, other: Spot) -> bool:
        facts = tuple(form for form in _within(other) if form in (*one.scope, *_within(other)[len(other.scope) :]))
        around = [{v for form in spot.scope for v in form.names() if is_bound(v)} for spot in (one, other)]
        key = (facts, one.atom, other.atom)
        moves = other.atom[0] == "prod" and other.atom[1] != one.atom[1]
        is_caught = moves and other.atom[1] in variables(insides(one.atom))
        if key in self._different or is_caught or not variables(one.atom) & around[0] <= around[1]:
            return False
        pairs = zip(_parts(one, other), insides(other.atom), strict=True)
        try:
            if all(Difference(self.draft, facts, plus(p, scaled(-1, q))).vanish() for p, q in pairs):
                return True
        except NotFoundError:
            pass  # a fact that is missing inside is none of those that cases are told apart by
        self._different.add(key)
        return False


OPAQUE = ("fn", "softmax", "lse", "inv", "exp", "opaque", "prod")
"""Atoms that are not linear in their parts."""


def _within(spot: Spot) -> Facts:
    """What holds inside an atom."""
    if spot.atom[0] != "prod":
        return spot.scope
    _, v, low, high, _ = spot.atom
    return (*spot.scope, variable(v) - low, high - variable(v))


def _frame(atom: Atom) -> tuple[object, ...]:
    """An atom without the matrices in it, and the name of its index."""
    fixed = atom[2:4] if atom[0] == "prod" else tuple(part for part in atom[1:] if not isinstance(part, Poly))
    return atom[0], *fixed, *((p.rows, p.cols) for p in insides(atom))


def _parts(one: Spot, other: Spot) -> tuple[Poly, ...]:
    """The matrices in an atom, by the index of the other one."""
    parts = insides(one.atom)
    if one.atom[0] == "prod" and one.atom[1] != other.atom[1]:
        parts = changed(parts, {one.atom[1]: variable(other.atom[1])})
    return parts


@contextmanager
def _in_words(term: sp.Basic) -> Iterator[None]:
    """Say of what there is no normal form, or that it is too large."""
    try:
        with refusing_depth(), attempting("normal form", most=MOST_SECONDS), limited(4 * MOST_WORK):
            tick()
            yield
    except NotFoundError as error:
        what = str(error).removesuffix(" has no certificates yet")
        raise UnknownTermError(
            f"the normal form has no rule for {what}", where=str(term)[:80], advice="write it with other terms"
        ) from None
    except NotProvedError as error:
        if "too long" not in str(error):
            raise UnknownTermError(f"the normal form has no rule for {error}", where=str(term)[:80]) from None
        raise LimitError(
            "a product of sums with too many summands, or too deep a term",
            where=str(term)[:80],
            advice="keep the bounds symbolic",
        ) from None


def normal_form(term: MatrixExpr) -> MatrixExpr:
    """The normal form of a term: the same for all ways of writing it that the rules cover.

    Distributed; sums shifted, reversed and exchanged to one form; Kronecker products and vec joined; diagonal matrices
    sorted; 1 x 1 pieces made scalars; short ranges written out. Sound: equal normal forms are equal matrices for every
    size and every value of the indices for which all ranges and exponents of matrices are >= 0. Sums in it may have a
    range of negative length, and are zero there. What was split or peeled is put together by :func:`equal` alone.

    Raises:
        ShapeError: when the term does not fit together.
        UnknownTermError: for a node without a rule.
        LimitError: for a range too long to write out, a product of too many sums, or what takes too long.

    >>> import sympy as sp
    >>> k = sp.Symbol("k", integer=True)
    >>> n = sp.Symbol("n", integer=True, positive=True)
    >>> W, V = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("V", n, n)
    >>> normal_form(W * (V + W) - W * V)
    W*W
    """
    return _normal_form(matrix(term, "a normal form is one of a matrix"))


@lru_cache(maxsize=2000)
def _normal_form(term: MatrixExpr) -> MatrixExpr:
    require_shapes(term)
    with _in_words(term):
        for _ in range(MOST_ROUNDS):
            found = _rewritten(term)
            if found == term:
                break
            term = found
        return term


def _rewritten(term: MatrixExpr) -> MatrixExpr:
    named = Named(term)
    left = named.term(term)
    draft = Draft(named.system())
    facts, _ = named.implied(named.facts(()))
    goal = Difference(draft, () if _is_absurd(facts) else facts, Reckoning(draft.system).value(left))
    goal.settle()
    taken = {symbol.name for symbol in term.free_symbols if isinstance(symbol, sp.Symbol)}
    return Reading(named.meanings, goal.normal, goal.facts, taken).poly(goal.value)


def equal(left: MatrixExpr, right: MatrixExpr, facts: Relational | tuple[Relational, ...] = ()) -> bool:
    """Whether two terms are shown to be equal. False means "not shown equal", never "different".

    Equal for every size and every value of the indices for which the facts hold and all ranges and exponents of
    matrices are >= 0.

    Args:
        left: a term.
        right: another one of the same shape.
        facts: conditions on indices; one, or a tuple of several.

    Raises:
        ShapeError: when they do not fit together, or are of different shapes.
        UnknownTermError: for a node without a rule.
        LimitError: for a range too long to write out, a product of too many sums, or what takes too long.
        IndexRangeError: for a fact that is not a relation, or never holds.

    >>> import sympy as sp
    >>> from symrnn.expr import MatrixSum, Sequence
    >>> k, s, t = sp.symbols("k s t", integer=True)
    >>> h = Sequence("h", sp.Symbol("n", integer=True, positive=True))
    >>> equal(MatrixSum(h[t - k], (k, 0, t - 1)), MatrixSum(h[s], (s, 1, t - 1)) + h[t])
    True
    """
    left, right = (matrix(side, "matrices are compared") for side in (left, right))
    facts = conditions(facts)
    require_sum(left, right, "equals")
    difference = sp.MatAdd(left, sp.MatMul(sp.S.NegativeOne, right))
    require_shapes(difference)
    with _in_words(difference):
        named = Named(difference, *facts)
        term = named.term(difference)
        draft = Draft(named.system())
        value = Reckoning(draft.system).value(term)
        given = named.facts(facts)
        if not value.terms or _is_absurd(named.implied(given)[0]):
            return not value.terms
        return _vanishes(draft, named, given, value)


def _vanishes(draft: Draft, named: Named, given: Facts, value: Poly, depth: int = 0) -> bool:
    """Whether a matrix is shown to be zero, perhaps by cases."""
    facts, form = named.implied(given)
    if _is_absurd(facts):
        return True
    goal = Difference(draft, *_without_fixed(draft, facts, value))
    try:
        if goal.vanish():
            return True
    except NotFoundError as error:
        form = error.missing if error.missing is not None and _is_open(facts, error.missing) else form
    except NotProvedError as error:
        if "too long" in str(error):
            raise
    form = form or _least_value(facts)
    if depth == MOST_CASES or form is None or any(is_bound(v) for v in form.names()):
        return False
    return all(_vanishes(draft, named, (*given, each), value, depth + 1) for each in (form, (-1) * form - 1))


def _least_value(facts: Facts) -> Linear | None:
    """What tells the least of few values from the others."""
    few = (one for one in facts for other in facts if not (one + other).terms and 0 < (one + other).constant <= 2)
    return next((one - 1 for one in few), None)


def _without_fixed(draft: Draft, facts: Facts, value: Poly) -> tuple[Facts, Poly]:
    """Facts and a matrix with the value of every index that has one by the facts, but for what is a width."""
    for form in facts:
        v = next((v for v, c in form.terms if abs(c) == 1 and v not in draft.system.fixed), None)
        if v is not None and shows(facts, (-1) * form):
            at = {v: (-form.coefficient(v)) * (form - form.coefficient(v) * variable(v))}
            others = tuple(fact.at(at) for fact in facts)
            value = Reckoning(draft.system).again(changed(value, at))
            return _without_fixed(draft, tuple(fact for fact in others if fact.terms), value)
    return facts, value


def _with_units(goal: Goal) -> None:
    spread(goal)
    tell_units(goal)


def _is_open(facts: Facts, form: Linear) -> bool:
    """Whether facts leave it open that a form is >= 0."""
    return not shows(facts, form) and not shows(facts, (-1) * form - 1)


def _is_absurd(facts: Facts) -> bool:
    return shows(facts, number(-1))
