"""A schedule: users by an instant each, the soonest first."""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush

from trophy_engine.calendar.instants import NEVER
from trophy_engine.core import LAST_DAY, UserState


class Schedule:
    """Users, each with an instant at which something is to be done about them.

    >>> schedule = Schedule()
    >>> schedule.plan("ann", 20)
    >>> schedule.plan("bob", 10)
    >>> schedule.plan("ann", 5)
    >>> list(schedule.take_until(15)), list(schedule.take_until(30))
    (['ann', 'bob'], [])
    """

    def __init__(self) -> None:
        self._instants: dict[str, int] = {}
        self._heap: list[tuple[int, str]] = []  # with instants that no longer hold

    def plan(self, user: str, at: int) -> None:
        """Set the instant of a user, in place of a former one; ``NEVER`` for none."""
        if self._instants.get(user, NEVER) == at:
            return
        if at == NEVER:
            del self._instants[user]
            return
        self._instants[user] = at
        heappush(self._heap, (at, user))

    def take_until(self, until: int) -> Iterator[str]:
        """Remove and yield the users with an instant that is not after ``until``."""
        while self._heap and self._heap[0][0] <= until:
            at, user = heappop(self._heap)
            if self._instants.get(user) == at:
                del self._instants[user]
                yield user


def next_scheduled_change(state: UserState) -> int:
    """Return an instant before which time does not change a user, not before the instant of the state."""
    day = min(state.clock.due_days)
    if day < 0:  # not computed since the last change of the user
        return max(state.clock.due, state.clock.settled)
    midnight = NEVER if day > LAST_DAY else state.clock.zone.midnight(day)
    return max(min(state.clock.next_tick, midnight), state.clock.settled)
