"""Views of achievements: hidden, open and completed ones, computed when they are read."""

import copy
import pickle

import attrs
from stories import at, play

from trophy_engine import (
    Achievement,
    Attribute,
    CompositeTrigger,
    Engine,
    Metric,
    MetricTrigger,
    Ruleset,
    Streak,
    StreakMetric,
    StreakTrigger,
)
from trophy_engine.views.achievements import AchievementView


def engine_with(*achievements, points=()):
    return Engine(
        Ruleset(
            metrics=[Metric("words")],
            attributes=[Attribute("plan"), Attribute("device", "event")],
            streaks=[Streak("daily", metrics=[StreakMetric("words")])],
            achievements=achievements,
            points=points,
        )
    )


def test_a_hidden_achievement_is_masked_until_it_is_earned():
    secret = Achievement("egg", MetricTrigger("words", 2), name="Easter egg", description="Found it", hidden=True)
    engine = engine_with(secret)
    play(engine, "04-02T10:00 words 1")
    [view] = engine.user("jo", at=at("04-02T10:00")).achievements
    assert (view.name, view.description, view.hidden) == ("???", "???", True)
    assert (view.trigger, view.progress, view.badge_url) == (None, None, None)
    assert engine.user("jo", at=at("04-02T11:00")).next_achievements() == ()
    play(engine, "04-02T10:01 words 1")
    [view] = engine.user("jo", at=at("04-02T10:01")).achievements
    assert (view.name, view.description, view.progress) == ("Easter egg", "Found it", None)


def test_the_nearest_achievements_come_first():
    engine = engine_with(
        Achievement("far", MetricTrigger("words", 100)),
        Achievement("near", MetricTrigger("words", 4)),
        Achievement("both", CompositeTrigger(["near", "done"])),
        Achievement("done", MetricTrigger("words", 1)),
        Achievement("not-for-you", MetricTrigger("words", 4), when={"user_attributes": {"plan": "pro"}}),
        Achievement("streak", StreakTrigger(10)),
    )
    play(engine, "04-02T10:00 words 3")
    player = engine.user("jo", at=at("04-02T10:00"))
    assert [view.key for view in player.next_achievements(3)] == ["near", "both", "streak"]
    [both] = [view for view in player.achievements if view.key == "both"]
    assert (both.progress.current, both.progress.target, both.progress.missing) == (1, 2, ("near",))
    [far] = [view for view in player.achievements if view.key == "far"]
    assert (far.progress.remaining, far.progress.fraction) == (97, 0.03)


def test_a_view_is_computed_when_it_is_read_and_is_like_any_frozen_value():
    engine = engine_with(Achievement("near", MetricTrigger("words", 4)), Achievement("done", MetricTrigger("words", 1)))
    play(engine, "04-02T10:00 words 3")
    when = at("04-02T10:00")
    views, again = engine.user("jo", at=when).achievements, engine.user("jo", at=when).achievements
    assert views == again
    assert hash(views) == hash(again)
    assert repr(views[0]).startswith("AchievementView(key='near', name='near'")
    assert copy.copy(engine.user("jo", at=when).achievements[1]) == views[1]
    assert pickle.loads(pickle.dumps(engine.user("jo", at=when).achievements)) == views  # noqa: S301  # its own bytes
    assert attrs.evolve(views[0], name="Near").name == "Near"
    assert not hasattr(views[0], "colour")
    assert not hasattr(AchievementView.of((), None), "_private")


def test_a_view_does_not_change_with_the_user():
    engine = engine_with(Achievement("done", MetricTrigger("words", 2)))
    play(engine, "04-02T10:00 words 1")
    [before] = engine.user("jo", at=at("04-02T10:00")).achievements
    play(engine, "04-02T10:00 words 1")
    assert (before.times, before.progress.current) == (0, 1)
