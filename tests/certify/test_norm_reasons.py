"""Every lemma on norms has a reason that can be printed."""

from __future__ import annotations

import numpy as np

from symrnn.certify.norms.norm_means import SILENT
from symrnn.certify.norms.reasons import REASONS
from symrnn.kernel.lemmas import LEMMAS


def test_each_lemma_that_is_not_arithmetic_has_a_reason() -> None:
    assert set(LEMMAS) - SILENT - set(REASONS) == set()
    assert set(REASONS) <= set(LEMMAS)


def test_the_norm_of_a_diagonal_matrix_is_not_its_largest_entry() -> None:
    """That of diag(-2, 1) is 2."""
    assert np.linalg.norm(np.diag([-2, 1]), 2) == 2
    assert REASONS["diagonal"].endswith("largest absolute value")
