"""What is missing skips with its reason, and fails where it was promised."""

from __future__ import annotations

import importlib

import pytest
from optional import require_jax, require_marimo, require_torch

PACKAGES = {
    "torch": (require_torch, "SYMRNN_REQUIRE_TORCH"),
    "jax": (require_jax, "SYMRNN_REQUIRE_JAX"),
    "marimo": (require_marimo, "SYMRNN_REQUIRE_MARIMO"),
}


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name, name=name)

    monkeypatch.setattr(importlib, "import_module", missing)


@pytest.mark.parametrize("package", PACKAGES)
def test_what_is_missing_skips(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    require, promised = PACKAGES[package]
    monkeypatch.delenv(promised, raising=False)
    with pytest.raises(pytest.skip.Exception, match=f"pip install {package}"):
        require()


@pytest.mark.parametrize("package", PACKAGES)
def test_what_was_promised_and_is_missing_fails(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    require, promised = PACKAGES[package]
    monkeypatch.setenv(promised, "1")
    with pytest.raises(pytest.fail.Exception, match=f"{promised}=1"):
        require()
