"""Best scores, lap times and collections: totals that are not sums."""

import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    Attribute,
    Engine,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)

LAPS = [
    Metric("lap-time", unit="seconds"),
    Metric("best-lap", source="lap-time", aggregate="min", event_attributes={"track": "spa"}),
]
TRACK = [Attribute("track", "event")]


def drive(engine, seconds, track="spa", user="jo", when="06-01T12:00"):
    return engine.record("lap-time", user=user, value=seconds, at=at(when), attributes={"track": track})


def test_the_best_lap_is_the_least_time_on_its_track():
    fast = Achievement("fast", trigger=MetricTrigger("best-lap", at_most=65))
    engine = Engine(Ruleset(LAPS, TRACK, achievements=[fast]))
    engine.identify("jo", at=at("06-01T11:00"))
    assert engine.user("jo", at=at("06-01T11:00")).metrics == {"lap-time": 0, "best-lap": None}
    outcomes, bests = [], []
    for seconds, track in ((71, "spa"), (64.5, "spa"), (66, "spa"), (50, "monza")):
        outcomes.append(drive(engine, seconds, track))
        bests.append(engine.user("jo", at=outcomes[-1].at).metrics["best-lap"])
    assert bests == [71, 64.5, 64.5, 64.5]
    assert [[view.key for view in outcome.achievements] for outcome in outcomes] == [[], ["fast"], [], []]
    assert [dict(outcome.metrics) for outcome in outcomes] == [
        {"lap-time": 71, "best-lap": 71},
        {"lap-time": 135.5, "best-lap": 64.5},
        {"lap-time": 201.5},
        {"lap-time": 251.5},
    ]
    assert [outcome.total for outcome in outcomes] == [71, 135.5, 201.5, 251.5]


def test_systems_visited_count_once_each():
    visited = Metric("systems-visited", source="visits", aggregate="distinct", distinct_by="system")
    tourist = Achievement("tourist", trigger=MetricTrigger("systems-visited", 2))
    engine = Engine(Ruleset([Metric("visits"), visited], [Attribute("system", "event")], achievements=[tourist]))

    def visit(system, key):
        attributes = {} if system is None else {"system": system}
        outcome = engine.record("visits", user="jo", at=at("06-01T12:00"), attributes=attributes, idempotency_key=key)
        completed = [achievement.key for achievement in outcome.achievements]
        return engine.user("jo", at=at("06-01T12:00")).metrics["systems-visited"], completed, outcome.metrics

    assert visit("A", "1") == (1, [], {"visits": 1, "systems-visited": 1})
    assert visit("B", "2") == (2, ["tourist"], {"visits": 2, "systems-visited": 2})
    assert visit("A", "3") == (2, [], {"visits": 3})
    assert visit("A", "3") == (2, [], {})
    assert visit(None, "4") == (2, [], {"visits": 4})


def test_a_recorded_best_score_pays_for_what_it_gains():
    points = PointsSystem("xp", triggers=[MetricPointsTrigger(points=1, metric="best-score", threshold=5)])
    engine = Engine(Ruleset([Metric("best-score", aggregate="max")], points=[points]))
    outcomes = play(
        engine,
        """
        06-01T12:00 best-score 10
        06-02T12:00 best-score 7
        06-03T12:00 best-score 12
        """,
    )
    assert [outcome.total for outcome in outcomes] == [10, 10, 12]
    assert [outcome.points["xp"].added if outcome.points else 0 for outcome in outcomes] == [2, 0, 0]
    changes = [outcome.effects[-1] for outcome in outcomes[1:]]
    assert [(change.value, change.before, change.after) for change in changes] == [(7, 10, 10), (12, 10, 12)]


def test_a_weekly_streak_on_three_different_days():
    days = Metric("lesson-days", source="lessons", aggregate="days")
    engine = Engine(
        Ruleset(
            [Metric("lessons"), days], streaks=[Streak("habit", "weekly", [StreakMetric("lesson-days", threshold=3)])]
        )
    )
    outcomes = play(
        engine,
        """
        06-02T12:00 lessons 1
        06-02T12:01 lessons 1
        06-02T12:02 lessons 1
        06-04T12:00 lessons 1
        06-05T12:00 lessons 1
        06-06T12:00 lessons 1
        """,
    )
    assert [outcome.streak.length for outcome in outcomes] == [0, 0, 0, 0, 1, 1]
    assert [outcome.metrics.get("lesson-days") for outcome in outcomes] == [1, None, None, 2, 3, 4]


def test_a_board_has_the_best_lap_of_each_driver():
    board = Leaderboard("fastest", start="2025-01-01", rank_by="metric", metric="best-lap")
    engine = Engine(Ruleset(LAPS, TRACK, leaderboards=[board]))
    drive(engine, 60, user="a")
    drive(engine, 50, user="a")
    drive(engine, 55, user="b")
    drive(engine, 58, user="a")
    drive(engine, 20, user="c", track="monza")
    view = engine.leaderboard("fastest", at=at("06-01T13:00"))
    assert {row.user_id: row.value for row in view.rankings} == {"a": 50, "b": 55}


@pytest.mark.parametrize(
    ("aggregate", "totals"),
    [("sum", [3, -1, -1]), ("count", [1, 2, 3]), ("min", [3, -4, -4]), ("max", [3, 3, 3]), ("last", [3, -4, 0])],
)
def test_every_aggregate_of_a_recorded_metric(aggregate, totals):
    engine = Engine(Ruleset([Metric("score", aggregate=aggregate)]))
    recorded = [engine.record("score", user="jo", value=value, at=at("06-01T12:00")).total for value in (3, -4, 0)]
    assert recorded == totals
