"""The pictures of a lecture as files, which are drawn again only where something that they follow from has changed."""

from __future__ import annotations

import json
import platform
from collections.abc import Iterable, Mapping
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from symrnn.library.keeping import own_sources
from symrnn.plots import Picture, picture_files

FOLDER = "pictures"
KEPT = f"{FOLDER}/kept.json"
"""What the files that lie there were drawn with, and their digests."""

FORMATS = ("svg", "pgf")
"""SVG for pages, PGF for the article; the numbers come with either."""

PACKAGES = ("matplotlib", "numpy", "sympy", "mpmath", "python-flint")
"""What pictures are calculated and drawn with besides symrnn itself."""


def drawn_or_kept(pictures: Iterable[Picture], folder: Path) -> dict[str, bytes]:
    """The files of some pictures, by path: those that lie in a folder, where they would be drawn alike.

    A file that somebody has changed since then is drawn again.

    Args:
        pictures: with their usual options.
        folder: where a lecture was built before; it need not be there.
    """
    with_ = drawn_with()
    known = _read(folder, with_)
    files: dict[str, bytes] = {}
    for picture in pictures:
        files |= _kept(picture.name, known, folder) or {
            f"{FOLDER}/{name}": file for name, file in picture_files(picture, FORMATS).items()
        }
    if files:
        digests = {path: _digest(file) for path, file in files.items()}
        files[KEPT] = (json.dumps({"drawn with": with_, "files": digests}, indent=2) + "\n").encode()
    return files


def drawn_with() -> dict[str, str]:
    """All that a picture follows from, its options being the usual ones: programs with their versions, and symrnn."""
    versions = {name: _version(name) for name in PACKAGES}
    return {"symrnn": own_sources(), "python": platform.python_version(), **versions}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _digest(file: bytes) -> str:
    return sha256(file).hexdigest()


def _read(folder: Path, with_: Mapping[str, str]) -> Mapping[str, Any]:
    """The digests of the files that were drawn with the same; none where nothing was kept."""
    try:
        kept = json.loads((folder / KEPT).read_text(encoding="utf-8"))
        return dict(kept["files"]) if kept["drawn with"] == with_ else {}
    except (OSError, ValueError, TypeError, LookupError, RecursionError):
        return {}


def _kept(name: str, digests: Mapping[str, Any], folder: Path) -> dict[str, bytes]:
    """The files of a picture as they lie there, if each is the one that was drawn; empty otherwise."""
    found: dict[str, bytes] = {}
    for path in (f"{FOLDER}/{name}.{ending}" for ending in ("csv", *FORMATS)):
        try:
            found[path] = (folder / path).read_bytes()
        except OSError:
            return {}
        if _digest(found[path]) != digests.get(path):
            return {}
    return found
