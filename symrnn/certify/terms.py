"""Terms for the kernel, and normal forms written as terms again."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from symrnn.certify.draft import Draft
from symrnn.certify.errors import NotFoundError
from symrnn.certify.script import Script
from symrnn.kernel.linear import Linear, variable
from symrnn.kernel.monomials import Atom, Mono, Poly, Word, variables
from symrnn.kernel.normal import Normal
from symrnn.kernel.terms import ONE, Size, Term, put, size_at


def mul(*parts: Term) -> Term:
    """A product, without identities."""
    kept = [part for part in parts if part[0] != "id"] or [parts[0]]
    flat = [f for part in kept for f in (part[1:] if part[0] == "mul" else (part,))]
    return flat[0] if len(flat) == 1 else ("mul", *flat)


def add(*parts: Term) -> Term:
    """A sum."""
    return parts[0] if len(parts) == 1 else ("add", *parts)


class Writer:
    """Normal forms as terms, with bound variables that have names of their own."""

    def __init__(self, script: Script | Draft, normal: Normal) -> None:
        self.script, self.normal = script, normal
        self._products: dict[object, tuple[str, Term]] = {}

    def poly(self, p: Poly, names: Mapping[str, str] | None = None) -> Term:
        """A normal form as a term."""
        names = {} if names is None else names
        if not p.terms:
            return ("zero", *(size_at(s, _renaming(names)) for s in (p.rows, p.cols)))
        return add(*(self.mono(p.rows, p.cols, mono, c, names) for mono, c in p.terms))

    def mono(self, rows: Size, cols: Size, mono: Mono, c: Fraction | int, names: Mapping[str, str]) -> Term:
        """A monomial as a term: its sums are nested again.

        Raises:
            NotFoundError: for a domain that is not a range within a range.
        """
        names = {**names, **{b: self.script.binder("s") for b in mono.bound}}
        body = self.word(rows, cols, mono.word, names) if mono.word else None
        for scalar in reversed(mono.scalars):
            number = self.word(ONE, ONE, scalar, names)
            if body is None:
                alone = (rows, cols) == (ONE, ONE)
                body = number if alone else ("kron", number, ("id", size_at(rows, _renaming(names))))
            else:
                body = ("kron", number, body) if (rows, cols) != (ONE, ONE) else mul(number, body)
        if body is None:
            body = ("id", size_at(rows, _renaming(names)))
        for v, low, high in reversed(nested(mono)):
            low, high = (form.at(_renaming(names)) for form in (low, high))
            body = ("sum", names[v], low, high, body)
        return body if c == 1 else ("scale", Fraction(c), body)

    def word(self, rows: Size, cols: Size, word: Word, names: Mapping[str, str]) -> Term:
        """A product of atoms as a term."""
        if not word:
            return ("id", size_at(rows, _renaming(names)))
        return mul(*(self.atom(atom, names) for atom in word))

    def atom(self, atom: Atom, names: Mapping[str, str]) -> Term:
        """An atom as a term."""
        match atom[0]:
            case "one":
                return ("ones", size_at(atom[1], _renaming(names)), ONE)
            case "T":
                return ("T", self.atom(atom[1], names))
            case "fn":
                _, name, member, order, p = atom
                index = None if member is None else member.at(_renaming(names))
                return ("fn", name, index, order, self.poly(p, names))
            case "softmax" | "lse" | "inv" | "diag" | "vec" | "mean":
                return (atom[0], self.poly(atom[1], names))
            case "unvec":
                sizes = (size_at(s, _renaming(names)) for s in atom[1:3])
                return ("unvec", *sizes, self.poly(atom[3], names))
            case "kron":
                return ("kron", *(self.poly(p, names) for p in atom[1:]))
            case "had":
                return ("had", *(self.poly(p, names) for p in atom[1:]))
            case "prod":
                _, v, low, high, body = atom
                bounds = (form.at(_renaming(names)) for form in (low, high))
                u, factors = self._factors(v, body, names)
                return ("prod", u, *bounds, factors)
        return put(atom, _renaming(names))

    def _factors(self, v: str, body: Poly, names: Mapping[str, str]) -> tuple[str, Term]:
        """What is multiplied, and the name of its index: the same wherever it is the same, so it is read once."""
        used = tuple(sorted((w, names[w]) for w in variables(body) - {v} if w in names))
        key = (v, body, used)
        if key not in self._products:
            u = self.script.binder("u")
            self._products[key] = u, self.poly(body, {**names, v: u})
        return self._products[key]


def _renaming(names: Mapping[str, str]) -> dict[str, Linear]:
    return {old: variable(new) for old, new in names.items()}


def _undecided(waiting: list[str], conditions: list[Linear]) -> Linear | None:
    """By the sign of which form a variable that has two bounds on one side has one of them only."""
    for v in waiting:
        for sign in (1, -1):
            ends = [form for form in conditions if form.coefficient(v) == sign]
            if len(ends) > 1:
                return ends[1] - ends[0]
    return None


def nested(mono: Mono) -> list[tuple[str, Linear, Linear]]:
    """The sums of a monomial from the outermost on: each with its bounds, in terms of those before it.

    Raises:
        NotFoundError: when a variable has more than one lower or upper bound then.
    """
    found: list[tuple[str, Linear, Linear]] = []
    waiting, conditions = list(mono.bound), list(mono.domain)
    while waiting:
        for v in reversed(waiting):  # innermost first
            mine = [form for form in conditions if form.coefficient(v)]
            lows = [variable(v) - form for form in mine if form.coefficient(v) == 1]
            highs = [form + variable(v) for form in mine if form.coefficient(v) == -1]
            if len(lows) == len(highs) == 1 and len(mine) == 2:
                found.insert(0, (v, lows[0], highs[0]))
                waiting.remove(v)
                conditions = [form for form in conditions if form not in mine]
                for other in waiting:  # a condition that was left out, since the inner range is empty where it fails
                    shadow = highs[0] - lows[0]
                    signs = {form.coefficient(other) > 0 for form in conditions if form.coefficient(other)}
                    if shadow.coefficient(other) and (shadow.coefficient(other) > 0) not in signs:
                        conditions.append(shadow)
                        break
                break
        else:
            raise NotFoundError(
                "a sum over a domain that is not a range within a range", _undecided(waiting, conditions)
            )
    if conditions:
        raise NotFoundError("a condition on a sum that speaks of none of its variables", conditions[0])
    return found
