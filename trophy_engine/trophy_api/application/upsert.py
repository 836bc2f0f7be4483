"""Upsert: create or update the user that a body names, before the call itself is applied."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Final

from trophy_engine.engine.arguments import UNSET
from trophy_engine.engine.engine import Engine
from trophy_engine.engine.outcome import Outcome
from trophy_engine.error_messages import FieldName
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.metrics import AttributeType
from trophy_engine.trophy_api.application.lookup import is_known_user
from trophy_engine.trophy_api.errors import Unprocessable
from trophy_engine.trophy_api.requests import UpdatedUser
from trophy_engine.trophy_api.structuring import given_item_fields

#: Where attributes are declared on the hosted platform; part of its messages.
_SET_UP_AT: Final = {"user": "https://app.trophy.so/users/attributes", "event": "https://app.trophy.so/metrics"}
#: Fields of a user with another name in the engine.
_FIELDS: Final = {"tz": "time_zone", "subscribed_to_emails": "subscribe_to_emails"}


def check_requested_attributes(engine: Engine, type_: AttributeType, keys: Iterable[str]) -> None:
    """Check that attributes are declared.

    Raises:
        Unprocessable: some are not; the message is the platform's.
    """
    declared = {attribute.key for attribute in engine.ruleset.attributes if attribute.type == type_}
    undeclared = [key for key in keys if key not in declared]
    if undeclared:
        raise Unprocessable(
            f"Invalid attribute keys: {', '.join(undeclared)}. "
            f"Please ensure all attribute keys match those set up at {_SET_UP_AT[type_]}."
        )


def upsert_user(engine: Engine, user: str, fields: UpdatedUser) -> Outcome | None:
    """Create the user or set the given fields; return None if the user is known and no field is given.

    Raises:
        Unprocessable: an attribute is not declared.
        InvalidValue: a field has an invalid value.
    """
    check_requested_attributes(engine, "user", fields.attributes)
    if fields.subscribe_to_emails is not UNSET and fields.subscribed_to_emails is not UNSET:
        raise InvalidValue(("cannot be set together with", FieldName("subscribed_to_emails")), "subscribe_to_emails")
    changes = {
        _FIELDS.get(name, name): value
        for name, value in given_item_fields(fields).items()
        if name not in {"id", "attributes"}
    }
    if "sign_up_date" in changes:
        changes["sign_up_date"] = requested_sign_up_date(changes["sign_up_date"])
    if not (changes or fields.attributes) and is_known_user(engine, user):
        return None
    return engine.identify(user, attributes=fields.attributes, **changes)


def requested_sign_up_date(text: str | None) -> str | None:
    """Return the UTC date of a sign-up at an ISO date and time; other text is unchanged, for the engine to parse.

    Raises:
        InvalidValue: the text has a T but is not a date and time, or its UTC date is out of range.
    """
    if text is None or "T" not in text:
        return text
    try:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo is None else at.astimezone(UTC)).date().isoformat()
    except (ValueError, OverflowError):
        raise InvalidValue(f"must be a date, for example 2025-04-02, not {text!r}", "sign_up_date") from None
