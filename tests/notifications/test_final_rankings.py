"""Final rankings are those of the close of a run, however late it is settled."""

from datetime import date

import pytest
from notified import effects_of_kind, rules, weekly
from stories import at, play

from trophy_engine import (
    Attribute,
    Engine,
    Leaderboard,
    LeaderboardFinished,
    Metric,
    Notifications,
    PointsSystem,
    Ruleset,
    TimePointsTrigger,
)


def test_the_first_ten_are_those_of_the_close_when_settled_late():
    ruleset = Ruleset(
        metrics=[Metric("words")],
        attributes=[Attribute("city")],
        leaderboards=[weekly(user_attributes={"city": "Rome"})],
        notifications=Notifications(),
    )
    late, early = Engine(ruleset), Engine(ruleset)
    for engine in (late, early):
        for number in range(12):
            user = f"u{number:02}"
            engine.identify(user, attributes={"city": "Rome"}, at=at("01-02T09:00"))
            engine.record("words", user=user, value=number + 1, at=at("01-02T10:00"))
    finished = [*early.settle(at=at("01-08T13:00"))]
    for engine in (late, early):
        engine.identify("u11", attributes={"city": "Bonn"}, at=at("01-09T09:00"))
    finished += early.settle(at=at("01-10T00:00"))
    (by_early,), (by_late,) = (
        effects_of_kind(effects, LeaderboardFinished) for effects in (finished, late.settle(at=at("01-10T00:00")))
    )
    assert by_early == by_late
    assert [row.user_id for row in by_late.rankings] == [f"u{number:02}" for number in range(11, 1, -1)]


@pytest.mark.thorough
def test_runs_closed_in_a_long_absence_take_time_only_for_their_events():
    daily = Leaderboard("xp", "points", date(2020, 1, 1), points="xp", run_unit="day", run_interval=1)
    points = [PointsSystem("xp", triggers=[TimePointsTrigger(1, "days", 1)])]
    engine = Engine(rules(points=points, leaderboards=[daily]))
    play(engine, "2020-01-01T12:00 words 1")
    finished = effects_of_kind(engine.settle(at=at("2025-01-01T00:00")), LeaderboardFinished)
    assert [len(effect.rankings) for effect in finished] == [0] + [1] * (len(finished) - 1)
    assert len(finished) == (date(2024, 12, 31) - date(2020, 1, 1)).days
