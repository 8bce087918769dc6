"""Is what the kernel accepted what was asked? The way back, from the kernel's terms to SymPy's. Trusted.

A theorem is read as it stands: both sides, its conditions, what it assumes, and every quantity of its system. Nothing
is shared with the way there, so that a slip has to be made twice, in opposite directions, to go unseen.

Terms are compared as they are written, up to the names of bound indices, the values of indices and sizes, numbers
pulled out of products, brackets in products, and what is short for something else: the sum of what does not move, a
power entry by entry, columns below each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from itertools import permutations
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.core.symbol import Str
from sympy.matrices.expressions.matexpr import MatrixElement

import symrnn.expr as ex
from symrnn.certify.errors import NotAskedError
from symrnn.derivation.inequality import ForEvery
from symrnn.derivation.statement import Equation
from symrnn.expr.base import Term as Node
from symrnn.expr.powers import multiplied_out
from symrnn.kernel.axioms import STOPPED
from symrnn.kernel.linear import Linear
from symrnn.kernel.rules import Theorem
from symrnn.kernel.steps import Facts, Hypothesis
from symrnn.kernel.system import System
from symrnn.kernel.terms import Place, Size, Term, fields
from symrnn.recurrence import Recurrence

HERE = sp.Dummy("here", integer=True)
"""The index of a definition."""

ANYWHERE = sp.Dummy("anywhere", integer=True)
"""Any bound index in what is inverted."""

EVERY = sp.Dummy("every", integer=True)
"""The index of a hypothesis about every index."""

ANY = Str("any function of")

BOUND = tuple(sp.Dummy(f"bound{height}", integer=True) for height in range(20))
"""What bound indices are called, from the inside out."""

Known = tuple[sp.Basic, int, Any, int | None, str, tuple[sp.Basic, ...]]
"""A quantity at ``HERE``, the first index, the right side of its equation and what it begins with where that is not
given, from where on the equation holds, the role, and what the expectations of its powers are if it is random."""

Names = Mapping[str, sp.Symbol]


class Mean(Node):
    """The expectation of any matrix."""

    @property
    def shape(self) -> tuple[sp.Expr, sp.Expr]:
        """That of the matrix."""
        return self.args[0].shape


def _applied(name: str, member: sp.Expr | None, order: int, of: sp.MatrixExpr) -> sp.MatrixExpr:
    if name == "reciprocal" and order == 0 and member is None and of.shape == (1, 1):
        return sp.Inverse(of)
    if name == STOPPED and order == 0 and member is None:
        return ex.StopGradient(of)
    return ex.Apply(Str(name), order, of, *(() if member is None else (member,)))


NODES: Mapping[str, Callable[..., sp.MatrixExpr]] = {
    "id": sp.Identity,
    "zero": sp.ZeroMatrix,
    "ones": sp.OneMatrix,
    "unit": ex.UnitVector,
    "binom": lambda above, below: sp.MatMul(sp.binomial(above, below), sp.Identity(1)),
    "sel": lambda block, sizes: ex.Selector(block, *sizes),
    "scale": sp.MatMul,
    "add": sp.MatAdd,
    "mul": sp.MatMul,
    "had": sp.HadamardProduct,
    "kron": sp.KroneckerProduct,
    "T": sp.Transpose,
    "vec": ex.Vec,
    "diag": sp.DiagMatrix,
    "inv": sp.Inverse,
    "pow": sp.MatPow,
    "fn": _applied,
    "softmax": ex.Softmax,
    "lse": ex.LogSumExp,
    "mean": Mean,
    "sum": ex.MatrixSum,
    "prod": lambda *parts: ex.OrderedProduct(*parts, ex.DESCENDING),
    "rise": lambda *parts: ex.OrderedProduct(*parts, ex.ASCENDING),
    "jac": lambda way, of, by: {"total": ex.TotalJacobian, "immediate": ex.ImmediateJacobian}[way](of, by),
    "grad": ex.Gradient,
}
"""The nodes for the kernel's terms, from their parts."""


