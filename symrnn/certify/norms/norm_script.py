"""A certificate of an inequality or a limit in the making."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from symrnn.certify.script import Script, fraction_json, index_json, rows_for, rows_json, size_json
from symrnn.kernel.lemmas import LE, LEMMAS, Relation, norm
from symrnn.kernel.linear import Linear
from symrnn.kernel.norms import Bound, NormReplay
from symrnn.kernel.scalars import SCALARS, Number, Scalar, conditions, scalar_at, walk
from symrnn.kernel.steps import Facts
from symrnn.kernel.terms import Term


class NormScript(Script):
    """Lines that are replayed by the kernel at once.

    Args:
        name: the id of the claim.
    """

    replay: NormReplay

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.lines = [json.dumps({"symrnn": 1, "kind": "norm", "id": name}, ensure_ascii=False)]
        self.replay = NormReplay()
        self._scalars: dict[Scalar, int] = {}

    def scalar(self, s: Scalar) -> int:
        """The number of a scalar, written down where it is new."""
        if s not in self._scalars:
            sorts = SCALARS[s[0]]
            if sorts[-1] == "scalar*":
                sorts = ("scalar",) * (len(s) - 1)
            self.put(s[0], *(self.argument(sort, part) for sort, part in zip(sorts, s[1:], strict=True)))
            self._scalars[s] = len(self._scalars)
        return self._scalars[s]

    def argument(self, sort: str, value: Any) -> Any:
        """A part of a scalar, or what a lemma is instantiated with, as JSON."""
        match sort:
            case "scalar":
                return self.scalar(value)
            case "term":
                return self.term(value)
            case "index":
                return index_json(value)
            case "fraction":
                return fraction_json(value)
            case "size":
                return size_json(value)
        return value

    def bound(self, number: int) -> Bound:
        """A bound by its number."""
        return self.replay.bounds[number]

    def value(self, s: Scalar) -> Number:
        """The normal form of a scalar."""
        return self.replay.values_of(s)

    # -- rules -------------------------------------------------------------------------------------------------------

    @staticmethod
    def forms(facts: Facts) -> list[Any]:
        """Conditions as JSON."""
        return [index_json(form) for form in facts]

    def _rows(self, facts: Facts, relations: Iterable[Relation]) -> Any:
        sides = [s for left, _, right in relations for s in (left, right)]
        return rows_at(goal for s in sides for goal in conditions(s, facts))

    def lemma(
        self,
        name: str,
        arguments: Sequence[Any],
        facts: Facts,
        premises: Sequence[int] = (),
        equations: Sequence[Any] = (),
    ) -> list[int]:
        """Write the rule of that name; the numbers of its bounds.

        Raises:
            NotFoundError: when a condition on indices does not follow.
            NotProvedError: when the kernel refuses it.
        """
        known = LEMMAS[name]
        content = known.content(self.system, *arguments)
        weights = rows_json(rows_for(facts, content.indices))
        rows = self._rows(facts, content.conclusions)
        given = [self.argument(sort, each) for sort, each in zip(known.sorts, arguments, strict=True)]
        first = len(self.replay.bounds)
        self.put("lemma", name, given, self.forms(facts), list(premises), list(equations), weights, rows)
        return list(range(first, len(self.replay.bounds)))

    def magnitude(self, kind: str, t: Term, facts: Facts) -> tuple[int, int]:
        """Write the rule of that name; the bounds ‖t‖ <= |x| and back, or those of the smallest entry, which is x."""
        x = self.replay.entry(t)
        both: tuple[Scalar, Scalar] = (("smallest", t), x) if kind == "smallest" else (norm(kind, t), ("abs", x))
        self.put(
            "magnitude",
            kind,
            self.term(t),
            self.forms(facts),
            self._rows(facts, [(both[0], LE, both[1]), (both[1], LE, both[0])]),
        )
        return len(self.replay.bounds) - 2, len(self.replay.bounds) - 1

    def combine(
        self, facts: Facts, left: Scalar, relation: str, right: Scalar, products: Sequence[Sequence[Any]]
    ) -> int:
        """Write the rule of that name: products are lists of a weight and numbers of bounds."""
        rows = self._rows(facts, [(left, relation, right)])
        listed = [[fraction_json(Fraction(w)), *factors] for w, *factors in products]
        self.put("combine", self.forms(facts), self.scalar(left), relation, self.scalar(right), listed, rows)
        return len(self.replay.bounds) - 1

    def assumption(self, which: int, values: Mapping[str, Linear], facts: Facts) -> int:
        """Write the rule of that name."""
        known = self.replay.assumed[which]
        weights = rows_json(rows_for(facts, [fact.at(values) for fact in known.facts]))
        relation = (scalar_at(known.left, values), known.relation, scalar_at(known.right, values))
        rows = self._rows(facts, [relation])
        at = {v: index_json(form) for v, form in values.items()}
        self.put("assumption", which, at, self.forms(facts), weights, rows)
        return len(self.replay.bounds) - 1

    def end(self, which: int, quotients: Sequence[int], growth: Mapping[str, Sequence[int]]) -> None:
        """Write the end.

        Raises:
            NotFoundError: when a quantity or a range in the statement need not exist.
        """
        goals = self.replay.goals(self.bound(which))
        self.put("qed", which, rows_at(goals), list(quotients), {v: list(each) for v, each in growth.items()})

    def divisors(self, bound: Bound) -> list[tuple[Scalar, Facts]]:
        """Every x of a 1/x in a statement, with what holds there."""
        sides = [bound.left, bound.right]
        return [(n[1], inside) for s in sides for n, inside, _ in walk(s, bound.facts) if n[0] == "over"]


def rows_at(goals: Iterable[tuple[Facts, Linear]]) -> Any:
    """Weights for conditions that are not plain numbers, each by what holds where it stands."""
    open_goals = [(facts, form) for facts, form in goals if form.terms or form.constant < 0]
    return [rows_json(rows_for(facts, [form]))[0] for facts, form in open_goals]
