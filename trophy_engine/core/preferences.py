"""Preferences: the choices of users, how they are encoded, and the custom streaks that they define.

A preference is a field of the user, for example ``preferences.streaks.daily.days_off`` for the streak ``daily``; its
value is JSON, so that commands and effects contain it as text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import attrs

from trophy_engine.core.plan import Plan, StreakPlan
from trophy_engine.numbers import parse_exact_number
from trophy_engine.rules.metric_uses import refuse_metric_for_streak
from trophy_engine.rules.streak import Streak, StreakMetric

#: The kinds of preferences: the first part of their names.
NOTIFICATIONS: Final = "notifications"
STREAKS: Final = "streaks"
#: The messages that users can receive, and the channels.
MESSAGES: Final = ("achievement_completed", "recap", "reactivation", "streak_reminder")
CHANNELS: Final = ("email", "push")


def encode_preferred_conditions(metrics: tuple[StreakMetric, ...]) -> str:
    """Return conditions as JSON."""
    return json.dumps([[metric.key, str(metric.threshold)] for metric in metrics], separators=(",", ":"))


def read_streak_preferences(preferences: Mapping[str, str], streak: str) -> dict[str, Any]:
    """Return a user's choices for a streak, by name; choices that were not made are absent."""
    choices: dict[str, Any] = {}
    prefix = f"{STREAKS}.{streak}."
    for name, encoded in preferences.items():
        if name.startswith(prefix):
            value, choice = json.loads(encoded), name.removeprefix(prefix)
            if choice == "metrics":
                value = tuple(StreakMetric(metric, parse_exact_number(threshold)) for metric, threshold in value)
            choices[choice] = tuple(value) if isinstance(value, list) else value
    return choices


def read_notification_preferences(preferences: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return the channels that a user chose for each message; messages without a choice are absent."""
    return {
        name.partition(".")[2]: tuple(json.loads(encoded))
        for name, encoded in preferences.items()
        if name.partition(".")[0] == NOTIFICATIONS
    }


def compile_custom_streak(plan: Plan, streak: StreakPlan, preferences: Mapping[str, str]) -> StreakPlan | None:
    """Return the plan of the custom streak that a user's preferences define, or None for the streak of the rules."""
    if not preferences:
        return None
    rule, choices = plan.ruleset.streaks[streak.place], read_streak_preferences(preferences, streak.key)
    if not choices.get("enabled", True):
        return attrs.evolve(streak.with_conditions((), "OR", ()), freezes=None)
    if not rule.customization_enabled or choices.keys() <= {"enabled"}:
        return None
    return streak.with_conditions(
        _select_preferred_conditions(plan, choices.get("metrics", rule.metrics)),
        choices.get("evaluation_mode", rule.evaluation_mode),
        _preferred_days_off(rule, choices.get("days_off", rule.days_off)),
    )


def _select_preferred_conditions(plan: Plan, metrics: tuple[StreakMetric, ...]) -> tuple[StreakMetric, ...]:
    """Return the conditions on metrics that the rules still have, and in which a streak can still count."""
    return tuple(
        metric
        for metric in metrics
        if metric.key in plan.metrics and refuse_metric_for_streak(plan.metrics[metric.key].rule) is None
    )


def _preferred_days_off(rule: Streak, days: Any) -> Any:
    return days if rule.frequency == "daily" else ()
