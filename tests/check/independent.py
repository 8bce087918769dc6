"""A second evaluation of terms, for judging the checker: plain floats, derivatives by complex steps.

It knows the equations of its networks by heart, walks a term without any of the package's evaluators, and takes
every derivative from a forward pass in which one quantity is moved by a tiny imaginary amount.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

import numpy as np
import sympy as sp
from check.gated_forward import STATES, forward, squash

from symrnn.cells import Elman
from symrnn.derivation import Equation
from symrnn.expr import (
    Apply,
    Differential,
    Element,
    Gradient,
    ImmediateJacobian,
    MatrixSum,
    OrderedProduct,
    TotalJacobian,
    UnitVector,
    Vec,
)
from symrnn.recurrence import Recurrence

Array = np.ndarray
Place = tuple[str, int | None]
STEP = 1e-200
SIZE = 2


class NowhereError(Exception):
    """A term does not exist at an instance that its statement covers."""


class OutsideError(Exception):
    """The statement does not speak of an instance."""


def phi(order: int, scale: float, z: Array) -> Array:
    """φ(z) = sin z + scale z², and its derivatives."""
    return (np.sin(z) + scale * z * z, np.cos(z) + 2 * scale * z, -np.sin(z) + 2 * scale, -np.cos(z))[order]


def identity(order: int, scale: float, z: Array) -> Array:
    """φ(z) = z, and its derivatives."""
    return z if order == 0 else np.full_like(z, 1 if order == 1 else 0)


@dataclass
class World:
    """One network at one choice of numbers.

    Args:
        model: which network: the Elman network, the layered one, the GRU or the LSTM.
        indices: values of the free indices.
        varying: what moves where the statement has differentials.
        seed: of the values.
    """

    model: Recurrence
    indices: dict[sp.Symbol, int]
    varying: tuple[Any, ...] = ()
    seed: int = 1
    drawn: dict[Place, Array] = field(default_factory=dict)

    def given(self, place: Place, shape: tuple[int, int]) -> Array:
        """A given matrix, the same whenever it is asked for."""
        if place not in self.drawn:
            source = np.random.default_rng([self.seed, *map(ord, str(place))])
            self.drawn[place] = source.uniform(0.3, 1.1, shape) * source.choice([-1, 1], shape)
        return self.drawn[place]

    @property
    def size(self) -> int:
        """The number of units, inputs and outputs."""
        return 1 if getattr(self.model, "n", None) == 1 else SIZE

    @property
    def cell(self) -> str:
        """The name of a gated cell; empty for the others."""
        return self.model.name if self.model.name in STATES else ""

    def function(self) -> Callable[[int, float, Array], Array]:
        """What φ stands for."""
        return identity if getattr(getattr(self.model, "phi", None), "name", "") == "identity" else phi


class Pass:
    """One forward pass, some quantities moved by imaginary amounts; ``frozen`` ones keep their values."""

    def __init__(self, world: World, moves: dict[Place, Array], frozen: Pass | None = None) -> None:
        self.world, self.moves, self.frozen = world, moves, frozen
        self.known: dict[Place, Array] = {}
        self.root: Place | None = None

    def value(self, place: Place) -> Array:
        """The value of a quantity, moved if it is to move."""
        if place not in self.known:
            name, _ = place
            stays = self.frozen is not None and name in ("h", "c", "y", "ell", "L") and place != self.root
            value = self.frozen.value(place) if stays else self._equation(place)
            self.known[place] = value + self.moves.get(place, 0)
        return self.known[place]

    def _equation(self, place: Place) -> Array:
        name, t = place
        n = self.world.size
        if t is not None and t < {"h": 0, "c": 0, "y": 0 if self._layered else 1}.get(name, 1):
            raise NowhereError(f"{name}[{t}]")
        if self.world.cell:
            return self._gated(name, t, n)
        if self._layered:
            return self._layer(name, t, n)
        return self._time(name, t, n)

    @property
    def _layered(self) -> bool:
        return not isinstance(self.world.model, Elman)

    def _gated(self, name: str, t: int | None, n: int) -> Array:
        found = forward(self.world.cell, name, t, self.value)
        if found is not None:
            return found
        match name:
            case "ell":
                return self._loss(self.value(("h", t)), t)
            case "L":
                return self._summed_loss()
        return self.world.given((name, t), (n, n if name[0] in "WU" else 1))

    def _summed_loss(self) -> Array:
        last = next(at for s, at in self.world.indices.items() if s.name == "T")
        if last < 0:
            raise OutsideError
        return sum((self.value(("ell", at)) for at in range(1, last + 1)), np.zeros((1, 1)))

    def _time(self, name: str, t: int | None, n: int) -> Array:
        v, phi_ = self.value, self.world.function()
        driven = isinstance(self.world.model, Elman) and bool(self.world.model.inputs)
        match name:
            case "a" if driven:
                return v(("W_xh", None)) @ v(("x", t)) + v(("W_hh", None)) @ v(("h", t - 1)) + v(("b_h", None))
            case "a":
                return v(("W_hh", None)) @ v(("h", t - 1))
            case "h" if t >= 1:
                return phi_(0, 0.4, v(("a", t)))
            case "y":
                return v(("W_hy", None)) @ v(("h", t)) + v(("b_y", None))
            case "ell":
                return self._loss(v(("y", t)), t)
            case "L":
                return self._summed_loss()
        columns = 1 if name in ("x", "b_h", "b_y", "h") else n
        return self.world.given((name, t), (n, columns))

    def _layer(self, name: str, layer: int | None, n: int) -> Array:
        v = self.value
        match name:
            case "f":
                return v(("W", layer)) @ v(("y", layer - 1))
            case "y" if layer >= 1:
                return phi(0, 0.3 + 0.1 * layer, v(("f", layer)))
            case "L":
                top = next(at for s, at in self.world.indices.items() if s.name == "L")
                return self._loss(v(("y", top + 1)), top)
        return self.world.given((name, layer), (n, n if name == "W" else 1))

    def _loss(self, y: Array, at: int) -> Array:
        """A cubic of its own for each index."""
        slopes = self.world.given(("loss", at), (1, y.shape[0]))
        return slopes @ (y + y * y * y / 3)


class Judge:
    """Values of terms in one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.base = Pass(world, {})

    def index(self, expression: sp.Expr, bound: dict[sp.Symbol, int]) -> int:
        """The value of an index expression."""
        return int(expression.xreplace({s: sp.Integer(v) for s, v in {**self.world.indices, **bound}.items()}))

    def place(self, quantity: Any, bound: dict[sp.Symbol, int]) -> Place:
        """Name and index of a quantity."""
        return quantity.name, self.index(quantity.index, bound) if isinstance(quantity, Element) else None

    def range(self, term: Any, bound: dict[sp.Symbol, int]) -> range:
        """The values of a bound index."""
        low, high = self.index(term.lower, bound), self.index(term.upper, bound)
        if high < low - 1:
            inner = any(s in bound for end in (term.lower, term.upper) for s in end.free_symbols)
            raise NowhereError if inner else OutsideError
        return range(low, high + 1)

    def value(self, term: Any, bound: dict[sp.Symbol, int]) -> Array:
        """The value of a term."""
        n = self.world.size

        def size(side: Any) -> int:
            return side if isinstance(side, int) else int(side.xreplace({s: sp.Integer(n) for s in side.free_symbols}))

        def shape() -> tuple[int, int]:
            return size(term.rows), size(term.cols)

        def v(part: Any) -> Array:
            return self.value(part, bound)

        match term:
            case Element() | sp.MatrixSymbol():
                return self.base.value(self.place(term, bound))
            case sp.MatAdd():
                return sum((v(part) for part in term.args[1:]), v(term.args[0]))
            case sp.MatMul():
                matrices = [v(part) for part in term.args if isinstance(part, sp.MatrixExpr)]
                scalar = sp.Mul(*(part for part in term.args if not isinstance(part, sp.MatrixExpr)))
                return self.scalar(scalar, bound) * np.linalg.multi_dot([np.eye(len(matrices[0])), *matrices])
            case sp.MatPow():
                power = self.index(term.exp, bound)
                if power < 0:
                    raise OutsideError
                return np.linalg.matrix_power(v(term.base), power)
            case sp.Transpose():
                return v(term.args[0]).T
            case sp.DiagMatrix():
                return np.diag(v(term.args[0]).ravel())
            case sp.KroneckerProduct():
                return np.kron(v(term.args[0]), v(term.args[1]))
            case sp.HadamardProduct():
                return np.multiply.reduce([v(part) for part in term.args])
            case sp.Identity():
                return np.eye(shape()[0])
            case sp.ZeroMatrix():
                return np.zeros(shape())
            case sp.OneMatrix():
                return np.ones(shape())
            case Vec():
                return v(term.argument).reshape(-1, 1, order="F")
            case UnitVector():
                return np.eye(shape()[0])[:, [self.index(term.position, bound) - 1]]
            case Apply() if self.world.cell:
                return squash(term.function, term.order, v(term.argument))
            case Apply():
                scale = 0.4 if term.member is None else 0.3 + 0.1 * self.index(term.member, bound)
                return self.world.function()(term.order, scale, v(term.argument))
            case MatrixSum():
                parts = (self.value(term.body, {**bound, term.variable: i}) for i in self.range(term, bound))
                return sum(parts, np.zeros(shape()))
            case OrderedProduct():
                indices = self.range(term, bound)[:: term.step]
                factors = [self.value(term.body, {**bound, term.variable: i}) for i in indices]
                return np.linalg.multi_dot([np.eye(shape()[0]), np.eye(shape()[0]), *factors])
            case TotalJacobian() | ImmediateJacobian() | Gradient():
                jacobian = self.jacobian(
                    *(self.place(q, bound) for q in term.args), isinstance(term, ImmediateJacobian)
                )
                return jacobian.reshape(shape(), order="F") if isinstance(term, Gradient) else jacobian
            case Differential():
                return self.differential(self.place(term.of, bound))
        raise NotImplementedError(type(term))

    def scalar(self, scalar: sp.Expr, bound: dict[sp.Symbol, int]) -> float:
        """The value of a coefficient."""
        entries = {
            e: sp.Float(self.value(e.args[0], bound)[0, 0])
            for e in scalar.atoms(sp.matrices.expressions.matexpr.MatrixElement)
        }
        numbers = {s: sp.Integer(v) for s, v in {**self.world.indices, **bound}.items()}
        return float(scalar.xreplace(entries).xreplace(numbers))

    def jacobian(self, of: Place, wrt: Place, immediate: bool) -> Array:
        """d of / d wrt by complex steps, entry after entry; columns of a matrix stacked."""
        at = self.base.value(wrt)
        self.base.value(of)
        columns = []
        for col, row in product(range(at.shape[1]), range(at.shape[0])):
            move = np.zeros(at.shape, dtype=complex)
            move[row, col] = 1j * STEP
            moved = Pass(self.world, {wrt: move}, self.base if immediate else None)
            moved.root = of
            columns.append(np.imag(moved.value(of)).reshape(-1, order="F") / STEP)
        return np.stack(columns, axis=1)

    def differential(self, of: Place) -> Array:
        """The movement of a quantity when the varying ones move together."""
        moves = {}
        for quantity in self.world.varying:
            place = self.place(quantity, {})
            shape = self.base.value(place).shape
            moves[place] = 1j * STEP * self.world.given(("d", place), shape)
        return np.imag(Pass(self.world, moves).value(of)) / STEP


