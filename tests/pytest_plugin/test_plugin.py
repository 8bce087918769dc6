import re
import subprocess
import sys
from importlib.metadata import entry_points

import numpy  # noqa: F401  (here, once for all: runs within one process cannot load it again)
import pytest
from library.samples import SWAPPED, good_folder, step, write

INSTALLED = bool(entry_points(group="pytest11", name="symrnn"))
PLUGIN = () if INSTALLED else ("-p", "symrnn.pytest_plugin")


@pytest.fixture
def run(pytester):
    """Runs pytest in a folder of its own, with the plugin even where symrnn is not installed."""

    def runner(*arguments, apart=False):
        start = pytester.runpytest_subprocess if apart else pytester.runpytest_inprocess
        return start(*PLUGIN, "-p", "no:cacheprovider", *arguments)

    return runner


def test_every_claim_is_a_test(run, pytester):
    good_folder(pytester.path / "derivations")
    done = run("-v")
    done.assert_outcomes(passed=3)
    done.stdout.fnmatch_lines(["derivations/a_step.py::J1 PASSED*", "derivations/b_informal.py::N1 PASSED*"])


def test_a_single_claim_is_chosen(run, pytester):
    good_folder(pytester.path / "derivations")
    run("derivations/a_step.py::J2").assert_outcomes(passed=1)
    run("-k", "J1").assert_outcomes(passed=1, deselected=2)


def test_a_verdict_that_differs_fails_with_its_counterexample(run, pytester):
    write(pytester.path / "derivations" / "a.py", step("J1", SWAPPED, more='corrected_by="J2"'))
    done = run()
    done.assert_outcomes(failed=1)
    done.stdout.fnmatch_lines(
        [
            "*claim J1*",
            "claim: *J1: one step of the state",
            "statement: *dh[[]t[]]/dh[[]t-1[]] = *W_hh*t >= 1*",
            "LaTeX: *frac*",
            "verdict: *REFUTED, but PROVED was expected",
            "counterexample: *W_hh = *left side *right side *seed*",
            "corrected by: *J2",
            "defined at: *derivations/a.py:*",
        ]
    )
    done.stdout.no_fnmatch_line("*Traceback*")
    done.stdout.fnmatch_lines(["FAILED derivations/a.py::J1*"])


def test_a_file_that_cannot_be_loaded_is_an_error_with_its_line(run, pytester):
    good_folder(pytester.path / "derivations")
    path = write(pytester.path / "derivations" / "c.py", "\n1 / 0\n")
    line = path.read_text().splitlines().index("1 / 0") + 1
    done = run()
    done.assert_outcomes(passed=3, failed=1)
    done.stdout.fnmatch_lines([f"derivations/c.py:{line}: ZeroDivisionError: division by zero"])
    done.stdout.fnmatch_lines([f"FAILED derivations/c.py::loading - derivations/c.py:{line}: ZeroDivisionError*"])


def test_a_file_without_claims_is_a_warning(run, pytester):
    good_folder(pytester.path / "derivations")
    write(pytester.path / "derivations" / "c.py", "from symrnn import Elman\n")
    done = run(apart=True)
    done.assert_outcomes(passed=3, warnings=1)
    done.stdout.fnmatch_lines(["*derivations/c.py:1: the file defines no claims*"])


def test_the_summary_has_the_verdict_and_the_numbers(run, pytester):
    write(pytester.path / "derivations" / "a.py", step("J1", SWAPPED))
    run().stdout.fnmatch_lines(["FAILED derivations/a.py::J1 - REFUTED, not PROVED: *n = 2*"])


def test_a_folder_is_a_pattern(run, pytester):
    write(pytester.path / "proofs" / "a.py", step("J1"))
    (pytester.path / "pytest.ini").write_text("[pytest]\nsymrnn_derivations = proofs/\n")
    run().assert_outcomes(passed=1)
    run("proofs").assert_outcomes(passed=1)


def test_claims_are_chosen_by_their_marker(run, pytester):
    good_folder(pytester.path / "derivations")
    (pytester.path / "test_own.py").write_text("def test_own(): pass\n")
    run("-m", "symrnn", "--strict-markers").assert_outcomes(passed=3, deselected=1)
    run("-m", "not symrnn").assert_outcomes(passed=1, deselected=3)


def test_limits_and_seed_are_options(run, pytester):
    write(pytester.path / "derivations" / "a.py", step("J1", SWAPPED))
    done = run("--symrnn-timeout", "0.0001")
    done.stdout.fnmatch_lines(["FAILED derivations/a.py::J1 - UNDECIDED, not PROVED: no verdict within*"])
    done = run("--symrnn-seed", "7")
    done.stdout.fnmatch_lines(["counterexample: *"])
    refused = run("--symrnn-timeout", "-1")
    assert refused.ret == pytest.ExitCode.USAGE_ERROR


