"""Plots: the chart of each figure of one ruleset, or of several side by side."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import attrs

from trophy_engine.analysis.html_report.axes import (
    has_few_axis_intervals,
    length_axis,
    length_ticks,
    number_axis,
    share_axis,
    time_axis,
)
from trophy_engine.analysis.html_report.bars import (
    BarRow,
    chart_legend,
    draw_bars,
    draw_right_texts,
    draw_row_labels,
    series_color,
)
from trophy_engine.analysis.html_report.labels import lay_out_labels, text_width
from trophy_engine.analysis.html_report.style import (
    Series,
    Style,
    figure_time_column,
    select_chart_records,
    shown_series_names,
    style_series,
)
from trophy_engine.analysis.statistics.figures import Figure
from trophy_engine.analysis.statistics.percentages import percent_text

#: The maximal number of rows of bars, and of variants in the chart of a sweep.
MAX_BARS: Final = 40
MAX_VARIANTS: Final = 30
_AXIS_WIDTH: Final = 84
_HEIGHT: Final = 220
_PANEL_HEIGHT: Final = 150
_MAX_LENGTHS: Final = 30
_FEW_LENGTHS: Final = 6
_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOUR_SHADES: Final = 4


def inline_chart(records: Sequence[dict[str, Any]]) -> alt.Chart:
    """Return a chart of records."""
    return alt.Chart(alt.InlineData(list(records)))


def set_chart_size(chart: Any, style: Style, height: int = _HEIGHT) -> Any:
    """Set the size of a chart with a vertical axis."""
    return chart.properties(width=style.width - _AXIS_WIDTH, height=height)


def chart_panel_title(text: str, style: Style) -> alt.TitleParams:
    """Return the title of one of several charts in a figure."""
    return alt.TitleParams(text, anchor="start", color=style.ink, fontSize=12, limit=style.width, offset=8)


def draw_lines(chart: alt.Chart, series: Sequence[Series], style: Style, **mark: Any) -> Any:
    """Return the lines of series by label: each with its color, dashes and width."""
    if len(series) == 1:
        return chart.mark_line(strokeWidth=2, color=series[0].color, **mark)
    labels, legend = [one.label for one in series], chart_legend(series, style)

    def scale(values: list[Any]) -> alt.Scale:
        return alt.Scale(domain=labels, range=values)

    return chart.mark_line(**mark).encode(
        color=alt.Color("series:N", title=None, legend=legend, scale=scale([one.color for one in series])),
        strokeDash=alt.StrokeDash(
            "series:N", title=None, legend=legend, scale=scale([list(one.dash) for one in series])
        ),
        strokeWidth=alt.StrokeWidth("series:N", title=None, legend=legend, scale=scale([one.stroke for one in series])),
    )


def series_records(figure: Figure) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the names of the shown rulesets and their rows, with the name as ``series``; no name for one ruleset."""
    if "rules" not in figure.columns:
        return [""], [record | {"series": ""} for record in figure.records()]
    names = shown_series_names(figure)
    return names, [record | {"series": record["rules"]} for record in select_chart_records(figure, names)]


def draw_survival_curve(figure: Figure, style: Style) -> Any:
    """Return the survival curve, with its band if there is one ruleset."""
    names, records = series_records(figure)
    x = length_axis([record["length"] for record in records], figure.unit, style)
    y = alt.Y("share:Q", axis=share_axis("share of streaks"), scale=alt.Scale(domain=[0, 1]))
    points = len({record["length"] for record in records}) == 1
    line = draw_lines(inline_chart(records), style_series(names, style), style, interpolate="step-after", point=points)
    line = line.encode(x=x, y=y)
    if len(names) > 1:  # overlapping bands are unreadable
        return set_chart_size(line, style)
    band = inline_chart(records).mark_area(interpolate="step-after", opacity=0.18, color=style.series[0])
    band = band.encode(x=x, y=alt.Y("low:Q", axis=share_axis("share of streaks")), y2="high:Q")
    return set_chart_size(band + line, style)


