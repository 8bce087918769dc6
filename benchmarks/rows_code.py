"""The generated code against PyTorch and JAX: both passes, all gradients, in double precision on one core."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np

from benchmarks.peers import Numbers, both_passes, drawn, furthest, jax_by_hand, pytorch, run
from benchmarks.rows import Case, Growth, Row, Work, is_installed
from symrnn.cells import LSTM, Elman, ResetAfterGRU

NETS = {"Elman": Elman("tanh"), "LSTM": LSTM(), "ResetAfterGRU": ResetAfterGRU()}


def passes(kind: str, units: int, batch: int, steps: int, form: str = "fast") -> Case:
    """Both passes of the NumPy code; the limit is the time of as many operations in large products of matrices."""
    net = NETS[kind]
    given = drawn(net, dict.fromkeys("nmq", units), steps, batch)
    peers: dict[str, Work] = {"the plain form": both_passes(run(net), given, memory=False)}
    if is_installed("torch"):
        peers["PyTorch"] = pytorch(kind, given)
    if is_installed("jax"):
        peers["JAX"] = jax_by_hand(kind, given)
    differ = partial(_differ, tolerance=1e-8)
    ours = both_passes(run(net, form=form), given)
    return Case(ours, peers, differ, {"the GEMM limit": products(kind, units, batch, steps)} if units >= 64 else {})


def _differ(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray], tolerance: float) -> str:
    return furthest(ours, {name: np.asarray(array) for name, array in theirs.items()}, tolerance)


def products(kind: str, units: int, batch: int, steps: int, size: int = 1024) -> Work:
    """As many operations as the products of both passes have, in products of large matrices."""
    matrices = {"Elman": 3, "LSTM": 8, "ResetAfterGRU": 6}[kind]
    operations = 3 * matrices * 2 * units**2 * batch * steps
    block = max(1, round(operations / (2 * size**2)))  # columns of the right factor
    rng = np.random.default_rng(0)
    left, right = rng.normal(size=(size, size)), rng.normal(size=(size, min(block, size)))
    whole, rest = divmod(block, size)

    def work() -> None:
        for _ in range(whole):
            left @ right
        if rest:
            left @ right[:, :rest]

    return work


def elman_at(units: int = 64, batch: int = 32, steps: int = 100, form: str = "fast") -> Work:
    """Both passes of an Elman network of some size."""
    given = drawn(NETS["Elman"], dict.fromkeys("nmq", units), steps, batch)
    return both_passes(run(NETS["Elman"], form=form), given)


def in_jax(kind: str, units: int, batch: int, steps: int) -> Case:
    """The generated scan, compiled, against one by hand with the gradient of JAX."""
    given = drawn(NETS[kind], dict.fromkeys("nmq", units), steps, batch)
    work, _ = _jitted(kind, given)
    return Case(work, {"JAX by hand": jax_by_hand(kind, given)}, partial(_differ, tolerance=1e-8))


def _jitted(kind: str, given: Numbers, form: str = "fast") -> tuple[Work, Work]:
    """Both passes in JAX: a call of the compiled program, and compiling it."""
    import jax

    jax.config.update("jax_enable_x64", True)
    code = run(NETS[kind], target="jax", form=form)

    def gradients(params: Any, inputs: Any, initial: Any, slopes: Any) -> Any:
        return code["backward"](params, code["forward"](params, inputs, initial), slopes)[0]

    arguments = jax.tree.map(jax.numpy.asarray, (given.params, given.inputs, given.initial, given.slopes))
    compiled = jax.jit(gradients).lower(*arguments).compile()
    return (
        lambda: jax.block_until_ready(compiled(*arguments)),
        lambda: jax.jit(lambda *parts: gradients(*parts)).lower(*arguments).compile(),
    )


def compiling(steps: int) -> Work:
    """Compiling both passes of an LSTM."""
    return _jitted("LSTM", drawn(NETS["LSTM"], dict.fromkeys("nmq", 16), steps, 8))[1]


ROWS: list[Row | Growth] = [
    Row(
        "P5 Elman n = 64, B = 32, T = 1000",
        partial(passes, "Elman", 64, 32, 1000),
        {"PyTorch": 2, "JAX": 1, "the GEMM limit": 0.6},
    ),
    Row(
        "P5 Elman n = 256, B = 32, T = 1000",
        partial(passes, "Elman", 256, 32, 1000),
        {"PyTorch": 1.5, "JAX": 1, "the GEMM limit": 0.8},
    ),
    Row("P5b LSTM n = 128, B = 32, T = 200", partial(passes, "LSTM", 128, 32, 200), {"PyTorch": 1.6, "JAX": 1}),
    Row("P5b GRU n = 128, B = 32, T = 200", partial(passes, "ResetAfterGRU", 128, 32, 200), {"PyTorch": 1.6, "JAX": 1}),
    Row(
        "P6 Elman n = 4, B = 1, T = 1000, compiled",
        partial(passes, "Elman", 4, 1, 1000, "compiled"),
        {"PyTorch": 25},
        needs=("numba",),
        once=5,
    ),
    Row("P6 Elman n = 4, B = 1, T = 1000, fast", partial(passes, "Elman", 4, 1, 1000)),
    Row("P8 LSTM in JAX, n = 64, B = 32, T = 200", partial(in_jax, "LSTM", 64, 32, 200), {"JAX by hand": 1}, ("jax",)),
    Row(
        "P8 Elman in JAX, n = 64, B = 32, T = 200", partial(in_jax, "Elman", 64, 32, 200), {"JAX by hand": 1}, ("jax",)
    ),
    Growth("P8 compiling for JAX in T", compiling, (50, 200, 800), {"slope": 0.1}, ("jax",), rounds=3),
    Growth("P5 in T (n = 64, B = 32)", lambda steps: elman_at(steps=steps), (125, 250, 500, 1000), {"slope": 1.1}),
    Growth("P5 in n (B = 32, T = 100)", lambda units: elman_at(units=units), (32, 64, 128, 256), {"slope": 2.1}),
]
