"""Snapshots: which users need one, and when they are saved.

They are saved when as many entries as the storage sets are part of none, and when it is closed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Final

from trophy_engine.core import Plan, UserState
from trophy_engine.errors import StorageError
from trophy_engine.storage.protocol import Entry, Snapshot, Storage, user_of_stored_command

#: A state loaded with more entries than this needs a snapshot: loading one takes as long as applying these.
_SHORT_TAIL: Final = 10
#: An entry that was applied while loading counts as this many new ones: its cost returns with every opening.
_REPLAY_WEIGHT: Final = 10


class SnapshotWriter:
    """Counts the entries that are part of no snapshot, and saves snapshots of their users.

    Args:
        storage: the storage.
        every: the number of entries after which snapshots are saved.
    """

    def __init__(self, storage: Storage, every: int) -> None:
        self._storage = storage
        self._every = every
        self._users: dict[str, None] = {}
        self._entries = 0
        self._appended = False

    def note_load(self, user_id: str, applied: int) -> None:
        """Count the entries that were applied when a user's state was loaded, if there were many."""
        if applied > _SHORT_TAIL:
            self._users[user_id] = None
            self._entries += _REPLAY_WEIGHT * applied

    def note_append(self, entries: Sequence[Entry], states: Mapping[str, UserState], sequence: int, plan: Plan) -> None:
        """Count appended entries, and save snapshots when there are enough.

        Args:
            entries: the entries.
            states: the live states after them, by user.
            sequence: the sequence of the last entry.
            plan: the rules in force.
        """
        self._appended = self._appended or bool(entries)
        for entry in entries:
            user_id = user_of_stored_command(entry.command)
            self._users |= dict.fromkeys(states) if user_id is None else {user_id: None}
            self._entries += 1
        if self._entries >= self._every:
            self._entries = 0
            with suppress(StorageError):  # the log has everything; snapshots are due again after as many entries
                self._save(states, sequence, plan)

    def save_outstanding(self, states: Mapping[str, UserState], sequence: int, plan: Plan) -> None:
        """Save the snapshots that are outstanding, but only if entries were appended; arguments as of ``note_append``.

        Raises:
            StorageError: they could not be saved.
        """
        if self._appended:
            self._appended = False
            self._save(states, sequence, plan)

    def _save(self, states: Mapping[str, UserState], sequence: int, plan: Plan) -> None:
        self._storage.save(
            [
                Snapshot(user_id, sequence, plan.digest, states[user_id].dump(plan))
                for user_id in self._users
                if user_id in states
            ]
        )
        self._users.clear()

    def clear(self) -> None:
        """Forget the users who need a snapshot, after their states were dropped."""
        self._users.clear()
