"""What is kept: nothing is searched for once more, and nothing that was tampered with proves or refutes anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from symrnn.certify.errors import NotFoundError
from symrnn.certify.kept import mark_of
from symrnn.check.deciding import pipeline
from symrnn.derivation import Verdict
from symrnn.files import write_all
from symrnn.kernel.__main__ import statement_of
from symrnn.kernel.errors import Refused
from symrnn.library import Entry, Result, load_library
from symrnn.library.headings import ERROR
from symrnn.library.keeping import keeps_of
from symrnn.library.results import check_entry
from symrnn.render.values import latex_values

HEAD = '''"""All kinds of statements that have certificates to be kept."""
import sympy as sp
from symrnn import AllOf, Claim, Elman, Equation, Inequality, Kind, Limit, Norm, TotalJacobian, k, n, t
from symrnn.clipping import norm_clipped, value_clipped
from symrnn.derivation import BoundedSlope

rnn = Elman()
h, W, D = rnn.h, rnn.W_hh, rnn.D
g, theta = sp.MatrixSymbol("g", n, 1), sp.Symbol("theta", positive=True)
gamma = sp.Symbol("gamma", nonnegative=True)
step = Equation(TotalJacobian(h[t], h[t - 1]), D(t) * W, where=(t >= 1,))
far, given = Norm(TotalJacobian(h[t], h[t - k])), (BoundedSlope("phi", gamma),)
where = (k >= 0, t >= k)
chain = rnn.derive(h[t], wrt=W)
'''
TRUE = """
steps = Claim("chain", "", chain.equation, Kind.PROVED, rnn, chain)
own = Equation(TotalJacobian(h[t], h[t]), sp.Identity(n), where=(t >= 0,))
both = Claim("both", "", AllOf((step, own)), Kind.PROVED, rnn)
bound = Claim("bound", "", Inequality(far, (gamma * Norm(W)) ** k, where, given), Kind.PROVED, rnn)
limit = Claim("limit", "", Limit(far, k, 0, where, (*given, gamma * Norm(W) < 1)), Kind.PROVED, rnn)
clipped = Claim("clipped", "", Norm(norm_clipped(g, theta)) <= theta, Kind.PROVED)
entries = Claim("entries", "", Norm(value_clipped(g, theta), "oo") <= theta, Kind.PROVED)
"""
SWAPPED = 'Claim("J", "", Equation(TotalJacobian(h[t], h[t - 1]), W * D(t), where=(t >= 1,)), Kind.REFUTED, rnn)\n'
NEVER = 'Claim("J", "", Equation(step.lhs, step.rhs, where=(t >= 1, t <= 0)), Kind.UNDECIDED, rnn)\n'
KINDS = ("chain", "both", "bound", "limit", "clipped", "entries")


def entries_of(folder: Path, text: str) -> tuple[Entry, ...]:
    folder.mkdir(exist_ok=True)
    (folder / "claims.py").write_text(HEAD + text, encoding="utf-8")
    return load_library([folder]).entries


def keep(results: list[Result], folder: Path) -> None:
    write_all(folder, {name: text for result in results for name, text in result.kept})


def again(entries: tuple[Entry, ...], folder: Path) -> list[Result]:
    kept = keeps_of(entries, folder)
    return [check_entry(entry, keep=each) for entry, each in zip(entries, kept, strict=True)]


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Entry, ...], list[Result]]:
    folder = tmp_path_factory.mktemp("kept")
    entries = entries_of(folder / "in", TRUE)
    results = again(entries, folder / "kept")
    assert [result.verdict for result in results] == ["PROVED"] * len(KINDS)
    keep(results, folder / "kept")
    return folder, entries, results


@pytest.fixture
def no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise NotFoundError("nothing is searched for here")

    for name in ("norms.norm_search", "clipped.clipped_search"):
        monkeypatch.setattr(f"symrnn.certify.{name}.certificate", refuse)
    for name in ("certificate", "certificate_of"):
        monkeypatch.setattr(f"symrnn.check.kernel.{name}", refuse)


@pytest.fixture
def only_recalled(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not proved by what was kept is an error, at once."""
    recall = pipeline._recalled

    def recalled(question: pipeline.Question) -> Verdict:
        found = recall(question)
        if found is None:
            raise RuntimeError("nothing was recalled")
        return found

    monkeypatch.setattr(pipeline, "_recalled", recalled)


