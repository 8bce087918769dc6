"""Small derivation files for the tests."""

from __future__ import annotations

from pathlib import Path

HEAD = '''"""{title}

{text}
"""
from symrnn.cells import Elman
from symrnn.derivation import Claim, Equation, Informal, Kind
from symrnn.expr import ImmediateJacobian, MatrixSum, TotalJacobian
from symrnn.symbols import k, t

rnn = Elman()
h, W, D = rnn.h, rnn.W_hh, rnn.D
'''

STEP = """
{name} = Claim(
    "{id}", "one step of the state", Equation(TotalJacobian(h[t], h[t - 1]), {rhs}, where=(t >= 1,)),
    Kind.{expected}, rnn, {more}
)
"""

RIGHT, SWAPPED = "D(t) * W", "W * D(t)"


def step(
    claim_id: str = "J1",
    rhs: str = RIGHT,
    expected: str = "PROVED",
    *,
    name: str = "",
    more: str = "",
) -> str:
    """Source of a claim about dh_t/dh_{t-1}."""
    name = name or claim_id.replace("-", "_").replace(".", "_").lower()
    return STEP.format(name=name, id=claim_id, rhs=rhs, expected=expected, more=more)


def write(path: Path, *claims: str, title: str = "One step.", text: str = "How h_t depends on h_{t-1}.") -> Path:
    """Write a derivation file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(HEAD.format(title=title, text=text) + "".join(claims), encoding="utf-8")
    return path


def good_folder(folder: Path) -> Path:
    """A folder of two files whose verdicts are all the expected ones; one of them is a refutation."""
    write(folder / "a_step.py", step("J1"), step("J2", SWAPPED, "REFUTED", more='corrected_by="J1"'))
    write(
        folder / "b_informal.py",
        'claims = [\n    Claim("N1", "shrinking", Informal("x < 1", "needs norms"), Kind.UNDECIDED),\n]\n',
        title="Norms",
    )
    return folder
