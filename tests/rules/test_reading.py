"""Tables become rules, and every problem has the path of its field."""

from datetime import date

import pytest

from trophy_engine import (
    ApiTrigger,
    Boost,
    InvalidRules,
    Metric,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.rules.achievements import Achievement
from trophy_engine.rules.diagnostics import exclude_warnings
from trophy_engine.rules.draft import check_text
from trophy_engine.rules.notation import JSON, TOML
from trophy_engine.rules.partial_rules import UNREADABLE, Unreadable
from trophy_engine.rules.reading import RulesReader
from trophy_engine.rules.structure import write_rule


def read(raw, *classes, path="here"):
    reader = RulesReader(TOML)
    return reader.read_rule(classes, raw, path), [problem.path for problem in reader.problems]


@pytest.mark.parametrize(
    "rule",
    [
        Achievement("ten", MetricTrigger("words", 10, {"device": "ios"}), when={"user_attributes": {"plan": "pro"}}),
        PointsSystem(
            "xp", boosts=[Boost("spring", 2, when={"start": date(2025, 3, 1), "end": date(2025, 3, 31)})], maximum=9
        ),
        Streak("habit", "weekly", [StreakMetric("words", 2)]),
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
        ({"type": "Metric", "value": 1}, "MetricTrigger", ["here.type", "here"]),
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
        "boosts": [{"name": "b", "multiplier": 2, "when": {"start": "2025-02-30"}}, 7],
    }
    partial, paths = read(raw, PointsSystem, path="points[0]")
    assert (partial.key, partial.maximum, partial.levels[1].key, partial.boosts[0].when.start) == ("xp", 5, None, None)
    assert sorted(paths) == [
        "points[0].boosts[0].when.start",
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
        (
            'metrics = ["words"]\nstreaks = [{ key = "s", metrics = [{ key = "words" }] }]',
            "toml",
            "not 'words'; write { key = \"words\" }",
        ),
        ('{"metrics": ["words"]}', "json", 'must be an object of fields, not "words"; write {"key": "words"}'),
        (
            'metrics = ["two words"]',
            "toml",
            "must be a table of fields, not 'two words'; write for example { key = \"…\" }",
        ),
        ('achievements = [{ key = "a", trigger = "api" }]', "toml", "not 'api'; write { type = \"api\" }"),
        (
            'achievements = [{ key = "a", trigger = "streak" }]',
            "toml",
            "not 'streak'; write { type = \"streak\", length = 1 }",
        ),
        (
            'achievements = [{ key = "a", trigger = "apy" }]',
            "toml",
            'not \'apy\'; write for example trigger = { type = "metric", metric = "…", value = 1 }',
        ),
        ('streaks = ["daily"]', "toml", "not 'daily'; write { key = \"daily\" }"),
        ("points = [5]", "toml", 'must be a table of fields, not 5; write for example { key = "…" }'),
        ('{"streaks": [{"key": "s", "freezes": 2}]}', "json", 'not 2; write for example "freezes": {"start_count": 2}'),
        ("leaderboards = [5]", "toml", 'write for example { key = "…", rank_by = "metric", start = 2025-04-02 }'),
    ],
)
def test_a_text_in_place_of_a_table_can_be_meant_as_its_key_or_type(text, format_, message):
    [problem] = exclude_warnings(check_text(text, format_))
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


@pytest.mark.parametrize(
    ("notation", "messages"),
    [
        (TOML, ["must be a list, not 'sunday'; write ['sunday']", "must be one of 'AND', 'OR', not {key = 'x'}"]),
        (JSON, ['must be a list, not "sunday"; write ["sunday"]', 'must be one of "AND", "OR", not {"key": "x"}']),
    ],
)
def test_values_and_remedies_are_in_the_notation_of_the_file(notation, messages):
    reader = RulesReader(notation)
    reader.read_rule((Streak,), {"key": "s", "days_off": "sunday", "evaluation_mode": {"key": "x"}}, "here")
    assert sorted(problem.message for problem in reader.problems) == messages


@pytest.mark.parametrize("window", [{}, {"x": 1}, {"last": 7, "every": 3}, {"every": 2}, {"reset_by": 4}, [], 3])
@pytest.mark.parametrize("source", [{}, {"x": 1}, {"points": "xp", "completions": "*"}, [{}], 3])
@pytest.mark.parametrize("trigger", [{}, {"type": "nope"}, {"type": "metric"}, "api", 3])
def test_an_unreadable_table_in_a_field_counts_as_unknown(window, source, trigger):
    limited = {"type": "metric", "metric": "m", "points": 1, "limit": {"points": 3, "window": window}}
    filtered = {"type": "metric", "metric": "m", "points": -1, "block_if_out_of_points": True}
    with pytest.raises(InvalidRules) as raised:
        Ruleset.from_mapping(
            {
                "metrics": [{"key": "words"}, {"key": "m", "source": source, "window": window}],
                "achievements": [{"key": "a", "trigger": trigger, "repeatable": True}],
                "points": [{"key": "xp", "triggers": [limited, filtered]}],
            }
        )
    text = str(raised.value)
    assert "Unreadable" not in text
    assert "block_if_out_of_points" not in text
