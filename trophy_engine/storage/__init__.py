"""Storage: an append-only log of commands, and snapshots of users' states.

The log determines every state. Snapshots only save time: a state is computed from the newest snapshot of the user and
the entries after it.
"""

from typing import TYPE_CHECKING, Any

from trophy_engine.storage.memory import MemoryStorage
from trophy_engine.storage.protocol import Entry, Snapshot, Storage

if TYPE_CHECKING:
    from trophy_engine.storage.sqlite import SQLiteStorage

__all__ = ["Entry", "MemoryStorage", "SQLiteStorage", "Snapshot", "Storage"]


def __getattr__(name: str) -> Any:
    """Import ``SQLiteStorage``, and ``sqlite3`` with it, on first use."""
    if name != "SQLiteStorage":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from trophy_engine.storage.sqlite import SQLiteStorage  # noqa: PLC0415

    globals()[name] = SQLiteStorage
    return SQLiteStorage
