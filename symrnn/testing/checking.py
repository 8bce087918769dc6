"""Compare a backward pass that was written by hand with the proved one, and say what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from symrnn.errors import SelectionError, SymrnnError
from symrnn.recurrence import Recurrence
from symrnn.testing.calling import Call
from symrnn.testing.layouts import Layout, candidates
from symrnn.testing.matching import Evidence, explanations
from symrnn.testing.program import Array, Program
from symrnn.testing.slips import Slip

STEPS = (4, 1, 7)
"""The lengths of the sequences that are tried, each with numbers of its own."""

SHORT = (1, 2, 3)
"""The lengths at which is looked for the first that goes wrong."""

BATCHES = (3, 6, 1)
"""How many sequences there are at once."""

ROUNDING = {"d": 1e-8, "f": 1e-3, "e": 3e-2}
"""The largest relative difference that is taken for rounding, by the code of NumPy's type."""

SECONDS = 10.0
"""For how many seconds of CPU time two slips at once are looked for."""


class WrongGradientError(SymrnnError, AssertionError):
    """A backward pass whose gradients are not those that are proved; the report says which, and why.

    Args:
        report: what was found.
    """

    def __init__(self, report: Report) -> None:
        super().__init__(str(report))
        self.report = report


@dataclass(frozen=True)
class Wrong:
    """A gradient that is wrong.

    Args:
        name: what it is by.
        difference: what is wrong with it, in words.
        entries: which entries differ, counted from 0 in the layout of the pass.
    """

    name: str
    difference: str
    entries: tuple[tuple[int, ...], ...] = ()

    def __str__(self) -> str:
        return f"{self.name:6} {self.difference}"


@dataclass(frozen=True)
class Report:
    """What came of comparing a backward pass with the proved one.

    Args:
        title: what the pass is called.
        network: the name of the recurrence.
        layout: how its arrays were taken to be laid out.
        checked: the gradients that were returned.
        left_out: those that were not.
        wrong: those that are wrong.
        onset: from when on they are wrong, in words.
        length: the shortest sequence at which something is wrong.
        step: the last step at which the error of an input is wrong, where these are returned.
        slips: the explanations: each is one slip, or two that occurred together.
    """

    title: str
    network: str
    layout: Layout
    checked: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    wrong: tuple[Wrong, ...] = ()
    onset: str = ""
    length: int | None = None
    step: int | None = None
    slips: tuple[tuple[Slip, ...], ...] = ()

    def __bool__(self) -> bool:
        """Whether everything that was returned is right."""
        return not self.wrong

    def __str__(self) -> str:
        left_out = f"; not returned: {', '.join(self.left_out)}" if self.left_out else ""
        if self:
            return f"{self.title}: {len(self.checked)} gradients of the {self.network} are right{left_out}"
        lines = [f"{self.title}: {len(self.wrong)} of {len(self.checked)} gradients of the {self.network} are wrong"]
        lines += [f"  {each}" for each in self.wrong]
        right = [name for name in self.checked if name not in {each.name for each in self.wrong}]
        lines += [f"  right: {', '.join(right) or 'none'}{left_out}"] if right or left_out else []
        lines += [f"  {self.onset}"] if self.onset else []
        lines += list(self._explained())
        return "\n".join([*lines, f"  taken to be laid out as: {self.layout}"])

    def _explained(self) -> list[str]:
        if not self.slips:
            return ["  no slip that is known explains these numbers"]
        title = "  explained to the last digits by" if len(self.slips) == 1 else "  each of these explains the numbers:"
        texts = ["\nand ".join(map(str, slips)) for slips in self.slips]
        return [title, *(f"    {text}".replace("\n", "\n    ") for text in texts)]

    __repr__ = __str__


