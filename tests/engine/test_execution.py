"""Execution: a command is committed as a whole or not at all, in order of time."""

import sys
from datetime import date

import attrs
import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    AchievementCompleted,
    EarlierThanSettled,
    Engine,
    Leaderboard,
    Metric,
    MetricChanged,
    MetricTrigger,
    Ruleset,
    StorageClosed,
    StorageConflict,
    StorageError,
    Streak,
    StreakMetric,
)
from trophy_engine.storage import MemoryStorage, SQLiteStorage

RULES = Ruleset(
    metrics=[Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    achievements=[Achievement("ten", MetricTrigger("words", 10))],
)


def test_a_late_event_is_refused_and_changes_nothing():
    engine = Engine(RULES)
    play(engine, "04-02T10:00 words 1\n04-02T12:00 words 1")
    log = list(engine.log())
    with pytest.raises(EarlierThanSettled, match=r"2025-04-02T11:00:00.* is before 2025-04-02T12:00"):
        engine.record("words", user="jo", at=at("04-02T11:00"))
    assert list(engine.log()) == log
    assert engine.user("jo", at=at("04-02T12:00")).metrics["words"] == 2


def give_up_half_way(engine):
    with engine.batch():
        engine.record("words", user="jo", at=at("04-02T10:01"))
        engine.record("words", user="mia", at=at("04-02T10:01"))
        engine.record("words", user="mia", at=at("04-02T10:00"))


@pytest.mark.parametrize("make_storage", [lambda _: None, lambda path: SQLiteStorage(path / "save.db")])
def test_a_batch_is_committed_as_a_whole_or_not_at_all(make_storage, tmp_path):
    received = []
    with Engine(RULES, storage=make_storage(tmp_path)) as engine:
        engine.subscribe(AchievementCompleted, received.append)
        play(engine, "04-02T10:00 words 9")
        with pytest.raises(EarlierThanSettled):
            give_up_half_way(engine)
        assert list(engine.users()) == ["jo"]
        assert engine.user("jo", at=at("04-02T10:01")).metrics["words"] == 9
        with engine.batch():
            assert engine.record("words", user="jo", at=at("04-02T10:01")).total == 10
            assert received == []
    assert len(received) == 1


def test_an_engine_adopts_the_rules_that_another_engine_wrote():
    storage = MemoryStorage()
    one, other = Engine(Ruleset(metrics=[Metric("words")]), storage=storage), Engine(storage=storage)
    one.update(Ruleset(metrics=[Metric("lessons"), Metric("words")]), at=at("04-01T10:00"))
    with pytest.raises(StorageConflict):
        other.record("words", user="jo", value=7, at=at("04-02T10:00"))
    other.record("words", user="jo", value=7, at=at("04-02T10:00"))
    assert dict(other.user("jo", at=at("04-02T10:00")).metrics) == {"lessons": 0, "words": 7}


def test_a_logged_command_is_committed_even_if_no_snapshot_can_be_saved():
    class Locked(MemoryStorage):
        snapshot_every = 2

        def save(self, snapshots):
            raise StorageError("locked")

    board = Leaderboard("words", "metric", date(2025, 1, 1), metric="words")
    engine = Engine(attrs.evolve(RULES, leaderboards=[board]), storage=Locked())
    received = []
    engine.subscribe(MetricChanged, received.append)
    play(engine, "04-02T10:00 words 1\n04-02T11:00 words 1\n04-02T12:00 words 1")
    assert [effect.after for effect in received] == [1, 2, 3]
    assert [row.value for row in engine.leaderboard("words", at=at("04-02T12:00")).rankings] == [3]
    with pytest.raises(StorageError):
        engine.close()


def test_settling_announces_in_order_of_time():
    engine = Engine(RULES)
    engine.identify("jo", time_zone="UTC", at=at("04-02T09:00"))
    engine.identify("ken", time_zone="Asia/Tokyo", at=at("04-02T09:00"))
    for user in ("jo", "ken"):
        play(engine, "04-02T10:00 words 1", user)
    lost = engine.settle(at=at("04-09T10:00"))
    assert [(one.user_id, one.at) for one in lost] == [("ken", at("04-03T15:00")), ("jo", at("04-04T00:00"))]


def test_batches_nest_and_include_settling():
    engine = Engine(RULES)
    with engine.batch():
        play(engine, "04-02T10:00 words 1")
        with engine.batch():
            assert [effect.type for effect in engine.settle(at=at("04-04T00:00"))] == ["streak.lost"]
    assert engine.user("jo", at=at("04-04T00:00")).streak.longest == 1
    assert "Player(id='jo'" in repr(engine.user("jo", at=at("04-04T00:00")))


NOON = at("04-02T12:00")


def lines_run(call):
    """Count the lines that a call runs; work for every pending entry increases the count."""
    count = 0

    def follow(*_):
        nonlocal count
        count += 1
        return follow

    before = sys.gettrace()
    sys.settrace(follow)
    try:
        call()
    finally:
        sys.settrace(before)
    return count


@pytest.mark.parametrize("users", [1, 400])
def test_a_batch_of_four_times_as_many_entries_takes_four_times_as_many_steps(users):
    def write(entries):
        engine = Engine(RULES)
        with engine.batch():
            for number in range(entries):
                user = str(number % users)
                engine.record("words", user=user, at=NOON, idempotency_key=str(number))
                engine.has_recorded("words", user=user, idempotency_key="none")

    few, many = lines_run(lambda: write(100)), lines_run(lambda: write(400))
    assert many < 4.4 * few


def test_closing_an_engine_within_a_batch_discards_the_batch(tmp_path):
    storage = SQLiteStorage(tmp_path / "save.db")
    engine = Engine(RULES, storage=storage)
    play(engine, "04-02T10:00 words 1")
    with pytest.raises(StorageClosed), engine.batch():  # noqa: PT012  # the batch is what raises
        play(engine, "04-02T11:00 words 10")
        engine.close()
    kept = Engine(storage=SQLiteStorage(tmp_path / "save.db"))
    assert kept.user("jo", at=NOON).metrics["words"] == 1
    assert kept.export_user("jo") == Engine.from_log(kept.log()).export_user("jo")
    kept.close()
