"""Metrics that change while they are in use: what is new is counted from the log."""

import attrs
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

LESSONS, DEATHS = Metric("lessons"), Metric("deaths")
RULES = Ruleset([LESSONS, DEATHS], [Attribute("topic", "event")])
STORY = """
    2026-01-03T12:00 lessons 4
    2026-01-04T12:00 lessons 9
    2026-01-04T18:00 deaths 0
    2026-01-05T10:00 lessons 2
    2026-01-05T11:00 lessons 1
"""
NOON = at("2026-01-05T12:00")


def played(story=STORY, rules=RULES, zone="UTC"):
    engine = Engine(rules)
    engine.identify("jo", time_zone=zone, at=at("2026-01-01"))
    play(engine, story)
    return engine


def with_metric(metric, **parts):
    return attrs.evolve(RULES, metrics=(LESSONS, DEATHS, metric), **parts)


@pytest.mark.parametrize(
    ("fields", "total"),
    [
        ({"aggregate": "sum"}, 16),
        ({"aggregate": "count", "event_value": {"at_least": 2}}, 3),
        ({"aggregate": "min"}, 1),
        ({"aggregate": "max"}, 9),
        ({"aggregate": "last"}, 1),
        ({"aggregate": "days"}, 3),
        ({"window": "day"}, 3),
        ({"window": "week"}, 12),
        ({"window": "month"}, 16),
        ({"window": {"every": 2, "unit": "day", "start": "2026-01-02"}}, 12),
        ({"window": {"start": "2026-01-04", "end": "2026-01-31"}}, 12),
        ({"window": {"start": "2026-01-01", "end": "2026-01-04"}}, 0),
        ({"window": {"last": 2, "unit": "day"}}, 12),
        ({"window": {"last": 24, "unit": "hour"}}, 3),
        ({"window": {"last": 25, "unit": "hour"}}, 12),
        ({"window": {"session_gap": 1, "unit": "hour"}}, 3),
        ({"window": {"session_gap": 30, "unit": "minute"}}, 0),
        ({"window": {"reset_by": "deaths"}}, 3),
        ({"window": {"reset_by": "deaths"}, "aggregate": "max"}, 2),
    ],
)
def test_a_new_metric_is_counted_from_the_log_and_goes_on_as_if_it_had_been_there(fields, total):
    metric = Metric("watched", source="lessons", **fields)
    new, old = played(), played(rules=with_metric(metric))
    new.update(with_metric(metric), at=NOON)
    assert new.user("jo", at=NOON).metrics["watched"] == total
    later = "2026-01-05T12:30 lessons 3\n2026-01-05T12:40 deaths 1\n2026-01-06T11:00 lessons 7"
    for first, second in zip(play(new, later), play(old, later), strict=True):
        assert first.metrics == second.metrics
        assert new.user("jo", at=first.at).windows == old.user("jo", at=first.at).windows


@pytest.mark.parametrize(
    "before", [{}, {"aggregate": "max"}, {"window": "week"}, {"window": {"last": 9, "unit": "day"}}]
)
@pytest.mark.parametrize(
    ("after", "total"),
    [
        ({}, 16),
        ({"aggregate": "max"}, 9),
        ({"aggregate": "days"}, 3),
        ({"window": "day"}, 3),
        ({"window": {"reset_by": "deaths"}}, 3),
    ],
)
@pytest.mark.parametrize("recorded", [True, False])
def test_a_changed_metric_is_counted_again(before, after, total, recorded):
    def rules(fields):
        if recorded:
            return attrs.evolve(RULES, metrics=(Metric("lessons", **fields), DEATHS))
        return with_metric(Metric("watched", source="lessons", **fields))

    engine = played(rules=rules(before))
    engine.update(rules(after), at=NOON)
    assert engine.user("jo", at=NOON).metrics["lessons" if recorded else "watched"] == total


def test_each_event_counts_on_its_date_of_arrival():
    engine = played("2026-01-05T23:00 lessons 5", zone="Asia/Tokyo")  # 6 January in Tokyo
    engine.identify("jo", time_zone="America/New_York", at=at("2026-01-06T01:00"))  # 5 January again
    engine.update(with_metric(Metric("today", source="lessons", window="day")), at=at("2026-01-06T02:00"))
    assert engine.user("jo", at=at("2026-01-06T02:00")).metrics["today"] == 0
    assert engine.user("jo", at=at("2026-01-06T06:00")).metrics["today"] == 5


