"""A streak's history: how long it was, period by period, and what carried it.

What is credited, missed and restored follows from effects; no effect records a carried period,
which is inferred: neither credited, frozen nor missed. The length at a period is counted: a credit adds one, a loss
sets it to zero, a restored streak is as long as it was, and any other period keeps it.
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

#: The number of periods that can be asked for.
MAX_PERIODS: Final = 10_000


@attrs.frozen
class StreakPeriod:
    """What a period was to the streak.

    Attributes:
        period_start, period_end: its first and its last day.
        length: of the streak at its end; now, for the current period.
        used_freeze: whether a freeze carried the streak over it.
        used_pause: whether it was missed, and a pause carried the streak over it.
        reset_at: when the application ended the streak in it, if it did (aware, UTC).
    """

    period_start: date
    period_end: date
    length: int
    used_freeze: bool
    used_pause: bool
    reset_at: datetime | None


@attrs.frozen
class LongestStreak:
    """The longest a streak was in a stretch of time.

    Attributes:
        length: how long.
        period_start: the first day of its first period.
        period_end: the last day of its last period, within the stretch, that was credited or carried.
        started: the day on which it started.
    """

    length: int
    period_start: date
    period_end: date
    started: date


def streak_history(transitions: Sequence[Transition], periods: int) -> tuple[StreakPeriod, ...]:
    """Return the last periods of a user's streak, the oldest first, the current one included.

    Raises:
        InvalidValue: ``periods`` is not from 1 to 10,000, or to what the calendar holds where that is less.
        UnknownKey: the rules in force have no streak.
    """
    record = _record_streak(transitions)
    state = transitions[-1].state
    index = record.streak.index
    current = index(state.clock.day)
    most = min(current - index(1) - 1, MAX_PERIODS)
    if type(periods) is not int or not 1 <= periods <= most:
        raise InvalidValue(f"must be a whole number from 1 to {most:,}, not {short_repr(periods)}", "periods")
    rows = list(record.rows(current - periods + 1, current))
    # A later period can be credited already, on the other side of the date line.
    return (*rows[:-1], attrs.evolve(rows[-1], length=state.streak.length))


def longest_streak(transitions: Sequence[Transition], first: date, last: date) -> LongestStreak | None:
    """Return the longest streak between two local days, both included; None where there was none.

    Raises:
        UnknownKey: the rules in force have no streak.
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
    """Record a user's streak from their history, by the calendar of the rules in force.

    Raises:
        UnknownKey: they have no streak.
    """
    record: _StreakRecord | None = None
    records: dict[Frequency, _StreakRecord] = {}
    for number, transition in enumerate(transitions):
        rule, streak = transition.plan.ruleset.streak, transition.plan.streak
        if rule is None or streak is None:
            record, records = None, {}
            continue
        if record is None or record is not records.get(rule.calendar):
            pauses = record.pauses if record else {}
            record = records.setdefault(rule.calendar, _StreakRecord(streak, pauses=pauses))
            if transition.before is not None:
                recounted = [effect.length for effect in transition.effects if effect.kind is StreakRecounted]
                today = streak.index(transitions[number - 1].state.clock.day)
                length = recounted[-1] if recounted else transition.before.streak.length
                record.resume(today, Past(streak, rule.calendar, transitions[:number]), length)
        elif _dropped_streak(transition):
            record.drop_streak(streak.index(transition.state.clock.day))
        for day, effect, _ in dated_effects((transition,)):
            record.add_effect(day, effect)
    if record is None:
        raise UnknownKey("rule", "streak", ())
    return record


def _dropped_streak(transition: Transition) -> bool:
    """Return whether the user chose to have no streak while they had one."""
    before, after = transition.before, transition.state
    if before is None or not before.streak.length or after.streak.length:
        return False
    chosen = after.streak.custom_streak
    if chosen is None or chosen.conditions:
        return False
    return all(effect.kind is not StreakLost for effect in transition.effects)


