"""A small log as text, the rules that it is evaluated under, and the names of its columns."""

from trophy_engine import (
    Attribute,
    Freezes,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    UserCreationPointsTrigger,
)
from trophy_engine.analysis.event_logs.columns import Columns
from trophy_engine.analysis.event_logs.sources import read_log

__all__ = ["COLUMNS", "LOG", "RULES", "read"]

RULES = Ruleset(
    metrics=[Metric("words"), Metric("views")],
    attributes=[Attribute("device", "event")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(1))],
    points=[
        PointsSystem(
            "energy",
            maximum=3,
            triggers=[
                UserCreationPointsTrigger(3),
                MetricPointsTrigger("views", points=-1, block_if_out_of_points=True),
                MetricPointsTrigger("words", points=1, event_attributes={"device": "ios"}),
            ],
        )
    ],
)
COLUMNS = Columns("who", "when", "what", "n", "where", {"device": "device"})
LOG = """\
who,when,what,n,where,device
ann,2025-04-03T09:00:00+02:00,words,2.5,Europe/Berlin,ios
ben,2025-04-02T10:00:00Z,words,1,,
ann,2025-04-02T08:00:00Z,views,2,Europe/Berlin,ios
ann,2025-04-02T08:00:00Z,views,2,Europe/Berlin,ios
ann,2025-04-02T07:00:00Z,words,0.1,+02:00,
"""


def read(path, columns=COLUMNS, format_=None):
    return list(read_log(path, columns, format_))
