"""Streaks: credited periods in a row."""

from datetime import date

import pytest
from stories import at, kinds, play

from trophy_engine import Engine, Metric, Ruleset, Streak, StreakMetric


def engine_with(*, first_weekday="sunday", **streak):
    metrics = streak.pop("metrics", [StreakMetric("lessons")])
    streak = Streak("habit", metrics=metrics, **streak)
    return Engine(Ruleset([Metric("lessons"), Metric("minutes")], streaks=[streak], first_weekday=first_weekday))


def dates(streak):
    found = (streak.started, streak.period_start, streak.period_end, streak.expires)
    return tuple(one and one.isoformat()[5:] for one in found)


def test_a_daily_streak_starts_grows_is_lost_and_starts_again():
    engine = engine_with()
    first, again, next_day = play(
        engine,
        """
        04-02T10:00  lessons  1
        04-02T11:00  lessons  1
        04-03T09:00  lessons  1
    """,
    )
    assert [(o.streak.length, o.streak.extended) for o in (first, again, next_day)] == [
        (1, True),
        (1, False),
        (2, True),
    ]
    assert dates(first.streak) == ("04-02", "04-02", "04-02", "04-03")
    assert dates(next_day.streak) == ("04-02", "04-03", "04-03", "04-04")
    assert dates(engine.user("jo", at=at("04-04T08:00")).streak) == ("04-02", "04-04", "04-04", "04-04")

    [lost] = engine.settle(at=at("04-05T00:00"))
    assert (lost.type, lost.length, lost.period_start) == ("streak.lost", 2, date(2025, 4, 4))
    gone = engine.user("jo", at=at("04-05T00:00")).streak
    assert (gone.length, dates(gone), gone.extended_at) == (0, (None,) * 4, None)

    [restarted] = play(engine, "04-05T08:00 lessons 1")
    assert (restarted.streak.length, restarted.streak.started) == (1, date(2025, 4, 5))
    assert kinds(restarted.effects)[-1] == ("streak.started", at("04-05T08:00"))


def test_a_week_runs_from_sunday_to_saturday():
    first, second = play(
        engine_with(frequency="weekly"),
        """
        04-02T10:00  lessons  1
        04-07T10:00  lessons  1
    """,
    )
    assert dates(first.streak) == ("04-02", "03-30", "04-05", "04-12")
    assert (second.streak.length, dates(second.streak)) == (2, ("04-02", "04-06", "04-12", "04-19"))


def test_a_week_may_start_on_monday():
    [sunday, monday] = play(
        engine_with(frequency="weekly", first_weekday="monday"),
        """
        04-06T10:00  lessons  1
        04-07T10:00  lessons  1
    """,
    )
    assert dates(sunday.streak) == ("04-06", "03-31", "04-06", "04-13")
    assert monday.streak.length == 2


def test_months_have_their_own_lengths():
    first, second = play(
        engine_with(frequency="monthly"),
        """
        01-31T10:00  lessons  1
        02-01T10:00  lessons  1
    """,
    )
    assert dates(first.streak) == ("01-31", "01-01", "01-31", "02-28")
    assert (second.streak.length, dates(second.streak)) == (2, ("01-31", "02-01", "02-28", "03-31"))


@pytest.mark.parametrize(("mode", "credited_at"), [("OR", 2), ("AND", 3), ("ALL", 3)])
def test_one_or_all_conditions_credit_a_day_and_a_credit_is_permanent(mode, credited_at):
    conditions = [StreakMetric("minutes", 5), StreakMetric("lessons", 1)]
    outcomes = play(
        engine_with(metrics=conditions, evaluation_mode=mode),
        """
        04-02T10:00  minutes   3
        04-02T10:10  lessons   1
        04-02T10:20  minutes   2
        04-02T10:30  minutes  -1
    """,
    )
    assert [outcome.streak.extended for outcome in outcomes].index(True) + 1 == credited_at
    assert outcomes[-1].streak.length == 1


def test_sums_do_not_cross_midnight():
    engine = engine_with(metrics=[StreakMetric("minutes", 5)])
    outcomes = play(
        engine,
        """
        04-02T23:00  minutes  4
        04-03T01:00  minutes  4
        04-03T02:00  minutes  1
    """,
    )
    assert [outcome.streak.length for outcome in outcomes] == [0, 0, 1]


def test_fractions_are_summed_exactly():
    outcomes = play(
        engine_with(metrics=[StreakMetric("minutes", 0.3)]),
        """
        04-02T10:00  minutes  0.1
        04-02T10:10  minutes  0.2
    """,
    )
    assert [outcome.streak.length for outcome in outcomes] == [0, 1]


def test_a_user_without_a_zone_is_in_utc():
    outcomes = play(
        engine_with(),
        """
        04-02T23:59:59.999999  lessons  1
        04-03T00:00            lessons  1
    """,
    )
    assert [outcome.streak.length for outcome in outcomes] == [1, 2]


def test_rules_without_a_streak_have_none_to_show():
    engine = Engine(Ruleset(metrics=[Metric("lessons")]))
    [outcome] = play(engine, "04-02T10:00 lessons 1")
    streak = engine.user("jo", at=at("04-02T10:00")).streak
    assert outcome.streak == streak
    assert (streak.is_declared, streak.length, streak.longest, streak.frequency) == (False, 0, 0, "daily")
    assert (streak.started, streak.expires, streak.extended, streak.freezes) == (None, None, False, None)
