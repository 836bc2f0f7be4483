"""The content of the HTML report of each command; charts require the extra ``plot``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from trophy_engine.analysis.comparison import Comparison
from trophy_engine.analysis.event_logs.runner import Replay
from trophy_engine.analysis.simulation.simulate import Scenario, Simulation
from trophy_engine.analysis.simulation.sweep import Sweep
from trophy_engine.analysis.statistics.figures import COMPARABLE, Figure, figures, side_by_side
from trophy_engine.analysis.statistics.survival import percentile
from trophy_engine.analysis.statistics.tally import Tally
from trophy_engine.errors import TrophyError
from trophy_engine.rules.phrases import count_noun

ReportPath = Annotated[
    Path | None, typer.Option("--report", help="Write a report with charts to this HTML file; requires the extra plot.")
]


def check_report(path: Path | None) -> None:
    """Check that a report can be written, before anything is evaluated for it.

    Raises:
        MissingExtra: the libraries of charts are not installed.
        TrophyError: there is no folder for the file.
    """
    if path is None:
        return
    from trophy_engine.analysis.html_report import page  # noqa: F401, PLC0415  # drawing comes with an extra

    if not path.absolute().parent.is_dir():
        raise TrophyError(f"cannot write --report {path}: there is no folder {path.parent}; create it first")


def report_replay(result: Replay, rules: str, path: Path) -> None:
    """Write the report of a replay."""
    tally = result.tally or Tally.of(result.ruleset)
    until = "" if result.until is None else f", evaluated up to {result.until:%Y-%m-%d}"
    _write_page(path, f"Replay under {rules}", f"An event log{until}", tally, figures(result.ruleset, tally))


def report_comparison(result: Comparison, names: tuple[str, str], path: Path) -> None:
    """Write the report of a comparison; its facts are of the new rules."""
    old, new = result.tallies or (Tally.of(result.old), Tally.of(result.new))
    figures_by_rules = {f"old: {names[0]}": figures(result.old, old), f"new: {names[1]}": figures(result.new, new)}
    title = f"Comparison of {names[0]} and {names[1]}"
    comparable = [figure for figure in side_by_side(figures_by_rules) if figure.key in COMPARABLE]
    _write_page(path, title, "The same event log under both rulesets", new, comparable, list(result.sentences()))


def report_simulation(result: Simulation, rules: str, path: Path) -> None:
    """Write the report of a simulation."""
    subtitle = _describe_scenario(result.scenario)
    _write_page(path, f"Simulation under {rules}", subtitle, result.tally, figures(result.ruleset, result.tally))


def report_sweep(result: Sweep, rules: str, path: Path) -> None:
    """Write the report of a sweep; its facts are of the first row."""
    subtitle = _describe_scenario(result.scenario)
    _write_page(path, f"Simulation under variations of {rules}", subtitle, result.rows[0].tally, result.figures())


def _describe_scenario(scenario: Scenario) -> str:
    users, days = count_noun(scenario.users, "simulated user"), count_noun(scenario.days, "day")
    return f"{users} over {days} from {scenario.start}, seed {scenario.seed}"


def _write_page(
    path: Path, title: str, subtitle: str, tally: Tally, shown: Sequence[Figure], sentences: Sequence[str] = ()
) -> None:
    from trophy_engine.analysis.html_report.page import Report, write_report  # noqa: PLC0415  # drawing comes with an extra

    write_report(Report(title, subtitle, _list_facts(tally), shown, sentences), path)


def _list_facts(tally: Tally) -> list[tuple[str, str]]:
    longest = tally.streaks.longest
    facts = [
        ("users", f"{tally.users:,}"),
        ("events", f"{tally.events:,}"),
        ("achievements completed", f"{sum(days.total() for days in tally.completions.values()):,}"),
        ("streaks running", f"{tally.streaks.running.total():,}"),
        ("longest streak", f"{max(longest, default=0):,}"),
        ("median of all users' longest streaks", f"{percentile(longest, 50) or 0:,}"),
    ]
    return [fact for fact in facts if fact[1] != "0"]
