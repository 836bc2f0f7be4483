"""Tables become rules, and every problem has the path of its field."""

from datetime import date

import pytest

from trophy_engine import ApiTrigger, Boost, Metric, MetricTrigger, PointsSystem, Streak, StreakMetric
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.notation import TOML
from trophy_engine.rules.reading import UNREADABLE, Reader, Unreadable
from trophy_engine.rules.ruleset import check_text
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
        ({"metric": "a", "amount": 1}, "MetricTrigger", ["here"]),
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
    assert read(["words"], Metric) == (UNREADABLE, ["here"])
    assert read("words", Metric) == (Unreadable("words"), ["here"])
    rule, paths = read({"key": 5}, Metric)
    assert (rule.key, paths) == (None, ["here.key"])


def test_a_name_that_is_no_bare_key_is_quoted():
    assert read({"key": "words", "a\ud800": 1}, Metric)[1] == ["here.'a\\ud800'"]
    assert read({"key": "words", "a.b": 1}, Metric)[1] == ["here.'a.b'"]


@pytest.mark.parametrize(
    ("text", "format_", "message"),
    [
        ('metrics = ["words"]\nstreak.metrics = [{ key = "words" }]', "toml", "not 'words'; write { key = \"words\" }"),
        ('{"metrics": ["words"]}', "json", 'must be an object of fields, not \'words\'; write {"key": "words"}'),
        ('metrics = ["two words"]', "toml", "must be a table of fields, not 'two words'"),
        ('achievements = [{ key = "a", trigger = "api" }]', "toml", "not 'api'; write { type = \"api\" }"),
        ('achievements = [{ key = "a", trigger = "apy" }]', "toml", "must be a table of fields, not 'apy'"),
        ('streak = "daily"', "toml", "must be a table of fields, not 'daily'"),
        ("points = [5]", "toml", "must be a table of fields, not 5"),
    ],
)
def test_a_text_in_place_of_a_table_can_be_meant_as_its_key_or_type(text, format_, message):
    [problem] = check_text(text, format_)
    assert problem.message.endswith(message)


def test_contradictions_under_misspelt_names_have_the_path_that_is_written():
    text = """
        achievement = [{ key = "a", trigger = { type = "metric", metrik = "words", value = 1 } }]
        point = [{ key = "xp", level = [{ key = "a", point = 1 }, { key = "b", point = 1 }] }]
    """
    found = {problem.path: problem.message for problem in check_text(text)}
    assert found["achievement[0].trigger.metrik"].startswith("unknown metric 'words'")
    assert found["point[0].level[1].point"].startswith("levels 'a' and 'b' have the same threshold")


def test_of_two_misspellings_of_a_field_the_first_is_read():
    [first, second, third] = check_text('metrics = [{ key = "a", nam = 3, nme = "A" }]')
    assert [first.path, second.path, third.path] == ["metrics[0].nam", "metrics[0].nme", "metrics[0].nam"]
