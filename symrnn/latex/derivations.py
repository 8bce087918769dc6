"""Derivations and estimates in LaTeX, and derivations as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import sympy as sp
from sympy.core.relational import Relational

from symrnn.derivation.claim import Claim
from symrnn.derivation.inequality import Limit
from symrnn.derivation.steps import Derivation
from symrnn.derivation.verdict import Link
from symrnn.errors import UnknownTermError
from symrnn.latex.conditions import conditions
from symrnn.latex.layout import (
    PAGE,
    aligned,
    where_clause,
)
from symrnn.latex.layouts import laid_out, laid_out_within
from symrnn.latex.naming import Named, named
from symrnn.latex.networks import at_home
from symrnn.latex.notation import Notation
from symrnn.latex.statements import RELATIONS, defining, noted
from symrnn.latex.text import to_text
from symrnn.latex.writer import latex
from symrnn.sentences import Sentence


def derivation_latex(
    derivation: Derivation,
    notation: str | Notation = "lecture",
    *,
    letters: float = PAGE,
    definitions: bool = False,
    notes: Sequence[str] = (),
) -> str:
    r"""Write a derivation as an ``aligned`` block, the reason beside each line.

    Args:
        derivation: the derivation.
        notation: the notation.
        letters: how many letters fit on a line, see :func:`symrnn.latex.width.width`.
        definitions: whether the abbreviations in it are defined below it.
        notes: what it assumes, as LaTeX.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> r"\text{" in derivation_latex(rnn.derive(rnn.h[t], wrt=rnn.h[0]))
    True
    """
    notation = at_home(notation, derivation.recurrence)
    found = laid_out(derivation.terms, notation)
    start, *afters = found.terms
    ends = defining(found.terms, notation, letters) if definitions else []
    lines = [(after, step.reason) for step, after in zip(derivation.steps, afters, strict=True)]
    return aligned(start, lines, found.notation, letters=letters, ends=[*found.notes, *noted(notes, letters), *ends])


def chain_latex(
    chain: tuple[Link, ...],
    notation: str | Notation = "lecture",
    *,
    letters: float = PAGE,
    limit: Limit | None = None,
) -> str:
    r"""Write a chain of inequalities as an ``aligned`` block, the reason beside each line.

    >>> x, y = sp.symbols("x y", nonnegative=True)
    >>> print(chain_latex((Link("", x), Link("<=", x + y, "by monotony"))))
    \begin{aligned} x &\le x + y && \text{by monotony} \end{aligned}
    """
    first, *rest = (replace(link, scalar=laid_out_within(link.scalar, notation)) for link in chain)
    signs = [RELATIONS[link.relation] for link in rest]
    lines = [(link.scalar, link.reason) for link in rest]
    if limit is not None and not first.scalar.is_number:
        known = tuple(each for each in limit.given if isinstance(each, Relational))
        given = conditions(replace(limit, where=(), given=known), notation)
        since = f"since ${', '.join(given)}$" if given else ""
        signs.append(rf"\xrightarrow{{{latex(limit.index, notation)} \to \infty}}")
        lines.append((sp.sympify(limit.value), Sentence(since).marked if since else ""))
    return aligned(first.scalar, lines, notation, signs, letters=letters)


def chains_latex(
    claim: Claim, chains: Iterable[tuple[Link, ...]], notation: str | Notation = "lecture", *, letters: float = PAGE
) -> tuple[str, ...]:
    r"""Write the estimates by which a claim is proved; one for a limit ends with what it tends to.

    >>> from symrnn.derivation import Kind
    >>> q, k = sp.Symbol("q", nonnegative=True), sp.Symbol("k", integer=True)
    >>> claim = Claim("G", "", Limit(q**k, k, 0, given=(q < 1,)), Kind.PROVED)
    >>> (found,) = chains_latex(claim, [(Link("", q**k), Link("<=", q**k, "it is"))], "plain")
    >>> print(found.partition(r" \\ ")[2])
    &\xrightarrow{k \to \infty} 0 && \text{since }0 \le q < 1 \end{aligned}
    """
    notation = at_home(notation, claim.recurrence)
    parts = getattr(claim.statement, "parts", (claim.statement,))
    limits = {part.of: part for part in parts if isinstance(part, Limit)}
    return tuple(chain_latex(chain, notation, letters=letters, limit=limits.get(chain[0].scalar)) for chain in chains)


def abbreviations_latex(derivation: Derivation, notation: str | Notation = "lecture") -> str:
    """The abbreviations that a derivation is written with; empty when there are none."""
    notation = at_home(notation, derivation.recurrence)
    return where_clause(laid_out(derivation.terms, notation).terms, notation)


def shortened_text(derivation: Derivation) -> Named:
    """The terms of a derivation for plain text, with names for what is long."""
    return named(derivation.terms, str(derivation.recurrence.index), lambda term: len(to_text(term)))


def explain(derivation: Derivation) -> str:
    """Write a derivation as plain text, a step on each line with its rule and its reason.

    Raises:
        UnknownTermError: for anything but a derivation.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> print(explain(rnn.derive(rnn.h[t], wrt=rnn.h[0])).splitlines()[0])
    dh[t]/dh[0]
    """
    if not isinstance(derivation, Derivation):
        advice = "derive one, as in explain(rnn.derive(rnn.h[t], wrt=rnn.W_hh)); a verdict has a method explain()"
        raise UnknownTermError(f"{derivation!r} is not a derivation", advice=advice)
    short = shortened_text(derivation)
    start, *afters = short.terms
    lines = [to_text(start)]
    for step, after in zip(derivation.steps, afters, strict=True):
        lines += [f"  = {to_text(after)}", f"      [{step.rule}] {step.reason}"]
    lines += [f"  with {to_text(name)} = {to_text(meaning)}" for name, meaning in short.meanings]
    if derivation.where:
        lines.append(f"  for {', '.join(map(str, derivation.where))}")
    return "\n".join(lines)
