"""What a statement assumes, in LaTeX: conditions, signs of numbers, hypotheses, and what a verdict rests on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations

import sympy as sp
from sympy.core.relational import Relational

from symrnn.check.proving.words import LAYOUT
from symrnn.derivation.directions import SameDirection
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Hypothesis, Inequality, Limit
from symrnn.derivation.statement import Equation
from symrnn.derivation.verdict import Given, in_words
from symrnn.latex.declared import (
    entries_in,
    kinds_of,
    numbers_in,
    signs_of,
    thresholds_in,
    with_signs,
)
from symrnn.latex.layout import (
    AND,
    condition,
    equation,
)
from symrnn.latex.layouts import laid_out
from symrnn.latex.notation import Notation, find_notation
from symrnn.latex.shown import Relation
from symrnn.latex.walk import split_sign
from symrnn.latex.writer import latex
from symrnn.sentences import Sentence, marked


def conditions(statement: Relation, notation: str | Notation = "lecture", *, signs: bool = True) -> list[str]:
    r"""The conditions on the indices, the hypotheses, and which quantities vary where there are differentials.

    Args:
        statement: what they are of.
        notation: how they are written.
        signs: whether the signs are among them that numbers were declared with.

    >>> a, W = sp.Symbol("a", positive=True), sp.MatrixSymbol("W", 2, 2)
    >>> conditions(Inequality(a, 1, given=(a <= 1,)), "plain")
    ['0 < a \\le 1']
    >>> i = sp.Symbol("i", integer=True, nonnegative=True)
    >>> conditions(Inequality(W[i, i], 0, where=(i < 2,)), "plain")
    ['0 \\le i < 2']
    """
    stated = [*getattr(statement, "given", ()), *getattr(statement, "where", ())]
    declared = signs_of(numbers_in(statement.terms, statement.sizes), stated) if signs else []
    where = [*statement.where, *signs_of(entries_in(statement.terms), stated)]
    parts = condition(sp.And(*where, evaluate=False), notation).split(AND) if where else []
    if isinstance(statement, SameDirection):
        parts.append(r"\text{for some } \lambda > 0")
    if isinstance(statement, Inequality | Limit):
        for hypothesis in statement.given:
            if isinstance(hypothesis, Relational):
                (bounds,), declared = with_signs([hypothesis], declared)
                parts.append(condition(sp.And(*bounds, evaluate=False), notation))
            else:
                parts.append(hypothesis_latex(hypothesis, notation))
    if isinstance(statement, Equation) and statement.given:
        first, *others = (hypothesis_latex(hypothesis, notation) for hypothesis in statement.given)
        parts += [rf"\text{{given }} {first}", *others]
    parts += signs_latex(declared, notation)
    if signs:
        parts += kinds_latex(statement.terms, statement.sizes, notation)
    parts += [need for need in needed(statement.terms, notation, stated) if need not in parts]
    if isinstance(statement, Equation) and statement.varying:
        vary = ", ".join(latex(quantity, notation) for quantity in statement.varying)
        verb = "varies" if len(statement.varying) == 1 else "vary"
        parts.append(rf"{vary} \text{{ {verb}, all else is held fixed}}")
    return parts


def signs_latex(signs: Iterable[Relational], notation: str | Notation = "lecture") -> list[str]:
    r"""Signs that numbers were declared with.

    >>> signs_latex(signs_of([sp.Symbol("alpha", positive=True)]))
    ['\\alpha > 0']
    """
    return [condition(sign, notation) for sign in signs]


def kinds_latex(
    terms: Iterable[sp.Basic], sizes: Iterable[sp.Basic] = (), notation: str | Notation = "lecture"
) -> list[str]:
    r"""Kinds that numbers were declared as, where they are more than indices or real numbers.

    >>> kinds_latex([sp.Symbol("k", even=True)])
    ['k \\text{ even}']
    """
    return [rf"{latex(symbol, notation)} \text{{ {kind}}}" for symbol, kind in kinds_of(numbers_in(terms, sizes))]


def conventions(terms: Iterable[sp.Basic], notation: str | Notation = "lecture") -> list[str]:
    r"""What has to be said of signs that are written in terms: a gradient that is 0 is not shortened.

    >>> from symrnn.expr import ClipFactor
    >>> conventions([ClipFactor(sp.MatrixSymbol("g", 2, 1), sp.Symbol("theta", positive=True))])
    ['\\operatorname{min}(1, \\theta / 0) \\text{ means } 1']
    """
    return [
        rf"\operatorname{{min}}(1, {latex(each, notation)} / 0) \text{{ means }} 1" for each in thresholds_in(terms)
    ]


def needed(terms: Iterable[sp.Basic], notation: str | Notation = "lecture", stated: Iterable[object] = ()) -> list[str]:
    r"""What terms need to have a value: divisors that are not 0, and matrices that are invertible.

    Args:
        terms: where divisors and inverses are looked for.
        notation: how they are written.
        stated: hypotheses; a divisor that is above or below 0 by one of them is not named again.

    >>> a, b = sp.symbols("a b", real=True)
    >>> needed([1 / (a - b), sp.MatrixSymbol("V", 2, 2).I], "plain")
    ['a \\ne b', 'V \\text{ invertible}']
    >>> needed([1 / (a - b)], "plain", [a < b]), needed([1 / a], "plain", [a >= b, b >= 1])
    ([], [])
    """
    terms, stated = tuple(terms), tuple(stated)
    strict = [each.lhs - each.rhs for each in stated if isinstance(each, sp.StrictLessThan | sp.StrictGreaterThan)]
    apart = {sp.expand(sign * difference) for difference in strict for sign in (1, -1)}
    weak = [each.gts - each.lts for each in stated if isinstance(each, sp.LessThan | sp.GreaterThan)]
    powers = {part for term in terms for part in term.atoms(sp.Pow) if part.exp.is_negative}
    found = dict[str, None]()
    for base in sorted({power.base for power in powers if not power.base.is_nonzero}, key=sp.default_sort_key):
        if sp.expand(base) in apart or _is_above_zero(base, weak):
            continue
        more, less = sp.S.Zero, sp.S.Zero
        for part in sp.Add.make_args(base):
            negative, size = split_sign(part)
            more, less = (more, less + size) if negative else (more + part, less)
        above, below = (less, more) if more.is_number else (more, less)
        found[condition(sp.Ne(above, below, evaluate=False), notation)] = None
    inverses = {part.arg for term in terms for part in term.atoms(sp.Inverse)}
    found |= {rf"{latex(each, notation)} \text{{ invertible}}": None for each in sorted(inverses, key=str)}
    return list(found)


def _is_above_zero(base: sp.Expr, weak: Sequence[sp.Expr]) -> bool:
    """Whether a divisor is a number above 0 and a few of what is known not to be below 0."""
    few = (each for count in (1, 2) for each in combinations(weak, count))
    return any(sp.expand(base - sp.Add(*each)).is_positive for each in few)


def given_sentence(given: Given, notation: str | Notation = "lecture") -> Sentence:
    r"""What a verdict rests on, in words for a terminal, and with its formulas in LaTeX for a document.

    >>> t = sp.Symbol("t", integer=True)
    >>> found = given_sentence((sp.Ne(t, 0), "W_hh invertible"))
    >>> print(found, "|", found.marked)
    t not 0, W_hh invertible | $t \ne 0$, W_hh invertible
    """
    if isinstance(given, str):
        return Sentence(f"proved in {given}" if given == LAYOUT and _is_other(notation) else given)
    parts = given if isinstance(given, tuple) else (given,)
    written = [marked(part) if isinstance(part, str) else f"${hypothesis_latex(part, notation)}$" for part in parts]
    return Sentence(", ".join(written), in_words(given))


def _is_other(notation: str | Notation) -> bool:
    """Whether formulas are printed in another layout than they are proved in."""
    return find_notation(notation).layout != "numerator"


def hypothesis_latex(hypothesis: Hypothesis, notation: str | Notation = "lecture") -> str:
    r"""Write a hypothesis.

    >>> from symrnn.derivation import BoundedSlope
    >>> print(hypothesis_latex(BoundedSlope("phi", sp.Symbol("gamma"))))
    |\phi'| \le \gamma
    """
    match hypothesis:
        case Equation():
            found = laid_out(hypothesis.sides, notation)
            own = condition(sp.And(*hypothesis.where, evaluate=False), notation) if hypothesis.where else ""
            left, right = found.terms
            return equation(left, right, found.notation) + (rf" \text{{ for }} {own}" if own else "")
        case BoundedSlope():
            slope = find_notation(notation).function(hypothesis.function, 1)
            slope = slope if hypothesis.increasing else f"|{slope}|"
            low = rf"{latex(hypothesis.at_least, notation)} \le "
            low = low if hypothesis.increasing or hypothesis.at_least != 0 else ""
            high = rf" \le {latex(hypothesis.at_most, notation)}" if hypothesis.at_most is not sp.oo else ""
            return low + slope + high
        case ForEvery():
            inside = condition(sp.And(*hypothesis.where, evaluate=False), notation) if hypothesis.where else ""
            index = latex(hypothesis.index, notation)
            holds = hypothesis_latex(hypothesis.relation, notation)
            return rf"{holds} \text{{ for }} {inside or index}"
    return condition(hypothesis, notation)
