"""What is linear in a matrix X, as a factor times vec X: the search for Jacobians, which the kernel checks."""

from __future__ import annotations

from typing import Any

from symrnn.certify.errors import NotFoundError
from symrnn.kernel.monomials import Atom, Mono, Poly, Word, identity
from symrnn.kernel.normal import Normal
from symrnn.kernel.terms import ONE, Size, times


def has(x: Any, atom: Atom) -> bool:
    """Whether an atom stands inside, or is it."""
    return x == atom or (isinstance(x, tuple) and any(has(part, atom) for part in x))


def freed(normal: Normal, mono: Mono, atom: Atom) -> tuple[Word, Mono]:
    """The word in which an atom stands, and the rest of its monomial as a number; the word may be a scalar.

    A number r x before a column y is y r x, so that x stands in the word.

    Raises:
        NotFoundError: when the atom stands in a number before what is not a column.
    """
    for j, scalar in enumerate(mono.scalars):
        if has(scalar, atom):
            rest = mono._replace(scalars=(*mono.scalars[:j], *mono.scalars[j + 1 :]), word=())
            if not mono.word:
                return scalar, rest
            if normal.shape(mono.word[-1])[1] != ONE:
                raise NotFoundError("what moves stands in a number before a matrix")
            turned = ("T", atom) in scalar
            return mono.word + (normal.turned(scalar) if turned else scalar), rest
    return mono.word, mono._replace(word=())


def factor_in(normal: Normal, mono: Mono, rows: Size, cols: Size, atom: Atom) -> tuple[Poly, Mono]:
    """J with vec(M) = J vec(X) for a monomial M of a shape in which the atom X stands once, but for its numbers.

    Raises:
        NotFoundError: where X stands in what is not linear in it.
    """
    at = next((at for at, scalar in enumerate(mono.scalars) if has(scalar, atom)), None)
    if at is not None and cols != ONE and mono.word:  # vec(r M) = vec(M) r
        scalars = (*mono.scalars[:at], *mono.scalars[at + 1 :])
        column = normal.vec(normal.word(rows, cols, mono.word))
        return normal.times(column, linear_in(normal, mono.scalars[at], ONE, ONE, atom)), mono._replace(
            scalars=scalars, word=()
        )
    word, rest = freed(normal, mono, atom)
    return linear_in(normal, word, rows, cols, atom), rest


def linear_in(normal: Normal, word: Word, rows: Size, cols: Size, atom: Atom) -> Poly:
    """J with vec(word) = J vec(X), for a word of a shape in which the atom X stands once.

    Raises:
        NotFoundError: where X stands in what is not linear in it.
    """
    at = next((at for at, each in enumerate(word) if has(each, atom)), None)
    if at is None or has(word[at + 1 :], atom):
        raise NotFoundError("a differential that is not linear in what moves")
    here, before, after = word[at], word[:at], word[at + 1 :]
    down, across = normal.shape(here)
    left, right = normal.word(rows, down, before), normal.word(across, cols, after)
    row = normal.transposed(right)
    cut = next((i + 1 for i, each in enumerate(before) if normal.shape(each)[1] == ONE), None)
    if here[0] == "T" and cols == ONE and here[1] == atom:  # Xᵀ b is the transpose of the row bᵀ X
        return normal.times(left, normal.kron(identity(down), row))
    if here[0] == "T" and cut is not None and cols != ONE:  # vec(u r) = (I ⊗ u) rᵀ for a column and a row
        column = linear_in(normal, normal.turned(word[cut:]), cols, ONE, atom)
        return normal.times(normal.kron(identity(cols), normal.word(rows, ONE, word[:cut])), column)
    if here[0] == "kron" and here[1].rows == ONE and (rows, cols) == (ONE, ONE):
        return linear_in(normal, normal.turned(word), ONE, ONE, atom)
    if here[0] == "diag":
        return _on_a_diagonal(normal, (left, right), here, atom)
    if here[0] == "kron" and here[1].cols == ONE and here[2] == identity(here[2].rows):  # (r ⊗ I) s = (I ⊗ s) r
        column = normal.kron(identity(here[1].rows), right)
        inner = linear_in(normal, _only(here[1]), here[1].rows, ONE, atom)
        return normal.times(left, normal.times(column, inner))
    return normal.times(normal.kron(row, left), _of_atom(normal, here, atom))


def _on_a_diagonal(normal: Normal, sides: tuple[Poly, Poly], here: Atom, atom: Atom) -> Poly:
    """J for A diag(x) B, with A diag(x) = A ∘ (1 xᵀ) and diag(x) B = (x 1ᵀ) ∘ B."""
    (left, right), length = sides, here[1].rows
    inner = linear_in(normal, _only(here[1]), length, ONE, atom)
    if left == identity(length):
        ones = normal.of(("ones", right.cols, ONE))
        slope, spread = normal.diag(normal.vec(right)), normal.kron(ones, identity(length))
        return normal.times(normal.times(slope, spread), inner)
    ones = normal.of(("ones", left.rows, ONE))
    slope, spread = normal.diag(normal.vec(left)), normal.kron(identity(length), ones)
    scaled = normal.times(normal.times(slope, spread), inner)
    return normal.times(normal.kron(normal.transposed(right), identity(left.rows)), scaled)


def _of_atom(normal: Normal, here: Atom, atom: Atom) -> Poly:
    """J for one atom."""
    if here == atom:
        return identity(times(*normal.shape(atom)))
    if here[0] == "T":
        rows, cols = normal.shape(here[1])
        inner = _of_atom(normal, here[1], atom)
        return inner if ONE in (rows, cols) else normal.times(normal.of(("comm", rows, cols)), inner)
    if here[0] in ("vec", "unvec"):
        inside: Poly = here[-1]
        return linear_in(normal, _only(inside), inside.rows, inside.cols, atom)
    if here[0] == "had":
        (moving,) = (part for part in here[1:] if has(part, atom))
        still = [normal.diag(normal.vec(part)) for part in here[1:] if not has(part, atom)]
        found = linear_in(normal, _only(moving), moving.rows, moving.cols, atom)
        for slope in still:
            found = normal.times(slope, found)
        return found
    raise NotFoundError("a differential that is not linear in what moves")


def _only(p: Poly) -> Word:
    """The word of a matrix that is a single product.

    Raises:
        NotFoundError: for a sum, or a number times a product.
    """
    if len(p.terms) != 1 or p.terms[0][0] != Mono((), (), (), p.terms[0][0].word) or p.terms[0][1] != 1:
        raise NotFoundError("a differential inside of a sum")
    return p.terms[0][0].word
