"""Summaries: totals by period, on the local days of the user."""

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stories import at, play

from trophy_engine import (
    Engine,
    InvalidValue,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    UnknownKey,
    UnknownUser,
)
from trophy_engine.calendar.instants import from_micros
from trophy_engine.testing import games
from trophy_engine.testing import play as do

RULES = Ruleset(
    metrics=[Metric("words")],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", points=1, threshold=10)])],
)


def rows(summary):
    return [(row.date.isoformat(), row.total, row.change) for row in summary]


def january(aggregation, first, last, story, **asked):
    engine = Engine(RULES)
    play(engine, story)
    asked = asked or {"metric": "words"}
    return rows(
        engine.reports.summary(
            "jo",
            aggregation=aggregation,
            start=date(2024, 1, first),
            end=date(2024, 1, last),
            at=at("2024-02-01"),
            **asked,
        )
    )


STORY = """
    2024-01-01T12:00 words 100
    2024-01-02T12:00 words 200
    2024-01-03T12:00 words 300
"""


def test_each_day_has_its_total_and_its_change():
    assert january("daily", 1, 3, STORY) == [
        ("2024-01-01", 100, 100),
        ("2024-01-02", 300, 200),
        ("2024-01-03", 600, 300),
    ]


def test_a_day_without_events_has_a_row():
    story = "2024-01-01T12:00 words 100\n2024-01-03T12:00 words 300"
    assert january("daily", 1, 4, story) == [
        ("2024-01-01", 100, 100),
        ("2024-01-02", 100, 0),
        ("2024-01-03", 400, 300),
        ("2024-01-04", 400, 0),
    ]


def test_weeks_begin_on_sundays_and_are_whole():
    assert january("weekly", 3, 10, STORY) == [("2023-12-31", 600, 600), ("2024-01-07", 600, 0)]


def test_months_are_whole():
    assert january("monthly", 3, 10, STORY) == [("2024-01-01", 600, 600)]


def test_points_move_with_their_awards():
    assert january("daily", 2, 3, STORY, points="xp") == [("2024-01-02", 30, 20), ("2024-01-03", 60, 30)]


def test_weeks_begin_on_the_first_weekday_of_the_rules():
    engine = Engine(Ruleset(metrics=[Metric("words")], first_weekday="monday"))
    play(engine, STORY)
    week = engine.reports.summary(
        "jo", metric="words", aggregation="weekly", start=date(2024, 1, 3), end=date(2024, 1, 8), at=at("2024-01-09")
    )
    assert rows(week) == [("2024-01-01", 600, 600), ("2024-01-08", 600, 0)]


def test_an_event_belongs_to_the_day_that_the_users_clock_showed():
    engine = Engine(RULES)
    engine.identify("jo", time_zone="Asia/Tokyo", at=at("2024-01-01T00:00"))
    play(engine, "2024-01-01T20:00 words 1")  # the 2nd in Tokyo
    engine.identify("jo", time_zone="America/New_York", at=at("2024-01-02T03:00"))
    play(engine, "2024-01-02T04:00 words 2")  # the 1st in New York
    two_days = engine.reports.summary(
        "jo", metric="words", start=date(2024, 1, 1), end=date(2024, 1, 2), at=at("2024-01-03")
    )
    assert rows(two_days) == [("2024-01-01", 2, 2), ("2024-01-02", 3, 1)]


def test_a_summary_can_be_as_of_a_past_instant():
    engine = Engine(RULES)
    play(engine, STORY)
    then = engine.reports.summary(
        "jo", metric="words", start=date(2024, 1, 1), end=date(2024, 1, 2), at=at("2024-01-01T13:00")
    )
    assert rows(then) == [("2024-01-01", 100, 100), ("2024-01-02", 100, 0)]


def test_decimals_are_summed_exactly():
    engine = Engine(RULES)
    play(engine, "\n".join(f"2024-01-01T12:0{minute} words 0.1" for minute in range(3)))
    [first, _] = engine.reports.summary(
        "jo", metric="words", start=date(2024, 1, 1), end=date(2024, 1, 2), at=at("2024-01-03")
    )
    assert str(first.change) == "0.3"


def test_changes_keep_every_digit():
    engine = Engine(RULES)
    value = Decimal("1234567890123456789012345678.000000000000000000000000000001")
    for day in (1, 2):
        engine.record("words", user="jo", value=value, at=at(f"2024-01-0{day}T12:00"))
    [_, second] = engine.reports.summary(
        "jo", metric="words", start=date(2024, 1, 1), end=date(2024, 1, 2), at=at("2024-01-03")
    )
    assert second.change == value


