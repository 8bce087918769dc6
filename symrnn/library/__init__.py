"""Derivation files: where they are, what they claim, and how the claims fare."""

from symrnn.library.collection import Entry, Library, load_library
from symrnn.library.loading import DerivationFile, LoadFailure, load_file
from symrnn.library.places import default_folder, find_files, looks_like_path
from symrnn.library.results import ERROR, Result, check_entry, counterexample_record
from symrnn.library.runs import check_entries, sensible_jobs

__all__ = [
    "ERROR",
    "DerivationFile",
    "Entry",
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
