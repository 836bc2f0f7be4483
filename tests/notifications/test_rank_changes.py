"""Rank changes are announced to the users who move and to displaced users, at a bounded rate."""

from contextlib import suppress
from datetime import date

import attrs
import pytest
from notified import effects_of_kind, rules, weekly
from stories import at, kinds, play

from trophy_engine import (
    Attribute,
    Engine,
    InvalidValue,
    Leaderboard,
    LeaderboardChanged,
    Metric,
    MetricPointsTrigger,
    Notifications,
    PointsSystem,
    RankChanged,
    Streak,
    StreakMetric,
    TimePointsTrigger,
    UnknownKey,
)


def test_pending_rank_changes_survive_a_failed_batch_and_other_rules():
    engine = Engine(rules(leaderboards=[weekly()]))
    play(engine, "04-02T10:00 words 3", "ann")
    play(engine, "04-02T10:01 words 2", "bob")
    play(
        engine, "04-02T10:02 words 2", "bob"
    )  # both are pending for a quarter of an hour after their last announcement
    with suppress(KeyError), engine.batch():
        play(engine, "04-02T10:03 words 9", "ann")
        raise KeyError
    with pytest.raises(InvalidValue), engine.batch():
        engine.update(rules(), at=at("04-02T10:30"))
    engine.update(attrs.evolve(engine.ruleset, metrics=[Metric("words"), Metric("views")]), at=at("04-02T10:05"))
    moved = [
        (effect.user_id, effect.at, effect.rank)
        for effect in effects_of_kind(engine.settle(at=at("04-02T11:00")), RankChanged)
    ]
    assert moved == [("ann", at("04-02T10:15"), 2), ("bob", at("04-02T10:16"), 1)]


@pytest.mark.parametrize("notifications", [Notifications(), None])
def test_a_board_that_returns_has_no_pending_changes_from_before_its_removal(notifications):
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


def test_a_rank_change_is_announced_to_the_user_and_to_displaced_users():
    engine = Engine(rules(leaderboards=[weekly(max_participants=2)]))
    engine.record("words", user="ann", value=30, at=at("01-02T10:00"))
    engine.record("words", user="ben", value=20, at=at("01-02T10:00"))
    outcome = engine.record("words", user="cyd", value=40, at=at("01-02T11:00"))
    changes = effects_of_kind(outcome.effects, RankChanged)
    assert [
        (change.user_id, change.previous_rank, change.rank, change.previous_value, change.value) for change in changes
    ] == [
        ("cyd", None, 1, None, 40),
        ("ann", 1, 2, 30, 30),
        ("ben", 2, None, 20, 20),
    ]
    assert {(change.leaderboard, change.run) for change in changes} == {("weekly", date(2025, 1, 1))}
    assert kinds(effects_of_kind(outcome.effects, LeaderboardChanged)) == [
        (
            "leaderboard.changed",
            at("01-02T10:15"),
        ),  # the events of ben within the window that the first event of ann opened
        ("leaderboard.changed", at("01-02T11:00")),
    ]


def ranks(effects):
    return [
        (effect.at, effect.user_id, effect.previous_rank, effect.rank)
        for effect in effects_of_kind(effects, RankChanged)
    ]


@pytest.mark.parametrize("settled", [[], ["04-03T12:00", "04-03T23:00", "04-04T00:00"]])
def test_rank_changes_by_time_are_announced_as_of_midnight(settled):
    keen = Leaderboard("keen", "streak", date(2025, 1, 1))
    engine = Engine(rules(streaks=[Streak("habit", metrics=[StreakMetric("words")])], leaderboards=[keen]))
    play(engine, "04-01T10:00 words 1\n04-02T10:00 words 1", "ann")
    play(engine, "04-02T11:00 words 1\n04-03T10:00 words 1", "bob")
    effects = [effect for when in [*settled, "04-04T10:00"] for effect in engine.settle(at=at(when))]
    assert ranks(effects) == [(at("04-04T00:00"), "ann", 1, None), (at("04-04T00:00"), "bob", 2, 1)]
    assert effects_of_kind(effects, LeaderboardChanged)[-1].at == at("04-04T00:00")


