"""Recurrences refuse what they cannot mean, and answer questions about their quantities."""

from __future__ import annotations

import pytest
import sympy as sp
from sympy.core.symbol import Str

from symrnn.activations import Activation, z
from symrnn.cells import Elman, Layered
from symrnn.errors import (
    IndexRangeError,
    NotDifferentiableError,
    ParameterError,
    ShapeError,
    SymbolClashError,
    UnknownTermError,
)
from symrnn.expr import Elementwise, GenericFunction, MatrixSum, Sequence
from symrnn.recurrence import Definition, Recurrence, Role
from symrnn.symbols import T, l, m, n, q, t

h, x = Sequence("h", n), Sequence("x", m, first=1)
W, U = sp.MatrixSymbol("W", n, n), sp.MatrixSymbol("U", n, m)
phi = Elementwise("phi")
STATE, INTERMEDIATE, OUTPUT = Role.STATE, Role.INTERMEDIATE, Role.OUTPUT


def network(*definitions: Definition, parameters: tuple = (W, U), **options: object) -> Recurrence:
    return Recurrence("test network", t, definitions, parameters, (x,), **options)


def state(body: sp.MatrixExpr, sequence: Sequence = h, role: Role = STATE, first: int = 1) -> Definition:
    return Definition(sequence, body, role, first)


# -- what is refused ---------------------------------------------------------------------------------------------------


def test_the_future_is_refused() -> None:
    with pytest.raises(IndexRangeError, match=r"the definition of h\[t\] uses h\[t \+ 1\] .* index t and earlier"):
        network(state(phi(W * h[t + 1])))


@pytest.mark.parametrize("index", [2 * t, sp.Integer(3), sp.Symbol("s", integer=True), t / 2])
def test_an_index_that_is_not_so_far_back_is_refused(index: sp.Expr) -> None:
    with pytest.raises(IndexRangeError):
        network(state(phi(W * h.at(index))))


def test_a_state_in_terms_of_itself_is_refused() -> None:
    with pytest.raises(IndexRangeError, match="use each other at one index"):
        network(state(phi(W * h[t])))


def test_a_circle_of_definitions_is_refused() -> None:
    c = Sequence("c", n)
    with pytest.raises(IndexRangeError, match=r"(c, h|h, c) use each other"):
        network(state(phi(W * c[t])), state(phi(W * h[t]), c))


def test_intermediates_that_never_end_are_refused() -> None:
    late = Sequence("h", n, first=0)
    c = Sequence("c", n)
    circle = (state(W * c[t - 1], late, INTERMEDIATE, first=1), state(W * late[t], c, INTERMEDIATE, first=0))
    with pytest.raises(IndexRangeError):
        network(*circle)


def test_what_does_not_exist_at_the_first_index_is_refused() -> None:
    with pytest.raises(IndexRangeError, match=r"h\[t - 2\], which does not exist at t = 1: h starts at 0"):
        network(state(phi(W * h[t - 2])))
    network(state(phi(W * h[t - 2]), first=2))
    with pytest.raises(IndexRangeError, match=r"x\[t - 1\]"):
        network(state(phi(W * h[t - 1] + U * x[t - 1])))


def test_an_intermediate_is_used_where_its_equation_holds() -> None:
    a = Sequence("a", n)
    with pytest.raises(IndexRangeError, match=r"a\[t - 1\]"):
        network(state(W * h[t - 1], a, INTERMEDIATE), state(phi(a[t - 1])))


def test_names_must_be_declared() -> None:
    V = sp.MatrixSymbol("V", n, n)
    with pytest.raises(UnknownTermError, match="V is used, but neither defined nor given"):
        network(state(phi(V * h[t - 1])))
    with pytest.raises(UnknownTermError, match=r"z\[t\] is used"):
        network(state(phi(Sequence("z", n)[t])))


def test_a_symbol_at_two_shapes_is_refused() -> None:
    with pytest.raises(SymbolClashError, match=r"W \(n x m\)"):
        network(state(phi(sp.MatrixSymbol("W", n, m) * x[t])))
    with pytest.raises(SymbolClashError, match=r"h\[t - 1\] \(m x 1\)"):
        network(state(phi(U * Sequence("h", m)[t - 1])))
    with pytest.raises(SymbolClashError, match="W is named twice"):
        network(state(phi(W * h[t - 1])), parameters=(W, W, U))


