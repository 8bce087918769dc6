"""Signs of the entries of Jacobians: one unit, diagonal weights, monotone networks, gates."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import sympy as sp
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn import (
    GRU,
    LSTM,
    Cell,
    Elementwise,
    Elman,
    Equation,
    Inequality,
    Kind,
    Recurrence,
    Sequence,
    TotalJacobian,
    activation,
    k,
    m,
    n,
    t,
    verify,
)
from symrnn.cells import matrices
from symrnn.check.kernel import prove_norms
from symrnn.check.refuting.values import _signed_matrices
from symrnn.derivation import BoundedSlope, ForEvery, Verdict
from symrnn.derivation.counterexample import Named
from symrnn.errors import SymrnnError
from symrnn.expr import ImmediateJacobian, SmallestEntry, SpectralRadius

PROVED, REFUTED, UNDECIDED = Kind.PROVED, Kind.REFUTED, Kind.UNDECIDED
i, j = sp.symbols("i j", integer=True, nonnegative=True)
s = sp.Symbol("s", integer=True)
PLACE = (i < n, j < n)
INCREASING = BoundedSlope("phi", increasing=True)


def independent(phi: Any, units: Any) -> tuple[Cell, Sequence, sp.MatrixSymbol]:
    """h_t = φ(W x_t + u ∘ h_{t-1} + b): Li et al. (2018), Independently Recurrent Neural Network, eq. 4."""
    h, a, x = Sequence("h", units), Sequence("a", units), Sequence("x", m)
    (W,), (u, b) = matrices("W", units, m), matrices("u b", units, 1)
    steps = {a: W * x[t] + sp.HadamardProduct(u, h[t - 1]) + b, h: Elementwise(phi)(a[t])}
    return Cell("independent units", steps, (h,), (W, u, b), (x,)), h, u


def verdict(left: Any, right: Any, *where: Any, given: Any = (), of: Recurrence | None = None) -> Verdict:
    return verify(Inequality(left, right, where, given), of)


def kind(left: Any, right: Any, *where: Any, given: Any = (), of: Recurrence | None = None) -> Kind:
    return verdict(left, right, *where, given=given, of=of).kind


def every(relation: Any) -> ForEvery:
    """For each unit."""
    return ForEvery(relation, i, (i >= 0, i < n))


# -- one unit ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("phi", ["sigmoid", "tanh"])
def test_one_unit(phi: str) -> None:
    """dh_t/dh_{t-1} = φ'(a_t) u has the sign of u, since φ' >= 0."""
    net, h, u = independent(phi, 1)
    slope, weight = TotalJacobian(h[t], h[t - 1])[0, 0], u[0, 0]
    for left, right, given, expected in (
        (slope, 0, (weight <= 0,), PROVED),
        (slope, 0, (weight < 0,), PROVED),
        (0, slope, (weight >= 0,), PROVED),
        (slope, 0, (), REFUTED),
        (0, slope, (), REFUTED),
        (0, slope, (weight <= 0,), REFUTED),
        (slope, 0, (weight <= 1,), REFUTED),
    ):
        assert kind(left, right, t >= 1, given=given, of=net) is expected, (left, right, given)


def test_one_unit_of_any_function() -> None:
    """Where φ' may have either sign, so may φ'(a_t) u."""
    net, h, u = independent("phi", 1)
    slope, weight = TotalJacobian(h[t], h[t - 1])[0, 0], u[0, 0]
    assert kind(slope, 0, t >= 1, given=(weight <= 0,), of=net) is REFUTED
    assert kind(slope, 0, t >= 1, given=(weight <= 0, BoundedSlope("phi", 1)), of=net) is not PROVED
    assert kind(slope, 0, t >= 1, given=(weight <= 0, BoundedSlope("phi", at_least=1)), of=net) is REFUTED
    assert kind(slope, 0, t >= 1, given=(weight <= 0, INCREASING), of=net) is PROVED
    assert kind(0, slope, t >= 1, given=(weight <= 0, INCREASING), of=net) is REFUTED


@pytest.mark.parametrize(
    ("steps", "where", "given", "expected"),
    [
        (2, (t >= 2,), "", PROVED),
        (4, (t >= 4,), "", PROVED),
        (3, (t >= 3,), "", REFUTED),
        (3, (t >= 3,), "u >= 0", PROVED),
        (3, (t >= 3,), "u <= 0", REFUTED),
        (2 * k, (k >= 0, t >= 2 * k), "", PROVED),
        (2 * k + 1, (k >= 0, t >= 2 * k + 1), "", REFUTED),
        (2 * k + 1, (k >= 0, t >= 2 * k + 1), "u >= 0", PROVED),
        (k, (k >= 0, t >= k), "u >= 0", PROVED),
        (k, (k >= 0, t >= k), "u <= 0", REFUTED),
    ],
)
def test_one_unit_over_several_steps(steps: Any, where: Any, given: str, expected: Kind) -> None:
    """u^k times slopes: of an even number of steps it is a square times what is not below 0."""
    net, h, u = independent("sigmoid", 1)
    known = {"": (), "u >= 0": (u[0, 0] >= 0,), "u <= 0": (u[0, 0] <= 0,)}[given]
    assert kind(0, TotalJacobian(h[t], h[t - steps])[0, 0], *where, given=known, of=net) is expected


def test_an_odd_number_of_steps() -> None:
    net, h, u = independent("tanh", 1)
    three = TotalJacobian(h[t], h[t - 3])[0, 0]
    assert kind(three, 0, t >= 3, given=(u[0, 0] <= 0,), of=net) is PROVED
    assert kind(three, 0, t >= 3, given=(u[0, 0] >= 0,), of=net) is REFUTED


# -- units that do not read each other ---------------------------------------------------------------------------------


NET, H, U = independent("sigmoid", n)


def entry(steps: Any) -> Any:
    return TotalJacobian(H[t], H[t - steps])[i, j]


def least(steps: Any, sign: int = 1) -> Any:
    return SmallestEntry(sign * TotalJacobian(H[t], H[t - steps]))


@pytest.mark.table(quick=4)
@pytest.mark.parametrize(
    ("left", "right", "where", "given", "expected"),
    [
        (entry(1), 0, (t >= 1,), (U[i, 0] <= 0,), PROVED),
        (0, entry(1), (t >= 1,), (U[i, 0] >= 0,), PROVED),
        (0, entry(1), (t >= 1,), (U[i, 0] <= 0,), REFUTED),
        (entry(1), 0, (t >= 1,), (every(U[i, 0] <= 0),), PROVED),
        (entry(1), 0, (t >= 1,), (SmallestEntry(-U) >= 0,), PROVED),
        (entry(1), 0, (t >= 1,), (SmallestEntry(U) <= 0,), REFUTED),
        (0, entry(2), (t >= 2,), (), PROVED),
        (0, entry(k), (k >= 0, t >= k), (SmallestEntry(U) >= 0,), PROVED),
        (0, entry(2 * k), (k >= 0, t >= 2 * k), (), PROVED),
        (0, entry(1), (t >= 1,), (), REFUTED),
    ],
)
def test_independent_units(left: Any, right: Any, where: Any, given: Any, expected: Kind) -> None:
    """The Jacobian is diag(φ') diag(u): off its diagonal it is 0, and on it each unit has the sign of its own u."""
    assert kind(left, right, *where, *PLACE, given=given, of=NET) is expected


@pytest.mark.table(quick=4)
@pytest.mark.parametrize(
    ("side", "where", "given", "expected"),
    [
        (least(k), (k >= 0, t >= k), (SmallestEntry(U) >= 0,), PROVED),
        (least(k), (k >= 0, t >= k), (every(U[i, 0] >= 0),), PROVED),
        (least(2 * k), (k >= 0, t >= 2 * k), (), PROVED),
        (least(3, -1), (t >= 3,), (every(U[i, 0] <= 0),), PROVED),
        (least(3), (t >= 3,), (every(U[i, 0] <= 0),), REFUTED),
        (least(k), (k >= 0, t >= k), (U[0, 0] >= 0,), REFUTED),
        (least(k), (k >= 0, t >= k), (), REFUTED),
        (least(1), (t >= 1,), (ForEvery(U[i, 0] >= 0, i, (i >= 1, i < n)),), REFUTED),  # not of the first unit
    ],
)
def test_whole_jacobians_of_independent_units(side: Any, where: Any, given: Any, expected: Kind) -> None:
    """All entries at once, by hypotheses in either form."""
    assert kind(0, side, *where, given=given, of=NET) is expected


# -- monotone networks -------------------------------------------------------------------------------------------------


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("phi", ["tanh", "phi", activation("relu", at_kink=0)])
def test_monotone_network(phi: Any) -> None:
    """Weights without an entry below 0, and a function that increases: no entry of a Jacobian is below 0."""
    net = Elman(phi)
    more = (INCREASING,) if phi == "phi" else ()
    recurrent, read = SmallestEntry(net.W_hh) >= 0, SmallestEntry(net.W_xh) >= 0
    back, ahead = TotalJacobian(net.h[t], net.h[t - k]), TotalJacobian(net.h[t], net.x[s])
    for of, where, given, expected in (
        (back, (k >= 0, t >= k), (recurrent,), PROVED),
        (ahead, (s >= 1, t >= s), (recurrent, read), PROVED),
        (ahead, (s >= 1, t >= s), (recurrent,), REFUTED),
        (back, (k >= 0, t >= k), (read,), REFUTED),
    ):
        assert kind(0, SmallestEntry(of), *where, given=(*given, *more), of=net) is expected, (of, given)
    assert kind(0, back[i, j], k >= 0, t >= k, *PLACE, given=(recurrent, *more), of=net) is PROVED


@pytest.mark.parametrize(("phi", "more"), [("gelu", ()), ("phi", ()), ("phi", (BoundedSlope("phi", 1),))])
def test_functions_that_do_not_increase(phi: str, more: Any) -> None:
    """GELU falls to the left of its minimum, and an arbitrary φ anywhere, however small its slope."""
    net = Elman(phi)
    back = SmallestEntry(TotalJacobian(net.h[t], net.h[t - 1]))
    assert kind(0, back, t >= 1, given=(SmallestEntry(net.W_hh) >= 0, *more), of=net) is REFUTED


def test_one_entry_of_the_weights() -> None:
    """dh_t[i]/dh_{t-1}[j] = φ'(a_t[i]) W[i, j]."""
    net = Elman("tanh")
    entry, W = TotalJacobian(net.h[t], net.h[t - 1])[i, j], net.W_hh
    assert kind(0, entry, t >= 1, *PLACE, given=(W[i, j] >= 0,), of=net) is PROVED
    assert kind(entry, 0, t >= 1, *PLACE, given=(W[i, j] <= 0,), of=net) is PROVED
    assert kind(0, entry, t >= 1, *PLACE, given=(W[j, i] >= 0,), of=net) is REFUTED
    assert (
        kind(0, TotalJacobian(net.h[t], net.h[t - 2])[i, j], t >= 2, *PLACE, given=(W[i, j] >= 0,), of=net) is REFUTED
    )


@pytest.mark.parametrize(("steps", "sign"), [(1, -1), (2, 1), (3, -1)])
def test_weights_of_the_other_sign(steps: int, sign: int) -> None:
    """(-1)^k J has no entry below 0 where W has none above it."""
    net = Elman("sigmoid")
    negative, jacobian = SmallestEntry(-net.W_hh) >= 0, TotalJacobian(net.h[t], net.h[t - steps])
    assert kind(0, SmallestEntry(sign * jacobian), t >= steps, given=negative, of=net) is PROVED
    assert kind(0, SmallestEntry(-sign * jacobian), t >= steps, given=negative, of=net) is REFUTED


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("turned", [False, True])
def test_matrices_of_one_sign_are_drawn(sign: int, turned: bool) -> None:
    """A hypothesis on all entries of a matrix that is not square is met by what is drawn."""
    (A,), (D,) = matrices("A", n, n), matrices("D", n, m)
    signed = -D if sign < 0 else D
    stated = signed.T if turned else signed
    given = SmallestEntry(stated) >= 0
    for same in (given, SmallestEntry(3 * stated) >= 0):
        assert list(_signed_matrices(same)) == [(D, sign)]
    product = stated * A if turned else A * stated
    assert kind(0, SmallestEntry(stated), given=given) is PROVED
    assert kind(0, SmallestEntry(product), given=(given, SmallestEntry(A) >= 0)) is PROVED
    for claim in (-sign * D, sign * A * D):
        found = verdict(0, SmallestEntry(claim), given=given)
        assert found.kind is REFUTED
        assert found.counterexample is not None
        drawn = np.array(dict(found.counterexample.given)[Named("D")])
        assert (sign * drawn >= 0).all()


def test_a_multiple_of_unknown_sign_says_nothing_of_a_matrix() -> None:
    (D,), c = matrices("D", n, m), sp.Symbol("c", real=True)
    assert list(_signed_matrices(SmallestEntry(c * D) >= 0)) == []
    assert kind(0, SmallestEntry(D), given=SmallestEntry(c * D) >= 0) is REFUTED


def test_differences_of_smallest_entries() -> None:
    """min(A) - min(B) is no more than min(A - B) for some matrices alone; radii are no better, which is not found."""
    (A, B) = matrices("A B", n, n)
    assert kind(SmallestEntry(A) - SmallestEntry(B), SmallestEntry(A - B)) is REFUTED
    assert kind(SpectralRadius(A) - SpectralRadius(B), SpectralRadius(A - B)) is not PROVED


def test_what_increases_and_is_bounded_elsewhere() -> None:
    """Bounds of one slope may be stated apart: a magnitude with a number below 0 says nothing."""
    net = Elman("phi")
    back = SmallestEntry(TotalJacobian(net.h[t], net.h[t - 1]))
    given = (SmallestEntry(net.W_hh) >= 0, BoundedSlope("phi", at_least=-1), INCREASING)
    assert kind(0, back, t >= 1, given=given, of=net) is PROVED
    assert kind(1, back, t >= 1, given=given, of=net) is REFUTED


def test_gates() -> None:
    """diag(f_t) is the direct path of a cell state, and neither z nor 1 - z is below 0."""
    lstm, gru = LSTM(), GRU()
    z, ones = next(d.sequence for d in gru.definitions if d.sequence.name == "z"), sp.OneMatrix(n, 1)
    direct = ImmediateJacobian(lstm.c[t], lstm.c[t - 1])
    assert kind(0, SmallestEntry(direct), t >= 1, of=lstm) is PROVED
    assert kind(SmallestEntry(direct), 0, t >= 1, of=lstm) is REFUTED
    assert kind(0, SmallestEntry(z[t]), t >= 1, of=gru) is PROVED
    assert kind(0, SmallestEntry(ones - z[t]), t >= 1, of=gru) is PROVED
    assert kind(0, SmallestEntry(z[t] - ones), t >= 1, of=gru) is REFUTED
    assert kind(0, SmallestEntry(gru.h[t]), t >= 1, of=gru) is REFUTED


# -- what is not proved ------------------------------------------------------------------------------------------------


def test_what_stands_in_the_way_is_named() -> None:
    """The loss may fall with the output, and nothing says that it does not."""
    net = Elman("tanh")
    given = (SmallestEntry(net.W_hh) >= 0, SmallestEntry(net.W_hh) <= 100)
    found = verdict(0, SmallestEntry(TotalJacobian(net.y[t], net.h[t])), t >= 1, given=given, of=net)
    assert found.kind is REFUTED
    found = verdict(0, SmallestEntry(TotalJacobian(net.h[t], net.h[t - 1]) * net.h[0]), t >= 1, given=given, of=net)
    assert found.kind is not PROVED
    if found.kind is UNDECIDED:
        assert "nothing is known of the sign of the entries of h[0]" in found.reason


def test_hypotheses_that_nothing_satisfies() -> None:
    net, h, u = independent("tanh", n)
    both = (SmallestEntry(u) >= 0, SmallestEntry(-u) > 0)
    found = verdict(0, SmallestEntry(-TotalJacobian(h[t], h[t - 1])), t >= 1, given=both, of=net)
    assert found.kind is UNDECIDED
    assert "no counterexample in 0 trials" in found.reason


@pytest.mark.parametrize("where", [(t >= 1,), (t >= 1, i < n), PLACE, (t >= 0, *PLACE)])
def test_an_entry_that_need_not_exist(where: Any) -> None:
    net, h, u = independent("tanh", n)
    found = kind(0, TotalJacobian(h[t], h[t - 1])[i, j], *where, given=(SmallestEntry(u) >= 0,), of=net)
    assert found is REFUTED


def test_an_equation_helps() -> None:
    """With W = I the Jacobian is a product of slopes."""
    net = Elman("tanh")
    back = SmallestEntry(TotalJacobian(net.h[t], net.h[t - k]))
    assert kind(0, back, k >= 0, t >= k, given=(Equation(net.W_hh, sp.Identity(n)),), of=net) is PROVED
    assert kind(0, back, k >= 0, t >= k, given=(Equation(net.W_hh, -sp.Identity(n)),), of=net) is not PROVED


# -- random claims -----------------------------------------------------------------------------------------------------

A, B, C = matrices("A B C", n, n)
v, w = matrices("v w", n, 1)
SQUARES, COLUMNS = (A, B, C), (v, w)


def drawn(rng: np.random.Generator, depth: int) -> Any:
    """A square matrix made of others."""
    if depth == 0:
        return SQUARES[rng.integers(3)]
    one, other = drawn(rng, depth - 1), drawn(rng, int(rng.integers(depth)))
    match rng.integers(9):
        case 0:
            return one + other
        case 1 | 2:
            return one * other
        case 3:
            return sp.HadamardProduct(one, other)
        case 4:
            return one.T * other
        case 5:
            return -one
        case 6:
            return sp.DiagMatrix(COLUMNS[rng.integers(2)]) * one
        case 7:
            return COLUMNS[rng.integers(2)] * COLUMNS[rng.integers(2)].T + int(rng.integers(-1, 3)) * other
    return other**k


def known_signs(rng: np.random.Generator) -> dict[Any, int]:
    """Of some matrices, that their entries are not below 0, or not above it."""
    return {each: sign for each in (*SQUARES, *COLUMNS) if (sign := int(rng.choice([1, 1, -1, 0])))}


def values_of(term: Any, at: dict[Any, np.ndarray], steps: int) -> np.ndarray:
    """The value of such a matrix, by NumPy."""
    match term:
        case sp.MatrixSymbol():
            return at[term]
        case sp.MatAdd():
            return sum(values_of(part, at, steps) for part in term.args)
        case sp.MatMul():
            numbers = [float(part) for part in term.args if not isinstance(part, sp.MatrixExpr)]
            parts = [values_of(part, at, steps) for part in term.args if isinstance(part, sp.MatrixExpr)]
            found = parts[0]
            for part in parts[1:]:
                found = found @ part
            return float(np.prod(numbers)) * found
        case sp.HadamardProduct():
            return np.prod([values_of(part, at, steps) for part in term.args], axis=0)
        case sp.Transpose():
            return values_of(term.arg, at, steps).T
        case sp.DiagMatrix():
            return np.diag(values_of(term.args[0], at, steps)[:, 0])
        case sp.HadamardPower():
            return values_of(term.base, at, steps) ** int(term.exp)
        case sp.MatPow():
            exponent = term.exp.xreplace({k: sp.Integer(steps)})
            return np.linalg.matrix_power(values_of(term.base, at, steps), int(exponent))
    raise NotImplementedError(type(term))


def smallest_at_random(term: Any, signs: dict[Any, int], entry: bool) -> float:
    """The smallest entry, or the first, at many matrices of the assumed signs; relative to the largest."""
    found = np.inf
    for seed in range(60):
        rng = np.random.default_rng(seed)
        size, steps = int(rng.integers(1, 4)), int(rng.integers(0, 4))
        at = {}
        for each in (*SQUARES, *COLUMNS):
            value = rng.normal(size=(size, 1 if each in COLUMNS else size)) * rng.choice([0, 1, 1], size=(size, 1))
            at[each] = signs[each] * np.abs(value) if each in signs else value
        value = values_of(term, at, steps)
        least = value[0, 0] if entry else value.min()
        found = min(found, least / max(1e-30, np.abs(value).max()))
    return float(found)


@pytest.mark.parametrize(
    ("first", "count"),
    [
        pytest.param(0, 20, id="few"),
        pytest.param(20, 150, id="more", marks=pytest.mark.table(quick=0)),
        pytest.param(1_000, 2_500, id="many", marks=pytest.mark.exhaustive),
    ],
)
def test_random_claims(first: int, count: int) -> None:
    """What is proved of the sign of the entries of a random matrix holds at random numbers, and much is proved."""
    proved = true = 0
    for seed in range(first, first + count):
        rng = np.random.default_rng(seed)
        term, signs, entry = drawn(rng, int(rng.integers(1, 4))), known_signs(rng), bool(rng.random() < 0.4)
        given = [SmallestEntry(each * sign) >= 0 for each, sign in signs.items()]
        claimed = MatrixElement(term, 0, 0) if entry else SmallestEntry(term)
        fails = smallest_at_random(term, signs, entry) < -1e-9
        try:
            prove_norms(Inequality(0, claimed, (k >= 0,), tuple(given)), None)
        except SymrnnError:
            true += not fails
            continue
        assert not fails, (term, signs, entry)
        proved, true = proved + 1, true + 1
    assert proved >= 0.6 * true, (proved, true)


# -- random networks ---------------------------------------------------------------------------------------------------


def logistic(z: Any) -> Any:
    return (1 + np.tanh(z / 2)) / 2


RISING = {"tanh": np.tanh, "sigmoid": logistic}
ANY = (lambda z: z, lambda z: -2 * z, lambda z: z / (1 + z * z), lambda z: z + z / (1 + z * z))
UP = (lambda z: z, lambda z: z + z / (1 + z * z), np.tanh)


def states(given: dict[str, np.ndarray], phi: Any, start: np.ndarray, first: int, last: int) -> np.ndarray:
    """From the state after some step to that after another one."""
    for at in range(first + 1, last + 1):
        start = phi(given["driven"][at] + given["W"] @ start)
    return start


def flow(rng: np.random.Generator, phi: Any, steps: int, *, alone: bool, sign: int, corner: int) -> np.ndarray:
    """A Jacobian by complex steps: all weights, or that of the first unit alone, have a sign, or 0 for any."""
    size, last = int(rng.integers(1, 4)), steps + int(rng.integers(3))
    W = rng.normal(size=(size, size)) * rng.choice([0.3, 1, 3])
    W = np.diag(np.diag(W)) if alone else W
    W = sign * np.abs(W) if sign else W
    if corner:
        W[0, 0] = corner * abs(W[0, 0])
    given = {"W": W, "driven": rng.normal(size=(last + 1, size)) * 2}
    before = states(given, phi, rng.normal(size=size), 0, last - steps)
    moved = [states(given, phi, before + 1e-200j * row, last - steps, last) for row in np.eye(size)]
    return np.imag(np.array(moved)).T / 1e-200


@pytest.mark.table(quick=2)
@pytest.mark.parametrize("block", range(24))
def test_random_networks(block: int) -> None:
    """What is proved of a network holds in many, for every function that its φ may be."""
    for seed in range(5 * block, 5 * block + 5):
        rng = np.random.default_rng(seed)
        name, alone, steps = (
            str(rng.choice(["tanh", "sigmoid", "silu", "phi", "phi"])),
            bool(rng.integers(2)),
            seed % 3 + 1,
        )
        sign, corner, whole, up = (int(each) for each in (*rng.integers(-1, 2, size=2), *rng.integers(2, size=2)))
        if alone:
            net, h, weights = independent(name, n)
        else:
            net = Elman(name)
            h, weights = net.h, net.W_hh
        given: list[Any] = [SmallestEntry(sign * weights) >= 0] if sign else []
        given += [corner * weights[0, 0] >= 0] if corner else []
        given += [INCREASING] if name == "phi" and up else []
        jacobian, way = TotalJacobian(h[t], h[t - steps]), int(rng.choice([-1, 1]))
        claimed = SmallestEntry(way * jacobian) if whole else way * jacobian[0, 0]
        functions = {"phi": UP if up else ANY, "silu": (lambda z: z * logistic(z),)}.get(name) or (RISING[name],)
        worst = 0.0
        for phi in functions:
            for _ in range(25):
                found = way * flow(rng, phi, steps, alone=alone, sign=sign, corner=0 if sign else corner)
                if not (sign and corner and sign * corner < 0):  # the corner is 0 where it has both signs
                    worst = min(worst, (found.min() if whole else found[0, 0]) / max(1e-30, np.abs(found).max()))
        statement = Inequality(0, claimed, (t >= steps,), tuple(given))
        try:
            prove_norms(statement, net)
        except SymrnnError:
            continue
        assert worst >= -1e-9, statement
