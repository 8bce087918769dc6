"""The way back from the kernel's terms: it finds what was asked, and every slip on the way there."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import islice
from typing import Any

import pytest
import sympy as sp
from certify.shipped import shipped
from check.claims import elman

from symrnn.cells import Elman, EncoderDecoder
from symrnn.certify.asked import require_asked
from symrnn.certify.equations import certificate
from symrnn.certify.errors import NotAskedError, NotFoundError
from symrnn.certify.pinned import pinned
from symrnn.certify.translate import Translator
from symrnn.derivation import Equation, ForEvery
from symrnn.errors import SymrnnError
from symrnn.expr import (
    Concatenation,
    ImmediateJacobian,
    MatrixSum,
    OrderedProduct,
    Sequence,
    StopGradient,
    TotalJacobian,
    Vec,
)
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.linear import Linear, variable
from symrnn.kernel.reader import replay
from symrnn.kernel.steps import Hypothesis
from symrnn.kernel.system import Quantity, System
from symrnn.kernel.terms import Term, check_term, fields
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, k, m, n, t, u

REFUSALS = (NotAskedError, SymrnnError)
"""A slip that makes a term impossible is refused by the node that it would be part of."""


@dataclass(frozen=True)
class Stated:
    """What a theorem says, without a proof: the comparison does not look for one."""

    system: System
    facts: tuple[Linear, ...]
    hypotheses: tuple[Hypothesis, ...]
    left: Term
    right: Term


def stated(equation: Equation, recurrence: Recurrence | None) -> Stated:
    translator = Translator(recurrence, equation.varying)
    left, right = translator.term(equation.lhs), translator.term(equation.rhs)
    assumed = translator.hypotheses(equation)
    facts = translator.facts(equation.where)
    return Stated(System(translator.system()), facts, assumed, left, right)


rnn = elman()
W, x, y = (sp.MatrixSymbol(name, n, n) for name in ("W", "X", "Y"))
eta = sp.Symbol("eta", real=True)
c, K = sp.symbols("c K", integer=True)

CASES: dict[str, tuple[Equation, Recurrence | None]] = {
    "one step": (Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.D(t) * rnn.W_hh, (t >= 1,)), rnn),
    "many steps": (
        Equation(
            TotalJacobian(rnn.h[t], rnn.h[k]),
            OrderedProduct(rnn.D(u) * rnn.W_hh, (u, k + 1, t), "descending"),
            (k >= 0, k <= t),
        ),
        rnn,
    ),
    "closed form": (
        Equation(
            TotalJacobian(rnn.h[t], rnn.W_hh),
            MatrixSum(
                OrderedProduct(rnn.D(t - u) * rnn.W_hh, (u, 0, k - 1), "ascending")
                * rnn.D(t - k)
                * sp.KroneckerProduct(sp.Transpose(rnn.h[t - k - 1]), sp.Identity(n)),
                (k, 0, t - 1),
            ),
            (t >= 1,),
        ),
        rnn,
    ),
    "powers and numbers": (
        Equation(
            sp.MatAdd(sp.MatMul(-2, t, eta**2, W, x), sp.MatPow(y, t), sp.ZeroMatrix(n, n)),
            sp.MatAdd(
                sp.HadamardPower(W, 3), sp.HadamardProduct(x, sp.Transpose(y)), sp.MatMul(3, sp.Inverse(x), W, y)
            ),
            (t >= 0,),
        ),
        None,
    ),
    "entrywise powers and what is held": (
        Equation(
            sp.HadamardProduct(sp.HadamardPower(W, -2), sp.HadamardPower(x, -sp.S.Half)),
            StopGradient(sp.HadamardPower(W, sp.Rational(3, 2)) * y),
        ),
        None,
    ),
    "assumed": (
        Equation(
            TotalJacobian(rnn.h[t], rnn.h[t - 1]),
            rnn.D(t) * W,
            (t >= 1,),
            (
                Equation(rnn.W_hh, W, (t >= 1,)),
                Equation(sp.Transpose(W) * W, sp.Identity(n)),
                ForEvery(Equation(rnn.x[k], rnn.x[k + 1]), k, (k >= 2,)),
            ),
        ),
        rnn,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_was_asked_is_found_again(name: str) -> None:
    equation, recurrence = CASES[name]
    require_asked(stated(equation, recurrence), equation, recurrence)


def test_a_theorem_of_the_kernel_is_compared() -> None:
    equation, recurrence = CASES["one step"]
    theorem = replay(certificate(equation, recurrence, "step").lines[1:])
    require_asked(theorem, equation, recurrence)
    with pytest.raises(NotAskedError, match="it is shown where t - 1 >= 0"):
        require_asked(theorem, replace(equation, where=(t >= 2,)), recurrence)
    with pytest.raises(NotAskedError, match="means something else"):
        require_asked(theorem, equation, Elman("phi"))


def test_every_shipped_equation_is_found_again() -> None:
    found = 0
    for part in shipped():
        try:
            theorem = stated(part.equation, part.recurrence)
        except NotFoundError:
            continue
        require_asked(theorem, part.equation, part.recurrence)
        found += 1
    assert found >= 55


# -- slips in the terms ------------------------------------------------------------------------------------------------


def slips(term: Term, system: System, bound: frozenset[str] = frozenset()) -> Iterator[Term]:
    """Terms with one slip in them."""
    yield from here(term, system)
    for at, (sort, field) in enumerate(fields(term), 1):
        changed: list[Any] = []
        match sort:
            case "term":
                changed = list(slips(field, system))
            case "index" | "index?" if field is not None:
                changed = [field + 1, field - 1, field + variable("t")]
            case "place":
                changed = [(name, field[1]) for name in system.quantities if name != field[0]]
                changed += [(field[0], field[1] + 1)] if field[1] is not None else []
            case "fraction":
                changed = [-field, field + 1, field / 2]
            case "count":
                changed = [field + 1, field - 1]
            case "way":
                changed = ["immediate" if field == "total" else "total"]
            case "direction":
                changed = [(field[0], field[1][1:]), ("immediate", field[1])]
        yield from ((*term[:at], new, *term[at + 1 :]) for new in changed)


def here(term: Term, system: System) -> Iterator[Term]:
    match term:
        case ("T" | "inv" | "diag" | "vec" | "softmax", inner):
            yield inner
        case ("leaf", name, index):
            yield ("T", term)
            yield ("scale", Fraction(-2 if name == "eta" else -1), term)  # (-η)² is η²
            yield from (("leaf", other, index) for other in system.quantities if other != name)
        case ("mul" | "add" | "had" as kind, *parts) if len(parts) > 1:
            yield from ((kind, *parts[:at], *parts[at + 1 :]) for at in range(len(parts)))
            swapped = ((kind, *parts[:at], parts[at + 1], parts[at], *parts[at + 2 :]) for at in range(len(parts) - 1))
            yield from swapped
            yield ("had" if kind != "had" else "mul", *parts)
        case ("kron", one, other):
            yield ("kron", other, one)
        case ("prod", *rest):
            yield ("rise", *rest)
        case ("rise", *rest):
            yield ("prod", *rest)
        case ("fn", name, member, order, inner):
            yield ("fn", "relu", member, order, inner)
        case ("id", size):
            yield ("zero", size, size)
        case ("zero", rows, cols):
            yield ("ones", rows, cols)


@pytest.mark.parametrize("name", CASES)
def test_a_slip_in_a_side_is_found(name: str) -> None:
    equation, recurrence = CASES[name]
    right = stated(equation, recurrence)
    tried = 0
    for side in ("left", "right"):
        for slip in islice(slips(getattr(right, side), right.system), 0, None, 2 if name == "closed form" else 1):
            try:
                check_term(slip, right.system)
            except (NotProvedError, IndexError):
                continue
            if slip == getattr(right, side):
                continue  # equal factors swapped
            tried += 1
            with pytest.raises(REFUSALS):
                require_asked(replace(right, **{side: slip}), equation, recurrence)
    assert tried >= 5


# -- slips in what stands beside them ----------------------------------------------------------------------------------


def test_a_slip_in_the_conditions_is_found() -> None:
    equation, recurrence = CASES["many steps"]
    right = stated(equation, recurrence)
    k_, t_ = variable("k"), variable("t")
    assert set(right.facts) == {k_, t_ - k_}
    for facts in ((), (k_,), (t_ - k_,), (k_, t_ - k_ - 1), (k_, t_ - k_, t_ - 1), (k_ - 1, t_ - k_), (k_, k_ - t_)):
        with pytest.raises(NotAskedError):
            require_asked(replace(right, facts=facts), equation, recurrence)


def test_an_assumption_is_found() -> None:
    equation, recurrence = CASES["one step"]
    right = stated(equation, recurrence)
    with pytest.raises(NotAskedError, match="assumed"):
        require_asked(replace(right, hypotheses=(Hypothesis((), right.left, right.right),)), equation, recurrence)


def test_a_slip_in_what_is_assumed_is_found() -> None:
    equation, recurrence = CASES["assumed"]
    right = stated(equation, recurrence)
    tried = 0
    for at, known in enumerate(right.hypotheses):
        others = [known._replace(left=slip) for slip in slips(known.left, right.system)]
        others += [known._replace(right=slip) for slip in slips(known.right, right.system)]
        others += [known._replace(facts=known.facts[1:])] if known.facts else []
        others += [known._replace(facts=tuple(f + 1 for f in known.facts))] if known.facts else []
        others += [known._replace(every=()), known._replace(every=("a", "b"))] if known.every else []
        others += [known._replace(every=("t",))]
        for other in others:
            try:
                shapes = {check_term(side, right.system) for side in (other.left, other.right)}
            except (NotProvedError, IndexError):
                continue
            turned = ("T", other.left) == known.left or other.left == ("mul", *known.left[:0:-1])
            if len(shapes) > 1 or other == known or turned:
                continue
            tried += 1
            hypotheses = (*right.hypotheses[:at], other, *right.hypotheses[at + 1 :])
            with pytest.raises(REFUSALS):
                require_asked(replace(right, hypotheses=hypotheses), equation, recurrence)
    assert tried >= 20


def test_to_assume_less_is_to_say_more() -> None:
    equation, recurrence = CASES["assumed"]
    right = stated(equation, recurrence)
    first, *others = right.hypotheses
    turned = first._replace(left=first.right, right=first.left)
    narrower = first._replace(facts=(*first.facts, variable("t") - 5))
    for hypotheses in ((), (first,), tuple(others), (turned, *others), (narrower,)):
        require_asked(replace(right, hypotheses=hypotheses), equation, recurrence)
    fewer = replace(equation, given=equation.given[1:])
    with pytest.raises(NotAskedError, match="assumed"):
        require_asked(right, fewer, recurrence)


def test_a_hypothesis_about_one_index_is_none_about_every() -> None:
    one, every = Equation(rnn.x[k], rnn.x[k + 1], (k >= 2,)), ForEvery(Equation(rnn.x[k], rnn.x[k + 1]), k, (k >= 2,))
    plain = Equation(rnn.h[k], rnn.h[k], (k >= 2,))
    for asked, other in ((one, every), (every, one)):
        with pytest.raises(NotAskedError, match="assumed"):
            require_asked(stated(replace(plain, given=(asked,)), rnn), replace(plain, given=(other,)), rnn)


# -- indices with a value ----------------------------------------------------------------------------------------------


def test_an_index_is_pinned() -> None:
    flow, wanted = TotalJacobian(rnn.h[t], rnn.h[k]), TotalJacobian(rnn.h[t], rnn.h[t - 1])
    plain = Equation(flow, sp.MatMul(k, rnn.W_hh), (sp.Eq(k, t - 1), k >= 0))
    assert pinned(plain, rnn) == Equation(wanted, sp.MatMul(t - 1, rnn.W_hh), (t - 1 >= 0,))
    at_one = Equation(rnn.h[t], rnn.h[k], (sp.Eq(t, 1), sp.Eq(k, t)))
    assert pinned(at_one, rnn) == Equation(rnn.h[1], rnn.h[1])


def test_what_is_known_of_an_index_stays_known() -> None:
    count = sp.Symbol("K", integer=True, positive=True)
    assert pinned(Equation(rnn.h[count], rnn.h[t], (sp.Eq(count, t - 1),)), rnn).where == (t - 1 >= 1,)


def test_what_is_no_index_of_its_own_is_not_pinned() -> None:
    size, loss = Equation(W, W, (sp.Eq(n, 2),)), Elman("tanh")
    total = Equation(TotalJacobian(loss.L, loss.h[k]), TotalJacobian(loss.L, loss.h[k]), (sp.Eq(T, 3), k >= 1))
    assumed = Equation(rnn.h[t], rnn.h[t], (sp.Eq(t, 3),), Equation(rnn.x[t], rnn.x[1]))
    half = Equation(rnn.h[t], rnn.h[t], (sp.Eq(2 * t, 3 * k),))
    never = Equation(rnn.h[t], rnn.h[t], (sp.Eq(t, 1), t >= 2))
    length = Equation(MatrixSum(rnn.h[k], (k, 4, t)), MatrixSum(rnn.h[k], (k, 4, t)), (sp.Eq(t, 1),))
    for left in (size, assumed, half, never, length):
        assert pinned(left, rnn) == left
    assert pinned(total, loss) == total


def test_nothing_is_caught_where_an_index_is_bound() -> None:
    summed = Equation(MatrixSum(rnn.h[k + t], (k, 0, 3)), MatrixSum(rnn.h[k + t], (k, 0, 3)), (sp.Eq(t, k), k >= 0))
    bound = sp.Symbol("j", integer=True)
    expected = MatrixSum(rnn.h[bound + k], (bound, 0, 3))
    assert pinned(summed, rnn).lhs.doit() == expected.doit()


def test_a_slip_in_a_definition_is_found() -> None:
    equation, recurrence = CASES["one step"]
    right = stated(equation, recurrence)
    tried = 0
    for name, known in right.system.quantities.items():
        for other in quantities(known, right.system):
            if other == known:
                continue
            try:
                system = System({**right.system.quantities, name: other})
            except (NotProvedError, IndexError):
                continue
            tried += 1
            with pytest.raises(REFUSALS):
                require_asked(replace(right, system=system), equation, recurrence)
        fewer = {other: about for other, about in right.system.quantities.items() if other != name}
        try:
            system = System(fewer)
        except NotProvedError:
            continue
        with pytest.raises(REFUSALS):
            require_asked(replace(right, system=system), equation, recurrence)
    more = System({**right.system.quantities, "extra": Quantity(*right.system.quantities["W_hh"][:2], False, 0)})
    with pytest.raises(NotAskedError, match="extra"):
        require_asked(replace(right, system=more), equation, recurrence)
    assert tried >= 30


def test_a_slip_in_what_a_state_begins_with_is_found() -> None:
    """Another index, another state, an input in its place, or nothing: each is another network."""
    net = EncoderDecoder(Elman(hidden=m, inputs=m), Elman(hidden=m, inputs=m))
    equation = Equation(TotalJacobian(net.h_d[t], net.h_d[0]), TotalJacobian(net.h_d[t], net.h_d[0]), (t >= 0,))
    right = stated(equation, net)
    require_asked(right, equation, net)
    known, last = right.system.quantities["h_d"], variable("T_e")
    others = [known._replace(initial=slip) for slip in slips(known.initial, right.system) if slip != known.initial]
    others += [
        known._replace(initial=("leaf", name, index)) for name in ("h_e", "x_d") for index in (last - 1, 2 * last)
    ]
    others += [known._replace(initial=("mul", ("leaf", "W_hh_e", None), known.initial)), known._replace(initial=None)]
    encoder = right.system.quantities["h_e"]
    begun = {"h_e": encoder._replace(initial=("leaf", "x_e", last))}
    tried = 0
    for change in (*({"h_d": other} for other in others), begun):
        try:
            system = System({**right.system.quantities, **change})
        except NotProvedError:  # of another shape
            continue
        tried += 1
        with pytest.raises(REFUSALS):
            require_asked(replace(right, system=system), equation, net)
    assert tried >= 7


def quantities(known: Quantity, system: System) -> Iterator[Quantity]:
    """A quantity with one slip."""
    if known.indexed:
        yield known._replace(first=known.first + 1)
    if known.start is not None:
        yield known._replace(start=known.start + 1)
        yield known._replace(body=None, arguments=(), start=None, role="given")
        yield from (known._replace(role=role) for role in ("state", "intermediate", "output") if role != known.role)
    if known.body is not None:
        yield from (known._replace(body=slip) for slip in slips(known.body, system) if slip != known.body)
    yield known._replace(rows=system.quantities["x"].rows, cols=system.quantities["W_xh"].cols)
    yield from (known._replace(arguments=known.arguments[at + 1 :]) for at in range(len(known.arguments)))


# -- slips of the translator -------------------------------------------------------------------------------------------


def changed(method: str, change: Callable[[Any, Any], Any]) -> Callable[[pytest.MonkeyPatch], None]:
    """A translator, one method of which has another result."""

    def patch(monkeypatch: pytest.MonkeyPatch) -> None:
        true = getattr(Translator, method)
        monkeypatch.setattr(Translator, method, lambda self, *given: change(self, true(self, *given)))

    return patch


SLIPS: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "an index off by one": changed("index", lambda _, form: form + 1),
    "an index the other way round": changed("index", lambda _, form: (-1) * form),
    "a bound off by one": changed("_bound", lambda _, term: (*term[:3], term[3] + 1, term[4])),
    "another direction": changed("_bound", lambda _, term: ("rise" if term[0] == "prod" else term[0], *term[1:])),
    "a name changed": changed("name", lambda _, name: {"W_hh": "W_xh", "W_xh": "W_hh"}.get(name, name)),
    "a condition added": changed("facts", lambda _, facts: (*facts, variable("t") - 5)),
    "a condition left out": changed("facts", lambda _, facts: facts[:-1]),
    "a definition that starts later": changed("_defined", lambda _, known: known._replace(start=known.start + 1)),
    "another role": changed("_defined", lambda _, known: known._replace(role="output")),
    "a definition altered": changed(
        "_defined", lambda _, known: known._replace(body=known.body and ("T", ("T", known.body)))
    ),
    "a sequence that starts earlier": changed("_quantity", lambda _, known: known._replace(first=known.first - 1)),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_a_slip_of_the_translator_is_found(slip: str, monkeypatch: pytest.MonkeyPatch) -> None:
    equation, recurrence = CASES["many steps"]
    SLIPS[slip](monkeypatch)
    try:
        wrong = stated(equation, recurrence)
    except NotProvedError:
        return
    with pytest.raises(REFUSALS):
        require_asked(wrong, equation, recurrence)


def test_a_transpose_dropped_on_the_way_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    registry = Translator.__dict__["term"].dispatcher
    true = registry.dispatch(sp.Transpose)
    registry.register(sp.Transpose, lambda self, node: self.term(node.arg))
    try:
        wrong = stated(Equation(sp.Transpose(W), sp.Transpose(W)), None)
    finally:
        registry.register(sp.Transpose, true)
    with pytest.raises(NotAskedError):
        require_asked(wrong, Equation(sp.Transpose(W), sp.Transpose(W)), None)


# -- names -------------------------------------------------------------------------------------------------------------


def chain(body: Callable[[Sequence, Sequence], sp.MatrixExpr]) -> Recurrence:
    h, x = Sequence("h", n), Sequence("x", n)
    return Recurrence("chain", t, (Definition(h, body(h, x), Role.STATE),), (W,), (x,))


def test_a_product_of_indices_is_found_again() -> None:
    model = chain(lambda h, x: W * h[t - 1] + x[t])
    x = Sequence("x", n)
    equation = Equation(x[c * K + t], x[c * K + t], (c >= 0, K >= 1, t >= 0))
    require_asked(stated(equation, model), equation, model)


def test_a_product_with_a_bound_index_is_no_index_of_its_own() -> None:
    """Σ_{k=1}^{2} x[c k] is not 2 x[p] with one number p, as it would be in Σ_{k=2}^{3} x[c k], too."""
    model = chain(lambda h, x: W * h[t - 1] + x[t])
    x = Sequence("x", n)
    equation = Equation(MatrixSum(x[c * k], (k, 1, 2)), MatrixSum(x[c * k], (k, 2, 3)), (c >= 0, t >= 0))
    with pytest.raises(NotFoundError, match="not an index of its own"):
        stated(equation, model)
    plain = stated(Equation(MatrixSum(x[k], (k, 1, 2)), MatrixSum(x[k], (k, 2, 3)), (c >= 0, t >= 0)), model)
    moved = ("leaf", "x", variable("c_times_k"))
    wrong = replace(plain, left=(*plain.left[:4], moved), right=(*plain.right[:4], moved))
    with pytest.raises(NotAskedError, match="the index k"):
        require_asked(wrong, equation, model)


def test_a_number_of_summands_that_may_be_negative_is_refused() -> None:
    """In h_t = K W h_{t-1}, the kernel would see no summand at all for K = -1: its last line asks for K >= 0."""
    model = chain(lambda h, x: sp.MatMul(K, W, h[t - 1]))
    h = Sequence("h", n)
    nothing = Equation(ImmediateJacobian(h[t], h[t - 1]), sp.ZeroMatrix(n, n), (t >= 1, K <= -1))
    with pytest.raises(NotFoundError):
        certificate(nothing, model, "nothing")
    many = sp.Symbol("K", integer=True, nonnegative=True)
    model = chain(lambda h, x: sp.MatMul(many, W, h[t - 1]))
    equation = Equation(ImmediateJacobian(h[t], h[t - 1]), sp.MatMul(many, W), (t >= 1,))
    require_asked(stated(equation, model), equation, model)


def test_a_power_entry_by_entry_is_a_product_for_whole_exponents_only() -> None:
    cube, root = sp.HadamardPower(W, 3), sp.HadamardPower(W, sp.Rational(7, 2))
    with pytest.raises(NotAskedError):
        require_asked(stated(Equation(cube, cube), None), Equation(root, root), None)


def test_conditions_of_every_kind_are_read() -> None:
    conditions = (sp.Eq(t, k), t > sp.Rational(1, 2), 2 * u < 3 * t, sp.Rational(1, 3) * u >= k, k <= T)
    equation = Equation(sp.MatMul(t, W), sp.MatMul(t, W), conditions)
    right = stated(equation, None)
    require_asked(right, equation, None)
    for at in range(len(right.facts)):
        with pytest.raises(NotAskedError, match="it is shown where"):
            require_asked(replace(right, facts=(*right.facts[:at], right.facts[at] + 1)), equation, None)


def test_two_symbols_of_one_name_are_refused() -> None:
    equation, recurrence = CASES["one step"]
    other = sp.Symbol("n", integer=True, positive=True, odd=True)
    with pytest.raises(NotAskedError, match="two symbols"):
        require_asked(stated(equation, recurrence), equation, Elman("phi", other, other, other))


def test_the_index_of_definitions_is_no_index_of_the_system() -> None:
    """A recurrence over t, one that reads the same fixed step T at all steps, and the kernel's own i."""
    i = sp.Symbol("i", integer=True)
    reads_i = chain(lambda h, x: W * h[t - 1] + x[t])
    moved = Recurrence("chain", i, tuple(_moved(d, i) for d in reads_i.definitions), (W,), (Sequence("x", n),))
    equation = Equation(Sequence("h", n)[t], W * Sequence("h", n)[t - 1] + Sequence("x", n)[t], (t >= 1,))
    require_asked(stated(equation, moved), equation, moved)
    right = stated(equation, reads_i)
    fixed = right.system.quantities["x"]._replace(first=1)
    with pytest.raises(NotAskedError, match="x means"):
        require_asked(replace(right, system=System({**right.system.quantities, "x": fixed})), equation, reads_i)


