"""The kernel's normal form for terms of any kind: numbers reckoned with, and what the kernel has no term for.

Three kinds of atoms are added, all of which the search alone sees: ``("num", 1, v)`` is an index as a number,
``("exp", b, e)`` is b^e for a number b and a linear form e, and ``("opaque", name, rows, cols, …)`` is something of
which only its parts are known. b^e · b^f is b^(e + f) wherever the left side has a value.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any

import sympy as sp

from symrnn.errors import LimitError
from symrnn.kernel.linear import Linear, linear, number, variable
from symrnn.kernel.monomials import (
    Atom,
    Mono,
    Poly,
    Word,
    anchors,
    blind,
    bounds,
    changed,
    fresh_name,
    height,
    identity,
    indices,
    insides,
    opened,
    plus,
    resorted,
    scaled,
    variables,
    zero,
)
from symrnn.kernel.normal import Normal
from symrnn.kernel.terms import ONE, Size, Term, size_at

LONGEST = 1000
"""Products and sums of at most so many terms are written out where the number of terms is known."""

MOST_SUMMANDS = 10_000
"""Most summands that a product of sums is distributed into."""

LARGEST_POWER = 20
"""Powers of sums are multiplied out up to this one."""


class Reckoning(Normal):
    """Normal forms over one system, numbers and opaque terms among them."""

    def shape(self, atom: Atom) -> tuple[Size, Size]:
        """Rows and columns of an atom."""
        match atom[0]:
            case "num" | "exp":
                return ONE, ONE
            case "opaque":
                return atom[2], atom[3]
        return super().shape(atom)

    def of(self, t: Term, at: Any = None) -> Poly:
        """The normal form of a term, with linear forms in the place of variables."""
        values = at or {}
        match t[0]:
            case "num":
                return self.atom(("num", 1, t[2].at(values)))
            case "exp":
                return self.power(self.settled(self.of(t[1], at)), t[2].at(values))
            case "opaque":
                sizes = (size_at(s, values) for s in t[2:4])
                return self.atom(("opaque", t[1], *sizes, *(self.settled(self.of(part, at)) for part in t[4:])))
        return super().of(t, at)

    def atom(self, atom: Atom) -> Poly:
        """One atom as a matrix; a linear form is a sum, and dx/dx is an identity."""
        if atom[0] == "num" and not _is_plain(atom):
            form = atom[2]
            parts = (scaled(c, super(Reckoning, self).atom(("num", 1, variable(v)))) for v, c in form.terms)
            return plus(scaled(form.constant, identity(ONE)), *parts)
        if atom[:2] == ("jac", "total") and atom[2] == atom[3]:
            return identity(self.shape(atom)[0])
        if atom[0] == "inv" and atom[1].rows == ONE:
            return self.power(atom[1], number(-1))
        return super().atom(atom)

    def anew(self, atom: Atom, inner: tuple[Poly, ...] | None = None) -> Poly:
        """An atom built anew, perhaps with other matrices inside."""
        if atom[0] not in ("exp", "opaque"):
            return super().anew(atom, inner)
        inner = tuple(self.again(p) for p in insides(atom)) if inner is None else inner
        if atom[0] == "exp":
            return self.power(self.settled(inner[0]), atom[2])
        return self.atom((*atom[:4], *map(self.settled, inner)))

    # -- products --------------------------------------------------------------------------------------------------

    def raw(self, rows: Size, cols: Size, word: Word) -> Poly:
        """A word that is known to be in order; the factors of a Hadamard product are one list."""
        if len(word) == 1 and word[0][0] == "had":
            word = (("had", *sorted((q for p in word[0][1:] for q in _entrywise(p)), key=blind)),)
        return super().raw(rows, cols, word)

    def word(self, rows: Size, cols: Size, word: Word) -> Poly:
        """A product of atoms, in which a power stands behind what it is a power of."""
        for at, atom in enumerate(word):
            if atom[0] == "prod" and atom[1] not in variables(atom[4]) and len(atom[4].terms) == 1:
                mono, base = atom[4].terms[0][0], atom[4].terms[0][0].word
                if base and not mono.bound and word[at + 1 : at + 1 + len(base)] == base:
                    return self.word(rows, cols, (*word[:at], *base, atom, *word[at + 1 + len(base) :]))
        return super().word(rows, cols, word)

    def _turned(self, atom: Atom) -> Atom:
        if self.shape(atom) == (ONE, ONE):
            return atom
        if atom[0] == "had":
            return ("had", *sorted((self.settled(self.transposed(p)) for p in atom[1:]), key=blind))
        return super()._turned(atom)

    def merged(self, x: Atom, y: Atom) -> Poly | None:
        """Two neighbours as one, or None; the entries of a softmax add up to 1."""
        match x, y:
            case (("T", ("one", _)), ("softmax", _)) | (("T", ("softmax", _)), ("one", _)):
                return identity(ONE)
        return super().merged(x, y)

    def kron(self, p: Poly, q: Poly) -> Poly:
        """The Kronecker product; (A ⊗ B) ⊗ C is A ⊗ (B ⊗ C)."""
        nested = [each for each in p.terms if len(each[0].word) == 1 and each[0].word[0][0] == "kron"]
        if not nested:
            return super().kron(p, q)
        rest = super().kron(p._replace(terms=tuple(each for each in p.terms if each not in nested)), q)
        found = [rest]
        for mono, c in ((opened(mono), c) for mono, c in nested):
            (_, one, other), rows, cols = mono.word[0], rest.rows, rest.cols
            whole = self.kron(one, self.kron(other, q))
            numbers = Poly(ONE, ONE, ((Mono((), (), mono.scalars, ()), c),))
            found.append(self.summed(mono, self.times_scalar(numbers, whole)._replace(rows=rows, cols=cols)))
        return plus(*found)

    def prod(self, v: str, low: Linear, high: Linear, body: Poly) -> Poly:
        """The product with the factor at the upper bound on the left; powers of numbers stand before it."""
        length, body = high - low + 1, self.settled(body)
        if not length.terms and 1 < length.constant <= LONGEST:
            if len(body.terms) ** length.constant > MOST_SUMMANDS:
                raise LimitError(
                    f"a product of {length.constant} sums has {len(body.terms)}^{length.constant} summands",
                    advice=f"the limit is {MOST_SUMMANDS}; keep the bound symbolic",
                )
            return self._written_out([self.again(changed(body, {v: high - at})) for at in range(length.constant)])
        if not length.terms and length.constant in (0, 1):
            return super().prod(v, low, high, body)
        if (body.rows, body.cols) == (ONE, ONE) and v not in variables(body) and body.terms:
            return self.power(body, length)
        if len(body.terms) == 1 and not body.terms[0][0].bound:
            mono, c = body.terms[0]
            still = tuple(s for s in mono.scalars if v not in variables(s))
            if still or c != 1:
                outside = self.power(Poly(ONE, ONE, ((Mono((), (), still, ()), c),)), length)
                moving = tuple(s for s in mono.scalars if s not in still)
                rest = body._replace(terms=((mono._replace(scalars=moving), 1),))
                return self.times_scalar(outside, self.prod(v, low, high, rest))
            if not mono.word and not mono.scalars:
                return identity(size_at(body.rows, {v: high}))
            if not mono.scalars and v not in variables(mono.word[0]):
                return self._of_word(v, low, high, body, mono.word)
        return super().prod(v, low, high, body)

    def _written_out(self, factors: list[Poly]) -> Poly:
        """A product of many, by halves."""
        if len(factors) == 1:
            return factors[0]
        middle = len(factors) // 2
        return self.settled(self.times(self._written_out(factors[:middle]), self._written_out(factors[middle:])))

    def _of_word(self, v: str, low: Linear, high: Linear, body: Poly, word: Word) -> Poly:
        """(X A X⁻¹)^k = X A^k X⁻¹, also where A moves, and (W W)^k = W^{2k}."""
        first, last = self.atom(word[0]), self.atom(word[-1])
        if len(word) > 2 and self.merged(word[-1], word[0]) == identity(body.rows) == self.merged(word[0], word[-1]):
            inside = self.word(first.cols, last.rows, word[1:-1])
            return self.times(self.times(first, self.prod(v, low, high, inside)), last)
        for period in range(1, len(word)):
            if v not in variables(body) and word == word[:period] * (len(word) // period):
                longer = number(0) + len(word) // period * (high - low + 1)
                return self.prod(v, number(1), longer, self.word(body.rows, body.cols, word[:period]))
        return super().prod(v, low, high, body)

    def _shifted(self, v: str, low: Linear, high: Linear, body: Poly) -> Atom:
        """A product whose variable is moved; numbers commute, so that one of both directions is chosen."""
        counts = not _is_reckoned(changed(body, {v: variable(v) + 1}))
        if counts and not anchors(indices(body), [v]):  # in numbers, which a shift would add to
            name = f"_{height(body) + 1}p"
            return ("prod", name, low, high, resorted(changed(body, {v: variable(name)})))
        atom = super()._shifted(v, low, high, body)
        if (body.rows, body.cols) != (ONE, ONE):
            return atom
        fresh, turned = self.fresh(v, body)
        turned = self.again(changed(turned, {fresh: (-1) * variable(fresh)}))
        return max(atom, super()._shifted(fresh, (-1) * high, (-1) * low, turned), key=lambda each: blind(each[4]))

    # -- powers ----------------------------------------------------------------------------------------------------

    def power(self, base: Poly, form: Linear) -> Poly:
        """b^e for a number b: of a product factor by factor, of a rational number prime by prime."""
        if form == number(0) or base == identity(ONE):
            return identity(ONE)
        if len(base.terms) == 1 and not base.terms[0][0].bound:
            mono, c = base.terms[0]
            parts = [self._of_prime(p, m * form) for p, m in _primes(Fraction(c))]
            parts += [self._of_factor(s, form) for s in mono.scalars]
            return reduce(self.times, parts)
        if not form.terms and 0 < form.constant <= LARGEST_POWER:
            return reduce(self.times, [base] * form.constant)
        return self._kept(base, form)

    def _kept(self, base: Poly, form: Linear) -> Poly:
        return self.raw_scalar(("exp", base, form))

    def _of_prime(self, p: int, form: Linear) -> Poly:
        if p == -1:
            form = linear(((v, c % 2) for v, c in form.terms), form.constant % 2)
        rest = Linear(form.terms, 0)
        c = Fraction(p) ** form.constant
        return scaled(c, self._kept(scaled(p, identity(ONE)), rest) if rest.terms else identity(ONE))

    def _of_factor(self, word: Word, form: Linear) -> Poly:
        one = Poly(ONE, ONE, ((Mono((), (), (word,), ()), 1),))
        if word[0][0] == "exp":
            _, base, inner = word[0]
            if not inner.terms:
                return self.power(base, inner.constant * form)
            if not form.terms:
                return self.power(base, form.constant * inner)
        if not form.terms and 0 < form.constant <= LARGEST_POWER:
            return Poly(ONE, ONE, ((Mono((), (), (word,) * form.constant, ()), 1),))
        return self._kept(one, form)

    def _gathered(self, scalars: tuple[Word, ...]) -> tuple[Poly, tuple[Word, ...]] | None:
        """Powers of the same number as one power, and what else there is; None where they are so already."""
        exponents: dict[Poly, Linear] = {}
        powers = [s[0] for s in scalars if s[0][0] == "exp"]
        for _, base, form in powers:
            exponents[base] = exponents.get(base, number(0)) + form
        rest = []
        for s in (s for s in scalars if s[0][0] != "exp"):
            base = Poly(ONE, ONE, ((Mono((), (), (s,), ()), 1),))
            if base in exponents:
                exponents[base] += 1
            else:
                rest.append(s)
        made = [self.power(base, form) for base, form in exponents.items()]
        if len(rest) + len(made) == len(scalars) and all(
            p == self._kept(*each) for p, each in zip(made, exponents.items(), strict=True)
        ):
            return None
        return reduce(self.times, made), tuple(rest)

    # -- putting monomials in order --------------------------------------------------------------------------------

    def finished(self, rows: Size, cols: Size, mono: Mono, c: Fraction | int) -> Poly:
        """A monomial in order, its powers gathered, and short sums written out."""
        gathered = self._gathered(mono.scalars)
        if gathered is not None:
            factor, rest = gathered
            return self.summed(
                mono, scaled(c, self.times_scalar(factor, Poly(rows, cols, ((Mono((), (), rest, mono.word), 1),))))
            )
        short = _short_range(mono)
        if short is not None:
            v, low, length = short
            bound = tuple(b for b in mono.bound if b != v)
            at = (changed(mono[1:], {v: low + j}) for j in range(length))
            return plus(zero(rows, cols), *(self._again(rows, cols, Mono(bound, *each), c) for each in at))
        whole = super().finished(rows, cols, mono, c)
        found = [zero(rows, cols)]
        for m, d in whole.terms:
            if not _is_reckoned((m.scalars, m.word)):
                found.append(self._again(rows, cols, m, d))
            elif self._gathered(m.scalars) is not None or _short_range(m) is not None:
                found.append(self.finished(rows, cols, opened(m), d))
            else:
                found.append(Poly(rows, cols, ((m, d),)))
        return plus(*found)

    def _moved(self, mono: Mono) -> Mono:
        """The variables moved as in the kernel; where an index may be counted either way, by what becomes of it."""
        waiting = list(mono.bound)
        while waiting:
            inside = (mono.word, mono.scalars)
            found = anchors(indices(inside), waiting) or anchors(bounds(inside), waiting)
            found = found or anchors([("", form) for form in _lower_ends(mono, waiting)], waiting, (1,))
            if not found:
                return mono
            name, sign, _, v, _ = min(found, key=lambda each: each[:3])
            both = [[each for each in found if each[:2] == (name, s) and each[3] == v] for s in (sign, -sign)]
            ways = [min(each, key=lambda one: one[:3]) for each in both if each]
            mono = max((self._anchored(mono, v, index) for *_, index in ways), key=self._order)
            waiting.remove(v)
        return mono

    def _anchored(self, mono: Mono, v: str, index: Linear) -> Mono:
        sign, fresh = index.coefficient(v), fresh_name()
        value = {v: sign * (variable(fresh) - (index - sign * variable(v)))}
        bound = tuple(fresh if b == v else b for b in mono.bound)
        return Mono(bound, *changed((mono.domain, mono.scalars, mono.word), value))

    def _remembered(self, make: Callable[..., Any], low: Linear, high: Linear, *of: Any) -> Any:
        """What is made for a range; anew where its bounds, which were any, have become part of numbers."""
        made = super()._remembered(make, low, high, *of)
        return made if _is_reckoned(made) else make(low, high, *of)

    def _order(self, mono: Mono) -> tuple[str, ...]:
        return blind(mono.word), *sorted(map(blind, mono.scalars)), *sorted(map(blind, mono.domain))

    # -- sums ------------------------------------------------------------------------------------------------------

    def summed_powers(self, p: int, low: Linear, high: Linear) -> Poly:
        """Σ_{v=low}^{high} v^p as a polynomial in the bounds, right for a length >= 0.

        Source: Faulhaber's formula, Σ_{v=a}^{b} v^p = (B_{p+1}(b+1) - B_{p+1}(a)) / (p + 1).
        """
        x = sp.Symbol("x")
        coefficients = sp.Poly(sp.bernoulli(p + 1, x) / (p + 1), x).all_coeffs()

        def at(form: Linear) -> Poly:
            whole, here = zero(ONE, ONE), self.atom(("num", 1, form))
            for c in coefficients:
                c = Fraction(int(c.p), int(c.q))
                whole = plus(self.settled(self.times(whole, here)), scaled(c, identity(ONE)))
            return whole

        return plus(at(high + 1), scaled(-1, at(low)))


def _lower_ends(mono: Mono, waiting: list[str]) -> tuple[Linear, ...]:
    """The conditions that may say where a variable begins that no quantity names.

    Where it is a factor, it only moves by what is not summed over: another move makes a sum of the factor, whose
    summands move back.
    """
    if not {w for w in waiting for scalar in mono.scalars if w in variables(scalar)}:
        return mono.domain
    return tuple(form for form in mono.domain if len(form.names() & set(mono.bound)) == 1)


def _is_plain(atom: Atom) -> bool:
    return not atom[2].constant and len(atom[2].terms) == 1 and atom[2].terms[0][1] == 1


@lru_cache(30_000, typed=True)
def _is_reckoned(x: Any) -> bool:
    """Whether every number inside is that of one variable."""
    if isinstance(x, Linear | Size) or not isinstance(x, tuple):
        return True
    if len(x) == 3 and x[0] == "num":
        return _is_plain(x)
    return all(_is_reckoned(part) for part in x if isinstance(part, tuple))


def _entrywise(p: Poly) -> tuple[Poly, ...]:
    """The factors of a Hadamard product."""
    ((mono, _),) = p.terms
    return mono.word[0][1:] if len(mono.word) == 1 and mono.word[0][0] == "had" else (p,)


def _primes(c: Fraction) -> Iterable[tuple[int, int]]:
    """A rational number as powers of primes, and of -1."""
    yield from ((int(p), int(m)) for p, m in sp.factorint(c.numerator).items() if p != 1)
    yield from ((int(p), -int(m)) for p, m in sp.factorint(c.denominator).items())


def _short_range(mono: Mono) -> tuple[str, Linear, int] | None:
    """A variable of a sum that runs over few numbers, the first of them, and how many; None where there is none."""
    for v in mono.bound:
        mine = [form for form in mono.domain if form.coefficient(v)]
        lows = [variable(v) - form for form in mine if form.coefficient(v) == 1]
        highs = [form + variable(v) for form in mine if form.coefficient(v) == -1]
        for low, high in ((low, high) for low in lows for high in highs):
            length = high - low + 1
            others = (form for form in mine if form not in (variable(v) - low, high - variable(v)))
            is_short = not length.terms and length.constant <= LONGEST
            if is_short and all(form.names() & set(mono.bound) - {v} for form in others):
                return v, low, max(0, length.constant)
    return None
