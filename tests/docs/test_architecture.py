"""The map of the package names existing files, rooms, and the layers that import-linter checks."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "explanation"
MAP = (PAGES / "architecture.md").read_text(encoding="utf-8")
PATH = re.compile(r"`((?:trophy_engine|tests)/[^`]*)`")


def rooms():
    """List the packages and modules directly under the root package."""
    entries = (ROOT / "trophy_engine").iterdir()
    return sorted(
        path.stem
        for path in entries
        if (path.suffix == ".py" or (path / "__init__.py").exists()) and not path.name.startswith("__")
    )


def layers():
    """List the layers of the contract, each as the rooms on one line."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    [contract] = [contract for contract in contracts if contract["type"] == "layers"]
    return [layer.split(" | ") for layer in contract["layers"]]


@pytest.mark.parametrize("page", ["architecture.md", "decisions.md"])
def test_every_path_on_the_page_exists(page):
    paths = PATH.findall((PAGES / page).read_text(encoding="utf-8"))
    assert paths
    assert [path for path in paths if not (ROOT / path).exists()] == []


def test_every_room_has_a_paragraph():
    assert sorted(re.findall(r"\*\*(\w+)\*\*", MAP)) == rooms()


def test_the_picture_shows_the_layers_of_the_contract():
    [picture] = re.findall(r"```text\n(.*?)```", MAP, re.DOTALL)
    known = {room for layer in layers() for room in layer}
    shown = [re.match(r"\s*(\w+(?:\s+\|\s+\w+)*)", line) for line in picture.splitlines()]
    names = [re.split(r"\s+\|\s+", line.group(1)) for line in shown if line]
    assert [layer for layer in names if known & set(layer)] == layers()
