"""Kinds of columns: what the cells of a column look like, from a sample of them.

>>> find_column_kind(["2024-01-05", "2024-01-06"]).name, find_column_kind(["1704448800", "1704535200"]).at_unit
('dates', 's')
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final, Literal, assert_never

import attrs

from trophy_engine.analysis.event_logs.epochs import EpochUnit, epoch_unit_name, find_epoch_unit, is_epoch
from trophy_engine.analysis.event_logs.time_formats import (
    parse_iso_log_time,
    parse_log_time_or_none,
    suggest_time_formats,
)
from trophy_engine.calendar.zones import zone
from trophy_engine.errors import InvalidValue
from trophy_engine.values import Value

KindName = Literal[
    "empty", "instants", "local times", "dates", "numbers", "decimal commas", "unclear commas", "time zones",
    "yes or no", "text",
]  # fmt: skip

_DECIMAL_COMMA: Final = re.compile(r"[+-]?[0-9]+(,[0-9]+)?")
#: Commas that can be of thousands; most of such numbers can have a decimal comma as well.
_THOUSANDS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}(,[0-9]{3})+(\.[0-9]*)?")
_POINTS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}(\.[0-9]{3})+")
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_BASIC_DATE: Final = re.compile(r"(?:199|20[0-9])[0-9]{5}")
_YES_NO: Final = frozenset({"true", "false", "yes", "no", "t", "f", "y", "n"})
#: A column is of a kind if at least this share of its cells is, so that one wrong cell does not hide it.
_SHARE: Final = 0.9
#: The share for times, which are seldom taken for something else.
_SHARE_OF_TIMES: Final = 0.6
#: The number of texts whose formats are tried on all texts.
_FIRST_TEXTS: Final = 20


@attrs.frozen
class ColumnKind(Value):
    """The kind of a column.

    Attributes:
        name: what the cells are.
        at_unit: the unit of instants or times that are numbers.
        at_format: the format of times that are not ISO 8601.
        other_formats: formats by which as many of the times can be read, as other times.
    """

    name: KindName
    at_unit: EpochUnit | None = None
    at_format: str | None = None
    other_formats: tuple[str, ...] = ()

    @property
    def is_time(self) -> bool:
        """Return True for instants, local times and dates."""
        return self.name in {"instants", "local times", "dates"}

    @property
    def is_local(self) -> bool:
        """Return True for times that need a time zone."""
        return self.name in {"local times", "dates"}

    @property
    def is_number(self) -> bool:
        """Return True for numbers with any decimal separator."""
        return self.name in {"numbers", "decimal commas"}

    def describe(self, cells: Sequence[str]) -> str:
        """Return what cells of this kind look like."""
        unit = "" if self.at_unit is None else f", {epoch_unit_name(self.at_unit)}"
        format_ = "" if self.at_format is None else f", {' or '.join((self.at_format, *self.other_formats))}"
        different = len(set(cells))
        match self.name:
            case "instants" | "local times" | "dates":
                return f"{self.name}{unit or format_ or ', ISO 8601'}"
            case "numbers":
                numbers = [number for number in map(cell_as_number, cells) if number is not None]
                return f"numbers, {min(numbers)} to {max(numbers)}"
            case "decimal commas":
                return "numbers with a decimal comma"
            case "unclear commas":
                return "numbers with commas, of decimals or of thousands"
            case "text" | "time zones" | "yes or no":
                return f"{self.name}, {different} different"
            case "empty":
                return "empty"
            case _:
                assert_never(self.name)


def find_column_kind(cells: Iterable[str]) -> ColumnKind:
    """Return the kind of the cells of a column; empty ones do not count."""
    texts = [cell for cell in cells if cell]
    if not texts:
        return ColumnKind("empty")
    for kind in (_find_epoch_column_kind(texts), _find_time_column_kind(texts), _find_time_format_column_kind(texts)):
        if kind is not None:
            return kind
    name = _find_number_column_kind(texts)
    if name is not None:
        return ColumnKind(name)
    if {text.lower() for text in texts} <= _YES_NO:
        return ColumnKind("yes or no")
    return ColumnKind("time zones" if _most_cells_match(texts, _is_time_zone_cell) else "text")


def _find_number_column_kind(texts: Sequence[str]) -> KindName | None:
    if _most_cells_match(texts, lambda text: cell_as_number(text) is not None):
        return "numbers"
    if _most_cells_match(texts, lambda text: _DECIMAL_COMMA.fullmatch(text) is not None) and any(
        map(_is_decimal_comma_cell, texts)
    ):
        return "decimal commas"
    if _most_cells_match(texts, lambda text: cell_as_number(text) is not None or _is_thousands_cell(text)):
        return "unclear commas"
    return None


def cells_may_group_thousands(texts: Iterable[str]) -> bool:
    """Return True if a number has a point, and every such number can be one of thousands.

    >>> cells_may_group_thousands(["1.100", "99"]), cells_may_group_thousands(["1.100", "2.5"])
    (True, False)
    """
    points = [text for text in texts if "." in text]
    return bool(points) and all(_POINTS.fullmatch(text) for text in points)


def _is_decimal_comma_cell(text: str) -> bool:
    """Return True for a number whose comma cannot be of thousands."""
    return "," in text and _DECIMAL_COMMA.fullmatch(text) is not None and not _is_thousands_cell(text)


def _is_thousands_cell(text: str) -> bool:
    return _THOUSANDS.fullmatch(text) is not None


def cell_as_number(text: str) -> Decimal | None:
    """Return the finite number of a text, or None."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _most_cells_match(texts: Sequence[str], has: Callable[[str], bool], share: float = _SHARE) -> bool:
    return sum(1 for text in texts if has(text)) >= share * len(texts)


