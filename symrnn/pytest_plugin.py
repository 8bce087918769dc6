"""A pytest plugin: every claim of a derivation file is a test, which fails when its verdict is unexpected.

Files ``derivations/*.py`` are collected when they import symrnn, but for names that begin with an underscore or a dot,
``conftest.py``, and files named as tests, ``test_*.py`` or ``*_test.py``, that make no claim; their tests are run as
ever. The option ``symrnn_derivations`` names other folders or patterns; a file given on the command line is collected
wherever it is, unless pytest takes it for tests by its name. Claims have the marker ``symrnn``. What a
claim may use, and what its numbers follow from, is said by ``--symrnn-timeout``, ``--symrnn-digits`` and
``--symrnn-seed``; the fixture ``symrnn_verify`` does the same for statements in ordinary tests. SymPy is imported when
there is a file to load.

An error of symrnn's in a test is shown by the lines of the test alone; ``--full-trace`` shows those of symrnn as well.
"""

from __future__ import annotations

import os
import re
import sys
import warnings
from collections.abc import Callable, Generator, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import pytest
from _pytest._code.code import ReprEntryNative, ReprExceptionInfo, ReprFileLocation, ReprTraceback

if TYPE_CHECKING:
    from symrnn.budget import Limits
    from symrnn.derivation import Verdict
    from symrnn.library import Entry, Result

OPTION = "symrnn_derivations"
IMPORT = re.compile(rb"^\s*(?:from|import)\s+symrnn\b", re.MULTILINE)
TEST = re.compile(rb"^\s*(?:(?:async\s+)?def\s+test|class\s+Test)", re.MULTILINE)


TAKEN = pytest.StashKey[dict[tuple[Path, str], str]]()
"""The ids of claims that were met, by folder, each with the place of the claim."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    parser.addini(
        OPTION,
        "folders or patterns of the derivation files to collect, below the root folder",
        type="args",
        default=["derivations", "*/derivations"],
    )
    group = parser.getgroup("symrnn", "claims about recurrences")
    group.addoption("--symrnn-timeout", type=float, metavar="SECONDS", help="CPU time for each claim  [default: 60]")
    group.addoption("--symrnn-digits", type=int, metavar="N", help="most digits of an exact number  [default: 20000]")
    group.addoption("--symrnn-seed", type=int, metavar="N", help="what drawn numbers follow from")


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marker, and refuse limits that are none before anything is run."""
    config.addinivalue_line("markers", "symrnn: a claim of a derivation file")
    if any(config.getoption(f"symrnn_{name}") is not None for name in ("timeout", "digits", "seed")):
        from symrnn.errors import ParameterError

        try:
            _limits(config)
        except ParameterError as error:
            raise pytest.UsageError(str(error)) from None


def _limits(config: pytest.Config) -> Limits:
    """What a claim may use."""
    from symrnn.budget import Limits

    wanted = {"time": config.getoption("symrnn_timeout"), "digits": config.getoption("symrnn_digits")}
    return Limits(**{name: value for name, value in wanted.items() if value is not None})


@pytest.fixture
def symrnn_verify(request: pytest.FixtureRequest) -> Callable[..., Verdict]:
    """``verify(statement, recurrence)`` within the limits, and with the seed, of the command line."""
    from symrnn.check.verify import verify
    from symrnn.derivation.claim import SEED

    seed = request.config.getoption("symrnn_seed")

    def within(statement: Any, recurrence: Any = None) -> Verdict:
        return verify(statement, recurrence, seed=SEED if seed is None else seed, limits=_limits(request.config))

    return within


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, object, object]:
    """Show errors of symrnn's without the lines of symrnn."""
    try:
        return (yield)
    except Exception as error:
        if isinstance(item, pytest.Function):
            _shorten(error, item.config)
        raise


def _shorten(error: BaseException, config: pytest.Config) -> None:
    """Take the frames of symrnn out of the tracebacks of an error of its own, and of what it came from."""
    errors = sys.modules.get("symrnn.errors")
    if errors is None or not isinstance(error, errors.SymrnnError) or config.getoption("fulltrace"):
        return
    folder = f"{Path(__file__).parent}{os.sep}"
    met: list[BaseException] = []
    each: BaseException | None = error
    while each is not None and not any(each is one for one in met):
        met.append(each)
        each.__traceback__ = _outside(each.__traceback__, folder)
        each = each.__cause__ or (None if each.__suppress_context__ else each.__context__)


def _outside(traceback: TracebackType | None, folder: str) -> TracebackType | None:
    """The frames whose code is not in a folder."""
    frames = []
    while traceback is not None:
        if not traceback.tb_frame.f_code.co_filename.startswith(folder):
            frames.append(traceback)
        traceback = traceback.tb_next
    shown: TracebackType | None = None
    for each in reversed(frames):
        shown = TracebackType(shown, each.tb_frame, each.tb_lasti, each.tb_lineno)
    return shown


def pytest_collect_directory(path: Path, parent: pytest.Collector) -> None:
    """Warn of what is named as a derivation file and is no file: nothing else would speak of it."""
    try:
        names = sorted(path.iterdir())
    except OSError:  # pytest says so itself
        return
    for name in (each for each in names if not each.is_file() and _matches(each, parent.config)):
        from symrnn.library.places import is_derivation_file, is_test_name

        if is_derivation_file(name) and not is_test_name(name.name):
            what = "a folder" if name.is_dir() else "a link to nothing" if name.is_symlink() else "no file"
            where = name.relative_to(parent.config.rootpath).as_posix()
            warnings.warn(pytest.PytestCollectionWarning(f"{where} is {what}: no claims are read there"), stacklevel=2)


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """Collect a derivation file."""
    if file_path.suffix != ".py" or not _is_derivation_file(file_path, parent):
        return None
    return DerivationModule.from_parent(parent, path=file_path)


