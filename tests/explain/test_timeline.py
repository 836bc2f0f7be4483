"""A timeline has a row for each local day on which something happened; a calendar has a letter for each day."""

import re
from datetime import date

import attrs
import pytest
from hypothesis import given
from stories import at, play

from trophy_engine import (
    Engine,
    InvalidValue,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakPointsTrigger,
)
from trophy_engine.calendar.instants import from_micros
from trophy_engine.explain.timeline import calendar_of, draw_calendar, timeline_of
from trophy_engine.testing import execute, games

RULES = Ruleset(
    [Metric("words")],
    streaks=[Streak("habit", metrics=[StreakMetric("words", 5)])],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", 2)])],
)


def transitions():
    engine = Engine(RULES)
    play(engine, "04-02T10:00 words 2.5\n04-02T11:00 words 2.5\n04-03T10:00 words 1")
    return engine.transitions("jo", at=at("04-06T10:00"))


def test_events_of_a_day_are_added_up_and_other_lines_are_in_order():
    first, second, third = timeline_of(transitions())
    assert [one.day for one in (first, second, third)] == [date(2025, 4, day) for day in (2, 3, 4)]
    assert first.recorded == {"words": (2, 5)}
    assert first.lines[1:] == [
        "xp +4 = 4, for words: 2 × 2 = 4",
        "the streak started: Wednesday 2025-04-02 is credited",
        "xp +6 = 10, for words: 3 × 2 = 6",
    ]
    assert "  words: 5 in 2 events" in first.text.splitlines()
    assert "  words: 1" in second.text.splitlines()
    assert third.recorded == {}  # the streak was lost at its first instant


def test_a_line_of_awards_is_one_of_consecutive_awards_so_that_balances_add_up():
    triggers = [MetricPointsTrigger("words", 2), MetricPointsTrigger("words", 5, threshold=2), StreakPointsTrigger(50)]
    rules = attrs.evolve(RULES, points=[PointsSystem("xp", triggers=triggers)])
    engine = Engine(rules)
    play(engine, "04-02T10:00 words 2\n04-02T11:00 words 2\n04-02T12:00 words 2\n04-02T13:00 words 2")
    [day] = timeline_of(engine.transitions("jo", at=at("04-02T14:00")))
    lines = [line for line in day.lines if line.startswith("xp ") or "streak" in line]
    assert lines == [
        "xp +18 = 18 in 4 awards: +8 for words, +10 for every 2 words",
        "the streak started: Wednesday 2025-04-02 is credited",
        "xp +68 = 86 in 5 awards: +8 for words, +10 for every 2 words, +50 for every period of the streak",
    ]


@given(games(max_size=12))
def test_the_balances_of_a_day_add_up_line_by_line(history):
    engine = Engine(history.ruleset)
    for command in history:
        execute(engine, command)
    end = from_micros(history.commands[-1].at)
    for user in engine.users():
        balances = {system.key: 0 for system in history.ruleset.points}
        for day in timeline_of(engine.transitions(user, at=end)):
            for system, added, total in re.findall(r"^  (\S+) ([+-][\d,]+) = (-?[\d,]+)", day.text, re.MULTILINE):
                balances[system] += int(added.replace(",", ""))
                assert balances[system] == int(total.replace(",", "")), day.text
        assert balances == {key: balance.total for key, balance in engine.user(user, at=end).points.items()}


def test_a_day_with_too_little_for_a_credit_is_missed_once_it_is_over():
    assert calendar_of(transitions(), "habit") == {date(2025, 4, 2): "credited", date(2025, 4, 3): "missed"}
    assert calendar_of(transitions()[:3], "habit") == {date(2025, 4, 2): "credited", date(2025, 4, 3): "acted"}


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


def test_a_calendar_that_begins_within_a_month_names_that_month():
    statuses = {date(2025, 4, 10): "credited"}
    assert next(draw_calendar(statuses, *drawn("04-09", "04-12"))) == "2025 04"
    assert next(draw_calendar(statuses, *drawn("03-26", "04-12"))) == "2025   04"
    assert next(draw_calendar(statuses, *drawn("03-31", "04-12"))) == "2025 04"


def test_a_year_without_a_status_is_not_drawn():
    assert len(list(draw_calendar({}, *drawn("04-01", "04-08")))) == 1  # the legend


def test_the_last_day_of_a_calendar_is_not_before_the_first():
    with pytest.raises(InvalidValue, match=r"^last 2025-04-01 must not be before first 2025-04-08$"):
        draw_calendar({}, *drawn("04-08", "04-01"))


def drawn(first, last):
    return date.fromisoformat(f"2025-{first}"), date.fromisoformat(f"2025-{last}")
