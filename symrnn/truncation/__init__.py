"""Backpropagation through time that is cut short, with what that leaves out."""

from symrnn.truncation.truncated import Truncation, chunked, truncated, untruncated

__all__ = ["Truncation", "chunked", "truncated", "untruncated"]
