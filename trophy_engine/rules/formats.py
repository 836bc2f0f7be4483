"""The formats of rules files, TOML and JSON, and plain values as text in them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Final, Literal, get_args

from trophy_engine.error_messages import GivenValue
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints import OneOf

Format = Literal["toml", "json"]

_FORMATS: Final = get_args(Format)


def check_rules_format(format_: object) -> None:
    """Check the name of a format of rules files.

    Raises:
        InvalidValue: it is neither ``"toml"`` nor ``"json"``.
    """
    OneOf(_FORMATS).check("format", format_)


def format_rules_as_text(values: Mapping[str, Any], format_: Format) -> str:
    """Return plain values as text.

    Raises:
        InvalidValue: a value is of a kind that rules cannot have.
    """
    if format_ == "json":
        try:
            return json.dumps(values, default=_rules_value_as_json, ensure_ascii=False, indent=2) + "\n"
        except InvalidValue:
            raise
        except (TypeError, ValueError, RecursionError) as error:  # an invalid key, a very long integer, or deep nesting
            raise InvalidValue(f"rules cannot contain such a value: {error}") from None
    import tomli_w  # noqa: PLC0415  # a game writes none

    return tomli_w.dumps(values)


def _rules_value_as_json(value: Any) -> Any:
    """Convert a value without a JSON type; every decimal in rules is exact as a float.

    Raises:
        InvalidValue: the value is of a kind that rules cannot have.
    """
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, date):
        return value.isoformat()
    raise InvalidValue(("rules cannot contain such a value:", GivenValue(value)))
