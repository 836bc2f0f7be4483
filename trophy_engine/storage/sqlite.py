"""A storage in one SQLite file, with a write-ahead log and one transaction per append."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import PathLike
from pathlib import Path
from threading import RLock
from time import monotonic, sleep
from typing import Any, Final, Literal
from zlib import crc32

from trophy_engine.core import NAMES, Award, ChangeRules, Command, Complete, Record, check_text, decode, encode
from trophy_engine.errors import StorageClosed, StorageConflict, StorageDamaged, StorageError, StorageIncompatible
from trophy_engine.identifiers import is_writable
from trophy_engine.paths import check_path, is_folder
from trophy_engine.rules.constraints import FLAG, OneOf
from trophy_engine.rules.phrases import count_noun
from trophy_engine.storage.protocol import Entry, Snapshot, check_follows, check_snapshot, user_of

__all__ = ["SQLiteStorage"]

#: "trop" in ASCII, which identifies the files of this package.
_APPLICATION: Final = 0x74726F70
_VERSION: Final = 1
#: The definitions exactly as SQLite stores them. Every row of the log and of the snapshots has a checksum.
_LAYOUT: Final = (
    (
        "CREATE TABLE log (sequence INTEGER PRIMARY KEY, number INTEGER NOT NULL, kind TEXT NOT NULL, user_id TEXT, "
        "subject TEXT, idempotency_key TEXT, command TEXT NOT NULL, checksum INTEGER NOT NULL)"
    ),
    "CREATE INDEX log_of_user ON log (user_id, sequence)",
    "CREATE UNIQUE INDEX log_of_key ON log (user_id, kind, subject, idempotency_key) WHERE idempotency_key IS NOT NULL",
    (
        "CREATE TABLE snapshots (user_id TEXT PRIMARY KEY, sequence INTEGER NOT NULL, digest TEXT NOT NULL, "
        "state TEXT NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID"
    ),
)
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
        _check_folder(self._path)
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
                    self._verify(connection)
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
                self._lay_out(connection)
                break
            except sqlite3.OperationalError as error:
                if _code(error) not in _BUSY or not seconds_left:
                    raise
                _roll_back(connection)
                sleep(_RETRY_SECONDS)
        connection.execute(f"PRAGMA busy_timeout = {round(_WAIT_SECONDS * 1000)}")

    def _lay_out(self, connection: sqlite3.Connection) -> None:
        connection.execute("BEGIN")
        is_new = self._is_new(connection)
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL")  # only now, so that a file of others stays unchanged
        if is_new:
            connection.execute("BEGIN IMMEDIATE")
            if self._is_new(connection):
                for statement in _LAYOUT:
                    connection.execute(statement)
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                connection.execute(f"PRAGMA user_version = {_VERSION}")
            connection.execute("COMMIT")

    def _is_new(self, connection: sqlite3.Connection) -> bool:
        """Return True if the file is empty.

        Raises:
            StorageIncompatible: the file is of another application or a later version.
            StorageDamaged: its tables are not those of the layout.
        """
        [(application,)] = connection.execute("PRAGMA application_id")
        [(version,)] = connection.execute("PRAGMA user_version")
        definitions = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master")}
        if not (application or version or definitions):
            return True
        if application != _APPLICATION:
            raise StorageIncompatible(f"{self._path} is an SQLite file of another application; choose another path")
        if version > _VERSION:
            raise StorageIncompatible(
                f"{self._path} has layout {version}, and this version of trophy_engine reads layouts up to {_VERSION}; "
                "upgrade the package"
            )
        if version != _VERSION or not definitions.issuperset(_LAYOUT):
            raise StorageDamaged(self._path, None, f"its tables differ from those of layout {_VERSION}")
        return False

    def _verify(self, connection: sqlite3.Connection) -> None:
        """Check that the pages, indexes and rows of the file agree, and that the log has no gap.

        Raises:
            StorageDamaged: the file fails a check.
        """
        connection.execute("BEGIN")
        [(fact,)] = connection.execute("PRAGMA integrity_check(1)")
        if fact != "ok":
            raise StorageDamaged(self._path, None, " ".join(fact.split()))
        query = "SELECT count(*), coalesce(min(sequence), 1), coalesce(max(sequence), 0) FROM log"
        [(entries, first, last)] = connection.execute(query)
        if (first, last) != (1, entries):
            fact = f"its log has {count_noun(entries, 'entry')}, numbered from {first} to {last}"
            raise StorageDamaged(self._path, None, fact)
        [(saved,)] = connection.execute("SELECT coalesce(max(sequence), 0) FROM snapshots")
        if saved > last:
            fact = f"its log ends with entry {last}, but a snapshot is of entry {saved}"
            raise StorageDamaged(self._path, None, fact)
        connection.execute("COMMIT")

    # --- the log ----------------------------------------------------------------------------------------------------

    def length(self) -> int:
        """Return the sequence of the last entry, 0 for an empty log."""
        with self._access() as connection:
            return _length(connection)

    def append(self, entries: Sequence[Entry]) -> None:
        """Append entries in one transaction.

        Raises:
            StorageConflict: the first entry does not follow the log, or an idempotency key has been used.
            InvalidValue: UTF-8 cannot encode a text of a command.
        """
        rows = [_row(entry) for entry in entries]
        with self._access() as connection:
            if not rows:
                return
            connection.execute("BEGIN IMMEDIATE")
            check_follows(entries, _length(connection))
            connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)
            connection.execute("COMMIT")

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Iterate over the entries after a sequence."""
        return self._without_gaps(self._walk("sequence > ?", (after,)), max(after, 0))

    def entries_of(self, user_id: str, after: int = 0) -> Iterator[Entry]:
        """Iterate over the entries after a sequence that are about a user or about all users."""
        return self._walk("(user_id = ? OR user_id IS NULL) AND sequence > ?", (user_id, after))

    def _walk(self, condition: str, values: tuple[Any, ...]) -> Iterator[Entry]:
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
                yield self._entry(*row)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def _without_gaps(self, entries: Iterator[Entry], last: int) -> Iterator[Entry]:
        for entry in entries:
            if entry.sequence != last + 1:
                raise StorageDamaged(self._path, None, f"entry {entry.sequence} of its log follows entry {last}")
            last = entry.sequence
            yield entry

    def _entry(
        self,
        sequence: int,
        number: int,
        kind: str,
        user_id: str | None,
        subject: str | None,
        idempotency_key: str | None,
        line: str,
        checksum: int,
    ) -> Entry:
        if checksum != _checksum(sequence, number, line):
            raise StorageDamaged(self._path, sequence, "its checksum is wrong")
        try:
            command = decode(line)
        except StorageIncompatible as error:
            raise StorageIncompatible(f"{self._path}: entry {sequence}: {error}") from error
        if _index_columns(command) != (kind, user_id, subject, idempotency_key):
            raise StorageDamaged(self._path, sequence, "its indexed columns differ from its command")
        return Entry(sequence, number, command)

    def find(self, kind: str, user_id: str, subject: str, idempotency_key: str) -> Entry | None:
        """Return the entry of the command of a kind, user and subject that used an idempotency key, or None."""
        condition = "user_id = ? AND kind = ? AND subject = ? AND idempotency_key = ? AND sequence > ?"
        return next(self._walk(condition, (user_id, kind, subject, idempotency_key, 0)), None)

    def rules_history(self) -> Iterator[Entry]:
        """Iterate over the entries that changed rules."""
        return self._walk("user_id IS NULL AND kind = ? AND sequence > ?", (NAMES[ChangeRules], 0))

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
        rows = []
        for snapshot in snapshots:
            check_snapshot(snapshot)
            values = (*snapshot[:3], json.dumps(snapshot.state))
            rows.append((*values, _checksum(*values)))
        with self._access() as connection:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?, ?)", rows)
            connection.execute("COMMIT")

    def load(self, user_id: str) -> Snapshot | None:
        """Return a user's snapshot, or None; a damaged one is ignored, because the log suffices."""
        for *values, checksum in self._fetch("SELECT * FROM snapshots WHERE user_id = ?", (user_id,)):
            if checksum == _checksum(*values):
                _, sequence, digest, state = values
                return Snapshot(user_id, sequence, digest, json.loads(state))
        return None

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
                connection.text_factory = _decode_damaged
            return connection.execute(query, values).fetchall()

    @contextmanager
    def _access(self) -> Iterator[sqlite3.Connection]:
        """Lock the connection for one call; a transaction that the call does not end is rolled back."""
        with self._lock, self._translated_errors():
            connection = self._check_open()
            try:
                _roll_back(connection)  # the transaction of an interrupted call
                yield connection
            finally:
                if self._connection is not None:  # None if an interruption has closed it
                    _roll_back(connection)

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
            code = _code(error)
            if code == sqlite3.SQLITE_NOTADB:
                message = f"{self._path} is not an SQLite file; choose another path"
                raise StorageIncompatible(message) from error
            if code == sqlite3.SQLITE_CORRUPT:
                raise StorageDamaged(self._path, None, str(error)) from error
            if code in _BUSY:
                message = f"another process has locked {self._path} for {_WAIT_SECONDS:g} seconds"
                raise StorageError(f"{message}; end that process and repeat the call") from error
            raise StorageError(f"{self._path}: {error}") from error


