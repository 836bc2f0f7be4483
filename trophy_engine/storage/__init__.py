"""Storage: an append-only log of commands, and snapshots of what they have come to.

The log is the truth. A snapshot only saves time: a user's state is their newest snapshot and the entries after it.
"""

from trophy_engine.storage.memory import MemoryStorage
from trophy_engine.storage.protocol import Entry, Snapshot, Storage
from trophy_engine.storage.sqlite import SQLiteStorage

__all__ = ["Entry", "MemoryStorage", "SQLiteStorage", "Snapshot", "Storage"]