def test_a_fixture_verifies_statements(run, pytester):
    (pytester.path / "test_own.py").write_text(
        "from symrnn import Elman, Equation, TotalJacobian, t\n"
        "def test_step(symrnn_verify):\n"
        "    rnn = Elman()\n"
        "    right = rnn.D(t) * rnn.W_hh\n"
        "    step = Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), right, where=(t >= 1,))\n"
        "    assert symrnn_verify(step, rnn).kind.value == 'PROVED'\n"
    )
    run(apart=True).assert_outcomes(passed=1)
    run("--symrnn-timeout", "0.0001", apart=True).assert_outcomes(failed=1)


def test_a_file_given_is_collected_wherever_it_is(run, pytester):
    write(pytester.path / "elsewhere" / "a.py", step("J1"))
    run().assert_outcomes()
    run("elsewhere/a.py").assert_outcomes(passed=1)


def test_the_option_names_other_files(run, pytester):
    write(pytester.path / "claims" / "a.py", step("J1"))
    pytester.makeini("[pytest]\nsymrnn_derivations = claims/*.py")
    run().assert_outcomes(passed=1)


def test_what_is_no_derivation_file_is_left_alone(run, pytester):
    folder = pytester.mkdir("derivations")
    (folder / "chemistry.py").write_text("raise RuntimeError('not symrnn')\n")
    (folder / "_helper.py").write_text("import symrnn\nraise RuntimeError\n")
    (folder / "conftest.py").write_text("import symrnn\n")
    (folder / "test_more.py").write_text("import symrnn\n\ndef test_more():\n    pass\n")
    run().assert_outcomes(passed=1)


def test_doctests_of_the_same_file_run_too(run, pytester):
    write(pytester.path / "derivations" / "a.py", step("J1"), text=">>> h[1].shape\n(n, 1)")
    run("--doctest-modules", "--import-mode=importlib").assert_outcomes(passed=2)


@pytest.mark.table(quick=0)
def test_claims_are_shared_out(run, pytester):
    pytest.importorskip("xdist")
    good_folder(pytester.path / "derivations")
    run("-n", "2", apart=True).assert_outcomes(passed=3)


@pytest.mark.table(quick=0)
def test_a_summary_of_workers_says_the_same(run, pytester):
    pytest.importorskip("xdist")
    write(pytester.path / "derivations" / "a.py", step("J1", SWAPPED))
    write(pytester.path / "derivations" / "b.py", "\n1 / 0\n")
    alone, shared = (run(*arguments, apart=True).stdout.lines for arguments in ((), ("-n", "2")))
    (one, other) = ([line for line in lines if line.startswith("FAILED")] for lines in (alone, shared))
    assert len(one) == 2
    assert sorted(one) == sorted(other)
    assert any("- REFUTED, not PROVED: " in line for line in one)
    assert [line for line in alone if line.startswith("counterexample:")] == [
        line for line in shared if line.startswith("counterexample:")
    ]


def test_what_is_named_as_a_derivation_file_and_is_none_is_a_warning(run, pytester):
    good_folder(pytester.path / "derivations")
    (pytester.path / "derivations" / "gone.py").symlink_to("nowhere.py")
    (pytester.path / "derivations" / "folder.py").mkdir()
    (pytester.path / "derivations" / "gone.txt").symlink_to("nowhere.txt")
    (pytester.path / "derivations" / "_gone.py").symlink_to("nowhere.py")
    (pytester.path / "elsewhere").mkdir()
    (pytester.path / "elsewhere" / "gone.py").symlink_to("nowhere.py")
    done = run(apart=True)
    done.assert_outcomes(passed=3, warnings=2)
    done.stdout.fnmatch_lines(
        [
            "*derivations/folder.py is a folder: no claims are read there*",
            "*derivations/gone.py is a link to nothing: no claims are read there*",
        ]
    )


def test_the_plugin_costs_next_to_nothing():
    code = "import sys, pytest\nbefore = set(sys.modules)\nimport symrnn.pytest_plugin\n"
    code += "print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["lazy_loader", "symrnn", "symrnn.pytest_plugin"]


@pytest.mark.table(quick=2)
@pytest.mark.parametrize("name", ["test_claims.py", "claims_test.py"])
@pytest.mark.parametrize("given", [(), ("derivations",), ("derivations/{}",)])
def test_a_claim_in_a_file_named_as_tests_are_is_checked(run, pytester, name, given):
    path = write(pytester.path / "derivations" / name, step("J1", SWAPPED), "\ndef test_own(): pass\n")
    run(*(each.format(path.name) for each in given)).assert_outcomes(failed=1, passed=1)


