"""The history of a streak: its length period by period, and freezes, pauses and resets.

The account of the decisions on periods says what happened in each. The length is counted in the order of the periods: a
credit adds one, a loss sets it to zero, a restoration sets it to the length before the loss, and any other period keeps
it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Final, assert_never

import attrs

from trophy_engine.calendar.instants import from_micros
from trophy_engine.core import (
    PeriodDecision,
    PeriodDecisions,
    StreakPlan,
    Transition,
    undecided_protected_periods,
)
from trophy_engine.error_messages import short_repr
from trophy_engine.errors import InvalidValue
from trophy_engine.values import Value

__all__ = ["MAX_PERIODS", "LongestStreak", "StreakPeriod", "longest_streak_in_range", "streak_history"]

#: The maximal number of periods per request.
MAX_PERIODS: Final = 10_000


@attrs.frozen
class StreakPeriod(Value):
    """A period in the history of a streak.

    Attributes:
        period_start, period_end: its first and last day.
        length: the length of the streak at its end; for the current period, the length now.
        used_freeze: whether a freeze was spent on it.
        used_pause: whether it was not credited and a pause protected it.
        reset_at: the instant when the application reset the streak in it (aware, UTC); None if it did not.
    """

    period_start: date
    period_end: date
    length: int
    used_freeze: bool
    used_pause: bool
    reset_at: datetime | None


@attrs.frozen
class LongestStreak(Value):
    """The longest streak in a range of days.

    Attributes:
        length: its length in periods.
        period_start: the first day of its first period.
        period_end: the last day of its last credited or protected period in the range.
        started: the day on which it started.
    """

    length: int
    period_start: date
    period_end: date
    started: date


def streak_history(transitions: Sequence[Transition], periods: int, key: str | None = None) -> tuple[StreakPeriod, ...]:
    """Return the last periods of a user's streak, by default the primary one, oldest first, including the current one.

    Raises:
        InvalidValue: ``periods`` is not from 1 to 10,000, or exceeds the periods since the first date of the calendar.
        UnknownKey: the rules after the last transition do not declare the streak.
    """
    record = _record_streak_history(transitions, key)
    state = transitions[-1].state
    index = record.streak.index
    current = index(state.clock.day)
    most = min(current - index(1) - 1, MAX_PERIODS)
    if type(periods) is not int or not 1 <= periods <= most:
        raise InvalidValue(f"must be a whole number from 1 to {most:,}, not {short_repr(periods)}", "periods")
    rows = list(record.rows(current - periods + 1, current))
    # A later period can already be credited after travel west.
    return (*rows[:-1], attrs.evolve(rows[-1], length=state.streaks[record.streak.place].length))


def longest_streak_in_range(transitions: Sequence[Transition], first: date, last: date) -> LongestStreak | None:
    """Return the longest primary streak between two local days, both included, or None if there was none.

    Raises:
        UnknownKey: the rules after the last transition have no streak.
    """
    record = _record_streak_history(transitions, None)
    index = record.streak.index
    today = index(transitions[-1].state.clock.day)
    current = min(index(last.toordinal()), today)
    lengths = record.length_changes()
    periods = range(index(first.toordinal()), current + 1)
    period = max(periods, key=lambda period: _length_in_streak_history(lengths, period), default=current)
    length = _length_in_streak_history(lengths, period)
    if not periods or not length:
        return None
    starts = (day for start, day in record.starts.items() if start <= period)
    started = max(starts, default=record.streak.first_day(period))
    undecided = current if current == today and not record.is_decided(current) else current + 1
    ended = next((later for later, shorter in lengths if later > period and shorter < length), undecided)
    return LongestStreak(
        length=length,
        period_start=record.first_day(index(started)),
        period_end=record.last_day(min(ended, undecided) - 1),
        started=date.fromordinal(started),
    )


def _record_streak_history(transitions: Sequence[Transition], key: str | None) -> _StreakHistoryRecord:
    """Return the record of a user's streak by the calendar of the rules after the last transition.

    Raises:
        UnknownKey: these rules do not declare the streak.
    """
    last = transitions[-1]
    streak = last.plan.streak_of(key)
    plans = enumerate((transition.plan for transition in transitions), start=1)
    since = max((number for number, plan in plans if plan.find_streak(streak.key) is None), default=0)
    record = _StreakHistoryRecord(streak)
    for decision, _ in PeriodDecisions(streak.key, transitions[since:]):
        if decision.streak.calendar == record.streak.calendar:
            record.add(decision)
    for decision in undecided_protected_periods(last.state, last.state.streaks[streak.place].custom_streak or streak):
        record.add(decision)
    return record


@attrs.define
class _StreakHistoryRecord:
    """The decisions on every period.

    Attributes:
        streak: the plan of the streak, which numbers the periods.
        credited, frozen: the numbers of these periods.
        paused: stretches of paused periods.
        restored: those from the loss of a restored streak to its restoration.
        set_to: by period, the length that a start, a loss or a restoration sets, before the period's own credit.
        reset_at: the instant of a reset, by period.
        starts: the days on which streaks started, by period.
    """

    streak: StreakPlan
    credited: set[int] = attrs.field(factory=set)
    frozen: set[int] = attrs.field(factory=set)
    paused: list[range] = attrs.field(factory=list)
    restored: set[int] = attrs.field(factory=set)
    set_to: dict[int, int] = attrs.field(factory=dict)
    reset_at: dict[int, int] = attrs.field(factory=dict)
    starts: dict[int, int] = attrs.field(factory=dict)
    _last: int = 0

    def add(self, decision: PeriodDecision) -> None:
        """Add a decision."""
        first, periods = decision.first, range(decision.first, decision.last + 1)
        match decision.kind:
            case "credited" | "recounted":
                self._credit(decision, periods)
            case "frozen":
                self.frozen.add(first)
            case "paused":
                self.paused.append(periods)
            case "missed" | "lost" | "reset" | "disabled":
                self._set_length(first, 0)
                if decision.kind == "reset":
                    self.reset_at[first] = decision.at
            case "restored":
                self._set_length(first, decision.length)
                self.restored.update(periods)
            case "day_off" | "protected" | "undone":
                pass  # the length stays; what is undone is not in the account
            case _:
                assert_never(decision.kind)
        self._last = max(self._last, decision.last)

    def _credit(self, decision: PeriodDecision, periods: range) -> None:
        length = decision.length - len(periods)
        # A credit ahead of earlier periods has a length that does not count them yet.
        if not length or decision.kind == "recounted":
            self._set_length(decision.first, length)
        if not length and decision.started is not None:
            self.starts[decision.first] = decision.started
        self.credited.update(periods)

    def _set_length(self, period: int, length: int) -> None:
        """Set the length before the credit of a period, and forget what was decided from that period on."""
        if period <= self._last:
            self.paused = [range(paused.start, min(paused.stop, period)) for paused in self.paused]
            for periods in (self.credited, self.restored):
                periods.difference_update([later for later in periods if later >= period])
            for by_period in (self.set_to, self.starts):
                for later in [later for later in by_period if later >= period]:
                    del by_period[later]
        self.set_to[period] = length

    def length_changes(self) -> list[tuple[int, int]]:
        """Return each period at which the length changes, with the length from it on, in order."""
        changes: list[tuple[int, int]] = []
        length = 0
        for period in sorted(self.credited | self.set_to.keys()):
            length = self.set_to.get(period, length) + (period in self.credited)
            changes.append((period, length))
        return changes

    def rows(self, first: int, current: int) -> Iterator[StreakPeriod]:
        """Yield a row for each period up to the current one."""
        lengths = self.length_changes()
        shown = (range(max(paused.start, first), min(paused.stop, current)) for paused in self.paused)
        paused = {period for periods in shown for period in periods if period not in self.restored}
        for period in range(first, current + 1):
            reset_at = self.reset_at.get(period)
            yield StreakPeriod(
                period_start=self.first_day(period),
                period_end=self.last_day(period),
                length=_length_in_streak_history(lengths, period),
                used_freeze=period in self.frozen,
                used_pause=period in paused,
                reset_at=None if reset_at is None else from_micros(reset_at),
            )

    def is_decided(self, period: int) -> bool:
        """Return whether a period is credited or protected by a restoration."""
        return period in self.credited or period in self.restored

    def first_day(self, period: int) -> date:
        """Return the first day of a period."""
        return date.fromordinal(self.streak.first_day(period))

    def last_day(self, period: int) -> date:
        """Return the last day of a period."""
        return date.fromordinal(self.streak.first_day(period + 1) - 1)


def _length_in_streak_history(lengths: Sequence[tuple[int, int]], period: int) -> int:
    """Return the length at a period, from the changes of the length."""
    count = bisect_right(lengths, period, key=itemgetter(0))
    return lengths[count - 1][1] if count else 0
