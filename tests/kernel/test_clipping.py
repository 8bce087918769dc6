"""Certificates about clipping: lemmas at numbers, side conditions attacked, damaged proofs prove nothing false."""

from __future__ import annotations

import copy
import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import cache
from itertools import islice
from typing import Any

import pytest
from kernel.vector_oracle import TOLERANCE, Place, drawn, holds, places, refuted

from symrnn.kernel.clipping import LEMMAS, WAYS, Proof, check
from symrnn.kernel.errors import NotProvedError, Refused
from symrnn.kernel.polynomials import Poly, constant, minus, plus
from symrnn.kernel.vectors import Names

NUMBERS = {"s": "nonnegative", "p": "positive", "r": "real", "n": "size", "m": "size"}
SHAPES = {"f": ["n", 1], "g": ["n", 1], "A": ["n", "m"], "B": ["n", "m"], "x": [1, "m"], "c": [2, 1], "d": [2, 1]}
HEADER = json.dumps({"symrnn": 1, "kind": "clipping", "id": "it"})

# -- lemmas at numbers -------------------------------------------------------------------------------------------------


def names() -> Names:
    return Names(NUMBERS, SHAPES)


def a_matrix(source: random.Random, like: tuple[str, ...], depth: int = 2) -> Any:
    if depth == 0 or source.random() < 0.4:
        return source.choice(like)
    inner = a_matrix(source, like, depth - 1)
    match source.choice(("sum", "sum", "hadamard", "scale", "clip")):
        case "sum" | "hadamard" as kind:
            return [kind, inner, a_matrix(source, like, depth - 1)]
        case "scale":
            return ["scale", source.choice((-1, 2, "r", "s", ["factor", "F", source.choice(like), "s"])), inner]
    return ["clip", inner, source.choice(("s", "p", 1))]


def any_matrix(source: random.Random) -> Any:
    like = source.choice((("f", "g"), ("f", "g"), ("A", "B"), ("x",), ("c", "d"), ("stack",)))
    if like == ("stack",):
        return ["stack", a_matrix(source, ("A", "B"), 1), a_matrix(source, ("f", "g"), 1)]
    return a_matrix(source, like)


def a_scalar(source: random.Random) -> Any:
    parts = [["norm", source.choice(("1", "2", "oo", "F")), any_matrix(source)], "r", "s", 2, "p", "n", ["/", 1, 3]]
    first, second = source.choice(parts), source.choice(parts)
    return source.choice(
        (first, ["+", first, second], ["*", first, second, ["/", -1, 2]], ["abs", first], ["inverse", first])
    )


def arguments(rule: str, takes: tuple[str, ...], source: random.Random) -> list[Any]:
    """Terms that a lemma may be about."""
    if rule == "Cauchy–Schwarz":
        like = source.choice((("f", "g"), ("A", "B")))
        return [a_matrix(source, like), a_matrix(source, like)]
    if rule == "min and max":
        parts = [a_scalar(source) for _ in range(source.choice((1, 2, 3)))]
        return [source.choice((["min", *parts], ["max", *parts], ["abs", parts[0]]))]
    if rule in ("factor", "clip", "root"):
        limit = source.choice(("s", "p", "n", 0, ["norm", "2", "f"], ["*", "s", "n"], ["inverse", "s"]))
        return {"factor": [source.choice(("1", "2", "oo", "F")), any_matrix(source), limit], "root": [limit]}.get(
            rule, [any_matrix(source), limit]
        )
    draw: dict[str, Callable[[], Any]] = {
        "kind": lambda: source.choice(("1", "2", "oo", "F")),
        "matrix": lambda: any_matrix(source),
        "scalar": lambda: a_scalar(source),
    }
    return [draw[sort]() for sort in takes]


def value(known: Names, p: Poly, place: Place) -> tuple[float, float]:
    """A polynomial at a place, and the size of its parts."""
    keys: list[Any] = list(known.ring.unknowns)
    total, size = 0.0, 1e-300
    for mono, c in p.items():
        part = float(c)
        for at in mono:
            part *= place.scalar(keys[at])
        total, size = total + part, size + abs(part)
    return total, size


