"""A scanner of LaTeX that is independent of the writer: it finds where TeX would meet a second script."""

from __future__ import annotations

import re

TOKEN = re.compile(r"\\[A-Za-z]+|\\.|\s+|.", re.DOTALL)


def doubled_scripts(latex: str) -> list[str]:
    """What TeX calls a double superscript or subscript, with the LaTeX before it; empty for sound LaTeX."""
    found: list[str] = []
    tokens = TOKEN.findall(latex)
    stack: list[set[str]] = []
    seen: set[str] = set()
    in_argument = previous = ""
    for at, token in enumerate(tokens):
        if token == "{":
            stack.append(seen if in_argument else set())
            seen, in_argument = set(), ""
        elif token == "}":
            seen = stack.pop()
        elif token in ("^", "_"):
            joins_primes = token == "^" and previous == "'"
            if token in seen and not joins_primes:
                found.append("".join(tokens[: at + 1]))
            seen, in_argument = seen | {token}, token
        elif token == "'":
            if "^" in seen and previous != "'":
                found.append("".join(tokens[: at + 1]))
            seen = seen | {"^"}
        elif not token.isspace():
            seen, in_argument = (seen if in_argument else set()), ""
        previous = token if not token.isspace() else previous
    assert not stack, "the braces do not match"
    return found
