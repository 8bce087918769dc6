"""Signs of entries: that no entry of a matrix is below 0, read off its structure and the hypotheses."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from symrnn.certify.deriving import Deriver
from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal
from symrnn.certify.meeting import meet
from symrnn.certify.norms.above import matches
from symrnn.certify.norms.estimating import DERIVATIVES, Structure, names_of_facts, with_powers
from symrnn.certify.norms.known import Known
from symrnn.certify.norms.norm_script import NormScript, rows_at
from symrnn.certify.script import rows_for, shows
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.lemmas import LE
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.printer import show
from symrnn.kernel.scalars import ZERO, Scalar, conditions, scalar_at
from symrnn.kernel.steps import Facts
from symrnn.kernel.system import kinds_of
from symrnn.kernel.terms import ONE as SINGLE
from symrnn.kernel.terms import Term, as_index, put, shape, widths

MOST_DEFINITIONS = 4
"""How many definitions are put in one after the other."""

PRODUCTS = {"mul": "product", "had": "Hadamard product", "kron": "Kronecker product"}
"""The products of which no entry is below 0 where this holds of both factors, by what their lemmas call them."""


class Signs(Structure):
    """Bounds 0 <= smallest(A), each shown once.

    Args:
        script: where they are written.
        deriver: writes out derivatives.
        known: what is known of numbers.
    """

    def __init__(self, script: NormScript, deriver: Deriver, known: Known) -> None:
        super().__init__(script, deriver, known)
        self._found: dict[tuple[Term, Facts], int | None] = {}
        self._missing: dict[Term, list[Facts]] = {}
        self._depth = 0
        self._is_opened = False

    def nonnegative(self, t: Term, facts: Facts) -> int:
        """The bound 0 <= smallest(t).

        Raises:
            NotFoundError: when nothing shows it.
        """
        key = (t, facts)
        if key not in self._found:
            self._found[key] = None  # what leads back to itself shows nothing
            for way in (self._nonnegative, self._by_rows):
                try:
                    self._found[key] = self.known.restated(way(t, facts), facts, ZERO, smallest(t), LE)
                    break
                except (NotFoundError, NotProvedError):
                    continue
        found = self._found[key]
        if found is None and t[0] in ("leaf", "fn"):
            self._missing.setdefault(t, []).append(facts)
        if found is None:
            raise NotFoundError("nothing shows that no entry is below 0")
        return found

    def unknown(self) -> list[str]:
        """The quantities and slopes that stood in the way, since nothing says of which sign their entries are."""
        turned = ((t, (negative(t), facts)) for t, every in self._missing.items() for facts in every)
        return list(dict.fromkeys(show(t) for t, key in turned if self._found.get(key) is None))

    def nonpositive(self, t: Term, facts: Facts) -> int:
        """The bound smallest(t) <= 0 of a 1 x 1 matrix.

        Raises:
            NotFoundError: when nothing shows it.
        """
        if not self.is_number(t):
            raise NotFoundError("not a number")
        assumed = self._assumed(t, facts, above=False)
        if assumed is not None:
            return assumed
        turned = negative(t)
        bound = self.nonnegative(turned, facts)
        parts = [self._entry(each, facts) for each in (turned, t)]
        return self.script.combine(facts, smallest(t), LE, ZERO, [[1, bound], [1, parts[0][1]], [1, parts[1][1]]])

    def entry_of(self, t: Term, facts: Facts) -> tuple[Scalar, int, int]:
        """What the entry of a 1 x 1 matrix is made of, and the bounds that it is at most, and at least, that."""
        if kinds_of(t) & DERIVATIVES and (equal := self.written_out(t, facts)) is not None:
            other, first = self.rewritten("smallest", t, *equal, facts)
            x, there, back = self._entry(other, facts)
            s = smallest(t)
            up = self.script.combine(facts, s, LE, x, [[1, first], [1, there]])
            return x, up, self.script.combine(facts, x, LE, s, [[1, back], [1, first + 1]])
        return self._entry(t, facts)

    def _entry(self, t: Term, facts: Facts) -> tuple[Scalar, int, int]:
        plain = self._in_numbers(with_powers(self.writer.poly(self.deriver.normal.value(t))))
        bounds = self.script.magnitude("smallest", plain, facts)
        x, s = self.script.bound(bounds[0]).right, smallest(t)
        there, back = (
            self.known.restated(each, facts, *sides, LE) for each, sides in zip(bounds, ((s, x), (x, s)), strict=True)
        )
        return x, there, back

    def _in_numbers(self, t: Term) -> Term:
        """A number with products of rows and columns in it, each of which is one, in brackets: (aᵀ e)(uᵀ e)."""
        match t:
            case ("scale", c, a):
                return ("scale", c, self._in_numbers(a))
            case ("add", *parts):
                return ("add", *map(self._in_numbers, parts))
            case ("mul", *parts):
                found, open_ = list[Term](), list[Term]()
                for part in parts:
                    open_.append(part)
                    if self.is_number(whole := open_[0] if len(open_) == 1 else ("mul", *open_)):
                        found.append(whole)
                        open_ = []
                return found[0] if len(found) == 1 else ("mul", *found)
        return t

    def _nonnegative(self, t: Term, facts: Facts) -> int:
        script, s = self.script, smallest(t)
        for found in (self.known.related(ZERO, LE, s, facts), self._assumed(t, facts)):
            if found is not None:
                return found
        if self.is_number(t):
            try:
                return self._by_entry(t, facts)
            except NotFoundError:
                pass  # it may be a product of a row and a column
        match t:
            case ("id", n):
                return script.lemma("smallest entry of an identity", [n], facts)[0]
            case ("unit", n, k):
                return script.lemma("smallest entry of a unit vector", [n, k], facts)[0]
            case ("ones", m, n):
                ones = script.lemma("smallest entry of ones", [m, n], facts)[0]
                return script.combine(facts, ZERO, LE, s, [[1, ones], [1]])
            case ("zero", m, n):
                return script.lemma("zero", ["smallest", m, n], facts)[1]
            case ("fn", name, _, order, _):
                return self._of_function(t, name, order, facts)
            case ("leaf", _, index) if index is not None:
                return self._by_definition(t, facts)
            case ("T" | "vec" as kind, a):
                name, more = ("transpose", ["smallest"]) if kind == "T" else ("smallest entry of vec", [])
                equal = script.lemma(name, [*more, a], facts)[1]
                return script.combine(facts, ZERO, LE, s, [[1, self.nonnegative(a, facts)], [1, equal]])
            case ("scale", c, a):
                inner = a if c > 0 else negative(a)
                equal = script.lemma("smallest entry of a multiple", [abs(c), inner], facts)[1]
                bound = self._of_product(a, -1, facts) if c < 0 and a[0] in PRODUCTS else self.nonnegative(inner, facts)
                return script.combine(facts, ZERO, LE, s, [[abs(c), bound], [1, equal]])
            case ("diag", a):
                return script.lemma("smallest entry of a diagonal", [a], facts, [self.nonnegative(a, facts)])[0]
            case ("add", *parts):
                return self._of_sum(t, parts, facts)
            case (kind, *_) if kind in PRODUCTS:
                return self._of_product(t, 1, facts)
            case ("pow", a, k):
                return self._of_factors(script.binder("w"), number(1), k, a, facts)
            case ("prod", v, low, high, body):
                return self._of_factors(v, low, high, body, facts)
            case ("rise", v, low, high, body):
                return self._of_factors(v, low, high, put(body, {v: low + high - variable(v)}), facts)
            case ("sum", v, low, high, body):
                v, body, here = self._within(v, low, high, body, facts)
                inside = self.nonnegative(body, here)
                return script.lemma("smallest entries of a sum", [v, low, high, body], facts, [inside])[0]
        if kinds_of(t) & DERIVATIVES and (written := self.written_out(t, facts)) is not None:
            return self._rewritten(t, *written, facts)
        raise NotFoundError("nothing shows that no entry is below 0")

    def _rewritten(self, t: Term, other: Term, theorem: int, facts: Facts) -> int:
        """The bound 0 <= smallest(other) <= smallest(t), by a theorem."""
        _, order = self.rewritten("smallest", t, other, theorem, facts, below=True)
        return self.script.combine(facts, ZERO, LE, smallest(t), [[1, self.nonnegative(other, facts)], [1, order]])

    def _assumed(self, t: Term, facts: Facts, *, above: bool = True) -> int | None:
        """A hypothesis about every index that says 0 <= smallest(t), or smallest(t) <= 0 of a number."""
        wanted = self.script.value(smallest(t))
        for which, known in enumerate(self.script.replay.assumed):
            zero, s = (known.left, known.right) if above else (known.right, known.left)
            if not known.names or zero != ZERO or s[0] != "smallest":
                continue
            for values in matches(s[1], t, known.names):
                here = [fact.at(values) for fact in known.facts]
                if all(shows(facts, form) for form in here) and self.script.value(scalar_at(s, values)) == wanted:
                    return self.script.assumption(which, values, facts)
        return None

    def _by_rows(self, t: Term, facts: Facts) -> int:
        """Row by row, A = Σ e_k e_kᵀ A, and each row entry by entry."""
        script, (rows, cols) = self.script, shape(t, self.script.system)
        plain = (t[2] if t[0] == "scale" else t)[0] == "leaf" and not any(h.names for h in script.replay.assumed)
        if self._is_opened or plain or t[0] in ("unit", "fn") or (rows == cols == SINGLE):
            raise NotFoundError("nothing shows that no entry is below 0")
        self._is_opened = True
        try:
            if rows == SINGLE:
                turned = script.lemma("transpose", ["smallest", t], facts)[0]
                bound = self._by_rows_of(("T", t), facts)
                return script.combine(facts, ZERO, LE, smallest(t), [[1, bound], [1, turned]])
            return self._by_rows_of(t, facts)
        finally:
            self._is_opened = False

    def _by_rows_of(self, t: Term, facts: Facts) -> int:
        script, (rows, cols) = self.script, shape(t, self.script.system)
        needed = [variable(v) - 1 for v in sorted(widths(rows))]
        if not all(shows(facts, form) for form in needed):
            raise NotFoundError("rows that cannot be counted")
        v, high = script.binder("e"), as_index(rows)
        unit, here = ("unit", rows, variable(v)), (*facts, variable(v) - 1, high - variable(v))
        row: Term = ("mul", ("T", unit), t)
        if cols == SINGLE:
            inside = self.nonnegative(row, here)
        else:
            turned = script.lemma("transpose", ["smallest", row], here)[0]
            inside = script.combine(
                here, ZERO, LE, smallest(row), [[1, self._by_rows_of(("T", row), here)], [1, turned]]
            )
        premises = [self.nonnegative(unit, here), inside]
        product = script.lemma("smallest entry of a product", [unit, row], here, premises)[0]
        summand: Term = ("mul", unit, row)
        total = script.lemma("smallest entries of a sum", [v, number(1), high, summand], facts, [product])[0]
        right: Term = ("sum", v, number(1), high, summand)
        goal = Goal(script, facts, self.hypotheses(), t)
        while any(not (mono.word and mono.word[0][0] == "unit") for mono, _ in goal.value.terms):
            m = next(m for m, (mono, _) in enumerate(goal.value.terms) if not mono.word or mono.word[0][0] != "unit")
            goal.do((m,), "units", rows_for(goal.scope(m), needed))
        goal.minus(right)
        meet(goal)
        _, order = self.rewritten("smallest", t, right, goal.closed(right), facts, below=True)
        return script.combine(facts, ZERO, LE, smallest(t), [[1, total], [1, order]])

    def _by_entry(self, t: Term, facts: Facts) -> int:
        """By what a number is made of."""
        x, _, back = self.entry_of(t, facts)
        if x == smallest(t):
            raise NotFoundError("a number that is not made of others")
        return self.script.combine(facts, ZERO, LE, smallest(t), [[1, self.known.linked(ZERO, x, facts)], [1, back]])

    def _of_function(self, t: Term, name: str, order: int, facts: Facts) -> int:
        """By the sign of a function or of its slope at every z."""
        for which, known in enumerate(self.script.replay.slopes):
            if known.signed and (known.function, known.order) == (name, order):
                self.script.put("slope", which, self.script.term(t), self.script.forms(facts), self._ranges(t, facts))
                return len(self.script.replay.bounds) - 1
        raise NotFoundError(f"nothing is known of the sign of {name}" + "'" * order)

    def _ranges(self, t: Term, facts: Facts) -> list[object]:
        return list(rows_at(conditions(smallest(t), facts)))

    def _by_definition(self, t: Term, facts: Facts) -> int:
        """By the equation of a quantity."""
        if self._depth == MOST_DEFINITIONS or (equal := self.by_equation(t, facts)) is None:
            raise NotFoundError("nothing is known of a quantity")
        self._depth += 1
        try:
            return self._rewritten(t, *equal, facts)
        finally:
            self._depth -= 1

    def _of_sum(self, t: Term, parts: Sequence[Term], facts: Facts) -> int:
        equal = self.complement(t, facts)
        if equal is not None:
            return self._rewritten(t, *equal, facts)
        script, s = self.script, smallest(t)
        first, *rest = parts
        others: Term = rest[0] if len(rest) == 1 else ("add", *rest)
        split = script.lemma("smallest entry of a sum", [first, others], facts)[0]
        known = [[1, self.nonnegative(part, facts)] for part in (first, others)]
        return script.combine(facts, ZERO, LE, s, [*known, [1, split]])

    def _of_product(self, t: Term, sign: int, facts: Facts) -> int:
        """Of a product or its negative: each factor is taken with the sign with which it has no entry below 0."""
        kind, *parts = t
        parts = self._squared(parts, facts) if kind == "had" else parts
        signed = list[Term]()
        for part in parts:
            try:
                self.nonnegative(part, facts)
                signed.append(part)
            except NotFoundError:
                signed.append(negative(part))
                self.nonnegative(signed[-1], facts)
                sign = -sign
        if sign < 0:
            raise NotFoundError("a product of the other sign")
        *before, found = signed
        bound = self.nonnegative(found, facts)
        for part in reversed(before):
            premises = [self.nonnegative(part, facts), bound]
            bound = self.script.lemma(f"smallest entry of a {PRODUCTS[kind]}", [part, found], facts, premises)[0]
            found = (kind, part, found)
        return bound

    def _squared(self, parts: list[Term], facts: Facts) -> list[Term]:
        """Factors of a Hadamard product, each pair of equal ones as their square, whose sign is shown at once."""
        found = list[Term]()
        for part in parts:
            if part in found:
                found.remove(part)
                square: Term = ("had", part, part)
                self._found[square, facts] = self.script.lemma("smallest entry of a Hadamard square", [part], facts)[0]
                found.append(square)
            else:
                found.append(part)
        return found

    def _within(
        self, v: str, low: Linear, high: Linear, body: Term, facts: Facts
    ) -> tuple[str, Term, tuple[Linear, ...]]:
        """A bound variable with a name of its own, what it stands in, and what holds there."""
        if v in names_of_facts(facts):
            fresh = self.script.binder("w")
            v, body = fresh, put(body, {v: variable(fresh)})
        return v, body, (*facts, variable(v) - low, high - variable(v))

    def _of_factors(self, v: str, low: Linear, high: Linear, body: Term, facts: Facts) -> int:
        if not shows(facts, high - low + 1):
            raise NotFoundError("a product that may have too few factors", missing=high - low + 1)
        v, body, here = self._within(v, low, high, body, facts)
        inside = self.nonnegative(body, here)
        return self.script.lemma("smallest entry of an ordered product", [v, low, high, body], facts, [inside])[0]


def smallest(t: Term) -> Scalar:
    """The smallest entry of a matrix."""
    return ("smallest", t)


def negative(t: Term) -> Term:
    """A term with the other sign, which is put inside as far as it goes."""
    match t:
        case ("scale", c, a):
            return a if c == -1 else ("scale", -c, a)
        case ("add", *parts):
            return ("add", *map(negative, parts))
        case ("diag" | "T" | "vec" as kind, a):
            return (kind, negative(a))
        case ("sum", v, low, high, body):
            return ("sum", v, low, high, negative(body))
    return ("scale", Fraction(-1), t)
