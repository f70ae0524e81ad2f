"""How Sphinx makes the site of these pages; `scripts/docs` calls it.

The sources of the site are the repository's Markdown files where they stand. They are read from the
root of the repository, so that a link from one page to another leads to the same place on the site
as in a checkout. `site/` holds what the site adds to them.
"""

import sys
from pathlib import Path

import foveate

sys.path.insert(0, str(Path(__file__).resolve().parent / "site"))

project = "Foveate"
author = "the contributors to Foveate"
copyright = author
version = release = foveate.__version__

include_patterns = [
    "docs/**.md",
    "README.md",
    "research/README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "CHANGELOG.md",
]
exclude_patterns = [".*", "build"]  # environments and earlier sites need not be searched
root_doc = "docs/index"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "reference_pages"]
myst_heading_anchors = 4  # headings have the anchors that a forge gives them
default_role = "code"  # docstrings write code between single backquotes
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_maximum_signature_line_length = 88
highlight_language = "text"  # of blocks that name no language

html_theme = "furo"
html_title = f"Foveate {release}"
html_static_path = ["site/static"]
html_css_files = ["site.css"]
html_extra_path = ["site/root"]
html_copy_source = False
html_show_sphinx = False
