"""What a kind of term in the kernel still lacks: each has a sample, and all that is asked of one is tried on it."""

from __future__ import annotations

from fractions import Fraction

import pytest
from kernel.fuzz import wrong
from kernel.terms_at_random import SYSTEM, leaf, m, n

from symrnn.certify.asked import NODES
from symrnn.kernel.linear import number, variable
from symrnn.kernel.monomials import PLAIN
from symrnn.kernel.normal import Normal
from symrnn.kernel.printer import show
from symrnn.kernel.terms import PARTS, Term, check_term

one, two, s = number(1), number(2), variable("s")
x, A, B, C = (leaf(name, s) for name in "xABC")

SAMPLES: dict[str, Term] = {
    "leaf": x,
    "id": ("id", n),
    "zero": ("zero", n, m),
    "ones": ("ones", n, m),
    "unit": ("unit", n, one),
    "binom": ("binom", two, one),
    "sel": ("sel", 1, (n, m)),
    "comm": ("comm", n, m),
    "scale": ("scale", Fraction(2), A),
    "add": ("add", A, ("T", B)),
    "mul": ("mul", A, B),
    "had": ("had", A, ("T", B)),
    "kron": ("kron", A, B),
    "T": ("T", A),
    "vec": ("vec", A),
    "unvec": ("unvec", m, n, leaf("V", s)),
    "diag": ("diag", x),
    "inv": ("inv", leaf("c", s)),
    "pow": ("pow", C, two),
    "fn": ("fn", "phi", None, 0, x),
    "softmax": ("softmax", x),
    "lse": ("lse", x),
    "mean": ("mean", x),
    "sum": ("sum", "k", one, two, leaf("x", variable("k"))),
    "prod": ("prod", "k", one, two, leaf("C", variable("k"))),
    "rise": ("rise", "k", one, two, leaf("C", variable("k"))),
    "d": ("d", ("total", (("W", None),)), ("W", None)),
    "jac": ("jac", "total", ("h", two), ("h", one)),
    "grad": ("grad", ("L", None), ("W", None)),
    "part": ("part", ("f", one), 1),
}
INEXACT = ("softmax", "lse")
NOT_MOVED = ("d", "jac", "grad", "part", "mean")
"""Of which there is no differential."""

NOT_READ_BACK = {
    "leaf": "Words.place reads it",
    "d": "Words.term reads it",
    "comm": "only proofs have it",
    "unvec": "only proofs have it",
    "part": "only proofs have it",
}


def test_every_kind_has_a_sample() -> None:
    missing = sorted(set(PARTS) - set(SAMPLES))
    assert not missing, f"PARTS in symrnn/kernel/terms.py has {', '.join(missing)}: add a sample to SAMPLES"


@pytest.mark.parametrize("kind", SAMPLES)
def test_every_kind_has_a_shape_a_normal_form_and_a_text(kind: str) -> None:
    term = SAMPLES[kind]
    rows, cols = check_term(term, SYSTEM)  # PARTS and _shape in kernel/terms.py
    found = Normal(SYSTEM).value(term)  # PLAIN in kernel/monomials.py, or Normal.of in kernel/normal.py
    assert (found.rows, found.cols) == (rows, cols)
    assert show(term)  # _shown in kernel/printer.py


@pytest.mark.parametrize("kind", [kind for kind in SAMPLES if kind != "mean"])
def test_normal_form_and_differential_agree_with_numbers(kind: str) -> None:
    """In tests/kernel/evaluator.py a kind has a value, in kernel/differentials.py a differential."""
    for seed in range(3):
        assert wrong(SAMPLES[kind], seed, exact=kind not in INEXACT, moves=kind not in NOT_MOVED) is None


def test_every_kind_is_read_back() -> None:
    missing = sorted(set(PARTS) - set(NODES) - set(NOT_READ_BACK))
    assert not missing, f"NODES in symrnn/certify/asked.py has nothing for {', '.join(missing)}"


def test_what_is_written_as_it_stands_is_a_kind() -> None:
    assert set(PLAIN) <= set(PARTS)
