"""Makes the two sides of a goal meet: sums split, products cut and joined, until like monomials cancel."""

from __future__ import annotations

from collections import Counter

from symrnn.certify.errors import NotFoundError
from symrnn.certify.goal import Goal, Spot
from symrnn.certify.script import rows_for, shows, weights_of
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.monomials import Atom, blind, changed, variables
from symrnn.kernel.steps import Facts

LONGEST = 6
"""Products of at most so many factors are written out."""

Path = tuple[int, ...]

HERE = "here"
"""Any index of a product."""

GROWTH, ALWAYS = 6, 40
"""How many times as many terms and factors as at first may stand there on the way, and how many in any case."""


def tidy(goal: Goal) -> None:
    """Sums over nothing go, variables with one value take it, and conditions that follow from others are left out."""
    while _tidied(goal):
        pass


def _tidied(goal: Goal) -> bool:
    for m, (mono, _) in enumerate(goal.value.terms):
        if not mono.domain or mono in goal.tidy:
            continue
        scope = (*goal.facts, *mono.domain)
        nothing = weights_of(scope, number(-1))
        if nothing is not None:
            goal.do((m,), "empty", list(nothing))
            return True
        for form in mono.domain:
            v = next((v for v, c in form.terms if abs(c) == 1 and v in mono.bound), None)
            if v is not None and shows(scope, (-1) * form):
                c = form.coefficient(v)
                value = (-c) * (form - c * variable(v))
                goal.do((m,), "pin", v, value, rows_for(scope, [variable(v) - value, value - variable(v)]))
                return True
        fewer = _without_what_follows(goal.facts, mono.domain)
        if fewer != mono.domain:
            there = rows_for(scope, fewer)
            back = rows_for((*goal.facts, *fewer), mono.domain)
            goal.do((m,), "range", list(fewer), there, back)
            return True
        goal.tidy.add(mono)
    for spot in goal.spots(goal.cut):
        if spot.atom[0] == "prod":
            _, _, low, high, _ = spot.atom
            length = high - low + 1
            if length.terms and shows(spot.scope, length) and shows(spot.scope, (-1) * length):
                goal.do(spot.path, "void", rows_for(spot.scope, [length, (-1) * length]))
                return True
            if not length.terms and 1 < length.constant <= LONGEST:
                goal.do(spot.path, "cut", high, rows_for(spot.scope, [high - low, number(1)]))
                return True
            if not spot.atom[4].terms and length.terms:
                _cut_by_cases(goal, spot, high)
                return True
    return False


def _cut_by_cases(goal: Goal, spot: Spot, at: Linear) -> None:
    """Cut a product, where the sum that it stands in may have to be split for that.

    Raises:
        NotFoundError: when it is the statement that leaves open whether there is anything to cut.
    """
    _, _, low, high, _ = spot.atom
    forms = [at - low, high + 1 - at]
    for form in forms:
        if not shows(spot.scope, form):
            if len(spot.path) > 3 or not form.names() & set(goal.value.terms[spot.path[0]][0].bound):
                raise NotFoundError("the conditions do not tell how long a product is", missing=form)
            goal.do(spot.path[:1], "split", form)
            return
    goal.do(spot.path, "cut", at, rows_for(spot.scope, forms))


def _without_what_follows(facts: Facts, domain: tuple[Linear, ...]) -> tuple[Linear, ...]:
    kept = list(domain)
    for form in domain:
        others = [other for other in kept if other != form]
        if shows((*facts, *others), form):
            kept = others
    return tuple(kept)


def meet(goal: Goal) -> None:
    """Rewrite a difference until it is zero, or nothing more can be done."""
    tidy(goal)
    most = [max(ALWAYS, GROWTH * each) for each in _extent(goal)]
    while goal.value.terms and all(each <= limit for each, limit in zip(_extent(goal), most, strict=True)):
        if not (_joined(goal) or _aligned(goal) or _refined(goal) or _counted(goal) or _slid(goal) or _vanished(goal)):
            return
        tidy(goal)


def _extent(goal: Goal) -> tuple[int, int]:
    """How many terms there are, and how many factors in all of them."""
    words = [word for mono, _ in goal.value.terms for word in (mono.word, *mono.scalars)]
    return len(goal.value.terms), sum(map(len, words))


