"""Puts LaTeX to the two typesetters that readers use: pdfTeX for paper, KaTeX for the web.

A test asks for what it needs and then reads errors by the index of the fragment::

    require_tex()
    assert compile_fragments([r"\\frac{1}{2}", r"\\frac{1"]) == {1: "..."}
"""

from __future__ import annotations

import functools
import json
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
import pytest

PACKAGES = ("amsmath", "amssymb", "bm", "mathtools")
SECONDS = 300


def require_tex() -> None:
    """Skips the test where there is no TeX; fails it where SYMRNN_REQUIRE_TEX=1 promised one."""
    if missing := _missing_tex():
        _skip_or_fail(f"TeX is incomplete here: no {', '.join(missing)}")


def require_engine(engine: str) -> None:
    """Skips the test where a TeX engine is not there; for those beside pdflatex, making nothing is not a failure."""
    require_tex()
    if engine == "pdflatex":
        return
    if shutil.which(engine) is None or not _makes_something(engine):
        pytest.skip(f"{engine} is not installed here, or not whole")


@functools.cache
def _makes_something(engine: str) -> bool:
    with tempfile.TemporaryDirectory(prefix="symrnn-tex-") as name:
        Path(name, "tiny.tex").write_text(
            r"\documentclass{article}\usepackage{lmodern,microtype}\begin{document}x\end{document}", encoding="utf-8"
        )
        command = [engine, "-interaction=nonstopmode", "-halt-on-error", "tiny.tex"]
        subprocess.run(command, cwd=name, stdin=subprocess.DEVNULL, capture_output=True, timeout=SECONDS)
        return Path(name, "tiny.pdf").is_file()


def require_katex() -> None:
    """Skips the test where there is no KaTeX; fails it where SYMRNN_REQUIRE_TEX=1 promised one."""
    if shutil.which("node") is None:
        _skip_or_fail("KaTeX needs node, which is not installed here")
    folder = os.environ.get("SYMRNN_KATEX", "")
    if not folder:
        _skip_or_fail("SYMRNN_KATEX does not name the folder in which `npm install katex` ran")
    if not Path(folder, "node_modules", "katex").is_dir():
        _skip_or_fail(f"SYMRNN_KATEX={folder} holds no node_modules/katex")


def require_mathjax() -> None:
    """Skips the test where there is no MathJax beside KaTeX, in the folder that SYMRNN_KATEX names."""
    folder = os.environ.get("SYMRNN_KATEX", "")
    if shutil.which("node") is None or not folder or not Path(folder, "node_modules", "mathjax").is_dir():
        pytest.skip("MathJax needs node, and SYMRNN_KATEX to name the folder in which `npm install mathjax` ran")


@dataclass
class Typeset:
    """What pdfTeX said of each fragment, by index: its first error, and by how many points it overflows."""

    errors: dict[int, str] = field(default_factory=dict)
    overfull: dict[int, float] = field(default_factory=dict)


def compile_fragments(fragments: Sequence[str]) -> dict[int, str]:
    """The first pdfTeX error of each fragment that has one."""
    return typeset_fragments(fragments).errors


def overfull_fragments(fragments: Sequence[str], *, width: str = "160mm") -> dict[int, float]:
    """By how many points each fragment that is too wide sticks out of a column of that width."""
    return typeset_fragments(fragments, width=width).overfull


def overfull_in(displays: Sequence[str], document_class: str, *, frames: bool = False) -> dict[int, float]:
    """By how many points each display sticks out of the lines of a document class, on slides of its own if need be."""
    lines = [document_class, rf"\usepackage{{{','.join(PACKAGES)}}}", r"\begin{document}"]
    for index, display in enumerate(displays):
        shown = [rf"\typeout{{@@ {index}}}", display, rf"\typeout{{@@ {index}.5}}"]
        lines += [r"\begin{frame}[t]{}", *shown, r"\end{frame}"] if frames else shown
    with tempfile.TemporaryDirectory(prefix="symrnn-tex-") as name:
        folder = Path(name)
        (folder / "main.tex").write_text("\n".join([*lines, r"\end{document}"]), encoding="utf-8")
        log = _pdflatex(folder, "main")
    if error := _first_error(log.splitlines()):
        raise RuntimeError(f"pdflatex: {error}")
    _, *parts = re.split(r"^@@ (\d+)\n", log, flags=re.MULTILINE)
    assert len(parts) == 2 * len(displays)
    found = {}
    for index, part in zip(parts[::2], parts[1::2], strict=True):
        if widths := re.findall(r"^Overfull \\hbox \(([\d.]+)pt", part, flags=re.MULTILINE):
            found[int(index)] = max(map(float, widths))
    return found


