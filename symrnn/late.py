"""Methods whose work is done on a higher floor: looked up when called, so that imports only ever point down."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any


def late(module: str, name: str) -> Callable[..., Any]:
    """The function of a higher floor that does a method's work.

    Args:
        module: module below ``symrnn``, such as ``"calculus.deriving"``.
        name: name of the function.

    >>> late("errors", "ShapeError").__name__
    'ShapeError'
    """
    found: Callable[..., Any] = getattr(import_module(f"symrnn.{module}"), name)
    return found
