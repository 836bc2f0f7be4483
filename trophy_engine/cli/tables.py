"""Tables of summaries and comparisons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from trophy_engine.analysis.comparison import Comparison
from trophy_engine.analysis.event_logs.summary import Summary
from trophy_engine.analysis.statistics.percentages import number_text, percent_text
from trophy_engine.cli.changes import achievement_changes, affected_users
from trophy_engine.rules.phrases import count_noun

_MIN_NAME_WIDTH = 10


def summary_tables(summary: Summary, seconds: float) -> Iterator[Table | Text]:
    """Yield the parts of a summary to print, in order."""
    rate = f" in {seconds:.1f} s, {summary.events / seconds:,.0f} events/s" if seconds > 0 else ""
    skipped = f", {count_noun(summary.skipped, 'skipped row')}" if summary.skipped or rate else ""
    yield Text(f"{count_noun(summary.users, 'user')}, {count_noun(summary.events, 'event')}{skipped}{rate}")
    if summary.achievements:
        yield table(
            "Achievements",
            ("achievement", "completions", "of users"),
            (
                (
                    achievement.name,
                    f"{achievement.completions:,}",
                    percent_text(None if achievement.rarity is None else achievement.rarity / 100),
                )
                for achievement in summary.achievements
            ),
        )
    if summary.points:
        yield table(
            "Points: balances over all users",
            ("system", "total", "median", "90th percentile", "maximum"),
            (
                (system.name, *map(number_text, (system.total, system.median, system.percentile_90, system.maximum)))
                for system in summary.points
            ),
        )
    for system in summary.points:
        if system.levels:
            yield table(
                f"Levels: {system.name}",
                ("", "from", "users", "of users"),
                (
                    (
                        level.name,
                        f"{level.points:,}",
                        f"{level.users:,}",
                        percent_text(level.users / summary.users if summary.users else None),
                    )
                    for level in system.levels
                ),
            )
    if summary.streaks is not None:
        streaks = summary.streaks
        numbers = [("active", streaks.active), ("longest", streaks.longest)]
        if streaks.freezes_used is not None:
            numbers.append(("freezes used", streaks.freezes_used))
        names = tuple(name for name, _ in numbers)
        yield table("Streaks", names, [tuple(f"{number:,}" for _, number in numbers)], names)
    if summary.top:
        yield top_table(summary)


def top_table(summary: Summary) -> Table:
    """Return the table of the top users, without the columns of things that the rules do not have."""
    top = summary.top
    columns: dict[str, list[str]] = {"user": [user.user_id for user in top]}
    if summary.points:
        columns[summary.points[0].name] = [f"{user.points:,}" for user in top]
    if any(user.level for user in top):
        columns["level"] = [user.level or "" for user in top]
    columns["events"] = [f"{user.events:,}" for user in top]
    if summary.streaks is not None:
        columns["longest streak"] = [f"{user.longest_streak:,}" for user in top]
    if summary.achievements:
        columns["achievements"] = [f"{user.achievements:,}" for user in top]
    title = f"Top users by {summary.points[0].name if summary.points else 'events'}"
    return table(
        title, tuple(columns), tuple(zip(*columns.values(), strict=True)), frozenset(columns) - {"user", "level"}
    )


def comparison_tables(result: Comparison) -> Iterator[Table | Text]:
    """Yield the parts of a comparison to print, in order."""
    rows = f"{count_noun(len(result.differences), 'user')}, {count_noun(result.skipped, 'skipped row')}"
    yield Text("\n".join((rows, *result.sentences())))
    contents = {
        "Achievements that change hands: users who have each": achievement_changes(result),
        "Most affected users: new minus old": affected_users(result, lambda old, new: f"{new - old:+,}"),
    }
    for title, content in contents.items():
        if content.rows:
            yield table(title, content.columns, content.rows, content.numbers)


def table(
    title: str, columns: Sequence[str], rows: Iterable[tuple[str, ...]], numbers: Collection[str] | None = None
) -> Table:
    """Return a table; ``numbers`` are the columns of numbers, by default all but the first.

    Numbers are never cut; names are continued on further lines where the terminal is too narrow.
    """
    result = Table(
        title=Text(title),
        min_width=cell_len(title),
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        pad_edge=False,
    )
    listed = list(rows)
    for index, column in enumerate(columns):
        width = max(map(cell_len, (*column.split(), *(row[index] for row in listed))), default=0)
        if column in numbers if numbers is not None else index:
            result.add_column(Text(column), justify="right", min_width=width)
        else:
            result.add_column(Text(column), overflow="fold", min_width=min(width, _MIN_NAME_WIDTH))
    for row in listed:
        result.add_row(*map(Text, row))
    return result
