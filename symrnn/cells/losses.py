"""Losses of one step as data: what ℓ_t is for the outputs y_t and the targets d_t, with its source."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr

from symrnn.activations import Activation, activation
from symrnn.errors import UnknownTermError
from symrnn.expr import Elementwise, GenericFunction, LogSumExp

SOFTPLUS = Elementwise("softplus")


@dataclass(frozen=True)
class StepLoss:
    """The loss of one step.

    Args:
        name: what it is called.
        formula: ℓ in the outputs y and the targets d, in words.
        term: the same as a term, 1 x 1.
        slope: dℓ/dy, in words.
        source: author and year.
        activations: those that the term uses.
        has_targets: whether the term looks at d.
    """

    name: str
    formula: str
    term: Callable[[MatrixExpr, MatrixExpr], MatrixExpr]
    slope: str
    source: str
    activations: tuple[Activation, ...] = ()
    has_targets: bool = True


def generic(outputs: MatrixExpr, targets: MatrixExpr) -> MatrixExpr:
    """ℓ(y), a differentiable function of which nothing else is known; its slope is a name, ∂⁺ℓ/∂⁺y.

    >>> y, d = Sequence("y", 3), Sequence("d", 3)
    >>> generic(y[1], d[1])
    ell(y[1])
    """
    del targets
    return GenericFunction(Str("ell"), sp.S.One, sp.S.One, outputs)


def squared_error(outputs: MatrixExpr, targets: MatrixExpr) -> MatrixExpr:
    """½ ‖y - d‖² = ½ (y - d)ᵀ (y - d), with the slope (y - d)ᵀ.

    Source: Rumelhart, Hinton and Williams (1986), Learning representations by back-propagating errors.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> net = Elman("tanh").with_loss("squared error")
    >>> net.derive(net.ell[t], wrt=net.y[t]).closed_form
    (-d[t] + y[t]).T
    """
    error = sp.MatAdd(outputs, sp.MatMul(sp.S.NegativeOne, targets))
    return sp.MatMul(sp.S.Half, sp.Transpose(error), error)


def binary_cross_entropy(outputs: MatrixExpr, targets: MatrixExpr) -> MatrixExpr:
    """1ᵀ softplus(y) - dᵀ y for logits y, with the slope (σ(y) - d)ᵀ.

    For each unit it is -d log σ(y) - (1 - d) log(1 - σ(y)), as softplus(y) = -log(1 - σ(y)).

    Source: Bishop (2006), Pattern Recognition and Machine Learning, eqs. (4.90) and (4.91).

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> net = Elman("tanh").with_loss("binary cross-entropy")
    >>> net.derive(net.ell[t], wrt=net.y[t]).closed_form
    -d[t].T + sigmoid(y[t]).T
    """
    ones = sp.OneMatrix(1, outputs.rows)
    return sp.MatAdd(sp.MatMul(ones, SOFTPLUS(outputs)), _agreement(outputs, targets))


def softmax_cross_entropy(outputs: MatrixExpr, targets: MatrixExpr) -> MatrixExpr:
    """Log Σ_i exp(y_i) - dᵀ y for logits y, with the slope (softmax(y) - d)ᵀ.

    For targets d that sum to 1, such as one-hot ones, it is -Σ_i d_i log softmax(y)_i; for others it is not, but the
    slope of the term given here is the same for all.

    Source: Bridle (1990), Probabilistic interpretation of feedforward classification network outputs; Bishop (2006),
    Pattern Recognition and Machine Learning, eqs. (4.108) and (4.109).

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> net = Elman("tanh").with_loss("softmax cross-entropy")
    >>> net.derive(net.ell[t], wrt=net.y[t]).closed_form
    -d[t].T + softmax(y[t]).T
    """
    return sp.MatAdd(LogSumExp(outputs), _agreement(outputs, targets))


def _agreement(outputs: MatrixExpr, targets: MatrixExpr) -> MatrixExpr:
    """-dᵀ y."""
    return sp.MatMul(sp.S.NegativeOne, sp.Transpose(targets), outputs)


LOSSES = {
    loss.name: loss
    for loss in (
        StepLoss("generic", "ℓ(y)", generic, "a name", "", has_targets=False),
        StepLoss(
            "squared error",
            "½ ‖y - d‖²",
            squared_error,
            "(y - d)ᵀ",
            "Rumelhart, Hinton and Williams (1986)",
        ),
        StepLoss(
            "binary cross-entropy",
            "1ᵀ softplus(y) - dᵀ y",
            binary_cross_entropy,
            "(σ(y) - d)ᵀ",
            "Bishop (2006), eqs. (4.90) and (4.91)",
            activations=(activation("softplus"),),
        ),
        StepLoss(
            "softmax cross-entropy",
            "log Σ_i exp(y_i) - dᵀ y",
            softmax_cross_entropy,
            "(softmax(y) - d)ᵀ",
            "Bridle (1990); Bishop (2006), eqs. (4.108) and (4.109)",
        ),
    )
}
"""The losses by their names."""


def find_loss(loss: str | StepLoss) -> StepLoss:
    """A loss by its name; one that you have made is returned as it is.

    Raises:
        UnknownTermError: for an unknown name.

    >>> find_loss("squared error").formula
    '½ ‖y - d‖²'
    """
    if isinstance(loss, StepLoss):
        return loss
    if loss not in LOSSES:
        raise UnknownTermError(f"no loss is called {loss!r}", advice=f"use one of {', '.join(LOSSES)}")
    return LOSSES[loss]
