"""The starting files have no problem, and what their comments promise happens in a short play."""

from datetime import UTC, datetime, timedelta

import pytest

from trophy_engine import Engine, OutOfPoints, Ruleset
from trophy_engine.rules.draft import check_text
from trophy_engine.rules.starters import STARTERS, starter_text

START = datetime(2025, 7, 7, 12, tzinfo=UTC)  # a Monday


def engine_of(name):
    return Engine(Ruleset.from_text(starter_text(name)))


@pytest.mark.parametrize("name", STARTERS)
def test_a_starting_file_has_no_problem(name):
    assert check_text(starter_text(name)) == []
    assert max(map(len, starter_text(name).splitlines())) <= 120


def test_a_game_has_dragons_energy_and_a_legend():
    engine = engine_of("game")
    engine.identify("ann", attributes={"class": "mage"}, at=START)
    for _ in range(3):
        engine.record("kills", user="ann", attributes={"enemy": "dragon"}, at=START)
        engine.record("quests", user="ann", at=START)
    with pytest.raises(OutOfPoints):
        engine.record("quests", user="ann", at=START)
    engine.record("kills", user="ann", value=97, at=START)
    engine.record("gold", user="ann", value=250, at=START)
    outcome = engine.complete("speedrun", user="ann", at=START)
    assert [achievement.name for achievement in outcome.achievements] == ["Speedrun", "Legend"]
    later = START + timedelta(hours=24)
    player = engine.user("ann", at=later)
    assert [*player.completed] == ["first-blood", "dragon-slayer", "hunter", "speedrun", "legend"]
    assert (player.points["energy"].total, player.points["xp"].total) == (10, 3 * 100 + 97 * 10 + 3 * 50 + 1000)
    assert player.points["xp"].level.name == "Veteran"
    assert [row.user_id for row in engine.leaderboard("weekly-gold", at=START).rankings] == ["ann"]


def test_an_app_has_a_streak_a_freeze_and_a_boost():
    engine = engine_of("app")
    engine.identify("ann", attributes={"plan": "pro"}, at=START)
    for day in (0, 1, 2, 4, 5, 6, 7):  # the freeze covers the missed day
        at = START + timedelta(days=day)
        outcome = engine.record("lessons", user="ann", attributes={"device": "phone"}, at=at)
    assert outcome.streak.length == 7
    assert [achievement.name for achievement in outcome.achievements] == ["A week"]
    for _ in range(3):
        engine.record("lessons", user="ann", attributes={"device": "phone"}, at=at)
    engine.record("minutes", user="ann", value=20, at=at)
    engine.complete("profile", user="ann", at=at)
    player = engine.user("ann", at=at)
    assert [*player.completed] == ["first-lesson", "week", "on-the-go", "profile"]
    assert player.points["xp"].total == (10 * 10 + 50 + 2 * 5) * 3 // 2  # boosted by half


def test_habits_need_both_and_pay_for_treats():
    engine = engine_of("habits")
    for day in range(6):  # Monday to Saturday
        at = START + timedelta(days=day)
        engine.record("reading", user="me", value=20, at=at)
        assert engine.user("me", at=at).streak.length == day
        engine.record("exercise", user="me", at=at)
    engine.record("treats", user="me", at=at)
    with pytest.raises(OutOfPoints):
        engine.record("treats", user="me", at=at)
    monday = START + timedelta(days=7)  # Sunday is a day off
    assert engine.user("me", at=monday).streak.length == 6
    engine.record("reading", user="me", value=480, at=monday)
    outcome = engine.record("exercise", user="me", at=monday)
    assert [achievement.name for achievement in outcome.achievements] == ["A week", "Balance"]
    assert engine.user("me", at=monday).points["coins"].total == 7 * 5 + 25 - 30
