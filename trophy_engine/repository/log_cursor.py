"""A position in the log: an index that was built from all users learns from it which of them have new entries.

An index that follows the log this way costs a command nothing. What it has to do when it is read is in proportion to
the entries since it was last read.
"""

from __future__ import annotations

from typing import NamedTuple

from trophy_engine.calendar.instants import FIRST
from trophy_engine.core import ChangeRules, Settle
from trophy_engine.repository.repository import Repository
from trophy_engine.storage.protocol import user_of_stored_command


class NewEntries(NamedTuple):
    """What new entries of the log concern.

    Attributes:
        users: the users that have new entries, in the order of these.
        settled: the latest instant to which all users were settled in them; ``FIRST`` if they were not.
    """

    users: dict[str, None]
    settled: int


class LogPosition:
    """The end of a repository's log at the time of the call.

    Attributes:
        sequence: the sequence of the last entry.
    """

    def __init__(self, repository: Repository) -> None:
        self.sequence = repository.sequence
        self._repository = repository
        self._uncommitted = repository.in_batch
        self._forgotten = repository.forgotten

    def holds(self) -> bool:
        """Return whether the entries up to the position are still in the log; a batch that failed has dropped some."""
        return not self._uncommitted or self._forgotten == self._repository.forgotten


class LogCursor:
    """A position in the log of a repository, at first after its last entry."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository
        self._position = LogPosition(repository)

    @property
    def behind(self) -> int:
        """The number of entries after the position; it is wrong if entries before it were of a failed batch."""
        return self._repository.sequence - self._position.sequence

    def advance(self) -> NewEntries | None:
        """Read the entries after the position, and advance to the last one.

        Returns:
            What they concern; None if they change the rules, or if entries that were read before were of a batch that
            has failed: then nothing that was derived from the log before is of use.
        """
        if not self._position.holds():
            return None
        users: dict[str, None] = {}
        settled = FIRST
        if self.behind > 0:
            for entry in self._repository.entries_since(self._position.sequence):
                command = entry.command
                if isinstance(command, ChangeRules):
                    return None
                if isinstance(command, Settle):
                    settled = max(settled, command.at)
                else:
                    users[str(user_of_stored_command(command))] = None
        self._position = LogPosition(self._repository)
        return NewEntries(users, settled)
