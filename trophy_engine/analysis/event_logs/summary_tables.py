"""The tables of a summary: achievements, points, levels, streaks and the top users, as text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from trophy_engine.analysis.event_logs.summary import PointsSummary, StreakSummary, Summary
from trophy_engine.analysis.statistics.contents import Content
from trophy_engine.analysis.statistics.percentages import observed_number_text, percent_text


def summary_tables(summary: Summary) -> Iterator[Content]:
    """Yield the tables of a summary, in order; those of things that the rules do not have are left out."""
    if summary.achievements:
        yield _summary_table(
            "Achievements",
            ("achievement", "completions", "of users"),
            [
                (
                    achievement.name,
                    f"{achievement.completions:,}",
                    percent_text(None if achievement.rarity is None else achievement.rarity / 100),
                )
                for achievement in summary.achievements
            ],
        )
    if summary.points:
        yield _summary_table(
            "Points: balances over all users",
            ("system", "total", "median", "90th percentile", "maximum"),
            [
                (
                    system.name,
                    *map(observed_number_text, (system.total, system.median, system.percentile_90, system.maximum)),
                )
                for system in summary.points
            ],
        )
    for system in summary.points:
        if system.levels:
            yield _levels_summary_table(system, summary.users)
    if summary.streaks:
        yield _streaks_summary_table(summary.streaks)
    if summary.top:
        yield _top_users_table(summary)


def _summary_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Content:
    """Return a table whose columns have numbers, but for the first."""
    return Content(columns, rows, frozenset(columns[1:]), title)


def _levels_summary_table(system: PointsSummary, users: int) -> Content:
    return _summary_table(
        f"Levels: {system.name}",
        ("", "from", "users", "of users"),
        [
            (level.name, f"{level.points:,}", f"{level.users:,}", percent_text(level.users / users if users else None))
            for level in system.levels
        ],
    )


def _streaks_summary_table(streaks: Sequence[StreakSummary]) -> Content:
    """Return the table of streaks; a single one is not named."""
    columns = {
        "active": [f"{streak.active:,}" for streak in streaks],
        "longest": [f"{streak.longest:,}" for streak in streaks],
    }
    if any(streak.freezes_used is not None for streak in streaks):
        columns["freezes used"] = [
            "" if streak.freezes_used is None else f"{streak.freezes_used:,}" for streak in streaks
        ]
    numbers = frozenset(columns)
    if len(streaks) > 1:
        columns = {"streak": [streak.key for streak in streaks], **columns}
    return Content(tuple(columns), tuple(zip(*columns.values(), strict=True)), numbers, "Streaks")


def _top_users_table(summary: Summary) -> Content:
    """Return the table of the top users, without the columns of things that the rules do not have."""
    top = summary.top
    columns: dict[str, list[str]] = {"user": [user.user_id for user in top]}
    if summary.points:
        columns[summary.points[0].name] = [f"{user.points:,}" for user in top]
    if any(user.level for user in top):
        columns["level"] = [user.level or "" for user in top]
    columns["events"] = [f"{user.events:,}" for user in top]
    if summary.streaks:
        name = f"longest {summary.streaks[0].key} streak" if len(summary.streaks) > 1 else "longest streak"
        columns[name] = [f"{user.longest_streak:,}" for user in top]
    if summary.achievements:
        columns["achievements"] = [f"{user.achievements:,}" for user in top]
    title = f"Top users by {summary.points[0].name if summary.points else 'events'}"
    rows = tuple(zip(*columns.values(), strict=True))
    return Content(tuple(columns), rows, frozenset(columns) - {"user", "level"}, title)
