"""The lemmas on norms: classical theorems that are taken on trust, as one table with sources.

A lemma is instantiated with matrices, numbers and indices of its own, in the place of its letters; what it says then
holds for all matrices whose shapes fit. G stands for a matrix that may depend on v, f and g for such numbers. Terms are
written as the kernel has them; least is the smallest singular value of a square matrix, radius the spectral radius, and
smallest the smallest entry of any matrix.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple, TypeAlias

from symrnn.kernel.errors import need
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.scalars import SCALARS, Facts, Scalar, scalar_at, scalar_names, terms_of
from symrnn.kernel.system import System, kinds_of, unindexed
from symrnn.kernel.terms import ONE as SINGLE
from symrnn.kernel.terms import PARTS, Term, names_of, places, shape

LE, LT, TO_ZERO, TO_INFINITY = "<=", "<", "→ 0", "→ ∞"
Relation: TypeAlias = tuple[Scalar, str, Scalar]
"""Two scalars and how they compare; or what tends to 0 or infinity, and the index that grows, as a number."""

LETTERS: Mapping[str, str] = {
    **dict.fromkeys("ABGQUV", "term"),
    **dict.fromkeys("xyqcsmfg", "scalar"),
    **dict.fromkeys("abk", "index"),
    **dict.fromkeys("nl", "size"),
    "p": "kind",
    "r": "fraction",
    "v": "variable",
}
"""What the letters stand for."""

MIRRORED = {"1": "oo", "oo": "1"}
FOUR = ("1", "2", "oo", "F")

TABLE = """
nonnegative | HJ 5.6 | pA | 0 <= norm(p, A) | of(1, 2, oo, F, least, radius)
nonnegative absolute value | OF | x | 0 <= abs(x)
absolute value | OF | x | x <= abs(x), 0 <= plus(abs(x), x)
least absolute value | OF | xc | abs(x) <= c | x <= c, 0 <= plus(c, x)
larger of two | OF | xy | x <= max(x, y), y <= max(x, y)
least upper bound | OF | xyc | max(x, y) <= c | x <= c, y <= c
triangle inequality | HJ 5.6 | pAB | norm(p, add(A, B)) <= plus(norm(p, A), norm(p, B))
norm of a sum | HJ 5.6 | pvabG | norm(p, sum(v, a, b, G)) <= total(v, a, b, norm(p, G))
smallest entry of a sum | OF | AB | plus(smallest(A), smallest(B)) <= smallest(add(A, B))
smallest entries of a sum | OF | vabG | 0 <= smallest(sum(v, a, b, G)) | each(0 <= smallest(G))
smallest entry of a multiple | OF | rA | smallest(scale(R, A)) == times(R, smallest(A))
smallest entry of a product | OF | AB | 0 <= smallest(mul(A, B)) | 0 <= smallest(A), 0 <= smallest(B)
smallest entry of an ordered product | OF | vabG | 0 <= smallest(prod(v, a, b, G))
    | each(0 <= smallest(G)), index(b - a + 1)
smallest entry of a Hadamard product | OF | AB | 0 <= smallest(had(A, B)) | 0 <= smallest(A), 0 <= smallest(B)
smallest entry of a Hadamard square | OF | A | 0 <= smallest(had(A, A))
smallest entry of a Kronecker product | OF | AB | 0 <= smallest(kron(A, B)) | 0 <= smallest(A), 0 <= smallest(B)
smallest entry of a diagonal | OF | A | 0 <= smallest(diag(A)) | 0 <= smallest(A)
smallest entry of vec | OF | A | smallest(vec(A)) == smallest(A)
smallest entry of an identity | OF | n | 0 <= smallest(id(n))
smallest entry of a unit vector | OF | nk | 0 <= smallest(unit(n, k))
smallest entry of ones | OF | nl | 1 <= smallest(ones(n, l))
even power | OF | xk | 0 <= power(x, k + k) | index(k)
homogeneity | HJ 5.6 | prA | norm(p, scale(r, A)) == times(R, norm(p, A)) | of(1, 2, oo, F, least, radius)
submultiplicativity | HJ 5.6 | pAB | norm(p, mul(A, B)) <= times(norm(p, A), norm(p, B))
Frobenius norm of a product | HJ problem 5.6.P20 | AB
    | norm(F, mul(A, B)) <= times(norm(2, A), norm(F, B)), norm(F, mul(A, B)) <= times(norm(F, A), norm(2, B))
