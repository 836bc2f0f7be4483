"""Paths of files and folders, as callers give them."""

from __future__ import annotations

from os import PathLike, fsencode, fspath
from typing import TYPE_CHECKING

from trophy_engine.error_messages import GivenValue
from trophy_engine.errors import InvalidValue

if TYPE_CHECKING:
    from pathlib import Path


def check_path(path: object, field: str = "path") -> str:
    """Return a path as text.

    Raises:
        InvalidValue: the value is not a valid path of the file system.
    """
    try:
        text = fspath(path) if isinstance(path, str | PathLike) else None
        if isinstance(text, str) and text and b"\0" not in fsencode(text):
            return text
    except UnicodeEncodeError:
        pass  # refused below
    raise InvalidValue(("must be the path of a file, not", GivenValue(path)), field)


def is_folder(path: str | PathLike[str]) -> bool:
    """Return True if a path is that of a folder; False if the file system cannot have such a path, too."""
    try:
        return as_path(path).is_dir()
    except OSError:
        return False


def as_path(path: object) -> Path:
    """Return a path as an object.

    Raises:
        InvalidValue: the value is not a valid path of the file system.
    """
    from pathlib import Path  # noqa: PLC0415  # a game reads no file

    return Path(check_path(path))
