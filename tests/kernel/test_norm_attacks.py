"""What the kernel refuses in certificates of inequalities and limits: each side condition, attacked."""

import json

import pytest

from symrnn.kernel.errors import Refused
from symrnn.kernel.norms import check

SYSTEM = [
    "system",
    ["W", "n", "n", False, 0, None, [], None, "given", 0],
    ["B", "n", "m", False, 0, None, [], None, "given", 0],
    ["F", "n", "n", True, 0, None, [], None, "given", 0],
    ["a", "n", 1, True, 1, None, [], None, "given", 0],
    ["alpha", 1, 1, False, 0, None, [], None, "given", 0],
    ["beta", 1, 1, False, 0, None, [], None, "given", 0],
    ["moving", 1, 1, True, 0, None, [], None, "given", 0],
]
K = [{"k": 1}]


def checked(*lines):
    """The statement of a certificate."""
    return check([json.dumps(line) for line in (SYSTEM, *lines)])


def refused(*lines, why):
    """The kernel refuses the last line but the end."""
    with pytest.raises(Refused, match=why) as found:
        checked(*lines)
    assert found.value.line >= 2


# 0 W, 1 B, 2 F[k], 3 F[v], 4 W^k, 5 a[k]
TERMS = [
    ["leaf", "W", None],
    ["leaf", "B", None],
    ["leaf", "F", {"k": 1}],
    ["leaf", "F", {"v": 1}],
    ["pow", 0, {"k": 1}],
    ["leaf", "a", {"k": 1}],
]
# 0 zero, 1 one, 2 ‖W‖, 3 x, 4 ρ(W), 5 ‖F[k]‖, 6 ‖F[v]‖
NUMBERS = [
    ["named", "x", "real"],
    ["rational", 0],
    ["rational", 1],
    ["norm", "2", 0],
    ["real", "x"],
    ["radius", 0],
    ["norm", "2", 2],
    ["norm", "2", 3],
]
HEAD = [*TERMS, *NUMBERS]


def lemma(name, arguments, facts=(), premises=(), equations=(), weights=(), rows=()):
    """A line."""
    return ["lemma", name, list(arguments), list(facts), list(premises), list(equations), list(weights), list(rows)]


def test_a_certificate_is_accepted():
    """The kernel is not closed altogether."""
    said = checked(*HEAD, lemma("radius below norm", ["2", 0]), ["qed", 0, [], [], {}])
    assert said == "ρ(W) <= ‖W‖_2"


