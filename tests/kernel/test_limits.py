"""Certificates that would take for ever, or all memory: each is refused within seconds."""

import json
import time
from collections.abc import Callable
from typing import Any

import pytest

from symrnn.kernel import reader
from symrnn.kernel.errors import NotProvedError, Refused
from symrnn.kernel.reader import replay
from symrnn.kernel.work import MOST_WORK, limited, spend

SYSTEM = [
    "system",
    ["x", "n", 1, True, 0, None, [], None, "given", 0],
    ["y", "n", 1, True, 0, None, [], None, "given", 0],
    ["A", "n", "n", True, 0, None, [], None, "given", 0],
    ["B", "n", "n", True, 0, None, [], None, "given", 0],
    ["c", 1, 1, True, 0, None, [], None, "given", 0],
]


class Lines:
    """A certificate in the making."""

    def __init__(self) -> None:
        self.lines: list[Any] = [SYSTEM]
        self.terms = 0

    def term(self, *line: Any) -> int:
        self.lines.append(line)
        self.terms += 1
        return self.terms - 1

    def same(self, term: int) -> "Lines":
        """The term equals itself."""
        self.lines.append(["equal", [], [], term, term, [], []])
        return self

    def sum(self, index: int) -> int:
        return self.term("add", *(self.term("leaf", name, index) for name in "AB"))


def product_of_sums(lines: Lines) -> Lines:
    return lines.same(lines.term("mul", *(lines.sum(index) for index in range(40))))


def nested_squares(lines: Lines) -> Lines:
    square = lines.sum(0)
    for _ in range(12):
        square = lines.term("mul", square, square)
    return lines.same(square)


def products_of_what_is_long(lines: Lines) -> Lines:
    """Few products of few functions, each of which is a long text."""
    parts = [lines.term("add", *(lines.term("leaf", name, index) for index in range(800))) for name in "AB"]
    whole = lines.term("add", *(lines.term("fn", "phi", None, 0, part) for part in parts))
    return lines.same(lines.term("mul", *[whole] * 10))


def kronecker_of_sums(lines: Lines) -> Lines:
    whole = lines.sum(0)
    for index in range(1, 20):
        whole = lines.term("kron", whole, lines.sum(index))
    return lines.same(whole)


def differentials(lines: Lines) -> Lines:
    """The equation of h has a product of many sums in it, and is followed."""
    factors = [lines.sum(index) for index in range(11)]
    body = lines.term("mul", *factors, lines.term("leaf", "x", 0))
    lines.lines.append(lines.lines.pop(0))
    lines.lines[-1] = [*SYSTEM, ["h", "n", 1, True, 0, body, [], 1, "state", 0]]
    moved = lines.term("d", ["total", [["A", 0]]], ["h", 1])
    lines.lines.append(["equal", [], [], moved, moved, [[[0, 0, 0], "follow", [], [[]]]], []])
    return lines


def long_product(lines: Lines) -> Lines:
    leaf = lines.term("leaf", "A", 0)
    return lines.same(lines.term("mul", *[leaf] * 20_000))


def many_hadamard_factors(lines: Lines) -> Lines:
    leaves = [lines.term("leaf", "x", index) for index in range(200)]
    return lines.same(lines.term("had", *leaves * 50))


def many_summands(lines: Lines) -> Lines:
    return lines.same(lines.term("add", *(lines.term("leaf", "A", index) for index in range(9_000))))


def deep_functions(lines: Lines) -> Lines:
    inner = lines.term("leaf", "A", 0)
    for _ in range(58):
        inner = lines.term("fn", "phi", None, 0, inner)
    return lines.same(inner)


def deep_sums(lines: Lines) -> Lines:
    inner = lines.term("leaf", "A", {f"k{at}": 1 for at in range(50)})
    for at in range(50):
        inner = lines.term("sum", f"k{at}", 0, {"t": 1}, inner)
    return lines.same(inner)


def deep_products(lines: Lines) -> Lines:
    inner = lines.term("leaf", "A", {f"k{at}": 1 for at in range(20)})
    for at in range(20):
        inner = lines.term("prod", f"k{at}", 0, {"t": 1}, inner)
    return lines.same(inner)


