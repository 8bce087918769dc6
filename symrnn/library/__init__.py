"""Derivation files: where they are, what they claim, and how the claims fare."""

from __future__ import annotations

from typing import TYPE_CHECKING

import lazy_loader

from symrnn.library.collection import Library, load_library
from symrnn.library.headings import ERROR, Heading
from symrnn.library.loading import DerivationFile, Entry, LoadFailure, load_file
from symrnn.library.places import default_folder, find_files, looks_like_path

if TYPE_CHECKING:
    from symrnn.library.results import Result, check_entry, counterexample_record
    from symrnn.library.runs import check_entries, sensible_jobs

__all__ = [
    "ERROR",
    "DerivationFile",
    "Entry",
    "Heading",
    "Library",
    "LoadFailure",
    "Result",
    "check_entries",
    "check_entry",
    "counterexample_record",
    "default_folder",
    "find_files",
    "load_file",
    "load_library",
    "looks_like_path",
    "sensible_jobs",
]

# What checks claims is imported late: a list of them needs none of it, and not even SymPy.
__getattr__, _, _ = lazy_loader.attach(
    __name__,
    submod_attrs={
        "results": ["Result", "check_entry", "counterexample_record"],
        "runs": ["check_entries", "sensible_jobs"],
    },
)
