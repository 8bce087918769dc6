"""What PROVED rests on, in lines of code: follows imports, prints a table, and fails where it is more than it may be.

``check trusted`` runs this. Lines are counted without blanks, comments and docstrings.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

KERNEL = "symrnn.kernel"
READER = "symrnn.kernel.__main__"
"""What reads a certificate, of whatever kind."""

APART = ("symrnn.kernel.norms", "symrnn.kernel.slopes", "symrnn.kernel.clipping")
"""Where certificates of other kinds than equations are checked."""

BALLS = "symrnn.kernel.balls"
"""The one module of the kernel that may import python-flint; equations have to do without it."""

TRANSLATIONS = ("symrnn.certify.asked", "symrnn.certify.pinned")
OTHER_TRANSLATIONS = (
    "symrnn.certify.clipped_asked",
    "symrnn.certify.norm_asked",
    "symrnn.certify.slope_asked",
)
"""Between what was asked and the kernel's terms. With a way back it is enough, since all is compared there."""

SEARCH = ("symrnn.slopes",)
"""What finds certificates that a way back asks for: nobody has to believe it, since the kernel reads along."""

VOCABULARY = (
    "symrnn.activations",
    "symrnn.derivation.directions",
    "symrnn.derivation.inequality",
    "symrnn.derivation.statement",
    "symrnn.errors",
    "symrnn.expr",
    "symrnn.recurrence",
)
"""The words in which questions are asked: who asks has to know what they mean, with or without a proof."""

MOST_FOR_EQUATIONS, MOST = 3_035, 5_612
"""What is counted today, with little to spare; 1,000 and 1,700 are the aim. Who raises these says in the commit why.

Raised last for differentials of matrices and their Hadamard products (46), for entries, I = Σ e_k e_kᵀ between any two
factors (13), for what a stop-gradient holds, with the slopes of 1/z and 1/√z (11), for diagonal matrices beside
Hadamard products, diag(vec(A ∘ B)), and (u vᵀ) ⊗ B = (u ⊗ I) B (vᵀ ⊗ I) (13), for an equation inside a product (7), for
a state that begins with an equation of its own, such as the last state of an encoder (23), for the time that normal
forms take (15), and for what is remembered of steps and systems, which halves the time of a proof (38), by each thread
and each set of rules for itself (4).

Of the rest, raised last for signs of entries (40): smallest entries with their lemmas, what the entry of a 1 x 1 matrix
is made of, and that functions and slopes are nowhere below 0; and for the sign of a number with the name of a 1 x 1
matrix, which the kernel says aloud, and the way back refuses of two things with one name (3).
"""

DYNAMIC = {"__import__", "builtins", "compile", "eval", "exec", "globals", "importlib", "pkgutil", "runpy"}
"""Ways to run what no import names."""

Part = tuple[str, dict[str, int]]
"""A title, and the lines of each module."""


@dataclass
class Count:
    """The modules found so far.

    Args:
        root: the folder in which ``symrnn`` stands.
        lines: lines of code by module.
        wrong: what is not allowed.
    """

    root: Path
    lines: dict[str, int] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def follow(self, start: Iterable[str], apart: tuple[str, ...] = ()) -> dict[str, int]:
        """The lines of modules, and of whatever of symrnn they import, where they are not counted yet.

        Args:
            start: names of modules; those that do not exist are left out.
            apart: modules and packages that are not followed.
        """
        found: dict[str, int] = {}
        waiting = [name for name in start if self.is_module(name)]
        while waiting:
            name = waiting.pop()
            if name in self.lines or within(name, apart):
                continue
            source = self.path(name).read_text("utf-8")
            found[name] = self.lines[name] = lines_of_code(source)
            used = imported(source, self.is_module)
            waiting += [each for each in used if within(each, ["symrnn"]) and self.is_module(each)]
            if within(name, [KERNEL]):
                self.wrong += [f"{name} imports {each}" for each in sorted(used) if not allowed(name, each)]
                self.wrong += [f"{name} speaks of {word}" for word in sorted(names(source) & DYNAMIC)]
        return found

    def path(self, name: str) -> Path:
        """The file of a module."""
        plain = self.root.joinpath(*name.split("."))
        return plain / "__init__.py" if plain.is_dir() else plain.with_suffix(".py")

    def is_module(self, name: str) -> bool:
        """Whether there is a module or a package of a name."""
        return self.path(name).is_file()


