"""Puts the syntax tree of a NumPy function into words that latexify writes as mathematics."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from symrnn.errors import NotationError

TRANSPOSE, ENTRYWISE, GROUP, DOTS, ZERO = (
    "the_transpose",
    "the_entrywise",
    "the_group",
    "the_dots",
    "the_zero",
)
FUNCTION, PROGRAM = "the_function_", "the_program_"  # prefixes: what is called, and what is being typeset

#: Words of our own and their LaTeX; a notation may have other signs for the first two.
WORDS = {TRANSPOSE: r"\top", ENTRYWISE: r"\odot", GROUP: "", DOTS: r"\dots", ZERO: r"\mathbf{0}"}

#: Functions that latexify writes as mathematics; all others are spelled by the notation.
KNOWN = frozenset(["abs", "sqrt", "exp", "log", "ceil", "floor", "sum"])
MODULES = frozenset(["np", "numpy", "linalg"])


def _name(identifier: str) -> ast.Name:
    return ast.Name(id=identifier, ctx=ast.Load())


def _product(left: ast.expr, right: ast.expr) -> ast.BinOp:
    return ast.BinOp(left=left, op=ast.MatMult(), right=right)


def _power(base: ast.expr, exponent: ast.expr) -> ast.BinOp:
    return ast.BinOp(left=base, op=ast.Pow(), right=exponent)


class NumpyReader(ast.NodeTransformer):
    """One method per construct that means something else in NumPy than in Python.

    Attributes:
        scalars: the names that are known to be scalars, as far as the function has been read.
    """

    def __init__(self, scalars: Iterable[str] = ()) -> None:
        self.scalars = frozenset(scalars)

    # --- statements -------------------------------------------------------------------------------

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """Note the scalar parameters; drop docstring, annotations and decorators."""
        self.scalars |= {
            one.arg
            for one in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
            if one.annotation and ast.unparse(one.annotation).strip("'\"") in ("int", "float")
        }
        for one in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
            one.annotation = None
        node.returns, node.decorator_list = None, []
        if ast.get_docstring(node) is not None:
            del node.body[0]
        node.args.args = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        node.args.posonlyargs, node.args.kwonlyargs, node.args.kw_defaults, node.args.defaults = (
            [],
            [],
            [],
            [],
        )
        name = node.name
        visited = self.generic_visit(node)
        node.name = PROGRAM + name
        return visited

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST:
        """Write x += y as x = x + y."""
        value = ast.BinOp(left=ast.parse(ast.unparse(node.target), mode="eval").body, op=node.op, right=node.value)
        return self.generic_visit(ast.Assign(targets=[node.target], value=value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        """An annotation is not mathematics."""
        if node.value is None:
            return None
        return self.generic_visit(ast.Assign(targets=[node.target], value=node.value))

    def visit_For(self, node: ast.For) -> ast.AST:
        """A loop over a range runs over an arithmetic progression, in its order."""
        if isinstance(node.target, ast.Name) and (steps := _progression(node.iter)):
            self.scalars |= {node.target.id}
            node.iter = steps
        return self.generic_visit(node)

    # --- expressions ------------------------------------------------------------------------------

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """X.T is a power; a module in front of a name goes."""
        if isinstance(node.value, ast.Name | ast.Attribute) and _last(node.value) in MODULES:
            return _name(node.attr)
        if node.attr == "T":
            return _power(self.visit(node.value), _name(TRANSPOSE))
        raise NotationError(f"the attribute .{node.attr} cannot be typeset", where=ast.unparse(node))

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """Numbers only."""
        if isinstance(node.value, str | bytes):
            raise NotationError("a string cannot be typeset", where=ast.unparse(node))
        return node

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """h[t] is an element of a sequence; h[t, i] is h[t][i]."""
        base: ast.expr = node.value
        root = base
        while isinstance(root, ast.Subscript):
            root = root.value
        if not isinstance(root, ast.Name):
            raise NotationError("only a name can have an index", where=ast.unparse(node))
        for index in node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]:
            if isinstance(index, ast.Slice):
                raise NotationError("a slice cannot be typeset", where=ast.unparse(node), advice="use a loop")
            base = ast.Subscript(value=base, slice=index, ctx=ast.Load())
        return self.generic_visit(base)

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """A * B and A ** 2 work entry by entry, unless they are scalars."""
        where = ast.unparse(node)
        entrywise = not (self._scalar(node.left) or self._scalar(node.right))
        power_of_array = not self._scalar(node.left)
        left, right = (self._in_product(node, part) for part in (node.left, node.right))
        match node.op:
            case ast.Mult() if entrywise:
                return _product(_product(left, _name(ENTRYWISE)), right)
            case ast.Mult() | ast.MatMult():
                return _product(left, right)
            case ast.Pow() if power_of_array:
                return _power(left, _product(_name(ENTRYWISE), right))
            case ast.Mod() | ast.FloorDiv() | ast.LShift() | ast.RShift() | ast.BitAnd() | ast.BitOr() | ast.BitXor():
                raise NotationError("no arithmetic of a gradient", where=where)
        return ast.BinOp(left=left, op=node.op, right=right)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Linear algebra that has a sign of its own gets it."""
        if isinstance(node.func, ast.Attribute) and node.func.attr == "dot" and _last(node.func.value) not in MODULES:
            node = ast.Call(func=_name("dot"), args=[node.func.value, *node.args], keywords=[])
        name = _last(node.func)
        if node.keywords or any(isinstance(argument, ast.Starred) for argument in node.args):
            raise NotationError(f"a call of {name} with keywords or * cannot be typeset", where=ast.unparse(node))
        match name, node.args:
            case "transpose", [one]:
                return self.visit(ast.Attribute(value=one, attr="T", ctx=ast.Load()))
            case "outer", [one, other]:
                transposed = ast.Attribute(value=other, attr="T", ctx=ast.Load())
                return self.visit(ast.BinOp(left=one, op=ast.MatMult(), right=transposed))
            case "dot" | "matmul", [one, other]:
                return self.visit(ast.BinOp(left=one, op=ast.MatMult(), right=other))
            case "multiply", [one, other]:
                return self.visit(ast.BinOp(left=one, op=ast.Mult(), right=other))
            case "inv", [one]:
                return _power(self.visit(one), ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=1)))
            case "matrix_power", [one, exponent]:
                return _power(self.visit(one), self.visit(exponent))
            case "zeros" | "zeros_like", _:
                return _name(ZERO)
        arguments = [self.visit(argument) for argument in node.args]
        return ast.Call(func=_name(name if name in KNOWN else FUNCTION + name), args=arguments, keywords=[])

    # --- what is a scalar, what needs parentheses -------------------------------------------------

    def _scalar(self, node: ast.expr) -> bool:
        match node:
            case ast.Constant():
                return True
            case ast.Name(id=name):
                return name in self.scalars
            case ast.UnaryOp(operand=inside):
                return self._scalar(inside)
            case ast.BinOp(left=left, right=right):
                return self._scalar(left) and self._scalar(right)
            case ast.Call(func=ast.Name(id="len")):
                return True
        return False

    def _in_product(self, parent: ast.BinOp, part: ast.expr) -> ast.expr:
        """Parentheses that latexify leaves out: to it @ and * are equally strong, and a - -b is fine."""
        visited: ast.expr = self.visit(part)
        loose = isinstance(part, ast.BinOp) and isinstance(part.op, ast.Mult) and _has_sign(visited)
        second_sign = part is parent.right and isinstance(part, ast.UnaryOp)
        if second_sign or (loose and isinstance(parent.op, ast.MatMult)):
            return ast.Call(func=_name(GROUP), args=[visited], keywords=[])
        return visited


