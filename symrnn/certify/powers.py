"""Powers and products as theorems of the kernel: of similar matrices, of λI + N, of shifts, and what unit vectors pick.

The binomial theorem is an induction with Pascal's rule. Sources: Horn and Johnson (2013), sec. 3.2.5; Higham (2008),
Functions of Matrices, sec. 1.2.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal, Spot, untransposed
from symrnn.certify.meeting import meet, tidy
from symrnn.certify.script import rows_for, shows
from symrnn.certify.terms import mul
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.monomials import Atom, Mono, Poly, identity, insides, is_bound, variables
from symrnn.kernel.steps import Hypothesis
from symrnn.kernel.terms import ONE, Size, Term, as_index, inverses, put, widths

if TYPE_CHECKING:
    from symrnn.certify.deriving import Deriver

M, A = "m_power", "a_first"
"""The names of an exponent, and of the first index of a product, in theorems about all of them."""


def by_induction(deriver: Deriver, claim: Hypothesis, start: Linear) -> int:
    """An equation of products up to ``M`` by induction, the last factor taken off on the left."""
    script, at = deriver.script, variable(M)
    ahead = {M: at + 1}
    base = Goal(script, (), (), put(claim.left, {M: start}))
    base.minus(put(claim.right, {M: start}))
    goal = Goal(script, (at - start,), (claim,), put(claim.left, ahead))
    _peel(goal)
    left = deriver.normal.value(claim.left)
    _assume(goal, left)
    goal.minus(put(claim.right, ahead))
    for each in (base, goal):
        taken = -1
        while len(each.steps) != taken:
            taken = len(each.steps)
            _choose(each, at)
            _assume(each, left)
            tell_units(each)
            meet(each)
    ends = [each.closed(put(claim.right, values)) for each, values in ((base, {M: start}), (goal, ahead))]
    return script.induction(M, start, (), [claim], ends[:1], ends[1:])[0]


def _assume(goal: Goal, left: Poly) -> None:
    """The induction hypothesis put in wherever its left side stands; nothing where there is none."""
    if goal.hypotheses:
        while (spot := next((s for s in goal.spots() if goal.kernel.normal.atom(s.atom) == left), None)) is not None:
            goal.do(spot.path, "hypothesis", 1, 0, {}, [])


def _peel(goal: Goal) -> None:
    """The last factor taken off every product up to ``M + 1``."""
    last = variable(M) + 1
    while (spot := next((s for s in goal.spots() if s.atom[0] == "prod" and s.atom[3] == last), None)) is not None:
        goal.do(spot.path, "cut", last, rows_for(spot.scope, [last - spot.atom[2], number(1)]))


# -- similar matrices --------------------------------------------------------------------------------------------------


def similar(deriver: Deriver, goal: Goal, spot: Spot) -> bool:
    """∏ (X f X⁻¹) = X (∏ f) X⁻¹, and ∏ (X⁻¹ f X) = X⁻¹ (∏ f) X."""
    _, v, low, high, body = spot.atom
    if len(body.terms) != 1 or not shows(spot.scope, high - low + 1):
        return False
    if body.rows != ONE and body == identity(body.rows) and low == number(1):
        one: Term = ("id", body.rows)
        return _by_power(deriver, goal, spot, Hypothesis((), ("pow", one, variable(M)), one))
    ((mono, c),) = body.terms
    word = mono.word
    if c != 1 or mono.scalars or mono.bound or len(word) < 3 or any(is_bound(x) for x in variables(mono) - {v}):
        return False
    if v in variables((word[0], word[-1])) or not (_inverts(deriver, *word[::-1]) or _inverts(deriver, *word)):
        return False
    normal, writer = deriver.normal, deriver.writer
    ends = (writer.atom(word[0], {}), writer.atom(word[-1], {}))
    inner = normal.word(normal.shape(word[0])[1], normal.shape(word[-1])[0], word[1:-1])
    key, last = ("similar", v, body), variable(M)
    first = variable(A) if v in variables(body) else low
    if key not in deriver.known:
        u = deriver.script.binder("u")
        whole, middle = (("prod", u, first, last, writer.poly(p, {v: u})) for p in (body, inner))
        claim = Hypothesis((), whole, mul(ends[0], middle, ends[1]))
        deriver.known[key] = by_induction(deriver, claim, first - 1)
    values = {M: high, A: low} if first != low else {M: high}
    goal.do(spot.path, "theorem", deriver.known[key], values, rows_for(spot.scope, [high - low + 1]))
    return True


def _by_power(deriver: Deriver, goal: Goal, spot: Spot, claim: Hypothesis, start: int = 0) -> bool:
    """An instance of an equation of powers, proved once."""
    key = ("power", spot.atom[4], start)
    if key not in deriver.known:
        deriver.known[key] = by_induction(deriver, claim, number(start))
    high = spot.atom[3]
    goal.do(spot.path, "theorem", deriver.known[key], {M: high}, rows_for(spot.scope, [high - start]))
    return True


def _inverts(deriver: Deriver, one: Atom, *others: Atom) -> bool:
    if one[0] != "inv":
        return False
    (outer,) = insides(one)
    return bool(outer.terms == deriver.normal.atom(others[-1]).terms)


# -- powers that are written out ---------------------------------------------------------------------------------------


def write_out(deriver: Deriver, goal: Goal, right: Term) -> None:
    """Powers of λI + N by the binomial theorem, powers of shifts, and what unit vectors pick.

    Args:
        deriver: what is known.
        goal: the difference of two sides.
        right: the second one.

    Raises:
        NotFoundError: where it depends on the sign of a form in free indices.
    """
    _known(goal)
    _divided(goal, right)
    tidy(goal)
    while _opened(deriver, goal):
        tidy(goal)
    tell_units(goal)
    _choose(goal, None)
    for spot in _binomials(goal):
        if spot.atom[2] == number(1) and shows(spot.scope, spot.atom[1]):
            goal.do(spot.path, "theorem", choose_one(deriver), {M: spot.atom[1]}, rows_for(spot.scope, [spot.atom[1]]))
            return write_out(deriver, goal, right)
    return None


def _known(goal: Goal) -> None:
    """Free indices that have one value by the facts take it."""
    for form in goal.facts:
        v = next((v for v, c in form.terms if abs(c) == 1), None)
        if v is None or not shows(goal.facts, (-1) * form):
            continue
        value = (-form.coefficient(v)) * (form - form.coefficient(v) * variable(v))
        while True:
            m = next((m for m, (mono, _) in enumerate(goal.value.terms) if v in variables(mono[2:])), None)
            if m is None:
                break
            goal.do((m,), "pin", v, value, rows_for(goal.scope(m), [variable(v) - value, value - variable(v)]))


def _divided(goal: Goal, right: Term) -> None:
    """A sum of numbers that is a divisor: what is not divided by it is multiplied with it and divided."""
    for divisor in sorted(inverses(goal.left) | inverses(right), key=repr):
        inner = goal.kernel.normal.value(divisor)
        if inner.rows != ONE or len(inner.terms) < 2:
            continue
        over = (("inv", inner),)
        while True:
            m = next((m for m, (mono, _) in enumerate(goal.value.terms) if over not in mono.scalars), None)
            if m is None or not any(goal.value.terms[m][0][2:]):
                break
            goal.do((m, 0 if goal.value.terms[m][0].word else 1, 0), "insert", divisor)


def _opened(deriver: Deriver, goal: Goal) -> bool:
    for spot in goal.spots():
        if spot.atom[0] != "prod" or spot.atom[1] in variables(spot.atom[4]) or spot.atom[2] != number(1):
            continue
        inside = {v for mono, _ in spot.atom[4].terms for v in variables(mono) - set(mono.bound)}
        if any(is_bound(v) for v in inside):
            continue
        if _shift_power(deriver, goal, spot) or _binomial(deriver, goal, spot):
            return True
    return False


def _decided(goal: Goal, spot: Spot, form: Linear) -> bool:
    """Whether a form is shown to be >= 0; if it is not shown to be < 0 either, the sum around it is split.

    Raises:
        NotFoundError: where no bound variable is in the form.
    """
    if shows(spot.scope, form):
        return True
    if not shows(spot.scope, (-1) * form - 1):
        _split(goal, spot.path[0], form)
    return False


def _split(goal: Goal, m: int, form: Linear) -> None:
    if not form.names() & set(goal.value.terms[m][0].bound):
        raise NotFoundError("the conditions do not tell which of two cases it is", missing=form)
    goal.do((m,), "split", form)


# -- λI + N ------------------------------------------------------------------------------------------------------------


def _binomial(deriver: Deriver, goal: Goal, spot: Spot) -> bool:
    """(λI + N)^m = Σ_{j=0}^{m} C(m, j) λ^{m-j} N^j."""
    _, _, _, high, body = spot.atom
    alone = tuple((mono, c) for mono, c in body.terms if not mono.word and not mono.bound)
    rest = tuple(each for each in body.terms if each not in alone)
    if (body.rows, body.cols) == (ONE, ONE) or not alone or not rest or not shows(spot.scope, high):
        return False
    writer, m, j = deriver.writer, variable(M), deriver.script.binder("j")
    here = variable(j)
    parts: list[Term] = [("binom", m, here)]
    scale = writer.poly(Poly(ONE, ONE, alone))
    parts += [] if scale == ("id", ONE) else [("pow", scale, m - here)]
    summand = ("kron", mul(*parts), ("pow", writer.poly(Poly(body.rows, body.cols, rest)), here))
    right = ("sum", j, number(0), m, summand)
    return _by_power(deriver, goal, spot, Hypothesis((), ("pow", writer.poly(body), m), right))


def _binomials(goal: Goal) -> list[Spot]:
    return [spot for spot in goal.spots() if spot.atom[0] == "binom"]


def _choose(goal: Goal, at: Linear | None) -> None:
    """Binomial coefficients that are 0 or 1; of those above ``at + 1``, Pascal's rule, and one factor taken off."""
    tidy(goal)
    while any(_chosen(goal, spot, at) for spot in _binomials(goal)):
        tidy(goal)


