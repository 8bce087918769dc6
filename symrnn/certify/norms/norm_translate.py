"""Inequalities and limits in the kernel's terms; :mod:`symrnn.certify.norm_asked` reads back what was proved."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import sympy as sp
from sympy.core.relational import Equality, GreaterThan, LessThan, Relational, StrictGreaterThan, StrictLessThan
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.certify.deriving import Deriver
from symrnn.certify.errors import NotFoundError
from symrnn.certify.norm_asked import proved_ranges, proved_signs
from symrnn.certify.norms.known import Known, power
from symrnn.certify.norms.norm_script import NormScript
from symrnn.certify.norms.signs import Signs
from symrnn.certify.script import index_json, shows
from symrnn.certify.translate import Translator, taken_by
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Inequality, Limit
from symrnn.derivation.statement import Equation
from symrnn.expr import InnerProduct, Norm, SmallestEntry, SmallestSingularValue, SpectralRadius
from symrnn.kernel.lemmas import LE, LT, norm
from symrnn.kernel.linear import Linear, variable
from symrnn.kernel.scalars import ZERO, Scalar, walk
from symrnn.kernel.steps import Hypothesis
from symrnn.kernel.terms import widths
from symrnn.recurrence import Recurrence


class ScalarTranslator:
    """Numbers in the kernel's scalars.

    Args:
        matrices: translates what stands inside norms.
    """

    def __init__(self, matrices: Translator) -> None:
        self.matrices = matrices
        self.reals: dict[str, str] = {}

    def scalar(self, s: sp.Expr) -> Scalar:
        """A scalar of the kernel.

        Raises:
            NotFoundError: for a number that the kernel's scalars do not say.
        """
        match s:
            case sp.Rational():
                return ("rational", Fraction(int(s.p), int(s.q)))
            case sp.Symbol() if s.is_integer:
                return ("number", self.matrices.index(s))
            case sp.Symbol() if s.is_real:
                name = self.matrices.name(s)
                self.reals[name] = "positive" if s.is_positive else "nonnegative" if s.is_nonnegative else "real"
                return ("real", name)
            case Norm():
                return norm(s.kind, self.matrices.term(s.of))
            case SmallestEntry():
                return ("smallest", self.matrices.term(s.of))
            case MatrixElement():
                return ("smallest", self.matrices.number(s))
            case SmallestSingularValue():
                return ("least", self.matrices.term(s.of))
            case SpectralRadius():
                return ("radius", self.matrices.term(s.of))
            case sp.Abs(args=(MatrixElement() as entry,)):
                return norm("2", self.matrices.number(entry))
            case sp.Abs():
                return ("abs", self.scalar(s.args[0]))
            case sp.Add():
                return ("plus", *map(self.scalar, s.args))
            case sp.Mul():
                return ("times", *map(self.scalar, s.args))
            case sp.Max():
                first, *rest = sorted(s.args, key=sp.default_sort_key)
                return ("max", self.scalar(first), self.scalar(sp.Max(*rest)))
            case sp.Pow(base=sp.Symbol(), exp=sp.S.Half) if s.base.is_integer and s.base.is_positive:
                return norm("F", ("id", self.matrices.size(s.base)))
            case sp.Pow():
                return self._power(s.base, s.exp)
            case sp.Sum():
                return self._total(s)
        what = "an inner product" if isinstance(s, InnerProduct) else f"the number {s}"
        raise NotFoundError(f"{what} has no certificates yet")

    def _power(self, base: sp.Expr, exponent: sp.Expr) -> Scalar:
        e = self.matrices.index(exponent)
        if all(c < 0 for _, c in e.terms) and e.constant <= 0:
            return ("over", power(self.scalar(base), (-1) * e))
        return power(self.scalar(base), e)

    def _total(self, s: sp.Sum) -> Scalar:
        found = self.scalar(s.function)
        for variable_, low, high in s.limits:
            name = self.matrices.name(variable_)
            found = ("total", name, self.matrices.index(low), self.matrices.index(high), found)
        return found

    def relation(self, relation: Relational) -> list[tuple[Scalar, str, Scalar]]:
        """A relation between scalars as bounds."""
        left, right = map(self.scalar, relation.args)
        match relation:
            case StrictLessThan():
                return [(left, LT, right)]
            case LessThan():
                return [(left, LE, right)]
            case StrictGreaterThan():
                return [(right, LT, left)]
            case GreaterThan():
                return [(right, LE, left)]
            case Equality():
                return [(left, LE, right), (right, LE, left)]
        raise NotFoundError(f"the hypothesis {relation} has no certificates yet")


class Stated:
    """A statement in the kernel's terms, its head written down.

    Args:
        statement: an inequality or a limit.
        recurrence: what its names mean.
        name: the id that it goes by.
    """

    def __init__(self, statement: Inequality | Limit, recurrence: Recurrence | None, name: str) -> None:
        self.statement = statement
        matrices = Translator(recurrence, (), statement.where, statement.terms, real=True)
        scalars = ScalarTranslator(matrices)
        sides = (statement.lhs, statement.rhs) if isinstance(statement, Inequality) else (statement.of,)
        self.sides = [scalars.scalar(side) for side in sides]
        self.facts = matrices.facts(statement.where)
        if isinstance(statement, Limit):  # a limit speaks of large values only
            grows = matrices.index(statement.index)
            self.facts = self.facts if shows(self.facts, grows) else (*self.facts, grows)
        self.facts = (*self.facts, *(form for form in _counts(statement, matrices) if form not in self.facts))
        taken = taken_by(statement)
        given: list[tuple[str, Any]] = []
        for hypothesis in statement.given:
            given += _hypothesis(hypothesis, matrices, scalars, taken)
        if recurrence is not None:
            for (function, order), ends in proved_ranges(recurrence).items():
                given += _bounded(function, order, ends, matrices, scalars)
        if recurrence is not None and _has_entries(statement):
            given += [_signed(function, order, matrices) for function, order in proved_signs(recurrence)]
        self.script = NormScript(name)
        quantities = matrices.system()
        self.script.put_system(quantities)
        for real, sign in scalars.reals.items():
            self.script.put("named", real, sign)
        for rule, arguments in given:
            self.script.put(rule, *(self._written(each) for each in arguments))
        self.deriver, self.known = Deriver(self.script), Known(self.script)
        self.known.entries = Signs(self.script, self.deriver, self.known)
        assumed = (s for each in self.script.replay.assumed for s in (each.left, each.right))
        sizes = (node[1] for s in (*self.sides, *assumed) for node, _, _ in walk(s) if node[0] == "abs")
        self.known.sizes = [self.script.value(x) for x in sizes]

    def _written(self, value: Any) -> Any:
        """An argument of a hypothesis as JSON."""
        match value:
            case ("scalar", s):
                return self.script.scalar(s)
            case ("term", t):
                return self.script.term(t)
            case ("facts", facts):
                return [index_json(form) for form in facts]
        return value


def _hypothesis(
    hypothesis: Any, matrices: Translator, scalars: ScalarTranslator, taken: set[str]
) -> Iterator[tuple[str, Any]]:
    """The lines that state a hypothesis."""
    where = hypothesis.where if isinstance(hypothesis, ForEvery | Equation) else ()
    if any(isinstance(condition, sp.Ne) for condition in where):  # it would be assumed everywhere
        raise NotFoundError(f"the hypothesis {hypothesis} has no certificates yet")
    match hypothesis:
        case BoundedSlope():
            yield from _bounded(hypothesis.function, 1, (hypothesis.at_least, hypothesis.at_most), matrices, scalars)
            if hypothesis.increasing:
                yield _signed(hypothesis.function, 1, matrices)
        case Equation():
            yield _equation(matrices.hypothesis(hypothesis, taken))
        case ForEvery(relation=Equation()):
            yield _equation(matrices.hypothesis(hypothesis, taken))
        case ForEvery(relation=Relational() as relation, index=index):
            if str(index) in taken:
                fresh = sp.Symbol(f"{index}_", integer=True)
                relation, where = relation.xreplace({index: fresh}), tuple(c.xreplace({index: fresh}) for c in where)
                index = fresh
            for left, sign, right in scalars.relation(relation):
                facts = ("facts", matrices.facts(where))
                yield "assume", ([matrices.name(index)], facts, ("scalar", left), sign, ("scalar", right))
        case Relational():
            for left, sign, right in scalars.relation(hypothesis):
                yield "assume", ([], [], ("scalar", left), sign, ("scalar", right))
        case _:
            raise NotFoundError(f"the hypothesis {hypothesis} has no certificates yet")


def _bounded(
    function: str, order: int, ends: tuple[sp.Expr, sp.Expr], matrices: Translator, scalars: ScalarTranslator
) -> Iterator[tuple[str, Any]]:
    """The line that bounds the magnitude of φ (order 0) or of φ' (order 1) from below and above."""
    least, most = ends
    low = None if least == 0 else ("scalar", scalars.scalar(least))
    high = None if most is sp.oo else ("scalar", scalars.scalar(most))
    yield "assume slope", (matrices.name(function), order, low, high)


