"""Leaderboards: who stands where, what a command does to that, and how it came about."""

from datetime import date
from decimal import Decimal

import attrs
import pytest
from stories import at

from trophy_engine import (
    Attribute,
    Engine,
    InvalidValue,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    OutOfPoints,
    PointsSystem,
    Ruleset,
    StandingDay,
    StorageConflict,
    Streak,
    StreakMetric,
    TimePointsTrigger,
    UnknownKey,
    UnknownUser,
)
from trophy_engine.storage.memory import MemoryStorage

NEW_YEAR = date(2025, 1, 1)


def engine_with(*boards, **rules):
    attributes = [Attribute("city"), Attribute("plan")]
    return Engine(Ruleset(metrics=[Metric("words")], attributes=attributes, leaderboards=boards, **rules))


def words(**fields):
    return Leaderboard("words", "metric", fields.pop("start", NEW_YEAR), metric="words", **fields)


def write(engine, story, board="words"):
    """Record what a story tells, a line an event: instant, user, words; give the changes of a board."""
    changes = []
    for line in filter(None, map(str.strip, story.splitlines())):
        when, user, value = line.split()
        outcome = engine.record("words", user=user, value=Decimal(value), at=at(when))
        changes.append(outcome.leaderboards.get(board))
    return changes


def rows(engine, when, board="words", **question):
    view = engine.leaderboard(board, at=at(when), **question)
    return [(row.rank, row.user_id, row.value) for row in view.rankings]


def test_of_equal_values_the_one_that_was_reached_earlier_stays_ahead():
    engine = engine_with(words())
    write(engine, "02-01T10:00 ann 5\n02-01T10:01 ben 5\n02-01T10:02 cid 5")
    assert rows(engine, "02-01T11:00") == [(1, "ann", 5), (2, "ben", 5), (3, "cid", 5)]
    [cid, ben] = write(engine, "02-01T12:00 cid 5\n02-01T12:01 ben 5")
    assert (cid.rank, cid.previous_rank, cid.value, cid.previous_value) == (1, 3, 10, 5)
    assert (ben.rank, ben.previous_rank) == (2, 3)
    assert rows(engine, "02-01T13:00") == [(1, "cid", 10), (2, "ben", 10), (3, "ann", 5)]


def test_values_reached_at_the_same_instant_go_by_who_was_there_first_and_then_by_id():
    engine = engine_with(words())
    engine.identify("zoe", at=at("02-01T09:00"))
    write(engine, "02-01T10:00 ben 5\n02-01T10:00 ann 5\n02-01T10:00 zoe 5")
    assert [user for _, user, _ in rows(engine, "02-01T11:00")] == ["zoe", "ann", "ben"]


def test_who_is_new_to_a_full_board_must_surpass_its_lowest_value():
    engine = engine_with(words(max_participants=3))
    changes = write(engine, "02-01T10:00 ann 50\n02-01T10:01 ben 40\n02-01T10:02 cid 30\n02-01T10:03 dan 30")
    assert [change.threshold for change in changes] == [1, 1, 31, 31]
    assert (changes[-1].rank, changes[-1].value) == (None, 30)
    [dan] = write(engine, "02-01T10:04 dan 1")
    assert (dan.rank, dan.previous_rank, dan.threshold) == (3, None, 32)
    assert rows(engine, "02-01T11:00")[-1] == (3, "dan", 31)
    assert engine.standing("cid", "words", at=at("02-01T11:00")).rank is None


def test_of_values_that_are_not_whole_the_lowest_is_the_threshold():
    engine = engine_with(words(max_participants=1))
    [change] = write(engine, "02-01T10:00 ann 2.5")
    assert change.threshold == Decimal("2.5")


def test_who_has_gained_nothing_does_not_take_part():
    engine = engine_with(words())
    [first, second, third] = write(engine, "02-01T10:00 ann 3\n02-01T10:01 ann -5\n02-01T10:02 ann 0")
    assert (first.rank, second.rank, second.value, third) == (1, None, None, None)
    assert rows(engine, "02-01T11:00") == []


