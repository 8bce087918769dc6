"""Direct attacks on the conditions of the rules, of systems and of terms: each is to be refused.

Run as a script it prints the names of those that are not, for the test that takes out the conditions in turn.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.rules import Theorem, cases, chain, equal, identify, induction, within
from symrnn.kernel.steps import Hypothesis, Value
from symrnn.kernel.system import Quantity, System
from symrnn.kernel.terms import ONE, Size, Term, size, times

i, k, t, u, v = (variable(name) for name in "iktuv")
none = number(0)
ATTACKS: dict[str, Callable[[], object]] = {}


def attack(function: Callable[[], object]) -> Callable[[], object]:
    ATTACKS[function.__name__] = function
    return function


def width(name: str) -> Size:
    return size(((name,), 1))


def moving(index: Linear) -> Size:
    return size(((("d", index),), 1))


n, m = width("n"), width("m")


def leaf(name: str, index: Linear | None = None) -> Term:
    return ("leaf", name, index)


def given(rows: Size, cols: Size = ONE, *, indexed: bool = True) -> Quantity:
    return Quantity(rows, cols, indexed, 0)


def defined(
    body: Term | None,
    rows: Size,
    cols: Size = ONE,
    *,
    start: int | None = 1,
    role: str = "state",
    rank: int = 0,
    **more: Any,
) -> Quantity:
    return Quantity(rows, cols, more.get("indexed", True), 0, body, more.get("arguments", ()), start, role, rank)


SYSTEM = System(
    {
        "x": given(n),
        "y": given(n),
        "W": given(n, n, indexed=False),
        "V": given(n, n, indexed=False),
        "A": given(n, n),
        "c": given(ONE),
        "Q": given(moving(i), moving(i - 1)),
        "a": defined(("mul", leaf("W"), leaf("h", i - 1)), n, role="intermediate"),
        "h": defined(("fn", "phi", None, 0, ("add", leaf("a", i), leaf("x", i))), n),
        "g": defined(("add", leaf("h", i), leaf("h", i - 1)), n),
        "f": defined(None, n, role="output", rank=1, arguments=(("h", i), ("x", i))),
    }
)
OTHER = System(SYSTEM.quantities)
X, Y, ZERO = leaf("x", none), leaf("y", none), ("zero", n, ONE)
BY_W = ("total", (("W", None),))
ONCE = [[(0, Fraction(1))]]


def prove(
    left: Term,
    right: Term,
    before: list[Any] | None = None,
    after: list[Any] | None = None,
    facts: tuple[Linear, ...] = (),
    hypotheses: tuple[Hypothesis, ...] = (),
    known: tuple[Theorem, ...] = (),
    system: System = SYSTEM,
) -> Theorem:
    return equal(system, facts, hypotheses, left, right, before or [], after or [], lambda which: known[which])


def one(name: str, *arguments: Any) -> list[Any]:
    """A step on the only atom of a word."""
    return [[[0, 0, 0], name, *arguments]]


def summed(high: Linear, body: Term) -> Term:
    return ("sum", "k", none, high, body)


# -- equal and its steps -----------------------------------------------------------------------------------------------


@attack
def forged() -> object:
    return Theorem(object(), SYSTEM, (), (), X, Y)


@attack
def two_sides_that_differ() -> object:
    return prove(X, Y)


@attack
def two_shapes() -> object:
    return prove(("zero", n, ONE), ("zero", n, n))


@attack
def a_hypothesis_of_two_shapes() -> object:
    return prove(X, X, hypotheses=(Hypothesis((), X, leaf("W")),))


@attack
def a_bound_variable_like_a_free_one() -> object:
    return prove(summed(t, leaf("x", k)), summed(t, leaf("x", k)), facts=(k,))


@attack
def a_bound_variable_like_a_quantity() -> object:
    sum_over_c = ("sum", "c", none, t, leaf("x", variable("c")))
    return prove(sum_over_c, sum_over_c)


@attack
def a_hypothesis_that_is_not_there() -> object:
    return prove(X, Y, one("hypothesis", 1, -1, {}, []), hypotheses=(Hypothesis((), X, Y),))


@attack
def a_hypothesis_of_another_atom() -> object:
    return prove(Y, X, one("hypothesis", 1, 0, {}, []), hypotheses=(Hypothesis((), leaf("x", v), X),))


@attack
def a_hypothesis_outside_its_facts() -> object:
    return prove(X, Y, one("hypothesis", 1, 0, {}, [[]]), hypotheses=(Hypothesis((v,), X, Y),))


@attack
def a_fact_with_a_negative_weight() -> object:
    return prove(leaf("h", t), ZERO, one("definition", [[(0, Fraction(-1))]]), facts=(5 - t,))


@attack
def a_definition_before_its_start() -> object:
    return prove(leaf("g", none), ("add", leaf("h", none), leaf("h", none - 1)), one("definition", [[]]))


@attack
def a_definition_of_what_is_given() -> object:
    return prove(X, Y, one("definition", []))


@attack
def a_definition_of_a_generic_function() -> object:
    return prove(leaf("f", number(1)), ZERO, one("definition", [[]]))


@attack
def a_definition_of_no_quantity() -> object:
    return prove(("unit", n, number(1)), ZERO, one("definition", []))


@attack
def a_sum_that_is_not_empty() -> object:
    return prove(summed(t, leaf("x", k)), ZERO, [[[0], "empty", []]], facts=(t,))


@attack
def a_variable_that_is_not_pinned() -> object:
    steps = [[[0], "pin", "_1s0", t, [[], []]], [[0], "range", [], [], ONCE]]
    return prove(summed(t, leaf("x", k)), leaf("x", t), steps, facts=(t,))


@attack
def a_free_variable_is_pinned() -> object:
    return prove(leaf("x", t), leaf("x", none), [[[0], "pin", "t", none, [[(0, Fraction(1))], []]]], facts=(t,))


@attack
def a_variable_is_pinned_to_itself() -> object:
    whole = summed(t, leaf("x", k))
    return prove(whole, leaf("x", t), [[[0], "pin", "_1s0", variable("_1s0"), [[], []]]], facts=(t,))


@attack
def a_smaller_range() -> object:
    form = variable("_1s0")
    back = [[(1, Fraction(1))], [(0, Fraction(1))]]
    steps = [[[0], "range", [form, t - 1 - form], [[], []], back]]
    return prove(summed(t, leaf("x", k)), summed(t - 1, leaf("x", k)), steps)


@attack
def a_larger_range() -> object:
    form = variable("_1s0")
    rows = [[(0, Fraction(1))], [(1, Fraction(1))]]
    steps = [[[0], "range", [form, t + 1 - form], [[(1, Fraction(1))], [(0, Fraction(1))]], rows]]
    return prove(summed(t, leaf("x", k)), summed(t + 1, leaf("x", k)), steps)


@attack
def a_split_sum_that_keeps_all_its_points() -> object:
    whole = summed(t, leaf("x", k))
    steps = [[[0], "split", t - 1 - variable("_1s0")], [[0], "range", [], [], ONCE]]
    return prove(whole, ("add", whole, leaf("x", t)), steps, facts=(t,))


@attack
def a_sum_split_between_two_numbers() -> object:
    whole = summed(t, leaf("x", k))
    steps = [[[0], "split", 2 * variable("_1s0") - 1], [[0], "range", [], [], ONCE]]
    return prove(whole, ("add", whole, X), steps, facts=(t,))


PRODUCT = ("prod", "u", number(1), t, leaf("A", u))


@attack
def a_product_cut_outside() -> object:
    other = ("mul", ("prod", "u", t + 3, t, leaf("A", u)), ("prod", "u", number(1), t + 2, leaf("A", u)))
    return prove(PRODUCT, other, one("cut", t + 3, [[(0, Fraction(1))], []]), facts=(t,))


@attack
def a_cut_of_no_product() -> object:
    return prove(leaf("A", none), leaf("W"), one("cut", none, [[], []]))


@attack
def a_void_product_that_is_not() -> object:
    return prove(PRODUCT, ("id", n), one("void", [[(0, Fraction(1))], []]), facts=(t,))


@attack
def a_void_step_on_no_product() -> object:
    return prove(leaf("A", none), ("id", n), one("void", []))


@attack
def a_void_product_of_a_moving_width() -> object:
    return prove(
        ("prod", "u", t + 1, v, leaf("Q", u)),
        ("prod", "u", t + 1, v, leaf("Q", u)),
        one("void", [[(0, Fraction(1))], [(1, Fraction(1))]]),
        [[[0, 0, 0], "void", [[(0, Fraction(1))], [(1, Fraction(1))]]]],
        facts=(v - t, t - v),
    )


@attack
def products_that_do_not_meet() -> object:
    two = ("mul", ("prod", "u", t + 2, 2 * t, leaf("A", u)), PRODUCT)
    steps = one("join", 0, [[(0, Fraction(1))], [(0, Fraction(1))]])
    return prove(two, ("prod", "u", number(1), 2 * t, leaf("A", u)), steps, facts=(t - 1,))


@attack
def products_of_other_factors() -> object:
    two = ("mul", ("prod", "u", t + 1, 2 * t, leaf("A", u)), ("prod", "u", number(1), t, ("T", leaf("A", u))))
    steps = one("join", 0, [[(0, Fraction(1))], [(0, Fraction(1))]])
    return prove(two, ("prod", "u", number(1), 2 * t, leaf("A", u)), steps, facts=(t,))


@attack
def products_of_negative_length() -> object:
    two = ("mul", ("prod", "u", t + 1, v, leaf("A", u)), PRODUCT)
    steps = one("join", 0, [[], []])
    return prove(two, ("prod", "u", number(1), v, leaf("A", u)), steps)


@attack
def joining_no_products() -> object:
    return prove(("mul", leaf("W"), leaf("V")), leaf("W"), one("join", 0, [[], []]))


@attack
def joining_a_number_with_itself() -> object:
    steps = [[[0, 1, 0], "join", -1, [ONCE[0], ONCE[0]]]]
    return prove(("pow", leaf("c", none), t), ("pow", leaf("c", none), 2 * t), steps, facts=(t,))


def slid(between: Term, steps: Any, facts: Any = (t,)) -> object:
    """(∏_{u=1}^{t} A_u W) times something, and A_t ∏_{u=1}^{t} W A_{u-1} as what it is claimed to be."""
    left = ("mul", ("prod", "u", number(1), t, ("mul", leaf("A", u), leaf("W"))), between)
    right = ("mul", leaf("A", t), ("prod", "u", number(1), t, ("mul", leaf("W"), leaf("A", u - 1))))
    return prove(left, right, steps, facts=facts)


@attack
def another_factor_slid() -> object:
    return slid(leaf("A", number(1)), one("slide", 0, [ONCE[0]]))


@attack
def a_factor_slid_through_a_product_of_negative_length() -> object:
    return slid(leaf("A", number(0)), one("slide", 0, [[]]), facts=())


@attack
def a_factor_slid_through_itself() -> object:
    return prove(("mul", PRODUCT, leaf("A", number(0))), PRODUCT, one("slide", 0, [ONCE[0]]), facts=(t,))


@attack
def a_product_slid() -> object:
    return prove(("mul", leaf("A", number(0)), PRODUCT), PRODUCT, one("slide", 0, [ONCE[0]]), facts=(t,))


@attack
def a_factor_slid_through_a_product_of_sums() -> object:
    body = ("add", ("mul", leaf("A", u), leaf("W")), leaf("W"))
    left = ("mul", ("prod", "u", number(1), t, body), leaf("A", number(0)))
    right = ("mul", leaf("A", t), ("prod", "u", number(1), t, ("mul", leaf("W"), leaf("A", u - 1))))
    return prove(left, right, one("slide", 0, [ONCE[0]]), facts=(t,))


@attack
def a_product_cut_at_its_own_variable() -> object:
    return prove(PRODUCT, PRODUCT, one("cut", variable("_1p"), [[], []]))


@attack
def joining_nothing() -> object:
    return prove(PRODUCT, PRODUCT, one("join", 0, [[], []]))


@attack
def joining_a_number_with_a_longer_one() -> object:
    square = ("mul", ("T", X), Y)
    return prove(("mul", ("pow", leaf("c", none), t), square), square, [[[0, 1, 0], "join", 2, [[], []]]], facts=(t,))


@attack
def joining_a_factor_that_is_another_one() -> object:
    return prove(
        ("mul", ("pow", leaf("W"), t), leaf("V")), ("pow", leaf("W"), t + 1), one("join", 0, [ONCE[0]]), facts=(t,)
    )


@attack
def joining_a_factor_to_a_product_that_moves() -> object:
    two = ("mul", leaf("A", t + 1), PRODUCT)
    return prove(two, ("prod", "u", number(1), t + 1, leaf("A", u)), one("join", 0, [ONCE[0]]), facts=(t,))


@attack
def joining_a_factor_to_a_power_of_negative_length() -> object:
    two = ("mul", leaf("W"), ("pow", leaf("W"), t))
    return prove(two, ("pow", leaf("W"), t + 1), one("join", 0, [[]]))


@attack
def a_free_index_whose_value_a_sum_says() -> object:
    """Where the sum over k = t and t = v says so, only there t is v: outside it is empty."""
    each = ("sum", "k", t, v, ("sum", "j", v, t, leaf("x", t)))
    pairs = [[(a, Fraction(1)), (b, Fraction(1))] for a in range(4) for b in range(a)]
    why = NotProvedError("no weights")
    for rows in ((one, other) for one in pairs for other in pairs):
        try:
            return prove(each, leaf("x", v), [[[0], "pin", "t", v, rows]])
        except NotProvedError as error:
            why = why if "not shown" in str(error) else error
    raise why


def picked(row: Linear, column: Linear, rows: Size = n) -> Term:
    return ("mul", ("T", ("unit", rows, row)), ("unit", rows, column))


NIL = ("zero", ONE, ONE)
APART = [[[0, 1, 0], "apart", 0, -1, [[]] * 5]]


@attack
def units_that_may_be_one_round_and_round() -> object:
    return prove(picked(number(1), number(2)), NIL, APART)


@attack
def units_that_are_one() -> object:
    steps = [[[0, 1, 0], "apart", 0, 1, [[], [], [(0, Fraction(1))], [], [(0, Fraction(1))]]]]
    return prove(picked(t, v), NIL, steps, facts=(variable("n") - 2,))


@attack
def units_of_a_width_that_moves() -> object:
    return prove(picked(number(1), number(2), moving(t)), NIL, APART)


@attack
def units_of_two_sizes() -> object:
    steps = [[[0, 1, 0], "apart", 0, -1, [[]] * 5]]
    return prove(("mul", ("T", X), ("unit", n, number(1))), NIL, steps)


@attack
def units_without_a_side() -> object:
    steps = [[[0, 1, 0], "apart", 0, 0, [[]] * 5]]
    return prove(picked(number(1), number(2), size(((), 3))), ("scale", Fraction(2), NIL), steps)


p = width("p")  # of no quantity


def first_and_second(rows: Size, last: str) -> Theorem:
    """x = x + (e_1ᵀ e_2) x where n >= 2."""
    weights = [[], [], ONCE[0], [], ONCE[0]]
    right = ("add", X, ("kron", picked(number(1), number(2), rows), X))
    return prove(X, right, [], [[[0, 1, 0], "apart", 0, -1, weights]], facts=(variable(last) - 2,))


@attack
def an_index_that_is_a_width_replaced() -> object:
    known = first_and_second(p, "p")
    right = ("add", X, ("kron", picked(number(1), number(2), p), X))
    return prove(X, right, one("theorem", 0, {"p": number(2)}, [[]]), known=(known,))


@attack
def an_index_that_is_a_width_of_a_quantity_replaced() -> object:
    known = first_and_second(n, "n")
    right = ("add", X, ("kron", picked(number(1), number(2)), X))
    return prove(X, right, one("theorem", 0, {"n": number(2)}, [[]]), known=(known,))


@attack
def an_induction_over_a_width() -> object:
    """From p = 2 to every p, for e_1ᵀ e_p."""
    side = picked(number(1), variable("p"), p)
    base = prove(picked(number(1), number(2), p), picked(number(1), number(2), p))
    after = picked(number(1), variable("p") + 1, p)
    step = prove(after, after, facts=(variable("p") - 2,))
    return induction("p", number(2), (), [Hypothesis((), side, side)], [base], [step])


@attack
def a_bound_index_that_is_a_width() -> object:
    each = ("sum", "p", number(2), number(2), picked(number(1), variable("p"), p))
    return prove(each, each)


@attack
def every_row_of_a_width_that_moves() -> object:
    return prove(leaf("Q", t), leaf("Q", t), [[[0], "units", []]])


EMPTY = [[0], "empty", [(at, Fraction(1)) for at in range(3)]]
"""There is no index k from 1 to n where n < 0."""


@attack
def rows_up_to_an_index_that_is_no_width() -> object:
    """Where the index n is not the width n, since it is below 1, the sum over its rows is empty."""
    return prove(X, ZERO, [[[0], "units", [[]]], EMPTY], facts=(-1 - variable("n"),))


SUM_OF_PRODUCTS = ("mul", ("T", X), leaf("W"), X)
"""The numbers xᵀ W x and what is between their factors."""


@attack
def units_between_factors_up_to_an_index_that_is_no_width() -> object:
    return prove(SUM_OF_PRODUCTS, NIL, [[[0, 1, 0], "between", 0, [[]]], EMPTY], facts=(-1 - variable("n"),))


@attack
def units_between_a_factor_and_nothing() -> object:
    return prove(SUM_OF_PRODUCTS, SUM_OF_PRODUCTS, [[[0, 1, 2], "between", 0, [ONCE[0]]]], facts=(variable("n") - 1,))


def choose(k: Linear, j: Linear) -> Term:
    return ("binom", k, j)


@attack
def choosing_none_of_many() -> object:
    return prove(choose(t, number(1)), ("id", ONE), [[[0, 1, 0], "axiom", "choose none", []]])


@attack
def choosing_too_many_of_too_few() -> object:
    """C(-1, 1) = -1."""
    return prove(choose(number(-1), number(1)), NIL, [[[0, 1, 0], "axiom", "choose too many", [[], []]]])


@attack
def choosing_all() -> object:
    return prove(choose(number(2), number(2)), NIL, [[[0, 1, 0], "axiom", "choose too many", [[], []]]])


@attack
def pascal_at_the_edge() -> object:
    two = ("add", choose(t - 1, number(-1)), choose(t - 1, none))
    return prove(choose(t, none), two, [[[0, 1, 0], "axiom", "Pascal", [[(0, Fraction(1))], []]]], facts=(t - 1,))


@attack
def pascal_of_what_is_no_coefficient() -> object:
    return prove(leaf("c", none), NIL, [[[0, 1, 0], "axiom", "Pascal", [[], []]]])


@attack
def a_theorem_about_another_system() -> object:
    known = prove(X, ("scale", Fraction(1), X), system=OTHER)
    return prove(X, X, one("theorem", 0, {}, []), known=(known,))


@attack
def a_theorem_with_a_hypothesis() -> object:
    known = prove(X, Y, one("hypothesis", 1, 0, {}, []), hypotheses=(Hypothesis((), X, Y),))
    return prove(X, Y, one("theorem", 0, {}, []), known=(known,))


@attack
def a_theorem_at_another_hypothesis() -> object:
    hypothesis = Hypothesis((), leaf("x", v), leaf("y", v))
    known = prove(*hypothesis[1:3], one("hypothesis", 1, 0, {}, []), hypotheses=(hypothesis,))
    step = one("theorem", 0, {"v": none}, [])
    return prove(X, Y, step, hypotheses=(hypothesis,), known=(known,))


@attack
def a_theorem_outside_its_facts() -> object:
    known = prove(leaf("h", t), leaf("h", t), facts=(t - 1,))
    return prove(leaf("h", none), leaf("h", none), one("theorem", 0, {"t": none}, [[]]), known=(known,))


@attack
def a_theorem_of_another_left_side() -> object:
    known = prove(leaf("g", t), ("add", leaf("h", t), leaf("h", t - 1)), one("definition", ONCE), facts=(t - 1,))
    step = one("theorem", 0, {}, ONCE)
    return prove(leaf("x", t), ("add", leaf("h", t), leaf("h", t - 1)), step, facts=(t - 1,), known=(known,))


@attack
def an_unknown_axiom() -> object:
    return prove(X, Y, one("axiom", "all is well", []))


@attack
def an_axiom_of_another_function() -> object:
    return prove(("fn", "phi", None, 1, X), ("ones", n, ONE), one("axiom", "identity", []))


@attack
def a_step_of_no_name() -> object:
    return prove(X, X, one("believe"))


@attack
def no_such_monomial() -> object:
    return prove(X, X, [[[4], "empty", []]])


@attack
def no_such_atom() -> object:
    return prove(X, X, [[[0, 0, 4], "definition", []]])


@attack
def a_negative_path() -> object:
    return prove(leaf("h", t), leaf("h", t), [[[0, -1, 0], "definition", ONCE]], facts=(t - 1,))


@attack
def a_step_on_a_sum_with_the_path_of_an_atom() -> object:
    return prove(X, X, one("empty", []))


@attack
def nothing_inside() -> object:
    return prove(X, X, [[[0, 0, 0, 0, 0], "empty", []]])


@attack
def a_variable_that_is_bound_elsewhere() -> object:
    whole = ("add", X, summed(t, leaf("y", k)))
    return prove(whole, whole, [[[0], "split", variable("_1s0")]])


# -- differentials -----------------------------------------------------------------------------------------------------


def d(direction: Term, name: str, index: Linear | None = None) -> Term:
    return ("d", direction, (name, index))


@attack
def what_moves_is_held() -> object:
    return prove(d(BY_W, "W"), ("zero", n, n), one("hold", [], []))


@attack
def what_may_move_is_held() -> object:
    direction = ("total", (("x", v),))
    return prove(d(direction, "x", t), ZERO, one("hold", [1], [[]]))


@attack
def what_may_move_is_held_without_a_sign() -> object:
    direction = ("total", (("x", v),))
    return prove(d(direction, "x", v), ZERO, one("hold", [], []))


@attack
def what_may_move_is_held_with_a_zero() -> object:
    direction = ("total", (("x", v),))
    return prove(d(direction, "x", v), ZERO, one("hold", [-3], [[]]))


@attack
def a_state_is_held() -> object:
    return prove(d(BY_W, "h", t), ZERO, one("hold", [], [[]]), facts=(t - 1,))


@attack
def what_moves_follows() -> object:
    direction = ("total", (("h", t),))
    right = ("had", ("fn", "phi", None, 1, ("add", leaf("a", t), leaf("x", t))), d(direction, "a", t))
    steps = [*one("follow", [], ONCE), [[0, 0, 2], "hold", [], []]]
    return prove(d(direction, "h", t), right, steps, facts=(t - 1,))


@attack
def a_state_follows_before_its_start() -> object:
    return prove(d(BY_W, "g", none), ("add", d(BY_W, "h", none), d(BY_W, "h", none - 1)), one("follow", [], [[]]))


@attack
def a_state_follows_along_an_immediate_direction() -> object:
    direction = ("immediate", (("g", t), ("W", None)))
    right = ("add", d(direction, "h", t - 1), d(direction, "h", t - 2))
    return prove(d(direction, "g", t - 1), right, one("follow", [-1], [[(0, Fraction(1))], []]), facts=(t - 2,))


@attack
def an_immediate_quantity_is_held() -> object:
    direction = ("immediate", (("h", t), ("W", None)))
    return prove(d(direction, "h", t), ZERO, one("hold", [], [[]]), facts=(t - 1,))


@attack
def another_state_that_may_be_the_same_is_held() -> object:
    direction = ("immediate", (("h", t), ("W", None)))
    return prove(d(direction, "h", v), ZERO, one("hold", [1], [[]]))


@attack
def following_no_differential() -> object:
    return prove(leaf("h", t), ZERO, one("follow", [], [[]]))


EVERY = Hypothesis((v,), leaf("x", v), leaf("y", v), ("v",))
"""x is y at every index that is not below 0."""

SQUARE = Hypothesis((), ("mul", leaf("W"), leaf("W")), leaf("V"))


def by(hypothesis: Hypothesis, left: Term, right: Term, *step: Any, facts: tuple[Linear, ...] = ()) -> Theorem:
    return prove(left, right, one("hypothesis", *step), facts=facts, hypotheses=(hypothesis,))


@attack
def a_hypothesis_at_a_value_of_a_variable_that_is_free() -> object:
    return by(Hypothesis((), leaf("x", v), leaf("y", v)), X, Y, 1, 0, {"v": none}, [])


@attack
def a_hypothesis_for_every_value_without_one() -> object:
    return by(EVERY._replace(facts=()), leaf("x", v), leaf("y", v), 1, 0, {}, [])


@attack
def a_hypothesis_for_every_value_outside_its_facts() -> object:
    return by(EVERY, leaf("x", number(-1)), leaf("y", number(-1)), 1, 0, {"v": number(-1)}, [[]])


@attack
def a_hypothesis_for_every_value_of_a_variable_that_is_free() -> object:
    return prove(leaf("x", v), leaf("x", v), hypotheses=(EVERY,))


@attack
def a_hypothesis_for_every_value_of_what_has_no_name() -> object:
    return prove(X, X, hypotheses=(EVERY._replace(every=("_1p",)),))


@attack
def a_hypothesis_for_every_value_of_a_quantity() -> object:
    return prove(X, X, hypotheses=(EVERY._replace(every=("x",)),))


@attack
def a_hypothesis_for_every_width() -> object:
    return prove(X, X, hypotheses=(EVERY._replace(every=("n",)),))


@attack
def a_hypothesis_of_more_factors() -> object:
    return by(SQUARE, leaf("W"), leaf("V"), 1, 0, {}, [])


@attack
def a_hypothesis_of_factors_that_are_not_there() -> object:
    return by(SQUARE, leaf("W"), leaf("V"), 2, 0, {}, [])


@attack
def a_hypothesis_of_no_factors() -> object:
    return by(Hypothesis((), ("id", n), leaf("V")), leaf("W"), ("mul", leaf("V"), leaf("W")), 0, 0, {}, [])


@attack
def a_hypothesis_under_a_differential() -> object:
    """Where W is 0, dW is not."""
    zero = Hypothesis((), leaf("W"), ("zero", n, n))
    return by(zero, ("d", BY_W, ("W", None)), ("zero", n, n), 1, 0, {}, [])


# -- the other rules ---------------------------------------------------------------------------------------------------

CLAIM = Hypothesis((), leaf("x", v), leaf("y", v))
"""Not so."""


def assumed(*hypotheses: Hypothesis, at: Linear, facts: tuple[Linear, ...] = ()) -> Theorem:
    steps = one("hypothesis", 1, 0, {}, [[] for _ in hypotheses[0].facts])
    return prove(leaf("x", at), leaf("y", at), steps, facts=facts, hypotheses=hypotheses)


BASE = Hypothesis((), X, Y)
NEXT = Hypothesis((), leaf("x", v + 1), leaf("y", v + 1))


@attack
def an_induction_that_assumes_its_base() -> object:
    return induction("v", none, (), [CLAIM], [assumed(BASE, at=none)], [assumed(NEXT, at=v + 1, facts=(v,))])


@attack
def an_induction_over_a_claim_for_every_index_that_it_runs_over() -> object:
    """From x_v = y_v for every v at v the same at v + 1."""
    claim = CLAIM._replace(every=("v",))
    step = one("hypothesis", 1, 1, {"v": v + 1}, [])
    ahead = prove(leaf("x", v + 1), leaf("y", v + 1), step, facts=(v,), hypotheses=(BASE, claim))
    return induction("v", none, (), [claim], [assumed(BASE, at=none)], [ahead])


@attack
def an_induction_that_assumes_what_is_next() -> object:
    base = prove(("scale", Fraction(0), X), ("scale", Fraction(0), leaf("y", none)))
    claim = Hypothesis((), ("scale", Fraction(0), leaf("x", v)), ("scale", Fraction(0), leaf("y", v)))
    step = prove(
        ("scale", Fraction(0), leaf("x", v + 1)),
        ("scale", Fraction(0), leaf("y", v + 1)),
        facts=(v,),
        hypotheses=(NEXT,),
    )
    return induction("v", none, (), [claim], [base], [step])


def trivial(at: Linear, facts: tuple[Linear, ...] = (), name: str = "x", system: System = SYSTEM) -> Theorem:
    return prove(leaf(name, at), leaf(name, at), facts=facts, system=system)


SAME = Hypothesis((), leaf("x", v), leaf("x", v))


@attack
def an_induction_from_another_base() -> object:
    return induction("v", none, (), [SAME], [trivial(number(1))], [trivial(v + 1, (v,))])


@attack
def an_induction_by_another_step() -> object:
    return induction("v", none, (), [SAME], [trivial(none)], [trivial(v + 2, (v,))])


@attack
def an_induction_whose_step_holds_later() -> object:
    return induction("v", none, (), [SAME], [trivial(none)], [trivial(v + 1, (v - 3,))])


@attack
def an_induction_whose_base_holds_elsewhere() -> object:
    return induction("v", none, (), [SAME], [trivial(none, (t,))], [trivial(v + 1, (v,))])


@attack
def an_induction_without_a_base() -> object:
    return induction("v", none, (), [SAME, SAME], [trivial(none)], [trivial(v + 1, (v,))])


@attack
def an_induction_without_claims() -> object:
    return induction("v", none, (), [], [], [])


@attack
def an_induction_over_what_a_fact_speaks_of() -> object:
    return induction("v", none, (3 - v,), [SAME], [trivial(none, (3 - v,))], [trivial(v + 1, (3 - v, v))])


@attack
def an_induction_from_where_it_is() -> object:
    return induction("v", v, (), [SAME], [trivial(v)], [trivial(v + 1, (number(0),))])


@attack
def an_induction_about_two_systems() -> object:
    return induction("v", none, (), [SAME], [trivial(none)], [trivial(v + 1, (v,), system=OTHER)])


@attack
def an_induction_of_bases_with_different_hypotheses() -> object:
    bases = [trivial(none), prove(X, X, hypotheses=(BASE,))]
    return induction("v", none, (), [SAME, SAME], bases, [trivial(v + 1, (v,))] * 2)


@attack
def an_induction_over_too_many_claims() -> object:
    return induction("v", none, (), [SAME] * 1000, [trivial(none)] * 1000, [trivial(v + 1, (v,))] * 1000)


DX = ("total", (("x", none),))


@attack
def a_jacobian_of_no_differential() -> object:
    return identify(prove(X, X), ("id", n), "jac")


@attack
def a_jacobian_of_two_that_move() -> object:
    direction = ("total", (("x", none), ("x", number(1))))
    moved = d(direction, "x", number(1))
    return identify(prove(moved, moved), ("id", n), "jac")


@attack
def an_immediate_jacobian_of_something_else() -> object:
    moved = d(("immediate", (("h", t), ("x", none))), "x", none)
    return identify(prove(moved, moved), ("id", n), "jac")


@attack
def another_jacobian() -> object:
    moved = d(DX, "x", none)
    return identify(prove(moved, moved), ("scale", Fraction(2), ("id", n)), "jac")


@attack
def a_jacobian_of_another_form() -> object:
    moved = d(DX, "x", none)
    return identify(prove(moved, moved), ("id", n), "hess")


@attack
def a_jacobian_with_a_differential_in_it() -> object:
    moved = d(DX, "x", none)
    known = prove(("d", DX, ("y", none)), ("zero", n, ONE), one("hold", [], []))
    return identify(known, ("mul", ("diag", moved), ("zero", n, n)), "jac")


@attack
def a_jacobian_under_a_hypothesis_on_the_differential() -> object:
    moved = d(DX, "x", none)
    hypothesis = Hypothesis((), moved, Y)
    return identify(prove(moved, moved, hypotheses=(hypothesis,)), ("id", n), "jac")


@attack
def an_immediate_gradient() -> object:
    moved = d(("immediate", (("c", none), ("c", none))), "c", none)
    return identify(prove(moved, moved), ("ones", ONE, ONE), "grad")


@attack
def a_gradient_of_a_column() -> object:
    moved = d(DX, "x", none)
    return identify(prove(moved, moved), ("id", n), "grad")


def case(facts: tuple[Linear, ...], **more: Any) -> Theorem:
    return prove(X, more.pop("right", X), facts=facts, **more)


@attack
def cases_of_different_systems() -> object:
    return cases(t, case((t,)), case((-1 - t,), system=OTHER))


@attack
def cases_of_different_hypotheses() -> object:
    return cases(t, case((t,)), case((-1 - t,), hypotheses=(BASE,)))


@attack
def cases_that_say_different_things() -> object:
    return cases(t, case((t,)), case((-1 - t,), right=("scale", Fraction(1), X)))


@attack
def cases_with_a_gap() -> object:
    return cases(t, case((t,)), case((-2 - t,)))


@attack
def cases_under_different_facts() -> object:
    return cases(t, case((t,)), case((v, -1 - t)))


def product_of(*factors: Term) -> Term:
    return ("mul", *factors)


@attack
def a_factor_of_a_sum() -> object:
    return within(("add", X, Y), ("add", X, ("scale", Fraction(1), Y)), prove(Y, ("scale", Fraction(1), Y)))


@attack
def a_factor_that_another_equation_is_about() -> object:
    return within(product_of(leaf("W"), X), product_of(leaf("W"), Y), prove(X, ("scale", Fraction(1), X)))


@attack
def a_factor_whose_other_side_is_something_else() -> object:
    return within(
        product_of(leaf("W"), X), product_of(leaf("V"), ("scale", Fraction(1), X)), prove(X, ("scale", Fraction(1), X))
    )


@attack
def products_of_different_lengths() -> object:
    longer = product_of(leaf("W"), leaf("W"), ("scale", Fraction(1), X))
    return within(product_of(leaf("W"), X), longer, prove(X, ("scale", Fraction(1), X)))


@attack
def a_factor_between_others_of_the_wrong_shape() -> object:
    return within(product_of(X, X), product_of(X, ("scale", Fraction(1), X)), prove(X, ("scale", Fraction(1), X)))


@attack
def a_chain_of_nothing() -> object:
    return chain([])


@attack
def a_chain_that_does_not_meet() -> object:
    return chain([prove(X, X), prove(Y, Y)])


@attack
def a_chain_over_two_systems() -> object:
    return chain([prove(X, X), prove(X, X, system=OTHER)])


@attack
def a_chain_under_different_facts() -> object:
    return chain([prove(X, X), prove(X, X, facts=(t,))])


# -- conditions that another one hides ---------------------------------------------------------------------------------

T = variable("T")
NUMBERS = System(
    {
        "A": given(n, n),
        "c": given(ONE),
        "s": defined(leaf("c", i), ONE),
        "L": defined(leaf("A", T), n, n, indexed=False, role="output", rank=1),
    }
)


@attack
def an_inverse_under_a_bound_variable_like_the_last_step() -> object:
    whole = ("sum", "T", none, none, ("inv", leaf("A", T)))
    return prove(whole, whole, system=NUMBERS)


@attack
def a_negative_path_to_a_number() -> object:
    """The last number would be there still, and be replaced, too."""
    square = ("mul", leaf("s", t), leaf("c", t))
    return prove(leaf("s", t), square, [[[0, -1, 0], "definition", ONCE]], facts=(t - 1,), system=NUMBERS)


@attack
def a_split_at_a_variable_that_stands_nowhere() -> object:
    whole, form = summed(t, leaf("x", k)), variable("_9s0")
    steps = [[[0], "split", form]]
    return prove(whole, whole, steps, [[[2], "split", form]], facts=(t,))


@attack
def a_definition_of_a_function_called_like_a_state() -> object:
    body = ("fn", "phi", None, 0, ("add", leaf("a", t), leaf("x", t)))
    return prove(("fn", "h", t, 0, X), body, one("definition", ONCE), facts=(t - 1,))


@attack
def following_a_jacobian() -> object:
    whole = ("jac", "total", ("h", t), ("h", t))
    return prove(whole, ("zero", n, n), one("follow", [], ONCE), facts=(t - 1,))


@attack
def what_moves_is_held_by_a_sign() -> object:
    return prove(d(BY_W, "W"), ("zero", n, n), one("hold", [1], [[]]))


@attack
def a_total_is_held() -> object:
    direction = ("total", (("A", none),))
    return prove(d(direction, "L"), ("zero", n, n), one("hold", [], []), system=NUMBERS)


@attack
def the_equation_of_what_is_given() -> object:
    return SYSTEM.body(("x", none))


@attack
def a_power_in_an_equation() -> object:
    return System({"A": given(n, n), "y": defined(("pow", leaf("A", i), i), n, n)})


@attack
def an_equation_that_binds_the_last_step() -> object:
    body = ("sum", "T", none, number(2), leaf("A", T))
    return System({**NUMBERS.quantities, "y": defined(body, n, n)})


# -- inverses ----------------------------------------------------------------------------------------------------------

SINGULAR = System(
    {
        "x": given(n, indexed=False),
        "Z": defined(("zero", n, n), n, n, indexed=False, role="intermediate"),
        "Y": defined(leaf("Z"), n, n, indexed=False, role="intermediate", rank=1),
    }
)
LONGER = ("mul", ("inv", leaf("Y")), leaf("Z"), leaf("x"))


def longer() -> Theorem:
    steps = [[[0, 0, 0, 0, 0, 0, 0], "definition", []]]
    return prove(leaf("x"), LONGER, after=steps, system=SINGULAR)


@attack
def a_theorem_that_loses_an_inverse() -> object:
    steps = [*one("theorem", 0, {}, []), [[0, 0, 1], "definition", []]]
    return prove(leaf("x"), ZERO, steps, known=(longer(),), system=SINGULAR)


@attack
def a_chain_that_loses_an_inverse() -> object:
    return chain([longer(), prove(LONGER, ZERO, [[[0, 0, 1], "definition", []]], system=SINGULAR)])


@attack
def an_induction_that_loses_an_inverse() -> object:
    sides = (leaf("x"), LONGER)
    base = [prove(side, side, system=SINGULAR) for side in sides]
    step = [prove(side, side, facts=(v,), system=SINGULAR) for side in sides]
    return induction("v", none, (), [Hypothesis((), side, side) for side in sides], base, step)


@attack
def a_jacobian_that_loses_an_inverse() -> object:
    moved = d(("total", (("x", None),)), "x")
    known = prove(moved, ("mul", ("inv", leaf("Y")), leaf("Y"), moved), system=SINGULAR)
    return identify(known, ("id", n), "jac")


@attack
def an_inverse_with_a_bound_index() -> object:
    each = ("sum", "k", none, t, ("inv", leaf("A", k)))
    return prove(each, each)


@attack
def an_induction_over_the_index_of_an_inverse() -> object:
    side = ("inv", leaf("A", v))
    base = prove(("inv", leaf("A", none)), ("inv", leaf("A", none)))
    step = prove(("inv", leaf("A", v + 1)), ("inv", leaf("A", v + 1)), facts=(v,))
    return induction("v", none, (), [Hypothesis((), side, side)], [base], [step])


@attack
def a_theorem_with_the_inverse_at_another_index() -> object:
    right = ("mul", leaf("A", v), ("inv", leaf("A", v)), X)
    known = prove(X, right)
    return prove(X, right, one("theorem", 0, {"v": none}, []), known=(known,))


@attack
def an_inverse_that_nobody_spoke_of() -> object:
    return prove(X, ZERO, one("insert", ("zero", n, n)))


# -- systems -----------------------------------------------------------------------------------------------------------


@attack
def a_state_without_an_equation() -> object:
    return System({"h": Quantity(n, ONE, True, 0, None, (), 1, "state", 0)})


@attack
def a_given_quantity_with_an_equation() -> object:
    return System({"x": given(n), "h": defined(leaf("x", i), n, role="given", start=None)})


@attack
def an_equation_without_a_start() -> object:
    return System({"x": given(n), "h": defined(leaf("x", i), n, start=None)})


@attack
def an_unknown_role() -> object:
    return System({"x": given(n), "h": defined(leaf("x", i), n, role="hidden")})


@attack
def two_definitions() -> object:
    return System({"x": given(n), "h": defined(leaf("x", i), n, arguments=(("x", i),))})


@attack
def a_derivative_in_an_equation() -> object:
    return System({"x": given(n), "h": defined(("d", ("total", (("x", none),)), ("x", i)), n)})


@attack
def an_equation_of_another_shape() -> object:
    return System({"x": given(m), "h": defined(leaf("x", i), n)})


@attack
def a_function_with_a_matrix_for_its_value() -> object:
    return System({"x": given(n), "f": defined(None, n, n, arguments=(("x", i),))})


# -- matrices of columns -----------------------------------------------------------------------------------------------

BY_B = ("total", (("B", None),))
MATRICES = System(
    {
        "B": given(n, m, indexed=False),
        "C": given(n, m, indexed=False),
        "E": given(m, n, indexed=False),
        "S": given(n, n, indexed=False),
        "p": given(times(n, m), indexed=False),
        "r": given(n, indexed=False),
        "s": given(m, indexed=False),
        "l": Quantity(ONE, ONE, False, 0, None, (("B", None),), 0, "output", 1),
    }
)
B, C, E, P, R, S_ = (leaf(name) for name in ("B", "C", "E", "p", "r", "s"))


def of_matrices(left: Term, right: Term) -> Theorem:
    return prove(left, right, system=MATRICES)


def acting(a: Term, b: Term) -> Term:
    return ("mul", ("kron", a, b), P)


@attack
def the_matrix_of_a_column_of_another_length() -> object:
    return of_matrices(("unvec", n, n, P), ("unvec", n, n, P))


@attack
def the_matrix_of_a_column_by_rows() -> object:
    return of_matrices(("T", ("unvec", n, m, P)), ("unvec", m, n, P))


@attack
def the_matrix_of_vec_of_a_transpose() -> object:
    return of_matrices(("unvec", n, m, ("vec", E)), ("T", E))


@attack
def the_matrix_of_a_square_by_rows() -> object:
    square = leaf("S")
    return of_matrices(("unvec", n, n, ("vec", ("T", square))), square)


@attack
def the_matrix_of_a_kronecker_product_the_other_way() -> object:
    return of_matrices(("unvec", n, m, ("kron", R, S_)), ("mul", R, ("T", S_)))


@attack
def a_factor_beside_the_matrix_of_a_column_on_the_other_side() -> object:
    left = ("mul", leaf("S"), ("unvec", n, m, P))
    return of_matrices(left, ("unvec", n, m, acting(("id", m), ("T", leaf("S")))))


@attack
def a_factor_behind_the_matrix_of_a_column_without_its_transpose() -> object:
    return of_matrices(("mul", ("unvec", n, n, ("vec", leaf("S"))), leaf("S")), ("mul", ("T", leaf("S")), leaf("S")))


@attack
def entries_of_the_matrix_of_a_column_without_a_factor() -> object:
    return of_matrices(("had", B, ("unvec", n, m, P)), ("unvec", n, m, P))


@attack
def entries_in_another_order() -> object:
    return of_matrices(("mul", ("diag", ("vec", B)), ("vec", E)), ("vec", ("had", B, ("T", E))))


@attack
def entries_of_a_product_of_columns_the_other_way() -> object:
    left = ("mul", ("diag", ("vec", B)), ("kron", R, S_))
    return of_matrices(left, ("vec", ("had", B, ("mul", R, ("T", S_)))))


@attack
def three_factors_are_two() -> object:
    return of_matrices(("had", B, ("had", B, C)), ("had", B, C))


@attack
def turned_twice_in_one_way() -> object:
    return of_matrices(("mul", ("comm", n, m), ("comm", n, m), P), P)


@attack
def a_kronecker_product_beside_k_in_one_order() -> object:
    both = ("kron", leaf("S"), B)
    return of_matrices(("mul", both, ("comm", n, m)), ("mul", ("comm", n, n), both, ("comm", n, m), ("comm", m, n)))


@attack
def the_differential_of_entries_without_a_factor() -> object:
    moved = ("d", BY_B, ("B", None))
    return identify(of_matrices(moved, moved), ("diag", ("vec", B)), "jac")


@attack
def a_function_of_a_matrix_by_rows() -> object:
    moved, slope = ("d", BY_B, ("B", None)), ("part", ("l", None), 1)
    right = ("mul", slope, ("vec", ("T", moved)))
    return prove(("d", BY_B, ("l", None)), right, one("follow", [], []), system=MATRICES)


@attack
def an_index_of_the_whole_system_is_replaced() -> object:
    system = System({"x": given(n), "L": defined(leaf("x", t), n, indexed=False, role="output", rank=1)})
    known = prove(leaf("L"), leaf("x", t), one("definition", []), system=system)
    return prove(leaf("L"), X, one("theorem", 0, {"t": none}, []), known=(known,), system=system)


@attack
def a_definition_that_binds_its_index() -> object:
    return System({"h": defined(("sum", "i", number(5), number(5), leaf("h", i - 1)), n)})


@attack
def a_circle() -> object:
    return System({"h": defined(leaf("g", i), n), "g": defined(leaf("h", i), n)})


@attack
def a_quantity_defined_by_itself() -> object:
    return System({"h": defined(("scale", Fraction(2), leaf("h", i)), n)})


@attack
def a_quantity_defined_by_the_next() -> object:
    return System({"h": defined(leaf("h", i + 1), n)})


@attack
def a_quantity_defined_by_one_further_off() -> object:
    return System({"h": defined(leaf("h", 2 * i - 2), n)})


@attack
def a_quantity_defined_by_a_higher_rank() -> object:
    return System({"h": defined(leaf("g", i - 1), n), "g": defined(leaf("h", i), n, rank=1)})


@attack
def a_total_in_a_circle() -> object:
    return System({"L": defined(("scale", Fraction(2), leaf("L")), n, indexed=False)})


@attack
def a_width_with_an_index_of_its_own() -> object:
    return System({"x": given(moving(k))})


@attack
def a_width_that_moves_without_an_index() -> object:
    return System({"x": given(moving(i), indexed=False)})


# -- terms -------------------------------------------------------------------------------------------------------------


def malformed(name: str, term: Term) -> None:
    ATTACKS[f"term: {name}"] = lambda: prove(term, term)


malformed("an unknown quantity", leaf("z", none))
malformed("a quantity without its index", leaf("x"))
malformed("a matrix with an index", leaf("W", none))
malformed("no such block", ("sel", 3, (n, m)))
malformed("block 0", ("sel", 0, (n, m)))
malformed("no blocks", ("sel", 1, ()))
malformed("a gradient of a column", ("grad", ("x", none), ("W", None)))
malformed("a sum of shapes", ("add", X, leaf("W")))
malformed("a product that does not fit", ("mul", X, leaf("W")))
malformed("a product of sizes that commute", ("mul", ("kron", X, leaf("W")), ("id", m)))
malformed("a Hadamard product of shapes", ("had", X, leaf("W")))
malformed("a sum of a row and a column", ("add", X, ("T", X)))
malformed("too many blocks", ("sel", 1, (n,) * 100))
malformed("diag of a matrix", ("diag", leaf("W")))
malformed("the inverse of a column", ("inv", X))
malformed("the power of a column", ("pow", X, number(2)))
malformed("softmax of a matrix", ("softmax", leaf("W")))
malformed("lse of a matrix", ("lse", leaf("W")))
malformed("summands that change their shape", summed(t, ("mul", ("T", leaf("Q", k)), leaf("Q", k))))
malformed("factors that do not fit", ("prod", "k", none, t, ("T", leaf("Q", k))))
malformed("a size that is empty", ("id", Size(())))
malformed("a size that is negative", ("id", Size(((("n",), -1),))))
malformed("a size out of order", ("id", Size(((("n", "m"), 1),))))
malformed("a width without a name", ("id", width("n m")))
malformed("a size that is none", ("id", "n"))
malformed("an index that is none", leaf("x", 3))  # type: ignore[arg-type]
malformed("an index with a name of the normal form", leaf("x", variable("_1s0")))
malformed("bound twice", summed(t, summed(k, leaf("x", k))))
malformed("a bound that names its variable", ("sum", "k", none, k, leaf("x", k)))
malformed("a function with a name of the kernel", ("fn", "softmax", None, 0, X))
malformed("a function without a name", ("fn", "", None, 0, X))
malformed("a bound variable without a name", ("sum", "#1", none, t, X))
malformed("a missing index", ("unit", n, None))
malformed("a slope of order -1", ("fn", "phi", None, -1, X))
malformed("a slope of too high an order", ("fn", "phi", None, 10**6, X))
malformed("a number that is not a fraction", ("scale", 0.5, X))
malformed("an unknown derivative", ("jac", "partial", ("x", none), ("x", none)))
malformed("an unknown direction", ("d", ("partial", (("x", none),)), ("x", none)))
malformed("a direction without quantities", ("d", ("total", ()), ("x", none)))
malformed("an immediate direction of one", ("d", ("immediate", (("x", none),)), ("x", none)))
malformed("no such argument", ("part", ("f", none), 3))
malformed("argument 0", ("part", ("f", none), 0))
malformed("a size that is too large", ("id", Size(tuple(((f"w{at:04}",), 1) for at in range(100)))))


@attack
def a_size_of_too_high_a_degree() -> object:
    whole = times(n, m)
    for _ in range(10):
        whole = times(whole, whole)
    return whole


@attack
def a_form_in_the_place_of_a_bound_variable() -> object:
    claim = Hypothesis((), summed(v, leaf("x", k)), summed(v, leaf("x", k)))
    base = prove(*(summed(k, leaf("y", u)),) * 2)
    return induction("v", k, (), [claim], [base], [base])


# -- what is random ----------------------------------------------------------------------------------------------------

ALONE = ("id", ONE)


def random(*moments: Term, rows: Size = ONE, indexed: bool = True) -> Quantity:
    return Quantity(rows, ONE, indexed, 0, moments=moments)


CHANCE = System(
    {
        "a": given(ONE),
        "q": random(ALONE, leaf("a", i)),
        "r": random(ALONE),
        "w": random(ALONE, indexed=False),
        "y": defined(("add", leaf("q", i), leaf("y", i - 1)), ONE),
        "e": defined(leaf("y", i + 1), ONE, role="output", rank=1),
        "f": defined(leaf("e", i), ONE, role="output", rank=2),
        "L": defined(leaf("y", none), ONE, start=0, role="output", rank=1, indexed=False),
    }
)


def averaged(name: str, step: list[Any], *factors: Term) -> None:
    """A step on the expectation of a product."""

    def function() -> object:
        steps = Value(CHANCE, (), (), lambda which: None, lambda term: True)  # type: ignore[arg-type,return-value]
        return steps.after(steps.normal.value(("mean", ("mul", *factors))), [[0, 1, 0], *step])

    ATTACKS[name] = function


averaged("a moment of no mean", ["moment", 0, []], leaf("a", t))
averaged("sure of no mean", ["sure", []], leaf("a", t))
averaged("a number that is not there", ["moment", 7, []], leaf("q", t))
averaged("a number before the first", ["moment", -1, []], leaf("q", t))
averaged("a moment of a function", ["moment", 0, []], ("fn", "phi", None, 0, leaf("q", t)))
averaged("a moment of what is not random", ["moment", 0, []], leaf("y", t))
averaged("a third moment", ["moment", 0, []], *[leaf("q", t)] * 3)
averaged("a state at the same index", ["moment", 0, [[]]], leaf("q", t), leaf("y", t))
averaged("a later number of that name", ["moment", 0, [[]]], leaf("q", t), leaf("q", t + 1))
averaged("a definition that looks ahead", ["moment", 1, [[]]], leaf("q", t), leaf("e", t - 1))
averaged("one behind another", ["moment", 1, [[]]], leaf("q", t), leaf("f", t - 1))
averaged("a total", ["moment", 1, [[]]], leaf("q", t), leaf("L"))
averaged("one number twice", ["moment", 0, [[]]], leaf("w"), ("fn", "phi", None, 0, leaf("w")))
averaged("a derivative", ["moment", 1, [[]]], leaf("q", t), ("jac", "total", ("y", t - 1), ("q", none)))
averaged("sure of a number", ["sure", [[]]], leaf("r", t))
averaged("sure of a state", ["sure", [[]]], leaf("y", t))
averaged("sure of a total", ["sure", [[]]], leaf("L"))
averaged("sure of a derivative", ["sure", [[]]], ("jac", "total", ("y", t), ("y", t - 1)))


def chance(name: str, **quantities: Quantity) -> None:
    """A system in which something is random that cannot be."""
    ATTACKS[name] = lambda: System({"a": given(ONE), "x": given(n), **quantities})


chance("a random column", q=random(ALONE, rows=n))
chance("a random state", q=defined(leaf("q", i - 1), ONE)._replace(moments=(ALONE,)))
chance("a moment that is a column", q=random(leaf("x", i)))
chance("a moment at another index", q=random(leaf("a", t)))
chance("a moment that is a mean", q=random(("mean", leaf("a", i))))
chance("a moment that is random", r=random(ALONE), q=random(leaf("r", i)))
chance("a moment that is a random state", r=random(ALONE), y=defined(leaf("r", i), ONE), q=random(leaf("y", i)))
chance("a mean in an equation", y=defined(("mean", leaf("a", i)), ONE))


def not_refused() -> list[str]:
    """The names of attacks that are not refused in order: what is proved then, or fails in another way."""
    found = []
    for name, function in ATTACKS.items():
        try:
            function()
        except NotProvedError:
            continue
        except Exception as error:
            found.append(f"{name}: {type(error).__name__}")
        else:
            found.append(name)
    return found


if __name__ == "__main__":
    print("\n".join(not_refused()))
