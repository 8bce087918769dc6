"""Statements in the kernel's terms. Trusted: what is proved has to be what was asked.

Every node has one rule. What has none, or means something that the kernel's terms do not say, is refused by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import singledispatchmethod
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.matrices.expressions import (
    DiagMatrix,
    HadamardPower,
    HadamardProduct,
    KroneckerProduct,
    MatAdd,
    MatMul,
    MatPow,
    MatrixExpr,
    MatrixSymbol,
)
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.activations import activation
from symrnn.certify.errors import NotFoundError
from symrnn.derivation.inequality import ForEvery
from symrnn.derivation.statement import Equation
from symrnn.expr import (
    Apply,
    Concatenation,
    Derivative,
    Differential,
    Element,
    Expectation,
    GenericFunction,
    Gradient,
    ImmediateJacobian,
    LogSumExp,
    MatrixSum,
    OrderedProduct,
    Selector,
    Sequence,
    Softmax,
    StopGradient,
    TotalJacobian,
    UnitVector,
    Variable,
    Variance,
    Vec,
)
from symrnn.expr.binder import DESCENDING
from symrnn.expr.powers import MOST_FACTORS, multiplied_out
from symrnn.kernel.axioms import NAMED_SLOPES, SLOPES, STOPPED
from symrnn.kernel.linear import Linear, linear, number, variable
from symrnn.kernel.steps import Facts, Hypothesis
from symrnn.kernel.system import INDEX, Quantity, kinds_of
from symrnn.kernel.terms import ONE, Place, Size, Term, is_name, quantities, size, times
from symrnn.recurrence import Definition, Recurrence, Role

RECIPROCAL = "reciprocal"
"""1/π of a probability, and 1/T of an index: a function of which the kernel knows nothing."""

ROLES = {Role.STATE: "state", Role.INTERMEDIATE: "intermediate", Role.OUTPUT: "output"}


class Translator:
    """Terms about one recurrence in the kernel's terms.

    Args:
        recurrence: whose quantities are spoken of.
        varying: the quantities whose differentials are free.
        where: conditions; by them an exponent may be known to be negative.
        spoken: what is said, whose free indices no bound one may be called like.
        real: whether numbers have to be real, as lengths need it; equations hold for complex ones, too.
    """

    def __init__(
        self,
        recurrence: Recurrence | None,
        varying: tuple[Variable, ...] = (),
        where: tuple[Relational, ...] = (),
        spoken: Iterable[sp.Basic] = (),
        *,
        real: bool = False,
    ) -> None:
        self.recurrence, self.varying, self.where, self.real = recurrence, varying, where, real
        self.quantities: dict[str, Quantity] = {}
        self.products: dict[str, tuple[sp.Symbol, sp.Symbol]] = {}
        self._given: dict[str, Quantity] = {}
        self._counters = 0
        self._declared: dict[str, int] = {}
        self._bound_names: set[str] = set()
        self._defining = False
        self._free = {str(symbol) for part in (*where, *spoken) for symbol in part.free_symbols}
        self._indices: set[str] = set()
        self._widths: set[str] = set()

    # -- indices, sizes, names -----------------------------------------------------------------------------------

    def name(self, name: object) -> str:
        """A name that the kernel takes."""
        text = str(name)
        if not is_name(text):
            raise NotFoundError(f"the kernel takes no name like {text}")
        return text

    def index(self, expr: sp.Expr) -> Linear:
        """A linear form with integer coefficients."""
        parts = sp.expand(expr).as_coefficients_dict()
        self._indices |= {self.name(symbol) for symbol in expr.free_symbols}
        known = (symbol for symbol in expr.free_symbols if symbol.is_integer and symbol.is_nonnegative)
        self._declared |= {self.name(symbol): int(bool(symbol.is_positive)) for symbol in known}
        terms: list[tuple[str, int]] = []
        constant = 0
        for part, c in parts.items():
            factors = sp.Mul.make_args(part)
            symbols = all(isinstance(factor, sp.Symbol) and factor.is_integer for factor in factors)
            if not c.is_Integer or not (part == 1 or (symbols and len(factors) <= 2)):
                raise NotFoundError(f"{expr} is not linear in integer indices")
            if part == 1:
                constant = int(c)
            elif len(factors) == 1:
                terms.append((self.name(part), int(c)))
            elif self._defining:  # an index of its own, of which an equation would speak as if it were free
                raise NotFoundError(f"the product {part} in a definition has no certificates yet")
            else:  # one more index, of which only what follows from its factors is known
                name = self.name("_times_".join(sorted(self.name(factor) for factor in factors)))
                self.products[name] = factors
                terms.append((name, int(c)))
        return linear(terms, constant)

    def size(self, expr: sp.Expr) -> Size:
        """A number of rows or columns."""
        found = Size()
        for part in sp.Add.make_args(sp.expand(expr)):
            one = ONE
            for factor in sp.Mul.make_args(part):
                base, power = factor.as_base_exp()
                if not (power.is_Integer and power > 0):
                    raise NotFoundError(f"{expr} is not the size of a matrix")
                for _ in range(int(power)):
                    one = times(one, self._width(base))
            found = size(*found, *one)
        return found

    def _width(self, expr: sp.Expr) -> Size:
        if expr.is_Integer and expr > 0:
            return size(((), int(expr)))
        if isinstance(expr, sp.Symbol):
            self._widths.add(self.name(expr))
            return size(((self.name(expr),), 1))
        if isinstance(expr, AppliedUndef) and len(expr.args) == 1:
            return size((((self.name(expr.func), self.index(expr.args[0])),), 1))
        raise NotFoundError(f"{expr} is not the size of a matrix")

    def place(self, quantity: Variable) -> Place:
        """A quantity with its index."""
        if isinstance(quantity, Element):
            place: Place = (self.name(quantity.name), self.index(quantity.index))
        else:
            place = (self.name(quantity.name), None)
        self._know(quantity)
        return place

    def _know(self, quantity: Variable) -> None:
        """Quantities that the recurrence does not name are given."""
        name = str(quantity.name)
        if self.recurrence is not None and self.recurrence.quantity(name, 0 if isinstance(quantity, Element) else None):
            return
        if isinstance(quantity, Element):
            raise NotFoundError(f"{quantity} is not a quantity of the recurrence")
        self._given[name] = Quantity(self.size(quantity.rows), self.size(quantity.cols), False, 0)

    # -- terms ---------------------------------------------------------------------------------------------------

    @singledispatchmethod
    def term(self, node: Any) -> Term:
        """A term of the kernel.

        Raises:
            NotFoundError: for a node that has no rule.
        """
        raise NotFoundError(f"{type(node).__name__} has no certificates yet")

    @term.register
    def _(self, node: MatrixSymbol) -> Term:
        return ("leaf", *self.place(node))

    @term.register
    def _(self, node: Element) -> Term:
        return ("leaf", *self.place(node))

    @term.register
    def _(self, node: sp.Identity) -> Term:
        return ("id", self.size(node.rows))

    @term.register
    def _(self, node: sp.ZeroMatrix) -> Term:
        return ("zero", self.size(node.rows), self.size(node.cols))

    @term.register
    def _(self, node: sp.OneMatrix) -> Term:
        return ("ones", self.size(node.rows), self.size(node.cols))

    @term.register
    def _(self, node: UnitVector) -> Term:
        self._declare_widths(node.rows)
        return ("unit", self.size(node.rows), self.index(node.position))

    @term.register
    def _(self, node: Selector) -> Term:
        return ("sel", node.block, tuple(self.size(s) for s in node.sizes))

    @term.register
    def _(self, node: MatAdd) -> Term:
        return ("add", *(self.term(part) for part in node.args))

    @term.register
    def _(self, node: MatMul) -> Term:
        factors = [self.term(part) for part in node.args if isinstance(part, MatrixExpr)]
        found: Term = factors[0] if len(factors) == 1 else ("mul", *factors)
        for part in reversed([part for part in node.args if not isinstance(part, MatrixExpr)]):
            for factor in reversed(sp.Mul.make_args(part)):
                found = self._scaled(factor, found)
        return found

    def _scaled(self, factor: sp.Expr, matrix: Term) -> Term:
        if factor.is_Rational:
            return ("scale", Fraction(int(factor.p), int(factor.q)), matrix)
        if isinstance(factor, sp.Symbol) and factor.is_integer:  # X added t times; that t >= 0 has to be shown
            self._counters += 1
            return ("sum", self.name(f"c{self._counters}_{factor}"), number(1), self.index(factor), matrix)
        return ("kron", self.number(factor), matrix)

    def number(self, factor: sp.Expr) -> Term:
        """A number as a 1 x 1 matrix."""
        if isinstance(factor, sp.Symbol) and not factor.is_integer and (factor.is_real or not self.real):
            name = self.name(factor)
            if self.recurrence is not None and (self.recurrence.quantity(name) or self.recurrence.quantity(name, 0)):
                raise NotFoundError(f"{name} is a number and a matrix")
            self._given[name] = Quantity(ONE, ONE, False, 0)
            return ("leaf", name, None)
        if isinstance(factor, sp.Symbol) and not factor.is_integer:
            raise NotFoundError(f"{factor} need not be real")
        if factor.is_Rational or isinstance(factor, sp.Symbol):
            return self._scaled(factor, ("id", ONE))
        if isinstance(factor, sp.Mul) and factor.args[0].is_Rational:
            return self._scaled(factor.args[0], self.number(factor / factor.args[0]))
        if isinstance(factor, sp.Add | sp.Mul):
            return ("add" if factor.is_Add else "mul", *map(self.number, factor.args))
        if isinstance(factor, sp.binomial):
            return ("binom", *map(self.index, factor.args))
        if isinstance(factor, MatrixElement):
            row, column = (self._unit(*each) for each in zip(factor.parent.shape, factor.indices, strict=True))
            parts = (*([("T", unit)] if (unit := row) else []), self.term(factor.parent), *([column] if column else []))
            return parts[0] if len(parts) == 1 else ("mul", *parts)
        if isinstance(factor, sp.Pow) and factor.exp == -1:
            plain = factor.base.is_integer or self._is_probability(factor.base)
            base = self.number(factor.base)
            return ("fn", RECIPROCAL, None, 0, base) if plain else ("inv", base)
        if isinstance(factor, sp.Pow) and factor.exp.is_Integer and 1 < abs(factor.exp) <= MOST_FACTORS:
            base = self.number(factor.base if factor.exp > 0 else 1 / factor.base)
            return ("mul", *[base] * abs(int(factor.exp)))
        if isinstance(factor, sp.Pow) and not factor.exp.is_number:
            turned = self._is_nonnegative(-factor.exp)
            base, exponent = (1 / factor.base, -factor.exp) if turned else factor.args
            return ("pow", self.number(base), self.index(exponent))
        raise NotFoundError(f"the number {factor} has no certificates yet")

    def _unit(self, rows: sp.Expr, position: sp.Expr) -> Term | None:
        """The unit vector that picks a row, counted from 0; None where there is one row."""
        if rows == 1 and position == 0:
            return None
        self._declare_widths(rows)
        return ("unit", self.size(rows), self.index(position) + 1)

    def _declare_widths(self, rows: sp.Expr) -> None:
        """That widths are at least 1 is a fact where a unit vector has to be one of so many."""
        self._declared |= {self.name(symbol): 1 for symbol in rows.free_symbols if isinstance(symbol, sp.Symbol)}

    def _is_probability(self, number: sp.Expr) -> bool:
        """Whether something is the probability of a switch, which is above 0."""
        known = () if self.recurrence is None else self.recurrence.switches.values()
        return (
            isinstance(number, MatrixElement) and isinstance(number.args[0], Element) and number.args[0].name in known
        )

    @term.register
    def _(self, node: MatPow) -> Term:
        if node.exp == -1:
            return ("inv", self.term(node.base))
        if node.exp.is_Integer and 1 < node.exp <= MOST_FACTORS:
            return ("mul", *[self.term(node.base)] * int(node.exp))
        if self._is_nonnegative(-node.exp) and not node.exp.is_zero:
            return ("pow", ("inv", self.term(node.base)), self.index(-node.exp))
        return ("pow", self.term(node.base), self.index(node.exp))

    def _is_nonnegative(self, exponent: sp.Expr) -> bool:
        """Whether an exponent is at least 0 by its symbols or by a condition as it stands."""
        stated = [form for c in self.where if not isinstance(c, sp.Ne) for form in at_least_zero(c)]
        return bool(exponent.is_nonnegative) or exponent in stated

    @term.register
    def _(self, node: sp.Transpose) -> Term:
        return ("T", self.term(node.arg))

    @term.register
    def _(self, node: sp.Inverse) -> Term:
        return ("inv", self.term(node.arg))

    @term.register
    def _(self, node: KroneckerProduct) -> Term:
        found = self.term(node.args[0])
        for part in node.args[1:]:
            found = ("kron", found, self.term(part))
        return found

    @term.register
    def _(self, node: HadamardProduct) -> Term:
        return ("had", *(self.term(part) for part in node.args))

    @term.register
    def _(self, node: HadamardPower) -> Term:
        if not (isinstance(node.base, MatrixExpr) and node.exp.is_Rational):
            raise NotFoundError(f"the entrywise power {node} has no certificates yet")
        return self.term(multiplied_out(node))

    @term.register
    def _(self, node: DiagMatrix) -> Term:
        column = self.term(node.args[0])
        return ("diag", column if node.args[0].shape[1] == 1 else ("T", column))

    @term.register
    def _(self, node: Vec) -> Term:
        return ("vec", self.term(node.args[0]))

    @term.register
    def _(self, node: Concatenation) -> Term:
        return self.term(node.split)

    @term.register
    def _(self, node: Apply) -> Term:
        name = self.name(node.function)
        if name in (RECIPROCAL, STOPPED):
            raise NotFoundError(f"{name} is the name of a function that the translation uses")
        known = activation(name) if self.recurrence is None else self.recurrence.activation(name)
        if name in (*SLOPES, *NAMED_SLOPES, "identity") and known != activation(name):
            raise NotFoundError(f"{name} with other parameters than usual has no certificates yet")
        member = None if node.member is None else self.index(node.member)
        return ("fn", name, member, node.order, self.term(node.argument))

    @term.register
    def _(self, node: StopGradient) -> Term:
        return ("fn", self.name(STOPPED), None, 0, self.term(node.argument))

    @term.register
    def _(self, node: Softmax) -> Term:
        return ("softmax", self.term(node.argument))

    @term.register
    def _(self, node: LogSumExp) -> Term:
        return ("lse", self.term(node.argument))

    @term.register
    def _(self, node: MatrixSum) -> Term:
        return self._bound("sum", node)

    @term.register
    def _(self, node: OrderedProduct) -> Term:
        return self._bound("prod" if node.direction == DESCENDING else "rise", node)

    def _bound(self, kind: str, node: MatrixSum | OrderedProduct) -> Term:
        bounds, own = (self.index(node.lower), self.index(node.upper)), self._apart(node.variable)
        body = self.term(node.body if own is node.variable else node.body.xreplace({node.variable: own}))
        if any(node.variable in quantity.free_symbols for quantity in self.varying):
            raise NotFoundError(f"what varies has the bound index {node.variable}")
        if any(own in factors for factors in self.products.values()):
            raise NotFoundError(f"a product of {node.variable} and another index, which is not an index of its own")
        if node.variable.is_nonnegative:  # what is declared of a bound index is not said of a free one of its name
            self._bound_names.add(self.name(own))
        return (kind, self.name(own), *bounds, body)

    def _apart(self, bound: sp.Symbol) -> sp.Symbol:
        """A bound index, under another name where a quantity, or a free one, has its own: the kernel goes by names."""
        name, known = str(bound), self.recurrence
        while name in self._free or (known and any(known.quantity(name, at) is not None for at in (0, None))):
            name += "_"
        return bound if name == str(bound) else sp.Symbol(name, **bound.assumptions0)

    @term.register
    def _(self, node: Differential) -> Term:
        moving = tuple(self.place(quantity) for quantity in self.varying)
        if not moving:
            raise NotFoundError("a differential, but nothing varies")
        return ("d", ("total", moving), self.place(node.of))

    @term.register
    def _(self, node: Derivative) -> Term:
        of, by = self.place(node.of), self.place(node.wrt)
        match node:
            case Gradient():
                return ("grad", of, by)
            case TotalJacobian():
                return ("jac", "total", of, by)
            case ImmediateJacobian():
                return ("jac", "immediate", of, by)
        raise NotFoundError(f"{type(node).__name__} has no certificates yet")

    @term.register
    def _(self, node: Expectation) -> Term:
        return ("mean", self.term(node.of))

    @term.register
    def _(self, node: Variance) -> Term:
        of = self.term(node.of)
        return ("add", ("mean", ("mul", of, of)), ("scale", Fraction(-1), ("mul", ("mean", of), ("mean", of))))

    # -- hypotheses ----------------------------------------------------------------------------------------------

    def hypotheses(self, equation: Equation) -> tuple[Hypothesis, ...]:
        """What an equation assumes."""
        taken = taken_by(equation)
        return tuple(self.hypothesis(each, taken) for each in equation.given)

    def hypothesis(self, assumed: Equation | ForEvery, taken: set[str]) -> Hypothesis:
        """An equation that is assumed; a quantity of which it says what it is stands on the left.

        Args:
            assumed: the equation, perhaps for every value of an index.
            taken: names that this index is not to have.

        Raises:
            NotFoundError: for a condition that something is not 0, since it would be assumed everywhere.
        """
        sides, where, every = list(assumed.sides), assumed.where, tuple[str, ...]()
        if any(isinstance(condition, sp.Ne) for condition in where):
            raise NotFoundError(f"the hypothesis {assumed} has no certificates yet")
        if isinstance(assumed, ForEvery):
            name = self.name(assumed.index)
            while name in taken:
                name += "_"
            own = {assumed.index: sp.Symbol(name, integer=True)}
            sides, where, every = [s.xreplace(own) for s in sides], tuple(c.xreplace(own) for c in where), (name,)
        left, right = map(self.term, sides)
        if left[0] != "leaf" and right[0] == "leaf" and not _mentions(left, right):
            left, right = right, left
        return Hypothesis(self.facts(where), left, right, every)

    # -- conditions and the system -------------------------------------------------------------------------------

    def facts(self, where: tuple[Relational, ...]) -> Facts:
        """Conditions as linear forms that are >= 0; among them, that counts are which are declared to be."""
        found: list[Linear] = []
        for condition in where:
            if not isinstance(condition, sp.Ne):  # what holds without it holds with it
                found += [self.index(form) for form in at_least_zero(condition)]
        least = {**self._declared, **dict.fromkeys(self._indices & self._widths, 1)}
        declared = (variable(name) - at for name, at in sorted(least.items()) if name not in self._bound_names)
        found += [form for form in declared if form not in found]
        for name, factors in self.products.items():
            x, y = (variable(self.name(factor)) for factor in factors)
            at_least = {form: any(known == form for known in found) for form in (x, y, x - 1, y - 1)}
            positive = [at_least[each - 1] for each in (x, y)]
            if all(one or at_least[each] for one, each in zip(positive, (x, y), strict=True)):
                found.append(variable(name))
                found += [variable(name) - other for one, other in zip(positive, (y, x), strict=True) if one]
        return tuple(found)

    def system(self) -> dict[str, Quantity]:
        """The quantities of the recurrence, and those that the terms translated so far name besides, in order."""
        found = dict(self._given)
        recurrence = self.recurrence
        if recurrence is None:
            return found
        for given in (*recurrence.parameters, *recurrence.inputs):
            found[self.name(given.name)] = self._quantity(given)
        for switch, chance in recurrence.switches.items():  # 1/π with probability π and 0 otherwise
            moments = (("id", ONE), ("fn", RECIPROCAL, None, 0, ("leaf", chance, variable(INDEX))))
            found[switch] = found[switch]._replace(moments=moments)
        bodies: dict[str, Quantity] = {}
        for definition in recurrence.definitions:
            bodies[self.name(definition.sequence.name)] = self._defined(definition)
        for symbol, body in recurrence.totals.items():
            known = self._quantity(symbol)
            bodies[self.name(symbol.name)] = self._with_body(known, body, 0, "output", recurrence.index)
        found |= self._given
        return {**found, **ranked(bodies)}

    def _quantity(self, quantity: MatrixSymbol | Sequence) -> Quantity:
        if isinstance(quantity, MatrixSymbol):
            return Quantity(self.size(quantity.rows), self.size(quantity.cols), False, 0)
        at = quantity.at(sp.Symbol(INDEX, integer=True))
        return Quantity(self.size(at.rows), self.size(at.cols), True, quantity.first)

    def _defined(self, definition: Definition) -> Quantity:
        assert self.recurrence is not None
        known = self._quantity(definition.sequence)
        found = self._with_body(known, definition.body, definition.first, ROLES[definition.role], self.recurrence.index)
        if definition.initial is None:
            return found
        self._defining = True
        initial = self.term(definition.initial)
        self._defining = False
        return found._replace(initial=initial)

    def _with_body(self, known: Quantity, body: MatrixExpr, start: int, role: str, index: sp.Symbol) -> Quantity:
        moved = body.xreplace({index: sp.Symbol(INDEX, integer=True)}) if known.indexed else body
        generic = isinstance(moved, GenericFunction)
        self._defining = True
        arguments = tuple(self.place(argument) for argument in moved.arguments) if generic else ()
        term = None if generic else self.term(moved)
        self._defining = False
        if term is not None and {"pow", "prod", "rise"} & kinds_of(term):
            raise NotFoundError("a power or a product in a definition has no certificates yet")
        return known._replace(body=term, arguments=arguments, start=start, role=role)


def taken_by(statement: Any) -> set[str]:
    """The names of all indices in a statement, bound ones among them but for those that hypotheses bind."""
    found = {symbol for term in statement.spoken for symbol in term.atoms(sp.Symbol)}
    return {symbol.name for symbol in found if not isinstance(symbol, sp.Dummy)}


def _mentions(inside: Term, quantity: Term) -> bool:
    """Whether a quantity stands in a term, at whatever index."""
    return any(place[0] == quantity[1] for _, place in quantities(inside))


def at_least_zero(condition: Relational) -> list[sp.Expr]:
    """What is >= 0 for integers just where a condition on them holds.

    >>> t = sp.Symbol("t", integer=True)
    >>> at_least_zero(t > sp.Rational(1, 2))
    [2*t - 2]
    """
    difference = sp.expand(condition.lhs - condition.rhs)
    if not all(c.is_Rational for c in difference.as_coefficients_dict().values()):
        raise NotFoundError(f"the condition {condition} is not linear in indices")
    difference = sp.expand(difference * sp.ilcm(1, *(c.q for c in difference.as_coefficients_dict().values())))
    match condition:
        case sp.Ge():
            return [difference]
        case sp.Le():
            return [-difference]
        case sp.Gt():
            return [difference - 1]
        case sp.Lt():
            return [-difference - 1]
        case sp.Eq():
            return [difference, -difference]
    raise NotFoundError(f"the condition {condition} is not linear in indices")


def ranked(defined: dict[str, Quantity]) -> dict[str, Quantity]:
    """Definitions in an order, and with ranks, in which each uses what comes before it."""
    uses: dict[str, list[tuple[str, Linear | None]]] = {}
    for name, known in defined.items():
        bodies = (body for body in (known.body, known.initial) if body is not None)
        used = [place for body in bodies for _, place in quantities(body)]
        uses[name] = [(other, index) for other, index in (*used, *known.arguments) if other in defined]
    here = Linear(((INDEX, 1),), 0)
    ranks = dict.fromkeys(defined, 1)
    for _ in defined:
        for name, used in uses.items():
            for other, index in used:
                near = index is not None and defined[name].indexed and not (here - index).terms
                ranks[name] = max(ranks[name], ranks[other] + (not near))
    at_once = {
        name: {o for o, index in used if index == here and ranks[o] == ranks[name]} for name, used in uses.items()
    }
    order: list[str] = []
    waiting = list(defined)
    while waiting:
        ready = next((name for name in waiting if at_once[name] <= {*order, name}), None)
        if ready is None:
            raise NotFoundError("definitions that use each other at one index")
        order.append(ready)
        waiting.remove(ready)
    return {name: defined[name]._replace(rank=ranks[name]) for name in order}