def widths_of(formulas: Sequence[str]) -> list[float]:
    """How wide each formula is as a display, in points, in the letters of an article."""
    boxes = [
        rf"\setbox0\hbox{{$\displaystyle {formula}$}}\typeout{{@@ {index} \the\wd0}}"
        for index, formula in enumerate(formulas)
    ]
    head = [r"\documentclass{article}", rf"\usepackage{{{','.join(PACKAGES)}}}", r"\begin{document}"]
    with tempfile.TemporaryDirectory(prefix="symrnn-tex-") as name:
        (Path(name) / "main.tex").write_text("\n".join([*head, *boxes, r"\end{document}"]), encoding="utf-8")
        log = _pdflatex(Path(name), "main")
    if error := _first_error(log.splitlines()):
        raise RuntimeError(f"pdflatex: {error}")
    return [float(points) for points in re.findall(r"^@@ \d+ ([\d.]+)pt$", log, flags=re.MULTILINE)]


def typeset_fragments(fragments: Sequence[str], *, width: str = "160mm") -> Typeset:
    """Typesets each fragment as a display of its own, all in one run when none is broken.

    TeX's recovery from an error can garble whatever follows. So only a run's first broken fragment is
    believed, and the fragments after it are typeset again without it.
    """
    found = Typeset()
    start = 0
    while start < len(fragments):
        run = _run_tex(fragments[start:], width)
        broken = min(run.errors, default=None)
        sound = len(fragments) if broken is None else start + broken
        found.overfull.update({start + i: pt for i, pt in run.overfull.items() if start + i < sound})
        if broken is not None:
            found.errors[sound] = run.errors[broken]
        start = sound + 1
    return found


def katex_fragments(fragments: Sequence[str]) -> dict[int, str]:
    """The first KaTeX error of each fragment that has one; warnings count as errors."""
    return _web_errors("katex_errors.cjs", list(fragments))


def mathjax_formulas(formulas: Sequence[tuple[str, bool]]) -> dict[int, str]:
    """The first MathJax error of each formula that has one; of each it is told whether it is a display."""
    return _web_errors("mathjax_errors.cjs", list(formulas))


def _web_errors(script: str, formulas: list[Any]) -> dict[int, str]:
    done = subprocess.run(
        ["node", str(Path(__file__).with_name(script)), os.environ["SYMRNN_KATEX"]],
        input=json.dumps(formulas),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
    )
    if done.returncode:
        raise RuntimeError(f"node could not run {script}:\n{done.stderr}")
    return {int(index): message for index, message in json.loads(done.stdout).items()}


