"""The interface between an engine and a storage. ``testing.storage`` has conformance tests for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, Protocol, runtime_checkable

from trophy_engine.core import ChangeRules, Command, Settle
from trophy_engine.errors import InvalidValue, StorageConflict
from trophy_engine.identifiers import is_writable
from trophy_engine.representation import brief_repr
from trophy_engine.rules.phrases import count_noun

__all__ = [
    "Entry",
    "Snapshot",
    "Storage",
    "check_entry_sequences",
    "check_storable_snapshot",
    "user_of_stored_command",
]


class Entry(NamedTuple):
    """A command in the log.

    Attributes:
        sequence: its number in the log, from 1, without gaps.
        number: its number among the user's commands, from 1; 0 for a command about all users.
        command: the command.
    """

    sequence: int
    number: int
    command: Command

    def __repr__(self) -> str:
        """Return the class and its fields, cut to a length."""
        return brief_repr(self)


class Snapshot(NamedTuple):
    """A user's state after the entries up to ``sequence``, as JSON values, under the rules with ``digest``."""

    user_id: str
    sequence: int
    digest: str
    state: dict[str, Any]

    def __repr__(self) -> str:
        """Return the class and its fields, cut to a length."""
        return brief_repr(self)


def user_of_stored_command(command: Command) -> str | None:
    """Return the user of a command, or None for a command about all users."""
    return None if isinstance(command, (Settle, ChangeRules)) else command.user_id


def check_entry_sequences(entries: Sequence[Entry], last: int) -> None:
    """Check that entries follow the last entry of a log, given by its sequence.

    Raises:
        StorageConflict: the entries have other sequences.
    """
    for sequence, entry in enumerate(entries, start=last + 1):
        if entry.sequence != sequence:
            raise StorageConflict(f"the log has {count_noun(last, 'entry')}; entry {entry.sequence} does not follow")


def check_storable_snapshot(snapshot: Snapshot) -> None:
    """Check that every storage can keep the user's id and the digest of a snapshot.

    Raises:
        InvalidValue: one of them contains a lone surrogate or NUL.
    """
    for text in (snapshot.user_id, snapshot.digest):
        if not is_writable(text):
            raise InvalidValue(f"a snapshot must be text that UTF-8 can write, without NUL, not {text!r}")


@runtime_checkable
class Storage(Protocol):
    """A log of commands and snapshots of users.

    An engine makes one call at a time, from any thread; an iteration may continue while the log grows. A call that is
    interrupted, even by KeyboardInterrupt, has happened completely or not at all, and the next call works.

    ``snapshot_every`` is the number of entries after which an engine saves snapshots of their users; None for no
    snapshots.
    """

    snapshot_every: int | None

    def length(self) -> int:
        """Return the sequence of the last entry, 0 for an empty log."""
        ...

    def append(self, entries: Sequence[Entry]) -> None:
        """Append entries in one transaction: all of them are durable afterwards, or none is.

        Raises:
            StorageConflict: the first entry does not follow the log, which has grown in between, or a command repeats
                the idempotency key of one of its kind, its user, and its metric or points system.
            InvalidValue: a text of a command contains a lone surrogate, which UTF-8 cannot encode.
        """
        ...

    def entries(self, after: int = 0) -> Iterator[Entry]:
        """Iterate over the entries after a sequence."""
        ...

    def entries_of(self, user_id: str, after: int = 0) -> Iterator[Entry]:
        """Iterate over the entries after a sequence that are about a user or about all users."""
        ...

    def find(self, kind: str, user_id: str, subject: str, idempotency_key: str) -> Entry | None:
        """Return the entry of the command that used an idempotency key, or None.

        Args:
            kind: the name of its kind, ``"record"``, ``"award"`` or ``"complete"``.
            user_id: its user.
            subject: its metric, its points system, or its achievement.
            idempotency_key: the key.
        """
        ...

    def rules_history(self) -> Iterator[Entry]:
        """Iterate over the entries that changed rules."""
        ...

    def users(self) -> Iterator[str]:
        """Iterate over the users in the order of their first entries."""
        ...

    def save(self, snapshots: Sequence[Snapshot]) -> None:
        """Save snapshots in one transaction, each in place of the user's former one.

        Raises:
            InvalidValue: a user's id contains a lone surrogate.
        """
        ...

    def load(self, user_id: str) -> Snapshot | None:
        """Return a copy of a user's snapshot, or None."""
        ...

    def close(self) -> None:
        """Release everything; later calls raise StorageClosed, except a second ``close``, which does nothing."""
        ...
