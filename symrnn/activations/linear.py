"""Activations with pieces of straight lines: their slopes take finitely many values."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from symrnn.activations.argument import z
from symrnn.activations.entry import Activation
from symrnn.activations.extremes import attained_at, largest, smallest
from symrnn.activations.families import Family
from symrnn.activations.parameters import Parameter
from symrnn.activations.piecewise import NEGATIVE, ONE, POSITIVE, THREE, ZERO, both, pieces, positive, unrestricted


def _relu() -> Activation:
    return pieces(
        "relu",
        sp.Piecewise((z, z > 0), (ZERO, True)),
        (ZERO,),
        (ZERO,),
        attained_at(1, POSITIVE),
        attained_at(0, NEGATIVE),
        source="Nair and Hinton (2010)",
        torch="ReLU",
    )


def _relu6() -> Activation:
    return pieces(
        "relu6",
        sp.Piecewise((ZERO, z <= 0), (z, z < 6), (sp.Integer(6), True)),
        (ZERO, sp.Integer(6)),
        (ZERO, ZERO),
        attained_at(1, sp.Interval.open(0, 6)),
        attained_at(0, both(ZERO, sp.Integer(6))),
        source="Krizhevsky (2010)",
        torch="ReLU6",
    )


def _hardtanh(min_val: sp.Expr, max_val: sp.Expr) -> Activation:
    return pieces(
        "hardtanh",
        sp.Piecewise((min_val, z <= min_val), (z, z < max_val), (max_val, True)),
        (min_val, max_val),
        (ZERO, ZERO),
        attained_at(1, sp.Interval.open(min_val, max_val)),
        attained_at(0, both(min_val, max_val)),
        source="Collobert (2004)",
        torch="Hardtanh",
    )


def _hardsigmoid() -> Activation:
    return pieces(
        "hardsigmoid",
        sp.Piecewise((ZERO, z <= -3), (z / 6 + sp.Rational(1, 2), z < 3), (ONE, True)),
        (-THREE, THREE),
        (ZERO, ZERO),
        attained_at(sp.Rational(1, 6), sp.Interval.open(-3, 3)),
        attained_at(0, both(-THREE, THREE)),
        source="Howard et al. (2019)",
        torch="Hardsigmoid",
        note="PyTorch's slope is 1/6 rounded to single precision, even for doubles",
    )


def _sloped(name: str, slope: sp.Expr, source: str, torch: str, note: str = "") -> Activation:
    """Slope 1 above 0 and another one below."""
    if slope == 1:
        everywhere = attained_at(1, sp.S.Reals)
        return Activation(
            name,
            z,
            source=source,
            torch=torch,
            smoothness=sp.oo,
            monotone=True,
            sup=everywhere,
            inf=everywhere,
            note=note,
        )
    above, below = attained_at(1, POSITIVE), attained_at(slope, NEGATIVE)
    return pieces(
        name,
        sp.Piecewise((z, z > 0), (slope * z, True)),
        (ZERO,),
        (slope,),
        largest(above, below),
        smallest(above, below),
        source=source,
        torch=torch,
        monotone=slope.is_nonnegative,
        note=note,
    )


def _leaky_relu(negative_slope: sp.Expr) -> Activation:
    found = _sloped("leaky_relu", negative_slope, source="Maas, Hannun and Ng (2013)", torch="LeakyReLU")
    return replace(found, sup=attained_at(1, POSITIVE), inf=attained_at(negative_slope, NEGATIVE), monotone=True)


def _prelu(a: sp.Expr) -> Activation:
    return _sloped("prelu", a, source="He et al. (2015)", torch="PReLU", note="a is learned; it starts at 1/4")


def _softshrink(lambd: sp.Expr) -> Activation:
    return pieces(
        "softshrink",
        sp.Piecewise((z - lambd, z > lambd), (z + lambd, z < -lambd), (ZERO, True)),
        (-lambd, lambd),
        (ZERO, ZERO),
        attained_at(1, both(-lambd, lambd)),
        attained_at(0, sp.Interval.open(-lambd, lambd)),
        source="Donoho and Johnstone (1994)",
        torch="Softshrink",
    )


# -- with jumps ------------------------------------------------------------------------------------------

JUMPS = "it jumps: the bounds are those of its slope away from the jumps, and it has no Lipschitz constant"


def _hardshrink(lambd: sp.Expr) -> Activation:
    return pieces(
        "hardshrink",
        sp.Piecewise((z, z > lambd), (z, z < -lambd), (ZERO, True)),
        (-lambd, lambd),
        (ZERO, ZERO),
        attained_at(1, both(-lambd, lambd)),
        attained_at(0, sp.Interval.open(-lambd, lambd)),
        source="Donoho and Johnstone (1994)",
        torch="Hardshrink",
        smoothness=-1,
        note=JUMPS,
    )


def _threshold(threshold: sp.Expr, value: sp.Expr) -> Activation:
    joined = (threshold - value).is_zero
    return pieces(
        "threshold",
        sp.Piecewise((z, z > threshold), (value, True)),
        (threshold,),
        (ZERO,),
        attained_at(1, sp.Interval.open(threshold, sp.oo)),
        attained_at(0, sp.Interval.open(-sp.oo, threshold)),
        source="Collobert, Kavukcuoglu and Farabet (2011)",
        torch="Threshold",
        monotone=(threshold - value).is_nonnegative,
        smoothness=0 if joined else -1,
        note="PyTorch has no defaults; threshold = 1 and value = 0 are chosen here"
        + ("" if joined else f"; {JUMPS}, unless value = threshold"),
    )


# -- the families ----------------------------------------------------------------------------------------

WIDTH = "with 0 it would be the identity"
BELOW = sp.Symbol("min_val", real=True)
HALF = sp.Rational(1, 2)

LINEAR = (
    Family("relu", _relu),
    Family("relu6", _relu6),
    Family("hardsigmoid", _hardsigmoid),
    Family(
        "hardtanh",
        _hardtanh,
        (
            unrestricted("min_val", -ONE),
            Parameter("max_val", ONE, sp.Interval.open(BELOW, sp.oo), "max_val > min_val"),
        ),
    ),
    Family(
        "leaky_relu",
        _leaky_relu,
        (Parameter("negative_slope", sp.Rational(1, 100), sp.Interval.Ropen(0, 1), "prelu takes any slope"),),
    ),
    Family("prelu", _prelu, (unrestricted("a", sp.Rational(1, 4)),)),
    Family("softshrink", _softshrink, (positive("lambd", HALF, WIDTH),)),
    Family("hardshrink", _hardshrink, (positive("lambd", HALF, WIDTH),)),
    Family("threshold", _threshold, (unrestricted("threshold", ONE), unrestricted("value", ZERO))),
)
