"""What ``from symrnn import …`` finds; everything else is in the rooms that the first line names."""

from .activations import activation as activation
from .calculus import derive as derive
from .cells import GRU as GRU
from .cells import LSTM as LSTM
from .cells import Cell as Cell
from .cells import Elman as Elman
from .cells import Layered as Layered
from .certify.claims import certificates_of as certificates_of
from .check import verify as verify
from .codegen import generate as generate
from .derivation import AllOf as AllOf
from .derivation import Claim as Claim
from .derivation import Derivation as Derivation
from .derivation import Equation as Equation
from .derivation import Inequality as Inequality
from .derivation import Kind as Kind
from .derivation import Limit as Limit
from .derivation import Verdict as Verdict
from .equality import equal as equal
from .equality import normal_form as normal_form
from .errors import SymrnnError as SymrnnError
from .evaluate import Assignment as Assignment
from .expr import Elementwise as Elementwise
from .expr import Gradient as Gradient
from .expr import ImmediateJacobian as ImmediateJacobian
from .expr import MatrixSum as MatrixSum
from .expr import Norm as Norm
from .expr import OrderedProduct as OrderedProduct
from .expr import Sequence as Sequence
from .expr import SpectralRadius as SpectralRadius
from .expr import TotalJacobian as TotalJacobian
from .latex import explain as explain
from .latex import to_latex as to_latex
from .latex import to_text as to_text
from .recurrence import Recurrence as Recurrence
from .sweeps import sweep as sweep
from .symbols import T as T
from .symbols import k as k
from .symbols import m as m
from .symbols import n as n
from .symbols import s as s
from .symbols import t as t
from .symbols import u as u

__version__: str
