"""Every lemma on norms has a reason that can be printed."""

from __future__ import annotations

from symrnn.certify.norms.norm_means import SILENT
from symrnn.certify.norms.reasons import REASONS
from symrnn.kernel.lemmas import LEMMAS


def test_each_lemma_that_is_not_arithmetic_has_a_reason() -> None:
    assert set(LEMMAS) - SILENT - set(REASONS) == set()
    assert set(REASONS) <= set(LEMMAS)
