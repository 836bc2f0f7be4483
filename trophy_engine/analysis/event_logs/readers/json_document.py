"""JSON documents: one value that is or holds a list of objects. A file of JSON Lines is read as such by any ending.

A document is read as a whole; JSON Lines are read line by line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import Any, Final, TextIO

from trophy_engine.analysis.event_logs.readers.json_lines import parse_log_json, read_json_lines
from trophy_engine.error_messages import list_keys_in_message, short_repr
from trophy_engine.errors import InvalidValue, TrophyError

_MAX_DEPTH: Final = 4


def read_json_document(
    text: TextIO, path: str, records: str | None, on_note: Callable[[str], object] | None = None
) -> Iterator[tuple[int, Mapping[str, Any] | InvalidValue]]:
    """Yield the number, from 1, and the object of each item of the list; of JSON Lines, the line and the object.

    Args:
        text: the document.
        path: its name, for messages.
        records: the path of the list; None for the document, or for the only list of objects in it.
        on_note: called with the path of a list that is found.

    Raises:
        TrophyError: the document is not JSON, or has no such list, or several.
    """
    lines = _read_first_json_lines(text)
    if records is None and _is_json_lines(lines):
        yield from read_json_lines(chain(lines, text))
        return
    try:
        document = parse_log_json("".join(lines) + text.read())
    except InvalidValue as error:
        raise TrophyError(f"{path} {error}") from error
    items = _json_list_at(document, path, records) if records is not None else _find_json_list(document, path, on_note)
    for number, item in enumerate(items, start=1):
        yield number, item if isinstance(item, dict) else InvalidValue("is not a JSON object")


def _read_first_json_lines(text: TextIO) -> list[str]:
    """Return the lines up to the second one that is not blank."""
    lines: list[str] = []
    written = 0
    for line in text:
        lines.append(line)
        written += bool(line.strip())
        if written == 2:  # noqa: PLR2004  # enough to tell the formats apart
            break
    return lines


def _is_json_lines(lines: list[str]) -> bool:
    """Return True if there are two lines, and the first has an object of its own."""
    written = [line for line in lines if line.strip()]
    if len(written) < 2:  # noqa: PLR2004  # a document in one line
        return False
    try:
        return isinstance(parse_log_json(written[0]), dict)
    except InvalidValue:
        return False


def _json_list_at(document: Any, path: str, records: str) -> list[Any]:
    value = document
    for name in records.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    if not isinstance(value, list):
        known = [found for found, _ in _json_lists_of_objects(document)]
        hint = f"; it has lists at {list_keys_in_message(known)}" if known else ""
        raise TrophyError(f"{path} has no list at {short_repr(records)} (--records){hint}")
    return value


def _find_json_list(document: Any, path: str, on_note: Callable[[str], object] | None) -> list[Any]:
    if isinstance(document, list):
        return document
    found = list(_json_lists_of_objects(document))
    if len(found) == 1:
        records, items = found[0]
        if on_note is not None:
            on_note(f"{path}: the rows are the list {records} (--records {records})")
        return items
    if found:
        names = list_keys_in_message([name for name, _ in found])
        raise TrophyError(f"{path} has several lists of objects; choose one with --records: {names}")
    if isinstance(document, dict) and document:
        return [document]  # a log of one row
    raise TrophyError(f"{path} has no list of objects, which would be the rows of a log")


def _json_lists_of_objects(document: Any, before: str = "", depth: int = 0) -> Iterator[tuple[str, list[Any]]]:
    """Yield the paths of the lists of objects in a document, and the lists; those within lists are left out."""
    if isinstance(document, dict) and depth < _MAX_DEPTH:
        for name, value in document.items():
            if isinstance(value, list) and value and all(isinstance(item, dict) for item in value):
                yield f"{before}{name}", value
            else:
                yield from _json_lists_of_objects(value, f"{before}{name}.", depth + 1)
