"""For tests: backward passes that were written by hand are checked against the proved one, and statements are required.

What a backward pass is compared with is the program that :func:`symrnn.generate` prints from the equations of
``cell.backward()``, each of which is proved for every length and every size.
"""

from symrnn.testing.autograd import differentiated
from symrnn.testing.checking import check_backward, compare_backward
from symrnn.testing.layouts import Layout
from symrnn.testing.report import Report, WrongGradientError
from symrnn.testing.slips import Slip
from symrnn.testing.verdicts import WrongVerdictError, assert_proved, assert_refuted

__all__ = [
    "Layout",
    "Report",
    "Slip",
    "WrongGradientError",
    "WrongVerdictError",
    "assert_proved",
    "assert_refuted",
    "check_backward",
    "compare_backward",
    "differentiated",
]
