"""Upserting: a user as a body names them, told to the engine before anything else is done."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from trophy_engine.engine import Engine, Unset
from trophy_engine.errors import UnknownUser
from trophy_engine.rules.metrics import AttributeType
from trophy_engine.wire.bodies import UpdatedUser
from trophy_engine.wire.errors import Unprocessable
from trophy_engine.wire.messages import Request

__all__ = ["check_attributes", "is_known", "upsert"]

#: Where the hosted platform has attributes set up, as its messages have it.
_SET_UP_AT: Final = {"user": "https://app.trophy.so/users/attributes", "event": "https://app.trophy.so/metrics"}


def check_attributes(engine: Engine, type_: AttributeType, keys: Iterable[str]) -> None:
    """Check that attributes are declared.

    Raises:
        Unprocessable: some are not; they are named in the words of the platform.
    """
    declared = {one.key for one in engine.ruleset.attributes if one.type == type_}
    undeclared = [key for key in keys if key not in declared]
    if undeclared:
        raise Unprocessable(
            f"Invalid attribute keys: {', '.join(undeclared)}. "
            f"Please ensure all attribute keys match those set up at {_SET_UP_AT[type_]}."
        )


def is_known(engine: Engine, user: str) -> bool:
    """Tell whether anything has been recorded of a user.

    Raises:
        InvalidValue: no user can have the id.
    """
    try:
        engine.user(user)
    except UnknownUser:
        return False
    return True


def upsert(engine: Engine, request: Request, user: str, fields: UpdatedUser) -> None:
    """Create the user, or set the fields that are given; a known user of whom nothing is said is left alone.

    Raises:
        Unprocessable: an attribute is not declared.
        InvalidValue: a field cannot have the value.
    """
    check_attributes(engine, "user", fields.attributes)
    given: dict[str, Any] = {
        "time_zone": fields.tz,
        "name": fields.name,
        "email": fields.email,
        "sign_up_date": _sign_up_date(fields.sign_up_date),
        "device_tokens": fields.device_tokens,
        "subscribe_to_emails": fields.subscribe_to_emails,
    }
    said = {name: value for name, value in given.items() if not isinstance(value, Unset)}
    if said or fields.attributes or not is_known(engine, user):
        engine.identify(user, at=request.at, attributes=fields.attributes, **said)


def _sign_up_date(given: str | None | Unset) -> str | None | Unset:
    """Take the UTC day of a date and time; a date is left to the engine."""
    if not isinstance(given, str) or "T" not in given:
        return given
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        raise Unprocessable(f"signUpDate must be a date such as 2025-04-02, not {given!r}") from None
    return (at if at.tzinfo is None else at.astimezone(UTC)).date().isoformat()
