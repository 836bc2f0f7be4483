"""A storage in one SQLite file: write-ahead log, one transaction an append, nothing to install."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from typing import Any, Final, Literal

from trophy_engine.core.commands import NAMES, Adopt, Record, decode, encode
from trophy_engine.errors import StorageClosed, StorageConflict, StorageError, StorageIncompatible
from trophy_engine.rules.constraints import OneOf
from trophy_engine.rules.files import check_path
from trophy_engine.storage.protocol import Entry, Snapshot, user_of

__all__ = ["SQLiteStorage"]

#: "trop" in ASCII: tells the files of this package from those of others.
_APPLICATION: Final = 0x74726F70
#: What takes a file from each version of its layout to the next; a new file starts at version 0.
_MIGRATIONS: Final = (
    """
    CREATE TABLE log (
        sequence INTEGER PRIMARY KEY,
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        user_id TEXT,
        metric TEXT,
        idempotency_key TEXT,
        command TEXT NOT NULL
    );
    CREATE INDEX log_of_user ON log (user_id, sequence);
    CREATE UNIQUE INDEX log_of_key ON log (user_id, metric, idempotency_key) WHERE idempotency_key IS NOT NULL;
    CREATE TABLE snapshots (
        user_id TEXT PRIMARY KEY,
        sequence INTEGER NOT NULL,
        digest TEXT NOT NULL,
        state TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
)
_WAIT_SECONDS: Final = 10.0
_PAGE: Final = 1000


