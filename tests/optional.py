"""Packages that the tests can do without: skipped with the reason, unless an environment variable promised them."""

from __future__ import annotations

import importlib
import os
from types import ModuleType

import pytest


def require_torch() -> ModuleType:
    """PyTorch; skips the module where it is missing, fails it where SYMRNN_REQUIRE_TORCH=1 promised it."""
    return _required("torch", "PyTorch", "SYMRNN_REQUIRE_TORCH")


def require_jax() -> ModuleType:
    """JAX in double precision; skips and fails as above, for SYMRNN_REQUIRE_JAX=1."""
    jax = _required("jax", "JAX", "SYMRNN_REQUIRE_JAX")
    jax.config.update("jax_enable_x64", True)
    return jax


def require_marimo() -> ModuleType:
    """Marimo; skips and fails as above, for SYMRNN_REQUIRE_MARIMO=1."""
    return _required("marimo", "marimo", "SYMRNN_REQUIRE_MARIMO")


def require_numba() -> ModuleType:
    """Numba; skips and fails as above, for SYMRNN_REQUIRE_NUMBA=1."""
    return _required("numba", "Numba", "SYMRNN_REQUIRE_NUMBA")


def require_distributed() -> ModuleType:
    """Dask's distributed; skips and fails as above, for SYMRNN_REQUIRE_DASK=1."""
    return _required("distributed", "Dask", "SYMRNN_REQUIRE_DASK")


def _required(package: str, title: str, promised: str) -> ModuleType:
    try:
        return importlib.import_module(package)
    except ModuleNotFoundError as error:
        reason = f"{title} is not installed ({error.name} is missing): pip install {package}"
        if os.environ.get(promised) == "1":
            pytest.fail(f"{reason}; {promised}=1 promised it", pytrace=False)
        pytest.skip(reason, allow_module_level=True)