def render_png(document: str, folder: Path) -> list[Path]:
    """Typesets a whole document, twice for its references, and returns its pages as pictures, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "document.tex").write_text(document, encoding="utf-8")
    for _ in range(2):
        log = _pdflatex(folder, "document")
        if error := _first_error(log.splitlines()):
            raise RuntimeError(f"pdflatex: {error}")
    for stale in folder.glob("page-*.png"):
        stale.unlink()
    subprocess.run(["pdftoppm", "-r", "110", "-png", "document.pdf", "page"], cwd=folder, check=True)
    return sorted(folder.glob("page-*.png"))  # pdftoppm pads page numbers with zeros


def ink_below(pdf: Path, resolution: int = 36) -> list[float]:
    """How far down each page has ink, in points; the number of a page, at the right of its foot, does not count."""
    deepest = []
    with tempfile.TemporaryDirectory(prefix="symrnn-pages-") as name:
        command = ["pdftoppm", "-r", str(resolution), "-gray", str(pdf), str(Path(name) / "page")]
        subprocess.run(command, check=True, timeout=SECONDS)
        for page in sorted(Path(name).glob("page-*.pgm")):
            kind, width, height, _, pixels = page.read_bytes().split(maxsplit=4)
            assert kind == b"P5"
            rows, columns = int(height), int(width)
            dark = np.frombuffer(pixels[-rows * columns :], dtype=np.uint8).reshape(rows, columns) < 180
            dark[int(0.93 * rows) :, int(0.9 * columns) :] = False
            deepest.append(float(np.flatnonzero(dark.any(axis=1)).max(initial=0)) * 72 / resolution)
    return deepest


@functools.cache
def _missing_tex() -> tuple[str, ...]:
    programs = [name for name in ("pdflatex", "kpsewhich", "pdftoppm") if shutil.which(name) is None]
    if programs:
        return tuple(programs)
    styles = [f"{name}.sty" for name in PACKAGES]
    done = subprocess.run(["kpsewhich", *styles], capture_output=True, text=True, timeout=SECONDS)
    found = {Path(line).name for line in done.stdout.splitlines()}
    return tuple(style for style in styles if style not in found)


def _skip_or_fail(reason: str) -> NoReturn:
    if os.environ.get("SYMRNN_REQUIRE_TEX") == "1":
        pytest.fail(f"{reason}, and SYMRNN_REQUIRE_TEX=1", pytrace=False)
    pytest.skip(reason)


def _run_tex(fragments: Sequence[str], width: str) -> Typeset:
    """One run. Each fragment is a file of its own: where a file ends, TeX stops an argument left open."""
    with tempfile.TemporaryDirectory(prefix="symrnn-tex-") as name:
        folder = Path(name)
        for index, fragment in enumerate(fragments):
            (folder / f"fragment{index}.tex").write_text(fragment + "\n", encoding="utf-8")
        (folder / "main.tex").write_text("\n".join(_document(len(fragments), width)), encoding="utf-8")
        log = _pdflatex(folder, "main")
    return _read_log(log, len(fragments))


def _document(count: int, width: str) -> Iterator[str]:
    yield r"\documentclass{article}"
    yield rf"\usepackage{{{','.join(PACKAGES)}}}"
    yield rf"\setlength{{\textwidth}}{{{width}}}"
    yield r"\begin{document}"
    for index in range(count):
        yield rf"\typeout{{@@ {index}}}"
        yield rf"\[ \input{{fragment{index}}} \]"
    yield rf"\typeout{{@@ {count}}}"
    yield r"\end{document}"


def _pdflatex(folder: Path, name: str) -> str:
    """Runs pdflatex once, whatever its exit code, and returns its log, in which long lines are not broken."""
    subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "-no-shell-escape", f"{name}.tex"],
        cwd=folder,
        env={**os.environ, "max_print_line": "100000", "error_line": "254", "half_error_line": "238"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=SECONDS,
    )
    return (folder / f"{name}.log").read_text(encoding="utf-8", errors="replace")


def _read_log(log: str, count: int) -> Typeset:
    """Attributes the log's lines to fragments by the markers between them."""
    before, *parts = re.split(r"^@@ \d+$", log, flags=re.MULTILINE)
    if error := _first_error(before.splitlines()):
        raise RuntimeError(f"pdflatex, before the first fragment: {error}")
    found = Typeset()
    for index, part in enumerate(parts[:count]):
        if error := _first_error(part.splitlines()):
            found.errors[index] = error
        if widths := re.findall(r"^Overfull \\hbox \(([\d.]+)pt", part, flags=re.MULTILINE):
            found.overfull[index] = max(map(float, widths))
    if len(parts) <= count:  # the marker after the last fragment is missing
        found.errors.setdefault(max(len(parts) - 1, 0), "pdflatex stopped inside this fragment")
    return found


def _first_error(lines: Sequence[str]) -> str:
    """The first error as `message (l.7 what TeX had read)`, or nothing."""
    for at, line in enumerate(lines):
        if line.startswith("! "):
            place = next((after for after in lines[at + 1 : at + 12] if after.startswith("l.")), "")
            return f"{line[2:]} ({place.strip()})" if place else line[2:]
    return ""
