"""Rules files: conversion between text, TOML or JSON, and plain values; numbers keep every digit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from os import PathLike, fsencode, fspath
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from trophy_engine.errors import GivenValue, InvalidValue, TrophyError, nearest, reason_of, short_repr
from trophy_engine.rules.constraints import OneOf
from trophy_engine.rules.diagnostics import Problem
from trophy_engine.rules.limits import MAX_CHARACTERS, check_limits

if TYPE_CHECKING:
    from pathlib import Path

Format = Literal["toml", "json"]

_FORMATS: Final = get_args(Format)
_TOO_LONG: Final = "contain a whole number of more than 4,300 digits; whole numbers in rules have at most 18"


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


def _as_path(path: object) -> Path:
    from pathlib import Path  # noqa: PLC0415  # a game reads no file

    return Path(check_path(path))


def check_format(format_: object) -> None:
    """Check the name of a format of rules files.

    Raises:
        InvalidValue: it is neither ``"toml"`` nor ``"json"``.
    """
    OneOf(_FORMATS).check("format", format_)


def format_of(path: str | PathLike[str]) -> Format:
    """Return the format of a rules file from its suffix.

    Raises:
        InvalidValue: the suffix is neither ``.toml`` nor ``.json``.
    """
    file = _as_path(path)
    match file.suffix.lower():
        case ".toml":
            return "toml"
        case ".json":
            return "json"
        case _:
            raise InvalidValue(f"the name of a rules file must end in .toml or .json, not {path}")


def read_text(path: str | PathLike[str]) -> str:
    """Read the text of a rules file, cut one character after the greatest length.

    Raises:
        InvalidValue: the path is invalid.
        TrophyError: the file cannot be read.
    """
    try:
        with _as_path(path).open(encoding="utf-8-sig") as file:
            return file.read(MAX_CHARACTERS + 1)
    except FileNotFoundError as error:
        raise TrophyError(f"cannot read {path}: {reason_of(error)}; {_describe_folder(_as_path(path))}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise TrophyError(f"cannot read {path}: {reason_of(error)}") from error


def _describe_folder(missing: Path) -> str:
    """Return where a missing file was searched, and the file there with the most similar name."""
    folder = missing.absolute().parent
    if not folder.is_dir():
        return f"there is no folder {folder}"
    names = {path.stem: path.name for path in sorted(folder.iterdir()) if path.suffix.lower() in {".toml", ".json"}}
    near = nearest(missing.stem, tuple(names))
    return f"did you mean {names[near]!r}?" if near else f"it is not in the folder {folder}"


def write_text(path: str | PathLike[str], text: str) -> None:
    """Write the text of a rules file.

    Raises:
        InvalidValue: the path is invalid.
        TrophyError: the file cannot be written.
    """
    try:
        _as_path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise TrophyError(f"cannot write {path}: {reason_of(error)}") from error


def parse(text: str, format_: Format, problems: list[Problem]) -> Any:
    """Parse text to plain values; if it is beyond limits or has a fault of syntax, add a problem and return ``{}``."""
    try:
        check_limits(text, format_)
    except InvalidValue as error:
        problems.append(Problem("error", "", f"the rules {error}"))
        return {}
    try:
        if format_ == "json":
            return json.loads(
                text, parse_float=_parse_decimal, parse_int=_parse_integer, object_pairs_hook=_unique_table
            )
        return _parse_toml(text)
    except (json.JSONDecodeError, RecursionError) as error:
        problems.append(Problem("error", "", f"the rules are not valid {format_.upper()}: {error}"))
    except InvalidValue as error:
        problems.append(Problem("error", "", f"the rules {error}"))
    except ValueError:  # tomllib calls int, which limits the number of digits
        problems.append(Problem("error", "", f"the rules {_TOO_LONG}"))
    return {}


def _parse_toml(text: str) -> dict[str, Any]:
    import tomllib  # noqa: PLC0415  # not needed for rules in Python

    try:
        return tomllib.loads(text, parse_float=_parse_decimal)
    except tomllib.TOMLDecodeError as error:
        raise InvalidValue(f"are not valid TOML: {error}") from None


def _parse_integer(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:
        raise InvalidValue(_TOO_LONG) from None


def _parse_decimal(digits: str) -> Decimal:
    try:
        return Decimal(digits)
    except InvalidOperation:
        raise InvalidValue(f"contain the number {short_repr(digits)}, which is out of range") from None


def _unique_table(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the table of a JSON object.

    Raises:
        InvalidValue: a name is repeated, which TOML forbids, too.
    """
    table = dict(pairs)
    if len(table) < len(pairs):
        names = [name for name, _ in pairs]
        repeated = next(name for index, name in enumerate(names) if name in names[:index])
        raise InvalidValue(f"contain the key {short_repr(repeated)} twice in one object; remove one")
    return table


def emit(values: Mapping[str, Any], format_: Format) -> str:
    """Return plain values as text.

    Raises:
        InvalidValue: a value is of a kind that rules cannot have.
    """
    if format_ == "json":
        try:
            return json.dumps(values, default=_plain, ensure_ascii=False, indent=2) + "\n"
        except InvalidValue:
            raise
        except (TypeError, ValueError, RecursionError) as error:  # an invalid key, a very long integer, or deep nesting
            raise InvalidValue(f"rules cannot contain such a value: {error}") from None
    import tomli_w  # noqa: PLC0415  # a game writes none

    return tomli_w.dumps(values)


def _plain(value: Any) -> Any:
    """Convert a value without a JSON type; every decimal in rules is exact as a float.

    Raises:
        InvalidValue: the value is of a kind that rules cannot have.
    """
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    raise InvalidValue(("rules cannot contain such a value:", GivenValue(value)))
