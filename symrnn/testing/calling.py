"""How a backward pass is called: its arguments are handed in by their names, and what it returns is found by name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property
from keyword import iskeyword
from typing import Any, TypeAlias

import numpy as np
import sympy as sp
from sympy.matrices.expressions import MatrixSymbol

from symrnn.errors import SelectionError
from symrnn.recurrence import Recurrence
from symrnn.testing.layouts import Layout, as_array, back
from symrnn.testing.program import Array, Draw, Gradients, Program

GRADIENT = re.compile(r"^(?:dL_?d|dL|d_|grad_|g_|∇)|^d(?=[A-Za-z])|(?:_grad|_g)$")
"""What names of gradients have before or after the name of what they are by."""

Blocks: TypeAlias = tuple[str | tuple[str, ...], ...]
"""Parameters in one array, one below the other; an inner tuple is a row of them, side by side."""

ADDED = "of biases that are added up, as b_ih and b_hh of PyTorch, say that each is: names={'b_ih': 'b', 'b_hh': 'b'}"
"""What helps where a gradient is returned twice."""

WHOLE = ("params", "inputs", "initial", "slopes", "quantities")
"""Arguments that are dictionaries of everything of a kind."""


class RaisedError(Exception):
    """What a backward pass raised, which may be that its arrays are laid out wrongly.

    Args:
        what: that it did.
        error: what it was.
    """

    def __init__(self, what: str, error: BaseException) -> None:
        super().__init__(f"{what}: {error}")
        self.what, self.error = what, error


@dataclass(frozen=True)
class Call:
    """A backward pass, and how it is called.

    Args:
        function: the backward pass.
        program: the proved one, for the names of everything.
        names: the caller's names, each with symrnn's; with several where parameters stand in one matrix.
        returns: what is returned, in order, where it is a tuple.
        convert: what makes an array of the caller's library of one of NumPy's.
    """

    function: Callable[..., Any]
    program: Program
    names: Mapping[str, str | Blocks] = field(default_factory=dict)
    returns: tuple[str, ...] = ()
    convert: Callable[[Array], Any] | None = None

    @property
    def title(self) -> str:
        """What the function is called, without the function that it stands in."""
        return _title(self.function)

    @property
    def unasked(self) -> set[str]:
        """What a library finds gradients by that nobody has asked for: the targets and masks of a loss."""
        function = getattr(self.function, "func", self.function)  # of functools.partial
        leaves_out = getattr(function, "leaves_out_targets", None)
        if leaves_out is None:
            return set()
        # a library takes the number N of a mean that the pass counts for what it is: a function of the mask
        counted = set(self.program.counts.values()) if self.program.counted else set()
        return self.program.targets if leaves_out else counted

    @property
    def blocks(self) -> dict[str, list[list[str]]]:
        """The caller's names of several parameters in one array, each with theirs, row by row.

        Raises:
            SelectionError: for a name that no parameter has.
        """
        known = [parameter.name for parameter in self.program.plan.recurrence.parameters]
        found = {
            name: [[row] if isinstance(row, str) else list(row) for row in rows]
            for name, rows in self.names.items()
            if not isinstance(rows, str)
        }
        for name, part in ((name, part) for name, rows in found.items() for row in rows for part in row):
            if part not in known:
                raise SelectionError(
                    f"{name} is made of {part}, which is not a parameter of the {called(self.program.recurrence)}",
                    advice=f"there are {', '.join(known)}",
                )
        return found

    def _joined(self, name: str, values: Mapping[str, Array]) -> Array:
        """An array made of several parameters, in the equations' shapes."""
        rows = self.blocks[name]
        try:
            return np.block([[values[each] for each in row] for row in rows])
        except ValueError:
            shapes = "; ".join(", ".join(f"{each} {values[each].shape}" for each in row) for row in rows)
            raise SelectionError(
                f"{name} is made of blocks that do not fit: {shapes}",
                advice=f"what stands side by side is a tuple of its own: names={{{name!r}: (('U', 'W'),)}} is [U W]",
            ) from None

    def parts(self, name: str) -> list[str]:
        """The parameters that the caller's name stands for."""
        return [each for row in self.blocks.get(name, [[self.renamed(name)]]) for each in row]

    @cached_property
    def added(self) -> dict[str, list[str]]:
        """Biases that the caller has as a sum of several, as b_ih + b_hh, each with the names of these.

        Each of the several has the gradient of the sum.
        """
        given = self.program.plan.recurrence.parameters
        columns = {each.name for each in given if isinstance(each, MatrixSymbol) and each.shape[1] == 1}
        names = dict.fromkeys([*self.names, *(name for name in self._parameters() if name in columns)])
        found = {each: [name for name in names if each in self.parts(name)] for each in columns}
        return {each: several for each, several in sorted(found.items()) if len(several) > 1}

    @property
    def twins(self) -> dict[str, str]:
        """What the gradients by all of them are called here, but for the one that comes first."""
        return {_twin(each, name): each for each, names in self.added.items() for name in names}

    def _share(self, name: str, part: str) -> float:
        """How much of a parameter is handed in under a name; all of it where only one is asked for."""
        takers = [each for each in self._parameters() if each in self.added.get(part, ())]
        if name not in takers:
            return 1.0
        return 2 * (takers.index(name) + 1) / (len(takers) * (len(takers) + 1))

    def _shared(self, name: str, values: Mapping[str, Array]) -> dict[str, Array]:
        return {each: values[each] * self._share(name, each) for each in self.parts(name)}

    def renamed(self, name: str) -> str:
        """What the caller's name is here."""
        own = self.names.get(name, name)
        return own if isinstance(own, str) else name

    # -- arguments ---------------------------------------------------------------------------------------------

    def handed(self) -> list[Array]:
        """An array as the pass is given it, where it is one of another type or library than was drawn."""
        return [] if self.convert is None else [as_array(self.convert(np.ones((2, 3))))]

    def arguments(self, drawn: Draw, layout: Layout) -> dict[str, Any]:
        """Everything that a backward pass may ask for, by name."""
        program, convert = self.program, self.convert or (lambda value: value)
        plain = {name: layout.parameter(value) for name, value in drawn.params.items()}
        joined = {
            name: convert(layout.parameter(self._joined(name, self._shared(name, drawn.params))))
            for name in self.blocks
        }
        joined |= {
            name: convert(layout.parameter(self._shared(name, drawn.params)[each]))
            for each, names in self.added.items()
            for name in names
            if name not in self.blocks
        }
        params = {name: convert(value) for name, value in plain.items()}
        inputs = {name: convert(layout.sequence(value)) for name, value in drawn.inputs.items()}
        initial = {name: convert(layout.state(value)) for name, value in drawn.initial.items()}
        slopes = {
            f"d{slope.wrt.name}": convert(self._slope(drawn, key, layout)) for key, slope in program.slopes.items()
        }
        quantities = {
            name: convert(layout.sequence(drawn.along(name)))
            for name in drawn.quantities
            if name in {d.sequence.name for d in program.recurrence.definitions} and not self._is_generic(name)
        }
        firsts = {form.format(name): value for name, value in initial.items() for form in ("{}0", "{}_0")}
        whole = dict(zip(WHOLE, (params, inputs, initial, slopes, quantities), strict=True))
        return {
            **whole,
            "T": drawn.steps,
            **drawn.numbers,
            **quantities,
            **firsts,
            **slopes,
            **inputs,
            **params,
            **joined,
        }

    def _slope(self, drawn: Draw, key: str, layout: Layout) -> Array:
        """A slope of the loss; that by a chain that runs backwards may be in the chain's own time."""
        value = drawn.slopes[key]
        if key in self.program.mirrored and self.program.is_turned:
            value = value[::-1]
        return layout.sequence(value) if value.ndim == 3 else layout.state(value)

    def _is_generic(self, name: str) -> bool:
        return name in {getattr(slope.of, "name", "") for slope in self.program.slopes.values()}

    def __call__(self, drawn: Draw, layout: Layout) -> dict[str, Array]:
        """What the backward pass returns at numbers, by what it is by, in the caller's layout.

        Raises:
            SelectionError: for an argument, or a name among the gradients, that is unknown.
        """
        known = self.arguments(drawn, layout)
        chosen, missing = {}, []
        for name, parameter in self._parameters().items():
            own = name if any(name in names for names in self.added.values()) else self.renamed(name)
            if own in known:
                chosen[name] = known[own]
            elif parameter.default is parameter.empty:
                missing.append(name)
        if missing:
            raise _unknown(self.title, missing, self.names, self.program.recurrence, known)
        first = [name for name, p in self._parameters().items() if p.kind is p.POSITIONAL_ONLY and name in chosen]
        positional = [chosen.pop(name) for name in first]
        try:
            returned = self.function(*positional, **chosen)
        except (Exception, SystemExit) as error:  # a function of the caller's may raise anything
            raise RaisedError(f"{self.title} raises {type(error).__name__}", error) from error
        return self._by_name(returned)

    def _refuse_spare(self, returned: Iterable[str]) -> None:
        """A name of the caller's that is neither taken nor returned is one that was misspelled."""
        met = {*self._parameters(), *self.returns, *returned, *(GRADIENT.sub("", name) for name in returned)}
        for name in (name for name in self.names if name not in met):
            near = get_close_matches(name, sorted(met), n=2, cutoff=0.5)
            raise SelectionError(
                f"names= says what {name} is, and {self.title} neither takes nor returns it",
                advice=f"did you mean {' or '.join(near)}?" if near else f"it has {', '.join(sorted(met))}",
            )

    @property
    def takes(self) -> set[str]:
        """What it takes, by the names that it has here."""
        return set(map(self.renamed, self._parameters()))

    def _parameters(self) -> dict[str, inspect.Parameter]:
        return _parameters_of(self.function)

    # -- results -----------------------------------------------------------------------------------------------

    def _by_name(self, returned: Any) -> dict[str, Array]:
        if self.returns and not isinstance(returned, Mapping):
            values = returned if isinstance(returned, tuple | list) else (returned,)
            if len(values) != len(self.returns):
                raise SelectionError(
                    f"{self.title} returns {len(values)} values, and returns= names {len(self.returns)}"
                )
            returned = dict(zip(self.returns, values, strict=True))
        parts = returned if isinstance(returned, tuple) else (returned,)
        if not all(isinstance(part, Mapping) for part in parts):
            raise SelectionError(
                f"{self.title} returns {type(returned).__name__}, which does not say what is what",
                advice="return a dictionary such as {'W_hh': dW_hh, 'x': dx, 'h0': dh0}, or name what it returns: "
                "returns=('W_hh', 'x', 'h0'), at the shell --returns W_hh,x,h0",
            )
        named = [(str(name), value) for part in parts for name, value in part.items()]
        self._refuse_spare([name for name, _ in named])
        found: dict[str, Array] = {}
        for name, value in named:
            what = self._what(name)
            twin = _twin(what, GRADIENT.sub("", name) if name not in self.names else name)
            what = twin if what in found and twin in self.twins else what
            if what in found:
                raise SelectionError(
                    f"{self.title} returns the gradient by {what} twice, the second time as {name}", advice=ADDED
                )
            try:
                found[what] = as_array(value)
            except (TypeError, ValueError, RuntimeError) as error:
                is_short = "bfloat16" in str(getattr(value, "dtype", ""))
                raise SelectionError(
                    f"the gradient by {what} that {self.title} returns is "
                    + ("of bfloat16, which NumPy does not have" if is_short else f"not an array: {error}"),
                    advice="let the pass compute in float32 or float64 where it is checked" if is_short else "",
                ) from error
        if not found:
            raise SelectionError(f"{self.title} returns no gradient")
        return found

    def _what(self, name: str) -> str:
        """What a gradient is by: W_hh for dW_hh, h[0] for dh0."""
        known = self.known()
        for text in (self.renamed(name), self.renamed(GRADIENT.sub("", name))):
            if text in known:
                return known[text]
        raise SelectionError(
            f"{self.title} returns {name}, which is not a gradient of the {called(self.program.recurrence)}",
            advice=_advice(GRADIENT.sub("", name), known),
        )

    def role(self, key: str | int, wrong: Iterable[str]) -> str:
        """What the proved pass calls the gradient that is returned under a key, or at a place, if that is wrong."""
        if isinstance(key, int):
            key = self.returns[key] if key < len(self.returns) else ""
        own = key if key in self.names else GRADIENT.sub("", key)
        what = self.known().get(self.renamed(own), "")
        is_wrong = any(each in (part, _twin(part, own)) for part in self.parts(own) for each in wrong)
        return f"d{what}" if what and is_wrong else ""

    def is_right(self, key: str | int, wrong: Collection[str]) -> bool:
        """Whether what is returned under a key, or at a place, is sure to be a gradient that is none of the wrong."""
        if isinstance(key, int):
            key = self.returns[key] if key < len(self.returns) else ""
        own = key if key in self.names else GRADIENT.sub("", key)
        what = self.known().get(self.renamed(key), self.known().get(self.renamed(own), ""))
        parts = {what, *(each for name in (key, own) for part in self.parts(name) for each in (part, _twin(part, own)))}
        return bool(what) and parts.isdisjoint(wrong)

    def known(self) -> dict[str, str]:
        """The names under which gradients may be returned, each with what it is by."""
        recurrence = self.program.plan.recurrence
        named = (*recurrence.parameters, *recurrence.inputs)
        given = {each.name: each.name for each in named if each.name not in self.program.mirrors.values()}
        initial = {
            form.format(name): f"{name}[0]" for name in self.program.initial for form in ("{}", "{}0", "{}_0", "{}[0]")
        }
        return {**initial, **given, **{name: name for name in self.blocks}}

    def gradients(self, drawn: Draw, right: Gradients, layout: Layout) -> tuple[Gradients, dict[str, str]]:
        """What is returned in the equations' shapes; and for those whose shape does not fit what is wrong with it."""
        found: Gradients = {}
        misfits: dict[str, str] = {}
        for name, value in self(drawn, layout).items():
            if name in self.unasked:
                continue
            if value.dtype.kind not in "fiu":
                raise SelectionError(
                    f"the gradient by {name} that {self.title} returns is of {value.dtype}, and not of real numbers as "
                    "NumPy has them",
                    advice="return arrays of float32 or float64",
                )
            numbered = self._numbered(name, right)
            numbered = {
                _twin(n, name) if n in found and _twin(n, name) in self.twins else n: v for n, v in numbered.items()
            }
            whole = self._joined(name, self._numbered(name, right)) if name in self.blocks else numbered[name]
            places = self.laid_out(name, whole, layout)
            fitting = back(value, places)
            twice = [each for each in numbered if each in found]
            if twice:
                raise SelectionError(
                    f"{self.title} returns the gradient by {twice[0]} twice, the second time in {name}",
                    advice=ADDED,
                )
            if fitting is None:
                misfits[name] = f"has the shape {value.shape} instead of {places.shape}{_hint(value, places)}"
            else:
                found |= {each: fitting[at] for each, at in numbered.items()}
        return found, misfits

    def _numbered(self, name: str, right: Gradients) -> Gradients:
        """The places of the entries of what a name stands for, counted from 0 through all its parts."""
        parts = dict.fromkeys(each for row in self.blocks.get(name, [[name]]) for each in row)
        first = np.cumsum([0, *(right[each].size for each in parts)])
        return {
            each: start + np.arange(right[each].size).reshape(right[each].shape)
            for start, each in zip(first, parts, strict=False)
        }

    def laid_out(self, name: str, value: Array, layout: Layout) -> Array:
        """A gradient as the caller lays it out."""
        if name.endswith("[0]"):
            return layout.state(value)
        if name in {sequence.name for sequence in self.program.plan.recurrence.inputs}:
            return layout.sequence(value)
        return layout.parameter(value)


