"""How long cells remember: norms of ∂(state at T)/∂(state at T - k) of several cells, side by side.

The state is the one that a cell carries on by its gates: c of an LSTM, h of the others. The Jacobians are total, from
the derived closed forms, so that they count every path: through all gates and, of an LSTM, through h as well.

All cells have the same number of units and the same inputs, drawn with variance 1. Their weights are drawn in the way
that is common: recurrent ones orthogonal (Saxe, McClelland and Ganguli, 2014), those of inputs uniform with the
variance of Glorot and Bengio (2010), everything else 0, but for the bias of an LSTM's forget gate (Gers, Schmidhuber
and Cummins, 2000, section 4; Jozefowicz, Zaremba and Sutskever, 2015, recommend 1).
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.cells.table import CELLS, Shipped, shipped
from symrnn.errors import LimitError, SelectionError
from symrnn.evaluate import Assignment, Evaluator, Floats
from symrnn.evaluate.doubles import all_in_doubles
from symrnn.latex import Notation
from symrnn.plots.look import Look
from symrnn.plots.networks import read_phi, require_size, require_steps
from symrnn.plots.picture import Row, only
from symrnn.plots.style import BLACK, BLUE, DASHES, GREEN, ORANGE, PURPLE, SKY, VERMILLION, legend_below, panels
from symrnn.plots.words import norm, ratio
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, t

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CELL = ("Elman", "GRU", "LSTM")
FORGET_BIAS = (0.0, 1.0, 4.0)
LARGEST_BIAS = 20.0
NUMBER = 0.5
"""What the numbers of a cell are that have no gradient, such as α."""
MAX_CURVES = 8
"""Most lines in the picture."""
LOWEST, HIGHEST = 1e-12, 1e12
"""What lies outside is not drawn; the CSV file has it."""
COLOURS = (BLUE, GREEN, VERMILLION, BLACK, PURPLE, ORANGE, SKY, "#767676")
MARKERS = ("o", "s", "^", "D", "v", "P", "X", "*")

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class MemoryCurve:
    """One cell.

    Args:
        cell: its name.
        forget_bias: of its forget gate, nan where it has none.
        state: the name of the state.
        norm: ‖∂s_T/∂s_{T-k}‖₂ for k = 0, ..., of shape (steps + 1,).
    """

    cell: str
    forget_bias: float
    state: str
    norm: Array

    @property
    def rate(self) -> float:
        """By which factor the norm changes in a step, as a geometric mean."""
        last = len(self.norm) - 1
        return float((self.norm[last] / self.norm[0]) ** (1 / last))

    @property
    def title(self) -> str:
        """What it is called in the picture."""
        return self.cell if math.isnan(self.forget_bias) else f"{self.cell}, $b_f = {self.forget_bias:g}$"


@dataclass(frozen=True, eq=False)
class Memory:
    """Several cells.

    Args:
        size: units n.
        curves: one for each cell and bias.
    """

    size: int
    curves: tuple[MemoryCurve, ...]

    header: ClassVar[tuple[str, ...]] = ("cell", "forget_bias", "state", "k", "norm")

    def rows(self) -> Iterator[Row]:
        """One row for each line and k."""
        for curve in self.curves:
            for back, value in enumerate(curve.norm.tolist()):
                yield (curve.cell, curve.forget_bias, curve.state, back, value)


def memory(
    cell: Sequence[str | Shipped] = CELL,
    forget_bias: Sequence[float] = FORGET_BIAS,
    size: int = 8,
    steps: int = 40,
    seed: int = 0,
    activation: str | Sequence[str] = (),
) -> Memory:
    """Norms of the Jacobians of several cells.

    Args:
        cell: their names, those of ``symrnn cells``, or what :func:`symrnn.library.networks.find_entry` finds in files.
        forget_bias: of the forget gate of an LSTM; each gives a line.
        size: units n.
        steps: the largest k.
        seed: what everything is drawn from.
        activation: φ of cells that leave it open, tanh unless it is given; see
            :func:`symrnn.plots.networks.read_phi`.

    Raises:
        SelectionError: for a cell that there is not, or that is not a recurrent one of n units; for no cell or bias;
            for an activation where every cell has its own.
        LimitError: for a size, a number of steps or a bias out of range, or too many lines.

    >>> plain, gated = memory(["Elman", "LSTM"], [4.0], size=3, steps=20).curves
    >>> gated.state, bool(gated.norm[-1] > plain.norm[-1])
    ('c', True)
    """
    require_size(size)
    require_steps(steps)
    named = [cell] if isinstance(cell, (str, Shipped)) else cell
    entries = list(dict.fromkeys(each if isinstance(each, Shipped) else shipped(each) for each in named))
    biases = list(dict.fromkeys(map(float, forget_bias)))
    if not entries or not biases:
        raise SelectionError("no cell or no bias is given", advice="leave the option out for the usual ones")
    for bias in biases:
        if not abs(bias) <= LARGEST_BIAS:
            raise LimitError(f"a forget bias of {bias}", advice=f"use -{LARGEST_BIAS:g} to {LARGEST_BIAS:g}")
    if activation and not any(entry.has_choice for entry in entries):
        raise SelectionError("these cells have activations of their own", advice="leave --activation out")
    phi = only("activation", activation or "tanh")
    made = [(entry, sized(entry, size, phi)) for entry in entries]
    wanted = [(entry, net, bias) for entry, net in made for bias in (biases if _forgets(net) else [math.nan])]
    if len(wanted) > MAX_CURVES:
        raise LimitError(f"{len(wanted)} lines in one picture", advice=f"use at most {MAX_CURVES}")
    return Memory(size, tuple(_curve(entry.name, net, bias, steps, seed) for entry, net, bias in wanted))


def sized(entry: Shipped, size: int, phi: str, outputs: int = 1) -> Recurrence:
    """A cell with numbers as sizes and one input.

    Args:
        entry: which cell.
        size: units n.
        phi: the activation where the cell leaves it open, as :func:`symrnn.plots.networks.read_phi` reads it.
        outputs: how many, where it has them.

    Raises:
        SelectionError: for a cell that is not a recurrent network.

    >>> sized(shipped("GRU"), 3, "tanh").U_z.shape
    (3, 3)
    """
    known = signature(entry.make).parameters
    if "hidden" not in known:
        if entry.name not in CELLS:
            advice = "name a function of hidden and inputs that makes the cell, or leave both open in its text"
            raise SelectionError(f"{entry.name} cannot be made with {size} units and one input", advice=advice)
        able = ", ".join(name for name, each in CELLS.items() if "hidden" in signature(each.make).parameters)
        raise SelectionError(f"{entry.name} is not a recurrent network", advice=f"use some of {able}")
    sizes: dict[str, Any] = {"hidden": size, "inputs": 1}
    if "outputs" in known:
        sizes["outputs"] = outputs
    if "rate" in known:
        sizes["rate"] = sp.Rational(1, 2)
    if "output" in known:
        sizes["output"] = read_phi(phi)
    return entry.make(read_phi(phi), **sizes) if entry.has_choice else entry.make(**sizes)


def _forgets(net: Recurrence) -> bool:
    """Whether it is an LSTM with a forget gate: what its gate f multiplies is the cell."""
    return net.definition("c") is not None and "b_f" in net.graph.quantities


def carried(net: Recurrence) -> str:
    """The name of the state that is carried on: c where there is one, else the first."""
    names = [definition.sequence.name for definition in net.states()]
    return "c" if "c" in names else names[0]


def drawn_values(net: Recurrence, forget_bias: float, steps: int, seed: int) -> dict[Any, Array]:
    """Numbers for all parameters, inputs and initial states of a cell.

    Every parameter has a stream of its own, so that two cells differ in nothing that they have in common.
    """
    values: dict[Any, Array] = {}
    for parameter in net.parameters:
        if not isinstance(parameter, MatrixSymbol):
            raise SelectionError(f"{net.name} has weights of its own at each step", advice="use another cell")
        rows, columns = (_number(size, net) for size in parameter.shape)
        rng = np.random.default_rng([seed, *parameter.name.encode()])
        if columns == 1 and parameter.name.startswith(("b", "p")):
            values[parameter.name] = np.full((rows, 1), forget_bias if parameter.name == "b_f" else 0.0)
        elif rows == columns and rows > 1:
            values[parameter.name] = np.eye(rows) if net.name == "IRNN" else orthogonal(rng.normal(size=(rows, rows)))
        else:
            reach = math.sqrt(6 / (rows + columns))
            values[parameter.name] = rng.uniform(-reach, reach, size=(rows, columns))
    for place, given in enumerate(net.inputs):
        rows, columns = (_number(size, net) for size in given[1].shape)
        first = min(1, 1 if given.first is None else given.first)
        rng = np.random.default_rng([seed, 1, *([place] if place else [])])
        inputs = rng.normal(size=(steps + 1 - first, rows, columns))
        values |= {(given.name, at): entries for at, entries in enumerate(inputs, first)}
    symbols = {
        symbol for body in net.graph.right_sides for symbol in body.free_symbols if isinstance(symbol, sp.Symbol)
    }
    values |= {symbol.name: np.full((1, 1), NUMBER) for symbol in symbols if not symbol.is_integer}
    starts = ((one.sequence.name, one.sequence[0].shape) for one in net.states())
    return values | {(name, 0): np.zeros(tuple(_number(size, net) for size in shape)) for name, shape in starts}


def _number(size: sp.Expr, net: Recurrence) -> int:
    if not size.is_Integer:
        what = f"{net.name} has a size {size}, which is neither that of its state nor that of its input"
        raise SelectionError(what, advice="write a number for it in the cell")
    return int(size)


def orthogonal(drawn: Array) -> Array:
    """An orthogonal matrix from one of normal entries, all equally likely."""
    q, r = np.linalg.qr(drawn)
    return np.asarray(q * np.sign(np.diag(r)), dtype=np.float64)


def _curve(name: str, net: Recurrence, bias: float, steps: int, seed: int) -> MemoryCurve:
    given = drawn_values(net, 0.0 if math.isnan(bias) else bias, steps + 1, seed)
    jacobians = carried_jacobians(net, given, steps)
    return MemoryCurve(name, bias, carried(net), np.linalg.norm(jacobians, 2, axis=(1, 2)))


def carried_jacobians(net: Recurrence, given: Mapping[Any, Array], steps: int) -> Array:
    """∂s_T/∂s_{T-k} for k = 0, ..., steps of the state that is carried on, by the closed form, with T = steps + 1.

    Args:
        net: a recurrence whose sizes are numbers.
        given: what :func:`drawn_values` draws, for T steps.
        steps: the largest k.

    Returns:
        An array of shape (steps + 1, n, n).
    """
    return jacobians_at(carried_form(net), net, given, steps)


def carried_form(net: Recurrence) -> MatrixExpr:
    """∂s_t/∂s_{t-k} of the state that is carried on, in closed form."""
    sequence: Any = net.graph.quantities[carried(net)]
    return net.derive(sequence[t], wrt=sequence[t - k]).closed_form


def jacobians_at(closed_form: MatrixExpr, net: Recurrence, given: Mapping[Any, Array], steps: int) -> Array:
    """The values of :func:`carried_form`; arguments and result are those of :func:`carried_jacobians`."""
    T = steps + 1  # the closed form of stacked states begins after the initial one
    found = all_in_doubles(closed_form, Assignment(indices={t: T}, given=given), net, [{k: b} for b in range(T)])
    if found is not None:
        return found
    evaluator = Evaluator(Floats(), Assignment(given=given), net)
    return np.array([evaluator.value(closed_form, {t: T, k: back}).astype(float) for back in range(T)])


def caption_memory(numbers: Memory, notation: Notation | None) -> str:
    """What is drawn, and how fast each line falls or grows, from the slowest to the fastest."""
    states = dict.fromkeys(curve.state for curve in numbers.curves)
    jacobians = " and ".join(f"${norm(ratio(f'{s}_t', f'{s}_{{t-k}}', notation), notation)}_2$" for s in states)
    ordered = sorted(numbers.curves, key=lambda curve: -curve.rate)
    rates = ", ".join(f"{curve.rate:.2f} ({curve.title})" for curve in ordered)
    return (
        f"Norms of Jacobians, {jacobians}, in cells of {numbers.size} units as they are before training, with the same "
        "inputs: recurrent weights are orthogonal, biases 0 but for the forget bias $b_f$ that is named. In each step "
        f"the norm is multiplied, in the mean, by {rates}."
    )


def draw_memory(numbers: Memory, look: Look) -> Figure:
    """A line for each cell and bias."""
    figure, grid = panels(look, 1, 1, 2.1, left=0.5, titles=False)
    axes = grid[0, 0]
    for at, curve in enumerate(numbers.curves):
        back = np.arange(len(curve.norm))
        within = bool((curve.norm > LOWEST).all() and (curve.norm < HIGHEST).all())  # markers at the ends stay whole
        axes.semilogy(back, curve.norm, color=COLOURS[at], linestyle=DASHES[at], marker=MARKERS[at], clip_on=not within,
                      markevery=(at, max(len(back) // 8, 1)), label=look.label(curve.title))  # fmt: skip
    drawn = np.concatenate([curve.norm for curve in numbers.curves])
    low, high = max(LOWEST, float(drawn.min()) / 2), min(HIGHEST, float(drawn.max()) * 2)
    axes.set(xlim=(0, len(numbers.curves[0].norm) - 1), ylim=(low, high), xlabel=look.label("$k$"))
    states = {curve.state for curve in numbers.curves}
    if len(states) == 1:
        (state,) = states
        jacobian = norm(look.jacobian(f"{state}_t", f"{state}_{{t-k}}"), look.written)
        axes.set_ylabel(look.label(f"${jacobian}_2$"))
    else:
        axes.set_ylabel("norm of the Jacobian")
    legend_below(figure, look, 5)
    return figure
