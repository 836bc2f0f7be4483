"""The pending entries of a batch, indexed by user and by idempotency key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from operator import itemgetter
from typing import Final

from trophy_engine.core import ScopedKey, idempotency_key_of_command
from trophy_engine.storage.protocol import Entry, user_of_stored_command

_SEQUENCE: Final = itemgetter(0)


class PendingEntries:
    """Entries in the order of the log, with an index.

    Attributes:
        entries: the entries.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries: list[Entry] = []
        self._of_user: dict[str, list[Entry]] = {}
        self._of_all: list[Entry] = []
        self._keyed: dict[ScopedKey, Entry] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Add an entry; ``entries`` is changed first, so that the index can be rebuilt after an interruption."""
        self.entries.append(entry)
        command = entry.command
        user_id = user_of_stored_command(command)
        if user_id is None:
            self._of_all.append(entry)
        else:
            self._of_user.setdefault(user_id, []).append(entry)
        key = idempotency_key_of_command(command)
        if key is not None:
            self._keyed[key] = entry

    def of(self, user_id: str) -> Iterator[Entry]:
        """Iterate over the entries about a user, and those about all users, in order."""
        return merge(self._of_user.get(user_id, ()), self._of_all, key=_SEQUENCE)

    def find(self, key: ScopedKey) -> Entry | None:
        """Return the entry that used an idempotency key, or None."""
        return self._keyed.get(key)

    def users(self) -> Iterable[str]:
        """Return the users, in the order of their first entries."""
        return self._of_user.keys()
