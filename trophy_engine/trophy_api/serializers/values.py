"""Serializers of values: instants, dates, numbers and attributes.

>>> serialize_instant(datetime(2025, 4, 2, 10, 0, 0, 123456, tzinfo=UTC))
'2025-04-02T10:00:00.123Z'
>>> serialize_attributes({"plan": "pro", "track": ("spa", "monza")})
[{'key': 'plan', 'value': 'pro'}]
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from trophy_engine.numbers import Number

#: A JSON object.
Json = dict[str, Any]


def serialize_instant(at: datetime) -> str:
    """Serialize an instant in UTC, truncated to the millisecond."""
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"


def serialize_date(on: date | None) -> str | None:
    """Serialize a date in ISO 8601, or None as null."""
    return None if on is None else on.isoformat()


def serialize_number(value: Number | float) -> int | float:
    """Serialize a number: as an integer if it is whole, else as a float."""
    return int(value) if value == int(value) else float(value)


def serialize_total(total: Number | None) -> int | float:
    """Serialize a total; clients require a number, so a least, greatest or latest value of nothing is 0."""
    return 0 if total is None else serialize_number(total)


def serialize_attributes(attributes: Mapping[str, Any]) -> list[dict[str, str]]:
    """Serialize attributes as a list of objects with a key and a value; those of a filter with several are left out."""
    return [{"key": key, "value": value} for key, value in attributes.items() if isinstance(value, str)]
