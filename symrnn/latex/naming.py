"""Names for what is long: the factor of a long product and a long block matrix get a letter, and a meaning beside it.

A body such as D_f,u U_f + ... in a product over u becomes A_u, and A_t = D_f,t U_f + ... is told once for every time.
Only what depends on a single index is named, so that the letter and the index say all there is to know.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field

import sympy as sp
from sympy.matrices.expressions import MatAdd, MatMul, MatrixExpr, MatrixSymbol

from symrnn.expr import Apply, Binder, Element, OrderedProduct, Selector
from symrnn.expr import Sequence as Terms

LONG = 34.0
"""Letters from which on a term gets a name."""

MIDDLING = 16.0
"""Letters from which on slopes that are written out several times in a wide block matrix get a name."""

WIDE = 60.0
"""Letters from which on a block matrix gets names for its long blocks."""

FULL = 75.0
"""Letters from which on a block matrix does not fit on a line, so that its long blocks get names, too."""

LETTERS = ("A", "B", "C", "E", "F", "G", "M", "N", "P", "Q")

Width = Callable[[MatrixExpr], float]


@dataclass(frozen=True)
class Named:
    """Terms with names in them, and what the names mean.

    Attributes:
        terms: the terms, in the order in which they were given.
        meanings: pairs of an element, at the time of the notation, and what it stands for.
    """

    terms: tuple[sp.Basic, ...]
    meanings: tuple[tuple[Element, MatrixExpr], ...] = ()

    @property
    def all_terms(self) -> tuple[sp.Basic, ...]:
        """The terms and the meanings, as they are printed."""
        return (*self.terms, *(part for pair in self.meanings for part in pair))


@dataclass
class Names:
    """Letters in the order in which they are given away.

    Args:
        time: the index in the meanings.
        width: how wide a term is when it is written.
        letters: those that are free.
        given: the names so far, by their meaning at the time.
    """

    time: sp.Symbol
    width: Width
    letters: list[str]
    given: dict[MatrixExpr, Terms] = field(default_factory=dict)

    def named(self, term: sp.Basic) -> sp.Basic:
        """A term with names for its long parts, from the outside in."""
        if not isinstance(term, MatrixExpr):
            return term
        if isinstance(term, OrderedProduct):
            name = self.name(term.body)
            if name is not None:
                return term.func(name, *term.args[1:])
        elif is_block(term):
            return self.name(term) or term
        parts = [self.named(part) for part in term.args]
        return term if all(new is old for new, old in zip(parts, term.args, strict=True)) else term.func(*parts)

    def name(self, term: MatrixExpr, long: float = LONG) -> Element | None:
        """The name of a long term that depends on one index; None for what stays as it is."""
        if self.width(term) < long:
            return None
        found = at_one_index(term, self.time)
        if found is None or not (found[0] in self.given or self.letters):
            return None
        meaning, index = found
        if meaning not in self.given:
            self.given[meaning] = Terms(self.letters.pop(0), *meaning.shape)
        return self.given[meaning].at(index)

    def again(self, term: sp.Basic) -> sp.Basic:
        """A term in which every sum that has a name is written by it."""
        if isinstance(term, MatAdd):
            found = at_one_index(term, self.time)
            if found is not None and found[0] in self.given:
                return self.given[found[0]].at(found[1])
        if not isinstance(term, MatrixExpr):
            return term
        parts = [self.again(part) for part in term.args]
        return term if all(new is old for new, old in zip(parts, term.args, strict=True)) else term.func(*parts)

    def meanings(self) -> Iterator[tuple[Element, MatrixExpr]]:
        """What the names mean.

        A long sum gets a name of its own in a wide block matrix, or where it stands twice; so do, in a wide block
        matrix, slopes that are written out more than once.
        """
        counted: dict[MatrixExpr, int] = {}
        diagonals: dict[MatrixExpr, int] = {}
        for meaning in self.given:
            too_wide = is_block(meaning) and self.width(meaning) > WIDE
            for part in sp.preorder_traversal(meaning):
                if isinstance(part, MatAdd) and not is_block(part) and part != meaning:
                    counted[part] = counted.get(part, 0) + (2 if too_wide else 1)
                elif too_wide and _is_written_out(part):
                    diagonals[part] = diagonals.get(part, 0) + 1
        names = {part: self.name(part) for part, times in counted.items() if times > 1}
        names |= {part: self.name(part, MIDDLING) for part, times in diagonals.items() if times > 1}
        inner = {part: name for part, name in names.items() if name is not None}
        found = {meaning: self.in_line(meaning.xreplace(_without(inner, meaning))) for meaning in tuple(self.given)}
        for meaning, sequence in self.given.items():
            yield sequence.at(self.time), found.get(meaning) or meaning.xreplace(_without(inner, meaning))

    def in_line(self, meaning: MatrixExpr) -> MatrixExpr:
        """A block matrix with names for its long blocks where it is wider than a line."""
        if not is_block(meaning) or self.width(meaning) <= FULL:
            return meaning
        return MatAdd(*map(self._with_block_named, meaning.args))

    def _with_block_named(self, part: MatrixExpr) -> MatrixExpr:
        """A block with the selectors around it, by its name where it is a long product."""
        factors = list(part.args) if isinstance(part, MatMul) else [part]
        inside = [factor for factor in factors if not _selects(factor)]
        at = factors.index(inside[0]) if inside else 0
        if len(inside) < 2 or factors[at : at + len(inside)] != inside:
            return part
        name = self.name(MatMul(*inside), MIDDLING)
        return part if name is None else MatMul(*factors[:at], name, *factors[at + len(inside) :])


def named(
    terms: Iterable[sp.Basic],
    time: str,
    width: Width,
    symbol: Callable[[str], str] = str,
    reserved: Collection[str] = (),
) -> Named:
    """Give names to what is long in terms that are printed together.

    Args:
        terms: the terms.
        time: the index in the meanings.
        width: how wide a term is when it is written.
        symbol: how a name is written; a letter is free while nothing else is written like it.
        reserved: what else is written.

    >>> from symrnn.cells import GRU
    >>> from symrnn.symbols import k, t
    >>> gru = GRU()
    >>> short = named([gru.derive(gru.h[t], wrt=gru.h[t - k]).closed_form], "t", lambda term: len(str(term)))
    >>> print(short.terms[0], "with", short.meanings[0][0])
    Prod(A[t - u], (u, 0..k - 1)) with A[t]
    """
    together = tuple(terms)
    atoms = {part for term in together for part in sp.preorder_traversal(term)}
    taken = {symbol(part.name) for part in atoms if isinstance(part, Element | MatrixSymbol)}
    free = [letter for letter in LETTERS if symbol(letter) not in taken and symbol(letter) not in reserved]
    names = Names(sp.Symbol(time, integer=True), width, free)
    written = tuple(map(names.again, map(names.named, together)))
    return Named(written, tuple(names.meanings()))


def is_block(term: sp.Basic) -> bool:
    """Whether a term is a sum of blocks, each behind a selector."""
    return isinstance(term, MatAdd) and all(
        isinstance(part, Selector) or (isinstance(part, MatMul) and any(isinstance(f, Selector) for f in part.args))
        for part in term.args
    )


def _selects(factor: sp.Basic) -> bool:
    """Whether a factor is a selector, or the transpose of one."""
    return isinstance(factor.arg if isinstance(factor, sp.Transpose) else factor, Selector)


def _without(names: dict[MatrixExpr, Element], meaning: MatrixExpr) -> dict[MatrixExpr, Element]:
    """The names of all but one term, which is not told by its own."""
    return {part: name for part, name in names.items() if part != meaning}


def _is_written_out(term: sp.Basic) -> bool:
    """Whether a diagonal has the slopes at something that has no name of its own, such as tanh'(R c_t)."""
    slopes = term.args[0] if isinstance(term, sp.DiagMatrix) else None
    return isinstance(slopes, Apply) and isinstance(slopes.args[-1], MatAdd | MatMul)


