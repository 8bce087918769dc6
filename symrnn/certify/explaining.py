"""The theorems of a certificate in words, each with the lines in which it is proved."""

from __future__ import annotations

import json
from collections.abc import Iterator

from symrnn.certify.clipped.clipped_search import rules
from symrnn.certify.equations import Certificate
from symrnn.kernel.clipping import check
from symrnn.kernel.formulas import show
from symrnn.kernel.norms import NormReplay, show_bound
from symrnn.kernel.printer import show_theorem
from symrnn.kernel.reader import Replay
from symrnn.kernel.slopes import accepted

LONGEST = 300
"""Characters of a theorem that are shown."""


def explained(certificate: Certificate) -> str:
    """A certificate as plain text: a line for each theorem, bound or rule, of slopes for each part of the real line.

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
    kind = json.loads(certificate.lines[0])["kind"]
    return "\n".join(
        {"equation": _entries, "norm": _bounds, "clipping": _of_clipping, "slope": _of_slope}[kind](certificate)
    )


def _of_clipping(certificate: Certificate) -> Iterator[str]:
    yield f"line 2: {check(certificate.lines)}"
    yield from (f"line {at}: {_short(said)} [{source}]" for at, said, source in rules(certificate))


def _of_slope(certificate: Certificate) -> Iterator[str]:
    """On which parts of the line which method shows the sign of the difference."""
    read = accepted(certificate.lines)
    for at, text in enumerate(certificate.lines[1:], 2):
        rule, *rest = json.loads(text)
        if rule == "claim":
            yield f"line {at}: {_short(read.statement())}"
        elif rule == "cell":
            _, end, method, *more = rest
            form = f" as {_short(show(read.terms[more[0]][0]))}" if method == "form" else ""
            yield f"line {at}: {'to the end of the piece' if end is None else f'up to z = {end}'}, by {method}{form}"


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


def _bounds(certificate: Certificate) -> Iterator[str]:
    """The bounds that lemmas give, and the last one."""
    read = NormReplay()
    for at, text in enumerate(certificate.lines[1:], 2):
        (rule, *rest), before = json.loads(text), len(read.bounds)
        read.line([rule, *rest])
        if rule == "lemma":
            words = "; ".join(_short(show_bound(bound)) for bound in read.bounds[before:])
            yield f"line {at}: {words} ({rest[0]})"
    yield f"line {len(certificate.lines)}: {_short(read.statement)} (qed)"


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 2]} …"
