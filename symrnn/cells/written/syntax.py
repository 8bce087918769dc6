"""The parts of an equation, each with its place in the text."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from symrnn.cells.written.places import Span


@dataclass(frozen=True)
class Number:
    """A number, exact."""

    span: Span
    value: Fraction


@dataclass(frozen=True)
class Name:
    """A name without an index."""

    span: Span
    name: str
    shown: str


@dataclass(frozen=True)
class Element:
    """A quantity at t - lag."""

    span: Span
    name: str
    lag: int


@dataclass(frozen=True)
class Called:
    """A name before parentheses: a function and what it is applied to, or two factors."""

    span: Span
    function: Name
    arguments: tuple[Node, ...]


@dataclass(frozen=True)
class Sum:
    """Summands with their signs, 1 or -1."""

    span: Span
    summands: tuple[tuple[int, Node], ...]


@dataclass(frozen=True)
class Entrywise:
    """A product entry by entry."""

    span: Span
    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Product:
    """Factors side by side, each with whether it stands below a stroke; a star is a blank."""

    span: Span
    factors: tuple[tuple[Node, bool], ...]


@dataclass(frozen=True)
class Group:
    """What stands in parentheses."""

    span: Span
    inside: Node


@dataclass(frozen=True)
class Stack:
    """Columns below each other."""

    span: Span
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Transposed:
    """A transpose."""

    span: Span
    base: Node


@dataclass(frozen=True)
class Power:
    """A power with a whole number, of a matrix or entry by entry."""

    span: Span
    base: Node
    exponent: int
    entrywise: bool


Node: TypeAlias = Number | Name | Element | Called | Sum | Entrywise | Product | Group | Stack | Transposed | Power


@dataclass(frozen=True)
class Equation:
    """A left side, and what it is."""

    left: Name | Element
    right: Node


@dataclass(frozen=True)
class Setting:
    """A parameter of an activation: a number, or a name."""

    span: Span
    name: str
    value: Fraction | str


@dataclass(frozen=True)
class Width:
    """A number of rows or columns: a sum of numbers, and of letters so many times."""

    span: Span
    parts: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Declared:
    """What is said of a name below ``where``.

    Args:
        span, name, indexed: the name, and whether it was written with an index.
        shape: rows and columns, columns None for a column; None where no shape is said.
        kind: "number", "positive number", "function" or empty.
        function: the activation that a name stands for, with its parameters.
    """

    span: Span
    name: str
    indexed: bool
    shape: tuple[Width, Width | None] | None = None
    kind: str = ""
    function: tuple[Name, tuple[Setting, ...]] | None = None


@dataclass(frozen=True)
class Line:
    """A line about the loss, as it stands."""

    span: Span
    text: str


@dataclass(frozen=True)
class Text:
    """All that a text says."""

    equations: tuple[Equation, ...]
    declared: tuple[Declared, ...]
    loss: tuple[Line, ...]


def parts(node: Node) -> tuple[Node, ...]:
    """What a node is made of, in the order of the text.

    >>> one = Number(Span(0, 1), Fraction(1))
    >>> parts(Sum(Span(0, 5), ((1, one), (-1, one)))) == (one, one)
    True
    """
    match node:
        case Called():
            return (node.function, *node.arguments)
        case Sum():
            return tuple(part for _, part in node.summands)
        case Product():
            return tuple(part for part, _ in node.factors)
        case Entrywise():
            return node.factors
        case Stack():
            return node.parts
        case Group():
            return (node.inside,)
        case Transposed() | Power():
            return (node.base,)
    return ()