def covered(known: Names, cases: Any, place: Place, tolerance: float = TOLERANCE) -> bool:
    return any(all(holds(*value(known, p, place), sign, tolerance) for sign, p in facts) for facts in cases)


def instances(rule: str, seed: int) -> Iterator[tuple[Names, Any, Place]]:
    source = random.Random(seed)
    while True:
        known = names()
        sorts = LEMMAS[rule].takes
        terms = [known.read(s, t) for s, t in zip(sorts, arguments(rule, sorts, source), strict=True)]
        yield known, LEMMAS[rule].gives(known, *terms), drawn(source, NUMBERS, SHAPES)


@pytest.mark.parametrize("rule", LEMMAS)
def test_a_lemma_holds_at_numbers(rule: str) -> None:
    for known, cases, place in islice(instances(rule, 0), 400):
        assert covered(known, cases, place), place


@pytest.mark.parametrize("rule", LEMMAS)
def test_a_lemma_that_says_something_else_does_not(rule: str) -> None:
    """Each fact of each case turned round or shifted: the numbers tell."""
    (known, cases, _) = next(instances(rule, 0))
    wrong = 0
    for which, facts in enumerate(cases):
        for at in range(len(facts)):
            fails = None
            for known, good, place in islice(instances(rule, 1), 400):
                if len(good) <= which or len(good[which]) <= at or not good[which][at][1]:
                    continue
                bad = [list(case) for case in good]
                sign, p = bad[which][at]
                bad[which][at] = (sign, plus(p, constant(1)) if sign == "=" else minus({}, p, constant(1)))
                fails = bool(fails) or not covered(known, bad, place)
            assert fails is not False
            wrong += bool(fails)
    assert wrong


EXACT = {"s": "nonnegative", "e": "real"}


@pytest.mark.parametrize("limit", [0, 4, 5, 6])
@pytest.mark.parametrize("column", [(3, 4), (0, 0), (-3, -4), (5, 0), (0, 6)])
def test_definitions_by_cases_hold_exactly_where_cases_meet(limit: int, column: tuple[int, int]) -> None:
    import numpy as np

    for row in (0, 1):
        place = Place({"s": float(limit), "e": float(column[0])}, {"f": np.array([column], float).T}, row)
        known = Names(EXACT, {"f": [2, 1]})
        f, s, e = ("name", "f"), ("name", "s"), ("name", "e")
        for rule, terms in (
            ("factor", ("2", f, s)),
            ("factor", ("oo", f, s)),
            ("clip", (f, s)),
            ("inverse", (e,)),
            ("min and max", (("abs", e),)),
            ("min and max", (("max", e, s),)),
            ("nonnegative", ("1", f)),
        ):
            cases = LEMMAS[rule].gives(known, *terms)
            strictly = [
                all(v > 0 if sign == ">" else v >= 0 if sign == ">=" else abs(v) < 1e-12 for sign, v in facts)
                for facts in ([(sign, value(known, p, place)[0]) for sign, p in case] for case in cases)
            ]
            assert any(strictly), (rule, column, limit)


# -- ways at numbers ---------------------------------------------------------------------------------------------------


def claims(kind: str, source: random.Random) -> list[Any]:
    like = source.choice((("f", "g"), ("A", "B"), ("c", "d")))
    if kind != "at most":
        return [a_matrix(source, like), a_matrix(source, like)]
    norms = [["norm", source.choice(("1", "2", "oo", "F")), a_matrix(source, like)] for _ in range(2)]
    return [norms[0], source.choice((norms[1], ["norm", norms[0][1], norms[1][2]], a_scalar(source), ["*", "n", "r"]))]


@pytest.mark.parametrize("which", WAYS, ids=str)
def test_a_claim_that_fails_leaves_a_case_open(which: tuple[str, str]) -> None:
    """Where a claim fails, some case of its opposite holds in some place."""
    source, failed = random.Random(2), 0
    for _ in range(1_500):
        known = names()
        sides = claims(which[0], source)
        factor = [a_scalar(source)] if which[1] == "multiple" else []
        sort = "scalar" if which[0] == "at most" else "matrix"
        terms = [known.read(sort, side) for side in sides] + [known.read("scalar", a) for a in factor]
        try:
            cases = WAYS[which].gives(known, *terms)
        except NotProvedError:
            continue
        place = drawn(source, NUMBERS, SHAPES)
        if refuted({"given": [], "claim": [which[0], *sides]}, place):
            failed += 1
            everywhere = [Place(place.numbers, place.matrices, i, j) for i in range(3) for j in range(3)]
            assert any(covered(known, cases, here, 0.0) for here in everywhere), (sides, place)
    assert failed > 40


