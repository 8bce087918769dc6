"""Terms on top of SymPy: time-indexed sequences, ordered products, finite sums, Jacobians, differentials."""

from symrnn.expr.apply import Apply, Elementwise, GenericFunction, UnitVector
from symrnn.expr.base import Term
from symrnn.expr.binder import ASCENDING, DESCENDING, Binder, MatrixSum, OrderedProduct
from symrnn.expr.clipping import ClipByValue, ClipFactor, Stack
from symrnn.expr.concatenation import Concatenation
from symrnn.expr.derivatives import (
    Derivative,
    Differential,
    Gradient,
    ImmediateJacobian,
    TotalJacobian,
    Variable,
    Vec,
    dimension,
)
from symrnn.expr.moments import Expectation, Moment, Variance
from symrnn.expr.norms import InnerProduct, Measure, Norm, SmallestEntry, SmallestSingularValue, SpectralRadius
from symrnn.expr.parts import parts_of
from symrnn.expr.selector import Selector
from symrnn.expr.sequence import Element, Sequence
from symrnn.expr.shifts import jordan_block, shift_matrix
from symrnn.expr.softmax import LogSumExp, Softmax
from symrnn.expr.stopped import StopGradient

__all__ = [
    "ASCENDING",
    "DESCENDING",
    "Apply",
    "Binder",
    "ClipByValue",
    "ClipFactor",
    "Concatenation",
    "Derivative",
    "Differential",
    "Element",
    "Elementwise",
    "Expectation",
    "GenericFunction",
    "Gradient",
    "ImmediateJacobian",
    "InnerProduct",
    "LogSumExp",
    "MatrixSum",
    "Measure",
    "Moment",
    "Norm",
    "OrderedProduct",
    "Selector",
    "Sequence",
    "SmallestEntry",
    "SmallestSingularValue",
    "Softmax",
    "SpectralRadius",
    "Stack",
    "StopGradient",
    "Term",
    "TotalJacobian",
    "UnitVector",
    "Variable",
    "Variance",
    "Vec",
    "dimension",
    "jordan_block",
    "parts_of",
    "shift_matrix",
]
