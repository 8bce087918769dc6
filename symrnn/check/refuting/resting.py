"""Limits refuted by networks at rest: units that saturate, or not, each at a slope of its own, for ever.

A state h* that φ sends back to itself has the pre-activation a* that a bias or an input brings about:
b = a* - W h*, whatever a* is. The Jacobian of each step is then one matrix, D W with D = diag(φ'(a*)), and what its
powers do is known. D W may have eigenvalues that W has not: W = [[2, -2], [2, -2]] is nilpotent, diag(1, 0) W is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from itertools import product as cartesian
from typing import Any

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.activations import Activation, z
from symrnn.check.proving.existence import admission_of, conditions_of, require_existing
from symrnn.check.refuting import showing
from symrnn.check.refuting.instances import Numbers, allows, generic_functions
from symrnn.check.refuting.sampling import NOTABLE, STRUCTURED, Rows, Sloped
from symrnn.check.refuting.search import NO_VALUE, Instance
from symrnn.check.refuting.sequences import Behaviour, behaviour, fits, without_slopes, written_out
from symrnn.check.refuting.trials import square_names
from symrnn.check.refuting.values import BITS, Values
from symrnn.derivation.counterexample import Counterexample, Named, Value
from symrnn.derivation.inequality import Limit, parts_of
from symrnn.errors import SymrnnError
from symrnn.evaluate import Enclosures, OutsideHypothesesError, scalar_value
from symrnn.expr import Apply, Derivative, Element, ImmediateJacobian, TotalJacobian
from symrnn.graph import Definition
from symrnn.recurrence import Recurrence
from symrnn.sentences import Sentence, marked

BUMP = Sloped(Activation("z/(z^2 + 1)", z / (z**2 + 1)), sp.S.Zero, sp.S.One)
"""φ' = 2w² - w with w = 1/(1 + z²) in (0, 1]: from -1/8 at w = 1/4 to 1 at w = 1, and 0 at z = 1."""

LEVEL = Sloped(Activation("z/2 + z/(2*(z^2 + 1))", z / 2 + z / (2 * (z**2 + 1))), sp.Rational(7, 16), sp.S.One)
"""The same, nowhere flat: φ' is 1 at z = 0 and 11/25 at z = 2."""

FACTORS = (sp.S.One, sp.Rational(1, 4), sp.Integer(2))
WHOLE = tuple(map(sp.Integer, (0, 1, -1, 2, -2, 4, -4)))
POINTS: tuple[sp.Expr, ...] = (*WHOLE, sp.log(3), -sp.log(3), sp.log(9), -sp.log(9), sp.pi / 2)
"""Pre-activations at which slopes are rational: those of tanh and its kin at logarithms of whole numbers."""


@dataclass(frozen=True)
class Site:
    """A state that φ alone makes of an affine argument.

    Args:
        definition: of the state.
        function: the name of φ.
        moved: the summands with the state at earlier indices.
        bias: a parameter that is added; None without.
        driven: the weight of an input that is added, where there is no bias; None where neither is.
        inputs: what is given from outside: 0 for ever, or 1 where its weight drives.
    """

    definition: Definition
    function: str
    moved: tuple[MatrixExpr, ...]
    bias: MatrixSymbol | None
    driven: MatrixSymbol | None
    inputs: tuple[Element, ...]

    @property
    def drive(self) -> MatrixSymbol | None:
        """What decides where the state rests; None where nothing does."""
        return self.bias if self.driven is None else self.driven


