"""Why no certificate was found, in words that speak of the statement."""

from __future__ import annotations

import pytest

from symrnn.certify import deriving, means
from symrnn.certify.errors import OF_PROOFS, NotFoundError
from symrnn.kernel.linear import variable


@pytest.mark.parametrize("own", [deriving.E, deriving.S, deriving.J, means.E, means.J])
def test_indices_of_a_proof_have_letters(own: str) -> None:
    text = str(NotFoundError("a sum", variable(own) - 3))
    assert own not in text
    assert text == f"a sum: {OF_PROOFS[own]} - 3 >= 0, for an index {OF_PROOFS[own]} of the proof, is not known"


def test_indices_of_a_statement_have_their_names() -> None:
    assert str(NotFoundError("a sum", variable("t") - 3)) == "a sum: t - 3 >= 0 is not known"
    both = variable(deriving.E) - variable(deriving.S)
    assert str(NotFoundError("a sum", both)) == "a sum: e - s >= 0, for indices e and s of the proof, is not known"
