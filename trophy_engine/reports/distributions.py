"""Distributions: the numbers of users by balance, level and achievement, counted from players.

``distribution_index`` has the same numbers of the present without counting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

import attrs

from trophy_engine.errors import InvalidValue
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.points import Level, PointsSystem
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.values import Value
from trophy_engine.views.player import Player

__all__ = ["LevelCount", "PointsRange", "Rarity", "achievement_rarities", "level_distribution", "points_distribution"]

_RANGES = 10


@attrs.frozen
class PointsRange(Value):
    """The number of users with ``first`` to ``last`` points, both included."""

    first: int
    last: int
    users: int


@attrs.frozen
class LevelCount(Value):
    """The number of users at a level."""

    level: Level
    users: int


@attrs.frozen
class Rarity(Value):
    """The number of users who have completed an achievement, and their percentage of all users (0 without users)."""

    completions: int
    rarity: float


def points_distribution(
    players: Iterable[Player], system: str, attributes: Mapping[str, str] | None = None
) -> tuple[PointsRange, ...]:
    """Return the number of users by ranges of their balances in a points system.

    The first range is a balance of 0. Ten equal ranges follow, up to the lowest power of ten, at least 10, that is not
    below the greatest balance.

    Args:
        players: the users.
        system: the key of the points system.
        attributes: count only users with all of these attributes.
    """
    # None before the system was added.
    balances = (player.points.get(system) for player in _players_in_distribution(players, attributes))
    totals = [0 if balance is None else balance.total for balance in balances]
    ranges = distribution_ranges_up_to(max(totals, default=0))
    _, step = ranges[1]
    users = Counter((total - 1) // step + 1 for total in totals)
    return tuple(PointsRange(first, last, users[index]) for index, (first, last) in enumerate(ranges))


def distribution_ranges_up_to(greatest: int) -> list[tuple[int, int]]:
    """Return the first and the last balance of each range, for a greatest balance."""
    top = _RANGES
    while top < greatest:
        top *= 10
    step = top // _RANGES
    return [(0, 0), *((first + 1, first + step) for first in range(0, top, step))]


def _players_in_distribution(players: Iterable[Player], attributes: Mapping[str, str] | None) -> Iterator[Player]:
    required = Filter(attributes or {})
    return (player for player in players if required.mismatch(player.attributes) is None)


def level_distribution(players: Iterable[Player], system: PointsSystem) -> tuple[LevelCount, ...]:
    """Return the number of users at each level of a points system, lowest first; users below all levels are left out.

    Raises:
        InvalidValue: the points system has no levels.
    """
    if not system.levels:
        raise InvalidValue(f"points system {system.key!r} has no levels; add levels to the rules first")
    balances = (player.points.get(system.key) for player in players)  # none before it was added
    levels = (None if balance is None else balance.level for balance in balances)
    users = Counter(level.key for level in levels if level is not None)
    return tuple(LevelCount(level, users[level.key]) for level in sorted(system.levels, key=lambda level: level.points))


def achievement_rarities(players: Iterable[Player], ruleset: Ruleset) -> dict[str, Rarity]:
    """Return the rarity of every achievement, in the order of the rules."""
    users = 0
    completions: Counter[str] = Counter()
    for player in players:
        users += 1
        completions.update(player.completed.keys())
    return {
        achievement.key: Rarity(completions[achievement.key], rarity_percentage(completions[achievement.key], users))
        for achievement in ruleset.achievement_parts
    }


def rarity_percentage(part: int, whole: int) -> float:
    """Return a part in percent of the whole, 0 of nothing."""
    return 100 * part / whole if whole else 0.0