def _joined(goal: Goal) -> bool:
    for m, (mono, _) in enumerate(goal.value.terms):
        if mono in goal.joined:
            continue
        scope = goal.scope(m)
        pairs = [
            ((*path, at), 0, word[at], word[at + 1]) for path, word in goal.words(m) for at in range(len(word) - 1)
        ]
        alone = [(j, s[0]) for j, s in enumerate(mono.scalars, 1) if len(s) == 1]
        pairs += [((m, i, 0), j, x, y) for i, x in alone for j, y in alone if i != j]
        if _collected(goal, m):
            return True
        for path, beside, x, y in pairs:
            if not (x[0] == y[0] == "prod" and y[4] == x[4]):
                continue
            if y[3] == x[2] - 1 or x[1] not in variables(x[4]):
                goals = [x[3] + 1 - x[2], y[3] + 1 - y[2]]
                if all(shows(scope, form) for form in goals):
                    goal.do(path, "join", beside, rows_for(scope, goals))
                    return True
        goal.joined.add(mono)
    return False


def _collected(goal: Goal, m: int) -> bool:
    """A factor beside a power of it joined to it."""
    mono, scope = goal.value.terms[m][0], goal.scope(m)
    words = (mono.word, *mono.scalars)
    found = [
        ((*path, at), 0, *pair)
        for path, word in goal.words(m)
        for at in range(len(word) - 1)
        for pair in ((word[at], word[at + 1 : at + 2]), (word[at + 1], word[at : at + 1]))
    ]
    alone = [(i, word[0]) for i, word in enumerate(words) if i and len(word) == 1]
    found += [((m, i, 0), j, x, words[j]) for i, x in alone for j in range(1, len(words)) if i != j]
    for path, beside, power, factor in found:
        if is_plain_power(power) and goal.kernel.normal.word(power[4].rows, power[4].cols, factor) == power[4]:
            length = power[3] + 1 - power[2]
            if shows(scope, length):
                goal.do(path, "join", beside, rows_for(scope, [length]))
                return True
    return False


def is_plain_power(atom: Atom) -> bool:
    """Whether an atom is a power of a matrix that is one atom, or of a number that is one word."""
    if atom[0] != "prod" or atom[1] in variables(atom[4]) or len(atom[4].terms) != 1:
        return False
    ((mono, c),) = atom[4].terms
    return bool(c == 1 and not mono.bound and len(mono.word) + len(mono.scalars) == 1)


def _aligned(goal: Goal) -> bool:
    """Cut the longer of two products with the same factors whose ends differ by a number.

    Those come first that have the same behind them, and differ at the upper end; then those with the same before them.
    A number may have been written the other way round.
    """
    spots = [spot for spot in goal.outermost() if spot.atom[0] == "prod" and not is_plain_power(spot.atom)]
    ways = {spot.path: _ways(goal, spot) for spot in spots}
    for strict in (True, False):
        for top in (True, False):
            others: dict[tuple[str, ...], list[tuple[Path, Atom]]] = {}
            for spot in spots:
                for atom, body, *beside in ways[spot.path]:
                    others.setdefault((body, *beside[top : top + strict]), []).append((spot.path, atom))
            for spot in spots:
                (_, _, low, high, _), body, *around = ways[spot.path][0]
                for path, atom in others.get((body, *around[top : top + strict]), ()):
                    gap = high - atom[3] if top else atom[2] - low
                    if path[0] == spot.path[0] or gap.terms or gap.constant <= 0:
                        continue
                    if strict and not _akin(goal, spot.path, path):
                        continue
                    if _cut(goal, spot, atom[3] + 1 if top else atom[2]):
                        return True
    return False


def _akin(goal: Goal, one: Path, other: Path) -> bool:
    """Whether the numbers beside one are among those beside the other; of what is not a number, that is not asked."""
    if not (one[-2] and other[-2]):
        return True
    beside = []
    for path in (one, other):
        scalars, part = goal.mono_at(path).scalars, path[-2]
        beside.append(Counter(scalars[: part - 1] + scalars[part:]))
    return beside[0] <= beside[1] or beside[1] <= beside[0]


