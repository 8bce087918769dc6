"""``symrnn repl``: a prompt with the names of symrnn."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import click

from symrnn.errors import SymrnnError

WELCOME = """\
symrnn {version}: its cells, terms and statements are loaded by name, and SymPy is sp.
Try: rnn = Elman(); d = rnn.derive(rnn.h[t], wrt=rnn.W_hh); print(d); d.verify().kind
help(NAME) explains a name, the Tab key completes one; Ctrl-D ends."""


@click.command(name="repl")
def command() -> None:
    """Start a Python prompt with the names of symrnn loaded.

    The prompt is IPython where that is installed, else Python's own. Ctrl-D ends it.
    """
    import sympy

    import symrnn
    from symrnn import cells, derivation, expr

    names: dict[str, Any] = {name: getattr(room, name) for room in (expr, derivation, cells) for name in room.__all__}
    names |= {name: getattr(symrnn, name) for name in dir(symrnn)} | {"sp": sympy, "symrnn": symrnn}
    banner = WELCOME.format(version=symrnn.__version__)
    try:
        start = _ipython(names, banner)
    except ImportError:
        start = partial(_plain, names, banner)
    start()  # not where that error is handled: whatever goes wrong at the prompt would be told as its consequence


def _ipython(names: dict[str, Any], banner: str) -> Callable[[], None]:
    from IPython import start_ipython
    from traitlets.config import Config

    shown = Config()
    shown.TerminalInteractiveShell.banner1 = f"{banner}\n"
    shown.TerminalInteractiveShell.enable_tip = False
    shown.TerminalInteractiveShell.confirm_exit = False
    return partial(start_ipython, argv=[], user_ns=names, config=shown)


def _plain(names: dict[str, Any], banner: str) -> None:
    """Python's own prompt, with completion where the system has readline; errors of symrnn's are told in a line."""
    import code

    class Console(code.InteractiveConsole):
        def showtraceback(self) -> None:
            kind, error, _ = sys.exc_info()
            if kind is not None and isinstance(error, SymrnnError):
                self.write(f"{kind.__name__}: {error}\n")
            else:
                super().showtraceback()

    try:
        import readline
        import rlcompleter
    except ImportError:
        pass
    else:
        readline.set_completer(rlcompleter.Completer(names).complete)
        readline.parse_and_bind("tab: complete")
    Console(names).interact(banner, exitmsg="")
