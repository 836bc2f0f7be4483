"""Preferences: what users choose for themselves; the streak that they choose, and how choices are written down.

A preference is a field of the user such as ``preferences.streak.days_off``; its value is JSON, so that commands and
effects hold it as text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import attrs

from trophy_engine.core.plan import Plan, StreakPlan
from trophy_engine.numbers import exact_text
from trophy_engine.rules.streak import Streak, StreakMetric

#: Where preferences of each kind stand among the fields of a user.
NOTIFICATIONS: Final = "notifications"
STREAK: Final = "streak"
#: What users can be told of, and by which ways.
MESSAGES: Final = ("achievement_completed", "recap", "reactivation", "streak_reminder")
CHANNELS: Final = ("email", "push")


def write_conditions(metrics: tuple[StreakMetric, ...]) -> str:
    """Write conditions as JSON."""
    return json.dumps([[metric.key, str(metric.threshold)] for metric in metrics], separators=(",", ":"))


def read_streak_preferences(preferences: Mapping[str, str]) -> dict[str, Any]:
    """Read what a user has chosen for their streak; what they have not chosen is not in it."""
    found: dict[str, Any] = {}
    for name, written in preferences.items():
        kind, _, key = name.partition(".")
        if kind == STREAK:
            value = json.loads(written)
            if key == "metrics":
                value = tuple(StreakMetric(metric, exact_text(threshold)) for metric, threshold in value)
            found[key] = tuple(value) if isinstance(value, list) else value
    return found


def read_notification_preferences(preferences: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Read by which ways a user wants to be told of what; what they have not chosen is not in it."""
    return {
        name.partition(".")[2]: tuple(json.loads(written))
        for name, written in preferences.items()
        if name.partition(".")[0] == NOTIFICATIONS
    }


def own_streak(plan: Plan, preferences: Mapping[str, str]) -> StreakPlan | None:
    """Give the streak that a user's preferences make, or None where it is that of the rules."""
    rule = plan.ruleset.streak
    if plan.streak is None or rule is None:
        return None
    chosen = read_streak_preferences(preferences)
    if not chosen.get("enabled", True):
        return attrs.evolve(plan.streak.with_conditions((), "OR", ()), freezes=None)
    if not rule.customization_enabled or chosen.keys() <= {"enabled"}:
        return None
    return plan.streak.with_conditions(
        _known(plan, chosen.get("metrics", rule.metrics)),
        chosen.get("evaluation_mode", rule.evaluation_mode),
        _days_off(rule, chosen.get("days_off", rule.days_off)),
    )


def _known(plan: Plan, metrics: tuple[StreakMetric, ...]) -> tuple[StreakMetric, ...]:
    """Leave out conditions on metrics that the rules have dropped since."""
    return tuple(metric for metric in metrics if metric.key in plan.metrics)


def _days_off(rule: Streak, chosen: Any) -> Any:
    return chosen if rule.frequency == "daily" else ()
