"""The bodies of webhooks: the JSON object of each effect that the platform announces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from typing import Any, Final, Protocol, TypeVar

from trophy_engine.calendar.runs import RunStatus
from trophy_engine.core import (
    AchievementCompleted,
    Effect,
    FreezeConsumed,
    FreezeEarned,
    LevelChanged,
    StreakExtended,
    StreakLost,
    StreakStarted,
)
from trophy_engine.engine.engine import Engine
from trophy_engine.engine.outcome import PointsChange
from trophy_engine.leaderboards.views import LeaderboardRow
from trophy_engine.notifications.effects import (
    AchievementDue,
    BoostFinished,
    BoostStarted,
    LeaderboardChanged,
    LeaderboardFinished,
    LeaderboardStarted,
    PointsChanged,
    RankChanged,
    ReactivationDue,
    RecapDue,
    StreakReminderDue,
)
from trophy_engine.numbers import Number
from trophy_engine.rules.points import Level
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.trophy_api.application.streaks import serialize_user_streak
from trophy_engine.trophy_api.ids import system_id
from trophy_engine.trophy_api.past_rules import PastRules
from trophy_engine.trophy_api.serializers.achievements import serialize_user_achievement
from trophy_engine.trophy_api.serializers.leaderboards import (
    serialize_leaderboard,
    serialize_leaderboard_value,
    serialize_rows,
)
from trophy_engine.trophy_api.serializers.points import (
    serialize_boost,
    serialize_event_points,
    serialize_level,
    serialize_system,
)
from trophy_engine.trophy_api.serializers.streaks import serialize_streak
from trophy_engine.trophy_api.serializers.users import serialize_user
from trophy_engine.trophy_api.serializers.values import Json, serialize_date, serialize_instant
from trophy_engine.trophy_api.statuses import BoostStatus
from trophy_engine.trophy_api.webhooks.pending_awards import PendingAwards
from trophy_engine.views.player import Player
from trophy_engine.views.progress import LevelView

#: The number of periods in the history of a streak.
_HISTORY: Final = 7


class _RuleInWebhook(Protocol):
    @property
    def key(self) -> str | None: ...


K = TypeVar("K", bound=_RuleInWebhook)


class WebhookBodies:
    """Makes the bodies of webhooks; each shows the user as of the instant of the effect.

    Rules that have been changed since, or deleted, are found in the history of the rules.

    Args:
        engine: the engine whose effects they are.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.awards = PendingAwards(engine)
        self._history: PastRules | None = None

    def body_of(self, effect: Effect) -> Json:
        """Return the body of an effect of a class in ``BODIES``."""
        return {"type": effect.type, **BODIES[type(effect)](self, effect)}

    def is_shown(self, effect: Effect) -> bool:
        """Return False for an effect of another streak than the primary one, which the platform does not have."""
        primary = self.engine.ruleset.primary_streak
        return primary is None or getattr(effect, "streak", primary.key) == primary.key

    @property
    def history(self) -> PastRules:
        """The history of the rules, read again after a change."""
        if self._history is None or self._history.ruleset is not self.engine.ruleset:
            self._history = PastRules.of(self.engine)
        return self._history

    def player(self, effect: Effect) -> Player:
        """Return the user of an effect as of its instant."""
        return self.engine.user(effect.user_id, at=effect.at)

    def latest(self, key: str, rules_of: Callable[[Ruleset], Iterable[K]]) -> tuple[Ruleset, K]:
        """Return the latest ruleset that declares a key, and the rule."""
        return next(
            (ruleset, rule) for ruleset in self._rulesets_with_past() for rule in rules_of(ruleset) if rule.key == key
        )

    def _rulesets_with_past(self) -> Iterator[Ruleset]:
        """Yield the rules that have been in force, the latest first."""
        yield self.engine.ruleset
        yield from (version.ruleset for version in reversed(self.engine.rules_history()))


# --- achievements -----------------------------------------------------------------------------------------------------


def _achievement_completed_body(bodies: WebhookBodies, effect: AchievementCompleted) -> Json:
    return {
        "user": serialize_user(bodies.player(effect)),
        "achievement": _achievement_body_field(bodies, effect.key, effect.at),
    }


