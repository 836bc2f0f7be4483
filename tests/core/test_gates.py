"""Gates are compiled only where they ask for more than attributes, and asked when their rule is."""

from datetime import date
from typing import get_args

import attrs
import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    ApiTrigger,
    Attribute,
    Boost,
    CompositeTrigger,
    Engine,
    Gate,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    UserCreationPointsTrigger,
)
from trophy_engine.core import compile_plan
from trophy_engine.core.gates import GateKind
from trophy_engine.explain.gates import SUBJECTS
from trophy_engine.rules.unmet_conditions import REMEDIES, SENTENCES
from trophy_engine.storage import SQLiteStorage

PRO = {"user_attributes": {"plan": "pro"}}


def plan_of(*achievements, **parts):
    metrics = parts.pop("metrics", [Metric("words")])
    streaks = [Streak("habit", metrics=[StreakMetric("words")])]
    return compile_plan(Ruleset(metrics, [Attribute("plan")], streaks, achievements, **parts))


def test_every_field_of_a_gate_has_a_sentence_and_a_remedy():
    fields = attrs.fields_dict(Gate).keys()
    assert (SENTENCES.keys(), REMEDIES.keys()) == (fields, fields)
    assert {*SUBJECTS, "boost"} == set(get_args(GateKind))


def test_a_gate_on_attributes_alone_is_a_filter():
    plan = plan_of(
        Achievement("a", MetricTrigger("words", 1), when=PRO),
        points=[
            PointsSystem(
                "xp",
                triggers=[MetricPointsTrigger("words", 1, when=PRO)],
                boosts=[Boost("b", 2, when={**PRO, "start": date(2026, 1, 1)})],
            )
        ],
    )
    assert (plan.achievements["a"].gate, plan.systems[0].triggers["metric-1"].gate) == (None, None)
    assert plan.metrics["words"].total.gated == []
    assert plan.metrics["words"].is_independent is False  # for the streak


@pytest.mark.parametrize(
    ("gate", "needs_progress"),
    [({"weekdays": ["monday"], **PRO}, False), ({"streak": {"at_least": 2}}, True), ({"achievements": ["b"]}, True)],
)
def test_a_gate_knows_whether_it_depends_on_what_a_user_has(gate, needs_progress):
    plan = plan_of(Achievement("a", MetricTrigger("words", 1), when=gate), Achievement("b", ApiTrigger()))
    assert plan.achievements["a"].gate.needs_progress is needs_progress
    assert plan.achievements["b"].is_followed is ("achievements" in gate)


def test_events_of_a_metric_move_nothing_else_unless_a_composite_has_a_gate():
    achievements = Achievement("a", MetricTrigger("words", 5)), Achievement("b", CompositeTrigger(["a"]))
    gated = achievements[0], attrs.evolve(achievements[1], when={"weekdays": ["monday"]})
    for given, alone in ((achievements, True), (gated, False)):
        assert compile_plan(Ruleset([Metric("words")], achievements=given)).metrics["words"].is_independent is alone


def test_after_a_completion_the_counter_is_quiet_again():
    engine = Engine(
        Ruleset(
            [Metric("words")], achievements=[Achievement("a", MetricTrigger("words", 1), when={"weekdays": ["friday"]})]
        )
    )
    for day, quiet in (("04-03", False), ("04-04", True)):  # a Thursday and a Friday
        play(engine, f"{day}T10:00 words 1")
        counter = engine.transitions("jo", at=at(f"{day}T10:00"))[-1].state.counters.states[0]
        assert (counter.low <= counter.total < counter.high) is quiet


@pytest.mark.parametrize("reopened", [False, True])
def test_a_saved_game_waits_for_its_gates(tmp_path, reopened):
    rules = Ruleset(
        [Metric("words")],
        achievements=[
            Achievement("tutorial", ApiTrigger()),
            Achievement("ten", MetricTrigger("words", 10), when={"achievements": ["tutorial"]}),
            Achievement("all", CompositeTrigger(["ten"]), when={"weekdays": ["saturday"]}),
        ],
    )
    path = tmp_path / "save.db"
    engine = Engine(rules, storage=SQLiteStorage(path))
    steps = [
        lambda: play(engine, "04-04T10:00 words 12"),
        lambda: [engine.complete("tutorial", user="jo", at=at("04-04T11:00"))],
        lambda: play(engine, "04-04T12:00 words 1"),
        lambda: play(engine, "04-05T12:00 words 1"),
    ]
    completed = []
    for step in steps:
        if reopened:
            engine.close()
            engine = Engine(rules, storage=SQLiteStorage(path))
        completed.append([achievement.key for outcome in step() for achievement in outcome.achievements])
    engine.close()
    assert completed == [[], ["tutorial"], ["ten"], ["all"]]


def test_metrics_on_awards_count_by_what_a_user_had_before_the_command():
    gold = Metric("after-gold", source={"points": "xp"}, when={"levels": {"xp": "gold"}})
    badges = Metric("badges", source={"completions": "*"}, when={"achievements": ["first"]})
    engine = Engine(
        Ruleset(
            [Metric("words"), gold, badges],
            achievements=[
                Achievement("first", MetricTrigger("words", 1)),
                Achievement("second", MetricTrigger("words", 2)),
                Achievement("call", ApiTrigger()),
            ],
            points=[
                PointsSystem(
                    "xp",
                    triggers=[UserCreationPointsTrigger(1), MetricPointsTrigger("words", 10)],
                    levels=[Level("gold", 10)],
                )
            ],
        )
    )
    play(engine, "04-02T10:00 words 1")
    assert engine.user("jo", at=at("04-02T10:00")).metrics == {"words": 1, "after-gold": 0, "badges": 0}
    play(engine, "04-02T11:00 words 1")
    assert engine.user("jo", at=at("04-02T11:00")).metrics == {"words": 2, "after-gold": 10, "badges": 1}
    engine.complete("call", user="jo", at=at("04-02T12:00"))
    assert engine.user("jo", at=at("04-02T12:00")).metrics["badges"] == 2
    counted = engine.user("jo", at=at("04-02T12:00")).metrics
    renamed = [attrs.evolve(metric, key=f"new-{metric.key}") for metric in (gold, badges)]
    engine.update(attrs.evolve(engine.ruleset, metrics=[Metric("words"), *renamed]), at=at("04-02T13:00"))
    recounted = engine.user("jo", at=at("04-02T13:00")).metrics
    assert recounted == {"words": 2, "new-after-gold": counted["after-gold"], "new-badges": counted["badges"]}


def test_a_boost_with_a_gate_can_be_for_one_user():
    boost = Boost("yours", 3, when={"weekdays": ["friday"]}, user_id="jo")
    system = PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)], boosts=[boost])
    engine = Engine(Ruleset([Metric("words")], points=[system]))
    for user, added in (("jo", [1, 3]), ("ann", [1, 1])):
        days = play(engine, "04-03T10:00 words 1\n04-04T10:00 words 1", user=user)
        assert [outcome.points["xp"].added for outcome in days] == added
