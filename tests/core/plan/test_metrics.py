"""Plans of metrics: which of their counters an event moves."""

import pytest

from trophy_engine import Achievement, Attribute, Metric, MetricTrigger, Ruleset
from trophy_engine.core.compile import compile_plan

RULES = Ruleset(
    attributes=[Attribute("genre", "event"), Attribute("lang", "event")],
    metrics=[
        Metric("words"),
        Metric("most", source="words", aggregate="max", event_attributes={"genre": ["poem", "play"]}),
    ],
    achievements=[
        Achievement("poems", MetricTrigger("words", 5, {"genre": "poem"})),
        Achievement("german", MetricTrigger("words", 5, {"lang": "de"})),
        Achievement("german-poems", MetricTrigger("words", 5, {"genre": "poem", "lang": "de"})),
    ],
)
PLAN = compile_plan(RULES)


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
