"""Settling looks only at users for whom work may be due, and misses none."""

from contextlib import suppress
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st
from shared_log import live, steps
from stories import at

from trophy_engine import Engine, Metric, Ruleset, Streak, StreakMetric, UnknownKey
from trophy_engine.calendar.instants import DAY, LAST, from_micros
from trophy_engine.core import Agenda, effect_from_raw
from trophy_engine.core.settle import settle_to_last_effect
from trophy_engine.testing import rulesets

RULES = Ruleset(metrics=[Metric("coins")], streaks=[Streak("habit", metrics=[StreakMetric("coins")])])
NOON = at("06-01T12:00")


def effects_on_all(engine, instant):
    """Return the effects of settling on users, of all users one by one, in order of time."""
    repository, effects = engine._repository, []
    for user in engine.users():
        agenda = Agenda(repository.plan)
        settle_to_last_effect(agenda, repository.state(user).copy(), instant)
        effects += agenda.effects
    return sorted(map(effect_from_raw, effects), key=lambda effect: effect.at)


@given(steps(rulesets()), st.data())
def test_settling_has_the_effects_of_settling_each_user(drawn, data):
    for look in live(*drawn):
        for shift in data.draw(st.sampled_from([(), (0,), (DAY, DAY), (-DAY, 9 * DAY)])):
            engine, instant = look.engine, min(look.now + shift, LAST - 1)
            expected = effects_on_all(engine, instant)
            settled = engine.settle(at=from_micros(instant))
            assert [effect for effect in settled if effect.user_id] == expected


def engine_with_users(*users):
    engine = Engine(RULES, clock=lambda: NOON)
    for user in users:
        engine.record("coins", user=user)
    return engine


def lost(effects):
    return [effect.user_id for effect in effects if effect.type == "streak.lost"]


def test_only_users_who_may_have_due_work_are_looked_at(monkeypatch):
    engine = engine_with_users("ann", "bob", "cy")
    engine.settle()
    read = []
    state = engine._repository.state
    monkeypatch.setattr(engine._repository, "state", lambda user: read.append(user) or state(user))
    engine.settle()
    assert read == []
    engine.record("coins", user="bob", at=NOON + timedelta(days=1))
    read.clear()
    engine.settle(at=NOON + timedelta(days=1))
    assert set(read) == {"bob"}
    assert lost(engine.settle(at=NOON + timedelta(days=2))) == ["ann", "cy"]


def test_effects_at_one_instant_come_in_the_order_of_the_users():
    engine = engine_with_users("cy", "ann")
    engine.settle()
    engine.record("coins", user="bob")
    engine.record("coins", user="cy")
    assert lost(engine.settle(at=NOON + timedelta(days=5))) == ["cy", "ann", "bob"]


def test_settling_in_a_failed_batch_is_repeated():
    engine = engine_with_users("ann")
    engine.settle()
    later = NOON + timedelta(days=5)
    with suppress(UnknownKey), engine.batch():
        assert lost(engine.settle(at=later)) == ["ann"]
        engine.record("unknown", user="ann")
    assert lost(engine.settle(at=later)) == ["ann"]


def test_nothing_due_is_not_logged():
    engine = engine_with_users("ann")
    entries = len([*engine.log()])
    assert engine.settle() == ()
    assert len([*engine.log()]) == entries
