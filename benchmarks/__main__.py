"""Every row that is asked for: `python -m benchmarks [NAME ...] [--rounds N] [--json FILE] [--picture FILE]`.

A row is selected by how its name begins, as in `python -m benchmarks P5 P8`. All runs on one core, and on one thread
of it. `pip install '.[bench]'` installs the peers; a row whose peers are missing says so.
"""

from __future__ import annotations

import os

for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
    os.environ[variable] = "1"  # before any of these libraries is loaded

import argparse
import json
import platform
import sys
from dataclasses import asdict
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.rows import MEGABYTES, SECONDS, Cost, Found, Growth, Row, is_installed, measured

PACKAGES = (
    "numpy", "torch", "jax", "numba", "sympy", "symengine", "scipy", "python-flint", "mpmath", "gmpy2", "casadi",
)  # fmt: skip


def rows() -> list[Row | Growth | Cost]:
    """The rows of all files, sorted by file."""
    found: list[Row | Growth | Cost] = []
    for path in sorted(Path(__file__).parent.glob("rows_*.py")):
        found += import_module(f"benchmarks.{path.stem}").ROWS
    return found


def versions() -> dict[str, str]:
    """What is compared, and where."""
    found = {"python": platform.python_version(), "machine": platform.machine()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


def draw(found: list[Found], path: Path) -> None:
    """Medians with the middle half of the rounds, and goals as marks; slopes have a scale of their own."""
    from matplotlib.figure import Figure

    found = [each for each in found if each.what not in (SECONDS, MEGABYTES)]
    parts = [[e for e in found if e.what.startswith("slope") is slope] for slope in (False, True)]
    parts = [part for part in parts if part]
    figure = Figure(figsize=(9, 1.5 + 0.25 * len(found)), layout="constrained")
    all_axes = figure.subplots(len(parts), squeeze=False, height_ratios=[len(part) + 2 for part in parts])[:, 0]
    for axes, part in zip(all_axes, parts, strict=True):
        places = range(len(part))[::-1]
        middle = [each.median for each in part]
        spread = [[e.median - e.low for e in part], [e.high - e.median for e in part]]
        axes.errorbar(middle, places, xerr=spread, fmt="o", color="C0", ecolor="0.2", markersize=5)
        goals = [(each.goal, place) for each, place in zip(part, places, strict=True) if each.goal is not None]
        if goals:
            axes.scatter(*zip(*goals, strict=True), marker="|", s=160, color="C3", label="goal")
            axes.legend()
        axes.set_yticks(places, [f"{each.row}: {each.what}" for each in part], fontsize=8)
        axes.grid(axis="x", color="0.9")
        if not part[0].what.startswith("slope"):
            axes.axvline(1, color="0.2", linewidth=0.8)
            axes.set_xscale("log")
            axes.set_xlabel("time of the other in times of ours")
        else:
            axes.set_xlabel("exponent")
    figure.savefig(path, dpi=150)


def main() -> None:
    """Measure, print, keep and draw."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="how the names of the rows begin; all by default")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--picture", type=Path, metavar="FILE")
    given = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    chosen = [row for row in rows() if not given.names or row.name.startswith(tuple(given.names))]
    found: list[Found] = []
    for row in chosen:
        print(row.name, flush=True)
        if not is_installed(*row.needs):
            print(f"  left out: {', '.join(p for p in row.needs if not is_installed(p))} not installed")
            continue
        new = measured(row, given.rounds)
        for each in new:
            print(each.text(), flush=True)
        found += new
    if given.json:
        content = {"versions": versions(), "numbers": [asdict(each) for each in found]}
        given.json.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    if given.picture and found:
        draw(found, given.picture)
    if not chosen:
        sys.exit(f"no row begins with {' or '.join(given.names)}")


if __name__ == "__main__":
    main()
