"""Methods whose work is done on a higher floor: looked up when called, so that imports only ever point down.

What is looked up, and where, ``late.pyi`` lists; it says to editors and to mypy what each name is.
"""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

_STUB = ast.parse(Path(__file__).with_suffix(".pyi").read_text(encoding="utf-8"))

HOMES = {name.name: str(each.module) for each in _STUB.body if isinstance(each, ast.ImportFrom) for name in each.names}
"""The module that each name is looked up in."""


def __getattr__(name: str) -> object:
    """What a higher floor calls by a name.

    >>> from symrnn import late
    >>> late.Named.__name__
    'Named'
    """
    if name not in HOMES:
        raise AttributeError(f"no method looks up {name}")
    return getattr(import_module(HOMES[name]), name)
