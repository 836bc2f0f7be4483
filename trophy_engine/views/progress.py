"""Views of the progress of a user: streak, pauses, levels and points. Frozen, and made on access."""

from __future__ import annotations

from datetime import date, datetime
from math import nextafter
from typing import Final, Self
from uuid import UUID

import attrs

from trophy_engine.calendar.frequencies import FrequencyName
from trophy_engine.calendar.instants import from_micros
from trophy_engine.calendar.zones import Zone
from trophy_engine.core import Plan, StreakPlan, StreakState, SystemPlan, find_reached_level, find_streak_expiry_day
from trophy_engine.identifiers import derive_identifier
from trophy_engine.numbers import Number, subtract
from trophy_engine.rules.interval import Interval, period_noun
from trophy_engine.rules.points import Level
from trophy_engine.values import Value

__all__ = ["LevelView", "PauseView", "PointsView", "Progress", "StreakView"]

#: The largest float below 1.
_NEARLY_DONE: Final = nextafter(1.0, 0.0)


@attrs.frozen
class Progress(Value):
    """The progress to a threshold, of the next completion of an achievement or of a level that is not reached.

    Attributes:
        current: the value of the counter, for a repeatable achievement from the last multiple; None for the least or
            latest value of nothing.
        target: the threshold.
        missing: for a composite, the keys of the prerequisites that are not completed.
        is_falling: True if the value has to fall to the threshold, False if it has to rise to it.
    """

    current: Number | None
    target: Number
    missing: tuple[str, ...] = ()
    is_falling: bool = False

    @property
    def fraction(self) -> float:
        """``current`` divided by ``target``, from 0.0 to below 1.0, even if the threshold is reached.

        For a value that has to fall it is ``target`` divided by ``current`` where both are above 0, else 0.0.
        """
        low, high = (self.target, self.current) if self.is_falling else (self.current, self.target)
        if low is None or high is None or low <= 0 or (self.is_falling and high <= 0):
            return 0.0
        if low >= high:
            return _NEARLY_DONE
        if type(low) is int and type(high) is int:
            return min(low / high, _NEARLY_DONE)
        from fractions import Fraction  # noqa: PLC0415  # few games ask

        return min(float(Fraction(low) / Fraction(high)), _NEARLY_DONE)

    @property
    def remaining(self) -> Number:
        """The difference to the threshold, 0 if it is reached, or if a value that has to fall is not there yet."""
        if self.current is None:
            return 0 if self.is_falling else self.target
        difference = subtract(self.current, self.target) if self.is_falling else subtract(self.target, self.current)
        return max(difference, 0)


