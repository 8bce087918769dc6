import json
import os
import re
import shlex
import subprocess
import sys

import pytest
from click.testing import CliRunner
from library.samples import SWAPPED, good_folder, step, write

import symrnn
from symrnn.cli import COMMANDS, main
from symrnn.library import places, results, runs


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Runs the command in an empty folder, with ./derivations as the tests fill it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "100")

    def runner(*arguments):
        return CliRunner().invoke(main, arguments, catch_exceptions=False)

    return runner


@pytest.fixture
def good(tmp_path):
    return good_folder(tmp_path / "derivations")


def test_verify_prints_a_table_and_passes(run, good):
    done = run("verify")
    assert done.exit_code == 0
    assert re.search(r"^J1 .* ✓ PROVED", done.stdout, re.MULTILINE)
    assert re.search(r"^J2 .* ✓ REFUTED", done.stdout, re.MULTILINE)
    assert "t=1, " in done.stdout
    assert "corrected by J1" in done.stdout
    assert "numerator layout" in done.stdout
    assert "3 claims: 1 PROVED, 1 UNDECIDED, 1 REFUTED; all as expected" in done.stdout
    assert done.stderr == ""


def test_a_claim_is_verified_without_running_the_files_of_others(run, good):
    write(good / "aa.py", step("J3"), "\nraised = 1 / 0\n")
    done = run("verify", "J1")
    assert (done.exit_code, done.stderr) == (0, "")
    done = run("verify", "J3")
    assert (done.exit_code, done.stdout) == (1, "")
    assert re.fullmatch(
        r"symrnn: not loaded: derivations/aa.py:\d+: ZeroDivisionError: division by zero\n", done.stderr
    )


@pytest.mark.parametrize("arguments", [["verify"], ["verify", "--json"], ["list"], ["build"], ["latex", "J*"]])
def test_where_nothing_can_be_loaded_nothing_is_written(run, tmp_path, arguments):
    write(tmp_path / "derivations" / "a.py", "\n1 / 0\n")
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2 if "J*" in arguments else 1, "")
    assert done.stderr.startswith("symrnn: not loaded: derivations/a.py:")
    assert [path.name for path in tmp_path.iterdir()] == ["derivations"]


def test_a_verdict_that_differs_fails(run, tmp_path):
    write(tmp_path / "derivations" / "a.py", step("J1", SWAPPED))
    done = run("verify")
    assert done.exit_code == 1
    assert "✗ REFUTED" in done.stdout
    assert "NOT as expected: PROVED" in done.stdout
    assert "1 NOT as expected: J1" in done.stdout


def test_a_file_that_raises_fails_and_the_others_run(run, good):
    write(good / "aa.py", "\n1 / 0\n")
    done = run("verify")
    assert done.exit_code == 1
    assert "3 claims" in done.stdout
    assert re.search(r"^symrnn: not loaded: derivations/aa.py:\d+: ZeroDivisionError", done.stderr, re.MULTILINE)


def test_claims_are_chosen_by_id_and_by_path(run, good):
    assert [record["id"] for record in json.loads(run("verify", "j2", "N*", "--json").stdout)] == ["J2", "N1"]
    records = json.loads(run("verify", str(good / "b_informal.py"), "--json").stdout)
    assert [record["id"] for record in records] == ["N1"]


def test_verify_json(run, good):
    done = run("verify", "--json")
    assert done.exit_code == 0
    records = json.loads(done.stdout)
    assert [record["id"] for record in records] == ["J1", "J2", "N1"]
    wanted = "id statement verdict expected as_expected evidence hypotheses counterexample corrected_by"
    assert all(set(wanted.split()) < set(record) for record in records)
    assert records[1]["counterexample"]["values"]["n"] == "2"
    assert records[0]["file"] == "derivations/a_step.py"


def test_verify_takes_a_seed_and_processes(run, good):
    (record,) = json.loads(run("verify", "J2", "--json", "--seed", "77", "--jobs", "2").stdout)
    assert record["counterexample"]["seed"] >= 77


def test_list(run, good):
    done = run("list")
    assert done.exit_code == 0
    assert re.search(r"^J2 .* REFUTED", done.stdout, re.MULTILINE)
    assert "derivations/a_step.py:" in done.stdout
    records = json.loads(run("list", "--json", "J*").stdout)
    assert [(record["id"], record["expected"]) for record in records] == [("J1", "PROVED"), ("J2", "REFUTED")]
    assert r"\frac" in records[0]["statement"]


def test_latex(run, good):
    packages, first, formula = run("latex", "J1").stdout.splitlines()[:3]
    assert (packages, first) == (r"% needs: \usepackage{amsmath}", r"\begin{aligned}")
    assert formula.startswith(r"  &\frac{\partial \mathbf{h}_{(t)}}")
    assert r"&\frac{d h_{t}}{d h_{t-1}}" in run("latex", "j1", "--notation", "plain").stdout
    assert run("latex", "J1", "--bare").stdout.startswith(r"\frac{\partial \mathbf{h}_{(t)}}")
    assert run("latex", "J*").stdout.count("% J") == 2
    assert run("latex", "J1", "--preamble").stdout == "\\usepackage{amsmath}\n"


