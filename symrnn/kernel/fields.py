"""Exact algebra of formulas: quotients of polynomials in atoms, and signs that are read off a form.

An atom is z, pi, a parameter, a root, or a function of a quotient, such as exp(-z). Two formulas with the same
quotient are equal wherever both are defined; the converse does not hold, since atoms may depend on each other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TypeAlias

from symrnn.kernel.balls import Balls
from symrnn.kernel.errors import need
from symrnn.kernel.formulas import Term, add, mul, negative, num, power, walk

Signs: TypeAlias = frozenset[int]
Monomial: TypeAlias = tuple[tuple[int, int], ...]
Polynomial: TypeAlias = dict[Monomial, Fraction]

POSITIVE, NOT_NEGATIVE, NEGATIVE, NULL = map(frozenset, ({1}, {0, 1}, {-1}, {0}))
ANY: Signs = frozenset({-1, 0, 1})
ODD = ("erf", "atan", "sin")
MAX_BITS = 30_000
MAX_TERMS = 2_000


@dataclass(frozen=True)
class Quotient:
    """A polynomial over a product of powers of others, none of which is 0 anywhere."""

    top: Polynomial
    bottom: Mapping[tuple[tuple[Monomial, Fraction], ...], int]


@dataclass(frozen=True)
class Atom:
    """A variable of the polynomials: the term that it stands for, and its argument."""

    term: Term
    argument: Quotient | None


def times(one: Signs, other: Signs) -> Signs:
    """The signs that a product may have."""
    return frozenset(x * y for x, y in product(one, other))


def plus(one: Signs, other: Signs) -> Signs:
    """The signs that a sum may have."""
    found: Signs = frozenset()
    for x, y in product(one, other):
        found |= ANY if x * y < 0 else {x or y}
    return found


class Field:
    """The formulas on one part of the line.

    Args:
        facts: the signs that some terms have there; a term with a denominator is one whose denominator is not 0.
        balls: enclosures of constants.
    """

    def __init__(self, facts: Mapping[Term, Signs], balls: Balls) -> None:
        self.facts = facts
        self.balls = balls
        self.atoms: list[Atom] = []

    # -- signs ------------------------------------------------------------------------------------------------

    def signs(self, term: Term) -> Signs:
        """The signs that a term may have: those of its form, or for a constant those of a ball."""
        self.balls.spend(1)
        found = self.facts.get(term) or self._signs_of_form(term)
        if len(found) > 1 and self._is_number(term):
            sign = self.balls.sign(term)
            return frozenset({sign}) if sign else found
        return found

    def _is_number(self, term: Term) -> bool:
        kinds = [part[0] for part in walk(term)]
        self.balls.spend(len(kinds))
        return not {"z", "par", "max", "min"} & set(kinds)

    def _signs_of_form(self, term: Term) -> Signs:
        match term:
            case ("num", q):
                return frozenset({(q > 0) - (q < 0)})
            case ("add", ("num", 1), ("mul", ("num", -1), ("exp", u))):  # exp rises, and exp(0) = 1
                return times(NEGATIVE, self.signs(u))
            case ("add", ("num", 1), ("cos", _)) | ("add", ("num", 1), ("mul", ("num", -1), ("cos", _))):
                return NOT_NEGATIVE
            case ("add", ("max", *parts), other) if any(other == negative(part) for part in parts):
                return NOT_NEGATIVE
            case ("add", part, ("mul", ("num", -1), ("min", *parts))) if part in parts:
                return NOT_NEGATIVE
            case ("add", first, *rest):
                found = self.signs(first)
                for part in rest:
                    found = plus(found, self.signs(part))
                return found
            case ("mul", first, *rest):
                found = self.signs(first)
                for part in rest:
                    found = times(found, self.signs(part))
                return found
            case ("pow", base, n):
                return frozenset(x if n % 2 else x * x for x in self.signs(base))
            case ("pi",) | ("exp", _) | ("sqrt", _):
                return POSITIVE
            case ("tanh" | "erf" | "atan", u):
                return self.signs(u)
        return ANY

    def number_sign(self, polynomial: Polynomial) -> int:
        """The sign of a polynomial in atoms that are free of z, 0 if it is not told."""
        terms = [mul(num(c), *(power(self.atoms[a].term, e) for a, e in m)) for m, c in polynomial.items()]
        found = self.signs(add(*terms))
        return next(iter(found)) if len(found) == 1 else 0

    # -- polynomials ------------------------------------------------------------------------------------------

    def multiply(self, one: Polynomial, other: Polynomial) -> Polynomial:
        """A product, with the square of each square root replaced."""
        found: Polynomial = {}
        for (m, c), (n, d) in product(one.items(), other.items()):
            bits = c.numerator.bit_length() + c.denominator.bit_length() + d.numerator.bit_length()
            need(bits < MAX_BITS, "the numbers are too long")
            self.balls.spend(4 + bits // 256)
            monomial, factor = self._reduced(m, n)
            found[monomial] = found.get(monomial, Fraction(0)) + c * d * factor
        need(len(found) <= MAX_TERMS, "the formula has too many terms")
        return {m: c for m, c in found.items() if c}

    def _reduced(self, m: Monomial, n: Monomial) -> tuple[Monomial, Fraction]:
        powers = dict(m)
        for atom, e in n:
            powers[atom] = powers.get(atom, 0) + e
        factor = Fraction(1)
        for atom in [a for a in powers if self.atoms[a].term[0] == "sqrt"]:
            argument = self.atoms[atom].argument
            assert argument is not None
            ((inner, c),) = argument.top.items()
            half, powers[atom] = divmod(powers[atom], 2)
            factor *= c**half
            for a, e in inner:
                powers[a] = powers.get(a, 0) + e * half
        return tuple(sorted((a, e) for a, e in powers.items() if e)), factor

    # -- quotients --------------------------------------------------------------------------------------------

    def plus(self, one: Quotient, other: Quotient) -> Quotient:
        """A sum."""
        shared = {f: max(one.bottom.get(f, 0), other.bottom.get(f, 0)) for f in (*one.bottom, *other.bottom)}
        tops = [self._expanded(q.top, {f: k - q.bottom.get(f, 0) for f, k in shared.items()}) for q in (one, other)]
        summed = {m: tops[0].get(m, Fraction(0)) + tops[1].get(m, Fraction(0)) for m in (*tops[0], *tops[1])}
        return Quotient({m: c for m, c in summed.items() if c}, shared)

    def _expanded(self, top: Polynomial, factors: Mapping[tuple[tuple[Monomial, Fraction], ...], int]) -> Polynomial:
        for factor, k in factors.items():
            for _ in range(k):
                top = self.multiply(top, dict(factor))
        return top

    def times(self, one: Quotient, other: Quotient) -> Quotient:
        """A product."""
        bottom = {f: one.bottom.get(f, 0) + other.bottom.get(f, 0) for f in (*one.bottom, *other.bottom)}
        return Quotient(self.multiply(one.top, other.top), bottom)

    def scaled(self, of: Quotient, by: Fraction | int) -> Quotient:
        """A multiple."""
        return self.times(constant(by), of)

    def inverse(self, of: Quotient) -> Quotient:
        """1 over a quotient that is 0 nowhere: a monomial in what is 0 nowhere goes to the top."""
        need(bool(of.top), "division by 0")
        found = Quotient({(): Fraction(1)}, {tuple(sorted(of.top.items())): 1})
        if len(of.top) == 1:
            ((m, c),) = of.top.items()
            if all(0 not in self.signs(self.atoms[a].term) for a, _ in m):
                found = Quotient({tuple((a, -e) for a, e in m): 1 / c}, {})
        return Quotient(self._expanded(found.top, of.bottom), found.bottom)

    def equal(self, one: Term, other: Term) -> bool:
        """Whether two terms are the same quotient."""
        return self.same(self.value(one), self.value(other))

    def same(self, one: Quotient, other: Quotient) -> bool:
        """Whether two quotients are the same."""
        return not self.plus(one, self.scaled(other, -1)).top

    # -- from terms to quotients ------------------------------------------------------------------------------

    def value(self, term: Term) -> Quotient:
        """A term as a quotient; refused where it is not shown to be defined."""
        self.balls.spend(1)
        match term:
            case ("num", q):
                return constant(q)
            case ("add", *parts):
                found = constant(0)
                for part in parts:
                    found = self.plus(found, self.value(part))
                return found
            case ("mul", *parts):
                found = constant(1)
                for part in parts:
                    found = self.times(found, self.value(part))
                return found
            case ("pow", base, n):
                of = self.value(base)
                if n < 0:
                    need(0 not in self.signs(base), "a denominator is not shown to differ from 0")
                    of = self.inverse(of)
                found = constant(1)
                for _ in range(abs(n)):
                    found = self.times(found, of)
                return found
            case ("z",) | ("pi",) | ("par" | "root", _):
                return self.atom(term)
            case ("max" | "min", *parts):
                for part in parts:
                    self.value(part)
                return self.atom(term)
            case ("tanh", u):
                doubled = self.value(("exp", mul(num(2), u)))
                return self.plus(constant(1), self.scaled(self.inverse(self.plus(doubled, constant(1))), -2))
            case ("sqrt", u):
                return self._root(term, self.value(u))
            case ("log", u):
                need(self.signs(u) == POSITIVE, "the argument of a logarithm is not shown to be positive")
        argument = self.value(term[1])
        return self._exponential(term, argument) if term[0] == "exp" else self._function(term, argument)

    def atom(self, term: Term, argument: Quotient | None = None) -> Quotient:
        """An atom; the one that is there already, where it is the same term."""
        terms = [atom.term for atom in self.atoms]
        if term not in terms:
            self.atoms.append(Atom(term, argument))
        return Quotient({(([*terms, term].index(term), 1),): Fraction(1)}, {})

    def _root(self, term: Term, argument: Quotient) -> Quotient:
        need(self.signs(term[1]) == POSITIVE, "a square root of what is not shown to be positive")
        units = all(self.atoms[a].term == ("pi",) for m in argument.top for a, _ in m)
        need(units and len(argument.top) == 1 and not argument.bottom, "a square root of more than q*pi**k")
        return self.atom(term, argument)

    def _exponential(self, term: Term, argument: Quotient) -> Quotient:
        if not argument.top:
            return constant(1)
        for index, atom in enumerate(self.atoms):
            if atom.argument is not None and atom.term[0] == "exp" and (k := self._ratio(argument, atom.argument)):
                return Quotient({((index, k),): Fraction(1)}, {})
            log = Quotient({((index, 1),): Fraction(1)}, {})
            if atom.argument is not None and atom.term[0] == "log" and (k := self._ratio(argument, log)):
                found = atom.argument if k > 0 else self.inverse(atom.argument)
                return found if abs(k) == 1 else self.times(found, found) if abs(k) == 2 else self.atom(term, argument)
        return self.atom(term, argument)

    def _ratio(self, one: Quotient, other: Quotient) -> int:
        """The whole number k with one = k * other, 0 if there is none."""
        k = one.top.get(next(iter(other.top)), Fraction(0)) / next(iter(other.top.values()))
        same = k.denominator == 1 and self.same(one, self.scaled(other, k))
        return int(k) if same and abs(k) < 100 else 0

    def _function(self, term: Term, argument: Quotient) -> Quotient:
        """log, erf, atan, sin or cos: known values, the function of the opposite argument, or an atom."""
        name = term[0]
        if self.same(argument, constant(1 if name == "log" else 0)):
            return constant(1 if name == "cos" else 0)
        if name in ("sin", "cos") and (k := self._ratio(argument, self.atom(("pi",)))):
            return constant((-1) ** k if name == "cos" else 0)
        for index, atom in enumerate(self.atoms):
            if atom.term[0] == name and atom.argument is not None:
                for side in (1, -1) if name != "log" else (1,):
                    if self.same(argument, self.scaled(atom.argument, side)):
                        known = Quotient({((index, 1),): Fraction(1)}, {})
                        return self.scaled(known, side if name in ODD else 1)
        return self.atom(term, argument)


def constant(value: Fraction | int) -> Quotient:
    """A number."""
    return Quotient({(): Fraction(value)} if value else {}, {})
