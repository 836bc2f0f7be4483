"""Rules files that the package ships, by name: ``git`` for the history of a repository."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

__all__ = ["find", "shipped"]


def shipped() -> tuple[str, ...]:
    """Give the names of the shipped rules files."""
    found = (Path(entry.name) for entry in files(__name__).iterdir())
    return tuple(sorted(path.stem for path in found if path.suffix == ".toml"))


def find(name: str) -> Path:
    """Give the path of a rules file: that of the shipped one of this name, else the name itself as a path."""
    return Path(str(files(__name__).joinpath(f"{name}.toml"))) if name in shipped() else Path(name)
