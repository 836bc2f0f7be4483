"""Points: triggers award and deduct, bounded by a floor of zero and perhaps a maximum."""

from datetime import UTC, date, datetime, timedelta

import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementPointsTrigger,
    ApiTrigger,
    Attribute,
    Boost,
    Engine,
    Freezes,
    Level,
    Metric,
    MetricPointsTrigger,
    OutOfPoints,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakPointsTrigger,
    TimePointsTrigger,
    UserCreationPointsTrigger,
)
from trophy_engine.storage.sqlite import SQLiteStorage


def test_a_balance_past_10_to_the_100_is_exact(tmp_path):
    boosts = [Boost(f"b{number}", 99, when={"start": date(2025, 1, 1)}) for number in range(60)]
    levels = [Level("first", 1), Level("last", 10**17)]
    system = PointsSystem("xp", triggers=[MetricPointsTrigger("words", 7)], levels=levels, boosts=boosts)
    rules = Ruleset(metrics=[Metric("words")], points=[system])
    with Engine(rules, storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        first = engine.record("words", user="jo", at=at("04-02"))
        engine.record("words", user="jo", value=10**29, at=at("04-03"))
        assert (first.points["xp"].total, first.points["xp"].level.key) == (7 * 99**60, "last")
    with Engine(storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        player = engine.user("jo")
        assert player.points["xp"].total == 7 * 99**60 * (1 + 10**29)
        assert player.points["xp"].level.key == "last"
        assert engine.reports.level_summary("xp")[-1].users == 1


def test_a_balance_stops_where_python_could_not_print_it(tmp_path):
    boosts = [Boost(f"b{number}", 99, when={"start": date(2025, 1, 1)}) for number in range(2_200)]
    rules = Ruleset(
        metrics=[Metric("words")],
        points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 7)], boosts=boosts)],
    )
    with Engine(rules, storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        for day in ("04-02", "04-03"):
            engine.record("words", user="jo", at=at(day))
    with Engine(storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        assert engine.user("jo").points["xp"].total == 10**4000 - 1


def engine_with(*triggers, maximum=None, **rules):
    system = PointsSystem("xp", triggers=triggers, maximum=maximum)
    return Engine(
        Ruleset(
            metrics=[Metric("words"), Metric("views")],
            attributes=[Attribute("plan"), Attribute("device", "event")],
            points=[system],
            **rules,
        )
    )


def added(outcome):
    return outcome.points["xp"].added if "xp" in outcome.points else None


def test_every_hundred_words_award_points():
    engine = engine_with(MetricPointsTrigger("words", points=50, threshold=100))
    before, after = play(engine, "04-02T10:00 words 850\n04-02T10:01 words 50")
    assert added(before) == 400
    change = after.points["xp"]
    assert (after.total, change.added, change.total) == (900, 50, 450)
    assert [award.sequence for award in change.awards] == [2]


def test_multiples_are_awarded_together_and_again_after_a_fall():
    engine = engine_with(MetricPointsTrigger("words", points=10, threshold=3))
    outcomes = play(
        engine,
        """
        04-02T10:00  words   7
        04-02T10:01  words   1
        04-02T10:02  words   2
        04-02T10:03  words  -6
        04-02T10:04  words   2
    """,
    )
    assert [added(outcome) for outcome in outcomes] == [20, None, 10, None, 10]
    assert len(outcomes[0].points["xp"].awards) == 1


def test_fractions_cross_multiples_exactly():
    engine = engine_with(MetricPointsTrigger("words", points=1, threshold=1))
    outcomes = play(engine, "\n".join(["04-02T10:00 words 0.1"] * 10))
    assert [added(outcome) for outcome in outcomes] == [None] * 9 + [1]


def test_multiples_are_counted_from_below_zero_as_from_above():
    engine = engine_with(MetricPointsTrigger("words", points=10))
    outcomes = play(engine, "04-02T10:00 words -0.5\n04-02T10:01 words 1\n04-02T10:02 words 0.5")
    assert [added(outcome) for outcome in outcomes] == [None, 10, 10]  # -0.5 is below 0, which is a multiple


def test_only_matching_events_count_towards_a_filtered_trigger():
    ios = {"device": "ios"}
    engine = engine_with(MetricPointsTrigger("words", points=5, threshold=2, event_attributes=ios))
    outcomes = [
        engine.record("words", user="jo", value=value, attributes={"device": device}, at=at("04-02T10:00"))
        for value, device in ((3, "ios"), (4, "android"), (1, "ios"))
    ]
    assert [added(outcome) for outcome in outcomes] == [5, None, 5]


def test_a_trigger_with_a_filter_awards_matching_users_only():
    engine = engine_with(MetricPointsTrigger("words", points=5, when={"user_attributes": {"plan": "pro"}}))
    assert added(play(engine, "04-02T10:00 words 1")[0]) is None
    engine.identify("jo", attributes={"plan": "pro"}, at=at("04-02T10:01"))
    assert added(play(engine, "04-02T10:02 words 1")[0]) == 5


def test_every_seventh_day_of_a_streak_awards_points_and_a_frozen_day_does_not():
    streak = Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(start_count=1))
    engine = engine_with(StreakPointsTrigger(points=50, length=7), streaks=[streak])
    days = [
        datetime(2025, 1, 1, 12, tzinfo=UTC) + timedelta(days=n) for n in (*range(7), *range(8, 15), *range(20, 27))
    ]
    paid = [n for n, day in enumerate(days, 1) if added(engine.record("words", user="jo", at=day))]
    assert paid == [7, 14, 21]


def test_an_award_is_cut_at_the_maximum():
    engine = engine_with(MetricPointsTrigger("words", points=1), maximum=100)
    outcomes = play(engine, "04-02T10:00 words 95\n04-02T10:01 words 10\n04-02T10:02 words 10")
    assert [added(outcome) for outcome in outcomes] == [95, 5, None]
    assert engine.user("jo", at=at("04-02T10:02")).points["xp"].total == 100


def test_a_deduction_stops_at_zero():
    engine = engine_with(UserCreationPointsTrigger(2), MetricPointsTrigger("views", points=-1))
    outcomes = play(engine, "04-02T10:00 views 1\n04-02T10:01 views 3\n04-02T10:02 views 1")
    assert [added(outcome) for outcome in outcomes] == [-1, -1, None]


def test_a_blocking_trigger_refuses_the_event_and_changes_nothing():
    engine = engine_with(
        UserCreationPointsTrigger(2),
        MetricPointsTrigger("views", points=-1, block_if_out_of_points=True),
        MetricPointsTrigger("words", points=1),
    )
    play(engine, "04-02T10:00 views 1")
    log = list(engine.log())
    with pytest.raises(OutOfPoints, match="user 'jo' has 1 of 'xp', and needs 3"):
        engine.record("views", user="jo", value=3, at=at("04-02T10:01"), idempotency_key="k")
    assert list(engine.log()) == log
    player = engine.user("jo", at=at("04-02T10:01"))
    assert (player.metrics["views"], player.points["xp"].total) == (1, 1)
    play(engine, "04-02T10:02 words 5")
    assert added(engine.record("views", user="jo", value=3, at=at("04-02T10:03"), idempotency_key="k")) == -3


def test_a_blocked_first_event_creates_no_user():
    engine = engine_with(MetricPointsTrigger("views", points=-1, block_if_out_of_points=True))
    with pytest.raises(OutOfPoints):
        engine.record("views", user="jo", at=at("04-02T10:00"))
    assert list(engine.users()) == []


def test_triggers_award_in_order_of_declaration():
    engine = engine_with(MetricPointsTrigger("words", points=-5), MetricPointsTrigger("words", points=7), maximum=10)
    [outcome] = play(engine, "04-02T10:00 words 1")
    assert [award.awarded for award in outcome.points["xp"].awards] == [7]
    [outcome] = play(engine, "04-02T10:01 words 1")
    assert [award.awarded for award in outcome.points["xp"].awards] == [-5, 7]


def test_an_achievement_awards_points_once():
    engine = engine_with(
        AchievementPointsTrigger("onboarded", points=10), achievements=[Achievement("onboarded", ApiTrigger())]
    )
    outcome = engine.complete("onboarded", user="jo", at=at("04-02T10:00"))
    [award] = outcome.points["xp"].awards
    assert (outcome.points["xp"].total, award.awarded, award.trigger.type) == (10, 10, "achievement")


def test_points_for_user_creation_are_not_part_of_the_outcome():
    engine = engine_with(UserCreationPointsTrigger(25), MetricPointsTrigger("words", points=1))
    [outcome] = play(engine, "04-02T10:00 words 1")
    assert (outcome.points["xp"].added, outcome.points["xp"].total) == (1, 26)
    assert [effect.type for effect in outcome.effects].count("points.awarded") == 2


def test_energy_refills_every_hour_and_is_spent_by_events():
    engine = engine_with(
        UserCreationPointsTrigger(25),
        TimePointsTrigger(1, "hours"),
        MetricPointsTrigger("views", points=-1),
        maximum=5,
    )
    engine.identify("jo", at=at("04-02T10:00"))
    assert engine.user("jo", at=at("04-02T10:00")).points["xp"].total == 5
    totals = [o.points["xp"].total for o in play(engine, "04-02T10:05 views 1\n04-02T10:06 views 1")]
    assert totals == [4, 3]
    seen = [engine.user("jo", at=at(f"04-02T{hour}:00")).points["xp"].total for hour in (11, 12, 13)]
    assert seen == [4, 5, 5]
    assert play(engine, "04-02T13:30 views 1")[0].points["xp"].total == 4
    assert engine.user("jo", at=at("04-02T14:00")).points["xp"].total == 5


def test_ten_idle_years_of_a_full_system_take_no_time_and_keep_the_schedule():
    engine = engine_with(TimePointsTrigger(1, "hours"), MetricPointsTrigger("views", points=-1), maximum=3)
    engine.identify("jo", at=at("2015-01-01T10:20"))
    engine.settle(at=at("2015-01-02T00:00"))
    assert engine.settle(at=at("2025-01-01T10:00")) == ()
    play(engine, "2025-01-01T10:05 views 1")
    [award] = engine.settle(at=at("2025-01-01T10:20"))
    assert (award.at, award.total) == (at("2025-01-01T10:20"), 3)


def test_awards_of_different_periods_coincide_only_where_both_are_due():
    engine = engine_with(TimePointsTrigger(1, "days"), TimePointsTrigger(10, "days", 2))
    engine.identify("jo", at=at("04-01T12:00"))
    balances = [engine.user("jo", at=at(f"04-0{day}T12:00")).points["xp"].total for day in (2, 3, 4, 5)]
    assert balances == [1, 12, 13, 24]


def test_hourly_awards_keep_their_schedule_when_a_streak_is_lost():
    streak = Streak("habit", metrics=[StreakMetric("words")])
    engine = engine_with(TimePointsTrigger(1, "hours", 10), streaks=[streak])
    play(engine, "04-01T12:00 words 1")
    effects = engine.settle(at=at("04-03T08:00"))
    assert [(effect.type, effect.at) for effect in effects] == [
        ("points.awarded", at("04-01T22:00")),
        ("points.awarded", at("04-02T08:00")),
        ("points.awarded", at("04-02T18:00")),
        ("streak.lost", at("04-03T00:00")),
        ("points.awarded", at("04-03T04:00")),
    ]


def test_days_keep_the_local_time_of_day_over_a_change_of_clocks_and_of_zone():
    engine = engine_with(TimePointsTrigger(1, "days"))
    engine.identify("jo", time_zone="Europe/London", at=at("03-29T09:00"))
    effects = engine.settle(at=at("03-31T12:00"))
    assert [effect.at for effect in effects] == [at("03-30T08:00"), at("03-31T08:00")]
    engine.identify("jo", time_zone="America/New_York", at=at("03-31T12:30"))
    assert [effect.at for effect in engine.settle(at=at("04-01T14:00"))] == [at("04-01T13:00")]


def test_a_move_east_past_the_time_of_day_awards_points_on_arrival():
    engine = engine_with(TimePointsTrigger(1, "days"))
    engine.identify("jo", time_zone="UTC", at=at("04-01T12:00"))
    outcome = engine.identify("jo", time_zone="+10:00", at=at("04-02T04:00"))
    assert [(e.type, e.at) for e in outcome.effects] == [
        ("user.changed", at("04-02T04:00")),
        ("points.awarded", at("04-02T04:00")),
    ]
    assert [effect.at for effect in engine.settle(at=at("04-03T03:00"))] == [at("04-03T02:00")]


def test_a_move_east_past_the_time_of_day_keeps_the_interval_of_three_days():
    engine = engine_with(TimePointsTrigger(1, "days", 3))
    engine.identify("jo", time_zone="UTC", at=at("04-01T12:00"))
    paid = [
        effect.at
        for day in range(2, 8)
        for zone, hour in (("+10:00", 4), ("UTC", 5))
        for effect in engine.identify("jo", time_zone=zone, at=at(f"04-0{day}T0{hour}:00")).effects
        if effect.type == "points.awarded"
    ]
    assert paid == [at("04-04T04:00"), at("04-07T04:00")]


def test_the_first_level_has_no_previous_level():
    system = PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)], levels=[Level("one", 1), Level("two", 2)])
    engine = Engine(Ruleset(metrics=[Metric("words")], points=[system]))
    outcomes = play(engine, "04-01T12:00 words 1\n04-01T13:00 words 1")
    levels = [effect for outcome in outcomes for effect in outcome.effects if effect.type == "points.level_changed"]
    assert [(effect.previous, effect.level) for effect in levels] == [(None, "one"), ("one", "two")]
