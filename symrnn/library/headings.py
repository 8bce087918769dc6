"""What a derivation file claims, read from its text, so that only the files that are needed have to be run."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from symrnn.library.places import shown_path
from symrnn.sentences import Sentence

ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
"""An id: something that can name a file."""

FIELDS = (
    *("id", "title", "statement", "expected"),
    *("recurrence", "derivation", "corrected_by", "note", "assumptions", "worked"),
)
"""Those of :class:`symrnn.derivation.Claim`, the first four without a default; here so that nothing is imported."""

KINDS = ("PROVED", "DEFINITION", "PROVED_AT", "IDENTITY", "AGREES", "UNDECIDED", "REFUTED")
"""The members of :class:`symrnn.derivation.Kind`, each of which has its name as its value."""

ERROR = "ERROR"
"""Stands in place of a kind of verdict where the check itself failed."""

HOMES = ("symrnn", "symrnn.derivation")
"""Where a file imports ``Claim`` and ``Kind`` from."""

PACKAGES = {"__future__", "fractions", "functools", "itertools", "math", "mpmath", "numpy", "symrnn", "sympy"}
"""Packages that bring no claims, :mod:`symrnn.library` apart."""

DYNAMIC = {"*", "__import__", "eval", "exec", "getattr", "globals", "library", "locals", "setattr", "vars"}
"""Names by which a file could get or bind a claim without its text showing it."""

NAMED = {
    ast.Name: "id",
    ast.Attribute: "attr",
    ast.arg: "arg",
    ast.FunctionDef: "name",
    ast.AsyncFunctionDef: "name",
    ast.ClassDef: "name",
}
"""The nodes that hold a name, and where; imports apart."""

SIMPLE = (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign)
"""Statements at top level that are carried out once, whatever the values are."""


@dataclass(frozen=True)
class Heading:
    """What a list says of a claim.

    Args:
        id, title, corrected_by: as in the claim.
        expected: the name of the kind of verdict that the file expects.
        path, line: where the claim is defined.
    """

    id: str
    title: str
    expected: str
    corrected_by: str | None
    path: Path
    line: int

    @property
    def place(self) -> str:
        """Path and line, as a person in the working directory would write them."""
        return f"{shown_path(self.path)}:{self.line}"


def read_headings(path: Path) -> tuple[Heading, ...]:
    """The headings of a file's claims in order; none where only running the file tells.

    The text tells where claims are bound at top level, by ``name = Claim(...)`` or in a list of such calls, with
    literals for what a heading holds, and where nothing else in the file could make, copy, bind or unbind a claim.
    """
    try:
        tree = ast.parse(path.read_bytes())
        calls = dict(_claims_bound(tree))
        found = [_heading(call, path) for bound in calls.values() for call in bound]
        return tuple(each for each in found if each) if all(found) and _binds_only(calls, tree) else ()
    except (OSError, SyntaxError, ValueError, RecursionError):
        return ()  # running it says what is wrong


def _claims_bound(tree: ast.Module) -> Iterator[tuple[str, list[ast.Call]]]:
    """The names that are bound to calls of ``Claim``, each with the calls."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
            parts = node.value.elts if isinstance(node.value, ast.List | ast.Tuple) else [node.value]
            calls = [part for part in parts if isinstance(part, ast.Call) and _is_name(part.func, "Claim")]
            if calls:
                yield node.targets[0].id, calls


def _is_name(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _heading(call: ast.Call, path: Path) -> Heading | None:
    """The heading of the claim that a call makes, None if its text does not tell."""
    given = [*zip(FIELDS, call.args, strict=False), *((str(each.arg), each.value) for each in call.keywords)]
    values = {"corrected_by": ast.Constant(None)} | dict(given)
    known = set(values) <= set(FIELDS) and len({name for name, _ in given}) == len(given)
    if any(isinstance(value, ast.Starred) for value in call.args) or not known:
        return None
    match values:
        case {
            "id": ast.Constant(value=str(claim_id)),
            "title": ast.Constant(value=str(title)),
            "statement": _,
            "expected": ast.Attribute(value=ast.Name(id="Kind"), attr=kind),
            "corrected_by": ast.Constant(value=str() | None as corrected_by),
        } if ID.fullmatch(claim_id) and kind in KINDS:
            return Heading(claim_id, Sentence(title), kind, corrected_by, path, call.lineno)
    return None


def _binds_only(calls: dict[str, list[ast.Call]], tree: ast.Module) -> bool:
    """Whether running a file binds these claims, and no others: its names stand where they are expected, only there."""
    documented = ast.get_docstring(tree, clean=False) is not None
    nodes = list(ast.walk(tree))
    names = Counter(getattr(node, NAMED[type(node)]) for node in nodes if type(node) in NAMED)
    kinds = sum(isinstance(node, ast.Attribute) and _is_name(node.value, "Kind") for node in nodes)
    places = [place for node in nodes if isinstance(node, ast.Import | ast.ImportFrom) for place in _imported(node)]
    names.update(name for place, other in places for name in [*place.split("."), *([other] if other else [])])
    names.update(name for node in nodes if isinstance(node, ast.Global) for name in node.names)
    return (
        all(isinstance(node, SIMPLE) for node in tree.body[documented:])
        and {place.partition(".")[0] for place, _ in places} <= PACKAGES
        and all(any((f"{home}.{name}", None) in places for home in HOMES) for name in ("Claim", "Kind"))
        and names["Claim"] == 1 + sum(map(len, calls.values()))
        and names["Kind"] == 1 + kinds
        and all(names[name] == 1 for name in calls)
        and not DYNAMIC & set(names)
    )


def _imported(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str | None]]:
    """What a node imports, in full, with the other name that it gets."""
    start = f"{'.' * node.level}{node.module or ''}." if isinstance(node, ast.ImportFrom) else ""
    for alias in node.names:
        yield f"{start}{alias.name}", alias.asname
