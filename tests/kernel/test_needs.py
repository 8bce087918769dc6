"""Attacks on what the rules, systems and terms ask for; and whether each condition is asked for by one of them."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from kernel import refused

import symrnn.kernel
from symrnn.kernel.errors import NotProvedError

KERNEL = Path(str(symrnn.kernel.__file__)).parent
ATTACKED = ("rules.py", "steps.py", "system.py", "terms.py")


@pytest.mark.parametrize("name", refused.ATTACKS)
def test_attacks_are_refused(name: str):
    with pytest.raises(NotProvedError):
        refused.ATTACKS[name]()


def conditions(source: str) -> Iterator[ast.Expr]:
    """The statements of a module that ask for something."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            function = node.value.func
            if isinstance(function, ast.Name) and function.id in ("need", "need_all"):
                yield node


def without(source: str, node: ast.Expr) -> str:
    """The source with a statement taken out."""
    lines = source.splitlines()
    assert node.end_lineno is not None
    lines[node.lineno - 1 : node.end_lineno] = [" " * node.col_offset + "pass"]
    return "\n".join(lines)


def missed(file: str, tmp_path: Path) -> list[str]:
    """The conditions of a module that no attack misses."""
    package = tmp_path / "symrnn"
    shutil.copytree(KERNEL, package / "kernel")
    (package / "__init__.py").write_text("")
    source = (KERNEL / file).read_text("utf-8")
    found = []
    for node in conditions(source):
        (package / "kernel" / file).write_text(without(source, node), "utf-8")
        run = subprocess.run(
            [sys.executable, "-B", str(Path(str(refused.__file__)))],
            env={"PYTHONPATH": str(tmp_path)},
            capture_output=True,
            timeout=300,
        )
        if run.returncode == 0 and not run.stdout.strip():
            found.append(f"{file}:{node.lineno}: {ast.unparse(node)}")
    return found


MOST_MISSED = {"rules.py": 0, "steps.py": 5, "system.py": 0, "terms.py": 6}
"""Conditions without which another one refuses all that was tried; there are to be no more of them."""


@pytest.mark.exhaustive
@pytest.mark.parametrize("file", ATTACKED)
def test_each_condition_is_attacked(file: str, tmp_path: Path):
    found = missed(file, tmp_path)
    assert len(found) <= MOST_MISSED[file], "\n".join(found)
