"""Counterexamples hold when they are recomputed by hand from what is printed, and print nothing else."""

from __future__ import annotations

import ast
import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

from symrnn.cells import Elman, Layered
from symrnn.check import find_counterexample, verify
from symrnn.check.refuting.sides import differ_for_certain
from symrnn.derivation import Claim, Counterexample, Equation, Kind
from symrnn.evaluate import Balls
from symrnn.expr import Differential, ImmediateJacobian, MatrixSum, OrderedProduct, TotalJacobian
from symrnn.symbols import L, k, l, n, t, u

rnn = Elman()
h, W = rnn.h, rnn.W_hh
total, immediate = TotalJacobian, ImmediateJacobian


def numbers(text: str) -> np.ndarray:
    """A printed number or matrix as an exact array."""
    nested = ast.literal_eval(re.sub(r"(-?\d+)/(\d+)", r"'\1/\2'", text))
    rows = nested if isinstance(nested, list) else [[nested]]
    return np.array([[Fraction(entry) for entry in row] for row in rows], dtype=object)


class ByHand:
    """The Elman network at the printed values; what is not printed must not matter, so it is drawn anew."""

    def __init__(self, printed: dict[str, str], seed: int = 0) -> None:
        self.printed = dict(printed)
        self.source = np.random.default_rng(seed)
        self.n, self.m = (int(self.printed.get(name, 1)) for name in "nm")
        self.square = self.printed.get("phi(z)", "z^2") == "z^2"

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self.printed:
            shape = {"W_hh": (self.n, self.n), "W_xh": (self.n, self.m), "b_h": (self.n, 1)}.get(
                name, (self.m if name.startswith("x") else self.n, 1)
            )
            drawn = self.source.integers(-9, 9, shape)
            self.printed[name] = str(drawn.tolist())
        return numbers(self.printed[name])

    def phi(self, z: np.ndarray) -> np.ndarray:
        return z * z if self.square else z

    def slope(self, z: np.ndarray) -> np.ndarray:
        return np.diag((2 * z if self.square else 0 * z + Fraction(1)).ravel())

    def a(self, at: int) -> np.ndarray:
        return self["W_xh"] @ self[f"x_{at}"] + self["W_hh"] @ self.h(at - 1) + self["b_h"]

    def h(self, at: int) -> np.ndarray:
        return self["h_0"] if at == 0 else self.phi(self.a(at))

    def D(self, at: int) -> np.ndarray:
        return self.slope(self.a(at))

    def by_state(self, later: int, earlier: int) -> np.ndarray:
        product = np.eye(self.n, dtype=object) * Fraction(1)
        for at in range(later, earlier, -1):
            product = product @ self.D(at) @ self["W_hh"]
        return product

    def local(self, at: int) -> np.ndarray:
        eye = np.eye(self.n, dtype=object) * Fraction(1)
        if at == 0:
            return np.zeros((self.n, self.n**2), dtype=object)
        return self.D(at) @ np.kron(self.h(at - 1).T, eye)

    def by_weights(self, at: int) -> np.ndarray:
        return sum((self.by_state(at, s) @ self.local(s) for s in range(1, at + 1)), self.local(0))


def summed(last: Any) -> MatrixSum:
    return MatrixSum(total(h[t], h[t - k]) * last(h[t - k], W), (k, 1, t))


