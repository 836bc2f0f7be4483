"""Damaged save files: a read returns what was written or raises a documented error.

The gate flips a few hundred bits at seeded places; ``FLIPS=5000 pytest -n0 tests/storage/test_sqlite_damage.py`` flips
more.
"""

import os
import random
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing

import pytest
from save_files import create_history, day, read_history

from trophy_engine import Engine, StorageClosed, StorageDamaged, StorageError, StorageIncompatible
from trophy_engine.storage import SQLiteStorage
from trophy_engine.storage.sqlite_layout import checksum_of_row

FLIPS = int(os.environ.get("FLIPS", "300"))


@pytest.fixture(scope="module", params=[512, 4096])
def undamaged(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("undamaged")
    create_history(folder / "save.db", request.param)
    content = (folder / "save.db").read_bytes()
    return content, read_history(folder / "save.db")


def _read_damaged(path, content):
    """Read a file with given bytes; return its content or the documented error."""
    path.write_bytes(content)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    try:
        return read_history(path)
    except StorageError as error:
        return error


def test_flipped_bits_change_nothing_or_raise_a_documented_error(undamaged, tmp_path):
    content, expected = undamaged
    places = random.Random(f"flips of {len(content)}").sample(range(len(content) * 8), FLIPS // 2)
    results = Counter()
    for place in places:
        damaged = bytearray(content)
        damaged[place // 8] ^= 1 << place % 8
        result = _read_damaged(tmp_path / "save.db", damaged)
        assert isinstance(result, StorageError) or result == expected, f"bit {place % 8} of byte {place // 8}"
        results[type(result).__name__] += 1
    sys.stdout.write(f"{sorted(results.items())}\n")  # shown by pytest -s
    assert results["StorageDamaged"] > 0
    assert results["tuple"] > 0


def test_overwritten_and_missing_pages_change_nothing_or_raise_a_documented_error(undamaged, tmp_path):
    content, expected = undamaged
    page = 512 if len(content) < 20_000 else 4096
    chance = random.Random("pages")
    for start in range(0, len(content), page):
        for filler in (bytes(page), chance.randbytes(page), content[:page]):
            result = _read_damaged(tmp_path / "save.db", content[:start] + filler + content[start + page :])
            assert isinstance(result, StorageError) or result == expected, start
        if start:  # an empty file is a new one
            assert isinstance(_read_damaged(tmp_path / "save.db", content[:start]), StorageError), start


# --- single kinds of damage -------------------------------------------------------------------------------------------


@pytest.fixture
def path(tmp_path):
    create_history(tmp_path / "save.db")
    return tmp_path / "save.db"


def _edit(path, *statements):
    """Change the rows of a save file without the storage."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


@pytest.mark.parametrize(
    ("change", "fact"),
    [
        ("command = replace(command, '3', '4')", "its checksum is wrong"),
        ("number = 7", "its checksum is wrong"),
        ("command = CAST(x'ff' || command AS TEXT)", "its checksum is wrong"),
        ("command = x'00'", "its checksum is wrong"),
        ("kind = 'complete'", "its indexed columns differ from its command"),
        ("user_id = CAST(x'ff' AS TEXT)", "its indexed columns differ from its command"),
        ("subject = 'pages'", "its indexed columns differ from its command"),
        ("idempotency_key = 'lesson-9'", "its indexed columns differ from its command"),
    ],
)
def test_a_damaged_entry_is_named_and_the_others_can_be_read(path, change, fact):
    with closing(SQLiteStorage(path)) as storage:
        log = list(storage.entries())
    _edit(path, f"UPDATE log SET {change} WHERE sequence = 3")  # noqa: S608  # ours
    with closing(SQLiteStorage(path)) as storage:
        read = []
        with pytest.raises(StorageDamaged) as caught:
            read.extend(storage.entries())
        assert str(caught.value) == (
            f"{path}: entry 3 is damaged: {fact}; restore a backup; "
            "entries() reads the log before it and entries(3) the log after it"
        )
        assert caught.value.sequence == 3
        walk = storage.entries()
        assert [next(walk), next(walk), *storage.entries(3)] == [*log[:2], *log[3:]]


def test_a_gap_in_the_log_is_noticed(path):
    _edit(path, "DELETE FROM log WHERE sequence = 3")
    with pytest.raises(StorageDamaged, match="its log has 21 entries, numbered from 1 to 22; restore"):
        SQLiteStorage(path)
    with closing(SQLiteStorage(path, verify=False)) as storage:
        with pytest.raises(StorageDamaged, match="entry 4 of its log follows entry 2"):
            list(storage.entries())
        assert len(list(storage.entries(3))) == 19


def test_a_truncated_log_is_noticed_by_the_snapshots(path):
    _edit(path, "DELETE FROM log WHERE sequence > 15")
    with pytest.raises(StorageDamaged, match="its log ends with entry 15, but a snapshot is of entry 22"):
        SQLiteStorage(path)


@pytest.mark.parametrize(
    "change", ["state = replace(state, 'Jo', 'Ja')", "sequence = 2", "state = x'ff'", "digest = ''"]
)
def test_a_damaged_snapshot_is_dropped_for_the_log(path, change):
    expected = read_history(path)
    path.unlink()
    create_history(path)
    _edit(path, f"UPDATE snapshots SET {change} WHERE user_id = 'jo'")  # noqa: S608  # ours
    with closing(SQLiteStorage(path)) as storage:
        assert storage.load("jo") is None
        assert storage.load("mia") is not None
    assert read_history(path) == expected


def test_an_index_that_misses_a_row_is_noticed(path):
    _edit(
        path,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = sql || ' WHERE user_id = ''mia''' WHERE name = 'log_of_user'",
    )
    with pytest.raises(StorageDamaged, match="its tables differ from those of layout 1"):
        SQLiteStorage(path)
    _edit(path, "REINDEX log_of_user")
    _edit(
        path,
        "PRAGMA writable_schema = ON",
        "UPDATE sqlite_master SET sql = substr(sql, 1, instr(sql, ' WHERE') - 1) WHERE name = 'log_of_user'",
    )
    with pytest.raises(StorageDamaged, match="row 1 missing from index log_of_user"):
        SQLiteStorage(path)


def test_definitions_that_sqlite_cannot_decode_are_damage(path):
    path.write_bytes(path.read_bytes().replace(b"(user_id, kind, subject,", b"(user_id, kind, subj\xe9ct,"))
    with pytest.raises(StorageDamaged, match="its text is not UTF-8; restore a backup"):
        SQLiteStorage(path)


def test_a_command_of_a_later_version_names_its_entry(path):
    line = '["dance","jo",5]'
    _edit(path, f"UPDATE log SET command = '{line}', checksum = {checksum_of_row(3, 2, line)} WHERE sequence = 3")  # noqa: S608
    with closing(SQLiteStorage(path)) as storage:
        entries = storage.entries()
        with pytest.raises(
            StorageIncompatible, match=r"save\.db: entry 3: unknown command 'dance', .*; upgrade the package"
        ):
            list(entries)


def test_a_damaged_entry_stops_its_user_only(path):
    _edit(path, "DELETE FROM snapshots", "UPDATE log SET number = 7 WHERE sequence = 3")
    with closing(SQLiteStorage(path)) as storage, Engine(storage=storage) as engine:
        with pytest.raises(StorageDamaged, match="entry 3 is damaged"):
            engine.user("jo", at=day(20))
        with pytest.raises(StorageDamaged, match="entry 3 is damaged"):
            engine.record("words", user="jo", at=day(20))
        assert engine.record("words", user="mia", at=day(20)).total == 1


def test_an_engine_that_cannot_read_the_rules_closes_the_storage(path):
    _edit(path, "UPDATE log SET number = 7 WHERE sequence = 1")
    storage = SQLiteStorage(path)
    with pytest.raises(StorageDamaged, match="entry 1 is damaged"):
        Engine(storage=storage)
    with pytest.raises(StorageClosed):
        storage.length()


def test_a_refused_file_is_closed(path, tmp_path):
    _edit(path, "DELETE FROM log WHERE sequence = 3")
    (tmp_path / "text").write_text("no database" * 1000)
    program = (
        "import gc, sys, warnings\n"
        "from trophy_engine import StorageError\n"
        "from trophy_engine.storage import SQLiteStorage\n"
        "for path in sys.argv[1:]:\n"
        "    try:\n"
        "        SQLiteStorage(path)\n"
        "    except StorageError as error:\n"
        "        print(type(error).__name__)\n"
        "gc.collect()\n"
    )
    command = [sys.executable, "-W", "error", "-c", program, path, tmp_path / "text", tmp_path / "missing" / "save.db"]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["StorageDamaged", "StorageIncompatible", "StorageError"]
    assert not run.stderr
    assert not list(tmp_path.glob("*-wal"))
