"""The tangent of a recurrence: how everything in it moves when its parameters move in one direction.

Beside z_t = F(z_{t-1}, θ) it has ż_t, the differential of F with θ̇ in place of dθ. The total L̇ of the tangent is the
directional derivative of the total L, and the gradient of L̇ is the Hessian of L times the direction: a differential
of the differential. Source: Pearlmutter (1994), Fast exact multiplication by the Hessian, sec. 2, the operator R.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias, overload

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import DiagMatrix, HadamardProduct, MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.calculus.deriving import derive
from symrnn.calculus.differential import added, differential
from symrnn.calculus.identification import product
from symrnn.derivation.steps import Derivation
from symrnn.errors import NotDifferentiableError, UnknownTermError
from symrnn.expr import Element, GenericFunction, Sequence, Variable
from symrnn.expr.shapes import numbers_and_matrices
from symrnn.recurrence import Definition, Recurrence

Given: TypeAlias = MatrixSymbol | Sequence
"""A shared parameter, or a sequence with an element for each step."""


@overload
def dotted(quantity: Sequence) -> Sequence: ...
@overload
def dotted(quantity: MatrixExpr) -> MatrixExpr: ...
def dotted(quantity: Sequence | MatrixExpr) -> Sequence | MatrixExpr:
    """The movement of a quantity, by a name of its own: that of the quantity with a dot on it; of the same shape.

    Raises:
        UnknownTermError: for a term without a name.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> dotted(rnn.h)[t], dotted(rnn.h[0]), dotted(rnn.W_hh)
    (hdot[t], hdot[0], Wdot_hh)
    """
    if isinstance(quantity, Sequence):
        return Sequence(_name(quantity.name), quantity.rows, quantity.cols, quantity.first)
    if isinstance(quantity, Element):
        return Element(Str(_name(quantity.name)), *quantity.args[1:])
    if isinstance(quantity, MatrixSymbol):
        return MatrixSymbol(_name(quantity.name), *quantity.shape)
    raise UnknownTermError(f"{quantity} has no name to put a dot on", advice="give it a name of its own")


def _name(name: str) -> str:
    base, *below = name.split("_")
    return "_".join([f"{base}dot", *below])


def tangent(recurrence: Recurrence, *along: Given) -> Recurrence:
    """A recurrence together with its movement in a direction.

    Every defined quantity z has its ż beside it, every total its directional derivative. The direction consists of
    the given θ̇, and of ḣ_0 for a state h; for ḣ_0 = 0 the initial state does not move.

    Args:
        recurrence: the definitions.
        along: the parameters or inputs that move; at least one.

    Raises:
        UnknownTermError: for what is neither parameter nor input, a generic function, or a node without a rule.
        NotDifferentiableError: for an activation with kinks and no convention.
        SymbolClashError: when a dotted name is taken.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman().undriven()
    >>> squares = rnn.replaced(definitions=rnn.definitions[:2], totals={})
    >>> moving = tangent(squares, rnn.W_hh)
    >>> moving.body(dotted(rnn.a)[t])
    W_hh*hdot[t - 1] + Wdot_hh*h[t - 1]
    >>> moving.inlined(dotted(rnn.h)[t], keep=lambda element: True)
    HadamardProduct(phi'(a[t]), adot[t])
    """
    recurrence.require_differentiable()
    _require_given(recurrence, along)
    moves = _movement(recurrence, along)
    definitions: list[Definition] = []
    for definition in recurrence.definitions:
        _require_formula(definition.body, definition.sequence.name, recurrence)
        moved = definition.rewritten(lambda body: _written(differential(body, moves)), dotted(definition.sequence))
        definitions += [definition, moved]
    totals = dict(recurrence.totals)
    for total, body in recurrence.totals.items():
        _require_formula(body, total.name, recurrence)
        totals[dotted(total)] = _written(differential(body, moves))
    matrices = tuple(parameter for parameter in along if parameter in recurrence.parameters)
    return Recurrence(
        name=f"tangent of the {recurrence.name}",
        index=recurrence.index,
        definitions=tuple(definitions),
        parameters=(*recurrence.parameters, *map(dotted, matrices)),
        inputs=(*recurrence.inputs, *(dotted(given) for given in along if given in recurrence.inputs)),
        totals=totals,
        activations=recurrence.activations,
    )


def _require_given(recurrence: Recurrence, along: tuple[Given, ...]) -> None:
    known = (*recurrence.parameters, *recurrence.inputs)
    names = ", ".join(each.name for each in known)
    if not along:
        raise UnknownTermError("nothing moves", where=recurrence.name, advice=f"give one or more of {names}")
    for each in along:
        if each not in known:
            raise UnknownTermError(
                f"{each} is neither a parameter nor an input", where=recurrence.name, advice=f"use one of {names}"
            )


def _require_formula(body: MatrixExpr, name: str, recurrence: Recurrence) -> None:
    if body.atoms(GenericFunction):
        raise UnknownTermError(
            f"{name} is a generic function: how its slope moves has no name",
            where=recurrence.name,
            advice="give it a formula; a generic elementwise function such as Elementwise('f') will do",
        )


def _movement(recurrence: Recurrence, along: tuple[Given, ...]) -> Callable[[MatrixExpr], MatrixExpr | None]:
    names = {each.name for each in along} | {definition.sequence.name for definition in recurrence.definitions}

    def moves(quantity: Variable) -> MatrixExpr | None:
        return dotted(quantity) if quantity.name in names or quantity in recurrence.totals else None

    return moves


def _written(moved: MatrixExpr) -> MatrixExpr:
    """A differential as a definition is written: columns with entrywise products, numbers with what moves at the end.

    diag(a) b = a ∘ b, so that each factor moves in its turn; and a number is its own transpose, ẋᵀ y = yᵀ ẋ.
    """
    parts = [_columnwise(part) for part in (moved.args if isinstance(moved, MatAdd) else (moved,))]
    if moved.shape != (1, 1):
        return added(moved.shape, parts)
    numbers: dict[tuple[MatrixExpr, ...], sp.Expr] = {}
    for part in parts:
        factors = part.args if isinstance(part, MatMul) else (part,)
        matrices = tuple(factor for factor in factors if isinstance(factor, MatrixExpr))
        if len(matrices) > 1 and isinstance(matrices[0], sp.Transpose) and not isinstance(matrices[-1], sp.Transpose):
            turned = tuple(f.arg if isinstance(f, sp.Transpose) else sp.Transpose(f) for f in reversed(matrices))
            matrices = min(matrices, turned, key=lambda chain: _is_dotted(chain[0]))
        number = sp.Mul(*(factor for factor in factors if not isinstance(factor, MatrixExpr)))
        numbers[matrices] = numbers.get(matrices, sp.S.Zero) + number
    return added(moved.shape, [product((c, *chain) if c != 1 else chain, sp.S.One) for chain, c in numbers.items()])


def _is_dotted(factor: MatrixExpr) -> bool:
    return any(used.name.split("_")[0].endswith("dot") for used in factor.atoms(Element, MatrixSymbol))


def _columnwise(term: MatrixExpr) -> MatrixExpr:
    if not isinstance(term, MatMul) or term.cols != 1:
        return term
    numbers, (*factors, column) = numbers_and_matrices(term)
    for factor in reversed(factors):
        if isinstance(factor, DiagMatrix) and factor.args[0].cols == 1:
            column = HadamardProduct(factor.args[0], column)
        elif isinstance(factor, sp.OneMatrix) and isinstance(column, HadamardProduct) and factor.rows == 1:
            first, *others = column.args  # 1ᵀ (a ∘ b) = aᵀ b
            column = MatMul(sp.Transpose(first), HadamardProduct(*others) if len(others) > 1 else others[0])
        else:
            column = MatMul(factor, *(column.args if isinstance(column, MatMul) else (column,)))
    return MatMul(*numbers, *(column.args if isinstance(column, MatMul) else (column,))) if numbers else column


def hessian_vector(
    recurrence: Recurrence, of: MatrixSymbol, wrt: Variable, *along: Given, form: str = "jacobian"
) -> Derivation:
    """The Hessian of a total times a direction, in closed form: the derivative of the directional derivative.

    Its recurrence is the tangent, in whose quantities it speaks. With several parameters in ``along`` it is the block
    of ``wrt`` of the full Hessian times the full direction.

    Args:
        recurrence: the definitions; the total must be a sum over time of terms with a formula.
        of: the total.
        wrt: the parameter or initial state whose block is wanted.
        along: what moves; ``wrt`` when nothing is given.
        form: ``"jacobian"`` for the row vec(H V)ᵀ, ``"gradient"`` for H V in the shape of ``wrt``.

    Raises:
        NotDifferentiableError: for an activation with kinks, whose slope jumps there.
        UnknownTermError: for a generic loss, whose second derivative has no name, and as :func:`tangent` says.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import MatrixSum, Sequence
    >>> from symrnn.recurrence import Role
    >>> from symrnn.symbols import T, t
    >>> rnn = Elman("identity").undriven()
    >>> ell = Sequence("ell", 1, first=1)
    >>> square = Definition(ell, sp.MatMul(sp.Rational(1, 2), rnn.h[t].T, rnn.h[t]), Role.OUTPUT)
    >>> squares = rnn.replaced(definitions=(*rnn.definitions[:2], square), totals={rnn.L: MatrixSum(ell[t], (t, 1, T))})
    >>> product = hessian_vector(squares, rnn.L, rnn.W_hh)
    >>> product.start
    d Ldot/d W_hh
    >>> print(product.verify().kind)
    PROVED
    """
    if of not in recurrence.totals:
        totals = ", ".join(total.name for total in recurrence.totals) or "none"
        raise UnknownTermError(f"{of} is not a total", where=recurrence.name, advice=f"the totals are: {totals}")
    for entry in recurrence.activations:
        if entry.kinks:
            raise NotDifferentiableError(
                f"{entry.name}' jumps at z = {', '.join(map(str, entry.kinks))}, so there is no Hessian",
                where=recurrence.name,
                advice="use a smooth activation",
            )
    moving = tangent(recurrence, *(along or (wrt,)))
    return derive(moving, dotted(of), wrt, form)
