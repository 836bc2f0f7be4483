"""Plans of points: those of a points system, of its triggers, and of their limits; and what decides on levels."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import attrs

from trophy_engine.core.aggregation import WindowTotals
from trophy_engine.core.aggregation.latest_total import LatestTotal
from trophy_engine.core.aggregation.windows import CalendarWindow
from trophy_engine.core.boosts import BoostSchedule
from trophy_engine.core.plan.counters import Counter, WindowedCounter
from trophy_engine.core.plan.metrics import MetricPlan
from trophy_engine.numbers import Number
from trophy_engine.rules.filters import Filter
from trophy_engine.rules.points import Level, PointsSystem, PointsTrigger

if TYPE_CHECKING:
    from trophy_engine.core.gates import GatePlan
    from trophy_engine.core.state import UserState


@attrs.define(eq=False, repr=False)
class SystemPlan:
    """A points system: the greatest balance that an award leads to, and the levels by rising threshold.

    Every change of a balance calls the ``observers``, with the agenda, the user's state, the balance before and after,
    and the instant. ``earned`` counts the positive awards, if they decide on levels. ``metrics`` are those that its
    positive awards move. ``balance`` and ``earned_total`` are the counters of these numbers if an achievement has a
    threshold on them; both are in ``counters``.
    """

    index: int
    key: str
    rule: PointsSystem
    maximum: int
    levels: list[Level]
    thresholds: list[int]
    boosts: BoostSchedule | None = None
    earned: WindowedCounter[LatestTotal] | None = None
    #: By key, inactive ones included.
    triggers: dict[str, TriggerPlan] = attrs.field(factory=dict)
    observers: list[Callable[[Any, Any, int, int, int], None]] = attrs.field(factory=list)
    metrics: list[MetricPlan] = attrs.field(factory=list)
    balance: Counter | None = None
    earned_total: Counter | None = None
    counters: list[Counter] = attrs.field(factory=list)


@attrs.define(eq=False, repr=False)
class LimitPlan:
    """The limit of a trigger, and the counter of what it has awarded in each window.

    ``counted`` is everything that decides what is counted.
    """

    points: int
    is_forever: bool
    window: CalendarWindow
    awarded: WindowedCounter[WindowTotals]
    counted: tuple[object, ...]


@attrs.define(eq=False, repr=False)
class TriggerPlan:
    """A points trigger; ``order`` is its position among the triggers of all systems, ``key`` its key in its system.

    ``gate`` is None if it has no conditions but ``user_attributes``; ``is_conditional`` is whether it has any.
    """

    order: int
    key: str
    system: SystemPlan
    rule: PointsTrigger
    points: int
    user_attributes: Filter | None
    gate: GatePlan | None = None
    is_conditional: bool = False
    #: True if it pays its points as they are: it has no conditions and no limit, and its system no boosts.
    is_plain: bool = False
    #: True if an event is refused when the points for it are missing.
    can_block: bool = False
    limit: LimitPlan | None = None
    #: What it counts, and the step for each payment; None for time, a completion and the creation.
    counter: Counter | None = None
    step: Number = 1
    #: Microseconds between ticks of exact hours, or days between ticks at the same time of day; 0 for neither.
    hours: int = 0
    days: int = 0


def earned_points_in_state(earned: WindowedCounter[LatestTotal], state: UserState) -> int:
    """Return the sum of a user's positive awards."""
    counted = earned.find(state.counters.windows)
    return 0 if counted is None else int(counted.total() or 0)


def level_points_in_state(system: SystemPlan, state: UserState) -> int:
    """Return the number that decides a user's level in a points system: the balance, or the points earned."""
    if system.earned is None:
        return state.points.balances[system.index]
    return earned_points_in_state(system.earned, state)
