"""An idempotency key is used once for a user and a metric."""

import pytest
from stories import at

from trophy_engine import Engine, InvalidValue, Metric, PointsSystem, Ruleset, Streak, StreakMetric
from trophy_engine.rules.points import MetricPointsTrigger


@pytest.fixture
def engine():
    return Engine(
        Ruleset(
            metrics=[Metric("words"), Metric("lessons")],
            streaks=[Streak("habit", metrics=[StreakMetric("words")])],
            points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", points=10)])],
        )
    )


def test_a_repeated_key_returns_the_present_state_and_changes_nothing(engine):
    first = engine.record("words", user="u", at=at("04-02T10:00"), idempotency_key="L1")
    second = engine.record("words", user="u", value=5, at=at("04-02T10:01"))
    log = list(engine.log())
    again = engine.record("words", user="u", at=at("04-02T10:02"), idempotency_key="L1")
    assert (first.total, first.replayed, first.idempotency_key) == (1, False, "L1")
    assert (second.total, second.replayed, second.idempotency_key) == (6, False, None)
    assert (again.total, again.replayed, again.event_id) == (6, True, first.event_id)
    assert (again.achievements, dict(again.points), again.effects) == ((), {}, ())
    assert again.streak.length == 1
    assert not again.streak.extended
    assert list(engine.log()) == log


def test_the_same_key_of_another_user_or_metric_is_another_key(engine):
    for user, metric in (("u", "words"), ("v", "words"), ("u", "lessons")):
        assert not engine.record(metric, user=user, at=at("04-02T10:00"), idempotency_key="L1").replayed


def test_a_repeated_key_is_accepted_late(engine):
    engine.record("words", user="u", at=at("04-02T10:00"), idempotency_key="L1")
    engine.record("words", user="u", at=at("04-09T10:00"))
    assert engine.record("words", user="u", at=at("04-02T10:00"), idempotency_key="L1").replayed


def test_a_key_counts_within_its_own_batch(engine):
    with engine.batch():
        engine.record("words", user="u", value=5, at=at("04-02T10:00"), idempotency_key="k")
        engine.record("words", user="u", value=5, at=at("04-02T10:00"), idempotency_key="k")
        last = engine.record("words", user="u", value=2, at=at("04-02T10:00"))
    assert last.total == 7


def test_a_key_is_text(engine):
    with pytest.raises(InvalidValue, match="an idempotency key must be a string"):
        engine.record("words", user="u", at=at("04-02T10:00"), idempotency_key="")


def test_a_used_key_can_be_looked_up(engine):
    engine.record("words", user="u", at=at("04-02T10:00"), idempotency_key="L1")
    assert engine.has_recorded("words", user="u", idempotency_key="L1")
    assert not engine.has_recorded("words", user="u", idempotency_key="L2")
    assert not engine.has_recorded("lessons", user="u", idempotency_key="L1")
    assert not engine.has_recorded("words", user="v", idempotency_key="L1")
