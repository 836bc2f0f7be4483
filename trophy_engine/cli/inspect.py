"""``trophy-engine inspect LOG``: print what the columns of a log are, and how to replay it."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.file_formats import FileFormat
from trophy_engine.analysis.event_logs.inspection.inspect_log import LogInspection, inspect_log
from trophy_engine.calendar.instants import format_instant, to_micros
from trophy_engine.cli import logs, skipped_rows
from trophy_engine.cli.console import exit_with_error, print_parts
from trophy_engine.cli.tables import rich_table
from trophy_engine.errors import InvalidValue, TrophyError
from trophy_engine.rules.phrases import count_noun

_MAX_EXAMPLE = 24


def inspect(
    log: Annotated[str, typer.Argument(help="An event log: CSV, JSON, JSON Lines, Excel, Parquet or Arrow.")],
    log_format: logs.Format = None,
    delimiter: logs.Delimiter = None,
    encoding: logs.Encoding = None,
    sheet: logs.Sheet = None,
    records: logs.Records = None,
) -> None:
    """Print what the columns of a log look like and are taken for, its users and times, and how to replay it.

    The last part is rules to start from and the command that evaluates the log under them, to be pasted into a shell.

    Exit status: 0 if the log has events; 1 if not, or if it cannot be read; 2 for a wrong call.
    """
    try:
        options = logs.LogOptions(
            format=log_format, delimiter=delimiter, encoding=encoding, sheet=sheet, records=records
        )
        inspection = inspect_log(log, options.file_format())
        print_parts(_printed_inspection(inspection))
        skipped_rows.check_any_row_evaluated(
            inspection.events, inspection.bad_rows, log, first=inspection.first_bad_row, left_out=inspection.left_out
        )
        typer.echo(_shell_commands_to_paste(inspection), nl=False)
    except InvalidValue as error:
        exit_with_error(error.rename_fields(logs.option_name_of))
    except (TrophyError, OSError) as error:
        exit_with_error(error)


def _printed_inspection(inspection: LogInspection) -> Iterator[Table | Text]:
    users, events, rows = (
        count_noun(inspection.users, "user"),
        count_noun(inspection.events, "event"),
        count_noun(inspection.rows, "row"),
    )
    times = ""
    if inspection.first is not None and inspection.last is not None:
        first, last = (format_instant(to_micros(at)) for at in (inspection.first, inspection.last))
        times = f", from {first} to {last}"
    bad = f", {count_noun(inspection.bad_rows, 'bad row')}" if inspection.bad_rows else ""
    yield Text(f"{inspection.path}: {rows}, {users}, {events}{times}{bad}", no_wrap=True, overflow="ignore")
    yield rich_table(
        "Columns",
        ("column", "looks like", "taken for", "because of", "examples"),
        [
            (
                column.name,
                column.looks_like,
                column.taken_for,
                column.reason,
                ", ".join(map(_cut_printed_example, column.examples)),
            )
            for column in inspection.inspected
        ],
        (),
    )
    yield from map(Text, inspection.notes)


def _cut_printed_example(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _MAX_EXAMPLE else f"{line[: _MAX_EXAMPLE - 1]}…"


def _shell_commands_to_paste(inspection: LogInspection) -> str:
    """Return commands that write the rules and evaluate the log."""
    rules = next(name for name in _suggest_rules_file_names() if not Path(name).exists())
    text = inspection.ruleset.to_text("toml")
    # A name with a leading dash would be taken for an option.
    log = f"./{inspection.path}" if inspection.path.startswith("-") else inspection.path
    words = ["trophy-engine", "replay", rules, log]
    words += [*_list_column_options(inspection.columns), *_list_format_options(inspection.file_format, inspection.path)]
    return f"\nTo start, paste:\n\ncat > {rules} <<'RULES'\n{text}RULES\n{shlex.join(words)}\n"


def _suggest_rules_file_names() -> Iterator[str]:
    yield "rules.toml"
    number = 2
    while True:
        yield f"rules-{number}.toml"
        number += 1


def _list_column_options(columns: Columns) -> Iterator[str]:
    """Yield the options of the command line that declare columns."""
    for option, constant, column, default in (
        ("user-column", "single-user", columns.user, "user_id"),
        ("at-column", "", columns.at, "at"),
        ("metric-column", "metric", columns.metric, "" if columns.metric_map is None else "event"),
        ("value-column", "value", columns.value, "=1"),
        ("tz-column", "tz", columns.time_zone, None),
    ):
        if column is None or column == default or (columns.values and option == "metric-column"):
            continue
        yield from (f"--{constant}", column[1:]) if column.startswith("=") else (f"--{option}", column)
    for option, pairs in (
        ("map", columns.metric_map or {}),
        ("values", columns.values),
        ("value-map", columns.value_map or {}),
    ):
        for left, right in pairs.items():
            yield from (f"--{option}", f"{left}={right}")
    for key, column in columns.attributes.items():
        yield from ("--attribute", key if key == column else f"{key}={column}")
    for option, value, default in (
        ("at-unit", columns.at_unit, None),
        ("at-format", columns.at_format, None),
        ("decimal", columns.decimal, "."),
        ("key-column", columns.key, None),
    ):
        if value is not None and value != default:
            yield from (f"--{option}", value)


def _list_format_options(file_format: FileFormat, path: str) -> Iterator[str]:
    """Yield the options of the command line that tell how a file is written, without what the ending tells."""
    if file_format.name is not None and not _has_format_ending(path):
        yield from ("--log-format", file_format.name)
    for field in ("delimiter", "encoding", "sheet", "records"):
        value = getattr(file_format, field)
        if value is not None:
            yield from (f"--{field}", value)


def _has_format_ending(path: str) -> bool:
    try:
        FileFormat().name_for(path)
    except TrophyError:
        return False
    return True
