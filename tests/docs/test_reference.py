r"""The site as a whole: complete, current, and built without a warning."""

from __future__ import annotations

import importlib.util
import pkgutil
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest
from docs.pages import DOCS, ROOT

import symrnn

INSIDE = {"symrnn.certify", "symrnn.cli", "symrnn.explorer", "symrnn.kernel", "symrnn.render"}
"""Rooms that no user imports from: commands and explanations speak of them."""


def documented() -> set[str]:
    """The modules that the pages of the reference describe."""
    return {
        name
        for page in (DOCS / "reference").glob("*.md")
        for name in re.findall(r"^\.\. automodule:: (\S+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    }


def test_every_room_has_a_page() -> None:
    rooms = {f"symrnn.{each.name}" for each in pkgutil.iter_modules(symrnn.__path__) if each.ispkg}
    assert rooms - INSIDE <= documented()


def test_every_name_of_the_front_door_is_described() -> None:
    described = {
        name
        for module in map(import_module, documented())
        for name in getattr(module, "__all__", [each for each in vars(module) if not each.startswith("_")])
    }
    assert set(symrnn.__all__) <= described


def test_what_rooms_pass_on_is_listed() -> None:
    """Without ``__all__`` Sphinx leaves out what a package imports."""
    for name in documented():
        module = import_module(name)
        if hasattr(module, "__path__"):
            assert module.__all__, name


def test_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text(encoding="utf-8").splitlines()) < 150


def test_the_navigation_has_every_page() -> None:
    for folder in ("tutorials", "how-to", "explanation", "reference"):
        trees = re.findall(r"^```\{toctree\}\n(.*?)^```", (DOCS / folder / "index.md").read_text("utf-8"), re.M | re.S)
        named = {line for tree in trees for line in tree.split() if not line.startswith(":")}
        assert {page.stem for page in (DOCS / folder).glob("*.md")} - {"index"} <= named, folder


@pytest.mark.table(quick=0)
def test_the_gallery_is_current() -> None:
    done = subprocess.run([sys.executable, str(DOCS / "gallery.py"), "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.table(quick=0)
def test_the_site_is_built_without_a_warning(tmp_path: Path) -> None:
    if any(importlib.util.find_spec(name) is None for name in ("sphinx", "myst_parser", "furo", "sphinx_click")):
        pytest.skip("what builds the site is not installed here: pip install -e '.[docs]'")
    words = [sys.executable, "-m", "sphinx", "-W", "-q", str(DOCS), str(tmp_path)]
    done = subprocess.run(words, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<math" in index
    for page in tmp_path.rglob("*.html"):
        assert not re.search(r'(src=|<link[^>]*href=)"(https?:)?//', page.read_text("utf-8")), page
