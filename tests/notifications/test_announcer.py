"""Notifications: what users and their application are told, and when."""

from contextlib import suppress
from datetime import date, timedelta

import attrs
import pytest
from notified import instants, rules, told
from stories import at, kinds, play

from trophy_engine import (
    Attribute,
    Boost,
    BoostFinished,
    BoostStarted,
    Effect,
    Engine,
    InvalidValue,
    Leaderboard,
    LeaderboardChanged,
    LeaderboardFinished,
    LeaderboardStarted,
    Metric,
    MetricPointsTrigger,
    Notifications,
    PointsChanged,
    PointsSystem,
    RankChanged,
    Ruleset,
    Streak,
    StreakMetric,
    TimePointsTrigger,
    UnknownKey,
)
from trophy_engine.storage.sqlite import SQLiteStorage

# --- without notifications --------------------------------------------------------------------------------------------


def test_without_notifications_nothing_is_told():
    ruleset = rules(
        notifications=None,
        streak=Streak(metrics=[StreakMetric("words", 1)]),
        points=[
            PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)], boosts=[Boost("b", 2, date(2025, 4, 3))])
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


# --- points -----------------------------------------------------------------------------------------------------------


def xp(**given):
    """Make a system that pays a point a word."""
    return PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1)], **given)


def test_changes_of_a_balance_within_a_quarter_of_an_hour_are_told_as_one():
    engine = Engine(rules(points=[xp()]))
    outcomes = play(
        engine,
        """
        04-02T12:00 words 10
        04-02T12:05 words 20
        04-02T12:10 words 5
        """,
    )
    first, *later = [told(outcome.effects, PointsChanged) for outcome in outcomes]
    assert [(one.at, one.system, one.total, one.added) for one in first] == [(at("04-02T12:00"), "xp", 10, 10)]
    assert later == [[], []]
    merged = told(engine.settle(at=at("04-02T12:20")), PointsChanged)
    assert [(one.at, one.total, one.added) for one in merged] == [(at("04-02T12:15"), 35, 25)]


