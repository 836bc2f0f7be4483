"""Changes of a balance: one message for all changes within the window of the throttle."""

from datetime import date

from notified import effects_of_kind, instants, rules, xp
from stories import at, play

from trophy_engine import (
    Boost,
    BoostFinished,
    BoostStarted,
    Engine,
    MetricPointsTrigger,
    Notifications,
    PointsChanged,
    PointsSystem,
    ReactivationDue,
)


def test_changes_of_a_balance_within_a_quarter_of_an_hour_are_announced_as_one():
    engine = Engine(rules(points=[xp()]))
    outcomes = play(
        engine,
        """
        04-02T12:00 words 10
        04-02T12:05 words 20
        04-02T12:10 words 5
        """,
    )
    first, *later = [effects_of_kind(outcome.effects, PointsChanged) for outcome in outcomes]
    assert [(one.at, one.system, one.total, one.added) for one in first] == [(at("04-02T12:00"), "xp", 10, 10)]
    assert later == [[], []]
    merged = effects_of_kind(engine.settle(at=at("04-02T12:20")), PointsChanged)
    assert [(one.at, one.total, one.added) for one in merged] == [(at("04-02T12:15"), 35, 25)]


def test_collected_changes_open_the_next_window():
    engine = Engine(rules(points=[xp()]))
    play(
        engine,
        "04-02T12:00 words 1\n04-02T12:05 words 1\n04-02T12:20 words 1\n04-02T12:31 words 1\n04-02T12:50 words 1",
    )
    effects = [effect for transition in engine.transitions("jo", at=at("04-02T13:10")) for effect in transition.effects]
    changes = [(raw[2], raw[4], raw[5]) for raw in effects if raw[0] is PointsChanged]
    base = changes[0][0]
    assert [((when - base) // 60_000_000, total, added) for when, total, added in changes] == [
        (0, 1, 1),
        (15, 2, 1),
        (30, 3, 1),
        (45, 4, 1),
        (60, 5, 1),
    ]


def test_manual_awards_are_announced_and_are_no_activity():
    engine = Engine(rules(points=[xp()]))
    play(engine, "04-02T12:00 words 10")
    first = engine.award("xp", 5, user="jo", at=at("04-02T12:20"))
    assert [(one.total, one.added) for one in effects_of_kind(first.effects, PointsChanged)] == [(15, 5)]
    engine.award("xp", 5, user="jo", at=at("04-03T12:00"))
    due = effects_of_kind(engine.settle(at=at("04-05T16:00")), ReactivationDue)
    assert [one.days_since_last_active for one in due] == [3]


def test_without_a_throttle_every_change_is_announced():
    engine = Engine(rules(points=[xp()], notifications=Notifications(throttle_minutes=0)))
    outcomes = play(engine, "04-02T12:00 words 1\n04-02T12:00 words 2\n04-02T12:02 words 3")
    changes = [
        (effect.total, effect.added)
        for outcome in outcomes
        for effect in effects_of_kind(outcome.effects, PointsChanged)
    ]
    assert changes == [(1, 1), (3, 2), (6, 3)]


def test_awards_of_one_command_are_announced_as_one_change():
    triggers = [MetricPointsTrigger("words", 1), MetricPointsTrigger("words", 10)]
    engine = Engine(rules(points=[PointsSystem("xp", triggers=triggers)]))
    [outcome] = play(engine, "04-02T12:00 words 3")
    assert [(effect.total, effect.added) for effect in effects_of_kind(outcome.effects, PointsChanged)] == [(33, 33)]


def test_a_subscriber_receives_a_kind():
    engine, heard = Engine(rules(points=[xp()])), []
    engine.subscribe(PointsChanged, heard.append)
    play(engine, "04-02T12:00 words 10\n04-02T12:05 words 20")
    engine.settle(at=at("04-02T13:00"))
    assert [(one.user_id, one.total) for one in heard] == [("jo", 10), ("jo", 30)]


def test_a_boost_for_one_user_starts_and_ends_at_local_midnights():
    own = Boost("yours", 3, when={"start": date(2025, 4, 3), "end": date(2025, 4, 4)}, user_id="jo")
    engine = Engine(rules(points=[xp(boosts=[own])]))
    engine.identify("jo", time_zone="Asia/Tokyo", at=at("04-02T10:00"))
    engine.identify("flo", at=at("04-02T10:00"))
    effects = engine.settle(at=at("04-10T00:00"))
    assert [(effect.user_id, effect.at) for effect in effects_of_kind(effects, BoostStarted)] == [
        ("jo", at("04-02T15:00"))
    ]
    assert [(effect.user_id, effect.at) for effect in effects_of_kind(effects, BoostFinished)] == [
        ("jo", at("04-04T15:00"))
    ]


def test_a_boost_is_announced_once_to_a_traveller():
    own = Boost("yours", 3, when={"start": date(2025, 4, 3)}, user_id="jo")
    engine = Engine(rules(points=[xp(boosts=[own])]))
    engine.identify("jo", time_zone="Asia/Tokyo", at=at("04-02T10:00"))
    effects = [*engine.settle(at=at("04-02T16:00"))]
    effects += engine.identify("jo", time_zone="America/New_York", at=at("04-02T17:00")).effects
    effects += engine.settle(at=at("04-05T00:00"))
    assert instants(effects, BoostStarted) == ["2025-04-02T15:00"]


def test_awards_that_cancel_out_delay_nothing():
    both = [MetricPointsTrigger("words", 5), MetricPointsTrigger("words", -5), MetricPointsTrigger("words", 1, 10)]
    engine = Engine(rules(points=[PointsSystem("xp", triggers=both)]))
    play(engine, "04-02T10:00 words 1")
    (outcome,) = play(engine, "04-02T10:01 words 9")
    assert [effect.added for effect in effects_of_kind(outcome.effects, PointsChanged)] == [1]