def _chosen(goal: Goal, spot: Spot, at: Linear | None) -> bool:
    _, k, j = spot.atom
    if j == number(0):
        goal.do(spot.path, "axiom", "choose none", [])
    elif shows(spot.scope, k) and shows(spot.scope, j - k - 1):
        goal.do(spot.path, "axiom", "choose too many", rows_for(spot.scope, [k, j - k - 1]))
    elif at is None:
        return False
    elif k == at + 1:
        if not shows(spot.scope, j - 1):
            _split(goal, spot.path[0], j - 1)
        else:
            goal.do(spot.path, "axiom", "Pascal", rows_for(spot.scope, [k - 1, j - 1]))
    elif k == at and j.terms and not shows(spot.scope, k - j):
        _split(goal, spot.path[0], k - j)
    else:  # N^{j+1} C(m, j) comes from N times N^j
        power = next((s for s in _beside(goal, spot) if s.atom[3] == j + 1 and shows(s.scope, j)), None)
        if power is None or len(power.atom[4].terms) == 1 == len(power.atom[4].terms[0][0].word):
            return False
        goal.do(power.path, "cut", j + 1, rows_for(power.scope, [j + 1 - power.atom[2], number(1)]))
    return True


def _beside(goal: Goal, spot: Spot) -> list[Spot]:
    """The products of matrices in the same monomial."""
    own = [s for s in goal.spots() if s.path[0] == spot.path[0] and len(s.path) == 3 and s.atom[0] == "prod"]
    return [s for s in own if s.atom[4].rows != ONE]


