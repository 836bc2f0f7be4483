"""Leaderboards of a frame: the values of users in runs, ranked by window functions."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from trophy_engine.analysis.tables.columns import Column
from trophy_engine.calendar.instants import from_micros
from trophy_engine.core import BoardPlan, Plan, UserState, leaderboard_values_of
from trophy_engine.leaderboards.run_ranking import rank_key

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

#: The columns of the values of users in the runs in which they take part; ``attributes`` is a JSON object.
RUN_COLUMNS: Final = (
    Column("leaderboard", "text"),
    Column("run", "integer"),
    Column("start", "date"),
    Column("user_id", "text"),
    Column("name", "text"),
    Column("value", "number"),
    Column("reached_at", "instant"),
    Column("created", "instant"),
    Column("attributes", "text"),
)


def run_value_frame_rows(plan: Plan, state: UserState) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each run of a leaderboard in which a user takes part."""
    profile = state.profile
    for board in plan.boards.values():
        for run, (value, reached_at) in leaderboard_values_of(board, state).items():
            if rank_key(board, state, (value, reached_at)) is not None:
                yield (
                    board.key,
                    run,
                    date.fromordinal(board.runs.first_day(run)),
                    state.id,
                    profile.name,
                    value,
                    from_micros(reached_at),
                    from_micros(profile.created),
                    json.dumps(dict(profile.attributes), ensure_ascii=False),
                )


def rank_frame_users(runs: DataFrame, board: BoardPlan, run: int, attributes: DataFrame | None) -> DataFrame:
    """Return the ranks of a run, from the values of users: best first, of equal ones the one reached earlier.

    Ties that remain are decided by the creation of the user, then by the id. With breakdown attributes each group has
    ranks of its own. Users beyond ``max_participants`` are left out.

    Args:
        runs: the values of users in runs.
        board: the leaderboard.
        run: the number of the run.
        attributes: the attributes of users, a column ``user_id`` and one for each attribute; by default those of the
            states, of which users of a log have none.
    """
    from pyspark.sql import Window, functions  # noqa: PLC0415  # pyspark comes with an extra

    rule, col = board.rule, functions.col
    rows = runs.where((col("leaderboard") == board.key) & (col("run") == run))
    keys = tuple(dict.fromkeys((*rule.breakdown_attributes, *rule.user_attributes)))
    if attributes is None:
        of_user = functions.from_json("attributes", "map<string,string>")
        rows = rows.select("*", *(of_user[key].alias(_attribute_column_name(key)) for key in keys))
    elif keys:
        named = attributes.select(
            "user_id", *(col(f"`{key}`").cast("string").alias(_attribute_column_name(key)) for key in keys)
        )
        rows = rows.join(named, "user_id", "left")
    for key, value in rule.user_attributes.items():
        rows = rows.where(col(f"`{_attribute_column_name(key)}`") == value)
    groups = [f"`{_attribute_column_name(key)}`" for key in rule.breakdown_attributes]
    for group in groups:
        rows = rows.where(col(group).isNotNull())
    by_value = col("value").asc() if board.is_ascending else col("value").desc()
    by_group = Window.partitionBy(*groups)
    ordered = rows.withColumn(
        "position", functions.row_number().over(by_group.orderBy(by_value, "reached_at", "created", "user_id"))
    )
    rank = functions.rank().over(by_group.orderBy(by_value)) if board.has_shared_ties else col("position")
    ranked = ordered.withColumn("rank", rank).where(col("position") <= rule.max_participants)
    return ranked.select(*groups, "rank", "user_id", "name", "value")


def _attribute_column_name(attribute: str) -> str:
    return f"attribute:{attribute}"
