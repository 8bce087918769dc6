import pytest
import sympy as sp
from expr.arithmetic import Numbers, agree
from expr.names import A, D, I, W, h, k, m, n, product, s, t, u
from sympy.matrices.expressions.matexpr import MatrixElement

from symrnn.errors import IndexRangeError, ShapeError, SymbolClashError, SymrnnError
from symrnn.expr import MatrixSum, OrderedProduct, Sequence

PLACE = {t: 3, k: 2, s: 1, n: 2, m: 1}


def same(left: sp.MatrixExpr, right: sp.MatrixExpr) -> bool:
    return agree(Numbers(PLACE)(left), Numbers(PLACE)(right))


# -- what is refused -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("index", "message"),
    [
        ((sp.Symbol("u"), 0, t), "must be a Symbol with integer=True"),
        ((u + 1, 0, t), "must be a Symbol"),
        ((u, 0, u), "names the index itself"),
        ((u, 3, 1), "the length would be -1"),
        ((u, t + 2, t), "the length would be -1"),
        ((u, 0, sp.Rational(1, 2)), "not an integer"),
        ((u, 0, 2.0), "not an integer"),
        ((u, 0, sp.oo), "not an integer"),
        ((u, 0, W), "not an integer"),
        ((u, 0), "needs"),
        ((u, 0, 1, 2, 3), "needs"),
    ],
)
def test_bad_ranges_are_refused(index: tuple[object, ...], message: str) -> None:
    with pytest.raises(IndexRangeError, match=message):
        MatrixSum(A[u], index)
    with pytest.raises(IndexRangeError, match=message):
        OrderedProduct(A[u], index, "ascending")


def test_an_empty_range_is_allowed() -> None:
    assert MatrixSum(A[u], (u, 1, 0)).length == 0
    assert product(A[u], t + 1, t).length == 0


@pytest.mark.parametrize("direction", ["up", "Ascending", "descendent", 1])
def test_directions_are_spelled_out(direction: object) -> None:
    with pytest.raises(IndexRangeError, match='use "ascending" or "descending"'):
        OrderedProduct(A[u], (u, 0, t), direction)


def test_a_product_needs_a_direction() -> None:
    with pytest.raises(IndexRangeError, match="and a direction"):
        OrderedProduct(A[u], (u, 0, t))


@pytest.mark.parametrize("index", [("u", 0, t), (u, "0", t), (u, 0, "t")])
def test_text_is_refused(index: tuple[object, ...]) -> None:
    with pytest.raises(SymrnnError):
        MatrixSum(A[u], index)


def test_factors_have_to_fit_in_their_direction() -> None:
    width = sp.Function("d")
    layers = Sequence("W", lambda i: width(i), lambda i: width(i - 1))
    assert OrderedProduct(layers[u], (u, 1, t), "descending").shape == (width(t), width(0))
    with pytest.raises(ShapeError, match="neighbouring factors of the ascending product"):
        OrderedProduct(layers[u], (u, 1, t), "ascending")
    with pytest.raises(ShapeError, match="change shape with u"):
        MatrixSum(layers[u], (u, 1, t))


def test_plain_sympy_products_inside_are_checked() -> None:
    bad = sp.MatMul(W, sp.MatrixSymbol("x", m, 1))  # SymPy does not mind
    with pytest.raises(ShapeError, match="n columns meet m rows"):
        MatrixSum(bad, (u, 0, t))
    with pytest.raises(ShapeError, match="n columns meet m rows"):
        MatrixSum(sp.MatAdd(h[u], bad), (u, 0, t))
    entry = MatrixElement(sp.MatMul(h[t].T, bad), 0, 0)
    with pytest.raises(ShapeError, match="n columns meet m rows"):
        MatrixSum(entry * h[u], (u, 0, t))  # hidden in a scalar


# -- substitution --------------------------------------------------------------------------------------------

TOTAL = MatrixSum(A[t - u] * h[u + k], (u, 0, t - 1))
CHAIN = product(A[u + k], s, t, "descending")


@pytest.mark.parametrize("term", [TOTAL, CHAIN])
def test_the_bound_index_is_not_free(term: sp.MatrixExpr) -> None:
    assert u not in term.free_symbols
    assert {t, k, n} <= term.free_symbols
    assert term.subs(u, 7) == term
    assert term.xreplace({u: sp.Integer(7)}) == term