norm of an ordered product | HJ 5.6 | pvabGq | norm(p, prod(v, a, b, G)) <= power(q, b - a + 1)
    | each(norm(p, G) <= q), index(b - a + 1), apart(q), of(1, 2, oo)
Frobenius norm of an ordered product | HJ 5.6 | vabGq | norm(F, prod(v, a, b, G)) <= power(q, b - a + 1)
    | each(norm(F, G) <= q), index(b - a), apart(q)
Kronecker product | HJ2 4.2, LF | pAB | norm(p, kron(A, B)) == times(norm(p, A), norm(p, B))
transpose | HJ 5.6 | pA | norm(P, T(A)) == norm(p, A) | of(1, 2, oo, F, least, radius, smallest)
identity | HJ 5.6 | pn | norm(p, id(n)) == 1 | of(1, 2, oo, least, radius)
zero | HJ 5.6 | pnl | norm(p, zero(n, l)) == 0 | of(1, 2, oo, F, least, radius, smallest)
unit vector | HJ 5.6 | pnk | norm(p, unit(n, k)) <= 1
diagonal | HJ 5.6 | pA | norm(p, diag(A)) == norm(oo, A) | of(1, 2, oo, radius)
length of a diagonal | HJ 5.6 | A | norm(2, diag(A)) <= norm(2, A)
Hadamard product | HJ2 5.5, S | pAB | norm(p, had(A, B)) <= times(norm(p, A), norm(p, B))
convex combination | OF | QUABn
    | norm(oo, add(mul(diag(Q), A), mul(diag(U), B))) <= max(norm(oo, A), norm(oo, B))
    | norm(oo, diag(Q)) <= 1, norm(oo, diag(U)) <= 1, equal(add(diag(Q), diag(U)), id(n))
length of vec | HJ 5.6 | A | norm(2, vec(A)) == norm(F, A)
comparison of norms | HJ 5.6 | A | norm(2, A) <= norm(F, A)
norm of a square | HJ 5.6 | A | norm(2, mul(T(A), A)) == times(norm(2, A), norm(2, A))
norm between two | HJ 5.6 | A | times(norm(2, A), norm(2, A)) <= times(norm(1, A), norm(oo, A))
largest row | HJ 5.6 | An | norm(2, mul(id(n), A)) <= times(norm(F, id(n)), norm(oo, A))
length of a column | HJ 5.6 | A | norm(2, A) == norm(F, A) | thin(A)
equal matrices | logic | pAB | norm(p, A) == norm(p, B) | equal(A, B), of(1, 2, oo, F, least, radius, smallest)
isometry | HJ 2.1.4 | pQAkn | norm(p, mul(pow(Q, k), A)) == norm(p, A)
    | square(Q), equal(mul(T(Q), Q), id(n)), index(k), of(2, F)
isometry by rows | HJ 2.1.4 | pQAkn | norm(p, mul(pow(Q, k), A)) == norm(p, A)
    | square(Q), equal(mul(Q, T(Q)), id(n)), index(k), of(2, F)
radius of an isometry | HJ 2.1.4 | Qn | radius(Q) == 1 | square(Q), equal(mul(T(Q), Q), id(n))
least of two | HJ 7.3 | AB | times(least(A), least(B)) <= least(mul(A, B)) | square(A, B)
least of an ordered product | HJ 7.3 | vabGq | power(q, b - a + 1) <= least(prod(v, a, b, G))
    | 0 <= q, each(q <= least(G)), index(b - a + 1), apart(q), square(G)
