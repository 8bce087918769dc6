"""The lecture's inequalities and limits have certificates, which a process without SymPy accepts; slips have none."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from check.norm_mutations import mutants
from check.norm_oracle import drawn_worlds, is_violated, symbols_of

from symrnn.certify.errors import NotFoundError
from symrnn.certify.norms.norm_search import certificate
from symrnn.derivation import AllOf, Inequality, Kind, Limit
from symrnn.library import load_file

FOLDER = Path(__file__).parents[2] / "derivations"
FILES = sorted(path for start in ("L09", "L18", "L19", "L26") for path in FOLDER.glob(f"{start}*.py"))
QUICK = ("L18-rate", "L18-normal", "L18-orthogonal-eigenvectors", "L19-bound", "L19-vanishing", "L19-from-below")
FRESH = """
import sys
class Nothing:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("sympy", "numpy", "mpmath", "flint"):
            raise ImportError(name)
sys.meta_path.insert(0, Nothing())
from symrnn.kernel.__main__ import main
sys.exit(main(sys.argv[1:]))
"""


def parts():
    """Every inequality and limit that the lecture proves: its id, the statement, and what it speaks of."""
    for path in FILES:
        for claim in load_file(path).claims:
            whole = claim.statement.parts if isinstance(claim.statement, AllOf) else (claim.statement,)
            for number, part in enumerate(whole, 1):
                if claim.expected is Kind.PROVED and isinstance(part, Inequality | Limit):
                    yield claim.id, f"{claim.id}.{number}", part, claim.recurrence


def accepted(folder, chosen):
    """Certificates are found, and a fresh process accepts all of them."""
    count = 0
    for _, name, statement, recurrence in chosen:
        (folder / f"{name}.jsonl").write_text("\n".join(certificate(statement, recurrence, name).lines) + "\n", "utf-8")
        count += 1
    command = [sys.executable, "-c", FRESH, str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("accepted ") == count
    return done.stdout


def test_some_are_certified(tmp_path):
    said = accepted(tmp_path, [part for part in parts() if part[0] in QUICK])
    assert "accepted L19-bound.1: ‖dh[t]/dh[t - k]‖_2 <= (gamma·‖W_hh‖_2)^(k)  for k >= 0, t >= k; given gamma" in said


@pytest.mark.exhaustive
def test_all_are_certified(tmp_path):
    accepted(tmp_path, parts())


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("name", ["L19-bound.1", "L19-from-below.1"])
def test_false_slips_have_no_certificate(name):
    """What an oracle finds false is never certified."""
    tried = 0
    for _, _, statement, recurrence in (part for part in parts() if part[1] == name):
        worlds = list(drawn_worlds(recurrence, symbols_of(statement, recurrence)))
        for mutant in mutants(statement, recurrence):
            if mutant.statement is None or not is_violated(mutant.statement, worlds):
                continue
            tried += 1
            with pytest.raises(NotFoundError):
                print(mutant, json.dumps(certificate(mutant.statement, recurrence, "slip").lines))
    assert tried > 3
