"""Valid arguments of every public callable, by the names of its parameters.

>>> sample_argument("metric"), sample_argument("years")
('words', 1)
"""

import inspect
from datetime import UTC, date, datetime
from random import Random

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Attribute,
    Effect,
    Engine,
    Freezes,
    Leaderboard,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.analysis.comparison import compare
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.events import Event
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.html_report.page import Fact
from trophy_engine.analysis.simulation.behavior import Chance
from trophy_engine.analysis.simulation.persona import Action, Persona
from trophy_engine.analysis.simulation.population import Population
from trophy_engine.analysis.statistics.survival import survival
from trophy_engine.analysis.statistics.tally import Tally

NOON = datetime(2025, 4, 2, 12, tzinfo=UTC)
TODAY = date(2025, 4, 2)
RULES = Ruleset(
    metrics=[Metric("words"), Metric("lessons")],
    attributes=[Attribute("plan"), Attribute("topic", "event")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(1, 3), customization_enabled=True)],
    achievements=[Achievement("first", MetricTrigger("words", 10)), Achievement("welcome", ApiTrigger())],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 5)], levels=[Level("gold", 100)])],
    leaderboards=[
        Leaderboard("weekly", "metric", date(2025, 1, 1), metric="words", run_unit="day", run_interval=7),
        Leaderboard("plans", "metric", date(2025, 1, 1), metric="words", breakdown_attributes=["plan"]),
    ],
)
EVENTS = [Event(1_700_000_000_000_000, "18", "words", 1)]
POPULATION = Population([Persona(Chance(0.5), [Action("words")])])


def _replay():
    return replay(RULES, EVENTS, tally=True)


def sample_engine():
    """Return an engine with one user."""
    engine = Engine(RULES, clock=lambda: NOON)
    engine.identify("18", attributes={"plan": "pro"})
    engine.record("words", user="18", value=20)
    return engine


#: Values of required parameters, by name; a callable creates the value.
SAMPLES = {
    "achievement": "welcome",
    "achievements": ["a", "b"],
    "behavior": Chance(0.5),
    "callback": lambda: print,
    "chance": 0.5,
    "content": _replay,
    "counts": {1: 2},
    "curve": lambda: survival({1: 2}, {}),
    "columns": Columns(),
    "daily": 0.1,
    "days": 3,
    "actions": [Action("words")],
    "draw": lambda: Random(1),
    "effects": [],
    "end": date(2025, 4, 3),
    "ended": {1: 2},
    "facts": [Fact("users", "1")],
    "figures": [],
    "folder": "folder",
    "entries": lambda: [*sample_engine().log()],
    "first": TODAY,
    "first_day": 739_000,
    "format_": "csv",
    "idempotency_key": "once",
    "idle": Chance(0.1),
    "keen": Chance(0.9),
    "key": "a",
    "kind": Effect,
    "level": "gold",
    "last": TODAY,
    "leaderboard": "weekly",
    "length": 3,
    "log": lambda: [*EVENTS],
    "members": [Persona(Chance(0.5), [Action("words")])],
    "metric": "words",
    "multiplier": 2,
    "name": "a",
    "new": RULES,
    "named": {},
    "number": 1,
    "old": RULES,
    "other": Chance(0.5),
    "path": "nothing.toml",
    "percent": 50,
    "points": 5,
    "population": POPULATION,
    "rank_by": "streak",
    "result": _replay,
    "running": {1: 2},
    "ruleset": RULES,
    "seed": 1,
    "start": TODAY,
    "streak": "habit",
    "subtitle": "",
    "system": "xp",
    "table": _replay,
    "tables": [],
    "tally": Tally.of(RULES),
    "text": "",
    "threshold": 5,
    "title": "A",
    "trigger": ApiTrigger(),
    "user": "18",
    "value": 5,
    "values": {"streaks.habit.freezes.max_count": 2},
    "variations": {"streaks.habit.freezes.max_count": [0, 1]},
    "years": 1,
}
#: Sets of arguments that a callable requires together; each set is tried.
NEEDED = {
    "Both": [{"first": Chance(0.5), "second": Chance(0.5)}],
    "Engine.explain": [{"streak": True}, {"achievement": "first"}, {"points": "xp"}],
    "Engine.record": [{"at": NOON}, {"at": NOON, "idempotency_key": "twice"}],
    "Engine.leaderboard": [{}, {"leaderboard": "plans", "attributes": {"plan": "pro"}}, {"user": "18"}],
    "write_comparison": [{"result": compare(RULES, RULES, EVENTS), "path": "table.csv"}],
    "write_effects": [{"path": "effects.jsonl"}],
    "write_table": [{"path": "table.csv"}],
    "write_users": [{"path": "table.csv"}],
    "Reports.summary": [{"metric": "words"}, {"points": "xp"}],
    "simulate": [{"users": 2, "days": 2}],
    "sweep": [{"users": 2, "days": 2}],
}


def sample_argument(parameter):
    """Return a valid value of a required parameter."""
    sample = SAMPLES[parameter]
    return sample() if inspect.isfunction(sample) else sample
