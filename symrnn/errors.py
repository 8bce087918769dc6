"""What can go wrong, in the user's words: what was wrong, where, and what to do about it."""

from __future__ import annotations


class SymrnnError(Exception):
    """Base of every error that a user's input can cause.

    Args:
        what: what was wrong, as one sentence without a full stop.
        where: the place (a term, a file and line, an option), or empty when the sentence says it.
        advice: what to do about it, or empty when that is plain.

    >>> print(SymrnnError("t is negative", where="unroll(t=-1)", advice="use t >= 0"))
    t is negative (at unroll(t=-1)); use t >= 0
    """

    def __init__(self, what: str, *, where: str = "", advice: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.advice = advice

    def __str__(self) -> str:
        place = f" (at {self.where})" if self.where else ""
        advice = f"; {self.advice}" if self.advice else ""
        return f"{self.what}{place}{advice}"


class ShapeError(SymrnnError):
    """Shapes that do not fit each other; the message names both."""


class IndexRangeError(SymrnnError):
    """An index (time, order, bound) outside the range in which the term has a meaning."""


class BoundIndexError(IndexRangeError):
    """A sum or product over an index that its own bounds name."""


class LimitError(SymrnnError):
    """A size beyond a stated limit; the message names the limit."""


class ExhaustedError(SymrnnError):
    """A check that used up its time or memory; unlike a :class:`LimitError`, nothing else is tried after it."""


class SymbolClashError(SymrnnError):
    """One name used for two different things, such as a matrix at two shapes, or a matrix and a number."""


class NotDifferentiableError(SymrnnError):
    """A derivative asked for where it does not exist and no convention was stated."""


class UnknownTermError(SymrnnError):
    """A term that an operation has no rule for."""


class EvaluationError(SymrnnError):
    """A term that cannot be evaluated with the values given."""


class ProofError(SymrnnError):
    """A step that the checker could not follow; never raised for a claim that is merely false."""


class DerivationFileError(SymrnnError):
    """A derivation file that cannot be loaded; the place is its path and line."""


class NoClaimsError(DerivationFileError):
    """A derivation file that defines no claims."""


class NotationError(SymrnnError):
    """A notation that is unknown or cannot write a term."""


class OutputError(SymrnnError):
    """A folder or file that cannot be written."""


class SelectionError(SymrnnError):
    """A path, an id or an option that names nothing."""


class ParameterError(SymrnnError):
    """A parameter that a function does not have, or a value outside of its domain."""


class ReadingError(SymrnnError):
    """A claim or an activation, written as text, that cannot be read; the place is marked."""


class CellTextError(ReadingError):
    """A cell written as text that cannot be read; the message shows the line, with carets below the place.

    Args:
        what, advice: as everywhere.
        file: of the text; empty when there is none.
        line, column: counted from 1.
        shown: the line, and what else there is to show, one below the other.

    >>> print(CellTextError("a bracket is not closed", line=1, column=4, shown="    h = ("))
    line 1, column 4: a bracket is not closed
        h = (
    """

    def __init__(
        self, what: str, *, advice: str = "", file: str = "", line: int = 1, column: int = 1, shown: str = ""
    ) -> None:
        place = f"{file}, " if file else ""
        super().__init__(what, where=f"{place}line {line}, column {column}", advice=advice)
        self.file, self.line, self.column, self.shown = file, line, column, shown

    def __str__(self) -> str:
        advice = f"; {self.advice}" if self.advice else ""
        return "\n".join(filter(None, (f"{self.where}: {self.what}{advice}", self.shown)))


class MissingPackageError(SymrnnError):
    """A package that is needed for what was asked, and is not installed; the message says how to get it."""
