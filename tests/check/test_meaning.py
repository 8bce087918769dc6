"""A statement means something: derivatives have their equations, and what is compared is real."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sympy as sp
from click.testing import CliRunner

from symrnn.cells import Elman
from symrnn.check import verify
from symrnn.check.kernel import prove_clipped, prove_equation, prove_norms
from symrnn.cli import main
from symrnn.clipping import norm_clipped
from symrnn.derivation import (
    AllOf,
    BoundedSlope,
    Claim,
    Coincide,
    Equation,
    ForEvery,
    Inequality,
    Kind,
    Limit,
    SameDirection,
    Verdict,
)
from symrnn.errors import ParameterError, ProofError, UnknownTermError
from symrnn.expr import ClipFactor, Gradient, ImmediateJacobian, Norm, Sequence, SpectralRadius, TotalJacobian
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import k, n, t

rnn = Elman()
h, W = rnn.h, rnn.W_hh
A, g = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("g", n, 1)
theta = sp.Symbol("theta", positive=True)
STEP = Norm(TotalJacobian(h[t], h[t - 1]))
LOSS = Gradient(rnn.L, W)
s = sp.Symbol("s", integer=True)


def verdict_on(statement: Any, recurrence: Recurrence | None = None) -> Verdict:
    return verify(Claim("c", "", statement, Kind.PROVED, recurrence))


# -- a recurrence ----------------------------------------------------------------------------------------------------

HOMELESS = {
    "a Jacobian": Inequality(STEP, 0, (t >= 1,)),
    "a gradient": Inequality(Norm(LOSS), 1),
    "an immediate Jacobian": Inequality(Norm(ImmediateJacobian(h[t], W)), 0, (t >= 1,)),
    "a gradient on the right": Inequality(0, Norm(LOSS)),
    "an element": Inequality(Norm(h[t]), Norm(h[t]), (t >= 0,)),
    "a hypothesis": Inequality(Norm(A), 1, given=(STEP <= 1, Norm(A) <= 1)),
    "a hypothesis for every index": Inequality(Norm(A), 1, given=(ForEvery(Norm(h[s]) <= 1, s), Norm(A) <= 1)),
    "an equation as a hypothesis": Inequality(Norm(A), 1, given=(Equation(h[t], h[t - 1]), Norm(A) <= 1)),
    "a limit": Limit(STEP, t, sp.S.Zero, (t >= 1,)),
    "a limit of elements": Limit(Norm(h[t]), t, sp.S.Zero, (t >= 1,)),
    "a clipped gradient": Inequality(Norm(norm_clipped(LOSS, theta), "F"), theta),
    "vectors that coincide": Coincide(LOSS, LOSS),
    "vectors in one direction": SameDirection(h[t], h[t]),
    "a hypothesis on vectors": Coincide(g, g, given=(Norm(h[t]) <= theta,)),
    "an equation": Equation(h[t], h[t]),
    "one of several": AllOf((Inequality(Norm(A), Norm(A)), Inequality(STEP, 0, (t >= 1,)))),
}


@pytest.mark.parametrize("name", HOMELESS)
def test_quantities_of_a_recurrence_need_one(name: str) -> None:
    with pytest.raises(UnknownTermError, match="names none; give recurrence="):
        verdict_on(HOMELESS[name])


@pytest.mark.parametrize("name", HOMELESS)
def test_the_kernel_asks_for_it_too(name: str) -> None:
    statement = HOMELESS[name]
    if isinstance(statement, Inequality | Coincide | SameDirection):
        with pytest.raises(UnknownTermError, match="names none"):
            prove_clipped(statement, None)
    if isinstance(statement, Inequality | Limit):
        with pytest.raises(UnknownTermError, match="names none"):
            prove_norms(statement, None)


@pytest.mark.parametrize(
    "statement",
    [
        Inequality(Norm(A * A), Norm(A) ** 2),
        Inequality(Norm(A**k), Norm(A) ** k, (k >= 0,)),
        Inequality(Norm(A + A), 2 * Norm(A)),
        Limit(Norm(A**k), k, sp.S.Zero, (k >= 0,), (SpectralRadius(A) < 1,)),
        Inequality(Norm(ClipFactor(g, theta) * g), theta),
        Coincide(ClipFactor(g, theta) * g, g, given=(Norm(g) <= theta,)),
        SameDirection(ClipFactor(g, theta) * g, g),
        AllOf((Inequality(Norm(A), Norm(A)), SameDirection(ClipFactor(g, theta) * g, g))),
    ],
)
def test_plain_matrices_need_none(statement: Any) -> None:
    assert verdict_on(statement).kind is Kind.PROVED


def test_with_a_recurrence_it_is_decided() -> None:
    assert verdict_on(Inequality(STEP, 0, (t >= 1,)), rnn).kind is Kind.REFUTED
    gamma = sp.Symbol("gamma", positive=True)
    bounded = Inequality(STEP, gamma * Norm(W), (t >= 1,), (BoundedSlope("phi", gamma),))
    verdict = verdict_on(bounded, rnn)
    assert verdict.kind is Kind.PROVED
    assert "h_0 and the inputs constant" in verdict.hypotheses


@pytest.mark.parametrize(
    "term",
    [
        TotalJacobian(Sequence("foo", n)[t], Sequence("foo", n)[t - 1]),
        TotalJacobian(Sequence("foo", n)[t], h[t - 1]),
        TotalJacobian(sp.MatrixSymbol("M", 1, 1), W),
        ImmediateJacobian(Sequence("foo", n)[t], W),
    ],
)
def test_a_derivative_of_what_nothing_defines_is_not_0(term: TotalJacobian) -> None:
    empty = Recurrence("matrices", t, (), ())
    zero = Equation(term, sp.ZeroMatrix(*term.shape), (t >= 1,))
    for statement in (zero, Inequality(Norm(term), 0, (t >= 1,))):
        for recurrence in (rnn, empty):
            with pytest.raises(UnknownTermError, match="has no meaning"):
                verdict_on(statement, recurrence)
    with pytest.raises(UnknownTermError, match="has no meaning"):
        prove_equation(zero, rnn)


def test_a_derivative_by_something_else_is_0() -> None:
    """A matrix that the network does not have enters nowhere."""
    by_another = TotalJacobian(h[t], A)
    assert verdict_on(Equation(by_another, sp.ZeroMatrix(*by_another.shape), (t >= 1,)), rnn).kind is Kind.PROVED


FILE = """
from symrnn import Claim, Elman, Inequality, Kind, Norm, TotalJacobian, t
rnn = Elman()
step = Norm(TotalJacobian(rnn.h[t], rnn.h[t - 1]))
still = Claim("still", "no movement", Inequality(step, 0, (t >= 1,)), Kind.PROVED)
"""


def test_the_command_line_refuses_it(tmp_path: Path) -> None:
    file = tmp_path / "still.py"
    file.write_text(FILE)
    result = CliRunner().invoke(main, ["verify", str(file)])
    assert result.exit_code != 0
    assert "give recurrence=" in " ".join(result.output.split())


@pytest.mark.table(quick=0)
def test_pytest_refuses_it(pytester: pytest.Pytester) -> None:
    folder = pytester.mkdir("derivations")
    (folder / "still.py").write_text(FILE)
    result = pytester.runpytest_subprocess("derivations/still.py")
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*give recurrence=*"])


# -- words -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "statement",
    [
        Inequality(Norm(TotalJacobian(h[1], h[0])), Norm(TotalJacobian(h[1], h[0]))),
        Equation(TotalJacobian(h[1], h[0]), rnn.D(1) * W),
    ],
)
def test_no_words_are_missing(statement: Any) -> None:
    """h_0 is what moves, so that it is not said to be constant."""
    for hypothesis in verdict_on(statement, rnn).hypotheses:
        assert hypothesis == hypothesis.strip(" ,")
        assert not hypothesis.startswith("and ")
        assert "h_0" not in hypothesis


# -- real numbers ----------------------------------------------------------------------------------------------------

PLAIN, COMPLEX = sp.Symbol("z"), sp.Symbol("z", complex=True)
EXTENDED = sp.Symbol("z", extended_real=True)
LARGE = sp.Symbol("z", extended_nonnegative=True)
IMAGINARY = sp.Symbol("z", imaginary=True)
x = sp.Symbol("x", real=True)


@pytest.mark.parametrize("z", [PLAIN, COMPLEX, EXTENDED, LARGE, IMAGINARY], ids=str)
@pytest.mark.parametrize(
    "statement",
    [
        lambda z: Inequality(0, z**2),
        lambda z: Inequality(0, z**4 + z**2),
        lambda z: Inequality(0, (z * Norm(A)) ** 2),
        lambda z: Inequality(0, abs(z)),
        lambda z: Inequality(0, (abs(z) - 1) ** 2),
        lambda z: Inequality(z, z),
        lambda z: Inequality(z * Norm(A), z * Norm(A)),
        lambda z: Inequality(Norm(A), Norm(A) + z**2),
        lambda z: Inequality(Norm(z * A), abs(z) * Norm(A)),
        lambda z: Inequality(Norm(z * A * A), Norm(z * A) * Norm(A)),
        lambda z: Inequality(Norm(z * g + g) ** 2, 2 * z**2 * Norm(g) ** 2 + 2 * Norm(g) ** 2),
        lambda z: Inequality(Norm(A), 1, given=(Norm(A) <= 1 - z**2,)),
        lambda z: Inequality(Norm(A), 1, given=(BoundedSlope("phi", z), Norm(A) <= 1)),
        lambda z: Limit(Norm(z * A**k), k, sp.S.Zero, (k >= 0,), (SpectralRadius(A) < 1,)),
        lambda z: Coincide(z * g, z * g),
        lambda z: Coincide(z**2 * g, z**2 * g),
        lambda z: SameDirection((1 + z**2) * g, g),
        lambda z: SameDirection(z * g, z * g),
    ],
)
def test_what_need_not_be_real_is_not_compared(statement: Any, z: sp.Symbol) -> None:
    verdict = verdict_on(statement(z))
    assert verdict.kind in (Kind.UNDECIDED, Kind.REFUTED)
    if verdict.kind is Kind.UNDECIDED:
        assert "need not be" in verdict.reason or "real" in verdict.reason


@pytest.mark.parametrize(
    "statement",
    [
        Inequality(0, x**2),
        Inequality(0, x**4 + x**2),
        Inequality(Norm(A), Norm(A) + x**2),
        Inequality(Norm(x * A), abs(x) * Norm(A)),
        Inequality(x, x),
        Coincide(x * g, x * g),
        SameDirection(theta * g, g),
    ],
)
def test_what_is_real_is_compared(statement: Any) -> None:
    assert verdict_on(statement).kind is Kind.PROVED


@pytest.mark.parametrize(
    "statement",
    [
        Inequality(sp.sqrt(x), sp.sqrt(x)),
        Inequality(sp.sqrt(x) * Norm(A), sp.sqrt(x) * Norm(A)),
        Inequality(sp.log(x), sp.log(x)),
        Inequality(sp.I, sp.I),
        Inequality(Norm(sp.I * A), Norm(A)),
        Inequality(Norm(sp.sqrt(x) * A), sp.sqrt(x) * Norm(A)),
        Inequality(sp.Function("f")(x), sp.Function("f")(x)),
        Inequality(sp.Symbol("c", commutative=False), sp.Symbol("c", commutative=False)),
        Coincide(sp.I * g, sp.I * g),
    ],
)
def test_what_is_no_real_number_is_not_compared(statement: Any) -> None:
    assert verdict_on(statement).kind is Kind.UNDECIDED


@pytest.mark.parametrize(
    "number", [sp.oo, -sp.oo, sp.zoo, sp.nan, float("nan"), float("inf"), sp.nan * Norm(A)], ids=str
)
def test_what_is_not_finite_is_no_side(number: Any) -> None:
    for sides in ((number, Norm(A)), (Norm(A), number), (0, 0 * x + number)):
        with pytest.raises(ParameterError, match="is not a finite number"):
            Inequality(*sides)


def test_a_root_is_real_where_the_hypotheses_say_so() -> None:
    said = verdict_on(Inequality(sp.sqrt(x), sp.sqrt(x), given=(x >= 0,)))  # the kernel has no such root
    assert said.kind is Kind.UNDECIDED
    assert "need not be real" not in said.reason
    assert verdict_on(Inequality(0, sp.sqrt(n) * Norm(A))).kind is Kind.PROVED


@pytest.mark.parametrize("c", [EXTENDED, LARGE, sp.Symbol("z", infinite=True)])
def test_equations_are_between_finite_numbers(c: sp.Symbol) -> None:
    equation = Equation(c * W + W - W, c * W)
    verdict = verdict_on(equation, rnn)
    assert verdict.kind is not Kind.PROVED
    with pytest.raises(ProofError):
        prove_equation(equation, rnn)


@pytest.mark.parametrize("c", [PLAIN, COMPLEX, EXTENDED, LARGE, x], ids=str)
def test_the_scalars_of_a_recurrence_count(c: sp.Symbol) -> None:
    """They are in its derivatives, whether or not a statement writes them."""
    state = Sequence("h", n)
    scaled = Recurrence("scaled", t, (Definition(state, c * A * state[t - 1], Role.STATE),), (A,))
    step = TotalJacobian(state[t], state[t - 1])
    norms = verdict_on(Inequality(Norm(step), Norm(step), (t >= 1,)), scaled)
    assert (norms.kind is Kind.PROVED) == (c is x)
    zero = verdict_on(Equation(step - step, sp.ZeroMatrix(n, n), (t >= 1,)), scaled)
    assert (zero.kind is Kind.PROVED) == (c not in (EXTENDED, LARGE))


@pytest.mark.parametrize("c", [PLAIN, COMPLEX, sp.Symbol("r", real=True)])
def test_equations_hold_for_complex_numbers(c: sp.Symbol) -> None:
    assert verdict_on(Equation((c + 1) * W, W + c * W), rnn).kind is Kind.PROVED


def test_infinite_numbers_are_not_calculated_with() -> None:
    for number in (sp.oo, -sp.oo, sp.zoo, sp.nan):
        with pytest.raises(ParameterError, match="is not a finite number"):
            Equation(sp.MatMul(number, W), sp.MatMul(2, number, W))
