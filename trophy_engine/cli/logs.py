"""The arguments and options of event logs, shared by all commands that read one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

import attrs
import typer
from rich.progress import BarColumn, Progress, ProgressColumn, Task, TextColumn
from rich.text import Text

from trophy_engine.analysis.replay.evaluation import ProgressCallback
from trophy_engine.analysis.replay.events import BadRow, Columns, Event, Row
from trophy_engine.analysis.replay.git import GIT_COLUMNS, read_history
from trophy_engine.analysis.replay.local_times import LocalTime, parse_time, resolve_time
from trophy_engine.analysis.replay.sources import STDIN, Logs, read_log
from trophy_engine.calendar.instants import DAY, EPOCH_DAY, from_micros
from trophy_engine.calendar.zones import Zone, zone
from trophy_engine.cli.console import note_console
from trophy_engine.errors import InvalidValue, TrophyError
from trophy_engine.rules.phrases import count_noun
from trophy_engine.rules.ruleset import Ruleset

_SHOWN_BAD_ROWS = 20

Events = Annotated[
    list[str] | None,
    typer.Argument(help="Event logs: CSV or JSON Lines, plain or gzipped, Parquet or Arrow; - is standard input."),
]
Git = Annotated[
    Path | None, typer.Option(help="Read the commits of this git repository as events; the author is the user.")
]
User = Annotated[str, typer.Option(help="The column of the user id; =TEXT is a constant, here and below.")]
At = Annotated[
    str, typer.Option(help="The column of the instant, ISO 8601; local times and dates are read in the zone of --tz.")
]
Metric = Annotated[
    str | None,
    typer.Option(help="The column of the metric key.", show_default="the only metric of the rules, else metric"),
]
Value = Annotated[str, typer.Option(help="The column of the value.")]
TimeZone = Annotated[
    str | None,
    typer.Option("--tz", help="The column of the time zone, or =ZONE for all rows: an IANA name or ±HH:MM."),
]
Attributes = Annotated[
    list[str] | None,
    typer.Option("--attribute", help="A column that is an event attribute, or KEY=COLUMN; may be repeated."),
]
Format = Annotated[
    Literal["csv", "jsonl", "parquet", "arrow"] | None,
    typer.Option("--format", help="The format of the logs, if their names have no known ending."),
]
Until = Annotated[
    str | None,
    typer.Option(
        help="Evaluate and settle up to this instant, or through the end of this date in the zone of --tz =ZONE, else "
        "in UTC.",
        show_default="the last event's",
    ),
]
Strict = Annotated[bool, typer.Option(help="Stop at the first bad row.")]
MaxErrors = Annotated[int | None, typer.Option(help="Stop when there are more bad rows than this.", min=0)]
Workers = Annotated[int, typer.Option(help="The number of processes; it does not change the result.", min=1)]


@attrs.frozen
class LogOptions:
    """The options of the columns of a log."""

    user: str
    at: str
    metric: str | None
    value: str
    time_zone: str | None
    attributes: list[str] | None
    format: Literal["csv", "jsonl", "parquet", "arrow"] | None

    def read(self, ruleset: Ruleset, events: list[str] | None, git: Path | None = None) -> Logs:
        """Return the rows of the logs.

        Raises:
            InvalidValue: no log is given, or the format of one is unknown.
        """
        if git is None and not events:
            raise InvalidValue("no event log; name a file, - for standard input, or --git PATH")
        default_metric = f"={ruleset.metrics[0].key}" if len(ruleset.metrics) == 1 else "metric"
        pairs = (pair.partition("=") for pair in self.attributes or [])
        attributes = {key: column or key for key, _, column in pairs}
        columns = Columns(self.user, self.at, self.metric or default_metric, self.value, self.time_zone, attributes)
        sources: list[Iterable[Row]] = [read_log(path, columns, self.format) for path in events or []]
        if git is not None:
            sources.append(read_history(str(git), GIT_COLUMNS))
        return Logs(tuple(sources))

    def parse_until(self, until: str | None) -> datetime | None:
        """Parse ``--until``: an instant, or a date, which means its last microsecond.

        A date, and a time without an offset, are in the zone of ``--tz =ZONE``; without it, a date is in UTC.

        Raises:
            InvalidValue: it is neither, or a time without an offset or a zone.
        """
        if until is None:
            return None
        name = self.time_zone or ""
        time_zone = zone(name[1:]) if name.startswith("=") else None
        try:
            day = date.fromisoformat(until).toordinal()
        except ValueError:
            return from_micros(_read_time(until, time_zone))
        time_zone = time_zone or zone("UTC")
        resolve_time(LocalTime((day - EPOCH_DAY) * DAY), time_zone, "--until")
        return from_micros(time_zone.midnight(day + 1) - 1)


def _read_time(until: str, time_zone: Zone | None) -> int:
    time = parse_time(until, "--until")
    if isinstance(time, LocalTime) and time_zone is None:
        raise InvalidValue(f"must have an offset, as in {until}Z, or a time zone, as in --tz =Europe/Berlin", "--until")
    return resolve_time(time, time_zone, "--until")


def name_logs(events: list[str] | None, git: Path | None = None) -> str:
    """Return the names of the logs of a command, for messages."""
    names = ["standard input" if path == STDIN else path for path in events or []]
    return " and ".join(names if git is None else [*names, f"the history of {git}"])


def title_logs(events: list[str] | None, git: Path | None) -> str:
    """Return the names of the logs of a command without their folders, for titles."""
    names = [path if path == STDIN else Path(path).name for path in events or []]
    return name_logs(names, None if git is None else Path(git.resolve().name))


def check_evaluated(events: int, skipped: int, log_names: str, until: str | None = None) -> None:
    """Check that at least one event was evaluated.

    Raises:
        TrophyError: no event was evaluated, so the results would be empty.
    """
    if events:
        return
    upto = "" if until is None else f" up to --until {until}"
    if not skipped:
        raise TrophyError(f"nothing was evaluated: {log_names} has no events{upto}")
    raise TrophyError(
        f"nothing was evaluated: {log_names} has no good row{upto}; bad rows: {skipped:,}; set the columns with --at, "
        "--tz and the other column options"
    )


def read_good_rows(log: Iterable[Row], report: Callable[[BadRow], object]) -> tuple[list[Event], int]:
    """Return the good rows of a log and the number of bad ones; report the bad ones."""
    good_rows: list[Event] = []
    skipped = 0
    for row in log:
        if isinstance(row, BadRow):
            skipped += 1
            report(row)
        else:
            good_rows.append(row)
    return good_rows, skipped


@contextmanager
def report_bad_rows() -> Iterator[Callable[[BadRow], None]]:
    """Yield a function that prints bad rows up to a limit; print the number of further ones at the end."""
    console = note_console()
    reported = 0

    def report(row: BadRow) -> None:
        nonlocal reported
        reported += 1
        if reported <= _SHOWN_BAD_ROWS:
            console.print(f"skipped {row}", style="yellow", markup=False)

    try:
        yield report
    finally:
        if reported > _SHOWN_BAD_ROWS:
            console.print(f"… and {count_noun(reported - _SHOWN_BAD_ROWS, 'more bad row')}")


class _CountColumn(ProgressColumn):
    """The share that is done where the total is known, else the number."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.completed:,.0f}" if task.total is None else f"{task.percentage:.0f} %")


@contextmanager
def show_progress() -> Iterator[ProgressCallback]:
    """Yield a callback that shows progress as a bar, on a terminal only."""
    console = note_console()
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        _CountColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        task = bar.add_task("starting", total=None)
        yield lambda stage, done, total: bar.update(task, description=stage, completed=done, total=total)