def require_asked(theorem: Theorem, equation: Equation, recurrence: Recurrence | None) -> None:
    """Refuse a theorem that says anything but an equation about a recurrence.

    Args:
        theorem: what the kernel accepted.
        equation: what was asked.
        recurrence: what its names mean.

    Raises:
        NotAskedError: naming what differs.
    """
    sides, varying = [standard(equation.lhs), standard(equation.rhs)], [standard(q) for q in equation.varying]
    terms = [*sides, *(side for each in equation.given for side in sides_of(each))]
    where = [*equation.where, *(c for each in equation.given for c in conditions_of(each))]
    words = words_of(theorem.system, terms, where, recurrence, varying)
    require_assumed(words, theorem.hypotheses, equation.given)
    for term, wanted in zip((theorem.left, theorem.right), sides, strict=True):
        said = standard(words.term(term, {}))
        if said != wanted:
            raise NotAskedError(f"{wanted} has become {said}")
    require_divisors(terms, equation.where)
    require_inverses(words, terms, where)
    require_conditions(words, theorem.facts, equation.where, terms)


# -- equations that are assumed ----------------------------------------------------------------------------------------


def sides_of(assumed: Equation | ForEvery) -> list[Any]:
    """Both sides of an equation that is assumed, as they are compared."""
    at = {assumed.index: EVERY} if isinstance(assumed, ForEvery) else {}
    return [standard(side.xreplace(at)) for side in assumed.sides]


def conditions_of(assumed: Any) -> tuple[Relational, ...]:
    """Where a hypothesis is assumed."""
    if isinstance(assumed, ForEvery):
        return tuple(c.xreplace({assumed.index: EVERY}) for c in assumed.where)
    return assumed.where if isinstance(assumed, Equation) else ()


def require_assumed(words: Words, hypotheses: Iterable[Hypothesis], given: Iterable[Any]) -> None:
    """Refuse an equation that is assumed and was not asked; to assume less is to say more.

    Args:
        words: the way back.
        hypotheses: what the kernel read.
        given: what was asked.

    Raises:
        NotAskedError: when one is none of those that were asked.
    """
    for known in hypotheses:
        names = dict.fromkeys(known.every, EVERY)
        said = [standard(words.term(side, names)) for side in (known.left, known.right)]
        if not any(
            (isinstance(each, Equation) or (isinstance(each, ForEvery) and each.is_equation))
            and len(known.every) == isinstance(each, ForEvery)
            and sides_of(each) in (said, said[::-1])
            and covers(known.facts, names, words, each)
            for each in given
        ):
            raise NotAskedError("an equation is assumed that was not asked")


def covers(facts: Facts, names: Names, words: Words, hypothesis: Any) -> bool:
    """Whether a hypothesis is assumed only where all its conditions hold."""
    where = conditions_of(hypothesis)
    if any(isinstance(condition, sp.Ne) for condition in where):  # these are not among the facts
        return False
    return forms(where) <= {sp.expand(words.index(fact, names)) for fact in facts}


# -- the system, inverses and conditions -------------------------------------------------------------------------------


def words_of(
    system: System,
    sides: Iterable[sp.Basic],
    where: Iterable[sp.Basic],
    recurrence: Recurrence | None,
    varying: Iterable[sp.Basic] = (),
) -> Words:
    """The way back for a system, every quantity of which means what it does in what was asked.

    Args:
        system: what the kernel read.
        sides: what was asked, as it is compared.
        where: its conditions.
        recurrence: what its names mean.
        varying: the quantities whose differentials are free.

    Raises:
        NotAskedError: naming a quantity that means something else.
    """
    asked, varying = _quantities(recurrence), list(varying)
    terms = [*sides, *varying, *(known[0] for known in asked.values())]
    terms += [part for known in asked.values() for part in known[2] or ()]
    for matrix in {part for term in terms for part in ex.parts_of(term, sp.MatrixSymbol)}:
        asked.setdefault(matrix.name, (matrix, 0, None, None, "given", ()))
    words = Words(system, _symbols([*terms, *where]), varying)
    for name in {*asked, *system.quantities}:
        if name not in system.quantities or asked.get(name) != words.known(name):
            raise NotAskedError(f"{name} means something else")
    words.divided = {
        base for known in asked.values() for part in (*(known[2] or ()), *known[5]) for base in divisors(part)
    }
    return words