def test_tests_beside_derivations_are_tests_alone(run, pytester):
    good_folder(pytester.path / "derivations")
    text = "from symrnn import Claim\n\ndef test_own(): pass\n"
    (pytester.path / "derivations" / "test_own.py").write_text(text)
    elsewhere = write(pytester.path / "test_else.py", step("J1", SWAPPED), "\ndef test_own(): pass\n")
    run("derivations").assert_outcomes(passed=4)
    run(elsewhere.name).assert_outcomes(passed=1)


def test_an_id_that_is_taken_is_an_error_in_one_file_and_in_two(run, pytester):
    folder = good_folder(pytester.path / "derivations")
    write(folder / "c.py", step("J3", name="a"), step("J3", name="b"), step("j1", name="c"))
    good_folder(pytester.path / "other" / "derivations")  # a folder of its own, with ids of its own
    done = run()
    done.assert_outcomes(passed=7, failed=2)
    done.stdout.fnmatch_lines(
        [
            "*derivations/c.py:*: the id J3 is taken by derivations/c.py:*; give one of them another id",
            "*derivations/c.py:*: the id j1 is taken by derivations/a_step.py:*; give one of them another id",
        ]
    )
    run("derivations/c.py::J3", "derivations/c.py::J3").assert_outcomes(passed=1)


def test_a_pattern_of_tests_that_takes_every_file_hides_no_claim(run, pytester):
    good_folder(pytester.path / "derivations")
    run("-o", "python_files=*.py").assert_outcomes(passed=3)


@pytest.mark.table(quick=0)
def test_ordinary_tests_in_a_file_given_by_its_name_are_collected(run, pytester):
    """``pytest checks.py`` runs the tests of a file that imports symrnn, whether or not there are claims in it."""
    pytester.makepyfile(checks="from symrnn import t\n\ndef test_it():\n    assert t.is_integer\n")
    run("checks.py", apart=True).assert_outcomes(passed=1)
    pytester.makepyfile(documented='"""\n>>> 1 + 1\n2\n"""\nfrom symrnn import t\n')
    run("documented.py", "--doctest-modules", apart=True).assert_outcomes(passed=1)


@pytest.mark.table(quick=0)
def test_the_doctests_of_a_module_of_symrnn_can_be_run_by_its_path(run):
    from symrnn import budget

    done = run("--doctest-modules", "--import-mode=importlib", budget.__file__, apart=True)
    assert done.ret == 0
    assert done.parseoutcomes()["passed"] > 0


def test_a_wrong_pass_is_shown_by_the_line_of_the_test_and_not_by_the_code_of_symrnn(run, pytester):
    pytester.makepyfile(
        test_mine="""
        from symrnn import Elman, Equation, TotalJacobian, t
        from symrnn.testing import assert_proved, check_backward

        def test_pass():
            check_backward(Elman("tanh"), lambda h0, dy: {"h0": 0 * h0}, layout="Tn")

        def test_statement():
            rnn = Elman()
            assert_proved(Equation(TotalJacobian(rnn.h[t], rnn.h[t - 1]), rnn.W_hh, where=(t >= 1,)), rnn)
        """
    )
    done = run()
    done.assert_outcomes(failed=2)
    done.stdout.fnmatch_lines(["*WrongGradientError: *is wrong*", "*WrongVerdictError: *"])
    done.stdout.no_fnmatch_line("*Args:*")


SHORT = """
from symrnn import Elman, Equation, TotalJacobian, t
from symrnn.testing import assert_proved, check_backward

rnn = Elman()

def test_type():
    assert_proved("h_t = 1", rnn)

def test_network():
    check_backward(rnn, lambda h0: {"h0": h0})

def test_other():
    rnn.derive(rnn.h[t], wrt=3)

def helper(h0):
    raise KeyError("of the pass itself")

def test_of_the_pass():
    check_backward(Elman("tanh"), helper)

def test_not_ours():
    rnn.derive(rnn.h[t], wrt=rnn.W_hh).verify().nothing
"""


def test_errors_of_symrnn_are_shown_without_its_code(run, pytester):
    pytester.makepyfile(test_short=SHORT)
    done = run(apart=True)
    done.assert_outcomes(failed=5)
    assert not [line for line in done.stdout.lines if re.search(r"symrnn/\w+(/\w+)*\.py:\d+: ", line)]
    assert len(done.stdout.lines) < 120
    done.stdout.fnmatch_lines(["test_short.py:7: UnknownTermError", "*KeyError: 'of the pass itself'"])
    done.stdout.no_fnmatch_line("*Args:*")


@pytest.mark.table(quick=0)
def test_the_code_of_symrnn_is_shown_where_it_is_asked_for(run, pytester):
    pytester.makepyfile(test_short=SHORT)
    run("--full-trace", "-k", "network", apart=True).stdout.fnmatch_lines(["*symrnn*testing*checking.py:*"])
