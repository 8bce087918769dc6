import pytest
from click.testing import CliRunner

import symrnn.plots.style
from symrnn.cli import main
from symrnn.plots import PICTURES


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(main, ["plot", *arguments], catch_exceptions=False)


@pytest.mark.parametrize("arguments", [[], ["--list"]])
def test_the_pictures_are_listed(run, arguments):
    done = run(*arguments)
    assert (done.exit_code, done.stderr) == (0, "")
    for name in PICTURES:
        assert f"\n{name} " in f"\n{done.stdout}"
    assert "illustrates L19; takes --size --steps --seed" in done.stdout
    assert "symrnn plot all" in done.stdout


def test_a_picture_is_written_with_its_numbers(run, tmp_path):
    pytest.importorskip("matplotlib")
    done = run("slopes", "--activation", "mish", "--activation", "relu6", "--output", "out", "--format", "svg")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == "Written to out:\n  activation-slopes.csv\n  activation-slopes.svg\n"
    saved = (tmp_path / "out" / "activation-slopes.csv").read_text()
    assert {line.partition(",")[0] for line in saved.splitlines()} == {"activation", "mish", "relu6"}


def test_options_reach_the_picture(run, tmp_path):
    pytest.importorskip("matplotlib")
    arguments = ("--radius", "0.8", "--size", "2", "--steps", "3", "--weights", "gaussian", "--format", "pgf")
    rows = []
    for seed in ("0", "1"):
        assert run("norms", *arguments, "--seed", seed).exit_code == 0
        rows.append((tmp_path / "symrnn-pictures" / "jacobian-norms.csv").read_text().splitlines())
    assert [row.split(",")[:2] for row in rows[0][1:]] == [["0.8", str(k)] for k in range(4)]
    assert rows[0][1:] != rows[1][1:]


@pytest.mark.table(quick=0)
def test_all_of_them_in_all_formats(run, tmp_path):
    pytest.importorskip("matplotlib")
    assert run("all").exit_code == 0
    names = sorted(path.name for path in (tmp_path / "symrnn-pictures").iterdir())
    assert names == sorted(f"{name}.{ending}" for name in PICTURES for ending in ("csv", "svg", "png", "pgf"))


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["nothing"], 2, "there is no picture 'nothing'; the pictures are activation-slopes,"),
        (["s"], 2, "'s' could be"),
        (["slopes", "--activation", "foo"], 2, "there is no activation 'foo' in the catalogue"),
        (["slopes", "--seed", "1"], 2, "the picture activation-slopes has no option --seed; it has --activation"),
        (["all", "--seed", "1"], 2, "options are for one picture"),
        (["clipping", "--list"], 2, "a list takes no picture"),
        (["--seed", "1"], 2, "a list takes no picture"),
        (["norms", "--seed", "-1"], 2, "-1 is not in the range"),
        (["norms", "--format", "bmp"], 2, "'bmp' is not one of"),
        (["norms", "--size", "1000"], 2, "a network of 1000 units; use 1 to 32"),
        (["heat", "--steps", "0"], 2, "a heat map of 0 steps; use 1 to 40"),
        (["norms", "--radius", "nan"], 2, "the spectral radius is nan"),
        (["clipping", "-o", "file"], 1, "this is a file, not a folder (at file); choose another folder"),
    ],
)
def test_wrong_usage_is_one_message_and_nothing_is_written(run, tmp_path, arguments, status, message):
    pytest.importorskip("matplotlib")
    (tmp_path / "file").touch()
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (status, "")
    assert message in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_without_matplotlib(run, tmp_path, monkeypatch):
    monkeypatch.setattr(symrnn.plots.style, "has_matplotlib", lambda: False)
    done = run("clipping")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "symrnn: pictures need matplotlib, which is not installed; install it: pip install 'symrnn[plot]'\n"
    )
    assert list(tmp_path.iterdir()) == []
    assert run("--list").exit_code == 0
