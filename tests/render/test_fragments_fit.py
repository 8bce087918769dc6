r"""Every fragment of the library, with its proof, in the documents that its width is named after."""

from __future__ import annotations

import pytest
from typesetting.harness import overfull_in, require_tex

from symrnn.latex import NOTATIONS
from symrnn.library import Library, load_library
from symrnn.render.fragments import WIDTHS, Shape, fragment


@pytest.fixture(scope="module")
def library() -> Library:
    return load_library([])


def fragments(library: Library, notation: str, width: str) -> dict[str, str]:
    claims = {entry.claim.id: entry.claim for entry in library.entries}
    found = {}
    for claim in claims.values():
        refuted, correction = claim.expected.value == "REFUTED", claims.get(claim.corrected_by or "")
        for proof in (False, True)[: 1 + bool(claim.derivation)]:
            shape = Shape(notation, "display", proof=proof, letters=WIDTHS[width])
            found[f"{claim.id} {proof}"] = fragment(claim, shape, refuted=refuted, correction=correction)
    return found


@pytest.mark.table(quick=0)
@pytest.mark.parametrize("width", ["article", "beamer"])
@pytest.mark.parametrize("notation", NOTATIONS)
def test_it_fits(library: Library, notation: str, width: str) -> None:
    require_tex()
    found = fragments(library, notation, width)
    assert len(found) > 150
    options = "[11pt]" if width == "article" else ""
    wide = overfull_in(list(found.values()), rf"\documentclass{options}{{{width}}}", frames=width == "beamer")
    assert {name: wide[at] for at, name in enumerate(found) if at in wide} == {}
