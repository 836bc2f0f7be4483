"""Charts: the Vega-Lite specification of each figure, rendered here instead of in the browser.

Colors are CSS variables of the page that contains a chart, or fixed values for a picture on its own. A chart is
rendered a second time for narrow pages, so that its text stays legible. A page has the legends; a picture contains its.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal

from trophy_engine.analysis.html_report.style import MAX_SERIES, Series, Style, shown_series_names, style_series
from trophy_engine.analysis.statistics.figures import Figure
from trophy_engine.errors import MissingExtra

try:
    import vl_convert

    from trophy_engine.analysis.html_report import pairs, plots
except ModuleNotFoundError as error:
    raise MissingExtra("drawing charts", "plot") from error

__all__ = ["draw", "legend", "note", "png", "specification", "svg"]

_PICTURE_SCALE: Final = 2.0
#: The greatest integer up to which all are floats, and about the greatest number that a scale of a chart can end with.
_GREATEST_INTEGER: Final = 2**53
_GREATEST_NUMBER: Final = 10**300


def draw(figure: Figure, style: Style) -> str:
    """Render a figure as SVG."""
    return str(vl_convert.vegalite_to_svg(specification(figure, style)))


def svg(figure: Figure) -> str:
    """Render a figure as an SVG picture with a title and a legend."""
    return str(vl_convert.vegalite_to_svg(_picture_specification(figure)))


def png(figure: Figure) -> bytes:
    """Render a figure as a PNG picture with a title and a legend."""
    return bytes(vl_convert.vegalite_to_png(_picture_specification(figure), scale=_PICTURE_SCALE))


def _picture_specification(figure: Figure) -> dict[str, Any]:
    style = Style()
    title = {"text": figure.title, "subtitle": note(figure), "color": style.ink, "subtitleColor": style.ink}
    return specification(figure, style) | {"title": title | {"anchor": "start", "fontSize": 15, "offset": 14}}


def legend(figure: Figure, style: Style) -> list[Series]:
    """Return the series that the legend of a figure explains, in order; none if there is a single one."""
    shape: Literal["line", "box"] = "line" if figure.kind in _LINES else "box"
    if "old" in figure.columns:
        return style_series(pairs.RULES, style, shape)
    if "rules" in figure.columns:
        return [] if figure.kind == "sweep" else style_series(shown_series_names(figure), style, shape)
    return _LEGENDS[figure.kind](figure, style) if figure.kind in _LEGENDS else []


def note(figure: Figure) -> str:
    """Return a sentence about the part of a figure that its chart shows; empty if it shows all."""
    if "rules" in figure.columns:
        variants = len(set(figure.values("rules")))
        maximum = plots.MAX_VARIANTS if figure.kind == "sweep" else MAX_SERIES
        if variants > maximum:
            return f"The chart shows {maximum} of {variants:,} variations; the table has all."
    if figure.kind == "completions":
        achievements = len(set(figure.values("achievement")))
        if achievements > plots.MAX_BARS:
            return (
                f"The chart shows the {plots.MAX_BARS} most common of {achievements:,} achievements; the table has all."
            )
    return ""


def specification(figure: Figure, style: Style) -> dict[str, Any]:
    """Return the Vega-Lite specification of a figure."""
    charts = _PAIRS if "old" in figure.columns else _CHARTS
    axis = {"labelColor": style.ink, "titleColor": style.ink, "gridColor": style.faint, "tickColor": style.faint}
    chart = charts[figure.kind](figure, style).configure(
        background=style.paper,
        font="Liberation Sans, Arial, Helvetica, sans-serif",
        padding={"left": 12, "right": 12, "top": 6, "bottom": 6},
        axis={**axis, "domainColor": style.faint, "labelFontSize": 12, "titleFontSize": 12, "labelPadding": 6},
        legend={"labelColor": style.ink, "titleColor": style.ink, "labelFontSize": 12, "orient": "bottom"},
        view={"stroke": None},
    )
    result: dict[str, Any] = _with_drawable_numbers(chart.to_dict())
    return result


def _with_drawable_numbers(value: Any) -> Any:
    """Return a specification with floats in place of integers that charts cannot draw."""
    match value:
        case dict():
            return {name: _with_drawable_numbers(part) for name, part in value.items()}
        case list():
            return [_with_drawable_numbers(part) for part in value]
        case int() if abs(value) > _GREATEST_INTEGER:
            return float(max(min(value, _GREATEST_NUMBER), -_GREATEST_NUMBER))
        case _:
            return value


#: The legends of charts of one ruleset.
_LEGENDS: Final[Mapping[str, Callable[[Figure, Style], list[Series]]]] = {
    "lengths": plots.lengths_legend,
    "hours": plots.hour_series,
    "levels": plots.levels_legend,
}

#: The kinds of figures that are drawn as lines.
_LINES: Final = frozenset({"survival", "points"})

#: The function that builds the chart of each figure, by its kind.
_CHARTS: Final[Mapping[str, Callable[[Figure, Style], Any]]] = {
    "survival": plots.draw_survival_curve,
    "sweep": plots.draw_sweep_intervals,
    "lengths": plots.draw_length_bars,
    "freezes": plots.draw_freeze_bars,
    "completions": plots.draw_completion_bars,
    "points": plots.draw_points_lines,
    "levels": plots.draw_level_areas,
    "active": plots.draw_active_users_line,
    "hours": plots.draw_hour_heatmap,
}

#: The same for the figures of a comparison.
_PAIRS: Final[Mapping[str, Callable[[Figure, Style], Any]]] = {
    "survival": pairs.draw_survival_pair,
    "freezes": pairs.draw_freezes_pair,
    "completions": pairs.draw_completions_pair,
    "points": pairs.draw_points_pair,
    "levels": pairs.draw_levels_pair,
}
