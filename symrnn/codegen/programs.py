"""Programs of derivatives as C: a function of the numbers with one loop over the steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp
from sympy.codegen import ast
from sympy.printing.c import C99CodePrinter, get_math_macros

from symrnn.codegen.identifiers import Identifiers
from symrnn.errors import ParameterError
from symrnn.evaluate.programs import BINARY, UNARY, Place, Program

NAME = "derivative"
"""What the function is called."""
LARGEST_INT, DIGITS = 2**31 - 1, 17
MACROS = ("INFINITY", "NAN", *(f"HUGE_VAL{kind}" for kind in ("", "F", "L")), "MATH_ERRNO", "MATH_ERREXCEPT",
          *(f"FP_{kind}" for kind in ("NAN", "INFINITE", "ZERO", "SUBNORMAL", "NORMAL", "ILOGB0", "ILOGBNAN")),
          *(f"FP_FAST_FMA{kind}" for kind in ("", "F", "L")), *get_math_macros().values())  # fmt: skip
"""What math.h calls something."""


def program_in_c(program: Program) -> str:
    """The source of a function in C99 that computes a derivative in double precision.

    Its arguments are the numbers of the program in alphabetical order, and then the inputs, arrays of T numbers each. A
    generic φ and its slope ``phi_slope`` are declared only: the one who calls it defines them.

    Args:
        program: as :func:`symrnn.evaluate.derivative_program` finds it.

    Raises:
        ParameterError: for anything but a program.

    >>> from symrnn.cells import Elman
    >>> from symrnn.evaluate import derivative_program
    >>> rnn = Elman("tanh").undriven().scalar()
    >>> print(program_in_c(derivative_program(rnn, 1000, "h", rnn.W_hh)))
    #include <math.h>
    <BLANKLINE>
    double derivative(double W_hh, double h_0){
       double h_before = h_0;
       double dh_before = 0;
       int t;
       for (t = 0; t < 1000; t += 1) {
          double v_0 = W_hh*h_before;
          double v_1 = tanh(v_0);
          double v_2 = v_1*v_1;
          double v_3 = 1 - v_2;
          double v_4 = W_hh*dh_before;
          double v_5 = h_before + v_4;
          double v_6 = v_3*v_5;
          h_before = v_1;
          dh_before = v_6;
       }
       return dh_before;
    }
    <BLANKLINE>
    """
    if not isinstance(program, Program):
        raise ParameterError(f"{program!r} is not a program", advice="make one with derivative_program")
    return _Writing(program).source()


class _Writing:
    """The names of one program, and its parts as SymPy's syntax trees."""

    def __init__(self, program: Program) -> None:
        printer = C99CodePrinter({})
        self.program = program
        self.names = Identifiers(
            (NAME, *printer.reserved_words, *map(str.lower, printer.known_functions), *UNARY, *MACROS)
        )
        self.at = self.symbol("t", "index")
        self.inputs = {
            symbol: sp.IndexedBase(self.symbol(name), shape=program.T) for symbol, name in program.inputs.items()
        }
        given = (each for each in program.given if not each.is_number)
        self.numbers = {each: self.symbol(str(each)) for each in sorted(given, key=str)}
        self.carried = {each: self.symbol(str(each)) for each in program.carried}
        self.values = [self.symbol(f"v_{at}", "value") for at in range(len(program.step))]
        generic = [name for name in program.names if name not in BINARY and name not in UNARY]
        self.generic = {name: self.names.of(name.replace("'", "_slope"), "function") for name in generic}

    def symbol(self, name: str, kind: str = "") -> sp.Symbol:
        return sp.Symbol(self.names.of(name, kind), integer=kind == "index")

    def source(self) -> str:
        own: Any = {"contract": False, "user_functions": {name: name for name in self.generic.values()}}
        text = sp.ccode(self._function(), **own).replace("double * ", "const double *").replace("   };", "   }")
        return (
            "#include <math.h>\n\n"
            + "".join(f"double {name}(double);\n" for name in own["user_functions"])
            + f"{text}\n"
        )

    def _function(self) -> ast.FunctionDefinition:
        taken = [ast.Variable(symbol, type=ast.float64) for symbol in self.numbers.values()]
        taken += [ast.Pointer(array.label, type=ast.float64) for array in self.inputs.values()]
        body = [
            *(_declared(self.carried[symbol], self.of(begin)) for symbol, (begin, _) in self.program.carried.items()),
            ast.Declaration(ast.Variable(self.at, type=ast.integer)),
            ast.For(self.at, sp.Range(0, self.program.T), list(self._step())),
            ast.Return(self.carried[self.program.result]),
        ]
        return ast.FunctionDefinition(ast.float64, NAME, taken, body)

    def _step(self) -> Iterator[Any]:
        for value, operation in zip(self.values, self.program.step, strict=True):
            yield _declared(value, self._operation(operation.name, [self.of(place) for place in operation.operands]))
        after = {self.carried[symbol]: self.of(place) for symbol, (_, place) in self.program.carried.items()}
        copies = {old: self.symbol(str(old), "copy") for old in after.values() if old in after}
        for old, copy in copies.items():  # it may have changed when it is read
            yield _declared(copy, old)
        for symbol, place in after.items():
            yield ast.Assignment(symbol, copies.get(place, place))

    def of(self, place: Place) -> sp.Expr:
        """What stands for an operand."""
        if isinstance(place, int):
            return self.values[place]
        if place in self.inputs:
            return self.inputs[place][self.at]
        if place.is_number:  # an int of C has no room for large ones, and its standard no name for π
            return place if place.is_Rational and max(abs(place.p), place.q) <= LARGEST_INT else place.evalf(DIGITS)
        return {**self.numbers, **self.carried}[place]

    def _operation(self, name: str, operands: list[sp.Expr]) -> sp.Expr:
        if name == "-":
            left, taken = operands[0], sp.Mul(-1, operands[1], evaluate=False)
            return sp.Add(left, taken, evaluate=False) if left != 0 else taken
        if name in BINARY:
            return {"+": sp.Add, "*": sp.Mul, "**": sp.Pow}[name](*operands, evaluate=False)
        function = sp.Function(self.generic[name]) if name in self.generic else getattr(sp, name)
        return function(*operands, evaluate=False)


def _declared(symbol: sp.Symbol, value: sp.Expr) -> ast.Declaration:
    return ast.Declaration(ast.Variable(symbol, type=ast.float64, value=value))


__all__ = ["program_in_c"]