def choose_one(deriver: Deriver) -> int:
    """C(m, 1) = Σ_{c=1}^{m} 1 for m >= 0."""
    if ("choose one",) not in deriver.known:
        m = variable(M)
        right = ("sum", deriver.script.binder("c"), number(1), m, ("id", ONE))
        claim = Hypothesis((), ("binom", m, number(1)), right)
        deriver.known[("choose one",)] = by_induction(deriver, claim, number(0))
    return deriver.known[("choose one",)]


# -- shifts and unit vectors -------------------------------------------------------------------------------------------


def _shift(body: Poly) -> tuple[Size, Mono, bool] | None:
    """The size n and the factor c of c Σ_{r=1}^{n-1} e_r e_{r+1}ᵀ, and whether it is transposed."""
    if len(body.terms) != 1:
        return None
    mono = body.terms[0][0]
    match mono.word:
        case (("unit", s, i), ("T", ("unit", r, j))) if s == r and len(mono.bound) == 1:
            low, high = (i, j) if j == i + 1 else (j, i)
            ends = {low - 1, as_index(s) - high} if all(len(atoms) < 2 for atoms, _ in s) else set()
            if high == low + 1 and set(mono.domain) == ends and mono.bound[0] not in variables(mono.scalars):
                return s, Mono((), (), mono.scalars, ()), low == j
    return None


