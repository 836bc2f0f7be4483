"""Leaderboards of best laps, with shared ranks, by weeks, and by the dates of one time zone."""

from datetime import date
from decimal import Decimal

import attrs
import pytest
from boards import rows, write
from stories import at, kinds, play

from trophy_engine import (
    Engine,
    Leaderboard,
    LeaderboardChanged,
    LeaderboardFinished,
    LeaderboardStarted,
    Metric,
    MetricPointsTrigger,
    Notifications,
    PointsSystem,
    RankChanged,
    Ruleset,
    Streak,
    StreakMetric,
    TimePointsTrigger,
)

LAPS = [Metric("words", name="Lap time"), Metric("best-lap", source="words", aggregate="min")]
BEST = Leaderboard("words", "metric", "2025-01-01", metric="best-lap", order="ascending")
NOTIFIED = Notifications(throttle_minutes=0)


def engine_with(board, **rules):
    return Engine(Ruleset(**{"metrics": LAPS, "leaderboards": [board], **rules}))


def by_words(**fields):
    return Leaderboard("words", "metric", **{"start": "2025-01-01", "metric": "words", **fields})


def test_the_best_lap_is_the_least_and_a_slower_one_changes_nothing():
    engine = engine_with(BEST)
    changes = write(engine, "06-01T12:00 a 60\n06-01T12:01 a 50\n06-01T12:02 b 55\n06-01T12:03 a 58")
    assert rows(engine, "06-01T13:00") == [(1, "a", 50), (2, "b", 55)]
    assert [change and (change.rank, change.value, change.threshold) for change in changes] == [
        (1, 60, None),
        (1, 50, None),
        (2, 55, None),
        None,
    ]
    assert [row.value for row in engine.standing("a", "words", at=at("06-01T13:00")).history] == [50]


@pytest.mark.parametrize(
    ("aggregate", "ranked"),
    [
        ("min", [(1, "b", 2), (2, "a", 3)]),
        ("max", [(1, "b", 4), (2, "a", 9)]),
        ("last", [(1, "b", 2), (2, "a", 9)]),
        ("sum", [(1, "b", 6), (2, "a", 17)]),
        ("count", [(1, "b", 2), (2, "a", 3)]),
        ("days", [(1, "a", 1), (2, "b", 2)]),
    ],
)
def test_every_aggregate_ranks_from_the_least_or_from_the_greatest(aggregate, ranked):
    story = "06-01T12:00 a 5\n06-01T13:00 b 4\n06-01T14:00 a 3\n06-01T15:00 a 9\n06-02T12:00 b 2"
    metric = Metric("score", source="words", aggregate=aggregate)
    board = by_words(metric="score", order="ascending")
    engine = engine_with(board, metrics=[Metric("words"), metric])
    write(engine, story)
    assert rows(engine, "06-03T00:00") == ranked
    engine = engine_with(attrs.evolve(board, order="descending"), metrics=[Metric("words"), metric])
    write(engine, story)
    assert [(user, value) for _, user, value in rows(engine, "06-03T00:00")] == [row[1:] for row in ranked[::-1]]


def test_who_is_ranked_from_the_least_has_an_event_and_may_have_nothing_or_less():
    story = "06-01T12:00 a 0\n06-01T12:01 b 3\n06-01T12:02 b -3\n06-01T12:03 c -1.5\n06-01T12:04 d 2"
    engine = engine_with(by_words(order="ascending"))
    engine.identify("idle", at=at("06-01T11:00"))
    write(engine, story)
    assert rows(engine, "06-01T13:00") == [(1, "c", Decimal("-1.5")), (2, "a", 0), (3, "b", 0), (4, "d", 2)]
    assert engine.standing("idle", "words", at=at("06-01T13:00")).rank is None
    engine = engine_with(by_words())
    write(engine, story)
    assert rows(engine, "06-01T13:00") == [(1, "d", 2)]


def test_a_new_lap_must_be_below_the_last_of_a_full_board():
    engine = engine_with(attrs.evolve(BEST, max_participants=2))
    changes = write(engine, "06-01T12:00 a 60\n06-01T12:01 b 55\n06-01T12:02 c 60\n06-01T12:03 c 59.5")
    assert [(change.rank, change.threshold) for change in changes] == [
        (1, None),
        (1, 60),
        (None, 60),
        (2, Decimal("59.5")),
    ]
    assert rows(engine, "06-01T13:00", limit=2) == [(1, "b", 55), (2, "c", Decimal("59.5"))]


