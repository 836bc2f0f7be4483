"""A report of everything there is to draw."""

from pathlib import Path

from trophy_engine import Ruleset, rulesets
from trophy_engine.report.page import Report, write_report
from trophy_engine.simulation.population import Population
from trophy_engine.simulation.simulate import simulate
from trophy_engine.simulation.sweep import sweep
from trophy_engine.statistics.figures import figures

RULES = Ruleset.load(rulesets.find("git"))
PEOPLE = Population.typical(RULES)


def every_figure():
    """Give the figures of a simulation."""
    return figures(RULES, simulate(RULES, PEOPLE, users=60, days=200, seed=7).tally)


def every_comparison():
    """Give the figures of a sweep, which are side by side."""
    return sweep(RULES, {"streak.freezes.max_count": [1, 3]}, PEOPLE, users=60, days=60).figures()


def write(path: Path, made=None) -> Path:
    """Write a report with everything that a page can say."""
    facts = [("users", "60"), ("events", "1,234")]
    write_report(Report("Rules & <people>", "A test", facts, made or every_figure(), ["Nobody loses."]), path)
    return path
