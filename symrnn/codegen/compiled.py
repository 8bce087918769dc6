"""The fast form with loops that Numba compiles, for networks so small that NumPy spends its time on calls.

In compiled code a statement costs what it computes, so that its lines are those of the plain form again.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from collections.abc import Sequence as Many

from symrnn.codegen.arrays import FUNCTIONS, InPlace
from symrnn.codegen.fast import PLAIN, FastForward, Helpers
from symrnn.codegen.fast_backward import FastBackward
from symrnn.codegen.pieces import Level, Piece
from symrnn.codegen.plan import Plan
from symrnn.codegen.scan import Functional
from symrnn.codegen.stages import Stages
from symrnn.errors import UnknownTermError

UNKNOWN = ("keepdims", "np.pad", "np.linalg")
"""What Numba does not compile as it is written here."""


class Compiled(Functional):
    """Statements for compiled loops, with products that any layout of memory goes into."""

    @classmethod
    def filling(cls, left: str, pieces: Many[Piece], comment: str, depth: int) -> list[str]:
        """The line that gives a sum a name, or puts it into an array."""
        return super().filling(left, [_called(piece) for piece in pieces], comment, depth)

    @classmethod
    def adding(cls, left: str, pieces: Many[Piece], comment: str, depth: int) -> list[str]:
        """The line that adds a sum to what has a name."""
        return super().adding(left, [_called(piece) for piece in pieces], comment, depth)


class OwnFunctions(InPlace):
    """Statements for all steps at once; compiled functions cannot be told where to put their results."""

    functions = frozenset(name for name in FUNCTIONS if name.startswith("np."))


class _Calls(ast.NodeTransformer):
    """Products of matrices as calls, and what is joined or padded as Numba has it."""

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        """``A @ B`` as ``product(A, B)``."""
        self.generic_visit(node)
        if not isinstance(node.op, ast.MatMult):
            return node
        return ast.Call(ast.Name("product", ast.Load()), [node.left, node.right], [])

    def visit_Call(self, node: ast.Call) -> ast.expr:
        """``np.concatenate((a, b), axis=0)``, as no list is taken, and ``padded(a, above, below)``."""
        self.generic_visit(node)
        name = ast.unparse(node.func)
        if name == "np.concatenate" and isinstance(node.args[0], ast.List):
            return ast.Call(node.func, [ast.Tuple(node.args[0].elts, ast.Load()), *node.args[1:]], node.keywords)
        if name == "np.pad" and isinstance(node.args[1], ast.Tuple):
            rows, columns = node.args[1].elts
            if isinstance(rows, ast.Tuple) and ast.unparse(columns) == "(0, 0)":
                return ast.Call(ast.Name("padded", ast.Load()), [node.args[0], *rows.elts], [])
        return node


def _called(piece: Piece) -> Piece:
    """A piece with calls for products.

    >>> _called(Piece("W @ h[t - 1]", Level.MATMUL)).text
    'product(W, h[t - 1])'
    """
    if not any(word in piece.text for word in ("@", "np.concatenate", "np.pad")):
        return piece
    text = ast.unparse(_Calls().visit(ast.parse(piece.text, mode="eval")))
    return Piece(text, Level.ATOM if piece.level == Level.MATMUL else piece.level)


def compiled_of(plan: Plan) -> tuple[FastForward, FastBackward]:
    """Both passes.

    Raises:
        UnknownTermError: for a loop that Numba does not compile.
    """
    plan.names.of("product", "function")
    stages = Stages(plan)
    backward = CompiledBackward(plan, stages, compiled=True)
    forward = CompiledForward(plan, stages, backward.read(), compiled=True)
    for name, _, _ in backward.carried:  # in place: a number such as 0.3 would turn single precision into double
        backward.loop = [re.sub(rf"^( +){name} = ", rf"\g<1>{name}[:] = ", line) for line in backward.loop]
    text = "\n".join([*forward.loop, *backward.loop])
    generic = forward.step.activations.generic | backward.step.activations.generic
    unknown = [*(word for word in UNKNOWN if word in text), *generic]
    if unknown:
        raise UnknownTermError(
            f"there is no compiled form with {unknown[0]} in the loop", where=plan.recurrence.name, advice=PLAIN
        )
    return forward, backward


class CompiledForward(FastForward):
    """The parts of ``forward``, for the template."""

    has_blocks = False
    statements = Compiled
    wide = OwnFunctions

    @property
    def activations(self) -> Helpers:
        """The functions that the lines call, those of the loop compiled."""
        return _compiled(super().activations, self.loop)


class CompiledBackward(FastBackward):
    """The parts of ``backward``, for the template."""

    has_blocks = False
    statements = Compiled
    wide = OwnFunctions

    @property
    def activations(self) -> Helpers:
        """The functions that the lines call, those of the loop compiled."""
        return _compiled(super().activations, self.loop)


SIGMOID = (
    "def sigmoid(z):",
    '    """1 / (1 + exp(-z)): compiled code lets exp overflow, to infinity and so to 0."""',
    "    return 1 / (1 + np.exp(-z))",
)
PADDED = (
    "def padded(rows, above, below):",
    '    """Rows among zeros: so many rows above them, so many below."""',
    "    found = np.zeros((above + rows.shape[0] + below, rows.shape[1]), rows.dtype)",
    "    found[above : above + rows.shape[0]] = rows",
    "    return found",
)


def _compiled(found: Helpers, loop: list[str]) -> Helpers:
    """Functions as a compiled loop calls them, and those that these call."""
    pads = {"padded": PADDED} if any("padded(" in line for line in loop) else {}
    helpers: Mapping[str, tuple[str, ...]] = found.helpers | pads
    needed: set[str] = set()
    todo = ["\n".join(loop)]
    while todo:
        text = todo.pop()
        for name, lines in helpers.items():
            if name not in needed and re.search(rf"\b{re.escape(name)}\(", text):
                needed.add(name)
                todo.append("\n".join(lines[1:]))
    written = {name: SIGMOID if name == "sigmoid" else lines for name, lines in helpers.items()}
    found.helpers = {name: ("@numba.njit", *lines) if name in needed else lines for name, lines in written.items()}
    return found
