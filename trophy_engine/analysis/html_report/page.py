"""The page: one HTML file with charts, their data and descriptions; it needs no network."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs

from trophy_engine.analysis.html_report.charts import Style, draw, png
from trophy_engine.analysis.html_report.words import describe_figure
from trophy_engine.analysis.statistics.figures import Figure
from trophy_engine.errors import MissingExtra

try:
    from jinja2 import Environment, PackageLoader, StrictUndefined
except ModuleNotFoundError as error:
    raise MissingExtra("writing a report", "plot") from error

__all__ = ["Report", "write_pictures", "write_report"]

_WIDE, _NARROW = 600, 330


@attrs.frozen
class Report:
    """The content of a page.

    Attributes:
        title, subtitle: the headings.
        facts: names and values shown first.
        figures: the figures to draw.
        sentences: the conclusions, as text.
    """

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    figures: Sequence[Figure]
    sentences: Sequence[str] = ()


@attrs.frozen
class _RenderedFigure:
    figure: Figure
    description: str
    wide: str
    narrow: str


def write_report(report: Report, path: Path) -> None:
    """Write the page; equal reports result in equal bytes."""
    page = Environment(
        loader=PackageLoader("trophy_engine.analysis.html_report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    ).get_template("page.html.j2")
    rendered_figures = [
        _RenderedFigure(
            figure, describe_figure(figure), draw(figure, Style.of_page(_WIDE)), draw(figure, Style.of_page(_NARROW))
        )
        for figure in report.figures
    ]
    text = page.render(**attrs.asdict(report, recurse=False), rendered_figures=rendered_figures)
    path.write_text(text + "\n", encoding="utf-8")


def write_pictures(figures: Iterable[Figure], folder: Path) -> None:
    """Write each figure as a PNG file named after its key into a folder; create the folder if it does not exist."""
    folder.mkdir(parents=True, exist_ok=True)
    for figure in figures:
        (folder / f"{figure.key}.png").write_bytes(png(figure))
