"""How a claim fared, as plain text: a record that crosses processes and becomes JSON."""

from __future__ import annotations

import time
import traceback
from dataclasses import dataclass
from typing import Any

from symrnn.budget import Limits, spending, too_deep
from symrnn.certify.claims import Certified, certificates_of
from symrnn.certify.kept import Shelf, at_hand
from symrnn.check.verify import verify
from symrnn.derivation import Counterexample, Kind, Verdict
from symrnn.derivation.claim import SEED
from symrnn.derivation.verdict import Link
from symrnn.errors import ExhaustedError, SymrnnError
from symrnn.latex import Notation, claim_latex
from symrnn.latex.conditions import given_sentence
from symrnn.latex.derivations import chains_latex
from symrnn.library.headings import ERROR
from symrnn.library.keeping import Keep
from symrnn.library.loading import Entry
from symrnn.library.places import shown_path
from symrnn.sentences import Sentence

KEPT_KINDS = (Kind.PROVED, Kind.REFUTED)
"""The verdicts that rest on something that can be kept."""


@dataclass(frozen=True)
class Result:
    """One claim and its verdict.

    Args:
        id, title, statement: what is claimed; the statement in LaTeX.
        verdict: name of the kind of verdict, or ``"ERROR"``.
        expected: name of the kind that the file expects.
        evidence, hypotheses, counterexample, reason: what the check found.
        corrected_by: id of the claim that puts a refuted one right.
        file, line: where the claim is defined.
        seconds: how long the check took.
        chains: for proved inequalities, the estimates on the way, in LaTeX.
        estimates: the same as terms, to be laid out in another width.
        advice: what helps where a verdict is another than the expected one, in sentences.
        trace: the traceback of an exception that is not a user's mistake.
        kept: the certificates or the counterexample that the verdict rests on, if they are to be kept: the names of
            their files, and texts.
        false_parts: of a statement of several, which of them are REFUTED, counted from 0.
        certificates: if they were asked for, the parts that were proved, each with its certificate if one was found.
    """

    id: str
    title: str
    statement: str
    verdict: str
    expected: str
    evidence: str
    hypotheses: tuple[str, ...]
    counterexample: Counterexample | None
    corrected_by: str | None
    reason: str
    file: str
    line: int
    seconds: float
    chains: tuple[str, ...] = ()
    estimates: tuple[tuple[Link, ...], ...] = ()
    advice: tuple[str, ...] = ()
    trace: str = ""
    false_parts: tuple[int, ...] = ()
    certificates: tuple[Certified, ...] = ()
    kept: tuple[tuple[str, str], ...] = ()

    @property
    def as_expected(self) -> bool:
        """Whether the check reached the verdict that the file expects."""
        return self.verdict == self.expected

    @property
    def certificate_lines(self) -> int:
        """How long the certificates are that were kept; 0 where none was."""
        return sum(text.count("\n") for name, text in self.kept if name.endswith(".jsonl"))

    def record(self) -> dict[str, Any]:
        """The result as an object for JSON."""
        return {
            "id": self.id,
            "title": self.title,
            "statement": self.statement,
            "verdict": self.verdict,
            "expected": self.expected,
            "as_expected": self.as_expected,
            "evidence": self.evidence,
            "chains": list(self.chains),
            "hypotheses": list(self.hypotheses),
            "counterexample": counterexample_record(self.counterexample),
            "corrected_by": self.corrected_by,
            "reason": self.reason,
            "advice": list(self.advice),
            "file": self.file,
            "line": self.line,
            "seconds": round(self.seconds, 3),
        }


def counterexample_record(found: Counterexample | None) -> dict[str, Any] | None:
    """A counterexample as an object for JSON, None where there is none."""
    if found is None:
        return None
    return {
        "values": found.values,
        "lhs": found.lhs,
        "rhs": found.rhs,
        "certainty": found.certainty,
        "seed": found.seed,
    }


def check_entry(
    entry: Entry,
    *,
    seed: int | None = None,
    notation: str | Notation = "lecture",
    limits: Limits | None = None,
    certify: bool = False,
    keep: Keep | None = None,
) -> Result:
    """Check one claim. An exception becomes a result with the verdict ``"ERROR"``, so that others still run.

    Args:
        entry: the claim.
        seed: what the drawn matrices follow from; None for the usual one.
        notation: how the statement is written.
        limits: the time, memory and digits that may be used; None for the usual ones.
        certify: whether certificates are looked for where the claim is proved; within limits of their own.
        keep: the certificates and counterexamples that were kept, and that those which are found shall be; None for
            neither. With them, as in a build, nobody is advised, unless certificates are asked for.
    """
    started = time.perf_counter()
    claim = entry.claim
    verdict: Verdict | None = None
    statement = reason = trace = ""
    advice: tuple[str, ...] = ()
    chains: tuple[str, ...] = ()
    estimates: tuple[tuple[Link, ...], ...] = ()
    hypotheses: tuple[Sentence, ...] = ()
    shelf = Shelf(keep.texts if keep else {})
    try:
        with spending(limits), at_hand(shelf):
            statement = claim_latex(claim, notation)
            verdict = verify(claim, seed=SEED if seed is None else seed)
            reason = verdict.reason
            hypotheses = tuple(given_sentence(given, notation) for given in verdict.given)
            estimates = verdict.chains
            chains = chains_latex(claim, estimates, notation)
            if verdict.kind is not claim.expected and (keep is None or certify):
                advice = tuple(map(str, verdict.advice))
    except ExhaustedError as error:
        return undecided(entry, str(error), statement=statement, seconds=time.perf_counter() - started)
    except SymrnnError as error:
        reason = str(error)
    except RecursionError:
        reason = str(too_deep())
        return undecided(entry, reason, statement=statement, seconds=time.perf_counter() - started)
    except Exception as error:
        reason = f"internal error, please report it: {type(error).__name__}: {error}"
        trace = traceback.format_exc()
    proved = verdict if verdict is not None and verdict.kind is Kind.PROVED else None
    return Result(
        kept=keep.files(claim.id, shelf, verdict)
        if keep and verdict is not None and verdict.kind in KEPT_KINDS
        else (),
        certificates=certificates_of(claim, limits, proved) if certify and proved else (),
        id=claim.id,
        title=claim.title,
        statement=statement,
        verdict=ERROR if verdict is None else verdict.kind.value,
        expected=claim.expected.value,
        evidence="" if verdict is None else verdict.evidence,
        hypotheses=hypotheses,
        counterexample=None if verdict is None else verdict.counterexample,
        corrected_by=claim.corrected_by,
        reason=reason,
        file=shown_path(entry.path),
        line=entry.line,
        seconds=time.perf_counter() - started,
        chains=chains,
        estimates=estimates,
        advice=advice,
        trace=trace,
        false_parts=_false_parts(verdict),
    )


def _false_parts(verdict: Verdict | None) -> tuple[int, ...]:
    parts = () if verdict is None else verdict.parts
    return tuple(at for at, part in enumerate(parts) if part.kind is Kind.REFUTED)


def undecided(entry: Entry, reason: str, *, statement: str = "", seconds: float = 0.0) -> Result:
    """The result of a claim whose check was given up."""
    return Result(
        id=entry.claim.id,
        title=entry.claim.title,
        statement=statement,
        verdict=Kind.UNDECIDED.value,
        expected=entry.claim.expected.value,
        evidence="",
        hypotheses=(),
        counterexample=None,
        corrected_by=entry.claim.corrected_by,
        reason=reason,
        file=shown_path(entry.path),
        line=entry.line,
        seconds=seconds,
    )
