"""What a shell is told when the Tab key is pressed."""

from __future__ import annotations

import pytest
from click.shell_completion import BashComplete

from symrnn.cli import main


def completed(*words: str) -> list[str]:
    *before, incomplete = words
    shell = BashComplete(main, {}, "symrnn", "_SYMRNN_COMPLETE")
    return [item.value for item in shell.get_completions(list(before), incomplete) if item.type == "plain"]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("ver",), ["verify"]),
        (("derive", "--wr"), ["--wrt"]),
        (("derive", "gr"), ["GRU"]),
        (("code", "Elm"), ["Elman"]),
        (("cells", "pee"), ["PeepholeLSTM"]),
        (("check-backward", "--cell", "mg"), ["MGU"]),
        (("derive", "Elman", "--activation", "soft"), ["softplus", "softshrink", "softsign"]),
        (("activations", "mi"), ["mish"]),
        (("plot", "--activation", "mi"), ["mish"]),
        (("latex", "--notation", "good"), ["goodfellow"]),
    ],
)
def test_the_tab_key(words: tuple[str, ...], expected: list[str]) -> None:
    assert completed(*words) == expected


def test_there_is_a_script_for_every_shell() -> None:
    assert "_SYMRNN_COMPLETE=bash_complete" in BashComplete(main, {}, "symrnn", "_SYMRNN_COMPLETE").source()
