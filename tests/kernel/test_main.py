"""The checker in a process of its own, in which everything but the standard library is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CERTIFICATES = Path(__file__).parent / "certificates"
ROOT = Path(__file__).parents[2]
BLOCKED = ("sympy", "numpy", "mpmath", "flint", "symrnn.check", "symrnn.expr", "symrnn.certify", "click", "rich")
RUN = f"""
import importlib.abc, runpy, sys

class Blocker(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if any(name == each or name.startswith(each + ".") for each in {BLOCKED!r}):
            raise ImportError(name + " is not to be imported")

sys.meta_path.insert(0, Blocker())
runpy.run_module("symrnn.kernel", run_name="__main__", alter_sys=True)
"""


def check(*arguments: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-c", RUN, *map(str, arguments)],
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
        timeout=100,
    )


def lines_of(found: subprocess.CompletedProcess[bytes]) -> list[str]:
    assert found.stderr == b""
    return found.stdout.decode("utf-8").splitlines()


def test_a_folder_is_accepted():
    found = check(CERTIFICATES)
    lines = lines_of(found)
    assert found.returncode == 0
    assert len(lines) == len(list(CERTIFICATES.glob("*.jsonl")))
    assert all(line.startswith("accepted ") for line in lines)
    assert "accepted step: dh[t]/dh[t - 1] = diag(phi'(a[t])) W_hh  for t >= 1" in lines


def test_slopes_without_the_package_that_they_take_are_refused(tmp_path: Path):
    (tmp_path / "slope.jsonl").write_text('{"symrnn": 1, "kind": "slope", "id": "x"}\n', "utf-8")
    found = check(tmp_path)
    assert found.returncode == 1
    assert lines_of(found) == ["refused slope: line 1: checking slopes takes one package: pip install python-flint"]


def test_one_that_is_refused_among_others(tmp_path: Path):
    good = (CERTIFICATES / "step.jsonl").read_text("utf-8")
    (tmp_path / "a.jsonl").write_text(good, "utf-8")
    (tmp_path / "b.jsonl").write_text("\n".join(good.splitlines()[:-1]), "utf-8")
    (tmp_path / "c.txt").write_text("not looked at", "utf-8")
    found = check(tmp_path)
    first, second = lines_of(found)
    assert found.returncode == 1
    assert first.startswith("accepted step: ")
    assert second.startswith("refused b: line ")
    assert second.endswith("the end is missing")


def test_without_certificates(tmp_path: Path):
    for arguments in ([], [tmp_path]):
        found = check(*arguments)
        assert found.returncode == 2
        assert found.stdout == b""
        assert b"usage" in found.stderr


HEADER = b'{"symrnn": 1, "kind": "equation", "id": "x"}\n'
UNREADABLE: dict[str, bytes] = {
    "empty": b"",
    "blank": b"\n\n",
    "binary": bytes(range(256)) * 20,
    "zeros": bytes(1000),
    "no header": b'["leaf", "x", null]\n',
    "other version": HEADER.replace(b"1", b"2"),
    "header is a list": b"[1, 2]\n",
    "header without id": b'{"symrnn": 1, "kind": "equation"}\n',
    "other kind": HEADER.replace(b"equation", b"poem"),
    "kind is a list": HEADER.replace(b'"equation"', b"[[]]"),
    "only a header": HEADER,
    "blank line": HEADER + b"\n",
    "no json": HEADER + b"leaf x\n",
    "deep header": b"[" * 100_000,
    "deep line": HEADER + b"[" * 100_000,
    "deep object": HEADER + b'{"a":' * 100_000,
    "long number": HEADER + b'["id", ' + b"9" * 100_000 + b"]",
    "float": HEADER + b'["scale", 0.5, 0]\n',
    "nan": HEADER + b'["scale", NaN, 0]\n',
    "infinity": HEADER + b'["id", Infinity]\n',
    "a line that is a number": HEADER + b"3\n",
    "an empty list": HEADER + b"[]\n",
    "a kind that is a list": HEADER + b"[[]]\n",
    "an unknown kind": HEADER + b'["believe", 0]\n',
    "too few fields": HEADER + b'["leaf"]\n',
    "a term that is true": HEADER + b'["id", true]\n',
    "no such term": HEADER + b'["T", 0]\n',
    "a negative term": HEADER + b'["id", "n"]\n["T", -1]\n',
    "a rule without a system": HEADER + b'["id", "n"]\n["equal", [], [], 0, 0, [], []]\n',
    "two systems": HEADER + b'["system"]\n["system"]\n',
    "a name that is a list": HEADER + b'["system", [["x"], "n", 1, false, 0, null, [], null, "given", 0]]\n',
    "a sum of nothing": HEADER + b'["add"]\n',
    "surrogates": HEADER.replace(b'"x"', b'"\\ud800\\u202e\\u0007"') + b"[]\n",
    "a long line": HEADER + b'["id", "' + b"n" * 2_000_000 + b'"]\n',
    "many lines": HEADER + b'["id", "n"]\n' * 100_001,
    "qed of nothing": HEADER + b'["qed", 0, [], []]\n',
    "a byte order mark": b"\xef\xbb\xbf" + HEADER,
    "another encoding": HEADER.decode().encode("utf-16"),
}


def test_files_that_are_no_certificates(tmp_path: Path):
    for at, content in enumerate(UNREADABLE.values()):
        (tmp_path / f"{at:02}.jsonl").write_bytes(content)
    found = check(tmp_path)
    lines = lines_of(found)
    assert found.returncode == 1
    assert len(lines) == len(UNREADABLE)
    for name, line in zip(UNREADABLE, lines, strict=True):
        assert line.startswith("refused "), (name, line)
        assert ": line " in line, (name, line)
        assert len(line) < 300, (name, line)


def test_what_is_no_file(tmp_path: Path):
    (tmp_path / "folder.jsonl").mkdir()
    os.mkfifo(tmp_path / "pipe.jsonl")
    found = check(tmp_path / "missing.jsonl", tmp_path / "pipe.jsonl", "/dev/zero", tmp_path)
    assert found.returncode == 1
    assert [line.split(":")[0] for line in lines_of(found)] == [
        *("refused missing", "refused pipe", "refused zero", "refused folder", "refused pipe")
    ]


@pytest.mark.skipif(sys.platform != "linux", reason="names of files are bytes there only")
def test_a_file_whose_name_is_no_text(tmp_path: Path):
    name = os.fsencode(tmp_path) + b"/\xff.jsonl"
    Path(os.fsdecode(name)).write_bytes(HEADER)
    found = check(tmp_path)
    (line,) = lines_of(found)
    assert found.returncode == 1
    assert line.startswith("refused ")


def test_a_terminal_that_knows_no_sums():
    found = check(CERTIFICATES / "elman.jsonl", env={"PYTHONIOENCODING": "ascii"})
    (line,) = lines_of(found)
    assert found.returncode == 0
    assert line.startswith("accepted elman: dh[t]/dW_hh = (\\u03a3")


def test_what_is_blocked_is_blocked():
    found = subprocess.run(
        [sys.executable, "-c", RUN.replace("symrnn.kernel", "mpmath")], capture_output=True, cwd=ROOT, timeout=300
    )
    assert found.returncode != 0
    assert b"mpmath is not to be imported" in found.stderr
