"""Days off carry a daily streak, and cost no freeze."""

from datetime import date

import pytest
from datetimes import utc
from word_days import active, rules

from trophy_engine import (
    Engine,
    Freezes,
    InvalidValue,
)


def test_days_off_carry_the_streak_and_activity_extends_it():
    engine = Engine(rules(days_off=["sunday", "saturday"]))
    friday = active(engine, "2025-06-10", 4)
    assert (friday.streak.length, friday.streak.expires) == (4, date(2025, 6, 16))
    assert engine.record("words", user="jo", at=utc("2025-06-16 12:00")).streak.length == 5
    active(engine, "2025-06-10", 4, user="mia")
    assert engine.record("words", user="mia", at=utc("2025-06-14 12:00")).streak.length == 5
    assert engine.record("words", user="mia", at=utc("2025-06-16 12:00")).streak.length == 6


def test_a_freeze_is_not_spent_on_a_day_off():
    engine = Engine(rules(days_off=["saturday", "sunday"], freezes=Freezes(1, 1)))
    active(engine, "2025-06-13", 1)  # Friday
    assert engine.user("jo", at=utc("2025-06-16 12:00")).freezes == 1
    monday_missed = engine.user("jo", at=utc("2025-06-17 00:00"))
    assert (monday_missed.freezes, monday_missed.streak.length) == (0, 1)


def test_with_seven_days_off_a_streak_never_ends():
    week = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]
    engine = Engine(rules(days_off=week))
    assert active(engine, "2025-06-13", 1).streak.expires is None
    assert engine.record("words", user="jo", at=utc("2125-06-13 12:00")).streak.length == 2


def test_days_off_are_for_daily_streaks():
    with pytest.raises(
        InvalidValue, match="days_off must be left out of a weekly streak; only a daily one has days off"
    ):
        rules(frequency="weekly", days_off=["sunday"])
    with pytest.raises(InvalidValue, match="each of days_off must be one of 'sunday'"):
        rules(days_off=["Sunday"])
    with pytest.raises(InvalidValue, match="days_off must not contain"):
        rules(days_off=["sunday", "sunday"])
