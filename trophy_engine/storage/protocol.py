"""What an engine asks of a storage. The conformance tests say the same, executably."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from trophy_engine.core import ChangeRules, Command, Settle
from trophy_engine.errors import InvalidValue, StorageConflict
from trophy_engine.identifiers import is_writable

__all__ = ["Entry", "Snapshot", "Storage", "check_follows", "check_snapshot", "user_of"]


class Entry(NamedTuple):
    """A command in the log.

    Attributes:
        sequence: its place in the log, from 1, without gaps.
        number: which of its user's commands it is, from 1; 0 for a command about all users.
        command: what was asked for.
    """

    sequence: int
    number: int
    command: Command


class Snapshot(NamedTuple):
    """A user's state after every entry of the log up to ``sequence``, as JSON values, under the rules of a digest."""

    user_id: str
    sequence: int
    digest: str
    state: dict[str, Any]


def user_of(command: Command) -> str | None:
    """Give the user whom a command is about, or None where it is about all of them."""
    return None if isinstance(command, (Settle, ChangeRules)) else command.user_id


def check_follows(entries: Sequence[Entry], last: int) -> None:
    """Check that entries are the next ones of a log whose last one is given by its sequence.

    Raises:
        StorageConflict: they are not.
    """
    for sequence, entry in enumerate(entries, start=last + 1):
        if entry.sequence != sequence:
            raise StorageConflict(f"the log has {last} entries; entry {entry.sequence} does not follow")


def check_snapshot(snapshot: Snapshot) -> None:
    """Check that UTF-8 can write the texts of a snapshot, so that every storage can keep it.

    Raises:
        InvalidValue: one of them holds a lone surrogate.
    """
    for text in (snapshot.user_id, snapshot.digest):
        if not is_writable(text):
            raise InvalidValue(f"a snapshot must be text that UTF-8 can write, not {text!r}")


@runtime_checkable
class Storage(Protocol):
    """A log of commands and snapshots of users.

    An engine makes one call at a time, from any thread; a walk may go on meanwhile, while the log grows. Whatever
    interrupts a call, even KeyboardInterrupt, it has wholly happened or not at all, and the next call works.

    ``snapshot_every`` is how many entries an engine lets pass before it snapshots the users they touched; None for
    never on its own.
    """

    snapshot_every: int | None

    def length(self) -> int:
        """Return the sequence of the last entry, 0 for an empty log."""
        ...

    def append(self, entries: Sequence[Entry]) -> None:
        """Append entries in one transaction: all of them are durable afterwards, or none is.

        Raises:
            StorageConflict: the log has grown in between, so that the first entry is not the next one, or a record
                uses the idempotency key of another one.
            InvalidValue: a text of a command holds a lone surrogate, which UTF-8 cannot write.
        """
        ...

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Walk the entries after a sequence."""
        ...

    def entries_of(self, user_id: str, after: int = 0) -> Iterator[Entry]:
        """Walk the entries after a sequence that are about a user or about all of them."""
        ...

    def find(self, user_id: str, metric: str, idempotency_key: str) -> Entry | None:
        """Find the record that used an idempotency key, which is unique for a user and a metric."""
        ...

    def rules_history(self) -> Iterator[Entry]:
        """Walk the entries that changed rules."""
        ...

    def users(self) -> Iterator[str]:
        """Walk the users in the order of their first entries."""
        ...

    def save(self, snapshots: Sequence[Snapshot]) -> None:
        """Keep snapshots in one transaction, each in place of its user's older one.

        Raises:
            InvalidValue: a user's id holds a lone surrogate.
        """
        ...

    def load(self, user_id: str) -> Snapshot | None:
        """Return a user's snapshot, which shares nothing with what the storage holds."""
        ...

    def close(self) -> None:
        """Release everything; a closed storage raises StorageClosed, but for a second ``close``, which does nothing."""
        ...
