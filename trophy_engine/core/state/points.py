"""The points of a user: the balance in each system, and the state of each timed trigger."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from trophy_engine.calendar.instants import DAY, NEVER
from trophy_engine.calendar.zones import Zone
from trophy_engine.core.plan import Plan
from trophy_engine.core.state.clock import LAST_DAY, UserClock


class TimedTriggerState:
    """The state of one timed trigger for one user.

    Attributes:
        anchor: the instant from which the intervals are counted.
        day, time: the local day and time of day of the anchor, in the zone that the user had then.
        through: the local day through which daily awards are done.
    """

    __slots__ = ("anchor", "day", "through", "time")

    def __init__(self, anchor: int, day: int, time: int, through: int) -> None:
        self.anchor = anchor
        self.day = day
        self.time = time
        self.through = through

    @classmethod
    def begin(cls, anchor: int, time_zone: Zone) -> Self:
        """Return a tick that is anchored at an instant."""
        day, _ = time_zone.window(anchor)
        return cls(anchor, day, (anchor + time_zone.offset(anchor)) % DAY, day)

    def on(self, day: int, time_zone: Zone) -> int:
        """Return the instant of a daily award on a local day, at the anchor's time of day; ``NEVER`` after 2199."""
        return time_zone.instant(day, self.time) if day <= LAST_DAY else NEVER

    def passed_by(self, instant: int, time_zone: Zone) -> int:
        """Return the local day through which daily awards are done at an instant, with or without an effect."""
        day = time_zone.window(instant)[0]
        return max(self.through, day if self.on(day, time_zone) <= instant else day - 1)

    def change_day_start(self, before: int, after: int) -> None:
        """Name the days of the anchor and of the last award by another day start; the awards stay at their times."""
        moved = (self.time < before) - (self.time < after)
        self.day += moved
        self.through += moved

    def copy(self) -> TimedTriggerState:
        """Return an independent copy."""
        return TimedTriggerState(self.anchor, self.day, self.time, self.through)


class PointsState:
    """The points of a user.

    Attributes:
        balances: the balance in each system, by its index.
        awards: the number of awards in each system, by its index.
        ticks: the state of each trigger of the plan's ``ticks``, in their order.
    """

    __slots__ = ("awards", "balances", "ticks")

    def __init__(self, plan: Plan, created: int, time_zone: Zone) -> None:
        self.balances = [0] * len(plan.systems)
        self.awards = [0] * len(plan.systems)
        self.ticks = tuple(TimedTriggerState.begin(created, time_zone) for _ in plan.ticks) if plan.ticks else ()

    def copy(self) -> Self:
        """Return an independent copy."""
        copied = object.__new__(type(self))
        copied.balances = self.balances.copy()
        copied.awards = self.awards.copy()
        copied.ticks = tuple(tick.copy() for tick in self.ticks)
        return copied

    def dump(self, plan: Plan, clock: UserClock) -> dict[str, Any]:
        """Return the points as JSON values; daily awards count as done up to the instant of the clock."""
        return {
            "balances": {
                system.key: [self.balances[system.index], self.awards[system.index]]
                for system in plan.systems
                if self.awards[system.index]
            },
            "ticks": [
                [
                    tick.anchor,
                    tick.day,
                    tick.time,
                    tick.passed_by(clock.settled, clock.zone) if trigger.days else tick.day,
                ]
                for trigger, tick in zip(plan.ticks, self.ticks, strict=True)
            ],
        }

    @classmethod
    def load(cls, plan: Plan, dumped: Mapping[str, Any]) -> Self:
        """Build the points from the result of ``dump`` under the same plan."""
        points = object.__new__(cls)
        balances = [dumped["balances"].get(system.key, (0, 0)) for system in plan.systems]
        points.balances = [balance for balance, _ in balances]
        points.awards = [awards for _, awards in balances]
        points.ticks = tuple(TimedTriggerState(*tick) for tick in dumped["ticks"])
        return points
