"""Storage: an append-only log of commands, and snapshots of the states that follow from them.

The log is the truth. A snapshot only saves time: a user's state is their newest snapshot and the entries after it.
"""

from typing import TYPE_CHECKING, Any

from trophy_engine.storage.memory import MemoryStorage
from trophy_engine.storage.protocol import Entry, Snapshot, Storage

if TYPE_CHECKING:
    from trophy_engine.storage.sqlite import SQLiteStorage

__all__ = ["Entry", "MemoryStorage", "SQLiteStorage", "Snapshot", "Storage"]


def __getattr__(name: str) -> Any:
    """Import ``SQLiteStorage`` when it is first used, and with it the database."""
    if name != "SQLiteStorage":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from trophy_engine.storage.sqlite import SQLiteStorage  # noqa: PLC0415

    globals()[name] = SQLiteStorage
    return SQLiteStorage