least before | HJ 7.3 | pAB | times(least(A), norm(p, B)) <= norm(p, mul(A, B)) | square(A), of(2, F)
least behind | HJ 7.3 | pAB | times(norm(p, A), least(B)) <= norm(p, mul(A, B)) | square(B), of(2, F)
least below norm | HJ 7.3 | A | least(A) <= norm(2, A)
radius below norm | HJ 5.6.9 | pA | radius(A) <= norm(p, A)
radius of a product | HJ 1.3.22 | AB | radius(mul(A, B)) == radius(mul(B, A))
radius of a power | HJ 1.1.6 | Ak | radius(pow(A, k)) == power(radius(A), k) | index(k)
similar matrices | HJ 1.3.3 | VAUn | radius(mul(V, A, U)) == radius(A) | square(V, A, U), equal(mul(U, V), id(n))
normal matrix | HJ 2.5.3 | A | norm(2, A) == radius(A) | equal(mul(T(A), A), mul(A, T(A)))
multiple of its transpose | HJ 2.5.3 | Ar | norm(2, A) == radius(A) | equal(A, scale(r, T(A)))
number | OF | k | 0 <= number(k) | index(k)
powers grow | OF | xyk | power(x, k) <= power(y, k) | 0 <= x, x <= y, index(k)
nonnegative power | OF | xk | 0 <= power(x, k) | 0 <= x, index(k)
positive power | OF | xk | 0 < power(x, k) | 0 < x, index(k)
sums grow | OF | vabfg | total(v, a, b, f) <= total(v, a, b, g) | each(f <= g)
reversed sum | OF | vabf | total(v, a, b, f) == total(v, a, b, reversed)
common factor | OF | vabcf | total(v, a, b, times(c, f)) == times(c, total(v, a, b, f)) | apart(c)
geometric sum | OF | vbx
    | plus(total(v, 0, b, power(x, v)), power(x, b + 1)) == plus(1, times(x, total(v, 0, b, power(x, v)))) | apart(x)
reciprocal | OF | x | times(x, over(x)) == 1, 0 < over(x) | 0 < x
geometric sequence | R 3.20 | qv | zero(power(q, v), v) | 0 <= q, q < 1, index(v), fixed(q)
geometric growth | R 3.20 | qv | infinity(power(q, v), v) | 1 < q, index(v), fixed(q)
Gelfand | HJ 5.6.13, G | pAqv | zero(times(norm(p, pow(A, v)), power(over(q), v)), v)
    | radius(A) < q, index(v), fixed(A, q)
squeezed | OF | smv | zero(s, v) | 0 <= s, s <= m, zero(m, v)
pushed | OF | smv | infinity(s, v) | m <= s, infinity(m, v)
multiple to zero | OF | cmv | zero(times(c, m), v) | zero(m, v), fixed(c)
multiple to infinity | OF | cmv | infinity(times(c, m), v) | 0 < c, infinity(m, v), fixed(c)
"""
"""Each with its source, its letters, what it says, and on what conditions.

P is the norm of the transpose, R the absolute value of r, and reversed is f at a + b - v. What holds for ``each`` v
does so from a to b; an ``index`` is >= 0, a ``thin`` matrix a column or a row, and what is ``fixed`` depends on
parameters alone; v is not in what is ``apart``; p is one of the kinds ``of`` which the lemma speaks, or of the four
norms. A multiple r of its transpose is symmetric, skew-symmetric or 0, and therefore normal: A = r Aᵀ = r² A.

