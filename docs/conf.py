"""How Sphinx builds these pages: `sphinx-build -W -b html docs OUT`."""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent)]

project = "otpguard"
extensions = [
    "myst_parser",
    "sphinx_design",
    "otpguard_docs.directives",
    "otpguard_docs.navigation",
    "otpguard_docs.github_links",
    "otpguard_docs.llms",
]
exclude_patterns = ["_ext", "_static"]

# The addresses that GitHub gives to headings.
myst_heading_anchors = 4
smartquotes = False  # a value that is quoted is meant to be copied

html_theme = "furo"
html_title = "otpguard"
html_theme_options = {"top_of_page_buttons": []}
html_show_sourcelink = False  # the sources are for llms.txt
