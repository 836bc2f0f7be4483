"""Rules that change on a live engine, and the state of user jo."""

from datetime import timedelta

import attrs
from stories import at

from trophy_engine import Attribute, Metric, Ruleset, Streak, StreakMetric

__all__ = ["active", "balance", "change", "daily", "jo", "length", "rules"]


def rules(**parts):
    return Ruleset(
        **{
            "metrics": [Metric("words"), Metric("lessons")],
            "attributes": [Attribute("plan"), Attribute("device", "event")],
            **parts,
        }
    )


def change(engine, when, **parts):
    """Change parts of the rules; return the types of the effects."""
    return [effect.type for effect in engine.update(attrs.evolve(engine.ruleset, **parts), at=at(when))]


def daily(**parts):
    return Streak("habit", metrics=[StreakMetric("words", parts.pop("words", 1))], **parts)


def active(engine, first, days):
    """Record a word at noon of every day from the first on."""
    for day in range(days):
        outcome = engine.record("words", user="jo", at=at(f"{first}T12:00") + timedelta(days=day))
    return outcome


def jo(engine, when):
    return engine.user("jo", at=at(when))


def length(engine, when):
    return jo(engine, when).streak.length


def balance(engine, when):
    return jo(engine, when).points["xp"].total
