"""Outcomes: what one command changed. They contain raw effects; views and effect objects are made on access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

import attrs

from trophy_engine.calendar.instants import from_micros
from trophy_engine.calendar.zones import Zone
from trophy_engine.core import (
    AchievementCompleted,
    Award,
    Complete,
    Effect,
    ManualAward,
    MetricChanged,
    NamedEffect,
    Plan,
    PointsAwarded,
    RawEffect,
    Record,
    StreakExtended,
    StreakPlan,
    StreakStarted,
    StreakState,
    UserCommand,
    effect_from_raw,
    name_raw_effect,
    select_raw_effects,
)
from trophy_engine.identifiers import derive_identifier
from trophy_engine.numbers import Number
from trophy_engine.repository.plans import plan_of_logged_rules
from trophy_engine.values import Value
from trophy_engine.views.achievements import AchievementView, view_completion
from trophy_engine.views.progress import LevelView, StreakView

if TYPE_CHECKING:
    from trophy_engine.core import GateAnswer
    from trophy_engine.explain.event import EventExplanation
    from trophy_engine.leaderboards.views import LeaderboardChange

_SHOWN_EFFECTS: Final = 12
_NO_CHANGES: Mapping[str, LeaderboardChange] = MappingProxyType({})


@attrs.frozen
class PointsChange(Value):
    """The changes of one points system by a command.

    Attributes:
        added: the sum of the awards, negative for a loss.
        total: the balance after the command.
        awards: one for each trigger that paid.
        level: the level after the command, None below every level.
        level_changed: True if the level differs from that before the command.
    """

    added: int
    total: int
    awards: tuple[PointsAwarded, ...]
    level: LevelView | None
    level_changed: bool


class Outcome:
    """The result of one command for its user.

    Attributes:
        replayed: True if the idempotency key had been used before, so that nothing happened.
        leaderboards: the changes of the user's position on each leaderboard, in the run of their local day;
            leaderboards without a change of rank, value or group are absent.
    """

    __slots__ = (
        "_command",
        "_day",
        "_effects",
        "_number",
        "_plan",
        "_streaks",
        "_total",
        "_zone",
        "gate_answers",
        "leaderboards",
        "replayed",
    )

    def __init__(
        self,
        plan: Plan,
        command: UserCommand,
        number: int,
        streaks: tuple[StreakState, ...],
        day: int,
        time_zone: Zone,
        effects: Sequence[RawEffect] = (),
        total: Number | None = None,
        *,
        replayed: bool = False,
    ) -> None:
        self._plan = plan
        self._command = command
        self._number = number
        self._streaks = streaks
        self._day = day
        self._zone = time_zone
        self._effects = effects
        self._total = total
        self.replayed = replayed
        self.leaderboards = _NO_CHANGES

    def _gate_answers(self) -> Sequence[GateAnswer]:
        """Return whether gates were open when the command asked them; the execution sets it only where it did."""
        return getattr(self, "gate_answers", ())

    def __getstate__(self) -> tuple[Any, ...]:
        """Return the state for pickle: the rules in place of the plan, the choices in place of a custom streak."""
        rules = self._plan.ruleset.to_text("json")
        streaks = tuple(streak.copy() for streak in self._streaks)
        choices = [None if streak.custom_streak is None else streak.custom_streak.choices() for streak in streaks]
        for streak in streaks:
            streak.custom_streak = None
        command = (rules, self._command, self._number, streaks, self._day, self._zone, self._effects, self._total)
        return (*command, choices, self.replayed, self._gate_answers(), dict(self.leaderboards))

    def __setstate__(self, state: tuple[Any, ...]) -> None:
        """Restore the result of ``__getstate__``."""
        *command, choices, self.replayed, self.gate_answers, leaderboards = state
        rules, self._command, self._number, self._streaks, self._day, self._zone, self._effects, self._total = command
        self._plan = plan_of_logged_rules(rules)
        for streak, plan, chosen in zip(self._streaks, self._plan.streaks, choices, strict=True):
            streak.custom_streak = None if chosen is None else attrs.evolve(plan, **chosen)
        self.leaderboards = MappingProxyType(leaderboards)

    def __repr__(self) -> str:
        """Return the user, the instant and the kinds of the first effects."""
        kinds = [effect.kind.__name__ for effect in self._named_effects]
        if len(kinds) > _SHOWN_EFFECTS:
            kinds[_SHOWN_EFFECTS:] = [f"… {len(kinds) - _SHOWN_EFFECTS:,} more"]
        return f"Outcome(user_id={self.user_id!r}, at={self.at.isoformat()!r}, effects=[{', '.join(kinds)}])"

    @property
    def user_id(self) -> str:
        """The user."""
        return self._command.user_id

    @property
    def at(self) -> datetime:
        """The instant of the command (aware, UTC)."""
        return from_micros(self._command.at)

    @property
    def metric(self) -> str | None:
        """The metric of an event; None for other commands."""
        return self._command.metric if isinstance(self._command, Record) else None

    @property
    def idempotency_key(self) -> str | None:
        """The idempotency key of the event, the manual award or the completion; None without one."""
        return self._command.idempotency_key if isinstance(self._command, Record | Award | Complete) else None

    @property
    def event_id(self) -> UUID | None:
        """The identifier of the event, that of the first use for a repeated key; None for other commands."""
        return derive_identifier("event", self.user_id, self._number) if isinstance(self._command, Record) else None

    @property
    def total(self) -> Number | None:
        """The user's total of the recorded metric after the event, in the window that holds its instant.

        It is None for other commands, and for a least, greatest or latest value of nothing.
        """
        recorded = next(iter(self._caused), None) if isinstance(self._command, Record) else None
        return self._total if recorded is None else recorded.after

    @property
    def metrics(self) -> Mapping[str, Number | Any]:
        """The user's total of every metric that the command moved, by key: the recorded one, then derived ones.

        It is None for a least, greatest or latest value of nothing.
        """
        changes = (effect for effect in self._caused if effect.kind is MetricChanged)
        return MappingProxyType({change.metric: change.after for change in changes})

    @property
    def effects(self) -> tuple[Effect, ...]:
        """Everything that happened to the user, in order, including what time had made due before the command.

        Under rules with notifications, rank changes come last, including those of other users.
        """
        return tuple(map(effect_from_raw, self._effects))

    @property
    def _named_effects(self) -> list[NamedEffect]:
        return list(map(name_raw_effect, self._effects))

    @property
    def _caused(self) -> Sequence[NamedEffect]:
        """The effects of the command itself: from the event, the award, or the achievement completed by the call."""
        recorded = self._command.metric if isinstance(self._command, Record) else None
        called = self._command.achievement if isinstance(self._command, Complete) else None
        effects = self._named_effects
        for index, effect in enumerate(effects):
            kind = effect.kind
            if (
                (kind is MetricChanged and effect.metric == recorded)
                or (kind is AchievementCompleted and effect.achievement == called)
                or (kind is PointsAwarded and isinstance(effect.trigger, ManualAward))
            ):
                return effects[index:]
        return ()

    @property
    def achievements(self) -> tuple[AchievementView, ...]:
        """The completions by the command, in order: one for each tier, and one for all times of a repeatable one."""
        plan = self._plan
        return tuple(view_completion(plan, effect) for effect in self._caused if effect.kind is AchievementCompleted)

    @property
    def streak(self) -> StreakView:
        """The primary streak after the command.

        Where the rules have no streak, its length is 0 and it is not ``declared``.
        """
        return self._streak_view(self._plan.streaks[0]) if self._plan.streaks else StreakView.undeclared()

    @property
    def streaks(self) -> Mapping[str, StreakView]:
        """Every streak after the command, by key, in the order of declaration."""
        return MappingProxyType({streak.key: self._streak_view(streak) for streak in self._plan.streaks})

    def _streak_view(self, streak: StreakPlan) -> StreakView:
        credits_ = (effect for effect in self._caused if effect.kind in {StreakStarted, StreakExtended})
        extended = any(effect.streak == streak.key for effect in credits_)
        own = self._streaks[streak.place]
        return StreakView.of(self._plan, streak, own, self._day, self._zone, extended=extended)

    @property
    def points(self) -> Mapping[str, PointsChange]:
        """The changes of each points system, by its key; systems without an award are absent."""
        caused = list(select_raw_effects(PointsAwarded, self._caused))
        changes = {}
        for system in self._plan.systems:
            key = system.rule.key
            awards = tuple(award for award in caused if award.system == key)
            if awards:
                level_before = LevelView.reached(system, awards[0].points_for_level_before)
                level = LevelView.reached(system, awards[-1].points_for_level)
                changes[key] = PointsChange(
                    added=sum(award.awarded for award in awards),
                    total=awards[-1].total,
                    awards=awards,
                    level=level,
                    level_changed=(level_before and level_before.key) != (level and level.key),
                )
        return MappingProxyType(changes)

    def explain(self) -> EventExplanation:
        """Explain the command: its local date, the thresholds that it crossed, and how its awards were computed."""
        from trophy_engine.explain.event import explain_event  # noqa: PLC0415  # a game does not explain

        return explain_event(
            self._plan, self._command, self._named_effects, self._zone, self._gate_answers(), is_repeated=self.replayed
        )
