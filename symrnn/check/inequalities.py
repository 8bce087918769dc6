"""Proofs of inequalities between norms: derivatives written out, norms estimated, and what is left compared."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import product as cartesian

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatMul, MatPow, MatrixExpr, MatrixSymbol

from symrnn.check.arithmetic import at_least, entails
from symrnn.check.comparison import at_most, monomials, opened, outermost, powers, standard
from symrnn.check.estimates import SINGULAR, SUBMULTIPLICATIVE, Estimator
from symrnn.check.existence import Admission, admitted, require_existing, shown
from symrnn.check.lemmas import NORM_OF_NORMAL, RADIUS_BELOW_NORM, Lemma, radius_of, spectral_lower
from symrnn.check.peeling import peelings
from symrnn.check.rewrite import Facts
from symrnn.check.structure import Structure
from symrnn.check.writing import Writing
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Hypothesis, Inequality, Limit
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import Link
from symrnn.errors import ProofError, UnknownTermError
from symrnn.expr import Apply, Binder, Measure, Norm, OrderedProduct, SpectralRadius, UnitVector
from symrnn.expr.normal import normal_form
from symrnn.expr.norms import FROBENIUS, SPECTRAL
from symrnn.expr.shapes import same
from symrnn.recurrence import Recurrence

FAR = 10**9
"""An index that conditions keep below this does not grow."""


@dataclass(frozen=True)
class Evidence:
    """How an inequality or a limit was shown.

    Args:
        means: names of the rules that were used.
        lemmas: the classical theorems it rests on, which are not proved here.
        hypotheses: what was assumed beyond the statement's own conditions, in words.
        chain: the estimates on the way, where there are any between the two sides.
    """

    means: tuple[str, ...]
    lemmas: tuple[Lemma, ...] = ()
    hypotheses: tuple[str, ...] = ()
    chain: tuple[Link, ...] = ()

    def __str__(self) -> str:
        names = [*self.means, *(lemma.name for lemma in self.lemmas)]
        return " + ".join(dict.fromkeys(names)) or "comparison of both sides"


@dataclass
class Reader:
    """What a statement about norms means for one recurrence, and the estimates that follow from its structure.

    Args:
        statement: an inequality or a limit.
        recurrence: what its names mean.
        facts: what holds of its indices.

    Raises:
        NotDifferentiableError: for an activation with a kink and no convention.
    """

    statement: Inequality | Limit
    recurrence: Recurrence
    facts: Facts

    def __post_init__(self) -> None:
        self._origin: dict[sp.Expr, MatrixExpr] = {}
        self.writing = Writing(self.recurrence)
        self.structure = Structure(tuple(h for h in self.statement.given if isinstance(h, Equation)))
        given = self.statement.given
        self.estimator = Estimator(
            slopes_of(given, self.recurrence), tuple(h for h in given if isinstance(h, ForEvery))
        )

    @property
    def relations(self) -> list[Relational]:
        """The relations between scalars that are assumed, as the estimates write their quantities."""
        found = [h for h in self.statement.given if isinstance(h, Relational)]
        found += [at_least(c, 0) for c in self._known_slopes()]
        return [relation.func(*(self.written(side) for side in relation.args), evaluate=False) for relation in found]

    def _known_slopes(self) -> Iterator[sp.Expr]:
        for low, high in self.estimator.slopes.values():
            yield from (bound for bound in (low, high) if bound.is_finite)

    # -- writing out -----------------------------------------------------------------------------------------------

    def written(self, scalar: sp.Expr, facts: Facts | None = None) -> sp.Expr:
        """Every norm of a term as the norm of its normal form, derivatives written out.

        Below a sum its index is renamed, so that a fact about a free symbol of the same name does not reach it.
        """
        facts = self.facts if facts is None else facts
        if isinstance(scalar, Measure):
            return self._written(scalar, facts)
        if not outermost(scalar):
            return scalar
        if not isinstance(scalar, sp.Sum):
            return scalar.func(*(self.written(part, facts) for part in scalar.args))
        body, variable, low, high = opened(scalar)
        fresh = sp.Dummy(variable.name, integer=True)
        inside = (*facts, at_least(fresh, low), at_least(high, fresh))
        body = self.written(body.xreplace({variable: fresh}), inside)
        return sp.Sum(body.xreplace({fresh: variable}), (variable, low, high))

    def _written(self, measure: Measure, facts: Facts) -> sp.Expr:
        explicit = [self._explicit(part, facts) for part in measure.matrices]
        rest = measure.args[len(explicit) :]
        found = measure.func(*map(_in_normal_form, explicit), *rest)
        self._origin[found] = explicit[0]
        return self.structure.simplified(found, facts)

    def _explicit(self, term: MatrixExpr, facts: Facts) -> MatrixExpr:
        """A term with its derivatives in closed form; names of quantities stay."""
        if isinstance(term, MatrixSymbol):
            return term
        return self.structure.with_inverses(self.writing.explicit(term, facts), facts)

    # -- estimating ------------------------------------------------------------------------------------------------

    def above(self, scalar: sp.Expr) -> list[Estimate]:
        """The scalar, and what it does not exceed: from its normal form, and from its closed form as it stands.

        The normal form writes some sums as differences, which are estimated badly.
        """
        ways = (self._upper, self._upper_of_origin, self._upper_but_last, self._upper_but_first, self._upper_but_stated)
        by_structure = (self._normal, self._norm_of_radius, self._upper_of_entry)
        return [Estimate(scalar), *(self._estimated(scalar, way) for way in (*ways, *by_structure))]

    def below(self, scalar: sp.Expr) -> list[Estimate]:
        """The scalar, and what it is not below."""
        ways = (self._singular, self._radius, self._lower_but_last, self._lower_but_first)
        by_structure = (self._normal, self._norm_of_normal_radius)
        return [Estimate(scalar), *(self._estimated(scalar, way) for way in (*ways, *by_structure))]

    def _upper(self, measure: Measure, lemmas: set[Lemma]) -> sp.Expr:
        if isinstance(measure, Norm):
            return self.estimator.upper(measure.of, measure.kind, self.facts)
        return measure

    def _upper_of_origin(self, measure: Measure, lemmas: set[Lemma]) -> sp.Expr:
        if isinstance(measure, Norm):
            return self.estimator.upper(self._origin.get(measure, measure.of), measure.kind, self.facts)
        return measure

    def _upper_but_last(self, measure: Measure, lemmas: set[Lemma]) -> sp.Expr:
        """‖A F‖ <= ‖A‖ times the bound of ‖F‖, where F is the last factor of a product."""
        return self._peeled(measure, on_right=True, above=True)

    def _upper_but_first(self, measure: Measure, lemmas: set[Lemma]) -> sp.Expr:
        return self._peeled(measure, on_right=False, above=True)

    def _upper_but_stated(self, measure: Measure, lemmas: set[Lemma]) -> sp.Expr:
        """‖A F‖ <= (bound of ‖A‖) ‖F‖ for the last factor F of a product as it was stated, which may be a sum."""
        origin = self._origin.get(measure)
        if not isinstance(measure, Norm) or not isinstance(origin, MatMul):
            return measure
        *rest, last = (part for part in origin.args if isinstance(part, MatrixExpr))
        scalars = [part for part in origin.args if not isinstance(part, MatrixExpr)]
        if not rest:
            return measure
        self.estimator.used.add(SUBMULTIPLICATIVE)
        factor = self.estimator.upper(sp.MatMul(*scalars, *rest), measure.kind, self.facts)
        return factor * Norm(_in_normal_form(last), measure.kind)

    def _lower_but_last(self, measure: Measure, lemmas: set[Lemma]) -> sp.Expr:
        return self._peeled(measure, on_right=True, above=False)

    def _lower_but_first(self, measure: Measure, lemmas: set[Lemma]) -> sp.Expr:
        return self._peeled(measure, on_right=False, above=False)

    def _peeled(self, measure: Measure, *, on_right: bool, above: bool) -> sp.Expr:
        if not isinstance(measure, Norm) or (not above and measure.kind != SPECTRAL):
            return measure
        for rest, factor, at_right in peelings(measure.of, self.facts):
            if at_right == on_right and (above or same(factor.rows, factor.cols)):
                self.estimator.used.add(SUBMULTIPLICATIVE if above else SINGULAR)
                beside = Norm(_in_normal_form(rest), measure.kind)
                if above:
                    return beside * self.estimator.upper(factor, measure.kind, self.facts)
                return beside * self.estimator.least(factor, self.facts)
        return measure

    def _singular(self, measure: Measure, lemmas: set[Lemma]) -> sp.Expr:
        if isinstance(measure, Norm) and measure.kind in (SPECTRAL, FROBENIUS):
            return self.estimator.lower(measure.of, self.facts)
        return measure

    def _normal(self, measure: Measure, lemmas: set[Lemma]) -> sp.Expr:
        """‖A‖₂ = ρ(A) for a normal A; and ρ(A) without powers."""
        if isinstance(measure, Norm) and measure.kind == SPECTRAL and self.structure.is_normal(measure.of, self.facts):
            lemmas.add(NORM_OF_NORMAL)
        elif not isinstance(measure, SpectralRadius):
            return measure
        radius, needed = radius_of(measure.of, self.facts)
        lemmas |= needed
        return radius

    def _upper_of_entry(self, measure: Measure, lemmas: set[Lemma]) -> sp.Expr:
        """‖e_iᵀ A e_j‖ <= ‖A‖, by submultiplicativity: the unit vectors have norm 1."""
        if not isinstance(measure, Norm) or not isinstance(measure.of, MatMul):
            return measure
        scalars = [part for part in measure.of.args if not isinstance(part, MatrixExpr)]
        kept = [part for part in measure.of.args if isinstance(part, MatrixExpr)]
        while kept and is_unit(kept[0]):
            kept = kept[1:]
        while kept and is_unit(kept[-1]):
            kept = kept[:-1]
        if not kept:
            return measure
        self.estimator.used.add(SUBMULTIPLICATIVE)
        return abs(sp.Mul(*scalars)) * Norm(sp.MatMul(*kept) if len(kept) > 1 else kept[0], measure.kind)

    def _norm_of_radius(self, measure: Measure, lemmas: set[Lemma]) -> sp.Expr:
        """ρ(A) <= ‖A‖₂, and ρ(A) = ‖A‖₂ for a normal A."""
        if not isinstance(measure, SpectralRadius):
            return measure
        lemmas.add(RADIUS_BELOW_NORM)
        return self.structure.simplified(Norm(measure.of, SPECTRAL), self.facts)

    def _norm_of_normal_radius(self, measure: Measure, lemmas: set[Lemma]) -> sp.Expr:
        if not isinstance(measure, SpectralRadius) or not self.structure.is_normal(measure.of, self.facts):
            return measure
        lemmas.add(NORM_OF_NORMAL)
        return self.structure.simplified(Norm(measure.of, SPECTRAL), self.facts)

    def _radius(self, measure: Measure, lemmas: set[Lemma]) -> sp.Expr:
        found, needed = spectral_lower(measure, self.facts)
        lemmas |= needed
        return found

    def _without_isometries(self, scalar: sp.Expr) -> sp.Expr:
        bound = {limits[0] for total in scalar.atoms(sp.Sum) for limits in total.limits}
        free = [measure for measure in outermost(scalar) if not measure.free_symbols & bound]
        return scalar.xreplace({measure: self.structure.simplified(measure, self.facts) for measure in free})

    def _estimated(self, scalar: sp.Expr, way: Callable[[Measure, set[Lemma]], sp.Expr]) -> Estimate:
        """Norms replaced by bounds, where the scalar grows with each of them."""
        measures = outermost(scalar)
        if not grows_with(scalar, measures, self.facts):
            return Estimate(scalar)
        lemmas: set[Lemma] = set()
        self.estimator.used.clear()
        value = self._without_isometries(scalar.xreplace({measure: way(measure, lemmas) for measure in measures}))
        return Estimate(value, tuple(sorted(self.estimator.used)), tuple(sorted(lemmas, key=lambda lemma: lemma.name)))


@dataclass(frozen=True)
class Estimate:
    """A bound of a scalar, with what it rests on."""

    value: sp.Expr
    means: tuple[str, ...] = ()
    lemmas: tuple[Lemma, ...] = ()

    @property
    def reason(self) -> str:
        """What it rests on, in words; empty for the scalar itself."""
        names = (*self.means, *(lemma.name for lemma in self.lemmas))
        return f"by {', '.join(names)}" if names else ""


def _in_normal_form(term: MatrixExpr) -> MatrixExpr:
    """The normal form, products of one factor as powers."""
    if isinstance(term, MatrixSymbol):
        return term

    found = normal_form(term)
    repeated = [node for node in found.atoms(OrderedProduct) if node.variable not in node.body.free_symbols]
    # SymPy would make 0 of a zero matrix to any power, and the empty product is I.
    return found.xreplace({n: MatPow(n.body, n.length) for n in repeated if not isinstance(n.body, sp.ZeroMatrix)})


def sides_of(statement: Inequality | Limit) -> tuple[sp.Basic, ...]:
    """What is compared, and what is assumed of the same indices."""
    sides = (statement.lhs, statement.rhs) if isinstance(statement, Inequality) else (statement.of,)
    given = [h for h in statement.given if not isinstance(h, BoundedSlope | ForEvery)]
    return (*sides, *(side for h in given for side in (h.lhs, h.rhs)))


def admission_of(statement: Inequality | Limit, recurrence: Recurrence) -> Admission:
    """Where a statement about norms exists.

    Raises:
        ProofError: when a quantity in it, or in a hypothesis about every index, may not exist.
    """
    for hypothesis in statement.given:
        if isinstance(hypothesis, ForEvery):
            free = (c for c in statement.where if hypothesis.index not in c.free_symbols)  # the name may be bound here
            require_existing(admitted(hypothesis.relation.args, recurrence, (*hypothesis.where, *free)))
    return admitted(sides_of(statement), recurrence, conditions_of(statement))


def conditions_of(statement: Inequality | Limit) -> Facts:
    """The conditions of a statement; a limit speaks of large values of its index only."""
    beyond = (at_least(statement.index, FAR),) if isinstance(statement, Limit) else ()
    return (*statement.where, *beyond)


def grows_with(scalar: sp.Expr, measures: Iterable[Measure], facts: Facts = ()) -> bool:
    """Tell whether a scalar is a sum of nonnegative monomials with nonnegative powers of the measures.

    >>> from symrnn.symbols import n
    >>> x = Norm(sp.MatrixSymbol("x", n, 1))
    >>> grows_with(2 * x**2, [x]), grows_with(1 / x, [x]), grows_with(1 - x, [x])
    (True, False, False)
    """
    wanted = set(measures)
    for part in monomials(scalar):
        number, found = powers(part)
        if not number.is_nonnegative:
            return False
        for base, exponent in found.items():
            inside = outermost(base)
            rises = exponent.is_nonnegative or entails(facts, at_least(exponent, 0))
            if inside and not (base in wanted and rises):
                return False
            if outermost(exponent):  # 2^(-‖x‖) falls with ‖x‖
                return False
            if not base.is_nonnegative:
                return False
    return True


def is_unit(term: sp.Basic) -> bool:
    """Tell whether a factor is e_i or e_iᵀ, all norms of which are 1."""
    return isinstance(term.arg if isinstance(term, sp.Transpose) else term, UnitVector)


def slopes_of(given: Iterable[Hypothesis], recurrence: Recurrence) -> dict[str, tuple[sp.Expr, sp.Expr]]:
    """The least and the largest abs(φ') by name: as stated for a generic φ, as proved for a named one.

    Raises:
        UnknownTermError: for a stated bound of an activation that has a proved one.
    """
    stated = {h.function: h for h in given if isinstance(h, BoundedSlope)}
    names = {a.function for d in recurrence.definitions for a in d.body.atoms(Apply)}
    found: dict[str, tuple[sp.Expr, sp.Expr]] = {}
    for name in sorted(names | set(stated)):
        known = recurrence.activation(name)
        if known.is_generic:
            if name in stated:
                least = stated[name].at_least
                found[name] = (least if least.is_nonnegative else sp.S.Zero, stated[name].at_most)
            continue
        if name in stated:
            raise UnknownTermError(f"the slope of {name} is bounded already", advice="leave the hypothesis out")
        bounds = known.bounds
        bounds.check()
        low, high = bounds.lower.extreme.value, bounds.upper.extreme.value
        found[name] = (sp.Max(low, -high, 0), sp.Max(abs(low), abs(high)))
    return found


def show(statement: Inequality, recurrence: Recurrence) -> Evidence:
    """Show an inequality.

    Raises:
        ProofError: when the estimates do not suffice; which says nothing about the inequality being false.
        SymrnnError: when it does not speak of this recurrence.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import k, t
    >>> rnn = Elman("tanh")
    >>> jacobian = TotalJacobian(rnn.h[t], rnn.h[t - k])
    >>> print(show(Inequality(Norm(jacobian), Norm(rnn.W_hh) ** k, (k >= 0, t >= k)), rnn).means[-1])
    submultiplicativity
    """
    admission = admission_of(statement, recurrence)
    return replace(shown(admission, lambda facts: _compared(statement, recurrence, facts)), hypotheses=admission.extra)


def _compared(statement: Inequality, recurrence: Recurrence, facts: Facts) -> Evidence:
    reader = Reader(statement, recurrence, facts)
    lefts = reader.above(reader.written(statement.lhs))
    rights = reader.below(reader.written(statement.rhs))
    relations = reader.relations
    for left, right in cartesian(_distinct(lefts), _distinct(rights)):
        if at_most(left.value, right.value, relations, reader.facts):
            return _evidence(reader, statement, left, right)
    raise ProofError(f"no estimate shows that {statement.lhs} <= {statement.rhs}")


def _distinct(estimates: list[Estimate]) -> list[Estimate]:
    return list({estimate.value: estimate for estimate in reversed(estimates)}.values())[::-1]


def _evidence(reader: Reader, statement: Inequality, left: Estimate, right: Estimate) -> Evidence:
    means = dict.fromkeys((*reader.writing.used, *sorted(reader.structure.used), *left.means, *right.means))
    lemmas = dict.fromkeys((*left.lemmas, *right.lemmas))
    return Evidence(tuple(means), tuple(lemmas), chain=_chain(reader, statement, left, right))


def _chain(reader: Reader, statement: Inequality, left: Estimate, right: Estimate) -> tuple[Link, ...]:
    """``lhs <= (what it was estimated by) <= (what the other side was) <= rhs``, as far as these differ."""
    links = [Link("", statement.lhs)]
    if left.reason:
        links.append(Link("<=", legible(left.value), left.reason))
    if standard(right.value - left.value) != 0:
        equal = at_most(right.value, left.value, reader.relations, reader.facts)
        summed = left.value.has(sp.Sum) and not right.value.has(sp.Sum)
        reason = ("summed" if summed else "rearranged") if equal else "by the hypotheses"
        links.append(Link("=" if equal else "<=", legible(right.value), reason))
    if right.reason:
        links.append(Link("<=", statement.rhs, right.reason))
    # A product in normal form has indices without a name.
    told = len(links) > 2 and not any(measure.has(Binder) for link in links[1:] for measure in outermost(link.scalar))
    return tuple(links) if told else ()


def legible(scalar: sp.Expr) -> sp.Expr:
    """A scalar with letters for the indices of its sums.

    >>> x, i = sp.Symbol("x"), sp.Symbol("_s0", integer=True)
    >>> legible(sp.Sum(x**i, (i, 0, 3)))
    Sum(x**s, (s, 0, 3))
    """
    taken = {symbol.name for symbol in scalar.free_symbols if isinstance(symbol, sp.Symbol)}
    letters = (letter for letter in "srijuv" if letter not in taken)
    bound = sorted({limits[0] for total in scalar.atoms(sp.Sum) for limits in total.limits}, key=str)
    names = {old: sp.Symbol(letter, integer=True) for old, letter in zip(bound, letters, strict=False)}
    return scalar.xreplace(names)
