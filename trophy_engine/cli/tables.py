"""Tables of summaries and comparisons."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from trophy_engine.analysis.comparison import Comparison
from trophy_engine.analysis.event_logs.summary import Summary
from trophy_engine.analysis.event_logs.summary_tables import summary_tables as contents
from trophy_engine.analysis.statistics.changes import tabulate_achievement_changes, tabulate_affected_users
from trophy_engine.rules.phrases import count_noun

_MIN_NAME_WIDTH = 10


def printed_summary(summary: Summary, seconds: float) -> Iterator[Table | Text]:
    """Yield the parts of a summary to print, in order."""
    rate = f" in {seconds:.1f} s, {summary.events / seconds:,.0f} events/s" if seconds > 0 else ""
    skipped = f", {count_noun(summary.skipped, 'skipped row')}" if summary.skipped or rate else ""
    yield Text(f"{count_noun(summary.users, 'user')}, {count_noun(summary.events, 'event')}{skipped}{rate}")
    for content in contents(summary):
        yield rich_table(content.title, content.columns, content.rows, content.numbers)


def printed_comparison(result: Comparison) -> Iterator[Table | Text]:
    """Yield the parts of a comparison to print, in order."""
    rows = f"{count_noun(len(result.differences), 'user')}, {count_noun(result.skipped, 'skipped row')}"
    yield Text("\n".join((rows, *result.sentences())))
    contents = {
        "Achievements that change hands: users who have each": tabulate_achievement_changes(result),
        "Most affected users: new minus old": tabulate_affected_users(result, lambda old, new: f"{new - old:+,}"),
    }
    for title, content in contents.items():
        if content.rows:
            yield rich_table(title, content.columns, content.rows, content.numbers)


def rich_table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[str]], numbers: Collection[str] | None = None
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
