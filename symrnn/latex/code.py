r"""Short NumPy functions as typeset algorithms, by way of latexify.

latexify reads NumPy as Python: ``@`` becomes a dot, ``.T`` an attribute, ``h * h`` a plain product, and a
docstring or an underscore reaches TeX as it is. So :mod:`symrnn.latex.numpy_reader` puts the syntax tree into
words that latexify writes well, every name passes through it as one letter that it leaves alone, and those
letters are spelled by the notation at the end.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from symrnn.errors import NotationError
from symrnn.latex.notation import Notation, find_notation
from symrnn.latex.numpy_reader import ENTRYWISE, FUNCTION, GROUP, KNOWN, PROGRAM, TRANSPOSE, WORDS, NumpyReader
from symrnn.latex.prose import escape
from symrnn.latex.symbols import GREEK

FIRST = 0x4E00  # letters that no function in these notes is written in; each is an identifier of its own


def typeset_function(
    function: Callable[..., Any], *, notation: str | Notation = "lecture", scalars: Iterable[str] = ()
) -> str:
    r"""Typeset the source of a NumPy function as an ``array`` of statements.

    ``a @ b`` is a product, ``a * b`` an entrywise one unless a factor is a scalar: a number, a loop variable,
    a parameter annotated ``int`` or ``float``, or a name in ``scalars``.

    Args:
        function: a function with plain statements: assignments, loops over ``range``, ``if``, ``return``.
        notation: how names are written, and times: ``delta[t + 1]`` is an element of a sequence.
        scalars: names of further scalars.

    Returns:
        LaTeX for amsmath and KaTeX.

    Raises:
        NotationError: for a function without source, or with a construct that cannot be typeset.

    >>> from symrnn.oracles.numpy_bptt import hidden_weight_gradient
    >>> print(typeset_function(hidden_weight_gradient).split(r"\hspace{2em} ")[2].split(r" \\")[0])
    \mathbf{gradient} \gets \mathbf{gradient} + \boldsymbol{\delta}_{(t)} \mathbf{h}_{(t-1)}^{\top}
    """
    found = find_notation(notation)
    reader = NumpyReader(scalars)
    tree = reader.visit(_parsed(function))
    names = {name: chr(FIRST + at) for at, name in enumerate(sorted(_names(tree)))}
    letters = {letter: name for name, letter in names.items()}
    text = _spell(_products(_latexify(tree, names), names), letters, found, reader.scalars)
    # Without the extra space, raised signs of one line touch lowered ones of the line above.
    return _low_parentheses(text).replace(r" \\ ", r" \\[2pt] ")


def _parsed(function: Callable[..., Any]) -> ast.Module:
    from latexify import exceptions, parser  # a heavy import, for this module alone

    try:
        return parser.parse_function(function)
    except (OSError, TypeError, SyntaxError, exceptions.LatexifyError) as error:
        name = getattr(function, "__name__", str(function))
        raise NotationError(f"no source of {name} can be read: {error}", advice="pass a function from a file") from None


def _names(tree: ast.AST) -> set[str]:
    found = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    found |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    found |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}
    return found - KNOWN


def _latexify(tree: ast.Module, names: Mapping[str, str]) -> str:
    from latexify import codegen, exceptions, transformers

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # it still asks for ast.Num
        renamed = transformers.IdentifierReplacer(dict(names)).visit(tree)
        try:
            return str(codegen.IPythonAlgorithmicCodegen(use_math_symbols=False).visit(renamed))
        except exceptions.LatexifyError as error:
            raise NotationError(
                f"the function cannot be typeset: {error}", advice="keep to assignments, loops and if"
            ) from None


def _products(text: str, names: Mapping[str, str]) -> str:
    """A product is written by juxtaposition; the dot stays between numbers and before a sign."""
    if sign := names.get(ENTRYWISE):
        text = re.sub(rf"(?: \\cdot)? {sign}(?: \\cdot)? ", f" {sign} ", text)
        text = re.sub(rf"{{{sign}(?: \\cdot)? ", f"{{{sign} ", text)
    if group := names.get(GROUP):
        text = text.replace(f"{group} ", "")
    return re.sub(r" \\cdot (?![\d-])", " ", text)


def _spell(text: str, letters: Mapping[str, str], notation: Notation, scalars: frozenset[str]) -> str:
    """Spell the letters that stand for names; one with a subscript is an element of a sequence."""
    done, at = "", 0
    while at < len(text):
        name = letters.get(text[at], "")
        at += 1
        if not name:
            done += text[at - 1]
            continue
        has_index = text.startswith("_{", at)
        if has_index:
            end = _closing(text, at + 1)
            index = _compact(_spell(text[at + 2 : end], letters, notation, scalars))
            written = _differential(name, notation, partial(notation.indexed, index=index))
            at = end + 1
        else:
            written = _symbol(name, notation, scalars)
        if text.startswith("^{", at) and "^" in written:
            end = _closing(text, at + 1)
            written = _raised(written, _spell(text[at + 2 : end], letters, notation, scalars), notation, has_index)
            at = end + 1
        done += written
        following = letters.get(text[at + 1 : at + 2], "") if text[at : at + 1] == " " else ""
        if {name, following}.isdisjoint(WORDS | {"": ""}) and (_is_word(name) or _is_word(following)):
            done += r" \,"  # words side by side would read as one
    return done


def _raised(symbol: str, exponent: str, notation: Notation, has_index: bool) -> str:
    """A symbol that has a superscript already with an exponent: a transpose may stand beside an index, nothing else."""
    if has_index and exponent == notation.transpose and notation.place == "above":
        return notation.turned(symbol)
    return notation.raised(symbol, exponent)


def _compact(index: str) -> str:
    return index.replace(" + ", "+").replace(" - ", "-").replace(", ", ",")


def _is_word(name: str) -> bool:
    """Whether a name is spelled with several letters on the line."""
    base = name.partition("_")[0]
    return not name.startswith((*WORDS, FUNCTION, PROGRAM)) and len(base) > 1 and base not in GREEK


def _low_parentheses(text: str) -> str:
    """Parentheses grow around fractions only: around subscripts, growth looks restless."""
    inner = re.compile(r"\\mathopen\{\}\\left\( ((?:(?!\\mathopen|\\frac|\\begin).)*?) \\mathclose\{\}\\right\)")
    while (lower := inner.sub(r"(\1)", text)) != text:
        text = lower
    return re.sub(r"(\\operatorname\{\w+\}(?:_\{[^{}]*\})?|\\(?:tanh|exp|log|phi|sigma)) \(", r"\1(", text)


def _symbol(name: str, notation: Notation, scalars: frozenset[str]) -> str:
    if name in WORDS:
        return {TRANSPOSE: notation.transpose, ENTRYWISE: notation.hadamard}.get(name, WORDS[name])
    if name.startswith(PROGRAM):
        return rf"\mathtt{{{escape(name.removeprefix(PROGRAM))}}}"
    if name.startswith(FUNCTION):
        return notation.function(name.removeprefix(FUNCTION))
    if name in scalars:
        return notation.scalar(name)
    return _differential(name, notation, notation.symbol)


def _differential(name: str, notation: Notation, symbol: Callable[[str], str]) -> str:
    """dW_hh and dh are differentials in everybody's code."""
    head = name.partition("_")[0]
    if len(head) != 2 or head[0] != "d":
        return symbol(name)
    return notation.differential + symbol(name[1:])


def _closing(text: str, opening: int) -> int:
    depth = 0
    for at in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[at], 0)
        if depth == 0:
            return at
    raise NotationError("unbalanced braces", where=text)
