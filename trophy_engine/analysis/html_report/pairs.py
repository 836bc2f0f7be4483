"""Pairs: the charts of a comparison, each with the values under the old and the new rules and their difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from trophy_engine.analysis.html_report.axes import (
    has_few_axis_intervals,
    length_axis,
    number_axis,
    share_axis,
    time_axis,
)
from trophy_engine.analysis.html_report.bars import BarRow, draw_bars
from trophy_engine.analysis.html_report.plots import (
    MAX_BARS,
    chart_panel_title,
    draw_lines,
    inline_chart,
    set_chart_size,
)
from trophy_engine.analysis.html_report.style import Series, Style, style_series
from trophy_engine.analysis.statistics.figures import Figure
from trophy_engine.analysis.statistics.percentages import difference_text, percent_text

#: The labels of the two series.
RULES: Final = ("old rules", "new rules")
_DIFFERENCE: Final = "difference: new minus old"
_UNKNOWN: Final = "difference: not observed"
_DIFFERENCE_HEIGHT: Final = 90


def draw_survival_pair(figure: Figure, style: Style) -> Any:
    """Return both survival curves, and their difference below."""
    x = length_axis(figure.values("length"), figure.unit, style)
    y = alt.Y("value:Q", axis=share_axis("share of streaks"), scale=alt.Scale(domain=[0, 1]))
    is_point = len(figure.rows) == 1
    lines = draw_lines(
        _inline_old_and_new_series(figure.records()),
        _old_and_new_series(style),
        style,
        interpolate="step-after",
        point=is_point,
    )
    axis = share_axis(None, tickCount=3)
    return _stack_difference_chart(
        lines.encode(x=x, y=y), figure.records(), x, axis, style, "", interpolate="step-after", point=is_point
    )


def draw_points_pair(figure: Figure, style: Style) -> Any:
    """Return the points in circulation of each system, and their difference below."""
    systems = list(dict.fromkeys(figure.values("system")))
    plots = []
    for system in systems:
        records = [record for record in figure.records() if record["system"] == system]
        balances = [record[rules] for record in records for rules in ("old", "new")]
        x, y = time_axis(figure, style), alt.Y("value:Q", axis=number_axis("points", balances))
        lines = draw_lines(
            _inline_old_and_new_series(records), _old_and_new_series(style), style, point=has_few_axis_intervals(figure)
        ).encode(x=x, y=y)
        title = system if len(systems) > 1 else ""
        axis = number_axis(None, [record["difference"] for record in records], tickCount=3)
        plots.append(
            _stack_difference_chart(lines, records, x, axis, style, title, point=has_few_axis_intervals(figure))
        )
    return plots[0] if len(plots) == 1 else alt.vconcat(*plots)


def draw_completions_pair(figure: Figure, style: Style) -> Any:
    """Return the share of users with each achievement, and the difference in percentage points."""
    rows = [
        BarRow(
            record["name"],
            (record["old"], record["new"]),
            tuple(percent_text(record[rules] / 100) for rules in ("old", "new")),
            difference_text(round(record["difference"], 1)),
        )
        for record in figure.records()[:MAX_BARS]
    ]
    axis = share_axis("share of users", percent=True)
    return draw_bars(rows, _old_and_new_series(style, is_line=False), axis, style, maximum=100, heading="difference")


def draw_freezes_pair(figure: Figure, style: Style) -> Any:
    """Return the numbers of freezes."""
    return _draw_paired_bars(figure.records(), "what", "freezes", style)


def draw_levels_pair(figure: Figure, style: Style) -> Any:
    """Return the number of users at each level of each system."""
    systems = list(dict.fromkeys(figure.values("system")))
    plots = [
        _draw_paired_bars(
            [record for record in figure.records() if record["system"] == system], "level", "users", style
        )
        for system in systems
    ]
    if len(plots) == 1:
        return plots[0]
    return alt.vconcat(
        *(plot.properties(title=chart_panel_title(system, style)) for plot, system in zip(plots, systems, strict=True))
    )


def _draw_paired_bars(records: Sequence[dict[str, Any]], name: str, title: str, style: Style) -> Any:
    rows = [
        BarRow(
            record[name],
            (record["old"], record["new"]),
            (f"{record['old']:,}", f"{record['new']:,}"),
            difference_text(record["difference"]),
        )
        for record in records
    ]
    return draw_bars(
        rows,
        _old_and_new_series(style, is_line=False),
        number_axis(title, [record[rules] for record in records for rules in ("old", "new")]),
        style,
        heading="difference",
    )


def _old_and_new_series(style: Style, *, is_line: bool = True) -> list[Series]:
    return style_series(RULES, style, "line" if is_line else "box")


def _inline_old_and_new_series(records: Sequence[dict[str, Any]]) -> alt.Chart:
    """Return the chart of records with a row for each series."""
    return inline_chart(
        [
            record | {"series": label, "value": record[column]}
            for column, label in zip(("old", "new"), RULES, strict=True)
            for record in records
            if record[column] is not None
        ]
    )


def _stack_difference_chart(
    lines: Any, records: Sequence[dict[str, Any]], x: alt.X, axis: alt.Axis, style: Style, title: str, **mark: Any
) -> Any:
    known = [record for record in records if record["difference"] is not None]
    zero = inline_chart([{"zero": 0}]).mark_rule(color=style.ink, strokeDash=[2, 2])
    y = alt.Y("difference:Q", axis=axis, scale=alt.Scale(zero=True))
    difference = inline_chart(known).mark_line(strokeWidth=2, color=style.ink, **mark).encode(x=x, y=y)
    lower = alt.layer(zero.encode(y=alt.Y("zero:Q", axis=axis)), difference)
    return alt.vconcat(
        set_chart_size(lines, style, 180).properties(title=chart_panel_title(title, style) if title else ""),
        set_chart_size(lower, style, _DIFFERENCE_HEIGHT).properties(
            title=chart_panel_title(_DIFFERENCE if known else _UNKNOWN, style)
        ),
    )