def _twin(name: str, yours: str) -> str:
    """What the gradient by a parameter is called that is in another array of the caller's as well."""
    return f"{name} in {yours}"


def _hint(value: Array, places: Array) -> str:
    if value.shape == places.shape[::-1]:
        return ": it is transposed"
    if value.ndim > places.ndim and value.shape[-places.ndim :] == places.shape:
        return ": it is not summed over the batch or over time"
    return ""


def require_known(recurrence: Recurrence, function: Callable[..., Any], names: Mapping[str, str | Blocks]) -> None:
    """Refuse arguments that no quantity of a recurrence has, before anything is derived, which may take long.

    What may be handed in is not known in full before; this lets through what might be.

    Raises:
        SelectionError: for an argument that nothing can be.
    """
    given = [each.name for each in (*recurrence.parameters, *recurrence.inputs)]
    defined = [each.sequence.name for each in recurrence.definitions]
    numbers = {each.name for d in recurrence.definitions for each in d.body.free_symbols if isinstance(each, sp.Symbol)}
    numbers |= {each.name for body in recurrence.totals.values() for each in body.free_symbols if hasattr(each, "name")}
    for phi in recurrence.activations:
        atoms = phi.formula.free_symbols if phi.formula is not None else ()
        numbers |= {each.name for each in atoms if isinstance(each, sp.Symbol)}
        numbers |= {name for name, _ in phi.parameters}
    if not all(name.isidentifier() and name.isascii() and not iskeyword(name) for name in {*numbers, *given, *defined}):
        return  # in code they have other names
    forms = ("{}", "d{}", "{}0", "{}_0")
    shown = [*WHOLE, *given, *(form.format(name) for name in defined for form in forms)]
    known = {*shown, *(f"d{name}" for name in given), *numbers, "T"}
    blocks = {name for name, own in names.items() if not isinstance(own, str)}
    parameters = _parameters_of(function).items()
    needed = [name for name, parameter in parameters if parameter.default is parameter.empty and name not in blocks]
    missing = [name for name in needed if names.get(name, name) not in known]
    if missing:
        raise _unknown(_title(function), missing, names, recurrence, shown)


