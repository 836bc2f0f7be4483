"""Local days: daylight saving, travel, and skipped dates."""

import pytest
from stories import at, kinds, play

from trophy_engine import Achievement, AnniversaryTrigger, Engine, Freezes, Metric, Ruleset, Streak, StreakMetric


def engine_in(zone, since, freezes=None):
    rules = Ruleset(
        metrics=[Metric("lessons")], streaks=[Streak("habit", metrics=[StreakMetric("lessons")], freezes=freezes)]
    )
    engine = Engine(rules)
    engine.identify("jo", time_zone=zone, at=at(since))
    return engine


def lengths(outcomes):
    return [outcome.streak.length for outcome in outcomes]


def test_half_past_eleven_on_both_sides_of_the_spring_change_in_london():
    engine = engine_in("Europe/London", "03-29T00:00")
    assert lengths(play(engine, "03-29T23:30 lessons 1\n03-30T22:30 lessons 1")) == [1, 2]
    late = engine_in("Europe/London", "03-29T00:00")
    assert lengths(play(late, "03-29T23:30 lessons 1\n03-30T23:30 lessons 1")) == [1, 1]


def test_the_repeated_hour_in_new_york_is_one_day():
    engine = engine_in("America/New_York", "11-01T00:00")
    assert lengths(
        play(
            engine,
            """
        11-01T12:00  lessons  1
        11-02T05:30  lessons  1
        11-02T06:30  lessons  1
        11-03T04:30  lessons  1
        11-03T05:30  lessons  1
    """,
        )
    ) == [1, 2, 2, 2, 3]


def test_a_flight_to_tokyo_keeps_the_streak():
    engine = engine_in("America/New_York", "06-06T00:00", Freezes(start_count=1))
    play(engine, "\n".join(f"06-{day:02}T16:00 lessons 1" for day in range(6, 11)))
    engine.identify("jo", time_zone="Asia/Tokyo", at=at("06-11T02:00"))
    [outcome] = play(engine, "06-11T16:00 lessons 1")
    assert outcome.streak.length == 6
    assert engine.user("jo", at=at("06-11T16:00")).freezes == 1


def test_a_flight_west_gives_no_second_credit_for_the_same_date():
    engine = engine_in("Asia/Tokyo", "06-10T00:00")
    play(engine, "06-10T01:00 lessons 1\n06-11T01:00 lessons 1")
    engine.identify("jo", time_zone="America/Los_Angeles", at=at("06-11T02:00"))
    assert lengths(
        play(
            engine,
            """
        06-11T03:00  lessons  1
        06-11T20:00  lessons  1
        06-12T20:00  lessons  1
    """,
        )
    ) == [2, 2, 3]


def test_the_date_that_apia_skipped_is_not_missed():
    engine = engine_in("Pacific/Apia", "2011-12-29T00:00")
    assert lengths(
        play(
            engine,
            """
        2011-12-29T20:00  lessons  1
        2011-12-30T20:00  lessons  1
    """,
        )
    ) == [1, 2]


def test_effects_of_a_skipped_date_come_after_the_end_of_the_week_at_the_same_midnight():
    """In Apia, Friday 30 December 2011, the Saturday after it, and a week began at the same midnight."""
    freezes = Freezes(max_count=1, auto_earn_interval=9, auto_earn_amount=1)
    streak = Streak("habit", "weekly", [StreakMetric("lessons")], freezes=freezes)
    engine = Engine(
        Ruleset(
            metrics=[Metric("lessons")],
            streaks=[streak],
            first_weekday="saturday",
            achievements=[Achievement("a-year", AnniversaryTrigger(1))],
        )
    )
    engine.identify("jo", time_zone="Pacific/Apia", sign_up_date="2010-12-30", at=at("2011-12-21T12:00"))
    play(engine, "2011-12-21T20:00 lessons 1")
    midnight = at("2011-12-30T10:00")
    assert kinds(engine.settle(at=midnight)) == [
        ("streak.lost", midnight),
        ("streak.freeze_earned", midnight),
        ("achievement.completed", midnight),
    ]


def test_st_johns_shows_the_end_of_a_day_twice():
    """At 00:01 on 7 November 2010 the clocks went back to 23:01 on the 6th, which could still be credited."""
    engine = engine_in("America/St_Johns", "2010-11-05T12:00")
    assert lengths(
        play(
            engine,
            """
        2010-11-05T15:00  lessons  1
        2010-11-07T03:00  lessons  1
        2010-11-07T15:00  lessons  1
    """,
        )
    ) == [1, 2, 3]


def test_in_st_johns_a_new_day_can_be_used_before_the_old_one_is_over():
    """The 7th was shown for a minute from 02:30, then the 6th again until 03:30."""
    story = "2010-11-05T15:00 lessons 1\n2010-11-07T02:30:30 lessons 1\n"
    both = engine_in("America/St_Johns", "2010-11-05T12:00")
    assert lengths(play(both, story + "2010-11-07T03:00 lessons 1\n2010-11-08T15:00 lessons 1")) == [1, 2, 3, 4]

    missed = engine_in("America/St_Johns", "2010-11-05T12:00")
    play(missed, story)
    announced = [(effect.type, effect.length) for effect in missed.settle(at=at("2010-11-07T03:30"))]
    assert announced == [("streak.lost", 1), ("streak.started", 1)]
    streak = missed.user("jo", at=at("2010-11-07T15:00")).streak
    assert (streak.length, streak.started.isoformat()) == (1, "2010-11-07")


@pytest.mark.parametrize("zone", ["+05:30", "Asia/Kolkata"])
def test_an_offset_is_a_valid_zone(zone):
    engine = engine_in(zone, "04-01T00:00")
    assert lengths(play(engine, "04-01T18:29 lessons 1\n04-01T18:31 lessons 1")) == [1, 2]


def test_ten_idle_years_lose_one_streak_once():
    engine = engine_in("Europe/London", "2015-01-01T00:00", Freezes(start_count=2))
    play(engine, "2015-01-01T10:00 lessons 1")
    effects = engine.settle(at=at("2025-01-01T00:00"))
    assert [effect.type for effect in effects] == ["streak.freeze_consumed"] * 2 + ["streak.lost"]
