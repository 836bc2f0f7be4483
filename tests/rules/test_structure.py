"""Structure: tables are read as rules and written back, and every problem has the path of its field."""

from datetime import date

import pytest

from trophy_engine import ApiTrigger, Boost, Metric, MetricTrigger, PointsSystem, Streak, StreakMetric
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.structure import UNREADABLE, Unreadable, read_rule, write_rule


def read(cls, raw, *, path="here"):
    problems = []
    return read_rule((cls,), raw, path, problems), [problem.path for problem in problems]


@pytest.mark.parametrize(
    "rule",
    [
        Achievement("ten", MetricTrigger("words", 10, {"device": "ios"}), user_attributes={"plan": "pro"}),
        PointsSystem("xp", boosts=[Boost("spring", 2, date(2025, 3, 1), date(2025, 3, 31))], maximum=9),
        Streak("weekly", [StreakMetric("words", 2)]),
    ],
)
def test_encoding_round_trips_equal(rule):
    assert read(type(rule), write_rule(rule)) == (rule, [])


def test_a_table_has_the_type_first_and_no_field_at_its_default():
    table = write_rule(Achievement("ten", MetricTrigger("words", 10)))
    assert table == {"key": "ten", "trigger": {"type": "metric", "metric": "words", "value": 10}}
    assert list(table["trigger"]) == ["type", "metric", "value"]
    assert write_rule(Metric("words")) == {"key": "words"}


def test_a_class_is_chosen_by_its_type():
    problems = []
    assert read_rule((MetricTrigger, ApiTrigger), {"type": "api"}, "trigger", problems) == ApiTrigger()
    assert problems == []
    for raw, path in (({"type": "apy"}, "trigger.type"), ({}, "trigger"), ({"type": ["api"]}, "trigger.type")):
        problems = []
        assert read_rule((MetricTrigger, ApiTrigger), raw, "trigger", problems) == Unreadable()
        assert [problem.path for problem in problems] == [path]


def test_every_problem_is_found_with_its_path():
    raw = {
        "key": "xp",
        "maxmum": 5,
        "levels": [{"key": "one", "points": 1}, {"points": 2}],
        "boosts": [{"name": "b", "multiplier": 2, "start": "2025-02-30"}, 7],
    }
    unreadable, paths = read(PointsSystem, raw, path="points[0]")
    assert unreadable == Unreadable("xp")
    assert sorted(paths) == [
        "points[0].boosts[0].start",
        "points[0].boosts[1]",
        "points[0].levels[1]",
        "points[0].maxmum",
    ]


def test_a_value_that_is_not_a_table_has_no_key():
    assert read(Metric, "words") == (UNREADABLE, ["here"])
    assert read(Metric, {"key": 5}) == (Unreadable(None), ["here.key"])


def test_an_unwritable_name_is_quoted_in_a_path():
    _, paths = read(Metric, {"key": "words", "a\ud800": 1})
    assert paths == ["here.'a\\ud800'"]
