"""What an accepted statement about a slope, or about values, says, read from its print alone and tried with mpmath.

Shares nothing with the kernel: the print is read as Python, and slopes are differences of φ at 60 digits.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import mpmath

NAMES = {name: getattr(mpmath, name) for name in ("exp", "log", "tanh", "erf", "atan", "sin", "cos", "sqrt")}
PARAMETER_VALUES = ("-2", "-0.5", "0", "0.3", "1", "2.5")
PLACES = [mpmath.mpf(k) / 8 for k in range(-64, 65)] + [mpmath.mpf(s) * k for s in (1, -1) for k in (12, 30, 200)]
STEP = mpmath.mpf(10) ** -20
SLACK = mpmath.mpf(10) ** -12


def value(text: str, names: dict[str, Any]) -> Any:
    """The value of a printed term; whole numbers as mpmath's, so that 1/4 is exact enough."""
    exact = re.sub(r"(?<![\w.])(\d+)(?![\w.])", r"mpf('\1')", text)
    return eval(exact, {"__builtins__": {}, "mpf": mpmath.mpf, "pi": mpmath.pi, "max": max, "min": min, **NAMES}, names)


@dataclass
class Reading:
    """The parts of a statement."""

    claim: str
    name: str
    pieces: list[tuple[str, str, str]]
    out: list[str]
    taken: list[tuple[str, str]]
    roots: list[tuple[str, str, str, str]]
    given: list[tuple[str, str]]


def read(statement: str) -> Reading:
    """Take a statement apart."""
    text, _, given = statement.partition(", given ")
    claim, _, where = text.partition(", where ")
    definition, *rest = re.split(r", (?=\w+'\(|\w+ is the only root)", where)
    name, _, formulas = definition.partition("(z) = ")
    pieces = []
    for piece in formulas.split("; "):
        formula, _, range_ = piece.partition(" for ")
        low, _, high = range_.partition("z") if range_ in ("", "z") else split_range(range_)
        pieces.append((formula, low, high))
    taken, roots = [], []
    for part in rest:
        if found := re.fullmatch(r"\w+'\((.*)\) taken as (.*)", part):
            taken.append((found[1], found[2]))
        elif found := re.fullmatch(r"(\w+) is the only root of (.*) in \((\S+), (\S+)\)", part):
            roots.append((found[1], found[2], found[3], found[4]))
        else:
            raise AssertionError(part)
    out = re.search(r" except (.*?)(?:, taken at|, which is|$)", claim)
    places = [part.removeprefix("z = ") for part in out[1].split(", ")] if out else []
    conditions = [tuple(part.rsplit(" ", 2)[:2]) for part in given.split(", ")] if given else []
    return Reading(claim, name, pieces, places, taken, roots, conditions)  # type: ignore[arg-type]


def split_range(text: str) -> tuple[str, str, str]:
    parts = text.split(" < ")
    at = parts.index("z")
    return (parts[0] if at else "", "z", parts[at + 1] if at + 1 < len(parts) else "")


def refutation(statement: str) -> str | None:
    """A number at which a statement fails, in words; None when none is found."""
    reading = read(statement)
    with mpmath.workdps(60):
        for names in instances(reading):
            for name, function, low, high in reading.roots:
                try:
                    names[name] = only_root(function, low, high)
                except ValueError as error:
                    return str(error)
            if (found := refuted_at(reading, names)) is not None:
                return f"{found} with {names}"
    return None


def instances(reading: Reading) -> Iterator[dict[str, Any]]:
    """Values of the parameters that the conditions allow."""
    known = {"z", "pi", "max", "min", "for", *NAMES, *(root[0] for root in reading.roots)}
    terms = [p for piece in reading.pieces for p in piece] + [c for c, _ in reading.given] + reading.out
    terms += [t for pair in reading.taken for t in pair] + [reading.claim.partition("(z)")[2].partition(" for ")[0]]
    words = {word for term in terms for word in re.findall(r"[A-Za-z_]\w*", term)}
    free = sorted(words - known - {"over", "every", "real", "except", "taken", "at", "which", "is", "not"})
    for values in itertools.product(PARAMETER_VALUES, repeat=len(free)):
        names = dict(zip(free, map(mpmath.mpf, values), strict=True))
        checks = [(value(term, names), relation) for term, relation in reading.given]
        if all(found > 0 or (relation == ">=" and found == 0) for found, relation in checks):
            yield names


