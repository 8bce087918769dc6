"""Certified digits against loops that certify nothing.

50 digits of dh_T/dh_0 for h_t = tanh(W_hh h_{t-1}): by ``numeric(digits=50)``, which finds the precision, derivation
included; by a loop in mpmath (with gmpy2 where that is installed) of 60 digits; and, as a limit, by a loop over
``arb_mat`` of 200 bits, which has no digit left in either case.
All digits are compared first: with the loop in mpmath, at a precision that is more than enough for it.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import flint
import mpmath
import numpy as np

from benchmarks.rows import Case, Growth, Row
from symrnn import Elman, t

DIGITS = 50
CARE = 10
"""Digits that a loop of 60 of them may lose on the way."""

rnn = Elman("tanh").undriven()


def drawn(size: int) -> dict[Any, Any]:
    """Weights of spectral radius about 1, and a start."""
    source = np.random.default_rng(0)
    return {rnn.W_hh: source.normal(size=(size, size)) / np.sqrt(size), rnn.h[0]: source.normal(size=size)}


def ours(values: dict[Any, Any], steps: int) -> Any:
    """The closed form, derived and evaluated."""
    return rnn.derive(rnn.h[t], wrt=rnn.h[0]).numeric(values, t=steps, digits=DIGITS)


def in_mpmath(values: dict[Any, Any], steps: int, digits: int) -> Any:
    """The product of the steps, from the last one on."""
    with mpmath.workdps(digits):
        W, states = mpmath.matrix(values[rnn.W_hh].tolist()), [mpmath.matrix(values[rnn.h[0]].tolist())]
        for _ in range(steps):
            states.append((W * states[-1]).apply(mpmath.tanh))
        product = mpmath.eye(W.rows)
        for h in states[:0:-1]:
            product = product * mpmath.matrix(
                [[(1 - h[i] ** 2) * W[i, j] for j in range(W.rows)] for i in range(W.rows)]
            )
        return product


def in_arb(values: dict[Any, Any], steps: int, bits: int) -> Any:
    """The same in balls of a precision that is given."""
    before, flint.ctx.prec = flint.ctx.prec, bits
    try:
        W, states = flint.arb_mat(values[rnn.W_hh].tolist()), [flint.arb_mat([[x] for x in values[rnn.h[0]].tolist()])]
        size = W.nrows()
        for _ in range(steps):
            states.append(flint.arb_mat([[x.tanh()] for x in (W * states[-1]).entries()]))
        product = flint.arb_mat(size, size, [int(i == j) for i in range(size) for j in range(size)])
        for h in states[:0:-1]:
            slopes = [1 - x * x for x in h.entries()]
            product = product * flint.arb_mat([[slopes[i] * W[i, j] for j in range(size)] for i in range(size)])
        return product
    finally:
        flint.ctx.prec = before


def differ(found: Any, right: Any, digits: int) -> str:
    """By what certified numbers differ from others in so many digits, if they do."""
    with mpmath.workdps(2 * DIGITS):
        for place, entry in np.ndenumerate(found):
            if abs(mpmath.mpf(str(entry)) - right[place]) > abs(right[place]) * mpmath.mpf(10) ** (1 - digits):
                return f"{entry} and {right[place]} at {place}"
    return ""


def digits(size: int, steps: int) -> Case:
    """Ours and theirs."""
    values = drawn(size)
    if difference := differ(ours(values, steps), in_mpmath(values, steps, 4 * DIGITS), DIGITS):
        raise ValueError(f"not all digits are right: {difference}")
    return Case(
        lambda: ours(values, steps),
        {"mpmath, 60 digits": lambda: in_mpmath(values, steps, DIGITS + 10)},
        partial(differ, digits=DIGITS - CARE),
        {"arb_mat, 200 bits": lambda: in_arb(values, steps, 200)},
    )


ROWS: list[Row | Growth] = [
    Row("P3 50 digits of dh_T/dh_0, n = 32, T = 100", partial(digits, 32, 100), {"mpmath, 60 digits": 10}, rounds=3),
    Row("P4 50 digits of dh_T/dh_0, n = 16, T = 1000", partial(digits, 16, 1000), {"arb_mat, 200 bits": 0.4}, rounds=3),
]