def test_an_achievement_is_backdated_by_the_window_of_that_instant():
    nine, three = (Achievement(f"{n}-a-day", MetricTrigger("today", n)) for n in (9, 3))
    points = [PointsSystem("xp", triggers=[MetricPointsTrigger("today", 5, threshold=3)])]
    engine = played()
    today = Metric("today", source="lessons", window="day")
    effects = engine.update(with_metric(today, achievements=[nine, three], points=points), at=NOON)
    assert [(effect.type, effect.achievement) for effect in effects] == [("achievement.backdated", "3-a-day")]
    [outcome] = play(engine, "2026-01-05T13:00 lessons 6")
    assert [achievement.key for achievement in outcome.achievements] == ["9-a-day"]
    assert outcome.points["xp"].added == 10  # from 3 to 9; nothing for what was counted before


def test_an_achievement_is_backdated_where_its_metric_is_another_one():
    ten = Achievement("ten", MetricTrigger("score", 10))
    score = Metric("score", source="lessons", aggregate="max")
    engine = played(rules=with_metric(score, achievements=[ten]))
    effects = engine.update(with_metric(Metric("score", source="lessons"), achievements=[ten]), at=NOON)
    assert [(effect.type, effect.achievement) for effect in effects] == [("achievement.backdated", "ten")]
    [outcome] = play(engine, "2026-01-05T13:00 lessons 1")
    assert outcome.achievements == ()


def test_names_are_no_change():
    best = Metric("best", source="lessons", aggregate="max")
    ten = Achievement("ten", MetricTrigger("best", 10))
    engine = played(rules=with_metric(best, achievements=[ten]))
    renamed = attrs.evolve(best, name="Best of all", unit="lessons")
    assert engine.update(with_metric(renamed, achievements=[ten]), at=NOON) == ()
    assert engine.user("jo", at=NOON).metrics["best"] == 9


def test_a_new_board_has_the_best_of_each_run():
    best = Metric("best", source="lessons", aggregate="max")
    board = Leaderboard("best", "metric", start="2026-01-04", run_unit="day", run_interval=1, metric="best")
    engine = played()
    play(engine, STORY.replace("9", "8"), user="kim")
    engine.update(with_metric(best, leaderboards=[board]), at=NOON)
    runs = [engine.leaderboard("best", run=f"2026-01-0{day}", at=NOON).rankings for day in (4, 5)]
    assert [[(row.user_id, row.value) for row in rows] for rows in runs] == [
        [("jo", 9), ("kim", 8)],
        [("jo", 2), ("kim", 2)],
    ]
    play(engine, "2026-01-05T13:00 lessons 3", user="kim")
    assert engine.leaderboard("best", at=at("2026-01-05T13:00")).rankings[0].user_id == "kim"


def test_a_changed_metric_changes_its_board():
    board = Leaderboard("watched", "metric", start="2026-01-01", metric="watched")
    engine = played(rules=with_metric(Metric("watched", source="lessons", aggregate="max"), leaderboards=[board]))
    assert engine.leaderboard("watched", at=NOON).rankings[0].value == 9
    engine.update(with_metric(Metric("watched", source="lessons"), leaderboards=[board]), at=NOON)
    assert engine.leaderboard("watched", at=NOON).rankings[0].value == 16


def test_the_open_period_of_a_streak_counts_by_the_new_aggregate():
    def rules(**fields):
        streak = Streak("habit", "weekly", [StreakMetric("watched", 3)])
        return with_metric(Metric("watched", source="lessons", **fields), streaks=[streak])

    engine = played("2026-01-05T10:00 lessons 1\n2026-01-05T11:00 lessons 1", rules=rules())
    engine.update(rules(aggregate="days"), at=NOON)
    outcomes = play(engine, "2026-01-06T12:00 lessons 1\n2026-01-06T12:01 lessons 1\n2026-01-07T12:00 lessons 1")
    assert [outcome.streak.length for outcome in outcomes] == [0, 0, 1]


