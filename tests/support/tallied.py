"""Rules and a log for a tally, and the figures of the tally."""

from stories import at

from trophy_engine import (
    Achievement,
    Freezes,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.analysis.event_logs.events import Event
from trophy_engine.analysis.statistics.figures import figures
from trophy_engine.calendar.instants import to_micros

__all__ = ["LOG", "RULES", "events", "figure"]

RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(1))],
    achievements=[
        Achievement("one", MetricTrigger("words", 1), name="One"),
        Achievement("ten", MetricTrigger("words", 10)),
    ],
    points=[
        PointsSystem(
            "xp",
            name="Experience",
            triggers=[MetricPointsTrigger("words", points=10), MetricPointsTrigger("words", points=-15, threshold=3)],
            levels=[Level("new", 0, name="New"), Level("old", 20, name="Old")],
        )
    ],
)


def events(story):
    for line in filter(None, map(str.strip, story.splitlines())):
        user, when, value, *where = line.split()
        yield Event(to_micros(at(when)), user, "words", int(value), *where)


LOG = """
    ann 04-01T10:00 1
    ann 04-02T10:00 1
    ann 04-05T23:30 1 Europe/Berlin
    ben 04-01T10:00 1
    ben 04-03T10:00 1
    cyd 04-09T10:00 1
"""


def figure(tally, key, rules=RULES):
    return next(figure for figure in figures(rules, tally) if figure.key == key)
