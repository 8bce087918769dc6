"""Functions by the names that people give them: those of the catalogue, softmax, and generic ones."""

from __future__ import annotations

from difflib import get_close_matches
from fractions import Fraction

import sympy as sp

from symrnn.activations import Activation, activation
from symrnn.activations.lookup import FAMILIES, OTHER_NAMES
from symrnn.activations.partial import PARTIAL
from symrnn.cells.written.names import is_greek
from symrnn.cells.written.places import Misread, Span
from symrnn.cells.written.syntax import Declared
from symrnn.errors import SymrnnError
from symrnn.symbols import GREEK

SOFTMAX, DIAGONAL, BELOW, LARGER, STOP = "softmax", "diag", "concat", "max", "stop"
BUILT_IN = (SOFTMAX, DIAGONAL, BELOW, LARGER, STOP)
"""What is not an activation: functions of a whole column or of several, [a; b] as a word, and what does not move."""
SEVERAL = (BELOW, LARGER)
"""Those that take several arguments."""
KNOWN = (*FAMILIES, *PARTIAL, *BUILT_IN)

ALIASES = OTHER_NAMES | {"sig": "sigmoid", "sigm": "sigmoid", "sigma": "sigmoid", "id": "identity", "atan": "arctan"}
ALIASES |= {"concatenate": BELOW, "maximum": LARGER, "detach": STOP, "stopgradient": STOP, "ln": "log"}
OF_EQUATIONS = {"layernorm", "layernormalization", "layernormalisation"}
"""What takes a mean over units, so that it needs equations of its own."""
GENERIC = {"phi", "psi", "chi"}
"""Greek letters that are functions by custom."""


def known_function(name: str) -> str:
    """The name in the catalogue, or of what is built in; empty for any other name.

    >>> known_function("sigma"), known_function("ReLU"), known_function("leakyrelu"), known_function("phi")
    ('sigmoid', 'relu', 'leaky_relu', '')
    """
    plain = {known.replace("_", ""): known for known in KNOWN}
    if name in KNOWN:
        return name
    if name.split("_")[0] in GREEK and not is_greek(name):
        return ""  # Σ is a matrix
    written = name.replace("_", "").lower()
    return ALIASES.get(written, plain.get(written, "")) if len(name) > 1 else ""


def is_letter(name: str) -> bool:
    """Whether a name is one letter, perhaps with digits or a subscript: φ, f, g_1, W2, but not norm or BN.

    >>> [name for name in ("phi", "f", "g_1", "W2", "norm", "BN") if is_letter(name)]
    ['phi', 'f', 'g_1', 'W2']
    """
    base = name.split("_")[0]
    return base in GREEK or len(base.rstrip("0123456789")) == 1


def misspelled(name: str) -> str:
    """The function that somebody may have meant by a name of three letters or more; empty when none is close.

    >>> misspelled("sofmax"), misspelled("tahn"), misspelled("act")
    ('softmax', 'tanh', '')
    """
    if len(name) < 3 or known_function(name):
        return ""
    plain = {known.replace("_", ""): known for known in KNOWN}
    near = get_close_matches(name.replace("_", "").lower(), plain, n=1, cutoff=0.75)
    return plain[near[0]] if near else ""


def stated_activation(declared: Declared) -> Activation:
    """The activation that a line below ``where`` names, with its parameters.

    Raises:
        Misread: for a function that is not in the catalogue, and a parameter that it does not have.
    """
    assert declared.function is not None
    function, settings = declared.function
    name = known_function(function.name)
    if name in BUILT_IN or not name:
        near = misspelled(function.name)
        advice = f"did you mean {near}?" if near else "`symrnn activations` lists them"
        raise Misread(f"{function.shown} is not an activation of the catalogue", function.span, advice)
    values: dict[str, sp.Expr | str] = {}
    for setting in settings:
        if setting.name in values:
            raise Misread(f"{setting.name} is given twice", setting.span, "give it once")
        values[setting.name] = _value(setting.value)
    kink = values.pop("at_kink", None)
    return look_up(name, function.span, None if kink is None else kink, values)


def _value(value: Fraction | str) -> sp.Expr | str:
    if isinstance(value, Fraction):
        return sp.Rational(value.numerator, value.denominator)
    return value if value == "torch" else sp.Symbol(value, real=True)


def look_up(
    name: str, span: Span, at_kink: sp.Expr | str | None = None, values: dict[str, sp.Expr | str] | None = None
) -> Activation:
    """An activation by its name; what the catalogue says of a mistake is said of the place.

    Raises:
        Misread: for what the catalogue refuses.
    """
    try:
        return activation(name, at_kink, generic=True, **(values or {}))
    except SymrnnError as error:
        raise Misread(error.what, span, error.advice) from None
