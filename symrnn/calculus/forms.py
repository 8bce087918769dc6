"""Derivatives in other forms than a Jacobian: differentials, entries, gradients."""

from __future__ import annotations

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatMul, MatrixExpr, MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.calculus.closed_forms import simplified
from symrnn.calculus.coupled import Stacked
from symrnn.calculus.differential import added
from symrnn.calculus.edges import gradient_of
from symrnn.calculus.identification import local_movement
from symrnn.calculus.jacobians import ALGEBRA, SOLVE, conditions, jacobian, start_exists
from symrnn.calculus.place import Place
from symrnn.calculus.scope import require_one_step
from symrnn.calculus.seams import exists, strands
from symrnn.calculus.totals import Part, parts_of
from symrnn.derivation.steps import Derivation, Step
from symrnn.errors import ShapeError, UnknownTermError
from symrnn.expr import (
    Differential,
    Element,
    Gradient,
    MatrixSum,
    TotalJacobian,
    UnitVector,
    Variable,
    dimension,
)
from symrnn.expr.derivatives import picked
from symrnn.recurrence import Recurrence, Role
from symrnn.sentences import Sentence
from symrnn.symbols import s


def entries(derivation: Derivation, of: Variable | MatrixElement, wrt: Variable | MatrixElement) -> Derivation:
    """Entry i of the quantity by entry (a, b) of the matrix: row i, column a + (b - 1) rows of the Jacobian.

    Args:
        derivation: of the Jacobian of the whole.
        of: the entry, such as ``h[t][i, 0]``, or a quantity of which every entry is meant.
        wrt: likewise, such as ``W[a, b]``.

    Raises:
        ShapeError: for a quantity that is not a column.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity").undriven()
    >>> rnn.derive(rnn.h[t], wrt=rnn.W_hh, form="entries").closed_form
    Sum(e_i.T*W_hh**k*e_a*h[-k + t - 1].T*e_b, (k, 0, t - 1))
    """
    i, a, b = sp.symbols("i a b", integer=True, positive=True)
    if not isinstance(of, MatrixElement) and not isinstance(wrt, MatrixElement):
        if of.cols != 1:
            raise ShapeError(f"entries are derived for a column, not for {of}")
        of = of[i - 1, 0] if of.rows != 1 else of  # a number has no rows to choose from
        wrt = wrt[a - 1, b - 1 if wrt.cols != 1 else 0]
    rows, cols = (picked(each.parent, each) if isinstance(each, MatrixElement) else None for each in (of, wrt))
    above, below = ([] if rows is None else [sp.Transpose(rows)]), ([] if cols is None else [cols])
    steps = tuple(
        Step(MatMul(*above, st.before, *below), MatMul(*above, st.after, *below), st.rule, st.reason, st.hypotheses)
        for st in derivation.steps
    )
    chosen = [each for each in (of, wrt) if isinstance(each, MatrixElement)]
    places = [pair for each in chosen for pair in zip((each.i, each.j), each.parent.shape, strict=True)]
    inside = [condition for at, size in places for condition in (at + 1 >= 1, at + 1 <= size)]
    found = Derivation(derivation.recurrence, steps, (*derivation.where, *conditions(*inside)), derivation.varying)
    closed = derivation.closed_form
    if not isinstance(closed, MatrixSum) or not isinstance(wrt, MatrixElement) or wrt.parent.cols == 1:
        return found
    factors = closed.body.args
    last = factors[-1] if isinstance(closed.body, MatMul) else closed.body
    if not (isinstance(last, sp.KroneckerProduct) and last.args[0].rows == 1):
        return found
    row, col = UnitVector(wrt.parent.rows, wrt.i + 1), UnitVector(wrt.parent.cols, wrt.j + 1)
    inner = (*factors[:-1], row) if isinstance(closed.body, MatMul) else ()
    body = MatMul(*above, *inner, last.args[0], col).doit(deep=False)
    reason = Sentence("$(hᵀ ⊗ I)(e_b ⊗ e_a) = h_b e_a$: row $i$, column $(a, b)$")
    return found.then(MatrixSum(body, *closed.args[1:]), ALGEBRA, reason)


def differential_form(of: Variable, wrt: Place) -> Derivation:
    """The differential of a state in that of a parameter, everything else constant.

    Raises:
        UnknownTermError: for other quantities than a state and a shared parameter, and for coupled states.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity").undriven()
    >>> rnn.derive(rnn.h[t], wrt=rnn.W_hh, form="differential").closed_form
    Sum(W_hh**k*dW_hh*h[-k + t - 1], (k, 0, t - 1))
    """
    recurrence = wrt.recurrence
    if recurrence.role(of) is not Role.STATE or not isinstance(of, Element) or wrt.index is not None:
        raise UnknownTermError(
            f"the differential form is derived for a state and a parameter, not for {of} and {wrt.quantity}",
            advice='use form="jacobian"',
        )
    system = Stacked(recurrence, of)
    require_one_step(of, wrt, system.movement)
    if not system.is_one:
        raise UnknownTermError(
            f"the differential form is derived for a state that stands alone, and {of.name} is coupled with others",
            advice='use form="jacobian"',
        )
    state, at, first = system.states[0].sequence, of.index, system.first
    previous = state.at(at - 1)
    parts = [part.chain for part in local_movement(recurrence, of) if part.variable in (wrt.quantity, previous)]

    def forcing(at: sp.Expr) -> MatrixExpr:
        moved = [part.chain for part in local_movement(recurrence, state.at(at)) if part.variable == wrt.quantity]
        return simplified(added(of.shape, moved))

    start = Differential(of)
    reason = "the differential of one step; everything else is constant"
    first_step = Step(start, added(of.shape, parts), "differential", reason, (f"{at} >= {first}",))
    steps = Derivation(recurrence, (first_step,), conditions(at >= first), (wrt.quantity,))
    reason = "solved from the initial state, which is constant"
    steps = steps.then(system.over_time(forcing), "solution of the differential", reason)
    return steps.then(system.back_in_time(forcing), ALGEBRA, Sentence(f"counted back in time, $s = {at} - k$"))


