"""Daily totals of metrics that are not sums, compared with what views and effects say day by day."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stories import at, play

from trophy_engine import Attribute, Engine, Metric, Ruleset

FIRST, DAYS = date(2024, 1, 1), 21
WINDOWS = [
    None,
    "day",
    "week",
    "month",
    {"every": 3, "unit": "day", "start": "2024-01-04"},
    {"start": "2024-01-05", "end": "2024-01-09"},
    {"last": 3, "unit": "day"},
    {"last": 30, "unit": "hour"},
    {"session_gap": 20, "unit": "hour"},
    {"reset_by": "deaths"},
]
AGGREGATES = ["sum", "count", "min", "max", "last", "distinct", "days"]
ZONES = ["UTC", "Pacific/Auckland", "America/New_York"]


def metric_of(aggregate, window):
    if aggregate == "last" and window == {"last": 3, "unit": "day"}:
        window = None
    distinct_by = "kind" if aggregate == "distinct" else None
    return Metric("watched", source="kills", aggregate=aggregate, window=window, distinct_by=distinct_by)


def rules_with(metric):
    return Ruleset([Metric("kills"), Metric("deaths"), metric], [Attribute("kind", "event")])


EVENT = st.tuples(
    st.integers(0, DAYS * 24 - 12),
    st.sampled_from(["kills", "kills", "kills", "deaths"]),
    st.integers(-3, 9),
    st.sampled_from(["orc", "elf"]),
)


@given(
    st.sampled_from(AGGREGATES),
    st.sampled_from(WINDOWS),
    st.sampled_from(ZONES),
    st.lists(EVENT, max_size=12, unique_by=lambda event: event[0]).map(sorted),
)
def test_a_day_has_its_last_total_and_the_sum_of_its_changes(aggregate, window, zone, events):
    engine = Engine(rules_with(metric_of(aggregate, window)))
    start = datetime.combine(FIRST, time(6), UTC)
    engine.identify("jo", time_zone=zone, at=start)
    totals, changes = {}, defaultdict(int)
    for hours, metric, value, kind in events:
        instant = start + timedelta(hours=hours)
        outcome = engine.record(metric, user="jo", value=value, at=instant, attributes={"kind": kind})
        day = instant.astimezone(ZoneInfo(zone)).date()
        for effect in outcome.effects:
            if effect.type == "metric.changed" and effect.metric == "watched":
                changes[day] += (effect.after or 0) - (effect.before or 0)
        if metric == "kills" or window == {"reset_by": "deaths"}:
            totals[day] = engine.user("jo", at=instant).metrics["watched"]
    last = FIRST + timedelta(days=DAYS)
    rows = engine.reports.summary("jo", metric="watched", start=FIRST, end=last, at=start + timedelta(days=DAYS + 3))
    for row in rows[1:]:
        midnight = datetime.combine(row.date + timedelta(days=1), time(0), ZoneInfo(zone))
        at_its_end = engine.user("jo", at=midnight - timedelta(microseconds=1)).metrics["watched"]
        assert row.total == totals.get(row.date, at_its_end), row
        assert row.change == changes[row.date], row


def rows(engine, metric="best", aggregation="daily", start="2024-01-01", end="2024-01-05", now="2024-01-31"):
    summary = engine.reports.summary("jo", metric=metric, aggregation=aggregation, start=start, end=end, at=at(now))
    return [(row.date.day, row.total, row.change) for row in summary]


STORY = """
    2024-01-02T12:00 score 7
    2024-01-02T13:00 score 9
    2024-01-04T12:00 score 8
    2024-01-05T12:00 score 12
