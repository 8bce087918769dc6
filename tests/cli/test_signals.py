"""Ctrl-C and a polite kill, in processes of their own."""

import os
import signal
import subprocess
import sys
import time

import pytest
from library.samples import step, write

pytestmark = pytest.mark.skipif(os.name == "nt", reason="signals are those of POSIX")

SLOW = '''
import time

class Slow(Equation):
    """An equation that takes for ever to check."""

    @property
    def indices(self):
        open("{flag}", "w").close()
        time.sleep(120)
        return ()

    @property
    def sizes(self):
        return self.indices

slow = Claim("S1", "slow", Slow(TotalJacobian(h[t], h[t - 1]), W * D(t), where=(t >= 1,)), Kind.REFUTED, rnn)
'''


EXACT = '''
squares = Elman("square", hidden=2, inputs=1, outputs=1)

class Exact(Equation):
    """An equation between numbers whose digits double at each step."""

    asked = 0

    @property
    def spoken(self):
        Exact.asked += 1
        if Exact.asked == 2:  # first when it is written, then when it is checked
            open("{flag}", "w").close()
        return super().spoken

later = Exact(TotalJacobian(squares.h[400], squares.W_hh), TotalJacobian(squares.h[399], squares.W_hh))
slow = Claim("S1", "slow", later, Kind.REFUTED, squares)
'''


@pytest.fixture
def start(tmp_path):
    """Starts a command on a claim that takes for ever, and waits until that claim is being checked."""
    flag = tmp_path / "started"
    started = []

    def starter(*arguments, slow=SLOW):
        write(tmp_path / "derivations" / "a.py", step("J1"), step("J2"), slow.format(flag=flag))
        process = subprocess.Popen(
            [sys.executable, "-m", "symrnn", *arguments],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            # A run in the background ignores Ctrl-C, and what it starts inherits that.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
        )
        started.append(process)
        deadline = time.monotonic() + 180
        while not flag.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        if not flag.exists():
            process.kill()
            pytest.fail(f"the claim was not reached: {process.communicate()}")
        return process

    yield starter
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def processes_of(group):
    """Ids of the processes of a group that still run."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_in_the_middle_of_a_build_leaves_nothing(start, tmp_path, jobs):
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "lecture.tex").write_text("old")
    process = start("build", "--output", "out", "--jobs", jobs)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert (process.returncode, stdout) == (130, "")
    assert stderr == "symrnn: interrupted\n"
    assert [(path.name, path.read_text()) for path in (tmp_path / "out").iterdir()] == [("lecture.tex", "old")]


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_ctrl_c_in_the_middle_of_verify(start, jobs):
    process = start("verify", "--jobs", jobs)
    os.killpg(process.pid, signal.SIGINT)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "of 3 claims were checked\nsymrnn: interrupted\n" in stderr
    assert "Traceback" not in stderr


def test_a_polite_kill_takes_the_worker_processes_along(start):
    process = start("verify", "--jobs", "2")
    process.terminate()
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == 143
    assert stderr.endswith("of 3 claims were checked\nsymrnn: terminated\n")
    assert "Traceback" not in stderr
    deadline = time.monotonic() + 30
    while processes_of(process.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not processes_of(process.pid)


@pytest.mark.table(quick=1)
@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 143), (signal.SIGINT, 130)])
def test_long_arithmetic_without_limits_is_interrupted(start, jobs, number, status):
    process = start("verify", "--jobs", jobs, "--time", "0", "--memory", "0", slow=EXACT)
    time.sleep(1)
    os.killpg(process.pid, number)
    _, stderr = process.communicate(timeout=60)
    assert process.returncode == status
    assert "Traceback" not in stderr


def test_a_polite_kill_while_a_file_is_loaded_is_no_failure_of_the_file(tmp_path):
    write(tmp_path / "derivations" / "a.py", "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n", step("J1"))
    command = [sys.executable, "-m", "symrnn", "latex", "J1"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert (done.returncode, done.stdout, done.stderr) == (143, "", "symrnn: terminated\n")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="there is no /dev/full")
@pytest.mark.parametrize("unbuffered", ["", "1"])
@pytest.mark.parametrize("command", [["list"], ["cells"], ["derive", "elman"], ["notation", "ng"]], ids=" ".join)
def test_a_full_disk_is_one_message(tmp_path, command, unbuffered):
    """Whether it is noticed at once, or when the last of the output is written."""
    write(tmp_path / "derivations" / "a.py", step("J1"))
    environment = {**os.environ, "PYTHONUNBUFFERED": unbuffered}
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "symrnn", *command],
            cwd=tmp_path,
            env=environment,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=120,
        )
    assert (done.returncode, done.stderr) == (1, "symrnn: [Errno 28] No space left on device\n")


def test_a_reader_who_leaves_is_no_error(tmp_path):
    write(tmp_path / "derivations" / "a.py", step("J1"))
    command = [sys.executable, "-m", "symrnn", "list"]
    process = subprocess.Popen(command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.close()
    assert (process.stderr.read(), process.wait(timeout=120)) == ("", 1)
    process.stderr.close()
