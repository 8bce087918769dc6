"""Names of a recurrence as names of a Python program: valid, not reserved, and different from each other."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata
from collections.abc import Iterable


class Identifiers:
    """The names of one program, each given to one thing only.

    Args:
        reserved: names that the program uses for itself.

    >>> names = Identifiers(reserved=("np",))
    >>> names.of("W_hh"), names.of("lambda"), names.of("np"), names.of("W^{h}")
    ('W_hh', 'lambda_', 'np_', 'W_h')
    >>> names.of("W_hh"), names.of("W hh")                  # the same thing again, and another one
    ('W_hh', 'W_hh_2')
    """

    def __init__(self, reserved: Iterable[str] = ()) -> None:
        self.reserved = {*reserved, *keyword.kwlist, *keyword.softkwlist, *dir(builtins)}
        self.known: dict[tuple[str, str], str] = {}

    def of(self, name: str, kind: str = "", wanted: str = "") -> str:
        """The identifier of a thing, made when it is first asked for.

        Args:
            name: what it is called in the recurrence.
            kind: tells things of one name apart, such as an index and a state.
            wanted: what it should be called, if that is not its name.
        """
        if (name, kind) not in self.known:
            self.known[name, kind] = self._fresh(wanted or name)
        return self.known[name, kind]

    def _fresh(self, name: str) -> str:
        plain = re.sub(r"\W+", "_", unicodedata.normalize("NFKC", name)).strip("_") or "quantity"
        if not plain.isidentifier():
            plain = f"q_{plain}"
        if plain in self.reserved:
            plain = f"{plain}_"
        taken, found, number = set(self.known.values()), plain, 2
        while found in taken or found in self.reserved:
            found, number = f"{plain}_{number}", number + 1
        return found
