"""Plans: what is found in them by key and by name."""

import pytest

from trophy_engine import InvalidValue, Leaderboard, Metric, Ruleset, Streak, StreakMetric, UnknownKey
from trophy_engine.core.compile import compile_plan

RULES = Ruleset(
    metrics=[
        Metric("words"),
        Metric("pages"),
        Metric("most", source="words", aggregate="max"),
        Metric("today", source="words", window="day"),
    ],
    streaks=[Streak("habit", metrics=[StreakMetric("words", 10), StreakMetric("pages", 2)], evaluation_mode="AND")],
    leaderboards=[Leaderboard("best", "metric", "2025-04-01", metric="most")],
)
PLAN = compile_plan(RULES)


def test_only_recorded_metrics_take_events():
    assert list(PLAN.recorded) == ["words", "pages"]
    assert PLAN.recorded_metric("words") is PLAN.metric("words")
    with pytest.raises(UnknownKey, match="did you mean 'words'"):
        PLAN.recorded_metric("word")
    with pytest.raises(InvalidValue, match="'today' is derived from 'words'; record that"):
        PLAN.recorded_metric("today")


def test_windowed_counters_have_the_names_of_their_rules():
    assert list(PLAN.windowed_counters) == [
        ("metric", "today"),
        ("streak", "habit", "words"),
        ("streak", "habit", "pages"),
        ("leaderboard", "best"),
    ]
    counter, windows = PLAN.windowed_counters["metric", "today"], {}
    assert counter.find(windows) is None
    assert counter.open(windows) is counter.open(windows) is counter.find(windows)
