"""Opening any save file raises an error of the package or returns an engine that can be queried."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trophy_engine import Engine, Metric, Ruleset, StorageError, TrophyError
from trophy_engine.storage.sqlite import SQLiteStorage

RULES = Ruleset(metrics=[Metric("words")])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("saves")


def open_save(path):
    """Open a save file and query everything; return the users, or the error."""
    try:
        with Engine(storage=SQLiteStorage(path)) as engine:
            return [engine.export_user(user) for user in engine.users()]
    except TrophyError as error:
        return error


def _saved(folder):
    path = folder / "whole.db"
    if not path.exists():
        with Engine(RULES, storage=SQLiteStorage(path)) as engine:
            engine.record("words", user="18", value=5)
    return path.read_bytes()


@given(st.binary(min_size=16, max_size=300))
def test_a_file_of_any_bytes_is_not_a_save_file(folder, content):
    path = folder / "any.db"
    path.write_bytes(content)
    assert isinstance(open_save(path), StorageError)


def test_a_whole_save_file_opens(folder):
    _saved(folder)
    [user] = open_save(folder / "whole.db")
    assert user["id"] == "18"
