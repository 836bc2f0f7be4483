"""Several processes open one file at once, and none of them fails."""

import sqlite3
import subprocess
import sys
from contextlib import closing

import pytest

from trophy_engine.core.commands import Record
from trophy_engine.errors import StorageError
from trophy_engine.storage import Entry, SQLiteStorage
from trophy_engine.testing.storage import _interrupt_at_line

OPENER = """
import sys
from datetime import UTC, datetime
from trophy_engine import Engine, Metric, Ruleset
from trophy_engine.storage import SQLiteStorage
rules = Ruleset(metrics=[Metric("words")])
for path in sys.stdin:
    with Engine(rules, storage=SQLiteStorage(path.strip())) as engine:
        print(len(list(engine.log())), flush=True)
"""


def test_processes_that_open_a_new_file_at_once_adopt_the_rules_once(tmp_path):
    command = [sys.executable, "-c", OPENER]
    processes = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    for attempt in range(20):
        for process in processes:
            process.stdin.write(f"{tmp_path / str(attempt)}\n")
            process.stdin.flush()
        assert [process.stdout.readline() for process in processes] == ["1\n"] * 4, attempt
    assert [process.communicate() for process in processes] == [("", "")] * 4
    for attempt in range(20):
        with closing(SQLiteStorage(tmp_path / str(attempt))) as storage:
            assert len(list(storage.rules_history())) == storage.length() == 1


@pytest.mark.parametrize("is_new", [True, False])
def test_opening_waits_for_a_set_time_and_names_the_remedy(tmp_path, monkeypatch, is_new):
    path = tmp_path / "save.db"
    if not is_new:
        SQLiteStorage(path).close()
    monkeypatch.setattr("trophy_engine.storage.sqlite._WAIT_SECONDS", 0.05)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        if not is_new:
            other.execute("PRAGMA journal_mode = DELETE")
        other.execute("BEGIN EXCLUSIVE")
        message = r"another process has locked .*save\.db for 0\.05 seconds; end that process"
        with pytest.raises(StorageError, match=message):
            SQLiteStorage(path)
        other.execute("ROLLBACK")
    SQLiteStorage(path).close()


@pytest.mark.thorough
def test_opening_that_is_interrupted_at_any_line_leaves_a_file_that_opens(tmp_path):
    line, finished, opened = 0, False, []
    while not finished:
        line += 1
        path = tmp_path / f"{line}.db"
        finished = not _interrupt_at_line(lambda path=path: opened.append(SQLiteStorage(path)), line)
        with closing(SQLiteStorage(path)) as storage:
            storage.append([Entry(1, 1, Record("jo", 1, "words", 1, (), None))])
            assert len(list(storage.entries())) == 1
    assert line > 40
    [storage] = opened
    storage.close()


def test_opening_continues_as_soon_as_the_file_is_free(tmp_path, monkeypatch):
    path = tmp_path / "save.db"
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    naps = []

    def nap(seconds):
        naps.append(seconds)
        if len(naps) == 3:
            other.close()

    monkeypatch.setattr("trophy_engine.storage.sqlite.sleep", nap)
    monkeypatch.setattr(
        "trophy_engine.storage.sqlite.round", lambda milliseconds: 0, raising=False
    )  # SQLite does not wait
    with closing(SQLiteStorage(path)) as storage:
        assert storage.length() == 0
    assert len(naps) == 3
