"""Derivatives of a total written in the errors that arrive at each index, instead of one long product for each.

A total moves by Σ_s g_s dx_s with a state x and rows g_s, and a state by dx_i = A_i dx_{i-1} + B_i. With the errors
ε_r = Σ_{s>=r} g_s Φ(s, r) it moves by ε_r dx_r + Σ_{i>r} ε_i B_i, which is the backward recursion of
:mod:`symrnn.check.theorems` with sources g that are zero outside their range. While two terms are compared, ε is a
sequence of its own: what holds for every sequence with ε_r = g_r + ε_{r+1} A_{r+1} holds for this one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import sympy as sp
from sympy.core.symbol import Str
from sympy.matrices.expressions import MatrixExpr, MatrixSymbol

from symrnn.check.arithmetic import at_least, entails, less
from symrnn.check.differentials import as_gradient
from symrnn.check.jacobians import Jacobians
from symrnn.check.quantities import are_same
from symrnn.check.reads import Read, Reads, reads_of
from symrnn.check.rewrite import Facts, instantiate, rewrite
from symrnn.check.theorems import arriving, backward_recursion, recursion
from symrnn.expr import Element, Gradient, MatrixSum, Selector, TotalJacobian, Variable, dimension
from symrnn.expr.shapes import same
from symrnn.recurrence import Definition, Role

BACKWARD = "induction (backward recursion)"
"""Name of the theorem by which errors arrive from later indices."""

MAX_UNFOLDED = 4
"""Most steps by which an error is written in a later one."""


@dataclass(frozen=True)
class Errors:
    """The errors that one total sends to one state, or to several stacked ones: ε_r = Σ_{s>=r} g_s Φ(s, r).

    Args:
        name: of the sequence ε, new to the terms that are compared.
        of: the state whose stack it is: what it is computed from, itself among them.
        states: the stacked states.
        selectors: S_i for each state by name; empty for one that stands alone.
        factor: A at the arbitrary index of the states.
        index: that index.
        reads: what the total sees of the states, over one range.
    """

    name: Str
    of: Definition
    states: tuple[Definition, ...]
    selectors: dict[str, Selector]
    factor: MatrixExpr
    index: sp.Symbol
    reads: tuple[Read, ...]

    @property
    def first(self) -> int:
        """The first index at which the equations of the states hold."""
        return self.states[0].first

    @property
    def low(self) -> sp.Expr:
        """The first index with a source."""
        return self.reads[0].low

    @property
    def high(self) -> sp.Expr:
        """The last index with a source."""
        return self.reads[0].high

    def at(self, index: sp.Expr) -> Element:
        """ε at an index, shape (1, all entries of the states)."""
        size = sp.expand(sp.Add(*(dimension(state.sequence.at(index)) for state in self.states)))
        return Element(self.name, sp.expand(index), sp.S.One, size)

    def source(self, at: sp.Expr) -> MatrixExpr:
        """The row g at an index inside the range: Σ_i g_i S_iᵀ."""
        parts: list[MatrixExpr] = []
        for read in self.reads:
            row = read.row.xreplace({read.index: at})
            selector = self.selectors.get(read.quantity.name)
            parts.append(row if selector is None else sp.MatMul(row, sp.Transpose(selector)))
        return sp.MatAdd(*parts)

    def one_step(self, at: sp.Expr, following: MatrixExpr, source: MatrixExpr) -> MatrixExpr:
        """The premise of the theorem at an index: the source, and the following error times A of the next index."""
        backward_recursion()  # which proves the theorem, once
        terms = {
            "g": lambda _: source,
            "ε": lambda _: following,
            "A": lambda of: self.factor.xreplace({self.index: of}),
        }
        return instantiate(recursion(at, arriving[at + 1]), terms)


@dataclass
class Backward:
    """Rules for the derivatives of totals in terms of errors.

    Args:
        jacobians: the rules for states.
        taken: names that stand for something else.
        known: the errors that were needed so far, by their names.
    """

    jacobians: Jacobians
    taken: set[str]
    known: dict[str, Errors] = field(default_factory=dict)
    _sights: dict[MatrixSymbol, Reads | None] = field(default_factory=dict)
    _of: dict[MatrixSymbol, list[Errors]] = field(default_factory=dict)

    def node(self, node: sp.Basic, facts: Facts) -> sp.Basic | None:
        """A total Jacobian or a gradient of a total; None for anything else, and where facts do not suffice."""
        if not isinstance(node, TotalJacobian | Gradient) or not isinstance(node.of, MatrixSymbol):
            return None
        found = self.total(node.of, node.wrt, facts)
        return as_gradient(found, node) if found is not None and isinstance(node, Gradient) else found

    def total(self, of: MatrixSymbol, wrt: Variable, facts: Facts) -> MatrixExpr | None:
        """dL/dw = ε_r X_r + Σ_{i>r} ε_i B_i for every stack of states, and what L sees of w itself.

        For a parameter, an input and a state only: an output or an intermediate stands between L and the states.
        """
        recurrence = self.jacobians.quantities.recurrence
        if recurrence.role(wrt) not in (None, Role.STATE) or dimension(of) != 1:
            return None  # an error is one row
        reads = self._reads(of)
        if reads is None or not all(entails((*facts, *inside), goal) for inside, goal in reads.needs):
            return None
        parts: list[MatrixExpr] = [sp.ZeroMatrix(1, dimension(wrt))]
        for errors in self._errors(of, reads):
            part = self._carried(errors, wrt, facts)
            if part is None:
                return None
            parts.append(part)
        for read in reads.direct:
            part = _seen_directly(read, wrt, facts)
            if part is None:
                return None
            parts.append(part)
        return sp.MatAdd(*parts)

    def _reads(self, of: MatrixSymbol) -> Reads | None:
        if of not in self._sights:
            defined = of in self.jacobians.quantities.recurrence.totals
            self._sights[of] = reads_of(self.jacobians.quantities, of) if defined else None
        return self._sights[of]

    def _errors(self, of: MatrixSymbol, reads: Reads) -> list[Errors]:
        """One sequence of errors for each stack of states and each range of sources."""
        if of not in self._of:
            groups: dict[tuple[object, ...], list[Read]] = {}
            recurrence = self.jacobians.quantities.recurrence
            for read in reads.states:
                names = tuple(d.sequence.name for d in recurrence.system(read.quantity.name))
                groups.setdefault((names, read.low, read.high), []).append(read)
            self._of[of] = [self._named(tuple(group)) for group in groups.values()]
        return self._of[of]

    def _named(self, reads: tuple[Read, ...]) -> Errors:
        quantities = self.jacobians.quantities
        definition = quantities.recurrence.definition(reads[0].quantity.name)
        assert definition is not None  # it is a state
        name = next(name for name in _candidates() if name not in self.taken)
        self.taken.add(name)
        system = self.jacobians.coupled(definition)
        if system is None:
            step = quantities.one_step(definition)
            factor = step.moved.jacobian(step.previous)
            errors = Errors(Str(name), definition, (definition,), {}, factor, step.index, reads)
        else:
            selectors = {state.sequence.name: system.selector(state.sequence.name) for state in system.states}
            errors = Errors(Str(name), definition, system.states, selectors, system.factor(), system.index, reads)
        self.known[name] = errors
        return errors

    def _carried(self, errors: Errors, wrt: Variable, facts: Facts) -> MatrixExpr | None:
        """What a quantity does to a total through the states that it moves."""
        definition = errors.of
        if not self.jacobians.quantities.entered(definition, wrt):
            return sp.ZeroMatrix(1, dimension(wrt))
        motion = self.jacobians.motion(definition, wrt, facts)
        if motion is None:
            return None
        start = self.jacobians.start(definition, wrt)
        if isinstance(wrt, Element):
            return sp.MatMul(errors.at(start), motion.initial)
        if not entails(facts, at_least(errors.high, start)):
            return None
        i = sp.Dummy("i", integer=True)
        forcing = motion.forcing.xreplace({motion.index: i})
        return MatrixSum(sp.MatMul(errors.at(i), forcing), i, start + 1, errors.high)

    # -- the recursion -----------------------------------------------------------------------------------------

    def unfolded(self, terms: tuple[MatrixExpr, ...], facts: Facts) -> tuple[MatrixExpr, ...]:
        """Each error written in the latest one that stands in the terms, and that at the end as its source."""
        indices: dict[str, set[sp.Expr]] = {name: set() for name in self.known}
        for element in (part for term in terms for part in term.atoms(Element)):
            if element.name in indices:
                indices[element.name].add(element.index)

        def replace(node: sp.Basic, at: Facts) -> sp.Basic | None:
            if not isinstance(node, Element) or node.name not in self.known:
                return None
            return self._unfolded(self.known[node.name], node.index, indices[node.name], at)

        return tuple(rewrite(term, replace, facts) for term in terms)

    def _unfolded(self, errors: Errors, at: sp.Expr, others: Iterable[sp.Expr], facts: Facts) -> MatrixExpr:
        """ε at an index: 0 after the last source, g at the last one, g + ε A before it where a later one is there."""
        here, high = errors.at(at), errors.high
        if entails(facts, less(high, at)):
            return sp.ZeroMatrix(*here.shape)
        within = entails(facts, at_least(high, at))
        is_last = within and entails(facts, at_least(at, high))
        ahead = [sp.expand(other - at) for other in others]
        if not is_last and not any(step.is_Integer and 0 < step <= MAX_UNFOLDED for step in ahead):
            return here
        if within and entails(facts, at_least(at, errors.low)):
            source = errors.source(at)
        elif entails(facts, less(at, errors.low)):
            source = sp.ZeroMatrix(*here.shape)
        else:
            return here
        if not same(source.cols, here.cols) or not entails(facts, at_least(at + 1, errors.first)):
            return here
        if is_last:
            return source
        return errors.one_step(at, self._unfolded(errors, sp.expand(at + 1), others, facts), source)


def _seen_directly(read: Read, wrt: Variable, facts: Facts) -> MatrixExpr | None:
    """What a total sees of a given quantity itself; None where it is not clear whether it does."""
    quantity = read.quantity
    if not isinstance(quantity, Element) or not isinstance(wrt, Element):
        return read.summed() if are_same(quantity, wrt) else sp.ZeroMatrix(1, dimension(wrt))
    if quantity.name != wrt.name:
        return sp.ZeroMatrix(1, dimension(wrt))
    if entails(facts, at_least(wrt.index, read.low)) and entails(facts, at_least(read.high, wrt.index)):
        row = read.row.xreplace({read.index: wrt.index})
        return row if same(row.cols, dimension(wrt)) else None
    if entails(facts, less(wrt.index, read.low)) or entails(facts, less(read.high, wrt.index)):
        return sp.ZeroMatrix(1, dimension(wrt))
    return None


def _candidates() -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"ε{number}"
