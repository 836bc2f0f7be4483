"""Run a notebook's cells in this process, as Jupyter would; as a script, write what they print and draw into it.

    python tests/support/notebooks.py docs/examples/notebook/real-log.ipynb

Jupyter itself is not needed: the cells are plain Python, and the last expression of each is its result.
"""

import ast
import json
import sys
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path


def read_notebook(path):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def run_notebook(path):
    """Return the outputs of each code cell, in the format of notebooks; cells run in the notebook's folder."""
    namespace = {"__name__": "__main__"}
    cells = [cell for cell in read_notebook(path)["cells"] if cell["cell_type"] == "code"]
    with chdir(Path(path).parent):
        return [_run_cell("".join(cell["source"]), number, namespace) for number, cell in enumerate(cells, start=1)]


def _run_cell(source, number, namespace):
    tree = ast.parse(source, filename=f"cell {number}")
    last = ast.Expression(tree.body.pop().value) if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with redirect_stdout(StringIO()) as printed:
        exec(compile(tree, f"cell {number}", "exec"), namespace)  # noqa: S102  # a notebook of ours
        result = None if last is None else eval(compile(last, f"cell {number}", "eval"), namespace)  # noqa: S307
    outputs = []
    if printed.getvalue():
        outputs.append(
            {"name": "stdout", "output_type": "stream", "text": printed.getvalue().splitlines(keepends=True)}
        )
    if result is not None:
        outputs.append(
            {"data": _represent(result), "execution_count": number, "metadata": {}, "output_type": "execute_result"}
        )
    return outputs


def _represent(result):
    """Return the representations of a result, by media type."""
    data = {"text/plain": repr(result).splitlines(keepends=True)}
    for media_type, method in (("image/svg+xml", "_repr_svg_"), ("text/html", "_repr_html_")):
        shown = getattr(result, method, lambda: None)()
        if shown is not None:
            data[media_type] = shown.splitlines(keepends=True)
    return data


def write_outputs(path):
    """Run a notebook and write its outputs into it, in the layout that Jupyter writes."""
    notebook = read_notebook(path)
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    for number, (cell, outputs) in enumerate(zip(cells, run_notebook(path), strict=True), start=1):
        cell |= {"execution_count": number, "outputs": outputs}
    text = json.dumps(notebook, ensure_ascii=False, indent=1, sort_keys=True)
    Path(path).write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        write_outputs(name)
