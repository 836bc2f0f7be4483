"""Rules with notifications, and the effects of a kind."""

from datetime import date

from trophy_engine import Leaderboard, Metric, MetricPointsTrigger, Notifications, PointsSystem, Ruleset

__all__ = ["effects_of_kind", "instants", "rules", "weekly", "xp"]


def rules(**given):
    """Return rules over words, with notifications."""
    return Ruleset(metrics=[Metric("words")], **{"notifications": Notifications(), **given})


def xp(**given):
    """Return a system that awards a point for each word."""
    return PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)], **given)


def weekly(**given):
    """Return a board by words with runs of seven days."""
    return Leaderboard("weekly", "metric", date(2025, 1, 1), metric="words", run_unit="day", run_interval=7, **given)


def effects_of_kind(effects, kind):
    """Return the effects of a kind."""
    return [effect for effect in effects if isinstance(effect, kind)]


def instants(effects, kind):
    """Return the instants of the effects of a kind, in UTC."""
    return [f"{effect.at:%Y-%m-%dT%H:%M}" for effect in effects_of_kind(effects, kind)]
