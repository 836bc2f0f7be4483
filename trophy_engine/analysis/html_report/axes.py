"""Axes: numbers with their units, lengths in periods, and time in whole days, weeks, months or years."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import altair as alt

from trophy_engine.analysis.html_report.style import Style, figure_time_column
from trophy_engine.analysis.statistics.figures import Figure

#: Up to this number of intervals, each is marked.
FEW: Final = 14
#: From this length on, the axis of streak lengths is logarithmic.
_LOG_SCALE_FROM: Final = 30
_FEW_NUMBERS: Final = 5
_LENGTHS: Final = (1, 2, 3, 5, 7, 14, 30, 60, 100, 200, 365, 1000)
_NUMBER: Final = "abs(datum.value) >= 1000 ? replace(format(datum.value, '~s'), 'G', 'B') : format(datum.value, '.3~g')"
_PERCENT: Final = "format(datum.value, '.3~g') + ' %'"


def number_axis(title: str | None, numbers: Iterable[float] = (), **options: Any) -> alt.Axis:
    """Return the axis of numbers, from 1,000 on with a letter: 12k, 1.5M, 2B; a few whole numbers have whole steps."""
    listed = [0, *numbers]
    lowest, highest = min(listed), max(listed)
    if all(isinstance(number, int) for number in listed) and highest - lowest <= _FEW_NUMBERS:
        options |= {"values": list(range(int(lowest), max(int(highest), 1) + 1))}
    return alt.Axis(**{"title": title, "tickCount": 5, "labelExpr": _NUMBER, "titlePadding": 10} | options)


def share_axis(title: str | None, *, percent: bool = False, **options: Any) -> alt.Axis:
    """Return the axis of a share from 0.0 to 1.0, or of a percentage."""
    label = _PERCENT if percent else "format(100 * datum.value, '.3~g') + ' %'"
    defaults = {"title": title, "tickCount": 5, "labelExpr": label, "titlePadding": 10, "labelOverlap": True}
    return alt.Axis(**defaults | options)


def length_ticks(longest: int, style: Style) -> list[int]:
    """Return the lengths that have a label: all if they fit, else 1 and multiples of 2, 5 or more."""
    most = 7 if style.is_narrow else 15
    step = next((step for step in (1, 2, 5, 10, 20, 50, 100) if longest <= step * most), longest)
    return [length for length in range(1, longest + 1) if length == 1 or length % step == 0]


def length_axis(lengths: Sequence[int], unit: str, style: Style) -> alt.X:
    """Return the encoding of streak lengths, from 1 on; long ones are on a logarithmic scale."""
    longest = max((*lengths, 2))
    title = f"length in {unit}s"
    if longest > _LOG_SCALE_FROM:
        scale = alt.Scale(type="log", nice=False, domain=[1, longest])
        values = [length for length in _LENGTHS if length <= longest]
        axis = alt.Axis(title=title, grid=False, values=values, format="d", labelOverlap=True)
        return alt.X("length:Q", scale=scale, axis=axis)
    scale = alt.Scale(nice=False, zero=False, domain=[1, longest])
    return alt.X(
        "length:Q", scale=scale, axis=alt.Axis(title=title, grid=False, values=length_ticks(longest, style), format="d")
    )


def has_few_axis_intervals(figure: Figure) -> bool:
    """Return whether a figure has so few intervals that each is marked."""
    return len(set(figure.values(figure_time_column(figure)))) <= FEW


def time_axis(figure: Figure, style: Style) -> alt.X:
    """Return the encoding of time; dates are the same in all time zones."""
    column = figure_time_column(figure)
    axis: dict[str, Any] = {"title": None, "grid": False, "labelOverlap": True, "labelAngle": 0}
    if has_few_axis_intervals(figure):
        return alt.X(f"{column}:O", axis=alt.Axis(**axis))
    intervals = len(set(figure.values(column)))
    ticks = _time_axis_ticks(column, intervals, style)
    return alt.X(f"{column}:T", scale=alt.Scale(type="utc"), axis=alt.Axis(**axis, **ticks))


def _time_axis_ticks(column: str, intervals: int, style: Style) -> dict[str, Any]:
    most = 4 if style.is_narrow else 8
    if column == "day":
        step = max(-(-intervals // (7 * most)), 1)
        return {"tickCount": {"interval": "week", "step": step}, "format": "%-d %b %Y" if step > 1 else "%-d %b"}
    if column == "week":
        step = next((step for step in (1, 2, 3, 6) if intervals / 4.35 / step <= most), 12)
        return {"tickCount": {"interval": "month", "step": step}, "format": "%b %Y"}
    step = next((step for step in (1, 2, 5, 10, 20) if intervals / 12 / step <= most), 50)
    return {"tickCount": {"interval": "year", "step": step}, "format": "%Y"}
