"""Reading one derivation file: a Python module whose top-level names are bound to claims."""

from __future__ import annotations

import ast
import contextlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import TYPE_CHECKING

from symrnn.budget import too_deep
from symrnn.errors import DerivationFileError, NoClaimsError, SymrnnError
from symrnn.library.headings import ID, Heading
from symrnn.library.places import shown_path

if TYPE_CHECKING:
    from symrnn.derivation import Claim


@dataclass(frozen=True)
class Entry(Heading):
    """A claim of a file that was run, with its heading."""

    claim: Claim


@dataclass(frozen=True)
class DerivationFile:
    """A file with what it claims.

    Args:
        path: where it is.
        title: the first line of its docstring, or the file's name.
        text: the rest of its docstring.
        entries: its claims, in the order of definition.
        part: what the file binds the name ``part`` to: a text with the title of the part of a document that the file
            belongs to in its first line; empty where it goes on with the part of the file before.
    """

    path: Path
    title: str
    text: str
    entries: tuple[Entry, ...]
    part: str = ""

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The claims alone."""
        return tuple(entry.claim for entry in self.entries)


@dataclass(frozen=True)
class LoadFailure:
    """A file, or a claim in it, that could not be loaded.

    >>> print(LoadFailure("derivations/L15.py", 7, "NameError: name 'rnn' is not defined"))
    derivations/L15.py:7: NameError: name 'rnn' is not defined
    """

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class _FreshLoader(SourceFileLoader):
    """Compiles from source every time: no cache appears beside a user's file, and none can be stale."""

    def get_code(self, fullname: str) -> CodeType:
        code: CodeType = self.source_to_code(self.get_data(self.path), self.path)
        return code


def load_file(path: Path) -> DerivationFile:
    """Run a derivation file in a module of its own, and collect its claims.

    What the file prints goes to standard error. Importing it this way adds nothing to ``sys.path``.

    Raises:
        DerivationFileError: when it raises, defines no claim, or gives a claim an id that cannot be used; the
            place is the path and line.
    """
    module = run_file(path)
    from symrnn.derivation import Kind  # now that a file has to be run, SymPy is needed in any case

    found = list(_claims(module, path))
    if not found:
        advice = "bind a Claim to a name, or name a helper _name.py"
        raise NoClaimsError("the file defines no claims", where=f"{shown_path(path)}:1", advice=advice)
    for claim, line in found:
        if not isinstance(claim.id, str) or not ID.fullmatch(claim.id):
            raise _refused(
                path,
                line,
                f"the id {claim.id!r} cannot name a file",
                "use letters, digits, dots and hyphens, such as L15-corrected",
            )
        if not isinstance(claim.expected, Kind):
            raise _refused(
                path, line, f"{claim.expected!r} is not a kind of verdict", "expect one, such as Kind.PROVED"
            )
    title, text = _split(inspect.getdoc(module) or path.stem)
    entries = (
        Entry(claim.id, claim.title, claim.expected.value, claim.corrected_by, path, line, claim)
        for claim, line in found
    )
    part = getattr(module, "part", "")
    return DerivationFile(
        path, title or path.stem, text, tuple(entries), inspect.cleandoc(part) if isinstance(part, str) else ""
    )


def failure_of(error: DerivationFileError) -> LoadFailure:
    """The record of an error that :func:`load_file` raised."""
    path, _, line = error.where.rpartition(":")
    advice = f"; {error.advice}" if error.advice else ""
    return LoadFailure(path, int(line), error.what + advice)


def run_file(path: Path) -> ModuleType:
    """The module that a file of Python makes; what it prints goes to standard error.

    Raises:
        DerivationFileError: when it raises; the place is the path and line.
    """
    from hashlib import sha256

    name = f"symrnn_file_{sha256(str(path.resolve()).encode()).hexdigest()[:12]}"
    loader = _FreshLoader(name, str(path))
    spec = importlib.util.spec_from_file_location(name, path, loader=loader)
    assert spec is not None  # it has a loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        with contextlib.redirect_stdout(sys.stderr):
            loader.exec_module(module)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        del sys.modules[name]
        raise _refused(path, _line_of(error, path), _message_of(error), "") from error
    return module


def _refused(path: Path, line: int, what: str, advice: str) -> DerivationFileError:
    return DerivationFileError(what, where=f"{shown_path(path)}:{line}", advice=advice)


def _message_of(error: BaseException) -> str:
    if isinstance(error, SymrnnError):
        return str(error)
    if isinstance(error, RecursionError):
        return str(too_deep())
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _line_of(error: BaseException, path: Path) -> int:
    """The line of the file from which the error came, even if it was raised elsewhere."""
    if isinstance(error, SyntaxError) and error.filename == str(path):
        return error.lineno or 1
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if frame.filename == str(path) and frame.lineno]
    return lines[-1] if lines else 1


def _claims(module: ModuleType, path: Path) -> Iterator[tuple[Claim, int]]:
    """The claims bound to names of a module, each once, with their lines."""
    from symrnn.derivation import Claim

    places = _places(path)
    seen: set[int] = set()
    for name, value in vars(module).items():
        parts = value if isinstance(value, list | tuple) else [value]
        lines = places.get(name, [1])
        for at, claim in enumerate(parts):
            if isinstance(claim, Claim) and id(claim) not in seen:
                seen.add(id(claim))
                yield claim, lines[at] if at < len(lines) else lines[0]


def _places(path: Path) -> dict[str, list[int]]:
    """Where each name is first bound at top level: its line, or the lines of the parts of a list."""
    places: dict[str, list[int]] = {}
    for node in ast.parse(path.read_bytes()).body:
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        value = getattr(node, "value", None)
        parts = value.elts if isinstance(value, ast.List | ast.Tuple) else []
        for target in targets:
            if isinstance(target, ast.Name):
                places.setdefault(target.id, [part.lineno for part in parts] or [node.lineno])
    return places


def _split(docstring: str) -> tuple[str, str]:
    r"""The title of a docstring without its full stop, and the text below it.

    >>> _split("The sum over k.\n\nHow h_t depends on W_hh.")
    ('The sum over k', 'How h_t depends on W_hh.')
    """
    title, _, text = docstring.strip().partition("\n")
    return title.strip().removesuffix("."), text.strip()
