r"""Statements and derivations in LaTeX, and derivations as plain text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import singledispatch
from itertools import combinations
from typing import Any, TypeAlias

import sympy as sp
from sympy.core.relational import Relational
from sympy.matrices.expressions import MatrixSymbol

from symrnn.activations import Activation
from symrnn.check.proving.words import LAYOUT
from symrnn.derivation.claim import Claim
from symrnn.derivation.directions import Coincide, SameDirection
from symrnn.derivation.inequality import BoundedSlope, ForEvery, Hypothesis, Inequality, Limit, Statement
from symrnn.derivation.statement import AllOf, Definitions, Equation, Informal, Maximum, SlopeBound
from symrnn.derivation.steps import Derivation
from symrnn.derivation.verdict import Given, Link, in_words
from symrnn.errors import NotationError, UnknownTermError
from symrnn.expr import Apply, Element, ImmediateJacobian, TotalJacobian
from symrnn.expr import Sequence as Layers
from symrnn.latex.declared import (
    declared_in,
    entries_in,
    kinds_of,
    numbers_in,
    parameters_assumed,
    signs_of,
    thresholds_in,
    with_signs,
)
from symrnn.latex.layout import (
    AND,
    BREAK,
    GAP,
    GOES_ON,
    PAGE,
    SIGN,
    WITH,
    aligned,
    broken,
    condition,
    defined,
    equation,
    folded_meanings,
    shortened,
    where_clause,
    widest,
)
from symrnn.latex.layout import definitions as definitions_of
from symrnn.latex.layouts import IN_MATRICES, laid_out, laid_out_within
from symrnn.latex.naming import Named, named
from symrnn.latex.networks import Defined, differing, equations_of, facts_of, leaves_open, values_of
from symrnn.latex.notation import Notation, find_notation
from symrnn.latex.prose import escape
from symrnn.latex.sentences import display_prose
from symrnn.latex.text import to_text
from symrnn.latex.walk import split_sign, write
from symrnn.latex.width import width
from symrnn.latex.writer import LatexStyle, latex, latex_style
from symrnn.recurrence import Recurrence
from symrnn.sentences import Sentence, marked

Relation: TypeAlias = Equation | Inequality | Limit | Coincide | SameDirection
RELATIONS = {"<=": r"\le", "<": "<", ">=": r"\ge", ">": ">", "=": "="}


def at_home(notation: str | Notation, recurrence: Any) -> Notation:
    r"""The notation for what is said of a network, or of none; see :meth:`symrnn.latex.Notation.within`.

    >>> from symrnn.cells import LSTM, Elman
    >>> at_home("ng", LSTM()).symbol("f"), at_home("ng", Elman()).symbol("f"), at_home("ng", None).symbol("f")
    ('\\Gamma_f', 'f', 'f')
    """
    if recurrence is None:
        return find_notation(notation).within(())
    quantities = (each.sequence for each in recurrence.definitions)
    return find_notation(notation).within(
        [each.name for each in (*quantities, *recurrence.parameters, *recurrence.inputs)]
    )


def definitions_latex(recurrence: Any, notation: str | Notation = "lecture", *, letters: float = PAGE) -> str:
    r"""Write the equations of a recurrence and its totals, one below the other, without delimiters.

    Args:
        recurrence: the definitions.
        notation: the notation.
        letters: how many letters fit on a line.

    >>> from symrnn.cells import Elman
    >>> "_{hh}" in definitions_latex(Elman().undriven())
    True
    """
    notation = at_home(notation, recurrence)
    defined = tuple(Equation(*sides) for sides in equations_of(recurrence))
    return statement_latex(AllOf(defined), notation, notes=tuple(facts_of(recurrence, notation)), letters=letters)


@singledispatch
def statement_latex(
    statement: Any,
    notation: str | Notation = "lecture",
    *,
    notes: Sequence[str] = (),
    ends: Sequence[str] = (),
    letters: float = PAGE,
) -> str:
    r"""Write a statement, without delimiters.

    Args:
        statement: what is claimed; one rule per kind of statement.
        notation: the notation.
        notes: what it assumes besides its own conditions, as LaTeX.
        ends: lines to stand below it, as LaTeX.
        letters: how many letters fit on a line, see :func:`symrnn.latex.width.width`.

    Raises:
        NotationError: for another kind of statement.

    >>> from symrnn.derivation import Maximum
    >>> print(statement_latex(Maximum("sigmoid", sp.Rational(1, 4), sp.S.Zero)))
    \max_{z} \sigma'(z) = \frac{1}{4} \quad \text{at } z = 0
    """
    raise NotationError(f"a {type(statement).__name__} cannot be written", advice="use a statement, such as Equation")


@statement_latex.register(Equation)
@statement_latex.register(Inequality)
@statement_latex.register(Limit)
@statement_latex.register(Coincide)
@statement_latex.register(SameDirection)
def _(
    statement: Relation,
    notation: str | Notation = "lecture",
    *,
    notes: Sequence[str] = (),
    ends: Sequence[str] = (),
    letters: float = PAGE,
) -> str:
    shown = in_layout(statement, notation)
    statement, notation = shown.relation, shown.notation
    left, sign, right, names = _sides(statement, notation, letters, statement.terms)
    parts = [*conditions(statement, notation), *notes, *shown.notes, *conventions(statement.terms, notation)]
    note = AND.join(parts)
    lines = _related(left, sign, right)
    if note and not names and not ends and len(lines) == 1 and width(lines[0]) + width(note) + GAP <= letters:
        return rf"{lines[0]} \qquad ({note})"
    lines += noted(parts, letters)
    lines += [f"{WITH} {name} = {meaning}" for name, meaning in names]
    return in_lines([*lines, *ends])


@dataclass(frozen=True)
class Shown:
    """A relation in the layout of a notation.

    Attributes:
        relation: as it is printed.
        notation: the notation to write it in.
        is_turned: whether its sides are the transposes; None where these are numbers, of which nobody can tell.
        notes: what has to be said of it, as LaTeX.
    """

    relation: Relation
    notation: str | Notation
    is_turned: bool | None = None
    notes: tuple[str, ...] = ()


def in_layout(relation: Relation, notation: str | Notation = "lecture") -> Shown:
    """A relation in the layout of a notation.

    An equation is turned if that is proved to be the same, and so is what stands in norms; see
    :mod:`symrnn.latex.layouts`.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.W_hh, where=(t >= 1,))
    >>> in_layout(step, replace(find_notation("plain"), layout="denominator")).relation
    (d h[t]/d h[t - 1]).T = W_hh.T  for t >= 1
    """
    match relation:
        case Inequality(lhs=lower, rhs=upper):
            lower, upper = (laid_out_within(side, notation) for side in (lower, upper))
            return Shown(replace(relation, lhs=lower, rhs=upper), notation)
        case Limit():
            return Shown(replace(relation, of=laid_out_within(relation.of, notation)), notation)
        case Equation():
            found = laid_out((relation.lhs, relation.rhs), notation)
            left, right = found.terms
            is_turned = None if relation.lhs.shape == (1, 1) else found.is_turned
            return Shown(replace(relation, lhs=left, rhs=right), found.notation, is_turned, found.notes)
    return Shown(relation, notation)


def all_in_layout(statement: AllOf | Definitions, notation: str | Notation = "lecture") -> tuple[Shown, ...]:
    """The parts of a statement in the layout of a notation: every equation between matrices is turned, or none is.

    That tells how the two sides of a counterexample are to be read, whichever part it is of.
    """
    found = tuple(in_layout(part, notation) for part in statement.parts)
    mixed = {True, False} <= {part.is_turned for part in found}
    return tuple(Shown(part, notation, False) for part in statement.parts) if mixed else found


def is_turned(statement: Statement, notation: str | Notation = "lecture") -> bool:
    """Whether a statement is printed turned, so that the values of its sides are, too.

    >>> is_turned(Equation(sp.Identity(2), sp.Identity(2)))
    False
    """
    match statement:
        case AllOf() | Definitions():
            return any(part.is_turned for part in all_in_layout(statement, notation))
        case Equation():
            return bool(in_layout(statement, notation).is_turned)
    return False


def in_lines(lines: Sequence[str]) -> str:
    r"""Several lines as one block, each of which begins at the left; a single line as it is.

    >>> print(in_lines(["a", "b"]))
    \begin{aligned} &a \\ &b \end{aligned}
    """
    return lines[0] if len(lines) == 1 else rf"\begin{{aligned}} &{(BREAK + '&').join(lines)} \end{{aligned}}"


def _related(left: str, sign: str, right: list[str]) -> list[str]:
    """The lines of a relation; a right side that begins with an empty line stands below the left one."""
    top, *rest = right
    return [f"{left} {sign} {top}", *rest] if top else [left, rf"\quad {sign} {rest[0]}", *rest[1:]]


def noted(parts: Sequence[str], letters: float) -> list[str]:
    r"""What is assumed, in parentheses and as many to a line as fit.

    >>> noted(["a > 0", "b > 0"], 9), noted([], 9)
    (['\\quad (a > 0,', '\\quad \\phantom{(} b > 0)'], [])
    """
    lines: list[str] = []
    for part in parts:
        if lines and width(lines[-1]) + width(AND + part) <= letters - GAP:
            lines[-1] += AND + part
        else:
            lines.append(part)
    if not lines:
        return []
    lines[-1] += ")"
    return [
        rf"\quad ({lines[0]}" + ("," if lines[1:] else ""),
        *(rf"\quad \phantom{{(}} {line}" + ("," if line is not lines[-1] else "") for line in lines[1:]),
    ]


def _sides(
    statement: Relation, notation: str | Notation, letters: float, together: tuple[sp.Basic, ...]
) -> tuple[str, str, list[str], list[tuple[str, str]]]:
    """The left side, the sign, the lines of the right side, and the names of what was too long to stand in them.

    The first line is empty where the right side stands below the left one, for want of space. Symbols of the same
    name are told apart across both sides; an abbreviation has one meaning in all that is printed together.
    """
    whole = latex_style(*together, notation=notation).spelling

    def style_of(*terms: sp.Basic) -> LatexStyle:
        own = latex_style(*terms, notation=notation)
        return replace(own, spelling=own.spelling.within(whole))

    match statement:
        case Equation() | Inequality() | Coincide():
            short = shortened((statement.lhs, statement.rhs), notation, letters)
            style = style_of(*short.all_terms)
            left, right = short.terms
            head = write(left, style).text
            if width(head) > letters:
                head = f"{BREAK}&".join(broken(left, style, letters))
            sign = r"\le" if isinstance(statement, Inequality) else "="
            room = letters - width(head) - SIGN
            lines = broken(right, style, room)
            if widest([lines]) > room or any(GOES_ON in line for line in lines):
                lines = ["", *broken(right, style, letters - SIGN)]
            return head, sign, lines, defined(short, style, letters)
        case SameDirection():
            style = style_of(statement.lhs, statement.rhs)
            turned = style.fit(write(statement.rhs, style), "product")
            left, lines = write(statement.lhs, style).text, [rf"\lambda \, {turned.text}"]
            return left, "=", lines if width(left + lines[0]) + SIGN <= letters else ["", *lines], []
        case Limit():
            style = style_of(statement.of)
            below = write(statement.index, style).text
            value = r"\infty" if statement.value is sp.oo else "0"
            return write(statement.of, style).text, rf"\xrightarrow{{{below} \to \infty}}", [value], []


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


def claim_latex(
    claim: Claim,
    notation: str | Notation = "lecture",
    *,
    letters: float = PAGE,
    definitions: bool = False,
    beside: Iterable[Claim] = (),
    defined: Defined | None = None,
) -> str:
    r"""Write the statement of a claim with everything that tells it from another: its network, where that is special.

    Args:
        claim: the claim.
        notation: the notation.
        letters: how many letters fit on a line.
        definitions: whether the abbreviations in it are defined below it.
        beside: claims that a reader compares it with, such as its correction; see :func:`in_one_form`.
        defined: the network that its document defines by this name; None for a formula that stands alone.

    >>> from symrnn.cells import Elman
    >>> from symrnn.derivation import Kind
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity").scalar()
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.W_hh, where=(t >= 1,))
    >>> print(claim_latex(Claim("J", "one step", step, Kind.PROVED, rnn), "plain"))
    \frac{d h_{t}}{d h_{t-1}} = W_{hh} \qquad (t \ge 1, \quad \text{one unit}, \quad \phi = \operatorname{id})
    """
    others = tuple(beside)
    notation, said = in_one_form(claim, others, at_home(notation, claim.recurrence))
    ends = defining(shown_terms(claim.statement, notation), notation, letters) if definitions else []
    assumed = [display_prose(Sentence(said).marked, notation) for said in claim.assumptions]
    notes = [*setting(claim, notation, defined), *assumed, *unrestricted(claim, others, notation), *said]
    return statement_latex(claim.statement, notation, notes=notes, ends=ends, letters=letters)


def unrestricted(claim: Claim, beside: Iterable[Claim], notation: str | Notation = "lecture") -> list[str]:
    r"""The numbers of a claim of which nothing is assumed, where it is compared with one that assumes a sign.

    Else the two might be one formula, in two letters perhaps.

    >>> from symrnn.derivation import Kind
    >>> a, b = sp.Symbol("a", positive=True), sp.Symbol("b", real=True)
    >>> some, all_ = (Claim(str(x), "doubled", Inequality(x, 2 * x), Kind.PROVED) for x in (a, b))
    >>> unrestricted(all_, [some]), unrestricted(some, [all_])
    (['b \\text{ arbitrary}'], [])
    """
    if not any(signs_of(numbers_in(terms_of(each.statement))) for each in beside):
        return []
    free = [x for x in numbers_in(terms_of(claim.statement)) if not x.is_integer and not signs_of([x])]
    return [rf"{latex(number, notation)} \text{{ arbitrary}}" for number in free]


def assumed_latex(claim: Claim, notation: str | Notation = "lecture") -> list[str]:
    r"""All that a claim about terms assumes, as it stands below a derivation.

    >>> from symrnn.derivation import Kind
    >>> a = sp.Symbol("a", positive=True)
    >>> assumed_latex(Claim("a", "doubled", Inequality(a, 2 * a), Kind.PROVED, assumptions=("$a$ known",)))
    ['a > 0', 'a\\text{ known}']
    """
    notation = at_home(notation, claim.recurrence)
    own = conditions(claim.statement, notation) if isinstance(claim.statement, Equation | Inequality | Limit) else []
    words = [display_prose(Sentence(said).marked, notation) for said in claim.assumptions]
    return [*own, *setting(claim, notation), *words, *conventions(terms_of(claim.statement), notation)]


def in_one_form(
    claim: Claim, beside: Iterable[Claim], notation: str | Notation = "lecture"
) -> tuple[str | Notation, tuple[str, ...]]:
    """The notation for a claim that is compared with others, and what has to be said of it.

    A slip and its correction are both shown by their entries, or both between matrices, where the entries of one of
    them are not proved.
    """
    others, style = tuple(beside), find_notation(notation)
    if style.layout != "components" or not others:
        return notation, ()
    shown = (part for each in (claim, *others) for part in _parts_in_layout(each.statement, notation))
    if any(IN_MATRICES in part.notes for part in shown):
        return replace(style, layout="numerator"), (IN_MATRICES,)
    return notation, ()


def _parts_in_layout(statement: Statement, notation: str | Notation) -> tuple[Shown, ...]:
    match statement:
        case AllOf() | Definitions():
            return all_in_layout(statement, notation)
        case Equation():
            return (in_layout(statement, notation),)
    return ()


def terms_of(statement: Statement) -> tuple[sp.Basic, ...]:
    """Everything that is written in a statement."""
    match statement:
        case AllOf() | Definitions():
            return tuple(term for part in statement.parts for term in terms_of(part))
        case Equation() | Inequality() | Limit() | Coincide() | SameDirection():
            return statement.terms
    return ()


def shown_terms(statement: Statement, notation: str | Notation = "lecture") -> tuple[sp.Basic, ...]:
    """Everything that is written in a statement, as it is written in the layout of a notation.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.W_hh, where=(t >= 1,))
    >>> shown_terms(step, replace(find_notation("plain"), layout="components"))
    (e_i.T*d h[t]/d h[t - 1]*e_j, e_i.T*W_hh*e_j)
    """
    match statement:
        case AllOf() | Definitions():
            return tuple(term for shown in all_in_layout(statement, notation) for term in shown.relation.terms)
        case Equation() | Inequality() | Limit() | Coincide() | SameDirection():
            return in_layout(statement, notation).relation.terms
    return ()


def defining(terms: Iterable[sp.Basic], notation: str | Notation, letters: float = PAGE) -> list[str]:
    """The lines that define the abbreviations in some terms, as many to a line as fit, and what is taken by columns."""
    terms = tuple(terms)
    found = folded_meanings((f"{WITH} {clause}" for clause in definitions_of(terms, notation, letters)), letters)
    return [*found, *by_columns(terms, notation)]


def by_columns(terms: Iterable[sp.Basic], notation: str | Notation = "lecture") -> list[str]:
    r"""What stands for a matrix in the Jacobians of some terms: its columns, below one another.

    >>> from symrnn.cells import Elman
    >>> from symrnn.expr import Gradient, TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman()
    >>> by_columns([TotalJacobian(rnn.h[t], rnn.W_hh)], "plain")
    ['\\text{(in derivatives } W_{hh} \\text{ is } \\operatorname{vec} W_{hh}\\text{)}']
    >>> by_columns([Gradient(rnn.L, rnn.W_hh), TotalJacobian(rnn.h[t], rnn.b_h)])
    []
    """
    jacobians = {each for term in terms for each in term.atoms(TotalJacobian, ImmediateJacobian)}
    sides = {side for each in jacobians for side in (each.of, each.wrt)}
    matrices = sorted((side for side in sides if 1 not in side.shape), key=sp.default_sort_key)
    written = [latex(matrix, notation) for matrix in matrices]
    return [
        rf"\text{{(in derivatives }} {each} \text{{ is }} \operatorname{{vec}} {each}\text{{)}}" for each in written
    ]


def setting(claim: Claim, notation: str | Notation = "lecture", defined: Defined | None = None) -> list[str]:
    r"""What a claim assumes of its recurrence beyond the general case: one unit, square weights, a given activation.

    Where it differs from what its reader knows by its name, that is told, too: its loss, say, or a slope at a kink. It
    is empty where the statement does not speak of the recurrence.

    Args:
        claim: the claim.
        notation: how it is written.
        defined: what is defined beside it by the name of its network; None for a formula that stands alone.

    >>> from symrnn.cells import Elman
    >>> from symrnn.derivation import Kind
    >>> from symrnn.expr import Gradient
    >>> from symrnn.symbols import T
    >>> net = Elman("relu", at_kink=1).with_loss("squared error", over="last")
    >>> error = Equation(Gradient(net.L, net.y[T]), net.y[T] - net.d[T], where=(T >= 1,))
    >>> for said in setting(Claim("E", "the last error", error, Kind.PROVED, net), "plain"):
    ...     print(said)
    \phi = \operatorname{ReLU}
    \operatorname{ReLU}'(0) = 1
    \ell_{t} = \frac{1}{2} (y_{t} - d_{t})^{\top} (y_{t} - d_{t})
    \mathcal{L} = \ell_{T}
    """
    recurrence, terms = claim.recurrence, terms_of(claim.statement)
    spoken = {q for term in terms for q in term.atoms(Element, MatrixSymbol)}
    known = {d.sequence.name for d in recurrence.definitions} if recurrence else set[str]()
    known |= {total.name for total in recurrence.totals} if recurrence else set()
    if recurrence is None or not any(quantity.name in known for quantity in spoken):
        return []
    found, style = [], find_notation(notation)
    if defined is not None and defined.label:
        found.append(rf"\text{{{escape(defined.label)}}}")
    if all(quantity.shape == (1, 1) for quantity in spoken):
        found.append(r"\text{one unit}")
    else:
        layers = [p.at(recurrence.index) for p in recurrence.parameters if isinstance(p, Layers)]
        found += [rf"{latex(each, notation)} \text{{ square}}" for each in layers if each.rows == each.cols]
    seen = set(facts_of(defined.recurrence, notation)) if defined else set[str]()
    told = [fact for fact in facts_of(recurrence, notation) if fact not in seen]
    written = {part.function for term in terms for part in term.atoms(Apply)}
    if phi := _chosen(recurrence, defined):
        own = f"{style.function(phi.name)}{values_of(phi)}"
        if phi.name not in written:
            found.append(f"{style.function('phi')} = {own}")
            told = [fact for fact in told if fact != own]
    declared = set(numbers_in(terms))
    assumed = [each for each in declared_in(recurrence) if not each.free_symbols <= declared]
    stated = {part.sides for part in _equations_in(claim.statement)}
    names = {str(quantity.name) for quantity in spoken if quantity.name in known}
    differ = differing(recurrence, names, defined.recurrence if defined else None)
    told += [hypothesis_latex(Equation(*sides), notation) for sides in differ if sides not in stated]
    return [*found, *told, *signs_latex(assumed, notation)]


def _chosen(recurrence: Recurrence, defined: Defined | None) -> Activation | None:
    """The activation that stands for φ in a network that has but one, where its reader knows the network with φ."""
    if len(recurrence.activations) != 1 or recurrence.activations[0].is_generic:
        return None
    if defined is None:
        return recurrence.activations[0] if leaves_open(recurrence.name) else None
    known = defined.recurrence.activations
    return recurrence.activations[0] if len(known) == 1 and known[0].is_generic else None


def _equations_in(statement: Statement) -> tuple[Equation, ...]:
    match statement:
        case AllOf() | Definitions():
            return tuple(part for part in statement.parts if isinstance(part, Equation))
        case Equation():
            return (statement,)
    return ()


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


@statement_latex.register(AllOf)
@statement_latex.register(Definitions)
def _(
    statement: AllOf | Definitions,
    notation: str | Notation = "lecture",
    *,
    notes: Sequence[str] = (),
    ends: Sequence[str] = (),
    letters: float = PAGE,
) -> str:
    together, parts = terms_of(statement), []
    for shown in all_in_layout(statement, notation):
        part, own = shown.relation, shown.notation
        parts.append((_sides(part, own, letters, together), [*conditions(part, own, signs=False), *shown.notes]))
    notes = [*_declared(statement, notation), *notes, *conventions(together, notation)]
    shared = parts[0][1] if len(parts) > 1 and all(note == parts[0][1] for _, note in parts) else []
    parts = [(sides, [] if shared else note) for sides, note in parts]
    lefts = max(width(left) for (left, *_), _ in parts)
    rights = widest(right for (_, _, right, _), _ in parts)
    rows, beside = list[str](), lefts + rights + SIGN
    stacked = beside > letters  # then all lines begin at the left; otherwise those below begin where right sides do
    below = [*noted([*shared, *notes], letters - (0 if stacked else lefts))]
    below += folded_meanings(ends, letters - (0 if stacked else lefts))
    beside = lefts + max(rights, widest([below])) + SIGN
    alone = all(len(right) == 1 and not names for (_, _, right, names), note in parts if note)
    widest_note = max((width(AND.join(note)) for _, note in parts), default=0.0)
    fits = alone and beside + widest_note + 2.5 * GAP <= letters  # all conditions stand beside, or all below
    for (left, sign, right, names), note in parts:
        if stacked:
            rows += [f"&{line}" for line in (*_related(left, sign, right), *noted(note, letters))]
            rows += [f"&{WITH} {name} = {meaning}" for name, meaning in names]
            continue
        behind = [rf"&\quad {line}" for line in noted(note, letters - lefts - SIGN)]
        rows += [f"{left} &{sign} {right[0]}", *(f"&{line}" for line in right[1:])]
        if fits and note:
            rows[-1] += f" && ({AND.join(note)})"
        else:
            rows += behind
        rows += [rf"{WITH} {name} &= {meaning}" for name, meaning in names]
    rows += [f"&{line}" for line in below]
    return rf"\begin{{aligned}} {BREAK.join(rows)} \end{{aligned}}"


def _declared(statement: AllOf | Definitions, notation: str | Notation) -> list[str]:
    """What the numbers in several statements were declared with, unless each part that speaks of one tells it."""
    found = dict[str, None]()
    for part in statement.parts:
        stated = [*getattr(part, "given", ()), *getattr(part, "where", ())]
        found |= dict.fromkeys(signs_latex(signs_of(numbers_in(part.terms, part.sizes), stated), notation))
        found |= dict.fromkeys(kinds_latex(part.terms, part.sizes, notation))
    return list(found)


@statement_latex.register
def _(
    statement: Maximum,
    notation: str | Notation = "lecture",
    *,
    notes: Sequence[str] = (),
    ends: Sequence[str] = (),
    letters: float = PAGE,
) -> str:
    bound, at = (sp.latex(number) for number in (statement.bound, statement.at))
    return rf"\max_{{z}} {_slope(statement.function, notation)} = {bound} \quad \text{{at }} z = {at}" + _parameters(
        statement.function
    )


@statement_latex.register
def _(
    statement: SlopeBound,
    notation: str | Notation = "lecture",
    *,
    notes: Sequence[str] = (),
    ends: Sequence[str] = (),
    letters: float = PAGE,
) -> str:
    slope = _slope(statement.function, notation)
    left = rf"\left|{slope}\right|" if statement.relation.startswith("abs") else slope
    relation = RELATIONS[statement.relation.removeprefix("abs")]
    bound = sp.latex(statement.bound)
    return rf"{left} {relation} {bound} \quad \text{{for every }} z" + _parameters(statement.function)


def _slope(phi: Activation, notation: str | Notation) -> str:
    return find_notation(notation).function(phi.name, 1) + "(z)"


def _parameters(phi: Activation) -> str:
    """The values of an activation's parameters, behind a statement about it, and what is assumed of those."""
    values = [rf"\text{{{escape(name)}}} = {sp.latex(value)}" for name, value in phi.parameters]
    values += [condition(each) for each in parameters_assumed(phi)]
    return rf" \quad ({', '.join(values)})" if phi.parameters else ""