def test_what_was_gathered_opens_the_next_window():
    engine = Engine(rules(points=[xp()]))
    play(
        engine,
        "04-02T12:00 words 1\n04-02T12:05 words 1\n04-02T12:20 words 1\n04-02T12:31 words 1\n04-02T12:50 words 1",
    )
    effects = [effect for transition in engine.transitions("jo", at=at("04-02T13:10")) for effect in transition.effects]
    changes = [(raw[2], raw[4], raw[5]) for raw in effects if raw[0] is PointsChanged]
    base = changes[0][0]
    assert [((when - base) // 60_000_000, total, added) for when, total, added in changes] == [
        (0, 1, 1),
        (15, 2, 1),
        (30, 3, 1),
        (45, 4, 1),
        (60, 5, 1),
    ]


def test_without_a_throttle_every_change_is_told():
    engine = Engine(rules(points=[xp()], notifications=Notifications(throttle_minutes=0)))
    outcomes = play(engine, "04-02T12:00 words 1\n04-02T12:00 words 2\n04-02T12:02 words 3")
    changes = [(one.total, one.added) for outcome in outcomes for one in told(outcome.effects, PointsChanged)]
    assert changes == [(1, 1), (3, 2), (6, 3)]


def test_awards_of_one_command_are_told_as_one_change():
    triggers = [MetricPointsTrigger("words", 1), MetricPointsTrigger("words", 10)]
    engine = Engine(rules(points=[PointsSystem("xp", triggers=triggers)]))
    [outcome] = play(engine, "04-02T12:00 words 3")
    assert [(one.total, one.added) for one in told(outcome.effects, PointsChanged)] == [(33, 33)]


def test_a_subscriber_is_told_of_a_kind():
    engine, heard = Engine(rules(points=[xp()])), []
    engine.subscribe(PointsChanged, heard.append)
    play(engine, "04-02T12:00 words 10\n04-02T12:05 words 20")
    engine.settle(at=at("04-02T13:00"))
    assert [(one.user_id, one.total) for one in heard] == [("jo", 10), ("jo", 30)]


# --- boosts -----------------------------------------------------------------------------------------------------------


def test_a_boost_for_everybody_is_told_where_its_day_is_first_and_when_it_is_over_everywhere():
    valentine = Boost("Valentine", 2, date(2026, 2, 14), date(2026, 2, 14))
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
    assert [(one.at, one.system) for one in told(over, BoostFinished)] == [(at("2026-02-15T13:00"), "xp")]


def test_a_boost_of_ones_own_starts_and_ends_at_ones_own_midnights():
    own = Boost("yours", 3, date(2025, 4, 3), date(2025, 4, 4), user_id="jo")
    engine = Engine(rules(points=[xp(boosts=[own])]))
    engine.identify("jo", time_zone="Asia/Tokyo", at=at("04-02T10:00"))
    engine.identify("flo", at=at("04-02T10:00"))
    effects = engine.settle(at=at("04-10T00:00"))
    assert [(one.user_id, one.at) for one in told(effects, BoostStarted)] == [("jo", at("04-02T15:00"))]
    assert [(one.user_id, one.at) for one in told(effects, BoostFinished)] == [("jo", at("04-04T15:00"))]


def test_whoever_travels_is_told_of_their_boost_once():
    own = Boost("yours", 3, date(2025, 4, 3), user_id="jo")
    engine = Engine(rules(points=[xp(boosts=[own])]))
    engine.identify("jo", time_zone="Asia/Tokyo", at=at("04-02T10:00"))
    effects = [*engine.settle(at=at("04-02T16:00"))]
    effects += engine.identify("jo", time_zone="America/New_York", at=at("04-02T17:00")).effects
    effects += engine.settle(at=at("04-05T00:00"))
    assert instants(effects, BoostStarted) == ["2025-04-02T15:00"]


# --- leaderboards -----------------------------------------------------------------------------------------------------


def weekly(**given):
    """Make a board by words whose runs last seven days."""
    return Leaderboard("weekly", "metric", date(2025, 1, 1), metric="words", run_unit="day", run_interval=7, **given)


def test_a_run_starts_the_day_before_and_is_finished_the_day_after():
    engine = Engine(rules(leaderboards=[weekly()]))
    engine.identify("kiri", time_zone="Pacific/Kiritimati", name="Kiri", at=at("01-06T09:00"))
    engine.identify("lon", time_zone="Europe/London", at=at("01-06T09:00"))
    assert instants(engine.settle(at=at("01-07T09:59")), LeaderboardStarted) == []
    engine.record("words", user="kiri", value=5, at=at("01-07T10:00"))
    engine.record("words", user="lon", value=7, at=at("01-07T10:00"))
    (started,) = told(engine.settle(at=at("01-07T10:00")), LeaderboardStarted)
    assert (started.user_id, started.leaderboard, started.at) == ("", "weekly", at("01-07T10:00"))
    assert (started.start, started.end) == (date(2025, 1, 8), date(2025, 1, 14))
    first, second = told(engine.settle(at=at("01-15T13:00")), LeaderboardFinished)
    assert (first.at, first.start, first.end) == (at("01-08T13:00"), date(2025, 1, 1), date(2025, 1, 7))
    assert [(one.user_id, one.rank, one.value) for one in first.rankings] == [("lon", 1, 7)]
    assert (second.at, second.start) == (at("01-15T13:00"), date(2025, 1, 8))
    assert [(one.user_id, one.name, one.value) for one in second.rankings] == [("kiri", "Kiri", 5)]


def test_a_board_that_is_finished_early_is_told_with_its_first_ten():
    engine = Engine(rules(leaderboards=[weekly()]))
    play(engine, "04-02T10:00 words 3")
    stopped = attrs.evolve(engine.ruleset, leaderboards=[weekly(status="finished")])
    (effect,) = told(engine.update(stopped, at=at("04-02T12:00")), LeaderboardFinished)
    assert (effect.at, effect.start, [one.value for one in effect.rankings]) == (
        at("04-02T12:00"),
        date(2025, 4, 2),
        [3],
    )
    assert told(engine.settle(at=at("05-01T00:00")), LeaderboardFinished) == []


def test_the_first_ten_are_those_of_the_close_however_late_one_settles():
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
        told(effects, LeaderboardFinished) for effects in (finished, late.settle(at=at("01-10T00:00")))
    )
    assert by_early == by_late
    assert [one.user_id for one in by_late.rankings] == [f"u{number:02}" for number in range(11, 1, -1)]


def test_closings_of_a_long_absence_cost_what_happened_in_it():
    daily = Leaderboard("xp", "points", date(2020, 1, 1), points="xp", run_unit="day", run_interval=1)
    points = [PointsSystem("xp", triggers=[TimePointsTrigger(1, "days", 1)])]
    engine = Engine(rules(points=points, leaderboards=[daily]))
    play(engine, "2020-01-01T12:00 words 1")
    finished = told(engine.settle(at=at("2025-01-01T00:00")), LeaderboardFinished)
    assert [len(one.rankings) for one in finished] == [0] + [1] * (len(finished) - 1)
    assert len(finished) == (date(2024, 12, 31) - date(2020, 1, 1)).days


def test_what_is_told_of_boards_begins_with_the_first_user_whomever_the_log_begins_with():
    def told_of(*users):
        engine = Engine(rules(leaderboards=[weekly()]))
        for user, when in users:
            play(engine, f"{when}T12:00 words 1", user)
        return [(one.at, one.start) for one in told(engine.settle(at=at("01-30T00:00")), LeaderboardFinished)]

    early, late = ("ann", "01-02"), ("bob", "01-20")
    assert told_of(early, late) == told_of(late, early)


