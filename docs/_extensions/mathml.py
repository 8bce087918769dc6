"""Formulas as MathML, by the converter that writes symrnn's own web pages.

Pages need no network and no script for it, and screen readers read it. A formula that it cannot read is a warning, and
so an error of the build.
"""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.typing import ExtensionMetadata
from sphinx.writers.html5 import HTML5Translator

from symrnn.latex import find_notation
from symrnn.render.edition import Edition
from symrnn.render.html import Mathematics

LOG = logging.getLogger(__name__)


def written(node: nodes.math | nodes.math_block, *, display: bool) -> str:
    """The MathML of a formula."""
    mathematics = Mathematics(find_notation("lecture"), Edition())
    formula = node.astext()
    found = mathematics.large(formula) if display else mathematics.inline(formula)
    for latex, reason in mathematics.unread.items():
        LOG.warning("the formula %r cannot be written as MathML: %s", latex, reason, location=node)
    return str(found)


def visit_math(translator: HTML5Translator, node: nodes.math) -> None:
    """Write a formula within a line."""
    translator.body.append(written(node, display=False))
    raise nodes.SkipNode


def visit_math_block(translator: HTML5Translator, node: nodes.math_block) -> None:
    """Write a formula on lines of its own; a long one scrolls rather than being cut off."""
    translator.body.append(f'<div class="formula" tabindex="0">{written(node, display=True)}</div>\n')
    raise nodes.SkipNode


def setup(app: Sphinx) -> ExtensionMetadata:
    """Tell Sphinx of the writer."""
    app.add_html_math_renderer("mathml", inline_renderers=(visit_math, None), block_renderers=(visit_math_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
