"""Certificates of bounds of slopes, for the kernel: what it accepts is what is printed there.

Nothing here is trusted: :func:`symrnn.kernel.slopes.check` reads the lines and believes none.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from typing import Any, TypeAlias

import sympy as sp

from symrnn.activations import Activation, Extreme, Root, z
from symrnn.budget import attempting
from symrnn.errors import ProofError
from symrnn.evaluate.systems import Balls as Precision
from symrnn.kernel.balls import Balls
from symrnn.kernel.errors import Refused
from symrnn.kernel.fields import NOT_NEGATIVE, POSITIVE, Signs
from symrnn.kernel.formulas import Term, Z, derivative, minus
from symrnn.kernel.slopes import BOUNDED, Cell, Goal, check, goals
from symrnn.slopes.agreement import same_value
from symrnn.slopes.assumptions import Assumptions, assumptions_of
from symrnn.slopes.bounds import SlopeBounds, slope_bounds
from symrnn.slopes.cells import Centre, Entries, isolating, numeric_cells, refined
from symrnn.slopes.claims import expected
from symrnn.slopes.enclosures import enclose, ends
from symrnn.slopes.exponential import exponential_form
from symrnn.slopes.forms import Fact, Ground, split_form
from symrnn.slopes.own import parameters_of
from symrnn.slopes.pieces import Piece, inside, pieces_of
from symrnn.slopes.points import takes
from symrnn.slopes.runs import Run
from symrnn.slopes.translation import completed, translate
from symrnn.slopes.verdicts import Outcome

PRECISIONS = (128, 512, 2048, 8192)

SECONDS_PER_SEARCH = 10.0
"""What the search at one precision may take; with more there is no hope at a higher one."""

Judge: TypeAlias = Callable[[Sequence[str]], object]
"""Raises ProofError or Refused for lines that are not a certificate of what is wanted."""


def certificate_of_bound(phi: Activation, relation: str, bound: sp.Expr, name: str = "") -> list[str]:
    """The lines for ``φ'(z) relation bound``, a relation of :class:`symrnn.derivation.SlopeBound`.

    Args:
        phi: φ.
        relation: ``"<="``, …, or with "abs" in front.
        bound: a number, or an expression in the parameters.
        name: of the certificate.

    Raises:
        ProofError: when no certificate is found.

    >>> from symrnn.activations import activation
    >>> from symrnn.kernel.slopes import check
    >>> check(certificate_of_bound(activation("tanh"), ">", sp.S.Zero))
    "tanh'(z) > 0 for every real z, where tanh(z) = tanh(z)"
    """
    _require(phi, relation, bound)
    return _first(lambda bits: Producer(phi, bits, name).written(relation, bound))


def certificate_of_value(phi: Activation, relation: str, bound: sp.Expr, name: str = "") -> list[str]:
    """The lines for ``φ(z) relation bound``, of φ itself.

    Raises:
        ProofError: when no certificate is found.

    >>> from symrnn.activations import activation
    >>> from symrnn.kernel.slopes import check
    >>> check(certificate_of_value(activation("sigmoid"), "<", sp.S.One))
    'sigmoid(z) < 1 for every real z, where sigmoid(z) = 1/(1 + exp(-z))'
    """
    return _first(lambda bits: Producer(phi, bits, name, order=0).written(relation, bound))


def certificate_of_maximum(phi: Activation, bound: sp.Expr, at: sp.Expr, name: str = "") -> list[str]:
    """The lines for ``max φ' = bound``, taken at a point.

    >>> from symrnn.activations import activation
    >>> from symrnn.kernel.slopes import check
    >>> print(check(certificate_of_maximum(activation("softsign"), sp.S.One, sp.S.Zero)))
    max softsign'(z) = 1 over every real z, taken at z = 0, where softsign(z) = z/(1 - z) for z < 0; ...
    """
    _require(phi, "<=", bound)
    if not takes(phi, at, bound):
        raise ProofError(f"{phi.name}'({at}) is not known to be {bound}")
    return _first(lambda bits: Producer(phi, bits, name).written("max", bound, at))


def _require(phi: Activation, relation: str, bound: sp.Expr) -> None:
    """Do not look for the proof of what is false.

    Raises:
        ProofError: when the claim is not proved.
    """
    found = expected(phi, relation, bound)
    if found.outcome is not Outcome.EXPECTED:
        raise ProofError(f"{found.claim}: {found.outcome}")


def certificate_of_extreme(phi: Activation, side: int, name: str = "", *, require: Judge = check) -> list[str]:
    """The lines for the supremum (side 1) or the infimum (side -1) of φ', as the bounds state it.

    Args:
        phi: φ.
        side: 1 or -1.
        name: of the certificate.
        require: refuses the lines at a precision that is not enough.

    Raises:
        ProofError: when no certificate is found.

    >>> from symrnn.activations import activation
    >>> from symrnn.kernel.slopes import check
    >>> check(certificate_of_extreme(activation("exp"), -1))
    "inf exp'(z) = 0 over every real z, which is not taken, where exp(z) = exp(z)"
    """
    bounds = slope_bounds(phi)
    extreme = (bounds.upper if side > 0 else bounds.lower).extreme
    bound = None if extreme.value.is_infinite else extreme.value
    what = "sup" if side > 0 else "inf"
    if extreme.attained:
        most, at = "max" if side > 0 else "min", some_point(extreme)
        try:
            return _first(lambda bits: Producer(phi, bits, name).written(most, bound, at), require)
        except ProofError:
            pass  # the point is not shown to lie on its piece
    elif bound is not None and extreme.attained is False:
        what += "<" if side > 0 else ">"
    return _first(lambda bits: Producer(phi, bits, name).written(what, bound), require)


def _first(write: Callable[[int], Iterator[str]], require: Judge = check) -> list[str]:
    """The lines at the first precision at which the kernel accepts them.

    Raises:
        ProofError: when there is none.
        LimitError: when the search takes too long.
    """
    for bits in PRECISIONS:
        try:
            with attempting("certificate", most=SECONDS_PER_SEARCH):
                lines = list(write(bits))
                require(lines)
        except ProofError as error:
            failed = error
        except Refused as refused:
            failed = ProofError(f"the kernel refuses the certificate: {refused}")
        else:
            return lines
    raise failed


def some_point(extreme: Extreme) -> sp.Expr:
    """A point at which an extreme is taken."""
    at: sp.Set = extreme.at
    if isinstance(at, sp.Union):
        at = at.args[0]
    if isinstance(at, sp.Interval):
        return inside(at.start, at.end)
    if isinstance(at, sp.ImageSet):
        return at.lamda.expr.subs(at.lamda.variables[0], 0)
    return sp.S.Zero if at is sp.S.Reals else at.args[0]


class Producer:
    """Writes one certificate.

    Args:
        phi: φ.
        bits: the precision of the balls.
        name: of the certificate.
        order: 1 for a claim about φ', 0 for one about φ.
    """

    def __init__(self, phi: Activation, bits: int, name: str, order: int = 1) -> None:
        self.phi, self.order = phi, order
        self.bounds: SlopeBounds = slope_bounds(phi)
        self.given: Assumptions = assumptions_of(phi)
        self.pieces: tuple[Piece, ...] = pieces_of(phi)
        self.balls = Balls()
        self.balls.bits = bits
        self.lines: list[list[Any]] = []
        self.numbers: dict[Term, int] = {}
        self.signs: dict[Term, Signs] = {}
        self.facts: list[Fact] = []
        self.roots: dict[str, Root] = {}
        self.header = {"symrnn": 1, "kind": "slope", "id": name or phi.name}

    # -- lines ------------------------------------------------------------------------------------------------

    def number(self, term: Term) -> int:
        """The number of a term, written if it is not yet there."""
        if term not in self.numbers:
            parts: list[Any] = [self.number(p) if type(p) is tuple else p for p in term[1:]]
            if term[0] == "num":
                parts = [str(term[1])]
            self.lines.append([term[0], *parts])
            self.numbers[term] = len(self.numbers)
        return self.numbers[term]

    def written(self, what: str, bound: sp.Expr | None, at: sp.Expr | None = None) -> Iterator[str]:
        """All lines."""
        self.lines.append(["bits", self.balls.bits])
        self._conditions()
        for expression in (bound, at):
            for root in sorted(expression.atoms(Root), key=str) if expression is not None else ():
                self._root(root)
        self._function()
        term = None if bound is None else translate(bound)
        self.lines.append(["claim", what, None if term is None else self.number(term)])
        if term is not None:
            relation = BOUNDED.get(what, what)
            for goal in goals(relation, term):
                self._goal(goal, bound)
        if what in ("max", "min"):
            self._taken(bound, at)
        elif what in BOUNDED:
            self._tends(what, bound)
        yield json.dumps(self.header)
        yield from (json.dumps(line, ensure_ascii=False) for line in self.lines)

    def _conditions(self) -> None:
        for relation in (*self.phi.hypotheses, *self._known_of_symbols()):
            term = minus(translate(relation.gts), translate(relation.lts))
            strict = isinstance(relation, sp.StrictGreaterThan | sp.StrictLessThan)
            self.lines.append(["given", self.number(term), ">" if strict else ">="])
            self.signs[term] = POSITIVE if strict else NOT_NEGATIVE
            self.facts.append((relation.gts - relation.lts, term))

    def _known_of_symbols(self) -> Iterator[sp.Basic]:
        """What symbols were declared with, as far as the kernel has words for it."""
        for symbol in sorted(parameters_of(self.phi), key=str):
            plain = sp.Symbol(symbol.name, real=True)
            for holds, relation in (
                (symbol.is_positive, sp.Gt(plain, 0)),
                (symbol.is_negative, sp.Lt(plain, 0)),
                (symbol.is_nonnegative and not symbol.is_positive, sp.Ge(plain, 0)),
                (symbol.is_nonpositive and not symbol.is_negative, sp.Le(plain, 0)),
            ):
                if holds:
                    yield relation

    def _root(self, root: Root) -> None:
        if root.name in self.roots:
            return
        function = translate(root.function)
        low, high = (Fraction(int(end.p), int(end.q)) for end in root.interval)
        cuts, k = isolating(function, low, high, self.balls)
        bracket = refined(function, cuts[k], cuts[k + 1], self.balls.bits // 2, self.balls)
        self.lines.append(["define", root.name, self.number(function), [*map(str, cuts)], k, *map(str, bracket)])
        self.roots[root.name] = root
        self.balls.brackets[root.name] = bracket

    def _function(self) -> None:
        formulas = [(translate(piece.formula, completed), piece) for piece in self.pieces]
        stated = dict(self.phi.conventions())
        function: list[list[Any]] = [["function", self.phi.name], *([] if self.order else [["value"]])]
        for formula, piece in formulas:
            function.append(["piece", self.number(formula)])
            if piece.end is not sp.oo:
                how: Any = "out" if self.order and piece.end in self.phi.kinks else "smooth"
                if self.order and piece.end in stated:
                    how = self.number(translate(stated[piece.end]))
                function.append(["joint", self.number(translate(piece.end)), how])
        self.lines += function
        self.slopes = [derivative(formula) if self.order else formula for formula, _ in formulas]

    def _of(self, piece: Piece) -> sp.Expr:
        """What the claim is about, on a piece: φ' or φ."""
        return piece.slope if self.order else piece.formula

    # -- goals ------------------------------------------------------------------------------------------------

    def _goal(self, goal: Goal, bound: sp.Expr) -> None:
        stated = dict(self.phi.conventions())
        for n, piece in enumerate(self.pieces):
            self._choice(goal, bound, lambda *a, n=n: self._cells(n, *a))
            if piece.end is sp.oo:
                continue
            kink = self.order and piece.end in self.phi.kinks
            slope = stated.get(piece.end) if kink else self._of(piece).subs(z, piece.end)
            if slope is not None:
                self._choice(goal, bound, lambda *a, n=n, s=slope: self._there(n, s, *a))

    def _choice(self, goal: Goal, bound: sp.Expr, write: Any) -> None:
        """Write for the first choice that is shown."""
        failed: ProofError | None = None
        for choice, (side, term) in enumerate(goal.choices):
            number = bound if term == translate(bound) else -bound
            try:
                self.lines += write(choice, side, number, term, goal.wanted)
            except ProofError as error:
                failed = error
            else:
                return
        raise failed or ProofError("no choice")

    def _cells(self, n: int, choice: int, side: int, bound: sp.Expr, term: Term, wanted: Signs) -> list[list[Any]]:
        slope = self.slopes[n]
        exact = minus(term, slope) if side > 0 else minus(slope, term)
        piece = self.pieces[n]
        mixed = self._of(piece).has(sp.erf) or (self.bounds.pieces is not None and bool(self.bounds.pieces.covers))
        by_numbers = len(self.pieces) == 1 and not parameters_of(self.phi) and 1 in wanted
        if not (by_numbers and mixed):
            try:
                form = split_form(side, bound, self._of(piece), exact, wanted, self._ground(piece))
                return [["cell", choice, None, "form", self.number(form)]]
            except ProofError:
                if not by_numbers:
                    raise
        centres = sorted(self._centres(side, bound, wanted), key=lambda centre: centre.low)
        bits = self.balls.bits
        try:
            found = list(numeric_cells(exact, centres, self.balls))
        finally:
            self.balls.bits = bits
        return [[*entries] if entries[0] == "bits" else ["cell", choice, *entries] for entries in found]

    def _ground(self, piece: Piece | None = None) -> Ground:
        """What is known on a piece, or of numbers alone."""
        signs, facts, values = dict(self.signs), list(self.facts), [self.bounds.sup, self.bounds.inf]
        if piece is not None:
            low, high = (None if end.is_infinite else translate(end) for end in (piece.start, piece.end))
            signs |= Cell(low, high, (False, False)).facts()
            facts += [(z - piece.start, minus(Z, low))] if low is not None else []
            facts += [(piece.end - z, minus(high, Z))] if high is not None else []
            values += [v for run in self._runs() for v in (run.first, run.last)]
        finite = tuple(dict.fromkeys(v for v in values if not v.is_infinite and not v.has(Root)))
        return Ground(tuple(facts), signs, self.balls, self.phi.stand_ins, finite)

    def _runs(self) -> tuple[Run, ...]:
        return self.bounds.pieces.runs if self.bounds.pieces is not None else ()

    def _there(
        self, n: int, slope: sp.Expr, choice: int, side: int, bound: sp.Expr, term: Term, wanted: Signs
    ) -> list[list[Any]]:
        exact = translate(slope)
        exact = minus(term, exact) if side > 0 else minus(exact, term)
        return [["there", choice, self.number(split_form(side, bound, slope, exact, wanted, self._ground()))]]

    # -- extreme slopes ---------------------------------------------------------------------------------------

    def _centres(self, side: int, bound: sp.Expr, wanted: Signs) -> Iterator[Centre]:
        extreme = (self.bounds.upper if side > 0 else self.bounds.lower).extreme
        for at in extreme.at if isinstance(extreme.at, sp.FiniteSet) else ():
            with Precision(self.balls.bits).precision():
                low, high = ends(enclose(at))
            flat: Entries | None = None
            if 0 in wanted and same_value(extreme.value, bound, self.given):
                flat = self._flat(at, side, bound)
            yield Centre(low, high, flat)

    def _flat(self, at: sp.Expr, side: int, bound: sp.Expr) -> Entries:
        if not isinstance(at, Root):
            return self.number(translate(at)), None, None
        if at.name not in self.roots:
            raise ProofError(f"{at} is not in the claim, so it is not defined there")
        piece = self.pieces[0]
        difference = side * (bound.xreplace({at: z}) - piece.slope)
        quotients = [self._quotient(d, at) for d in (-side * piece.curvature, difference)]
        return self.number(translate(at)), *quotients

    def _quotient(self, formula: sp.Expr, root: Root) -> int | None:
        """The number of M with formula = M * F, where F is the equation of a root."""
        if formula == 0:
            return None
        top, bottom = (exponential_form(part, self.given) for part in (formula, root.function))
        if top.exponent != bottom.exponent:
            raise ProofError(f"{root} is given by another exponential than φ")
        ratio = _cancelled(top.expression / bottom.expression)
        return None if ratio == 0 else self.number(translate(top.in_z(ratio)))

    def _taken(self, bound: sp.Expr, at: sp.Expr) -> None:
        if at in self.phi.kinks:
            self.lines.append(["taken", None, [p.end for p in self.pieces].index(at), None])
            return
        for n, piece in enumerate(self.pieces):
            if self.given.equal(at, piece.end):
                self.lines.append(["taken", None, n, None])
                return
            if self.given.at_least(piece.end, at):
                multiple = None
                if isinstance(at, Root):
                    multiple = self._quotient(bound.xreplace({at: z}) - piece.slope, at)
                self.lines.append(["taken", n, self.number(translate(at)), multiple])
                return
        raise ProofError(f"it is not decided on which piece {at} lies")

    def _tends(self, what: str, bound: sp.Expr | None) -> None:
        kind = (sp.Max, sp.Abs) if what.startswith("sup") else (sp.Min,)
        parts = bound.args if isinstance(bound, kind) else [bound]
        for part in parts:
            n, side = self._where(sp.oo * (1 if what.startswith("sup") else -1) if part is None else part)
            self.lines.append(["tends", n, side, None if part is None else self.number(translate(part))])

    def _where(self, value: sp.Expr) -> tuple[int, int]:
        """The piece and its end at which φ' tends to a value."""
        for n, piece in enumerate(self.pieces):
            for run in self._runs():
                if run.start == piece.start and self.given.equal(run.first, value):
                    return n, -1
                if run.end == piece.end and self.given.equal(run.last, value):
                    return n, 1
        raise ProofError(f"φ' tends to {value} at no end of a piece")


def _cancelled(ratio: sp.Expr) -> sp.Expr:
    """Cancelled, with irrational constants as symbols meanwhile, and factored."""
    constants = [c for c in ratio.atoms(sp.Pow) if not c.free_symbols and not c.is_Rational]
    marks = {c: sp.Dummy(f"c{i}", positive=True) for i, c in enumerate(constants)}
    found = sp.factor(sp.cancel(sp.together(ratio.xreplace(marks))))
    return found.xreplace({mark: c for c, mark in marks.items()})
