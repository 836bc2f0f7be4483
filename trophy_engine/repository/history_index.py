"""An index over the histories of all users that only reads again the histories that have changed.

What a user adds to it follows from the user's transitions alone: those of the log up to an entry, evaluated up to an
instant. So it can be removed again by evaluating the same transitions, and nothing is kept for each user but the next
and the last instant at which anything happens to them. Between two reads the histories of those users are evaluated who
have new entries in the log, or were changed by time; a command costs nothing more.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence

from trophy_engine.calendar.instants import NEVER
from trophy_engine.core import Command, Settle, Transition, UserState
from trophy_engine.repository.log_cursor import LogCursor
from trophy_engine.repository.repository import Repository
from trophy_engine.repository.schedule import Schedule
from trophy_engine.repository.transitions import transitions_from_log


class HistoryIndex(ABC):
    """An index over the histories of all users up to an instant; subclasses say what a history adds to it.

    Attributes:
        plan: the rules.
        instant: the instant.
    """

    def __init__(self, repository: Repository, instant: int) -> None:
        self.plan = repository.plan
        self.instant = instant
        self._repository = repository
        self._cursor = LogCursor(repository)
        self._sequence = repository.sequence
        # The next instant at which anything happens to a user, and the last, negated.
        self._next = Schedule()
        self._last = Schedule()
        for user in repository.users():
            self._read_history(user)

    @abstractmethod
    def add(self, transitions: Sequence[Transition]) -> None:
        """Add what the transitions of a user say."""

    @abstractmethod
    def remove(self, transitions: Sequence[Transition]) -> None:
        """Remove what ``add`` has added for the same transitions."""

    def next_change(self, state: UserState) -> int:
        """Return an instant before which time changes nothing that counts; ``NEVER`` if only commands do."""
        del state
        return NEVER

    def follow(self, instant: int) -> bool:
        """Read the histories that have changed since the last read, up to an instant.

        Returns:
            False if all must be read again, because the rules have changed or a batch whose commands count has failed.
        """
        entries = self._cursor.advance()
        if entries is None:
            return False
        changed = entries.users
        changed.update(dict.fromkeys(self._next.take_until(instant)))
        changed.update(dict.fromkeys(self._last.take_until(-instant - 1)))
        for user in changed:
            transitions = self._transitions(user, [])
            if transitions:
                self.remove(transitions)
        self._sequence, self.instant = self._repository.sequence, instant
        for user in changed:
            self._read_history(user)
        return True

    def _read_history(self, user: str) -> None:
        later: list[int] = []
        transitions = self._transitions(user, later)
        soonest, last = min(later, default=NEVER), -NEVER
        if transitions:
            self.add(transitions)
            before, state, effects = transitions[-1].before, transitions[-1].state, transitions[-1].effects
            soonest = min(soonest, max(self.next_change(state), self.instant + 1))
            last = effects[-1].at if effects or before is None else before.clock.settled
        self._next.plan(user, soonest)
        self._last.plan(user, -last)

    def _transitions(self, user: str, later: list[int]) -> list[Transition]:
        """Return a user's transitions up to the instant, and append the instants of later commands to ``later``."""
        commands = self._repository.commands_before(user, self._sequence + 1)
        return list(
            transitions_from_log(self._note_later_commands(commands, later), self.instant, self._repository.plugs)
        )

    def _note_later_commands(self, commands: Iterable[Command], later: list[int]) -> Iterator[Command]:
        for command in commands:
            if command.at > self.instant and not isinstance(command, Settle):
                later.append(command.at)
            yield command
