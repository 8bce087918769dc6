"""Verdicts: what a check found, with its evidence. A verdict is a value; a failed check raises nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from enum import Enum
from functools import cached_property
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixExpr
from sympy.matrices.expressions.matexpr import MatrixElement
from sympy.printing.str import StrPrinter

from symrnn import late
from symrnn.activations import Activation
from symrnn.derivation.counterexample import Counterexample
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Hypothesis
from symrnn.derivation.statement import Equation
from symrnn.errors import ProofError, UnknownTermError
from symrnn.sentences import Sentence

Given: TypeAlias = str | Hypothesis | tuple[Relational | str, ...]
"""Words, a hypothesis, or conditions that stand on one line."""


class Kind(Enum):
    """Kinds of verdicts, strongest first.

    PROVED holds for symbolic indices and sizes; PROVED_AT exactly at given ones; IDENTITY up to a stated
    probability of error; AGREES to a number of digits at some points. REFUTED comes with a counterexample.
    DEFINITION says that a statement gives a name its meaning, and that the recurrence says the same.
    """

    PROVED = "PROVED"
    DEFINITION = "DEFINITION"
    PROVED_AT = "PROVED_AT"
    IDENTITY = "IDENTITY"
    AGREES = "AGREES"
    UNDECIDED = "UNDECIDED"
    REFUTED = "REFUTED"

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True)
class Link:
    """One link of a chain of inequalities.

    Args:
        relation: how it follows from the link before it, ``"="`` or ``"<="``; empty for the first.
        scalar: what stands there.
        reason: the rules that were used, in words.
    """

    relation: str
    scalar: sp.Expr
    reason: str = ""


@dataclass(frozen=True)
class Advice:
    """What helps where a statement was not proved.

    Args:
        kind: ``"holds where"`` for further conditions with which it is PROVED, ``"did you mean"`` for an equation that
            is one slip away and PROVED, ``"sides part"`` for what is left of the sides of an equation.
        text: all of it in one sentence.
        statement: what is PROVED.
        verdict: with its theorem.
        left, right: the summands that are left on each side.
    """

    kind: str
    text: str
    statement: Any = None
    verdict: Verdict | None = None
    left: tuple[str, ...] = ()
    right: tuple[str, ...] = ()

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True)
class Verdict:
    """What a check found.

    PROVED and DEFINITION are said of the statement of a theorem, with its hypotheses and its evidence; a copy in which
    one of them is another is refused.

    Args:
        kind: the strength of the finding.
        evidence: how it was found, in one sentence.
        given: everything it rests on; what the theorem does, and more if need be.
        counterexample: for REFUTED.
        reason: for UNDECIDED, and for IDENTITY why there is no proof.
        theorem: for PROVED and DEFINITION, as the checker's kernel made it.
        chains: for inequalities that were proved, the estimates on the way.
        statement: what the verdict is on; None for a check that was not made for a claim.
        parts: the verdicts on the parts of a statement of several; the kind is that of the weakest.
        claim: what was checked, where that was a claim or a statement.

    Raises:
        ProofError: for PROVED or DEFINITION without a theorem of the kernel that says just that, or for a kind that is
            not that of the weakest part.
        UnknownTermError: for another kind, REFUTED without a counterexample, or UNDECIDED without a reason.
    """

    kind: Kind
    evidence: str
    given: tuple[Given, ...] = ()
    counterexample: Counterexample | None = None
    reason: str = ""
    theorem: Any = field(default=None, repr=False)
    chains: tuple[tuple[Link, ...], ...] = field(default=(), repr=False)
    statement: Any = field(default=None, repr=False)
    parts: tuple[Verdict, ...] = field(default=(), repr=False)
    claim: Any = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        if not isinstance(self.kind, Kind):
            raise UnknownTermError(f"there is no kind of verdict {self.kind!r}", advice="use a Kind")
        if self:
            late.require_said(self)
        if self.kind is Kind.REFUTED and self.counterexample is None:
            raise UnknownTermError("a refutation needs its counterexample")
        if self.kind is Kind.UNDECIDED and not self.reason:
            raise UnknownTermError("an undecided verdict needs its reason")
        if self.parts and self.kind is not weakest(self.parts).kind:
            raise ProofError(f"{self.kind} is not the verdict on the weakest part")
        if self.parts and tuple(part.statement for part in self.parts) != getattr(self.statement, "parts", ()):
            raise ProofError("the verdicts on the parts are those of another statement")

    @classmethod
    def of(cls, theorem: late.Theorem, parts: tuple[Verdict, ...] = ()) -> Verdict:
        """The verdict that a theorem of the kernel allows.

        Raises:
            ProofError: for anything else.

        >>> from symrnn.activations import activation
        >>> from symrnn.check.kernel import prove_slope_bound
        >>> from symrnn.derivation import SlopeBound
        >>> print(Verdict.of(prove_slope_bound(SlopeBound("tanh", "<=", 1))))
        PROVED: sup φ' = 1 <= 1 (square certificate)
          statement: tanh'(z) <= 1 for every z
        """
        late.require_theorem(theorem)
        return cls(
            theorem.kind,
            theorem.evidence,
            theorem.given,
            theorem=theorem,
            chains=theorem.chains,
            statement=theorem.statement,
            parts=parts,
        )

    @property
    def hypotheses(self) -> tuple[str, ...]:
        """Everything that it rests on, in words."""
        return tuple(map(in_words, self.given))

    @property
    def certificates(self) -> tuple[late.Certificate, ...]:
        """The certificates that it rests on, those of the parts in order; see :mod:`symrnn.certify`."""
        if self.parts:
            return tuple(each for part in self.parts for each in part.certificates)
        found = getattr(self.theorem, "certificate", None)
        return (found,) if found is not None and found.lines else ()

    @cached_property
    def advice(self) -> tuple[Advice, ...]:
        """What helps where it was not proved, looked for when it is first asked for; a few seconds at most.

        Where a refuted statement holds, or which equation may have been meant, and where the two sides of one part.

        >>> from symrnn import Elman, Equation, ImmediateJacobian, TotalJacobian, t, verify
        >>> rnn = Elman()
        >>> forgotten = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh)
        >>> print(*verify(forgotten, rnn).advice)
        it holds for t >= 1, and is PROVED with that condition added
        """
        return () if self or self.claim is None else late.advice_on(self, self.claim)

    def explain(self) -> str:
        """The verdict, and the steps of its proof, each with the lines of the certificate that prove it."""
        return "\n".join([str(self), *(late.explained(each) for each in self.certificates)])

    def __reduce__(self) -> tuple[Any, ...]:
        """Copies are made as every verdict is: with a look at the theorem, which no other process has made."""
        return type(self), tuple(getattr(self, each.name) for each in fields(self))

    def __bool__(self) -> bool:
        """True for what was proved or defined; everything weaker must be asked for by its kind."""
        return self.kind in (Kind.PROVED, Kind.DEFINITION)

    def __repr__(self) -> str:
        """The kind, and of what; print it for the rest."""
        if self.statement is None:
            return f"<{self.kind}>"
        return f"<{self.kind}: {late.statement_text(self.statement)}>"

    def _repr_latex_(self) -> str:
        return "" if self.statement is None else late.displayed(self._in)

    def _in(self, notation: late.Notation) -> str:
        """The kind and the statement in LaTeX."""
        return rf"\text{{{self.kind}: }} {late.statement_latex(self.statement, notation)}"

    def __str__(self) -> str:
        lines = [f"{self.kind}: {self.evidence}" if self.evidence else str(self.kind)]
        if self:
            lines.append(f"  statement: {late.statement_text(self.statement)}")
        if self.reason:
            lines.append(f"  because {self.reason}")
        if self.counterexample is not None:
            lines.append(f"  {self.counterexample.brief()}")
        lines += [f"  {advice}" for advice in self.advice]
        lines += [f"  given: {hypothesis}" for hypothesis in self.hypotheses]
        return "\n".join(lines)


def weakest(verdicts: Sequence[Verdict]) -> Verdict:
    """The verdict that says the least, or that something is wrong.

    >>> some = (Verdict(Kind.IDENTITY, "mod p"), Verdict(Kind.UNDECIDED, "", reason="nobody looked"))
    >>> weakest(some).kind
    <Kind.UNDECIDED: 'UNDECIDED'>
    """
    return max(verdicts, key=lambda verdict: list(Kind).index(verdict.kind))


# -- what it rests on, in words ----------------------------------------------------------------------------------------


def worded(condition: Relational | str) -> str:
    """A condition as people write it.

    >>> t = sp.Symbol("t", integer=True)
    >>> worded(sp.Ne(t, 0)), worded(t >= 1)
    ('t not 0', 't >= 1')
    """
    return f"{condition.lhs} not {condition.rhs}" if isinstance(condition, sp.Ne) else str(condition)


def existing(base: sp.Expr) -> Sentence:
    """What the inverse of a matrix or a number needs; in print, an entry counts from 1.

    >>> x = sp.MatrixSymbol("x", 3, 1)
    >>> found = existing(x[0, 0] - x[1, 0])
    >>> print(found, "|", found.marked)
    x[0, 0] - x[1, 0] not 0 | $x_{1} - x_{2} != 0$
    """
    if isinstance(base, MatrixExpr):
        return Sentence(f"${base}$ invertible")
    entries = {}
    for entry in base.atoms(MatrixElement):
        column = "" if entry.parent.cols == 1 else entry.j + 1
        place = "" if entry.parent.shape == (1, 1) else f"_{{{entry.i + 1}{column}}}"
        entries[entry] = sp.Symbol(f"{entry.parent}{place}")
    return Sentence(f"${base.xreplace(entries)} != 0$", f"{base} not 0")


def of_domain(argument: MatrixExpr, function: Activation) -> Sentence:
    """What a function with a domain needs of its argument.

    >>> from symrnn.activations import activation
    >>> print(of_domain(sp.MatrixSymbol("a", 3, 1), activation("log")))
    each entry of a positive
    """
    return Sentence(f"each entry of ${argument}$ {'not 0' if isinstance(function.domain, sp.Ne) else 'positive'}")


def in_words(given: Given) -> str:
    """What a verdict rests on as people write it.

    >>> in_words(sp.Abs(sp.Symbol("w", real=True)) ** 2 * sp.Symbol("c") < 1)
    'c w^2 < 1'
    >>> in_words((sp.Symbol("k", integer=True) >= 0, "W_hh invertible"))
    'k >= 0, W_hh invertible'
    """
    match given:
        case str():
            return given
        case tuple():
            return ", ".join(map(worded, given))
        case Equation() | BoundedSlope() | ForEvery():
            text = str(given)
        case _:
            text = _Printer().doprint(given)
    for sign, written in (("**", "^"), ("*", " "), (".T", "ᵀ")):
        text = text.replace(sign, written)
    return text


class _Printer(StrPrinter):
    """Absolute values between bars."""

    def _print_Abs(self, number: sp.Abs) -> str:
        return f"|{self._print(number.args[0])}|"
