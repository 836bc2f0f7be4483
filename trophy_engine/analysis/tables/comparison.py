"""The table of a comparison: one row per user, sorted by id, with the totals under both rulesets."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import chain
from typing import TYPE_CHECKING, Any

from trophy_engine.analysis.tables.columns import Column

if TYPE_CHECKING:
    from trophy_engine.analysis.comparison import Difference, UserTotals

__all__ = ["comparison_columns", "difference_row"]


def comparison_columns(other_streaks: Iterable[str], systems: Iterable[str]) -> tuple[Column, ...]:
    """Return the columns of a comparison of rulesets with these streaks beside the primary one, and these systems."""
    fields = (
        "streak",
        "longest",
        *(f"{name}:{key}" for key in other_streaks for name in ("streak", "longest")),
        *(f"points:{key}" for key in systems),
    )
    return (
        Column("user_id", "text"),
        Column("events", "integer"),
        *(Column(f"{field}:{side}", "integer") for field in fields for side in ("old", "new")),
        Column("gained", "texts"),
        Column("lost", "texts"),
    )


def difference_row(difference: Difference) -> tuple[Any, ...]:
    """Return the cells of a user's row."""
    old, new = map(_user_totals_as_cells, (difference.old, difference.new))
    totals = chain.from_iterable(zip(old, new, strict=True))
    return (difference.user_id, difference.new.events, *totals, difference.gained, difference.lost)


def _user_totals_as_cells(totals: UserTotals) -> tuple[int, ...]:
    streaks = chain.from_iterable(zip(totals.streaks, totals.longest_streaks, strict=True))
    return (*streaks, *totals.points)