@statement_latex.register
def _(
    statement: Informal,
    notation: str | Notation = "lecture",
    *,
    notes: Sequence[str] = (),
    ends: Sequence[str] = (),
    letters: float = PAGE,
) -> str:
    return statement.text


def derivation_latex(
    derivation: Derivation,
    notation: str | Notation = "lecture",
    *,
    letters: float = PAGE,
    definitions: bool = False,
    notes: Sequence[str] = (),
) -> str:
    r"""Write a derivation as an ``aligned`` block, the reason beside each line.

    Args:
        derivation: the derivation.
        notation: the notation.
        letters: how many letters fit on a line, see :func:`symrnn.latex.width.width`.
        definitions: whether the abbreviations in it are defined below it.
        notes: what it assumes, as LaTeX.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> r"\text{" in derivation_latex(rnn.derive(rnn.h[t], wrt=rnn.h[0]))
    True
    """
    notation = at_home(notation, derivation.recurrence)
    found = laid_out(derivation.terms, notation)
    start, *afters = found.terms
    ends = defining(found.terms, notation, letters) if definitions else []
    lines = [(after, step.reason) for step, after in zip(derivation.steps, afters, strict=True)]
    return aligned(start, lines, found.notation, letters=letters, ends=[*found.notes, *noted(notes, letters), *ends])


