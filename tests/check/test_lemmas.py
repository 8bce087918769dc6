"""Lemmas on spectral radii that the kernel takes on trust, tried on hundreds of matrices with an evaluator of our own.

Most matrices are P J P⁻¹ with a Jordan form J and a unimodular P, so that their eigenvalues are known without any
calculation; norms are those of mpmath, and the other radii come from the norms of high powers.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import flint
import mpmath
import pytest
import sympy as sp

from symrnn.check.deciding.norms import verdict_on_norms
from symrnn.derivation import Inequality, Kind
from symrnn.expr import Norm, SpectralRadius
from symrnn.kernel.lemmas import LEMMAS
from symrnn.symbols import k, n

Rows = list[list[Fraction]]
BITS, DIGITS, CLOSE = 700, 50, mpmath.mpf(10) ** -9
SIZES = (1, 2, 3, 4, 5)
KINDS: tuple[int | float | str, ...] = (1, 2, mpmath.inf, "f")


@dataclass(frozen=True)
class Sample:
    """A matrix of rationals with its spectral radius, where that is known by construction."""

    temper: str
    rows: Rows
    radius: Fraction | None


# -- the matrices ------------------------------------------------------------------------------------------------------


def times(left: Rows, right: Rows) -> Rows:
    columns = list(zip(*right, strict=True))
    return [[sum((a * b for a, b in zip(row, col, strict=True)), Fraction(0)) for col in columns] for row in left]


def identity(size: int) -> Rows:
    return [[Fraction(i == j) for j in range(size)] for i in range(size)]


def unimodular(size: int, source: random.Random) -> tuple[Rows, Rows]:
    """A product of elementary matrices, and its inverse."""
    matrix, inverse = identity(size), identity(size)
    for _ in range(2 * size if size > 1 else 0):
        i, j = source.sample(range(size), 2)
        factor = Fraction(source.choice((-2, -1, 1, 2)))
        step, back = identity(size), identity(size)
        step[i][j], back[i][j] = factor, -factor
        matrix, inverse = times(matrix, step), times(back, inverse)
    return matrix, inverse


def conjugated(jordan: Rows, source: random.Random) -> Rows:
    matrix, inverse = unimodular(len(jordan), source)
    return times(times(matrix, jordan), inverse)


def jordan_form(values: list[Fraction], ones: list[int]) -> Rows:
    rows = [[values[i] * (i == j) for j in range(len(values))] for i in range(len(values))]
    for i in ones:
        rows[i][i + 1] = Fraction(1)
    return rows


def jordan_samples(size: int, source: random.Random) -> Iterator[Sample]:
    choices = [Fraction(p, q) for p in (-3, -2, -1, 0, 1, 2, 3) for q in (1, 2, 3, 4)]
    for _ in range(10):
        value = source.choice(choices)
        block = jordan_form([value] * size, list(range(size - 1)))
        yield Sample("defective", conjugated(block, source), abs(value))
        values = [source.choice(choices) for _ in range(size)]
        diagonal = conjugated(jordan_form(values, []), source)
        yield Sample("diagonalisable", diagonal, max(map(abs, values)))
        places = [i for i in range(size - 1) if source.random() < 0.5]
        yield Sample("nilpotent", conjugated(jordan_form([Fraction(0)] * size, places), source), Fraction(0))


def transient_samples(size: int, source: random.Random) -> Iterator[Sample]:
    """Small eigenvalues, large entries above them: the powers rise before they fall."""
    for _ in range(6):
        value = Fraction(source.randint(1, 9), 10)
        rows = [[value * (i == j) + source.randint(5, 50) * (j > i) for j in range(size)] for i in range(size)]
        yield Sample("transient", rows, value)


def normal_samples(size: int, source: random.Random) -> Iterator[Sample]:
    for _ in range(6):
        drawn = [[Fraction(source.randint(-4, 4), 3) for _ in range(size)] for _ in range(size)]
        yield Sample("symmetric", [[drawn[i][j] + drawn[j][i] for j in range(size)] for i in range(size)], None)
        yield Sample("skew", [[drawn[i][j] - drawn[j][i] for j in range(size)] for i in range(size)], None)
        circulant = [[drawn[0][(j - i) % size] for j in range(size)] for i in range(size)]
        yield Sample("circulant", circulant, None)
        order = source.sample(range(size), size)
        signs = [source.choice((-1, 1)) for _ in range(size)]
        permutation = [[Fraction(signs[i] * (order[i] == j)) for j in range(size)] for i in range(size)]
        yield Sample("signed permutation", permutation, Fraction(1))
        rotated = identity(size)
        if size > 1:
            rotated[0][:2], rotated[1][:2] = [Fraction(3, 5), Fraction(-4, 5)], [Fraction(4, 5), Fraction(3, 5)]
        yield Sample("orthogonal", times(rotated, permutation), Fraction(1))


def other_samples(size: int, source: random.Random) -> Iterator[Sample]:
    for _ in range(6):
        yield Sample("random", [[Fraction(source.randint(-9, 9), 5) for _ in range(size)] for _ in range(size)], None)
        companion = jordan_form([Fraction(0)] * size, list(range(size - 1)))
        companion[-1] = [Fraction(source.randint(-3, 3)) for _ in range(size)]
        yield Sample("companion", companion, None)


@cache
def samples() -> tuple[Sample, ...]:
    source = random.Random(7)
    kinds = (jordan_samples, transient_samples, normal_samples, other_samples)
    return tuple(sample for size in SIZES for kind in kinds for sample in kind(size, source))


# -- the evaluator -----------------------------------------------------------------------------------------------------


def as_mp(rows: Rows) -> mpmath.matrix:
    return mpmath.matrix([[mpmath.mpf(entry.numerator) / entry.denominator for entry in row] for row in rows])


def radius(rows: Rows, exponent: int = 1) -> mpmath.mpf:
    """ρ(A^k) as ‖B^(2^50)‖^(1/2^50) for B = A^k, by repeated squaring: Gelfand's formula.

    No multiplicity of an eigenvalue disturbs it, and it shares nothing with the checker's characteristic polynomials.
    """
    entries = [[flint.arb(flint.fmpq(entry.numerator, entry.denominator)) for entry in row] for row in rows]
    size, power = flint.arb(1), (flint.arb_mat(entries) ** exponent).mid()
    for squarings in range(50):
        scale = sum((entry * entry for entry in power.entries()), flint.arb(0)).sqrt().mid()
        if scale == 0:
            return mpmath.mpf(0)
        size = (size * scale ** (flint.arb(1) / 2**squarings)).mid()
        power = (power / scale).mid()
        power = (power * power).mid()
    return mpmath.mpf(size.str(40, radius=False))


@cache
def radius_of_rows(rows: tuple[tuple[Fraction, ...], ...], exponent: int = 1) -> mpmath.mpf:
    with flint.ctx.workprec(BITS):
        return radius([list(row) for row in rows], exponent)


def radius_of_power(sample: Sample, exponent: int) -> mpmath.mpf:
    return radius_of_rows(tuple(map(tuple, sample.rows)), exponent)


def norm(matrix: mpmath.matrix, kind: int | float | str) -> mpmath.mpf:
    return max(mpmath.svd_r(matrix, compute_uv=False)) if kind == 2 else mpmath.mnorm(matrix, kind)


def radius_of_sample(sample: Sample) -> mpmath.mpf:
    if sample.radius is not None:
        return mpmath.mpf(sample.radius.numerator) / sample.radius.denominator
    return radius_of_power(sample, 1)


def close(left: mpmath.mpf, right: mpmath.mpf) -> bool:
    return abs(left - right) <= CLOSE * max(1, abs(left), abs(right))


def is_normal(rows: Rows) -> bool:
    turned = [list(column) for column in zip(*rows, strict=True)]
    return times(turned, rows) == times(rows, turned)


def transposed(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


# -- the trials --------------------------------------------------------------------------------------------------------


def radius_is_below_norms(sample: Sample) -> bool:
    matrix = as_mp(sample.rows)
    return all(radius_of_sample(sample) <= norm(matrix, kind) + CLOSE for kind in KINDS)


def radius_of_power_is_power(sample: Sample) -> bool:
    size = radius_of_sample(sample)
    return all(close(radius_of_power(sample, exponent), size**exponent) for exponent in (0, 2, 5))


def powers_vanish(sample: Sample) -> bool:
    if not radius_of_sample(sample) < 1 - CLOSE:
        return True
    power = as_mp(sample.rows)
    for _ in range(16):  # A^(2^16), and no eigenvalue of the samples is between 0.99 and 1
        power = power * power
    return norm(power, "f") < CLOSE


def norm_of_normal_is_radius(sample: Sample) -> bool:
    return not is_normal(sample.rows) or close(norm(as_mp(sample.rows), 2), radius_of_sample(sample))


def norm_of_multiple_of_transpose_is_radius(sample: Sample) -> bool:
    turned = transposed(sample.rows)
    is_multiple = sample.rows in (turned, [[-entry for entry in row] for row in turned])
    return not is_multiple or close(norm(as_mp(sample.rows), 2), radius_of_sample(sample))


def radius_of_isometry_is_1(sample: Sample) -> bool:
    is_isometry = times(transposed(sample.rows), sample.rows) == identity(len(sample.rows))
    return not is_isometry or close(radius_of_sample(sample), mpmath.mpf(1))


TRIALS: dict[str, Callable[[Sample], bool]] = {
    "radius below norm": radius_is_below_norms,
    "radius of a power": radius_of_power_is_power,
    "Gelfand": powers_vanish,
    "normal matrix": norm_of_normal_is_radius,
    "multiple of its transpose": norm_of_multiple_of_transpose_is_radius,
    "radius of an isometry": radius_of_isometry_is_1,
}


def failures(trial: Callable[[Sample], bool]) -> list[Sample]:
    with mpmath.workdps(DIGITS):
        return [sample for sample in samples() if not trial(sample)]


@pytest.mark.parametrize("lemma", TRIALS)
def test_lemma_holds_of_every_sample(lemma: str) -> None:
    assert lemma in LEMMAS
    assert failures(TRIALS[lemma]) == []


def test_samples_are_of_every_temper() -> None:
    tempers = [sample.temper for sample in samples()]
    assert len(tempers) >= 300
    assert {len(sample.rows) for sample in samples()} == set(SIZES)
    with mpmath.workdps(DIGITS):
        assert sum(not is_normal(sample.rows) for sample in samples()) > 100
        assert sum(is_normal(sample.rows) for sample in samples()) > 100
        assert sum(bool(radius_of_sample(s) < 1 - CLOSE) for s in samples()) > 80
        assert not [s for s in samples() if 0.99 < radius_of_sample(s) < 1 - CLOSE]
        rising = [s for s in samples() if norm(as_mp(s.rows) ** 2, 2) > norm(as_mp(s.rows), 2) > 1]
        assert any(radius_of_sample(sample) < 1 for sample in rising)


def test_known_radii_are_those_that_are_calculated() -> None:
    known = [sample for sample in samples() if sample.radius is not None]
    with mpmath.workdps(DIGITS):
        assert [sample for sample in known if not close(radius_of_power(sample, 1), radius_of_sample(sample))] == []


# -- the trials can fail -----------------------------------------------------------------------------------------------


def powers_vanish_up_to_1(sample: Sample) -> bool:
    if not radius_of_sample(sample) <= 1 + CLOSE:
        return True
    power = as_mp(sample.rows)
    for _ in range(10):
        power = power * power
    return norm(power, "f") < 10**6


FALSE: dict[str, Callable[[Sample], bool]] = {
    "norms are below the radius": lambda s: norm(as_mp(s.rows), 2) <= radius_of_sample(s) + CLOSE,
    "every norm is a radius": lambda s: close(norm(as_mp(s.rows), 2), radius_of_sample(s)),
    "the 1-norm of a normal matrix is its radius": lambda s: (
        not is_normal(s.rows) or close(norm(as_mp(s.rows), 1), radius_of_sample(s))
    ),
    "radii of powers, off by one": lambda s: close(radius_of_power(s, 3), radius_of_sample(s) ** 2),
    "powers stay bounded when ρ = 1": powers_vanish_up_to_1,
    "powers fall from the start": lambda s: (
        not radius_of_sample(s) < 1 or norm(as_mp(s.rows) ** 2, 2) <= norm(as_mp(s.rows), 2)
    ),
    "the 2-norm is at most the largest entry": lambda s: norm(as_mp(s.rows), 2) <= max(map(abs, as_mp(s.rows))) + CLOSE,
}


@pytest.mark.parametrize("name", FALSE)
def test_false_lemma_is_caught(name: str) -> None:
    assert failures(FALSE[name])


# -- where they are used -----------------------------------------------------------------------------------------------

W, V = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("V", n, n)
a = sp.MatrixSymbol("a", n, 1)
c = sp.Symbol("c", real=True)


def both_ways(left: sp.Expr, right: sp.Expr, *where: object) -> list[Kind]:
    statements = (Inequality(left, right, where), Inequality(right, left, where))
    return [verdict_on_norms(statement, None, 0).kind for statement in statements]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (SpectralRadius(W.T), SpectralRadius(W)),
        (SpectralRadius(V * W * V.I), SpectralRadius(W)),
        (SpectralRadius(V.I * W * V), SpectralRadius(W)),
        (SpectralRadius(sp.DiagMatrix(a)), Norm(a, "oo")),
        (SpectralRadius(V * sp.DiagMatrix(a) * V.I), Norm(a, "oo")),
        (SpectralRadius(W**k), SpectralRadius(W) ** k),
    ],
)
def test_radius_takes_out_what_does_not_change_it(left: sp.Expr, right: sp.Expr) -> None:
    assert both_ways(left, right, k >= 0) == [Kind.PROVED, Kind.PROVED]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (SpectralRadius(V * W), SpectralRadius(W)),
        (SpectralRadius(V * W * V.T), SpectralRadius(W)),
    ],
)
def test_radius_keeps_what_changes_it(left: sp.Expr, right: sp.Expr) -> None:
    assert Kind.PROVED not in both_ways(left, right)


def test_the_radius_of_a_multiple() -> None:
    assert both_ways(SpectralRadius(2 * W), SpectralRadius(W)) == [Kind.REFUTED, Kind.PROVED]


def test_radius_bounds_norms_from_below_only() -> None:
    assert both_ways(SpectralRadius(W), Norm(W, "F")) == [Kind.PROVED, Kind.REFUTED]
