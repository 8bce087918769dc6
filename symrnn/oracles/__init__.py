"""Numerical oracles: derivatives of recurrent networks by routes that share nothing with the calculus.

Backpropagation through time in NumPy, and differences of the forward pass alone. They carry their own table of
activations; of the rest of the package they use the errors only.

The two routes agree on dL/dW_hh, although one of them does not differentiate at all:

>>> params = {
...     "W_hh": [[0.5, -0.3], [0.8, 0.1]],
...     "W_xh": [[1.0], [0.2]],
...     "W_hy": [[1.0, 2.0]],
...     "b_h": [0.1, 0.0],
...     "b_y": [0.0],
... }
>>> x, h_0, loss = [[0.4], [-0.7], [0.2]], [0.3, -0.6], linear([[1.0], [0.5], [2.0]])
>>> by_hand = backward(params, x, h_0, "tanh", loss).gradients["W_hh"]
>>> by_hand.shape
(2, 2)
>>> disagreement(by_hand, difference_gradient(params, x, h_0, "tanh", loss)) < 1e-13
True
"""

from symrnn.oracles.activations import ACTIVATION_NAMES, Activation, activation
from symrnn.oracles.compare import disagreement
from symrnn.oracles.differences import (
    central_difference,
    complex_step,
    difference_gradient,
    difference_jacobian,
    difference_state_jacobian,
)
from symrnn.oracles.losses import Loss, binary_cross_entropy, linear, softmax_cross_entropy, squared_error
from symrnn.oracles.numpy_bptt import BackwardPass, ForwardPass, backward, forward, hidden_weight_gradient

__all__ = [
    "ACTIVATION_NAMES",
    "Activation",
    "BackwardPass",
    "ForwardPass",
    "Loss",
    "activation",
    "backward",
    "binary_cross_entropy",
    "central_difference",
    "complex_step",
    "difference_gradient",
    "difference_jacobian",
    "difference_state_jacobian",
    "disagreement",
    "forward",
    "hidden_weight_gradient",
    "linear",
    "softmax_cross_entropy",
    "squared_error",
]
