"""The entries of a batch, which wait for its end: found by user and by idempotency key, however many there are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from heapq import merge
from operator import itemgetter
from typing import Final

from trophy_engine.core import Record
from trophy_engine.storage.protocol import Entry, user_of

_SEQUENCE: Final = itemgetter(0)
_Key = tuple[str, str, str]


class PendingEntries:
    """Entries in the order of the log, with an index.

    Attributes:
        entries: the entries.
    """

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries: list[Entry] = []
        self._of_user: dict[str, list[Entry]] = {}
        self._of_all: list[Entry] = []
        self._keyed: dict[_Key, Entry] = {}
        for entry in entries:
            self.add(entry)

    def add(self, entry: Entry) -> None:
        """Add an entry; it counts once it is in ``entries``, from which the index can be made again."""
        self.entries.append(entry)
        command = entry.command
        user_id = user_of(command)
        if user_id is None:
            self._of_all.append(entry)
        else:
            self._of_user.setdefault(user_id, []).append(entry)
        if isinstance(command, Record) and command.idempotency_key is not None:
            self._keyed[command.user_id, command.metric, command.idempotency_key] = entry

    def of(self, user_id: str) -> Iterator[Entry]:
        """Walk the entries about a user, and those about everybody, in order."""
        return merge(self._of_user.get(user_id, ()), self._of_all, key=_SEQUENCE)

    def find(self, key: _Key) -> Entry | None:
        """Return the record of a user and a metric that used an idempotency key, or None."""
        return self._keyed.get(key)

    def users(self) -> Iterable[str]:
        """Return the users, in the order of their first entries."""
        return self._of_user.keys()
