"""What is missing skips with its reason, and fails where it was promised."""

from __future__ import annotations

import importlib

import pytest
from optional import require_torch


@pytest.fixture
def no_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ModuleNotFoundError(name, name=name)

    monkeypatch.setattr(importlib, "import_module", missing)


@pytest.mark.usefixtures("no_torch")
def test_what_is_missing_skips(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SYMRNN_REQUIRE_TORCH", raising=False)
    with pytest.raises(pytest.skip.Exception, match="pip install torch"):
        require_torch()


@pytest.mark.usefixtures("no_torch")
def test_what_was_promised_and_is_missing_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SYMRNN_REQUIRE_TORCH", "1")
    with pytest.raises(pytest.fail.Exception, match="SYMRNN_REQUIRE_TORCH=1"):
        require_torch()
