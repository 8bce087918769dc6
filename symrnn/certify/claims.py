"""Certificates of claims: one for each part of a statement, accepted by the kernel before it is handed over.

What the kernel accepted is also read back and compared with what was asked.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from symrnn.budget import Limits, spending
from symrnn.certify import equations
from symrnn.certify.asked import require_asked
from symrnn.certify.clipped import clipped_search
from symrnn.certify.clipped_asked import require_stated
from symrnn.certify.equations import Certificate
from symrnn.certify.errors import NotAskedError, NotFoundError
from symrnn.certify.norm_asked import require_asked_of_norms
from symrnn.certify.norms import norm_search
from symrnn.certify.pinned import pinned
from symrnn.certify.slope_asked import of_slope
from symrnn.derivation.claim import Claim
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import Inequality, Limit
from symrnn.derivation.statement import AllOf, Definitions, Equation, Maximum, SlopeBound
from symrnn.derivation.verdict import Verdict
from symrnn.errors import ParameterError, SymrnnError
from symrnn.kernel.errors import NotProvedError, Refused
from symrnn.kernel.norms import replay as norm_replay
from symrnn.kernel.printer import show_theorem
from symrnn.kernel.reader import replay
from symrnn.kernel.work import limited


@dataclass(frozen=True)
class Certified:
    """A part of a claim, with its certificate or the reason why there is none.

    Args:
        name: the id of the claim; for one of several parts with the number of the part.
        certificate: None where none was found.
        why: why none was found.
    """

    name: str
    certificate: Certificate | None
    why: str = ""

    @property
    def statement(self) -> str:
        """What the kernel accepted, in its own words; empty where there is nothing."""
        return "" if self.certificate is None else _said(self.certificate)

    @property
    def file(self) -> str:
        """The name of its file."""
        return re.sub(r"[^\w.+-]", "_", self.name) + ".jsonl"


def certificates_of(
    claim: Claim, limits: Limits | None = None, verdict: Verdict | None = None
) -> tuple[Certified, ...]:
    """The certificate of each part of a claim, as far as the search finds one.

    That none is found says nothing about a claim; that one is accepted by :mod:`symrnn.kernel` proves it.

    Args:
        claim: whose statement is to be proved.
        limits: the time, memory and digits for all its parts; None for the usual ones.
        verdict: what has been found about the claim; certificates that it rests on are not looked for once more.

    >>> from symrnn.cells import Elman
    >>> from symrnn.derivation import Kind
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
    >>> (found,) = certificates_of(Claim("J", "one step", step, Kind.PROVED, rnn))
    >>> found.file, found.statement
    ('J.jsonl', "dh[t]/dh[t - 1] = diag(phi'(a[t])) W_hh  for t >= 1")
    """
    if not isinstance(claim, Claim):
        advice = 'name it, as in Claim("step", "one step", statement, Kind.PROVED, recurrence)'
        raise ParameterError(f"{claim} is not a claim", advice=advice)
    parts = claim.statement.parts if isinstance(claim.statement, AllOf | Definitions) else (claim.statement,)
    numbered = len(parts) > 1
    known = [] if verdict is None else [each.theorem for each in verdict.parts or (verdict,)]
    resting = [getattr(theorem, "certificate", None) for theorem in known] or [None] * len(parts)
    found = []
    for at, (part, accepted) in enumerate(zip(parts, resting, strict=True), 1):
        name = f"{claim.id}.{at}" if numbered else claim.id
        try:
            with spending(limits):
                if accepted is not None and accepted.lines:
                    certificate = accepted.called(name)
                else:
                    if isinstance(part, Equation | Inequality) and not _is_derived(part, claim):
                        part = pinned(part, claim.recurrence)
                    certificate = _of(part, claim, name)
                    if isinstance(part, Equation):
                        require_asked(replay(certificate.lines[1:]), part, claim.recurrence)
                    elif json.loads(certificate.lines[0])["kind"] == "clipping":
                        assert isinstance(part, Inequality | Coincide | SameDirection)
                        require_stated(json.loads(certificate.lines[1]), part, certificate.meaning or {})
                    _said(certificate)  # the kernel reads it, where it has not yet
        except (NotFoundError, NotAskedError, NotProvedError, Refused, SymrnnError) as error:
            found.append(Certified(name, None, str(error)))
        except (RecursionError, MemoryError) as error:
            found.append(Certified(name, None, f"the search needs too much ({type(error).__name__})"))
        else:
            found.append(Certified(name, certificate))
    return tuple(found)


def _said(certificate: Certificate) -> str:
    """What a certificate says in the words of the kernel, which reads it where it has not made a theorem of it yet.

    Raises:
        Refused: naming the line that does not hold.
        NotProvedError: when the theorem cannot be printed.
    """
    from symrnn.kernel.__main__ import statement_of  # with what checks folders, in processes

    if certificate.proved is None:
        return statement_of(certificate.text)[1]
    with limited():
        return show_theorem(certificate.proved)


def _is_derived(statement: Any, claim: Claim) -> bool:
    """Whether the derivation of a claim is one of a statement."""
    return claim.derivation is not None and claim.derivation.equation == statement


@singledispatch
def _of(statement: Any, claim: Claim, name: str) -> Certificate:
    raise NotFoundError(f"there are no certificates of {type(statement).__name__}")


@_of.register
def _(statement: Equation, claim: Claim, name: str) -> Certificate:
    if claim.derivation is not None and _is_derived(statement, claim):
        return equations.certificate_of(claim.derivation, name)
    return equations.certificate(statement, claim.recurrence, name)


@_of.register(Coincide)
@_of.register(SameDirection)
def _(statement: Coincide | SameDirection, claim: Claim, name: str) -> Certificate:
    return clipped_search.certificate(statement, name)


@_of.register(Inequality)
@_of.register(Limit)
def _(statement: Inequality | Limit, claim: Claim, name: str) -> Certificate:
    try:
        found = norm_search.certificate(statement, claim.recurrence, name)
        require_asked_of_norms(norm_replay(found.lines[1:]), statement, claim.recurrence)
        return found
    except NotFoundError:
        if isinstance(statement, Limit):
            raise
    return clipped_search.certificate(statement, name)


@_of.register(Maximum)
@_of.register(SlopeBound)
def _(statement: Maximum | SlopeBound, claim: Claim, name: str) -> Certificate:
    return Certificate(tuple(of_slope(statement, name)))