def at_one_index(term: MatrixExpr, time: sp.Symbol) -> tuple[MatrixExpr, sp.Expr] | None:
    """A term in which all indices are a few steps from one: the term at a time, and that index; None for any other.

    >>> t, u = sp.symbols("t u", integer=True)
    >>> h = Terms("h", sp.Symbol("n", integer=True, positive=True))
    >>> at_one_index(h[t - u] * h[t - u - 1].T, t)
    (h[t]*h[t - 1].T, t - u)
    >>> at_one_index(h[t] + h[u], t) is None
    True
    """
    elements = term.atoms(Element)
    if not elements or term.atoms(Binder):
        return None
    some = next(iter(elements)).index
    lags = {element: sp.expand(element.index - some) for element in elements}
    if not all(lag.is_Integer for lag in lags.values()):
        return None
    latest = max(lags.values())
    index = sp.expand(some + latest)
    apart = term.xreplace({element: sp.MatrixSymbol(sp.Dummy().name, *element.shape) for element in elements})
    if apart.free_symbols & index.free_symbols:
        return None
    moved = {e: e.func(e.args[0], time + lag - latest, *e.shape) for e, lag in lags.items()}
    meaning = term.xreplace(moved)
    if isinstance(meaning, MatAdd):  # which is equal to another one only in the same order
        meaning = MatAdd(*sorted(meaning.args, key=sp.default_sort_key))
    return meaning, index
