"""Proofs of what is false, each of which the kernel has to refuse."""

from collections.abc import Callable
from fractions import Fraction
from itertools import count

import pytest

from symrnn.kernel.errors import NotProvedError
from symrnn.kernel.linear import Linear, number, variable
from symrnn.kernel.normal import Normal
from symrnn.kernel.rules import Theorem, equal, identify, induction
from symrnn.kernel.steps import Hypothesis
from symrnn.kernel.system import Quantity, System
from symrnn.kernel.terms import ONE, Size, Term, is_name, put, size

i, k, t, u, v, j = (variable(name) for name in "iktuvj")


def width(name: str) -> Size:
    return size(((name,), 1))


n, m = width("n"), width("m")


def leaf(name: str, index: Linear | None = None) -> Term:
    return ("leaf", name, index)


def given(rows: Size, cols: Size = ONE, indexed: bool = False) -> Quantity:
    return Quantity(rows, cols, indexed, 0)


def defined(
    body: Term, rows: Size, cols: Size = ONE, *, indexed: bool = True, role: str = "state", rank: int = 0
) -> Quantity:
    return Quantity(rows, cols, indexed, 0, body, (), 1, role, rank)


def among(*theorems: Theorem) -> Callable[[int], Theorem]:
    return lambda which: theorems[which]


def test_a_hypothesis_with_facts_is_not_carried_to_other_indices():
    """From "A = B for v >= 5" follows A = B where v >= 5, not everywhere."""
    system = System({"A": given(n), "B": given(n)})
    hypothesis = Hypothesis((v - 5,), leaf("A"), leaf("B"))
    where = equal(
        system,
        (v - 5,),
        (hypothesis,),
        leaf("A"),
        leaf("B"),
        [[[0, 0, 0], "hypothesis", 1, 0, {}, [[(0, Fraction(1))]]]],
        [],
        among(),
    )
    step = [[0, 0, 0], "theorem", 0, {"v": number(7)}, [[]]]
    with pytest.raises(NotProvedError, match="speaks of what is replaced"):
        equal(system, (), (hypothesis,), leaf("A"), leaf("B"), [step], [], among(where))


def test_an_index_of_the_whole_system_is_one_number():
    """L = x[T] is not an equation for every T: that would make all x[T] one."""
    system = System({"x": given(n, indexed=True), "L": defined(leaf("x", i), n, indexed=False, role="output", rank=1)})
    known = equal(system, (), (), leaf("L"), leaf("x", i), [[[0, 0, 0], "definition", []]], [], among())
    step = [[0, 0, 0], "theorem", 0, {"i": number(2)}, []]
    with pytest.raises(NotProvedError, match="index of the whole system"):
        equal(system, (), (), leaf("L"), leaf("x", number(2)), [step], [], among(known))


def test_an_argument_of_a_generic_function_is_one_quantity():
    """y[i] = F(x[k]) for every k would follow each x[k], and so none of them."""
    system = System({"x": given(n, indexed=True), "y": Quantity(n, ONE, True, 0, None, (("x", k),), 0, "output", 1)})
    direction = ("total", (("x", number(3)),))
    left, part = ("d", direction, ("y", number(1))), ("part", ("y", number(1)), 1)
    right = ("mul", part, ("d", direction, ("x", k)))
    known = equal(system, (), (), left, right, [[[0, 0, 0], "follow", [], [[]]]], [], among())
    steps = [[[0, 0, 0], "theorem", 0, {"k": number(4)}, []], [[0, 0, 1], "hold", [1], [[]]]]
    with pytest.raises(NotProvedError, match="index of the whole system"):
        equal(system, (), (), left, ("zero", n, ONE), steps, [], among(known))


@pytest.mark.parametrize("name", ["_0", "_1s0", "#1"])
def test_an_argument_of_a_generic_function_has_an_index_with_names(name: str):
    with pytest.raises(NotProvedError, match="not a name"):
        System(
            {
                "x": given(n, indexed=True),
                "y": Quantity(n, ONE, True, 0, None, (("x", i + variable(name)),), 0, "output", 1),
            }
        )


def test_the_index_of_a_definition_is_not_bound_in_it():
    """h[i] = Σ_{i=5}^{5} (h[i-1] + c) uses h[4], which is not earlier than h[i]."""
    body = ("sum", "i", number(5), number(5), ("add", leaf("h", i - 1), leaf("c")))
    with pytest.raises(NotProvedError, match="binds the index"):
        System({"c": given(n), "h": defined(body, n)})


