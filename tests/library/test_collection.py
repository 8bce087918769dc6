import pytest
from library.samples import good_folder, step, write

from symrnn.errors import SelectionError
from symrnn.library import load_library


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
