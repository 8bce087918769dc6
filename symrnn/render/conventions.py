r"""The page of notation: what the signs mean that a document uses, and which shapes its quantities have."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import groupby

import sympy as sp

from symrnn.expr import Apply, Element, Sequence
from symrnn.latex import Notation, latex
from symrnn.latex.networks import at_home
from symrnn.recurrence import Recurrence, Role
from symrnn.symbols import t

ALWAYS = (
    "An empty sum is 0, an empty product the identity.",
    "Initial states and inputs are constant.",
)
ROLES = {Role.STATE: "states", Role.INTERMEDIATE: "in between", Role.OUTPUT: "outputs"}


@dataclass(frozen=True)
class Sign:
    """A sign with an example of its use, in LaTeX, and its meaning, a sentence with mathematics between dollars."""

    latex: str
    meaning: str


@dataclass(frozen=True)
class Shapes:
    """The quantities of a network: those of each role, as LaTeX that names them and the set they are in."""

    name: str
    roles: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Examples:
    """The names that signs are shown with: of a state, which may be a number, of a loss, and of an activation.

    What is always applied to one quantity is named by that.
    """

    state: str = "h"
    loss: str = "L"
    activation: str = "phi"
    is_number: bool = False
    applied: Mapping[str, str] = field(default_factory=dict)

    def state_at(self, index: str, notation: Notation) -> str:
        """The state at an index, in LaTeX; one that is a number is not bold."""
        return notation.indexed(self.state, index, number=self.is_number)


def examples_of(recurrences: Iterable[Recurrence]) -> Examples:
    """The names of the first recurrence over time; its activation, where no other recurrence has another one.

    >>> from symrnn.cells import GRU, Elman
    >>> examples_of([Elman("tanh")]), examples_of([Elman("tanh"), GRU()]).activation
    (Examples(state='h', loss='L', activation='tanh', is_number=False, applied={'a': 'tanh'}), 'phi')
    """
    over_time = [each for each in recurrences if each.index == t]
    if not over_time:
        return Examples()
    first = over_time[0]
    states = [d.sequence for d in first.definitions if d.role is Role.STATE]
    losses = [total.name for total in first.totals]
    bodies = [body for each in over_time for body in each.graph.right_sides]
    found = [applied for body in bodies for applied in body.atoms(Apply)]
    functions = {applied.function for applied in found} - {"identity"}
    by_quantity: dict[str, set[str]] = {}
    for applied in found:
        if isinstance(applied.argument, Element):
            by_quantity.setdefault(applied.argument.name, set()).add(applied.function)
    return Examples(
        state=states[0].name if states else Examples.state,
        loss=(*losses, Examples.loss)[0],
        activation=functions.pop() if len(functions) == 1 else Examples.activation,
        is_number=bool(states) and states[0].at(t).shape == (1, 1),
        applied={name: min(each) for name, each in by_quantity.items() if len(each) == 1},
    )


def signs(formulas: str, notation: Notation, examples: Examples = Examples()) -> tuple[Sign, ...]:
    r"""The signs that occur in some formulas, and what they mean.

    Args:
        formulas: LaTeX.
        notation: how the formulas are written.
        examples: the names that the signs are shown with.

    >>> from symrnn.latex.notation import PLAIN
    >>> for sign in signs(r"\frac{d h_{t}}{d h_{t-1}} = a \odot b", PLAIN):
    ...     print(sign.latex, "|", sign.meaning)
    \frac{d h_{t}}{d h_{t-1}} | the total derivative: every path from the lower quantity to the upper one counts
    a \odot b | the product entry by entry
    """
    known = _known(notation, examples)
    return tuple(Sign(example, meaning) for needles, example, meaning in known if _any(needles, formulas))


def _any(needles: tuple[str, ...], formulas: str) -> bool:
    return any(needle in formulas for needle in needles)


def _known(notation: Notation, examples: Examples) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """What betrays a sign, an example, and its meaning."""
    time = notation.scalar(notation.time)
    state, before = (examples.state_at(at, notation) for at in (time, f"{time}-1"))
    a, b, A, B, X = (notation.symbol(name) for name in "abABX")
    (up, down), (fixed_up, fixed_down) = notation.total, notation.immediate
    yield (
        (rf"\frac{{{up} ", rf"\frac{{{up}\m"),
        rf"\frac{{{up} {state}}}{{{down} {before}}}",
        "the total derivative: every path from the lower quantity to the upper one counts",
    )
    yield (
        (rf"{{{fixed_up} ", rf"{{{fixed_up}\m"),
        rf"\frac{{{fixed_up} {state}}}{{{fixed_down} {before}}}",
        "the immediate derivative: only the paths within one step count, those through gates and other intermediate "
        "quantities among them; all other states are held fixed",
    )
    for quantity, letter in notation.abbreviations.items():
        slopes = notation.indexed(letter, time)
        function = examples.applied.get(quantity, examples.activation)
        slope, inside = notation.function(function, 1), notation.indexed(quantity, time)
        yield (
            (slopes.partition(time)[0],),
            rf"{slopes} = \operatorname{{diag}}({slope}({inside}))",
            "the slopes of the activation at what goes into it, on a diagonal",
        )
    factors = [rf"{A}_{{{at}}}" for at in ("1", "2", "k")]
    for direction, order in (("ascending", factors), ("descending", factors[::-1])):
        first, second, third = order
        dots = rf"{first} {second} \cdots {third}" if direction == "ascending" else rf"{first} \cdots {second} {third}"
        yield (
            (notation.products[direction],),
            rf"{notation.products[direction]}_{{u=1}}^{{k}} {A}_{{u}} = {dots}",
            "an ordered product: along the arrow the index grows",
        )
    yield (notation.hadamard,), f"{a} {notation.hadamard} {b}", "the product entry by entry"
    yield (
        (r"\operatorname{vec}", r"\otimes"),
        rf"\operatorname{{vec}}({A} {X} {B}) = ({notation.turned(B)} \otimes {A}) \operatorname{{vec}}({X})",
        "the columns of a matrix stacked, as wherever a derivative by a matrix is taken, and the Kronecker product",
    )
    loss = notation.symbol(examples.loss)
    yield (r"\nabla",), rf"\nabla_{{{X}}} {loss}", "the gradient, in the shape of what it is taken by"
    yield (
        ("all else is held fixed",),
        f"{notation.differential}{state}",
        "the differential: the change to first order that a change of what varies makes",
    )
    identity, unit = notation.constant("I"), notation.constant("e")
    yield (rf"{identity}_",), rf"{identity}_{{n}}", "the identity with $n$ rows"
    yield (rf"{unit}_",), rf"{unit}_{{i}}", "the column with a 1 in row $i$ and 0 elsewhere"
    yield (r"\operatorname{diag}",), rf"\operatorname{{diag}}({a})", "the diagonal matrix with these entries"
    yield (r"\rVert_{2}", r"\rVert_2"), rf"\lVert {A} \rVert_{{2}}", "the spectral norm; of a column, its length"
    yield (r"\rho(",), rf"\rho({A})", "the spectral radius: the largest absolute value of an eigenvalue"
    yield (r"\sigma_{\min}",), rf"\sigma_{{\min}}({A})", "the smallest singular value"
    yield (r"\dot{",), rf"\dot{{{X}}}", "how a quantity changes as what varies is moved along a direction"
    yield (r"\mathbb{E}",), rf"\mathbb{{E}} \, {X}", "the expectation"


def shapes_of(name: str, recurrence: Recurrence, notation: Notation, known: Collection[str] = ()) -> Shapes:
    r"""The quantities of a network.

    Args:
        name: what the network is called.
        recurrence: the network.
        notation: how they are written.
        known: names of those that are left out.

    >>> from symrnn.cells import Elman
    >>> from symrnn.latex.notation import PLAIN
    >>> found = shapes_of("Elman network", Elman(), PLAIN)
    >>> print(found.roles[0])
    ('states', ('h_{t} \\in \\mathbb{R}^{n}',))
    """
    return Shapes(name, tuple(_roles(recurrence, at_home(notation, recurrence), known)))


def _roles(recurrence: Recurrence, notation: Notation, known: Collection[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    for role, called in ROLES.items():
        defined = [d.sequence for d in recurrence.definitions if d.role is role and d.sequence.name not in known]
        if defined:
            yield called, tuple(_within(defined, recurrence, notation))
    for called, all_given in (("inputs", recurrence.inputs), ("parameters", recurrence.parameters)):
        if given := [each for each in all_given if each.name not in known]:
            yield called, tuple(_within(given, recurrence, notation))


def _within(
    quantities: Iterable[Sequence | sp.MatrixSymbol], recurrence: Recurrence, notation: Notation
) -> Iterator[str]:
    """Those of one shape that stand side by side, and the set that they are in."""
    terms = [q.at(recurrence.index) if isinstance(q, Sequence) else q for q in quantities]
    for (rows, columns), same in groupby(terms, lambda term: term.shape):
        power = latex(rows, notation) if columns == 1 else rf"{latex(rows, notation)} \times {latex(columns, notation)}"
        space = r"\mathbb{R}" if (rows, columns) == (1, 1) else rf"\mathbb{{R}}^{{{power}}}"
        yield rf"{', '.join(latex(term, notation) for term in same)} \in {space}"
