"""One normal form for terms: idempotent, sound, and independent of how the term was written."""

from symrnn.expr.normal import rules as _rules  # noqa: F401  (registers the rules of expand)
from symrnn.expr.normal.form import equal, monomials, normal_form
from symrnn.expr.normal.monomial import Monomial

__all__ = ["Monomial", "equal", "monomials", "normal_form"]
