"""The index follows every command, the passing of time, and other rules."""

from datetime import date

import pytest
from boards import NEW_YEAR, engine_with, rows, words, write
from stories import at

from trophy_engine import (
    Engine,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    OutOfPoints,
    PointsSystem,
    Ruleset,
    StorageConflict,
    Streak,
    StreakMetric,
    TimePointsTrigger,
)
from trophy_engine.storage.memory import MemoryStorage


def test_a_streak_lost_by_time_leaves_the_board_without_a_command():
    board = Leaderboard("streaks", "streak", NEW_YEAR)
    engine = engine_with(board, streaks=[Streak("habit", metrics=[StreakMetric("words", 1)])])
    changes = write(
        engine, "02-01T10:00 ann 1\n02-01T11:00 ben 1\n02-02T10:00 ben 1\n02-02T11:00 ann 1", board="streaks"
    )
    assert [(change.rank, change.value) for change in changes] == [(1, 1), (2, 1), (1, 2), (2, 2)]
    write(engine, "02-03T10:00 ann 1", board="streaks")
    assert rows(engine, "02-03T23:59", "streaks") == [(1, "ann", 3), (2, "ben", 2)]
    assert rows(engine, "02-04T00:00", "streaks") == [(1, "ann", 3)]
    assert rows(engine, "02-09T00:00", "streaks") == []
    assert rows(engine, "02-03T12:00", "streaks") == [(1, "ann", 3), (2, "ben", 2)], "looking ahead changed nothing"
    engine.settle(at=at("02-04T00:00"))
    assert rows(engine, "02-04T01:00", "streaks") == [(1, "ann", 3)]


def test_a_board_by_streak_shows_the_lengths_that_ran_when_it_closed():
    board = Leaderboard("streaks", "streak", date(2025, 2, 1), end=date(2025, 2, 2))
    engine = engine_with(board, streaks=[Streak("habit", metrics=[StreakMetric("words", 1)])])
    write(engine, "01-31T10:00 ann 1\n02-01T10:00 ann 1\n02-02T09:00 ben 1\n02-02T10:00 ann 1")
    assert rows(engine, "01-31T09:59", "streaks") == [], "it has not begun anywhere"
    write(engine, "02-03T12:00 ben 1\n02-04T10:00 ben 1\n02-05T10:00 ben 1\n02-06T10:00 ben 1")
    assert rows(engine, "02-20T10:00", "streaks") == [(1, "ann", 3), (2, "ben", 1)]
    standing = engine.standing("ann", "streaks", at=at("02-20T10:00"))
    assert (standing.rank, standing.value, standing.status) == (1, 3, "finished")
    assert [day.value for day in standing.history] == [1, 2, 3]
    assert engine.standing("ben", "streaks", at=at("02-20T10:00")).value == 1


def points_engine(**system):
    triggers = [MetricPointsTrigger("words", points=10), TimePointsTrigger(points=1, unit="hours", interval=1)]
    board = Leaderboard("xp", "points", NEW_YEAR, points="xp", run_unit="day", run_interval=1)
    return engine_with(board, points=[PointsSystem("xp", triggers=triggers, **system)])


def test_timed_points_count_in_the_run_of_their_instant():
    engine = points_engine()
    [change] = write(engine, "02-01T22:30 ann 1", board="xp")
    assert (change.value, change.threshold) == (10, 1)
    assert rows(engine, "02-02T02:00", "xp", run=date(2025, 2, 1)) == [(1, "ann", 11)]
    assert rows(engine, "02-02T02:00", "xp") == [(1, "ann", 2)]
    assert rows(engine, "02-01T23:00", "xp") == [(1, "ann", 10)]
    [change] = write(engine, "02-02T02:00 ann 1", board="xp")
    assert (change.previous_value, change.value) == (2, 12), "what time had brought is not the command's"


def test_net_points_and_not_the_balance_are_ranked():
    triggers = [MetricPointsTrigger("words", points=10), MetricPointsTrigger("words", points=-4, threshold=2)]
    engine = engine_with(
        Leaderboard("xp", "points", date(2025, 2, 1), points="xp"), points=[PointsSystem("xp", triggers=triggers)]
    )
    write(engine, "01-01T10:00 ann 1\n02-01T10:00 ann 1")
    assert rows(engine, "02-01T11:00", "xp") == [(1, "ann", 6)]


def test_a_refused_event_changes_no_rank():
    triggers = [MetricPointsTrigger("words", points=-1, block_if_out_of_points=True)]
    engine = engine_with(words(), points=[PointsSystem("energy", triggers=triggers)])
    with pytest.raises(OutOfPoints):
        write(engine, "02-01T10:00 ann 1")
    assert rows(engine, "02-01T11:00") == []


def test_a_failed_batch_changes_no_rank():
    engine = engine_with(words())
    write(engine, "02-01T10:00 ann 1")

    def fail():
        with engine.batch():
            [ben] = write(engine, "02-01T10:01 ben 5")
            assert ben.rank == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert rows(engine, "02-01T11:00") == [(1, "ann", 1)]


def test_a_repeated_key_changes_no_board():
    engine = engine_with(words())
    for _ in range(2):
        outcome = engine.record("words", user="ann", value=5, at=at("02-01T10:00"), idempotency_key="k")
    assert (outcome.replayed, dict(outcome.leaderboards)) == (True, {})
    assert rows(engine, "02-01T11:00") == [(1, "ann", 5)]


def test_entries_of_another_engine_are_ranked_once_they_are_read():
    storage = MemoryStorage()
    rules = Ruleset(metrics=[Metric("words")], leaderboards=[words()])
    engine, another = Engine(rules, storage=storage), Engine(rules, storage=storage)
    another.record("words", user="ben", value=5, at=at("02-01T10:01"))
    with pytest.raises(StorageConflict):
        engine.record("words", user="ann", value=9, at=at("02-01T10:02"))
    assert rows(engine, "02-01T11:00") == [(1, "ben", 5)]


def test_new_rules_have_new_boards():
    storage = MemoryStorage()
    rules = Ruleset(metrics=[Metric("words")], leaderboards=[words()])
    write(Engine(rules, storage=storage), "02-01T10:00 ann 5\n02-01T10:01 ben 4")
    smaller = Engine(Ruleset(metrics=[Metric("words")], leaderboards=[words(max_participants=1)]), storage=storage)
    assert rows(smaller, "02-01T11:00") == [(1, "ann", 5)]
    without = Engine(Ruleset(metrics=[Metric("words")]), storage=storage)
    assert without.leaderboards(at=at("02-01T11:00"), finished=True) == ()
    assert dict(without.record("words", user="ann", at=at("02-01T11:00")).leaderboards) == {}
