"""Offline evaluation: replay an event log, compare rulesets, simulate populations, and draw figures.

Every name is imported on first use, with the libraries that it needs.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from trophy_engine.analysis.comparison import Comparison, Difference, compare
    from trophy_engine.analysis.event_logs.bundled_log import read_bundled_log
    from trophy_engine.analysis.event_logs.columns import Columns
    from trophy_engine.analysis.event_logs.effect_log import EffectLog
    from trophy_engine.analysis.event_logs.events import BadRow, Event, Row, Source
    from trophy_engine.analysis.event_logs.file_formats import FileFormat
    from trophy_engine.analysis.event_logs.git import read_history
    from trophy_engine.analysis.event_logs.inspection.inspect_log import InspectedColumn, LogInspection, inspect_log
    from trophy_engine.analysis.event_logs.output import (
        write_comparison,
        write_effects,
        write_files,
        write_table,
        write_users,
    )
    from trophy_engine.analysis.event_logs.runner import Replay, replay
    from trophy_engine.analysis.event_logs.sources import read_log
    from trophy_engine.analysis.event_logs.summary import Summary, summarize
    from trophy_engine.analysis.html_report.page import Fact, Report, Table, write_pictures
    from trophy_engine.analysis.html_report.results import write_report
    from trophy_engine.analysis.simulation.behavior import Behavior, Chance, Churn, TwoStates, Weekdays
    from trophy_engine.analysis.simulation.habits import Habits, habits_of
    from trophy_engine.analysis.simulation.persona import Action, Persona, TimeOfDay, Travel
    from trophy_engine.analysis.simulation.population import Population
    from trophy_engine.analysis.simulation.simulate import Scenario, Simulation, simulate
    from trophy_engine.analysis.simulation.sweep import Estimate, Sweep, SweepRow, sweep
    from trophy_engine.analysis.statistics.figures import Figure, figures, side_by_side, write_figures
    from trophy_engine.analysis.statistics.survival import SurvivalPoint, percentile, share_reaching, survival
    from trophy_engine.analysis.statistics.tally import Tally
    from trophy_engine.analysis.tables.tabular import Tabular
    from trophy_engine.rules.override import override

__all__ = [
    "Action",
    "BadRow",
    "Behavior",
    "Chance",
    "Churn",
    "Columns",
    "Comparison",
    "Difference",
    "EffectLog",
    "Estimate",
    "Event",
    "Fact",
    "Figure",
    "FileFormat",
    "Habits",
    "InspectedColumn",
    "LogInspection",
    "Persona",
    "Population",
    "Replay",
    "Report",
    "Row",
    "Scenario",
    "Simulation",
    "Source",
    "Summary",
    "SurvivalPoint",
    "Sweep",
    "SweepRow",
    "Table",
    "Tabular",
    "Tally",
    "TimeOfDay",
    "Travel",
    "TwoStates",
    "Weekdays",
    "compare",
    "figures",
    "habits_of",
    "inspect_log",
    "override",
    "percentile",
    "read_bundled_log",
    "read_history",
    "read_log",
    "replay",
    "share_reaching",
    "side_by_side",
    "simulate",
    "summarize",
    "survival",
    "sweep",
    "write_comparison",
    "write_effects",
    "write_figures",
    "write_files",
    "write_pictures",
    "write_report",
    "write_table",
    "write_users",
]

#: The module of each public name.
_MODULES: Final = {
    "InspectedColumn": "trophy_engine.analysis.event_logs.inspection.inspect_log",
    "LogInspection": "trophy_engine.analysis.event_logs.inspection.inspect_log",
    "inspect_log": "trophy_engine.analysis.event_logs.inspection.inspect_log",
    "BadRow": "trophy_engine.analysis.event_logs.events",
    "Columns": "trophy_engine.analysis.event_logs.columns",
    "FileFormat": "trophy_engine.analysis.event_logs.file_formats",
    "Event": "trophy_engine.analysis.event_logs.events",
    "Row": "trophy_engine.analysis.event_logs.events",
    "Source": "trophy_engine.analysis.event_logs.events",
    "read_log": "trophy_engine.analysis.event_logs.sources",
    "read_bundled_log": "trophy_engine.analysis.event_logs.bundled_log",
    "read_history": "trophy_engine.analysis.event_logs.git",
    "Replay": "trophy_engine.analysis.event_logs.runner",
    "replay": "trophy_engine.analysis.event_logs.runner",
    "EffectLog": "trophy_engine.analysis.event_logs.effect_log",
    "write_comparison": "trophy_engine.analysis.event_logs.output",
    "write_effects": "trophy_engine.analysis.event_logs.output",
    "write_files": "trophy_engine.analysis.event_logs.output",
    "write_table": "trophy_engine.analysis.event_logs.output",
    "write_users": "trophy_engine.analysis.event_logs.output",
    "Summary": "trophy_engine.analysis.event_logs.summary",
    "summarize": "trophy_engine.analysis.event_logs.summary",
    "Comparison": "trophy_engine.analysis.comparison",
    "Difference": "trophy_engine.analysis.comparison",
    "compare": "trophy_engine.analysis.comparison",
    "Behavior": "trophy_engine.analysis.simulation.behavior",
    "Chance": "trophy_engine.analysis.simulation.behavior",
    "Churn": "trophy_engine.analysis.simulation.behavior",
    "TwoStates": "trophy_engine.analysis.simulation.behavior",
    "Weekdays": "trophy_engine.analysis.simulation.behavior",
    "Action": "trophy_engine.analysis.simulation.persona",
    "Persona": "trophy_engine.analysis.simulation.persona",
    "TimeOfDay": "trophy_engine.analysis.simulation.persona",
    "Travel": "trophy_engine.analysis.simulation.persona",
    "Habits": "trophy_engine.analysis.simulation.habits",
    "habits_of": "trophy_engine.analysis.simulation.habits",
    "Population": "trophy_engine.analysis.simulation.population",
    "Scenario": "trophy_engine.analysis.simulation.simulate",
    "Simulation": "trophy_engine.analysis.simulation.simulate",
    "simulate": "trophy_engine.analysis.simulation.simulate",
    "Estimate": "trophy_engine.analysis.simulation.sweep",
    "Sweep": "trophy_engine.analysis.simulation.sweep",
    "SweepRow": "trophy_engine.analysis.simulation.sweep",
    "sweep": "trophy_engine.analysis.simulation.sweep",
    "Tally": "trophy_engine.analysis.statistics.tally",
    "SurvivalPoint": "trophy_engine.analysis.statistics.survival",
    "percentile": "trophy_engine.analysis.statistics.survival",
    "share_reaching": "trophy_engine.analysis.statistics.survival",
    "survival": "trophy_engine.analysis.statistics.survival",
    "Figure": "trophy_engine.analysis.statistics.figures",
    "figures": "trophy_engine.analysis.statistics.figures",
    "side_by_side": "trophy_engine.analysis.statistics.figures",
    "write_figures": "trophy_engine.analysis.statistics.figures",
    "Fact": "trophy_engine.analysis.html_report.page",
    "Report": "trophy_engine.analysis.html_report.page",
    "Table": "trophy_engine.analysis.html_report.page",
    "write_pictures": "trophy_engine.analysis.html_report.page",
    "write_report": "trophy_engine.analysis.html_report.results",
    "Tabular": "trophy_engine.analysis.tables.tabular",
    "override": "trophy_engine.rules.override",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use.

    Raises:
        AttributeError: the name is not public.
        MissingExtra: its module needs a library that is not installed.
    """
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    """List the public names."""
    return __all__
