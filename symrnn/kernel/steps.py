"""Steps from one normal form to another of the same value: each is checked, and none is searched for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, TypeAlias

from symrnn.kernel.axioms import AXIOMS
from symrnn.kernel.differentials import differential
from symrnn.kernel.errors import NotProvedError, need
from symrnn.kernel.linear import Linear, Weights, need_all, number, variable
from symrnn.kernel.monomials import (
    Atom,
    Mono,
    Poly,
    Word,
    changed,
    identity,
    insides,
    is_bound,
    leaves,
    opened,
    plus,
    scaled,
    variables,
    zero,
)
from symrnn.kernel.normal import Normal
from symrnn.kernel.system import INDEX, System
from symrnn.kernel.terms import (
    ONE,
    Place,
    Size,
    Term,
    as_index,
    inverses,
    names_of,
    put,
)
from symrnn.kernel.work import spend, spent

if TYPE_CHECKING:
    from symrnn.kernel.rules import Theorem

Facts: TypeAlias = tuple[Linear, ...]
Step: TypeAlias = Sequence[Any]


class Hypothesis(NamedTuple):
    """An equation that is assumed, where its facts are >= 0, for every value of some variables.

    It is one between values. What stands under a differential is a quantity and never a term, so that nothing that is
    assumed of its value is put there: under W = I, dW is what it was.
    """

    facts: Facts
    left: Term
    right: Term
    every: tuple[str, ...] = ()


def names_of_all(hypotheses: Iterable[Hypothesis]) -> set[str]:
    """The free variables of hypotheses, those of their facts among them."""
    found = set[str]()
    for h in hypotheses:
        own = [names_of(h.left), names_of(h.right), *(fact.names() for fact in h.facts)]
        found |= set().union(*own) - set(h.every)
    return found


def inverted(left: Term, right: Term, hypotheses: Iterable[Hypothesis]) -> set[Term]:
    """What has to be invertible for an equation to make sense."""
    sides = [left, right, *(side for h in hypotheses for side in (h.left, h.right))]
    return {found for side in sides for found in inverses(side)}


class Value:
    """The steps that keep the value of a matrix, each at a path.

    A path leads to a monomial, ``[m]``, or to an atom, ``[m, part, at]``, where part 0 is the word and part j the
    scalar j; or on into a matrix inside an atom: ``[m, part, at, inner, m, …]``. Bound variables go by the names that
    they have in the normal form.
    """

    on_monos: ClassVar[tuple[str, ...]] = ("split", "empty", "pin", "range", "units")
    on_pairs: ClassVar[tuple[str, ...]] = ("join", "slide", "apart", "between")
    on_atoms: ClassVar[tuple[str, ...]] = (
        *("cut", "void", "insert", "theorem", "hypothesis", "definition", "follow", "hold", "axiom", "moment", "sure"),
    )
    """The steps, by what their paths lead to; each is a method of this name."""

    def __init__(
        self,
        system: System,
        facts: Facts,
        hypotheses: tuple[Hypothesis, ...],
        known: Callable[[int], Theorem],
        invertible: Callable[[Term], bool],
    ) -> None:
        self.normal = Normal(system)
        self.system, self.facts, self.hypotheses, self.known = system, facts, hypotheses, known
        self._invertible, self.lasts = invertible, True

    def invertible(self, term: Term) -> bool:
        """Whether something is inverted in the theorem."""
        self.lasts = False
        return self._invertible(term)

    def after(self, value: Poly, step: Step) -> Poly:
        """The same matrix after a step.

        Raises:
            NotProvedError: when the step does not hold there.
        """
        path, name, *arguments = step
        need(path and all(type(at) is int and at >= 0 for at in path), "not a path")
        need(name in self.on_monos + self.on_pairs + self.on_atoms, f"no step is called {name}")
        need(len(path) % 4 == (1 if name in self.on_monos else 3), "a path to something else")
        need(path[0] < len(value.terms), "no such monomial")
        mono, c = value.terms[path[0]]
        new = self._remembered(Poly(value.rows, value.cols, ((mono, 1),)), path, name, arguments)
        return plus(value._replace(terms=(*value.terms[: path[0]], *value.terms[path[0] + 1 :])), scaled(c, new))

    def _remembered(self, value: Poly, path: Sequence[int], name: str, arguments: list[Any]) -> Poly:
        """What becomes of a monomial, found once for all certificates over equal systems.

        The key holds all that a step looks at: the monomial, the arguments, with a theorem in the place of its number,
        facts and hypotheses. What else it may look at is asked here each time, as are the names of the widths that were
        read; or the step is not remembered, as where it asks for what is inverted. Steps by other rules than those of
        the kernel, as a search may take them, have a memory of their own.
        """
        given, told = arguments, None
        if name == "theorem":
            each, *given = self.known(arguments[0]), *arguments[1:]
            need(each.system is self.system, "a theorem about another system")
            need(not self.system.fixed & set(given[0]), "an index of the whole system is replaced")
            told = each.facts, each.hypotheses, each.left, each.right
        by = type(self), type(self.normal)
        key = (by, value, _frozen((path[1:], name, given)), told, self.facts, self.hypotheses)
        found, cost = self.system.known.get(key, (None, 0))
        if found is None:
            self.lasts, before = True, spent()
            found = self._edit(value, (0, *path[1:]), self.facts, {}, name, arguments)
            if self.lasts:
                self.system.known[key] = found, spent() - before
        else:
            spend(cost)  # so that what is remembered does not get a certificate through that takes much too long
        return found

    def _edit(
        self, p: Poly, path: Sequence[int], facts: Facts, names: Mapping[str, str], name: str, arguments: list[Any]
    ) -> Poly:
        need(path[0] < len(p.terms), "no such monomial")
        chosen, c = p.terms[path[0]]
        mono = opened(chosen)
        names = {**names, **dict(zip(chosen.bound, mono.bound, strict=True))}
        scope = (*facts, *mono.domain)
        if len(path) == 1:
            new = getattr(self, name)(p.rows, p.cols, mono, scope, names, *arguments)
        else:
            new = self._inside(p.rows, p.cols, mono, path[1:], scope, names, name, arguments)
        rest = Poly(p.rows, p.cols, (*p.terms[: path[0]], *p.terms[path[0] + 1 :]))
        return plus(rest, scaled(c, new))

    def _inside(
        self,
        rows: Size,
        cols: Size,
        mono: Mono,
        path: Sequence[int],
        scope: Facts,
        names: Mapping[str, str],
        name: str,
        arguments: list[Any],
    ) -> Poly:
        """A monomial in which an atom, or something inside it, is replaced."""
        part, at, *deeper = path
        words = [mono.word, *mono.scalars]
        need(part < len(words) and at < len(words[part]), "no such atom")
        word, end, taken = words[part], at + 1, {part}
        atom, flat = word[at], word[at]
        while flat[0] == "T":
            flat = flat[1]
        if deeper:
            inner = list(insides(atom))
            need(deeper[0] < len(inner) and len(deeper) > 1, "nothing inside")
            if flat[0] == "prod":
                v, body = self.normal.fresh(flat[1], flat[4])
                names, here = {**names, flat[1]: v}, variable(v)
                scope = (*scope, here - flat[2], flat[3] - here)
                atom, inner = ("prod", v, flat[2], flat[3], body), [body]
            inner[deeper[0]] = self._edit(inner[deeper[0]], deeper[1:], scope, names, name, arguments)
            new = self.normal.anew(atom, tuple(inner))
        elif name in self.on_pairs:
            beside, *arguments = arguments
            if beside:
                need(part and part != beside and 0 < beside < len(words) and at == 0, "not two numbers")
                taken.add(beside)
                end = len(word)
            else:
                end += 1
                need(at + 1 < len(word), "nothing beside it")
            pair = (word, words[beside]) if beside else (word[at : at + 1], word[at + 1 : end])
            new = getattr(self, name)(*pair, scope, *arguments)
        elif name == "hypothesis":
            length, *arguments = arguments
            need(type(length) is int and 0 < length <= len(word) - at, "not so many factors")
            end = at + length
            factors = self.normal.word(self.normal.shape(atom)[0], self.normal.shape(word[end - 1])[1], word[at:end])
            new = self.hypothesis(factors, scope, names, *arguments)
        else:
            new = getattr(self, name)(flat, scope, names, *arguments)
            new = new if atom == flat else self.normal.transposed(new)
        normal = self.normal
        need(new.rows == normal.shape(atom)[0] and new.cols == normal.shape(word[end - 1])[1], "another shape")
        height = rows if part == 0 else ONE
        width = cols if part == 0 else ONE
        before = normal.word(height, new.rows, word[:at])
        whole = normal.times(normal.times(before, new), normal.word(new.cols, width, word[end:]))
        others = tuple(s for j, s in enumerate(mono.scalars, 1) if j not in taken)
        if part:
            whole = normal.times_scalar(whole, normal.word(rows, cols, mono.word))
        around = Poly(ONE, ONE, ((Mono((), (), others, ()), 1),))
        return normal.summed(mono, normal.times_scalar(around, whole))

    # -- steps on a monomial -------------------------------------------------------------------------------------

    def split(self, rows: Size, cols: Size, mono: Mono, scope: Facts, names: Mapping[str, str], form: Linear) -> Poly:
        """A sum over the points with form >= 0, and one over those with form < 0."""
        form = _called(form, names)
        halves = (mono._replace(domain=(*mono.domain, each)) for each in (form, (-1) * form - 1))
        return plus(*(self.normal.finished(rows, cols, half, 1) for half in halves))

    def empty(self, rows: Size, cols: Size, mono: Mono, scope: Facts, names: Any, weights: Weights) -> Poly:
        """A sum over no point is 0."""
        need_all(scope, [number(-1)], [weights])
        return zero(rows, cols)

    def pin(
        self,
        rows: Size,
        cols: Size,
        mono: Mono,
        scope: Facts,
        names: Mapping[str, str],
        v: str,
        value: Linear,
        weights: Sequence[Weights],
    ) -> Poly:
        """A variable that has one value in all points takes it; a free one, but for what says that it has."""
        v, value = names.get(v, v), _called(value, names)
        need(v not in value.names(), f"{v} stands in its own value")
        need(changed((rows, cols), {v: value}) == (rows, cols), "another shape")
        need_all(scope, [variable(v) - value, value - variable(v)], weights)
        bound = tuple(b for b in mono.bound if b != v)
        domain, *rest = changed((mono.domain, mono.scalars, mono.word), {v: value})
        whole = Poly(rows, cols, ((Mono(bound, domain if v in mono.bound else mono.domain, *rest), 1),))
        return self.normal.again(whole)

    def range(
        self,
        rows: Size,
        cols: Size,
        mono: Mono,
        scope: Facts,
        names: Mapping[str, str],
        domain: Sequence[Linear],
        there: Sequence[Weights],
        back: Sequence[Weights],
    ) -> Poly:
        """The same domain by other conditions, each of which follows from the others and the facts."""
        new = tuple(_called(form, names) for form in domain)
        outside = scope[: len(scope) - len(mono.domain)]
        need_all(scope, new, there)
        need_all((*outside, *new), mono.domain, back)
        return self.normal.finished(rows, cols, mono._replace(domain=new), 1)

    def units(self, rows: Size, cols: Size, mono: Mono, scope: Facts, names: Any, weights: Sequence[Weights]) -> Poly:
        """X = Σ_{k=1}^{n} e_k e_kᵀ X, where each width in n is an index, too."""
        every = self._every_unit(rows, scope, weights)
        return self.normal.settled(self.normal.times(every, Poly(rows, cols, ((mono, 1),))))

    def _every_unit(self, size: Size, scope: Facts, weights: Sequence[Weights]) -> Poly:
        """I = Σ_{k=1}^{n} e_k e_kᵀ."""
        unit, high = ("unit", size, variable("k")), as_index(size)
        need_all(scope, [variable(width) - 1 for width in sorted(high.names())], weights)
        return self.normal.of(("sum", "k", number(1), high, ("mul", unit, ("T", unit))))

    # -- steps on an atom ----------------------------------------------------------------------------------------

    def cut(self, atom: Atom, scope: Facts, names: Mapping[str, str], at: Linear, weights: Sequence[Weights]) -> Poly:
        """∏ from low to high is ∏ from at to high times ∏ from low to at - 1, for low <= at <= high + 1."""
        need(atom[0] == "prod", "not a product")
        _, v, low, high, body = atom
        at = _called(at, names)
        need_all(scope, [at - low, high + 1 - at], weights)
        return self.normal.times(self.normal.prod(v, at, high, body), self.normal.prod(v, low, at - 1, body))

    def join(self, first: Word, second: Word, scope: Facts, weights: Sequence[Weights]) -> Poly:
        """∏ from at to high times ∏ from low to at - 1 is ∏ from low to high, where both lengths are >= 0.

        Of equal factors, only the lengths matter; and a factor alone may stand on either side of a power of it.
        """
        (atom, *more), alone = (first, second) if first[0][0] == "prod" else (second, first)
        need(atom[0] == "prod" and not more, "not two products")
        (_, v, at, high, body), following = atom, alone[0]
        if len(alone) > 1 or following[0] != "prod":
            need(v not in variables(body) and self.normal.word(body.rows, body.cols, alone) == body, "other factors")
            need_all(scope, [high + 1 - at], weights)
            return self.normal.prod(v, at, high + 1, body)
        _, w, low, end, other = following
        need(other == body and w == v, "other factors")
        need_all(scope, [high + 1 - at, end + 1 - low], weights)
        if v not in variables(body):
            return self.normal.prod(v, low, end + high + 1 - at, body)
        need(end == at - 1, "the second product does not end where the first begins")
        return self.normal.prod(v, low, high, body)

    def slide(self, first: Word, second: Word, scope: Facts, weights: Sequence[Weights]) -> Poly:
        """∏ x(v) y(v) times x(low - 1) is x(high) times ∏ y(v) x(v - 1), where the length is >= 0."""
        need(first[0][0] == "prod" and len(first) == len(second) == 1, "not a product and one factor")
        _, v, low, high, body = first[0]
        v, body = self.normal.fresh(v, body)
        word = body.terms[0][0].word if body.terms else ()
        need(len(word) > 1 and body == self.normal.raw(body.rows, body.cols, word), "a product of something else")
        need_all(scope, [high + 1 - low], weights)
        x, *y = word
        at_low, at_high, before = (self.normal.anew(changed(x, {v: form})) for form in (low - 1, high, variable(v) - 1))
        need(at_low == self.normal.atom(second[0]), "another factor")
        rest = self.normal.word(self.normal.shape(x)[1], body.cols, tuple(y))
        return self.normal.times(at_high, self.normal.prod(v, low, high, self.normal.times(rest, before)))

    def between(self, first: Word, second: Word, scope: Facts, weights: Sequence[Weights]) -> Poly:
        """A B = Σ_{k=1}^{n} A e_k e_kᵀ B, where each width in n is an index, too."""
        shape, word = self.normal.shape, self.normal.word
        inner = shape(first[-1])[1]
        left = self.normal.times(word(shape(first[0])[0], inner, first), self._every_unit(inner, scope, weights))
        return self.normal.times(left, word(inner, shape(second[-1])[1], second))

    def apart(self, first: Word, second: Word, scope: Facts, sign: int, weights: Sequence[Weights]) -> Poly:
        """e_iᵀ e_j = 0 for two of 1, …, n: for j < i with the sign 1, and for i < j with -1."""
        match first, second:
            case (("T", ("unit", s, i)),), (("unit", r, j),) if s == r and sign in (1, -1):
                ends = (form for at in (i, j) for form in (at - 1, as_index(s) - at))
                need_all(scope, [sign * (i - j) - 1, *ends], weights)
                return zero(ONE, ONE)
        raise NotProvedError("not two unit vectors")

    def insert(self, atom: Atom, scope: Facts, names: Any, matrix: Term) -> Poly:
        """X = A A⁻¹ X, for what is inverted in the theorem."""
        need(self.invertible(matrix), "an inverse that the theorem does not have")
        one = self.normal.of(("mul", matrix, ("inv", matrix)))
        times = self.normal.times_scalar if one.rows == ONE else self.normal.times
        return times(one, self.normal.atom(atom))

    def void(self, atom: Atom, scope: Facts, names: Any, weights: Sequence[Weights]) -> Poly:
        """A product without factors is an identity."""
        need(atom[0] == "prod", "not a product")
        length = atom[3] - atom[2] + 1
        need_all(scope, [length, (-1) * length], weights)
        return identity(self.normal.shape(atom)[1])

    def theorem(
        self,
        atom: Atom,
        scope: Facts,
        names: Mapping[str, str],
        which: int,
        values: Mapping[str, Linear],
        weights: Sequence[Weights],
    ) -> Poly:
        """An instance of a theorem whose left side is the atom."""
        known = self.known(which)
        need(set(known.hypotheses) <= set(self.hypotheses), "a theorem with other hypotheses")
        values = {v: _called(form, names) for v, form in values.items()}
        need(not names_of_all(known.hypotheses) & set(values), "a hypothesis speaks of what is replaced")
        inverses = {put(each, values) for each in inverted(known.left, known.right, known.hypotheses)}
        need(all(map(self.invertible, inverses)), "a theorem with other inverses")
        need_all(scope, [fact.at(values) for fact in known.facts], weights)
        found = self.normal.value(known.left, values)
        need(found == self.normal.again(self.normal.atom(atom)), "the left side is another atom")
        return self.normal.of(known.right, values)

    def hypothesis(
        self,
        factors: Poly,
        scope: Facts,
        names: Mapping[str, str],
        which: int,
        values: Mapping[str, Linear],
        weights: Sequence[Weights],
    ) -> Poly:
        """A hypothesis at values of its variables whose left side, or its transpose, is a product of some factors."""
        need(type(which) is int and 0 <= which < len(self.hypotheses), "no such hypothesis")
        facts, left, right, every = self.hypotheses[which]
        need(set(values) == set(every), "a hypothesis holds for the variables that it names")
        values = {v: _called(form, names) for v, form in values.items()}
        need_all(scope, [fact.at(values) for fact in facts], weights)
        if self.normal.value(left, values) != self.normal.settled(factors):
            left, right = ("T", left), ("T", right)
        need(self.normal.value(left, values) == self.normal.settled(factors), "the left side is something else")
        return self.normal.of(right, values)

    def definition(self, atom: Atom, scope: Facts, names: Any, weights: Sequence[Weights]) -> Poly:
        """A quantity by its equation."""
        need(atom[0] == "leaf", "not a quantity")
        place = (atom[1], atom[2])
        need_all(scope, self.system.from_its_start(place), weights)
        return self._body(place)

    def _body(self, place: Place) -> Poly:
        known, initial = self.system.of(place[0]), self.system.initial(place)
        if initial is not None:
            return self.normal.of(initial)
        need(known.body is not None, f"{place[0]} has no equation")
        assert known.body is not None
        return self.normal.of(known.body, {} if place[1] is None else {"i": place[1]})

    def follow(self, atom: Atom, scope: Facts, names: Any, apart: Sequence[int], weights: Sequence[Weights]) -> Poly:
        """The differential of a quantity that follows its equation: d of the right side.

        Args:
            atom: the differential.
            scope: what holds where it stands.
            names: what bound variables are called.
            weights: how the conditions follow from what holds there.
            apart: for each quantity of the direction with the same name, +1 if the index is larger, or -1.
        """
        direction, place = self._moved(atom)
        needed = self.system.from_its_start(place)
        if direction[0] == "immediate":
            of, by = direction[1]
            if place != of:
                need(self.system.of(place[0]).role == "intermediate", f"{place[0]} is held")
                needed += _apart([of], place, apart[:1] if of[0] == place[0] else ())
                apart = apart[1:] if of[0] == place[0] else apart
            needed += _apart([by], place, apart)
        else:
            needed += _apart(direction[1], place, apart)
        need_all(scope, needed, weights)
        known = self.system.of(place[0])
        if known.body is not None:
            return differential(self.normal, self._body(place), direction)
        rows, cols = self.system.shape(place)
        parts = [zero(rows, cols)]
        for which in range(1, len(known.arguments) + 1):
            argument = self.system.argument(place, which)
            moved = self.normal.of(("vec", ("d", direction, argument)))
            parts.append(self.normal.times(self.normal.of(("part", place, which)), moved))
        return plus(*parts)

    def hold(self, atom: Atom, scope: Facts, names: Any, apart: Sequence[int], weights: Sequence[Weights]) -> Poly:
        """The differential of what does not move is 0: what is given, and along an immediate direction all but one."""
        direction, place = self._moved(atom)
        moving = direction[1]
        if direction[0] == "immediate":
            of, by = direction[1]
            given = place == of or self.system.of(place[0]).role in ("given", "intermediate")
            needed = self.system.before_its_start(place) if given else []
            moving = [by] if given else [of, by]
        else:
            needed = self.system.before_its_start(place)
        need_all(scope, [*needed, *_apart(moving, place, apart)], weights)
        return zero(*self.system.shape(place))

    def _moved(self, atom: Atom) -> tuple[Term, Place]:
        need(atom[0] == "d", "not a differential")
        return atom[1], atom[2]

    def axiom(self, atom: Atom, scope: Facts, names: Any, which: str, weights: Sequence[Weights]) -> Poly:
        """One of the axioms."""
        need(which in AXIOMS, f"no axiom is called {which}")
        need_all(scope, AXIOMS[which].needs(self.normal, atom), weights)
        return AXIOMS[which].right(self.normal, atom)

    def moment(self, atom: Atom, scope: Facts, names: Any, which: int, weights: Sequence[Weights]) -> Poly:
        """E[q^r Y] = E[q^r] E[Y] for a random number q, and Y that is independent of it.

        Every quantity in Y has nothing of the name of q behind it at whatever index, or it depends on no later index
        than its own, and that is shown to be earlier than the one of q. Of derivatives nothing is known.
        Source: Feller (1968), An introduction to probability theory, vol. 1, sec. IX.2, theorem 3.

        Args:
            atom: the expectation of a product.
            scope: what holds where it stands.
            names: what bound variables are called.
            which: the number of a factor q among the numbers of the product, from 0; r is how often it stands there.
            weights: how the conditions follow from what holds there, for the quantities in order.
        """
        need(atom[0] == "mean", "not an expectation")
        ((mono, _),) = atom[1].terms
        need(0 <= which < len(mono.scalars), "no such number")
        power = mono.scalars[which]
        need(len(power) == 1 and power[0][0] == "leaf", "not a quantity")
        _, q, index = power[0]
        rest = mono._replace(scalars=tuple(s for s in mono.scalars if s != power))
        moments, r = self.system.of(q).moments, len(mono.scalars) - len(rest.scalars)
        need(r <= len(moments), f"the moment of number {r} of {q} is not given")
        needed = []
        for x, at in sorted(leaves(rest), key=repr):
            if q in self.system.behind[x]:
                need(x in self.system.causal and index is not None, f"{x or 'a derivative'} may depend on {q}")
                needed.append(index - 1 - at)
        need_all(scope, needed, weights)
        moment = self.normal.of(moments[r - 1], {} if index is None else {INDEX: index})
        whole = self.normal.mean(Poly(atom[1].rows, atom[1].cols, ((rest, 1),)))
        return self.normal.times_scalar(moment, whole)

    def sure(self, atom: Atom, scope: Facts, names: Any, weights: Sequence[Weights]) -> Poly:
        """E[X] = X where all in X that is random at other indices stands before its equation begins, and is given."""
        need(atom[0] == "mean", "not an expectation")
        needed = []
        for x, at in sorted(leaves(atom[1]), key=repr):
            if self.system.behind[x]:
                need(x and self.system.of(x).start is not None, f"{x or 'a derivative'} may be random")
                needed += self.system.before_its_start((x, at))
        need_all(scope, needed, weights)
        inner: Poly = atom[1]
        return inner


def _frozen(x: Any) -> Any:
    """The arguments of a step as a key: whether they are in lists or in tuples says nothing."""
    if isinstance(x, dict):
        return tuple(sorted((name, _frozen(value)) for name, value in x.items()))
    return tuple(map(_frozen, x)) if type(x) in (list, tuple) else x


def _called(form: Linear, names: Mapping[str, str]) -> Linear:
    """A form in the names of the normal form, in those of here; a variable that is not bound here is refused."""
    unknown = {v for v in form.names() if is_bound(v) and v not in names}
    need(not unknown, f"no variable is called {', '.join(sorted(unknown))} there")
    return form.at({old: variable(new) for old, new in names.items()})


def _apart(moving: Sequence[Place], place: Place, signs: Sequence[int]) -> list[Linear]:
    """What has to be >= 0 for a quantity to be none of those that move."""
    same = [other for name, other in moving if name == place[0]]
    need(len(same) == len(signs), f"{place[0]} may be what moves")
    found = []
    for other, sign in zip(same, signs, strict=True):
        need(other is not None and place[1] is not None, f"{place[0]} is what moves")
        assert other is not None
        assert place[1] is not None
        found.append(sign * (place[1] - other) - 1)
    return found
