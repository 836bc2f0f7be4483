"""Styles: the size and colors of a chart, and the marks that tell its series apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal

import attrs

from trophy_engine.analysis.statistics.figures import Figure
from trophy_engine.values import Value

#: The maximal number of series in a chart; more cannot be told apart.
MAX_SERIES: Final = 8
_DASHES: Final[tuple[tuple[float, ...], ...]] = (
    (1, 0),
    (7, 3),
    (2, 2),
    (10, 3, 2, 3),
    (5, 5),
    (14, 4),
    (3, 5),
    (7, 2, 1, 2, 1, 2),
)
_WIDEST: Final = 4.0
_NARROWEST: Final = 2.0


@attrs.frozen
class Style(Value):
    """The width of a chart in pixels, its colors, and whether it contains its legend."""

    width: int = 640
    ink: str = "#1f2430"
    faint: str = "#d9dce3"
    paper: str = "#ffffff"
    series: tuple[str, ...] = ("#2563a8", "#c2562d", "#2e8b57", "#8a4fbf", "#b58900", "#0e8a96", "#a8325e", "#6b7280")
    has_legend: bool = True

    @classmethod
    def of_page(cls, width: int) -> Style:
        """Return the style with the color variables of the page's style sheet; the page has the legend."""
        series = tuple(f"var(--series-{number})" for number in range(1, 9))
        return cls(width, "var(--ink)", "var(--faint)", "transparent", series, has_legend=False)

    @property
    def is_narrow(self) -> bool:
        """Whether names do not fit beside bars."""
        return self.width < 450  # noqa: PLR2004  # between a phone and a page of two columns


@attrs.frozen
class Series(Value):
    """The marks of a series, as its legend shows them; ``note`` follows the label there."""

    label: str
    color: str
    shape: Literal["line", "box"] = "line"
    dash: tuple[float, ...] = _DASHES[0]
    stroke: float = 2.0
    opacity: float = 1.0
    note: str = ""

    @property
    def is_dashed(self) -> bool:
        """Whether the line has gaps."""
        return self.dash != _DASHES[0]


def style_series(names: Sequence[str], style: Style, shape: Literal["line", "box"] = "line") -> list[Series]:
    """Return the series of names; later lines are narrower and dashed, so that lines that coincide stay visible."""
    step = (_WIDEST - _NARROWEST) / max(len(names) - 1, 1)
    strokes = [_WIDEST - step * index for index in range(len(names))] if len(names) > 1 else [2.0]
    return [
        Series(name, color, shape, dash, stroke)
        for name, color, dash, stroke in zip(names, style.series, _DASHES, strokes, strict=False)
    ]


def shown_series_names(figure: Figure, maximum: int = MAX_SERIES) -> list[str]:
    """Return the names of the rules that a chart shows: all, or evenly spread ones with the first and the last."""
    names = list(dict.fromkeys(figure.values("rules")))
    if len(names) <= maximum:
        return names
    return [names[round(index * (len(names) - 1) / (maximum - 1))] for index in range(maximum)]


def figure_time_column(figure: Figure) -> str:
    """Return the name of the column of time: day, week or month."""
    return next(column for column in figure.columns if column in {"day", "week", "month"})


def select_chart_records(figure: Figure, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of some rules."""
    return [record for record in figure.records() if record["rules"] in names]