def refute_at_rest(statement: Limit, recurrence: Recurrence, seed: int) -> Counterexample | None:
    """A network at rest in which what a limit speaks of certainly has another limit, or none; None when none is found.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import Norm, SpectralRadius
    >>> from symrnn.symbols import k, t
    >>> rnn = Elman("tanh")
    >>> J = Norm(TotalJacobian(rnn.h[t], rnn.h[t - k]))
    >>> vanishes = Limit(J, k, 0, (k >= 0, t >= k), (SpectralRadius(rnn.W_hh) < 1,))
    >>> refute_at_rest(vanishes, rnn, 0).values["W_hh"]
    '[[2, -2], [2, -2]]'
    """
    site = _site(statement, recurrence)
    if site is None:
        return None
    slopes = MatrixSymbol(_fresh("D", recurrence), *[site.definition.sequence.rows] * 2)
    linear = _linear(recurrence, site, slopes)
    try:
        plain = replace(statement, given=without_slopes(statement))
        require_existing(admission_of(plain, linear))
        scalar = written_out(statement.of, linear, conditions_of(plain))
    except SymrnnError:
        return None
    if scalar.has(Element) or (scalar.free_symbols & set(statement.indices)) - {statement.index}:
        return None
    for stand_in, points in _functions(site.function, recurrence):
        for sizes, rows, chosen in _places(statement, site, points):
            given: dict[Any, Rows] = {(name, None): rows for name, _ in square_names(statement, recurrence)}
            given[slopes.name, None] = _diagonal([points[at] for at in chosen])
            numbers = Numbers(dict.fromkeys(statement.indices, 1), sizes)
            instance = Instance(numbers, seed, stand_in, given)
            found = _behaving(statement, linear, instance, scalar)
            if found is not None and found.limit != statement.value:
                told = _told(statement, recurrence, site, instance, chosen)
                if told is not None:
                    limit = "without that limit" if found.limit is None else found.limit
                    why = _why(found, site, slopes, given[slopes.name, None])
                    return Counterexample(tuple(told), limit, statement.value, why, seed)
    return None


def _behaving(statement: Limit, linear: Recurrence, instance: Instance, scalar: sp.Expr) -> Behaviour | None:
    try:
        values = Values(statement.given, linear, instance)
        return behaviour(scalar, statement.index, values)
    except (OutsideHypothesesError, *NO_VALUE):
        return None


# -- which networks ----------------------------------------------------------------------------------------------------


def _site(statement: Limit, recurrence: Recurrence) -> Site | None:
    """The one state whose Jacobians the limit speaks of, as far as a bias or an input alone decides where it rests."""
    derivatives = statement.of.atoms(Derivative)
    if not all(isinstance(d, TotalJacobian | ImmediateJacobian) for d in derivatives):
        return None
    variables = {variable for d in derivatives for variable in (d.of, d.wrt)}
    if not all(isinstance(variable, Element) for variable in variables) or len({v.name for v in variables}) != 1:
        return None
    if statement.of.xreplace({d: MatrixSymbol("_", *d.shape) for d in derivatives}).has(Element):
        return None
    definition = recurrence.definition(variables.pop().name)
    if definition is None or definition.initial is not None:  # which has to be the state at rest
        return None
    body = recurrence.inlined(definition.sequence[recurrence.index])
    if not (isinstance(body, Apply) and body.order == 0):
        return None
    site = _of_summands(MatAdd.make_args(body.argument), definition, body.function, recurrence)
    if site is None or not _may_be_one(site, statement):
        return None
    assumed = {part for given in parts_of(statement.given) for part in given.atoms(MatrixSymbol, Element)}
    return None if site.drive in assumed or any(isinstance(part, Element) for part in assumed) else site


def _may_be_one(site: Site, statement: Limit) -> bool:
    """Whether an input that drives may be a single number."""
    widths = {x.rows for x in site.inputs if site.driven is not None} - {sp.S.One}
    return all(isinstance(width, sp.Symbol) and width not in statement.sizes and allows(width, 1) for width in widths)


