"""A network of the explorer in numbers: Jacobians, eigenvalues, and the terms of one step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatAdd, MatrixExpr, MatrixSymbol

from symrnn.cells import Elman
from symrnn.cells.table import shipped
from symrnn.derivation.steps import Derivation
from symrnn.equality import normal_form
from symrnn.evaluate import Assignment, Evaluator, Floats
from symrnn.evaluate.doubles import all_in_doubles
from symrnn.explorer.bounds import ORDERS, Bounds, of_any_size
from symrnn.explorer.settings import Settings
from symrnn.expr import Apply, Selector
from symrnn.plots.jacobian_norms import certain_bounds
from symrnn.plots.memory import carried, carried_form, drawn_values, jacobians_at, sized
from symrnn.plots.networks import read_phi, recurrent_weights
from symrnn.recurrence import Recurrence
from symrnn.slopes import slope_bounds
from symrnn.symbols import k, m, n, q, t

Array = NDArray[np.float64]

FORGET_BIAS = 1.0
"""Of forget gates, as is usual (Jozefowicz, Zaremba and Sutskever, 2015)."""


@dataclass(frozen=True, eq=False)
class Term:
    """One term of ∂s_t/∂s_{t-1}.

    Args:
        term: of the cell with n units.
        norm: at the last step.
    """

    term: MatrixExpr
    norm: float


@dataclass(frozen=True, eq=False)
class Explored:
    """What is shown.

    Args:
        settings: what was chosen.
        state: the name of the state that is carried on.
        norms: ‖∂s_T/∂s_{T-k}‖ for k = 0, ..., steps.
        lower: what the smallest slope that was visited and the smallest singular value give; None for a cell whose
            step is not a product of slopes and weights, and for norms other than the spectral one. It holds for the
            states that were visited and is not a theorem.
        eigenvalues: those of each recurrent matrix, by its name.
        derivation: of ∂s_t/∂s_{t-k}, of the cell with n units.
        terms: those of a single step, the one of the largest norm first.
    """

    settings: Settings
    state: str
    norms: Array
    lower: Array | None
    eigenvalues: dict[str, NDArray[np.complex128]]
    derivation: Derivation
    terms: tuple[Term, ...]
    _network: Network
    _given: dict[Any, Array]

    def upper(self, bound: Bounds) -> Array | None:
        """A proved bound in numbers, as :meth:`Network.upper` finds it."""
        return self._network.upper(bound, self._given, self.settings.steps)


@dataclass(frozen=True, eq=False)
class Network:
    """A cell before numbers are drawn for it.

    Args:
        cell: its name.
        activation: φ where the cell leaves it open.
        size: units n.
        net: with numbers as sizes.
        general: of any size, with generic activations.
        step: ∂s_t/∂s_{t-1} of the general one, in closed form.
        jacobian: ∂s_t/∂s_{t-k} of the one with numbers, in closed form.
        recurrent: the names of the recurrent matrices.
    """

    cell: str
    activation: str
    size: int
    net: Recurrence
    general: Recurrence
    step: MatrixExpr
    jacobian: MatrixExpr
    recurrent: tuple[str, ...]

    def given(self, weights: str, radius: float, steps: int, seed: int) -> dict[Any, Array]:
        """Numbers for everything, each recurrent matrix with that spectral radius and a stream of its own."""
        drawn = drawn_values(self.net, FORGET_BIAS, steps + 1, seed)
        return drawn | {name: self._weights(name, weights, radius, seed) for name in self.recurrent}

    def _weights(self, name: str, weights: str, radius: float, seed: int) -> Array:
        own = int(np.random.SeedSequence([seed, *name.encode()]).generate_state(1)[0])
        return recurrent_weights(self.size, radius, weights, own)

    def norms(self, given: dict[Any, Array], steps: int, norm: str) -> Array:
        """‖∂s_T/∂s_{T-k}‖ for k = 0, ..., steps."""
        jacobians = jacobians_at(self.jacobian, self.net, given, steps)
        return np.array([np.linalg.norm(one, ORDERS[norm]) for one in jacobians])

    def upper(self, bound: Bounds, given: dict[Any, Array], steps: int) -> Array | None:
        """A proved bound in numbers, None where there is none; infinite where the slope of φ has no bound."""
        if bound.statement is None:
            return None
        gamma = slope_bounds(read_phi(self.activation)).abs_sup
        if gamma == sp.oo and any(s.name.startswith("gamma") for s in bound.statement.rhs.free_symbols):
            return np.array([1.0, *[np.inf] * steps])
        return bound.values(steps, float(gamma), lambda of, at: self.values(given, of, at))

    def evaluator(self, given: dict[Any, Array]) -> Evaluator:
        """What gives its terms their values."""
        return Evaluator(Floats(), Assignment(given=given), self.net)

    def values(self, given: dict[Any, Array], of: MatrixExpr, steps: Sequence[int]) -> Array:
        """The values of a matrix of the cell with n units and generic activations, in the one with numbers."""
        phi = read_phi(self.activation).name
        generic = {each for each in of.atoms(Apply) if self.net.activation(each.function).is_generic}
        meant = of.xreplace({each: Apply(Str(phi), *each.args[1:]) for each in generic})
        meant = meant.xreplace({symbol: sp.Integer(self.size) for symbol in (n, q)} | {m: sp.S.One})
        found = all_in_doubles(
            meant, Assignment(indices={t: max(steps)}, given=given), self.net, [{t: s} for s in steps]
        )
        if found is not None:
            return found
        evaluator = self.evaluator(given)
        return np.array([evaluator.value(meant, {t: step}) for step in steps], dtype=float)


@lru_cache(maxsize=64)
def network(cell: str, activation: str, size: int) -> Network:
    """A cell with its Jacobians, derived once.

    >>> network("GRU", "tanh", 3).recurrent
    ('U_h', 'U_r', 'U_z')
    """
    net = sized(shipped(cell), size, activation, outputs=size)
    general = of_any_size(cell)
    sequence: Any = general.graph.quantities[carried(general)]
    step = general.derive(sequence[t], wrt=sequence[t - 1]).closed_form
    recurrent = sorted(symbol.name for symbol in step.atoms(MatrixSymbol) if symbol.shape[0] == symbol.shape[1])
    if cell == "Jordan":
        recurrent = ["U_h", "W_y"]
    return Network(cell, activation, size, net, general, step, carried_form(net), tuple(recurrent))


def explored(settings: Settings) -> Explored:
    """A network in numbers, drawn from a seed.

    >>> found = explored(Settings(cell="GRU", steps=5, size=3))
    >>> found.state, len(found.norms), sorted(found.eigenvalues)
    ('h', 6, ['U_h', 'U_r', 'U_z'])
    """
    made, steps = network(settings.cell, settings.activation, settings.size), settings.steps
    sequence: Any = made.general.graph.quantities[carried(made.general)]
    given = made.given(settings.weights, settings.radius, steps, settings.seed)
    evaluator = made.evaluator(given)
    order = ORDERS[settings.norm]
    shown = [
        Term(each, float(np.linalg.norm(made.values(given, each, [steps + 1])[0], order))) for each in _terms(made.step)
    ]
    return Explored(
        settings=settings,
        state=carried(made.net),
        norms=made.norms(given, steps, settings.norm),
        lower=_lower(made.net, evaluator, given, settings),
        eigenvalues={name: np.linalg.eigvals(given[name]).astype(np.complex128) for name in made.recurrent},
        derivation=made.general.derive(sequence[t], wrt=sequence[t - k]),
        terms=tuple(sorted(shown, key=lambda each: -each.norm)),
        _network=made,
        _given=given,
    )


def _terms(step: MatrixExpr) -> tuple[MatrixExpr, ...]:
    """The summands of a Jacobian; of states that are stacked those that are left when blocks are multiplied out."""
    whole = normal_form(step) if step.has(Selector) else step
    return whole.args if isinstance(whole, MatAdd) else (whole,)


def _lower(net: Recurrence, evaluator: Evaluator, given: dict[Any, Array], settings: Settings) -> Array | None:
    if not isinstance(net, Elman) or settings.norm != "2":
        return None
    slopes = [evaluator.value(net.phi(net.a[t], order=1), {t: at}) for at in range(2, settings.steps + 2)]
    least = float(np.abs(np.array(slopes, dtype=float)).min())
    return certain_bounds(given["W_hh"], net.activation(net.phi.name), least, settings.steps)[1]
