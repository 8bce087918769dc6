"""PDF files by a TeX engine that is installed: found, run until contents and references stand, and its errors read."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ENGINES = ("pdflatex", "lualatex")
"""The programs that are looked for, in this order."""

MOST_RUNS = 4
SECONDS = 600.0
"""What one run may take."""

AGAIN = (
    "Rerun to get",
    "Rerun LaTeX",
    "No file document.toc",
    "No file document.out",
    "There were undefined references",
)
"""What a log says where the next run would give another document."""


@dataclass(frozen=True)
class Made:
    """What came of a file that needs another program: the file, or the reason why there is none, and a log."""

    content: str | bytes = b""
    why: str = ""
    log: str = ""


def find_engine() -> str | None:
    """The first TeX engine that is installed."""
    return next((engine for engine in ENGINES if shutil.which(engine)), None)


def typeset(text: str, beside: Mapping[str, bytes], inputs: str = "", engine: str | None = None) -> Made:
    """Run TeX on a document in a folder of its own, as often as its contents and references need it.

    Args:
        text: the document.
        beside: the files that it reads, by relative path.
        inputs: a folder in which it may look up others.
        engine: the program; None for the first that is installed.
    """
    engine = engine or find_engine()
    if engine is None:
        return Made(why=f"for want of TeX; to get it install {' or '.join(ENGINES)}, as in TeX Live or MiKTeX")
    with tempfile.TemporaryDirectory(prefix="symrnn-tex-") as name:
        folder = Path(name)
        (folder / "document.tex").write_text(text, encoding="utf-8")
        for path, content in beside.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)
        for _ in range(MOST_RUNS):
            try:
                log = _run(engine, folder, inputs)
            except subprocess.TimeoutExpired:
                return Made(why=f"{engine} was stopped after {SECONDS:.0f} s")
            if error := first_error(log):
                return Made(why=f"{engine} says: {error}", log=log)
            if not any(sign in log for sign in AGAIN):
                break
        pdf = folder / "document.pdf"
        if not pdf.is_file():
            return Made(why=f"{engine} made no file", log=log)
        return Made(pdf.read_bytes(), log=log)


def _run(engine: str, folder: Path, inputs: str) -> str:
    """One run; its log, in which long lines are not broken."""
    wide = {"max_print_line": "100000", "error_line": "254", "half_error_line": "238"}
    dates = {"SOURCE_DATE_EPOCH": os.environ.get("SOURCE_DATE_EPOCH", "0"), "FORCE_SOURCE_DATE": "1"}
    found = {"TEXINPUTS": os.pathsep.join((".", inputs, ""))} if inputs else {}
    subprocess.run(
        [engine, "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "document.tex"],
        cwd=folder,
        env={**os.environ, **wide, **dates, **found},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
        check=False,  # what went wrong stands in the log
    )
    log = folder / "document.log"
    return log.read_text(encoding="utf-8", errors="replace") if log.is_file() else "! no log was written\n"


def first_error(log: str) -> str:
    r"""The first error in a log, and the line of the document that it is in; empty where there is none.

    >>> first_error("x\n! Undefined control sequence.\nl.7 \\state\n")
    'Undefined control sequence. (l.7 \\state)'
    """
    found = re.search(r"^! (.*)$", log, flags=re.MULTILINE)
    if found is None:
        return ""
    place = re.search(r"^l\.\d+ .*$", log[found.end() :], flags=re.MULTILINE)
    return f"{found[1]} ({place[0].strip()})" if place else found[1]
