"""``trophy-engine simulate RULES``: simulate a population under rules, or under variants of them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, TypedDict

import typer
from rich.table import Table
from rich.text import Text

from trophy_engine.analysis.event_logs.evaluation import ProgressCallback
from trophy_engine.analysis.event_logs.output import TableFormat, check_output_formats, write_table, write_users
from trophy_engine.analysis.event_logs.sources import Logs
from trophy_engine.analysis.event_logs.summary import summarize
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.analysis.simulation.simulate import MAX_USERS, START, Simulation
from trophy_engine.analysis.simulation.simulate import simulate as run
from trophy_engine.analysis.simulation.sweep import MAX_RULESETS, Estimate, Sweep, sweep
from trophy_engine.analysis.statistics.figures import Figure, figures
from trophy_engine.analysis.statistics.percentages import NOT_OBSERVED, percent_text
from trophy_engine.analysis.statistics.streaks import ShownStreak, shown_streaks
from trophy_engine.analysis.statistics.survival import share_reaching, survival
from trophy_engine.analysis.statistics.tally import FreezeTally, StreakTally
from trophy_engine.analysis.writing import writing_folder
from trophy_engine.calendar.instants import parse_date
from trophy_engine.cli import logs, skipped_rows
from trophy_engine.cli.console import exit_with_error, note_console, print_parts
from trophy_engine.cli.output_folder import check_out_option, require_out_option
from trophy_engine.cli.progress import show_progress
from trophy_engine.cli.reports import ReportPath, check_report_option, write_report_for_simulate, write_report_for_vary
from trophy_engine.cli.results import TableFormatOption
from trophy_engine.cli.rules import Rules, load_rules_argument
from trophy_engine.cli.tables import printed_summary, rich_table
from trophy_engine.error_messages import short_repr
from trophy_engine.errors import InvalidValue, MissingExtra, TrophyError
from trophy_engine.rules.phrases import count_noun

_LENGTHS = (7, 30)
#: The maximal number of digits of integers in rules.
_MAX_DIGITS = 18
_INTEGER = re.compile(rf"-?[0-9]{{1,{_MAX_DIGITS}}}")


@logs.with_log_options
def simulate(
    rules: Rules,
    users: Annotated[int, typer.Option(help="The number of users.", min=1, max=MAX_USERS)] = 1000,
    days: Annotated[int, typer.Option(help="The number of days.", min=1)] = 365,
    seed: Annotated[int, typer.Option(help="The seed of all random numbers.")] = 0,
    start: Annotated[str, typer.Option(help="The first day.")] = START.isoformat(),
    vary: Annotated[
        list[str] | None,
        typer.Option(
            help="A path and values to try: streaks.daily.freezes.max_count=0..5, 100..500..100 (with a step) or "
            "points\\[xp].maximum=100,200; may be repeated."
        ),
    ] = None,
    like: Annotated[
        list[str] | None,
        typer.Option(
            help="An event log, or git for that of the package; simulated users have the habits of its users; may be "
            "repeated."
        ),
    ] = None,
    *,
    log_options: logs.LogOptions,
    out: Annotated[
        Path | None, typer.Option(help="Write tables, and with the extra plot pictures, to this folder.")
    ] = None,
    table_format: TableFormatOption = "csv",
    report: ReportPath = None,
    workers: logs.Workers = 1,
) -> None:
    """Simulate a seeded population under rules and print a summary; with --vary, a row for each variation.

    The population has regular, weekend and short-time users, or with --like the habits of the users of a log. The same
    seed gives the same result in every process, and each user acts in the same way under every variation.

    Exit status: 0 if the simulation was done; 1 if not; 2 for a wrong call.
    """
    try:
        check_report_option(report)
        tables = [
            Path(log).name for log in like or () if Path(log).suffix == f".{table_format}"
        ]  # figures have many names
        check_out_option(out, tables, (rules, *(like or ())))
        require_out_option(out, table_format)
        check_output_formats(table_format)
        ruleset = load_rules_argument(rules)
        population = _fit_like_option(log_options.read(ruleset, like), like) if like else Population.typical(ruleset)
        variations = _parse_vary_options(vary or [])
        with show_progress() as on_progress:
            first_day = parse_date(start, "--start")
            arguments = _Arguments(
                users=users, days=days, seed=seed, start=first_day, workers=workers, on_progress=on_progress
            )
            if variations:
                sweep_result = sweep(ruleset, variations, population, **arguments)
            else:
                simulation = run(ruleset, population, **arguments)
        if variations:
            parts = _printed_sweep(sweep_result)
            _write_vary_output(sweep_result, rules, out, table_format, report)
        else:
            parts = printed_summary(summarize(simulation.result), 0)
            _write_simulate_output(simulation, rules, out, table_format, report)
    except (TrophyError, OSError) as error:
        exit_with_error(error)
    print_parts(parts)


def _fit_like_option(log: Logs, like: list[str]) -> Population:
    """Return a population fitted to the good rows of logs; report the bad ones."""
    with skipped_rows.print_bad_rows() as report:
        good_rows, skipped = skipped_rows.skip_bad_rows(log, report)
    skipped_rows.check_any_row_evaluated(
        len(good_rows), skipped, logs.name_log_arguments(like), left_out=log.left_out()
    )
    return Population.fit(good_rows)


class _Arguments(TypedDict):
    users: int
    days: int
    seed: int
    start: date
    workers: int
    on_progress: ProgressCallback


def _parse_vary_option(text: str) -> tuple[str, list[Any]]:
    """Parse ``PATH=VALUES``; values are a range of integers like ``0..5``, or a list of JSON values and words."""
    path, equals, values = text.rpartition("=")
    if not equals or not values:
        raise InvalidValue(f"--vary takes PATH=VALUES such as streaks.daily.freezes.max_count=0..5, not {text!r}")
    if ".." in values and values[0] not in '"[{':
        return path, _parse_vary_range(values)
    return path, [_parse_vary_value(value) for value in values.split(",")]


def _parse_vary_range(text: str) -> list[int]:
    """Parse ``FIRST..LAST`` or ``FIRST..LAST..STEP``; the last value is included.

    Raises:
        InvalidValue: a part is not an integer, there is no value, or there are too many.
    """
    bounds = text.split("..")
    if len(bounds) not in {2, 3} or not all(map(_INTEGER.fullmatch, bounds)):
        raise InvalidValue(
            f"--vary tries at most {MAX_RULESETS:,} values of a range of integers of at most {_MAX_DIGITS} digits, "
            f"such as 0..5 or 100..500..100, not {short_repr(text)}; list other values, as in 0.5,1.5"
        )
    first, last, step = (*map(int, bounds), 1)[:3]
    if step < 1:
        raise InvalidValue(f"the step of --vary must be 1 or more, not {step}; write {first}..{last}..1")
    if last < first:
        raise InvalidValue(f"the range {text} of --vary has no values; write the smaller bound first: {last}..{first}")
    values = range(first, last + 1, step)
    if (last - first) // step >= MAX_RULESETS:
        raise InvalidValue(
            f"--vary tries at most {MAX_RULESETS:,} values, and {text} has {(last - first) // step + 1:,}; use a step, "
            f"as in {first}..{last}..{-(-(last - first) // (MAX_RULESETS - 1))}, or list values"
        )
    return list(values)


def _parse_vary_options(texts: Iterable[str]) -> dict[str, list[Any]]:
    variations: dict[str, list[Any]] = {}
    for path, values in map(_parse_vary_option, texts):
        if path in variations:
            raise InvalidValue(f"--vary names {path} twice; list all its values in one option")
        variations[path] = values
    return variations


def _parse_vary_value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _write_simulate_output(
    simulation: Simulation, rules: str, out: Path | None, table_format: TableFormat, report: Path | None
) -> None:
    if out is not None:
        _write_figures_to_out(figures(simulation.ruleset, simulation.tally), out, table_format)
        write_users(simulation.result, out / f"users.{table_format}")
    if report is not None:
        write_report_for_simulate(simulation, rules, report)


def _write_vary_output(
    sweep_result: Sweep, rules: str, out: Path | None, table_format: TableFormat, report: Path | None
) -> None:
    if out is not None:
        _write_figures_to_out(sweep_result.figures(), out, table_format)
    if report is not None:
        write_report_for_vary(sweep_result, rules, report)


def _write_figures_to_out(drawn: Sequence[Figure], out: Path, table_format: TableFormat) -> None:
    """Write the tables of figures, and pictures of them where the libraries for charts are installed."""
    with writing_folder(out) as folder:
        for figure in drawn:
            write_table(figure, folder / f"{figure.key}.{table_format}")
    try:
        from trophy_engine.analysis.html_report.page import write_pictures  # noqa: PLC0415  # drawing comes with an extra
    except MissingExtra as error:
        note_console().print(f"no pictures: {error}", markup=False)
    else:
        write_pictures(drawn, out)


def _printed_sweep(sweep_result: Sweep) -> Iterator[Table | Text]:
    scenario = sweep_result.scenario
    tally = sweep_result.rows[0].tally
    yield Text(
        f"{tally.users:,} of {count_noun(scenario.users, 'user')} active, {count_noun(tally.events, 'event')} in "
        f"{count_noun(scenario.days, 'day')}\n"
        "means over the active users, ± half a 95 % confidence interval; differences are to the first row"
    )
    labels = tuple(sweep_result.rows[0].labels.values())
    for name, label in sweep_result.measures.items():
        yield rich_table(
            label.capitalize() if label.islower() else label,
            (*labels, "mean", "difference"),
            [
                (
                    *row.texts,
                    _printed_estimate(row.means.get(name)),
                    "" if row is sweep_result.rows[0] else _printed_estimate(row.differences.get(name), "+"),
                )
                for row in sweep_result.rows
            ],
            ("mean", "difference"),
        )
    for streak in shown_streaks(*(row.ruleset for row in sweep_result.rows)):
        yield _printed_streak_survival(sweep_result, streak, labels)


def _printed_streak_survival(sweep_result: Sweep, streak: ShownStreak, labels: tuple[str, ...]) -> Table:
    columns = [f"reach {length}" for length in _LENGTHS]
    if streak.has_freezes:
        columns += ["freezes used", "wasted"]
    rows = []
    for number, row in enumerate(sweep_result.rows):
        counts = streak.under(number, row.tally.streaks) or StreakTally()
        spent = streak.under(number, row.tally.freezes) or FreezeTally()
        freezes = (f"{spent.used:,}", f"{spent.wasted:,}") if streak.has_freezes else ()
        rows.append((*row.texts, *_printed_survival_shares(counts), *freezes))
    title = streak.title("Streaks: the share that reaches a length")
    return rich_table(title, (*labels, *columns), rows, columns)


def _printed_survival_shares(tally: StreakTally) -> Iterator[str]:
    curve = survival(tally.ended, tally.running)
    return (percent_text(share_reaching(curve, length)) for length in _LENGTHS)


def _printed_estimate(estimate: Estimate | None, sign: str = "") -> str:
    if estimate is None:
        return NOT_OBSERVED
    margin = NOT_OBSERVED if estimate.high is None else f"{estimate.high - estimate.mean:,.3f}"
    return f"{estimate.mean:{sign},.3f} ± {margin}"