def chain_latex(
    chain: tuple[Link, ...],
    notation: str | Notation = "lecture",
    *,
    letters: float = PAGE,
    limit: Limit | None = None,
) -> str:
    r"""Write a chain of inequalities as an ``aligned`` block, the reason beside each line.

    >>> x, y = sp.symbols("x y", nonnegative=True)
    >>> print(chain_latex((Link("", x), Link("<=", x + y, "by monotony"))))
    \begin{aligned} x &\le x + y && \text{by monotony} \end{aligned}
    """
    first, *rest = (replace(link, scalar=laid_out_within(link.scalar, notation)) for link in chain)
    signs = [RELATIONS[link.relation] for link in rest]
    lines = [(link.scalar, link.reason) for link in rest]
    if limit is not None and not first.scalar.is_number:
        known = tuple(each for each in limit.given if isinstance(each, Relational))
        given = conditions(replace(limit, where=(), given=known), notation)
        since = f"since ${', '.join(given)}$" if given else ""
        signs.append(rf"\xrightarrow{{{latex(limit.index, notation)} \to \infty}}")
        lines.append((sp.sympify(limit.value), Sentence(since).marked if since else ""))
    return aligned(first.scalar, lines, notation, signs, letters=letters)


def chains_latex(
    claim: Claim, chains: Iterable[tuple[Link, ...]], notation: str | Notation = "lecture", *, letters: float = PAGE
) -> tuple[str, ...]:
    r"""Write the estimates by which a claim is proved; one for a limit ends with what it tends to.

    >>> from symrnn.derivation import Kind
    >>> q, k = sp.Symbol("q", nonnegative=True), sp.Symbol("k", integer=True)
    >>> claim = Claim("G", "", Limit(q**k, k, 0, given=(q < 1,)), Kind.PROVED)
    >>> (found,) = chains_latex(claim, [(Link("", q**k), Link("<=", q**k, "it is"))], "plain")
    >>> print(found.partition(r" \\ ")[2])
    &\xrightarrow{k \to \infty} 0 && \text{since }0 \le q < 1 \end{aligned}
    """
    notation = at_home(notation, claim.recurrence)
    parts = getattr(claim.statement, "parts", (claim.statement,))
    limits = {part.of: part for part in parts if isinstance(part, Limit)}
    return tuple(chain_latex(chain, notation, letters=letters, limit=limits.get(chain[0].scalar)) for chain in chains)


