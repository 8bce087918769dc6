"""Finding an activation by its name."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

import sympy as sp

from symrnn.activations.curved import CURVED
from symrnn.activations.entry import Activation
from symrnn.activations.families import Family
from symrnn.activations.gated import GATED
from symrnn.activations.linear import LINEAR
from symrnn.activations.parameters import exact
from symrnn.activations.partial import PARTIAL
from symrnn.activations.smooth import SMOOTH
from symrnn.errors import NotDifferentiableError, ParameterError
from symrnn.symbols import GREEK, require_name

FAMILIES: dict[str, Family] = {family.name: family for family in (*SMOOTH, *GATED, *LINEAR, *CURVED)}
"""All families of the catalogue, by name."""


class _Catalogue(Mapping[str, Activation]):
    """The members with default parameters, by name; each is made when it is first asked for."""

    def __getitem__(self, name: str) -> Activation:
        if name not in FAMILIES:
            raise KeyError(name)
        return _member(name, ())

    def __iter__(self) -> Iterator[str]:
        return iter(FAMILIES)

    def __len__(self) -> int:
        return len(FAMILIES)


TABLE: Mapping[str, Activation] = _Catalogue()
"""Every activation of the catalogue with its default parameters, by name."""


Slope: TypeAlias = sp.Expr | float | Fraction

AtKink: TypeAlias = Slope | str | tuple[Slope, ...] | list[Slope] | None
"""What φ' is taken to be at the kinks of φ: a number, one for each of them, or ``"torch"``; None for nothing."""


def activation(name: str, at_kink: AtKink = None, *, generic: bool = False, **parameters: Any) -> Activation:
    """Look an activation up; a letter, or another name where that is asked for, is a generic differentiable function.

    Args:
        name: ``"tanh"``, ``"sigmoid"``, ``"relu"``, ..., a function of :data:`PARTIAL` such as ``"rsqrt"``, or a letter
            such as ``"phi"``, ``"f"`` or ``"psi_2"``.
        at_kink: the value of φ' to take where φ has a kink: a number, one for each kink, or ``"torch"`` for
            what PyTorch takes.
        generic: whether an unknown name that is a word, such as ``"act"``, is a generic function, too.
        parameters: as in PyTorch: numbers, or real symbols whose domain then is a hypothesis.

    Raises:
        NotDifferentiableError: for a convention without a kink, or with too few values.
        ParameterError: for a parameter that the activation does not have, a value outside of its domain, and a name
            that is a misspelling, an unknown word, or no text.

    >>> from symrnn.activations import z
    >>> activation("relu", at_kink=0).derivative().subs(z, 0)
    0
    >>> activation("leaky_relu", at_kink="torch", negative_slope=0.2).derivative().subs(z, 0)
    1/5
    >>> activation("swishh")
    Traceback (most recent call last):
    symrnn.errors.ParameterError: the catalogue has no activation swishh; did you mean silu? a generic function ...
    """
    if not isinstance(name, str):
        raise ParameterError(f"the activation is of type {type(name).__name__}", advice='give its name, such as "tanh"')
    known = parameters or name in FAMILIES or name in PARTIAL
    entry = _member(name, tuple(sorted(parameters.items()))) if known else _generic(name)
    if not (known or generic or LETTER.fullmatch(name)):
        raise ParameterError(
            f"the catalogue has no activation {name}",
            advice=f'a generic function is called by a letter, such as phi; for a word write activation("{name}", '
            "generic=True)",
        )
    return entry if at_kink is None else _with_convention(entry, at_kink)


def require_catalogued(entry: Activation) -> None:
    """Refuse an activation that the catalogue does not have as it stands.

    A proof rests on what the catalogue says of a name, and that has been checked.

    Raises:
        ParameterError: naming the activation.

    >>> from symrnn.activations import z
    >>> require_catalogued(Activation("identity", z**2))
    Traceback (most recent call last):
    symrnn.errors.ParameterError: the activation identity is not the one of the catalogue; make it by ...
    """
    if not is_catalogued(entry):
        raise ParameterError(
            f"the activation {entry.name} is not the one of the catalogue",
            advice=f'make it by activation("{entry.name}", ...), or give a name for a generic function',
        )


@cache
def is_catalogued(entry: Activation) -> bool:
    """Whether an activation is what its name, parameters and convention give, a generic function among them.

    >>> is_catalogued(activation("elu", alpha=2)), is_catalogued(Activation("identity", sp.Symbol("z", real=True) ** 2))
    (True, False)
    """
    try:
        return entry == activation(entry.name, entry.at_kink, generic=True, **dict(entry.parameters))
    except (NotDifferentiableError, ParameterError):
        return False


OTHER_NAMES = {
    "swish": "silu",
    "logistic": "sigmoid",
    "linear": "identity",
    "lrelu": "leaky_relu",
    "leakyrelu": "leaky_relu",
}
"""What some activations are called elsewhere."""


LETTER = re.compile(rf"([^\W\d_]|varphi|{'|'.join(GREEK)})(\d+|_\w+)?")
"""A letter, Latin or Greek, or the name of a Greek one, perhaps with a number or a subscript."""


@cache
def _generic(name: str) -> Activation:
    """A function of which nothing is known but its name, which is not a misspelling of one that is known."""
    plain = {known.replace("_", ""): known for known in (*FAMILIES, *PARTIAL)}
    written = name.lower().replace("_", "").replace("-", "")
    near = get_close_matches(written, [*plain, *OTHER_NAMES], n=1, cutoff=0.8)
    near = [OTHER_NAMES.get(each, each) for each in near]
    if near:
        raise ParameterError(
            f"the catalogue has no activation {name}",
            advice=f"did you mean {plain.get(near[0], near[0])}? a generic function is called otherwise, such as phi",
        )
    require_name(name, "an activation")
    return Activation(name)


@cache
def _member(name: str, parameters: tuple[tuple[str, Any], ...]) -> Activation:
    family = FAMILIES.get(name) or PARTIAL.get(name)
    if family is None:
        raise ParameterError(
            f"{name} is a generic function and has no parameters",
            advice=f"the catalogue has {', '.join(sorted(FAMILIES))}",
        )
    return family.member(dict(parameters))


def _with_convention(entry: Activation, at_kink: AtKink) -> Activation:
    if not entry.kinks:
        raise NotDifferentiableError(
            f"{entry.name} has no kink, so no convention is needed", advice="leave at_kink out"
        )
    if at_kink == "torch":
        at_kink = entry.torch_at_kinks
    if not isinstance(at_kink, tuple | list | sp.Tuple):
        return replace(entry, at_kink=_slope(at_kink))
    if len(at_kink) != len(entry.kinks):
        raise NotDifferentiableError(
            f"{entry.name} has {len(entry.kinks)} kinks, but {len(at_kink)} values were given for them",
            advice="give one value, or one for each kink",
        )
    stated = sp.Tuple(*map(_slope, at_kink))
    return replace(entry, at_kink=stated[0] if len(set(stated)) == 1 else stated)


def _slope(given: Any) -> sp.Expr:
    return exact("at_kink", given)