def l15(hand: ByHand, at: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    t = at["t"]
    return hand.by_weights(t), sum(
        (hand.by_state(t, t - k) @ hand.local(t - k) for k in range(1, t + 1)), hand.local(0)
    )


def l15_total(hand: ByHand, at: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    t = at["t"]
    terms = (hand.by_state(t, t - k) @ hand.by_weights(t - k) for k in range(1, t + 1))
    return hand.by_weights(t), sum(terms, hand.local(0))


def l17(hand: ByHand, at: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    t, k = at["t"], at["k"]
    power, slopes = (np.eye(hand.n, dtype=object) * Fraction(1) for _ in range(2))
    for _ in range(k):
        power = power @ hand["W_hh"]
    for i in range(k):
        slopes = slopes @ hand.D(t - i)
    return hand.by_state(t, t - k), power @ slopes


def no_bias(hand: ByHand, at: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    return hand.h(at["t"]), hand.phi(hand["W_hh"] @ hand.h(at["t"] - 1))


def one_sided(hand: ByHand, at: dict[str, int]) -> tuple[np.ndarray, np.ndarray]:
    return hand.by_state(at["t"], at["t"] - 1), hand["W_hh"] @ hand.D(at["t"])


WRONG = {
    "L15, immediate": (Equation(total(h[t], W), summed(immediate), (t >= 1,)), l15),
    "L15, total": (Equation(total(h[t], W), summed(total), (t >= 1,)), l15_total),
    "L17": (
        Equation(
            total(h[t], h[t - k]),
            W**k * OrderedProduct(rnn.D(t - u), (u, 0, k - 1), "ascending"),
            (k >= 0, t >= k),
        ),
        l17,
    ),
    "no bias": (Equation(h[t], rnn.phi(W * h[t - 1]), (t >= 1,)), no_bias),
    "no bias at a later time": (Equation(h[t], rnn.phi(W * h[t - 1]), (t >= 3,)), no_bias),
    "factors swapped": (Equation(total(h[t], h[t - 1]), W * rnn.D(t), (t >= 1,)), one_sided),
}


def unrolled(found: Counterexample) -> dict[str, str]:
    """What is printed of a counterexample, with runs such as ``x_1, ..., x_3`` written out."""
    values: dict[str, str] = {}
    for name, text in found.values.items():
        run = re.fullmatch(r"(\w+)_(\d+), (?:\.\.\., )?\w+_(\d+)", name)
        if run is None:
            values[name] = text
        else:
            values |= {f"{run[1]}_{at}": text for at in range(int(run[2]), int(run[3]) + 1)}
    return values


@pytest.mark.parametrize("name", WRONG)
def test_holds_by_hand(name: str) -> None:
    equation, by_hand = WRONG[name]
    found, _ = find_counterexample(equation, rnn, seed=20)
    assert found is not None
    assert found.certainty == "exact"
    printed = unrolled(found)
    at = {symbol.name: int(printed[symbol.name]) for symbol in equation.indices}
    for seed in range(3):  # what is not printed does not matter
        left, right = by_hand(ByHand(printed, seed), at)
        assert (left == numbers(found.lhs)).all()
        assert (right == numbers(found.rhs)).all()
        assert (left != right).any()


@pytest.mark.parametrize("name", WRONG)
def test_prints_nothing_that_does_not_matter(name: str) -> None:
    equation, by_hand = WRONG[name]
    found, _ = find_counterexample(equation, rnn, seed=20)
    assert found is not None
    printed = unrolled(found)
    at = {symbol.name: int(printed[symbol.name]) for symbol in equation.indices}
    for name in set(printed) - {"n", "m", "phi(z)", *at}:
        changed = False
        for seed in range(6):
            values = {key: text for key, text in printed.items() if key != name}
            left, right = by_hand(ByHand(values, seed), at)
            changed = changed or (left != numbers(found.lhs)).any() or (right != numbers(found.rhs)).any()
        assert changed, name


@pytest.mark.parametrize("reading", ["L15, immediate", "L15, total"])
def test_the_lectures_slip_can_be_checked_by_hand(reading: str) -> None:
    found, _ = find_counterexample(WRONG[reading][0], rnn, seed=20)
    assert found is not None
    assert int(found.values["t"]) <= 2
    assert int(found.values["n"]) <= 2
    assert dict(found.values) == {"t": "1", "n": "1", "phi(z)": "z", "h_0": "1"}
    assert (found.lhs, found.rhs) == ("1", "0")


def test_the_same_seed_finds_the_same_counterexample() -> None:
    equation, _ = WRONG["L17"]
    first, again = (find_counterexample(equation, rnn, seed=3)[0] for _ in range(2))
    assert first == again
    assert first is not None
    assert first.seed == 3
    for seed in range(5):
        assert find_counterexample(equation, rnn, seed=seed)[0] is not None


def test_simple_numbers_are_preferred() -> None:
    found, _ = find_counterexample(WRONG["factors swapped"][0], rnn, seed=20)
    assert found is not None
    assert found.values["x_1"] == "0"
    assert found.values["b_h"] == "[[0], [0]]"
    assert set(re.findall(r"\d+", found.values["W_hh"])) <= {"0", "1"}
    assert "W_xh" not in found.values


def test_slopes_of_the_loss_are_printed() -> None:
    net = Layered(units=n)
    ascending = OrderedProduct(net.D(u) * net.W[u], (u, l + 1, L + 1), "ascending")
    wrong = Equation(total(net.loss, net.y[l]), total(net.loss, net.y[L + 1]) * ascending, (l >= 0, l <= L + 1))
    found, _ = find_counterexample(wrong, net, seed=20)
    assert found is not None
    assert any(name.startswith("dL/dy_") for name in found.values)
    assert any(name.startswith("W_") for name in found.values)
    assert "y_0" in found.values or "z" in found.values["a(z)"]


def test_widths_of_layers_are_printed() -> None:
    net = Layered()
    wrong = Equation(total(net.y[l], net.y[l - 1]), 2 * net.D(l) * net.W[l], (l >= 1,))
    found, _ = find_counterexample(wrong, net, seed=20)
    assert found is not None
    assert {"d(0)", "d(1)"} <= set(found.values)


def test_differentials_are_printed() -> None:
    wrong = Equation(Differential(rnn.y[t]), rnn.W_hy * Differential(h[t]), (t >= 1,), varying=(W, rnn.b_y))
    found, _ = find_counterexample(wrong, rnn, seed=20)
    assert found is not None
    assert found.values["db_y"] == "1"


def test_an_undefined_quantity_is_named() -> None:
    late = Equation(total(h[t], W), MatrixSum(total(h[t], h[t - k - 1]) * immediate(h[t - k], W), (k, 0, t)), (t >= 0,))
    found, _ = find_counterexample(late, rnn)
    assert found is not None
    assert "h[-1] does not exist" in found.rhs
    assert dict(found.values) == {"t": "0"}


def test_a_transcendental_activation_is_refuted_by_disjoint_balls() -> None:
    tanh = Elman("tanh")
    wrong = Equation(total(tanh.h[t], tanh.h[t - 1]), tanh.W_hh, (t >= 1,))
    verdict = verify(Claim("c", "", wrong, Kind.PROVED, tanh))
    assert verdict.kind is Kind.REFUTED
    assert verdict.counterexample is not None
    assert "disjoint balls" in verdict.counterexample.certainty


def test_balls_never_tell_equal_numbers_apart() -> None:
    """tanh(2z) = 2 tanh(z) / (1 + tanh(z)²), at many points and precisions."""
    for bits in (30, 64, 256):
        system = Balls(bits)
        with system.precision():
            for i in range(-20, 21):
                z = system.number(Fraction(i, 7))
                left = np.array([[(2 * z).tanh()]], dtype=object)
                right = np.array([[2 * z.tanh() / (1 + z.tanh() ** 2)]], dtype=object)
                assert not differ_for_certain(left, right)


def test_balls_that_are_no_numbers_certify_nothing() -> None:
    system = Balls()
    with system.precision():
        nowhere = system.number(Fraction(1)) / system.number(Fraction(0))
        for other in (nowhere, system.number(Fraction(1))):
            assert not differ_for_certain(np.array([[nowhere]]), np.array([[other]]))


def test_a_true_equation_with_a_named_activation_has_no_counterexample() -> None:
    tanh = Elman("tanh")
    square = sp.HadamardProduct(tanh.h[t], tanh.h[t])
    slope = tanh.phi(tanh.a[t], order=1)
    true = Equation(slope, sp.OneMatrix(n, 1) - square, (t >= 1,))
    found, evaluated = find_counterexample(true, tanh)
    assert found is None
    assert evaluated > 5
    assert verify(Claim("c", "", true, Kind.PROVED, tanh)).kind is Kind.PROVED