# -- certificates ------------------------------------------------------------------------------------------------------


def statements() -> dict[str, Any]:
    from derivations import L20_clipping
    from symrnn.derivation import Kind

    found = {}
    for name, claim in vars(L20_clipping).items():
        if name.startswith("L20") and claim.expected is Kind.PROVED:
            for at, part in enumerate(getattr(claim.statement, "parts", (claim.statement,)), 1):
                found[f"{claim.id}.{at}"] = part
    return found


@cache
def certified(name: str) -> tuple[str, ...]:
    from symrnn.certify.clipped.clipped_search import certificate

    return certificate(statements()[name], name).lines


SHIPPED = [
    *(f"L20.{at}" for at in (1, 2, 3)),
    *(f"L20-vanishing.{at}" for at in (1, 2)),
    *(f"L20-value.{at}" for at in (1, 2, 3)),
    *(f"L20-twice.{at}" for at in (1, 2)),
    *(f"L20-closer.{at}" for at in (1, 2)),
    *(f"L20-global.{at}" for at in (1, 2, 3, 4)),
]


def test_every_part_that_is_proved_is_listed() -> None:
    assert list(statements()) == SHIPPED


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_part_has_a_certificate(name: str) -> None:
    lines = list(certified(name))
    assert check(lines)
    assert len(lines) <= 30
    data = json.loads(lines[1])
    assert not any(refuted(data, place) for place in islice(places(3, data["numbers"], data["matrices"]), 300))


def test_a_statement_is_printed_from_the_certificate() -> None:
    assert check(list(certified("L20.3"))) == (
        "min(1, theta/‖g‖_2) g = g if ‖g‖_2 <= theta; for all real n = 1, 2, …, theta > 0, g (n x 1); "
        "min(1, s/0) stands for 1"
    )


