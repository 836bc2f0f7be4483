"""The announcer: settling announces the same effects after a reopening and after a replay of the log."""

from datetime import date, timedelta

from notified import instants, rules, weekly, xp
from stories import at, play

from trophy_engine import (
    Boost,
    Effect,
    Engine,
    Leaderboard,
    LeaderboardFinished,
    LeaderboardStarted,
    MetricPointsTrigger,
    PointsSystem,
    Streak,
    StreakMetric,
)
from trophy_engine.storage.sqlite import SQLiteStorage


def test_without_notifications_nothing_is_announced():
    ruleset = rules(
        notifications=None,
        streaks=[Streak("habit", metrics=[StreakMetric("words", 1)])],
        points=[
            PointsSystem(
                "xp",
                triggers=[MetricPointsTrigger("words", 1)],
                boosts=[Boost("b", 2, when={"start": date(2025, 4, 3)})],
            )
        ],
        leaderboards=[Leaderboard("board", "metric", date(2025, 4, 1), metric="words", run_unit="day", run_interval=1)],
    )
    engine = Engine(ruleset)
    outcomes = play(engine, "04-02T12:00 words 3")
    effects = [*outcomes[0].effects, *engine.settle(at=at("06-02T00:00"))]
    assert {effect.type for effect in effects} == {
        "user.created",
        "metric.changed",
        "streak.started",
        "streak.lost",
        "points.awarded",
    }
    assert engine.export_user("jo")["plugs"] == {}


def test_settling_continues_after_the_storage_is_reopened(tmp_path):
    ruleset = rules(leaderboards=[weekly()])
    with Engine(ruleset, storage=SQLiteStorage(tmp_path / "log.db")) as engine:
        play(engine, "01-02T10:00 words 3")
        assert instants(engine.settle(at=at("01-07T12:00")), LeaderboardStarted) == ["2025-01-07T10:00"]
    with Engine(ruleset, storage=SQLiteStorage(tmp_path / "log.db")) as engine:
        effects = engine.settle(at=at("01-14T12:00"))
        assert instants(effects, LeaderboardStarted) == ["2025-01-14T10:00"]
        assert instants(effects, LeaderboardFinished) == ["2025-01-08T13:00"]


def test_a_replayed_log_has_equal_announcements():
    ruleset = rules(leaderboards=[weekly()], points=[xp(boosts=[Boost("b", 2, when={"start": date(2025, 1, 6)})])])
    engine, heard = Engine(ruleset), []
    engine.subscribe(Effect, heard.append)
    play(engine, "01-02T10:00 words 3\n01-03T10:00 words 5")
    engine.settle(at=at("01-05T11:00"))
    engine.record("words", user="flo", value=30, at=at("01-07T10:00"))
    engine.settle(at=at("01-20T11:00"))
    again, told_again = Engine(ruleset), []
    again.subscribe(Effect, told_again.append)
    for entry in list(engine.log())[1:]:
        if entry.number:
            command = entry.command
            again.record(command.metric, user=command.user_id, value=command.value, at=_moment(command.at))
        else:
            again.settle(at=_moment(entry.command.at))
    assert told_again == heard
    assert Engine.from_log(engine.log()).export_user("jo") == engine.export_user("jo")


def _moment(micros):
    return at("1970-01-01T00:00") + timedelta(microseconds=micros)
