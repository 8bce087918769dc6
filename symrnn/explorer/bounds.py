"""The proved bounds of the Jacobians of a cell, once as statements and once in numbers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from inspect import signature
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from symrnn.cells.table import shipped
from symrnn.derivation.inequality import Inequality
from symrnn.errors import ProofError
from symrnn.expr import Norm
from symrnn.plots.memory import carried
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, t

Array = NDArray[np.float64]

ORDERS: dict[str, Any] = {"2": 2, "1": 1, "oo": np.inf, "F": "fro"}
"""How NumPy names the norms."""


@dataclass(frozen=True)
class Bounds:
    """A proved bound of ∂s_t/∂s_{t-k}.

    Args:
        statement: what is PROVED; None where no bound was.
        by_step: whether it is of a single step, so that its values multiply along the steps.
        reason: why there is none.
    """

    statement: Inequality | None
    by_step: bool = False
    reason: str = ""

    def values(self, steps: int, gamma: float, value: Callable[[Any, Sequence[int]], Array]) -> Array:
        """The bound in numbers, for k = 0, ..., steps.

        Args:
            steps: the largest k; the state is that at t = steps + 1.
            gamma: what the slopes of generic functions do not exceed.
            value: the values of a matrix in it at some steps, one after the other.
        """
        assert self.statement is not None
        parts, slopes, formula = _formula(self.statement.rhs)

        at = range(steps + 1, 1, -1) if self.by_step else [steps + 1]
        norms = [np.array([np.linalg.norm(one, ORDERS[of.kind]) for one in value(of.of, at)]) for of in parts]
        with np.errstate(over="ignore", under="ignore"):
            found = formula(*norms, *[gamma] * len(slopes), 1 if self.by_step else np.arange(steps + 1))
            if self.by_step:
                return np.cumprod(np.append(1.0, np.broadcast_to(found, (steps,))))
            return np.array(np.broadcast_to(found, (steps + 1,)), dtype=np.float64)


@lru_cache(maxsize=64)
def _formula(rhs: sp.Expr) -> tuple[list[Norm], list[sp.Symbol], Callable[..., Any]]:
    """The norms in a bound, the bounds of slopes, and the function of the former, of the latter and of k."""
    parts = sorted(rhs.atoms(Norm), key=str)
    names = [sp.Dummy() for _ in parts]
    slopes = sorted((symbol for symbol in rhs.free_symbols if symbol.name.startswith("gamma")), key=str)
    plain = rhs.xreplace(dict(zip(parts, names, strict=True)))
    return parts, slopes, sp.lambdify([*names, *slopes, k], plain, "numpy")


@lru_cache(maxsize=64)
def bounds(cell: str, norm: str) -> Bounds:
    """The bound of the Jacobians of a cell with generic activations, of n units, that the checker proves.

    A cell with gates has one for a single step only, by the values that were visited. Where it has one state, these
    multiply, since its Jacobians do.

    Args:
        cell: its name.
        norm: as :class:`symrnn.expr.Norm` names it.

    >>> bounds("Elman", "2").statement.rhs
    (gamma*‖W_hh‖₂)**k
    >>> bounds("LSTM", "F").statement is None
    True
    """
    net = of_any_size(cell)
    sequence: Any = net.graph.quantities[carried(net)]
    if norm == "F":
        return Bounds(
            None, reason="the Frobenius norm of I is √n, so that it bounds no product of no factors by itself"
        )
    gated = not shipped(cell).has_choice and cell != "IRNN"
    if gated and len(list(net.states())) > 1:
        return Bounds(None, reason="its gradient goes through two states at once, and no bound by one product is found")
    try:
        found = net.derive(sequence[t], wrt=sequence[t - 1 if gated else t - k]).bound(kind=norm)
    except ProofError as error:
        return Bounds(None, reason=str(error))
    return Bounds(found.statement, by_step=gated)


def of_any_size(cell: str) -> Recurrence:
    """A cell of n units with generic activations; a rate is ½, as it is in numbers.

    >>> of_any_size("Leaky").body(of_any_size("Leaky").h[t])
    (1/2)*phi(a[t]) + (1/2)*h[t - 1]
    """
    entry = shipped(cell)
    rate = {"rate": sp.Rational(1, 2)} if "rate" in signature(entry.make).parameters else {}
    return entry.make(**rate)
