"""A proof in the making: theorems as the search finds them, of which those that are needed are written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from symrnn.certify.script import Script
from symrnn.kernel.linear import Linear, variable
from symrnn.kernel.steps import Facts, Hypothesis
from symrnn.kernel.system import Quantity, System
from symrnn.kernel.terms import Term


class Found(NamedTuple):
    """What the search believes that it has proved."""

    system: System
    facts: Facts
    hypotheses: tuple[Hypothesis, ...]
    left: Term
    right: Term


class Rule(NamedTuple):
    """A rule as it is to be applied, the numbers of the theorems that it uses, and that of the first it leads to."""

    name: str
    arguments: tuple[Any, ...]
    uses: frozenset[int]
    first: int


class Draft:
    """Theorems by number, each with the rule that leads to it. The kernel sees them when they are written.

    Args:
        quantities: those of the system.
    """

    def __init__(self, quantities: Mapping[str, Quantity]) -> None:
        self.quantities = quantities
        self.system = System(quantities)
        self._theorems: list[Found] = []
        self._rules: list[Rule] = []
        self._binders = 0

    def binder(self, hint: str = "u") -> str:
        """A name for a bound variable that no other has."""
        self._binders += 1
        return f"{hint}{self._binders}"

    def theorem(self, number: int) -> Any:
        """A theorem by its number; the kernel's steps take it for one of their own."""
        return self._theorems[number]

    # -- rules ---------------------------------------------------------------------------------------------------

    def _note(self, name: str, arguments: tuple[Any, ...], uses: Sequence[int], *found: Found) -> int:
        first = len(self._theorems)
        self._rules.append(Rule(name, arguments, frozenset(uses), first))
        self._theorems += found
        return first

    def equal(
        self,
        facts: Facts,
        hypotheses: Sequence[Hypothesis],
        left: Term,
        right: Term,
        before: Sequence[list[Any]],
        after: Sequence[list[Any]] = (),
    ) -> int:
        """The number of the theorem of the rule of that name."""
        uses = [step[2] for step in (*before, *after) if step[1] == "theorem"]
        found = Found(self.system, facts, tuple(hypotheses), left, right)
        return self._note("equal", (facts, tuple(hypotheses), left, right, before, after), uses, found)

    def induction(
        self, v: str, start: Linear, facts: Facts, claims: Sequence[Hypothesis], bases: list[int], steps: list[int]
    ) -> list[int]:
        """The numbers of the theorems of the rule of that name."""
        outer = self.theorem(bases[0]).hypotheses
        here = variable(v) - start
        found = [Found(self.system, (*facts, here, *c.facts), outer, c.left, c.right) for c in claims]
        first = self._note("induction", (v, start, facts, claims, bases, steps), [*bases, *steps], *found)
        return list(range(first, first + len(claims)))

    def identify(self, known: int, factor: Term, form: str = "jac") -> int:
        """The number of the theorem of the rule of that name."""
        moved = self.theorem(known)
        (way, moving), of = moved.left[1:]
        left = ("jac", way, of, moving[-1]) if form == "jac" else ("grad", of, moving[-1])
        return self._note("identify", (known, factor, form), [known], moved._replace(left=left, right=factor))

    def cases(self, form: Linear, one: int, other: int) -> int:
        """The number of the theorem of the rule of that name."""
        known = self.theorem(one)
        return self._note("cases", (form, one, other), [one, other], known._replace(facts=known.facts[:-1]))

    def chain(self, links: list[int]) -> int:
        """The number of the theorem of the rule of that name."""
        first, last = self.theorem(links[0]), self.theorem(links[-1])
        return self._note("chain", (links,), links, first._replace(right=last.right))

    def within(self, left: Term, right: Term, known: int) -> int:
        """The number of the theorem of the rule of that name."""
        found = self.theorem(known)._replace(left=left, right=right)
        return self._note("within", (left, right, known), [known], found)

    # -- writing -------------------------------------------------------------------------------------------------

    def written(self, name: str, known: int) -> tuple[Script, dict[int, int]]:
        """The certificate of a theorem, replayed by the kernel line by line, without what it does not need.

        Args:
            name: the id of the claim.
            known: the number of the theorem.

        Returns:
            The script, and for each theorem in it the number of its line, counted from 1.

        Raises:
            NotProvedError: when the kernel refuses a line.
            NotFoundError: when a condition of the statement does not follow.
        """
        script = Script(name)
        script.put_system(self.quantities)
        numbers: dict[int, int] = {}
        lines: dict[int, int] = {}
        for rule, last in self._needed(known):
            arguments = renumbered(rule, numbers)
            made = getattr(script, rule.name)(*arguments)
            first = made[0] if isinstance(made, list) else made
            for at in range(rule.first, last):
                numbers[at], lines[at] = first + at - rule.first, len(script.lines)
        script.qed(numbers[known])
        return script, lines

    def means(self, known: int) -> set[str]:
        """The names of the rules and steps that a theorem rests on."""
        found: set[str] = set()
        for rule, _ in self._needed(known):
            steps = [*rule.arguments[-2], *rule.arguments[-1]] if rule.name == "equal" else []
            found |= {rule.name, *(step[1] for step in steps)}
        return found

    def _needed(self, known: int) -> list[tuple[Rule, int]]:
        """The rules that a theorem rests on, in order, each with the number after its last theorem."""
        ends = [*(rule.first for rule in self._rules[1:]), len(self._theorems)]
        wanted = {known}
        found: list[tuple[Rule, int]] = []
        for rule, end in zip(reversed(self._rules), reversed(ends), strict=True):
            if not wanted.isdisjoint(range(rule.first, end)):
                found.append((rule, end))
                wanted |= rule.uses
        return found[::-1]


def renumbered(rule: Rule, numbers: Mapping[int, int]) -> tuple[Any, ...]:
    """The arguments of a rule with other numbers for the theorems."""

    def step(each: list[Any]) -> list[Any]:
        return [*each[:2], numbers[each[2]], *each[3:]] if each[1] == "theorem" else each

    match rule.name, rule.arguments:
        case "equal", (*rest, before, after):
            return (*rest, [step(each) for each in before], [step(each) for each in after])
        case "induction", (*rest, bases, steps):
            return (*rest, [numbers[at] for at in bases], [numbers[at] for at in steps])
        case "identify", (known, *rest):
            return (numbers[known], *rest)
        case "cases", (form, one, other):
            return (form, numbers[one], numbers[other])
        case "within", (left, right, known):
            return (left, right, numbers[known])
    return ([numbers[at] for at in rule.arguments[0]],)
