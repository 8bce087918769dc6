"""What an editor is told of the front door: no method hides its type, and each one that looks up is what it says."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from importlib import import_module
from typing import Any, get_type_hints

import pytest

import symrnn
from symrnn import late
from symrnn.calculus import Backward
from symrnn.cells.cell import Named
from symrnn.derivation import Claim, Derivation, Verdict
from symrnn.evaluate import Assignment, Evaluator
from symrnn.recurrence import Recurrence
from symrnn.truncation import Truncation

OF_ANY_NUMBER_SYSTEM = {Assignment, Evaluator}
"""Classes whose numbers are of the system that a caller chooses."""


def public_methods() -> Iterator[tuple[str, Any]]:
    """Methods and properties of the classes that users import."""
    rooms = [import_module(f"symrnn.{room}") for room in ("calculus", "cells", "derivation", "expr", "truncation")]
    front = [getattr(where, name) for where in (symrnn, *rooms) for name in where.__all__]
    for owner in {each for each in front if inspect.isclass(each)} - OF_ANY_NUMBER_SYSTEM:
        for name, member in vars(owner).items():
            work = getattr(member, "fget", None) or getattr(member, "func", None) or getattr(member, "__func__", member)
            if not name.startswith("_") and inspect.isfunction(work):
                yield f"{owner.__name__}.{name}", work


def test_no_public_method_is_annotated_with_any() -> None:
    hints = {name: get_type_hints(method) for name, method in public_methods()}
    assert hints.keys() >= {"Recurrence.derive", "Verdict.explain", "Backward.recursion", "Elman.D"}
    assert [(name, what) for name, found in hints.items() for what in found if "Any" in str(found[what])] == []


def test_what_is_derived_and_verified_has_a_type() -> None:
    found = {
        Recurrence.derive: Derivation,
        Recurrence.backward: Backward,
        Recurrence.with_loss: Named,
        Derivation.verify: Verdict,
        Claim.verify: Verdict,
        Truncation.verify: Verdict,
    }
    assert {method: get_type_hints(method)["return"] for method in found} == found


def test_late_looks_where_the_name_is_defined() -> None:
    for name, home in late.HOMES.items():
        assert getattr(late, name) is getattr(import_module(home), name)
        assert getattr(late, name).__module__ == home


def test_late_looks_up_nothing_else() -> None:
    with pytest.raises(AttributeError, match="no method looks up sympify"):
        _ = late.sympify  # type: ignore[attr-defined]
