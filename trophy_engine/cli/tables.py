"""Tables of summaries and comparisons."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from rich import box
from rich.table import Table
from rich.text import Text

from trophy_engine.analysis.comparison import Comparison, Difference
from trophy_engine.analysis.event_logs.summary import Summary
from trophy_engine.analysis.statistics.percentages import number_text, percent_text
from trophy_engine.rules.phrases import count_noun


def summary_tables(summary: Summary, seconds: float) -> Iterator[Table | Text]:
    """Yield the parts of a summary to print, in order."""
    rate = f" in {seconds:.1f} s, {summary.events / seconds:,.0f} events/s" if seconds > 0 else ""
    skipped = f", {count_noun(summary.skipped, 'skipped row')}" if summary.skipped or rate else ""
    yield Text(f"{count_noun(summary.users, 'user')}, {count_noun(summary.events, 'event')}{skipped}{rate}")
    if summary.achievements:
        yield table(
            "Achievements",
            ("", "completions", "of users"),
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
            ("", "total", "median", "90th pct.", "maximum"),
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
        yield table(
            "Streaks",
            ("", "active", "longest", "freezes used"),
            (("", f"{streaks.active:,}", f"{streaks.longest:,}", f"{streaks.freezes_used:,}"),),
        )
    yield table(
        "Top ten",
        ("user", "points", "level", "events", "longest", "achieved"),
        (
            (
                user.user_id,
                f"{user.points:,}",
                user.level or "",
                f"{user.events:,}",
                f"{user.longest_streak:,}",
                f"{user.achievements:,}",
            )
            for user in summary.top
        ),
    )


def comparison_tables(result: Comparison) -> Iterator[Table | Text]:
    """Yield the parts of a comparison to print, in order."""
    rows = f"{count_noun(len(result.differences), 'user')}, {count_noun(result.skipped, 'skipped row')}"
    yield Text("\n".join((rows, *result.sentences())))
    completed = [
        Counter(key for difference in result.differences.values() for key in which(difference))
        for which in (_old, _new)
    ]
    gained, lost = (
        Counter(key for difference in result.changed for key in keys(difference)) for keys in (_gained, _lost)
    )
    names = {rule.key: rule.name for rules in (result.old, result.new) for rule in rules.achievements}
    if gained or lost:
        yield table(
            "Achievements",
            ("", "old", "new", "gain", "lose"),
            (
                (name, *(f"{counts[key]:,}" for counts in (*completed, gained, lost)))
                for key, name in names.items()
                if gained[key] or lost[key]
            ),
        )
    if result.changed:
        yield table(
            "Most affected",
            ("user", *(f"{key} points" for key in result.systems), "streak", "longest", "gains", "loses"),
            (
                (
                    difference.user_id,
                    *(f"{delta:+,}" for delta in difference.points),
                    f"{difference.streak:+,}",
                    f"{difference.longest:+,}",
                    ", ".join(difference.gained),
                    ", ".join(difference.lost),
                )
                for difference in result.most_affected()
            ),
        )


def _old(difference: Difference) -> frozenset[str]:
    return difference.old.achievements


def _new(difference: Difference) -> frozenset[str]:
    return difference.new.achievements


def _gained(difference: Difference) -> tuple[str, ...]:
    return difference.gained


def _lost(difference: Difference) -> tuple[str, ...]:
    return difference.lost


def table(title: str, columns: tuple[str, ...], rows: Iterator[tuple[str, ...]] | tuple[tuple[str, ...], ...]) -> Table:
    """Return a table; the first column and columns of words are left-aligned, columns of numbers right-aligned."""
    result = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for index, column in enumerate(columns):
        words = index == 0 or column in {"level", "gains", "loses"}
        result.add_column(column, justify="left" if words else "right", overflow="ellipsis", no_wrap=True)
    for row in rows:
        result.add_row(*(Text(cell) for cell in row))
    return result