def test_what_waits_to_be_told_survives_a_batch_that_fails_and_other_rules():
    engine = Engine(rules(leaderboards=[weekly()]))
    play(engine, "04-02T10:00 words 3", "ann")
    play(engine, "04-02T10:01 words 2", "bob")
    play(engine, "04-02T10:02 words 2", "bob")  # both wait for a quarter of an hour after they were told
    with suppress(KeyError), engine.batch():
        play(engine, "04-02T10:03 words 9", "ann")
        raise KeyError
    with pytest.raises(InvalidValue), engine.batch():
        engine.update(rules(), at=at("04-02T10:30"))
    engine.update(attrs.evolve(engine.ruleset, metrics=[Metric("words"), Metric("views")]), at=at("04-02T10:05"))
    moved = [(one.user_id, one.at, one.rank) for one in told(engine.settle(at=at("04-02T11:00")), RankChanged)]
    assert moved == [("ann", at("04-02T10:15"), 2), ("bob", at("04-02T10:16"), 1)]


@pytest.mark.parametrize("notifications", [Notifications(), None])
def test_a_board_that_comes_back_is_not_told_what_waited_when_it_was_dropped(notifications):
    with_board = rules(leaderboards=[weekly()])
    engine = Engine(with_board)
    play(engine, "04-02T10:00 words 3", "ann")
    play(engine, "04-02T10:01 words 2", "bob")
    play(engine, "04-02T10:02 words 2", "bob")
    engine.update(rules(notifications=notifications), at=at("04-02T10:05"))
    engine.update(with_board, at=at("04-02T10:06"))
    effects = play(engine, "04-02T10:10 words 1", "cy")[0].effects
    assert ranks(effects) == [(at("04-02T10:10"), "cy", None, 3)]
    assert ranks(engine.settle(at=at("04-02T11:00"))) == []


def test_awards_that_cancel_out_delay_nothing():
    both = [MetricPointsTrigger("words", 5), MetricPointsTrigger("words", -5), MetricPointsTrigger("words", 1, 10)]
    engine = Engine(rules(points=[PointsSystem("xp", triggers=both)]))
    play(engine, "04-02T10:00 words 1")
    (outcome,) = play(engine, "04-02T10:01 words 9")
    assert [one.added for one in told(outcome.effects, PointsChanged)] == [1]


def test_settling_survives_that_the_storage_is_opened_anew(tmp_path):
    ruleset = rules(leaderboards=[weekly()])
    with Engine(ruleset, storage=SQLiteStorage(tmp_path / "log.db")) as engine:
        play(engine, "01-02T10:00 words 3")
        assert instants(engine.settle(at=at("01-07T12:00")), LeaderboardStarted) == ["2025-01-07T10:00"]
    with Engine(ruleset, storage=SQLiteStorage(tmp_path / "log.db")) as engine:
        effects = engine.settle(at=at("01-14T12:00"))
        assert instants(effects, LeaderboardStarted) == ["2025-01-14T10:00"]
        assert instants(effects, LeaderboardFinished) == ["2025-01-08T13:00"]


def test_a_move_is_told_to_whoever_moves_and_to_those_it_displaces():
    engine = Engine(rules(leaderboards=[weekly(max_participants=2)]))
    engine.record("words", user="ann", value=30, at=at("01-02T10:00"))
    engine.record("words", user="ben", value=20, at=at("01-02T10:00"))
    outcome = engine.record("words", user="cyd", value=40, at=at("01-02T11:00"))
    changes = told(outcome.effects, RankChanged)
    assert [(one.user_id, one.previous_rank, one.rank, one.previous_value, one.value) for one in changes] == [
        ("cyd", None, 1, None, 40),
        ("ann", 1, 2, 30, 30),
        ("ben", 2, None, 20, 20),
    ]
    assert {(one.leaderboard, one.run) for one in changes} == {("weekly", date(2025, 1, 1))}
    assert kinds(told(outcome.effects, LeaderboardChanged)) == [
        ("leaderboard.changed", at("01-02T10:15")),  # what ben did within the window that ann's first event opened
        ("leaderboard.changed", at("01-02T11:00")),
    ]


def ranks(effects):
    return [(one.at, one.user_id, one.previous_rank, one.rank) for one in told(effects, RankChanged)]


