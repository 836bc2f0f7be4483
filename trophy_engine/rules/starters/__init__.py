"""Starting files of rules with comments, to be copied and changed: ``game``, ``app`` and ``habits``."""

from __future__ import annotations

from importlib.resources import files
from typing import Final, Literal, get_args

__all__ = ["STARTERS", "Starter", "starter_text"]

#: The names of the starting files.
Starter = Literal["game", "app", "habits"]

#: The names of the starting files.
STARTERS: Final[tuple[Starter, ...]] = get_args(Starter)


def starter_text(name: Starter) -> str:
    """Return the text of a starting file."""
    return files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
