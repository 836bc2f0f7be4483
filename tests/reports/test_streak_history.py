"""A streak's history: the length in each period, and what carried it."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from calendar_oracle import end_of, last_day_of, period_of
from hypothesis import given
from hypothesis import strategies as st
from stories import at, play

from trophy_engine import (
    Engine,
    Freezes,
    InvalidValue,
    Metric,
    Ruleset,
    Streak,
    StreakMetric,
    UnknownKey,
)
from trophy_engine.calendar.instants import from_micros
from trophy_engine.reports.streak_history import longest_streak_in_range, streak_history
from trophy_engine.testing import games, streak_rules
from trophy_engine.testing import play as do
from trophy_engine.testing.histories import records


def rules(**streak):
    return Ruleset(metrics=[Metric("lessons")], streaks=[Streak("habit", metrics=[StreakMetric("lessons")], **streak)])


def lengths(history):
    return [row.length for row in history]


def days(history, flag):
    return [row.period_start.day for row in history if getattr(row, flag)]


# Recorded histories -------------------------------------------------------------------------------------------------


def test_four_freezes_carry_four_days():
    engine = Engine(rules(freezes=Freezes(4)))
    play(engine, "11-02T12:00 lessons 1")
    history = engine.reports.streak_history("jo", at=at("11-08T10:00"))
    assert [row.period_start for row in history] == [date(2025, 11, day) for day in range(2, 9)]
    assert lengths(history) == [1, 1, 1, 1, 1, 0, 0]
    assert days(history, "used_freeze") == [3, 4, 5, 6]
    assert not days(history, "used_pause")


def test_the_current_day_shows_the_running_streak_before_it_is_credited():
    engine = Engine(rules())
    play(engine, "04-02T10:00 lessons 1\n04-03T10:00 lessons 1")
    assert lengths(engine.reports.streak_history("jo", 4, at=at("04-04T09:00"))) == [0, 1, 2, 2]


def test_weeks_and_months_have_their_first_and_last_days():
    engine = Engine(rules(frequency="weekly"))
    play(engine, "04-02T10:00 lessons 1\n04-07T10:00 lessons 1")
    rows = engine.reports.streak_history("jo", 3, at=at("04-08T00:00"))
    assert [(row.period_start, row.period_end, row.length) for row in rows] == [
        (date(2025, 3, 23), date(2025, 3, 29), 0),
        (date(2025, 3, 30), date(2025, 4, 5), 1),
        (date(2025, 4, 6), date(2025, 4, 12), 2),
    ]


def test_a_move_to_the_east_carries_the_days_that_it_cuts_short():
    engine = Engine(rules())
    engine.identify("jo", time_zone="America/New_York", at=at("06-01T00:00"))
    play(engine, "\n".join(f"06-0{day}T16:00 lessons 1" for day in (8, 9)) + "\n06-10T16:00 lessons 1")
    engine.identify("jo", time_zone="Asia/Tokyo", at=at("06-11T02:00"))
    play(engine, "06-11T16:00 lessons 1")
    rows = engine.reports.streak_history("jo", 5, at=at("06-11T17:00"))
    assert [(row.period_start.day, row.length) for row in rows] == [(8, 1), (9, 2), (10, 3), (11, 3), (12, 4)]


def test_the_streak_of_another_calendar_is_counted_from_the_events():
    engine = Engine(rules())
    play(engine, "04-01T10:00 lessons 1\n04-08T10:00 lessons 1\n04-29T10:00 lessons 1")
    weekly = rules(frequency="weekly")
    by_weeks = Engine(weekly, storage=engine._repository.storage)
    assert lengths(by_weeks.reports.streak_history("jo", 5, at=at("04-30T10:00")))[:4] == [1, 2, 0, 0]


def test_a_recounted_streak_has_its_periods_and_the_day_on_which_it_started():
    engine = Engine(rules())
    play(engine, "04-01T10:00 lessons 1\n04-08T10:00 lessons 1\n04-22T10:00 lessons 1\n04-29T10:00 lessons 1")
    engine.update(rules(frequency="weekly"), at=at("04-30T10:00"))
    assert lengths(engine.reports.streak_history("jo", 6, at=at("04-30T10:00"))) == [0, 1, 2, 0, 1, 2]
    transitions = engine.transitions("jo", at=at("04-30T10:00"))
    longest = longest_streak_in_range(transitions, date(2025, 4, 1), date(2025, 5, 1))
    assert (longest.period_start, longest.started) == (date(2025, 3, 30), date(2025, 4, 1))
    current = longest_streak_in_range(transitions, date(2025, 4, 20), date(2025, 5, 1))
    assert current.started == engine.user("jo", at=at("04-30T10:00")).streak.started == date(2025, 4, 22)


def test_a_reset_ends_the_streaks_of_other_calendars_too():
    engine = Engine(rules(frequency="weekly"))
    play(engine, "04-01T10:00 lessons 1\n04-02T10:00 lessons 1")
    engine.reset_streak("jo", at=at("04-02T11:00"))
    play(engine, "04-03T10:00 lessons 1")
    engine.update(rules(), at=at("04-03T11:00"))
    assert engine.user("jo", at=at("04-03T11:00")).streak.length == 1
    assert lengths(engine.reports.streak_history("jo", 4, at=at("04-04T10:00"))) == [1, 2, 1, 1]


def test_a_streak_that_returns_to_the_rules_begins_at_nothing():
    engine = Engine(rules())
    play(engine, "04-01T10:00 lessons 1")
    engine.pause("jo", date(2025, 4, 2), date(2025, 4, 20), at=at("04-01T11:00"))
    engine.update(Ruleset(metrics=[Metric("lessons")]), at=at("04-02T10:00"))
    engine.update(rules(), at=at("04-03T10:00"))
    assert engine.user("jo", at=at("04-03T11:00")).pauses == ()
    play(engine, "04-04T10:00 lessons 1")
    history = engine.reports.streak_history("jo", 6, at=at("04-07T11:00"))
    assert lengths(history) == [0, 0, 1, 0, 0, 0]
    assert days(history, "used_pause") == []


@pytest.mark.parametrize("periods", [0, -1, "7", True, 800_000])
def test_a_history_has_at_least_one_period(periods):
    engine = Engine(rules())
    play(engine, "04-02T10:00 lessons 1")
    with pytest.raises(InvalidValue, match="periods must be a whole number from 1 to"):
        engine.reports.streak_history("jo", periods, at=at("04-02T10:00"))


def test_rules_without_a_streak_have_no_streak_history():
    engine = Engine(Ruleset(metrics=[Metric("lessons")]))
    play(engine, "04-02T10:00 lessons 1")
    with pytest.raises(UnknownKey, match="unknown rule 'streak'"):
        engine.reports.streak_history("jo", at=at("04-02T10:00"))


# Streak commands ----------------------------------------------------------------------------------------------------


def on_days(month, first, last):
    """Return a story with a lesson at noon of each day."""
    return "\n".join(f"{month}-{day:02}T12:00 lessons 1" for day in range(first, last + 1))


def paused(*story):
    """Return an engine in which a streak of five days from 15 August on is paused from the 20th to the 27th."""
    engine = Engine(rules())
    play(engine, on_days("08", 15, 19))
    engine.pause("jo", date(2025, 8, 20), date(2025, 8, 27), at=at("08-19T13:00"))
    for line in story:
        play(engine, line)
    return engine


def test_a_pause_is_used_on_the_days_on_which_it_carried_a_miss():
    engine = paused("08-22T12:00 lessons 1\n08-28T12:00 lessons 1")
    history = engine.reports.streak_history("jo", 10, at=at("08-28T13:00"))
    assert lengths(history) == [5, 5, 5, 6, 6, 6, 6, 6, 6, 7]
    assert days(history, "used_pause") == [20, 21, 23, 24, 25, 26, 27]


def test_a_pause_is_not_used_by_the_current_day():
    engine = paused("08-22T12:00 lessons 1")
    assert days(engine.reports.streak_history("jo", 10, at=at("08-24T13:00")), "used_pause") == [20, 21, 23]


def test_a_removed_pause_is_used_up_to_the_day_before():
    engine = paused("08-22T12:00 lessons 1")
    engine.unpause("jo", 1, at=at("08-24T08:00"))
    play(engine, "08-24T12:00 lessons 1")
    assert days(engine.reports.streak_history("jo", 10, at=at("08-25T13:00")), "used_pause") == [20, 21, 23]


def test_any_paused_day_carries_a_week():
    engine = Engine(rules(frequency="weekly"))
    play(engine, "08-19T12:00 lessons 1")
    engine.pause("jo", date(2025, 8, 29), date(2025, 8, 31), at=at("08-19T13:00"))
    play(engine, "09-08T12:00 lessons 1")
    history = engine.reports.streak_history("jo", 5, at=at("09-09T12:00"))
    assert [(row.length, row.used_pause) for row in history] == [
        (0, False),
        (1, False),
        (1, True),
        (1, True),
        (2, False),
    ]


NINE = on_days("06", 4, 12)


def test_a_reset_ends_the_streak_in_its_period_which_can_be_credited_again():
    engine = Engine(rules())
    play(engine, NINE)
    engine.reset_streak("jo", at=at("06-13T12:00"))
    history = engine.reports.streak_history("jo", 3, at=at("06-13T12:00"))
    assert [(row.length, row.reset_at) for row in history] == [(8, None), (9, None), (0, at("06-13T12:00"))]
    play(engine, "06-13T13:00 lessons 1\n06-14T12:00 lessons 1")
    history = engine.reports.streak_history("jo", 3, at=at("06-14T13:00"))
    assert [(row.length, row.reset_at) for row in history] == [(9, None), (1, at("06-13T12:00")), (2, None)]


def test_a_reset_takes_the_credit_of_its_own_period():
    engine = Engine(rules())
    play(engine, NINE)
    engine.reset_streak("jo", at=at("06-12T12:30"))
    play(engine, "06-13T12:00 lessons 1")
    assert lengths(engine.reports.streak_history("jo", 4, at=at("06-14T12:00"))) == [8, 0, 1, 1]


def test_restoring_carries_everything_from_the_loss_through_today():
    engine = Engine(rules())
    play(engine, f"{NINE}\n06-15T12:00 lessons 1")
    assert lengths(engine.reports.streak_history("jo", 6, at=at("06-17T09:00"))) == [9, 0, 0, 1, 0, 0]
    engine.restore_streak("jo", at=at("06-17T10:00"))
    after = engine.reports.streak_history("jo", 6, at=at("06-17T10:00"))
    assert lengths(after) == [9] * 6
    assert not days(after, "used_pause")
    play(engine, "06-17T12:00 lessons 1")
    assert lengths(engine.reports.streak_history("jo", 6, at=at("06-17T12:00"))) == [9, 9, 9, 9, 9, 10]


def test_restoring_undoes_a_reset():
    engine = Engine(rules())
    play(engine, NINE)
    engine.reset_streak("jo", at=at("06-12T12:30"))
    engine.restore_streak("jo", at=at("06-14T10:00"))
    assert lengths(engine.reports.streak_history("jo", 4, at=at("06-14T10:00"))) == [8, 9, 9, 9]


def test_restoring_undoes_the_first_of_two_resets_on_a_day():
    engine = Engine(rules())
    play(engine, "04-01T10:00 lessons 1\n04-02T10:00 lessons 1")
    engine.reset_streak("jo", at=at("04-03T10:00"))
    play(engine, "04-03T11:00 lessons 1")
    engine.reset_streak("jo", at=at("04-03T12:00"))
    engine.restore_streak("jo", at=at("04-05T10:00"))
    assert lengths(engine.reports.streak_history("jo", 5, at=at("04-05T10:00"))) == [1, 2, 2, 2, 2]


def test_a_disabled_streak_has_no_length_in_the_meantime():
    engine = Engine(rules())
    play(engine, "04-01T10:00 lessons 1\n04-02T10:00 lessons 1\n04-03T10:00 lessons 1")
    engine.prefer("jo", streak_enabled=False, at=at("04-03T11:00"))
    engine.prefer("jo", streak_enabled=True, at=at("04-06T10:00"))
    play(engine, "04-07T10:00 lessons 1\n04-08T10:00 lessons 1")
    assert lengths(engine.reports.streak_history("jo", 8, at=at("04-08T11:00"))) == [1, 2, 0, 0, 0, 0, 1, 2]
    longest = longest_streak_in_range(
        engine.transitions("jo", at=at("04-08T11:00")), date(2025, 1, 1), date(2025, 12, 31)
    )
    assert (longest.length, longest.period_start, longest.period_end) == (2, date(2025, 4, 1), date(2025, 4, 2))


def test_the_longest_streak_of_a_range_has_its_first_day():
    engine = Engine(rules())
    play(engine, f"{NINE}\n06-15T12:00 lessons 1")
    transitions = engine.transitions("jo", at=at("06-16T12:00"))
    best = longest_streak_in_range(transitions, date(2025, 1, 1), date(2025, 12, 31))
    assert (best.length, best.started, best.period_start) == (9, date(2025, 6, 4), date(2025, 6, 4))
    assert best.period_end == date(2025, 6, 12)
    late = longest_streak_in_range(transitions, date(2025, 6, 13), date(2025, 12, 31))
    assert (late.length, late.started, late.period_end) == (1, date(2025, 6, 15), date(2025, 6, 15))
    assert longest_streak_in_range(transitions, date(2025, 6, 13), date(2025, 6, 14)) is None
    assert longest_streak_in_range(transitions, date(2026, 1, 1), date(2026, 12, 31)) is None


def longest(engine, year=2025, *, until):
    best = engine.reports.wrapped("jo", year, at=at(until)).longest_streak
    return best.length, best.period_start, best.period_end


def test_the_longest_streak_goes_from_its_first_day_to_its_last_across_the_turn_of_the_year():
    engine = Engine(rules())
    play(
        engine, "\n".join(f"{day}T10:00 lessons 1" for day in ("2023-12-30", "2023-12-31", "2024-01-01", "2024-01-02"))
    )
    play(engine, "2024-03-05T10:00 lessons 1")
    assert longest(engine, 2023, until="2024-06-01") == (2, date(2023, 12, 30), date(2023, 12, 31))
    assert longest(engine, 2024, until="2024-06-01") == (4, date(2023, 12, 30), date(2024, 1, 2))


def test_the_longest_streak_of_weeks_or_months_has_whole_periods():
    for frequency, story, first, last in (
        ("weekly", "04-02T10:00 lessons 1\n04-07T10:00 lessons 1", date(2025, 3, 30), date(2025, 4, 12)),
        ("monthly", "01-31T10:00 lessons 1\n02-03T10:00 lessons 1", date(2025, 1, 1), date(2025, 2, 28)),
    ):
        engine = Engine(rules(frequency=frequency))
        play(engine, story)
        assert longest(engine, until="06-20T10:00") == (2, first, last)
        assert engine.reports.wrapped("jo", 2025, at=at("06-20T10:00")).longest_streak.started.day in {2, 31}


def test_carried_periods_after_the_last_credit_belong_to_the_streak():
    frozen = Engine(rules(freezes=Freezes(4)))
    play(frozen, "11-02T12:00 lessons 1")
    assert longest(frozen, until="11-20T10:00") == (1, date(2025, 11, 2), date(2025, 11, 6))
    assert longest(frozen, until="11-05T10:00") == (1, date(2025, 11, 2), date(2025, 11, 4))
    new_year = Engine(rules(freezes=Freezes(1)))
    play(new_year, "2024-12-30T12:00 lessons 1\n2024-12-31T12:00 lessons 1")
    assert longest(new_year, until="01-20T10:00") == (2, date(2024, 12, 30), date(2025, 1, 1))


def test_the_longest_streak_ends_with_the_last_period_that_is_decided():
    engine = Engine(rules())
    play(engine, "04-01T10:00 lessons 1\n04-02T10:00 lessons 1\n04-03T10:00 lessons 1")
    assert longest(engine, until="04-03T12:00") == (3, date(2025, 4, 1), date(2025, 4, 3))
    assert longest(engine, until="04-04T12:00") == (3, date(2025, 4, 1), date(2025, 4, 3))
    engine.restore_streak("jo", at=at("04-06T12:00"))
    assert longest(engine, until="04-06T13:00") == (3, date(2025, 4, 1), date(2025, 4, 6))
    play(engine, "04-07T10:00 lessons 1")
    assert longest(engine, until="04-20T10:00") == (4, date(2025, 4, 1), date(2025, 4, 7))


# Any history --------------------------------------------------------------------------------------------------------

METRICS = ("lessons", "minutes")
PLAYS = streak_rules(METRICS).map(lambda streak: Ruleset(metrics=tuple(map(Metric, METRICS)), streaks=[streak]))


@given(games(max_size=15), st.integers(1, 40))
def test_a_history_ends_with_the_visible_streak(history, periods):
    engine = Engine(history.ruleset)
    do(engine, history)
    now = from_micros(history.commands[-1].at)
    for user in engine.users() if history.ruleset.primary_streak else ():
        rows = engine.reports.streak_history(user, periods, at=now)
        seen = engine.user(user, at=now).streak
        assert len(rows) == periods
        assert rows[-1].length == seen.length
        assert all(row.period_end + timedelta(1) == later.period_start for row, later in pairwise(rows))
        assert max(row.length for row in rows) <= seen.longest


@given(games(max_size=15))
def test_every_period_of_the_longest_streak_has_a_length(history):
    engine = Engine(history.ruleset)
    do(engine, history)
    now = from_micros(history.commands[-1].at)
    for user in engine.users() if history.ruleset.primary_streak else ():
        transitions = engine.transitions(user, at=now)
        best = longest_streak_in_range(transitions, now.date() - timedelta(90), now.date() + timedelta(2))
        if best is not None:
            rows = streak_history(transitions, 400)
            own = [row for row in rows if best.period_start <= row.period_start <= best.period_end]
            assert own[-1].period_end == best.period_end
            assert all(row.length for row in own)
            assert max(row.length for row in own) == best.length


@given(games(PLAYS, users=("jo",), max_size=20, kinds=records))
def test_every_length_is_that_at_the_end_of_its_period(history):
    engine = Engine(history.ruleset)
    do(engine, history)
    now = from_micros(history.commands[-1].at)
    rows = engine.reports.streak_history("jo", 10, at=now)
    for row in rows[:-1]:
        assert period_of(history.ruleset, row.period_start) == row.period_start
        assert last_day_of(history.ruleset, row.period_start) == row.period_end
        over = end_of(row.period_end, "UTC")
        replayed = Engine(history.ruleset)
        do(replayed, [command for command in history if from_micros(command.at) < over])
        before = replayed.user("jo", at=over).streak.length if list(replayed.users()) else 0
        assert row.length == before
