"""The lemmas on norms: classical theorems that are taken on trust, as one table of data with sources.

A lemma is instantiated with matrices, numbers and indices of its own; what it says then holds for all matrices whose
shapes fit. Below, p stands for any of the norms 1, 2, ∞ and F, unless said otherwise; σ is the smallest singular value
of a square matrix, and ρ the spectral radius.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import NamedTuple, TypeAlias

from symrnn.kernel.errors import need
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.scalars import MEASURES, ONE, SCALARS, ZERO, Facts, Scalar, scalar_at, scalar_names, terms_of
from symrnn.kernel.system import System, kinds_of, unindexed
from symrnn.kernel.terms import ONE as SINGLE
from symrnn.kernel.terms import Size, Term, names_of, places, shape

LE, LT, TO_ZERO, TO_INFINITY = "<=", "<", "→ 0", "→ ∞"
Relation: TypeAlias = tuple[Scalar, str, Scalar | str]
"""Two scalars and how they compare; or what tends to 0 or infinity, and the index that grows."""

INDUCED = ("1", "2", "oo")
MIRRORED = {"1": "oo", "oo": "1", "2": "2", "F": "F"}


class Content(NamedTuple):
    """What an instance of a lemma says.

    Args:
        conclusions: what holds.
        premises: what has to be shown before, each under further facts.
        indices: what has to be >= 0.
        equations: matrices that have to be equal.
    """

    conclusions: tuple[Relation, ...]
    premises: tuple[tuple[Facts, Relation], ...] = ()
    indices: tuple[Linear, ...] = ()
    equations: tuple[tuple[Term, Term], ...] = ()


class Lemma(NamedTuple):
    """A theorem.

    Args:
        says: its statement with its conditions.
        source: where it is proved.
        sorts: what it is instantiated with.
        content: what the instance says.
    """

    says: str
    source: str
    sorts: tuple[str, ...]
    content: Callable[..., Content]


HORN = "Horn and Johnson (2013), Matrix Analysis"
INDUCED_NORMS = f"{HORN}, sec. 5.6"
SINGULAR = f"{HORN}, sec. 7.3"
ARITHMETIC = "ordered fields"


LEMMAS: dict[str, Lemma] = {}
"""All lemmas by their names."""


def _lemma(name: str, says: str, source: str, sorts: str) -> Callable[[Callable[..., Content]], Callable[..., Content]]:
    """Put a lemma into the table."""

    def put(content: Callable[..., Content]) -> Callable[..., Content]:
        LEMMAS[name] = Lemma(says, source, tuple(sorts.split()), content)
        return content

    return put


def norm(p: str, a: Term) -> Scalar:
    """‖A‖_p."""
    return ("norm", p, a)


def times(*factors: Scalar) -> Scalar:
    """A product of numbers."""
    return ("times", *factors)


def _mul(a: Term, b: Term) -> Term:
    return ("mul", a, b)


def _equal(x: Scalar, y: Scalar) -> tuple[Relation, Relation]:
    return (x, LE, y), (y, LE, x)


def _square(system: System, *matrices: Term) -> None:
    for a in matrices:
        rows, cols = shape(a, system)
        need(rows == cols, "a matrix that is not square")


def _is(p: str, *kinds: str) -> None:
    need(p in kinds, f"the lemma is not about the norm {p}")


def _within(v: str, low: Linear, high: Linear) -> Facts:
    return variable(v) - low, high - variable(v)


def measure(which: str, a: Term) -> Scalar:
    """‖A‖_p, σ(A) or ρ(A)."""
    return (which, a) if which in ("least", "radius") else norm(which, a)


# -- norms -------------------------------------------------------------------------------------------------------------


@_lemma("nonnegative", "0 <= ‖A‖_p, 0 <= σ(A), 0 <= ρ(A), 0 <= |x|", INDUCED_NORMS, "scalar")
def _nonnegative(system: System, s: Scalar) -> Content:
    need(s[0] in MEASURES, "not a norm")
    return Content(((ZERO, LE, s),))


@_lemma("triangle inequality", "‖A + B‖_p <= ‖A‖_p + ‖B‖_p", INDUCED_NORMS, "kind term term")
def _triangle(system: System, p: str, a: Term, b: Term) -> Content:
    return Content(((norm(p, ("add", a, b)), LE, ("plus", norm(p, a), norm(p, b))),))


@_lemma("norm of a sum", "‖Σ_{v=a}^{b} F_v‖_p <= Σ_{v=a}^{b} ‖F_v‖_p", INDUCED_NORMS, "kind name index index term")
def _sum(system: System, p: str, v: str, low: Linear, high: Linear, f: Term) -> Content:
    return Content(((norm(p, ("sum", v, low, high, f)), LE, ("total", v, low, high, norm(p, f))),))


@_lemma("homogeneity", "‖cA‖_p = |c| ‖A‖_p, and so for σ and ρ", INDUCED_NORMS, "kind fraction term")
def _homogeneous(system: System, which: str, c: Fraction, a: Term) -> Content:
    return Content(_equal(measure(which, ("scale", c, a)), times(("rational", abs(c)), measure(which, a))))


@_lemma("submultiplicativity", "‖AB‖_p <= ‖A‖_p ‖B‖_p", INDUCED_NORMS, "kind term term")
def _submultiplicative(system: System, p: str, a: Term, b: Term) -> Content:
    return Content(((norm(p, _mul(a, b)), LE, times(norm(p, a), norm(p, b))),))


@_lemma(
    "Frobenius norm of a product",
    "‖AB‖_F <= ‖A‖_2 ‖B‖_F and ‖AB‖_F <= ‖A‖_F ‖B‖_2",
    f"{HORN}, problem 5.6.P20",
    "term term",
)
def _mixed(system: System, a: Term, b: Term) -> Content:
    whole = norm("F", _mul(a, b))
    return Content(((whole, LE, times(norm("2", a), norm("F", b))), (whole, LE, times(norm("F", a), norm("2", b)))))


@_lemma(
    "norm of an ordered product",
    "‖∏_{v=b..a} F_v‖_p <= q^(b-a+1) where ‖F_v‖_p <= q for a <= v <= b; b - a + 1 >= 0, for p = F >= 1",
    INDUCED_NORMS,
    "kind name index index term scalar",
)
def _product(system: System, p: str, v: str, low: Linear, high: Linear, f: Term, q: Scalar) -> Content:
    need(v not in scalar_names(q), f"the bound of a factor depends on {v}")
    length = high - low + 1
    whole = norm(p, ("prod", v, low, high, f))
    needed = length - 1 if p == "F" else length  # ‖I‖_F is not 1
    return Content(((whole, LE, ("power", q, length)),), ((_within(v, low, high), (norm(p, f), LE, q)),), (needed,))


@_lemma(
    "Kronecker product",
    "‖A ⊗ B‖_p = ‖A‖_p ‖B‖_p",
    "Horn and Johnson (1991), Topics in Matrix Analysis, sec. 4.2; Lancaster and Farahat (1972)",
    "kind term term",
)
def _kronecker(system: System, p: str, a: Term, b: Term) -> Content:
    return Content(_equal(norm(p, ("kron", a, b)), times(norm(p, a), norm(p, b))))


@_lemma(
    "transpose",
    "‖Aᵀ‖_p = ‖A‖_p for p = 2, F, ‖Aᵀ‖_1 = ‖A‖_∞ and the other way round; σ(Aᵀ) = σ(A), ρ(Aᵀ) = ρ(A)",
    INDUCED_NORMS,
    "kind term",
)
def _transpose(system: System, which: str, a: Term) -> Content:
    return Content(_equal(measure(MIRRORED.get(which, which), ("T", a)), measure(which, a)))


@_lemma("identity", "‖I‖_p = 1 for p = 1, 2, ∞; σ(I) = ρ(I) = 1", INDUCED_NORMS, "kind size")
def _identity(system: System, which: str, n: Size) -> Content:
    _is(which, *INDUCED, "least", "radius")
    return Content(_equal(measure(which, ("id", n)), ONE))


@_lemma("zero", "‖0‖_p = σ(0) = ρ(0) = 0", INDUCED_NORMS, "kind size size")
def _zero(system: System, which: str, m: Size, n: Size) -> Content:
    return Content(_equal(measure(which, ("zero", m, n)), ZERO))


@_lemma("unit vector", "‖e_i‖_p <= 1", INDUCED_NORMS, "kind size index")
def _unit(system: System, p: str, n: Size, at: Linear) -> Content:
    return Content(((norm(p, ("unit", n, at)), LE, ONE),))


@_lemma(
    "diagonal",
    "‖diag(a)‖_p = ‖a‖_∞ for p = 1, 2, ∞, and ρ(diag(a)) = ‖a‖_∞, for a column a",
    INDUCED_NORMS,
    "kind term",
)
def _diagonal(system: System, which: str, a: Term) -> Content:
    _is(which, *INDUCED, "radius")
    return Content(_equal(measure(which, ("diag", a)), norm("oo", a)))


@_lemma("length of vec", "‖vec(A)‖_2 = ‖A‖_F", INDUCED_NORMS, "term")
def _vec(system: System, a: Term) -> Content:
    return Content(_equal(norm("2", ("vec", a)), norm("F", a)))


@_lemma("comparison of norms", "‖A‖_2 <= ‖A‖_F", INDUCED_NORMS, "term")
def _compared(system: System, a: Term) -> Content:
    return Content(((norm("2", a), LE, norm("F", a)),))


@_lemma("length of a column", "‖a‖_2 = ‖a‖_F for a column or row a", INDUCED_NORMS, "term")
def _column(system: System, a: Term) -> Content:
    need(SINGLE in shape(a, system), "neither a column nor a row")
    return Content(_equal(norm("2", a), norm("F", a)))


@_lemma("equal matrices", "‖A‖_p = ‖B‖_p, σ(A) = σ(B), ρ(A) = ρ(B) where A = B", "logic", "kind term term")
def _same(system: System, which: str, a: Term, b: Term) -> Content:
    return Content(_equal(measure(which, a), measure(which, b)), equations=((a, b),))


@_lemma(
    "isometry",
    "‖Q^k A‖_p = ‖A‖_p for p = 2, F and a square Q with QᵀQ = I; k >= 0",
    f"{HORN}, theorem 2.1.4",
    "kind term term index",
)
def _isometry(system: System, p: str, q: Term, a: Term, k: Linear) -> Content:
    _is(p, "2", "F")
    _square(system, q)
    equation = (_mul(("T", q), q), ("id", shape(q, system)[1]))
    return Content(_equal(norm(p, _mul(("pow", q, k), a)), norm(p, a)), (), (k,), (equation,))


# -- singular values and eigenvalues -----------------------------------------------------------------------------------


@_lemma("least of two", "σ(A) σ(B) <= σ(AB), A and B square", SINGULAR, "term term")
def _least_of_two(system: System, a: Term, b: Term) -> Content:
    _square(system, a, b)
    return Content(((times(("least", a), ("least", b)), LE, ("least", _mul(a, b))),))


@_lemma(
    "least of an ordered product",
    "q^(b-a+1) <= σ(∏_{v=b..a} F_v) where 0 <= q <= σ(F_v) for a <= v <= b; b - a + 1 >= 0",
    SINGULAR,
    "name index index term scalar",
)
def _least_of_product(system: System, v: str, low: Linear, high: Linear, f: Term, q: Scalar) -> Content:
    need(v not in scalar_names(q), f"the bound of a factor depends on {v}")
    _square(system, f)
    length, inside = high - low + 1, _within(v, low, high)
    premises = (((), (ZERO, LE, q)), (inside, (q, LE, ("least", f))))
    return Content(((("power", q, length), LE, ("least", ("prod", v, low, high, f))),), premises, (length,))


@_lemma("least before", "σ(A) ‖B‖_p <= ‖AB‖_p for p = 2, F and A square", SINGULAR, "kind term term")
def _least_before(system: System, p: str, a: Term, b: Term) -> Content:
    _is(p, "2", "F")
    _square(system, a)
    return Content(((times(("least", a), norm(p, b)), LE, norm(p, _mul(a, b))),))


@_lemma("least behind", "‖A‖_p σ(B) <= ‖AB‖_p for p = 2, F and B square", SINGULAR, "kind term term")
def _least_behind(system: System, p: str, a: Term, b: Term) -> Content:
    _is(p, "2", "F")
    _square(system, b)
    return Content(((times(norm(p, a), ("least", b)), LE, norm(p, _mul(a, b))),))


@_lemma("least below norm", "σ(A) <= ‖A‖_2", SINGULAR, "term")
def _least_below(system: System, a: Term) -> Content:
    return Content(((("least", a), LE, norm("2", a)),))


@_lemma("radius below norm", "ρ(A) <= ‖A‖_p", f"{HORN}, theorem 5.6.9", "kind term")
def _radius(system: System, p: str, a: Term) -> Content:
    return Content(((("radius", a), LE, norm(p, a)),))


@_lemma("radius of a power", "ρ(A^k) = ρ(A)^k; k >= 0", f"{HORN}, theorem 1.1.6", "term index")
def _radius_of_power(system: System, a: Term, k: Linear) -> Content:
    return Content(_equal(("radius", ("pow", a, k)), ("power", ("radius", a), k)), (), (k,))


@_lemma("similar matrices", "ρ(VAU) = ρ(A) for square V, A, U with UV = I", f"{HORN}, theorem 1.3.3", "term term term")
def _similar(system: System, v: Term, a: Term, u: Term) -> Content:
    _square(system, v, a, u)
    equation = (_mul(u, v), ("id", shape(v, system)[1]))
    return Content(_equal(("radius", ("mul", v, a, u)), ("radius", a)), equations=(equation,))


@_lemma("normal matrix", "‖A‖_2 = ρ(A) where AᵀA = AAᵀ", f"{HORN}, theorem 2.5.3", "term")
def _normal(system: System, a: Term) -> Content:
    turned = ("T", a)
    return Content(_equal(norm("2", a), ("radius", a)), equations=((_mul(turned, a), _mul(a, turned)),))


# -- numbers -----------------------------------------------------------------------------------------------------------


@_lemma("number", "0 <= k as a real number where 0 <= k as an index", ARITHMETIC, "index")
def _index(system: System, form: Linear) -> Content:
    return Content(((ZERO, LE, ("number", form)),), (), (form,))


@_lemma("powers grow", "x^k <= y^k where 0 <= x <= y; k >= 0", ARITHMETIC, "scalar scalar index")
def _power(system: System, x: Scalar, y: Scalar, k: Linear) -> Content:
    premises = (((), (ZERO, LE, x)), ((), (x, LE, y)))
    return Content(((("power", x, k), LE, ("power", y, k)),), premises, (k,))


@_lemma("nonnegative power", "0 <= x^k where 0 <= x; k >= 0", ARITHMETIC, "scalar index")
def _nonnegative_power(system: System, x: Scalar, k: Linear) -> Content:
    return Content(((ZERO, LE, ("power", x, k)),), (((), (ZERO, LE, x)),), (k,))


@_lemma("positive power", "0 < x^k where 0 < x; k >= 0", ARITHMETIC, "scalar index")
def _positive_power(system: System, x: Scalar, k: Linear) -> Content:
    return Content(((ZERO, LT, ("power", x, k)),), (((), (ZERO, LT, x)),), (k,))


@_lemma(
    "sums grow",
    "Σ_{v=a}^{b} f(v) <= Σ_{v=a}^{b} g(v) where f(v) <= g(v) for a <= v <= b",
    ARITHMETIC,
    "name index index scalar scalar",
)
def _sums(system: System, v: str, low: Linear, high: Linear, f: Scalar, g: Scalar) -> Content:
    inside = _within(v, low, high)
    return Content(((("total", v, low, high, f), LE, ("total", v, low, high, g)),), ((inside, (f, LE, g)),))


@_lemma("reversed sum", "Σ_{v=a}^{b} f(v) = Σ_{v=a}^{b} f(a + b - v)", ARITHMETIC, "name index index scalar")
def _reversed(system: System, v: str, low: Linear, high: Linear, f: Scalar) -> Content:
    other = scalar_at(f, {v: low + high - variable(v)})
    return Content(_equal(("total", v, low, high, f), ("total", v, low, high, other)))


@_lemma("common factor", "Σ_{v=a}^{b} c f(v) = c Σ_{v=a}^{b} f(v)", ARITHMETIC, "name index index scalar scalar")
def _common_factor(system: System, v: str, low: Linear, high: Linear, c: Scalar, f: Scalar) -> Content:
    need(v not in scalar_names(c), f"the factor depends on {v}")
    return Content(_equal(("total", v, low, high, times(c, f)), times(c, ("total", v, low, high, f))))


@_lemma("geometric sum", "(1 - x) Σ_{v=0}^{b} x^v = 1 - x^(b+1)", ARITHMETIC, "name index scalar")
def _geometric_sum(system: System, v: str, high: Linear, x: Scalar) -> Content:
    need(v not in scalar_names(x), f"the ratio depends on {v}")
    less = ("plus", ONE, times(("rational", Fraction(-1)), x))
    left = times(less, ("total", v, number(0), high, ("power", x, variable(v))))
    beyond = ("power", x, high + 1)
    return Content(_equal(left, ("plus", ONE, times(("rational", Fraction(-1)), beyond))))


@_lemma("reciprocal", "x · 1/x = 1 and 0 < 1/x where 0 < x", ARITHMETIC, "scalar")
def _reciprocal(system: System, x: Scalar) -> Content:
    over = ("over", x)
    return Content((*_equal(times(x, over), ONE), (ZERO, LT, over)), (((), (ZERO, LT, x)),))


# -- limits ------------------------------------------------------------------------------------------------------------


def _constant(system: System, *values: Scalar | Term) -> None:
    """Refuse numbers and matrices that depend on an index, on what has one, or on what is defined."""
    for x in values:
        need(not (scalar_names(x) if x[0] in SCALARS else names_of(x)), "a number with an index in it")
        for t in [t for t, _, _ in terms_of(x)] if x[0] in SCALARS else [x]:
            given = all(system.of(name).role == "given" for name, _ in unindexed(t))
            plain = not kinds_of(t) & {"d", "jac", "grad", "part"}
            need(plain and given and not list(places(t)), "a number that depends on more than parameters")


@_lemma(
    "geometric sequence",
    "q^k → 0 as k → ∞ where 0 <= q < 1, q without an index",
    "Rudin (1976), theorem 3.20",
    "scalar name",
)
def _geometric(system: System, q: Scalar, k: str) -> Content:
    _constant(system, q)
    premises = (((), (ZERO, LE, q)), ((), (q, LT, ONE)))
    return Content(((("power", q, variable(k)), TO_ZERO, k),), premises, (variable(k),))


@_lemma(
    "geometric growth", "q^k → ∞ as k → ∞ where 1 < q, q without an index", "Rudin (1976), theorem 3.20", "scalar name"
)
def _geometric_growth(system: System, q: Scalar, k: str) -> Content:
    _constant(system, q)
    return Content(((("power", q, variable(k)), TO_INFINITY, k),), (((), (ONE, LT, q)),), (variable(k),))


@_lemma(
    "Gelfand",
    "‖A^k‖_p (1/q)^k → 0 as k → ∞ where ρ(A) < q, A and q without an index",
    f"{HORN}, corollary 5.6.13; Gelfand (1941)",
    "kind term scalar name",
)
def _gelfand(system: System, p: str, a: Term, q: Scalar, k: str) -> Content:
    _constant(system, a, q)
    whole = times(norm(p, ("pow", a, variable(k))), ("power", ("over", q), variable(k)))
    return Content(((whole, TO_ZERO, k),), (((), (("radius", a), LT, q)),), (variable(k),))


@_lemma("squeezed", "s → 0 where 0 <= s <= m and m → 0", ARITHMETIC, "scalar scalar name")
def _squeezed(system: System, s: Scalar, m: Scalar, k: str) -> Content:
    return Content(((s, TO_ZERO, k),), (((), (ZERO, LE, s)), ((), (s, LE, m)), ((), (m, TO_ZERO, k))))


@_lemma("pushed", "s → ∞ where m <= s and m → ∞", ARITHMETIC, "scalar scalar name")
def _pushed(system: System, s: Scalar, m: Scalar, k: str) -> Content:
    return Content(((s, TO_INFINITY, k),), (((), (m, LE, s)), ((), (m, TO_INFINITY, k))))


@_lemma("multiple to zero", "c m → 0 where m → 0, c without an index", ARITHMETIC, "scalar scalar name")
def _multiple_to_zero(system: System, c: Scalar, m: Scalar, k: str) -> Content:
    _constant(system, c)
    return Content(((times(c, m), TO_ZERO, k),), (((), (m, TO_ZERO, k)),))


@_lemma("multiple to infinity", "c m → ∞ where 0 < c and m → ∞, c without an index", ARITHMETIC, "scalar scalar name")
def _multiple_to_infinity(system: System, c: Scalar, m: Scalar, k: str) -> Content:
    _constant(system, c)
    return Content(((times(c, m), TO_INFINITY, k),), (((), (ZERO, LT, c)), ((), (m, TO_INFINITY, k))))
