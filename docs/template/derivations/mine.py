"""How far the state of the update gate RNN reaches"""

from pathlib import Path

from symrnn import Cell, Claim, Equation, Kind, TotalJacobian, t
from sympy import DiagMatrix

cell = Cell.load(Path(__file__).parent.parent / "mine.cell")
h, g, L = cell.h, cell.g, cell.L

step = cell.derive(h[t], wrt=h[t - 1])
M1 = Claim("M1", "one step back", step.equation, Kind.PROVED, cell, step)

weights = cell.derive(L, wrt=cell.U_g)
M2 = Claim("M2", "the loss by the weights of the gate", weights.equation, Kind.PROVED, cell, weights)

M3 = Claim(
    "M3",
    "only what the gate lets through",
    Equation(TotalJacobian(h[t], h[t - 1]), DiagMatrix(g[t]), where=(t >= 1,)),
    Kind.REFUTED,
    cell,
    corrected_by="M1",
    note="The gate and the candidate read $h_{t-1}$, too.",
)
