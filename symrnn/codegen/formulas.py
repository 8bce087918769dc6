"""Activations as lines of code: the library's own function where there is one, else the catalogue's formula."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import sympy as sp
from sympy.core.relational import Relational
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.pycode import PythonCodePrinter

from symrnn.activations import Activation, z
from symrnn.codegen.targets import Target
from symrnn.errors import UnknownTermError

POWER = PRECEDENCE["Pow"]
LONG = 10**6
"""Numerators and denominators beyond this are written as one decimal number."""


class sigmoid(sp.Function):  # noqa: N801  (a function, as SymPy writes them)
    """1 / (1 + exp(-z)) as a function of its own, so that its stable form is kept in derivatives."""

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """σ' = σ (1 - σ)."""
        return self * (1 - self)


class softplus(sp.Function):  # noqa: N801
    """log(1 + exp(z)) as a function of its own."""

    def fdiff(self, argindex: int = 1) -> sp.Expr:
        """The logistic function."""
        return sigmoid(self.args[0])


def stable(formula: sp.Expr) -> sp.Expr:
    """A formula with the logistic function and log(1 + exp) by name.

    >>> stable(z / (1 + sp.exp(-z))), stable(-sp.log(1 + sp.exp(-z)))
    (z*sigmoid(z), -softplus(-z))
    """
    u = sp.Wild("u")
    return formula.replace(sp.log(1 + sp.exp(u)), softplus(u)).replace(1 / (1 + sp.exp(u)), sigmoid(-u))


class FormulaPrinter(PythonCodePrinter):
    """SymPy's printer of Python code with the functions of a target.

    Args:
        target: the library.
        symbols: how symbols are written; others by their name.
        leaf: how parts are written that are read off matrices; None for anything else.
    """

    def __init__(
        self,
        target: Target,
        symbols: Callable[[sp.Symbol], str] = str,
        leaf: Callable[[sp.Basic], str | None] = lambda part: None,
    ) -> None:
        super().__init__({"fully_qualified_modules": False})
        self.target, self.symbols, self.leaf = target, symbols, leaf
        self.helpers: set[str] = set()

    def doprint(self, expr: Any) -> str:
        """The code, with blanks around operators."""
        return re.sub(r"(?<=[^\s*])([*/])(?=[^\s*])", r" \1 ", super().doprint(expr))

    def _print(self, expr: Any, **options: Any) -> str:
        written = self.leaf(expr) if isinstance(expr, sp.Basic) else None
        return super()._print(expr, **options) if written is None else written

    def _print_Symbol(self, expr: sp.Symbol) -> str:
        return self.symbols(expr)

    def _print_Rational(self, expr: sp.Rational) -> str:
        if expr.q == 2 or max(abs(expr.p), expr.q) > LONG:
            return repr(float(expr))
        return f"({expr.p} / {expr.q})"

    def _print_Pow(self, expr: sp.Pow, rational: bool = False) -> str:
        if not expr.free_symbols and not self._reads(expr):
            return repr(float(expr))
        if expr.exp == sp.S.Half:
            return f"{self.target.alias}.sqrt({self._print(expr.base)})"
        if expr.exp.could_extract_minus_sign():
            return f"(1 / {self.parenthesize(sp.Pow(expr.base, -expr.exp), POWER)})"
        return f"{self.parenthesize(expr.base, POWER)} ** {self.parenthesize(expr.exp, POWER)}"

    def _reads(self, expr: sp.Basic) -> bool:
        return any(self.leaf(part) is not None for part in sp.preorder_traversal(expr))

    def _print_NumberSymbol(self, expr: sp.Expr) -> str:
        return repr(float(expr))

    _print_Pi = _print_Exp1 = _print_NumberSymbol

    def _print_Function(self, expr: sp.Function) -> str:
        name = _function_name(expr)
        if name not in KNOWN:
            raise UnknownTermError(f"no code is known for the function {name}", where=str(expr)[:80])
        return f"{self.call(name)}({', '.join(map(self._print, expr.args))})"

    _print_exp = _print_log = _print_tanh = _print_sin = _print_cos = _print_atan = _print_erf = _print_Function
    _print_sinh = _print_cosh = _print_Function

    def call(self, name: str) -> str:
        """What a function is called; a helper is remembered."""
        if name in self.target.functions:
            return self.target.functions[name]
        if name in self.target.helpers:
            self.helpers.add(name)
            return name
        return f"{self.target.alias}.{name}"

    def _print_Abs(self, expr: sp.Expr) -> str:
        return f"{self.target.alias}.abs({self._print(expr.args[0])})"

    def _print_Relational(self, expr: Relational) -> str:
        return f"({self._print(expr.lhs)} {expr.rel_op} {self._print(expr.rhs)})"

    def _print_And(self, expr: sp.And) -> str:
        return "(" + " & ".join(map(self._print, expr.args)) + ")"

    def _print_Or(self, expr: sp.Or) -> str:
        return "(" + " | ".join(map(self._print, expr.args)) + ")"

    def _print_Piecewise(self, expr: sp.Piecewise) -> str:
        """Nested choices; the last piece holds wherever no earlier one does."""
        *pieces, (last, _) = expr.args
        numbers = not any(part.free_symbols for part, _ in expr.args)
        text = self._print(last)
        if numbers and self.target.typed_where:
            text = f"{self.target.alias}.full_like(z, {text})"
        for part, condition in reversed(pieces):
            text = f"{self.target.alias}.where({_bare(self._print(condition))}, {self._print(part)}, {text})"
        return text