def differs(equation: Equation, model: Recurrence, largest: int = 3) -> bool | None:
    """Whether two sides differ somewhere; None when they are compared nowhere."""
    compared = False
    for world in worlds(equation, model, largest):
        judge = Judge(world)
        try:
            left, right = judge.value(equation.lhs, {}), judge.value(equation.rhs, {})
        except NowhereError:
            return True
        except OutsideError:
            continue
        compared = True
        scale = max(1.0, float(np.abs(left).max()), float(np.abs(right).max()))
        if float(np.abs(left - right).max()) > 1e-9 * scale:
            return True
    return False if compared else None


def worlds(equation: Equation, model: Recurrence, largest: int) -> Iterator[World]:
    """All index values up to a largest one that satisfy the conditions."""
    symbols = set(equation.indices)
    for side in (equation.lhs, equation.rhs):
        for matrix in side.atoms(sp.MatrixSymbol):
            symbols |= set() if model.total(matrix.name) is None else model.total(matrix.name).free_symbols
    symbols = sorted((s for s in symbols if isinstance(s, sp.Symbol) and not s.is_positive), key=str)
    for choice in product(range(largest + 1), repeat=len(symbols)):
        numbers = dict(zip(symbols, choice, strict=True))
        rule = {s: sp.Integer(v) for s, v in numbers.items()}
        if all(condition.xreplace(rule) == sp.true for condition in equation.where):
            yield World(model, numbers, equation.varying)
