"""The lines of a backward pass at which slips happen, and copies of it in which some of them are replaced."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Edits = Mapping[int, tuple[ast.stmt, ...]]
"""What stands in the place of which line; lines count from 0 in the order of the text."""


@dataclass(frozen=True)
class Line:
    """An assignment of the loop.

    Args:
        at: its number.
        node: the assignment.
    """

    at: int
    node: ast.Assign

    @cached_property
    def target(self) -> str:
        """The text of what it assigns to."""
        return ast.unparse(self.node.targets[0])

    @cached_property
    def name(self) -> str:
        """The name of what it assigns to, without an index."""
        return base(self.node.targets[0])

    @cached_property
    def text(self) -> str:
        """The line."""
        return ast.unparse(self.node)

    @cached_property
    def accumulates(self) -> bool:
        """Whether it adds to what it assigns to."""
        first = addends(self.node.value)[0][1]
        return ast.unparse(first) == self.target

    def with_value(self, value: ast.expr) -> ast.Assign:
        """The line with another right side."""
        return ast.Assign([copy.deepcopy(self.node.targets[0])], value)


class Lines:
    """The assignments in the loops of a backward pass.

    Args:
        function: the backward pass.
    """

    def __init__(self, function: ast.FunctionDef) -> None:
        self.function = function
        self.loops = [node for node in function.body if isinstance(node, ast.For)]
        inside = {id(node) for loop in self.loops for node in ast.walk(loop)}
        everything = [node for node in _in_order(function) if isinstance(node, ast.stmt)]
        self.numbers = {id(node): at for at, node in enumerate(everything)}
        self.all = tuple(
            Line(self.numbers[id(node)], node)
            for node in everything
            if isinstance(node, ast.Assign) and id(node) in inside
        )

    def of(self, name: str) -> Line | None:
        """The line of a local error, which has one line of its own."""
        found = [line for line in self.all if line.name == name and isinstance(line.node.targets[0], ast.Name)]
        return found[0] if len(found) == 1 and not found[0].accumulates else None

    def replaced(self, edits: Edits) -> ast.FunctionDef:
        """The function with other lines in the place of some; everything else is shared with it."""
        (result,) = self._rewritten(self.function, edits)
        assert isinstance(result, ast.FunctionDef)
        return result

    def _rewritten(self, node: ast.stmt, edits: Edits) -> tuple[ast.stmt, ...]:
        at = self.numbers.get(id(node))
        if at is not None and at in edits:
            return tuple(ast.fix_missing_locations(new) for new in edits[at])
        if not isinstance(node, ast.FunctionDef | ast.For | ast.If):
            return (node,)
        twin = copy.copy(node)
        twin.body = [new for each in node.body for new in self._rewritten(each, edits)]
        return (twin,)


def _in_order(node: ast.AST) -> Iterator[ast.AST]:
    """All nodes below one, in the order of the text."""
    for child in ast.iter_child_nodes(node):
        yield child
        yield from _in_order(child)


def reads(line: Line) -> list[ast.Subscript]:
    """The quantities with an index on the right side, but for what the line adds to."""
    found = [node for node in ast.walk(line.node.value) if isinstance(node, ast.Subscript)]
    return [node for node in found if isinstance(node.value, ast.Name) and ast.unparse(node) != line.target]


def with_node(line: Line, old: ast.expr, new: ast.expr) -> ast.expr:
    """The right side of a line in which one node is another; only what leads to it is copied."""
    return copied(line.node.value, old, new)


def copied(node: ast.expr, old: ast.expr, new: ast.expr) -> ast.expr:
    """An expression in which one node is another; what does not lead to it is shared."""
    if node is old:
        return new
    changed = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.expr):
            found: Any = copied(value, old, new)
        elif isinstance(value, list):
            found = [copied(each, old, new) if isinstance(each, ast.expr) else each for each in value]
            found = value if all(one is other for one, other in zip(found, value, strict=True)) else found
        else:
            continue
        if found is not value:
            changed[name] = found
    if not changed:
        return node
    twin = copy.copy(node)
    for name, found in changed.items():
        setattr(twin, name, found)
    return twin


def base(node: ast.expr) -> str:
    """The name in ``name``, ``name[t]`` and ``name[t].T``; empty for anything else.

    >>> base(ast.parse("h[t - 1].T", mode="eval").body)
    'h'
    """
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def addends(node: ast.expr) -> list[tuple[int, ast.expr]]:
    """The summands with their signs.

    >>> [(sign, ast.unparse(term)) for sign, term in addends(ast.parse("a - b * c + d", mode="eval").body)]
    [(1, 'a'), (-1, 'b * c'), (1, 'd')]
    """
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub):
        sign = 1 if isinstance(node.op, ast.Add) else -1
        return addends(node.left) + [(sign * each, term) for each, term in addends(node.right)]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return [(-each, term) for each, term in addends(node.operand)]
    return [(1, node)]


def added(terms: list[tuple[int, ast.expr]]) -> ast.expr:
    """The sum of summands with signs; the first one gets a minus as it needs one."""
    (sign, result), *others = terms
    if sign < 0:
        result = ast.UnaryOp(ast.USub(), result)
    for each, term in others:
        result = ast.BinOp(result, ast.Add() if each > 0 else ast.Sub(), term)
    return result


def factors(node: ast.expr) -> list[ast.expr]:
    """The factors of an entrywise product.

    >>> [ast.unparse(each) for each in factors(ast.parse("f * (1 - f) * df", mode="eval").body)]
    ['f', '1 - f', 'df']
    """
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult):
        return factors(node.left) + factors(node.right)
    return [node]


def times(parts: list[ast.expr]) -> ast.expr:
    """Their entrywise product."""
    result = parts[0]
    for part in parts[1:]:
        result = ast.BinOp(result, ast.Mult(), part)
    return result


def counted(count: int, what: str) -> str:
    """A number of things.

    >>> counted(1, "step"), counted(2, "step")
    ('1 step', '2 steps')
    """
    return f"{count} {what}{'s' * (count > 1)}"


def expression(text: str) -> ast.expr:
    """The expression that a text of our own is."""
    return ast.parse(text, mode="eval").body


def statement(text: str) -> ast.stmt:
    """The statement that a text of our own is."""
    return ast.parse(text).body[0]
