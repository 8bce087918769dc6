"""Shapes found from use: every sum and product says that some sizes are the same."""

from __future__ import annotations

from itertools import pairwise

import sympy as sp

from symrnn.cells.written import functions, syntax
from symrnn.cells.written.names import is_greek, is_matrix
from symrnn.cells.written.places import Misread, Span
from symrnn.cells.written.scope import STEP, Scope, walk
from symrnn.cells.written.shapes import Found, Shapes
from symrnn.cells.written.sizes import ONE, Shape, Size, summands
from symrnn.recurrence import Role


def infer(scope: Scope, source: str) -> Shapes:
    """Find the shapes of everything.

    Raises:
        Misread: for shapes that do not fit, with both places; and for a size that nothing says, with its name.
    """
    shapes = Shapes(scope, source)
    for name, equation in scope.equations.items():
        _equation(shapes, equation, shapes.shape_of(name, name, equation.left.span))
    if scope.step is not None and not _is_generic(scope.step.right):
        _equation(shapes, scope.step, (ONE, ONE))
    _look_again(shapes)
    _name_sizes(shapes)
    _look_again(shapes)
    for _, _, span, what, advice in shapes.pending:
        raise Misread(what, span, advice)
    return shapes


def _look_again(shapes: Shapes) -> None:
    """Compare what could not be compared before, as long as that helps."""
    before = -1
    while shapes.pending and len(shapes.pending) != before:
        waiting, shapes.pending = shapes.pending, []
        before = len(waiting)
        for pair in waiting:
            shapes.require(*pair)


def _is_generic(node: syntax.Node) -> bool:
    """Whether the loss of a step is ℓ of something."""
    return isinstance(node, syntax.Called) and node.function.name == STEP


def _equation(shapes: Shapes, equation: syntax.Equation, left: Shape) -> None:
    right = _node(shapes, equation.right)
    if right is None:
        return
    shown = shapes.quoted(equation.left)
    what = f"{shown} is {shapes.words(left)}, but its right side is {shapes.words(right)}"
    advice = _turned(right) or _perhaps_matrix(shapes, equation.left, right)
    for one, other in zip(left, right, strict=True):
        shapes.require(one, other, equation.right.span, what, advice)


def _turned(shape: Shape) -> str:
    """Advice for a row in the place of a column."""
    rows, cols = shape
    return "is a ' missing, or one too many?" if rows.is_one and not cols.is_one else ""


def _perhaps_matrix(shapes: Shapes, node: syntax.Node, beside: Shape) -> str:
    """Advice for a column beside a matrix."""
    if not isinstance(node, syntax.Element) or node.name in shapes.scope.declared or beside[1].is_one:
        return ""
    return f"if {shapes.quoted(node)} is a matrix, say so below where, as in {node.name}: n x m"


def _node(shapes: Shapes, node: syntax.Node) -> Found:
    found = _shape(shapes, node)
    shapes.nodes[id(node)] = found
    return found


def _shape(shapes: Shapes, node: syntax.Node) -> Found:
    match node:
        case syntax.Number():
            return None
        case syntax.Element():
            return shapes.shape_of(node.name, node.name, node.span)
        case syntax.Name():
            return _bare(shapes, node)
        case syntax.Group():
            return _node(shapes, node.inside)
        case syntax.Called():
            return _called(shapes, node)
        case syntax.Stack():
            return _stack(shapes, node.parts, node.span)
        case syntax.Transposed():
            inside = _node(shapes, node.base)
            if isinstance(node.base, syntax.Number):  # 1' a is the sum of the entries of a
                return ONE, Size((f"{shapes.quoted(node)} has any number of columns", node.span))
            return None if inside is None else inside[::-1]
        case syntax.Power():
            return _power(shapes, node)
        case syntax.Entrywise():
            return _entrywise(shapes, node)
        case syntax.Sum():
            return _sum(shapes, node)
    return _product(shapes, node.factors)


def _bare(shapes: Shapes, node: syntax.Name) -> Found:
    scope = shapes.scope
    if scope.is_trained_number(node.name):
        shapes.shape_of(node.name, node.shown, node.span)
        return None
    if scope.is_number(node.name):
        return None
    if not scope.is_identity(node.name):
        return shapes.shape_of(node.name, node.shown, node.span)
    _, _, letter = node.name.partition("_")
    if not letter:
        size = Size((f"{node.shown} has any size", node.span))  # each I is as large as its place asks for
        return size, size
    if letter == "1":
        return ONE, ONE
    if letter.isdecimal() and not int(letter):
        raise Misread(f"{node.shown} has no rows", node.span, "an identity has one row or more")
    value = sp.Integer(letter) if letter.isdecimal() else shapes.letter(letter, node.span)
    size = Size((f"{node.shown} says its size", node.span), value)
    return size, size


