"""What the templates are filled with: sections of claims, every part already in LaTeX."""

from __future__ import annotations

import inspect
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from symrnn.derivation import Claim, Kind
from symrnn.errors import ParameterError
from symrnn.latex import (
    Notation,
    claim_latex,
    derivation_latex,
    find_notation,
    typeset_function,
    where_clause,
)
from symrnn.latex.claims import in_one_form
from symrnn.latex.derivations import abbreviations_latex, chains_latex
from symrnn.latex.networks import at_home
from symrnn.latex.shown import is_turned, shown_terms
from symrnn.library import ERROR, Library, LoadFailure, Result
from symrnn.library.places import short_path
from symrnn.oracles import hidden_weight_gradient
from symrnn.plots import PICTURES, Picture
from symrnn.plots.picture import Numbers
from symrnn.render.conventions import Examples, Shapes, Sign, examples_of, signs
from symrnn.render.edition import PLAIN, Edition
from symrnn.render.fragments import Shape, fragment, preamble
from symrnn.render.networks import Names, Network
from symrnn.render.order import Part, illustrated, in_parts, side_by_side, told, with_tails
from symrnn.render.values import latex_sides, latex_values, single_entries
from symrnn.render.worked import Worked, worked_out

BACKWARD = "L22_backward_recursion"
"""The derivation file of the lecture beside which the backward pass is shown as a program."""

TONES = {
    Kind.PROVED.value: "proved",
    Kind.DEFINITION.value: "proved",
    Kind.PROVED_AT.value: "tested",
    Kind.IDENTITY.value: "tested",
    Kind.AGREES.value: "tested",
    Kind.UNDECIDED.value: "open",
    Kind.REFUTED.value: "refuted",
    ERROR: "wrong",
}


@dataclass(frozen=True)
class Item:
    """A claim with its verdict, ready to be laid out.

    Args:
        claim: what is claimed.
        result: how it fared.
        number: of its section and of itself in it; empty where there is nothing to be asked about it.
        statement, abbreviations: the formula, and the meaning of the abbreviations in it; LaTeX.
        proof, proof_abbreviations: the same of its derivation; empty where it has none.
        chains: for proved inequalities, the estimates on the way, in LaTeX.
        values, sides, certainty: the counterexample to a few digits; the first two in LaTeX.
        correction: id of the claim that corrects it, if it is false and the document has that.
        corrects: ids of the claims that it corrects.
        tone: name of the colour of its verdict.
        fragments: the statement, and its derivation if it has one, each as a display for another document.
        packages: what these need in the preamble.
        worked: the statement at small numbers, if it is to be shown there.
        unworked: why it is not, although it is to be.
        group: where a slip and what holds instead stand beside each other, the id of the latter, for both.
        instead_of: ids of the slips that stand beside it.
        lead: how a slip and what holds instead are joined, in words; empty for the first of them, and for all others.
        pictures: those that illustrate it.
        tails: the items whose derivations, numbers and pictures come behind it: its own, or behind the last of a group
            those of all.
    """

    claim: Claim
    result: Result
    number: str
    statement: str
    abbreviations: str
    proof: str
    proof_abbreviations: str
    chains: tuple[str, ...]
    values: tuple[str, ...]
    sides: tuple[str, ...]
    certainty: str
    correction: str
    corrects: tuple[str, ...]
    tone: str
    fragments: tuple[str, ...]
    packages: tuple[str, ...]
    worked: Worked | None = None
    unworked: str = ""
    group: str = ""
    instead_of: tuple[str, ...] = ()
    lead: str = ""
    pictures: tuple[Shown, ...] = ()
    tails: tuple[Item, ...] = ()

    def title(self, solved: bool) -> str:
        """What stands on top of it; a title would tell what a slip is, and an exercise asks."""
        return self.claim.title if solved or not self.number else "does it hold?"

    @property
    def apart(self) -> tuple[str, ...]:
        """Ids of the claims that it corrects and that stand elsewhere."""
        return tuple(each for each in self.corrects if each not in self.instead_of)

    @property
    def missing(self) -> str:
        """Id of the claim that corrects it, if it is false and the document lacks that."""
        is_false = self.result.verdict == Kind.REFUTED.value
        return self.claim.corrected_by or "" if is_false and not self.correction else ""

    @property
    def elsewhere(self) -> str:
        """Id of the claim that corrects it, if that stands elsewhere."""
        return "" if self.group else self.correction