def test_each_is_a_certificate_that_the_kernel_reads_by_itself(
    first: tuple[Path, tuple[Entry, ...], list[Result]],
) -> None:
    folder, _, results = first
    files = sorted(path.name for path in (folder / "kept").iterdir())
    assert files == sorted(name for result in results for name, _ in result.kept)
    assert {name.partition(".")[0] for name in files} == set(KINDS)
    for path in (folder / "kept").iterdir():
        assert statement_of(path.read_text(encoding="utf-8"))[0] == path.stem


@pytest.mark.usefixtures("no_search")
def test_nothing_is_searched_for_again_and_the_result_is_the_same(
    first: tuple[Path, tuple[Entry, ...], list[Result]],
) -> None:
    folder, entries, results = first
    assert [replace(result, seconds=0.0) for result in again(entries, folder / "kept")] == [
        replace(result, seconds=0.0) for result in results
    ]


@pytest.mark.usefixtures("no_search")
def test_a_file_that_has_changed_has_nothing_kept(
    first: tuple[Path, tuple[Entry, ...], list[Result]], tmp_path: Path
) -> None:
    folder, _, _ = first
    changed = entries_of(tmp_path, TRUE + "# another line\n")
    assert not any(kept.texts for kept in keeps_of(changed, folder / "kept"))
    assert not any(kept.texts for kept in keeps_of(first[1], folder / "kept", seed=7))
    assert all(kept.texts for kept in keeps_of(first[1], folder / "kept"))


@pytest.mark.usefixtures("only_recalled")
@pytest.mark.parametrize("kind", KINDS)
def test_a_certificate_that_was_altered_proves_nothing_or_the_same(
    first: tuple[Path, tuple[Entry, ...], list[Result]], kind: str, tmp_path: Path
) -> None:
    """In each line one number is another, or the line is gone, or is there twice."""
    _, entries, results = first
    entry = next(entry for entry in entries if entry.id == kind)
    (name, text), *others = next(result for result in results if result.id == kind).kept
    refused = 0
    for altered in alterations(text):
        write_all(tmp_path, {name: altered, **dict(others)})
        (result,) = again((entry,), tmp_path)
        if result.verdict == "PROVED":
            assert statement_of(altered)[1] == statement_of(text)[1]
        else:
            assert result.verdict == ERROR
            refused += 1
    assert refused >= 5


