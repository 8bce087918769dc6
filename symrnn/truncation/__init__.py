"""Backpropagation through time that is cut short, with what that leaves out."""

from symrnn.truncation.randomised import Randomised, randomised
from symrnn.truncation.scalar import ScalarEstimate
from symrnn.truncation.truncated import Truncation, chunked, truncated, untruncated

__all__ = ["Randomised", "ScalarEstimate", "Truncation", "chunked", "randomised", "truncated", "untruncated"]
