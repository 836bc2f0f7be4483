"""The users who may have due work, found without looking at all users.

After all users were settled once, those can have due work who have new entries in the log since, and those whose next
instant of due work has come.
"""

from __future__ import annotations

from trophy_engine.calendar.instants import NEVER
from trophy_engine.core import UserState
from trophy_engine.repository.log_cursor import LogCursor
from trophy_engine.repository.repository import Repository
from trophy_engine.repository.schedule import Schedule, next_scheduled_change


class DueUsers:
    """The users of a repository by the instant before which nothing is due for them.

    Attributes:
        first_created: the instant at which the first user was created; ``NEVER`` without users.
    """

    def __init__(self, repository: Repository) -> None:
        self.first_created = NEVER
        self._repository = repository
        self._plan = repository.plan
        self._cursor = LogCursor(repository)
        self._order: dict[str, int] = {}
        self._schedule = Schedule()
        for user in repository.users():
            self._add_user(user)

    def _add_user(self, user: str) -> None:
        state = self._repository.state(user)
        if state is None:
            return
        self._order.setdefault(user, len(self._order))
        self.first_created = min(self.first_created, state.profile.created)
        self.plan_next(state)

    def follow(self) -> bool:
        """Add the users with new entries in the log; return False if all users must be looked at again."""
        entries = None if self._plan is not self._repository.plan else self._cursor.advance()
        if entries is None:
            return False
        for user in entries.users:
            self._add_user(user)
        return True

    def take_due(self, instant: int) -> list[str]:
        """Remove and return the users who may have due work, in the order in which they were first seen."""
        return sorted(self._schedule.take_until(instant), key=self._order.__getitem__)

    def plan_next(self, state: UserState) -> None:
        """Set when work may be due for a user next, from their stored state."""
        due = max(state.clock.due, state.clock.settled, state.quiet_until())
        if not self._plan.has_plugs:  # those have work of their own
            due = max(due, next_scheduled_change(state))
        self._schedule.plan(state.id, due)
