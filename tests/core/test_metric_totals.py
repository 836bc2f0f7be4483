"""Totals of metrics: which events move them, and in which order."""

from decimal import Context, Decimal, FloatOperation, Inexact, Rounded, localcontext

import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    Attribute,
    Engine,
    InvalidValue,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    OutOfPoints,
    PointsSystem,
    Ruleset,
)
from trophy_engine.core import MetricChanged

RULES = Ruleset(
    attributes=[Attribute("track", "event")],
    metrics=[
        Metric("best", source="laps", aggregate="min", event_value={"at_least": 1}),
        Metric("laps", aggregate="last"),
        Metric("tracks", source="laps", aggregate="distinct", distinct_by="track"),
        Metric("since", source="laps", window={"reset_by": "crashes"}, event_attributes={"track": ["spa", "monza"]}),
        Metric("crashes"),
    ],
    achievements=[Achievement("spa-120", MetricTrigger("since", 120, {"track": "spa"}))],
)


def record(engine, metric, value, minute, **attributes):
    return engine.record(metric, user="jo", value=value, attributes=attributes, at=at(f"04-01T10:{minute:02}"))


def changes(outcome):
    effects = (effect for effect in outcome.effects if isinstance(effect, MetricChanged))
    return [(effect.metric, effect.before, effect.after) for effect in effects]


def test_the_recorded_metric_changes_first_and_then_those_derived_from_it_that_become_different():
    engine = Engine(RULES)
    assert changes(record(engine, "laps", 71, 0, track="spa")) == [
        ("laps", None, 71),
        ("best", None, 71),
        ("tracks", 0, 1),
        ("since", 0, 71),
    ]
    assert changes(record(engine, "laps", 80, 1, track="home")) == [("laps", 71, 80), ("tracks", 1, 2)]
    assert changes(record(engine, "laps", 0, 2)) == [("laps", 80, 0)]


def test_an_event_of_another_metric_restarts_a_total_whatever_its_value():
    engine = Engine(RULES)
    record(engine, "laps", 71, 0, track="monza")
    assert changes(record(engine, "crashes", 0, 1)) == [("crashes", 0, 0)]
    assert engine.user("jo", at=at("04-01T11:00")).metrics["since"] == 0
    assert ("since", 0, 60) in changes(record(engine, "laps", 60, 2, track="spa"))


def test_a_filter_of_a_trigger_narrows_that_of_a_derived_metric():
    engine = Engine(RULES)
    record(engine, "laps", 100, 0, track="monza")
    record(engine, "laps", 60, 1, track="spa")
    assert "spa-120" not in engine.user("jo", at=at("04-01T11:00")).completed
    record(engine, "laps", 60, 2, track="spa")
    assert "spa-120" in engine.user("jo", at=at("04-01T11:00")).completed


def test_an_event_that_leaves_a_total_as_it_is_completes_what_other_attributes_of_the_user_allow():
    achievement = Achievement("pro-80", MetricTrigger("greatest", 80), when={"user_attributes": {"plan": "pro"}})
    greatest = Metric("greatest", source="laps", aggregate="max")
    rules = Ruleset(attributes=[Attribute("plan")], metrics=[Metric("laps"), greatest], achievements=[achievement])
    engine = Engine(rules)
    record(engine, "laps", 90, 0)
    engine.identify("jo", attributes={"plan": "pro"}, at=at("04-01T10:01"))
    record(engine, "laps", 70, 2)
    assert engine.user("jo", at=at("04-01T11:00")).completed == {"pro-80": at("04-01T10:02")}


def test_an_event_that_costs_more_than_there_is_for_a_derived_metric_changes_nothing():
    costs = MetricPointsTrigger("big-laps", points=-10, block_if_out_of_points=True)
    big = Metric("big-laps", source="laps", aggregate="count", event_value={"at_least": 100})
    engine = Engine(Ruleset(metrics=[Metric("laps"), big], points=[PointsSystem("xp", triggers=[costs])]))
    record(engine, "laps", 60, 0)
    with pytest.raises(OutOfPoints):
        record(engine, "laps", 120, 1)
    assert dict(engine.user("jo", at=at("04-01T11:00")).metrics) == {"laps": 60, "big-laps": 0}


def test_a_derived_metric_is_not_recorded():
    engine = Engine(RULES)
    with pytest.raises(InvalidValue, match="'best' is derived from 'laps'; record that"):
        play(engine, "04-01T10:00 best 60")
    assert list(engine.users()) == []


def test_decimal_events_are_counted_whatever_the_context_of_the_caller_traps():
    engine = Engine(Ruleset([Metric("words")], achievements=[Achievement("one", MetricTrigger("words", 1))]))
    with localcontext(Context(prec=1, traps=[FloatOperation, Inexact, Rounded])):
        totals = [engine.record("words", value=Decimal("0.55"), user="jo", at=at("04-02T12:00")).total for _ in "ab"]
    assert totals == [Decimal("0.55"), Decimal("1.1")]
    assert "one" in engine.user("jo", at=at("04-02T12:00")).completed
