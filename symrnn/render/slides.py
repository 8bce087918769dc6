r"""Slides: what a document says, put on frames by its estimated height; what does not fit goes on in the next one."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from symrnn.latex.layout import folded
from symrnn.latex.sentences import latex_prose
from symrnn.latex.width import width
from symrnn.plots import Look
from symrnn.render.conventions import Shapes, Sign
from symrnn.render.documents import Document, Item, Section
from symrnn.render.packing import ROOM, THIN, Frame, Part, continued, displayed, lines_of, packed
from symrnn.render.prose import Block, blocks, latex_block, latex_listing
from symrnn.render.rows import height, inline_height
from symrnn.render.worked import Worked
from symrnn.sentences import Sentence

LETTERS = 56.0
"""How many letters of a formula fit on a line of 140 mm at 11 pt, see :func:`symrnn.latex.width.width`."""

PICTURE_WIDTH, PICTURE_HEIGHT, PICTURE_POINTS = 140 / 25.4, 92 / 25.4, 9.0
"""How wide a picture is and how high it may be, in inches, and the size of its letters."""

LINE = 74
"""How many letters of words fit on a line of the text."""

PIECE = 5
"""How many lines of a paragraph stay together."""

SPACE = 1.5  # letters of a comma and the space behind it
CODE, AROUND = 0.8, 0.8  # a line of code is lower than one of text; the space around all of them
SIDES = "The left side is , the right side ."

CODE_LINE = 74
"""How many letters of code fit on a line."""

ABOVE = 6.0
"""How many lines are kept for the title of a part, and around it."""


def picture_look(look: Look) -> Look:
    """How pictures are set on slides, whose words are in a sans serif font."""
    return replace(look, width=PICTURE_WIDTH, height=PICTURE_HEIGHT, font="sans", points=PICTURE_POINTS)


def said(sentence: str, document: Document, before: str = "", letters: int = 0) -> Part:
    """A sentence as a paragraph."""
    lines = math.ceil((len(str(Sentence(sentence))) + letters) / LINE)
    return Part(rf"{before}{latex_prose(sentence, document.notation)}\par", lines + 0.4)


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
    yield from titled("Notation: networks", [_shapes(network) for network in document.shapes], document)


def _shapes(network: Shapes) -> Part:
    """The quantities of a network in a paragraph, those of each role in the set that they are in."""
    words, pieces = len(network.name) + 1, list[tuple[float, float]]()
    roles = []
    for role, sets in network.roles:
        roles.append(f"{role} " + ", ".join(f"${each.replace(', ', '$, $')}$" for each in sets))
        words += len(role) + 1
        pieces += [(width(formula), 1.0) for each in sets for formula in each.split(", ")]
    latex = rf"\textbf{{{latex_prose(network.name)}}}: {'; '.join(roles)}.\par"
    return Part(latex, sum(_filled(pieces, words * LETTERS / LINE)) + 0.4)


def _contents(document: Document) -> Iterator[Part]:
    """The sections with links, below their parts; a part begins where its first section fits, too."""
    above = ""
    for at, each in enumerate(document.sections, 1):
        if each.opens:
            above = rf"\textbf{{{latex_prose(each.opens.title, document.notation)}}}\par"
        link = rf"\hyperlink{{section-{at}}}{{{at}. {latex_prose(each.title, document.notation)}}}\par"
        yield Part(f"{above}\n{link}" if above else link, 2.9 if above else 1.45)
        above = ""


def part_frames(section: Section, document: Document) -> Iterator[Frame]:
    """The frames with which a part begins, if one begins with a section; in the middle of one where that holds it."""
    if not section.opens:
        return
    number, name = section.opens.number, section.opens.title
    parts = [part for block in blocks(section.opens.text) for part in _of_block(block, document)]
    if lines_of(parts) <= ROOM - ABOVE:
        title = rf"\begin{{center}}\usebeamerfont{{title}}Part {number}: {latex_prose(name)}\end{{center}}"
        yield Frame("", (title, *(part.latex for part in parts)), centred=True)
    else:
        yield from titled(f"Part {number}: {name}", parts, document)


def _sign(sign: Sign, document: Document) -> Part:
    lines = max(math.ceil((len(sign.meaning) + 30) / LINE), height(sign.latex) / 1.3)
    return Part(rf"${sign.latex}$: {latex_prose(sign.meaning, document.notation)}\par", lines + 0.4)


def frames(section: Section, document: Document, solved: bool) -> Iterator[Frame]:
    """The frames of a section, each claim with what is told of it."""
    asked = [said(section.question, document)] if section.question else []
    text = [replace(part, latex=rf"\begingroup\itshape {part.latex}\endgroup") for part in asked]
    text += [part for block in blocks(section.text if solved else "") for part in _of_block(block, document)]
    alone = list[tuple[str, list[Part]]]()
    for network in section.networks:
        equations = list(displayed(network.equations))
        if lines_of(equations) < THIN and not alone:  # a variant stands behind what it is one of
            text += [replace(said(network.sentence, document), leads=True), *equations]
        else:
            alone.append((f"{network.name}, a variant" if network.is_variant else network.name, equations))
    yield from titled(section.title, text or [Part("", 0.0)], document)
    for name, equations in alone:
        yield from titled(_capital(name), equations, document)
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
    title = ": ".join(each for each in (called, Sentence(item.title(solved)).marked) if each)
    parts = list(displayed(item.statement))
    if item.abbreviations:
        parts.append(_with(item.abbreviations))
    if not solved:
        yield from titled(title, parts, document)
        return
    parts += _judged(item, document)
    if item.correction:
        parts = _corrected(title, parts, item, document)
    why = [part for latex in item.chains for part in displayed(latex)]
    if item.proof:
        why += displayed(item.proof)
        if item.proof_abbreviations not in ("", item.abbreviations):
            why.append(_with(item.proof_abbreviations))
    if why and lines_of(why) < THIN:
        parts, why = [*parts, Part(r"\textit{Derivation.}\par", 1.4, leads=True), *why], []
    yield from titled(title, parts, document)
    yield from titled(f"{called}: why", why, document)
    if item.worked:
        yield from titled(f"{called}: in numbers", list(_worked(item.worked, document)), document)


def _judged(item: Item, document: Document) -> Iterator[Part]:
    """The verdict, and what was found."""
    verdict = rf"{{\color{{{item.tone}}}\textbf{{{latex_prose(item.result.verdict)}}}}} "
    other = "" if item.result.as_expected else f"although {item.result.expected} was expected. "
    verdict += rf"{{\color{{wrong}}{latex_prose(other)}}}" if other else ""
    yield replace(said(item.claim.note, document, verdict, len(item.result.verdict + other)), follows=True)
    if item.result.reason:
        yield said(item.result.reason, document)
    if item.sides:
        values = ", ".join(f"${value}$" for value in item.values)
        sides = rf"The left side is ${item.sides[0]}$, the right side ${item.sides[1]}$."
        written = [*item.values, *item.sides]
        found = _listed("Counterexample:", written, SIDES)
        yield replace(found, latex=rf"Counterexample: {values}. {sides}\par")


def _corrected(title: str, parts: list[Part], item: Item, document: Document) -> list[Part]:
    """What holds instead behind what is told of a slip, written out where that needs no further slide."""
    right = next(each for each in document.items if each.claim.id == item.correction)
    by_name = [*parts, replace(said(f"What holds instead is {item.correction}.", document), follows=True)]
    words = replace(said(f"What holds instead is {item.correction}:", document), leads=True)
    whole = [*parts, words, *displayed(right.statement)]
    fits = item.group and len(packed("", whole, title)) <= len(packed("", parts, title))
    return whole if fits else by_name


def _worked(worked: Worked, document: Document) -> Iterator[Part]:
    """The numbers that are chosen, what follows from them, and the two sides."""
    rest = ", and 0 for all else" if worked.is_rest_zero else ""
    yield _listed("Take", worked.given, rest)
    if worked.on_the_way:
        yield _listed("Then", worked.on_the_way)
    for latex in worked.displays:
        yield from displayed(latex)
    yield replace(said(worked.outcome, document), follows=True)


def _listed(before: str, formulas: Sequence[str], after: str = "") -> Part:
    """Formulas in a paragraph, each line of which is as high as what is highest in it."""
    pieces = [(width(formula), inline_height(formula)) for formula in formulas]
    lines = sum(_filled([*pieces, (len(after) * LETTERS / LINE, 1.0)] if after else pieces, len(before)))
    return Part(rf"{before} {', '.join(f'${formula}$' for formula in formulas)}{after}.\par", lines + 0.4)


def _filled(pieces: Iterable[tuple[float, float]], taken: float) -> list[float]:
    """How high the lines of a paragraph are: pieces of it by their widths and heights, behind words."""
    lines = [1.0] * math.ceil(taken / LETTERS or 1)
    taken %= LETTERS
    for wide, high in pieces:
        if taken and taken + wide > LETTERS:
            lines, taken = [*lines, 1.0], 0.0
        lines[-1], taken = max(lines[-1], high), taken + wide + SPACE
    return lines


def _with(abbreviations: str) -> Part:
    meanings = abbreviations.split(r", \quad ")
    pieces = [(width(meaning), inline_height(meaning)) for meaning in meanings]
    return Part(f"with ${'$, $'.join(meanings)}$.\\par", sum(_filled(pieces, len("with"))) + 0.4, follows=True)
