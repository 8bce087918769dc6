r"""Every fragment of the library, with its proof, in the documents that its width is named after."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from typesetting.harness import overfull_in, require_tex

from symrnn.latex import NOTATIONS
from symrnn.library import Entry, Library, load_library
from symrnn.render.fragments import WIDTHS, Shape, fragment


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library([])


def fragments(entries: Sequence[Entry], notation: str, width: str) -> dict[str, str]:
    claims = {entry.claim.id: entry.claim for entry in entries}
    found = {}
    for claim in claims.values():
        refuted, correction = claim.expected.value == "REFUTED", claims.get(claim.corrected_by or "")
        for proof in (False, True)[: 1 + bool(claim.derivation)]:
            shape = Shape(notation, "display", proof=proof, letters=WIDTHS[width])
            found[f"{claim.id} {proof}"] = fragment(claim, shape, refuted=refuted, correction=correction)
    return found


#: Pairs of clipped gradients, and entries of long sums, which have no place where they can be broken.
TOO_WIDE_FOR_A_COLUMN = {"L15-entries", "L20-each", "L20-global"}
SOME = (
    "L02",
    "L05",
    "L08",
    "L08-corrected",
    "L09",
    "L11",
    "L12",
    "L15",
    "L15-corrected",
    "L16",
    "L17-corrected",
    "L18",
)
SOME += ("L18-rate", "L19-bound", "L20", "L21", "L22", "L23", "L24", "L25", "L25-delta-states", "L27", "L29-swapped")


@pytest.mark.parametrize("notation", ["lecture"])
def test_some_fit_one_of_two_columns(library: Library, notation: str) -> None:
    require_tex()
    entries = tuple(entry for entry in library.entries if entry.claim.id in SOME)
    found = fragments(entries, notation, "twocolumn")
    assert len(found) > len(SOME) > 20
    assert overfull_in(list(found.values()), r"\documentclass[twocolumn]{article}") == {}


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("notation", ["lecture", "plain", "pascanu"])
def test_it_fits_one_of_two_columns(library: Library, notation: str) -> None:
    require_tex()
    found = fragments(library.entries, notation, "twocolumn")
    wide = overfull_in(list(found.values()), r"\documentclass[twocolumn]{article}")
    assert {list(found)[at].split()[0] for at in wide} <= TOO_WIDE_FOR_A_COLUMN


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("width", ["article", "beamer"])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_it_fits(library: Library, notation: str, width: str) -> None:
    require_tex()
    found = fragments(library.entries, notation, width)
    assert len(found) > 150
    options = "[11pt]" if width == "article" else ""
    wide = overfull_in(list(found.values()), rf"\documentclass{options}{{{width}}}", frames=width == "beamer")
    assert {name: wide[at] for at, name in enumerate(found) if at in wide} == {}