@pytest.mark.parametrize(
    ("asked", "fact"),
    [
        ({"aggregation": "hourly"}, "aggregation must be one of 'daily', 'weekly', 'monthly', not 'hourly'"),
        ({"end": date(2023, 12, 31)}, "start 2024-01-01 must not be after end 2023-12-31"),
        ({"end": date(2025, 2, 5)}, "must be at most 400 days apart"),
        ({"end": "5 January"}, r"end must be a date, for example datetime.date\(2025, 4, 2\), not '5 January'"),
        ({"start": date(1899, 12, 31)}, "start must lie in the years 1900 to 2199, not 1899-12-31"),
        ({"end": date(9999, 12, 31)}, "end must lie in the years 1900 to 2199, not 9999-12-31"),
        ({"points": "xp"}, "exactly one of metric and points"),
        ({"metric": None}, "exactly one of metric and points"),
    ],
)
def test_an_invalid_summary_is_refused(asked, fact):
    engine = Engine(RULES)
    play(engine, STORY)
    with pytest.raises(InvalidValue, match=fact):
        engine.reports.summary("jo", **{"metric": "words", "start": date(2024, 1, 1), "end": date(2024, 1, 9), **asked})


def test_a_summary_has_up_to_400_days():
    start = date(2024, 1, 1)
    engine = Engine(RULES)
    play(engine, STORY)
    long = engine.reports.summary("jo", metric="words", start=start, end=start + timedelta(400), at=at("2024-01-09"))
    assert len(long) == 401


@pytest.mark.parametrize("aggregation", ["daily", "weekly", "monthly"])
@pytest.mark.parametrize("start", [date(1900, 1, 1), date(2199, 12, 30)])
def test_a_summary_reaches_the_first_and_the_last_day_of_all(aggregation, start):
    engine = Engine(RULES)
    play(engine, STORY)
    end = start + timedelta(1)
    found = engine.reports.summary("jo", metric="words", aggregation=aggregation, start=start, end=end)
    assert found[0].date <= start


def test_a_summary_of_an_unknown_user_or_key_is_refused():
    engine = Engine(RULES)
    days = {"start": date(2024, 1, 1), "end": date(2024, 1, 2)}
    with pytest.raises(UnknownUser):
        engine.reports.summary("jo", metric="words", **days)
    play(engine, STORY)
    with pytest.raises(UnknownKey, match="unknown metric 'word'"):
        engine.reports.summary("jo", metric="word", **days)
    with pytest.raises(UnknownKey, match="unknown points system 'px'"):
        engine.reports.summary("jo", points="px", **days)


def test_a_removed_metric_that_returns_starts_at_zero():
    engine = Engine(RULES)
    play(engine, STORY)
    storage = engine._repository.storage
    play(Engine(Ruleset(metrics=[Metric("lessons")]), storage=storage), "2024-01-04T12:00 lessons 1")
    engine = Engine(RULES, storage=storage)
    play(engine, "2024-01-05T12:00 words 7")
    days = engine.reports.summary(
        "jo", metric="words", start=date(2024, 1, 3), end=date(2024, 1, 5), at=at("2024-01-06")
    )
    assert rows(days) == [("2024-01-03", 0, 0), ("2024-01-04", 0, 0), ("2024-01-05", 7, 7)]


def is_windowed(ruleset, key):
    return any(metric.key == key and metric.window is not None for metric in ruleset.metrics)


def is_sum(ruleset, key):
    """Return whether the total is a sum for ever, whose changes lead from one total to the next."""
    return not any(
        metric.key == key and (metric.window is not None or metric.aggregate != "sum") for metric in ruleset.metrics
    )


@given(games(users=("ann",), max_size=12), st.data())
def test_summaries_agree_with_totals_and_with_one_another(history, data):
    engine = Engine(history.ruleset)
    do(engine, history)
    now = from_micros(history.commands[-1].at)
    for user in engine.users():
        player = engine.user(user, at=now)
        home = data.draw(st.integers(0, 6))
        start = now.date() - timedelta(days=200 + home)
        for kind, totals in (("metric", player.metrics), ("points", {k: v.total for k, v in player.points.items()})):
            for key, total in totals.items():
                days, weeks, months = (
                    engine.reports.summary(
                        user, **{kind: key}, aggregation=aggregation, start=start, end=start + timedelta(210), at=now
                    )
                    for aggregation in ("daily", "weekly", "monthly")
                )
                for summary in (days, weeks, months):
                    assert summary[-1].total == total or is_windowed(history.ruleset, key)
                    if is_sum(history.ruleset, key):
                        assert all(later.total - later.change == sooner.total for sooner, later in pairwise(summary))
                changes = {row.date: row.change for row in days}
                for row in weeks[1:-1]:
                    assert row.change == sum(changes[row.date + timedelta(day)] for day in range(7))
                for row in months[1:-1]:
                    assert row.change == sum(c for day, c in changes.items() if day.replace(day=1) == row.date)


def test_the_dates_of_a_summary_can_be_written_as_text():
    engine = Engine(RULES)
    play(engine, "04-02T10:00 words 3")
    by_date, by_text = (
        engine.reports.summary("jo", metric="words", start=start, end=end, at=at("04-05T10:00"))
        for start, end in ((date(2025, 4, 1), date(2025, 4, 3)), ("2025-04-01", "2025-04-03"))
    )
    assert [row.total for row in by_text] == [0, 3, 3]
    assert by_text == by_date
