"""``trophy-engine replay RULES EVENTS``: evaluate a log under rules, and print a summary."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from trophy_engine.analysis.event_logs.effect_log import EffectLog
from trophy_engine.analysis.event_logs.output import check_output_formats, write_files
from trophy_engine.analysis.event_logs.runner import replay as run
from trophy_engine.analysis.event_logs.summary import summarize
from trophy_engine.cli import logs, skipped_rows
from trophy_engine.cli.console import exit_with_error, print_parts
from trophy_engine.cli.output_folder import check_out_option, require_out_option
from trophy_engine.cli.progress import show_progress
from trophy_engine.cli.reports import ReportPath, check_report_option, write_report_for_replay
from trophy_engine.cli.results import EffectFormatOption, TableFormatOption
from trophy_engine.cli.rules import Rules, load_rules_argument
from trophy_engine.cli.tables import printed_summary
from trophy_engine.cli.until import parse_until_option
from trophy_engine.errors import TrophyError


@logs.with_log_options
def replay(
    rules: Rules,
    events: logs.Events = None,
    git: logs.Git = None,
    *,
    log_options: logs.LogOptions,
    until: logs.Until = None,
    out: Annotated[Path | None, typer.Option(help="Write the users and the effects to this folder.")] = None,
    table_format: TableFormatOption = "csv",
    effects: EffectFormatOption = "jsonl",
    report: ReportPath = None,
    strict: logs.Strict = False,  # an option
    max_errors: logs.MaxErrors = None,
    workers: logs.Workers = 1,
) -> None:
    """Evaluate an event log under rules and print a summary.

    Bad rows are reported with file, line and reason, counted, and skipped. Rows need not be sorted.

    Exit status: 0 if the log was evaluated, even with skipped rows; 1 if not, for example if no row is good; 2 for a
    wrong call.
    """
    try:
        check_report_option(report)
        check_out_option(out, (f"users.{table_format}", f"effects.{effects}"), (rules, *(events or ())))
        require_out_option(out, table_format, effects)
        check_output_formats(table_format, effects)
        ruleset = load_rules_argument(rules)
        log, last = log_options.read(ruleset, events, git, rules), parse_until_option(until, log_options.tz)
        started = time.perf_counter()
        with (
            EffectLog() as effect_log,
            skipped_rows.print_bad_rows() as report_bad_row,
            show_progress() as on_progress,
        ):
            result = run(
                ruleset,
                log,
                until=last,
                effects=None if out is None or effects == "none" else effect_log,
                tally=report is not None,
                max_errors=0 if strict else max_errors,
                on_bad_row=report_bad_row,
                workers=workers,
                on_progress=on_progress,
            )
            seconds = time.perf_counter() - started
            skipped_rows.check_any_row_evaluated(
                result.events,
                result.skipped,
                logs.name_log_arguments(events, git, rules),
                until,
                left_out=result.left_out,
                first=next(iter(result.bad_rows), None),
            )
            if out is not None:
                write_files(result, effect_log, out, table_format=table_format, effect_format=effects)
        if report is not None:
            write_report_for_replay(result, rules, logs.title_log_arguments(events, git, rules), report)
    except (TrophyError, OSError) as error:
        exit_with_error(error)
    print_parts(printed_summary(summarize(result), seconds))
