"""Is what the kernel accepted of a slope what was asked? The way back, from its formulas to SymPy's. Trusted.

A certificate says which function it speaks of, piece by piece, what it takes for φ' at kinks, what it assumes of
parameters, and what it claims. All of this is read as it stands, and compared with the activation and the statement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import NamedTuple, TypeAlias

import sympy as sp

from symrnn.activations import Activation, Root, z
from symrnn.certify.errors import NotAskedError
from symrnn.derivation.statement import Maximum, SlopeBound
from symrnn.errors import LimitError, ProofError
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.fields import POSITIVE, Field
from symrnn.kernel.formulas import FUNCTIONS, Term, minus, negative, num
from symrnn.kernel.slopes import WANTED, Checker, accepted
from symrnn.slopes.certificates import (
    certificate_of_bound,
    certificate_of_extreme,
    certificate_of_maximum,
    certificate_of_value,
)
from symrnn.slopes.translation import translate
from symrnn.slopes.verdicts import BoundVerdict, Outcome

OPERATIONS: dict[str, Callable[..., sp.Expr]] = {"add": sp.Add, "mul": sp.Mul, "max": sp.Max, "min": sp.Min}
OPERATIONS |= {name: getattr(sp, name) for name in FUNCTIONS}


class ValueBound(NamedTuple):
    """A bound of φ itself at every z, as a proof about norms needs it."""

    function: Activation
    relation: str
    bound: sp.Expr


Asked: TypeAlias = Maximum | SlopeBound | ValueBound


def of_slope(statement: Asked, name: str = "") -> list[str]:
    """The lines of a certificate of a statement about the slope of an activation, or about its values.

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
    >>> from symrnn.activations import activation
    >>> check(of_slope(ValueBound(activation("tanh"), "abs<=", sp.S.One)))
    '|tanh(z)| <= 1 for every real z, where tanh(z) = tanh(z)'
    """
    if isinstance(statement, Maximum):
        lines = certificate_of_maximum(statement.function, statement.bound, statement.at, name)
    elif isinstance(statement, ValueBound):
        lines = certificate_of_value(statement.function, statement.relation, statement.bound, name)
    else:
        lines = certificate_of_bound(statement.function, statement.relation, statement.bound, name)
    require_asked(lines, statement)
    return lines


def require_asked(lines: Sequence[str], statement: Asked) -> None:
    """Refuse a certificate that says anything but a statement about the slope of an activation, or its values.

    Args:
        lines: of the certificate.
        statement: what was asked.

    Raises:
        NotAskedError: naming what differs.
        Refused: when the kernel does not accept it.
    """
    checker = accepted(lines)
    wanted = "max" if isinstance(statement, Maximum) else statement.relation
    _require_claim(
        checker, statement.function, (wanted,), statement.bound, 0 if isinstance(statement, ValueBound) else 1
    )
    if isinstance(statement, Maximum):
        ((how, at),) = checker.evidence
        if how != "taken" or at is None or not _is(at, statement.at, checker):
            raise NotAskedError(f"the maximum is taken elsewhere than at {statement.at}")


def _require_claim(checker: Checker, phi: Activation, wanted: Sequence[str], bound: sp.Expr, order: int = 1) -> None:
    """Refuse another claim than one of some about the slope of φ, or φ itself, with a bound that may be infinite."""
    assert checker.claim is not None
    what, term = checker.claim
    infinite = sp.oo if what == "sup" else -sp.oo
    if (
        checker.order != order
        or what not in wanted
        or not (bound is infinite if term is None else _is(term, bound, checker))
    ):
        of = phi.name + "'" * order
        raise NotAskedError(f"{of} {' or '.join(wanted)} {bound} has become {checker.statement()}")
    _require_function(phi, checker)


def _is(term: Term, formula: sp.Expr, checker: Checker) -> bool:
    """Whether a term is a formula, with roots of the same equations in it."""
    for root in formula.atoms(Root):
        _require_root(root, checker)
    return _read(term, checker) == plain(formula)


# -- claims about extreme slopes -----------------------------------------------------------------------------------


def certified(found: BoundVerdict) -> BoundVerdict:
    """A verdict as it may be given out: PROVED with its certificates, or UNDECIDED, where a proof was expected.

    >>> from symrnn.slopes import claim_bound
    >>> len(claim_bound("silu", "abs>", 1, of="max").certificates)
    2
    """
    if found.outcome is not Outcome.EXPECTED:
        return found
    try:
        certificates = tuple(map(tuple, of_claim(found)))
    except (ProofError, LimitError, NotAskedError, NotProvedError) as error:
        return replace(found, outcome=Outcome.UNDECIDED, evidence="", reason=str(error))
    return replace(found, outcome=Outcome.PROVED, certificates=certificates)


def of_claim(found: BoundVerdict) -> list[list[str]]:
    """The certificates of a claim, which is one about every z, or about an extreme value of φ' or of its size.

    An extreme value is one that a certificate states; how it compares with the claimed number is the kernel's word.
    The extreme size is that of an extreme value of φ', and no size is beyond it, by another certificate. Or it is 0:
    φ' has values of both signs and is continuous, since it has no kinks. No size is below 0, whatever φ' is.

    Raises:
        ProofError: when one is not found, or the kernel does not tell how numbers compare.
        NotAskedError: when the kernel has accepted something else.
    """
    phi, of, relation = found.bounds.activation, found.of, found.relation.removeprefix("abs")
    side, taken = (1 if of in ("sup", "max") else -1), of in ("max", "min")
    ends, claimed = {end.side: end.extreme for end in (found.bounds.upper, found.bounds.lower)}, (relation, found.bound)
    below_zero = {"abs>=": found.bound.is_nonpositive, "abs>": found.bound.is_negative}
    if not of and below_zero.get(found.relation):
        lines = _of_extreme(phi, 1, ends[1].value)
        _require_compared(accepted(lines), num(0), *claimed)
        return [lines]
    if not of:
        return [of_slope(SlopeBound(phi, found.relation, found.bound))]
    if relation == found.relation:
        return [_of_extreme(phi, side, ends[side].value, claimed, taken=taken)]
    size = found.bounds.abs_sup if side > 0 else found.bounds.abs_inf
    for end, sign in product((1, -1), (1, -1)):
        if sign * ends[end].value == size and (ends[end].attained or not taken):
            lines = _of_extreme(phi, end, ends[end].value, claimed, (">=", sp.S.Zero), sign=sign, taken=taken)
            if size.is_infinite:
                return [lines]
            return [lines, of_slope(SlopeBound(phi, "abs<=" if side > 0 else "abs>=", size))]
    if size == 0 and side < 0 and not phi.kinks:
        both = [_of_extreme(phi, end, ends[end].value, ("<>"[end > 0], sp.S.Zero)) for end in ends]
        _require_compared(accepted(both[0]), num(0), *claimed)
        return both
    raise ProofError(f"no certificate says that {found.claim}")


EXTREMES = {1: ("max", "sup", "sup<"), -1: ("min", "inf", "inf>")}
"""What certificates say of sup φ' and of inf φ'; the first, that it is taken."""


def _of_extreme(
    phi: Activation, end: int, value: sp.Expr, *claimed: tuple[str, sp.Expr], sign: int = 1, taken: bool = False
) -> list[str]:
    """A certificate of sup φ' (end 1) or inf φ' (end -1), which, with a sign, compares with numbers as is said."""

    def require(lines: Sequence[str]) -> None:
        checker = accepted(lines)
        _require_claim(checker, phi, EXTREMES[end][: 1 if taken else None], value)
        assert checker.claim is not None
        term = checker.claim[1]
        for relation, bound in claimed:
            if term is not None:
                _require_compared(checker, term if sign > 0 else negative(term), relation, bound)
            elif relation[0] != "<>"[sign * end > 0]:
                raise ProofError(f"{sign * value} is not {relation} {bound}")

    return certificate_of_extreme(phi, end, require=require)


def _require_compared(checker: Checker, value: Term, relation: str, bound: sp.Expr) -> None:
    """Refuse, unless a value compares with a number as is said."""
    number, field = translate(bound), Field(checker.given, checker.balls)
    gap = minus(number, value) if relation[0] == "<" else minus(value, number)
    shown = field.signs(gap) <= WANTED[relation] or ("=" in relation and field.equal(value, number))
    if not (_is(number, bound, checker) and shown):
        raise ProofError(f"the comparison with {bound} is not decided")


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
    return OPERATIONS[term[0]](*(_formula(part, checker) for part in term[1:]))


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
    kinks = {plain(kink): stated.get(plain(kink), "out") for kink in phi.kinks if checker.order}
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
