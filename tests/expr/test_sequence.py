import pytest
import sympy as sp
from expr.names import W, h, k, n, t

from symrnn.errors import IndexRangeError, ParameterError, ShapeError, SymrnnError
from symrnn.expr import Element, Sequence


def test_an_element_has_the_shape_of_its_place() -> None:
    width = sp.Function("d")
    layers = Sequence("W", lambda i: width(i), lambda i: width(i - 1))
    assert layers[k + 1].shape == (width(k + 1), width(k))
    assert layers[k].subs(k, 3).shape == (width(3), width(2))


def test_substitution_reaches_index_and_size() -> None:
    assert h[t - k].subs({t: 5, k: 2}) == h[3]
    assert h[t].subs(n, 3) == Sequence("h", 3)[t]
    assert h[t].subs(t, k**2 - 1) == h[k**2 - 1]


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (-1, r"h\[-1\] does not exist: h starts at 0"),
        (sp.Rational(1, 2), "must be an integer"),
        (1.5, "must be an integer"),
        (2.0, "must be an integer"),
        (True, "must be an integer"),
        (W, "must be an integer"),
        (sp.oo, "must be an integer"),
        (float("nan"), "must be an integer"),
    ],
)
def test_an_index_that_is_no_place_is_refused(index: object, message: str) -> None:
    with pytest.raises(IndexRangeError, match=message):
        h[index]


@pytest.mark.parametrize("index", ["t", slice(1, 2), None])
def test_text_is_not_parsed(index: object) -> None:
    with pytest.raises(SymrnnError, match="is not a SymPy object"):
        h[index]


def test_the_first_index_is_part_of_the_sequence() -> None:
    inputs = Sequence("x", n, first=1)
    with pytest.raises(IndexRangeError, match="x starts at 1"):
        inputs[0]
    assert inputs.at(sp.S.Zero) == Element("x", 0, n, 1)  # algebra on bounds does not look


@pytest.mark.parametrize("size", [0, -1, 1.5, sp.Rational(1, 2), -n, n - n, True, sp.oo, W], ids=str)
def test_a_size_is_a_positive_integer(size: object) -> None:
    for sizes in ((size,), (n, size)):
        with pytest.raises(SymrnnError):
            Sequence("h", *sizes)
        with pytest.raises(ShapeError, match=r"rows|columns"):
            Sequence("h", *(lambda _, each=each: each for each in sizes))[t]


def test_sizes_that_may_be_positive_are_taken() -> None:
    for size in (1, n, n + 1, n - 1, sp.Symbol("p", integer=True), sp.Function("d")(t)):
        assert Sequence("h", size)[t].shape == (size, 1)


@pytest.mark.parametrize("name", ["", 3, None, n])
def test_a_name_is_text(name: object) -> None:
    with pytest.raises(ParameterError, match="is not a name"):
        Sequence(name, n)  # type: ignore[arg-type]
