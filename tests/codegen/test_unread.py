"""States that a loss does not look at: their initial values have gradients, too, and these are zero."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from codegen.harness import draw, gradients, module_of

from symrnn.cells import GRU, Bidirectional, Elman, StepLoss, with_loss
from symrnn.recurrence import Recurrence
from symrnn.symbols import q

UNREAD: dict[str, tuple[Recurrence, str]] = {
    "one of two directions": (
        Bidirectional(GRU(), GRU()).with_loss("squared error", readout=q, of="h"),
        "h_reverse",
    ),
    "a loss of the targets alone": (with_loss(Elman("tanh"), StepLoss("c", "f", lambda y, d: d.T * d, "0", "")), "h"),
}


@pytest.mark.parametrize(("net", "state"), UNREAD.values(), ids=UNREAD)
def test_what_is_not_looked_at_has_gradient_zero(net: Recurrence, state: str, tmp_path: Path) -> None:
    drawn = draw(net)
    _, _, initial = gradients(module_of(net, tmp_path), drawn)
    assert initial[state].shape == drawn.initial[state].shape
    assert not np.any(initial[state])
