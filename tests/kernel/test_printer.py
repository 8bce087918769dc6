"""What is printed is read as what was proved: terms that differ are printed differently."""

from __future__ import annotations

from itertools import combinations

import pytest
from kernel.refused import leaf, m, n, number, t

from symrnn.kernel.printer import show
from symrnn.kernel.terms import Term

X, Y, Z = leaf("x"), leaf("y"), leaf("z")
ALIKE: dict[str, list[Term]] = {
    "a block and a function": [("sel", 1, (n,)), ("fn", "S_1", None, 0, leaf("n")), ("fn", "S_", None, 0, leaf("n"))],
    "a partial Jacobian and a function": [("part", ("f", t), 1), ("fn", "part_1", None, 0, leaf("f", t))],
    "what moves, and a quantity called immediate": [
        ("d", ("immediate", (("x", None), ("y", None))), ("z", None)),
        ("d", ("total", (("immediate", None), ("x", None), ("y", None))), ("z", None)),
    ],
    "a differential and a quantity called d": [
        ("d", ("total", (("x", None),)), ("z", None)),
        ("mul", leaf("d"), ("add", X, Z)),
        ("mul", leaf("d", t), Z),
    ],
    "brackets in products": [
        ("mul", X, Y, Z),
        ("mul", X, ("mul", Y, Z)),
        ("kron", X, ("kron", Y, Z)),
        ("kron", ("kron", X, Y), Z),
        ("had", X, ("kron", Y, Z)),
    ],
    "brackets around sums": [
        ("mul", ("add", X, Y), Z),
        ("add", X, ("mul", Y, Z)),
        ("sum", "k", number(1), t, ("add", X, Y)),
        ("add", ("sum", "k", number(1), t, X), Y),
    ],
    "a function and a product": [("fn", "phi", None, 0, ("add", X, Y)), ("mul", leaf("phi"), ("add", X, Y))],
    "a member and an argument": [("fn", "phi", t, 0, X), ("fn", "phi_", None, 0, ("mul", leaf("t"), X))],
    "what is transposed": [("T", ("mul", X, Y)), ("mul", X, ("T", Y)), ("T", ("jac", "total", ("x", t), ("y", t)))],
    "powers": [("pow", ("T", X), t), ("T", ("pow", X, t)), ("pow", X, 2 * t), ("pow", ("pow", X, number(2)), t)],
    "sizes": [("id", n), ("id", m), ("zero", n, m), ("ones", n, m), ("comm", n, m), ("unit", n, t)],
    "directions of products": [("prod", "k", number(1), t, X), ("rise", "k", number(1), t, X)],
}


@pytest.mark.parametrize("name", ALIKE)
def test_terms_that_differ_are_printed_differently(name: str) -> None:
    for one, other in combinations(ALIKE[name], 2):
        assert show(one) != show(other)
