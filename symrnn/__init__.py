"""symrnn: write a recurrence once, and get its gradients derived, proved, checked and typeset.

The names below are loaded when they are first used, so that importing symrnn costs next to nothing.

>>> from symrnn import Elman, t
>>> rnn = Elman()
>>> rnn.derive(rnn.h[t], wrt=rnn.W_hh).verify().kind
<Kind.PROVED: 'PROVED'>
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

_PLACES = {
    "activations": ("Activation", "activation"),
    "budget": ("Limits",),
    "calculus": ("Backward", "derive", "differential", "dotted", "hessian_vector", "local_jacobian", "tangent"),
    "cells": (
        "Bidirectional",
        "Cell",
        "Copied",
        "CoupledLSTM",
        "Elman",
        "GRU",
        "IRNN",
        "Jordan",
        "LSTM",
        "LSTM1997",
        "Layered",
        "Leaky",
        "MGU",
        "Network",
        "PeepholeLSTM",
        "ResetAfterGRU",
        "Stacked",
        "StepLoss",
        "Untied",
        "complement",
        "deep",
        "entrywise",
        "gates",
        "masked",
        "matrices",
        "width",
        "with_loss",
    ),
    "certify.claims": ("certificates_of",),
    "check": ("agrees_at", "find_counterexample", "identity_test", "prove_at", "verify"),
    "clipping": (
        "clip_by_global_norm",
        "clip_by_norm",
        "clip_by_value",
        "global_norm_clipped",
        "norm_clipped",
        "value_clipped",
    ),
    "codegen": ("generate",),
    "derivation": (
        "AllOf",
        "BoundedSlope",
        "Claim",
        "Coincide",
        "Counterexample",
        "Definitions",
        "Derivation",
        "Equation",
        "ForEvery",
        "Inequality",
        "Informal",
        "Kind",
        "Limit",
        "Maximum",
        "SameDirection",
        "SlopeBound",
        "Step",
        "Verdict",
    ),
    "errors": ("SymrnnError",),
    "evaluate": ("Assignment", "Evaluator"),
    "expr": (
        "Apply",
        "ClipByValue",
        "ClipFactor",
        "Concatenation",
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
        "Norm",
        "OrderedProduct",
        "Selector",
        "Sequence",
        "SmallestSingularValue",
        "Softmax",
        "SpectralRadius",
        "Stack",
        "TotalJacobian",
        "UnitVector",
        "Variance",
        "Vec",
        "jordan_block",
        "shift_matrix",
    ),
    "certify.equality": ("equal", "normal_form"),
    "latex": ("NOTATIONS", "Notation", "explain", "statement_latex", "to_latex", "to_text", "typeset_function"),
    "recurrence": ("Definition", "Recurrence", "Role"),
    "slopes": ("claim", "claim_bound", "slope_bounds"),
    "symbols": ("L", "T", "k", "l", "m", "n", "q", "s", "t", "u"),
    "truncation": ("ScalarEstimate", "Truncation", "chunked", "randomised", "truncated", "untruncated"),
}
_HOME = {name: place for place, names in _PLACES.items() for name in names}

__all__ = sorted([*_HOME, "__version__"])

if TYPE_CHECKING:
    from symrnn.activations import Activation as Activation
    from symrnn.activations import activation as activation
    from symrnn.budget import Limits as Limits
    from symrnn.calculus import Backward as Backward
    from symrnn.calculus import derive as derive
    from symrnn.calculus import dotted as dotted
    from symrnn.calculus import hessian_vector as hessian_vector
    from symrnn.calculus import local_jacobian as local_jacobian
    from symrnn.calculus.differential import differential as differential
    from symrnn.calculus.tangent import tangent as tangent
    from symrnn.cells import GRU as GRU
    from symrnn.cells import IRNN as IRNN
    from symrnn.cells import LSTM as LSTM
    from symrnn.cells import LSTM1997 as LSTM1997
    from symrnn.cells import MGU as MGU
    from symrnn.cells import Bidirectional as Bidirectional
    from symrnn.cells import Cell as Cell
    from symrnn.cells import Copied as Copied
    from symrnn.cells import CoupledLSTM as CoupledLSTM
    from symrnn.cells import Elman as Elman
    from symrnn.cells import Jordan as Jordan
    from symrnn.cells import Layered as Layered
    from symrnn.cells import Leaky as Leaky
    from symrnn.cells import Network as Network
    from symrnn.cells import PeepholeLSTM as PeepholeLSTM
    from symrnn.cells import ResetAfterGRU as ResetAfterGRU
    from symrnn.cells import Stacked as Stacked
    from symrnn.cells import StepLoss as StepLoss
    from symrnn.cells import Untied as Untied
    from symrnn.cells import complement as complement
    from symrnn.cells import deep as deep
    from symrnn.cells import entrywise as entrywise
    from symrnn.cells import gates as gates
    from symrnn.cells import masked as masked
    from symrnn.cells import matrices as matrices
    from symrnn.cells import width as width
    from symrnn.cells import with_loss as with_loss
    from symrnn.certify.claims import certificates_of as certificates_of
    from symrnn.certify.equality import equal as equal
    from symrnn.certify.equality import normal_form as normal_form
    from symrnn.check import agrees_at as agrees_at
    from symrnn.check import find_counterexample as find_counterexample
    from symrnn.check import identity_test as identity_test
    from symrnn.check import prove_at as prove_at
    from symrnn.check.verify import verify as verify
    from symrnn.clipping import clip_by_global_norm as clip_by_global_norm
    from symrnn.clipping import clip_by_norm as clip_by_norm
    from symrnn.clipping import clip_by_value as clip_by_value
    from symrnn.clipping import global_norm_clipped as global_norm_clipped
    from symrnn.clipping import norm_clipped as norm_clipped
    from symrnn.clipping import value_clipped as value_clipped
    from symrnn.codegen import generate as generate
    from symrnn.derivation import AllOf as AllOf
    from symrnn.derivation import BoundedSlope as BoundedSlope
    from symrnn.derivation import Claim as Claim
    from symrnn.derivation import Coincide as Coincide
    from symrnn.derivation import Counterexample as Counterexample
    from symrnn.derivation import Definitions as Definitions
    from symrnn.derivation import Derivation as Derivation
    from symrnn.derivation import Equation as Equation
    from symrnn.derivation import ForEvery as ForEvery
    from symrnn.derivation import Inequality as Inequality
    from symrnn.derivation import Informal as Informal
    from symrnn.derivation import Kind as Kind
    from symrnn.derivation import Limit as Limit
    from symrnn.derivation import Maximum as Maximum
    from symrnn.derivation import SameDirection as SameDirection
    from symrnn.derivation import SlopeBound as SlopeBound
    from symrnn.derivation import Step as Step
    from symrnn.derivation import Verdict as Verdict
    from symrnn.errors import SymrnnError as SymrnnError
    from symrnn.evaluate import Assignment as Assignment
    from symrnn.evaluate import Evaluator as Evaluator
    from symrnn.expr import Apply as Apply
    from symrnn.expr import ClipByValue as ClipByValue
    from symrnn.expr import ClipFactor as ClipFactor
    from symrnn.expr import Concatenation as Concatenation
    from symrnn.expr import Differential as Differential
    from symrnn.expr import Element as Element
    from symrnn.expr import Elementwise as Elementwise
    from symrnn.expr import Expectation as Expectation
    from symrnn.expr import GenericFunction as GenericFunction
    from symrnn.expr import Gradient as Gradient
    from symrnn.expr import ImmediateJacobian as ImmediateJacobian
    from symrnn.expr import InnerProduct as InnerProduct
    from symrnn.expr import LogSumExp as LogSumExp
    from symrnn.expr import MatrixSum as MatrixSum
    from symrnn.expr import Norm as Norm
    from symrnn.expr import OrderedProduct as OrderedProduct
    from symrnn.expr import Selector as Selector
    from symrnn.expr import Sequence as Sequence
    from symrnn.expr import SmallestSingularValue as SmallestSingularValue
    from symrnn.expr import Softmax as Softmax
    from symrnn.expr import SpectralRadius as SpectralRadius
    from symrnn.expr import Stack as Stack
    from symrnn.expr import TotalJacobian as TotalJacobian
    from symrnn.expr import UnitVector as UnitVector
    from symrnn.expr import Variance as Variance
    from symrnn.expr import Vec as Vec
    from symrnn.expr import jordan_block as jordan_block
    from symrnn.expr import shift_matrix as shift_matrix
    from symrnn.latex import NOTATIONS as NOTATIONS
    from symrnn.latex import Notation as Notation
    from symrnn.latex import explain as explain
    from symrnn.latex import statement_latex as statement_latex
    from symrnn.latex import to_latex as to_latex
    from symrnn.latex import to_text as to_text
    from symrnn.latex import typeset_function as typeset_function
    from symrnn.recurrence import Definition as Definition
    from symrnn.recurrence import Recurrence as Recurrence
    from symrnn.recurrence import Role as Role
    from symrnn.slopes import claim as claim
    from symrnn.slopes import claim_bound as claim_bound
    from symrnn.slopes import slope_bounds as slope_bounds
    from symrnn.symbols import L as L
    from symrnn.symbols import T as T
    from symrnn.symbols import k as k
    from symrnn.symbols import l as l
    from symrnn.symbols import m as m
    from symrnn.symbols import n as n
    from symrnn.symbols import q as q
    from symrnn.symbols import s as s
    from symrnn.symbols import t as t
    from symrnn.symbols import u as u
    from symrnn.truncation import ScalarEstimate as ScalarEstimate
    from symrnn.truncation import Truncation as Truncation
    from symrnn.truncation import chunked as chunked
    from symrnn.truncation import untruncated as untruncated
    from symrnn.truncation.randomised import randomised as randomised
    from symrnn.truncation.truncated import truncated as truncated


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'symrnn' has no attribute {name!r}")
    found = getattr(import_module(f"symrnn.{_HOME[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return list(__all__)
