"""What is imported when it is asked for: work that is done on a higher floor, and what is slow to import.

Imports only ever point down, and a command imports no more than it needs.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
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


def names_of(package: str, names: Collection[str], *modules: str) -> Callable[[str], Any]:
    """The ``__getattr__`` of a package some of whose names come from modules that are slow to import.

    Args:
        package: its name.
        names: all names of the package.
        modules: those that are not imported yet, in the order in which a name is looked for in them.

    >>> from symrnn import errors
    >>> names_of("symrnn", ["ShapeError"], "errors")("ShapeError") is errors.ShapeError
    True
    """

    def look_up(name: str) -> Any:
        if name in names:
            for module in modules:
                loaded = import_module(f"{package}.{module}")
                if hasattr(loaded, name):
                    return getattr(loaded, name)
        raise AttributeError(f"module {package!r} has no attribute {name!r}")

    return look_up
