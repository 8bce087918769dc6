"""What the explorer shows, without a browser; and its page, where marimo is installed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from optional import require_marimo

from symrnn import explorer
from symrnn.cli import main
from symrnn.explorer import NAMES, Settings, bounds, explored, read_settings, showing

SMALL = {"steps": 6, "size": 3}


@pytest.mark.parametrize("cell", ["Elman", "IRNN", "Jordan", "Leaky", "MGU", "LSTM"])
@pytest.mark.parametrize("weights", ["gaussian", "orthogonal"])
def test_norms_lie_between_their_bounds(cell: str, weights: str) -> None:
    found = explored(Settings(cell=cell, weights=weights, radius=1.3, **SMALL))
    upper = found.upper(bounds(cell, "2"))
    assert found.norms[0] == pytest.approx(1)
    assert (upper is None) == (cell == "LSTM")
    assert upper is None or (found.norms <= upper * (1 + 1e-9)).all()
    assert found.lower is None or (found.lower <= found.norms * (1 + 1e-9)).all()


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("cell", NAMES)
@pytest.mark.parametrize("norm", ["1", "oo", "F"])
def test_norms_lie_below_their_bound_in_every_norm(cell: str, norm: str) -> None:
    found = explored(Settings(cell=cell, norm=norm, **SMALL))
    upper = found.upper(bounds(cell, norm))
    assert upper is None or (found.norms <= upper * (1 + 1e-9)).all()


def test_the_bound_takes_the_slope_of_the_activation() -> None:
    found = explored(Settings(activation="sigmoid", weights="orthogonal", radius=2.0, **SMALL))
    assert found.upper(bounds("Elman", "2")) == pytest.approx(0.5 ** np.arange(7))


def test_a_slope_without_a_bound_bounds_nothing() -> None:
    found = explored(Settings(activation="square", radius=0.5, **SMALL))
    upper = found.upper(bounds("Elman", "2"))
    assert upper is not None
    assert np.isinf(upper[1:]).all()


@pytest.mark.parametrize("cell", ["Elman", "GRU", "LSTM", "PeepholeLSTM"])
def test_terms_add_up_to_a_step(cell: str) -> None:
    """By the triangle inequality; and the largest comes first."""
    found = explored(Settings(cell=cell, **SMALL))
    sizes = [each.norm for each in found.terms]
    assert sizes == sorted(sizes, reverse=True)
    assert found.norms[1] <= sum(sizes) + 1e-9
    assert found.norms[1] >= sizes[0] - sum(sizes[1:]) - 1e-9


def test_eigenvalues_have_the_radius_that_was_chosen() -> None:
    found = explored(Settings(cell="LSTM", radius=1.7, **SMALL))
    assert set(found.eigenvalues) == {"U_f", "U_g", "U_i", "U_o"}
    assert all(np.abs(values).max() == pytest.approx(1.7) for values in found.eigenvalues.values())


def test_settings_survive_an_address() -> None:
    chosen = Settings(cell="MGU", activation="elu(alpha=1)", weights="orthogonal", radius=0.7, norm="oo", seed=4)
    assert read_settings(chosen.query()) == (chosen, ())


def test_what_an_address_has_wrong_is_left_out_and_said() -> None:
    wrong = {
        "cell": "LTSM",
        "radius": "nan",
        "steps": "1e9",
        "norm": "3",
        "activation": "swishh",
        "seed": "5",
        "x": "1",
    }
    found, complaints = read_settings(wrong)
    assert found == Settings(seed=5)
    assert len(complaints) == 5
    assert "there is no cell LTSM" in complaints[0]


@pytest.mark.parametrize("wrong", ["nosuch", "Layered", "<b>x</b>"])
def test_a_cell_that_the_page_does_not_have_is_not_advised(wrong: str) -> None:
    found, (complaint,) = read_settings({"cell": wrong})
    assert found == Settings()
    assert "Layered" not in complaint.partition("use one of")[2]
    assert "<b>" not in showing.left_out(complaint)


def test_nothing_is_said_of_a_line_that_is_not_drawn() -> None:
    found, bound = explored(Settings(cell="IRNN", **SMALL)), bounds("IRNN", "2")
    assert "γ" not in showing.bound_markdown(bound)
    drawn = showing.norms_svg(found, bound, found.upper(bound))
    assert ("smallest slope" in drawn) == bool((found.lower[1:] > showing.LOWEST).any())
    assert "γ" in showing.bound_markdown(bounds("Elman", "2"))


@pytest.mark.parametrize("cell", ["Elman", "GRU", "LSTM"])
def test_pictures_and_sentences(cell: str) -> None:
    found = explored(Settings(cell=cell, **SMALL))
    bound = bounds(cell, "2")
    upper = found.upper(bound)
    said = showing.norms_in_words(found, upper)
    drawn = showing.picture(showing.norms_svg(found, bound, upper), said)
    assert drawn.startswith('<figure role="img" aria-label="The spectral norm of the Jacobian')
    assert f"{found.norms[-1]:.3g} for k = 6" in said
    assert "<svg" in showing.plane_svg(found)
    assert ("not proved" in said) == (cell == "Elman")  # the lower line takes slopes that were visited
    assert ("PROVED" in showing.bound_markdown(bound)) == (cell != "LSTM")
    assert r"\prod" in showing.formula_markdown(found)
    assert f"{found.terms[0].norm:.4g}" in showing.terms_markdown(found)


def test_the_page_runs() -> None:
    require_marimo()
    from symrnn.explorer.app import app

    outputs, names = app.run()
    assert names["settings"] == Settings()
    shown = " ".join(getattr(each, "text", "") for each in outputs)
    assert shown.count('role="img"') == 2
    labels = {
        "cell": "Cell",
        "activation": "Activation φ",
        "norm": "Norm",
        "radius": "Spectral radius ρ",
        "seed": "Seed",
    }
    for name, label in labels.items():  # what a screen reader says
        assert f"{label}&#92;u003c/span" in names[name].text.partition("data-label='")[2], name


def test_without_marimo_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    done = CliRunner().invoke(main, ["explore"])
    assert done.exit_code == 1
    assert "the explorer needs marimo, which is not installed" in done.output
    assert "pip install 'symrnn[explore]'" in done.output


def test_the_page_is_run_by_marimo(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []

    class Done:
        returncode = 0

    monkeypatch.setattr("importlib.util.find_spec", lambda name: object())
    monkeypatch.setattr("subprocess.run", lambda words, check: asked.append(words) or Done())
    assert CliRunner().invoke(main, ["explore", "--port", "8001", "--no-browser"]).exit_code == 0
    assert asked[0][1:4] == ["-m", "marimo", "run"]
    assert asked[0][4] == str(Path(explorer.__file__).with_name("app.py"))
    assert asked[0][-3:] == ["--port", "8001", "--headless"]
