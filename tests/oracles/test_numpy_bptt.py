"""Backpropagation through time in NumPy, against every other route."""

from __future__ import annotations

import ast
import inspect

import latexify
import numpy as np
import pytest
from latexify.generate_latex import Style
from oracles.cases import COARSE, EXACT, GRADIENTS, SMOOTH, Case
from oracles.mpmath_bptt import mp_gradients, to_numpy
from oracles.numpy_rtrl import rtrl_gradients

from symrnn.errors import EvaluationError, IndexRangeError, ShapeError, UnknownTermError
from symrnn.oracles import (
    activation,
    backward,
    difference_gradient,
    disagreement,
    forward,
    hidden_weight_gradient,
    linear,
)
from symrnn.oracles.activations import Array


def test_forward_follows_the_recurrence_element_by_element() -> None:
    case = Case()
    p, states = case.params, forward(*case.network, "tanh")
    for t in range(1, case.steps + 1):
        for i in range(case.n):
            a = p["b_h"][i]
            a += sum(p["W_xh"][i, k] * case.x[t - 1, k] for k in range(case.m))
            a += sum(p["W_hh"][i, j] * states.h[t - 1, j] for j in range(case.n))
            assert states.a[t - 1, i] == pytest.approx(a)
            assert states.h[t, i] == pytest.approx(np.tanh(a))
        for i in range(case.q):
            y = p["b_y"][i] + sum(p["W_hy"][i, j] * states.h[t, j] for j in range(case.n))
            assert states.y[t - 1, i] == pytest.approx(y)
    assert states.h[0].tolist() == case.h_0.tolist()


@pytest.mark.parametrize("phi", SMOOTH)
@pytest.mark.parametrize("loss", ["linear", "squared_error"])
def test_gradients_agree_with_every_other_route(phi: str, loss: str) -> None:
    case = Case()
    run = (*case.network, phi, case.losses[loss])
    gradients = backward(*run).gradients
    forward_mode, many_digits = rtrl_gradients(*run), mp_gradients(*run, digits=30)
    assert set(gradients) == set(GRADIENTS)
    for name in GRADIENTS:
        exact = to_numpy(many_digits[name]).reshape(gradients[name].shape)
        assert disagreement(gradients[name], forward_mode[name]) < EXACT
        assert disagreement(gradients[name], exact) < EXACT
        assert disagreement(gradients[name], difference_gradient(*run, name)) < EXACT
        assert disagreement(gradients[name], difference_gradient(*run, name, method="central")) < COARSE


def test_gradients_agree_for_a_single_step_and_for_a_long_run() -> None:
    for steps in (1, 60):
        case = Case(steps=steps)
        run = (*case.network, "tanh", case.losses["linear"])
        for name, gradient in backward(*run).gradients.items():
            assert disagreement(gradient, rtrl_gradients(*run)[name]) < EXACT


def test_relu_agrees_away_from_its_corner() -> None:
    case = Case()
    run = (*case.network, "relu", case.losses["squared_error"])
    assert abs(forward(*case.network, "relu").a).min() > 1e-3
    for name, gradient in backward(*run).gradients.items():
        assert disagreement(gradient, difference_gradient(*run, name, method="central")) < COARSE


def test_the_deltas_are_the_derivatives_by_the_a_t() -> None:
    # A shift of b_h at time t alone is a shift of a_t; feed it in as one more input that is 1 only then.
    case = Case()
    loss = case.losses["squared_error"]
    delta = backward(*case.network, "tanh", loss).delta
    for t in range(1, case.steps + 1):
        pulse = np.zeros((case.steps, case.n))
        x = np.hstack([case.x, np.ones((case.steps, 1))])
        x[:, -1] = np.arange(1, case.steps + 1) == t
        params = {**case.params, "W_xh": np.hstack([case.params["W_xh"], pulse[:1].T])}
        wide = difference_gradient(params, x, case.h_0, "tanh", loss, "W_xh")
        assert disagreement(delta[t - 1], wide[:, -1]) < EXACT


@pytest.mark.parametrize("loss", ["linear", "squared_error"])
def test_a_batch_sums_over_its_sequences(loss: str) -> None:
    case = Case(batch=3)
    whole = backward(*case.network, "tanh", case.losses[loss])
    make = type(case.losses[loss])
    parts = [
        backward(case.params, x, case.h_0, "tanh", make(loss, data))  # type: ignore[arg-type]
        for x, data in zip(case.x, case.losses[loss].data, strict=True)
    ]
    for name in GRADIENTS:
        total = np.sum([part.gradients[name] for part in parts], axis=0)
        assert disagreement(whole.gradients[name], total) < EXACT
        by_step = difference_gradient(*case.network, "tanh", case.losses[loss], name)
        assert disagreement(whole.gradients[name], by_step) < EXACT
    assert whole.loss == pytest.approx(sum(part.loss for part in parts))
    assert whole.delta.shape == (3, case.steps, case.n)
    assert disagreement(whole.delta, np.stack([part.delta for part in parts])) == 0.0
    assert forward(*case.network, "tanh").h.shape == (3, case.steps + 1, case.n)