def large_sizes(lines: Lines) -> Lines:
    sizes = [f"w{at}" for at in range(40)]
    inner = lines.term("T", lines.term("sel", 1, sizes))
    for _ in range(10):
        inner = lines.term("kron", inner, inner)
    return lines.same(inner)


def sizes_of_high_degree(lines: Lines) -> Lines:
    inner = lines.term("leaf", "A", 0)
    for _ in range(14):
        inner = lines.term("kron", inner, inner)
    return lines.same(inner)


def a_line_of_sizes(lines: Lines) -> Lines:
    return lines.same(lines.term("id", [[1, f"w{at}"] for at in range(60_000)]))


def many_blocks(lines: Lines) -> Lines:
    return lines.same(lines.term("sel", 1, ["n"] * 100_000))


def long_numbers(lines: Lines) -> Lines:
    factor = lines.term("leaf", "x", 0)
    for at in range(50):
        factor = lines.term("scale", [1, 999_999_000 + at], factor)
    return lines.same(lines.term("add", *[factor] * 900))


def many_hypotheses(lines: Lines) -> Lines:
    leaf = lines.term("leaf", "x", 0)
    big = lines.term("add", *[leaf] * 20_000)
    lines.lines.append(["equal", [], [[[], big, big]] * 50_000, leaf, leaf, [], []])
    return lines


def many_facts(lines: Lines) -> Lines:
    leaf = lines.term("leaf", "x", 0)
    many = {f"v{at}": 10**9 for at in range(100)}
    row = [[0, [1, 999_000_000 + at]] for at in range(40_000)]
    lines.lines.append(["equal", [many], [], leaf, leaf, [], [[[0], "empty", row]]])
    return lines


def many_conditions(lines: Lines) -> Lines:
    summed = lines.term("sum", "k", 0, {"t": 1}, lines.term("leaf", "x", {"k": 1}))
    conditions = [{"t": at, "_0": 1 - at} for at in range(30_000)]
    lines.lines.append(["equal", [], [], summed, summed, [[[0], "range", conditions, [[]] * 30_000, []]], []])
    return lines


