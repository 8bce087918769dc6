"""Norms of Jacobians over many draws: the same numbers as by another way, below the proved bounds."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symrnn.errors import SelectionError
from symrnn.explorer.numbers import network
from symrnn.oracles import difference_state_jacobian
from symrnn.plots.networks import MAX_STEPS
from symrnn.sweeps import ClaimSweep, NormSweep, Swept, draw, sweep
from symrnn.sweeps.norms import spread_of


@pytest.mark.parametrize("norm", ["2", "1", "oo"])
@pytest.mark.parametrize("weights", ["gaussian", "orthogonal"])
def test_the_proved_bound_holds_in_every_draw(norm: str, weights: str) -> None:
    asked = NormSweep(["Elman", "Leaky", "MGU"], [1, 3], [0.5, 2.0], draws=5, steps=6, norm=norm, weights=weights)
    found = sweep(asked, jobs=1)
    assert found.as_expected
    for row in found.rows:
        norms, bounds = np.array(row["norms"]), np.array(row["bounds"])
        assert norms[0] == pytest.approx(1)
        assert (norms <= bounds * (1 + 1e-9)).all()
        assert row["value"] == pytest.approx((norms / bounds)[1:].max())
        assert row["value"] == pytest.approx(norms[row["k"]] / bounds[row["k"]])


def test_norms_are_those_of_differences_of_the_forward_pass() -> None:
    """Of an oracle that knows no derivative rule, at the numbers that were drawn."""
    asked = NormSweep(["Elman"], [3], [1.3], draws=4, steps=5)
    for row in sweep(asked, jobs=1).rows:
        made = network("Elman", "tanh", 3)
        given = made.given("gaussian", 1.3, 5, row["seed"])
        params = {name: given[name] for name in ("W_hh", "W_xh", "W_hy")}
        params |= {name: given[name].ravel() for name in ("b_h", "b_y")}
        x = np.array([given["x", at].ravel() for at in range(1, 7)])
        for back, norm in enumerate(row["norms"]):
            J = difference_state_jacobian(params, x, given["h", 0].ravel(), "tanh", 6, 6 - back, method="complex")
            assert np.linalg.norm(J, 2) == pytest.approx(norm, rel=1e-10)


def test_every_draw_is_another_one() -> None:
    asked = NormSweep(["Elman", "GRU"], [2, 3], [0.5, 1.0], draws=20)
    assert len({asked.seed_at(at) for at in asked.places()}) == len(asked) == 160


def test_a_bound_that_is_exceeded_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symrnn.explorer.numbers.Network.upper", lambda *_: np.array([1.0, 0.01, 0.01]))
    found = sweep(NormSweep(draws=3, steps=2), jobs=1)
    assert not found.as_expected
    assert "0 of 3" in str(found)


def test_states_that_outgrow_doubles_have_no_norms() -> None:
    found = sweep(NormSweep(radii=[4.0], draws=2, steps=MAX_STEPS, activation="square"), jobs=1)
    assert [row["norms"] for row in found.rows] == [None, None]
    assert "beyond doubles" in str(found)
    with pytest.raises(SelectionError, match="double precision"):
        spread_of(found)


def test_a_slope_without_a_bound_and_a_cell_without_one() -> None:
    (free,) = sweep(NormSweep(radii=[0.1], draws=1, steps=3, activation="square"), jobs=1).rows
    assert (free["bounds"][1:], free["value"]) == ([None, None, None], 0)
    found = sweep(NormSweep("LSTM", draws=1, steps=3), jobs=1)
    assert found.rows[0]["bounds"] is None
    assert "none is proved" in str(found)


def test_the_picture_has_the_quantiles(tmp_path: Path) -> None:
    found = sweep(NormSweep(["Elman", "LSTM"], [2], draws=9, steps=4, norm="oo"), jobs=1)
    files = draw(found, tmp_path, ["svg"])
    assert sorted(file.name for file in files) == ["swept-norms.csv", "swept-norms.svg"]
    rows = list(csv.DictReader((tmp_path / "swept-norms.csv").read_text().splitlines()))
    assert [(row["cell"], row["k"]) for row in rows] == [(cell, str(k)) for cell in ("Elman", "LSTM") for k in range(5)]
    last = [row["norms"][4] for row in found.rows if row["at"][0] == "Elman"]
    names, points = ("least", "q25", "median", "most"), (0, 0.25, 0.5, 1)
    assert [float(rows[4][name]) for name in names] == pytest.approx(np.quantile(last, points))
    assert rows[4]["median_bound"]
    assert not rows[9]["median_bound"]
    assert "9 draws" in (tmp_path / "swept-norms.svg").read_text()


def test_claims_have_no_picture(tmp_path: Path) -> None:
    other: Any = ClaimSweep.__new__(ClaimSweep)
    with pytest.raises(SelectionError, match="no picture"):
        draw(Swept(other, ()), tmp_path)
