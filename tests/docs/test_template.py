"""The folder that is copied to begin a repository works where nothing of this one is beside it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

TEMPLATE = Path(__file__).parent.parent.parent / "docs" / "template"


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "mine"
    shutil.copytree(TEMPLATE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *words], cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("slip", ["", "h[t + 1]"], ids=["as it is", "a slip"])
def test_its_tests_pass_and_a_slip_is_seen(copied: Path, slip: str) -> None:
    if slip:
        text = (copied / "backward.py").read_text(encoding="utf-8")
        assert "np.outer(delta, h[t])" in text
        (copied / "backward.py").write_text(text.replace("np.outer(delta, h[t])", f"np.outer(delta, {slip})"))
    done = run(copied, "pytest", "-q", "-p", "no:cacheprovider")
    if not slip:
        assert done.returncode == 0, done.stdout
        assert "4 passed" in done.stdout  # the backward pass, and three claims
        return
    assert done.returncode == 1
    assert "h[t] stands for h[t - 1]" in done.stdout


def test_its_table_names_every_file() -> None:
    text = (TEMPLATE / "README.md").read_text(encoding="utf-8")
    skipped = {"README.md", ".gitignore"}
    files = [path for path in TEMPLATE.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    named = {str(path.relative_to(TEMPLATE)) for path in files} - skipped
    assert named == {line.split("`")[1] for line in text.splitlines() if line.startswith("| `")}