def require_inverses(words: Words, terms: Iterable[sp.Basic], where: Iterable[Relational]) -> None:
    """Refuse an inverse that was not asked for: SymPy makes 1 of z z⁻¹, and the kernel supposes that z⁻¹ exists.

    Args:
        words: the way back, which everything has gone.
        terms: what was asked, as it is compared.
        where: its conditions; a power is not an inverse where one of them says so of its exponent.

    Raises:
        NotAskedError: naming what is inverted.
    """
    known = forms(where)
    asked = words.divided.union(*(divisors(term, known) for term in terms))
    for base in words.inverted - asked:
        raise NotAskedError(f"{base} is inverted, which was not asked")


def divisors(term: sp.Basic, nonnegative: Iterable[sp.Expr] = ()) -> set[sp.Basic]:
    """What a term supposes to be invertible, or not 0, where some forms are known to be >= 0."""
    found: set[sp.Basic] = set()
    known = list(nonnegative)
    for part in ex.parts_of(term, sp.Basic):
        match part:
            case sp.Inverse():
                found |= bases(part.arg)
            case sp.MatPow() | sp.Pow():
                above = (sp.expand(part.exp - form) for form in (0, *known))
                if not any(gap.is_nonnegative for gap in above):
                    found |= bases(part.base)
            case ex.Apply() if part.function == "reciprocal":
                found |= bases(part.arg)
    return found


def bases(base: sp.Basic) -> set[sp.Basic]:
    """What has to be invertible, or not 0, for a matrix or number to be: the factors of a number, up to their size.

    Raises:
        NotAskedError: for 0.
    """
    number = entry_of(base) if isinstance(base, sp.MatrixExpr) and base.shape == (1, 1) else base
    number = number.xreplace(dict.fromkeys(number.atoms(sp.Dummy) - {HERE}, ANYWHERE))
    if isinstance(number, sp.MatrixExpr):
        return {number}
    number = sp.expand(number)
    if number == 0:
        raise NotAskedError("0 is inverted")
    found: set[sp.Basic] = set()
    for factor in sp.Mul.make_args(number):
        plain = sp.expand(factor.as_base_exp()[0].as_content_primitive()[1])
        if not plain.is_number:
            found.add(-plain if plain.could_extract_minus_sign() else plain)
    return found


def require_conditions(
    words: Words,
    facts: Facts,
    where: Iterable[Relational],
    terms: Iterable[sp.Basic],
    also: Iterable[sp.Expr] = (),
) -> None:
    """Refuse facts that are not the stated conditions, with what follows from these and from what symbols are.

    Args:
        words: the way back.
        facts: what the kernel read.
        where: what was asked.
        terms: where the sizes are that are known to be at least 1.
        also: further forms that are allowed to be among the facts.

    Raises:
        NotAskedError: naming all facts.
    """
    given, said = forms(where), {sp.expand(words.index(fact, {})) for fact in facts}
    positive = [form + more for form in given for more in (0, 1)]
    products = {sp.expand(one * other) for one in positive for other in positive}
    matrices = {part for term in terms for part in ex.parts_of(term, sp.MatrixExpr)}
    declared = {size - 1 for matrix in matrices for size in matrix.shape if isinstance(size, sp.Symbol)}
    for symbol in words.symbols.values():
        if isinstance(symbol, sp.Symbol) and symbol.is_nonnegative:
            declared |= {symbol, symbol - 1} if symbol.is_positive else {symbol}
    if not given <= said <= {*given, *products, *declared, *also}:
        raise NotAskedError(f"it is shown where {', '.join(sorted(map(str, said)))} >= 0")


