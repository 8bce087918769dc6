"""Writing many files so that each is there whole or not at all."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from symrnn.errors import OutputError

ADVICE = "choose another folder"


def require_writable(folder: str | os.PathLike[str]) -> None:
    """Refuse a folder that cannot be written to, before hours are spent on what would go there.

    Raises:
        OutputError: when the folder, or the one in which it would be made, cannot be written to.
    """
    place = Path(folder)
    while not place.exists() and place != place.parent:
        place = place.parent
    if not place.is_dir():
        raise OutputError("this is a file, not a folder", where=str(place), advice=ADVICE)
    if not os.access(place, os.W_OK | os.X_OK):
        raise OutputError("the folder cannot be written to", where=str(place), advice=ADVICE)


def write_all(folder: str | os.PathLike[str], contents: Mapping[str, str | bytes]) -> tuple[Path, ...]:
    """Write files below a folder: first all of them aside, then each moved to its place.

    An interruption before the moves leaves the folder as it was; one between them leaves every file whole,
    the old one or the new one. Files of other names are left alone.

    Args:
        folder: made when it is not there.
        contents: text or bytes by relative path.

    Raises:
        OutputError: when something cannot be written.
    """
    target = Path(folder)
    try:
        with _aside(target) as aside:
            for name, content in contents.items():
                _require_file(target / name)
                (aside / name).parent.mkdir(parents=True, exist_ok=True)
                _write(aside / name, content)
            for name in contents:
                (target / name).parent.mkdir(parents=True, exist_ok=True)
            for name in contents:
                os.replace(aside / name, target / name)
    except OSError as error:
        where = str(error.filename or target)
        reason = (error.strerror or str(error)).lower()
        raise OutputError(f"the output cannot be written: {reason}", where=where, advice=ADVICE) from None
    return tuple(target / name for name in contents)


def _write(path: Path, content: str | bytes) -> None:
    if isinstance(content, bytes):
        path.write_bytes(content)
    else:
        path.write_text(content, encoding="utf-8", newline="\n")


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise OutputError("a folder is in the way of a file", where=str(path), advice="move it away")


@contextmanager
def _aside(target: Path) -> Iterator[Path]:
    """A temporary folder on the same disk as the target; what was made for nothing is removed again."""
    made = [folder for folder in (target, *target.parents) if not folder.exists()]
    target.mkdir(parents=True, exist_ok=True)
    try:
        aside = Path(tempfile.mkdtemp(prefix=".symrnn-", dir=target))
        try:
            yield aside
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    finally:
        for folder in made:
            with suppress(OSError):  # it is not empty: the output is in it
                folder.rmdir()
