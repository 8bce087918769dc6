"""Certificates of equations: the search for one, from the statement to its last line."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from sympy.core.relational import Relational

from symrnn.budget import attempting
from symrnn.certify.alike import put_in
from symrnn.certify.deriving import Deriver
from symrnn.certify.draft import Draft
from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal
from symrnn.certify.growing import by_exponent
from symrnn.certify.meeting import meet
from symrnn.certify.powers import by_entries, commute, spread, tell_units, write_out
from symrnn.certify.script import shows
from symrnn.certify.translate import Translator
from symrnn.derivation.statement import Equation
from symrnn.derivation.steps import Derivation
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.monomials import is_bound
from symrnn.kernel.reader import Replay, run
from symrnn.kernel.rules import Theorem
from symrnn.kernel.steps import Facts
from symrnn.kernel.system import kinds_of
from symrnn.kernel.terms import Term, fields
from symrnn.recurrence import Recurrence

SECONDS_PER_STEP = 90.0
"""CPU time for each step of a derivation; one that is false may be looked for without an end."""


class Certificate(NamedTuple):
    """A certificate, and where the steps of a derivation stand in it.

    Args:
        lines: JSON, the header first.
        steps: for each step the numbers of its first and its last line, counted from 1; empty without a derivation.
        proved: for an equation, the kernel's theorem.
        means: the rules that it rests on, in words.
        meaning: what the names in it stand for, where they need not be those of the statement.
    """

    lines: tuple[str, ...]
    steps: tuple[tuple[int, int], ...] = ()
    proved: Theorem | None = None
    means: tuple[str, ...] = ()
    meaning: Mapping[str, Any] | None = None

    @property
    def text(self) -> str:
        """The lines as they stand in a file."""
        return "\n".join(self.lines) + "\n"

    def called(self, name: str) -> Certificate:
        """The same under another id."""
        header = json.loads(self.lines[0]) | {"id": name}
        return self._replace(lines=(json.dumps(header, ensure_ascii=False), *self.lines[1:]))


def certificate(equation: Equation, recurrence: Recurrence | None, name: str) -> Certificate:
    """A certificate of an equation.

    Args:
        equation: what is to be proved.
        recurrence: what its names mean.
        name: the id that it goes by.

    Raises:
        NotFoundError: when none is found; which says nothing about the equation.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.kernel.printer import show_theorem
    >>> from symrnn.kernel.reader import replay
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
    >>> print(show_theorem(replay(certificate(step, rnn, "step").lines[1:])))
    dh[t]/dh[t - 1] = diag(phi'(a[t])) W_hh  for t >= 1
    """
    translator = Translator(recurrence, equation.varying, equation.where, equation.terms)
    left, right = translator.term(equation.lhs), translator.term(equation.rhs)
    assumed = translator.hypotheses(equation)
    draft = draft_of(translator)
    facts = translator.facts(equation.where)
    try:
        link = _proved(Deriver(draft, assumed), facts, left, right)
    except NotFoundError:  # what meets in closed forms may not meet where Jacobians are atoms
        draft = draft_of(translator)
        link = _proved(Deriver(draft, assumed, brief=False), facts, left, right)
    return _written(draft, name, link)[0]


def certificate_of(derivation: Derivation, name: str, where: tuple[Relational, ...] | None = None) -> Certificate:
    """A certificate of a derivation, in which each of its steps is a theorem of its own.

    Args:
        derivation: the steps.
        name: the id that it goes by.
        where: conditions from which those of the derivation follow; None for these themselves.

    Raises:
        NotFoundError: naming the first step that is not proved.
        LimitError: naming a step for which the search takes too long.
    """
    translator = Translator(derivation.recurrence, derivation.varying, derivation.where, derivation.terms)
    terms = [translator.term(term) for term in derivation.terms]
    draft = draft_of(translator)
    facts = translator.facts(derivation.where if where is None else where)
    deriver = Deriver(draft)
    links: list[int] = []
    for at, step in enumerate(derivation.steps):
        try:
            before = terms[at] if step.before == derivation.terms[at] else translator.term(step.before)
            with attempting(f"certificate of step {at + 1} ({step.rule})", share=1.0, most=SECONDS_PER_STEP):
                links.append(_proved(deriver, facts, before, terms[at + 1]))
            _require_rule(step.rule, before, terms[at + 1], draft.means(links[-1]))
        except NotFoundError as error:
            raise NotFoundError(f"step {at + 1} ({step.rule}) does not follow: {error}") from None
    for at, (link, term) in enumerate(zip(links, terms, strict=False)):
        if draft.theorem(link).left != term:
            raise NotFoundError(f"step {at + 1} does not begin where step {at} ends")
    found, lines = _written(draft, name, draft.chain(links))
    ends = [lines[link] for link in links]
    return found._replace(steps=tuple(zip([2, *(end + 1 for end in ends)], ends, strict=False)))


def reread(found: Certificate, derivation: Derivation | None, where: tuple[Relational, ...]) -> Certificate:
    """A certificate that was kept, after the kernel has replayed it, with what can be known from its lines alone.

    Where it is one of a derivation, each step of that is a theorem in it, as in one that was just found.

    Raises:
        Refused: naming the line that the kernel does not accept.
        NotFoundError: when it shows no such steps.
    """
    read = Replay()
    ends = {end for _, end in found.steps}
    shown: dict[int, Theorem] = {}

    def noted() -> Iterator[str]:
        for at, line in enumerate(found.lines[1:], 2):
            yield line
            if at in ends and read.theorems:  # the line was read before the next one is asked for
                shown[at] = read.theorems[-1]

    run(read, noted(), lambda: read.proved is not None, 1)
    if derivation is not None:
        _require_steps(derivation, where, [shown.get(end) for _, end in found.steps])
    return found._replace(proved=read.proved, means=means_of(found.lines[1:]))


def _require_steps(derivation: Derivation, where: tuple[Relational, ...], shown: Sequence[Theorem | None]) -> None:
    """Refuse theorems that are not the steps of a derivation.

    Raises:
        NotFoundError: naming the first step that is not shown.
    """
    translator = Translator(derivation.recurrence, derivation.varying, derivation.where, derivation.terms)
    terms = [translator.term(term) for term in derivation.terms]
    facts = translator.facts(where)
    system = translator.system()
    if len(shown) != len(derivation.steps):
        raise NotFoundError("its steps are others")
    for at, (step, theorem) in enumerate(zip(derivation.steps, shown, strict=True)):
        before = terms[at] if step.before == derivation.terms[at] else translator.term(step.before)
        if theorem is None or (theorem.left, theorem.right) != (before, terms[at + 1]) or before != terms[at]:
            raise NotFoundError(f"step {at + 1} ({step.rule}) is not shown")
        if theorem.hypotheses or not set(theorem.facts) <= set(facts) or theorem.system.quantities != system:
            raise NotFoundError(f"step {at + 1} ({step.rule}) is shown of something else")


def _require_rule(rule: str, before: Term, after: Term, means: set[str]) -> None:
    """Refuse a step under the name of a rule that is not its own.

    Raises:
        NotFoundError: for a rule of another kind, or none.
    """
    if rule not in RULES:
        raise NotFoundError(f"no rule is called {rule}")
    if rule == ALGEBRA:
        if means & CALCULUS:
            raise NotFoundError("it takes more than the normal form")
    elif RULES[rule].isdisjoint(_derivatives(before) | _derivatives(after)):
        raise NotFoundError("there is nothing that the rule speaks of")


def _derivatives(t: Term) -> set[str]:
    own = {t[0], t[1]} if t[0] == "jac" else {t[0]} & {"d", "grad"}
    return own.union(*(_derivatives(field) for sort, field in fields(t) if sort == "term"))


ALGEBRA = "normal form"

RULES: Mapping[str, frozenset[str]] = {
    ALGEBRA: frozenset(),
    "total derivative": frozenset({"total", "grad"}),
    "immediate Jacobian": frozenset({"immediate"}),
    "linear difference equation": frozenset({"total", "grad"}),
    "chain rule": frozenset({"total", "grad"}),
    "backward recursion": frozenset({"total", "grad"}),
    "gradient": frozenset({"grad"}),
    "differential": frozenset({"d"}),
    "solution of the differential": frozenset({"d"}),
}
"""The rules of derivations, each with the derivatives that it speaks of."""

CALCULUS = {"follow", "hold", "induction", "identify"}
"""What a mere rearrangement does without."""


def draft_of(translator: Translator) -> Draft:
    """A proof without a theorem yet, about what was translated.

    Raises:
        NotFoundError: when the kernel takes no such recurrence.
    """
    try:
        return Draft(translator.system())
    except NotProvedError as error:
        raise NotFoundError(f"the kernel takes no such recurrence: {error}") from None


def _written(draft: Draft, name: str, known: int) -> tuple[Certificate, dict[int, int]]:
    try:
        script, lines = draft.written(name, known)
    except NotProvedError as error:
        raise NotFoundError(f"the kernel refuses what was found: {error}") from None
    return Certificate(tuple(script.lines), (), script.replay.proved, means_of(script.lines)), lines


def means_of(lines: Iterable[str]) -> tuple[str, ...]:
    """The rules that a certificate of an equation uses, in words, the normal form last.

    >>> means_of(['["equal",[],[],0,1,[[[0,0,0],"follow",[],[]]],[]]', '["identify",0,2,"jac"]'])
    ('differential', 'first identification theorem', 'normal form')
    """
    used = set()
    for kind, *rest in (line for line in map(json.loads, lines) if isinstance(line, list)):
        used.add(kind)
        used |= {step[1] for steps in rest[-2:] for step in steps} if kind == "equal" else set()
        used |= {step[2] for steps in rest[-2:] for step in steps if step[1] == "axiom"} if kind == "equal" else set()
    return (*dict.fromkeys(words for rule, words in MEANS.items() if rule in used), "normal form")


MEANS = {
    "definition": "equations of the recurrence",
    "follow": "differential",
    "hold": "differential",
    "induction": "induction",
    "identify": "first identification theorem",
    "slope in value": "slopes in terms of values",
    "named slope": "slopes with names",
}
"""What rules, steps and axioms are called among people; see Magnus and Neudecker (2019), sec. 5.12, for the theorem."""


def _proved(deriver: Deriver, facts: Facts, left: Term, right: Term, depth: int = 0) -> int:
    """The number of the theorem that both sides are equal, perhaps by cases.

    Raises:
        NotFoundError: when no way is found; the reason is that of the first one.
    """
    deriver.speak_of(left, right)
    inner = _inner(left, right)
    if inner is not None:
        with suppress(NotFoundError):
            return deriver.script.within(left, right, _proved(deriver, facts, *inner, depth))
    try:
        return _met(deriver, facts, left, right)
    except NotFoundError as error:
        if deriver.assumed and depth == 0:
            with suppress(NotFoundError, NotProvedError):
                return by_exponent(deriver, facts, left, right)
        form = error.missing
        if depth == MOST_CASES or form is None or any(is_bound(v) for v in form.names()):
            raise
        if not form.names() or shows(facts, form) or shows(facts, (-1) * form - 1):
            raise
    one = _proved(deriver, (*facts, form), left, right, depth + 1)
    other = _proved(deriver, (*facts, (-1) * form - 1), left, right, depth + 1)
    return deriver.script.cases(form, one, other)


def _inner(left: Term, right: Term) -> tuple[Term, Term] | None:
    """What two products of unit vectors and one other factor differ in: entries of two matrices that may be equal."""
    if not left[0] == right[0] == "mul" or len(left) != len(right):
        return None
    changed = [pair for pair in zip(left[1:], right[1:], strict=True) if pair[0] != pair[1]]
    alike = [one for one, other in zip(left[1:], right[1:], strict=True) if one == other]
    return changed[0] if len(changed) == 1 and alike and all(map(_is_unit, alike)) else None


def _is_unit(factor: Term) -> bool:
    """Whether a factor is a unit vector, a row or a Kronecker product of such."""
    if factor[0] in ("T", "kron"):
        return all(map(_is_unit, factor[1:]))
    return factor[0] == "unit"


def _met(deriver: Deriver, facts: Facts, left: Term, right: Term) -> int:
    why: NotFoundError | None = None
    helpful: set[str] = set()
    speaks_of_means = "mean" in kinds_of(left) | kinds_of(right)
    for how in (*OF_MEANS, *ATTEMPTS[1:]) if speaks_of_means else ATTEMPTS:
        if why is not None and not _is_worth(how, helpful) and not speaks_of_means:
            continue
        if why is not None and why.missing is not None and how != {"powers"}:
            continue
        goal = Goal(deriver.script, facts, deriver.assumed, left)
        try:
            return rewritten(deriver, goal, right, how)
        except NotFoundError as error:
            why = error if why is None or (why.missing is None and error.missing is not None) else why
        except NotProvedError as error:
            why = why or NotFoundError(f"the kernel refuses a step: {error}")
        helpful |= deriver.helpful(goal.value) | deriver.helpful(goal.kernel.normal.value(right))
    assert why is not None
    raise why


def _is_worth(how: frozenset[str], helpful: set[str]) -> bool:
    """Whether a way may lead further: for the rare ones there has to be what they are for."""
    rare = how & RARE
    return bool(rare & helpful) if rare else not how.isdisjoint(helpful)


MOST_CASES = 3
"""How often cases are told apart within cases."""


def rewritten(deriver: Deriver, goal: Goal, right: Term, how: frozenset[str]) -> int:
    """One way to the theorem; the goal keeps how far it came."""
    at_first = how - {"outer slopes"}
    if "equation" in how:
        deriver.write_out(goal, goal.left)
    deriver.simplify(goal, at_first)
    if "alike" in how:
        put_in(deriver, goal)
    goal.minus(right)
    if "equation" in how:
        deriver.write_out(goal, right)
    deriver.simplify(goal, at_first)
    if "alike" in how:
        put_in(deriver, goal)
    if "powers" in how:
        write_out(deriver, goal, right)
    meet(goal)
    if "diagonals" in how:
        commute(deriver, goal)
        meet(goal)
    if "entries" in how:
        by_entries(goal)
        meet(goal)
    for _ in range(MOST_LAST_STEPS if "last steps" in how else 0):
        if not goal.value.terms or not deriver.last_step(goal):
            break
        deriver.simplify(goal, at_first)
        meet(goal)
    if at_first != how:  # a slope that both sides have in a factor of a product stays as it is
        deriver.simplify(goal, how)
        meet(goal)
    if "powers" in how:
        for more in (spread, tell_units):
            more(goal)
            meet(goal)
    return goal.closed(right)


MOST_LAST_STEPS = 3
"""How often the last elements of states are written out by their equations."""

RARE = frozenset({"diagonals", "signs", "doubled", "alike", "entries"})
"""What is of use for few equations only."""

ATTEMPTS = (
    frozenset[str](),
    frozenset({"outer slopes"}),
    frozenset({"names"}),
    frozenset({"names", "equation"}),
    frozenset({"names", "values"}),
    frozenset({"last steps"}),
    frozenset({"last steps", "names"}),
    frozenset({"slopes"}),
    frozenset({"slopes", "names"}),
    frozenset({"powers"}),
    frozenset({"diagonals"}),
    frozenset({"diagonals", "names"}),
    frozenset({"signs"}),
    frozenset({"signs", "slopes"}),
    frozenset({"signs", "doubled", "slopes"}),
    frozenset({"entries"}),
    frozenset({"entries", "names"}),
    frozenset({"entries", "slopes", "names"}),
    frozenset({"alike"}),
    frozenset({"alike", "names"}),
)
"""What is written out: names, solutions, slopes and powers only where that is needed."""

OF_MEANS = (frozenset[str](), frozenset({"means"}), frozenset({"squares"}), frozenset({"means", "squares"}))
"""What is written out first where there are expectations: only as far as the equations reach, or in closed form."""
