r"""Macros of a notation: their definitions, and formulas without them."""

from __future__ import annotations

import re
from collections.abc import Mapping

from symrnn.errors import NotationError

WRITTEN = frozenset(
    re.findall(
        r"\w+",
        """
    begin bigl bigr bmod boldsymbol cdot cdots dot end exp frac ge hspace infty label langle le left lim limits
    log longleftarrow longrightarrow lVert mathbb mathbf mathcal mathclose mathop mathopen mathrm mathsf mathtt
    max min nabla ne newcommand odot operatorname otimes overset partial phantom prime prod qquad quad rangle
    renewcommand right rVert sqrt sum tanh text textstyle tfrac to top xrightarrow
    """,
    )
)
"""Commands that formulas are written with, whatever the notation: another meaning would change them."""
KNOWN = frozenset(
    re.findall(
        r"\w+",
        """
    a AA aa acute AE ae alpha arg b bar beta bf big bot breve bullet c cap check chi circ cos cosh cup d dag
    ddot deg Delta delta det dfrac diamond dim div ell emptyset epsilon equiv eta exists flat forall Gamma gamma
    geq gets gg grave H hat hbar hom i iff Im imath in inf int iota it j jmath k kappa ker L l Lambda lambda
    land leq ll lnot lor mathit mathring mid mp mu natural neg neq ni not nu O o OE oe Omega omega ominus oplus
    overline overrightarrow P perp Phi phi Pi pi pm pod Pr propto Psi psi r Re rho rm S sc sec setminus sf sharp
    Sigma sigma sim simeq sin sinh sl SS ss star subset sup supset t tan tau Theta theta tilde times tt u
    underline Upsilon upsilon v varepsilon varphi varrho varsigma vartheta vec vee Vert vert wedge widehat
    widetilde wp wr Xi xi zeta
    """,
    )
)
"""Other commands of LaTeX and amsmath with short names: they have to be redefined where a notation defines one."""


def arguments_of(body: str) -> int:
    r"""How many arguments the body of a macro has.

    >>> arguments_of(r"\mathbf{#1}_{#2}"), arguments_of(r"\mathbf{W}")
    (2, 0)
    """
    return max(map(int, re.findall("#([1-9])", body)), default=0)


def definition(name: str, body: str) -> str:
    r"""The line of a preamble that defines a macro.

    >>> print(definition("vect", r"\mathbf{#1}"), definition("R", r"\mathbb{R}"))
    \newcommand{\vect}[1]{\mathbf{#1}} \newcommand{\R}{\mathbb{R}}
    >>> print(definition("vec", r"\mathbf{#1}"))
    \renewcommand{\vec}[1]{\mathbf{#1}}
    """
    count = arguments_of(body)
    command = r"\renewcommand" if name in KNOWN else r"\newcommand"
    return rf"{command}{{\{name}}}{f'[{count}]' if count else ''}{{{body}}}"


def expanded(latex: str, macros: Mapping[str, str]) -> str:
    r"""LaTeX in which no macro is left.

    Raises:
        NotationError: for a macro that calls itself, or one without its arguments.

    >>> print(expanded(r"\vect{h} \in \R", {"vect": r"\mathbf{#1}", "R": r"\mathbb{R}"}))
    \mathbf{h} \in \mathbb{R}
    """
    if not macros:
        return latex
    called = re.compile(rf"\\({'|'.join(macros)})(?![A-Za-z])")
    for _ in range(len(macros) + 1):
        if not called.search(latex):
            return latex
        latex = _expanded_once(latex, macros, called)
    raise NotationError(f"a macro calls itself: {latex[:40]}", where="macros", advice="write out what it means")


def _expanded_once(latex: str, macros: Mapping[str, str], called: re.Pattern[str]) -> str:
    done, at = "", 0
    while found := called.search(latex, at):
        done, at = done + latex[at : found.start()], found.end()
        body, arguments = macros[found[1]], []
        for _ in range(arguments_of(body)):
            argument, at = _argument(latex, at)
            arguments.append(argument)
        for number, argument in enumerate(arguments, start=1):
            body = body.replace(f"#{number}", argument)
        done += body
    return done + latex[at:]


def _argument(latex: str, at: int) -> tuple[str, int]:
    """A group without its braces, a command or a character; and where it ends."""
    found = re.compile(r"\s*(\\[A-Za-z]+|\\.|[^{}\s])").match(latex, at)
    if found:
        return found[1], found.end()
    depth, start = 0, latex.find("{", at)
    if latex[at:start].strip() or start < 0:
        raise NotationError(
            "a macro lacks an argument", where=latex[max(at - 20, 0) : at + 20], advice="write it in braces"
        )
    for end in range(start, len(latex)):
        depth += {"{": 1, "}": -1}.get(latex[end], 0) if latex[end - 1] != "\\" else 0
        if depth == 0:
            return latex[start + 1 : end], end + 1
    raise NotationError("the braces do not match", where=latex[start : start + 20], advice="close what is open")
