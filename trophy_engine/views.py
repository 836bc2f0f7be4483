"""Views: what one can ask about a user. Frozen, made where somebody looks, and never a way to change anything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any, Final, Self
from uuid import UUID

import attrs

from trophy_engine.calendar.frequencies import FrequencyName
from trophy_engine.calendar.instants import from_micros
from trophy_engine.core.achievements import qualifies
from trophy_engine.core.effects import completion_id
from trophy_engine.core.plan import AchievementPlan, Plan, SystemPlan
from trophy_engine.core.points import level_of
from trophy_engine.core.preferences import read_notification_preferences, read_streak_preferences
from trophy_engine.core.state import UserState
from trophy_engine.core.streaks import StreakFacts, expires, take_facts
from trophy_engine.identifiers import derive
from trophy_engine.numbers import Number
from trophy_engine.rules.achievements import (
    Achievement,
    AchievementTrigger,
    AnniversaryTrigger,
    CompositeTrigger,
    MetricTrigger,
    StreakTrigger,
)
from trophy_engine.rules.points import Level

__all__ = ["MASK", "AchievementView", "LevelView", "PauseView", "Player", "PointsView", "Progress", "StreakView"]

#: What stands in place of the name and the description of a hidden achievement until it is earned.
MASK: Final = "???"


@attrs.frozen
class Progress:
    """How far it is to a mark.

    Attributes:
        current: where the counter stands.
        target: the mark.
        missing: for a composite, the keys of the prerequisites that are still open.
    """

    current: Number
    target: Number
    missing: tuple[str, ...] = ()

    @property
    def fraction(self) -> float:
        """The way done, from 0.0 to 1.0."""
        return min(max(float(self.current) / float(self.target), 0.0), 1.0) if self.target else 1.0

    @property
    def remaining(self) -> Number:
        """What is missing to the mark, 0 where the counter is past it."""
        return max(self.target - self.current, 0)


@attrs.frozen
class StreakView:
    """A streak; the dates are local, and None while there is no streak.

    Attributes:
        length: credited periods in the running streak, 0 for none.
        frequency: ``"daily"``, ``"weekly"`` or ``"monthly"``.
        started: the day of the event that credited the first period.
        period_start: the first day of the current period; ``period_end`` its last.
        expires: the last day on which activity still saves the streak, freezes left aside; None, too, if it never ends.
        extended: whether the command in question credited the current period; always False on a player.
        extended_at: the instant of the last credit, None while there is no streak.
        longest: the greatest length so far.
        freezes: how many are held; None where the rules have none. ``max_freezes`` and the auto-earn fields likewise.
    """

    length: int
    frequency: FrequencyName
    started: date | None
    period_start: date | None
    period_end: date | None
    expires: date | None
    extended: bool
    extended_at: datetime | None
    longest: int
    freezes: int | None
    max_freezes: int | None
    freeze_auto_earn_interval: int | None
    freeze_auto_earn_amount: int | None

    @classmethod
    def of(cls, plan: Plan, taken: tuple[Any, ...], *, extended: bool = False) -> Self | None:
        """Make the view of what ``take_facts`` took down, or None where the rules have no streak."""
        streak, rule = plan.streak, plan.ruleset.streak
        if streak is None or rule is None:
            return None
        found = StreakFacts(*taken)
        period = streak.index(found.day)
        running = found.length > 0
        freezes = streak.freezes
        last_day = expires(found, streak) if running else None
        return cls(
            length=found.length,
            frequency=rule.frequency,
            started=date.fromordinal(found.started) if found.started is not None else None,
            period_start=date.fromordinal(streak.first_day(period)) if running else None,
            period_end=date.fromordinal(streak.first_day(period + 1) - 1) if running else None,
            expires=None if last_day is None else date.fromordinal(last_day),
            extended=extended,
            extended_at=from_micros(found.extended_at) if running and found.extended_at is not None else None,
            longest=found.longest,
            freezes=found.freezes if freezes else None,
            max_freezes=freezes.max_count if freezes else None,
            freeze_auto_earn_interval=freezes.auto_earn_interval if freezes else None,
            freeze_auto_earn_amount=freezes.auto_earn_amount if freezes else None,
        )


@attrs.frozen
class AchievementView:
    """An achievement as one user sees it; the name and description of a hidden one are masked until it is earned.

    ``achieved_at`` and ``completion_id`` are None, and ``progress`` is not, as long as it is open.
    """

    key: str
    name: str
    description: str | None
    badge_url: str | None
    hidden: bool
    trigger: AchievementTrigger
    achieved_at: datetime | None
    completion_id: UUID | None
    progress: Progress | None

    @classmethod
    def earned(cls, user_id: str, rule: Achievement, at: int) -> Self:
        """Make the view of an achievement that a user holds."""
        return cls(
            key=rule.key,
            name=rule.name,
            description=rule.description,
            badge_url=rule.badge_url,
            hidden=rule.hidden,
            trigger=rule.trigger,
            achieved_at=from_micros(at),
            completion_id=completion_id(user_id, rule.key),
            progress=None,
        )

    @classmethod
    def open(cls, rule: Achievement, progress: Progress) -> Self:
        """Make the view of an achievement that a user does not hold yet."""
        return cls(
            key=rule.key,
            name=MASK if rule.hidden else rule.name,
            description=MASK if rule.hidden else rule.description,
            badge_url=None if rule.hidden else rule.badge_url,
            hidden=rule.hidden,
            trigger=rule.trigger,
            achieved_at=None,
            completion_id=None,
            progress=progress,
        )


@attrs.frozen
class PauseView:
    """A pause of a user's streak, on the local dates from ``start`` to ``end``.

    ``number`` counts the user's pauses from 1; one that was taken back is ``archived`` and protects no further day.
    """

    id: UUID
    number: int
    start: date
    end: date
    archived: bool


@attrs.frozen
class LevelView:
    """A level of a points system; ``progress`` is None where the total reaches it."""

    key: str
    name: str
    description: str | None
    badge_url: str | None
    points: int
    progress: Progress | None

    @classmethod
    def of(cls, level: Level, total: int) -> Self:
        """Make the view of a level at a total."""
        progress = None if total >= level.points else Progress(total, level.points)
        return cls(level.key, level.name, level.description, level.badge_url, level.points, progress)

    @classmethod
    def held(cls, system: SystemPlan, total: int) -> Self | None:
        """Make the view of the level held at a total."""
        level = level_of(system, total)
        return None if level is None else cls.of(level, total)


@attrs.frozen
class PointsView:
    """A user's balance in a points system; ``levels`` rise."""

    key: str
    name: str
    description: str | None
    badge_url: str | None
    maximum: int | None
    total: int
    level: LevelView | None
    levels: tuple[LevelView, ...]


