"""Rules files: TOML and JSON text to plain values and back; numbers keep every digit."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

import tomli_w

from trophy_engine.errors import InvalidValue, TrophyError
from trophy_engine.rules.limits import MAX_CHARACTERS, check_limits
from trophy_engine.rules.problems import Problem

__all__ = ["Format", "emit", "format_of", "parse", "read_text"]

Format = Literal["toml", "json"]


def format_of(path: str | Path) -> Format:
    """Tell the format of a rules file by its suffix.

    Raises:
        InvalidValue: it is neither ``.toml`` nor ``.json``.
    """
    match Path(path).suffix.lower():
        case ".toml":
            return "toml"
        case ".json":
            return "json"
        case suffix:
            raise InvalidValue(f"a rules file ends in .toml or .json, not {suffix or Path(path).name!r}: {path}")


def read_text(path: str | Path) -> str:
    """Read a rules file, no further than is needed to see that it is too long.

    Raises:
        TrophyError: it cannot be read.
    """
    try:
        with Path(path).open(encoding="utf-8") as file:
            return file.read(MAX_CHARACTERS + 1)
    except (OSError, UnicodeDecodeError) as error:
        raise TrophyError(f"cannot read {path}: {error}") from error


def parse(text: str, format_: Format, problems: list[Problem]) -> Any:
    """Parse text to plain values; a fault of syntax is a problem, and gives no values; so is a text beyond limits."""
    try:
        check_limits(text, format_)
    except InvalidValue as error:
        problems.append(Problem("error", "", str(error)))
        return {}
    try:
        if format_ == "json":
            return json.loads(text, parse_float=Decimal)
        return tomllib.loads(text, parse_float=Decimal)
    except (tomllib.TOMLDecodeError, json.JSONDecodeError, RecursionError) as error:
        problems.append(Problem("error", "", f"is not {format_.upper()}: {error}"))
        return {}


def emit(values: Mapping[str, Any], format_: Format) -> str:
    """Write plain values as text."""
    if format_ == "json":
        return json.dumps(values, default=_plain, ensure_ascii=False, indent=2) + "\n"
    return tomli_w.dumps(values)


def _plain(value: Any) -> Any:
    """Write what JSON has no type for; rules hold no decimal that a float cannot spell."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    raise InvalidValue(f"rules do not hold such a value: {value!r}")