def _shift_power(deriver: Deriver, goal: Goal, spot: Spot) -> bool:
    """(c Σ_r e_r e_{r+1}ᵀ)^m = c^m Σ_{r=1}^{n-m} e_r e_{r+m}ᵀ for m >= 1."""
    _, _, _, high, body = spot.atom
    found = _shift(body)
    if found is None:
        return False
    if not _decided(goal, spot, high - 1):
        return not shows(spot.scope, (-1) * high)
    (s, factor, turned), m, r = found, variable(M), deriver.script.binder("r")
    units: tuple[Term, ...] = (("unit", s, variable(r)), ("T", ("unit", s, variable(r) + m)))
    units = (("unit", s, variable(r) + m), ("T", ("unit", s, variable(r)))) if turned else units
    right: Term = ("sum", r, number(1), as_index(s) - m, ("mul", *units))
    c = body.terms[0][1]
    if factor.scalars or c != 1:
        right = ("kron", ("pow", deriver.writer.poly(Poly(ONE, ONE, ((factor, c),))), m), right)
    return _by_power(deriver, goal, spot, Hypothesis((), ("pow", deriver.writer.poly(body), m), right), 1)


def tell_units(goal: Goal) -> None:
    """e_iᵀ e_j is 1 or 0; sums are split to tell, and a bound variable that makes it 1 takes its value."""
    tidy(goal)
    while _picked(goal):
        tidy(goal)


def spread(goal: Goal) -> None:
    """Σ e_k e_kᵀ put before what begins with no unit vector, where another summand begins with one."""
    words = [mono.word for mono, _ in goal.value.terms]
    begin = [bool(word) and word[0][0] == "unit" for word in words]
    if goal.value.rows == ONE or not any(begin) or any(len(atoms) > 1 for atoms, _ in goal.value.rows):
        return
    needed = [variable(v) - 1 for v in sorted(widths(goal.value.rows))]
    if not all(shows(goal.facts, form) for form in needed):
        return
    while False in begin:
        m = begin.index(False)
        goal.do((m,), "units", rows_for(goal.scope(m), needed))
        begin = [bool(mono.word) and mono.word[0][0] == "unit" for mono, _ in goal.value.terms]


def by_entries(goal: Goal) -> None:
    """Numbers as sums of products of entries: Σ e_k e_kᵀ put between all factors that are not unit vectors."""
    while (found := _juncture(goal)) is not None:
        path, size = found
        needed = [variable(v) - 1 for v in sorted(widths(size))]
        goal.do(path, "between", 0, rows_for(goal.scope(path[0]), needed))
    tell_units(goal)


def _juncture(goal: Goal) -> tuple[tuple[int, int, int], Size] | None:
    for m, (mono, _) in enumerate(goal.value.terms):
        for part, word in enumerate((mono.word, *mono.scalars)):
            for at, (one, other) in enumerate(pairwise(word)):
                size = goal.kernel.normal.shape(one)[1]
                if not any(_is_unit(untransposed(atom)) for atom in (one, other)) and size != ONE:
                    return (m, part, at), size
    return None


def _is_unit(atom: Term) -> bool:
    """Whether it picks an entry: of a column, or of the columns of a matrix below each other, as e_j ⊗ e_i does."""
    return atom[0] == "unit" or (atom[0] == "kron" and all(_is_unit(part) for part in atom[1:]))


def _picked(goal: Goal) -> bool:
    for m, (mono, _) in enumerate(goal.value.terms):
        for part, word in enumerate((mono.word, *mono.scalars)):
            for at, pair in enumerate(pairwise(word)):
                match pair:
                    case ("T", ("unit", s, i)), ("unit", r, j) if s == r:
                        _tell(goal, (m, part, at), s, i, j)
                        return True
    return False


def _tell(goal: Goal, path: tuple[int, ...], s: Size, i: Linear, j: Linear) -> None:
    m, gap, scope = path[0], i - j, goal.scope(path[0])
    for sign in (1, -1):
        if shows(scope, sign * gap - 1):
            n = as_index(s)
            goal.do(path, "apart", 0, sign, rows_for(scope, [sign * gap - 1, i - 1, n - i, j - 1, n - j]))
            return
    for form in (gap, (-1) * gap):
        if not shows(scope, form):
            _split(goal, m, form)
            return
    bound = [v for v in gap.names() if v in goal.value.terms[m][0].bound and abs(gap.coefficient(v)) == 1]
    v = next(iter(bound or [v for v, c in gap.terms if abs(c) == 1 and v not in widths(s)]), None)
    if v is None:
        raise NotFoundError("two unit vectors that are one, and none of their indices has a value")
    value = (-gap.coefficient(v)) * (gap - gap.coefficient(v) * variable(v))
    goal.do((m,), "pin", v, value, rows_for(scope, [variable(v) - value, value - variable(v)]))
