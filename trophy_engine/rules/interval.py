"""Intervals: periods of several days, weeks or months, counted from a date."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import attrs

from trophy_engine.calendar.frequencies import Frequency, FrequencyName, PeriodUnit, frequency_every
from trophy_engine.error_messages import GivenValue
from trophy_engine.rules.constraints import LOCAL_DATE, Integer, OneOf, OneOfOrTable, as_date
from trophy_engine.rules.mappings import rule_from_mapping
from trophy_engine.rules.phrases import count_noun
from trophy_engine.values import Value

__all__ = ["Interval"]

_UNITS: Final = ("day", "week", "month")
_MOST: Final = 1000
_IN_MONTHS: Final = {unit: ("for", f"{unit}s", "write the unit", GivenValue("month")) for unit in ("quarter", "year")}

_PERIOD_NAMES: Final[Mapping[FrequencyName, str]] = {
    "daily": "day",
    "weekly": "week",
    "monthly": "month",
    "quarterly": "quarter",
    "yearly": "year",
}


@attrs.frozen
class Interval(Value):
    """Periods of so many units; one of them begins on ``start``, and they go on before it, too.

    Attributes:
        every: the number of units in a period, at most 1,000.
        unit: ``"day"``, ``"week"`` (seven days, whatever the first weekday is) or ``"month"``; months begin on the day
            of the month of ``start``, or on the last day of a shorter month.
        start: the first local date of a period.
    """

    every: int = attrs.field(validator=Integer(min=1, max=_MOST))
    unit: PeriodUnit = attrs.field(validator=OneOf(_UNITS, remedies=_IN_MONTHS))
    start: date = attrs.field(converter=as_date, validator=LOCAL_DATE)

    def __str__(self) -> str:
        """Return the interval in words.

        >>> str(Interval(2, "day", date(2026, 1, 5))), str(Interval(1, "week", date(2026, 1, 5)))
        ('every 2 days', 'every week')
        """
        return f"every {self.unit if self.every == 1 else count_noun(self.every, self.unit)}"

    @property
    def calendar(self) -> Frequency:
        """The calendar of the periods."""
        return frequency_every(self.every, self.unit, self.start)


def as_frequency_or_interval(value: FrequencyName | Interval | Mapping[str, Any]) -> FrequencyName | Interval:
    """Return a mapping as an interval, and any other value unchanged, for the validator."""
    return rule_from_mapping(Interval, value, "frequency") if isinstance(value, Mapping) else value


def period_noun(frequency: FrequencyName | Interval) -> str:
    """Return the noun for a period of a frequency, for example ``"day"``; that of several units is a ``"period"``."""
    if isinstance(frequency, Interval):
        return frequency.unit if frequency.every == 1 else "period"
    return _PERIOD_NAMES[frequency]


#: The name of a frequency, or an interval.
FREQUENCY: Final = OneOfOrTable(
    tuple(_PERIOD_NAMES), (Interval,), {"every": 2, "unit": "day", "start": date(2026, 1, 5)}
)