@attrs.frozen
class StreakView(Value):
    """A streak; the dates are local, and None while there is no running streak.

    Where the rules have no streak, ``is_declared`` is False, and the other fields are those of a daily streak of
    length 0.

    Attributes:
        key: the key of the streak; empty where the rules have none.
        length: the number of credited periods of the running streak, 0 for none.
        frequency: that of the rules, for example ``"daily"``, or an ``Interval``.
        started: the day of the event that credited the first period.
        period_start, period_end: the first and the last day of the current period.
        expires: the last day on which activity still saves the streak, ignoring freezes; None for no end, too.
        extended: True if the command of the outcome credited a period; always False on a player.
        extended_at: the instant of the last credit, None while there is no running streak.
        longest: the greatest length so far.
        freezes: the number that the user has.
        freezes_used: the number of freezes that were spent on missed periods.
        max_freezes, freeze_auto_earn_interval, freeze_auto_earn_amount: the rules for freezes; these and ``freezes``
            are None if the rules have no freezes.
        is_declared: True if the rules have a streak.
    """

    key: str
    length: int
    frequency: FrequencyName | Interval
    started: date | None
    period_start: date | None
    period_end: date | None
    expires: date | None
    extended: bool
    extended_at: datetime | None
    longest: int
    freezes: int | None
    freezes_used: int
    max_freezes: int | None
    freeze_auto_earn_interval: int | None
    freeze_auto_earn_amount: int | None
    is_declared: bool = True

    @property
    def period_noun(self) -> str:
        """The noun for a period: ``"day"``, ``"week"``, …, or ``"period"`` for one of several units."""
        return period_noun(self.frequency)

    @classmethod
    def of(
        cls,
        plan: Plan,
        streak: StreakPlan,
        state: StreakState,
        day: int,
        time_zone: Zone,
        *,
        extended: bool = False,
    ) -> Self:
        """Return the view of a streak on a local day in a zone."""
        rule = plan.ruleset.streaks[streak.place]
        period = streak.index(day)
        running = state.length > 0
        freezes = streak.freezes
        last_day = find_streak_expiry_day(state, state.custom_streak or streak, time_zone) if running else None
        return cls(
            key=streak.key,
            length=state.length,
            frequency=rule.frequency,
            started=date.fromordinal(state.started) if state.started is not None else None,
            period_start=date.fromordinal(streak.first_day(period)) if running else None,
            period_end=date.fromordinal(streak.first_day(period + 1) - 1) if running else None,
            expires=None if last_day is None else date.fromordinal(last_day),
            extended=extended,
            extended_at=from_micros(state.extended_at) if running and state.extended_at is not None else None,
            longest=state.longest,
            freezes=state.freezes if freezes else None,
            freezes_used=state.freezes_used,
            max_freezes=freezes.max_count if freezes else None,
            freeze_auto_earn_interval=freezes.auto_earn_interval if freezes else None,
            freeze_auto_earn_amount=freezes.auto_earn_amount if freezes else None,
        )

    @classmethod
    def undeclared(cls) -> Self:
        """Return the view where the rules have no streak."""
        return cls(
            key="",
            length=0,
            frequency="daily",
            started=None,
            period_start=None,
            period_end=None,
            expires=None,
            extended=False,
            extended_at=None,
            longest=0,
            freezes=None,
            freezes_used=0,
            max_freezes=None,
            freeze_auto_earn_interval=None,
            freeze_auto_earn_amount=None,
            is_declared=False,
        )


@attrs.frozen
class PauseView(Value):
    """A pause of a user's streak, on the local dates from ``start`` to ``end``.

    ``number`` counts the pauses of the streak from 1; a pause that was taken back is ``archived`` and protects no
    further day.
    """

    id: UUID
    number: int
    start: date
    end: date
    archived: bool

    @classmethod
    def listed(cls, streak: StreakPlan, state: StreakState, user_id: str) -> tuple[Self, ...]:
        """Return the views of the pauses of a user's streak, in the order in which they were made."""
        names = () if streak.place == 0 else (streak.key,)
        return tuple(
            cls(
                derive_identifier("pause", user_id, *names, number),
                number,
                date.fromordinal(start),
                date.fromordinal(end),
                archived,
            )
            for number, (start, end, archived) in enumerate(state.pauses, start=1)
        )


@attrs.frozen
class LevelView(Value):
    """A level of a points system; ``progress`` is None if the total reaches it."""

    key: str
    name: str
    description: str | None
    badge_url: str | None
    points: int
    progress: Progress | None

    @classmethod
    def of(cls, level: Level, total: int) -> Self:
        """Return the view of a level at a total."""
        progress = None if total >= level.points else Progress(total, level.points)
        return cls(level.key, level.name, level.description, level.badge_url, level.points, progress)

    @classmethod
    def reached(cls, system: SystemPlan, total: int) -> Self | None:
        """Return the view of the level that a total reaches, or None below every level."""
        level = find_reached_level(system, total)
        return None if level is None else cls.of(level, total)


@attrs.frozen
class PointsView(Value):
    """A user's balance in a points system.

    Attributes:
        key, name, description, badge_url, maximum: those of the rules.
        total: the balance.
        level: the level, None below every level.
        levels: all levels by rising points, with the progress to those that are not reached.
        earned: the sum of all positive awards, if it decides on the levels; else None.
    """

    key: str
    name: str
    description: str | None
    badge_url: str | None
    maximum: int | None
    total: int
    level: LevelView | None
    levels: tuple[LevelView, ...]
    earned: int | None = None
