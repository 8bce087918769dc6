"""Notations: the tables read both ways, own notations, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp
from latex.terms import CLOSED_FORM, RULES, I, W, h, i, t

from symrnn.cells import Cell
from symrnn.errors import NotationError
from symrnn.expr import Elementwise, ImmediateJacobian, Sequence, TotalJacobian
from symrnn.latex import LECTURE, PLAIN, find_notation, latex
from symrnn.latex.networks import at_home


def test_an_unknown_notation_names_the_known_ones() -> None:
    with pytest.raises(NotationError, match="unknown notation 'field'; the known ones are: lecture, plain, goodfellow"):
        latex(W, "field")


def test_a_notation_is_found_by_itself() -> None:
    assert find_notation(PLAIN) is PLAIN


@pytest.mark.parametrize("mark", ["H", r"\mathsf{T}", r"\intercal", r"\prime"])
def test_transposes(mark: str) -> None:
    assert latex(W.T, replace(PLAIN, transpose=mark)) == f"W_{{hh}}^{{{mark}}}"


def test_derivatives() -> None:
    mine = replace(PLAIN, total=(r"\mathrm{D}", r"\mathrm{D}"), immediate=(r"\partial", r"\partial"))
    assert latex(TotalJacobian(h[t], W), mine) == r"\frac{\mathrm{D} h_{t}}{\mathrm{D} W_{hh}}"
    assert latex(ImmediateJacobian(h[t], W), mine) == r"\frac{\partial h_{t}}{\partial W_{hh}}"


def test_time_in_brackets() -> None:
    assert latex(h[t - 1], replace(LECTURE, index="[#]")) == r"\mathbf{h}_{[t-1]}"


def test_entries_as_subscripts() -> None:
    assert latex(h[t][i - 1, 0], PLAIN) == "[h_{t}]_{i}"


def test_unmarked_ascending_products() -> None:
    mine = replace(PLAIN, products={**PLAIN.products, "ascending": r"\prod"})
    assert r"\prod_{u=0}^{k-1} D_{t-u}" in latex(CLOSED_FORM, mine)


def test_a_symbol_of_ones_own() -> None:
    mine = replace(LECTURE, symbols={**LECTURE.symbols, "W_hh": r"\mathbf{R}", "odd name": r"\mathbf{q}"})
    assert latex(W * h[t], mine) == r"\mathbf{R} \mathbf{h}_{(t)}"
    assert latex(sp.MatrixSymbol("odd name", 2, 2), mine) == r"\mathbf{q}"


@pytest.mark.parametrize(
    ("symbol", "at_a_time"),
    [
        (r"\mathbf{W}^{*}", r"\mathbf{W}_{(t)}^{*}"),
        (r"\mathbf{W}_{hh}^{*}", r"\mathbf{W}_{hh,(t)}^{*}"),
        ("W_x^y", "W_{x,(t)}^{y}"),
    ],
)
def test_a_symbol_with_a_superscript_takes_no_second_one(symbol: str, at_a_time: str) -> None:
    mine = replace(LECTURE, symbols={"W_hh": symbol})
    assert latex(W.T, mine) == rf"({symbol})^{{\top}}"
    assert latex(Sequence("W_hh", 2, 2)[t], mine) == at_a_time


def test_a_symbol_with_a_single_letter_below() -> None:
    assert replace(LECTURE, symbols={"z": "z_x"}).indexed("z", "t") == "z_{x,(t)}"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"symbols": {"a": "q", "b": "q"}}, r"a and b are both written q \(at symbols.a\); .* such as b = 'z'"),
        ({"immediate": ("d", "d"), "total": ("d", "d")}, "total and immediate derivatives are both written d over d"),
        (
            {"products": {"ascending": r"\prod", "descending": r"\prod"}},
            r"ascending and descending products are both written \\prod",
        ),
        ({"layout": "sideways"}, "unknown layout"),
        ({"scalars": {"gamma": "t"}}, r"gamma and the index t are both written t \(at scalars.gamma\)"),
        ({"total": ("D", "D")}, r"D and the sign of a derivative are both written D \(at total\)"),
        (
            {"symbols": {"h": r"\delta_t"}, "immediate": (r"\delta_t", r"\partial")},
            r"h and the sign .* \(at immediate\)",
        ),
        (
            {"symbols": {"W_hh": "A + B"}},
            r"'A \+ B' would be torn at its \+ .* \(at symbols.W_hh\); write '\(A \+ B\)'",
        ),
        ({"scalars": {"gamma": r"a \cdot b"}}, r"would be torn at its \\cdot"),
        ({"hadamard": r"\otimes"}, r"the entrywise product and the Kronecker product are both written \\otimes"),
        ({"hadamard": r"\cdot"}, r"the entrywise product and the product of numbers are both .* \(at hadamard\)"),
        ({"scalars": {"gamma": "d"}, "total": ("d", "d")}, r"gamma and the sign of a derivative .* \(at scalars.gamma"),
        ({"scalars": {"gamma": "d"}}, "gamma and the sign of a derivative are both written d"),
        ({"macros": {"frac": "#1/#2"}}, r"formulas are written with \\frac, .* \(at macros.frac\); call it myfrac"),
    ],
)
def test_a_notation_that_would_mislead_is_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises(NotationError, match=message):
        replace(PLAIN, **change)


def test_a_function_that_is_written_like_a_quantity_is_refused() -> None:
    mine = replace(PLAIN, symbols={"tanh": "s"})
    s = Sequence("s", sp.Symbol("n", integer=True, positive=True))
    with pytest.raises(NotationError, match=r"tanh and .* are both written s"):
        latex(Elementwise("tanh")(s[t]), mine)
    assert latex(Elementwise("tanh")(h[t]), mine) == "s(h_{t})"


@pytest.mark.parametrize(("symbol", "turned"), [("s'", r"s_{t-1}'^{\top}"), ("s''", r"s_{t-1}''^{\top}")])
def test_a_prime_and_a_transpose_are_one_superscript(symbol: str, turned: str) -> None:
    mine = replace(PLAIN, symbols={"h": symbol})
    assert latex(h[t - 1].T, mine) == turned
    assert latex(Sequence("h", 1)[t - 1] ** 2, mine) == turned.replace(r"\top", "2")


def test_a_bound_index_keeps_away_from_the_names_of_the_network() -> None:
    cell = Cell.parse("a_t = w h_{t-1} + u x_t\nh_t = tanh(a_t)\nwhere\n  w, u, h, x: 1")
    found = cell.derive(cell.h[t], wrt=cell.h[t - sp.Symbol("k", integer=True)])
    assert "_{u=" not in latex(found.closed_form, at_home("plain", cell))
    assert "_{u=" in latex(found.closed_form, "plain")


@pytest.mark.parametrize("symbol", ["(A + B)", "W^+", r"\mathbf{W}_{x+y}", r"\overline{A + B}", r"W^{-1}"])
def test_a_sign_inside_a_symbol_is_its_own(symbol: str) -> None:
    assert latex(W * h[t], replace(PLAIN, symbols={"W_hh": symbol})) == f"{symbol} h_{{t}}"


def test_notations_differ_in_symbols_not_in_structure() -> None:
    plain = [latex(term, "plain") for term, _, _ in RULES]
    lecture = [latex(term) for term, _, _ in RULES]
    assert [text.count("frac") for text in plain] == [text.count("frac") for text in lecture]
    assert latex(I, "plain") == "I_{n}"