@pytest.mark.parametrize("settled", [[], ["04-03T12:00", "04-03T23:00", "04-04T00:00"]])
def test_ranks_that_time_changes_are_told_as_of_the_midnight_however_often_one_settles(settled):
    keen = Leaderboard("keen", "streak", date(2025, 1, 1))
    engine = Engine(rules(streak=Streak(metrics=[StreakMetric("words")]), leaderboards=[keen]))
    play(engine, "04-01T10:00 words 1\n04-02T10:00 words 1", "ann")
    play(engine, "04-02T11:00 words 1\n04-03T10:00 words 1", "bob")
    effects = [one for when in [*settled, "04-04T10:00"] for one in engine.settle(at=at(when))]
    assert ranks(effects) == [(at("04-04T00:00"), "ann", 1, None), (at("04-04T00:00"), "bob", 2, 1)]
    assert told(effects, LeaderboardChanged)[-1].at == at("04-04T00:00")


def test_ranks_that_time_changes_are_told_with_the_next_command_even_after_one_that_was_refused():
    hourly = PointsSystem("xp", triggers=[TimePointsTrigger(5, "hours", 1, user_attributes={"plan": "pro"})])
    board = Leaderboard("xp", "points", date(2025, 1, 1), points="xp")
    both = PointsSystem("xp", triggers=[MetricPointsTrigger("words", 1), *hourly.triggers])
    engine = Engine(rules(attributes=[Attribute("plan")], points=[both], leaderboards=[board]))
    play(engine, "04-02T10:00 words 3", "ann")
    engine.identify("bob", attributes={"plan": "pro"}, at=at("04-02T10:30"))
    with pytest.raises(UnknownKey):
        engine.record("wrods", user="ann", at=at("04-02T12:00"))
    outcome = engine.record("words", user="cy", value=1, at=at("04-02T12:10"))
    assert ranks(outcome.effects) == [
        (at("04-02T11:30"), "bob", None, 1),
        (at("04-02T11:30"), "ann", 1, 2),
        (at("04-02T12:10"), "cy", None, 3),
    ]


@pytest.mark.parametrize("throttle", [0, 15, 3000])
def test_a_command_that_is_refused_at_a_later_instant_does_not_change_what_is_told_of_ranks(throttle):
    keen = Leaderboard("keen", "streak", date(2025, 1, 1))
    streak = Streak(metrics=[StreakMetric("words")])
    ruleset = rules(streak=streak, leaderboards=[keen], notifications=Notifications(throttle_minutes=throttle))

    def changes(refused):
        engine = Engine(ruleset)
        heard = play(engine, "04-01T10:00 words 1\n04-02T10:00 words 1\n04-03T10:00 words 1", "ann")
        heard += play(engine, "04-02T11:00 words 1\n04-03T11:00 words 1", "bob")
        for when in refused:
            with pytest.raises(UnknownKey):
                engine.record("wrods", user="ann", at=at(when))
        heard += play(engine, "04-04T10:00 words 1\n04-05T10:00 words 1\n04-06T10:00 words 1", "ann")
        return [ranks(outcome.effects) for outcome in heard]

    expected = changes([])
    assert any(told_then for told_then in expected[-3:])
    assert changes(["04-05T09:00"]) == changes(["04-20T09:00", "04-05T00:00"]) == expected


def test_ranks_that_change_within_a_quarter_of_an_hour_are_told_as_one():
    engine, heard = Engine(rules(leaderboards=[weekly()])), []
    engine.subscribe(RankChanged, lambda one: heard.append((one.user_id, one.at, one.previous_rank, one.rank)))
    engine.record("words", user="ann", value=10, at=at("01-02T10:00"))
    engine.record("words", user="ben", value=20, at=at("01-02T10:05"))
    engine.record("words", user="cyd", value=30, at=at("01-02T10:10"))
    assert [one for one in heard if one[0] == "ann"] == [("ann", at("01-02T10:00"), None, 1)]
    engine.settle(at=at("01-02T10:15"))
    assert heard[-1] == ("ann", at("01-02T10:15"), 1, 3)
    engine.record("words", user="ann", value=90, at=at("01-02T11:00"))
    assert ("ben", at("01-02T10:20"), 1, 2) in heard
    assert heard[-3:] == [
        ("ann", at("01-02T11:00"), 3, 1),
        ("cyd", at("01-02T11:00"), 1, 2),
        ("ben", at("01-02T11:00"), 2, 3),
    ]


def test_a_rank_that_is_what_it_was_when_the_window_ends_is_not_told():
    engine, heard = Engine(rules(leaderboards=[weekly()])), []
    engine.subscribe(RankChanged, heard.append)
    engine.record("words", user="ann", value=10, at=at("01-02T10:00"))
    engine.record("words", user="ben", value=20, at=at("01-02T10:05"))
    engine.record("words", user="ann", value=20, at=at("01-02T10:06"))
    engine.settle(at=at("01-02T10:15"))
    assert [one.user_id for one in heard] == ["ann", "ben"]


def test_a_log_done_again_tells_the_same():
    ruleset = rules(leaderboards=[weekly()], points=[xp(boosts=[Boost("b", 2, date(2025, 1, 6))])])
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
