"""Limits: what a geometric bound shows, what it does not, and sequences that are known to behave otherwise."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.check.deciding.norms import verdict_on_norms
from symrnn.check.kernel import prove_norms
from symrnn.check.refuting.sampling import NOTABLE
from symrnn.check.refuting.sequences import geometric, grows, powers_of, refute_limit
from symrnn.derivation import BoundedSlope, ForEvery, Kind, Limit
from symrnn.errors import ProofError
from symrnn.expr import Norm, SmallestSingularValue, SpectralRadius, TotalJacobian
from symrnn.recurrence import Recurrence
from symrnn.symbols import k, s, t

rnn = Elman()
W = rnn.W_hh
gamma, c, eta, x = sp.symbols("gamma c eta x", nonnegative=True)
jacobian = TotalJacobian(rnn.h[t], rnn.h[t - k])
distance = (k >= 0, t >= k)
bounded, steep = BoundedSlope("phi", gamma), BoundedSlope("phi", at_least=c)
PLAIN = Recurrence("matrices", t, (), ())


def limit(of: Any, value: Any, *given: Any, where: tuple[Any, ...] = distance) -> Limit:
    return Limit(of, k, value, where, given)


@pytest.mark.parametrize("kind", ["2", "1", "oo"])
def test_vanishing_in_each_norm(kind: str) -> None:
    prove_norms(limit(Norm(jacobian, kind), 0, bounded, gamma * Norm(W, kind) < 1), rnn)


@pytest.mark.parametrize(
    "statement",
    [
        limit(Norm(jacobian), 0, bounded, gamma * Norm(W) <= 1),
        limit(Norm(jacobian), 0, bounded, gamma * Norm(W) < 2),
        limit(Norm(jacobian), 0, bounded, gamma * Norm(W, "1") < 1),
        limit(Norm(jacobian), 0, bounded, gamma * SpectralRadius(W) < 1),
        limit(Norm(jacobian), 0, gamma * Norm(W) < 1),
        limit(Norm(jacobian), sp.oo, bounded, gamma * Norm(W) < 1),
        limit(Norm(jacobian), sp.oo, steep, c * Norm(W) > 1),
        limit(Norm(jacobian), sp.oo, steep, c * SmallestSingularValue(W) >= 1),
        limit(Norm(jacobian), sp.oo, bounded, gamma * SmallestSingularValue(W) > 1),
        limit(t * Norm(jacobian), 0, bounded, gamma * Norm(W) < 1),  # not uniform in t
        limit(Norm(rnn.h[t]) * Norm(jacobian), 0, bounded, gamma * Norm(W) < 1),
    ],
)
def test_what_is_not_shown(statement: Limit) -> None:
    with pytest.raises(ProofError):
        prove_norms(statement, rnn)


def test_an_index_that_cannot_grow_has_no_limit() -> None:
    kept = limit(Norm(W**k), 0, Norm(W) < 1, where=(k >= 0, k <= 5))
    assert not grows(kept)
    assert refute_limit(limit(Norm(W**k), 0, where=(k >= 0, k <= 5)), PLAIN, 0) is None
    assert verdict_on_norms(kept, None, 0).kind is Kind.UNDECIDED


@pytest.mark.parametrize(
    "given",
    [
        ForEvery(Norm(rnn.h[s]) <= eta, s, (s >= 0, s <= t)),  # fails sooner or later where h grows
        Norm(rnn.h[t]) <= 1,
    ],
)
def test_no_counterexample_where_a_hypothesis_moves_with_an_index(given: Any) -> None:
    assert refute_limit(limit(Norm(jacobian), 0), rnn, 0) is not None
    assert refute_limit(limit(Norm(jacobian), 0, given), rnn, 0) is None


def test_no_counterexample_for_a_sequence_that_moves_with_other_indices() -> None:
    assert refute_limit(limit(Norm(rnn.h[t]), 0), rnn, 0) is None
    assert refute_limit(limit(Norm(rnn.h[t]) * Norm(W**k), 0), rnn, 0) is None


def test_no_straight_line_for_a_function_with_a_formula() -> None:
    tanh = Elman("tanh")
    statement = limit(Norm(TotalJacobian(tanh.h[t], tanh.h[t - k])), 0)
    assert refute_limit(statement, tanh, 0) is None


@pytest.mark.parametrize(
    ("statement", "contains"),
    [
        (limit(Norm(jacobian), sp.oo, bounded, gamma * Norm(W) > 1), {"n": "2"}),
        (limit(Norm(jacobian), 0, bounded), {"W_hh": "2"}),  # W is named though the statement does not name it
        (limit(Norm(jacobian), 0, bounded, Norm(W) < 1), {"phi(z)": "2*z"}),
        (limit(Norm(jacobian), 0, bounded, gamma < 1), {"phi(z)": "z/2"}),
        (limit(Norm(jacobian), sp.oo, BoundedSlope("phi", sp.Rational(1, 4))), {"phi(z)": "z/4"}),
        (limit(Norm(TotalJacobian(rnn.h[t], rnn.h[t - 1])), 0, where=(k >= 1, t >= k)), {"n": "1"}),
    ],
)
def test_counterexamples(statement: Limit, contains: dict[str, str]) -> None:
    found = refute_limit(statement, rnn, 0)
    assert found is not None
    assert contains.items() <= dict(found.values).items()


def test_what_powers_do_for_ever() -> None:
    for matrices in NOTABLE.values():
        for rows in matrices:
            found = powers_of(rows, "W")
            late = [np.abs(np.linalg.matrix_power(np.array(rows, float), at)).max() for at in (40, 80, 160)]
            if found is None:
                continue
            if found.limit == 0:
                assert late[2] < 1e-3
            elif found.limit is sp.oo:
                assert late[0] < late[1] < late[2]
            else:
                assert 0.1 < late[2] < 10
    jordan = ((Fraction(1), Fraction(1)), (Fraction(0), Fraction(1)))
    assert powers_of(jordan, "W") is None  # it explodes, which no eigenvalue tells


def test_geometric() -> None:
    assert geometric(3 * x**2 * gamma ** (2 * k + 1), k) == (3 * x**2 * gamma, gamma**2)
    assert geometric(x ** (k**2), k) is None
    assert geometric(x + gamma**k, k) is None
    assert geometric(k * x, k) is None
    assert geometric(x ** (-k), k) is None