def test_shapes_must_fit() -> None:
    with pytest.raises(ShapeError, match=r"h\[t\] \(n x 1\) is defined as"):
        network(state(W * U))
    loss = sp.MatrixSymbol("L", 1, 1)
    with pytest.raises(ShapeError, match=r"L \(1 x 1\) is defined as"):
        network(state(phi(W * h[t - 1])), totals={loss: MatrixSum(h[t], (t, 1, T))})


def test_a_generic_function_takes_names() -> None:
    ell = Sequence("ell", 1, first=1)
    of_expression = GenericFunction(Str("ell"), sp.S.One, sp.S.One, W * h[t])
    with pytest.raises(ShapeError, match="is applied to an expression"):
        network(state(phi(W * h[t - 1])), state(of_expression, ell, OUTPUT))


# -- what is answered --------------------------------------------------------------------------------------------------


def test_roles_and_bodies() -> None:
    rnn = Elman()
    assert rnn.role(rnn.h[t]) is STATE
    assert rnn.role(rnn.a[3]) is INTERMEDIATE
    assert rnn.role(rnn.L) is OUTPUT
    assert rnn.role(rnn.x[t]) is rnn.role(rnn.W_hh) is None
    assert rnn.body(rnn.y[3]) == rnn.W_hy * rnn.h[3] + rnn.b_y
    assert rnn.body(rnn.x[3]) is None
    assert [d.sequence.name for d in rnn.states()] == ["h"]
    assert rnn.is_parameter(rnn.W_hh)
    assert not rnn.is_parameter(rnn.x[1])
    assert Layered().is_parameter(Layered().W[l])


def test_quantities_by_name() -> None:
    rnn = Elman()
    assert rnn.quantity("W_hh") == rnn.W_hh
    assert rnn.quantity("h", 2) == rnn.h[2]
    assert rnn.quantity("h") is rnn.quantity("nothing", 1) is None
    assert rnn.total("L") == rnn.totals[rnn.L]
    assert rnn.first_index("a") == 1
    assert rnn.first_index("W_hh") is None


def test_intermediates_are_put_in() -> None:
    rnn = Elman()
    assert rnn.inlined(rnn.h[t]) == rnn.phi(rnn.body(rnn.a[t]))
    assert rnn.inlined(rnn.h[t], lambda element: True) == rnn.phi(rnn.a[t])
    assert rnn.inlined(rnn.ell[t]) == rnn.body(rnn.ell[t])
    with pytest.raises(UnknownTermError, match="given, not defined"):
        rnn.inlined(rnn.x[t])


def test_intermediates_under_a_sum_are_put_in_without_capture() -> None:
    c, total = Sequence("c", q, first=1), sp.MatrixSymbol("S", q, 1)
    Q = sp.MatrixSymbol("Q", q, n)
    model = network(
        state(phi(W * h[t - 1])),
        state(Q * h[t], c, INTERMEDIATE),
        parameters=(W, Q),
        totals={total: MatrixSum(c[t], (t, 1, T))},
    )
    assert model.inlined(total).with_variable(t) == MatrixSum(Q * h[t], (t, 1, T))


def test_a_copy_with_changes_is_a_plain_recurrence() -> None:
    rnn = Elman()
    named = rnn.replaced(name="my network")
    assert type(named) is Recurrence
    assert named.name == "my network"
    assert named.definitions == rnn.definitions


def test_networks_are_equal_when_their_equations_are() -> None:
    assert Elman() == Elman()
    assert Elman() != Elman("tanh")
    assert Elman("relu", at_kink=0) != Elman("relu", at_kink=1)


def test_kinks_need_a_convention() -> None:
    with pytest.raises(NotDifferentiableError, match="relu"):
        Elman("relu").require_differentiable()
    Elman("relu", at_kink=0).require_differentiable()
    Elman("tanh").require_differentiable()


def test_only_activations_of_the_catalogue_are_taken() -> None:
    """The rules go by name, so that another function of the name "identity" would make proofs wrong."""
    with pytest.raises(ParameterError, match="not the one of the catalogue"):
        network(state(Elementwise("identity")(W * h[t - 1])), activations=(Activation("identity", z**2),))
