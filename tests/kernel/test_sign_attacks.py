"""What the kernel refuses of signs of entries: each lemma without one of its conditions, and slopes without a sign."""

import json

import pytest

from symrnn.kernel.errors import Refused
from symrnn.kernel.norms import check

SYSTEM = [
    "system",
    ["A", "n", "n", False, 0, None, [], None, "given", 0],
    ["B", "n", "m", False, 0, None, [], None, "given", 0],
    ["F", "n", "n", True, 0, None, [], None, "given", 0],
    ["a", "n", 1, True, 1, None, [], None, "given", 0],
    ["u", 1, 1, False, 0, None, [], None, "given", 0],
    ["w", 1, 1, False, 0, None, [], None, "given", 0],
]
# 0 A, 1 B, 2 F[v], 3 a[k], 4 u, 5 w
TERMS = [
    ["leaf", "A", None],
    ["leaf", "B", None],
    ["leaf", "F", {"v": 1}],
    ["leaf", "a", {"k": 1}],
    ["leaf", "u", None],
    ["leaf", "w", None],
]
# 0 zero, 1 one, 2 min(A), 3 min(B), 4 min(F[v]), 5 x, 6 min(u)
NUMBERS = [
    ["named", "x", "real"],
    ["rational", 0],
    ["rational", 1],
    ["smallest", 0],
    ["smallest", 1],
    ["smallest", 2],
    ["real", "x"],
    ["smallest", 4],
]
HEAD = [*TERMS, *NUMBERS]
A_IS_SIGNED = [["assume", [], [], 0, "<=", 2], ["assumption", 0, {}, [], [], []]]
BOTH_ARE_SIGNED = [
    ["assume", [], [], 0, "<=", 2],
    ["assume", [], [], 0, "<=", 3],
    ["assumption", 0, {}, [], [], []],
    ["assumption", 1, {}, [], [], []],
]
K = {"k": 1, "": -1}
QED = ["qed", 0, [], [], {}]


def checked(*lines):
    """The statement of a certificate."""
    return check([json.dumps(line) for line in (SYSTEM, *lines)])


def refused(*lines, why):
    """The kernel refuses the last line but the end."""
    with pytest.raises(Refused, match=why) as found:
        checked(*lines)
    assert found.value.line >= 2


def lemma(name, arguments, facts=(), premises=(), weights=(), rows=()):
    """A line."""
    return ["lemma", f"smallest entry of a{name}", list(arguments), list(facts), list(premises), [], weights, rows]


def ended(bound, rows=()):
    """The last line."""
    return ["qed", bound, list(rows), [], {}]


def test_products():
    """No entry of a product is below 0, where none of either factor is."""
    said = checked(*HEAD, *BOTH_ARE_SIGNED, lemma(" product", [0, 1], premises=[0, 1]), ended(2))
    assert said == "0 <= min(A B); given x real; 0 <= min(A); 0 <= min(B)".replace("x real; ", "")
    for kind, pair in (("product", [0, 1]), ("Hadamard product", [0, 0]), ("Kronecker product", [0, 1])):
        shown = [0, 1] if pair == [0, 1] else [0, 0]
        checked(*HEAD, *BOTH_ARE_SIGNED, lemma(f" {kind}", pair, premises=shown), ended(2))
        for fewer in ([], [0], [0, 1, 1]):
            refused(*HEAD, *BOTH_ARE_SIGNED, lemma(f" {kind}", pair, premises=fewer), why="2 premises")
        for other in ([1, 0], [1, 1] if pair == [0, 1] else [0, 1]):
            refused(*HEAD, *BOTH_ARE_SIGNED, lemma(f" {kind}", pair, premises=other), why="premise is another one")
    refused(*HEAD, *BOTH_ARE_SIGNED, lemma(" product", [1, 1], premises=[1, 1]), why="do not fit")
    refused(*HEAD, *BOTH_ARE_SIGNED, lemma(" Hadamard product", [0, 1], premises=[0, 1]), why="different shapes")


def test_a_premise_holds_where_the_lemma_speaks():
    """Not for some indices alone."""
    some = [["assume", [], [K], 0, "<=", 2], ["assumption", 0, {}, [K], [[[0, 1]]], []]]
    checked(*HEAD, *some, lemma(" product", [0, 0], [K], [0, 0]), ended(1, []))
    refused(*HEAD, *some, lemma(" product", [0, 0], [], [0, 0]), why="premise holds under other facts")


FAMILY = [["assume", ["v"], [{"v": 1, "": -1}], 0, "<=", 4]]
WITHIN = [{"v": 1, "": -1}, {"v": -1, "k": 1}]


