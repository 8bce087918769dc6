"""Writing many files so that each is there whole or not at all."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
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
    the old one or the new one. Files of other names are left alone. What a symbolic link points to is written, and not
    the link; a file that is there keeps its permissions.

    Args:
        folder: made when it is not there.
        contents: text or bytes by relative path.

    Raises:
        OutputError: when something cannot be written, or is a device, a pipe or the like.
    """
    target = Path(folder)
    try:
        with ExitStack() as stack:
            asides = {target: stack.enter_context(_aside(target))}
            moves: list[tuple[Path, Path]] = []
            for name, content in contents.items():
                place = _place(target / name)
                home = place.parent if (target / name).is_symlink() else target
                if home not in asides:
                    asides[home] = stack.enter_context(_aside(home))
                new = asides[home] / (place.name if home != target else name)
                new.parent.mkdir(parents=True, exist_ok=True)
                _write(new, content)
                if place.exists():
                    new.chmod(stat.S_IMODE(place.stat().st_mode))
                moves.append((new, place))
            for _, place in moves:
                place.parent.mkdir(parents=True, exist_ok=True)
            for new, place in moves:
                os.replace(new, place)
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


def _place(path: Path) -> Path:
    """Where a file is, or will be: a symbolic link is followed.

    Raises:
        OutputError: when something stands there that is not a regular file.
    """
    place = Path(os.path.realpath(path)) if path.is_symlink() else path
    if place.is_dir():
        raise OutputError("a folder is in the way of a file", where=str(path), advice="move it away")
    if place.exists() and not place.is_file():
        advice = "give the name of a file; without --output the text goes to standard output"
        raise OutputError(
            "this is a device, a pipe or the like, and not a regular file", where=str(path), advice=advice
        )
    return place


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