def _ways(goal: Goal, spot: Spot) -> list[tuple[Atom, str, str, str]]:
    """A product with its body, and what stands before and behind it; in a number also when that is transposed."""
    (*_, part, at), mono, normal = spot.path, goal.mono_at(spot.path), goal.kernel.normal
    word = (mono.word, *mono.scalars)[part]
    found = [(spot.atom, blind(spot.atom[4]), blind(word[:at]), blind(word[at + 1 :]))]
    if part:
        turned = normal.turned(word)
        (atom,) = normal.turned((spot.atom,))
        here = len(word) - 1 - at
        found.append((atom, blind(atom[4]), blind(turned[:here]), blind(turned[here + 1 :])))
    return found


def _slid(goal: Goal) -> bool:
    """A factor moved through a product, (∏ x y) x to x (∏ y x), where another product is of that form."""
    spots = [spot for spot in goal.outermost() if spot.atom[0] == "prod"]
    bodies = {blind(spot.atom[4]) for spot in spots}
    for spot in spots:
        *_, part, at = spot.path
        mono = goal.mono_at(spot.path)
        word = (mono.word, *mono.scalars)[part]
        length = spot.atom[3] + 1 - spot.atom[2]
        if at + 1 == len(word) or not shows(spot.scope, length):
            continue
        try:
            rows = rows_for(spot.scope, [length])
            slid = goal.kernel.slide(word[at : at + 1], word[at + 1 : at + 2], spot.scope, rows)
        except NotProvedError:
            continue
        if any(blind(atom[4]) in bodies for one, _ in slid.terms for atom in one.word if atom[0] == "prod"):
            goal.do(spot.path, "slide", 0, rows)
            return True
    return False


def _vanished(goal: Goal) -> bool:
    """Cut a product of which two factors side by side are zero, as they are where a state forgets at once."""
    normal = goal.kernel.normal
    for spot in goal.spots():
        if spot.atom[0] != "prod":
            continue
        _, v, low, high, body = spot.atom
        left, right = (normal.again(changed(body, {v: variable(HERE) + more})) for more in (1, 0))
        if (high - low).terms and left.cols == right.rows and not normal.times(left, right).terms:
            _cut_by_cases(goal, spot, high)
            return True
    return False


def _cut(goal: Goal, spot: Spot, at: Linear) -> bool:
    _, _, low, high, _ = spot.atom
    goals = [at - low, high + 1 - at]
    for form in goals:
        if not shows(spot.scope, form):
            mono = goal.value.terms[spot.path[0]][0]
            if form.names() & set(mono.bound) and not shows(spot.scope, (-1) * form - 1):
                goal.do(spot.path[:1], "split", form)
                return True
            return False
    goal.do(spot.path, "cut", at, rows_for(spot.scope, goals))
    return True


def _refined(goal: Goal) -> bool:
    """Split sums of like summands until their domains are the same or apart."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for m, (mono, _) in enumerate(goal.value.terms):
        groups.setdefault((mono.bound, mono.scalars, mono.word), []).append(m)
    for members in groups.values():
        if len(members) < 2:
            continue
        for m in members:
            scope = goal.scope(m)
            for other in members:
                domain = goal.value.terms[other][0].domain
                if other == m or domain == goal.value.terms[m][0].domain:
                    continue
                for form in domain:
                    if not shows(scope, form) and not shows(scope, (-1) * form - 1):
                        goal.do((m,), "split", form)
                        return True
        for m in members:
            mine = goal.value.terms[m][0].domain
            for other in members:
                theirs = goal.value.terms[other][0].domain
                if mine != theirs and _same(goal.facts, mine, theirs):
                    there = rows_for((*goal.facts, *mine), theirs)
                    back = rows_for((*goal.facts, *theirs), mine)
                    goal.do((m,), "range", list(theirs), there, back)
                    return True
    return False


def _counted(goal: Goal) -> bool:
    """Take the last summand off a sum of a few."""
    for m, (mono, _) in enumerate(goal.value.terms):
        for v in mono.bound:
            lows = [form - variable(v) for form in mono.domain if form.coefficient(v) == 1]
            highs = [form + variable(v) for form in mono.domain if form.coefficient(v) == -1]
            for low, high in ((low, high) for low in lows for high in highs):
                more = high + low
                if not more.terms and 0 < more.constant < LONGEST:
                    goal.do((m,), "split", variable(v) - high)
                    return True
    return False


def _same(facts: Facts, left: tuple[Linear, ...], right: tuple[Linear, ...]) -> bool:
    there = all(shows((*facts, *left), form) for form in right)
    return there and all(shows((*facts, *right), form) for form in left)
