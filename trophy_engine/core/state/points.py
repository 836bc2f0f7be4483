"""The points of a user: the balance in each system, and where they stand with triggers that pay every so often."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from trophy_engine.calendar.instants import DAY, NEVER
from trophy_engine.calendar.zones import Zone
from trophy_engine.core.plan import Plan
from trophy_engine.core.state.clock import LAST_DAY, Clock


class Tick:
    """Where a user stands with a trigger that pays every so often.

    Attributes:
        anchor: the instant from which on it ticks; ``day`` and ``time`` are that in the user's zone of then.
        through: the local day through which a daily award has been made.
    """

    __slots__ = ("anchor", "day", "through", "time")

    def __init__(self, anchor: int, day: int, time: int, through: int) -> None:
        self.anchor = anchor
        self.day = day
        self.time = time
        self.through = through

    @classmethod
    def begin(cls, anchor: int, home: Zone) -> Self:
        """Return a tick that begins at an instant."""
        day, _ = home.window(anchor)
        return cls(anchor, day, (anchor + home.offset(anchor)) % DAY, day)

    def on(self, day: int, home: Zone) -> int:
        """Return the instant of a local day at which a daily award comes: the time of day of the anchor."""
        return home.instant(day, self.time) if day <= LAST_DAY else NEVER

    def passed_by(self, instant: int, home: Zone) -> int:
        """Return the local day through which, by an instant, a daily award has been made or has had no effect."""
        day = home.window(instant)[0]
        return max(self.through, day if self.on(day, home) <= instant else day - 1)

    def copy(self) -> Tick:
        """Return a copy; neither changes with the other."""
        return Tick(self.anchor, self.day, self.time, self.through)


class Points:
    """The points of a user.

    Attributes:
        balances: by the index of the system, the balance.
        awards: by the index of the system, how many awards led to it.
        ticks: for each trigger of the plan's ``ticks``, where it stands.
    """

    __slots__ = ("awards", "balances", "ticks")

    def __init__(self, plan: Plan, created: int, home: Zone) -> None:
        self.balances = [0] * len(plan.systems)
        self.awards = [0] * len(plan.systems)
        self.ticks = tuple(Tick.begin(created, home) for _ in plan.ticks) if plan.ticks else ()

    def copy(self) -> Self:
        """Return a copy; neither changes with the other."""
        twin = object.__new__(type(self))
        twin.balances = self.balances.copy()
        twin.awards = self.awards.copy()
        twin.ticks = tuple(tick.copy() for tick in self.ticks)
        return twin

    def dump(self, plan: Plan, clock: Clock) -> dict[str, Any]:
        """Return the points as JSON values, daily awards through the instant of the clock."""
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
        """Return the points that ``dump`` returned under the same plan."""
        points = object.__new__(cls)
        held = [dumped["balances"].get(system.key, (0, 0)) for system in plan.systems]
        points.balances = [balance for balance, _ in held]
        points.awards = [awards for _, awards in held]
        points.ticks = tuple(Tick(*tick) for tick in dumped["ticks"])
        return points