def _code(error: sqlite3.Error) -> int:
    """Return SQLite's primary code of an error, ``SQLITE_ERROR`` for one that Python raises by itself."""
    return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF


def _roll_back(connection: sqlite3.Connection) -> None:
    if connection.in_transaction:
        connection.rollback()


def _length(connection: sqlite3.Connection) -> int:
    [(last,)] = connection.execute("SELECT coalesce(max(sequence), 0) FROM log")
    return int(last)


def _decode_damaged(text: bytes) -> str:
    return text.decode(errors="replace")


def _row(entry: Entry) -> tuple[Any, ...]:
    sequence, number, command = entry
    line = encode(command)
    if "\\ud" in line:  # a surrogate, lone or in a pair
        check_text(command)
    return (sequence, number, *_index_columns(command), line, _checksum(sequence, number, line))


def _index_columns(command: Command) -> tuple[str, str | None, str | None, str | None]:
    """Return the indexed columns: the kind of command, its user, what it is about, and its idempotency key."""
    match command:
        case (
            Record(user_id, _, subject, _, _, key)
            | Award(user_id, _, subject, _, _, key)
            | Complete(user_id, _, subject, key)
        ):
            return NAMES[type(command)], user_id, subject, key
        case _:
            return NAMES[type(command)], user_of(command), None, None


def _checksum(key: str | int, number: int, text: str, state: str = "") -> int:
    """Return the checksum of a row: an entry's sequence, number and line, or the values of a snapshot."""
    return crc32(f"{key}\n{number}\n{text}\n{state}".encode())


def _check_folder(path: str) -> None:
    """Check that a file can be in its folder.

    Raises:
        StorageError: there is no folder of this name, or the path is a folder itself.
    """
    folder = Path(path).parent
    if not is_folder(folder):
        raise StorageError(f"cannot open {path}: there is no folder {folder}; create it first")
    if is_folder(path):
        raise StorageError(f"cannot open {path}: it is a folder; name a file in it")
