"""The conformance tests of storages.

Subclass ``StorageConformance`` in a test module that pytest collects:

    class TestMyStorage(StorageConformance):
        def create_storage(self, tmp_path):
            return MyStorage(tmp_path / "save")
"""

from __future__ import annotations

import gc
import sys
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from trophy_engine.core import Award, ChangeRules, Command, Complete, Identify, Record, Settle
from trophy_engine.errors import InvalidValue, StorageClosed, StorageConflict
from trophy_engine.storage.protocol import Entry, Snapshot, Storage

__all__ = ["StorageConformance"]

_COMMANDS: tuple[Command, ...] = (
    ChangeRules('{"metrics": []}', -5),
    Record("jo", 1, "words", 3, (), "key"),
    Record("Zoë 🦊", 2, "words", Decimal("-0.1"), (("device", ""), ("kind", "a\nb")), None),
    Identify("jo", 3, (("attributes.plan", "pro"), ("name", None))),
    Settle(4),
    Complete("mia", 5, "onboarded"),
    ChangeRules('{"metrics": [{"key": "words"}]}', 5),
    Record("jo", 6, "pages", 10**29, (), "key"),
)


def _conformance_log(commands: tuple[Command, ...] = _COMMANDS, after: int = 0) -> list[Entry]:
    return [Entry(after + index, 1, command) for index, command in enumerate(commands, start=1)]


