"""The one place that makes theorems of statements, and therefore the only thing that can say PROVED.

It believes what :mod:`symrnn.kernel` has accepted and what has been read back by :mod:`symrnn.certify.asked`,
``norm_asked``, ``clipped_asked`` or ``slope_asked``: that is all that a theorem rests on, but for definitions.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import InitVar, dataclass, replace
from functools import partial
from typing import TYPE_CHECKING
from weakref import WeakSet

import sympy as sp

from symrnn.budget import attempting
from symrnn.certify.asked import require_asked
from symrnn.certify.equations import Certificate, certificate, certificate_of, reread
from symrnn.certify.errors import NotAskedError, NotFoundError
from symrnn.certify.kept import mark_of, taken_or_found
from symrnn.certify.pinned import pinned
from symrnn.check.proving.arithmetic import Facts, entails
from symrnn.check.proving.definitions import require_definitions
from symrnn.check.proving.existence import Admission, admission_of, admitted, is_far, require_existing, shown
from symrnn.check.proving.meaning import MATRICES, require_finite, require_known, require_meaning, require_real
from symrnn.check.proving.words import hypotheses_of, hypotheses_on_clipping, hypotheses_on_norms
from symrnn.derivation.inequality import Inequality, Limit, Statement
from symrnn.derivation.statement import AllOf, Definitions, Equation, Maximum, SlopeBound
from symrnn.derivation.steps import Derivation
from symrnn.derivation.verdict import Given, Kind, Link, Verdict, in_words
from symrnn.errors import ProofError
from symrnn.expr import Apply, Derivative
from symrnn.kernel.errors import NotProvedError, Refused
from symrnn.kernel.work import MOST_WORK, limited
from symrnn.recurrence import Recurrence
from symrnn.sentences import Sentence, marked

if TYPE_CHECKING:
    from symrnn.certify.clipped_asked import Clipped
    from symrnn.certify.norm_asked import NumberWords
    from symrnn.kernel.norms import NormReplay
    from symrnn.slopes import BoundVerdict

# What only norms, clipping and slopes need is imported where they are proved: most proofs are of equations, and end
# before all of it could be imported.

ALGEBRA = "normal form"
"""The rule of a step that only rearranges."""

SECONDS_PER_SEARCH = 120.0
"""CPU time after which the search for a certificate is given up."""

WORK_PER_SEARCH = 4 * MOST_WORK
"""Parts of terms and of normal forms that are visited for it at most."""

NAME = "claim"
"""The id of certificates that are not written to files."""

DEFINITION = "definition"
"""What a statement rests on that gives names their meaning."""

_SEAL = object()


@dataclass(frozen=True, eq=False)
class Theorem:
    """A statement that the kernel has checked; nobody else can make one.

    Args:
        statement: what holds.
        recurrence: what its names mean; None for a statement about an activation.
        given: everything that it rests on.
        means: the rules that were used.
        seal: the kernel's own.
        evidence: how it was found, in one sentence.
        chains: for inequalities, the estimates on the way.
        certificate: what :mod:`symrnn.kernel` has accepted, and anybody can check again; None for definitions.

    Raises:
        ProofError: when anybody else makes one, a copy included.
    """

    statement: Statement
    recurrence: Recurrence | None
    given: tuple[Given, ...]
    means: tuple[str, ...]
    seal: InitVar[object] = None
    evidence: str = ""
    chains: tuple[tuple[Link, ...], ...] = ()
    certificate: Certificate | None = None

    def __post_init__(self, seal: object) -> None:
        if seal is not _SEAL:
            raise ProofError("theorems are made by the checker only")
        if self.kind is Kind.PROVED and self.certificate is None and not isinstance(self.statement, AllOf):
            raise ProofError("what is proved has a certificate")
        _MADE.add(self)

    @property
    def kind(self) -> Kind:
        """What a verdict that rests on it may say: a name that is given a meaning is not proved."""
        return Kind.DEFINITION if DEFINITION in self.means else Kind.PROVED

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """Everything that it rests on, in words."""
        return tuple(map(in_words, self.given))

    def __deepcopy__(self, memo: object) -> Theorem:
        """Nothing in it can change, so that it is its own copy."""
        return self


_MADE: WeakSet[Theorem] = WeakSet()


def require_theorem(candidate: object) -> None:
    """Refuse anything but a theorem that this kernel has made.

    Raises:
        ProofError: for anything else.
    """
    if type(candidate) is not Theorem or candidate not in _MADE:
        raise ProofError("only the checker can say PROVED", advice="verify it here, or keep its certificates")


def require_said(verdict: Verdict) -> None:
    """Refuse a verdict that says something else than its theorem, or leaves out what the theorem rests on.

    Raises:
        ProofError: naming what differs.
    """
    theorem = verdict.theorem
    require_theorem(theorem)
    if not _same(theorem.statement, verdict.statement):
        raise ProofError(f"the theorem says {theorem.statement}, not {verdict.statement}")
    if verdict.kind is not theorem.kind:
        raise ProofError(f"the theorem is worth {theorem.kind}, not {verdict.kind}")
    left_out = [given for given in theorem.given if not any(_same(given, said) for said in verdict.given)]
    if left_out:
        raise ProofError(f"the theorem rests on more than the verdict says: {'; '.join(map(in_words, left_out))}")
    if (verdict.evidence, verdict.chains) != (theorem.evidence, theorem.chains):
        raise ProofError(f"the evidence of the theorem is another: {theorem.evidence}")
    if verdict.reason or verdict.counterexample is not None:
        raise ProofError(f"what is {verdict.kind} has neither a counterexample nor a reason for doubt")


def _same(left: object, right: object) -> bool:
    """Whether two statements or hypotheses are one, of the same class and with the same parts."""
    return type(left) is type(right) and left == right


def prove_all(statement: AllOf, theorems: Sequence[Theorem]) -> Theorem:
    """The theorem that says all that several theorems say.

    Raises:
        ProofError: when there is not one theorem for each part, or they speak of different recurrences.
    """
    for theorem in theorems:
        require_theorem(theorem)
    if len(theorems) != len(statement.parts) or not all(
        _same(theorem.statement, part) for theorem, part in zip(theorems, statement.parts, strict=True)
    ):
        raise ProofError("the theorems are not those of the parts")
    meanings = [theorem.recurrence for theorem in theorems if theorem.recurrence is not None]
    if any(other is not meanings[0] and other != meanings[0] for other in meanings[1:]):
        raise ProofError("the parts speak of different recurrences")
    return Theorem(
        statement,
        meanings[0] if meanings else None,
        tuple(dict.fromkeys(given for theorem in theorems for given in theorem.given)),
        tuple(dict.fromkeys(rule for theorem in theorems for rule in theorem.means)),
        _SEAL,
        Sentence("; ".join(dict.fromkeys(marked(theorem.evidence) for theorem in theorems if theorem.evidence))),
        tuple(chain for theorem in theorems for chain in theorem.chains),
    )


# -- equations -----------------------------------------------------------------------------------------------------


def prove_equation(equation: Equation, recurrence: Recurrence) -> Theorem:
    """Prove an equation by writing both sides out and comparing normal forms.

    Raises:
        ProofError: when no certificate is found; which says nothing about the equation being false.
        SymrnnError: when it does not speak of this recurrence, or cannot be differentiated.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
    >>> prove_equation(step, rnn).means
    ('differential', 'first identification theorem', 'normal form')
    """
    require_known(equation.terms, recurrence)
    require_finite(equation.spoken, recurrence)
    admission = admission_of(equation, recurrence)
    return _shown(
        equation,
        recurrence,
        admission,
        lambda asked: certificate(asked, recurrence, NAME),
    )


def _shown(
    equation: Equation,
    recurrence: Recurrence,
    admission: Admission,
    search: Callable[[Equation], Certificate],
    derivation: Derivation | None = None,
) -> Theorem:
    """The theorem about an equation, by a certificate that says what was asked.

    Raises:
        ProofError: when none is found; where it would be under more conditions, these are named.
    """
    rules = () if derivation is None else tuple(step.rule for step in derivation.steps)

    def attempt(facts: Facts) -> Certificate:
        asked = equation if facts == equation.where else replace(equation, where=facts)
        if derivation is None:
            asked = pinned(asked, recurrence)

        def check(found: Certificate) -> Certificate:
            known = found if found.proved is not None else reread(found, derivation, asked.where)
            assert known.proved is not None
            require_asked(known.proved, asked, recurrence)
            return known

        try:
            with _searching():
                found = taken_or_found(mark_of(asked, rules), lambda: search(asked), check)
            if "differential" in found.means or _has_slopes((equation.lhs, equation.rhs)):
                recurrence.require_differentiable()
        except (NotFoundError, NotAskedError, NotProvedError, Refused) as error:
            raise ProofError(str(error)) from None
        return found

    found = shown(admission, attempt)
    means = tuple(dict.fromkeys((*rules, *found.means)))
    evidence = f"{in_short(rules or found.means)} (certificate of {len(found.lines)} lines)"
    hypotheses = hypotheses_of(equation, recurrence, admission.extra)
    return Theorem(equation, recurrence, hypotheses, means, _SEAL, evidence, certificate=found)


@contextmanager
def _searching() -> Iterator[None]:
    """Limit a search: by its time between steps, and by its work within one, where the kernel knows no time.

    Raises:
        LimitError: when it takes too long.
        NotProvedError: when it takes too much work.
    """
    with attempting("certificate", most=SECONDS_PER_SEARCH), limited(WORK_PER_SEARCH):
        yield


def _has_slopes(terms: Iterable[sp.Basic]) -> bool:
    """Whether slopes of activations stand in terms, which at kinks are only there by convention."""
    return any(applied.order >= 1 for term in terms for applied in term.atoms(Apply))


def in_short(means: Sequence[str]) -> str:
    """The rules that an equation rests on, in one phrase.

    >>> in_short(("differential", "normal form")), in_short(("normal form",))
    ('differential + normal form', 'equal normal forms')
    """
    steps = [rule for rule in means if rule != ALGEBRA]
    return " + ".join((*steps, ALGEBRA)) if steps else "equal normal forms"


def prove_derivation(derivation: Derivation, statement: Equation | None = None) -> Theorem:
    """Replay a derivation step by step.

    Args:
        derivation: the steps.
        statement: what is to be shown, where that is less than the derivation shows: the same sides under conditions
            from which those of the derivation follow.

    Raises:
        ProofError: naming the first step that does not hold, with its rule, or when the statement is another.
        SymrnnError: when it does not speak of its recurrence, or cannot be differentiated.
    """
    recurrence = derivation.recurrence
    equation = derivation.equation if statement is None else statement
    if not shows(derivation, equation):
        raise ProofError("the derivation proves something else")
    terms = (derivation.start, *(step.after for step in derivation.steps))
    require_known((*terms, *equation.terms), recurrence)
    require_finite((*terms, *equation.spoken), recurrence)
    admission = admission_of(equation, recurrence, terms)
    return _shown(
        equation,
        recurrence,
        admission,
        lambda asked: certificate_of(derivation, NAME, asked.where),
        derivation,
    )


def shows(derivation: Derivation, statement: Equation) -> bool:
    """Whether a derivation is one of a statement: the same sides, under conditions that follow from its own."""
    proved = derivation.equation
    same_sides = (proved.lhs, proved.rhs, proved.varying) == (statement.lhs, statement.rhs, statement.varying)
    return same_sides and all(entails(statement.where, condition) for condition in proved.where)


# -- other statements ------------------------------------------------------------------------------------------------


def prove_definitions(statement: Definitions, recurrence: Recurrence) -> Theorem:
    """A theorem that equations are the recurrence's own, or give new names a meaning.

    Raises:
        ProofError: naming the first that is neither.
    """
    hypotheses = require_definitions(statement, recurrence)
    return Theorem(statement, recurrence, hypotheses, (DEFINITION,), _SEAL, f"as the {recurrence.name} defines it")


# -- norms -----------------------------------------------------------------------------------------------------------


def prove_norms(statement: Inequality | Limit, recurrence: Recurrence | None) -> Theorem:
    """A theorem about norms, by a certificate that says what was asked.

    Args:
        statement: an inequality or a limit.
        recurrence: what its names mean; None for a statement about plain matrices.

    Raises:
        ProofError: when no certificate is found, which says nothing about the statement being false, or when a scalar
            need not be real.
        SymrnnError: when it does not speak of this recurrence, or cannot be differentiated.
    """
    from symrnn.certify.norm_asked import require_asked_of_norms
    from symrnn.certify.norms import norm_search
    from symrnn.certify.norms.norm_means import chain_of, cited, means_of_norms, told
    from symrnn.kernel.norms import replay

    require_meaning(statement, recurrence)
    require_real(statement, recurrence)
    meaning = MATRICES if recurrence is None else recurrence
    admission = admission_of(statement, meaning)
    if any(term.has(Derivative) for term in statement.terms) or _has_slopes(statement.terms):
        meaning.require_differentiable()

    def attempt(facts: Facts) -> tuple[Certificate, NormReplay, NumberWords]:
        asked = replace(statement, where=tuple(fact for fact in facts if not is_far(fact, statement)))
        if isinstance(asked, Inequality):
            asked = pinned(asked, recurrence)

        def check(found: Certificate) -> tuple[Certificate, NormReplay, NumberWords]:
            read = replay(found.lines[1:])
            return found, read, require_asked_of_norms(read, asked, recurrence)

        try:
            with _searching():
                search = partial(norm_search.certificate, asked, recurrence, NAME)
                return taken_or_found(mark_of(asked), search, check)
        except (NotFoundError, NotAskedError, NotProvedError, Refused) as error:
            raise ProofError(str(error)) from None

    found, read, words = shown(admission, attempt)
    means = means_of_norms(found.lines, read)
    evidence = f"{' + '.join(told(means)) or 'comparison of both sides'} (certificate of {len(found.lines)} lines)"
    hypotheses = (*hypotheses_on_norms(statement, meaning), *admission.extra, *cited(means))
    chain = chain_of(statement, read, words)
    chains = (chain,) if chain else ()
    return Theorem(statement, recurrence, hypotheses, means, _SEAL, evidence, chains, found._replace(means=means))


def prove_clipped(statement: Clipped, recurrence: Recurrence | None) -> Theorem:
    """A theorem about clipped gradients or sums of matrices, by a certificate that says what was asked.

    Raises:
        ProofError: when none is found; which says nothing about the statement being false.
        SymrnnError: when a name stands at another shape than in the recurrence, or is one of a recurrence and there is
            none.
    """
    from symrnn.certify.clipped import clipped_search
    from symrnn.certify.clipped_asked import require_stated
    from symrnn.kernel.clipping import check

    require_meaning(statement, recurrence)
    require_real(statement, recurrence)
    admission = admitted(statement.terms, recurrence or MATRICES, statement.where)
    require_existing(admission)

    def checked(found: Certificate) -> Certificate:
        known = found if found.meaning is not None else clipped_search.reread(found, statement)
        check(known.lines)
        require_stated(json.loads(known.lines[1]), statement, known.meaning or {})
        return known

    try:
        with _searching():
            search = partial(clipped_search.certificate, statement, NAME)
            found = taken_or_found(mark_of(statement), search, checked)
    except (NotFoundError, NotAskedError, NotProvedError, Refused) as error:
        raise ProofError(str(error)) from None
    lemmas = (Sentence(f"by name: {lemma.marked}") for lemma in clipped_search.classical(found))
    hypotheses = tuple(dict.fromkeys((*hypotheses_on_clipping(statement), *admission.extra, *lemmas)))
    evidence = clipped_search.evidence_of(found)
    return Theorem(statement, recurrence, hypotheses, found.means, _SEAL, evidence, certificate=found)


def prove_maximum(statement: Maximum) -> Theorem:
    """A theorem about the maximum of a slope: no slope is larger, and the one at the point is as large.

    Raises:
        ProofError: when the bound is not proved, or not taken at the point.
        UnknownTermError: for a generic activation.
    """
    from symrnn.slopes import Square, expected

    phi = statement.function
    verdict = expected(phi, "<=", statement.bound)
    proof = verdict.bounds.upper.proof
    above = f"${phi.name}' <= {statement.bound}$ by {proof.method}"
    if isinstance(proof, Square) and proof.in_value is not None and proof.bound == statement.bound:
        above = f"${statement.bound} - {phi.name}' = ({proof.in_value})^2$ with $p = {phi.name}(z)$"
    evidence = Sentence(f"{above}, and ${phi.name}'({statement.at}) = {statement.bound}$")
    return _of_slope(statement, verdict, (proof.method,), evidence)


def prove_slope_bound(statement: SlopeBound) -> Theorem:
    """A theorem about a bound of a slope.

    Raises:
        ProofError: when the bound is not proved.
        UnknownTermError: for a generic activation.
    """
    from symrnn.slopes import expected

    verdict = expected(statement.function, statement.relation, statement.bound)
    methods = (bound.proof.method for bound in (verdict.bounds.upper, verdict.bounds.lower))
    return _of_slope(statement, verdict, tuple(dict.fromkeys(methods)), verdict.evidence)


def _of_slope(statement: Maximum | SlopeBound, verdict: BoundVerdict, means: tuple[str, ...], evidence: str) -> Theorem:
    """The theorem that a certificate shows; the bounds from which it was made say how.

    Raises:
        ProofError: when none is found.
    """
    from symrnn.certify.slope_asked import of_slope

    try:
        found = Certificate(tuple(of_slope(statement, NAME)))
    except NotAskedError as error:
        raise ProofError(str(error)) from None
    return Theorem(statement, None, verdict.given, means, _SEAL, evidence, certificate=found)
