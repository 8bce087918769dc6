"""What a web page is made of: prose and formulas as HTML and MathML, so that it needs no network and no script."""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from html import unescape
from importlib.util import find_spec
from typing import Any

from jinja2 import Environment
from markupsafe import Markup, escape

from symrnn.latex import Notation
from symrnn.latex.sentences import converted, read_signs
from symrnn.render.edition import Edition
from symrnn.render.prose import Block, blocks
from symrnn.sentences import Sentence

GET_MATHML = "for want of math-core; to get it: pip install 'symrnn[html]'"
PLACED = re.compile(r"\\limits(?![A-Za-z])|(?<=\\begin\{aligned\})\[t\]")
"""What says where something stands, which a browser knows by itself."""

NAMED = re.compile(r"&(?!lt;|gt;|amp;|quot;)[A-Za-z]+;")
"""Letters by names that HTML has and XML has not."""

LIMITS = {"msub": "munder", "msup": "mover", "msubsup": "munderover"}
"""Where scripts of an operator stand in a display."""


def has_mathml() -> bool:
    """Whether formulas can become MathML here."""
    return find_spec("math_core") is not None


@dataclass
class Mathematics:
    """Writes sentences and formulas of a document for a web page.

    Args:
        notation: how symbols are written.
        edition: whose macros may occur.
        unread: what could not be written as MathML and stands as LaTeX, with the reasons; filled on the way.
    """

    notation: Notation
    edition: Edition
    unread: dict[str, str] = field(default_factory=dict)

    @cached_property
    def _converter(self) -> Any:
        from math_core import LatexToMathML

        return LatexToMathML(fancy_error=False, xml_namespace=True)

    def inline(self, latex: str) -> Markup:
        """A formula in a sentence."""
        return self._written(latex, False)

    def large(self, latex: str) -> Markup:
        """A formula as large as in a display, within a line."""
        return self._written(latex, True)

    def display(self, latex: str) -> Markup:
        """A formula on lines of its own."""
        return Markup('<div class="display">{}</div>').format(self.large(latex))

    def sentence(self, sentence: str) -> Markup:
        """A sentence with its mathematics and its code."""
        words: Callable[[str], str] = lambda text: str(escape(read_signs(text)))  # noqa: E731
        code: Callable[[str], str] = lambda text: str(Markup("<code>{}</code>").format(text))  # noqa: E731
        return Markup(converted(sentence, self.notation, words, code, self.inline))

    def blocks(self, text: str) -> Markup:
        """A docstring."""
        return Markup("\n").join(self._block(block) for block in blocks(text))

    def _block(self, block: Block) -> Markup:
        match block.kind:
            case "verbatim":
                return Markup("<pre><code>{}</code></pre>").format("\n".join(block.parts))
            case "display":
                return self.display(block.parts[0])
            case "list":
                items = (Markup("<li>{}</li>").format(self.sentence(part)) for part in block.parts)
                return Markup("<ul>{}</ul>").format(Markup("").join(items))
        return Markup("<p>{}</p>").format(self.sentence(block.parts[0]))

    def _written(self, latex: str, display: bool) -> Markup:
        from math_core import LatexError

        own = self.edition.expanded(self.notation.expanded(latex))
        try:
            known = PLACED.sub("", own).replace("{smallmatrix}", "{matrix}")
            found = self._converter.convert_with_local_state(known, displaystyle=display)
        except LatexError as error:
            self.unread[latex] = str(error).strip().splitlines()[0]
            return Markup('<code class="latex">{}</code>').format(latex)
        return Markup(with_limits(found) if display and r"\mathop" in own else found)


PUNCTUATED = re.compile(r"(<math\b(?:[^<]|<(?!/math>))*</math>)([.,;:)]+)")


def punctuated(page: str) -> str:
    """A page in which no line begins with the punctuation behind a formula, as browsers would let it.

    >>> punctuated("<p><math><mi>x</mi></math>, and</p>")
    '<p><span class="kept"><math><mi>x</mi></math>,</span> and</p>'
    """
    return PUNCTUATED.sub(r'<span class="kept">\1\2</span>', page)


def with_limits(mathml: str) -> str:
    """MathML in which the limits of an operator with an arrow stand above and below it, as those of others do."""
    ET.register_namespace("", "http://www.w3.org/1998/Math/MathML")
    tree = ET.fromstring(NAMED.sub(lambda found: unescape(found[0]), mathml))
    for element in tree.iter():
        space, _, tag = element.tag.rpartition("}")
        if tag in LIMITS and len(element) and element[0].tag == f"{space}}}mpadded":
            element.tag = f"{space}}}{LIMITS[tag]}"
    return ET.tostring(tree, encoding="unicode")


def add_filters(templates: Environment, mathematics: Mathematics, drawings: Mapping[str, bytes]) -> None:
    """What a template of a web page uses: prose, formulas, and pictures that are part of the page."""
    templates.filters["html"] = mathematics.sentence
    templates.filters["htmlblocks"] = mathematics.blocks
    templates.filters["display"] = mathematics.display
    templates.filters["inline"] = mathematics.inline
    templates.filters["large"] = mathematics.large
    templates.filters["words"] = lambda text: str(Sentence(text))
    templates.filters["picture"] = lambda name: data_url(drawings[f"pictures/{name}.svg"])


def data_url(svg: bytes) -> str:
    """A picture as an address that holds all of it.

    >>> data_url(b"<svg/>")
    'data:image/svg+xml;base64,PHN2Zy8+'
    """
    return f"data:image/svg+xml;base64,{base64.b64encode(svg).decode('ascii')}"
