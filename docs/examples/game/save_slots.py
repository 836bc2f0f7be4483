"""Save slots: one SQLite file each, in one folder."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from trophy_engine import Engine, Player, TrophyError, system_clock

from .session import PLAYER

NUMBERS: Final = (1, 2, 3)


@dataclass(frozen=True)
class Slot:
    """A slot: its number, its file, and the player in it, None if it is empty; or the problem of the file."""

    number: int
    path: Path
    player: Player | None = None
    problem: str | None = None

    @property
    def empty(self) -> bool:
        """True if the slot has no file."""
        return self.player is None and self.problem is None


class SaveSlots:
    """The slots in a folder, which is created if it does not exist. No slot is in play while they are used."""

    def __init__(self, folder: Path, clock: Callable[[], datetime] = system_clock) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self._clock = clock

    def path(self, number: int) -> Path:
        """Return the file of a slot."""
        return self._folder / f"slot-{number}.db"

    def read(self, number: int) -> Slot:
        """Return a slot as it is now: a view of the player writes nothing to the file."""
        path = self.path(number)
        if not path.exists():
            return Slot(number, path)
        try:
            with Engine(storage=path, clock=self._clock) as engine:
                return Slot(number, path, engine.user(PLAYER))
        except TrophyError as error:
            return Slot(number, path, problem=str(error))

    def copy(self, number: int) -> int | None:
        """Copy a slot to the first empty one and return the number of that, or None if no slot is empty.

        SQLite makes the copy: after a crash, the last commands are in a second file beside the first.
        """
        target = next((other for other in NUMBERS if not self.path(other).exists()), None)
        if target is not None:
            with (
                closing(sqlite3.connect(self.path(number))) as source,
                closing(sqlite3.connect(self.path(target))) as copy,
            ):
                source.backup(copy)
        return target

    def delete(self, number: int) -> None:
        """Delete the file of a slot, and those that SQLite leaves beside it after a crash."""
        path = self.path(number)
        for file in (path, path.with_name(f"{path.name}-wal"), path.with_name(f"{path.name}-shm")):
            file.unlink(missing_ok=True)
