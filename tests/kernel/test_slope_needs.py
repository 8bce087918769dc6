"""One attack for each condition that the check of slopes makes; a condition without one fails the last test."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

import symrnn.kernel
from symrnn.kernel.errors import Refused
from symrnn.kernel.slopes import check

HEADER = '{"symrnn": 1, "kind": "slope", "id": "X"}'
START: list[list[Any]] = [
    ["pi"],  # 0
    ["z"],  # 1
    ["num", "0"],  # 2
    ["num", "1"],  # 3
    ["num", "2"],  # 4
    ["num", "-1"],  # 5
    ["par", "a"],  # 6
    ["exp", 1],  # 7
    ["pow", 1, 2],  # 8
]
LINE = [["function", "f"], ["piece", 1]]
"""φ(z) = z."""

EXP = [["function", "f"], ["piece", 7]]
SQUARE = [["function", "f"], ["piece", 8]]
CUBE = [["pow", 1, 3], ["function", "f"], ["piece", 9]]
"""φ' = 3 z², with the term z³ as number 9."""

BELL = [
    ["mul", 5, 8],  # 9: -z²
    ["exp", 9],  # 10
    ["pow", 3, -1],  # 11
    ["function", "f"],
    ["piece", 10],
]
STEP = [["function", "f"], ["piece", 2], ["joint", 2, "out"], ["piece", 1]]
"""φ(z) = max(0, z)."""

ROOT = [["add", 5, 1], ["define", "r", 9, ["0", "2"], 0, "1/2", "3/2"], ["root", "r"]]
"""The root of z - 1; it is term 10."""


ABOVE = [
    *CUBE,
    ["mul", 4, 8],
    ["add", 3, 8, 10],
    ["add", 5, 1],
    ["define", "r", 12, ["0", "2"], 0, "1/2", "3/2"],
    ["root", "r"],
    ["claim", ">", 5],
]
"""3 z² > -1; term 11 is the difference, 13 a root."""

BELOW = [
    ["mul", 5, 1],
    ["add", 3, 9],
    ["mul", 4, 10],
    *SQUARE,
    ["claim", "<", 4],
    ["cell", 0, "0", "form", 11],
]
"""2 z < 2, shown for z <= 0."""


def cell(method: str, *rest: Any, end: str | None = None, choice: Any = 0) -> list[Any]:
    return ["cell", choice, end, method, *rest]


def deep() -> list[list[Any]]:
    return [["exp", n] for n in range(8, 60)]


def function_of(*terms: list[Any]) -> list[list[Any]]:
    """Terms from 9 on, the last of which is φ, and the claim that φ' > 0."""
    return [*terms, ["function", "f"], ["piece", 8 + len(terms)], ["claim", ">", 2]]