def many_splits(lines: Lines) -> Lines:
    summed = lines.term("sum", "k", 0, {"t": 1}, lines.term("leaf", "x", {"k": 1}))
    steps = [[[at % (at // 2 + 1)], "split", {"_0": 1, "t": at}] for at in range(5_000)]
    lines.lines.append(["equal", [], [], summed, summed, steps, []])
    return lines


def many_claims(lines: Lines) -> Lines:
    leaf = lines.term("leaf", "x", 0)
    lines.same(leaf)
    lines.lines.append(["induction", "v", 0, [], [[[], leaf, leaf]] * 50_000, [0] * 50_000, [0] * 50_000])
    return lines


def many_quantities(lines: Lines) -> Lines:
    row = SYSTEM[1]
    lines.lines[0] = ["system", *([f"x{at}", *row[1:]] for at in range(20_000))]
    return lines


def many_cuts(lines: Lines) -> Lines:
    whole = lines.term("prod", "u", 1, {"t": 1}, lines.sum(0))
    steps = [[[0, 0, 0], "cut", {"t": 1, "": -at}, [[[0, 1]], [[0, 1]]]] for at in range(2_000)]
    lines.lines.append(["equal", [{"t": 1, "": -5_000}], [], whole, whole, steps, []])
    return lines


def growing_numbers(lines: Lines) -> Lines:
    """b[k+1] = b[k]², theorem after theorem: the digits of b[k] double."""
    start = lines.term("scale", 10**9, lines.term("ones", 1, 1))
    bodies = [start]
    rows: list[Any] = []
    for at in range(30):
        rows.append([f"b{at}", 1, 1, False, 0, bodies[-1], [], 0, "intermediate", 0])
        leaf = lines.term("leaf", f"b{at}", None)
        bodies.append(lines.term("mul", leaf, leaf))
    lines.lines.append(lines.lines.pop(0))
    lines.lines[-1] = ["system", *([*row[:9], at] for at, row in enumerate(rows))]
    last = lines.term("leaf", "b29", None)
    steps = [[[0, 1, 0], "definition", []]] * 3_000
    lines.lines.append(["equal", [], [], last, last, steps, []])
    return lines


def steps_beside_what_is_long(lines: Lines) -> Lines:
    """A step that changes nothing, over and over, beside two long monomials that one key stands for."""
    long = lines.term("leaf", "A", {"t": 1})
    for _ in range(10):
        long = lines.term("mul", long, long)
    a, b = (lines.term("leaf", "A", {v: 1}) for v in "ab")

    def twice(last: int) -> int:
        product = lines.term("mul", a, b, last, long)
        return lines.term("sum", "a", 0, {"s": 1}, lines.term("sum", "b", 0, {"s": 1}, product))

    whole = lines.term("add", twice(a), twice(b), lines.term("leaf", "A", 0))
    lines.lines.append(["equal", [], [], whole, whole, [[[0], "split", 0]] * 50_000, []])
    return lines


def powers_of_a_sum(lines: Lines) -> Lines:
    """So many bound variables that each has to be told from each."""
    power = lines.term("sum", "k", 0, 5, lines.term("leaf", "A", {"k": 1}))
    for _ in range(10):
        power = lines.term("mul", power, power)
    return lines.same(power)


ATTACKS: list[Callable[[Lines], Lines]] = [
    product_of_sums,
    nested_squares,
    products_of_what_is_long,
    kronecker_of_sums,
    differentials,
    long_product,
    many_hadamard_factors,
    many_summands,
    deep_functions,
    deep_sums,
    deep_products,
    large_sizes,
    sizes_of_high_degree,
    a_line_of_sizes,
    many_blocks,
    long_numbers,
    many_hypotheses,
    many_facts,
    many_conditions,
    many_splits,
    many_claims,
    many_quantities,
    many_cuts,
    growing_numbers,
    steps_beside_what_is_long,
    powers_of_a_sum,
]


def refused(attack: Callable[[Lines], Lines]) -> float:
    """The seconds after which a certificate is refused."""
    text = [json.dumps(line) for line in attack(Lines()).lines]
    began = time.process_time()
    with pytest.raises(Refused):
        replay(text)
    return time.process_time() - began


@pytest.mark.table(quick=10)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_work_is_limited(attack: Callable[[Lines], Lines], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reader, "limited", lambda *_: limited(MOST_WORK // 20))
    assert refused(attack) < 20


@pytest.mark.exhaustive
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.__name__)
def test_no_line_takes_longer_than_some_seconds(attack: Callable[[Lines], Lines]):
    assert refused(attack) < 60


def test_work_of_a_proof_is_far_from_the_limit():
    """A limit says nothing of what it is not meant for."""
    lines = Lines()
    with limited(MOST_WORK // 100):
        replay([json.dumps(line) for line in lines.same(lines.sum(0)).lines] + ['["qed",0,[],[[],[],[],[]]]'])
    assert lines.terms == 3


def test_limits_may_be_nested():
    with limited(10):
        with limited(2), pytest.raises(NotProvedError, match="too long"):
            spend(3)
        with limited(2):
            spend(2)
        with pytest.raises(NotProvedError, match="too long"):
            spend(6)
    spend(10**9)


def test_what_is_spent_inside_is_spent_outside():
    def spend_four() -> None:
        with limited(5):
            spend(4)

    with limited(10):
        spend_four()
        spend_four()
        with pytest.raises(NotProvedError, match="a certificate that takes too long"):
            spend_four()


def test_all_lines_together_are_limited(monkeypatch: pytest.MonkeyPatch):
    """None of these takes long, but there are many of them."""
    lines = Lines()
    whole = lines.term("mul", *(lines.sum(index) for index in range(5)))
    for _ in range(300):
        lines.same(whole)
    text = [json.dumps(line) for line in lines.lines]
    monkeypatch.setattr(reader, "MOST_IN_ALL", MOST_WORK // 50)
    began = time.process_time()
    with pytest.raises(Refused, match="a certificate that takes too long") as refusal:
        replay(text)
    assert 20 < refusal.value.line < 300
    assert time.process_time() - began < 20
