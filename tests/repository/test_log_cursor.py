"""A cursor tells whose entries are new."""

from contextlib import suppress
from datetime import timedelta

from stories import at

from trophy_engine import Engine, Metric, Ruleset, Streak, StreakMetric, UnknownKey
from trophy_engine.calendar.instants import FIRST, to_micros
from trophy_engine.repository.log_cursor import LogCursor
from trophy_engine.storage import MemoryStorage

RULES = Ruleset(metrics=[Metric("coins")], streaks=[Streak("habit", metrics=[StreakMetric("coins")])])
NOON = at("06-01T12:00")


def engine_on(storage):
    return Engine(RULES, storage=storage, clock=lambda: NOON)


def test_users_with_new_entries_are_read_once():
    engine = engine_on(MemoryStorage())
    engine.record("coins", user="ann")
    cursor = LogCursor(engine._repository)
    assert (cursor.behind, cursor.advance()) == (0, ({}, FIRST))
    for user in ("cy", "bob", "cy"):
        engine.record("coins", user=user)
    engine.settle(at=NOON + timedelta(days=3))  # which ends streaks
    assert cursor.behind == 4
    assert cursor.advance() == ({"cy": None, "bob": None}, to_micros(NOON + timedelta(days=3)))
    assert cursor.advance() == ({}, FIRST)


def test_entries_of_other_engines_are_read_when_the_engine_has_read_them():
    storage = MemoryStorage()
    engine, other = engine_on(storage), engine_on(storage)
    cursor = LogCursor(engine._repository)
    other.record("coins", user="ann")
    assert cursor.advance() == ({}, FIRST)
    engine.ruleset  # noqa: B018  # a call that reads what others wrote
    assert cursor.advance() == ({"ann": None}, FIRST)


def test_a_change_of_rules_invalidates_everything():
    engine = engine_on(MemoryStorage())
    cursor = LogCursor(engine._repository)
    engine.update(Ruleset(metrics=[Metric("gems")]))
    engine.update(RULES)
    assert cursor.advance() is None


def test_entries_of_an_open_batch_are_read_and_its_failure_invalidates_them():
    engine = engine_on(MemoryStorage())
    engine.record("coins", user="ann")
    cursor = LogCursor(engine._repository)
    with engine.batch():
        engine.record("coins", user="bob")
        assert cursor.advance() == ({"bob": None}, FIRST)
    assert cursor.advance() == ({}, FIRST)
    with suppress(UnknownKey), engine.batch():
        engine.record("coins", user="cy")
        engine.record("unknown", user="cy")
    engine.ruleset  # noqa: B018  # a call that drops the batch
    assert cursor.advance() == ({}, FIRST)  # none of its entries had been read
    with suppress(UnknownKey), engine.batch():
        engine.record("coins", user="cy")
        cursor.advance()
        engine.record("unknown", user="cy")
    engine.record("coins", user="dee")
    assert cursor.advance() is None
