"""Workbooks: the rows of one sheet of an Excel or OpenDocument file; requires the extra ``excel``.

The header is the first row that has the required columns, or else the first that is no title: a row with less than half
of the cells of the fullest one among the first rows. Dates and times are texts of ISO 8601; a number without digits
after the point is a whole one, because spreadsheets have no others. A sheet is read into memory as a whole.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time, timedelta
from io import BytesIO
from typing import Any, Final

from trophy_engine.analysis.event_logs.columns import Columns, number_column_names
from trophy_engine.analysis.event_logs.readers.files import LogReading, read_log_bytes
from trophy_engine.error_messages import list_keys_in_message, short_repr
from trophy_engine.errors import InvalidValue, MissingExtra, TrophyError

try:
    from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError
except ModuleNotFoundError as error:
    raise MissingExtra("reading Excel files", "excel") from error

#: Floats from here on do not have all whole numbers.
_EXACT: Final = 2**53
#: The number of rows among which the header is.
_FIRST_ROWS: Final = 20


def read_excel(
    path: str, sheet: str | None, columns: Columns | None, reading: LogReading
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the number and the cells of each row of a sheet, by column; with ``columns``, of the required ones alone.

    Raises:
        TrophyError: the file cannot be read, or has no such sheet.
        InvalidValue: a required column is missing or stands twice.
    """
    opened = _open_sheet(path, sheet, reading)
    start = opened.start
    rows = [
        (number, cells)
        for number, cells in enumerate(
            opened.to_python(skip_empty_area=True), start=1 if start is None else start[0] + 1
        )
        if any(cell != "" for cell in cells)
    ]
    place = _find_sheet_header(
        path, [[_sheet_cell_as_text(cell) for cell in cells] for _, cells in rows[:_FIRST_ROWS]], columns
    )
    reading.header = header = [_sheet_cell_as_text(cell) for cell in rows[place][1]] if rows else []
    if columns is None:
        names = {name: index for index, name in enumerate(number_column_names(header))}
    else:
        names = columns.places(path, header, numbered=True)
    for number, cells in rows[place + 1 :]:
        yield number, {name: _convert_sheet_cell(cells[index]) for name, index in names.items()}


def _find_sheet_header(path: str, first_rows: list[list[str]], columns: Columns | None) -> int:
    """Return the place of the header among the first rows that are not empty."""
    if columns is not None:
        for place, header in enumerate(first_rows):
            try:
                columns.places(path, header, numbered=True)
            except InvalidValue:
                continue
            return place
    filled = [sum(map(bool, cells)) for cells in first_rows]
    return next((place for place, count in enumerate(filled) if 2 * count >= max(filled)), 0)


def _open_sheet(path: str, sheet: str | None, reading: LogReading) -> CalamineSheet:
    content = BytesIO(read_log_bytes(path, reading))
    try:
        workbook = CalamineWorkbook.from_filelike(content)
        if sheet is not None and sheet not in workbook.sheet_names:
            known = list_keys_in_message(workbook.sheet_names)
            raise TrophyError(f"{path} has no sheet {short_repr(sheet)} (--sheet); it has {known}")
        if not workbook.sheet_names:
            raise TrophyError(f"{path} has no sheets")
        return workbook.get_sheet_by_name(workbook.sheet_names[0] if sheet is None else sheet)
    except PasswordError:
        raise TrophyError(f"cannot read {path}: it has a password; save it without one") from None
    except CalamineError as error:
        raise TrophyError(f"cannot read {path} as a workbook: {error}") from error


def sheet_names(path: str) -> list[str]:
    """Return the names of the sheets of a workbook.

    Raises:
        TrophyError: the file cannot be read.
    """
    try:
        return list(CalamineWorkbook.from_filelike(BytesIO(read_log_bytes(path, LogReading()))).sheet_names)
    except CalamineError as error:
        raise TrophyError(f"cannot read {path} as a workbook: {error}") from error


def _convert_sheet_cell(cell: Any) -> Any:
    return cell if isinstance(cell, bool) else _sheet_cell_as_text(cell)


def _sheet_cell_as_text(cell: Any) -> str:
    """Return a cell as text; a whole number has no point."""
    match cell:
        case datetime() | time():
            return cell.isoformat(sep=" ") if isinstance(cell, datetime) else cell.isoformat()
        case timedelta():
            return str(cell.total_seconds())
        case float() if cell.is_integer() and abs(cell) < _EXACT:
            return str(int(cell))
        case _:
            return str(cell).strip()
