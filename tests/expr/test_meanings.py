import pytest
import sympy as sp

from symrnn.cells import Cell, Elman, Layered
from symrnn.check import verify
from symrnn.derivation import AllOf, Claim, Coincide, Definitions, Equation, Inequality, Kind, Limit
from symrnn.derivation.inequality import ForEvery
from symrnn.errors import SymbolClashError
from symrnn.expr import ClipFactor, Differential, Norm, Sequence, TotalJacobian
from symrnn.symbols import L, k, l, n, t

rnn = Elman()
W, h = rnn.W_hh, rnn.h
S = sp.Symbol("W_hh", positive=True)
g = sp.MatrixSymbol("g", n, 1)


def claim(statement, recurrence=rnn):
    return Claim("x", "x", statement, Kind.PROVED, recurrence)


@pytest.mark.parametrize(
    "state",
    [
        lambda: Equation(S * W, S * W),
        lambda: Inequality(S * Norm(W), Norm(W)),
        lambda: Inequality(Norm(W), 1, given=(S <= 1,)),
        lambda: Limit(Norm(S * W**k), k),
        lambda: Coincide(ClipFactor(g, sp.Symbol("g", positive=True)) * g, g),
        lambda: Inequality(Norm(h[t]), sp.Symbol("h", positive=True)),
        lambda: Definitions((Equation(h[t], S * W * h[t - 1]),)),
        lambda: AllOf((Equation(S * g, S * g), Equation(W * g.xreplace({n: W.rows}), W * g))),
        lambda: Equation(sp.MatrixSymbol("h", n, n) * h[t], h[t]),
        lambda: Equation(W ** sp.Symbol("W_hh", integer=True, nonnegative=True), W),
        lambda: Equation(sp.Symbol("c") * W, sp.Symbol("c", positive=True) * W),
        lambda: Equation(W**k, W**k, (sp.Symbol("k", integer=True, positive=True) >= 2,)),
        lambda: Equation(sp.MatrixSymbol("dW_hh", n, n) * W, Differential(W) * W),
        lambda: Equation(Sequence("z", 2)[t].T * Sequence("z", 2)[t], Sequence("z", 3)[t].T * Sequence("z", 3)[t]),
        lambda: Equation(sp.MatrixSymbol("h_0", n, 1) + h[0], h[0]),
    ],
)
def test_one_name_for_two_things_is_refused_where_it_is_written(state):
    with pytest.raises(SymbolClashError, match=r"rename one|another name|declare it once"):
        state()


@pytest.mark.parametrize(
    "statement",
    [
        Inequality(Norm(h[t]), S, (t >= 0,)),
        Equation(S * h[t], S * h[t], (t >= 0,)),
        Limit(S * Norm(TotalJacobian(h[k], h[0])), k),
        Equation(sp.MatrixSymbol("x", n, n) * h[t], h[t], (t >= 0,)),
    ],
)
def test_the_names_of_the_recurrence_count(statement):
    with pytest.raises(SymbolClashError, match=r"is the name of|is not what"):
        verify(claim(statement))


def test_a_cell_with_a_number_that_is_called_like_its_weights_is_refused():
    state, weights = Sequence("s", n), sp.MatrixSymbol("U", n, n)
    with pytest.raises(SymbolClashError, match="U is the name of a number and of a matrix"):
        Cell("cell", {state: weights * state[t - 1] + sp.Symbol("U") * state[t - 1]}, (state,), (weights,))


def test_what_is_told_apart_may_share_its_name():
    net = Layered()
    assert Equation(net.y[l], net.y[l], (l <= L,)).indices == (L, l)  # the loss L beside L layers
    a = sp.Symbol("a", integer=True)
    Equation(rnn.a[t], rnn.a[t], (a >= 0,))  # a_t beside an index a
    s = sp.Symbol("s", integer=True)
    positive = sp.Symbol("s", integer=True, positive=True)
    bounded = ForEvery(Norm(h[s]) <= 1, s, (s >= 0,))
    Inequality(Norm(h[positive]), 1, (positive >= 1,), (bounded,))  # one of them is bound
