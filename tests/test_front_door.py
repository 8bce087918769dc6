"""What is found in symrnn itself, and where to look for what is not."""

from __future__ import annotations

import pytest

import symrnn


def test_the_names_at_the_front_door_are_there() -> None:
    assert 35 <= len(symrnn.__all__) <= 45
    assert all(getattr(symrnn, name) is not None for name in symrnn.__all__)


def test_rooms_are_found() -> None:
    assert symrnn.cells.Stacked.__name__ == "Stacked"


@pytest.mark.parametrize(
    ("name", "room"), [("Stacked", "cells"), ("Vec", "expr"), ("q", "symbols"), ("claim", "slopes")]
)
def test_a_name_in_a_room_is_refused_with_the_room(name: str, room: str) -> None:
    with pytest.raises(ImportError, match=rf"^{name} is in symrnn.{room}: from symrnn.{room} import {name}$"):
        getattr(symrnn, name)


def test_other_names_are_no_attributes() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'backprop'"):
        symrnn.backprop  # noqa: B018
