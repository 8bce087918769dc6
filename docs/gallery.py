"""Writes docs/gallery.md: what docs/slips.py and the lecture refute, with counterexamples and what holds instead.

    python docs/gallery.py           # writes it anew
    python docs/gallery.py --check   # says whether it is current

The page is kept in the repository, so that it can be read there; the tests ask whether it is current.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from symrnn.derivation import Kind
from symrnn.latex.sentences import markdown_prose
from symrnn.library import check_entries, load_library, sensible_jobs
from symrnn.render.documents import Item, Section, document
from symrnn.render.fragments import spread

PAGE = Path(__file__).with_suffix(".md")
SOURCES = (Path(__file__).with_name("slips.py"), Path(__file__).parents[1] / "derivations")
NOTATION = "plain"
HEAD = """\
# Gallery of slips

Formulas about recurrent networks that are often printed or believed, and are wrong. Each stands with numbers that
refute it and with what holds instead, as symrnn found them. `symrnn verify L15` checks one of them again; those that
begin with P are checked by `symrnn verify docs/slips.py` in a checkout. Derivatives are in
[numerator layout](explanation/layout.md), and ∂⁺ is the immediate one. The page is made from these derivation files, by
`python docs/gallery.py`.
"""


def page() -> str:
    """The text of the page, from verdicts that are reached now.

    Raises:
        SystemExit: when a verdict is another than its file expects.
    """
    library = load_library(SOURCES)
    refuted = [entry for entry in library.entries if entry.claim.expected is Kind.REFUTED]
    right = {entry.claim.corrected_by for entry in refuted}
    asked = [entry for entry in library.entries if entry in refuted or entry.claim.id in right]
    results = check_entries(asked, jobs=sensible_jobs(len(asked)))
    if wrong := [result.id for result in results if not result.as_expected]:
        raise SystemExit(f"not as expected: {', '.join(wrong)}; see symrnn verify")
    shown = document(library, results, NOTATION)
    items = {item.claim.id: item for item in shown.items}
    return HEAD + "".join(line for section in shown.sections for line in _section(section, items))


def _section(section: Section, items: Mapping[str, Item]) -> Iterator[str]:
    slips = [item for item in section.items if item.result.verdict == Kind.REFUTED.value]
    if not slips:
        return
    yield f"\n## {_prose(section.title)}\n"
    if section.question:
        yield f"\n{_prose(section.question)}\n"
    for item in slips:
        yield from _slip(item, items[item.claim.corrected_by] if item.claim.corrected_by else None)


def _slip(item: Item, correction: Item | None) -> Iterator[str]:
    """What is wrong, the numbers that show it, why, and what is right."""
    title = _prose(item.claim.title)
    yield f"\n### {title[0].upper()}{title[1:]}\n"
    yield f"\n**False** ({item.claim.id}):\n{_display(item)}"
    if item.sides:
        values = ", ".join(f"${value}$" for value in item.values)
        yield f"\nWith {values}, the left side is ${item.sides[0]}$ and the right side is ${item.sides[1]}$."
        yield f" {_prose(item.claim.note)}\n" if item.claim.note else "\n"
    elif item.claim.note:
        yield f"\n{_prose(item.claim.note)}\n"
    if correction is not None:
        yield f"\n**{correction.result.verdict}** ({correction.claim.id}, {_prose(correction.claim.title)}):\n"
        yield _display(correction)


def _display(item: Item) -> str:
    meaning = f"\nwith ${item.abbreviations}$.\n" if item.abbreviations else ""
    return f"\n$$\n{spread(item.statement)}\n$$\n{meaning}"


def _prose(sentence: str) -> str:
    return markdown_prose(sentence, NOTATION)


def main(arguments: list[str]) -> int:
    """Write the page, or compare it."""
    found = page()
    if arguments == ["--check"]:
        current = PAGE.read_text(encoding="utf-8") == found
        print("docs/gallery.md is current" if current else "docs/gallery.md is out of date: run python docs/gallery.py")
        return 0 if current else 1
    PAGE.write_text(found, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
