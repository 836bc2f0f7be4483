"""The arguments of queries of leaderboards: the run, the rows and the group."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from trophy_engine.core import BoardPlan
from trophy_engine.error_messages import FieldName, nearest_known_key, unknown_key_message
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints import LOCAL_DATE
from trophy_engine.rules.phrases import join_words

#: The number of rows of a view by default.
DEFAULT_LIMIT: Final = 10


def find_queried_run(board: BoardPlan, day: date) -> int:
    """Return the number of the run of a leaderboard that contains a date.

    Raises:
        InvalidValue: the date is not a date, or no run contains it.
    """
    LOCAL_DATE.check("run", day)
    run = board.runs.window_on(day.toordinal())
    if run is None:
        until = "on" if board.rule.end is None else f"to {board.rule.end}"
        message = f"leaderboard {board.key!r} has no run on {day}; use a date from {board.rule.start} {until}"
        raise InvalidValue(message)
    return run


def check_queried_rows(board: BoardPlan, offset: int, limit: int | None, user: str | None) -> int:
    """Return the greatest number of rows of a query.

    Raises:
        InvalidValue: the leaderboard never has the rows.
    """
    most = board.rule.max_participants
    if limit is None:
        limit = min(DEFAULT_LIMIT, most)
    if not 0 <= limit <= most:
        raise InvalidValue(
            f"must be from 0 to {most}, the maximum number of participants of leaderboard {board.key!r}, not {limit}",
            "limit",
        )
    if offset < 0 and user is None:
        raise InvalidValue(f"must be at least 0, not {offset}; only with a user it can be negative", "offset")
    return limit


def check_queried_attributes(board: BoardPlan, attributes: Mapping[str, str] | None) -> Mapping[str, str]:
    """Return the values of breakdown attributes of a query.

    Raises:
        InvalidValue: the leaderboard has none of an attribute, or requires values and there are none.
    """
    names = board.rule.breakdown_attributes
    required = attributes or {}
    for key in required:
        if key not in names:
            near = nearest_known_key(str(key), names)
            fact = unknown_key_message("breakdown attribute", key, near, names)
            raise InvalidValue(f"leaderboard {board.key!r}: {fact}")
    if names and not required:
        fact = f"leaderboard {board.key!r} has a ranking for each group of users with the same {join_words(names)}; set"
        raise InvalidValue((fact, FieldName("attributes"), "to select groups"))
    return required
