"""The content of the HTML report of each command; charts require the extra ``plot``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from trophy_engine.analysis.comparison import Comparison
from trophy_engine.analysis.event_logs.runner import Replay
from trophy_engine.analysis.simulation.simulate import Scenario, Simulation
from trophy_engine.analysis.simulation.sweep import Sweep
from trophy_engine.analysis.statistics.changes import achievement_changes, affected_users
from trophy_engine.analysis.statistics.contents import Content
from trophy_engine.analysis.statistics.differences import compare_figures
from trophy_engine.analysis.statistics.figures import Figure, distinct_names, figures, period_name
from trophy_engine.analysis.statistics.survival import percentile
from trophy_engine.analysis.statistics.tally import Tally
from trophy_engine.errors import TrophyError
from trophy_engine.rules.phrases import count_noun
from trophy_engine.rules.ruleset import Ruleset

if TYPE_CHECKING:
    from trophy_engine.analysis.html_report.page import Fact, Table

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


def report_replay(result: Replay, rules: str, log: str, path: Path) -> None:
    """Write the report of a replay."""
    tally = result.tally or Tally.of(result.ruleset)
    until = "" if result.until is None else f", evaluated up to {result.until:%Y-%m-%d}"
    skipped = f", {count_noun(result.skipped, 'skipped row')}" if result.skipped else ""
    title, subtitle = f"Replay under {Path(rules).name}", f"{log}{until}{skipped}"
    _write_page(path, title, subtitle, _list_facts(result.ruleset, tally), figures(result.ruleset, tally))


def report_comparison(result: Comparison, names: tuple[str, str], log: str, path: Path) -> None:
    """Write the report of a comparison: numbers and charts with the old and new values and their difference."""
    from trophy_engine.analysis.html_report.page import Fact  # noqa: PLC0415  # drawing comes with an extra

    rules, tallies = (result.old, result.new), result.tallies or (Tally.of(result.old), Tally.of(result.new))
    units = {period_name(ruleset) for ruleset in rules if ruleset.streak is not None}
    unit = units.pop() if len(units) == 1 else "period"
    old, new = (_count_facts(ruleset, tally, unit) for ruleset, tally in zip(rules, tallies, strict=True))
    facts = [
        Fact(name, _number(new.get(name)), _number(old.get(name)), _signed((new.get(name) or 0) - (old.get(name) or 0)))
        for name in old | new
    ]
    short = [Path(name).name for name in names]
    if short[0] == short[1]:
        short = list(names)
    skipped = f", {count_noun(result.skipped, 'skipped row')}" if result.skipped else ""
    subtitle = f"{log} under old rules ({short[0]}) and new rules ({short[1]}){skipped}"
    tables = [
        _table("achievements", "Achievements that change hands", _ACHIEVEMENTS, achievement_changes(result, _signed)),
        _table("affected", "Most affected users", _AFFECTED, affected_users(result, _change)),
    ]
    _write_page(
        path,
        f"Comparison of {short[0]} and {short[1]}",
        subtitle,
        facts,
        compare_figures(rules, tallies),
        list(result.sentences()),
        [table for table in tables if table.rows],
    )


_ACHIEVEMENTS = "The number of users who have each under the old and the new rules, and how many gain and lose it."
_AFFECTED = "Old → new (difference), by the number of achievements gained and lost, then by points, then by streaks."


def report_simulation(result: Simulation, rules: str, path: Path) -> None:
    """Write the report of a simulation."""
    title, subtitle = f"Simulation under {Path(rules).name}", _describe_scenario(result.scenario)
    facts, drawn = _list_facts(result.ruleset, result.tally), figures(result.ruleset, result.tally)
    _write_page(path, title, subtitle, facts, drawn)


def report_sweep(result: Sweep, rules: str, path: Path) -> None:
    """Write the report of a sweep; its facts are of the first row."""
    first = result.rows[0]
    subtitle = f"{_describe_scenario(result.scenario)}; the first numbers are those under {first.name}"
    title, facts = f"Simulation under variations of {Path(rules).name}", _list_facts(first.ruleset, first.tally)
    _write_page(path, title, subtitle, facts, result.figures())


def _describe_scenario(scenario: Scenario) -> str:
    users, days = count_noun(scenario.users, "simulated user"), count_noun(scenario.days, "day")
    return f"{users} over {days} from {scenario.start}, seed {scenario.seed}"


def _write_page(
    path: Path,
    title: str,
    subtitle: str,
    facts: Sequence[Fact],
    shown: Sequence[Figure],
    sentences: Sequence[str] = (),
    tables: Sequence[Table] = (),
) -> None:
    from trophy_engine.analysis.html_report.page import Report, write_report  # noqa: PLC0415  # drawing comes with an extra

    write_report(Report(title, subtitle, facts, shown, sentences, tables), path)


def _table(key: str, title: str, caption: str, content: Content) -> Table:
    from trophy_engine.analysis.html_report.page import Table  # noqa: PLC0415  # drawing comes with an extra

    return Table(key, title, caption, content.columns, content.rows, content.numbers)


def _list_facts(ruleset: Ruleset, tally: Tally) -> list[Fact]:
    from trophy_engine.analysis.html_report.page import Fact  # noqa: PLC0415  # drawing comes with an extra

    return [Fact(name, _number(number)) for name, number in _count_facts(ruleset, tally, period_name(ruleset)).items()]


def _count_facts(ruleset: Ruleset, tally: Tally, unit: str) -> dict[str, int | None]:
    """Return the main numbers by name, without those of things that the rules do not have; None is not observed."""
    facts: dict[str, int | None] = {"users": tally.users, "events": tally.events}
    if ruleset.achievements:
        facts["achievements completed"] = sum(days.total() for days in tally.completions.values())
    if ruleset.streak is not None:
        longest = tally.streaks.longest
        facts["streaks running at the end"] = tally.streaks.running.total()
        facts[f"longest streak, in {unit}s"] = max(longest, default=None)
        facts[f"median of the users' longest streaks, in {unit}s"] = percentile(longest, 50)
    for key, name in distinct_names(ruleset.points).items():
        balances = tally.points[key].balances
        facts[f"{name} in circulation"] = sum(balance * users for balance, users in balances.items())
    return facts


def _number(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"  # noqa: RUF001


def _signed(number: int) -> str:
    return f"{number:+,}".replace("-", "−") if number else "±0"  # noqa: RUF001


def _change(old: int, new: int) -> str:
    return f"{old:,}" if old == new else f"{old:,} → {new:,} ({_signed(new - old)})"
