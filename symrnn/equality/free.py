"""Terms that belong to no recurrence, for the normal form of :mod:`symrnn.equality.reckoning`, and the way back.

The kernel knows quantities, indices and functions by name, SymPy by what they are: two symbols may share a name, and a
sequence may have one shape here and another one there. So each gets a name of its own, the same for every way of
writing a term.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from fractions import Fraction
from typing import Any

import sympy as sp
from sympy.concrete.expr_with_limits import ExprWithLimits
from sympy.core.function import AppliedUndef
from sympy.core.symbol import Str
from sympy.matrices.expressions import HadamardPower, MatPow, MatrixExpr, MatrixSymbol
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.certify.asked import NODES, entry_of
from symrnn.certify.errors import NotFoundError
from symrnn.certify.script import shows
from symrnn.certify.terms import nested
from symrnn.certify.translate import Translator
from symrnn.equality.reckoning import LONGEST, Reckoning
from symrnn.errors import LimitError
from symrnn.expr import (
    Apply,
    Differential,
    Element,
    Expectation,
    GenericFunction,
    Gradient,
    ImmediateJacobian,
    LogSumExp,
    MatrixSum,
    OrderedProduct,
    Softmax,
    StopGradient,
    TotalJacobian,
    UnitVector,
    Variable,
    Variance,
)
from symrnn.expr.binder import DESCENDING
from symrnn.expr.readings import readings
from symrnn.kernel.axioms import STOPPED
from symrnn.kernel.linear import Linear, linear, variable
from symrnn.kernel.monomials import Atom, Mono, Poly, Word, opened
from symrnn.kernel.steps import Facts
from symrnn.kernel.system import INDEX, Quantity
from symrnn.kernel.terms import ONE, Place, Size, Term, is_name

HERE = sp.Dummy("here", integer=True)
"""The index by which the size of a quantity is known."""

Range = tuple[str, Linear, Linear]


class PartialSum(MatrixSum):
    """A sum inside a normal form that is zero where its range has a negative length."""


class Named(Translator):
    """Terms with names of their own, and what has to be >= 0 for them to make sense.

    Args:
        terms: all that is going to be translated.
    """

    def __init__(self, *terms: sp.Basic) -> None:
        super().__init__(None)
        self._names: dict[Any, str] = {}
        self.meanings: dict[str, Any] = {}
        self._running: dict[sp.Symbol, str] = {}
        self._scope: tuple[Range, ...] = ()
        self._conditions: list[tuple[tuple[Range, ...], Linear]] = []
        parts = {part for term in terms for part in sp.preorder_traversal(term)}
        found = {part for part in parts if isinstance(part, sp.Symbol | AppliedUndef | Variable)}
        known = {(str(part.func), part.func) if isinstance(part, AppliedUndef) else self._key(part) for part in found}
        for key in sorted(known, key=lambda key: (key[0], sp.srepr(key[1]) if len(key) == 2 else str(key))):
            self._named(key)

    # -- names -------------------------------------------------------------------------------------------------------

    def _named(self, key: tuple[Any, ...]) -> str:
        """The name of what a key, its own name first, stands for."""
        if key not in self._names:
            name = key[0] if is_name(key[0]) else f"q{key[0].encode().hex()}"
            while name in self.meanings or name == INDEX:
                name += "_"
            self._names[key], self.meanings[name] = name, key
        return self._names[key]

    def name(self, name: object) -> str:
        """The name of a symbol, a function of an index, or an activation."""
        if name == HERE:
            return INDEX
        if isinstance(name, sp.Symbol) and name in self._running:
            return self._running[name]
        return self._named((str(name), name))

    def _key(self, quantity: sp.Basic) -> tuple[Any, ...]:
        if isinstance(quantity, MatrixSymbol):
            return quantity.name, "matrix", quantity
        if not isinstance(quantity, Element):
            return str(quantity), quantity
        rows, cols = (self._size_here(size, quantity.index) for size in quantity.shape)
        return quantity.name, "sequence", rows, cols

    def _size_here(self, size: sp.Expr, index: sp.Expr) -> sp.Expr:
        """A size by ``HERE`` in the place of an index; widths that are not by that index stay."""
        gaps = {width: sp.expand(width.args[0] - index) for width in size.atoms(AppliedUndef) if len(width.args) == 1}
        here = {width: width.func(HERE + gap) for width, gap in gaps.items() if gap.is_Integer}
        return sp.expand(size.xreplace(here))

    def place(self, quantity: Variable) -> Place:
        """A quantity with its index."""
        key = self._key(quantity)
        name, indexed = self._named(key), isinstance(quantity, Element)
        if name not in self._given:
            rows, cols = map(self.size, key[2:] if indexed else quantity.shape)
            self._given[name] = Quantity(rows, cols, indexed, 0)
        return name, self.index(quantity.index) if indexed else None

    def index(self, expr: sp.Expr) -> Linear:
        """A linear form; what is not linear is an index of its own."""
        terms, constant = [], 0
        for part, c in sp.expand(expr).as_coefficients_dict().items():
            if not c.is_Integer or not part.is_integer or not part.is_commutative or part.has(MatrixExpr):
                raise NotFoundError(f"the index {expr}")
            if part == 1:
                constant = int(c)
                continue
            if not isinstance(part, sp.Symbol) and part.free_symbols & set(self._running):
                raise NotFoundError(f"the index {expr}, which is not linear in a bound index")
            name = self.name(part)
            terms.append((name, int(c)))
            if part.is_nonnegative and part not in self._running:
                self._declared[name] = max(self._declared.get(name, 0), int(bool(part.is_positive)))
        self._indices |= {name for name, _ in terms}
        return linear(terms, constant)

    # -- terms -------------------------------------------------------------------------------------------------------

    def term(self, node: Any) -> Term:
        """A term of the kernel, or one of those that the normal form knows besides.

        Raises:
            NotFoundError: for a node that has no rule.
            LimitError: for a range too long to write out.
        """
        match node:
            case Expectation() | Variance():
                raise NotFoundError(type(node).__name__)
            case UnitVector():
                self._need(node.position - 1)
                self._need(node.rows - node.position)
                return ("id", ONE) if node.rows == 1 else ("unit", self.size(node.rows), self.index(node.position))
            case Differential():
                place = self.place(node.of)
                return ("d", ("total", (place,)), place)
            case Apply(function="identity"):
                return self._identity(node)
            case Apply():
                member = None if node.member is None else self.index(node.member)
                return ("fn", self.name(node.function), member, node.order, self.term(node.argument))
            case StopGradient():
                return ("fn", self._named((STOPPED, StopGradient)), None, 0, self.term(node.argument))
            case Softmax() if node.rows == 1:
                return ("id", ONE)
            case LogSumExp() if node.argument.rows == 1:
                return self.term(node.argument)
            case GenericFunction():
                name = self._named((node.name, "function", node.args[0]))
                sizes = (self.size(size) for size in node.shape)
                return ("opaque", name, *sizes, *map(self.term, node.arguments))
            case MatPow() | HadamardPower() if node.exp.is_Integer:
                self._require_writable(node.exp)
                if node.exp == 1:
                    return self.term(node.base)
                if isinstance(node, HadamardPower) and isinstance(node.base, MatrixExpr) and node.exp > 1:
                    return ("had", *[self.term(node.base)] * int(node.exp))
                if isinstance(node, MatPow) and node.exp >= 0:
                    return ("pow", self.term(node.base), self.index(node.exp))
            case MatPow():
                self._need(node.exp)
        return super().term(node)

    def _identity(self, node: Apply) -> Term:
        if node.order == 0:
            return self.term(node.argument)
        return ("ones" if node.order == 1 else "zero", *(self.size(size) for size in node.shape))

    def _scaled(self, factor: sp.Expr, matrix: Term) -> Term:
        if factor.is_Rational:
            return super()._scaled(factor, matrix)
        return ("kron", self.number(factor), matrix)

    def number(self, factor: sp.Expr) -> Term:
        """A number as a 1 x 1 matrix; one of which nothing is known but its parts is opaque."""
        match factor:
            case sp.Rational():
                return super()._scaled(factor, ("id", ONE))
            case sp.Symbol() if factor.is_integer:
                return ("num", 1, self.index(factor))
            case sp.Add() | sp.Mul():
                return ("add" if factor.is_Add else "mul", *map(self.number, factor.args))
            case MatrixElement():
                return super().number(factor)
            case sp.Pow() if factor.exp.is_integer and not factor.exp.has(MatrixExpr):
                with suppress(NotFoundError):  # it is not linear
                    return ("exp", self.number(factor.base), self.index(factor.exp))
            case sp.Sum():
                return self._sum(factor)
        if not factor.is_commutative or factor.has(ExprWithLimits, sp.Derivative, sp.Subs, sp.Lambda):
            raise NotFoundError(type(factor).__name__)
        return self._opaque(factor)

    def _opaque(self, factor: sp.Expr) -> Term:
        """A function of the numbers and matrices that a number is made of."""
        found = readings(factor)
        if found == [factor]:
            parts = [part for part in factor.args if isinstance(part, MatrixExpr)]
        else:
            hidden = {reading: sp.Dummy() for reading in found}
            symbols = factor.xreplace(hidden).free_symbols - set(hidden.values()) - {factor}
            parts = [*found, *sorted(symbols, key=str)]
        holes = [_hole(at, part) for at, part in enumerate(parts)]
        skeleton = factor.xreplace(dict(zip(parts, holes, strict=True)))
        if skeleton.free_symbols & set(self._running):
            raise NotFoundError(type(factor).__name__)
        name = self._named((sp.srepr(skeleton), "number", skeleton, tuple(holes)))
        inside = (self.term(part) if isinstance(part, MatrixExpr) else self.number(part) for part in parts)
        return ("opaque", name, ONE, ONE, *inside)

    def _sum(self, total: sp.Sum) -> Term:
        """Σ of numbers as SymPy writes it, the first index innermost."""
        if any(len(limits) != 3 or any(bound.is_infinite for bound in limits[1:]) for limits in total.limits):
            raise NotFoundError("Sum without bounds")
        *inner, (v, low, high) = total.limits
        index = sp.Dummy(v.name, integer=True)  # SymPy's own need not be known to be one
        inside = (sp.Sum(total.function, *inner) if inner else total.function).xreplace({v: index})
        self._need(high - low + 1)
        return self._ranging("sum", index, low, high, lambda: self.number(inside))

    def _bound(self, kind: str, node: MatrixSum | OrderedProduct) -> Term:
        kind = "prod" if kind == "rise" and node.body.shape == (1, 1) else kind  # numbers commute
        if not isinstance(node, PartialSum):
            self._need(node.length)
        return self._ranging(kind, node.variable, node.lower, node.upper, lambda: self.term(node.body))

    def _ranging(self, kind: str, v: sp.Symbol, low: sp.Expr, high: sp.Expr, body: Callable[[], Term]) -> Term:
        self._require_writable(high - low + 1)
        bounds = self.index(low), self.index(high)
        self._counters += 1
        before, name = (self._running, self._scope), f"%{self._counters}"
        self._running, self._scope = {**self._running, v: name}, (*self._scope, (name, *bounds))
        self._bound_names.add(name)
        inside = body()
        self._running, self._scope = before
        return (kind, name, *bounds, inside)

    def _require_writable(self, length: sp.Expr) -> None:
        length = sp.expand(length)
        if length.is_Integer and abs(length) > LONGEST:
            raise LimitError(
                f"a range of {length} terms is too long to write out",
                advice=f"the limit is {LONGEST}; keep the bound symbolic",
            )

    # -- what is known -----------------------------------------------------------------------------------------------

    def _need(self, expr: sp.Expr) -> None:
        self._conditions.append((self._scope, self.index(expr)))

    def implied(self, facts: Facts) -> tuple[Facts, Linear | None]:
        """Facts, with what has to hold for the terms to make sense: in a range that is not empty, at both its ends.

        Returns:
            What is known, and what decides whether a range is empty of which that is not known; None where all is.
        """
        known, undecided = list(facts), None
        waiting = list(self._conditions)
        while waiting:
            later: list[tuple[tuple[Range, ...], Linear]] = []
            undecided = None
            for scope, form in waiting:
                if not scope:
                    known += [form] if form.terms and form not in known else []
                    continue
                *outer, (v, low, high) = scope
                around = (end for w, first, last in outer for end in (variable(w) - first, last - variable(w)))
                if shows((*known, *around), high - low):
                    later += [(tuple(outer), form.at({v: end})) for end in dict.fromkeys((low, high))]
                elif not shows((*known, *around), low - high - 1):
                    later.append((scope, form))
                    _, first, last = scope[0]
                    undecided = last - first if not shows(known, last - first) else undecided
            if later == waiting:
                break
            waiting = list(dict.fromkeys(later))
        return tuple(known), undecided


def _hole(at: int, part: sp.Basic) -> sp.Basic:
    """What stands in the place of a part."""
    if isinstance(part, MatrixExpr):
        return MatrixSymbol(f"part{at}", *part.shape)
    return sp.Symbol(f"part{at}", **part.assumptions0)


# -- the way back ------------------------------------------------------------------------------------------------------


class Reading:
    """Normal forms as SymPy's terms.

    Args:
        meanings: what the names stand for.
        normal: the normal form.
        facts: what is known of indices.
        taken: names that no bound index may have.
    """

    def __init__(self, meanings: Mapping[str, Any], normal: Reckoning, facts: Facts, taken: Iterable[str]) -> None:
        self.meanings, self.normal, self.facts, self.taken = meanings, normal, facts, set(taken)

    def poly(self, p: Poly) -> sp.MatrixExpr:
        """A matrix.

        Raises:
            NotFoundError: for a sum over what cannot be written as ranges within ranges.
        """
        terms = [self.mono(p.rows, p.cols, *each) for each in p.terms]
        if not terms:
            return sp.ZeroMatrix(self.size(p.rows), self.size(p.cols))
        return terms[0] if len(terms) == 1 else sp.MatAdd(*terms)

    def mono(self, rows: Size, cols: Size, mono: Mono, c: Fraction | int) -> sp.MatrixExpr:
        """A monomial; a sum over no range within a range is split."""
        try:
            ranges = nested(mono)
        except NotFoundError as error:
            if error.missing is None or error.missing.names().isdisjoint(mono.bound):
                raise
            halves = (mono._replace(domain=(*mono.domain, f)) for f in (error.missing, (-1) * error.missing - 1))
            return sp.MatAdd(*(self.poly(self.normal.finished(rows, cols, opened(half), c)) for half in halves))
        outside, kinds = self.facts, []
        for v, low, high in ranges:
            kinds.append(MatrixSum if shows(self.facts, high - low + 1) else PartialSum)
            self.facts = (*self.facts, variable(v) - low, high - variable(v))
        scalars = [self.word(ONE, each) for each in mono.scalars]
        if len(scalars) == 1 and c == 1 and not mono.word and rows == cols == ONE and mono.scalars[0][0][0] not in KEPT:
            found = scalars[0]
        else:
            found = self.word(rows, mono.word)
            factor = sp.Mul(sp.Rational(c.numerator, c.denominator), *map(entry_of, scalars))
            found = found if factor == 1 else sp.MatMul(factor, found)
        self.facts = outside
        for kind, (v, low, high) in zip(reversed(kinds), reversed(ranges), strict=True):
            found = kind(found, (self.variable(v), self.index(low), self.index(high)))
        return found

    def word(self, rows: Size, word: Word) -> sp.MatrixExpr:
        """A product."""
        factors = [self.atom(atom) for atom in word]
        if not factors:
            return sp.Identity(self.size(rows))
        return factors[0] if len(factors) == 1 else sp.MatMul(*factors)

    def atom(self, atom: Atom) -> sp.MatrixExpr:
        """A factor."""
        match atom:
            case ("num", _, form):
                return sp.MatMul(self.index(form), sp.Identity(1))
            case ("exp", base, form):
                return sp.MatMul(entry_of(self.poly(base)) ** self.index(form), sp.Identity(1))
            case ("opaque", name, rows, cols, *parts):
                return self._opaque(self.meanings[name], (rows, cols), [self.poly(part) for part in parts])
            case ("leaf", name, index):
                return self.place((name, index))
            case ("one", rows):
                return sp.OneMatrix(self.size(rows), 1)
            case ("T", inner):
                return sp.Transpose(self.atom(inner))
            case ("fn", name, _, _, of) if self.meanings[name][1] is StopGradient:
                return StopGradient(self.poly(of))
            case ("fn", name, member, order, of):
                index = () if member is None else (self.index(member),)
                return Apply(Str(str(self.meanings[name][1])), order, self.poly(of), *index)
            case ("unit", rows, form):
                return UnitVector(self.size(rows), self.index(form))
            case ("sel", block, sizes):
                return NODES["sel"](block, [self.size(s) for s in sizes])
            case ("prod", v, low, high, body):
                ends = self.index(low), self.index(high)
                return OrderedProduct(self.poly(body), (self.variable(v), *ends), DESCENDING)
            case ("d", _, of):
                return Differential(self.place(of))
            case ("jac", way, of, by):
                kind = TotalJacobian if way == "total" else ImmediateJacobian
                return kind(self.place(of), self.place(by))
            case ("grad", of, by):
                return Gradient(self.place(of), self.place(by))
            case ("inv", of):
                return MatPow(self.poly(of), sp.S.NegativeOne)
        return NODES[atom[0]](*map(self.poly, atom[1:]))

    def _opaque(self, meaning: tuple[Any, ...], sizes: tuple[Size, Size], parts: list[sp.MatrixExpr]) -> sp.MatrixExpr:
        if meaning[1] == "function":
            return GenericFunction(meaning[2], *map(self.size, sizes), *parts)
        _, _, skeleton, holes = meaning
        values = [p if isinstance(h, MatrixExpr) else entry_of(p) for h, p in zip(holes, parts, strict=True)]
        return sp.MatMul(skeleton.xreplace(dict(zip(holes, values, strict=True))), sp.Identity(1))

    def place(self, place: Place) -> sp.MatrixExpr:
        """A quantity."""
        name, kind, *rest = self.meanings[place[0]]
        if kind == "matrix":
            return rest[0]
        assert place[1] is not None
        index = self.index(place[1])
        return Element(Str(name), index, *(sp.expand(size.xreplace({HERE: index})) for size in rest))

    def size(self, size: Size) -> sp.Expr:
        """A number of rows or columns."""
        return sp.Add(*(sp.Mul(c, *(self._width(width) for width in widths)) for widths, c in size))

    def _width(self, width: Any) -> sp.Expr:
        return self.meanings[width][1] if isinstance(width, str) else self.meanings[width[0]][1](self.index(width[1]))

    def index(self, form: Linear) -> sp.Expr:
        """A linear form."""
        return sp.Add(*(c * self.variable(v) for v, c in form.terms), form.constant)

    def variable(self, v: str) -> sp.Expr:
        """An index; a bound one has a name that no free symbol has."""
        if v in self.meanings:
            return self.meanings[v][1]
        while v in self.taken:
            v += "_"
        return sp.Symbol(v, integer=True)


KEPT = ("num", "exp", "opaque")
"""Numbers that no matrix of shape (1, 1) is as it stands."""
