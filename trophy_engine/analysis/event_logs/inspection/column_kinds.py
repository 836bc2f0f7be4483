"""Kinds of columns: what the cells of a column look like, from a sample of them.

>>> cells_kind(["2024-01-05", "2024-01-06"]), cells_kind(["1704448800", "1704535200"])
(ColumnKind(name='dates', at_unit=None, at_format=None), ColumnKind(name='instants', at_unit='s', at_format=None))
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Final, Literal, assert_never

import attrs

from trophy_engine.analysis.event_logs.epochs import EpochUnit, find_unit, is_epoch, unit_name
from trophy_engine.analysis.event_logs.time_formats import parse_iso, suggest_formats
from trophy_engine.calendar.zones import zone
from trophy_engine.errors import InvalidValue
from trophy_engine.representation import brief_repr

__all__ = ["ColumnKind", "KindName"]

KindName = Literal[
    "empty", "instants", "local times", "dates", "numbers", "decimal commas", "time zones", "yes or no", "text"
]

_DECIMAL_COMMA: Final = re.compile(r"[+-]?[0-9]+(,[0-9]+)?")
_ISO_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_YES_NO: Final = frozenset({"true", "false", "yes", "no", "t", "f", "y", "n"})
#: A column is of a kind if at least this share of its cells is, so that one wrong cell does not hide it.
_SHARE: Final = 0.9
#: The share for times, which are seldom taken for something else.
_SHARE_OF_TIMES: Final = 0.6


@attrs.frozen
class ColumnKind:
    """The kind of a column.

    Attributes:
        name: what the cells are.
        at_unit: the unit of instants or times that are numbers.
        at_format: the format of times that are not ISO 8601.
    """

    __repr__ = brief_repr

    name: KindName
    at_unit: EpochUnit | None = None
    at_format: str | None = None

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
        unit = "" if self.at_unit is None else f", {unit_name(self.at_unit)}"
        format_ = "" if self.at_format is None else f", {self.at_format}"
        different = len(set(cells))
        match self.name:
            case "instants" | "local times" | "dates":
                return f"{self.name}{unit or format_ or ', ISO 8601'}"
            case "numbers":
                numbers = [number for number in map(as_number, cells) if number is not None]
                return f"numbers, {min(numbers)} to {max(numbers)}"
            case "decimal commas":
                return "numbers with a decimal comma"
            case "text" | "time zones" | "yes or no":
                return f"{self.name}, {different} different"
            case "empty":
                return "empty"
            case _:
                assert_never(self.name)


def cells_kind(cells: Iterable[str]) -> ColumnKind:
    """Return the kind of the cells of a column; empty ones do not count."""
    texts = [cell for cell in cells if cell]
    if not texts:
        return ColumnKind("empty")
    for kind in (_epoch_kind(texts), _time_kind(texts), _format_kind(texts)):
        if kind is not None:
            return kind
    if _most(texts, lambda text: as_number(text) is not None):
        return ColumnKind("numbers")
    if _most(texts, lambda text: _DECIMAL_COMMA.fullmatch(text) is not None):
        return ColumnKind("decimal commas")
    if {text.lower() for text in texts} <= _YES_NO:
        return ColumnKind("yes or no")
    return ColumnKind("time zones" if _most(texts, _is_zone) else "text")


def as_number(text: str) -> Decimal | None:
    """Return the finite number of a text, or None."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _most(texts: Sequence[str], has: Callable[[str], bool], share: float = _SHARE) -> bool:
    return sum(1 for text in texts if has(text)) >= share * len(texts)


def _epoch_kind(texts: Sequence[str]) -> ColumnKind | None:
    units = [find_unit(Decimal(text)) if is_epoch(text) else None for text in texts]
    unit = next((unit for unit in units if unit is not None), None)
    if unit is None or units.count(unit) < _SHARE_OF_TIMES * len(texts):
        return None
    return ColumnKind("local times" if unit == "excel" else "instants", unit)


def _time_kind(texts: Sequence[str]) -> ColumnKind | None:
    times: list[datetime] = []
    for text in texts:
        try:
            if _ISO_DATE.match(text):
                times.append(parse_iso(text, "at"))
        except InvalidValue:
            continue
    if len(times) < _SHARE_OF_TIMES * len(texts):
        return None
    if _most(texts, lambda text: _ISO_DATE.fullmatch(text) is not None, _SHARE_OF_TIMES):
        return ColumnKind("dates")
    return ColumnKind("local times" if any(time.tzinfo is None for time in times) else "instants")


def _format_kind(texts: Sequence[str]) -> ColumnKind | None:
    """Return the kind of times of the known format that most texts have; of several, the first."""
    first = suggest_formats(texts[0])
    counts = Counter(format_ for text in texts for format_ in suggest_formats(text)) if first else Counter()
    format_ = max(first, key=counts.__getitem__, default=None)
    if format_ is None or counts[format_] < _SHARE_OF_TIMES * len(texts):
        return None
    name: KindName = "instants" if "%z" in format_ else "local times" if ":%M" in format_ else "dates"
    return ColumnKind(name, at_format=format_)


def _is_zone(text: str) -> bool:
    try:
        zone(text)
    except InvalidValue:
        return False
    return True
