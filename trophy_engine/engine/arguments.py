"""Arguments: checking the arguments of the engine's methods, and converting them to the fields of commands."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from enum import Enum
from typing import Final

from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.calendar.instants import parse_date, to_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.core import CHANNELS, MESSAGES, NOTIFICATIONS, STREAKS, Changes, Plan, encode_preferred_conditions
from trophy_engine.error_messages import FieldName, GivenValue, name_field_in_message, short_repr
from trophy_engine.errors import InvalidValue
from trophy_engine.identifiers import check_text, is_writable
from trophy_engine.rules.constraints import KEYS, InstanceOf, OneOf, SubsetOf, as_sequence
from trophy_engine.rules.metric_uses import refuse_metric_for_streak
from trophy_engine.rules.streak import EVALUATION_MODE, StreakMetric, as_evaluation_mode
from trophy_engine.rules.structure import as_plain_value

_EACH_KEY: Final = FieldName("attributes", before="each key of ")
_AN_IDEMPOTENCY_KEY: Final = FieldName(before="an idempotency key")
_EACH_NOTIFICATION: Final = FieldName("notifications", before="each of ")


class Unset(Enum):
    """The type of ``UNSET``."""

    UNSET = "UNSET"


#: The value of an argument that was left out: the field keeps its value; None would clear it.
UNSET = Unset.UNSET


def encode_attributes_argument(attributes: Mapping[str, str], kind: str, plan: Plan) -> tuple[tuple[str, str], ...]:
    """Convert attributes to sorted pairs; ``kind`` is ``"user"`` or ``"event"``.

    Raises:
        InvalidValue: the attributes do not map keys to text.
        UnknownKey: the rules do not declare an attribute.
    """
    check_attributes_argument(attributes)
    plan.check_attributes(attributes, kind)
    return tuple(sorted(map(as_plain_value, attributes.items())))


def check_attributes_argument(attributes: object) -> None:
    """Check that attributes map keys to texts.

    Raises:
        InvalidValue: the attributes are anything else.
    """
    if not isinstance(attributes, Mapping):
        raise InvalidValue(("must map keys to strings, not", GivenValue(attributes)), "attributes")
    for key, text in attributes.items():
        check_text(key, _EACH_KEY)
        if not (isinstance(text, str) and is_writable(text)):
            check_text(text, FieldName(before=f"attribute {key!r}"))


def check_idempotency_key_argument(key: object) -> str:
    """Return an idempotency key if it is valid.

    Raises:
        InvalidValue: the key is not a string, is empty, or has a character that not every storage can keep.
    """
    if not isinstance(key, str) or not key:
        raise InvalidValue(("must be a string that is not empty, not", GivenValue(key)), _AN_IDEMPOTENCY_KEY)
    return check_text(key, _AN_IDEMPOTENCY_KEY)


def check_text_argument(field: str, value: object) -> str | None:
    """Return a text or None after a check.

    Raises:
        InvalidValue: the value is neither, or a text that not every storage can keep.
    """
    return None if value is None else check_text(value, field)


def encode_sign_up_date_argument(value: object) -> str | None:
    """Convert a date, or its text as in ``2025-04-02``, to text; a datetime to its date in UTC; None to None.

    Raises:
        InvalidValue: the value is not a date from 1900 on.
    """
    if value is None:
        return None
    if isinstance(value, datetime):
        to_micros(value, "sign_up_date")
        value = value.astimezone(UTC).date()
    if isinstance(value, str):
        value = parse_date(value, "sign_up_date")
    if not isinstance(value, date) or value.year < 1900:  # noqa: PLR2004  # the first year that instants can have
        shown = value if isinstance(value, date) else short_repr(value)
        raise InvalidValue(f"must be a date from 1900-01-01 on, not {shown}", "sign_up_date")
    return value.isoformat()


def encode_date_argument(field: str, value: object) -> str:
    """Convert a date, or its text as in ``2025-04-02``, to text.

    Raises:
        InvalidValue: the value is not a date.
    """
    if isinstance(value, str):
        value = parse_date(value, field)
    if not isinstance(value, date) or isinstance(value, datetime):
        raise InvalidValue(("must be a date, for example 2025-04-02, not", GivenValue(value)), field)
    return value.isoformat()


def encode_strings(field: str | FieldName, value: object) -> str:
    """Convert a list of texts to JSON.

    Raises:
        InvalidValue: the value is not a list of texts.
    """
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise InvalidValue(("must be a list of strings, not", GivenValue(value)), field)
    for text in value:
        check_text(text, name_field_in_message(field, "each of "))
    return json.dumps(list(value), separators=(",", ":"))


def encode_flag_argument(field: str, value: object) -> str:
    """Convert a boolean to JSON.

    Raises:
        InvalidValue: the value is not a boolean.
    """
    if not isinstance(value, bool):
        raise InvalidValue(("must be true or false, not", GivenValue(value)), field)
    return "true" if value else "false"


def encode_channels_argument(notifications: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """Convert channels by message to fields of the user, as JSON.

    Raises:
        InvalidValue: a message or a channel is unknown.
    """
    InstanceOf((Mapping,)).check("notifications", notifications)
    changes = {}
    for kind, channels in notifications.items():
        OneOf(MESSAGES).check(_EACH_NOTIFICATION, kind)
        field = FieldName("notifications", after=f".{kind}")
        encoded = encode_strings(field, channels)
        SubsetOf(CHANNELS).check(field, tuple(channels))
        changes[f"preferences.{NOTIFICATIONS}.{as_plain_value(kind)}"] = encoded
    return changes


def encode_conditions(metrics: Sequence[StreakMetric], plan: Plan) -> str:
    """Convert the conditions of a custom streak to JSON.

    Raises:
        InvalidValue: there are none, or two on one metric, a streak cannot count in one of the metrics, or one
            has a filter.
        UnknownKey: the rules do not declare a metric.
    """
    conditions = as_sequence(metrics)
    InstanceOf((StreakMetric,), many=True).check("metrics", conditions)
    KEYS.check("metrics", tuple(metric.key for metric in conditions))
    for metric in conditions:
        refusal = refuse_metric_for_streak(plan.metric(metric.key).rule)
        if refusal is not None:
            raise InvalidValue(refusal)
        if metric.event_attributes:
            raise InvalidValue(
                "is for conditions of the rules; use a derived metric with the filter", "metrics.event_attributes"
            )
    return encode_preferred_conditions(conditions)


def encode_profile_arguments(
    plan: Plan,
    *,
    attributes: Mapping[str, str],
    time_zone: str | None | Unset,
    name: str | None | Unset,
    email: str | None | Unset,
    sign_up_date: date | str | None | Unset,
    device_tokens: Sequence[str] | None | Unset,
    subscribe_to_emails: bool | Unset,
) -> Changes:
    """Return the given fields of a user as the changes of an ``Identify`` command.

    Raises:
        InvalidValue: a field cannot have the value.
        UnknownKey: the rules do not declare a user attribute.
    """
    changes: dict[str, str | None] = {}
    for field, text in (("name", name), ("email", email)):
        if not isinstance(text, Unset):
            changes[field] = check_text_argument(field, text)
    if not isinstance(time_zone, Unset):
        zone_name = check_text_argument("time_zone", time_zone)
        changes["time_zone"] = None if zone_name is None else zone(zone_name).name
    if not isinstance(sign_up_date, Unset):
        changes["sign_up_date"] = encode_sign_up_date_argument(sign_up_date)
    if not isinstance(device_tokens, Unset):
        tokens = None if device_tokens is None else encode_strings("device_tokens", device_tokens)
        changes["device_tokens"] = tokens
    if not isinstance(subscribe_to_emails, Unset):
        changes["subscribe_to_emails"] = encode_flag_argument("subscribe_to_emails", subscribe_to_emails)
    for key, value in encode_attributes_argument(attributes, "user", plan):
        changes[f"attributes.{key}"] = value
    return tuple(sorted(changes.items()))


def encode_preferences_arguments(
    plan: Plan,
    *,
    notifications: Mapping[str, Sequence[str]] | None,
    streak: str | None,
    streak_enabled: bool | Unset,
    evaluation_mode: str | Unset,
    metrics: Sequence[StreakMetric] | Unset,
    days_off: Sequence[str] | Unset,
) -> Changes:
    """Return the given preferences of a user as the changes of an ``Identify`` command.

    Raises:
        InvalidValue: a preference cannot have the value.
        UnknownKey: the rules do not declare a metric, or the streak.
    """
    changes: dict[str, str | None] = {} if notifications is None else {**encode_channels_argument(notifications)}
    choices: dict[str, str] = {}
    if not isinstance(streak_enabled, Unset):
        choices["enabled"] = encode_flag_argument("streak_enabled", streak_enabled)
    if not isinstance(evaluation_mode, Unset):
        mode = as_evaluation_mode(evaluation_mode)
        EVALUATION_MODE.check("evaluation_mode", mode)
        choices["evaluation_mode"] = json.dumps(mode)
    if not isinstance(metrics, Unset):
        choices["metrics"] = encode_conditions(metrics, plan)
    if not isinstance(days_off, Unset):
        choices["days_off"] = encode_strings("days_off", days_off)
        SubsetOf(WEEKDAYS).check("days_off", tuple(days_off))
    if choices or streak is not None:
        key = plan.streak_of(streak).key
        changes.update({f"preferences.{STREAKS}.{key}.{choice}": value for choice, value in choices.items()})
    return tuple(sorted(changes.items()))