def _achievement_due_body(bodies: WebhookBodies, effect: AchievementDue) -> Json:
    player = bodies.player(effect)
    # A change of rules at the same instant can have dropped it.
    achieved = player.completed.get(effect.key, effect.at)
    return {
        "timestamp": serialize_instant(effect.at),
        "user": serialize_user(player),
        "achievement": _achievement_body_field(bodies, effect.key, achieved),
    }


def _achievement_body_field(bodies: WebhookBodies, key: str, achieved: datetime) -> Json:
    ruleset, rule = bodies.latest(key, lambda ruleset: ruleset.achievement_parts)
    return serialize_user_achievement(rule, achieved, ruleset)


# --- streaks ----------------------------------------------------------------------------------------------------------


def _streak_credited_body(bodies: WebhookBodies, effect: StreakStarted | StreakExtended) -> Json:
    player = bodies.player(effect)
    # Another command of a batch at the same instant can have changed the length again.
    return {"user": serialize_user(player), "streak": serialize_streak(player.streak) | {"length": effect.length}}


def _streak_lost_body(bodies: WebhookBodies, effect: StreakLost) -> Json:
    return {"user": serialize_user(bodies.player(effect)), "length": effect.length}


def _freeze_consumed_body(bodies: WebhookBodies, effect: FreezeConsumed) -> Json:
    return {
        "user": serialize_user(bodies.player(effect)),
        "consumed": effect.consumed,
        "freezes": effect.freezes,
    }


def _freeze_earned_body(bodies: WebhookBodies, effect: FreezeEarned) -> Json:
    return {"user": serialize_user(bodies.player(effect)), "earned": effect.earned, "freezes": effect.freezes}


def _streak_reminder_due_body(bodies: WebhookBodies, effect: StreakReminderDue) -> Json:
    player = bodies.player(effect)
    streak = serialize_user_streak(bodies.engine, player, _HISTORY)
    return {"timestamp": serialize_instant(effect.at), "user": serialize_user(player), "streak": streak}


# --- points -----------------------------------------------------------------------------------------------------------


def _points_changed_body(bodies: WebhookBodies, effect: PointsChanged) -> Json:
    player = bodies.player(effect)
    _, rule = bodies.latest(effect.system, lambda ruleset: ruleset.points)
    awards = bodies.awards.take(effect)
    counted_before, counted = effect.total - effect.added, effect.total
    if awards and awards[-1].earned is not None:
        counted_before, counted = awards[0].points_for_level_before, awards[-1].points_for_level
    before, after = _find_level_for_body(rule.levels, counted_before), _find_level_for_body(rule.levels, counted)
    change = PointsChange(
        added=effect.added,
        total=effect.total,
        awards=awards,
        level=None if after is None else LevelView.of(after, counted),
        level_changed=before != after,
    )
    points = serialize_event_points(rule, change, player.local_date, bodies.history, is_event=False)
    return {"user": serialize_user(player), "points": points}


def _find_level_for_body(levels: Iterable[Level], total: int) -> Level | None:
    """Return the highest level that a total reaches, or None."""
    return max((level for level in levels if level.points <= total), key=lambda level: level.points, default=None)


def _level_changed_body(bodies: WebhookBodies, effect: LevelChanged) -> Json:
    _, rule = bodies.latest(effect.system, lambda ruleset: ruleset.points)
    return {
        "user": serialize_user(bodies.player(effect)),
        "points": serialize_system(rule) | {"total": effect.total},
        "previousLevel": _level_body_field(bodies, effect.system, effect.previous),
        "newLevel": _level_body_field(bodies, effect.system, effect.level),
    }


def _level_body_field(bodies: WebhookBodies, system: str, key: str | None) -> Json | None:
    """Return the JSON of a level by its key, or None for no level."""
    if key is None:
        return None
    _, level = bodies.latest(
        key, lambda ruleset: (level for rule in ruleset.points if rule.key == system for level in rule.levels)
    )
    return serialize_level(system, level)


def _boost_started_body(bodies: WebhookBodies, effect: BoostStarted) -> Json:
    return _boost_body(bodies, effect, "active")


def _boost_finished_body(bodies: WebhookBodies, effect: BoostFinished) -> Json:
    return _boost_body(bodies, effect, "finished")