def within(name: str, others: Iterable[str]) -> bool:
    """Whether a module is one of some, or stands in one of them."""
    return any(name == other or name.startswith(f"{other}.") for other in others)


def allowed(name: str, used: str) -> bool:
    """Whether a module of the kernel may import another module."""
    top = used.partition(".")[0]
    plain = top in sys.stdlib_module_names and top not in DYNAMIC
    return within(used, [KERNEL]) or plain or (top == "flint" and name == BALLS)


def imported(source: str, is_module: Callable[[str], bool]) -> set[str]:
    """The modules that a source imports, wherever it does so.

    >>> sorted(imported("import json\\ndef f():\\n    from fractions import Fraction", lambda name: False))
    ['fractions', 'json']
    """
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")  # ruff lets no relative import pass; nor does `allowed`
            found |= {base} | {f"{base}.{alias.name}" for alias in node.names if is_module(f"{base}.{alias.name}")}
    return found


def tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens that mean something."""
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}
    found = tokenize.generate_tokens(io.StringIO(source).readline)
    return (token for token in found if token.type not in silent)


def names(source: str) -> set[str]:
    """The names in a source that stand for themselves, unlike the compile of re.compile."""
    return {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}


def lines_of_code(source: str) -> int:
    """Lines without blanks, comments and docstrings.

    >>> lines_of_code('"What it is."\\n\\nx = 1  # one\\n# nothing\\n')
    1
    """
    silent: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            silent |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return len({line for token in tokens(source) for line in range(token.start[0], token.end[0] + 1)} - silent)


def counted(root: Path = ROOT) -> tuple[list[Part], list[str]]:
    """The modules by part, with their lines; and what is wrong."""
    count = Count(root)
    parts = [
        ("the kernel, for equations", count.follow([READER], APART)),
        ("the translations, of equations", count.follow(TRANSLATIONS, (KERNEL, *VOCABULARY))),
        ("the kernel, for norms, slopes and clipping", count.follow(APART)),
        (
            "the translations, of norms, slopes and clipping",
            count.follow(OTHER_TRANSLATIONS, (KERNEL, *SEARCH, *VOCABULARY)),
        ),
    ]
    if BALLS in parts[0][1]:
        count.wrong.append(f"equations rest on {BALLS}")
    for what, lines, most in totals(parts):
        if lines > most:
            count.wrong.append(f"{lines} lines for {what}, where {most} are allowed")
    return parts, count.wrong


def totals(parts: list[Part]) -> list[tuple[str, int, int]]:
    """What is added up, how much it is, and how much it may be."""
    sums = [sum(modules.values()) for _, modules in parts]
    return [("equations", sum(sums[:2]), MOST_FOR_EQUATIONS), ("everything", sum(sums), MOST)]


def table(parts: list[Part]) -> Iterator[str]:
    """The table, line by line."""
    for title, modules in parts:
        yield f"{sum(modules.values()):6}  {title}"
        yield from (f"{lines:10}  {name}" for name, lines in sorted(modules.items()) if lines)
    yield from (f"{lines:6}  for {what}, of {most} at most" for what, lines, most in totals(parts))
    yield f"Not counted are the words of the questions: {', '.join(VOCABULARY)}."


def main() -> int:
    """Prints the table and what is wrong: 0 if nothing is."""
    parts, wrong = counted()
    print(*table(parts), *(f"WRONG: {each}" for each in wrong), sep="\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
