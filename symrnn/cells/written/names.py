r"""Names and indices as people type them: ``W_{hh}``, ``h̃_{t-1}``, ``σ``, ``\alpha``, ``x(t)``."""

from __future__ import annotations

import re
from unicodedata import name as unicode_name
from unicodedata import normalize

from symrnn.cells.written.places import Misread, Span
from symrnn.symbols import GREEK, LETTERS

VARIANTS = {"ϕ": "phi", "ϵ": "epsilon", "ϑ": "theta", "ϱ": "rho", "ϖ": "pi", "ς": "sigma", "ℓ": "ell"}
"""Other forms of letters."""
SPELLED = {"varphi": "phi", "varepsilon": "epsilon", "vartheta": "theta", "varrho": "rho"}
"""What LaTeX calls some of them."""
MARKS = {"\u0303": "tilde", "\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0307": "dot", "\u030c": "check"}
"""Marks above a letter; they become part of the name: c_tilde."""
PRIMES = "'\u2019\u2032"

AT = re.compile(
    r"""(?P<primes>['’′]*)(?:
      _(?P<plain>t)(?P<sign>[-+−–]\d+)?
    | _\{(?:(?P<below>[^{},]*),)?(?P<braced>[^{},]*)\}
    | ₜ(?P<small>[₊₋₀-₉]*)
    | \s*\[(?P<bracketed>[^\]]*)\]
    | \((?P<round>[^)]*)\)
    | \^\{?\((?P<raised>[^)]*)\)\}?
    )$""",
    re.VERBOSE,
)
INDEX = re.compile(r"\s*t\s*(?:(?P<sign>[-+−–])\s*(?P<steps>\d{1,6})\s*)?")
SMALL = "₀₁₂₃₄₅₆₇₈₉"


def read_name(text: str, span: Span) -> str:
    """The name in letters of ASCII, Greek ones spelled out.

    Raises:
        Misread: for letters of other scripts, and for what cannot stand in a subscript.

    >>> [read_name(text, Span(0, 9)) for text in ("W_{hh}", "c̃", "σ", "W₁", "b_α", "ϕ")]
    ['W_hh', 'c_tilde', 'sigma', 'W_1', 'b_alpha', 'phi']
    """
    base, *below = re.split(r"_|(?=(?<![₀-ₛ])[₀-ₛᵢ-ᵥⱼ])", text.removeprefix("\\"))
    written = "_".join([_base(base, span), *(_below(part, span) for part in below)])
    if written.startswith("d_"):
        advice = "choose another name, without the _ or with another first letter"
        raise Misread(f"{text} would be printed like a differential", span, advice)
    return written


def _base(text: str, span: Span) -> str:
    letters = normalize("NFD", text)
    marks = [letter for letter in letters if "\u0300" <= letter <= "\u036f"]
    plain = "".join(letter for letter in letters if letter not in marks)
    for mark in marks:
        if mark not in MARKS:
            raise Misread(f"{text} has a mark over it that is not known here", span, "use a name such as c_new")
    plain = SPELLED.get(plain, VARIANTS.get(plain, LETTERS.get(plain, plain)))
    if not (plain.isascii() and plain.isidentifier()):
        shown = ", ".join(unicode_name(letter, "?").lower() for letter in plain if not letter.isascii())
        raise Misread(f"{text} has a letter that is neither Latin nor Greek: {shown}", span, "choose another letter")
    return "_".join([plain, *(MARKS[mark] for mark in marks)])


def _below(text: str, span: Span) -> str:
    plain = normalize("NFKC", text.strip("{} \t"))
    words = [word.strip() for word in plain.split(",")]
    spelled = ["".join(LETTERS.get(letter, letter) for letter in word.replace("\\", "")) for word in words]
    step = re.fullmatch(r"\s*([A-Za-z])\s*[-+−–]\s*\d+\s*", plain)
    if step is not None:
        what = f"{text} is an index of another letter than t"
        raise Misread(what, span, f"let {step[1]} be t: a step back is written h_{{t-1}} or h[t-1]")
    if not all(word.isascii() and word.replace("_", "").isalnum() for word in spelled):
        raise Misread(f"{text} is not a subscript", span, "use letters and digits, as in W_{xh}")
    return "_".join(spelled)


def read_element(text: str, span: Span) -> tuple[str, int]:
    """The name of an indexed quantity, and how many steps back it is.

    Raises:
        Misread: for an index that is not a number of steps away from t.

    >>> [read_element(text, Span(0, 9)) for text in ("h_{t-1}", "x[t]", "c_{f,t}", "h(t - 1)", "hₜ₋₁", "h'_t")]
    [('h', 1), ('x', 0), ('c_f', 0), ('h', 1), ('h', 1), ('h_prime', 0)]
    """
    found = AT.search(text)
    assert found is not None, text  # the terminal of the grammar ends in one
    base = text[: found.start()].strip()
    name = read_name(base, span)
    if found["below"]:
        name = f"{name}_{_below(found['below'], span)}"
    name += "_prime" * len(found["primes"])
    if found["sign"]:
        meant, other = f"{base}_{{t{found['sign']}}}", f"{base}_t {found['sign'][0]} {found['sign'][1:]}"
        raise Misread(f"{text} has two meanings", span, f"write {meant} for an index, or {other} for a difference")
    if found["small"] is not None:
        small = "".join("-" if c == "₋" else "+" if c == "₊" else str(SMALL.index(c)) for c in found["small"])
        written = f"t{small}"
    else:
        written = next(
            found[key] for key in ("plain", "braced", "bracketed", "round", "raised") if found[key] is not None
        )
    return name, _lag(written, base, text, span)


def _lag(written: str, base: str, text: str, span: Span) -> int:
    index = INDEX.fullmatch(written)
    if index is not None:
        steps = int(index["steps"] or 0)
        return -steps if index["sign"] == "+" else steps
    if written.strip().isdecimal():
        raise Misread(
            f"{text} is a value at a number: a cell says what happens at every t, and first states are given",
            span,
            "leave it out",
        )
    raise Misread(f"{text.strip()} has an index that is not t or t - 1", span, f"write {base}[t] or {base}[t-1]")


def is_greek(name: str) -> bool:
    """Whether a name begins with a small Greek letter.

    >>> is_greek("alpha_max"), is_greek("b"), is_greek("Lambda")
    (True, False, False)
    """
    first = name.split("_")[0]
    return first in GREEK and first.islower()


def is_matrix(name: str) -> bool:
    """Whether a name is that of a matrix by custom: its first letter is a capital.

    >>> is_matrix("W_f"), is_matrix("Lambda"), is_matrix("b")
    (True, True, False)
    """
    return name[:1].isupper()
