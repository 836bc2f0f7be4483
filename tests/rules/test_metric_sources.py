"""Sources of metrics: how they are written, and what they are in words."""

import json

import pytest

from trophy_engine import CompletionsSource, Metric, PointsSource
from trophy_engine.rules.draft import check_text
from trophy_engine.rules.references import references_of


@pytest.mark.parametrize(
    ("written", "source", "words"),
    [
        ({"points": "xp"}, PointsSource("xp"), "the points of 'xp'"),
        ({"completions": ["a", "b"]}, CompletionsSource(("a", "b")), "the completions of a and b"),
        ({"completions": "*"}, CompletionsSource("*"), "the completions of achievements"),
    ],
)
def test_a_table_is_a_source(written, source, words):
    metric = Metric("m", source=written)
    assert metric.source == source
    assert str(metric.source) == words


def test_every_achievement_is_in_a_source_of_all_and_refers_to_none():
    assert "anything" in CompletionsSource("*")
    assert "c" not in CompletionsSource(["a", "b"])
    assert list(references_of(CompletionsSource("*"))) == []
    [reference] = references_of(Metric("m", source={"completions": ["a", "b"]}), "metrics[0]")
    assert reference.keys == {"metrics[0].source.completions[0]": "a", "metrics[0].source.completions[1]": "b"}


@pytest.mark.parametrize(
    ("source", "where", "named"),
    [
        ({"completions": []}, "completions", "the completions of achievements"),
        ({"completions": "a"}, "completions", "the completions of achievements"),
        ({"completions": [3, "a"]}, "completions[0]", "the completions of achievements"),
        ({"points": 3}, "points", "points"),
    ],
)
def test_a_source_that_could_not_be_read_hides_no_other_problem(source, where, named):
    metrics = [{"key": "m", "source": source, "event_attributes": {"track": "spa"}, "aggregate": "count"}]
    problems = check_text(json.dumps({"metrics": metrics, "attributes": [{"key": "track", "type": "event"}]}), "json")
    refused = f"{named} have no attributes; remove it"
    errors = [(problem.path, problem.message) for problem in problems if problem.severity == "error"]
    assert errors[0][0] == f"metrics[0].source.{where}"
    assert ("metrics[0].event_attributes", refused) in errors
