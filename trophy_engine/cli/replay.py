"""``trophy-engine replay RULES EVENTS``: a log evaluated under rules, and a summary of what came of it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from trophy_engine import rulesets
from trophy_engine.calendar.instants import from_micros, parse_instant
from trophy_engine.cli.console import fail, notes, results
from trophy_engine.cli.tables import summary_tables
from trophy_engine.errors import InvalidRules, InvalidValue, TrophyError
from trophy_engine.replay.events import BadRow, Columns, Event
from trophy_engine.replay.git import GIT_COLUMNS, read_history
from trophy_engine.replay.output import write_files
from trophy_engine.replay.runner import Replay
from trophy_engine.replay.runner import replay as run
from trophy_engine.replay.sources import read_log
from trophy_engine.replay.summary import summarize
from trophy_engine.rules.ruleset import Ruleset

__all__ = ["replay"]

_SHOWN_BAD_ROWS = 20


def replay(
    rules: Annotated[str, typer.Argument(help="A rules file (.toml or .json), or the name of a shipped one: git.")],
    events: Annotated[
        list[str] | None,
        typer.Argument(help="Event logs: CSV or JSON Lines, also gzipped; - is standard input."),
    ] = None,
    git: Annotated[
        Path | None, typer.Option(help="The commit history of this git repository as events, author as user.")
    ] = None,
    user: Annotated[
        str, typer.Option(help="The column of the user's id; =TEXT is a constant, here and below.")
    ] = "user_id",
    at: Annotated[str, typer.Option(help="The column of the instant, ISO 8601 with an offset.")] = "at",
    metric: Annotated[
        str | None,
        typer.Option(help="The column of the metric's key.", show_default="the only metric of the rules, else metric"),
    ] = None,
    value: Annotated[str, typer.Option(help="The column of the value.")] = "=1",
    tz: Annotated[str | None, typer.Option(help="The column of the time zone: IANA names or ±HH:MM.")] = None,
    attribute: Annotated[
        list[str] | None, typer.Option(help="A column that is an event attribute, or KEY=COLUMN; may be repeated.")
    ] = None,
    format: Annotated[  # noqa: A002  # the option's name
        Literal["csv", "jsonl"] | None, typer.Option(help="The format of the logs, where names do not tell.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(help="Evaluate and settle up to this instant.", show_default="the last event's")
    ] = None,
    out: Annotated[Path | None, typer.Option(help="Write users.csv and effects.jsonl into this folder.")] = None,
    strict: Annotated[bool, typer.Option(help="Stop at the first bad row.")] = False,  # noqa: FBT002  # an option
    max_errors: Annotated[int | None, typer.Option(help="Stop when there are more bad rows than this.", min=0)] = None,
) -> None:
    """Evaluate an event log under rules and print a summary.

    Bad rows are reported with file, line and reason, counted, and skipped. Rows need not be sorted.

    Exit status: 0 when the log was evaluated, skipped rows or not; 1 when it was not; 2 for a wrong call.
    """
    try:
        ruleset = Ruleset.load(rulesets.find(rules))
        columns = Columns(user, at, metric or _metric(ruleset), value, tz, _attributes(attribute or []))
        if git is None and not events:
            raise InvalidValue("no events; give a log, - for standard input, or --git PATH")
        log = chain.from_iterable(read_log(path, columns, format) for path in events or [])
        history = read_history(str(git), GIT_COLUMNS) if git is not None else ()
        last = None if until is None else from_micros(parse_instant(until, "--until"))
        result, seconds = _run(ruleset, chain(log, history), last, 0 if strict else max_errors)
        if out is not None:
            write_files(result, out)
    except InvalidRules as error:
        fail(f"{rules} has errors:\n{error}")
    except (TrophyError, OSError) as error:
        fail(error)
    console = results()
    for part in summary_tables(summarize(result), seconds):
        console.print(part)


def _metric(ruleset: Ruleset) -> str:
    return f"={ruleset.metrics[0].key}" if len(ruleset.metrics) == 1 else "metric"


def _attributes(given: list[str]) -> dict[str, str]:
    pairs = (one.partition("=") for one in given)
    return {key: column or key for key, _, column in pairs}


def _run(
    ruleset: Ruleset, log: Iterable[Event | BadRow], last: datetime | None, max_errors: int | None
) -> tuple[Replay, float]:
    """Run the replay with a progress bar on a terminal; time it from the first row to the last effect."""
    console = notes()
    reported = 0

    def report(row: BadRow) -> None:
        nonlocal reported
        reported += 1
        if reported <= _SHOWN_BAD_ROWS:
            console.print(f"skipped {row}", style="yellow", markup=False)

    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
    with bar:
        started = time.perf_counter()
        reading = bar.add_task("reading", total=None)
        rows = list(bar.track(log, task_id=reading)) if console.is_terminal else list(log)
        bar.update(reading, description="evaluating", total=len(rows), completed=0)
        result = run(
            ruleset,
            rows,
            until=last,
            max_errors=max_errors,
            on_bad_row=report,
            on_event=lambda number: bar.update(reading, completed=number),
        )
        seconds = time.perf_counter() - started
    if reported > _SHOWN_BAD_ROWS:
        console.print(f"… and {reported - _SHOWN_BAD_ROWS:,} more bad rows")
    return result, seconds
