"""How Sphinx builds the documentation."""

from importlib import metadata

project = "trophy_engine"
author = "The trophy_engine authors"
copyright = "2026, The trophy_engine authors"
release = version = metadata.version("trophy-engine")

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
exclude_patterns = ["_build"]
html_theme = "furo"
html_title = f"trophy_engine {release}"

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_default_options = {"members": True, "show-inheritance": True}
napoleon_google_docstring = True
suppress_warnings = ["ref.python"]
