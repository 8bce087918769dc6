import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.derivation import Claim, Coincide, Equation, Inequality, Kind, Limit
from symrnn.errors import LimitError
from symrnn.expr import ClipFactor, InnerProduct, MatrixSum, Norm, SmallestEntry, SmallestSingularValue, SpectralRadius
from symrnn.symbols import k, n, t

rnn = Elman()
W = rnn.W_hh
M, g = sp.MatrixSymbol("M", n, n), sp.MatrixSymbol("g", n, 1)
c, theta = sp.symbols("c theta", positive=True)
HUGE = 10**7


@pytest.mark.parametrize(
    "state",
    [
        lambda: Inequality(c**HUGE, c ** (HUGE + 1)),
        lambda: Inequality(2 ** (10**12 * k), 3 ** (10**12 * k), (k >= 0,)),
        lambda: Inequality(n ** (10**12), n ** (10**12 + 1)),
        lambda: Inequality((1 + c) ** 9_000, 1),
        lambda: Inequality(1, 2, given=((1 + c + theta) ** 500 <= 1,)),
        lambda: Limit(c ** (HUGE * k), k),
        lambda: Coincide(c**HUGE * g, g),
        lambda: Equation(10**3_000 * W, W),
        lambda: Equation(sp.MatMul((1 + c) ** HUGE, W), W),
        lambda: Equation(sp.MatMul(rnn.b_h[0, 0] ** HUGE, W), W),
        lambda: Equation(rnn.h[(t + 1) ** HUGE], rnn.h[t]),
        lambda: MatrixSum(W, (k, 0, (t + 1) ** HUGE)),
    ],
)
def test_what_takes_for_ever_is_refused_where_it_is_written(state):
    with pytest.raises(LimitError, match="use a symbol"):
        state()


def test_norms_may_have_any_exponent():
    equal = Inequality(Norm(M) ** HUGE, Norm(M) ** HUGE)
    assert Claim("x", "x", equal, Kind.PROVED).verify().kind is Kind.PROVED
    false = Inequality(Norm(M) ** HUGE, Norm(M) ** (HUGE + 1))
    assert Claim("x", "x", false, Kind.REFUTED).verify().kind is Kind.REFUTED
    clipped = Coincide(ClipFactor(g, c) ** HUGE * g, ClipFactor(g, c) ** (HUGE + 1) * g)
    assert Claim("x", "x", clipped, Kind.REFUTED).verify().kind is Kind.REFUTED


MEASURES = [
    Norm(2 * g),
    Norm(-g),
    Norm(2 * rnn.h[t] - 4 * W * rnn.h[t]),
    Norm(2 * M, "F"),
    SpectralRadius(2 * M + 2 * M**2),
    SmallestSingularValue(-M),
    SmallestEntry(-M),
    InnerProduct(2 * g, -g),
    ClipFactor(2 * g, theta),
]


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize(
    "function",
    [
        lambda x: sp.Min(x, theta),
        lambda x: sp.Max(x, theta),
        lambda x: sp.Max(x, Norm(g), theta),
        lambda x: sp.simplify(x / theta + 1),
        lambda x: sp.factor_terms(x + 2 * theta),
        lambda x: sp.cancel(x / (2 * theta)),
        lambda x: sp.Piecewise((x, x <= theta), (theta, True)),
        lambda x: sp.Eq(x, theta),
        abs,
        sp.sign,
    ],
)
def test_sympy_works_on_norms_and_leaves_their_matrices_alone(function, measure):
    plain = sp.Symbol("x", real=True, nonnegative=measure.is_nonnegative)
    assert function(measure) == function(plain).xreplace({plain: measure})
