"""Charts: the Vega-Lite specification of each figure, rendered here instead of in the browser.

Colors are CSS variables of the page that contains a chart, or fixed values for a picture on its own. A chart is
rendered a second time for narrow pages, so that its text stays legible.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import attrs

from trophy_engine.analysis.statistics.figures import Figure
from trophy_engine.errors import MissingExtra

try:
    import altair as alt
    import vl_convert
except ModuleNotFoundError as error:
    raise MissingExtra("drawing charts", "plot") from error

__all__ = ["Style", "draw", "png"]

_WEEKDAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_PICTURE_SCALE: Final = 2.0
_NAMES_WIDTH: Final = 160
#: From this length on, the axis of streak lengths is logarithmic.
_LOG_SCALE_FROM: Final = 30


@attrs.frozen
class Style:
    """The width of a chart in pixels, and its colors."""

    width: int = 640
    ink: str = "#1f2430"
    faint: str = "#d9dce3"
    paper: str = "#ffffff"
    series: tuple[str, ...] = ("#2563a8", "#c2562d", "#2e8b57", "#8a4fbf", "#b58900", "#0e8a96", "#a8325e", "#6b7280")

    @classmethod
    def of_page(cls, width: int) -> Style:
        """Return the style with the color variables of the page's style sheet."""
        series = tuple(f"var(--series-{number})" for number in range(1, 9))
        return cls(width, "var(--ink)", "var(--faint)", "transparent", series)


def draw(figure: Figure, style: Style) -> str:
    """Render a figure as SVG."""
    return str(vl_convert.vegalite_to_svg(_specification(figure, style)))


def png(figure: Figure) -> bytes:
    """Render a figure as a PNG picture with a title."""
    specification = _specification(figure, Style()) | {"title": figure.title}
    return bytes(vl_convert.vegalite_to_png(specification, scale=_PICTURE_SCALE))


def _specification(figure: Figure, style: Style) -> dict[str, Any]:
    values = [dict(zip(figure.columns, row, strict=True)) for row in figure.rows]
    chart = _CHARTS[figure.key](figure, alt.Chart(alt.InlineData(values)), style)
    axis = {"labelColor": style.ink, "titleColor": style.ink, "gridColor": style.faint, "tickColor": style.faint}
    chart = chart.configure(
        background=style.paper,
        font="Liberation Sans, Arial, Helvetica, sans-serif",
        padding={"left": 12, "right": 12, "top": 6, "bottom": 6},
        axis={**axis, "domainColor": style.faint, "labelFontSize": 12, "titleFontSize": 12, "labelLimit": 170},
        legend={
            "labelColor": style.ink,
            "titleColor": style.ink,
            "labelFontSize": 12,
            "orient": "bottom",
            "columns": 4,
        },
        view={"stroke": None},
        range={"category": list(style.series)},
    )
    specification: dict[str, Any] = chart.to_dict()
    return specification


def _count_axis(name: str, title: str) -> alt.Y:
    return alt.Y(f"{name}:Q", title=title, axis=alt.Axis(tickCount=5, format="~s"))


def _color(figure: Figure, style: Style, otherwise: str | None = None) -> Any:
    """Color the series by ruleset, or by another column."""
    column = "rules" if "rules" in figure.columns else otherwise
    return alt.value(style.series[0]) if column is None else alt.Color(f"{column}:N", title=None, sort=None)


def _set_size(chart: Any, style: Style, height: int = 220) -> Any:
    padding = 70
    return chart.properties(width=style.width - padding, height=height)


def _survival(figure: Figure, chart: alt.Chart, style: Style) -> Any:
    share = alt.Y("share:Q", title="share of streaks", axis=alt.Axis(format=".0%", tickCount=5))
    is_long = max(row[figure.columns.index("length")] for row in figure.rows) > _LOG_SCALE_FROM
    axis = alt.Axis(grid=False, values=[1, 2, 3, 5, 7, 14, 30, 60, 100, 200, 365, 1000] if is_long else alt.Undefined)
    scale = alt.Scale(type="log", nice=False) if is_long else alt.Scale(zero=False)
    x, color = alt.X("length:Q", title="length in periods", scale=scale, axis=axis), _color(figure, style)
    line = chart.mark_line(interpolate="step-after", strokeWidth=2).encode(x=x, y=share, color=color)
    if "rules" in figure.columns:  # overlapping bands are unreadable
        return _set_size(line, style)
    band = chart.mark_area(interpolate="step-after", opacity=0.18)
    return _set_size(band.encode(x=x, y=alt.Y("low:Q"), y2="high:Q", color=color) + line, style)


