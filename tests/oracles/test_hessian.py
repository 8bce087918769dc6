"""The Hessian times a direction: the operator R against difference quotients, and the symmetry of the Hessian."""

from __future__ import annotations

from fractions import Fraction
from random import Random
from typing import Any

import pytest
from oracles.hessian import CURVATURES, NAMES, SLOPES, mp_hessian_quotient, mp_hessian_vector
from oracles.mpmath_bptt import mp_disagreement

from symrnn.errors import ShapeError, UnknownTermError
from symrnn.oracles import Loss, linear, squared_error

N, M, Q, STEPS = 3, 2, 1, 4
SHAPES = {"W_hh": (N, N), "W_xh": (N, M), "W_hy": (Q, N), "b_h": (N,), "b_y": (Q,), "h_0": (N,)}


def drawn(seed: int, *shape: int) -> Any:
    dice = Random(seed)

    def fill(sizes: tuple[int, ...]) -> Any:
        if not sizes:
            return Fraction(dice.randint(-9, 9), 10)
        return [fill(sizes[1:]) for _ in range(sizes[0])]

    return fill(shape)


PARAMS = {name: drawn(i, *shape) for i, (name, shape) in enumerate(SHAPES.items()) if name != "h_0"}
X, H_0 = drawn(20, STEPS, M), drawn(21, N)
LOSSES = {"squared": squared_error(drawn(22, STEPS, Q)), "linear": linear(drawn(23, STEPS, Q))}
U, V = ({name: drawn(seed + i, *shape) for i, (name, shape) in enumerate(SHAPES.items())} for seed in (30, 40))


@pytest.mark.parametrize("phi", sorted(CURVATURES))
@pytest.mark.parametrize("loss", LOSSES.values(), ids=LOSSES)
def test_both_ways_agree_to_fifty_digits(phi: str, loss: Loss) -> None:
    steps = 2 if phi == "exp" else STEPS  # exp of exp of exp is too large for any digits
    short = Loss(loss.name, loss.data[:steps])
    by_operator = mp_hessian_vector(PARAMS, X[:steps], H_0, phi, short, V, digits=60)
    by_quotient = mp_hessian_quotient(PARAMS, X[:steps], H_0, phi, short, V, digits=60)
    for name in NAMES:
        assert mp_disagreement(by_operator[name], by_quotient[name]) < 1e-50, name


@pytest.mark.parametrize("name", NAMES)
def test_each_block_of_the_direction_by_itself(name: str) -> None:
    only = {name: V[name]}
    by_operator = mp_hessian_vector(PARAMS, X, H_0, "tanh", LOSSES["squared"], only, digits=60)
    by_quotient = mp_hessian_quotient(PARAMS, X, H_0, "tanh", LOSSES["squared"], only, digits=60)
    for block in NAMES:
        assert mp_disagreement(by_operator[block], by_quotient[block]) < 1e-50, block


def inner(left: dict[str, Any], right: dict[str, Any]) -> Any:
    flat = {
        name: [e for row in value for e in (row if isinstance(row, list) else [row])] for name, value in left.items()
    }
    total = 0
    for name, entries in flat.items():
        matrix = right[name]
        numbers = [matrix[i, j] for i in range(matrix.rows) for j in range(matrix.cols)]
        total = sum((number * e.numerator / e.denominator for e, number in zip(entries, numbers, strict=True)), total)
    return total


@pytest.mark.parametrize("phi", ["tanh", "sigmoid", "sin"])
def test_the_hessian_is_symmetric(phi: str) -> None:
    """<U, H V> = <V, H U>, with both sides far from zero."""
    loss = LOSSES["squared"]
    one = inner(U, mp_hessian_vector(PARAMS, X, H_0, phi, loss, V, digits=60))
    other = inner(V, mp_hessian_vector(PARAMS, X, H_0, phi, loss, U, digits=60))
    assert abs(one) > 1e-3
    assert abs(one - other) < 1e-50 * abs(one)


def test_the_tables_know_the_same_functions() -> None:
    assert set(SLOPES) == set(CURVATURES)


def test_what_is_refused() -> None:
    loss = LOSSES["squared"]
    with pytest.raises(UnknownTermError, match="no phi'' is known for 'relu'"):
        mp_hessian_vector(PARAMS, X, H_0, "relu", loss, V)
    with pytest.raises(UnknownTermError, match="W_zz cannot move"):
        mp_hessian_vector(PARAMS, X, H_0, "tanh", loss, {"W_zz": [[1]]})
    with pytest.raises(ShapeError, match="the direction of W_hh has shape"):
        mp_hessian_vector(PARAMS, X, H_0, "tanh", loss, {"W_hh": [[1]]})
