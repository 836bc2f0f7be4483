"""Rules with other values at some paths, and paths that do not exist."""

import re
from datetime import date

import pytest

from trophy_engine import (
    Attribute,
    Boost,
    DateWindow,
    Freezes,
    InvalidRules,
    Metric,
    PointsSystem,
    ResetWindow,
    RollingWindow,
    Ruleset,
    RunWindow,
    Streak,
    StreakMetric,
    ValueRange,
)
from trophy_engine.rules.override import override

RULES = Ruleset(
    metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(1))]
)


def test_a_value_is_set_by_number_and_by_key():
    for path in ("metrics[0].name", "metrics[words].name"):
        assert override(RULES, {path: "Words"}).metrics[0].name == "Words"
    assert override(RULES, {"streaks.habit.freezes": None}).streaks[0].freezes is None


@pytest.mark.parametrize(
    ("path", "whole"),
    [
        ("control_ratio", "experimentation.control_ratio"),
        ("throttle_minutes", "notifications.throttle_minutes"),
        ("freezes.max_count", "streaks.habit.freezes.max_count"),
        ("max_count", "streaks.habit.freezes.max_count"),
        ("days_off", "streaks.habit.days_off"),
    ],
)
def test_a_path_that_begins_within_a_table_is_answered_with_the_whole_path(path, whole):
    step = path.split(".")[0]
    message = f"{path}: unknown field {step!r}; did you mean {whole!r}?"
    with pytest.raises(InvalidRules, match=re.escape(message)):
        override(RULES, {path: 1})


def test_an_unknown_path_is_refused():
    with pytest.raises(InvalidRules, match="unknown field 'streks'; did you mean 'streaks'"):
        override(RULES, {"streks.habit.frequency": "weekly"})


DERIVED = Ruleset(
    [
        Metric("words"),
        Metric("deaths"),
        Metric("week", source="words", window={"last": 7, "unit": "day"}),
        Metric("today", source="words", window="day", event_value={"at_least": 1}),
    ]
)


@pytest.mark.parametrize(
    ("path", "value", "field", "expected"),
    [
        ("metrics[week].window.last", 14, "window", RollingWindow(14, "day")),
        ("metrics[week].window.unit", "hour", "window", RollingWindow(7, "hour")),
        ("metrics[week].window", "month", "window", "month"),
        ("metrics[week].window", None, "window", None),
        ("metrics[week].window", {"reset_by": "deaths"}, "window", ResetWindow("deaths")),
        ("metrics[week].window", {"start": date(2026, 1, 5)}, "window", DateWindow(date(2026, 1, 5))),
        (
            "metrics[3].window",
            {"every": 2, "unit": "week", "start": "2026-01-05"},
            "window",
            RunWindow(2, "week", date(2026, 1, 5)),
        ),
        ("metrics[today].event_value.at_least", 2, "event_value", ValueRange(2)),
        ("metrics[today].event_value.at_most", 5, "event_value", ValueRange(1, 5)),
        ("metrics[week].event_value.at_most", 5, "event_value", ValueRange(at_most=5)),
        ("metrics[week].aggregate", "count", "aggregate", "count"),
    ],
)
def test_a_path_leads_into_a_window_and_a_range(path, value, field, expected):
    index = 2 if "week" in path else 3
    assert getattr(override(DERIVED, {path: value}).metrics[index], field) == expected


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("metrics[week].window.lsat", 3, "window.lsat: unknown field 'lsat'; did you mean 'last'?"),
        ("metrics[week].window.reset_by", "deaths", "window: must not have both last and reset_by, because"),
        ("metrics[week].window.last", 367, "window.last: must be at most 366 days, not 367"),
        ("metrics[week].source", "wrds", "source: unknown metric 'wrds'; did you mean 'words'?"),
        ("metrics[today].window.last", 3, "metrics[today].window.last: the part before the last is a value"),
    ],
)
def test_a_path_into_a_window_that_contradicts_it_is_refused(path, value, message):
    with pytest.raises(InvalidRules, match=re.escape(message)):
        override(DERIVED, {path: value})


def test_items_with_one_key_or_without_keys_have_numbers():
    conditions = [StreakMetric("km", 5, event_attributes={"kind": kind}) for kind in ("easy", "race")]
    rules = Ruleset(
        metrics=[Metric("km")],
        attributes=[Attribute("kind", type="event")],
        streaks=[Streak("runs", metrics=conditions)],
        points=[PointsSystem("xp", boosts=[Boost("happy hour", 2)])],
    )
    with pytest.raises(InvalidRules, match="several items have the key 'km'; write the number of one, 0 or 1"):
        override(rules, {"streaks.runs.metrics.km.threshold": 9})
    changed = override(rules, {"streaks.runs.metrics[1].threshold": 9})
    assert [metric.threshold for metric in changed.streaks[0].metrics] == [5, 9]
    with pytest.raises(InvalidRules, match="unknown item 'happy'; the items have no keys: write a number from 0"):
        override(rules, {"points.xp.boosts.happy.multiplier": 3})
    assert override(rules, {"points.xp.boosts[0].multiplier": 3}).points[0].boosts[0].multiplier == 3
