"""Rules with notifications, and which effects tell of something."""

from trophy_engine import Metric, Notifications, Ruleset

__all__ = ["instants", "rules", "told"]


def rules(**given):
    """Make rules over words, with notifications."""
    return Ruleset(metrics=[Metric("words")], **{"notifications": Notifications(), **given})


def told(effects, kind):
    """Pick the effects of a kind."""
    return [effect for effect in effects if isinstance(effect, kind)]


def instants(effects, kind):
    """List the instants of the effects of a kind, in UTC."""
    return [f"{effect.at:%Y-%m-%dT%H:%M}" for effect in told(effects, kind)]