def _called(shapes: Shapes, node: syntax.Called) -> Found:
    kind, shown = shapes.scope.called[node.function.name], node.function.shown
    if kind == functions.BELOW:
        return _stack(shapes, node.arguments, node.span)
    if kind == functions.LARGER:
        return _larger(shapes, node)
    (argument,) = node.arguments
    inside = _node(shapes, argument)
    if inside is None:
        raise Misread(f"{shown} is applied to a number", argument.span, _perhaps_column(shapes, argument))
    if kind == functions.DIAGONAL or kind == functions.SOFTMAX:
        what = f"{shown} is applied to {shapes.quoted(argument)}, which is {shapes.words(inside)}, and not a column"
        shapes.require(inside[1], ONE, argument.span, what)
    return (inside[0], inside[0]) if kind == functions.DIAGONAL else inside


def _is_of_a_matrix(shapes: Shapes, node: syntax.Node) -> bool:
    """Whether a function that works entry by entry is applied to parameters alone."""
    if not isinstance(node, syntax.Called) or shapes.scope.called[node.function.name] in functions.BUILT_IN:
        return False
    return not any(isinstance(inner, syntax.Element) for inner in walk(node))


def _perhaps_column(shapes: Shapes, node: syntax.Node) -> str:
    """Advice for a letter that is taken for a number."""
    for inner in walk(node):
        if isinstance(inner, syntax.Name) and shapes.scope.is_number(inner.name):
            return f"if {inner.shown} is a column, say so below where, as in {inner.shown}: n"
    return "apply it to a column or a matrix"


def _larger(shapes: Shapes, node: syntax.Called) -> Shape:
    if len(node.arguments) < 2:
        raise Misread(f"{node.function.shown} of one term", node.span, "it takes several, as in max(a[t], b[t])")
    found = [(part, _node(shapes, part)) for part in node.arguments]
    given = [(part, shape) for part, shape in found if shape is not None]
    if not given:
        raise Misread(f"{node.function.shown} of numbers", node.span, "one of several is a column or a matrix")
    first, shape = given[0]
    for part, other in given[1:]:
        what = f"{shapes.quoted(first)} is {shapes.words(shape)}, but {shapes.quoted(part)} is {shapes.words(other)}"
        for one, two in zip(shape, other, strict=True):
            shapes.require(one, two, part.span, what, "the largest of several is one of equal shapes")
    for part, other_shape in found:
        if other_shape is None:
            _require_broadcast(shapes, part, shape, shapes.quoted(first))
    return shape


def _stack(shapes: Shapes, parts: tuple[syntax.Node, ...], span: Span) -> Shape:
    if len(parts) < 2:
        advice = "an index is t or t - 1, a concatenation has at least two parts, as in [h[t-1]; x[t]]"
        raise Misread("these brackets have one part", span, advice)
    found: list[Shape] = [_node(shapes, part) or (ONE, ONE) for part in parts]
    for part, shape in zip(parts[1:], found[1:], strict=True):
        what = f"{shapes.quoted(part)} is {shapes.words(shape)}, below {shapes.quoted(parts[0])}, "
        what += f"which is {shapes.words(found[0])}"
        shapes.require(found[0][1], shape[1], part.span, what, "parts below each other have equally many columns")
    return Size(("a concatenation", span), total=tuple(rows for rows, _ in found)), found[0][1]


def _power(shapes: Shapes, node: syntax.Power) -> Found:
    inside = _node(shapes, node.base)
    if inside is None:
        return None
    if not node.exponent:
        raise Misread("a power with 0", node.span, "write I for the identity, 1 for ones")
    if node.entrywise:
        if node.exponent > 4:
            raise Misread(f"entry by entry the power {node.exponent} is too large", node.span, "use one up to 4")
        return inside
    base = shapes.quoted(node.base)
    advice = f"write {base} ⊙ {base} for entry by entry" if inside[1].is_one else "a power is one of a square matrix"
    what = f"{base} is {shapes.words(inside)}, so it has no power"
    if inside[1].is_one and not inside[0].is_one:
        raise Misread(what, node.span, advice)
    shapes.require(*inside, node.span, what, advice)
    return inside


def _entrywise(shapes: Shapes, node: syntax.Entrywise) -> Found:
    for factor in node.factors[:-1]:
        if isinstance(factor, syntax.Product):
            _node(shapes, factor)
            _require_one_reading(shapes, factor, node)
    _require_column(shapes, node)
    found = [_node(shapes, factor) for factor in node.factors]
    given = [(factor, shape) for factor, shape in zip(node.factors, found, strict=True) if shape is not None]
    if not given:
        return None
    first, shape = given[0]
    for factor, other in given[1:]:
        what = f"{shapes.quoted(first)} is {shapes.words(shape)}, but {shapes.quoted(factor)} is {shapes.words(other)}"
        advice = "a product entry by entry is one of equal shapes"
        for one, two in zip(shape, other, strict=True):
            shapes.require(one, two, node.span, what, advice)
    return shape


