"""Rules with other values at some paths, and paths that do not exist."""

import re

import pytest

from trophy_engine import Freezes, InvalidRules, Metric, Ruleset, Streak, StreakMetric
from trophy_engine.rules.override import override

RULES = Ruleset(metrics=[Metric("words")], streak=Streak(metrics=[StreakMetric("words")], freezes=Freezes(1)))


def test_a_value_is_set_by_number_and_by_key():
    for path in ("metrics[0].name", "metrics[words].name"):
        assert override(RULES, {path: "Words"}).metrics[0].name == "Words"
    assert override(RULES, {"streak.freezes": None}).streak.freezes is None


@pytest.mark.parametrize(
    ("path", "whole"),
    [
        ("freezes.max_count", "streak.freezes.max_count"),
        ("max_count", "streak.freezes.max_count"),
        ("days_off", "streak.days_off"),
        ("control_ratio", "experimentation.control_ratio"),
    ],
)
def test_a_path_that_begins_within_a_table_is_answered_with_the_whole_path(path, whole):
    step = path.split(".")[0]
    message = f"{path}: unknown field {step!r}; did you mean {whole!r}?"
    with pytest.raises(InvalidRules, match=re.escape(message)):
        override(RULES, {path: 1})


def test_an_unknown_path_is_refused():
    with pytest.raises(InvalidRules, match="unknown field 'strek'; did you mean 'streak'"):
        override(RULES, {"strek.frequency": "weekly"})
