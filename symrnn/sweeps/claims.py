"""Claims compared with numbers at many draws and sizes.

The two sides of an equation are calculated to many digits, derivatives by dual numbers: that uses the equations of the
network and none of the calculus that found the formula. An inequality is compared in balls around both sides.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from itertools import product
from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.activations import activation
from symrnn.check import agreement
from symrnn.check.proving.meaning import MATRICES
from symrnn.check.refuting.assumed import Assumed, constrained
from symrnn.check.refuting.instances import Numbers, drawn_numbers, generic_functions
from symrnn.check.refuting.sampling import Sloped
from symrnn.check.refuting.search import NO_VALUE, Instance
from symrnn.check.refuting.sides import examine
from symrnn.check.refuting.trials import SCALES, are_exact, functions_for, outcome
from symrnn.derivation import AllOf, Claim, Equation, Inequality, Kind
from symrnn.derivation.inequality import spoken_by
from symrnn.errors import EvaluationError, SelectionError
from symrnn.evaluate import OutsideHypothesesError, draw_fraction
from symrnn.evaluate.assignment import Key
from symrnn.expr import Sequence as Quantities
from symrnn.recurrence import Recurrence
from symrnn.sweeps.questions import (
    Place,
    Question,
    Row,
    Table,
    by_place,
    choices,
    number,
    require_few,
    rounded,
    several,
)

EXACT_DIGITS = 30
"""To so many digits sides are calculated; ten more are carried along, so that few are lost."""
TOO_FEW = f"too few of {EXACT_DIGITS} digits are certain to say whether the sides agree"
ATTEMPTS = 12
"""How often a draw is repeated where the hypotheses do not hold, or a side has no value."""
FUNCTIONS = ("tanh", "sigmoid", "softplus")
"""What takes the place of a generic activation in an equation, in turn."""
LARGEST, FURTHEST = 12, 40


@dataclass(frozen=True)
class Item:
    """A statement with two sides.

    Args:
        statement: what is claimed, or a part of it.
        recurrence: what its names mean.
        expected: the verdict that the claim expects.
    """

    statement: Equation | Inequality
    recurrence: Recurrence
    expected: Kind

    def satisfying(self, numbers: Numbers, source: random.Random) -> Mapping[Key, Any]:
        """Some of the matrices that satisfy many equations, where equations are assumed: none that is drawn would."""
        found = [*constrained(numbers, Assumed(self.statement.given, self.recurrence))]
        return source.choice(found) if found else {}

    def compared(
        self, numbers: Numbers, seed: int, draw: int, given: Mapping[Key, Any]
    ) -> tuple[float | None, bool, str]:
        """The relative error of an equation, or the quotient of the sides of an inequality; whether it fails; and φ.

        Raises:
            OutsideHypothesesError: when the statement does not speak of these numbers.
            EvaluationError: when a side has no value there, or too few digits of it are certain.
        """
        statement, recurrence = self.statement, self.recurrence
        if isinstance(statement, Equation):
            generic = generic_functions(recurrence, statement.lhs, statement.rhs)
            name = FUNCTIONS[draw % len(FUNCTIONS)] if generic else ""
            function = activation(name) if name else None
            stand_in = None if function is None else Sloped(function, sp.S.Zero, sp.oo)
            return *self._error(statement, Instance(numbers, seed, stand_in, given, draw=draw_fraction)), name
        functions = functions_for(statement, recurrence)
        stand_in = functions[draw % len(functions)]
        scale = SCALES[seed % len(SCALES)]
        found = outcome(statement, recurrence, Instance(numbers, seed, stand_in, given, scale, draw_fraction))
        name = "" if stand_in is None else str(stand_in.activation.name)
        if found.undefined:
            return None, True, name
        return _quotient(*found.sides), found.fails and not found.is_open, name

    def _error(self, statement: Equation, instance: Instance) -> tuple[float | None, bool]:
        """The relative error, and whether the sides differ for certain: exactly, or by balls that do not meet."""
        error, numbers = None, instance.numbers
        drawn: dict[str, Any] = {"seed": instance.seed, "given": instance.given, "function": instance.function}
        with suppress(*NO_VALUE):  # of norms and of clipping, and where a quantity is undefined
            agrees = agreement(statement, self.recurrence, numbers.sizes, numbers.indices, digits=EXACT_DIGITS, **drawn)
            error = 10.0**-agrees.digits
            if agrees.agrees:
                return error, False
        found = examine(statement, self.recurrence, instance)
        if found.undefined:
            return None, True
        if found.fails:
            return error, True
        if are_exact(*found.sides):
            return 0.0, False
        if error is not None:
            raise EvaluationError(TOO_FEW)
        return None, False

    def marked(self) -> str:
        """A digest of what is said, with the shapes of matrices and what symbols stand for."""
        statement, recurrence = self.statement, self.recurrence
        terms = (*statement.terms, *statement.where, *spoken_by(statement.given), *recurrence.graph.right_sides)
        known = [
            f"{quantity.name} from {quantity.first}: {quantity.at(recurrence.index).shape}"
            if isinstance(quantity, Quantities)
            else f"{quantity.name}: {quantity.shape}"
            for quantity in recurrence.graph.quantities.values()
        ]
        for leaf in {leaf for term in terms for leaf in term.atoms(sp.Symbol, MatrixExpr)}:
            meant = sorted(leaf.assumptions0.items()) if isinstance(leaf, sp.Symbol) else leaf.shape
            known.append(f"{leaf}: {meant}")
        varying = getattr(statement, "varying", ())  # which are not printed with it
        said = (repr(statement), repr(varying), str(recurrence), repr(recurrence.activations), *sorted(known))
        return sha256("\n".join(said).encode()).hexdigest()[:16]


def _quotient(left: Any, right: Any) -> float | None:
    """One side by the other as floats; None where there is none."""
    try:
        return float(left) / float(right)
    except (ZeroDivisionError, OverflowError):
        return None


def items_of(claim: Claim) -> dict[str, Item]:
    """The statements of a claim that have two sides, each by its name; a part of several has its number behind."""
    statement = claim.statement
    parts = statement.parts if isinstance(statement, AllOf) else (statement,)
    recurrence = MATRICES if claim.recurrence is None else claim.recurrence
    return {
        f"{claim.id}.{at}" if len(parts) > 1 else claim.id: Item(part, recurrence, claim.expected)
        for at, part in enumerate(parts, 1)
        if isinstance(part, Equation | Inequality)
    }


@dataclass(frozen=True)
class ClaimSweep(Question):
    """Equations and inequalities at drawn weights, sizes and indices.

    A row has the ``seed``, the ``indices`` and ``sizes``, the ``function`` in the place of a generic φ, whether the
    statement ``fails`` there for certain, and a ``value``: the relative error of an equation, or the left side of an
    inequality by its right side. It is None, with the reason as ``why``, where the hypotheses hold at none of the draws
    that were tried, or a side has no value; and without one where the sides of an equation were compared by enclosures
    alone, a quantity does not exist, or a side is beyond doubles.

    Args:
        claims: what is compared; limits and other statements that have no two sides are left out.
        sizes: what n, m and the like are at most; each is drawn from 1 on.
        draws: how many there are for each statement and size.
        steps: how far from its least value an index is drawn.
        seed: what is drawn follows from it, too.

    Raises:
        SelectionError: when no claim has two sides, or two have one id.
        LimitError: for a number out of range, or too many draws.
        ParameterError: for what is not a number, or not a claim.

    >>> from symrnn import Claim, Elman, Kind, t
    >>> rnn = Elman()
    >>> right = Claim("right", "a gradient", rnn.derive(rnn.h[t], wrt=rnn.W_hh).equation, Kind.PROVED, rnn)
    >>> asked = ClaimSweep([right], sizes=[3], draws=10)
    >>> row = asked.row(("right", 3, 7))
    >>> row["sizes"], row["function"], row["value"] < 1e-30
    ({'m': 1, 'n': 1, 'q': 2}, 'sigmoid', True)
    """

    keys = frozenset({"at", "seed", "indices", "sizes", "function", "value", "fails", "why"})
    claims: Sequence[Claim]
    sizes: Sequence[int] = (2, 4)
    draws: int = 1000
    steps: int = 6
    seed: int = 0

    def __post_init__(self) -> None:
        claims = several("claims", self.claims, Claim)
        object.__setattr__(self, "claims", tuple(replace(claim, derivation=None) for claim in claims))
        object.__setattr__(self, "sizes", choices("sizes", self.sizes, int, 1, LARGEST))
        for name, least, most in (("draws", 1, 10**6), ("steps", 0, FURTHEST), ("seed", 0, 2**64)):
            object.__setattr__(self, name, number(name, getattr(self, name), int, least, most))
        if not self.items:
            raise SelectionError("no claim is an equation or an inequality", advice="choose some that are")
        if len(self.items) < sum(len(items_of(claim)) for claim in claims):
            raise SelectionError("two claims have one id", advice="give each an id of its own")
        require_few(self, 1)

    @cached_property
    def items(self) -> dict[str, Item]:
        """What is compared, by name."""
        return {name: item for claim in self.claims for name, item in items_of(claim).items()}

    def grid(self) -> Iterator[Place]:
        """Statements and sizes."""
        return product(self.items, self.sizes)

    def part(self, places: Sequence[Place]) -> ClaimSweep:
        """The same of the claims that these places speak of."""
        names = {at[0] for at in places}
        return replace(self, claims=[claim for claim in self.claims if names & items_of(claim).keys()])

    def described(self) -> dict[str, Any]:
        """All that was chosen, and a digest of what is claimed."""
        marks = {name: item.marked() for name, item in self.items.items()}
        numbers = {"sizes": self.sizes, "draws": self.draws, "steps": self.steps, "seed": self.seed}
        return {"sweep": "claims", "claims": marks, **numbers}

    def row(self, at: Place) -> Row:
        """Both sides at one draw."""
        name, size, draw = str(at[0]), int(at[1]), int(at[2])
        item, why = self.items[name], "its hypotheses did not hold"
        source, numbers, seed = random.Random(self.seed_at(at)), None, 0
        for _ in range(ATTEMPTS):
            seed = source.getrandbits(53)
            numbers = drawn_numbers(item.statement, item.recurrence, source, self.steps, size)
            if numbers is None:
                why = "no indices within these steps satisfy its conditions"
                break
            try:
                value, fails, function = item.compared(numbers, seed, draw, item.satisfying(numbers, source))
            except OutsideHypothesesError:
                continue
            except NO_VALUE as error:
                why = str(error)
                continue
            said = {str(symbol): number for symbol, number in numbers.indices.items()}
            sizes = {str(symbol): number for symbol, number in numbers.sizes.items()}
            found = {"value": None if value is None else rounded(value), "fails": fails, "why": ""}
            return {"at": [*at], "seed": seed, "indices": said, "sizes": sizes, "function": function, **found}
        nothing: Row = {"indices": {}, "sizes": {}, "function": "", "value": None, "fails": False, "why": why}
        return {"at": [*at], "seed": seed, **nothing}

    def table(self, rows: Sequence[Row]) -> Table:
        """For each statement and size at how many draws it was compared and fails, and the worst of them."""
        lines: Table = [("claim", "up to n", "compared", "fails", "expected", "worst", "", "draw", "seed")]
        for (name, size), found in by_place(rows).items():
            told = [row for row in found if not row["why"]]
            fails = sum(row["fails"] for row in found)
            most = max((r for r in told if r["value"] is not None), key=lambda row: row["value"], default=None)
            item = self.items[str(name)]
            of = "relative error" if isinstance(item.statement, Equation) else "left / right"
            worst = ("", found[0]["why"], "", "")
            if most is not None:
                worst = (f"{most['value']:.3g}", of, f"{most['at'][-1]}", f"{most['seed']}")
            lines.append(
                (f"{name}", f"{size}", f"{len(told)} of {len(found)}", f"{fails}", item.expected.value, *worst)
            )
        return lines

    def as_expected(self, rows: Sequence[Row]) -> bool:
        """Whether each statement was compared somewhere, and holds everywhere unless it is expected to be REFUTED.

        That a false one fails nowhere is no surprise: a counterexample may be no matrix that is drawn.
        """
        compared = {row["at"][0] for row in rows if not row["why"]}
        failed = {row["at"][0] for row in rows if row["fails"]}
        return compared == {*self.items} and all(self.items[name].expected is Kind.REFUTED for name in failed)
