"""A judge of inequalities and limits that shares no code with the checker: NumPy, complex steps, many draws.

It knows the equations of the two networks by heart. A statement is false for certain when it fails by a clear margin in
a world in which its hypotheses hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.relational import Relational

from symrnn.cells import Layered
from symrnn.derivation import BoundedSlope, ForEvery, Inequality, Limit
from symrnn.expr import Element, ImmediateJacobian, Norm, SmallestSingularValue, SpectralRadius, TotalJacobian
from symrnn.recurrence import Recurrence
from symrnn.symbols import l

Array = np.ndarray
Key = tuple[str, int | None]
Bound = dict[sp.Symbol, int]
STEP = 1e-200
MARGIN = 1e-6
SLACK = 1e-12
LARGEST_INDEX = 4
WORLDS = 500
LATE = (20, 40, 80)


class NowhereError(Exception):
    """A term has no value in a world."""


@dataclass(frozen=True)
class Function:
    """φ with the least and the largest value of abs(φ')."""

    value: Callable[[Array], Array]
    least: float
    most: float


def bent(factor: float) -> Function:
    """factor · (z + z / (1 + z²)), whose slope lies between 7/8 and 2 times the factor, both taken."""
    return Function(lambda z: factor * (z + z / (1 + z * z)), 7 / 8 * abs(factor), 2 * abs(factor))


def straight(factor: float) -> Function:
    """factor · z."""
    return Function(lambda z: factor * z, abs(factor), abs(factor))


def saturating(factor: float) -> Function:
    """factor · tanh z; its slope comes as close to 0 as one likes."""
    return Function(lambda z: factor * np.tanh(z), 0.0, abs(factor))


STRAIGHT = tuple(map(straight, (1.0, 2.0, -1.5, 0.5)))
FUNCTIONS = (*STRAIGHT, *map(bent, (1.0, 0.25, 2.0)), *map(saturating, (1.0, 3.0)))


@dataclass
class World:
    """One network with numbers for everything; what is not given is drawn when it is first asked for."""

    layered: bool
    function: Function
    sizes: Callable[[str, int | None], tuple[int, int]]
    given: dict[Key, Array]
    numbers: dict[str, float]
    indices: Bound
    seed: int
    known: dict[Any, Any] = field(default_factory=dict)

    def matrix(self, name: str, at: int | None) -> Array:
        """A matrix that the network does not define."""
        if (name, at) not in self.given:
            source = np.random.default_rng([self.seed, *map(ord, f"{name}{at}")])
            self.given[name, at] = source.uniform(-1.5, 1.5, self.sizes(name, at))
        return self.given[name, at]

    # -- one forward pass ----------------------------------------------------------------------------------------

    def forward(self, name: str, at: int, moved: Mapping[Key, Array]) -> Array:
        """A state or an output, with some quantities moved."""
        first = "y" if self.layered else "h"
        if at < (0 if name == first else 1):
            raise NowhereError
        if name == "y" and not self.layered:
            return self._moving("W_hy", None, moved) @ self.forward("h", at, moved) + self.matrix("b_y", None)
        state = self._moving(first, 0, moved)
        for step in range(1, at + 1):
            state = self.function.value(self._before(step, state, moved)) + moved.get((first, step), 0)
        return state

    def _before(self, step: int, state: Array, moved: Mapping[Key, Array]) -> Array:
        if self.layered:
            return self._moving("W", step, moved) @ state
        driven = self.matrix("W_xh", None) @ self.matrix("x", step) + self.matrix("b_h", None)
        return driven + self._moving("W_hh", None, moved) @ state

    def _moving(self, name: str, at: int | None, moved: Mapping[Key, Array]) -> Array:
        return self.matrix(name, at) + moved.get((name, at), 0)

    def jacobian(self, of: tuple[str, int], wrt: Key) -> Array:
        """d of / d wrt by complex steps; columns of a matrix stacked."""
        if ("J", of, wrt) not in self.known:
            shape = (self.matrix(*wrt) if wrt[1] is None else self.forward(wrt[0], wrt[1], {})).shape
            columns = []
            for j, i in np.ndindex(shape[::-1]):
                step = np.zeros(shape, dtype=complex)
                step[i, j] = 1j * STEP
                columns.append(np.imag(self.forward(*of, {wrt: step})).reshape(-1, order="F") / STEP)
            self.known["J", of, wrt] = np.stack(columns, axis=1)
        return self.known["J", of, wrt]

    def of_loss(self, wrt: Key) -> Array:
        """The Jacobian of the loss: the slope of each generic part of it times the Jacobian of an output."""
        by_name = {s.name: at for s, at in self.indices.items()}
        if self.layered:
            top = by_name["L"] + 1
            return self.matrix(f"dL/dy_{top}", None) @ self.jacobian(("y", top), wrt)
        rows = [
            self.matrix(f"dell_{s}/dy_{s}", None) @ self.jacobian(("y", s), wrt) for s in range(1, by_name["T"] + 1)
        ]
        return sum(rows, np.zeros((1, self.matrix(*wrt).size)))

    # -- values of terms -----------------------------------------------------------------------------------------

    def term(self, term: Any, bound: Bound) -> Array:
        """The value of a quantity or a Jacobian."""
        match term:
            case TotalJacobian() if term.of.name == "L":
                return self.of_loss(self.place(term.wrt, bound))
            case TotalJacobian():
                return self.jacobian(self.place(term.of, bound), self.place(term.wrt, bound))
            case ImmediateJacobian():
                of, wrt = self.place(term.of, bound), self.place(term.wrt, bound)
                if of[0] != "ell" or wrt[0] != "y" or of[1] < 1:
                    raise NowhereError
                slope = self.matrix(f"dell_{of[1]}/dy_{of[1]}", None)
                return slope if of[1] == wrt[1] else np.zeros_like(slope)
            case Element() if self.place(term, bound)[0] in ("h", "y"):
                return self.forward(*self.place(term, bound), {})
            case Element() | sp.MatrixSymbol():
                name, at = self.place(term, bound)
                if at is not None and at < 1:
                    raise NowhereError
                return self.matrix(name, at)
        raise NotImplementedError(type(term))

    def place(self, quantity: Any, bound: Bound) -> Any:
        """Name and index of a quantity."""
        return quantity.name, self.integer(quantity.index, bound) if isinstance(quantity, Element) else None

    def integer(self, index: sp.Expr, bound: Bound) -> int:
        """The value of an index."""
        numbers = {**self.indices, **bound}
        return integer(index, tuple((s, numbers[s]) for s in index.free_symbols))

    def number(self, scalar: Any, bound: Bound) -> float:
        """The value of a scalar."""
        key = scalar, tuple(bound.items())
        if key not in self.known:
            self.known[key] = self._number(scalar, bound)
        return self.known[key]

    def _number(self, scalar: Any, bound: Bound) -> float:
        match scalar:
            case sp.Symbol() if scalar in bound or scalar in self.indices:
                return bound.get(scalar, self.indices.get(scalar))
            case sp.Symbol():
                if scalar.name not in self.numbers:
                    raise NowhereError
                return self.numbers[scalar.name]
            case sp.Number():
                return float(scalar)
            case sp.Add():
                return sum(self.number(part, bound) for part in scalar.args)
            case sp.Mul():
                return float(np.prod([self.number(part, bound) for part in scalar.args]))
            case sp.Pow():
                base, exponent = self.number(scalar.base, bound), self.number(scalar.exp, bound)
                if base == 0 and exponent < 0:
                    raise NowhereError
                return float(base) ** exponent
            case sp.Sum():
                return self._sum(scalar, bound)
        return measured(scalar, self.term(scalar.of, bound))

    def _sum(self, total: sp.Sum, bound: Bound) -> float:
        ((variable, low, high),) = total.limits
        first, last = self.integer(low, bound), self.integer(high, bound)
        if last < first - 1:
            raise NowhereError
        return sum(self.number(total.function, {**bound, variable: at}) for at in range(first, last + 1))

    # -- hypotheses ----------------------------------------------------------------------------------------------

    def allows(self, statement: Inequality | Limit) -> bool:
        """Whether the conditions and hypotheses hold."""
        return self.satisfies(statement.where, {}) and all(map(self.holds, statement.given))

    def satisfies(self, conditions: tuple[Relational, ...], bound: Bound) -> bool:
        """Whether conditions on indices hold."""
        return all(self.compares(condition, bound) for condition in conditions)

    def holds(self, hypothesis: Any) -> bool:
        """Whether a hypothesis holds."""
        match hypothesis:
            case BoundedSlope():
                most = np.inf if hypothesis.at_most is sp.oo else self.number(hypothesis.at_most, {})
                return self.number(hypothesis.at_least, {}) <= self.function.least and self.function.most <= most
            case ForEvery():
                ends = (-20, max(self.indices.values(), default=0) + 20)
                found = [at for at in range(*ends) if self.satisfies(hypothesis.where, {hypothesis.index: at})]
                if found and (found[0] == ends[0] or found[-1] == ends[1] - 1):
                    raise NowhereError  # infinitely many
                return all(self.compares(hypothesis.relation, {hypothesis.index: at}) for at in found)
        return self.compares(hypothesis, {})

    def compares(self, relation: Relational, bound: Bound) -> bool:
        """Whether a relation holds; a strict one not by rounding alone."""
        left, right = (self.number(side, bound) for side in relation.args)
        least = 1e-9 * max(abs(left), abs(right))
        found = {"<": right - left > least, "<=": left <= right, ">": left - right > least, ">=": left >= right}
        return bool(found[relation.rel_op])

    def violates(self, statement: Inequality, margin: float = MARGIN) -> bool:
        """Whether an inequality fails here by a clear margin."""
        left, right = self.number(statement.lhs, {}), self.number(statement.rhs, {})
        return bool(np.isfinite([left, right]).all() and left - right > margin * max(abs(left), abs(right), SLACK))


@cache
def integer(index: sp.Expr, numbers: tuple[tuple[sp.Symbol, int], ...]) -> int:
    """The value of an index."""
    return int(index.xreplace({s: sp.Integer(at) for s, at in numbers}))


def measured(measure: Any, matrix: Array) -> float:
    """A number that is read off a matrix."""
    match measure:
        case Norm():
            return float(np.linalg.norm(matrix, {"2": 2, "1": 1, "oo": np.inf, "F": "fro"}[measure.kind]))
        case SmallestSingularValue():
            return float(np.linalg.svd(matrix, compute_uv=False)[-1])
        case SpectralRadius():
            return float(np.abs(np.linalg.eigvals(matrix)).max())
    raise NotImplementedError(type(measure))


# -- worlds ------------------------------------------------------------------------------------------------------------

NOTABLE = {
    1: ([[2.0]], [[0.5]], [[-1.0]]),
    2: (
        [[0.0, 5.0], [0.0, 0.0]],
        [[1.0, 1.0], [0.0, 1.0]],
        [[0.6, -0.8], [0.8, 0.6]],
        [[0.5, 4.0], [0.0, 0.5]],
        [[2.0, 0.0], [0.0, 0.5]],
    ),
    3: ([[0.5, 1.0, 0.0], [0.0, 0.5, 1.0], [0.0, 0.0, 0.5]], [[0.0, 0.0, 2.0], [2.0, 0.0, 0.0], [0.0, 2.0, 0.0]]),
}


def weights(source: np.random.Generator, rows: int, cols: int) -> Array:
    """A matrix: notable, orthogonal or drawn, of any size; or one whose norm or least singular value is near 1."""
    way = source.integers(6)
    if way == 0 and rows == cols:
        return np.array(NOTABLE[rows][source.integers(len(NOTABLE[rows]))])
    drawn = source.normal(size=(rows, cols))
    if way == 1 and rows == cols:
        return np.linalg.qr(drawn)[0] * source.choice([0.5, 1.0, 2.0])
    if way == 2:
        return drawn / np.linalg.norm(drawn, source.choice([1, 2])) * source.choice([0.45, 0.9, 1.3, 1.9])
    if way == 3:
        return drawn / np.linalg.svd(drawn, compute_uv=False)[-1] * source.choice([0.6, 1.1, 2.1])
    return drawn * source.choice([0.1, 0.5, 1.0, 3.0])


def drawn_worlds(model: Recurrence, symbols: frozenset[sp.Symbol], count: int = WORLDS) -> Iterator[World]:
    """Worlds of every temper."""
    for seed in range(count):
        source = np.random.default_rng([7, seed])
        indices = {s: int(source.integers(0, LARGEST_INDEX + 1)) for s in sorted(symbols, key=str)}
        yield drawn_world(model, source, indices, FUNCTIONS[source.integers(len(FUNCTIONS))], seed)


def drawn_world(model: Recurrence, source: np.random.Generator, indices: Bound, phi: Function, seed: int) -> World:
    """One world; the free numbers are what they stand for, or a little less or more."""
    named = dict(zip("nmq", map(int, source.integers(1, 4, 3)), strict=True))
    widths = list(map(int, source.integers(1, 4, LARGEST_INDEX + 4)))
    world = World(isinstance(model, Layered), phi, shapes(model, named, widths.__getitem__), {}, {}, indices, seed)
    weighted = [("W", at) for at in range(1, LARGEST_INDEX + 3)] if world.layered else [("W_hh", None)]
    for name, at in weighted:
        world.given[name, at] = weights(source, *world.sizes(name, at))
    around = source.choice([0.5, 1.0, 1.0, 1.0, 1.5], size=4)
    world.numbers = {"gamma": phi.most * around[0], "c": phi.least * around[1]}
    if not world.layered:
        highest = max(indices.values(), default=0)
        norms = [np.linalg.norm(world.forward("h", at, {})) for at in range(highest + 1)]
        slopes = [np.linalg.norm(world.matrix(f"dell_{at}/dy_{at}", None)) for at in range(1, highest + 1)]
        world.numbers |= {"eta": max(norms) * around[2], "lambda": max(slopes, default=0.0) * around[3]}
    return world


def shapes(model: Recurrence, named: Mapping[str, int], width: Callable[[int], int]) -> Callable[[str, Any], Any]:
    """The shape of each matrix by its name and index."""

    def units(layer: int) -> int:
        rows = model.y[l].rows
        return int(rows) if rows.is_Integer else named[rows.name] if isinstance(rows, sp.Symbol) else width(layer)

    def of_layers(name: str, at: int | None) -> tuple[int, int]:
        if name == "W":
            return units(at), units(at - 1)
        return (units(at), 1) if name == "y" else (1, units(int(name.rpartition("_")[2])))

    def of_times(name: str, at: int | None) -> tuple[int, int]:
        n, m, q = (named[letter] for letter in "nmq")
        known = {"W_hh": (n, n), "W_xh": (n, m), "W_hy": (q, n), "b_h": (n, 1), "b_y": (q, 1), "h": (n, 1), "x": (m, 1)}
        return known.get(name, (1, q))

    return of_layers if isinstance(model, Layered) else of_times


# -- verdicts ----------------------------------------------------------------------------------------------------------


def symbols_of(statement: Inequality | Limit, model: Recurrence) -> frozenset[sp.Symbol]:
    """The indices to which worlds give values."""
    names = {"l", "L"} if isinstance(model, Layered) else {"t", "k", "T"}
    return frozenset(sp.Symbol(name, integer=True) for name in names) | frozenset(statement.indices)


def is_violated(statement: Inequality | Limit, worlds: list[World]) -> bool | None:
    """Whether a statement is false for certain; None where it speaks of no world, or a sequence has gaps."""
    verdicts = set()
    for world in worlds:
        try:
            if world.allows(statement):
                verdicts.add(misses(statement, world) if isinstance(statement, Limit) else world.violates(statement))
        except NowhereError:
            verdicts.add(None)
        if True in verdicts and isinstance(statement, Inequality):
            return True
    if isinstance(statement, Limit) and None in verdicts:
        return None
    return True if True in verdicts else False if False in verdicts else None


def misses(statement: Limit, world: World, straight: bool = False) -> bool:
    """Whether a sequence clearly has another limit in a world where φ is a straight line.

    The smallest singular value of a long product drowns in the rounding of the largest one, and is not judged.
    """
    if not (straight or world.function in STRAIGHT) or statement.of.has(SmallestSingularValue):
        return False
    world.number(statement.of, {})
    sizes = []
    for late in LATE:
        indices = dict.fromkeys(world.indices, late)
        later = World(world.layered, world.function, world.sizes, world.given, world.numbers, indices, world.seed)
        if not later.satisfies(statement.where, {}):
            raise NowhereError
        sizes.append(later.number(statement.of, {}))
    early, middle, last = sizes
    if statement.value == 0:
        return bool(last > 1e-6 and last * (1 + 1e-9) >= middle)
    return bool(last <= middle * (1 + 1e-9) <= early * (1 + 1e-6))
