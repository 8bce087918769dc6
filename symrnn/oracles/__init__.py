"""Numerical oracles: derivatives of recurrent networks by routes that share nothing with the calculus.

Backpropagation through time and real-time recurrent learning in NumPy, backpropagation in mpmath at any
precision, and differences of the forward pass alone. They carry their own table of activations; of the
rest of the package they use the errors only.

The routes agree on dh_T/dW_hh, although one walks forward and one does not differentiate at all:

>>> import numpy as np
>>> params = {
...     "W_hh": [[0.5, -0.3], [0.8, 0.1]],
...     "W_xh": [[1.0], [0.2]],
...     "W_hy": [[1.0, 2.0]],
...     "b_h": [0.1, 0.0],
...     "b_y": [0.0],
... }
>>> x, h_0 = [[0.4], [-0.7], [0.2]], [0.3, -0.6]
>>> forward_mode = rtrl_jacobians(params, x, h_0, "tanh")[3]
>>> forward_mode.shape
(2, 4)
>>> disagreement(forward_mode, difference_jacobian(params, x, h_0, "tanh", t=3)) < 1e-13
True
"""

from symrnn.oracles.activations import ACTIVATION_NAMES, Activation, activation
from symrnn.oracles.compare import disagreement, mp_disagreement
from symrnn.oracles.differences import (
    central_difference,
    complex_step,
    difference_gradient,
    difference_jacobian,
    difference_state_jacobian,
)
from symrnn.oracles.gated import gru_gradients, lstm_gradients
from symrnn.oracles.hessian import mp_hessian_quotient, mp_hessian_vector
from symrnn.oracles.layered import LayeredPass, layered_forward, layered_gradients, mp_layered_gradients
from symrnn.oracles.losses import Loss, binary_cross_entropy, linear, softmax_cross_entropy, squared_error
from symrnn.oracles.mpmath_bptt import (
    MpForwardPass,
    mp_forward,
    mp_gradients,
    mp_jacobian,
    mp_output_jacobian,
    mp_state_jacobian,
    to_numpy,
)
from symrnn.oracles.numpy_bptt import BackwardPass, ForwardPass, backward, forward, hidden_weight_gradient
from symrnn.oracles.numpy_rtrl import (
    rtrl_gradients,
    rtrl_jacobians,
    rtrl_output_jacobians,
    rtrl_state_jacobian,
)

__all__ = [
    "ACTIVATION_NAMES",
    "Activation",
    "BackwardPass",
    "ForwardPass",
    "LayeredPass",
    "Loss",
    "MpForwardPass",
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
    "gru_gradients",
    "hidden_weight_gradient",
    "layered_forward",
    "layered_gradients",
    "linear",
    "lstm_gradients",
    "mp_disagreement",
    "mp_forward",
    "mp_gradients",
    "mp_hessian_quotient",
    "mp_hessian_vector",
    "mp_jacobian",
    "mp_layered_gradients",
    "mp_output_jacobian",
    "mp_state_jacobian",
    "rtrl_gradients",
    "rtrl_jacobians",
    "rtrl_output_jacobians",
    "rtrl_state_jacobian",
    "softmax_cross_entropy",
    "squared_error",
    "to_numpy",
]
