"""The rows of a sweep in a file, from one run to the next: a line of JSON for each, below one that says what was asked.

Lines are appended as they are found. What a kill leaves of the last one is dropped when the file is read.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from symrnn.errors import OutputError, SelectionError
from symrnn.files import require_writable
from symrnn.library.keeping import own_sources
from symrnn.sweeps.questions import Place, Question, Row

ELSEWHERE = "choose another file, or remove this one"


class Kept:
    """A file of rows that belongs to this process until it is closed.

    Args:
        path: of the file; it need not be there.
        question: whose rows these are.

    Raises:
        OutputError: when it cannot be written, another sweep writes it, or it is something else or damaged.
        SelectionError: when it has the rows of another question, or of another state of symrnn.
    """

    def __init__(self, path: str | os.PathLike[str], question: Question) -> None:
        self.path = Path(path)
        require_writable(self.path.parent)
        if self.path.exists() and not self.path.is_file():
            raise OutputError("this is not a regular file", where=str(path), advice="choose another")
        asked = {"symrnn": own_sources()[:16], **question.described()}
        self.header = json.loads(json.dumps(asked))
        self.rows: dict[Place, Row] = {}
        try:
            self.file = open(self.path, "a+b", buffering=0)  # noqa: SIM115, see close
        except OSError as error:
            raise self._unwritten(error) from None
        try:
            self._lock()
            self._read({*question.places()}, question.keys)
        except BaseException:
            self.file.close()
            raise

    def append(self, rows: Iterable[Row]) -> None:
        """Add rows, in one go."""
        rows = list(rows)
        self._write(rows)
        self.rows.update((tuple(row["at"]), row) for row in rows)

    def close(self) -> None:
        """Let another process have the file."""
        self.file.close()

    def _lock(self) -> None:
        with suppress(ImportError):  # Windows
            import fcntl

            try:
                fcntl.flock(self.file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise OutputError("another sweep writes this file", where=str(self.path), advice="wait") from None

    def _read(self, places: set[Place], keys: frozenset[str]) -> None:
        self.file.seek(0)
        whole, newline, torn = self.file.read().rpartition(b"\n")
        if not newline and not _line(self.header).startswith(torn):
            raise OutputError("this is not the file of a sweep", where=str(self.path), advice=ELSEWHERE)
        lines = whole.split(b"\n") if newline else []
        for at, text in enumerate(lines, 1):
            try:
                line: dict[str, Any] = json.loads(text)
                if at == 1:
                    self._require_same(line)
                else:
                    self.rows[_place_of(line, places, keys)] = line
            except (ValueError, TypeError, LookupError):
                what = "a line is damaged" if at > 1 else "this is not the file of a sweep"
                raise OutputError(what, where=f"{self.path}, line {at}", advice=ELSEWHERE) from None
        if torn:
            self.file.truncate(len(whole) + len(newline))
        if not lines:
            self._write([self.header])

    def _require_same(self, there: dict[str, Any]) -> None:
        """Refuse rows that answer something else."""
        there["symrnn"]  # what is no header at all is an error of its own
        changed = [name for name in {**self.header, **there} if self.header.get(name) != there.get(name)]
        if changed == ["symrnn"]:
            raise SelectionError(
                "symrnn has changed since these rows were found", where=str(self.path), advice=ELSEWHERE
            )
        if changed:
            said = "; ".join(f"{name} was {there.get(name)}, now {self.header.get(name)}" for name in changed[:2])
            raise SelectionError(
                f"the file has the rows of another sweep ({said})", where=str(self.path), advice=ELSEWHERE
            )

    def _write(self, lines: Iterable[dict[str, Any]]) -> None:
        data = b"".join(map(_line, lines))
        try:
            while data:
                data = data[self.file.write(data) :]
        except OSError as error:
            raise self._unwritten(error) from None

    def _unwritten(self, error: OSError) -> OutputError:
        return OutputError(
            f"it cannot be written: {error.strerror}", where=str(self.path), advice="choose another file"
        )


def _line(record: dict[str, Any]) -> bytes:
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _place_of(row: Row, places: set[Place], keys: frozenset[str]) -> Place:
    """Where a row belongs; a LookupError for one that belongs nowhere, or that lacks something."""
    place = tuple(row["at"])
    if place not in places or row.keys() != keys:
        raise LookupError(place)
    return place
