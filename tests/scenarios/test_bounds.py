"""Bounds: commands and queries take time for their own work only, however long or large a history is."""

from datetime import UTC, date, datetime, timedelta

import pytest
from steps import count_calls, growth

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Attribute,
    Boost,
    CompositeTrigger,
    Engine,
    InvalidValue,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    TimePointsTrigger,
)

NEW_YEAR = datetime(2025, 1, 1, 12, tzinfo=UTC)
DAILY = Leaderboard("words", "metric", date(2025, 1, 1), metric="words", run_unit="day", run_interval=1)


def engine_after(days, *, users=1, **rules):
    """Return an engine with a daily board, with activity of users on each of several days."""
    blocking = PointsSystem("xp", triggers=[MetricPointsTrigger("blocked", -1, block_if_out_of_points=True)])
    metrics = [Metric("words"), Metric("blocked")]
    engine = Engine(Ruleset(metrics=metrics, points=[blocking], leaderboards=[DAILY], **rules))
    for day in range(days):
        for user in range(users):
            engine.record("words", user=f"user-{user}", at=NEW_YEAR + timedelta(days=day))
    return engine


def calls_of(days, command):
    """Count the calls of a command on the day after some days of activity, once everything is cached."""
    engine, now = engine_after(days), NEW_YEAR + timedelta(days=days)
    engine.record("words", user="user-0", at=now)
    command(engine, now)
    return count_calls(lambda: command(engine, now))


@pytest.mark.parametrize(
    "command",
    [
        lambda engine, now: engine.record("words", user="user-0", at=now),
        lambda engine, now: engine.identify("user-0", name="Jo", at=now),
        lambda engine, now: engine.user("user-0", at=now),
        lambda engine, now: engine.user("user-0", at=now + timedelta(days=3)),
        lambda engine, now: engine.leaderboard("words", at=now),
        lambda engine, now: engine.standing("user-0", "words", days=0, at=now),
    ],
)
def test_a_command_does_not_depend_on_how_many_runs_have_passed(command):
    assert calls_of(1000, command) <= calls_of(10, command) + 10  # a binary search takes a few steps more


def test_leaderboards_take_time_for_runs_with_events_only():
    def calls(days, last):
        engine = engine_after(days)
        return count_calls(lambda: engine.standings("user-0", "words", date(2025, 1, 1), last))

    year, empty = date(2025, 12, 31), calls(10, date(2025, 1, 31))
    assert calls(10, year) - empty < 334 * 60  # the work for a run without events
    assert calls(200, year) < 12 * calls(50, year)


def test_a_rank_history_has_a_maximum_length():
    engine = engine_after(3)
    views = engine.standings("user-0", "words", date(2025, 1, 1), date(2052, 5, 18))
    assert (len(views), [view.value for view in views[:4]]) == (10_000, [1, 1, 1, None])
    with pytest.raises(
        InvalidValue, match=r"2025-01-01 to 9999-12-31 contain 2,912,808 runs of leaderboard 'words'; request at most"
    ):
        engine.standings("user-0", "words", date(2025, 1, 1), date.max)


def hourly(boosts):
    """Return an engine that awards a point every hour to each user, multiplied by boosts."""
    given = [
        Boost(f"boost-{n}", 2, when={"start": date(2000, 1, 1), "user_attributes": {"plan": "pro"}})
        for n in range(boosts)
    ]
    system = PointsSystem("xp", triggers=[TimePointsTrigger(1, "hours", 1)], boosts=given)
    engine = Engine(Ruleset(metrics=[Metric("words")], attributes=[Attribute("plan")], points=[system]))
    engine.identify("jo", attributes={"plan": "pro"}, at=NEW_YEAR)
    return engine


def test_an_absence_takes_time_for_each_award_and_not_for_each_boost():
    def calls(days, boosts):
        engine = hourly(boosts)
        engine.settle(at=NEW_YEAR)
        return count_calls(lambda: engine.record("words", user="jo", at=NEW_YEAR + timedelta(days=days)))

    assert calls(400, 0) < 5 * calls(100, 0)
    assert calls(100, 25) < 2 * calls(100, 0)


