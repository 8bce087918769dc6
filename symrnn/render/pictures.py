"""The pictures of a lecture as files, which are drawn again only where something that they follow from has changed."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from symrnn.errors import NotationError
from symrnn.library.keeping import own_sources
from symrnn.plots import drawn_files
from symrnn.plots.look import Look
from symrnn.render.documents import Shown

FOLDER = "pictures"
KEPT = f"{FOLDER}/kept.json"
"""What the files that lie there were drawn with, and their digests."""

PACKAGES = ("matplotlib", "numpy", "sympy", "mpmath", "python-flint")
"""What pictures are calculated and drawn with besides symrnn itself."""


class Album:
    """The pictures of a lecture: those that lie in its folder, where they would be drawn alike.

    A file that somebody has changed since then is drawn again.

    Args:
        folder: where a lecture was built before; it need not be there.

    Attributes:
        files: what is to be written, by path.
        left_out: the looks that a picture could not have, in words.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.known = _read(folder)
        self.keys: dict[str, str] = {}
        self.files: dict[str, bytes] = {}
        self.left_out: list[str] = []

    def pages(self, pictures: Iterable[Shown], look: Look) -> None:
        """SVG for pages, PGF or TikZ for the article, and the numbers.

        Where matplotlib cannot write a label of the notation, pages get the picture in the notation of the lecture.
        """
        for one in pictures:
            self._add(FOLDER, one, (one.picture.latex_format,), look)
            try:
                self._add(FOLDER, one, ("svg",), look)
            except NotationError as error:
                self._add(FOLDER, one, ("svg",), replace(look, notation="lecture"))
                self.left_out.append(f"in {FOLDER}/{one.name}.svg labels are in the notation lecture: {error.what}")

    def slides(self, pictures: Iterable[Shown], look: Look) -> dict[str, bytes]:
        """The pictures as they stand on slides, for LaTeX."""
        found: dict[str, bytes] = {}
        for one in pictures:
            found |= self._add(f"{FOLDER}/slides", one, (one.picture.latex_format,), look, numbers=False)
        return found

    def written(self) -> dict[str, bytes]:
        """All files by path, with what tells the next build how they were drawn."""
        if not self.files:
            return {}
        digests = {path: [self.keys[path], _digest(file)] for path, file in self.files.items()}
        return self.files | {KEPT: (json.dumps(digests, indent=2) + "\n").encode()}

    def _add(
        self, folder: str, one: Shown, formats: tuple[str, ...], look: Look, *, numbers: bool = True
    ) -> dict[str, bytes]:
        endings = (*(("csv",) if numbers else ()), *formats)
        key = _digest(repr((drawn_with(), look, one.caption)).encode())
        found = self._kept([f"{folder}/{one.name}.{ending}" for ending in endings], key)
        if not found:
            drawn = drawn_files(one.picture, one.numbers, formats, look)
            found = {f"{folder}/{name}": file for name, file in drawn.items() if name.rpartition(".")[2] in endings}
        self.files |= found
        self.keys |= dict.fromkeys(found, key)
        return found

    def _kept(self, paths: Iterable[str], key: str) -> dict[str, bytes]:
        """Files as they lie there, if each is the one that was drawn; empty otherwise."""
        found: dict[str, bytes] = {}
        for path in paths:
            try:
                found[path] = (self.folder / path).read_bytes()
            except OSError:
                return {}
            if self.known.get(path) != [key, _digest(found[path])]:
                return {}
        return found


def drawn_with() -> dict[str, str]:
    """All that a picture follows from besides its look: programs with their versions, and symrnn."""
    versions = {name: _version(name) for name in PACKAGES}
    return {"symrnn": own_sources(), "python": platform.python_version(), **versions}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _digest(file: bytes) -> str:
    return sha256(file).hexdigest()


def _read(folder: Path) -> Mapping[str, Any]:
    """What is known of the files that lie there; nothing where nothing was kept."""
    try:
        kept = json.loads((folder / KEPT).read_text(encoding="utf-8"))
        return dict(kept)
    except (OSError, ValueError, TypeError, RecursionError):
        return {}