class SQLiteStorage:
    """Keeps the log and the snapshots in a file, which other processes may read at the same time.

    Args:
        path: the file, made where there is none; ``":memory:"`` for none at all.
        synchronous: ``"FULL"`` keeps every returned command through a loss of power; ``"NORMAL"`` is faster, keeps
            them through a crash of the process, and can lose the last ones with the power.

    Raises:
        InvalidValue: the path is none, or ``synchronous`` neither of the two.
        StorageIncompatible: the file is not a storage, or one of a later version.
        StorageError: the file cannot be opened.
    """

    snapshot_every: int | None = 10_000

    def __init__(self, path: str | PathLike[str], *, synchronous: Literal["FULL", "NORMAL"] = "FULL") -> None:
        self._path = check_path(path)
        OneOf(("FULL", "NORMAL")).check("synchronous", synchronous)
        self._connection: sqlite3.Connection | None = None
        with self._telling():
            self._connection = sqlite3.connect(
                self._path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
            )
        try:
            with self._telling():
                self._prepare(synchronous)
        except StorageError:
            self.close()
            raise

    def _prepare(self, synchronous: str) -> None:
        [(application,)] = self._run("PRAGMA application_id")
        [(version,)] = self._run("PRAGMA user_version")
        [(tables,)] = self._run("SELECT count(*) FROM sqlite_master")
        if application != _APPLICATION and (application or version or tables):
            raise StorageIncompatible(f"{self._path} is an SQLite file of another application; choose another path")
        if version > len(_MIGRATIONS):
            raise StorageIncompatible(
                f"{self._path} has layout {version}, and this version of trophy_engine knows up to {len(_MIGRATIONS)}; "
                "upgrade the package"
            )
        self._run("PRAGMA journal_mode = WAL")
        self._run(f"PRAGMA synchronous = {'NORMAL' if synchronous == 'NORMAL' else 'FULL'}")
        for number, migration in enumerate(_MIGRATIONS[version:], start=version + 1):
            with self._transaction():
                for statement in filter(str.strip, migration.split(";")):
                    self._run(statement)
                self._run(f"PRAGMA application_id = {_APPLICATION}")
                self._run(f"PRAGMA user_version = {number}")

    def length(self) -> int:
        """Give the sequence of the last entry, 0 for an empty log."""
        with self._telling():
            [(last,)] = self._run("SELECT coalesce(max(sequence), 0) FROM log")
        return int(last)

    def append(self, entries: Sequence[Entry]) -> None:
        """Append entries in one transaction.

        Raises:
            StorageConflict: the first entry is not the next one.
        """
        if not entries:
            return
        rows = [_row(entry) for entry in entries]
        with self._telling(), self._transaction():
            last = self.length()
            if entries[0].sequence != last + 1:
                raise StorageConflict(f"the log has {last} entries; entry {entries[0].sequence} does not follow")
            self._open.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?)", rows)

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Walk the entries after a sequence."""
        return self._walk("sequence > ?", (after,))

    def entries_of(self, user_id: str, after: int = 0) -> Iterator[Entry]:
        """Walk the entries after a sequence that are about a user or about all of them."""
        return self._walk("(user_id = ? OR user_id IS NULL) AND sequence > ?", (user_id, after))

    def _walk(self, condition: str, values: tuple[Any, ...]) -> Iterator[Entry]:
        """Walk entries page by page, so that the log can grow meanwhile."""
        *fixed, after = values
        query = f"SELECT sequence, number, command FROM log WHERE {condition} ORDER BY sequence LIMIT {_PAGE}"  # noqa: S608  # conditions are ours
        while True:
            with self._telling():
                rows = self._run(query, (*fixed, after))
            yield from (Entry(sequence, number, decode(command)) for sequence, number, command in rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def find(self, user_id: str, metric: str, idempotency_key: str) -> Entry | None:
        """Find the record that used an idempotency key."""
        condition = "user_id = ? AND metric = ? AND idempotency_key = ? AND sequence > ?"
        return next(self._walk(condition, (user_id, metric, idempotency_key, 0)), None)

    def adoptions(self) -> Iterator[Entry]:
        """Walk the entries that adopted rules."""
        return self._walk("user_id IS NULL AND kind = ? AND sequence > ?", (NAMES[Adopt], 0))

    def users(self) -> Iterator[str]:
        """Walk the users in the order of their first entries."""
        query = "SELECT user_id FROM log WHERE user_id IS NOT NULL GROUP BY user_id ORDER BY min(sequence)"
        with self._telling():
            rows = self._run(query)
        return (user_id for (user_id,) in rows)

    def save(self, snapshots: Sequence[Snapshot]) -> None:
        """Keep snapshots in one transaction."""
        rows = [(one.user_id, one.sequence, one.digest, json.dumps(one.state)) for one in snapshots]
        with self._telling(), self._transaction():
            self._open.executemany("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)", rows)

    def load(self, user_id: str) -> Snapshot | None:
        """Give a user's snapshot."""
        with self._telling():
            rows = self._run("SELECT sequence, digest, state FROM snapshots WHERE user_id = ?", (user_id,))
        return Snapshot(user_id, rows[0][0], rows[0][1], json.loads(rows[0][2])) if rows else None

    def close(self) -> None:
        """Close the file; SQLite then folds the write-ahead log into it."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @property
    def _open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StorageClosed(f"the storage {self._path} is closed; open another one")
        return self._connection

    def _run(self, statement: str, values: tuple[Any, ...] = ()) -> list[Any]:
        return self._open.execute(statement, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._run("BEGIN IMMEDIATE")
        try:
            yield
            self._run("COMMIT")
        except BaseException:
            if self._open.in_transaction:
                self._run("ROLLBACK")
            raise

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Tell of SQLite's errors as errors of a storage."""
        try:
            yield
        except sqlite3.DatabaseError as error:
            if "not a database" in str(error):
                message = f"{self._path} is not an SQLite file; choose another path"
                raise StorageIncompatible(message) from error
            raise StorageError(f"{self._path}: {error}") from error


def _row(entry: Entry) -> tuple[Any, ...]:
    command = entry.command
    keyed = (command.metric, command.idempotency_key) if isinstance(command, Record) else (None, None)
    return (entry.sequence, entry.number, NAMES[type(command)], user_of(command), *keyed, encode(command))
