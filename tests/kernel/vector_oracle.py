"""Values of the terms of certificates about clipping, by NumPy: shares nothing with the kernel that checks them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

TOLERANCE = 1e-9
ORDERS: Mapping[str, Any] = {"1": 1, "2": 2, "oo": np.inf, "F": "fro"}


@dataclass(frozen=True)
class Place:
    """Values for names, and the entry that is looked at in each matrix."""

    numbers: Mapping[str, float]
    matrices: Mapping[str, np.ndarray]
    row: int = 0
    col: int = 0

    def scalar(self, t: Any) -> float:
        """A number; terms are lists or tuples, names strings or pairs."""
        if isinstance(t, int):
            return float(t)
        if isinstance(t, str):
            return self.numbers[t]
        kind, *parts = t
        match kind:
            case "name":
                return self.numbers[parts[0]]
            case "/":
                return parts[0] / parts[1]
            case "norm":
                return float(np.linalg.norm(self.matrix(parts[1]), ORDERS[parts[0]]))
            case "inner":
                return float(np.sum(self.matrix(parts[0]) * self.matrix(parts[1])))
            case "entry":
                x = self.matrix(parts[0])
                return float(x[self.row % x.shape[0], self.col % x.shape[1]])
            case "factor":
                length, limit = self.scalar(["norm", *parts[:2]]), self.scalar(parts[2])
                return 1.0 if length <= limit else limit / length
        values = [self.scalar(part) for part in parts]
        if kind == "inverse":
            return 1 / values[0] if values[0] else 0.0
        return {"+": sum, "*": np.prod, "abs": lambda v: abs(v[0]), "min": min, "max": max, "root": np.sqrt}[kind](
            values if kind != "root" else values[0]
        )

    def matrix(self, t: Any) -> np.ndarray:
        """A matrix."""
        if isinstance(t, str):
            return self.matrices[t]
        kind, *parts = t
        match kind:
            case "name":
                return self.matrices[parts[0]]
            case "sum":
                return sum((self.matrix(part) for part in parts[1:]), self.matrix(parts[0]))
            case "hadamard":
                return np.prod([self.matrix(part) for part in parts], axis=0)
            case "scale":
                return self.scalar(parts[0]) * self.matrix(parts[1])
            case "clip":
                limit = self.scalar(parts[1])
                return np.clip(self.matrix(parts[0]), -limit, limit)
            case "stack":
                return np.concatenate([self.matrix(part).ravel(order="F") for part in parts])[:, None]
        raise AssertionError(kind)


def holds(value: float, scale: float, sign: str, tolerance: float = TOLERANCE) -> bool:
    """Whether a number compares with 0, but for rounding of parts of a certain size."""
    if sign == "=":
        return abs(value) <= tolerance * scale
    return value > -tolerance * scale if tolerance or sign == ">" else value >= 0


def refuted(statement: Mapping[str, Any], place: Place) -> bool:
    """Whether a statement plainly fails at a place."""
    for sign, low, high in statement["given"]:
        a, b = place.scalar(low), place.scalar(high)
        scale = max(1.0, abs(a), abs(b))
        if abs(a - b) > 1e-12 * scale if sign == "=" else a > b - (1e-12 * scale if sign == "<" else 0):
            return False
    kind, left, right = statement["claim"]
    if kind == "at most":
        low, high = place.scalar(left), place.scalar(right)
        return low > high + 1e-6 * (abs(low) + abs(high))
    x, y = place.matrix(left), place.matrix(right)
    size = float(np.max(np.abs(x)) + np.max(np.abs(y)))
    if kind == "direction":
        a = float(np.sum(x * y)) / float(np.sum(y * y)) if np.any(y) else 1.0
        if a <= 0:
            return bool(np.any(y))
        y = a * y
    return float(np.max(np.abs(x - y))) > 1e-6 * size


def drawn(source: random.Random, numbers: Mapping[str, str], shapes: Mapping[str, Any]) -> Place:
    """Values at random: zero, parallel and opposite matrices, and numbers of very different size, among them."""
    sizes = {name: source.choice((1, 2, 2, 3)) for name, sort in numbers.items() if sort == "size"}
    spread = source.choice((0, 0, 0, 1, 4))
    values: dict[str, float] = {}
    for name, sort in numbers.items():
        value = source.choice((0.5, 1, 2, 3, 5)) * 10.0 ** source.randint(-spread, spread)
        options = {"real": (value, -value, 0.0), "nonnegative": (value, value, 0.0)}.get(sort, (value,))
        values[name] = float(sizes[name]) if name in sizes else source.choice(options)
    matrices: dict[str, np.ndarray] = {}
    for name, shape in shapes.items():
        rows, cols = (size if isinstance(size, int) else sizes[size] for size in shape)
        matrices[name] = _matrix(source, rows, cols, spread, list(matrices.values()))
    return Place(values, matrices, source.randrange(6), source.randrange(6))


def _matrix(source: random.Random, rows: int, cols: int, spread: int, others: list[np.ndarray]) -> np.ndarray:
    same = [other for other in others if other.shape == (rows, cols)]
    match source.choice(("zero", "small", "small", "drawn", "drawn", "like another", "like another")):
        case "zero":
            return np.zeros((rows, cols))
        case "small":
            return np.array(
                [[float(source.choice((-5, -4, -3, -1, 0, 1, 3, 4, 5))) for _ in range(cols)] for _ in range(rows)]
            )
        case "like another" if same:
            return source.choice((1.0, -1.0, 2.0, -0.5, 1 + 1e-3)) * source.choice(same)
    return np.array([[source.gauss(0, 1) for _ in range(cols)] for _ in range(rows)]) * 10.0 ** source.randint(
        -spread, spread
    )


def places(seed: int, numbers: Mapping[str, str], shapes: Mapping[str, Any]) -> Iterator[Place]:
    """Places without end."""
    source = random.Random(seed)
    while True:
        yield drawn(source, numbers, shapes)
