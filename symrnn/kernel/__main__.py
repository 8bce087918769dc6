"""``python -m symrnn.kernel DIR|FILE…``: checks certificates with nothing but the standard library.

With ``--system`` the quantities that an equation speaks of are printed below it, each with its shape and its equation.
"""

from __future__ import annotations

import gc
import io
import json
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

from symrnn.kernel.errors import NotProvedError, Refused
from symrnn.kernel.printer import show_system, show_theorem
from symrnn.kernel.reader import MOST_LINES, replay
from symrnn.kernel.work import limited

LARGEST_FILE = 50_000_000
"""Most bytes of a certificate."""


def statement_of(text: str) -> tuple[str, str]:
    """The id and the statement of a certificate that holds.

    Raises:
        Refused: naming the line that does not hold.
    """
    if text.count("\n") > MOST_LINES:
        raise Refused(MOST_LINES, "the certificate is too long")
    first, *lines = text.splitlines() or [""]
    try:
        header = json.loads(first)
    except (ValueError, RecursionError):
        header = None
    if not isinstance(header, dict) or header.get("symrnn") != 1 or not isinstance(header.get("id"), str):
        raise Refused(1, 'the first line is not {"symrnn": 1, "kind": …, "id": …}')
    name = "".join(c if c.isalnum() or c in " _.+-" else "?" for c in header["id"])[:200]
    match header.get("kind"):
        case "equation":
            proved = replay(lines)
            try:
                with limited():
                    return name, show_theorem(proved)
            except NotProvedError as error:
                raise Refused(len(lines) + 1, f"it cannot be printed: {error}") from None
        case "norm":
            from symrnn.kernel.norms import check as check_norms

            return name, check_norms(lines)
        case "slope":
            try:
                from symrnn.kernel.slopes import check  # with python-flint, which equations do without
            except ImportError:
                raise Refused(1, "checking slopes takes one package: pip install python-flint") from None
            return name, check(text.splitlines())
        case "clipping":
            from symrnn.kernel.clipping import check as check_clipping

            return name, check_clipping(text.splitlines())
    raise Refused(1, f"certificates of kind {header.get('kind')!r} are not known here")


def system_of(text: str) -> list[str]:
    """What the quantities of an equation or of norms are, a line each; nothing for other kinds."""
    first, *lines = text.splitlines()
    match json.loads(first)["kind"]:
        case "equation":
            return show_system(replay(lines).system)
        case "norm":
            from symrnn.kernel.norms import replay as replay_norms

            return show_system(replay_norms(lines).of_system())
    return []


def files_of(arguments: list[str]) -> Iterator[Path]:
    """The files that are named, and those ending in .jsonl in the folders that are."""
    for argument in arguments:
        path = Path(argument)
        yield from sorted(path.glob("*.jsonl")) if path.is_dir() else [path]


def lines_of(path: Path, whole: bool) -> list[str]:
    """What is said of a file: that it is accepted and what it states, or that it is refused and why."""
    gc.set_threshold(200_000)  # terms are shared, and in no circles: to look for some takes longer than all else
    try:
        if path.stat().st_size > LARGEST_FILE or not path.is_file():
            raise Refused(0, "no file, or one that is too large")
        text = path.read_text("utf-8")
        name, statement = statement_of(text)
        return [f"accepted {name}: {statement}", *(f"  {line}" for line in (system_of(text) if whole else ()))]
    except Refused as refusal:
        why = str(refusal)
    except MemoryError:
        why = "line 0: it takes more memory than there is"
    except (OSError, UnicodeDecodeError) as error:
        why = f"line 0: cannot be read ({type(error).__name__})"
    return [f"refused {path.stem}: {why}"]


def main(arguments: list[str]) -> int:
    """Checks files and prints a line for each: 0 if all of them hold, 1 if not, 2 if there is none."""
    whole = "--system" in arguments
    paths = list(files_of([argument for argument in arguments if argument != "--system"]))
    if not paths:
        print("usage: python -m symrnn.kernel [--system] DIR|FILE…  (no certificates found)", file=sys.stderr)
        return 2
    failed = False
    if isinstance(sys.stdout, io.TextIOWrapper):  # whatever the terminal or the names of files are made of
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        with ProcessPoolExecutor() if len(paths) > 1 else ThreadPoolExecutor() as pool:
            largest_first = sorted(paths, key=lambda path: path.stat().st_size if path.is_file() else 0, reverse=True)
            found = {path: pool.submit(lines_of, path, whole) for path in largest_first}
            for path in paths:
                said = found[path].result()
                failed = failed or said[0].startswith("refused")
                print(*said, sep="\n", flush=True)
    except BrokenExecutor:
        print("stopped: a process was killed; is there too little memory?", file=sys.stderr)
        return 1
    return 1 if failed else 0


if __name__ == "__main__":
    from symrnn.kernel.__main__ import main  # by its own name, under which other processes find it

    sys.exit(main(sys.argv[1:]))
