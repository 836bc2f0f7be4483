"""Delimited files: CSV, TSV, and files with semicolons or pipes; the delimiter is found from the header."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from operator import itemgetter
from typing import Any, Final, TextIO

from trophy_engine.analysis.event_logs.columns import Columns, number_column_names
from trophy_engine.analysis.event_logs.file_formats import remove_compression_ending
from trophy_engine.analysis.event_logs.readers.files import LogReading
from trophy_engine.errors import InvalidValue

DELIMITERS: Final = (",", ";", "\t", "|")
#: A first line that names the delimiter, which spreadsheets write and read.
_SEPARATOR: Final = re.compile(r'\ufeff?"?sep=(.)"?[\r\n]*', re.IGNORECASE)
#: The maximal number of lines of a header with line breaks in quotes.
_MAX_HEADER_LINES: Final = 20


def read_delimited(
    text: TextIO, path: str, delimiter: str | None, columns: Columns | None, reading: LogReading
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Yield the line and the cells of each row, by column; with ``columns``, of the required columns alone.

    Raises:
        InvalidValue: a required column is missing or stands twice.
        csv.Error: a cell is too long, or quotes are wrong.
    """
    skipped, lines = 0, _read_delimited_header_lines(text)
    named = _SEPARATOR.fullmatch(lines[0]) if lines else None
    if named:
        delimiter, skipped, lines = delimiter or named[1], 1, _read_delimited_header_lines(text)
    while lines and not lines[0].strip():
        skipped, lines = skipped + 1, lines[1:] or _read_delimited_header_lines(text)
    if delimiter is None:
        delimiter = find_delimiter(path, lines, columns)
    rows = csv.reader(chain(lines, text), delimiter=delimiter)
    reading.header = header = [name.strip() for name in next(rows, [])]
    if columns is None:
        names, places = number_column_names(header), list(range(len(header)))
    else:
        found = columns.places(path, header, numbered=True)
        names, places = list(found), list(found.values())
    yield from _read_delimited_cells(rows, names, places, skipped)


def _read_delimited_cells(
    rows: Any, names: Sequence[str], places: Sequence[int], skipped: int
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    width = max(places, default=-1) + 1
    if not names:  # all columns are constants
        for row in rows:
            if row:
                yield rows.line_num + skipped, {}
        return
    select = itemgetter(*places) if len(places) > 1 else lambda row: (row[places[0]],)
    for row in rows:
        if not row:
            continue
        cells = row if len(row) >= width else [*row, *[""] * (width - len(row))]
        yield rows.line_num + skipped, dict(zip(names, select(cells), strict=True))


def _read_delimited_header_lines(text: TextIO) -> list[str]:
    """Return the lines of the header, which has several if there are line breaks in quotes."""
    lines = [line for line in [text.readline()] if line]
    quotes = lines[0].count('"') if lines else 0
    while quotes % 2 and len(lines) < _MAX_HEADER_LINES:
        line = text.readline()
        if not line:
            break
        lines.append(line)
        quotes += line.count('"')
    return lines


def find_delimiter(path: str, lines: Sequence[str], columns: Columns | None) -> str:
    """Return the delimiter with which a header has all required columns, or else the most columns.

    Of several the first of comma, semicolon, tab and pipe; in a file that ends in ``.tsv`` tab is the first.
    """
    delimiters: Sequence[str] = DELIMITERS
    if remove_compression_ending(path).endswith(".tsv"):
        delimiters = ("\t", *(delimiter for delimiter in DELIMITERS if delimiter != "\t"))
    headers = {delimiter: _parse_delimited_header(lines, delimiter) for delimiter in delimiters}
    if columns is not None:
        for delimiter, header in headers.items():
            try:
                columns.places(path, header, numbered=True)
            except InvalidValue:
                continue
            if len(header) > 1:
                return delimiter
    return max(delimiters, key=lambda delimiter: len(headers[delimiter]))


def _parse_delimited_header(lines: Sequence[str], delimiter: str) -> list[str]:
    try:
        return [name.strip() for name in next(csv.reader(lines, delimiter=delimiter), [])]
    except csv.Error:
        return []
