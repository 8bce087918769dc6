"""Layouts of derivatives: what a fraction stands for in a notation, and statements turned so that they fit it.

A term has its Jacobians in numerator layout, ∂y/∂x with a row for each entry of y. Where a notation reads a fraction
the other way, the transpose of the Jacobian is written as the fraction and the Jacobian itself as its transpose, so
that a term is right however it stands. A statement that has more of them plain than transposed is then turned: A = B
is printed as Aᵀ = Bᵀ with the transposes inside, once both sides are proved equal to their plain transposes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

import sympy as sp
from sympy.matrices.expressions import MatrixExpr

from symrnn.equality.entries import entries
from symrnn.equality.turning import pushed, settled, turned
from symrnn.expr import (
    ImmediateJacobian,
    Norm,
    SmallestEntry,
    SmallestSingularValue,
    SpectralRadius,
    TotalJacobian,
    dimension,
)
from symrnn.expr.norms import FROBENIUS, SPECTRAL
from symrnn.latex.notation import Notation, find_notation

Jacobian = TotalJacobian | ImmediateJacobian

KEPT, IN_MATRICES = r"\text{in numerator layout}", r"\text{between matrices}"
"""What is said of a formula that stands in another layout than the rest."""


@dataclass(frozen=True)
class LaidOut:
    """Terms that are printed together, in the layout of a notation.

    Attributes:
        terms: the terms, or the transposes of all of them.
        notation: the notation that they are to be written in.
        is_turned: whether they are the transposes.
        notes: what has to be said of them, as LaTeX.
    """

    terms: tuple[sp.Basic, ...]
    notation: Notation
    is_turned: bool = False
    notes: tuple[str, ...] = ()


def laid_out(terms: Iterable[sp.Basic], notation: str | Notation = "lecture") -> LaidOut:
    """Terms that are equal, in the layout of a notation: all of them turned, or none; or their entries.

    Where it is not proved that this was done rightly, they are to be written in numerator layout, with a note.

    Args:
        terms: the terms.
        notation: the notation.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> columns = replace(find_notation("plain"), layout="denominator")
    >>> laid_out((TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh), columns).terms
    ((d h[t]/d h[t - 1]).T, W_hh.T*DiagMatrix(phi'(a[t])))
    """
    together, own = tuple(terms), find_notation(notation)

    def plain(terms: Iterable[sp.Basic]) -> int:
        return sum(1 for term in terms for _ in _plain(term, own))

    if own.layout == "components":
        return _by_entries(together, own)
    if not plain(together) or not all(isinstance(term, MatrixExpr) for term in together):
        return LaidOut(together, own)
    across = [pushed(term) for term in together]
    along = [pushed(term) for term in across]
    if plain(together) <= min(plain(across), plain(along)):
        return LaidOut(together, own)
    is_turned = plain(across) < plain(along)
    found = tuple(part for term in together if (part := (turned if is_turned else settled)(term)) is not None)
    if len(found) < len(together):
        return LaidOut(together, replace(own, layout="numerator"), notes=(KEPT,))
    return LaidOut(found, own, is_turned)


def _by_entries(terms: tuple[sp.Basic, ...], notation: Notation) -> LaidOut:
    """The entries of terms; of numbers, and where they are not proved, the terms themselves."""
    matrices = tuple(term for term in terms if isinstance(term, MatrixExpr))
    if len(matrices) < len(terms) or any(term.shape == (1, 1) for term in matrices):
        return LaidOut(terms, replace(notation, layout="numerator"))
    found = entries(matrices)
    if found is None:
        return LaidOut(terms, replace(notation, layout="numerator"), notes=(IN_MATRICES,))
    return LaidOut(found, notation)


def laid_out_within(term: sp.Basic, notation: str | Notation = "lecture") -> sp.Basic:
    """A number in which norms and the like are those of turned matrices, where that makes no difference.

    A matrix and its transpose have the same spectral and Frobenius norm, singular values, spectral radius and entries:
    Horn and Johnson (2013), sec. 5.6, which is the lemma ``transpose`` of the kernel. The 1-norm is left alone.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import Norm
    >>> from symrnn.symbols import t
    >>> rnn, columns = Elman(), replace(find_notation("plain"), layout="denominator")
    >>> step = TotalJacobian(rnn.h[t], rnn.h[t - 1])
    >>> laid_out_within(Norm(step), columns), laid_out_within(Norm(step, 1), columns)
    (‖(d h[t]/d h[t - 1]).T‖₂, ‖d h[t]/d h[t - 1]‖₁)
    """
    found: dict[sp.Basic, sp.Basic] = {}
    for part in term.atoms(Norm, SmallestEntry, SmallestSingularValue, SpectralRadius):
        if isinstance(part, Norm) and part.kind not in (SPECTRAL, FROBENIUS):
            continue
        inside = laid_out((part.of,), notation)
        if inside.is_turned:
            found[part] = part.func(*inside.terms, *part.args[1:])
    return term.xreplace(found)


def turns(jacobian: Jacobian, notation: Notation) -> bool:
    """Whether the sign of a Jacobian stands for its transpose; of a number nobody can tell.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> step, row = TotalJacobian(rnn.h[t], rnn.h[t - 1]), TotalJacobian(rnn.L, rnn.h[t])
    >>> layouts = [replace(find_notation("plain"), layout=name) for name in ("numerator", "denominator", "gradients")]
    >>> [(turns(step, each), turns(row, each)) for each in layouts]
    [(False, False), (True, True), (False, True)]
    """
    if notation.layout in ("numerator", "components") or jacobian.shape == (1, 1):
        return False
    if notation.layout == "denominator":
        return True
    return isinstance(jacobian, TotalJacobian) and dimension(jacobian.of) == 1


def _plain(term: sp.Basic, notation: Notation) -> Iterator[Jacobian]:
    """The Jacobians whose sign stands for their transposes, where they do not stand transposed."""
    if isinstance(term, Jacobian) and turns(term, notation):
        yield term
    if not (isinstance(term, sp.Transpose) and isinstance(term.arg, Jacobian)):
        for part in term.args:
            yield from _plain(part, notation)
