"""Freezes carry a streak over missed periods and never extend it."""

from datetime import date

from stories import at, kinds, play

from trophy_engine import (
    Engine,
    FreezeConsumed,
    FreezeEarned,
    Freezes,
    Metric,
    Ruleset,
    Streak,
    StreakLost,
    StreakMetric,
)


def engine_with(freezes, **streak):
    metrics = [StreakMetric("lessons")]
    return Engine(
        Ruleset(metrics=[Metric("lessons")], streaks=[Streak("habit", metrics=metrics, freezes=freezes, **streak)])
    )


def of_kind(effects, kind):
    return [effect for effect in effects if isinstance(effect, kind)]


def active(engine, days, month="01"):
    return [play(engine, f"{month}-{day:02}T12:00 lessons 1")[0] for day in days]


def test_four_freezes_carry_four_days_and_the_fifth_loses_the_streak():
    engine = engine_with(Freezes(start_count=4))
    play(engine, "11-02T12:00 lessons 1")
    effects = engine.settle(at=at("11-08T00:00"))
    consumed = of_kind(effects, FreezeConsumed)
    assert [(one.at.day, one.freezes, one.length) for one in consumed] == [(4, 3, 1), (5, 2, 1), (6, 1, 1), (7, 0, 1)]
    [lost] = of_kind(effects, StreakLost)
    assert (lost.at, lost.length, lost.period_start) == (at("11-08T00:00"), 1, date(2025, 11, 7))


def test_an_active_day_after_a_frozen_one_extends_the_carried_length():
    engine = engine_with(Freezes(start_count=1))
    assert [o.streak.length for o in active(engine, (1, 2, 4))] == [1, 2, 3]
    player = engine.user("jo", at=at("01-04T13:00"))
    assert (player.freezes, player.freezes_used) == (0, 1)


def test_freezes_are_earned_up_to_the_maximum_and_after_the_consumption_of_the_same_midnight():
    engine = engine_with(Freezes(start_count=1, max_count=3, auto_earn_interval=7, auto_earn_amount=2))
    outcomes = active(engine, [day for day in range(1, 23) if day != 14])
    effects = [effect for outcome in outcomes for effect in outcome.effects]
    assert outcomes[-1].streak.length == 21
    assert [(one.at.day, one.earned, one.freezes) for one in of_kind(effects, FreezeEarned)] == [(8, 2, 3), (15, 1, 3)]
    assert [(one.at.day, one.freezes) for one in of_kind(effects, FreezeConsumed)] == [(15, 2)]
    assert outcomes[-1].streak.freezes == 3


def test_a_freeze_earned_at_midnight_does_not_carry_the_day_before():
    engine = engine_with(Freezes(start_count=0, max_count=3, auto_earn_interval=14, auto_earn_amount=2))
    active(engine, range(1, 14))
    effects = engine.settle(at=at("01-15T00:00"))
    assert kinds(effects) == [("streak.lost", at("01-15T00:00")), ("streak.freeze_earned", at("01-15T00:00"))]
    assert engine.user("jo", at=at("01-15T00:00")).freezes == 2


def test_one_freeze_carries_a_whole_week_or_month():
    engine = engine_with(Freezes(start_count=1), frequency="monthly")
    assert [o.streak.length for o in play(engine, "01-15T12:00 lessons 1\n03-15T12:00 lessons 1")] == [1, 2]


def test_no_freeze_is_spent_without_a_streak():
    engine = engine_with(Freezes(start_count=2))
    engine.record("lessons", user="jo", value=0, at=at("01-01T12:00"))
    assert engine.settle(at=at("2026-01-01T00:00")) == ()
    assert engine.user("jo", at=at("2026-01-01T00:00")).freezes == 2


def test_a_grant_above_the_maximum_is_discarded():
    engine = engine_with(Freezes(start_count=1, max_count=1, auto_earn_interval=5, auto_earn_amount=1))
    active(engine, (1, 2, 3, 4, 5, 6, 7))
    effects = engine.settle(at=at("01-12T00:00"))
    assert [(effect.type, effect.at.day) for effect in effects] == [
        ("streak.freeze_consumed", 9),
        ("streak.lost", 10),
        ("streak.freeze_earned", 11),
    ]
