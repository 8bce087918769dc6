"""The count of what is trusted: it follows imports, counts lines, and refuses what the kernel may not import."""

from __future__ import annotations

from pathlib import Path

import pytest
from kernel.trusted import ROOT, Count, counted, imported, lines_of_code, main, names, table

SOURCE = '''\
"""A module.

With a second paragraph.
"""

import json  # the library

LIMIT = 3
"""What it is."""


def f(x):
    """Does it."""
    # nothing here
    return """two
lines"""
'''


def package(folder: Path, **sources: str) -> Count:
    """A package of the kernel's name."""
    home = folder / "symrnn" / "kernel"
    home.mkdir(parents=True)
    for name, source in sources.items():
        (home / f"{name}.py").write_text(source, "utf-8")
    return Count(folder)


def test_lines_without_blanks_comments_and_docstrings_are_counted() -> None:
    assert lines_of_code(SOURCE) == 5
    assert lines_of_code("") == 0
    assert lines_of_code("x = (\n    1,\n\n    # one\n    2,\n)\n") == 4


def test_imports_are_found_wherever_they_are() -> None:
    source = "import a.b as c\ndef f():\n    from d import e\nif 0:\n    import g"
    assert imported(source, lambda name: name == "d.e") == {"a.b", "d", "d.e", "g"}


def test_names_in_strings_and_of_methods_do_not_count() -> None:
    assert "eval" not in names("x = 'eval'\nre.compile(y)") | names('"""exec"""')
    assert "eval" in names("eval(x)")


def test_imports_are_followed(tmp_path: Path) -> None:
    count = package(tmp_path, one="from symrnn.kernel.two import x\n", two="x = 1\n", three="y = 1\n")
    assert count.follow(["symrnn.kernel.one"]) == {"symrnn.kernel.one": 1, "symrnn.kernel.two": 1}
    assert count.follow(["symrnn.kernel.two", "symrnn.kernel.three"]) == {"symrnn.kernel.three": 1}
    assert count.wrong == []


@pytest.mark.parametrize(
    "source",
    [
        "import sympy",
        "import flint",
        "from symrnn.expr import Vec",
        "from ..expr import Vec",
        "import importlib",
        "def f():\n    import numpy",
        "x = eval('1')",
        "__import__('sympy')",
    ],
)
def test_the_kernel_imports_the_standard_library_only(source: str, tmp_path: Path) -> None:
    count = package(tmp_path, one=source)
    count.follow(["symrnn.kernel.one"])
    assert count.wrong


def test_only_balls_may_import_flint(tmp_path: Path) -> None:
    count = package(tmp_path, balls="import flint\n", fields="import flint\n")
    count.follow(["symrnn.kernel.balls", "symrnn.kernel.fields"])
    assert count.wrong == ["symrnn.kernel.fields imports flint"]


def test_the_kernel_as_it_is() -> None:
    parts, wrong = counted()
    assert [each for each in wrong if "are allowed" not in each] == []
    kernel, translations, others, _ = (modules for _, modules in parts)
    assert {"symrnn.kernel.rules", "symrnn.kernel.axioms", "symrnn.kernel.__main__"} <= kernel.keys()
    assert "symrnn.certify.asked" in translations
    assert "symrnn.kernel.balls" in others
    written = {f"symrnn.kernel.{path.stem}" for path in (ROOT / "symrnn" / "kernel").glob("[!_]*.py")}
    assert written <= kernel.keys() | others.keys()


def test_the_table_names_every_module(capsys: pytest.CaptureFixture[str]) -> None:
    parts, wrong = counted()
    text = "\n".join(table(parts))
    assert all(f"  {name}\n" in text for _, modules in parts for name, lines in modules.items() if lines)
    assert main() == (1 if wrong else 0)
    assert text in capsys.readouterr().out