def _find_epoch_column_kind(texts: Sequence[str]) -> ColumnKind | None:
    units = [find_epoch_unit(Decimal(text)) if is_epoch(text) else None for text in texts]
    unit = next((unit for unit in units if unit is not None), None)
    if unit is None or units.count(unit) < _SHARE_OF_TIMES * len(texts):
        return None
    return ColumnKind("local times" if unit == "excel" else "instants", unit)


def _find_time_column_kind(texts: Sequence[str]) -> ColumnKind | None:
    times: list[datetime] = []
    for text in texts:
        try:
            if _ISO_DATE.match(text) or _BASIC_DATE.fullmatch(text):
                times.append(parse_iso_log_time(text, "at"))
        except InvalidValue:
            continue
    if len(times) < _SHARE_OF_TIMES * len(texts):
        return None
    if _most_cells_match(texts, _is_date_cell, _SHARE_OF_TIMES):
        return ColumnKind("dates")
    return ColumnKind("local times" if any(time.tzinfo is None for time in times) else "instants")


def _is_date_cell(text: str) -> bool:
    return _ISO_DATE.fullmatch(text) is not None or _BASIC_DATE.fullmatch(text) is not None


def _find_time_format_column_kind(texts: Sequence[str]) -> ColumnKind | None:
    """Return the kind of times of a known format: that of the most texts, and of several such formats the first."""
    formats = dict.fromkeys(format_ for text in texts[:_FIRST_TEXTS] for format_ in suggest_time_formats(text))
    times = {format_: [parse_log_time_or_none(text, format_) for text in texts] for format_ in formats}
    counts = {format_: len(texts) - found.count(None) for format_, found in times.items()}
    most = max(counts.values(), default=0)
    if most == 0 or most < _SHARE_OF_TIMES * len(texts):
        return None
    best, *others = (format_ for format_, count in counts.items() if count == most)
    name: KindName = "instants" if "%z" in best else "local times" if ":%M" in best else "dates"
    others = [format_ for format_ in others if times[format_] != times[best]]  # the rest reads the same
    return ColumnKind(name, at_format=best, other_formats=tuple(others))


def _is_time_zone_cell(text: str) -> bool:
    try:
        zone(text)
    except InvalidValue:
        return False
    return True
