"""A report with every figure."""

from pathlib import Path

from trophy_engine import Ruleset
from trophy_engine.analysis.html_report.page import Fact, Report, Table
from trophy_engine.analysis.html_report.results import write_report
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.analysis.simulation.simulate import simulate
from trophy_engine.analysis.simulation.sweep import sweep
from trophy_engine.analysis.statistics.differences import compare_figures
from trophy_engine.analysis.statistics.figures import figures
from trophy_engine.rules import bundled
from trophy_engine.rules.override import override

RULES = Ruleset.load(bundled.rules_path("git"))
PEOPLE = Population.typical(RULES)


def every_figure():
    """Return the figures of a simulation."""
    return figures(RULES, simulate(RULES, PEOPLE, users=60, days=200, seed=7).tally)


def every_comparison():
    """Return the combined figures of a sweep."""
    return sweep(RULES, {"streaks.daily.freezes.max_count": [1, 3]}, PEOPLE, users=60, days=60).figures()


def every_pair():
    """Return the figures of a comparison."""
    new = override(RULES, {"streaks.daily.freezes.max_count": 1, "points[xp].triggers[0].points": 12})
    tallies = tuple(simulate(rules, PEOPLE, users=60, days=200, seed=7).tally for rules in (RULES, new))
    return compare_figures((RULES, new), tallies)


def write(path: Path, made=None) -> Path:
    """Write a report with everything that a page can say."""
    facts = [Fact("users", "60"), Fact("points", "1,234", "1,200", "+34")]
    drawn = every_figure() if made is None else made
    tables = [Table("affected", "Most affected users", "Who", ("user", "points"), [("<ann>", "3")], {"points"})]
    write_report(Report("Rules & <people>", "A test", facts, drawn, ["Nobody loses."], tables), path)
    return path