def check_backward(
    recurrence: Recurrence,
    backward: Callable[..., Any],
    *,
    layout: str | Layout | None = None,
    names: Mapping[str, str | tuple[str, ...]] | None = None,
    returns: Sequence[str] = (),
    convert: Callable[[Array], Any] | None = None,
    seed: int = 0,
    seconds: float = SECONDS,
) -> Report:
    """Check a backward pass that was written by hand against the proved one.

    The function is called with drawn numbers, at several lengths and sizes. Its arguments are found by their names:
    parameters and inputs are called as in the recurrence, ``h0`` or ``h_0`` is the state before the first step, ``dh``
    the loss's slope by h at each step, ``h`` the states at t = 1, ..., T; and so for every state and gate.
    ``params``, ``inputs``, ``initial``, ``slopes`` and ``quantities`` are dictionaries of all of a kind. It returns a
    dictionary of gradients, under names such as ``W_hh`` or ``dW_hh``, ``dx``, ``dh0``; as many as it has.

    Args:
        recurrence: the cell, with its loss, and with activations that are not generic.
        backward: the function.
        layout: the axes of sequences, ``"TBn"``, ``"BTn"``, ``"TnB"``, ``"Tn"`` or ``"Tn1"``, or a whole
            :class:`Layout`; by default it is found out.
        names: the function's names, each with that of the recurrence; with several where the parameters of gates are
            stacked in one array, ``{"W_ih": ("W_i", "W_f", "W_g", "W_o")}``.
        returns: what it returns, in order, when that is a tuple.
        convert: what makes an array of another library of one of NumPy's, as ``torch.tensor``.
        seed: what the numbers follow from.
        seconds: for how much CPU time pairs of slips are looked for, where no single one explains the numbers.

    Raises:
        WrongGradientError: for a gradient that is wrong, with the report: from which step on, and which slip
            explains it.
        SelectionError: for arguments or gradients that are unknown, and for a function that no layout fits.
        UnknownTermError: for a recurrence with an activation without a formula, or without a loss.

    >>> import numpy as np
    >>> from symrnn.cells import Elman
    >>> def mine(W_hh, W_hy, x, h0, h, dy):
    ...     before, dW, dh = np.concatenate([h0[None], h[:-1]]), np.zeros_like(W_hh), 0
    ...     for t in reversed(range(len(h))):
    ...         da = (1 - h[t] ** 2) * (W_hy.T @ dy[t] + dh)
    ...         dW, dh = dW + np.outer(da, h[t]), W_hh.T @ da
    ...     return {"W_hh": dW, "h0": dh}
    >>> check_backward(Elman("tanh"), mine, layout="Tn")                   # doctest: +ELLIPSIS
    Traceback (most recent call last):
    symrnn.testing.checking.WrongGradientError: mine: 1 of 2 gradients of the Elman network are wrong
      W_hh   ...
      right: h[0]; not returned: W_xh, b_h, W_hy, b_y, x
      wrong from the first step on, as for sequences of a single step
      explained to the last digits by
        h[t] stands for h[t - 1] in dW_hh
          as if  dW_hh = dW_hh + da @ h[t].T
          right  dW_hh = dW_hh + da @ h[t - 1].T
      taken to be laid out as: sequences (time, units), matrices on the left (W x), biases with one axis
    """
    report = compare_backward(
        recurrence, backward, layout=layout, names=names, returns=returns, convert=convert, seed=seed, seconds=seconds
    )
    if not report:
        raise WrongGradientError(report)
    return report


def compare_backward(
    recurrence: Recurrence,
    backward: Callable[..., Any],
    *,
    layout: str | Layout | None = None,
    names: Mapping[str, str | tuple[str, ...]] | None = None,
    returns: Sequence[str] = (),
    convert: Callable[[Array], Any] | None = None,
    seed: int = 0,
    seconds: float = SECONDS,
) -> Report:
    """The report of :func:`check_backward`, which is returned also where a gradient is wrong; arguments are the same.

    Raises:
        SelectionError: as for :func:`check_backward`.
        UnknownTermError: as for :func:`check_backward`.
    """
    if not isinstance(recurrence, Recurrence):
        raise SelectionError(
            f"{recurrence!r} is not a recurrence", advice="give a cell, such as LSTM() or Elman('tanh')"
        )
    if not callable(backward):
        raise SelectionError(f"{backward!r} is not a function", advice="give the backward pass itself")
    program = Program(recurrence)
    call = Call(backward, program, dict(names or {}), tuple(returns), convert)
    return _Comparison(call, seed, seconds).report(layout)


