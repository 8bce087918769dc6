"""Sentences with mathematics in them: what stands between dollars is mathematics, and everything else is words.

Nothing is searched for in the words, so that no word is ever taken for a symbol.
"""

from __future__ import annotations

import re

MARKED = re.compile(r"\$(?=\S)([^$\n]*?\S)\$(?!\d)")
"""Mathematics in a sentence. As in Pandoc a dollar beside a space, or before a digit, is a dollar."""


class Sentence(str):
    """A sentence as people read it in a terminal, which knows where its mathematics stands.

    Args:
        marked: the sentence with its mathematics between dollars, typed as in a terminal, or in LaTeX.
        plain: how it reads in a terminal; without the dollars unless it is given.

    >>> found = Sentence("solved from $h_0$, which costs $5 or so")
    >>> print(found, "|", found.marked)
    solved from h_0, which costs $5 or so | solved from $h_0$, which costs $5 or so
    """

    marked: str

    def __new__(cls, marked: str, plain: str | None = None) -> Sentence:
        """A sentence that was marked before stays as it is."""
        if isinstance(marked, Sentence):
            return marked
        found = super().__new__(cls, MARKED.sub(r"\1", marked) if plain is None else plain)
        found.marked = marked
        return found

    def __reduce__(self) -> tuple[type[Sentence], tuple[str, str]]:
        """Copies keep the marks."""
        return Sentence, (self.marked, str(self))


def marked(text: str) -> str:
    """A text with its mathematics between dollars.

    >>> marked(Sentence("for $t >= 1$")), marked("for t")
    ('for $t >= 1$', 'for t')
    """
    return text.marked if isinstance(text, Sentence) else text
