"""What a node still lacks: every node has a rule in every operation, or stands here with the reason why not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sympy as sp
from expr.test_nodes import NODES

import symrnn.expr
from symrnn.calculus import differential
from symrnn.certify.translate import Translator
from symrnn.codegen.columns import Columns
from symrnn.evaluate.walk import Walk
from symrnn.expr import Derivative, Moment, Term
from symrnn.expr.binder import Binder
from symrnn.latex.walk import write

BASES = (Term, Binder, Derivative, Moment)
"""What nodes are made from; a rule for one of them is a rule for its nodes."""


def nodes() -> dict[str, type[sp.Basic]]:
    """Every kind of term that symrnn.expr has, by name."""
    found = {name: getattr(symrnn.expr, name) for name in symrnn.expr.__all__}
    return {
        name: kind
        for name, kind in found.items()
        if isinstance(kind, type) and issubclass(kind, Term) and kind not in BASES
    }


def of_method(owner: type, name: str) -> Callable[[type], Any]:
    """The rule of a ``singledispatchmethod`` for a kind of node."""
    dispatch: Callable[[type], Any] = owner.__dict__[name].dispatcher.dispatch
    return dispatch


OPERATIONS: dict[str, Callable[[type], Any]] = {
    "symrnn/calculus/differential.py": differential.dispatch,
    "symrnn/evaluate/walk.py": of_method(Walk, "node"),
    "symrnn/latex/rules.py": write.dispatch,
    "symrnn/codegen/columns.py": of_method(Columns, "write"),
    "symrnn/certify/translate.py": of_method(Translator, "term"),
}
"""The rule for a kind of node, by the file that has the rules."""

DERIVATIVES = ("Differential", "Gradient", "TotalJacobian", "ImmediateJacobian")
WITHOUT: dict[str, dict[str, str]] = {
    "symrnn/calculus/differential.py": {
        **dict.fromkeys(DERIVATIVES, "closed forms and equations are differentiated, and have none in them"),
        **dict.fromkeys(("ClipByValue", "Stack"), "clipping is not differentiated"),
        **dict.fromkeys(("Expectation", "Variance"), "what is random is not differentiated"),
        "GenericFunction": "it stands for an equation, and calculus/identification.py says what moves it",
        "OrderedProduct": "no equation has it",
    },
    "symrnn/evaluate/walk.py": {"GenericFunction": "its values are those of the recurrence that has it"},
    "symrnn/codegen/columns.py": {
        **dict.fromkeys(("Differential", "TotalJacobian"), "a program has the closed form"),
        **dict.fromkeys(("ClipByValue", "Expectation", "Variance"), "no recurrence has it"),
        "GenericFunction": "the caller hands in its slope",
        "OrderedProduct": "no equation has it, and the backward pass is a loop",
    },
    "symrnn/certify/translate.py": {
        **dict.fromkeys(("ClipByValue", "Stack"), "clipping has certificates of its own"),
        "GenericFunction": "a definition, not a term of the kernel",
    },
}
"""Nodes for which an operation has no rule, on purpose."""

UNSAMPLED = {"ClipByValue", "Concatenation", "Expectation", "LogSumExp", "Selector", "Softmax", "Stack", "Variance"}
"""Nodes that have a test file of their own in place of a sample in test_nodes.py."""


@pytest.mark.parametrize("file", OPERATIONS)
def test_every_node_has_a_rule(file: str) -> None:
    rule = OPERATIONS[file]
    without = {name for name, kind in nodes().items() if rule(kind) is rule(Term)}
    missing = sorted(without - set(WITHOUT.get(file, {})))
    assert not missing, f"{file} has no rule for {', '.join(missing)}; add one, or say in WITHOUT why there is none"
    kept = sorted(set(WITHOUT.get(file, {})) - without)
    assert not kept, f"{file} has a rule for {', '.join(kept)}; take it out of WITHOUT"


def test_every_node_has_a_sample() -> None:
    missing = sorted(set(nodes()) - {type(node).__name__ for node in NODES} - UNSAMPLED)
    assert not missing, f"add a sample of {', '.join(missing)} to NODES in tests/expr/test_nodes.py"


def test_every_node_is_exported() -> None:
    """A class that is not in ``symrnn.expr`` is not looked at by the tests above."""

    def kinds(kind: type) -> set[type]:
        return {kind}.union(*map(kinds, kind.__subclasses__()))

    own = {kind.__name__ for kind in kinds(Term) if kind.__module__.startswith("symrnn.expr.")}
    missing = sorted(own - set(nodes()) - {base.__name__ for base in BASES})
    assert not missing, f"export {', '.join(missing)} from symrnn/expr/__init__.py"
