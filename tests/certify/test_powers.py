"""Certificates of equations between powers of matrices: what is true has one, and no slip in it has."""

from __future__ import annotations

import pytest
import sympy as sp
from certify.test_certificates import certified
from check import test_inverses, test_powers

from symrnn.certify.asked import require_asked
from symrnn.certify.equations import certificate
from symrnn.certify.errors import NotAskedError
from symrnn.check.deciding.norms import MATRICES
from symrnn.derivation import Equation
from symrnn.expr import MatrixSum, UnitVector
from symrnn.kernel.reader import replay
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, n, t

Case = tuple[Equation, Recurrence]


def cases(equations: dict[str, tuple[sp.MatrixExpr, sp.MatrixExpr, tuple]], model: Recurrence) -> dict[str, Case]:
    return {name: (Equation(left, right, tuple(where)), model) for name, (left, right, where) in equations.items()}


def of_inverses(sides: dict[str, tuple[sp.MatrixExpr, sp.MatrixExpr]]) -> dict[str, Case]:
    return cases({name: (*both, (k >= 0,)) for name, both in sides.items()}, test_inverses.rnn)


i, j, p = test_powers.i, test_powers.j, test_powers.p
x, values = test_powers.x, test_powers.values
S = test_powers.S

BEYOND: dict[str, Case] = {
    "every row is picked": (
        Equation(MatrixSum(UnitVector(n, i) * UnitVector(n, i).T, (i, 1, n)) * x, x),
        MATRICES,
    ),
    "every row is picked, with no matrix": (
        Equation(MatrixSum(UnitVector(n, i) * UnitVector(n, i).T, (i, 1, n)), sp.Identity(n)),
        MATRICES,
    ),
    "units that are apart": (
        Equation(UnitVector(p, i).T * UnitVector(p, j), sp.ZeroMatrix(1, 1), (i >= 1, j > i, j <= p)),
        MATRICES,
    ),
    "a power of a shift": (
        Equation(S**k, MatrixSum(UnitVector(p, i) * UnitVector(p, i + k).T, (i, 1, p - k)), (k >= 1, k <= p)),
        MATRICES,
    ),
    "an entry of a product of diagonal matrices": (
        Equation(
            UnitVector(n, i).T * sp.DiagMatrix(values) ** 2 * x,
            values[i - 1, 0] ** 2 * (UnitVector(n, i).T * x),
            (i >= 1, i <= n),
        ),
        MATRICES,
    ),
}
TRUE = {
    **cases(test_powers.EQUATIONS, MATRICES),
    **cases(test_powers.TRUE_DIFFERENCES, test_powers.linear),
    **of_inverses(test_inverses.TRUE),
    **BEYOND,
}
FALSE = {
    **cases(test_powers.FALSE_EQUATIONS, MATRICES),
    **cases(test_powers.FALSE_DIFFERENCES, test_powers.linear),
    **of_inverses(test_inverses.FALSE),
    "units that may be one": (
        Equation(UnitVector(p, i).T * UnitVector(p, j), sp.ZeroMatrix(1, 1), (i >= 1, j >= 1, j <= p, i <= p)),
        MATRICES,
    ),
    "units that do not exist": (
        Equation(UnitVector(p, i).T * UnitVector(p, j), sp.ZeroMatrix(1, 1), (i >= 1, j > i)),
        MATRICES,
    ),
}


@pytest.mark.table(quick=9)
@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_has_a_certificate(name: str) -> None:
    assert certified(*TRUE[name], "power") is not None


@pytest.mark.table(quick=12)
@pytest.mark.parametrize("name", FALSE)
def test_a_slip_has_no_certificate(name: str) -> None:
    try:
        assert certified(*FALSE[name], "slip") is None
    except NotAskedError:
        assert name == "fraction, other sign"  # its divisor may be 0


def test_a_divisor_is_not_0_by_the_conditions() -> None:
    left, right, where = test_powers.TRUE_DIFFERENCES["fraction"]
    theorem = replay(certificate(Equation(left, right, where), test_powers.linear, "fraction").lines[1:])
    require_asked(theorem, Equation(left, right, where), test_powers.linear)
    for others in (where[:-1], (*where[:-1], sp.Ne(i, t))):
        with pytest.raises(NotAskedError, match="may be 0"):
            require_asked(theorem, Equation(left, right, others), test_powers.linear)
