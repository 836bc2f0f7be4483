"""The page: one HTML file with charts, their data and descriptions; it needs no network."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from os import PathLike
from pathlib import Path
from typing import Any

import attrs
from attrs.validators import deep_iterable

from trophy_engine.analysis.html_report.charts import draw, legend, note, png
from trophy_engine.analysis.html_report.style import Series, Style
from trophy_engine.analysis.html_report.words import describe_figure
from trophy_engine.analysis.statistics.figures import Figure
from trophy_engine.analysis.statistics.percentages import NOT_OBSERVED
from trophy_engine.analysis.writing import check_items_to_write, writing_folder
from trophy_engine.errors import MissingExtra
from trophy_engine.rules.constraints import TEXT, InstanceOf, Optional, Text, as_sequence
from trophy_engine.values import Value

try:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    from markupsafe import Markup
except ModuleNotFoundError as error:
    raise MissingExtra("writing a report", "plot") from error

__all__ = ["Fact", "Report", "Table", "write_page", "write_pictures"]

_WIDE, _NARROW = 600, 330


@attrs.frozen
class Fact(Value):
    """A number shown first; in a comparison, also the number under the old rules and the difference."""

    name: str = attrs.field(validator=TEXT)
    value: str = attrs.field(validator=TEXT)
    old: str | None = attrs.field(default=None, validator=Optional(TEXT))
    difference: str | None = attrs.field(default=None, validator=Optional(TEXT))


@attrs.frozen
class Table(Value):
    """A table of text; columns of numbers are aligned to the right."""

    key: str
    title: str
    caption: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numbers: Collection[str] = ()


@attrs.frozen
class Report(Value):
    """The content of a page.

    Attributes:
        title, subtitle: the headings.
        facts: the numbers shown first.
        figures: the figures to draw; the page says so if there are none.
        sentences: the conclusions, as text.
        tables: tables shown before the figures.
    """

    title: str = attrs.field(validator=TEXT)
    subtitle: str = attrs.field(validator=Text(allow_empty=True))
    facts: Sequence[Fact] = attrs.field(converter=as_sequence, validator=InstanceOf((Fact,), many=True))
    figures: Sequence[Figure] = attrs.field(converter=as_sequence, validator=InstanceOf((Figure,), many=True))
    sentences: Sequence[str] = attrs.field(
        default=(), converter=as_sequence, validator=deep_iterable(TEXT, InstanceOf((tuple,)))
    )
    tables: Sequence[Table] = attrs.field(default=(), converter=as_sequence, validator=InstanceOf((Table,), many=True))


@attrs.frozen
class _RenderedFigure(Value):
    figure: Figure
    description: str
    note: str
    legend: Sequence[Series]
    wide: str
    narrow: str


def write_page(report: Report, path: Path) -> None:
    """Write the page; equal reports result in equal bytes."""
    environment = Environment(
        loader=PackageLoader("trophy_engine.analysis.html_report", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
    )
    environment.filters |= {"breakable": _insert_break_tags, "cell": html_cell_text, "number": is_numeric_cell}
    rendered_figures = [
        _RenderedFigure(
            figure,
            describe_figure(figure),
            note(figure),
            legend(figure, Style.of_page(_WIDE)),
            draw(figure, Style.of_page(_WIDE)),
            draw(figure, Style.of_page(_NARROW)),
        )
        for figure in report.figures
    ]
    text = environment.get_template("page.html.j2").render(
        **attrs.asdict(report, recurse=False), rendered_figures=rendered_figures
    )
    path.write_text(text + "\n", encoding="utf-8")


def _insert_break_tags(number: str) -> Markup:
    """Return a number that can be continued on the next line, for tiles that are narrower than it."""
    return Markup(",<wbr>").join(number.split(","))


def html_cell_text(value: Any) -> str:
    """Return the text of a cell of a table of numbers.

    >>> [html_cell_text(value) for value in (12345, 0.25, None, "Mon")]
    ['12,345', '0.25', 'not observed', 'Mon']
    """
    if value is None:
        return NOT_OBSERVED
    return f"{value:,}" if is_numeric_cell(value) else str(value)


def is_numeric_cell(value: Any) -> bool:
    """Return whether a cell is a number, or an unknown one."""
    return value is None or isinstance(value, int | float)


def write_pictures(figures: Iterable[Figure], folder: str | PathLike[str]) -> None:
    """Write each figure as a PNG file named after its key into a folder; create the folder if it does not exist.

    Raises:
        InvalidValue: an argument is invalid.
        TrophyError: a file cannot be written.
    """
    items = check_items_to_write("figures", figures, Figure)
    with writing_folder(folder) as target:
        for figure in items:
            (target / f"{figure.key}.png").write_bytes(png(figure))
