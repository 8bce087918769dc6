"""A picture as files: one for each format, and the numbers beside them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from symrnn.errors import SelectionError
from symrnn.files import write_all
from symrnn.plots.formats import FORMATS, figure_bytes, require_format
from symrnn.plots.picture import Numbers, Picture, csv_text
from symrnn.plots.style import require_matplotlib, styled


def save(
    picture: Picture, folder: str | os.PathLike[str], formats: Sequence[str] = FORMATS, **options: Any
) -> tuple[Path, ...]:
    """Write a picture, and its numbers as CSV beside it.

    The same options give the same files, byte for byte.

    Args:
        picture: what to write.
        folder: where; made when it is not there.
        formats: from :data:`symrnn.plots.formats.FORMATS`.
        options: of the picture.

    Returns:
        The files, whole.

    Raises:
        MissingPackageError: when matplotlib is not installed.
        SelectionError: for an unknown format or option, or no format.
        OutputError: when the folder cannot be written to; nothing is half written then.
    """
    return write_all(folder, picture_files(picture, formats, **options))


def picture_files(picture: Picture, formats: Sequence[str] = FORMATS, **options: Any) -> dict[str, bytes]:
    """The files of a picture by name, not yet written; arguments and errors as for :func:`save`.

    >>> from symrnn.plots.catalogue import PICTURES
    >>> list(picture_files(PICTURES["clipping"], ["svg"]))
    ['clipping.csv', 'clipping.svg']
    """
    require_matplotlib()
    if not formats:
        raise SelectionError("no format is given", advice=f"the formats are {', '.join(FORMATS)}")
    for form in formats:
        require_format(form)
    return drawn_files(picture, picture.numbers(**options), formats)


def drawn_files(picture: Picture, numbers: Numbers, formats: Sequence[str]) -> dict[str, bytes]:
    """The files of a picture whose numbers are known."""
    files = {f"{picture.name}.csv": csv_text(numbers).encode("utf-8")}
    with styled():
        figure = picture.draw(numbers)
        for form in dict.fromkeys(formats):
            files[f"{picture.name}.{form}"] = figure_bytes(figure, form, picture.title)
    return files
