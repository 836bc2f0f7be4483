"""The player: a user at an instant, to be looked at; nothing here changes anything."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Any

from trophy_engine.calendar.instants import from_micros
from trophy_engine.core import (
    AchievementPlan,
    Plan,
    SystemPlan,
    UserState,
    qualifies,
    read_notification_preferences,
    read_streak_preferences,
)
from trophy_engine.identifiers import derive
from trophy_engine.numbers import Number
from trophy_engine.rules.constraints import Integer
from trophy_engine.views.progress import AchievementView, LevelView, PauseView, PointsView, Progress, StreakView

__all__ = ["Player"]


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
        self.at = from_micros(state.clock.settled)

    def __repr__(self) -> str:
        """Name the user and the instant."""
        return f"Player(id={self.id!r}, at={self.at.isoformat()!r})"

    @property
    def name(self) -> str | None:
        """What the user is called."""
        return self._state.profile.name

    @property
    def email(self) -> str | None:
        """Where the user gets mail."""
        return self._state.profile.email

    @property
    def time_zone(self) -> str:
        """The user's time zone: an IANA name, or an offset ``±HH:MM``; ``"UTC"`` unless set."""
        return self._state.clock.zone.name

    @property
    def time_zone_given(self) -> bool:
        """Whether the user was given their time zone, be it UTC."""
        return self._state.profile.zone_given

    @property
    def attributes(self) -> Mapping[str, str]:
        """The user's attributes."""
        return MappingProxyType(self._state.profile.attributes)

    @property
    def sign_up_date(self) -> date | None:
        """When the user signed up, None unless set."""
        day = self._state.profile.sign_up_day
        return None if day is None else date.fromordinal(day)

    @property
    def created(self) -> datetime:
        """When the engine first saw the user."""
        return from_micros(self._state.profile.created)

    @property
    def updated(self) -> datetime:
        """When something was last said of the user."""
        return from_micros(self._state.profile.updated)

    @property
    def control(self) -> bool:
        """Whether the user is in the control group of the experiment, who are sent no messages."""
        return self._state.profile.control

    @property
    def device_tokens(self) -> tuple[str, ...] | None:
        """Where the user gets pushes, None unless set."""
        written = self._state.profile.device_tokens
        return None if written is None else tuple(json.loads(written))

    @property
    def subscribe_to_emails(self) -> bool:
        """Whether the user wants mail, True unless set."""
        return self._state.profile.subscribe_to_emails != "false"

    @property
    def notification_preferences(self) -> Mapping[str, tuple[str, ...]]:
        """By message, the channels that the user wants it by; messages of which they said nothing are absent."""
        return MappingProxyType(read_notification_preferences(self._state.profile.preferences))

    @property
    def streak_preferences(self) -> Mapping[str, Any]:
        """What the user has chosen for their streak; the rest is absent.

        ``enabled`` is a bool, ``evaluation_mode`` a word, ``metrics`` a tuple of ``StreakMetric``, ``days_off`` a tuple
        of weekdays.
        """
        return MappingProxyType(read_streak_preferences(self._state.profile.preferences))

    @property
    def pauses(self) -> tuple[PauseView, ...]:
        """Every pause of the user's streak, in the order in which they were made."""
        return tuple(
            PauseView(
                derive("pause", self.id, number), number, date.fromordinal(start), date.fromordinal(end), archived
            )
            for number, (start, end, archived) in enumerate(self._state.streak.pauses, start=1)
        )

    @cached_property
    def streak(self) -> StreakView | None:
        """The streak, or None where the rules have none."""
        return StreakView.of(self._plan, self._state.streak, self._state.clock.day, self._state.clock.zone)

    @property
    def freezes(self) -> int:
        """How many freezes the user holds."""
        return self._state.streak.freezes

    @property
    def freezes_used(self) -> int:
        """How many freezes have carried the user's streaks."""
        return self._state.streak.freezes_used

    @property
    def completed(self) -> Mapping[str, datetime]:
        """When each achievement that the user holds was completed, in order of completion."""
        return MappingProxyType({key: from_micros(at) for key, at in self._state.counters.completed.items()})

    @cached_property
    def metrics(self) -> Mapping[str, Number]:
        """The total of every metric, 0 where the user never used it."""
        states = self._state.counters.states
        return MappingProxyType(
            {key: states[metric.total.index].total for key, metric in self._plan.metrics.items()},
        )

    @cached_property
    def points(self) -> Mapping[str, PointsView]:
        """The balance in every points system."""
        return MappingProxyType({system.rule.key: self._balance(system) for system in self._plan.systems})

    def _balance(self, system: SystemPlan) -> PointsView:
        rule, total = system.rule, self._state.points.balances[system.index]
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
        return status == "active" or (status == "locked" and achievement.key in self._state.counters.completed)

    def _achievement(self, achievement: AchievementPlan) -> AchievementView:
        at = self._state.counters.completed.get(achievement.key)
        if at is not None:
            return AchievementView.earned(self.id, achievement.rule, at)
        return AchievementView.open(achievement.rule, self._progress(achievement))

    def _progress(self, achievement: AchievementPlan) -> Progress:
        state = self._state
        current = 0 if achievement.counter is None else achievement.counter.read(state)
        missing = tuple(key for key in achievement.prerequisites if key not in state.counters.completed)
        return Progress(current, achievement.threshold, missing)

    def next_achievements(self, n: int = 3) -> tuple[AchievementView, ...]:
        """Give the ``n`` open achievements nearest to completion that the user's attributes allow, nearest first.

        Raises:
            InvalidValue: ``n`` is not a whole number from 0.
        """
        Integer(min=0).check("n", n)
        return tuple(view for view, _ in zip(self._nearest(), range(n), strict=False))

    def _nearest(self) -> Iterator[AchievementView]:
        reachable = [
            (-view.progress.fraction, place, view)
            for place, view in enumerate(self.achievements)
            if view.progress is not None and qualifies(self._plan.achievements[view.key], self._state)
        ]
        return (view for _, _, view in sorted(reachable, key=lambda one: one[:2]))
