"""``symrnn explore``: gradients through time in the browser."""

from __future__ import annotations

import click

EPILOG = """\b
Examples:
  symrnn explore
  symrnn explore --port 8000 --no-browser

\b
What is chosen stands in the address: http://localhost:8000/?cell=GRU&radius=1.5&seed=3
"""


@click.command(name="explore", epilog=EPILOG)
@click.option("--port", type=click.IntRange(1, 65535), help="The port to listen on.  [default: one that is free]")
@click.option("--no-browser", is_flag=True, help="Open no browser; the address is printed.")
@click.pass_context
def command(ctx: click.Context, /, port: int | None, no_browser: bool) -> None:
    """Explore in the browser when gradients vanish and explode.

    Choose a cell, its activation, the spectral radius of its weights and more: the page shows the norm of its Jacobian
    over time with the proved bound, the eigenvalues of its recurrent matrices, and the closed form with its largest
    term. Only this computer can reach the page. Ctrl-C ends it. It needs marimo: pip install 'symrnn[explore]'.
    """
    import subprocess
    import sys
    from importlib.util import find_spec
    from pathlib import Path

    from symrnn import explorer
    from symrnn.errors import MissingPackageError
    from symrnn.plots.style import require_matplotlib

    if find_spec("marimo") is None:
        raise MissingPackageError(
            "the explorer needs marimo, which is not installed", advice="install it: pip install 'symrnn[explore]'"
        )
    require_matplotlib()
    app = Path(explorer.__file__).with_name("app.py")
    words = [sys.executable, "-m", "marimo", "run", str(app), "--no-token"]
    words += ["--port", str(port)] if port else []
    words += ["--headless"] if no_browser else []
    ctx.exit(subprocess.run(words, check=False).returncode)
