import gc
import sys
import time
from fractions import Fraction

import pytest

from symrnn import budget
from symrnn.budget import Limits, attempting, look, power, refusing_depth, require_bits, spending, tick
from symrnn.cells import Elman
from symrnn.check.deciding.pipeline import undecided
from symrnn.errors import ExhaustedError, LimitError, ParameterError
from symrnn.symbols import t


def burn(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def work_for_ever():
    while True:
        tick()


@pytest.mark.parametrize("options", [{"time": 0}, {"memory": -1}, {"digits": 2.5}, {"time": "1"}, {"digits": True}])
def test_a_limit_is_a_number_above_zero(options):
    with pytest.raises(ParameterError, match="above 0"):
        Limits(**options)


def test_the_time_runs_out():
    with (
        pytest.raises(ExhaustedError, match=r"no verdict within 0\.01 s of CPU time; raise it with --time"),
        spending(Limits(time=0.01)),
    ):
        work_for_ever()


def test_the_memory_runs_out(monkeypatch):
    held = iter(range(0, 10**9, 100))
    monkeypatch.setattr(budget, "resident_memory", lambda: next(held))
    with (
        pytest.raises(ExhaustedError, match="no verdict within 250 MB of memory; raise it with --memory"),
        spending(Limits(memory=250)),
    ):
        work_for_ever()


def test_nothing_is_limited_outside_or_without_limits():
    for _ in range(100):
        tick()
    with spending(Limits(None, None, None)):
        look()
        require_bits(10**12)


def test_outer_limits_go_on_holding():
    with spending(Limits(time=0.01, digits=5)):
        with spending(Limits(time=100, digits=100)):
            with pytest.raises(LimitError, match="more than 5 digits"):
                require_bits(50)
            burn(0.02)
            with pytest.raises(ExhaustedError):
                look()
        with spending(), pytest.raises(LimitError, match="more than 5 digits"):
            require_bits(50)


def test_an_attempt_leaves_time_for_others():
    with spending(Limits(time=1000)):
        with pytest.raises(LimitError, match="no proof within"), attempting("proof", share=1e-5):
            work_for_ever()
        look()


def test_powers():
    assert power(Fraction(-1), -(10**30) - 1) == -1
    assert power(Fraction(0), 0) == 1
    assert power(Fraction(2, 3), -2) == Fraction(9, 4)
    with pytest.raises(LimitError, match="digits"):
        power(Fraction(1, 2), 10**7)
    with pytest.raises(ZeroDivisionError):
        power(Fraction(0), -1)


def test_depth():
    def deeper():
        deeper()

    with pytest.raises(LimitError, match="nested too deeply"), refusing_depth():
        deeper()


@pytest.mark.parametrize(("before", "inside"), [(700, 200_000), (300_000, 300_000), (0, 0)])
def test_circles_are_looked_for_rarely_meanwhile(before, inside):
    usual = gc.get_threshold()[0]
    try:
        gc.set_threshold(before)
        with spending(Limits(time=10)), spending(Limits(time=5)):
            assert gc.get_threshold()[0] == inside
        assert gc.get_threshold()[0] == before
        with pytest.raises(ExhaustedError), spending(Limits(time=0.01)):
            work_for_ever()
        assert gc.get_threshold()[0] == before
    finally:
        gc.set_threshold(usual)


def test_a_derivation_is_verified_so_too(monkeypatch):
    seen, usual = [], gc.get_threshold()[0]

    def decided(question):
        seen.append(gc.get_threshold()[0])
        return undecided("not asked")

    monkeypatch.setattr(sys.modules["symrnn.check.verify"], "decided", decided)
    rnn = Elman()
    try:
        gc.set_threshold(700)
        rnn.derive(rnn.h[t], wrt=rnn.h[0]).verify()
        assert (seen, gc.get_threshold()[0]) == ([200_000], 700)
    finally:
        gc.set_threshold(usual)
