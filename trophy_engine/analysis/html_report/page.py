"""The page: one HTML file that needs no network, with charts, their numbers, and their words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import attrs

from trophy_engine.analysis.html_report.charts import Style, draw, png
from trophy_engine.analysis.html_report.words import in_words
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
    """What a page says.

    Attributes:
        title, subtitle: what it is about.
        facts: names and numbers to begin with.
        figures: what to draw.
        sentences: what it comes to, in words.
    """

    title: str
    subtitle: str
    facts: Sequence[tuple[str, str]]
    figures: Sequence[Figure]
    sentences: Sequence[str] = ()


@attrs.frozen
class _Plate:
    figure: Figure
    words: str
    wide: str
    narrow: str


def write_report(report: Report, path: Path) -> None:
    """Write the page; the same report gives the same bytes."""
    page = Environment(
        loader=PackageLoader("trophy_engine.analysis.html_report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    ).get_template("page.html.j2")
    plates = [
        _Plate(figure, in_words(figure), draw(figure, Style.of_page(_WIDE)), draw(figure, Style.of_page(_NARROW)))
        for figure in report.figures
    ]
    text = page.render(**attrs.asdict(report, recurse=False), plates=plates)
    path.write_text(text + "\n", encoding="utf-8")


def write_pictures(figures: Iterable[Figure], folder: Path) -> None:
    """Draw each figure as a PNG file named after its key into a folder, which is made if need be."""
    folder.mkdir(parents=True, exist_ok=True)
    for figure in figures:
        (folder / f"{figure.key}.png").write_bytes(png(figure))
