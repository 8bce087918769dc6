"""Damaged certificates of inequalities and limits: refused in order, or what they prove is true."""

import json
import random

import numpy as np
import pytest
import sympy as sp
from kernel.norm_values import UndefinedError, Values, form, matrices

from symrnn.certify.norms.norm_search import certificate
from symrnn.derivation.inequality import Inequality, Limit
from symrnn.derivation.statement import Equation
from symrnn.expr import Norm, SmallestEntry, SpectralRadius
from symrnn.kernel.errors import Refused
from symrnn.kernel.lemmas import TO_INFINITY, TO_ZERO
from symrnn.kernel.norms import NormReplay
from symrnn.kernel.reader import run
from symrnn.symbols import k, n, t

W, Q, V = (sp.MatrixSymbol(name, n, n) for name in "WQV")
x, u = sp.MatrixSymbol("x", n, 1), sp.MatrixSymbol("u", 1, 1)
q, c = sp.Symbol("q", positive=True), sp.Symbol("c", nonnegative=True)
orthogonal, normal = Equation(Q.T * Q, sp.Identity(n)), Equation(W.T * W, W * W.T)

STATEMENTS = [
    Inequality(SpectralRadius(W) ** k, Norm(W**k), (k >= 0,)),
    Inequality(Norm(W**k, "F"), Norm(W, "F") ** k, (k >= 1,)),
    Inequality(Norm(Q**k * x), Norm(x), (k >= 0,), (orthogonal,)),
    Inequality(Norm(W**k), SpectralRadius(W) ** k, (k >= 0,), (normal,)),
    Inequality(Norm(W * V * x), c * Norm(V) * Norm(x), (), (Norm(W) <= c,)),
    Inequality(sp.Sum(c * q**k, (k, 0, t - 1)), sp.Sum(c * q ** (t - 1 - k), (k, 0, t - 1)), (t >= 1,)),
    Inequality(0, SmallestEntry(W**k * x * x.T * V.T), (k >= 0,), (*(SmallestEntry(each) >= 0 for each in (W, V, x)),)),
    Inequality(u[0, 0] ** 3, 0, (), (u[0, 0] <= 0,)),
    Limit(Norm(W**k) / q**k, k, sp.S.Zero, (k >= 0,), (SpectralRadius(W) < q,)),
    Limit(Norm(W**k), k, sp.oo, (k >= 0,), (SpectralRadius(W) > 1,)),
]


@pytest.fixture(scope="module")
def certificates():
    """Lines of certificates without their headers."""
    found = []
    for statement in STATEMENTS:
        try:
            found.append(certificate(statement, None, "one").lines[1:])
        except Exception as error:  # a test of its own says which are found
            pytest.fail(f"{statement}: {error}")
    return found


def damaged(lines, rng):
    """A copy with something wrong."""
    lines = [json.loads(line) for line in lines]
    for _ in range(rng.choice((1, 1, 1, 2))):
        at = rng.randrange(len(lines))
        match rng.randrange(5):
            case 0:
                del lines[at]
            case 1:
                lines.insert(rng.randrange(len(lines)), lines[at])
            case 2:
                other = rng.randrange(len(lines))
                lines[at], lines[other] = lines[other], lines[at]
            case _:
                lines[at] = altered(lines[at], lines, rng)
        if not lines:
            break
    return [json.dumps(line) for line in lines]


def altered(value, lines, rng):
    """A value with one part altered."""
    if isinstance(value, list) and value:
        at = rng.randrange(len(value))
        if rng.random() < 0.1:
            return [*value[:at], *value[at + 1 :]]
        return [*value[:at], altered(value[at], lines, rng), *value[at + 1 :]]
    if isinstance(value, dict) and value:
        name = rng.choice(list(value))
        return {**value, name: altered(value[name], lines, rng)}
    if isinstance(value, int):
        return rng.choice((value + 1, value - 1, 0, 1, -value, rng.randrange(20)))
    strings = [part for line in lines for part in line if isinstance(part, str)]
    return rng.choice([*strings, "<=", "<", "2", "1", "oo", "F", None, [], {}, 0])


def refuted(state, rng):
    """Whether a statement fails at random matrices that satisfy its hypotheses."""
    proved = state.found
    names = sorted({v for fact in proved.facts for v, _ in fact.terms} | {"k", "t"})
    for _ in range(25):
        size, signed = int(rng.integers(1, 4)), rng.random() < 0.5
        arrays = {}
        sizes = {"n": size}
        for name, known in state.system.quantities.items():
            shape = [sizes["n"] if atoms else coefficient for ((atoms, coefficient),) in (known.rows, known.cols)]
            arrays[name] = matrices(rng, *shape)
            if signed:
                arrays[name] = np.abs(arrays[name]) * (-1 if name == "u" else 1)
        reals = {name: 0.0 if sign == "real" else float(rng.choice([0.5, 1, 2])) for name, sign in state.reals.items()}
        values = Values(arrays, sizes, reals)
        at = {name: int(rng.integers(0, 6)) for name in names}
        limit = proved.relation in (TO_ZERO, TO_INFINITY)
        try:
            if not limit and any(form(fact, at) < 0 for fact in proved.facts):
                continue
            if not all(values.equal(h.left, h.right, at) for h in state.equations):
                continue
            if any(h.names for h in state.assumed):
                continue
            pairs = [(values.number(h.left, at), values.number(h.right, at)) for h in state.assumed]
            if not all(a <= (0.9 if limit else 1) * b for a, b in pairs):
                continue
            if limit:
                with np.errstate(over="ignore", invalid="ignore"):
                    late = values.number(proved.left, {**at, proved.right[1].terms[0][0]: 200})
                if late > 1e-2 if proved.relation == TO_ZERO else late < 1e2:
                    return True
            elif not values.holds(proved.left, proved.relation, proved.right, at):
                return True
        except (UndefinedError, OverflowError, np.linalg.LinAlgError):
            continue
    return False


@pytest.mark.parametrize(
    "trials", [pytest.param(60, id="few"), pytest.param(1_500, id="many", marks=pytest.mark.exhaustive)]
)
def test_damaged(certificates, trials):
    """Nothing that is refuted by numbers is accepted, and nothing but an orderly refusal happens."""
    accepted = 0
    for at, lines in enumerate(certificates):
        rng, numbers = random.Random(at), np.random.default_rng(at)
        for _ in range(trials):
            broken, state = damaged(lines, rng), NormReplay()
            try:
                run(state, broken, lambda known=state: known.found is not None)
            except Refused:
                continue
            accepted += 1
            assert not refuted(state, numbers), (state.statement, broken)
    assert accepted


def test_the_evaluator_refutes():
    """A false statement would be noticed: ‖W^k‖ <= ρ(W)^k without a hypothesis."""
    state = NormReplay()
    lines = certificate(STATEMENTS[0], None, "one").lines[1:]
    run(state, lines, lambda: state.found is not None)
    assert not refuted(state, np.random.default_rng(0))
    state.found = state.found._replace(left=state.found.right, right=state.found.left)
    assert refuted(state, np.random.default_rng(0))
