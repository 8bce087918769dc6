# ruff: noqa: E501
"""The normal form keeps the value of a term, and its differential; measured by bugs that are planted in it."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from kernel.fuzz import cases, wrong
from kernel.terms_at_random import ONE, SYSTEM, leaf, m, moving, n

from symrnn.kernel import normal
from symrnn.kernel.linear import number, variable
from symrnn.kernel.terms import Term

KERNEL = Path(str(normal.__file__)).parent
i, k, j, s, u = (variable(name) for name in "ikjsu")
one, two = number(1), number(2)


def summed(v: str, high: object, body: Term) -> Term:
    return ("sum", v, number(0), high, body)


BY_HAND: dict[str, Term] = {
    "a diagonal matrix on a unit vector": ("mul", ("diag", leaf("x", s)), ("unit", n, s), leaf("c", s)),
    "a unit vector on a diagonal matrix": ("mul", ("T", ("unit", m, s)), ("diag", leaf("y", s)), leaf("B", s)),
    "a unit vector on a diagonal": ("mul", ("diag", ("mul", leaf("W"), ("unit", n, s))), ("diag", ("unit", n, s + 1))),
    "a power of a diagonal matrix on a unit vector": summed(
        "k", s, ("mul", leaf("W"), ("pow", ("diag", ("add", leaf("x", k), leaf("x", s))), k), ("unit", n, k))
    ),
    "a product of diagonal matrices beside a unit vector": summed(
        "k", two, ("mul", ("T", ("unit", n, k)), ("prod", "u", k, two, ("diag", leaf("x", u + k))), leaf("W"))
    ),
    "a product of a negative length on a unit vector": (
        "mul",
        ("prod", "u", s + 3, s, ("scale", Fraction(2), ("diag", leaf("x", u)))),
        ("unit", n, s),
    ),
    "a binomial coefficient": summed("k", two, ("kron", ("binom", s + 2, k), leaf("x", k))),
    "a Kronecker product that moves": ("kron", ("mul", leaf("C", s), leaf("W")), ("mul", leaf("W"), leaf("A", s))),
    "a Hadamard product that moves": ("had", ("mul", leaf("W"), leaf("W")), leaf("W")),
    "rows and columns": ("kron", ("T", leaf("x", s)), ("mul", leaf("C", s), leaf("A", s))),
    "the matrix of a column that is turned": ("T", ("unvec", n, m, leaf("V", s))),
    "the matrix of a column between others": (
        "mul",
        leaf("W"),
        ("unvec", n, m, leaf("V", s)),
        leaf("B", s),
        ("unvec", n, n, ("vec", leaf("C", s))),
    ),
    "the matrix of a column beside columns": ("mul", ("T", leaf("x", s)), ("unvec", n, m, leaf("V", s)), leaf("y", s)),
    "the matrix of a column by entries": ("had", leaf("A", s), ("unvec", n, m, leaf("V", s)), ("T", leaf("B", s))),
    "the matrix of a column of another shape": ("unvec", n, m, ("vec", leaf("B", s))),
    "the matrix of a square": ("unvec", n, n, ("vec", leaf("C", s))),
    "vec of the matrix of a column, turned": ("vec", ("T", ("unvec", n, m, leaf("V", s)))),
    "the matrix of a product of columns": ("unvec", n, m, ("kron", leaf("y", s), leaf("x", s))),
    "the matrix of a product of columns of one length": ("unvec", n, n, ("kron", leaf("x", s), leaf("x", one))),
    "entries of vec": ("mul", ("diag", ("vec", leaf("C", s))), ("vec", leaf("W"))),
    "entries of vec, of two shapes": ("mul", ("diag", ("vec", leaf("A", s))), ("vec", leaf("B", s))),
    "entries of vec and of a product": (
        "mul",
        ("diag", ("vec", leaf("A", s))),
        ("kron", ("id", m), leaf("x", s)),
        leaf("y", s),
    ),
    "three matrices by entries": ("had", leaf("C", s), ("had", leaf("W"), leaf("C", s + 1))),
    "ones by a Kronecker product": ("mul", ("kron", ("id", m), ("ones", n, ONE)), ("ones", m, ONE)),
    "ones by another Kronecker product": ("vec", ("ones", n, m)),
    "ones by a Kronecker product of something else": ("mul", ("kron", leaf("x", s), ("id", m)), ("ones", m, ONE)),
    "K of K": ("mul", ("comm", n, m), ("comm", n, m), leaf("V", s)),
    "K of its inverse": ("mul", ("comm", m, n), ("comm", n, m), leaf("V", s)),
    "a Kronecker product beside K": ("mul", ("kron", leaf("C", s), leaf("A", s)), ("comm", n, m), leaf("V", s)),
    "the matrix of a column on which a row and a column act": (
        "unvec",
        n,
        m,
        ("mul", ("kron", ("mul", leaf("y", s), ("T", leaf("y", one))), ("id", n)), leaf("V", s)),
    ),
    "the matrix of a column on which a row and a column of two lengths act": (
        "unvec",
        n,
        m,
        ("mul", ("kron", ("mul", leaf("y", s), ("T", leaf("x", one))), ("id", n)), ("vec", leaf("W"))),
    ),
    "the K of a product": ("mul", ("T", ("comm", n, m)), ("vec", leaf("B", s))),
    "conditions with a common divisor": ("sum", "k", s - 1, s + 2, ("sum", "j", 2 * k, 2 * s + 1, leaf("x", j + k))),
    "sizes that fit as products only": (
        "mul",
        ("kron", leaf("C", s), leaf("A", s)),
        ("kron", leaf("B", s), leaf("C", one)),
    ),
    "sums that depend on each other": summed("k", two, summed("j", k, ("mul", leaf("C", k), leaf("x", j)))),
    "a product of sums": summed(
        "k", two, ("mul", summed("j", one, leaf("C", j)), summed("u", k, leaf("C", u + k)), leaf("x", k))
    ),
    "a sum inside a product inside a sum": summed(
        "k",
        two,
        ("mul", ("T", leaf("x", k)), ("prod", "u", number(0), k, summed("j", u, leaf("C", j + k))), leaf("x", s)),
    ),
    "a transposed product with a sum in it": summed(
        "k",
        two,
        ("mul", ("T", leaf("x", k)), ("rise", "u", k, two, ("T", ("sum", "j", k, u, leaf("C", j)))), leaf("x", k)),
    ),
    "a function of a sum, in a sum": summed("k", two, ("fn", "phi", None, 0, ("sum", "j", k, two, leaf("x", j - k)))),
    "products in a product": ("prod", "k", one, two, ("prod", "u", one, k, ("prod", "j", u, k, leaf("C", j - u)))),
    "products whose indices add up": (
        "prod",
        "k",
        one,
        s,
        ("prod", "u", k, s + k, ("mul", leaf("C", k + u), leaf("C", k + 2 * u))),
    ),
    "products whose indices add up, transposed": (
        "T",
        ("rise", "k", one, s, ("T", ("rise", "u", one, k, ("mul", leaf("C", k + u), leaf("C", k + 2 * u))))),
    ),
    "bounds of products in the bounds of a sum": (
        "prod",
        "k",
        (-1) * s,
        number(0),
        ("prod", "u", 3 * k - 2, 3 * k + s - 2, ("sum", "j", 2 * u + 1, 3 - u, leaf("c", j))),
    ),
    "an empty product that moves": ("mul", ("T", leaf("R", s)), ("prod", "k", s + 1, s, leaf("Q", k)), leaf("R", s)),
    "a negative length": ("mul", ("T", leaf("R", s - 2)), ("prod", "k", s + 1, s - 2, leaf("Q", k)), leaf("R", s)),
    "numbers in a product": ("prod", "k", number(0), s, ("scale", Fraction(3), ("mul", leaf("c", k), leaf("c", s)))),
    "a power of a number": ("pow", ("scale", Fraction(2), leaf("c", s)), two),
    "the identity of a width that moves": summed(
        "k", two, ("mul", ("T", leaf("R", k)), ("fn", "phi", None, 0, ("id", moving(k))), leaf("R", k))
    ),
    "kron of what moves": summed(
        "k", two, ("mul", ("kron", ("T", leaf("R", k)), ("T", leaf("x", k))), ("kron", leaf("R", k), leaf("x", k + 1)))
    ),
    "a column beside an identity, on a column": (
        "mul",
        ("kron", ("id", m), ("mul", ("diag", leaf("x", s)), leaf("W"), leaf("x", one))),
        ("mul", ("diag", leaf("y", s)), leaf("y", one)),
    ),
    "a row beside an identity, behind a row": (
        "mul",
        ("T", leaf("x", s)),
        ("mul", leaf("C", s), ("diag", leaf("x", one)), ("kron", ("id", n), ("T", leaf("y", s)))),
    ),
    "rows beside identities, in a number": summed(
        "k",
        two,
        (
            "mul",
            ("T", leaf("x", k)),
            ("kron", ("id", n), ("T", leaf("y", s))),
            ("kron", ("mul", leaf("C", k), leaf("x", s)), leaf("y", k)),
        ),
    ),
    "columns beside identities of columns": (
        "mul",
        ("kron", ("id", n), leaf("x", one)),
        ("mul", ("kron", ("id", ONE), leaf("x", s)), leaf("c", s)),
    ),
    "a bound variable that no quantity names": summed("k", s, summed("j", k, leaf("W"))),
    "a scalar that is its transpose": ("kron", ("mul", ("T", leaf("x", s)), leaf("C", s), leaf("x", s + 1)), leaf("W")),
    "diagonals about entries": (
        "had",
        ("mul", ("diag", leaf("x", s)), leaf("A", s), ("diag", leaf("y", s))),
        ("mul", ("diag", leaf("x", one)), leaf("A", s + 1), ("diag", leaf("y", one))),
    ),
    "diagonals by entries": ("had", ("mul", ("diag", leaf("x", s)), ("diag", leaf("x", one))), leaf("C", s)),
    "a diagonal of entries": ("diag", ("vec", ("had", leaf("A", s), ("mul", ("diag", leaf("x", s)), leaf("A", one))))),
    "a diagonal of plain entries": ("diag", ("vec", ("had", leaf("A", s), leaf("A", one)))),
    "two diagonals about entries": (
        "had",
        ("mul", ("diag", leaf("x", s)), leaf("C", s), ("diag", leaf("x", one))),
        leaf("C", s + 1),
    ),
    "a column and a row beside a matrix": ("kron", ("mul", leaf("x", s), ("T", leaf("y", s))), leaf("A", one)),
    "a column and a row behind a matrix": ("kron", leaf("A", one), ("mul", leaf("x", s), ("T", leaf("y", s)))),
    "columns and rows beside each other": (
        "kron",
        ("mul", leaf("x", s), ("T", leaf("y", s))),
        ("mul", leaf("y", one), ("T", leaf("x", one))),
    ),
    "diagonals": ("mul", ("diag", leaf("x", one)), ("diag", leaf("x", s)), ("mul", leaf("C", s), ("ones", n, ONE))),
}


BY_HAND_WITH_EXP: dict[str, Term] = {
    "the softmax of what moves": ("softmax", ("mul", leaf("W"), leaf("x", one))),
    "the lse of what moves": ("lse", ("had", ("mul", leaf("W"), leaf("x", one)), leaf("x", s))),
}


def test_a_product_with_a_column_beside_an_identity_has_one_form():
    """x ⊗ y, written in three ways, and its transpose."""
    x, y, own = leaf("x", s), leaf("y", s), normal.Normal(SYSTEM)
    one_way: Term = ("kron", x, y)
    other: Term = ("mul", ("kron", ("id", n), y), x)
    third: Term = ("mul", ("kron", x, ("id", m)), y)
    wrong_way: Term = ("kron", y, x)
    assert own.value(one_way) == own.value(other) == own.value(third) != own.value(wrong_way)
    assert own.value(("T", one_way)) == own.value(("mul", ("T", x), ("kron", ("id", n), ("T", y))))


X, Y, A, B = leaf("x", s), leaf("y", s), leaf("A", s), leaf("A", one)
SAME: dict[str, tuple[Term, Term, Term]] = {
    "diagonals go outside of entries": (
        ("had", ("mul", ("diag", X), A, ("diag", Y)), B),
        ("mul", ("diag", X), ("had", A, B), ("diag", Y)),
        ("mul", ("had", A, B), ("diag", Y)),
    ),
    "the diagonal of a vec of entries": (
        ("diag", ("vec", ("had", A, B))),
        ("mul", ("diag", ("vec", A)), ("diag", ("vec", B))),
        ("diag", ("vec", A)),
    ),
    "(x yᵀ) ⊗ A": (
        ("kron", ("mul", X, ("T", Y)), A),
        ("mul", ("kron", X, ("id", n)), A, ("kron", ("T", Y), ("id", m))),
        ("kron", A, ("mul", X, ("T", Y))),
    ),
    "A ⊗ (x yᵀ)": (
        ("kron", A, ("mul", X, ("T", Y))),
        ("mul", ("kron", ("id", n), X), A, ("kron", ("id", m), ("T", Y))),
        ("mul", ("kron", X, ("id", n)), A, ("kron", ("T", Y), ("id", m))),
    ),
}
"""Two terms that are one, and a third that is not."""


@pytest.mark.parametrize("name", SAME)
def test_what_is_one_has_one_form(name: str):
    one_way, other, wrong_way = map(normal.Normal(SYSTEM).value, SAME[name])
    assert one_way == other != wrong_way


@pytest.mark.parametrize("name", BY_HAND_WITH_EXP)
def test_terms_with_exp(name: str):
    for seed in range(6):
        assert wrong(BY_HAND_WITH_EXP[name], seed, exact=False) is None


@pytest.mark.parametrize("name", BY_HAND)
def test_terms_by_hand(name: str):
    for seed in range(6):
        why = wrong(BY_HAND[name], seed)
        assert why in (None, "not one normal form"), why


def test_random_terms():
    found = [(t, why) for exotic, number_ in ((False, 60), (True, 10)) for t, why in cases(number_, 7, exotic=exotic)]
    assert len(found) > 50
    assert [(t, why) for t, why in found if why not in (None, "not one normal form")] == []
    assert sum(why is not None for _, why in found) < len(found) // 8


@pytest.mark.exhaustive
@pytest.mark.parametrize("seed", range(4))
def test_many_random_terms(seed: int):
    found = [each for exotic, share in ((False, 500), (True, 60)) for each in cases(share, 100 + seed, exotic=exotic)]
    assert [(t, why) for t, why in found if why not in (None, "not one normal form")] == []


BUGS: dict[str, tuple[str, str]] = {
    "no conformity of kron and kron": ("if (a.cols, b.cols) == (c.rows, d.rows):", "if area(a.cols, b.cols) == area(c.rows, d.rows):"),
    "a product is transposed in place": ("{v: (-1) * variable(v)})", "{})"),
    "one name for the bounds of all ranges": ("ends = fresh_name(), fresh_name()", 'ends = "#low", "#high"'),
    "a range is remembered without what stands in it": ("self.known(self._of_any_range, make.__name__, *of)", "self.known(lambda name, *rest: self._of_any_range(name, *rest, of[-1]), make.__name__, *of[:-1])"),
    "a product is moved the other way": ("{v: variable(fresh) - by}", "{v: variable(fresh) + by}"),
    "one bound of a product is not moved": ('("prod", name, low + by, high + by,', '("prod", name, low + by, high,'),
    "a slope without its factor": ("return normal.had(normal.fn(name, member, order + 1, p), differential(normal, p, direction))", "return differential(normal, p, direction)"),
    "half of the product rule": ("for at, each in moved))", "for at, each in list(moved)[:1]))"),
    "the matrix of a column by rows": ('return ("unvec", atom[2], atom[1], self.times(self.atom(("comm", *atom[1:3])), atom[3]))', 'return ("unvec", atom[2], atom[1], atom[3])'),
    "a matrix is not turned beside that of a column": ("right = self.kron(self.transposed(self.atom(y)), identity(rows))", "right = self.kron(self.atom(y), identity(rows)) if self.shape(y)[0] == self.shape(y)[1] else self.kron(self.transposed(self.atom(y)), identity(rows))"),
    "what stands before the matrix of a column acts on its rows": ("self.times(self.kron(identity(cols), self.atom(x)), column)", "self.times(self.kron(self.atom(x), identity(cols)), column)"),
    "vec A times vec B in any order": ("return self.times(identity(rows), x)\n            case ((\"kron\"", "return self.times(identity(rows), self.transposed(x) if rows == cols else x)\n            case ((\"kron\""),
    "K beside a Kronecker product in one order": ("self.kron(b, a))\n            case (\"comm\"", "self.kron(a, b) if a == b or (a.rows, a.cols) == (b.rows, b.cols) else self.kron(b, a))\n            case (\"comm\""),
    "K of another shape beside a Kronecker product": ('self.of(("comm", a.rows, b.rows))', 'self.of(("comm", b.rows, a.rows))'),
    "any Kronecker product of a column sums to ones": ('self.atom(("one", p.rows))) for p in both)', 'self.atom(("one", p.rows))) or p.cols == ONE for p in both)'),
    "K is its own inverse": ("if [c, r] == others:", "if [r, c] == others:"),
    "entries of the matrix of a column without a factor": ("self.had(self.vec(self.raw(p.rows, p.cols, outer)), inner[0][3])", "inner[0][3]"),
    "a Hadamard product forgets what was in it": ("flat = (e[0][1:] if", "flat = (e[0][2:] if"),
    "any shape has the same vec": ("if (x.rows, x.cols) == (rows, cols):", "if area(x.rows, x.cols) == area(rows, cols):"),
    "r ⊗ s is r sᵀ": ("return self.times(inner, self.transposed(self.raw(cols, ONE, word[:at])))", "return self.times(inner, self.transposed(self.raw(cols, ONE, word[:at]))) if rows != cols else self.times(self.raw(cols, ONE, word[:at]), self.transposed(inner))"),
    "what acts on rows is left out": ("v = self.kron(self.raw(ONE, r.cols, word[at:]), one)", "v = self.kron(self.raw(ONE, r.cols, word[at:]), one) if r.cols == ONE or r.rows != r.cols else self.kron(self.transposed(self.raw(cols, ONE, word[:at])), one)"),
    "vec of a row is the row": ("return self.word(rows, ONE, self.turned(u))", "return self.word(rows, ONE, u)"),
    "the sum is one too long": ("ends = (here - low, high - here)", "ends = (here - low, high + 1 - here)"),
    "a column beside an identity the other way": ('("kron", r, identity(b.rows))', '("kron", identity(b.rows), r)'),
    "kron of columns the other way": ("return self.times(only(a, identity(b.rows)), b)", "return self.times(only(identity(b.rows), a), b)"),
    "diag of a column is the column of ones": ('rest = () if u[at][0] == "one" else', "rest = () if u else"),
    "conditions are rounded up": ("constant = form.constant // common", "constant = -(-form.constant // common)"),
    "the weaker of two conditions": ("strictest[terms] = min(", "strictest[terms] = max("),
    "numbers lose their sign": ("([*monos, mono], c * e)", "([*monos, mono], c)"),
    "K is not turned": ('return ("comm", atom[2], atom[1])', "return atom"),
    "blocks are mixed up": ("return identity(sizes[i - 1]) if i == j else", "return identity(sizes[i - 1]) if i != i else"),
    "the softmax without its square": ("return normal.times(spread, differential(normal, atom[1], direction))", "return normal.times(normal.diag(own), differential(normal, atom[1], direction))"),
    "the factors of d of a product change sides": ("above = normal.prod(v1, here + 1, high,", "above = normal.prod(v1, here, high,"),
    "a sum inside keeps its names": ("return called(mono, {b: fresh_name() for b in mono.bound})", "return mono"),
    "all heights are one": ('above = height((mono.word, mono.scalars)) + 1', "above = 1"),
    "a product is named like one inside": ('name = f"_{height(moved) + 1}p"', 'name = "_1p"'),
    "scalars are put in order under their old names": ("(self._named(mono) if mono.bound else mono, c)", "(self._sorted(rows, cols, self._named(mono)) if mono.bound else mono, c)"),
    "a product of numbers loses its number": ("number_ = [Mono((), (), (), ())] if c != 1 else []", "number_ = []"),
    "a diagonal on one side is lost": ("(*before, *more, had, *after, *still)", "(*before, *more, had, *after)"),
    "diagonals change sides": ("(*before, *more, had, *after, *still)", "(*after, *more, had, *before, *still) if p.rows == p.cols else (*before, *more, had, *after, *still)"),
    "a diagonal of entries without one of them": ("for part in self._content(u[at][1])[0][1:])", "for part in self._content(u[at][1])[0][2:])"),
    "a column behind a matrix goes before it": ("if x is a else end[::-1]", "if x else end[::-1]"),
    "row sums are column sums": ("if b.rows == ONE and u:\n                return self.times(a, only(identity(a.cols), b))", "if b.rows == ONE and u:\n                return self.times(a, only(b, identity(a.cols)))"),
}  # fmt: skip
UNSEEN = {
    "the weaker of two conditions",  # these two come from steps only; what splits a sum is attacked among those
    "conditions are rounded up",
    "scalars are put in order under their old names",  # harmless as long as names go by height
}


def planted(bug: str, folder: Path) -> None:
    """Writes a copy of the kernel with a bug in it."""
    old, new = BUGS[bug]
    shutil.copytree(KERNEL, folder / "symrnn" / "kernel")
    (folder / "symrnn" / "__init__.py").write_text("")
    places = [each for each in (folder / "symrnn" / "kernel").glob("*.py") if old in each.read_text("utf-8")]
    assert len(places) == 1, (bug, places)
    places[0].write_text(places[0].read_text("utf-8").replace(old, new), "utf-8")


def seen(number_: int, seed: int) -> bool:
    """Whether terms by hand, or random ones, show a bug."""
    try:
        for at, t in itertools.product(range(4), (*BY_HAND.values(), *BY_HAND_WITH_EXP.values())):
            if wrong(t, at, exact=t in BY_HAND.values()) not in (None, "not one normal form"):
                return True
        for exotic, share in ((False, number_), (True, number_ // 5)):
            for _, why in cases(share, seed, exotic=exotic):
                if why not in (None, "not one normal form"):
                    return True
    except Exception:  # what is built wrongly fails anywhere
        return True
    return False


@pytest.mark.exhaustive
@pytest.mark.parametrize("bug", BUGS)
def test_planted_bugs_are_seen(bug: str, tmp_path: Path):
    planted(bug, tmp_path)
    command = "from kernel.test_normal import seen; print(seen(400, 3))"
    path = os.pathsep.join([str(tmp_path), str(Path(__file__).parents[1])])
    run = subprocess.run(
        [sys.executable, "-B", "-c", command],
        cwd=tmp_path,  # or the package in the working directory would come first
        env={"PYTHONPATH": path},
        capture_output=True,
        text=True,
        timeout=900,
    )
    assert run.stdout.strip() == "True" or (bug in UNSEEN and run.stdout.strip() == "False"), run.stdout + run.stderr


def test_without_a_bug_nothing_is_seen():
    assert not seen(5, 3)
