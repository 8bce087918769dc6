"""``symrnn verify --certificates``: what is written is what the kernel accepts."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from symrnn.cli import main

FILE = """
import sympy as sp
from symrnn import AllOf, Claim, Elman, Equation, ImmediateJacobian, Inequality, Kind, Norm, TotalJacobian, n, t

rnn = Elman()
A, B = sp.MatrixSymbol("A", n, n), sp.MatrixSymbol("B", n, n)
one = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
other = Equation(ImmediateJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, where=(t >= 1,))
both = Claim("C1", "both", AllOf((one, other)), Kind.PROVED, rnn)
bound = Claim("C2", "product", Inequality(Norm(A * B), Norm(A) * Norm(B)), Kind.PROVED)
wrong = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t), where=(t >= 1,))
slip = Claim("C3", "slip", wrong, Kind.REFUTED, rnn)
"""


def test_certificates_are_written_and_accepted(tmp_path: Path) -> None:
    (tmp_path / "claims.py").write_text(FILE, "utf-8")
    folder = tmp_path / "proofs"
    run = CliRunner().invoke(main, ["verify", str(tmp_path / "claims.py"), "--certificates", str(folder)])
    assert run.exit_code == 0, run.output
    assert "3 of 3 proved statements have a certificate" in run.output
    assert sorted(path.name for path in folder.iterdir()) == ["C1.1.jsonl", "C1.2.jsonl", "C2.jsonl", "C3.json"]
    assert json.loads((folder / "C2.jsonl").read_text("utf-8").splitlines()[0])["id"] == "C2"
    command = [sys.executable, "-m", "symrnn.kernel", str(folder)]
    checked = subprocess.run(command, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout
    assert [line.split(":")[0] for line in checked.stdout.splitlines()] == [
        "accepted C1.1",
        "accepted C1.2",
        "accepted C2",
    ]


def test_what_lies_in_the_folder_is_not_searched_for_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "claims.py").write_text(FILE, "utf-8")
    command = ["verify", str(tmp_path / "claims.py"), "--certificates", str(tmp_path / "proofs")]
    first = CliRunner().invoke(main, command)
    written = {path.name: path.read_bytes() for path in (tmp_path / "proofs").iterdir()}

    def refuse(*args: object) -> None:
        raise RuntimeError("nothing is searched for here")

    searches = ("check.kernel.certificate", "certify.norms.norm_search.certificate", "check.refuting.sides.searched")
    for name in searches:
        monkeypatch.setattr(f"symrnn.{name}", refuse)
    again = CliRunner().invoke(main, command)
    assert (again.exit_code, again.stdout) == (0, first.stdout)  # lines of progress depend on the time
    assert {path.name: path.read_bytes() for path in (tmp_path / "proofs").iterdir()} == written


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_checked(tmp_path: Path) -> None:
    (tmp_path / "claims.py").write_text(FILE, "utf-8")
    (tmp_path / "file").write_text("", "utf-8")
    run = CliRunner().invoke(
        main, ["verify", str(tmp_path / "claims.py"), "--certificates", str(tmp_path / "file" / "x")]
    )
    assert run.exit_code != 0
    assert "is a file, not a folder" in run.output
    assert "Traceback" not in run.output
