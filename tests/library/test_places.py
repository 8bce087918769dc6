from pathlib import Path

import pytest

from symrnn.errors import SelectionError
from symrnn.library import default_folder, find_files, looks_like_path
from symrnn.library.places import PACKAGE, shown_path


def test_a_folder_stands_for_the_derivation_files_directly_in_it(tmp_path):
    for name in ("b.py", "a.py", "_helper.py", "conftest.py", "test_a.py", "notes.txt", "deeper/c.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert [file.name for file in find_files([tmp_path])] == ["a.py", "b.py"]


def test_a_file_named_as_tests_are_is_read_if_it_makes_a_claim(tmp_path):
    texts = {
        "test_claims.py": "from symrnn import Claim\na = Claim()",
        "a_test.py": "import symrnn as s\nclaims = [s.Claim(n) for n in range(3)]",
        "test_broken.py": "from symrnn import Claim\na = Claim(",
        "test_inside.py": "from symrnn import Claim\ndef test_a():\n    assert Claim()",
        "test_none.py": "from symrnn import Claim\ndef test_a():\n    pass",
        "b_test.py": "def test_a(): pass",
        "_helper.py": "from symrnn import Claim\na = Claim()",
        "conftest.py": "from symrnn import Claim\na = Claim()",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text)
    assert [file.name for file in find_files([tmp_path])] == ["a_test.py", "test_broken.py", "test_claims.py"]


def test_a_file_named_twice_is_read_once(tmp_path):
    (tmp_path / "a.py").touch()
    assert len(find_files([tmp_path / "a.py", tmp_path])) == 1


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gone.py", "no such file or folder"),
        ("notes.txt", "not a Python file"),
        ("empty", "no derivation files .*; those are its [*].py files, but for names that begin with _ or a dot"),
    ],
)
def test_what_cannot_be_read_is_refused(tmp_path, name, message):
    (tmp_path / "notes.txt").touch()
    (tmp_path / "empty").mkdir()
    with pytest.raises(SelectionError, match=message) as caught:
        find_files([tmp_path / name])
    assert str(tmp_path / name) in str(caught.value)


def test_the_folder_of_the_working_directory_comes_first(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert default_folder().resolve() in {PACKAGE / "_derivations", PACKAGE.parent / "derivations"}
    (tmp_path / "derivations").mkdir()
    assert default_folder() == Path("derivations")


def test_paths_and_ids_are_told_apart(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    (tmp_path / "L15").touch()
    found = {argument: looks_like_path(argument) for argument in ("mine", "L15", "L15.py", "x/L15", "L1?", "..")}
    assert found == {"mine": True, "L15": False, "L15.py": True, "x/L15": True, "L1?": False, "..": True}


def test_a_path_outside_the_working_directory_is_shown_in_full(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    assert shown_path(tmp_path / "a.py") == str(tmp_path / "a.py")
    assert shown_path(tmp_path / "here" / "a.py") == "a.py"