def abbreviations_latex(derivation: Derivation, notation: str | Notation = "lecture") -> str:
    """The abbreviations that a derivation is written with; empty when there are none."""
    notation = at_home(notation, derivation.recurrence)
    return where_clause(laid_out(derivation.terms, notation).terms, notation)


def shortened_text(derivation: Derivation) -> Named:
    """The terms of a derivation for plain text, with names for what is long."""
    return named(derivation.terms, str(derivation.recurrence.index), lambda term: len(to_text(term)))


def explain(derivation: Derivation) -> str:
    """Write a derivation as plain text, a step on each line with its rule and its reason.

    Raises:
        UnknownTermError: for anything but a derivation.

    >>> from symrnn.cells import Elman
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> print(explain(rnn.derive(rnn.h[t], wrt=rnn.h[0])).splitlines()[0])
    dh[t]/dh[0]
    """
    if not isinstance(derivation, Derivation):
        advice = "derive one, as in explain(rnn.derive(rnn.h[t], wrt=rnn.W_hh)); a verdict has a method explain()"
        raise UnknownTermError(f"{derivation!r} is not a derivation", advice=advice)
    short = shortened_text(derivation)
    start, *afters = short.terms
    lines = [to_text(start)]
    for step, after in zip(derivation.steps, afters, strict=True):
        lines += [f"  = {to_text(after)}", f"      [{step.rule}] {step.reason}"]
    lines += [f"  with {to_text(name)} = {to_text(meaning)}" for name, meaning in short.meanings]
    if derivation.where:
        lines.append(f"  for {', '.join(map(str, derivation.where))}")
    return "\n".join(lines)