def _interrupt_at_line(call: Callable[[], object], line: int) -> bool:
    """Run a call, interrupt it at its ``line``-th line, and return whether it has so many lines."""
    lines = 0

    def trace(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal lines
        lines += event == "line"
        if lines == line:
            sys.settrace(None)
            raise KeyboardInterrupt
        return trace

    previous_trace = sys.gettrace()  # set by a debugger or by coverage
    collects = gc.isenabled()
    gc.disable()  # an exception raised in a finalizer would be ignored, and not interrupt the call
    sys.settrace(trace)
    try:
        call()
    except KeyboardInterrupt:
        return True
    finally:
        sys.settrace(previous_trace)
        if collects:
            gc.enable()
    return False


class StorageConformance(ABC):
    """The tests that every storage must pass."""

    @abstractmethod
    def create_storage(self, tmp_path: Path) -> Storage:
        """Return an empty storage; each test has its own folder."""

    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[Storage]:
        """Yield an empty storage, and close it at the end."""
        storage = self.create_storage(tmp_path)
        yield storage
        storage.close()

    def test_a_new_storage_is_empty(self, storage: Storage) -> None:
        """Check that it has no entries, users, rules and snapshots."""
        assert storage.length() == 0
        assert not [*storage.entries(), *storage.entries_of("jo"), *storage.users()]
        assert not list(storage.rules_history())
        assert storage.load("jo") is None
        assert storage.find("record", "jo", "words", "key") is None

    def test_the_log_reads_back_as_it_was_appended(self, storage: Storage) -> None:
        """Check that every kind of command, value and letter reads back equal, in order."""
        log = _conformance_log()
        storage.append(log[:3])
        storage.append([])
        storage.append(log[3:])
        assert storage.length() == len(log)
        assert list(storage.entries()) == log
        assert list(storage.entries(5)) == log[5:]
        assert [type(entry.command) for entry in storage.entries()] == [type(command) for command in _COMMANDS]

    def test_the_entries_of_a_user_include_those_about_all_users(self, storage: Storage) -> None:
        """Check that changes of rules and settling are among the entries of every user."""
        storage.append(_conformance_log())
        assert [entry.sequence for entry in storage.entries_of("jo")] == [1, 2, 4, 5, 7, 8]
        assert [entry.sequence for entry in storage.entries_of("jo", 4)] == [5, 7, 8]
        assert [entry.sequence for entry in storage.entries_of("unknown")] == [1, 5, 7]

    def test_an_entry_that_does_not_follow_is_a_conflict_and_nothing_is_stored(self, storage: Storage) -> None:
        """Check that two engines cannot write the same position of the log."""
        storage.append(_conformance_log()[:2])
        for wrong in (
            _conformance_log(after=1)[:2],
            _conformance_log(after=5)[:2],
            [_conformance_log()[2], _conformance_log()[4]],
            [_conformance_log()[2], _conformance_log()[2]],
        ):
            with pytest.raises(StorageConflict):
                storage.append(wrong)
        assert list(storage.entries()) == _conformance_log()[:2]

    @pytest.mark.parametrize("first", [1, 2])
    def test_a_key_that_has_been_used_is_a_conflict_and_nothing_is_stored(self, storage: Storage, first: int) -> None:
        """Check a key used twice by one user for one metric, in one call or in two."""
        record = Record("jo", 1, "words", 1, (), "key")
        log = _conformance_log((record, record._replace(metric="pages"), record))
        storage.append(log[: first - 1])
        with pytest.raises(StorageConflict, match="idempotency key"):
            storage.append(log[first - 1 :])
        assert list(storage.entries()) == log[: first - 1]
        storage.append(log[first - 1 : -1])
        assert storage.find("record", "jo", "words", "key") == log[0]

    @pytest.mark.parametrize(
        "command",
        [
            Record("\ud800", 1, "words", 1, (), None),
            Record("jo", 1, "\ud800", 1, (), None),
            Record("jo", 1, "words", 1, (("\ud800", "a"),), None),
            Record("jo", 1, "words", 1, (("a", "\ud800"),), None),
            Record("jo", 1, "words", 1, (), "\ud800"),
            Award("jo", 1, "\ud800", 1, "", None),
            Award("jo", 1, "xp", 1, "\ud800", None),
            Award("jo", 1, "xp", 1, "", "\ud800"),
            Complete("jo", 1, "\ud800"),
            Identify("jo", 1, (("attributes.\ud800", None),)),
            Identify("jo", 1, (("name", "half a \udd8a"),)),
            ChangeRules("\ud800", 1),
        ],
    )
    def test_text_that_utf_8_cannot_write_is_refused_and_nothing_is_stored(
        self, storage: Storage, command: Command
    ) -> None:
        """Check that a storage refuses text that another storage could not store."""
        keyed = Record("jo", 1, "words", 1, (), "key")
        for commands in ((command,), (keyed, command)):
            with pytest.raises(InvalidValue, match="UTF-8 can write"):
                storage.append(_conformance_log(commands))
        with pytest.raises(InvalidValue, match="UTF-8 can write"):
            storage.save([Snapshot("jo", 1, "abc", {}), Snapshot("\ud800", 1, "abc", {})])
        assert storage.length() == 0
        assert not [*storage.entries(), *storage.users()]
        assert storage.find("record", "jo", "words", "key") is None
        assert storage.load("jo") is None

    def test_nothing_is_found_under_text_that_utf_8_cannot_write(self, storage: Storage) -> None:
        """Check that look-ups with this text raise no error."""
        storage.append(_conformance_log())
        assert storage.find("record", "\ud800", "words", "key") is None
        assert storage.load("\ud800") is None
        assert [entry.sequence for entry in storage.entries_of("\ud800")] == [1, 5, 7]

    def test_an_interrupted_append_is_atomic(self, storage: Storage) -> None:
        """Check an interruption at each line of the call, and that the next call works."""
        line, finished = 0, False
        while not finished:
            line += 1
            length = storage.length()
            pair = (Record("jo", line, "words", 1, (), f"key-{line}"), Record("mia", line, "words", 1, (), None))
            log = _conformance_log(pair[: 1 + line % 2], after=length)
            finished = not _interrupt_at_line(lambda log=log: storage.append(log), line)  # type: ignore[misc]
            stored = list(storage.entries(length))
            assert stored in ([], log)
            assert storage.length() == length + len(stored)
            assert storage.find("record", "jo", "words", f"key-{line}") == (stored[0] if stored else None)
        assert line > 1
        assert stored == log

    def test_an_interrupted_save_is_atomic(self, storage: Storage) -> None:
        """Check an interruption at each line of the call, and that the next call works."""
        storage.append(_conformance_log())
        line, finished, saved = 0, False, 0
        storage.save([Snapshot(user_id, 1, "abc", {"line": 0}) for user_id in ("jo", "mia")])
        while not finished:
            line += 1
            snapshots = [Snapshot(user_id, 1, "abc", {"line": line}) for user_id in ("jo", "mia")]
            finished = not _interrupt_at_line(lambda snapshots=snapshots: storage.save(snapshots), line)  # type: ignore[misc]
            loaded = [storage.load("jo"), storage.load("mia")]
            if loaded == snapshots:
                saved = line
            assert [snapshot and snapshot.state for snapshot in loaded] == [{"line": saved}] * 2
        assert saved == line > 1

    def test_a_key_is_found_in_its_scope_only(self, storage: Storage) -> None:
        """Check that the scope of an idempotency key is the kind, the user, and the metric or the points system."""
        log = _conformance_log()
        storage.append(log)
        assert storage.find("record", "jo", "words", "key") == log[1]
        assert storage.find("record", "jo", "pages", "key") == log[7]
        assert storage.find("record", "mia", "words", "key") is storage.find("record", "jo", "words", "other") is None
        award = Award("jo", 9, "words", -5, "a hat", "key")
        assert storage.find("award", "jo", "words", "key") is None
        storage.append(_conformance_log((award,), after=len(log)))
        assert storage.find("record", "jo", "words", "key") == log[1]
        assert storage.find("award", "jo", "words", "key") == _conformance_log((award,), after=len(log))[0]
        with pytest.raises(StorageConflict, match="idempotency key"):
            storage.append(_conformance_log((award,), after=len(log) + 1))

    def test_adopted_rules_are_yielded_in_order(self, storage: Storage) -> None:
        """Check that all changes of rules are yielded in order."""
        storage.append(_conformance_log())
        assert list(storage.rules_history()) == [_conformance_log()[0], _conformance_log()[6]]

    def test_users_are_in_the_order_of_their_first_entries(self, storage: Storage) -> None:
        """Check that users are not sorted by name."""
        storage.append(_conformance_log())
        assert list(storage.users()) == ["jo", "Zoë 🦊", "mia"]

    def test_a_snapshot_replaces_the_older_one_and_shares_no_value(self, storage: Storage) -> None:
        """Check that changing a saved or loaded value changes nothing in the storage."""
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
        """Check a log of several chunks."""
        log = _conformance_log(tuple(Record("jo", at, "words", at, (), f"key-{at}") for at in range(5000)))
        storage.append(log)
        iterator = storage.entries()
        assert next(iterator) == log[0]
        assert [log[0], *iterator] == log == list(storage.entries_of("jo"))
        assert storage.find("record", "jo", "words", "key-4999") == log[-1]

    def test_a_closed_storage_raises(self, storage: Storage) -> None:
        """Check that every call after close raises, as does a started iteration; a second close does nothing."""
        storage.append(_conformance_log())
        iterators = [storage.entries(), storage.entries_of("jo"), storage.rules_history()]
        for iterator in iterators:
            next(iterator)
        storage.close()
        storage.close()
        calls: list[Callable[[], object]] = [
            storage.length,
            storage.entries,
            lambda: storage.entries_of("jo"),
            storage.rules_history,
            storage.users,
            lambda: storage.find("record", "jo", "words", "key"),
            lambda: storage.append([]),
            lambda: storage.append(_conformance_log()),
            lambda: storage.save([]),
            lambda: storage.load("jo"),
            *(lambda iterator=iterator: next(iterator) for iterator in iterators),
        ]
        for call in calls:
            with pytest.raises(StorageClosed, match="open another one"):
                call()