@pytest.mark.parametrize(
    ("line", "why"),
    [
        (lemma("identity", ["F", "n"]), "not about the norm"),
        (lemma("diagonal", ["F", 5], K), "not about the norm"),
        (lemma("isometry", ["1", 0, 1, 1, "n"]), "not about the norm"),
        (lemma("isometry", ["2", 1, 0, 1, "n"]), "not square"),
        (lemma("isometry", ["2", 0, 1, 1, "n"]), "needs 1 equations"),
        (lemma("isometry", ["2", 0, 1, 1, "n"], equations=[0]), "no such hypothesis"),
        (lemma("normal matrix", [0]), "needs 1 equations"),
        (lemma("similar matrices", [0, 0, 0, "n"]), "needs 1 equations"),
        (lemma("similar matrices", [0, 0, 1, "n"]), "not square|do not fit"),
        (lemma("least of two", [0, 1]), "not square"),
        (lemma("least before", ["2", 1, 0]), "not square|do not fit"),
        (lemma("least before", ["1", 0, 1]), "not about the norm"),
        (lemma("least behind", ["2", 0, 1]), "not square"),
        (lemma("least below norm", [1]), "not square"),
        (lemma("radius below norm", ["2", 1]), "not square"),
        (lemma("radius of a power", [0, {"k": 1}], [], weights=[[]]), "is not shown"),
        (lemma("submultiplicativity", ["2", 1, 1]), "do not fit"),
        (lemma("triangle inequality", ["2", 0, 1]), "different shapes"),
        (lemma("length of a column", [0]), "neither a column nor a row"),
        (lemma("nonnegative", ["3", 0]), "not about the norm"),
        (lemma("nonnegative", ["radius", 1]), "not square"),
        (lemma("number", [{"k": 1}], weights=[[]]), "is not shown"),
        (lemma("powers grow", [2, 1, 2]), "2 premises"),
        (lemma("reciprocal", [2]), "1 premises"),
        (lemma("equal matrices", ["2", 0, 0]), "needs 1 equations"),
        (lemma("norm of an ordered product", ["F", "v", 1, 3, 3, 1]), "not about the norm"),
        (lemma("norm of an ordered product", ["2", "v", 1, 3, 3, 6]), "depends on v"),
        (lemma("norm of an ordered product", ["2", "v", 1, 3, 3, 1]), "1 premises"),
        (lemma("least of an ordered product", ["v", 1, 3, 3, 6]), "depends on v"),
        (lemma("common factor", ["v", 1, 3, 6, 1]), "depends on v"),
        (lemma("geometric sum", ["v", 3, 6]), "depends on v"),
        (lemma("geometric sequence", [5, "k"], K), "an index in it"),
        (lemma("geometric growth", [5, "k"], K), "an index in it"),
        (lemma("Gelfand", ["2", 2, 1, "k"], K), "an index in it"),
        (lemma("geometric sequence", [3, "k"], K, weights=[[[0, 1]]]), "2 premises"),
        (lemma("unheard of", [0]), "no such lemma"),
        (lemma("radius below norm", ["3", 0]), "not about the norm"),
        (["combine", [], 0, "<=", 2, [], []], "differ by"),
        (["combine", [], 1, "<=", 0, [[-1]], []], "below 0"),
        (["combine", [], 0, "<", 0, [], []], "nothing shows"),
        (["combine", [], 0, "→ 0", 1, [[1]], []], "not a relation"),
        (["combine", [], 0, "<=", 1, [[1, 0]], []], "no such earlier bound"),
        (["slope", 0, 5, [], []], "no such hypothesis"),
        (["assumption", 0, {}, [], [], []], "no such hypothesis"),
        (["sign", "y"], "no such number"),
        (["named", "x", "positive"], "named twice"),
        (["named", "W", "positive"], "named twice"),
        (["real", "y"], "^$|no number that was named|the end is missing"),
        (["over", 99], "no such earlier scalar"),
        (["power", 3, {"k": 0.5}], "malformed"),
        (["norm", "2"], "has 2 parts"),
        (["plus"], "a scalar without parts"),
        (["assume", [], [], 0, "→ 0", 1], "not a relation"),
        (["assume slope", "phi", 1, 77, None], "no such earlier scalar"),
        (["assume slope", "phi", 2, None, 3], "neither a value nor a slope"),
        (["assume slope", "phi", True, None, 3], "neither a value nor a slope"),
        (["lemma", "radius below norm"], "malformed"),
        (["named", [], []], "malformed|not a name"),
        (["qed", 0, [], [], {}], "no such earlier bound"),
    ],
)
def test_refused(line, why):
    refused(*HEAD, line, ["qed", 0, [], [], {}], why=why if line[0] not in ("real",) else "no such earlier bound")


def test_a_number_that_nobody_named():
    refused(*HEAD, ["real", "y"], ["combine", [], 7, "<=", 7, [], []], why="not a number that was named")


def test_a_frobenius_norm_of_no_factors():
    """‖I‖_F is not 1."""
    body = ["norm", "F", 0]
    start = [*HEAD, body, ["combine", [{"v": 1, "": -1}, {"v": -1, "k": 1}, *K], 7, "<=", 7, [], []]]
    premise = lemma("Frobenius norm of an ordered product", ["v", 1, {"k": 1}, 0, 7], K, [0], weights=[[[0, 1]]])
    refused(*start, premise, why="k - 1 >= 0 is not shown")


def test_a_premise_under_other_facts():
    start = [*HEAD, ["number", {"k": 1}], lemma("number", [{"k": 1}], K, weights=[[[0, 1]]])]
    refused(*start, ["combine", [], 0, "<=", 7, [[1, 0]], []], why="under other facts")
    refused(*start, lemma("nonnegative power", [7, 2], [], [0]), why="under other facts")


def test_another_premise():
    start = [*HEAD, lemma("nonnegative", ["2", 0])]
    refused(*start, lemma("nonnegative power", [3, 2], [], [0]), why="a premise is another one")


def test_an_exponent_that_may_be_negative():
    start = [*HEAD, ["power", 3, {"k": 1}]]
    refused(*start, ["combine", [], 7, "<=", 7, [], [[], []]], why="k >= 0 is not shown")
    refused(*start, ["combine", [], 7, "<=", 7, [], []], why="2 conditions")