def test_equal_values_share_the_better_rank_and_the_next_rank_is_left_out():
    engine = engine_with(by_words(ties="shared"))
    write(engine, "06-01T12:00 a 10\n06-01T12:01 b 10\n06-01T12:02 c 8")
    assert rows(engine, "06-01T13:00") == [(1, "a", 10), (1, "b", 10), (3, "c", 8)]
    [change] = write(engine, "06-01T14:00 c 2")
    assert (change.rank, change.previous_rank) == (1, 3)
    [change] = write(engine, "06-01T15:00 d 9")
    assert (change.rank, rows(engine, "06-01T16:00")[-1]) == (4, (4, "d", 9))
    assert rows(engine, "06-01T16:00", offset=1, limit=2) == [(1, "b", 10), (1, "c", 10)]
    assert rows(engine, "06-01T16:00", user="c", offset=-1, limit=3) == [(1, "b", 10), (1, "c", 10), (4, "d", 9)]


def test_shared_ranks_change_neither_the_order_nor_who_is_on_a_full_board():
    story = "06-01T12:00 a 10\n06-01T12:01 b 8\n06-01T12:02 c 8\n06-01T12:03 d 8"
    shared, first = (engine_with(by_words(ties=ties, max_participants=3)) for ties in ("shared", "first"))
    for engine in (shared, first):
        write(engine, story)
    assert rows(shared, "06-01T13:00", limit=3) == [(1, "a", 10), (2, "b", 8), (2, "c", 8)]
    assert [row[1:] for row in rows(first, "06-01T13:00", limit=3)] == [("a", 10), ("b", 8), ("c", 8)]
    assert shared.standing("d", "words", at=at("06-01T13:00")).rank is None


def test_a_shared_rank_changes_when_another_user_leaves_it():
    engine = engine_with(by_words(ties="shared"), notifications=NOTIFIED)
    write(engine, "06-01T12:00 a 10\n06-01T12:01 b 10\n06-01T12:02 c 8")
    [outcome] = play(engine, "06-01T13:00 words 1", user="a")
    changes = [effect for effect in outcome.effects if isinstance(effect, RankChanged)]
    assert [(effect.user_id, effect.previous_rank, effect.rank) for effect in changes] == [("b", 1, 2)]
    [board] = [effect for effect in outcome.effects if isinstance(effect, LeaderboardChanged)]
    assert [(row.rank, row.user_id) for row in board.rankings] == [(1, "a"), (2, "b"), (3, "c")]
    [outcome] = play(engine, "06-01T14:00 words 1", user="b")
    changes = [effect for effect in outcome.effects if isinstance(effect, RankChanged)]
    assert [(effect.user_id, effect.previous_rank, effect.rank) for effect in changes] == [("b", 2, 1)]
    days = [
        (day.date.day, day.previous_rank, day.rank) for day in engine.standing("b", "words", at=at("06-02")).history
    ]
    assert days == [(1, None, 1)]


def test_a_user_who_comes_onto_a_full_board_may_share_its_best_rank():
    engine = engine_with(by_words(ties="shared", max_participants=3), notifications=NOTIFIED)
    write(engine, "06-01T12:00 a 10\n06-01T12:01 b 10\n06-01T12:02 c 10\n06-01T12:03 d 10")
    [outcome] = play(engine, "06-01T13:00 words -5", user="b")
    changes = [effect for effect in outcome.effects if isinstance(effect, RankChanged)]
    assert [(effect.user_id, effect.previous_rank, effect.rank) for effect in changes] == [
        ("b", 1, None),
        ("d", None, 1),
    ]


def test_the_history_of_a_shared_rank_has_the_days_on_which_others_joined_and_left():
    engine = engine_with(by_words(ties="shared"))
    write(
        engine, "06-01T12:00 a 10\n06-01T12:00 b 7\n06-02T12:00 b 3\n06-03T12:00 c 10\n06-04T12:00 c 5\n06-05T12:00 a 5"
    )
    history = engine.standing("b", "words", at=at("06-06")).history
    assert [(day.date.day, day.rank) for day in history] == [(1, 2), (2, 1), (4, 2), (5, 3)]
    assert engine.standing("c", "words", at=at("06-06")).rank == 1