ATTACKS: list[tuple[str, list[Any]]] = [
    # reading
    ("malformed", ["[" * 9]),
    ("no rational number", [["num", "1" * 20_000]]),
    ("not a list", ["{}"]),
    ("malformed", ["nonsense"]),
    ("malformed", ["[]"]),
    ("malformed", ["1" * 5000]),
    ("a line of no known kind", [["proved"]]),
    ("malformed", [["piece"]]),
    ("malformed", [*LINE, ["claim", "<=", 3], cell("form", 2, 2)]),
    ("no such earlier term", [["exp", 9]]),
    ("no such earlier term", [["exp", True]]),
    ("no such earlier term", [["exp", -1]]),
    ("no such earlier term", [["exp", [1]]]),
    ("no exponent", [["pow", 1, 0]]),
    ("malformed", [["pow", 1, 2.0]]),
    ("no exponent", [["pow", 1, 65]]),
    ("exp has 1 parts", [["exp", 1, 1]]),
    ("a term without parts", [["add", 1]]),
    ("a line of no known kind", [["gamma", 1]]),
    ("a line of no known kind", [[["z"], 1]]),
    ("a term that is too large", deep()),
    ("a term that is too large", [["add", n, n] for n in range(8, 20)]),
    ("sqrt of what contains z", [["sqrt", 1]]),
    ("max of what contains z", [["max", 1, 2]]),
    ("no name", [["par", "z"]]),
    ("no name", [["par", ["a"]]]),
    ("no name", [["function", "a b"]]),
    ("no name", [["function", "pi"]]),
    ("a root unknown", [["root", "r"]]),
    ("a name for two things", [*ROOT, ["par", "r"]]),
    ("a name for two things", [["function", "f"], ["par", "f"]]),
    ("a name for two things", [*ROOT, ["define", "r", 9, ["0", "2"], 0, "1/2", "3/2"]]),
    ("no precision", [["bits", 10**6]]),
    ("no precision", [["bits", "64"]]),
    ("no rational number", [["num", 1]]),
    ("no rational number", [["num", "1e3"]]),
    ("no rational number", [["num", "٣"]]),
    ("a fraction over 0", [["num", "1/0"]]),
    # the statement
    ("too late", [*LINE, ["value"]]),
    ("a value is one wherever it is taken", [["function", "f"], ["value"], ["piece", 2], ["joint", 2, "out"]]),
    ("a value is one wherever it is taken", [["function", "f"], ["value"], ["piece", 2], ["joint", 2, 3]]),
    (
        "not smooth at 0",
        [["function", "f"], ["value"], ["piece", 2], ["joint", 2, "smooth"], ["piece", 3], ["claim", "<=", 4]],
    ),
    ("an extreme value of another thing", [["function", "f"], ["value"], ["piece", 2], ["claim", "max", 2]]),
    ("the sign is not the one", [["function", "f"], ["value"], ["piece", 4], ["claim", "<=", 3], cell("form", 5)]),
    ("no condition", [["given", 6, "="]]),
    ("no condition", [*LINE, ["claim", "<=", 3], ["given", 6, ">"]]),
    ("a condition on what is not a parameter", [["given", 5, ">"]]),
    ("a condition on what is not a parameter", [["given", 1, ">"]]),
    ("too late, or a name for two things", [["define", "a", 1, ["-1", "2"], 0, "-1", "2"]]),
    ("too late, or a name for two things", [*LINE, ["claim", "<=", 3], ["define", "r", 1, ["-1", "2"], 0, "-1", "2"]]),
    ("a root of what has parameters", [["define", "r", 6, ["0", "1"], 0, "0", "1"]]),
    ("no cuts", [["define", "r", 1, ["0"], 0, "0", "1"]]),
    ("no cuts", [["define", "r", 1, ["0", "1"], 1, "0", "1"]]),
    ("the cuts do not rise", [["define", "r", 1, ["1", "-1"], 0, "-1", "1"]]),
    ("the bracket lies elsewhere", [["define", "r", 1, ["-1", "1"], 0, "-1", "2"]]),
    ("not shown between", [["define", "r", 1, ["-1", "1", "2"], 1, "1", "2"]]),
    ("not shown between", [["add", 8, 5], ["define", "r", 9, ["-2", "2"], 0, "1/2", "2"]]),
    ("no change of sign", [["define", "r", 1, ["1", "2"], 0, "1", "2"]]),
    ("no change of sign", [["define", "r", 1, ["-1", "2"], 0, "1", "2"]]),
    ("a second function, or a name taken", [["function", "f"], ["function", "g"]]),
    ("a second function, or a name taken", [["function", "a"]]),
    ("a piece without a joint before it", [*LINE, ["piece", 1]]),
    ("a piece without a joint before it", [*LINE, ["claim", "<=", 3], ["piece", 1]]),
    ("a root in the formula", [*ROOT, ["function", "f"], ["piece", 10]]),
    ("a joint without a piece before it", [["function", "f"], ["joint", 2, "out"]]),
    ("a joint at what is not a number", [*LINE, ["joint", 1, "out"]]),
    ("a slope that is not a number", [*LINE, ["joint", 2, 1]]),
    ("the joints do not rise", [*STEP, ["joint", 5, "out"]]),
    ("the joints do not rise", [*STEP, ["joint", 2, "out"]]),
    ("the joints do not rise", [*STEP, ["joint", 6, "out"]]),
    ("a claim too soon", [["claim", "<=", 3]]),
    ("a claim too soon", [["piece", 1], ["claim", "<=", 3]]),
    ("a claim too soon", [*LINE, ["joint", 2, "out"], ["claim", "<=", 3]]),
    ("a claim too soon", [*LINE, ["claim", "<=", 3], ["claim", "<=", 3]]),
    ("another function under a known name", [["function", "tanh"], ["piece", 1], ["claim", "<=", 3]]),
    ("no claim", [*LINE, ["claim", ["<="], 3]]),
    ("no claim", [*LINE, ["claim", "absabs<=", 3]]),
    ("no claim", [*LINE, ["claim", "max", None]]),
    ("no claim", []),
    ("z in the bound", [*LINE, ["claim", "<=", 1]]),
    ("not smooth at", [["function", "f"], ["piece", 2], ["joint", 2, "smooth"], ["piece", 1], ["claim", "<=", 3]]),
    ("not smooth at", [["function", "f"], ["piece", 2], ["joint", 2, "smooth"], ["piece", 3], ["claim", "<=", 3]]),
    # domains and limits of what is computed
    ("a denominator is not shown to differ from 0", function_of(["pow", 1, -1])),
    ("the argument of a logarithm is not shown to be positive", function_of(["log", 1])),
    ("a square root of what is not shown to be positive", function_of(["sqrt", 5])),
    ("a square root of more than q*pi**k", function_of(["exp", 3], ["sqrt", 9])),
    (
        "the numbers are too long",
        function_of(["num", "7" * 3000], ["pow", 9, 64], ["pow", 10, 64]),
    ),
    (
        "the formula has too many terms",
        function_of(
            ["add", 1, 3, 6, 7],
            ["par", "b"],
            ["par", "c"],
            ["add", 9, 10, 11],
            ["pow", 12, 64],
        ),
    ),
    ("the formula is too large", [*CUBE[:1], *[["mul", *[n] * 8] for n in (1, 10, 11)], ["piece", 12]]),
    (
        "the certificate takes too long to check",
        [
            *(["num", str(n)] for n in range(9, 160)),
            ["function", "f"],
            *(line for n in range(9, 160) for line in (["piece", n], ["joint", n, "out"])),
        ],
    ),
    # cells
    ("nothing is left to be shown", [*LINE, ["claim", "<=", 3], cell("form", 2), cell("form", 2)]),
    ("no such choice", [*LINE, ["claim", "<=", 3], cell("form", 2, choice=1)]),
    ("no such choice", [*LINE, ["claim", "<=", 3], cell("form", 2, choice=-1)]),
    ("a cell in the wrong place", [cell("form", 2)]),
    (
        "a cell in the wrong place",
        [*STEP[:2], ["joint", 2, 3], ["piece", 1], ["claim", "<=", 3], cell("form", 3), cell("form", 2)],
    ),
    ("malformed", [*LINE, ["claim", "<=", 3], cell("trust")]),
    ("the sign is not the one that is wanted", [*LINE, ["claim", "<", 3], cell("form", 2)]),
    ("the sign is not the one that is wanted", [*LINE, ["claim", "<=", 2], cell("form", 5)]),
    ("the sign is not the one that is wanted", [*EXP, ["claim", ">", 3], ["add", 7, 5], cell("form", 9)]),
    ("is not", [*LINE, ["claim", "<=", 3], cell("form", 3)]),
    ("no joint here", [*LINE, ["claim", "<=", 3], ["there", 0, 2]]),
    (
        "another sign",
        [*STEP[:2], ["joint", 2, 4], ["piece", 1], ["claim", "<=", 3], cell("form", 3), ["there", 0, 5]],
    ),
    ("the cell has no numbers for ends", [*LINE, ["claim", "<", 4], cell("ball")]),
    ("the cell ends before it starts", [*LINE, ["claim", "<", 4], cell("form", 3, end="1"), cell("ball", end="0")]),
    ("the sign is not told", [*BELOW, cell("ball", end="2")]),
    ("par has no enclosure here", [["given", 6, ">"], *LINE, ["claim", "<", 6], cell("tail", end="-1")]),
    # tails
    ("no tail", [*LINE, ["claim", "<", 4], cell("tail")]),
    ("the tail does not start beyond 0", [*LINE, ["claim", "<", 4], cell("tail", end="1")]),
    (
        "two exponentials that are not powers of one of them",
        [
            ["exp", 8],
            ["add", 7, 9],
            ["function", "f"],
            ["piece", 10],
            ["claim", ">", 2],
            cell("tail", end="-1"),
        ],
    ),
    (
        "the argument is not a polynomial in z",
        [
            ["add", 3, 8],
            ["pow", 9, -1],
            ["exp", 10],
            ["function", "f"],
            ["piece", 11],
            ["claim", ">", 2],
            cell("tail", end="-1"),
        ],
    ),
    (
        "the argument is not a polynomial in z",
        [
            ["sin", 1],
            ["exp", 9],
            ["function", "f"],
            ["piece", 10],
            ["claim", ">", 2],
            cell("tail", end="-1"),
        ],
    ),
    (
        "no bound of a factor",
        [
            ["atan", 1],
            ["mul", 9, 1],
            ["function", "f"],
            ["piece", 10],
            ["claim", "<", 4],
            cell("tail", end="-1"),
        ],
    ),
    (
        "there is no leading term",
        [["sin", 1], ["function", "f"], ["piece", 9], ["claim", "<", 2], cell("tail", end="-1")],
    ),
    ("the leading term does not outweigh the others", [*SQUARE, ["claim", ">", 4], cell("tail", end="-1/2")]),
    (
        "a term may grow in the tail",
        [["mul", 8, 7], ["function", "f"], ["piece", 9], ["claim", "<", 3], cell("tail", end="-1")],
    ),
    (
        "the exponent has coefficients of both signs",
        [
            ["add", 8, 1],
            ["exp", 9],
            ["function", "f"],
            ["piece", 10],
            ["claim", ">", 5],
            cell("tail", end="-1"),
        ],
    ),
    # peaks
    ("the bracket is not in the cell", [*ABOVE, cell("form", 11, end="-1"), cell("peak", "-2", "2", end="1")]),
    ("no turn between the numbers", [*ABOVE, cell("form", 11, end="-1"), cell("peak", "1/2", "1", end="1")]),
    ("the difference is not shown to be convex", [*BELOW, cell("flat", 3, None, None, end="1")]),
    ("the point is not in the cell", [*ABOVE, cell("form", 11, end="-1"), cell("flat", 4, None, None, end="1")]),
    ("the point is not in the cell", [*ABOVE, cell("form", 11, end="-1"), cell("flat", 13, 2, 2, end="1")]),
    ("the point is not in the cell", [*ABOVE, cell("form", 11, end="-1"), cell("flat", 6, None, None, end="1")]),
    ("is not 0 at", [*ABOVE, cell("form", 11, end="-1"), cell("flat", 2, None, None, end="1")]),
    ("no such piece", [["taken", 0, 2, None]]),
    ("no such piece", [*LINE, ["claim", "max", 3], ["taken", 1, 2, None]]),
    ("the claim is not about an extreme value", [*LINE, ["claim", "<=", 3], ["taken", 0, 2, None]]),
    ("infinity is not taken, or a second point", [*SQUARE, ["claim", "sup", None], ["taken", 0, 2, None]]),
    (
        "infinity is not taken, or a second point",
        [*LINE, ["claim", "max", 3], ["taken", 0, 2, None], ["taken", 0, 3, None]],
    ),
    ("no such joint", [*STEP, ["claim", "max", 3], ["taken", None, 1, None]]),
    ("another slope there", [*STEP, ["claim", "max", 3], ["taken", None, 0, None]]),
    ("another slope there", [*STEP[:2], ["joint", 2, 4], ["piece", 1], ["claim", "max", 3], ["taken", None, 0, None]]),
    ("the point is not a number", [*LINE, ["claim", "max", 3], ["taken", 0, 1, None]]),
    ("the point is not a number", [*ROOT, ["add", 10, 3], *LINE, ["claim", "max", 3], ["taken", 0, 11, None]]),
    ("the point is not shown to lie on the piece", [*STEP, ["claim", "max", 3], ["taken", 1, 5, None]]),
    ("the point is not shown to lie on the piece", [*STEP, ["claim", "max", 3], ["taken", 1, 2, None]]),
    ("the point is not shown to lie on the piece", [*ROOT, *STEP, ["claim", "max", 2], ["taken", 0, 10, None]]),
    ("is not 0 at", [*SQUARE, ["claim", "max", 4], ["taken", 0, 2, None]]),
    ("no multiple is needed", [*LINE, ["claim", "max", 3], ["taken", 0, 2, 3]]),
    ("not that multiple of the equation", [*ROOT, *SQUARE, ["claim", "max", 3], ["taken", 0, 10, 3]]),
    # limits
    ("no side", [*LINE, ["claim", "sup", 3], ["tends", 0, 0, 3]]),
    ("no side", [*LINE, ["claim", "sup", 3], ["tends", 0, True, 3]]),
    ("a slope is finite at a joint", [*STEP, ["claim", "sup", None], ["tends", 0, 1, None]]),
    ("another value at the end", [*STEP, ["claim", "sup", 3], ["tends", 0, 1, 3]]),
    ("another limit", [*SQUARE, ["claim", "sup", None], ["tends", 0, -1, None]]),
    ("another limit", [*SQUARE, ["claim", "inf", 2], ["tends", 0, -1, 2]]),
    ("another limit", [*EXP, ["claim", "inf", 3], ["tends", 0, -1, 3]]),
    ("another limit", [*LINE, ["claim", "sup", 3], ["tends", 0, 1, 1]]),
    (
        "a leading coefficient is not shown to differ from 0",
        [
            ["given", 6, ">="],
            ["mul", 6, 8],
            ["add", 3, 9],
            ["pow", 10, -1],
            ["function", "f"],
            ["piece", 11],
            ["claim", "inf", 2],
            ["tends", 0, 1, 2],
        ],
    ),
    (
        "the sign of a leading coefficient is not told",
        [["mul", 6, 8], ["function", "f"], ["piece", 9], ["claim", "sup", None], ["tends", 0, 1, None]],
    ),
    (
        "no limit of a factor",
        [["sin", 1], ["function", "f"], ["piece", 9], ["claim", "sup", 3], ["tends", 0, 1, 3]],
    ),
    (
        "an argument is not shown to grow beyond all bounds",
        [
            ["mul", 6, 1],
            ["exp", 9],
            ["function", "f"],
            ["piece", 10],
            ["claim", "sup", None],
            ["tends", 0, 1, None],
        ],
    ),
    # the end
    ("the claim is not shown on the whole line", [*LINE, ["claim", "<=", 3]]),
    ("the claim is not shown on the whole line", [*LINE, ["claim", "abs<=", 3], cell("form", 2)]),
    ("the bound is not shown to be sharp", [*LINE, ["claim", "sup", 4], cell("form", 3)]),
    ("the bound is not shown to be sharp", [*LINE, ["claim", "max", 3], cell("form", 2), ["tends", 0, 1, 3]]),
    ("the bound is not shown to be sharp", [*LINE, ["claim", "sup", None]]),
    ("the bound is not shown to be sharp", [*LINE, ["claim", "sup", 4], cell("form", 3), ["tends", 0, 1, 3]]),
]


