"""A row of a leaderboard."""

from __future__ import annotations

import attrs

from trophy_engine.numbers import Number
from trophy_engine.values import Value

__all__ = ["LeaderboardRow"]


@attrs.frozen
class LeaderboardRow(Value):
    """A row of a leaderboard.

    Attributes:
        user_id: the user.
        name: the name of the user, None if unknown.
        rank: from 1; only with shared ties can it be that of other users, too.
        value: the value by which the user is ranked.
    """

    user_id: str
    name: str | None
    rank: int
    value: Number
