"""Recurrences that ship: the Elman network and its kin, gated cells, and the untied deep network."""

from symrnn.cells.cell import Cell, complement, entrywise, gates, matrices
from symrnn.cells.elman import Elman
from symrnn.cells.gated import GRU, MGU, ResetAfterGRU
from symrnn.cells.layered import Layered, width
from symrnn.cells.losses import LOSSES, StepLoss
from symrnn.cells.lstm import LSTM, LSTM1997, CoupledLSTM, PeepholeLSTM
from symrnn.cells.simple import IRNN, Jordan, Leaky
from symrnn.cells.training import masked, with_loss, without_loss

__all__ = [
    "GRU",
    "IRNN",
    "LOSSES",
    "LSTM",
    "LSTM1997",
    "MGU",
    "Cell",
    "CoupledLSTM",
    "Elman",
    "Jordan",
    "Layered",
    "Leaky",
    "PeepholeLSTM",
    "ResetAfterGRU",
    "StepLoss",
    "complement",
    "entrywise",
    "gates",
    "masked",
    "matrices",
    "width",
    "with_loss",
    "without_loss",
]