def forms(where: Iterable[Relational]) -> set[sp.Expr]:
    """What is >= 0, for integers, just where the conditions hold."""
    found = set()
    for condition in where:
        if isinstance(condition, sp.Eq):
            gaps = [condition.lhs - condition.rhs, condition.rhs - condition.lhs]
        elif isinstance(condition, sp.Ge | sp.Gt | sp.Le | sp.Lt):
            gaps = [condition.gts - condition.lts]
        elif isinstance(condition, sp.Ne):
            gaps = []  # to leave it out is to say more
        else:
            raise NotAskedError(f"{condition} is not a linear condition")
        for gap in gaps:
            above, below = sp.fraction(sp.together(gap))
            if not (below.is_Integer and below > 0):
                raise NotAskedError(f"{condition} is not a linear condition")
            found.add(sp.expand(above) - (1 if isinstance(condition, sp.Gt | sp.Lt) else 0))
    return found


def require_divisors(sides: Iterable[sp.Basic], where: Iterable[Relational]) -> None:
    """Refuse a difference of two entries as a divisor, where they may be one: nothing is said there."""
    apart = {sp.expand(sign * (c.lhs - c.rhs)) for c in where if isinstance(c, sp.Ne) for sign in (1, -1)}
    divisors = {power.base for side in sides for power in side.atoms(sp.Pow) if power.exp.could_extract_minus_sign()}
    for divisor in divisors:
        for one, other in permutations(divisor.atoms(MatrixElement), 2):
            gaps = [sp.expand(x - y) for x, y in zip(one.indices, other.indices, strict=True)]
            far = any(gap in apart or (gap.is_number and gap != 0) for gap in gaps)
            if not far and sp.expand(divisor.xreplace({one: other})) == 0:
                raise NotAskedError(f"{divisor} may be 0, and nobody excludes it")


def _symbols(terms: Iterable[sp.Basic]) -> dict[str, Any]:
    """The symbols and the functions of indices, by name."""
    found: dict[str, Any] = {}
    for term in terms:
        for part in {x if x.is_Symbol else x.func for x in ex.parts_of(term, sp.Symbol, AppliedUndef)} - {HERE, *BOUND}:
            if found.setdefault(str(part), part) != part:
                raise NotAskedError(f"there are two symbols called {part}")
    return found


def _quantities(recurrence: Recurrence | None) -> dict[str, Known]:
    """What a recurrence says of its quantities."""
    if recurrence is None:
        return {}
    found: dict[str, Known] = {}

    def describe(of: sp.MatrixSymbol | ex.Sequence, body: Any, start: int | None, role: str, *initial: Any) -> None:
        at, first = (of.at(HERE), of.first) if isinstance(of, ex.Sequence) else (of, 0)
        if body is not None:
            moved = body.xreplace({recurrence.index: HERE}) if isinstance(of, ex.Sequence) else body
            generic = isinstance(moved, ex.GenericFunction)
            body = (ANY, *map(standard, moved.arguments)) if generic else tuple(map(standard, (moved, *initial)))
        chances = [each.at(HERE) for each in recurrence.inputs if each.name == recurrence.switches.get(of.name)]
        moments = tuple(power for chance in chances for power in (sp.Identity(1), sp.Inverse(chance)))
        found[of.name] = (standard(at), first, body, start, role, moments)

    for given in (*recurrence.parameters, *recurrence.inputs):
        describe(given, None, None, "given")
    for known in recurrence.definitions:
        describe(known.sequence, known.body, known.first, known.role.value, *known.terms[1:])
    for total, body in recurrence.totals.items():
        describe(total, body, 0, "output")
    return found


