"""The error surface against a recursion that is written down once more, and complex steps through it."""

import numpy as np
import pytest

from symrnn.errors import LimitError, SelectionError
from symrnn.plots import PICTURES, Look
from symrnn.plots.error_surface import caption_error_surface, error_surface

STEP = 1e-250
PHI = {"sigmoid": lambda z: 1 / (1 + np.exp(-z)), "tanh": np.tanh, "arctan": np.arctan}


def loss(name, w, b, steps):
    h = 0.5
    for _ in range(steps):
        h = PHI[name](w * h + b)
    return (h - 0.7) ** 2


@pytest.mark.parametrize("name", PHI)
def test_losses_and_gradient_are_those_of_the_recursion(name):
    steps = 12
    found = error_surface(name, steps)
    w, b = np.meshgrid(found.w, found.b)
    np.testing.assert_allclose(found.loss, loss(name, w, b, steps), rtol=1e-11, atol=1e-14)
    at_w, at_b = found.steepest
    if name == "arctan":  # NumPy has no arctan of complex numbers that small
        by_w, by_b = ((loss(name, at_w + dw, at_b + db, steps) - loss(name, at_w - dw, at_b - db, steps)) / 2e-6
                      for dw, db in ((1e-6, 0), (0, 1e-6)))  # fmt: skip
        assert found.gradient == pytest.approx((by_w, by_b), rel=1e-5)
        return
    by_w = loss(name, at_w + 1j * STEP, at_b, steps).imag / STEP
    by_b = loss(name, at_w, at_b + 1j * STEP, steps).imag / STEP
    assert found.gradient == pytest.approx((by_w, by_b), rel=1e-10)


def test_there_is_a_cliff_and_the_gradient_is_taken_on_it():
    found = error_surface()
    w, b = found.steepest
    column = int(np.abs(found.w - w).argmin())
    drops = np.abs(np.diff(found.loss[:, column]))
    row = int(drops.argmax())
    assert drops[row] > 0.3 * np.ptp(found.loss)
    assert found.b[row] <= b <= found.b[row + 1]
    ends = found.loss[row, column], found.loss[row + 1, column]
    assert min(ends) < loss("sigmoid", w, b, 50) < max(ends)
    assert found.length > 1e4
    norm, step = (
        f"${float(a):g} · 10^{int(b)}$" for a, b in (f"{x:.2e}".split("e") for x in (found.length, found.length / 2))
    )
    assert f"norm {norm}: a step with rate 0.5 is {step} long, and 0.5" in caption_error_surface(found, None)


def test_the_clipped_step_is_longer_than_the_markers_at_its_ends():
    pytest.importorskip("matplotlib")
    for look in (Look(), Look(font="sans", points=9.0, width=5.5)):
        plane = PICTURES["error-surface"].draw(error_surface(steps=20), look).axes[0]
        short, cross = (line for line in plane.lines if line.get_marker() not in ("", "None"))
        start, end = plane.transData.transform(short.get_xydata()) * 72 / plane.figure.dpi
        assert cross.get_zorder() >= short.get_zorder()
        assert np.hypot(*(end - start)) > 2 * (short.get_markersize() + cross.get_markersize()) / 2


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"activation": "relu"}, SelectionError, "slope of relu does not take its largest value at a single point"),
        ({"activation": "exp"}, SelectionError, "slope of exp does not"),
        ({"activation": ["tanh", "sin"]}, SelectionError, "2 activations"),
        ({"steps": 0}, LimitError, "0 steps"),
    ],
)
def test_what_cannot_be_drawn_is_refused(options, error, message):
    with pytest.raises(error, match=message):
        error_surface(**options)
