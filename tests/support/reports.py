"""A report with every figure."""

from pathlib import Path

from trophy_engine import Ruleset
from trophy_engine.analysis.html_report.page import Report, write_report
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.analysis.simulation.simulate import simulate
from trophy_engine.analysis.simulation.sweep import sweep
from trophy_engine.analysis.statistics.figures import figures
from trophy_engine.rules import bundled

RULES = Ruleset.load(bundled.rules_path("git"))
PEOPLE = Population.typical(RULES)


def every_figure():
    """Return the figures of a simulation."""
    return figures(RULES, simulate(RULES, PEOPLE, users=60, days=200, seed=7).tally)


def every_comparison():
    """Return the combined figures of a sweep."""
    return sweep(RULES, {"streak.freezes.max_count": [1, 3]}, PEOPLE, users=60, days=60).figures()


def write(path: Path, made=None) -> Path:
    """Write a report with every part of a page."""
    facts = [("users", "60"), ("events", "1,234")]
    write_report(Report("Rules & <people>", "A test", facts, made or every_figure(), ["Nobody loses."]), path)
    return path
