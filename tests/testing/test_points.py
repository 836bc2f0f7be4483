"""Drawn points systems have triggers of every kind, with limits where they award points, and levels and boosts."""

from typing import get_args

import pytest
from drawn import ANY
from hypothesis import find, given
from hypothesis import strategies as st

from trophy_engine import Achievement, ApiTrigger
from trophy_engine.rules.points import Level, PointsTrigger
from trophy_engine.testing.metrics import PLAIN_METRICS
from trophy_engine.testing.points import draw_points_system, points_trigger_strategy

LEVELS = [Level("gold", 10)]
triggers = points_trigger_strategy(PLAIN_METRICS, [Achievement("a", ApiTrigger())])


@st.composite
def systems(draw):
    return draw_points_system(draw, "xp", triggers, st.just("s1"), LEVELS)


@pytest.mark.parametrize("kind", get_args(PointsTrigger))
def test_every_kind_is_drawn_with_a_limit(kind):
    found = find(triggers, lambda trigger: isinstance(trigger, kind) and trigger.limit is not None, settings=ANY)
    assert found.points > 0


@given(triggers)
def test_what_deducts_has_no_limit(trigger):
    assert trigger.limit is None or trigger.points > 0


@given(systems())
def test_a_system_has_its_levels_and_its_triggers_name_the_streak(system):
    assert list(system.levels) == LEVELS
    assert {getattr(trigger, "streak", "s1") for trigger in system.triggers} <= {"s1"}


def test_boosts_and_maxima_are_drawn():
    assert find(systems(), lambda system: system.boosts and system.maximum is not None, settings=ANY)
