"""Activations that are put together from pieces, with the points at which they have no derivative."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import sympy as sp

from symrnn.activations.argument import z
from symrnn.activations.entry import Activation
from symrnn.activations.extremes import (
    AT_BOTH_INFINITIES,
    AT_MINUS_INFINITY,
    Approach,
    Extreme,
    approached,
    attained_at,
    largest,
    smallest,
)
from symrnn.activations.families import Family, fixed
from symrnn.activations.parameters import Parameter

ZERO, ONE = sp.S.Zero, sp.S.One
POSITIVE = sp.Interval.open(0, sp.oo)
NEGATIVE = sp.Interval.open(-sp.oo, 0)
_DECIMAL = sp.Rational


def _both(low: sp.Expr, high: sp.Expr) -> sp.Set:
    """All numbers below the one and above the other."""
    return sp.Interval.open(-sp.oo, low) | sp.Interval.open(high, sp.oo)


def _pieces(
    name: str,
    formula: sp.Expr,
    kinks: tuple[sp.Expr, ...],
    torch_at_kinks: tuple[sp.Expr, ...],
    sup: Extreme,
    inf: Extreme,
    source: str,
    torch: str,
    monotone: bool | None = True,
    smoothness: int = 0,
    note: str = "",
) -> Activation:
    return Activation(
        name,
        formula,
        kinks=kinks,
        torch_at_kinks=torch_at_kinks,
        sup=sup,
        inf=inf,
        source=source,
        torch=torch,
        monotone=monotone,
        smoothness=sp.Integer(smoothness),
        note=note,
    )


# -- piecewise linear ------------------------------------------------------------------------------------


def _relu() -> Activation:
    return _pieces(
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
    return _pieces(
        "relu6",
        sp.Piecewise((ZERO, z <= 0), (z, z < 6), (sp.Integer(6), True)),
        (ZERO, sp.Integer(6)),
        (ZERO, ZERO),
        attained_at(1, sp.Interval.open(0, 6)),
        attained_at(0, _both(ZERO, sp.Integer(6))),
        source="Krizhevsky (2010)",
        torch="ReLU6",
    )


def _hardtanh(min_val: sp.Expr, max_val: sp.Expr) -> Activation:
    return _pieces(
        "hardtanh",
        sp.Piecewise((min_val, z <= min_val), (z, z < max_val), (max_val, True)),
        (min_val, max_val),
        (ZERO, ZERO),
        attained_at(1, sp.Interval.open(min_val, max_val)),
        attained_at(0, _both(min_val, max_val)),
        source="Collobert (2004)",
        torch="Hardtanh",
    )


def _hardsigmoid() -> Activation:
    three = sp.Integer(3)
    return _pieces(
        "hardsigmoid",
        sp.Piecewise((ZERO, z <= -3), (z / 6 + _DECIMAL(1, 2), z < 3), (ONE, True)),
        (-three, three),
        (ZERO, ZERO),
        attained_at(_DECIMAL(1, 6), sp.Interval.open(-3, 3)),
        attained_at(0, _both(-three, three)),
        source="Howard et al. (2019)",
        torch="Hardsigmoid",
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
    return _pieces(
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
    return replace(
        found, sup=attained_at(1, POSITIVE), inf=attained_at(negative_slope, NEGATIVE), monotone=True
    )


def _prelu(a: sp.Expr) -> Activation:
    return _sloped(
        "prelu", a, source="He et al. (2015)", torch="PReLU", note="a is learned; it starts at 1/4"
    )


def _softshrink(lambd: sp.Expr) -> Activation:
    return _pieces(
        "softshrink",
        sp.Piecewise((z - lambd, z > lambd), (z + lambd, z < -lambd), (ZERO, True)),
        (-lambd, lambd),
        (ZERO, ZERO),
        attained_at(1, _both(-lambd, lambd)),
        attained_at(0, sp.Interval.open(-lambd, lambd)),
        source="Donoho and Johnstone (1994)",
        torch="Softshrink",
    )


# -- with jumps ------------------------------------------------------------------------------------------

JUMPS = "it jumps: the bounds are those of its slope away from the jumps, and it has no Lipschitz constant"


def _hardshrink(lambd: sp.Expr) -> Activation:
    return _pieces(
        "hardshrink",
        sp.Piecewise((z, z > lambd), (z, z < -lambd), (ZERO, True)),
        (-lambd, lambd),
        (ZERO, ZERO),
        attained_at(1, _both(-lambd, lambd)),
        attained_at(0, sp.Interval.open(-lambd, lambd)),
        source="Donoho and Johnstone (1994)",
        torch="Hardshrink",
        smoothness=-1,
        note=JUMPS,
    )


def _threshold(threshold: sp.Expr, value: sp.Expr) -> Activation:
    joined = (threshold - value).is_zero
    return _pieces(
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


# -- curved pieces ---------------------------------------------------------------------------------------


def _hardswish() -> Activation:
    three = sp.Integer(3)
    return _pieces(
        "hardswish",
        sp.Piecewise((ZERO, z <= -3), (z * (z + 3) / 6, z < 3), (z, True)),
        (-three, three),
        (ZERO, ONE),
        approached(_DECIMAL(3, 2), (Approach(three),)),
        approached(_DECIMAL(-1, 2), (Approach(-three, "+"),)),
        source="Howard et al. (2019)",
        torch="Hardswish",
        monotone=False,
    )


def _bent(name: str, scale: sp.Expr, alpha: sp.Expr, source: str, torch: str) -> Activation:
    """Slope scale above 0, scale * alpha * (exp(z) - 1) below; smooth at 0 when alpha = 1."""
    smooth = alpha == 1
    above = attained_at(scale, sp.Interval(0, sp.oo) if smooth else POSITIVE)
    below = approached(scale * alpha, (Approach(ZERO),))
    return _pieces(
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
    alpha = _DECIMAL("1.6732632423543772848170429916717")
    scale = _DECIMAL("1.0507009873554804934193349852946")
    return _bent("selu", scale, alpha, source="Klambauer et al. (2017)", torch="SELU")


def _celu(alpha: sp.Expr) -> Activation:
    return _pieces(
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
    return _pieces(
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


# -- the families ----------------------------------------------------------------------------------------

_PRELU = "prelu takes any slope"
_POSITIVE_WIDTH = "with 0 it would be the identity"


def _positive(name: str, default: sp.Expr, advice: str = "") -> Parameter:
    return Parameter(name, default, POSITIVE, advice)


def _any(name: str, default: sp.Expr) -> Parameter:
    return Parameter(name, default, sp.Interval(-sp.oo, sp.oo))


_BUILT: tuple[Callable[[], Activation], ...] = (_relu, _relu6, _hardsigmoid, _hardswish, _selu, _softsign)

PIECEWISE = (
    *(fixed(build()) for build in _BUILT),
    Family(
        "hardtanh",
        _hardtanh,
        (
            _any("min_val", -ONE),
            Parameter(
                "max_val", ONE, sp.Interval.open(sp.Symbol("min_val", real=True), sp.oo), "max_val > min_val"
            ),
        ),
    ),
    Family(
        "leaky_relu",
        _leaky_relu,
        (Parameter("negative_slope", _DECIMAL(1, 100), sp.Interval.Ropen(0, 1), _PRELU),),
    ),
    Family("prelu", _prelu, (_any("a", _DECIMAL(1, 4)),)),
    Family("softshrink", _softshrink, (_positive("lambd", _DECIMAL(1, 2), _POSITIVE_WIDTH),)),
    Family("hardshrink", _hardshrink, (_positive("lambd", _DECIMAL(1, 2), _POSITIVE_WIDTH),)),
    Family("threshold", _threshold, (_any("threshold", ONE), _any("value", ZERO))),
    Family("elu", _elu, (_positive("alpha", ONE),)),
    Family("celu", _celu, (_positive("alpha", ONE),)),
)
