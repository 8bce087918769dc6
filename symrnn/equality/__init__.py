"""Terms that belong to no recurrence: whether two are equal, and the normal form of one, by the kernel's own."""

from symrnn.equality.comparing import equal, normal_form

__all__ = ["equal", "normal_form"]
