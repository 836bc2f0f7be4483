"""The layout of SQLite files: whose files are refused, and what a row of the log and of the snapshots has."""

import sqlite3
from contextlib import closing

import pytest
from save_files import create_history

from trophy_engine.core.commands import encode_command
from trophy_engine.errors import StorageIncompatible
from trophy_engine.storage import SQLiteStorage
from trophy_engine.storage.sqlite_layout import (
    checksum_of_row,
    decode_entry_row,
    decode_snapshot_row,
    encode_entry_row,
    encode_snapshot_row,
)


def test_a_database_of_another_application_is_refused_and_unchanged(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE theirs (x)")
    other.close()
    before = path.read_bytes()
    with pytest.raises(StorageIncompatible, match="of another application"):
        SQLiteStorage(path)
    assert path.read_bytes() == before


def test_a_file_of_a_later_version_is_refused(tmp_path):
    path = tmp_path / "save.db"
    SQLiteStorage(path).close()
    with sqlite3.connect(path) as later:
        later.execute("PRAGMA user_version = 99")
    later.close()
    with pytest.raises(StorageIncompatible, match=r"has layout 99, .* reads layouts up to 1; upgrade"):
        SQLiteStorage(path)


def test_the_checksum_covers_the_encoded_lines(tmp_path):
    path = tmp_path / "save.db"
    create_history(path)
    with closing(SQLiteStorage(path)) as storage, closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT sequence, number, command, checksum FROM log").fetchall()
        assert [
            (*row[:2], encode_command(entry.command)) for row, entry in zip(rows, storage.entries(), strict=True)
        ] == [row[:3] for row in rows]
        assert [checksum_of_row(*row[:3]) for row in rows] == [row[3] for row in rows]


def test_every_row_is_read_as_it_was_written(tmp_path):
    create_history(tmp_path / "save.db")
    with closing(SQLiteStorage(tmp_path / "save.db")) as storage:
        entries = list(storage.entries())
        snapshot = storage.load("jo")
    assert [decode_entry_row("save.db", *encode_entry_row(entry)) for entry in entries] == entries
    row = encode_snapshot_row(snapshot)
    assert decode_snapshot_row(*row) == snapshot
    assert decode_snapshot_row("mia", *row[1:]) is None
