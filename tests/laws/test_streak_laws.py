"""Freezes are conserved, and the length of a streak is the number of its credited periods."""

from datetime import date

from histories import histories, live
from hypothesis import assume, given
from rulesets import rulesets

from trophy_engine import (
    Engine,
    FreezeConsumed,
    FreezeEarned,
    FreezeGranted,
    StreakExtended,
    StreakLost,
    StreakStarted,
)


def of(effects, user, kind):
    return [effect for effect in effects if effect.user_id == user and isinstance(effect, kind)]


@given(rulesets(), histories())
def test_freezes_are_granted_held_and_consumed_and_nothing_else(rules, history):
    assume(rules.streak is not None and rules.streak.freezes is not None)
    engine = Engine(rules)
    effects = [*live(engine, history), *engine.settle(at=history[-1].at)]
    for user in engine.users():
        held = 0
        for effect in of(effects, user, FreezeGranted | FreezeEarned | FreezeConsumed):
            match effect:
                case FreezeGranted(granted=granted):
                    held += granted
                case FreezeEarned(earned=earned):
                    assert earned > 0
                    held += earned
                case FreezeConsumed(consumed=consumed, length=length):
                    assert (consumed, length > 0) == (1, True)
                    held -= consumed
            assert effect.freezes == held
            assert 0 <= held <= rules.streak.freezes.max_count
        consumed = of(effects, user, FreezeConsumed)
        assert len({effect.period_start for effect in consumed}) == len(consumed)
        player = engine.user(user, at=history[-1].at)
        assert (player.freezes, player.freezes_used) == (held, len(consumed))


@given(rulesets(), histories())
def test_a_streak_is_as_long_as_the_periods_that_were_credited(rules, history):
    assume(rules.streak is not None)
    engine = Engine(rules)
    effects = [*live(engine, history), *engine.settle(at=history[-1].at)]
    calendar = rules.streak.calendar
    for user in engine.users():
        credited: list[date] = []
        for effect in of(effects, user, StreakStarted | StreakExtended | StreakLost | FreezeConsumed):
            match effect:
                case StreakLost(length=length):
                    assert length == len(credited)
                    credited = []
                case FreezeConsumed(length=length):
                    assert length == len(credited)
                case _:
                    assert effect.period_start not in credited
                    credited.append(effect.period_start)
                    assert effect.length == len(credited)
        streak = engine.user(user, at=history[-1].at).streak
        assert streak.length == len(credited)
        if credited:
            first, last = (calendar.index(day.toordinal()) for day in (min(credited), max(credited)))
            assert len(credited) <= last - first + 1