def test_a_final_ranking_has_shared_ranks():
    board = by_words(ties="shared", end="2025-06-01", order="ascending")
    engine = engine_with(board, notifications=NOTIFIED)
    write(engine, "06-01T12:00 a 10\n06-01T12:01 b 8\n06-01T12:02 c 10\n06-01T12:03 d 12")
    [finished] = [one for one in engine.settle(at=at("06-03")) if isinstance(one, LeaderboardFinished)]
    assert [(row.rank, row.user_id) for row in finished.rankings] == [(1, "b"), (2, "a"), (2, "c"), (4, "d")]


def test_weeks_are_seven_days_from_the_start_whatever_the_first_weekday_is():
    engine = engine_with(
        by_words(start="2025-01-01", run_unit="week", run_interval=2), first_weekday="sunday"
    )  # a Wednesday
    write(engine, "01-14T23:59 a 5\n01-15T00:00 a 3\n01-28T12:00 a 4\n01-29T12:00 a 1")
    runs = [
        engine.standing("a", "words", at=at("02-01"), run=day) for day in ("2025-01-01", "2025-01-28", "2025-02-11")
    ]
    assert [(run.value, run.start, run.end) for run in runs] == [
        (5, date(2025, 1, 1), date(2025, 1, 14)),
        (7, date(2025, 1, 15), date(2025, 1, 28)),
        (1, date(2025, 1, 29), date(2025, 2, 11)),
    ]


BERLIN = by_words(start="2025-06-02", run_unit="week", run_interval=1, time_zone="Europe/Berlin")


def test_one_zone_decides_on_the_dates_of_all_users():
    engine = engine_with(BERLIN)
    engine.identify("kiri", time_zone="Pacific/Kiritimati", at=at("06-01T12:00"))  # on 2 June
    engine.identify("la", time_zone="America/Los_Angeles", at=at("06-01T12:00"))
    write(engine, "06-01T21:59 kiri 1\n06-01T22:00 la 2\n06-08T21:59 kiri 3\n06-08T22:00 la 4")
    assert [rows(engine, "06-20", run=day) for day in ("2025-06-02", "2025-06-09")] == [
        [(1, "kiri", 3), (2, "la", 2)],
        [(1, "la", 4)],
    ]
    standing = engine.standing("la", "words", at=at("06-08T22:30"))
    assert (standing.start, standing.value) == (date(2025, 6, 9), 4)
    assert [day.date for day in standing.history] == [date(2025, 6, 9)]  # in Berlin; it is the 8th in UTC


def test_runs_of_one_zone_open_close_and_are_told_of_at_its_midnight():
    engine = engine_with(attrs.evolve(BERLIN, end=date(2025, 6, 15)), notifications=NOTIFIED)
    write(engine, "06-01T12:00 a 1\n06-03T12:00 a 5")
    statuses = [engine.leaderboards(at=at(f"06-{when}"), finished=True)[0].status for when in ("01T21:59", "01T22:00")]
    assert statuses == ["scheduled", "active"]
    statuses = [engine.leaderboards(at=at(f"06-{when}"), finished=True)[0].status for when in ("15T21:59", "15T22:00")]
    assert statuses == ["active", "finished"]
    told = [one for one in engine.settle(at=at("06-20")) if isinstance(one, LeaderboardStarted | LeaderboardFinished)]
    assert kinds(told) == [
        ("leaderboard.started", at("06-01T22:00")),
        ("leaderboard.finished", at("06-08T22:00")),
        ("leaderboard.started", at("06-08T22:00")),
        ("leaderboard.finished", at("06-15T22:00")),
    ]
    assert [len(one.rankings) for one in told] == [0, 1, 0, 0]


def test_one_zone_has_the_day_start_and_the_times_of_day_too():
    board = attrs.evolve(BERLIN, start_time="02:00", end_time="12:00")
    engine = engine_with(board, day_start="03:00", notifications=NOTIFIED)
    engine.identify("a", time_zone="Asia/Tokyo", at=at("06-01T12:00"))
    write(engine, "06-08T23:59 a 1\n06-09T00:30 a 2\n06-09T01:00 a 4\n06-09T10:00 a 8")
    assert rows(engine, "06-20", run="2025-06-02") == [(1, "a", 2)]
    assert rows(engine, "06-20", run="2025-06-09") == [(1, "a", 4)]
    told = [one.at for one in engine.settle(at=at("06-10")) if isinstance(one, LeaderboardStarted)]
    assert told == [at("06-02T01:00"), at("06-09T01:00")]


