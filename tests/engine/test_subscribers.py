"""Subscribers are called with the effects of their kind, once they are committed."""

import attrs
import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementCompleted,
    ApiTrigger,
    Effect,
    Engine,
    Metric,
    MetricChanged,
    MetricTrigger,
    Ruleset,
    Streak,
    StreakLost,
    StreakMetric,
    SubscribersFailed,
)

RULES = Ruleset(
    metrics=[Metric("words")],
    streak=Streak(metrics=[StreakMetric("words")]),
    achievements=[Achievement("ten", MetricTrigger("words", 10))],
)


def test_subscribers_receive_their_kind_and_can_unsubscribe():
    engine = Engine(RULES)
    received, everything = [], []
    leave = engine.subscribe(AchievementCompleted, received.append)
    engine.subscribe(Effect, everything.append)
    play(engine, "04-02T10:00 words 10")
    assert [effect.achievement for effect in received] == ["ten"]
    leave()
    play(engine, "04-02T10:01 words 10", "mia")
    assert len(received) == 1
    assert {effect.user_id for effect in everything} == {"jo", "mia"}


def test_each_subscription_ends_separately():
    engine, seen = Engine(Ruleset(metrics=[Metric("words")])), []
    leave, _ = (engine.subscribe(MetricChanged, seen.append) for _ in range(2))
    leave()
    leave()
    engine.record("words", user="jo")
    assert len(seen) == 1


def test_a_failing_subscriber_does_not_undo_the_event_or_stop_the_others():
    engine = Engine(RULES)
    received = []
    engine.subscribe(MetricChanged, lambda _: 1 / 0)
    engine.subscribe(MetricChanged, received.append)
    with pytest.raises(SubscribersFailed, match="subscribers raised exceptions; the effects are committed"):
        engine.record("words", user="jo", at=at("04-02T10:00"))
    assert len(received) == 1
    assert engine.user("jo", at=at("04-02T10:00")).metrics["words"] == 1


def test_a_subscriber_may_use_the_engine():
    engine = Engine(RULES)
    engine.subscribe(AchievementCompleted, lambda effect: engine.record("words", user="mia", at=effect.at))
    play(engine, "04-02T10:00 words 10")
    assert list(engine.users()) == ["jo", "mia"]


def test_a_subscriber_that_uses_the_engine_does_not_change_what_settling_announces():
    engine = Engine(attrs.evolve(RULES, achievements=[Achievement("lost", ApiTrigger())]))
    play(engine, "04-02T10:00 words 1")
    engine.subscribe(StreakLost, lambda lost: engine.complete("lost", user="jo", at=at("04-09T10:00")))
    assert [effect.type for effect in engine.settle(at=at("04-09T10:00"))] == ["streak.lost"]
    assert list(engine.user("jo", at=at("04-09T10:00")).completed) == ["lost"]


def test_errors_of_subscribers_have_the_outcome_of_the_call():
    engine = Engine(RULES)
    engine.subscribe(Effect, lambda _: 1 / 0)
    with pytest.raises(SubscribersFailed) as failed:
        engine.record("words", user="jo", at=at("04-02T10:00"))
    assert failed.value.outcome.total == 1
    assert failed.value.effects == failed.value.outcome.effects
    assert failed.value.split(ZeroDivisionError)[0].outcome is failed.value.outcome
    with pytest.raises(SubscribersFailed) as failed:
        engine.settle(at=at("04-09T10:00"))
    assert (failed.value.outcome, [effect.type for effect in failed.value.effects]) == (None, ["streak.lost"])
    with pytest.raises(SubscribersFailed) as failed, engine.batch():
        engine.record("words", user="jo", at=at("04-10T10:00"))
    assert [effect.type for effect in failed.value.effects] == ["metric.changed", "streak.started"]
    assert engine.user("jo", at=at("04-10T10:00")).metrics["words"] == 2