def test_a_run_counts_the_days_that_its_users_live():
    engine = engine_with(words(run_unit="day", run_interval=7))
    engine.identify("kiri", time_zone="Pacific/Kiritimati", at=at("01-01T12:00"))
    engine.identify("lou", time_zone="Europe/London", at=at("01-01T12:00"))
    kiri, lou = write(engine, "01-07T10:00 kiri 4\n01-07T10:00 lou 3")
    assert (kiri.start, kiri.end) == (date(2025, 1, 8), date(2025, 1, 14))
    assert (lou.start, lou.end) == (date(2025, 1, 1), date(2025, 1, 7))
    assert rows(engine, "01-07T10:00", run=date(2025, 1, 10)) == [(1, "kiri", 4)]
    assert rows(engine, "01-07T10:00") == [(1, "lou", 3)]
    assert engine.standing("kiri", "words", at=at("01-07T10:00")).value == 4
    with pytest.raises(
        InvalidValue, match="leaderboard 'words' has no run on 2024-12-31; use a date from 2025-01-01 on"
    ):
        engine.leaderboard("words", at=at("01-07T10:00"), run=date(2024, 12, 31))


def test_a_run_starts_everybody_anew():
    engine = engine_with(words(start=date(2025, 1, 31), run_unit="month", run_interval=1))
    write(engine, "02-27T10:00 ann 9\n02-28T10:00 ben 2\n03-30T10:00 ann 1\n03-31T10:00 ben 1")
    assert rows(engine, "04-01T10:00", run=date(2025, 1, 31)) == [(1, "ann", 9)]
    assert rows(engine, "04-01T10:00", run=date(2025, 3, 1)) == [(1, "ben", 2), (2, "ann", 1)]
    view = engine.leaderboard("words", at=at("04-01T10:00"))
    assert (view.start, view.end) == (date(2025, 3, 31), date(2025, 4, 29))
    assert [row.user_id for row in view.rankings] == ["ben"]


def test_a_time_window_is_that_of_the_local_clock():
    engine = engine_with(words(start_time="12:00", end_time="13:00"))
    engine.identify("ann", time_zone="Asia/Tokyo", at=at("02-01T00:00"))
    changes = write(
        engine, "02-01T02:59:59 ann 1\n02-01T03:00:00 ann 2\n02-01T03:59:59.999999 ann 4\n02-01T04:00:00 ann 8"
    )
    assert [change and change.value for change in changes] == [None, 2, 6, None]
    assert engine.user("ann", at=at("02-01T04:00")).metrics["words"] == 15


def test_nothing_counts_before_the_start_and_after_the_end():
    engine = engine_with(words(start=date(2025, 2, 1), end=date(2025, 2, 2)))
    changes = write(engine, "01-31T23:59 ann 1\n02-01T00:00 ann 2\n02-02T23:59 ann 4\n02-03T00:00 ann 8")
    assert [change and change.value for change in changes] == [None, 2, 6, None]


def cities():
    engine = engine_with(words(breakdown_attributes=["city"]))
    for user, city in (("ann", "London"), ("ben", "London"), ("cid", "Paris")):
        engine.identify(user, attributes={"city": city}, at=at("02-01T09:00"))
    return engine, write(engine, "02-01T10:00 ann 20\n02-01T10:01 ben 30\n02-01T10:02 cid 25\n02-01T10:03 dan 90")


def test_a_board_that_is_broken_down_ranks_each_city_by_itself():
    engine, changes = cities()
    assert [(change.rank, dict(change.group)) for change in changes[:3]] == [
        (1, {"city": "London"}),
        (1, {"city": "London"}),
        (1, {"city": "Paris"}),
    ]
    assert changes[3] is None, "a user without a city is ranked nowhere"
    assert rows(engine, "02-01T11:00", attributes={"city": "London"}) == [(1, "ben", 30), (2, "ann", 20)]
    assert rows(engine, "02-01T11:00", attributes={"city": "Rome"}) == []
    assert rows(engine, "02-01T11:00", attributes={"city": "Paris"}, user="ann") == []
    with pytest.raises(
        InvalidValue, match="'words' has a ranking for each group of users with the same city; set attributes"
    ):
        engine.leaderboard("words", at=at("02-01T11:00"))
    with pytest.raises(InvalidValue, match="unknown breakdown attribute 'plan'; known: 'city'"):
        engine.leaderboard("words", at=at("02-01T11:00"), attributes={"plan": "pro"})


def test_who_moves_to_another_city_takes_their_value_along():
    engine, _ = cities()
    outcome = engine.identify("ben", attributes={"city": "Paris"}, at=at("02-01T12:00"))
    change = outcome.leaderboards["words"]
    assert (change.rank, change.previous_rank, dict(change.group)) == (1, 1, {"city": "Paris"})
    assert rows(engine, "02-01T13:00", attributes={"city": "Paris"}) == [(1, "ben", 30), (2, "cid", 25)]
    assert rows(engine, "02-01T13:00", attributes={"city": "London"}) == [(1, "ann", 20)]


