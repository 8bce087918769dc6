"""Activations with a curved piece."""

from __future__ import annotations

import sympy as sp

from symrnn.activations.argument import z
from symrnn.activations.entry import Activation
from symrnn.activations.extremes import (
    AT_BOTH_INFINITIES,
    AT_MINUS_INFINITY,
    Approach,
    approached,
    attained_at,
    largest,
)
from symrnn.activations.families import Family
from symrnn.activations.piecewise import ONE, POSITIVE, THREE, ZERO, pieces, positive


def _hardswish() -> Activation:
    return pieces(
        "hardswish",
        sp.Piecewise((ZERO, z <= -3), (z * (z + 3) / 6, z < 3), (z, True)),
        (-THREE, THREE),
        (ZERO, ONE),
        approached(sp.Rational(3, 2), (Approach(THREE),)),
        approached(sp.Rational(-1, 2), (Approach(-THREE, "+"),)),
        source="Howard et al. (2019)",
        torch="Hardswish",
        monotone=False,
    )


def _bent(name: str, scale: sp.Expr, alpha: sp.Expr, source: str, torch: str) -> Activation:
    """Slope scale above 0, scale * alpha * (exp(z) - 1) below; smooth at 0 when alpha = 1."""
    smooth = alpha == 1
    above = attained_at(scale, sp.Interval(0, sp.oo) if smooth else POSITIVE)
    below = approached(scale * alpha, (Approach(ZERO),))
    return pieces(
        name,
        sp.Piecewise((scale * z, z > 0), (scale * alpha * (sp.exp(z) - 1), True)),
        () if smooth else (ZERO,),
        () if smooth else (scale * alpha,),
        above if smooth else largest(above, below),
        approached(0, AT_MINUS_INFINITY),
        source=source,
        torch=torch,
        smoothness=1 if smooth else 0,
    )


def _elu(alpha: sp.Expr) -> Activation:
    return _bent("elu", ONE, alpha, source="Clevert, Unterthiner and Hochreiter (2016)", torch="ELU")


def _selu() -> Activation:
    alpha = sp.Rational("1.6732632423543772848170429916717")
    scale = sp.Rational("1.0507009873554804934193349852946")
    return _bent("selu", scale, alpha, source="Klambauer et al. (2017)", torch="SELU")


def _celu(alpha: sp.Expr) -> Activation:
    return pieces(
        "celu",
        sp.Piecewise((z, z > 0), (alpha * (sp.exp(z / alpha) - 1), True)),
        (),
        (),
        attained_at(1, sp.Interval(0, sp.oo)),
        approached(0, AT_MINUS_INFINITY),
        source="Barron (2017)",
        torch="CELU",
        smoothness=1,
    )


def _softsign() -> Activation:
    return pieces(
        "softsign",
        sp.Piecewise((z / (1 + z), z > 0), (z / (1 - z), True)),
        (),
        (),
        attained_at(1, 0),
        approached(0, AT_BOTH_INFINITIES),
        source="Bergstra et al. (2009)",
        torch="Softsign",
        smoothness=1,
    )


CURVED = (
    Family("hardswish", _hardswish),
    Family("selu", _selu),
    Family("softsign", _softsign),
    Family("elu", _elu, (positive("alpha", ONE),)),
    Family("celu", _celu, (positive("alpha", ONE),)),
)
