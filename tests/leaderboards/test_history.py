"""The history of a rank has a row for each day on which it changed."""

from datetime import date

import pytest
from boards import NEW_YEAR, engine_with, rows, words, write
from stories import at

from trophy_engine import (
    Achievement,
    AnniversaryTrigger,
    Engine,
    InvalidValue,
    Leaderboard,
    LeaderboardFinished,
    Metric,
    Notifications,
    PointsSystem,
    RankChanged,
    Ruleset,
    StandingDay,
    Streak,
    StreakMetric,
    TimePointsTrigger,
    UnknownUser,
)

XP = PointsSystem("xp", triggers=[TimePointsTrigger(5, "days", 1)])
BY_POINTS = Leaderboard("xp", "points", NEW_YEAR, points="xp")
BY_METRIC = Leaderboard("xp", "metric", NEW_YEAR, metric="earned")
EARNED = [Metric("words"), Metric("earned", source={"points": "xp"})]


@pytest.mark.parametrize("board", [BY_POINTS, BY_METRIC], ids=["by points", "by a metric on points"])
def test_the_history_of_a_rank_has_each_day_on_which_time_changed_it(board):
    engine = Engine(Ruleset(metrics=EARNED, leaderboards=[board], points=[XP]))
    write(engine, "04-01T12:00 ann 1")
    expected = [(date(2025, 4, day), 5 * (day - 1)) for day in range(2, 6)]
    for _ in range(2):
        history = engine.standing("ann", "xp", at=at("04-05T13:00")).history
        assert [(row.date, row.value) for row in history] == expected
        assert rows(engine, "04-05T13:00", "xp") == [(1, "ann", 20)]
        for day in range(2, 6):
            engine.settle(at=at(f"04-0{day}T12:30"))


def test_a_board_by_completions_is_that_of_the_requested_instant():
    loyal = Achievement("loyal", AnniversaryTrigger(1))
    metrics = [Metric("words"), Metric("badges", source={"completions": "*"})]
    board = Leaderboard("badges", "metric", NEW_YEAR, metric="badges", end=date(2026, 4, 1))
    rules = Ruleset(metrics=metrics, achievements=[loyal], leaderboards=[board], notifications=Notifications())
    engine = Engine(rules)
    engine.identify("ann", sign_up_date=date(2025, 4, 1), at=at("04-01T12:00"))
    assert rows(engine, "2026-03-31T23:00", "badges") == []
    assert rows(engine, "2026-04-01T01:00", "badges") == [(1, "ann", 1)]
    told = engine.settle(at=at("2026-05-01"))
    [finished] = [effect for effect in told if isinstance(effect, LeaderboardFinished)]
    [change] = [effect for effect in told if isinstance(effect, RankChanged)]
    assert [row.user_id for row in finished.rankings] == ["ann"]
    assert (change.user_id, change.at, change.rank) == ("ann", at("2026-04-01"), 1)


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
