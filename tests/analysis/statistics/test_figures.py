"""Figures: the rows that are computed from a tally."""

from attrs import evolve
from stories import at
from tallied import LOG, RULES, events, figure

from trophy_engine import (
    Achievement,
    Metric,
    MetricTrigger,
    Ruleset,
)
from trophy_engine.analysis.event_logs.events import Event
from trophy_engine.analysis.event_logs.runner import replay
from trophy_engine.analysis.statistics.figures import figures, side_by_side
from trophy_engine.calendar.instants import to_micros


def test_activity_is_counted_by_day_and_hour(tally):
    assert figure(tally, "active").rows[0] == ("2025-04-01", 2.0, 2)
    assert figure(tally, "active").rows[8] == ("2025-04-09", 1.0, 1)
    hours = {row[:2]: row[2] for row in figure(tally, "hours").rows if row[2]}
    assert hours == {("Tue", 10): 2, ("Wed", 10): 2, ("Thu", 10): 1, ("Sun", 1): 1}


def test_points_and_levels_over_time(tally):
    points = {row[1]: row[2:] for row in figure(tally, "points").rows}
    assert points["2025-04-01"] == (20, 0, 20)
    assert points["2025-04-05"] == (10, 15, 35)
    levels = {row[1:3]: row[3] for row in figure(tally, "levels").rows}
    assert levels["New", "2025-04-01"] == 2
    assert (levels["New", "2025-04-03"], levels["Old", "2025-04-03"]) == (0, 2)
    assert (levels["New", "2025-04-09"], levels["Old", "2025-04-09"]) == (2, 1)
    assert figure(tally, "completions").rows == (("one", "One", 3, 100.0), ("ten", "ten", 0, 0.0))


def test_long_series_have_longer_steps():
    for last, name, steps in (("2025-09-01T10:00", "week", 23), ("2035-09-01T10:00", "month", 126)):
        log = [*events(LOG), Event(to_micros(at(last)), "ann", "words", 1)]
        active = figure(replay(RULES, log, tally=True).tally, "active")
        assert (active.columns[0], len(active.rows), active.rows[-1][0]) == (name, steps, last[:10])
        assert sum(row[2] for row in active.rows) == 3


def test_absent_figures_are_left_out():
    empty = replay(RULES, [], tally=True).tally
    assert figures(RULES, empty) == ()
    bare = Ruleset(metrics=[Metric("words")])
    tally = replay(bare, events(LOG), tally=True).tally
    assert [figure.key for figure in figures(bare, tally)] == ["active", "hours"]


def test_hours_are_shares_of_all_events(tally):
    hours = figure(tally, "hours")
    shares = hours.values("percent_of_events")
    assert len(shares) == 168
    assert round(sum(shares), 1) == 100.0
    assert max(shares) == 33.333


def test_names_that_occur_twice_are_told_apart():
    twins = [Achievement(key, MetricTrigger("words", 1), name="Same") for key in ("a", "b")]
    rules = evolve(RULES, achievements=twins)
    tally = replay(rules, events(LOG), tally=True).tally
    assert figure(tally, "completions", rules).values("name") == ["Same (a)", "Same (b)"]


def test_lengths_of_streaks_have_the_unit_of_the_rules(tally):
    assert figure(tally, "survival").unit == "day"
    weekly = evolve(RULES, streaks=[evolve(RULES.primary_streak, frequency="weekly")])
    by_week = figures(weekly, replay(weekly, events(LOG), tally=True).tally)
    assert {one.unit for one in by_week if one.key in {"survival", "lengths"}} == {"week"}
    joined = side_by_side({"daily": figures(RULES, tally), "weekly": by_week})
    assert {one.unit for one in joined if one.key == "survival"} == {"period"}


def test_combined_figures_have_a_column_for_the_variant(tally):
    joined = side_by_side({"old": figures(RULES, tally), "new": figures(evolve(RULES, achievements=()), tally)})
    survival_ = next(one for one in joined if one.key == "survival")
    assert survival_.columns[:2] == ("rules", "length")
    assert [row[0] for row in survival_.rows] == ["old"] * 3 + ["new"] * 3
