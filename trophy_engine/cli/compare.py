"""``trophy-engine compare OLD NEW EVENTS``: compare two rulesets on one log."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from trophy_engine.analysis.comparison import compare as run
from trophy_engine.analysis.event_logs.output import check_output_formats, write_comparison
from trophy_engine.analysis.writing import writing_folder
from trophy_engine.cli import logs, skipped_rows
from trophy_engine.cli.console import exit_with_error, print_parts
from trophy_engine.cli.output_folder import check_out_option, require_out_option
from trophy_engine.cli.progress import show_progress
from trophy_engine.cli.reports import ReportPath, check_report_option, write_report_for_compare
from trophy_engine.cli.results import TableFormatOption
from trophy_engine.cli.rules import load_rules_argument
from trophy_engine.cli.tables import printed_comparison
from trophy_engine.cli.until import parse_until_option
from trophy_engine.errors import TrophyError

_USERS_LOSE = 3


@logs.with_log_options
def compare(
    old: Annotated[str, typer.Argument(help="The current rules: a file, or the name of a bundled one.")],
    new: Annotated[str, typer.Argument(help="The changed rules: a file, or the name of a bundled one.")],
    events: logs.Events = None,
    git: logs.Git = None,
    *,
    log_options: logs.LogOptions,
    until: logs.Until = None,
    out: Annotated[Path | None, typer.Option(help="Write the differences of all users to this folder.")] = None,
    table_format: TableFormatOption = "csv",
    fail_on_loss: Annotated[  # an option
        bool, typer.Option("--fail-on-loss", help="Exit with status 3 if a user has less under the new rules.")
    ] = False,
    report: ReportPath = None,
    strict: logs.Strict = False,  # an option
    max_errors: logs.MaxErrors = None,
    workers: logs.Workers = 1,
) -> None:
    """Evaluate an event log under two rulesets in one pass, and print how many users gain and lose.

    Exit status: 0 if the log was evaluated, even with skipped rows; 1 if not, for example if no row is good; 2 for a
    wrong call; 3 with --fail-on-loss if a user has fewer points, a shorter streak or lacks an achievement.
    """
    try:
        check_report_option(report)
        check_out_option(out, (f"compare.{table_format}",), (old, new, *(events or ())))
        require_out_option(out, table_format)
        check_output_formats(table_format)
        before, after = (load_rules_argument(rules) for rules in (old, new))
        log, last = log_options.read(before, events, git, old, after), parse_until_option(until, log_options.tz)
        with skipped_rows.print_bad_rows() as report_bad_row, show_progress() as on_progress:
            result = run(
                before,
                after,
                log,
                until=last,
                tally=report is not None,
                max_errors=0 if strict else max_errors,
                on_bad_row=report_bad_row,
                workers=workers,
                on_progress=on_progress,
            )
        skipped_rows.check_any_row_evaluated(
            len(result.differences),
            result.skipped,
            logs.name_log_arguments(events, git, old),
            until,
            left_out=result.left_out,
            first=next(iter(result.bad_rows), None),
        )
        if out is not None:
            with writing_folder(out) as folder:
                write_comparison(result, folder / f"compare.{table_format}")
        if report is not None:
            write_report_for_compare(result, (old, new), logs.title_log_arguments(events, git, old), report)
    except (TrophyError, OSError) as error:
        exit_with_error(error)
    print_parts(printed_comparison(result))
    if fail_on_loss and result.losers:
        raise typer.Exit(_USERS_LOSE)
