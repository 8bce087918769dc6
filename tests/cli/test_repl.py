"""A prompt, fed through a pipe."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from symrnn.cli.repl import WELCOME

TYPED = """\
rnn = Elman()
print('found', rnn.derive(rnn.h[t], wrt=rnn.h[t - 1]).closed_form)
print(sp.__name__, ForEvery.__name__, MGU.__name__)
"""
WITHOUT_IPYTHON = "import sys; sys.modules['IPython'] = None; from symrnn.cli import main; main(['repl'])"


@pytest.mark.parametrize("words", [["-m", "symrnn", "repl"], ["-c", WITHOUT_IPYTHON]], ids=["usual", "plain"])
def test_names_are_loaded_and_the_end_of_input_ends(words: list[str], tmp_path: Path) -> None:
    own = os.environ | {"IPYTHONDIR": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, *words], input=TYPED, capture_output=True, text=True, cwd=tmp_path, env=own, timeout=120
    )
    assert done.returncode == 0, done.stderr
    assert "found DiagMatrix(phi'(a[t]))*W_hh" in done.stdout
    assert "\nsympy ForEvery MGU\n" in done.stdout.replace(">>> ", "\n").replace("]: ", "\n")
    assert "Elman(); d = rnn.derive" in done.stdout + done.stderr  # Python's own prompt greets on standard error
    assert "Traceback" not in done.stdout + done.stderr


def test_the_welcome_has_three_lines() -> None:
    assert len(WELCOME.splitlines()) == 3


def test_an_error_at_the_plain_prompt_is_told_in_a_line_and_is_no_consequence_of_another(tmp_path: Path) -> None:
    typed = "rnn = Elman()\nrnn.h[-1]\nnowhere\n"
    own = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_IPYTHON], input=typed, capture_output=True, text=True, env=own, timeout=120
    )
    said = done.stdout + done.stderr
    assert "IndexRangeError: h[-1] does not exist: h starts at 0\n" in said
    assert "NameError: name 'nowhere' is not defined" in said
    assert said.count("Traceback") == 1
    assert "IPython" not in said
    assert done.returncode == 0
