"""Bars: named rows with a bar for each series, its value as text, and, in a comparison, the difference."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
import attrs

from trophy_engine.analysis.html_report.labels import LabelLayout, lay_out_labels, text_width
from trophy_engine.analysis.html_report.style import Series, Style
from trophy_engine.values import Value

_BAR: Final = 14
_PADDING: Final = 34
_SINGLE: Final = 16


@attrs.frozen
class BarRow(Value):
    """A row of bars: its name, the value and text of each series, and a text at the right."""

    name: str
    values: tuple[float, ...]
    texts: tuple[str, ...]
    right: str = ""


def draw_bars(
    bar_rows: Sequence[BarRow],
    series: Sequence[Series],
    axis: alt.Axis,
    style: Style,
    *,
    maximum: float | None = None,
    heading: str = "",
) -> Any:
    """Return the chart of rows; bars begin at 0, and ``heading`` is above the texts at the right."""
    bar = _BAR if len(series) > 1 else _SINGLE
    layout = lay_out_labels([row.name for row in bar_rows], bar * len(series), style)
    texts_width = max((text_width(text) for row in bar_rows for text in row.texts), default=0) + 6
    rights = [heading, *(row.right for row in bar_rows)]
    right_width = max(map(text_width, rights)) + 12 if heading else 0.0
    width = max(style.width - layout.margin - texts_width - right_width - _PADDING, 60)
    top = maximum if maximum is not None else max((*(max(row.values) for row in bar_rows), 1))
    x = alt.X("value:Q", axis=axis, scale=alt.Scale(domain=[0, top], nice=maximum is None))
    values = [
        {
            "value": value,
            "zero": 0,
            "text": text,
            "series": one.label,
            "top": y,
            "bottom": y + bar - 1,
            "middle": y + bar / 2,
        }
        for row, place in zip(bar_rows, layout.rows, strict=True)
        for index, (value, text, one) in enumerate(zip(row.values, row.texts, series, strict=True))
        for y in [place.top + index * bar]
    ]
    chart = alt.Chart(alt.InlineData(values))
    bars = chart.mark_rect().encode(
        x=x, x2="zero", y=_encode_pixel_position("top"), y2="bottom", color=series_color(series, style)
    )
    texts = chart.mark_text(align="left", baseline="middle", dx=5, color=style.ink, fontSize=12).encode(
        x=x, y=_encode_pixel_position("middle"), text="text:N"
    )
    layers = [bars, texts, draw_row_labels(layout, style)]
    if heading:
        middle = bar * len(series) / 2
        layers.append(
            draw_right_texts(
                heading, [row.right for row in bar_rows], layout, middle, width + texts_width + right_width, style
            )
        )
    return alt.layer(*layers).properties(width=width, height=layout.height)


def series_color(series: Sequence[Series], style: Style) -> Any:
    """Return the encoding of the color of series by label."""
    if len(series) == 1:
        return alt.value(series[0].color)
    scale = alt.Scale(domain=[one.label for one in series], range=[one.color for one in series])
    return alt.Color("series:N", title=None, scale=scale, legend=chart_legend(series, style))


def chart_legend(series: Sequence[Series], style: Style) -> alt.Legend | None:
    """Return the legend in a chart, in as many columns as fit; None on a page, which has the legend."""
    if not style.has_legend:
        return None
    widest = max(text_width(one.label) for one in series) + 40
    return alt.Legend(columns=max(int(style.width // widest), 1), labelLimit=0, symbolSize=120, symbolStrokeWidth=2)


def draw_row_labels(layout: LabelLayout, style: Style) -> Any:
    """Return the layer of the names of rows, beside or above their bars."""
    values = [{"label": row.label, "top": row.label_top} for row in layout.rows]
    if layout.heading:
        values.insert(0, {"label": layout.heading, "top": 4.0})
    mark = alt.Chart(alt.InlineData(values)).mark_text(
        align="left" if layout.has_names_above else "right",
        baseline="top",
        lineBreak="\n",
        lineHeight=15,
        color=style.ink,
        fontSize=12,
    )
    return mark.encode(
        x=alt.value(0 if layout.has_names_above else -10), y=_encode_pixel_position("top"), text="label:N"
    )


def draw_right_texts(
    heading: str, texts: Sequence[str], layout: LabelLayout, middle: float, x: float, style: Style
) -> Any:
    """Return the layer of texts that end at a position, with a heading above them."""
    values = [{"text": heading, "y": -8.0}]
    values += [{"text": text, "y": row.top + middle} for text, row in zip(texts, layout.rows, strict=True)]
    mark = alt.Chart(alt.InlineData(values)).mark_text(align="right", baseline="middle", color=style.ink, fontSize=12)
    return mark.encode(x=alt.value(x), y=_encode_pixel_position("y"), text="text:N")


def _encode_pixel_position(name: str) -> alt.Y:
    return alt.Y(f"{name}:Q", scale=None, axis=None)
