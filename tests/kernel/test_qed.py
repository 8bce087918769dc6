"""The last line of a certificate: what is proved reads as it stands, down to the equations that it reaches."""

from __future__ import annotations

from typing import Any

import pytest
from kernel.refused import given, leaf, n, t, variable

from symrnn.certify.errors import NotFoundError
from symrnn.certify.script import Script, index_json, size_json
from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.linear import Linear, number
from symrnn.kernel.steps import Hypothesis
from symrnn.kernel.system import INDEX, Quantity, System
from symrnn.kernel.terms import ONE, Term, quantities

i, k, last = variable(INDEX), variable("k"), variable("T")


def rows_of(script: Script, name: str, known: Quantity) -> list[Any]:
    body = None if known.body is None else script.term(known.body)
    arguments = [[of, index_json(index)] for of, index in known.arguments]
    sizes = size_json(known.rows), size_json(known.cols)
    return [name, *sizes, known.indexed, known.first, body, arguments, known.start, known.role, known.rank]


def ended(system: dict[str, Quantity], side: Term, facts: tuple[Linear, ...] = (), hypotheses: Any = ()) -> Script:
    """The certificate that something equals itself."""
    script = Script("itself")
    script.put("system", *(rows_of(script, name, known) for name, known in system.items()))
    script.qed(script.equal(facts, hypotheses, side, side, ()))
    return script


def total(high: Linear, index: Linear = k) -> Quantity:
    """Σ x[index] for k from 1 to high."""
    return Quantity(n, ONE, False, 0, ("sum", "k", number(1), high, leaf("x", index)), (), 0, "output", 1)


def defined(body: Term, first: int = 1, start: int = 1) -> Quantity:
    return Quantity(n, ONE, True, first, body, (), start, "state", 1)


X = Quantity(n, ONE, True, 1)


def test_a_total_is_a_sum_from_where_it_may_be_empty() -> None:
    for facts in ((last,), (last - 5,), (last - t, t - k, k)):
        ended({"x": X, "L": total(last)}, leaf("L"), facts)


@pytest.mark.parametrize("facts", [(), (-2 - last,), (t - 1, t - last), (last + 1,)])
def test_a_total_over_a_negative_length_is_refused(facts: tuple[Linear, ...]) -> None:
    with pytest.raises(NotFoundError):
        ended({"x": X, "L": total(last)}, leaf("L"), facts)


def test_what_nobody_speaks_of_may_have_a_negative_length() -> None:
    ended({"x": X, "L": total(last)}, leaf("x", number(1)))


@pytest.mark.parametrize("body", [leaf("x", last), leaf("x", i - 1), ("had", leaf("x", i), leaf("x", 2 * i - 2))])
def test_an_equation_that_reads_what_does_not_exist_is_refused(body: Term) -> None:
    with pytest.raises(NotFoundError):
        ended({"x": X, "h": defined(body)}, leaf("h", number(1)))
    again = ("add", leaf("h", i - 1), body)  # a state is read at all indices before
    with pytest.raises(NotFoundError):
        ended({"x": X, "h": defined(again, first=0)}, leaf("h", number(3)))


def test_an_equation_is_read_where_it_is_reached() -> None:
    """The index T + 1 - i of an equation exists for the i up to T of a sum, which is all that anybody reads."""
    mirrored = Quantity(n, ONE, True, 1, leaf("x", last + 1 - i), (), 1, "output", 1)
    system = {
        "x": X,
        "y": mirrored,
        "L": Quantity(n, ONE, False, 0, ("sum", "k", number(1), last, leaf("y", k)), (), 0, "output", 2),
    }
    ended(system, leaf("L"), (last,))
    ended(system, leaf("y", t), (t - 1, last - t))
    with pytest.raises(NotFoundError):
        ended(system, leaf("y", t), (t - 1, last))


def test_an_equation_may_read_what_exists() -> None:
    ended({"x": X, "h": defined(leaf("x", last))}, leaf("h", number(3)), (last - 1,))
    ended({"x": X, "h": defined(leaf("h", i - 1), first=0)}, leaf("h", number(3)))


def test_an_equation_is_reached_through_others_and_through_derivatives() -> None:
    system = {"x": X, "h": defined(leaf("x", last)), "g": defined(leaf("h", i))}
    jacobian = ("jac", "total", ("g", number(1)), ("x", number(1)))
    for side in (leaf("g", number(1)), jacobian, ("d", ("total", (("x", number(1)),)), ("g", number(1)))):
        with pytest.raises(NotFoundError):
            ended(system, side)
        ended(system, side, (last - 1,))


def test_an_argument_of_a_generic_function_has_to_exist() -> None:
    for index, fine in ((i, True), (i - 1, False)):
        system = {"x": X, "f": Quantity(n, ONE, True, 1, None, (("x", index),), 1, "output", 1)}
        if fine:
            ended(system, leaf("f", number(1)))
        else:
            with pytest.raises(NotFoundError):
                ended(system, leaf("f", number(1)))


def test_the_variables_of_a_statement_are_not_those_of_an_equation() -> None:
    """That the k of the statement is at least 5 says nothing of the k and the i of equations."""
    with pytest.raises(NotFoundError):
        ended({"x": X, "L": total(number(3), k - 2)}, leaf("L"), (k - 5,))
    with pytest.raises(NotFoundError):
        ended({"x": X, "h": defined(("add", leaf("x", i - 3), leaf("h", i - 1)), first=0)}, leaf("h", i), (i - 5,))


def test_hypotheses_have_to_read_as_they_stand() -> None:
    def assumed(index: Linear) -> list[Hypothesis]:
        return [Hypothesis((t - 3,), leaf("x", index), leaf("x", index))]

    ended({"x": X}, leaf("x", number(1)), (), assumed(t))
    with pytest.raises(NotFoundError):
        ended({"x": X}, leaf("x", number(1)), (), assumed(t - 3))


def test_the_end_needs_a_reason_for_each_condition() -> None:
    script = Script("itself")
    system = {"x": X, "L": total(last)}
    script.put("system", *(rows_of(script, name, known) for name, known in system.items()))
    known = script.equal((last,), (), leaf("L"), leaf("L"), ())
    with pytest.raises(NotProvedError, match="1 conditions and 0"):
        script.put("qed", known, [], [])
    with pytest.raises(NotProvedError, match="not shown"):
        script.put("qed", known, [[]], [[]])


def test_an_equation_does_not_bind_the_last_step() -> None:
    bound = Quantity(n, ONE, True, 0, ("sum", "T", number(1), number(2), leaf("x", last)), (), 0, "output", 1)
    with pytest.raises(NotProvedError, match="binds the index"):
        System({"x": given(n), "y": bound, "L": total(last)})


def test_what_a_quantity_reaches() -> None:
    system = System({"x": X, "y": X, "h": defined(leaf("x", last)), "g": defined(leaf("h", i))})
    assert system.reached([leaf("g", t)]) == ["g", "h", "x"]
    assert [place for _, place in quantities(("grad", ("x", None), ("y", t)))] == [("x", None), ("y", t)]
