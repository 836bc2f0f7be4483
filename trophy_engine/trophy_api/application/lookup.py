"""Look-ups: the rules that the keys in a path name, and what a user is and sees now."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from trophy_engine.calendar.instants import to_micros
from trophy_engine.calendar.zones import zone
from trophy_engine.engine.engine import Engine
from trophy_engine.errors import UnknownUser, nearest
from trophy_engine.rules.achievements import Achievement, ApiTrigger
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.points import PointsSystem
from trophy_engine.trophy_api.errors import NotFound
from trophy_engine.views.player import Player


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


K = TypeVar("K", bound=_Keyed)


def find_metric(engine: Engine, key: str) -> Metric:
    """Find a metric.

    Raises:
        NotFound: there is none with the key.
    """
    return _find("metric", key, engine.ruleset.metrics)


def find_system(engine: Engine, key: str) -> PointsSystem:
    """Find a points system.

    Raises:
        NotFound: there is none with the key.
    """
    return _find("points system", key, engine.ruleset.points)


def find_api_achievement(engine: Engine, key: str) -> Achievement:
    """Find an achievement that the application completes; an inactive rule shows no sign of being there.

    Raises:
        NotFound: there is none with the key.
    """
    rules = engine.ruleset.achievements
    return _find(
        "api achievement",
        key,
        [rule for rule in rules if isinstance(rule.trigger, ApiTrigger) and rule.status != "inactive"],
    )


def find_leaderboard(engine: Engine, key: str) -> Leaderboard:
    """Find a leaderboard; an inactive one shows no sign of being there.

    Raises:
        NotFound: there is none with the key.
    """
    return _find("leaderboard", key, [board for board in engine.ruleset.leaderboards if board.status != "inactive"])


def _find(kind: str, key: str, rules: Iterable[K]) -> K:
    known = {rule.key: rule for rule in rules}
    if key not in known:
        suggestion = nearest(key, list(known))
        raise NotFound(f"there is no {kind} {key!r}" + (f"; did you mean {suggestion!r}?" if suggestion else ""))
    return known[key]


def is_known_user(engine: Engine, user: str) -> bool:
    """Return whether anything has been recorded of a user.

    Raises:
        InvalidValue: no user can have the id.
    """
    try:
        engine.settled_until(user)
    except UnknownUser:
        return False
    return True


def is_visible_to(player: Player, achievement: Achievement) -> bool:
    """Return whether a user sees an achievement: an active one, or a locked one that they hold."""
    return achievement.status == "active" or (achievement.status == "locked" and achievement.key in player.completed)


def local_date_of(player: Player) -> date:
    """Return the current date of a user."""
    return date.fromordinal(zone(player.time_zone).window(to_micros(player.at))[0])