def called(recurrence: Recurrence) -> str:
    """What a recurrence is called behind "the": a bare name, as that of a file, is that of a cell.

    >>> from symrnn.cells import GRU, Cell
    >>> called(GRU()), called(Cell.parse("h_t = tanh(W h_{t-1})", "mine"))
    ('GRU', 'cell mine')
    """
    name = recurrence.name
    return f"cell {name}" if name.isidentifier() and name.islower() and name != "cell" else name


def _title(function: Callable[..., Any]) -> str:
    inner = getattr(function, "func", function)  # of functools.partial
    name = getattr(inner, "__qualname__", None) or type(inner).__name__
    return str(name).rpartition("<locals>.")[2]


def _parameters_of(function: Callable[..., Any]) -> dict[str, inspect.Parameter]:
    variadic = (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL)
    try:
        known = inspect.signature(function).parameters
    except (TypeError, ValueError):
        known = None
    named = {name: p for name, p in (known or {}).items() if p.kind not in variadic}
    if known is None or (known and not named):
        raise SelectionError(
            f"{_title(function)} does not tell its arguments",
            advice="wrap it: lambda W_hh, x, h0, dh: my_backward(...), with the names of the quantities",
        )
    return named


def _unknown(
    title: str, missing: Iterable[str], names: Mapping[str, str | Blocks], network: Recurrence, known: Iterable[str]
) -> SelectionError:
    """The error for arguments that are no quantities; what ``names`` says of them is what is none."""
    first, *others = missing
    own = names.get(first, first)
    if own != first and isinstance(own, str):
        what = f"{first}, which names= says is {own}; {own} is not a quantity of the {called(network)}"
    else:
        what = f"{', '.join([first, *others])}, which is not a quantity of the {called(network)}"
    return SelectionError(
        f"{title} takes {what}", advice=_advice(own if isinstance(own, str) else first, known, said=first)
    )


def _advice(name: str, known: Iterable[str], said: str = "") -> str:
    known = list(known)
    near = get_close_matches(name, known, n=2, cutoff=0.5)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return f"{hint}names={{'{said or name}': '...'}} says what it is; there are {', '.join(known)}"
