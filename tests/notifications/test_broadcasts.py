"""Broadcasts: starts and ends of boosts and runs are announced to all users at once."""

from datetime import date

import attrs
import pytest
from notified import effects_of_kind, instants, rules, weekly, xp
from stories import at, play

from trophy_engine import (
    Boost,
    BoostFinished,
    Engine,
    Leaderboard,
    LeaderboardFinished,
    LeaderboardStarted,
    Streak,
    StreakMetric,
)


def test_a_global_boost_is_announced_at_its_first_start_and_its_last_end():
    valentine = Boost("Valentine", 2, when={"start": date(2026, 2, 14), "end": date(2026, 2, 14)})
    engine = Engine(rules(points=[xp(boosts=[valentine])]))
    engine.identify("kiwi", time_zone="Pacific/Auckland", at=at("2026-02-13T08:00"))
    engine.identify("angelino", time_zone="America/Los_Angeles", at=at("2026-02-13T08:00"))
    started = engine.settle(at=at("2026-02-13T10:00"))
    assert [(one.type, one.user_id, one.boost) for one in started] == [("points.boost_started", "", valentine)]
    gains = [
        engine.record("words", user=user, at=at(when)).points["xp"].added
        for user, when in (
            ("kiwi", "2026-02-13T12:00"),
            ("angelino", "2026-02-15T07:59"),
            ("angelino", "2026-02-15T08:00"),
        )
    ]
    assert gains == [2, 2, 1]
    over = engine.settle(at=at("2026-02-16T00:00"))
    assert [(effect.at, effect.system) for effect in effects_of_kind(over, BoostFinished)] == [
        (at("2026-02-15T13:00"), "xp")
    ]


def test_a_run_starts_the_day_before_and_is_finished_the_day_after():
    engine = Engine(rules(leaderboards=[weekly()]))
    engine.identify("kiri", time_zone="Pacific/Kiritimati", name="Kiri", at=at("01-06T09:00"))
    engine.identify("lon", time_zone="Europe/London", at=at("01-06T09:00"))
    assert instants(engine.settle(at=at("01-07T09:59")), LeaderboardStarted) == []
    engine.record("words", user="kiri", value=5, at=at("01-07T10:00"))
    engine.record("words", user="lon", value=7, at=at("01-07T10:00"))
    (started,) = effects_of_kind(engine.settle(at=at("01-07T10:00")), LeaderboardStarted)
    assert started.rankings == ()
    assert (started.user_id, started.leaderboard, started.at) == ("", "weekly", at("01-07T10:00"))
    assert (started.start, started.end) == (date(2025, 1, 8), date(2025, 1, 14))
    first, second = effects_of_kind(engine.settle(at=at("01-15T13:00")), LeaderboardFinished)
    assert (first.at, first.start, first.end) == (at("01-08T13:00"), date(2025, 1, 1), date(2025, 1, 7))
    assert [(row.user_id, row.rank, row.value) for row in first.rankings] == [("lon", 1, 7)]
    assert (second.at, second.start) == (at("01-15T13:00"), date(2025, 1, 8))
    assert [(row.user_id, row.name, row.value) for row in second.rankings] == [("kiri", "Kiri", 5)]


def test_a_board_finished_early_is_announced_with_its_first_ten():
    engine = Engine(rules(leaderboards=[weekly()]))
    play(engine, "04-02T10:00 words 3")
    stopped = attrs.evolve(engine.ruleset, leaderboards=[weekly(status="finished")])
    (effect,) = effects_of_kind(engine.update(stopped, at=at("04-02T12:00")), LeaderboardFinished)
    assert (effect.at, effect.start, [row.value for row in effect.rankings]) == (
        at("04-02T12:00"),
        date(2025, 4, 2),
        [3],
    )
    assert effects_of_kind(engine.settle(at=at("05-01T00:00")), LeaderboardFinished) == []


def test_announcements_of_boards_start_with_the_first_user_in_any_order_of_the_log():
    def told_of(*users):
        engine = Engine(rules(leaderboards=[weekly()]))
        for user, when in users:
            play(engine, f"{when}T12:00 words 1", user)
        return [
            (effect.at, effect.start)
            for effect in effects_of_kind(engine.settle(at=at("01-30T00:00")), LeaderboardFinished)
        ]

    early, late = ("ann", "01-02"), ("bob", "01-20")
    assert told_of(early, late) == told_of(late, early)


@pytest.mark.parametrize("settled_at", ["01-07T10:00", "01-20T10:00"])
def test_a_leaderboard_by_streak_starts_with_the_streaks_of_that_instant(settled_at):
    keen = Leaderboard("keen", "streak", date(2025, 1, 8))
    engine = Engine(rules(streaks=[Streak("habit", metrics=[StreakMetric("words")])], leaderboards=[keen]))
    play(engine, "01-05T10:00 words 1\n01-06T10:00 words 1", "ann")
    play(engine, "01-07T09:00 words 1", "bob")
    (started,) = effects_of_kind(engine.settle(at=at(settled_at)), LeaderboardStarted)
    assert started.at == at("01-07T10:00")
    assert [(row.rank, row.user_id, row.value) for row in started.rankings] == [(1, "ann", 2), (2, "bob", 1)]
