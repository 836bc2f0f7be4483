"""Strategies of time: zones, and instants around which calendars go wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Final

from hypothesis import strategies as st

from trophy_engine.calendar.instants import DAY, HOUR, from_micros
from trophy_engine.calendar.zones import Zone, zone

__all__ = ["ODD_ZONES", "PLAIN_ZONES", "instants", "later", "time_zones", "transitions"]

PLAIN_ZONES: Final = ("UTC", "Europe/London", "America/New_York", "Asia/Tokyo", "+05:30", "-09:30", "+14:00", "-11:00")
#: Zones in which something rare happens.
ODD_ZONES: Final = (
    "Australia/Lord_Howe",  # clocks move by half an hour
    "Pacific/Apia",  # 30 December 2011 never was
    "Asia/Kathmandu",  # 45 minutes off the hour
    "America/St_Johns",  # clocks went back at 00:01, so that a new day ended after a minute and began again
    "Africa/Casablanca",  # summer time pauses for Ramadan
    "America/Sao_Paulo",  # clocks went forward at midnight
    "America/Havana",  # clocks go back at 01:00, so that midnight happens twice
)

_FIRST: Final = date(2005, 1, 1)
_LAST: Final = date(2030, 12, 31)
#: No later instant is drawn, so that there is room for absences after it.
_LATEST: Final = date(2120, 1, 1).toordinal()
_MINUTE: Final = HOUR // 60
_SECOND: Final = _MINUTE // 60
_EDGES: Final = (0, -1, 1, 30 * _SECOND, -30 * _SECOND, 59 * _MINUTE, -59 * _MINUTE, 12 * HOUR)
_HURRY: Final = (0, 1, _SECOND, 61 * _SECOND, 30 * _MINUTE, HOUR, 6 * HOUR, 23 * HOUR)
_STRIDES: Final = (1, 2, 3, 6, 7, 8, 28, 29, 30, 31, 60, 365, 366)
#: How time passes, the common ways more than once.
_WAYS: Final = (
    *("hurry", "midnight", "stride", "transition") * 2,
    *("hurry", "midnight", "month", "years"),
)
_NOTABLE: Final = (
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2011, 12, 29),
    date(2011, 12, 31),
    date(2010, 11, 7),
    date(2018, 11, 4),
    date(2023, 12, 31),
    date(2025, 3, 30),
    date(2025, 11, 2),
)


def time_zones() -> st.SearchStrategy[str]:
    """Draw names of time zones, the odd ones twice as often; they shrink to UTC."""
    return st.sampled_from((*PLAIN_ZONES, *ODD_ZONES, *ODD_ZONES))


@st.composite
def _days(draw: st.DrawFn) -> int:
    """Draw a day: any, one of note, or the last of a month."""
    day = draw(st.one_of(st.sampled_from(_NOTABLE), st.dates(_FIRST, _LAST), st.dates(_FIRST, _LAST)))
    if draw(st.booleans()):
        return (day.replace(day=28) + timedelta(days=4)).replace(day=1).toordinal() - 1
    return day.toordinal()


@st.composite
def instants(draw: st.DrawFn, time_zone: st.SearchStrategy[str] | None = None) -> datetime:
    """Draw instants (aware, UTC) of the years 2005 to 2030 and a little beyond.

    They lie around local midnights of month ends, leap days and any other days, and around transitions of the zones,
    often a microsecond to either side.

    Args:
        draw: given by Hypothesis.
        time_zone: the zones whose midnights and transitions are meant; ``time_zones()`` by default.
    """
    home = zone(draw(time_zone if time_zone is not None else time_zones()))
    midnight = home.midnight(draw(_days()))
    goal = draw(st.sampled_from([midnight, *transitions(home, midnight)]))
    return from_micros(goal + draw(st.sampled_from(_EDGES)))


@st.composite
def later(draw: st.DrawFn, now: int, home: Zone) -> int:
    """Draw an instant (microseconds) that is not before now.

    It comes at once or soon, around one of the next midnights or a transition of the zone, at a month's end, after
    days, or after years. It shrinks to now.
    """
    day, _ = home.window(now)
    if day > _LATEST:
        return now + draw(st.sampled_from(_HURRY))
    way = draw(st.sampled_from(_WAYS))
    if way == "hurry":
        return now + draw(st.sampled_from(_HURRY))
    if way == "stride":
        return now + draw(st.sampled_from(_STRIDES)) * DAY
    if way == "years":
        return now + draw(st.integers(200, 2000)) * DAY
    if way == "midnight":
        goal = home.midnight(day + 1 + draw(st.integers(0, 3)))
    elif way == "month":
        first = date.fromordinal(day + draw(st.sampled_from(_STRIDES))).replace(day=1)
        goal = home.midnight(first.toordinal() - draw(st.integers(0, 1)))
    else:
        goal = next(iter(transitions(home, now)), now)
    return max(goal + draw(st.sampled_from(_EDGES)), now)


def transitions(home: Zone, after: int) -> Sequence[int]:
    """Give the first instants within a year after another one at which the clocks of a zone move; at most two."""
    day, _ = home.window(after)
    found = (at for year in (0, 1) for at in _of_year(home, date.fromordinal(day).year + year))
    return [at for at in found if after < at <= after + 366 * DAY][:2]


@cache
def _of_year(home: Zone, year: int) -> tuple[int, ...]:
    return tuple(_find(home, home.midnight(date(year, 1, 1).toordinal()), 366))


def _find(home: Zone, start: int, days: int) -> Iterator[int]:
    for number in range(days):
        before, after = start + number * DAY, start + (number + 1) * DAY
        if home.offset(before) != home.offset(after):
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (middle, after) if home.offset(middle) == home.offset(before) else (before, middle)
            yield after
