"""The paths from a parameter to a quantity, cut at an index: those that are kept, and what is lost.

dz_t/dW counts every path. Each enters somewhere, by ∂⁺x_s/∂⁺W, and goes on from there, by dz_t/dx_s. Cut after the
index r, the ones that enter later are kept; the others all go through the states at r, so that what is lost is
Φ(t, r) dx_r/dW, with Φ the transition matrix of the states stacked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import sympy as sp
from sympy.matrices.expressions import MatMul, MatrixExpr, MatrixSymbol

from symrnn.calculus.closed_forms import simplified
from symrnn.calculus.coupled import Stacked
from symrnn.calculus.differential import added
from symrnn.calculus.identification import local_jacobian, local_movement, product
from symrnn.calculus.jacobians import conditions
from symrnn.errors import UnknownTermError
from symrnn.expr import Element, ImmediateJacobian, MatrixSum, TotalJacobian, dimension
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import s

Range = tuple[sp.Symbol, sp.Expr, sp.Expr]


@dataclass(frozen=True)
class Paths:
    """The paths from a shared parameter to a state or an output.

    Args:
        recurrence: the definitions.
        of: an element of a state or an output.
        wrt: a parameter that all steps share.

    Raises:
        UnknownTermError: for anything else.
    """

    recurrence: Recurrence
    of: Element
    wrt: MatrixSymbol

    def __post_init__(self) -> None:
        if not isinstance(self.wrt, MatrixSymbol) or not self.recurrence.is_parameter(self.wrt):
            raise UnknownTermError(
                f"{self.wrt} is not a parameter of the {self.recurrence.name} that all steps share",
                advice="truncation cuts the sum over the steps at which a shared parameter enters",
            )
        self.recurrence.require_one_start(
            "truncation counts the steps of one state", "derive it as a whole, or truncate the parts apart"
        )
        role = self.recurrence.role(self.of) if isinstance(self.of, Element) else None
        if role not in (Role.STATE, Role.OUTPUT):
            raise UnknownTermError(
                f"{self.of} is neither a state nor an output of the {self.recurrence.name}",
                advice="truncate the derivative of a state, an output, or a loss summed over time",
            )

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """(dim of, dim wrt)."""
        return dimension(self.of), dimension(self.wrt)

    @property
    def first(self) -> int:
        """The first index at which the equations of the states hold."""
        return max((state.first for state in self._states()), default=1)

    def exists(self) -> tuple[sp.Basic, ...]:
        """What the index of an output has to satisfy besides, for itself and for the states that it reads."""
        if self.recurrence.role(self.of) is not Role.OUTPUT:
            return ()
        first = {d.sequence.name: d.first for d in self.recurrence.definitions}
        elsewhere = (each for each in self._read() if each.index != self.of.index)
        exist = conditions(*(each.index >= first[each.name] - 1 for each in elsewhere))
        return (self.of.index >= first[self.of.name], *exist)

    def kept(self, at: sp.Expr, within: Range) -> MatrixExpr:
        """The sum over the steps at which a path may enter, and the paths through no state.

        Args:
            at: the index of a step, in terms of the summation index.
            within: the summation index with its first and last value.
        """
        summed = self._entering(at)
        if isinstance(summed, sp.ZeroMatrix):
            return added(self.shape, [*self._direct()])
        return added(self.shape, [*self._direct(), MatrixSum(summed, *within)])

    def lost(self, start: sp.Expr) -> MatrixExpr:
        """Φ(t, start) dx_start/dW, for the state that is asked for, or for what is read off the states."""
        states = self._states()
        if all(self._is_zero(state.sequence.at(self.recurrence.index)) for state in states):
            return sp.ZeroMatrix(*self.shape)
        if len(states) == 1:
            earlier = states[0].sequence.at(start)
            return MatMul(TotalJacobian(self.of, earlier), TotalJacobian(earlier, self.wrt))
        return added(self.shape, [self._carried(read, start) for read in self._read()])

    # -- one state, and several -----------------------------------------------------------------------------------

    def _entering(self, at: sp.Expr) -> MatrixExpr:
        """What enters at one step: (dz/dx)(∂⁺x/∂⁺W) for one state x, its block of Φ(t, at) B_at for several."""
        states = self._states()
        if len(states) > 1:
            return added(self.shape, [self._entering_among(read, at) for read in self._read()])
        entered = [state.sequence.at(at) for state in states if not self._is_zero(state.sequence.at(at))]
        return added(self.shape, [MatMul(TotalJacobian(self.of, x), ImmediateJacobian(x, self.wrt)) for x in entered])

    def _entering_among(self, read: Element, at: sp.Expr) -> MatrixExpr:
        stacked = Stacked(self.recurrence, read)
        forcing = stacked.forcing(at, self.wrt)
        if isinstance(forcing, sp.ZeroMatrix):
            return sp.ZeroMatrix(*self.shape)
        return self._picked(stacked, read, (stacked.transition(read.index, at), forcing))

    def _carried(self, read: Element, start: sp.Expr) -> MatrixExpr:
        """The block of Φ(t, start) Σ_{s=first}^{start} Φ(start, s) B_s, what the stacked states have gathered."""
        stacked = Stacked(self.recurrence, read)
        forcing = stacked.forcing(s, self.wrt)
        if isinstance(forcing, sp.ZeroMatrix):
            return sp.ZeroMatrix(*self.shape)
        rows = forcing.rows
        gathered = MatrixSum(product((stacked.transition(start, s), forcing), rows), s, stacked.first, start)
        return self._picked(stacked, read, (stacked.transition(read.index, start), gathered))

    def _picked(self, stacked: Stacked, read: Element, factors: tuple[MatrixExpr, ...]) -> MatrixExpr:
        block = stacked.picked(product(factors, factors[0].rows))
        return block if read == self.of else product((self._slope(self.of, read), block), self.shape[0])

    # -- what stands between the states and the quantity -------------------------------------------------------

    def _states(self) -> tuple[Definition, ...]:
        """The states behind the quantity, in the order of their definitions."""
        names = {d.sequence.name for read in self._read() for d in self.recurrence.graph.system(read.name)}
        return tuple(d for d in self.recurrence.states() if d.sequence.name in names)

    def _read(self) -> list[Element]:
        """The states that the quantity is computed from at its own index, itself where it is a state."""
        if self.recurrence.role(self.of) is Role.STATE:
            return [self.of]
        found = (part.variable for output in self._outputs() for part in local_movement(self.recurrence, output))
        return [each for each in dict.fromkeys(found) if self.recurrence.role(each) is Role.STATE]

    def _outputs(self) -> list[Element]:
        """The quantity and the outputs that it is computed from; none where it is a state."""
        found = [self.of] if self.recurrence.role(self.of) is Role.OUTPUT else []
        for output in found:
            used = (part.variable for part in local_movement(self.recurrence, output))
            found += [each for each in dict.fromkeys(used) if self._is_output(each) and each not in found]
        return found

    def _is_output(self, quantity: sp.Basic) -> bool:
        return isinstance(quantity, Element) and self.recurrence.role(quantity) is Role.OUTPUT

    def _direct(self) -> Iterator[MatrixExpr]:
        for output in self._outputs():
            if self._is_zero(output):
                continue
            local = ImmediateJacobian(output, self.wrt)
            yield local if output == self.of else MatMul(TotalJacobian(self.of, output), local)

    def _is_zero(self, quantity: Element) -> bool:
        """Whether the parameter does not stand in the equation of a quantity."""
        return all(part.variable != self.wrt for part in local_movement(self.recurrence, quantity))

    def _slope(self, output: Element, state: Element) -> MatrixExpr:
        """∂output/∂state through outputs at the same index."""
        parts = []
        for quantity in dict.fromkeys(part.variable for part in local_movement(self.recurrence, output)):
            local = local_jacobian(self.recurrence, output, quantity)
            if quantity == state:
                parts.append(simplified(local))
            elif self._is_output(quantity):
                parts.append(product((simplified(local), self._slope(quantity, state)), local.rows))
        return added((dimension(output), dimension(state)), parts)
