"""How the site is built: `sphinx-build -W docs docs/_build`."""

import sys
from pathlib import Path

from docutils import nodes
from pygments.lexers.special import TextLexer

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_extensions"), str(HERE.parent)]

project = "symrnn"
author = "the symrnn developers"
copyright = author
html_title = "symrnn"

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx.ext.viewcode",
    "sphinx_click",
    "sphinx_copybutton",
    "mathml",
    "front_door",
    "plain_words",
]
exclude_patterns = ["_build", "template"]

# Pages are Markdown. Formulas stand between dollars; headings can be linked to as `page.md#heading`.
myst_enable_extensions = ["dollarmath", "deflist"]
myst_heading_anchors = 3

# A package's __all__ says what is documented; the signature shows the types.
default_role = "literal"  # what stands between single backticks in docstrings and help texts
autodoc_member_order = "groupwise"
autodoc_default_options = {"members": True}
autodoc_typehints = "signature"
autodoc_typehints_format = "short"
autodoc_type_aliases = {"Array": "numpy.ndarray"}  # it is imported for annotations alone, where Sphinx misses it
autodoc_preserve_defaults = True
python_maximum_signature_line_length = 88

# What is copied from a session is what was typed.
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True

html_theme = "furo"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_theme_options = {"navigation_with_keys": True}
html_copy_source = False
html_show_sphinx = False


def end_sessions(app, doctree):
    """Take the empty line from the end of a session, which doctest needs and readers do not."""
    for block in doctree.findall(nodes.literal_block):
        text = block.astext().rstrip("\n")
        block.rawsource, block.children = text, []
        block += nodes.Text(text)


def setup(app):
    app.add_lexer("cell", TextLexer)  # a cell as text
    app.connect("doctree-read", end_sessions)
