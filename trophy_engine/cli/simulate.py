"""``trophy-engine simulate RULES``: simulate a population under rules, or under variants of them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypedDict

import typer
from rich.table import Table
from rich.text import Text

from trophy_engine.analysis.event_logs.evaluation import ProgressCallback
from trophy_engine.analysis.event_logs.events import Row
from trophy_engine.analysis.event_logs.output import write_users
from trophy_engine.analysis.event_logs.summary import summarize
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.analysis.simulation.simulate import MAX_USERS, START, Simulation
from trophy_engine.analysis.simulation.simulate import simulate as run
from trophy_engine.analysis.simulation.sweep import MAX_RULESETS, Estimate, Sweep, sweep
from trophy_engine.analysis.statistics.figures import Figure, figures, write_figures
from trophy_engine.analysis.statistics.percentages import NOT_OBSERVED, percent_text
from trophy_engine.analysis.statistics.survival import share_reaching, survival
from trophy_engine.analysis.statistics.tally import Tally
from trophy_engine.calendar.instants import parse_date
from trophy_engine.cli import logs
from trophy_engine.cli.console import fail, note_console, result_console
from trophy_engine.cli.reports import ReportPath, check_report, report_simulation, report_sweep
from trophy_engine.cli.rules import Rules, load_rules
from trophy_engine.cli.tables import summary_tables, table
from trophy_engine.errors import InvalidValue, MissingExtra, TrophyError
from trophy_engine.rules.phrases import count_noun

#: The maximal number of digits of integers in rules.
_MAX_DIGITS = 18


def simulate(
    rules: Rules,
    users: Annotated[int, typer.Option(help="The number of users.", min=1, max=MAX_USERS)] = 1000,
    days: Annotated[int, typer.Option(help="The number of days.", min=1)] = 365,
    seed: Annotated[int, typer.Option(help="The seed of all random numbers.")] = 0,
    start: Annotated[str, typer.Option(help="The first day.")] = START.isoformat(),
    vary: Annotated[
        list[str] | None,
        typer.Option(
            help="A path and values to try: streak.freezes.max_count=0..5 or points\\[xp].maximum=100,200; may be "
            "repeated."
        ),
    ] = None,
    like: Annotated[
        list[str] | None,
        typer.Option(
            help="An event log, or git for that of the package; simulated users have the habits of its users; may be "
            "repeated."
        ),
    ] = None,
    user_column: logs.UserColumn = None,
    single_user: logs.SingleUser = None,
    at_column: logs.AtColumn = "at",
    metric_column: logs.MetricColumn = None,
    metric: logs.Metric = None,
    value_column: logs.ValueColumn = None,
    value: logs.Value = None,
    tz_column: logs.TimeZoneColumn = None,
    tz: logs.TimeZone = None,
    attribute: logs.Attributes = None,
    format_: logs.Format = None,
    out: Annotated[
        Path | None, typer.Option(help="Write CSV files, and with the extra plot pictures, to this folder.")
    ] = None,
    report: ReportPath = None,
    workers: logs.Workers = 1,
) -> None:
    """Simulate a seeded population under rules and print a summary; with --vary, a row for each variation.

    The population has regular, weekend and short-time users, or with --like the habits of the users of a log. The same
    seed gives the same result in every process, and each user acts in the same way under every variation.

    Exit status: 0 if the simulation was done; 1 if not; 2 for a wrong call.
    """
    try:
        check_report(report)
        ruleset = load_rules(rules)
        options = logs.LogOptions(
            user_column=user_column,
            single_user=single_user,
            at_column=at_column,
            metric_column=metric_column,
            metric=metric,
            value_column=value_column,
            value=value,
            tz_column=tz_column,
            tz=tz,
            attributes=attribute,
            format=format_,
        )
        population = _fit_population(options.read(ruleset, like), like) if like else Population.typical(ruleset)
        variations = dict(map(_parse_variation, vary or []))
        with logs.show_progress() as on_progress:
            first_day = parse_date(start, "--start")
            arguments = _Arguments(
                users=users, days=days, seed=seed, start=first_day, workers=workers, on_progress=on_progress
            )
            if variations:
                sweep_result = sweep(ruleset, variations, population, **arguments)
            else:
                simulation = run(ruleset, population, **arguments)
        if variations:
            parts = _sweep_tables(sweep_result)
            _write_sweep(sweep_result, rules, out, report)
        else:
            parts = summary_tables(summarize(simulation.result), 0)
            _write_simulation(simulation, rules, out, report)
    except (TrophyError, OSError) as error:
        fail(error)
    console = result_console()
    for part in parts:
        console.print(part)


def _fit_population(log: Iterable[Row], like: list[str]) -> Population:
    """Return a population fitted to the good rows of logs; report the bad ones."""
    with logs.report_bad_rows() as report:
        good_rows, skipped = logs.read_good_rows(log, report)
    logs.check_evaluated(len(good_rows), skipped, logs.name_logs(like))
    return Population.fit(good_rows)


class _Arguments(TypedDict):
    users: int
    days: int
    seed: int
    start: date
    workers: int
    on_progress: ProgressCallback


def _parse_variation(text: str) -> tuple[str, list[Any]]:
    """Parse ``PATH=VALUES``; values are a range of integers like ``0..5``, or a list of JSON values and words."""
    path, equals, values = text.rpartition("=")
    first, dots, last = values.partition("..")
    if not equals or not values:
        raise InvalidValue(f"--vary takes PATH=VALUES such as streak.freezes.max_count=0..5, not {text!r}")
    if dots and first.isdecimal() and last.isdecimal():
        if max(len(first), len(last)) > _MAX_DIGITS or int(last) - int(first) >= MAX_RULESETS:
            raise InvalidValue(f"--vary tries at most {MAX_RULESETS:,} values, not all of {values}")
        return path, list(range(int(first), int(last) + 1))
    return path, [_parse_value(value) for value in values.split(",")]


def _parse_value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _write_simulation(simulation: Simulation, rules: str, out: Path | None, report: Path | None) -> None:
    if out is not None:
        write_figures(figures(simulation.ruleset, simulation.tally), out)
        write_users(simulation.result, out / "users.csv")
        _draw_pictures(figures(simulation.ruleset, simulation.tally), out)
    if report is not None:
        report_simulation(simulation, rules, report)


def _write_sweep(sweep_result: Sweep, rules: str, out: Path | None, report: Path | None) -> None:
    if out is not None:
        write_figures(sweep_result.figures(), out)
        _draw_pictures(sweep_result.figures(), out)
    if report is not None:
        report_sweep(sweep_result, rules, report)


def _draw_pictures(drawn: Iterable[Figure], out: Path) -> None:
    try:
        from trophy_engine.analysis.html_report.page import write_pictures  # noqa: PLC0415  # drawing comes with an extra
    except MissingExtra as error:
        note_console().print(f"no pictures: {error}", markup=False)
    else:
        write_pictures(drawn, out)


def _sweep_tables(sweep_result: Sweep) -> Iterator[Table | Text]:
    scenario = sweep_result.scenario
    tally = sweep_result.rows[0].tally
    yield Text(
        f"{tally.users:,} of {count_noun(scenario.users, 'user')} active, {count_noun(tally.events, 'event')} in "
        f"{count_noun(scenario.days, 'day')}\n"
        "means over the active users, ± half a 95 % confidence interval; differences are to the first row"
    )
    for name in sweep_result.rows[0].means:
        yield table(
            name.replace("_", " ").capitalize(),
            ("", "mean", "difference"),
            (
                (
                    row.name,
                    _format_estimate(row.means[name]),
                    "" if row is sweep_result.rows[0] else _format_estimate(row.differences[name], "+"),
                )
                for row in sweep_result.rows
            ),
        )
    yield table(
        "Streaks: the share that reaches a length",
        ("", "reach 7", "reach 30", "freezes used", "wasted"),
        (
            (row.name, *_format_shares(row.tally), f"{row.tally.freezes.used:,}", f"{row.tally.freezes.wasted:,}")
            for row in sweep_result.rows
        ),
    )


def _format_shares(tally: Tally) -> Iterator[str]:
    curve = survival(tally.streaks.ended, tally.streaks.running)
    return (percent_text(share_reaching(curve, length)) for length in (7, 30))


def _format_estimate(estimate: Estimate, sign: str = "") -> str:
    margin = NOT_OBSERVED if estimate.high is None else f"{estimate.high - estimate.mean:,.3f}"
    return f"{estimate.mean:{sign},.3f} ± {margin}"
