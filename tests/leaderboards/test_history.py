"""The history of a rank has a row for each day on which it changed."""

from datetime import date

import pytest
from boards import NEW_YEAR, engine_with, words, write
from stories import at

from trophy_engine import (
    InvalidValue,
    Leaderboard,
    PointsSystem,
    StandingDay,
    Streak,
    StreakMetric,
    TimePointsTrigger,
    UnknownUser,
)


def test_the_history_of_a_rank_has_each_day_on_which_time_changed_it():
    board = Leaderboard("xp", "points", NEW_YEAR, points="xp")
    engine = engine_with(board, points=[PointsSystem("xp", triggers=[TimePointsTrigger(5, "days", 1)])])
    write(engine, "04-01T12:00 ann 1")
    expected = [(date(2025, 4, day), 5 * (day - 1)) for day in range(2, 6)]
    for _ in range(2):
        history = engine.standing("ann", "xp", at=at("04-05T13:00")).history
        assert [(row.date, row.value) for row in history] == expected
        for day in range(2, 6):
            engine.settle(at=at(f"04-0{day}T12:30"))


def test_the_history_of_a_rank_has_the_days_on_which_it_changed():
    engine = engine_with(words())
    write(engine, "02-01T10:00 ann 5\n02-01T11:00 ben 9\n02-03T10:00 ann 5\n02-03T12:00 ann 1\n02-04T10:00 ben 9")
    standing = engine.standing("ann", "words", at=at("02-05T10:00"))
    assert (standing.rank, standing.value) == (2, 11)
    assert standing.history == (
        StandingDay(date(2025, 2, 1), None, 2, None, 5),
        StandingDay(date(2025, 2, 3), 2, 1, 5, 11),
        StandingDay(date(2025, 2, 4), 1, 2, 11, 11),
    )
    assert engine.standing("ann", "words", at=at("02-05T10:00"), days=1).history == standing.history[-1:]
    assert engine.standing("ann", "words", at=at("02-05T10:00"), days=0).history == ()
    with pytest.raises(InvalidValue, match="days must be at least 0"):
        engine.standing("ann", "words", at=at("02-05T10:00"), days=-1)
    with pytest.raises(UnknownUser):
        engine.standing("cid", "words", at=at("02-05T10:00"))


def test_the_history_of_a_rank_includes_changes_by_time():
    board = Leaderboard("streaks", "streak", NEW_YEAR)
    engine = engine_with(board, streaks=[Streak("habit", metrics=[StreakMetric("words", 1)])])
    write(engine, "02-01T10:00 ann 1\n02-01T11:00 ben 1\n02-02T10:00 ben 1")
    standing = engine.standing("ben", "streaks", at=at("02-09T10:00"))
    assert (standing.rank, standing.value) == (None, None)
    assert standing.history == (
        StandingDay(date(2025, 2, 1), None, 2, None, 1),
        StandingDay(date(2025, 2, 2), 2, 1, 1, 2),
        StandingDay(date(2025, 2, 4), 1, None, 2, None),
    )
