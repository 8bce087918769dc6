"""What came of comparing a backward pass with the proved one, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass

from symrnn.errors import SymrnnError
from symrnn.testing.judging import WRONG, LineVerdict, shown
from symrnn.testing.layouts import Layout
from symrnn.testing.slips import Slip

NO_FUNCTION = (
    "not a function of its arguments: called with the same numbers it returns others, or with others the same; "
    "something is kept between calls, or drawn"
)
"""What is said of a pass whose lines may all be right."""

ROUNDED = (
    "undecided: if the pass computes in float32, say convert=np.float32 or tolerance=1e-3; if it does not, it is wrong"
)
"""What is said where a gradient is off by so little that its precision decides."""


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
        has_numbers: whether it has the shape that it should have.
    """

    name: str
    difference: str
    entries: tuple[tuple[int, ...], ...] = ()
    has_numbers: bool = True

    def __str__(self) -> str:
        return f"{self.name:6} {self.difference}"


@dataclass(frozen=True)
class Report:
    """What came of comparing a backward pass with the proved one.

    Args:
        title: what the pass is called.
        network: what the recurrence is called.
        layout: how its arrays were taken to be laid out.
        checked: the gradients that were returned.
        left_out: those that were not.
        wrong: those that are wrong.
        onset: from when on they are wrong, in words.
        length: the shortest sequence at which something is wrong; None where it takes a loss with large slopes, or
            where some sequences are right and others wrong for another reason than their length.
        step: the last step at which the error of an input is wrong, where these are returned.
        slips: the explanations: each is one slip, or two that occurred together.
        lines: what each line of the pass assigns, where its source can be read.
        lengths: the lengths of the sequences that were tried.
        read_as: what numbers were taken to be that may be meant in several ways.
        tolerance: the largest difference, relative to the largest entry of a gradient, that was taken for rounding.
        is_function: whether it gave the same when it was called again with the same numbers, and with others of the
            same shapes not what was right before.
        is_rounding: whether no gradient differs by more than it would if the pass computed in float32.
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
    lines: tuple[LineVerdict, ...] = ()
    lengths: tuple[int, ...] = ()
    read_as: str = ""
    tolerance: float = 0.0
    is_function: bool = True
    is_rounding: bool = False

    @property
    def first_wrong(self) -> LineVerdict | None:
        """The first line that is wrong; None where that is not known."""
        return next((each for each in self.lines if each.kind == WRONG), None)

    def __bool__(self) -> bool:
        """Whether everything that was returned is right."""
        return not self.wrong

    def __str__(self) -> str:
        left_out = f"not returned: {', '.join(self.left_out)}" if self.left_out else ""
        layout = f"  taken to be laid out as: {self.layout}\n  {self._tried()}"
        layout += f"\n  {self.read_as}" if self.read_as else ""
        count = len(self.checked)
        if self:
            what = f"gradients of the {self.network} are" if count > 1 else f"gradient of the {self.network} is"
            return "; ".join(filter(None, [f"{self.title}: {count} {what} right", left_out])) + f"\n{layout}"
        number = len(self.wrong)
        what = f"{number} of {count} gradients" if count > 1 else "the gradient"
        are = "are" if number > 1 else "is"
        wrong = "apart by no more than float32 rounds" if self.is_rounding else "wrong"
        lines = [f"{self.title}: {what} of the {self.network} {are} {wrong}"]
        lines += [f"  {each}" for each in self.wrong]
        names = [name for name in self.checked if name not in {each.name for each in self.wrong}]
        right = f"right: {', '.join(names)}" if names else ""
        lines += ["  " + "; ".join(filter(None, [right, left_out]))] if right or left_out else []
        lines += [f"  {self.onset}"] if self.onset else []
        return "\n".join([*lines, *self._explained(), *shown(self.lines), layout])

    def _tried(self) -> str:
        lengths = ", ".join(map(str, self.lengths))
        return f"lengths tried: {lengths}; up to {self.tolerance:.0e} of the largest entry is taken for rounding"

    def _explained(self) -> list[str]:
        if not self.is_function:
            return [f"  {NO_FUNCTION}"]
        if not self.slips and self.is_rounding:
            return [f"  {ROUNDED}"]
        if not self.slips:
            numbers = any(each.has_numbers for each in self.wrong)
            return ["  no slip that is known explains these numbers"] * numbers
        title = "  explained to the last digits by" if len(self.slips) == 1 else "  each of these explains the numbers:"
        texts = ["\nand ".join(map(str, slips)) for slips in self.slips]
        return [title, *(f"    {text}".replace("\n", "\n    ") for text in texts)]

    __repr__ = __str__