def _moved(definition: Definition, index: sp.Symbol) -> Definition:
    return replace(definition, body=definition.body.xreplace({t: index}))


def test_what_is_short_for_something_else_is_written_out() -> None:
    h = Sequence("h", n)
    model = chain(lambda h, x: W * h[t - 1] + x[t])
    left = Concatenation(h[t], h[t - 1])
    equation = Equation(Vec(left), Vec(left), (t >= 1,))
    require_asked(stated(equation, model), equation, model)
    other = Equation(Vec(Concatenation(h[t - 1], h[t])), Vec(left), (t >= 1,))
    with pytest.raises(NotAskedError):
        require_asked(stated(equation, model), other, model)


def test_bound_indices_may_have_any_names() -> None:
    x = Sequence("x", n)
    model = chain(lambda h, x: W * h[t - 1] + x[t])
    one = MatrixSum(MatrixSum(x[k + u], (u, 0, k)), (k, 0, t))
    other = MatrixSum(MatrixSum(x[T + c], (c, 0, T)), (T, 0, t))
    crossed = MatrixSum(MatrixSum(x[k + u], (k, 0, u)), (u, 0, t))
    wrong = MatrixSum(MatrixSum(x[k + u], (k, 0, u + 1)), (u, 0, t))
    for side in (one, other, crossed):
        require_asked(stated(Equation(one, one, (t >= 0,)), model), Equation(side, one, (t >= 0,)), model)
    with pytest.raises(NotAskedError):
        require_asked(stated(Equation(one, one, (t >= 0,)), model), Equation(wrong, one, (t >= 0,)), model)
