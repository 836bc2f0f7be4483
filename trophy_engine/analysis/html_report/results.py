"""The report of a result: the numbers, charts, tables and sentences of its page."""

from __future__ import annotations

from collections.abc import Sequence
from os import PathLike
from typing import TypeVar, assert_never

import attrs

from trophy_engine.analysis.comparison import Comparison
from trophy_engine.analysis.event_logs.runner import Replay
from trophy_engine.analysis.html_report.page import Fact, Report, Table, write_page
from trophy_engine.analysis.simulation.simulate import Scenario, Simulation
from trophy_engine.analysis.simulation.sweep import Sweep
from trophy_engine.analysis.statistics.changes import tabulate_achievement_changes, tabulate_affected_users
from trophy_engine.analysis.statistics.contents import Content
from trophy_engine.analysis.statistics.differences import compare_figures
from trophy_engine.analysis.statistics.figures import distinct_names, figures
from trophy_engine.analysis.statistics.percentages import difference_text
from trophy_engine.analysis.statistics.streaks import ShownStreak, shown_streaks
from trophy_engine.analysis.statistics.survival import percentile
from trophy_engine.analysis.statistics.tally import Tally
from trophy_engine.analysis.writing import writing
from trophy_engine.errors import InvalidValue
from trophy_engine.rules.constraints import TEXT, InstanceOf, Optional
from trophy_engine.rules.phrases import count_noun
from trophy_engine.rules.ruleset import Ruleset

__all__ = ["write_report"]

T = TypeVar("T")

_ACHIEVEMENTS = "The number of users who have each under the old and the new rules, and how many gain and lose it."
_AFFECTED = "Old → new (difference), by the number of achievements gained and lost, then by points, then by streaks."


def write_report(
    content: Report | Replay | Comparison | Simulation | Sweep,
    path: str | PathLike[str],
    *,
    title: str | None = None,
    source: str | None = None,
) -> None:
    """Write the HTML page of a result, with charts; it needs no network. Equal results have equal bytes.

    Args:
        content: the result of ``replay`` or ``compare`` with ``tally=True``, of ``simulate`` or of ``sweep``; or a
            ``Report``.
        path: the file.
        title: the heading; by default what the result is.
        source: what was evaluated, for the line below the heading, for example the name of the log.

    Raises:
        InvalidValue: an argument is invalid, or the result has no tally.
        TrophyError: the file cannot be written.
    """
    InstanceOf((Report, Replay, Comparison, Simulation, Sweep)).check("content", content)
    Optional(TEXT).check("title", title)
    Optional(TEXT).check("source", source)
    report = content if isinstance(content, Report) else _build_report(content, source)
    with writing(path) as file:
        write_page(report if title is None else attrs.evolve(report, title=title), file)


def _build_report(result: Replay | Comparison | Simulation | Sweep, source: str | None) -> Report:
    match result:
        case Replay():
            return _build_replay_report(result, source)
        case Comparison():
            return _build_comparison_report(result, source)
        case Simulation():
            return _build_simulation_report(result)
        case Sweep():
            return _build_sweep_report(result)
        case _:
            assert_never(result)


def _build_replay_report(result: Replay, source: str | None) -> Report:
    tally = _require_tally(result.tally, "replay")
    until = None if result.until is None else f"evaluated up to {result.until:%Y-%m-%d}"
    subtitle = _join_subtitle(source, until, _subtitle_skipped_rows(result.skipped))
    return Report("Replay", subtitle, _list_report_facts(result.ruleset, tally), figures(result.ruleset, tally))


