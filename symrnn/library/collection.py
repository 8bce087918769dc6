"""Many derivation files together: unique ids, and claims chosen by id."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path

from symrnn.derivation import Claim
from symrnn.errors import DerivationFileError, SelectionError
from symrnn.library.loading import DerivationFile, LoadFailure, failure_of, load_file
from symrnn.library.places import default_folder, find_files, shown_path


@dataclass(frozen=True)
class Entry:
    """A claim with the place where it is defined."""

    claim: Claim
    path: Path
    line: int

    @property
    def place(self) -> str:
        """Path and line, as a person in the working directory would write them."""
        return f"{shown_path(self.path)}:{self.line}"


@dataclass(frozen=True)
class Library:
    """Derivation files that were loaded, and the failures of those that were not.

    Args:
        files: in the order of reading.
        failures: files that raised, and claims whose id was taken.
    """

    files: tuple[DerivationFile, ...]
    failures: tuple[LoadFailure, ...] = ()

    @cached_property
    def entries(self) -> tuple[Entry, ...]:
        """All claims in order; ids are unique among them."""
        return tuple(
            Entry(claim, file.path, line)
            for file in self.files
            for claim, line in zip(file.claims, file.lines, strict=True)
        )

    def select(self, patterns: Iterable[str]) -> tuple[Entry, ...]:
        """The claims whose ids match, in the library's order; all of them when there is no pattern.

        ``L15`` is that claim alone, ``L15*`` every claim whose id begins so; case does not matter.

        Raises:
            SelectionError: for a pattern that matches nothing, with the nearest ids.
        """
        wanted = tuple(patterns)
        for pattern in wanted:
            if not any(_matches(entry, pattern) for entry in self.entries):
                raise SelectionError(f"there is no claim {pattern!r}", advice=self._near(pattern))
        chosen = (entry for entry in self.entries if any(_matches(entry, pattern) for pattern in wanted))
        return tuple(chosen) if wanted else self.entries

    def _near(self, pattern: str) -> str:
        ids = {entry.claim.id.lower(): entry.claim.id for entry in self.entries}
        near = get_close_matches(re.sub(r"[*?\[\]]", "", pattern.lower()), ids, n=3, cutoff=0.5)
        if near:
            return f"did you mean {', '.join(name for lowered, name in ids.items() if lowered in near)}?"
        return "see `symrnn list` for those there are"


def _matches(entry: Entry, pattern: str) -> bool:
    return fnmatchcase(entry.claim.id.lower(), pattern.lower())


def load_library(paths: Iterable[str | os.PathLike[str]] = ()) -> Library:
    """Load derivation files; one that fails is recorded, and the others still count.

    Args:
        paths: files and folders; none means :func:`symrnn.library.default_folder`.

    Raises:
        SelectionError: for a path that names no derivation files.
    """
    files: list[DerivationFile] = []
    failures: list[LoadFailure] = []
    for path in find_files(tuple(paths) or (default_folder(),)):
        try:
            files.append(load_file(path))
        except DerivationFileError as error:
            failures.append(failure_of(error))
    kept, clashes = _unique(files)
    return Library(kept, (*failures, *clashes))


def _unique(files: Iterable[DerivationFile]) -> tuple[tuple[DerivationFile, ...], list[LoadFailure]]:
    """Keep the first claim of each id, and report the others with both places."""
    taken: dict[str, str] = {}
    kept: list[DerivationFile] = []
    clashes: list[LoadFailure] = []
    for file in files:
        pairs = []
        for claim, line in zip(file.claims, file.lines, strict=True):
            shown = shown_path(file.path)
            first = taken.setdefault(claim.id.lower(), f"{shown}:{line}")
            if first == f"{shown}:{line}":
                pairs.append((claim, line))
            else:
                message = f"the id {claim.id} is taken by {first}; give one of them another id"
                clashes.append(LoadFailure(shown, line, message))
        if pairs:
            claims, lines = zip(*pairs, strict=True)
            kept.append(DerivationFile(file.path, file.title, file.text, claims, lines))
    return tuple(kept), clashes
