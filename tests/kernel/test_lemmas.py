"""Every lemma of the kernel on hundreds of random matrices, by an evaluator of the tests' own."""

from fractions import Fraction

import numpy as np
import pytest
from kernel.norm_values import UndefinedError, Values, form, matrices, orthogonal

from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.lemmas import LE, LEMMAS, LT, TO_INFINITY, TO_ZERO
from symrnn.kernel.linear import number, variable
from symrnn.kernel.scalars import SCALARS
from symrnn.kernel.system import Quantity, System
from symrnn.kernel.terms import size

TRIALS = 300
k, v = variable("k"), variable("v")


def width(n):
    """A number as a size."""
    return size(((), int(n)))


class Case:
    """Leaves with random values, made as a lemma asks for them."""

    def __init__(self, rng):
        self.rng, self.quantities, self.values = rng, {}, {}
        self.reals = {}
        self.n, self.m, self.l = (int(each) for each in rng.integers(1, 5, size=3))

    def leaf(self, rows, cols, value=None):
        """A matrix."""
        name = f"A{len(self.quantities)}"
        self.quantities[name] = Quantity(width(rows), width(cols), False, 0)
        self.values[name] = matrices(self.rng, rows, cols) if value is None else value
        return ("leaf", name, None)

    def family(self, rows, cols):
        """A matrix for each index v."""
        name = f"A{len(self.quantities)}"
        self.quantities[name] = Quantity(width(rows), width(cols), True, -20)
        found = {i: matrices(self.rng, rows, cols) for i in range(-20, 21)}
        self.values[name] = found.__getitem__
        return ("leaf", name, v)

    def real(self, value):
        """A named number."""
        name = f"x{len(self.reals)}"
        self.reals[name] = float(value)
        return ("real", name)

    def kind(self, *names):
        """One of the norms."""
        return str(self.rng.choice(names or ("1", "2", "oo", "F")))

    def index(self):
        """A linear form of small value."""
        return number(int(self.rng.integers(-2, 4)))

    def summand(self):
        """A number that depends on v."""
        return ("times", self.real(self.rng.normal()), ("norm", "2", self.family(2, 2)))


def largest(case, f, low, high, p):
    """A bound of the norms of a family, at times too small."""
    at = range(form(low, {}), form(high, {}) + 1)
    known = Values(case.values)
    return max((known.number(("norm", p, f), {"v": i}) for i in at), default=0.5) * case.rng.choice([1, 2, 0.7])


def _product(case, p, low, high):
    f = case.family(case.n, case.n)
    return [p, "v", low, high, f, case.real(largest(case, f, low, high, p))]


def _least_product(case, low, high):
    f = case.family(case.n, case.n)
    known = Values(case.values)
    at = range(form(low, {}), form(high, {}) + 1)
    least = min((known.number(("least", f), {"v": i}) for i in at), default=2.0)
    return ["v", low, high, f, case.real(least * case.rng.choice([1, 0.5, 1.3]))]


def _isometry(case):
    n = case.n
    q = case.leaf(n, n, orthogonal(case.rng, n) if case.rng.random() < 0.8 else None)
    return [case.kind(), q, case.leaf(n, case.m), case.index(), width(n)]


def _similar(case):
    n = case.n
    value = orthogonal(case.rng, n) * case.rng.choice([1, 2, 3], size=n)
    middle = case.rng.normal(size=(n, n))  # eigenvalues of a defective matrix are lost in rounding
    return [case.leaf(n, n, value), case.leaf(n, n, middle), case.leaf(n, n, np.linalg.inv(value)), width(n)]


def _gelfand(case):
    value = matrices(case.rng, case.n, case.n)
    value /= max(1.0, np.abs(value).max())
    return [case.kind(), case.leaf(case.n, case.n, value), case.real(case.rng.choice([0.5, 1.2, 4])), "k"]


def _normal(case):
    n, a = case.n, case.rng.normal(size=(case.n, case.n))
    return [case.leaf(n, n, [a + a.T, a - a.T, orthogonal(case.rng, n), a, a @ a.T][case.rng.integers(5)])]


