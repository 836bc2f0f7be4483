"""The layout of SQLite files: the tables of the log and of the snapshots, their rows, and the checks of both."""

from __future__ import annotations

import json
import sqlite3
from typing import Any, Final
from zlib import crc32

from trophy_engine.core import (
    NAMES,
    Command,
    check_command_text,
    command_subject_and_key,
    decode_command,
    encode_command,
)
from trophy_engine.errors import StorageDamaged, StorageIncompatible
from trophy_engine.rules.phrases import count_noun
from trophy_engine.storage.protocol import Entry, Snapshot, check_storable_snapshot, user_of_stored_command

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


def create_sqlite_tables(connection: sqlite3.Connection, path: str) -> None:
    """Create the tables of a new file, or check those of an existing one.

    Raises:
        StorageIncompatible: the file is of another application or a later version.
        StorageDamaged: its tables are not those of the layout.
    """
    connection.execute("BEGIN")
    is_new = _is_new_sqlite_file(connection, path)
    connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode = WAL")  # only now, so that a file of others stays unchanged
    if is_new:
        connection.execute("BEGIN IMMEDIATE")
        if _is_new_sqlite_file(connection, path):
            for statement in _LAYOUT:
                connection.execute(statement)
            connection.execute(f"PRAGMA application_id = {_APPLICATION}")
            connection.execute(f"PRAGMA user_version = {_VERSION}")
        connection.execute("COMMIT")


def _is_new_sqlite_file(connection: sqlite3.Connection, path: str) -> bool:
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
        raise StorageIncompatible(f"{path} is an SQLite file of another application; choose another path")
    if version > _VERSION:
        raise StorageIncompatible(
            f"{path} has layout {version}, and this version of trophy_engine reads layouts up to {_VERSION}; "
            "upgrade the package"
        )
    if version != _VERSION or not definitions.issuperset(_LAYOUT):
        raise StorageDamaged(path, None, f"its tables differ from those of layout {_VERSION}")
    return False


def verify_sqlite_file(connection: sqlite3.Connection, path: str) -> None:
    """Check that the pages, indexes and rows of the file agree, and that the log has no gap.

    Raises:
        StorageDamaged: the file fails a check.
    """
    connection.execute("BEGIN")
    [(fact,)] = connection.execute("PRAGMA integrity_check(1)")
    if fact != "ok":
        raise StorageDamaged(path, None, " ".join(fact.split()))
    query = "SELECT count(*), coalesce(min(sequence), 1), coalesce(max(sequence), 0) FROM log"
    [(entries, first, last)] = connection.execute(query)
    if (first, last) != (1, entries):
        fact = f"its log has {count_noun(entries, 'entry')}, numbered from {first} to {last}"
        raise StorageDamaged(path, None, fact)
    [(saved,)] = connection.execute("SELECT coalesce(max(sequence), 0) FROM snapshots")
    if saved > last:
        fact = f"its log ends with entry {last}, but a snapshot is of entry {saved}"
        raise StorageDamaged(path, None, fact)
    connection.execute("COMMIT")


def encode_entry_row(entry: Entry) -> tuple[Any, ...]:
    """Return the row of an entry.

    Raises:
        InvalidValue: UTF-8 cannot encode a text of the command.
    """
    sequence, number, command = entry
    line = encode_command(command)
    if "\\ud" in line:  # a surrogate, lone or in a pair
        check_command_text(command)
    return (sequence, number, *_sqlite_index_columns(command), line, checksum_of_row(sequence, number, line))


def decode_entry_row(
    path: str,
    sequence: int,
    number: int,
    kind: str,
    user_id: str | None,
    subject: str | None,
    idempotency_key: str | None,
    line: str,
    checksum: int,
) -> Entry:
    """Return the entry of a row of the log.

    Raises:
        StorageDamaged: the row is not the one that was written.
        StorageIncompatible: the command is of a later version.
    """
    if checksum != checksum_of_row(sequence, number, line):
        raise StorageDamaged(path, sequence, "its checksum is wrong")
    try:
        command = decode_command(line)
    except StorageIncompatible as error:
        raise StorageIncompatible(f"{path}: entry {sequence}: {error}") from error
    if _sqlite_index_columns(command) != (kind, user_id, subject, idempotency_key):
        raise StorageDamaged(path, sequence, "its indexed columns differ from its command")
    return Entry(sequence, number, command)


def _sqlite_index_columns(command: Command) -> tuple[str, str | None, str | None, str | None]:
    """Return the indexed columns: the kind of command, its user, what it is about, and its idempotency key."""
    return NAMES[type(command)], user_of_stored_command(command), *command_subject_and_key(command)


def encode_snapshot_row(snapshot: Snapshot) -> tuple[Any, ...]:
    """Return the row of a snapshot.

    Raises:
        InvalidValue: UTF-8 cannot encode the user's id.
    """
    check_storable_snapshot(snapshot)
    user_id, sequence, digest, state = *snapshot[:3], json.dumps(snapshot.state)
    return user_id, sequence, digest, state, checksum_of_row(user_id, sequence, digest, state)


def decode_snapshot_row(user_id: str, sequence: int, digest: str, state: str, checksum: int) -> Snapshot | None:
    """Return the snapshot of a row, or None if the row is not the one that was written."""
    if checksum != checksum_of_row(user_id, sequence, digest, state):
        return None
    return Snapshot(user_id, sequence, digest, json.loads(state))


def checksum_of_row(key: str | int, number: int, text: str, state: str = "") -> int:
    """Return the checksum of a row: an entry's sequence, number and line, or the values of a snapshot."""
    return crc32(f"{key}\n{number}\n{text}\n{state}".encode())