"""


def test_a_best_score_is_nothing_before_the_first_one():
    engine = Engine(Ruleset([Metric("score"), Metric("best", source="score", aggregate="max")]))
    play(engine, STORY)
    assert rows(engine) == [(1, None, 0), (2, 9, 9), (3, 9, 0), (4, 9, 0), (5, 12, 3)]
    assert rows(engine, end="2024-01-10")[-1] == (10, 12, 0)


def test_weeks_have_the_total_of_their_last_day_and_all_changes():
    engine = Engine(Ruleset([Metric("score"), Metric("today", source="score", window="day")]))
    play(engine, STORY)
    assert rows(engine, "today", end="2024-01-06") == [
        (1, 0, 0),
        (2, 16, 16),
        (3, 0, 0),
        (4, 8, 8),
        (5, 12, 12),
        (6, 0, 0),
    ]
    assert rows(engine, "today", "weekly", end="2024-01-08") == [(31, 0, 36), (7, 0, 0)]


def test_the_present_day_has_the_present_total():
    recent = Metric("recent", source="score", window={"session_gap": 1, "unit": "hour"})
    engine = Engine(Ruleset([Metric("score"), recent]))
    play(engine, "2024-01-01T23:50 score 7")
    assert rows(engine, "recent", end="2024-01-03", now="2024-01-02T00:30") == [(1, 7, 7), (2, 7, 0), (3, 0, 0)]
    assert rows(engine, "recent", end="2024-01-03", now="2024-01-02T01:30") == [(1, 7, 7), (2, 0, 0), (3, 0, 0)]


def test_a_metric_that_is_new_is_counted_from_the_log():
    score = Metric("score")
    engine = Engine(Ruleset([score]))
    play(engine, STORY)
    engine.update(Ruleset([score, Metric("best", source="score", aggregate="max")]), at=at("2024-01-06"))
    assert rows(engine) == [(1, None, 0), (2, 9, 9), (3, 9, 0), (4, 9, 0), (5, 12, 3)]
    assert engine.user("jo", at=at("2024-01-07")).metrics["best"] == 12


def test_a_sum_that_was_a_best_score_is_counted_from_the_log():
    engine = Engine(Ruleset([Metric("score", aggregate="max")]))
    play(engine, STORY)
    engine.update(Ruleset([Metric("score")]), at=at("2024-01-06"))
    play(engine, "2024-01-06T12:00 score 1")
    assert rows(engine, "score", end="2024-01-06")[1:] == [(2, 16, 16), (3, 16, 0), (4, 24, 8), (5, 36, 12), (6, 37, 1)]


def test_a_metric_whose_source_was_removed_starts_again():
    score, best = Metric("score"), Metric("best", source="score", aggregate="max")
    engine = Engine(Ruleset([score, best]))
    play(engine, STORY)
    engine.update(Ruleset([Metric("other")]), at=at("2024-01-06"))
    engine.update(Ruleset([score, best]), at=at("2024-01-07"))
    play(engine, "2024-01-08T12:00 score 1")
    assert rows(engine, start="2024-01-05", end="2024-01-08") == [(5, None, 0), (6, None, 0), (7, None, 0), (8, 1, 1)]


def test_a_date_that_is_shown_again():
    engine = Engine(Ruleset([Metric("score"), Metric("today", source="score", window="day")]))
    engine.identify("jo", time_zone="Asia/Tokyo", at=at("2024-01-01"))
    play(engine, "2024-01-02T09:00+09:00 score 2\n2024-01-04T09:00+09:00 score 3")
    engine.identify("jo", time_zone="America/New_York", at=at("2024-01-04T01:00"))
    play(engine, "2024-01-04T02:00 score 5\n2024-01-04T12:00-05:00 score 1")
    assert rows(engine, "today") == [(1, 0, 0), (2, 2, 2), (3, 5, 5), (4, 4, 4), (5, 0, 0)]


@pytest.mark.parametrize("aggregate", ["max", "count"])
def test_a_year_in_review_has_derived_metrics_and_counts_events_once(aggregate):
    rules = Ruleset(
        [Metric("score"), Metric("best", source="score", aggregate=aggregate)], [Attribute("level", "event")]
    )
    engine = Engine(rules)
    for day, value, level in ((2, 7, "hard"), (3, 9, "easy"), (4, 9, "hard")):
        engine.record("score", user="jo", value=value, attributes={"level": level}, at=at(f"2024-01-0{day}T12:00"))
    engine.record("score", user="kim", value=1, at=at("2024-01-02T12:00"))
    review = engine.reports.wrapped("jo", 2024, at=at("2024-02-01"))
    assert (review.days_active, review.most_active_day.first_day) == (3, date(2024, 1, 3))
    best = review.entire_year.metrics["best"]
    total = 9 if aggregate == "max" else 3
    assert (best.current_total, best.change_this_period, best.percent_change) == (total, total, 100.0)
    assert best.percentile_this_period == 100
    hard = best.by_attribute["level"]["hard"]
    assert (hard.current_total, hard.change_this_period) == ((9, 9) if aggregate == "max" else (2, 2))


def test_a_year_in_review_of_nothing():
    engine = Engine(Ruleset([Metric("score"), Metric("lap", aggregate="min")]))
    play(engine, "2024-01-02T12:00 score 1")
    lap = engine.reports.wrapped("jo", 2024, at=at("2024-02-01")).entire_year.metrics["lap"]
    assert attrs.astuple(lap)[:3] == (None, 0, 0.0)


def test_percentiles_of_derived_metrics_follow_the_log():
    best = Metric("best", source="score", aggregate="max", window={"last": 9, "unit": "day"})
    engine = Engine(Ruleset([Metric("score"), best]), clock=lambda: at("2024-03-01"))
    for day, user, value in ((2, "a", 5), (2, "b", 7), (3, "c", 1), (20, "a", 4), (21, "b", 1), (22, "b", 6)):
        engine.record("score", user=user, value=value, at=at(f"2024-01-{day:02}T12:00"))
        replayed = Engine.from_log(engine.log())
        reviews = [one.reports.wrapped(user, 2024, at=at("2024-03-01")) for one in (engine, replayed)]
        assert reviews[0] == reviews[1]
    changes = {user: engine.reports.wrapped(user, 2024).entire_year.metrics["best"] for user in "abc"}
    assert {user: one.change_this_period for user, one in changes.items()} == {"a": 9, "b": 13, "c": 1}
    assert {user: one.percentile_this_period for user, one in changes.items()} == {"a": 50, "b": 100, "c": 0}
    assert {user: one.current_total for user, one in changes.items()} == {"a": None, "b": None, "c": None}
