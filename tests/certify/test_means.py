"""Certificates of what is said on expectations and variances; of what is false, or not independent, there are none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
import sympy as sp
from certify.test_asked import REFUSALS, slips, stated
from certify.test_certificates import certified

from symrnn.cells import Elman
from symrnn.certify.asked import require_asked
from symrnn.certify.errors import NotAskedError, NotFoundError
from symrnn.certify.translate import Translator
from symrnn.derivation import Equation
from symrnn.expr import Elementwise, Expectation, Sequence, Variance
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.normal import Normal
from symrnn.kernel.system import System, kinds_of
from symrnn.kernel.terms import ONE, check_term
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import t
from symrnn.truncation import ScalarEstimate, randomised

scalar = ScalarEstimate()
a, b, xi, pi, z = (Sequence(name, 1, first=int(name != "z")) for name in ("a", "b", "xi", "pi", "z"))
rnn = Elman()
estimate = randomised(rnn, rnn.h, rnn.W_hh)
one, nothing = sp.Identity(1), sp.ZeroMatrix(1, 1)


def on(body: sp.MatrixExpr, *others: Definition) -> Recurrence:
    """The model of one unit with another estimate, which may speak of others."""
    own = Definition(z, body, Role.STATE)
    return scalar.recurrence.replaced(definitions=(*others, own))


TRUE: dict[str, tuple[Equation, Recurrence]] = {
    "unbiased": (estimate.unbiased, estimate.recurrence),
    "mean": (scalar.mean, scalar.recurrence),
    "variance, step by step": (scalar.variance_step, scalar.recurrence),
    "variance": (scalar.variance, scalar.recurrence),
    "the mean, step by step": (
        Equation(Expectation(z[t]), b[t] + a[t] * Expectation(z[t - 1]), (t >= 1,)),
        scalar.recurrence,
    ),
    "what is given": (Equation(Expectation(a[t]), a[t], (t >= 1,)), scalar.recurrence),
    "a switch": (Equation(Expectation(xi[t]), one, (t >= 1,)), scalar.recurrence),
    "its variance": (
        Equation(Variance(xi[t]), sp.MatAdd(sp.MatMul(1 / pi[t][0, 0], one), -one), (t >= 1,)),
        scalar.recurrence,
    ),
    "the start": (Equation(Expectation(z[0]), z[0], ()), scalar.recurrence),
    "the variance at the start": (Equation(Variance(z[0]), nothing, ()), scalar.recurrence),
    "two steps, by numbers": (
        Equation(Expectation(z[2]), b[2] + a[2] * b[1] + a[2] * a[1] * z[0], ()),
        scalar.recurrence,
    ),
}


@pytest.mark.parametrize("name", TRUE)
def test_what_is_true_has_a_certificate(name: str) -> None:
    assert certified(*TRUE[name], name) is not None


m, before = Expectation(z[t - 1]), Variance(z[t - 1])


def step(right: sp.MatrixExpr) -> tuple[Equation, Recurrence]:
    return replace(scalar.variance_step, rhs=right), scalar.recurrence


FALSE: dict[str, tuple[Equation, Recurrence]] = {
    "the value": (replace(estimate.unbiased, lhs=estimate.unbiased.lhs.of), estimate.recurrence),
    "a switch with half the mean": (scalar.mean, on(sp.MatAdd(b[t], sp.MatMul(xi[t][0, 0] / 2, a[t], z[t - 1])))),
    "π for 1/π": step(sp.MatMul(a[t], a[t], pi[t][0, 0] * before + (1 / pi[t][0, 0] - 1) * m * m)),
    "E[ξ²] - 1 forgotten": step(sp.MatMul(a[t], a[t], 1 / pi[t][0, 0] * before + 1 / pi[t][0, 0] * m * m)),
    "no variance": (Equation(Variance(z[t]), nothing, (t >= 1,)), scalar.recurrence),
    "the square of the mean": (Equation(Variance(z[t]), m * m, (t >= 1,)), scalar.recurrence),
    "a random number": (Equation(Expectation(xi[t]), xi[t], (t >= 1,)), scalar.recurrence),
    "1/π of a step before": (
        Equation(Variance(xi[t]), sp.MatAdd(sp.MatMul(1 / pi[t - 1][0, 0], one), -one), (t >= 2,)),
        scalar.recurrence,
    ),
}
v, w = Sequence("v", 1), Sequence("w", 1, first=1)
random = Definition(v, sp.MatAdd(v[t - 1], xi[t]), Role.STATE)


def kept(factor: sp.Expr) -> sp.MatrixExpr:
    return sp.MatAdd(b[t], sp.MatMul(factor, a[t], z[t - 1]))


DEPENDENT: dict[str, Recurrence] = {
    "the switch twice": on(kept(xi[t][0, 0] ** 2)),
    "the switch of the step before": scalar.recurrence.replaced(
        definitions=(Definition(Sequence("z", 1, first=1), kept(xi[t][0, 0] * xi[t - 1][0, 0]), Role.STATE, 2),)
    ),
    "a factor that is random": on(kept(v[t - 1][0, 0]), random),
    "the switch behind a definition": on(
        kept(w[t][0, 0] * xi[t][0, 0]), Definition(w, Elementwise("tanh")(xi[t]), Role.INTERMEDIATE)
    ),
    "the inverse of a switch": on(kept(1 / xi[t][0, 0])),
}


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", FALSE)
def test_what_is_false_has_no_certificate(name: str) -> None:
    assert certified(*FALSE[name], name) is None


@pytest.mark.table(quick=2)
@pytest.mark.parametrize("name", DEPENDENT)
def test_what_is_not_independent_has_no_certificate(name: str) -> None:
    equation = Equation(Expectation(z[t]), b[t] + a[t] * Expectation(z[t - 1]), (t >= 2,))
    assert certified(equation, DEPENDENT[name], name) is None


def test_the_product_of_dependent_numbers_has_another_mean() -> None:
    """That E[ξ_t v_t] is E[v_t], for v_t = v_{t-1} + ξ_t, is not true."""
    both = Definition(z, sp.MatMul(xi[t][0, 0], v[t]), Role.STATE)
    model = scalar.recurrence.replaced(definitions=(random, both))
    assert certified(Equation(Expectation(z[t]), Expectation(v[t]), (t >= 1,)), model, "dependent") is None
    apart = Definition(z, sp.MatMul(xi[t][0, 0], v[t - 1]), Role.STATE)
    model = scalar.recurrence.replaced(definitions=(random, apart))
    assert certified(Equation(Expectation(z[t]), Expectation(v[t - 1]), (t >= 1,)), model, "apart") is not None


# -- what was asked ----------------------------------------------------------------------------------------------------


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("name", ["unbiased", "variance, step by step", "variance"])
def test_a_slip_in_a_side_is_found(name: str) -> None:
    equation, recurrence = TRUE[name]
    right = stated(equation, recurrence)
    require_asked(right, equation, recurrence)  # type: ignore[arg-type]
    tried = 0
    for side in ("left", "right"):
        term = getattr(right, side)
        for slip in [*slips(term, right.system), *without_means(term)]:
            try:
                check_term(slip, right.system)
            except (NotProvedError, IndexError):
                continue
            if Normal(right.system).value(slip) == Normal(right.system).value(term):
                continue  # numbers swapped
            tried += 1
            with pytest.raises(REFUSALS):
                require_asked(replace(right, **{side: slip}), equation, recurrence)  # type: ignore[arg-type]
    assert tried >= 20


def without_means(term: tuple[object, ...]) -> list[tuple[object, ...]]:
    """A term with one expectation left out, or one of its functions by another name."""
    found = [term[1]] if term[0] == "mean" else []
    if term[0] == "fn":
        found.append((term[0], "tanh", *term[2:]))
        found.append((*term[:3], term[3] + 1, term[4]))  # type: ignore[operator]
    for at, part in enumerate(term):
        if isinstance(part, tuple) and part and isinstance(part[0], str) and part[0] != "d":
            found += [(*term[:at], other, *term[at + 1 :]) for other in without_means(part)]
    return found  # type: ignore[return-value]


def test_a_slip_in_what_is_random_is_found() -> None:
    equation, recurrence = TRUE["variance, step by step"]
    right = stated(equation, recurrence)
    known = right.system.quantities["xi"]
    mean, square = known.moments
    chance = square[4]
    changes = {
        "nothing": (),
        "the mean only": (mean,),
        "another mean": (("zero", ONE, ONE), square),
        "the square of another": (mean, mean),
        "π": (mean, chance),
        "another function": (mean, ("fn", "exp", *square[2:])),
        "another slope": (mean, (*square[:3], 1, chance)),
        "the chance of a": (mean, (*square[:4], ("leaf", "a", chance[2]))),
        "a step before": (mean, (*square[:4], ("leaf", "pi", chance[2] - 1))),
        "a third": (mean, square, mean),
    }
    for moments in changes.values():
        system = System({**right.system.quantities, "xi": known._replace(moments=moments)})
        with pytest.raises(NotAskedError, match="xi means something else"):
            require_asked(replace(right, system=system), equation, recurrence)  # type: ignore[arg-type]
    for name in ("a", "b", "pi"):
        other = right.system.quantities[name]._replace(moments=(mean,))
        try:
            system = System({**right.system.quantities, name: other})
        except NotProvedError:
            continue  # the moments of xi would be random
        with pytest.raises(NotAskedError, match=f"{name} means something else"):
            require_asked(replace(right, system=system), equation, recurrence)  # type: ignore[arg-type]


def test_a_slip_in_a_random_definition_is_found() -> None:
    equation, recurrence = TRUE["mean"]
    right = stated(equation, recurrence)
    own, tried = right.system.quantities["z"], 0
    for other in quantities_of(own, right.system):
        try:
            system = System({**right.system.quantities, "z": other})
        except (NotProvedError, IndexError):
            continue
        tried += 1
        with pytest.raises(REFUSALS):
            require_asked(replace(right, system=system), equation, recurrence)  # type: ignore[arg-type]
    assert tried >= 5


def quantities_of(known: object, system: System) -> list[object]:
    body = known.body  # type: ignore[attr-defined]
    changed = [known._replace(body=slip) for slip in slips(body, system) if slip != body]  # type: ignore[attr-defined]
    return [*changed, known._replace(start=2), known._replace(role="output")]  # type: ignore[attr-defined]


def changed_chance(true: Callable[[Translator], dict[str, object]]) -> Callable[[Translator], dict[str, object]]:
    def changed(self: Translator) -> dict[str, object]:
        found = true(self)
        return {name: known._replace(moments=known.moments[:1]) for name, known in found.items()}  # type: ignore[attr-defined]

    return changed


def test_a_slip_of_the_translator_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    equation, recurrence = TRUE["mean"]
    monkeypatch.setattr(Translator, "system", changed_chance(Translator.system))  # type: ignore[arg-type]
    with pytest.raises(NotAskedError, match="xi means something else"):
        require_asked(stated(equation, recurrence), equation, recurrence)  # type: ignore[arg-type]


def test_a_function_of_that_name_is_refused() -> None:
    """A function of the user's, called reciprocal, is not 1/π."""
    own = Elementwise("reciprocal")(pi[t])
    model = scalar.recurrence.replaced(definitions=(Definition(z, sp.MatMul(xi[t][0, 0], own), Role.STATE),))
    equation = Equation(Expectation(z[t]), sp.MatMul(1 / pi[t][0, 0], one), (t >= 1,))
    with pytest.raises(NotFoundError, match="reciprocal"):
        stated(equation, model)
    asked = Equation(Variance(xi[t]), sp.MatAdd(own, -one), (t >= 1,))
    with pytest.raises(NotAskedError):
        require_asked(stated(TRUE["its variance"][0], scalar.recurrence), asked, scalar.recurrence)  # type: ignore[arg-type]


def test_one_over_a_number_that_may_be_zero_is_an_inverse() -> None:
    """Only of a probability it is a function whose value is never in doubt."""
    over = [sp.MatMul(1 / number[t][0, 0], z[t]) for number in (a, pi)]
    kinds = [kinds_of(stated(Equation(side, z[t], (t >= 1,)), scalar.recurrence).left) for side in over]
    assert ["inv" in found for found in kinds] == [True, False]
    assert ["fn" in found for found in kinds] == [False, True]
