import sys

import pytest
from library.samples import step, write

from symrnn.errors import DerivationFileError
from symrnn.library import load_file


def test_claims_come_in_the_order_of_definition_with_their_lines(tmp_path):
    path = write(tmp_path / "a.py", step("Z"), step("A"), "\nboth = [z, a]\n")
    file = load_file(path)
    assert [claim.id for claim in file.claims] == ["Z", "A"]
    lines = path.read_text().splitlines()
    assert [lines[entry.line - 1] for entry in file.entries] == ["z = Claim(", "a = Claim("]


def test_a_list_of_claims_is_flattened_with_the_line_of_each(tmp_path):
    claims = "".join(f'    Claim("N{i}", "", Informal("x", "y"), Kind.UNDECIDED),\n' for i in range(3))
    path = write(tmp_path / "a.py", "all_of_them = (\n", claims, ")\n")
    file = load_file(path)
    assert [claim.id for claim in file.claims] == ["N0", "N1", "N2"]
    first = file.entries[0].line
    assert "N0" in path.read_text().splitlines()[first - 1]
    assert [entry.line - first for entry in file.entries] == [0, 1, 2]


def test_the_docstring_gives_title_and_text(tmp_path):
    file = load_file(write(tmp_path / "a.py", step(), title="A title.", text="Two\nlines."))
    assert (file.title, file.text) == ("A title", "Two\nlines.")


def test_a_file_is_loaded_in_isolation(tmp_path, capsys):
    path = write(tmp_path / "a.py", "print('a word')\n", step())
    before = list(sys.path)
    load_file(path)
    assert sys.path == before
    assert "a" not in sys.modules
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.py"]  # no __pycache__ beside it
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "a word\n")


def test_a_file_that_changed_is_read_again(tmp_path):
    load_file(write(tmp_path / "a.py", step("J1")))
    assert [claim.id for claim in load_file(write(tmp_path / "a.py", step("J2"))).claims] == ["J2"]


@pytest.mark.parametrize(
    ("source", "line", "message"),
    [
        ("x = 1\ny = z\n", 2, "NameError: name 'z' is not defined"),
        ("x = 1\n\nif True\n", 3, "SyntaxError: expected ':'"),
        ("def f():\n    return 1 / 0\n\n\nf()\n", 2, "ZeroDivisionError: division by zero"),
        ("import sys\nsys.exit(3)\n", 2, "SystemExit: 3"),
        ("x = 1\n", 1, "the file defines no claims"),
        (
            "from symrnn.cells import Elman\n\nrnn = Elman(hidden=-1)\n",
            3,
            "the number of units is -1; use a positive",
        ),
        (b"x = '\xff'\n", 1, "SyntaxError"),
    ],
)
def test_a_file_that_fails_is_reported_with_its_line(tmp_path, source, line, message):
    path = tmp_path / "a.py"
    path.write_bytes(source if isinstance(source, bytes) else source.encode())
    with pytest.raises(DerivationFileError) as caught:
        load_file(path)
    assert caught.value.where == f"{path}:{line}"
    assert message in str(caught.value).replace("\n", " ")


@pytest.mark.parametrize("claim_id", ["", "../L15", "L 15", "L15/a", ".L15"])
def test_an_id_that_cannot_name_a_file_is_refused(tmp_path, claim_id):
    with pytest.raises(DerivationFileError, match="cannot name a file"):
        load_file(write(tmp_path / "a.py", step(claim_id, name="c")))


def test_ctrl_c_while_a_file_is_loaded_is_no_failure_of_the_file(tmp_path):
    path = write(tmp_path / "a.py", "raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        load_file(path)
