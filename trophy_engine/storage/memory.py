"""A storage in the memory of the process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from heapq import merge
from operator import itemgetter
from typing import Any

from trophy_engine.core.commands import KINDS, NAMES, Adopt, Record, Settle
from trophy_engine.errors import StorageClosed, StorageConflict
from trophy_engine.storage.protocol import Entry, Snapshot

__all__ = ["MemoryStorage"]

#: The sequence, the number, the kind of the command by name, and its fields.
_Row = tuple[Any, ...]

_OF_ALL = (NAMES[Settle], NAMES[Adopt])


class MemoryStorage:
    """Keeps everything until it is closed; an engine that shares its process has no use for snapshots."""

    snapshot_every: int | None = None

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self._of_user: dict[str, list[_Row]] = {}
        self._of_all: list[_Row] = []
        self._indexed = 0
        self._keys: dict[tuple[str, str, str], _Row] = {}
        self._snapshots: dict[str, tuple[int, str, str]] = {}
        self._closed = False

    def length(self) -> int:
        """Give the sequence of the last entry, 0 for an empty log."""
        self._check_open()
        return len(self._rows)

    def append(self, entries: Sequence[Entry]) -> None:
        """Append entries.

        Raises:
            StorageConflict: the first entry is not the next one.
        """
        if self._closed:
            self._check_open()
        rows = self._rows
        if entries and entries[0].sequence != len(rows) + 1:
            raise StorageConflict(f"the log has {len(rows)} entries; entry {entries[0].sequence} does not follow")
        for sequence, number, command in entries:
            # A plain tuple of plain values: the garbage collector soon stops looking at those.
            row = (sequence, number, NAMES[type(command)]) + command
            rows.append(row)
            if isinstance(command, Record) and command.idempotency_key is not None:
                self._keys[command.user_id, command.metric, command.idempotency_key] = row

    def _index(self) -> None:
        """Index the rows since the last time by user: appending is far more frequent than asking."""
        for row in self._rows[self._indexed :]:
            if row[2] in _OF_ALL:
                self._of_all.append(row)
            else:
                self._of_user.setdefault(row[3], []).append(row)
        self._indexed = len(self._rows)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Walk the entries after a sequence."""
        self._check_open()
        return map(_entry, self._rows[after:])

    def entries_of(self, user_id: str, after: int = 0) -> Iterator[Entry]:
        """Walk the entries after a sequence that are about a user or about all of them."""
        self._check_open()
        self._index()
        walked = merge(self._of_user.get(user_id, ()), self._of_all, key=itemgetter(0))
        return (_entry(row) for row in walked if row[0] > after)

    def find(self, user_id: str, metric: str, idempotency_key: str) -> Entry | None:
        """Find the record that used an idempotency key."""
        self._check_open()
        row = self._keys.get((user_id, metric, idempotency_key))
        return None if row is None else _entry(row)

    def adoptions(self) -> Iterator[Entry]:
        """Walk the entries that adopted rules."""
        self._check_open()
        self._index()
        return (_entry(row) for row in self._of_all if row[2] == NAMES[Adopt])

    def users(self) -> Iterator[str]:
        """Walk the users in the order of their first entries."""
        self._check_open()
        self._index()
        return iter(list(self._of_user))

    def save(self, snapshots: Sequence[Snapshot]) -> None:
        """Keep snapshots."""
        self._check_open()
        for user_id, sequence, digest, state in snapshots:
            self._snapshots[user_id] = (sequence, digest, json.dumps(state))

    def load(self, user_id: str) -> Snapshot | None:
        """Give a user's snapshot."""
        self._check_open()
        found = self._snapshots.get(user_id)
        return None if found is None else Snapshot(user_id, found[0], found[1], json.loads(found[2]))

    def close(self) -> None:
        """Let go of everything."""
        self._closed = True
        for held in (self._rows, self._of_user, self._of_all, self._keys, self._snapshots):
            held.clear()

    def _check_open(self) -> None:
        if self._closed:
            raise StorageClosed("this storage is closed; open another one")


def _entry(row: _Row) -> Entry:
    sequence, number, name, *fields = row
    return Entry(sequence, number, KINDS[name](*fields))