def draw_length_bars(figure: Figure, style: Style) -> Any:
    """Return the number of streaks by length, in classes of equal width."""
    longest = max(figure.values("length"))
    width = -(-longest // _MAX_LENGTHS)
    starts = range(1, longest + 1, width)
    labels = [f"{start:,}" if width == 1 else f"{start:,}–{start + width - 1:,}" for start in starts]  # noqa: RUF001
    counts = {(label, what): 0 for label in labels for what in ("ended", "running")}
    for record in figure.records():
        for what in ("ended", "running"):
            counts[labels[(record["length"] - 1) // width], what] += record[what]
    values = [{"length": label, "series": what, "streaks": number} for (label, what), number in counts.items()]
    ticks = length_ticks(longest, style) if width == 1 else range(1, longest + 1, width * (6 if style.is_narrow else 3))
    shown = [label for start, label in zip(starts, labels, strict=True) if start in ticks]
    axis = alt.Axis(title=f"length in {figure.unit}s", labelAngle=0, grid=False, values=shown)
    bars = inline_chart(values).mark_bar(width={"band": 0.85} if len(labels) > _FEW_LENGTHS else 40)
    totals = [counts[label, "ended"] + counts[label, "running"] for label in labels]
    return set_chart_size(
        bars.encode(
            x=alt.X("length:O", sort=labels, axis=axis),
            y=alt.Y("streaks:Q", axis=number_axis("streaks", totals)),
            color=series_color(lengths_legend(figure, style), style),
        ),
        style,
    )


def lengths_legend(_: Figure, style: Style) -> list[Series]:
    """Return the series of ended and of running streaks."""
    return style_series(("ended", "running"), style, "box")


def draw_freeze_bars(figure: Figure, style: Style) -> Any:
    """Return the numbers of freezes."""
    return _draw_figure_bars(figure, "what", "freezes", style)


def draw_completion_bars(figure: Figure, style: Style) -> Any:
    """Return the share of users with each achievement."""
    return _draw_figure_bars(figure, "name", "percent_of_users", style)


def _draw_figure_bars(figure: Figure, name: str, value: str, style: Style) -> Any:
    names, records = series_records(figure)
    is_percent = value.startswith("percent")
    by_name: dict[str, dict[str, float]] = {}
    for record in records:
        by_name.setdefault(record[name], {})[record["series"]] = record[value]
    rows = [
        BarRow(row, numbers, tuple(percent_text(number / 100) if is_percent else f"{number:,}" for number in numbers))
        for row, found in list(by_name.items())[:MAX_BARS]
        for numbers in [tuple(found.get(label, 0) for label in names)]
    ]
    axis = (
        share_axis("share of users", percent=True)
        if is_percent
        else number_axis(value, [number for row in rows for number in row.values])
    )
    return draw_bars(rows, style_series(names, style, "box"), axis, style, maximum=100 if is_percent else None)


def draw_points_lines(figure: Figure, style: Style) -> Any:
    """Return the points in circulation; each system has a chart of its own, because their points differ."""
    names, records = series_records(figure)
    return stack_chart_panels(
        figure,
        style,
        [
            draw_lines(
                inline_chart([record for record in records if record["system"] == system]),
                style_series(names, style),
                style,
                point=has_few_axis_intervals(figure),
            ).encode(
                x=time_axis(figure, style),
                y=alt.Y("in_circulation:Q", axis=number_axis("points", figure.values("in_circulation"))),
            )
            for system in dict.fromkeys(figure.values("system"))
        ],
    )


def stack_chart_panels(figure: Figure, style: Style, charts: Sequence[Any]) -> Any:
    """Return the charts of systems below each other, with their names; a single one has no name."""
    if len(charts) == 1:
        return set_chart_size(charts[0], style)
    systems = dict.fromkeys(figure.values("system"))
    return alt.vconcat(
        *(
            set_chart_size(chart, style, _PANEL_HEIGHT).properties(title=chart_panel_title(system, style))
            for system, chart in zip(systems, charts, strict=True)
        )
    )


def level_series(figure: Figure, system: str, style: Style) -> list[Series]:
    """Return the series of the levels of a system: the higher, the stronger; the note is the users at the end."""
    last = {record["level"]: record["users"] for record in figure.records() if record["system"] == system}
    return [
        Series(level, style.series[0], "box", opacity=round(0.2 + 0.8 * rank / len(last), 3), note=f"{users:,}")
        for rank, (level, users) in enumerate(last.items(), start=1)
    ]


def levels_legend(figure: Figure, style: Style) -> list[Series]:
    """Return the levels of all systems with their users at the end."""
    systems = list(dict.fromkeys(figure.values("system")))
    return [
        attrs.evolve(one, label=one.label if len(systems) == 1 else f"{system}: {one.label}")
        for system in systems
        for one in level_series(figure, system, style)
    ]


def draw_level_areas(figure: Figure, style: Style) -> Any:
    """Return the number of users by level, from the lowest level at the bottom."""
    charts = []
    for system in dict.fromkeys(figure.values("system")):
        series = level_series(figure, system, style)
        order = {one.label: index for index, one in enumerate(series)}
        records = [
            record | {"rank": order[record["level"]]} for record in figure.records() if record["system"] == system
        ]
        totals = Counter[str]()
        for record in records:
            totals[record[figure_time_column(figure)]] += record["users"]
        most = max(totals.values())
        scale = alt.Scale(domain=list(order), range=[one.opacity for one in series])
        chart = inline_chart(records)
        mark = chart.mark_bar if has_few_axis_intervals(figure) else chart.mark_area
        charts.append(
            mark(color=style.series[0]).encode(
                x=time_axis(figure, style),
                y=alt.Y("users:Q", stack=True, axis=number_axis("users", [most], grid=False)),
                opacity=alt.Opacity("level:N", title=None, sort=None, scale=scale, legend=chart_legend(series, style)),
                order=alt.Order("rank:Q"),
            )
        )
    drawn = stack_chart_panels(figure, style, charts)
    return drawn.resolve_scale(opacity="independent") if len(charts) > 1 else drawn


def draw_active_users_line(figure: Figure, style: Style) -> Any:
    """Return the number of active users over time."""
    numbers = figure.values("active_users_a_day")
    if figure_time_column(figure) == "day":
        numbers = [int(number) for number in numbers]
    y = alt.Y("active_users_a_day:Q", axis=number_axis("active users per day", numbers))
    mark = inline_chart(figure.records()).mark_line(
        strokeWidth=2, color=style.series[0], point=has_few_axis_intervals(figure)
    )
    return set_chart_size(mark.encode(x=time_axis(figure, style), y=y), style)


def hour_series(figure: Figure, style: Style) -> list[Series]:
    """Return the shades of shares of events, from 0 to the largest."""
    largest = max(figure.values("percent_of_events"))
    return [
        Series(
            percent_text(largest * shade / _HOUR_SHADES / 100, 2), style.series[0], "box", opacity=shade / _HOUR_SHADES
        )
        for shade in range(_HOUR_SHADES + 1)
    ]


def draw_hour_heatmap(figure: Figure, style: Style) -> Any:
    """Return the shares of events by weekday and hour; the shade begins at 0, so equal shares are equal shades."""
    largest = max(figure.values("percent_of_events"))
    x = alt.X("hour:O", axis=alt.Axis(title="local hour of the day", values=[0, 6, 12, 18, 23], labelAngle=0))
    y = alt.Y("weekday:O", title=None, sort=list(_WEEKDAYS))
    legend = (
        alt.Legend(title="% of events", values=[0, largest / 2, largest], format=".2f") if style.has_legend else None
    )
    scale = alt.Scale(domain=[0, largest], range=[0, 1])
    fill = alt.FillOpacity("percent_of_events:Q", scale=scale, legend=legend)
    mark = inline_chart(figure.records()).mark_rect(fill=style.series[0], stroke=style.faint, strokeWidth=0.5)
    return set_chart_size(mark.encode(x=x, y=y, fillOpacity=fill), style, 180)


def draw_sweep_intervals(figure: Figure, style: Style) -> Any:
    """Return the difference of each measure to the first variant, with its interval and the mean."""
    names = shown_series_names(figure, MAX_VARIANTS)
    records = select_chart_records(figure, names)
    paths = figure.columns[figure.columns.index("difference_high") + 1 :]
    labels = {record["rules"]: ", ".join(record[path] for path in paths) for record in records}
    layout = lay_out_labels(list(labels.values()), 14, style, heading=", ".join(paths))
    tops = {name: row.top for name, row in zip(labels, layout.rows, strict=True)}
    plots = []
    for measure, title in {record["measure"]: record["label"] for record in records}.items():
        rows = [
            {name: value for name, value in record.items() if value is not None} | {"y": tops[record["rules"]] + 7}
            for record in records
            if record["measure"] == measure
        ]
        shown = {row["rules"]: f"{row['mean']:,.3f}" for row in rows}
        means = [shown.get(name, "") for name in labels]  # variants without a streak or a system have none of it
        right = max(map(text_width, (*means, "mean"))) + 18
        width = style.width - layout.margin - right - 40
        axis = number_axis("difference of the mean per user", [0.5], tickCount=4)
        x = alt.X("difference:Q", axis=axis, scale=alt.Scale(zero=True, nice=True, padding=8))
        y = alt.Y("y:Q", scale=None, axis=None)
        chart = inline_chart(rows)
        nothing = (
            inline_chart([{"zero": 0}]).mark_rule(color=style.faint, strokeWidth=3).encode(x=alt.X("zero:Q", axis=axis))
        )
        interval = chart.mark_rule(strokeWidth=2, color=style.series[0]).encode(
            x="difference_low:Q", x2="difference_high:Q", y=y
        )
        dots = chart.mark_point(filled=True, size=60, opacity=1, color=style.series[0]).encode(x=x, y=y)
        texts = draw_right_texts("mean", means, layout, 7, width + right, style)
        plots.append(
            alt.layer(nothing, interval, dots, draw_row_labels(layout, style), texts).properties(
                width=width, height=layout.height, title=chart_panel_title(title, style)
            )
        )
    return alt.vconcat(*plots)
