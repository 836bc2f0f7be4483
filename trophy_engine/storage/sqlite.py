"""A storage in one SQLite file, with a write-ahead log and one transaction per append."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from threading import RLock
from time import monotonic, sleep
from typing import Any, Final, Literal

from trophy_engine.core import NAMES, ChangeRules
from trophy_engine.errors import StorageClosed, StorageConflict, StorageDamaged, StorageError, StorageIncompatible
from trophy_engine.identifiers import is_writable
from trophy_engine.paths import check_path, is_folder
from trophy_engine.rules.constraints import FLAG, OneOf
from trophy_engine.storage.protocol import Entry, Snapshot, check_entry_sequences
from trophy_engine.storage.sqlite_layout import (
    create_sqlite_tables,
    decode_entry_row,
    decode_snapshot_row,
    encode_entry_row,
    encode_snapshot_row,
    verify_sqlite_file,
)

__all__ = ["SQLiteStorage"]

#: How long a call waits for other processes, in seconds.
_WAIT_SECONDS: Final = 10.0
#: How long to sleep where SQLite does not wait by itself, as during the change to a write-ahead log.
_RETRY_SECONDS: Final = 0.01
_PAGE: Final = 1000
_BUSY: Final = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL)


class SQLiteStorage:
    """Keeps the log and the snapshots in a file, which other processes may open at the same time.

    A call waits up to 10 seconds for a process that is writing. An interrupted call has happened completely or not at
    all. Every entry is checked against its checksum when it is read; a damaged snapshot is ignored.

    Args:
        path: the file, created if it does not exist; ``":memory:"`` for no file.
        synchronous: with ``"FULL"`` every returned command survives a loss of power; ``"NORMAL"`` is faster: commands
            survive a crash of the process, but a loss of power can lose the last ones.
        verify: True to check the whole file at opening, including indexes and gaps, which takes time in proportion to
            its size; False to open a large file at once, or a damaged one to read what is left of it.

    Raises:
        InvalidValue: the path is invalid, or ``synchronous`` is neither of the two.
        StorageIncompatible: the file is not a storage, or of a later version.
        StorageDamaged: the content of the file is not what was written to it.
        StorageError: the file cannot be opened, or other processes have kept it locked for 10 seconds.
    """

    snapshot_every: int | None = 10_000

    def __init__(
        self, path: str | PathLike[str], *, synchronous: Literal["FULL", "NORMAL"] = "FULL", verify: bool = True
    ) -> None:
        self._path = check_path(path)
        OneOf(("FULL", "NORMAL")).check("synchronous", synchronous)
        FLAG.check("verify", verify)
        _check_sqlite_folder(self._path)
        self._lock = RLock()
        self._connection: sqlite3.Connection | None = None
        try:
            with self._translated_errors():
                self._connection = sqlite3.connect(
                    self._path, timeout=_WAIT_SECONDS, isolation_level=None, check_same_thread=False
                )
            with self._access() as connection:
                self._prepare(connection)
                connection.execute(f"PRAGMA synchronous = {'NORMAL' if synchronous == 'NORMAL' else 'FULL'}")
                if verify:
                    verify_sqlite_file(connection, self._path)
        except BaseException:
            self.close()
            raise

    # --- opening ----------------------------------------------------------------------------------------------------

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Create the tables of a new file, or check those of an existing one; wait for other processes."""
        deadline = monotonic() + _WAIT_SECONDS
        while True:
            seconds_left = max(deadline - monotonic(), 0)
            connection.execute(f"PRAGMA busy_timeout = {round(seconds_left * 1000)}")
            try:
                create_sqlite_tables(connection, self._path)
                break
            except sqlite3.OperationalError as error:
                if _sqlite_error_code(error) not in _BUSY or not seconds_left:
                    raise
                _roll_back_transaction(connection)
                sleep(_RETRY_SECONDS)
        connection.execute(f"PRAGMA busy_timeout = {round(_WAIT_SECONDS * 1000)}")

    # --- the log ----------------------------------------------------------------------------------------------------

    def length(self) -> int:
        """Return the sequence of the last entry, 0 for an empty log."""
        with self._access() as connection:
            return _last_sqlite_sequence(connection)

    def append(self, entries: Sequence[Entry]) -> None:
        """Append entries in one transaction.

        Raises:
            StorageConflict: the first entry does not follow the log, or an idempotency key has been used.
            InvalidValue: UTF-8 cannot encode a text of a command.
        """
        rows = [encode_entry_row(entry) for entry in entries]
        with self._access() as connection:
            if not rows:
                return
            connection.execute("BEGIN IMMEDIATE")
            check_entry_sequences(entries, _last_sqlite_sequence(connection))
            connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
            connection.execute("COMMIT")

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Iterate over the entries after a sequence."""
        return self._without_gaps(self._iterate_entries("sequence > ?", (after,)), max(after, 0))

    def entries_of(self, user_id: str, after: int = 0) -> Iterator[Entry]:
        """Iterate over the entries after a sequence that are about a user or about all users."""
        return self._iterate_entries("(user_id = ? OR user_id IS NULL) AND sequence > ?", (user_id, after))

    def _iterate_entries(self, condition: str, values: tuple[Any, ...]) -> Iterator[Entry]:
        self._check_open()
        return self._read_pages(condition, values)

    def _read_pages(self, condition: str, values: tuple[Any, ...]) -> Iterator[Entry]:
        """Yield entries page by page, so that the log can grow during the iteration."""
        *fixed, after = values
        query = f"SELECT * FROM log WHERE {condition} ORDER BY sequence LIMIT {_PAGE}"  # noqa: S608  # conditions are ours
        while True:
            rows = self._fetch(query, (*fixed, after))
            for row in rows:
                self._check_open()
                yield decode_entry_row(self._path, *row)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def _without_gaps(self, entries: Iterator[Entry], last: int) -> Iterator[Entry]:
        for entry in entries:
            if entry.sequence != last + 1:
                raise StorageDamaged(self._path, None, f"entry {entry.sequence} of its log follows entry {last}")
            last = entry.sequence
            yield entry

    def find(self, kind: str, user_id: str, subject: str, idempotency_key: str) -> Entry | None:
        """Return the entry of the command of a kind, user and subject that used an idempotency key, or None."""
        condition = "user_id = ? AND kind = ? AND subject = ? AND idempotency_key = ? AND sequence > ?"
        return next(self._iterate_entries(condition, (user_id, kind, subject, idempotency_key, 0)), None)

    def rules_history(self) -> Iterator[Entry]:
        """Iterate over the entries that changed rules."""
        return self._iterate_entries("user_id IS NULL AND kind = ? AND sequence > ?", (NAMES[ChangeRules], 0))

    def users(self) -> Iterator[str]:
        """Iterate over the users in the order of their first entries."""
        query = "SELECT user_id FROM log WHERE user_id IS NOT NULL GROUP BY user_id ORDER BY min(sequence)"
        return (user_id for (user_id,) in self._fetch(query))

    # --- snapshots --------------------------------------------------------------------------------------------------

    def save(self, snapshots: Sequence[Snapshot]) -> None:
        """Save snapshots in one transaction, each in place of the user's former one.

        Raises:
            InvalidValue: UTF-8 cannot encode a user's id.
        """
        rows = [encode_snapshot_row(snapshot) for snapshot in snapshots]
        with self._access() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?)", rows)
            connection.execute("COMMIT")

    def load(self, user_id: str) -> Snapshot | None:
        """Return a user's snapshot, or None; a damaged one is ignored, because the log suffices."""
        rows = self._fetch("SELECT * FROM snapshots WHERE user_id = ?", (user_id,))
        return decode_snapshot_row(*rows[0]) if rows else None

    # --- the connection ---------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Close the file, after which SQLite merges the write-ahead log into it; a second call does nothing."""
        with self._lock, self._translated_errors():
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _check_open(self) -> sqlite3.Connection:
        if self._connection is None:
            raise StorageClosed(f"the storage {self._path} is closed; open another one")
        return self._connection

    def _fetch(self, query: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
        with self._access() as connection:
            try:
                return connection.execute(query, values).fetchall()
            except UnicodeEncodeError:
                # No row has a text that UTF-8 cannot encode, and no row equals NULL.
                values = tuple(value if not isinstance(value, str) or is_writable(value) else None for value in values)
            except sqlite3.OperationalError as error:
                if hasattr(error, "sqlite_errorcode"):
                    raise
                # A text is not UTF-8. Decoded with replacements it fails the checksum, and the error names the entry.
                connection.text_factory = _decode_damaged_row
            return connection.execute(query, values).fetchall()

    @contextmanager
    def _access(self) -> Iterator[sqlite3.Connection]:
        """Lock the connection for one call; a transaction that the call does not end is rolled back."""
        with self._lock, self._translated_errors():
            connection = self._check_open()
            try:
                _roll_back_transaction(connection)  # the transaction of an interrupted call
                yield connection
            finally:
                if self._connection is not None:  # None if an interruption has closed it
                    _roll_back_transaction(connection)

    @contextmanager
    def _translated_errors(self) -> Iterator[None]:
        """Convert errors of SQLite to storage errors."""
        try:
            yield
        except sqlite3.IntegrityError as error:
            raise StorageConflict("an idempotency key of the entries has already been used") from error
        except UnicodeDecodeError as error:  # from an error message of SQLite that cites the file
            raise StorageDamaged(self._path, None, "its text is not UTF-8") from error
        except sqlite3.Error as error:
            code = _sqlite_error_code(error)
            if code == sqlite3.SQLITE_NOTADB:
                message = f"{self._path} is not an SQLite file; choose another path"
                raise StorageIncompatible(message) from error
            if code == sqlite3.SQLITE_CORRUPT:
                raise StorageDamaged(self._path, None, str(error)) from error
            if code in _BUSY:
                message = f"another process has locked {self._path} for {_WAIT_SECONDS:g} seconds"
                raise StorageError(f"{message}; end that process and repeat the call") from error
            raise StorageError(f"{self._path}: {error}") from error


def _sqlite_error_code(error: sqlite3.Error) -> int:
    """Return SQLite's primary code of an error, ``SQLITE_ERROR`` for one that Python raises by itself."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _roll_back_transaction(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.rollback()


def _last_sqlite_sequence(connection: sqlite3.Connection) -> int:
    [(last,)] = connection.execute("SELECT coalesce(max(sequence), 0) FROM log")
    return int(last)


def _decode_damaged_row(text: bytes) -> str:
    return text.decode(errors="replace")


def _check_sqlite_folder(path: str) -> None:
    """Check that a file can be in its folder.

    Raises:
        StorageError: there is no folder of this name, or the path is a folder itself.
    """
    folder = Path(path).parent
    if not is_folder(folder):
        raise StorageError(f"cannot open {path}: there is no folder {folder}; create it first")
    if is_folder(path):
        raise StorageError(f"cannot open {path}: it is a folder; name a file in it")
