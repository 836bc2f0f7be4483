"""Levels by what was earned: spending never takes a level away."""

import attrs
import pytest
from stories import at, play

from trophy_engine import (
    Achievement,
    BalanceTrigger,
    Engine,
    Freezes,
    InvalidValue,
    Level,
    LevelChanged,
    LevelTrigger,
    Metric,
    MetricPointsTrigger,
    PointsSystem,
    Ruleset,
    Streak,
    StreakMetric,
)

LEVELS = [Level("bronze", 10), Level("silver", 25)]


def rules(levels_by="earned", **system):
    return Ruleset(
        [Metric("lessons"), Metric("refunds")],
        streaks=[Streak("daily", metrics=[StreakMetric("lessons")], freezes=Freezes(0, 3))],
        points=[
            PointsSystem(
                "xp",
                triggers=[MetricPointsTrigger("lessons", 1), MetricPointsTrigger("refunds", -1)],
                levels=LEVELS,
                levels_by=levels_by,
                **system,
            )
        ],
    )


def level(engine, when):
    view = engine.user("jo", at=at(when)).points["xp"].level
    return view and view.key


def test_a_level_by_earned_is_never_lost_by_spending():
    engine = Engine(rules())
    play(engine, "2026-03-02T08:00 lessons 12")
    payment = engine.award("xp", -11, user="jo", at=at("2026-03-02T09:00")).points["xp"]
    assert (payment.total, payment.level.key, payment.level_changed) == (1, "bronze", False)
    [refund] = play(engine, "2026-03-02T10:00 refunds 1")
    assert (refund.points["xp"].total, level(engine, "2026-03-02T10:00")) == (0, "bronze")
    gift = engine.award("xp", 12, user="jo", at=at("2026-03-02T11:00")).points["xp"]
    assert (gift.total, gift.level.key, gift.level_changed) == (12, "bronze", False)
    [last] = play(engine, "2026-03-02T12:00 lessons 1")
    assert (last.points["xp"].total, last.points["xp"].level.key, last.points["xp"].level_changed) == (
        13,
        "silver",
        True,
    )
    [change] = [effect for effect in last.effects if isinstance(effect, LevelChanged)]
    assert (change.previous, change.level, change.total) == ("bronze", "silver", 13)
    view = engine.user("jo", at=at("2026-03-02T12:00")).points["xp"]
    assert (view.total, view.earned) == (13, 25)
    assert [one.progress for one in view.levels] == [None, None]
    assert engine.explain("jo", points="xp", at=at("2026-03-02T12:00")).level == "silver"
    assert [(row.level.key, row.users) for row in engine.reports.level_summary("xp")] == [("bronze", 0), ("silver", 1)]
    assert Engine.from_log(engine.log()).export_user("jo") == engine.export_user("jo")


def test_an_achievement_on_a_level_by_earned():
    ruleset = attrs.evolve(
        rules(),
        achievements=[
            Achievement("silver", LevelTrigger("xp", "silver")),
            Achievement("rich", BalanceTrigger("xp", 25)),
        ],
    )
    engine = Engine(ruleset)
    play(engine, "2026-03-02T08:00 lessons 20")
    engine.award("xp", -20, user="jo", at=at("2026-03-02T09:00"))
    progress = engine.user("jo", at=at("2026-03-02T09:00")).achievements[0].progress
    assert (progress.current, progress.target) == (20, 25)
    gift = engine.award("xp", 5, user="jo", at=at("2026-03-02T10:00"))
    assert [view.key for view in gift.achievements] == ["silver"]
    assert "rich" not in engine.user("jo", at=at("2026-03-02T10:00")).completed


def test_levels_by_balance_fall():
    engine = Engine(rules("balance"))
    play(engine, "2026-03-02T08:00 lessons 12")
    outcome = engine.award("xp", -11, user="jo", at=at("2026-03-02T09:00"))
    assert (outcome.points["xp"].level, outcome.points["xp"].level_changed) == (None, True)
    assert engine.user("jo", at=at("2026-03-02T09:00")).points["xp"].earned is None


def test_the_maximum_cuts_off_what_is_earned():
    engine = Engine(rules(maximum=10))
    play(engine, "2026-03-02T08:00 lessons 30")
    assert level(engine, "2026-03-02T08:00") == "bronze"
    engine.award("xp", -10, user="jo", at=at("2026-03-02T09:00"))
    play(engine, "2026-03-02T10:00 lessons 10\n2026-03-02T11:00 refunds 9\n2026-03-02T12:00 lessons 5")
    assert level(engine, "2026-03-02T12:00") == "silver"


def test_what_was_earned_before_a_change_of_rules_is_counted_from_the_log():
    engine = Engine(rules("balance"))
    play(engine, "2026-03-02T08:00 lessons 12")
    engine.award("xp", 15, user="jo", at=at("2026-03-02T09:00"))
    engine.award("xp", -20, user="jo", at=at("2026-03-02T10:00"))
    assert level(engine, "2026-03-02T10:00") is None
    changed = engine.update(rules(), at=at("2026-03-02T11:00"))
    assert [(effect.previous, effect.level, effect.total) for effect in changed] == [(None, "silver", 7)]
    assert engine.user("jo", at=at("2026-03-02T11:00")).points["xp"].earned == 27
    engine.update(rules(maximum=50), at=at("2026-03-02T12:00"))
    assert engine.user("jo", at=at("2026-03-02T12:00")).points["xp"].earned == 27
    back = engine.update(rules("balance"), at=at("2026-03-02T13:00"))
    assert [(effect.previous, effect.level) for effect in back] == [("silver", None)]
    assert Engine.from_log(engine.log()).export_user("jo") == engine.export_user("jo")


def test_only_systems_with_levels_by_earned_keep_what_was_earned():
    for levels_by, kept in (("balance", []), ("earned", [[["earned", "xp"], [12, None, 1772438400000000]]])):
        engine = Engine(rules(levels_by))
        play(engine, "2026-03-02T08:00 lessons 12")
        windows = engine.export_user("jo")["counters"]["windows"]
        assert [window for window in windows if window[0][0] == "earned"] == kept


def test_levels_go_by_one_of_two():
    with pytest.raises(InvalidValue, match=r"^levels_by must be one of 'balance', 'earned', not 'total'$"):
        PointsSystem("xp", levels_by="total")
