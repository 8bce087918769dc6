"""All claims that ship, verified anew and on the certificates that were kept."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import cache

from benchmarks.rows import SECONDS, Cost, in_a_process

FOLDER = tempfile.TemporaryDirectory()
VERIFY = ("-m", "symrnn", "verify", "--jobs", "1")


@cache
def kept() -> Sequence[str]:
    """Verify on certificates, which are kept before."""
    command = (*VERIFY, "--certificates", FOLDER.name)
    in_a_process(command)
    return command


ROWS = [
    Cost("P9 verify, whole library", lambda: VERIFY, {SECONDS: 15}, rounds=1),
    Cost("P9 verify, certificates kept", kept, {SECONDS: 5}, rounds=1),
]
