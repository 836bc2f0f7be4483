"""Compiling leaderboards: the part of the day that counts."""

from trophy_engine import Leaderboard, Metric, Ruleset
from trophy_engine.calendar.instants import DAY, HOUR
from trophy_engine.core.compile import compile_plan

MINUTE = HOUR // 60


def board(key, **fields):
    return Leaderboard(key, "metric", "2025-01-01", metric="words", **fields)


def test_the_hours_of_a_board_are_microseconds_of_the_day():
    plan = compile_plan(Ruleset([Metric("words")], leaderboards=[board("day"), board("late", start_time="09:30")]))
    day, late = plan.boards["day"], plan.boards["late"]
    assert (day.is_windowed, day.opens, day.closes) == (False, 0, DAY)
    assert (late.is_windowed, late.opens, late.closes) == (True, 9 * HOUR + 30 * MINUTE, DAY)
