"""Differentials of normal forms: the product rule, and one case for each kind of atom."""

from __future__ import annotations

from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.linear import variable
from symrnn.kernel.monomials import Atom, Mono, Poly, Word, changed, fresh_name, insides, opened, plus, scaled, zero
from symrnn.kernel.normal import Normal
from symrnn.kernel.terms import ONE, Size, Term


def differential(normal: Normal, p: Poly, direction: Term) -> Poly:
    """D of a matrix along a direction, by the product rule and one case for each atom."""
    found = [zero(p.rows, p.cols)]
    for mono, c in ((opened(mono), c) for mono, c in p.terms):
        around = Poly(ONE, ONE, ((Mono((), (), mono.scalars, ()), 1),))
        parts = [normal.times_scalar(around, _in_word(normal, p.rows, p.cols, mono.word, direction))]
        for at, each in enumerate(mono.scalars):
            others = (*mono.scalars[:at], *mono.scalars[at + 1 :])
            rest = Poly(p.rows, p.cols, ((Mono((), (), others, mono.word), 1),))
            parts.append(normal.times_scalar(_in_word(normal, ONE, ONE, each, direction), rest))
        found += [normal.summed(mono, scaled(c, part)) for part in parts]
    return plus(*found)


def _in_word(normal: Normal, rows: Size, cols: Size, word: Word, direction: Term) -> Poly:
    found = [zero(rows, cols)]
    for at, atom in enumerate(word):
        moved = _of_atom(normal, atom, direction)
        if moved.terms:
            before = normal.word(rows, moved.rows, word[:at])
            after = normal.word(moved.cols, cols, word[at + 1 :])
            found.append(normal.times(normal.times(before, moved), after))
    return plus(*found)


def _of_atom(normal: Normal, atom: Atom, direction: Term) -> Poly:
    rows, cols = normal.shape(atom)
    match atom[0]:
        case "leaf":
            given = normal.system.of(atom[1]).role == "given"
            if given and atom[1] not in [name for name, _ in direction[1]]:
                return zero(rows, cols)  # what is given, and does not move
            return normal.atom(("d", direction, (atom[1], atom[2])))
        case "unit" | "binom" | "sel" | "comm" | "one":
            return zero(rows, cols)
        case "T":
            return normal.transposed(_of_atom(normal, atom[1], direction))
        case "diag" | "vec" | "unvec" | "kron" | "had":  # linear in each of the matrices inside
            inner = insides(atom)
            moved = enumerate(differential(normal, part, direction) for part in inner)
            return plus(*(normal.anew(atom, (*inner[:at], each, *inner[at + 1 :])) for at, each in moved))
        case "fn":  # d φ(a) = φ'(a) ∘ da
            _, name, member, order, p = atom
            return normal.had(normal.fn(name, member, order + 1, p), differential(normal, p, direction))
        case "softmax":  # d p = (diag(p) - p pᵀ) dy
            own = normal.atom(atom)
            spread = plus(normal.diag(own), scaled(-1, normal.times(own, normal.transposed(own))))
            return normal.times(spread, differential(normal, atom[1], direction))
        case "lse":  # d lse(y) = softmax(y)ᵀ dy
            share = normal.transposed(normal.atom(("softmax", atom[1])))
            return normal.times(share, differential(normal, atom[1], direction))
        case "inv":  # X Y = I, so dX Y + X dY = 0
            own = normal.atom(atom)
            return scaled(-1, normal.times(normal.times(own, differential(normal, atom[1], direction)), own))
        case "prod":
            return _of_product(normal, atom, direction)
    raise NotProvedError(f"there is no differential of {atom[0]} here")


def _of_product(normal: Normal, atom: Atom, direction: Term) -> Poly:
    """D ∏ f = Σ_j (∏ above j) df(j) (∏ below j)."""
    _, v, low, high, body = atom
    moved = differential(normal, body, direction)
    rows, cols = normal.shape(atom)
    if not moved.terms:
        return zero(rows, cols)
    j, v1, v2 = fresh_name(), fresh_name(), fresh_name()
    here = variable(j)

    def at(p: Poly, name: str) -> Poly:
        renamed_body: Poly = changed(p, {v: variable(name)})
        return renamed_body

    above = normal.prod(v1, here + 1, high, at(body, v1))
    below = normal.prod(v2, low, here - 1, at(body, v2))
    middle = normal.again(at(moved, j))
    return normal.sum(j, low, high, normal.times(normal.times(above, middle), below))