def test_a_hypothesis_stays_where_it_is():
    """‖F[k]‖ <= 1 is assumed for the k of the statement, and not for another one, nor for the v of a product."""
    start = [*HEAD, ["assume", [], [], 5, "<=", 1], ["assumption", 0, {}, [], [], []]]
    here = [{"k": 1, "": -1}, {"k": -1, "": 3}]
    premise = ["combine", here, 5, "<=", 1, [[1, 0]], []]
    product = lemma("norm of an ordered product", ["2", "k", 1, 3, 2, 1], [], [1], weights=[[]])
    refused(*start, premise, product, why="a bound variable has the name of a free one")
    refused(*start, ["assume", [], [], 4, "<", 1], why="after the first bound")


def test_a_hypothesis_for_every_index():
    """It holds where its own facts do."""
    every = ["assume", ["v"], [{"v": 1, "": -2}], 6, "<=", 1]
    assert "for every v with v >= 2" in checked(
        *HEAD, every, ["assumption", 0, {"v": 5}, [], [[]], []], ["qed", 0, [[[0, 1]]], [], {}]
    )
    refused(*HEAD, every, ["assumption", 0, {"v": 1}, [], [[]], []], why="is not shown")
    refused(*HEAD, every, ["assumption", 0, {}, [], [[]], []], why="the indices that it names")


def test_the_end():
    """Quantities, quotients and inverses of a statement exist, and what grows can grow."""
    refused(*HEAD, lemma("nonnegative", ["2", 2]), ["qed", 0, [[]], [], {}], why="is not shown")
    over = [*HEAD, ["over", 2], ["combine", [], 7, "<=", 7, [], []]]
    refused(*over, ["qed", 0, [], [], {}], why="2 quotients")
    refused(*over, lemma("nonnegative", ["2", 0]), ["qed", 0, [], [1, 1], {}], why="may be 0")
    refused(*HEAD, ["over", 2], ["assume", [], [], 7, "<=", 1], why="a quotient in a hypothesis")
    inverse = [["inv", 0], ["mul", 6, 0], ["id", "n"], ["norm", "2", 7], ["norm", "2", 8]]
    lines = [*HEAD, *inverse, lemma("submultiplicativity", ["2", 6, 0]), lemma("identity", ["2", "n"])]
    refused(*lines, ["qed", 1, [], [], {}], why="an inverse that is not in the statement")


def _limit(facts):
    """A limit with its hypothesis."""
    below = ["assume", [], [], 2, "<", 1]
    weights = [[[0, 1]]]
    shown = [["assumption", 0, {}, [], [], []], lemma("nonnegative", ["2", 0])]
    return [*HEAD, below, *shown, lemma("geometric sequence", [2, "k"], facts, [1, 0], weights=weights, rows=weights)]


def test_limits():
    assert checked(*_limit(K), ["qed", 2, [[[0, 1]]], [], {"k": [0, 1]}]).startswith("‖W‖_2^(k) → 0 as k → ∞")
    refused(*_limit(K), ["qed", 2, [[[0, 1]]], [], {"k": [0, 0]}], why="does not grow")
    refused(*_limit([*K, {"k": -1, "": 9}]), ["qed", 2, [[[0, 1]]], [], {"k": [0, 1]}], why="do not let k grow")
    refused(*_limit(K), ["combine", K, 0, "<=", 1, [[1, 2]], []], why="a limit is not a bound")


def test_slopes():
    """A slope is bounded for the function that is named, of the first order, and entry by entry of a column."""
    column = [
        ["fn", "phi", None, 1, 5],
        ["fn", "psi", None, 1, 5],
        ["fn", "phi", None, 0, 5],
        ["fn", "phi", None, 1, 0],
    ]
    start = [*HEAD, *column, ["assume slope", "phi", 1, None, 3]]
    said = checked(*start, ["slope", 0, 6, [{"k": 1, "": -1}], []], ["qed", 0, [[[0, 1]]], [], {}])
    assert said == "‖phi'(a[k])‖_∞ <= x  for k >= 1; given x real; |phi'(z)| <= x for every z"
    for other in (7, 8):
        refused(*start, ["slope", 0, other, [], []], why="not what is bounded")
    refused(*start, ["slope", 0, 9, [], []], why="not a column")


