"""The table of users: one row per user, sorted by id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import attrs

from trophy_engine.analysis.statistics.streaks import other_streaks
from trophy_engine.analysis.tables.columns import Column
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.views.player import Player

__all__ = ["user_columns", "user_row"]

#: The columns of the primary streak.
_STREAK_COLUMNS: Final = (
    Column("streak_length", "integer"),
    Column("longest_streak", "integer"),
    Column("streak_started", "date"),
    Column("freezes", "integer"),
    Column("freezes_used", "integer"),
)


def user_columns(ruleset: Ruleset) -> tuple[Column, ...]:
    """Return the columns of the table of users.

    There are five for the primary streak, five with its key for every other one, one for each metric, and two for each
    points system.
    """
    return (
        Column("user_id", "text"),
        Column("events", "integer"),
        *_STREAK_COLUMNS,
        *(
            attrs.evolve(column, name=f"{column.name}:{key}")
            for key in other_streaks(ruleset)
            for column in _STREAK_COLUMNS
        ),
        Column("achievements", "integer"),
        *(Column(f"metric:{metric.key}", "number") for metric in ruleset.metrics),
        *(
            column
            for system in ruleset.points
            for column in (Column(f"points:{system.key}", "integer"), Column(f"level:{system.key}", "text"))
        ),
    )


def user_row(player: Player, events: int) -> tuple[Any, ...]:
    """Return the cells of a user's row; those of a streak are None if the rules have none.

    Args:
        player: the user.
        events: the number of the user's evaluated events.
    """
    return tuple(_user_row_cells(player, events))


def _user_row_cells(player: Player, events: int) -> Iterator[Any]:
    yield from (player.id, events)
    for streak in player.streaks.values():
        yield from (streak.length, streak.longest, streak.started, streak.freezes or 0, streak.freezes_used)
    if not player.streaks:
        yield from (None, None, None, 0, 0)
    yield len(player.completed)
    yield from player.metrics.values()
    for balance in player.points.values():
        yield from (balance.total, None if balance.level is None else balance.level.key)
