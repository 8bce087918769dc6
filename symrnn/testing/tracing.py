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
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

import numpy as np

from symrnn.testing.program import Array
from symrnn.testing.snapshots import block, changed, copied, grown, hides, leaves, part, same

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
            inside = text[0][:1].isspace()  # a comment or a docstring may begin further left than the code around it
            body = ast.parse("if True:\n" * inside + "".join(text)).body
            (tree,) = body[0].body if inside and isinstance(body[0], ast.If) else body
        except (OSError, TypeError, SyntaxError, ValueError):
            return None
        if not isinstance(tree, ast.FunctionDef) or tree.name != code.co_name:  # a lambda in a line of its own
            return None
        ast.increment_lineno(tree, first - 1 - inside)
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
        turns: the same of every loop that it stands in, by the line of the loop, the outermost first.
        ended: of the loops inside of these, how many turns they have done.
        reads: the names that the line reads.
        spoiled: what was stored under these names, and is there no longer.
        aliased: whether the statement does not speak of the name, but changes the same memory under another one.
        block: what it has set of the array, if that is one gate in an array of several; None for all of it.
        in_part: whether it has set a part of the array.
        bound: whether it has bound the name anew, so that nothing is left of what it stood for.
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
    bound: bool = False
    turns: Mapping[int, int] = field(default_factory=dict)
    ended: Mapping[int, int] = field(default_factory=dict)

    def goes_on_with(self, before: Assigned) -> bool:
        """Whether it sets another part of an array of which a line before it has set one, in the same turn."""
        return self.in_part and before.in_part and (self.loop, self.turn) == (before.loop, before.turn)


@dataclass
class Trace:
    """Everything that a call assigned, in order.

    Args:
        assigned: each value.
        turns: how often each loop was gone through, by its line.
        last: the names that the last ``return`` read.
        results: the names that it returned, by the keys or the places at which they stand.
        feeds: the names that each of its results is made of, likewise.
        hidden: names of what is no array and holds more than arrays, so that nobody sees what goes in and comes out.
        calls: how often the function was called.
    """

    assigned: list[Assigned] = field(default_factory=list)
    turns: dict[int, int] = field(default_factory=dict)
    last: tuple[str, ...] = ()
    results: dict[str | int, str] = field(default_factory=dict)
    feeds: dict[str | int, tuple[str, ...]] = field(default_factory=dict)
    hidden: set[str] = field(default_factory=set)
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
        self.left: tuple[FrameType | None, ast.stmt | None] = None, None
        self.known: dict[str, Any] = {}
        self.kept: dict[tuple[str, int], _Kept] = {}

    def entered(self, frame: FrameType) -> Callable[..., Any]:
        self.left = frame, self.now if self.left[0] is frame else None  # where a generator goes on
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
            if isinstance(node, ast.For | ast.While):
                last = self.now or self.left[1]
                inside = last is not None and (node is last or node in self.at[last.lineno][1])
                self.trace.turns[node.lineno] = self.trace.turns.get(node.lineno, 0) + inside
            self.now = node
        elif event == "return":
            self._done(frame)
            if isinstance(self.now, ast.Return):
                self.trace.last = _reads(self.now)
                self.trace.results, self.trace.feeds = returned(self.now, self.known)
        return self.step

    def _done(self, frame: FrameType) -> None:
        """Note what the statement that is done has changed."""
        node = self.now
        if node is None:
            return
        whole, parts = _targets(node)
        current = {name: copied(value) for name, value in frame.f_locals.items()}
        self.trace.hidden |= {name for name, value in frame.f_locals.items() if hides(value, current[name])}
        loops = self.at[node.lineno][1]
        loop = loops[0] if loops else None
        turn = 0 if loop is None else self.trace.turns[loop.lineno]
        turns = {each.lineno: self.trace.turns[each.lineno] for each in loops}
        ended = {
            line: done for line, done in self.trace.turns.items() if line not in turns and self._outer(line, loops)
        }
        written, depth = _written(node), _depths(node)
        for name in sorted(current, key=lambda each: each not in written):  # those that the statement says first
            bound, old = name in whole, self.known.get(name)
            added = grown(old, current[name]) if bound and loops else None
            way = (None, added) if added is not None else (old, current[name])
            for key, array in changed(name, *way, bound, depth.get(name, 1) if name in parts else 0):
                reads = _reads(node, key if bound else name)
                spoiled, aliased = self._spoiled(reads), name not in written
                in_part = name in parts and not bound and key == name
                gate = block(old, array) if in_part and isinstance(old, np.ndarray) else None
                call = self.trace.calls - 1
                self.trace.assigned.append(
                    Assigned(
                        node, key, array, loop, turn, reads, spoiled, aliased, gate, in_part, call, bound, turns, ended
                    )
                )
        self._keep(node, written, whole, frame.f_locals, current)
        self.known = current

    def _outer(self, line: int, loops: Loops) -> bool:
        """Whether a loop stands in one of some loops."""
        return bool(loops) and loops[-1] in self.at[line][1]

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


