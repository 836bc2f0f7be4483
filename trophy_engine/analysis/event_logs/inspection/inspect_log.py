"""Inspect a log: find its format and columns from a sample, read it with them, and describe what it has."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal

import attrs

from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.events import BadRow, Event, Source
from trophy_engine.analysis.event_logs.file_formats import STDIN, FileFormat, LogFormat, remove_compression_ending
from trophy_engine.analysis.event_logs.inspection.column_kinds import cells_may_group_thousands, find_column_kind
from trophy_engine.analysis.event_logs.inspection.column_roles import (
    Roles,
    SampledColumn,
    find_column_roles,
    is_column_named_time_zone,
)
from trophy_engine.analysis.event_logs.inspection.starting_rules import starting_rules
from trophy_engine.analysis.event_logs.readers.files import (
    READ_ERRORS,
    LogReading,
    describe_log_read_error,
    open_log_as_text,
)
from trophy_engine.analysis.event_logs.sources import RawRow, read_log, read_log_rows
from trophy_engine.calendar.instants import from_micros
from trophy_engine.errors import InvalidValue, TrophyError
from trophy_engine.numbers import Number, add
from trophy_engine.paths import check_path
from trophy_engine.rules.constraints import InstanceOf, Optional
from trophy_engine.rules.ruleset import Ruleset
from trophy_engine.values import Value

__all__ = ["InspectedColumn", "LogInspection", "inspect_log"]

_SAMPLE: Final = 1_000
_MAX_EXAMPLES: Final = 3
_MAX_DEPTH: Final = 6
#: Names of columns without one.
_UNNAMED: Final = re.compile(r"#[0-9]+")
#: The number of bytes that tell UTF-16.
_START: Final = 4_096
#: Byte-order marks of UTF-16, by which a file is read without an option.
_MARKS: Final = ("\xff\xfe", "\xfe\xff")
#: The encodings that are tried; every file has the last one.
_ENCODINGS: Final = (None, "cp1252", "latin-1")


@attrs.frozen
class InspectedColumn(Value):
    """A column of an inspected log.

    Attributes:
        name: the name, or the path of nested JSON.
        looks_like: what the cells of the sample look like.
        taken_for: what the column is taken for, for example ``"user"``; empty if it is not used.
        reason: why it is taken for that.
        examples: different cells of the sample.
    """

    name: str
    looks_like: str
    taken_for: str
    reason: str
    examples: tuple[str, ...]


@attrs.frozen
class LogInspection(Value):
    """What a log has.

    Attributes:
        path: the log.
        file_format: how the file is written, as found.
        inspected: the columns.
        columns: what the columns are taken for, as arguments of ``read_log``.
        ruleset: rules to start from.
        rows: the number of rows.
        events: the number of events of the good rows.
        users: the number of users.
        first, last: the instants of the first and the last event; None without events.
        bad_rows: the number of bad rows.
        first_bad_row: the first of them, or None.
        left_out: the number of rows and values that are left out, by the attribute of ``Columns`` that does so.
        notes: what the log does not tell, with the options of the command line that do.
    """

    path: str
    file_format: FileFormat
    inspected: tuple[InspectedColumn, ...]
    columns: Columns
    ruleset: Ruleset
    rows: int
    events: int
    users: int
    first: datetime | None
    last: datetime | None
    bad_rows: int
    first_bad_row: BadRow | None
    left_out: Mapping[str, int]
    notes: tuple[str, ...]


def inspect_log(path: str, file_format: FileFormat | None = None) -> LogInspection:
    """Return what a log has, and what its columns are taken for.

    The first thousand rows tell what columns look like; then the whole log is read with them.

    Args:
        path: the file; standard input cannot be inspected, because it can be read once only.
        file_format: what is known of how the file is written; the rest is found.

    Raises:
        InvalidValue: an argument is invalid.
        TrophyError: the file cannot be read, is empty, or no column looks like instants.
    """
    path = check_path(path)
    Optional(InstanceOf((FileFormat,))).check("file_format", file_format)
    if path == STDIN:
        raise InvalidValue("standard input can be read once only; inspect a file")
    known = file_format or FileFormat()
    name = known.name or _find_log_format(path, known)
    known = attrs.evolve(known, name=name)
    if name in {"csv", "jsonl", "json"} and known.encoding is None:
        known = attrs.evolve(known, encoding=_find_log_encoding(path))
    if name == "excel" and known.sheet is None:
        known = attrs.evolve(known, sheet=_find_sheet_to_inspect(path, known))
    sample, bad_row = _sample_columns(path, known)
    if bad_row is not None and not sample:
        raise TrophyError(f"{path} has no good row; the first: {bad_row}")
    roles = find_column_roles(sample)
    if roles is None:
        names = ", ".join(f"{column.name!r} ({column.kind.name})" for column in sample)
        fact = f"{path} has no column that looks like instants, times or dates; it has {names or 'no rows'}"
        raise TrophyError(f"{fact}{_missing_time_column_remedy(sample)}")
    inspected = tuple(
        InspectedColumn(
            column.name,
            roles.kinds[column.name].describe(column.cells),
            *roles.reasons.get(column.name, ("", "")),
            tuple(dict.fromkeys(column.cells))[:_MAX_EXAMPLES],
        )
        for column in sample
    )
    return _read_inspected_log(path, known, inspected, roles, tuple(_inspection_notes(sample, roles)))


def _inspection_notes(sample: list[SampledColumn], roles: Roles) -> Iterator[str]:
    columns = roles.columns
    if columns.user.startswith("="):
        yield "No column is named like a user; if one is, set it with --user-column in place of --single-user."
    if columns.time_zone == "=UTC":
        yield "The times are local times; set the zone that they are in with --tz."
    for column in sample:
        kind = column.kind
        if column.name == columns.at and kind.other_formats:
            yield (
                f"The times in {column.name!r} have two meanings: {kind.at_format} is proposed, and "
                f"{' and '.join(kind.other_formats)} fits as well; set the one that is meant with --at-format."
            )
        if is_column_named_time_zone(column) and column.cells and columns.time_zone == "=UTC":
            yield (
                f"The column {column.name!r} is named like a time zone, but has cells that are none, so it is not used "
                "for the times."
            )
        if kind.name == "unclear commas" and column.name not in roles.reasons:
            yield (
                f"The commas in {column.name!r} are of decimals or of thousands, so it is not used; decimals are read "
                "with --decimal , and thousands cannot be read."
            )
        is_used = roles.reasons.get(column.name, ("",))[0] == "value"
        if is_used and "." in (columns.at_format or "") and cells_may_group_thousands(column.cells):
            yield f"The points in {column.name!r} are read as decimal points; if they are of thousands, remove them."
        if kind.name == "decimal commas" and column.name not in roles.reasons and columns.decimal == ".":
            yield f"The column {column.name!r} has commas and others have points, so it is not used."
        if column.name.startswith("="):
            yield f"The column {column.name!r} is not used, because no option can name it; rename it."


def _missing_time_column_remedy(sample: Sequence[SampledColumn]) -> str:
    if sum(not column.name.startswith("#") for column in sample) == 1:
        return "; the first row must be the header"
    return "; replay reads times in other formats with --at-format" if sample else ""


def _read_inspected_log(
    path: str,
    file_format: FileFormat,
    inspected: tuple[InspectedColumn, ...],
    roles: Roles,
    notes: tuple[str, ...],
) -> LogInspection:
    columns = roles.columns
    log = read_log(path, columns, file_format)
    first_bad_row, bad_rows = None, 0
    users: set[str] = set()
    events: Counter[str] = Counter()
    totals: dict[str, dict[str, Number]] = defaultdict(dict)
    first = last = None
    keys: set[tuple[str, str, str]] = set()
    repeated = 0
    for row in log:
        if not isinstance(row, Event):
            bad_rows += 1
            first_bad_row = first_bad_row or row
            continue
        if row.key:
            key = row.user_id, row.metric, row.key
            if key in keys:
                repeated += 1
                continue
            keys.add(key)
        users.add(row.user_id)
        events[row.metric] += 1
        by_user = totals[row.metric]
        by_user[row.user_id] = add(by_user.get(row.user_id, 0), row.value)
        first = row.at if first is None or row.at < first else first
        last = row.at if last is None or row.at > last else last
    ordered = {metric: totals[metric] for metric, _ in events.most_common()}
    return LogInspection(
        path=path,
        file_format=file_format,
        inspected=inspected,
        columns=columns,
        ruleset=starting_rules(ordered, roles.names, columns.attributes),
        rows=log.reading.rows,
        events=events.total(),
        users=len(users),
        first=None if first is None else from_micros(first),
        last=None if last is None else from_micros(last),
        bad_rows=bad_rows,
        first_bad_row=first_bad_row,
        left_out={**log.left_out(), **({"key": repeated} if repeated else {})},
        notes=notes,
    )


def _find_log_format(path: str, known: FileFormat) -> LogFormat:
    """Return the format by the ending, or by the first bytes of a file with another one."""
    try:
        return known.name_for(path)
    except InvalidValue:
        start = _read_first_bytes_of_log(path)
    if start.startswith(b"PAR1"):
        return "parquet"
    if start.startswith(b"ARROW1"):
        return "arrow"
    if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")) and not remove_compression_ending(path).endswith(".zip"):
        return "excel"
    if start.lstrip().startswith(b"<"):
        raise TrophyError(f"{path} looks like XML or HTML, which is not read; convert it to CSV or JSON")
    return "json" if start.lstrip()[:1] in {b"{", b"["} else "csv"


def _read_first_bytes_of_log(path: str) -> bytes:
    try:
        with Path(path).open("rb") as file:
            return file.read(64)
    except OSError as error:
        raise TrophyError(f"cannot read {path}: {describe_log_read_error(error)}") from error


def _find_log_encoding(path: str) -> str | None:
    """Return the encoding of a text, or None if it is UTF-8 or has a byte-order mark."""
    try:
        with open_log_as_text(path, "latin-1", LogReading()) as text:
            start = text.read(_START)
        if start.startswith(_MARKS):
            return None
        # Every second byte of most texts in UTF-16 is NUL.
        odd, even = start[1::2].count("\0"), start[::2].count("\0")
        encodings = ("utf-16-be" if even > odd else "utf-16-le",) if 4 * (odd + even) > len(start) else _ENCODINGS
        for encoding in encodings:
            try:
                with open_log_as_text(path, encoding, LogReading()) as text:
                    while text.read(1 << 20):
                        pass
            except UnicodeError:
                continue
            return encoding
    except READ_ERRORS as error:
        raise TrophyError(f"cannot read {path}: {describe_log_read_error(error)}") from error
    return None


def _find_sheet_to_inspect(path: str, known: FileFormat) -> str | None:
    """Return the name of the first sheet with a column of times; None if it is the first of all."""
    from trophy_engine.analysis.event_logs.readers.excel import sheet_names  # noqa: PLC0415  # comes with an extra

    names = sheet_names(path)
    for place, name in enumerate(names):
        if find_column_roles(_sample_columns(path, attrs.evolve(known, sheet=name))[0]) is not None:
            return name if place else None
    return None


def _sample_columns(path: str, file_format: FileFormat) -> tuple[list[SampledColumn], BadRow | None]:
    """Return the columns of a log in order, with the cells of the first thousand rows, and the first bad row."""
    name = file_format.name_for(path)
    raw_rows = (
        _read_columnar_sample(path, name)
        if name == "parquet" or name == "arrow"  # noqa: PLR1714  # mypy narrows by this alone
        else read_log_rows(path, name, file_format, None, LogReading())
    )
    cells: dict[str, list[Any]] = {}
    count = 0
    bad_row = None
    with closing(raw_rows):
        for line, row in islice(raw_rows, _SAMPLE):
            if isinstance(row, InvalidValue):
                bad_row = bad_row or BadRow(Source(path, line), str(row))
                continue
            count += 1
            for column, cell in _flatten_json_row(row) if name in {"json", "jsonl"} else row.items():
                cells.setdefault(column, []).append(cell)
    columns = []
    for column, values in cells.items():
        texts = tuple(text for text in (_sampled_cell_text(value) for value in values) if text)
        if _UNNAMED.fullmatch(column) and not texts:
            continue
        is_flag = any(isinstance(value, bool) for value in values)
        columns.append(SampledColumn(column, find_column_kind(texts), texts, count - len(texts), is_flag))
    return columns, bad_row


def _flatten_json_row(row: Mapping[str, Any], before: str = "", depth: int = 0) -> Iterator[tuple[str, Any]]:
    """Yield the paths and the cells of a row that are no lists."""
    for name, value in row.items():
        if isinstance(value, Mapping) and depth < _MAX_DEPTH:
            yield from _flatten_json_row(value, f"{before}{name}.", depth + 1)
        elif not isinstance(value, list | Mapping) and (name or before):
            yield f"{before}{name}", value


def _sampled_cell_text(value: Any) -> str:
    """Return the text of a cell; that of lists and structures, which cannot be read, is empty."""
    if isinstance(value, list | Mapping):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return "" if value is None else str(value).strip()


def _read_columnar_sample(path: str, name: Literal["parquet", "arrow"]) -> Generator[RawRow, None, None]:
    from trophy_engine.analysis.event_logs.parquet import read_first_columnar_rows  # noqa: PLC0415  # pyarrow comes with an extra

    yield from enumerate(read_first_columnar_rows(path, name, _SAMPLE), start=1)
