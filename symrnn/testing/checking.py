"""Compare a backward pass that was written by hand with the proved one, and say what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from symrnn.cells.bidirectional import SUFFIX
from symrnn.errors import SelectionError
from symrnn.recurrence import Recurrence
from symrnn.testing.asking import checked, tried
from symrnn.testing.calling import Blocks, Call, RaisedError, called, require_known
from symrnn.testing.evidence import Evidence, close
from symrnn.testing.judging import LineVerdict, judged
from symrnn.testing.layouts import Layout, candidates
from symrnn.testing.matching import explanations
from symrnn.testing.program import COUNTINGS, Array, Draw, Program
from symrnn.testing.proved import Proved
from symrnn.testing.report import Report, Wrong, WrongGradientError
from symrnn.testing.rounding import EXACT, ROUNDING, SINGLE, finest, tolerance_of
from symrnn.testing.sites import counted
from symrnn.testing.tracing import traced

TRIED = ((4, 3), (1, 6), (7, 1))
"""How long sequences are, and how many there are at once, each with numbers of its own."""

LARGE = 23, 2, 1e3
"""A run for what only long sequences and large errors show, truncated and clipped gradients: steps, batch, slopes."""

MORE = ((2, 3), (3, 2), (5, 2), (6, 4), (8, 3), (9, 2), (10, 3), (12, 2), (16, 3))
"""Further lengths and batches, which tell what hangs on the length: chunks of some steps, for instance."""

WATCHED = 5
"""The length at which lines are looked at: a loop over the three or four gates of a cell is none over its steps."""

FINER = 1e5
"""How much finer lines are compared than the smallest error of a gradient: what is small in a line grows."""

MISLAID = (ValueError, IndexError, TypeError, AssertionError, ArithmeticError)
"""What a pass may raise whose arrays are laid out otherwise."""

SEEDS = 4
"""How many sets of numbers have to tell the same lengths right and wrong before the length is said to matter."""

SECONDS = 10.0
"""For how many seconds of CPU time two slips at once are looked for."""


def check_backward(
    recurrence: Recurrence,
    backward: Callable[..., Any],
    *,
    layout: str | Layout | None = None,
    names: Mapping[str, str | Blocks] | None = None,
    returns: Sequence[str] = (),
    convert: Callable[[Array], Any] | None = None,
    seed: int = 0,
    seconds: float = SECONDS,
    tolerance: float | None = None,
) -> Report:
    """Check a backward pass that was written by hand against the proved one.

    The function is called with drawn numbers, at several lengths and sizes, at each twice. Its arguments are found by
    their names: parameters and inputs are called as in the recurrence, ``h0`` or ``h_0`` is the state before the first
    step, ``dh`` the loss's slope by h at each step, ``h`` the states at t = 1, ..., T; and so for every state and
    gate. ``params``, ``inputs``, ``initial``, ``slopes`` and ``quantities`` are dictionaries of all of a kind, as in
    ``params["W_hh"]``, ``initial["h"]``, ``slopes["dh"]`` and ``quantities["h"]``. It returns a dictionary of
    gradients, under names such as ``W_hh`` or ``dW_hh``, ``dx``, ``dh0``; as many as it has. Of a bidirectional
    network it may take ``x_reverse`` beside ``x``, as an input of its own; if it does not, that is ``x`` read from its
    end, and the gradient by ``x`` is that by both. States of the chain that runs backwards are in its own time,
    h_reverse[1] the first that it computes; the slope ``dh_reverse`` is that by h_reverse[T - t + 1] at t, in the time
    of the outputs, or that by h_reverse[t], whichever fits, and the report says which. A mask of a loss is drawn as
    padding, 1 up to some step and 0 from there on: what is right for such masks alone passes. The number N of a masked
    mean is any number where it is taken as ``N``; otherwise it is the sum of the mask over the steps, of each sequence
    or of all, whichever fits.

    Args:
        recurrence: the cell, with its loss, and with activations that are not generic.
        backward: the function.
        layout: the axes of sequences, ``"TBn"``, ``"BTn"``, ``"TnB"``, ``"nBT"``, ``"Tn"``, ``"Tn1"`` or ``"nT"``;
            after a colon the side on which matrices stand, ``"Tn:xW"``; or a whole :class:`Layout`. By default it is
            found out, and matrices stand on the left (W x) unless shapes say that they do not.
        names: the function's names, each with that of the recurrence; with several where parameters are stacked in one
            array, ``{"W_ih": ("W_i", "W_f", "W_g", "W_o")}``, and with a row of them in a tuple of its own where they
            stand side by side, ``{"W_f": (("U_f", "W_f"),)}`` for the matrix of [h; x]. Biases that are only added up
            stand for the same, ``{"b_ih": "b_h", "b_hh": "b_h"}``: each is a part of it, and has its gradient.
        returns: what it returns, in order, when that is a tuple.
        convert: what makes an array of another library of one of NumPy's, as ``torch.tensor``.
        seed: what the numbers follow from.
        seconds: for how much CPU time pairs of slips are looked for, where no single one explains the numbers.
        tolerance: the largest difference, relative to the largest entry of a gradient, that is taken for rounding. By
            default 1e-8; 1e-3 where what is handed in by ``convert`` or what is returned has the precision of float32,
            and 0.03 where it has that of float16. The report names it.

    Raises:
        WrongGradientError: for a gradient that is wrong, with the report: from which step on, and which slip
            explains it.
        SelectionError: for arguments or gradients that are unknown, for a function that no layout fits, and for a cell
            with a row or a matrix that changes with time.
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
    symrnn.testing.report.WrongGradientError: mine: 1 of 2 gradients of the Elman network is wrong
      W_hh   ...
      right: h[0]; not returned: W_xh, b_h, W_hy, b_y, x
      wrong from the first step on, as for sequences of a single step
      explained to the last digits by
        h[t] stands for h[t - 1] in dW_hh
          as if  dW_hh = dW_hh + da @ h[t].T
          right  dW_hh = dW_hh + da @ h[t - 1].T
      line by line, as it runs:
            4  da = (1 - h[t] ** 2) * (W_hy.T @ dy[t] + dh)
              right: da is da
      >    5  dW, dh = dW + np.outer(da, h[t]), W_hh.T @ da
              ...the first wrong line: dW is not a number of the proved pass...
      taken to be laid out as: sequences (time, units), matrices on the left (W x), biases with one axis
      lengths tried: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 16, 23; up to 1e-08 of the largest entry is taken for rounding
    """
    __tracebackhide__ = True  # pytest shows the line of the test, and not this docstring
    report = compare_backward(
        recurrence,
        backward,
        layout=layout,
        names=names,
        returns=returns,
        convert=convert,
        seed=seed,
        seconds=seconds,
        tolerance=tolerance,
    )
    if not report:
        raise WrongGradientError(report)
    return report


def compare_backward(
    recurrence: Recurrence,
    backward: Callable[..., Any],
    *,
    layout: str | Layout | None = None,
    names: Mapping[str, str | Blocks] | None = None,
    returns: Sequence[str] = (),
    convert: Callable[[Array], Any] | None = None,
    seed: int = 0,
    seconds: float = SECONDS,
    tolerance: float | None = None,
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
    options = {"layout": layout, "names": names, "returns": returns, "convert": convert}
    checked({**options, "seed": seed, "seconds": seconds, "tolerance": tolerance})
    if convert is not None:
        tried(convert)
    require_known(recurrence, backward, dict(names or {}))
    program = Program(recurrence)
    if program.plan.has_matrices:  # numbers are drawn for columns only
        raise SelectionError(
            f"a row or a matrix of the {recurrence.name} changes with time, and only passes over columns are compared",
            advice="write rows as columns, x W is a layout; or compare with generate(cell, 'numpy') yourself",
        )
    call = Call(backward, program, dict(names or {}), tuple(returns), convert)
    if not call.takes & {"inputs", *(each.name for each in recurrence.inputs if each.name.endswith(SUFFIX))}:
        program.read_from_both_ends()
    program.returned_by(call.twins)
    return _Comparison(call, seed, seconds, tolerance).report(layout)


class _Comparison:
    """A backward pass beside the proved one, at the same numbers."""

    def __init__(self, call: Call, seed: int, seconds: float, tolerance: float | None) -> None:
        self.call, self.program, self.seed, self.seconds = call, call.program, seed, seconds
        self.tolerance = tolerance

    def at(
        self, layout: Layout, steps: int, batch: int, scale: float = 1, *, others: bool = False
    ) -> tuple[Evidence, dict[str, str]]:
        """What the pass gives, in a layout, and the shapes that do not fit; or at other numbers of the same shapes."""
        drawn = self.program.draw(steps, batch if layout.has_batch else 1, self.seed + others, scale)
        return self._given(layout, drawn)

    def _given(self, layout: Layout, drawn: Draw) -> tuple[Evidence, dict[str, str]]:
        right = self.program.gradients(drawn)
        found, misfits = self.call.gradients(drawn, right, layout)
        tolerance = self.tolerance or tolerance_of(found, self.call.handed())
        return Evidence(drawn, right, found, tolerance), misfits

    def report(self, declared: str | Layout | None) -> Report:
        """The verdict, in the layout that fits best."""
        layout = self._chosen(declared)
        layout = self._meant(declared, layout)
        evidence, misfits = self._runs(layout)
        names = dict.fromkeys(name for each in evidence for name in each.wrong if name not in misfits)
        wrong = [Wrong(name, what, has_numbers=False) for name, what in misfits.items()]
        wrong += [self._wrong(name, next(each for each in evidence if name in each.wrong), layout) for name in names]
        returned = dict.fromkeys([*(name for each in evidence for name in each.found), *misfits])
        report = Report(
            title=self.call.title,
            network=called(self.program.recurrence),
            layout=layout,
            checked=tuple(returned),
            left_out=tuple(name for name in self._wanted(evidence[0]) if name not in returned),
            wrong=tuple(wrong),
            read_as=self._read_as(),
            lengths=tuple(sorted({each.drawn.steps for each in evidence})),
            tolerance=min(each.tolerance for each in evidence if each.wrong)
            if names
            else max(each.tolerance for each in evidence),
            is_rounding=bool(names) and not misfits and not self.tolerance and all(map(_is_of_rounding, evidence)),
        )
        if not _is_function(evidence):
            return replace(report, is_function=False)
        report = replace(report, lines=self._lines(report, evidence, misfits))
        if report:
            return report
        length, step = self._length(layout, evidence), _step(evidence[0], self.program)
        later = _later(length, evidence)
        hangs = bool(later) and self._hangs_on_length(layout, evidence)
        slips = () if not names or report.is_rounding else explanations(self.program, evidence, self.seconds)
        onset = _onset(length, later, evidence, hangs=hangs) if names or length else ""
        onset = "; ".join(filter(None, [onset, _first(step, evidence[0].drawn.steps)]))
        is_dated = hangs or not later or length == 1
        return replace(report, onset=onset, length=length if is_dated else None, step=step, slips=slips)

    def _runs(self, layout: Layout) -> tuple[list[Evidence], dict[str, str]]:
        """What the pass gives at all numbers; and what does not fit in one of them, or is missing there."""
        runs: list[Evidence] = []
        misfits: dict[str, str] = {}
        returned: dict[str, None] = {}
        planned: list[tuple[int, int, float]] = [(*each, 1.0) for each in (*TRIED, *MORE, TRIED[0])]
        while planned:
            steps, batch, scale = planned.pop(0)
            where = f"sequences of {counted(steps, 'step')}"
            try:
                each, ill = self.at(layout, steps, batch, scale)
                again, odd = self.at(layout, steps, batch, scale, others=True) if planned else (each, ill)
            except RaisedError as raised:
                raise SelectionError(
                    f"{raised.what} for {where}: {raised.error}",
                    advice=f"it does not for those of {counted(TRIED[0][0], 'step')}",
                ) from raised.error
            names = [*each.found, *ill]
            misfits = {name: f"{what}, for {where}" if runs else what for name, what in ill.items()} | misfits
            if runs:
                first = f"sequences of {counted(runs[0].drawn.steps, 'step')}"
                ways = (returned, names, f"for {first}, but not for {where}"), (names, returned, f"for {where} only")
                missing = {
                    name: f"is returned {what}" for some, other, what in ways for name in some if name not in other
                }
                misfits = missing | misfits
            returned |= dict.fromkeys(names)
            if steps == TRIED[-1][0] and each.tolerance <= ROUNDING["f"]:  # float16 ends at 65504
                planned.insert(0, LARGE)
            runs.append(each)
            if planned and (scale > 1 or not each.wrong) and not ill:  # where it tells something new
                runs += [again] if again.wrong else []
                misfits = {name: f"{what}, for {where}" for name, what in odd.items()} | misfits
        return [
            replace(each, found={n: v for n, v in each.found.items() if n not in misfits}) for each in runs
        ], misfits

    def _lines(self, report: Report, evidence: Sequence[Evidence], misfits: Collection[str]) -> tuple[LineVerdict, ...]:
        """What each line assigns, at the first numbers at which something is wrong; nothing without a source."""
        layout = report.layout
        wrong = [one for one in evidence if one.wrong]
        first = [one for one in wrong if one.drawn.steps == WATCHED]
        each = next(iter([*first, *wrong]), evidence[0])
        try:
            traces = traced(self.call.function, lambda: self.call(each.drawn, layout))
        except RaisedError:  # it did not before: what it does hangs on more than what it is given
            return ()
        singles = (one.value.dtype.char in "fe" for _, trace in traces for one in trace.assigned)
        if report.is_rounding and any(singles):  # which is why, and no line is to blame
            return ()
        tolerance = max(min(max(each.tolerance, ROUNDING["d"]), each.nearest / FINER), finest(each.tolerance))
        proved = Proved.of(self.program, each.drawn, layout, tolerance, self.call.blocks)
        with np.errstate(all="ignore"):  # what is wrong may be no number at all
            wrong_ones = {self.program.twins.get(name, name) for name in each.wrong}
            return judged(
                traces,
                proved,
                each.drawn.steps,
                wrong_ones,
                lambda key: self.call.role(key, each.wrong),
                lambda key: self.call.is_right(key, {*each.wrong, *misfits}),
            )

    def _wrong(self, name: str, evidence: Evidence, layout: Layout) -> Wrong:
        """What is wrong with a gradient; entries are counted from 0, in the caller's layout."""
        found, right = evidence.found[name], evidence.right[name]
        if np.isnan(found).any():
            return Wrong(name, "is not a number")
        difference = np.abs(found - right)
        places = self.call.laid_out(name, np.arange(right.size).reshape(right.shape), layout)
        differs = difference.ravel()[places] > evidence.allowed(right)
        entries = tuple(tuple(int(i) for i in at) for at in np.argwhere(differs))
        at = int(np.argmax(difference))
        (largest,) = np.argwhere(places == at).tolist()
        which = "all entries" if len(entries) == difference.size else f"{len(entries)} of {difference.size} entries"
        return Wrong(name, f"{which}; {_apart(found.ravel()[at], right.ravel()[at])} at {largest}", entries)

    def _wanted(self, evidence: Evidence) -> list[str]:
        """The gradients that one would return: targets and masks have none."""
        inputs = self.program.plan.recurrence.inputs
        without = {*self.program.targets, *({each.name for each in inputs[1:]} & {"mu"}), *self.program.twins}
        return [name for name in evidence.right if name not in without]

    def _chosen(self, declared: str | Layout | None) -> Layout:
        """The first layout in which everything agrees; if there is none, that in which most does.

        Raises:
            SelectionError: for a pass that raises in all of them; and for one that agrees if matrices stand on the
                right, while it fits as well, and is wrong, if they stand on the left.
        """
        scores: dict[Layout, tuple[int, int, int]] = {}
        refused: RaisedError | None = None
        for layout in candidates(declared):
            try:
                evidence, misfits = self.at(layout, *TRIED[0])
            except RaisedError as raised:
                refused = refused or raised
                continue
            if not misfits and not evidence.wrong:
                self._told_apart(layout, scores)
                return layout
            scores[layout] = len(evidence.found) - len(evidence.wrong), len(evidence.found), -len(misfits)
        if refused and not scores:
            raise SelectionError(
                str(refused),
                advice="if its arrays are laid out otherwise, say how: layout='BTn'"
                if declared is None and isinstance(refused.error, MISLAID)
                else "",
            ) from refused.error
        best = max(scores, key=lambda layout: scores[layout])
        *_, odd = scores.get(best.mirrored, (0, 0, -1))
        return best.mirrored if best.rows and not odd else best  # no shape tells that they stand on the right

    def _meant(self, declared: str | Layout | None, layout: Layout) -> Layout:
        """The layout that fits best where numbers may be meant in several ways, in the first way that fits best.

        A pass may count the steps N of a masked mean itself, of each sequence or of all; and take the slopes by a chain
        that runs backwards at the times of the outputs or in the chain's own.
        """
        ways: list[Callable[[], None]] = []
        if self.program.counts.keys() - self.call.takes:
            ways = [partial(self.program.count, way) for way in COUNTINGS]
        elif self._turnable:
            ways = [partial(self.program.turn, is_turned=is_turned) for is_turned in (False, True)]
        found: list[tuple[int, Callable[[], None], Layout]] = []
        for way in ways:
            way()
            layout = self._chosen(declared)
            evidence, misfits = self.at(layout, *TRIED[0])
            if not misfits and not evidence.wrong:
                return layout
            found.append((len(evidence.wrong) + len(misfits), way, layout))
        if found:
            _, way, layout = min(found, key=lambda each: each[0])
            way()
        return layout

    @property
    def _turnable(self) -> list[str]:
        """The states of a chain that runs backwards by which the pass takes slopes."""
        states = self.program.mirrored.values()
        return [name for name in states if self.call.takes & {"slopes", f"d{name}"}]

    def _read_as(self) -> str:
        """What numbers are taken to be that may be meant in several ways."""
        counts = self.program.counts.items() if self.program.counted else ()
        of = COUNTINGS.get(self.program.counted, "")
        told = [f"{name} is taken to be the sum of {mask} over the steps {of}" for name, mask in counts]
        at = "[t], in the chain's own time" if self.program.is_turned else "[T - t + 1], at output time t"
        told += [f"d{name}[t] is taken to be the slope of the loss by {name}{at}" for name in self._turnable]
        sums: dict[str, list[str]] = {}
        for name, several in self.call.added.items():
            sums.setdefault(" + ".join(several), []).append(name)
        told += [
            f"{several} is taken to be {', '.join(names)}, so that each has this gradient"
            for several, names in sums.items()
        ]
        return "; ".join(told)

    def _told_apart(self, layout: Layout, wrong: Mapping[Layout, tuple[int, int, int]]) -> None:
        """Refuse to call right what is wrong if matrices stand on the left, where no shape tells on which they do."""
        *_, misfits = wrong.get(layout.mirrored, (0, 0, -1))
        if layout.rows and not misfits:
            raise SelectionError(
                f"{self.call.title} is right if matrices stand on the right (x W) and wrong if they stand on the left "
                "(W x), and no shape tells on which they do",
                advice=f"say layout='{layout.sequences}:xW' or layout='{layout.sequences}:Wx'",
            )

    def _length(self, layout: Layout, evidence: Sequence[Evidence]) -> int | None:
        """The length of the shortest sequence at which something is wrong; None where large slopes alone show it."""
        known = {each.drawn.steps: bool(each.wrong) for each in evidence if each.drawn.steps != LARGE[0]}
        for steps in range(1, LARGE[0] + 1):
            if steps not in known:
                found, misfits = self.at(layout, steps, TRIED[0][1] + 4)
                known[steps] = bool(found.wrong or misfits)
            if known[steps]:
                return steps
        return None

    def _hangs_on_length(self, layout: Layout, evidence: Sequence[Evidence]) -> bool:
        """Whether some lengths are wrong and others right, always the same, where batch and sizes stay as they are."""
        lengths = sorted({each.drawn.steps for each in evidence})
        first = evidence[0].drawn
        patterns = set()
        for seed in range(self.seed, self.seed + SEEDS):
            runs = (
                self._given(layout, self.program.draw(steps, first.batch, seed, given=first.sizes))[0]
                for steps in lengths
            )
            patterns.add(tuple(bool(each.wrong) for each in runs))
        return len(patterns) == 1 and len(set(*patterns)) == 2


