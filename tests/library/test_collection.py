import pytest
from library.samples import good_folder, step, write

from symrnn.errors import SelectionError
from symrnn.library import Library, load_library


def ids(entries):
    return [entry.claim.id for entry in entries]


def test_all_files_of_a_folder_are_loaded(tmp_path):
    library = load_library([good_folder(tmp_path)])
    assert ids(library.entries) == ["J1", "J2", "N1"]
    assert library.failures == ()


def test_a_file_that_fails_does_not_stop_the_others(tmp_path):
    good_folder(tmp_path)
    write(tmp_path / "aa_broken.py", "\n1 / 0\n")
    library = load_library([tmp_path])
    assert ids(library.entries) == ["J1", "J2", "N1"]
    (failure,) = library.failures
    assert failure.path == str(tmp_path / "aa_broken.py")
    assert str(failure).endswith("ZeroDivisionError: division by zero")


def test_an_id_that_is_taken_is_reported_with_both_places(tmp_path):
    first = write(tmp_path / "a.py", step("J1"))
    second = write(tmp_path / "b.py", step("j1"), step("J2"))
    library = load_library([tmp_path])
    assert ids(library.entries) == ["J1", "J2"]
    (failure,) = library.failures
    assert failure.path == str(second)
    assert f"is taken by {first}:" in failure.message


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [([], ["J1", "J2", "N1"]), (["j1"], ["J1"]), (["J*"], ["J1", "J2"]), (["n1", "J2"], ["J2", "N1"])],
)
def test_claims_are_chosen_by_id(tmp_path, patterns, chosen):
    assert ids(load_library([good_folder(tmp_path)]).select(patterns)) == chosen


def test_an_unknown_id_brings_up_the_nearest(tmp_path):
    library = load_library([good_folder(tmp_path)])
    with pytest.raises(SelectionError, match=r"there is no claim 'J11'; did you mean J1"):
        library.select(["J11"])
    with pytest.raises(SelectionError, match="symrnn list"):
        library.select(["J1", "something else"])


RAISES = "\nraised = 1 / 0\n"


def test_only_the_files_that_hold_what_is_chosen_are_run(tmp_path):
    write(tmp_path / "a.py", step("J1"), RAISES)
    write(tmp_path / "b.py", step("J2"))
    library = Library([tmp_path])
    assert [heading.id for heading in library.headings()] == ["J1", "J2"]
    assert ids(library.select(["j2"])) == ["J2"]
    assert library.failures == ()
    assert library.select(["J1"]) == ()
    assert [failure.path for failure in library.failures] == [str(tmp_path / "a.py")]
    assert ids(library.entries) == ["J2"]
    assert [file.path for file in library.files] == [tmp_path / "b.py"]


def test_a_file_whose_text_does_not_tell_is_run(tmp_path):
    write(tmp_path / "a.py", step("J1"))
    write(tmp_path / "b.py", "\nfor number in (2, 3):\n    print(number)\n", step("J2"))
    write(tmp_path / "c.py", "\n1 / 0\n")
    library = Library([tmp_path])
    assert [heading.id for heading in library.headings()] == ["J1", "J2"]
    assert ["ZeroDivisionError" in failure.message for failure in library.failures] == [True]


def test_ids_are_unique_whether_files_are_run_or_not(tmp_path):
    first = write(tmp_path / "a.py", step("J1"), step("J2"))
    write(tmp_path / "b.py", step("j1"), step("J3"))
    write(tmp_path / "c.py", step("J3"), "\n[print()]\n")
    for patterns in ([], ["J1"], ["J2"], ["J3"]):
        library = Library([tmp_path])
        assert ids(library.select(patterns)) == (patterns or ["J1", "J2", "J3"])
        assert [failure.path for failure in library.failures] == [str(tmp_path / name) for name in ("b.py", "c.py")]
        assert f"the id j1 is taken by {first}:" in library.failures[0].message


def test_an_id_whose_first_file_fails_is_that_of_the_next(tmp_path):
    write(tmp_path / "a.py", step("J1"), RAISES)
    second = write(tmp_path / "b.py", step("J1"))
    library = Library([tmp_path])
    (entry,) = library.select(["J1"])
    assert entry.path == second
    assert [failure.path for failure in library.failures] == [str(tmp_path / "a.py")]


def test_two_claims_of_one_id_on_one_line_are_not_both_kept(tmp_path):
    twice = 'Claim("N1", "", Informal("x", "y"), Kind.UNDECIDED)'
    write(tmp_path / "a.py", f"both = [{twice}, {twice}]\n")
    for library in (Library([tmp_path]), load_library([tmp_path])):
        assert len(library.headings()) == len(library.failures) == 1


def test_a_file_that_changed_since_it_was_read_says_what_it_claims_now(tmp_path):
    path = write(tmp_path / "a.py", step("J1"))
    library = Library([tmp_path])
    write(path, step("J2"))
    assert library.select(["J1"]) == ()
    assert ids(library.entries) == ["J2"]
