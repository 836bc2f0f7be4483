"""Writing of results: the paths of files and folders, and the items that are written."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from trophy_engine.error_messages import FieldName, GivenValue, file_error_reason
from trophy_engine.errors import InvalidValue, TrophyError
from trophy_engine.paths import check_path
from trophy_engine.rules.constraints import InstanceOf

T = TypeVar("T")


@contextmanager
def writing(path: object, field: str = "path") -> Iterator[Path]:
    """Yield the path of a file or folder, which the block writes.

    Raises:
        InvalidValue: the value is not a path.
        TrophyError: the file cannot be written.
    """
    target = Path(check_path(path, field))
    try:
        yield target
    except OSError as error:
        raise TrophyError(f"cannot write {error.filename or target}: {file_error_reason(error)}") from None


@contextmanager
def writing_folder(path: object, field: str = "folder") -> Iterator[Path]:
    """Yield the path of a folder, which is created if it does not exist.

    Raises:
        InvalidValue: the value is not a path.
        TrophyError: the folder cannot be created, or a file in it cannot be written.
    """
    with writing(path, field) as folder:
        if folder.exists() and not folder.is_dir():
            raise TrophyError(f"cannot write into {folder}: it is a file; name a folder")
        folder.mkdir(parents=True, exist_ok=True)
        yield folder


def check_items_to_write(name: str, items: Iterable[T], kind: type[T]) -> Iterator[T]:
    """Return the items; each is checked when it is reached.

    Raises:
        InvalidValue: the value is not an iterable of items, or on iteration, an item is not of the class.
    """
    if isinstance(items, str | bytes):
        raise InvalidValue((f"must be {kind.__name__} objects, not", GivenValue(items)), name)
    InstanceOf((Iterable,)).check(name, items)
    constraint, field = InstanceOf((kind,)), FieldName(name, before="each of ")

    def check(item: T) -> T:
        if not isinstance(item, kind):
            constraint.check(field, item)
        return item

    return map(check, items)
