"""Certificates of bounds of the slope of an activation: what they say, and the check that they prove it.

After the header, each line is a JSON list. Terms are numbered from 0; q is a rational number, as text.

    [operation, …]                         a term, see symrnn.kernel.formulas; parts by number
    ["bits", n]                            the precision of the balls from here on
    ["given", term, ">" | ">="]            a condition on the parameters: the term, compared with 0
    ["define", name, F, [q…], k, q, q]     the only root of F from the first q to the last; see `_define`
    ["function", name]
    ["value"]                              the claim is one about φ itself, in the place of φ' below; before all pieces
    ["piece", term]                        φ from the last joint to the next
    ["joint", term, how]                   how: "out" (left out), "smooth", or the term taken for φ' there
    ["claim", what, bound]                 what: "<=", …, "abs<=", …; "max", "min", "sup", "inf", "sup<", "inf>"
    ["cell", choice, q | null, method, …]  the next part of a piece, up to q or to the end of the piece
    ["there", choice, term]                the claim at a joint: a term equal to G that shows its sign by its form
    ["taken", piece, point, M]             φ' takes the bound of a max or min at a point of a piece, or
    ["taken", null, joint, null]           at a joint, by number from 0
    ["tends", piece, side, value]          φ' tends to a value (null: infinity) at the right (1) or left (-1) end

"sup" leaves open whether the bound is taken, with "sup<" it is not. Each claim is one or two goals: a difference
G = ±(bound - φ'), or one of two by choice, has a sign at every z. The cells and joints follow goal by goal, from left
to right. Cells need not be in order: whatever the numbers q are, each point of a piece lies in a cell.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

from symrnn.kernel.balls import MAX_BITS, Balls
from symrnn.kernel.errors import NotProvedError, Refused, need
from symrnn.kernel.fields import NOT_NEGATIVE, NULL, POSITIVE, Field, Signs, times
from symrnn.kernel.formulas import CONSTANT, FUNCTIONS, PARTS, Term, Z, free_of, minus, mul, negative, num, put, show
from symrnn.kernel.reader import Node, Replay, run
from symrnn.kernel.tails import limit, tail_sign

MAX_LINES = 10_000
NUMBER = re.compile(r"-?[0-9]{1,3000}(/[0-9]{1,3000})?")
NAME = re.compile(r"[A-Za-z_][A-Za-z_0-9]{0,40}")
RESERVED = {"z", "pi", "max", "min", "sup", "inf", "for", "over", "where", "given", *FUNCTIONS}
WANTED: dict[str, Signs] = {"<=": NOT_NEGATIVE, "<": POSITIVE, ">=": NOT_NEGATIVE, ">": POSITIVE, "=": NULL}
BOUNDED = {"max": "<=", "min": ">=", "sup": "<=", "inf": ">=", "sup<": "<", "inf>": ">"}
"""What a claim about an extreme value says of every slope."""


class Joint(NamedTuple):
    """A point at which the formula may change; how is "out", "smooth", or the slope that is taken there."""

    at: Term
    how: Any


class Goal(NamedTuple):
    """One of the differences side * (bound - φ') has one of the wanted signs at every z."""

    choices: tuple[tuple[int, Term], ...]
    wanted: Signs


class Cell(NamedTuple):
    """A part of the line: numbers at closed ends, joints at open ones, None for infinity."""

    low: Term | None
    high: Term | None
    closed: tuple[bool, bool]

    def facts(self) -> dict[Term, Signs]:
        """What is known of z."""
        found: dict[Term, Signs] = {}
        if self.low is not None:
            sign = NOT_NEGATIVE if self.closed[0] else POSITIVE
            found[minus(Z, self.low)] = sign
            if self.low[0] == "num" and self.low[1] >= 0:
                found[Z] = POSITIVE if self.low[1] > 0 else sign
        if self.high is not None:
            sign = NOT_NEGATIVE if self.closed[1] else POSITIVE
            found[minus(self.high, Z)] = sign
            if self.high[0] == "num" and self.high[1] <= 0:
                found[Z] = times(frozenset({-1}), POSITIVE if self.high[1] < 0 else sign)
        return found

    def ends(self) -> tuple[Fraction, Fraction]:
        """The ends of a bounded cell, which have to be numbers."""
        match self:
            case Cell(("num", low), ("num", high)):
                need(low <= high, "the cell ends before it starts")
                return low, high
        raise NotProvedError("the cell has no numbers for ends")


def check(lines: Sequence[str]) -> str:
    """What a certificate proves, printed from its own terms.

    Raises:
        Refused: with the number of the line that is wrong.
    """
    return accepted(lines).statement()


def accepted(lines: Sequence[str]) -> Checker:
    """All that a certificate says, after it has been checked.

    Raises:
        Refused: with the number of the line that is wrong.
    """
    if len(lines) > MAX_LINES:
        raise Refused(MAX_LINES, "too many lines")
    checker = Checker()
    run(checker, lines[1:], lambda: True)
    try:
        checker.statement()
    except NotProvedError as refused:
        raise Refused(max(len(lines), 1), str(refused)) from None
    return checker


class Checker(Replay):
    """What has been read so far."""

    sorts = PARTS
    deepest, largest = 40, 600

    def __init__(self) -> None:
        super().__init__()
        self.balls = Balls()
        self.given: dict[Term, Signs] = {}
        self.conditions: list[str] = []
        self.roots: dict[str, tuple[Term, Fraction, Fraction]] = {}
        self.called, self.order = "", 1
        self.pieces: list[Term] = []
        self.slopes: list[Term] = []
        self.joints: list[Joint] = []
        self.claim: tuple[str, Term | None] | None = None
        self.goals: list[Goal] = []
        self.piece = 0
        self.start: Fraction | None = None
        self.at_joint = False
        self.evidence: list[tuple[str, Term | None]] = []
        self.rules = {
            "bits": self._bits,
            "given": self._given,
            "define": self._define,
            "function": self._function,
            "value": self._value,
            "piece": self._piece,
            "joint": self._joint,
            "claim": self._claim,
            "cell": self._cell,
            "there": self._there,
            "taken": self._taken,
            "tends": self._tends,
        }

    # -- reading ----------------------------------------------------------------------------------------------

    def node(self, kind: str, sorts: Sequence[str], rest: list[Any], earlier: Sequence[Node], own: str) -> Node:
        """A term; the functions of numbers know no z."""
        made = super().node(kind, sorts, rest, earlier, own)
        need(kind not in CONSTANT or free_of(made[0], "z"), f"{kind} of what contains z")
        return made

    def parameter(self, name: Any) -> str:
        """The name of a parameter, or a new one."""
        need(type(name) is str and NAME.fullmatch(name) is not None and name not in RESERVED, "no name")
        need(name not in self.roots and name != self.called, "a name for two things")
        return str(name)

    def root(self, name: Any) -> str:
        """The name of a root."""
        need(type(name) is str and name in self.roots, "a root unknown")
        return str(name)

    def exponent(self, value: Any) -> int:
        """A whole number other than 0."""
        need(type(value) is int and 0 < abs(value) <= 64, "no exponent")
        return int(value)

    def rational(self, text: Any) -> Fraction:
        """A rational number from its text."""
        need(type(text) is str and NUMBER.fullmatch(text) is not None, "no rational number")
        over, _, under = text.partition("/")
        need(under == "" or int(under) != 0, "a fraction over 0")
        return Fraction(int(over), int(under or "1"))

    def _bits(self, bits: Any) -> None:
        need(type(bits) is int and 32 <= bits <= MAX_BITS, "no precision")
        self.balls.bits = bits

    # -- the statement ----------------------------------------------------------------------------------------

    def _given(self, number: Any, relation: Any) -> None:
        need(self.claim is None and relation in (">", ">="), "no condition")
        term = self.term(number)
        need(free_of(term, "z", "root") and not free_of(term, "par"), "a condition on what is not a parameter")
        Field(self.given, self.balls).value(term)
        self.given[term] = POSITIVE if relation == ">" else NOT_NEGATIVE
        self.conditions.append(f"{show(term)} {relation} 0")

    def _define(self, name: Any, number: Any, cuts: Any, k: Any, low: Any, high: Any) -> None:
        """F leaves out 0 between all cuts but those numbered k and k + 1, where F' does, and F changes its sign.

        The last two numbers lie between these and enclose the root: F changes its sign from one to the other.
        """
        function, name = self.term(number), self.parameter(name)
        need(
            self.claim is None and all(t[0] != ("par", name) for t in self.terms), "too late, or a name for two things"
        )
        need(free_of(function, "par", "root", "max", "min"), "a root of what has parameters")
        need(type(cuts) is list and type(k) is int and 0 <= k < len(cuts) - 1, "no cuts")
        ends = [self.rational(cut) for cut in cuts]
        self._field(Cell(num(ends[0]), num(ends[-1]), (True, True))).value(function)
        need(all(a < b for a, b in pairwise(ends)), "the cuts do not rise")
        first, last = self.rational(low), self.rational(high)
        need(ends[k] <= first < last <= ends[k + 1], "the bracket lies elsewhere")
        rise = self.balls.rise(function)
        for n, (a, b) in enumerate(pairwise(ends)):
            need(self.balls.sign(rise if n == k else function, a, b) != 0, f"not shown between {a} and {b}")
        for a, b in ((first, last), (ends[k], ends[k + 1])):
            need(self.balls.sign(function, a) * self.balls.sign(function, b) == -1, "no change of sign")
        self.roots[name] = function, ends[0], ends[-1]
        self.balls.brackets[name] = first, last

    def _function(self, name: Any) -> None:
        need(not self.called and all(t[0][1:] != (name,) for t in self.terms), "a second function, or a name taken")
        self.called = name if type(name) is str and name in FUNCTIONS else self.parameter(name)

    def _value(self) -> None:
        need(not self.pieces, "too late")
        self.order = 0

    def _piece(self, number: Any) -> None:
        need(self.claim is None and len(self.pieces) == len(self.joints), "a piece without a joint before it")
        formula = self.term(number)
        need(free_of(formula, "root"), "a root in the formula")
        self.pieces.append(formula)
        self.slopes.append(self.balls.rise(formula) if self.order else formula)

    def _joint(self, number: Any, how: Any) -> None:
        need(self.claim is None and len(self.pieces) == len(self.joints) + 1, "a joint without a piece before it")
        at = self.term(number)
        need(free_of(at, "z", "root"), "a joint at what is not a number")
        Field(self.given, self.balls).value(at)
        need(how == "smooth" or self.order == 1, "a value is one wherever it is taken")
        if how not in ("out", "smooth"):
            how = self.term(how)
            need(free_of(how, "z", "root"), "a slope that is not a number")
            Field(self.given, self.balls).value(how)
        if self.joints:
            self._need_positive(minus(at, self.joints[-1].at), "the joints do not rise")
        self.joints.append(Joint(at, how))

    def _need_positive(self, term: Term, why: str) -> None:
        field = Field(self.given, self.balls)
        value = field.value(term)
        shown = field.signs(term) == POSITIVE or (not value.bottom and field.number_sign(value.top) == 1)
        need(shown, why)

    def _claim(self, what: Any, number: Any) -> None:
        need(self.claim is None and self.called != "" and len(self.pieces) == len(self.joints) + 1, "a claim too soon")
        need(self.called not in FUNCTIONS or self.pieces == [(self.called, Z)], "another function under a known name")
        need(type(what) is str, "no claim")
        bound = None if number is None else self.term(number)
        relation = BOUNDED.get(what, what)
        need(what not in BOUNDED or self.order == 1, "an extreme value of another thing than the slope")
        need(relation.removeprefix("abs") in WANTED and (bound is not None or what in ("sup", "inf")), "no claim")
        for n, formula in enumerate(self.pieces):
            self._field(self._whole(n)).value(formula)
        for n, joint in enumerate(self.joints):
            if joint.how == "smooth":
                self._check_smooth(n, joint.at)
        if bound is not None:
            need(free_of(bound, "z"), "z in the bound")
            Field(self.given, self.balls).value(bound)
            self.goals = goals(relation, bound)
        self.claim = what, bound

    def _check_smooth(self, n: int, at: Term) -> None:
        field = Field(self.given, self.balls)
        for left, right in ((self.pieces[n], self.pieces[n + 1]), (self.slopes[n], self.slopes[n + 1])):
            need(field.equal(put(left, Z, at), put(right, Z, at)), f"not smooth at {show(at)}")

    # -- the proof --------------------------------------------------------------------------------------------

    def _whole(self, n: int) -> Cell:
        low = self.joints[n - 1].at if n else None
        return Cell(low, self.joints[n].at if n < len(self.joints) else None, (False, False))

    def _field(self, cell: Cell) -> Field:
        return Field({**self.given, **cell.facts()}, self.balls)

    def _difference(self, choice: Any, slope: Term) -> tuple[Term, Signs]:
        need(bool(self.goals), "nothing is left to be shown")
        goal = self.goals[0]
        need(type(choice) is int and 0 <= choice < len(goal.choices), "no such choice")
        side, bound = goal.choices[choice]
        return (minus(bound, slope) if side > 0 else minus(slope, bound)), goal.wanted

    def _cell(self, choice: Any, end: Any, method: Any, *rest: Any) -> None:
        need(self.claim is not None and not self.at_joint, "a cell in the wrong place")
        difference, wanted = self._difference(choice, self.slopes[self.piece])
        whole = self._whole(self.piece)
        stop = None if end is None else self.rational(end)
        low, high = (whole.low if self.start is None else num(self.start)), (whole.high if stop is None else num(stop))
        cell = Cell(low, high, (self.start is not None, stop is not None))
        methods: dict[Any, Callable[..., Signs]] = {
            "form": self._by_form,
            "ball": self._by_ball,
            "tail": self._by_tail,
            "peak": self._by_peak,
            "flat": self._by_flat,
        }
        need(methods[method](cell, difference, *rest) <= wanted, "the sign is not the one that is wanted")
        self.start = stop
        if stop is None:
            self.at_joint = self.piece < len(self.joints)
            self._move_on(self.at_joint and self.joints[self.piece].how != "out")

    def _move_on(self, stop_at_joint: bool) -> None:
        """Go to the next piece, or to the next goal after the last one."""
        if stop_at_joint:
            return
        self.at_joint = False
        self.piece += 1
        if self.piece == len(self.pieces):
            self.piece = 0
            self.goals = self.goals[1:]

    def _there(self, choice: Any, number: Any) -> None:
        need(self.at_joint, "no joint here")
        difference, wanted = self._difference(choice, self._slope_at(self.piece))
        need(self._form(Field(self.given, self.balls), difference, self.term(number)) <= wanted, "another sign")
        self._move_on(False)

    def _slope_at(self, n: int) -> Any:
        """The slope at a joint, or "out"."""
        at, how = self.joints[n]
        return put(self.slopes[n], Z, at) if how == "smooth" else how

    def _form(self, field: Field, difference: Term, form: Term) -> Signs:
        need(field.equal(difference, form), f"{show(form)} is not {show(difference)}")
        return field.signs(form)

    def _by_form(self, cell: Cell, difference: Term, number: Any) -> Signs:
        """The difference equals a term whose form shows its sign."""
        return self._form(self._field(cell), difference, self.term(number))

    def _by_ball(self, cell: Cell, difference: Term) -> Signs:
        return told(self.balls.sign(difference, *cell.ends()))

    def _by_tail(self, cell: Cell, difference: Term) -> Signs:
        """The tail lemma, in a cell up to infinity."""
        match cell:
            case Cell(("num", end), None):
                side = 1
            case Cell(None, ("num", end)):
                side = -1
            case _:
                raise NotProvedError("no tail")
        field = self._field(cell)
        return told(tail_sign(field, field.value(difference), side, side * end))

    def _by_peak(self, cell: Cell, difference: Term, low: Any, high: Any) -> Signs:
        """G'' > 0 on the cell and G' changes its sign between two numbers, so G is least there; G > 0 there."""
        (start, end), a, b = cell.ends(), self.rational(low), self.rational(high)
        need(start <= a < b <= end, "the bracket is not in the cell")
        rise = self._convex(start, end, difference)
        need(self.balls.sign(rise, a) == -1 and self.balls.sign(rise, b) == 1, "no turn between the numbers")
        return told(self.balls.sign(difference, a, b))

    def _convex(self, start: Fraction, end: Fraction, difference: Term) -> Term:
        rise = self.balls.rise(difference)
        need(self.balls.sign(self.balls.rise(rise), start, end) == 1, "the difference is not shown to be convex")
        return rise

    def _by_flat(self, cell: Cell, difference: Term, point: Any, quotient: Any, cofactor: Any) -> Signs:
        """G'' > 0 on the cell, and G and G' are 0 at a point of it."""
        at, rise = self.term(point), self._convex(*cell.ends(), difference)
        self._need_inside(at, cell, "the point is not in the cell")
        self._vanishes_at(at, rise, quotient)
        self._vanishes_at(at, difference, cofactor)
        return NOT_NEGATIVE

    def _need_inside(self, at: Term, cell: Cell, why: str) -> None:
        """Refuse, unless a point is shown to lie between the ends of a cell."""
        first, last = map(num, self.balls.brackets[at[1]]) if at[0] == "root" else (at, at)
        need(free_of(first, "z", "root"), "the point is not a number")
        gaps = [minus(first, cell.low)] if cell.low is not None else []
        gaps += [minus(cell.high, last)] if cell.high is not None else []
        for gap in gaps:
            self._need_positive(gap, why)

    def _vanishes_at(self, at: Term, term: Term, multiple: Any) -> None:
        """A term is 0 at a point: by putting it in, or at a root of F since the term, with z for the root, is M * F."""
        if at[0] != "root":
            need(multiple is None, "no multiple is needed")
            zero = Field(self.given, self.balls).equal(put(term, Z, at), num(0))
            need(zero, f"{show(term)} is not 0 at {show(at)}")
            return
        function, low, high = self.roots[at[1]]
        factor = num(0) if multiple is None else put(self.term(multiple), at, Z)
        same = self._field(Cell(num(low), num(high), (True, True))).equal(put(term, at, Z), mul(factor, function))
        need(same, "not that multiple of the equation")

    # -- what shows that a bound is sharp ---------------------------------------------------------------------

    def _sharp(self, piece: Any) -> tuple[str, Term | None]:
        need(self.claim is not None and type(piece) is int and 0 <= piece < len(self.pieces), "no such piece")
        assert self.claim is not None
        need(self.claim[0] in BOUNDED, "the claim is not about an extreme value")
        return self.claim

    def _taken(self, piece: Any, point: Any, multiple: Any) -> None:
        _, bound = self._sharp(0 if piece is None else piece)
        need(bound is not None and not self.evidence, "infinity is not taken, or a second point")
        assert bound is not None
        if piece is None:
            need(type(point) is int and 0 <= point < len(self.joints) and multiple is None, "no such joint")
            at, slope = self.joints[point].at, self._slope_at(point)
            need(slope != "out" and Field(self.given, self.balls).equal(slope, bound), "another slope there")
        else:
            at = self.term(point)
            self._need_inside(at, self._whole(piece), "the point is not shown to lie on the piece")
            self._vanishes_at(at, minus(bound, self.slopes[piece]), multiple)
        self.evidence.append(("taken", at))

    def _tends(self, piece: Any, side: Any, number: Any) -> None:
        what, bound = self._sharp(piece)
        need(type(side) is int and side in (1, -1), "no side")
        value, whole = (None if number is None else self.term(number)), self._whole(piece)
        end = whole.high if side > 0 else whole.low
        field, slope = self._field(whole), self.slopes[piece]
        if end is not None:
            need(value is not None, "a slope is finite at a joint")
            assert value is not None
            need(Field(self.given, self.balls).equal(put(slope, Z, end), value), "another value at the end")
        else:
            infinite, found = limit(field, field.value(slope), side)
            if value is None:
                need(bound is None and infinite == {"sup": 1, "inf": -1}[what], "another limit")
            else:
                need(infinite == 0 and free_of(value, "z"), "another limit")
                need(field.same(field.value(value), found), "another limit")
        self.evidence.append(("tends", value))

    # -- what was proved --------------------------------------------------------------------------------------

    def statement(self) -> str:
        """The statement, when all is shown."""
        need(self.claim is not None, "no claim")
        assert self.claim is not None
        what, bound = self.claim
        need(not self.goals, "the claim is not shown on the whole line")
        if what in BOUNDED:
            need(self._is_sharp(what, bound), "the bound is not shown to be sharp")
        return self._claimed(what, bound) + self._conditions()

    def _is_sharp(self, what: str, bound: Term | None) -> bool:
        if what in ("max", "min"):
            return len(self.evidence) == 1 and self.evidence[0][0] == "taken"
        values = [value for how, value in self.evidence if how == "tends"]
        if bound is not None and bound[0] == ("max" if what.startswith("sup") else "min") and len(values) > 1:
            return all(part in values for part in bound[1:])
        return len(values) == len(self.evidence) > 0 and all(value == bound for value in values)

    def _claimed(self, what: str, bound: Term | None) -> str:
        out = [f"z = {show(joint.at)}" for joint in self.joints if joint.how == "out"]
        line = "every real z" + (f" except {', '.join(out)}" if out else "")
        written = {"sup": "∞", "inf": "-∞"}[what] if bound is None else show(bound)
        if what not in BOUNDED:
            slope = self.called + "'" * self.order + "(z)"
            slope = f"|{slope}|" if what.startswith("abs") else slope
            return f"{slope} {what.removeprefix('abs')} {written} for {line}"
        text = f"{what[:3]} {self.called}'(z) = {written} over {line}"
        taken = [f", taken at z = {show(at)}" for how, at in self.evidence if how == "taken" and at is not None]
        return text + "".join(taken) + (", which is not taken" if len(what) > 3 else "")

    def _conditions(self) -> str:
        """What the claim rests on: the formula, conventions, roots, and conditions on the parameters."""
        parts = [f"{self.called}(z) = {'; '.join(map(self._formula, range(len(self.pieces))))}"]
        for joint in self.joints:
            if joint.how not in ("out", "smooth"):
                parts.append(f"{self.called}'({show(joint.at)}) taken as {show(joint.how)}")
        for name, (f, low, high) in self.roots.items():
            parts.append(f"{name} is the only root of {show(f)} in ({low}, {high})")
        return ", where " + ", ".join(parts) + (f", given {', '.join(self.conditions)}" if self.conditions else "")

    def _formula(self, n: int) -> str:
        whole = self._whole(n)
        low = "" if whole.low is None else f"{show(whole.low)} < "
        high = "" if whole.high is None else f" < {show(whole.high)}"
        return show(self.pieces[n]) + (f" for {low}z{high}" if low or high else "")


def goals(relation: str, bound: Term) -> list[Goal]:
    """What has to be shown at every z, for a relation between φ', or its absolute value, and a bound."""
    plain = relation.removeprefix("abs")
    if relation == "abs=":
        return goals("abs<=", bound) + goals("abs>=", bound)
    if not relation.startswith("abs"):
        return [Goal(((-1 if plain[0] == ">" else 1, bound),), WANTED[plain])]
    if plain[0] == "<":
        return [Goal(((1, bound),), WANTED[plain]), Goal(((-1, negative(bound)),), WANTED[plain])]
    return [Goal(((-1, bound), (1, negative(bound))), WANTED[plain])]


def told(sign: int) -> Signs:
    """The signs when a ball or the lemma has told one."""
    need(sign != 0, "the sign is not told")
    return frozenset({sign})
