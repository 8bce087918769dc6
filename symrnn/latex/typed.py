r"""Formulas as people type them, such as ``W_hh^k h_{t-1}``, made LaTeX in a notation.

This is for the mathematics in sentences: a formula is read from left to right, sign by sign, with no look at the words
around it. Terms are written by :mod:`symrnn.latex.writer` instead.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator
from dataclasses import dataclass

from symrnn.latex.notation import Notation, find_notation
from symrnn.latex.prose import ESCAPES, MATH
from symrnn.latex.scripts import scripted
from symrnn.latex.symbols import GREEK, LETTERS, undotted

TOKEN = re.compile(r"\s+|\.\.\.|\.\.|>=|<=|!=|->|∂⁺|\d+(?:\.\d+)?|[A-Za-z]+|.", re.DOTALL)
FUNCTIONS = frozenset(["diag", "exp", "log", "relu", "sigmoid", "softmax", "tanh", "tr", "vec"])
SIGNS = {">=": r"\ge", "<=": r"\le", "!=": r"\ne", "->": r"\to", "*": r"\cdot"}
DOTS = {"..": r", \dots, ", "...": r"\dots", "…": r"\dots"}
RAISED = dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻ⁿᵏᵗ", "0123456789+-nkt", strict=True))
LOWERED = dict(zip("₀₁₂₃₄₅₆₇₈₉", "0123456789", strict=True))
TIMES = frozenset("tsuvTkKlL0123456789+-() ")
"""What the index of an element of a sequence is made of; any other subscript is an entry or a name."""
VECTORS = frozenset("hxy")
NUMBERS = frozenset("CEFKLNT")
"""Letters that stand alone: small ones are numbers but for these vectors, large ones matrices but for these numbers."""
ENTRIES = frozenset(["a", "b", "i", "j", "r", "ij"])
"""Subscripts of a Latin letter that pick an entry; others belong to its name."""
QUANTITY = r"[A-Za-zℓ𝓛](?:\{[^{}]*\}|\[[^\[\]]*\]|[\w'′])*"
QUOTIENT = re.compile(rf"(?<![A-Za-z])(d|∂⁺)(?={QUANTITY}/)({QUANTITY})/\1(?={QUANTITY})")
"""A derivative: its signs are those of the notation. A d that stands alone is that of a differential."""
MARKS = {"d": ("\ue000", "\ue001"), "∂⁺": ("\ue002", "\ue003")}
"""What stands for the signs of a derivative, above and below, while it is read."""
COMMAND = re.compile(r"\\[A-Za-z]+$")


def typed_latex(formula: str, notation: str | Notation = "lecture") -> str:
    r"""A formula that was typed in a sentence, as LaTeX; one with a backslash in it is LaTeX already.

    A letter with an index of time is an element of a sequence, a large letter is a matrix, ``W_hh`` is a name.

    >>> print(typed_latex("dh_t/dW_hh = W_hh^k h_{t-1}"))
    \partial\mathbf{h}_{(t)}/\partial\mathbf{W}_{hh} = \mathbf{W}_{hh}^{k} \mathbf{h}_{(t-1)}
    >>> print(typed_latex("k = 0..t-1", "plain"), "|", typed_latex("‖W‖ >= λ_i²", "plain"), "|", typed_latex(r"\phi"))
    k = 0, \dots, t-1 | \|W\| \ge \lambda_{i}^{2} | \phi
    """
    if "\\" in formula:
        return formula
    return _joined(_Reader(QUOTIENT.sub(_marked, formula), find_notation(notation)).parts())


def _marked(found: re.Match[str]) -> str:
    """A derivative with marks for its signs; a lone L in it is the loss, and no number of layers."""
    (above, below), quantity = MARKS[found[1]], found[2]
    return f"{above}{'𝓛' if quantity == 'L' else quantity}/{below}"


def _joined(parts: Iterator[str]) -> str:
    """Side by side, with a space where a command would run into a letter, and one where there was one."""
    done = ""
    for part in parts:
        if COMMAND.search(done) and part[:1].isalpha():
            done += " "
        done += part
    return " ".join(done.split()).replace(" ,", ",")


@dataclass
class _Reader:
    """A formula, and how far it was read."""

    text: str
    notation: Notation
    at: int = 0

    def parts(self) -> Iterator[str]:
        while self.at < len(self.text):
            yield from self.part()

    def part(self) -> Iterator[str]:
        if self.text.startswith("[[", self.at):
            yield self.matrix()
            return
        token = self.token()
        if token.isspace():
            yield " "
        elif token == "∂⁺":
            yield self.notation.immediate[0]
        elif token in MARKS["d"]:
            yield self.notation.total[MARKS["d"].index(token)]
        elif token in MARKS["∂⁺"]:
            yield self.notation.immediate[MARKS["∂⁺"].index(token)]
        elif token in SIGNS or token in DOTS:
            yield SIGNS.get(token) or DOTS[token]
        elif token == "√":
            yield rf"\sqrt{{{self.inner(self.script())}}}"
        elif token == "𝓛":
            yield self.scripts(token)
        elif (token.isalpha() and token.isascii()) or token in LETTERS or token == "ℓ":
            yield from self.letters(token)
        elif token in RAISED or token in LOWERED or token == "ᵀ":
            self.at -= len(token)
            yield self.scripts(None)
        elif token in "_^":
            self.at -= 1
            yield self.scripts(None)
        else:
            known = MATH.get(token) or ESCAPES.get(token)
            yield known or (token if token.isascii() else rf"\text{{[U+{ord(token):04X}]}}")
            yield self.scripts(None)

    def token(self) -> str:
        found = TOKEN.match(self.text, self.at)
        assert found is not None  # it matches any sign
        self.at = found.end()
        return found[0]

    def letters(self, run: str) -> Iterator[str]:
        """A function, a Greek letter by its name, or letters side by side, the last of which has the scripts."""
        name = "ell" if run == "ℓ" else LETTERS.get(run, run)
        if name in FUNCTIONS:
            yield self.notation.function(name) + self.scripts(None)
        elif run == "max" or run == "min":
            yield rf"\{run}"
        elif name in GREEK or name == "ell" or undotted(name) is not None:
            yield self.scripts(name)
        else:
            yield from (self.lone(letter) for letter in run[:-1])
            yield self.scripts(run[-1])

    def scripts(self, name: str | None) -> str:
        """A symbol with its primes, index and scripts, or the scripts of what was written before."""
        primes = self.run("'′").replace("′", "'")
        below = above = index = ""
        while self.at < len(self.text):
            sign = self.text[self.at]
            if sign in "_^":
                self.at += 1
                script = self.script()
                below, above = ("_".join(filter(None, (below, script))), above) if sign == "_" else (below, script)
            elif sign == "[" and name is not None and name not in NUMBERS and not index:
                index = self.script()
            elif sign in LOWERED:
                below = "".join(LOWERED[one] for one in self.run(LOWERED))
            elif sign == "ᵀ":
                self.at += 1
                above += self.notation.transpose
            elif sign in RAISED:
                above += "".join(RAISED[one] for one in self.run(RAISED))
            else:
                break
        exponent = "" if not above else above if "\\" in above else self.inner(above)
        if name is None:
            return primes + (f"_{{{self.below(below)}}}" if below else "") + (f"^{{{exponent}}}" if exponent else "")
        if index:
            full = "_".join(filter(None, (name, below)))
            written = self.notation.indexed(full + primes, self.inner(index))
        else:
            written = self.symbol(name, primes, below)
        if exponent == self.notation.transpose:
            return self.notation.turned(written)
        return self.notation.raised(written, exponent) if exponent else written

    @staticmethod
    def primed(symbol: str, primes: str) -> str:
        return str(scripted(symbol).primed(len(primes))) if primes else symbol

    def run(self, signs: Container[str]) -> str:
        start = self.at
        while self.at < len(self.text) and self.text[self.at] in signs:
            self.at += 1
        return self.text[start : self.at]

    def script(self) -> str:
        """What stands in braces, brackets or parentheses, else the letters and digits that follow."""
        if self.text[self.at : self.at + 1] in ("{", "(", "["):
            start, depth = self.at + 1, 0
            while self.at < len(self.text):
                depth += {"{": 1, "(": 1, "[": 1, "}": -1, ")": -1, "]": -1}.get(self.text[self.at], 0)
                self.at += 1
                if depth == 0:
                    break
            return self.text[start : self.at - 1]
        found = re.compile(r"[A-Za-z]+|\d+|.|").match(self.text, self.at)
        assert found is not None
        self.at = found.end()
        return found[0]

    def inner(self, script: str) -> str:
        """A script or the inside of a root, without spaces around its signs."""
        written = _joined(_Reader(script, self.notation).parts())
        return written.replace(" + ", "+").replace(" - ", "-")

    def below(self, script: str) -> str:
        if script == "min" or script == "max":
            return rf"\{script}"
        return r"\mathrm{F}" if script == "F" else self.inner(script)

    def symbol(self, name: str, primes: str, below: str) -> str:
        """A letter with its subscript: a name of its own, an element of a sequence, or an entry."""
        full = f"{name}_{below}"
        if not below:
            return self.primed(self.lone(name), primes)
        if self.notation.knows(full):
            return self.primed(self.notation.symbol(full), primes)
        if set(below) <= TIMES:
            return self.notation.indexed(("L" if name == "𝓛" else name) + primes, self.inner(below))
        named = undotted(name) is not None or (len(name) == 1 and name.isascii())
        if named and below not in ENTRIES and all(map(str.isalnum, below.split("_"))):
            return self.primed(self.notation.symbol(full), primes)
        letter = self.notation.symbol(name) if name == "e" else self.notation.scalar(name)
        return str(scripted(letter).primed(len(primes)).lowered(self.below(below)))

    def lone(self, name: str) -> str:
        """A letter without a subscript."""
        if name == "I":
            return self.notation.constant("I")
        if name == "𝓛":
            return self.notation.symbol("L")
        is_vector = name in VECTORS or undotted(name) is not None
        return self.notation.symbol(name) if is_vector or is_matrix(name) else self.notation.scalar(name)

    def matrix(self) -> str:
        """A list of rows as a small matrix."""
        end = self.text.find("]]", self.at)
        end = len(self.text) if end < 0 else end
        rows = re.split(r"\],\s*\[", self.text[self.at + 2 : end])
        self.at = end + 2
        body = r" \\ ".join(" & ".join(self.inner(entry) for entry in row.split(",")) for row in rows)
        return rf"\bigl(\begin{{smallmatrix}} {body} \end{{smallmatrix}}\bigr)"


def is_matrix(letter: str) -> bool:
    """Whether a letter that stands alone is a matrix: a large one that is not a usual number."""
    return len(letter) == 1 and letter.isascii() and letter.isupper() and letter not in NUMBERS