class _Comparison:
    """A backward pass beside the proved one, at the same numbers."""

    def __init__(self, call: Call, seed: int, seconds: float) -> None:
        self.call, self.program, self.seed, self.seconds = call, call.program, seed, seconds

    def at(self, steps: int, batch: int, layout: Layout) -> tuple[Evidence, dict[str, str]]:
        """What the pass gives, in a layout, and the shapes that do not fit."""
        drawn = self.program.draw(steps, batch if layout.has_batch else 1, self.seed)
        right = self.program.gradients(drawn)
        found, misfits = self.call.gradients(drawn, right, layout)
        tolerance = max((ROUNDING.get(value.dtype.char, ROUNDING["d"]) for value in found.values()), default=0.0)
        return Evidence(drawn, right, found, tolerance), misfits

    def report(self, declared: str | Layout | None) -> Report:
        """The verdict, in the layout that fits best."""
        layout = self._chosen(declared)
        runs = [self.at(steps, batch, layout) for steps, batch in zip(STEPS, BATCHES, strict=True)]
        evidence, misfits = [run[0] for run in runs], runs[0][1]
        wrong = [Wrong(name, what) for name, what in misfits.items()]
        names = dict.fromkeys(name for each in evidence for name in each.wrong)
        wrong += [self._wrong(name, next(each for each in evidence if name in each.wrong), layout) for name in names]
        returned = (*evidence[0].found, *misfits)
        report = Report(
            title=self.call.title,
            network=self.program.recurrence.name,
            layout=layout,
            checked=tuple(returned),
            left_out=tuple(name for name in self._wanted(evidence[0]) if name not in returned),
            wrong=tuple(wrong),
        )
        if report:
            return report
        length = self._length(layout)
        step = _step(evidence[0], self.program)
        slips = explanations(self.program, evidence, self.seconds) if names else ()
        onset = _onset(length, step, evidence[0].drawn.steps)
        return Report(
            report.title,
            report.network,
            layout,
            report.checked,
            report.left_out,
            report.wrong,
            onset,
            length,
            step,
            slips,
        )

    def _wrong(self, name: str, evidence: Evidence, layout: Layout) -> Wrong:
        """What is wrong with a gradient; entries are counted from 0, in the caller's layout."""
        found, right = evidence.found[name], evidence.right[name]
        if np.isnan(found).any():
            return Wrong(name, "is not a number")
        difference = np.abs(found - right)
        scale = max(1.0, float(np.max(np.abs(right), initial=0.0)))
        places = self.call.laid_out(name, np.arange(right.size).reshape(right.shape), layout)
        differs = difference.ravel()[places] > evidence.tolerance * scale
        entries = tuple(tuple(int(i) for i in at) for at in np.argwhere(differs))
        at = int(np.argmax(difference))
        (largest,) = np.argwhere(places == at).tolist()
        which = "all entries" if len(entries) == difference.size else f"{len(entries)} of {difference.size} entries"
        numbers = f"{found.ravel()[at]:.4g} for {right.ravel()[at]:.4g} at {largest}"
        return Wrong(name, f"{which}; {numbers}", entries)

    def _wanted(self, evidence: Evidence) -> list[str]:
        """The gradients that one would return: targets and masks have none."""
        total = self.program.plan.recurrence
        inputs = {each.name for each in total.inputs[1:]} & {"d", "mu"}
        return [name for name in evidence.right if name not in inputs]

    def _chosen(self, declared: str | Layout | None) -> Layout:
        """The first layout in which everything agrees; if there is none, that in which most does."""
        best: tuple[tuple[int, int], Layout] | None = None
        refused: Exception | None = None
        for layout in candidates(declared):
            try:
                evidence, misfits = self.at(STEPS[0], BATCHES[0], layout)
            except SymrnnError:
                raise
            except Exception as error:
                refused = refused or error  # a function may raise anything when its arrays are laid out wrongly
                continue
            if not misfits and not evidence.wrong:
                return layout
            score = (len(evidence.found) - len(evidence.wrong), len(evidence.found))
            if best is None or score > best[0]:
                best = score, layout
        if best is None:
            raise SelectionError(
                f"{self.call.title} raises {type(refused).__name__}: {refused}",
                advice="say how its arrays are laid out, as in layout='BTn'" if declared is None else "",
            ) from refused
        return best[1]

    def _length(self, layout: Layout) -> int | None:
        """The length of the shortest sequence at which something is wrong."""
        for steps in SHORT:
            evidence, misfits = self.at(steps, BATCHES[0] + 4, layout)
            if evidence.wrong or misfits:
                return steps
        return None


def _step(evidence: Evidence, program: Program) -> int | None:
    """The last step at which the error of an input is wrong: from there on the pass is wrong, as it goes back."""
    steps: list[int] = []
    for name in evidence.wrong:
        if name in {sequence.name for sequence in program.plan.recurrence.inputs}:
            found, right = evidence.found[name], evidence.right[name]
            apart = np.abs(found - right).reshape(len(right), -1).max(axis=1)
            scale = max(1.0, float(np.abs(right).max()))
            steps += [at + 1 for at, value in enumerate(apart) if not value <= evidence.tolerance * scale]
    return max(steps, default=None)


def _onset(length: int | None, step: int | None, steps: int) -> str:
    found = []
    if length == 1:
        found.append("wrong from the first step on, as for sequences of a single step")
    elif length is not None:
        steps_right = "1 step" if length == 2 else f"{length - 1} steps"
        found.append(f"right for sequences of {steps_right}, wrong from {length} on: it is in what is carried back")
    if step is not None:
        where = "the last step" if step == steps else f"step {step} of {steps}"
        found.append(f"going back in time, the errors of the inputs are wrong from {where} on")
    return "; ".join(found)
