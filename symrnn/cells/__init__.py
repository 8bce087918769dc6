"""Recurrences that ship: the Elman network and its kin, gated cells, and the untied deep network."""

from symrnn.cells.bidirectional import Bidirectional
from symrnn.cells.cell import Cell, complement, entrywise, gates, matrices
from symrnn.cells.elman import Elman
from symrnn.cells.gated import GRU, MGU, ResetAfterGRU
from symrnn.cells.joined import EncoderDecoder
from symrnn.cells.lagged import first_order
from symrnn.cells.layered import Layered, width
from symrnn.cells.losses import LOSSES, StepLoss
from symrnn.cells.lstm import LSTM, LSTM1997, CoupledLSTM, PeepholeLSTM
from symrnn.cells.network import Network
from symrnn.cells.pieces import largest, layer_norm, maximum
from symrnn.cells.simple import IRNN, Jordan, Leaky
from symrnn.cells.stacked import Stacked, deep
from symrnn.cells.training import masked, with_loss, without_loss
from symrnn.cells.untied import Copied, Untied

__all__ = [
    "GRU",
    "IRNN",
    "LOSSES",
    "LSTM",
    "LSTM1997",
    "MGU",
    "Bidirectional",
    "Cell",
    "Copied",
    "CoupledLSTM",
    "Elman",
    "EncoderDecoder",
    "Jordan",
    "Layered",
    "Leaky",
    "Network",
    "PeepholeLSTM",
    "ResetAfterGRU",
    "Stacked",
    "StepLoss",
    "Untied",
    "complement",
    "deep",
    "entrywise",
    "first_order",
    "gates",
    "largest",
    "layer_norm",
    "masked",
    "matrices",
    "maximum",
    "width",
    "with_loss",
    "without_loss",
]
