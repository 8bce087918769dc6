"""What a function assigns, line by line, while it is called: nothing of it is changed, copied or evaluated anew."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from types import CodeType, FrameType
from typing import Any

import numpy as np

from symrnn.testing.program import Array

DEEP = 2
"""How deep lists and dictionaries are looked into."""


@dataclass(frozen=True)
class Source:
    """The text of a function.

    Args:
        code: what Python runs.
        tree: the function, with the line numbers of its file.
        lines: the text of each line, by number.
    """

    code: CodeType
    tree: ast.FunctionDef
    lines: Mapping[int, str]

    @classmethod
    def of(cls, function: Callable[..., Any]) -> Source | None:
        """The source of a function; None where it cannot be read."""
        plain = inspect.unwrap(getattr(function, "func", function))  # of functools.partial
        plain = getattr(plain, "__func__", plain)
        code = getattr(plain, "__code__", None)
        if code is None:
            return None
        try:
            text, first = inspect.getsourcelines(plain)
            (tree,) = ast.parse(textwrap.dedent("".join(text))).body
        except (OSError, TypeError, SyntaxError, ValueError):
            return None
        if not isinstance(tree, ast.FunctionDef) or tree.name != code.co_name:  # a lambda in a line of its own
            return None
        ast.increment_lineno(tree, first - 1)
        return cls(code, tree, {first + at: line.strip() for at, line in enumerate(text)})

    def statements(self) -> Iterator[tuple[ast.stmt, tuple[ast.For | ast.While, ...]]]:
        """Each statement, with the loops that it stands in."""
        yield from _inside(self.tree.body, ())


Loops = tuple[ast.For | ast.While, ...]


def _inside(body: list[ast.stmt], loops: Loops) -> Iterator[tuple[ast.stmt, Loops]]:
    for node in body:
        yield node, loops
        within = (*loops, node) if isinstance(node, ast.For | ast.While) else loops
        if not isinstance(node, ast.FunctionDef | ast.ClassDef):
            for part in ("body", "orelse", "finalbody"):
                yield from _inside(getattr(node, part, []), within)


@dataclass(frozen=True)
class Assigned:
    """A value that a line has given to a name.

    Args:
        node: the statement.
        name: the name, with a key that is text: ``dW``, ``grads['W']``.
        value: a copy of the array.
        loop: the outermost loop that it stands in; None for none.
        turn: how many times that loop has begun, from 0.
        reads: the names that the line reads.
    """

    node: ast.stmt
    name: str
    value: Array
    loop: ast.For | ast.While | None
    turn: int
    reads: tuple[str, ...]


@dataclass
class Trace:
    """Everything that a call assigned, in order.

    Args:
        assigned: each value.
        turns: how often each outermost loop was gone through, by its line.
        last: the names that the last ``return`` read.
    """

    assigned: list[Assigned] = field(default_factory=list)
    turns: dict[int, int] = field(default_factory=dict)
    last: tuple[str, ...] = ()


def traced(source: Source, call: Callable[[], Any]) -> Trace:
    """What a function assigns while a call runs; whatever traced before goes on afterwards.

    Args:
        source: of the function.
        call: calls it, once.
    """
    watch = _Watch(source)
    before = sys.gettrace()
    sys.settrace(watch.entered)
    try:
        call()
    finally:
        sys.settrace(before)
    return watch.trace


class _Watch:
    """Looks at the local names each time that a statement is done."""

    def __init__(self, source: Source) -> None:
        self.source, self.trace = source, Trace()
        self.at: dict[int, tuple[ast.stmt, Loops]] = {}
        for node, loops in source.statements():  # inner statements come later, and have their lines for themselves
            for line in range(node.lineno, (node.end_lineno or node.lineno) + 1):
                self.at[line] = node, loops
        self.now: ast.stmt | None = None
        self.known: dict[str, Any] = {}

    def entered(self, frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        if event != "call" or frame.f_code is not self.source.code:
            return None
        self.known = {name: _copied(value) for name, value in frame.f_locals.items()}
        return self.step

    def step(self, frame: FrameType, event: str, _: Any) -> Callable[..., Any]:
        if event == "line":
            node, _loops = self.at.get(frame.f_lineno, (None, ()))
            if node is self.now and not isinstance(node, ast.For | ast.While):
                return self.step  # another line of one statement, or one that is gone through again at once
            self._done(frame)
            self.now = node
            if isinstance(node, ast.For | ast.While) and not _loops:
                self.trace.turns[node.lineno] = self.trace.turns.get(node.lineno, -1) + 1
        elif event == "return":
            self._done(frame)
            if isinstance(self.now, ast.Return):
                self.trace.last = _reads(self.now)
        return self.step

    def _done(self, frame: FrameType) -> None:
        """Note what the statement that is done has changed."""
        node = self.now
        if node is None:
            return
        whole, parts = _targets(node)
        current = {name: _copied(value) for name, value in frame.f_locals.items()}
        loops = self.at[node.lineno][1]
        loop = loops[0] if loops else None
        turn = 0 if loop is None else self.trace.turns[loop.lineno]
        for name, value in current.items():
            for key, array in _changed(name, self.known.get(name), value, name in whole, name in parts):
                self.trace.assigned.append(Assigned(node, key, array, loop, turn, _reads(node, name)))
        self.known = current


def _targets(node: ast.stmt) -> tuple[set[str], set[str]]:
    """The names that a statement binds, and those of which it sets a part."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    flat = [each for target in targets if target is not None for each in ast.walk(target)]
    whole = {each.id for each in flat if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    parts = {
        each.value.id for each in flat if isinstance(each, ast.Subscript) and isinstance(each.value, ast.Name)
    }  # fmt: skip
    return whole, parts


def _reads(node: ast.stmt, name: str = "") -> tuple[str, ...]:
    """The names that a statement reads, with keys that are text; of ``a, b = c, d`` for one of the names."""
    if isinstance(node, ast.For):
        return _reads(ast.Expr(node.iter))
    if isinstance(node, ast.While | ast.If):
        return ()
    if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
        for target in node.targets:
            if isinstance(target, ast.Tuple) and len(target.elts) == len(node.value.elts):
                for one, value in zip(target.elts, node.value.elts, strict=True):
                    if name in {each.id for each in ast.walk(one) if isinstance(each, ast.Name)}:
                        return _reads(ast.Expr(value))
    adds = isinstance(node, ast.AugAssign)
    found: dict[str, None] = {}
    owned: set[int] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Subscript) and isinstance(each.value, ast.Name):
            is_text = isinstance(each.slice, ast.Constant) and isinstance(each.slice.value, str)
            is_read = isinstance(each.ctx, ast.Load) or adds
            if is_text or not is_read:
                owned.add(id(each.value))
            if is_text and is_read:
                found[ast.unparse(each)] = None
    names = (each for each in ast.walk(node) if isinstance(each, ast.Name) and id(each) not in owned)
    found |= dict.fromkeys(each.id for each in names if isinstance(each.ctx, ast.Load) or adds)
    return tuple(found)