def gradient(of: Variable, wrt: Place) -> Derivation:
    """G = Σ over the places where the parameter enters of Aᵀ δ Bᵀ, with δ the gradient at the value there.

    Raises:
        ShapeError: for a quantity that is not a scalar.
        UnknownTermError: for anything but a total that is a sum over time, or a summand at one index.

    >>> from symrnn.cells import Elman
    >>> rnn = Elman()
    >>> rnn.derive(rnn.L, wrt=rnn.b_y, form="gradient").closed_form
    Sum((d+ ell[s]/d+ y[s]).T, (s, 1, T))
    """
    if dimension(of) != 1:
        raise ShapeError(f"the gradient of {of}, which is not a scalar", advice='use form="jacobian"')
    recurrence = wrt.recurrence
    total = parts_of(recurrence, of) if isinstance(of, MatrixSymbol) and of in recurrence.totals else None
    if total is None or not isinstance(of, MatrixSymbol):
        raise UnknownTermError(f"gradients are derived for a loss summed over time, not for {of}")
    if wrt.index is not None:
        return _gradient_of_state(of, wrt)
    last, where = _end(total, of), _exists(recurrence, total)
    begun = strands(recurrence, of)[1:] if recurrence.graph.begun else ()
    ends = {node: edges for edges in begun for node in edges.nodes}
    named: list[MatrixExpr] = []
    written: list[MatrixExpr] = []
    for definition in recurrence.definitions:
        if definition.role is Role.INTERMEDIATE:
            continue
        summed = definition.role is Role.STATE or total[0].range is not None
        here = definition.sequence.at(s if summed else last)
        own = [(here, part) for part in local_movement(recurrence, here) if part.variable == wrt.quantity]
        if own and definition in ends:
            where = tuple(dict.fromkeys((*where, *exists(ends[definition]))))
        if definition.initial is not None:
            start = definition.sequence.at(sp.Integer(definition.first - 1))
            begins = [(start, part) for part in local_movement(recurrence, start) if part.variable == wrt.quantity]
            where = tuple(dict.fromkeys((*where, *(start_exists(recurrence, start.name) if begins else ()))))
            own += begins
        for here, part in own:
            nested = jacobian(of, Place.of(recurrence, here))
            for slope, into in ((TotalJacobian(of, here), named), (nested.closed_form, written)):
                if into is written and here.cols != 1 != here.rows:
                    continue  # only vec of the gradient by a matrix has a closed form
                body = part.gradient(slope if into is written and here.rows == 1 else gradient_of(slope))
                upto = ends[definition].end if definition in ends else last
                over_time = summed and s in here.free_symbols
                into.append(MatrixSum(body, s, sp.Integer(definition.first), upto) if over_time else body)
    start = Gradient(of, wrt.quantity)
    reason = Sentence(f"${wrt.name}$ enters at each step; the error there is the total derivative of the loss")
    step = Step(start, added(start.shape, named), "gradient", reason)
    steps = Derivation(recurrence, (step,), where)
    if len(written) < len(named):
        return steps
    return steps.then(added(start.shape, written), SOLVE, "the error that arrives at each step, in closed form")


def _end(total: tuple[Part, ...], of: MatrixSymbol) -> sp.Expr:
    """The last index that a total looks at, where all parts are sums up to it, or the summand there.

    Raises:
        UnknownTermError: when they are not.
    """
    last = total[0].last
    if any(part.last != last or (part.range is None) != (total[0].range is None) for part in total):
        raise UnknownTermError(f"the parts of {of} end at different indices", advice='use form="jacobian"')
    return last


def _exists(recurrence: Recurrence, total: tuple[Part, ...]) -> tuple[Relational, ...]:
    """Conditions under which a total has a value."""
    found: list[sp.Basic] = []
    for part in total:
        first = recurrence.graph.definitions[part.summand.name].first
        found += [part.last >= (first if part.range is None else part.range[1] - 1)]
        found += [sp.Ge(divisor, 1) for divisor in part.divisors()]
    return conditions(*dict.fromkeys(found))


def _gradient_of_state(of: MatrixSymbol, wrt: Place) -> Derivation:
    if 1 not in wrt.quantity.shape:
        raise UnknownTermError(
            f"the gradient by {wrt.quantity}, a matrix, has a closed form as a row only",
            advice='use form="jacobian", or the recursion of backward()',
        )
    nested, start = jacobian(of, wrt), Gradient(of, wrt.quantity)
    is_row = wrt.quantity.cols != 1
    reason = "the gradient by a row is the Jacobian" if is_row else "the gradient is the transposed Jacobian"
    row = TotalJacobian(of, wrt.quantity)
    step = Step(start, row if is_row else sp.Transpose(row), "gradient", reason)
    steps = Derivation(wrt.recurrence, (step,), nested.where)
    row = nested.closed_form
    turned = sp.ZeroMatrix(*start.shape) if isinstance(row, sp.ZeroMatrix) else row if is_row else sp.Transpose(row)
    return steps.then(turned, SOLVE, "the closed form of the Jacobian")
