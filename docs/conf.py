"""How Sphinx builds these pages: ``make docs``."""  # noqa: INP001 - a configuration file is no module

from importlib.metadata import version as installed

project = "optlab"
author = "the optlab authors"
project_copyright = author
version = release = installed("optlab")

extensions = ["myst_parser", "sphinx.ext.autodoc", "numpydoc"]
exclude_patterns = ["_build"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = f"optlab {release}"

autodoc_typehints = "none"  # numpydoc writes the types of parameters
autodoc_member_order = "bysource"
numpydoc_show_class_members = False  # autodoc lists them
