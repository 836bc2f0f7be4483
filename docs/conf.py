"""How Sphinx builds the documentation."""

import json
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from html import escape
from importlib import metadata
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx

project = "trophy_engine"
author = "The trophy_engine authors"
copyright = "2026, The trophy_engine authors"
release = version = metadata.version("trophy-engine")

sys.path.insert(0, str(Path(__file__).parent))
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "public_directive"]
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown", ".ipynb": "markdown"}
myst_heading_anchors = 2
html_theme = "furo"
html_title = f"trophy_engine {release}"

autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_default_options = {"members": True}
napoleon_google_docstring = True
suppress_warnings = ["ref.python"]


def setup(app: Sphinx) -> None:
    """Show notebooks as pages, with the outputs that are stored in them."""
    app.connect("source-read", _convert_notebook)


def _convert_notebook(app: Sphinx, docname: str, source: list[str]) -> None:
    if Path(app.env.doc2path(docname)).suffix == ".ipynb":
        source[0] = "\n\n".join(block for cell in json.loads(source[0])["cells"] for block in _blocks_of(cell))


def _blocks_of(cell: Mapping[str, Any]) -> Iterator[str]:
    """Yield the Markdown of a cell: its text, or its code and what that printed and drew."""
    text = "".join(cell["source"])
    if cell["cell_type"] == "markdown":
        yield text
        return
    yield f"```python\n{text}\n```"
    for output in cell["outputs"]:
        data = output.get("data", {"text/plain": output.get("text", ())})
        plain = "".join(data["text/plain"])
        if "image/svg+xml" in data:
            picture = b64encode("".join(data["image/svg+xml"]).encode()).decode()
            yield f'<img alt="{escape(plain)}" src="data:image/svg+xml;base64,{picture}">'
        elif "text/html" in data:
            yield "".join(data["text/html"])
        else:
            yield f"```text\n{plain}\n```"
