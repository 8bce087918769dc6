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
    assert "illustrates L19; takes --size --steps --seed --activation" in done.stdout
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


def test_the_look_reaches_the_picture(run, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "mine.toml").write_text("[symbols]\ng = 'q'\n")
    made = {}
    for name, look in (
        ("usual", ()),
        ("mine", ("--notation", "mine.toml")),
        ("wide", ("--width", "20cm")),
        ("sans", ("--font", "sans", "--font-size", "9")),
    ):
        assert run("clipping", *look, "--format", "pgf", "-o", name).exit_code == 0
        made[name] = (tmp_path / name / "clipping.pgf").read_text()
    assert "gradient $q$" in made["mine"]
    assert r"gradient $\mathbf{g}$" in made["usual"]
    assert r"\pgfqpoint{7.874016in}" in made["wide"]
    assert r"\sffamily" in made["sans"]
    assert r"\fontsize{9.000000}" in made["sans"]


def test_an_unrolled_cell_is_tikz(run, tmp_path):
    pytest.importorskip("matplotlib")
    done = run("unrolled", "--cell", "gru", "--no-gates", "--truncate", "1", "--notation", "plain", "--format", "tikz")
    assert (done.exit_code, done.stderr) == (0, "")
    made = (tmp_path / "symrnn-pictures" / "unrolled.tikz").read_text()
    assert r"\draw[cut] (h-0) to[bend right=28] node[cross]" in made
    assert "{$r_{t}$}" not in made
    saved = (tmp_path / "symrnn-pictures" / "unrolled.csv").read_text().splitlines()
    assert saved[0] == "from,to,kind,weights"
    assert "h[t],h[t-1],cut," in saved


def test_a_cell_of_a_file_is_unrolled(run, tmp_path):
    pytest.importorskip("matplotlib")
    (tmp_path / "mine.py").write_text("from symrnn.cells import MGU\nmine = MGU()\n")
    assert run("unrolled", "--cell", "mine.py:mine", "--format", "tikz").exit_code == 0
    saved = (tmp_path / "symrnn-pictures" / "unrolled.csv").read_text().splitlines()
    assert "f[t],g[t],forward,U_h" in saved or "f[t],g[t],forward," in saved
    assert run("unrolled", "--cell", "mine.py:other").exit_code == 2


@pytest.mark.table(quick=0)
def test_all_of_them_in_all_formats(run, tmp_path):
    pytest.importorskip("matplotlib")
    assert run("all").exit_code == 0
    names = sorted(path.name for path in (tmp_path / "symrnn-pictures").iterdir())
    assert names == sorted(f"{name}.{ending}" for name in PICTURES for ending in ("csv", *PICTURES[name].formats))


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
        (
            ["unrolled", "--width", "wide"],
            2,
            "'wide' is not a width; use article, a4, beamer, twocolumn, or a length such as 12cm",
        ),
        (["unrolled", "--width", "3cm"], 2, "a picture 3cm wide; use 8.38cm to 40.6cm"),
        (["unrolled", "--font", "No Such Font"], 2, "no font 'No Such Font' is installed; use serif, sans"),
        (["unrolled", "--font-size", "90"], 2, "letters of 90 points; use 5 to 20"),
        (["unrolled", "--notation", "foo"], 2, "unknown notation 'foo'"),
        (["unrolled", "--cell", "gru", "--cell", "lstm"], 2, "2 cells for one picture; give one cell"),
        (["unrolled", "--forget-bias", "1"], 2, "the picture unrolled has no option --forget-bias; it has --cell"),
        (["clipping", "--format", "tikz"], 2, "the picture clipping is not written as tikz; it is as svg, png, pgf"),
        (["jacobian", "--activation", "tanh", "--activation", "relu"], 2, "2 activations for one picture"),
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
