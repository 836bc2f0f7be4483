"""An outcome has the changes of one command; it can be pickled and copied."""

import pickle
from copy import copy, deepcopy
from datetime import date

import attrs
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    Attribute,
    CompositeTrigger,
    Engine,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakTrigger,
)

RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    achievements=[Achievement("ten", MetricTrigger("words", 10))],
)


def test_an_outcome_has_the_results_of_its_command():
    engine = Engine(RULES)
    [outcome] = play(engine, "04-02T10:00 words 10")
    assert (outcome.user_id, outcome.metric, outcome.at) == ("jo", "words", at("04-02T10:00"))
    assert "AchievementCompleted" in repr(outcome)
    moved = engine.identify("jo", time_zone="Asia/Tokyo", at=at("04-02T10:01"))
    assert (moved.event_id, moved.metric, moved.total, dict(moved.points)) == (None, None, None, {})


def test_the_totals_that_a_command_moved():
    best = Metric("best", source="words", aggregate="max", event_value={"at_least": 5})
    today = Metric("today", source="words", window="day")
    ended = Metric("ended", aggregate="last", window={"start": "2020-01-01", "end": "2020-12-31"})
    engine = Engine(Ruleset([Metric("words"), best, today, ended]))
    story = "04-02T10:00 words 4\n04-02T10:01 words 9\n04-03T10:00 words 7\n04-03T10:01 words 0\n04-03T10:02 ended 3"
    outcomes = play(engine, story)
    assert [dict(outcome.metrics) for outcome in outcomes] == [
        {"words": 4, "today": 4},
        {"words": 13, "best": 9, "today": 13},
        {"words": 20, "today": 7},
        {"words": 20},
        {"ended": None},
    ]
    assert [outcome.total for outcome in outcomes] == [4, 13, 20, 20, None]
    assert list(outcomes[1].metrics) == ["words", "best", "today"]
    again = pickle.loads(pickle.dumps(outcomes[1]))  # noqa: S301  # our own bytes
    assert again.metrics == outcomes[1].metrics
    assert dict(engine.identify("jo", name="Jo", at=at("04-04T10:00")).metrics) == {}
    html = engine.user("jo", at=at("04-04T10:00"))._repr_html_()
    assert ("none" in html, "20" in html) == (True, True)


def test_an_outcome_pickles_and_copies():
    board = Leaderboard("words", "metric", date(2025, 1, 1), metric="words", breakdown_attributes=["plan"])
    rules = attrs.evolve(
        RULES,
        attributes=[Attribute("plan")],
        leaderboards=[board],
        streaks=[Streak("habit", metrics=[StreakMetric("words")], customization_enabled=True)],
        points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)])],
    )
    engine = Engine(rules)
    engine.identify("jo", attributes={"plan": "pro"}, at=at("04-02T09:00"))
    engine.prefer("jo", metrics=[StreakMetric("words", 2)], days_off=["sunday"], at=at("04-02T09:00"))
    [outcome] = play(engine, "04-02T10:00 words 10.5")
    for again in (pickle.loads(pickle.dumps(outcome)), copy(outcome), deepcopy(outcome)):  # noqa: S301  # our own bytes
        assert (again.event_id, again.total, again.at) == (outcome.event_id, outcome.total, outcome.at)
        assert (again.effects, again.streak, again.points) == (outcome.effects, outcome.streak, outcome.points)
        assert (again.achievements, again.leaderboards) == (outcome.achievements, outcome.leaderboards)
        assert again.leaderboards["words"].group == {"plan": "pro"}
        assert again.explain() == outcome.explain()


def test_an_outcome_with_a_custom_streak_pickles():
    ten, two = MetricTrigger("words", 10), StreakTrigger(2)
    composite = Achievement("both", CompositeTrigger(["ten", "two"]))
    paid = PointsSystem("xp", triggers=[AchievementPointsTrigger("two", 5), MetricPointsTrigger("words", 1)])
    rules = Ruleset(
        metrics=[Metric("words")],
        streaks=[Streak("habit", metrics=[StreakMetric("words")], customization_enabled=True)],
        achievements=[Achievement("ten", ten), Achievement("two", two), composite],
        points=[paid],
    )
    engine = Engine(rules)
    play(engine, "04-04T10:00 words 1")  # a Friday
    for choice in ({"days_off": ["sunday", "saturday"]}, {"streak_enabled": False}):
        outcome = engine.prefer("jo", **choice, at=at("04-04T11:00"))
        again = pickle.loads(pickle.dumps(outcome))  # noqa: S301  # our own bytes
        assert (again.streak, again.effects) == (outcome.streak, outcome.effects)
        assert deepcopy(again).streak == copy(outcome).streak == outcome.streak
    assert engine.user("jo").streak.length == 0
