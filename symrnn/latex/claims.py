"""Claims in LaTeX: their statements with all that tells them from others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from sympy.matrices.expressions import MatrixSymbol

from symrnn.activations import Activation
from symrnn.derivation.claim import Claim
from symrnn.derivation.inequality import Inequality, Limit, Statement
from symrnn.derivation.statement import AllOf, Definitions, Equation
from symrnn.expr import Apply, Element
from symrnn.expr import Sequence as Layers
from symrnn.latex.conditions import conditions, conventions, hypothesis_latex, signs_latex
from symrnn.latex.declared import (
    declared_in,
    numbers_in,
    signs_of,
)
from symrnn.latex.layout import (
    PAGE,
)
from symrnn.latex.layouts import IN_MATRICES
from symrnn.latex.networks import Defined, at_home, differing, facts_of, leaves_open, values_of
from symrnn.latex.notation import Notation, find_notation
from symrnn.latex.prose import escape
from symrnn.latex.sentences import display_prose
from symrnn.latex.shown import Shown, all_in_layout, in_layout, shown_terms, terms_of
from symrnn.latex.statements import defining, statement_latex
from symrnn.latex.writer import latex
from symrnn.recurrence import Recurrence
from symrnn.sentences import Sentence


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

    >>> import sympy as sp
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

    >>> import sympy as sp
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