def _require_one_reading(shapes: Shapes, factor: syntax.Product, node: syntax.Entrywise) -> None:
    """Refuse U r ⊙ h, which some read as (U r) ⊙ h and others as U (r ⊙ h)."""
    matrices = [part for part, _ in factor.factors if shapes.nodes[id(part)] is not None]
    if len(matrices) < 2:
        return
    text, after = shapes.quoted(factor), node.factors[node.factors.index(factor) + 1]
    first, rest = shapes.quoted(matrices[0]), shapes.quoted(matrices[1].span.to(matrices[-1].span))
    advice = f"write ({text}) ⊙ {shapes.quoted(after)}, or {first} ({rest} ⊙ {shapes.quoted(after)})"
    raise Misread(f"{text} ⊙ {shapes.quoted(after)} has two meanings", factor.span.to(after.span), advice)


def _require_column(shapes: Shapes, node: syntax.Entrywise) -> None:
    """Refuse A ⊙ B h for an A of which nothing is said: (A ⊙ B) h is a matrix of weights with a mask."""
    for factor, after in pairwise(node.factors):
        mask = factor.factors[-1][0] if isinstance(factor, syntax.Product) else factor
        if not isinstance(after, syntax.Product) or len(after.factors) == 1:
            continue
        (weights, _), (behind, _) = after.factors[:2]
        if _is_open(shapes.scope, mask) and isinstance(weights, syntax.Name) and is_matrix(weights.name):
            first, text = shapes.quoted(mask), shapes.quoted(after)
            rest = shapes.quoted(behind.span.to(after.span)) if len(after.factors) > 2 else shapes.quoted(behind)
            advice = f"write ({first} ⊙ {shapes.quoted(weights)}) {rest}, or {first} ⊙ ({text}) for a column {first}"
            raise Misread(f"{first} ⊙ {text} has two meanings", mask.span.to(after.span), advice)


def _is_open(scope: Scope, node: syntax.Node) -> bool:
    """Whether something is a matrix by its capital only, so that it may be a column just as well."""
    return (
        isinstance(node, syntax.Name)
        and is_matrix(node.name)
        and node.name not in scope.declared
        and not scope.is_identity(node.name)
    )


def _sum(shapes: Shapes, node: syntax.Sum) -> Found:
    found = [(part, _node(shapes, part)) for _, part in node.summands]
    given = [(part, shape) for part, shape in found if shape is not None]
    if not given:
        return None
    first, shape = given[0]
    for part, other in given[1:]:
        what = f"{shapes.quoted(first)} is {shapes.words(shape)}, but {shapes.quoted(part)} is {shapes.words(other)}"
        advice = _turned(other) or _turned(shape) or _perhaps_matrix(shapes, first, other)
        advice = advice or _perhaps_matrix(shapes, part, shape) or "summands have equal shapes"
        for one, two in zip(shape, other, strict=True):
            shapes.require(one, two, part.span, what, advice)
    for part, given_shape in found:
        if given_shape is None:
            _require_broadcast(shapes, part, shape, shapes.quoted(first))
    return shape


def _require_broadcast(shapes: Shapes, part: syntax.Node, shape: Shape, beside: str) -> None:
    """Ones in the place of 1 are for columns, and for letters of which it is said that they are numbers."""
    if not shape[1].is_one:
        advice = "write I for the identity matrix; a number beside a column is that number in every row"
        raise Misread(f"the number {shapes.quoted(part)} stands beside the matrix {beside}", part.span, advice)
    for inner in walk(part):
        if isinstance(inner, syntax.Name) and is_greek(inner.name) and inner.name not in shapes.scope.declared:
            what = f"{inner.shown} is added to a column, so it may be a number or a column"
            raise Misread(what, inner.span, f"say which below where: {inner.shown}: number, or {inner.shown}: n")


# -- products ----------------------------------------------------------------------------------------------------------