def alterations(text: str, most: int = 6) -> Iterator[str]:
    lines = text.splitlines()
    chosen = range(1, len(lines), max(1, len(lines) // most))
    for at in chosen:
        yield "\n".join([*lines[:at], *lines[at + 1 :]]) + "\n"
        for found in list(re.finditer(r"\d+", lines[at]))[:2]:
            other = lines[at][: found.start()] + str(int(found[0]) + 1) + lines[at][found.end() :]
            yield "\n".join([*lines[:at], other, *lines[at + 1 :]]) + "\n"
    yield "\n".join([*lines[:2], *lines[1:]]) + "\n"
    yield "\n".join(lines[:-1]) + "\n"


@pytest.mark.parametrize("garbage", ["", "{}", "[1]", "null", "\x00", '{"key": 1}', "[" * 10_000, "é\n"])
@pytest.mark.usefixtures("only_recalled")
def test_what_is_no_certificate_is_passed_over(
    first: tuple[Path, tuple[Entry, ...], list[Result]], garbage: str, tmp_path: Path
) -> None:
    _, entries, results = first
    (tmp_path / "folder.jsonl").mkdir()
    (tmp_path / "binary.jsonl").write_bytes(b"\xff\xfe\x00")
    (name, text), *_ = results[0].kept
    header = text.partition("\n")[0]
    write_all(tmp_path, {"garbage.jsonl": garbage, name: f"{header}\n{garbage}"})
    assert again(entries[:1], tmp_path)[0].verdict != "PROVED"


def forged(entry: Entry, text: str, folder: Path, rules: tuple[str, ...] = ()) -> None:
    """Put a text where the certificate of a claim would be looked up."""
    (kept,) = keeps_of((entry,), folder)
    lines = text.splitlines()
    header = json.loads(lines[0]) | {"key": kept.key, "of": mark_of(entry.claim.statement, rules)}
    write_all(folder, {"forged.jsonl": "\n".join([json.dumps(header), *lines[1:]]) + "\n"})
    assert keeps_of((entry,), folder)[0].texts


def test_a_certificate_of_something_else_proves_nothing(
    first: tuple[Path, tuple[Entry, ...], list[Result]], tmp_path: Path
) -> None:
    (entry,) = entries_of(tmp_path / "in", f"claim = {SWAPPED}")
    for result in first[2]:
        for _, text in result.kept:
            forged(entry, text, tmp_path / "kept")
            assert again((entry,), tmp_path / "kept")[0].verdict == "REFUTED"


def test_what_is_true_of_nothing_stays_undecided(
    first: tuple[Path, tuple[Entry, ...], list[Result]], tmp_path: Path
) -> None:
    """The certificate shows it, for what follows from its conditions; that these have no values is found besides."""
    (entry,) = entries_of(tmp_path / "in", f"claim = {NEVER}")
    text = next(text for result in first[2] if result.id == "both" for _, text in result.kept if "diag" in text)
    forged(entry, text, tmp_path / "kept")
    assert again((entry,), tmp_path / "kept")[0].verdict == "UNDECIDED"


@pytest.mark.usefixtures("only_recalled")
def test_steps_of_a_derivation_are_those_of_the_certificate(
    first: tuple[Path, tuple[Entry, ...], list[Result]], tmp_path: Path
) -> None:
    entry = next(entry for entry in first[1] if entry.id == "chain")
    ((name, text),) = next(result for result in first[2] if result.id == "chain").kept
    header, *lines = text.splitlines()
    said = json.loads(header)
    assert len(said["steps"]) == len(entry.claim.derivation.steps)
    for steps in (said["steps"][:-1], said["steps"][::-1], [[2, 3]] * len(said["steps"]), []):
        write_all(tmp_path, {name: "\n".join([json.dumps(said | {"steps": steps}), *lines]) + "\n"})
        assert again((entry,), tmp_path)[0].verdict != "PROVED"


def test_an_altered_step_is_not_proved_by_a_certificate_of_the_right_ones(
    first: tuple[Path, tuple[Entry, ...], list[Result]], tmp_path: Path
) -> None:
    wrong = (
        "from dataclasses import replace\n"
        "one, two, *rest = chain.steps\n"
        "other = 2 * one.after\n"
        "bad = replace(chain, steps=(replace(one, after=other), replace(two, before=other), *rest))\n"
        'claim = Claim("chain", "", bad.equation, Kind.UNDECIDED, rnn, bad)\n'
    )
    (entry,) = entries_of(tmp_path / "in", wrong)
    ((_, text),) = next(result for result in first[2] if result.id == "chain").kept
    forged(entry, text, tmp_path / "kept", tuple(step.rule for step in entry.claim.derivation.steps))
    assert again((entry,), tmp_path / "kept")[0].verdict != "PROVED"


def test_a_refusal_names_the_line(first: tuple[Path, tuple[Entry, ...], list[Result]]) -> None:
    (_, text), *_ = first[2][0].kept
    with pytest.raises(Refused):
        statement_of(next(alterations(text)))


FALSE = f"""
swapped = {SWAPPED}
early = Claim("early", "", Equation(h[t - 2], h[t - 2], where=(t >= 1,)), Kind.REFUTED, rnn)
small = Claim("small", "", Inequality(Norm(W * W), Norm(W), (n >= 1,)), Kind.REFUTED, rnn)
back = rnn.derive(rnn.L, wrt=h[t])
loss = Claim("loss", "", Equation(back.start, 2 * back.closed_form, where=back.where), Kind.REFUTED, rnn)
both = Claim("both", "", AllOf((step, Equation(step.lhs, 2 * step.rhs, where=step.where))), Kind.REFUTED, rnn)
"""


@pytest.fixture(scope="module")
def refuted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Entry, ...], list[Result]]:
    folder = tmp_path_factory.mktemp("refuted")
    entries = entries_of(folder / "in", FALSE)
    results = again(entries, folder / "kept")
    assert [result.verdict for result in results] == ["REFUTED"] * 5
    keep(results, folder / "kept")
    return folder, entries, results