def test_a_process_without_numerical_packages_accepts_them_all(tmp_path: Any) -> None:
    for name in SHIPPED:
        (tmp_path / f"{name}.jsonl").write_text("\n".join(certified(name)) + "\n", "utf-8")
    program = (
        "import sys\n"
        "for name in ('sympy', 'numpy', 'mpmath', 'flint'): sys.modules[name] = None\n"
        "from symrnn.kernel.__main__ import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("accepted L20") == len(SHIPPED)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_proof_of_one_statement_proves_no_other(name: str) -> None:
    lines = list(certified(name))
    own = json.loads(lines[1])
    for other in SHIPPED:
        data = json.loads(certified(other)[1])
        if data == own:
            continue
        for swapped in ({**data, "claim": own["claim"]}, data, {**data, "claim": ["at most", 1, 0]}):
            accepts([lines[0], json.dumps(swapped), *lines[2:]])


def accepts(lines: list[str], tries: int = 150) -> bool:
    """Whether a certificate is accepted; then its statement must not fail anywhere."""
    try:
        check(lines)
    except Refused:
        return False
    data = json.loads(lines[1])
    for place in islice(places(5, data["numbers"], data["matrices"]), tries):
        assert not refuted(data, place), (lines[1], place)
    return True


# -- damage ------------------------------------------------------------------------------------------------------------


def damaged(lines: list[str], source: random.Random) -> list[str]:
    found = list(lines)
    at = source.randrange(1, len(found))
    match source.choice(("drop", "repeat", "swap", "leaf", "leaf", "leaf", "leaf", "part", "text", "everywhere")):
        case "drop":
            del found[at]
        case "repeat":
            found.insert(at, found[at])
        case "swap":
            other = source.randrange(1, len(found))
            found[at], found[other] = found[other], found[at]
        case "everywhere":  # in the statement and in the proof alike
            holder, key = source.choice(list(inside([json.loads(found[1])], leaves=True)))
            old, new = json.dumps(holder[key]), json.dumps(other_leaf(holder[key], source))
            found[1:] = [line.replace(old, new) for line in found[1:]]
        case "text":
            where = source.randrange(len(found[at]))
            found[at] = (
                found[at][:where] + source.choice('0129-[]",abfg>=<') + found[at][where + source.choice((0, 1)) :]
            )
        case how:
            at = 1 if source.random() < 0.4 else at
            whole = [json.loads(found[at])]
            spots = list(inside(whole, leaves=how == "leaf"))
            holder, key = source.choice(spots)
            if how == "leaf":
                holder[key] = other_leaf(holder[key], source)
            else:
                other, second = source.choice(spots)
                holder[key] = copy.deepcopy(other[second])
            found[at] = json.dumps(whole[0])
    return found


def inside(node: Any, leaves: bool) -> Iterator[tuple[Any, Any]]:
    for key in node if isinstance(node, dict) else range(len(node)):
        part = node[key]
        if isinstance(part, dict | list):
            yield from inside(part, leaves)
            if not leaves:
                yield node, key
        elif leaves:
            yield node, key


def other_leaf(leaf: Any, source: random.Random) -> Any:
    if isinstance(leaf, int):
        return source.choice((leaf + 1, leaf - 1, -leaf, 0, 1, 2, source.randrange(12)))
    words = ("f", "g", "theta", "n", "F", "2", "1", "oo", "positive", "nonnegative", "real", "size", "norm", "factor")
    more = (
        "sum",
        "scale",
        "stack",
        "clip",
        "+",
        "*",
        "min",
        "inner",
        "<=",
        "<",
        "=",
        "at most",
        "coincide",
        "direction",
    )
    return source.choice((*words, *more, *LEMMAS))


@pytest.mark.parametrize("name", SHIPPED)
def test_damaged_certificates_prove_nothing_that_fails(name: str) -> None:
    source = random.Random(name)
    lines = list(certified(name))
    accepted = sum(accepts(damaged(lines, source), 60) for _ in range(250))
    assert accepted < 250


@pytest.mark.parametrize("name", SHIPPED)
def test_every_line_is_needed(name: str) -> None:
    """A line that is left out is missed, but for lemmas that only some of the cases need in which they are noted."""
    lines = list(certified(name))
    for at in range(1, len(lines)):
        if '"lemma"' not in lines[at]:
            with pytest.raises(Refused):
                check(lines[:at] + lines[at + 1 :])


# -- attacks -----------------------------------------------------------------------------------------------------------

STATEMENT: dict[str, Any] = {"numbers": NUMBERS, "matrices": SHAPES, "given": [], "claim": ["at most", "s", "s"]}
EMPTY = {"above": [0], "least": [], "zero": []}


def attack(claim: Any, *lines: Any, **changed: Any) -> str:
    """Why a certificate is refused."""
    data = {**STATEMENT, "claim": claim, **changed}
    with pytest.raises(Refused) as refusal:
        check([HEADER, json.dumps(data), *map(json.dumps, lines)])
    return str(refusal.value)


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        (["at most", ["norm", "2", ["clip", "f", "r"]], "s"], "threshold"),
        (["at most", ["norm", "2", ["clip", "f", -1]], "s"], "threshold"),
        (["at most", ["factor", "2", "f", "r"], "s"], "threshold"),
        (["at most", ["factor", "2", "f", ["+", "s", -1]], "s"], "threshold"),
        (["at most", ["factor", "2", "f", ["*", "s", "r"]], "s"], "threshold"),
        (["at most", ["factor", "2", "f", ["min", "s", "r"]], "s"], "threshold"),
        (["at most", ["factor", "2", "f", ["inner", "f", "g"]], "s"], "threshold"),
        (["at most", ["root", "r"], "s"], "root"),
        (["at most", ["root", ["/", -1, 2]], "s"], "root"),
        (["at most", ["factor", "2", "f", ["inverse", "r"]], "s"], "threshold"),
        (["at most", ["norm", "2", ["clip", "f", ["max", "s", "r"]]], "s"], "threshold"),
        (["at most", ["norm", "2", ["hadamard", "f", "A"]], "s"], "shapes"),
        (["at most", ["inner", "f", "A"], "s"], "shapes"),
        (["at most", ["norm", "2", ["sum", "f", "A"]], "s"], "shapes"),
        (["at most", ["norm", "2", ["sum", "c", "f"]], "s"], "shapes"),
        (["at most", ["norm", "2", ["sum", ["stack", "A", "f"], ["stack", "f", "f"]]], "s"], "shapes"),
        (["coincide", "f", "A"], "shapes"),
        (["direction", "f", "x"], "shapes"),
        (["at most", ["norm", "3", "f"], "s"], "no such norm"),
        (["at most", ["norm", "2", "s"], "s"], "not declared"),
        (["at most", "f", "s"], "not declared"),
        (["at most", ["/", 1, 0], "s"], "denominator"),
        (["at most", ["/", 1, -1], "s"], "denominator"),
        (["at most", 10**10, "s"], "moderate"),
        (["at most", True, "s"], "malformed"),
        (["at most", 1.5, "s"], "malformed"),
        (["at most", ["/", 1.0, 2], "s"], "malformed"),
        (["at most", ["/", True, 2], "s"], "moderate"),
        (["at most", None, "s"], "malformed"),
        (["at most", ["+"], "s"], "malformed"),
        (["at most", ["norm", "2"], "s"], "malformed"),
        (["at most", ["sum", "f"], "s"], "malformed"),
        (["at most", ["entry", "f"], "s"], "malformed"),
        (["at most", "s"], "malformed"),
        (["at most", "s", "s", "s"], "malformed"),
        (["less", "s", "s"], "malformed"),
        ([["at most"], "s", "s"], "malformed"),
        ([], "malformed"),
        (None, "malformed"),
        (["at most", ["+", *["s"] * 500], "s"], "too large"),
    ],
    ids=str,
)
def test_a_statement_without_meaning_is_refused(claim: Any, why: str) -> None:
    assert why in attack(claim)