def _same(case):
    value = matrices(case.rng, case.n, case.n)
    return [case.kind(*ENTRIES), *(case.leaf(case.n, case.n, value) for _ in range(2))]


def _between(case):
    n = case.n
    part = case.rng.choice([0, 1, 0.5, 0.25, 1.5], p=[0.3, 0.3, 0.2, 0.1, 0.1], size=(n, 1))
    other = 1 - part if case.rng.random() < 0.9 else part
    return [*(case.leaf(n, 1, each) for each in (part, other)), *(case.leaf(n, case.m) for _ in "ab"), width(n)]


def _pair(case):
    return case.leaf(case.n, case.m), case.leaf(case.m, case.l)


def _signed(case, rows, cols):
    """A matrix without an entry below 0, at times with one."""
    value = np.abs(matrices(case.rng, rows, cols))
    if case.rng.random() < 0.2:
        value[case.rng.integers(rows), case.rng.integers(cols)] -= 0.5
    return case.leaf(rows, cols, value)


def _signed_pair(case):
    return _signed(case, case.n, case.m), _signed(case, case.m, case.l)


def _signed_family(case, low, high):
    """Matrices without an entry below 0 from low to high, at times one of them with one; beyond that, any."""
    name, n, at = f"A{len(case.quantities)}", case.n, range(form(low, {}), form(high, {}) + 1)
    case.family(n, n)
    found = {i: matrices(case.rng, n, n) for i in range(-20, 21)}
    found |= {i: np.abs(found[i]) for i in at if case.rng.random() < 0.95}
    case.values[name] = found.__getitem__
    return ["v", low, high, ("leaf", name, v)]


def _squares(case):
    return case.leaf(case.n, case.n), case.leaf(case.n, case.n)