def only_root(function: str, low: str, high: str) -> Any:
    def f(x: Any) -> Any:
        return value(function, {"z": x})

    a, b = mpmath.mpf(value(low, {})), mpmath.mpf(value(high, {}))
    grid = [a + (b - a) * k / 200 for k in range(201)]
    turns = [(x, y) for x, y in itertools.pairwise(grid) if f(x) * f(y) <= 0]
    if len(turns) != 1:
        raise ValueError(f"{len(turns)} roots of {function} in ({low}, {high})")
    return mpmath.findroot(f, turns[0], solver="anderson", tol=mpmath.mpf(10) ** -90)


def refuted_at(reading: Reading, names: dict[str, Any]) -> str | None:
    ends = [value(high, names) for *_, high in reading.pieces if high]
    if ends != sorted(set(ends)):
        return f"joints out of order: {ends}"

    of_slopes = re.match(r"\|?\w+\(z\)", reading.claim) is None

    def slope(x: Any) -> Any:
        n = sum(x > end for end in ends)
        formula = reading.pieces[n][0]
        if not of_slopes:
            return value(formula, {**names, "z": x})
        f = [value(formula, {**names, "z": x + k * STEP}) for k in (-1, 1)]
        return (f[1] - f[0]) / (2 * STEP)

    near = [end + side * mpmath.mpf(10) ** -9 for end in ends for side in (1, -1)]
    points = [
        x for x in (*PLACES, *near, *(names[r[0]] for r in reading.roots)) if all(abs(x - e) > STEP for e in ends)
    ]
    slopes = {x: slope(x) for x in points}
    slopes |= {value(at, names): value(stated, names) for at, stated in reading.taken}
    if any(isinstance(s, mpmath.mpc) for s in slopes.values()):
        return "a slope that is not real"
    fixed = {value(at, names) for at, _ in reading.taken} | {value(at, names) for at in reading.out}
    for end in set(ends) - fixed:  # smooth there
        sides = [slope(end - 2 * STEP), slope(end + 2 * STEP)]
        values = [value(reading.pieces[ends.index(end) + k][0], {**names, "z": end}) for k in (0, 1)]
        if abs(sides[0] - sides[1]) > SLACK or abs(values[0] - values[1]) > SLACK:
            return f"not smooth at {end}"
        slopes[end] = sides[0]
    return refuted_claim(reading.claim, slopes, slope, names)


def refuted_claim(claim: str, slopes: dict[Any, Any], slope: Callable[[Any], Any], names: dict[str, Any]) -> str | None:
    if found := re.match(r"(\|?)\w+'?\(z\)\|? (<=|<|>=|>|=) (.*) for every real z", claim):
        absolute, relation, bound = found[1], found[2], value(found[3], names)
        for x, s in slopes.items():
            gap = (abs(s) if absolute else s) - bound
            fails = {"<": gap > SLACK, ">": gap < -SLACK, "=": abs(gap) > SLACK}[relation[0]]
            if fails or (relation in "<>" and abs(x) < 5 and abs(gap) < mpmath.mpf(10) ** -30):
                return f"slope {s} at {x}"
        return None
    found = re.match(r"(max|min|sup|inf) \w+'\(z\) = (.*?) over every real z(.*)", claim)
    assert found is not None, claim
    side = 1 if found[1] in ("max", "sup") else -1
    if "∞" in found[2]:
        return None if max(side * s for s in slopes.values()) > 50 else "it is bounded"
    bound = value(found[2], names)
    worst = max(slopes, key=lambda x: side * slopes[x])
    if side * (slopes[worst] - bound) > SLACK:
        return f"slope {slopes[worst]} at {worst}"
    if at := re.search(r"taken at z = (.*)$", found[3]):
        point = value(at[1], names)
        there = slopes[point] if point in slopes else slope(point)
        return None if abs(there - bound) < SLACK else f"slope {there} at {point}, not {bound}"
    if abs(slopes[worst] - bound) > 1e-2:
        return f"nearest is {slopes[worst]} at {worst}"
    taken = "not taken" in found[3] and any(
        abs(s - bound) < mpmath.mpf(10) ** -30 for x, s in slopes.items() if abs(x) < 5
    )
    return "it is taken" if taken else None
