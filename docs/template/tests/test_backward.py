from pathlib import Path

from backward import backward
from symrnn import Cell
from symrnn.testing import check_backward

CELL = Cell.load(Path(__file__).parent.parent / "mine.cell")


def test_backward():
    check_backward(CELL, backward, layout="Tn")
