"""What the oracles import, those among the tests included: of this package the errors, and NumPy and mpmath."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import symrnn.oracles

HELPERS = [path for path in Path(__file__).parent.glob("*.py") if not path.name.startswith("test_")]
FILES = sorted([*Path(symrnn.oracles.__file__).parent.glob("*.py"), *HELPERS])


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
    assert len(FILES) >= 13
    for path in FILES:
        for name in _imports(path):
            top = name.partition(".")[0]
            if top == "symrnn":
                assert f"{name}.".startswith(("symrnn.errors.", "symrnn.oracles.")), (path.name, name)
            else:
                assert top in {"numpy", "mpmath", "oracles"} or top in sys.stdlib_module_names, (path.name, name)


def test_everything_public_is_exported_and_documented() -> None:
    for name in symrnn.oracles.__all__:
        assert getattr(symrnn.oracles, name).__doc__, name
    assert sorted(symrnn.oracles.__all__) == sorted(set(symrnn.oracles.__all__))
