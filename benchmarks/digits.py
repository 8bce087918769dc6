"""Certified digits against loops that certify nothing, as ratios within one run: `python benchmarks/digits.py`.

50 digits of dh_T/dh_0 for h_t = tanh(W_hh h_{t-1}): by `numeric(digits=50)`, which finds the precision; by a loop in
mpmath (with gmpy2 where that is installed) of 60 digits; and by a loop over `arb_mat` of 200 bits, which certifies
nothing.
Values are compared first: with the loop in mpmath, at a precision that is enough for it.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import flint
import mpmath
import numpy as np

from symrnn import Elman, t

DIGITS = 50
CASES = {(32, 100): 3, (16, 1000): 3}
"""Size and T, with the number of rounds."""

rnn = Elman("tanh").undriven()
back = rnn.derive(rnn.h[t], wrt=rnn.h[0])


def drawn(size: int) -> dict[Any, Any]:
    """Weights of spectral radius about 1, and a start."""
    source = np.random.default_rng(0)
    return {rnn.W_hh: source.normal(size=(size, size)) / np.sqrt(size), rnn.h[0]: source.normal(size=size)}


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


def seconds(work: Callable[[], Any]) -> float:
    """CPU time of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def require_equal(values: dict[Any, Any], steps: int) -> None:
    """Refuse to compare the times of different results."""
    found, right = back.numeric(values, t=steps, digits=DIGITS), in_mpmath(values, steps, 20 * DIGITS)
    with mpmath.workdps(2 * DIGITS):
        for place, entry in np.ndenumerate(found):
            if abs(mpmath.mpf(str(entry)) - right[place]) > abs(right[place]) * mpmath.mpf(10) ** (1 - DIGITS):
                sys.exit(f"the results differ at {place}: {entry} and {right[place]}")


def main() -> None:
    """Print the ratios."""
    print(f"{DIGITS} certified digits of dh_T/dh_0 (mpmath on {mpmath.libmp.BACKEND}); median, least and largest ratio")
    for (size, steps), rounds in CASES.items():
        values = drawn(size)
        require_equal(values, steps)
        others: dict[str, Callable[[], Any]] = {
            "mpmath, 60 digits": lambda v=values, s=steps: in_mpmath(v, s, DIGITS + 10),
            "arb_mat, 200 bits": lambda v=values, s=steps: in_arb(v, s, 200),
        }
        print(f"n = {size}, T = {steps}:")
        for name, other in others.items():
            found = [
                seconds(lambda v=values, s=steps: back.numeric(v, t=s, digits=DIGITS)) / seconds(other)
                for _ in range(rounds)
            ]
            print(
                f"  ours / {name}: {statistics.median(found):8.2f}  ({min(found):.2f} to {max(found):.2f})", flush=True
            )


if __name__ == "__main__":
    main()
