r"""How names are spelled: ``W_hh`` is \mathbf{W}_{hh}, ``delta`` is \boldsymbol{\delta}."""

from __future__ import annotations

import re

from symrnn.errors import NotationError
from symrnn.symbols import GREEK as GREEK
from symrnn.symbols import LETTERS as LETTERS

#: Names of the recurrent network of the lecture, which occur together.
NETWORK = ("W_hh", "W_xh", "W_hy", "b_h", "b_y", "h", "x", "y", "a", "g", "delta")

#: Names of matrices and vectors in the lecture; W and b stand for the weights and the bias of any layer.
RECURRENT = ("W", *NETWORK, "b", "D")

#: Names that look the same in every notation.
FUNCTIONS = {
    "phi": r"\phi",
    "sigmoid": r"\sigma",
    "tanh": r"\tanh",
    "exp": r"\exp",
    "log": r"\log",
    "relu": r"\operatorname{ReLU}",
    "identity": r"\operatorname{id}",
    "ell": r"\ell",
    "L": r"\mathcal{L}",
    "L'": r"\mathcal{L}'",
}

NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*(_[A-Za-z0-9]+)*'*")


def ascii_name(name: str) -> str:
    """A name with its Greek letters spelled out, which is also how two names are compared.

    >>> ascii_name("φ"), ascii_name("γ_max")
    ('phi', 'gamma_max')
    """
    return "".join(LETTERS.get(letter, letter) for letter in name)


def split_name(name: str) -> tuple[str, list[str], str]:
    """A name as base, parts of its subscript, and primes.

    Raises:
        NotationError: for a name that is not an identifier.

    >>> split_name("W_hh"), split_name("l'"), split_name("h_prime")
    (('W', ['hh'], ''), ('l', [], "'"), ('h', [], "'"))
    """
    plain = ascii_name(name)
    if not NAME.fullmatch(plain):
        raise NotationError(
            f"no rule spells the name {name!r}", advice="list it in the symbols of a notation of your own"
        )
    base, *below = plain.rstrip("'").split("_")
    spelled_out = "'" * below.count("prime")  # as the text of a cell has h'
    return base, [part for part in below if part != "prime"], spelled_out + plain[len(plain.rstrip("'")) :]


def spelled(name: str, *, bold: bool, italic: bool = False) -> str:
    r"""The LaTeX of a name: a base, and what follows the first underscore as its subscript.

    Args:
        name: the name.
        bold: whether the base is bold.
        italic: whether a bold letter is italic, too.

    >>> spelled("W_hh", bold=True), spelled("delta", bold=True), spelled("gate_in_max", bold=False)
    ('\\mathbf{W}_{hh}', '\\boldsymbol{\\delta}', '\\mathit{gate}_{in,\\mathrm{max}}')
    """
    base, below, primes = split_name(name)
    return _base(base, bold, italic) + _subscript(below) + primes


def _base(base: str, bold: bool, italic: bool) -> str:
    if base == "ell" or base in GREEK:
        return rf"\boldsymbol{{{_greek(base)}}}" if bold else _greek(base)
    if bold and not italic:
        return rf"\mathbf{{{base}}}"
    letters = base if len(base) == 1 else rf"\mathit{{{base}}}"
    return rf"\boldsymbol{{{letters}}}" if bold else letters


def _subscript(parts: list[str]) -> str:
    return f"_{{{below(parts)}}}" if parts else ""


def below(parts: list[str]) -> str:
    r"""The parts of a subscript, without its sign.

    >>> below(["in", "max", "gamma"])
    'in,\\mathrm{max},\\gamma'
    """
    return ",".join(map(_below, parts))


def _below(part: str) -> str:
    if part in GREEK:
        return _greek(part)
    # hh, xh are letters in a row; a word is a word.
    return rf"\mathrm{{{part}}}" if part.isalpha() and len(part) > 2 else part


def _greek(name: str) -> str:
    return r"\ell" if name == "ell" else "\\" + name


def undotted(name: str) -> str | None:
    """The name of which another is the movement; None for a name without a dot.

    >>> undotted("Wdot_hh"), undotted("elldot"), undotted("dot"), undotted("h")
    ('W_hh', 'ell', None, None)
    """
    base, *below = name.split("_")
    known = base.removesuffix("dot")
    if known == base or not (len(known) == 1 or known == "ell" or known in GREEK):
        return None
    return "_".join([known, *below])


def function_symbol(name: str) -> str:
    r"""The LaTeX of a function's name.

    >>> function_symbol("psi"), function_symbol("f"), function_symbol("softplus")
    ('\\psi', 'f', '\\operatorname{softplus}')
    """
    base, below, primes = split_name(name)
    if base in GREEK or len(base) == 1:
        return spelled(name, bold=False)
    return rf"\operatorname{{{base}}}" + _subscript(below) + primes
