"""Exclusion: one caller of an engine at a time, among threads and among asyncio tasks."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import RLock
from typing import Any

from trophy_engine.errors import EngineBusy


class Exclusion:
    """A lock between threads, and a holder between the tasks of one thread.

    Attributes:
        lock: acquired for every call; reentrant.
        holder: the asyncio task that has acquired the engine for several calls, or None.
    """

    def __init__(self) -> None:
        self.lock = RLock()
        self.holder: Any = None

    def check(self) -> None:
        """Check that the current task may call.

        Raises:
            EngineBusy: another task has acquired the engine.
        """
        holder = self.holder
        if holder is not None and holder is not _task_calling_engine() and not holder.done():
            raise EngineBusy(holder.get_name())

    @contextmanager
    def hold(self) -> Iterator[None]:
        """Set the current task as the holder until the block ends."""
        former = self.holder
        try:
            self.holder = former or _task_calling_engine()
            yield
        finally:
            self.holder = former


def _task_calling_engine() -> Any:
    """Return the running asyncio task, or None; asyncio is not imported for it."""
    asyncio = sys.modules.get("asyncio")
    try:
        return None if asyncio is None else asyncio.current_task()
    except RuntimeError:  # no loop runs in this thread
        return None
