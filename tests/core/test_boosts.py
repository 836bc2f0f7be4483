"""Boosts multiply awards exactly, and the product is rounded once."""

from datetime import date

import pytest
from stories import at, play

from trophy_engine import (
    Attribute,
    Boost,
    Engine,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    UserCreationPointsTrigger,
)

ALWAYS = date(2020, 1, 1)


def engine_with(boosts, points=10, **system):
    triggers = [MetricPointsTrigger("words", points=points), MetricPointsTrigger("views", points=-3)]
    return Engine(
        Ruleset(
            metrics=[Metric("words"), Metric("views")],
            attributes=[Attribute("plan")],
            points=[PointsSystem("xp", triggers=triggers, boosts=boosts, **system)],
        )
    )


def test_boosts_multiply_and_are_named_on_the_award():
    boosts = [Boost(f"x{multiplier}", multiplier, when={"start": ALWAYS}) for multiplier in (2, 1.5, 3)]
    [outcome] = play(engine_with(boosts), "04-02T10:00 words 1")
    [award] = outcome.points["xp"].awards
    assert award.awarded == 90
    assert [boost.name for boost in award.boosts] == ["x2", "x1.5", "x3"]


@pytest.mark.parametrize(
    ("points", "events", "boosts", "awarded"),
    [
        (5, 1, [(1.5, "down")], 7),
        (5, 1, [(1.5, "up")], 8),
        (5, 1, [(1.5, "nearest")], 8),
        (5, 1, [(1.1, "up")], 6),
        (5, 1, [(1.5, "up"), (1.5, "down")], 11),
        (5, 1, [(1.5, "up"), (1.5, "nearest")], 11),
        (5, 2, [(1.5, "down")], 15),
        (10, 1, [(1.1, "up")], 11),
    ],
)
def test_the_exact_product_is_rounded_once(points, events, boosts, awarded):
    boosts = [
        Boost(f"boost {n}", multiplier, rounding=mode, when={"start": ALWAYS})
        for n, (multiplier, mode) in enumerate(boosts)
    ]
    [outcome] = play(engine_with(boosts, points), f"04-02T10:00 words {events}")
    assert outcome.points["xp"].added == awarded


def test_a_deduction_is_not_boosted_and_the_cap_comes_after_the_boost():
    engine = engine_with([Boost("double", 2, when={"start": ALWAYS})], maximum=15)
    outcomes = play(engine, "04-02T10:00 words 1\n04-02T10:01 views 1")
    assert [outcome.points["xp"].added for outcome in outcomes] == [15, -3]


@pytest.mark.parametrize(
    ("zone", "instant", "awarded"),
    [
        ("Pacific/Auckland", "2026-02-13T11:59", 20),
        ("Pacific/Auckland", "2026-02-13T10:59", 10),
        ("America/Los_Angeles", "2026-02-15T07:59", 20),
        ("America/Los_Angeles", "2026-02-15T08:00", 10),
    ],
)
def test_a_boost_of_one_date_follows_the_local_day_of_the_user(zone, instant, awarded):
    engine = engine_with([Boost("love", 2, when={"start": date(2026, 2, 14), "end": date(2026, 2, 14)})])
    engine.identify("jo", time_zone=zone, at=at("2026-02-01T00:00"))
    assert play(engine, f"{instant} words 1")[0].points["xp"].added == awarded


def test_a_boost_may_be_for_some_users_or_for_one():
    boosts = [
        Boost("pro", 2, when={"start": ALWAYS, "user_attributes": {"plan": "pro"}}),
        Boost("for mia", 3, when={"start": ALWAYS}, user_id="mia"),
    ]
    engine = engine_with(boosts)
    engine.identify("jo", attributes={"plan": "pro"}, at=at("04-02T10:00"))
    added = [play(engine, "04-02T10:01 words 1", user)[0].points["xp"].added for user in ("jo", "mia", "kim")]
    assert added == [20, 30, 10]


def test_points_for_user_creation_are_boosted():
    system = PointsSystem(
        "xp", triggers=[UserCreationPointsTrigger(10)], boosts=[Boost("double", 2, when={"start": ALWAYS})]
    )
    engine = Engine(Ruleset(points=[system]))
    engine.identify("jo", at=at("04-02T10:00"))
    assert engine.user("jo", at=at("04-02T10:00")).points["xp"].total == 20
