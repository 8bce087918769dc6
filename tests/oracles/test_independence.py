"""What the oracles import: of this package the errors, and nothing else but NumPy and mpmath."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import symrnn.oracles

FILES = sorted(Path(symrnn.oracles.__file__).parent.glob("*.py"))


def _imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0
            found.add(node.module or "")
    return found


def test_the_oracles_share_only_the_errors_with_the_rest_of_the_package() -> None:
    assert len(FILES) >= 9
    for path in FILES:
        for name in _imports(path):
            top = name.partition(".")[0]
            if top == "symrnn":
                assert name == "symrnn.errors" or name.startswith("symrnn.oracles."), (path.name, name)
            else:
                assert top in {"numpy", "mpmath"} or top in sys.stdlib_module_names, (path.name, name)


def test_everything_public_is_exported_and_documented() -> None:
    for name in symrnn.oracles.__all__:
        assert getattr(symrnn.oracles, name).__doc__, name
    assert sorted(symrnn.oracles.__all__) == sorted(set(symrnn.oracles.__all__))
