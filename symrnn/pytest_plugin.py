"""A pytest plugin: every claim of a derivation file is a test, which fails when its verdict is unexpected.

Files ``derivations/*.py`` are collected when they import symrnn. The option ``symrnn_derivations`` names
other patterns; a file given on the command line is collected wherever it is. SymPy is imported when there is
a file to load.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from symrnn.library import Entry, Result

OPTION = "symrnn_derivations"
IMPORT = re.compile(rb"^\s*(?:from|import)\s+symrnn\b", re.MULTILINE)
TEST = re.compile(rb"^\s*(?:(?:async\s+)?def\s+test|class\s+Test)", re.MULTILINE)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the option of the ini file."""
    parser.addini(
        OPTION,
        "patterns of the derivation files to collect, below the root folder",
        type="args",
        default=["derivations/*.py", "*/derivations/*.py"],
    )


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a derivation file."""
    if file_path.suffix != ".py" or not _is_derivation_file(file_path, parent):
        return None
    return DerivationModule.from_parent(parent, path=file_path)


def _is_derivation_file(path: Path, parent: pytest.Collector) -> bool:
    """Whether a file is named as one, and imports symrnn: a folder of this name may hold anything."""
    if path.name.startswith(("_", ".")) or path.name == "conftest.py":
        return False
    if any(fnmatchcase(path.name, pattern) for pattern in parent.config.getini("python_files")):
        return False
    given = parent.session.isinitpath(path)
    return (given or _matches(path, parent.config)) and IMPORT.search(path.read_bytes()) is not None


def _matches(path: Path, config: pytest.Config) -> bool:
    try:
        name = path.relative_to(config.rootpath).as_posix()
    except ValueError:
        return False
    return any(fnmatchcase(name, pattern) for pattern in config.getini(OPTION))


class DerivationModule(pytest.File):
    """A derivation file; a file that cannot be loaded is an error of the collection."""

    def collect(self) -> Iterator[ClaimItem]:
        """One item for each claim."""
        from symrnn.errors import DerivationFileError
        from symrnn.library import load_file

        try:
            file = load_file(self.path)
        except DerivationFileError as error:
            doctests = self.config.getoption("doctestmodules", default=False)
            if not _matches(self.path, self.config) and (doctests or TEST.search(self.path.read_bytes())):
                return  # ordinary tests in a file given by its name: pytest collects them itself
            raise self.CollectError(f"{error.where}: {error.what}; {error.advice}".rstrip("; ")) from None
        for entry in file.entries:
            yield ClaimItem.from_parent(self, name=entry.id, entry=entry)


class UnexpectedVerdictError(AssertionError):
    """A verdict that is not the expected one."""


class ClaimItem(pytest.Item):
    """A claim as a test."""

    def __init__(self, *, entry: Entry, **options: Any) -> None:
        super().__init__(**options)
        self.entry = entry

    def runtest(self) -> None:
        """Check the claim."""
        from symrnn.library import check_entry

        result = check_entry(self.entry)
        if not result.as_expected:
            raise UnexpectedVerdictError(explained(self.entry, result))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **options: Any) -> Any:
        """The explanation instead of a traceback through symrnn."""
        if isinstance(excinfo.value, UnexpectedVerdictError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **options)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the claim is defined."""
        return self.path, self.entry.line - 1, f"claim {self.name}"


def explained(entry: Entry, result: Result) -> str:
    """Everything that is known about a verdict that nobody expected."""
    lines = {
        "claim": f"{result.id}: {result.title}",
        "statement": str(entry.claim.statement),
        "LaTeX": result.statement,
        "verdict": f"{result.verdict}, but {result.expected} was expected",
        "evidence": result.evidence,
        "reason": result.reason,
        "counterexample": str(result.counterexample or ""),
        "advice": "; ".join(result.advice),
        "corrected by": result.corrected_by or "",
        "given": "; ".join(result.hypotheses),
        "defined at": f"{result.file}:{result.line}",
    }
    shown = [f"{label + ':':<16}{text}" for label, text in lines.items() if text]
    return "\n".join([*shown, *([result.trace] if result.trace else [])])
