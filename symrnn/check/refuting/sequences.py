"""Limits refuted: sequences whose behaviour is known for ever, since φ is a multiple of z and W has known powers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product as cartesian
from typing import Any, TypeAlias

import flint
import numpy as np
import sympy as sp
from sympy.matrices.expressions import MatMul, MatPow, MatrixExpr, MatrixSymbol

from symrnn.activations import Activation, z
from symrnn.budget import tick
from symrnn.calculus.deriving import derive
from symrnn.check.kernel import prove_derivation
from symrnn.check.proving.arithmetic import Facts, at_least, entails, nonnegative
from symrnn.check.proving.existence import FAR, admission_of, conditions_of, require_existing
from symrnn.check.proving.monomials import outermost, powers
from symrnn.check.refuting import showing
from symrnn.check.refuting.instances import Numbers, allows, generic_functions
from symrnn.check.refuting.sampling import NOTABLE, Rows, Sloped
from symrnn.check.refuting.search import NO_VALUE, Instance
from symrnn.check.refuting.trials import are_exact, square_names
from symrnn.check.refuting.values import Values
from symrnn.derivation.counterexample import Counterexample
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Limit, parts_of
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import in_words
from symrnn.equality import normal_form
from symrnn.errors import SymrnnError
from symrnn.evaluate import OutsideHypothesesError
from symrnn.evaluate.norms import eigenvalues
from symrnn.expr import Apply, Binder, Derivative, Differential, Element, Measure, Moment, Norm, OrderedProduct
from symrnn.recurrence import Recurrence
from symrnn.sentences import Sentence

Replace: TypeAlias = Callable[[sp.Basic, Facts], sp.Basic | None]

PERIOD = 8
"""How many powers of a matrix are compared to find that they repeat."""

SLOPES = (sp.S.One, sp.Integer(2), sp.Rational(1, 2))
"""By what z is multiplied in the place of a generic φ."""

LOOSENESS = (1, 2, 4)
"""By how much a bound of a slope is missed."""

FREE = (Fraction(1), Fraction(1, 2), Fraction(2))
"""What symbols are tried at that are bounded by nothing."""


@dataclass(frozen=True)
class Behaviour:
    """What a sequence does for ever, and why; its limit is None where it has none."""

    limit: sp.Expr | None
    why: str


def grows(statement: Limit) -> bool:
    """Whether the conditions let the index grow; a limit says nothing otherwise."""
    return _may_grow(statement.where, statement.index)


def _may_grow(where: Iterable[sp.Basic], index: sp.Symbol) -> bool:
    where = [condition for condition in where if condition != sp.true]
    clear = all(index not in c.free_symbols or nonnegative(c) for c in where)
    return clear and not entails(where, index <= FAR)


def fits(statement: Limit, sizes: Mapping[sp.Symbol, int]) -> bool:
    """Whether sizes are such as the symbols and the conditions allow, the index still free to grow."""
    rule = {symbol: sp.Integer(at) for symbol, at in sizes.items()}
    where = [condition.xreplace(rule) for condition in statement.where]
    stated = all(c == sp.true for c in where if not c.free_symbols)
    return stated and all(allows(s, at) for s, at in rule.items()) and _may_grow(where, statement.index)


def refute_limit(statement: Limit, recurrence: Recurrence, seed: int) -> Counterexample | None:
    """A case in which the sequence certainly has another limit, or none; None when none is found.

    With c z in the place of a generic φ, a Jacobian over k steps is (c W)^k; the powers of a matrix that is nilpotent,
    whose powers repeat, or whose spectral radius is not 1 are known for all k.

    >>> from symrnn.expr import SpectralRadius
    >>> from symrnn.symbols import k, n
    >>> W = MatrixSymbol("W", n, n)
    >>> print(refute_limit(Limit(Norm(W**k), k, given=(SpectralRadius(W) <= 1,)), Recurrence("", k, (), ()), 0))
    n = 1, W = -1: left side without that limit, right side 0 (W^3 = W^1, so that the powers repeat for ever; seed 0)
    """
    if not grows(statement) or not all(_is_of_parameters(h, statement) for h in statement.given):
        return None
    for slope in _slopes(statement, recurrence):
        linear = _straightened(recurrence, slope)
        try:
            plain = replace(statement, given=without_slopes(statement))
            require_existing(admission_of(plain, linear))
            scalar = written_out(statement.of, linear, conditions_of(plain))
        except SymrnnError:
            continue
        if (scalar.free_symbols & set(statement.indices)) - {statement.index}:
            continue
        for instance in _cases(statement, linear, slope):
            found = _refuted_at(instance, scalar, statement, linear)
            if found is not None:
                return _counterexample(statement, recurrence, scalar, instance, *found, seed)
    return None


def _refuted_at(
    instance: Instance, scalar: sp.Expr, statement: Limit, linear: Recurrence
) -> tuple[Values, Behaviour] | None:
    try:
        values = Values(statement.given, linear, instance)
        found = behaviour(scalar, statement.index, values)
    except (OutsideHypothesesError, *NO_VALUE):
        return None
    return None if found is None or found.limit == statement.value else (values, found)


def _is_of_parameters(hypothesis: Any, statement: Limit) -> bool:
    """Whether a hypothesis speaks of no index: at one of them it says nothing about the others."""
    moving = {symbol for part in parts_of((hypothesis,)) for symbol in part.free_symbols} & set(statement.indices)
    return not isinstance(hypothesis, ForEvery) and not moving


def without_slopes(statement: Limit) -> tuple[Any, ...]:
    """The hypotheses of a limit other than bounds of slopes."""
    return tuple(h for h in statement.given if not isinstance(h, BoundedSlope))


# -- what is tried ---------------------------------------------------------------------------------------------------


def _slopes(statement: Limit, recurrence: Recurrence) -> list[sp.Rational]:
    """By what z may be multiplied to stand for the functions; nothing where one has a formula other than z."""
    names = {a.function for body in recurrence.graph.right_sides for a in body.atoms(Apply)}
    if any(not recurrence.activation(name).is_generic and name != "identity" for name in names):
        return []
    if set(names) != set(generic_functions(recurrence)) or not names:
        return [sp.S.One]
    stated = (bound for h in statement.given if isinstance(h, BoundedSlope) for bound in h.bounds)
    return list(dict.fromkeys((*SLOPES, *(bound for bound in stated if bound.is_Rational and bound > 0))))


def _straightened(recurrence: Recurrence, slope: sp.Rational) -> Recurrence:
    """The recurrence with a multiple of its argument in the place of every function."""

    def replace_functions(node: sp.Basic, _: Facts) -> sp.Basic | None:
        if not (isinstance(node, Apply) and node.order == 0):
            return None
        inside = rewrite(node.argument, replace_functions, ())
        return inside if slope == 1 else MatMul(slope, inside)

    definitions = tuple(d.rewritten(lambda body: rewrite(body, replace_functions, ())) for d in recurrence.definitions)
    return Recurrence(
        recurrence.name, recurrence.index, definitions, recurrence.parameters, recurrence.inputs, recurrence.totals
    )


def rewrite(term: sp.Basic, replace: Replace, facts: Facts) -> sp.Basic:
    """Replace nodes from the outside in; what was put in is not looked at again.

    Below a sum or a product the bounds of its index are facts too: nothing there is evaluated outside them. The
    index is renamed first, so that a fact about a free symbol of the same name does not reach it.
    """
    tick()
    found = replace(term, facts)
    if found is not None:
        return found
    if isinstance(term, Element | Derivative | Differential | Moment | sp.MatrixSymbol) or not term.args:
        return term
    if isinstance(term, Binder):
        fresh = sp.Dummy(term.variable.name, integer=True)
        inside = (*facts, at_least(fresh, term.lower), at_least(term.upper, fresh))
        body = rewrite(term.body_at(fresh), replace, inside)
        return term.func(body, fresh, term.lower, term.upper, *term.args[4:])
    parts = [rewrite(part, replace, facts) if _has_matrices(part) else part for part in term.args]
    return term if all(new is old for new, old in zip(parts, term.args, strict=True)) else term.func(*parts)


def _has_matrices(term: sp.Basic) -> bool:
    """Whether a term is or contains a matrix expression."""
    return isinstance(term, MatrixExpr) or bool(getattr(term, "has", lambda _: False)(MatrixExpr))


def _cases(statement: Limit, recurrence: Recurrence, slope: sp.Rational) -> Iterator[Instance]:
    """Every notable matrix for the square ones, and small numbers for real symbols."""
    square = square_names(statement, recurrence)
    bounds = {s for h in statement.given if isinstance(h, BoundedSlope) for s in h.bounds}
    symbols = {s for term in statement.terms for s in term.free_symbols if _is_number(s)}
    free = sorted((s for s in symbols if s not in bounds), key=str)
    line = Activation(str(slope * z), slope * z)
    for loose, value in cartesian(LOOSENESS if bounds & symbols else (1,), (None, *FREE) if free else (None,)):
        stand_in = Sloped(line, slope / loose, slope * loose, increasing=bool(slope >= 0))
        for size in sorted(NOTABLE):
            sizes = dict.fromkeys(statement.sizes, size)
            if not fits(statement, sizes):
                continue
            pools = {name: _pool(rows, sizes) for name, rows in square}
            for at, rows in enumerate(NOTABLE[size] if square else NOTABLE[1]):
                given: dict[Any, Rows] = {(name, None): pool[at % len(pool)] for name, pool in pools.items() if pool}
                given |= {(s.name, None): ((rows[0][0] if value is None else value,),) for s in free}
                numbers = Numbers(dict.fromkeys(statement.indices, 1), sizes)
                yield Instance(numbers, stand_in=stand_in, given=given)


def _pool(rows: sp.Expr, sizes: Mapping[sp.Symbol, int]) -> tuple[Rows, ...]:
    """The notable matrices of the size that a matrix has; none where there are none, or its size stays open."""
    size = sp.sympify(rows).xreplace({symbol: sp.Integer(at) for symbol, at in sizes.items()})
    return tuple(NOTABLE.get(int(size), ())) if size.is_Integer else ()


def _is_number(symbol: sp.Basic) -> bool:
    return isinstance(symbol, sp.Symbol) and not isinstance(symbol, MatrixSymbol) and not symbol.is_integer


# -- what is written out -----------------------------------------------------------------------------------------------


def written_out(scalar: sp.Expr, recurrence: Recurrence, where: Facts) -> sp.Expr:
    """A number with every norm as that of a normal form, derivatives in closed form.

    Raises:
        SymrnnError: when the closed form of a derivative is not proved under the conditions.
    """
    forms = {measure: _in_normal_form(measure, recurrence, where) for measure in outermost(scalar)}
    return scalar.xreplace(forms)


def _in_normal_form(measure: Measure, recurrence: Recurrence, where: Facts) -> sp.Expr:
    closed = {}
    for derivative in measure.atoms(Derivative):
        derivation = derive(recurrence, derivative.of, derivative.wrt)
        prove_derivation(derivation, Equation(derivative, derivation.closed_form, where))
        closed[derivative] = derivation.closed_form
    of, *others = measure.args
    found = normal_form(of.xreplace(closed))
    repeated = [node for node in found.atoms(OrderedProduct) if node.variable not in node.body.free_symbols]
    # SymPy would make 0 of a zero matrix to any power, and the empty product is I.
    short = {n: MatPow(n.body, n.length) for n in repeated if not isinstance(n.body, sp.ZeroMatrix)}
    return measure.func(found.xreplace(short), *others)


def geometric(part: sp.Expr, index: sp.Symbol) -> tuple[sp.Expr, sp.Expr] | None:
    """A monomial as (what does not move, q) of c q^k; None when it is none, or c grows."""
    number, found = powers(part)
    constant, ratio = number, sp.S.One
    for base, exponent in found.items():
        slope = exponent.coeff(index)
        rest = sp.expand(exponent - slope * index)
        if index in base.free_symbols | rest.free_symbols or not slope.is_Integer:
            return None
        if slope < 0 and not base.is_positive:
            return None
        constant *= base**rest
        ratio *= base**slope
    return constant, ratio


# -- what it does for ever -------------------------------------------------------------------------------------------


def behaviour(scalar: sp.Expr, index: sp.Symbol, values: Values) -> Behaviour | None:
    """What a scalar does for ever at the values of its matrices; None where that is not known for certain."""
    power = _power(scalar, index)
    if power is not None:
        base, (constant, ratio) = power[0], map(values.of, power[1:])
        if not constant > 0 or not isinstance(ratio, flint.fmpq):
            return None
        entries = values.evaluator.value(base)
        if not are_exact(entries):
            return None
        times = Fraction(int(ratio.p), int(ratio.q))
        rows = tuple(tuple(times * Fraction(int(at.p), int(at.q)) for at in row) for row in entries)
        factors = [*([] if times == 1 else [times]), *MatMul.make_args(base)]
        words = " ".join(map(str, factors))
        return powers_of(rows, words if len(factors) == 1 else f"({words})")
    split = geometric(_of_one_unit(scalar), index)
    if split is None:
        return None
    constant, ratio = map(values.of, split)
    if not (constant > 0 and ratio >= 0):
        return None
    if split[1] == 1:
        return Behaviour(None, Sentence(f"it is ${constant}$ for every ${index}$"))
    limits = ((">", sp.oo, "larger than 1"), ("<", sp.S.Zero, "less than 1"), ("==", None, "1"))
    for sign, limit, words in limits:
        if {">": ratio > 1, "<": ratio < 1, "==": ratio == 1}[sign]:
            return Behaviour(limit, Sentence(f"${in_words(split[1])} = {ratio}$ is {words}"))
    return None


def _of_one_unit(scalar: sp.Expr) -> sp.Expr:
    """The norm of c X as |c| ‖X‖, c being w^k where there is a single unit; any other scalar as it is."""
    if not (isinstance(scalar, Norm) and isinstance(scalar.of, MatMul)):
        return scalar
    numbers, matrices = scalar.of.args, [part for part in scalar.of.args if isinstance(part, MatrixExpr)]
    bases = (part.as_base_exp() for each in numbers if each not in matrices for part in sp.Mul.make_args(each))
    sizes = (abs(base) ** exponent for base, exponent in bases)  # SymPy's |w^k| is not a power
    return sp.Mul(*sizes) * scalar.func(MatMul(*matrices), *scalar.args[1:])


def _power(scalar: sp.Expr, index: sp.Symbol) -> tuple[MatrixExpr, sp.Expr, sp.Expr] | None:
    """A norm of c W^k as W with |c| as (what does not move, q) of c q^k; None for any other scalar.

    W is a matrix or a product of matrices that do not move.
    """
    if not isinstance(scalar, Norm):
        return None
    factors = scalar.of.args if isinstance(scalar.of, MatMul) else (scalar.of,)
    matrices = [factor for factor in factors if isinstance(factor, MatrixExpr)]
    if len(matrices) != 1 or not isinstance(matrices[0], MatPow):
        return None
    base, exponent = matrices[0].args
    if base.has(Element) or index in base.free_symbols:
        return None
    split = geometric(abs(sp.Mul(*(factor for factor in factors if factor not in matrices))), index)
    if split is None or exponent.coeff(index) != 1 or (exponent - index).free_symbols:
        return None
    return base, *split


def powers_of(rows: Rows, name: str) -> Behaviour | None:
    """What the norms of the powers of a rational matrix do for ever; None where that is not known for certain.

    >>> powers_of(NOTABLE[2][0], "W").why
    'W^2 = 0, and so are all further powers'
    """
    matrix = np.array([[flint.fmpq(entry.numerator, entry.denominator) for entry in row] for row in rows], dtype=object)
    seen = [matrix]
    for exponent in range(2, PERIOD):
        power = seen[-1] @ matrix
        if not any(power.ravel()):
            return Behaviour(sp.S.Zero, Sentence(f"${name}^{exponent} = 0$, and so are all further powers"))
        for earlier, other in enumerate(seen, 1):
            if (power == other).all() and any(other.ravel()):
                why = f"${name}^{exponent} = {name}^{earlier}$, so that the powers repeat for ever"
                return Behaviour(None, Sentence(why))
        seen.append(power)
    magnitudes = [abs(value) for value in eigenvalues(matrix)]
    radius = max(magnitudes, key=lambda ball: float(ball.mid()))
    if radius > 1:
        return Behaviour(sp.oo, f"{name} has an eigenvalue of magnitude {radius.str(10)} > 1")
    if all(magnitude < 1 for magnitude in magnitudes):
        return Behaviour(sp.S.Zero, f"all eigenvalues of {name} are of magnitude less than 1")
    return None


def _counterexample(
    statement: Limit,
    recurrence: Recurrence,
    scalar: sp.Expr,
    instance: Instance,
    values: Values,
    behaviour: Behaviour,
    seed: int,
) -> Counterexample:
    given = [*showing.sizes(instance.numbers, instance.numbers.sizes)]
    given += showing.functions(generic_functions(recurrence), instance.function)
    terms = (*statement.terms, scalar)  # the statement need not name the weights that the derivative is made of
    mentioned = {str(s) for term in terms for s in term.free_symbols}
    mentioned |= {s.name for term in terms for s in term.atoms(MatrixSymbol)}
    given += showing.matrices({key: rows for key, rows in values.assignment.given.items() if key[0] in mentioned})
    found = "without that limit" if behaviour.limit is None else behaviour.limit
    return Counterexample(tuple(given), found, statement.value, behaviour.why, seed)
