"""The normal form against numbers: ``python -m kernel.fuzz NUMBER SEED`` says how many random terms differ."""

from __future__ import annotations

import random
import sys
import traceback
from collections.abc import Iterator
from typing import Any

from kernel.evaluator import Model, NoValueError, same
from kernel.terms_at_random import DIRECTIONS, SYSTEM, WIDTHS, Terms, rewritten

from symrnn.kernel.differentials import differential
from symrnn.kernel.monomials import forget
from symrnn.kernel.normal import Normal
from symrnn.kernel.terms import Term, check_term


def model(seed: int, *, exact: bool = True) -> Model:
    return Model(SYSTEM.quantities, WIDTHS, seed, exact=exact)


def wrong(t: Term, seed: int, *, exact: bool = True, moves: bool = True) -> str | None:
    """What is wrong with the normal form of a term, None if nothing."""
    rng = random.Random(seed)
    values = {"s": rng.randint(-1, 2)}
    shape = check_term(t, SYSTEM)
    normal, numbers = Normal(SYSTEM), model(seed, exact=exact)
    p = normal.value(t)
    if (p.rows, p.cols) != shape:
        return "another shape"
    if not same(numbers(t, values), numbers(p, values), exact=exact):
        return "another value"
    if normal.value(rewritten(t, rng)) != p:
        other = numbers(normal.value(rewritten(t, random.Random(seed))), values)
        if not same(other, numbers(t, values), exact=exact):
            return "another value when it is rewritten"
        return "not one normal form"
    if moves:
        direction = rng.choice(DIRECTIONS)
        along = (direction[0], tuple((name, None if at is None else at.constant) for name, at in direction[1]), None)
        moved = numbers.of(t, values, along)[1]
        assert moved is not None
        if not same(moved, numbers(differential(normal, p, direction), values), exact=exact):
            return "another differential"
    return None


def cases(number: int, seed: int, *, exotic: bool = False) -> Iterator[tuple[Term, str | None]]:
    """Random terms, each with what is wrong with it."""
    rng = random.Random(seed)
    for at in range(number):
        derivatives = not exotic and rng.random() < 0.2
        t = Terms(rng, exotic=exotic, derivatives=derivatives).any(rng.randint(1, 5))
        forget()
        try:
            yield t, wrong(t, seed * 1_000_003 + at, exact=not exotic, moves=not derivatives)
        except NoValueError:
            continue


def main(arguments: list[str]) -> int:
    number, seed = int(arguments[0]), int(arguments[1])
    tally: dict[str | None, int] = {}
    shown: dict[Any, Term] = {}
    for exotic, share in ((False, number), (True, number // 10)):
        try:
            for t, why in cases(share, seed, exotic=exotic):
                tally[why] = tally.get(why, 0) + 1
                if why is not None and (why not in shown or len(repr(t)) < len(repr(shown[why]))):
                    shown[why] = t
        except Exception:
            traceback.print_exc()
            tally["an error"] = 1
    for why, t in shown.items():
        print(why, t)
    print(tally)
    return int(set(tally) - {None, "not one normal form"} != set())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
