"""``symrnn claim``: what is printed, and the exit status."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from symrnn.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["claim", *arguments], catch_exceptions=False)


@pytest.mark.parametrize(
    ("claim", "status", "lines"),
    [
        (
            "sigmoid' <= 0.24",
            1,
            ["REFUTED: sigmoid'(z) <= 6/25 for every z", "  z = 0: φ'(z) = 1/4 > 6/25 (exact)"],
        ),
        (
            "relu' <= 1",
            0,
            [
                "PROVED: relu'(z) <= 1 for every z",
                "  since sup φ' = 1 <= 1 (monotone pieces)",
                "  given: z is not 0, where relu has no derivative",
            ],
        ),
        (
            "max sigmoid' = 1/4",
            0,
            ["PROVED: max sigmoid' = 1/4", "  since sup φ' = 1/4, attained at z = 0 (square certificate)"],
        ),
    ],
)
def test_verdicts(claim: str, status: int, lines: list[str]) -> None:
    done = run(claim)
    assert (done.exit_code, done.stdout.splitlines(), done.stderr) == (status, lines, "")


def test_undecided_is_not_proved() -> None:
    done = run("tanh' <= 1 + exp(sqrt(2) + sqrt(3)) - exp(sqrt(5 + 2*sqrt(6)))")
    assert done.exit_code == 1
    assert done.stdout.startswith("UNDECIDED: tanh'(z) <= ")
    assert "is not decided" in done.stdout


def test_long_lines_are_not_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    assert len(run("gelu' <= 1").stdout.splitlines()) == 2


def test_json() -> None:
    done = run("sigmoid' <= 0.24", "--json")
    assert done.exit_code == 1
    record = json.loads(done.stdout)
    assert (record["claim"], record["verdict"]) == ("sigmoid'(z) <= 6/25 for every z", "REFUTED")
    assert record["point"]["z"] == "0"
    assert json.loads(run("--json", "relu' <= 1").stdout)["hypotheses"]


def test_a_claim_may_begin_with_a_minus_and_stand_in_several_words() -> None:
    assert run("-0.1 <= gelu'").exit_code == 1
    assert run("-0.2 <= gelu'").exit_code == 0
    assert run("tanh'", "<=", "1").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'CLAIM'"),
        ([""], "an empty text"),
        (["--josn", "tanh' <= 1"], "No such option '--josn'"),
        (["tahn' <= 1"], "symrnn: there is no activation 'tahn' in the catalogue; did you mean tanh"),
        (["tanh <= 1"], "the slope is written with a '"),
        (["elu(alpha=-1)' <= 1"], "alpha = -1 is outside of alpha > 0"),
        (["tanh' <= 9^9^9^9"], "write a simpler number"),
        (["relu6(at_kink=torch)'"], "ends too early"),
        (["tanh(at_kink=0)' <= 1"], "tanh has no kink"),
    ],
)
def test_wrong_usage_is_one_message_and_status_2(arguments: list[str], message: str) -> None:
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