ANY = ("1", "2", "oo", "F", "least", "radius")
ENTRIES = (*ANY, "smallest")
MAKE = {
    "nonnegative": lambda c: [c.kind(*ANY), c.leaf(c.n, c.n)],
    "nonnegative absolute value": lambda c: [c.real(c.rng.normal())],
    "absolute value": lambda c: [c.real(c.rng.normal())],
    "least absolute value": lambda c: [c.real(c.rng.normal()), c.real(abs(c.rng.normal()) + 0.5)],
    "larger of two": lambda c: [c.real(c.rng.normal()), c.real(c.rng.normal())],
    "least upper bound": lambda c: [c.real(c.rng.normal()), c.real(c.rng.normal()), c.real(c.rng.normal() + 1)],
    "triangle inequality": lambda c: [c.kind(), c.leaf(c.n, c.m), c.leaf(c.n, c.m)],
    "norm of a sum": lambda c: [c.kind(), "v", c.index(), c.index(), c.family(c.n, c.m)],
    "smallest entry of a sum": lambda c: [c.leaf(c.n, c.m), c.leaf(c.n, c.m)],
    "smallest entries of a sum": lambda c: _signed_family(c, c.index(), c.index()),
    "smallest entry of a multiple": lambda c: [Fraction(int(c.rng.integers(-5, 6)), 3), c.leaf(c.n, c.m)],
    "smallest entry of a product": lambda c: [*_signed_pair(c)],
    "smallest entry of an ordered product": lambda c: _signed_family(c, c.index(), c.index()),
    "smallest entry of a Hadamard product": lambda c: [_signed(c, c.n, c.m), _signed(c, c.n, c.m)],
    "smallest entry of a Hadamard square": lambda c: [c.leaf(c.n, c.m)],
    "smallest entry of a Kronecker product": lambda c: [_signed(c, c.n, c.m), _signed(c, c.l, c.m)],
    "smallest entry of a diagonal": lambda c: [_signed(c, c.n, 1)],
    "smallest entry of vec": lambda c: [c.leaf(c.n, c.m)],
    "smallest entry of an identity": lambda c: [width(c.n)],
    "smallest entry of a unit vector": lambda c: [width(c.n), number(int(c.rng.integers(1, c.n + 1)))],
    "smallest entry of ones": lambda c: [width(c.n), width(c.m)],
    "even power": lambda c: [c.real(c.rng.normal() * c.rng.choice([0, 1, 3])), c.index()],
    "homogeneity": lambda c: [c.kind(*ANY), Fraction(int(c.rng.integers(-5, 6)), 3), c.leaf(c.n, c.n)],
    "submultiplicativity": lambda c: [c.kind(), *_pair(c)],
    "Frobenius norm of a product": lambda c: [*_pair(c)],
    "norm of an ordered product": lambda c: _product(c, c.kind("1", "2", "oo"), c.index(), c.index()),
    "Frobenius norm of an ordered product": lambda c: _product(c, "F", c.index(), c.index())[1:],
    "Kronecker product": lambda c: [c.kind(), c.leaf(c.n, c.m), c.leaf(c.l, c.m)],
    "transpose": lambda c: [c.kind(*ENTRIES), c.leaf(c.n, c.n)],
    "identity": lambda c: [c.kind(*ANY), width(c.n)],
    "zero": lambda c: [c.kind("1", "2", "oo", "F", "smallest"), width(c.n), width(c.m)],
    "unit vector": lambda c: [c.kind(), width(c.n), number(int(c.rng.integers(1, c.n + 1)))],
    "diagonal": lambda c: [c.kind("1", "2", "oo", "F", "radius"), c.leaf(c.n, 1)],
    "length of a diagonal": lambda c: [c.leaf(c.n, 1)],
    "Hadamard product": lambda c: [c.kind(), c.leaf(c.n, c.m), c.leaf(c.n, c.m)],
    "convex combination": _between,
    "length of vec": lambda c: [c.leaf(c.n, c.m)],
    "comparison of norms": lambda c: [c.leaf(c.n, c.m)],
    "norm of a square": lambda c: [c.leaf(c.n, c.m)],
    "norm between two": lambda c: [c.leaf(c.n, c.m)],
    "largest row": lambda c: [c.leaf(c.n, c.m), width(c.n)],
    "length of a column": lambda c: [c.leaf(*((1, c.m) if c.rng.random() < 0.5 else (c.n, c.m)))],
    "equal matrices": _same,
    "isometry": _isometry,
    "isometry by rows": _isometry,
    "radius of an isometry": lambda c: [(q := _isometry(c))[1], q[-1]],
    "least of two": lambda c: [*_squares(c)],
    "least of an ordered product": lambda c: _least_product(c, c.index(), c.index()),
    "least before": lambda c: [c.kind(), c.leaf(c.n, c.n), c.leaf(c.n, c.m)],
    "least behind": lambda c: [c.kind(), c.leaf(c.m, c.n), c.leaf(c.n, c.n)],
    "least below norm": lambda c: [c.leaf(c.n, c.n)],
    "radius below norm": lambda c: [c.kind(), c.leaf(c.n, c.n)],
    "radius of a product": lambda c: [c.leaf(c.n, c.m), c.leaf(c.m, c.n)],
    "radius of a power": lambda c: [c.leaf(c.n, c.n), c.index()],
    "similar matrices": _similar,
    "normal matrix": _normal,
    "multiple of its transpose": lambda c: [*_normal(c), c.rng.choice([Fraction(1), Fraction(-1), Fraction(2)])],
    "number": lambda c: [c.index()],
    "powers grow": lambda c: [c.real(c.rng.choice([-1, 0, 0.5, 2])), c.real(abs(c.rng.normal()) + 1), c.index()],
    "nonnegative power": lambda c: [c.real(c.rng.choice([0, -1, 2])), c.index()],
    "positive power": lambda c: [c.real(c.rng.choice([0.0, -1, 2])), c.index()],
    "sums grow": lambda c: ["v", c.index(), c.index(), (f := c.summand()), ("plus", f, c.real(abs(c.rng.normal())))],
    "reversed sum": lambda c: ["v", c.index(), c.index(), c.summand()],
    "common factor": lambda c: ["v", c.index(), c.index(), c.real(c.rng.normal()), c.summand()],
    "geometric sum": lambda c: ["v", number(int(c.rng.integers(-1, 5))), c.real(c.rng.choice([0, 1, -2, 0.3]))],
    "reciprocal": lambda c: [c.real(c.rng.choice([0, -1.0, 2, 0.1]))],
    "geometric sequence": lambda c: [c.real(c.rng.choice([0, 0.5, 0.9, 1, -0.5])), "k"],
    "geometric growth": lambda c: [c.real(c.rng.choice([1.1, 2, 1, 0.5])), "k"],
    "Gelfand": _gelfand,
    "squeezed": lambda c: [("power", c.real(0.5), k), ("power", c.real(0.8), k), "k"],
    "pushed": lambda c: [("power", c.real(2), k), ("power", c.real(1.5), k), "k"],
    "multiple to zero": lambda c: [c.real(c.rng.normal() * 50), ("power", c.real(0.8), k), "k"],
    "multiple to infinity": lambda c: [c.real(c.rng.choice([-1, 0.1, 3])), ("power", c.real(1.5), k), "k"],
}
RARE = {"normal matrix", "positive power", "geometric growth", "Gelfand"}