def test_values():
    """A bound of values says nothing of slopes, and is one of the function that is named."""
    column = [["fn", "phi", None, order, 5] for order in (0, 1)] + [["fn", "psi", None, 0, 5]]
    start = [*HEAD, *column, ["assume slope", "phi", 0, None, 3]]
    said = checked(*start, ["slope", 0, 6, [{"k": 1, "": -1}], []], ["qed", 0, [[[0, 1]]], [], {}])
    assert said == "‖phi(a[k])‖_∞ <= x  for k >= 1; given x real; |phi(z)| <= x for every z"
    for other in (7, 8):
        refused(*start, ["slope", 0, other, [], []], why="not what is bounded")


def test_magnitudes():
    """The entry of a 1 x 1 matrix is made of those of its parts, of which those that are named have names."""
    matrices = [["leaf", "alpha", None], ["id", 1], ["scale", [-1, 1], 6], ["add", 7, 8], ["leaf", "beta", None]]
    start = [*TERMS, *matrices, ["mul", 6, 10], ["named", "alpha", "positive"], *NUMBERS]
    said = checked(*start, ["magnitude", "2", 9, [], []], ["qed", 0, [], [], {}])
    assert said == "‖I_1 + -1·alpha‖_2 <= |1 + (-1)·alpha|; given alpha positive"
    said = checked(*start, ["magnitude", "F", 11, [], []], ["qed", 0, [], [], {}])
    assert said == "‖alpha beta‖_F <= |alpha·min(beta)|; given alpha positive"
    for matrix, kind in ((0, "2"), (5, "2"), (0, "smallest"), (5, "smallest")):
        refused(*start, ["magnitude", kind, matrix, [], []], why="not a number")
    refused(*start, ["magnitude", "3", 6, [], []], why="not a norm")
    for name in ("W", "a", "moving"):
        refused(*TERMS, ["named", name, "real"], why="named twice")


def test_sizes_of_numbers():
    """Nothing that takes for ever."""
    deep = [*HEAD, ["plus", 2, 3]]
    for at in range(7, 20):
        deep.append(["power", at, 16])
    refused(*deep, ["combine", [], 19, "<=", 19, [], []], why="too many|too large")
    large = [*HEAD, ["rational", 999_999_999]]
    for at in range(7, 20):
        large.append(["power", at, 16])
    refused(*large, ["combine", [], 19, "<=", 19, [], []], why="too large")
    refused(*HEAD, ["plus", 2, 3], ["power", 7, 17], ["combine", [], 8, "<=", 8, [], []], why="too large")


def test_an_index_of_a_hypothesis_is_no_width_that_is_spoken_of_later():
    """ "For every q" would be of the width q, too, of which the statement speaks."""
    every = ["assume", ["q"], [{"q": 1, "": -1}], 3, "<=", 4]
    later = [["id", "q"], ["norm", "2", len(TERMS)], lemma("identity", ["2", "q"])]
    refused(*HEAD, every, *later, ["qed", 0, [[[0, 1]]], [], {}], why="the name of an index of the whole system")


# 6 F[v]ᵀ, 7 F[v]ᵀ F[v], 8 I, 9 Wᵀ, 10 Wᵀ W
GRAMS = [*TERMS, ["T", 3], ["mul", 6, 3], ["id", "n"], ["T", 0], ["mul", 9, 0], *NUMBERS]


def test_an_equation_for_every_index_is_none_for_one():
    """F[v]ᵀ F[v] = I for every v is not an equation between two matrices that a lemma could refer to."""
    every = [*GRAMS, ["assume equation", [], 7, 8, "v"]]
    isometry = lemma("isometry", ["2", 3, 1, {"": 1}, "n"], equations=[0], weights=[[]])
    refused(*every, isometry, ["qed", 0, [], [], {}], why="referred to by a theorem")


def test_the_indices_of_an_equation_for_every_index_stand_nowhere_else():
    below = lemma("radius below norm", ["2", 3], [{"v": 1}])
    exists = [[[0, 1]]] * 4
    plain = [*GRAMS, ["assume equation", [], 7, 8]]
    assert "for every" not in checked(*plain, below, ["qed", 0, exists, [], {}])
    every = [*GRAMS, ["assume equation", [{"v": 1}], 7, 8, "v"]]
    refused(*every, below, ["qed", 0, exists, [], {}], why="one of the statement, too")
    elsewhere = checked(*every, lemma("radius below norm", ["2", 0]), ["qed", 0, exists[:2], [], {}])
    assert elsewhere.endswith("for every v with v >= 0")
    refused(*GRAMS, ["assume equation", [], 7, 8, "n"], why="name of a free one")
    refused(*GRAMS, ["assume equation", [], 7, 8, "_1p"], why="not a name")


