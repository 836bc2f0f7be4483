"""Sources of metrics: how they are written, and what they are in words."""

import pytest

from trophy_engine import CompletionsSource, Metric, PointsSource
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