def test_rank_changes_by_time_are_announced_with_the_next_command_even_after_a_refused_one():
    hourly = PointsSystem("xp", triggers=[TimePointsTrigger(5, "hours", 1, when={"user_attributes": {"plan": "pro"}})])
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
def test_a_refused_command_at_a_later_instant_does_not_change_announced_ranks(throttle):
    keen = Leaderboard("keen", "streak", date(2025, 1, 1))
    streak = Streak("habit", metrics=[StreakMetric("words")])
    ruleset = rules(streaks=[streak], leaderboards=[keen], notifications=Notifications(throttle_minutes=throttle))

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


def test_rank_changes_within_a_quarter_of_an_hour_are_announced_as_one():
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


def test_a_rank_unchanged_at_the_end_of_the_window_is_not_announced():
    engine, heard = Engine(rules(leaderboards=[weekly()])), []
    engine.subscribe(RankChanged, heard.append)
    engine.record("words", user="ann", value=10, at=at("01-02T10:00"))
    engine.record("words", user="ben", value=20, at=at("01-02T10:05"))
    engine.record("words", user="ann", value=20, at=at("01-02T10:06"))
    engine.settle(at=at("01-02T10:15"))
    assert [one.user_id for one in heard] == ["ann", "ben"]


@pytest.mark.parametrize("settled", [[], ["04-02T10:15"], ["04-02T10:20", "04-02T10:50"]])
def test_a_changed_leaderboard_has_its_first_rows_as_of_the_announcement(settled):
    engine = Engine(rules(leaderboards=[weekly(max_participants=11)]))
    engine.identify("u00", name="Ann", at=at("04-02T09:00"))
    effects = []
    for number in range(12):
        effects += engine.record("words", user=f"u{number:02}", value=number + 1, at=at("04-02T10:00")).effects
    for when in settled:
        effects += engine.settle(at=at(when))
    effects += engine.record("words", user="u00", value=20, at=at("04-02T11:00")).effects
    changes = effects_of_kind(effects, LeaderboardChanged)
    assert [effect.at for effect in changes] == [at("04-02T10:00"), at("04-02T10:15"), at("04-02T11:00")]
    first, second, third = ([(row.rank, row.user_id, row.value) for row in effect.rankings] for effect in changes)
    assert first == [(1, "u00", 1)]
    assert second == [(rank, f"u{12 - rank:02}", 13 - rank) for rank in range(1, 11)]
    assert third[:2] == [(1, "u00", 21), (2, "u11", 12)]
    assert [changes[0].rankings[0].name, changes[2].rankings[0].name] == ["Ann", "Ann"]
    assert changes[1].rankings == engine.leaderboard("weekly", at=at("04-02T10:15"), run=date(2025, 4, 2)).rankings


def test_a_pending_change_of_a_leaderboard_is_not_that_of_the_loss_that_announces_it():
    """The loss at midnight makes the pending change due, of which the window ended before."""
    keen = Leaderboard("keen", "streak", date(2025, 1, 1))
    engine = Engine(rules(streaks=[Streak("habit", metrics=[StreakMetric("words")])], leaderboards=[keen]))
    play(engine, "04-01T23:50 words 1\n04-02T10:00 words 1", "ann")
    play(engine, "04-02T10:05 words 1", "bob")
    play(engine, "04-02T10:06 words 1", "cy")
    effects = play(engine, "04-04T10:00 words 1", "bob")[-1].effects
    rows = [
        (effect.at, [(row.user_id, row.value) for row in effect.rankings])
        for effect in effects_of_kind(effects, LeaderboardChanged)
    ]
    assert rows == [
        (at("04-02T10:20"), [("ann", 2), ("bob", 1), ("cy", 1)]),
        (at("04-04T00:00"), [("bob", 1), ("cy", 1)]),
        (at("04-04T00:15"), []),
        (at("04-04T10:00"), [("bob", 1)]),
    ]
