"""The order of a document: files in parts, a slip beside what holds instead, a picture where it is spoken of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from symrnn.derivation import Kind
from symrnn.render.prose import Block, blocks

if TYPE_CHECKING:
    from symrnn.library.loading import DerivationFile
    from symrnn.render.documents import Item, Shown


INSTEAD, SLIP = "What holds instead:", "A slip beside it:"
"""How a statement that is right and one that is not are joined."""


@dataclass(frozen=True)
class Part:
    """A part of a document: its number, its title, and what is said when it begins."""

    number: int
    title: str
    text: str


def in_parts(files: Sequence[DerivationFile]) -> Iterator[tuple[Part | None, DerivationFile]]:
    """The files part by part, each with the part that begins with it.

    A file belongs to the part that it names, or else to that of the file before it. Parts come in the order in which
    they are first named; what they say is what the first file says that has more than the title.
    """
    inside: dict[str, list[DerivationFile]] = {}
    texts: dict[str, str] = {}
    title = ""
    for file in files:
        if file.part:
            title, _, text = (each.strip() for each in file.part.partition("\n"))
            texts[title] = texts.get(title) or text
        inside.setdefault(title, []).append(file)
    number = 0
    for title, members in inside.items():
        number += bool(title)
        for at, file in enumerate(members):
            yield Part(number, title, texts[title]) if title and at == 0 else None, file


def told(text: str) -> dict[str, str]:
    r"""What a docstring says below its title: the question, the text, and the code at its end.

    >>> told("What is it?\n\nIt is this.\n\n>>> 1 + 1\n2")
    {'question': 'What is it?', 'text': 'It is this.', 'code': '>>> 1 + 1\n2'}
    """
    paragraphs = [(each, block) for each in text.split("\n\n") for block in blocks(each)]
    code: list[str] = []
    while paragraphs and _is_session(paragraphs[-1][1]):
        code.insert(0, "\n".join(paragraphs.pop()[1].parts))
    question = ""
    if paragraphs and paragraphs[0][1].kind == "paragraph" and paragraphs[0][1].parts[0].endswith("?"):
        question = paragraphs.pop(0)[1].parts[0]
    return {"question": question, "text": "\n\n".join(each for each, _ in paragraphs), "code": "\n".join(code)}


def _is_session(block: Block) -> bool:
    return block.kind == "verbatim" and block.parts[0].startswith(">>>")


def side_by_side(items: Sequence[Item]) -> tuple[Item, ...]:
    """The items with each refuted one moved beside the one that corrects it, if that is among them.

    What came before its correction stands directly before it, and what came after it directly after it.
    """
    places = {item.claim.id: at for at, item in enumerate(items)}
    slips = {
        at: places[item.correction] for at, item in enumerate(items) if _is_slip(item) and item.correction in places
    }
    slips = {at: right for at, right in slips.items() if right not in slips}
    ordered: list[Item] = []
    for at, item in enumerate(items):
        mine = [slip for slip, right in slips.items() if right == at]
        if at in slips or not mine:
            ordered += [] if at in slips else [item]
            continue
        name, before, after = item.claim.id, [slip for slip in mine if slip < at], [slip for slip in mine if slip > at]
        names = tuple(items[slip].claim.id for slip in mine)
        ordered += [replace(items[slip], group=name) for slip in before]
        ordered.append(replace(item, group=name, instead_of=names, lead=INSTEAD if before else ""))
        ordered += [replace(items[slip], group=name, lead=SLIP) for slip in after]
    return tuple(ordered)


def illustrated(items: Sequence[Item], pictures: Sequence[Shown]) -> tuple[Item, ...]:
    """The items with the pictures, each behind the first result that it illustrates and what stands beside that."""
    found = list(items)
    for shown in pictures:
        at = next((at for at, item in enumerate(found) if item.claim.id in shown.picture.claims), len(found) - 1)
        while at + 1 < len(found) and found[at].group and found[at].group == found[at + 1].group:
            at += 1
        found[at] = replace(found[at], pictures=(*found[at].pictures, shown))
    return tuple(found)


def with_tails(items: Sequence[Item]) -> tuple[Item, ...]:
    """The items, with what is told behind each: boxes that belong together stand together."""
    found: list[Item] = []
    for at, item in enumerate(items):
        follows = at + 1 < len(items) and bool(item.group) and items[at + 1].group == item.group
        group = tuple(each for each in items if item.group and each.group == item.group) or (item,)
        found.append(replace(item, tails=() if follows else group))
    return tuple(found)


def _is_slip(item: Item) -> bool:
    return item.result.verdict == Kind.REFUTED.value
