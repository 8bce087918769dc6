"""Networks on which the oracles are compared: n != m != q, W not symmetric, h_0 != 0."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from symrnn.oracles import Loss, binary_cross_entropy, linear, softmax_cross_entropy, squared_error
from symrnn.oracles.activations import Array

SMOOTH = ("tanh", "sigmoid", "identity", "sin", "softplus", "arctan")
GRADIENTS = ("W_hh", "W_xh", "W_hy", "b_h", "b_y", "h_0")
STATE_GRADIENTS = ("W_hh", "W_xh", "b_h", "h_0")

EXACT = 1e-12
"""Two float64 routes that are right disagree by less; a wrong one is off by far more than COARSE."""
COARSE = 1e-7
"""The same for central differences."""


@dataclass
class Case:
    n: int = 3
    m: int = 2
    q: int = 4
    steps: int = 5
    batch: int = 0
    seed: int = 0
    params: dict[str, Array] = field(init=False)
    x: Array = field(init=False)
    h_0: Array = field(init=False)
    losses: dict[str, Loss] = field(init=False)

    def __post_init__(self) -> None:
        draw = np.random.default_rng(self.seed).uniform
        n, m, q = self.n, self.m, self.q
        times = (self.batch, self.steps) if self.batch else (self.steps,)
        self.params = {
            "W_hh": draw(-0.9, 0.9, (n, n)),
            "W_xh": draw(-1, 1, (n, m)),
            "W_hy": draw(-1, 1, (q, n)),
            "b_h": draw(-0.5, 0.5, n),
            "b_y": draw(-0.5, 0.5, q),
        }
        self.x = draw(-1, 1, (*times, m))
        self.h_0 = draw(-1, 1, n)
        self.losses = {
            "linear": linear(draw(-1, 1, (*times, q))),
            "squared_error": squared_error(draw(-1, 1, (*times, q))),
            "binary_cross_entropy": binary_cross_entropy(draw(0, 1, (*times, q))),
            "softmax_cross_entropy": softmax_cross_entropy(draw(0, 1, (*times, q))),
        }

    @property
    def network(self) -> tuple[dict[str, Array], Array, Array]:
        return self.params, self.x, self.h_0
