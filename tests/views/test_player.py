"""The player: the visible state of a user at an instant."""

from datetime import date

import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Attribute,
    CompositeTrigger,
    Engine,
    InvalidValue,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
)

RULES = Ruleset(
    [Metric("words"), Metric("views")],
    attributes=[Attribute("plan")],
    achievements=[
        Achievement("draft", ApiTrigger(), status="inactive"),
        Achievement("closed", ApiTrigger(), status="locked"),
        Achievement("far", MetricTrigger("words", 100)),
        Achievement("pro", MetricTrigger("words", 6), when={"user_attributes": {"plan": "pro"}}),
        Achievement("near", MetricTrigger("words", 10), when={"weekdays": ["sunday"]}),
        Achievement("done", MetricTrigger("words", 5)),
        Achievement("both", CompositeTrigger(["done", "near"])),
    ],
    points=[
        PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)], levels=[Level("low", 5), Level("high", 50)])
    ],
)


@pytest.fixture
def player():
    engine = Engine(RULES)
    play(engine, "04-02T10:00 words 5")
    return engine.user("jo", at=at("04-02T12:00"))


def test_a_user_without_fields_is_in_utc(player):
    assert (player.name, player.email, player.sign_up_date, dict(player.attributes)) == (None, None, None, {})
    assert (player.time_zone, player.has_time_zone) == ("UTC", False)
    assert (player.at, player.created) == (at("04-02T12:00"), at("04-02T10:00"))


def test_fields_are_those_that_were_set():
    engine = Engine(RULES)
    engine.identify("jo", name="Jo", time_zone="+02:00", sign_up_date="2025-01-01", at=at("04-02T10:00"))
    engine.record("words", user="jo", at=at("04-03T10:00"))
    player = engine.user("jo", at=at("04-03T11:00"))
    assert (player.name, player.time_zone, player.has_time_zone) == ("Jo", "+02:00", True)
    assert (player.sign_up_date, player.updated) == (date(2025, 1, 1), at("04-02T10:00"))


def test_totals_and_balances_of_all_rules_are_present(player):
    assert dict(player.metrics) == {"words": 5, "views": 0}
    xp = player.points["xp"]
    assert (xp.total, xp.level.key, [level.key for level in xp.levels]) == (5, "low", ["low", "high"])


def test_a_player_is_immutable(player):
    for view in (player.metrics, player.points, player.attributes):
        with pytest.raises(TypeError):
            view["words"] = 1


def test_inactive_and_locked_achievements_are_not_visible(player):
    assert [achievement.key for achievement in player.achievements] == ["far", "pro", "near", "done", "both"]
    assert [achievement.key for achievement in player.achievements if achievement.progress is None] == ["done"]


def test_the_nearest_open_achievements_for_the_user_come_first(player):
    assert [one.key for one in player.next_achievements()] == ["near", "both", "far"]
    assert [one.key for one in player.next_achievements(1)] == ["near"]
    assert player.next_achievements(0) == ()
    with pytest.raises(InvalidValue):
        player.next_achievements(-1)
