"""Look-ups: the rule that a key in the path names, and facts about a user."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Protocol, TypeVar

from trophy_engine.engine.engine import Engine
from trophy_engine.errors import UnknownKey, UnknownUser
from trophy_engine.rules.achievements import Achievement, has_active_api_trigger, missing_api_trigger_error
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.rules.metric_uses import refuse_recording_of_metric
from trophy_engine.rules.metrics import Metric
from trophy_engine.rules.points import PointsSystem
from trophy_engine.trophy_api.errors import NotFound, Unprocessable
from trophy_engine.views.player import Player


class _LookedUpRule(Protocol):
    @property
    def key(self) -> str: ...


K = TypeVar("K", bound=_LookedUpRule)


def look_up_metric(engine: Engine, key: str) -> Metric:
    """Return the metric with a key.

    Raises:
        NotFound: there is none.
    """
    return _look_up_rule("metric", key, engine.ruleset.metrics)


def look_up_recorded_metric(engine: Engine, key: str) -> Metric:
    """Return the metric with a key, for an event.

    Raises:
        NotFound: there is none.
        Unprocessable: it is derived from another metric.
    """
    rule = look_up_metric(engine, key)
    refusal = refuse_recording_of_metric(rule)
    if refusal is not None:
        raise Unprocessable(f"metric {refusal}")
    return rule


def look_up_system(engine: Engine, key: str) -> PointsSystem:
    """Return the points system with a key.

    Raises:
        NotFound: there is none.
    """
    return _look_up_rule("points system", key, engine.ruleset.points)


def look_up_api_achievement(engine: Engine, key: str) -> Achievement:
    """Return the achievement with an ``api`` trigger and a key; inactive ones are not found.

    Raises:
        NotFound: there is none.
    """
    rules = engine.ruleset.achievements
    found = next((rule for rule in rules if rule.key == key and has_active_api_trigger(rule)), None)
    if found is None:
        raise NotFound(str(missing_api_trigger_error(rules, key)))
    return found


def look_up_leaderboard(engine: Engine, key: str) -> Leaderboard:
    """Return the leaderboard with a key; inactive ones are not found.

    Raises:
        NotFound: there is none.
    """
    return _look_up_rule(
        "leaderboard", key, [board for board in engine.ruleset.leaderboards if board.status != "inactive"]
    )


def _look_up_rule(kind: str, key: str, rules: Iterable[K]) -> K:
    known = {rule.key: rule for rule in rules}
    if key not in known:
        raise NotFound(str(UnknownKey(kind, key, tuple(known))))
    return known[key]


def is_known_user(engine: Engine, user: str) -> bool:
    """Return whether a user exists.

    Raises:
        InvalidValue: the id is invalid.
    """
    try:
        engine.settled_until(user)
    except UnknownUser:
        return False
    return True


def look_up_visible_achievements(engine: Engine, player: Player) -> Iterator[tuple[Achievement, datetime | None]]:
    """Yield the achievements and tiers that a user sees, each with the instant of its last completion, or None.

    These are the active ones and, if the user has completed them, locked ones. A hidden one is not among them before
    it is completed; the tiers of a hidden achievement are not before the first of them is completed.
    """
    views = {view.key: view for view in player.achievements}
    for declared in engine.ruleset.achievements:
        view = views.get(declared.key)
        if view is None or (declared.hidden and not view.times):
            continue
        for part in declared.parts:
            achieved = player.completed.get(part.key)
            if achieved is not None and declared.repeatable:
                achieved = view.last_achieved_at
            if declared.status == "active" or achieved is not None:
                yield part, achieved
