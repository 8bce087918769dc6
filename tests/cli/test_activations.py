"""``symrnn activations``: the catalogue, and one entry whole."""

from __future__ import annotations

import json
import re

import pytest
from click.testing import CliRunner, Result

from symrnn.activations import TABLE
from symrnn.cli import main

KEYS = {"name", "formula", "derivative", "sup", "sup_value", "inf", "inf_value", "attained", "method"}


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["activations", *arguments], catch_exceptions=False)


def test_the_table_has_every_activation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "140")
    done = run()
    assert (done.exit_code, done.stderr) == (0, "")
    for name in TABLE:
        assert re.search(rf"^{name} ", done.stdout, re.MULTILINE)
    assert "1/(1 + exp(-z))" in done.stdout
    assert f"{len(TABLE)} activations" in done.stdout


def test_a_narrow_table_leaves_the_formulas_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = run().stdout.splitlines()
    assert max(map(len, lines)) <= 80
    assert "φ(z)" not in lines[0]


def test_json_of_all() -> None:
    records = json.loads(run("--json").stdout)
    assert [record["name"] for record in records] == list(TABLE)
    assert all(set(record) >= KEYS for record in records)
    assert all(record["sup_value"] for record in records)


def test_one_entry() -> None:
    done = run("mish")
    assert (done.exit_code, done.stderr) == (0, "")
    for words in (
        "1.0884981612517278612282936273921257871577511388191",
        "z_max is the root of",
        "attained at z = z_max",
        "by the tail lemma",
        "Misra (2019)",
        "torch.nn.Mish",
        "monotone    no",
    ):
        assert words in done.stdout


def test_json_of_one() -> None:
    record = json.loads(run("sigmoid", "--json").stdout)
    assert set(record) >= KEYS
    assert (record["sup"], record["inf"], record["method"]) == ("1/4", "0", "square certificate")
    assert record["sup_value"] == "0.25" + "0" * 48
    assert record["derivative_in_value"] == "p*(1 - p)"
    assert record["attained"] == {
        "sup": "attained at z = 0",
        "inf": "not attained; approached as z → -∞ and as z → ∞",
    }


def test_parameters() -> None:
    record = json.loads(run("leaky_relu(negative_slope=1/10)", "--json").stdout)
    assert (record["parameters"], record["inf"]) == ({"negative_slope": "1/10"}, "1/10")
    assert record["derivative"] == "Piecewise((1/10, z < 0), (1, z > 0))"
    assert record["kinks"] == [{"z": "0", "derivative": None, "torch": "1/10"}]
    assert "leaky_relu(negative_slope=1/10)" in run("leaky_relu(negative_slope=0.1)").stdout


def test_a_letter_stands_for_all_values() -> None:
    record = json.loads(run("leaky_relu(negative_slope=a)", "--json").stdout)
    assert record["hypotheses"] == ["a >= 0", "a < 1"]
    assert (record["inf"], record["inf_value"], record["lipschitz"]) == ("a", None, "1")
    assert "given       a >= 0" in run("leaky_relu(negative_slope=a)").stdout


def test_a_convention_at_a_kink() -> None:
    assert json.loads(run("relu(at_kink=torch)", "--json").stdout)["kinks"][0]["derivative"] == "0"
    done = run("relu(at_kink=2)")
    assert "φ' is taken as 2" in done.stdout
    assert re.search(r"^Lipschitz +1 *$", done.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("sigmiod", "there is no activation 'sigmiod' in the catalogue; did you mean sigmoid"),
        ("elu(alpha=-1)", "alpha = -1 is outside of alpha > 0"),
        ("elu(beta=1)", "elu has no parameter beta; it has alpha"),
        ("sigmoid'", "leave the ' out"),
        ("elu alpha=2", "write it as in 'elu(alpha=2)'"),
        ("tanh(at_kink=0)", "tanh has no kink"),
    ],
)
def test_wrong_usage_is_one_message_and_status_2(name: str, message: str) -> None:
    done = run(name)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
