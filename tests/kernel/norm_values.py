"""What the kernel's matrices and numbers are worth, by NumPy: a second opinion that shares no code with the kernel."""

import math
from fractions import Fraction

import numpy as np


class UndefinedError(Exception):
    """A matrix without an inverse, a negative power, or a quantity that was not given."""


def form(linear, at):
    """A linear form at integers."""
    return linear.constant + sum(c * at[v] for v, c in linear.terms)


def width(size, at, sizes):
    """A number of rows or columns."""
    total = 0
    for atoms, c in size:
        total += c * math.prod(sizes[a] if isinstance(a, str) else sizes[a[0]](form(a[1], at)) for a in atoms)
    return total


class Values:
    """A system of given matrices.

    Args:
        matrices: by name an array, or a function of the index.
        sizes: widths by name.
        reals: named numbers.
        slopes: by name a function, applied entry by entry in the place of φ'.
    """

    def __init__(self, matrices, sizes=None, reals=None, slopes=None):
        self.matrices, self.sizes = matrices, sizes or {}
        self.reals, self.slopes = reals or {}, slopes or {}

    def matrix(self, t, at):
        """An array."""
        match t:
            case ("leaf", name, index):
                if name not in self.matrices:
                    raise UndefinedError(name)
                found = self.matrices[name]
                return found if index is None else found(form(index, at))
            case ("id", n):
                return np.eye(width(n, at, self.sizes))
            case ("ones", m, n):
                return np.ones((width(m, at, self.sizes), width(n, at, self.sizes)))
            case ("zero", m, n):
                return np.zeros((width(m, at, self.sizes), width(n, at, self.sizes)))
            case ("unit", n, index):
                i = form(index, at)
                found = np.zeros((width(n, at, self.sizes), 1))
                if not 1 <= i <= len(found):
                    raise UndefinedError("a unit vector")
                found[i - 1] = 1
                return found
            case ("scale", c, a):
                return float(c) * self.matrix(a, at)
            case ("add", *parts):
                return sum(self.matrix(part, at) for part in parts)
            case ("mul", *parts):
                found = self.matrix(parts[0], at)
                for part in parts[1:]:
                    found = found @ self.matrix(part, at)
                return found
            case ("had", *parts):
                return math.prod(self.matrix(part, at) for part in parts)
            case ("kron", a, b):
                return np.kron(self.matrix(a, at), self.matrix(b, at))
            case ("T", a):
                return self.matrix(a, at).T
            case ("vec", a):
                return self.matrix(a, at).reshape(-1, 1, order="F")
            case ("diag", a):
                return np.diag(self.matrix(a, at)[:, 0])
            case ("inv", a):
                inner = self.matrix(a, at)
                if np.linalg.matrix_rank(inner) < len(inner):
                    raise UndefinedError("an inverse")
                return np.linalg.inv(inner)
            case ("fn", name, _, 1, a):
                return self.slopes[name](self.matrix(a, at))
            case ("pow", a, k):
                inner, exponent = self.matrix(a, at), form(k, at)
                if exponent < 0:
                    raise UndefinedError("a power")
                return np.linalg.matrix_power(inner, exponent)
            case ("sum", v, low, high, body):
                parts = [self.matrix(body, {**at, v: i}) for i in range(form(low, at), form(high, at) + 1)]
                return sum(parts[1:], parts[0]) if parts else 0 * self.matrix(body, {**at, v: form(low, at)})
            case ("prod", v, low, high, body):
                a, b = form(low, at), form(high, at)
                if b - a < -1:
                    raise UndefinedError("a product")
                found = np.eye(self.matrix(body, {**at, v: a}).shape[1])
                for i in range(a, b + 1):
                    found = self.matrix(body, {**at, v: i}) @ found
                return found
        raise UndefinedError(t[0])

    def number(self, s, at):
        """A float."""
        match s:
            case ("rational", c):
                return float(c)
            case ("number", k):
                return float(form(k, at))
            case ("real", name):
                return self.reals[name]
            case ("norm", p, t):
                return norm(p, self.matrix(t, at))
            case ("least", t):
                return float(np.linalg.svd(self.matrix(t, at), compute_uv=False)[-1])
            case ("smallest", t):
                return min(float(entry) for row in self.matrix(t, at) for entry in row)
            case ("radius", t):
                return float(np.abs(np.linalg.eigvals(self.matrix(t, at))).max())
            case ("abs", x):
                return abs(self.number(x, at))
            case ("max", x, y):
                return max(self.number(x, at), self.number(y, at))
            case ("plus", *parts):
                return sum(self.number(part, at) for part in parts)
            case ("times", *parts):
                return math.prod(self.number(part, at) for part in parts)
            case ("power", x, k):
                exponent = form(k, at)
                if exponent < 0:
                    raise UndefinedError("a power")
                return self.number(x, at) ** exponent
            case ("over", x):
                below = self.number(x, at)
                if below == 0:
                    raise UndefinedError("a quotient")
                return 1 / below
            case ("total", v, low, high, body):
                return sum(self.number(body, {**at, v: i}) for i in range(form(low, at), form(high, at) + 1))
        raise UndefinedError(s[0])

    def holds(self, left, relation, right, at, slack=1e-7):
        """Whether a relation holds, but for rounding."""
        x, y = self.number(left, at), self.number(right, at)
        return x <= y + slack * (1 + abs(x) + abs(y))

    def equal(self, a, b, at):
        """Whether two matrices are equal, but for rounding."""
        x, y = self.matrix(a, at), self.matrix(b, at)
        return x.shape == y.shape and np.allclose(x, y, atol=1e-8)


def norm(p, a):
    """The norms by their definitions, the 2-norm by singular values."""
    match p:
        case "1":
            return float(np.abs(a).sum(axis=0).max())
        case "oo":
            return float(np.abs(a).sum(axis=1).max())
        case "F":
            return float(np.sqrt((a**2).sum()))
    return float(np.linalg.svd(a, compute_uv=False)[0])


def matrices(rng, rows, cols):
    """A random matrix: zero, defective, not normal, orthogonal, of rank one, with small integers, or any."""
    kind = rng.integers(9)
    a = rng.normal(size=(rows, cols))
    if kind == 0:
        return 0 * a
    if kind == 1:
        return np.eye(rows, cols, 1) * 3
    if kind == 2:
        return np.eye(rows, cols) * 0.9 + np.eye(rows, cols, 1) * 5
    if kind == 3:
        return rng.integers(-2, 3, size=(rows, cols)).astype(float)
    if kind == 4:
        return np.outer(rng.normal(size=rows), rng.normal(size=cols))
    if kind == 5 and rows == cols:
        return np.linalg.qr(a)[0]
    if kind == 6 and rows == cols:
        return a + a.T
    if kind == 7 and rows == cols:
        return a - a.T
    return a * rng.choice([0.01, 1, 30])


def orthogonal(rng, n):
    """A random orthogonal matrix."""
    return np.linalg.qr(rng.normal(size=(n, n)))[0]


__all__ = ["Fraction", "UndefinedError", "Values", "form", "matrices", "norm", "orthogonal", "width"]
