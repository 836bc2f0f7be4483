"""JSON Lines: one object a line; numbers keep their digits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NoReturn

from trophy_engine.error_messages import short_repr
from trophy_engine.errors import InvalidValue


def read_json_lines(lines: Iterable[str], first: int = 1) -> Iterator[tuple[int, Mapping[str, Any] | InvalidValue]]:
    """Yield the number and the object of each line that is not blank, or the error of a line without one."""
    for line, text_line in enumerate(lines, start=first):
        if not text_line.strip():
            continue
        try:
            row = parse_log_json(text_line)
        except InvalidValue as error:
            yield line, error
            continue
        yield line, row if isinstance(row, dict) else InvalidValue("is not a JSON object")


def parse_log_json(text: str) -> Any:
    """Parse a JSON text, with its numbers as texts.

    Raises:
        InvalidValue: it is not JSON, or a name occurs twice in one object.
    """
    try:
        return json.loads(
            text,
            parse_float=str,
            parse_int=str,
            parse_constant=_refuse_json_constant,
            object_pairs_hook=_build_json_object,
        )
    except (ValueError, RecursionError) as error:
        raise InvalidValue(f"is not JSON: {error}") from error


def _refuse_json_constant(constant: str) -> NoReturn:
    raise InvalidValue(f"{constant} is not a JSON number")


def _build_json_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values = dict(pairs)
    if len(values) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for name in values if names.count(name) > 1)
        raise InvalidValue(f"the name {short_repr(repeated)} occurs twice in one object")
    return values
