"""Drawn achievements have triggers of every kind, tiers and repeats, and their triggers name streaks."""

from typing import get_args

import pytest
from drawn import ANY
from hypothesis import find, given
from hypothesis import strategies as st

from trophy_engine import Achievement, ApiTrigger, StreakPointsTrigger, StreakTrigger
from trophy_engine.rules.achievements import AchievementTrigger
from trophy_engine.rules.points import Level
from trophy_engine.testing.achievements import achievements_strategy, draw_streak_of_trigger, drawn_achievement_keys
from trophy_engine.testing.metrics import PLAIN_METRICS

drawn_achievements = achievements_strategy(PLAIN_METRICS, {"xp": [Level("gold", 10)]})


def drawn(condition):
    return find(drawn_achievements, lambda achievements: any(map(condition, achievements)), settings=ANY)


@pytest.mark.parametrize("kind", get_args(AchievementTrigger))
def test_every_kind_is_drawn(kind):
    assert drawn(lambda achievement: isinstance(achievement.trigger, kind))


def test_tiers_and_repeats_are_drawn():
    assert drawn(lambda achievement: len(achievement.tiers) > 1)
    assert drawn(lambda achievement: achievement.repeatable)


@given(drawn_achievements)
def test_the_keys_are_those_of_achievements_and_tiers(achievements):
    keys = drawn_achievement_keys(achievements)
    assert len(keys) == len(set(keys))
    assert {achievement.key for achievement in achievements} <= set(keys)
    assert {part.key for achievement in achievements for part in achievement.parts} <= set(keys)


@given(st.data())
@pytest.mark.parametrize("trigger", [StreakTrigger(3), StreakPointsTrigger(5, 3)])
def test_a_trigger_on_a_streak_names_one(trigger, data):
    assert draw_streak_of_trigger(data.draw, trigger, st.just("s1")).streak == "s1"
    assert draw_streak_of_trigger(data.draw, Achievement("a", ApiTrigger()).trigger, st.nothing()) == ApiTrigger()