def _is_derivation_file(path: Path, parent: pytest.Collector) -> bool:
    """Whether a file is named as one, and imports symrnn: a folder of this name may hold anything."""
    matches = _matches(path, parent.config)
    if not (matches or parent.session.isinitpath(path)) or IMPORT.search(path.read_bytes()) is None:
        return False
    if not matches and any(fnmatchcase(path.name, pattern) for pattern in parent.config.getini("python_files")):
        return False
    from symrnn.library.places import is_derivation_file

    return is_derivation_file(path)


def _matches(path: Path, config: pytest.Config) -> bool:
    try:
        name = path.relative_to(config.rootpath).as_posix()
    except ValueError:
        return False
    patterns = (pattern.rstrip("/") for pattern in config.getini(OPTION))
    return any(fnmatchcase(name, pattern if pattern.endswith(".py") else f"{pattern}/*.py") for pattern in patterns)


class DerivationModule(pytest.File):
    """A derivation file; one that cannot be loaded is a test that fails, beside the others."""

    def collect(self) -> Iterator[ClaimItem | LoadItem]:
        """One item for each claim."""
        from symrnn.errors import DerivationFileError, NoClaimsError
        from symrnn.library import load_file

        try:
            file = load_file(self.path)
        except DerivationFileError as error:
            doctests = self.config.getoption("doctestmodules", default=False)
            if not _matches(self.path, self.config) and (doctests or TEST.search(self.path.read_bytes())):
                return  # ordinary tests in a file given by its name: pytest collects them itself
            message = f"{error.where}: {error.what}; {error.advice}".rstrip("; ")
            if isinstance(error, NoClaimsError):
                warnings.warn(pytest.PytestCollectionWarning(message), stacklevel=2)
            else:
                yield LoadItem.from_parent(self, name="loading", message=message)
            return
        taken = self.session.stash.setdefault(TAKEN, {})
        for entry in file.entries:
            first = taken.setdefault((self.path.parent, entry.id.lower()), entry.place)
            if first != entry.place:
                message = f"{entry.place}: the id {entry.id} is taken by {first}; give one of them another id"
                yield LoadItem.from_parent(self, name=f"{entry.id} again", message=message)
                continue
            yield ClaimItem.from_parent(self, name=entry.id, entry=entry)


class UnexpectedVerdictError(AssertionError):
    """A verdict that is not the expected one."""

    def __init__(self, text: str, brief: str) -> None:
        super().__init__(text)
        self.brief = brief


def explanation(text: str, path: Path, line: int, brief: str) -> ReprExceptionInfo:
    """A text in the place of a traceback, with one line for the summary; of a kind that workers can send."""
    shown = ReprTraceback([ReprEntryNative([f"{text}\n"])], None, "native")
    return ReprExceptionInfo(shown, ReprFileLocation(str(path), line, brief))


class LoadItem(pytest.Item):
    """A derivation file that cannot be loaded."""

    def __init__(self, *, message: str, **options: Any) -> None:
        super().__init__(**options)
        self.message = message

    def runtest(self) -> None:
        """Fail."""
        raise UnexpectedVerdictError(self.message, self.message)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **options: Any) -> Any:
        """The message alone."""
        return explanation(self.message, self.path, 1, self.message)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The file."""
        return self.path, 0, "loading"


class ClaimItem(pytest.Item):
    """A claim as a test."""

    def __init__(self, *, entry: Entry, **options: Any) -> None:
        super().__init__(**options)
        self.entry = entry
        self.add_marker("symrnn")

    def runtest(self) -> None:
        """Check the claim."""
        from symrnn.library import check_entry

        seed = self.config.getoption("symrnn_seed")
        result = check_entry(self.entry, seed=seed, limits=_limits(self.config))
        if not result.as_expected:
            raise UnexpectedVerdictError(explained(self.entry, result), brief(result))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **options: Any) -> Any:
        """The explanation instead of a traceback through symrnn."""
        if isinstance(excinfo.value, UnexpectedVerdictError):
            return explanation(str(excinfo.value), self.path, self.entry.line, excinfo.value.brief)
        return super().repr_failure(excinfo, *args, **options)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Where the claim is defined."""
        return self.path, self.entry.line - 1, f"claim {self.name}"


def brief(result: Result) -> str:
    """A verdict in one line: what came, what was expected, and the numbers or the reason."""
    numbers = result.counterexample.brief() if result.counterexample else None
    at = ", ".join(f"{name} = {value}" for name, value in numbers.values.items()) if numbers else result.reason
    return f"{result.verdict}, not {result.expected}" + (f": {at}" if at else "")


def explained(entry: Entry, result: Result) -> str:
    """Everything that is known about a verdict that nobody expected."""
    lines = {
        "claim": f"{result.id}: {result.title}",
        "statement": _stated(entry),
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


def _stated(entry: Entry) -> str:
    """A statement as plain text."""
    from symrnn.latex.text import statement_text

    return statement_text(entry.claim.statement)
