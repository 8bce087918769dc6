"""Certificates of slopes: what is proved has one, a fresh process accepts it, damaged ones prove nothing false."""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sympy as sp
from kernel.readings import refutation

from symrnn.activations import TABLE, Activation, activation
from symrnn.certify.slope_asked import ValueBound
from symrnn.certify.slope_asked import of_slope as certificate
from symrnn.derivation import Maximum, SlopeBound
from symrnn.errors import ProofError
from symrnn.kernel.errors import Refused
from symrnn.kernel.slopes import check
from symrnn.slopes import slope_bounds
from symrnn.slopes.certificates import certificate_of_bound, certificate_of_extreme

a, b = sp.symbols("a b", real=True)

FAMILIES: dict[str, Activation] = {
    "leaky_relu(a)": activation("leaky_relu", negative_slope=a),
    "prelu(a)": activation("prelu", a=a),
    "prelu(a < 0)": activation("prelu", a=sp.Symbol("a", negative=True)),
    "elu(a)": activation("elu", alpha=a),
    "elu(2)": activation("elu", alpha=2),
    "celu(a)": activation("celu", alpha=a),
    "softplus(a)": activation("softplus", beta=a),
    "softshrink(a)": activation("softshrink", lambd=a),
    "hardshrink(a)": activation("hardshrink", lambd=a),
    "hardtanh(a, b)": activation("hardtanh", min_val=a, max_val=b),
    "threshold(a, b)": activation("threshold", threshold=a, value=b),
    "relu at 0": activation("relu", at_kink=0),
}
ENTRIES = {**TABLE, **FAMILIES}
LARGE = ("gelu", "gelu_tanh", "silu", "mish")
"""With dozens of cells, and balls in each."""

BOUNDS: list[Any] = [
    ("mish", "<=", 1.1),
    ("silu", "abs<=", 1.1),
    ("gelu", "abs<", 1.13),
    ("gelu", "<=", slope_bounds("gelu").sup),
    pytest.param(
        ("mish", "<=", slope_bounds("mish").sup + sp.Rational(1, 10**400)),
        id="within 400 digits",
        marks=(pytest.mark.exhaustive, pytest.mark.table(quick=0)),
    ),
    ("tanh", "abs>", 0),
    ("sin", "abs<=", 1),
    ("erf", "<=", 2 / sp.sqrt(sp.pi)),
    ("identity", "=", 1),
    ("identity", "abs=", 1),
    ("hardswish", "<", 1.5),
    (activation("prelu", a=-2), "abs>=", 1),
    (activation("prelu", a=a), "abs<=", sp.Max(1, abs(a))),
    (activation("elu", alpha=a), "<=", sp.Max(1, a)),
    (activation("leaky_relu", negative_slope=a), ">=", a),
    (activation("leaky_relu", negative_slope=a), "<=", 2 - a),
    (activation("hardtanh", at_kink=(0, 1)), "<=", 1),
]


@cache
def extreme(name: str, side: int) -> list[str]:
    return certificate_of_extreme(ENTRIES[name], side)


def all_extremes() -> dict[str, list[str]]:
    return {f"{name} {side}": extreme(name, side) for name in ENTRIES for side in (1, -1)}


@pytest.mark.table(quick=14)
@pytest.mark.parametrize("name", ENTRIES)
def test_both_extremes_of_every_entry_have_a_certificate(name: str) -> None:
    for side in (1, -1):
        statement = check(extreme(name, side))
        assert refutation(statement) is None
        stated = (ENTRIES[name].sup if side > 0 else ENTRIES[name].inf).attained
        assert (", taken at" in statement) == (stated is True) or name == "hardtanh(a, b)"
        infinite = slope_bounds(ENTRIES[name]).sup if side > 0 else slope_bounds(ENTRIES[name]).inf
        assert ("which is not taken" in statement) == (stated is False and not infinite.is_infinite)


