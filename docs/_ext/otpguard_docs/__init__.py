"""What Sphinx is taught for these pages: the menu, the links of GitHub, pages from the code."""