@pytest.mark.parametrize(
    "changed",
    [
        {"matrices": {**SHAPES, "s": ["n", 1]}},
        {"matrices": {"f": ["s", 1]}},
        {"matrices": {"f": [0, 1]}},
        {"matrices": {"f": [-1, 1]}},
        {"matrices": {"f": [["/", 1, 2], 1]}},
        {"matrices": {"f": [["*", "n", "n"], 1]}},
        {"matrices": {"f": ["n"]}},
        {"matrices": {"f g": ["n", 1]}},
        {"matrices": ["f"]},
        {"numbers": {**NUMBERS, "t": "any"}},
        {"numbers": {**NUMBERS, "t": ["real"]}},
        {"numbers": {**NUMBERS, "1": "real"}},
        {"numbers": ["s"]},
        {"given": [["!=", "s", "r"]]},
        {"given": [["<=", "s"]]},
        {"given": [["<=", "f", "g"]]},
        {"given": None},
        {"more": 1},
    ],
    ids=str,
)
def test_names_and_hypotheses_are_checked(changed: Any) -> None:
    attack(["at most", "s", "s"], {"by": ["difference"]}, {"absurd": EMPTY}, **changed)


def test_the_least_proof_is_accepted() -> None:
    data = {**STATEMENT, "numbers": {"s": "nonnegative"}, "matrices": {}}
    goal = {"above": [1], "least": [], "zero": []}  # s - s > 0
    lines = [HEADER, json.dumps(data), json.dumps({"by": ["difference"]}), json.dumps({"absurd": goal})]
    assert check(lines) == "s <= s; for all real s >= 0"


