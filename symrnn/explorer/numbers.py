"""A network of the explorer in numbers: Jacobians, eigenvalues, and the terms of one step."""

from __future__ import annotations

from dataclasses import dataclass
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
from symrnn.explorer.bounds import ORDERS, Bounds, of_any_size
from symrnn.explorer.settings import Settings
from symrnn.expr import Apply, Selector
from symrnn.plots.jacobian_norms import certain_bounds
from symrnn.plots.memory import carried, carried_jacobians, drawn_values, sized
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
    _net: Recurrence
    _evaluator: Evaluator

    def upper(self, bound: Bounds) -> Array | None:
        """A proved bound in numbers, None where there is none; infinite where the slope of φ has no bound."""
        if bound.statement is None:
            return None
        gamma = slope_bounds(read_phi(self.settings.activation)).abs_sup
        if gamma == sp.oo and any(s.name.startswith("gamma") for s in bound.statement.rhs.free_symbols):
            return np.array([1.0, *[np.inf] * self.settings.steps])
        return bound.values(self.settings.steps, float(gamma), self._value)

    def _value(self, of: MatrixExpr, step: int) -> Array:
        return _at(self._net, self._evaluator, of, self.settings, step)


def explored(settings: Settings) -> Explored:
    """A network in numbers, drawn from a seed.

    >>> found = explored(Settings(cell="GRU", steps=5, size=3))
    >>> found.state, len(found.norms), sorted(found.eigenvalues)
    ('h', 6, ['U_h', 'U_r', 'U_z'])
    """
    entry, steps = shipped(settings.cell), settings.steps
    net = sized(entry, settings.size, settings.activation, outputs=settings.size)
    general = of_any_size(settings.cell)
    sequence: Any = general.graph.quantities[carried(general)]
    step = general.derive(sequence[t], wrt=sequence[t - 1]).closed_form
    recurrent = sorted(symbol.name for symbol in step.atoms(MatrixSymbol) if symbol.shape[0] == symbol.shape[1])
    if settings.cell == "Jordan":
        recurrent = ["U_h", "W_y"]
    given = drawn_values(net, FORGET_BIAS, steps + 1, settings.seed) | {
        name: _weights(name, settings) for name in recurrent
    }
    evaluator = Evaluator(Floats(), Assignment(given=given), net)
    order = ORDERS[settings.norm]
    norms = np.array([np.linalg.norm(one, order) for one in carried_jacobians(net, given, steps)])
    shown = [
        Term(each, float(np.linalg.norm(_at(net, evaluator, each, settings, steps + 1), order)))
        for each in _terms(step)
    ]
    return Explored(
        settings=settings,
        state=carried(net),
        norms=norms,
        lower=_lower(net, evaluator, given, settings),
        eigenvalues={name: np.linalg.eigvals(given[name]).astype(np.complex128) for name in recurrent},
        derivation=general.derive(sequence[t], wrt=sequence[t - k]),
        terms=tuple(sorted(shown, key=lambda each: -each.norm)),
        _net=net,
        _evaluator=evaluator,
    )


def _weights(name: str, settings: Settings) -> Array:
    """A recurrent matrix; each has a stream of its own."""
    seed = int(np.random.SeedSequence([settings.seed, *name.encode()]).generate_state(1)[0])
    return recurrent_weights(settings.size, settings.radius, settings.weights, seed)


def _terms(step: MatrixExpr) -> tuple[MatrixExpr, ...]:
    """The summands of a Jacobian; of states that are stacked those that are left when blocks are multiplied out."""
    whole = normal_form(step) if step.has(Selector) else step
    return whole.args if isinstance(whole, MatAdd) else (whole,)


def _at(net: Recurrence, evaluator: Evaluator, of: MatrixExpr, settings: Settings, step: int) -> Array:
    """The value of a matrix of the cell with n units and generic activations, in the one with numbers."""
    phi = read_phi(settings.activation).name
    generic = {each for each in of.atoms(Apply) if net.activation(each.function).is_generic}
    meant = of.xreplace({each: Apply(Str(phi), *each.args[1:]) for each in generic})
    sizes = {symbol: sp.Integer(settings.size) for symbol in (n, q)} | {m: sp.S.One}
    return np.asarray(evaluator.value(meant.xreplace(sizes), {t: step}), dtype=float)


def _lower(net: Recurrence, evaluator: Evaluator, given: dict[Any, Array], settings: Settings) -> Array | None:
    if not isinstance(net, Elman) or settings.norm != "2":
        return None
    slopes = [evaluator.value(net.phi(net.a[t], order=1), {t: at}) for at in range(2, settings.steps + 2)]
    least = float(np.abs(np.array(slopes, dtype=float)).min())
    return certain_bounds(given["W_hh"], net.activation(net.phi.name), least, settings.steps)[1]
