"""LaTeX and plain text: notations, the writer, displays, and NumPy code as typeset algorithms."""

from symrnn.latex.code import typeset_function
from symrnn.latex.layout import aligned, condition, equation, where_clause, wrapped
from symrnn.latex.notation import LECTURE, NOTATIONS, PLAIN, Notation, find_notation, written_out
from symrnn.latex.text import to_text
from symrnn.latex.writer import latex

__all__ = [
    "LECTURE",
    "NOTATIONS",
    "PLAIN",
    "Notation",
    "aligned",
    "condition",
    "equation",
    "find_notation",
    "latex",
    "to_text",
    "typeset_function",
    "where_clause",
    "wrapped",
    "written_out",
]
