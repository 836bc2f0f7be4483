"""The tables of a summary."""

from __future__ import annotations

from collections.abc import Iterator

from rich import box
from rich.table import Table
from rich.text import Text

from trophy_engine.replay.summary import Summary

__all__ = ["summary_tables"]


def summary_tables(summary: Summary, seconds: float) -> Iterator[Table | Text]:
    """Give what to print of a summary, in order."""
    rate = f" in {seconds:.1f} s, {summary.events / seconds:,.0f} events/s" if seconds > 0 else ""
    yield Text(f"{summary.users:,} users, {summary.events:,} events, {summary.skipped:,} skipped rows{rate}")
    if summary.achievements:
        yield _table(
            "Achievements",
            ("", "completions", "rarity"),
            ((one.name, f"{one.completions:,}", f"{one.rarity:.1f} %") for one in summary.achievements),
        )
    if summary.points:
        yield _table(
            "Points",
            ("", "total", "median", "90th pct.", "maximum"),
            (
                (one.name, *(f"{n:,}" for n in (one.total, one.median, one.percentile_90, one.maximum)))
                for one in summary.points
            ),
        )
    if summary.streaks is not None:
        streaks = summary.streaks
        yield _table(
            "Streaks",
            ("", "active", "longest", "freezes used"),
            (("", f"{streaks.active:,}", f"{streaks.longest:,}", f"{streaks.freezes_used:,}"),),
        )
    yield _table(
        "Top ten",
        ("user", "points", "level", "events", "longest", "achieved"),
        (
            (
                one.user_id,
                f"{one.points:,}",
                one.level or "",
                f"{one.events:,}",
                f"{one.longest_streak:,}",
                f"{one.achievements:,}",
            )
            for one in summary.top
        ),
    )


def _table(
    title: str, columns: tuple[str, ...], rows: Iterator[tuple[str, ...]] | tuple[tuple[str, ...], ...]
) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for place, column in enumerate(columns):
        words = place == 0 or column == "level"
        table.add_column(column, justify="left" if words else "right", overflow="ellipsis", no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    return table
