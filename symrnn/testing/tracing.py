"""What functions assign, line by line, while a pass is called: nothing of them is changed, copied or evaluated anew.

Arrays of other libraries, such as tensors of PyTorch, are looked at as arrays of NumPy.
"""

from __future__ import annotations

import ast
import inspect
import os
import re
import sys
import sysconfig
import textwrap
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import numpy as np

from symrnn.testing.program import Array
from symrnn.testing.snapshots import block, changed, copied, leaves, part, same

IN_PLACE = re.compile(r"append|extend|insert|pop|setdefault|update|fill|\w+_")
"""Methods that change what they belong to, those of tensors among them."""

OTHERS = tuple(
    f"{folder}{os.sep}"
    for folder in (
        *(sysconfig.get_path(each) for each in ("stdlib", "platstdlib", "purelib", "platlib")),
        Path(__file__).parents[1],
    )
)
"""Where the code stands that nobody looks into: of Python, of installed packages, and symrnn's own."""


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
        return None if code is None else cls.of_code(code)

    @classmethod
    def of_code(cls, code: CodeType) -> Source | None:
        """The source of what Python runs; None where it cannot be read."""
        try:
            text, first = inspect.getsourcelines(code)
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
class Overwritten:
    """An array that was stored under a name, and changed by a line that does not speak of that name.

    Args:
        name: under which it was stored, alone or among others.
        value: what was stored, as far as it is changed.
        node: the statement that changed it.
        storing: the statement that had stored it; None for what the function was given.
    """

    name: str
    value: Array
    node: ast.stmt
    storing: ast.stmt | None


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
        spoiled: what was stored under these names, and is there no longer.
        aliased: whether the statement does not speak of the name, but changes the same memory under another one.
        block: what it has set of the array, if that is one gate in an array of several; None for all of it.
        in_part: whether it has set a part of the array.
        call: how many times the function had been called before.
    """

    node: ast.stmt
    name: str
    value: Array
    loop: ast.For | ast.While | None
    turn: int
    reads: tuple[str, ...]
    spoiled: tuple[Overwritten, ...] = ()
    aliased: bool = False
    block: Array | None = None
    in_part: bool = False
    call: int = 0

    def goes_on_with(self, before: Assigned) -> bool:
        """Whether it sets another part of an array of which a line before it has set one, in the same turn."""
        return self.in_part and before.in_part and (self.loop, self.turn) == (before.loop, before.turn)


@dataclass
class Trace:
    """Everything that a call assigned, in order.

    Args:
        assigned: each value.
        turns: how often each outermost loop was gone through, by its line.
        last: the names that the last ``return`` read.
        results: the names that it returned, by the keys or the places at which they stand.
        calls: how often the function was called.
    """

    assigned: list[Assigned] = field(default_factory=list)
    turns: dict[int, int] = field(default_factory=dict)
    last: tuple[str, ...] = ()
    results: dict[str | int, str] = field(default_factory=dict)
    calls: int = 0


def traced(function: Callable[..., Any], call: Callable[[], Any]) -> list[tuple[Source, Trace]]:
    """What a function assigns while a call runs, and what those do that it calls, directly or through a library.

    Whatever traced before goes on afterwards.

    Args:
        function: the one that is called; what it assigns comes first.
        call: calls it, once.
    """
    own = Source.of(function)
    watches: dict[CodeType, _Watch | None] = {} if own is None else {own.code: _Watch(own)}

    def entered(frame: FrameType, event: str, _: Any) -> Callable[..., Any] | None:
        code = frame.f_code
        if event == "call" and code not in watches:
            source = None if code.co_filename.startswith(OTHERS) else Source.of_code(code)
            watches[code] = None if source is None else _Watch(source)
        watch = watches[code] if event == "call" else None
        return None if watch is None else watch.entered(frame)

    before = sys.gettrace()
    sys.settrace(entered)
    try:
        call()
    finally:
        sys.settrace(before)
    return [(watch.source, watch.trace) for watch in watches.values() if watch is not None]


@dataclass
class _Kept:
    """An array under a name, as it was when it was stored there; and what became of it."""

    value: Array
    storing: ast.stmt | None
    lost: Overwritten | None = None


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
        self.kept: dict[tuple[str, int], _Kept] = {}

    def entered(self, frame: FrameType) -> Callable[..., Any]:
        self.now = None
        self.trace.calls += 1
        self.known = {name: copied(value) for name, value in frame.f_locals.items()}
        self.kept = {
            (name, id(own)): _Kept(value, None)
            for name, each in frame.f_locals.items()
            for own, value in leaves(each, self.known[name])
        }
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
                self.trace.last, self.trace.results = _reads(self.now), _results(self.now)
        return self.step

    def _done(self, frame: FrameType) -> None:
        """Note what the statement that is done has changed."""
        node = self.now
        if node is None:
            return
        whole, parts = _targets(node)
        current = {name: copied(value) for name, value in frame.f_locals.items()}
        loops = self.at[node.lineno][1]
        loop = loops[0] if loops else None
        turn = 0 if loop is None else self.trace.turns[loop.lineno]
        written = _written(node)
        for name in sorted(current, key=lambda each: each not in written):  # those that the statement says first
            reads: tuple[str, ...] | None = None
            for key, array in changed(name, self.known.get(name), current[name], name in whole, name in parts):
                reads = _reads(node, name) if reads is None else reads
                spoiled, aliased = self._spoiled(reads), name not in written
                in_part = name in parts and name not in whole and key == name
                gate = (
                    block(self.known[name], array) if in_part and isinstance(self.known.get(name), np.ndarray) else None
                )
                self.trace.assigned.append(
                    Assigned(node, key, array, loop, turn, reads, spoiled, aliased, gate, in_part, self.trace.calls - 1)
                )
        self._keep(node, written, whole, frame.f_locals, current)
        self.known = current

    def _spoiled(self, reads: tuple[str, ...]) -> tuple[Overwritten, ...]:
        names = {name.partition("[")[0] for name in reads}
        return tuple(each.lost for (name, _), each in self.kept.items() if each.lost is not None and name in names)

    def _keep(
        self, node: ast.stmt, written: set[str], whole: set[str], found: Mapping[str, Any], current: Mapping[str, Any]
    ) -> None:
        """Note what is stored where, and what of it is changed by a statement that does not speak of it.

        One that assigns to it may change it as it likes, but for an array that stands there several times. Whoever
        writes through a view of it means to: only what is the same array, or a view of it, is overwritten unawares.
        """
        reached = {id(own) for name in written & found.keys() for own, _ in leaves(found[name], current[name])}
        kept: dict[tuple[str, int], _Kept] = {}
        for name, value in found.items():
            arrays = list(leaves(value, current[name]))
            times = Counter(id(own) for own, _ in arrays)
            for own, array in arrays:
                was = self.kept.get((name, id(own)))
                if was is None or name in whole:
                    was = _Kept(array, node)
                elif was.lost is None and not same(was.value, array):
                    is_reached = not reached.isdisjoint((id(own), id(getattr(own, "base", None))))
                    if is_reached and (name not in written or times[id(own)] > 1):
                        was.lost = Overwritten(name, part(was.value, array, was.value), node, was.storing)
                    else:
                        was = _Kept(array, node)
                kept[name, id(own)] = was
        self.kept = kept


def _written(node: ast.stmt) -> set[str]:
    """The names of what a statement may change by what it says: where it assigns, and what it calls for that alone."""
    found = [each for target in targets(node) for each in ast.walk(target)]
    if isinstance(node, ast.Expr):
        found += ast.walk(node)
    elif not isinstance(node, ast.For | ast.While | ast.If | ast.With | ast.Try):
        methods = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
        methods = (each for each in methods if isinstance(each, ast.Attribute) and IN_PLACE.fullmatch(each.attr))
        found += [each for method in methods for each in ast.walk(method)]
        found += _outs(node)
    return {each.id for each in found if isinstance(each, ast.Name)}


def _outs(node: ast.stmt) -> list[ast.AST]:
    """What stands in the arrays that functions are to write their results into."""
    outs = (each.value for each in ast.walk(node) if isinstance(each, ast.keyword) and each.arg == "out")
    return [inner for out in outs for inner in ast.walk(out)]


def _results(node: ast.Return) -> dict[str | int, str]:
    """The names that a statement returns as they are, in a dictionary or in a tuple."""
    value = node.value
    pairs: list[tuple[Any, ast.expr]] = []
    if isinstance(value, ast.Dict):
        pairs = [
            (key.value, each)
            for key, each in zip(value.keys, value.values, strict=True)
            if isinstance(key, ast.Constant)
        ]
    elif isinstance(value, ast.Tuple):
        pairs = list(enumerate(value.elts))
    return {key: each.id for key, each in pairs if isinstance(key, str | int) and isinstance(each, ast.Name)}


def targets(node: ast.stmt) -> list[ast.expr]:
    """What a statement assigns to."""
    found = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return [each for each in found if each is not None]


def _targets(node: ast.stmt) -> tuple[set[str], set[str]]:
    """The names that a statement binds, and those of which it sets a part."""
    flat = [each for target in targets(node) for each in ast.walk(target)]
    whole = {each.id for each in flat if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)}
    parts = {
        each.value.id for each in flat if isinstance(each, ast.Subscript) and isinstance(each.value, ast.Name)
    }  # fmt: skip
    value = getattr(node, "value", None) or node
    at = {
        each.value.id
        for each in ast.walk(value)
        if isinstance(each, ast.Attribute) and each.attr == "at" and isinstance(each.value, ast.Name)
    }
    parts |= at & whole  # dx = dx.at[t].set(...) is how JAX writes dx[t] = ...
    whole -= at
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
    owned = set(map(id, _outs(node)))  # what is written there is not read
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


__all__ = ["Assigned", "Overwritten", "Source", "Trace", "targets", "traced"]
