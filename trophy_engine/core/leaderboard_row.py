"""A row of a leaderboard."""

from __future__ import annotations

import attrs

from trophy_engine.numbers import Number

__all__ = ["LeaderboardRow"]


@attrs.frozen
class LeaderboardRow:
    """A row of a leaderboard.

    Attributes:
        user_id: who stands there.
        name: what they are called, None unless known.
        rank: their place, from 1; nobody shares one.
        value: what they are ranked by.
    """

    user_id: str
    name: str | None
    rank: int
    value: Number
