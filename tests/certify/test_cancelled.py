"""Inverses that SymPy cancels on the way back: what the kernel supposes to exist has to stand in what was asked.

With z = e₁ᵀ A e₁ - e₁ᵀ Aᵀ e₁, which is 0, the kernel says z z⁻¹ = 0, if z⁻¹ exists; SymPy says 1.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.certify.asked import bases, divisors, require_asked
from symrnn.certify.clipped_asked import require_stated
from symrnn.certify.equations import certificate
from symrnn.certify.errors import NotAskedError
from symrnn.certify.norm_asked import require_asked_of_norms
from symrnn.certify.script import rows_for, rows_json
from symrnn.derivation import Equation, Inequality
from symrnn.expr import Norm
from symrnn.kernel import clipping, norms
from symrnn.kernel.reader import Replay, replay
from symrnn.kernel.rules import conditions
from symrnn.symbols import t

A, c = sp.MatrixSymbol("A", 2, 3), sp.Symbol("c", positive=True)
SYSTEM = ["system", ["A", 2, 3, False, 0, None, [], None, "given", 0]]
ZERO_TERMS: list[Any] = [
    *(["leaf", "A", None], ["unit", 2, 1], ["T", 1], ["unit", 3, 1], ["mul", 2, 0, 3]),
    *(["T", 0], ["T", 3], ["mul", 6, 5, 1], ["scale", -1, 7], ["add", 4, 8]),
]
"""0 is A, 9 is z."""


def written(lines: list[Any]) -> list[str]:
    return [json.dumps(line) for line in lines]


@pytest.mark.parametrize("inverse", [["inv", 9], ["fn", "reciprocal", None, 0, 9]], ids=["inverse", "reciprocal"])
def test_an_inverse_that_cancels_is_no_part_of_an_equation(inverse: list[Any]) -> None:
    lines = [*ZERO_TERMS, inverse, ["mul", 9, 10], ["kron", 11, 0], ["zero", 2, 3], SYSTEM]
    theorem = replay(written([*lines, ["equal", [], [], 12, 13, [], []], ["qed", 0, [[]] * 16, []]]))
    with pytest.raises(NotAskedError, match="inverted"):
        require_asked(theorem, Equation(A, sp.ZeroMatrix(2, 3)), None)


def test_an_inverse_that_cancels_is_no_part_of_a_recurrence() -> None:
    """The equation of a is made z z⁻¹ times itself, so that a = 0 for the kernel."""
    rnn = Elman()
    asked = Equation(rnn.a[t], rnn.a[t], where=(t >= 1,))
    lines = [json.loads(line) for line in certificate(asked, rnn, "x").lines[1:]]
    at = next(i for i, line in enumerate(lines) if line[0] == "system")
    terms, (_, *quantities) = lines[:at], lines[at]
    W, b, new = terms.index(["leaf", "W_hh", None]), terms.index(["leaf", "b_h", None]), len(terms)
    row = next(row for row in quantities if row[0] == "a")
    terms += [["T", b], ["T", W], ["mul", new, W, b], ["mul", new, new + 1, b], ["scale", -1, new + 3]]
    terms += [["add", new + 2, new + 4], ["inv", new + 5], ["mul", new + 5, new + 6], ["kron", new + 7, row[5]]]
    row[5] = new + 8
    lines = [*terms, ["system", *quantities], ["leaf", "a", {"t": 1}], ["zero", "n", 1]]
    definition = [[0, 0, 0], "definition", [[[0, 1]]]]
    lines.append(["equal", [{"t": 1, "": -1}], [], len(terms), len(terms) + 1, [definition], []])
    state = Replay()
    for line in lines:
        state.line(line)
    rows = [[rows_json(rows_for(facts, [form]))[0] for facts, form in part] for part in conditions(state.theorems[0])]
    theorem = replay(written([*lines, ["qed", 0, *rows]]))
    with pytest.raises(NotAskedError, match="inverted"):
        require_asked(theorem, Equation(rnn.a[t], sp.ZeroMatrix(rnn.n, 1), where=(t >= 1,)), rnn)


def test_an_inverse_that_cancels_is_no_part_of_a_norm() -> None:
    lines = [*ZERO_TERMS, ["inv", 9], ["mul", 9, 10], SYSTEM, ["norm", "F", 11], ["norm", "2", 0], ["plus", 0, 1]]
    lines += [["lemma", "zero", ["F", 1, 1], [], [], [], [], []], ["combine", [], 2, "<=", 1, [[1, 0]], []]]
    read = norms.replay(written([*lines, ["qed", 2, [], [], {}]]))
    with pytest.raises(NotAskedError, match="inverted"):
        require_asked_of_norms(read, Inequality(1 + Norm(A), Norm(A)), None)


def test_an_inverse_that_cancels_is_no_part_of_a_hypothesis() -> None:
    """1 <= c was stated; what is assumed is 1 <= c ‖z z⁻¹‖, which is 1 <= 0."""
    lines = [*ZERO_TERMS, ["inv", 9], ["mul", 9, 10], SYSTEM, ["named", "c", "positive"], ["rational", 1]]
    lines += [["real", "c"], ["norm", "F", 11], ["times", 1, 2], ["norm", "2", 0], ["plus", 4, 0]]
    lines += [["assume", [], [], 0, "<=", 3], ["assumption", 0, {}, [], [], []]]
    lines += [["lemma", "zero", ["F", 1, 1], [], [], [], [], []], ["sign", "c"]]
    lines += [["combine", [], 5, "<=", 4, [[1, 0], [1, 1, 3]], []], ["qed", 4, [], [], {}]]
    read = norms.replay(written(lines))
    statement = Inequality(Norm(A) + 1, Norm(A), given=(sp.Le(1, c, evaluate=False),))
    with pytest.raises(NotAskedError, match="inverted"):
        require_asked_of_norms(read, statement, None)


ZERO = ["+", ["inner", "f", "g"], ["*", -1, ["inner", "g", "f"]]]
CLIPPED = {
    "in the claim": (
        [],
        ["+", ["norm", "F", "f"], ["*", ZERO, ["inverse", ZERO]]],
        {"above": [1], "least": [], "zero": []},
    ),
    "in what is given": (
        [["=", ["*", ZERO, ["inverse", ZERO]], 1]],
        ["+", ["norm", "F", "f"], 1],
        {"above": [2], "least": [], "zero": [[1, [[-1]]]]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CLIPPED)
def test_an_inverse_that_cancels_is_no_part_of_clipping(name: str) -> None:
    given, left, shown = CLIPPED[name]
    n = sp.Symbol("n", integer=True, positive=True)
    f, g = (sp.MatrixSymbol(letter, n, 1) for letter in "fg")
    data = {"numbers": {"n": "size"}, "matrices": {"f": ["n", 1], "g": ["n", 1]}, "given": given}
    data["claim"] = ["at most", left, ["norm", "F", "f"]]
    head = {"symrnn": 1, "kind": "clipping", "id": "x"}
    clipping.check(written([head, data, {"by": ["difference"]}, {"absurd": shown}]))
    with pytest.raises(NotAskedError):
        require_stated(data, Inequality(Norm(f, "F") + 1, Norm(f, "F")), {"n": n, "f": f, "g": g})


def test_a_power_that_is_no_inverse_asks_for_none() -> None:
    """W^k for k >= 0 exists whatever W is, so that nothing may rest on W⁻¹; W^{-k} supposes it."""
    W, (k, l) = sp.MatrixSymbol("W", 2, 2), sp.symbols("k l", integer=True)
    assert divisors(W**k, [k]) == divisors(W ** (k + 2), [k, l - 1]) == divisors(W ** (k - l), [k - l - 1]) == set()
    assert divisors(W**k, [l]) == divisors(W ** (-k), [k]) == divisors(W ** (k - 1), [k]) == {W}


def test_what_may_be_inverted_stands_in_the_statement() -> None:
    a, b = sp.symbols("a b", real=True)
    assert divisors(1 / (2 * a * b)) == {a, b}
    assert divisors((b - a) ** -2) == divisors(1 / (3 * a - 3 * b))
    with pytest.raises(NotAskedError, match="0 is inverted"):
        bases(a - a)
