"""Polynomial inequalities with a certificate: what is at least 0 written as a sum of products that plainly are.

The certificate is checked by comparing polynomials; how it was found does not matter. A polynomial that is positive on
a polytope has one, in products of the linear hypotheses alone: Handelman (1988), Pacific Journal of Mathematics 132.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import flint
import sympy as sp
from sympy.polys.polyerrors import BasePolynomialError

from symrnn.budget import tick
from symrnn.certify.simplex import nonnegative_solution
from symrnn.errors import ProofError

MAX_DEGREE = 40
"""Largest degree of a polynomial for which a certificate is looked for."""

MAX_PRODUCTS = 500
"""Most products that are tried together."""

NONE = sp.Dummy("none", real=True)
"""What polynomials without symbols are polynomials in."""

EXTRA_DEGREE = 1
"""How far the products may exceed the degree of the goal."""


@dataclass(frozen=True)
class Product:
    """``weight · Π given[i] · Π root²``.

    Args:
        weight: a positive rational number.
        factors: positions of hypotheses, as often as they occur.
        roots: polynomials that are squared.
    """

    weight: sp.Rational
    factors: tuple[int, ...] = ()
    roots: tuple[sp.Expr, ...] = ()


@dataclass(frozen=True)
class Certificate:
    """``goal = Σ products``, which is at least 0 wherever every hypothesis is.

    Args:
        goal: a polynomial in real symbols.
        given: polynomials that are at least 0 by hypothesis.
        products: what the goal is the sum of.

    >>> a, b = sp.symbols("a b", real=True)
    >>> Certificate(a**2 + b**2 - 2 * a * b, (), (Product(sp.S.One, roots=(a - b,)),)).check()
    >>> Certificate(-(a**2), (), (Product(sp.S.NegativeOne, roots=(a,)),)).check()
    Traceback (most recent call last):
    symrnn.errors.ProofError: the weight -1 in a certificate is not positive
    """

    goal: sp.Expr
    given: tuple[sp.Expr, ...]
    products: tuple[Product, ...]

    def check(self) -> None:
        """Compare both sides as polynomials over the rationals.

        Raises:
            ProofError: when they differ, a weight is not positive, a symbol not real, or a part no polynomial.
        """
        symbols = symbols_of((self.goal, *self.given, *(root for product in self.products for root in product.roots)))
        total = polynomial(sp.S.Zero, symbols)
        for product in self.products:
            if not (isinstance(product.weight, sp.Rational) and product.weight > 0):
                raise ProofError(f"the weight {product.weight} in a certificate is not positive")
            if any(not 0 <= at < len(self.given) for at in product.factors):
                raise ProofError("a certificate names a hypothesis that there is not")
            value = polynomial(product.weight, symbols)
            for at in product.factors:
                value *= polynomial(self.given[at], symbols)
            for root in product.roots:
                value *= polynomial(root, symbols) ** 2
            total += value
        if polynomial(self.goal, symbols) != total:
            raise ProofError(f"the certificate does not add up to {self.goal}")

    def __str__(self) -> str:
        parts = [_shown(self, product) for product in self.products]
        return f"{self.goal} = {' + '.join(parts) or 0}"


def _shown(certificate: Certificate, product: Product) -> str:
    parts = [f"({certificate.given[at]})" for at in product.factors] + [f"({root})²" for root in product.roots]
    if product.weight != 1 or not parts:
        parts.insert(0, str(product.weight))
    return "·".join(parts)


def symbols_of(terms: Iterable[sp.Basic]) -> tuple[sp.Symbol, ...]:
    """The symbols of polynomials, in a fixed order.

    Raises:
        ProofError: for a symbol that is not known to be real.
    """
    found = sorted({s for term in terms for s in term.free_symbols}, key=sp.default_sort_key)
    for symbol in found:
        if not symbol.is_real:
            raise ProofError(f"{symbol} is not known to be real")
    return tuple(found)


def polynomial(expression: sp.Expr, symbols: Sequence[sp.Symbol]) -> sp.Poly:
    """An expression as a polynomial with rational coefficients.

    Raises:
        ProofError: when it is none.
    """
    if any(part.exp.is_Integer and abs(part.exp) > MAX_DEGREE for part in expression.atoms(sp.Pow)):
        raise ProofError(f"an exponent in {expression} is beyond {MAX_DEGREE}")
    try:
        found = sp.Poly(expression, *(symbols or (NONE,)), domain="QQ")
    except BasePolynomialError as error:
        raise ProofError(f"{expression} is not a polynomial with rational coefficients") from error
    if expression.has(sp.Float):
        raise ProofError(f"{expression} has rounded coefficients", advice="write them as fractions")
    return found


def certify(
    goal: sp.Expr, given: Iterable[sp.Expr] = (), roots: Iterable[sp.Expr] = (), extra: int = EXTRA_DEGREE
) -> Certificate:
    """Find a certificate that a polynomial is at least 0 wherever the hypotheses are.

    Args:
        goal: a polynomial in real symbols, with rational coefficients.
        given: polynomials that are at least 0.
        roots: polynomials whose squares may help; symbols and their differences are tried without being named.
        extra: how far the products may exceed the degree of the goal; where all is linear, nothing is gained by that.

    Raises:
        ProofError: when none is found, which says nothing about the goal.

    The arithmetic and the geometric mean, then a product that needs its hypotheses:

    >>> a, b = sp.symbols("a b", real=True)
    >>> print(certify((a + b) ** 2 - 4 * a * b))
    -4*a*b + (a + b)**2 = (a - b)²
    >>> print(certify(a * b - 1, (a - 1, b - 1)))
    a*b - 1 = (a - 1) + (a - 1)·(b - 1) + (b - 1)
    >>> certify(a * b - 1, (a - 1,))
    Traceback (most recent call last):
    symrnn.errors.ProofError: no certificate found for a*b - 1 >= 0
    """
    hypotheses = tuple(dict.fromkeys(given))
    symbols = symbols_of((goal, *hypotheses))
    wanted = polynomial(goal, symbols)
    roots = tuple(roots)
    least = max(int(wanted.total_degree()), 1) if wanted else 0
    if least > MAX_DEGREE:
        raise ProofError(f"{goal} has the degree {least}", advice=f"certificates are looked for up to {MAX_DEGREE}")
    squares = tuple(dict.fromkeys((*roots, *_usual_roots(wanted, symbols))))
    linear = least <= 1 and not roots and all(polynomial(h, symbols).total_degree() <= 1 for h in hypotheses)
    for degree in range(least, least + (0 if linear else extra) + 1):
        found = _within(goal, wanted, hypotheses, squares, symbols, degree)
        if found is not None:
            found.check()
            return found
    raise ProofError(f"no certificate found for {goal} >= 0")


def _usual_roots(goal: sp.Poly, symbols: Sequence[sp.Symbol]) -> Iterator[sp.Expr]:
    """The symbols of the goal, and their differences."""
    occurring = [s for s in symbols if goal.has(s) and goal.degree(s) > 0]
    yield from occurring
    yield from (a - b for a, b in combinations(occurring, 2))


def _within(
    goal: sp.Expr,
    wanted: sp.Poly,
    given: tuple[sp.Expr, ...],
    roots: tuple[sp.Expr, ...],
    symbols: Sequence[sp.Symbol],
    degree: int,
) -> Certificate | None:
    """A certificate of products up to a degree; None when there is none, or too many products to try."""
    generators: list[tuple[sp.Poly, Product]] = []
    for at, hypothesis in enumerate(given):
        generators.append((polynomial(hypothesis, symbols), Product(sp.S.One, (at,))))
    for root in roots:
        generators.append((polynomial(root, symbols) ** 2, Product(sp.S.One, (), (root,))))
    gradings = _gradings([wanted, *(p for p, made_of in generators if made_of.factors)], len(symbols))
    useful = _grades(wanted, gradings)
    usable = [
        (p, p.total_degree(), m) for p, m in generators if len(_grades(p, gradings)) == 1 and p.total_degree() > 0
    ]
    candidates = []
    for candidate in _products(polynomial(sp.S.One, symbols), degree, Product(sp.S.One), usable):
        if _grades(candidate[0], gradings) <= useful:
            candidates.append(candidate)
        if len(candidates) > MAX_PRODUCTS:
            return None
    weights = nonnegative_solution([_column(found) for found, _ in candidates], _column(wanted))
    if weights is None:
        return None
    products = [
        Product(sp.Rational(int(weight.p), int(weight.q)), candidates[at][1].factors, candidates[at][1].roots)
        for at, weight in sorted(weights.items())
    ]
    return Certificate(goal, given, tuple(products))


def _gradings(polynomials: list[sp.Poly], symbols: int) -> list[tuple[sp.Rational, ...]]:
    """Weights of the symbols for which each polynomial is homogeneous; a basis of all of them.

    Products of another weight than the goal cannot help: they would have to add up to 0 among themselves.
    """
    differences = []
    for found in polynomials:
        first, *others = found.monoms()
        differences += [[a - b for a, b in zip(first, other, strict=True)] for other in others]
    if not symbols:
        return []
    rows = differences or [[0] * symbols]
    return [tuple(vector) for vector in sp.Matrix(rows).nullspace()]


def _grades(of: sp.Poly, gradings: list[tuple[sp.Rational, ...]]) -> set[tuple[sp.Rational, ...]]:
    """The weights of the monomials of a polynomial."""
    return {
        tuple(sum((w * e for w, e in zip(weights, monomial, strict=True)), sp.S.Zero) for weights in gradings)
        for monomial in (of.monoms() if of else ())
    }


def _products(
    start: sp.Poly, room: int, made_of: Product, generators: list[tuple[sp.Poly, int, Product]]
) -> Iterator[tuple[sp.Poly, Product]]:
    """All products of generators within a degree, each once."""
    tick()
    yield start, made_of
    for at, (factor, degree, part) in enumerate(generators):
        if degree <= room:
            grown = Product(sp.S.One, made_of.factors + part.factors, made_of.roots + part.roots)
            yield from _products(start * factor, room - degree, grown, generators[at:])


def _column(of: sp.Poly) -> dict[tuple[int, ...], flint.fmpq]:
    return {monomial: flint.fmpq(int(c.p), int(c.q)) for monomial, c in of.as_dict().items()}