def test_latex_of_what_is_refuted_says_so_in_print_and_on_stderr(run, good):
    done = run("latex", "J2")
    assert "This is false:" in done.stdout
    assert "This holds instead (J1):" in done.stdout
    assert done.stderr.startswith("symrnn: J2 is REFUTED: it is printed as false, and J1, which holds instead, stands")
    done = run("latex", "J2", "--bare")
    assert "false" not in done.stdout
    assert done.stderr == "symrnn: J2 is REFUTED, and --bare does not say so in print; J1 holds instead\n"


def test_latex_does_not_call_false_what_is_only_expected_to_be(run, tmp_path):
    write(tmp_path / "derivations" / "a.py", step("J1"), step("J2", expected="REFUTED", more='corrected_by="J1"'))
    done = run("latex", "J2")
    assert "false" not in done.stdout
    assert "instead" not in done.stdout
    assert done.stderr == "symrnn: J2 is expected to be REFUTED, but is PROVED; it is printed as it stands\n"


def test_latex_in_an_equation_with_a_label_and_within_a_width(run, good):
    done = run("latex", "J*", "--block", "equation", "--label", "eq:#", "--width", "beamer")
    assert done.stdout.count(r"\begin{equation}\label{eq:J1}") == 1
    assert done.stdout.count(r"\label{eq:J2}") == 1
    narrow = run("latex", "J2", "--width", "20").stdout.splitlines()
    assert len(narrow) > len(run("latex", "J2").stdout.splitlines())


def test_latex_of_a_proof(run, tmp_path):
    write(
        tmp_path / "derivations" / "a.py",
        "chain = rnn.derive(h[t], wrt=W)\n",
        'c = Claim("J3", "", chain.equation, Kind.PROVED, rnn, derivation=chain)\n',
        step("J1"),
    )
    assert run("latex", "J3", "--proof", "--bare").stdout.startswith(r"\begin{aligned}")
    done = run("latex", "J1", "--proof")
    assert (done.exit_code, done.stdout) == (2, "")
    assert "comes without a derivation" in done.stderr


def test_build(run, good, tmp_path):
    done = run("build")
    assert done.exit_code == 0
    assert done.stdout.startswith("3 claims: 1 PROVED, 1 UNDECIDED, 1 REFUTED; all as expected\n")
    assert "Slips found, each with a counterexample (→ what holds instead): 1\n  J2 " in done.stdout
    assert "numerator layout" not in done.stdout
    assert "numerator layout" in run("build", "--table").stdout
    assert "symrnn verify J2 " in done.stdout
    assert "Written to symrnn-lecture:\n  lecture.tex\n  lecture.md\n  report.json\n  fragments/" in done.stdout
    assert (tmp_path / "symrnn-lecture" / "fragments" / "J1.tex").is_file()
    assert run("build", str(good / "a_step.py"), "-o", "elsewhere/deep").exit_code == 0
    assert (tmp_path / "elsewhere" / "deep" / "lecture.tex").is_file()


def test_what_a_build_says_of_more_can_be_typed(run, good, monkeypatch):
    monkeypatch.chdir(good)
    (good / "a_step.py").rename(good / "my step.py")  # beside no folder derivations, and with a space
    more = run("build", "my step.py").stdout.partition("More:\n")[2]
    asked = [shlex.split(line.strip().partition("  ")[0]) for line in more.splitlines()]
    assert [words[:2] for words in asked] == [["symrnn", "verify"], ["symrnn", "latex"], ["symrnn", "build"]]
    for program, *words in asked:
        assert program == "symrnn"
        assert run(*words).exit_code == 0, words


@pytest.mark.table(quick=0)
def test_however_many_slips_there_are_the_summary_is_short(run, tmp_path):
    slips = [step(f"J{number}", SWAPPED, "REFUTED" if number % 2 else "PROVED") for number in range(40)]
    write(tmp_path / "derivations" / "a.py", *slips)
    done = run("build")
    assert done.exit_code == 1
    lines = done.stdout.splitlines()
    assert lines[0] == "40 claims: 40 REFUTED; 20 NOT as expected"
    assert len(lines) <= 40
    assert max(map(len, lines)) <= 100
    assert "  and 6 more" in lines
    assert "  and 16 more" in lines


