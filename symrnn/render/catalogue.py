"""The catalogue of activations: a table of all, one entry whole, and records for machines."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from symrnn.activations import Activation, Root, z
from symrnn.render.table import WIDE
from symrnn.slopes import Bound, SlopeBounds, slope_bounds
from symrnn.slopes.pieces import pieces_of

SHOWN_DIGITS = 18
"""How many characters of a decimal a table shows."""


def activation_record(phi: Activation) -> dict[str, Any]:
    """Everything that is known of an activation, as an object for JSON; numbers are exact, or 50 digits, as text.

    Raises:
        ProofError: when no method proves a bound.

    >>> from symrnn.activations import activation
    >>> record = activation_record(activation("sigmoid"))
    >>> record["sup"], record["sup_value"][:6], record["attained"]["sup"], record["method"]
    ('1/4', '0.2500', 'attained at z = 0', 'square certificate')
    """
    bounds = slope_bounds(phi)
    conventions = dict(phi.conventions())
    roots = {root for value in (bounds.sup, bounds.inf, *_places(bounds)) for root in value.atoms(Root)}
    return {
        "name": phi.name,
        "parameters": {name: str(value) for name, value in phi.parameters},
        "hypotheses": [str(hypothesis) for hypothesis in phi.hypotheses],
        "formula": str(phi.formula),
        "derivative": str(derivative(phi)),
        "derivative_in_value": None if phi.slope_in_value is None else str(phi.slope_in_value),
        "sup": str(bounds.sup),
        "sup_value": bounds.sup_value or None,
        "inf": str(bounds.inf),
        "inf_value": bounds.inf_value or None,
        "attained": {"sup": bounds.upper.extreme.where(), "inf": bounds.lower.extreme.where()},
        "roots": {root.name: root.definition for root in sorted(roots, key=str)},
        "lipschitz": _lipschitz(phi),
        "smoothness": phi.smoothness_class,
        "monotone": phi.monotone,
        "kinks": [
            {"z": str(kink), "derivative": None if stated is None else str(stated), "torch": str(torch)}
            for kink, torch in zip(phi.kinks, phi.torch_at_kinks, strict=True)
            for stated in [conventions.get(kink)]
        ],
        "method": bounds.method,
        "proof": bounds.explain().splitlines(),
        "source": phi.source,
        "torch": phi.torch or None,
        "note": phi.note,
    }


def _places(bounds: SlopeBounds) -> tuple[sp.Set, ...]:
    return tuple(bound.extreme.at for bound in (bounds.upper, bounds.lower) if bound.extreme.at is not None)


def _lipschitz(phi: Activation) -> str | None:
    """The Lipschitz constant; values taken at kinks by convention have no part in it."""
    return None if phi.lipschitz is None else str(slope_bounds(replace(phi, at_kink=None)).abs_sup)


def derivative(phi: Activation) -> sp.Expr:
    """φ' as one expression; at a kink without a convention it has no value.

    >>> from symrnn.activations import activation
    >>> derivative(activation("relu"))
    Piecewise((0, z < 0), (1, z > 0))
    """
    if not phi.kinks or phi.at_kink is not None:
        return phi.derivative()
    return sp.Piecewise(*((piece.slope, _between(piece.start, piece.end)) for piece in pieces_of(phi)))


def _between(low: sp.Expr, high: sp.Expr) -> sp.Basic:
    conditions = [] if low is -sp.oo else [sp.Gt(z, low, evaluate=False)]
    conditions += [] if high is sp.oo else [sp.Lt(z, high, evaluate=False)]
    return sp.And(*conditions, evaluate=False)


def in_cases(formula: sp.Expr) -> str:
    """A formula in print, a piecewise one in words.

    >>> from symrnn.activations import activation
    >>> in_cases(activation("hardswish").formula)
    '0 if z <= -3; z*(z + 3)/6 if z < 3; else z'
    """
    if not isinstance(formula, sp.Piecewise):
        return str(formula)
    cases = [f"else {value}" if holds == sp.true else f"{value} if {_words(holds)}" for value, holds in formula.args]
    return "; ".join(cases)


def _words(condition: sp.Basic) -> str:
    if isinstance(condition, sp.And):
        return " and ".join(sorted(map(str, condition.args)))
    return str(condition)


# -- all of them -------------------------------------------------------------------------------------------


def catalogue_table(entries: Sequence[Activation], console: Console) -> Table:
    """A row for each activation: its formula, and the extreme slopes with the places where they are taken."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False, padding=(0, 1, 0, 0))
    table.add_column("activation", style="bold", no_wrap=True)
    wide = console.width >= WIDE
    if wide:
        table.add_column("φ(z)", overflow="fold", ratio=3)
    table.add_column("sup φ'", overflow="fold", ratio=2)
    table.add_column("inf φ'", overflow="fold", ratio=2)
    for phi in entries:
        bounds = slope_bounds(phi)
        name = "\n  ".join([phi.name, *(f"{key}={value}" for key, value in phi.parameters)])
        formula = [in_cases(phi.formula)] if wide else []
        table.add_row(name, *formula, _extreme(bounds.upper), _extreme(bounds.lower))
    return table