def test_the_squared_error_reaches_zero_gradient_at_its_target() -> None:
    case = Case()
    y = forward(*case.network, "tanh").y
    result = backward(*case.network, "tanh", type(case.losses["squared_error"])("squared_error", y))
    assert result.loss == 0.0
    assert all(not gradient.any() for gradient in result.gradients.values())


# --- the comparison can fail ---


def _mutant(mistake: str) -> tuple[Array, Array]:
    """The core function with one mistake planted in its source, and the right gradient."""
    case = Case()
    g = np.vstack([np.zeros(case.q), case.losses["linear"].data])
    states = forward(*case.network, "tanh")
    slope = np.vstack([np.zeros(case.n), activation("tanh").slope(states.a)])
    source = inspect.getsource(hidden_weight_gradient)
    right, wrong = {
        "nothing": ("", ""),
        "phi' forgotten": ("diag(slope[t]) @ ", ""),
        "phi' of the next step": ("diag(slope[t])", "diag(slope[min(t + 1, T)])"),
        "h_t for h_{t-1}": ("h[t - 1]", "h[t]"),
        "W_hh not transposed": ("transpose(W_hh)", "W_hh"),
        "outer product turned": ("outer(delta[t], h[t - 1])", "outer(h[t - 1], delta[t])"),
        "last step only": ("range(T, 0, -1)", "range(T, T - 1, -1)"),
        "first step left out": ("range(T, 0, -1)", "range(T, 1, -1)"),
        "nothing carried": ("delta[t + 1]", "(0 * delta[t])"),
        "overwritten, not summed": ("gradient + outer", "outer"),
        "sign": ("gradient + outer", "gradient - outer"),
    }[mistake]
    assert right in source
    scope = dict(vars(inspect.getmodule(hidden_weight_gradient)))
    exec(compile(ast.parse(source.replace(right, wrong)), mistake, "exec"), scope)
    gradient = scope["hidden_weight_gradient"](
        case.steps,
        case.params["W_hh"],
        case.params["W_hy"],
        states.h,
        slope,
        g,
        np.zeros((case.steps + 2, case.n)),
        np.zeros((case.n, case.n)),
    )
    return gradient, rtrl_gradients(*case.network, "tanh", case.losses["linear"])["W_hh"]


def test_the_core_without_a_planted_mistake_agrees() -> None:
    assert disagreement(*_mutant("nothing")) < EXACT


@pytest.mark.parametrize(
    "mistake",
    [
        "phi' forgotten",
        "phi' of the next step",
        "h_t for h_{t-1}",
        "W_hh not transposed",
        "outer product turned",
        "last step only",
        "first step left out",
        "nothing carried",
        "overwritten, not summed",
        "sign",
    ],
)
def test_a_planted_mistake_is_seen(mistake: str) -> None:
    assert disagreement(*_mutant(mistake)) > 1e-2


# --- the slide ---


def _typeset(identifiers: dict[str, str]) -> str:
    latex: str = latexify.get_latex(
        hidden_weight_gradient, style=Style.ALGORITHMIC, use_math_symbols=True, identifiers=identifiers
    )
    return latex


def test_latexify_typesets_the_core_as_it_ran() -> None:
    latex = _typeset({"W_hh": "W", "W_hy": "V"})
    assert (
        r"\delta_{t} \gets \mathrm{diag} \mathopen{}\left( \mathrm{slope}_{t} \mathclose{}\right) \cdot "
        r"\mathopen{}\left( \mathbf{V}^\intercal \cdot g_{t} "
        r"+ \mathbf{W}^\intercal \cdot \delta_{t + 1} \mathclose{}\right)" in latex
    )
    assert r"\mathrm{outer} \mathopen{}\left( \delta_{t}, h_{t - 1} \mathclose{}\right)" in latex
    assert latex.count(r"\State") == 3
    assert r"\textrm" not in latex  # a docstring in the body would be typeset as a statement
    assert r"\_" not in latex.replace(r"hidden\_weight\_gradient", "")


