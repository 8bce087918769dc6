"""Tables for the terminal: wide ones have a column for the evidence, narrow ones put it below the claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import IO, TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from symrnn.derivation import Counterexample
    from symrnn.library import Heading, Result

NARROWEST = 60
"""Below this many columns lines are left to the terminal to break."""
WIDE = 110
"""From this many columns on, evidence has a column of its own."""
MOST, FEWEST = 14, 4
"""How many lines of one kind a digest has, and how many slips it has whatever else there is to say."""
LEGIBLE = 12
"""Letters of a title that are always shown."""
WEAK = {"REFUTED": "yellow", "UNDECIDED": "cyan", "AGREES": "cyan"}
"""Kinds of verdicts that are less than good, by name: a list of claims needs no more of them, and not SymPy."""


def console_for(file: IO[str]) -> Console:
    """A console that never cuts a verdict off; it heeds NO_COLOR and COLUMNS."""
    console = Console(file=file, highlight=False, emoji=False)
    console.width = max(console.width, NARROWEST)
    return console


def verdict_table(results: Sequence[Result], console: Console) -> Group:
    """Claims with their verdicts, and below them the hypotheses and a line that sums up."""
    hypotheses = _numbered(hypothesis for result in results for hypothesis in result.hypotheses)
    wide = console.width >= WIDE
    table = _table("id", "claim", "verdict")
    if wide:
        table.columns[1].ratio = 4
        table.add_column("why", ratio=7, overflow="fold")
    for result in results:
        _add_row(table, wide, result.id, result.title, _verdict(result, console), _why(result, hypotheses))
    legend = [Text(f"  {number:>2}  {text}", "dim") for text, number in hypotheses.items()]
    given = [Text("given", "dim bold"), *legend, Text()] if legend else []
    return Group(table, *given, _summary(results))


def verdict_digest(results: Sequence[Result], console: Console) -> Group:
    """What was found in a few lines: the counts, what was not as expected, and the slips with what corrects them."""
    wrong = [result for result in results if not result.as_expected]
    slips = [result for result in results if result.as_expected and result.verdict == "REFUTED"]
    parts: list[RenderableType] = [_summary(results, named=False)]
    if wrong:
        parts += [
            Text(),
            _listed([(r.id, _verdict(r, console), f"expected {r.expected}") for r in wrong], "bold red", console.width),
        ]
    if slips:
        room = max(FEWEST, MOST - len(wrong))
        corrected = [(r.id, Text(r.title), f"→ {r.corrected_by}" if r.corrected_by else "") for r in slips[:room]]
        left_out = len(slips) - len(corrected)
        parts += [Text(f"\nSlips found, each with a counterexample (→ what holds instead): {len(slips)}", "bold")]
        parts += [_listed(corrected, "bold", console.width)]
        parts += [Text(f"  and {left_out} more", "dim")] if left_out else []
    return Group(*parts)


def _listed(rows: Sequence[tuple[str, Text, str]], style: str, columns: int) -> Group:
    """A line for each row, and a count of those beyond what is read at a glance; a long title is cut, an id never."""
    first, lines = max(len(name) for name, _, _ in rows[:MOST]), list[Text]()
    for name, title, behind in rows[:MOST]:
        title.truncate(max(columns - first - len(behind) - 6, LEGIBLE), overflow="ellipsis")
        line = Text(f"  {name:<{first}}  ", style, no_wrap=True)
        lines.append(line.append_text(title).append(f"  {behind}", "not bold italic default"))
    return Group(*lines, *([Text(f"  and {len(rows) - MOST} more", "dim")] if len(rows) > MOST else []))


def claim_table(headings: Sequence[Heading], console: Console) -> Group:
    """Claims with the verdicts they are expected to get, and where they are defined."""
    table = _table("id", "claim", "expected")
    wide = console.width >= WIDE
    if wide:
        table.add_column("defined in", overflow="fold")
    for heading in headings:
        expected = Text(heading.expected, WEAK.get(heading.expected, "green"))
        lines = [Text(heading.place, "dim")]
        if heading.corrected_by:
            lines.insert(0, Text(f"corrected by {heading.corrected_by}", "italic"))
        _add_row(table, wide, heading.id, heading.title, expected, _stack(lines))
    return Group(table, Text(_counted(len(headings), "claim")))


def _table(*names: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, header_style="bold", show_edge=False, padding=(0, 1, 0, 0))
    first, second, third = names
    table.add_column(first, no_wrap=True, style="bold")
    table.add_column(second, overflow="fold", min_width=20, ratio=1)
    table.add_column(third, no_wrap=True)
    return table


def _add_row(table: Table, wide: bool, name: str, title: str, verdict: Text, details: Text) -> None:
    """Details stand in a column of their own, or indented below the title."""
    below = not wide and bool(details.plain)
    claim: RenderableType = Group(title, Padding(details, (0, 0, 0, 2))) if below else title
    table.add_row(name, claim, verdict, *([details] if wide else []))


def _stack(lines: Iterable[Text]) -> Text:
    return Text("\n").join(lines)


def _verdict(result: Result, console: Console) -> Text:
    """The verdict with a mark that is legible without colour."""
    marks = ("✓", "✗") if console.encoding.lower().startswith("utf") else ("+", "!")
    if result.as_expected:
        return Text(f"{marks[0]} {result.verdict}", WEAK.get(result.verdict, "green"))
    return Text(f"{marks[1]} {result.verdict}", "bold red")


def _why(result: Result, hypotheses: dict[str, int]) -> Text:
    """What was expected instead, evidence or counterexample, correction, numbers of the hypotheses."""
    from symrnn.library.headings import ERROR

    lines = []
    if not result.as_expected:
        lines.append(Text(f"NOT as expected: {result.expected}", "bold red"))
    if result.counterexample is not None:
        lines.append(counterexample_text(result.counterexample))
    elif result.evidence:
        lines.append(Text(result.evidence, "dim"))
    if result.reason:
        lines.append(Text(result.reason, "red" if result.verdict == ERROR else "dim"))
    lines += [Text(advice, "italic") for advice in result.advice]
    if result.corrected_by:
        lines.append(Text(f"corrected by {result.corrected_by}", "italic"))
    if result.hypotheses:
        lines.append(Text(f"given {ranges(hypotheses[text] for text in result.hypotheses)}", "dim"))
    return _stack(lines)


def counterexample_text(found: Counterexample) -> Text:
    """The values, the sides to a few digits, and how sure it is; no space inside a value, where a line could break."""
    found = found.brief()
    values = ", ".join(f"{name}={value}" for name, value in found.printed(comma=",").items())
    text = Text(f"{values}:\n" if values else "")
    text.append(f"left side {found.lhs}, right side {found.rhs}")
    return text.append(f" ({found.certainty}; seed {found.seed})", "dim")


def ranges(numbers: Iterable[int]) -> str:
    """Numbers in ascending order, neighbours joined.

    >>> ranges([1, 2, 3, 7, 5, 6, 9])
    '1-3, 5-7, 9'
    """
    runs: list[list[int]] = []
    for number in sorted(set(numbers)):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _numbered(texts: Iterable[str]) -> dict[str, int]:
    return {text: number for number, text in enumerate(dict.fromkeys(texts), 1)}


def _summary(results: Sequence[Result], *, named: bool = True) -> Text:
    from symrnn.library.headings import ERROR, KINDS

    kinds = Counter(result.verdict for result in results)
    order = (*KINDS, ERROR)
    found = ", ".join(f"{kinds[kind]} {kind}" for kind in order if kinds[kind])
    wrong = [result.id for result in results if not result.as_expected]
    text = Text(f"{_counted(len(results), 'claim')}: {found}; " if results else "no claims; ")
    if wrong:
        names = f": {', '.join(wrong)}" if named else ""
        return text.append(f"{len(wrong)} NOT as expected{names}", "bold red")
    return text.append("all as expected", "green")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
