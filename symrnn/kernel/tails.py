"""What a quotient does towards an end of the line: its sign beyond a number, and its limit.

Both look at polynomials in z and one exponential E = exp(-p(z)), after z is replaced by -z for the left end.

Tail lemma. Let N(z, E) = Σ c_ij z^i E^j with i whole, j >= 0, and p without a negative coefficient, where each c_ij
but c_n0 may be multiplied by a function with values in [-1, 1]. Let R > 0 with
(1) i - n <= j R p'(R) for all terms, and
(2) |c_n0| > Σ |c_ij| R^(i-n) exp(-j p(R)) over all other terms.
Then N has the sign of c_n0 for all z >= R.
Proof. Divide by z^n. The derivative of log(z^(i-n) exp(-j p(z))) is (i - n - j z p'(z))/z, and z p'(z) does not
fall, so by (1) no term rises beyond R in absolute value; with (2) the first term outweighs the others.

Limits. p grows beyond all bounds, so that E falls faster than any power of z. So the terms with the lowest power of
E decide, and among them those with the highest power of z.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from symrnn.kernel.balls import exactly, sign_of
from symrnn.kernel.errors import need
from symrnn.kernel.fields import Field, Monomial, Polynomial, Quotient
from symrnn.kernel.formulas import Z, free_of

BETWEEN_MINUS_ONE_AND_ONE = ("erf", "sin", "cos")


@dataclass(frozen=True)
class Summand:
    """c times z^i E^j times other atoms.

    Args:
        constants: c, in atoms that are free of z.
        others: the atoms with z that are neither z nor E, each with its power.
    """

    i: int
    j: int
    constants: Polynomial
    others: Monomial


def summands(field: Field, polynomial: Polynomial, side: int) -> Iterator[Summand]:
    """The summands of a polynomial, with -z for z when side is -1; j is the power of the atom itself."""
    main = the_exponential(field)
    for monomial, c in polynomial.items():
        i = j = 0
        constants: list[tuple[int, int]] = []
        others: list[tuple[int, int]] = []
        for atom, e in monomial:
            if field.atoms[atom].term == Z:
                i = e
            elif atom == main:
                j = e
            else:
                (constants if free_of(field.atoms[atom].term, "z") else others).append((atom, e))
        yield Summand(i, j, {tuple(constants): c * side ** (i % 2)}, tuple(others))


def the_exponential(field: Field) -> int | None:
    """Which atom is the exponential that contains z."""
    found = [n for n, a in enumerate(field.atoms) if a.term[0] == "exp" and not free_of(a.term, "z")]
    need(len(found) <= 1, "two exponentials that are not powers of one of them")
    return found[0] if found else None


def powers_of_z(field: Field, quotient: Quotient, side: int) -> dict[int, Polynomial]:
    """The coefficients of a polynomial in z, with -z for z when side is -1."""
    found: dict[int, Polynomial] = {}
    need(not quotient.bottom, "the argument is not a polynomial in z")
    for part in summands(field, quotient.top, side):
        need(part.i >= 0 and part.j == 0 and not part.others, "the argument is not a polynomial in z")
        found.setdefault(part.i, {}).update(part.constants)
    return found


# -- the sign beyond a number ---------------------------------------------------------------------------------


def tail_sign(field: Field, quotient: Quotient, side: int, radius: Fraction) -> int:
    """The sign for all z >= radius, or with side -1 for all z <= -radius; refused when the lemma does not tell."""
    need(radius > 0, "the tail does not start beyond 0")
    found = _lemma(field, quotient.top, side, radius)
    for factor, k in quotient.bottom.items():
        found *= _lemma(field, dict(factor), side, radius) ** k
    return found


def _lemma(field: Field, polynomial: Polynomial, side: int, radius: Fraction) -> int:
    with field.balls.precision():
        at = exactly(radius)
        argument, rate = _exponent(field, side, at)
        turn = -1 if argument >= 0 else 1  # so that E falls; p has the absolute values
        decay = (-abs(argument)).exp()
        pure: dict[tuple[int, int], Any] = {}
        rest = exactly(Fraction(0))
        parts = list(summands(field, polynomial, side))
        lowest = min((turn * part.j for part in parts), default=0)
        loose: list[tuple[int, int, Any]] = []
        for part in parts:
            c, key = _number(field, part.constants), (part.i, turn * part.j - lowest)
            if part.others:
                names = [(field.atoms[a].term[0], e) for a, e in part.others]
                need(all(n in BETWEEN_MINUS_ONE_AND_ONE and e > 0 for n, e in names), "no bound of a factor")
                loose.append((*key, c))
            else:
                pure[key] = pure.get(key, 0) + c
        n = max((i for i, j in pure if j == 0), default=None)
        need(n is not None, "there is no leading term")
        assert n is not None
        for i, j, c in [*loose, *((i, j, c) for (i, j), c in pure.items() if (i, j) != (n, 0))]:
            need(bool(j * abs(rate) >= i - n), "a term may grow in the tail")
            rest += abs(c) * at ** (i - n) * decay**j
        need(bool(abs(pure[n, 0]) > rest), "the leading term does not outweigh the others")
        return sign_of(pure[n, 0])


def _exponent(field: Field, side: int, at: Any) -> tuple[Any, Any]:
    """The argument of the exponential at R, and R times its derivative; its coefficients have one sign."""
    main = the_exponential(field)
    value = rate = exactly(Fraction(0))
    if main is None:
        return value, rate
    argument = field.atoms[main].argument
    assert argument is not None
    signs = set()
    for i, constants in powers_of_z(field, argument, side).items():
        c = _number(field, constants)
        signs.add(sign_of(c))
        value, rate = value + c * at**i, rate + i * c * at**i
    need(signs in ({1}, {-1}), "the exponent has coefficients of both signs")
    return value, rate


def _number(field: Field, constants: Polynomial) -> Any:
    total = exactly(Fraction(0))
    for monomial, c in constants.items():
        ball = exactly(c)
        for atom, e in monomial:
            ball = ball * field.balls.enclose(field.atoms[atom].term) ** e
        total += ball
    return total


# -- limits ---------------------------------------------------------------------------------------------------


def limit(field: Field, quotient: Quotient, side: int) -> tuple[int, Quotient]:
    """The limit for z towards the right end (1) or the left (-1): infinity with a sign, or 0 and a quotient.

    Refused when the form does not tell it.
    """
    (j, i), top = _leading(field, quotient.top, side)
    bottom: Polynomial = {(): Fraction(1)}
    for factor, k in quotient.bottom.items():
        (j_below, i_below), c = _leading(field, dict(factor), side)
        need(field.number_sign(c) != 0, "a leading coefficient is not shown to differ from 0")
        j, i = j - k * j_below, i - k * i_below
        for _ in range(k):
            bottom = field.multiply(bottom, c)
    if (j, i) <= (0, 0):
        return 0, Quotient(top if (j, i) == (0, 0) else {}, {tuple(sorted(bottom.items())): 1})
    sign = field.number_sign(top) * field.number_sign(bottom)
    need(sign != 0, "the sign of a leading coefficient is not told")
    return sign, Quotient(top, {})


def _leading(field: Field, polynomial: Polynomial, side: int) -> tuple[tuple[int, int], Polynomial]:
    """The leading power of 1/E and of z, with its coefficient."""
    turn = _growth(field, side)
    found: dict[tuple[int, int], Polynomial] = {}
    for part in summands(field, polynomial, side):
        need(not part.others, "no limit of a factor")
        sums = found.setdefault((turn * part.j, part.i), {})
        for m, c in part.constants.items():
            sums[m] = sums.get(m, Fraction(0)) + c
    leading = max(found, default=(0, 0))
    return leading, {m: c for m, c in found.get(leading, {}).items() if c}


def _growth(field: Field, side: int) -> int:
    """1 when the exponential grows towards the end, -1 when it falls, 1 too when there is none."""
    main = the_exponential(field)
    if main is None:
        return 1
    argument = field.atoms[main].argument
    assert argument is not None
    return _towards(field, argument, side)


def _towards(field: Field, argument: Quotient, side: int) -> int:
    """Whether a polynomial in z goes to infinity (1) or minus infinity (-1)."""
    powers = powers_of_z(field, argument, side)
    degree = max(powers, default=0)
    sign = field.number_sign(powers.get(degree, {}))
    need(degree > 0 and sign != 0, "an argument is not shown to grow beyond all bounds")
    return sign
