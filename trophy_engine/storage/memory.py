"""A storage in memory."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from operator import itemgetter
from typing import Any

from trophy_engine.core import (
    KINDS,
    NAMES,
    Award,
    ChangeRules,
    Complete,
    Record,
    Settle,
    check_command_text,
    idempotency_key_of_command,
)
from trophy_engine.errors import StorageClosed, StorageConflict
from trophy_engine.storage.protocol import Entry, Snapshot, check_entry_sequences, check_storable_snapshot

__all__ = ["MemoryStorage"]

#: The sequence, the number, the name of the kind of command, and its fields.
_Row = tuple[Any, ...]
#: A user, a metric, a points system or an achievement, and an idempotency key.
_Key = tuple[str, str, str]

_OF_ALL = (NAMES[Settle], NAMES[ChangeRules])
_RECORD = NAMES[Record]
#: The kinds of commands that can have an idempotency key.
_KEYED = (_RECORD, NAMES[Award], NAMES[Complete])
_SEQUENCE = itemgetter(0)


class MemoryStorage:
    """Keeps the log in memory until it is closed; an engine saves no snapshots in it."""

    snapshot_every: int | None = None

    def __init__(self) -> None:
        self._rows: list[_Row] = []
        self._of_user: dict[str, list[_Row]] = {}
        self._of_all: list[_Row] = []
        self._keys: dict[str, dict[_Key, _Row]] = {name: {} for name in _KEYED}
        self._indexed = 0
        self._snapshots: dict[str, tuple[int, str, str]] = {}
        self._closed = False

    def length(self) -> int:
        """Return the sequence of the last entry, 0 for an empty log."""
        self._check_open()
        return len(self._rows)

    def append(self, entries: Sequence[Entry]) -> None:
        """Append entries.

        Raises:
            StorageConflict: the first entry does not follow the log, or an idempotency key has been used.
            InvalidValue: UTF-8 cannot encode a text of a command.
        """
        if self._closed:
            self._check_open()
        log = self._rows
        if len(entries) == 1:
            [(sequence, number, command)] = entries
            if type(command) is Record and sequence == len(log) + 1:
                user_id, _, metric, _, attributes, key = command
                if not attributes and user_id.isascii() and metric.isascii() and (key is None or key.isascii()):
                    # The frequent case, without loops. The garbage collector soon stops tracking a plain tuple of plain
                    # values.
                    row: _Row = (sequence, number, _RECORD) + command
                    if key is not None:
                        self._claim_key(_RECORD, (user_id, metric, key), row, ())
                    log.append(row)
                    return
        check_entry_sequences(entries, len(log))
        rows: list[_Row] = []
        for sequence, number, command in entries:
            check_command_text(command)
            row = (sequence, number, NAMES[type(command)]) + command
            scoped_key = idempotency_key_of_command(command)
            if scoped_key is not None:
                self._claim_key(scoped_key[0], scoped_key[1:], row, rows)
            rows.append(row)
        log += rows  # in one step, so that an interruption cannot divide it

    def _claim_key(self, kind: str, key: _Key, row: _Row, rows: Sequence[_Row]) -> None:
        """Store the row of a key, which counts only once the row is in the log; ``rows`` will precede it.

        Raises:
            StorageConflict: a row of the log, or of ``rows``, has the key.
        """
        keys = self._keys[kind]
        former = keys.get(key)
        if former is not None and (
            _is_row_in_memory(former, self._rows, 1) or _is_row_in_memory(former, rows, len(self._rows) + 1)
        ):
            raise StorageConflict(f"the idempotency key {key[2]!r} of entry {row[0]} has already been used")
        keys[key] = row

    def _index(self) -> None:
        """Index the new rows by user; not done on append, which is far more frequent than reading."""
        for row in self._rows[self._indexed :]:
            indexed = self._of_all if row[2] in _OF_ALL else self._of_user.setdefault(row[3], [])
            if not indexed or indexed[-1][0] < row[0]:  # else an interrupted call has indexed it
                indexed.append(row)
            self._indexed = row[0]

    def _iterate_entries(self, rows: Iterable[_Row]) -> Iterator[Entry]:
        for row in rows:
            self._check_open()
            yield _entry_from_row(row)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Iterate over the entries after a sequence."""
        self._check_open()
        return self._iterate_entries(self._rows[max(after, 0) :])

    def entries_of(self, user_id: str, after: int = 0) -> Iterator[Entry]:
        """Iterate over the entries after a sequence that are about a user or about all users."""
        self._check_open()
        self._index()
        later = (
            rows[bisect_right(rows, after, key=_SEQUENCE) :] for rows in (self._of_user.get(user_id, []), self._of_all)
        )
        return self._iterate_entries(merge(*later, key=_SEQUENCE))

    def find(self, kind: str, user_id: str, subject: str, idempotency_key: str) -> Entry | None:
        """Return the entry of the command of a kind, user and subject that used an idempotency key, or None."""
        self._check_open()
        row = self._keys[kind].get((user_id, subject, idempotency_key))
        return None if row is None or not _is_row_in_memory(row, self._rows, 1) else _entry_from_row(row)

    def rules_history(self) -> Iterator[Entry]:
        """Iterate over the entries that changed rules."""
        self._check_open()
        self._index()
        return self._iterate_entries(row for row in self._of_all if row[2] == NAMES[ChangeRules])

    def users(self) -> Iterator[str]:
        """Iterate over the users in the order of their first entries."""
        self._check_open()
        self._index()
        return iter(list(self._of_user))

    def save(self, snapshots: Sequence[Snapshot]) -> None:
        """Save snapshots, each in place of the user's former one.

        Raises:
            InvalidValue: UTF-8 cannot encode a user's id.
        """
        self._check_open()
        saved = {}
        for snapshot in snapshots:
            check_storable_snapshot(snapshot)
            saved[snapshot.user_id] = (snapshot.sequence, snapshot.digest, json.dumps(snapshot.state))
        self._snapshots.update(saved)

    def load(self, user_id: str) -> Snapshot | None:
        """Return a copy of a user's snapshot, or None."""
        self._check_open()
        saved = self._snapshots.get(user_id)
        return None if saved is None else Snapshot(user_id, saved[0], saved[1], json.loads(saved[2]))

    def close(self) -> None:
        """Release everything; a second call does nothing."""
        self._closed = True
        self._rows, self._of_all = [], []  # new lists: an iteration that continues raises StorageClosed
        self._of_user, self._snapshots = {}, {}
        self._keys = {name: {} for name in _KEYED}

    def _check_open(self) -> None:
        if self._closed:
            raise StorageClosed("the storage is closed; open another one")


def _is_row_in_memory(row: _Row, rows: Sequence[_Row], first: int) -> bool:
    """Return True if ``rows``, numbered from ``first``, contain this very row."""
    index = int(row[0]) - first
    return 0 <= index < len(rows) and rows[index] is row


def _entry_from_row(row: _Row) -> Entry:
    sequence, number, name, *fields = row
    return Entry(sequence, number, KINDS[name](*fields))