def test_awards_without_a_command_count_on_the_date_of_the_zone_of_the_board():
    points = [PointsSystem("xp", triggers=[TimePointsTrigger(1, "hours", 1)])]
    board = Leaderboard("words", "points", "2025-06-02", points="xp", end="2025-06-02", time_zone="Asia/Tokyo")
    engine = engine_with(board, points=points)
    engine.identify("a", time_zone="America/New_York", at=at("06-01T12:30"))
    assert rows(engine, "06-05") == [(1, "a", 24)]


def test_the_days_of_a_metric_are_those_of_the_board():
    days = Metric("days", source="words", aggregate="days")
    engine = engine_with(by_words(metric="days", time_zone="Asia/Tokyo"), metrics=[Metric("words"), days])
    write(engine, "06-01T14:00 a 1\n06-01T16:00 a 1")
    assert rows(engine, "06-02") == [(1, "a", 2)]


@pytest.mark.parametrize("zone", ["Europe/Berlin", None])
@pytest.mark.parametrize("order", ["ascending", "descending"])
def test_a_changed_board_is_counted_again_from_the_log(zone, order):
    engine, changed = engine_with(by_words()), by_words(start="2025-06-02", time_zone=zone, order=order)
    write(engine, "06-01T22:30 a 5\n06-02T12:00 b 0\n06-02T12:01 c 9")
    engine.update(attrs.evolve(engine.ruleset, leaderboards=[changed]), at=at("06-03"))
    fresh = engine_with(changed)
    write(fresh, "06-01T22:30 a 5\n06-02T12:00 b 0\n06-02T12:01 c 9")
    assert rows(engine, "06-04") == rows(fresh, "06-04")
    assert ("a" in {user for _, user, _ in rows(engine, "06-04")}) == (zone is not None)
    assert ("b" in {user for _, user, _ in rows(engine, "06-04")}) == (order == "ascending")


def test_the_shortest_streak_is_first_on_an_ascending_board():
    board = Leaderboard("words", "streak", "2025-01-01", order="ascending", ties="shared")
    engine = engine_with(board, streaks=[Streak("daily", metrics=[StreakMetric("words")])])
    write(engine, "06-01T12:00 a 1\n06-02T12:00 a 1\n06-02T12:01 b 1\n06-02T12:02 c 1")
    assert rows(engine, "06-02T13:00") == [(1, "b", 1), (1, "c", 1), (3, "a", 2)]
    assert rows(engine, "06-05T00:00") == []


def test_the_fewest_points_are_first_on_an_ascending_board():
    points = [PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)])]
    board = Leaderboard("words", "points", "2025-01-01", points="xp", order="ascending")
    engine = engine_with(board, points=points)
    write(engine, "06-01T12:00 a 3\n06-01T12:01 b 1\n06-01T12:02 c 0")
    assert rows(engine, "06-02T13:00") == [(1, "b", 1), (2, "a", 3)]


def test_wrapped_has_the_best_ranking_of_an_ascending_board():
    engine = engine_with(attrs.evolve(BEST, run_unit="week", run_interval=1))
    write(engine, "06-01T12:00 a 60\n06-11T12:00 a 50\n06-21T12:00 a 70\n06-21T12:00 b 71")
    best = engine.reports.wrapped("a", 2025, at=at("12-31")).entire_year.leaderboards["words"]
    assert (best.rank, best.value, best.start) == (1, 50, date(2025, 6, 11))


def test_rules_files_have_the_fields_of_leaderboards():
    text = """
[[metrics]]
key = "lap-time"
aggregate = "min"

[[leaderboards]]
key = "fastest"
rank_by = "metric"
metric = "lap-time"
start = 2025-06-02
run_unit = "week"
run_interval = 1
order = "ascending"
ties = "shared"
time_zone = "Europe/Berlin"
"""
    rules = Ruleset.from_text(text)
    [board] = rules.leaderboards
    assert (board.order, board.ties, board.time_zone, board.run_unit) == (
        "ascending",
        "shared",
        "Europe/Berlin",
        "week",
    )
    assert Ruleset.from_text(rules.to_text()) == rules