def _has_sign(node: ast.expr) -> bool:
    return any(isinstance(part, ast.Name) and part.id == ENTRYWISE for part in ast.walk(node))


def _last(node: ast.expr) -> str:
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _progression(node: ast.expr) -> ast.Tuple | None:
    """range(T, 0, -1) as (T, T - 1, ..., 1); None for anything else."""
    backwards = isinstance(node, ast.Call) and _last(node.func) == "reversed" and len(node.args) == 1
    call = node.args[0] if isinstance(node, ast.Call) and backwards else node
    if not (isinstance(call, ast.Call) and _last(call.func) == "range" and 1 <= len(call.args) <= 3):
        return None
    bounds = [ast.Constant(value=0), *call.args] if len(call.args) == 1 else call.args
    start, stop = bounds[:2]
    step = ast.unparse(bounds[2]) if len(bounds) == 3 else "1"
    if step not in ("1", "-1"):
        return None
    size = int(step)
    last = _shifted(stop, -size)
    if backwards:
        start, last, size = last, start, -size
    return ast.Tuple(elts=[start, _shifted(start, size), _name(DOTS), last], ctx=ast.Load())


def _shifted(node: ast.expr, by: int) -> ast.expr:
    """The sum of node and by, with numbers at its end taken together."""
    match node:
        case ast.Constant(value=int(value)):
            return ast.Constant(value=value + by)
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() as sign, right=ast.Constant(value=int(value))):
            return _shifted_by(left, by + (value if isinstance(sign, ast.Add) else -value))
    return _shifted_by(node, by)


def _shifted_by(node: ast.expr, by: int) -> ast.expr:
    if by == 0:
        return node
    sign = ast.Add() if by > 0 else ast.Sub()
    return ast.BinOp(left=node, op=sign, right=ast.Constant(value=abs(by)))