@pytest.mark.parametrize("name", TABLE)
def test_bounds_next_to_the_true_ones(name: str) -> None:
    for side, relation in ((1, "<="), (-1, ">=")):
        bound = slope_bounds(name).sup if side > 0 else slope_bounds(name).inf
        for step in (0, sp.Rational(1, 10**12)):
            if not bound.is_infinite:
                statement = check(certificate_of_bound(TABLE[name], relation, bound + side * step))
                assert statement.startswith(f"{name}'(z) {relation} ")
        inside = sp.Integer(10**9) if bound.is_infinite else bound - side * sp.Rational(1, 10**6)
        with pytest.raises(ProofError):
            certificate_of_bound(TABLE[name], relation, inside)


@pytest.mark.table(quick=8)
@pytest.mark.parametrize("stated", BOUNDS, ids=str)
def test_bounds(stated: tuple[Any, str, Any]) -> None:
    assert refutation(check(certificate(SlopeBound(*stated)))) is None


@pytest.mark.parametrize("name", [n for n, entry in TABLE.items() if isinstance(entry.sup.at, sp.FiniteSet)])
def test_maxima(name: str) -> None:
    sup = TABLE[name].sup
    statement = check(certificate(Maximum(name, sup.value, sup.at.args[0]), "L10"))
    assert statement.startswith(f"max {name}'(z) = ")


def test_a_maximum_at_a_kink_with_a_convention() -> None:
    statement = check(certificate(Maximum(activation("relu", at_kink=2), 2, 0)))
    assert ", taken at z = 0, where relu(z) = 0 for z < 0; z for 0 < z, relu'(0) taken as 2" in statement


@pytest.mark.parametrize(
    "statement",
    [
        Maximum("sigmoid", sp.Rational(1, 5), 0),
        Maximum("sigmoid", sp.Rational(1, 4), 1),
        Maximum("gelu", 1, 0),
        Maximum("silu", sp.Rational(11, 10), 2),
        SlopeBound("tanh", "<", 1),
        SlopeBound("gelu", ">=", 0),
        SlopeBound(activation("elu", alpha=a), "<=", 1),
    ],
    ids=str,
)
def test_what_is_false_has_none(statement: Maximum | SlopeBound) -> None:
    with pytest.raises(ProofError):
        certificate(statement)


@pytest.mark.parametrize("name", ["tanh", "sigmoid", "hardsigmoid", "hardtanh", "softsign"])
def test_values_below_one(name: str) -> None:
    for relation, bound in (("abs<=", sp.S.One), (">=", -sp.S.One)):
        statement = check(certificate(ValueBound(activation(name), relation, bound)))
        assert refutation(statement) is None
        assert f"{name}(z)" in statement.partition(", where")[0]


@pytest.mark.parametrize(("name", "bound"), [("tanh", "9/10"), ("sigmoid", "1/2"), ("relu", 1), ("hardtanh", "99/100")])
def test_values_beyond_a_bound_have_none(name: str, bound: Any) -> None:
    with pytest.raises(ProofError):
        certificate(ValueBound(activation(name), "abs<=", sp.Rational(bound)))


FRESH = """
import sys

class Banned:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("sympy", "numpy", "mpmath"):
            raise ImportError(f"{name} is not for the kernel")

sys.meta_path.insert(0, Banned())
from symrnn.kernel.slopes import check
for path in sys.argv[1:]:
    with open(path, encoding="utf-8") as file:
        print(check(file.read().splitlines()))
beyond = {name.partition(".")[0] for name in sys.modules} - set(sys.stdlib_module_names) - {"__main__", "__mp_main__"}
print(sorted(name for name in beyond if not name.startswith("_")))
print(sorted(name for name in sys.modules if name.startswith("symrnn") and not name.startswith("symrnn.kernel")))
"""