def _copied(value: Any, depth: int = DEEP) -> Any:
    """A value as it is now; None for what is not an array and holds none."""
    if isinstance(value, np.ndarray):
        return value.copy() if value.dtype.kind in "fiu" else None
    if isinstance(value, float | np.floating):
        return np.asarray(value)
    if depth and isinstance(value, list | tuple):
        return [_copied(each, depth - 1) for each in value]
    if depth and isinstance(value, dict):
        return {key: _copied(each, depth - 1) for key, each in value.items()}
    return None


def _changed(name: str, old: Any, new: Any, bound: bool, in_part: bool) -> Iterator[tuple[str, Array]]:
    """The arrays in a value that are not as they were; all of them where the name is bound anew."""
    if isinstance(new, np.ndarray):
        if bound or not isinstance(old, np.ndarray) or old.shape != new.shape:
            yield name, new
        elif not np.array_equal(old, new, equal_nan=True):
            yield name, _slice(old, new) if in_part else new
    elif isinstance(new, dict):
        before = old if isinstance(old, dict) and not bound else {}
        for key, value in new.items():
            inner = f"{name}[{key!r}]" if isinstance(key, str) else name
            yield from _changed(inner, before.get(key), value, key not in before, False)
    elif isinstance(new, list):
        was = old if isinstance(old, list) and not bound else []
        added = len(new) - len(was)
        if added > 0 and all(map(_same, new[added:], was)):  # put in front of the others, which are as they were
            was = [None] * added + was
        for at, value in enumerate(new):
            yield from _changed(name, was[at] if at < len(was) else None, value, at >= len(was), False)


def _same(one: Any, other: Any) -> bool:
    both = isinstance(one, np.ndarray) and isinstance(other, np.ndarray)
    return np.array_equal(one, other, equal_nan=True) if both else one is other


def _slice(old: Array, new: Array) -> Array:
    """The one part along an axis that has changed; all of it where there are several."""
    apart = ~((old == new) | (np.isnan(old) & np.isnan(new)))
    for axis in range(new.ndim if new.ndim > 1 else 0):
        (where,) = np.nonzero(apart.any(axis=tuple(each for each in range(new.ndim) if each != axis)))
        if len(where) == 1:
            return np.take(new, int(where[0]), axis=axis)
    return new


__all__ = ["Assigned", "Source", "Trace", "traced"]
