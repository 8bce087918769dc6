"""The comparisons see every slip: a backward pass with one part taken out or changed never passes them."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from codegen.harness import NETS, draw, gap, gradients, load, module_of
from codegen.test_gradients import TOLERANCE

from symrnn.codegen import generate


def variants(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """Copies of a module, each with one slip in the loop of ``backward``."""
    for place, node in enumerate(ast.walk(tree)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Sub | ast.Mult | ast.MatMult | ast.Pow):
            for side in ("left", "right"):
                yield f"{ast.unparse(node)}: only the {side} side", _replaced(tree, place, getattr(node, side))
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Sub):
            yield f"{ast.unparse(node)}: plus", _replaced(tree, place, ast.BinOp(node.left, ast.Add(), node.right))
        if isinstance(node, ast.Attribute) and node.attr == "T":
            yield f"{ast.unparse(node)}: not transposed", _replaced(tree, place, node.value)


def _replaced(tree: ast.Module, place: int, by: ast.expr) -> ast.Module:
    """A copy of a tree with another expression at a place in the walk."""
    new = copy.deepcopy(tree)
    old = list(ast.walk(new))[place]
    for parent in ast.walk(new):
        for field, value in ast.iter_fields(parent):
            if value is old:
                setattr(parent, field, copy.deepcopy(by))
            elif isinstance(value, list) and any(entry is old for entry in value):
                setattr(parent, field, [copy.deepcopy(by) if entry is old else entry for entry in value])
    return ast.fix_missing_locations(new)


def slips(code: str) -> Iterator[tuple[str, str]]:
    """The code with one slip in the loop of ``backward``, and what it is."""
    whole = ast.parse(code)
    backward = next(part for part in whole.body if isinstance(part, ast.FunctionDef) and part.name == "backward")
    loop = next(part for part in backward.body if isinstance(part, ast.For))
    for what, mutant in variants(ast.Module(copy.deepcopy(loop.body), [])):
        kept, loop.body = loop.body, mutant.body  # type: ignore[assignment]
        yield what, ast.unparse(whole)
        loop.body = kept


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", ["LSTM", "PeepholeLSTM", "ResetAfterGRU", "Leaky"])
def test_every_slip_is_seen(name: str, tmp_path: Path) -> None:
    net = NETS[name]
    drawn = draw(net, name)
    right = gradients(module_of(net, tmp_path), drawn)
    seen = 0
    for what, code in slips(generate(net)):
        module = load(code, tmp_path, f"slip_{seen}")
        try:
            found = gradients(module, drawn)
            worst = max(
                gap(found[part][key], right[part][key]) if found[part][key].shape == right[part][key].shape else np.inf
                for part in range(3)
                for key in right[part]
            )
        except (ValueError, TypeError, KeyError):
            worst = np.inf  # shapes that do not fit, or an index that is not there
        assert worst > 1e3 * TOLERANCE, what
        seen += 1
    assert seen >= 30
