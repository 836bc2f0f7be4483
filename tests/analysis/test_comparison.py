"""Two rulesets over one log: users with gains and with losses."""

from attrs import evolve
from stories import at

from trophy_engine import (
    Achievement,
    Freezes,
    Metric,
    MetricPointsTrigger,
    MetricTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
    StreakTrigger,
)
from trophy_engine.analysis.comparison import compare
from trophy_engine.analysis.event_logs.events import Event
from trophy_engine.analysis.event_logs.output import write_comparison
from trophy_engine.calendar.instants import to_micros

OLD = Ruleset(
    metrics=[Metric("words"), Metric("views")],
    streaks=[Streak("habit", metrics=[StreakMetric("words")])],
    achievements=[Achievement("three", StreakTrigger(3)), Achievement("ten", MetricTrigger("words", 10))],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", points=2)])],
)
NEW = evolve(
    OLD,
    metrics=[Metric("words")],
    streaks=[evolve(OLD.primary_streak, freezes=Freezes(1))],
    achievements=[Achievement("three", StreakTrigger(3)), Achievement("ten", MetricTrigger("words", 12))],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", points=3)]), PointsSystem("gems")],
)


def events(story):
    """Parse lines of user, day of April, metric and value."""
    for line, text in enumerate(filter(None, map(str.strip, story.splitlines())), start=1):
        user, day, metric, value = text.split()
        yield Event(to_micros(at(f"04-{int(day):02}T10:00")), user, metric, int(value), file="log", line=line)


LOG = """
    ann 1 words 1
    ann 2 words 1
    ann 4 words 1
    ben 1 words 11
    cyd 4 views 1
    ben 4 views 1
"""


def test_gains_and_losses_of_users_are_listed():
    result = compare(OLD, NEW, events(LOG), until=at("04-04T23:00"))
    ann, ben, cyd = (result.differences[user] for user in ("ann", "ben", "cyd"))
    assert (ann.gained, ann.lost, ann.points, ann.streak, ann.longest) == (("three",), (), (3, 0), 2, 1)
    assert (ben.gained, ben.lost, ben.points, ben.streak, ben.loses) == ((), ("ten",), (11, 0), 0, True)
    assert (cyd.changed, cyd.loses, cyd.new.events) == (False, False, 0)
    assert (result.changed, result.losers, result.systems) == ((ann, ben), (ben,), ("xp", "gems"))
    assert result.most_affected(1) == (ben,)
    assert list(result.sentences()) == [
        "The longest streak of 1 of 3 users would be longer, of 0 shorter.",
        "Of the streaks that run at the end, 1 would be longer and 0 shorter.",
        "1 of 3 users gains an achievement; 1 of 3 users loses one.",
        "xp: 2 of 3 users would have more points, 0 fewer; +14 in all.",
        "gems: the points of no user change.",
    ]


def test_rows_that_one_ruleset_refuses_are_reported():
    result = compare(OLD, NEW, [*events(LOG), *events("ann 5 word 1")])
    assert [(row.source.line, row.reason[:24]) for row in result.bad_rows] == [
        (1, "unknown metric 'word'; d"),
        (5, "under the new rules only"),
        (6, "under the new rules only"),
    ]
    assert result.skipped == 3


def test_equal_rules_have_no_difference():
    result = compare(OLD, OLD, events(LOG))
    assert not result.changed
    assert list(result.sentences()) == [
        "The longest streak changes for no user.",
        "No user gains an achievement; no user loses one.",
        "xp: the points of no user change.",
    ]


def test_without_users_the_comparison_is_empty():
    assert list(compare(OLD, NEW, []).sentences()) == ["No user was evaluated, so gains and losses are unknown."]


def test_the_file_and_any_number_of_workers(tmp_path):
    for workers in (1, 2):
        result = compare(OLD, NEW, list(events(LOG)), workers=workers, tally=True)
        write_comparison(result, tmp_path / f"{workers}.csv")
        old, new = result.tallies
        assert (old.users, old.events, new.users, new.events) == (3, 6, 2, 4)
    assert (tmp_path / "1.csv").read_bytes() == (tmp_path / "2.csv").read_bytes()
    assert (tmp_path / "1.csv").read_text().splitlines()[:2] == [
        "user_id,events,streak:old,streak:new,longest:old,longest:new,points:xp:old,points:xp:new,"
        "points:gems:old,points:gems:new,gained,lost",
        "ann,3,1,3,2,3,6,9,0,0,three,",
    ]
