"""Certificates and counterexamples from one run to the next: by what they are looked up, and their files.

What is read is not believed. A certificate is put to the kernel, and what the kernel accepts is compared with what is
asked, in the same way as one that was just found; at the numbers of a counterexample both sides are calculated anew.
The key only tells what is worth that.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from symrnn.certify.kept import Shelf, written, written_example
from symrnn.derivation import Kind, Verdict
from symrnn.library.loading import Entry
from symrnn.library.places import PACKAGE

KEPT = "certificates"
"""The folder in which they are kept."""

LARGEST = 50_000_000
"""Most bytes of a file that is read."""


@dataclass(frozen=True)
class Keep:
    """What was kept of a claim.

    Args:
        key: of everything that the verdict follows from.
        texts: certificates of its parts and counterexamples, each by the mark of what it is of.
    """

    key: str
    texts: Mapping[str, str]

    def files(self, name: str, shelf: Shelf, verdict: Verdict) -> tuple[tuple[str, str], ...]:
        """The files of what a verdict rests on: their names and texts."""
        if verdict.kind is Kind.REFUTED:
            made = [written_example(where, self.key, mark) for mark, where in shelf.examples.items()]
            return tuple((f"{_part(name, at, len(made))}.json", text) for at, text in enumerate(made, 1))
        parts = verdict.parts or (verdict,)
        marks = {certificate.lines: mark for mark, certificate in shelf.used.items()}
        found = []
        for at, part in enumerate(parts, 1):
            certificate = None if part.theorem is None else part.theorem.certificate
            if certificate is not None and certificate.lines in marks:
                own = _part(name, at, len(parts))
                found.append((f"{own}.jsonl", written(certificate, own, self.key, marks[certificate.lines])))
        return tuple(found)


def _part(name: str, at: int, count: int) -> str:
    """The name of one of several parts, as :class:`symrnn.certify.claims.Certified` has it, too."""
    return f"{name}.{at}" if count > 1 else name


def keeps_of(entries: Sequence[Entry], folder: Path, seed: int | None = None) -> tuple[Keep, ...]:
    """What a folder has of each claim; what is of files that have changed since then is passed over.

    Args:
        entries: the claims.
        folder: where it was kept; it need not be there.
        seed: what the drawn matrices follow from.
    """
    known: dict[str, dict[str, str]] = {}
    for key, mark, text in _read(folder):
        known.setdefault(key, {})[mark] = text
    keys = [key_of(entry, seed) for entry in entries]
    return tuple(Keep(key, known.get(key, {})) for key in keys)


def key_of(entry: Entry, seed: int | None = None) -> str:
    """A digest of what the verdict on a claim follows from: its id, its file, symrnn itself and the seed."""
    parts = (entry.claim.id, str(seed), _digest(entry.path), own_sources())
    return sha256("\n".join(parts).encode()).hexdigest()


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


@cache
def own_sources() -> str:
    """A digest of the sources of symrnn."""
    files = sorted(PACKAGE.rglob("*.py"))
    return sha256("\n".join(f"{file.relative_to(PACKAGE)} {_digest(file)}" for file in files).encode()).hexdigest()


def _read(folder: Path) -> Iterator[tuple[str, str, str]]:
    """The key, the mark and the text of each file; one that is none of ours is passed over."""
    for file in sorted((*folder.glob("*.json"), *folder.glob("*.jsonl"))):
        try:
            if file.stat().st_size > LARGEST:
                continue
            text = file.read_text(encoding="utf-8")
            header = json.loads(text.partition("\n")[0])
            yield str(header["key"]), str(header["of"]), text
        except (OSError, ValueError, TypeError, LookupError, RecursionError):
            continue  # it is searched for, as if nothing had been kept
