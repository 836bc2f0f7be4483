"""Backfill: a leaderboard that is added later counts the whole history."""

import attrs
import pytest
from stories import at, play

from trophy_engine import Attribute, Engine, Leaderboard, Metric, MetricPointsTrigger, PointsSystem, Ruleset
from trophy_engine.core.backfill import find_boards_to_backfill
from trophy_engine.core.compile import compile_plan

RULES = Ruleset(
    attributes=[Attribute("genre", "event")],
    metrics=[Metric("words"), Metric("views")],
    points=[PointsSystem("xp", triggers=[MetricPointsTrigger("words", points=2)])],
)
LATER = "04-05T10:00"
#: What the boards rank by.
SUBJECTS = [("metric", "words"), ("points", "xp")]


def board(key, **given):
    run = {"run_unit": "day", "run_interval": 1}
    return Leaderboard(key, "points" if "points" in given else "metric", "2025-04-01", **run, **given)


def engine_of(story, *, time_zone="UTC"):
    engine = Engine(RULES)
    engine.identify("jo", time_zone=time_zone, at=at("04-01T00:00"))
    play(engine, story)
    return engine


def values(engine, key, *dates):
    return [
        [row.value for row in engine.leaderboard(key, run=f"2025-04-{date:02}", at=at("04-06T12:00")).rankings]
        for date in dates
    ]


def add(engine, *boards, **changes):
    engine.update(attrs.evolve(engine.ruleset, leaderboards=boards, **changes), at=at(LATER))


def test_events_and_awards_count_on_the_local_dates_on_which_they_came():
    story = "04-01T10:00 words 3\n04-02T03:00 words 4\n04-02T12:00 words 5"
    engine = engine_of(story, time_zone="America/New_York")
    add(engine, board("most-words", metric="words"), board("most-xp", points="xp"))
    assert values(engine, "most-words", 1, 2) == [[7], [5]]
    assert values(engine, "most-xp", 1, 2) == [[14], [10]]


def test_a_derived_metric_counts_the_events_that_pass_its_filter():
    engine = engine_of("")
    for minute, (value, genre) in enumerate([(9, "poem"), (4, "play"), (6, "poem")]):
        engine.record("words", user="jo", value=value, attributes={"genre": genre}, at=at(f"04-02T10:{minute:02}"))
    least = Metric("least-poem", source="words", aggregate="min", event_attributes={"genre": "poem"})
    days = Metric("days", source="words", aggregate="days")
    boards = board("short", metric="least-poem"), board("busy", metric="days")
    add(engine, *boards, metrics=(*RULES.metrics, least, days))
    assert values(engine, "short", 2, 3) == [[6], []]
    assert values(engine, "busy", 2) == [[1]]


def test_what_was_counted_before_the_metric_was_removed_does_not_count():
    engine = engine_of("04-01T10:00 views 3")
    engine.update(Ruleset(metrics=[Metric("words")]), at=at("04-02T10:00"))
    engine.update(RULES, at=at("04-03T10:00"))
    play(engine, "04-03T11:00 views 5")
    add(engine, board("seen", metric="views"))
    assert values(engine, "seen", 1, 3) == [[], [5]]


def test_an_ascending_board_has_a_value_for_each_user_with_an_event():
    engine = engine_of("04-01T10:00 words 0")
    add(engine, board("most", metric="words"), board("least", metric="words", order="ascending"))
    assert (values(engine, "most", 1, 2), values(engine, "least", 1, 2)) == ([[], []], [[0], []])


def test_events_and_awards_count_on_the_dates_of_the_zone_of_the_board():
    engine = engine_of("04-01T10:00 words 3\n04-02T03:00 words 4", time_zone="America/New_York")
    add(engine, *(board(kind, time_zone="Asia/Tokyo", **{kind: key}) for kind, key in SUBJECTS))
    assert (values(engine, "metric", 1, 2), values(engine, "points", 1, 2)) == ([[3], [4]], [[6], [8]])


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ({"order": "ascending"}, True),
        ({"time_zone": "Asia/Tokyo"}, True),
        ({"start_time": "06:00"}, True),
        ({"run_interval": 2}, True),
        ({"ties": "shared"}, False),
        ({"run_unit": "week", "run_interval": 1}, False),
        ({"max_participants": 3, "name": "Most"}, False),
    ],
)
@pytest.mark.parametrize(("kind", "key"), SUBJECTS)
def test_a_board_is_counted_again_if_something_else_counts(changes, counted, kind, key):
    former = attrs.evolve(board("most", **{kind: key}), run_interval=7)
    before, after = (
        compile_plan(attrs.evolve(RULES, leaderboards=[rule])) for rule in (former, attrs.evolve(former, **changes))
    )
    assert find_boards_to_backfill(before, after) == (("most",) if counted else ())
