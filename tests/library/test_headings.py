"""What is read from a file's text has to be what running the file gives; where that is not sure, nothing is read."""

from dataclasses import MISSING, fields

import pytest
from library.samples import step, write

from symrnn.derivation import Claim, Kind
from symrnn.library import default_folder, find_files, load_file
from symrnn.library.headings import FIELDS, KINDS, Heading, read_headings

INFORMAL = 'Claim("{id}", "", Informal("x", "y"), Kind.UNDECIDED)'


def informal(claim_id):
    return INFORMAL.format(id=claim_id)


def told(path):
    """The headings of a file that was run, as plain ones."""
    names = [field.name for field in fields(Heading)]
    return tuple(Heading(**{name: getattr(entry, name) for name in names}) for entry in load_file(path).entries)


def test_the_fields_and_the_kinds_are_those_of_a_claim():
    assert [field.name for field in fields(Claim)] == list(FIELDS)
    needed = [field.name for field in fields(Claim) if field.default is MISSING and field.default_factory is MISSING]
    assert needed == list(FIELDS[:4])
    assert {kind.name: kind.value for kind in Kind} == {name: name for name in KINDS}


@pytest.mark.parametrize("path", find_files([default_folder()]), ids=lambda path: path.stem)
def test_the_text_of_a_file_that_ships_tells_what_running_it_does(path):
    assert read_headings(path) == told(path) != ()


READABLE = {
    "claims": step("J1") + step("J2", more='corrected_by="J1"'),
    "no correction": step("J1", more="corrected_by=None"),
    "a list": f"both = [\n    {informal('N1')},\n    {informal('N2')},\n]\n",
    "a tuple among others": f"parts = (1, {informal('N1')})\n",
    "a title in two parts": "c = Claim('N1', 'one' ' two', Informal('x', 'y'), expected=Kind.UNDECIDED)\n",
    "a function": step("J1") + "def helper(x):\n    y = x\n    return y\n",
    "a class": "class Mine(Equation):\n    of = 1\n" + step("J1"),
    "two claims of one id": step("J1", name="a") + step("J1", name="b"),
}


@pytest.mark.parametrize("source", READABLE.values(), ids=READABLE)
def test_plain_files_are_read(tmp_path, source):
    path = write(tmp_path / "a.py", source)
    assert read_headings(path) == told(path) != ()


UNREADABLE = {
    "a loop": f"for i in range(2):\n    c = {informal('N1')}\n",
    "a condition": f"c = {informal('N1')}\nif True:\n    c = None\n",
    "an expression": step("J1") + "c = 0\nprint(c)\n",
    "a comprehension": f"cs = [{informal('N1')} for _ in range(2)]\n",
    "a function": f"def make():\n    return {informal('N1')}\nc = make()\n",
    "a name for the class": step("J1") + 'C = Claim\nc = C("N1", "", Informal("x", "y"), Kind.UNDECIDED)\n',
    "a part of a module": step("J1")
    + 'import symrnn\nc = symrnn.Claim("N1", "", Informal("x", "y"), Kind.UNDECIDED)\n',
    "a subclass": step("J1") + "class Mine(Claim):\n    pass\n",
    "a copy": step("J1") + 'import dataclasses\nc = dataclasses.replace(j1, id="J2")\n',
    "another name": step("J1") + "other = j1\n",
    "a name taken again": step("J1", name="c") + step("J2", name="c"),
    "a name taken by a function": step("J1", name="c") + "def c():\n    pass\n",
    "a name taken by an import": step("J1", name="sin") + "from sympy import sin\n",
    "a name taken inside": step("J1", name="c") + "def f():\n    global c\n    c = None\nx = f()\n",
    "a walrus": step("J1") + f"x = (c := {informal('N1')}).id\n",
    "a deletion": step("J1") + "del j1\n",
    "another module": step("J1") + "from library.samples import informal_claim as c\n",
    "a module beside it": step("J1") + "from .b import c\n",
    "all of a module": step("J1") + "from symrnn.derivation import *\n",
    "another library": step("J1") + "from symrnn.library import load_library\n",
    "globals": step("J1") + "x = globals().update(c=None)\n",
    "another Kind": step("J1") + "class Kind:\n    UNDECIDED = 3\n",
    "an id that is made": f"c = {informal('N1')}\nd = Claim('N' + '2', '', Informal('x', 'y'), Kind.UNDECIDED)\n",
    "a title that is made": "c = Claim('N1', f'{1}', Informal('x', 'y'), Kind.UNDECIDED)\n",
    "a kind that is made": "c = Claim('N1', '', Informal('x', 'y'), Kind('PROVED'))\n",
    "arguments that are made": "c = Claim('N1', *['', Informal('x', 'y')], Kind.UNDECIDED)\n",
    "fields that are made": "c = Claim('N1', '', Informal('x', 'y'), Kind.UNDECIDED, **{'corrected_by': 'N2'})\n",
    "a kind there is not": step("J1", expected="SURE"),
    "a field there is not": step("J1", more="colour=3"),
    "a field twice": "c = Claim('N1', '', Informal('x', 'y'), Kind.UNDECIDED, id='N2')\n",
    "a field too few": "c = Claim('N1', '', expected=Kind.UNDECIDED)\n",
    "an id that cannot name a file": step("../J1", name="c"),
    "no claim": "x = 1\n",
    "no syntax": step("J1") + "if True\n",
}


@pytest.mark.parametrize("source", UNREADABLE.values(), ids=UNREADABLE)
def test_what_only_running_tells_is_not_read(tmp_path, source):
    assert read_headings(write(tmp_path / "a.py", source)) == ()


def test_what_is_not_a_text_is_not_read(tmp_path):
    (tmp_path / "a.py").write_bytes(b"x = '\xff'\n")
    (tmp_path / "b.py").write_bytes(b"x = 1\0\n")
    assert [read_headings(tmp_path / name) for name in ("a.py", "b.py", "gone.py")] == [(), (), ()]