def _boost_body(bodies: WebhookBodies, effect: BoostStarted | BoostFinished, status: BoostStatus) -> Json:
    _, rule = bodies.latest(effect.system, lambda ruleset: ruleset.points)
    key = bodies.history.boost_key(effect.system, effect.boost)
    return {
        "timestamp": serialize_instant(effect.at),
        "boost": serialize_boost(effect.system, key, effect.boost, status, bodies.history)
        | {
            "userId": effect.boost.user_id,
            "pointsSystemId": str(system_id(rule.key)),
            "pointsSystemKey": rule.key,
            "pointsSystemName": rule.name,
        },
    }


# --- leaderboards -----------------------------------------------------------------------------------------------------


def _leaderboard_started_body(bodies: WebhookBodies, effect: LeaderboardStarted) -> Json:
    return _rankings_body(bodies, effect.leaderboard, effect.start, "active", effect.rankings)


def _leaderboard_changed_body(bodies: WebhookBodies, effect: LeaderboardChanged) -> Json:
    return _rankings_body(bodies, effect.leaderboard, effect.run, "active", effect.rankings)


def _leaderboard_finished_body(bodies: WebhookBodies, effect: LeaderboardFinished) -> Json:
    return _rankings_body(bodies, effect.leaderboard, effect.start, "finished", effect.rankings)


def _rankings_body(
    bodies: WebhookBodies, key: str, start: date, status: RunStatus, rows: Iterable[LeaderboardRow]
) -> Json:
    return {"leaderboard": _run_body_field(bodies, key, start, status) | {"rankings": serialize_rows(rows)}}


def _rank_changed_body(bodies: WebhookBodies, effect: RankChanged) -> Json:
    return {
        "user": serialize_user(bodies.player(effect)),
        "leaderboard": _run_body_field(bodies, effect.leaderboard, effect.run, "active")
        | {
            "rank": effect.rank,
            "value": _ranked_value_body_field(effect.rank, effect.value),
            "previousRank": effect.previous_rank,
            "previousValue": _ranked_value_body_field(effect.previous_rank, effect.previous_value),
        },
    }


def _ranked_value_body_field(rank: int | None, value: Number | None) -> int | None:
    """Return the value of a user on a leaderboard, None for a user who is not ranked."""
    return None if rank is None else serialize_leaderboard_value(value)


def _run_body_field(bodies: WebhookBodies, key: str, start: date, status: RunStatus) -> Json:
    """Return the JSON of a leaderboard with the dates of a run."""
    ruleset, rule = bodies.latest(key, lambda ruleset: ruleset.leaderboards)
    runs = rule.runs(ruleset.day_start)
    last = runs.last_day(runs.nearest(start.toordinal()))
    return serialize_leaderboard(rule, ruleset) | {
        "start": start.isoformat(),
        "end": None if last is None else serialize_date(date.fromordinal(last)),
        "status": status,
    }


# --- emails -----------------------------------------------------------------------------------------------------------


def _recap_due_body(bodies: WebhookBodies, effect: RecapDue) -> Json:
    return {
        "timestamp": serialize_instant(effect.at),
        "user": serialize_user(bodies.player(effect)),
        "recap": {"periodStart": effect.period_start.isoformat(), "periodEnd": effect.period_end.isoformat()},
    }


def _reactivation_due_body(bodies: WebhookBodies, effect: ReactivationDue) -> Json:
    return {
        "timestamp": serialize_instant(effect.at),
        "user": serialize_user(bodies.player(effect)),
        "reactivation": {
            "messageNumber": effect.message_number,
            "daysSinceLastActive": effect.days_since_last_active,
        },
    }


#: The body of each class of effects that the platform announces, without the type.
BODIES: Final[dict[type[Effect], Callable[[WebhookBodies, Any], Json]]] = {
    AchievementCompleted: _achievement_completed_body,
    StreakStarted: _streak_credited_body,
    StreakExtended: _streak_credited_body,
    StreakLost: _streak_lost_body,
    FreezeConsumed: _freeze_consumed_body,
    FreezeEarned: _freeze_earned_body,
    PointsChanged: _points_changed_body,
    LevelChanged: _level_changed_body,
    BoostStarted: _boost_started_body,
    BoostFinished: _boost_finished_body,
    LeaderboardStarted: _leaderboard_started_body,
    LeaderboardChanged: _leaderboard_changed_body,
    LeaderboardFinished: _leaderboard_finished_body,
    RankChanged: _rank_changed_body,
    RecapDue: _recap_due_body,
    ReactivationDue: _reactivation_due_body,
    StreakReminderDue: _streak_reminder_due_body,
    AchievementDue: _achievement_due_body,
}
