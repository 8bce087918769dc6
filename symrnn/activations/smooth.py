"""Activations that are given by one formula on the whole line."""

from __future__ import annotations

import sympy as sp

from symrnn.activations.argument import value, z
from symrnn.activations.entry import Activation
from symrnn.activations.extremes import (
    AT_BOTH_INFINITIES,
    AT_INFINITY,
    AT_MINUS_INFINITY,
    approached,
    attained_at,
)
from symrnn.activations.families import Family
from symrnn.activations.parameters import Parameter

_n = sp.Symbol("n", integer=True)


def _every(point: sp.Expr) -> sp.ImageSet:
    return sp.ImageSet(sp.Lambda(_n, point), sp.S.Integers)


def _smooth(name: str, formula: sp.Expr, **facts: object) -> Activation:
    return Activation(name, formula, smoothness=sp.oo, **facts)  # type: ignore[arg-type]


def _softplus(beta: sp.Expr) -> Activation:
    return _smooth(
        "softplus",
        sp.log(1 + sp.exp(beta * z)) / beta,
        source="Dugas et al. (2001)",
        torch="Softplus",
        monotone=True,
        sup=approached(1, AT_INFINITY),
        inf=approached(0, AT_MINUS_INFINITY),
        note="PyTorch's threshold is numerical only: where beta*z > 20 it returns z, too small by at most "
        "exp(-20)/beta, and takes 1 for the slope; the formula here has no threshold",
        slope_name="sigmoid" if beta == 1 else "",
    )


SMOOTH = (
    Family(
        "identity",
        lambda: _smooth(
            "identity",
            z,
            slope_in_value=sp.S.One,
            source="Le, Jaitly and Hinton (2015)",
            torch="Identity",
            monotone=True,
            sup=attained_at(1, sp.S.Reals),
            inf=attained_at(1, sp.S.Reals),
        ),
    ),
    Family(
        "tanh",
        lambda: _smooth(
            "tanh",
            sp.tanh(z),
            slope_in_value=1 - value**2,
            source="LeCun et al. (1998)",
            torch="Tanh",
            monotone=True,
            sup=attained_at(1, 0),
            inf=approached(0, AT_BOTH_INFINITIES),
        ),
    ),
    Family(
        "sigmoid",
        lambda: _smooth(
            "sigmoid",
            1 / (1 + sp.exp(-z)),
            slope_in_value=value * (1 - value),
            source="Rumelhart, Hinton and Williams (1986)",
            torch="Sigmoid",
            monotone=True,
            sup=attained_at(sp.Rational(1, 4), 0),
            inf=approached(0, AT_BOTH_INFINITIES),
        ),
    ),
    Family("softplus", _softplus, (Parameter("beta", sp.S.One, sp.Interval.open(0, sp.oo)),)),
    Family(
        "logsigmoid",
        lambda: _smooth(
            "logsigmoid",
            -sp.log(1 + sp.exp(-z)),
            source="Dugas et al. (2001)",
            torch="LogSigmoid",
            monotone=True,
            sup=approached(1, AT_MINUS_INFINITY),
            inf=approached(0, AT_INFINITY),
            note="-softplus(-z)",
        ),
    ),
    Family(
        "tanhshrink",
        lambda: _smooth(
            "tanhshrink",
            z - sp.tanh(z),
            source="Collobert, Kavukcuoglu and Farabet (2011)",
            torch="Tanhshrink",
            monotone=True,
            sup=approached(1, AT_BOTH_INFINITIES),
            inf=attained_at(0, 0),
        ),
    ),
    Family(
        "sin",
        lambda: _smooth(
            "sin",
            sp.sin(z),
            source="Sitzmann et al. (2020)",
            monotone=False,
            sup=attained_at(1, _every(2 * sp.pi * _n)),
            inf=attained_at(-1, _every(2 * sp.pi * _n + sp.pi)),
        ),
    ),
    Family(
        "arctan",
        lambda: _smooth(
            "arctan",
            sp.atan(z),
            source="Abramowitz and Stegun (1964), 4.4",
            monotone=True,
            sup=attained_at(1, 0),
            inf=approached(0, AT_BOTH_INFINITIES),
        ),
    ),
    Family(
        "erf",
        lambda: _smooth(
            "erf",
            sp.erf(z),
            source="Abramowitz and Stegun (1964), 7.1",
            monotone=True,
            sup=attained_at(2 / sp.sqrt(sp.pi), 0),
            inf=approached(0, AT_BOTH_INFINITIES),
        ),
    ),
    Family(
        "exp",
        lambda: _smooth(
            "exp",
            sp.exp(z),
            slope_in_value=value,
            source="Abramowitz and Stegun (1964), 4.2",
            monotone=True,
            sup=approached(sp.oo, AT_INFINITY),
            inf=approached(0, AT_MINUS_INFINITY),
            note="the slope has no bound",
        ),
    ),
    Family(
        "square",
        lambda: _smooth(
            "square",
            z**2,
            source="Livni, Shalev-Shwartz and Shamir (2014)",
            monotone=False,
            sup=approached(sp.oo, AT_INFINITY),
            inf=approached(-sp.oo, AT_MINUS_INFINITY),
            note="the slope has no bound; the checker tries generic statements with it",
        ),
    ),
)