BY = {"by": ["difference"]}
CLAIM = ["at most", "r", "s"]  # facts: s >= 0, p > 0, n - 1 >= 0, m - 1 >= 0, r - s > 0; unknowns r, s, p, n, m as met


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ({"absurd": {"above": [], "least": [[0, [], []]], "zero": []}}, "weight"),
        ({"absurd": {"above": [], "least": [[-1, [], []]], "zero": []}}, "weight"),
        ({"absurd": {"above": [], "least": [[[1, -1], [], []]], "zero": []}}, "not a fraction"),
        ({"absurd": {"above": [], "least": [[[-1, 1], [], []]], "zero": []}}, "weight"),
        ({"absurd": {"above": [], "least": [[1.0, [], []]], "zero": []}}, "malformed"),
        ({"absurd": {"above": [], "least": [[True, [], []]], "zero": []}}, "malformed"),
        ({"absurd": {"above": [], "least": [], "zero": []}}, "not 0"),
        ({"absurd": {"above": [0], "least": [], "zero": []}}, "no such fact"),
        ({"absurd": {"above": [-1], "least": [], "zero": []}}, "no such fact"),
        ({"absurd": {"above": [5], "least": [], "zero": []}}, "no such fact"),
        ({"absurd": {"above": [True], "least": [], "zero": []}}, "no such fact"),
        ({"absurd": {"above": [], "least": [[1, [9], []]], "zero": []}}, "no such fact"),
        ({"absurd": {"above": [], "least": [], "zero": [[0, [[1]]]]}}, "no such fact"),
        ({"absurd": {"above": [], "least": [], "zero": [[4, [[1]]]]}}, "no such fact"),
        ({"absurd": {"above": [], "least": [[1, [], [[[1, 99]]]]], "zero": []}}, "no such unknown"),
        ({"absurd": {"above": [], "least": [[1, [], [[[1, -1]]]]], "zero": []}}, "no such unknown"),
        ({"absurd": {"above": [], "least": [[1, [], [[[1, "s"]]]]], "zero": []}}, "no such unknown"),
        ({"absurd": {"above": [], "least": [[1, [], [[[1, *[0] * 61]]]]], "zero": []}}, "too large"),
        ({"absurd": {"above": [], "least": []}}, "malformed"),
        ({"absurd": {"above": [], "least": [], "zero": [], "facts": []}}, "malformed"),
        ({"absurd": None}, "malformed"),
        ({"by": ["difference"]}, "second way"),
        ({"by": ["entries"]}, "second way"),
        ({"lemma": ["no such"]}, "malformed"),
        ({"lemma": ["min and max"]}, "malformed"),
        ({"lemma": ["min and max", ["abs", "s"], "s"]}, "malformed"),
        ({"lemma": ["min and max", ["abs", "s", "s"]]}, "malformed"),
        ({"lemma": []}, "malformed"),
        ({"lemma": ["min and max", "s"]}, "neither"),
        ({"lemma": ["Cauchy–Schwarz", "f", "A"]}, "shapes"),
        ({"lemma": ["root", "r"]}, "root"),
        ({"lemma": ["factor", "2", "f", "r"]}, "threshold"),
        ({"lemma": ["clip", "f", "r"]}, "threshold"),
        ({"lemma": ["clip", "f", ["+", "s", -1]]}, "threshold"),
        ({"lemma": ["homogeneity", "2", "f", "f"]}, "not declared"),
        ({"believe": []}, "no such line"),
        ({}, "malformed"),
        ({"lemma": ["min and max", ["abs", "s"]], "by": ["difference"]}, "malformed"),
        ([], "malformed"),
        (1, "malformed"),
    ],
    ids=str,
)
def test_a_line_that_is_no_proof_is_refused(line: Any, why: str) -> None:
    assert why in attack(CLAIM, BY, line)


@pytest.mark.parametrize(
    ("claim", "by"),
    [
        (["at most", ["norm", "2", "A"], ["norm", "2", "B"]], ["monotone norms"]),  # the spectral norm does not grow so
        (["at most", ["norm", "1", "f"], ["norm", "oo", "g"]], ["monotone norms"]),
        (["at most", ["norm", "1", "f"], ["norm", "2", "g"]], ["monotone norms"]),
        (["at most", ["norm", "F", "f"], ["norm", "F", "c"]], ["monotone norms"]),
        (["at most", ["inner", "f", "f"], ["inner", "g", "g"]], ["monotone norms"]),
        (["at most", "r", ["norm", "2", "g"]], ["monotone norms"]),
        (["at most", "r", "s"], ["bounded entries"]),
        (["at most", ["inner", "f", "f"], "s"], ["bounded entries"]),
        (["at most", "r", "s"], ["distance"]),
        (["coincide", "f", "g"], ["difference"]),
        (["coincide", "f", "g"], ["multiple", 1]),
        (["direction", "f", "g"], ["entries"]),
        (["direction", "f", "g"], ["multiple"]),
        (["direction", "f", "g"], ["multiple", "f"]),
        (["coincide", "f", "g"], ["entries", "f"]),
        (["coincide", "f", "g"], []),
        (["coincide", "f", "g"], None),
    ],
    ids=str,
)
def test_a_way_is_taken_only_where_it_leads(claim: Any, by: Any) -> None:
    with pytest.raises((NotProvedError, LookupError, ValueError, TypeError)):
        Proof(NUMBERS, SHAPES, [], claim).step("by", by)
    attack(claim, {"by": by})


