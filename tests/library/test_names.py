"""Names of quantities in claims, and symbols of a notation that none of them needs."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sympy as sp

from symrnn import Claim, Equation, Kind, MatrixSum
from symrnn.latex import NOTATIONS
from symrnn.library import load_library
from symrnn.library.names import misplaced_symbols, names_of, unused_symbols


@pytest.fixture(scope="module")
def names() -> frozenset[str]:
    return names_of(entry.claim for entry in load_library([]).entries)


def test_the_lecture_has_the_names_of_its_networks_and_of_what_is_only_in_claims(names: frozenset[str]) -> None:
    assert {"W_hh", "U_f", "h", "c", "phi", "theta", "gamma", "G_W", "xi", "L", "ell", "k", "lambda"} <= names


@pytest.mark.parametrize("notation", NOTATIONS)
def test_no_notation_that_ships_has_a_symbol_in_vain(names: frozenset[str], notation: str) -> None:
    assert unused_symbols(NOTATIONS[notation], names) == {}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        *[("W_hx", "W_xh"), ("Wxh", "W_xh"), ("sigmod", "sigmoid"), ("zebra", "")],
        *[(name, None) for name in ("W_xh", "Wdot_hh", "U", "θ", "L'", "delta", "D", "A")],
    ],
)
def test_a_symbol_that_nothing_needs(names: frozenset[str], name: str, meant: str | None) -> None:
    mine = replace(NOTATIONS["plain"], symbols={name: "Q_{own}"})
    assert unused_symbols(mine, names) == ({} if meant is None else {name: meant})


def test_names_that_are_typed_with_greek_letters_are_the_same(names: frozenset[str]) -> None:
    mine = replace(NOTATIONS["plain"], scalars={"gamma": "c_1", "γ_max": "c_2"})
    assert unused_symbols(mine, names) == {"γ_max": "gamma"}


def test_a_bound_index_is_in_no_wrong_table() -> None:
    s = sp.Symbol("s", integer=True)
    W = sp.MatrixSymbol("W", 2, 2)
    claims = [Claim("E", "", Equation(MatrixSum(W**s, (s, 0, 3)), MatrixSum(W**s, (s, 0, 3))), Kind.PROVED)]
    assert misplaced_symbols(replace(NOTATIONS["plain"], symbols={"s": "z"}), claims) == {}
    assert misplaced_symbols(replace(NOTATIONS["plain"], scalars={"s": "z"}), claims) == {}


def test_a_symbol_in_a_table_where_it_is_not_looked_up() -> None:
    scaled = sp.Symbol("alpha", positive=True) * sp.MatrixSymbol("W", 2, 2)
    claims = [Claim("E", "", Equation(scaled, scaled), Kind.PROVED)]
    mine = replace(NOTATIONS["plain"], symbols={"alpha": "c"}, scalars={"W": "w"})
    assert misplaced_symbols(mine, claims) == {"alpha": "scalars", "W": "symbols"}
    assert misplaced_symbols(replace(mine, symbols={"W": "w"}, scalars={"α": "c"}), claims) == {}
    assert all(misplaced_symbols(each, claims) == {} for each in NOTATIONS.values())
