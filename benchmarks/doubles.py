"""The Jacobian by all recurrent weights in double precision, against PyTorch: `python benchmarks/doubles.py`.

dh_T/dW_hh of an Elman network at T = 1000, as `numeric` finds it by the closed form, from arrays to the array, the
derivation included; and as torch.func finds it by its loop, forwards and backwards, compiled by nobody. Values are
compared first. It needs PyTorch, and both run on one thread.
"""

from __future__ import annotations

import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np
import torch
from torch.func import jacfwd, jacrev

from symrnn import Elman, t

STEPS, ROUNDS = 1000, 3
rnn = Elman("tanh")


def drawn(size: int) -> dict[Any, Any]:
    """Weights of spectral radius about 1, inputs, and a start."""
    source = np.random.default_rng(0)
    return {
        rnn.W_hh: source.normal(size=(size, size)) / np.sqrt(size),
        rnn.W_xh: source.normal(size=(size, 2)),
        rnn.b_h: source.normal(size=size),
        rnn.x: source.normal(size=(STEPS, 2)),
        rnn.h[0]: source.normal(size=size),
    }


def by_torch(values: dict[Any, Any], jacobian: Callable[..., Any]) -> Callable[[], Any]:
    """The same by automatic differentiation of a loop, columns of W below each other."""
    W, U, b, x, start = (torch.from_numpy(np.asarray(value)) for value in values.values())

    def last(weights: Any) -> Any:
        h = start
        for step in x:
            h = torch.tanh(U @ step + weights @ h + b)
        return h

    return lambda: jacobian(last)(W).transpose(1, 2).reshape(len(start), -1).numpy()


def seconds(work: Callable[[], Any]) -> float:
    """CPU time of one call."""
    begin = time.process_time()
    work()
    return time.process_time() - begin


def main() -> None:
    """Print the ratios."""
    torch.set_num_threads(1)
    print(f"torch.func / ours at T = {STEPS}; median, least and largest ratio")
    for size in (4, 8, 16):
        values = drawn(size)

        def ours(values: dict[Any, Any] = values) -> Any:
            return rnn.derive(rnn.h[t], wrt=rnn.W_hh).numeric(values, t=STEPS)

        for name, jacobian in (("jacrev", jacrev), ("jacfwd", jacfwd)):
            theirs = by_torch(values, jacobian)
            one, other = ours(), theirs()
            if not np.allclose(one, other, rtol=1e-8, atol=1e-12 * abs(other).max()):
                sys.exit(f"the results differ by {abs(one - other).max()}")
            found = [seconds(theirs) / seconds(ours) for _ in range(ROUNDS)]
            print(
                f"  n = {size:2}, {name}: {statistics.median(found):8.2f}  ({min(found):.2f} to {max(found):.2f})",
                flush=True,
            )


if __name__ == "__main__":
    main()