HJ: Horn and Johnson (2013), Matrix Analysis. HJ2: Horn and Johnson (1991), Topics in Matrix Analysis. LF: Lancaster and
Farahat (1972). R: Rudin (1976). G: Gelfand (1941). S: Schur (1911). OF: holds in ordered fields.
"""


class Content(NamedTuple):
    """What an instance of a lemma says.

    Args:
        conclusions: what holds.
        premises: what has to be shown before, each under further facts.
        indices: what has to be >= 0.
        equations: matrices that have to be equal.
    """

    conclusions: list[Relation]
    premises: list[tuple[Facts, Relation]]
    indices: list[Linear]
    equations: list[tuple[Term, Term]]


class Lemma(NamedTuple):
    """A line of the table: its letters, and what it says and asks for as parsed text."""

    source: str
    letters: str
    says: list[ast.expr]
    asks: list[ast.expr]

    @property
    def sorts(self) -> tuple[str, ...]:
        """The sorts of what it is instantiated with."""
        return tuple(LETTERS[letter] for letter in self.letters)

    def content(self, system: System, *arguments: Any) -> Content:
        """What it says of something.

        Raises:
            NotProvedError: when it does not speak of that.
        """
        at = dict(zip(self.letters, arguments, strict=True))
        kinds: tuple[str, ...] = FOUR
        if "p" in at:
            at["P"] = MIRRORED.get(at["p"], at["p"])
        if "r" in at:
            at["R"] = abs(at["r"])
        if "f" in at:
            at["reversed"] = scalar_at(at["f"], {at["v"]: at["a"] + at["b"] - variable(at["v"])})
        found = Content([each for node in self.says for each in _relations(node, at)], [], [], [])
        for ask in self.asks:
            match ask:
                case ast.Compare() | ast.Call(ast.Name("zero" | "infinity")):
                    found.premises.extend(((), each) for each in _relations(ask, at))
                case ast.Call(ast.Name("each"), [inner]):
                    within = (variable(at["v"]) - at["a"], at["b"] - variable(at["v"]))
                    found.premises.extend((within, each) for each in _relations(inner, at))
                case ast.Call(ast.Name("index"), [form]):
                    found.indices.append(_read(form, "index", at))
                case ast.Call(ast.Name("equal"), [left, right]):
                    found.equations.append((_read(left, "term", at), _read(right, "term", at)))
                case ast.Call(ast.Name("of"), names):
                    kinds = tuple(_read(name, "kind", {}) for name in names)
                case ast.Call(ast.Name(word), names):
                    for name in names:
                        _ask(word, _read(name, LETTERS[ast.unparse(name)], at), at, system)
        need(at.get("p", "1") in kinds or "p" not in at, f"the lemma is not about the norm {at.get('p')}")
        return found


def _ask(word: str, x: Scalar | Term, at: Mapping[str, Any], system: System) -> None:
    """Refuse what does not fit a condition on the things that a lemma is about."""
    match word:
        case "square":
            rows, cols = shape(x, system)
            need(rows == cols, "a matrix that is not square")
        case "thin":
            need(SINGLE in shape(x, system), "neither a column nor a row")
        case "apart":
            need(at["v"] not in scalar_names(x), f"a number that depends on {at['v']}")
        case "fixed":
            need(not (scalar_names(x) if x[0] in SCALARS else names_of(x)), "a number with an index in it")
            for t in [t for t, _, _ in terms_of(x)] if x[0] in SCALARS else [x]:
                given = all(system.of(name).role == "given" for name, _ in unindexed(t))
                plain = not kinds_of(t) & {"d", "jac", "grad", "part"}
                need(plain and given and not list(places(t)), "a number that depends on more than parameters")


def _relations(node: ast.expr, at: Mapping[str, Any]) -> list[Relation]:
    """What a comparison or a limit in the table says."""
    match node:
        case ast.Call(ast.Name(word), [of, index]):
            tends = TO_ZERO if word == "zero" else TO_INFINITY
            return [(_read(of, "scalar", at), tends, ("number", _read(index, "index", at)))]
        case ast.Compare(one, [sign], [other]):
            left, right = _read(one, "scalar", at), _read(other, "scalar", at)
            return {ast.LtE: [(left, LE, right)], ast.Lt: [(left, LT, right)]}.get(
                type(sign), [(left, LE, right), (right, LE, left)]
            )
    raise AssertionError(ast.dump(node))


def _read(node: ast.expr, sort: str, at: Mapping[str, Any]) -> Any:
    """A part of the table with what letters stand for in their place."""
    match node:
        case ast.Name(letter):
            found = at.get(letter, letter)
            if sort == "index" and type(found) is str:
                return variable(found)
            return ("rational", found) if isinstance(found, Fraction) and sort == "scalar" else found
        case ast.Constant(int(value)):
            values = {"index": number(value), "scalar": ("rational", Fraction(value))}
            return values.get(sort, str(value))
        case ast.BinOp(one, ast.Add() | ast.Sub() as sign, other):
            return _read(one, sort, at) + (1 if isinstance(sign, ast.Add) else -1) * _read(other, sort, at)
        case ast.Call(ast.Name(kind), parts):
            sorts = {**PARTS, **SCALARS}[kind]
            if sorts[-1].endswith("*"):
                sorts = (sorts[0],) * len(parts)
            made = [_read(part, each, at) for each, part in zip(sorts, parts, strict=True)]
            return tuple(made) if kind == "norm" and made[0] in ("least", "radius", "smallest") else (kind, *made)
    raise AssertionError(ast.dump(node))


def _parsed(text: str) -> list[ast.expr]:
    """The entries of a list in the table."""
    parsed = ast.parse(f"[{text}]", mode="eval").body
    assert isinstance(parsed, ast.List)
    return parsed.elts


LEMMAS: dict[str, Lemma] = {}
"""All lemmas by their names."""
for _line in re.sub(r"\n +", " ", TABLE.strip()).splitlines():
    _name, _source, _letters, _says, *_asks = map(str.strip, _line.split("|"))
    LEMMAS[_name] = Lemma(_source, _letters, _parsed(_says), [ask for text in _asks for ask in _parsed(text)])


def norm(p: str, a: Term) -> Scalar:
    """‖A‖_p."""
    return ("norm", p, a)
