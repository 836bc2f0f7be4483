"""A day that starts at 3 or 4 am: what is done before belongs to the day before."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest
from stories import at, kinds, play

from trophy_engine import (
    Achievement,
    AnniversaryTrigger,
    ApiTrigger,
    Boost,
    Engine,
    Freezes,
    Leaderboard,
    Metric,
    MetricPointsTrigger,
    Notifications,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    TimePointsTrigger,
)
from trophy_engine.storage import SQLiteStorage

LONDON, NEW_YORK = "Europe/London", "America/New_York"


def rules(day_start="03:00", **parts):
    streaks = parts.pop("streaks", [Streak("habit", metrics=[StreakMetric("pages")])])
    return Ruleset([Metric("pages")], streaks=streaks, day_start=day_start, **parts)


def engine_with(day_start="03:00", zone=LONDON, since="2026-01-01T12:00", **parts):
    engine = Engine(rules(day_start, **parts))
    engine.identify("jo", time_zone=zone, at=at(since))
    return engine


def in_zone(zone, text):
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def read(engine, *times, zone=LONDON):
    """Record a page at local times; return the lengths of the streak after them."""
    return [engine.record("pages", user="jo", at=in_zone(zone, one)).streak.length for one in times]


def of_kind(effects, kind):
    return [effect for effect in effects if effect.type == kind]


# --- dates ------------------------------------------------------------------------------------------------------------


def test_a_night_after_the_clocks_went_forward_belongs_to_the_day_before():
    engine = engine_with("04:00")
    assert read(engine, "2026-03-28T23:00", "2026-03-30T03:30") == [1, 2]
    assert engine.user("jo", at=in_zone(LONDON, "2026-03-30T03:30")).local_date == date(2026, 3, 29)
    assert read(engine, "2026-03-30T04:00") == [3]


def test_a_reader_after_midnight_keeps_the_streak():
    engine = engine_with()
    assert read(engine, "2026-02-02T23:00", "2026-02-04T02:59", "2026-02-04T03:00") == [1, 2, 3]
    assert read(engine_with("00:00"), "2026-02-02T23:00", "2026-02-04T02:59", "2026-02-04T03:00") == [1, 1, 1]


def test_a_missed_day_ends_when_the_date_changes():
    engine = engine_with()
    read(engine, "2026-02-02T12:00")
    [lost] = engine.settle(at=at("2026-02-04T03:00"))
    assert (lost.type, lost.at, lost.period_start) == ("streak.lost", at("2026-02-04T03:00"), date(2026, 2, 3))


def test_a_day_that_would_start_in_an_hour_that_the_clocks_skip_starts_after_it():
    engine = engine_with("01:30")
    read(engine, "2026-03-27T12:00")
    [lost] = engine.settle(at=at("2026-03-29T12:00"))
    assert lost.at == at("2026-03-29T01:00")  # 02:00 in summer time


def test_a_day_that_would_start_in_an_hour_that_is_shown_twice_starts_the_second_time():
    engine = engine_with("01:30")
    read(engine, "2026-10-23T12:00")
    play(engine, "2026-10-25T00:45 pages 1")  # the first 01:45, which is on the 25th
    play(engine, "2026-10-25T01:15 pages 1")  # the second 01:15, which is on the 24th again
    assert engine.user("jo", at=at("2026-10-25T01:29")).streak.length == 3
    assert engine.settle(at=at("2026-10-25T01:30")) == ()


def test_days_off_follow_the_date():
    streak = Streak("habit", metrics=[StreakMetric("pages")], days_off=["saturday", "sunday"])
    engine = engine_with(streaks=[streak])
    assert read(engine, "2026-02-06T12:00", "2026-02-10T02:00") == [1, 2]  # Friday; Monday, by the night of Tuesday
    assert engine.settle(at=at("2026-02-10T12:00")) == ()


def test_freezes_and_anniversaries_come_when_the_date_changes():
    streak = Streak("habit", metrics=[StreakMetric("pages")], freezes=Freezes(0, 1, 7, 1))
    engine = engine_with(
        zone="UTC",
        streaks=[streak],
        achievements=[Achievement("a-year", AnniversaryTrigger(1))],
        since="2026-01-01T02:00",
    )
    engine.identify("jo", sign_up_date="2025-02-03", at=at("2026-01-02T12:00"))
    assert engine.user("jo", at=at("2026-01-01T02:00")).local_date == date(2025, 12, 31)
    assert kinds(engine.settle(at=at("2026-02-03T03:00"))) == [
        ("streak.freeze_earned", at("2026-01-07T03:00")),
        ("achievement.completed", at("2026-02-03T03:00")),
    ]


def test_a_week_changes_with_the_date_of_its_first_day():
    engine = engine_with(streaks=[Streak("habit", "weekly", [StreakMetric("pages")])], first_weekday="monday")
    assert read(engine, "2026-02-02T02:00", "2026-02-02T03:00") == [1, 2]


# --- points, boards, summaries ----------------------------------------------------------------------------------------


def test_boosts_summaries_and_histories_go_by_the_date():
    boost = Boost("happy day", 2, when={"start": date(2026, 2, 3), "end": date(2026, 2, 3)})
    xp = PointsSystem("xp", triggers=[MetricPointsTrigger("pages", 1)], boosts=[boost])
    engine = engine_with(zone="UTC", points=[xp])
    awarded = [
        play(engine, f"{when} pages 1")[0].points["xp"].added
        for when in ("2026-02-03T02:59", "2026-02-03T03:00", "2026-02-04T02:59", "2026-02-04T03:00")
    ]
    assert awarded == [1, 2, 2, 1]
    now = at("2026-02-04T12:00")
    summary = engine.reports.summary("jo", points="xp", start=date(2026, 2, 2), end=date(2026, 2, 4), at=now)
    assert [row.change for row in summary] == [1, 4, 1]
    history = engine.reports.streak_history("jo", 3, at=now)
    assert [(row.period_start.day, row.length) for row in history] == [(2, 1), (3, 2), (4, 3)]
    wrapped = engine.reports.wrapped("jo", 2026, at=now)
    assert wrapped.most_active_day.first_day == date(2026, 2, 3)


def test_daily_awards_stay_at_their_time_of_day():
    xp = PointsSystem("xp", triggers=[TimePointsTrigger(1, "days", 1)])
    engine = engine_with(zone="UTC", points=[xp], since="2026-01-01T02:00")
    awards = of_kind(engine.settle(at=at("2026-01-03T12:00")), "points.awarded")
    assert [award.at for award in awards] == [at("2026-01-02T02:00"), at("2026-01-03T02:00")]


def test_a_board_counts_by_the_date_and_its_hours_by_the_clock():
    board = Leaderboard(
        "night", "metric", date(2026, 2, 2), metric="pages", run_unit="day", run_interval=1, start_time="01:00",
        end_time="02:00",
    )  # fmt: skip
    engine = engine_with(zone="UTC", leaderboards=[board])
    play(engine, "2026-02-03T01:30 pages 5\n2026-02-03T02:30 pages 7")  # in the run of the 2nd; not within the hours
    view = engine.leaderboard("night", run=date(2026, 2, 2), at=at("2026-02-03T12:00"))
    assert [(row.user_id, row.value) for row in view.rankings] == [("jo", 5)]
    assert engine.leaderboard("night", at=at("2026-02-03T02:59")).start == date(2026, 2, 2)
    assert engine.leaderboard("night", at=at("2026-02-03T03:00")).start == date(2026, 2, 3)


def test_the_last_run_of_a_board_closes_and_is_told_of_later():
    board = Leaderboard("sprint", "metric", date(2026, 2, 2), metric="pages", end=date(2026, 2, 3))
    engine = engine_with(leaderboards=[board], notifications=Notifications())
    play(engine, "2026-02-03T12:00 pages 1")
    assert engine.leaderboard("sprint", at=at("2026-02-04T14:59")).status == "active"
    assert engine.leaderboard("sprint", at=at("2026-02-04T15:00")).status == "finished"
    effects = engine.settle(at=at("2026-02-05T12:00"))
    assert [effect.at for effect in of_kind(effects, "leaderboard.finished")] == [at("2026-02-04T16:00")]


def test_reminders_stay_at_their_time_of_day():
    engine = engine_with(zone="UTC", notifications=Notifications())
    read(engine, "2026-02-02T12:00")
    effects = engine.settle(at=at("2026-02-04T12:00"))
    assert [effect.at for effect in of_kind(effects, "emails.streak_reminder_due")] == [at("2026-02-03T20:00")]


def test_emails_are_due_at_their_times_on_the_dates_of_the_rules():
    engine = engine_with(zone="UTC", achievements=[Achievement("done", ApiTrigger())], notifications=Notifications())
    engine.complete("done", user="jo", at=at("2026-02-03T01:00"))  # still the evening of the 2nd
    effects = engine.settle(at=at("2026-02-10T12:00"))
    assert [effect.at for effect in of_kind(effects, "emails.achievement_due")] == [at("2026-02-03T17:00")]
    [recap] = of_kind(effects, "emails.recap_due")
    assert (recap.at, recap.period_start) == (at("2026-02-08T09:00"), date(2026, 2, 1))


# --- travel -----------------------------------------------------------------------------------------------------------


def test_a_flight_west_shows_the_date_again_until_the_day_starts():
    engine = engine_with()
    read(engine, "2026-06-01T12:00", "2026-06-02T12:00")
    landed = in_zone(NEW_YORK, "2026-06-04T02:00")  # still the 3rd; in London it is 07:00 of the 4th
    effects = engine.identify("jo", time_zone=NEW_YORK, at=landed).effects
    assert [effect.type for effect in effects if effect.type.startswith("streak.")] == [
        "streak.lost",
        "streak.loss_undone",
    ]
    assert engine.record("pages", user="jo", at=landed).streak.length == 3


def test_a_flight_east_protects_the_days_that_it_cuts_short():
    engine = engine_with(zone=NEW_YORK)
    read(engine, "2026-06-01T12:00", zone=NEW_YORK)
    engine.identify("jo", time_zone=LONDON, at=in_zone(NEW_YORK, "2026-06-02T23:00"))  # 04:00 of the 3rd
    assert read(engine, "2026-06-04T12:00") == [2]


# --- rules that change ------------------------------------------------------------------------------------------------


def change(engine, day_start, when):
    """Change the start of the day; return the types and instants of the effects on the user."""
    return kinds(engine.update(attrs.evolve(engine.ruleset, day_start=day_start), at=at(when)))


def test_a_day_that_starts_later_shows_a_missed_date_again():
    engine = engine_with("00:00", zone="UTC")
    read(engine, "2026-02-02T12:00")
    missed, changed = at("2026-02-04T00:00"), at("2026-02-04T01:00")
    assert change(engine, "03:00", "2026-02-04T01:00") == [("streak.lost", missed), ("streak.loss_undone", changed)]
    assert engine.user("jo", at=changed).local_date == date(2026, 2, 3)
    assert read(engine, "2026-02-04T02:00", "2026-02-04T03:00") == [2, 3]
    assert [row.length for row in engine.reports.streak_history("jo", 3, at=at("2026-02-04T04:00"))] == [1, 2, 3]


def test_a_freeze_that_was_spent_on_a_date_shown_again_returns():
    streak = Streak("habit", metrics=[StreakMetric("pages")], freezes=Freezes(1))
    engine = engine_with("00:00", zone="UTC", streaks=[streak])
    read(engine, "2026-02-02T12:00")
    assert [kind for kind, _ in change(engine, "03:00", "2026-02-04T01:00")] == [
        "streak.freeze_consumed",
        "streak.freeze_returned",
    ]
    assert engine.user("jo", at=at("2026-02-04T02:00")).freezes == 1


def test_a_day_that_starts_earlier_protects_the_dates_that_are_cut_short():
    engine = engine_with("03:00", zone="UTC")
    read(engine, "2026-02-02T12:00")
    assert change(engine, "00:00", "2026-02-04T02:00") == []  # from the 3rd, which is not over, to the 4th
    assert engine.user("jo", at=at("2026-02-04T02:00")).local_date == date(2026, 2, 4)
    assert read(engine, "2026-02-05T12:00") == [2]


def test_an_event_stays_on_its_date_and_no_board_is_counted_again():
    board = Leaderboard("days", "metric", date(2026, 2, 2), metric="pages", run_unit="day", run_interval=1)
    engine = engine_with("00:00", zone="UTC", leaderboards=[board])
    play(engine, "2026-02-03T01:00 pages 5")
    change(engine, "03:00", "2026-02-03T12:00")
    play(engine, "2026-02-04T01:00 pages 2")
    now = at("2026-02-04T12:00")
    [row] = engine.leaderboard("days", run=date(2026, 2, 3), at=now).rankings
    assert row.value == 7
    summary = engine.reports.summary("jo", metric="pages", start=date(2026, 2, 2), end=date(2026, 2, 4), at=now)
    assert [one.change for one in summary] == [0, 7, 0]


def test_a_board_that_is_new_is_counted_by_the_dates_of_the_time():
    engine = engine_with("03:00", zone="UTC")
    play(engine, "2026-02-03T01:00 pages 5")
    change(engine, "00:00", "2026-02-03T12:00")
    play(engine, "2026-02-04T01:00 pages 2")
    board = Leaderboard("days", "metric", date(2026, 2, 2), metric="pages", run_unit="day", run_interval=1)
    engine.update(attrs.evolve(engine.ruleset, leaderboards=[board]), at=at("2026-02-05T12:00"))
    values = [
        [row.value for row in engine.leaderboard("days", run=date(2026, 2, day), at=at("2026-02-05T13:00")).rankings]
        for day in (2, 3, 4)
    ]
    assert values == [[5], [], [2]]


@pytest.mark.parametrize(("before", "after"), [("00:00", "03:00"), ("03:00", "00:00"), ("01:00", "11:59")])
@pytest.mark.parametrize("created", ["2026-01-01T02:00", "2026-01-01T12:00", "2026-01-01T00:30"])
def test_daily_awards_do_not_move_with_the_start_of_the_day(before, after, created):
    xp = PointsSystem("xp", triggers=[TimePointsTrigger(1, "days", 2)])
    engine = engine_with(before, zone="UTC", points=[xp], since=created)
    effects = engine.update(attrs.evolve(engine.ruleset, day_start=after), at=at("2026-01-04T06:00"))
    effects += engine.settle(at=at("2026-01-08T12:00"))
    awards = [effect.at for effect in effects if effect.type == "points.awarded"]
    assert awards == [at(created) + timedelta(days=days) for days in (2, 4, 6)]


def test_a_saved_game_continues_with_its_start_of_the_day(tmp_path):
    with Engine(rules(), storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        engine.identify("jo", time_zone=LONDON, at=at("2026-01-01T12:00"))
        read(engine, "2026-02-02T23:00")
    with Engine(storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        assert engine.ruleset.day_start == "03:00"
        assert read(engine, "2026-02-04T02:59") == [2]
        assert read(engine, "2026-02-04T03:00") == [3]


def test_a_custom_streak_goes_by_the_same_dates():
    streak = Streak("habit", metrics=[StreakMetric("pages")], customization_enabled=True)
    engine = engine_with(zone="UTC", streaks=[streak])
    engine.prefer("jo", metrics=[StreakMetric("pages", 2)], at=at("2026-02-01T12:00"))
    play(engine, "2026-02-02T12:00 pages 2\n2026-02-03T12:00 pages 1")
    [outcome] = play(engine, "2026-02-04T02:00 pages 1")
    assert outcome.streak.length == 2


def test_an_explanation_has_the_time_of_the_clock_and_the_date_of_the_rules():
    engine = engine_with(zone="UTC")
    [outcome] = play(engine, "2026-02-04T02:00 pages 1")
    explained = outcome.explain()
    assert (explained.local, explained.day) == ("Wednesday 2026-02-04 02:00:00", date(2026, 2, 3))
    assert "Tuesday 2026-02-03 is credited" in explained.text
