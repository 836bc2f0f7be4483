"""Points: a trigger's amount is multiplied by boosts, rounded once, clamped to the bounds, and added; levels follow."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from trophy_engine.core.achievements import NO_ATTRIBUTES
from trophy_engine.core.agenda import Agenda, MetricEvent
from trophy_engine.core.effects import LevelChanged, PointsAwarded
from trophy_engine.core.plan import SystemPlan, TriggerPlan
from trophy_engine.core.state import UserState
from trophy_engine.core.streaks import grant_reward
from trophy_engine.errors import OutOfPoints
from trophy_engine.rules.points import Boost, Level


def pay_awards(agenda: Agenda, state: UserState, at: int) -> None:
    """Grant the queued rewards of freezes, then pay the queued triggers, in the order in which they are declared.

    All payments of a trigger or a reward are one.

    Raises:
        OutOfPoints: a deduction of a blocking trigger would go below zero; the state is no longer usable.
    """
    awards = agenda.awards
    if len(awards) > 1:
        awards[:] = _join_awards(awards)
    if awards and awards[0][0] < 0:
        _grant_rewards(agenda, state, at)
    for _, trigger, times in awards:
        if trigger.user_attributes is None or trigger.user_attributes.mismatch(state.profile.attributes) is None:
            _award(agenda, state, trigger, times, at)
    awards.clear()


def _grant_rewards(agenda: Agenda, state: UserState, at: int) -> None:
    """Grant the queued rewards of freezes, which are at the beginning of the awards, and remove them from there."""
    awards = agenda.awards
    count = sum(order < 0 for order, _, _ in awards)
    for _, reward, times in awards[:count]:
        grant_reward(agenda, state, reward, times, at)
    del awards[:count]


def _join_awards(awards: Iterable[tuple[int, Any, int]]) -> list[tuple[int, Any, int]]:
    """Return awards in the order of their triggers, with those of one trigger joined."""
    times_of: dict[Any, int] = {}
    for _, trigger, times in awards:
        times_of[trigger] = times_of.get(trigger, 0) + times
    return sorted((trigger.order, trigger, times) for trigger, times in times_of.items())


def _award(agenda: Agenda, state: UserState, trigger: TriggerPlan, times: int, at: int) -> None:
    system = trigger.system
    index = system.index
    before = state.points.balances[index]
    amount = trigger.points * times
    boosts: tuple[Boost, ...] = ()
    if system.boosts is not None and amount > 0:
        applied = system.boosts.apply(state.id, state.profile.attributes, state.clock.zone.window(at)[0])
        boosts, amount = applied.boosts, applied.multiply(amount)
    total = before + amount
    if not 0 <= total <= system.maximum:
        total = _bounded(state, trigger, before, amount)
    if total == before:
        return
    state.points.balances[index] = total
    state.points.awards[index] = sequence = state.points.awards[index] + 1
    agenda.effects.append(
        (
            PointsAwarded,
            state.id,
            at,
            system.key,
            trigger.rule,
            total - before,
            before,
            total,
            boosts,
            sequence,
            trigger.key,
        )
    )
    rank_before, rank = bisect_right(system.thresholds, before), bisect_right(system.thresholds, total)
    if rank != rank_before:
        previous = system.levels[rank_before - 1].key if rank_before else None
        level = system.levels[rank - 1].key if rank else None
        agenda.effects.append((LevelChanged, state.id, at, system.key, previous, level, total))
    if system.metrics and amount > 0:
        agenda.events += [MetricEvent(metric, total - before, NO_ATTRIBUTES) for metric in system.metrics]
    if system.balance is not None and system not in agenda.systems:
        agenda.systems.append(system)
    if system.observers:
        for observe in system.observers:
            observe(agenda, state, before, total, at)


def _bounded(state: UserState, trigger: TriggerPlan, before: int, amount: int) -> int:
    """Return the total within its bounds; a maximum that was lowered below a total takes nothing away.

    Raises:
        OutOfPoints: a deduction of a blocking trigger would go below zero.
    """
    if amount > 0:
        return max(before, trigger.system.maximum)
    if before + amount >= 0:
        return before + amount
    if trigger.blocks:
        raise OutOfPoints(state.id, trigger.system.key, before, -amount)
    return 0


def level_of(system: SystemPlan, total: int) -> Level | None:
    """Return the level at a total, that of the highest threshold reached, or None."""
    reached = bisect_right(system.thresholds, total)
    return system.levels[reached - 1] if reached else None


def has_no_effect(trigger: TriggerPlan, state: UserState) -> bool:
    """Return True if paying a trigger now would change nothing."""
    required, total = trigger.user_attributes, state.points.balances[trigger.system.index]
    if total >= trigger.system.maximum if trigger.points > 0 else total == 0:
        return True
    return required is not None and required.mismatch(state.profile.attributes) is not None
