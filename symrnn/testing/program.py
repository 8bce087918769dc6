"""The proved backward pass as a program that runs: its gradients at numbers, and those of an altered copy of it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias, cast

import numpy as np
import numpy.typing as npt
import sympy as sp
from sympy.matrices.expressions import MatrixSymbol

from symrnn.cells.bidirectional import SUFFIX
from symrnn.codegen import generate
from symrnn.codegen.backward import Backward
from symrnn.codegen.forward import Forward
from symrnn.codegen.plan import Plan
from symrnn.codegen.targets import target_of
from symrnn.errors import LimitError, UnknownTermError
from symrnn.expr import Element, Sequence
from symrnn.recurrence import Recurrence

Array: TypeAlias = npt.NDArray[Any]
Gradients: TypeAlias = dict[str, Array]
"""Each gradient by the text of what it is by, such as W_hh, x or h[0], in the shapes of the equations."""

LONGEST = 64
"""Most steps of a sequence that is drawn."""

COUNTINGS = {"each": "of each sequence", "all": "of all sequences together"}
"""What the number of steps of a masked mean may be counted of."""

WIDEST = 2000
"""Largest size of what is drawn."""


class Along(dict[int, Array]):
    """A quantity along its index, which is zero where it has no value: a slip may look one step too far."""

    def __missing__(self, index: int) -> Array:
        """Zeros in the shape of the others."""
        return np.zeros_like(next(iter(self.values())))


@dataclass(frozen=True)
class Draw:
    """Numbers at which a backward pass is run.

    Args:
        steps, batch: how long the sequences are, and how many of them.
        params, inputs, initial, slopes: what the generated program takes, by name.
        numbers: the scalars in the equations; one that counts steps may be an array with one for each sequence.
        quantities: what its forward pass gives: each quantity along its index.
        sizes: the number that each size is, by name.
    """

    steps: int
    batch: int
    params: Mapping[str, Array]
    inputs: Mapping[str, Array]
    initial: Mapping[str, Array]
    slopes: Mapping[str, Array]
    numbers: Mapping[str, Any]
    quantities: Mapping[str, Mapping[int, Array]] = field(default_factory=dict)
    sizes: Mapping[str, int] = field(default_factory=dict)

    def along(self, name: str) -> Array:
        """A quantity at t = 1, ..., T: an array (steps, rows, batch)."""
        values = self.quantities[name]
        return np.stack([values[t] for t in range(1, self.steps + 1)])


class Program:
    """The program that :func:`symrnn.codegen.generate` writes for a recurrence, and what is needed to run it.

    What runs is text of symrnn's own, printed from the equations of ``recurrence.backward()``.

    Args:
        recurrence: the definitions, with activations that are not generic.
        total: the loss; by default the first total.

    Raises:
        UnknownTermError: for a generic activation, and as for :func:`symrnn.codegen.generate`.

    >>> from symrnn.cells import Elman
    >>> program = Program(Elman("tanh"))
    >>> drawn = program.draw(steps=3, batch=2, seed=0)
    >>> {name: gradient.shape for name, gradient in program.gradients(drawn).items()}
    {'W_hh': (5, 5), 'W_xh': (5, 4), 'b_h': (5, 1), 'W_hy': (6, 5), 'b_y': (6, 1), 'x': (3, 4, 2), 'h[0]': (5, 2)}
    """

    def __init__(self, recurrence: Recurrence, total: MatrixSymbol | None = None) -> None:
        self.recurrence = recurrence
        self.plan = Plan(recurrence, target_of("numpy"), total)
        self.tree = ast.parse(generate(recurrence, "numpy", total))
        self.functions = _run(self.tree, {})
        forward, backward = Forward(self.plan), Backward(self.plan)
        generic = forward.activations.generic | backward.activations.generic
        if generic:
            raise UnknownTermError(
                f"the {recurrence.name} has an activation without a formula, {', '.join(generic)}",
                advice="say which one it is, as in Elman('tanh')",
            )
        self.numbers = dict(forward.columns.scalars | backward.columns.scalars)
        self.slopes = dict(backward.columns.slopes)
        self.mirrors: dict[str, str] = {}
        self.twins: dict[str, str] = {}
        self.counted: str = ""
        self.is_turned = False
        self._taken = set(forward.keywords), set(backward.keywords)

    def read_from_both_ends(self) -> None:
        """Let the chain that runs backwards read the same input from its end, as in most bidirectional networks."""
        names = {sequence.name for sequence in self.plan.recurrence.inputs}
        self.mirrors = {name: name + SUFFIX for name in names if name + SUFFIX in names}

    def returned_by(self, twins: Mapping[str, str]) -> None:
        """Let gradients be there under further names, each with the one that it has, for biases that are added up."""
        self.twins = dict(twins)

    @cached_property
    def counts(self) -> dict[str, str]:
        """The numbers that a mean over masked steps divides by, each with its mask, as N in (1/N) Σ mu[t] ell[t]."""
        total = self.plan.recurrence.totals[self.plan.total]
        divisors = {str(each.base) for each in total.atoms(sp.Pow) if each.exp.is_negative} & set(self.numbers)
        masks = [name for name in (each.name for each in self.plan.recurrence.inputs) if name in self._weights]
        return dict.fromkeys(divisors, masks[0]) if masks else {}

    def count(self, way: str) -> None:
        """Let the number N of a masked mean be what its mask sums up to, in a way of ``COUNTINGS``; or any number."""
        self.counted = way

    @cached_property
    def mirrored(self) -> dict[str, str]:
        """The slopes by a chain that runs backwards, at t by its state at T - t + 1; each with its state."""
        t = self.recurrence.index
        found = {name: slope.wrt for name, slope in self.slopes.items() if isinstance(slope.of, Element)}
        return {name: wrt.name for name, wrt in found.items() if wrt.index.coeff(t).is_negative}

    def turn(self, *, is_turned: bool) -> None:
        """Let the slopes of ``mirrored`` be handed in the chain's own time, or in that of the outputs."""
        self.is_turned = is_turned

    @cached_property
    def targets(self) -> set[str]:
        """The inputs from which no way to the loss meets a parameter: its targets and masks."""
        recurrence = self.plan.recurrence
        named = {each.sequence.name: recurrence.graph.named(each.sequence.name) for each in recurrence.definitions}
        weighted = {each.name for each in recurrence.parameters}
        reached = {name for name, others in named.items() if weighted & set(others)}  # and what those are made of
        waiting = list(reached)
        while waiting:
            others = set(named.get(waiting.pop(), ())) - reached
            reached |= others
            waiting += others
        return {each.name for each in recurrence.inputs if each.name not in reached}

    @cached_property
    def _weights(self) -> set[str]:
        """The inputs that a loss multiplies its steps by."""
        return {element.name for element in self.plan.recurrence.totals[self.plan.total].atoms(Element)}

    @cached_property
    def backward(self) -> ast.FunctionDef:
        """The backward pass as a tree."""
        return next(node for node in self.tree.body if isinstance(node, ast.FunctionDef) and node.name == "backward")

    def altered(self, backward: ast.FunctionDef, **beside: Any) -> Callable[..., Any]:
        """The backward pass that another tree is, beside the same helpers and others."""
        return _run(ast.Module([backward], []), {**self.functions, **beside})["backward"]

    # -- numbers -----------------------------------------------------------------------------------------------

    @property
    def initial(self) -> dict[str, Sequence]:
        """The states whose values from before the first step are given, by name."""
        return {definition.sequence.name: definition.sequence for definition in self.plan.initial()}

    @property
    def sizes(self) -> tuple[sp.Symbol, ...]:
        """The symbols of all sizes, in the order in which they come."""
        given = [each for each in self.plan.recurrence.parameters if isinstance(each, MatrixSymbol)]
        shapes = [each.shape for each in given] + [s.at(self.recurrence.index).shape for s in self._sequences()]
        found = dict.fromkeys(symbol for shape in shapes for size in shape for symbol in _symbols(size))
        return tuple(found)

    def _sequences(self) -> list[Sequence]:
        return [*self.plan.given_sequences(), *(d.sequence for d in self.plan.recurrence.definitions)]

    def draw(self, steps: int, batch: int, seed: int, scale: float = 1, given: Mapping[str, int] | None = None) -> Draw:
        """Numbers for everything that is given, all sizes different, and the forward pass at them.

        Args:
            steps: how long sequences are.
            batch: how many there are.
            seed: what the numbers follow from.
            scale: how large the slopes of a generic loss are.
            given: the sizes, by name.

        Raises:
            LimitError: for sequences that are too long, and for a network that is too wide.
        """
        if not 1 <= steps <= LONGEST:
            raise LimitError(f"{steps} steps", advice=f"sequences have 1 to {LONGEST} steps")
        rng = np.random.default_rng([seed, steps, batch])
        free = (size for size in range(2, 99) if size not in (steps, batch))
        sizes = {symbol: given[str(symbol)] if given else next(free) for symbol in sorted(self.sizes, key=str)}
        recurrence = self.plan.recurrence

        def shape(of: MatrixSymbol | Element) -> tuple[int, ...]:
            found = tuple(int(sp.sympify(size).subs(sizes)) for size in of.shape)
            if max(found, default=0) > WIDEST:
                raise LimitError(
                    f"{of} has the size {max(found)}",
                    advice=f"networks of sizes up to {WIDEST} are compared; a letter in its place is any size",
                )
            return found

        def columns(sequence: Sequence) -> Array:
            rows, cols = shape(sequence.at(recurrence.index))
            given = self.plan.source(sequence.name) == "params"
            return rng.normal(size=(steps, rows, cols if given else batch)) * (0.7 if given else 1)

        params = {
            each.name: columns(each) if isinstance(each, Sequence) else rng.normal(size=shape(each)) * 0.7
            for each in recurrence.parameters
        }
        inputs = {each.name: self._input(each, columns(each), rng) for each in recurrence.inputs}
        inputs |= {twin: inputs[name][::-1].copy() for name, twin in self.mirrors.items()}
        initial = {
            name: rng.normal(size=(*shape(s.at(recurrence.index))[:1], batch)) for name, s in self.initial.items()
        }
        slopes = {}
        for name, slope in self.slopes.items():
            rows = int(sp.sympify(slope.wrt.rows).subs(sizes))
            whole = (steps, rows, batch) if isinstance(slope.of, Element) else (rows, batch)
            slopes[name] = rng.normal(size=whole) * scale
        numbers: dict[str, Any] = {name: float(rng.uniform(0.2, 0.8)) for name in self.numbers}
        if self.counted:
            axes = {"each": 0, "all": None}[self.counted]
            numbers |= {name: inputs[mask].sum(axis=axes) for name, mask in self.counts.items()}
        if self.plan.length()[1]:  # nothing else tells it
            numbers[self.plan.names.of(str(self.plan.horizon), "index")] = steps
        drawn = Draw(steps, batch, params, inputs, initial, slopes, numbers)
        return self.at(replace(drawn, sizes={str(symbol): size for symbol, size in sizes.items()}), params)

    def at(self, drawn: Draw, params: Mapping[str, Array]) -> Draw:
        """The same numbers with other parameters, and the forward pass at them."""
        keywords = {name: number for name, number in drawn.numbers.items() if name in self._taken[0]}
        found = self.functions["forward"](params, drawn.inputs, drawn.initial, **keywords)
        along = {name: Along(values) for name, values in found.items() if isinstance(values, dict)}
        return replace(drawn, params=params, quantities=along)

    def _input(self, sequence: Sequence, values: Array, rng: np.random.Generator) -> Array:
        """Masks are 0 or 1 and end once; targets of a loss are positive and sum to 1; other inputs are as drawn."""
        if values.shape[1] == 1 and sequence.name in self._weights:
            ends = rng.integers(1, len(values) + 1, size=values.shape[2])
            return np.asarray(np.arange(len(values))[:, None, None] < ends, dtype=float)
        if sequence.name in self.targets and values.shape[1] > 1:
            return cast(Array, np.exp(values) / np.exp(values).sum(axis=1, keepdims=True))
        return values

    # -- gradients ---------------------------------------------------------------------------------------------

    def gradients(
        self, drawn: Draw, backward: Callable[..., Any] | None = None, slopes: Mapping[str, Array] | None = None
    ) -> Gradients:
        """All gradients at numbers, by the backward pass or by another one in its place."""
        arguments: list[Any] = [drawn.params, drawn.quantities]
        arguments += [drawn.slopes if slopes is None else slopes] if self.slopes else []
        keywords = {name: number for name, number in drawn.numbers.items() if name in self._taken[1]}
        params, inputs, initial = (backward or self.functions["backward"])(*arguments, **keywords)
        found = {**params, **inputs, **{f"{name}[0]": value for name, value in initial.items()}}
        for name, twin in self.mirrors.items():
            found[name] = found[name] + found.pop(twin)[::-1]
        return found | {twin: found[name] for twin, name in self.twins.items()}


def _symbols(size: Any) -> list[sp.Symbol]:
    return sorted(sp.sympify(size).free_symbols, key=str)


def _run(tree: ast.Module, beside: Mapping[str, Any]) -> dict[str, Callable[..., Any]]:
    """The functions that a tree defines; its text is symrnn's own."""
    space = dict(beside)
    exec(compile(tree, "<the proved backward pass>", "exec"), space)
    return space