@dataclass(frozen=True)
class Shown:
    """A picture with its numbers.

    Args:
        picture: what it is.
        numbers: what is drawn, and what its caption speaks of.
        caption: prose with mathematics between dollars.
    """

    picture: Picture
    numbers: Numbers
    caption: str

    @property
    def name(self) -> str:
        """What its files are called."""
        return self.picture.name

    @property
    def title(self) -> str:
        """What it shows, in a few words."""
        return self.picture.title


@dataclass(frozen=True)
class Section:
    """A derivation file.

    Args:
        title: the first line of its docstring.
        question: the paragraph below it, if it ends with a question mark.
        text: the others, up to the code.
        code: what is typed at a prompt, with the answers, if the docstring ends with that.
        path: where the file is.
        items: its claims, each slip beside what holds instead.
        pictures: those of its claims.
        networks: those that it is the first to speak of.
        opens: the part that begins with it.
    """

    title: str
    question: str
    text: str
    code: str
    path: Path
    items: tuple[Item, ...]
    pictures: tuple[Shown, ...] = ()
    networks: tuple[Network, ...] = ()
    opens: Part | None = None


@dataclass(frozen=True)
class Document:
    """Everything that a template shows.

    Args:
        edition: whose it is, and what it is for.
        sections: the derivation files.
        failures: those that could not be loaded.
        counts: the kinds of verdicts, each with how often it was reached.
        unexpected: the claims whose verdict is not the expected one.
        notation: how its formulas are written.
        examples, signs, shapes: the page of notation; see :mod:`symrnn.render.conventions`.
        algorithm, source: the backward pass as formulas and as code, where the document has the section on it.
    """

    edition: Edition
    sections: tuple[Section, ...]
    failures: tuple[LoadFailure, ...]
    counts: tuple[tuple[str, int], ...]
    unexpected: tuple[Item, ...]
    notation: Notation
    examples: Examples
    signs: tuple[Sign, ...]
    shapes: tuple[Shapes, ...]
    algorithm: str
    source: str

    @property
    def items(self) -> tuple[Item, ...]:
        """The items of all sections."""
        return tuple(item for section in self.sections for item in section.items)

    @property
    def has_parts(self) -> bool:
        """Whether sections are grouped."""
        return any(section.opens for section in self.sections)

    @property
    def pictures(self) -> tuple[Shown, ...]:
        """The pictures of all sections."""
        return tuple(picture for section in self.sections for picture in section.pictures)


def document(
    library: Library,
    results: Sequence[Result],
    notation: str | Notation = "lecture",
    pictures: Iterable[Shown] = (),
    edition: Edition = PLAIN,
) -> Document:
    """Put a library and its results together.

    Args:
        library: the derivation files.
        results: one for each of its entries.
        notation: how the formulas are written.
        pictures: those to show, each below the file that it illustrates; see :func:`pictures_for`
            and :func:`shown`.
        edition: whose it is, how wide its lines are, and whether it is one of exercises.
    """
    by_id = {result.id: result for result in results}
    found = {
        claim.id: replace(by_id[claim.id], file=short_path(file.path))
        for file in library.files
        for claim in file.claims
        if claim.id in by_id
    }
    pictures, names = tuple(pictures), Names(notation, edition.letters)
    sections: list[Section] = []
    for part, file in in_parts(library.files):
        networks = tuple(names.introduce(claim.recurrence for claim in file.claims))
        claims = tuple(_item(claim, found, library, names) for claim in file.claims if claim.id in found)
        shown = tuple(one for one in pictures if one.picture.file == Path(file.path).stem)
        section = Section(
            title=file.title,
            **told(file.text),
            path=file.path,
            items=illustrated(side_by_side(claims), shown),
            pictures=shown,
            networks=networks,
            opens=part,
        )
        sections.append(_numbered(section, len(sections) + 1))
    kinds = Counter(result.verdict for result in results)
    items = [item for section in sections for item in section.items]
    style = find_notation(notation)
    defined = [network for section in sections for network in section.networks]
    examples = examples_of(network.recurrence for network in defined if not network.is_variant)
    formulas = [network.equations for network in defined]
    formulas += [text for item in items for text in (item.statement, item.abbreviations, item.proof, *item.chains)]
    has_pass = any(Path(file.path).stem == BACKWARD for file in library.files)
    return Document(
        edition=edition,
        sections=tuple(sections),
        failures=library.failures,
        counts=tuple((kind, kinds[kind]) for kind in TONES if kinds[kind]),
        unexpected=tuple(item for item in items if not item.result.as_expected),
        notation=style,
        examples=examples,
        signs=signs("\n".join(formulas), style, examples),
        shapes=tuple(network.shapes(style) for network in defined if network.has_shapes),
        algorithm=typeset_function(hidden_weight_gradient, notation=notation) if has_pass else "",
        source=_source() if has_pass else "",
    )


