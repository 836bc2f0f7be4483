"""Limits of triggers: how many points a trigger can still award in the window of an instant."""

from __future__ import annotations

from typing import Final

import attrs

from trophy_engine.calendar.frequencies import Weekday
from trophy_engine.core.aggregation import AGGREGATES
from trophy_engine.core.aggregation.compile_window import compile_calendar
from trophy_engine.core.aggregation.windows import Numbered
from trophy_engine.core.plan import LimitPlan, Plan, TriggerPlan
from trophy_engine.core.state import UserState
from trophy_engine.rules.points_limit import PointsLimit

#: The fields of a trigger that decide how much it awards, and not what for.
_AMOUNTS: Final = {"points", "threshold", "length", "limit", "block_if_out_of_points", "status"}


def compile_limit(plan: Plan, trigger: TriggerPlan, rule: PointsLimit, first_weekday: Weekday) -> LimitPlan:
    """Return the limit of a trigger, with a counter of the points that it has awarded in each window."""
    window = Numbered(AGGREGATES["sum"], compile_calendar(rule.window, first_weekday))
    awarded = plan.add_windowed_counter(window.new, window.load, "limit", trigger.system.key, trigger.key)
    metric = None if trigger.counter is None else trigger.counter.metric
    fields = attrs.asdict(trigger.rule, recurse=False, filter=lambda field, _: field.name not in _AMOUNTS)
    counted = (window, trigger.rule.type, metric and metric.counted, *fields.items())
    return LimitPlan(rule.points, rule.window is None, window, awarded, counted)


def remaining_points(limit: LimitPlan, state: UserState, at: int) -> int | None:
    """Return how many points a trigger can still award in the window of an instant, or None where there is none."""
    number = limit.window.calendar.window_on(state.clock.zone.window(at)[0])
    if number is None:
        return None
    awarded = limit.awarded.find(state.counters.windows)
    return limit.points if awarded is None else max(limit.points - int(awarded.total(number) or 0), 0)


def count_points(limit: LimitPlan, state: UserState, points: int, at: int) -> None:
    """Count the points that a trigger has awarded at an instant."""
    awarded = limit.awarded.open(state.counters.windows)
    limit.window.add(awarded, points, at, state.clock.zone.window(at)[0])


def is_used_up(limit: LimitPlan, state: UserState, at: int) -> bool:
    """Return True if nothing remains of a limit for ever."""
    return limit.is_forever and remaining_points(limit, state, at) == 0
