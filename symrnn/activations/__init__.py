"""Activations as data: formula, derivative, slopes, kinks, source. φ acts on each entry of a vector.

The catalogue holds every elementwise activation of torch.nn that acts without chance, and some more. A name
that is not in it stands for a generic differentiable function, such as ``phi``. What the catalogue says of
the slopes is proved in :mod:`symrnn.slopes`.

>>> import sympy as sp
>>> gelu = activation("gelu")
>>> gelu.sup.value, gelu.sup.at
(exp(-1)/sqrt(pi) + erf(1)/2 + 1/2, {sqrt(2)})
>>> leaky = activation("leaky_relu", negative_slope=sp.Symbol("a", real=True))
>>> leaky.hypotheses
(a >= 0, a < 1)
"""

from symrnn.activations.argument import value, z
from symrnn.activations.entry import Activation
from symrnn.activations.extremes import Approach, Extreme
from symrnn.activations.families import Family
from symrnn.activations.lookup import FAMILIES, TABLE, AtKink, activation, is_catalogued, require_catalogued
from symrnn.activations.parameters import Parameter
from symrnn.activations.partial import PARTIAL
from symrnn.activations.roots import Root

__all__ = [
    "FAMILIES",
    "PARTIAL",
    "TABLE",
    "Activation",
    "Approach",
    "AtKink",
    "Extreme",
    "Family",
    "Parameter",
    "Root",
    "activation",
    "is_catalogued",
    "require_catalogued",
    "value",
    "z",
]
