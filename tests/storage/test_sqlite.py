"""SQLite files: refused files, two engines on one file, and killed processes."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from stories import at, play

from trophy_engine import Engine, Freezes, Metric, Ruleset, Streak, StreakMetric
from trophy_engine.errors import StorageConflict, StorageError, StorageIncompatible
from trophy_engine.storage import SQLiteStorage
from trophy_engine.testing.storage import StorageConformance

RULES = Ruleset(
    metrics=[Metric("words")], streaks=[Streak("habit", metrics=[StreakMetric("words")], freezes=Freezes(1, 3, 7, 1))]
)


class TestSQLiteStorage(StorageConformance):
    def create_storage(self, tmp_path):
        return SQLiteStorage(tmp_path / "save.db")


class TestSQLiteStorageWithoutAFile(StorageConformance):
    def create_storage(self, tmp_path):
        return SQLiteStorage(":memory:", synchronous="NORMAL")


def test_a_file_that_is_not_a_database_is_refused(tmp_path):
    path = tmp_path / "save.db"
    path.write_text("not a database, but long enough to be looked at " * 100)
    with pytest.raises(StorageIncompatible, match="is not an SQLite file; choose another path"):
        SQLiteStorage(path)


def test_a_path_that_cannot_be_opened_is_named(tmp_path):
    with pytest.raises(StorageError, match="missing"):
        SQLiteStorage(tmp_path / "missing" / "save.db")


def test_a_locked_file_is_reported(tmp_path, monkeypatch):
    monkeypatch.setattr("trophy_engine.storage.sqlite._WAIT_SECONDS", 0.01)
    engine = Engine(RULES, storage=SQLiteStorage(tmp_path / "save.db"))
    other = sqlite3.connect(tmp_path / "save.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageError, match=r"for 0\.01 seconds; end that process and repeat"):
        engine.record("words", user="jo", at=at("04-02T10:00"))
    other.execute("ROLLBACK")
    other.close()
    assert engine.record("words", user="jo", at=at("04-02T10:00")).total == 1
    engine.close()


def test_two_engines_on_one_file_do_not_overwrite_each_other(tmp_path):
    one = Engine(RULES, storage=SQLiteStorage(tmp_path / "save.db"))
    two = Engine(RULES, storage=SQLiteStorage(tmp_path / "save.db"))
    play(one, "04-02T10:00 words 1")
    with pytest.raises(StorageConflict):
        play(two, "04-02T10:01 words 5")
    [repeated] = play(two, "04-02T10:01 words 5")
    assert repeated.total == 6
    one.close()
    two.close()


def test_a_reopened_file_continues(tmp_path):
    with Engine(RULES, storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        play(engine, "04-02T10:00 words 0.5\n04-03T10:00 words 1")
    with Engine(RULES, storage=SQLiteStorage(tmp_path / "save.db")) as engine:
        [outcome] = play(engine, "04-05T10:00 words 1")
    assert (str(outcome.total), outcome.streak.length, outcome.streak.freezes) == ("2.5", 2, 0)


VICTIM = """
import sys
from datetime import UTC, datetime, timedelta
from trophy_engine import Engine, Metric, Ruleset
from trophy_engine.storage import SQLiteStorage
engine = Engine(Ruleset(metrics=[Metric("words")]), storage=SQLiteStorage(sys.argv[1]))
at = datetime(2025, 4, 2, tzinfo=UTC)
for n in range(1, 10_000):
    if sys.argv[2] == "batch":
        with engine.batch():
            for _ in range(10):
                engine.record("words", user="jo", at=at + timedelta(seconds=n))
    else:
        engine.record("words", user="jo", at=at + timedelta(seconds=n))
    print(n, flush=True)
"""


@pytest.mark.parametrize(("way", "each"), [("single", 1), ("batch", 10)])
def test_a_killed_process_loses_no_returned_command(tmp_path, way, each):
    path = tmp_path / "save.db"
    root = Path(__file__).resolve().parents[2]
    command = [sys.executable, "-c", VICTIM, str(path), way]
    victim = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=root)
    for line in victim.stdout:
        if int(line) >= 20:
            os.kill(victim.pid, signal.SIGKILL)
            break
    rest = victim.stdout.read().split()
    victim.stdout.close()
    victim.wait()
    acknowledged = int(rest[-1]) if rest else 20
    with Engine(Ruleset(metrics=[Metric("words")]), storage=SQLiteStorage(path)) as engine:
        total = engine.user("jo", at=at("2026-01-01T00:00")).metrics["words"]
    assert total % each == 0
    assert acknowledged <= total // each <= acknowledged + 1
