"""Subscribers are called with the effects of their kind, once they are committed."""

import re
from unittest.mock import Mock

import attrs
import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementCompleted,
    ApiTrigger,
    Effect,
    Engine,
    InvalidValue,
    Metric,
    MetricChanged,
    MetricTrigger,
    Ruleset,
    Streak,
    StreakLost,
    StreakMetric,
    SubscribersFailed,
)
from trophy_engine.notifications.effects import EFFECTS

#: The types of the hosted platform's webhooks.
PLATFORM_EVENTS = {
    "achievement.completed",
    "emails.achievement_due",
    "emails.reactivation_due",
    "emails.recap_due",
    "emails.streak_reminder_due",
    "leaderboard.changed",
    "leaderboard.finished",
    "leaderboard.rank_changed",
    "leaderboard.started",
    "points.boost_finished",
    "points.boost_started",
    "points.changed",
    "points.level_changed",
    "streak.extended",
    "streak.freeze_consumed",
    "streak.freeze_earned",
    "streak.lost",
    "streak.started",
}
RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
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


def test_an_effect_has_a_name_to_subscribe_to():
    engine, unlocked, changed = Engine(RULES), [], []
    leave = engine.subscribe("achievement.completed", unlocked.append)
    engine.subscribe("metric.changed", changed.append)
    play(engine, "04-02T10:00 words 10")
    leave()
    play(engine, "04-02T10:00 words 10", "mia")
    assert [(effect.user_id, effect.achievement) for effect in unlocked] == [("jo", "ten")]
    assert [type(effect) for effect in changed] == [MetricChanged] * 2


def test_the_names_are_those_of_the_platform():
    assert {name for name in EFFECTS if name in PLATFORM_EVENTS} == PLATFORM_EVENTS
    assert all(re.fullmatch(r"[a-z]+\.[a-z_]+", name) for name in EFFECTS)


@pytest.mark.parametrize("name", ["achievement.complete", "AchievementCompleted"])
def test_an_unknown_name_is_answered_with_the_nearest_and_all_names(name):
    with pytest.raises(InvalidValue) as error:
        Engine(RULES).subscribe(name, print)
    message = str(error.value)
    assert message.startswith(
        f"kind {name!r} is not the name of an effect; did you mean 'achievement.completed'? for all effects "
        "pass the class Effect; known: "
    )
    assert all(repr(known) in message for known in EFFECTS)


async def wait_for_it(effect):
    """Would never be awaited."""


@pytest.mark.parametrize(
    ("kind", "callback", "message"),
    [
        (print, "metric.changed", "kind must be a class of effects or the name of one, for example"),
        (3, print, "kind must be a class of effects or the name of one, for example"),
        ("metric.changed", None, "callback must be a function of an effect, not None"),
        ("metric.changed", lambda: 0, "callback is called with one argument, the effect, and <lambda>() does not"),
        (MetricChanged, lambda one, two: 0, "callback is called with one argument, the effect, and <lambda>(one, two)"),
        (MetricChanged, wait_for_it, "callback is a coroutine function, which would not be awaited; pass a function"),
    ],
)
def test_wrong_arguments_are_refused_at_once(kind, callback, message):
    engine = Engine(RULES)
    with pytest.raises(InvalidValue) as error:
        engine.subscribe(kind, callback)
    assert str(error.value).startswith(message)
    engine.record("words", user="jo")


@pytest.mark.parametrize("callback", [print, [].append, lambda *effects: 0, lambda effect, more=1: 0, Mock(), str])
def test_whatever_takes_an_effect_may_subscribe(callback):
    engine = Engine(RULES)
    engine.subscribe("metric.changed", callback)
    engine.record("words", user="jo")
