"""Strategies of time: zones, and instants close to irregularities of calendars."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, Final, Literal

import attrs
from hypothesis import strategies as st

from trophy_engine.calendar.instants import DAY, HOUR, from_micros
from trophy_engine.calendar.zones import Zone, zone, zone_names

__all__ = [
    "ODD_ZONES",
    "PLAIN_ZONES",
    "Gap",
    "all_time_zones",
    "gaps",
    "instants",
    "later",
    "time_zones",
    "transitions",
]

#: Zones that are usual, or have no irregularities.
PLAIN_ZONES: Final = ("UTC", "Europe/London", "America/New_York", "Asia/Tokyo", "+05:30", "-09:30", "+14:00", "-11:00")
#: Zones with rare irregularities.
ODD_ZONES: Final = (
    "Australia/Lord_Howe",  # clocks move by half an hour
    "Pacific/Apia",  # there was no 30 December 2011
    "Asia/Kathmandu",  # 45 minutes off the hour
    "America/St_Johns",  # clocks went back at 00:01, so a new day ended after a minute and started again
    "Africa/Casablanca",  # summer time pauses for Ramadan
    "America/Sao_Paulo",  # clocks went forward at midnight
    "America/Havana",  # clocks go back at 01:00, so that midnight happens twice
)

_FIRST: Final = date(2005, 1, 1)
_LAST: Final = date(2030, 12, 31)
#: The latest day from which gaps lead to calendar dates; later gaps are plain spans.
_LATEST: Final = date(2120, 1, 1).toordinal()
_MINUTE: Final = HOUR // 60
_SECOND: Final = _MINUTE // 60
_EDGES: Final = (0, -1, 1, 30 * _SECOND, -30 * _SECOND, 59 * _MINUTE, -59 * _MINUTE, 12 * HOUR)
_SHORT_SPANS: Final = (0, 1, _SECOND, 61 * _SECOND, 30 * _MINUTE, HOUR, 6 * HOUR, 23 * HOUR)
_DAY_COUNTS: Final = (1, 2, 3, 6, 7, 8, 28, 29, 30, 31, 60, 365, 366)
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


@cache
def all_time_zones() -> st.SearchStrategy[str]:
    """Draw the name of any time zone in the zone data; shrink to the first by name."""
    return st.sampled_from(zone_names())


@cache
def time_zones() -> st.SearchStrategy[str]:
    """Draw names of time zones, irregular ones twice as often; shrink to UTC."""
    return st.sampled_from((*PLAIN_ZONES, *ODD_ZONES, *ODD_ZONES))


@st.composite
def _notable_day_strategy(draw: st.DrawFn) -> int:
    """Draw a day: any, a notable one, or the last or the first of a month."""
    day = draw(st.one_of(st.sampled_from(_NOTABLE), st.dates(_FIRST, _LAST), st.dates(_FIRST, _LAST)))
    kind = draw(st.sampled_from(("itself", "last of its month", "first of the next")))
    if kind == "itself":
        return day.toordinal()
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1).toordinal() - (kind == "last of its month")


@st.composite
def instants(draw: st.DrawFn, time_zone: st.SearchStrategy[str] | None = None) -> datetime:
    """Draw instants (aware, UTC) in the years 2005 to 2030 or shortly after.

    They are close to local midnights, of month ends and leap days among others, and to transitions of the zones, often
    a microsecond before or after.

    Args:
        draw: passed by Hypothesis.
        time_zone: the zones of the midnights and transitions; ``time_zones()`` by default.
    """
    zone_ = zone(draw(time_zone if time_zone is not None else time_zones()))
    midnight = zone_.midnight(draw(_notable_day_strategy()))
    target = draw(st.sampled_from([midnight, *transitions(zone_, midnight)]))
    return from_micros(target + draw(st.sampled_from(_EDGES)))


@attrs.frozen(repr=False)
class Gap:
    """A duration, relative to any instant.

    Attributes:
        kind: ``"span"`` microseconds, ``"days"``, or up to a ``"midnight"``, a ``"month"`` or a ``"transition"``.
        number: the number of microseconds or days; for midnights, months and transitions, 0 is the next one.
        edge: microseconds to add, possibly negative.
    """

    kind: Literal["span", "days", "midnight", "month", "transition"]
    number: int
    edge: int = 0

    def __repr__(self) -> str:
        """Return the duration in words, as in ``2 days`` or ``to the next midnight - 0:00:30``."""
        if self.kind == "span":
            return str(timedelta(microseconds=self.number))
        if self.kind == "days":
            return f"{self.number} days"
        which = f"next {self.kind}" if self.number == 0 else f"{self.kind} {self.number} further"
        edge = "" if not self.edge else f" {'-' if self.edge < 0 else '+'} {timedelta(microseconds=abs(self.edge))}"
        return f"to the {which}{edge}"

    def _repr_pretty_(self, printer: Any, cycle: Any) -> None:  # noqa: ARG002  # Hypothesis calls it
        """Print the same in Hypothesis's reports."""
        printer.text(repr(self))

    def after(self, now: int, time_zone: Zone) -> int:
        """Return the instant after the gap (microseconds), never before ``now``."""
        return max(self._target_instant(now, time_zone) + self.edge, now)

    def _target_instant(self, now: int, time_zone: Zone) -> int:
        day, _ = time_zone.window(now)
        if self.kind == "span" or day > _LATEST:
            return now + self.number
        if self.kind == "days":
            return now + self.number * DAY
        if self.kind == "midnight":
            return time_zone.midnight(day + 1 + self.number)
        if self.kind == "month":
            first = date.fromordinal(day).replace(day=28) + timedelta(days=4 + 30 * self.number)
            return time_zone.midnight(first.replace(day=1).toordinal())
        return next(iter(transitions(time_zone, now)[self.number :]), now)