def _is_function(evidence: Sequence[Evidence]) -> bool:
    """Whether a pass gave the same at the same numbers, called with others in between, and not the same at others."""
    first, again = evidence[0], evidence[-1]
    if any(_is_kept(one, other) for one, other in pairwise(evidence)):
        return False
    shared = (name for name in first.found if name in again.found)
    pairs = [(first.found[name], again.found[name], first.allowed(first.found[name])) for name in shared]
    return all(np.array_equal(one, other, equal_nan=True) or close(one, other, most) for one, other, most in pairs)


def _is_kept(one: Evidence, other: Evidence) -> bool:
    """Whether a pass returned what was right for one run in another one of the same shapes, where it is wrong."""
    shapes = ({name: value.shape for name, value in each.found.items()} for each in (one, other))
    return (
        (one.drawn.steps, one.drawn.batch) == (other.drawn.steps, other.drawn.batch)
        and len({tuple(each.items()) for each in shapes}) == 1
        and not one.wrong
        and bool(other.wrong)
        and all(np.array_equal(one.found[name], other.found[name]) for name in other.wrong)
    )


def _is_of_rounding(evidence: Evidence) -> bool:
    """Whether all gradients differ, and by no more than they would if the pass computed in float32."""
    rough, exact = (replace(evidence, tolerance=tolerance) for tolerance in (SINGLE, EXACT))
    is_single = evidence.tolerance >= SINGLE or exact.wrong == tuple(evidence.found)  # as seen, or as all of them say
    return is_single and not rough.wrong


