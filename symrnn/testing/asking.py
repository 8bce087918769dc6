"""What may be asked of a comparison: arguments that cannot be meant are refused, each with what to write."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping
from numbers import Integral, Real
from typing import Any

import numpy as np

from symrnn.errors import SelectionError
from symrnn.testing.layouts import Layout, as_array


def checked(asked: Mapping[str, Any]) -> None:
    """Refuse options of :func:`symrnn.testing.check_backward` that have another type, or a value that means nothing.

    Args:
        asked: the options by name.

    Raises:
        SelectionError: for one that cannot be meant, with what it may be.

    >>> checked({"seed": -1})
    Traceback (most recent call last):
    symrnn.errors.SelectionError: seed=-1 cannot be meant; give an integer from 0 on
    """
    for name, value in asked.items():
        fits, advice = MEANT[name]
        if not fits(value):
            raise SelectionError(f"{name}={value!r} cannot be meant", advice=advice)


def tried(convert: Callable[[Any], Any]) -> None:
    """Refuse a conversion that makes no array of one.

    Raises:
        SelectionError: for one that raises, or whose result has another shape or other numbers.
    """
    numbers = np.array([[0.25, -1.5, 2.75], [1.0, 0.0, -3.125]])  # float16 and bfloat16 have all of them
    try:
        found = as_array(convert(numbers.copy()))
    except Exception as error:  # what converts is the caller's, and may raise anything
        raise SelectionError(
            f"convert={convert!r} raises {type(error).__name__} for an array: {error}",
            advice="give what makes an array of your library of one of NumPy's, as torch.tensor",
        ) from error
    if found.shape != (2, 3):
        raise SelectionError(
            f"convert={convert!r} makes {found.shape} of an array of shape (2, 3)",
            advice="it has to keep the shape, as torch.tensor does",
        )
    if found.dtype.kind != "f" or not np.array_equal(found, numbers):
        raise SelectionError(
            f"convert={convert!r} does not keep the numbers of an array: {numbers[0]} becomes {found[0]}",
            advice="give what makes an array of your library of the same numbers, as torch.tensor or np.float32",
        )


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _are_blocks(value: Any) -> bool:
    rows = value if isinstance(value, tuple | list) else ()
    return bool(rows) and all(
        _is_name(row) or (isinstance(row, tuple | list) and bool(row) and all(map(_is_name, row))) for row in rows
    )


def _are_names(value: Any) -> bool:
    return value is None or (
        isinstance(value, Mapping)
        and all(_is_name(yours) and (_is_name(ours) or _are_blocks(ours)) for yours, ours in value.items())
    )


def _are_returns(value: Any) -> bool:
    if not isinstance(value, tuple | list) or not all(map(_is_name, value)):
        return False
    return max(Counter(value).values(), default=1) == 1


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool) and not math.isnan(value)


MEANT: dict[str, tuple[Callable[[Any], bool], str]] = {
    "layout": (
        lambda value: value is None or isinstance(value, str | Layout),
        "give axes, as in layout='TBn' or 'Tn:xW', or Layout('Tn')",
    ),
    "names": (
        _are_names,
        "give a dictionary, each name of yours with ours, or with several that stand in one array: "
        "names={'W': 'W_hh', 'b': ('b_i', 'b_f')}",
    ),
    "returns": (_are_returns, "give the names in order, each once, as in returns=('W_hh', 'h0') or returns=('W_hh',)"),
    "convert": (lambda value: value is None or callable(value), "give a function of an array, as torch.tensor"),
    "seed": (
        lambda value: isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 0,
        "give an integer from 0 on",
    ),
    "seconds": (lambda value: _is_number(value) and value >= 0, "give a number of seconds, from 0 on"),
    "tolerance": (
        lambda value: value is None or (_is_number(value) and 0 < value < 1),
        "give a part of the largest entry between 0 and 1, as in tolerance=1e-6, or None for the usual one",
    ),
}
"""Of each option, what it has to be, and what to write."""


__all__ = ["checked", "tried"]
