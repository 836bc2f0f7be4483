"""Wrapped: a user's year, and its most active day, week and month."""

from datetime import date

import attrs
import pytest
from hypothesis import given
from stories import at, play

from trophy_engine import (
    Achievement,
    Attribute,
    Engine,
    InvalidValue,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.calendar.instants import from_micros
from trophy_engine.reports.wrapped import wrapped_percent_change
from trophy_engine.rules.leaderboards import Leaderboard
from trophy_engine.testing import games
from trophy_engine.testing import play as do

RULES = Ruleset(
    metrics=[Metric("words"), Metric("lessons")],
    attributes=[Attribute("device", "event")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    achievements=[Achievement("hundred", MetricTrigger("words", 100))],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", points=1, threshold=10)])],
)
YEAR = """
    2023-12-31T12:00 words 50
    2024-01-01T12:00 words 10
    2024-03-14T12:00 words 30
    2024-03-15T12:00 words 40
    2024-03-15T13:00 lessons 2
    2024-05-01T12:00 words 42
"""


def year_of_jo(*stories, year=2024, until="2024-12-31", **asked):
    engine = Engine(RULES)
    for number, story in enumerate(stories or (YEAR,)):
        play(engine, story, user="jo" if number == 0 else f"other{number}")
    return engine.reports.wrapped("jo", year, at=at(until), **asked)


@pytest.mark.parametrize(
    ("before", "change", "percents"),
    [
        (12500, 2500, 20),
        (3800, 1200, 31.5),
        (0, 150000, 100),
        (3000, 2000, 66.6),
        (7, 0, 0),
        (0, 0, 0),
        (10, -5, -50),
    ],
)
def test_a_change_is_a_percentage_cut_to_one_decimal(before, change, percents):
    assert wrapped_percent_change(change, before) == percents


def test_days_weeks_and_months_with_a_record_are_active():
    wrapped = year_of_jo()
    assert (wrapped.days_active, wrapped.weeks_active, wrapped.months_active) == (4, 3, 3)


def test_the_most_active_periods_have_the_greatest_sums_and_the_earliest_wins_ties():
    wrapped = year_of_jo()  # 42 on 15 March and on 1 May
    assert wrapped.most_active_day.first_day == wrapped.most_active_day.last_day == date(2024, 3, 15)
    week = wrapped.most_active_week
    assert (week.first_day, week.last_day) == (date(2024, 3, 11), date(2024, 3, 17))  # Monday to Sunday
    month = wrapped.most_active_month
    assert (month.first_day, month.last_day) == (date(2024, 3, 1), date(2024, 3, 31))


def test_a_period_has_the_change_of_every_total():
    week = year_of_jo().most_active_week
    words = week.metrics["words"]
    assert (words.current_total, words.change_this_period, words.percent_change) == (130, 70, 116.6)
    lessons = week.metrics["lessons"]
    assert (lessons.current_total, lessons.change_this_period, lessons.percent_change) == (2, 2, 100)
    xp = week.points["xp"]
    assert (xp.current_total, xp.change_this_period, xp.percent_change) == (13, 7, 116.6)


def test_a_period_lists_its_achievements():
    wrapped = year_of_jo()
    assert [achievement.key for achievement in wrapped.most_active_week.achievements] == ["hundred"]
    assert wrapped.most_active_day.achievements[0].achieved_at == at("2024-03-15T12:00")
    assert wrapped.entire_year.achievements == wrapped.most_active_month.achievements


def test_percentiles_count_users_with_smaller_changes():
    wrapped = year_of_jo(
        YEAR, "2024-03-15T12:00 words 69", "2024-03-15T12:00 words 70", "2024-01-01T12:00 words 500", ""
    )
    assert wrapped.most_active_week.metrics["words"].percentile_this_period == 100 * 2 / 3
    assert wrapped.entire_year.metrics["words"].percentile_this_period == 100 * 2 / 3
    assert wrapped.most_active_day.metrics["words"].percentile_this_period is None
    assert year_of_jo().entire_year.points["xp"].percentile_this_period == 100


def test_metrics_are_broken_down_by_event_attribute():
    engine = Engine(RULES)
    for hour, (value, device) in enumerate([(3, "ios"), (4, "android"), (5, "ios")]):
        engine.record(
            "words", user="jo", value=value, attributes={"device": device}, at=at(f"2024-01-0{hour + 1}T12:00")
        )
    engine.record("words", user="mo", value=6, attributes={"device": "ios"}, at=at("2024-01-02T12:00"))
    wrapped = engine.reports.wrapped("jo", at=at("2024-02-01"))
    year = wrapped.entire_year.metrics["words"].by_attribute["device"]
    assert {value: (one.current_total, one.percentile_this_period) for value, one in year.items()} == {
        "android": (4, 100),
        "ios": (8, 100),
    }
    day = wrapped.most_active_day.metrics["words"].by_attribute["device"]
    assert {value: (one.current_total, one.change_this_period) for value, one in day.items()} == {
        "android": (4, 0),
        "ios": (8, 5),
    }


def test_the_longest_streak_is_that_of_the_year():
    best = year_of_jo().longest_streak
    assert (best.length, best.started, best.period_end) == (2, date(2023, 12, 31), date(2024, 1, 1))


def test_a_year_without_activity_has_no_blocks():
    wrapped = year_of_jo(year=2022)
    assert (wrapped.days_active, wrapped.weeks_active, wrapped.months_active) == (0, 0, 0)
    assert (
        wrapped.most_active_day is wrapped.most_active_week is wrapped.most_active_month is wrapped.entire_year is None
    )
    assert wrapped.longest_streak is None


def test_the_best_rankings_are_computed_from_the_log_as_of_any_instant():
    board = Leaderboard("yearly", "metric", date(2023, 1, 1), metric="words", run_unit="year", run_interval=1)
    engine = Engine(attrs.evolve(RULES, leaderboards=[board, attrs.evolve(board, key="draft", status="inactive")]))
    play(engine, YEAR, user="jo")
    play(engine, "2024-03-14T18:00 words 99", user="mo")

    def best(until):
        wrapped = engine.reports.wrapped("jo", 2024, at=at(until))
        periods = wrapped.most_active_day, wrapped.most_active_week, wrapped.entire_year
        return [
            {key: (one.rank, one.value, one.start) for key, one in period.leaderboards.items()} for period in periods
        ]

    run = date(2024, 1, 1)
    assert best("2024-12-31") == [{"yearly": (2, 80, run)}, {"yearly": (1, 10, run)}, {"yearly": (1, 122, run)}]
    assert best("2024-03-15T12:30")[0] == {"yearly": (2, 80, run)}


def test_leaderboards_come_from_the_given_source():
    wrapped = year_of_jo(rankings=lambda first, last: {"weekly": (first, last)})
    assert wrapped.most_active_week.leaderboards == {"weekly": (date(2024, 3, 11), date(2024, 3, 17))}
    assert wrapped.entire_year.leaderboards == {"weekly": (date(2024, 1, 1), date(2024, 12, 31))}


def test_the_default_year_is_the_local_year_of_the_user():
    engine = Engine(RULES)
    engine.identify("jo", time_zone="+14:00", at=at("2023-12-31T09:00"))
    play(engine, "2023-12-31T09:30 words 1\n2023-12-31T11:00 words 2")
    wrapped = engine.reports.wrapped("jo", at=at("2023-12-31T12:00"))
    assert (wrapped.year, wrapped.entire_year.metrics["words"].change_this_period) == (2024, 2)


@pytest.mark.parametrize("year", [0, 2025, "2024", True])
def test_a_year_that_has_not_begun_is_refused(year):
    with pytest.raises(InvalidValue, match="year must be a whole number from 1 to 2024"):
        year_of_jo(year=year)


@given(games(users=("ann", "ben"), max_size=8))
def test_the_year_is_consistent_with_its_parts(history):
    engine = Engine(history.ruleset)
    do(engine, history)
    now = from_micros(history.commands[-1].at)
    for user in engine.users():
        wrapped = engine.reports.wrapped(user, at=now)
        assert wrapped.days_active >= wrapped.weeks_active
        assert wrapped.weeks_active >= (wrapped.months_active + 1) // 2
        if wrapped.entire_year is None:
            continue
        year = wrapped.entire_year
        for key, metric in year.metrics.items():
            months = engine.reports.summary(
                user, metric=key, aggregation="monthly", start=year.first_day, end=year.last_day, at=now
            )
            assert metric.current_total == months[-1].total
            assert metric.change_this_period == sum(month.change for month in months)
            assert 0 <= metric.percentile_this_period <= 100
        for part in (wrapped.most_active_day, wrapped.most_active_month):
            assert year.first_day <= part.first_day <= part.last_day <= year.last_day