def _signed(function: str, order: int, matrices: Translator) -> tuple[str, Any]:
    """The line that says that φ (order 0) or φ' (order 1) is nowhere below 0."""
    return "assume slope", (matrices.name(function), order, ("scalar", ZERO), None, True)


def _counts(statement: Inequality | Limit, matrices: Translator) -> list[Linear]:
    """Forms that say that there is a row and a column in every matrix of whose entries a statement speaks."""
    shapes = [part.parent.shape for term in statement.terms for part in term.atoms(MatrixElement)]
    shapes += [part.of.shape for term in statement.terms for part in term.atoms(SmallestEntry)]
    sizes = {size for shape in shapes for size in shape if isinstance(size, sp.Symbol)}
    return [variable(v) - 1 for v in sorted(set[str]().union(*(widths(matrices.size(size)) for size in sizes)))]


def _has_entries(statement: Inequality | Limit) -> bool:
    """Whether a statement speaks of entries, of which signs are known."""
    return any(isinstance(part, sp.Basic) and part.has(MatrixElement, SmallestEntry) for part in statement.terms)


def _equation(assumed: Hypothesis) -> tuple[str, Any]:
    sides = ("term", assumed.left), ("term", assumed.right)
    return "assume equation", (("facts", assumed.facts), *sides, *assumed.every)
