"""The normal form of a term: a sum of monomials, each a number, sums over a domain, scalars, and a product of atoms.

Everything but functions, inverses and ordered products is linear in each of its parts, so sums and numbers go to the
front; out of an expectation goes only what is not random. A sum over indices is kept as its domain: the set of integer
points that satisfy linear conditions. Bound variables are moved so that the first index that names one is that
variable, and named in the order in which they occur; two terms that are equal by shifting, reversing or exchanging sums
have one normal form.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import reduce
from itertools import groupby, pairwise
from math import prod
from typing import Any, TypeVar

from symrnn.kernel.errors import need
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.monomials import (
    MOST_REMEMBERED,
    PLAIN,
    Atom,
    Mono,
    Poly,
    Word,
    anchors,
    blind,
    bounds,
    called,
    changed,
    column_order,
    digits,
    fresh_name,
    height,
    identity,
    indices,
    insides,
    leaves,
    met,
    opened,
    plus,
    resorted,
    scaled,
    tidied,
    variables,
    weight,
    zero,
)
from symrnn.kernel.system import System
from symrnn.kernel.terms import ONE, Size, Term, shape, size_at
from symrnn.kernel.terms import times as area
from symrnn.kernel.work import spend

Found = TypeVar("Found")
ONE_OF = ((Mono((), (), (), ()), 1),)


class Normal:
    """Normal forms over one system."""

    def __init__(self, system: System) -> None:
        self.system = system

    # -- atoms and words -----------------------------------------------------------------------------------------

    def shape(self, atom: Atom) -> tuple[Size, Size]:
        """Rows and columns of an atom."""
        match atom[0]:
            case "one":
                return atom[1], ONE
            case "T":
                rows, cols = self.shape(atom[1])
                return cols, rows
            case "fn":
                return atom[4].rows, atom[4].cols
            case "softmax" | "inv" | "had" | "mean":
                return atom[1].rows, atom[1].cols
            case "lse":
                return ONE, ONE
            case "unvec":
                return atom[1], atom[2]
            case "diag":
                return atom[1].rows, atom[1].rows
            case "vec":
                return area(atom[1].rows, atom[1].cols), ONE
            case "kron":
                return area(atom[1].rows, atom[2].rows), area(atom[1].cols, atom[2].cols)
            case "prod":
                _, v, low, high, body = atom
                return size_at(body.rows, {v: high}), size_at(body.cols, {v: low})
        return self.known(self._plain, atom)

    def _plain(self, atom: Atom) -> tuple[Size, Size]:
        return shape(atom, self.system)

    def known(self, make: Callable[..., Found], *of: Any) -> Found:
        """What a method makes of something, once: only the system and the class decide what."""
        known, key = self.system.known, (type(self), make.__name__, *of)
        found: Found | None = known.get(key)
        if found is None:
            if len(known) >= MOST_REMEMBERED:
                known.clear()
            found = known[key] = make(*of)
        return found

    def atom(self, atom: Atom) -> Poly:
        """One atom as a matrix."""
        rows, cols = self.shape(atom)
        return self.word(rows, cols, (atom,))

    def raw(self, rows: Size, cols: Size, word: Word) -> Poly:
        """A word that is known to be in order already."""
        return Poly(rows, cols, ((Mono((), (), (), word), 1),))

    def word(self, rows: Size, cols: Size, word: Word) -> Poly:
        """A product of atoms: neighbours merged, pieces of shape (1, 1) taken out, diagonal matrices in order."""
        spend(len(word))
        return self.known(self._multiplied, rows, cols, word)

    def _multiplied(self, rows: Size, cols: Size, word: Word) -> Poly:
        for at in range(len(word) - 1):
            merged, end = self.merged(word[at], word[at + 1]), at + 2
            if merged is None and word[at][0] == "diag":
                merged, end = self._entrywise(word, at)
            if merged is not None:
                before = self.word(rows, merged.rows, word[:at])
                return self.times(self.times(before, merged), self.word(merged.cols, cols, word[end:]))
        cuts = [0] if rows == ONE else []
        cuts += [at + 1 for at, atom in enumerate(word) if self.shape(atom)[1] == ONE]
        if not cuts:
            return self.raw(rows, cols, self._diagonals_sorted(word))
        scalars = [self.scalar(word[a:b]) for a, b in pairwise(cuts)]
        left = self.column(word[: cuts[0]])
        right = self.turned(self.column(self.turned(word[cuts[-1] :])))
        mono = Mono((), (), tuple(sorted((s for s in scalars if s), key=blind)), left + right)
        return Poly(rows, cols, ((mono, 1),))

    def _diagonals_sorted(self, word: Word) -> Word:
        if "diag" not in [atom[0] for atom in word]:
            return word
        found: list[Atom] = []
        for diagonal, group in groupby(word, lambda atom: atom[0] == "diag"):
            run = list(group)
            found += sorted(run, key=blind) if diagonal else run
        return tuple(found)

    def column(self, word: Word) -> Word:
        """A product that ends in a column: diag(x) y = diag(y) x, so what stands last is chosen by order."""
        at = next((at for at, atom in enumerate(word) if atom[0] == "kron" and atom[2].cols == ONE), None)
        if at is not None:  # (I ⊗ b) r = r ⊗ b = (r ⊗ I) b
            _, a, b = word[at]
            r = self.raw(a.cols, ONE, self.column(word[at + 1 :]))
            word = (*word[:at], ("kron", r, identity(b.rows)), *self._content(b))
        word = self._diagonals_sorted(word)
        end = len(word)
        while True:
            last = next((at for at in range(end - 1, -1, -1) if word[at][0] == "diag"), None)
            if last is None:
                return word
            first = next((at + 1 for at in range(last, -1, -1) if word[at][0] != "diag"), 0)
            tail = word[last + 1 :]
            columns = [self._content(atom[1]) for atom in word[first : last + 1]]
            if not (tail and tail[0][0] == "one"):
                columns.append(tail)
            columns.sort(key=column_order)
            rows = self.shape(word[first])[0]
            rest = tuple(("diag", self.raw(rows, ONE, each)) for each in columns[:-1])
            word = word[:first] + rest + columns[-1]
            end = first

    def _content(self, column: Poly) -> Word:
        ((mono, _),) = column.terms
        return mono.word

    def scalar(self, word: Word) -> Word:
        """A product of shape (1, 1), which is its own transpose."""
        for _ in range(4):
            turned = self.column(self.turned(self.column(word)))
            if blind(turned) in (blind(word), blind(self.turned(word))):
                break
            word = turned
        word = self.column(word)
        other = self.column(self.turned(word))
        return min(word, other, key=blind)

    def turned(self, word: Word) -> Word:
        """The transpose of a word: (a b)ᵀ = bᵀ aᵀ."""
        return tuple(self._turned(atom) for atom in reversed(word))

    def _turned(self, atom: Atom) -> Atom:
        match atom[0]:
            case "T":
                inner: Atom = atom[1]
                return inner
            case "diag":
                return atom
            case "kron":
                return ("kron", self.transposed(atom[1]), self.transposed(atom[2]))
            case "comm":
                return ("comm", atom[2], atom[1])
            case "inv":
                return ("inv", self.settled(self.transposed(atom[1])))
            case "unvec":
                return ("unvec", atom[2], atom[1], self.times(self.atom(("comm", *atom[1:3])), atom[3]))
            case "prod":  # (∏ f)ᵀ is the product of the fᵀ the other way round
                _, v, low, high, body = atom
                return self._remembered(self._mirrored, (-1) * high, (-1) * low, v, body)
        return atom if self.shape(atom) == (ONE, ONE) else ("T", atom)

    def merged(self, x: Atom, y: Atom) -> Poly | None:
        """Two neighbours as one, or None."""
        match x, y:
            case ("T", ("sel", i, sizes)), ("sel", j, others) if sizes == others:
                return identity(sizes[i - 1]) if i == j else zero(sizes[i - 1], sizes[j - 1])
            case ("T", ("unit", s, i)), ("unit", r, j) if (s, i) == (r, j):
                return identity(ONE)
            case (("T", ("one", s)), ("unit", r, _)) | (("T", ("unit", s, _)), ("one", r)) if s == r:
                return identity(ONE)
            case ("diag" | "prod", *_), ("unit", *_):
                return self._acting(x, y)
            case ("T", ("unit", *_)), ("diag" | "prod", *_):
                found = self._acting(self._turned(y), x[1])
                return None if found is None else self.transposed(found)
            case ("kron", a, b), ("kron", c, d) if (a.cols, b.cols) == (c.rows, d.rows):
                return self.kron(self.times(a, c), self.times(b, d))
            case ("kron", a, b), ("vec", z) if (b.cols, a.cols) == (z.rows, z.cols):
                return self.vec(self.times(self.times(b, z), self.transposed(a)))
            case ("T", ("vec", z)), ("kron", a, b) if (b.rows, a.rows) == (z.rows, z.cols):
                other = self.times(self.times(self.transposed(b), z), a)
                return self.transposed(self.vec(other))
            case ("comm", r, c), ("vec", z) if (r, c) == (z.rows, z.cols):
                return self.vec(self.transposed(z))
            case ("kron", a, b), ("comm", r, c) if (a.cols, b.cols) == (r, c):  # (A ⊗ B) K = K (B ⊗ A)
                return self.times(self.of(("comm", a.rows, b.rows)), self.kron(b, a))
            case ("comm", r, c), ("comm", *others) if [c, r] == others:
                return identity(area(r, c))
            case ("unvec", rows, _, column), _:  # X B is the matrix of (Bᵀ ⊗ I) vec X
                right = self.kron(self.transposed(self.atom(y)), identity(rows))
                return self.unvec(rows, self.shape(y)[1], self.times(right, column))
            case _, ("unvec", _, cols, column):  # A X is the matrix of (I ⊗ A) vec X
                return self.unvec(self.shape(x)[0], cols, self.times(self.kron(identity(cols), self.atom(x)), column))
            case ("kron", *both), ("one", _) if all(p in (identity(p.rows), self.atom(("one", p.rows))) for p in both):
                return self.atom(("one", self.shape(x)[0]))
            case ("inv", p), _ if p.terms == self.atom(y).terms:
                return identity(p.rows)
            case _, ("inv", p) if p.terms == self.atom(x).terms:
                return identity(p.rows)
        return None

    def _entrywise(self, word: Word, at: int) -> tuple[Poly | None, int]:
        """diag(vec A) vec B = vec(A ∘ B) for a diagonal matrix and the column that follows; the end of that."""
        end = next((e + 1 for e in range(at, len(word)) if self.shape(word[e])[1] == ONE), at)
        match self._content(word[at][1]):
            case (("vec", a),) if (b := self._matrix(a.rows, a.cols, self.column(word[at + 1 : end]))) is not None:
                return self.vec(self.had(a, b)), end
        return None, end

    def _matrix(self, rows: Size, cols: Size, column: Word) -> Poly | None:
        """The matrix of a shape whose vec is a column that says so: vec X, or (u vᵀ ⊗ I) s = vec((vᵀ ⊗ I) s uᵀ)."""
        match column:
            case (("vec", x),) if (x.rows, x.cols) == (rows, cols):
                return self.times(identity(rows), x)
            case (("kron", r, one), *s) if (r.rows, one) == (cols, identity(rows)):
                word = self._content(r)
                for at in [at + 1 for at, atom in enumerate(word) if self.shape(atom)[1] == ONE][:1]:
                    v = self.kron(self.raw(ONE, r.cols, word[at:]), one)
                    inner = self.times(v, self.raw(v.cols, ONE, tuple(s)))
                    return self.times(inner, self.transposed(self.raw(cols, ONE, word[:at])))
        return None

    def _acting(self, x: Atom, unit: Atom) -> Poly | None:
        """diag(a) e_i = e_i (e_iᵀ a), and ∏ f e_i = e_i ∏ s where each f e_i is e_i s by the same rule; or None."""
        column = self.atom(unit)
        row = self.transposed(column)
        if x[0] == "diag":
            return self.times(column, self.times(row, x[1]))
        if x[4].rows != column.rows or x[4].cols != column.rows:
            return None
        v, body = self.fresh(x[1], x[4])
        number = self.times(row, self.times(body, column))
        if self.settled(self.times(column, number)) != self.settled(self.times(body, column)):
            return None
        return self.times(column, self.prod(v, x[2], x[3], number))

    # -- operations ----------------------------------------------------------------------------------------------

    def times(self, p: Poly, q: Poly) -> Poly:
        """The product of two matrices."""
        need(p.cols == q.rows, "the factors of a product do not fit")
        if ONE_OF in (p.terms, q.terms):  # an identity
            return q if p.terms == ONE_OF else p
        return self.each(p.rows, q.cols, (p, q), lambda u, w: self.word(p.rows, q.cols, u + w))

    def each(self, rows: Size, cols: Size, polys: tuple[Poly, ...], build: Any) -> Poly:
        """What is linear in each of its parts: sums, scalars and numbers go to the front, words are put together.

        The monomials are not in order yet; :meth:`settled` does that at the end.
        """
        combos: list[tuple[list[Mono], Fraction | int]] = [([], 1)]
        number_of = prod(len(poly.terms) for poly in polys)
        for poly in polys:
            spend(sum(number_of // len(poly.terms) * weight(mono) for mono, _ in poly.terms))
            spend(sum(digits(c) for _, c in combos))
            combos = [([*monos, mono], c * e) for monos, c in combos for mono, e in poly.terms]
        found: dict[Mono, Fraction | int] = {}
        for monos, c in combos:
            monos = [opened(mono) for mono in monos]
            together = build(*(mono.word for mono in monos))
            for each, e in together.terms:
                parts = (*monos, opened(each))
                bound = tuple(b for mono in parts for b in mono.bound)
                domain = tuple(f for mono in parts for f in mono.domain)
                scalars = tuple(sorted((s for mono in parts for s in mono.scalars), key=blind))
                whole = Mono(bound, domain, scalars, parts[-1].word)
                found[whole] = found.get(whole, 0) + c * e
        return Poly(rows, cols, tuple((mono, c) for mono, c in found.items() if c))

    def transposed(self, p: Poly) -> Poly:
        """The transpose."""
        return self.each(p.cols, p.rows, (p,), lambda u: self.word(p.cols, p.rows, self.turned(u)))

    def diag(self, p: Poly) -> Poly:
        """A column on the diagonal of a matrix.

        Where the column is diag(a) b, it is diag(a) diag(b), and of vec(A ∘ B), diag(vec A) diag(vec B); and
        diag(e_i) = e_i e_iᵀ.
        """
        need(p.cols == ONE, "diag of what is not a column")
        if p.rows == ONE:
            return p

        def build(u: Word) -> Poly:
            at = next(at for at, atom in enumerate(u) if atom[0] != "diag")
            if u[at][0] == "unit":
                return self.word(p.rows, p.rows, (*u, ("T", u[at])))
            if u[at][0] == "vec" and not u[at + 1 :] and [a[0] for a in self._content(u[at][1])] == ["had"]:
                parts = (self.diag(self.vec(part)) for part in self._content(u[at][1])[0][1:])
                return reduce(self.times, parts, self.word(p.rows, p.rows, u[:at]))
            rest = () if u[at][0] == "one" else (("diag", self.raw(p.rows, ONE, u[at:])),)
            return self.word(p.rows, p.rows, u[:at] + rest)

        return self.each(p.rows, p.rows, (p,), build)

    def had(self, p: Poly, q: Poly) -> Poly:
        """The Hadamard product; of columns a ∘ b = diag(a) b, and (u vᵀ) ∘ A = diag(u) A diag(v).

        Diagonal matrices go outside: (diag(u) A diag(v)) ∘ B = diag(u) (A ∘ B) diag(v).
        """
        need((p.rows, p.cols) == (q.rows, q.cols), "a Hadamard product of different shapes")
        if p.cols == ONE:
            return self.times(self.diag(p), q)
        if p.rows == ONE:
            return self.transposed(self.had(self.transposed(p), self.transposed(q)))

        def build(u: Word, w: Word) -> Poly:
            for outer, inner in ((u, w), (w, u)):
                at = next((at + 1 for at, atom in enumerate(outer) if self.shape(atom)[1] == ONE), None)
                if at is not None:
                    left = self.diag(self.raw(p.rows, ONE, outer[:at]))
                    right = self.diag(self.transposed(self.raw(ONE, p.cols, outer[at:])))
                    return self.times(self.times(left, self.word(p.rows, p.cols, inner)), right)
                if len(inner) == 1 and inner[0][0] == "unvec":
                    return self.unvec(p.rows, p.cols, self.had(self.vec(self.raw(p.rows, p.cols, outer)), inner[0][3]))
            (before, u, after), (more, w, still) = self._within_diagonals(u), self._within_diagonals(w)
            flat = (e[0][1:] if len(e) == 1 and e[0][0] == "had" else (self.raw(p.rows, p.cols, e),) for e in (u, w))
            had = ("had", *sorted((part for e in flat for part in e), key=blind))
            return self.word(p.rows, p.cols, (*before, *more, had, *after, *still))

        return self.each(p.rows, p.cols, (p, q), build)

    def _within_diagonals(self, word: Word) -> tuple[Word, Word, Word]:
        """The diagonal matrices at the beginning of a word, the rest, and those at the end; of nothing else, none."""
        inner = [at for at, atom in enumerate(word) if atom[0] != "diag"] or [0, len(word) - 1]
        return word[: inner[0]], word[inner[0] : inner[-1] + 1], word[inner[-1] + 1 :]

    def kron(self, p: Poly, q: Poly) -> Poly:
        """The Kronecker product; a factor that is a row or a column leaves its partner outside.

        So do both of a column times a row, unless the partner is an identity: (u vᵀ) ⊗ B = (u ⊗ I) B (vᵀ ⊗ I).
        """
        rows, cols = area(p.rows, q.rows), area(p.cols, q.cols)

        def only(a: Poly, b: Poly) -> Poly:
            if (b.rows, b.cols) == (ONE, ONE) or (a.rows, a.cols) == (ONE, ONE):
                return a if (b.rows, b.cols) == (ONE, ONE) else b
            both = all(not mono.word for x in (a, b) for mono, _ in x.terms)
            return identity(rows) if both else self.raw(*self.shape(("kron", a, b)), (("kron", a, b),))

        def build(u: Word, w: Word) -> Poly:
            a, b = self.raw(p.rows, p.cols, u), self.raw(q.rows, q.cols, w)
            if a.cols == ONE and w:
                return self.times(only(a, identity(b.rows)), b)
            if b.cols == ONE and u:
                return self.times(only(identity(a.rows), b), a)
            if a.rows == ONE and w:
                return self.times(b, only(a, identity(b.cols)))
            if b.rows == ONE and u:
                return self.times(a, only(identity(a.cols), b))
            for x, y in ((a, b), (b, a)) if u and w else ():
                word = self._content(x)
                for at in [at + 1 for at, atom in enumerate(word[:-1]) if self.shape(atom)[1] == ONE][:1]:
                    left, right = self.raw(x.rows, ONE, word[:at]), self.raw(ONE, x.cols, word[at:])
                    ends = [(left, identity(y.rows)), (right, identity(y.cols))]
                    left, right = (self.kron(*(end if x is a else end[::-1])) for end in ends)
                    return self.times(self.times(left, y), right)
            return only(a, b)

        return self.each(rows, cols, (p, q), build)

    def vec(self, p: Poly) -> Poly:
        """The columns below each other, where u vᵀ becomes (v ⊗ I) u."""
        rows = area(p.rows, p.cols)

        def build(u: Word) -> Poly:
            if p.cols == ONE:
                return self.word(rows, ONE, u)
            if p.rows == ONE:
                return self.word(rows, ONE, self.turned(u))
            at = next((at + 1 for at, atom in enumerate(u) if self.shape(atom)[1] == ONE), None)
            if at is not None:
                left, right = self.raw(p.rows, ONE, u[:at]), self.raw(ONE, p.cols, u[at:])
                return self.times(self.kron(self.transposed(right), identity(p.rows)), left)
            if len(u) == 1 and u[0][0] == "unvec":
                return self.times(identity(rows), u[0][3])
            return self.raw(rows, ONE, (("vec", self.raw(p.rows, p.cols, u)),))

        return self.each(rows, ONE, (p,), build)

    def unvec(self, rows: Size, cols: Size, p: Poly) -> Poly:
        """The matrix of a shape whose vec is a column."""
        if ONE in (rows, cols):
            return p if cols == ONE else self.transposed(p)

        def build(u: Word) -> Poly:
            return self._matrix(rows, cols, u) or self.raw(
                rows, cols, (("unvec", rows, cols, self.raw(p.rows, ONE, u)),)
            )

        return self.each(rows, cols, (p,), build)

    def fn(self, name: str, member: Linear | None, order: int, p: Poly) -> Poly:
        """A function applied to every entry."""
        if p.rows == ONE and p.cols != ONE:
            return self.transposed(self.fn(name, member, order, self.transposed(p)))
        return self.atom(("fn", name, member, order, self.settled(p)))

    def mean(self, p: Poly) -> Poly:
        """The expectation, of one monomial at a time: it is linear, and E[c A X B] = c A E[X] B for c, A, B not random.

        Source: Feller (1968), An introduction to probability theory, vol. 1, sec. IX.2.
        """
        found = [zero(p.rows, p.cols)]
        for mono, c in ((opened(mono), c) for mono, c in self.settled(p).terms):
            word, scalars = mono.word, tuple(s for s in mono.scalars if self.is_random(s))
            outside = Mono((), (), tuple(s for s in mono.scalars if s not in scalars), ())
            chances = [at for at, atom in enumerate(word) if self.is_random(atom)]
            low, high = (chances[0], chances[-1] + 1) if chances else (0, 0)
            rows, cols = (self.shape(word[low])[0], self.shape(word[high - 1])[1]) if chances else (ONE, ONE)
            inner = Poly(rows, cols, ((Mono((), (), scalars, word[low:high]), 1),))
            whole = self.atom(("mean", inner)) if scalars or chances else identity(ONE)
            after = self.word(cols if chances else p.rows, p.cols, word[high:])
            if chances:
                whole = self.times(self.times(self.word(p.rows, rows, word[:low]), whole), after)
            else:
                whole = self.times_scalar(whole, after)
            whole = self.times_scalar(Poly(ONE, ONE, ((outside, 1),)), whole)
            found.append(self.summed(mono, scaled(c, whole)))
        return plus(*found)

    def is_random(self, part: Any) -> bool:
        """Whether something random may stand behind an atom or a word."""
        return any(self.system.behind[name] for name, _ in leaves(part))

    def sum(self, v: str, low: Linear, high: Linear, body: Poly) -> Poly:
        """The sum over low <= v <= high, where the variable has a name that stands nowhere else."""
        here = variable(v)
        parts = ((opened(mono), c) for mono, c in body.terms)
        ends = (here - low, high - here)
        return Poly(body.rows, body.cols, tuple((Mono((v, *m.bound), (*ends, *m.domain), *m[2:]), c) for m, c in parts))

    def prod(self, v: str, low: Linear, high: Linear, body: Poly) -> Poly:
        """The product with the factor at the upper bound on the left; with one factor it is that, with none I."""
        length = high - low + 1
        if not length.terms and length.constant in (0, 1):
            if length.constant == 0:
                return identity(size_at(body.cols, {v: low}))
            if not all(v in index.names() for _, index in indices(body)):
                return self._alone(low, high, v, body)
            return self._remembered(self._alone, low, high, v, body)  # every index moves, so the order stays
        body = self.settled(body)  # or a variable of a sum inside would be taken for one that is free in the bounds
        rows, cols = size_at(body.rows, {v: high}), size_at(body.cols, {v: low})
        if len(body.terms) == 1:  # numbers make a product of their own
            ((mono, c),) = body.terms
            number_ = [Mono((), (), (), ())] if c != 1 else []
            parts = [Mono((), (), (scalar,), ()) for scalar in mono.scalars] + number_
            square = rows == cols == body.rows
            if parts and not mono.bound and (mono.word or square) and (mono.scalars or (rows, cols) != (ONE, ONE)):
                polys = [Poly(ONE, ONE, ((part, c if part.scalars == () else 1),)) for part in parts]
                factors = [self.raw_scalar(self._shifted(v, low, high, poly)) for poly in polys]
                word = self.raw(body.rows, body.cols, mono.word)
                rest = self.atom(self._shifted(v, low, high, word)) if mono.word else identity(rows)
                return self.times_scalar(reduce(self.times, factors), rest)
        return self.atom(self._shifted(v, low, high, body))

    def fresh(self, v: str, body: Poly) -> tuple[str, Poly]:
        """A body with other names for its bound variables and for the one that it depends on."""
        new = fresh_name()
        moved: Poly = changed(body, {v: variable(new)})
        return new, moved

    def _remembered(self, make: Callable[..., Found], low: Linear, high: Linear, *of: Any) -> Found:
        """What is made for a range, with new names for its bounds once for all ranges, at these bounds."""
        (first, last), made = self.known(self._of_any_range, make.__name__, *of)
        found: Found = resorted(changed(made, {first: low, last: high}))
        return found

    def _of_any_range(self, make: str, *of: Any) -> tuple[tuple[str, str], Any]:
        ends = fresh_name(), fresh_name()
        return ends, getattr(self, make)(*map(variable, ends), *of)

    def _mirrored(self, low: Linear, high: Linear, v: str, body: Poly) -> Atom:
        v, body = self.fresh(v, body)
        turned = changed(self.transposed(body), {v: (-1) * variable(v)})
        return self._shifted(v, low, high, self.again(turned))

    def _alone(self, low: Linear, _: Linear, v: str, body: Poly) -> Poly:
        return self.again(changed(body, {v: low}))

    def _rebuilt(self, low: Linear, high: Linear, v: str, body: Poly) -> Poly:
        v, body = self.fresh(v, body)
        return self.prod(v, low, high, self.again(body))

    def _ranging(
        self, low: Linear, high: Linear, kind: str, v: str, body: Term, at: tuple[tuple[str, Linear], ...]
    ) -> Poly:
        new = fresh_name()
        inside = self.of(body, {**dict(at), v: (-1 if kind == "rise" else 1) * variable(new)})
        return self.sum(new, low, high, inside) if kind == "sum" else self.prod(new, low, high, inside)

    def raw_scalar(self, atom: Atom) -> Poly:
        """An atom of shape (1, 1)."""
        return Poly(ONE, ONE, ((Mono((), (), ((atom,),), ()), 1),))

    def _shifted(self, v: str, low: Linear, high: Linear, body: Poly) -> Atom:
        """A product whose variable is moved so that a chosen index is the variable, or that begins at 1."""
        found = anchors(indices(body), [v])
        if found:
            _, sign, _, _, index = min(found, key=lambda each: each[:3])
            by = sign * (index - sign * variable(v))
        else:
            by = 1 - low
        if by == number(0) and v == f"_{height(body) + 1}p":
            return ("prod", v, low, high, body)
        fresh = fresh_name()
        moved: Poly = changed(body, {v: variable(fresh) - by})
        if by != number(0):
            moved = self.again(moved)
        name = f"_{height(moved) + 1}p"
        return ("prod", name, low + by, high + by, resorted(changed(moved, {fresh: variable(name)})))

    # -- putting monomials in order ------------------------------------------------------------------------------

    def again(self, p: Poly) -> Poly:
        """A polynomial whose indices have changed, built anew."""
        return plus(zero(p.rows, p.cols), *(self._again(p.rows, p.cols, mono, c) for mono, c in p.terms))

    def _again(self, rows: Size, cols: Size, mono: Mono, c: Fraction | int) -> Poly:
        mono = opened(mono)
        whole = self.product_of(rows, cols, mono.word)
        for each in mono.scalars:
            whole = self.times_scalar(self.product_of(ONE, ONE, each), whole)
        return self.summed(mono, scaled(c, whole))

    def summed(self, mono: Mono, summand: Poly) -> Poly:
        """A matrix summed over the domain of a monomial, in order."""
        rows, cols = summand.rows, summand.cols
        parts = (
            self.finished(rows, cols, Mono(mono.bound + m.bound, mono.domain + m.domain, *m[2:]), c)
            for m, c in ((opened(m), c) for m, c in summand.terms)
        )
        return plus(zero(rows, cols), *parts)

    def settled(self, p: Poly) -> Poly:
        """The same with every monomial in order, and like ones added up."""
        return plus(zero(p.rows, p.cols), *(self.finished(p.rows, p.cols, opened(m), c) for m, c in p.terms))

    def times_scalar(self, p: Poly, q: Poly) -> Poly:
        """A 1 x 1 matrix times any matrix."""

        def build(_: Word, w: Word) -> Poly:
            return self.word(q.rows, q.cols, w)

        return self.each(q.rows, q.cols, (p, q), build)

    def product_of(self, rows: Size, cols: Size, word: Word) -> Poly:
        """The atoms of a word built anew, and multiplied."""
        whole = identity(rows)
        for atom in word:
            whole = self.times(whole, self.anew(atom))
        need(whole.cols == cols, "a product of another shape")
        return whole

    def anew(self, atom: Atom, inner: tuple[Poly, ...] | None = None) -> Poly:
        """An atom built anew, perhaps with other matrices inside."""
        if inner is None:
            if atom[0] == "prod":
                _, v, low, high, body = atom
                if high - low in (number(-1), number(0)):
                    return self.prod(v, low, high, body)
                if not (high - low).terms:
                    return self._rebuilt(low, high, v, body)
                return self._remembered(self._rebuilt, low, high, v, body)
            inner = tuple(self.again(p) for p in insides(atom))
        match atom[0]:
            case "T":
                return self.transposed(self.anew(atom[1], inner))
            case "fn":
                return self.fn(atom[1], atom[2], atom[3], inner[0])
            case "softmax" | "lse" | "inv":
                return self.atom((atom[0], self.settled(inner[0])))
            case "diag" | "vec" | "unvec" | "mean" | "kron":
                made: Poly = getattr(self, atom[0])(*atom[1 : -len(inner)], *inner)
                return made
            case "had":
                return reduce(self.had, inner)
            case "prod":
                return self.prod(atom[1], atom[2], atom[3], inner[0])
        return self.atom(atom)

    def finished(self, rows: Size, cols: Size, mono: Mono, c: Fraction | int) -> Poly:
        """A monomial with its domain tidied, its variables moved and named in the order in which they occur."""
        domain = tidied(mono.domain)
        if domain is None or not c:
            return zero(rows, cols)
        points = set(domain)
        for form in domain:
            if (-1) * form in points:
                v = next((v for v, e in form.terms if abs(e) == 1 and v in mono.bound), None)
                if v is not None:
                    value = {v: (-form.coefficient(v)) * (form - form.coefficient(v) * variable(v))}
                    bound = tuple(b for b in mono.bound if b != v)
                    rest = Mono(bound, *changed((domain, mono.scalars, mono.word), value))
                    return self._again(rows, cols, rest, c)
        mono = self._sorted(rows, cols, self._moved(Mono(mono.bound, domain, mono.scalars, mono.word)))
        return Poly(rows, cols, ((self._named(mono) if mono.bound else mono, c),))

    def _moved(self, mono: Mono) -> Mono:
        """The variables moved, one after the other, so that the first index that names one is that variable."""
        waiting = list(mono.bound)
        while waiting:
            inside = (mono.word, mono.scalars)
            found = anchors(indices(inside), waiting) or anchors(bounds(inside), waiting)
            if not found:  # what stands in conditions only begins at 0
                found = anchors([("", form) for form in mono.domain], waiting, (1,))
            if not found:
                return mono
            *_, v, index = min(found, key=lambda each: each[:3])
            sign, fresh = index.coefficient(v), fresh_name()
            value = {v: sign * (variable(fresh) - (index - sign * variable(v)))}
            bound = tuple(fresh if b == v else b for b in mono.bound)
            mono = Mono(bound, *changed((mono.domain, mono.scalars, mono.word), value))
            waiting.remove(v)
        return mono

    def _named(self, mono: Mono, rounds: int = 3) -> Mono:
        order = [v for v in met((mono.word, mono.scalars, mono.domain)) if v in mono.bound]
        above = height((mono.word, mono.scalars)) + 1
        named = called(mono, {v: f"_{above}s{at}" for at, v in enumerate(order)})
        domain = tidied(named.domain)
        assert domain is not None
        scalars = resorted(named.scalars)
        if len(order) > 1 and rounds:  # what looks alike but for names goes by these, and these by the order
            scalars = tuple(sorted(scalars, key=lambda s: (blind(s), repr(s))))
            if scalars != named.scalars:
                return self._named(named._replace(scalars=scalars), rounds - 1)
        return Mono(tuple(sorted(named.bound)), domain, scalars, resorted(named.word))

    def _sorted(self, rows: Size, cols: Size, mono: Mono) -> Mono:
        """Diagonals and scalars in order again, after the indices were moved."""
        scalars = sorted((self.known(self.scalar, s) for s in mono.scalars), key=blind)
        return Mono(mono.bound, mono.domain, tuple(scalars), self.known(self._ordered, rows == ONE, mono.word))

    def _ordered(self, is_row: bool, word: Word) -> Word:
        cuts = [0] if is_row else [at + 1 for at, atom in enumerate(word) if self.shape(atom)[1] == ONE]
        if not cuts:
            return self._diagonals_sorted(word)
        cut = cuts[0]
        return self.column(word[:cut]) + self.turned(self.column(self.turned(word[cut:])))

    # -- terms ---------------------------------------------------------------------------------------------------

    def value(self, t: Term, at: Mapping[str, Linear] | None = None) -> Poly:
        """The normal form of a term, every monomial in order."""
        return self.known(self._value, t, tuple(sorted((at or {}).items())))

    def _value(self, t: Term, at: tuple[tuple[str, Linear], ...]) -> Poly:
        return self.settled(self.of(t, dict(at)))

    def of(self, t: Term, at: Mapping[str, Linear] | None = None) -> Poly:
        """The normal form of a term, with linear forms in the place of variables."""
        at = {} if at is None else at
        kind = t[0]
        match kind:
            case "zero":
                return zero(*(size_at(s, at) for s in t[1:]))
            case "id":
                return identity(size_at(t[1], at))
            case "ones":
                rows, cols = (size_at(s, at) for s in t[1:])
                left = () if rows == ONE else (("one", rows),)
                return self.word(rows, cols, left + (() if cols == ONE else (("T", ("one", cols)),)))
            case "scale":
                return scaled(t[1], self.of(t[2], at))
            case "fn":
                return self.fn(t[1], None if t[2] is None else t[2].at(at), t[3], self.of(t[4], at))
            case "unvec":
                return self.unvec(size_at(t[1], at), size_at(t[2], at), self.of(t[3], at))
            case "comm" if ONE in t[1:]:
                return identity(size_at(area(t[1], t[2]), at))
            case "pow":
                return self.prod(fresh_name(), number(1), t[2].at(at), self.of(t[1], at))
            case "sum" | "prod" | "rise":
                _, v, low, high, body = t
                low, high = low.at(at), high.at(at)
                if kind == "rise":  # the product over -v
                    low, high = (-1) * high, (-1) * low
                used = tuple(sorted((w, form) for w, form in at.items() if w in variables(body)))
                if not (high - low).terms:
                    return self._ranging(low, high, kind, v, body, used)
                return self._remembered(self._ranging, low, high, kind, v, body, used)
        if kind in PLAIN:
            atom = changed(t, at)
            return self.atom(atom)
        parts = [self.of(part, at) for part in t[1:]]
        match kind:
            case "add":
                return plus(*parts)
            case "mul":
                return reduce(self.times, parts)
            case "had":
                return reduce(self.had, parts)
            case "kron":
                return self.kron(*parts)
            case "T":
                return self.transposed(parts[0])
            case "vec":
                return self.vec(parts[0])
            case "diag":
                return self.diag(parts[0])
            case "mean":
                return self.mean(parts[0])
        return self.atom((kind, self.settled(parts[0])))  # softmax, lse, inv
