"""symrnn: write a recurrence once, and get its gradients derived, proved, checked and typeset.

The names that most people need are here, and loaded when they are first used; the others are in rooms: all cells in
:mod:`symrnn.cells`, all terms in :mod:`symrnn.expr`, all kinds of statements in :mod:`symrnn.derivation`, and so on.

>>> from symrnn import Elman, t
>>> rnn = Elman()
>>> rnn.derive(rnn.h[t], wrt=rnn.W_hh).verify().kind
<Kind.PROVED: 'PROVED'>
"""

from importlib import import_module
from importlib.util import find_spec

import lazy_loader

__version__ = "0.1.0"

_ROOMS = ("activations", "cells", "expr", "derivation", "recurrence", "symbols", "clipping", "truncation", "calculus")
_ROOMS += ("evaluate", "slopes", "check", "latex", "sweeps")

_find, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)


def __getattr__(name: str) -> object:
    """A name that ``__init__.pyi`` lists, or a room.

    Raises:
        ImportError: for a name that is in a room; ``from symrnn import`` shows no other error as it is.
        AttributeError: for any other.
    """
    if name in __all__ or name.startswith("_"):
        return _find(name)
    if find_spec(f"symrnn.{name}"):
        return import_module(f"symrnn.{name}")
    rooms = ((room, import_module(f"symrnn.{room}")) for room in _ROOMS)
    room = next((room for room, inside in rooms if name in getattr(inside, "__all__", vars(inside))), None)
    if room is not None:
        raise ImportError(f"{name} is in symrnn.{room}: from symrnn.{room} import {name}", name=name)
    raise AttributeError(f"module 'symrnn' has no attribute {name!r}")
