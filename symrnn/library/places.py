"""Where derivation files are: the paths given, else ./derivations, else the lecture that ships."""

from __future__ import annotations

import ast
import os
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from symrnn.errors import SelectionError

FOLDER = "derivations"
"""Name of the folder in which derivation files live, as `tests` is for tests."""

RULE = (
    "those are its *.py files, but for names that begin with _ or a dot, conftest.py, and test_*.py or *_test.py "
    "without a claim"
)
"""What a folder stands for, in words."""

TESTS = ("test_*.py", "*_test.py")
"""Names that pytest takes for tests, whoever wrote the file."""

PACKAGE = Path(__file__).resolve().parent.parent


def default_folder() -> Path:
    """The folder that is read when no path is given.

    A folder ``derivations`` in the working directory comes first, so that a lecturer who edits a file there
    sees the effect; without one it is the lecture that ships with symrnn.

    Raises:
        SelectionError: when there is neither.
    """
    candidates = (Path(FOLDER), PACKAGE / f"_{FOLDER}", PACKAGE.parent / FOLDER)
    for folder in candidates:
        if folder.is_dir():
            return folder
    raise SelectionError(f"there is no folder {FOLDER} here", advice="name files or folders to read")


def find_files(paths: Iterable[str | os.PathLike[str]]) -> tuple[Path, ...]:
    """The derivation files that paths stand for, each once, in the order given.

    A folder stands for the derivation files directly in it, sorted by name: see :func:`is_derivation_file`.

    Raises:
        SelectionError: for a path that does not exist, a file that is not a Python file, or a folder without
            derivation files.
    """
    found: dict[Path, Path] = {}
    for path in map(Path, paths):
        for file in _files_of(path):
            found.setdefault(file.resolve(), file)
    return tuple(found.values())


def _files_of(path: Path) -> tuple[Path, ...]:
    if path.is_dir():
        files = tuple(sorted(file for file in path.glob("*.py") if is_derivation_file(file)))
        if not files:
            raise SelectionError("the folder holds no derivation files", where=str(path), advice=RULE)
        return files
    if not path.exists():
        raise SelectionError("there is no such file or folder", where=str(path), advice="check the path")
    if path.suffix != ".py":
        raise SelectionError(
            "this is not a Python file", where=str(path), advice="a derivation file is a Python module, name.py"
        )
    return (path,)


def is_derivation_file(path: Path) -> bool:
    """Whether a file is read when its folder is: the one rule, for folders, pytest and the hook alike.

    Names that begin with an underscore or a dot are those of helpers, and so is ``conftest.py``. A file that is named
    as tests are, ``test_*.py`` or ``*_test.py``, is read if it makes a claim outside of functions and classes.

    >>> [name for name in ("L15.py", "_shared.py", "conftest.py") if is_derivation_file(Path(name))]
    ['L15.py']
    """
    if path.suffix != ".py" or path.name.startswith(("_", ".")) or path.name == "conftest.py":
        return False
    return not is_test_name(path.name) or _makes_claims(path)


def is_test_name(name: str) -> bool:
    """Whether a file is named as tests are.

    >>> is_test_name("test_L15.py"), is_test_name("L15_test.py"), is_test_name("L15.py")
    (True, True, False)
    """
    return any(fnmatchcase(name, pattern) for pattern in TESTS)


def _makes_claims(path: Path) -> bool:
    """Whether a file calls ``Claim`` where it is run at once; one that cannot be read may, and reading it tells."""
    try:
        text = path.read_bytes()
        waiting: list[ast.AST] = [ast.parse(text)] if b"Claim" in text else []
    except (OSError, SyntaxError, ValueError, RecursionError):
        return True
    while waiting:
        node = waiting.pop()
        if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) == "Claim":
            return True
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            waiting += ast.iter_child_nodes(node)
    return False


def looks_like_path(argument: str) -> bool:
    """Tell a path from the id of a claim.

    A path has a separator, ends in ``.py``, is made of dots, or names a folder that exists.

    >>> [looks_like_path(argument) for argument in ("L15", "L15*", "L15.py", "./L15", ".")]
    [False, False, True, True, True]
    """
    separators = {os.sep, "/", *([os.altsep] if os.altsep else [])}
    plain = not any(separator in argument for separator in separators) and not argument.endswith(".py")
    return not plain or not argument.strip(".") or Path(argument).is_dir()


def shown_path(path: Path) -> str:
    """A path as a person in the working directory would write it.

    >>> shown_path(Path.cwd() / "derivations" / "L15.py")
    'derivations/L15.py'
    """
    resolved = path.resolve()
    try:
        return resolved.relative_to(Path.cwd()).as_posix()
    except ValueError:
        return str(resolved)


def short_path(path: Path) -> str:
    """A path as a document shows it, the same on every machine: the folder's name and the file's.

    >>> short_path(Path("/home/ada/notes/derivations/L15.py"))
    'derivations/L15.py'
    """
    return f"{path.resolve().parent.name.removeprefix('_')}/{path.name}"