def refusal(parts: list[Any]) -> str:
    lines = [HEADER, *(part if isinstance(part, str) else json.dumps(part) for part in [*START, *parts])]
    with pytest.raises(Refused) as found:
        check(lines)
    assert 1 <= found.value.line <= max(len(lines), 1)
    return found.value.why


@pytest.mark.parametrize(("why", "parts"), ATTACKS, ids=[f"{n}-{why}" for n, (why, _) in enumerate(ATTACKS)])
def test_an_attack_is_refused_for_its_reason(why: str, parts: list[Any]) -> None:
    assert why in refusal(parts)


def test_a_print_does_not_double_with_each_difference() -> None:
    lines: list[list[Any]] = [["num", "-2"]]
    last = 1
    for n in range(9, 45, 2):
        lines += [["mul", 9, last], ["add", 3, n + 1]]
        last = n + 2
    statement = check(
        [HEADER, *map(json.dumps, [*START, *lines, ["function", "f"], ["piece", last], *sup_of_all(last)])]
    )
    assert statement.count("(") < 200


def sup_of_all(last: int) -> list[list[Any]]:
    """φ' is a number, which the difference shows at once."""
    slope = str((-2) ** 18)
    return [["num", slope], ["claim", "=", last + 1], cell("form", 2)]


def test_too_many_lines() -> None:
    with pytest.raises(Refused, match="too many lines"):
        check([HEADER] * 10_001)
    with pytest.raises(Refused, match="no claim"):
        check([])


SECOND = {
    "division by 0": "the sign of a form is asked first, and it knows that of 0",
    "no derivative of": "there is no function beyond those of the table",
}
"""Conditions that another one comes before, each with the other."""


def reasons() -> set[str]:
    """What the conditions in the source say, up to the first part that is put in."""
    found = set()
    for path in Path(symrnn.kernel.__file__).parent.glob("*.py"):
        if path.stem not in ("slopes", "formulas", "fields", "tails", "balls"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("need", "Refused"):
                text = node.args[1]
                if isinstance(text, ast.Constant):
                    found.add(str(text.value))
                elif isinstance(text, ast.JoinedStr):
                    found.add(max((str(p.value) for p in text.values if isinstance(p, ast.Constant)), key=len).strip())
    return found


def test_each_condition_is_attacked() -> None:
    tried = [why for why, _ in ATTACKS]
    left = {why for why in reasons() if not any(why in one or one in why for one in tried)}
    assert left - {"too many lines"} == {why for why in SECOND if why in reasons()}
