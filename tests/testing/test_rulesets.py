"""Drawn rules consist of the parts that the strategy receives."""

from hypothesis import given
from hypothesis import strategies as st

from trophy_engine.testing import (
    rulesets,
    streak_rules,
)


@given(streak_rules(["views"]), rulesets(st.just(())))
def test_rules_use_the_given_parts(streak, rules):
    assert {metric.key for metric in streak.metrics} == {"views"}
    assert rules.primary_streak is None
