"""Pictures of when gradients vanish and explode, with the numbers that they are drawn from.

Each picture has a module: a frozen dataclass of its numbers, a function that finds them without matplotlib, and one
that draws them. :data:`PICTURES` lists them with captions; :func:`save` writes SVG, PNG, PGF for LaTeX, and CSV.
Drawing needs matplotlib: ``pip install 'symrnn[plot]'``.

>>> from symrnn.plots import PICTURES
>>> growth = PICTURES["transient-growth"].numbers(steps=30)
>>> growth.header
('k', 'normal', 'non_normal', 'radius_to_k', 'condition_times_radius_to_k')
>>> growth.non_normal.max() > 25 > growth.non_normal[-1]
np.True_
"""

from symrnn.plots.catalogue import PICTURES, find_pictures
from symrnn.plots.formats import FORMATS
from symrnn.plots.look import Look, read_width
from symrnn.plots.picture import Numbers, Picture, csv_text
from symrnn.plots.saving import drawn_files, picture_files, save
from symrnn.plots.style import has_matplotlib, require_matplotlib

__all__ = [
    "FORMATS",
    "PICTURES",
    "Look",
    "Numbers",
    "Picture",
    "csv_text",
    "drawn_files",
    "find_pictures",
    "has_matplotlib",
    "picture_files",
    "read_width",
    "require_matplotlib",
    "save",
]
