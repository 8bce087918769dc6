"""The theorems of a certificate in words, each with the lines in which it is proved."""

from __future__ import annotations

import json
from collections.abc import Iterator

from symrnn.certify.clipping import rules
from symrnn.certify.equations import Certificate
from symrnn.kernel.clipping import check
from symrnn.kernel.printer import show_theorem
from symrnn.kernel.reader import Replay

LONGEST = 300
"""Characters of a theorem that are shown."""


def explained(certificate: Certificate) -> str:
    """A certificate as plain text: of an equation a theorem on each line, of clipping a rule on each.

    With a derivation the theorems are its steps, else all of them. What is too long to be read is cut short; the file
    of the certificate has it whole.

    >>> from symrnn.certify.equations import certificate
    >>> from symrnn.cells import Elman
    >>> from symrnn.derivation import Equation
    >>> from symrnn.expr import TotalJacobian
    >>> from symrnn.symbols import t
    >>> rnn = Elman("identity")
    >>> step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.W_hh, where=(t >= 1,))
    >>> print(explained(certificate(step, rnn, "step")).splitlines()[-1])
    line 28: dh[t]/dh[t - 1] = W_hh  for t >= 1 (qed)
    """
    of_clipping = json.loads(certificate.lines[0])["kind"] == "clipping"
    return "\n".join(_of_clipping(certificate) if of_clipping else _entries(certificate))


def _of_clipping(certificate: Certificate) -> Iterator[str]:
    yield f"line 2: {check(certificate.lines)}"
    yield from (f"line {at}: {_short(said)} [{source}]" for at, said, source in rules(certificate))


def _entries(certificate: Certificate) -> Iterator[str]:
    replay, first = Replay(), 2
    wanted = {last: first for first, last in certificate.steps}
    for at, text in enumerate(certificate.lines[1:], 2):
        rule, before = json.loads(text)[0], len(replay.theorems)
        replay.line(json.loads(text))
        if rule == "qed" and replay.proved is not None:
            yield f"line {at}: {_short(show_theorem(replay.proved))} (qed)"
        elif len(replay.theorems) > before:
            if not wanted or at in wanted:
                words = "; ".join(_short(show_theorem(known)) for known in replay.theorems[before:])
                yield f"lines {wanted.get(at, first)} to {at}: {words} ({rule})"
            first = at + 1


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]} …"
