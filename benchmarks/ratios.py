"""Ratios of running times, each pair measured in one run: `python benchmarks/ratios.py`.

Single times say little on a busy machine; what is compared here runs in turn, several times, and the medians of the
ratios are printed.
"""

from __future__ import annotations

import runpy
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import sympy as sp

from symrnn import LSTM, Assignment, Elman, n, t
from symrnn.check import prove_derivation
from symrnn.codegen import generate
from symrnn.evaluate import Evaluator, Modulo, draw_large

ROUNDS = 5


def seconds(work: Callable[[], Any]) -> float:
    """Time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def ratio(slow: Callable[[], Any], fast: Callable[[], Any]) -> float:
    """Median of slow/fast over the rounds, the two in turn."""
    return statistics.median(seconds(slow) / seconds(fast) for _ in range(ROUNDS))


def derive_and_prove() -> None:
    """The Jacobian of the state by the recurrent weights: derived, and every step replayed, for symbolic t."""
    rnn = Elman()
    derivation = rnn.derive(rnn.h[t], wrt=rnn.W_hh)
    assert t in derivation.closed_form.free_symbols
    prove_derivation(derivation)


def entrywise(steps: int, size: int = 3) -> Callable[[], Any]:
    """SymPy's own Jacobian, entry by entry, of the network unrolled to a fixed time."""

    def work() -> sp.Matrix:
        rnn = Elman("tanh", hidden=size, inputs=1, outputs=1)
        state = rnn.unroll(steps)[rnn.h[steps]]
        weights = sp.Matrix(size**2, 1, lambda i, _: sp.Symbol(f"W_hh_{i % size + 1}_{i // size + 1}"))
        return sp.Matrix(state).jacobian(weights)

    return work


def closed_form_at(size: int, steps: int) -> Callable[[], Any]:
    """Evaluate the closed form modulo a prime."""
    rnn = Elman()
    closed = rnn.derive(rnn.h[t], wrt=rnn.W_hh).closed_form

    def work() -> Any:
        numbers = Assignment({n: size, rnn.m: 1, rnn.q: 1}, {t: steps}, seed=1, draw=draw_large)
        return Evaluator(Modulo(1), numbers, rnn).value(closed)

    return work


class Passes:
    """Both passes of the NumPy code for an LSTM, as a user would import them.

    Args:
        folder: where the module is written.
        steps, size, batch: T, n = m, and the number of sequences side by side.
    """

    def __init__(self, folder: Path, steps: int, size: int = 64, batch: int = 32) -> None:
        path = folder / "lstm.py"
        path.write_text(generate(LSTM()), encoding="utf-8")
        code = runpy.run_path(str(path))
        rng = np.random.default_rng(0)
        net = LSTM(size, size)
        self.params = {p.name: rng.normal(size=tuple(map(int, p.shape))) / size for p in net.parameters}
        self.inputs = {"x": rng.normal(size=(steps, size, batch))}
        self.initial = {name: np.zeros((size, batch)) for name in ("h", "c")}
        self.slopes = {"dell_dh": rng.normal(size=(steps, size, batch))}
        self.run_forward, self.run_backward = code["forward"], code["backward"]
        self.quantities = self.forward()

    def forward(self) -> Any:
        """All quantities."""
        return self.run_forward(self.params, self.inputs, self.initial)

    def backward(self) -> Any:
        """All gradients."""
        return self.run_backward(self.params, self.quantities, self.slopes)


def main() -> None:
    """Print the ratios."""
    derive_and_prove()  # imports and caches are paid for once
    print("SymPy's entrywise Jacobian at T, against deriving and proving for every T (n = 3):")
    for steps in (2, 3, 4, 5):
        print(f"  T = {steps}: {ratio(entrywise(steps), derive_and_prove):8.2f}")
    print("evaluating the closed form at 2T against T (n = 6; linear would be 2):")
    print(f"  T = 20: {ratio(closed_form_at(6, 40), closed_form_at(6, 20)):8.2f}")
    print("evaluating the closed form at size 2n against n (T = 20; n^3 would be 8, n^4 16):")
    print(f"  n = 8:  {ratio(closed_form_at(16, 20), closed_form_at(8, 20)):8.2f}")
    with tempfile.TemporaryDirectory() as folder:
        passes = {steps: Passes(Path(folder), steps) for steps in (25, 50, 100, 200)}
    print("the NumPy code for an LSTM, backward against forward (n = m = 64, a batch of 32):")
    for steps, both in passes.items():
        print(f"  T = {steps}: {ratio(both.backward, both.forward):8.2f}")
    print("its backward pass at 2T against T (linear would be 2):")
    for steps in (25, 50, 100):
        print(f"  T = {steps}: {ratio(passes[2 * steps].backward, passes[steps].backward):8.2f}")


if __name__ == "__main__":
    main()