def test_a_sum_in_a_transposed_product_in_a_sum_keeps_its_variable():
    """Scalars are put in order after bound variables have been named: names that are given then must not meet those."""
    system = System({"x": given(n, indexed=True), "y": given(n, indexed=True), "A": given(n, n, indexed=True)})
    inner = ("sum", "j", k, u, leaf("A", j))
    first = ("mul", ("T", leaf("y", k)), ("prod", "u", number(0), t, inner), leaf("x", k))
    second = ("mul", ("T", leaf("x", k)), ("rise", "u", number(0), t, ("T", inner)), leaf("y", k))
    sides = [("sum", "k", number(0), t, each) for each in (first, second)]
    equal(system, (), (), sides[0], sides[1], [], [], among())
    other = ("sum", "j", number(0), u, leaf("A", j))
    wrong = ("sum", "k", number(0), t, ("mul", ("T", leaf("y", k)), ("prod", "u", number(0), t, other), leaf("x", k)))
    with pytest.raises(NotProvedError, match="differ"):
        equal(system, (), (), sides[0], wrong, [], [], among())


def test_the_normal_form_does_not_depend_on_what_was_made_before(monkeypatch: pytest.MonkeyPatch):
    """A certificate has to be read in another process as in the one that wrote it."""
    system = System({"x": given(n, indexed=True), "A": given(n, n, indexed=True)})
    body = ("sum", "j", number(0), k, ("mul", leaf("A", 2 * k + 2 * j), leaf("x", 2 * k)))
    term = ("sum", "k", number(0), t, body)
    found = set()
    for start in (0, 1, 5, 7, 95, 96, 97, 98, 99, 995, 996, 997, 998, 999):
        monkeypatch.setattr("symrnn.kernel.monomials._numbers", count(start))
        found.add(Normal(system).value(term))
    assert len(found) == 1


def test_a_family_of_functions_is_no_function_of_the_catalogue():
    """softplus_l may be any function for each l; the axiom is about the softplus."""
    system = System({"x": given(n)})
    left, right = (("fn", name, number(1), order, leaf("x")) for name, order in (("softplus", 1), ("sigmoid", 0)))
    with pytest.raises(NotProvedError, match="no slope with a name"):
        equal(system, (), (), left, right, [[[0, 0, 0], "axiom", "named slope", []]], [], among())


@pytest.mark.parametrize(
    "name", ["Wᵀ", "n·m", "I_n", "_0", "_1s0", "_2p", "#1", "", "a b", "é".encode().decode("latin1"), "x²", 3, None]
)
def test_a_name_is_not_read_as_a_formula(name: str):
    """A quantity named Wᵀ would print as the transpose of W."""
    assert not is_name(name)
    with pytest.raises(NotProvedError, match=r"not the name of a quantity"):
        System({name: given(n)})


def test_a_width_is_not_read_as_a_formula():
    with pytest.raises(NotProvedError, match="a width without a name"):
        System({"x": given(width("n·m"))})


@pytest.mark.parametrize("name", ["softmax", "diag", "vec", "T"])
def test_a_function_is_not_named_like_what_the_kernel_knows(name: str):
    """A statement on any function applied entry by entry would read as one on the softmax."""
    system, term = System({"x": given(n)}), ("fn", name, None, 0, leaf("x"))
    with pytest.raises(NotProvedError, match="not a name of a function"):
        equal(system, (), (), term, term, [], [], among())