def _product(shapes: Shapes, factors: tuple[tuple[syntax.Node, bool], ...]) -> Found:
    found = [(node, _node(shapes, node), below) for node, below in factors]
    for place, (node, shape, below) in enumerate(found):
        if below and shape is not None:
            what = f"this divides by {shapes.quoted(node)}, which is {shapes.words(shape)}"
            raise Misread(what, node.span, "only numbers can stand below a stroke")
        ends = place + 1 == len(found)
        plain = isinstance(node, syntax.Group) or (
            isinstance(node, syntax.Number) and (ends or found[place + 1][0].span.start > node.span.end)
        )
        if not ends and _is_of_a_matrix(shapes, node) and found[place + 1][1] is not None:
            what = f"{shapes.quoted(node)} may be that of every entry, or that of the matrix"
            advice = "a column goes with ⊙, as in exp(a) ⊙ h[t-1]; functions of a matrix itself are for Python, as W.I"
            raise Misread(what, node.span, advice)
        if below and not ends and not plain:
            after = shapes.quoted(found[place + 1][0])
            advice = f"put brackets around what is below the stroke, or write {after} first"
            raise Misread(
                f"{after} may stand below the stroke, or behind it", node.span.to(found[place + 1][0].span), advice
            )
    given = [(node, shape) for node, shape, _ in found if shape is not None]
    matrices = [(node, shape) for node, shape in given if not all(size.is_one for size in shape)]
    if not given:
        return None
    if not matrices:
        return ONE, ONE
    (before, shape), *others = matrices
    rows, cols = shape
    for node, (first, last) in others:
        _require_fit(shapes, before, cols, node, first, (shape, (first, last)))
        before, cols, shape = node, last, (first, last)
    return rows, cols


def _require_fit(
    shapes: Shapes, left: syntax.Node, cols: Size, right: syntax.Node, rows: Size, both: tuple[Shape, Shape]
) -> None:
    one, two = shapes.quoted(left), shapes.quoted(right)
    words = [shapes.words(shape) for shape in both]
    what = f"{one} is {words[0]} and {two} is {words[1]}, so {one} {two} is not a product"
    if not (cols.is_one and rows.is_open):
        advice = "the columns of the first are the rows of the second; check the order and the transposes"
        shapes.require(cols, rows, left.span.to(right.span), what, advice)
        return
    if both[1][1].is_one:
        advice = f"write {one} ⊙ {two} for a product entry by entry, {one}' {two} for an inner one; "
        name, there = _lower(left), None
        if name:
            there = shapes.scope.columns.get(name)
            advice += f"if {name} is a number or a matrix, say so below where: {name}: number, or {name}: n x m"
        elif isinstance(left, syntax.Element):
            said, shape = ("a matrix", "n x m") if is_matrix(left.name) else ("1 x 1", "1")
            advice += f"if {one} is {said}, say so below where: {left.name}: {shape}"
        else:
            advice += "a 1 x 1 matrix is a factor if it has a name that is declared so"
        other = None if there is None else (f"here {name} is used as a column", there)
        raise Misread(f"{one} {two} multiplies two columns", left.span.to(right.span), advice, other)
    advice = f"write {two} {one}, or {one}' {two}"
    if isinstance(left, syntax.Element):
        advice += f"; if {one} is a matrix, say so below where: {left.name}: k x n"
    raise Misread(f"the column {one} stands before the matrix {two}", left.span.to(right.span), advice)


def _lower(node: syntax.Node) -> str:
    return node.shown if isinstance(node, syntax.Name) else ""


# -- names of sizes ----------------------------------------------------------------------------------------------------


def _name_sizes(shapes: Shapes) -> None:
    """Call what is still open n, m and q: for the state, the input, and what is read off.

    Raises:
        Misread: for a size that only parameters have, with the name of one.
    """
    scope = shapes.scope
    taken = {*shapes.letters, *scope.bare, *scope.sequences, *scope.called}
    main = "h" if "h" in scope.states else scope.states[0]
    states = [main, *(name for name in scope.states if name != main)]
    outputs = [name for name in scope.equations if scope.role(name) is Role.OUTPUT]
    others = [name for name in scope.equations if name not in states and name not in outputs]
    for letter, names in (("n", states), ("m", scope.inputs), ("q", outputs), ("n", others)):
        for name in names:
            size = shapes.shape_of(name, name, scope.sequences[name])[0].root
            for part in summands(size):
                if part.is_open:
                    chosen = letter if letter not in taken else f"{letter}_{name}"
                    taken.add(chosen)
                    part.root.value = sp.Symbol(chosen, integer=True, positive=True)
    for sums in (False, True):  # what is open by itself first, then what is open because of that
        for name in scope.bare:
            if name in shapes.of:
                _require_known(shapes, name, sums)
    for name in scope.sequences:
        shapes.shape_of(name, name, scope.sequences[name])


def _require_known(shapes: Shapes, name: str, sums: bool) -> None:
    for size, what in zip(shapes.of[name], ("rows", "columns"), strict=True):
        for part in summands(size):
            if part.is_open and bool(size.root.total) is sums:
                rows, cols = (str(each.root.value) if each.root.value is not None else "r" for each in shapes.of[name])
                shape = rows if cols == "1" else f"{rows} x {cols}"
                raise Misread(
                    f"nothing says how many {what} {name} has",
                    shapes.scope.bare[name],
                    f"say it below a line with the word where: {name}: {shape}",
                )
