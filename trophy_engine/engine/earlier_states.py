"""Earlier states: users as of the instants of the effects that subscribers are being notified of.

Time or further commands may have changed a user since an effect happened. A view as of its instant is computed from
the state before those commands, so that its time does not depend on the length of the user's log.
"""

from __future__ import annotations

import attrs

from trophy_engine.core import Agenda, Plan, UserCommand, UserState, apply_command, settle_user
from trophy_engine.repository.repository import Repository


@attrs.define(eq=False)
class _EarlierState:
    """A user before the commands after an entry of the log; None for a user that they created.

    Attributes:
        plan: the rules in force.
        sequence: the number of the entry.
        kept: the state after the entry, never changed here.
        state: the user as of the latest query; the entries up to ``through`` are part of it.
        instant: the instant of the latest query, None before the first.
    """

    plan: Plan
    sequence: int
    kept: UserState | None
    state: UserState | None = None
    through: int = 0
    instant: int | None = None


class EarlierStates:
    """The states of users before the commands of which subscribers have not been notified.

    Args:
        repository: the log and the states.
    """

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._users: dict[str, _EarlierState] = {}

    def keep(self, user: str, state: UserState | None) -> None:
        """Keep a copy of a user's state before a command or due work, unless an earlier one is kept."""
        if user not in self._users:
            kept = None if state is None else state.copy()
            self._users[user] = _EarlierState(self._repository.plan, self._repository.sequence, kept)

    def clear(self) -> None:
        """Drop all states."""
        self._users.clear()

    def as_of(self, user: str, instant: int) -> UserState | None:
        """Return a copy of a user as of an instant, or None if only the log has it."""
        earlier = self._users.get(user)
        if earlier is None or earlier.plan is not self._repository.plan:
            return None
        if earlier.kept is not None and instant < earlier.kept.clock.settled:
            return None
        if earlier.instant is None or instant < earlier.instant:
            earlier.state = None if earlier.kept is None else earlier.kept.copy()
            earlier.through = earlier.sequence
        earlier.instant = instant
        self._advance(earlier, user, instant)
        return None if earlier.state is None else earlier.state.copy()

    def _advance(self, earlier: _EarlierState, user: str, instant: int) -> None:
        agenda = Agenda(earlier.plan)
        for entry in self._repository.entries_of(user, earlier.through):
            if entry.command.at > instant:
                break
            if isinstance(entry.command, UserCommand):
                earlier.state = apply_command(agenda, earlier.state, entry.command)
            earlier.through = entry.sequence
        if earlier.state is not None:
            settle_user(agenda, earlier.state, instant)
