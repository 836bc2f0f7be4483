"""A timeline has a row for each local day on which something happened; a calendar has a letter for each day."""

from datetime import date

from stories import at, play

from trophy_engine import Engine, Metric, MetricPointsTrigger, PointsSystem, Ruleset, Streak, StreakMetric
from trophy_engine.explain.timeline import calendar_of, draw_calendar, timeline_of

RULES = Ruleset(
    [Metric("words")],
    streak=Streak(metrics=[StreakMetric("words", 5)]),
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 2)])],
)


def transitions():
    engine = Engine(RULES)
    play(engine, "04-02T10:00 words 2.5\n04-02T11:00 words 2.5\n04-03T10:00 words 1")
    return engine.transitions("jo", at=at("04-06T10:00"))


def test_events_of_a_day_are_added_up_and_awards_of_one_trigger_share_a_line():
    first, second, third = timeline_of(transitions())
    assert [one.day for one in (first, second, third)] == [date(2025, 4, day) for day in (2, 3, 4)]
    assert first.recorded == {"words": (2, 5)}
    assert [line for line in first.lines if line.startswith("xp ")] == ["xp +10 = 10 in 2 awards, for words"]
    assert "  words: 5 in 2 events" in first.text.splitlines()
    assert "  words: 1" in second.text.splitlines()
    assert third.recorded == {}  # the streak was lost at its first instant


def test_a_day_with_too_little_for_a_credit_is_missed_once_it_is_over():
    assert calendar_of(transitions()) == {date(2025, 4, 2): "credited", date(2025, 4, 3): "missed"}
    assert calendar_of(transitions()[:3]) == {date(2025, 4, 2): "credited", date(2025, 4, 3): "acted"}


def test_a_calendar_has_a_row_for_each_weekday_and_a_legend_of_what_it_shows():
    *rows, legend = draw_calendar({date(2025, 4, 2): "credited", date(2025, 4, 8): "missed"}, *drawn("04-01", "04-08"))
    assert rows == [
        "2025 04",
        "Mon    ·",
        "Tue  · x",
        "Wed  █",
        "Thu  ·",
        "Fri  ·",
        "Sat  ·",
        "Sun  ·",
    ]
    assert legend.split() == ["█", "credited", "x", "missed", "·", "idle"]


def test_a_year_without_a_status_is_not_drawn():
    assert len(list(draw_calendar({}, *drawn("04-01", "04-08")))) == 1  # the legend


def drawn(first, last):
    return date.fromisoformat(f"2025-{first}"), date.fromisoformat(f"2025-{last}")
