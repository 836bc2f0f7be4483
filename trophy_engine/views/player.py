"""The player: a read-only view of a user at an instant."""

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
    MetricPlan,
    Plan,
    SystemPlan,
    UserState,
    level_points_in_state,
    qualifies_for_achievement,
    read_notification_preferences,
    read_streak_preferences,
)
from trophy_engine.numbers import Number
from trophy_engine.representation import html_repr_of_table
from trophy_engine.rules.constraints import Integer
from trophy_engine.views.achievements import AchievementView, next_achievement_part
from trophy_engine.views.progress import LevelView, PauseView, PointsView, StreakView

__all__ = ["Player"]


class Player:
    """A view of a user at an instant, after all work that is due by then; the engine's state is not changed.

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
        """Return the user and the instant."""
        return f"Player(id={self.id!r}, at={self.at.isoformat()!r})"

    def _repr_html_(self) -> str:
        """Return a table of the streak, the totals, the balances and the achievements, for notebooks."""
        rows = [("metric", key, "none" if total is None else f"{total:,}") for key, total in self.metrics.items()]
        for key, streak in self.streaks.items():
            name = key if len(self.streaks) > 1 else ""
            rows.append(("streak", name, f"{streak.length:,}, longest {streak.longest:,}"))
        for key, balance in self.points.items():
            level = "" if balance.level is None else f", {balance.level.name}"
            rows.append(("points", key, f"{balance.total:,}{level}"))
        rows += [("achievement", key, f"{at:%Y-%m-%d %H:%M} UTC") for key, at in self.completed.items()]
        return html_repr_of_table(f"{self.id} at {self.at:%Y-%m-%d %H:%M} UTC", ("kind", "key", "state"), rows)

    @property
    def name(self) -> str | None:
        """The user's name, None if unknown."""
        return self._state.profile.name

    @property
    def email(self) -> str | None:
        """The user's address for emails, None if unknown."""
        return self._state.profile.email

    @property
    def time_zone(self) -> str:
        """The user's time zone: an IANA name, or an offset ``±HH:MM``; ``"UTC"`` unless set."""
        return self._state.clock.zone.name

    @property
    def local_date(self) -> date:
        """The user's local date at ``at``."""
        return date.fromordinal(self._state.clock.zone.window(self._state.clock.settled)[0])

    @property
    def has_time_zone(self) -> bool:
        """True if the time zone was set explicitly, False if it is the default (UTC)."""
        return self._state.profile.has_zone

    @property
    def attributes(self) -> Mapping[str, str]:
        """The user's attributes."""
        return MappingProxyType(self._state.profile.attributes)

    @property
    def sign_up_date(self) -> date | None:
        """The user's sign-up date, None unless set."""
        day = self._state.profile.sign_up_day
        return None if day is None else date.fromordinal(day)

    @property
    def created(self) -> datetime:
        """The instant at which the user was first seen (aware, UTC)."""
        return from_micros(self._state.profile.created)

    @property
    def updated(self) -> datetime:
        """The instant at which fields of the user were last set, or of the creation (aware, UTC)."""
        return from_micros(self._state.profile.updated)

    @property
    def control(self) -> bool:
        """True if the user is in the control group of the experiment, which receives no messages."""
        return self._state.profile.control

    @property
    def device_tokens(self) -> tuple[str, ...] | None:
        """The devices for push messages, None unless set."""
        encoded = self._state.profile.device_tokens
        return None if encoded is None else tuple(json.loads(encoded))

    @property
    def subscribe_to_emails(self) -> bool:
        """True if the user wants emails, which is the default."""
        return self._state.profile.subscribe_to_emails != "false"

    @property
    def notification_preferences(self) -> Mapping[str, tuple[str, ...]]:
        """The channels that the user chose for each message; messages without a choice are absent."""
        return MappingProxyType(read_notification_preferences(self._state.profile.preferences))

    @property
    def streak_preferences(self) -> Mapping[str, Any]:
        """The user's choices for the primary streak, by name; choices that were not made are absent.

        ``enabled`` is a bool, ``evaluation_mode`` is ``"AND"`` or ``"OR"``, ``metrics`` is a tuple of ``StreakMetric``,
        and ``days_off`` is a tuple of weekdays.
        """
        return MappingProxyType({} if self._plan.streak is None else self.streak_preferences_of(self._plan.streak.key))

    def streak_preferences_of(self, streak: str | None) -> Mapping[str, Any]:
        """Return the user's choices for a streak, the primary one for None, as ``streak_preferences`` has them.

        Raises:
            UnknownKey: the rules do not declare the streak.
        """
        key = self._plan.streak_of(streak).key
        return MappingProxyType(read_streak_preferences(self._state.profile.preferences, key))

    @property
    def pauses(self) -> tuple[PauseView, ...]:
        """Every pause of the primary streak, in the order in which they were made."""
        return () if self._plan.streak is None else self.pauses_of(self._plan.streak.key)

    def pauses_of(self, streak: str | None) -> tuple[PauseView, ...]:
        """Return every pause of a streak, the primary one for None, in the order in which they were made.

        Raises:
            UnknownKey: the rules do not declare the streak.
        """
        plan = self._plan.streak_of(streak)
        return PauseView.listed(plan, self._state.streaks[plan.place], self.id)

    @cached_property
    def streak(self) -> StreakView:
        """The primary streak; where the rules have no streak, its length is 0 and it is not ``declared``."""
        return next(iter(self.streaks.values()), StreakView.undeclared())

    @cached_property
    def streaks(self) -> Mapping[str, StreakView]:
        """Every streak, by key, in the order of declaration."""
        state, zone = self._state, self._state.clock.zone
        pairs = zip(self._plan.streaks, state.streaks, strict=True)
        return MappingProxyType(
            {streak.key: StreakView.of(self._plan, streak, own, state.clock.day, zone) for streak, own in pairs}
        )

    @property
    def freezes(self) -> int:
        """The number of freezes that the user has for the primary streak."""
        return self._state.streak.freezes

    @property
    def freezes_used(self) -> int:
        """The number of freezes that were spent on missed periods of the primary streak."""
        return self._state.streak.freezes_used

    @property
    def completed(self) -> Mapping[str, datetime]:
        """The instant at which each achievement or tier was completed first, by the key that names it, in this order.

        The key of a tier is that of the achievement, a hyphen and its own.
        """
        return MappingProxyType({key: from_micros(at) for key, at in self._state.counters.completed.items()})

    @cached_property
    def metrics(self) -> Mapping[str, Number | Any]:
        """The total of every metric, by key, in the window that holds the instant.

        It is None where nothing has happened yet to a least, greatest or latest value.
        """
        state = self._state
        return MappingProxyType({key: metric.total.read(state) for key, metric in self._plan.metrics.items()})

    @cached_property
    def windows(self) -> Mapping[str, tuple[datetime | None, datetime | None] | None]:
        """The bounds of the window of every metric that holds the instant, by key.

        The first instant is in the window and the second is not; None is an open side. A metric without a window, or
        whose window does not hold the instant, has None in place of bounds.
        """
        return MappingProxyType({key: self._window_bounds(metric) for key, metric in self._plan.metrics.items()})

    def _window_bounds(self, metric: MetricPlan) -> tuple[datetime | None, datetime | None] | None:
        counter, clock = metric.total, self._state.clock
        if counter.totals is None or metric.window is None:
            return None
        bounds = metric.window.bounds(counter.totals.find(self._state.counters.windows), clock.settled, clock.zone)
        if bounds is None:
            return None
        first, after = bounds
        return None if first is None else from_micros(first), None if after is None else from_micros(after)

    @cached_property
    def points(self) -> Mapping[str, PointsView]:
        """The balance in every points system, by key."""
        return MappingProxyType({system.rule.key: self._view_balance(system) for system in self._plan.systems})

    def _view_balance(self, system: SystemPlan) -> PointsView:
        rule, total = system.rule, self._state.points.balances[system.index]
        counted = level_points_in_state(system, self._state)
        return PointsView(
            key=rule.key,
            name=rule.name,
            description=rule.description,
            badge_url=rule.badge_url,
            maximum=rule.maximum,
            total=total,
            level=LevelView.reached(system, counted),
            levels=tuple(LevelView.of(level, counted) for level in system.levels),
            earned=None if system.earned is None else counted,
        )

    @cached_property
    def achievements(self) -> tuple[AchievementView, ...]:
        """The achievements in the order of declaration, open ones with their progress.

        Inactive achievements are left out, and locked ones unless the user has completed them.
        """
        view, state = AchievementView.of, self._state
        return tuple([view(parts, state) for parts in self._visible_achievements])

    @property
    def _visible_achievements(self) -> Iterator[tuple[AchievementPlan, ...]]:
        """The achievements that the user sees, each alone or as its tiers."""
        completed = self._state.counters.completed
        for parts in self._plan.tiers.values():
            status = parts[0].rule.status
            if status == "active" or (status == "locked" and any(part.key in completed for part in parts)):
                yield parts

    def next_achievements(self, n: int = 3) -> tuple[AchievementView, ...]:
        """List up to ``n`` achievements that the user can complete next, nearest to completion first.

        Achievements for users with other attributes are left out, and so are hidden ones that were not completed yet.

        Raises:
            InvalidValue: ``n`` is not an integer of at least 0.
        """
        Integer(min=0).check("n", n)
        return tuple(view for view, _ in zip(self._nearest_achievements(), range(n), strict=False))

    def _nearest_achievements(self) -> Iterator[AchievementView]:
        reachable = []
        for index, (view, parts) in enumerate(zip(self.achievements, self._visible_achievements, strict=True)):
            following = next_achievement_part(parts, self._state)
            if (
                view.progress is not None
                and following is not None
                and qualifies_for_achievement(following, self._state)
            ):
                reachable.append((-view.progress.fraction, index, view))
        return (view for _, _, view in sorted(reachable, key=lambda entry: entry[:2]))