@lru_cache(10_000)
def standard(node: sp.Basic) -> Any:
    """A term as it is compared; a symbol that is not an index is the entry of a matrix of one.

    It depends on the term alone, all of whose parts are its arguments: so the same term is looked at once.
    """
    if isinstance(node, sp.Symbol) and not node.is_integer:
        return sp.MatrixSymbol(node.name, 1, 1)[0, 0]
    if isinstance(node, ex.Concatenation):
        return standard(node.split)
    if isinstance(node, ex.Binder):
        body, bounds = standard(node.body), [sp.expand(bound) for bound in node.args[2:4]]
        if isinstance(node, ex.MatrixSum) and node.variable not in ex.parts_of(body, sp.Symbol):
            return _product(sp.expand(node.length), body)
        own = next((each for each in BOUND if each not in ex.parts_of(body, sp.Dummy)), None)
        if own is None:
            raise NotAskedError(f"more than {len(BOUND)} sums and products stand in each other")
        return node.func(body.xreplace({node.variable: own}), own, *bounds, *node.args[4:])
    if not node.args:
        return node
    args = [standard(part) for part in node.args]
    match node:
        case MatrixElement() if args[0].shape == (1, 1):
            return entry_of(args[0])
        case sp.MatMul():
            return _product(*args)
        case ex.Expectation():
            return Mean(*args)
        case ex.Variance():
            return sp.MatAdd(Mean(_product(*args, *args)), _product(-1, Mean(*args), Mean(*args)))
        case sp.HadamardPower() if args[1].is_Rational:
            return standard(multiplied_out(sp.HadamardPower(*args)))
        case sp.KroneckerProduct():
            parts = [p for part in args for p in (part.args if isinstance(part, sp.KroneckerProduct) else (part,))]
            numbers = 0
            while numbers < len(parts) - 1 and parts[numbers].shape == (1, 1):
                numbers += 1
            rest = parts[numbers:]
            return _product(*map(entry_of, parts[:numbers]), rest[0] if len(rest) == 1 else sp.KroneckerProduct(*rest))
        case sp.DiagMatrix() if args[0].shape[1] != 1:
            return sp.DiagMatrix(sp.Transpose(args[0]))
        case sp.MatPow() if args[1] == -1:
            return sp.Inverse(args[0])
        case sp.MatPow() if isinstance(args[0], sp.Inverse):
            return sp.MatPow(args[0].arg, sp.expand(-args[1]))
        case sp.MatPow() if args[1].is_Integer and args[1] > 1:
            return _product(*[args[0]] * int(args[1]))
    found = node.func(*args)
    return sp.expand(found) if isinstance(found, sp.Expr) and not found.has(sp.MatrixExpr) else found


def entry_of(matrix: sp.MatrixExpr) -> sp.Expr:
    """The only entry of a matrix; that of e_iᵀ X e_j is one of X."""
    match matrix:
        case sp.Identity():
            return sp.S.One
        case sp.MatPow():  # an inverse, too
            return entry_of(matrix.base) ** matrix.exp
        case sp.MatAdd():
            return sp.Add(*map(entry_of, matrix.args))
        case sp.MatMul():
            numbers = [each for each in matrix.args if not isinstance(each, sp.MatrixExpr)]
            factors: list[sp.MatrixExpr] = []
            for each in matrix.args[len(numbers) :]:
                factors.append(each)
                if each.shape[1] == 1:  # a number ends here
                    numbers.append(_entry_of_product(factors))
                    factors = []
            return sp.Mul(*numbers)
    return MatrixElement(matrix, 0, 0)


def _entry_of_product(factors: list[sp.MatrixExpr]) -> sp.Expr:
    at = [sp.S.Zero, sp.S.Zero]
    if len(factors) == 1:
        return entry_of(factors[0])
    if isinstance(factors[0], sp.Transpose) and isinstance(factors[0].arg, ex.UnitVector):
        at[0], factors = factors[0].arg.position - 1, factors[1:]
    if len(factors) > 1 and isinstance(factors[-1], ex.UnitVector):
        at[1], factors = factors[-1].position - 1, factors[:-1]
    return MatrixElement(_product(*factors), *at)


def _product(*parts: Any) -> sp.MatrixExpr:
    flat = [each for part in parts for each in (part.args if isinstance(part, sp.MatMul) else (part,))]
    number = sp.Mul(*(each for each in flat if not isinstance(each, sp.MatrixExpr)))
    matrices = [each for each in flat if isinstance(each, sp.MatrixExpr)]
    factors = matrices if number == 1 else [number, *matrices]
    return factors[0] if len(factors) == 1 else sp.MatMul(*factors)