def _extreme(bound: Bound) -> Text:
    value = bound.extreme.value
    long = not (value.is_Integer or value.is_infinite) and (len(str(value)) > SHOWN_DIGITS or not value.is_Rational)
    text = Text(f"{bound.decimal[:SHOWN_DIGITS]}..." if long and bound.decimal else str(value))
    return text.append(f"\n{bound.extreme.where()}", "dim")


# -- one of them -------------------------------------------------------------------------------------------


def print_activation(phi: Activation, console: Console) -> None:
    """Print everything about one activation, the proof of its bounds at the end, line by line as it is."""
    facts = Table.grid(padding=(0, 2, 0, 0))
    facts.add_column(style="bold", no_wrap=True)
    facts.add_column(overflow="fold")
    for name, text in _facts(phi):
        facts.add_row(name, Text(text))
    console.print(facts, Text("\nproof, replayed:", "bold"), sep="\n")
    _, *proof = slope_bounds(phi).explain().splitlines()
    console.print(Text("\n").join(map(Text, proof)), soft_wrap=True)


def _facts(phi: Activation) -> Iterator[tuple[str, str]]:
    bounds = slope_bounds(phi)
    yield "name", phi.title
    yield from (("given", str(hypothesis)) for hypothesis in phi.hypotheses)
    yield "φ(z)", in_cases(phi.formula)
    yield "φ'(z)", in_cases(derivative(phi))
    if phi.slope_in_value is not None:
        yield "", f"= {phi.slope_in_value} with p = φ(z)"
    for name, bound in (("sup φ'", bounds.upper), ("inf φ'", bounds.lower)):
        yield name, str(bound.extreme.value)
        if bound.decimal and not bound.extreme.value.is_infinite:
            yield "", f"= {bound.decimal}"
        yield "", bound.extreme.where()
    yield "Lipschitz", _lipschitz(phi) or "no constant"
    yield "smoothness", phi.smoothness_class
    yield "monotone", {True: "yes", False: "no", None: "depends on the parameters"}[phi.monotone]
    stated = dict(phi.conventions())
    for kink, torch in zip(phi.kinks, phi.torch_at_kinks, strict=True):
        taken = f"φ' is taken as {stated[kink]}" if kink in stated else "φ' has no value; state one with at_kink=..."
        yield "kink", f"z = {kink}: {taken} (PyTorch takes {torch})"
    yield "method", bounds.method
    yield "source", phi.source
    yield "PyTorch", f"torch.nn.{phi.torch}" if phi.torch else "not there"
    if phi.note:
        yield "note", phi.note
