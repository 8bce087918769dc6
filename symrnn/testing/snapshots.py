"""What names stand for at a moment: copies of the arrays in it, and what has changed from one moment to the next."""

from __future__ import annotations

from collections.abc import Iterator
from types import BuiltinFunctionType, FunctionType, ModuleType
from typing import Any

import numpy as np

from symrnn.testing.layouts import as_array
from symrnn.testing.program import Array

DEEP = 2
"""How deep lists and dictionaries are looked into."""


def copied(value: Any, depth: int = DEEP) -> Any:
    """A value as it is now; None for what is not an array and holds none.

    >>> copied([np.ones(2), "text"])
    [array([1., 1.]), None]
    """
    if isinstance(value, float | np.floating):
        return np.asarray(value)
    if depth and isinstance(value, list | tuple):
        return [copied(each, depth - 1) for each in value]
    if depth and isinstance(value, dict):
        return {key: copied(each, depth - 1) for key, each in value.items()}
    if isinstance(value, np.generic) or not (hasattr(value, "__array__") and hasattr(value, "dtype")):
        return None
    try:
        found = as_array(value)
    except (TypeError, ValueError, RuntimeError, AttributeError, BufferError):
        return None  # it stands for an array while a library traces or compiles, or is elsewhere than in memory
    return found.copy() if found.dtype.kind in "fiu" else None


def hides(value: Any, copied: Any) -> bool:
    """Whether a value may hold arrays of which its copy says nothing: an object, an iterator, a list that is too deep.

    >>> hides(iter([np.ones(2)]), None), hides(3, None), hides([np.ones(2)], [np.ones(2)])
    (True, False, False)
    """
    if isinstance(copied, np.ndarray) or isinstance(value, PLAIN) or value is None:
        return False
    if isinstance(copied, list):
        return any(hides(one, other) for one, other in zip(value, copied, strict=True))
    if isinstance(copied, dict):
        return any(hides(value[key], other) for key, other in copied.items())
    return True


PLAIN = (
    bool,
    int,
    float,
    complex,
    str,
    bytes,
    range,
    slice,
    type,
    ModuleType,
    FunctionType,
    BuiltinFunctionType,
    np.ufunc,
)
"""What holds no arrays."""


def leaves(value: Any, copied: Any) -> Iterator[tuple[Any, Array]]:
    """The arrays in a value, each with its copy.

    >>> one = np.ones(2)
    >>> [(found is one, copy) for found, copy in leaves({"W": [one]}, copied({"W": [one]}))]
    [(True, array([1., 1.]))]
    """
    if isinstance(copied, np.ndarray):
        yield value, copied
    elif isinstance(copied, list | dict):
        for key in copied if isinstance(copied, dict) else range(len(copied)):
            yield from leaves(value[key], copied[key])


def grown(old: Any, new: Any) -> Any:
    """What has been put in front of a list or an array of several steps, or behind it; None where more has changed.

    >>> grown(np.zeros((2, 3)), np.ones((3, 3))) is None
    True
    >>> grown([np.zeros(2)], [np.ones(2), np.zeros(2)])
    [array([1., 1.])]
    """
    lists = isinstance(old, list) and isinstance(new, list)
    arrays = isinstance(old, np.ndarray) and isinstance(new, np.ndarray) and old.ndim == new.ndim > 1
    if not (lists or (arrays and old.shape[1:] == new.shape[1:])) or len(new) != len(old) + 1:
        return None
    for first, rest in ((0, slice(1, None)), (len(old), slice(None, -1))):
        if all(map(same, new[rest], old)):
            return [new[first]] if lists else new[first]
    return None


def changed(name: str, old: Any, new: Any, bound: bool, depth: int) -> Iterator[tuple[str, Array]]:
    """The arrays in a value that are not as they were; all of them where the name is bound anew.

    Args:
        name: of the value.
        old: a copy of it as it was.
        new: a copy of it as it is.
        bound: whether the name is bound by the statement between the two.
        depth: along how many axes the statement says where the part is that it sets, so that only that is given.

    >>> [(name, each.tolist()) for name, each in changed("d", {"W": np.zeros(2)}, {"W": np.ones(2)}, False, 0)]
    [("d['W']", [1.0, 1.0])]
    """
    if isinstance(new, np.ndarray):
        if bound or not isinstance(old, np.ndarray) or old.shape != new.shape:
            yield name, new
        elif not np.array_equal(old, new, equal_nan=True):
            yield name, part(old, new, depth=depth) if depth else new
    elif isinstance(new, dict):
        before = old if isinstance(old, dict) and not bound else {}
        for key, value in new.items():
            inner = f"{name}[{key!r}]" if isinstance(key, str) else name
            yield from changed(inner, before.get(key), value, key not in before, 0)
    elif isinstance(new, list):
        was = old if isinstance(old, list) and not bound else []
        added = len(new) - len(was)
        if added > 0 and all(map(same, new[added:], was)):  # put in front of the others, which are as they were
            was = [None] * added + was
        for at, value in enumerate(new):
            yield from changed(name, was[at] if at < len(was) else None, value, at >= len(was), 0)


def same(one: Any, other: Any) -> bool:
    """Whether two copies are equal; of what is no array, whether they are one."""
    both = isinstance(one, np.ndarray) and isinstance(other, np.ndarray)
    return np.array_equal(one, other, equal_nan=True) if both else one is other


def part(old: Array, new: Array, of: Array | None = None, depth: int = 1) -> Array:
    """The one part along an axis that has changed; all of it where there are several.

    Args:
        old: an array as it was.
        new: as it is.
        of: which of the two is given a part of; by default the new one.
        depth: along how many axes a part is looked for.

    >>> part(np.zeros((2, 3)), np.array([[0.0, 0, 0], [1, 2, 3]]))
    array([1., 2., 3.])
    >>> part(np.zeros((1, 2, 2)), np.array([[[0.0, 0], [1, 2]]]), depth=2)
    array([1., 2.])
    """
    of = new if of is None else of
    if old.shape != new.shape or depth < 1:
        return of
    apart = ~((old == new) | (np.isnan(old) & np.isnan(new)))
    for axis in range(new.ndim if new.ndim > 1 else 0):
        (where,) = np.nonzero(apart.any(axis=tuple(each for each in range(new.ndim) if each != axis)))
        if len(where) == 1:
            one, other, chosen = (np.take(each, int(where[0]), axis=axis) for each in (old, new, of))
            return part(one, other, chosen, depth - 1)
    return of


def block(old: Array, new: Array) -> Array | None:
    """The half, third or quarter along an axis in which all lies that has changed, as a gate in an array of all gates.

    Args:
        old: an array as it was.
        new: as it is.

    >>> block(np.zeros(6), np.array([0.0, 0, 0, 0, 1, 2]))
    array([1., 2.])
    """
    if old.shape != new.shape:
        return None
    apart = ~((old == new) | (np.isnan(old) & np.isnan(new)))
    for axis, size in enumerate(new.shape):
        for count in (4, 3, 2):
            if size % count == 0 and size > count:
                pairs = zip(np.split(apart, count, axis=axis), np.split(new, count, axis=axis), strict=True)
                touched = [one for differs, one in pairs if differs.any()]
                if len(touched) == 1:
                    return touched[0]
    return None


__all__ = ["block", "changed", "copied", "grown", "hides", "leaves", "part", "same"]
