"""Activations of the form z times a gate between 0 and 1: their slopes overshoot 1 and dip below 0.

A slope is largest where φ'' = 0. For the GELU that is at z = √2; for the others the equation has no closed
solution and the place is a :class:`Root`.
"""

from __future__ import annotations

import sympy as sp

from symrnn.activations.argument import z
from symrnn.activations.entry import Activation
from symrnn.activations.extremes import Extreme, attained_at
from symrnn.activations.families import Family
from symrnn.activations.roots import Root


def _gated(
    name: str, formula: sp.Expr, sup: Extreme, inf: Extreme, source: str, torch: str, note: str = ""
) -> Activation:
    return Activation(
        name,
        formula,
        source=source,
        torch=torch,
        smoothness=sp.oo,
        monotone=False,
        sup=sup,
        inf=inf,
        note=note,
    )


def _slope_at(formula: sp.Expr, place: Root) -> Extreme:
    return attained_at(sp.diff(formula, z).subs(z, place), place)


def _gelu() -> Activation:
    height = sp.erf(1) / 2 + sp.exp(-1) / sp.sqrt(sp.pi)
    return _gated(
        "gelu",
        z / 2 * (1 + sp.erf(z / sp.sqrt(2))),
        attained_at(sp.Rational(1, 2) + height, sp.sqrt(2)),
        attained_at(sp.Rational(1, 2) - height, -sp.sqrt(2)),
        source="Hendrycks and Gimpel (2016)",
        torch="GELU",
    )


def _gelu_tanh() -> Activation:
    inner = sp.sqrt(2 / sp.pi) * (z + sp.Rational(44715, 1_000_000) * z**3)
    formula = z / 2 * (1 + sp.tanh(inner))
    rise = sp.diff(inner, z)
    turn = 2 * rise + z * sp.diff(rise, z) - 2 * z * rise**2 * sp.tanh(inner)
    return _gated(
        "gelu_tanh",
        formula,
        _slope_at(formula, Root(turn, 1, 2, "z_max")),
        _slope_at(formula, Root(turn, -2, -1, "z_min")),
        source="Hendrycks and Gimpel (2016)",
        torch="GELU",
        note='GELU(approximate="tanh") in PyTorch; not the same function as gelu',
    )


def _silu() -> Activation:
    turn = (z - 2) * sp.exp(z) - z - 2
    right, left = Root(turn, 2, 3, "z_max"), Root(turn, -3, -2, "z_min")
    return _gated(
        "silu",
        z / (1 + sp.exp(-z)),
        attained_at((right + 2) / 4, right),
        attained_at((left + 2) / 4, left),
        source="Elfwing, Uchibe and Doya (2018)",
        torch="SiLU",
        note="also called swish (Ramachandran, Zoph and Le, 2017)",
    )


def _mish() -> Activation:
    formula = z * sp.tanh(sp.log(1 + sp.exp(z)))
    turn = 2 * (z + 2) + 2 * (z + 4) * sp.exp(z) - 3 * (z - 2) * sp.exp(2 * z) - 2 * (z - 1) * sp.exp(3 * z)
    return _gated(
        "mish",
        formula,
        _slope_at(formula, Root(turn, 1, 2, "z_max")),
        _slope_at(formula, Root(turn, -3, -2, "z_min")),
        source="Misra (2019)",
        torch="Mish",
    )


GATED = (
    Family("gelu", _gelu),
    Family("gelu_tanh", _gelu_tanh),
    Family("silu", _silu),
    Family("mish", _mish),
)