def test_a_lemma_on_isometries_takes_the_right_equation():
    gram = [["T", 0], ["mul", 6, 0], ["mul", 0, 6], ["id", "n"]]
    for of, known, name in ((7, "isometry", "isometry by rows"), (8, "isometry by rows", "isometry")):
        assumed = [*TERMS, *gram, *NUMBERS, ["assume equation", [], of, 9]]
        arguments = ["2", 0, 1, {"": 1}, "n"]
        checked(*assumed, lemma(known, arguments, equations=[0], weights=[[]]), ["qed", 0, [], [], {}])
        refused(
            *assumed, lemma(name, arguments, equations=[0], weights=[[]]), ["qed", 0, [], [], {}], why="other matrices"
        )
    refused(*TERMS, *gram, *NUMBERS, lemma("radius of an isometry", [0, "n"]), why="needs 1 equations")
    turned = [*TERMS, *gram, *NUMBERS, ["assume equation", [], 0, 6]]
    checked(*turned, lemma("multiple of its transpose", [0, [1, 1]], equations=[0]), ["qed", 0, [], [], {}])
    refused(*turned, lemma("multiple of its transpose", [0, [2, 1]], equations=[0]), why="other matrices")


def test_an_inverse_of_a_theorem_is_not_lost():
    """Where 0 had an inverse, every matrix would be normal."""
    vanishing = [["zero", "n", "n"], ["inv", 6], ["scale", 0, 7]]
    sides = [["T", 0], ["mul", 9, 0], ["add", 10, 8], ["mul", 0, 9]]
    normal = ["equal", [], [], 11, 12, [], [[[0, 0, 0], "insert", 6], [[0, 0, 0], "insert", 6]]]
    lines = [*TERMS, *vanishing, *sides, normal, *NUMBERS, lemma("normal matrix", [0], equations=[[0, {}, []]])]
    refused(*lines, ["qed", 0, [], [], {}], why="an inverse that is not in the statement")


NUMBER = ["u", 1, 1, False, 0, None, [], None, "given", 0]
SQUARE = ["A", "n", "n", False, 0, None, [], None, "given", 0]
ABSOLUTE = lemma("absolute value", [2])
KRONECKER = lemma("smallest entry of a Kronecker product", [0, 1], premises=[3, 4])
SIGNED_MATRICES = {
    "0 < min(u); given u positive": [
        ["system", NUMBER],
        *(["leaf", "u", None], ["named", "u", "positive"], ["rational", 0], ["smallest", 0], ["sign", "u"]),
        *(["magnitude", "smallest", 0, [], []], ["combine", [], 0, "<", 1, [[1, 0], [1, 2]], []]),
        ["qed", 3, [], [], {}],
    ],
    "0 < ‖u‖_2; given u positive": [
        ["system", NUMBER],
        *(["leaf", "u", None], ["named", "u", "positive"], ["rational", 0], ["norm", "2", 0], ["real", "u"]),
        *(["sign", "u"], ["magnitude", "2", 0, [], []], ABSOLUTE),
        *(["combine", [], 0, "<", 1, [[1, 0], [1, 2], [1, 3]], []], ["qed", 5, [], [], {}]),
    ],
    "0 <= min(u ⊗ A); given u nonnegative; 0 <= min(A)": [
        ["system", NUMBER, SQUARE],
        *(["leaf", "u", None], ["leaf", "A", None], ["kron", 0, 1], ["named", "u", "nonnegative"], ["rational", 0]),
        *(["smallest", 0], ["smallest", 1], ["smallest", 2], ["assume", [], [], 0, "<=", 2], ["sign", "u"]),
        *(["magnitude", "smallest", 0, [], []], ["combine", [], 0, "<=", 1, [[1, 0], [1, 2]], []]),
        *(["assumption", 0, {}, [], [], []], KRONECKER, ["qed", 5, [], [], {}]),
    ],
}


@pytest.mark.parametrize("statement", SIGNED_MATRICES)
def test_a_sign_of_a_matrix_is_said(statement):
    """A named number is the entry of the 1 x 1 matrix of its name: its sign is assumed of the matrix, too."""
    assert check([json.dumps(line) for line in SIGNED_MATRICES[statement]]) == statement
