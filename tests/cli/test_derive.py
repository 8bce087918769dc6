"""``symrnn derive``: what is derived and printed, and the exit status."""

from __future__ import annotations

import json
from importlib import import_module

import pytest
from click.testing import CliRunner, Result

from symrnn.calculus.deriving import FORMS
from symrnn.cells import Elman
from symrnn.cli import derive, main
from symrnn.derivation import Kind, Verdict


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["derive", *arguments], catch_exceptions=False)


def test_the_forms_of_the_help_are_those_that_can_be_derived() -> None:
    assert set(derive.FORMS) == set(FORMS)


def test_steps_closed_form_and_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "110")
    done = run("elman", "--wrt", "b_h")
    assert (done.exit_code, done.stderr) == (0, "")
    lines = [line.rstrip() for line in done.stdout.splitlines()]
    assert lines[:7] == [
        "∇_{b_h} L, Elman",
        "  = Σ_{s=1}^{T} D[s] (dL/dh[s])ᵀ",
        "      gradient: b_h enters at each step; the error there is the total derivative of the loss",
        "  = Σ_{s=1}^{T} D[s] (Σ_{t=s}^{T} (∂⁺ℓ[t]/∂⁺y[t]) W_hy ∏→_{u=0}^{t-s-1} D[t-u] W_hh)ᵀ",
        "      linear difference equation: the error that arrives at each step, in closed form",
        "    with D[t] = diag(φ'(a[t]))",
        "    for T >= 0",
    ]
    assert lines[7].startswith("    PROVED: gradient + linear difference equation + normal form (certificate of ")
    assert "      given: h_0 and the inputs constant" in lines


def test_lines_fit_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = run("GRU", "--of", "h", "--wrt", "h[t-1]")
    assert done.exit_code == 0
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "∏" not in done.stdout  # one step back is one factor
    assert "diag(h[t-1]) D_r[t] U_r + diag(z[t])" in done.stdout


def test_all_parameters_come_without_wrt() -> None:
    records = json.loads(run("Elman", "--json").stdout)
    assert [record["derived"] for record in records] == [f"∇_{{{p.name}}} L" for p in Elman().parameters]
    assert {record["verdict"] for record in records} == {"PROVED"}


def test_two_forms_at_once_are_refused() -> None:
    done = run("elman", "--wrt", "b_h", "--json", "--latex")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "choose one" in done.stderr


def test_json_of_one() -> None:
    record = json.loads(run("Elman", "--of", "h", "--wrt", "h[0]", "--activation", "identity", "--json").stdout)
    assert (record["cell"], record["form"], record["closed_form"]) == ("Elman", "jacobian", "W_hh^t")
    assert (record["conditions"], record["verdict"]) == (["t >= 0"], "PROVED")
    assert record["steps"][0]["rule"] == "chain rule"
    assert record["steps"][-1]["latex"] == r"\mathbf{W}_{hh}^{t}"


@pytest.mark.parametrize(
    ("arguments", "start", "closed"),
    [
        (("Elman", "--wrt", "x[s]", "--activation", "identity"), "∇_{x[s]} L", "W_xh)ᵀ"),
        (("Elman", "--of", "y[t]", "--wrt", "h[t-1]", "--activation", "identity"), "dy[t]/dh[t-1]", "W_hy W_hh"),
        (("Elman", "--of", "h", "--wrt", "W_hh", "--form", "differential"), "dh[t]", "dW_hh h[t-k-1]"),
        (("Layered",), "dL/dW[l]", "(y[l-1]ᵀ ⊗ I_{d(l)})"),
        (("Leaky", "--of", "h[3]", "--wrt", "h[1]"), "dh[3]/dh[1]", "∏→_{u=0}^{1}"),
    ],
)
def test_quantities_and_forms(arguments: tuple[str, ...], start: str, closed: str) -> None:
    done = run(*arguments, "--json")
    found = json.loads(done.stdout)
    record = found[0] if isinstance(found, list) else found
    assert (done.exit_code, record["derived"], record["verdict"]) == (0, start, "PROVED")
    assert closed in record["closed_form"]


def test_several_quantities_in_their_order() -> None:
    records = json.loads(run("Elman", "--wrt", "b_y", "--wrt", "h[0]", "--json").stdout)
    assert [record["derived"] for record in records] == ["∇_{b_y} L", "∇_{h[0]} L"]


def test_latex() -> None:
    done = run("Elman", "--wrt", "b_y", "--latex", "--notation", "plain")
    assert done.exit_code == 0
    assert done.stdout.startswith("\\begin{aligned}\n  \\nabla_{b_{y}} \\mathcal{L} &=")


def test_what_is_not_proved_has_status_1(monkeypatch: pytest.MonkeyPatch) -> None:
    undecided = Verdict(Kind.UNDECIDED, "", reason="nobody looked")
    monkeypatch.setattr(import_module("symrnn.check.verify"), "verify_derivation", lambda derivation: undecided)
    done = run("Elman", "--wrt", "b_y")
    assert done.exit_code == 1
    assert "UNDECIDED" in done.stdout
    assert "because nobody looked" in done.stdout
    done = run("Elman", "--wrt", "b_y", "--latex")
    assert done.exit_code == 1
    assert "UNDECIDED" in done.stderr
    assert run("Elman", "--wrt", "b_y", "--json").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("elmn",), "symrnn: there is no cell elmn; use one of Elman, IRNN"),
        (("elman", "--wrt", "W_hx"), "symrnn: the Elman network has no 'W_hx'; did you mean W_xh"),
        (("elman", "--wrt", "h"), "as in 'h[t]'"),
        (("elman", "--wrt", "h[t"), "symrnn: 'h[t' is not a quantity: it ends too early"),
        (("elman", "--wrt", "__import__('os')"), "is not a quantity: it cannot be read from"),
        (("elman", "--of", "W_hh"), "symrnn: W_hh is given: there is nothing to derive"),
        (("elman", "--of", "h", "--form", "gradient"), "which is not a scalar; use --form jacobian"),
        (("elman", "--form", "differential"), "use --form jacobian"),
        (("elman", "--of", "h[t]", "--wrt", "h[t+1]"), "what comes later does not influence what came before"),
        (("gru", "--activation", "tanh"), "symrnn: GRU has activations of its own; Elman, Jordan, Leaky"),
        (("elman", "--activation", "relu"), "as in --activation 'relu(at_kink=0)'"),
        (("elman", "--activation", "tahn"), "did you mean tanh"),
        (("elman", "--form", "foo"), "'foo' is not one of 'jacobian', 'differential', 'entries', 'gradient'"),
    ],
)
def test_wrong_usage_is_one_message_and_status_2(arguments: tuple[str, ...], message: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