def _apart(found: float, right: float) -> str:
    """Two numbers with as many digits as tell them apart."""
    for digits in range(4, 17):
        one, other = f"{found:.{digits}g}", f"{right:.{digits}g}"
        if one != other:
            break
    return f"{one} for {other}"


def _step(evidence: Evidence, program: Program) -> int | None:
    """The last step at which the error of an input is wrong: from there on the pass is wrong, as it goes back."""
    steps: list[int] = []
    for name in evidence.wrong:
        if name in {sequence.name for sequence in program.plan.recurrence.inputs}:
            found, right = evidence.found[name], evidence.right[name]
            apart = np.abs(found - right).reshape(len(right), -1).max(axis=1)
            steps += [at + 1 for at, value in enumerate(apart) if not value <= evidence.allowed(right)]
    return max(steps, default=None)


def _later(length: int | None, evidence: Sequence[Evidence]) -> list[int]:
    """The lengths that are right though a shorter one is wrong, where slopes are of the usual size."""
    wrong = {each.drawn.steps for each in evidence if each.wrong} | {length or LARGE[0]}
    return sorted({each.drawn.steps for each in evidence if each.drawn.steps > min(wrong)} - wrong)


def _onset(length: int | None, later: Sequence[int], evidence: Sequence[Evidence], *, hangs: bool) -> str:
    """From when on a pass is wrong, in words."""
    wrong = sorted({each.drawn.steps for each in evidence if each.wrong} | {length or LARGE[0]})
    if length is None:
        return (
            f"right for sequences of up to {counted(LARGE[0], 'step')}, but wrong where the slopes of the loss are "
            f"{LARGE[2]:.0f} times as large: as if something were clipped, or too large for its type"
        )
    if hangs:
        return (
            f"wrong for sequences of {', '.join(map(str, wrong))} steps, right for those of "
            f"{', '.join(map(str, later))}: it hangs on the length"
        )
    if length == 1:
        apart = f"; {_told_by(evidence)}" if later else ""
        return f"wrong from the first step on, as for sequences of a single step{apart}"
    if later:
        return f"wrong for some of the numbers that were tried, right for others: {_told_by(evidence)}"
    return f"right for sequences of {'up to ' * (length > 2)}{counted(length - 1, 'step')}, wrong from {length} on"


def _told_by(evidence: Sequence[Evidence]) -> str:
    """What tells runs that are wrong from those that are right: the batch or a size; if neither does, the numbers."""
    ways = [{"the batch size": each.drawn.batch, **each.drawn.sizes} for each in evidence]
    for name in ways[0]:
        wrong = {way[name] for way, each in zip(ways, evidence, strict=True) if each.wrong}
        right = {way[name] for way, each in zip(ways, evidence, strict=True) if not each.wrong}
        told = [
            f"{kind} only where {name} is {min(v)}" for kind, v in (("wrong", wrong), ("right", right)) if len(v) == 1
        ]
        if told and not wrong & right:
            return f"it is {' and '.join(told)}"
    return "it hangs on their values, and not on the length alone"


def _first(step: int | None, steps: int) -> str:
    """Where going back in time errors of inputs are wrong first, in words."""
    if step is None:
        return ""
    where = "the last step" if step == steps else f"step {step} of {steps}"
    return f"going back in time, the errors of the inputs are wrong from {where} on"
