"""Theorems about a system that are kept for the next claim: the lines of certificates are the same in another order."""

from __future__ import annotations

import pytest

from symrnn import Elman
from symrnn.certify import equations
from symrnn.certify.asked import require_asked
from symrnn.certify.equations import certificate
from symrnn.certify.errors import NotFoundError
from symrnn.derivation import Equation
from symrnn.expr import TotalJacobian
from symrnn.kernel.reader import replay
from symrnn.symbols import t

rnn = Elman()
closed = [rnn.derive(rnn.h[t], wrt=wrt).equation for wrt in (rnn.W_hh, rnn.W_xh, rnn.b_h)]


def sorts(lines: tuple[str, ...]) -> list[str]:
    """The kinds of the lines; what is known already may stand before what led to it."""
    return sorted(line.split(",")[0] for line in lines)


def test_what_is_known_makes_no_certificate_longer() -> None:
    alone = []
    for equation in closed:
        equations._known.clear()
        alone.append(sorts(certificate(equation, rnn, "claim").lines))
    together = [certificate(equation, rnn, "claim").lines for equation in reversed(closed)][::-1]
    assert [sorts(lines) for lines in together] == alone
    for equation, lines in zip(closed, together, strict=True):
        require_asked(replay(lines[1:]), equation, rnn)


def test_a_search_that_fails_leaves_nothing_behind() -> None:
    equations._known.clear()
    false = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.W_hh * rnn.D(t), where=(t >= 1,))
    for _ in range(2):
        with pytest.raises(NotFoundError):
            certificate(false, rnn, "claim")
        assert not equations._known


def test_only_the_latest_systems_are_kept() -> None:
    equations._known.clear()
    for name in ("tanh", "sigmoid", "relu", "softplus", "phi"):
        cell = Elman(name, at_kink=0) if name == "relu" else Elman(name)
        certificate(
            Equation(TotalJacobian(cell.h[t], cell.h[t - 1]), cell.D(t) * cell.W_hh, where=(t >= 1,)), cell, "c"
        )
    assert len(equations._known) == equations.MOST_SYSTEMS
