"""What public notes on recurrent networks say, each formula about its document's own network, and what holds instead.

The sources are lecture notes and posts that many learn from; most of what they say is right, and what is not is of a
kind that is easily overlooked. The words are ours.

- D2L: Zhang, Lipton, Li and Smola (2023), Dive into Deep Learning, the section on backpropagation through time.
- Weber (2017), Why LSTMs stop your gradients from vanishing: a view from the backwards pass.
- CS231n: Stanford's course notes on recurrent neural networks (2023).
- von der Weth, Backpropagation through time, a notebook of the collection Selene.
- Perry (2019, 2022), the notebooks on recurrent and residual networks of his course on machine learning.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixSymbol

from symrnn import (
    Elementwise,
    Elman,
    Equation,
    ImmediateJacobian,
    Inequality,
    Kind,
    Layered,
    Limit,
    MatrixSum,
    Norm,
    OrderedProduct,
    Sequence,
    SpectralRadius,
    T,
    TotalJacobian,
    activation,
    k,
    m,
    n,
    t,
    u,
    verify,
)
from symrnn.cells import entrywise, gates
from symrnn.cells.cell import Named
from symrnn.derivation import BoundedSlope, SlopeBound, Statement
from symrnn.expr import Concatenation, Expectation, GenericFunction, Gradient, Selector, Softmax
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import L, l, q

PROVED, REFUTED = Kind.PROVED, Kind.REFUTED
DOWN, UP = "descending", "ascending"
d, dd = TotalJacobian, ImmediateJacobian
i, j, p, w = (*sp.symbols("i j p", integer=True), sp.Symbol("w", real=True))
gamma, eta = sp.symbols("gamma eta", nonnegative=True)
tanh, sigmoid, TANH, SIGMOID = Elementwise("tanh"), Elementwise("sigmoid"), activation("tanh"), activation("sigmoid")


class Said(NamedTuple):
    """What a document says.

    Args:
        of: the statement.
        net: the network of the document.
        wanted: what is to be found.
    """

    of: Callable[[], Statement]
    net: Recurrence | None
    wanted: Kind


def generic(name: str, rows: Any, *arguments: Any) -> GenericFunction:
    return GenericFunction(Str(name), sp.sympify(rows), sp.S.One, *arguments)


def network(definitions: list[tuple[Any, Any, Role]], **parts: Any) -> Named:
    made = tuple(Definition(*each) for each in definitions)
    given = {"parameters": (), "inputs": (), "totals": {}, "activations": (), "index": t, **parts}
    return Named("network of the notes", definitions=made, **given)


# -- D2L: any f and g, the mean of the losses, and then a linear network in columns ------------------------------------

h, x, y = Sequence("h", n), Sequence("x", m, first=1), Sequence("y", q, first=1)
o, ell, loss = Sequence("o", q, first=1), Sequence("ell", 1, first=1), MatrixSymbol("L", 1, 1)
weights, readout = (
    MatrixSymbol("w_h", p_h := sp.Symbol("p_h", integer=True, positive=True), 1),
    MatrixSymbol("w_o", q, 1),
)
mean = sp.MatMul(1 / T, MatrixSum(ell[t], (t, 1, T)))
d2l = network(
    [
        (h, generic("f", n, x[t], h[t - 1], weights), Role.STATE),
        (o, generic("g", q, h[t], readout), Role.OUTPUT),
        (ell, generic("l", 1, o[t], y[t]), Role.OUTPUT),
    ],
    parameters=(weights, readout),
    inputs=(x, y),
    totals={loss: mean},
)
W_hx, W_hh, W_qh = MatrixSymbol("W_hx", n, m), MatrixSymbol("W_hh", n, n), MatrixSymbol("W_qh", q, n)
d2l_linear = network(
    [
        (h, W_hx * x[t] + W_hh * h[t - 1], Role.STATE),
        (o, W_qh * h[t], Role.OUTPUT),
        (ell, generic("l", 1, o[t], y[t]), Role.OUTPUT),
    ],
    parameters=(W_hx, W_hh, W_qh),
    inputs=(x, y),
    totals={loss: mean},
)
a, b, c = Sequence("a", n, m), Sequence("b", n, m, first=1), Sequence("c", n, n, first=1)
three = network([(a, b[t] + c[t] * a[t - 1], Role.STATE)], inputs=(b, c))
switch, chance, kept = Sequence("xi", 1, first=1), Sequence("pi", 1, first=1), Sequence("e", 1, first=1)
switched = network([(kept, switch[t], Role.OUTPUT)], inputs=(switch, chance), switches={"xi": "pi"})


def in_mean(summand: Any) -> Any:
    return sp.MatMul(1 / T, MatrixSum(summand, (t, 1, T)))


def through_time(order: str) -> Equation:
    """The recursion of dh/dw written out; for vectors the order of the product matters, which the text leaves open."""
    past = OrderedProduct(dd(h[j], h[j - 1]), (j, i + 1, t), order) * dd(h[i], weights)
    return Equation(d(h[t], weights), dd(h[t], weights) + MatrixSum(past, (i, 1, t - 1)), t >= 1)


def solved(order: str) -> Equation:
    """a_t = b_t + c_t a_{t-1} with a_0 = 0, solved."""
    past = OrderedProduct(c[j], (j, i + 1, t), order) * b[i]
    return Equation(a[t], b[t] + MatrixSum(past, (i, 1, t - 1)), t >= 1, Equation(a[0], sp.ZeroMatrix(n, m)))


def column(of: Any) -> Gradient:
    return Gradient(loss, of)


M, v, V, eigenvalues = (MatrixSymbol(*each) for each in (("M", n, n), ("v", n, 1), ("V", n, n), ("lambda", n, 1)))
number = sp.Symbol("kappa")
inside = (t >= 1, t <= T)
D2L = {
    # the loss reaches the weights through every step; with the immediate dh/dw only the last step of each counts
    "chain": Said(
        lambda: Equation(d(loss, weights), in_mean(dd(ell[t], o[t]) * dd(o[t], h[t]) * d(h[t], weights)), T >= 1),
        d2l,
        PROVED,
    ),
    "chain-immediate": Said(
        lambda: Equation(d(loss, weights), in_mean(dd(ell[t], o[t]) * dd(o[t], h[t]) * dd(h[t], weights)), T >= 1),
        d2l,
        REFUTED,
    ),
    "recursion": Said(
        lambda: Equation(d(h[t], weights), dd(h[t], weights) + dd(h[t], h[t - 1]) * d(h[t - 1], weights), t >= 1),
        d2l,
        PROVED,
    ),
    "solved": Said(lambda: solved(DOWN), three, PROVED),
    "solved-ascending": Said(lambda: solved(UP), three, REFUTED),
    "through-time": Said(lambda: through_time(DOWN), d2l, PROVED),
    "through-time-ascending": Said(lambda: through_time(UP), d2l, REFUTED),
    "switch": Said(lambda: Equation(Expectation(kept[t]), sp.Identity(1), t >= 1), switched, PROVED),
    # in columns; the sum runs backwards, so that the power T - i belongs to step T + t - i
    "backward": Said(
        lambda: Equation(column(h[t]), W_hh.T * column(h[t + 1]) + W_qh.T * column(o[t]), (t >= 1, t < T)),
        d2l_linear,
        PROVED,
    ),
    "powers": Said(
        lambda: Equation(
            column(h[t]),
            MatrixSum((W_hh.T) ** (T - i) * W_qh.T * column(o[T + t - i]), (i, t, T)),
            inside,
        ),
        d2l_linear,
        PROVED,
    ),
    "powers-not-turned": Said(
        lambda: Equation(column(h[t]), MatrixSum((W_hh.T) ** (T - i) * W_qh.T * column(o[i]), (i, t, T)), inside),
        d2l_linear,
        REFUTED,
    ),
    "outer-products": Said(
        lambda: Equation(column(W_hh), MatrixSum(column(h[t]) * h[t - 1].T, (t, 1, T)), T >= 1), d2l_linear, PROVED
    ),
    "paths-counted-twice": Said(
        lambda: Equation(d(loss, W_hh), MatrixSum(d(loss, h[t]) * d(h[t], W_hh), (t, 1, T)), T >= 1),
        d2l_linear,
        REFUTED,
    ),
    # an eigenvector keeps its direction: nothing but the equation M v = κ v is known of M
    "eigenvector": Said(
        lambda: Equation(M**k * v, sp.MatMul(number**k, v), k >= 0, Equation(M * v, number * v)), None, PROVED
    ),
    "eigenvector-one-more": Said(
        lambda: Equation(M**k * v, sp.MatMul(number ** (k + 1), v), k >= 0, Equation(M * v, number * v)), None, REFUTED
    ),
}

# -- Weber: a tanh network without biases, and an LSTM with [h; x] -----------------------------------------------------

W_I, W_R, W_O, err = (
    MatrixSymbol("W_I", n, m),
    MatrixSymbol("W_R", n, n),
    MatrixSymbol("W_O", q, n),
    Sequence("E", 1, first=1),
)
vanilla = network(
    [
        (h, tanh(W_I * x[t] + W_R * h[t - 1]), Role.STATE),
        (y, W_O * h[t], Role.OUTPUT),
        (err, generic("l", 1, y[t]), Role.OUTPUT),
    ],
    parameters=(W_I, W_R, W_O),
    inputs=(x,),
    activations=(TANH,),
)
C, (f, gate, out, new) = Sequence("C", n), gates("f i o g", n)
W_f, W_i, W_o, W_C = (MatrixSymbol(name, n, n + m) for name in ("W_f", "W_i", "W_o", "W_C"))
both = Concatenation(h[t - 1], x[t])
lstm = network(
    [
        (f, sigmoid(W_f * both), Role.INTERMEDIATE),
        (gate, sigmoid(W_i * both), Role.INTERMEDIATE),
        (out, sigmoid(W_o * both), Role.INTERMEDIATE),
        (new, tanh(W_C * both), Role.INTERMEDIATE),
        (C, entrywise(f[t], C[t - 1]) + entrywise(gate[t], new[t]), Role.STATE),
        (h, entrywise(out[t], tanh(C[t])), Role.STATE),
    ],
    parameters=(W_f, W_i, W_o, W_C),
    inputs=(x,),
    activations=(SIGMOID, TANH),
)
back_k, far = Norm(d(h[t], h[t - k])), (k >= 0, t >= k)


def slope(at: Any) -> sp.DiagMatrix:
    return sp.DiagMatrix(tanh(W_I * x[at] + W_R * h[at - 1], order=1))


def from_first(low: int, order: str) -> Equation:
    """dh_k/dh_1 as a product whose lower bound is missing in the text."""
    return Equation(d(h[k], h[1]), OrderedProduct(slope(i) * W_R, (i, low, k), order), k >= 1)


def one_cell_back() -> sp.MatrixExpr:
    """dC_t/dC_{t-1}, written out; vectors beside matrices are diagonal matrices, and W the block that meets h."""
    diag, block = sp.DiagMatrix, Selector(1, n, m)
    before = diag(out[t - 1]) * diag(tanh(C[t - 1], order=1))
    return sp.MatAdd(
        diag(C[t - 1]) * diag(sigmoid(W_f * both, order=1)) * W_f * block * before,
        diag(new[t]) * diag(sigmoid(W_i * both, order=1)) * W_i * block * before,
        diag(gate[t]) * diag(tanh(W_C * both, order=1)) * W_C * block * before,
        diag(f[t]),
    )


def every_use(kind: Any) -> Equation:
    """dE_t/dW_R, summed over the steps at which the weights are used."""
    uses = MatrixSum(dd(err[t], y[t]) * dd(y[t], h[t]) * d(h[t], h[i]) * kind(h[i], W_R), (i, 0, t))
    return Equation(d(err[t], W_R), uses, t >= 1)


WEBER = {
    "every-use": Said(lambda: every_use(dd), vanilla, PROVED),
    "every-use-total": Said(lambda: every_use(d), vanilla, REFUTED),
    # an index that is left over from another formula
    "one-step-left-over": Said(lambda: Equation(d(h[k + 1], h[k]), slope(i) * W_R, (i >= 1, i <= k)), vanilla, REFUTED),
    "one-step": Said(lambda: Equation(d(h[k + 1], h[k]), slope(k + 1) * W_R, k >= 0), vanilla, PROVED),
    "from-1": Said(lambda: from_first(1, DOWN), vanilla, REFUTED),
    "from-2": Said(lambda: from_first(2, DOWN), vanilla, PROVED),
    "from-2-ascending": Said(lambda: from_first(2, UP), vanilla, REFUTED),
    # neither does an eigenvalue above 1 make gradients explode, nor do those below 1 make them vanish: norms do
    "radius-above-1": Said(lambda: Limit(back_k, k, sp.oo, far, SpectralRadius(W_R) > 1), vanilla, REFUTED),
    "radius-below-1": Said(lambda: Limit(back_k, k, 0, far, SpectralRadius(W_R) < 1), vanilla, REFUTED),
    "norm-below-1": Said(lambda: Limit(back_k, k, 0, far, Norm(W_R) < 1), vanilla, PROVED),
    "slopes-below-1": Said(lambda: SlopeBound("tanh", "<", 1), None, REFUTED),
    "forget-gate-alone": Said(lambda: Equation(d(C[t], C[t - 1]), sp.DiagMatrix(f[t]), t >= 2), lstm, REFUTED),
    "cell-written-out": Said(lambda: Equation(d(C[t], C[t - 1]), one_cell_back(), t >= 2), lstm, PROVED),
    # cells alone do not multiply: a path leads past them, through the output gate
    "cells-multiply": Said(
        lambda: Equation(d(C[t], C[t - 2]), d(C[t], C[t - 1]) * d(C[t - 1], C[t - 2]), t >= 3), lstm, REFUTED
    ),
}

# -- CS231n: the same network under other names, with and without tanh -------------------------------------------------

one_path = d(err[t], h[t]) * OrderedProduct(d(h[j], h[j - 1]), (j, 2, t), DOWN) * d(h[1], W_R)
linear = network(
    [
        (h, W_I * x[t] + W_R * h[t - 1], Role.STATE),
        (y, W_O * h[t], Role.OUTPUT),
        (err, generic("l", 1, y[t]), Role.OUTPUT),
    ],
    parameters=(W_I, W_R, W_O),
    inputs=(x,),
)
CS231N = {
    "one-path": Said(lambda: Equation(d(err[t], W_R), one_path, t >= 2), vanilla, REFUTED),
    "power-in-a-product": Said(
        lambda: Equation(
            d(err[T], W_R),
            d(err[T], h[T]) * OrderedProduct(W_R ** (T - 1), (t, 2, T), DOWN) * dd(h[1], W_R),
            T >= 2,
        ),
        linear,
        REFUTED,
    ),
    "power-for-each-step": Said(
        lambda: Equation(
            d(err[T], W_R), MatrixSum(d(err[T], h[T]) * W_R ** (T - k) * dd(h[k], W_R), (k, 1, T)), T >= 1
        ),
        linear,
        PROVED,
    ),
    "norm-above-1": Said(lambda: Limit(back_k, k, sp.oo, far, Norm(W_R) > 1), linear, REFUTED),
    "radius-above-1": Said(lambda: Limit(back_k, k, sp.oo, far, SpectralRadius(W_R) > 1), linear, PROVED),
    "radius-below-1": Said(lambda: Limit(back_k, k, 0, far, SpectralRadius(W_R) < 1), linear, PROVED),
    # what the first step contributes does vanish, as long as the first state is bounded
    "first-step": Said(
        lambda: Limit(Norm(d(h[t], h[1]) * dd(h[1], W_R)), t, 0, t >= 1, (Norm(W_R) < 1, Norm(h[0]) <= eta)),
        vanilla,
        PROVED,
    ),
}

# -- von der Weth: four steps, softmax and cross-entropy; gradients are columns, Jacobians are not ---------------------

logits, guess, pre = Sequence("z", q, first=1), Sequence("guess", q, first=1), Sequence("o", n, first=1)
b_h, b_y, total = MatrixSymbol("b_h", n, 1), MatrixSymbol("b_y", q, 1), MatrixSymbol("L", 1, 1)
four = network(
    [
        (pre, W_R * h[t - 1] + W_I * x[t] + b_h, Role.INTERMEDIATE),
        (h, tanh(pre[t]), Role.STATE),
        (logits, W_O * h[t] + b_y, Role.OUTPUT),
        (guess, Softmax(logits[t]), Role.OUTPUT),
        (err, generic("l", 1, guess[t], y[t]), Role.OUTPUT),
    ],
    parameters=(W_R, W_I, W_O, b_h, b_y),
    inputs=(x, y),
    activations=(TANH,),
)
classifier = Elman("tanh").with_loss("softmax cross-entropy")
spread_out = sp.OneMatrix(n, 1) - entrywise(h[j], h[j])


def used_four_times(kind: Any) -> Equation:
    """dL_4/dW by the steps at which W is used, as four summands."""
    parts = [
        d(err[4], h[4]) * OrderedProduct(d(h[j], h[j - 1]), (j, at + 1, 4), DOWN) * kind(h[at], W_I)
        for at in (4, 3, 2, 1)
    ]
    return Equation(d(err[4], W_I), sp.MatAdd(*parts))


WETH = {
    "through-softmax": Said(
        lambda: Equation(d(err[4], W_O), d(err[4], guess[4]) * d(guess[4], logits[4]) * d(logits[4], W_O)), four, PROVED
    ),
    "softmax": Said(
        lambda: Equation(
            Gradient(classifier.ell[t], classifier.W_hy),
            (Softmax(classifier.y[t]) - classifier.d[t]) * classifier.h[t].T,
            t >= 1,
        ),
        classifier,
        PROVED,
    ),
    "four-uses": Said(lambda: used_four_times(dd), four, PROVED),
    "four-uses-total": Said(lambda: used_four_times(d), four, REFUTED),
    "one-step-transposed": Said(
        lambda: Equation(d(h[j], h[j - 1]), sp.DiagMatrix(spread_out) * W_R.T, j >= 1), four, REFUTED
    ),
    "one-step": Said(lambda: Equation(d(h[j], h[j - 1]), sp.DiagMatrix(spread_out) * W_R, j >= 1), four, PROVED),
    "bias": Said(lambda: Equation(d(h[k], b_h), sp.DiagMatrix(spread_out.xreplace({j: k})), k >= 1), four, REFUTED),
    "slopes-at-most-1": Said(lambda: SlopeBound("tanh", "<=", 1), None, PROVED),
}

# -- Perry: layers, truncated sums, one unit, and residual networks ----------------------------------------------------

layers, unit, one_unit = Layered(units=n), Layered(units=1), Elman("identity").scalar()
state, affine, branch, W_l = (
    Sequence("y", n),
    Sequence("f", n, first=1),
    Sequence("r", n, first=1),
    Sequence("W", n, n, first=1),
)
residual = network(
    [
        (affine, W_l[l] * state[l - 1], Role.INTERMEDIATE),
        (branch, tanh(affine[l]), Role.INTERMEDIATE),
        (state, branch[l] + state[l - 1], Role.STATE),
    ],
    parameters=(W_l,),
    activations=(TANH,),
    index=l,
)
spectral = Equation(M, V * sp.DiagMatrix(eigenvalues) * V.I)
unit_back, far_up = Norm(d(one_unit.h[t], one_unit.h[t - k])), (l >= 1, l <= L + 1)


def down_to(top: Any) -> Equation:
    """The loss gradient of a layer from that of layer L + 1, as a product that ends at some layer."""
    factors = OrderedProduct(d(layers.y[u], layers.y[u - 1]), (u, l + 1, top), DOWN)
    return Equation(d(layers.loss, layers.y[l]), d(layers.loss, layers.y[L + 1]) * factors, (l >= 0, l <= L))


def sum_from(low: int, kind: Any) -> Equation:
    return Equation(d(h[t], W_R), MatrixSum(d(h[t], h[t - k]) * kind(h[t - k], W_R), (k, low, t)), t >= 1)


def loss_at(layer: Any) -> Norm:
    return Norm(d(unit.loss, unit.y[layer]))


PERRY = {
    "layers-to-L": Said(lambda: down_to(L), layers, REFUTED),
    "layers-to-L+1": Said(lambda: down_to(L + 1), layers, PROVED),
    "sum-from-1": Said(lambda: sum_from(1, d), vanilla, REFUTED),
    "sum-from-0": Said(lambda: sum_from(0, dd), vanilla, PROVED),
    "product-to-the-first": Said(
        lambda: Equation(
            d(h[t], h[t - k]), OrderedProduct(d(h[t - u], h[t - u - 1]), (u, 0, t - 1), UP), (k >= 1, k < t)
        ),
        vanilla,
        REFUTED,
    ),
    # of a number, not of its magnitude: -2 is below 1
    "number-below-1": Said(lambda: Limit(abs(w) ** k, k, 0, (), w < 1), None, REFUTED),
    "number-above-1": Said(lambda: Limit(abs(w) ** k, k, sp.oo, (), w > 1), None, PROVED),
    "unit-below-1": Said(lambda: Limit(unit_back, k, 0, far, Norm(one_unit.W_hh) < 1), one_unit, PROVED),
    "unit-above-1": Said(lambda: Limit(unit_back, k, sp.oo, far, Norm(one_unit.W_hh) > 1), one_unit, PROVED),
    "unit-at-1": Said(lambda: Limit(unit_back, k, 0, far, Norm(one_unit.W_hh) <= 1), one_unit, REFUTED),
    "eigenvalues": Said(
        lambda: Equation(M**p, V * sp.DiagMatrix(eigenvalues) ** p * V.I, p >= 0, spectral), None, PROVED
    ),
    # slopes below 1 attenuate only beside weights that are not large
    "slopes-attenuate": Said(
        lambda: Inequality(loss_at(l - 1), loss_at(l), far_up, (BoundedSlope("a", gamma), gamma < 1)), unit, REFUTED
    ),
    "slopes-and-weights": Said(
        lambda: Inequality(
            loss_at(l - 1), loss_at(l), far_up, (BoundedSlope("a", gamma), gamma < 1, Norm(unit.W[l]) <= 1)
        ),
        unit,
        PROVED,
    ),
    "residual": Said(lambda: Equation(branch[l], state[l] - state[l - 1], l >= 1), residual, PROVED),
    "residual-Jacobian": Said(
        lambda: Equation(
            d(state[l], state[l - 1]), d(branch[l], affine[l]) * d(affine[l], state[l - 1]) + sp.Identity(n), l >= 1
        ),
        residual,
        PROVED,
    ),
    "residual-identity": Said(
        lambda: Equation(state[l], state[l - 1], l >= 1, Equation(branch[l], sp.ZeroMatrix(n, 1))), residual, PROVED
    ),
}

NOTES = {
    f"{source}-{name}": said
    for source, table in {"d2l": D2L, "weber": WEBER, "cs231n": CS231N, "weth": WETH, "perry": PERRY}.items()
    for name, said in table.items()
}


@pytest.mark.parametrize("name", NOTES)
def test_what_notes_say(name: str) -> None:
    """What is true is PROVED for every size and length, and what is false REFUTED with numbers."""
    said = NOTES[name]
    verdict = verify(said.of(), said.net)
    assert verdict.kind is said.wanted, verdict.reason


def test_the_selection_stays_small() -> None:
    """About as many are true as are false, so that neither is found by saying always the same."""
    wanted = [said.wanted for said in NOTES.values()]
    assert len(wanted) <= 60
    assert min(wanted.count(PROVED), wanted.count(REFUTED)) >= len(wanted) // 3
