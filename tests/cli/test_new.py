"""A derivation file to start from, and the hook that checks such files before a commit."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from symrnn.cli import main

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, catch_exceptions=False)


def test_what_is_written_is_proved() -> None:
    done = run("new", "my_notes")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "Written to my_notes.py. Check it with: symrnn verify my_notes.py\n"
    assert '"""My notes\n' in Path("my_notes.py").read_text(encoding="utf-8")
    verified = run("verify", "my_notes.py")
    assert verified.exit_code == 0
    assert re.search(r"^my-notes .* ✓ PROVED", verified.stdout, re.MULTILINE)


def test_a_folder_may_be_named() -> None:
    assert run("new", "a.py", "--output", "notes").exit_code == 0
    assert [str(path) for path in Path().rglob("*.py")] == ["notes/a.py"]


def test_nothing_is_overwritten() -> None:
    Path("a.py").write_text("mine")
    Path("b.py").symlink_to("missing.py")
    for name in ("a", "b"):
        done = run("new", name)
        assert (done.exit_code, done.stdout) == (2, "")
        assert done.stderr.startswith(f"symrnn: {name}.py is there already")
    assert (Path("a.py").read_text(), Path("missing.py").exists()) == ("mine", False)


@pytest.mark.parametrize("name", ["", "../a", "a/b", "_helper", "1a", "a b", 'a"', "a\n", "é", ".py"])
def test_names_are_checked(name: str) -> None:
    done = run("new", "--", name)
    assert (done.exit_code, done.stdout, list(Path().iterdir())) == (2, "", [])
    assert "cannot name a derivation file; begin with a letter from a to z" in done.stderr


@pytest.mark.parametrize("name", ["test_x", "x_test.py"])
def test_a_name_of_tests_is_refused(name: str) -> None:
    done = run("new", name)
    assert (done.exit_code, done.stdout, list(Path().iterdir())) == (2, "", [])
    assert "would be named as tests are" in done.stderr


@pytest.mark.parametrize("name", ["math", "numpy", "sympy.py", "symrnn"])
def test_a_name_of_a_module_is_refused(name: str) -> None:
    done = run("new", name)
    assert (done.exit_code, done.stdout, list(Path().iterdir())) == (2, "", [])
    assert "would have the name of a module" in done.stderr


@pytest.mark.parametrize("path", [".pre-commit-hooks.yaml", "docs/template/.pre-commit-config.yaml"])
def test_the_hook_checks_the_folder_where_a_file_of_it_is_changed(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    assert re.search("^ +entry: symrnn verify derivations$", text, re.MULTILINE)
    assert re.search("^ +pass_filenames: false$", text, re.MULTILINE)  # the folder has the rule of what is read
    found = re.search("^ +files: (.+)$", text, re.MULTILINE)
    assert found is not None
    chosen = re.compile(found[1])
    assert all(chosen.search(f"derivations/{path.name}") for path in (ROOT / "derivations").glob("*.py"))
    assert not any(map(chosen.search, ("derivations/a.md", "tests/derivations/a.py", "derivations/x/a.py")))