def _inside(facts=WITHIN):
    return [*FAMILY, ["assumption", 0, {"v": {"v": 1}}, facts, [[[0, 1]]], []]]


@pytest.mark.parametrize("name", ["smallest entry of an ordered product", "smallest entries of a sum"])
def test_families(name):
    """No factor from the first to the last, and no summand, has an entry below 0; and there is a range."""
    ordered = "ordered" in name

    def line(low=1, premises=(0,), facts=({"k": 1},), weights=([[0, 1]],), rows=([[0, 1]],)):
        weights = list(weights) if ordered else []
        return ["lemma", name, ["v", {"": low}, {"k": 1}, 2], list(facts), list(premises), [], weights, list(rows)]

    sign = "∏" if ordered else "Σ"
    assert sign in checked(*HEAD, *_inside(), line(), ["qed", 1, [[[0, 1]], [[1, 1]], [[1, 1]]], [], {}])
    refused(*HEAD, *_inside(), line(premises=()), why="1 premises")
    refused(*HEAD, *_inside(), line(premises=(0, 0)), why="1 premises")
    refused(*HEAD, *_inside(), line(low=0), why="other facts")
    refused(*HEAD, *_inside(facts=[{"v": 1, "": -1}, {"v": -1, "": 3}]), line(), why="other facts")
    refused(*HEAD, *_inside(), line(facts=(), weights=[[]], rows=[[]]), why="not shown")
    refused(*HEAD, *A_IS_SIGNED, line(), why="premise is another one")


def test_of_one_matrix():
    """A diagonal needs a premise; a transpose, vec, a sum and a multiple say what they say, and no more."""
    column = [*TERMS, ["leaf", "a", {"k": 1}], *NUMBERS, ["smallest", 3]]
    signed = [["assume", [], [], 0, "<=", 7], ["assumption", 0, {}, [K], [], [[[0, 1]]][:0]]]
    refused(*column, signed[0], lemma(" diagonal", [3], [K]), why="1 premises")
    refused(*HEAD, *A_IS_SIGNED, lemma(" diagonal", [0], premises=[0]), why="column|diag|not")
    refused(*HEAD, ["lemma", "smallest entry of vec", [9], [], [], [], [], []], why="no such earlier")
    two = ["rational", -2]
    multiple = lemma(" multiple", [[-2, 1], 0])
    scaled = [*TERMS, ["scale", [-2, 1], 0], *NUMBERS, two, ["times", 7, 2], ["smallest", 6]]
    refused(*scaled, multiple, ["combine", [], 9, "<=", 8, [[1, 0]], []], why="differ")
    refused(*scaled, multiple, ["combine", [], 8, "<=", 9, [[1, 1]], []], why="differ")
    doubled = [*TERMS, ["add", 0, 0], ["scale", [-1, 1], 0], ["add", 0, 7], *NUMBERS, ["smallest", 6], ["plus", 2, 2]]
    total = lemma(" sum", [0, 0])
    refused(*doubled, total, ["combine", [], 7, "<", 8, [[1, 0]], []], why="differ|nothing shows")
    away = ["smallest", 7]
    refused(
        *doubled, away, ["plus", 2, 9], lemma(" sum", [0, 7]), ["combine", [], 0, "<=", 10, [[1, 0]], []], why="differ"
    )


def test_what_has_no_entry_below_0():
    """The identity has entries that are 0, a unit vector is one of 1, …, n, and ones are no more than 1."""
    unit = lemma(" unit vector", ["n", {"k": 1}], [{"k": 1}])
    refused(*HEAD, unit, why="conditions|not shown")
    identity = [
        *TERMS,
        ["id", "n"],
        *NUMBERS,
        ["smallest", 6],
        ["lemma", "smallest entry of an identity", ["n"], [], [], [], [], []],
    ]
    assert checked(*identity, QED) == "0 <= min(I_n)"
    refused(*identity, ["combine", [], 0, "<", 7, [[1, 0]], []], why="nothing shows")
    refused(*identity, ["combine", [], 1, "<=", 7, [[1, 0]], []], why="differ")
    refused(*HEAD, ["lemma", "smallest entry of ones", ["n"], [], [], [], [], []], why="about 2 things")


def test_even_powers():
    """x^(2k) >= 0 where k >= 0; of another power it is not said."""
    line = ["lemma", "even power", [5, {"k": 1}], [{"k": 1}], [], [], [[[0, 1]]], [[[0, 2]]]]
    assert checked(*HEAD, line, ["qed", 0, [[[0, 2]]], [], {}]).startswith("0 <= x^(2k)")
    refused(*HEAD, ["lemma", "even power", [5, {"k": 1}], [], [], [], [[]], [[]]], why="not shown")
    power = ["power", 5, {"": 3}]
    cube = ["lemma", "even power", [5, {"": 1}], [], [], [], [[]], []]
    refused(*HEAD, power, cube, ["combine", [], 0, "<=", 7, [[1, 0]], []], why="differ")


