"""What is counted, and the curves that the counts give."""

from datetime import UTC, date, datetime

import pytest
from attrs import evolve
from stories import at

from trophy_engine import (
    Achievement,
    Freezes,
    Level,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)
from trophy_engine.analysis.replay.events import Event
from trophy_engine.analysis.replay.runner import replay
from trophy_engine.analysis.statistics.figures import figures, side_by_side
from trophy_engine.calendar.instants import to_micros

RULES = Ruleset(
    metrics=[Metric("words")],
    streak=Streak(metrics=[StreakMetric("words")], freezes=Freezes(1)),
    achievements=[
        Achievement("one", MetricTrigger("words", 1), name="One"),
        Achievement("ten", MetricTrigger("words", 10)),
    ],
    points=[
        PointsSystem(
            "xp",
            name="Experience",
            triggers=[MetricPointsTrigger("words", points=10), MetricPointsTrigger("words", points=-15, threshold=3)],
            levels=[Level("new", 0, name="New"), Level("old", 20, name="Old")],
        )
    ],
)


def events(story):
    for line in filter(None, map(str.strip, story.splitlines())):
        user, when, value, *where = line.split()
        yield Event(to_micros(at(when)), user, "words", int(value), *where)


LOG = """
    ann 04-01T10:00 1
    ann 04-02T10:00 1
    ann 04-05T23:30 1 Europe/Berlin
    ben 04-01T10:00 1
    ben 04-03T10:00 1
    cyd 04-09T10:00 1
"""


@pytest.fixture
def tally():
    return replay(RULES, events(LOG), until=at("04-09T23:00"), tally=True).tally


def figure(tally, key, rules=RULES):
    return next(one for one in figures(rules, tally) if one.key == key)


def test_streaks_and_freezes_are_counted(tally):
    # ann: two days, a frozen 3 April, lost on the 4th's end, a new one on the 6th of Berlin, lost. ben: freeze, lost.
    assert dict(tally.streaks.ended) == {2: 2, 1: 1}
    assert dict(tally.streaks.running) == {1: 1}
    assert dict(tally.streaks.longest) == {2: 2, 1: 1}
    freezes = tally.freezes
    assert (freezes.granted, freezes.earned, freezes.used, freezes.wasted, freezes.remaining) == (3, 0, 2, 1, 1)


def test_a_loss_that_is_undone_is_not_counted_though_a_later_day_was_credited_ahead():
    """In St John's the 7th was shown for a minute before the 6th came back; in Vancouver it was the 6th still."""
    home, away = "America/St_Johns", "America/Vancouver"
    log = [(4, 15, 0, home), (5, 15, 0, home), (7, 2, 30, home), (7, 5, 0, away)]
    walked = [
        Event(to_micros(datetime(2010, 11, day, hour, minute, tzinfo=UTC)), "ann", "words", 1, where)
        for day, hour, minute, where in log
    ]
    counted = replay(evolve(RULES, streak=Streak(metrics=[StreakMetric("words")])), walked, tally=True).tally
    assert not any(counted.streaks.ended.values())
    assert dict(counted.streaks.running) == {4: 1}


def test_a_freeze_that_comes_back_to_one_earned_in_between_is_counted_once():
    """The midnight of London that spends the freeze brings another; there is room for one."""
    freezes = Freezes(start_count=1, max_count=1, auto_earn_interval=2, auto_earn_amount=1)
    log = [(1, 12, "Europe/London"), (3, 1, "America/New_York")]
    walked = [
        Event(to_micros(datetime(2025, 6, day, hour, tzinfo=UTC)), "ann", "words", 1, zone) for day, hour, zone in log
    ]
    rules = evolve(RULES, streak=Streak(metrics=[StreakMetric("words")], freezes=freezes))
    counted = replay(rules, walked, tally=True).tally.freezes
    assert (counted.granted, counted.earned, counted.used, counted.remaining) == (1, 0, 0, 1)


def test_time_is_told_by_day(tally):
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


def test_long_times_are_told_in_longer_steps():
    for last, name, steps in (("2025-09-01T10:00", "week", 23), ("2035-09-01T10:00", "month", 126)):
        log = [*events(LOG), Event(to_micros(at(last)), "ann", "words", 1)]
        active = figure(replay(RULES, log, tally=True).tally, "active")
        assert (active.columns[0], len(active.rows), active.rows[-1][0]) == (name, steps, last[:10])
        assert sum(row[2] for row in active.rows) == 3


def test_what_is_not_there_is_left_out():
    empty = replay(RULES, [], tally=True).tally
    assert {one.key for one in figures(RULES, empty)} == {"freezes"}
    bare = Ruleset(metrics=[Metric("words")])
    tally = replay(bare, events(LOG), tally=True).tally
    assert [one.key for one in figures(bare, tally)] == ["active", "hours"]


def test_figures_side_by_side_say_whose_they_are(tally):
    joined = side_by_side({"old": figures(RULES, tally), "new": figures(evolve(RULES, achievements=()), tally)})
    survival_ = next(one for one in joined if one.key == "survival")
    assert survival_.columns[:2] == ("rules", "length")
    assert [row[0] for row in survival_.rows] == ["old"] * 3 + ["new"] * 3


def test_tallies_of_different_users_add_up():
    log = list(events(LOG))
    until = at("04-09T23:00")
    whole = replay(RULES, log, until=until, tally=True).tally
    parts = [
        replay(RULES, [e for e in log if e.user_id == user], until=until, tally=True).tally
        for user in ("cyd", "ann", "ben")
    ]
    parts[0].merge(parts[1])
    parts[0].merge(parts[2])
    assert parts[0] == whole
    assert date.fromordinal(min(whole.created)) == date(2025, 4, 1)
