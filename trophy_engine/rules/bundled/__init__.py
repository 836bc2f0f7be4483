"""The rules files and event logs of the package, by name.

``git`` are rules for the history of a repository, and the log of one: the commits to rails/rails since 2024.
"""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Final

from trophy_engine.errors import UnknownKey

__all__ = ["bundled_log_names", "bundled_log_path", "bundled_names", "rules_path"]

_LOG_ENDING: Final = ".csv.gz"


def bundled_names() -> tuple[str, ...]:
    """Return the names of the bundled rules files."""
    paths = (Path(entry.name) for entry in files(__name__).iterdir())
    return tuple(sorted(path.stem for path in paths if path.suffix == ".toml"))


def rules_path(name: str) -> Path:
    """Return the path of the bundled rules file with a name, or the name itself as a path if there is none."""
    return Path(str(files(__name__).joinpath(f"{name}.toml"))) if name in bundled_names() else Path(name)


def bundled_log_names() -> tuple[str, ...]:
    """Return the names of the bundled event logs; a log has the name of the rules that evaluate it."""
    names = (entry.name for entry in files(__name__).iterdir())
    return tuple(sorted(name.removesuffix(_LOG_ENDING) for name in names if name.endswith(_LOG_ENDING)))


def bundled_log_path(name: str) -> Path:
    """Return the path of the bundled event log with a name, a gzipped CSV file.

    >>> bundled_log_path("git").name
    'git.csv.gz'

    Raises:
        UnknownKey: the package has no log with this name.
    """
    if name not in bundled_log_names():
        raise UnknownKey("bundled log", name, bundled_log_names())
    return Path(str(files(__name__).joinpath(f"{name}{_LOG_ENDING}")))