class Player:
    """A user at an instant: everything that is due by then has happened, in this view and nowhere else.

    Attributes:
        id: the user's id.
        at: the instant of the view (aware, UTC).
    """

    def __init__(self, plan: Plan, state: UserState) -> None:
        self._plan = plan
        self._state = state
        self.id = state.id
        self.at = from_micros(state.settled)

    def __repr__(self) -> str:
        """Name the user and the instant."""
        return f"Player(id={self.id!r}, at={self.at.isoformat()!r})"

    @property
    def name(self) -> str | None:
        """What the user is called."""
        return self._state.name

    @property
    def email(self) -> str | None:
        """Where the user gets mail."""
        return self._state.email

    @property
    def time_zone(self) -> str:
        """The user's time zone: an IANA name, or an offset ``±HH:MM``; ``"UTC"`` unless set."""
        return self._state.zone.name

    @property
    def time_zone_given(self) -> bool:
        """Whether the user was given their time zone, be it UTC."""
        return self._state.zone_given

    @property
    def attributes(self) -> Mapping[str, str]:
        """The user's attributes."""
        return MappingProxyType(self._state.attributes)

    @property
    def sign_up_date(self) -> date | None:
        """When the user signed up, None unless set."""
        day = self._state.sign_up_day
        return None if day is None else date.fromordinal(day)

    @property
    def created(self) -> datetime:
        """When the engine first saw the user."""
        return from_micros(self._state.created)

    @property
    def updated(self) -> datetime:
        """When something was last said of the user."""
        return from_micros(self._state.updated)

    @property
    def control(self) -> bool:
        """Whether the user is in the control group of the experiment, who are sent no messages."""
        return self._state.control

    @property
    def device_tokens(self) -> tuple[str, ...] | None:
        """Where the user gets pushes, None unless set."""
        written = self._state.device_tokens
        return None if written is None else tuple(json.loads(written))

    @property
    def subscribe_to_emails(self) -> bool:
        """Whether the user wants mail, True unless set."""
        return self._state.subscribe_to_emails != "false"

    @property
    def notification_preferences(self) -> Mapping[str, tuple[str, ...]]:
        """By message, the channels that the user wants it by; messages of which they said nothing are absent."""
        return MappingProxyType(read_notification_preferences(self._state.preferences))

    @property
    def streak_preferences(self) -> Mapping[str, Any]:
        """What the user has chosen for their streak; the rest is absent.

        ``enabled`` is a bool, ``evaluation_mode`` a word, ``metrics`` a tuple of ``StreakMetric``, ``days_off`` a tuple
        of weekdays.
        """
        return MappingProxyType(read_streak_preferences(self._state.preferences))

    @property
    def pauses(self) -> tuple[PauseView, ...]:
        """Every pause of the user's streak, in the order in which they were made."""
        return tuple(
            PauseView(
                derive("pause", self.id, number), number, date.fromordinal(start), date.fromordinal(end), archived
            )
            for number, (start, end, archived) in enumerate(self._state.pauses, start=1)
        )

    @cached_property
    def streak(self) -> StreakView | None:
        """The streak, or None where the rules have none."""
        return StreakView.of(self._plan, take_facts(self._state))

    @property
    def freezes(self) -> int:
        """How many freezes the user holds."""
        return self._state.freezes

    @property
    def freezes_used(self) -> int:
        """How many freezes have carried the user's streaks."""
        return self._state.freezes_used

    @property
    def completed(self) -> Mapping[str, datetime]:
        """When each achievement that the user holds was completed, in order of completion."""
        return MappingProxyType({key: from_micros(at) for key, at in self._state.completed.items()})

    @cached_property
    def metrics(self) -> Mapping[str, Number]:
        """The total of every metric, 0 where the user never used it."""
        gauges = self._state.gauges
        return MappingProxyType(
            {key: gauges[metric.total.index].total for key, metric in self._plan.metrics.items()},
        )

    @cached_property
    def points(self) -> Mapping[str, PointsView]:
        """The balance in every points system."""
        return MappingProxyType({system.rule.key: self._balance(system) for system in self._plan.systems})

    def _balance(self, system: SystemPlan) -> PointsView:
        rule, total = system.rule, self._state.points[system.index]
        return PointsView(
            key=rule.key,
            name=rule.name,
            description=rule.description,
            badge_url=rule.badge_url,
            maximum=rule.maximum,
            total=total,
            level=LevelView.held(system, total),
            levels=tuple(LevelView.of(level, total) for level in system.levels),
        )

    @cached_property
    def achievements(self) -> tuple[AchievementView, ...]:
        """Every achievement in the order of declaration, with the progress of the open ones.

        Inactive ones are not seen at all, and locked ones by those who hold them.
        """
        return tuple(self._achievement(one) for one in self._plan.achievements.values() if self._sees(one))

    def _sees(self, achievement: AchievementPlan) -> bool:
        status = achievement.rule.status
        return status == "active" or (status == "locked" and achievement.key in self._state.completed)

    def _achievement(self, achievement: AchievementPlan) -> AchievementView:
        at = self._state.completed.get(achievement.key)
        if at is not None:
            return AchievementView.earned(self.id, achievement.rule, at)
        return AchievementView.open(achievement.rule, self._progress(achievement))

    def _progress(self, achievement: AchievementPlan) -> Progress:
        state = self._state
        match achievement.rule.trigger:
            case MetricTrigger(metric, value, event_attributes):
                counter = self._plan.metrics[metric].counter(event_attributes)
                return Progress(state.gauges[counter.index].total, value)
            case StreakTrigger(length):
                return Progress(state.length, length)
            case AnniversaryTrigger(years):
                return Progress(state.years, years)
            case CompositeTrigger(prerequisites):
                missing = tuple(key for key in prerequisites if key not in state.completed)
                return Progress(len(prerequisites) - len(missing), len(prerequisites), missing)
            case _:
                return Progress(0, 1)

    def next_achievements(self, n: int = 3) -> tuple[AchievementView, ...]:
        """Give the ``n`` open achievements nearest to completion that the user's attributes allow, nearest first."""
        return tuple(view for view, _ in zip(self._nearest(), range(n), strict=False))

    def _nearest(self) -> Iterator[AchievementView]:
        reachable = [
            (-view.progress.fraction, place, view)
            for place, view in enumerate(self.achievements)
            if view.progress is not None and qualifies(self._plan.achievements[view.key], self._state)
        ]
        return (view for _, _, view in sorted(reachable, key=lambda one: one[:2]))
