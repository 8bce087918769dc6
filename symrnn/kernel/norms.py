"""Certificates of inequalities and limits: every line is an equation's line, a scalar, or a bound that follows.

A bound ``facts |- s <= t`` says: for every system of quantities as it is described, all sizes >= 1, all integers with
every fact >= 0, and all values of what is given: if the hypotheses of the certificate hold, then s <= t. A limit
``facts |- s → 0`` as k grows says: whatever the parameters and named numbers are, |s| falls below any number for all k
that are large enough, uniformly in all other indices and in every quantity that has an index; ``s → ∞`` likewise.

Hypotheses stand before the first bound: relations between scalars, perhaps for every value of some indices; equations
of matrices; bounds of a slope, ``low <= |φ'(z)| <= high`` for every z and every φ of a family.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple

from symrnn.kernel.errors import need
from symrnn.kernel.lemmas import FOUR, LE, LEMMAS, LT, Relation, norm
from symrnn.kernel.linear import Linear, need_all
from symrnn.kernel.printer import show_facts, show_hypothesis
from symrnn.kernel.reader import Node, Replay, run
from symrnn.kernel.rules import existence
from symrnn.kernel.scalars import (
    ONE,
    SCALARS,
    ZERO,
    Number,
    Numbers,
    Scalar,
    added,
    check_scalar,
    conditions,
    lengths,
    multiplied,
    scalar_at,
    scalar_binders,
    scalar_names,
    show_scalar,
    terms_of,
    walk,
)
from symrnn.kernel.steps import Facts, Hypothesis, inverted
from symrnn.kernel.terms import ONE as SINGLE
from symrnn.kernel.terms import Term, binders_of, check_term, inverses, is_name, names_of, put, shape

SIGNS: Mapping[str, tuple[tuple[Scalar, str], ...]] = {
    "real": (),
    "nonnegative": ((ZERO, LE),),
    "positive": ((ZERO, LT),),
}
"""What is known of a named number x: ``0 <= x``, or ``0 < x``."""


class Bound(NamedTuple):
    """What a line has shown; see the head of this module."""

    facts: Facts
    left: Scalar
    relation: str
    right: Scalar


class Assumed(NamedTuple):
    """A relation that is assumed for all values of some indices, where its facts are >= 0."""

    names: tuple[str, ...]
    facts: Facts
    left: Scalar
    relation: str
    right: Scalar


class Slope(NamedTuple):
    """``low <= |φ'(z)| <= high`` for every z, or of φ itself with order 0; None where nothing is assumed.

    Where it is signed, ``low <= φ'(z)``.
    """

    function: str
    order: int
    low: Scalar | None
    high: Scalar | None
    signed: bool


class NormReplay(Replay):
    """The lines read so far; the line that each bound comes from is only kept to tell how something was shown."""

    def __init__(self) -> None:
        super().__init__()
        self.scalars: list[Node] = []
        self.reals: dict[str, str] = {}
        self.assumed: list[Assumed] = []
        self.equations: list[Hypothesis] = []
        self.slopes: list[Slope] = []
        self.bounds: list[Bound] = []
        self.origins: list[list[Any]] = []
        self.statement = ""
        self.found: Bound | None = None
        self._held: set[str] = set()
        self._names: set[str] = set()
        self._numbers: Numbers | None = None
        self._inverses: set[Term] = set()
        self._bound: set[str] = set()
        own: dict[str, Callable[..., None]] = {
            "named": self.named,
            "assume": self.assume,
            "assume equation": self.assume_equation,
            "assume slope": self.assume_slope,
            "sign": self.sign,
            "assumption": self.assumption,
            "slope": self.slope,
            "magnitude": self.magnitude,
            "lemma": self.lemma,
            "combine": self.combine,
            "qed": self.end,
        }
        self.rules = {**self.rules, **own}

    # -- data ----------------------------------------------------------------------------------------------------

    def line(self, line: Any) -> None:
        """Read one line.

        Raises:
            NotProvedError: for a line that is malformed, or a rule that does not apply.
        """
        kind, *rest = self.listed(line)
        need(not self.statement, "a line after the end")
        if type(kind) is str and kind in SCALARS:
            self.scalars.append(self.node(kind, SCALARS[kind], rest, self.scalars, "scalar"))
        else:
            super().line(line)
            self.origins += [[kind, *rest]] * (len(self.bounds) - len(self.origins))

    def variable(self, value: Any) -> str:
        """The name of an index or a function."""
        need(is_name(value), "not a name")
        return str(value)

    def scalar(self, value: Any) -> Scalar:
        """An earlier scalar by its number, from 0."""
        return self.earlier(self.scalars, value, "scalar")[0]

    def bound(self, value: Any) -> Bound:
        """An earlier bound by its number, from 0."""
        return self.earlier(self.bounds, value, "bound")

    @property
    def held(self) -> set[str]:
        """The indices that hypotheses or the system speak of: nothing is put in their place."""
        return self._held | self.of_system().fixed

    def values_of(self, s: Scalar) -> Number:
        """The normal form of a scalar."""
        if self._numbers is None:
            self._numbers = Numbers(self.of_system())
        return self._numbers.of(s)

    # -- hypotheses ----------------------------------------------------------------------------------------------

    def named(self, name: Any, sign: Any) -> None:
        """A number with a name, and what is known of its sign; a 1 x 1 matrix of that name has it for its entry."""
        need(is_name(name) and sign in SIGNS, "not a name with a sign")
        known = self.of_system().quantities.get(name)
        same = known is None or (known.rows == known.cols == SINGLE and known.role == "given" and not known.indexed)
        need(name not in self.reals and same, f"{name} is named twice")
        self.reals[name] = sign

    def _begin(self, scalars: Iterable[Scalar], terms: Iterable[Term], facts: Facts, names: Sequence[str] = ()) -> None:
        need(not self.bounds, "a hypothesis after the first bound")
        free, bound, matrices = {v for fact in facts for v in fact.names()}, set[str](), list[Term]()
        for s in scalars:
            check_scalar(s, self.of_system(), self.reals)
            need(not any(node[0] == "over" for node, _, _ in walk(s)), "a quotient in a hypothesis")
            free |= scalar_names(s)
            bound |= scalar_binders(s)
            matrices += [t for t, _, _ in terms_of(s)]
        for t in terms:
            check_term(t, self.of_system())
            free |= names_of(t)
            bound |= binders_of(t)
            matrices.append(t)
        self._held |= free - set(names)
        self._tell_apart(free | set(names), bound, matrices)
        self._tell_apart(free - set(names), bound | set(names), matrices)

    def _tell_apart(self, free: set[str], bound: set[str], matrices: Iterable[Term]) -> None:
        """Refuse a name that stands for two things, and an inverse that would be another one outside."""
        self._names |= free | bound
        self._bound |= bound
        inside = {each for t in matrices for each in inverses(t)}
        self._inverses |= inside
        need(not bound & (free | self.held), "a bound variable has the name of a free one")
        need(not bound & {v for each in inside for v in names_of(each)}, "an inverse of what has a bound index")
        need(not bound & set(self.of_system().quantities), "a bound variable has the name of a quantity")

    def assume(self, names: Any, facts: Any, left: Any, relation: Any, right: Any) -> None:
        """A relation, for every value of the indices that are named."""
        names, facts = [self.variable(v) for v in self.listed(names)], self.facts(facts)
        sides = self.scalar(left), self.scalar(right)
        need(relation in (LE, LT), "not a relation between numbers")
        self._begin(sides, (), facts, names)
        self.assumed.append(Assumed(tuple(names), facts, sides[0], relation, sides[1]))

    def assume_equation(self, *parts: Any) -> None:
        """An equation between matrices."""
        found = self.hypothesis(list(parts))
        need(all(map(is_name, found.every)), "not a name")
        self._begin((), (found.left, found.right), found.facts, found.every)
        need(shape(found.left, self.of_system()) == shape(found.right, self.of_system()), "an equation of two shapes")
        self.equations.append(found)

    def assume_slope(self, function: Any, order: Any, low: Any, high: Any, signed: Any = False) -> None:
        """Bounds of a slope, or of values; of their magnitudes, or of themselves from below."""
        need(type(order) is int and order in (0, 1), "neither a value nor a slope")
        need(signed is False or (signed is True and high is None), "neither a magnitude nor a bound from below")
        ends = [None if end is None else self.scalar(end) for end in (low, high)]
        self._begin([end for end in ends if end is not None], (), ())
        self.slopes.append(Slope(self.variable(function), order, ends[0], ends[1], signed))

    # -- rules ---------------------------------------------------------------------------------------------------

    def _add(self, facts: Facts, relations: Iterable[Relation], rows: Any) -> None:
        """New bounds, in which every exponent and every length is >= 0 by the facts."""
        goals: list[tuple[Facts, Linear]] = []
        for left, relation, right in relations:
            free, bound = {v for fact in facts for v in fact.names()}, set[str]()
            for s in (left, right):
                check_scalar(s, self.of_system(), self.reals)
                free, bound = free | scalar_names(s), bound | scalar_binders(s)
                goals += conditions(s, facts)
            self._tell_apart(free, bound, [t for s in (left, right) for t, _, _ in terms_of(s)])
            self.bounds.append(Bound(facts, left, relation, right))
        self._all(goals, rows)

    def _all(self, goals: Iterable[tuple[Facts, Linear]], rows: Any) -> None:
        """Refuse, unless all conditions that are not plain numbers follow from what holds where they stand."""
        goals = [(facts, form) for facts, form in goals if form.terms or form.constant < 0]
        weights = self.weights(rows)
        need(len(goals) == len(weights), f"{len(goals)} conditions and {len(weights)} lists of weights")
        for (facts, form), row in zip(goals, weights, strict=True):
            need_all(facts, [form], [row])

    def sign(self, name: Any) -> None:
        """What is known of the sign of a named number."""
        need(name in self.reals, "no such number")
        self._add((), [(zero, relation, ("real", name)) for zero, relation in SIGNS[self.reals[name]]], [])

    def assumption(self, which: Any, values: Any, facts: Any, weights: Any, rows: Any) -> None:
        """A hypothesis at values of its indices, where its facts hold."""
        need(type(which) is int and 0 <= which < len(self.assumed), "no such hypothesis")
        known, at, here = self.assumed[which], self.values(values), self.facts(facts)
        need(set(at) == set(known.names), "a hypothesis holds for the indices that it names")
        need_all(here, [fact.at(at) for fact in known.facts], self.weights(weights))
        self._add(here, [(scalar_at(known.left, at), known.relation, scalar_at(known.right, at))], rows)

    def slope(self, which: Any, column: Any, facts: Any, rows: Any) -> None:
        """‖φ'(a)‖_∞ <= high and 0 <= high for a column a, and low <= σ(diag φ'(a)); the same of φ with order 0.

        Where it is signed, low <= φ'(a) entry by entry.
        """
        need(type(which) is int and 0 <= which < len(self.slopes), "no such hypothesis")
        known, t = self.slopes[which], self.term(column)
        need(t[0] == "fn" and t[1] == known.function and t[3] == known.order, "not what is bounded")
        need(shape(t, self.of_system())[1] == SINGLE, "not a column")
        found: list[Relation] = []
        if known.high is not None:
            found += [(norm("oo", t), LE, known.high), (ZERO, LE, known.high)]
        if known.low is not None:
            found.append((known.low, LE, ("smallest", t) if known.signed else ("least", ("diag", t))))
        self._add(self.facts(facts), found, rows)

    def entry(self, t: Term) -> Scalar:
        """The entry of a 1 x 1 matrix, made of those of its parts."""
        need(self._is_number(t), "not a number")
        match t:
            case ("leaf", name, None) if name in self.reals:
                return ("real", name)
            case ("id", _):
                return ONE
            case ("scale", c, a):
                return ("times", ("rational", c), self.entry(a))
            case ("add", *parts):
                return ("plus", *map(self.entry, parts))
            case ("mul" | "had" | "kron", *parts) if all(map(self._is_number, parts)):
                return ("times", *map(self.entry, parts))
            case ("pow", a, k):
                return ("power", self.entry(a), k)
        return ("smallest", t)

    def _is_number(self, t: Term) -> bool:
        return shape(t, self.of_system()) == (SINGLE, SINGLE)

    def magnitude(self, kind: Any, matrix: Any, facts: Any, rows: Any) -> None:
        """‖t‖ = |x| for a 1 x 1 matrix with the entry x; its smallest entry is x."""
        need(kind in (*FOUR, "smallest"), "not a norm")
        t = self.term(matrix)
        x = self.entry(t)
        one, other = (("smallest", t), x) if kind == "smallest" else (norm(kind, t), ("abs", x))
        self._add(self.facts(facts), [(one, LE, other), (other, LE, one)], rows)

    def lemma(
        self, name: Any, arguments: Any, facts: Any, premises: Any, equations: Any, weights: Any, rows: Any
    ) -> None:
        """An instance of a lemma, with its premises among earlier bounds."""
        need(type(name) is str and name in LEMMAS, "no such lemma")
        known, here = LEMMAS[name], self.facts(facts)
        given, shown = self.listed(arguments), [self.bound(each) for each in self.listed(premises)]
        need(len(given) == len(known.sorts), f"the lemma is about {len(known.sorts)} things")
        content = known.content(self.of_system(), *map(self.field, known.sorts, given))
        need(len(shown) == len(content.premises), f"the lemma has {len(content.premises)} premises")
        for (more, wanted), bound in zip(content.premises, shown, strict=True):
            need(bound[1:] == wanted, "a premise is another one")
            need(set(bound.facts) <= {*here, *more}, "a premise holds under other facts")
        references = self.listed(equations)
        need(len(references) == len(content.equations), f"the lemma needs {len(content.equations)} equations")
        for (left, right), reference in zip(content.equations, references, strict=True):
            self._need_equal(left, right, reference, here)
        need_all(here, content.indices, self.weights(weights))
        self._add(here, content.conclusions, rows)

    def _need_equal(self, left: Term, right: Term, reference: Any, facts: Facts) -> None:
        """Refuse, unless matrices are equal by a theorem ``[number, values, weights]`` or a hypothesis, a number."""
        check_term(left, self.of_system())
        check_term(right, self.of_system())
        self.values_of(ONE)
        assert self._numbers is not None
        matrix, at, rows = self._numbers.matrix, {}, []
        if type(reference) is int:
            need(0 <= reference < len(self.equations), "no such hypothesis")
            known: Any = self.equations[reference]
            need(not known.every, "an equation for every value is referred to by a theorem")
            rows = [[(facts.index(fact), Fraction(1))] for fact in known.facts if fact in facts]
        else:
            which, values, weights = self.listed(reference)
            known, at, rows = self.theorem(which), self.values(values), self.weights(weights)
            need(set(known.hypotheses) <= set(self.equations), "an equation with other hypotheses")
            need(not self.held & set(at), "an index that is held")
            self._inverses |= {put(each, at) for each in inverted(known.left, known.right, known.hypotheses)}
        need_all(facts, [fact.at(at) for fact in known.facts], rows)
        pairs = {(matrix(known.left, at), matrix(known.right, at)), (matrix(known.right, at), matrix(known.left, at))}
        need((matrix(left), matrix(right)) in pairs, "an equation of other matrices")

    def combine(self, facts: Any, left: Any, relation: Any, right: Any, products: Any, rows: Any) -> None:
        """Show left <= right, as right - left = Σ w Π (t - s) with numbers w >= 0 and earlier bounds s <= t.

        Strictly less, if in a product with w > 0 all bounds are strict.
        """
        here, sides = self.facts(facts), (self.scalar(left), self.scalar(right))
        need(relation in (LE, LT), "not a relation between numbers")
        check_scalar(sides[0], self.of_system(), self.reals)
        check_scalar(sides[1], self.of_system(), self.reals)
        total, strict = added(self.values_of(sides[1]), self.values_of(sides[0]), Fraction(-1)), False
        for weight, *factors in map(self.listed, self.listed(products)):
            w = self.fraction(weight)
            need(w >= 0, "a weight below 0")
            known = [self.bound(each) for each in factors]
            value: Number = {(): w} if w else {}
            for bound in known:
                need(set(bound.facts) <= set(here), "a bound holds under other facts")
                need(bound.relation in (LE, LT), "a limit is not a bound")
                gap = added(self.values_of(bound.right), self.values_of(bound.left), Fraction(-1))
                value = multiplied(value, gap)
            total = added(total, value, Fraction(-1))
            strict = strict or (w > 0 and all(bound.relation == LT for bound in known))
        need(not total, f"the two sides differ by {len(total)} summands")
        need(strict or relation == LE, "nothing shows that the sides differ")
        self._add(here, [(sides[0], relation, sides[1])], rows)

    # -- the end -------------------------------------------------------------------------------------------------

    def end(self, which: Any, rows: Any, quotients: Any, growth: Any) -> None:
        """What is proved: every range, quantity and quotient in it exists, and what grows can grow.

        Args:
            which: the number of the bound.
            rows: for each condition on an index, which facts it follows from.
            quotients: for each 1/x, a bound 0 < x.
            growth: for a limit, integer values of the indices and how they grow from there.
        """
        proved = self.bound(which)
        stated, terms = self.stated(proved)
        need(not self._names & set(self.reals), "an index has the name of a number")
        every = [set(h.names) for h in self.assumed] + [set(h.every) for h in self.equations]
        binders = self._bound.union(*every)
        need(not binders & self.of_system().fixed, "a bound variable has the name of an index of the whole system")
        own = {v for s in (proved.left, proved.right) for v in scalar_names(s)}
        own |= {v for fact in proved.facts for v in fact.names()}
        need(not own & set().union(*every), "an index of a hypothesis is one of the statement, too")
        self._all(self.goals(proved), rows)
        known = {each for t, _ in terms for each in inverses(t)}
        need(self._inverses <= known, "an inverse that is not in the statement")
        over = [(node[1], inside) for s, facts in stated for node, inside, _ in walk(s, facts) if node[0] == "over"]
        shown = [self.bound(each) for each in self.listed(quotients)]
        need(len(over) == len(shown), f"{len(over)} quotients and {len(shown)} bounds of their divisors")
        for (divisor, inside), bound in zip(over, shown, strict=True):
            need(bound[1:] == (ZERO, LT, divisor) and set(bound.facts) <= set(inside), "a divisor that may be 0")
        if proved.relation not in (LE, LT):
            self._need_growth(proved, growth)
        named = {node[1] for s, _ in stated for node, _, _ in walk(s) if node[0] == "real"}
        named |= self.reals.keys() & self.of_system().quantities.keys()  # their signs are those of 1 x 1 matrices
        self.found, self.statement = proved, self._shown(proved, sorted(named))

    def stated(self, proved: Bound) -> tuple[list[tuple[Scalar, Facts]], list[tuple[Term, Facts]]]:
        """The scalars of a statement and of its hypotheses, and the matrices, each with what holds there."""
        scalars = [(s, proved.facts) for s in (proved.left, proved.right)]
        scalars += [(s, (*proved.facts, *h.facts)) for h in self.assumed for s in (h.left, h.right)]
        scalars += [(end, proved.facts) for h in self.slopes for end in (h.low, h.high) if end is not None]
        terms = [(t, inside) for s, facts in scalars for t, inside, _ in terms_of(s, facts)]
        terms += [(t, (*proved.facts, *h.facts)) for h in self.equations for t in (h.left, h.right)]
        return scalars, terms

    def goals(self, proved: Bound) -> list[tuple[Facts, Linear]]:
        """What has to be >= 0, for a statement to read as it stands: see :func:`symrnn.kernel.rules.existence`."""
        scalars, terms = self.stated(proved)
        found = [goal for s, facts in scalars for goal in lengths(s, facts)]
        return [*found, *(goal for part in existence(self.of_system(), terms, proved.facts) for goal in part)]

    def _need_growth(self, proved: Bound, growth: Any) -> None:
        """Refuse, unless there are points with every fact >= 0 in which an index is as large as one likes."""
        (index,) = proved.right[1].names()
        need(type(growth) is dict and index not in self.held, "a limit needs an index that nothing holds")
        point = {self.name(v): self.integer(each[0]) for v, each in growth.items()}
        step = {self.name(v): self.integer(each[1]) for v, each in growth.items()}
        need(step.get(index, 0) > 0, f"{index} does not grow")
        need(not any(step.get(v) for v in self.held), "what is held does not grow")
        for fact in proved.facts:
            rise = sum(c * step.get(v, 0) for v, c in fact.terms)
            value = fact.constant + sum(c * point.get(v, 0) for v, c in fact.terms)
            need(rise >= 0 and value >= 0, f"the conditions do not let {index} grow")

    def _shown(self, proved: Bound, named: list[str]) -> str:
        """The statement with all that it assumes, on one line."""
        text = show_bound(proved)
        given = [f"{name} {self.reals[name]}" for name in named]
        for known in self.assumed:
            every = f" for every {', '.join(known.names)}" if known.names else ""
            where = f" with {show_facts(known.facts)}" if known.facts else ""
            given.append(_related(known.left, known.relation, known.right) + every + where)
        for equation in self.equations:
            given.append(show_hypothesis(equation))
        for slope in self.slopes:
            low = f"{show_scalar(slope.low)} <= " if slope.low is not None else ""
            high = f" <= {show_scalar(slope.high)}" if slope.high is not None else ""
            bar, of = "" if slope.signed else "|", slope.function + "'" * slope.order
            given.append(f"{low}{bar}{of}(z){bar}{high} for every z")
        return text + (f"; given {'; '.join(given)}" if given else "")


def show_bound(bound: Bound) -> str:
    """A bound on one line."""
    text = _related(bound.left, bound.relation, bound.right)
    return text + (f"  for {show_facts(bound.facts)}" if bound.facts else "")


def _related(left: Scalar, relation: str, right: Scalar) -> str:
    end = "" if relation in (LE, LT) else " → ∞, uniformly"
    return f"{show_scalar(left)} {relation} {'as ' if end else ''}{show_scalar(right)}{end}"


def replay(lines: Sequence[str]) -> NormReplay:
    """All that a certificate says, after it has been checked.

    Args:
        lines: those after the header.

    Raises:
        Refused: with the number of the first line that does not hold.
    """
    state = NormReplay()
    run(state, lines, lambda: bool(state.statement))
    return state


def check(lines: Sequence[str]) -> str:
    """The statement of a certificate, without its header.

    Raises:
        Refused: with the number of the first line that does not hold.
    """
    return replay(lines).statement
