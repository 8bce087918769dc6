"""What commands cost, in starts of the bare interpreter: `python benchmarks/commands.py [ROUNDS]`.

Each round runs `import sympy` and every command in turn, each between two runs of `python -c pass`. What is printed is
the median over the rounds of a command's CPU time, with that of the processes it waits for, divided by the mean of the
two bare starts. One round before them is not counted: it writes the bytecode, which an installed package has, too.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
ROUNDS = 5
SYMRNN = ("-m", "symrnn")
BARE = ("-c", "pass")

COMMANDS = {
    "import sympy, alone": ("-c", "import sympy"),
    "symrnn --help": (*SYMRNN, "--help"),
    "symrnn list": (*SYMRNN, "list"),
    "symrnn latex L15-closed-form": (*SYMRNN, "latex", "L15-closed-form"),
    "symrnn verify L15": (*SYMRNN, "verify", "L15"),
    'symrnn claim "sigmoid\' <= 0.24"': (*SYMRNN, "claim", "sigmoid' <= 0.24"),
    'symrnn claim "mish\' <= 1.1"': (*SYMRNN, "claim", "mish' <= 1.1"),
    "symrnn derive elman": (*SYMRNN, "derive", "elman"),
    "symrnn derive lstm --wrt U_f": (*SYMRNN, "derive", "lstm", "--wrt", "U_f"),
}


def seconds(arguments: tuple[str, ...]) -> float:
    """CPU time of Python with some arguments, in the folder of the project."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main(rounds: int = ROUNDS) -> None:
    """Print the ratios."""
    ratios: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for number in range(rounds + 1):
        for name, arguments in COMMANDS.items():
            before, command, after = (seconds(each) for each in (BARE, arguments, BARE))
            if number:
                ratios[name].append(2 * command / (before + after))
    for name, found in ratios.items():
        print(f"{name:32} {statistics.median(found):6.1f}  ({min(found):.1f} to {max(found):.1f})")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