def _of_summands(
    summands: tuple[MatrixExpr, ...], definition: Definition, function: str, recurrence: Recurrence
) -> Site | None:
    inputs = {sequence.name for sequence in recurrence.inputs}
    moved, biases, driven = [], [], []
    for summand in summands:
        elements = summand.atoms(Element)
        if isinstance(summand, MatrixSymbol) and recurrence.is_parameter(summand):
            biases.append(summand)
        elif len(elements) == 1 and isinstance(summand, MatMul) and elements & set(summand.args):
            (element,) = elements
            others = [factor for factor in summand.args if factor != element]
            if element.name == definition.sequence.name and summand.args[-1] == element:
                moved.append(summand)
            elif element.name in inputs and summand.args[-1] == element:
                driven.append((others[0] if len(others) == 1 else None, element))
            else:
                return None
        else:
            return None
    names = [part.name for summand in moved for part in summand.atoms(MatrixSymbol)]
    given = tuple(element for _, element in driven)
    match biases, driven:
        case [bias], _ if bias.name not in names:
            return Site(definition, function, tuple(moved), bias, None, given)
        case [], [(MatrixSymbol() as weight, x)] if weight.name not in names and x.rows != definition.sequence.rows:
            return Site(definition, function, tuple(moved), None, weight, given)
        case [], []:
            return Site(definition, function, tuple(moved), None, None, ())
    return None


def _fresh(name: str, recurrence: Recurrence) -> str:
    while name in recurrence.graph.quantities:
        name += "_"
    return name


def _linear(recurrence: Recurrence, site: Site, slopes: MatrixSymbol) -> Recurrence:
    """The recurrence with the slopes at rest in the place of φ."""

    def body_of(definition: Definition) -> MatrixExpr:
        if definition.sequence.name != site.definition.sequence.name:
            return definition.body
        inlined = recurrence.inlined(definition.sequence[recurrence.index])
        return slopes * inlined.argument

    definitions = tuple(replace(d, body=body_of(d)) for d in recurrence.definitions)
    return recurrence.replaced(definitions=definitions, parameters=(*recurrence.parameters, slopes))


# -- where they rest ---------------------------------------------------------------------------------------------------


def _functions(name: str, recurrence: Recurrence) -> Iterator[tuple[Sloped | None, dict[sp.Expr, sp.Rational]]]:
    """What may stand for φ, with a few points and the slopes there."""
    if name in generic_functions(recurrence):
        for shape in (BUMP, LEVEL):
            for factor in FACTORS:
                found = shape.times(factor)
                yield found, slopes_of(found.activation)
        return
    known = recurrence.activation(name)
    if known.formula is not None and known.formula.free_symbols <= {z}:
        yield None, slopes_of(known)