def test_a_proof_has_to_end() -> None:
    assert "the end is missing" in attack(CLAIM)
    assert "the end is missing" in attack(CLAIM, BY)
    assert "the end is missing" in attack(CLAIM, BY, {"lemma": ["min and max", ["abs", "r"]]})
    assert "no case is open" in attack(CLAIM, {"absurd": EMPTY})
    assert "no case is open" in attack(CLAIM, {"lemma": ["min and max", ["abs", "r"]]})
    done = {"absurd": {"above": [4], "least": [], "zero": []}}
    assert "no case is open" in attack(["at most", "s", "s"], BY, done, done)
    for lines in ([], [HEADER], [HEADER, "{"], [HEADER, "[" * 100_000], [HEADER, json.dumps(STATEMENT), "1" * 9_999]):
        with pytest.raises(Refused):
            check(lines)


def test_cases_are_not_closed_by_facts_of_other_cases() -> None:
    """|r| <= r holds where r >= 0 only: the second case stays open."""
    claim = ["at most", ["abs", "r"], "r"]
    proof = Proof({"r": "real"}, {}, [], claim)
    proof.step("by", ["difference"])
    proof.step("lemma", ["min and max", ["abs", "r"]])
    good = {"above": [0], "least": [], "zero": [[1, [[-1]]]]}  # |r| - r > 0 and |r| - r = 0
    proof.step("absurd", good)
    assert proof.open is not None
    assert len(proof.open) == 1
    with pytest.raises(NotProvedError):
        proof.step("absurd", good)


def test_entries_of_one_matrix_are_not_those_of_another() -> None:
    """A proof of X = X proves nothing of two names."""
    for right, accepted in (("f", True), ("g", False)):
        data = {**STATEMENT, "claim": ["coincide", "f", right]}
        lines = [{"by": ["entries"]}, *[{"absurd": {"above": [4], "least": [], "zero": []}}] * 2]
        assert accepts([HEADER, json.dumps(data), *map(json.dumps, lines)]) is accepted


# -- limits ------------------------------------------------------------------------------------------------------------


def deep(levels: int) -> Any:
    term: Any = "f"
    for _ in range(levels):
        term = ["scale", 2, term]
    return term


@pytest.mark.parametrize("levels", [40, 300, 900])
def test_a_deep_term_is_refused(levels: int) -> None:
    assert "too deep" in attack(["at most", ["norm", "2", deep(levels)], "s"])


def test_a_long_certificate_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "too long" in attack(CLAIM, BY, {"lemma": ["root", "s" * 1_100_000]})
    monkeypatch.setattr("symrnn.kernel.clipping.MOST_LINES", 10)
    assert attack(CLAIM, BY, *[{"lemma": ["min and max", ["abs", "r"]]}] * 20).startswith(
        "line 10: a certificate that is too long"
    )


@pytest.mark.parametrize(
    "line",
    [
        {"lemma": ["inverse", ["*", *[["+", *(["norm", "F", ["scale", k, "f"]] for k in range(2, 17))]] * 2]]},
        {"lemma": ["norm of a sum", ["sum", *[["scale", k, "f"] for k in range(1, 50)]]]},
        {"lemma": ["Cauchy–Schwarz", *[["sum", *["f", "g"] * 80]] * 2]},
        {"lemma": ["min and max", ["min", *["r"] * 180]]},
    ],
    ids=str,
)
def test_much_work_is_refused_in_time(line: Any) -> None:
    before = time.process_time()
    why = attack(CLAIM, BY, *[line] * 4_000)
    assert "more work" in why or "too many facts" in why
    assert time.process_time() - before < 10


def test_numbers_do_not_grow_without_end() -> None:
    term: Any = ["*", *[10**9] * 20]
    assert "too large" in attack(["at most", ["*", *[term] * 15], "s"], BY, EMPTY)
    assert "too large" in attack(["at most", ["*", *["r"] * 61], "s"], BY)