def test_the_open_period_after_a_reset_of_the_streak():
    def rules(**fields):
        streak = Streak("habit", "weekly", [StreakMetric("watched", 3)])
        return with_metric(Metric("watched", source="lessons", **fields), streaks=[streak])

    days = "\n".join(f"2026-01-0{day}T10:00 lessons 2" for day in (1, 2, 3, 5))
    engine = played(days, rules=rules(aggregate="days"))
    engine.reset_streak("jo", at=at("2026-01-05T10:30"))
    play(engine, "2026-01-05T11:00 lessons 1")
    engine.update(rules(), at=NOON)
    outcomes = play(engine, "2026-01-06T12:00 lessons 1\n2026-01-06T12:01 lessons 1")
    assert [outcome.streak.length for outcome in outcomes] == [0, 1]


def test_another_calendar_counts_derived_conditions_from_the_log():
    days = Metric("lesson-days", source="lessons", aggregate="days", event_value={"at_least": 1})

    def rules(frequency):
        return with_metric(days, streaks=[Streak("habit", frequency, [StreakMetric("lesson-days")])])

    values = {1: 1, 3: 1, 4: 1, 5: 1, 6: 0}
    story = "\n".join(f"2026-01-0{day}T10:00 lessons {value}" for day, value in values.items())
    engine = played(story, rules=rules("weekly"))
    assert engine.user("jo", at=at("2026-01-06T12:00")).streak.length == 2
    [recounted] = engine.update(rules("daily"), at=at("2026-01-06T12:00"))
    assert (recounted.type, recounted.before, recounted.length) == ("streak.recounted", 2, 3)
    assert play(engine, "2026-01-06T13:00 lessons 1")[0].streak.length == 4


def test_a_filter_that_changes_is_counted_again():
    def rules(*topics):
        return with_metric(Metric("watched", source="lessons", event_attributes={"topic": list(topics)}))

    engine = Engine(rules("art"))
    for topic, value in (("art", 1), ("law", 2), ("math", 4)):
        engine.record("lessons", user="jo", value=value, attributes={"topic": topic}, at=at("2026-01-05T10:00"))
    assert engine.user("jo", at=NOON).metrics["watched"] == 1
    engine.update(rules("art", "math"), at=NOON)
    assert engine.user("jo", at=NOON).metrics["watched"] == 5


def test_a_metric_that_becomes_derived_keeps_nothing_of_what_was_recorded():
    engine = played("2026-01-05T10:00 lessons 4\n2026-01-05T10:00 deaths 7")
    derived = attrs.evolve(RULES, metrics=[LESSONS, Metric("deaths", source="lessons")])
    engine.update(derived, at=NOON)
    assert engine.user("jo", at=NOON).metrics == {"lessons": 4, "deaths": 4}
    rows = engine.reports.summary("jo", metric="deaths", start="2026-01-04", end="2026-01-05")
    assert [row.total for row in rows] == [0, 4]


def test_a_board_on_a_metric_that_was_derived_counts_what_is_recorded():
    derived = attrs.evolve(RULES, metrics=[LESSONS, Metric("deaths", source="lessons")])
    engine = played("2026-01-05T10:00 lessons 4", rules=derived)
    board = Leaderboard("deaths", "metric", start="2026-01-01", metric="deaths")
    engine.update(attrs.evolve(RULES, leaderboards=[board]), at=NOON)
    assert engine.leaderboard("deaths", at=NOON).rankings == ()
    assert engine.user("jo", at=NOON).metrics == {"lessons": 4, "deaths": 0}
    play(engine, "2026-01-05T13:00 deaths 2")
    assert [row.value for row in engine.leaderboard("deaths", at=at("2026-01-05T13:00")).rankings] == [2]


def test_the_history_replays_to_the_same_totals():
    metric = Metric("watched", source="lessons", window={"last": 7, "unit": "day"}, aggregate="max")
    engine = played()
    engine.update(with_metric(metric), at=NOON)
    play(engine, "2026-01-06T12:00 lessons 3")
    again = Engine.from_log(engine.log())
    when = at("2026-01-06T13:00")
    assert again.user("jo", at=when).metrics == engine.user("jo", at=when).metrics
    assert engine.user("jo", at=NOON).metrics["watched"] == 9
