"""Certificates and counterexamples that were found before. Nobody has to believe them: each is checked as a new one is.

What is kept is looked up by what was asked, so that a certificate of something else is not even tried.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from hashlib import sha256
from typing import Any, TypeVar

import sympy as sp

from symrnn.certify.equations import Certificate
from symrnn.certify.errors import NotFoundError

Checked = TypeVar("Checked")


class Shelf:
    """What was found of one claim: what was kept, and that on which its verdict rests in the end.

    Args:
        kept: texts of certificates and counterexamples, each by the mark of what it is of.
    """

    def __init__(self, kept: Mapping[str, str] | None = None) -> None:
        self.kept = dict(kept or {})
        self.used: dict[str, Certificate] = {}
        self.examples: dict[str, Mapping[str, Any]] = {}
        self.recalling = False


_SHELF: ContextVar[Shelf | None] = ContextVar("symrnn_shelf", default=None)


@contextmanager
def at_hand(shelf: Shelf) -> Iterator[Shelf]:
    """While this lasts, certificates are taken from a shelf, and put there when they are found."""
    token = _SHELF.set(shelf)
    try:
        yield shelf
    finally:
        _SHELF.reset(token)


@contextmanager
def recalling() -> Iterator[bool]:
    """While this lasts, nothing is searched for, and only what was kept can be found; False where nothing was kept."""
    shelf = _SHELF.get()
    if shelf is None or not shelf.kept:
        yield False
        return
    shelf.recalling = True
    try:
        yield True
    finally:
        shelf.recalling = False


def mark_of(statement: Any, rules: Iterable[str] = ()) -> str:
    """A mark of what is asked, by which a certificate of it is looked up: of its form, its terms and its conditions.

    Args:
        statement: what is asked.
        rules: those of the steps that are to lead to it.
    """
    parts = [type(statement).__name__, *rules]
    for term in (*statement.terms, *statement.where):
        nodes = sp.preorder_traversal(term)
        parts += (f"{type(node).__name__} {len(node.args)}" if node.args else str(node) for node in nodes)
    return sha256("\n".join(parts).encode()).hexdigest()


def taken_or_found(mark: str, search: Callable[[], Certificate], check: Callable[[Certificate], Checked]) -> Checked:
    """What a check makes of a certificate: of one that was kept, while these are recalled, or else of a new one.

    Args:
        mark: of what is asked.
        search: finds a certificate.
        check: accepts what the kernel accepts and what says what was asked, or raises; it is put to either kind.

    Raises:
        NotFoundError: while certificates are recalled, where none was kept.
    """
    shelf = _SHELF.get()
    found = _read(shelf.kept.get(mark, "")) if shelf is not None and shelf.recalling else search()
    made = check(found)
    if shelf is not None:
        shelf.used[mark] = found
    return made


EXAMPLE = "counterexample"
"""What stands in the mark of a counterexample, so that it is not that of a certificate."""


def example_kept(statement: Any) -> Mapping[str, Any] | None:
    """Where a counterexample was found before, as :func:`keep_example` was told; None while nothing is recalled."""
    shelf = _SHELF.get()
    if shelf is None or not shelf.recalling:
        return None
    try:
        found = json.loads(shelf.kept.get(mark_of(statement, (EXAMPLE,)), "null"))
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def keep_example(statement: Any, where: Mapping[str, Any]) -> None:
    """Note where a counterexample was found, in words of JSON."""
    shelf = _SHELF.get()
    if shelf is not None:
        shelf.examples[mark_of(statement, (EXAMPLE,))] = where


def written_example(where: Mapping[str, Any], key: str, mark: str) -> str:
    """The text of a counterexample as it is kept."""
    return json.dumps({"symrnn": 1, "kind": EXAMPLE, "key": key, "of": mark, **where}, ensure_ascii=False) + "\n"


def _read(text: str) -> Certificate:
    """A certificate from its text, under the header that it was found with."""
    first, *lines = text.splitlines() or [""]
    try:
        header = json.loads(first)
        kind, name = str(header["kind"]), str(header["id"])
        steps = tuple((int(start), int(end)) for start, end in header.get("steps", []))
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise NotFoundError("no certificate was kept") from None
    return Certificate((_header(kind, name), *lines), steps)


def written(certificate: Certificate, name: str, key: str, mark: str) -> str:
    """The text of a certificate as it is kept: a certificate like any other, whose header says what it is of."""
    header = json.loads(certificate.lines[0])
    more: dict[str, Any] = {"key": key, "of": mark}
    if certificate.steps:
        more["steps"] = certificate.steps
    return "\n".join((_header(header["kind"], name, **more), *certificate.lines[1:])) + "\n"


def _header(kind: str, name: str, **more: Any) -> str:
    return json.dumps({"symrnn": 1, "kind": kind, "id": name, **more}, ensure_ascii=False)
