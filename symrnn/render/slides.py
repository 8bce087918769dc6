r"""Slides: what a document says, put on frames by its estimated height; what does not fit goes on in the next one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from symrnn.latex.layout import BREAK, folded
from symrnn.latex.sentences import latex_prose
from symrnn.latex.width import width
from symrnn.plots import Look
from symrnn.render.conventions import Sign
from symrnn.render.documents import Document, Item, Section
from symrnn.render.fragments import rows_of, spread
from symrnn.render.prose import Block, blocks, latex_block, latex_listing
from symrnn.render.rows import height, inline_height, together
from symrnn.render.worked import Worked
from symrnn.sentences import Sentence

LETTERS = 56.0
"""How many letters of a formula fit on a line of 140 mm at 11 pt, see :func:`symrnn.latex.width.width`."""

PICTURE_WIDTH, PICTURE_HEIGHT, PICTURE_POINTS = 140 / 25.4, 92 / 25.4, 9.0
"""How wide a picture is and how high it may be, in inches, and the size of its letters."""

ROOM = 17.3
"""How many lines fit on a slide below its title; TeX finds room for 17.8."""

TITLE, LINE = 58, 66
"""How many letters of words fit on a line of a title, and of the text."""

PIECE = 10
"""How many lines of a paragraph stay together."""

CONTINUED = r"{\mdseries(continued)}"

CODE, AROUND = 0.85, 0.8  # a line of code is lower than one of text; the space around all of them
SIDES = "The left side is , the right side ."

CODE_LINE = 74
"""How many letters of code fit on a line."""

DISPLAY = 1.4  # lines that the space around a display takes


@dataclass(frozen=True)
class Part:
    """LaTeX that stays together, and how many lines it takes."""

    latex: str
    lines: float


@dataclass(frozen=True)
class Frame:
    """A slide: its title in LaTeX, and what stands below it; a picture has the whole of a plain one to itself."""

    title: str
    parts: tuple[str, ...]
    picture: str = ""


def picture_look(look: Look) -> Look:
    """How pictures are set on slides, whose words are in a sans serif font."""
    return replace(look, width=PICTURE_WIDTH, height=PICTURE_HEIGHT, font="sans", points=PICTURE_POINTS)


def displayed(latex: str, room: float = ROOM) -> Iterator[Part]:
    """A display, in several parts where its rows do not fit on a slide."""
    rows: list[str] = []
    lines = DISPLAY
    for kept in _fitting(together(rows_of(latex)), room - DISPLAY):
        needed = sum(map(height, kept))
        if rows and lines + needed > room:
            yield _display(rows, latex, lines)
            rows, lines = [], DISPLAY
        rows += kept
        lines += needed
    yield _display(rows, latex, lines)


def _fitting(groups: Iterable[list[str]], room: float) -> Iterator[list[str]]:
    """Rows that stay together, where they do not need more than a slide."""
    for group in groups:
        if sum(map(height, group)) <= room:
            yield group
        else:
            yield from ([row] for row in group)


def _display(rows: Sequence[str], whole: str, lines: float) -> Part:
    body = whole if [whole] == list(rows) else rf"\begin{{aligned}} {BREAK.join(rows)} \end{{aligned}}"
    return Part(f"\\[\n{spread(body)}\n\\]", lines)


def said(sentence: str, document: Document, before: str = "", letters: int = 0) -> Part:
    """A sentence as a paragraph."""
    lines = math.ceil((len(str(Sentence(sentence))) + letters) / LINE)
    return Part(rf"{before}{latex_prose(sentence, document.notation)}\par", lines + 0.4)


def room_below(title: str) -> float:
    """How many lines fit below a title."""
    return ROOM - (math.ceil(len(title) / TITLE) - 1) * 1.3


def packed(title: str, parts: Sequence[Part], plain_title: str) -> Iterator[Frame]:
    """The parts on as many frames as they need."""
    room = room_below(plain_title)
    inside: list[Part] = []
    for part in parts:
        if inside and sum(each.lines for each in inside) + part.lines > room:
            yield Frame(title, tuple(each.latex for each in inside))
            inside = []
        inside.append(part)
    if inside:
        yield Frame(title, tuple(each.latex for each in inside))


def continued(frames: Iterable[Frame]) -> Iterator[Frame]:
    """The frames, those after the first one marked as going on with it."""
    for at, frame in enumerate(frames):
        yield replace(frame, title=rf"{frame.title} {CONTINUED}".strip()) if at else frame


def _capital(title: str) -> str:
    """A title that begins like one, if it begins with a word."""
    return title[:1].upper() + title[1:]


def titled(sentence: str, parts: Sequence[Part], document: Document) -> Iterator[Frame]:
    """The parts below a sentence."""
    return continued(packed(latex_prose(sentence, document.notation), parts, str(Sentence(sentence))))


def opening(document: Document, conventions: Sequence[str]) -> Iterator[Frame]:
    """The frames in front of the first section: what is in it, and the notation."""
    contents = list(_contents(document))
    yield from titled("Contents", contents, document)
    read = [said(sentence, document) for sentence in conventions]
    yield from titled("Notation", [*read, *(_sign(sign, document) for sign in document.signs)], document)
    for network in document.shapes:
        sets = [
            Part(
                f"{role}: " + ", ".join(f"${each.replace(', ', '$, $')}$" for each in each_role) + r"\par", 1.4 * count
            )
            for role, each_role in network.roles
            for count in [math.ceil(sum(each.count(",") + 3 for each in each_role) / 9)]
        ]
        yield from titled(f"Notation: {network.name}", sets, document)


def _contents(document: Document) -> Iterator[Part]:
    """The sections with links, below their parts; a part begins where its first section fits, too."""
    above = ""
    for at, each in enumerate(document.sections, 1):
        if each.opens:
            above = rf"\textbf{{{latex_prose(each.opens.title, document.notation)}}}\par"
        link = rf"\hyperlink{{section-{at}}}{{{at}. {latex_prose(each.title, document.notation)}}}\par"
        yield Part(f"{above}\n{link}" if above else link, 3.3 if above else 1.65)
        above = ""


def part_frames(section: Section, document: Document) -> Iterator[Frame]:
    """The frames with which a part begins, if one begins with a section."""
    if section.opens:
        text = [part for block in blocks(section.opens.text) for part in _of_block(block, document)]
        yield from titled(f"Part {section.opens.number}: {section.opens.title}", text or [Part("", 0.0)], document)


def _sign(sign: Sign, document: Document) -> Part:
    lines = max(math.ceil((len(sign.meaning) + 30) / LINE), height(sign.latex) / 1.3)
    return Part(rf"${sign.latex}$: {latex_prose(sign.meaning, document.notation)}\par", lines + 0.4)


def frames(section: Section, document: Document, solved: bool) -> Iterator[Frame]:
    """The frames of a section, each claim with what is told of it."""
    asked = [said(section.question, document)] if section.question else []
    text = [replace(part, latex=rf"\begingroup\itshape {part.latex}\endgroup") for part in asked]
    text += [part for block in blocks(section.text if solved else "") for part in _of_block(block, document)]
    yield from titled(section.title, text or [Part("", 0.0)], document)
    for network in section.networks:
        yield from titled(_capital(network.name), list(displayed(network.equations)), document)
    for item in section.items:
        yield from _claim(item, document, solved)
        for picture in item.pictures if solved else ():
            yield from titled(_capital(picture.title), [said(picture.caption, document)], document)
            yield Frame("", (), f"{picture.name}.{picture.picture.latex_format}")
    if solved and section.code:
        lines = AROUND + sum(math.ceil(len(line) / CODE_LINE) for line in section.code.splitlines()) * CODE
        yield from titled("At a prompt", [Part(latex_listing(section.code), lines)], document)


def _of_block(block: Block, document: Document) -> Iterator[Part]:
    """A block of a docstring; a paragraph in pieces that fit."""
    if block.kind == "paragraph":
        *first, last = [said(piece, document) for piece in folded(block.parts[0], PIECE * LINE)]
        yield from (replace(part, latex=part.latex.removesuffix(r"\par")) for part in first)  # the same paragraph
        yield last
        return
    lines = sum(math.ceil(len(part) / LINE) + 0.2 for part in block.parts)
    yield Part(latex_block(block, document.notation), lines + 0.5)


def _claim(item: Item, document: Document, solved: bool) -> Iterator[Frame]:
    exercise = f"Exercise {item.number}" if item.number else "Definition"
    called = exercise if document.edition.exercises else item.claim.id
    title = ": ".join(each for each in (called, Sentence(item.claim.title).marked) if each)
    parts = list(displayed(item.statement))
    if item.abbreviations:
        parts.append(_with(item.abbreviations))
    if not solved:
        yield from titled(title, parts, document)
        return
    verdict = rf"{{\color{{{item.tone}}}\textbf{{{latex_prose(item.result.verdict)}}}}} "
    parts.append(said(item.claim.note, document, verdict, len(item.result.verdict)))
    if item.result.reason:
        parts.append(said(item.result.reason, document))
    if item.sides:
        values = ", ".join(f"${value}$" for value in item.values)
        sides = rf"The left side is ${item.sides[0]}$, the right side ${item.sides[1]}$."
        written = [*item.values, *item.sides]
        parts.append(
            replace(_listed("Counterexample:", written, SIDES), latex=rf"Counterexample: {values}. {sides}\par")
        )
    if item.correction:
        right = next(each for each in document.items if each.claim.id == item.correction)
        instead = [said(f"What holds instead is {item.correction}:", document), *displayed(right.statement)]
        fits = item.group and sum(part.lines for part in (*parts, *instead)) <= room_below(title)
        parts += instead if fits else [said(f"What holds instead is {item.correction}.", document)]
    yield from titled(title, parts, document)
    why = [part for latex in item.chains for part in displayed(latex)]
    if item.proof:
        why += displayed(item.proof)
        if item.proof_abbreviations not in ("", item.abbreviations):
            why.append(_with(item.proof_abbreviations))
    yield from titled(f"{called}: why", why, document)
    if item.worked:
        yield from titled(f"{called}: in numbers", list(_worked(item.worked, document)), document)


def _worked(worked: Worked, document: Document) -> Iterator[Part]:
    """The numbers that are chosen, what follows from them, and the two sides."""
    rest = ", and 0 for all else" if worked.is_rest_zero else ""
    yield _listed("Take", worked.given, rest)
    if worked.on_the_way:
        yield _listed("Then", worked.on_the_way)
    shown = [part for latex in worked.displays for part in displayed(latex, ROOM - 2)]
    outcome = said(worked.outcome, document)
    yield from shown[:-1]
    yield Part(f"{shown[-1].latex}\n{outcome.latex}", shown[-1].lines + outcome.lines)


def _listed(before: str, formulas: Sequence[str], after: str = "") -> Part:
    """Formulas in a paragraph, each line of which is as high as what is highest in it."""
    lines, taken = [1.0], float(len(before))
    for formula in formulas:
        room = width(formula) + 1.5
        if taken + room > LETTERS:
            lines, taken = [*lines, 1.0], 0.0
        lines[-1], taken = max(lines[-1], inline_height(formula)), taken + room
    lines += [1.0] if taken + len(after) > LETTERS else []
    return Part(rf"{before} {', '.join(f'${formula}$' for formula in formulas)}{after}.\par", sum(lines) + 0.4)


def _with(abbreviations: str) -> Part:
    meanings = abbreviations.split(r", \quad ")
    return Part(f"with ${'$, $'.join(meanings)}$.\\par", 1.4 * math.ceil(len(meanings) / 2))