def test_the_names_of_the_lecture_need_only_braces() -> None:
    latex = _typeset({})
    assert r"\mathbf{W_hh}^\intercal" in latex  # TeX would set this as (W_h) h
    assert r"\mathbf{W_hy}^\intercal" in latex


def test_the_core_has_a_docstring_all_the_same() -> None:
    assert (hidden_weight_gradient.__doc__ or "").startswith("Return dL/dW_hh")


# --- what does not fit ---


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"W_hh": np.ones((3, 4))}, r"W_hh has shape \(3, 4\) but n = 3 by W_hh of shape \(3, 4\)"),
        ({"W_xh": np.ones((3, 5))}, r"W_xh has shape \(3, 5\) but m = 2 by x of shape \(5, 2\)"),
        ({"W_hy": np.ones((4, 2))}, r"W_hy has shape \(4, 2\) but n = 3 by W_hh of shape \(3, 3\)"),
        ({"b_h": np.ones((3, 1))}, r"b_h has shape \(3, 1\) instead of \(n\)"),
        ({"b_h": np.ones(1)}, r"b_h has shape \(1,\) but n = 3"),
        ({"b_y": np.ones(3)}, r"b_y has shape \(3,\) but q = 4 by W_hy"),
        ({"h_0": np.ones(4)}, r"h_0 has shape \(4,\) but n = 3 .*h_0 is \(n\)"),
        ({"x": np.ones(5)}, r"x has shape \(5,\) instead of \(T, m\) or \(batch, T, m\)"),
        ({"x": np.ones((0, 5, 2))}, "the batch is empty"),
        ({"x": np.ones((5, 0))}, r"m = 0 by x of shape \(5, 0\)"),
        ({"x": [[1.0, 2.0], [3.0]]}, "the rows of x differ in length"),
    ],
)
def test_shapes_that_do_not_fit_are_named(change: dict[str, object], message: str) -> None:
    case = Case()
    given = {**case.params, "x": case.x, "h_0": case.h_0, **change}
    x, h_0 = given.pop("x"), given.pop("h_0")
    if message.startswith("m = 0"):
        given["W_xh"] = np.ones((3, 0))
    for run in (
        lambda: forward(given, x, h_0, "tanh"),  # type: ignore[arg-type]
        lambda: backward(given, x, h_0, "tanh", case.losses["linear"]),  # type: ignore[arg-type]
    ):
        with pytest.raises(ShapeError, match=message):
            run()


def test_no_time_step_is_refused() -> None:
    case = Case()
    with pytest.raises(IndexRangeError, match=r"no time step, T = 0 \(at x\); use T >= 1"):
        forward(case.params, np.ones((0, 2)), case.h_0, "tanh")


def test_unknown_and_missing_names_are_refused() -> None:
    case = Case()
    with pytest.raises(UnknownTermError, match="no activation is called 'gelu'"):
        forward(*case.network, "gelu")
    with pytest.raises(UnknownTermError, match="no parameter is called 'W_yh'"):
        forward({**case.params, "W_yh": np.ones((4, 3))}, case.x, case.h_0, "tanh")
    with pytest.raises(UnknownTermError, match="the parameter b_y is missing"):
        forward({k: v for k, v in case.params.items() if k != "b_y"}, case.x, case.h_0, "tanh")


def test_numbers_that_are_none_are_refused() -> None:
    case = Case()
    spoilt = case.x.copy()
    spoilt[2, 1] = np.nan
    with pytest.raises(EvaluationError, match=r"x has an entry that is NaN or infinite \(at x\[2, 1\]\)"):
        forward(case.params, spoilt, case.h_0, "tanh")
    with pytest.raises(EvaluationError, match="h_0 has an entry that is not a real number"):
        forward(case.params, case.x, ["one", "two", "three"], "tanh")
    with pytest.raises(EvaluationError, match="h_0 is complex"):
        backward(case.params, case.x, case.h_0 + 1j, "tanh", case.losses["linear"])


def test_overflow_is_an_error_and_not_a_warning() -> None:
    case = Case(steps=20)
    with pytest.raises(EvaluationError, match=r"h_\d+ or y_\d+ is too large for float64"):
        forward({**case.params, "b_h": np.full(3, 5.0)}, case.x, case.h_0, "exp")
    huge = linear(np.full((20, 4), 1e308))
    with pytest.raises(EvaluationError, match="too large for float64"):
        backward(*case.network, "tanh", huge)


def test_the_inputs_are_left_as_they_were() -> None:
    case, same = Case(), Case()
    backward(*case.network, "tanh", case.losses["squared_error"])
    assert all((case.params[name] == same.params[name]).all() for name in case.params)
    assert (case.x == same.x).all()
    assert (case.h_0 == same.h_0).all()