class Words:
    """Terms of a system in SymPy's words; ``names`` are those of bound indices, and of the index of a definition."""

    def __init__(self, system: System, symbols: Mapping[str, Any], varying: list[sp.Basic]) -> None:
        self.system, self.symbols, self.varying = system, symbols, varying
        self.inverted: set[sp.Basic] = set()  # by what has gone this way
        self.divided: set[sp.Basic] = set()  # by the recurrence that was asked about

    def known(self, name: str) -> Known:
        """What the system says of a quantity."""
        known = self.system.quantities[name]
        names, index = ({"i": HERE}, Linear((("i", 1),), 0)) if known.indexed else ({}, None)
        equations = [self.term(each, names) for each in (known.body, known.initial) if each is not None]
        body = None if known.body is None else tuple(map(standard, equations))
        if known.arguments:
            body = (ANY, *(standard(self.place(place, names)) for place in known.arguments))
        first = known.first if known.indexed else 0
        moments = tuple(standard(self.term(moment, names)) for moment in known.moments)
        return standard(self.place((name, index), names)), first, body, known.start, known.role, moments

    def term(self, term: Term, names: Names) -> sp.MatrixExpr:
        """A term, node by node."""
        if term[0] == "leaf":
            return self.place(term[1:], names)
        if term[0] in ("sum", "prod", "rise"):
            _, name, low, high, body = term
            own = sp.Dummy(name, integer=True)
            bounds = (self.index(low, names), self.index(high, names))
            return NODES[term[0]](self.term(body, {**names, name: own}), (own, *bounds))
        if term[0] == "d":
            way, moving = term[1]
            if way != "total" or [standard(self.place(place, names)) for place in moving] != self.varying:
                raise NotAskedError("other quantities vary")
            return ex.Differential(self.place(term[2], names))
        if term[0] not in NODES:
            raise NotAskedError(f"there is no node for {term[0]}")
        if term[0] == "inv" or term[:2] == ("fn", "reciprocal"):
            self.inverted |= bases(standard(self.term(term[-1], names)))
        return NODES[term[0]](*(self._part(sort, field, names) for sort, field in fields(term)))

    def _part(self, sort: str, field: Any, names: Names) -> Any:
        match sort:
            case "term":
                return self.term(field, names)
            case "index" | "index?":
                return None if field is None else self.index(field, names)
            case "size":
                return self.size(field, names)
            case "sizes":
                return [self.size(size, names) for size in field]
            case "place":
                return self.place(field, names)
            case "fraction":
                return sp.Rational(field.numerator, field.denominator)
        return field

    def place(self, place: Place, names: Names) -> sp.MatrixExpr:
        """A quantity with the shape that the system gives it."""
        rows, cols = (self.size(size, names) for size in self.system.shape(place))
        if place[1] is None:
            return sp.MatrixSymbol(place[0], rows, cols)
        return ex.Element(Str(place[0]), self.index(place[1], names), rows, cols)

    def size(self, size: Size, names: Names) -> sp.Expr:
        """A number of rows or columns."""
        return sp.Add(*(sp.Mul(c, *(self._width(width, names) for width in widths)) for widths, c in size))

    def _width(self, width: Any, names: Names) -> sp.Expr:
        if isinstance(width, str):
            return self._index(width, self.symbols)
        if not isinstance(self.symbols.get(width[0]), type):
            raise NotAskedError(f"nobody spoke of the width {width[0]}")
        return self.symbols[width[0]](self.index(width[1], names))

    def index(self, form: Linear, names: Names) -> sp.Expr:
        """A linear form; a product of indices may be a variable in it."""
        return sp.Add(*(c * self._variable(v, names) for v, c in form.terms), form.constant)

    def _variable(self, name: str, names: Names) -> sp.Expr:
        if name in names or name in self.symbols or "_times_" not in name:
            return self._index(name, {**self.symbols, **names})
        return sp.Mul(*(self._index(factor, self.symbols) for factor in name.split("_times_")))  # none of them is bound

    def _index(self, name: str, known: Mapping[str, Any]) -> sp.Symbol:
        if not (isinstance(known.get(name), sp.Symbol) and known[name].is_integer):
            raise NotAskedError(f"nobody spoke of the index {name}")
        return known[name]
