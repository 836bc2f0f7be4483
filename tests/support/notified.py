"""Rules with notifications, and which effects tell of something."""

from datetime import date

from trophy_engine import Leaderboard, Metric, MetricPointsTrigger, Notifications, PointsSystem, Ruleset

__all__ = ["instants", "rules", "told", "weekly", "xp"]


def rules(**given):
    """Make rules over words, with notifications."""
    return Ruleset(metrics=[Metric("words")], **{"notifications": Notifications(), **given})


def xp(**given):
    """Make a system that pays a point a word."""
    return PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)], **given)


def weekly(**given):
    """Make a board by words whose runs last seven days."""
    return Leaderboard("weekly", "metric", date(2025, 1, 1), metric="words", run_unit="day", run_interval=7, **given)


def told(effects, kind):
    """Pick the effects of a kind."""
    return [effect for effect in effects if isinstance(effect, kind)]


def instants(effects, kind):
    """List the instants of the effects of a kind, in UTC."""
    return [f"{effect.at:%Y-%m-%dT%H:%M}" for effect in told(effects, kind)]