@pytest.fixture
def no_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object) -> None:
        raise AssertionError("no counterexample is looked for here")

    for name in ("sides.searched", "trials.searched"):
        monkeypatch.setattr(f"symrnn.check.refuting.{name}", refuse)


def test_a_counterexample_is_no_certificate(refuted: tuple[Path, tuple[Entry, ...], list[Result]]) -> None:
    """It lies beside them, in a file that the kernel does not take for one."""
    names = sorted(path.name for path in (refuted[0] / "kept").iterdir())
    assert names == ["J.json", "both.json", "early.json", "loss.json", "small.json"]


@pytest.mark.usefixtures("no_looking")
def test_no_counterexample_is_looked_for_again(refuted: tuple[Path, tuple[Entry, ...], list[Result]]) -> None:
    folder, entries, results = refuted
    found = again(entries, folder / "kept")
    assert [replace(result, seconds=0.0) for result in found] == [replace(result, seconds=0.0) for result in results]
    assert [printed(result) for result in found] == [printed(result) for result in results]
    assert any("partial" in latex for latex in printed(results[3]))


def printed(result: Result) -> list[str]:
    """The counterexample in LaTeX, where a slope is written as what it is of."""
    assert result.counterexample is not None
    return list(latex_values(result.counterexample, "lecture"))


def told(kept: str, **other: object) -> str:
    return json.dumps(json.loads(kept) | other)


def forge(entry: Entry, kept: str, folder: Path) -> None:
    """Put a counterexample where that of a claim would be looked up."""
    (keep,) = keeps_of((entry,), folder)
    mark = mark_of(entry.claim.statement, ("counterexample",))
    write_all(folder, {"forged.json": told(kept, key=keep.key, of=mark) + "\n"})
    assert keeps_of((entry,), folder)[0].texts


def test_a_counterexample_of_something_else_refutes_nothing(
    refuted: tuple[Path, tuple[Entry, ...], list[Result]], tmp_path: Path
) -> None:
    one = 'one = Claim("step", "", step, Kind.PROVED, rnn)\n'
    two = 'two = Claim("norm", "", Norm(W * W) <= Norm(W) ** 2, Kind.PROVED, rnn)\n'
    true = entries_of(tmp_path / "in", one + two)
    for entry in true:
        for _, text in (file for result in refuted[2] for file in result.kept):
            forge(entry, text, tmp_path / "kept")
            assert again((entry,), tmp_path / "kept")[0].verdict == "PROVED"


WRONG: tuple[dict[str, object], ...] = (
    {"at": 0},  # W and D commute for n = 1
    {"at": 10**9},
    {"at": -1},
    {"at": True},
    {"at": "1"},
    {"at": None},
    {"values": []},
    {"values": [["W_hh", None, [["1"]]]]},
    {"values": "W"},
    {"values": [["W_hh", None, [["1/0"]]]]},
    {"shown": []},
    {"shown": [["W_xh", None], ["nothing", 3]]},
    {"shown": None},
)


@pytest.mark.parametrize("other", WRONG, ids=repr)
def test_a_forged_counterexample_is_not_believed(
    refuted: tuple[Path, tuple[Entry, ...], list[Result]], other: dict[str, object], tmp_path: Path
) -> None:
    """What does not refute is looked for, as if nothing had been kept, and the same is found."""
    entry, result = refuted[1][0], refuted[2][0]
    ((name, text),) = result.kept
    write_all(tmp_path, {name: told(text, **other)})
    (found,) = again((entry,), tmp_path)
    assert replace(found, seconds=0.0) == replace(result, seconds=0.0)


@pytest.mark.parametrize("entry", ["7", "-1", "1/3"])
def test_entries_that_no_search_finds_are_not_believed(
    refuted: tuple[Path, tuple[Entry, ...], list[Result]], entry: str, tmp_path: Path
) -> None:
    """They may refute, but they may also be none that a symbol can have."""
    ((name, text),) = refuted[2][0].kept
    values = json.loads(text)["values"]
    values[0][2][0][0] = entry
    write_all(tmp_path, {name: told(text, values=values)})
    (found,) = again(refuted[1][:1], tmp_path)
    assert replace(found, seconds=0.0) == replace(refuted[2][0], seconds=0.0)
