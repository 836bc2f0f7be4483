"""Arguments: what callers hand to the engine, as commands hold it, or refused."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime

from trophy_engine.calendar.instants import to_micros
from trophy_engine.core.plan import Plan
from trophy_engine.errors import InvalidValue

__all__ = ["as_pairs", "as_sign_up_date", "as_text", "check_idempotency_key"]


def as_pairs(attributes: Mapping[str, str], kind: str, plan: Plan) -> tuple[tuple[str, str], ...]:
    """Take attributes as sorted pairs; ``kind`` is ``"user"`` or ``"event"``.

    Raises:
        InvalidValue: they do not map keys to strings.
        UnknownKey: the rules do not declare one.
    """
    if not isinstance(attributes, Mapping):
        raise InvalidValue(f"attributes must map keys to strings, not {attributes!r}")
    plan.check_attributes(attributes, kind)
    for key, value in attributes.items():
        if not isinstance(value, str):
            raise InvalidValue(f"attribute {key!r} must be a string, not {value!r}")
    return tuple(sorted(attributes.items()))


def check_idempotency_key(key: object) -> None:
    """Check that a key is one.

    Raises:
        InvalidValue: it is no string, or has nothing in it.
    """
    if not isinstance(key, str) or not key:
        raise InvalidValue(f"an idempotency key must be a string with something in it, not {key!r}")


def as_text(field: str, value: object) -> str | None:
    """Take a text or None.

    Raises:
        InvalidValue: it is neither.
    """
    if value is not None and not isinstance(value, str):
        raise InvalidValue(f"{field} must be a string, not {value!r}")
    return value


def as_sign_up_date(value: object) -> str | None:
    """Take a date, or one in ISO 8601, as its text; of a datetime the date in UTC.

    Raises:
        InvalidValue: it is no date from 1900 on.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        to_micros(value, "sign_up_date")
        value = value.astimezone(UTC).date()
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            raise InvalidValue(f"sign_up_date must be a date such as 2025-04-02, not {value!r}") from None
    if not isinstance(value, date) or value.year < 1900:  # noqa: PLR2004  # the first year that instants can have
        raise InvalidValue(f"sign_up_date must be a date from 1900-01-01 on, not {value!r}")
    return value.isoformat()
