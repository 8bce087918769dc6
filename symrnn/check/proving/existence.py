"""Where the terms of a statement exist: what its indices have to satisfy, and what has to be assumed of matrices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import ClassVar, TypeAlias, TypeVar

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatPow, MatrixExpr, MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.activations import PARTIAL
from symrnn.check.proving.arithmetic import Facts, at_least, entails
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Inequality, Limit
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import existing, of_domain, worded
from symrnn.errors import LimitError, ProofError, UnknownTermError
from symrnn.expr import Apply, Binder, Element, Measure, UnitVector
from symrnn.expr.parts import parts_of
from symrnn.expr.powers import multiplied_out
from symrnn.expr.readings import BINDING
from symrnn.recurrence import Definition, Recurrence

NO_PROOF = (ProofError, UnknownTermError, LimitError)
"""What stops a proof without saying anything about the statement."""

FAR = 10**9
"""An index that conditions keep below this does not grow."""

Found = TypeVar("Found")
Body: TypeAlias = tuple[Definition, MatrixExpr, sp.Dummy, Facts]


@dataclass(frozen=True)
class Admission:
    """What a statement is read under.

    Args:
        facts: its conditions, and nothing about its indices besides.
        extra: what its terms need of matrices and numbers in order to mean something, in words: W invertible, c not 0.
        missing: what its terms need of indices and sizes in order to exist, and what does not follow from the facts.
        helpful: what would spare them an inverse: nonnegative exponents, as far as they do not follow from the facts.
    """

    facts: Facts
    extra: tuple[str, ...]
    missing: tuple[Relational, ...] = ()
    helpful: tuple[Relational, ...] = ()


def admitted(terms: Iterable[sp.Basic], recurrence: Recurrence, where: Facts) -> Admission:
    """The facts under which terms are read, the hypotheses without which they mean nothing, and what is missing.

    A condition on an index is never assumed: it follows from those that are stated, or it is missing, and then nothing
    is proved. Ranges need a length >= 0 and rows have to be there. A power whose exponent may be negative is one of the
    inverse, so that its base has to be invertible, or not 0: a hypothesis on matrices and numbers, which is printed. A
    total such as L = Σ_{t=1}^{T} ℓ_t has a meaning for T >= 0 only; this is the network's own range, and a fact as long
    as the terms and conditions do not speak of T themselves.

    Raises:
        ProofError: when a quantity may not exist, such as h[t - k - 1] at k = t, or a range inside a sum may have a
            negative length.
        SymbolClashError: when a name of the recurrence stands for something of another kind or shape.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import MatrixSum
    >>> from symrnn.symbols import k, t
    >>> rnn = Elman()
    >>> admitted([MatrixSum(rnn.h[t - k], (k, 0, t - 1))], rnn, ()).missing
    (t >= 0,)
    >>> admitted([rnn.W_hh**k], rnn, ()).extra, admitted([rnn.W_hh**k], rnn, (k >= 0,)).extra
    (('W_hh invertible',), ())
    """
    terms = tuple(terms)
    recurrence.require_own_names(terms)
    stated = {symbol for term in (*terms, *where) for symbol in term.free_symbols}
    facts: Facts = where
    extra: list[str] = []
    missing: list[Relational] = []
    helpful: list[Relational] = []
    bodies = list(_bodies(recurrence, facts))
    own = (
        _of_totals(terms, recurrence, facts),
        _of_starts(terms, recurrence, facts),
        _of_equations(bodies, recurrence),
    )
    for condition in chain(*own):
        if condition.free_symbols & stated:
            missing.append(condition)
        else:
            extra.append(worded(condition))
            facts = (*facts, condition)
    for term in (*totals_in(terms, recurrence), *terms):
        _refuse_bound_numbers(term)
        missing.extend(needed(term, facts))
        for power in inverted(term, facts):
            extra.append(power.hypothesis)
            helpful.extend(power.spared)
    extra.extend(_inverted_in_equations(bodies, recurrence))
    for term in terms:
        for element, inside in elements(term, facts):
            first = recurrence.first_index(element.name)
            if first is not None and not entails(inside, at_least(element.index, first)):
                raise ProofError(f"{element} may not exist: {element.name} starts at {first}")
            for mirrored in may_not_exist(recurrence, element, inside):
                raise ProofError(f"{element} may not exist: it reads {mirrored}, which may not")
    lists = (dict.fromkeys(found) for found in (extra, missing, helpful))
    return Admission(facts, *(tuple(found) for found in lists))


def admission_of(
    statement: Equation | Inequality | Limit, recurrence: Recurrence, also: Iterable[sp.Basic] = ()
) -> Admission:
    """Where a statement exists.

    Args:
        statement: with its hypotheses.
        recurrence: what its names mean.
        also: what else has to exist there.

    Raises:
        ProofError: when a quantity in it, or in a hypothesis about every index, may not exist.
    """
    for hypothesis in statement.given:
        if isinstance(hypothesis, ForEvery):
            free = (c for c in statement.where if hypothesis.index not in c.free_symbols)  # the name may be bound here
            require_existing(admitted(hypothesis.sides, recurrence, (*hypothesis.where, *free)))
    given = [h for h in statement.given if not isinstance(h, BoundedSlope | ForEvery)]
    sides = (statement.of,) if isinstance(statement, Limit) else (statement.lhs, statement.rhs)
    terms = (*sides, *also, *(side for h in given for side in (h.lhs, h.rhs)))
    return admitted(terms, recurrence, conditions_of(statement))


def conditions_of(statement: Equation | Inequality | Limit) -> Facts:
    """The conditions of a statement; a limit speaks of large values of its index only."""
    return (*statement.where, at_least(statement.index, FAR)) if isinstance(statement, Limit) else statement.where


def is_far(fact: Relational, statement: Inequality | Limit) -> bool:
    """Whether a fact only says that the index of a limit is large."""
    return isinstance(statement, Limit) and fact == at_least(statement.index, FAR)


def shown(admission: Admission, attempt: Callable[[Facts], Found]) -> Found:
    """What an attempt shows under the stated conditions alone.

    Where it shows nothing, or a condition is missing without which the terms do not exist, the attempt is made once
    more with what is missing, only to name it.

    Raises:
        ProofError: when nothing is shown under the stated conditions; what is missing is named.
    """
    more = (*admission.missing, *admission.helpful)
    first: Exception | None = None
    if not admission.missing:
        try:
            return attempt(admission.facts)
        except NO_PROOF as error:
            first = error
    narrowed = (*admission.facts, *more)
    if more and not entails(narrowed, sp.false):
        try:
            attempt(narrowed)
        except NO_PROOF as error:
            first = first or error
        else:
            raise ProofError(f"it holds for {_listed(more)}, which does not follow from its conditions")
    if admission.missing:
        raise ProofError(f"it exists for {_listed(admission.missing)} only, which does not follow from its conditions")
    assert first is not None  # or the attempt would have returned
    raise first


def require_existing(admission: Admission) -> None:
    """Refuse terms that do not exist for all indices that the conditions allow.

    Raises:
        ProofError: naming what is missing.
    """
    if admission.missing:
        raise ProofError(f"it exists for {_listed(admission.missing)} only, which does not follow from its conditions")


def _listed(conditions: Iterable[Relational]) -> str:
    return ", ".join(map(worded, conditions))


def _of_totals(terms: tuple[sp.Basic, ...], recurrence: Recurrence, facts: Facts) -> Iterator[Relational]:
    """What the totals that terms speak of need of indices, such as T >= 0 for L = Σ_t ℓ_t."""
    for total in totals_in(terms, recurrence):
        _refuse_bound_numbers(total)
        yield from needed(total, facts)


def _of_equations(bodies: Iterable[Body], recurrence: Recurrence) -> Iterator[Relational]:
    """What the equations of a recurrence need beyond their index: enough rows.

    Raises:
        ProofError: when an equation does not exist at each index that it is meant for.
    """
    for definition, body, index, inside in bodies:
        _refuse_bound_numbers(body)
        for condition in needed(body, inside):
            if index in condition.free_symbols:
                at = worded(condition.xreplace({index: recurrence.index}))
                name, first = definition.sequence.name, definition.first
                raise ProofError(f"the equation of {name} may not exist: it needs {at}, and begins at {first}")
            yield condition


def _inverted_in_equations(bodies: Iterable[Body], recurrence: Recurrence) -> Iterator[str]:
    """What must be invertible or not 0 in the equations of a recurrence, in words."""
    for _, body, index, inside in bodies:
        for power in inverted(body, inside):
            yield power.renamed(index, recurrence.index).hypothesis


def _bodies(recurrence: Recurrence, facts: Facts) -> Iterator[Body]:
    """Each equation at an index of its own, with the facts that hold there, and what states begin with."""
    for definition in recurrence.definitions:
        body, index = _at_its_own_index(definition.body, recurrence.index)
        yield definition, body, index, (*facts, at_least(index, definition.first))
        if definition.initial is not None:
            yield definition, definition.initial, index, facts


@lru_cache(1000)
def _at_its_own_index(body: sp.Basic, index: sp.Symbol) -> tuple[sp.Basic, sp.Dummy]:
    """An equation at an index that is its own, the same each time."""
    own = sp.Dummy(index.name, integer=True)
    return body.xreplace({index: own}), own


def _of_starts(terms: tuple[sp.Basic, ...], recurrence: Recurrence, facts: Facts) -> Iterator[Relational]:
    """What the terms that states begin with need of indices, such as T_e >= 0 for a state that begins with he[T_e]."""
    named = {part.name for term in terms for part in parts_of(term, MatrixSymbol, Element)}
    for name in sorted(named.union(*map(recurrence.graph.behind, named))):
        for used in recurrence.graph.begun.get(name, ()):
            if isinstance(used, Element):
                exists = at_least(used.index, recurrence.first_index(used.name) or 0)
                if not _follows(exists, facts):
                    yield exists


def _refuse_bound_numbers(term: sp.Basic) -> None:
    """Refuse a sum of numbers as SymPy writes it: a fact about a free index must not reach the bound one.

    A sum of norms, which only statements about numbers have, is opened like a sum of matrices.

    Raises:
        ProofError: naming the scalar.
    """
    if not isinstance(term, MatrixExpr) and (not isinstance(term, BINDING) or isinstance(term, sp.Sum)):
        for part in term.args:
            _refuse_bound_numbers(part)
        return
    for part in sp.preorder_traversal(term):
        if isinstance(part, BINDING):
            raise ProofError(
                f"{part} binds a symbol: the checker reads sums of matrices only",
                where=str(term)[:80],
                advice="use MatrixSum; SymPy's + writes an entry of a product as such a sum, and sympy.MatAdd does not",
            )


def totals_in(terms: Iterable[sp.Basic], recurrence: Recurrence) -> list[MatrixExpr]:
    """The definitions of the totals that terms speak of, such as L = Σ_t ℓ_t, which needs T >= 0.

    So do those by which these and the equations of the recurrence are defined, however many names lie between.
    """
    named = {symbol.name for term in terms for symbol in parts_of(term, MatrixSymbol)}
    defined = [definition.sequence.name for definition in recurrence.definitions]
    reached = named.union(*(recurrence.graph.behind(name) for name in (*named, *defined)))
    return [body for body in map(recurrence.total, sorted(reached)) if body is not None]


def needed(term: sp.Basic, facts: Facts) -> Iterator[Relational]:
    """Conditions on indices and sizes that do not follow from the facts, under which ranges, rows and quotients exist.

    Raises:
        ProofError: when such a condition speaks of the index of an outer sum or product.
    """
    for condition in _own_conditions(term):
        if not _follows(condition, facts):
            yield condition
    opened = _opened(term, facts)
    if opened is not None:
        body, variable, fresh, inside = opened
        for inner in needed(body, inside):
            if fresh in inner.free_symbols:
                shown = inner.xreplace({fresh: variable})
                raise ProofError(f"something inside {term} may not exist: it needs {shown}")
            yield inner
        return
    for part in term.args:
        yield from needed(part, facts)


@lru_cache(10_000)
def _opened(term: sp.Basic, facts: Facts) -> tuple[sp.Basic, sp.Symbol, sp.Dummy, Facts] | None:
    """What stands under a sum or product, its index, a fresh one in its place, and what holds there.

    The same term under the same facts gets the same fresh index each time, so that all that is found out about what
    stands there is found out once. What stands inside has more facts, and hence another index.
    """
    match term:
        case Binder():
            variable, low, high = term.variable, term.lower, term.upper
        case sp.Sum():
            variable, low, high = term.limits[-1]
        case _:
            return None
    fresh = sp.Dummy(variable.name, integer=True)
    if isinstance(term, Binder):
        body = term.body_at(fresh)
    else:
        *inner, _ = term.limits
        body = (sp.Sum(term.function, *inner) if inner else term.function).xreplace({variable: fresh})
    return body, variable, fresh, (*facts, at_least(fresh, low), at_least(high, fresh))


def _own_conditions(term: sp.Basic) -> list[Relational]:
    """What a node itself asks for."""
    match term:
        case Binder():
            return [at_least(term.length, 0)]
        case sp.Sum():
            _, low, high = term.limits[-1]
            return [at_least(sp.expand(high - low + 1), 0)]
        case UnitVector():
            return [at_least(term.position, 1), at_least(term.rows, term.position)]
        case MatrixElement():
            matrix, *place = term.args
            bounds = zip(place, matrix.shape, strict=True)
            return [c for at, size in bounds for c in (at_least(at, 0), at_least(size, at + 1))]
        case MatPow() if isinstance(term.base, sp.ZeroMatrix):
            return [at_least(term.exp, 0)]
        case sp.Pow() if _is_of_indices(term.base):
            return _of_index_power(term)
    return []


def _is_of_indices(scalar: sp.Expr) -> bool:
    """Whether a scalar is made of numbers, indices and sizes alone."""
    return not scalar.has(MatrixElement, Measure) and all(symbol.is_integer for symbol in scalar.free_symbols)


def _of_index_power(term: sp.Pow) -> list[Relational]:
    """What a power of an index asks for: 1/t a t that is not 0, √t one that is not negative, 0^k a k that is not."""
    base, exponent = term.args
    if base.is_positive:
        return []
    if exponent.is_number and not exponent.is_integer:
        found = [] if base.is_nonnegative else [at_least(base, 0)]
        return found if exponent.is_positive else [*found, sp.Ne(base, 0, evaluate=False)]
    if exponent.is_nonnegative or base.is_zero is False:
        return []
    return [sp.Ne(base, 0, evaluate=False)] if exponent.is_number else [at_least(exponent, 0)]


def _follows(condition: Relational, facts: Facts) -> bool:
    if not isinstance(condition, sp.Ne):
        return entails(facts, condition)
    difference = sp.expand(condition.lhs - condition.rhs)
    if difference.is_number:
        return difference.is_zero is False
    return entails(facts, at_least(difference, 1)) or entails(facts, at_least(-1, difference))


@dataclass(frozen=True)
class Power:
    """A power that may be one of an inverse.

    Args:
        base, exponent: of what, and which one.
        spared: the condition on indices without which it is, unless the exponent is a number.
    """

    base: sp.Expr
    exponent: sp.Expr
    spared: tuple[Relational, ...]

    @property
    def hypothesis(self) -> str:
        """What it needs, in words."""
        return existing(self.base)

    def renamed(self, old: sp.Symbol, new: sp.Symbol) -> Power:
        """The same with an index renamed; a condition that speaks of a bound index is none to name."""
        base, exponent = (part.xreplace({old: new}) for part in (self.base, self.exponent))
        return Power(base, exponent, tuple(c for c in self.spared if old not in c.free_symbols))


@dataclass(frozen=True)
class Within:
    """A function with a domain, in which each entry of its argument has to be.

    Args:
        argument: what it is applied to.
        function: its name.
    """

    argument: MatrixExpr
    function: str
    spared: ClassVar[tuple[Relational, ...]] = ()

    @property
    def hypothesis(self) -> str:
        """What it needs, in words."""
        return of_domain(self.argument, PARTIAL[self.function].member({}))

    def renamed(self, old: sp.Symbol, new: sp.Symbol) -> Within:
        """The same with an index renamed."""
        return Within(self.argument.xreplace({old: new}), self.function)


def inverted(term: sp.Basic, facts: Facts) -> Iterator[Power | Within]:
    """Powers of matrices, and of numbers that may be 0, whose exponents are not shown to be at least 0.

    So are functions that have a domain, and entrywise powers that are inverses or roots.
    """
    if isinstance(term, sp.HadamardPower) and isinstance(term.base, MatrixExpr):
        if term.exp.is_Rational:
            yield from (each for each in inverted(multiplied_out(term), facts) if isinstance(each, Within))
        elif not (term.exp.is_nonnegative or entails(facts, at_least(term.exp, 0))):
            yield Within(term.base, "inverse")
    if isinstance(term, Apply) and term.function in PARTIAL:
        yield Within(term.argument, term.function)
    if isinstance(term, MatPow | sp.Pow) and _may_be_inverse(term, facts):
        yield Power(term.base, term.exp, () if term.exp.is_number else (at_least(term.exp, 0),))
    opened = _opened(term, facts)
    if opened is not None:
        body, variable, fresh, inside = opened
        yield from (power.renamed(fresh, variable) for power in inverted(body, inside))
        return
    for part in term.args:
        yield from inverted(part, facts)


def _may_be_inverse(term: MatPow | sp.Pow, facts: Facts) -> bool:
    base, exponent = term.args
    if exponent.is_nonnegative or entails(facts, at_least(exponent, 0)):
        return False
    if isinstance(base, MatrixExpr):
        return not isinstance(base, sp.Identity | sp.ZeroMatrix)
    return not (base.is_zero is False or _is_of_indices(base))


def may_not_exist(recurrence: Recurrence, quantity: Element, facts: Facts) -> tuple[Element, ...]:
    """The states that an output reads at mirrored indices and that the facts do not show to exist: t <= T is needed."""
    return tuple(
        each
        for each in recurrence.mirrored(quantity)
        if not entails(facts, at_least(each.index, recurrence.first_index(each.name)))
    )


def elements(term: sp.Basic, facts: Facts) -> Iterator[tuple[Element, Facts]]:
    """Every element of a sequence in a term, with the facts that hold where it stands."""
    if isinstance(term, Element):
        yield term, facts
    elif (opened := _opened(term, facts)) is not None:
        body, _, _, inside = opened
        yield from elements(body, inside)
    else:
        for part in term.args:
            yield from elements(part, facts)
