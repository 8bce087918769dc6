r"""What the numbers in a statement were declared with: it is assumed as what is written out is, and printed with it.

That an index is an integer and a size positive goes without saying; that a number α is positive does not.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.activations import Activation
from symrnn.derivation.inequality import BoundedSlope
from symrnn.expr import ClipFactor, UnitVector
from symrnn.expr.declared import declared_kind, declared_sign
from symrnn.expr.parts import parts_of
from symrnn.recurrence import Recurrence

WORDS = ("prime", "even", "odd", "rational", "irrational", "imaginary")
"""Kinds of numbers that are said in words; an integer is known as an index, and any other number is real."""


def numbers_in(terms: Iterable[sp.Basic], sizes: Iterable[sp.Basic] = ()) -> list[sp.Symbol]:
    """The symbols of numbers that terms speak of, without those of sizes, of bound indices, and of rows and columns.

    >>> a, n = sp.Symbol("a", positive=True), sp.Symbol("n", integer=True, positive=True)
    >>> numbers_in([a * sp.MatrixSymbol("W", n, n)], [n])
    [a]
    """
    terms = tuple(terms)
    found = {s for term in terms for s in term.free_symbols if isinstance(s, sp.Symbol) and not isinstance(s, sp.Dummy)}
    entries = (part for term in terms for part in parts_of(term, MatrixElement, UnitVector))
    places = (
        at for part in entries for at in ((part.i, part.j) if isinstance(part, MatrixElement) else (part.position,))
    )
    return sorted(found - set(sizes) - {s for at in places for s in sp.sympify(at).free_symbols}, key=str)


def entries_in(terms: Iterable[sp.Basic]) -> list[sp.Symbol]:
    """The symbols in the rows and columns of entries, such as the i of W[i, 0]; they count from 0.

    >>> i, W = sp.Symbol("i", integer=True), sp.MatrixSymbol("W", 2, 2)
    >>> entries_in([W[i, 0]])
    [i]
    """
    terms = tuple(terms)
    places = {at for term in terms for part in parts_of(term, MatrixElement) for at in (part.i, part.j)}
    free = {symbol for term in terms for symbol in term.free_symbols}
    found = {s for at in places for s in sp.sympify(at).free_symbols & free}
    return sorted((s for s in found if isinstance(s, sp.Symbol) and not isinstance(s, sp.Dummy)), key=str)


def signs_of(symbols: Iterable[sp.Symbol], stated: Iterable[object] = ()) -> list[Relational]:
    """The signs that numbers were declared with, as relations, but for those that follow from what is stated.

    >>> c, k = sp.Symbol("c", nonnegative=True), sp.Symbol("k", integer=True)
    >>> signs_of([c, k]), signs_of([c], [c > 1])
    ([c >= 0], [])
    """
    known = [each for each in stated if isinstance(each, Relational | BoundedSlope)]
    signs = (declared_sign(symbol) for symbol in symbols)
    return [sign for sign in signs if sign is not None and not any(_tells(each, sign) for each in known)]


def kinds_of(symbols: Iterable[sp.Symbol]) -> Iterator[tuple[sp.Symbol, str]]:
    """Numbers with the word for their kind, where it is more than that of an index or of a real number.

    >>> list(kinds_of([sp.Symbol("k", even=True), sp.Symbol("c", positive=True)]))
    [(k, 'even')]
    """
    yield from ((symbol, kind) for symbol in symbols if (kind := declared_kind(symbol)) in WORDS)


def _tells(stated: Relational | BoundedSlope, sign: Relational) -> bool:
    """Whether a bound of a number, by something of which the sign is known, tells its own."""
    if isinstance(stated, BoundedSlope):
        return isinstance(sign, sp.Ge) and stated.at_most == sign.lhs
    if stated in (sign, sign.reversed):
        return True
    if not isinstance(stated, sp.Gt | sp.Ge | sp.Lt | sp.Le) or isinstance(sign, sp.Eq):
        return False
    symbol, less, more = sign.lhs, stated.lts, stated.gts
    strict = isinstance(stated, sp.Gt | sp.Lt)
    if isinstance(sign, sp.Gt | sp.Ge | sp.Ne) and more == symbol and symbol not in less.free_symbols:
        return bool(less.is_positive or (less.is_nonnegative and (strict or isinstance(sign, sp.Ge))))
    if isinstance(sign, sp.Lt | sp.Le | sp.Ne) and less == symbol and symbol not in more.free_symbols:
        return bool(more.is_negative or (more.is_nonpositive and (strict or isinstance(sign, sp.Le))))
    return False


def with_signs(
    relations: Iterable[Relational], signs: Iterable[Relational]
) -> tuple[list[tuple[Relational, ...]], list[Relational]]:
    """Relations, each with the sign that bounds the same number from the other side, and the signs that are left.

    >>> a = sp.Symbol("a", positive=True)
    >>> with_signs([a <= 1], signs_of([a]))
    ([(a > 0, a <= 1)], [])
    """
    left, found = list(signs), list[tuple[Relational, ...]]()
    for relation in relations:
        partner = next((sign for sign in left if _is_between(sign, relation)), None)
        if partner is None:
            found.append((relation,))
        else:
            left.remove(partner)
            found.append((partner, relation))
    return found, left


def _is_between(sign: Relational, relation: Relational) -> bool:
    below, above = (sp.Gt, sp.Ge), (sp.Lt, sp.Le)
    if sign.lhs != relation.lhs:
        return False
    return (isinstance(sign, below) and isinstance(relation, above)) or (
        isinstance(sign, above) and isinstance(relation, below)
    )


def thresholds_in(terms: Iterable[sp.Basic]) -> list[sp.Expr]:
    """The thresholds θ of factors min(1, θ/‖g‖), which are 1 where a gradient is 0.

    >>> theta = sp.Symbol("theta", positive=True)
    >>> thresholds_in([ClipFactor(sp.MatrixSymbol("g", 2, 1), theta)])
    [theta]
    """
    found = {factor.threshold for term in terms for factor in term.atoms(ClipFactor)}
    return sorted(found, key=sp.default_sort_key)


def declared_in(recurrence: Recurrence) -> list[Relational]:
    """What is assumed of the numbers in the equations of a recurrence, and of the parameters of its activations.

    >>> from symrnn.cells import Cell
    >>> declared_in(Cell.parse('''
    ... h_t = α h_{t-1} + (1 - α) tanh(W h_{t-1})
    ... where
    ...   α: positive number'''))
    [alpha > 0]
    """
    sizes = {
        s for each in recurrence.spoken for size in getattr(each, "shape", ()) for s in sp.sympify(size).free_symbols
    }
    symbols = numbers_in(recurrence.graph.right_sides, (*sizes, recurrence.index))
    assumed = [each for phi in recurrence.activations for each in parameters_assumed(phi)]
    return list(dict.fromkeys([*signs_of(symbols, assumed), *assumed]))


def parameters_assumed(phi: Activation) -> list[Relational]:
    """What is assumed of the parameters of an activation that are symbols.

    >>> from symrnn.activations import activation
    >>> parameters_assumed(activation("leaky_relu", negative_slope=sp.Symbol("a", positive=True)))
    [a < 1, a > 0]
    """
    symbols = numbers_in(value for _, value in phi.parameters)
    return [*phi.hypotheses, *signs_of(symbols, phi.hypotheses)]
