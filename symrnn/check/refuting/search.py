"""The search for counterexamples: one kind of instance for every kind of statement, and one way through them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from typing import Any

from symrnn.activations import Activation
from symrnn.budget import look, tick
from symrnn.check.refuting.instances import Numbers
from symrnn.check.refuting.sampling import Sloped
from symrnn.errors import EvaluationError, LimitError, UnknownTermError
from symrnn.evaluate import Assignment, OutsideHypothesesError, UndefinedElementError
from symrnn.evaluate.assignment import Draw, Key, draw_small

NO_VALUE = (EvaluationError, UnknownTermError, LimitError)
"""What stops a calculation without saying anything about the statement."""

UNDEFINED = "a quantity is undefined"

OPEN = "it fails where its hypotheses about infinitely many indices hold at those that were tried"
"""What is not a counterexample, since what is drawn may break a hypothesis at another index."""


@dataclass(frozen=True)
class Instance:
    """One choice of everything that a statement leaves open.

    Args:
        numbers: sizes and index values.
        seed: what drawn matrices follow from.
        stand_in: what takes the place of a generic φ; None when there is none.
        given: matrices and numbers that are not drawn.
        scale: what drawn entries are multiplied by.
        draw: how an entry is drawn.
    """

    numbers: Numbers
    seed: int = 0
    stand_in: Sloped | None = None
    given: Mapping[Key, Any] = field(default_factory=dict)
    scale: Fraction = Fraction(1)
    draw: Draw = draw_small

    @property
    def function(self) -> Activation | None:
        """The function in the place of a generic φ."""
        return None if self.stand_in is None else self.stand_in.activation

    def assignment(self, besides: Mapping[Key, Any] | None = None) -> Assignment:
        """The values, and those that are given besides."""
        numbers, given = self.numbers, {**self.given, **(besides or {})}
        draw = self.draw if self.scale == 1 else lambda source: self.draw(source) * self.scale
        return Assignment(numbers.sizes, numbers.indices, given, self.seed, draw)


@dataclass(frozen=True)
class Finding:
    """Both sides of a statement at an instance.

    Where hypotheses about infinitely many indices were tried at some of them only, the finding is cut off: it shows
    that the hypotheses may hold, but what fails is not a counterexample for certain, unless a side does not exist.

    Args:
        instance: where.
        left, right: the values; of a side that does not exist at its indices, why it does not.
        fails: whether the statement fails there for certain, as it does where a side does not exist.
        certainty: how that is known.
        assignment: the matrices that were drawn on the way.
        is_cut_off: whether a hypothesis was tried at some of its indices only.
    """

    instance: Instance
    left: Any
    right: Any
    fails: bool
    certainty: str
    assignment: Assignment
    is_cut_off: bool = False

    @property
    def sides(self) -> tuple[Any, Any]:
        """Both sides."""
        return self.left, self.right

    @property
    def undefined(self) -> str:
        """Why a side does not exist at the indices, whatever the matrices are; empty where both do."""
        return next((side for side in self.sides if isinstance(side, str)), "")

    @property
    def is_open(self) -> bool:
        """True when the statement fails, but a hypothesis may break at an index at which it was not tried."""
        return self.fails and self.is_cut_off and not self.undefined


@dataclass(frozen=True)
class Search:
    """What a search found.

    Args:
        finding: the first instance at which the statement fails for certain; None when there is none.
        evaluated: at how many instances the hypotheses held and both sides were compared.
        nowhere: why the last of the others had no value; empty when all had one.
        is_open: whether it failed somewhere but for hypotheses that could not be tried at every index.
    """

    finding: Finding | None
    evaluated: int
    nowhere: str = ""
    is_open: bool = False

    @property
    def obstacle(self) -> str:
        """Why instances that were tried say nothing."""
        return self.nowhere or (OPEN if self.is_open else "")


def value_or_reason(of: Callable[[Any], Any], side: Any) -> Any:
    """The value of a side, or why it has none at its indices, whatever the matrices are."""
    try:
        return of(side)
    except UndefinedElementError as error:
        return f"undefined: {error.what}"


def searched(
    instances: Iterable[Instance], examine: Callable[[Instance], Finding], enough: int | None = None
) -> Search:
    """Go through instances until the statement fails at one for certain, or was compared at enough of them.

    Args:
        instances: where to look, the smallest first.
        examine: both sides at an instance; raises OutsideHypothesesError where the statement does not speak of it, and
            any of NO_VALUE where a side has none.
        enough: at how many instances it is compared at most.
    """
    evaluated, nowhere, is_open = 0, "", False
    for instance in instances:
        tick()
        try:
            found = examine(instance)
        except OutsideHypothesesError:
            continue
        except NO_VALUE as error:
            look()  # where it is the time that has run out, nothing else is tried
            nowhere = str(error)
            continue
        if found.is_open:
            is_open = True
            continue
        evaluated += 1
        if found.fails:
            return Search(found, evaluated, nowhere, is_open)
        if evaluated == enough:
            break
    return Search(None, evaluated, nowhere, is_open)


def place_of(instance: Instance, instances: Iterable[Instance]) -> int | None:
    """Which of some instances one is, from 0; None where it is none of them."""
    return next((at for at, each in enumerate(instances) if each == instance), None)


def nth(kept: Mapping[str, Any], instances: Iterable[Instance]) -> Instance:
    """The instance at the place that was kept.

    Raises:
        LookupError: when there is none.
    """
    at = kept["at"]
    found = next(islice(instances, at, None), None) if type(at) is int and at >= 0 else None
    if found is None:
        raise LookupError("there is no such instance")
    return found
