"""Collect the playground into a folder that any web server can serve: its files, the wheels, and its settings.

``python docs/examples/browser/build.py FOLDER`` takes Pyodide from the public CDN when the page is opened; with
``--pyodide FOLDER``, the files of the npm package ``pyodide`` in a folder are copied, and the page needs no network.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

_HERE: Final = Path(__file__).parent
_PROJECT: Final = _HERE.parents[2]
_PAGE: Final = ("index.html", "style.css", "page.js", "engine.js", "playground.py")
_PYODIDE: Final = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "pyodide-lock.json", "python_stdlib.zip")
#: The samples in the order in which the page offers them.
SAMPLES: Final = ("daily", "weekly", "energy")


def build(folder: Path, pyodide: Path | None = None) -> None:
    """Write the playground to a folder; ``pyodide`` is the folder of the npm package, None for the public CDN."""
    shutil.copytree(_HERE / "samples", folder / "samples", dirs_exist_ok=True)
    for name in _PAGE:
        shutil.copy(_HERE / name, folder)
    if pyodide is not None:
        (folder / "pyodide").mkdir(exist_ok=True)
        for name in _PYODIDE:
            shutil.copy(pyodide / name, folder / "pyodide")
    settings = {
        "pyodide": _cdn_url() if pyodide is None else "pyodide/",
        "samples": SAMPLES,
        "wheels": _collect_wheels(folder),
    }
    (folder / "settings.json").write_text(json.dumps(settings, indent=2), encoding="utf-8")


def _collect_wheels(folder: Path) -> list[str]:
    """Write the wheels of the engine and of its dependencies, all of them pure Python; return their names."""
    pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--disable-pip-version-check"]
    with TemporaryDirectory() as fresh:
        subprocess.run([*pip, "--wheel-dir", fresh, _PROJECT], check=True)  # noqa: S603  # a folder of ours
        wheels = sorted(Path(fresh).glob("*.whl"))
        for wheel in wheels:
            shutil.copy(wheel, folder)
    return [wheel.name for wheel in wheels]


def _cdn_url() -> str:
    """Return the URL of Pyodide's files in the version of ``package.json``."""
    version = json.loads((_HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]["pyodide"]
    return f"https://cdn.jsdelivr.net/pyodide/v{version}/full/"


if __name__ == "__main__":
    parser = ArgumentParser(description="Collect the playground into a folder that any web server can serve.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--pyodide", type=Path, help="the folder of the npm package pyodide; by default the public CDN")
    arguments = parser.parse_args()
    build(arguments.folder, arguments.pyodide)