def _sweep(figure: Figure, chart: alt.Chart, style: Style) -> Any:
    y = alt.Y("rules:N", title=None, sort=None, axis=alt.Axis(ticks=False, domain=False))
    color = alt.value(style.series[0])
    plots = []
    for measure in dict.fromkeys(row[figure.columns.index("measure")] for row in figure.rows):
        of_measure = chart.transform_filter(alt.datum.measure == measure)
        x = alt.X("difference:Q", title=f"{measure}, difference", axis=alt.Axis(tickCount=4))
        interval = of_measure.mark_rule(strokeWidth=2).encode(
            x=alt.X("difference_low:Q"), x2="difference_high:Q", y=y, color=color
        )
        dots = of_measure.mark_point(filled=True, size=60, opacity=1).encode(x=x, y=y, color=color)
        plots.append((interval + dots).properties(width=style.width - _NAMES_WIDTH, height=alt.Step(18)))
    return alt.vconcat(*plots)


def _lengths(figure: Figure, chart: alt.Chart, style: Style) -> Any:
    longest = max((row[figure.columns.index("length")] for row in figure.rows), default=1)
    x = alt.X("length:Q", bin=alt.Bin(maxbins=30, minstep=1), title="length in periods", axis=alt.Axis(grid=False))
    folded = chart.transform_fold(["ended", "running"], as_=["what", "streaks"])
    y = alt.Y("sum(streaks):Q", title="streaks", axis=alt.Axis(tickCount=5, format="~s"))
    bars = folded.mark_bar().encode(x=x, y=y, color=alt.Color("what:N", title=None))
    return _set_size(bars, style, 220 if longest > 1 else 120)


def _bars(name: str, value: str, title: str) -> Callable[[Figure, alt.Chart, Style], Any]:
    def bars(figure: Figure, chart: alt.Chart, style: Style) -> Any:
        names = alt.Y(f"{name}:N", title=None, sort=None, axis=alt.Axis(ticks=False, domain=False))
        x = alt.X(f"{value}:Q", title=title, axis=alt.Axis(tickCount=5))
        has_rules = "rules" in figure.columns
        result = chart.mark_bar().encode(x=x, y=names, color=_color(figure, style))
        if has_rules:
            result = result.encode(yOffset=alt.YOffset("rules:N", sort=None))
        height = alt.Step(12, **{"for": "offset"}) if has_rules else alt.Step(22)
        return result.properties(width=style.width - _NAMES_WIDTH, height=height)

    return bars


def _points(figure: Figure, chart: alt.Chart, style: Style) -> Any:
    x = alt.X(f"{_time_column(figure)}:T", title=None, axis=alt.Axis(grid=False, tickCount=5, labelOverlap=True))
    systems = len({row[figure.columns.index("system")] for row in figure.rows})
    color = _color(figure, style, "system" if systems > 1 else None)
    line = chart.mark_line(strokeWidth=2).encode(x=x, y=_count_axis("in_circulation", "points"), color=color)
    if "rules" in figure.columns and systems > 1:
        return line.encode(strokeDash=alt.StrokeDash("system:N", title=None)).properties(
            width=style.width - 70, height=220
        )
    return _set_size(line, style)


def _levels(figure: Figure, chart: alt.Chart, style: Style) -> Any:
    x = alt.X(f"{_time_column(figure)}:T", title=None, axis=alt.Axis(grid=False, tickCount=5, labelOverlap=True))
    y = alt.Y("users:Q", stack=True, axis=alt.Axis(tickCount=5, format="~s"))
    area = chart.mark_area(opacity=0.85).encode(x=x, y=y, color=alt.Color("level:N", title=None, sort=None))
    systems = list(dict.fromkeys(row[figure.columns.index("system")] for row in figure.rows))
    if len(systems) == 1:
        return _set_size(area, style)
    layers = [
        _set_size(area.transform_filter(alt.datum.system == system), style, 160).properties(title=system)
        for system in systems
    ]
    return alt.vconcat(*layers)


def _active(figure: Figure, chart: alt.Chart, style: Style) -> Any:
    x = alt.X(f"{_time_column(figure)}:T", title=None, axis=alt.Axis(grid=False, tickCount=5, labelOverlap=True))
    y = _count_axis("active_users_a_day", "active users a day")
    return _set_size(chart.mark_line(strokeWidth=2).encode(x=x, y=y, color=_color(figure, style)), style)


def _hours(_: Figure, chart: alt.Chart, style: Style) -> Any:
    x = alt.X("hour:O", title="hour of the day", axis=alt.Axis(values=[0, 6, 12, 18, 23], labelAngle=0))
    y = alt.Y("weekday:O", title=None, sort=list(_WEEKDAYS))
    opacity = alt.Opacity("events:Q", scale=alt.Scale(range=[0.04, 1]), legend=None)
    return _set_size(chart.mark_rect(color=style.series[0]).encode(x=x, y=y, opacity=opacity), style, 180)


def _time_column(figure: Figure) -> str:
    return next(column for column in figure.columns if column in {"day", "week", "month"})


#: The function that builds the chart of each figure, by the key of the figure.
_CHARTS: Final[Mapping[str, Callable[[Figure, alt.Chart, Style], Any]]] = {
    "survival": _survival,
    "sweep": _sweep,
    "lengths": _lengths,
    "freezes": _bars("what", "freezes", "freezes"),
    "completions": _bars("name", "percent_of_users", "percent of users"),
    "points": _points,
    "levels": _levels,
    "active": _active,
    "hours": _hours,
}