def _build_comparison_report(result: Comparison, source: str | None) -> Report:
    """Return the report of a comparison: numbers and charts with the old and new values and their difference."""
    rules, tallies = (result.old, result.new), _require_tally(result.tallies, "compare")
    streaks = shown_streaks(*rules)
    old, new = (_count_report_facts(number, rules[number], tallies[number], streaks) for number in range(2))
    facts = [
        Fact(
            name,
            _format_fact(new.get(name)),
            _format_fact(old.get(name)),
            difference_text((new.get(name) or 0) - (old.get(name) or 0)),
        )
        for name in old | new
    ]
    tables = [
        _build_report_table(
            "achievements",
            "Achievements that change hands",
            _ACHIEVEMENTS,
            tabulate_achievement_changes(result, difference_text),
        ),
        _build_report_table(
            "affected", "Most affected users", _AFFECTED, tabulate_affected_users(result, _format_old_and_new)
        ),
    ]
    return Report(
        "Comparison of old and new rules",
        _join_subtitle(source, _subtitle_skipped_rows(result.skipped)),
        facts,
        compare_figures(rules, tallies),
        list(result.sentences()),
        [table for table in tables if table.rows],
    )


def _build_simulation_report(result: Simulation) -> Report:
    facts, drawn = _list_report_facts(result.ruleset, result.tally), figures(result.ruleset, result.tally)
    return Report("Simulation", _subtitle_scenario(result.scenario), facts, drawn)


def _build_sweep_report(result: Sweep) -> Report:
    """Return the report of a sweep; its facts are of the first row."""
    first = result.rows[0]
    subtitle = f"{_subtitle_scenario(result.scenario)}; the first numbers are those under {first.name}"
    return Report(
        "Simulation under variations", subtitle, _list_report_facts(first.ruleset, first.tally), result.figures()
    )


def _require_tally(tally: T | None, function: str) -> T:
    """Return a tally.

    Raises:
        InvalidValue: there is none.
    """
    if tally is None:
        raise InvalidValue(f"has no tally to draw; call {function} with tally=True", "content")
    return tally


def _subtitle_skipped_rows(rows: int) -> str | None:
    return count_noun(rows, "skipped row") if rows else None


def _join_subtitle(*parts: str | None) -> str:
    return ", ".join(part for part in parts if part is not None)


def _subtitle_scenario(scenario: Scenario) -> str:
    users, days = count_noun(scenario.users, "simulated user"), count_noun(scenario.days, "day")
    return f"{users} over {days} from {scenario.start}, seed {scenario.seed}"


def _build_report_table(key: str, title: str, caption: str, content: Content) -> Table:
    return Table(key, title, caption, content.columns, content.rows, content.numbers)


def _list_report_facts(ruleset: Ruleset, tally: Tally) -> list[Fact]:
    facts = _count_report_facts(0, ruleset, tally, shown_streaks(ruleset))
    return [Fact(name, _format_fact(number)) for name, number in facts.items()]


def _count_report_facts(
    number: int, ruleset: Ruleset, tally: Tally, streaks: Sequence[ShownStreak]
) -> dict[str, int | None]:
    """Return the main numbers by name, without those of things that the rules do not have; None is not observed.

    The ruleset is one of several by its number, and ``streaks`` are those of all of them.
    """
    facts: dict[str, int | None] = {"users": tally.users, "events": tally.events}
    if ruleset.achievements:
        facts["achievements completed"] = sum(days.total() for days in tally.completions.values())
    for streak in streaks:
        counts = streak.under(number, tally.streaks)
        if counts is not None:
            facts[f"{streak.noun}s running at the end"] = counts.running.total()
            facts[f"longest {streak.noun}, in {streak.unit}s"] = max(counts.longest, default=None)
            facts[f"median of the users' longest {streak.noun}s, in {streak.unit}s"] = percentile(counts.longest, 50)
    for key, name in distinct_names(ruleset.points).items():
        balances = tally.points[key].balances
        facts[f"{name} in circulation"] = sum(balance * users for balance, users in balances.items())
    return facts


def _format_fact(number: int | None) -> str:
    return "–" if number is None else f"{number:,}"  # noqa: RUF001


def _format_old_and_new(old: int, new: int) -> str:
    return f"{old:,}" if old == new else f"{old:,} → {new:,} ({difference_text(new - old)})"