def returned(
    node: ast.Return, known: Mapping[str, Any]
) -> tuple[dict[str | int, str], dict[str | int, tuple[str, ...]]]:
    """What a statement returns in a dictionary or in a tuple: what is a name, and the names that each is made of."""
    value = node.value
    pairs: list[tuple[Any, ast.expr]] = []
    if isinstance(value, ast.Dict):
        for key, each in zip(value.keys, value.values, strict=True):
            pairs += _entries(each, known) if key is None else [(getattr(key, "value", None), each)]
    elif isinstance(value, ast.Tuple):
        pairs = list(enumerate(value.elts))
    elif value is not None:
        pairs = _entries(value, known)
    kept = {key: each for key, each in pairs if isinstance(key, str | int)}
    if len(kept) < len(pairs):  # nobody knows under which name the others are returned
        return {}, {}
    names = {key: each.id for key, each in kept.items() if isinstance(each, ast.Name)}
    names |= {key: ast.unparse(each) for key, each in kept.items() if isinstance(each, ast.Subscript) and _key(each)}
    return names, {key: _reads(ast.Expr(each)) for key, each in kept.items()}


def _entries(value: ast.expr, known: Mapping[str, Any]) -> list[tuple[Any, ast.expr]]:
    """What stands in a dictionary that has a name, or is made by ``dict(W=dW)``; one of unknown keys otherwise."""
    if isinstance(value, ast.Name) and isinstance(known.get(value.id), dict):
        return [
            (key, ast.Subscript(value, ast.Constant(key), ast.Load()))
            for key in known[value.id]
            if isinstance(key, str)
        ]
    if isinstance(value, ast.Call) and ast.unparse(value.func) == "dict" and not value.args:
        return [(each.arg, each.value) for each in value.keywords]
    return [(None, value)]


def _key(node: ast.Subscript) -> bool:
    return isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str)


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
    written = (each for each in _outs(node) if isinstance(each, ast.Subscript) and isinstance(each.value, ast.Name))
    parts |= {each.value.id for each in written if isinstance(each.value, ast.Name)}
    parts |= at & whole  # dx = dx.at[t].set(...) is how JAX writes dx[t] = ...
    whole -= at
    return whole, parts


def _depths(node: ast.stmt) -> dict[str, int]:
    """How many axes a statement says the place along at which it sets a part of an array, as in ``D[t, k] = da``."""
    found: dict[str, int] = {}
    for each in (
        inner for target in (*targets(node), getattr(node, "value", None)) if target for inner in ast.walk(target)
    ):
        count, inner = 0, each
        while isinstance(inner, ast.Subscript):
            places = inner.slice.elts if isinstance(inner.slice, ast.Tuple) else [inner.slice]
            count += sum(not isinstance(place, ast.Slice) for place in places)
            inner = inner.value.value if isinstance(inner.value, ast.Attribute) else inner.value
        if isinstance(inner, ast.Name) and count:
            is_set = isinstance(getattr(each, "ctx", None), ast.Store) or inner.id not in found
            found[inner.id] = count if is_set else found[inner.id]
    return found


def _reads(node: ast.stmt, name: str = "") -> tuple[str, ...]:
    """The names that a statement reads, with keys that are text; of ``a, b = c, d`` for one of the names.

    Of a dictionary that it makes, it may be one of its keys, as in ``grads['W']``.
    """
    name, _, key = name.partition("[")
    if key and isinstance(node, ast.Assign) and isinstance(node.value, ast.Dict):
        keys = [None if each is None else f"{ast.unparse(each)}]" for each in node.value.keys]
        if None not in keys and keys.count(key) == 1:
            return _reads(ast.Expr(node.value.values[keys.index(key)]))
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
