"""The ranking of one run: the order of users, and which users are on the board."""

from decimal import Decimal

from boards import engine_with, rows, words, write
from stories import at


def test_of_equal_values_the_earlier_one_ranks_first():
    engine = engine_with(words())
    write(engine, "02-01T10:00 ann 5\n02-01T10:01 ben 5\n02-01T10:02 cid 5")
    assert rows(engine, "02-01T11:00") == [(1, "ann", 5), (2, "ben", 5), (3, "cid", 5)]
    [cid, ben] = write(engine, "02-01T12:00 cid 5\n02-01T12:01 ben 5")
    assert (cid.rank, cid.previous_rank, cid.value, cid.previous_value) == (1, 3, 10, 5)
    assert (ben.rank, ben.previous_rank) == (2, 3)
    assert rows(engine, "02-01T13:00") == [(1, "cid", 10), (2, "ben", 10), (3, "ann", 5)]


def test_equal_values_at_one_instant_rank_by_first_activity_and_then_by_id():
    engine = engine_with(words())
    engine.identify("zoe", at=at("02-01T09:00"))
    write(engine, "02-01T10:00 ben 5\n02-01T10:00 ann 5\n02-01T10:00 zoe 5")
    assert [user for _, user, _ in rows(engine, "02-01T11:00")] == ["zoe", "ann", "ben"]


def test_a_new_user_must_exceed_the_lowest_value_of_a_full_board():
    engine = engine_with(words(max_participants=3))
    changes = write(engine, "02-01T10:00 ann 50\n02-01T10:01 ben 40\n02-01T10:02 cid 30\n02-01T10:03 dan 30")
    assert [change.threshold for change in changes] == [1, 1, 31, 31]
    assert (changes[-1].rank, changes[-1].value) == (None, 30)
    [dan] = write(engine, "02-01T10:04 dan 1")
    assert (dan.rank, dan.previous_rank, dan.threshold) == (3, None, 32)
    assert rows(engine, "02-01T11:00")[-1] == (3, "dan", 31)
    assert engine.standing("cid", "words", at=at("02-01T11:00")).rank is None


def test_the_lowest_fraction_on_a_full_board_is_the_threshold():
    engine = engine_with(words(max_participants=1))
    [change] = write(engine, "02-01T10:00 ann 2.5")
    assert change.threshold == Decimal("2.5")


def test_users_without_a_positive_value_are_not_ranked():
    engine = engine_with(words())
    [first, second, third] = write(engine, "02-01T10:00 ann 3\n02-01T10:01 ann -5\n02-01T10:02 ann 0")
    assert (first.rank, second.rank, second.value, third) == (1, None, None, None)
    assert rows(engine, "02-01T11:00") == []