def test_part_of_a_breakdown_ranks_the_union():
    engine = engine_with(words(breakdown_attributes=["city", "plan"], max_participants=3))
    people = [("ann", "London", "pro", 5), ("ben", "London", "free", 7), ("cid", "Paris", "pro", 6)]
    for user, city, plan, value in (*people, ("dan", "Paris", "pro", 4), ("eve", "Rome", "pro", 3)):
        engine.identify(user, attributes={"city": city, "plan": plan}, at=at("02-01T09:00"))
        write(engine, f"02-01T10:00 {user} {value}")
    assert rows(engine, "02-01T11:00", attributes={"plan": "pro"}) == [(1, "cid", 6), (2, "ann", 5), (3, "dan", 4)]
    assert rows(engine, "02-01T11:00", attributes={"plan": "pro"}, user="dan", offset=-1, limit=1) == [(2, "ann", 5)]
    assert rows(engine, "02-01T11:00", attributes={"plan": "pro", "city": "Rome"}) == [(1, "eve", 3)]


def test_a_board_may_be_for_some_users():
    engine = engine_with(words(user_attributes={"plan": "pro"}))
    engine.identify("ann", attributes={"plan": "pro"}, at=at("02-01T09:00"))
    [ann, ben] = write(engine, "02-01T10:00 ann 1\n02-01T10:00 ben 5")
    assert (ann.rank, ben) == (1, None)
    change = engine.identify("ben", attributes={"plan": "pro"}, at=at("02-01T11:00")).leaderboards["words"]
    assert (change.rank, change.previous_value, change.value) == (1, None, 5)


def test_rows_are_a_window_from_the_top_or_around_a_user():
    engine = engine_with(words(max_participants=20))
    write(engine, "\n".join(f"02-01T10:{n:02} user{n:02} {50 - n}" for n in range(25)))
    assert [rank for rank, _, _ in rows(engine, "02-01T11:00")] == list(range(1, 11))
    assert [rank for rank, _, _ in rows(engine, "02-01T11:00", offset=18, limit=20)] == [19, 20]
    assert rows(engine, "02-01T11:00", offset=20) == []
    assert [user for _, user, _ in rows(engine, "02-01T11:00", user="user09", offset=-1, limit=3)] == [
        "user08",
        "user09",
        "user10",
    ]
    assert rows(engine, "02-01T11:00", user="user02", offset=-5, limit=1) == [(1, "user00", 50)]
    assert rows(engine, "02-01T11:00", user="user22") == [], "off the board"
    assert rows(engine, "02-01T11:00", user="nobody") == []
    for question, told in (
        ({"offset": -1}, "offset must be at least 0"),
        ({"limit": 21}, "limit must be from 0 to 20"),
    ):
        with pytest.raises(InvalidValue, match=told):
            engine.leaderboard("words", at=at("02-01T11:00"), **question)


def test_names_stand_on_the_board():
    engine = engine_with(words())
    engine.identify("ann", name="Ann", at=at("02-01T09:00"))
    write(engine, "02-01T10:00 ann 1")
    assert engine.leaderboard("words", at=at("02-01T11:00")).rankings[0].name == "Ann"


def test_a_streak_that_time_has_ended_leaves_the_board_though_nobody_says_so():
    board = Leaderboard("streaks", "streak", NEW_YEAR)
    engine = engine_with(board, streak=Streak(metrics=[StreakMetric("words", 1)]))
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


def test_the_history_of_a_standing_tells_each_day_on_which_time_moved_it():
    board = Leaderboard("xp", "points", NEW_YEAR, points="xp")
    engine = engine_with(board, points=[PointsSystem("xp", triggers=[TimePointsTrigger(5, "days", 1)])])
    write(engine, "04-01T12:00 ann 1")
    expected = [(date(2025, 4, day), 5 * (day - 1)) for day in range(2, 6)]
    for _ in range(2):
        history = engine.standing("ann", "xp", at=at("04-05T13:00")).history
        assert [(one.date, one.value) for one in history] == expected
        for day in range(2, 6):
            engine.settle(at=at(f"04-0{day}T12:30"))


