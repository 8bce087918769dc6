"""Derivations on the terminal, folded to its width with their verdicts, and as records for machines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp
from rich.console import Console
from rich.table import Table
from rich.text import Text

from symrnn.derivation import Derivation, Verdict
from symrnn.expr import Element
from symrnn.latex import LECTURE, Notation, derivation_latex, latex, to_text
from symrnn.latex.derivations import shortened_text
from symrnn.latex.spelling import is_slope, spelling_of
from symrnn.library import counterexample_record
from symrnn.render.table import WEAK, counterexample_text


def derivation_record(
    derivation: Derivation, verdict: Verdict, cell: str, form: str, notation: str | Notation = "lecture"
) -> dict[str, Any]:
    """A derivation with its verdict, as an object for JSON; terms as text, and in LaTeX where they end.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity").undriven()
    >>> derivation = rnn.derive(rnn.h[t], wrt=rnn.h[0])
    >>> record = derivation_record(derivation, derivation.verify(), "Elman", "jacobian")
    >>> record["derived"], record["closed_form"], record["verdict"], record["conditions"]
    ('dh[t]/dh[0]', 'W_hh^t', 'PROVED', ['t >= 0'])
    """
    return {
        "cell": cell,
        "derived": to_text(derivation.start, abbreviate=False),
        "form": form,
        "steps": [
            {
                "term": to_text(step.after, abbreviate=False),
                "latex": latex(step.after, notation),
                "rule": step.rule,
                "reason": step.reason,
                "hypotheses": list(step.hypotheses),
            }
            for step in derivation.steps
        ],
        "conditions": [str(condition) for condition in derivation.where],
        "closed_form": to_text(derivation.closed_form, abbreviate=False),
        "latex": derivation_latex(derivation, notation),
        "verdict": verdict.kind.value,
        "evidence": verdict.evidence,
        "hypotheses": list(verdict.hypotheses),
        "counterexample": counterexample_record(verdict.counterexample),
        "reason": verdict.reason,
    }


def print_derivation(derivation: Derivation, verdict: Verdict, cell: str, console: Console) -> None:
    """Print the steps with their rules and reasons, what abbreviations mean, and the verdict with what it rests on."""
    lines = Table.grid(padding=(0, 1, 0, 0))
    lines.add_column(width=3, justify="right")
    lines.add_column(overflow="fold")
    short = shortened_text(derivation)
    start, *afters = short.terms
    for step, after in zip(derivation.steps, afters, strict=True):
        lines.add_row(Text("="), Text(to_text(after), "bold" if step is derivation.steps[-1] else ""))
        lines.add_row("", Text(f"  {step.rule}: {step.reason}", "dim"))
    for name, meaning in short.meanings:
        lines.add_row("", Text(f"with {to_text(name)} = {to_text(meaning)}"))
    for abbreviation in _abbreviations(derivation):
        lines.add_row("", Text(f"with {abbreviation}"))
    if derivation.where:
        lines.add_row("", Text(f"for {', '.join(map(str, derivation.where))}"))
    for text in _verdict(verdict):
        lines.add_row("", text)
    console.print(Text(f"{to_text(start)}, {cell}", "bold"), lines, sep="\n")


def _verdict(verdict: Verdict) -> Iterator[Text]:
    kind = verdict.kind.value
    evidence = f": {verdict.evidence}" if verdict.evidence else ""
    yield Text(kind, f"bold {WEAK.get(kind, 'green')}").append(evidence, "not bold default")
    if verdict.reason:
        yield Text(f"  because {verdict.reason}")
    if verdict.counterexample is not None:
        yield counterexample_text(verdict.counterexample)
    for hypothesis in verdict.hypotheses:
        yield Text(f"  given: {hypothesis}", "dim")


def _abbreviations(derivation: Derivation) -> dict[str, None]:
    """What D[t] stands for, where it is written."""
    index, found = derivation.recurrence.index, dict[str, None]()
    for term in (derivation.start, *(step.after for step in derivation.steps)):
        slopes = spelling_of(term, abbreviations=LECTURE.abbreviations).slopes
        for part in term.atoms(sp.DiagMatrix):
            if is_slope(part) and part.args[0].argument.name in slopes:
                element = part.args[0].argument
                meant = part.xreplace({element: Element(element.args[0], index, *element.shape)})
                found[f"{to_text(meant)} = {to_text(meant, abbreviate=False)}"] = None
    return found
