"""A picture as files: one for each format, and the numbers beside them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from symrnn.errors import SelectionError
from symrnn.files import write_all
from symrnn.plots.formats import figure_bytes, require_format
from symrnn.plots.look import DEFAULT, Look
from symrnn.plots.picture import Numbers, Picture, csv_text
from symrnn.plots.style import require_matplotlib, styled
from symrnn.sentences import Sentence


def save(
    picture: Picture,
    folder: str | os.PathLike[str],
    formats: Sequence[str] | None = None,
    look: Look = DEFAULT,
    **options: Any,
) -> tuple[Path, ...]:
    """Write a picture, and its numbers as CSV beside it.

    The same options give the same files, byte for byte.

    Args:
        picture: what to write.
        folder: where; made when it is not there.
        formats: from :data:`symrnn.plots.formats.FORMATS`; None for all that the picture has.
        look: how it is set.
        options: of the picture.

    Returns:
        The files, whole.

    Raises:
        MissingPackageError: when matplotlib is not installed.
        SelectionError: for an unknown format or option, or no format.
        NotationError: for a label that matplotlib cannot write.
        OutputError: when the folder cannot be written to; nothing is half written then.
    """
    return write_all(folder, picture_files(picture, formats, look, **options))


def picture_files(
    picture: Picture, formats: Sequence[str] | None = None, look: Look = DEFAULT, **options: Any
) -> dict[str, bytes]:
    """The files of a picture by name, not yet written; arguments and errors as for :func:`save`.

    >>> from symrnn.plots.catalogue import PICTURES
    >>> list(picture_files(PICTURES["clipping"], ["svg"]))
    ['clipping.csv', 'clipping.svg']
    """
    require_matplotlib()
    if formats is not None and not formats:
        raise SelectionError("no format is given", advice=f"the formats are {', '.join(picture.formats)}")
    for form in formats or ():
        require_format(form)
        if form not in picture.formats:
            raise SelectionError(
                f"the picture {picture.name} is not written as {form}", advice=f"it is as {', '.join(picture.formats)}"
            )
    return drawn_files(picture, picture.numbers(**options), formats, look)


def drawn_files(
    picture: Picture, numbers: Numbers, formats: Sequence[str] | None = None, look: Look = DEFAULT
) -> dict[str, bytes]:
    """The files of a picture whose numbers are known; arguments and errors as for :func:`save`."""
    files = {f"{picture.name}.csv": csv_text(numbers).encode("utf-8")}
    wanted = tuple(dict.fromkeys(picture.formats if formats is None else formats))
    with styled(look):
        figure = picture.draw(numbers, look) if set(wanted) - {"tikz"} else None
        words = str(Sentence(picture.caption(numbers, None)))
        for form in wanted:
            if form == "tikz" and picture.tikz is not None:
                content = picture.tikz(numbers, look).encode("utf-8")
            elif figure is not None:
                content = figure_bytes(figure, form, look, picture.title, words)
            files[f"{picture.name}.{form}"] = content
    return files
