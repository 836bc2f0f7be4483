"""Leaderboards: ranks, their changes by commands, and their history."""

from datetime import date

import attrs
import pytest
from boards import NEW_YEAR, engine_with, rows, words, write
from stories import at

from trophy_engine import (
    InvalidValue,
    Leaderboard,
    Streak,
    StreakMetric,
    UnknownKey,
)


def test_a_run_counts_the_local_days_of_its_users():
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


def test_a_run_starts_all_users_at_zero():
    engine = engine_with(words(start=date(2025, 1, 31), run_unit="month", run_interval=1))
    write(engine, "02-27T10:00 ann 9\n02-28T10:00 ben 2\n03-30T10:00 ann 1\n03-31T10:00 ben 1")
    assert rows(engine, "04-01T10:00", run=date(2025, 1, 31)) == [(1, "ann", 9)]
    assert rows(engine, "04-01T10:00", run="2025-01-31") == [(1, "ann", 9)]
    assert rows(engine, "04-01T10:00", run=date(2025, 3, 1)) == [(1, "ben", 2), (2, "ann", 1)]
    view = engine.leaderboard("words", at=at("04-01T10:00"))
    assert (view.start, view.end) == (date(2025, 3, 31), date(2025, 4, 29))
    assert [row.user_id for row in view.rankings] == ["ben"]


def test_a_time_window_follows_the_local_clock():
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


def test_a_user_who_changes_groups_keeps_the_value():
    engine, _ = cities()
    outcome = engine.identify("ben", attributes={"city": "Paris"}, at=at("02-01T12:00"))
    change = outcome.leaderboards["words"]
    assert (change.rank, change.previous_rank, dict(change.group)) == (1, 1, {"city": "Paris"})
    assert rows(engine, "02-01T13:00", attributes={"city": "Paris"}) == [(1, "ben", 30), (2, "cid", 25)]
    assert rows(engine, "02-01T13:00", attributes={"city": "London"}) == [(1, "ann", 20)]


def test_a_partial_breakdown_ranks_the_union():
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
    for question, message in (
        ({"offset": -1}, "offset must be at least 0"),
        ({"limit": 21}, "limit must be from 0 to 20"),
    ):
        with pytest.raises(InvalidValue, match=message):
            engine.leaderboard("words", at=at("02-01T11:00"), **question)


def test_rows_have_the_names_of_users():
    engine = engine_with(words())
    engine.identify("ann", name="Ann", at=at("02-01T09:00"))
    write(engine, "02-01T10:00 ann 1")
    assert engine.leaderboard("words", at=at("02-01T11:00")).rankings[0].name == "Ann"


def test_a_board_by_streak_that_is_finished_early_keeps_the_lengths_of_that_instant():
    keen = Leaderboard("keen", "streak", NEW_YEAR)
    engine = engine_with(keen, streaks=[Streak("habit", metrics=[StreakMetric("words", 1)])])
    write(engine, "04-02T10:00 ann 1\n04-02T11:00 bob 1")
    finished = attrs.evolve(engine.ruleset, leaderboards=[attrs.evolve(keen, status="finished")])
    assert engine.update(finished, at=at("04-02T12:00")) == ()
    write(engine, "04-03T11:00 bob 1")
    for when in ("04-02T13:00", "04-03T12:00", "05-01T12:00"):
        assert engine.leaderboard("keen", at=at(when)).status == "finished"
        assert rows(engine, when, "keen") == [(1, "ann", 1), (2, "bob", 1)]
    assert engine.standing("bob", "keen", at=at("05-01T12:00")).rank == 2


def test_boards_are_listed_with_their_present_state():
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


def test_a_past_run_shows_its_final_ranking():
    engine = engine_with(words())
    write(engine, "02-01T10:00 ann 5\n02-01T11:00 ben 9\n02-03T10:00 ann 5\n02-03T12:00 ann 1\n02-04T10:00 cid 90")
    then = at("02-03T11:00")
    standing = engine.standing("ann", "words", at=then)
    assert (standing.rank, standing.value, len(standing.history)) == (1, 10, 2)
    view = engine.leaderboard("words", at=then)
    assert [(row.user_id, row.rank, row.value) for row in view.rankings] == [("ann", 1, 10), ("ben", 2, 9)]
    assert [player.metrics["words"] for player in engine.players(at=then)] == [10, 9]
    assert engine.user("ann", at=then).metrics["words"] == 10
    assert [row.value for row in engine.leaderboard("words", at=at("02-04T10:00")).rankings] == [90, 11, 9]


def test_the_hours_that_count_begin_on_the_minute_and_end_before_it():
    engine = engine_with(words(start_time="09:30", end_time="17:10:30"))
    for when in ("09:29:59", "09:30", "17:10:29", "17:10:30"):
        engine.record("words", user="jo", at=at(f"04-01T{when}"))
    assert engine.leaderboard("words", at=at("04-01T18:00")).rankings[0].value == 2