def test_a_fresh_process_accepts_all_with_nothing_but_flint(tmp_path: Path) -> None:
    certificates = list(all_extremes().values())
    paths = []
    for number, lines in enumerate(certificates):
        paths.append(tmp_path / f"{number}.jsonl")
        paths[-1].write_text("\n".join(lines) + "\n", encoding="utf-8")
    root = Path(__file__).parents[2]
    found = subprocess.run(
        [sys.executable, "-c", FRESH, *map(str, paths)],
        env={**os.environ, "PYTHONPATH": str(root), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    assert found.returncode == 0, found.stderr
    *statements, modules, own = found.stdout.splitlines()
    assert statements == [check(lines) for lines in certificates]
    assert "flint" in modules
    assert own == "['symrnn', 'symrnn.errors']" or own == "['symrnn']"


# -- damage ---------------------------------------------------------------------------------------------------


class Damage:
    """Changes certificates at random."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def of(self, lines: list[str]) -> list[str]:
        """The lines with one to three changes."""
        made = list(lines)
        for _ in range(self.random.choice((1, 1, 1, 2, 3))):
            made = self._once(made)
        return made

    def _once(self, lines: list[str]) -> list[str]:
        at = self.random.randrange(1, len(lines))
        match self.random.choice(("drop", "repeat", "swap", "swap", "entry", "entry", "entry", "entry", "entry")):
            case "drop":
                return lines[:at] + lines[at + 1 :]
            case "repeat":
                return lines[: at + 1] + lines[at:]
            case "swap":
                other = self.random.randrange(1, len(lines))
                lines = list(lines)
                lines[at], lines[other] = lines[other], lines[at]
                return lines
        parts = json.loads(lines[at])
        k = self.random.randrange(len(parts))
        parts[k] = self._changed(parts[k])
        return [*lines[:at], json.dumps(parts), *lines[at + 1 :]]

    def _changed(self, entry: Any) -> Any:
        if type(entry) is int:
            return entry + self.random.choice((-2, -1, 1, 2))
        if type(entry) is list and entry:
            k = self.random.randrange(len(entry))
            return [*entry[:k], self._changed(entry[k]), *entry[k + 1 :]]
        if entry is None:
            return self.random.choice((0, 1, "1/2", "0"))
        if isinstance(entry, str) and entry.lstrip("-")[:1].isdigit():
            number = Fraction(entry)
            changes = (-number, number + 1, number - 1, number * 2, number / 3, number + Fraction(1, 1000), 0, None)
            changed = self.random.choice(changes)
            return None if changed is None else str(changed)
        words = ("<=", "<", ">=", ">", "=", "abs<=", "abs>=", "abs=", "max", "min", "sup", "inf", "sup<", "inf>")
        words += ("exp", "log", "tanh", "erf", "sin", "cos", "atan", "add", "mul", "sqrt", "z", "a", "b", "z_max")
        words += ("form", "ball", "tail", "out", "smooth", "given", "term", "par", "root", "")
        return self.random.choice(words)


def answer(lines: list[str]) -> str | Refused:
    try:
        return check(lines)
    except Refused as refused:
        return refused


def damaged(name: str, lines: list[str], count: int, seed: int) -> tuple[int, int]:
    """How many damaged certificates are refused, and how many accepted; each of these has to be true."""
    damage, original = Damage(seed), check(lines)
    refused = accepted = 0
    for _ in range(count):
        changed = damage.of(lines)
        found = answer(changed)
        if isinstance(found, Refused):
            assert 1 <= found.line <= len(changed)
            assert found.why
            refused += 1
        else:
            statement, accepted = found, accepted + 1
            if statement != original:
                found_false = refutation(statement)
                assert found_false is None, f"{name}: {statement}\n{found_false}\n" + "\n".join(changed)
    return refused, accepted


SCALE = int(os.environ.get("SYMRNN_DAMAGED", "1"))
"""How many times as many damaged certificates are tried."""


@pytest.mark.parametrize("name", ENTRIES)
def test_damaged_certificates(name: str) -> None:
    for side in (1, -1):
        count = SCALE * (4 if name in LARGE else 40)
        refused, accepted = damaged(name, extreme(name, side), count, seed=side)
        assert refused + accepted == count
        assert refused > accepted or (name in LARGE and refused)  # of four, half may say less and be true


@pytest.mark.table(quick=0)
def test_damaged_bounds() -> None:
    for stated in BOUNDS[5:]:
        damaged(str(stated), certificate(SlopeBound(*stated)), 15 * SCALE, seed=7)
