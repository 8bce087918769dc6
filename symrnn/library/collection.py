"""Many derivation files together: unique ids, and claims chosen by id."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from difflib import get_close_matches
from fnmatch import fnmatchcase
from pathlib import Path

from symrnn.errors import DerivationFileError, SelectionError
from symrnn.library.headings import Heading, read_headings
from symrnn.library.loading import DerivationFile, Entry, LoadFailure, failure_of, load_file
from symrnn.library.places import default_folder, find_files, shown_path


class Library:
    """Derivation files, each of which is run when more is asked of its claims than its text tells.

    Args:
        paths: files and folders; none means :func:`symrnn.library.default_folder`.

    Raises:
        SelectionError: for a path that names no derivation files.
    """

    def __init__(self, paths: Iterable[str | os.PathLike[str]] = ()) -> None:
        paths = find_files(tuple(paths) or (default_folder(),))
        self._known: dict[Path, Sequence[Heading]] = {path: read_headings(path) for path in paths}
        self._files: dict[Path, DerivationFile] = {}
        self._refused: dict[Path, LoadFailure] = {}
        for path in paths:
            if not self._known[path]:
                self._run(path)

    def _run(self, path: Path) -> None:
        """Run a file; if it fails, that is recorded, and the others still count."""
        try:
            self._files[path] = load_file(path)
        except DerivationFileError as error:
            self._refused[path] = failure_of(error)
        self._known[path] = self._files[path].entries if path in self._files else ()

    def _with_first(self) -> Iterator[tuple[Heading, Heading]]:
        """All headings in order, each with the first one of its id."""
        first: dict[str, Heading] = {}
        for heading in (heading for headings in self._known.values() for heading in headings):
            yield heading, first.setdefault(heading.id.lower(), heading)

    @property
    def failures(self) -> tuple[LoadFailure, ...]:
        """The files that were run and raised, and the claims whose id was taken."""
        taken = [(heading, first) for heading, first in self._with_first() if heading is not first]
        message = "the id {} is taken by {}; give one of them another id"
        return (
            *(self._refused[path] for path in self._known if path in self._refused),
            *(LoadFailure(shown_path(h.path), h.line, message.format(h.id, first.place)) for h, first in taken),
        )

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All claims in order; ids are unique among them."""
        return self.select(())

    @property
    def files(self) -> tuple[DerivationFile, ...]:
        """The files with the claims that they have among the entries."""
        kept: dict[Path, list[Entry]] = {}
        for entry in self.entries:
            kept.setdefault(entry.path, []).append(entry)
        return tuple(replace(self._files[path], entries=tuple(entries)) for path, entries in kept.items())

    def headings(self, patterns: Iterable[str] = ()) -> tuple[Heading, ...]:
        """What a list says of the claims whose ids match; of all of them when there is no pattern.

        ``L15`` is that claim alone, ``L15*`` every claim whose id begins so; case does not matter.

        Raises:
            SelectionError: for a pattern that matches nothing, with the nearest ids.
        """
        wanted = tuple(patterns)
        for pattern in wanted:
            if not self._matching((pattern,)):
                raise SelectionError(f"there is no claim {pattern!r}", advice=self._near(pattern))
        return self._matching(wanted)

    def select(self, patterns: Iterable[str]) -> tuple[Entry, ...]:
        """The claims whose ids match, all of them when there is no pattern; runs the files that define them.

        Those of a file that fails when it is run are left out, and the failure is recorded.

        Raises:
            SelectionError: for a pattern that matches nothing, with the nearest ids.
        """
        wanted = tuple(patterns)
        chosen = self.headings(wanted)
        while waiting := {heading.path for heading in chosen if not isinstance(heading, Entry)}:
            for path in self._known:
                if path in waiting:
                    self._run(path)
            chosen = self._matching(wanted)
        return tuple(heading for heading in chosen if isinstance(heading, Entry))

    def _matching(self, patterns: Sequence[str]) -> tuple[Heading, ...]:
        unique = (heading for heading, first in self._with_first() if heading is first)
        return tuple(each for each in unique if not patterns or any(_matches(each, pattern) for pattern in patterns))

    def _near(self, pattern: str) -> str:
        ids = {heading.id.lower(): heading.id for heading in self._matching(())}
        near = get_close_matches(re.sub(r"[*?\[\]]", "", pattern.lower()), ids, n=3, cutoff=0.5)
        if near:
            return f"did you mean {', '.join(name for lowered, name in ids.items() if lowered in near)}?"
        return "see `symrnn list` for those there are"


def _matches(heading: Heading, pattern: str) -> bool:
    return fnmatchcase(heading.id.lower(), pattern.lower())


def load_library(paths: Iterable[str | os.PathLike[str]] = ()) -> Library:
    """Run derivation files; one that fails is recorded, and the others still count.

    Args:
        paths: files and folders; none means :func:`symrnn.library.default_folder`.

    Raises:
        SelectionError: for a path that names no derivation files.
    """
    library = Library(paths)
    library.select(())
    return library
