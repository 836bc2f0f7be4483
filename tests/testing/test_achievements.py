"""Drawn achievements are of every kind that their rules allow, and are valid in those rules."""

from typing import get_args

import attrs
import pytest
from drawn import ANY, ROUGH
from hypothesis import find, given, settings
from hypothesis import strategies as st

from trophy_engine import Achievement, ApiTrigger, Attribute, Level, Metric, PointsSystem, Ruleset, Streak, StreakMetric
from trophy_engine.rules.achievements import AchievementTrigger, CompositeTrigger, MetricTrigger, StreakTrigger
from trophy_engine.testing.achievements import (
    PROGRESS_TRIGGERS,
    achievements_strategy,
    draw_streak_of_trigger,
    drawn_achievement_keys,
)

METRICS = (Metric("words"), Metric("laps", source="words", aggregate="min"), Metric("visits", aggregate="count"))
LEVELS = {"xp": [Level("silver", 5)]}
RULES = Ruleset(
    METRICS,
    attributes=[Attribute("plan"), Attribute("device", "event")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    points=[PointsSystem("xp", levels=LEVELS["xp"])],
)
drawn = achievements_strategy(METRICS, LEVELS)


@settings(deadline=None)
@given(drawn)
def test_drawn_achievements_are_valid(achievements):
    attrs.evolve(RULES, achievements=achievements)


@pytest.mark.parametrize("kind", get_args(AchievementTrigger), ids=lambda kind: kind.type)
def test_every_kind_of_trigger_is_drawn(kind):
    find(drawn, lambda achievements: any(isinstance(one.trigger, kind) for one in achievements), settings=ROUGH)


@pytest.mark.parametrize(
    "is_such",
    [
        lambda one: one.repeatable,
        lambda one: len(one.tiers) > 1 and one.tiers[0].value is not None,
        lambda one: len(one.tiers) > 1 and one.tiers[0].at_most is not None,
        lambda one: not one.tiers and isinstance(one.trigger, MetricTrigger) and one.trigger.at_most is not None,
    ],
    ids=["repeatable", "tiers", "falling tiers", "at most"],
)
def test_every_variation_is_drawn(is_such):
    find(drawn, lambda achievements: any(map(is_such, achievements)), settings=ROUGH)


@settings(ANY, max_examples=100)
@given(achievements_strategy(METRICS, {}))
def test_without_points_no_achievement_depends_on_them(achievements):
    assert not any(isinstance(one.trigger, tuple(PROGRESS_TRIGGERS)) for one in achievements)


@settings(ANY, max_examples=100)
@given(drawn)
def test_composites_name_other_achievements_or_their_tiers(achievements):
    keys = set(drawn_achievement_keys(achievements))
    for one in achievements:
        if isinstance(one.trigger, CompositeTrigger):
            assert set(one.trigger.achievements) <= keys - {one.key}


def test_the_keys_are_those_of_achievements_and_tiers():
    tiered = Achievement("a", MetricTrigger("words"), tiers=[{"key": "t", "value": 1}, {"key": "u", "value": 2}])
    assert drawn_achievement_keys([tiered, Achievement("b", ApiTrigger())]) == ["a", "a-t", "a-u", "b"]


@given(st.data())
def test_a_trigger_on_a_streak_alone_names_one(data):
    assert draw_streak_of_trigger(data.draw, StreakTrigger(3), st.just("gym")).streak == "gym"
    assert draw_streak_of_trigger(data.draw, ApiTrigger(), st.just("gym")) == ApiTrigger()
