"""A strategy of travellers: users who act on every local date that their own clock shows, wherever they fly.

A traveller's own clock takes the time zone of each destination at departure. The application learns of the zone later:
at the latest with the traveller's first event after the departure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from hypothesis import strategies as st

from trophy_engine.calendar.instants import DAY, HOUR, to_micros
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.core import Identify, Record, Settle
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.rules.streak import Streak
from trophy_engine.testing.datetimes import all_time_zones, instants, time_zones
from trophy_engine.testing.driver import HistoryCommand
from trophy_engine.testing.histories import History

__all__ = ["travellers"]

_USER: Final = "ann"
#: Where in a stretch of time something happens, in 64ths: often at its first or its last microsecond.
_PLACES: Final = (0, 64, 1, 32, 63, 16, 48)
_STAYS: Final = tuple(hours * HOUR for hours in (24, 1, 6, 12, 18, 30, 40, 60))
_END: Final = 3 * DAY


class _Stay(NamedTuple):
    """A stretch of time (microseconds, ``end`` not included) during which the own clock shows one zone's time."""

    start: int
    end: int
    home: Zone

    def at(self, place: int) -> int:
        """Return an instant of the stretch, as far into it as the 64ths say."""
        return self.start + (self.end - 1 - self.start) * place // 64


class _Showing(NamedTuple):
    """A stretch of time during which the own clock shows one date, and the stays that it lasts over."""

    day: int
    parts: list[_Stay]


def _showings(stays: Sequence[_Stay]) -> Iterator[_Showing]:
    """Yield the dates that the own clock shows, in order of time; one that it shows again is yielded again."""
    showing: _Showing | None = None
    for stay in stays:
        now = stay.start
        while now < stay.end:
            day, end = stay.home.window(now)
            part = _Stay(now, min(end, stay.end), stay.home)
            if showing is None or day != showing.day:
                if showing is not None:
                    yield showing
                showing = _Showing(day, [])
            showing.parts.append(part)
            now = part.end
    if showing is not None:
        yield showing


@st.composite
def _stays(draw: st.DrawFn) -> list[_Stay]:
    zones = st.one_of(time_zones(), all_time_zones())
    start = to_micros(draw(instants()))
    stays = []
    for length in [*draw(st.lists(st.sampled_from(_STAYS), max_size=4)), _END]:
        stays.append(_Stay(start, start + length, zone(draw(zones))))
        start += length
    return stays


@st.composite
def _acts(draw: st.DrawFn, stays: Sequence[_Stay]) -> list[int]:
    """Draw the instants of events: at least one on each date, before the own clock leaves the date for a later one."""
    showings = list(_showings(stays))
    acted: set[int] = set()
    acts: list[int] = []
    for number, showing in enumerate(showings):
        later = [other.day for other in showings[number + 1 :]]
        if showing.day in acted:
            wanted = draw(st.sampled_from([False, False, True]))
        elif later and later[0] < showing.day and showing.day in later:
            wanted = draw(st.booleans())  # the date comes again before a later one
        else:
            wanted = True
        if wanted:
            acted.add(showing.day)
            part = showing.parts[draw(st.sampled_from([-1, 0]))]
            acts.append(part.at(draw(st.sampled_from(_PLACES))))
    return acts


@st.composite
def travellers(draw: st.DrawFn, streaks: st.SearchStrategy[Streak]) -> History:
    """Draw rules and the history of one traveller under them, who acts on every date of the own clock.

    Each event meets all conditions of the streak. Now and then everybody is settled in between.

    Args:
        draw: given by Hypothesis.
        streaks: the streak of the rules; its metrics are declared.
    """
    streak = draw(streaks)
    ruleset = Ruleset(metrics=[Metric(condition.key) for condition in streak.metrics], streak=streak)
    stays = draw(_stays())
    acts = draw(_acts(stays))
    commands: list[HistoryCommand] = [
        Record(_USER, at, condition.key, condition.threshold, (), None) for at in acts for condition in streak.metrics
    ]
    for number, stay in enumerate(stays):
        first = min((at for at in acts if stay.start <= at < stay.end), default=stay.end - 1)
        arrival = _Stay(stay.start, first + 1, stay.home).at(draw(st.sampled_from(_PLACES)) if number else 0)
        commands.insert(0, Identify(_USER, arrival, (("time_zone", stay.home.name),)))
    settled = draw(st.lists(st.sampled_from([stay.at(place) for stay in stays for place in _PLACES]), max_size=3))
    commands += map(Settle, settled)
    return History(ruleset, tuple(sorted(commands, key=lambda command: (command.at, isinstance(command, Record)))))
