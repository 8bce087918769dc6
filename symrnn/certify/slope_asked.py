"""Is what the kernel accepted of a slope what was asked? The way back, from its formulas to SymPy's. Trusted.

A certificate says which function it speaks of, piece by piece, what it takes for φ' at kinks, what it assumes of
parameters, and what it claims. All of this is read as it stands, and compared with the activation and the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import sympy as sp

from symrnn.activations import Activation, Root, z
from symrnn.bounds.certificates import certificate_of_bound, certificate_of_maximum
from symrnn.certify.errors import NotAskedError
from symrnn.derivation.statement import Maximum, SlopeBound
from symrnn.kernel.fields import POSITIVE
from symrnn.kernel.formulas import Term
from symrnn.kernel.slopes import Checker, accepted

FUNCTIONS: Mapping[str, Callable[..., sp.Expr]] = {
    "add": sp.Add,
    "mul": sp.Mul,
    "pow": sp.Pow,
    "max": sp.Max,
    "min": sp.Min,
    "exp": sp.exp,
    "log": sp.log,
    "tanh": sp.tanh,
    "erf": sp.erf,
    "atan": sp.atan,
    "sin": sp.sin,
    "cos": sp.cos,
    "sqrt": sp.sqrt,
}


def of_slope(statement: Maximum | SlopeBound, name: str = "") -> list[str]:
    """The lines of a certificate of a statement about the slope of an activation.

    Args:
        statement: what is to be proved.
        name: of the certificate; that of the activation when left out.

    Raises:
        ProofError: when no certificate is found.
        NotAskedError: when the kernel has accepted something else than what was asked.
        UnknownTermError: for a generic activation.

    >>> from symrnn.kernel.slopes import check
    >>> check(of_slope(SlopeBound("mish", "<=", 1.1)))
    "mish'(z) <= 11/10 for every real z, where mish(z) = z*tanh(log(1 + exp(z)))"
    """
    if isinstance(statement, Maximum):
        lines = certificate_of_maximum(statement.function, statement.bound, statement.at, name)
    else:
        lines = certificate_of_bound(statement.function, statement.relation, statement.bound, name)
    require_asked(lines, statement)
    return lines


def require_asked(lines: Sequence[str], statement: Maximum | SlopeBound) -> None:
    """Refuse a certificate that says anything but a statement about the slope of an activation.

    Args:
        lines: of the certificate.
        statement: what was asked.

    Raises:
        NotAskedError: naming what differs.
        Refused: when the kernel does not accept it.
    """
    checker = accepted(lines)
    assert checker.claim is not None
    what, bound = checker.claim
    wanted = "max" if isinstance(statement, Maximum) else statement.relation
    if what != wanted or bound is None or _read(bound, checker) != plain(statement.bound):
        raise NotAskedError(f"{statement} has become {checker.statement()}")
    if isinstance(statement, Maximum):
        ((how, at),) = checker.evidence
        if how != "taken" or at is None or _read(at, checker) != plain(statement.at):
            raise NotAskedError(f"the maximum is taken elsewhere than at {statement.at}")
    for root in statement.bound.atoms(Root) | (statement.at.atoms(Root) if isinstance(statement, Maximum) else set()):
        _require_root(root, checker)
    _require_function(statement.function, checker)


def plain(formula: sp.Expr) -> sp.Expr:
    """A formula as it is compared: parameters are real numbers, whatever else is known of them is assumed by name."""
    symbols = {s: sp.Symbol(s.name, real=True) for s in formula.atoms(sp.Symbol) if s != z}
    sizes = {size: sp.Max(size.args[0], -size.args[0]) for size in formula.atoms(sp.Abs)}
    return sp.expand(formula.xreplace(sizes).xreplace(symbols))


def _read(term: Term, checker: Checker) -> sp.Expr:
    return plain(_formula(term, checker))


def _formula(term: Term, checker: Checker) -> sp.Expr:
    match term:
        case ("num", value):
            return sp.Rational(value.numerator, value.denominator)
        case ("z",):
            return z
        case ("pi",):
            return sp.pi
        case ("par", name):
            return sp.Symbol(name, real=True)
        case ("root", name):
            function, low, high = checker.roots[name]
            return Root(_formula(function, checker), sp.Rational(low), sp.Rational(high), name)
        case ("pow", base, exponent):
            return sp.Pow(_formula(base, checker), exponent)
    return FUNCTIONS[term[0]](*(_formula(part, checker) for part in term[1:]))


def _require_root(root: Root, checker: Checker) -> None:
    known = checker.roots.get(root.name)
    if (
        known is None
        or _formula(("root", root.name), checker) != root
        or _read(known[0], checker) != plain(root.function)
    ):
        raise NotAskedError(f"{root.name} is the root of something else")


def _require_function(phi: Activation, checker: Checker) -> None:
    """Refuse another function than φ, another convention at its kinks, or conditions that it does not come with."""
    assumed = {(plain(gap), strict) for gap, strict in _conditions(phi)}
    for term, sign in checker.given.items():
        if (_read(term, checker), sign == POSITIVE) not in assumed:
            raise NotAskedError(f"something is assumed that {phi.name} does not come with")
    joints = [_read(joint.at, checker) for joint in checker.joints]
    if checker.called != phi.name or joints != [plain(point) for point in phi.breaks]:
        raise NotAskedError(f"{checker.called} is not {phi.title}")
    for n, formula in enumerate(checker.pieces):
        if _read(formula, checker) != plain(_branch(phi, n, joints)):
            raise NotAskedError(f"{phi.name} is another function on its piece {n + 1}")
    stated = {plain(kink): plain(slope) for kink, slope in phi.conventions()}
    kinks = {plain(kink): stated.get(plain(kink), "out") for kink in phi.kinks}
    for at, joint in zip(joints, checker.joints, strict=True):
        how = joint.how if type(joint.how) is str else _read(joint.how, checker)
        if how != kinks.get(at, "smooth"):
            raise NotAskedError(f"at {at} the slope is taken otherwise than of {phi.title}")
    for n, (at, joint) in enumerate(zip(joints, checker.joints, strict=True)):
        here, before = _branch(phi, n, joints, at_end=True), _branch(phi, n, joints)
        if joint.how == "smooth" and plain(here.subs(z, at)) != plain(before.subs(z, at)):
            raise NotAskedError(f"{phi.name} has another value at {at} than beside it: state the kink")


def _conditions(phi: Activation) -> Iterator[tuple[sp.Expr, bool]]:
    """What is known of the parameters: a term that is >= 0, or, where that is said, > 0."""
    for relation in phi.hypotheses:
        if not isinstance(relation, sp.Ge | sp.Gt | sp.Le | sp.Lt):
            raise NotAskedError(f"{relation} says nothing that the kernel knows")
        yield relation.gts - relation.lts, isinstance(relation, sp.StrictGreaterThan | sp.StrictLessThan)
    for symbol in set() if phi.formula is None else phi.formula.free_symbols - {z}:
        for term, strict, weak in (
            (symbol, symbol.is_positive, symbol.is_nonnegative),
            (-symbol, symbol.is_negative, symbol.is_nonpositive),
        ):
            if strict:
                yield term, True
            if weak:
                yield term, False


def _branch(phi: Activation, n: int, joints: list[sp.Expr], *, at_end: bool = False) -> sp.Expr:
    """The formula between the nth point at which it changes and the one before it, or at this point itself."""
    if not isinstance(phi.formula, sp.Piecewise):
        return phi.formula
    for formula, condition in phi.formula.args:
        if _holds(condition, n, joints, at_end=at_end):
            return formula
    raise NotAskedError(f"nothing is said of {phi.name} on its piece {n + 1}")


def _holds(condition: sp.Basic, n: int, joints: list[sp.Expr], *, at_end: bool) -> bool:
    """Whether a condition, each part of which compares z with a joint, holds all along a piece, or at its end."""
    if isinstance(condition, sp.Or | sp.And):
        return {sp.Or: any, sp.And: all}[condition.func](
            _holds(part, n, joints, at_end=at_end) for part in condition.args
        )
    if condition == sp.true:
        return True
    if not isinstance(condition, sp.Ge | sp.Gt | sp.Le | sp.Lt):
        raise NotAskedError(f"{condition} does not compare z with a number")
    gap = sp.expand(condition.gts - condition.lts)
    slope, rest = gap.coeff(z), gap.subs(z, 0)
    at = plain(-rest / slope)
    if slope not in (1, -1) or at not in joints:
        raise NotAskedError(f"{condition} does not compare z with a number")
    place = joints.index(at)
    if at_end and place == n:
        return isinstance(condition, sp.Ge | sp.Le)
    return place < n if slope > 0 else place >= n
