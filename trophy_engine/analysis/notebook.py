"""Results as HTML, for notebooks: tables, and charts where the libraries of the extra ``plot`` are installed."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

from trophy_engine.analysis.statistics.contents import Content
from trophy_engine.analysis.statistics.percentages import NOT_OBSERVED
from trophy_engine.errors import MissingExtra
from trophy_engine.representation import html_repr_of_table, html_repr_of_text
from trophy_engine.rules.phrases import count_noun

if TYPE_CHECKING:
    from trophy_engine.analysis.comparison import Comparison
    from trophy_engine.analysis.event_logs.effect_log import EffectLog
    from trophy_engine.analysis.event_logs.runner import Replay
    from trophy_engine.analysis.event_logs.summary import Summary
    from trophy_engine.analysis.simulation.simulate import Simulation
    from trophy_engine.analysis.simulation.sweep import Sweep
    from trophy_engine.analysis.statistics.figures import Figure


def replay_html(result: Replay) -> str:
    """Return the tables of a replay's summary, and the charts of its tally if it has one."""
    from trophy_engine.analysis.event_logs.summary import summarize  # noqa: PLC0415  # it imports replays

    charts = [] if result.tally is None else _replay_figures(result)
    return "".join([summary_html(summarize(result)), *map(figure_html, charts)])


def _replay_figures(result: Replay) -> Sequence[Figure]:
    from trophy_engine.analysis.statistics.figures import figures  # noqa: PLC0415  # it imports what it draws

    return () if result.tally is None else figures(result.ruleset, result.tally)


def summary_html(summary: Summary) -> str:
    """Return the tables of a summary."""
    from trophy_engine.analysis.event_logs.summary_tables import summary_tables  # noqa: PLC0415  # it imports summaries

    skipped = f", {count_noun(summary.skipped, 'skipped row')}" if summary.skipped else ""
    head = f"{count_noun(summary.users, 'user')}, {count_noun(summary.events, 'event')}{skipped}"
    return "".join([html_repr_of_text(head), *_summary_tables_html(summary_tables(summary))])


def comparison_html(result: Comparison) -> str:
    """Return the sentences of a comparison, its tables of changes, and the charts of its tallies if it has them."""
    from trophy_engine.analysis.statistics.changes import tabulate_achievement_changes, tabulate_affected_users  # noqa: PLC0415
    from trophy_engine.analysis.statistics.differences import compare_figures  # noqa: PLC0415

    head = f"{count_noun(len(result.differences), 'user')}, {count_noun(result.skipped, 'skipped row')}"
    contents = {
        "Achievements that change hands: users who have each": tabulate_achievement_changes(result),
        "Most affected users: new minus old": tabulate_affected_users(result, lambda old, new: f"{new - old:+,}"),
    }
    tables = [
        html_repr_of_table(title, content.columns, content.rows, content.numbers)
        for title, content in contents.items()
        if content.rows
    ]
    drawn = () if result.tallies is None else compare_figures((result.old, result.new), result.tallies)
    return "".join([html_repr_of_text("\n".join((head, *result.sentences()))), *tables, *map(figure_html, drawn)])


def simulation_html(result: Simulation) -> str:
    """Return the scenario in words, the tables of the summary, and the charts of the tally."""
    scenario = result.scenario
    users, days = count_noun(scenario.users, "simulated user"), count_noun(scenario.days, "day")
    head = f"{users} over {days} from {scenario.start}, seed {scenario.seed}"
    return html_repr_of_text(head) + replay_html(result.result)


def sweep_html(result: Sweep) -> str:
    """Return the table and the charts of the figures of a sweep."""
    drawn = result.figures()
    if not drawn:
        return html_repr_of_text("No user was active in the simulation.")
    return "".join([figure_table_html(drawn[0]), *map(figure_html, drawn)])


def effects_html(effects: EffectLog, shown: int = 10) -> str:
    """Return a table of the first effects: the columns that any of them has."""
    from trophy_engine.analysis.tables.text import CSV_CELLS  # noqa: PLC0415  # it imports what it writes

    rows = [row for row, _ in zip(effects.table_rows(), range(shown + 1), strict=False)]
    columns = effects.table_columns()
    used = [index for index in range(len(columns)) if any(row[index] is not None for row in rows[:shown])]
    texts = [
        ["" if row[index] is None else CSV_CELLS[columns[index].kind](row[index]) for index in used]
        for row in rows[:shown]
    ]
    numbers = [columns[index].name for index in used if columns[index].kind in {"integer", "number"}]
    title = f"The first {shown} effects" if len(rows) > shown else count_noun(len(rows), "effect")
    return html_repr_of_table(title, [columns[index].name for index in used], texts, numbers)


def figure_html(figure: Figure) -> str:
    """Return the chart of a figure with its description and caption, or without the libraries for charts its table."""
    picture = figure_svg(figure)
    if picture is None:
        return figure_table_html(figure)
    from trophy_engine.analysis.html_report.words import describe_figure  # noqa: PLC0415  # it is not needed for tables

    source = b64encode(picture.encode()).decode()
    alternative = escape(describe_figure(figure))
    return (
        f'<figure style="margin: 1em 0"><img alt="{alternative}" src="data:image/svg+xml;base64,{source}">'
        f"<figcaption>{html_repr_of_text(figure.caption)}</figcaption></figure>"
    )


def figure_svg(figure: Figure) -> str | None:
    """Return the chart of a figure, or None without the libraries for charts."""
    try:
        from trophy_engine.analysis.html_report.charts import svg  # noqa: PLC0415  # drawing comes with an extra
    except MissingExtra:
        return None
    return svg(figure)


def figure_table_html(figure: Figure) -> str:
    """Return the table of a figure."""
    rows = [[_figure_cell_text(cell) for cell in row] for row in figure.rows]
    numbers = [column.name for column in figure.table_columns() if column.kind in {"integer", "float"}]
    return html_repr_of_table(figure.title, figure.columns, rows, numbers)


def _figure_cell_text(value: Any) -> str:
    if value is None:
        return NOT_OBSERVED
    return f"{value:,}" if isinstance(value, int | float) else str(value)


def _summary_tables_html(contents: Iterable[Content]) -> Iterator[str]:
    return (html_repr_of_table(one.title, one.columns, one.rows, one.numbers) for one in contents)
