r"""The recipes of docs/how-to/site.md are done as they stand there, where their builders are installed."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner
from docs.blocks import ROOT, blocks

from symrnn.cli import main

PAGE = "docs/how-to/site.md"
FILE = re.compile(r"^`([\w./]+)`:\n\n(`{3,})\w+\n(.*?)^\2$", flags=re.MULTILINE | re.DOTALL)
BUILT = {
    "Sphinx, Jupyter Book and MyST": "_build/index.html",
    "MkDocs": "site/index.html",
    "Quarto": "_site/index.html",
}
PARTS = dict(re.findall(r"^## (.*?)\n(.*?)(?=^## |\Z)", (ROOT / PAGE).read_text(encoding="utf-8"), re.M | re.S))


def lines_of(recipe: str) -> list[str]:
    (code,) = re.findall(r"^```console\n(.*?)^```$", PARTS[recipe], flags=re.MULTILINE | re.DOTALL)
    return [line for line in code.splitlines() if not line.startswith("pip install")]


@pytest.mark.parametrize("recipe", BUILT)
def test_the_recipe_makes_a_site(recipe: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    builder = shlex.split(lines_of(recipe)[-1])[0]
    if shutil.which(builder) is None:
        pytest.skip(f"{builder} is not installed here")
    monkeypatch.chdir(tmp_path)
    (derivations,), (notation,) = (
        blocks("README.md", "Five minutes for a lecturer", kind) for kind in ("python", "toml")
    )
    files = {"mine.py": derivations, "mine.toml": notation}
    files |= {name: text for name, _, text in FILE.findall(PARTS[recipe])}
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    for line in lines_of(recipe):
        command, _, into = line.partition(" > ")
        program, *words = shlex.split(command)
        if program == "symrnn":
            done = CliRunner().invoke(main, words, catch_exceptions=False)
            assert done.exit_code == 0, done.output
            if into:
                (tmp_path / into).write_text(done.stdout, encoding="utf-8")
        else:
            ran = subprocess.run([program, *words], capture_output=True, text=True, timeout=300)
            assert ran.returncode == 0, ran.stdout + ran.stderr
    page = (tmp_path / "site" / BUILT[recipe]).read_text(encoding="utf-8")
    assert r"\boldsymbol{s}^{\langle t-1 \rangle}" in page
    assert not re.search(r"\\vect|include|--8<--|\$\$", page.partition("<body")[2])


def test_the_page_speaks_of_each_builder() -> None:
    assert set(BUILT) < set(PARTS)
