"""A strategy of travellers: users who act on every local date of their own clock, in any time zones.

A traveller's own clock changes to the time zone of each destination at departure. The application receives the zone
later: at the latest before the traveller's first event after the departure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from hypothesis import strategies as st

from trophy_engine.calendar.frequencies import WEEKDAYS
from trophy_engine.calendar.instants import DAY, HOUR, parse_time_of_day, to_micros
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core import Identify, Record, Settle
from trophy_engine.rules.metrics import Attribute, Metric
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import Streak, StreakMetric
from trophy_engine.testing.datetimes import all_time_zones, instants, time_zones
from trophy_engine.testing.driver import HistoryCommand
from trophy_engine.testing.histories import History
from trophy_engine.testing.rulesets import day_starts

__all__ = ["travellers"]

_USER: Final = "ann"
#: Positions in an interval, in 64ths: often its first or its last microsecond.
_POSITIONS: Final = (0, 64, 1, 32, 63, 16, 48)
_STAYS: Final = tuple(hours * HOUR for hours in (24, 1, 6, 12, 18, 30, 40, 60))
_END: Final = 3 * DAY


class _TravellerStay(NamedTuple):
    """An interval (microseconds, without ``end``) during which the own clock shows one zone's time."""

    start: int
    end: int
    time_zone: Zone

    def instant_at(self, position: int) -> int:
        """Return an instant of the interval, by its position in 64ths."""
        return self.start + (self.end - 1 - self.start) * position // 64


class _ShownDate(NamedTuple):
    """An interval during which the own clock shows one date, and its parts by stay."""

    day: int
    parts: list[_TravellerStay]


def _dates_on_traveller_clock(stays: Sequence[_TravellerStay]) -> Iterator[_ShownDate]:
    """Yield the dates of the own clock, in order of time; a date shown again is yielded again."""
    shown: _ShownDate | None = None
    for stay in stays:
        now = stay.start
        while now < stay.end:
            day, end = stay.time_zone.window(now)
            part = _TravellerStay(now, min(end, stay.end), stay.time_zone)
            if shown is None or day != shown.day:
                if shown is not None:
                    yield shown
                shown = _ShownDate(day, [])
            shown.parts.append(part)
            now = part.end
    if shown is not None:
        yield shown


@st.composite
def _traveller_stays_strategy(draw: st.DrawFn, day_start: int) -> list[_TravellerStay]:
    zones = st.one_of(time_zones(), all_time_zones())
    start = to_micros(draw(instants()))
    stays = []
    for length in [*draw(st.lists(st.sampled_from(_STAYS), max_size=4)), _END]:
        stays.append(_TravellerStay(start, start + length, zone(draw(zones), day_start)))
        start += length
    return stays


@st.composite
def _traveller_events_strategy(draw: st.DrawFn, stays: Sequence[_TravellerStay]) -> list[int]:
    """Draw the instants of events: at least one on each date, before the own clock shows a later date."""
    dates = list(_dates_on_traveller_clock(stays))
    days_with_event: set[int] = set()
    instants_: list[int] = []
    for number, date in enumerate(dates):
        later = [other.day for other in dates[number + 1 :]]
        if date.day in days_with_event:
            has_event = draw(st.sampled_from([False, False, True]))
        elif later and later[0] < date.day and date.day in later:
            has_event = draw(st.booleans())  # the date is shown again before a later one
        else:
            has_event = True
        if has_event:
            days_with_event.add(date.day)
            part = date.parts[draw(st.sampled_from([-1, 0]))]
            instants_.append(part.instant_at(draw(st.sampled_from(_POSITIONS))))
    return instants_


@st.composite
def travellers(draw: st.DrawFn, streaks: st.SearchStrategy[Streak]) -> History:
    """Draw rules and the history of a traveller who acts on every date of the own clock.

    The events of each instant meet all conditions of the streak. Some histories have settling in between.

    Args:
        draw: passed by Hypothesis.
        streaks: a strategy of the streak; the rules declare its metrics.
    """
    streak = draw(streaks)
    filtered = {key for condition in streak.metrics for key in condition.event_attributes}
    ruleset = Ruleset(
        metrics=[Metric(key) for key in dict.fromkeys(condition.key for condition in streak.metrics)],
        attributes=[Attribute(key, "event") for key in sorted(filtered)],
        streaks=[streak],
        first_weekday=draw(st.sampled_from(WEEKDAYS)),
        day_start=draw(day_starts),
    )
    stays = draw(_traveller_stays_strategy(parse_time_of_day(ruleset.day_start)))
    instants_ = draw(_traveller_events_strategy(stays))
    commands: list[HistoryCommand] = [
        Record(_USER, at, condition.key, condition.threshold, _traveller_event_attributes(condition), None)
        for at in instants_
        for condition in streak.metrics
    ]
    for number, stay in enumerate(stays):
        first = min((at for at in instants_ if stay.start <= at < stay.end), default=stay.end - 1)
        arrival = _TravellerStay(stay.start, first + 1, stay.time_zone).instant_at(
            draw(st.sampled_from(_POSITIONS)) if number else 0
        )
        commands.insert(0, Identify(_USER, arrival, (("time_zone", stay.time_zone.name),)))
    settled = draw(
        st.lists(st.sampled_from([stay.instant_at(position) for stay in stays for position in _POSITIONS]), max_size=3)
    )
    commands += map(Settle, settled)
    return History(ruleset, tuple(sorted(commands, key=lambda command: (command.at, isinstance(command, Record)))))


def _traveller_event_attributes(condition: StreakMetric) -> tuple[tuple[str, str], ...]:
    """Return attributes of an event that a condition counts."""
    wanted = sorted(condition.event_attributes.items())
    return tuple((key, value if isinstance(value, str) else value[0]) for key, value in wanted)
