"""LaTeX and plain text: notations, the writer, displays, and NumPy code as typeset algorithms."""

from symrnn.latex.claims import claim_latex
from symrnn.latex.code import typeset_function
from symrnn.latex.derivations import abbreviations_latex, chain_latex, derivation_latex, explain
from symrnn.latex.layout import aligned, condition, equation, where_clause, wrapped
from symrnn.latex.notation import LECTURE, NOTATIONS, PLAIN, Notation, find_notation, written_out
from symrnn.latex.notebooks import display_in
from symrnn.latex.statements import statement_latex
from symrnn.latex.text import to_text
from symrnn.latex.writer import latex

to_latex = latex  # the name at the front door, where ``symrnn.latex`` is this package

__all__ = [
    "LECTURE",
    "NOTATIONS",
    "PLAIN",
    "Notation",
    "abbreviations_latex",
    "aligned",
    "chain_latex",
    "claim_latex",
    "condition",
    "derivation_latex",
    "display_in",
    "equation",
    "explain",
    "find_notation",
    "latex",
    "statement_latex",
    "to_latex",
    "to_text",
    "typeset_function",
    "where_clause",
    "wrapped",
    "written_out",
]
