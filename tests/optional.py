"""Packages that the tests can do without: skipped with the reason, unless an environment variable promised them."""

from __future__ import annotations

import importlib
import os
from types import ModuleType

import pytest

PROMISED = "SYMRNN_REQUIRE_TORCH"


def require_torch() -> ModuleType:
    """PyTorch; skips the module where it is missing, fails it where SYMRNN_REQUIRE_TORCH=1 promised it."""
    try:
        return importlib.import_module("torch")
    except ModuleNotFoundError as error:
        reason = f"PyTorch is not installed ({error.name} is missing): pip install torch"
        if os.environ.get(PROMISED) == "1":
            pytest.fail(f"{reason}; {PROMISED}=1 promised it", pytrace=False)
        pytest.skip(reason, allow_module_level=True)
