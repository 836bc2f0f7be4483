"""Rows as events: a row of a log, as a mapping of columns to cells, becomes events, a bad row, or nothing.

Cells are texts, numbers, dates and times, as readers and callers have them. Dates and times are read by their text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from sys import intern
from typing import Any, Final

from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.epochs import EpochUnit, epoch_unit_name, find_epoch_unit, is_epoch, parse_epoch
from trophy_engine.analysis.event_logs.events import BadRow, Event, Row, Source
from trophy_engine.analysis.event_logs.local_times import (
    LocalTime,
    as_instant_or_local_time,
    parse_instant_or_local_time,
    resolve_local_time,
)
from trophy_engine.analysis.event_logs.time_formats import parse_formatted_log_time
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.error_messages import GivenValue
from trophy_engine.errors import InvalidValue, TrophyError
from trophy_engine.identifiers import check_text, check_user_id
from trophy_engine.numbers import Number, parse_exact_number
from trophy_engine.rules.notation import show_value
from trophy_engine.rules.structure import as_plain_value

_DECIMAL_COMMA: Final = re.compile(r"[+-]?[0-9]+,[0-9]+")
_THOUSANDS: Final = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
_UNITS: Final = "--at-unit (s, ms, us, ns or excel)"


# The constructor of a named tuple is a slower way to the same call.
_new_event: Final[Callable[[tuple[Any, ...]], Event]] = partial(tuple.__new__, Event)


class _LeftOut(Exception):
    """A row that is left out, by an attribute of ``Columns``."""

    def __init__(self, by: str) -> None:
        super().__init__(by)
        self.by = by


class RowParser:
    """Parses the rows of one log.

    Attributes:
        columns: the columns of the log.
        left_out: counts the rows and values that are left out, by the option that does so.
        unit: the unit of instants that are numbers; None until it is found.
        parse_time: parses the text of an instant of the row of a source.
    """

    def __init__(
        self,
        columns: Columns,
        left_out: Counter[str],
        on_note: Callable[[str], object] | None = None,
        unit: EpochUnit | None = None,
    ) -> None:
        self.columns = columns
        self.left_out = left_out
        self.unit = columns.at_unit or unit
        self._on_note = on_note
        self._attributes = sorted(columns.attributes.items())
        self._metric = intern(columns.metric[1:]) if columns.metric.startswith("=") else None
        self._value = parse_exact_number(columns.value[1:], "value") if columns.value.startswith("=") else None
        self._zone = None
        if columns.time_zone is not None and columns.time_zone.startswith("="):
            self._zone = zone(columns.time_zone[1:])
        self.parse_time: Callable[[str, Source], int | LocalTime] = (
            self._parse_unknown if columns.at_format is None else self._parse_formatted
        )
        if columns.at_unit is not None:
            self.parse_time = self._parse_number

    def parse(self, row: Mapping[str, Any], source: Source) -> Sequence[Row]:
        """Return the events of a row, or the bad row; nothing for a row that is left out.

        Raises:
            TrophyError: the instants of the log are numbers in different units.
        """
        try:
            return self._read_events(row, source)
        except InvalidValue as error:
            return (BadRow(source, str(error)),)
        except _LeftOut as left_out:
            self.left_out[left_out.by] += 1
            return ()

    def _read_events(self, row: Mapping[str, Any], source: Source) -> Sequence[Event]:
        columns = self.columns
        if columns.where:
            self._check_conditions(row)
        if columns.values:
            values = self._read_values(row)
            if not values:
                return ()
            metric, value = "", None
        else:
            values, metric = None, self._metric or self._read_metric(row)
        time_zone = self._zone if columns.time_zone is None or self._zone is not None else self._read_zone(row)
        at = self.parse_time(_read_row_cell(row, columns.at), source)
        if at.__class__ is not int:
            at = resolve_local_time(at, time_zone, columns.at)
        user_id = check_user_id(_read_row_cell(row, columns.user))
        if values is None:
            value = self._value if self._value is not None else self._read_value(row)
        attributes = self._read_attributes(row) if self._attributes else ()
        key = "" if columns.key is None else check_text(_read_row_cell(row, columns.key, required=False), columns.key)
        zone_name = None if time_zone is None else time_zone.name
        file, line = source
        return tuple(
            _new_event((at, user_id, metric, value, zone_name, attributes, file, line, key))
            for metric, value in (((metric, value),) if values is None else values)
        )

    def _check_conditions(self, row: Mapping[str, Any]) -> None:
        for column, texts in self.columns.where.items():
            if _row_cell_as_text(_find_row_cell(row, column)) not in texts:
                raise _LeftOut("where")

    def _read_zone(self, row: Mapping[str, Any]) -> Zone | None:
        name = _read_row_cell(row, self.columns.time_zone or "", required=False)
        return zone(name) if name else None

    def _read_attributes(self, row: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
        return tuple(
            (key, text)
            for key, column in self._attributes
            if (text := check_text(_read_row_cell(row, column, required=False), column))
        )

    def _read_metric(self, row: Mapping[str, Any]) -> str:
        columns = self.columns
        if columns.metric_map is None:
            return intern(_read_row_cell(row, columns.metric))
        metric = columns.metric_map.get(_read_row_cell(row, columns.metric, required=False))
        if metric is None:
            raise _LeftOut("metric_map")
        return metric

    def _read_value(self, row: Mapping[str, Any]) -> Number:
        column = self.columns.value
        text = self._value_text(row, column)
        if not text:
            raise InvalidValue(f"the column {column!r} is empty")
        value = self.parse_value(text, column)
        if value is None:
            raise _LeftOut("value_map")
        return value

    def _read_values(self, row: Mapping[str, Any]) -> list[tuple[str, Number]]:
        """Return the metrics and the values of a row with several metrics, without those that are empty."""
        values = []
        for metric, column in self.columns.values.items():
            text = self._value_text(row, column)
            value = self.parse_value(text, column) if text else None
            if value is not None:
                values.append((metric, value))
            elif text:
                self.left_out["value_map"] += 1
        return values

    def _value_text(self, row: Mapping[str, Any], column: str) -> str:
        has_words = self.columns.value_map is not None
        text = (
            _row_cell_as_text(_find_row_cell(row, column)) if has_words else _read_row_cell(row, column, required=False)
        )
        return text or self.columns.default_value or ""

    def parse_value(self, text: str, column: str) -> Number | None:
        """Parse the text of a value; None if it is left out.

        Raises:
            InvalidValue: it is not a number.
        """
        columns = self.columns
        if columns.value_map is not None:
            number = columns.value_map.get(text)
            return None if number is None else parse_exact_number(number, column)
        return _parse_decimal_cell(text, columns.decimal, column)

    def _parse_number(self, text: str, source: Source) -> int | LocalTime:
        del source
        return parse_epoch(text, self.unit or "s", self.columns.at)

    def _parse_formatted(self, text: str, source: Source) -> int | LocalTime:
        del source
        field = self.columns.at
        return as_instant_or_local_time(parse_formatted_log_time(text, self.columns.at_format or "", field), field)

    def _parse_unknown(self, text: str, source: Source) -> int | LocalTime:
        field = self.columns.at
        if text[4:5] == "-" or not is_epoch(text):
            return parse_instant_or_local_time(text, field)
        self.note_unit(text, source)
        return parse_epoch(text, self.unit or "s", field)

    def note_unit(self, text: str, source: Source) -> None:
        """Find the unit of an instant that is a number, and note it; later numbers must have the same unit.

        Raises:
            InvalidValue: the number is an instant of 1990 to 2099 in no unit.
            TrophyError: the number has another unit than earlier ones.
        """
        field = self.columns.at
        unit = find_epoch_unit(Decimal(text))
        if unit is None:
            fact = "must be a number that is an instant of 1990 to 2099 in one unit, or set its unit with"
            raise InvalidValue((f"{fact} {_UNITS}, not", GivenValue(text)), field)
        if self.unit is None:
            self.unit = unit
            if self._on_note is not None:
                self._on_note(
                    f"{source.file}: the column {field!r} is read as {epoch_unit_name(unit)} (--at-unit {unit})"
                )
        elif unit != self.unit:
            raise TrophyError(
                f"{source.file}:{source.line}: the column {field!r} has different units: {text} looks like "
                f"{epoch_unit_name(unit)}, and earlier numbers like {epoch_unit_name(self.unit)}; set {_UNITS}"
            )


def _parse_decimal_cell(text: str, decimal: str, column: str) -> Number:
    """Parse the value of a cell with a decimal separator.

    Raises:
        InvalidValue: it is not a number, or has the other separator.
    """
    if decimal == ",":
        if "." in text:
            raise InvalidValue(
                ("must be a number with a decimal comma and without points, not", GivenValue(text)), column
            )
        return parse_exact_number(text.replace(",", ".", 1), column)
    if "," in text:
        remedy = "; with a decimal comma set --decimal ," if _DECIMAL_COMMA.fullmatch(text) else ""
        if _THOUSANDS.fullmatch(text):
            remedy += "; separators of thousands are not read"
        raise InvalidValue(("must be a number, not", GivenValue(text, after=remedy)), column)
    return parse_exact_number(text, column)


def _find_row_cell(row: Mapping[str, Any], column: str) -> Any:
    """Return a cell, of nested JSON by its path; None if there is none."""
    value = row.get(column)
    if value is None and "." in column:
        value = row
        for name in column.split("."):
            value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _read_row_cell(row: Mapping[str, Any], column: str, *, required: bool = True) -> str:
    if column.startswith("="):
        return column[1:]
    value = row.get(column)
    if value.__class__ is str:
        text = value.strip()
    else:
        if value is None:
            value = _find_row_cell(row, column)
        if isinstance(value, list | dict | bool):  # possible in JSON, not in CSV
            raise InvalidValue(f"the column {column!r} must be text or a number, not {show_value(value)}")
        text = _row_cell_as_text(value)
    if required and not text:
        raise InvalidValue(f"the column {column!r} is empty")
    return text


def _row_cell_as_text(value: Any) -> str:
    """Return the text of a cell; that of true and false is as in JSON.

    Raises:
        InvalidValue: it has no text, such as an integer of more digits than Python writes.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    try:
        return "" if value is None else str(as_plain_value(value)).strip()
    except ValueError:
        raise InvalidValue(("a cell must be text or a number, not", GivenValue(value))) from None
