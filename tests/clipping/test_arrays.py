"""Clipping of arrays against exact rational arithmetic, written here once more."""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from symrnn.clipping import TORCH_EPSILON, clip_by_global_norm, clip_by_norm, clip_by_value
from symrnn.errors import EvaluationError, ParameterError, ShapeError, UnknownTermError

numbers = st.floats(-1e6, 1e6, allow_subnormal=False).map(lambda x: 0.0 if abs(x) < 1e-6 else x)
vectors = st.lists(numbers, min_size=1, max_size=6)
limits = st.floats(1e-3, 1e6)
ROUNDING = 1e-14
SINGLE = 2.0**-24


def exact_norm(entries: list[float], kind: str) -> Fraction:
    """The norm to 60 digits, by integer roots."""
    parts = [abs(Fraction(entry)) for entry in entries]
    if kind == "oo":
        return max(parts)
    if kind == "1":
        return sum(parts, Fraction(0))
    square = sum((part**2 for part in parts), Fraction(0))
    scale = 10**120
    return Fraction(math.isqrt(square.numerator * scale // square.denominator), 10**60)


def close(found: Any, expected: Fraction, tolerance: float = ROUNDING) -> bool:
    return abs(Fraction(float(found)) - expected) <= abs(expected) * Fraction(tolerance)


@given(vectors, limits, st.sampled_from(["1", "2", "oo"]), st.sampled_from([0.0, TORCH_EPSILON, 0.5]))
def test_by_norm(entries: list[float], limit: float, kind: str, epsilon: float) -> None:
    clipped, norm = clip_by_norm(entries, limit, kind, epsilon=epsilon)
    exact = exact_norm(entries, kind)
    assert close(norm, exact)
    factor = min(Fraction(1), Fraction(limit) / (exact + Fraction(epsilon))) if exact else Fraction(1)
    for found, entry in zip(clipped, entries, strict=True):
        assert close(found, Fraction(entry) * factor)


@given(vectors, limits)
def test_by_value(entries: list[float], limit: float) -> None:
    for found, entry in zip(clip_by_value(entries, limit), entries, strict=True):
        assert Fraction(float(found)) == min(max(Fraction(entry), -Fraction(limit)), Fraction(limit))


@given(st.lists(vectors, min_size=1, max_size=4), limits)
def test_by_global_norm_is_by_norm_of_everything_in_one_vector(parts: list[list[float]], limit: float) -> None:
    clipped, norm = clip_by_global_norm([np.array(part) for part in parts], limit)
    whole, same = clip_by_norm(np.concatenate([np.array(part) for part in parts]), limit)
    assert norm == pytest.approx(same, rel=1e-15)
    np.testing.assert_allclose(np.concatenate(clipped), whole, rtol=1e-14)


@given(vectors, limits)
def test_the_claims_hold_for_the_arrays_up_to_rounding(entries: list[float], limit: float) -> None:
    clipped, norm = clip_by_norm(entries, limit)
    length = float(np.linalg.norm(clipped))
    assert length <= limit * (1 + ROUNDING)
    assert length <= norm * (1 + ROUNDING)
    again, _ = clip_by_norm(clipped, limit)
    np.testing.assert_allclose(again, clipped, rtol=ROUNDING)
    if norm <= limit:
        assert clipped.tolist() == entries


@given(st.lists(st.floats(-1e6, 1e6, width=32), min_size=1, max_size=6), st.floats(0.001953125, 1e6, width=32))
def test_single_precision_is_the_exact_result_rounded_once(entries: list[float], limit: float) -> None:
    single = np.array(entries, dtype=np.float32)
    clipped, _ = clip_by_norm(single, limit)
    assert clipped.dtype == np.float32
    double, _ = clip_by_norm(single.astype(np.float64), limit)
    for found, expected in zip(clipped, double, strict=True):
        assert abs(float(found) - expected) <= abs(expected) * SINGLE * (1 + 1e-6) + 1e-45


# -- edges -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (2, 3, 4), (0,), (0, 5)])
@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_shapes_and_types_stay_and_nothing_is_changed_in_place(shape: tuple[int, ...], dtype: type) -> None:
    for limit in (1.0, 1e6, math.inf):
        before = np.full(shape, 4, dtype=dtype)
        kept = before.copy()
        for found in (clip_by_value(before, limit), clip_by_norm(before, limit)[0]):
            assert isinstance(found, np.ndarray)
            assert (found.shape, found.dtype) == (shape, dtype)
            assert not np.shares_memory(found, before) or found.size == 0
        assert (before == kept).all()


def test_integers_become_floats() -> None:
    assert clip_by_norm([3, 4], 1)[0].dtype == np.float64
    assert clip_by_value([3, -4], 2).tolist() == [2.0, -2.0]


@pytest.mark.parametrize("epsilon", [0.0, TORCH_EPSILON])
def test_zero_stays_zero(epsilon: float) -> None:
    assert clip_by_norm(np.zeros(3), 0, epsilon=epsilon)[0].tolist() == [0, 0, 0]
    assert clip_by_norm(np.zeros(3), 1, epsilon=epsilon)[0].tolist() == [0, 0, 0]
    assert clip_by_norm([3.0, 4.0], 0, epsilon=epsilon)[0].tolist() == [0, 0]
    assert clip_by_value([3.0, -4.0], 0).tolist() == [0, 0]


@pytest.mark.parametrize("size", [1e-320, 1e-300, 1e-160, 1e160, 1e300, 1.7e308])
def test_no_square_overflows_or_vanishes(size: float) -> None:
    clipped, norm = clip_by_norm([size, size, size, size], size)
    np.testing.assert_allclose(clipped, np.full(4, size / 2), rtol=1e-3 if size < 1e-310 else 1e-15)
    assert norm == pytest.approx(2 * size, rel=1e-3) if size < 1e308 else norm == math.inf
    tiny, _ = clip_by_norm([1e300, 0.0], 1e-300)
    assert tiny.tolist() == [pytest.approx(1e-300, rel=1e-14), 0.0]


def test_epsilon_shortens_by_what_the_documentation_says() -> None:
    for norm, limit in ((5.0, 1.0), (2e-6, 1e-6), (1e3, 1e-3)):
        exact, _ = clip_by_norm([norm, 0.0], limit)
        short, _ = clip_by_norm([norm, 0.0], limit, epsilon=TORCH_EPSILON)
        difference = 1 - short[0] / exact[0]
        assert difference == pytest.approx(TORCH_EPSILON / (norm + TORCH_EPSILON), rel=1e-6)
        assert difference < TORCH_EPSILON / limit
    between, _ = clip_by_norm([1 - 5e-7], 1, epsilon=TORCH_EPSILON)
    assert 0 < 1 - between[0] / (1 - 5e-7) < TORCH_EPSILON


@pytest.mark.parametrize("limit", [-1, -1e-300, math.nan, "x", None])
def test_a_threshold_that_is_none_is_refused(limit: Any) -> None:
    for clip in (clip_by_value, clip_by_norm):
        with pytest.raises(ParameterError, match="threshold"):
            clip([1.0], limit)


@pytest.mark.parametrize("epsilon", [-1e-6, math.nan, math.inf])
def test_an_epsilon_that_is_none_is_refused(epsilon: float) -> None:
    with pytest.raises(ParameterError, match="epsilon"):
        clip_by_norm([1.0], 1, epsilon=epsilon)


@pytest.mark.parametrize("entry", [math.nan, math.inf, -math.inf])
def test_gradients_that_are_not_finite_are_refused_with_their_place(entry: float) -> None:
    with pytest.raises(EvaluationError, match=r"entry \(0, 1\)"):
        clip_by_value([[1.0, entry]], 1)
    with pytest.raises(EvaluationError, match=r"gradient 1 .* entry \(2,\)"):
        clip_by_global_norm([[1.0], [0.0, 0.0, entry]], 1)


def test_what_is_no_list_of_gradients_is_refused() -> None:
    with pytest.raises(ShapeError, match="no gradient"):
        clip_by_global_norm([], 1)
    with pytest.raises(ShapeError, match="one array"):
        clip_by_global_norm(np.ones(3), 1)  # type: ignore[arg-type]
    with pytest.raises(ShapeError, match="differ in length"):
        clip_by_value([[1.0], [1.0, 2.0]], 1)
    for wrong in (["a"], [1j], [None], [True]):
        with pytest.raises(EvaluationError):
            clip_by_value(wrong, 1)


@pytest.mark.parametrize("kind", ["F", "3", 0, "nuc"])
def test_other_norms_are_refused(kind: Any) -> None:
    with pytest.raises(UnknownTermError, match="norm"):
        clip_by_norm([1.0], 1, kind)


@pytest.mark.parametrize("kind", [math.inf, np.inf, "inf", "oo"])
def test_infinity_may_be_written_in_many_ways(kind: Any) -> None:
    assert clip_by_norm([2.0, -4.0], 1, kind)[0].tolist() == [0.5, -1.0]
