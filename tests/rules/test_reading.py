"""Tables become rules, and every problem has the path of its field."""

from datetime import date

import pytest

from trophy_engine import ApiTrigger, Boost, Metric, MetricTrigger, PointsSystem, Streak, StreakMetric
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.notation import TOML
from trophy_engine.rules.reading import UNREADABLE, Reader
from trophy_engine.rules.structure import write_rule


def read(raw, *classes, path="here"):
    reader = Reader(TOML)
    return reader.read_rule(classes, raw, path), [problem.path for problem in reader.problems]


@pytest.mark.parametrize(
    "rule",
    [
        Achievement("ten", MetricTrigger("words", 10, {"device": "ios"}), user_attributes={"plan": "pro"}),
        PointsSystem("xp", boosts=[Boost("spring", 2, date(2025, 3, 1), date(2025, 3, 31))], maximum=9),
        Streak("weekly", [StreakMetric("words", 2)]),
    ],
)
def test_encoding_round_trips_equal(rule):
    assert read(write_rule(rule), type(rule)) == (rule, [])


def test_a_class_is_chosen_by_its_type():
    assert read({"type": "api"}, MetricTrigger, ApiTrigger) == (ApiTrigger(), [])


@pytest.mark.parametrize(
    ("raw", "kind", "paths"),
    [
        ({"type": "apy"}, "ApiTrigger", ["here.type"]),
        ({"type": "Metric", "metric": "a"}, "MetricTrigger", ["here.type", "here"]),
        ({"typ": "metric", "metric": "a", "value": 1}, "MetricTrigger", ["here.typ"]),
        ({"typ": "metrics", "metric": "a", "value": 1}, "MetricTrigger", ["here.typ", "here.typ"]),
        ({"metric": "a", "valu": 1}, "MetricTrigger", ["here"]),
        ({"type": ["api"]}, "Unreadable", ["here.type"]),
        ({}, "Unreadable", ["here"]),
    ],
)
def test_a_table_without_a_valid_type_is_read_as_the_most_similar(raw, kind, paths):
    rule, found = read(raw, MetricTrigger, ApiTrigger)
    assert (type(rule).__name__, found) == (kind, paths)


def test_every_problem_is_found_with_its_path():
    raw = {
        "key": "xp",
        "maxmum": 5,
        "levels": [{"key": "one", "points": 1}, {"points": 2}],
        "boosts": [{"name": "b", "multiplier": 2, "start": "2025-02-30"}, 7],
    }
    partial, paths = read(raw, PointsSystem, path="points[0]")
    assert (partial.key, partial.maximum, partial.levels[1].key, partial.boosts[0].start) == ("xp", 5, None, None)
    assert sorted(paths) == [
        "points[0].boosts[0].start",
        "points[0].boosts[1]",
        "points[0].levels[1]",
        "points[0].maxmum",
    ]


def test_what_is_no_table_has_no_key():
    assert read("words", Metric) == (UNREADABLE, ["here"])
    rule, paths = read({"key": 5}, Metric)
    assert (rule.key, paths) == (None, ["here.key"])


def test_a_name_that_is_no_bare_key_is_quoted():
    assert read({"key": "words", "a\ud800": 1}, Metric)[1] == ["here.'a\\ud800'"]
    assert read({"key": "words", "a.b": 1}, Metric)[1] == ["here.'a.b'"]
