"""Golden files: files of each format of the package, written when it last changed, can still be read.

After a change of a format, ``PYTHONPATH=. python tests/support/save_files.py`` writes them again: the save file with
its layout, every kind of command as the log keeps it, and the states of its users as snapshots keep them.
"""

import json
import shutil
import sqlite3
from contextlib import closing

import pytest
from save_files import GOLDEN

from trophy_engine import Engine
from trophy_engine.core.commands import _PARSERS, KINDS, ChangeRules, decode_command, encode_command
from trophy_engine.core.state import UserState
from trophy_engine.repository.transitions import plan_of_logged_rules
from trophy_engine.storage import SQLiteStorage

LINES = (GOLDEN / "commands.jsonl").read_text(encoding="utf-8").splitlines()
STATES = json.loads((GOLDEN / "states.json").read_text(encoding="utf-8"))


@pytest.fixture
def save(tmp_path):
    return shutil.copy(GOLDEN / "save-layout-1.db", tmp_path / "save.db")


def test_the_golden_lines_have_every_kind_of_command_and_are_encoded_equal():
    commands = [decode_command(line) for line in LINES]
    assert {type(command) for command in commands} == set(KINDS.values())
    assert [encode_command(command) for command in commands] == LINES
    assert list(_PARSERS) == list(KINDS)


@pytest.mark.parametrize("user", STATES)
def test_a_golden_state_loads_and_is_dumped_equal(user):
    plan = plan_of_logged_rules(
        [command.rules for command in map(decode_command, LINES) if isinstance(command, ChangeRules)][-1]
    )
    assert UserState.load(plan, STATES[user]).dump(plan) == STATES[user]


@pytest.mark.parametrize("with_snapshots", [True, False])
def test_the_golden_save_file_has_the_golden_log_and_states(save, with_snapshots):
    if not with_snapshots:
        with closing(sqlite3.connect(save, isolation_level=None)) as connection:
            connection.execute("DELETE FROM snapshots")
    with closing(SQLiteStorage(save)) as storage, Engine(storage=storage) as engine:
        assert (storage.load("jo") is not None) == with_snapshots
        assert [encode_command(entry.command) for entry in engine.log()] == LINES
        assert {user: engine.export_user(user) for user in engine.users()} == STATES
        assert engine.has_recorded("words", user="jo", idempotency_key="lesson-2")
