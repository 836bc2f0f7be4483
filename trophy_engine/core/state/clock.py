"""The clock of a user: the time zone, the instant to which they are evaluated, and when work is due next."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Self

from trophy_engine.calendar.instants import NEVER
from trophy_engine.calendar.zones import Zone, zone

#: The last day on which anything can happen.
LAST_DAY: Final = date(2199, 12, 31).toordinal()
#: The index of the next anniversary in ``due_days``.
ANNIVERSARY: Final = -1


class UserClock:
    """The clock of a user; instants in microseconds since the epoch, days as ordinals.

    Only ``zone`` and ``settled`` are dumped; the others follow from the rest of the state.

    Attributes:
        zone: the user's time zone.
        settled: the instant of the state; in an engine, that of the last thing that happened to the user.
        day: the local day at that instant.
        due: the instant before which nothing is due: the first of the end of the local day, ``next_tick``, and the
            next work of a plug.
        next_tick: the instant of the next timed award.
        due_days: the local days at the start of which work is due, in the order in which it runs: for each streak the
            end of a missed period, for each streak the freezes that are earned, and an anniversary. Where they are
            not known, the last one is below 0.
        quiet: the number of commands and the instant of a state, and the instant before which time does not change it.
    """

    __slots__ = ("day", "due", "due_days", "next_tick", "quiet", "settled", "zone")

    def __init__(self, time_zone: Zone, settled: int) -> None:
        self.zone = time_zone
        self.settled = settled
        self.day = time_zone.window(settled)[0]
        self.forget()

    def forget(self) -> None:
        """Forget when work is due, so that it is computed again."""
        self.due = self.next_tick = -NEVER
        self.due_days = [-NEVER]
        self.quiet = (0, 0, -NEVER)

    def copy(self) -> Self:
        """Return an independent copy."""
        copied = object.__new__(type(self))
        copied.zone = self.zone
        copied.settled = self.settled
        copied.day = self.day
        copied.due = self.due
        copied.next_tick = self.next_tick
        copied.due_days = self.due_days.copy()
        copied.quiet = self.quiet
        return copied

    def dump(self) -> dict[str, Any]:
        """Return the clock as JSON values."""
        return {"zone": self.zone.name, "settled": self.settled}

    @classmethod
    def load(cls, dumped: Mapping[str, Any], day_start: int) -> Self:
        """Build the clock from the result of ``dump``, with the day start of the plan."""
        return cls(zone(dumped["zone"], day_start), dumped["settled"])