COLUMN = [
    *TERMS,
    ["fn", "phi", None, 1, 3],
    ["fn", "phi", None, 0, 3],
    ["fn", "psi", None, 1, 3],
    ["fn", "phi", None, 1, 0],
]


def test_signs_of_slopes():
    """A sign is assumed of the function that is named, of its slope or of itself, and of the sign alone."""
    start = [*COLUMN, *NUMBERS, ["assume slope", "phi", 1, 0, None, True]]
    said = checked(*start, ["slope", 0, 6, [K], []], ["qed", 0, [[[0, 1]]], [], {}])
    assert said == "0 <= min(phi'(a[k]))  for k >= 1; given 0 <= phi'(z) for every z"
    for other in (7, 8):
        refused(*start, ["slope", 0, other, [K], []], why="not what is bounded")
    refused(*start, ["slope", 0, 9, [], []], why="not a column")
    refused(*start, ["slope", 1, 6, [K], []], why="no such hypothesis")
    for wrong in (["phi", 1, 0, 1, True], ["phi", 1, None, 1, True], ["phi", 1, 0, None, 1], ["phi", 1, 0, None, "x"]):
        refused(*COLUMN, *NUMBERS, ["assume slope", *wrong], why="neither a magnitude")
    refused(*start, ["assume slope", "phi", 1, 0, None, True, 1], why="malformed")


def test_a_magnitude_says_nothing_of_a_sign():
    """From |φ'| >= 1 follows no smallest entry, and from φ' >= 1 no largest one."""
    plain = [*COLUMN, *NUMBERS, ["assume slope", "phi", 1, 1, None], ["smallest", 6], ["slope", 0, 6, [K], []]]
    refused(*plain, ["combine", [K], 0, "<=", 7, [[1, 0]], []], why="differ")
    signed = [*COLUMN, *NUMBERS, ["assume slope", "phi", 1, 1, None, True], ["norm", "oo", 6], ["slope", 0, 6, [K], []]]
    refused(*signed, ["combine", [K], 7, "<=", 1, [[1, 0]], []], why="differ")
    refused(*signed, ["combine", [K], 0, "<=", 7, [[1, 1]], []], why="no such earlier bound")


def test_entries_of_numbers():
    """What a number is made of is so of 1 x 1 matrices alone, and a row times a column is not made of their entries."""
    more = [["mul", 4, 5], ["add", 4, 5], ["pow", 4, {"k": 1}], ["T", 3], ["mul", 9, 3], ["had", 4, 5], ["kron", 4, 5]]
    start = [*TERMS, *more, *NUMBERS]
    assert checked(*start, ["magnitude", "smallest", 6, [], []], QED) == "min(u w) <= min(u)·min(w)"
    assert checked(*start, ["magnitude", "smallest", 7, [], []], QED) == "min(u + w) <= min(u) + min(w)"
    for number in (11, 12):
        assert checked(*start, ["magnitude", "smallest", number, [], []], QED).endswith("<= min(u)·min(w)")
    power = ["magnitude", "smallest", 8, [{"k": 1}], [[[0, 1]]] * 4]
    assert checked(*start, power, ["qed", 0, [[[0, 1]]] * 2, [], {}]) == "min(u^(k)) <= min(u)^(k)  for k >= 0"
    refused(*start, ["magnitude", "smallest", 8, [], [[]] * 4], why="not shown")
    inner = ["magnitude", "smallest", 10, [K], []]
    assert "min(a[k]ᵀ a[k]) <= min(a[k]ᵀ a[k])" in checked(*start, inner, ["qed", 0, [[[0, 1]]] * 4, [], {}])
    for matrix in (0, 1, 3, 9):
        refused(*start, ["magnitude", "smallest", matrix, [K], []], why="not a number")
    refused(*start, ["magnitude", "least", 4, [], []], why="not a norm")


def test_no_smallest_entry_of_another_thing():
    """The smallest singular value of a matrix is not its smallest entry, nor is its radius."""
    refused(*HEAD, ["lemma", "nonnegative", ["smallest", 0], [], [], [], [], []], why="not about the norm smallest")
    for name, arguments in (("homogeneity", ["smallest", [-2, 1], 0]), ("submultiplicativity", ["smallest", 0, 0])):
        refused(*HEAD, ["lemma", name, arguments, [], [], [], [], []], why="norm smallest|no norm is called")
    refused(*HEAD, ["norm", "smallest", 0], ["combine", [], 7, "<=", 7, [], []], why="no norm is called")