def tends(values, s, relation):
    """Whether a sequence looks as if it went to 0, or to infinity."""
    late = [abs(values.number(s, {"k": at})) for at in (150, 300)]
    if relation == TO_ZERO:
        return late[1] < 1e-4 or late[1] < 0.5 * late[0]
    return late[1] > 1e6 or late[1] > 2 * late[0]


def shown(values, relation, points):
    """Whether a relation holds at points, or a limit looks right."""
    left, sign, right = relation
    if sign in (TO_ZERO, TO_INFINITY):
        return tends(values, left, sign)
    if sign == LT:
        return all(values.number(left, at) < values.number(right, at) for at in points)
    return all(values.holds(left, LE, right, at) for at in points)


def test_every_lemma_is_tried():
    missing = sorted(set(LEMMAS) - set(MAKE))
    assert not missing, f"say in MAKE what to try {', '.join(missing)} with: what its letters stand for, in their order"
    assert set(MAKE) == set(LEMMAS)


@pytest.mark.parametrize("name", sorted(MAKE))
def test_lemma(name):
    """Where the conditions of a lemma hold, so does what it says; and they do often enough."""
    rng, lemma, tried, undefined = np.random.default_rng(sum(map(ord, name))), LEMMAS[name], 0, set()
    for _ in range(TRIALS):
        case = Case(rng)
        arguments = MAKE[name](case)
        assert len(arguments) == len(lemma.sorts)
        values = Values(case.values, reals=case.reals)
        try:
            content = lemma.content(System(case.quantities), *arguments)
        except NotProvedError:
            continue
        grows = any(relation[1] in (TO_ZERO, TO_INFINITY) for relation in content.conclusions)
        if not grows and any(form(each, {}) < 0 for each in content.indices):
            continue
        try:
            if not all(values.equal(a, b, {}) for a, b in content.equations):
                continue
            if not all(_premise(values, facts, relation) for facts, relation in content.premises):
                continue
            assert all(shown(values, relation, [{}]) for relation in content.conclusions), (
                name,
                arguments,
                case.values,
            )
        except UndefinedError as error:
            undefined.add(str(error))
            continue
        tried += 1
    why = f"; norm_values.py has no value for: {', '.join(sorted(undefined))}" if undefined else ""
    assert tried >= (40 if name in RARE else 70), f"its conditions held at {tried} of {TRIALS} draws{why}"


def _premise(values, facts, relation):
    """A premise at every v that its facts allow."""
    points = [{"v": i} for i in range(-5, 6)] if facts else [{"k": i} for i in (0, 1, 7)]
    return shown(values, relation, [at for at in points if all(form(fact, at) >= 0 for fact in facts)])


def test_the_table_is_data():
    """Every lemma says what it is about, and where it is proved; it takes what the reader can read."""
    sorts = {"kind", "term", "scalar", "index", "variable", "fraction", "size"}
    for lemma in LEMMAS.values():
        assert lemma.says
        assert lemma.source
        assert set(lemma.sorts) <= sorts
    assert set(SCALARS) >= {"norm", "least", "radius", "smallest"}
