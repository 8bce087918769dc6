"""Derivations as chains of steps."""

from __future__ import annotations

import pytest
import sympy as sp

from symrnn.cells import Elman
from symrnn.derivation import Derivation, Kind, Step
from symrnn.errors import IndexRangeError, UnknownTermError
from symrnn.symbols import t

rnn = Elman()
h, W = rnn.h, rnn.W_hh


def doubled() -> Derivation:
    return Derivation(rnn, (Step(h[t] + h[t], 2 * h[t], "normal form", "twice"),), (t >= 0,))


def test_ends_of_a_chain() -> None:
    chain = doubled().then(sp.MatMul(2, sp.Identity(rnn.n), h[t]), "normal form", "an identity", "hypothesis")
    assert chain.start == h[t] + h[t]
    assert chain.closed_form == chain.steps[1].after
    assert chain.steps[1].before == chain.steps[0].after
    assert chain.steps[1].hypotheses == ("hypothesis",)
    assert chain.equation.where == (t >= 0,)
    assert chain.verify().kind is Kind.PROVED


def test_a_chain_has_a_step() -> None:
    with pytest.raises(UnknownTermError, match="without steps"):
        Derivation(rnn, ())


def test_numbers_for_indices_are_checked() -> None:
    derivation = rnn.derive(h[t], wrt=W)
    assert derivation.replacements({"t": 3}) == {t: 3}
    with pytest.raises(IndexRangeError, match="s is not an index of this derivation"):
        derivation.replacements({"s": 3})
    for number in (0, -1):
        with pytest.raises(IndexRangeError, match="outside the range"):
            derivation.replacements({"t": number})
