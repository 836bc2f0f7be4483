"""Outcomes: what one command changed. Raw effects inside; views and effect objects are made where somebody looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs

from trophy_engine.calendar.instants import from_micros
from trophy_engine.calendar.zones import Zone
from trophy_engine.core import (
    AchievementCompleted,
    Complete,
    Effect,
    MetricChanged,
    NamedEffect,
    Plan,
    PointsAwarded,
    RawEffect,
    Record,
    StreakExtended,
    StreakStarted,
    StreakState,
    UserCommand,
    name_fields,
    select_effects,
    to_effect,
)
from trophy_engine.identifiers import derive
from trophy_engine.numbers import Number
from trophy_engine.repository.transitions import plan_of
from trophy_engine.views.progress import AchievementView, LevelView, StreakView

if TYPE_CHECKING:
    from trophy_engine.explain.event import EventExplanation
    from trophy_engine.leaderboards.views import LeaderboardChange

_NO_CHANGES: Mapping[str, LeaderboardChange] = MappingProxyType({})


@attrs.frozen
class PointsChange:
    """What a command did to one points system.

    Attributes:
        added: the sum of its awards, negative for a loss.
        total: the balance after it.
        awards: one for each trigger that fired.
        level: the level held after it, None below every level.
        level_changed: whether that is another level than before.
    """

    added: int
    total: int
    awards: tuple[PointsAwarded, ...]
    level: LevelView | None
    level_changed: bool


class Outcome:
    """What one command did to its user.

    Attributes:
        replayed: whether the event's idempotency key had been used before, so that nothing was done.
        leaderboards: what the command did to the user's standing on each leaderboard, in the run that held their local
            day; one on which neither rank, value nor group changed is absent.
    """

    __slots__ = (
        "_command",
        "_day",
        "_effects",
        "_number",
        "_plan",
        "_streak",
        "_total",
        "_zone",
        "leaderboards",
        "replayed",
    )

    def __init__(
        self,
        plan: Plan,
        command: UserCommand,
        number: int,
        streak: StreakState,
        day: int,
        home: Zone,
        effects: Sequence[RawEffect] = (),
        total: Number | None = None,
        *,
        replayed: bool = False,
    ) -> None:
        self._plan = plan
        self._command = command
        self._number = number
        self._streak = streak
        self._day = day
        self._zone = home
        self._effects = effects
        self._total = total
        self.replayed = replayed
        self.leaderboards = _NO_CHANGES

    def __getstate__(self) -> tuple[Any, ...]:
        """Return what pickle and copy keep: the rules stand for the plan, and choices for a custom streak."""
        rules = self._plan.ruleset.to_text("json")
        streak = self._streak.copy()
        choices = None if streak.custom_streak is None else streak.custom_streak.choices()
        streak.custom_streak = None
        command = (rules, self._command, self._number, streak, self._day, self._zone, self._effects, self._total)
        return (*command, choices, self.replayed, dict(self.leaderboards))

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Take what ``__getstate__`` returned."""
        *command, choices, self.replayed, leaderboards = state
        rules, self._command, self._number, self._streak, self._day, self._zone, self._effects, self._total = command
        self._plan = plan_of(rules)
        if choices is not None and self._plan.streak is not None:
            self._streak.custom_streak = attrs.evolve(self._plan.streak, **choices)
        self.leaderboards = MappingProxyType(leaderboards)

    def __repr__(self) -> str:
        """Name the user, the instant, and what happened."""
        kinds = ", ".join(effect.kind.__name__ for effect in self._named_effects)
        return f"Outcome(user_id={self.user_id!r}, at={self.at.isoformat()!r}, effects=[{kinds}])"

    @property
    def user_id(self) -> str:
        """The user."""
        return self._command.user_id

    @property
    def at(self) -> datetime:
        """When the command happened (aware, UTC)."""
        return from_micros(self._command.at)

    @property
    def metric(self) -> str | None:
        """The metric of an event; None for other commands."""
        return self._command.metric if isinstance(self._command, Record) else None

    @property
    def idempotency_key(self) -> str | None:
        """The key that the event was given."""
        return self._command.idempotency_key if isinstance(self._command, Record) else None

    @property
    def event_id(self) -> UUID | None:
        """The identifier of the event, that of the first use for a repeated key; None for other commands."""
        return derive("event", self.user_id, self._number) if isinstance(self._command, Record) else None

    @property
    def total(self) -> Number | None:
        """The user's total of the metric after the event; None for other commands."""
        return next((effect.after for effect in self._named_effects if effect.kind is MetricChanged), self._total)

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Everything that happened to the user, in order, what time had made due before the command included.

        Where the rules have notifications, what there is to tell of ranks comes last, of other users, too.
        """
        return tuple(map(to_effect, self._effects))

    @property
    def _named_effects(self) -> list[NamedEffect]:
        return list(map(name_fields, self._effects))

    @property
    def _caused(self) -> Sequence[NamedEffect]:
        """The effects from the one on that the command itself set off: the event, or the achievement it completed."""
        called = self._command.achievement if isinstance(self._command, Complete) else None
        effects = self._named_effects
        for index, effect in enumerate(effects):
            kind = effect.kind
            if kind is MetricChanged or (kind is AchievementCompleted and effect.achievement == called):
                return effects[index:]
        return ()

    @property
    def achievements(self) -> tuple[AchievementView, ...]:
        """The achievements that the command completed, in order."""
        rules = self._plan.achievements
        return tuple(
            AchievementView.earned(self.user_id, rules[effect.achievement].rule, effect.at)
            for effect in self._caused
            if effect.kind is AchievementCompleted
        )

    @property
    def streak(self) -> StreakView | None:
        """The streak after the command, or None where the rules have none."""
        extended = any(effect.kind in {StreakStarted, StreakExtended} for effect in self._caused)
        return StreakView.of(self._plan, self._streak, self._day, self._zone, extended=extended)

    @property
    def points(self) -> Mapping[str, PointsChange]:
        """What the command did to each points system; a system it did not touch is absent."""
        caused = list(select_effects(PointsAwarded, self._caused))
        changes = {}
        for system in self._plan.systems:
            key = system.rule.key
            awards = tuple(award for award in caused if award.system == key)
            if awards:
                level_before = LevelView.held(system, awards[0].before)
                level = LevelView.held(system, awards[-1].total)
                changes[key] = PointsChange(
                    added=sum(award.awarded for award in awards),
                    total=awards[-1].total,
                    awards=awards,
                    level=level,
                    level_changed=(level_before and level_before.key) != (level and level.key),
                )
        return MappingProxyType(changes)

    def explain(self) -> EventExplanation:
        """Explain what the command did: its local date, the thresholds that it crossed, how awards were computed."""
        from trophy_engine.explain.event import explain_event  # noqa: PLC0415  # a game does not explain

        return explain_event(self._plan, self._command, self._named_effects, self._zone, repeated=self.replayed)
