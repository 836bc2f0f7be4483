"""Plans: what is found in them by key, by attributes and by name."""

import pytest

from trophy_engine import (
    Achievement,
    Attribute,
    InvalidValue,
    Leaderboard,
    Metric,
    MetricTrigger,
    Ruleset,
    Streak,
    StreakMetric,
    UnknownKey,
)
from trophy_engine.core.compile import compile_plan

RULES = Ruleset(
    attributes=[Attribute("genre", "event"), Attribute("lang", "event")],
    metrics=[
        Metric("words"),
        Metric("pages"),
        Metric("most", source="words", aggregate="max", event_attributes={"genre": ["poem", "play"]}),
        Metric("today", source="words", window="day"),
    ],
    streaks=[Streak("habit", metrics=[StreakMetric("words", 10), StreakMetric("pages", 2)], evaluation_mode="AND")],
    achievements=[
        Achievement("poems", MetricTrigger("words", 5, {"genre": "poem"})),
        Achievement("german", MetricTrigger("words", 5, {"lang": "de"})),
        Achievement("german-poems", MetricTrigger("words", 5, {"genre": "poem", "lang": "de"})),
    ],
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


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ({}, []),
        ({"genre": "poem"}, ["poem"]),
        ({"lang": "de"}, ["de"]),
        ({"genre": "poem", "lang": "de"}, ["poem", "de", "poem de"]),
        ({"genre": "play", "lang": "en"}, []),
    ],
)
def test_filtered_totals_are_found_by_the_attributes_of_an_event(attributes, expected):
    counters = PLAN.metric("words").matching_counters(attributes)
    assert [" ".join(counter.event_attributes.values()) for counter in counters] == expected


def test_an_event_passes_the_filter_of_a_derived_metric_with_any_of_the_values():
    most = PLAN.metric("most")
    assert [most.accepts(1, {"genre": genre}) for genre in ("poem", "play", "novel")] == [True, True, False]
    assert not most.accepts(1, {})


def test_a_metric_is_compound_if_it_moves_others_or_is_no_plain_sum():
    assert {key: (metric.plain, metric.compound) for key, metric in PLAN.metrics.items()} == {
        "words": (True, True),
        "pages": (True, False),
        "most": (False, True),
        "today": (False, True),
    }


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
