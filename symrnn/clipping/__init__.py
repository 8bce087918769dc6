"""Clipping gradients: as terms to reason about, and as arrays to calculate with.

By norm, c(g) = min(1, θ/‖g‖) g; by value, c(g)_i = min(max(g_i, -θ), θ); by global norm, all gradients of a network by
one factor, min(1, θ/√(Σ ‖g_j‖²)).
"""

from symrnn.clipping.arrays import TORCH_EPSILON, clip_by_global_norm, clip_by_norm, clip_by_value
from symrnn.clipping.formulas import global_norm_clipped, norm_clipped, value_clipped

__all__ = [
    "TORCH_EPSILON",
    "clip_by_global_norm",
    "clip_by_norm",
    "clip_by_value",
    "global_norm_clipped",
    "norm_clipped",
    "value_clipped",
]
