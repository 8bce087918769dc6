"""The program that is printed is the backward pass that the checker proves, term by term."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import sympy as sp
from codegen.harness import NETS
from codegen.test_losses import NETS as LOSSES
from codegen.test_losses import UNUSUAL

import symrnn.codegen
from symrnn.calculus.backward import Backward
from symrnn.calculus.differential import added
from symrnn.calculus.edges import Edges, Summed
from symrnn.cells import LSTM, Bidirectional, deep
from symrnn.codegen import generate
from symrnn.codegen.naming import with_names
from symrnn.codegen.shares import Share, passed_back
from symrnn.derivation.verdict import Kind
from symrnn.expr import Element, Sequence, Variable
from symrnn.recurrence import Recurrence

MORE: dict[str, Recurrence] = {"two layers": deep(LSTM, layers=2), "both ways": Bidirectional(LSTM())}
ALL = NETS | LOSSES | UNUSUAL | MORE


def pass_of(net: Recurrence) -> Backward:
    """What is printed: the backward pass of the recurrence in which every factor has a name."""
    return with_names(net).backward(next(iter(net.totals)))


def quantities(back: Backward) -> list[sp.MatrixSymbol | Sequence]:
    """All that has an error; of what only the total looks at, a weight stands in its place."""
    net = back.recurrence
    nodes = [node.sequence for node in back.edges.nodes if not back.edges.is_weighted(node)]
    return [*net.parameters, *net.inputs, *nodes]


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", ["Elman", "squared error, last"])
def test_the_pass_that_is_printed_is_proved(name: str) -> None:
    """Every equation of it: the errors of pre-activations among them, each parameter, each input."""
    verdicts = pass_of(ALL[name]).verify()
    assert {str(about): verdict.kind for about, verdict in verdicts.items() if verdict.kind is not Kind.PROVED} == {}
    assert any(about.startswith("d L/d a[t]") for about in verdicts)


@pytest.mark.parametrize("name", ALL)
def test_what_is_printed_are_the_equations(name: str) -> None:
    """At every index at which an equation holds, its terms are those that the program hands on to that index."""
    back = pass_of(ALL[name])
    shares = passed_back(back.edges, quantities(back))
    given = [q.at(back.edges.index) for q in quantities(back) if isinstance(q, Sequence)]
    inputs = [q for q in given if back.recurrence.role(q) is None]
    steps = [*back.errors, *(step for q in inputs for step in back.errors_of(q))]
    used: set[Share] = set()
    for step in steps:
        terms = [added(step.quantity.shape, term.gradient()) for term in step.terms]
        reached = [(share, at) for share in shares if (at := index_of(back, share, step.quantity)) is not None]
        arrive = {share: share.term.xreplace({back.edges.index: at}) for share, at in reached}
        for term in terms:
            known = [share for share, there in arrive.items() if there == term]
            assert known, (step.quantity, term)
            used.update(known)
    for parameter in back.recurrence.parameters:
        if isinstance(parameter, sp.MatrixSymbol):
            terms = [added(parameter.shape, each.term.gradient()) for each in back.edges.arriving(parameter)]
            own = [share for share in shares if share.to == parameter]
            assert [share.term for share in own] == terms
            used.update(own)
    assert set(shares) == used, "the program hands on what no equation speaks of"


def index_of(back: Backward, share: Share, quantity: Element) -> Any:
    """The index of the program at which a share goes to a quantity; None for another quantity."""
    if share.to.name != quantity.name:
        return None
    t = back.edges.index
    lag = back.edges.lag(share.to)
    return sp.expand(share.to.index + t - quantity.index if lag is None else quantity.index + lag)


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", ["Elman", "GRU", "softmax cross-entropy, last", "from both ends"])
def test_another_equation_is_another_program(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each term of the pass in its turn doubled, or left out where it is not the only one: the program follows."""
    net, right = ALL[name], generate(ALL[name])
    arriving, back = Edges.arriving, pass_of(net)
    at, equations = back.edges.index, back.equations()
    everything = [q if isinstance(q, sp.MatrixSymbol) else q.at(at) for q in quantities(back)]
    for quantity in everything:
        count = len(arriving(back.edges, quantity))
        for place in range(count):
            for changed in (doubled, left_out) if count > 1 else (doubled,):

                def other(edges: Edges, wrt: Variable, slip: Any = (quantity, place, changed)) -> tuple[Summed, ...]:
                    found = arriving(edges, wrt)
                    return tuple(slip[2](found, slip[1])) if wrt == slip[0] else found

                with monkeypatch.context() as patched:
                    patched.setattr(Edges, "arriving", other)
                    assert generate(net) != right, (quantity, place, changed.__name__)
                    assert pass_of(net).equations() != equations


def doubled(found: tuple[Summed, ...], place: int) -> Iterator[Summed]:
    for index, each in enumerate(found):
        parts = tuple(replace(part, left=(sp.Integer(2), *part.left)) for part in each.term.parts)
        term = replace(each.term, parts=parts, immediate=sp.MatMul(2, each.term.immediate))
        yield replace(each, term=term) if index == place else each


def left_out(found: tuple[Summed, ...], place: int) -> Iterator[Summed]:
    return (each for index, each in enumerate(found) if index != place)


def test_nothing_in_codegen_differentiates() -> None:
    """Of the calculus it knows the terms of the pass, and how to add."""
    known = set()
    for path in Path(symrnn.codegen.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and str(node.module).startswith("symrnn.calculus"):
                known |= {alias.name for alias in node.names}
            assert not (isinstance(node, ast.Attribute) and node.attr in {"diff", "derive"}), (path, node.lineno)
    assert known == {"Edges", "Summed", "added"}