class TestInverses:
    """V = W and W = 0: where V had an inverse, x = V⁻¹ W x would be 0."""

    system = System(
        {
            "x": given(n),
            "W": defined(("zero", n, n), n, n, indexed=False, role="intermediate"),
            "V": defined(leaf("W"), n, n, indexed=False, role="intermediate", rank=1),
            "X": given(n, n, indexed=True),
            "h": given(n),
        }
    )
    longer = ("mul", ("inv", leaf("V")), leaf("W"), leaf("x"))

    def test_an_inverse_is_not_lost_by_a_theorem(self):
        definition = [[0, 0, 0, 0, 0, 0, 0], "definition", []]
        known = equal(self.system, (), (), leaf("x"), self.longer, [], [definition], among())
        steps = [[[0, 0, 0], "theorem", 0, {}, []], [[0, 0, 1], "definition", []]]
        with pytest.raises(NotProvedError, match="other inverses"):
            equal(self.system, (), (), leaf("x"), ("zero", n, ONE), steps, [], among(known))

    def test_an_inverse_has_no_bound_index(self):
        """Nobody could say which of the X[v] exist."""
        term = ("sum", "v", number(1), number(2), ("inv", leaf("X", v)))
        with pytest.raises(NotProvedError, match="bound index"):
            equal(self.system, (), (), term, term, [], [], among())

    def test_an_inverse_does_not_change_on_the_way(self):
        """X[0] may be singular where X[1] is not: then an induction would begin with nothing."""
        term = ("mul", ("inv", leaf("X", v)), leaf("W"), leaf("x"))
        claim = Hypothesis((), term, term)
        base, step = (
            equal(self.system, facts, (), put(term, at), put(term, at), [], [], among())
            for facts, at in (((), {"v": number(0)}), ((v,), {"v": v + 1}))
        )
        with pytest.raises(NotProvedError, match=r"changes on the way|another base|other inverses|inverses"):
            induction("v", number(0), (), [claim], [base], [step])

    def test_an_inverse_at_another_index_is_another_one(self):
        """From x = X[v] X[v]⁻¹ x for every v follows x = X[0] X[0]⁻¹ x, but only where X[0] has an inverse."""
        right = ("mul", leaf("X", v), ("inv", leaf("X", v)), leaf("x"))
        known = equal(self.system, (), (), leaf("x"), right, [], [], among())
        step = [[0, 0, 0], "theorem", 0, {"v": number(0)}, []]
        with pytest.raises(NotProvedError, match="other inverses"):
            equal(self.system, (), (), leaf("x"), right, [step], [], among(known))
        equal(self.system, (), (), leaf("x"), put(right, {"v": number(0)}), [step], [], among(known))

    def test_an_inverse_is_not_lost_by_another_claim(self):
        claims = [Hypothesis((), leaf("x"), leaf("x")), Hypothesis((), self.longer, self.longer)]
        proofs = [equal(self.system, (), (), c.left, c.right, [], [], among()) for c in claims]
        steps = [equal(self.system, (v,), (), c.left, c.right, [], [], among()) for c in claims]
        with pytest.raises(NotProvedError, match="different inverses"):
            induction("v", number(0), (), claims, proofs, steps)

    def test_an_inverse_is_not_lost_by_a_jacobian(self):
        direction = ("total", (("x", None),))
        moved = ("d", direction, ("x", None))
        known = equal(self.system, (), (), moved, ("mul", ("inv", leaf("V")), leaf("V"), moved), [], [], among())
        with pytest.raises(NotProvedError, match="an inverse is lost"):
            identify(known, ("id", n), "jac")


@pytest.mark.parametrize("beside", [-1, 1, 2])
def test_a_number_is_not_joined_with_itself(beside: int):
    """c^t would be c^(2t)."""
    system = System({"c": given(ONE)})
    left, right = (("pow", leaf("c"), exponent) for exponent in (t, 2 * t))
    step = [[0, 1, 0], "join", beside, [[(0, Fraction(1))], [(0, Fraction(1))]]]
    with pytest.raises(NotProvedError, match="not two numbers"):
        equal(system, (t,), (), left, right, [step], [], among())


class TestHeld:
    """v = stop(c): the value of c, which moves with nothing. A value is never put under a differential."""

    system = System(
        {
            "c": given(n),
            "v": defined(("fn", "stop_gradient", None, 0, leaf("c")), n, indexed=False, role="intermediate", rank=0),
        }
    )
    direction = ("total", (("c", None),))
    moved, held = ("d", direction, ("c", None)), ("d", direction, ("v", None))
    by_value = ([[0, 0, 0], "definition", []], [[0, 0, 0], "axiom", "stopped", []])
    still = ([[0, 0, 0], "follow", [], []], [[0, 0, 0, 0, 0, 0, 0], "axiom", "stopped", []])

    def value(self) -> Theorem:
        return equal(self.system, (), (), leaf("v"), leaf("c"), self.by_value, [], among())

    def test_it_has_the_value_and_does_not_move(self):
        assert self.value()
        assert equal(self.system, (), (), self.held, ("zero", n, ONE), self.still, [], among())

    def test_it_does_not_move_with_what_it_is_equal_to(self):
        for steps in ([[[0, 0, 0], "theorem", 0, {}, []]], self.still, ()):
            with pytest.raises(NotProvedError):
                equal(self.system, (), (), self.held, self.moved, steps, [], among(self.value()))

    def test_its_value_is_not_zero(self):
        with pytest.raises(NotProvedError, match="differ"):
            equal(self.system, (), (), leaf("v"), ("zero", n, ONE), self.by_value, [], among())

    def test_no_other_function_is_held(self):
        for name, member in (("phi", None), ("identity", None), ("stop_gradient", number(1))):
            term = ("fn", name, member, 1, leaf("c"))
            with pytest.raises(NotProvedError, match="not what is held"):
                equal(self.system, (), (), term, ("zero", n, ONE), [[[0, 0, 0], "axiom", "stopped", []]], [], among())
