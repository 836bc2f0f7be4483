"""A view as of an effect that subscribers are being notified of equals the one from the log, and costs less."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from steps import growth
from stories import at, play

from trophy_engine import (
    Effect,
    Engine,
    FreezeLimitReached,
    Metric,
    Notifications,
    Ruleset,
    Streak,
    StreakMetric,
    UnknownUser,
)
from trophy_engine.testing import execute, games

RULES = Ruleset(
    metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")])], notifications=Notifications()
)


def described(player):
    """Return what a view shows."""
    return (
        player.streak,
        player.metrics,
        player.points,
        player.completed,
        player.attributes,
        player.time_zone,
        player.pauses,
        player.freezes,
        player.updated,
    )


@pytest.mark.thorough
@given(games(), st.integers(1, 5))
@settings(deadline=None)
def test_a_view_within_a_callback_equals_the_view_from_the_log(history, batch_size):
    engine = Engine(history.ruleset)
    seen = []

    def look(effect):
        if effect.user_id:
            seen.append((effect.user_id, effect.at, described(engine.user(effect.user_id, at=effect.at)), len(log)))

    engine.subscribe(Effect, look)
    log = []
    commands = list(history.commands)
    for start in range(0, len(commands), batch_size):
        with engine.batch():
            for command in commands[start : start + batch_size]:
                execute(engine, command)
        log = list(engine.log())
        replica = Engine.from_log(log)
        for user, instant, view, _ in seen:
            assert view == described(replica.user(user, at=instant))
        seen.clear()


def test_a_view_in_the_middle_of_a_long_absence_shows_that_instant():
    engine = Engine(RULES)
    lengths = []
    engine.subscribe(
        Effect, lambda effect: lengths.append((effect.type, engine.user("jo", at=effect.at).streak.length))
    )
    play(engine, "04-01T10:00 words 1\n04-02T10:00 words 1")
    lengths.clear()
    play(engine, "04-20T10:00 words 1")
    assert lengths == [
        ("emails.streak_reminder_due", 2),
        ("streak.lost", 0),
        ("emails.reactivation_due", 0),
        ("emails.recap_due", 0),
        *[("emails.reactivation_due", 0)] * 3,
        ("metric.changed", 1),
        ("streak.started", 1),
    ]


@pytest.mark.parametrize("batched", [False, True])
def test_its_time_does_not_depend_on_the_length_of_the_log(batched):
    def prepare(events):
        engine = Engine(RULES)
        for minute in range(events):
            engine.record("words", user="jo", at=at("04-01T00:00") + timedelta(minutes=minute))
        engine.transitions("jo")  # the storage indexes its entries by user
        engine.subscribe("streak.lost", lambda effect: engine.user("jo", at=effect.at))

        def work():
            if not batched:
                play(engine, "04-20T10:00 words 1")
                return
            with engine.batch():
                play(engine, "04-20T10:00 words 1\n04-20T11:00 words 1")

        return work

    assert growth(prepare, 100, 10) < 1.1


def test_a_refused_command_leaves_the_view_of_the_next_effects_right():
    engine = Engine(RULES)
    lengths = []
    engine.subscribe("streak.lost", lambda effect: lengths.append(engine.user("jo", at=effect.at).streak.length))
    play(engine, "04-01T10:00 words 1")
    with pytest.raises(FreezeLimitReached):
        engine.grant_freeze("jo", at=at("04-10T10:00"))
    play(engine, "04-11T10:00 words 1\n04-20T10:00 words 1")
    assert set(lengths) == {0}


def test_a_callback_can_look_further_back_than_the_state_that_is_kept():
    engine = Engine(RULES)
    lengths = []

    def look(effect):
        views = (engine.user("jo", at=effect.at - timedelta(days=days)) for days in (0, 1, 2, 0))
        lengths.append([view.streak.length for view in views])

    play(engine, "04-01T10:00 words 1\n04-02T10:00 words 1")
    engine.subscribe("streak.lost", look)
    play(engine, "04-20T10:00 words 1")
    with engine.batch():
        play(engine, "04-21T10:00 words 1")
        engine.settle(at=at("04-23T12:00"))
        play(engine, "04-24T10:00 words 1")
    assert lengths == [[0, 2, 1, 0], [0, 2, 1, 0]]


def test_a_user_whom_a_batch_creates_is_unknown_before():
    engine = Engine(RULES)
    seen = []

    def look(effect):
        for earlier in (timedelta(), timedelta(days=1)):
            try:
                seen.append(engine.user("jo", at=effect.at - earlier).streak.length)
            except UnknownUser:
                seen.append(None)

    engine.subscribe("streak.started", look)
    with engine.batch():
        play(engine, "04-01T10:00 words 1\n04-02T10:00 words 1")
    assert seen == [1, None]
