"""Kinds of triggers in the API: the fields of each, from which requests are read and both APIs' responses are made."""

from __future__ import annotations

from typing import Final, Literal

from trophy_engine.trophy_api.fields import (
    ACHIEVEMENT,
    ACHIEVEMENTS,
    EVENT_FILTER,
    METRIC,
    OPTIONAL_NUMBER,
    Codec,
    Field,
    VariantFields,
)

_UNITS: Final = Literal["hours", "days"]
#: The application API has a name of its own for the length, and the unit in the singular.
_LENGTH: Final = Codec(describe=lambda _, length, __: {"streakLengthThreshold": length}, type=int)
#: The client refuses a threshold that is not whole, so it is left out.
_THRESHOLD: Final = Codec(
    show=lambda threshold: threshold if isinstance(threshold, int) else None,
    describe=lambda name, threshold, _: {name: threshold} if isinstance(threshold, int) else {},
    type=int,
)
_UNIT: Final = Codec(describe=lambda name, unit, _: {name: unit.removesuffix("s")}, type=_UNITS)

#: The triggers of a points system.
POINTS_TRIGGERS: Final = VariantFields(
    "a trigger",
    {
        "metric": (
            Field("metric_id", "metric", codec=METRIC, required=True),
            Field("metric_threshold", "threshold", codec=_THRESHOLD, required=True, omitted=True),
            Field("event_attributes", codec=EVENT_FILTER),
        ),
        "achievement": (Field("achievement_id", "achievement", codec=ACHIEVEMENT, required=True),),
        "streak": (Field("streak_length", "length", codec=_LENGTH, required=True),),
        "time": (
            Field("time_unit", "unit", codec=_UNIT, required=True),
            Field("time_interval", "interval", type=int, required=True),
        ),
        "user_creation": (),
    },
)
#: The triggers of achievements; an ``api`` achievement is completed by its key, which is the achievement's own.
ACHIEVEMENT_TRIGGERS: Final = VariantFields(
    "an achievement",
    {
        "metric": (
            Field("metric_id", "metric", codec=METRIC, required=True),
            Field("metric_value", "value", codec=OPTIONAL_NUMBER, required=True, omitted=True),
            Field("event_attributes", codec=EVENT_FILTER),
        ),
        "streak": (Field("streak_length", "length", type=int, required=True),),
        "api": (Field("key", required=True),),
        "achievement": (Field("achievement_ids", "achievements", codec=ACHIEVEMENTS, required=True),),
        "anniversary": (Field("anniversary_years", "years", type=int, required=True),),
        "points": (),
        "level": (),
    },
    unsaid=("points", "level"),
)


def achievement_fields_in_api(kind: str) -> tuple[Field, ...]:
    """Return the fields that a kind of achievement has in its trigger."""
    return tuple(field for field in ACHIEVEMENT_TRIGGERS.fields[kind] if field.name != "key")