@pytest.mark.parametrize("term", [TOTAL, CHAIN])
@pytest.mark.parametrize(
    "replacement",
    [
        lambda term, old, new: term.subs(old, new),
        lambda term, old, new: term.xreplace({old: new}),
        lambda term, old, new: term.subs({old: new}, simultaneous=True),
    ],
)
def test_what_comes_in_is_never_captured(term: sp.MatrixExpr, replacement: object) -> None:
    """k := u, with u free, has to mean the same as k := s and then s := u from outside."""
    moved = replacement(term, k, u + 1)
    assert u in moved.free_symbols
    assert moved.bound_symbols != [u]
    place = {**PLACE, u: 1}
    assert agree(Numbers(place)(moved), Numbers({**PLACE, k: 2})(term))


def test_an_index_may_be_put_to_a_number_or_an_expression() -> None:
    assert TOTAL.subs(t, 4).upper == 3
    assert TOTAL.subs(n, 3).shape == (3, 1)
    assert TOTAL.subs(t, k).free_symbols == {k, n}
    assert CHAIN.subs({t: t + 1, s: k}).upper == t + 1


def test_swapping_two_symbols_at_once() -> None:
    swapped = TOTAL.xreplace({t: k, k: t})
    assert agree(Numbers({**PLACE, t: 2, k: 3})(swapped), Numbers(PLACE)(TOTAL))
    assert agree(Numbers({**PLACE, t: 2, k: 3})(TOTAL.subs({t: k, k: t}, simultaneous=True)), Numbers(PLACE)(TOTAL))


def test_nothing_is_renamed_when_nothing_is_replaced() -> None:
    assert TOTAL.subs(m, u) == TOTAL
    assert TOTAL.xreplace({m: u}) == TOTAL


def test_an_element_at_the_bound_index_is_not_the_free_one() -> None:
    term = MatrixSum(h[u], (u, 0, t))
    assert term.subs(h[u], h[k]) == term
    assert term.xreplace({h[u]: h[u + k]}) == term


def test_nested_binders_with_one_name() -> None:
    inner = MatrixSum(h[u], (u, 0, 1))
    outer = MatrixSum(A[u] * inner, (u, 0, t))
    assert outer.body_at(5) == A[5] * inner
    assert agree(Numbers(PLACE)(outer), Numbers(PLACE)(MatrixSum(A[u] * MatrixSum(h[s], (s, 0, 1)), (u, 0, t))))
    bound_by_outer = MatrixSum(MatrixSum(h[u], (u, 0, u_free)), (u_free, 0, t))
    assert bound_by_outer.with_variable(u).free_symbols == {t, n}
    assert same(bound_by_outer.with_variable(u), bound_by_outer)


u_free = sp.Symbol("w", integer=True)


def test_renaming_does_not_capture() -> None:
    with pytest.raises(SymbolClashError, match="stands in"):
        TOTAL.with_variable(k)
    assert same(TOTAL.with_variable(sp.Symbol("z", integer=True)), TOTAL)


# -- what it is ----------------------------------------------------------------------------------------------


def test_the_order_of_a_product_is_written_down() -> None:
    down, up = product(A[u], 1, k, "descending"), product(A[u], 1, k)
    assert (down.start, down.end, down.step) == (k, 1, -1)
    assert (up.start, up.end, up.step) == (1, k, 1)
    assert agree(Numbers({k: 2, n: 2})(down), Numbers({k: 2, n: 2})(A[2] * A[1]))
    assert agree(Numbers({k: 2, n: 2})(up), Numbers({k: 2, n: 2})(A[1] * A[2]))
    assert agree(Numbers({k: 0, n: 2})(up), Numbers({k: 0, n: 2})(I))


def test_a_sum_prints_its_range() -> None:
    assert str(MatrixSum(D(u), (u, 0, t))) == "Sum(DiagMatrix(phi'(a[u])), (u, 0, t))"
    assert str(product(A[u], 0, t, "descending")) == "Prod(A[u], (u, t..0))"


def test_an_index_without_a_name_is_printed_as_a_letter() -> None:
    p, inner = (sp.Symbol(name, integer=True) for name in ("_p0", "_s1"))
    assert str(OrderedProduct(A[p], (p, 1, t), "ascending")) == "Prod(A[p], (p, 1..t))"
    nested = MatrixSum(MatrixSum(h[inner + s], (inner, s, t)), (s, 0, t))
    assert str(nested) == "Sum(Sum(h[s + s1], (s1, s, t)), (s, 0, t))"
    assert str(MatrixSum(h[k], (k, 0, t)).xreplace({t: k})) == "Sum(h[k1], (k1, 0, k))"
    own = sp.Dummy("u", integer=True)
    assert str(MatrixSum(h[own + u], (own, 0, 2))) == "Sum(h[u + u1], (u1, 0, 2))"