@cache
def slopes_of(function: Activation) -> dict[sp.Expr, sp.Rational]:
    """A few points at which the slope is rational: the largest and the smallest in magnitude, and one between.

    >>> from symrnn.activations import activation
    >>> slopes_of(activation("tanh"))
    {0: 1, log(9): 81/1681, log(3): 9/25}
    """
    found: dict[sp.Expr, sp.Rational] = {}
    for point in POINTS:
        if point in function.breaks:
            continue
        slope = sp.simplify(function.derivative().subs(z, point).rewrite(sp.exp))
        if slope.is_Rational and slope not in found.values():
            found[point] = slope
    order = sorted(found, key=lambda point: abs(found[point]))
    if not order:
        return {}
    chosen = dict.fromkeys((order[-1], order[0], order[len(order) // 2]))
    return {point: found[point] for point in chosen}


def _places(
    statement: Limit, site: Site, points: dict[sp.Expr, sp.Rational]
) -> Iterator[tuple[dict[sp.Symbol, int], Rows, tuple[sp.Expr, ...]]]:
    """Sizes, a notable matrix for the square ones, and the pre-activation of each unit."""
    for size in sorted(NOTABLE):
        sizes = dict.fromkeys(statement.sizes, size)
        height = sp.sympify(site.definition.sequence.rows)
        rows = height.xreplace({symbol: sp.Integer(size) for symbol in statement.sizes})
        if rows != size or not fits(statement, sizes):
            continue
        for scale in _scales(points):
            for matrix in (*NOTABLE[size], *STRUCTURED[size]):
                scaled = tuple(tuple(scale * entry for entry in row) for row in matrix)
                for chosen in cartesian(points, repeat=size):
                    yield sizes, scaled, chosen


def _scales(points: dict[sp.Expr, sp.Rational]) -> list[Fraction]:
    """By what weights are multiplied: nothing, and so much that the steepest slope and the weights cancel."""
    steepest = max(map(abs, points.values()), default=sp.S.Zero)
    return list(dict.fromkeys((Fraction(1), *([Fraction(int(steepest.q), int(steepest.p))] if steepest else []))))


def _diagonal(slopes: list[sp.Rational]) -> Rows:
    values = [Fraction(int(slope.p), int(slope.q)) for slope in slopes]
    return tuple(tuple(value if i == j else Fraction(0) for j in range(len(values))) for i, value in enumerate(values))


# -- what is told ------------------------------------------------------------------------------------------------------


def _told(
    statement: Limit, recurrence: Recurrence, site: Site, instance: Instance, chosen: tuple[sp.Expr, ...]
) -> list[tuple[Named, Value]] | None:
    """The weights, the state at rest and what keeps it there; None where that cannot be written down."""
    function = instance.function or recurrence.activation(site.function)
    state = sp.ImmutableMatrix([function.derivative(0).subs(z, point) for point in chosen])
    matrices = {name: sp.ImmutableMatrix(rows) for (name, _), rows in instance.given.items()}
    carried = sp.zeros(len(chosen), 1)
    for summand in site.moved:
        rule: dict[sp.Basic, Any] = dict.fromkeys(summand.atoms(Element), state)
        rule |= {symbol: matrices[symbol.name] for symbol in summand.atoms(MatrixSymbol) if symbol.name in matrices}
        value = summand.xreplace(rule).doit()
        if not isinstance(value, sp.MatrixBase):
            return None
        carried += value
    drive = sp.ImmutableMatrix(chosen) - carried
    start = site.definition.first - 1
    weights = {symbol.name for part in (*site.moved, *parts_of(statement.given)) for symbol in part.atoms(MatrixSymbol)}
    if site.drive is None and not drive.is_zero_matrix:
        return None
    told: list[tuple[Named, Value]] = [*showing.sizes(instance.numbers, instance.numbers.sizes)]
    widths = {x.rows for x in site.inputs if site.driven is not None} - {sp.S.One}
    told += [(Named(str(width)), 1) for width in sorted(widths, key=str)]
    told += showing.functions(generic_functions(recurrence), instance.function)
    told += showing.matrices({key: rows for key, rows in instance.given.items() if key[0] in weights})
    told += showing.matrices({(site.definition.sequence.name, start): _numbers(state)})
    if site.drive is not None:
        told += showing.matrices({(site.drive.name, None): _numbers(drive)})
    return told


def _numbers(matrix: sp.ImmutableMatrix) -> list[list[Any]]:
    """Entries as rational numbers, or as balls around irrational ones."""
    system = Enclosures(BITS)
    with system.precision():
        return [[scalar_value(entry, {}, system) for entry in matrix.row(at)] for at in range(matrix.rows)]


def _why(found: Behaviour, site: Site, slopes: MatrixSymbol, rows: Rows) -> Sentence:
    """Why the limit is what it is: the network rests, and what the powers of D W do."""
    entries = ", ".join(str(row[at]) for at, row in enumerate(rows))
    kept = f"${site.definition.sequence.name}$ stays as it is"
    if site.inputs:
        names = ", ".join(dict.fromkeys(f"{x.name}" for x in site.inputs))
        kept = f"with ${names} = {0 if site.driven is None else 1}$ for ever {kept}"
    return Sentence(f"{kept}, and ${slopes.name} = diag({entries})$: {marked(found.why)}")
