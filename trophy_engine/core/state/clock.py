"""The clock of a user: their zone, how far they are evaluated, and when time next makes something happen."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Self

from trophy_engine.calendar.instants import NEVER
from trophy_engine.calendar.zones import Zone, zone

#: The last day on which anything can happen.
LAST_DAY: Final = date(2199, 12, 31).toordinal()
#: The places in ``due_days`` of the three things that fall on midnights, in the order in which they come.
MISS, FREEZE, ANNIVERSARY = range(3)


class Clock:
    """Instants in microseconds since the epoch, days as ordinals.

    What follows from the rest of the state is not dumped: ``day`` and all below it.

    Attributes:
        zone: the user's time zone.
        settled: the instant of the state; as an engine keeps it, that of the last thing that happened to the user.
        day: the local day now.
        due: when to look again: the local day ends, or ``next_tick`` has come, when the next timed award is due.
        due_days: the local days at whose midnights a missed period ends, freezes come, and an anniversary falls.
        quiet: the count of commands and the instant of a state, and up to when time alone makes nothing happen to it.
    """

    __slots__ = ("day", "due", "due_days", "next_tick", "quiet", "settled", "zone")

    def __init__(self, home: Zone, settled: int) -> None:
        self.zone = home
        self.settled = settled
        self.day = home.window(settled)[0]
        self.forget()

    def forget(self) -> None:
        """Forget when things are due: each is looked for again."""
        self.due = self.next_tick = -NEVER
        self.due_days = [-NEVER] * 3
        self.quiet = (0, 0, -NEVER)

    def copy(self) -> Self:
        """Return a copy; neither changes with the other."""
        twin = object.__new__(type(self))
        twin.zone = self.zone
        twin.settled = self.settled
        twin.day = self.day
        twin.due = self.due
        twin.next_tick = self.next_tick
        twin.due_days = self.due_days.copy()
        twin.quiet = self.quiet
        return twin

    def dump(self) -> dict[str, Any]:
        """Return the clock as JSON values."""
        return {"zone": self.zone.name, "settled": self.settled}

    @classmethod
    def load(cls, dumped: Mapping[str, Any]) -> Self:
        """Return the clock that ``dump`` returned."""
        return cls(zone(dumped["zone"]), dumped["settled"])