def test_a_board_by_streak_that_is_finished_early_keeps_the_lengths_of_that_instant():
    keen = Leaderboard("keen", "streak", NEW_YEAR)
    engine = engine_with(keen, streak=Streak(metrics=[StreakMetric("words", 1)]))
    write(engine, "04-02T10:00 ann 1\n04-02T11:00 bob 1")
    finished = attrs.evolve(engine.ruleset, leaderboards=[attrs.evolve(keen, status="finished")])
    assert engine.update(finished, at=at("04-02T12:00")) == ()
    write(engine, "04-03T11:00 bob 1")
    for when in ("04-02T13:00", "04-03T12:00", "05-01T12:00"):
        assert engine.leaderboard("keen", at=at(when)).status == "finished"
        assert rows(engine, when, "keen") == [(1, "ann", 1), (2, "bob", 1)]
    assert engine.standing("bob", "keen", at=at("05-01T12:00")).rank == 2


def test_a_board_by_streak_shows_the_lengths_that_ran_when_it_closed():
    board = Leaderboard("streaks", "streak", date(2025, 2, 1), end=date(2025, 2, 2))
    engine = engine_with(board, streak=Streak(metrics=[StreakMetric("words", 1)]))
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


def test_points_that_come_with_time_count_in_the_run_in_which_they_come():
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


def test_a_refused_event_moves_nobody():
    triggers = [MetricPointsTrigger("words", points=-1, block_if_out_of_points=True)]
    engine = engine_with(words(), points=[PointsSystem("energy", triggers=triggers)])
    with pytest.raises(OutOfPoints):
        write(engine, "02-01T10:00 ann 1")
    assert rows(engine, "02-01T11:00") == []


def test_a_batch_that_fails_moves_nobody():
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


def test_boards_are_listed_as_they_stand():
    engine = engine_with(
        words(),
        Leaderboard("spring", "metric", date(2025, 3, 1), metric="words", end=date(2025, 3, 31)),
        Leaderboard("stopped", "metric", NEW_YEAR, metric="words", status="finished"),
        Leaderboard("draft", "metric", NEW_YEAR, metric="words", status="inactive"),
    )

    def listed(when, **question):
        return {view.key: view.status for view in engine.leaderboards(at=at(when), **question)}

    assert listed("02-01T00:00") == {"words": "active", "spring": "scheduled"}
    assert listed("02-28T10:00") == {"words": "active", "spring": "active"}
    assert listed("04-01T12:00") == {"words": "active"}
    assert listed("04-01T12:00", finished=True) == {"words": "active", "spring": "finished", "stopped": "finished"}
    for key in ("draft", "word"):
        with pytest.raises(UnknownKey, match=f"unknown leaderboard '{key}'"):
            engine.leaderboard(key, at=at("02-01T00:00"))


def test_a_standing_tells_the_days_on_which_it_changed():
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


def test_a_past_that_is_over_is_seen_as_it_was():
    engine = engine_with(words())
    write(engine, "02-01T10:00 ann 5\n02-01T11:00 ben 9\n02-03T10:00 ann 5\n02-03T12:00 ann 1\n02-04T10:00 cid 90")
    then = at("02-03T11:00")
    standing = engine.standing("ann", "words", at=then)
    assert (standing.rank, standing.value, len(standing.history)) == (1, 10, 2)
    view = engine.leaderboard("words", at=then)
    assert [(one.user_id, one.rank, one.value) for one in view.rankings] == [("ann", 1, 10), ("ben", 2, 9)]
    assert [player.metrics["words"] for player in engine.players(at=then)] == [10, 9]
    assert engine.user("ann", at=then).metrics["words"] == 10
    assert [one.value for one in engine.leaderboard("words", at=at("02-04T10:00")).rankings] == [90, 11, 9]


def test_a_standing_tells_of_what_time_has_done():
    board = Leaderboard("streaks", "streak", NEW_YEAR)
    engine = engine_with(board, streak=Streak(metrics=[StreakMetric("words", 1)]))
    write(engine, "02-01T10:00 ann 1\n02-01T11:00 ben 1\n02-02T10:00 ben 1")
    standing = engine.standing("ben", "streaks", at=at("02-09T10:00"))
    assert (standing.rank, standing.value) == (None, None)
    assert standing.history == (
        StandingDay(date(2025, 2, 1), None, 2, None, 1),
        StandingDay(date(2025, 2, 2), 2, 1, 1, 2),
        StandingDay(date(2025, 2, 4), 1, None, 2, None),
    )


def test_what_another_engine_has_written_is_ranked_once_it_is_known_of():
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


def test_the_hours_that_count_begin_on_the_minute_and_end_before_it():
    engine = engine_with(words(start_time="09:30", end_time="17:10:30"))
    for when in ("09:29:59", "09:30", "17:10:29", "17:10:30"):
        engine.record("words", user="jo", at=at(f"04-01T{when}"))
    assert engine.leaderboard("words", at=at("04-01T18:00")).rankings[0].value == 2
