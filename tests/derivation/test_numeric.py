"""Closed forms at arrays of one's own, against central differences of a loop written here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from symrnn import Elman, t
from symrnn.errors import EvaluationError, IndexRangeError, ShapeError

rnn = Elman("tanh")
SOURCE = np.random.default_rng(3)
N, M, STEPS = 3, 2, 4
VALUES: dict[Any, Any] = {
    rnn.W_hh: SOURCE.normal(size=(N, N)),
    rnn.W_xh: SOURCE.normal(size=(N, M)),
    "b_h": SOURCE.normal(size=N),
    rnn.x: SOURCE.normal(size=(STEPS, M)),
    rnn.h[0]: SOURCE.normal(size=N),
}
d = rnn.derive(rnn.h[t], wrt=rnn.W_hh)


def last_state(weights: Any) -> Any:
    h = VALUES[rnn.h[0]]
    for x in VALUES[rnn.x]:
        h = np.tanh(weights @ h + VALUES[rnn.W_xh] @ x + VALUES["b_h"])
    return h


def test_the_jacobian_by_the_weights() -> None:
    step, columns = 1e-6, []
    for j in range(N):  # vec by columns
        for i in range(N):
            move = np.zeros((N, N))
            move[i, j] = step
            columns.append((last_state(VALUES[rnn.W_hh] + move) - last_state(VALUES[rnn.W_hh] - move)) / (2 * step))
    found = d.numeric(VALUES, t=STEPS)
    assert found.dtype == np.float64
    assert np.allclose(found, np.array(columns).T, rtol=1e-7, atol=1e-9)


def test_inputs_step_by_step() -> None:
    steps = {rnn.x[at]: x for at, x in enumerate(VALUES[rnn.x], start=1)}
    others = {key: value for key, value in VALUES.items() if key is not rnn.x}
    assert np.array_equal(d.numeric({**others, **steps}, t=STEPS), d.numeric(VALUES, t=STEPS))


@pytest.mark.parametrize(
    ("change", "indices", "error", "message"),
    [
        ({"b_h": None}, {"t": 2}, EvaluationError, "b_h is needed and has no value"),
        ({}, {"t": STEPS + 1}, EvaluationError, "x_5 is needed"),
        ({"W": np.eye(N)}, {"t": 2}, EvaluationError, "W is not part of this recurrence"),
        ({"b_h": np.zeros(N + 1)}, {"t": 2}, ShapeError, "n is 3 in W_hh, and 4 in b_h"),
        ({}, {}, IndexRangeError, "t has no value"),
        ({}, {"s": 2}, IndexRangeError, "s is not an index"),
        ({}, {"t": 0}, IndexRangeError, "t = 0 is outside the range"),
    ],
)
def test_what_does_not_fit_is_named(
    change: dict[Any, Any], indices: dict[str, int], error: type[Exception], message: str
) -> None:
    values = {key: value for key, value in {**VALUES, **change}.items() if value is not None}
    with pytest.raises(error, match=message):
        d.numeric(values, **indices)
