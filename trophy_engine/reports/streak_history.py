"""The history of a streak: its length period by period, and freezes, pauses and resets.

Effects record credits, freezes, losses and restorations. No effect records a protected period; it is inferred: not
credited, frozen or missed. The length is counted: a credit adds one, a loss sets it to zero, a restoration sets it
to the length before the loss, and any other period keeps it.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from operator import itemgetter
from typing import Final

import attrs

from trophy_engine.calendar.frequencies import Frequency
from trophy_engine.calendar.instants import from_micros
from trophy_engine.core import (
    FreezeConsumed,
    FreezeReturned,
    NamedEffect,
    Past,
    Pauses,
    StreakExtended,
    StreakLossUndone,
    StreakLost,
    StreakPaused,
    StreakPlan,
    StreakRecounted,
    StreakReset,
    StreakRestored,
    StreakStarted,
    StreakUnpaused,
    Transition,
)
from trophy_engine.errors import InvalidValue, UnknownKey, short_repr
from trophy_engine.reports.dated_effects import dated_effects

__all__ = ["MAX_PERIODS", "LongestStreak", "StreakPeriod", "longest_streak", "streak_history"]

#: The maximal number of periods per request.
MAX_PERIODS: Final = 10_000


@attrs.frozen
class StreakPeriod:
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
class LongestStreak:
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


def streak_history(transitions: Sequence[Transition], periods: int) -> tuple[StreakPeriod, ...]:
    """Return the last periods of a user's streak, oldest first, including the current one.

    Raises:
        InvalidValue: ``periods`` is not from 1 to 10,000, or exceeds the periods since the first date of the calendar.
        UnknownKey: the rules after the last transition have no streak.
    """
    record = _record_streak(transitions)
    state = transitions[-1].state
    index = record.streak.index
    current = index(state.clock.day)
    most = min(current - index(1) - 1, MAX_PERIODS)
    if type(periods) is not int or not 1 <= periods <= most:
        raise InvalidValue(f"must be a whole number from 1 to {most:,}, not {short_repr(periods)}", "periods")
    rows = list(record.rows(current - periods + 1, current))
    # A later period can already be credited after travel west.
    return (*rows[:-1], attrs.evolve(rows[-1], length=state.streak.length))


def longest_streak(transitions: Sequence[Transition], first: date, last: date) -> LongestStreak | None:
    """Return the longest streak between two local days, both included, or None if there was none.

    Raises:
        UnknownKey: the rules after the last transition have no streak.
    """
    record = _record_streak(transitions)
    index = record.streak.index
    today = index(transitions[-1].state.clock.day)
    current = min(index(last.toordinal()), today)
    lengths = record.length_changes()
    periods = range(index(first.toordinal()), current + 1)
    period = max(periods, key=lambda period: _length_at(lengths, period), default=current)
    length = _length_at(lengths, period)
    if not periods or not length:
        return None
    started = max((day for day in record.starts if index(day) <= period), default=record.streak.first_day(period))
    undecided = current if current == today and not record.is_decided(current) else current + 1
    ended = next((later for later, shorter in lengths if later > period and shorter < length), undecided)
    return LongestStreak(
        length=length,
        period_start=record.first_day(index(started)),
        period_end=record.last_day(min(ended, undecided) - 1),
        started=date.fromordinal(started),
    )


def _record_streak(transitions: Sequence[Transition]) -> _StreakRecord:
    """Return the record of a user's streak by the frequency of the rules after the last transition.

    Raises:
        UnknownKey: these rules have no streak.
    """
    record: _StreakRecord | None = None
    records: dict[Frequency, _StreakRecord] = {}
    for number, transition in enumerate(transitions):
        streak = transition.plan.streak
        if streak is None:
            record, records = None, {}
            continue
        if record is None or record is not records.get(streak.calendar):
            pauses = record.pauses if record else {}
            record = records.setdefault(streak.calendar, _StreakRecord(streak, pauses=pauses))
            if transition.before is not None:
                recounted = [effect.length for effect in transition.effects if effect.kind is StreakRecounted]
                today = streak.index(transitions[number - 1].state.clock.day)
                length = recounted[-1] if recounted else transition.before.streak.length
                record.resume(today, Past(streak, transitions[:number]), length)
        elif _has_dropped_streak(transition):
            record.drop_streak(streak.index(transition.state.clock.day))
        for day, effect, _ in dated_effects((transition,)):
            record.add_effect(day, effect)
    if record is None:
        raise UnknownKey("rule", "streak", ())
    return record


def _has_dropped_streak(transition: Transition) -> bool:
    """Return whether a preference of the user removed a running streak."""
    before, after = transition.before, transition.state
    if before is None or not before.streak.length or after.streak.length:
        return False
    custom = after.streak.custom_streak
    if custom is None or custom.conditions:
        return False
    return all(effect.kind is not StreakLost for effect in transition.effects)


@attrs.define
class _StreakRecord:
    """The decisions on every period, from effects.

    Attributes:
        streak: the plan of the streak, which numbers the periods.
        credited, frozen: the numbers of these periods.
        lost: the length of the lost streak, by the period of the loss.
        restored: the length of the streak, by the period from which it applies.
        protected_ranges: the first and the last period that each restoration protects.
        reset_at: the instant of a reset, by period.
        starts: the days on which streaks started.
        pauses: the first and the last day of each pause, by its number.
    """

    streak: StreakPlan
    credited: set[int] = attrs.field(factory=set)
    frozen: set[int] = attrs.field(factory=set)
    lost: dict[int, int] = attrs.field(factory=dict)
    restored: dict[int, int] = attrs.field(factory=dict)
    protected_ranges: list[tuple[int, int]] = attrs.field(factory=list)
    reset_at: dict[int, int] = attrs.field(factory=dict)
    starts: list[int] = attrs.field(factory=list)
    pauses: dict[int, tuple[int, int]] = attrs.field(factory=dict)

    def add_effect(self, day: int, effect: NamedEffect) -> None:
        """Add an effect that happened on a local day."""
        kind = effect.kind
        today = self.streak.index(day)
        if kind in {StreakStarted, StreakExtended}:
            period = self.streak.index(effect.period_start)
            self.credited.add(period)
            if kind is StreakStarted:  # a streak that follows a loss can start in an earlier period
                self.starts.append(day if today == period else effect.period_start)
        elif kind in {FreezeConsumed, FreezeReturned, StreakLost, StreakLossUndone}:
            self._add_miss(today, effect)
        elif kind is StreakReset:
            self.reset_at[today] = effect.at
            self._drop_from(today)
            self.lost[today] = effect.length
        elif kind is StreakRestored:
            self._restore(today, effect.length)
        elif kind is StreakPaused:
            self.pauses[effect.number] = effect.start, effect.end
        elif kind is StreakUnpaused:
            start, end = self.pauses[effect.number]
            self.pauses[effect.number] = start, min(end, day - 1)

    def _add_miss(self, today: int, effect: NamedEffect) -> None:
        """Add the consequence of a missed period, or undo it."""
        period = self.streak.index(effect.period_start)
        if effect.kind is FreezeConsumed:
            self.frozen.add(period)
        elif effect.kind is FreezeReturned:
            self.frozen.discard(period)
        elif effect.kind is StreakLossUndone:
            del self.lost[period]
            self.starts = [start for start in self.starts if start < effect.period_start]
        elif period < today:  # a loss by a reset happens within its period
            self.lost[period] = effect.length

    def resume(self, today: int, past: Past, length: int) -> None:
        """Add the periods that met the conditions while another frequency was in use, up to today."""
        lengths = self.length_changes()
        run, last = lengths[-1][1] if lengths else 0, past.through
        for period in past.met:
            if run and period > last + 1:
                self.lost[last + 1] = run
                run = 0
            if not run:
                self.starts.append(self.streak.first_day(period))
            self.credited.add(period)
            run, last = run + 1, period
        if run and not length and last < today:
            self.lost[last + 1] = run
        last = last if length else today
        self.restored[last] = length - (last in self.credited)

    def drop_streak(self, today: int) -> None:
        """End the streak as of today, without a loss."""
        self._drop_from(today)
        self.restored[today] = 0

    def _restore(self, today: int, length: int) -> None:
        """Restore the last lost streak of a length, from its loss through today."""
        since = max((period for period, lost in self.lost.items() if lost == length), default=today)
        self._drop_from(since)
        self.restored[since] = length
        self.protected_ranges.append((since, today))

    def _drop_from(self, period: int) -> None:
        self.credited = {credited for credited in self.credited if credited < period}
        self.lost = {known: length for known, length in self.lost.items() if known < period}
        self.restored = {known: length for known, length in self.restored.items() if known < period}
        self.starts = [day for day in self.starts if self.streak.index(day) < period]

    def length_changes(self) -> list[tuple[int, int]]:
        """Return each period at which the length changes, with the length from it on, in order."""
        changes: list[tuple[int, int]] = []
        length = 0
        for period in sorted(self.credited | self.lost.keys() | self.restored.keys()):
            length = 0 if period in self.lost else self.restored.get(period, length)
            length += period in self.credited
            changes.append((period, length))
        return changes

    def rows(self, first: int, current: int) -> Iterator[StreakPeriod]:
        """Yield a row for each period up to the current one."""
        lengths = self.length_changes()
        decided = self.credited | self.frozen
        pauses = Pauses((start, last, False) for start, last in self.pauses.values())
        for period in range(first, current + 1):
            length = _length_at(lengths, period)
            missed = period < current and length > 0 and period not in decided
            reset_at = self.reset_at.get(period)
            yield StreakPeriod(
                period_start=self.first_day(period),
                period_end=self.last_day(period),
                length=length,
                used_freeze=period in self.frozen,
                used_pause=missed and self._paused(period, pauses),
                reset_at=None if reset_at is None else from_micros(reset_at),
            )

    def _paused(self, period: int, pauses: Pauses) -> bool:
        if any(first <= period <= last for first, last in self.protected_ranges):
            return False
        first_day, end = self.streak.first_day(period), self.streak.first_day(period + 1)
        return pauses.end_of_stretch(first_day, end) is not None

    def is_decided(self, period: int) -> bool:
        """Return whether a period is credited or protected by a restoration."""
        return period in self.credited or any(first <= period <= last for first, last in self.protected_ranges)

    def first_day(self, period: int) -> date:
        """Return the first day of a period."""
        return date.fromordinal(self.streak.first_day(period))

    def last_day(self, period: int) -> date:
        """Return the last day of a period."""
        return date.fromordinal(self.streak.first_day(period + 1) - 1)


def _length_at(lengths: Sequence[tuple[int, int]], period: int) -> int:
    """Return the length at a period, from the changes of the length."""
    count = bisect_right(lengths, period, key=itemgetter(0))
    return lengths[count - 1][1] if count else 0
