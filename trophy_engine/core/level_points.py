"""The number that decides a user's level in a points system: the balance, or the points earned."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trophy_engine.core.aggregation.latest_total import LatestTotal
    from trophy_engine.core.plan import SystemPlan, WindowedCounter
    from trophy_engine.core.state import UserState


def earned_points(earned: WindowedCounter[LatestTotal], state: UserState) -> int:
    """Return the sum of a user's positive awards."""
    counted = earned.find(state.counters.windows)
    return 0 if counted is None else int(counted.total() or 0)


def points_for_level(system: SystemPlan, state: UserState) -> int:
    """Return the number that decides a user's level in a points system: the balance, or the points earned."""
    if system.earned is None:
        return state.points.balances[system.index]
    return earned_points(system.earned, state)