@attrs.define
class _StreakRecord:
    """What effects decided about every period, by the calendar of the streak.

    Attributes:
        streak: the calendar.
        credited, frozen: periods.
        lost: periods, and how long the streak was that was lost in them.
        restored: how long a restored streak is from a period on.
        carried: the first and the last periods of what restoring carried.
        reset_at: when the streak was reset in a period.
        starts: the days on which streaks started.
        pauses: the first and the last day of each pause, by its number.
    """

    streak: StreakPlan
    credited: set[int] = attrs.field(factory=set)
    frozen: set[int] = attrs.field(factory=set)
    lost: dict[int, int] = attrs.field(factory=dict)
    restored: dict[int, int] = attrs.field(factory=dict)
    carried: list[tuple[int, int]] = attrs.field(factory=list)
    reset_at: dict[int, int] = attrs.field(factory=dict)
    starts: list[int] = attrs.field(factory=list)
    pauses: dict[int, tuple[int, int]] = attrs.field(factory=dict)

    def add_effect(self, day: int, effect: NamedEffect) -> None:
        """Record an effect that happened on a local day."""
        kind = effect.kind
        today = self.streak.index(day)
        if kind in {StreakStarted, StreakExtended}:
            period = self.streak.index(effect.period_start)
            self.credited.add(period)
            if kind is StreakStarted:  # one that begins where another was lost does so in the past
                self.starts.append(day if today == period else effect.period_start)
        elif kind in {FreezeConsumed, FreezeReturned, StreakLost, StreakLossUndone}:
            self._add_miss(today, effect)
        elif kind is StreakReset:
            self.reset_at[today] = effect.at
            self._forget_from(today)
            self.lost[today] = effect.length
        elif kind is StreakRestored:
            self._restore(today, effect.length)
        elif kind is StreakPaused:
            self.pauses[effect.number] = effect.start, effect.end
        elif kind is StreakUnpaused:
            start, end = self.pauses[effect.number]
            self.pauses[effect.number] = start, min(end, day - 1)

    def _add_miss(self, today: int, effect: NamedEffect) -> None:
        """Record what a missed period led to, or that this is undone."""
        period = self.streak.index(effect.period_start)
        if effect.kind is FreezeConsumed:
            self.frozen.add(period)
        elif effect.kind is FreezeReturned:
            self.frozen.discard(period)
        elif effect.kind is StreakLossUndone:
            del self.lost[period]
            self.starts = [start for start in self.starts if start < effect.period_start]
        elif period < today:  # the loss by a reset comes within a period
            self.lost[period] = effect.length

    def resume(self, today: int, past: Past, length: int) -> None:
        """Resume where the calendar was left: add the periods that met the conditions since, up to today."""
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
        self._forget_from(today)
        self.restored[today] = 0

    def _restore(self, today: int, length: int) -> None:
        """Carry the last streak that was lost at that length, from its loss through today."""
        since = max((period for period, lost in self.lost.items() if lost == length), default=today)
        self._forget_from(since)
        self.restored[since] = length
        self.carried.append((since, today))

    def _forget_from(self, period: int) -> None:
        self.credited = {credited for credited in self.credited if credited < period}
        self.lost = {known: length for known, length in self.lost.items() if known < period}
        self.restored = {known: length for known, length in self.restored.items() if known < period}
        self.starts = [day for day in self.starts if self.streak.index(day) < period]

    def length_changes(self) -> list[tuple[int, int]]:
        """Return the periods at which the length changes, with the lengths from them on, in order."""
        changes: list[tuple[int, int]] = []
        length = 0
        for period in sorted(self.credited | self.lost.keys() | self.restored.keys()):
            length = 0 if period in self.lost else self.restored.get(period, length)
            length += period in self.credited
            changes.append((period, length))
        return changes

    def rows(self, first: int, current: int) -> Iterator[StreakPeriod]:
        """Yield the row of each period up to the current one."""
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
        if any(first <= period <= last for first, last in self.carried):
            return False
        first_day, end = self.streak.first_day(period), self.streak.first_day(period + 1)
        return pauses.end_of_stretch(first_day, end) is not None

    def is_decided(self, period: int) -> bool:
        """Return whether the current period already is credited or carried."""
        return period in self.credited or any(first <= period <= last for first, last in self.carried)

    def first_day(self, period: int) -> date:
        """Return the first day of a period."""
        return date.fromordinal(self.streak.first_day(period))

    def last_day(self, period: int) -> date:
        """Return the last day of a period."""
        return date.fromordinal(self.streak.first_day(period + 1) - 1)


def _length_at(lengths: Sequence[tuple[int, int]], period: int) -> int:
    """Return the length at a period, from the periods at which it changes."""
    count = bisect_right(lengths, period, key=itemgetter(0))
    return lengths[count - 1][1] if count else 0
