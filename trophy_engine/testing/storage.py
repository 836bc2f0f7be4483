"""The conformance tests of storages: whatever passes them is a storage.

Subclass ``StorageConformance`` in a test module, and pytest runs it:

    class TestMyStorage(StorageConformance):
        def create_storage(self, tmp_path):
            return MyStorage(tmp_path / "save")
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from trophy_engine.core.commands import Adopt, Command, Complete, Identify, Record, Settle
from trophy_engine.errors import StorageClosed, StorageConflict
from trophy_engine.storage.protocol import Entry, Snapshot, Storage

__all__ = ["StorageConformance"]

_COMMANDS: tuple[Command, ...] = (
    Adopt('{"metrics": []}', -5),
    Record("jo", 1, "words", 3, (), "key"),
    Record("Zoë 🦊", 2, "words", Decimal("-0.1"), (("device", ""), ("kind", "a\nb")), None),
    Identify("jo", 3, (("attributes.plan", "pro"), ("name", None))),
    Settle(4),
    Complete("mia", 5, "onboarded"),
    Adopt('{"metrics": [{"key": "words"}]}', 5),
    Record("jo", 6, "pages", 10**29, (), "key"),
)


def _log(commands: tuple[Command, ...] = _COMMANDS, after: int = 0) -> list[Entry]:
    return [Entry(after + place, 1, command) for place, command in enumerate(commands, start=1)]


class StorageConformance(ABC):
    """What every storage does."""

    @abstractmethod
    def create_storage(self, tmp_path: Path) -> Storage:
        """Make an empty storage; the folder is the test's own."""

    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[Storage]:
        """Give an empty storage, closed at the end."""
        storage = self.create_storage(tmp_path)
        yield storage
        storage.close()

    def test_a_new_storage_is_empty(self, storage: Storage) -> None:
        """There is nothing in it."""
        assert storage.length() == 0
        assert not [*storage.entries(), *storage.entries_of("jo"), *storage.users()]
        assert not list(storage.adoptions())
        assert storage.load("jo") is None
        assert storage.find("jo", "words", "key") is None

    def test_the_log_reads_back_as_it_was_appended(self, storage: Storage) -> None:
        """Every kind of command, value and letter survives, in order."""
        log = _log()
        storage.append(log[:3])
        storage.append([])
        storage.append(log[3:])
        assert storage.length() == len(log)
        assert list(storage.entries()) == log
        assert list(storage.entries(5)) == log[5:]
        assert [type(entry.command) for entry in storage.entries()] == [type(command) for command in _COMMANDS]

    def test_the_entries_of_a_user_include_those_about_all(self, storage: Storage) -> None:
        """Rules and settling concern everybody."""
        storage.append(_log())
        assert [entry.sequence for entry in storage.entries_of("jo")] == [1, 2, 4, 5, 7, 8]
        assert [entry.sequence for entry in storage.entries_of("jo", 4)] == [5, 7, 8]
        assert [entry.sequence for entry in storage.entries_of("nobody")] == [1, 5, 7]

    def test_an_entry_that_does_not_follow_is_a_conflict_and_nothing_is_kept(self, storage: Storage) -> None:
        """Two engines cannot write the same place of the log."""
        storage.append(_log()[:2])
        for wrong in (_log(after=1)[:2], _log(after=5)[:2]):
            with pytest.raises(StorageConflict):
                storage.append(wrong)
        assert list(storage.entries()) == _log()[:2]

    def test_a_key_is_found_for_its_user_and_metric_only(self, storage: Storage) -> None:
        """The scope of an idempotency key is the user and the metric."""
        log = _log()
        storage.append(log)
        assert storage.find("jo", "words", "key") == log[1]
        assert storage.find("jo", "pages", "key") == log[7]
        assert storage.find("mia", "words", "key") is storage.find("jo", "words", "other") is None

    def test_the_rules_that_were_adopted_are_walked_in_order(self, storage: Storage) -> None:
        """Of several adoptions the last one counts."""
        storage.append(_log())
        assert list(storage.adoptions()) == [_log()[0], _log()[6]]

    def test_users_come_in_the_order_of_their_first_entries(self, storage: Storage) -> None:
        """Not in that of the alphabet."""
        storage.append(_log())
        assert list(storage.users()) == ["jo", "Zoë 🦊", "mia"]

    def test_a_snapshot_replaces_the_older_one_and_is_nobodys_but_the_readers(self, storage: Storage) -> None:
        """Changing what was saved or loaded changes nothing in the storage."""
        state: dict[str, Any] = {"totals": [["words", {}, "0.1"]], "name": None}
        storage.save([Snapshot("jo", 1, "abc", {"totals": []}), Snapshot("mia", 1, "abc", {})])
        storage.save([Snapshot("jo", 2, "def", state)])
        state["name"] = "changed"
        loaded = storage.load("jo")
        assert loaded == Snapshot("jo", 2, "def", {"totals": [["words", {}, "0.1"]], "name": None})
        loaded.state["totals"].clear()
        again = storage.load("jo")
        assert again is not None
        assert again.state["totals"] == [["words", {}, "0.1"]]
        assert storage.load("mia") == Snapshot("mia", 1, "abc", {})

    def test_a_long_log_reads_back_whole(self, storage: Storage) -> None:
        """However it is kept in pieces."""
        log = _log(tuple(Record("jo", at, "words", at, (), f"key-{at}") for at in range(5000)))
        storage.append(log)
        walk = storage.entries()
        assert next(walk) == log[0]
        assert [log[0], *walk] == log == list(storage.entries_of("jo"))
        assert storage.find("jo", "words", "key-4999") == log[-1]

    def test_a_closed_storage_says_so(self, storage: Storage) -> None:
        """Every call after close raises."""
        storage.append(_log())
        storage.close()
        for call in (
            storage.length,
            lambda: list(storage.adoptions()),
            lambda: storage.append(_log()),
            lambda: list(storage.entries()),
        ):
            with pytest.raises(StorageClosed):
                call()