@cache
def gaps() -> st.SearchStrategy[Gap]:
    """Draw gaps: none or short ones, days, up to midnights, month ends and transitions, or years."""
    short = st.builds(Gap, st.just("span"), st.sampled_from(_SHORT_SPANS))
    days = st.builds(Gap, st.just("days"), st.sampled_from(_DAY_COUNTS))
    edges = st.sampled_from(_EDGES)
    midnight = st.builds(Gap, st.just("midnight"), st.integers(0, 3), edges)
    boundaries = st.builds(Gap, st.sampled_from(["month", "transition"]), st.integers(0, 1), edges)
    years = st.builds(Gap, st.just("days"), st.integers(200, 2000))
    return st.one_of(short, days, midnight, short, days, midnight, boundaries, short, midnight, boundaries, years)


def later(now: int, time_zone: Zone) -> st.SearchStrategy[int]:
    """Draw an instant (microseconds) after a gap, never before ``now``."""
    return gaps().map(lambda gap: gap.after(now, time_zone))


def transitions(time_zone: Zone, after: int) -> Sequence[int]:
    """Return up to two instants, within a year after another one, at which the offset of a zone changes."""
    day, _ = time_zone.window(after)
    instants_ = (
        at for year in (0, 1) for at in _drawable_transitions_of_year(time_zone, date.fromordinal(day).year + year)
    )
    return [at for at in instants_ if after < at <= after + 366 * DAY][:2]


@cache
def _drawable_transitions_of_year(time_zone: Zone, year: int) -> tuple[int, ...]:
    return tuple(_search_drawable_transitions(time_zone, time_zone.midnight(date(year, 1, 1).toordinal()), 366))


def _search_drawable_transitions(time_zone: Zone, start: int, days: int) -> Iterator[int]:
    for number in range(days):
        before, after = start + number * DAY, start + (number + 1) * DAY
        if time_zone.offset(before) != time_zone.offset(after):
            while after - before > 1:
                middle = (before + after) // 2
                before, after = (
                    (middle, after) if time_zone.offset(middle) == time_zone.offset(before) else (before, middle)
                )
            yield after