def test_the_summary_cuts_titles_and_no_ids(run, monkeypatch, tmp_path):
    monkeypatch.setenv("COLUMNS", "90")
    long = "J-with-a-name-that-is-rather-long"
    slip = step(long, SWAPPED, "REFUTED", more=f'corrected_by="{long}-2"')
    write(tmp_path / "derivations" / "a.py", slip, step(f"{long}-2"))
    (line,) = (line for line in run("build").stdout.splitlines() if line.startswith(f"  {long} "))
    assert line.rstrip().endswith(f"→ {long}-2")


def test_build_without_derivations_here_takes_those_that_ship(run, monkeypatch, good, tmp_path):
    monkeypatch.setattr(places, "PACKAGE", tmp_path / "site")
    good.rename(tmp_path / "_derivations")
    (tmp_path / "site").mkdir()
    (tmp_path / "_derivations").rename(tmp_path / "site" / "_derivations")
    assert "3 claims" in run("build").stdout
    assert "derivations/a_step.py" in (tmp_path / "symrnn-lecture" / "report.json").read_text()


def test_build_writes_the_rest_when_a_file_fails(run, good, tmp_path):
    write(good / "aa.py", "\n1 / 0\n")
    done = run("build")
    assert done.exit_code == 1
    assert "ZeroDivisionError" in (tmp_path / "symrnn-lecture" / "lecture.md").read_text()


def test_an_output_folder_that_cannot_be_written_is_refused(run, good, tmp_path):
    (tmp_path / "file").touch()
    done = run("build", "--output", "file")
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == "symrnn: this is a file, not a folder (at file); choose another folder\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["verify", "J9"], "there is no claim 'J9'; did you mean J1, J2"),
        (["verify", "gone.py"], "there is no such file or folder (at gone.py)"),
        (["verify", "--jobs", "0"], "0 is not in the range"),
        (["verify", "--seed", "x"], "'x' is not a valid integer"),
        (["latex", "derivations"], "no ID is given"),
        (["latex"], "Missing argument"),
        (["latex", "J1", "--notation", "mine"], "unknown notation 'mine'; the known ones are: lecture"),
        (["latex", "J1", "--label", "eq:J"], "--label is for --block equation"),
        (["latex", "J*", "--block", "equation", "--label", "eq:J"], "put a # where the ID goes"),
        (["latex", "J1", "--width", "wide"], "'wide' is none of a4, article, beamer"),
        (["build", "J1"], "there is no such file or folder (at J1)"),
        (["nothing"], "No such command"),
    ],
)
def test_wrong_usage_is_one_message_and_status_2(run, good, arguments, message):
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr


def test_nothing_is_run_that_is_given_as_an_id(run, good):
    done = run("verify", "__import__('os').system('touch hacked')")
    assert done.exit_code == 2
    assert not os.path.exists("hacked")


def test_an_internal_error_is_reported_with_its_claim(run, good, monkeypatch):
    def verify(claim, seed):
        raise TypeError("a bug")

    monkeypatch.setattr(results, "verify", verify)
    done = run("verify", "J1")
    assert done.exit_code == 1
    assert "✗ ERROR" in done.stdout
    assert "internal error, please report it: TypeError: a bug" in done.stderr
    assert "symrnn: J1 (derivations/a_step.py:" in done.stderr
    assert "Traceback" in done.stderr


def test_ctrl_c_shows_what_is_ready(run, good, monkeypatch):
    check = runs.check_entry

    def interrupted(entry, **options):
        if entry.claim.id == "J2":
            raise KeyboardInterrupt
        return check(entry, **options)

    monkeypatch.setattr(runs, "check_entry", interrupted)
    done = run("verify")
    assert done.exit_code == 130
    assert "1 claim: 1 PROVED" in done.stdout
    assert "symrnn: 1 of 3 claims were checked\nsymrnn: interrupted" in done.stderr
    assert run("verify", "--json").stdout == ""
    done = run("build")
    assert (done.exit_code, done.stdout) == (130, "")
    assert not os.path.exists("symrnn-lecture")


def test_version(run):
    assert run("--version").stdout == f"symrnn {symrnn.__version__}\n"


@pytest.mark.parametrize("command", [[], ["list"], ["verify"], ["latex"], ["build"], ["activations"], ["claim"]])
def test_help(run, command):
    done = run(*command, "--help")
    assert done.exit_code == 0
    assert "Usage:" in done.stdout


def test_every_command_is_in_the_help(run):
    listed = run("--help").stdout.partition("Commands:\n")[2]
    assert [line.split()[0] for line in listed.splitlines()[: len(COMMANDS)]] == list(COMMANDS)


@pytest.mark.parametrize("words", [[], ["verify"], ["claim"], ["activations"]])
def test_help_imports_nothing_heavy(words):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "symrnn", *words, "--help"],
        capture_output=True,
        text=True,
        check=True,
    )
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "click" in imported
    heavy = {"sympy", "numpy", "mpmath", "flint", "rich", "jinja2", "latexify", "lark", "multiprocessing"}
    assert imported & heavy == set()
