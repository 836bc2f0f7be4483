"""Identifiers of rules in the API: derived from keys, so a rule has the same identifier in every process.

If the key of a rule changes, so does its identifier.

>>> metric_id("words")
UUID('84d6876e-3173-5749-89a4-7285f6e4eff0')
"""

from __future__ import annotations

from uuid import UUID

from trophy_engine.identifiers import derive_identifier


def metric_id(key: str) -> UUID:
    """Return the identifier of a metric."""
    return derive_identifier("metric", key)


def attribute_id(type_: str, key: str) -> UUID:
    """Return the identifier of an attribute; its key is unique among attributes of its type."""
    return derive_identifier("attribute", type_, key)


def achievement_id(key: str) -> UUID:
    """Return the identifier of an achievement."""
    return derive_identifier("achievement", key)


def system_id(key: str) -> UUID:
    """Return the identifier of a points system."""
    return derive_identifier("points", key)


def level_id(system: str, key: str) -> UUID:
    """Return the identifier of a level of a points system."""
    return derive_identifier("level", system, key)


def trigger_id(system: str, key: str) -> UUID:
    """Return the identifier of a trigger of a points system; ``key`` is one of ``PointsSystem.trigger_keys``."""
    return derive_identifier("trigger", system, key)


def boost_id(system: str, key: str) -> UUID:
    """Return the identifier of a boost of a points system; ``key`` is one of ``PointsSystem.boost_keys``."""
    return derive_identifier("boost", system, key)


def leaderboard_id(key: str) -> UUID:
    """Return the identifier of a leaderboard."""
    return derive_identifier("leaderboard", key)
