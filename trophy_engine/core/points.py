"""Points: a trigger's amount is multiplied by boosts, rounded once, clamped to the bounds, and added; levels follow."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from trophy_engine.core.achievements import NO_ATTRIBUTES
from trophy_engine.core.agenda import Agenda, MetricEvent, Payment
from trophy_engine.core.aggregation.latest_total import LatestTotal
from trophy_engine.core.effects import LevelChanged, PointsAwarded, PointsLimited
from trophy_engine.core.gates import evaluate_attribute_gate, evaluate_gate
from trophy_engine.core.manual_award import ManualAward
from trophy_engine.core.plan import LimitPlan, MetricPlan, SystemPlan, TriggerPlan, WindowedCounter
from trophy_engine.core.plan.points import earned_points_in_state, level_points_in_state
from trophy_engine.core.state import UserState
from trophy_engine.core.streaks import grant_freeze_reward
from trophy_engine.errors import OutOfPoints
from trophy_engine.rules.points import Boost, Level, PointsTrigger
from trophy_engine.rules.unmet_conditions import UnmetCondition


def pay_awards(agenda: Agenda, state: UserState, at: int) -> None:
    """Grant the queued rewards of freezes, and pay the queued triggers, in the order in which they are declared.

    All payments of a trigger or a reward are one.

    Raises:
        OutOfPoints: a deduction of a blocking trigger would go below zero; the state is no longer usable.
    """
    awards = agenda.awards
    if len(awards) > 1:
        awards.sort()
        if agenda.plan.joins_awards:
            awards[:] = _join_queued_awards(awards)
        if agenda.plan.has_gates_on_levels:
            agenda.level_points = [level_points_in_state(system, state) for system in agenda.plan.systems]
    for order, trigger, times in awards:
        if trigger.is_plain and agenda.payments is None:
            points = trigger.points * times
            change_points_balance(
                agenda, state, trigger.system, trigger.rule, trigger.key, points, (), trigger.can_block, at
            )
        elif order < 0:
            grant_freeze_reward(agenda, state, trigger, times, at)
        else:
            _pay_points_trigger(agenda, state, trigger, times, at)
    awards.clear()
    agenda.level_points = None


def _pay_points_trigger(agenda: Agenda, state: UserState, trigger: TriggerPlan, times: int, at: int) -> None:
    """Award the points of a trigger, multiplied by the boosts of its system, within its limit, if its gate is open."""
    unmet = _evaluate_trigger_gate(agenda, state, trigger, at) if trigger.is_conditional else None
    boosts: tuple[Boost, ...] = ()
    entered = 0
    if unmet is None:
        system, amount = trigger.system, trigger.points * times
        if system.boosts is not None and amount > 0:
            applied = system.boosts.apply(state, at, agenda.level_points)
            boosts, amount = applied.boosts, applied.multiply(amount)
        if trigger.limit is None:
            entered = change_points_balance(
                agenda, state, system, trigger.rule, trigger.key, amount, boosts, trigger.can_block, at
            )
        else:
            entered = _award_within_limit(trigger.limit, agenda, state, trigger, amount, boosts, at)
    if agenda.payments is not None:
        agenda.payments.append(Payment(trigger, times, at, state.clock.zone, boosts, unmet, entered))


def _evaluate_trigger_gate(agenda: Agenda, state: UserState, trigger: TriggerPlan, at: int) -> UnmetCondition | None:
    """Return the first condition of a trigger that does not hold, or None."""
    if trigger.gate is not None:
        return evaluate_gate(agenda, state, trigger.gate, at)
    return None if trigger.user_attributes is None else evaluate_attribute_gate(trigger.user_attributes, state)


def _join_queued_awards(awards: Iterable[tuple[int, Any, int]]) -> list[tuple[int, Any, int]]:
    """Return sorted awards with those of one trigger joined."""
    times_of: dict[Any, int] = {}
    for _, trigger, times in awards:
        times_of[trigger] = times_of.get(trigger, 0) + times
    return [(trigger.order, trigger, times) for trigger, times in times_of.items()]


def _award_within_limit(
    limit: LimitPlan,
    agenda: Agenda,
    state: UserState,
    trigger: TriggerPlan,
    amount: int,
    boosts: tuple[Boost, ...],
    at: int,
) -> int:
    """Award an amount as far as the limit of the trigger leaves room for it; return the amount that was entered."""
    system, remaining = trigger.system, remaining_points_within_limit(limit, state, at)
    lost = 0 if remaining is None else max(amount - remaining, 0)
    if lost:
        agenda.effects.append((PointsLimited, state.id, at, system.key, trigger.rule, lost, trigger.key))
    if amount <= lost:
        return 0
    entered = change_points_balance(agenda, state, system, trigger.rule, trigger.key, amount - lost, boosts, False, at)
    _count_points_towards_limit(limit, state, entered, at)
    return entered


def award_manually(agenda: Agenda, state: UserState, system: SystemPlan, points: int, reason: str, at: int) -> None:
    """Award points to a user, without boosts; negative points are a payment.

    Raises:
        OutOfPoints: the balance does not cover the payment; the state is unchanged.
    """
    change_points_balance(agenda, state, system, ManualAward(points, reason), None, points, (), True, at)


def change_points_balance(
    agenda: Agenda,
    state: UserState,
    system: SystemPlan,
    trigger: PointsTrigger | ManualAward,
    trigger_key: str | None,
    amount: int,
    boosts: tuple[Boost, ...],
    blocks: bool,  # noqa: FBT001  # called for every award
    at: int,
) -> int:
    """Enter an amount into the ledger of a points system, within the bounds of the balance; the level follows.

    This is the only way into a ledger. Returns the amount that was entered.

    Raises:
        OutOfPoints: ``blocks`` is true, and a deduction would go below zero.
    """
    index = system.index
    before = state.points.balances[index]
    total = before + amount
    if not 0 <= total <= system.maximum:
        total = _clamp_balance(state, system, before, amount, blocks=blocks)
    if total == before:
        return 0
    state.points.balances[index] = total
    state.points.awards[index] = sequence = state.points.awards[index] + 1
    entered = total - before
    earned = None if system.earned is None else _count_earned_points(system.earned, state, entered, at)
    agenda.effects.append(
        (
            PointsAwarded,
            state.id,
            at,
            system.key,
            trigger,
            entered,
            before,
            total,
            boosts,
            sequence,
            trigger_key,
            earned,
        )
    )
    thresholds = system.thresholds
    if thresholds:
        if earned is None:
            rank_before, rank = bisect_right(thresholds, before), bisect_right(thresholds, total)
        else:
            rank_before, rank = bisect_right(thresholds, earned - max(entered, 0)), bisect_right(thresholds, earned)
        if rank != rank_before:
            previous = system.levels[rank_before - 1].key if rank_before else None
            level = system.levels[rank - 1].key if rank else None
            agenda.effects.append((LevelChanged, state.id, at, system.key, previous, level, total))
    if system.observers:
        for observe in system.observers:
            observe(agenda, state, before, total, at)
    return entered


def _count_earned_points(earned: WindowedCounter[LatestTotal], state: UserState, entered: int, at: int) -> int:
    """Count an entry among the points earned if it is positive; return their number."""
    former = earned_points_in_state(earned, state)
    counted = former + max(entered, 0)
    earned.open(state.counters.windows).add(counted - former, at)
    return counted


def count_award_in_metrics(
    metrics: list[MetricPlan], agenda: Agenda, _: UserState, before: int, total: int, __: int
) -> None:
    """Queue a positive award as an event of the metrics of its points system; an observer."""
    if total > before:
        agenda.events += [MetricEvent(metric, total - before, NO_ATTRIBUTES) for metric in metrics]


def queue_balance_thresholds(system: SystemPlan, agenda: Agenda, _: UserState, __: int, ___: int, ____: int) -> None:
    """Queue the balance of a points system for the thresholds of achievements; an observer."""
    if system not in agenda.systems:
        agenda.systems.append(system)


def _clamp_balance(state: UserState, system: SystemPlan, before: int, amount: int, *, blocks: bool) -> int:
    """Return the total within its bounds; a maximum that was lowered below a total takes nothing away.

    Raises:
        OutOfPoints: ``blocks`` is true, and a deduction would go below zero.
    """
    if amount > 0:
        return max(before, system.maximum)
    if before + amount >= 0:
        return before + amount
    if blocks:
        raise OutOfPoints(state.id, system.key, before, -amount)
    return 0


def find_reached_level(system: SystemPlan, total: int) -> Level | None:
    """Return the level at a number of points, that of the highest threshold reached, or None."""
    reached = bisect_right(system.thresholds, total)
    return system.levels[reached - 1] if reached else None


def has_no_effect(trigger: TriggerPlan, state: UserState) -> bool:
    """Return True if paying a trigger now, or later while nothing else happens, would change nothing."""
    required, total = trigger.user_attributes, state.points.balances[trigger.system.index]
    if total >= trigger.system.maximum if trigger.points > 0 else total == 0:
        return True
    if trigger.limit is not None and _is_limit_used_up(trigger.limit, state, state.clock.settled):
        return True
    return required is not None and required.mismatch(state.profile.attributes) is not None


def remaining_points_within_limit(limit: LimitPlan, state: UserState, at: int) -> int | None:
    """Return how many points a trigger can still award in the window of an instant, or None where there is none."""
    number = limit.window.calendar.window_on(state.clock.zone.window(at)[0])
    if number is None:
        return None
    awarded = limit.awarded.find(state.counters.windows)
    return limit.points if awarded is None else max(limit.points - int(awarded.total(number) or 0), 0)


def _count_points_towards_limit(limit: LimitPlan, state: UserState, points: int, at: int) -> None:
    """Count the points that a trigger has awarded at an instant."""
    awarded = limit.awarded.open(state.counters.windows)
    limit.window.add(awarded, points, at, state.clock.zone.window(at)[0])


def _is_limit_used_up(limit: LimitPlan, state: UserState, at: int) -> bool:
    """Return True if nothing remains of a limit for ever."""
    return limit.is_forever and remaining_points_within_limit(limit, state, at) == 0
