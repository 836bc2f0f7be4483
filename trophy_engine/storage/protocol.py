"""What an engine asks of a storage. The conformance tests say the same, executably."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from trophy_engine.core.commands import Adopt, Command, Settle

__all__ = ["Entry", "Snapshot", "Storage", "user_of"]


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
    return None if isinstance(command, (Settle, Adopt)) else command.user_id


@runtime_checkable
class Storage(Protocol):
    """A log of commands and snapshots of users.

    ``snapshot_every`` is how many entries an engine lets pass before it snapshots the users they touched; None for
    never on its own.
    """

    snapshot_every: int | None

    def length(self) -> int:
        """Give the sequence of the last entry, 0 for an empty log."""
        ...

    def append(self, entries: Sequence[Entry]) -> None:
        """Append entries in one transaction: all of them are durable afterwards, or none is.

        Raises:
            StorageConflict: the log has grown in between, so that the first entry is not the next one.
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

    def adoptions(self) -> Iterator[Entry]:
        """Walk the entries that adopted rules."""
        ...

    def users(self) -> Iterator[str]:
        """Walk the users in the order of their first entries."""
        ...

    def save(self, snapshots: Sequence[Snapshot]) -> None:
        """Keep snapshots in one transaction, each in place of its user's older one."""
        ...

    def load(self, user_id: str) -> Snapshot | None:
        """Give a user's snapshot, which shares nothing with what the storage holds."""
        ...

    def close(self) -> None:
        """Let go of everything; a closed storage raises StorageClosed."""
        ...