def _numbered(section: Section, at: int) -> Section:
    """The section with numbers for what can be asked: definitions are given, and what is not stated is not asked."""
    asked = [item for item in section.items if item.result.verdict != Kind.DEFINITION.value]
    numbers = {item.claim.id: f"{at}.{number}" for number, item in enumerate(asked, 1)}
    items = tuple(replace(item, number=numbers.get(item.claim.id, "")) for item in section.items)
    return replace(section, items=with_tails(items))


def pictures_for(library: Library) -> tuple[Picture, ...]:
    """The pictures of a library: those for which it has the lecture's file, with a result that they illustrate."""
    claims = {(Path(file.path).stem, claim.id) for file in library.files for claim in file.claims}
    return tuple(p for p in PICTURES.values() if any((p.file, claim) in claims for claim in p.claims))


def shown(pictures: Iterable[Picture], notation: str | Notation = "lecture") -> tuple[Shown, ...]:
    """Pictures with their numbers, and with captions in a notation."""
    style = find_notation(notation)
    found = [(picture, picture.numbers()) for picture in pictures]
    return tuple(Shown(picture, numbers, picture.caption(numbers, style)) for picture, numbers in found)


def _item(claim: Claim, found: Mapping[str, Result], library: Library, names: Names) -> Item:
    notation, letters = at_home(names.notation, claim.recurrence), names.letters
    result = found[claim.id]
    false = {each for each, judged in found.items() if judged.verdict == Kind.REFUTED.value}
    corrections = {entry.claim.id: entry.claim for entry in library.entries}
    correction = corrections.get(claim.corrected_by or "") if claim.id in false else None
    display = Shape(notation, "display", letters=letters)
    refuted, parts = claim.id in false, result.false_parts
    displays = [fragment(claim, display, refuted=refuted, false_parts=parts, correction=correction)]
    displays += [fragment(claim, replace(display, proof=True))] if claim.derivation else []
    chains = chains_latex(claim, result.estimates, notation, letters=letters)
    family = [other for other in corrections.values() if other is not claim and _corrected(other) == _corrected(claim)]
    form, _ = in_one_form(claim, family, notation)
    worked, unworked = _worked(claim, notation, letters) if result.as_expected else (None, "")
    example = result.counterexample.brief() if result.counterexample else None
    return Item(
        claim=claim,
        result=result,
        number="",
        statement=claim_latex(claim, notation, letters=letters, beside=family, defined=names.of(claim.recurrence)),
        abbreviations=where_clause(shown_terms(claim.statement, form), form),
        proof=derivation_latex(claim.derivation, notation, letters=letters) if claim.derivation else "",
        proof_abbreviations=abbreviations_latex(claim.derivation, notation) if claim.derivation else "",
        chains=chains,
        values=tuple(latex_values(example, notation, single_entries(claim))) if example else (),
        sides=latex_sides(example, notation, turn=is_turned(claim.statement, notation)) if example else (),
        certainty=example.certainty if example else "",
        correction=correction.id if correction else "",
        corrects=tuple(e.claim.id for e in library.entries if e.claim.corrected_by == claim.id and e.claim.id in false),
        tone=TONES[result.verdict],
        fragments=tuple(displays),
        packages=tuple(preamble("".join((*displays, *chains)), notation)),
        worked=worked,
        unworked=unworked,
    )


def _worked(claim: Claim, notation: Notation, letters: float) -> tuple[Worked | None, str]:
    """What is worked out of a claim; or why it is not, which is no reason to leave out all else."""
    try:
        return worked_out(claim, notation, letters=letters), ""
    except ParameterError as error:
        return None, str(error)


def _corrected(claim: Claim) -> str:
    """The id that a claim shares with its correction, and with whatever else that corrects."""
    return claim.corrected_by or claim.id


def _source() -> str:
    """The code that computes the gradient, without remarks for the linter."""
    return re.sub(r" *# noqa.*", "", inspect.getsource(hidden_weight_gradient)).rstrip()
