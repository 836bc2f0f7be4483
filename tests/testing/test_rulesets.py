"""Drawn rules consist of the parts that the strategy receives, and every field of them is drawn."""

from typing import get_args

import attrs
import pytest
from drawn import ANY
from hypothesis import given, settings
from hypothesis import strategies as st

from trophy_engine.rules.points import PointsTrigger
from trophy_engine.testing import rulesets, streak_rules, with_leaderboards


@given(streak_rules(["views"]), rulesets(st.just(())))
def test_rules_use_the_given_parts(streak, rules):
    assert {metric.key for metric in streak.metrics} == {"views"}
    assert rules.primary_streak is None


#: Fields that are not drawn: texts for display, keys of parts that have others, and statuses.
LEFT_OUT = {
    *(f"Achievement.{name}" for name in ("name", "badge_url")),
    *(f"{kind}.{name}" for kind in ("Level", "PointsSystem") for name in ("name", "description", "badge_url")),
    *(f"Leaderboard.{name}" for name in ("name", "description", "status")),
    *(f"Metric.{name}" for name in ("name", "unit", "unit_type")),
    *(f"{kind.__name__}.{name}" for kind in get_args(PointsTrigger) for name in ("key", "status")),
    "Boost.key",
    "Experimentation.user_activation_window",
}


def drawn_fields(rule):
    """Yield every field in a rule, and in the rules within it, with whether it is not its default."""
    if isinstance(rule, tuple):
        for item in rule:
            yield from drawn_fields(item)
    elif attrs.has(type(rule)):
        for field in attrs.fields(type(rule)):
            value, default = getattr(rule, field.name), field.default
            if isinstance(default, attrs.Factory):
                default = default.factory(rule) if default.takes_self else default.factory()
            yield f"{type(rule).__name__}.{field.name}", value != default
            yield from drawn_fields(value)


@pytest.mark.thorough
def test_every_field_is_drawn():
    seen = {}

    @settings(ANY, max_examples=300)
    @given(rulesets().flatmap(with_leaderboards))
    def draw(ruleset):
        for name, is_given in drawn_fields(ruleset):
            seen[name] = seen.get(name, False) or is_given

    draw()
    assert {name for name, is_given in seen.items() if not is_given} <= LEFT_OUT
