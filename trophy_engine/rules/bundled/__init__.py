"""The rules files of the package, by name: ``git`` for the history of a repository."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

__all__ = ["bundled_names", "rules_path"]


def bundled_names() -> tuple[str, ...]:
    """Return the names of the bundled rules files."""
    paths = (Path(entry.name) for entry in files(__name__).iterdir())
    return tuple(sorted(path.stem for path in paths if path.suffix == ".toml"))


def rules_path(name: str) -> Path:
    """Return the path of the bundled rules file with a name, or the name itself as a path if there is none."""
    return Path(str(files(__name__).joinpath(f"{name}.toml"))) if name in bundled_names() else Path(name)