def test_boosts_apply_in_order_of_declaration_after_any_query():
    boosts = [
        Boost("first", 2, when={"start": date(2025, 1, 1), "end": date(2025, 1, 2)}),
        Boost("pro", 3, when={"start": date(2025, 1, 2), "user_attributes": {"plan": "pro"}}),
        Boost("own", 5, when={"start": date(2025, 1, 1), "end": date(2025, 1, 3)}, user_id="ann"),
    ]
    system = PointsSystem("xp", triggers=[MetricPointsTrigger("words", 7)], boosts=boosts)
    engine = Engine(Ruleset(metrics=[Metric("words")], attributes=[Attribute("plan")], points=[system]))
    engine.identify("ben", attributes={"plan": "pro"}, at=NEW_YEAR - timedelta(days=1))
    multipliers = []
    for day in range(-1, 4):
        for user in ("ann", "ben", "cid"):
            outcome = engine.record("words", user=user, at=NEW_YEAR + timedelta(days=day))
            multipliers.append(outcome.points["xp"].added // 7)
    assert multipliers == [1, 1, 1, 10, 2, 2, 10, 6, 2, 5, 3, 1, 1, 3, 1]


def test_pauses_end_to_end_are_one_stretch():
    engine = Engine(Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")])]))
    engine.record("words", user="jo", at=NEW_YEAR)
    for number in range(1, 401):
        day = (NEW_YEAR + timedelta(days=number)).date()
        engine.pause("jo", day, day, at=NEW_YEAR)
    now = NEW_YEAR + timedelta(days=401)
    assert count_calls(lambda: engine.user("jo", at=now).streak) < 500
    assert engine.record("words", user="jo", at=now).streak.length == 2


def test_a_pause_removed_before_its_start_does_not_protect_its_week():
    engine = Engine(
        Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", "weekly", metrics=[StreakMetric("words")])])
    )
    engine.record("words", user="jo", at=NEW_YEAR)
    engine.pause("jo", date(2025, 1, 8), date(2025, 1, 8), at=NEW_YEAR + timedelta(days=4))
    engine.unpause("jo", 1, at=NEW_YEAR + timedelta(days=6))
    assert engine.user("jo", at=NEW_YEAR + timedelta(days=12)).streak.length == 0


def test_a_streak_history_has_a_maximum_length():
    engine = Engine(Ruleset(metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")])]))
    engine.record("words", user="jo", at=NEW_YEAR)
    assert len(engine.reports.streak_history("jo", 10_000, at=NEW_YEAR)) == 10_000
    with pytest.raises(InvalidValue, match="periods must be a whole number from 1 to 10,000, not 10001"):
        engine.reports.streak_history("jo", 10_001, at=NEW_YEAR)


@pytest.mark.thorough
def test_composites_that_complete_together_visit_each_prerequisite_once():
    def work(size):
        parts = [Achievement(f"part-{n}", MetricTrigger("words", 1)) for n in range(size)]
        whole = [Achievement(f"whole-{n}", CompositeTrigger([one.key for one in parts])) for n in range(4)]
        links = [Achievement(f"link-{n}", CompositeTrigger([f"link-{n - 1}" if n else "whole-0"])) for n in range(size)]
        engine = Engine(Ruleset(metrics=[Metric("words")], achievements=[*reversed(links), *whole, *parts]))
        engine.identify("jo", at=NEW_YEAR)

        def record():
            outcome = engine.record("words", user="jo", at=NEW_YEAR)
            assert len(outcome.achievements) == 2 * size + 4

        return record

    assert growth(work, 300) < 5
    work(1500)()  # chained to a depth of 1,500


def test_an_event_visits_only_the_filtered_totals_that_it_changes():
    def calls(filters):
        achievements = [
            Achievement(f"on-{n}", MetricTrigger("words", 10, event_attributes={"device": str(n)}))
            for n in range(filters)
        ]
        device = Attribute("device", type="event")
        engine = Engine(Ruleset(metrics=[Metric("words")], attributes=[device], achievements=achievements))
        engine.record("words", user="jo", attributes={"device": "7"}, at=NEW_YEAR)
        return count_calls(lambda: engine.record("words", user="jo", attributes={"device": "7"}, at=NEW_YEAR))

    assert calls(1000) == calls(10)


def test_a_completion_does_not_visit_other_achievements():
    def calls(size):
        engine = Engine(Ruleset(achievements=[Achievement(f"a{n}", ApiTrigger()) for n in range(size)]))
        engine.complete("a0", user="jo", at=NEW_YEAR)
        return count_calls(lambda: engine.complete("a1", user="jo", at=NEW_YEAR))

    assert calls(1000) == calls(10)


def test_setting_attributes_takes_linear_time():
    def work(size):
        attributes = [Attribute(f"a{n}") for n in range(size)]
        engine = Engine(Ruleset(metrics=[Metric(f"m{n}") for n in range(size)], attributes=attributes))
        engine.record("m0", user="jo", at=NEW_YEAR)
        return lambda: engine.identify("jo", attributes={f"a{n}": "x" for n in range(size)}, at=NEW_YEAR)

    assert growth(work, 50) < 5
