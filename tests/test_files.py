import os
from contextlib import suppress
from pathlib import Path

import pytest

from symrnn.errors import OutputError
from symrnn.files import require_writable, write_all


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()}


def test_files_are_written_below_the_folder(tmp_path):
    written = write_all(tmp_path / "a" / "b", {"x.tex": "x\n", "parts/y.tex": "ü\n"})
    assert contents(tmp_path / "a" / "b") == {"x.tex": "x\n", "parts/y.tex": "ü\n"}
    assert written == (tmp_path / "a/b/x.tex", tmp_path / "a/b/parts/y.tex")


def test_bytes_are_written_as_they_are(tmp_path):
    write_all(tmp_path, {"x.png": b"\x89PNG\r\n", "x.tex": "x\n"})
    assert (tmp_path / "x.png").read_bytes() == b"\x89PNG\r\n"
    assert (tmp_path / "x.tex").read_bytes() == b"x\n"


def test_other_files_are_left_alone_and_old_ones_replaced(tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "x.tex").write_text("old")
    write_all(tmp_path, {"x.tex": "new"})
    assert contents(tmp_path) == {"mine.txt": "mine", "x.tex": "new"}


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_an_interruption_leaves_the_folder_as_it_was(tmp_path, monkeypatch, error):
    (tmp_path / "x.tex").write_text("old")
    write_text = Path.write_text

    def interrupted(path, text, **options):
        if path.name == "y.tex":
            write_text(path, text[:1], **options)
            raise error
        return write_text(path, text, **options)

    monkeypatch.setattr(Path, "write_text", interrupted)
    with pytest.raises((KeyboardInterrupt, OutputError)):
        write_all(tmp_path, {"x.tex": "new", "y.tex": "new"})
    assert contents(tmp_path) == {"x.tex": "old"}
    assert [path.name for path in tmp_path.iterdir()] == ["x.tex"]


def test_an_interruption_removes_the_folders_made_for_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(Path, "write_text", lambda *args, **options: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        write_all(tmp_path / "a" / "b", {"x.tex": ""})
    assert list(tmp_path.iterdir()) == []


def test_an_interruption_between_the_moves_leaves_every_file_whole(tmp_path, monkeypatch):
    for name in ("x.tex", "y.tex"):
        (tmp_path / name).write_text("old")
    replace = os.replace

    def interrupted(source, target):
        if Path(target).name == "y.tex":
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_all(tmp_path, {"x.tex": "new", "y.tex": "new"})
    assert contents(tmp_path) == {"x.tex": "new", "y.tex": "old"}


def test_a_file_in_the_way_is_refused(tmp_path):
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(OutputError, match=r"not a folder.*another folder"):
            require_writable(folder)
        with pytest.raises(OutputError, match=r"cannot be written.*another folder"):
            write_all(folder, {"x.tex": ""})


def test_a_folder_without_permission_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "access", lambda place, mode: False)
    with pytest.raises(OutputError, match=r"the folder cannot be written to.*another folder"):
        require_writable(tmp_path / "new")


def test_a_folder_in_the_way_of_a_file_is_refused_before_anything_is_replaced(tmp_path):
    (tmp_path / "x.tex").write_text("old")
    (tmp_path / "y.tex").mkdir()
    with pytest.raises(OutputError, match="in the way"):
        write_all(tmp_path, {"x.tex": "new", "y.tex": "new"})
    assert (tmp_path / "x.tex").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["x.tex", "y.tex"]


def test_what_a_link_points_to_is_written_and_keeps_its_permissions(tmp_path):
    (tmp_path / "elsewhere").mkdir()
    there = tmp_path / "elsewhere" / "there.tex"
    there.write_text("old")
    there.chmod(0o600)
    link = tmp_path / "x.tex"
    link.symlink_to(there)
    write_all(tmp_path, {"x.tex": "new"})
    assert link.is_symlink()
    assert there.read_text() == "new"
    assert there.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["elsewhere", "there.tex", "x.tex"]


def test_a_link_to_nothing_yet_and_one_to_itself(tmp_path):
    (tmp_path / "x.tex").symlink_to(tmp_path / "new" / "there.tex")
    write_all(tmp_path, {"x.tex": "new"})
    assert (tmp_path / "new" / "there.tex").read_text() == "new"
    (tmp_path / "loop.tex").symlink_to(tmp_path / "loop.tex")
    with suppress(OutputError):
        write_all(tmp_path, {"loop.tex": "new"})


def test_pipes_and_devices_are_refused_and_stay(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "device").symlink_to("/dev/null")
    for name in ("pipe", "device"):
        with pytest.raises(OutputError, match="not a regular file"):
            write_all(tmp_path, {"x.tex": "x", name: "new"})
    assert (tmp_path / "pipe").is_fifo()
    assert Path("/dev/null").is_char_device()
    assert not (tmp_path / "x.tex").exists()