KNOWN = frozenset(("exp", "log", "tanh", "sinh", "cosh", "sin", "cos", "arctan", "erf", "sigmoid", "softplus"))
"""The functions of formulas."""


def _function_name(expr: sp.Function) -> str:
    return {"atan": "arctan"}.get(type(expr).__name__, type(expr).__name__)


def _bare(text: str) -> str:
    """Without the parentheses around the whole, if they are a pair."""
    inner = text[1:-1]
    depth = 0
    for sign in inner:
        depth += (sign == "(") - (sign == ")")
        if depth < 0:
            return text
    return inner if text.startswith("(") else text


class Activations:
    """The functions of one program: what φ and φ' are called, and the lines that define those that the target lacks.

    Args:
        target: the library.
        lookup: the activation of a name.
        symbols: how the parameters of activations are written.
        named: how a function of the program's own is called, by the name in the catalogue and the order.
    """

    def __init__(
        self,
        target: Target,
        lookup: Callable[[str], Activation],
        symbols: Callable[[sp.Symbol], str],
        named: Callable[[str, int], str],
    ) -> None:
        self.target, self.lookup, self.named = target, lookup, named
        self.printer = FormulaPrinter(target, lambda symbol: "z" if symbol == z else symbols(symbol))
        self.written: dict[str, tuple[str, ...]] = {}
        self.generic: dict[str, str] = {}
        """The functions that the caller hands in, with what they are."""

    def call(self, function: str, order: int, member: str = "") -> str:
        """What a function, or its derivative of an order, is called."""
        entry = self.lookup(function)
        if entry.is_generic:
            name = self.named(function, order)
            meaning = function + "'" * order
            self.generic[name] = f"{meaning}, entry by entry" + (", a function for each index" if member else "")
            return f"{name}[{member}]" if member else name
        formula = stable(entry.derivative(0))
        if order == 0 and isinstance(formula, sp.Function) and formula.args == (z,):
            return self.printer.call(_function_name(formula))
        name = self.named(function, order)
        if name not in self.written:
            extra = sorted(formula.free_symbols - {z}, key=str)
            if extra:
                raise UnknownTermError(
                    f"the activation {entry.title} has parameters without a value",
                    advice="give numbers for them, or make them parameters of the recurrence",
                )
            derivative = replace(entry, formula=formula).derivative(order)
            self.written[name] = (
                f"def {name}(z):",
                f'    """{entry.title}{", derivative of order " + str(order) if order else ""}."""',
                f"    return {self.printer.doprint(derivative)}",
            )
        return name

    @property
    def helpers(self) -> Mapping[str, tuple[str, ...]]:
        """The lines of every function that the program has to define, those that others use first."""
        return {name: self.target.helpers[name] for name in sorted(self.printer.helpers)} | self.written
