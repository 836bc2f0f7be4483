"""Past events: what a transition has of them, each on the local date that the user had then."""

from datetime import date

from stories import at

from trophy_engine import (
    Achievement,
    Attribute,
    Engine,
    Metric,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    TimePointsTrigger,
)
from trophy_engine.calendar.instants import to_micros
from trophy_engine.core import compile_plan
from trophy_engine.core.past_events import is_metric_source_in_plan, is_past_event_counted, past_events_of
from trophy_engine.repository.transitions import transitions_from_log

RULES = Ruleset(
    [
        Metric("words"),
        Metric("coins-earned", source={"points": "coins"}),
        Metric("badges", source={"completions": "*"}),
    ],
    [Attribute("device", "event")],
    achievements=[Achievement("ten", MetricTrigger("words", 10))],
    points=[PointsSystem("coins", triggers=[TimePointsTrigger(3, "hours", 24)])],
)


def past():
    engine = Engine(RULES)
    engine.identify("jo", at=at("06-01T13:00"))
    engine.record("words", value=12, user="jo", at=at("06-01T23:00"), attributes={"device": "ios"})
    engine.identify("jo", time_zone="Pacific/Auckland", at=at("06-03T23:00"))
    until = to_micros(at("06-05T00:00"))
    transitions = transitions_from_log((entry.command for entry in engine.log()), until)
    return [event for transition in transitions for event in past_events_of(transition)]


def test_events_awards_and_completions_are_on_the_dates_of_their_time():
    assert [
        (event.kind, event.key, event.value, dict(event.attributes), date.fromordinal(event.day).isoformat())
        for event in past()
    ] == [
        ("metric", "words", 12, {"device": "ios"}, "2025-06-01"),
        ("achievement", "ten", 1, {}, "2025-06-01"),
        ("points", "coins", 3, {}, "2025-06-02"),
        ("points", "coins", 3, {}, "2025-06-03"),
        ("points", "coins", 3, {}, "2025-06-05"),
    ]


def test_a_metric_counts_the_events_of_its_source():
    plan = compile_plan(RULES)
    counted = {
        key: [event.kind for event in past() if is_past_event_counted(event, metric)]
        for key, metric in plan.metrics.items()
    }
    assert counted == {"words": ["metric"], "coins-earned": ["points"] * 3, "badges": ["achievement"]}
    without = compile_plan(Ruleset([Metric("pages")]))
    assert {key: is_metric_source_in_plan(without, metric) for key, metric in plan.metrics.items()} == {
        "words": False,
        "coins-earned": False,
        "badges": True,
    }
