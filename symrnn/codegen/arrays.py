"""Statements of NumPy that write into arrays that are there already, and products whose columns lie in one piece."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from symrnn.codegen.lines import INDENT, in_comment
from symrnn.codegen.pieces import Level, Piece, added

FUNCTIONS = frozenset(("np.tanh", "np.exp", "np.sin", "np.arctan", "sigmoid"))
"""Functions that can be told where to put their result."""
OPERATIONS: dict[type[ast.operator], str] = {
    ast.Add: "np.add",
    ast.Sub: "np.subtract",
    ast.Mult: "np.multiply",
    ast.MatMult: "np.matmul",
}


def product(piece: Piece) -> str:
    """A matrix product whose columns lie one after another in memory, as those of its right factor do.

    >>> product(Piece("W @ h[t - 1]", Level.MATMUL))
    'np.matmul(W, h[t - 1], order="F")'
    """
    left, right = _sides(piece.text)
    return f'np.matmul({left}, {right}, order="F")'


def into(left: str, piece: Piece, functions: frozenset[str] = FUNCTIONS) -> str:
    """The statement that puts the value of a piece into an array.

    >>> into("h[t]", Piece("o[t] * np.tanh(c[t])", Level.TIMES))
    'np.multiply(o[t], np.tanh(c[t]), out=h[t])'
    >>> into("h[t]", Piece("phi(a[t])"))
    'h[t][...] = phi(a[t])'
    """
    node = ast.parse(piece.text, mode="eval").body
    if isinstance(node, ast.BinOp) and type(node.op) in OPERATIONS:
        sides = (ast.get_source_segment(piece.text, side) for side in (node.left, node.right))
        return f"{OPERATIONS[type(node.op)]}({', '.join(map(str, sides))}, out={left})"
    if isinstance(node, ast.Call) and ast.unparse(node.func) in functions:
        return f"{piece.text[:-1]}, out={left})"
    return f"{left}[...] = {piece.text}"


class InPlace:
    """Statements that write into arrays: each product of matrices has a line of its own."""

    functions = FUNCTIONS

    @classmethod
    def filling(cls, left: str, pieces: Sequence[Piece], comment: str, depth: int) -> list[str]:
        """The lines after which an array holds a sum: products first, each on a line of its own."""
        products, others = _parted(pieces)
        if not products:
            return _lines([into(left, added(others), cls.functions)], comment, depth)
        first, *more = products
        a, b = _sides(first.text)
        return _lines([f"np.matmul({a}, {b}, out={left})", *_more(left, more, others)], comment, depth)

    @classmethod
    def adding(cls, left: str, pieces: Sequence[Piece], comment: str, depth: int) -> list[str]:
        """The lines that add a sum to an array."""
        return _lines(_more(left, *_parted(pieces)), comment, depth)

    @classmethod
    def making(cls, left: str, pieces: Sequence[Piece], comment: str, depth: int, is_owned: bool = False) -> list[str]:
        """The lines that make a new array of a sum; one that is owned is written into later, and shares no memory."""
        products, others = _parted(pieces)
        if not products:
            return _lines([_whole(left, others, is_owned)], comment, depth)
        first, *more = products
        return _lines([f"{left} = {product(first)}", *_more(left, more, others)], comment, depth)

    @classmethod
    def moving(cls, left: str, pieces: Sequence[Piece], comment: str, depth: int) -> list[str]:
        """The lines that make a new array of a sum in which the old one may stand; empty where it needs another name.

        >>> pieces = [Piece("U.T @ da[t]", Level.MATMUL), Piece("z[t] * dh", Level.TIMES)]
        >>> print(*InPlace.moving("dh", pieces, "", 0), sep="; ")
        dh = z[t] * dh; dh += np.matmul(U.T, da[t], order="F")
        """
        products, others = _parted(pieces)
        in_products, in_others = ([piece for piece in part if _mentions(piece, left)] for part in (products, others))
        if not in_others and in_products in ([], products[:1]):
            return cls.making(left, pieces, comment, depth, is_owned=True)
        if in_products:
            return []
        return _lines([_whole(left, others, True), *_more(left, products, [])], comment, depth)


def _whole(left: str, others: Sequence[Piece], is_owned: bool) -> str:
    whole = added(others)
    text = whole.called(".copy()").text if is_owned and _is_place(whole.text) and whole.text != left else whole.text
    return f"{left} = {text}"


def _mentions(piece: Piece, name: str) -> bool:
    tree = ast.parse(piece.text, mode="eval")
    return any(isinstance(node, ast.Name) and node.id == name for node in ast.walk(tree))


def _parted(pieces: Sequence[Piece]) -> tuple[list[Piece], list[Piece]]:
    """Products of matrices, and everything else."""
    products = [piece for piece in pieces if piece.level == Level.MATMUL]
    return products, [piece for piece in pieces if piece.level != Level.MATMUL]


def _more(left: str, products: Sequence[Piece], others: Sequence[Piece]) -> list[str]:
    lines = [f"{left} += {product(piece)}" for piece in products]
    for piece in others:
        sign = "-" if piece.level == Level.SIGNED else "+"
        lines.append(f"{left} {sign}= {piece.text[1:] if sign == '-' else piece.text}")
    return lines


def _lines(statements: list[str], comment: str, depth: int) -> list[str]:
    behind = f"  # {in_comment(comment)}" if comment else ""
    return [INDENT * depth + line + (behind if place == 0 else "") for place, line in enumerate(statements)]


def _is_place(text: str) -> bool:
    """Whether a text names an array, or an item or a view of one, and so makes no new one."""
    node = ast.parse(text, mode="eval").body
    while isinstance(node, ast.Subscript | ast.Attribute):
        node = node.value
    return isinstance(node, ast.Name)


def _sides(text: str) -> tuple[str, str]:
    node = ast.parse(text, mode="eval").body
    assert isinstance(node, ast.BinOp)  # it is the text of a product
    left, right = (ast.get_source_segment(text, side) for side in (node.left, node.right))
    return str(left), str(right)
