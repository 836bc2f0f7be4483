"""The notebook runs, and the outputs stored in it are its own; ``tests/support/notebooks.py NOTEBOOK`` renews them."""

import re
from pathlib import Path

import pytest
from notebooks import read_notebook, run_notebook

NOTEBOOK = Path(__file__).parents[2] / "docs" / "examples" / "notebook" / "real-log.ipynb"


def texts(outputs):
    """List what a cell printed and how its result names itself."""
    return ["".join(output.get("text") or output["data"]["text/plain"]) for output in outputs]


def pictures(outputs):
    """List the names in each picture that a cell drew; numbers and places differ between versions of the libraries."""
    drawn = [
        "".join(output["data"]["image/svg+xml"]) for output in outputs if "image/svg+xml" in output.get("data", {})
    ]
    return [sorted(re.findall(r"<text[^>]*>([^<0-9]+)</text>", svg)) for svg in drawn]


@pytest.fixture(scope="module")
def stored():
    return [cell["outputs"] for cell in read_notebook(NOTEBOOK)["cells"] if cell["cell_type"] == "code"]


@pytest.fixture(scope="module")
def fresh():
    return run_notebook(NOTEBOOK)


@pytest.mark.thorough
def test_the_stored_texts_are_those_of_the_cells(stored, fresh):
    renew = f"renew them: python tests/support/notebooks.py {NOTEBOOK.relative_to(Path(__file__).parents[2])}"
    assert [texts(outputs) for outputs in fresh] == [texts(outputs) for outputs in stored], renew


@pytest.mark.thorough
def test_the_stored_pictures_have_the_words_of_those_that_the_cells_draw(stored, fresh):
    drawn = [pictures(outputs) for outputs in fresh]
    assert drawn == [pictures(outputs) for outputs in stored]
    assert sum(map(len, drawn)) == 5
    assert all(words for cell in drawn for words in cell)


def test_the_notebook_is_small():
    assert NOTEBOOK.stat().st_size < 150_000
